"""Rows of several files to rows that stand once: corrected forms, forms that came twice, reports of the same sales."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import field

from niner.brokers.values import ReportedSale
from niner.dataclass import dataclass
from niner.values import Finding, Severity


@dataclass(slots=True)
class Once:
    """The rows that count, why each other one does not (by its name), and what to say of it."""

    sales: list[ReportedSale] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def once(sales: Iterable[ReportedSale], reissued: frozenset[str] = frozenset()) -> Once:
    """Each row once. `reissued` are files that are a corrected form as a whole, and take the place of the first one.

    A row of a table that is marked as corrected takes the place of the one about the same sale. Two equal rows of one
    file are two sales; a row that another file tells again is one.
    """
    found = Once()
    rows = _without_replaced(list(sales), reissued, found)
    rows = _without_second_views(rows, found)
    found.sales = _without_twins(rows, found)
    return found


def _account(sale: ReportedSale) -> tuple[str, str, int]:
    return sale.broker.casefold(), sale.account, sale.tax_year


def _without_replaced(rows: list[ReportedSale], reissued: frozenset[str], found: Once) -> list[ReportedSale]:
    """Rows without those that a corrected form replaces."""
    whole = {(*_account(row), row.form) for row in rows if row.source.file in reissued}
    gone: dict[str, str] = {}
    for row in rows:
        if not row.corrected and (*_account(row), row.form) in whole:
            gone[row.name] = "a corrected form takes its place"
    by_sale: dict[tuple[object, ...], list[ReportedSale]] = defaultdict(list)
    for row in rows:
        if not row.corrected and row.name not in gone:
            by_sale[_sale(row)].append(row)
    for row in rows:
        if not row.corrected or row.source.file in reissued:
            continue
        same = [one for one in by_sale[_sale(row)] if one.name not in gone]
        exact = [one for one in same if one.units == row.units] or same
        if len(exact) == 1:
            gone[exact[0].name] = f"{row.name} corrects it"
        else:
            what = "no row" if not exact else f"{len(exact)} rows"
            says = f"The row is marked as corrected, and {what} of the same asset and day can be what it corrects."
            todo = "Take out the row that it corrects by hand, and write no under corrected."
            severity: Severity = "error" if exact else "note"
            found.findings.append(Finding("brokers-corrected", severity, says, todo, source=row.source))
    found.left_out |= gone
    return [row for row in rows if row.name not in gone]


def _sale(row: ReportedSale) -> tuple[object, ...]:
    return (*_account(row), row.form, row.asset, row.sold, row.kind)


def _without_second_views(rows: list[ReportedSale], found: Once) -> list[ReportedSale]:
    """Rows of the form itself, where there is one: a report of the same account shows the same sales."""
    best: dict[tuple[str, int], list[ReportedSale]] = defaultdict(list)
    for row in rows:
        best[row.broker.casefold(), row.tax_year].append(row)
    kept = []
    for row in rows:
        same = [one for one in best[row.broker.casefold(), row.tax_year] if _may_be_same(one.account, row.account)]
        least = min(one.rank for one in same)
        if row.rank > least:
            form = next(one for one in same if one.rank == least)
            found.left_out[row.name] = f"a second view: {form.source.file} shows the same account"
        else:
            kept.append(row)
    return kept


def _may_be_same(one: str, other: str) -> bool:
    return not one or not other or one == other


def _without_twins(rows: Sequence[ReportedSale], found: Once) -> list[ReportedSale]:
    """Rows without those that another file has too; files are taken in the order of their names."""
    before: Counter[tuple[object, ...]] = Counter()
    first: dict[tuple[object, ...], list[ReportedSale]] = defaultdict(list)
    kept = []
    files: dict[str, list[ReportedSale]] = defaultdict(list)
    for row in rows:
        files[row.source.file].append(row)
    for file in sorted(files):
        here: Counter[tuple[object, ...]] = Counter()
        for row in files[file]:
            place, here[row.alike] = here[row.alike], here[row.alike] + 1
            if place < before[row.alike]:
                twin = first[row.alike][place]
                found.left_out[row.name] = f"the same as {twin.name}"
            else:
                kept.append(row)
                first[row.alike].append(row)
        for alike, count in here.items():
            before[alike] = max(before[alike], count)
    return kept
