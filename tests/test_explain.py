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


def test_the_tree_is_printed_for_people(make_case: MakeCase) -> None:
    done = RUN.invoke(app, ["explain", str(make_case(ledger(*ROWS))), "f1040", "7"])
    assert done.exit_code == 0
    assert "Form 1040 line 7 = -$3,000.00" in done.stdout
