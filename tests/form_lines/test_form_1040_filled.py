"""Who gets a filled Form 1040: the table in docs/form-1040.md, held to what the program does."""

import re

import pytest

from conftest import MakeCase
from ledgers import buy, ledger, receive, sell
from niner.case import ReturnFigures
from niner.prepare import Options, work_out
from niner.resources import room

PAGE = (room("rules").parent / "docs" / "form-1040.md").read_text("utf-8")
TABLE = PAGE.partition("\n## ")[0]
# A row of the table by words of its first cell: figures of a return of 2025 that it speaks of, and the filing status.
ROWS = {
    "digital assets sold and received": ("wages: 85000, taxable_interest: 900, withholding: 9000", "single"),
    "`ira_taxable`": ("ira_taxable: 9000, pensions_taxable: 300, social_security: 30000", "single"),
    "`unemployment`": ("unemployment: 9000, state_tax_refund: 300, gambling_winnings: 40", "single"),
    "`ira_deduction`": ("wages: 60000, student_loan_interest: 900, ira_deduction: 400", "single"),
    "`education_credit`": ("wages: 85000, education_credit: 300, foreign_tax_credit: 20", "single"),
    "`student_loan_interest_paid`": ("wages: 85000, student_loan_interest_paid: 900", "single"),
    "`dependents` with": ("wages: 85000, qualifying_children: 2, other_dependents: 1", "single"),
    "`retirement_savings`": ("wages: 30000, retirement_savings: 1000", "single"),
    "`claim_earned_income_credit`": ("wages: 15000, claim_earned_income_credit: yes, eic_children: 1", "single"),
    "`qualified_business_income`": ("wages: 60000, qualified_business_income: 1000, qbi_dividends: 20", "single"),
    "`tips`, `overtime`": ("wages: 85000, tips: 900, overtime: 20, car_loan_interest: 100", "single"),
    "`retirement_plan_tax`": ("wages: 85000, retirement_plan_tax: 300, household_employment_tax: 40", "single"),
    "[other line]": (
        "wages: 85000, jury_pay: 50, farm_income: 300, adoption_credit: 20, other_withholding: 7",
        "single",
    ),
    "`claimed_as_dependent`": ("wages: 8000, claimed_as_dependent: yes", "single"),
    "net investment income tax": ("wages: 190000, taxable_interest: 60000, withholding: 60000", "single"),
    "`deduction` as a figure": ("wages: 85000, deduction: 30000", "single"),
    "`qbi_deduction`": ("wages: 85000, qbi_deduction: 300", "single"),
    "`schedule_1a_deduction`": ("wages: 85000, schedule_1a_deduction: 300", "single"),
    "`premium_credit_repaid`": ("wages: 85000, premium_credit_repaid: 300", "single"),
    "`withholding_1099`": ("wages: 85000, withholding_1099: 300", "single"),
    "`applied_to_next_year`": ("wages: 85000, withholding: 30000, applied_to_next_year: 300", "single"),
    "`earned_income_credit`": ("wages: 15000, earned_income_credit: 300", "single"),
    "`estimated_tax_penalty`": ("wages: 85000, estimated_tax_penalty: 30", "single"),
    "`excess_social_security`": ("wages: 85000, excess_social_security: 300", "single"),
    "`pensions_and_benefits`": ("wages: 85000, pensions_and_benefits: 300", "single"),
    "`other_income`": ("wages: 85000, other_income: 300", "single"),
    "`adjustments`": ("wages: 85000, adjustments: 300", "single"),
    "`nonrefundable_credits`": ("wages: 85000, nonrefundable_credits: 300", "single"),
    "`refundable_credits`": ("wages: 85000, refundable_credits: 300", "single"),
    "`paid_with_extension`": ("wages: 85000, paid_with_extension: 300", "single"),
    "`other_taxes`": ("wages: 85000, other_taxes: 300", "single"),
    "`schedule_2_part_1`": ("wages: 85000, schedule_2_part_1: 300", "single"),
    "`gross_receipts` and": ("wages: 85000, gross_receipts: 9000, supplies: 300", "single"),
    "`cost_of_goods`, `car": ("wages: 85000, gross_receipts: 9000, cost_of_goods: 300", "single"),
    "`self_employment_income` alone": ("wages: 85000, self_employment_income: 3000", "single"),
    "`medicare_wages` and": ("wages: 240000, medicare_wages: 250000, medicare_withheld: 4075", "single"),
    "without those two": ("wages: 200000.01", "single"),
    "a separate return without": ("wages: 85000", "married_separate"),
    "no `return` in": ("", "single"),
}


@pytest.mark.parametrize("words", ROWS)
def test_the_table_says_what_is_filled(make_case: MakeCase, words: str) -> None:
    (row,) = [line for line in TABLE.splitlines() if line.startswith("|") and words in line.split("|")[1]]
    figures, status = ROWS[words]
    rows = (buy("2024-01-10", 1, "ETH", 1000), sell("2025-06-10", 1, "ETH", 5000))
    rows += (receive("staking", "2025-07-01", 1, "ETH", usd_value=30),)
    folder = make_case(ledger(*rows), 2025, status=status)
    text = (folder / "case.yaml").read_text()
    given = f"return: {{{figures}}}" if figures else ""
    asked = "schedule_c: {activity: Design, code: 541430, accounting: cash, participated: yes, pays_1099: no}\n"
    (folder / "case.yaml").write_text(text.replace("return: {wages: 85000}", given) + asked)
    result, _ = work_out(folder, Options())
    assert result.filled["f1040sd"]
    said = row.split("|")[2].strip()
    assert said.startswith("filled" if result.filled["f1040"] else "carry sheet"), row
    for form, name in (("f1040s1", "Schedule 1"), ("f1040s2", "Schedule 2"), ("f1040s3", "Schedule 3")):
        number = name[-1]
        left = re.search(rf"Schedules? (\d, )*{number}\b", row.split("|")[3].split(";")[0])
        assert result.filled[form] or left or not figures, (form, row)


def test_every_key_of_the_return_is_explained() -> None:
    explained = set(re.findall(r"`(\w+)(?:: \w+)?`", PAGE))
    assert {field.alias or name for name, field in ReturnFigures.model_fields.items()} - explained == set()
