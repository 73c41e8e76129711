"""Every figure can be asked why, down to the file and row it came from."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, receive, sell
from niner.cli import app

RUN = CliRunner()
ROWS = (
    buy("2024-01-02", 2, "BTC", 90000),
    receive("staking", "2024-03-01", 1, "ETH", usd_value=2500),
    sell("2024-06-01", 1, "BTC", 25000),
)


def tree(folder: object, *arguments: str) -> dict[str, Any]:
    done = RUN.invoke(app, ["explain", str(folder), *arguments, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def texts(reason: dict[str, Any]) -> list[str]:
    own = [str(value) for name, value in reason.items() if name != "because"]
    return own + [text for inner in reason.get("because", ()) for text in texts(inner)]


def test_a_line_leads_to_the_rows_of_the_ledger(make_case: MakeCase) -> None:
    found = tree(make_case(ledger(*ROWS)), "f1040sd", "16")
    assert found["value"] == "-20000.00"
    assert any("ledger/made.csv, row 4; lot: ledger/made.csv, row 2" in text for text in texts(found))
    assert any("IRC §1222" in text for text in texts(found))


def test_the_loss_limit_is_shown_with_its_authority(make_case: MakeCase) -> None:
    found = texts(tree(make_case(ledger(*ROWS)), "f1040sd", "21"))
    assert "-3000.00" in found
    assert any("IRC §1211(b)" in text for text in found)


def test_a_row_shows_every_rule_that_was_tried(make_case: MakeCase) -> None:
    found = tree(make_case(ledger(*ROWS)), "f8949", "--row", "1")
    term = next(part for part in found["because"] if part["what"] == "term")
    assert term["value"] == "short"
    assert {part["what"] for part in term["because"]} >= {"rule short", "rule long", "rule inherited"}


def test_income_and_totals_can_be_asked_too(make_case: MakeCase) -> None:
    folder = make_case(ledger(*ROWS))
    assert tree(folder, "income", "1")["value"] == "2500.00"
    assert tree(folder, "f8949", "C.h")["value"] == "-20000.00"
    assert any("row 3" in text for text in texts(tree(folder, "f1040s1", "8v")))


@pytest.mark.parametrize(
    "arguments", [("f1040sd", "99"), ("f9999", "1"), ("f8949", "Z.h"), ("f8949", "--row", "7"), ("income", "5")]
)
def test_what_is_not_there_is_said(make_case: MakeCase, arguments: tuple[str, ...]) -> None:
    done = RUN.invoke(app, ["explain", str(make_case(ledger(*ROWS))), *arguments])
    assert done.exit_code == 1
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("f1040sd", "99"), ("Schedule D has no line 99 in 2024.", "1b.h", "16, 17")),
        (("f1040sd", "1b"), ("several amounts on line 1b", "1b.d, 1b.e, 1b.g, 1b.h.")),
        (("f1040sd",), ("which line of Schedule D",)),
        (("f1040s1", "8"), ("Schedule 1 has no line 8", "8a, ", " 8v, ", " 8z.")),
        (("f9999", "1"), ("no form “f9999”", "f1040sd (Schedule D)")),
        (("f8949", "--row", "7"), ("no Form 8949 row 7: this return has 1.",)),
    ],
)
def test_what_is_not_there_is_told_with_what_is(
    make_case: MakeCase, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    done = RUN.invoke(app, ["explain", str(make_case(ledger(*ROWS))), *arguments])
    said = " ".join(done.output.split())
    assert all(word in said for word in words), said
    assert "f1040sd.L" not in said


@pytest.mark.parametrize("form", ["Schedule D", "schedule-d", "f1040sd"])
@pytest.mark.parametrize("line", ["16", "L16", "line 16"])
def test_forms_and_lines_are_called_as_people_call_them(make_case: MakeCase, form: str, line: str) -> None:
    assert tree(make_case(ledger(*ROWS)), form, line)["what"] == "Schedule D line 16"


def test_the_tree_is_printed_for_people(make_case: MakeCase) -> None:
    done = RUN.invoke(app, ["explain", str(make_case(ledger(*ROWS))), "f1040", "7"])
    assert done.exit_code == 0
    assert "Form 1040 line 7 = -$3,000.00" in done.stdout


def test_the_tree_has_no_machine_words(make_case: MakeCase) -> None:
    folder = str(make_case(ledger(*ROWS)))
    said = " ".join(RUN.invoke(app, ["explain", folder, "income", "1"]).stdout.split())
    assert "income line = Schedule 1 line 8v" in said
    assert "income property = digital asset" in said
    row = " ".join(RUN.invoke(app, ["explain", folder, "f8949", "--row", "1"]).stdout.split())
    assert "it needs that gift fmv below donor basis is yes" in row
    assert tree(folder, "income", "1")["because"][0]["value"] == "f1040s1.8v", "machines read it as it is"
