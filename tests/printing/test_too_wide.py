"""What is too wide for its box is known before any form is filled: shortened by custom, or refused where it stands."""

import json
from pathlib import Path

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.cli import app
from niner.prepare import Options, Prepared, prepare
from niner.values import Finding

WIDEST = "W" * 60
UNITS = "1234567.123456789012345678"
ADDRESS = "address: {{street: {street}, city: Springfield, state: IL, zip: '62701'}}"


@pytest.fixture(autouse=True)
def no_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NINER_FORMS", raising=False)


def checked(folder: Path) -> tuple[int, list[dict[str, object]]]:
    """The exit status of `niner check` and its findings."""
    ran = CliRunner().invoke(app, ["check", str(folder), "--json"])
    return ran.exit_code, json.loads(ran.stdout)["cases"][0]["findings"]


def prepared(folder: Path, **options: bool) -> Prepared:
    return prepare(folder, Options(out=folder.parent / "out", offline=True, **options))


def printed(folder: Path, field: str) -> str:
    fields = PdfReader(folder.parent / "out" / "f8949.pdf").get_fields() or {}
    return next(str(f["/V"]) for name, f in fields.items() if name.endswith(field) and f.get("/V"))


def errors(found: list[dict[str, object]]) -> list[dict[str, object]]:
    return [one for one in found if one["severity"] == "error"]


def said(done: Prepared, id: str) -> list[Finding]:
    return [f for f in done.findings if f.id == id]


def with_taxpayer(folder: Path, old: str, new: str) -> Path:
    path = folder / "case.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return folder


def test_a_long_symbol_is_cut_in_its_middle_the_units_never(make_case: MakeCase) -> None:
    symbol = "UNISWAP-V3-POSITION-WETH-USDC-" + "W" * 20 + "-#884123"
    rows = ledger(buy("2024-01-02", UNITS, symbol, 4), sell("2024-02-02", UNITS, symbol, 3))
    folder = make_case(rows)
    done = prepared(folder)
    assert done.ok, [f.says for f in done.findings]
    description = printed(folder, "Row1[0].f1_3[0]")
    units, name = description.split(" ", 1)
    assert units == UNITS
    assert name.startswith("UNISWAP-V3-POS")
    assert "…" in name
    assert name.endswith("#884123")
    (note,) = said(done, "name-abbreviated")
    assert (str(note.source), note.severity) == ("ledger/made.csv, row 3", "note")
    assert f"“{name}”" in note.says
    document = json.loads((folder.parent / "out" / "return.json").read_text())
    assert document["dispositions"][0]["description"] == description, "return.json says what is printed"
    assert document["dispositions"][0]["asset"] == symbol
    assert checked(folder)[0] == 0
    assert [one for one in checked(folder)[1] if one["id"] == "name-abbreviated"]


def test_a_symbol_that_fits_is_left_as_it_is(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2024-01-02", 1, "W" * 30, 4), sell("2024-02-02", 1, "W" * 30, 3)))
    done = prepared(folder)
    assert done.ok
    assert printed(folder, "Row1[0].f1_3[0]") == f"1 {'W' * 30}"
    assert said(done, "name-abbreviated") == []


def test_two_symbols_that_would_be_cut_alike_are_refused_by_row_and_column(make_case: MakeCase) -> None:
    one, other = f"{'W' * 34}X{'W' * 25}", f"{'W' * 34}Y{'W' * 25}"
    rows = [row for name in (one, other) for row in (buy("2024-01-02", 1, name, 4), sell("2024-02-02", 1, name, 3))]
    folder = make_case(ledger(*rows))
    status, found = checked(folder)
    (error,) = errors(found)
    assert status == 1
    assert error["source"] == {"file": "ledger/made.csv", "row": 5}
    assert "sent_asset" in str(error["says"])
    assert "shorter name" in str(error["todo"])
    assert not prepared(folder).ok
    assert prepared(folder, forms=False).ok, "lines and tables need no boxes"


def test_an_amount_too_wide_for_its_column_is_refused_by_check_with_its_row(make_case: MakeCase) -> None:
    rows = ledger(buy("2024-01-02", 1, "BTC", 4), sell("2024-02-02", 1, "BTC", "12345678901234.56"))
    status, found = checked(make_case(rows))
    assert status == 1
    first = errors(found)[0]
    assert first["source"] == {"file": "ledger/made.csv", "row": 3}
    assert "row 1, column (d)" in str(first["says"])
    assert "12,345,678,901,234.56" in str(first["says"])


def test_a_name_too_long_even_with_initials_is_refused_by_check(make_case: MakeCase) -> None:
    rows = ledger(buy("2024-01-02", 1, "BTC", 4), sell("2024-02-02", 1, "BTC", 3))
    folder = with_taxpayer(make_case(rows), "last_name: Example", f"last_name: {WIDEST}")
    status, found = checked(folder)
    assert status == 1
    assert {one["source"]["file"] for one in errors(found)} == {"case.yaml"}  # type: ignore[index]


def test_a_street_too_long_for_form_1040_is_refused_by_its_key(make_case: MakeCase) -> None:
    rows = ledger(buy("2024-01-02", 1, "BTC", 4), sell("2024-02-02", 1, "BTC", 3))
    address = f"filing_status: single, {ADDRESS.format(street='W' * 100)}"
    folder = with_taxpayer(make_case(rows), "filing_status: single", address)
    status, found = checked(folder)
    (error,) = errors(found)
    assert status == 1
    assert error["source"] == {"file": "case.yaml", "row": 0}
    assert "taxpayer.address.street" in str(error["says"])
    assert "St, Ave" in str(error["todo"])


def test_long_first_names_become_initials_in_their_own_box(make_case: MakeCase) -> None:
    rows = ledger(buy("2024-01-02", 1, "BTC", 4), sell("2024-02-02", 1, "BTC", 3))
    names = "Wolfeschlegelsteinhausen MMMMMMMMMMMMMMMMM WWWWWWWWWWWWWWWWW"
    folder = with_taxpayer(make_case(rows), "first_name: Ada", f"first_name: {names}")
    done = prepared(folder)
    assert done.ok, [f.says for f in done.findings]
    fields = PdfReader(folder.parent / "out" / "f1040.pdf").get_fields() or {}
    assert "Wolfeschlegelsteinhausen M. W." in {str(f.get("/V")) for f in fields.values()}
    assert any("Form 1040" in f.says for f in said(done, "name-shortened"))


def test_a_long_wallet_is_cut_on_a_summary_row_and_its_statement(make_case: MakeCase) -> None:
    wallet = f"Cold storage {'W' * 80} 0042"
    rows = ledger(buy("2024-01-02", 1, "BTC", 4, wallet=wallet), sell("2024-02-02", 1, "BTC", 3, wallet=wallet))
    folder = make_case(rows)
    done = prepared(folder, summary=True)
    assert done.ok, [f.says for f in done.findings]
    (note,) = said(done, "name-abbreviated")
    short = printed(folder, "Row1[0].f1_3[0]").rpartition(",")[0]
    assert f"“{short}”" in note.says
    statement = "".join(p.extract_text() for p in PdfReader(folder.parent / "out" / "f8949-statement.pdf").pages)
    assert short in statement
