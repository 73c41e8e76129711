"""Files as people have them: other letters and separators, workbooks, zips, and what is no table at all."""

from collections.abc import Callable
from pathlib import Path

import pytest

from imports.exports import imported, packed, said, short, workbook
from niner.imports.tables.files import wallet_in

KRAKEN = '"txid","refid","time","type","subtype","aclass","asset","amount","fee","balance"\n'
ROW = '"L1","R1","2022-01-01 00:00:00","deposit","","currency","XXBT",1.5,0,1.5\n'
DEPOSIT = ["transfer_in 1.5 BTC"]


@pytest.mark.parametrize(
    "data",
    [
        (KRAKEN + ROW).encode("utf-8-sig"),
        (KRAKEN + ROW).encode("utf-16"),
        (KRAKEN + ROW).encode("utf-16-le"),
        (KRAKEN + ROW).replace("\n", "\r\n").encode(),
        (KRAKEN + ROW).replace(",", ";").encode(),
        (KRAKEN + ROW).replace(",", "\t").encode(),
        ("Your ledgers\n\n,,,\n" + KRAKEN + ROW).encode(),
        (KRAKEN.upper().replace('"TXID"', '" tx id "') + ROW).encode(),
        (KRAKEN.strip() + ',""\n' + ROW.strip() + ',""\n').encode(),
        KRAKEN.encode() + ROW.replace("currency", "W\u00e4hrung").encode("cp1252"),
        "".join(f"\ufeff{part}," for part in KRAKEN.strip().split(",")).rstrip(",").encode() + b"\n" + ROW.encode(),
    ],
)
def test_a_table_is_read_whatever_it_was_saved_as(tmp_path: Path, data: bytes) -> None:
    found = imported(tmp_path, {"k.csv": data})
    assert not said(found)
    assert [short(event) for event in found.events] == DEPOSIT


def test_a_workbook_is_read_and_its_digits_are_spoken_of(tmp_path: Path) -> None:
    header = [name.strip('"') for name in KRAKEN.strip().split(",")]
    row: list[object] = ["L1", "R1", "2022-01-01 00:00:00", "deposit", "", "currency", "XXBT", 1.5, 0, 1.5]
    found = imported(tmp_path, {"k.xlsx": workbook({"Ledger": [list(header), row]})})
    assert not said(found)
    assert [short(event) for event in found.events] == DEPOSIT
    assert any("15 digits" in finding.says for finding in found.findings)


def test_the_members_of_a_zip_are_read_where_they_lie(tmp_path: Path) -> None:
    found = imported(tmp_path, {"Spot--all.zip": packed({"2022/ledgers.csv": (KRAKEN + ROW).encode(), ".x": b"x"})})
    assert [short(event) for event in found.events] == DEPOSIT
    assert [(file.file, file.wallet) for file in found.files] == [("ledger/Spot--all.zip/2022/ledgers.csv", "Spot")]


@pytest.mark.parametrize(
    ("name", "data", "says", "todo"),
    [
        ("a.pdf", b"%PDF-1.7 x", "it is a PDF", "Download the same report as .csv"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "it is a picture", "a screenshot can't be read"),
        ("a.csv", b"\x89PNG\r\n\x1a\n", "it is a picture", "a screenshot can't be read"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "it is an old Excel file", "save it as .xlsx"),
        ("a.csv", b"<!DOCTYPE html><html></html>", "it is a web page", "log in and download the file again"),
        ("a.json", b'{"a": 1}', "it is JSON", "as .csv"),
        ("a.xlsx", b"PK\x03\x04 torn", "damaged", "Download it again"),
        ("a.csv", b"", "it is empty", "download it again"),
        ("a.zip", packed({"b.zip": packed({"c.csv": b"x"})}), "a zip within a zip", "Unpack"),
    ],
)
def test_what_is_no_table_is_told_with_what_to_do(tmp_path: Path, name: str, data: bytes, says: str, todo: str) -> None:
    (finding,) = imported(tmp_path, {name: data}).findings
    assert finding.severity == "error"
    assert says in finding.says
    assert todo in finding.todo


def test_a_file_cut_in_half_says_so_and_where(tmp_path: Path) -> None:
    found = imported(tmp_path, {"k.csv": KRAKEN + ROW + ROW[:30].replace("L1", "L2")})
    errors = [finding for finding in found.findings if finding.severity == "error"]
    assert [str(finding.source) for finding in errors] == ["ledger/k.csv, row 3"]
    assert "cut off" in errors[0].todo


def test_a_renamed_column_is_told_with_the_nearest_format(tmp_path: Path) -> None:
    found = imported(tmp_path, {"k.csv": KRAKEN.replace('"refid"', '"reference"') + ROW})
    (finding,) = found.findings
    assert "The nearest is Kraken, ledgers" in finding.says
    assert "“refid”" in finding.says
    assert "“reference”" in finding.says


def test_dates_that_a_spreadsheet_has_changed_are_told(tmp_path: Path) -> None:
    found = imported(tmp_path, {"k.csv": KRAKEN + ROW.replace("2022-01-01 00:00:00", "1/1/22 0:00")})
    (finding,) = found.findings
    assert finding.id == "import-time"
    assert "spreadsheet" in finding.todo


@pytest.mark.parametrize(
    ("name", "wallet"),
    [
        ("ledger/a.csv", ""),
        ("ledger/Kraken/a.csv", "Kraken"),
        ("ledger/Kraken--a.csv", "Kraken"),
        ("ledger/Old/Kraken--a.csv", "Kraken"),
    ],
)
def test_the_place_of_a_file_names_its_wallet(name: str, wallet: str) -> None:
    assert wallet_in(name) == wallet


def test_what_the_case_says_of_a_file_counts_most(tmp_path: Path) -> None:
    more = "sources: {ledger/Kraken/k.csv: {wallet: Second account}, ledger/gone.csv: {wallet: X}}\n"
    found = imported(tmp_path, {"Kraken/k.csv": KRAKEN + ROW}, more)
    assert {event.wallet for event in found.events} == {"Second account"}
    assert "sources-unknown" in {finding.id for finding in found.findings}


STRIKE = (
    "Transaction ID,Time (UTC),Status,Transaction Type,Amount USD,Fee USD,Amount BTC,Fee BTC,Description,Exchange Rate"
)
BOUGHT = "s1,Jan 15 2026 10:30:00,Completed,Purchase,-100.00,1.00,0.001,,,99000"


@pytest.mark.parametrize("change", [str, str.upper, str.lower, lambda text: text.replace(" ", "").replace("_", "")])
def test_blanks_and_capitals_of_a_header_do_not_count_where_a_pattern_names_it(
    tmp_path: Path, change: Callable[[str], str]
) -> None:
    found = imported(tmp_path, {"strike.csv": f"{change(STRIKE)},Transaction Hash\n{BOUGHT},\n"})
    assert [short(event) for event in found.events] == ["buy 100.00 USD > 0.001 BTC inside 1.00 USD =100.00"]


def test_a_file_saved_with_decimal_commas_is_read_by_them(tmp_path: Path) -> None:
    text = (KRAKEN + ROW + ROW.replace("L1", "L2").replace("R1", "R2").replace("1.5,0,1.5", "0.125,0,1.625")).replace(
        ",", ";"
    )
    found = imported(tmp_path, {"k.csv": text.replace(".", ",")})
    assert not said(found)
    assert [short(event) for event in found.events] == ["transfer_in 1.5 BTC", "transfer_in 0.125 BTC"]
    assert any("decimal sign is a comma" in finding.says for finding in found.findings)


@pytest.mark.parametrize("amount", ["1,125", "0,125"])
def test_a_number_that_may_be_a_thousand_or_a_fraction_is_never_guessed(tmp_path: Path, amount: str) -> None:
    text = (KRAKEN + ROW).replace("1.5,0,1.5", "AMOUNT,0,").replace(",", ";").replace("AMOUNT", amount)
    found = imported(tmp_path, {"k.csv": text})
    assert not found.events
    (problem,) = said(found)
    assert "may be a thousand, or one and a bit" in problem


def test_a_fraction_with_a_comma_is_no_thousand(tmp_path: Path) -> None:
    text = (KRAKEN + ROW).replace("1.5,0,1.5", '"0,125",0,')
    (problem,) = said(imported(tmp_path, {"k.csv": text}))
    assert "can't be read" in problem


def test_what_a_spreadsheet_changed_is_told_once_a_file(tmp_path: Path) -> None:
    rows = "".join(ROW.replace("L1", f"L{n}").replace("2022-01-01 00:00:00", f"1/{n}/2022 0:00") for n in range(1, 9))
    first, rest = said(imported(tmp_path, {"k.csv": KRAKEN + rows}))
    assert "“1/1/2022 0:00” can't be read as the time" in first
    assert rest == "7 more rows of ledger/k.csv: the time can't be read either."


def test_digits_that_a_spreadsheet_cut_are_asked_about(tmp_path: Path) -> None:
    found = imported(tmp_path, {"k.csv": KRAKEN + ROW.replace("1.5,0,1.5", "1.23457E-05,0,")})
    (finding,) = [finding for finding in found.findings if finding.id in ("import-digits", "import-rounded")]
    assert finding.severity == "review"
    assert "1.23457E-05" in finding.says


def test_another_sources_file_is_not_called_near(tmp_path: Path) -> None:
    (problem,) = said(imported(tmp_path, {"x.csv": "utcDate,type,currency,amount,fees,pointOfSale\n1,2,3,4,5,6\n"}))
    assert "None is near" in problem


@pytest.mark.parametrize(
    ("amount", "told"), [("1.23457E-05", True), ("1.23E-05", True), ("1E-08", False), ("1.2e-7", False)]
)
def test_digits_that_a_spreadsheet_has_dropped_are_told(tmp_path: Path, amount: str, told: bool) -> None:
    found = imported(
        tmp_path, {"k.csv": (KRAKEN + ROW + ROW.replace("1.5,0,1.5", f"{amount},0,").replace("1", "2", 1))}
    )
    said_so = [f for f in found.findings if f.id == "import-digits"]
    assert bool(said_so) == told
    if told:
        assert str(said_so[0].source) == "ledger/k.csv, row 3"
        assert "all other digits are lost" in said_so[0].says


def test_a_half_whose_other_half_could_not_be_read_is_not_said_to_be_missing(tmp_path: Path) -> None:
    """A fee with a minus was paid back, which is refused in the row that has it; the file is not too short."""
    given = '"L2","R2","2022-02-01 00:00:00","trade","","currency","XXBT",-0.1,0,1.4\n'
    came = '"L3","R2","2022-02-01 00:00:00","trade","","currency","ZUSD",2500,-0.5,2500.5\n'
    found = imported(tmp_path, {"k.csv": KRAKEN + ROW + given + came}).findings
    refused, half = (f for f in found if f.severity == "error")
    assert "paid back" in refused.says
    assert "is not among the rows that could be read" in half.says
    assert half.todo.startswith("It may be a row of this file with an error of its own")
    (alone,) = (
        f for f in imported(tmp_path / "alone", {"k.csv": KRAKEN + ROW + given}).findings if f.id == "import-half"
    )
    assert "is not in the file" in alone.says
