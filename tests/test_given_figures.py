"""Nothing that a case gives is ignored in silence: every figure, when set, changes a line or is remarked on."""

from collections.abc import Callable
from typing import Any

import pytest

from ledgers import buy, ledger, sell
from niner.case import ReturnFigures
from niner.case.business import Business
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
VALUES |= {"form_4952": "yes", "qof_disposition": "yes", "withholding": "250100"}
VALUES |= {"other_deductible_taxes": "{Foreign: 100}", "other_itemized_deductions": "{Repayment: 100}"}
VALUES |= dict.fromkeys(("mortgage_used_otherwise", "gifts_of_other_limits", "cash_gifts_up_to_income"), "yes")
SPOUSE = "spouse: {first_name: Bo, last_name: Test, ssn: 900-12-3457}"
SALES = {f"line_{line}" for line in ("1a", "1b", "2", "3", "8a", "8b", "9", "10")}
FROM = {
    "schedule_1a_deduction": 2025,
    "senior_deduction": 2025,
    "gambling_winnings": 2021,
    "gambling_losses": 2021,
    "home_improvement_credit": 2023,
    **dict.fromkeys(("tips", "tips_unreported", "tips_self_employed"), 2025),
    **dict.fromkeys(("overtime", "overtime_1099", "car_loan_interest"), 2025),
    **dict.fromkeys(("advance_child_tax_credit", "children_under_6", "third_rebate"), 2021),
}
NOT_ASKED = {("social_security_withheld", 2021)}  # all of the child tax credit was refundable then
UNTIL = {"recovery_rebate": 2021, **dict.fromkeys(("first_rebate", "second_rebate"), 2020), "third_rebate": 2021} | {
    "earned_income_of_2019": 2021,
    "cash_gifts_up_to_income": 2021,
    "advance_child_tax_credit": 2021,
    "children_under_6": 2021,
}
STATUS = dict.fromkeys(("lived_apart", "spouse_itemizes"), "married_separate")
WITHOUT_DEDUCTION = {"claimed_as_dependent", "spouse_itemizes", "aged", "blind", "spouse_aged", "spouse_blind"} | {
    *("gifts_of_other_limits", "cash_gifts_up_to_income", "gambling_losses"),
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
    for place, model in (("return", ReturnFigures), ("schedule_d", ScheduleDFigures)):
        for name in model.model_fields:
            if name in SALES:
                continue  # totals of sales, blocks with tests of their own
            more = WITH.get(name, {})
            base = {**BASE, **more}
            d = {"form_4952": "yes", "form_4952_line_4g": "500"} if name.startswith("form_4952_line") else {}
            base = {k: v for k, v in base.items() if FROM.get(k, 0) <= year <= UNTIL.get(k, year)}
            if name in WITHOUT_DEDUCTION:
                base = {k: v for k, v in base.items() if k not in ("deduction", "taxes_deducted")}
            if name == "itemized":
                base.pop("taxes_deducted")
            without = told(make_case, name, f"{name}-0", year, {"wages": "300000", **base}, d)
            assert isinstance(without, tuple), (name, without)
            value = {name: VALUES.get(name, "100")}
            new = {"wages": "300000", **base, **(value if place == "return" else {})}
            given = told(make_case, name, f"{name}-1", year, new, d | (value if place != "return" else {}))
            if given == without and (name, year) not in NOT_ASKED:
                silent.append(name)
            in_time = FROM.get(name, 0) <= year <= UNTIL.get(name, year) and (name, year) not in NOT_IN
            assert isinstance(given, tuple) == in_time, (name, given)
    assert silent == []
