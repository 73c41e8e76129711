"""Engagements worked by hand, each run as a preparer would: what was filed, what turned up, and the figures to show.

They stand in tests/cases/engagements.yaml; test_engagements.py has those that need more than a list of figures.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from niner.cli import app
from niner.money import parse_cents
from niner.words.form_names import is_printed

RUN = CliRunner()
HEADER = "id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset,usd_value,form,basis_reported"
HEADER += ",reported_basis_usd,acquired,basis_usd\n"
CASES: list[dict[str, Any]] = yaml.load(
    (Path(__file__).parents[1] / "cases" / "engagements.yaml").read_text(), yaml.CSafeLoader
)
KNOWN = {"id", "says", "case", "ledger", "found", "instead", "file", "filed", "then", "amend"}
EXPECTED = {"year", "as_of", "more", "fails", "x", "lines", "carried", "deadline", "findings", "no_findings"}
EXPECTED |= {"said", "not_said", "part_two", "part_two_not", "causes", "rows", "lock", "forms", "rows_of_8949"}


def run(folder: Path, *words: str, code: int = 0) -> str:
    done = RUN.invoke(app, [words[0], str(folder), *words[1:]])
    assert done.exit_code == code, done.output
    return done.output


def write(path: Path, rows: list[str]) -> None:
    width = HEADER.count(",")
    path.write_text(HEADER + "".join(row + "," * (width - row.count(",")) + "\n" for row in rows))


def case_text(case: dict[str, Any]) -> str:
    whole: dict[str, Any] = {
        "taxpayer": {"first_name": "Test", "last_name": "Payer", "ssn": "900-12-3456", "filing_status": "single"},
        "elections": {"timezone": "America/Chicago", "lot_method": "fifo", "rounding": "dollars"},
    }
    for key, value in case.items():
        whole[key] = {**whole[key], **value} if key in whole else value
    return json.dumps(whole, default=str)  # JSON is YAML too


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The case folder as the preparer has it when the claim is made."""
    case: dict[str, Any] = request.param
    assert not case.keys() - KNOWN
    (tmp_path / "ledger").mkdir()
    (tmp_path / "filed").mkdir()
    (tmp_path / "case.yaml").write_text(case_text(case["case"]))
    write(tmp_path / "ledger" / "first.csv", case["ledger"])
    for year, words in case.get("file", {}).items():
        run(tmp_path, "prepare", "--year", str(year), "--no-forms")
        run(tmp_path, "file", "--year", str(year), *map(str, words))
    for name, entry in case.get("filed", {}).items():
        (tmp_path / "filed" / name).write_text(json.dumps(entry, default=str))
    if "instead" in case:
        write(tmp_path / "ledger" / "first.csv", case["instead"])
    if "found" in case:
        write(tmp_path / "ledger" / "found.csv", case["found"])
    if "then" in case:
        (tmp_path / "case.yaml").write_text(case_text({**case["case"], **case["then"]}))
    return tmp_path


@pytest.mark.parametrize(("folder", "case"), [(c, c) for c in CASES], ids=[c["id"] for c in CASES], indirect=["folder"])
def test_an_engagement_has_its_hand_figures(folder: Path, case: dict[str, Any]) -> None:
    for wanted in case["amend"]:
        assert not wanted.keys() - EXPECTED
        checked(folder, wanted)


def checked(folder: Path, wanted: dict[str, Any]) -> None:
    year, as_of = str(wanted["year"]), str(wanted.get("as_of", "2026-11-25"))
    if "rows" in wanted:
        write(folder / "ledger" / f"found {as_of}.csv", wanted["rows"])
    manner = "--offline" if wanted.get("forms") else "--no-forms"
    words = ["--year", year, "--as-of", as_of, manner, *map(str, wanted.get("more", ()))]
    output = run(folder, "amend", *words, "--json", code=1 if wanted.get("fails") else 0)
    found = json.loads(output)["cases"][0]
    ids = {finding["id"] for finding in found["findings"]}
    told = " ".join(f"{f['says']} {f['todo']}" for f in found["findings"])
    assert set(wanted.get("findings", ())) <= ids, told
    assert not ids & set(wanted.get("no_findings", ())), told
    for words_said in wanted.get("said", ()):
        assert str(words_said) in told
    for words_said in wanted.get("not_said", ()):
        assert str(words_said) not in told
    if wanted.get("fails"):
        return
    lines = found["return"]["lines"]
    forms = {"f1040x": wanted.get("x", {}), **wanted.get("lines", {})}
    for form, those in forms.items():
        got = {line: parse_cents(lines.get(form, {}).get(str(line), "0")) / 100 for line in those}
        assert got == those, form
    if "carried" in wanted:
        out = found["return"]["carryover_out"]
        assert [parse_cents(out["short_term"]) / 100, parse_cents(out["long_term"]) / 100] == wanted["carried"]
    for name, value in wanted.get("deadline", {}).items():
        assert found["deadline"][name] == (value if isinstance(value, bool) else str(value)), name
    diff = json.loads((folder / "out" / f"{year}-amended" / "diff.json").read_text())
    assert ".yaml" not in (folder / "out" / f"{year}-amended" / "client_letter.html").read_text()
    assert not any("$0 instead of $0" in cause["says"] for cause in diff["causes"])
    # Only what a form prints is compared, never a figure on the way to it.
    assert all(is_printed(line["line"]) for line in diff["lines"])
    for text in wanted.get("part_two", ()):
        assert text in diff["explanation"]
    for text in wanted.get("part_two_not", ()):
        assert text not in diff["explanation"]
    if "causes" in wanted:
        assert [[cause["what"], cause["wallet"]] for cause in diff["causes"]] == wanted["causes"], diff["explanation"]
    if "rows_of_8949" in wanted:
        rows = found["return"]["dispositions"]
        assert [[row["box"], row["code"], parse_cents(row["adjustment"]) / 100] for row in rows] == wanted[
            "rows_of_8949"
        ]
    if "lock" in wanted:
        run(folder, "file", "--year", year, *map(str, wanted["lock"]))
