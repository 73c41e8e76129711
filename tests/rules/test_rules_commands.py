"""`niner rules …` in words and as JSON: what it shows is what the files say, and its exit status tells success."""

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rooms import RULE_TESTS, every_rule_test, write_room
from typer.testing import CliRunner, Result

from niner.cli.firm.rules import app
from niner.forms import load_pack
from niner.forms.pack.loading import packs_in
from niner.resources import room
from niner.rules import load_rules
from niner.rules.compiling.years import years_in
from niner.rules.editor.authorities import authorities
from niner.rules.editor.schema import schemas
from niner.rules.editor.testing import RuleTest, failures, read_tests
from niner.upkeep.new_year import start_year
from niner.values import Finding, Refused

pytestmark = pytest.mark.usefixtures("no_firm_is_kept")

RULES = room("rules")
FIRM_LIMIT = """\
parameters:
  capital_loss_limit:
    authority: Example
    value: {single: 6000, married_joint: 6000, married_separate: 3000, head_of_household: 6000, surviving_spouse: 6000}
"""
LOSSES = """\
id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset
1,2024-01-02T10:00:00,w,buy,10000,USD,1,BTC
2,2024-03-02T10:00:00,w,sell,1,BTC,2000,USD
"""


@pytest.fixture(autouse=True)
def _rule_tests_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the checkout, which many commands look through; any other folder is read as ever."""

    def read(folder: Path) -> tuple[list[RuleTest], list[Finding]]:
        return every_rule_test() if folder.resolve() == RULE_TESTS else read_tests(folder)

    monkeypatch.setattr("niner.cli.firm.rules.read_tests", read)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})


def as_json(*words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


def firm(folder: Path, text: str = FIRM_LIMIT, name: str = "2024/limit.yaml") -> Path:
    path = folder / "firm" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder / "firm"


def test_list_names_every_decision_form_function_and_parameter() -> None:
    found = as_json("list", "--year", "2024")
    assert found["decisions"]["term"] == ["short", "long", "month_end_short", "month_end_long", "inherited"]
    assert "21" in found["forms"]["f1040sd"]
    assert "capital_loss_limit" in found["parameters"]
    assert "tax_on" in found["functions"]
    shown = run("list", "--year", "2024").stdout
    assert "Tax year 2024" in shown
    assert "Schedule D (Form 1040), Capital Gains and Losses" in shown


def test_list_by_authority_has_every_rule_under_what_it_rests_on() -> None:
    cited = {one["cite"]: one for one in as_json("list", "--authority", "--year", "2025")["authorities"]}
    assert {"wash_sale/securities", "wash_sale_code/wash_sale"} <= set(cited["IRC §1091"]["rests"])
    assert cited["IRC §1091"]["address"] == "https://www.law.cornell.edu/uscode/text/26/1091"
    assert cited["Pub. 550"]["read"] == "2026-11-26"
    assert cited["Pub. 544"] == {**cited["Pub. 544"], "address": "https://www.irs.gov/pub/irs-pdf/p544.pdf", "read": ""}
    addresses = {cite: one["address"].rpartition("/")[2] for cite, one in cited.items()}
    assert addresses["Rev. Proc. 2024-28"] == "rp-24-28.pdf"
    assert addresses["Notice 2025-7"] == "n-25-07.pdf"
    assert addresses["P.L. 119-21"] == "PLAW-119publ21.pdf"
    assert addresses["31 CFR §1010.350 and §1010.306(c)"] == "1010.350"
    assert addresses["T.D. 10000"] == "2024-14004"
    assert cited["Cottage Savings Ass'n v. Commissioner, 499 U.S. 554"]["address"].endswith(
        "/supremecourt/text/499/554"
    )
    assert cited["Treas. Reg. §1.1012-1"]["address"].endswith("/cfr/text/26/1.1012-1")  # cited by analogy too
    assert (addresses["Rev. Rul. 66-7"], cited["Rev. Rul. 66-7"]["where"]) == (
        "",
        "in print: Cumulative Bulletin 1966-1, page 188",
    )
    assert (addresses["Form 8275 instructions"], addresses["Form 8995-A"]) == ("i8275.pdf", "f8995a.pdf")
    assert cited["Form 140X instructions"]["address"] == "https://azdor.gov"  # a state's: its row knows better
    assert "wi.gov" in cited["Schedule AR instructions"]["address"]  # no Schedule A
    assert addresses["IR-2024-253"] == "tax-relief-in-disaster-situations"  # the row's own
    assert not [cite for cite in cited if cite[0].islower()]  # what is only said of an authority is none
    rules = load_rules(2025)
    rests = {name for one in cited.values() for name in one["rests"]}
    assert {f"{name}/{rule.id}" for name, d in rules.compiled.decisions.items() if name not in rules.compiled.remarks
            for rule in d.rules} <= rests  # fmt: skip


def test_each_authority_has_an_address_or_says_where_it_stands() -> None:
    nowhere = {one.cite for year in years_in(room("rules")) for one in authorities(load_rules(year))
               if not one.address and not one.where}  # fmt: skip
    assert not nowhere, "name it in rules/authorities.yaml"


def test_the_newest_year_that_is_no_draft_is_shown_unless_one_is_named() -> None:
    assert as_json("list")["year"] == 2025
    assert as_json("list", "--year", "2026")["draft"] is True


def test_show_gives_a_rule_with_authority_place_history_and_tests() -> None:
    [found] = as_json("show", "box/short_no_form", "--year", "2025")["found"]
    assert found["facts"]["Authority"] == "Form 8949 instructions (2025), Box C or Box I"
    assert found["facts"]["When"] == "term is short and form is none and digital_asset is no"
    assert [(change["year"], change["action"]) for change in found["history"]] == [(2020, "added"), (2025, "changed")]
    assert found["tests"] == ["short property that is not digital is C"]
    assert "rules/2025/box.yaml" in run("show", "box/short_no_form").stdout


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("term", "decision", "Was the property held for more than one year?"),
        ("f1040sd/21", "line", "max(L16, -capital_loss_limit)"),
        ("f1040sd 1b", "line", "L1b.d - L1b.e + L1b.g"),
        ("capital_loss_limit", "parameter", "married_separate $1,500"),
        ("niit_rate", "parameter", "3.8%"),
        ("tax_on", "function", "amount"),
    ],
)
def test_show_knows_decisions_lines_functions_and_parameters(name: str, kind: str, says: str) -> None:
    found = as_json("show", name)["found"]
    assert kind in {one["kind"] for one in found}
    assert any(says in text for one in found for text in one["facts"].values())


def test_show_suggests_a_name() -> None:
    result = run("show", "term/lng", "--json")
    assert result.exit_code == 1
    [finding] = json.loads(result.stdout)["findings"]
    assert "term/long" in finding["todo"]


def test_show_follows_a_retired_rule_to_its_reason() -> None:
    shown = as_json("show", "pool/universal", "--year", "2024")["found"][0]
    assert shown["history"][-1]["action"] == "retired"
    assert shown["history"][-1]["reason"] == "Treas. Reg. §1.1012-1(j) applies from 1 January 2025."


def test_check_proves_every_year() -> None:
    found = as_json("check")
    assert found["ok"]
    assert [one["year"] for one in found["years"]] == years_in(RULES)
    assert all(one["combinations"] > 1000 for one in found["years"])
    # What a draft still has to restate is told; nothing else is.
    drafts = [year for year in found["years"] if load_rules(year["year"]).draft]
    due = [finding for year in drafts for finding in year["findings"] if finding["id"] == "rules.due"]
    assert [finding for year in found["years"] for finding in year["findings"] if finding not in due] == []


def test_check_of_a_broken_overlay_names_file_row_and_column(tmp_path: Path) -> None:
    broken = firm(tmp_path, FIRM_LIMIT.replace("authority", "autority"))
    result = run("check", str(broken), "--year", "2024", "--json")
    assert result.exit_code == 1
    findings = json.loads(result.stdout)["years"][0]["findings"]
    assert findings[0]["source"] == {"file": "firm/2024/limit.yaml", "row": 3}
    assert "column 15" in findings[0]["says"]


def test_the_shipped_rule_tests_run_from_the_command_line() -> None:
    found = as_json("test", "--year", "2024")
    assert found["ok"]
    assert found["tests"] > 100


def test_a_firms_failing_test_is_told_and_exits_1(tmp_path: Path) -> None:
    tests = firm(tmp_path, "tests: [{name: no, parameters: {capital_loss_limit: 1}}]\n", "2024/t.yaml")
    result = run("test", str(tests))
    assert result.exit_code == 1
    assert "capital_loss_limit for single is 300000, not 100" in result.stdout
    assert "0 of 1 rule tests hold." in result.stdout


def test_a_folder_without_tests_is_an_error(tmp_path: Path) -> None:
    assert run("test", str(tmp_path)).exit_code == 1


def test_diff_tells_what_was_added_changed_and_retired() -> None:
    found = {(one["action"], one["id"]): one for one in as_json("diff", "2024", "2025")["differences"]}
    assert ("added", "box/short_da_basis_reported") in found
    assert found["changed", "standard_deduction"]["changes"][-1]["after"].startswith("single $15,750")
    assert found["retired", "pool/universal"]["reason"].startswith("Treas. Reg. §1.1012-1(j)")
    assert ("changed", "term/long") not in found
    assert all(one["authority"] or one["reason"] for one in found.values())


def test_a_year_does_not_differ_from_itself() -> None:
    assert as_json("diff", "2024", "2024")["differences"] == []


def test_diff_of_a_missing_year_names_the_years_there_are() -> None:
    result = run("diff", "2024", "2031", "--json")
    assert result.exit_code == 1
    assert "2020, 2021" in json.loads(result.stdout)["findings"][0]["todo"]


def test_a_new_year_is_a_draft_with_packs_and_a_test_and_a_list_of_what_to_look_up(tmp_path: Path) -> None:
    mine = tmp_path / "rules"
    shutil.copytree(RULES, mine)
    shutil.copytree(RULES.parent / "forms", tmp_path / "forms")
    shutil.copytree(RULES.parent / "tests" / "rules", tmp_path / "tests" / "rules")
    shutil.copy(RULES.parent / "pyproject.toml", tmp_path)
    year = years_in(mine)[-1] + 1
    found = as_json("new-year", str(year), "--room", str(mine))
    looked_up = {one["what"]: one for one in found["look_up"]}
    assert {"standard_deduction", "bracket_10_to", "due_date"} <= looked_up.keys()
    assert "capital_loss_limit" not in looked_up
    assert [one["what"] for one in looked_up.values() if not one["address"].startswith("https://")] == []
    assert f"Form 8949 ({year}) and its instructions: every line number, box and sentence" in looked_up
    assert "status: draft" in (mine / str(year) / "year.yaml").read_text(encoding="utf-8")
    assert "- [ ] standard_deduction: " in (mine / str(year) / "LOOK_UP.md").read_text(encoding="utf-8")
    for form in {pack.form for pack in packs_in(RULES.parent / "forms") if pack.revision == str(year - 1)}:
        assert load_pack(form, year, [tmp_path / "forms"]).pages == load_pack(form, year - 1).pages
    rules = load_rules(year, (), mine)
    own = [test for test in read_tests(tmp_path / "tests" / "rules")[0] if test.year == year]
    assert own != []
    assert [failures(test, rules.compiled, rules.case_inputs, rules.holding) for test in own] == [[]] * len(own)
    assert f'"tests/rules/{year}" = "niner/data/tests/rules/{year}"' in (tmp_path / "pyproject.toml").read_text()
    with pytest.raises(Refused, match="is there already"):
        start_year(year, mine)
    with pytest.raises(Refused, match="does not follow"):
        start_year(year + 2, mine)


def test_a_draft_year_lists_the_amounts_still_due(tmp_path: Path) -> None:
    from niner.rules.editor.checking import check_years

    mine = write_room(tmp_path, limit=LIMIT_YEARLY)
    start_year(2021, mine)
    assert [f.says for one in check_years((), mine) for f in one.findings] == [
        "limit still has the value of an earlier year (IRC §1211(b))."
    ]


LIMIT_YEARLY = """\
parameters:
  limit: {title: A limit, unit: dollars, changes: yearly, authority: IRC §1211(b), value: 3000}
"""


@pytest.fixture
def losing_case(tmp_path: Path, make_case: Callable[..., Path]) -> Path:
    return make_case(LOSSES, year=2024)


def test_impact_shows_which_lines_of_a_case_an_overlay_moves(losing_case: Path, tmp_path: Path) -> None:
    overlay = firm(tmp_path)
    result = run("impact", str(losing_case), "--rules", str(overlay), "--json")
    assert result.exit_code == 0, result.stdout
    [case] = json.loads(result.stdout)["cases"]
    moved = {(one["form"], one["line"]): (one["before"], one["after"]) for one in case["changes"]}
    assert moved["f1040sd", "21"] == ("-3000.00", "-6000.00")
    assert moved["f1040", "7"] == ("-3000.00", "-6000.00")
    assert moved["carryover", "8"] == ("5000.00", "2000.00")
    assert ("f1040sd", "16") not in moved
    assert not (losing_case / "out").exists()
    words = run("impact", str(losing_case), "--rules", str(overlay)).stdout
    assert "f1040sd line 21: -$3,000 → -$6,000 (-$3,000)" in words


def test_impact_compares_two_folders_two_laws_and_several_years_with_a_total(losing_case: Path, tmp_path: Path) -> None:
    overlay = firm(tmp_path)
    both = json.loads(
        run("impact", str(losing_case), "--rules", str(overlay), "--against", str(overlay), "--json").stdout
    )
    assert [one["changes"] for one in both["cases"]] == [[]]
    twice = json.loads(run("impact", str(losing_case), str(losing_case), "--rules", str(overlay), "--json").stdout)
    [line_21] = [one for one in twice["totals"] if (one["form"], one["line"]) == ("f1040sd", "21")]
    assert line_21["returns"] == 2
    one = next(c for c in twice["cases"][0]["changes"] if (c["form"], c["line"]) == ("f1040sd", "21"))
    assert float(line_21["change"]) == 2 * (float(one["after"]) - float(one["before"]))
    years = json.loads(
        run("impact", str(losing_case), "--rules", str(overlay), "--years", "2024-2025", "--json").stdout
    )
    assert [case["year"] for case in years["cases"]] == [2024, 2025]
    law = json.loads(run("impact", str(losing_case), "--law", "2025", "--json").stdout)
    assert any((c["form"], c["line"]) == ("f1040", "12e") for c in law["cases"][0]["changes"])
    assert run("impact", str(losing_case)).exit_code == 2


def test_impact_of_a_case_that_can_not_be_prepared_says_why(tmp_path: Path) -> None:
    result = run("impact", str(tmp_path / "nothing"), "--rules", str(firm(tmp_path)), "--json")
    assert result.exit_code == 1
    [case] = json.loads(result.stdout)["cases"]
    assert not case["worked_out"]
    assert case["new_findings"]


def test_the_shipped_schemas_are_those_of_the_rules() -> None:
    shipped = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in (RULES / "schema").glob("*.json")}
    assert shipped == json.loads(json.dumps(schemas())), "run: niner rules schema rules/schema"


def test_every_rule_file_names_its_schema_in_its_first_line() -> None:
    kinds = {
        "decides": "decision",
        "remarks": "remarks",
        "form": "form",
        "parameters": "parameters",
        "functions": "functions",
        "table": "table",
        "year": "year",
    }
    for path in RULES.glob("20*/*.yaml"):
        first, *lines = path.read_text(encoding="utf-8").splitlines()
        key = next(line for line in lines if line[:1].isalpha()).partition(":")[0]
        assert first == f"# yaml-language-server: $schema=../schema/{kinds[key]}.json", path


def test_schemas_are_written_where_asked(tmp_path: Path) -> None:
    assert run("schema", str(tmp_path / "s")).exit_code == 0
    assert sorted(path.name for path in (tmp_path / "s").iterdir()) == sorted(schemas())


def test_the_rule_tests_of_every_year_ship_in_the_wheel() -> None:
    root = Path(__file__).parents[2]
    shipped = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    years = {folder.name for folder in (root / "tests" / "rules").iterdir() if folder.name.isdigit()}
    named = {f"tests/rules/{year}": f"niner/data/tests/rules/{year}" for year in years}
    assert named.items() <= shipped["force-include"].items()
