"""A case, its rows and its income to what the worksheets start from."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

from niner.case import Case, ReturnFigures
from niner.money import round_to_dollar
from niner.rules import WorksheetInputs, YearRules


class RowAmounts(Protocol):
    """What the worksheets need of a row of Form 8949: its Schedule D line and its amounts in cents.

    `also` are lines that its gain goes to beside, as f1040sd.collectibles.
    """

    @property
    def line(self) -> str: ...
    @property
    def proceeds_cents(self) -> int: ...
    @property
    def basis_cents(self) -> int: ...
    @property
    def adjustment_cents(self) -> int: ...
    @property
    def gain_cents(self) -> int: ...
    @property
    def also(self) -> tuple[str, ...]: ...


class IncomeAmount(Protocol):
    """What the worksheets need of an income: the lines it goes to, as f1040s1.8v, and its cents."""

    @property
    def lines(self) -> tuple[str, ...]: ...
    @property
    def amount_cents(self) -> int: ...


def worksheet_inputs(
    case: Case, rules: YearRules, rows: Sequence[RowAmounts], income: Sequence[IncomeAmount], whole: bool
) -> WorksheetInputs:
    """What the worksheets start from; with `whole`, every amount already rounded to dollars."""

    def rounded(amount: int) -> int:
        return round_to_dollar(amount) if whole else amount

    routed: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        columns = {"d": row.proceeds_cents, "e": row.basis_cents}
        if not row.line.endswith("a"):
            columns["g"] = row.adjustment_cents
        for column, amount in columns.items():
            routed["f1040sd"][f"{row.line}.{column}"] += amount
        for name in row.also:
            form, _, line = name.partition(".")
            routed[form][line] += row.gain_cents
    for item in income:
        for name in item.lines:
            form, _, line = name.partition(".")
            routed[form][line] += item.amount_cents
    for form, totals in routed.items():
        # The rows of Form 8949 were rounded one by one; everything else is rounded as a total.
        routed[form] = defaultdict(int, {line: rounded(amount) for line, amount in totals.items()})
    figures: dict[str, int | bool | None] = {
        name: rounded(amount) if isinstance(amount, int) and not isinstance(amount, bool) else amount
        for name, amount in case.schedule_d.figures.items()
    }
    figures["carryover_short_term"] = rounded(case.carryover_in.short_term)
    figures["carryover_long_term"] = rounded(case.carryover_in.long_term)
    given = case.return_.model_dump() if case.return_ else {}
    for name in ReturnFigures.model_fields:
        if name in rules.case_inputs:
            figure = given.get(name)
            figures[name] = rounded(figure) if isinstance(figure, int) else None
    return WorksheetInputs(case.taxpayer.filing_status, figures, {form: dict(v) for form, v in routed.items()}, whole)
