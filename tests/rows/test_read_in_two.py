"""A long ledger read by two processes gives what one gives: transactions, findings and their order."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from niner.case import read_case
from niner.imports import read_ledger
from niner.imports.reading import own_format
from niner.imports.tables import sheet as sheets
from niner.ledger import Ledger
from niner.ledger.columns import Columns

CASE = """tax_year: 2024
taxpayer: {first_name: Ada, last_name: Example, ssn: 900-12-3456, filing_status: single}
elections: {lot_method: fifo, pool: wallet, timezone: America/New_York}
"""
HEADER = "id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset,fee_usd,note"


def rows(count: int = 400) -> list[str]:
    """Buys and sales of three assets, with and without an offset, a fee and a note."""
    found = []
    for n in range(count):
        at = f"202{n % 5}-0{n % 9 + 1}-1{n % 9}T0{n % 9}:00:{n % 60:02d}{'' if n % 7 else 'Z'}"
        asset, fee, note = ("BTC", "ETH", "SOL")[n % 3], ("", "0.5", "1.005")[n % 3], "" if n % 11 else f"note {n}"
        buys = f"{n},{at},{'Kraken' if n % 2 else 'Coinbase'},buy,{n + 1}.25,USD,{n + 2}.00000001,{asset},{fee},{note}"
        sells = f"s{n},{at},Coinbase,sell,0.{n + 1:05d},{asset},{n + 3},USD,{fee},"
        found.append(sells if n % 5 == 4 else buys)
    return found


@pytest.fixture(autouse=True)
def _short_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "_LONG", 1000)


def read(folder: Path, text: str, two: bool, monkeypatch: pytest.MonkeyPatch) -> tuple[Ledger, list[bool]]:
    """The ledger, and whether its halves were taken, each time that it was read in two."""
    taken: list[bool] = []
    halves = own_format._read_in_two

    def watched(*how: object) -> object:
        found = halves(*how)  # type: ignore[arg-type]
        taken.append(found is not None)
        return found

    monkeypatch.setattr(own_format, "free_for_a_copy", lambda: two)
    monkeypatch.setattr(own_format, "_read_in_two", watched)
    (folder / "ledger").mkdir(parents=True, exist_ok=True)
    (folder / "case.yaml").write_text(CASE)
    (folder / "ledger" / "made.csv").write_bytes(text.encode())
    ledger = read_ledger(folder, read_case(folder))
    monkeypatch.undo()
    monkeypatch.setattr(sheets, "_LONG", 1000)
    return ledger, taken


def changed(at: int, row: str) -> list[str]:
    found = rows()
    found[at] = row
    return found


LEDGERS = {
    "plain": (rows(), "\n", True),
    "lines end as on Windows": (rows(), "\r\n", True),
    "a wrong cell in the first half": (changed(20, "x,2021-02-30,Coinbase,buy,1,USD,1,BTC,,"), "\n", True),
    "a wrong cell in the second half": (changed(390, "x,2021-02-30,Coinbase,buy,1,USD,1,BTC,,"), "\n", False),
    "wrong cells in both": (
        [*changed(20, "x,2021-02-30,Coinbase,buy,1,USD,1,BTC,,"), "y,2021-01-01,Coinbase,bye,1,USD,1,BTC,,"],
        "\n",
        False,
    ),
    "a row too short in the first half": (changed(20, "x,2021-02-03,Coinbase"), "\n", False),
    "a row too short in the second half": (changed(390, "x,2021-02-03,Coinbase"), "\n", False),
    "an empty line in the first half": (changed(20, ""), "\n", False),
    "an empty line in the second half": (changed(390, ""), "\n", False),
    "a row of commas in the second half": (changed(390, ",,,,,,,,,"), "\n", False),
    "one id twice, in either half": (changed(390, rows()[20]), "\n", True),
}


@pytest.mark.parametrize("name", LEDGERS)
def test_two_processes_give_what_one_gives(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines, end, in_two = LEDGERS[name]
    text = end.join([HEADER, *lines, ""])
    one, never = read(tmp_path, text, False, monkeypatch)
    two, taken = read(tmp_path, text, True, monkeypatch)
    assert (never, taken) == ([], [in_two])
    assert len(one.transactions) > 300 or one.findings
    assert list(two.transactions) == list(one.transactions)
    assert two.findings == one.findings
    assert two == one


@pytest.mark.parametrize("name", ["quoted", "torn", "short", "old Macintosh"])
def test_a_table_whose_lines_can_t_be_counted_is_read_by_one(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = {
        "quoted": "\n".join([HEADER, *changed(20, '0,2021-02-03,Coinbase,buy,1,USD,1,BTC,,"two\nlines"'), ""]),
        "torn": "\n".join([HEADER, *rows()]),
        "short": "\n".join([HEADER, *rows()[:8], ""]),
        "old Macintosh": "\r".join([HEADER, *rows(), ""]),
    }[name]
    one, _ = read(tmp_path, text, False, monkeypatch)
    two, taken = read(tmp_path, text, True, monkeypatch)
    assert not taken
    assert two == one


def test_rows_alike_in_both_halves_share_what_they_have_in_common(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "\n".join([HEADER, *rows(), ""])
    one, _ = read(tmp_path, text, False, monkeypatch)
    two, _ = read(tmp_path, text, True, monkeypatch)
    assert isinstance(one.transactions, Columns)
    assert isinstance(two.transactions, Columns)
    assert len(set(two.transactions.commons)) == len(set(one.transactions.commons))


def test_columns_are_the_same_after_pickling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, _ = read(tmp_path, "\n".join([HEADER, *rows(), ""]), False, monkeypatch)
    rows_ = Columns.of(ledger.transactions)
    for some in (rows_, rows_[3:90], rows_.where([n % 3 == 0 for n in range(len(rows_))]), Columns()):
        again = pickle.loads(pickle.dumps(some))
        assert list(again) == list(some)
        assert [t.instant.tzinfo for t in again] == [t.instant.tzinfo for t in some]


@pytest.mark.skipif(sys.platform != "linux", reason="a process is copied on Linux alone")
def test_a_copy_of_the_process_reads_the_other_half(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "case.yaml").write_text(CASE)
    (tmp_path / "ledger" / "made.csv").write_text("\n".join([HEADER, *rows(), ""]))
    program = f"""
import os
from pathlib import Path
from niner.process import beside
from niner.case import read_case
from niner.imports import read_ledger
from niner.imports.tables import sheet
sheet._LONG = 1000
forks, fork = [], os.fork
def counted():
    forks.append(1)
    return fork()
os.fork = counted
folder = Path({str(tmp_path)!r})
read = []
for cores in (2, 1):
    beside.cores = lambda: cores
    read.append(read_ledger(folder, read_case(folder)))
one, other = (list(ledger.transactions) for ledger in read)
print(len(forks), len(one), read[0] == read[1], one == other)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["1", str(len(rows())), "True", "True"]
