"""A year's rows and wallets to the facts that call law to mind which no figure here depends on."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from niner.case import Case
from niner.ledger import Transaction
from niner.ledger.columns import distinct
from niner.lots import Lot
from niner.returns.facts.claims import claim_facts
from niner.returns.facts.noticed import Noticed
from niner.rules import FactValue, YearRules
from niner.values import Finding, Source


def hint_facts(
    case: Case,
    rules: YearRules,
    upto: Sequence[Transaction],
    own: Sequence[Transaction],
    held: Sequence[Lot],
    seen: Noticed,
) -> dict[str, FactValue]:
    """What hints at related persons, personal use, short sales, derivatives, foreign accounts and a child's tax.

    `upto` are the ledger's rows to the end of the year, `own` those of the year, `held` the lots at its end; `seen` is
    what stands out among the rows.
    """
    foreign = {name.casefold() for name, wallet in case.wallets.items() if wallet.foreign}
    used = sorted({name for name in _wallets(upto) if name.casefold() in foreign}) if foreign else []
    status = case.taxpayer.filing_status
    return {
        "spent_loss": -sum(row.gain_cents for row in seen.spent_loss),
        "related_loss": -sum(row.gain_cents for row in seen.related_loss),
        "transfers_noted_given": len(seen.given_away),
        "rows_noted_short": len(seen.short),
        "rows_noted_derivative": len(seen.derivative),
        "rows_worth_nothing": len(seen.worth_nothing),
        "rows_noted_locked": len(seen.locked),
        **claim_facts(case, rules, own, held),
        "foreign_wallets": len(used),
        "foreign_names": ", ".join(used),
        "foreign_basis": sum(lot.basis_cents for lot in held if lot.wallet.casefold() in foreign) if foreign else 0,
        "fbar_over": _amount(rules, "fbar_over", status),
        "form_8938_at_end": _amount(rules, "form_8938_at_end", status),
        "form_8938_at_any_time": _amount(rules, "form_8938_at_any_time", status),
        "age_known": case.taxpayer.born is not None,
        "age": _age(case.taxpayer.born, case.tax_year),
        "positions": len(rules.positions),
    }


def _amount(rules: YearRules, name: str, status: str) -> int:
    value = rules.parameter(name, status)
    assert isinstance(value, int)
    return value


def _age(born: date | None, year: int) -> int:
    """The age at the end of the year; who was born on 1 January has reached it the day before. 0 if not known."""
    if born is None:
        return 0
    return year - born.year + ((born.month, born.day) == (1, 1))


def _wallets(transactions: Collection[Transaction]) -> set[str]:
    places = distinct(transactions, "wallet", "to_wallet")
    return {name for both in places for name in both if name}


def hint_places(seen: Noticed) -> Mapping[str, Source]:
    """The first row of each hint that has one."""
    transactions = {
        "transfers_noted_given": seen.given_away,
        "rows_worth_nothing": seen.worth_nothing,
        "rows_noted_locked": seen.locked,
        "rows_noted_short": seen.short,
        "rows_noted_derivative": seen.derivative,
    }
    places = {name: some[0].source for name, some in transactions.items() if some}
    for name, rows in (("spent_loss", seen.spent_loss), ("related_loss", seen.related_loss)):
        if rows:
            places[name] = rows[0].disposition.source
    return places


def unknown_wallets(case: Case, transactions: Collection[Transaction]) -> list[Finding]:
    """Wallets that the case describes and no row names: most likely misspelt."""
    known = {name.casefold() for name in _wallets(transactions)} if case.wallets else set()
    return [
        Finding(
            "wallet-unknown",
            "review",
            f"case.yaml says what the wallet “{name}” is, but no row of the ledger names it.",
            "Write it as the ledger does, or take it out.",
            source=Source("case.yaml"),
            value=name,
        )
        for name in case.wallets
        if name.casefold() not in known
    ]
