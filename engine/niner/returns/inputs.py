"""A case, its rows and its income to what the worksheets start from."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Protocol

from niner.case import Case, ReturnFigures
from niner.case.people import Person
from niner.money import Amounts, Cents, total, whole_cents
from niner.rules import LineName, WorksheetInputs, YearRules


class RowAmounts(Protocol):
    """What the worksheets need of a row of Form 8949: its Schedule D line and its amounts with their cents.

    `also` are lines that its gain goes to beside, as f1040sd.collectibles.
    """

    @property
    def line(self) -> str: ...
    @property
    def sums(self) -> Amounts: ...
    @property
    def also(self) -> tuple[str, ...]: ...


class IncomeAmount(Protocol):
    """What the worksheets need of an income: the lines it goes to, as f1040s1.8v, and its exact cents."""

    @property
    def lines(self) -> tuple[str, ...]: ...
    @property
    def amount_cents(self) -> Cents: ...


def worksheet_inputs(
    case: Case, rules: YearRules, rows: Sequence[RowAmounts], income: Sequence[IncomeAmount], whole: bool
) -> WorksheetInputs:
    """What the worksheets start from, with cents; `whole` says that its lines are printed in whole dollars.

    The rows of Form 8949 are added as they are printed in cents, so that the form foots; receipts, which no form lists,
    are added exactly and their total is rounded once.
    """
    routed: dict[str, dict[str, Cents]] = defaultdict(lambda: defaultdict(int))
    alike: dict[tuple[str, tuple[str, ...], bool], list[Amounts]] = defaultdict(list)
    for row in rows:
        alike[row.line, row.also, row.sums.adjustment != 0].append(row.sums)
    for (number, also, adjusted), amounts in alike.items():
        sums = total(amounts)
        columns = {"d": sums.proceeds, "e": sums.basis}
        # A line that has no column (g) is not for an adjustment: one that is sent there is refused, not dropped.
        if adjusted or LineName("f1040sd", f"{number}.g") in rules.compiled.lines:
            columns["g"] = sums.adjustment
        for column, amount in columns.items():
            routed["f1040sd"][f"{number}.{column}"] += amount
        for name in also:
            form, _, line = name.partition(".")
            routed[form][line] += sums.gain
    for item in income:
        for name in item.lines:
            form, _, line = name.partition(".")
            routed[form][line] += item.amount_cents
    figures: dict[str, int | bool | None] = dict(case.schedule_d.figures)
    figures["carryover_short_term"] = case.carried_in.short_term
    figures["carryover_long_term"] = case.carried_in.long_term
    given = case.return_.model_dump() if case.return_ else {}
    for name in ReturnFigures.model_fields:
        if name in rules.case_inputs:
            figure = given.get(name)
            if isinstance(figure, int):
                figures[name] = figure
            elif name not in given or figure == "standard":
                figures[name] = None  # unknown; what the block leaves out takes its default
    totals = {form: {line: whole_cents(amount) for line, amount in lines.items()} for form, lines in routed.items()}
    return WorksheetInputs(case.taxpayer.filing_status, figures, totals, whole)


def born_before(person: Person, rules: YearRules) -> bool:
    """Whether a person is 65 by the end of the year, as the form asks it; no where the case gives no day of birth."""
    day = date.fromisoformat(str(rules.parameter("aged_if_born_before")))
    return person.born is not None and person.born < day


def with_boxes(case: Case, rules: YearRules) -> Case:
    """The case with the boxes of age and blindness among its figures, as days of birth and persons give them.

    A box that the figures name stays as it is; a spouse's counts on a joint return alone.
    """
    if case.return_ is None:
        return case
    spouse = case.spouse if case.taxpayer.filing_status == "married_joint" else None
    ticked = {
        "aged": born_before(case.taxpayer, rules),
        "blind": case.taxpayer.blind,
        "spouse_aged": spouse is not None and born_before(spouse, rules),
        "spouse_blind": spouse is not None and spouse.blind,
    }
    more = {name: True for name, yes in ticked.items() if yes and getattr(case.return_, name) is None}
    return case.model_copy(update={"return_": case.return_.model_copy(update=more)}) if more else case
