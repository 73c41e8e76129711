"""What is handed over: the rows of Form 8949 as other programs take them, and files with what they hold."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from niner.dataclass import dataclass
from niner.money import Amounts, dollars_text
from niner.returns.rows import Row
from niner.returns.year import YearReturn
from niner.values import Source


@dataclass(frozen=True, slots=True)
class HandedRow:
    """One row: columns (a) to (h) of Form 8949, its part, box and line of Schedule D, and whose account it is of.

    `sums` are in cents, also where the return is printed in whole dollars: totals add cents. `acquired` and `sold` are
    MM/DD/YYYY; `acquired` may be the form's word for it, or empty.
    """

    number: int
    box: str
    term: str
    line: str
    description: str
    asset: str
    units: Decimal
    security: bool
    acquired: str
    sold: str
    sums: Amounts
    code: str
    account: str
    source: Source


def handed_rows(result: YearReturn) -> tuple[HandedRow, ...]:
    """Every row of a return in the order of the form, with those that are totalled straight on Schedule D."""
    return tuple(_handed(number, row, result) for number, row in enumerate(result.rows, 1))


def _handed(number: int, row: Row, result: YearReturn) -> HandedRow:
    d = row.disposition
    return HandedRow(
        number=number,
        box=row.box,
        term=row.term,
        line=row.line,
        description=row.description,
        asset=d.asset,
        units=row.quantity,
        security=result.case.asset(d.asset).class_ == "security",
        acquired=row.acquired,
        sold=row.disposed,
        sums=row.sums,
        code=row.code,
        account=d.wallet,
        source=d.source,
    )


def by_account(rows: Iterable[HandedRow]) -> list[list[HandedRow]]:
    """Rows of one account, box and kind of property together."""
    groups: dict[tuple[str, str, bool], list[HandedRow]] = {}
    for row in rows:
        groups.setdefault((row.account, row.box, row.security), []).append(row)
    return list(groups.values())


FIELDS: Mapping[str, Callable[[HandedRow], str]] = {
    "row": lambda row: str(row.number),
    "box": lambda row: row.box,
    "term": lambda row: row.term,
    "line": lambda row: row.line,
    "description": lambda row: row.description,
    "asset": lambda row: row.asset,
    "units": lambda row: f"{row.units:f}",
    "acquired": lambda row: row.acquired,
    "sold": lambda row: row.sold,
    "proceeds": lambda row: dollars_text(row.sums.proceeds),
    "basis": lambda row: dollars_text(row.sums.basis),
    "code": lambda row: row.code,
    "adjustment": lambda row: dollars_text(row.sums.adjustment) if row.code else "",
    "gain": lambda row: dollars_text(row.sums.gain),
    "account": lambda row: row.account,
}
"""What a column of a layout may hold, as text; money in dollars with cents, the adjustment empty without a code."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as a file was read back: by field, what it says; money in cents. Fields the file has no place for are not
    there, and `box` is known of the file where the rows do not say it."""

    box: str
    texts: Mapping[str, str]
    cents: Mapping[str, int]
