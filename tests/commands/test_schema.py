"""The JSON Schemas of a case folder's files: what they take and refuse is what the reader takes and refuses."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.case.filed import Adjustment, FiledReturn
from niner.case.folder import parse_document
from niner.case.model import Case
from niner.case.schema import MODELS
from niner.cli import app
from niner.scaffold import case_schemas, write_case
from niner.values import Refused

RUN = CliRunner()
GOOD = ledger(buy("2024-01-02", 1, "BTC", 40000), sell("2024-06-01", 1, "BTC", 30000))
EXAMPLES = Path(__file__).parents[1] / "examples"
READ: dict[str, Any] = {"case": Case, "filed": FiledReturn, "adjusted": Adjustment}


class _Editor(yaml.SafeLoader):
    """YAML 1.2 as editors read it: dates and yes/no are text."""


_Editor.yaml_implicit_resolvers = {
    mark: [(tag, found) for tag, found in resolvers if not tag.endswith((":timestamp", ":bool"))]
    for mark, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Editor.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def in_json(value: Any) -> Any:
    """The document as JSON has it, where every key is text."""
    if isinstance(value, dict):
        return {str(key): in_json(inner) for key, inner in value.items()}
    return [in_json(inner) for inner in value] if isinstance(value, list) else value


def by_schema(name: str, text: str) -> bool:
    validator = jsonschema.Draft202012Validator(json.loads(case_schemas()[name]))
    return validator.is_valid(in_json(yaml.load(text, _Editor)))


def by_reader(name: str, text: str) -> bool:
    try:
        parse_document(READ[name], text, f"{name}.yaml")
    except Refused:
        return False
    return True


PERSON = "taxpayer: {first_name: Ada, last_name: Example, ssn: 900-12-3456, filing_status: single}\n"
CASE = "tax_year: 2024\n" + PERSON
FILED = "tax_year: 2023\n"
TAKEN = {
    "case": [
        CASE,
        CASE + "return: {wages: 85000, deduction: standard, other_income: -30000.50}\n",
        CASE + "return: {wages: '85,000.50', deduction: 20000, qbi_deduction: $12}\n",
        CASE + "carryover_in:\n  short_term:\n  long_term: 4200\n",
        CASE + "elections: {lot_method: hifo, rounding: dollars, direct_totals: yes, timezone: America/Chicago}\n",
        CASE + "elections: {by_year: {2022: {lot_method: lifo, pool: universal}}}\n",
        CASE + "years: {2023: {return: {wages: 1}, filing_status: head_of_household}}\n",
        CASE + "schedule_d: {line_4: -5, line_1b: {proceeds: 5000, basis: 3000}, form_4952: no}\n",
        CASE + "assets: {APE#12: {class: nft, collectible: yes}, XBT: {same_as: BTC}}\nbusiness: [mining]\n",
        CASE.replace("900-12-3456", "900123456").replace("}", ", address: {zip: 62701, city: Springfield}}"),
    ],
    "filed": [
        FILED,
        FILED + "filed_on: 2024-04-10\nfiled_by: e-file\npayments: [{paid_on: 2024-04-10, amount: 1200}]\n",
        FILED + "payments: []\nlines: {f1040: {1a: 85000, '7': -3000, 7a: }, f1040sd: {'20': yes}}\n",
        FILED + "lines: {1a: 85000, '7': -3000}\n",
        FILED + "dependents: [{first_name: Al, last_name: Example, ssn: 900-12-3458, credit: none}]\n",
    ],
    "adjusted": ["tax_year: 2023\nadjusted_on: 2025-09-01\nby: irs\nlines: {f1040: {'7': 1}}\n"],
}
REFUSED = {
    "case": [
        PERSON,
        "tax_year: 24\n" + PERSON,
        CASE.replace("single", "married"),
        CASE.replace("900-12-3456", "900-12"),
        CASE.replace("Ada", "''"),
        CASE + "wagez: 1\n",
        CASE + "return: {wagez: 1}\n",
        CASE + "return: {wages: -1}\n",
        CASE + "return: {wages: lots}\n",
        CASE + "return: {wages: [1]}\n",
        CASE + "return: {deduction: itemized}\n",
        CASE + "carryover_in: {short_term: -4200}\n",
        CASE + "elections: {lot_method: fifi}\n",
        CASE + "elections: {direct_totals: perhaps}\n",
        CASE + "elections: {by_year: {22: {lot_method: lifo}}}\n",
        CASE + "years: {later: {return: {wages: 1}}}\n",
        CASE + "schedule_d: {line_1b: 5000}\n",
        CASE + "schedule_d: {line_7: 5000}\n",
        CASE + "assets: {APE: {class: painting}}\n",
        CASE + "business: [gambling]\n",
        CASE + "business: mining\n",
    ],
    "filed": [
        "filed_on: 2024-04-10\n",
        FILED + "filed_on: April\n",
        FILED + "filed_by: pigeon\n",
        FILED + "payments: [{amount: 1200}]\n",
        FILED + "payments: [{paid_on: 2024-04-10, amount: -1}]\n",
        FILED + "lines: {f1099: {'1': 2}}\n",
        FILED + "lines: {f1040: {'7': many}}\n",
    ],
    "adjusted": ["tax_year: 2023\n", "tax_year: 2023\nadjusted_on: 2025-09-01\nby: me\n"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in TAKEN.items() for text in texts])
def test_what_the_reader_takes_the_schema_takes(name: str, text: str) -> None:
    assert (by_reader(name, text), by_schema(name, text)) == (True, True)


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in REFUSED.items() for text in texts])
def test_what_the_reader_refuses_the_schema_refuses(name: str, text: str) -> None:
    assert (by_reader(name, text), by_schema(name, text)) == (False, False)


@pytest.mark.parametrize("case", sorted(EXAMPLES.glob("*/case.yaml")), ids=lambda case: str(case.parent.name))
def test_the_example_cases_agree_with_the_schema(case: Path) -> None:
    assert by_schema("case", case.read_text())


RULING = "by: Bo, on: 2026-02-03, why: seen on the chain"


@pytest.mark.parametrize(
    "text",
    [
        f"- {{transfer: [ledger/cb.csv:14, ledger/kraken.csv:3], {RULING}}}",
        f"- {{row: ledger/cb.csv:20, is: gift_out, {RULING}}}",
        f"- {{row: ledger/cb.csv:31, lots: [{{from: ledger/cb.csv:2, quantity: '0.5'}}], "
        f"identified_on: 2024-05-01T09:00-05:00, record: mail, {RULING}}}",
        f"- {{rule: hifo, wallets: [Kraken], since: 2025-01-01, recorded_on: 2024-12-31, {RULING}}}",
        f"- {{allocation: 2025-01-01, method: global, order: hifo, recorded_on: 2024-12-30, {RULING}}}",
        f"- {{duplicate: [ledger/a.csv:5, ledger/b.csv:9], keep: ledger/a.csv:5, {RULING}}}",
    ],
)
def test_rulings_are_described(text: str) -> None:
    assert by_schema("decisions", text)
    assert not by_schema("decisions", text.replace("by: Bo, ", ""))
    assert not by_schema("decisions", text.replace(".csv:", ".csv ")) or ".csv:" not in text
    assert not by_schema("decisions", text.replace("why:", "because:"))


def test_every_key_of_a_case_has_its_words() -> None:
    silent = []

    def look(schema: Any) -> None:
        if isinstance(schema, dict):
            for key, inner in schema.get("properties", {}).items():
                if not inner.get("description"):
                    silent.append(key)
            for inner in schema.values():
                look(inner)
        elif isinstance(schema, list):
            for inner in schema:
                look(inner)

    look(json.loads(case_schemas()["case"]))
    plain = {"first_name", "last_name", "street", "apartment", "city", "state", "zip", "class"}
    assert sorted(set(silent) - plain) == []


def named_schema(path: Path) -> dict[str, Any]:
    """The schema that the first line of a file names, read from where an editor looks."""
    found = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text())
    assert found, path
    document: dict[str, Any] = json.loads((path.parent / found[1]).read_text())
    return document


def test_what_is_written_names_a_schema_that_is_there(tmp_path: Path, make_case: MakeCase) -> None:
    write_case(tmp_path / "smith", 2024)
    assert named_schema(tmp_path / "smith" / "case.yaml") == json.loads(case_schemas()["case"])
    folder = make_case(GOOD)
    for words in (["--template"], []):
        done = RUN.invoke(app, ["file", str(folder), "--year", "2023", *words])
        assert done.exit_code == (0 if words else done.exit_code), done.output
    assert named_schema(folder / "filed" / "2023.yaml") == json.loads(case_schemas()["filed"])
    RUN.invoke(app, ["file", str(folder), "--year", "2023", "--adjusted", "2025-09-01"])
    adjusted = folder / "filed" / "2023-adjusted-2025-09-01.yaml"
    assert not adjusted.exists() or named_schema(adjusted) == json.loads(case_schemas()["adjusted"])


def test_a_folder_of_an_older_version_gets_the_schemas_of_this_one(tmp_path: Path) -> None:
    (tmp_path / ".schema").mkdir()
    (tmp_path / ".schema" / "case.json").write_text("{}")
    assert RUN.invoke(app, ["schema", "--out", str(tmp_path)]).exit_code == 0
    assert {path.stem for path in (tmp_path / ".schema").iterdir()} == set(MODELS)
    assert (tmp_path / ".schema" / "case.json").read_text() == case_schemas()["case"]
    assert RUN.invoke(app, ["schema", "case"]).stdout == case_schemas()["case"]
    assert RUN.invoke(app, ["schema", "cases"]).exit_code == 2
    assert RUN.invoke(app, ["schema", "--out", str(tmp_path / "none")]).exit_code == 1
