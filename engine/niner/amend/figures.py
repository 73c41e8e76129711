"""The figures behind a filed return: read from return.json, or back from the lines of Form 1040."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from niner.case import CarryoverIn, Case, ReturnFigures, Taxpayer
from niner.case.model import ScheduleDFigures
from niner.money import parse_cents
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
    """A return.json's figures; one written before Form 6251 was worked out says 0 for a line 17 nobody gave."""
    unsaid = {"schedule_2_part_1"} if "premium_credit_repaid" not in figures else set()
    return {name: text for name, text in figures.items() if not (name in unsaid and text == "0.00")}


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

    def line(name: str) -> int:
        return amount(lines, "f1040", name)

    def named(parameter: str) -> int:
        number = str(rules.parameter(parameter))
        return 0 if number == "none" else line(number)

    wages, gain = named("wages_line"), named("capital_gain_line")
    benefits = line("4b") + line("5b") + line("6b")
    known_income = wages + line("2b") + line("3b") + benefits + gain + digital_asset_income
    extension = amount(lines, "f1040s3", str(rules.parameter("extension_payment_line")))
    excess = amount(lines, "f1040s3", str(rules.parameter("excess_social_security_line")))
    earned_income_credit = named("earned_income_credit_line")
    minimum_tax = filed_minimum_tax(lines, rules)
    deduction = named("deduction_line")
    standard = deduction == rules.parameter("standard_deduction", filing_status)
    taxes = amount(lines, "f6251", "2a") if "2a" in lines.get("f6251", {}) and not standard else None
    given = ReturnFigures.model_construct(
        wages=wages,
        taxable_interest=line("2b"),
        ordinary_dividends=line("3b"),
        qualified_dividends=line("3a"),
        pensions_and_benefits=benefits,
        other_income=line("9") - known_income if "9" in lines.get("f1040", {}) else 0,
        adjustments=named("adjustments_line"),
        deduction=deduction,
        itemized=False if standard else None,
        taxes_deducted=taxes,
        qbi_deduction=named("qbi_line"),
        schedule_1a_deduction=named("schedule_1a_line"),
        nonrefundable_credits=line("21"),
        other_taxes=line("23") - computed_taxes,
        withholding=line("25d") - line("25b"),
        withholding_1099=line("25b"),
        estimated_payments=line("26"),
        refundable_credits=line("32") - extension - excess - earned_income_credit,
        earned_income_credit=earned_income_credit,
        excess_social_security=excess,
        paid_with_extension=extension,
        schedule_2_part_1=line("17") if minimum_tax is None else None,
        premium_credit_repaid=0 if minimum_tax is None else line("17") - minimum_tax,
        applied_to_next_year=line("36"),
        estimated_tax_penalty=line("38"),
    )
    carried = CarryoverIn.model_construct(
        short_term=abs(amount(lines, "f1040sd", "6")), long_term=abs(amount(lines, "f1040sd", "14"))
    )
    d = ScheduleDFigures.model_construct(
        line_4=amount(lines, "f1040sd", "4"),
        line_5=amount(lines, "f1040sd", "5"),
        line_11=amount(lines, "f1040sd", "11"),
        line_12=amount(lines, "f1040sd", "12"),
        line_13=amount(lines, "f1040sd", "13"),
        line_18=amount(lines, "f1040sd", "18"),
        line_19=amount(lines, "f1040sd", "19"),
    )
    return Figures(filing_status, given, d, carried)


def filed_minimum_tax(lines: LinesByForm, rules: YearRules) -> int | None:
    """Alternative minimum tax as filed, cents; None where Form 1040, line 17, is all that is known of it."""
    own = str(rules.parameter("alternative_minimum_tax_line"))
    for form, line in (("f6251", "11"), ("f1040s2", own)):
        if line in lines.get(form, {}):
            return amount(lines, form, line)
    return 0 if "f1040s2" in lines or not amount(lines, "f1040", "17") else None


def given_lines(rules: YearRules) -> frozenset[tuple[str, str]]:
    """The lines by (form, line) that take a figure of the case as it is, and so follow from nothing."""
    return frozenset(
        (name.form, name.line)
        for name, line in rules.compiled.lines.items()
        if any(reference.kind == "case" for reference in line.value.names.values())
    )


def filed_inputs(
    lines: LinesByForm, rules: YearRules, given: ReturnFigures | None, paid: int, overpaid: int
) -> dict[str, int | bool]:
    """Column A of Form 1040-X as the worksheets take it, with line 16 (`paid`) and line 18 (`overpaid`), cents.

    `given` are the filed figures: what was paid with an application for more time belongs on line 16, and excess social
    security tax on line 12, whether or not Schedule 3 is among the lines.
    """
    extension = given.paid_with_extension if given else 0

    def line(name: str) -> int:
        return amount(lines, "f1040", name)

    def named(parameter: str) -> int:
        number = str(rules.parameter(parameter))
        return 0 if number == "none" else line(number)

    excess = given.excess_social_security or 0 if given else 0
    credit = named("earned_income_credit_line")
    return {
        "amended": True,
        "filed_agi": named("agi_line"),
        "filed_deduction": named("deduction_line"),
        "filed_qbi": named("qbi_line"),
        "filed_schedule_1a": named("schedule_1a_line"),
        "filed_tax": line("16"),
        "filed_schedule_2_part_1": line("17"),
        "filed_nonrefundable_credits": line("21"),
        "filed_other_taxes": line("23"),
        "filed_withholding": line("25d"),
        "filed_excess_social_security": excess,
        "filed_estimated_payments": line("26"),
        "filed_earned_income_credit": credit,
        "filed_refundable_credits": line("32") - credit - extension - excess,
        "filed_overpayment": overpaid,
        "paid_with_return": paid,
    }
