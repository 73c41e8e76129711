"""Gift tax to what of it is added to the basis of the units given, by the conclusions of the decision `gift_tax`."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from niner.ledger.transaction import Transaction
from niner.money import Cents


def _on_net_appreciation(t: Transaction) -> Cents:
    """The share of the tax that the appreciation is of the amount of the gift; never more than the tax, nor than the
    appreciation."""
    gained = (t.fmv_cents or 0) - (t.basis_cents or 0)
    if not t.gift_tax_cents or not t.taxable_gift_cents or gained <= 0:
        return 0
    share = Fraction(t.gift_tax_cents) * gained / t.taxable_gift_cents
    added = min(share, Fraction(t.gift_tax_cents), Fraction(gained))
    return added.numerator if added.denominator == 1 else added


GIFT_TAX: Mapping[str, Callable[[Transaction], Cents]] = {
    "not_added": lambda t: 0,
    "on_net_appreciation": _on_net_appreciation,
    "in_full": lambda t: t.gift_tax_cents or 0,
}
