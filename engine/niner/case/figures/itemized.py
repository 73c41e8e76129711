"""What a person gives of the papers behind Schedule A, from which itemized deductions are worked out. Cents."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from niner.case.fields import Block, First, PositiveMoney, Words, YesNo

_MOST = 6  # that the lines for their types have room for


def _listed(value: Any) -> Any:
    if isinstance(value, dict) and len(value) > _MOST:
        raise ValueError(f"has more than {_MOST} types, and Schedule A no room for them: put some together")
    return value


Types = Annotated[dict[Words, PositiveMoney], First(_listed)]
"""Amounts by what they are, for a line that lists type and amount."""


class Itemized(Block):
    """The parts of Schedule A, before any floor or limit."""

    medical_expenses: PositiveMoney = 0
    state_income_taxes: PositiveMoney = 0
    state_sales_taxes: PositiveMoney = 0
    real_estate_taxes: PositiveMoney = 0
    personal_property_taxes: PositiveMoney = 0
    other_deductible_taxes: Types = Field(default_factory=dict)
    mortgage_interest: PositiveMoney = 0
    mortgage_interest_without_1098: PositiveMoney = 0
    mortgage_points: PositiveMoney = 0
    mortgage_insurance: PositiveMoney = 0
    mortgage_used_otherwise: YesNo = False
    property_gifts: PositiveMoney = 0
    capital_gain_gifts: PositiveMoney = 0
    gifts_carried_over: PositiveMoney = 0
    gifts_of_other_limits: YesNo = False
    cash_gifts_up_to_income: YesNo = False
    casualty_loss: PositiveMoney = 0
    gambling_losses: PositiveMoney = 0
    other_itemized_deductions: Types = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_both_taxes(self) -> "Itemized":
        if self.state_income_taxes and self.state_sales_taxes:
            raise ValueError("state_income_taxes and state_sales_taxes can't both be deducted: give one of them")
        return self

    @property
    def by_parts(self) -> bool:
        """Whether a part of Schedule A is given."""
        return any(value and not isinstance(value, bool) for value in self._parts)

    @property
    def _parts(self) -> list[Any]:
        return [getattr(self, name) for name in Itemized.model_fields]
