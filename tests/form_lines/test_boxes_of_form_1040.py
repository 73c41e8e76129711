"""Boxes of Form 1040 that the case gives under `form_1040`, and persons who died: fields, and what is done by hand."""

import pytest

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.prepare import Options, work_out
from niner.printing.sheets import form_findings, sheets

MORE = """
form_1040: {qualifying_child: Ann Doe, main_home_in_us: yes, combat_zone: Desert, filed_under_301_9100_2: yes,
  other_notation: Note, former_spouse_ssn: 900-12-3461, ira_other_code: HFD, pension_other_code: X}
"""


def _done(
    make_case: MakeCase, year: int, status: str, more: str, died: str = ""
) -> tuple[dict[str, object], dict[str, str]]:
    rows = ledger(buy(f"{year}-01-02", 1, "BTC", 1000), sell(f"{year}-06-01", 1, "BTC", 1100))
    folder = make_case(rows, year, status=status, more=more, name=f"{status}{year}")
    path = folder / "case.yaml"
    path.write_text(path.read_text().replace("ssn: ", f"{died}ssn: ", 1))
    result = work_out(folder, Options(forms=False))[0]
    values = {
        k: v
        for fill in sheets(result).forms
        if fill.form == "f1040"
        for page in fill.pages
        for k, v in page.values.items()
    }
    return values, {str(f.value): f.todo for f in result.findings if f.id == "return.by-hand"}


def test_boxes_of_2025_have_their_fields(make_case: MakeCase) -> None:
    values, by_hand = _done(make_case, 2025, "head_of_household", MORE, "born: 1960-05-04, died: 2025-03-04, ")
    assert not by_hand
    assert (values["filing_status_child"], values["main_home_in_us"], values["combat_zone"]) == ("Ann Doe", True, True)
    assert (values["combat_zone_name"], values["filed_under_301_9100_2"], values["other_filing_1"]) == (
        "Desert",
        True,
        "Note",
    )
    assert (values["26.former_spouse_ssn"], values["4c.other_text"], values["5c.other_text"]) == (
        "900123461",
        "HFD",
        "X",
    )
    assert [values[f"deceased{part}"] for part in ("", "_mm", "_dd", "_yyyy")] == [True, "03", "04", "2025"]
    assert "born_before" not in values  # not yet 65 on the day of death


def test_boxes_that_a_year_has_not_are_told(make_case: MakeCase) -> None:
    values, by_hand = _done(make_case, 2020, "head_of_household", MORE, "died: 2020-03-04, ")
    assert values["filing_status_name"] == "Ann Doe"
    assert set(by_hand) == {
        *("main_home_in_us", "combat_zone", "filed_under_301_9100_2", "other_notation", "former_spouse_ssn"),
        *("ira_other_code", "pension_other_code", "died"),
    }
    assert by_hand["died"].startswith("Write DECEASED")


def test_a_spouse_treated_as_a_resident_and_one_who_died(make_case: MakeCase) -> None:
    spouse = "spouse: {first_name: Bo, last_name: Test, ssn: 900-12-3457, died: 2025-12-30, born: 1960-12-31}\n"
    values, _ = _done(make_case, 2025, "married_joint", spouse + "form_1040: {treated_as_resident: yes}\n")
    assert (values["treated_as_resident"], values["treated_as_resident_name"]) == (True, "Bo Test")
    assert (values["deceased"], values["spouse_deceased_dd"], values["spouse_born_before"]) == (True, "30", True)


@pytest.mark.parametrize(("home", "credit", "told"), [(False, 649, 1), (True, 649, 0), (False, 0, 0)])
def test_the_earned_income_credit_asks_for_the_main_home(
    make_case: MakeCase, home: bool, credit: int, told: int
) -> None:
    rows = ledger(buy("2025-01-02", 1, "BTC", 1000), sell("2025-06-01", 1, "BTC", 1100))
    wages = f"9000, earned_income_credit: {credit}"
    more = "form_1040: {main_home_in_us: yes}" if home else ""
    result = work_out(make_case(rows, 2025, wages=wages, more=more), Options(forms=False))[0]
    found = form_findings(result, "f1040", in_packet=True)
    assert [f.id for f in found].count("main-home") == told


@pytest.mark.parametrize(("more", "told"), [("", 1), ("form_1040: {qualifying_child: Ann Doe}", 0)])
def test_a_child_who_is_no_dependent_can_be_named(make_case: MakeCase, more: str, told: int) -> None:
    rows = ledger(buy("2024-01-02", 1, "BTC", 1000), sell("2024-06-01", 1, "BTC", 1100))
    result = work_out(make_case(rows, status="head_of_household", more=more), Options(forms=False))[0]
    assert [f.id for f in form_findings(result, "f1040", in_packet=True)].count("qualifying-child") == told
