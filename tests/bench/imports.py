"""How fast downloads are read: python tests/bench/imports.py ROWS

The same purchases as Niner's own format, as Coinbase's history (a row each) and as Kraken's ledgers (two rows each),
from file to ledger, by turns. Rows a second of processor time, the best of three turns, and the share of what Niner's
own format reaches.
"""

import gc
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from niner.case.folder import parse_case
from niner.imports import read_ledger

CASE = """tax_year: 2024
taxpayer: {first_name: Ada, last_name: Example, ssn: 900-12-3456, filing_status: single}
elections: {timezone: UTC}
"""
START = datetime(2020, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=10)


def own(rows: int) -> Iterator[str]:
    yield "id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset,fee_usd"
    for n in range(rows):
        yield f"{n},{(START + n * STEP).isoformat()},Home,buy,{100 + n % 777}.25,USD,{amount(n)},BTC,0.99"


def coinbase(rows: int) -> Iterator[str]:
    yield (
        "ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,"
        "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes"
    )
    for n in range(rows):
        dollars = 100 + n % 777
        yield (
            f"c{n},{START + n * STEP:%Y-%m-%d %H:%M:%S} UTC,Buy,BTC,{amount(n)},USD,$20000.00,${dollars}.25,"
            f"${dollars + 1}.24,$0.99,Bought BTC"
        )


def kraken(rows: int) -> Iterator[str]:
    yield '"txid","refid","time","type","subtype","aclass","asset","amount","fee","balance"'
    for n in range(rows // 2):
        at = f'"T{n}","{START + n * STEP:%Y-%m-%d %H:%M:%S}","trade","","currency"'
        yield f'"La{n}",{at},"ZUSD",-{100 + n % 777}.25,0.99,'
        yield f'"Lb{n}",{at},"XXBT",{amount(n)},0,'


def amount(n: int) -> str:
    return f"0.{n % 99999 + 1:05d}"


MADE: dict[str, Callable[[int], Iterator[str]]] = {"own": own, "coinbase": coinbase, "kraken": kraken}


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    best: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as place:
        for name, made in MADE.items():
            (Path(place) / name / "ledger").mkdir(parents=True)
            (Path(place) / name / "ledger" / f"{name}.csv").write_text("\n".join([*made(rows), ""]))
        for name in [*MADE] * 3:
            best[name] = max(best.get(name, 0), rows / seconds(Path(place) / name))
    for name, speed in best.items():
        print(f"{name:10} {rows} rows  {speed:8,.0f} rows/s  {speed / best['own']:4.0%} of Niner's own format")


def seconds(folder: Path) -> float:
    case = parse_case(CASE)
    gc.collect()
    start = time.process_time()
    ledger = read_ledger(folder, case)
    taken = time.process_time() - start
    wrong = [finding.says for finding in ledger.findings if finding.severity == "error"]
    assert not wrong, wrong
    return taken


if __name__ == "__main__":
    main()
