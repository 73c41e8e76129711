"""The assistant, asked by a real client over standard input and output: every answer, and no name in any of them."""

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, sell
from named_case import case_text, rows_of
from niner.assistant.masking import Mask
from niner.assistant.tools import Unasked, cut, file_of, run_of, word_of, year_of
from niner.cli import app
from niner.cli.root import COMMANDS
from niner.prepare import Options, prepare

mcp = pytest.importorskip("mcp", reason='needs the extra “assistant”: pip install "niner[assistant]"')

VAULT = "Zoë's 900-12-3456 vault"
CASE = case_text(
    "Zoë", "first_name: Al, last_name: O'Hara-Quimbleton", VAULT, "zoe.q@heron.org", more=', ip_pin: "482913"'
)
ROWS = rows_of(
    VAULT,
    "ZOEQUIMBLETON main",
    ("quimbleton1", "900123456", "a3", "a4", "zoe.q@heron.org", "a6", "998877665544"),
    {0: "gift of Al O'Hara-Quimbleton", 3: "17-larkspur-ave Ottumwa 52501", 5: "515 555 0137"},
    "1.25",
)
SECRET = re.compile(
    r"quimbleton|zo[eë]\b|o'?hara|\bcyd\b|larkspur|ottumwa|52501|heron|falconer|482913|021000021|998877665544"
    r"|900.?12.?345[678]|515.?555.?0137|1961-05-04",
    re.IGNORECASE,
)
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "cases": ("cases", {}),
    "check": ("check", {}),
    "events": ("ledger", {"part": "events"}),
    "explain": ("explain", {"form": "Schedule D", "line": "16"}),
    "explain amended": ("explain", {"form": "f1040", "line": "16", "year": "2023", "amended": True}),
    "compare wallet": ("compare", {"wallet": VAULT, "years": "2023-2024"}),
    "diff": ("diff", {"year": 2023}),
    "rule": ("rules_show", {"name": "term/long"}),
    "wrong form": ("explain", {"form": "Quimbleton", "line": "Zoë"}),
    "wrong case": ("check", {"case": "quimbleton"}),
    "wrong year": ("check", {"year": "Quimbleton"}),
    "an option": ("explain", {"form": "--rules=/etc"}),
    "wrong part": ("ledger", {"part": "quimbleton"}),
    "errors": ("check", {"case": "case-2"}),
    "ledger errors": ("ledger", {"case": "case-2"}),
    "torn": ("check", {"case": "case-3"}),
}  # fmt: skip


if "harvest" in COMMANDS:
    ASKED["harvest"] = ("harvest", {"prices": "prices.csv", "year": 2025, "date": "2025-12-01", "target": "limit"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case full of names with a filed year that is wrong now; one with errors in them; one that can't be read."""
    made = tmp_path_factory.mktemp("cases") / "quimbleton"
    for name, rows in (("quimbleton", ROWS), ("broken", (*ROWS, sell("2024-08-01", 99, "BTC", 5, wallet=VAULT)))):
        place = made.parent / name
        (place / "ledger").mkdir(parents=True)
        (place / "case.yaml").write_text(CASE, "utf-8")
        (place / "ledger" / "zoe-quimbleton.csv").write_text(ledger(*rows), "utf-8")
    assert prepare(made, Options(forms=False, year=2023)).ok
    assert CliRunner().invoke(app, ["file", str(made), "--year", "2023"]).exit_code == 0
    text = (made / "ledger" / "zoe-quimbleton.csv").read_text("utf-8").replace("23456.78", "25456.78")
    (made / "ledger" / "zoe-quimbleton.csv").write_text(text, "utf-8")
    (made / "prices.csv").write_text("asset,time,price_usd\nBTC,2025-12-01,20000\nETH,2025-12-01,1500\n")
    torn = made.parent / "torn"
    torn.mkdir()
    (torn / "case.yaml").write_text(
        CASE.replace("taxpayer: {first", "taxpayer: {Zoë Quimbleton first", 1) + "]", "utf-8"
    )
    return made


@pytest.fixture(scope="module")
def answers(folder: Path, cache_of_the_tests: Path) -> dict[str, Any]:
    """What a client over stdio is answered, all questions of one session; and the tools that it is offered."""
    places = [str(folder), str(folder.parent / "broken"), str(folder.parent / "torn")]

    async def asked() -> dict[str, Any]:
        command = mcp.StdioServerParameters(
            command=sys.executable,
            args=["-m", "niner", "assistant", *places],
            env={"XDG_CACHE_HOME": str(cache_of_the_tests)},
        )
        async with mcp.Client(command) as client:
            found: dict[str, Any] = {"tools": (await client.list_tools()).tools}
            results = await asyncio.gather(*(client.call_tool(tool, given) for tool, given in ASKED.values()))
            for name, result in zip(ASKED, results, strict=True):
                [content] = result.content
                found[name] = content.text
            return found

    before = {path: path.read_bytes() for path in folder.parent.rglob("*") if path.is_file()}
    found = asyncio.run(asked())
    assert {path: path.read_bytes() for path in folder.parent.rglob("*") if path.is_file()} == before
    return found


@pytest.mark.parametrize("name", ASKED)
def test_no_answer_names_anybody(answers: dict[str, Any], name: str) -> None:
    document = json.loads(answers[name])
    assert document
    assert not SECRET.search(json.dumps(document, ensure_ascii=False)), answers[name][:2000]


def test_every_tool_only_reads(answers: dict[str, Any]) -> None:
    tools = {tool.name: tool for tool in answers["tools"]}
    wanted = {"cases", "check", "ledger", "explain", "compare", "diff", "rules_show"}
    assert set(tools) == (wanted | {"harvest"} if "harvest" in COMMANDS else wanted)
    assert all(tool.annotations.read_only_hint and not tool.annotations.open_world_hint for tool in tools.values())
    assert all(tool.description for tool in tools.values())


def test_the_figures_are_those_of_the_commands(answers: dict[str, Any], folder: Path) -> None:
    run = CliRunner()
    told = json.loads(run.invoke(app, ["explain", str(folder), "f1040sd", "16", "--json"]).stdout)
    answered = json.loads(answers["explain"])
    assert (answered["value"], answered["authority"]) == (told["value"], told["authority"])
    assert "because" in answered
    said = json.loads(run.invoke(app, ["check", str(folder), "--json"]).stdout)["cases"][0]
    checked = json.loads(answers["check"])["cases"][0]
    assert [one["id"] for one in checked["findings"]] == [one["id"] for one in said["findings"]]
    assert [one["authority"] for one in checked["findings"]] == [one["authority"] for one in said["findings"]]


def test_every_figure_of_a_comparison_has_its_derivation(answers: dict[str, Any]) -> None:
    compared = json.loads(answers["compare wallet"])
    for year in ("2023", "2024"):
        derivation = compared["derivation"][year]
        assert derivation["long_term"]["line"] == "Schedule D line 15"
        assert {"short_term", "total_tax", "niit"} <= set(derivation)
        assert all(one["authority"] and one["formula"] for one in derivation.values())
    lines = json.loads(answers["diff"])["lines"]
    assert lines
    assert all(line["derivation"]["authority"] and line["causes"] for line in lines)
    if "harvest" in answers:
        plan = json.loads(answers["harvest"])
        assert all(lot["source"]["row"] and lot["authority"] for lot in plan["lots"])
        assert all(price["source"] and price["rule"] for price in plan["prices"])
        assert plan["derivation"]["total_tax"]["authority"]
    assert json.loads(answers["rule"])["found"][0]["facts"]["Authority"]
    events = json.loads(answers["events"])["events"]
    assert all(event["file"] and event["rows"] for event in events)


def test_a_person_has_one_mark_everywhere(answers: dict[str, Any]) -> None:
    wallets = {event["wallet"] for event in json.loads(answers["events"])["events"]}
    assert len(wallets) == 2
    assert all("[private " in wallet for wallet in wallets)


def test_what_can_not_be_asked_is_answered_with_why(answers: dict[str, Any]) -> None:
    why = {
        "wrong case": "There is no case of that name",
        "wrong year": "four digits",
        "an option": "can't be written so",
        "wrong part": "part is one of",
        "wrong form": "has no form",
    }
    for name, words in why.items():
        document = json.loads(answers[name])
        assert document["ok"] is False
        assert words in document["findings"][0]["says"]


def test_errors_come_with_file_and_row_and_no_figure(answers: dict[str, Any]) -> None:
    [checked] = json.loads(answers["errors"])["cases"]
    [error] = [one for one in checked["findings"] if one["severity"] == "error"]
    assert checked["ok"] is False
    assert error["source"]["row"] == 9
    assert error["source"]["file"].startswith("ledger/")
    [torn] = json.loads(answers["torn"])["cases"]
    assert any(one["severity"] == "error" for one in torn["findings"])


def test_without_the_extra_it_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    said = CliRunner().invoke(app, ["assistant", str(folder)])
    assert said.exit_code == 1
    assert 'pip install "niner[assistant]"' in said.stderr


def test_a_folder_without_a_case_is_refused(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["assistant", str(tmp_path)]).exit_code == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Price of BTC", "Price of BTC"),
        ("the price", "the price"),
        ("Ida PRICE sold", "[private 1] sold"),
        ("ida_price.csv", "[private 1].csv"),
        ("123456789", "123456789"),
        ("paid to 123456789", "paid to [private 1]"),
        ("12,345,678.90", "12,345,678.90"),
        ("x@y.org", "[private 1]"),
        ("fridays", "fridays"),
    ],
)
def test_what_is_masked_and_what_is_not(make_case: MakeCase, text: str, shown: str) -> None:
    """A person whose name is a word of the trade: together with the first name it goes, alone only as it is written."""
    folder = make_case(ledger(buy("2024-01-02", 2, "BTC", 3)))
    case = (
        (folder / "case.yaml")
        .read_text()
        .replace("first_name: Ada, last_name: Example", "first_name: Ida, last_name: Price")
    )
    (folder / "case.yaml").write_text(case)
    made = Mask(folder).text(text)
    assert made == (shown if "Price of" not in text else "[private 1] of BTC")


def test_long_lists_are_cut_and_say_how_to_go_on() -> None:
    document = cut({"events": [{"n": n} for n in range(250)]}, 100)
    assert len(document["events"]) == 101
    assert document["events"][-1] == {"more": 50, "ask_with_start": 200}


@pytest.mark.parametrize(
    "asked",
    [
        lambda: year_of("24"),
        lambda: run_of("2021"),
        lambda: word_of("-x", "form"),
        lambda: file_of("../x", "prices"),
        lambda: file_of("/etc/passwd", "prices"),
    ],
)
def test_no_word_becomes_an_option_or_leaves_the_folder(asked: Any) -> None:
    with pytest.raises(Unasked):
        asked()
