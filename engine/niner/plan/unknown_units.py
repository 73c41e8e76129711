"""Units of which nobody knows where they came from or went, to the two ends of what that can have been."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from niner.ledger import Transaction
from niner.money import whole_cents
from niner.prepare import Inputs, Options, rules_by_year
from niner.returns.matching import matching
from niner.values import Source

HALVES = ("transfer_out", "transfer_in")


def ends_of(half: Transaction, worth: int) -> dict[str, Transaction]:
    """The two ends: what left was given away, or sold for what it was worth; what came in cost nothing, or that."""
    if half.kind == "transfer_out":
        sold = half._replace(kind="sell", value_cents=worth)
        return {"given away": half._replace(kind="gift_out", value_cents=worth), "sold for their worth": sold}
    came = half._replace(kind="opening", acquired=half.day)
    return {
        "with a basis of zero": came._replace(basis_cents=0),
        "with a basis of their worth": came._replace(basis_cents=worth),
    }


def at_end(half: Transaction, worth: int, end: int) -> Transaction:
    """A half at one of its ends: 0 for that with the most gain."""
    ends = list(ends_of(half, worth).values())
    return ends[1 - end] if half.kind == "transfer_out" else ends[end]


def worth_of_half(inputs: Inputs, half: Transaction) -> int | None:
    """What a half was worth in cents, as the row or the question about it says."""
    if half.value_cents is not None:
        return int(half.value_cents)
    asked = (f.amount_cents for f in inputs.findings if f.id == "transfer-unmatched" and f.source == half.source)
    return next((amount for amount in asked if amount is not None), None)


def mended(
    inputs: Inputs, options: Options, year: int, end: Callable[[str], int], unknown: dict[str, tuple[str, Source]]
) -> Inputs | None:
    """The inputs with every half of a move, and every lack of units, at one end of what it can be: 0 for that with the
    most gain. Each is put among `unknown` by a name of its own. None where what a half was worth is not known."""
    rows: list[Transaction] = []
    for t in inputs.ledger.transactions:
        if t.kind in HALVES:
            worth = worth_of_half(inputs, t)
            if worth is None:
                return None
            unknown[t.id] = half_words(t), t.source
            t = at_end(t, worth, end(t.id))
        rows.append(t)
    now = replace(inputs, ledger=replace(inputs.ledger, transactions=tuple(rows)))
    seen = inputs.case.seen_from(year)
    rules_of = rules_by_year(options.overlays, options.form_dirs)
    lots = matching(seen, now.ledger.transactions, rules_of, records=now.ledger.records, brokers=now.brokers)
    for one in lots.matched.lacking if lots.matched else ():
        id, near = f"lacking {one.asset} {one.wallet}", one.first
        unknown[id] = (
            f"{one.units:f} {one.asset} that {one.wallet or 'no wallet'} lacks from {near.day} on",
            near.source,
        )
        value = near.value_cents or near.fee_cents or 0
        units = near.sent_quantity or near.fee_quantity or one.units
        worth = whole_cents(Fraction(value) * Fraction(one.units) / Fraction(units))
        came = Transaction(id, near.instant, near.day, one.wallet or near.wallet, "opening", near.source)
        came = came._replace(received_quantity=one.units, received_asset=one.asset, acquired=near.day)
        rows.insert(next(n for n, t in enumerate(rows) if t.id == near.id), came._replace(basis_cents=worth * end(id)))
    return replace(inputs, ledger=replace(inputs.ledger, transactions=tuple(rows)))


def half_words(t: Transaction) -> str:
    """Half of a move in words."""
    units, asset = t.sent_quantity or t.received_quantity, t.sent_asset or t.received_asset
    verb = "left" if t.kind == "transfer_out" else "came into"
    return f"{units:f} {asset} that {verb} {t.wallet} on {t.day}"
