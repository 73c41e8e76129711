"""What a command says at its end: errors, then what to settle by the money at stake, notes counted, one next step."""

import html
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, receive, sell
from niner.cli import app
from niner.report.terminal import print_findings
from niner.shown.screen import Screen
from niner.values import Finding, by_weight

RUN = CliRunner()
GOOD = ledger(buy("2024-01-02", 1, "BTC", 40000), sell("2024-06-01", 1, "BTC", 30000))
FOUND = [
    Finding("a", "note", "A note."),
    Finding("b", "review", "Small.", amount_cents=100),
    Finding("c", "review", "No amount."),
    Finding("d", "error", "First error."),
    Finding("e", "review", "Large and negative.", amount_cents=-500_000),
    Finding("f", "error", "Second error."),
]


def test_findings_stand_by_weight() -> None:
    assert [finding.id for finding in by_weight(FOUND)] == ["d", "f", "e", "b", "c", "a"]


@pytest.mark.parametrize(("notes", "last"), [(False, "1 note: --notes, or workpapers.html"), (True, "Note A note.")])
def test_notes_are_counted_or_printed(notes: bool, last: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_findings(Screen(), FOUND, notes, "workpapers.html")
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Error First error."
    assert said[2] == "Review ($5,000 at stake) Large and negative."
    assert said[-1] == last


def said(*words: str, code: int = 0) -> list[str]:
    """The lines a command prints, to either stream."""
    done = RUN.invoke(app, list(words))
    assert done.exit_code == code, done.output
    return [line for line in done.output.splitlines() if line]


def test_each_command_ends_with_one_next_step(make_case: MakeCase) -> None:
    folder = make_case(GOOD)
    bad = make_case(GOOD.replace("sell", "sale"), name="bad")
    year = ("--year", "2024")
    steps = {
        ("check", str(folder)): f"Next: niner prepare {folder}",
        ("prepare", str(folder), "--no-forms"): f"Next: fill the forms: niner prepare {folder}",
        ("prepare", str(folder), "--years", "2024-2025", "--no-forms"): "--years 2024-2025",
        ("file", str(folder), *year, "--filed-on", "2025-04-10"): f"niner diff {folder} --year 2024",
        ("diff", str(folder), *year): "Next: nothing: the return of 2024 stands as it was filed.",
    }
    for words, step in steps.items():
        lines = said(*words)
        assert lines[-1].startswith("Next: ")
        assert step in lines[-1]
        assert sum(line.startswith("Next:") for line in lines) == 1
        assert not any(line.startswith("Note ") for line in lines)
    assert said("check", str(bad), code=1)[-1] == f"Next: correct the error above, then: niner check {bad}"
    assert said("prepare", str(bad), code=1)[-1] == f"Next: correct the error above, then: niner prepare {bad}"


def test_a_year_that_was_filed_wrong_leads_to_amend_and_its_causes_are_numbered(make_case: MakeCase) -> None:
    folder = make_case(GOOD)
    said("prepare", str(folder), "--no-forms")
    said("file", str(folder), "--year", "2024", "--filed-on", "2025-04-10", "--e-file")
    (folder / "ledger" / "found.csv").write_text(
        ledger(buy("2024-02-02", 1, "ETH", 9000, id="a"), sell("2024-06-02", 1, "ETH", 8000, id="b"))
    )
    lines = said("diff", str(folder), "--year", "2024")
    assert lines[-1] == f"Next: if this is right, fill Form 1040-X: niner amend {folder} --year 2024"
    assert any(line.startswith("Schedule D line 7 ") and line.rstrip().endswith(" 1.") for line in lines)
    assert not any("f1040" in line for line in lines)
    assert sum(line.startswith("1. ") for line in lines) == 1


WHY = {
    "no figures of the return": ("", "Without the figures of the rest of the return"),
    "a further form": ("return: {wages: 260000}", "Where a further form must be attached"),
    "a sum of several lines": ("return: {wages: 85000, nonrefundable_credits: 100}", "as one sum of several lines"),
    "a spouse not named": ("return: {wages: 85000}", "names the spouse"),
}


@pytest.mark.parametrize("why", WHY)
def test_why_form_1040_is_missing_is_said_everywhere(why: str, make_case: MakeCase) -> None:
    figures, sentence = WHY[why]
    status = "married_separate" if "spouse" in why else "single"
    folder = make_case(GOOD, status=status)
    case = folder / "case.yaml"
    text = case.read_text()
    case.write_text(text[: text.index("return:")] + figures + "\n")
    shown = " ".join(" ".join(said("prepare", str(folder), "--no-forms")).split())
    out = folder / "out" / "2024"
    document: dict[str, Any] = json.loads((out / "return.json").read_text())
    (entry,) = [one for one in document["not_filled"] if one["form"] == "f1040"]
    assert sentence in entry["says"]
    assert entry["authority"]
    assert entry["todo"]
    for place in (shown, plain(out / "carry_sheet.txt"), plain(out / "workpapers.html")):
        assert entry["says"] in place
        assert entry["todo"] in place
    checked = json.loads(RUN.invoke(app, ["check", str(folder), "--json"]).stdout)["cases"][0]
    assert entry in checked["not_filled"]
    assert "f1040" not in checked["forms"]


def plain(path: Path) -> str:
    return " ".join(html.unescape(path.read_text()).split())


def test_schedules_are_missed_only_where_they_have_amounts(make_case: MakeCase) -> None:
    text = ledger(receive("staking", "2024-03-01", 1, "SOL", usd_value=100))
    case = make_case(text, wages="85000, other_income: 10")
    lines = " ".join(" ".join(said("check", str(case))).split())
    assert "Schedule 1 is not filled: A figure that the case gives as one sum" in lines
    assert "Schedule 2" not in lines
    assert "is not filled" not in " ".join(said("check", str(make_case(GOOD, name="whole"))))


def test_a_run_of_years_points_to_packets_that_are_there(make_case: MakeCase) -> None:
    """2022 and 2023 have no form: only the packet of 2024 can be looked through."""
    folder = make_case(GOOD)
    last = said("prepare", str(folder), "--years", "2022-2024", "--offline")[-1]
    assert "--year 2024" in last
    assert "2022" not in last.replace("--years 2022-2024", "")


def test_check_names_the_forms_that_are_filled_and_no_other(make_case: MakeCase) -> None:
    lines = said("check", str(make_case(ledger(buy("2024-02-02", 1, "ETH", 9000)))))
    filled = next(line for line in lines if line.startswith("  It fills "))
    assert filled == "  It fills Form 1040."


def test_a_return_of_which_the_rest_is_unknown_is_not_locked_in_silence(make_case: MakeCase) -> None:
    folder = make_case(GOOD)
    case = folder / "case.yaml"
    whole = case.read_text()
    case.write_text("\n".join(line for line in whole.splitlines() if not line.startswith("return:")) + "\n")
    said("prepare", str(folder), "--no-forms")
    lines = said("file", str(folder), "--year", "2024", "--filed-on", "2025-04-10")
    assert any("no figures of the rest of the return for 2024" in line for line in lines)
