"""A year's wallets to the facts about custodians in bankruptcy: what they still hold, and what they paid."""

from collections.abc import Sequence
from datetime import date

from niner.case import Case
from niner.ledger import Transaction
from niner.ledger.columns import column, distinct, those
from niner.lots import Lot
from niner.rules import FactValue, YearRules


def claim_facts(case: Case, rules: YearRules, own: Sequence[Transaction], held: Sequence[Lot]) -> dict[str, FactValue]:
    """What the case says of insolvent custodians, and which wallets have the name of one and are not spoken of.

    `own` are the rows of the year and `held` the lots at its end.
    """
    said = {name.casefold(): wallet for name, wallet in case.wallets.items()}
    since = {name: wallet.insolvent_since for name, wallet in said.items() if wallet.insolvent_since}
    by_end = {name for name, day in since.items() if day.year <= case.tax_year}
    left = [lot for lot in held if lot.wallet.casefold() in by_end] if by_end else []
    theirs = those(own, lambda t: t.wallet.casefold() in since)
    paid = [t for t in theirs if t.sent_quantity is not None and since[t.wallet.casefold()] <= t.day]
    asked = _known_by_name(case.tax_year, rules, own, held, frozenset(said))
    return {
        "claims": len({lot.wallet for lot in left}),
        "claims_names": ", ".join(sorted({lot.wallet for lot in left})),
        "claims_basis": sum(lot.basis_cents for lot in left),
        "claims_paid": len(paid),
        "claims_to_ask": len(asked),
        "claims_to_ask_names": ", ".join(f"{name} ({day})" for name, day in asked),
    }


def _known_by_name(
    year: int, rules: YearRules, own: Sequence[Transaction], held: Sequence[Lot], said: frozenset[str]
) -> list[tuple[str, date]]:
    """Wallets that held or gave units in the year after a custodian of their name had become insolvent."""
    known: dict[str, date] = {}
    for row in rules.table("insolvencies").values():
        names, since = row.cells["names"], row.cells["since"]
        assert isinstance(names, Sequence)
        assert isinstance(since, date)
        known |= {str(name): since for name in names}
    holding = {lot.wallet for lot in held}
    named = {
        name: known[name.casefold()]
        for name in holding | distinct(own, "wallet")
        if name.casefold() not in said and name.casefold() in known
    }
    rows = those(own, lambda t: t.wallet in named) if named else ()
    last = dict(sorted(zip(column(rows, "wallet"), column(rows, "day"), strict=True)))
    last |= {name: date(year, 12, 31) for name in holding}
    return sorted((name, since) for name, since in named.items() if since <= last[name])
