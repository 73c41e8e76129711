"""A filed year worked out anew from what was locked with it: what today's rules, and other elections, change in it.

It needs nothing of the corrected return, so a copy of this process can do it while this one works that out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path

from niner.amend.comparing.causes import changes_of
from niner.amend.filed.entries import Entry, Receipt, entries_of, receipts_of
from niner.amend.filed.original import RESULT, Original
from niner.amend.filed.side_by_side import TOTALS, Change
from niner.brokers import Brokers, read_brokers
from niner.case import CarryoverIn, Case, Elections, read_case
from niner.dataclass import dataclass
from niner.imports import read_ledger
from niner.ledger import Ledger
from niner.printing.descriptions import fitted
from niner.returns.plan import RulesOf
from niner.returns.year import year_return
from niner.values import Refused


@dataclass(frozen=True, slots=True)
class Reworked:
    """What working a year out anew changes, and the rows and income that it then has; all empty where nothing is."""

    changes: tuple[Change, ...] = ()
    rows: tuple[Entry, ...] = ()
    income: tuple[Receipt, ...] = ()


@dataclass(frozen=True, slots=True)
class Anew:
    """A filed year anew: by its own elections, and from there by those of the corrected return (`now`).

    Either is None where the year can't be worked out so any more; `elected` also where the elections (`then`) are the
    same, but for rounding. `then` is None where the locked case can't be read.
    """

    now: Elections
    filed: Reworked | None
    then: Elections | None = None
    elected: Reworked | None = None


def made_anew(
    original: Original, rows: Sequence[Entry], income: Sequence[Receipt], now: Elections, rules_of: RulesOf
) -> Anew | None:
    """The filed year anew against its rows and income; None where it was not locked with its ledger."""
    snapshot, rules = original.filed.snapshot, rules_of(original.year)
    if snapshot is None or original.document is None:
        return None
    locked = _Locked(snapshot)

    def reworked(elections: Elections | None) -> Reworked | None:
        made = _rerun(locked, original, elections, rules_of)
        if made is None:
            return None
        changes = changes_of((rows, income), made, rules)
        return Reworked(changes, *made) if changes else Reworked()

    filed = reworked(None)
    if filed is not None and filed.changes:
        rows, income = filed.rows, filed.income
    try:
        then = locked.case().elections
    except Refused:
        return Anew(now, filed)
    # Rounding is no election that moves a row; it has a step of its own.
    then = then.model_copy(update={"rounding": now.rounding})
    return Anew(now, filed, then, None if then.model_dump() == now.model_dump() else reworked(now))


def of_whole_rows(original: Original) -> bool:
    """Whether every filed row and receipt is told, so that no corrected one is needed to know what a total is of."""
    rows, income = {row.kind for row in original.rows}, {receipt.kind for receipt in original.income}
    return rows.isdisjoint({*TOTALS, RESULT}) and "total" not in income


def anew_by_year(originals: Mapping[int, Original], elections: Elections, rules_of: RulesOf) -> dict[int, Anew]:
    """Each filed year that is locked with its ledger anew against what was filed, as far as that tells every row."""
    found = {}
    for year, original in originals.items():
        if of_whole_rows(original):
            anew = made_anew(original, original.rows, original.income, elections, rules_of)
            if anew is not None:
                found[year] = anew
    return found


@dataclass(frozen=True, slots=True)
class _Locked:
    """What was locked with a filed return. Its ledger and brokers' forms are read once for each time zone, which is all
    that other elections change in them."""

    folder: Path
    _ledgers: dict[str | None, tuple[Ledger, Brokers]] = field(default_factory=dict)

    def case(self) -> Case:
        """The case as it was filed. Raises Refused."""
        return read_case(self.folder)

    def ledger(self, case: Case, elections: Elections) -> tuple[Ledger, Brokers]:
        """The ledger by these elections and what brokers reported. Raises Refused."""
        zone = elections.timezone
        if zone not in self._ledgers:
            ledger = read_ledger(self.folder, case, elections)
            brokers = read_brokers(self.folder, case.tax_year, case.zone, case.sources, named=ledger.named)
            self._ledgers[zone] = ledger, brokers
        return self._ledgers[zone]


def _rerun(
    locked: _Locked, original: Original, elections: Elections | None, rules_of: RulesOf
) -> tuple[tuple[Entry, ...], tuple[Receipt, ...]] | None:
    """The locked ledger and case worked out anew, by today's rules; None where that is no longer possible."""
    try:
        case = locked.case()
        ledger, brokers = locked.ledger(case, elections or case.elections)
        carried = CarryoverIn.model_construct(**original.figures.carryover_in.model_dump())
        seen = case.seen_from(original.year).model_copy(update={"carryover_in": carried})
        if elections is not None:
            seen = seen.model_copy(update={"elections": elections})
        made = year_return(seen, ledger.transactions, rules_of, records=ledger.records, brokers=brokers)
        made = fitted(made)
    except Refused:
        return None
    return entries_of(made.rows), receipts_of(made.income)
