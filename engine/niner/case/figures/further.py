"""Figures of Form 1040 and Schedules 1 to 3 that few returns have: each by its meaning, on the year's own line. Cents.

Which year has a line for which, the rules say; a figure that no line of the year takes is refused.
"""

import re
from typing import Annotated, Any

from pydantic import Field

from niner.case.fields import Block, First, Money, PositiveMoney, Words, YesNo

_MOST_KINDS = 6


def _few(value: Any) -> Any:
    if isinstance(value, dict) and len(value) > _MOST_KINDS:
        raise ValueError(f"has more than {_MOST_KINDS} kinds, and the line no room for them: put some together")
    if isinstance(value, dict) and any(
        re.search(r"2555|foreign (earned|housing)", str(kind), re.IGNORECASE) for kind in value
    ):
        raise ValueError(
            "names the foreign earned income exclusion (Form 2555), which changes the tax and much else: give "
            "foreign_earned_income_exclusion and foreign_housing_deduction instead"
        )
    return value


Kinds = Annotated[dict[Words, PositiveMoney], First(_few)]
SignedKinds = Annotated[dict[Words, Money], First(_few)]


class Wages(Block):
    """What is added to wages, and lines of Form 1040 beside the usual ones."""

    household_wages: PositiveMoney = 0
    tip_income: PositiveMoney = 0
    medicaid_waiver_payments: PositiveMoney = 0
    dependent_care_benefits: PositiveMoney = 0
    adoption_benefits: PositiveMoney = 0
    form_8919_wages: PositiveMoney = 0
    other_earned_income: PositiveMoney = 0
    other_earned_income_by_kind: Kinds = Field(default_factory=dict)
    combat_pay_election: PositiveMoney = 0
    child_income_tax: PositiveMoney = 0
    lump_sum_tax: PositiveMoney = 0
    other_line_16_tax: Kinds = Field(default_factory=dict)
    other_withholding: PositiveMoney = 0
    refundable_adoption_credit: PositiveMoney = 0
    child_qualified_dividends: YesNo = False
    child_dividends: YesNo = False
    child_capital_gain: PositiveMoney = 0
    ira_rollover: YesNo = False
    ira_charitable_distribution: YesNo = False
    pension_rollover: YesNo = False
    safety_officer_premiums: YesNo = False
    lump_sum_election: YesNo = False
    eic_aged_18_to_23: YesNo = False
    clergy_self_employment: YesNo = False
    no_earned_income_credit: YesNo = False
    no_additional_child_tax_credit: YesNo = False
    refund_by_form_8888: YesNo = False


class FurtherIncome(Block):
    """Schedule 1, Part I, beside the usual lines."""

    form_1099k_error: PositiveMoney = 0
    other_gains: Money = 0
    casualty_gains: Money = 0
    farm_income: Money = 0
    unemployment_repaid: PositiveMoney = 0
    net_operating_loss: PositiveMoney = 0
    debt_canceled: PositiveMoney = 0
    msa_and_care_income: PositiveMoney = 0
    hsa_income: PositiveMoney = 0
    alaska_dividends: PositiveMoney = 0
    jury_pay: PositiveMoney = 0
    prizes: PositiveMoney = 0
    hobby_income: PositiveMoney = 0
    stock_options: PositiveMoney = 0
    property_rental_income: PositiveMoney = 0
    olympic_prizes: PositiveMoney = 0
    subpart_f_income: PositiveMoney = 0
    gilti: PositiveMoney = 0
    excess_business_loss: PositiveMoney = 0
    foreign_earned_income_exclusion: PositiveMoney = 0
    foreign_housing_deduction: PositiveMoney = 0
    foreign_housing_exclusion: PositiveMoney | None = None
    deductions_of_excluded_income: PositiveMoney = 0
    able_distributions: PositiveMoney = 0
    scholarships: PositiveMoney = 0
    medicaid_waiver_excluded: PositiveMoney = 0
    nonqualified_plan_income: PositiveMoney = 0
    wages_while_incarcerated: PositiveMoney = 0
    other_income_by_kind: SignedKinds = Field(default_factory=dict)


class FurtherAdjustments(Block):
    """Schedule 1, Part II, beside the usual lines."""

    performing_artist_expenses: PositiveMoney = 0
    moving_expenses: PositiveMoney = 0
    storage_fees_only: YesNo = False
    tuition_deduction: PositiveMoney = 0
    archer_msa_deduction: PositiveMoney = 0
    jury_pay_given_up: PositiveMoney = 0
    property_rental_expenses: PositiveMoney = 0
    olympic_prizes_excluded: PositiveMoney = 0
    reforestation: PositiveMoney = 0
    trade_act_benefits_repaid: PositiveMoney = 0
    plan_501c18d: PositiveMoney = 0
    chaplain_403b: PositiveMoney = 0
    discrimination_legal_fees: PositiveMoney = 0
    whistleblower_legal_fees: PositiveMoney = 0
    estate_excess_deductions: PositiveMoney = 0
    other_adjustments_by_kind: Kinds = Field(default_factory=dict)


class FurtherTaxes(Block):
    """Schedule 2 beside the usual lines."""

    new_vehicle_credit_repaid: PositiveMoney = 0
    used_vehicle_credit_repaid: PositiveMoney = 0
    elective_payment_recapture: PositiveMoney = 0
    excessive_payment_1a: PositiveMoney = 0
    excessive_payment_1c: PositiveMoney = 0
    excessive_payment_1d: PositiveMoney = 0
    excessive_payment_2a: PositiveMoney = 0
    excessive_payment_20_1a: PositiveMoney = 0
    excessive_payment_20_1c: PositiveMoney = 0
    excessive_payment_20_1d: PositiveMoney = 0
    excessive_payment_20_2a: PositiveMoney = 0
    other_additions_by_kind: Kinds = Field(default_factory=dict)
    form_8919_tax: PositiveMoney = 0
    exempt_by_form_4361: YesNo = False
    exempt_by_form_4029: YesNo = False
    exempt_by_agreement: YesNo = False
    exempt_community_income: YesNo = False
    exempt_notary_fees: YesNo = False
    without_form_5329: YesNo = False
    homebuyer_credit_repaid: PositiveMoney = 0
    uncollected_tax_on_tips: PositiveMoney = 0
    residential_lots_interest: PositiveMoney = 0
    installment_interest: PositiveMoney = 0
    low_income_housing_recapture: PositiveMoney = 0
    recaptured_credits: Kinds = Field(default_factory=dict)
    mortgage_subsidy_recapture: PositiveMoney = 0
    hsa_distribution_tax: PositiveMoney = 0
    hsa_eligibility_tax: PositiveMoney = 0
    archer_msa_tax: PositiveMoney = 0
    medicare_msa_tax: PositiveMoney = 0
    fractional_gift_recapture: PositiveMoney = 0
    plan_409a_tax: PositiveMoney = 0
    plan_457a_tax: PositiveMoney = 0
    excess_benefits_tax: PositiveMoney = 0
    golden_parachute_tax: PositiveMoney = 0
    trust_accumulation_tax: PositiveMoney = 0
    insider_stock_tax: PositiveMoney = 0
    look_back_interest: PositiveMoney = 0
    nonresident_tax: PositiveMoney = 0
    fund_distribution_interest: PositiveMoney = 0
    fund_deferred_interest: PositiveMoney = 0
    other_taxes_by_kind: Kinds = Field(default_factory=dict)
    advance_child_credit_repaid: PositiveMoney = 0
    net_elective_payment_recapture: PositiveMoney = 0
    section_965_installment: PositiveMoney = 0


class FurtherCredits(Block):
    """Schedule 3 beside the usual lines."""

    general_business_credit: PositiveMoney = 0
    prior_year_minimum_tax_credit: PositiveMoney = 0
    adoption_credit: PositiveMoney = 0
    elderly_credit: PositiveMoney = 0
    alternative_vehicle_credit: PositiveMoney = 0
    clean_vehicle_credit: PositiveMoney = 0
    mortgage_interest_credit: PositiveMoney = 0
    dc_homebuyer_credit: PositiveMoney = 0
    electric_vehicle_credit: PositiveMoney = 0
    refueling_property_credit: PositiveMoney = 0
    bond_credit: PositiveMoney = 0
    partner_audit_credit: PositiveMoney = 0
    used_vehicle_credit: PositiveMoney = 0
    other_credits_by_kind: Kinds = Field(default_factory=dict)
    fuel_tax_credit: PositiveMoney = 0
    undistributed_gains_tax: PositiveMoney = 0
    early_leave_credit: PositiveMoney = 0
    health_coverage_credit: PositiveMoney = 0
    repaid_income_credit: PositiveMoney = 0
    elective_payment: PositiveMoney = 0
    deferred_965_tax: PositiveMoney = 0
    refundable_child_care_credit: PositiveMoney = 0
    late_leave_credit: PositiveMoney = 0
    deferred_self_employment_tax: PositiveMoney = 0
    other_payments_by_kind: Kinds = Field(default_factory=dict)


FURTHER = (Wages, FurtherIncome, FurtherAdjustments, FurtherTaxes, FurtherCredits)
