"""Rows and a layout to those that the program can carry, and those that have to be typed, each with the reason."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from anyascii import anyascii

from niner.dataclass import dataclass
from niner.handover.layouts import Layout
from niner.handover.values import FIELDS, HandedRow
from niner.returns.calendar import same_day_next_year
from niner.values import Finding, Severity


@dataclass(frozen=True, slots=True)
class Fit:
    """What goes into a program's file, what is to be typed beside it, and what is said of that."""

    carried: tuple[HandedRow, ...]
    typed: tuple[HandedRow, ...]
    findings: tuple[Finding, ...]


def fit(layout: Layout, rows: Sequence[HandedRow], asked: bool) -> Fit:
    """The rows that a layout carries. A layout that can't be used at all carries none; that is an error where it was
    `asked` for by its name, and else a note."""
    severity: Severity = "error" if asked else "note"
    if layout.rows is not None and len(rows) > layout.rows.most:
        says = f"{layout.title}: the return has {len(rows):,} rows, and {layout.rows.says}"
        todo = "Type the totals of each box instead (type_these_totals.html) and attach the rows as a statement."
        return Fit((), tuple(rows), (Finding("handover-rows", severity, says, todo),))
    reasons = {row.number: why for row in rows if (why := _why_not(layout, row))}
    carried = tuple(row for row in rows if row.number not in reasons)
    typed = tuple(row for row in rows if row.number in reasons)
    counted = Counter(reasons.values())
    if rows and not carried:
        why = "; ".join(f"{why}" for why, _ in counted.most_common())
        says = f"{layout.title}: no row of this return can be carried in it: {why}."
        return Fit((), typed, (Finding("handover-rows", severity, says, "Type the totals or rows instead."),))
    findings = []
    for why, count in counted.most_common():
        which = [row for row in typed if reasons[row.number] == why]
        says = f"{layout.title}: {_rows(which)} can't go into the file, because {why}."
        todo = f"Type {'it' if count == 1 else 'them'} into the program by hand, from {to_type(layout)}."
        findings.append(Finding("handover-typed", "review", says, todo, source=which[0].source))
    return Fit(carried, typed, tuple(findings))


def to_type(layout: Layout) -> str:
    """The file of the rows that a layout does not carry."""
    return f"{layout.name}_rows_to_type.csv"


def _rows(rows: Sequence[HandedRow]) -> str:
    numbers = ", ".join(str(row.number) for row in rows[:8])
    more = f" and {len(rows) - 8:,} more" if len(rows) > 8 else ""
    return f"row{'s' * (len(rows) != 1)} {numbers}{more}"


def _why_not(layout: Layout, row: HandedRow) -> str:
    """Why a row can't be carried; empty where it can."""
    if layout.references and row.box not in layout.references:
        return f"the layout has no code for box {row.box}"
    if row.code and not _takes_code(layout, row.code):
        return (
            f"it has no place for code {row.code}"
            if layout.codes != "one"
            else f"it takes one code a row, not {row.code}"
        )
    if not row.acquired[:1].isdigit() and row.acquired not in layout.acquired:
        return (
            f"it takes a day only, not “{row.acquired}”, as the day acquired"
            if row.acquired
            else "the day acquired is empty"
        )
    if layout.by_dates and (by_dates := _term_by_dates(row)) != row.term:
        return f"the program would take it for {by_dates or 'no'} term by its days, and it is {row.term}-term"
    for name, column in layout.columns.items():
        if column.most is not None and len(FIELDS[column.holds](row)) > column.most:
            return f"its {name} is longer than {column.most} characters"
    if layout.letters == "ascii" and not anyascii(row.description).isprintable():
        return "its description can't be written in plain letters"
    return ""


def _takes_code(layout: Layout, code: str) -> bool:
    if layout.codes == "one":
        return len(code) == 1
    return layout.codes == "any" or (layout.codes != "none" and code in layout.codes)


def _term_by_dates(row: HandedRow) -> str:
    """The term that a program finds which knows nothing but the two days."""
    if not row.acquired[:1].isdigit():
        return ""
    return "long" if form_day(row.sold) > same_day_next_year(form_day(row.acquired)) else "short"


def form_day(text: str) -> date:
    """The day of a date as the forms show it."""
    return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007
