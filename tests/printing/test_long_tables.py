"""A return of very many rows: its workpapers keep the rows in files beside the page, whole and as plain text."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from niner.cli import app
from niner.prepare import Options, prepare

HEADER = "time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset\n"
WALLETS = ("Kraken|~", "<b>Coin</b>")


def ledger(sells: int) -> str:
    """One purchase, and sales of it from two wallets, whose names have what stands between cells, and HTML."""
    rows = [f"2025-01-01T00:00:00Z,{wallet},buy,{sells},USD,{sells},BTC\n" for wallet in WALLETS]
    for number in range(sells):
        wallet = WALLETS[number % 2]
        rows.append(f"2025-06-01T00:00:{number % 60:02d}Z,{wallet},sell,1,BTC,{number + 1},USD\n")
    return HEADER + "".join(rows)


@pytest.mark.parametrize(("sells", "files"), [(2_000, 0), (2_001, 1), (10_001, 2)])
def test_all_rows_stand_in_files_beside_the_page(make_case: Callable[..., Path], sells: int, files: int) -> None:
    folder = make_case(ledger(sells), 2025)
    done = prepare(folder, Options(forms=False))
    assert done.ok, done.findings
    out = folder / "out" / "2025"
    page = (out / "workpapers.html").read_text()
    beside = sorted(out.glob("workpapers-dispositions-*.js"))
    assert len(beside) == files
    assert {path.name for path in out.glob("workpapers-*")} == {path.name for path in beside}
    assert ("workpapers-dispositions-001.js" in page) is bool(files)
    assert "<b>Coin" not in page
    if not files:
        assert page.count("&lt;b&gt;Coin") >= sells // 2
        return
    rows = []
    for number, path in enumerate(beside):
        called = re.fullmatch(r'niner\("dispositions",(\d+),(.*)\);\n', path.read_text(), re.DOTALL)
        assert called is not None
        assert int(called[1]) == number
        assert path.stat().st_mode & 0o777 == 0o600
        assert "900-12-3456" not in path.read_text()
        columns = json.loads(called[2])
        rows += zip(*(text[1:].split(text[0]) for text in columns), strict=True)
    document = json.loads((out / "return.json").read_text())
    assert [row[0] for row in rows] == [str(number) for number in range(1, sells + 1)]
    assert [(row[1], row[2]) for row in rows] == [(d["description"], d["wallet"]) for d in document["dispositions"]]
    assert len(page) < 1_000_000
    assert page.count("&lt;b&gt;Coin") < 400  # the first rows, and a choice of the filter
    # Fewer rows again: the files of many are gone.
    (folder / "ledger" / "made.csv").write_text(ledger(3))
    assert prepare(folder, Options(forms=False)).ok
    assert not list(out.glob("workpapers-*.js"))


def test_the_table_of_dispositions_is_packed_where_asked(make_case: Callable[..., Path]) -> None:
    folder = make_case(ledger(3), 2025)
    said = CliRunner().invoke(app, ["prepare", str(folder), "--no-forms", "--dispositions", "csv.gz"])
    assert said.exit_code == 0, said.output
    out = folder / "out" / "2025"
    first = (out / "dispositions.csv.gz").read_bytes()
    assert gzip.decompress(first) == (out / "dispositions.csv").read_bytes()
    assert (out / "dispositions.csv.gz").stat().st_mode & 0o777 == 0o600
    CliRunner().invoke(app, ["prepare", str(folder), "--no-forms", "--dispositions", "csv.gz"])
    assert (out / "dispositions.csv.gz").read_bytes() == first
    assert CliRunner().invoke(app, ["prepare", str(folder), "--dispositions", "xls"]).exit_code == 2
