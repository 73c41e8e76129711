"""Names too long for a form's box are shortened as people do it, for that form alone; empty schedules stay at home."""

import json
from pathlib import Path

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.prepare import Options, Prepared, prepare

RUN = CliRunner()
TRADES = ledger(buy("2024-01-02", 1, "BTC", 4), sell("2024-02-02", 1, "BTC", 3))
LONG_FIRST, LONG_LAST = "Wolfeschlegelsteinhausen Maximiliane Konstantina", "Bergerdorff-Featherstonehaugh"


def joint(make_case: MakeCase, first: str, last: str, spouse_first: str, spouse_last: str) -> Path:
    spouse = f"spouse: {{first_name: {spouse_first}, last_name: {spouse_last}, ssn: 900-65-4321}}"
    folder = make_case(TRADES, status="married_joint", more=spouse)
    text = (folder / "case.yaml").read_text()
    own = f"first_name: {first}, last_name: {last}"
    (folder / "case.yaml").write_text(text.replace("first_name: Ada, last_name: Example", own))
    return folder


def names_on(path: Path, field: str) -> set[str]:
    fields = PdfReader(path).get_fields() or {}
    return {str(f["/V"]) for name, f in fields.items() if name.endswith(field) and f.get("/V")}


def prepared(folder: Path, tmp_path: Path) -> Prepared:
    return prepare(folder, Options(out=tmp_path / "out", offline=True))


@pytest.fixture(autouse=True)
def no_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NINER_FORMS", raising=False)


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (("Ada", "Example", "Bob", "Example"), "Ada Example & Bob Example"),
        ((LONG_FIRST, LONG_LAST, "Bob", LONG_LAST), f"{LONG_FIRST} & Bob {LONG_LAST}"),
        (
            (LONG_FIRST, LONG_LAST, "Bartholomew Alexander", "Vandersloot-Montgomery"),
            f"Wolfeschlegelsteinhausen M. K. {LONG_LAST} & Bartholomew A. Vandersloot-Montgomery",
        ),
    ],
)
def test_a_joint_name_is_as_long_as_its_box_and_said_once(
    names: tuple[str, str, str, str], wanted: str, make_case: MakeCase, tmp_path: Path
) -> None:
    done = prepared(joint(make_case, *names), tmp_path)
    assert done.ok, [f.says for f in done.findings]
    said = [f for f in done.findings if f.id == "name-shortened"]
    full = f"{names[0]} {names[1]} & {names[2]} {names[3]}"
    assert len(said) == (wanted != full)
    assert names_on(tmp_path / "out" / "f8949.pdf", "f1_1[0]") == {wanted}
    assert all(f"“{wanted}”" in f.says and "Form 8949" in f.says for f in said)
    assert names_on(tmp_path / "out" / "f1040.pdf", "f1_04[0]") == {names[0]}, "Form 1040 has a box for each name"


def test_a_name_that_is_too_long_even_with_initials_is_refused_once(make_case: MakeCase, tmp_path: Path) -> None:
    done = prepared(joint(make_case, "Ada", "X" * 60, "Bob", "Y" * 60), tmp_path)
    assert not done.ok
    assert [f.id for f in done.findings if f.severity == "error"] == ["name-too-long"]


def test_no_schedule_d_of_zeros_goes_with_a_return_without_sales(make_case: MakeCase, tmp_path: Path) -> None:
    done = prepared(make_case(ledger(buy("2024-01-02", 1, "BTC", 4))), tmp_path)
    assert done.ok
    out = tmp_path / "out"
    assert not (out / "f1040sd.pdf").exists()
    assert (out / "f1040.pdf").exists()
    document = json.loads((out / "return.json").read_text())
    assert "f1040sd" in document["lines"], "the lines stay in return.json"
    assert [form["form"] for form in document["forms"]] == ["f1040"]
    said = [f for f in done.findings if f.id == "schedule-d-empty"]
    assert "not in the packet" in said[0].says
    assert not [f for f in done.findings if f.id == "schedule-d-answers"]


@pytest.mark.parametrize("kind", ["sale", "carryover"])
def test_schedule_d_is_there_when_something_calls_for_it(kind: str, make_case: MakeCase, tmp_path: Path) -> None:
    rows = TRADES if kind == "sale" else ledger(buy("2024-01-02", 1, "BTC", 4))
    done = prepared(make_case(rows, short=1000 if kind == "carryover" else 0), tmp_path)
    assert done.ok
    assert (tmp_path / "out" / "f1040sd.pdf").exists()
    assert len([f for f in done.findings if f.id == "schedule-d-answers"]) == 1, "answers nobody gave are said once"
