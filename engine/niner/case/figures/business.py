"""What a sole proprietor gives for Schedule C: its amounts, under `return`, and its questions, under `schedule_c`."""

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from niner.case.fields import Block, First, PositiveMoney, Words, YesNo

_MOST_OTHER = 9  # rows of Schedule C, Part V


def _code(value: Any) -> str:
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and len(text) == 6):
        raise ValueError("is not a principal business code of six digits; the Schedule C instructions list them")
    return text


def _ein(value: Any) -> str:
    text = str(value).strip().replace("-", "")
    if text and not (text.isascii() and text.isdigit() and len(text) == 9):
        raise ValueError("is not an employer identification number of nine digits")
    return text


def _listed(value: Any) -> Any:
    if isinstance(value, dict) and len(value) > _MOST_OTHER:
        raise ValueError(f"has more than {_MOST_OTHER} kinds, and Schedule C no row for them: put some together")
    return value


Kinds = Annotated[dict[Words, PositiveMoney], First(_listed)]


class Business(Block):
    """The amounts of Schedule C, each on its own line; without `gross_receipts` none of them. Cents."""

    gross_receipts: PositiveMoney | None = None
    returns_and_allowances: PositiveMoney = 0
    cost_of_goods: PositiveMoney = 0
    other_business_income: PositiveMoney = 0
    advertising: PositiveMoney = 0
    car_and_truck: PositiveMoney = 0
    commissions_and_fees: PositiveMoney = 0
    contract_labor: PositiveMoney = 0
    depletion: PositiveMoney = 0
    depreciation: PositiveMoney = 0
    employee_benefits: PositiveMoney = 0
    business_insurance: PositiveMoney = 0
    business_mortgage_interest: PositiveMoney = 0
    other_business_interest: PositiveMoney = 0
    legal_and_professional: PositiveMoney = 0
    office_expense: PositiveMoney = 0
    employee_pension_plans: PositiveMoney = 0
    equipment_rent: PositiveMoney = 0
    business_rent: PositiveMoney = 0
    repairs: PositiveMoney = 0
    supplies: PositiveMoney = 0
    taxes_and_licenses: PositiveMoney = 0
    business_travel: PositiveMoney = 0
    business_meals: PositiveMoney = 0
    utilities: PositiveMoney = 0
    wages_paid: PositiveMoney = 0
    home_office: PositiveMoney = 0
    other_business_expenses: Kinds = Field(default_factory=dict)
    social_security_wages: PositiveMoney | None = None


class ScheduleC(Block):
    """What Schedule C asks beside amounts, lines A to J and 32."""

    activity: Words = ""
    code: Annotated[str, First(_code), WithJsonSchema({"type": ["string", "integer"]})] | None = None
    name: Words = ""
    ein: Annotated[str, First(_ein), WithJsonSchema({"type": ["string", "integer"]})] = ""
    street: Words = ""
    city: Words = ""
    accounting: Literal["cash", "accrual"] | None = None
    participated: YesNo | None = None
    started: YesNo = False
    pays_1099: YesNo | None = None
    files_1099: YesNo | None = None
    all_at_risk: YesNo | None = None

    def missing(self, *, loss: bool) -> tuple[str, ...]:
        """The keys of what the form asks and the case does not say; line 32 is asked of a loss alone."""
        asked = ["activity", "code", "accounting", "participated", "pays_1099"]
        asked += ["files_1099"] if self.pays_1099 else []
        asked += ["all_at_risk"] if loss else []
        return tuple(name for name in asked if getattr(self, name) in (None, ""))
