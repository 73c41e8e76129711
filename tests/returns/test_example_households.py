"""Thirteen households in tests/examples/households, as prepared and as amended, against the forms worked by hand."""

import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from niner.amend.filing import When, file_return
from niner.amend.job import AmendOptions, drafted_explanation, work_out_amended
from niner.money import parse_cents
from niner.prepare import Options, work_out
from niner.rules import Lines

HOUSEHOLDS = sorted(path for path in (Path(__file__).parents[1] / "examples" / "households").iterdir() if path.is_dir())
QUICK = Options(forms=False)


def _differences(lines: Lines, expected: dict[str, dict[Any, Any]]) -> list[str]:
    found = []
    for form, wanted in expected.items():
        for line, amount in wanted.items():
            want = None if amount == "blank" else parse_cents(str(amount))
            got = None if lines.blank(form, str(line)) else lines.value(form, str(line))
            if got != want:
                found.append(f"{form} {line}: {got} for {want}")
    return found


@pytest.mark.parametrize("example", HOUSEHOLDS, ids=lambda path: path.name)
def test_a_household_as_prepared_and_as_amended(example: Path, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(example, folder)
    expected = yaml.safe_load((folder / "expected.yaml").read_text("utf-8"))
    first, _ = work_out(folder, QUICK)
    assert _differences(first.lines, expected["original"]) == []
    printed = first.lines.as_mapping().keys() | ({"f8949"} if first.rows else set())
    assert {form for form in printed if first.filled.get(form, form == "f8949")} == set(expected["filled"])
    file_return(folder, first.year, When(filed_on=date(first.year + 1, 4, 1)), None, QUICK)
    shutil.copy(folder / "found" / "northcoin.csv", folder / "ledger")
    years, _ = work_out_amended(folder, first.year, AmendOptions(date(first.year + 2, 2, 1), QUICK))
    amended = years[first.year].result
    assert _differences(amended.lines, {**expected["corrected"], **expected["amended"]}) == []
    text = drafted_explanation(years[first.year])
    assert [says for says in expected["part_two"] if says not in text] == []


def test_there_are_thirteen() -> None:
    assert len(HOUSEHOLDS) >= 13


# A retiree, a family with credits, who pays back a student loan, a couple with one business, and the forms of each.
EVERY_YEAR = {
    "retired_couple": {"f1040", "f1040sb", "f1040sd"},
    "family_with_two_children": {"f1040", "f1040sd"},
    "nurse_with_student_loan": {"f1040", "f1040s1", "f1040sd"},
    "couple_with_business": {"f1040", "f1040s1", "f1040s2", "f1040sc", "f1040sse", "f8995", "f1040sd"},
}


def _in_year(example: Path, folder: Path, year: int) -> Path:
    """The same household with its rows and its return in another year."""
    shutil.copytree(example, folder)
    case = folder / "case.yaml"
    own = int(yaml.safe_load(case.read_text("utf-8"))["tax_year"])
    text = case.read_text("utf-8").replace(f"tax_year: {own}", f"tax_year: {year}")
    text = text.replace("wages: 82000", "wages: 71000") if year < 2024 else text  # in the range of the deduction
    case.write_text(text.replace("return:\n", "return:\n  advance_child_tax_credit: 0\n") if year == 2021 else text)
    moved = {f",{own}-": f",{year}-", f",{own - 2}-": f",{year - 2}-"}
    for rows in (folder / "ledger" / "kraken.csv", folder / "found" / "northcoin.csv"):
        rows.write_text(re.sub(r",\d{4}-", lambda day: moved[day[0]], rows.read_text("utf-8")))
    return folder


@pytest.mark.parametrize("year", range(2020, 2026))
def test_four_households_have_a_form_1040_in_every_year_as_prepared_and_as_amended(tmp_path: Path, year: int) -> None:
    for name, forms in EVERY_YEAR.items():
        folder = _in_year(HOUSEHOLDS[0].parent / name, tmp_path / name, year)
        first, _ = work_out(folder, QUICK)
        assert {form for form in first.lines.as_mapping() if first.filled.get(form)} >= forms
        file_return(folder, year, When(filed_on=date(year + 1, 4, 1)), None, QUICK)
        shutil.copy(folder / "found" / "northcoin.csv", folder / "ledger")
        years, _ = work_out_amended(folder, year, AmendOptions(date(year + 2, 2, 1), QUICK))
        amended = years[year].result
        assert {form for form in amended.lines.as_mapping() if amended.filled.get(form)} >= forms
        assert (amended.lines.value("f1040x", "1.c") or 0) < (amended.lines.value("f1040x", "1.a") or 0)
