"""Households as first prepared and with a loss found later: what hangs on adjusted gross income moves with it."""

from datetime import date
from typing import Any

import pytest

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.amend.filing import When, file_return
from niner.amend.job import AmendOptions, work_out_amended
from niner.prepare import Options, prepare, work_out
from niner.printing.sheets import sheets

FIRST = (buy("2023-01-10", 1, "ETH", 1000), sell("2025-06-10", 1, "ETH", 2500))
FOUND = (buy("2024-02-10", 1, "BTC", 9000), sell("2025-07-10", 1, "BTC", 6000))
SPOUSE = "spouse: {first_name: Bo, last_name: Example, ssn: 900-12-3457, born: 1957-02-03}"
PROPRIETOR = "schedule_c: {activity: Design, code: 541430, accounting: cash, participated: yes, pays_1099: no}"
# Status, figures, more of case.yaml, forms filled, and lines as filed and corrected, in cents. By hand for 2025: a gain
# of 1,500 becomes a loss of 1,500.
HOUSEHOLDS: dict[str, tuple[str, str, str, set[str], dict[str, tuple[int, int]]]] = {
    # Half of 24,000 and 23,500 are 10,500 above 25,000: 4,500 and 85 % of 1,500; then 7,500 above it: 3,750.
    "a retired person": (
        "single",
        "social_security: 24000, pensions_taxable: 22000, withholding: 3000",
        "",
        {"f1040"},
        {"f1040.6b": (577500, 375000), "f1040.11a": (2927500, 2425000)},
    ),
    # The credit falls by 21.06 % above 23,350: by income of 34,525, then by earnings of 33,025, the middles of rows.
    "a family with two children": (
        *(
            "head_of_household",
            "wages: 33000, qualifying_children: 2, claim_earned_income_credit: yes, eic_children: 2",
        ),
        "",
        {"f1040"},
        {"f1040.27a": (479900, 511400), "f1040.19": (93800, 78800), "f1040.28": (340000, 340000)},
    ),
    # 2,500 less 2,500/15,000 of it above 85,000; then below the range.
    "a nurse with a student loan": (
        "single",
        "wages: 86000, withholding: 9000, student_loan_interest_paid: 2500",
        "",
        {"f1040", "f1040s1"},
        {"f1040s1.21": (208333, 250000)},
    ),
    # 6,000 less 6 % of what is above 150,000, for the spouse of 65 or older.
    "a couple of whom one is 65": (
        "married_joint",
        "pensions_taxable: 155000, withholding: 20000",
        SPOUSE,
        {"f1040", "f1040s1a"},
        {"f1040s1a.37": (561000, 579000)},
    ),
    # 89,000 less 85,500 and 82,500, at 70 % (7,000 over a band of 10,000).
    "a worker with a plan and an IRA": (
        "single",
        "wages: 84000, withholding: 9000, ira_contributions: 6000, covered_by_plan: yes, aged_50: no",
        "",
        {"f1040", "f1040s1"},
        {"f1040s1.20": (245000, 455000), "f1040.11a": (8305000, 7795000)},
    ),
    # Medical expenses above 7.5 % of 101,500 and of 98,500; gifts up to 60 % of both; taxes of 9,000 under the limit.
    "a giver with medical bills": (
        "single",
        "wages: 100000, withholding: 9000, medical_expenses: 12000, state_income_taxes: 5000, real_estate_taxes: 4000, "
        "cash_gifts: 60000",
        "",
        {"f1040", "f1040sa"},
        {"f1040sa.4": (438750, 461250), "f1040sa.11": (6000000, 5910000), "f1040.12e": (7338750, 7271250)},
    ),
    # 202 % of 15,060: 634 of 7,800 to pay, 834 too much in advance; then 182 %: 352, and 800, of which 375 is due.
    "somebody insured at the Marketplace": (
        "single",
        "wages: 29000, marketplace_premiums: 7200, silver_plan_premiums: 7800, advance_premium_credit: 8000",
        "",
        {"f1040", "f1040s2"},
        {"f8962.5": (20200, 18200), "f8962.8a": (63400, 35200), "f1040s2.1a": (83400, 37500)},
    ),
    # 53 a month, then 29: of 650 and 700 for each half of the year, at most the premium, less 300 in advance.
    "somebody whose premium changed": (
        "single",
        "wages: 29000, form_1095_a: [{months: 1-6, premium: 600, silver_plan: 650, advance: 300}, "
        "{months: 7-12, premium: 620, silver_plan: 700, advance: 300}]",
        "",
        {"f1040", "f1040s3"},
        {"f8962.12.e": (59700, 60000), "f8962.23.e": (62000, 62000), "f1040s3.9": (370200, 372000)},
    ),
    # 40,000 less 3,300; at 92.35 % and 15.3 %; Form 8995 at 20 % of profit less half of the tax.
    "a sole proprietor": (
        "single",
        "gross_receipts: 40000, supplies: 3300, business_qualifies: yes, withholding: 9000",
        PROPRIETOR,
        {"f1040", "f1040s1", "f1040s2", "f1040sc", "f1040sse", "f8995"},
        {"f1040sc.31": (3670000, 3670000), "f1040sse.12": (518554, 518554), "f8995.12": (150000, 0)},
    ),
}


def _lines(folder: Any, places: dict[str, tuple[int, int]]) -> tuple[dict[str, Any], set[str]]:
    result, _ = work_out(folder, Options(forms=False))
    found = {place: result.lines.value(*place.split(".", 1)) for place in places}
    return found, {form for form, whether in result.filled.items() if whether}


@pytest.mark.parametrize("household", HOUSEHOLDS)
def test_a_found_loss_moves_what_hangs_on_income(make_case: MakeCase, household: str) -> None:
    status, figures, more, forms, places = HOUSEHOLDS[household]
    for number, rows in enumerate((FIRST, (*FIRST, *FOUND))):
        folder = make_case(ledger(*rows), 2025, status=status, more=more, name=f"case{number}")
        text = (folder / "case.yaml").read_text()
        (folder / "case.yaml").write_text(text.replace("return: {wages: 85000}", f"return: {{{figures}}}"))
        found, filled = _lines(folder, places)
        assert found == {place: amounts[number] for place, amounts in places.items()}
        assert filled >= forms


def test_an_amended_return_tells_how_schedule_a_and_the_ira_deduction_move(make_case: MakeCase) -> None:
    """A loss of 3,000 in place of a gain of 1,500 found after filing, 2023. By hand: of the band of 10,000 below 83,000
    there are 3,500 and 6,500, at 65 % in steps of 10; Schedule A follows the income that this leaves."""
    figures = (
        "78000, withholding: 14000, medical_expenses: 12000, state_income_taxes: 5000, mortgage_interest: 7000, "
        "cash_gifts: 50000, ira_contributions: 6000, covered_by_plan: yes, aged_50: no"
    )
    first = (buy("2021-01-10", 1, "ETH", 1000), sell("2023-06-10", 1, "ETH", 2500))
    folder = make_case(ledger(*first), 2023, wages=figures)
    prepare(folder, Options(forms=False))
    file_return(folder, 2023, When(filed_on=date(2024, 4, 10)), None, Options(forms=False))
    found = (buy("2022-02-10", 1, "BTC", 9000), sell("2023-07-10", 1, "BTC", 6000))
    (folder / "ledger" / "made.csv").write_text(ledger(*first, *found))
    years, _ = work_out_amended(folder, 2023, AmendOptions(date(2026, 11, 23), Options(forms=False)))
    (cause,) = years[2023].comparison.causes
    moved = {("f1040s1", "20"): 195000, ("f1040sa", "4"): 37125, ("f1040sa", "11"): -297000, ("f1040", "12"): -259875}
    assert {line: cause.effect[line] for line in moved} == moved


@pytest.mark.parametrize(("contributed", "apart"), [("1000", True), ("0", False)])
def test_a_separate_filer_who_lived_apart_ticks_the_box_beside_an_ira_deduction(
    make_case: MakeCase, contributed: str, apart: bool
) -> None:
    figures = f"50000, educator_expenses: 100, ira_contributions: {contributed}, covered_by_plan: no, aged_50: no"
    figures += ", lived_apart: yes"
    more = "spouse: {first_name: Bob, last_name: Example, ssn: 900-12-3457}"
    folder = make_case(ledger(*FIRST), 2025, status="married_separate", wages=figures, more=more)
    result, _ = work_out(folder, Options(forms=False))
    (schedule,) = [fill for fill in sheets(result).forms if fill.form == "f1040s1"]
    assert any(page.values.get("lived_apart") is True for page in schedule.pages) == apart
