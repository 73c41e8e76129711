"""What a household gives of its own papers, from which credits and deductions are worked out. Cents, and counts."""

from typing import Annotated, Any

from pydantic import WithJsonSchema, model_validator

from niner.case.fields import Block, First, Money, PositiveMoney, YesNo
from niner.case.figures.marketplace import FormOfMonths, figures_by_month, of_one_way

_MOST_PERSONS = 30


def count(value: Any) -> int:
    """A number of persons in hundredths, which is how worksheets take every number. Raises ValueError."""
    text = str(value).strip().removesuffix(".00")
    if not text.isascii() or not text.isdigit() or int(text) > _MOST_PERSONS:
        raise ValueError(f"must be a number of persons, 0 to {_MOST_PERSONS}")
    return 100 * int(text)


_COUNT_SCHEMA = {"type": ["integer", "string"], "minimum": 0, "maximum": _MOST_PERSONS, "pattern": r"^\d{1,2}(\.00)?$"}
Count = Annotated[int, First(count), WithJsonSchema(_COUNT_SCHEMA)]


class Household(Block):
    """The figures behind credits and deductions. What `dependents` and days of birth tell need not be given."""

    qualifying_children: Count | None = None
    other_dependents: Count | None = None
    children_under_6: Count | None = None
    advance_child_tax_credit: PositiveMoney | None = None
    social_security_withheld: PositiveMoney | None = None
    student_loan_interest_paid: PositiveMoney = 0
    ira_contributions: PositiveMoney = 0
    spouse_ira_contributions: PositiveMoney = 0
    covered_by_plan: YesNo | None = None
    spouse_covered_by_plan: YesNo | None = None
    aged_50: YesNo | None = None
    spouse_aged_50: YesNo | None = None
    tips: PositiveMoney = 0
    tips_unreported: PositiveMoney = 0
    tips_self_employed: PositiveMoney = 0
    overtime: PositiveMoney = 0
    overtime_1099: PositiveMoney = 0
    car_loan_interest: PositiveMoney = 0
    claim_earned_income_credit: YesNo = False
    eic_children: Count | None = None
    eic_age: YesNo | None = None
    earned_income_of_2019: PositiveMoney | None = None
    retirement_savings: PositiveMoney = 0
    spouse_retirement_savings: PositiveMoney = 0
    savers_distributions: PositiveMoney = 0
    business_qualifies: YesNo = False
    qualified_business_income: Money = 0
    qbi_loss_carried_in: PositiveMoney = 0
    qbi_dividends: Money = 0
    qbi_dividend_loss_carried_in: PositiveMoney = 0
    cash_gifts: PositiveMoney = 0
    first_rebate: PositiveMoney | None = None
    second_rebate: PositiveMoney | None = None
    third_rebate: PositiveMoney | None = None
    tax_family: Count | None = None
    dependents_income: PositiveMoney = 0
    foreign_income_excluded: PositiveMoney = 0
    lived_in_alaska: YesNo | None = None
    lived_in_hawaii: YesNo | None = None
    policy_shared: YesNo = False
    married_in_year: YesNo = False
    approved_for_unemployment: YesNo | None = None
    marketplace_premiums: PositiveMoney | None = None
    silver_plan_premiums: PositiveMoney | None = None
    advance_premium_credit: PositiveMoney | None = None
    form_1095_a: FormOfMonths = ()

    @model_validator(mode="after")
    def _premiums_one_way(self) -> "Household":
        of_one_way(self.premiums_of_the_year, self.form_1095_a)
        return self

    @property
    def premiums_of_the_year(self) -> dict[str, int | None]:
        """Form 1095-A, line 33, by the names of its columns; None where it is not given."""
        names = ("marketplace_premiums", "silver_plan_premiums", "advance_premium_credit")
        return {name: getattr(self, name) for name in names}

    @property
    def gives_form_1095_a(self) -> bool:
        return bool(self.form_1095_a) or any(value is not None for value in self.premiums_of_the_year.values())

    @property
    def premiums_by_month(self) -> dict[str, int]:
        """What the worksheets take of `form_1095_a`: the year's totals where its months are alike, else each month."""
        return figures_by_month(self.form_1095_a)
