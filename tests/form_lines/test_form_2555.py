"""A return with Form 2555, as an original on its forms and as the corrected return behind a Form 1040-X."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.amend.papers.form_1040x import tax_method
from niner.cli.root import app
from niner.prepare import Options, work_out
from niner.printing.sheets import sheets
from niner.returns.year import YearReturn
from niner.values import Refused


def _case(make_case: MakeCase, year: int, figures: str, got: int = 41000, name: str = "case") -> Path:
    rows = ledger(buy("2018-01-02", 1, "BTC", 1000), sell(f"{year}-06-01", 1, "BTC", got))
    return make_case(rows, year, wages=f"110000, {figures}", name=name)


def _done(folder: Path) -> YearReturn:
    return work_out(folder, Options(forms=False))[0]


def _values(result: YearReturn, form: str) -> dict[str, object]:
    pages = (page for fill in sheets(result).forms if fill.form == form for page in fill.pages)
    return {key: value for page in pages for key, value in page.values.items()}


def test_the_tax_on_a_gain_stands_above_what_is_excluded(make_case: MakeCase) -> None:
    """2024, single: taxable income 35,400 is all gain, with a capital gain excess of 4,600.

    Line 3 of the worksheet is 135,400; what is left of the gain, 35,400 at 15%, and the tax on 100,000, less that tax.
    """
    done = _done(_case(make_case, 2024, "foreign_earned_income_exclusion: 100000"))
    values = _values(done, "f1040")
    assert (values["11"], values["15"], values["16"]) == (5000000, 3540000, 531000)
    assert (_values(done, "f1040s1")["8d"], _values(done, "f1040s1")["10"]) == (-10000000, -10000000)
    assert tax_method(done) == "FEITW"
    assert [f.id for f in done.findings if f.id.startswith("foreign")] == ["foreign-figures"]
    assert any("Form 2555" in f.says for f in done.findings if f.id == "attachments")


def test_schedule_1_of_2020_names_the_form(make_case: MakeCase) -> None:
    figures = "foreign_earned_income_exclusion: 100000, foreign_housing_deduction: 2000"
    done = _done(_case(make_case, 2020, figures))
    values = _values(done, "f1040s1")
    assert (values["8"], values["8.type"], values["22"]) == (-10000000, "Form 2555", 200000)
    assert [f.id for f in done.findings if f.id == "foreign-written"] == ["foreign-written"]


@pytest.mark.parametrize("year", [2021, 2025])
def test_lines_of_the_exclusion_and_the_deduction(make_case: MakeCase, year: int) -> None:
    figures = "foreign_earned_income_exclusion: 90000, foreign_housing_deduction: 2000"
    values = _values(_done(_case(make_case, year, figures)), "f1040s1")
    assert (values["8d"], values["24j"], values["26"]) == (-9000000, 200000, 200000)


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ("claim_earned_income_credit: yes", "foreign-eic"),
        ("ira_contributions: 500", "foreign-ira"),
        ("additional_child_tax_credit: 5", "foreign-refundable"),
        ("foreign_income_excluded: 5", "foreign-twice"),
        ("taxable_interest: 300000", "foreign-housing"),
    ],
)
def test_what_can_not_be_known_with_it_is_refused(make_case: MakeCase, figures: str, told: str) -> None:
    with pytest.raises(Refused) as refused:
        _done(_case(make_case, 2024, f"foreign_earned_income_exclusion: 100000, {figures}"))
    assert [f.id for f in refused.value.findings if f.severity == "error"] == [told]


@pytest.mark.parametrize(
    "figures",
    [
        "foreign_earned_income_exclusion: 10, foreign_housing_exclusion: 11",
        "deductions_of_excluded_income: 5",
        "other_income_by_kind: {Form 2555: -5}",
    ],
)
def test_keys_that_contradict_one_another_are_refused(make_case: MakeCase, figures: str) -> None:
    with pytest.raises(Refused):
        _done(_case(make_case, 2024, figures))


FILED = """tax_year: {year}
filing_status: single
filed_on: {after}-04-10
lines:
  f1040: {{{wages}: 110000, "7": 40000, "8": -100000, "9": 50000, "11": 50000, {deduction}, "14": {standard},
    "15": {taxable}, "16": {tax}, "18": {tax}, "22": {tax}, "24": {tax}, "37": {tax}}}
  {schedule_1}
  f1040sd: {{"10.d": 41000, "10.e": 1000, "10.h": 40000, "15": 40000, "16": 40000}}
"""


def _amended(folder: Path, year: int, code: int = 0) -> tuple[str, dict[str, Any]]:
    words = ["amend", str(folder), "--year", str(year), "--no-forms"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == code, done.output
    found = folder / "out" / f"{year}-amended" / "diff.json"
    return done.output, json.loads(found.read_text()) if found.exists() else {}


@pytest.mark.parametrize(
    ("year", "wages", "deduction", "standard", "taxable", "tax"),
    [(2020, '"1"', '"12": 12400', 12400, 37600, 5640), (2024, '"1z"', '"12": 14600', 14600, 35400, 5310)],
)
def test_a_filed_return_keeps_what_it_excluded(
    make_case: MakeCase, year: int, wages: str, deduction: str, standard: int, taxable: int, tax: int
) -> None:
    """Filed with a gain of 40,000 where 25,000 was right: the tax falls by 15% of 15,000, and the sale alone is why."""
    rows = ledger(buy("2018-01-02", 1, "BTC", 16000), sell(f"{year}-06-01", 1, "BTC", 41000))
    folder = make_case(rows, year, wages="110000, foreign_earned_income_exclusion: 100000")
    schedule_1 = 'f1040s1: {"8d": -100000, "9": -100000, "10": -100000}' if year > 2020 else 'f1040s1: {"9": -100000}'
    (folder / "filed").mkdir()
    filed = FILED.format(
        year=year,
        after=year + 1,
        wages=wages,
        deduction=deduction,
        standard=standard,
        taxable=taxable,
        tax=tax,
        schedule_1=schedule_1,
    )
    (folder / "filed" / f"{year}.yaml").write_text(filed)
    said, found = _amended(folder, year)
    assert "-$2,250" in said
    assert len(found["causes"]) == 1
    if year > 2020:
        (folder / "filed" / f"{year}.yaml").write_text(filed.replace('"8d": -100000, ', ""))
        assert "does not say what of it was on the filed return" in _amended(folder, year, code=1)[0]
