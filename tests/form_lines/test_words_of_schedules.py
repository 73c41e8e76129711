"""Schedules 2 and 3 held against their official blanks: each figure stands beside the words that mean it, each
total adds what the form says.

One return a year gives every figure with an amount of its own. The words are those printed left of the field, from the
item's number down to the field's row; each must be those of one item alone.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pypdfium2
import pytest

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.forms import load_pack
from niner.prepare import Options, work_out

pytestmark = pytest.mark.official
YEARS = range(2020, 2026)
INDENT = 63.5  # points: the numbers of the items stand left of it, their words right of it
TOTALS = 500  # points: fields right of it are the outer column

# The words of each item, and the keys that stand there: from a year to a year.
TAXES = {
    "excess advance premium tax credit repayment": ("premium_credit_repaid", 2020, 2025),
    "new clean vehicle credit(s) transferred": ("new_vehicle_credit_repaid", 2024, 2025),
    "previously owned clean vehicle credit(s)": ("used_vehicle_credit_repaid", 2024, 2025),
    "form 4255, line 2a": ("elective_payment_recapture", 2024, 2025),
    "excessive payments": (
        "excessive_payment_1a excessive_payment_1c excessive_payment_1d excessive_payment_2a",
        2024,
        2025,
    ),
    "20% ep": (
        "excessive_payment_20_1a excessive_payment_20_1c excessive_payment_20_1d excessive_payment_20_2a",
        2024,
        2025,
    ),
    "other additions to tax": ("other_additions_by_kind", 2024, 2025),
    "unreported social security and medicare tax": ("unreported_social_security_tax form_8919_tax", 2020, 2020),
    "medicare tax on unreported tip income": ("unreported_social_security_tax", 2021, 2025),
    "medicare tax on wages": ("form_8919_tax", 2021, 2025),
    "additional tax on iras": ("retirement_plan_tax", 2020, 2025),
    "household employment taxes": ("household_employment_tax", 2020, 2025),
    "first-time homebuyer credit": ("homebuyer_credit_repaid", 2020, 2024),
    "on tips or group-term life": ("uncollected_tax_on_tips", 2021, 2025),
    "certain residential lots": ("residential_lots_interest", 2021, 2025),
    "interest on the deferred tax on gain": ("installment_interest", 2021, 2025),
    "low-income housing": ("low_income_housing_recapture", 2021, 2025),
    "recapture of other credits": ("recaptured_credits", 2021, 2025),
    "federal mortgage subsidy": ("mortgage_subsidy_recapture", 2021, 2025),
    "tax on hsa distributions": ("hsa_distribution_tax", 2021, 2025),
    "didn’t remain an eligible": ("hsa_eligibility_tax", 2021, 2025),
    "archer msa distributions": ("archer_msa_tax", 2021, 2025),
    "medicare advantage msa": ("medicare_msa_tax", 2021, 2025),
    "fractional interest": ("fractional_gift_recapture", 2021, 2025),
    "section 409a": ("plan_409a_tax", 2021, 2025),
    "section 457a": ("plan_457a_tax", 2021, 2025),
    "72(m)(5) excess benefits": ("excess_benefits_tax", 2021, 2025),
    "golden parachute": ("golden_parachute_tax", 2021, 2025),
    "accumulation distribution of trusts": ("trust_accumulation_tax", 2021, 2025),
    "insider stock compensation": ("insider_stock_tax", 2021, 2025),
    "look-back interest": ("look_back_interest", 2021, 2025),
    "non-effectively connected income": ("nonresident_tax", 2021, 2025),
    "form 8621, line 16f": ("fund_distribution_interest", 2021, 2025),
    "form 8621, line 24": ("fund_deferred_interest", 2021, 2025),
    "any other taxes": ("other_taxes_by_kind", 2021, 2025),
    "additional tax from schedule 8812": ("advance_child_credit_repaid", 2021, 2021),
    "form 4255, line 1d": ("net_elective_payment_recapture", 2024, 2025),
    "net tax liability installment from form 965-a": ("section_965_installment", 2020, 2025),
}
CREDITS = {
    "foreign tax credit": ("foreign_tax_credit", 2020, 2025),
    "credit for child and dependent care": ("child_care_credit", 2020, 2020),
    "child and dependent care expenses from form 2441, line 11": ("child_care_credit", 2021, 2025),
    "form 8863, line 19": ("education_credit", 2020, 2025),
    "retirement savings contributions credit": ("savers_credit", 2020, 2025),
    "residential energy credits": ("residential_energy_credit home_improvement_credit", 2020, 2022),
    "residential clean energy credit": ("residential_energy_credit", 2023, 2025),
    "energy efficient home improvement credit": ("home_improvement_credit", 2023, 2025),
    "other credits from form": (
        "general_business_credit prior_year_minimum_tax_credit adoption_credit elderly_credit"
        " alternative_vehicle_credit clean_vehicle_credit mortgage_interest_credit"
        " dc_homebuyer_credit electric_vehicle_credit refueling_property_credit bond_credit partner_audit_credit",
        2020,
        2020,
    ),
    "general business credit": ("general_business_credit", 2021, 2025),
    "prior year minimum tax": ("prior_year_minimum_tax_credit", 2021, 2025),
    "adoption credit": ("adoption_credit", 2021, 2025),
    "elderly or disabled": ("elderly_credit", 2021, 2025),
    "alternative motor vehicle credit": ("alternative_vehicle_credit", 2021, 2022),
    "plug-in motor vehicle credit": ("clean_vehicle_credit", 2021, 2022),
    "clean vehicle credit. attach form 8936": ("clean_vehicle_credit", 2023, 2025),
    "mortgage interest credit": ("mortgage_interest_credit", 2021, 2025),
    "district of columbia first-time": ("dc_homebuyer_credit", 2021, 2025),
    "qualified electric vehicle credit": ("electric_vehicle_credit", 2021, 2025),
    "refueling property credit": ("refueling_property_credit", 2021, 2025),
    "tax credit bonds": ("bond_credit", 2021, 2025),
    "form 8978, line 14": ("partner_audit_credit", 2021, 2025),
    "previously owned clean vehicles": ("used_vehicle_credit", 2023, 2025),
    "other nonrefundable credits. list type": ("other_credits_by_kind", 2021, 2025),
    "net premium tax credit": ("net_premium_tax_credit", 2020, 2025),
    "request for extension to file": ("paid_with_extension", 2020, 2025),
    "excess social security": ("excess_social_security", 2020, 2025),
    "federal tax on fuels": ("fuel_tax_credit", 2020, 2025),
    "form 2439": ("undistributed_gains_tax", 2020, 2025),
    "qualified sick and family leave credits": ("early_leave_credit", 2020, 2020),
    "for leave taken before april 1, 2021": ("early_leave_credit", 2021, 2022),
    "for leave taken after march 31, 2021": ("late_leave_credit", 2021, 2022),
    "health coverage tax credit": ("health_coverage_credit", 2020, 2021),
    "repayment of amounts included in income": ("repaid_income_credit", 2021, 2025),
    "elective payment election amount": ("elective_payment", 2023, 2025),
    "net 965 tax liability": ("deferred_965_tax", 2021, 2025),
    "from form 2441, line 10": ("refundable_child_care_credit", 2021, 2021),
    "deferral for certain schedule h or se filers": ("deferred_self_employment_tax", 2020, 2020),
    "other:": ("other_payments_by_kind", 2020, 2020),
    "other payments or refundable credits. list type": ("other_payments_by_kind", 2021, 2023),
    "other refundable credits (see": ("other_payments_by_kind", 2024, 2025),
}
# What Niner works out, by the words on Schedule 2: from which year, and the line that it comes from.
WORKED_OUT = {
    "alternative minimum tax": (2020, ("f6251", "11")),
    "self-employment tax": (2020, ("f1040sse", "12")),
    "additional medicare tax": (2021, ("f8959", "18")),
    "net investment income tax": (2021, ("f8960", "17")),
}


def _of(table: dict[str, tuple[str, int, int]], year: int) -> dict[str, list[str]]:
    """The keys of each item that the year's form has."""
    return {words: keys.split() for words, (keys, first, last) in table.items() if first <= year <= last}


def _amounts(year: int) -> dict[str, int]:
    """Every figure of the year with an amount of its own."""
    keys = [key for table in (TAXES, CREDITS) for of in _of(table, year).values() for key in of]
    if year == 2020:
        keys.append("other_taxes_by_kind")
    return {key: 101 + 3 * at for at, key in enumerate(keys)}


@dataclass(frozen=True, slots=True)
class Item:
    """A field of the form with the words printed beside it, and whether it stands in the outer column."""

    line: str
    words: str
    outer: bool


@cache
def _items(folder: Path, form: str, year: int) -> tuple[Item, ...]:
    """The amounts of a blank in their order down the pages."""
    pack = load_pack(form, year)
    document = pypdfium2.PdfDocument(folder / f"{form}--{year}.pdf")
    found = []
    for at, page in enumerate(pack.pages):
        text = document[at].get_textpage()
        tops = []  # of the numbers of the items
        for index in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(index)
            if right < INDENT and text.get_text_range(index, 1).strip():
                tops.append((bottom + top) / 2)
        for key, field in sorted(page.fields.items(), key=lambda each: -each[1].rect[1]):
            if field.kind != "money" or field.read_only:
                continue
            left, bottom, _, top = field.rect
            first = min(each for each in tops if each > bottom - 1)
            words = text.get_text_bounded(INDENT, bottom - 1, left, max(first, top - 4) + 3)
            said = re.sub(r"\s+", " ", re.sub(r"( ?\.)+( |$)", ". ", words)).lower()
            found.append(Item(key, re.sub(r"(\. )+", ". ", said), left > TOTALS))
    return tuple(found)


def _lines(make_case: MakeCase, year: int) -> dict[str, dict[str, int]]:
    """Every line of the year's return in cents, with room for each credit in its tax."""
    figures = {
        key: f"{{Form 1: {amount}}}" if key.endswith("_by_kind") or key == "recaptured_credits" else str(amount)
        for key, amount in _amounts(year).items()
    }
    figures |= {
        "self_employment_income": "30000",
        "ordinary_dividends": "40000",
        "other_line_16_tax": "{Form 1: 90000}",
    }
    figures |= {"deduction": "900000", "taxes_deducted": "900000"}
    rows = ledger(buy(f"{year}-01-02", 1, "BTC", 1000), sell(f"{year}-06-01", 1, "BTC", 1100))
    case = make_case(rows, year, wages=", ".join(["900000", *(f"{key}: {value}" for key, value in figures.items())]))
    result, _ = work_out(case, Options(forms=False))
    return {form: {line: int(amount) for line, amount in of.items()} for form, of in result.lines.as_mapping().items()}


def _only(items: tuple[Item, ...], words: str) -> Item:
    """The one item of a form that has these words."""
    (item,) = [each for each in items if words in each.words]
    return item


@pytest.mark.parametrize("year", YEARS)
def test_each_figure_stands_beside_the_words_that_mean_it(make_case: MakeCase, official_forms: Path, year: int) -> None:
    lines, amounts = _lines(make_case, year), _amounts(year)
    for form, table in (("f1040s2", TAXES), ("f1040s3", CREDITS)):
        items = _items(official_forms, form, year)
        for words, keys in _of(table, year).items():
            item = _only(items, words)
            assert lines[form][item.line] == 100 * sum(amounts[key] for key in keys), (form, words, item)
    items = _items(official_forms, "f1040s2", year)
    for words, (first, (form, line)) in WORKED_OUT.items():
        if first <= year:
            item = _only(items, words)
            assert lines["f1040s2"][item.line] == lines[form][line] > 0, (words, item)
    if year == 2020:
        by_code = 100 * amounts["other_taxes_by_kind"]
        of_forms = lines["f8959"]["18"] + lines["f8960"]["17"]
        assert lines["f1040s2"][_only(items, "form 8959 b form 8960").line] == by_code + of_forms


def _added(items: tuple[Item, ...], total: Item, said: str) -> list[str]:
    """The lines that the words of a total name: “4, 7 through 16, and 18” in the column of what they name."""
    order = [item.line for item in items]
    found = []
    for first, last in re.findall(r"(\d+[a-z]?)(?: through (\d+[a-z]?))?", said):
        if not last:
            found.append(first)
            continue
        begin = next(at for at, line in enumerate(order) if re.fullmatch(f"{first}[a-z]?", line))
        outer = items[order.index(last)].outer
        found += [each.line for each in items[begin : order.index(last) + 1] if each.outer == outer]
    assert total.line not in found
    return found


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("form", ["f1040s2", "f1040s3"])
def test_each_total_adds_what_the_form_says(make_case: MakeCase, official_forms: Path, form: str, year: int) -> None:
    lines = _lines(make_case, year)
    items = _items(official_forms, form, year)
    totals = [(item, said[1]) for item in items if (said := re.search(r"add lines ([^.]+)\.", item.words))]
    assert len(totals) == (2 if form == "f1040s2" else 3) + (
        year > 2020 if form == "f1040s3" else (year > 2020) * 2 + (year > 2023)
    )
    for total, said in totals:
        assert lines[form][total.line] == sum(lines[form][line] for line in _added(items, total, said)), (total, said)
        if place := re.search(r"form 1040(?:, 1040-sr,? or 1040-nr| or 1040-sr), line (\d+)", total.words):
            assert lines[form][total.line] == lines["f1040"][place[1]], total
