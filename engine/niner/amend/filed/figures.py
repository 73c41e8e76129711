"""The figures behind a filed return: read from return.json, or back from the lines of Form 1040."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from niner.case import CarryoverIn, Case, ReturnFigures, Taxpayer
from niner.case.model import ScheduleDFigures
from niner.dataclass import dataclass
from niner.money import dollars_text, parse_cents
from niner.rules import YearRules

LinesByForm = Mapping[str, Mapping[str, int | bool]]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a return is worked out from beside rows and income. Cents."""

    filing_status: str
    given: ReturnFigures | None
    schedule_d: ScheduleDFigures
    carryover_in: CarryoverIn

    @classmethod
    def of(cls, case: Case) -> "Figures":
        """Those of a case seen from its year."""
        return cls(case.taxpayer.filing_status, case.return_, case.schedule_d, case.carried_in)

    def as_case(self) -> Case:
        """A case with these figures and nothing else, for the worksheets."""
        return Case.model_construct(
            taxpayer=Taxpayer.model_construct(filing_status=self.filing_status),
            return_=self.given,
            schedule_d=self.schedule_d,
            carryover_in=self.carryover_in,
        )


def amount(lines: LinesByForm, form: str, line: str) -> int:
    """A line's amount in cents; a line that is not there is empty, and counts as 0."""
    value = lines.get(form, {}).get(line, 0)
    return 0 if isinstance(value, bool) else value


def amount_at(lines: LinesByForm, rules: YearRules, place: str) -> int:
    """The amount of a place of the rules in cents, its lines added; 0 where the year's forms have no such line."""
    found = rules.place(place)
    return sum(amount(lines, found.form, line) for line in found.lines)


def document_figures(document: Mapping[str, Any]) -> Figures | None:
    """The figures in a return.json; None where it was written before they were part of it."""
    case = document.get("case")
    if case is None:
        return None
    given = case["return"]
    return Figures(
        case["filing_status"],
        None if given is None else ReturnFigures.model_validate(_as_given(given)),
        ScheduleDFigures.model_validate(case["schedule_d"]),
        CarryoverIn.model_validate(case["carryover_in"]),
    )


def _as_given(figures: Mapping[str, str]) -> dict[str, str]:
    """A return.json's figures; one written before Form 6251 or Form 8962 was worked out says 0 where nobody gave it."""
    unsaid = {"schedule_2_part_1"} if "premium_credit_repaid" not in figures else set()
    unsaid |= {"premium_credit_repaid", "net_premium_tax_credit"} if "policy_shared" not in figures else set()
    return {name: text for name, text in figures.items() if not (name in unsaid and text == dollars_text(0))}


def lines_of(document: Mapping[str, Any]) -> dict[str, dict[str, int | bool]]:
    """The lines of a return.json in cents; yes and no as True and False."""

    def value(text: str) -> int | bool:
        return text == "yes" if text in ("yes", "no") else parse_cents(text)

    return {form: {line: value(text) for line, text in lines.items()} for form, lines in document["lines"].items()}


def figures_from_lines(
    lines: LinesByForm, rules: YearRules, filing_status: str, digital_asset_income: int, computed_taxes: int
) -> Figures:
    """The figures that a filed Form 1040 came from, by that year's line numbers.

    What the forms hold as one sum stays one sum. `digital_asset_income` of line 8 and `computed_taxes` of line 23 are
    worked out anew and so left out.
    """

    def at(place: str) -> int:
        return amount_at(lines, rules, place)

    as_on_the_form: dict[str, Any] = {name: at(name) for name in _ON_A_LINE}
    known_income = sum(as_on_the_form[name] for name in _INCOME) + at("capital_gain") + digital_asset_income
    extension, excess, credit = at("extension_payment"), at("excess_social_security"), at("earned_income_credit")
    minimum_tax = filed_minimum_tax(lines, rules)
    standard = at("deduction") == rules.parameter("standard_deduction", filing_status)
    given = ReturnFigures.model_construct(
        **as_on_the_form,
        other_income=at("total_income") - known_income if _has(lines, rules, "total_income") else 0,
        itemized=False if standard else None,
        taxes_deducted=at("taxes_deducted") if _has(lines, rules, "taxes_deducted") and not standard else None,
        other_taxes=at("other_taxes") - computed_taxes,
        withholding=at("withholding") - at("withholding_1099"),
        refundable_credits=at("other_payments") - extension - excess - credit,
        earned_income_credit=credit,
        excess_social_security=excess,
        paid_with_extension=extension,
        schedule_2_part_1=at("schedule_2_part_1") if minimum_tax is None else None,
        premium_credit_repaid=None if minimum_tax is None else (at("schedule_2_part_1") - minimum_tax) or None,
    )
    carried = CarryoverIn.model_construct(
        short_term=abs(at("short_term_carried_in")), long_term=abs(at("long_term_carried_in"))
    )
    elsewhere = ("short_term_elsewhere", "long_term_elsewhere", "special_rate_gain")
    places = [rules.place(name) for name in elsewhere]
    d: dict[str, Any] = {f"line_{line}": amount(lines, place.form, line) for place in places for line in place.lines}
    return Figures(filing_status, given, ScheduleDFigures.model_construct(**d), carried)


def with_income_left_out(found: Figures, lines: LinesByForm, rules: YearRules, own: ReturnFigures | None) -> Figures:
    """The figures of a filed return with what Form 2555 left out taken out of its sums, by the lines of the form.

    Where the form has none, and of what no line says, it is as the case (`own`) gives it.
    """
    amounts = {
        name: abs(amount_at(lines, rules, name)) if rules.place(name).lines else getattr(own, name, 0)
        for name in INCOME_LEFT_OUT
    }
    exclusion, deduction = amounts.values()
    if found.given is None or not (exclusion or deduction):
        return found
    more: dict[str, Any] = {name: getattr(own, name) for name in _BESIDE_LEFT_OUT} if own else {}
    more |= {"other_income": found.given.other_income + exclusion, "adjustments": found.given.adjustments - deduction}
    return replace(found, given=found.given.model_copy(update={**amounts, **more}))


INCOME_LEFT_OUT = ("foreign_earned_income_exclusion", "foreign_housing_deduction")
"""The figures of Form 2555 that the forms of most years have lines for, as places of the rules."""
_BESIDE_LEFT_OUT = ("foreign_housing_exclusion", "deductions_of_excluded_income")

_INCOME = ("wages", "taxable_interest", "ordinary_dividends", "pensions_and_benefits")
_ON_A_LINE = (
    *_INCOME,
    *("qualified_dividends", "adjustments", "deduction", "qbi_deduction", "schedule_1a_deduction"),
    *("nonrefundable_credits", "withholding_1099", "estimated_payments"),
    *("applied_to_next_year", "estimated_tax_penalty"),
)
"""The figures of a case that a form has as they are."""


def _has(lines: LinesByForm, rules: YearRules, place: str) -> bool:
    """Whether a place of the rules is among the lines."""
    found = rules.place(place)
    return any(line in lines.get(found.form, {}) for line in found.lines)


def filed_minimum_tax(lines: LinesByForm, rules: YearRules) -> int | None:
    """Alternative minimum tax as filed, cents; None where the line of Form 1040 is all that is known of it."""
    for place in ("minimum_tax", "alternative_minimum_tax"):
        if _has(lines, rules, place):
            return amount_at(lines, rules, place)
    schedule = rules.place("alternative_minimum_tax").form
    return 0 if schedule in lines or not amount_at(lines, rules, "schedule_2_part_1") else None


def given_lines(rules: YearRules) -> frozenset[tuple[str, str]]:
    """The lines by (form, line) that take a figure of the case as it is, and so follow from nothing."""
    return frozenset(
        (name.form, name.line)
        for name, line in rules.compiled.lines.items()
        if any(reference.kind == "case" for reference in line.value.names.values())
    )


_COLUMN_A = (
    *("agi", "deduction", "tax", "schedule_2_part_1", "nonrefundable_credits", "other_taxes"),
    *("withholding", "estimated_payments", "earned_income_credit"),
)


_TOTALS_OF_COLUMN_A = {
    "taxable_income": (("agi",), ("deduction", "qbi_deduction", "schedule_1a_deduction")),
    "tax_before_credits": (("tax", "schedule_2_part_1"), ()),
    "tax_after_credits": (("tax", "schedule_2_part_1"), ("nonrefundable_credits",)),
    "total_tax": (("tax", "schedule_2_part_1", "other_taxes"), ("nonrefundable_credits",)),
}
"""Lines of Form 1040 that Form 1040-X has among its sums: what is added and what is taken off."""
_MOST_BY_ROUNDING_CENTS = 200


def _filed_totals(lines: LinesByForm, rules: YearRules) -> dict[str, int]:
    """Totals as the filed return has them, cents, where they are what their parts come to but for rounding: a total in
    whole dollars need not be the sum of parts that each were rounded."""
    found = {}
    for total, (added, taken_off) in _TOTALS_OF_COLUMN_A.items():
        filed = amount_at(lines, rules, total)
        parts = sum(amount_at(lines, rules, one) for one in added) - sum(
            amount_at(lines, rules, one) for one in taken_off
        )
        if filed > 0 and abs(filed - parts) <= _MOST_BY_ROUNDING_CENTS:
            found[f"filed_{total}"] = filed
    return found


def filed_inputs(
    lines: LinesByForm, rules: YearRules, given: ReturnFigures | None, paid: int, overpaid: int
) -> dict[str, int | bool]:
    """Column A of Form 1040-X as the worksheets take it, with what was `paid` and `overpaid` by the return, cents.

    `given` are the filed figures: what was paid with an application for more time, and excess social security tax, have
    lines of their own on Form 1040-X, whether or not Schedule 3 is among the lines.
    """
    extension = given.paid_with_extension if given else 0

    def at(place: str) -> int:
        return amount_at(lines, rules, place)

    excess = given.excess_social_security or 0 if given else 0
    credit = at("earned_income_credit")
    return {
        "amended": True,
        **{f"filed_{place}": at(place) for place in _COLUMN_A},
        **_filed_totals(lines, rules),
        "filed_qbi": at("qbi_deduction"),
        "filed_schedule_1a": at("schedule_1a_deduction"),
        "filed_excess_social_security": excess,
        "filed_refundable_credits": at("other_payments") - credit - extension - excess,
        "filed_overpayment": overpaid,
        "paid_with_return": paid,
    }
