"""`niner check` says before anything is prepared which forms are filled and which line of what paper is missing."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.cli import app

ROWS = ledger(buy("2024-01-10", 1, "ETH", 1000), sell("2025-06-10", 1, "ETH", 5000))
# Figures of a return of 2025, and the papers that `check` misses.
MISSING = {
    "wages: 85000, withholding: 9000": [],
    "wages: 300000, withholding: 90000": ["Forms W-2, boxes 5 and 6"],
    "wages: 85000, pensions_and_benefits: 300": ["Forms 1099-R, boxes 1 and 2a, and Form SSA-1099, box 5"],
    "wages: 85000, adjustments: 300, refundable_credits: 20": [
        "Schedule 1, Part II, line by line: Forms 1098-E and 8889, IRA contributions",
        "Form 1040, lines 27 to 31, line by line: Schedule 8812, Forms 8863 and 8962",
    ],
    "wages: 30000, qualifying_children: 3": ["Forms W-2, boxes 4 and 6"],
}


@pytest.mark.parametrize("figures", MISSING)
def test_the_paper_and_its_lines_are_named(make_case: MakeCase, figures: str) -> None:
    folder = make_case(ROWS, 2025)
    text = (folder / "case.yaml").read_text()
    (folder / "case.yaml").write_text(text.replace("return: {wages: 85000}", f"return: {{{figures}}}"))
    said = CliRunner().invoke(app, ["check", "--json", str(folder)])
    (one,) = json.loads(said.stdout)["cases"]
    assert [entry["paper"] for entry in one["missing"]] == MISSING[figures]
    assert all(entry["asked_by"] for entry in one["missing"])
    assert ("f1040" in one["forms"]) == (not one["missing"])
    in_words = CliRunner().invoke(app, ["check", str(folder)]).stdout
    assert [f"Missing: {paper}" in in_words for paper in MISSING[figures]] == [True] * len(MISSING[figures])
    assert not (folder / "out").exists()


def test_a_form_whose_blank_is_not_at_hand_is_named_before(
    make_case: MakeCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `prepare` then says it: Form 8949 would be a draft."""
    blanks = tmp_path / "blanks"
    blanks.mkdir()
    monkeypatch.setenv("NINER_FORMS", str(blanks))
    monkeypatch.setattr("niner.forms.blanks.finding.cache_dir", lambda: tmp_path / "cache")
    folder = make_case(ROWS, 2025)
    said = CliRunner().invoke(app, ["check", str(folder)]).stdout
    assert "No official blank of any of them is at hand" in said
    for form in ("f1040", "f1040sd"):
        (blanks / f"{form}--2025.pdf").write_text("looked at only when it is filled")
    said = CliRunner().invoke(app, ["check", str(folder)]).stdout
    assert "No official blank of Form 8949 is at hand: niner prepare asks irs.gov" in said
    (one,) = json.loads(CliRunner().invoke(app, ["check", "--json", str(folder)]).stdout)["cases"]
    assert one["without_blank"] == ["f8949"]


def test_what_a_form_says_of_itself_is_said_before(make_case: MakeCase) -> None:
    folder = make_case(ROWS, 2025)
    path = folder / "case.yaml"
    text = path.read_text().replace("filing_status: single", "filing_status: head_of_household")
    path.write_text(
        text.replace(
            "return: {wages: 85000}", "return: {wages: 20000, eic_children: 1, claim_earned_income_credit: yes}"
        )
    )
    said = CliRunner().invoke(app, ["check", str(folder)]).stdout
    assert "asks for the name of the qualifying child" in said
    child = "dependents: [{first_name: Bo, last_name: Payer, ssn: 900-12-3458, credit: child_tax_credit}]\n"
    path.write_text(path.read_text() + child)
    said = CliRunner().invoke(app, ["check", str(folder)]).stdout
    assert "qualifying child" not in said
