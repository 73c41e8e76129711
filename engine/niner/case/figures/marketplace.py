"""Form 1095-A by its months to what Form 8962 takes: totals of the year where line 10 has Yes, else month by month."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import WithJsonSchema

from niner.case.fields import Block, First, PositiveMoney

MONTHS = ("january", "february", "march", "april", "may", "june",
          "july", "august", "september", "october", "november", "december")  # fmt: skip


def _span(value: Any) -> str:
    first, last = _ends(str(value).strip())
    return f"{first}-{last}"


def _ends(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,2})(?:\s*-\s*(\d{1,2}))?", text, re.ASCII)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= first <= last <= len(MONTHS):
        raise ValueError("must be months such as 1-12, or one month such as 7")
    return first, last


Span = Annotated[str, First(_span), WithJsonSchema({"type": ["string", "integer"]})]


class SomeMonths(Block):
    """Months of Form 1095-A that are alike, with the amounts of one of them: its columns A, B and C. Cents."""

    months: Span
    premium: PositiveMoney
    silver_plan: PositiveMoney
    advance: PositiveMoney = 0

    @property
    def total(self) -> int:
        """The premiums of all its months, cents."""
        return self.premium * len(_months(self))


def _rows(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise ValueError("needs a list, as - {months: 1-12, premium: 500, silver_plan: 520, advance: 300}")
    return value


FormOfMonths = Annotated[tuple[SomeMonths, ...], First(_rows)]


def of_one_way(totals: Mapping[str, int | None], rows: Sequence[SomeMonths]) -> None:
    """Raises ValueError where Form 1095-A is given in two ways, or not whole, or a month twice."""
    given = [name for name, value in totals.items() if value is not None]
    if given and rows:
        raise ValueError(f"{given[0]} is a total of the form whose months form_1095_a gives: give one of them")
    if given and len(given) < len(totals):
        missing = ", ".join(name for name in totals if name not in given)
        raise ValueError(f"{', '.join(given)}: the totals of Form 1095-A are three; give {missing} too, or 0")
    months = [month for row in rows for month in _months(row)]
    twice = next((month for month in months if months.count(month) > 1), None)
    if twice:
        raise ValueError(
            f"form_1095_a has month {twice} twice; of several forms add the premiums and the advance payments, and "
            "give the silver plan once where they are of one state"
        )


def figures_by_month(rows: Sequence[SomeMonths]) -> dict[str, int]:
    """The figures of the worksheets, as premium_january; or the totals of the year, where all twelve months have the
    same premiums of both kinds (Form 8962, line 10)."""
    by_month = {month: row for row in rows for month in _months(row)}
    if len(by_month) == len(MONTHS) and len({(row.premium, row.silver_plan) for row in by_month.values()}) == 1:
        every = by_month.values()
        return {
            "marketplace_premiums": sum(row.premium for row in every),
            "silver_plan_premiums": sum(row.silver_plan for row in every),
            "advance_premium_credit": sum(row.advance for row in every),
        }
    columns = ("premium", "silver_plan", "advance")
    return {f"{column}_{MONTHS[m - 1]}": getattr(row, column) for m, row in by_month.items() for column in columns}


def _months(row: SomeMonths) -> range:
    first, last = _ends(row.months)
    return range(first, last + 1)
