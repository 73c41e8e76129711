"""Nothing that a case gives is ignored in silence: every figure, when set, changes a line or is remarked on."""

from collections.abc import Callable
from typing import Any

import pytest

from ledgers import buy, ledger, sell
from niner.case import ReturnFigures
from niner.case.figures.business import Business
from niner.case.figures.further import FURTHER
from niner.case.model import ScheduleDFigures
from niner.prepare import Options, work_out
from niner.values import Refused

MakeCase = Callable[..., Any]
# A return on which each of them can count: over the threshold of Form 8960, with gain, dividends and an overpayment.
BASE = {
    "wages": "300000",
    "ordinary_dividends": "30000",
    "other_income": "20000",
    "deduction": "60000",
    "taxes_deducted": "9000",
    "withholding": "250000",
}
WITH = {
    "spouse_wages": {"self_employment_income": "1000"},
    "business_of_spouse": {"self_employment_income": "1000", "spouse_wages": "200000"},
    "prior_year_tax": {"withholding": "1000"},
    "prior_year_agi": {"withholding": "1000", "prior_year_tax": "20000"},
    "social_security_taxable": {"social_security": "1000"},
    "lived_apart": {"wages": "1000", "social_security": "30000", "other_income": "0"},
    "claimed_as_dependent": {"wages": "1000"},
    "senior_deduction": {"schedule_1a_deduction": "6000", "taxes_deducted": "40000"},
    "gifts_of_other_limits": {"cash_gifts": "400000"},
    "cash_gifts_up_to_income": {"cash_gifts": "900000"},
    "gambling_losses": {"gambling_winnings": "200"},
    "spouse_retirement_savings": {"retirement_savings": "1000"},
    "savers_distributions": {"retirement_savings": "1000"},
    "eic_age": {"wages": "12000", "other_income": "-950000", "claim_earned_income_credit": "yes"},
    "earned_income_of_2019": {"claim_earned_income_credit": "yes", "eic_children": "1"},
    "business_qualifies": {"self_employment_income": "1000"},
    "first_rebate": {"second_rebate": "0"},
    "second_rebate": {"first_rebate": "0"},
    "advance_child_tax_credit": {"qualifying_children": "2", "children_under_6": "1"},
    "children_under_6": {"qualifying_children": "2", "advance_child_tax_credit": "100"},
    "social_security_withheld": {
        **{"qualifying_children": "9", "wages": "12000", "other_income": "-950000", "medicare_withheld": "1000"},
    },
}
VALUES = {
    "deduction": "70000",
    "itemized": "no",
    "business_of_spouse": "yes",
    **dict.fromkeys(("claimed_as_dependent", "lived_apart", "spouse_itemizes"), "yes"),
    **dict.fromkeys(("aged", "blind", "spouse_aged", "spouse_blind"), "yes"),
    "taxes_deducted": "55000",
    "wages": "300100",
    "prior_year_tax": "30000",
}
VALUES |= dict.fromkeys(("claim_earned_income_credit", "eic_age", "business_qualifies"), "yes") | {
    **{"eic_children": "2", "earned_income_of_2019": "400000"}
}
WITH |= {name: {"gross_receipts": "9000"} for name in Business.model_fields if name != "gross_receipts"}
WITH["social_security_wages"] = {"self_employment_income": "9000", "wages": "20000", "other_income": "-950000"}
VALUES["other_business_expenses"] = "{Software: 100}"
VALUES |= {"qualifying_children": "2", "other_dependents": "2", "children_under_6": "2"}
OF_FORM_8962 = (
    *("tax_family", "dependents_income", "foreign_income_excluded", "lived_in_alaska", "lived_in_hawaii"),
    *("policy_shared", "married_in_year", "approved_for_unemployment"),
    *("marketplace_premiums", "silver_plan_premiums", "advance_premium_credit"),
)
FORM_1095_A = {"marketplace_premiums": "60000", "silver_plan_premiums": "60000", "advance_premium_credit": "65000"}
WITH |= dict.fromkeys(OF_FORM_8962, FORM_1095_A)
VALUES |= dict.fromkeys(OF_FORM_8962[3:8], "yes") | {"tax_family": "5"} | dict.fromkeys(FORM_1095_A, "60100")
VALUES["form_1095_a"] = "[{months: 1-6, premium: 1000, silver_plan: 1000, advance: 200}]"
EXEMPT = (
    "exempt_by_form_4361",
    "exempt_by_form_4029",
    "exempt_by_agreement",
    "exempt_community_income",
    "exempt_notary_fees",
)
WITH |= {key: {"self_employment_income": "9000"} for key in EXEMPT}
VALUES |= dict.fromkeys((*EXEMPT, "distributions_alone"), "yes")
VALUES |= {"form_4952": "yes", "qof_disposition": "yes", "withholding": "250100"}
IRA = {"wages": "50000", "other_income": "0", "ordinary_dividends": "0", "ira_contributions": "6100"}
IRA |= {"covered_by_plan": "no", "spouse_covered_by_plan": "no", "aged_50": "no", "spouse_aged_50": "no"}
WITH |= {
    "ira_contributions": IRA,
    "spouse_ira_contributions": IRA,
    "covered_by_plan": {key: value for key, value in IRA.items() if key != "covered_by_plan"},
    "spouse_covered_by_plan": {key: value for key, value in IRA.items() if key != "spouse_covered_by_plan"},
    "aged_50": {key: value for key, value in IRA.items() if key != "aged_50"},
    "spouse_aged_50": {key: value for key, value in IRA.items() if key != "spouse_aged_50"}
    | {"spouse_ira_contributions": "100"},
}
VALUES |= dict.fromkeys(("covered_by_plan", "spouse_covered_by_plan", "aged_50", "spouse_aged_50"), "yes")
VALUES |= {"ira_contributions": "6200", "spouse_ira_contributions": "100"}
VALUES |= {"other_deductible_taxes": "{Foreign: 100}", "other_itemized_deductions": "{Repayment: 100}"}
VALUES |= dict.fromkeys(("mortgage_used_otherwise", "gifts_of_other_limits", "cash_gifts_up_to_income"), "yes")
SPOUSE = "spouse: {first_name: Bo, last_name: Test, ssn: 900-12-3457}"
SALES = {f"line_{line}" for line in ("1a", "1b", "2", "3", "8a", "8b", "9", "10")}
FROM = {
    "schedule_1a_deduction": 2025,
    "senior_deduction": 2025,
    "gambling_winnings": 2021,
    "gambling_losses": 2021,
    **dict.fromkeys(("tips", "tips_unreported", "tips_self_employed"), 2025),
    **dict.fromkeys(("overtime", "overtime_1099", "car_loan_interest"), 2025),
    **dict.fromkeys(("advance_child_tax_credit", "children_under_6", "third_rebate"), 2021),
    "approved_for_unemployment": 2021,
}
# Figures of the further lines, by the first year that has a line for them; the others have one in every year.
FROM |= dict.fromkeys((
    *("net_operating_loss", "debt_canceled", "hsa_income", "alaska_dividends", "jury_pay", "prizes", "hobby_income"),
    *("stock_options", "property_rental_income", "olympic_prizes", "subpart_f_income", "gilti", "excess_business_loss"),
    *("able_distributions", "archer_msa_deduction", "jury_pay_given_up", "property_rental_expenses"),
    *("olympic_prizes_excluded", "reforestation", "trade_act_benefits_repaid", "plan_501c18d", "chaplain_403b"),
    *("discrimination_legal_fees", "whistleblower_legal_fees", "estate_excess_deductions", "other_adjustments_by_kind"),
    *("uncollected_tax_on_tips", "residential_lots_interest", "installment_interest", "low_income_housing_recapture"),
    *("recaptured_credits", "mortgage_subsidy_recapture", "hsa_distribution_tax", "hsa_eligibility_tax"),
    *("archer_msa_tax", "medicare_msa_tax", "fractional_gift_recapture", "plan_409a_tax", "plan_457a_tax"),
    *("excess_benefits_tax", "golden_parachute_tax", "trust_accumulation_tax", "insider_stock_tax"),
    *("look_back_interest", "nonresident_tax", "fund_distribution_interest", "fund_deferred_interest"),
    *("advance_child_credit_repaid", "other_credits_by_kind", "repaid_income_credit", "deferred_965_tax"),
    *("refundable_child_care_credit", "late_leave_credit"),
), 2021)  # fmt: skip
FROM |= dict.fromkeys(
    (
        *("medicaid_waiver_payments", "msa_and_care_income", "scholarships", "medicaid_waiver_excluded"),
        *("nonqualified_plan_income", "wages_while_incarcerated", "without_form_5329", "lump_sum_election"),
    ),
    2022,
)
FROM |= {"used_vehicle_credit": 2023, "elective_payment": 2023, "refundable_adoption_credit": 2025}
FROM |= dict.fromkeys(
    (
        *("new_vehicle_credit_repaid", "used_vehicle_credit_repaid", "elective_payment_recapture"),
        *("other_additions_by_kind", "net_elective_payment_recapture", "form_1099k_error"),
        *(f"excessive_payment{part}_{line}" for part in ("", "_20") for line in ("1a", "1c", "1d", "2a")),
    ),
    2024,
)
UNTIL = {"recovery_rebate": 2021, **dict.fromkeys(("first_rebate", "second_rebate"), 2020), "third_rebate": 2021} | {
    "earned_income_of_2019": 2021,
    "cash_gifts_up_to_income": 2021,
    "advance_child_tax_credit": 2021,
    "children_under_6": 2021,
    "approved_for_unemployment": 2021,
}
BOXES = (
    *(
        "child_qualified_dividends",
        "child_dividends",
        "ira_rollover",
        "ira_charitable_distribution",
        "pension_rollover",
    ),
    *("safety_officer_premiums", "clergy_self_employment", "no_earned_income_credit", "no_additional_child_tax_credit"),
    "storage_fees_only",
)
WITH |= {
    name: {"foreign_housing_exclusion": "0"}
    for name in ("foreign_earned_income_exclusion", "foreign_housing_deduction")
}
WITH |= {
    name: {"foreign_earned_income_exclusion": "1000", "foreign_housing_exclusion": "0"}
    for name in ("foreign_housing_exclusion", "deductions_of_excluded_income")
}
FROM |= dict.fromkeys((*BOXES, "child_capital_gain", "unemployment_repaid"), 2025) | {"eic_aged_18_to_23": 2021}
VALUES |= dict.fromkeys((*BOXES, "lump_sum_election", "eic_aged_18_to_23", "refund_by_form_8888"), "yes")
WITH["lump_sum_election"] = {"social_security": "9000", "social_security_taxable": "100"}
UNTIL |= {
    "eic_aged_18_to_23": 2021,
    "tuition_deduction": 2020,
    "deferred_self_employment_tax": 2020,
    "homebuyer_credit_repaid": 2024,
} | {
    **dict.fromkeys(("health_coverage_credit", "refundable_child_care_credit", "advance_child_credit_repaid"), 2021),
    **dict.fromkeys(("alternative_vehicle_credit", "early_leave_credit", "late_leave_credit"), 2022),
}
VALUES |= {
    name: "{Kind: 100}"
    for figures in FURTHER
    for name, field in figures.model_fields.items()
    if field.default_factory is not None
}
VALUES |= dict.fromkeys(("without_form_5329", "dual_status", "spouse_claimed_as_dependent"), "yes")
WITH |= {"without_form_5329": {"retirement_plan_tax": "10"}, "spouse_claimed_as_dependent": {"wages": "1000"}}
WITH["combat_pay_election"] = {
    "claim_earned_income_credit": "yes",
    "eic_children": "1",
    "wages": "1000",
    "other_income": "-920000",
}
STATUS = dict.fromkeys(("lived_apart", "spouse_itemizes"), "married_separate")
WITHOUT_DEDUCTION = {"claimed_as_dependent", "spouse_itemizes", "aged", "blind", "spouse_aged", "spouse_blind"} | {
    *("gifts_of_other_limits", "cash_gifts_up_to_income", "gambling_losses"),
    *("spouse_claimed_as_dependent", "dual_status"),
}
NOT_IN = {("mortgage_insurance", year) for year in range(2022, 2026)}


def told(
    make_case: MakeCase, key: str, name: str, year: int, figures: dict[str, str], schedule_d: dict[str, str]
) -> object:
    """Every printed line and what is remarked; the errors, where there are any."""
    rows = ledger(buy(f"{year - 3}-01-02", 1, "BTC", 1000), sell(f"{year}-06-01", 1, "BTC", 901000))
    block = [f"schedule_d: {{{', '.join(f'{k}: {v}' for k, v in schedule_d.items())}}}"] if schedule_d else []
    wages = ", ".join([figures["wages"], *(f"{k}: {v}" for k, v in figures.items() if k != "wages")])
    status = STATUS.get(key, "married_joint")
    case = make_case(rows, year, name=name, status=status, more="\n".join([SPOUSE, *block]), wages=wages)
    try:
        result, _ = work_out(case, Options(forms=False))
    except Refused as refused:
        return [(f.id, f.severity) for f in refused.findings if f.severity == "error"]
    return result.lines.as_mapping(), [(f.id, f.says) for f in result.findings]


@pytest.mark.parametrize("year", range(2020, 2027))
def test_every_figure_changes_a_line_or_is_remarked_on(make_case: MakeCase, year: int) -> None:
    silent = []
    before: dict[str, object] = {}  # what a return without the figure comes to: most figures share one
    for place, model in (("return", ReturnFigures), ("schedule_d", ScheduleDFigures)):
        for name in model.model_fields:
            if name in SALES:
                continue  # totals of sales, blocks with tests of their own
            more = WITH.get(name, {})
            base = {**BASE, **more}
            d = {"form_4952": "yes", "form_4952_line_4g": "500"} if name.startswith("form_4952_line") else {}
            d |= {"line_13": "100"} if name == "child_capital_gain" else {}
            base = {k: v for k, v in base.items() if FROM.get(k, 0) <= year <= UNTIL.get(k, year)}
            if name in WITHOUT_DEDUCTION:
                base = {k: v for k, v in base.items() if k not in ("deduction", "taxes_deducted")}
            if name == "itemized":
                base.pop("taxes_deducted")
            alike = repr((sorted(base.items()), d, STATUS.get(name)))
            if alike not in before:
                before[alike] = told(make_case, name, f"{name}-0", year, {"wages": "300000", **base}, d)
            without = before[alike]
            assert isinstance(without, tuple), (name, without)
            value = {name: VALUES.get(name, "100")}
            new = {"wages": "300000", **base, **(value if place == "return" else {})}
            given = told(make_case, name, f"{name}-1", year, new, d | (value if place != "return" else {}))
            if given == without:
                silent.append(name)
            in_time = FROM.get(name, 0) <= year <= UNTIL.get(name, year) and (name, year) not in NOT_IN
            assert isinstance(given, tuple) == in_time, (name, given)
    assert silent == []
