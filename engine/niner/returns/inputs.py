"""A case, its rows and its income to what the worksheets start from."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Protocol

from niner.case import Case, ReturnFigures
from niner.case.people import MOST_NOTATIONS, Person
from niner.money import Amounts, Cents, total, whole_cents
from niner.rules import LineName, WorksheetInputs, YearRules
from niner.values import Finding, Severity, Source
from niner.words.form_names import form_name


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
    for (number, also), several in groupby(rows, key=attrgetter("line", "also")):  # rows of a line follow one another
        amounts = [row.sums for row in several]
        sums, adjusted = total(amounts), any(own.adjustment for own in amounts)
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
    for name in ReturnFigures.model_fields:
        if name in rules.case_inputs:
            figure = getattr(case.return_, name, "unknown")
            if isinstance(figure, int):
                figures[name] = figure
            elif isinstance(figure, dict):
                figures[name] = sum(figure.values())
            elif figure in ("unknown", "standard"):
                figures[name] = None  # unknown; what the block leaves out takes its default
    figures |= case.return_.premiums_by_month if case.return_ else {}
    totals = {form: {line: whole_cents(amount) for line, amount in lines.items()} for form, lines in routed.items()}
    return WorksheetInputs(case.taxpayer.filing_status, figures, totals, whole)


def without_line(case: Case, rules: YearRules) -> list[Finding]:
    """What is to be said of each figure of the return that no line of the year's forms takes.

    An amount would count nowhere, which is an error; what else a paper has is not asked in that year.
    """
    given, read = case.return_, rules.case_figures_read()
    found = []
    for name in ReturnFigures.model_fields if given is not None else ():
        if name in rules.case_inputs and name not in read and getattr(given, name):
            asked = rules.case_inputs[name]
            says = f"No line of the forms of {rules.year} takes {name}: {asked.meaning}."
            todo = "Give it as the year's line is called (“Who gets a filled Form 1040” lists them), or take it out."
            severity: Severity = "note" if asked.default is None else "error"
            found.append(Finding("return.no-line", severity, says, todo, source=Source("case.yaml"), value=name))
    return found


def kinds_with_a_line(case: Case, rules: YearRules) -> list[Finding]:
    """What is to be said of each amount given by its kind where the kind has a key, and so a line, of its own."""
    given, read, found = case.return_, rules.case_figures_read(), []
    for name in ReturnFigures.model_fields if given is not None else ():
        amounts = getattr(given, name)
        for kind in amounts if isinstance(amounts, dict) else ():
            own = "_".join(re.findall(r"\w+", kind.lower()))
            if own in rules.case_inputs and own in read:
                says = f"{name} has “{kind}”, which has a line of its own: {rules.case_inputs[own].meaning}."
                todo = f"Give it as {own} in place of that, unless it is something else."
                found.append(Finding("return.own-line", "review", says, todo, source=Source("case.yaml"), value=kind))
    return found


def boxes_said(case: Case) -> dict[str, str | bool | tuple[str, ...]]:
    """The boxes of Form 1040 that the case gives, by their names in the rules' table: ticks, words, days."""
    given, spouse = case.form_1040, case.spouse
    joint = spouse if case.taxpayer.filing_status == "married_joint" else None
    named = case.taxpayer.filing_status in ("head_of_household", "surviving_spouse")
    said: dict[str, str | bool | tuple[str, ...]] = {
        "qualifying_child": given.qualifying_child if named else "",
        "treated_as_resident": f"{joint.first_name} {joint.last_name}" if joint and given.treated_as_resident else "",
        "main_home_in_us": given.main_home_in_us,
        "filed_under_301_9100_2": given.filed_under_301_9100_2,
        "combat_zone": given.combat_zone,
        "other_notation": (*given.other_notation, *("",) * MOST_NOTATIONS)[:MOST_NOTATIONS]
        if given.other_notation
        else "",
        "former_spouse_ssn": given.former_spouse_ssn.get_secret_value() if given.former_spouse_ssn else "",
        "ira_other_code": given.ira_other_code,
        "pension_other_code": given.pension_other_code,
        "died": _in_parts(case.taxpayer.died),
        "spouse_died": _in_parts(joint.died if joint else None),
        **{name: bool(case.return_ and getattr(case.return_, name)) for name in EXEMPTIONS},
    }
    return {name: value for name, value in said.items() if value}


def _in_parts(day: date | None) -> tuple[str, ...]:
    return (f"{day:%m}", f"{day:%d}", f"{day:%Y}") if day else ()


EXEMPTIONS = (
    *("exempt_by_form_4361", "exempt_by_form_4029", "exempt_by_agreement"),
    *("exempt_community_income", "exempt_notary_fees"),
)
"""What of the return's figures says why a business owes no self-employment tax."""


def boxes_by_hand(case: Case, rules: YearRules) -> list[Finding]:
    """What is to be done by hand for each box that the case gives and the year's form does not have, or that the
    filing status has no use for."""
    found = []
    for name in boxes_said(case):
        cells = rules.table("boxes")[name].cells
        if not cells["fields"]:
            says = str(cells["why"]) or f"Form 1040 of {rules.year} has no field for {name}."
            todo = str(cells["by_hand"])
            severity: Severity = "review" if todo else "note"
            todo = todo or "Nothing is to be done."
            found.append(Finding("return.by-hand", severity, says, todo, source=Source("case.yaml"), value=name))
    given, status = case.form_1040, case.taxpayer.filing_status
    asked = {"qualifying_child": ("head_of_household", "surviving_spouse"), "treated_as_resident": ("married_joint",)}
    for name, statuses in asked.items():
        if getattr(given, name) and status not in statuses:
            says = f"{name} stands under form_1040, and Form 1040 asks it of {_STATUSES[name]} alone."
            todo = "Correct filing_status, or take it out."
            found.append(Finding("return.not-asked", "error", says, todo, source=Source("case.yaml"), value=name))
    return found


def forms_said(case: Case, rules: YearRules) -> frozenset[str]:
    """The schedules that are attached for a box that the case gives, also where they have no amount."""
    table = rules.table("boxes")
    return frozenset(str(table[name].cells["form"]) for name in boxes_said(case)) - {""}


def boxes_not_filled(case: Case, rules: YearRules, filled: Mapping[str, bool]) -> list[Finding]:
    """What is to be done by hand for each box that the case gives and a schedule has that is not filled."""
    found = []
    for name in boxes_said(case):
        cells = rules.table("boxes")[name].cells
        form = str(cells["form"])
        if cells["fields"] and form and not filled.get(form, False):
            says = f"{form_name(form)}, which says {name}, is not filled."
            todo = str(cells["by_hand"])
            found.append(Finding("return.by-hand", "review", says, todo, source=Source("case.yaml"), value=name))
    return found


_STATUSES = {
    "qualifying_child": "a head of household or a qualifying surviving spouse",
    "treated_as_resident": "a joint return",
}


def born_before(person: Person, rules: YearRules) -> bool:
    """Whether a person is 65 by the end of the year, or was by the day of death, as the form asks it; no where the case
    gives no day of birth."""
    day = date.fromisoformat(str(rules.parameter("aged_if_born_before")))
    if person.born is None:
        return False
    if person.died is not None and person.died.year == rules.year:
        years = rules.year + 1 - day.year
        last = _years_later(person.born, years) - timedelta(days=1)  # the age is reached on the day before the birthday
        return person.died >= last
    return person.born < day


def _years_later(day: date, years: int) -> date:
    return (
        date(day.year + years, day.month, day.day) if (day.month, day.day) != (2, 29) else date(day.year + years, 3, 1)
    )


def _of_50(person: Person, rules: YearRules) -> bool | None:
    """Whether a person is 50 by the end of the year; None where the case gives no day of birth."""
    day = date.fromisoformat(str(rules.parameter("ira_50_if_born_before")))
    return None if person.born is None else person.born < day


def with_boxes(case: Case, rules: YearRules) -> Case:
    """The case with what days of birth, persons and dependents tell among its figures: the boxes of age and blindness,
    and how many dependents there are for each credit.

    What the figures name stays as it is; a spouse's box counts on a joint return alone.
    """
    if case.return_ is None:
        return case
    spouse = case.spouse if case.taxpayer.filing_status == "married_joint" else None
    told: dict[str, int | bool | None] = {
        "aged": born_before(case.taxpayer, rules) or None,
        "blind": case.taxpayer.blind or None,
        "spouse_aged": (spouse is not None and born_before(spouse, rules)) or None,
        "spouse_blind": (spouse is not None and spouse.blind) or None,
        "aged_50": _of_50(case.taxpayer, rules),
        "spouse_aged_50": _of_50(spouse, rules) if spouse else None,
        **_dependents(case, rules),
        "eic_age": _of_the_age([case.taxpayer, *([spouse] if spouse else [])], rules),
        **_of_the_premium_credit(case),
    }
    more = {name: value for name, value in told.items() if value is not None and getattr(case.return_, name) is None}
    return case.model_copy(update={"return_": case.return_.model_copy(update=more)}) if more else case


_ONE = 100  # a person in hundredths, as worksheets take every number


def _dependents(case: Case, rules: YearRules) -> dict[str, int | None]:
    """How many dependents there are for each credit, in hundredths; None where there are none or days are missing.

    How many children are young is told in a year whose rules ask it.
    """
    children = [person for person in case.dependents if person.credit == "child_tax_credit"]
    others = sum(person.credit == "other_dependent_credit" for person in case.dependents)
    counts: dict[str, int | None] = {
        "qualifying_children": _ONE * len(children) or None,
        "other_dependents": _ONE * others or None,
    }
    days = [person.born for person in children]
    if days and None not in days and "young_if_born_from" in rules.compiled.parameters:
        young_from = date.fromisoformat(str(rules.parameter("young_if_born_from")))
        counts["children_under_6"] = _ONE * sum(day is not None and day >= young_from for day in days)
    return counts


def _of_the_premium_credit(case: Case) -> dict[str, int | bool | None]:
    """The persons of the tax family, in hundredths, where dependents are named, and the state of the address where it
    has a poverty line of its own; None where Form 1095-A is not given."""
    if case.return_ is None or not case.return_.gives_form_1095_a:
        return {}
    filers = 2 if case.taxpayer.filing_status == "married_joint" else 1
    state = case.taxpayer.address.state if case.taxpayer.address else ""
    return {
        "tax_family": _ONE * (filers + len(case.dependents)) if case.dependents else None,
        "lived_in_alaska": state == "AK" or None,
        "lived_in_hawaii": state == "HI" or None,
    }


def _of_the_age(persons: Sequence[Person], rules: YearRules) -> bool | None:
    """Whether one of them is of the age for the earned income credit without a child; None where no day tells it."""
    first, past = (date.fromisoformat(str(rules.parameter(f"eic_born_{edge}"))) for edge in ("from", "before"))
    days = [person.born for person in persons]
    if any(day is not None and first <= day < past for day in days):
        return True
    return None if None in days else False
