"""A year's rows, notes and wallets to the facts that call law to mind which no figure here depends on."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from niner.case import Case
from niner.ledger import Transaction
from niner.ledger.columns import column, distinct, those, where
from niner.ledger.transaction import INCOME_KINDS
from niner.lots import Lot
from niner.returns.facts.claims import claim_facts
from niner.returns.rows import Row
from niner.rules import FactValue, YearRules
from niner.values import Finding, Source

_RELATED = re.compile(
    r"\b(brother|sister|sibling|mother|father|mom|dad|parents?|son|daughter|child|grand\w+|spouse|wife|husband|"
    r"my (own )?(company|corporation|llc|trust|business))\b",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"\b(gift(s|ed)?|donat\w+|stolen|hack(ed)?|brother|sister|mother|father|mom|dad|son|daughter|spouse|wife|husband|"
    r"friend)\b",
    re.IGNORECASE,
)
_SHORT = re.compile(r"\bshort(ed|ing| sales?| sold| positions?)\b|\bsold short\b|\bhedg|\bcollar\b", re.IGNORECASE)
_LOCKED = re.compile(r"\b(locked|lock-?up|vest(s|ed|ing)?|unvested|unbonding|not (yet )?claimable)\b", re.IGNORECASE)
_DERIVATIVE = re.compile(r"\b(futures?|perps?|perpetuals?|options?|1256)\b", re.IGNORECASE)


def hint_facts(
    case: Case,
    rules: YearRules,
    upto: Sequence[Transaction],
    own: Sequence[Transaction],
    rows: Sequence[Row],
    held: Sequence[Lot],
) -> dict[str, FactValue]:
    """What hints at related persons, personal use, short sales, derivatives, foreign accounts and a child's tax."""
    notes = [note for note in column(own, "note") if note]
    spent, related = _open_losses(own, rows)
    foreign = {name.casefold() for name, wallet in case.wallets.items() if wallet.foreign}
    used = sorted({name for name in _wallets(upto) if name.casefold() in foreign}) if foreign else []
    status = case.taxpayer.filing_status
    return {
        "spent_loss": -sum(row.gain_cents for row in spent),
        "related_loss": -sum(row.gain_cents for row in related),
        "transfers_noted_given": len(_given_away(upto)),
        "rows_noted_short": sum(bool(_SHORT.search(note)) for note in notes),
        "rows_noted_derivative": sum(bool(_DERIVATIVE.search(note)) for note in notes),
        "rows_worth_nothing": len(_worth_nothing(own)),
        "rows_noted_locked": len(_noted_locked(own)),
        **claim_facts(case, rules, own, held),
        "foreign_wallets": len(used),
        "foreign_names": ", ".join(used),
        "foreign_basis": sum(lot.basis_cents for lot in held if lot.wallet.casefold() in foreign),
        "fbar_over": _amount(rules, "fbar_over", status),
        "form_8938_at_end": _amount(rules, "form_8938_at_end", status),
        "form_8938_at_any_time": _amount(rules, "form_8938_at_any_time", status),
        "age_known": case.taxpayer.born is not None,
        "age": _age(case.taxpayer.born, case.tax_year),
        "positions": len(rules.positions),
    }


def _open_losses(own: Sequence[Transaction], rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Rows with a loss on units spent, and with one whose note names a relative, where the ledger does not say whether
    it is deductible."""
    noted = {t.id for t in where(own, column(own, "note")) if _RELATED.search(t.note)}
    losses = [row for row in rows if row.printed.gain < 0]
    spent = [row for row in losses if row.parts[0].kind == "spend"]
    related = [row for row in losses if row.parts[0].transaction in noted] if noted else []
    if not spent and not related:
        return [], []
    open_rows = set(column(those(own, lambda t: t.nondeductible == "not_said"), "id"))

    def still_open(some: list[Row]) -> list[Row]:
        return [row for row in some if row.parts[0].transaction in open_rows]

    return still_open(spent), still_open(related)


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


def _worth_nothing(own: Sequence[Transaction]) -> list[Transaction]:
    return [t for t in those(own, lambda t: t.kind in INCOME_KINDS) if t.value_cents == 0]


def _noted_locked(own: Sequence[Transaction]) -> list[Transaction]:
    return [t for t in those(own, lambda t: t.kind in INCOME_KINDS) if _LOCKED.search(t.note)]


def _given_away(upto: Sequence[Transaction]) -> list[Transaction]:
    """Transfers whose note or wallet names a gift, a theft or a person, and so may be no transfers."""
    moves = those(upto, lambda t: t.kind == "transfer")
    said = list(zip(column(moves, "to_wallet"), column(moves, "note"), strict=True))
    given = {words for words in set(said) if _GIVEN.search(" ".join(words))}
    return [moves[at] for at, words in enumerate(said) if words in given] if given else []


def hint_places(upto: Sequence[Transaction], own: Sequence[Transaction], rows: Sequence[Row]) -> Mapping[str, Source]:
    """The first row of each hint that has one."""
    places: dict[str, Source] = {}
    for t in _given_away(upto)[:1]:
        places["transfers_noted_given"] = t.source
    for name, some in (("rows_worth_nothing", _worth_nothing(own)), ("rows_noted_locked", _noted_locked(own))):
        if some:
            places[name] = some[0].source
    for name, found in zip(("spent_loss", "related_loss"), _open_losses(own, rows), strict=True):
        if found:
            places[name] = found[0].disposition.source
    for t in where(own, column(own, "note")):
        if _SHORT.search(t.note):
            places.setdefault("rows_noted_short", t.source)
        if _DERIVATIVE.search(t.note):
            places.setdefault("rows_noted_derivative", t.source)
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
