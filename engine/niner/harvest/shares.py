"""Units of a lot to what falls to them of its basis and what goes with it, as the matching of lots shares it."""

from decimal import Decimal

from niner import exact
from niner.lots import Lot
from niner.lots.pools import Amount, between


def basis_of(lot: Lot, units: Decimal, before: Decimal = Decimal(0)) -> Amount:
    """The basis of the next `units`, after `before` of what is left: (parts of a cent, cents)."""
    of_all = (lot.basis_parts, lot.basis_cents) if lot.whole is None else lot.whole.basis
    return _share(of_all, lot, units, before)


def gift_worth_of(lot: Lot, units: Decimal, before: Decimal = Decimal(0)) -> Amount | None:
    """The worth at the gift of the same units; None for a lot that was no gift."""
    if lot.whole is None or lot.whole.fmv is None:
        return None
    return _share(lot.whole.fmv, lot, units, before)


def related_loss_of(lot: Lot, units: Decimal, before: Decimal = Decimal(0)) -> Amount:
    """What of a related seller's loss falls to the same units; nothing for most lots."""
    if lot.whole is None or lot.whole.related_loss is None:
        return 0, 0
    return _share(lot.whole.related_loss, lot, units, before)


def _share(amount: Amount, lot: Lot, units: Decimal, before: Decimal) -> Amount:
    all_units, start = lot.quantity, before
    if lot.whole is not None:
        all_units, start = lot.whole.quantity, exact.add(lot.whole.gone, before)
    scale = max(map(exact.decimals, (all_units, start, units)))
    first = exact.units(start, scale)
    return between(amount, first, first + exact.units(units, scale), exact.units(all_units, scale))
