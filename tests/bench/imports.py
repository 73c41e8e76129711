"""How fast downloads are read: python tests/bench/imports.py ROWS

The same purchases as Niner's own format, and as exports: Coinbase's history (a row each), the same for a taxpayer in
New York and with sales and rewards between, Kraken's ledgers (two rows each) without and with balances, Koinly's
template, whose rows have no ids; half of them at Coinbase and the others later at Kraken, or at the same time and with
the same units; CoinTracker's template, Crypto.com's, Cash App's, Binance.US's and Robinhood's. What came into a wallet
on the chain is held against such rows of Niner's own format. From file to ledger, by turns: rows a second of processor
time, the best of five turns, and the share of what Niner's own format reaches, whose rows are in UTC.
"""

import gc
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from niner.case.folder import parse_case
from niner.imports import read_ledger

CASE = """tax_year: 2024
taxpayer: {first_name: Ada, last_name: Example, ssn: 900-12-3456, filing_status: single}
elections: {timezone: %s}
sources:
  ledger/cointracker.csv: {timezone: UTC}
  ledger/robinhood.csv: {timezone: UTC}
  ledger/etherscan.csv: {address: "%s"}
"""
ADDRESS = f"0x{'ab' * 20}"
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


def coinbase_mixed(rows: int) -> Iterator[str]:
    types = {3: "Sell", 5: "Staking Income", 7: "Advanced Trade Buy"}
    for n, row in enumerate(coinbase(rows), -1):
        yield row.replace(",Buy,", f",{types.get(n % 10, 'Buy')},")


def kraken(rows: int, balances: bool = False, first: int = 0, late: timedelta = timedelta(0)) -> Iterator[str]:
    yield '"txid","refid","time","type","subtype","aclass","asset","amount","fee","balance"'
    dollars, units = Decimal(1_000_000_000), Decimal(0)
    for n in range(first, first + rows // 2):
        at = f'"T{n}","{START + n * STEP + late:%Y-%m-%d %H:%M:%S}","trade","","currency"'
        paid = f"{100 + n % 777}.25"
        dollars, units = dollars - Decimal(paid) - Decimal("0.99"), units + Decimal(amount(n))
        yield f'"La{n}",{at},"ZUSD",-{paid},0.99,{dollars if balances else ""}'
        yield f'"Lb{n}",{at},"XXBT",{amount(n)},0,{units if balances else ""}'


def kraken_balances(rows: int) -> Iterator[str]:
    return kraken(rows, balances=True)


def kraken_later(rows: int) -> Iterator[str]:
    return kraken(rows, first=rows)


def kraken_besides(rows: int) -> Iterator[str]:
    """Purchases of the same units as at Coinbase, each three hours and a few minutes later."""
    return kraken(rows, late=timedelta(hours=3, minutes=7))


def koinly(rows: int) -> Iterator[str]:
    yield (
        "Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Net Worth Amount,"
        "Net Worth Currency,Label,Description,TxHash"
    )
    for n in range(rows):
        yield f"{START + n * STEP:%Y-%m-%d %H:%M:%S},{100 + n % 777}.25,USD,{amount(n)},BTC,0.99,USD,,,,Bought,"


def cointracker(rows: int) -> Iterator[str]:
    yield "Date,Received Quantity,Received Currency,Sent Quantity,Sent Currency,Fee Amount,Fee Currency,Tag"
    for n in range(rows):
        yield f"{START + n * STEP:%m/%d/%Y %H:%M:%S},{amount(n)},BTC,{100 + n % 777}.25,USD,0.99,USD,"


def crypto_com(rows: int) -> Iterator[str]:
    yield (
        "Timestamp (UTC),Transaction Description,Currency,Amount,To Currency,To Amount,Native Currency,Native Amount,"
        "Native Amount (in USD),Transaction Kind"
    )
    for n in range(rows):
        paid = f"{100 + n % 777}.25"
        yield f"{START + n * STEP:%Y-%m-%d %H:%M:%S},Buy BTC,BTC,{amount(n)},,,USD,{paid},{paid},crypto_purchase"


def cash_app(rows: int) -> Iterator[str]:
    yield (
        "Transaction ID,Date,Transaction Type,Currency,Amount,Fee,Net Amount,Asset Type,Asset Price,Asset Amount,"
        "Status,Notes"
    )
    for n in range(rows):
        paid = f"-${100 + n % 777}.25"
        yield (
            f"a{n},{START + n * STEP:%Y-%m-%d %H:%M:%S} CST,Bitcoin Buy,USD,{paid},-$0.99,{paid},BTC,$20000.00,"
            f"{amount(n)},COMPLETE,purchase"
        )


def binance_us(rows: int) -> Iterator[str]:
    parts = ("Primary", "Base", "Quote", "Fee")
    amounts = (f"{p} Asset,Realized Amount For {p} Asset,Realized Amount For {p} Asset In USD Value" for p in parts)
    before, after = "User ID,Time,Category,Operation,Order ID,Transaction ID", "Payment Method,Withdrawal Method"
    yield f"{before},{','.join(amounts)},{after},Additional Note"
    for n in range(rows):
        at, paid = f"{START + n * STEP:%Y-%m-%d %H:%M:%S}", f"{100 + n % 777}.25"
        yield f"1,{at},Spot Trading,Buy,{n},t{n},,,,BTC,{amount(n)},{paid},USD,{paid},{paid},USD,0.99,0.99,,,"


def robinhood(rows: int) -> Iterator[str]:
    yield "UUID,Time Entered,Symbol,Side,Quantity,State,Order Type,Leaves Quantity,Entered Price,Average Price,Notional"
    for n in range(rows):
        at = f"{START + n * STEP:%m/%d/%Y, %H:%M:%S}"
        yield f'u{n},"{at}",BTC,Buy,{amount(n)},Filled,Market,0,,20000,${100 + n % 777}.25'


def own_moves(rows: int) -> Iterator[str]:
    yield "id,time,wallet,kind,received_quantity,received_asset"
    for n in range(rows):
        yield f"{n},{(START + n * STEP).isoformat()},Home,transfer_in,{amount(n)},ETH"


def etherscan(rows: int) -> Iterator[str]:
    yield (
        "Transaction Hash,Blockno,UnixTimestamp,DateTime,From,To,ContractAddress,Value_IN(ETH),Value_OUT(ETH),"
        "CurrentValue @ $1/Eth,TxnFee(ETH),TxnFee(USD),Historical $Price/Eth,Status,ErrCode,Method"
    )
    for n in range(rows):
        at = START + n * STEP
        yield (
            f"0x{n:064x},{n},{int(at.timestamp())},{at:%Y-%m-%d %H:%M:%S},0x{'cd' * 20},{ADDRESS},,{amount(n)},0,,"
            "0.0001,1,,,,Transfer"
        )


def amount(n: int) -> str:
    return f"0.{n % 99999 + 1:05d}"


Made = Callable[[int], Iterator[str]]
OWN, MOVES = "Niner's own format", "the same, moves"
# The files of each ledger, and the taxpayer's zone.
LEDGERS: dict[str, tuple[tuple[Made, ...], str]] = {
    OWN: ((own,), "UTC"),
    "Coinbase": ((coinbase,), "UTC"),
    "Coinbase, New York": ((coinbase,), "America/New_York"),
    "Coinbase, mixed types": ((coinbase_mixed,), "UTC"),
    "Kraken": ((kraken,), "UTC"),
    "Kraken with balances": ((kraken_balances,), "UTC"),
    "Koinly, no ids": ((koinly,), "UTC"),
    "Coinbase, then Kraken": ((coinbase, kraken_later), "UTC"),
    "Coinbase, also Kraken": ((coinbase, kraken_besides), "UTC"),
    "CoinTracker, no ids": ((cointracker,), "UTC"),
    "Crypto.com App": ((crypto_com,), "UTC"),
    "Cash App": ((cash_app,), "UTC"),
    "Binance.US": ((binance_us,), "UTC"),
    "Robinhood": ((robinhood,), "UTC"),
    MOVES: ((own_moves,), "UTC"),
    "Etherscan, moves": ((etherscan,), "UTC"),
}


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    best: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as place:
        for name, (files, _) in LEDGERS.items():
            (Path(place) / name / "ledger").mkdir(parents=True)
            for made in files:
                text = "\n".join([*made(rows // len(files)), ""])
                (Path(place) / name / "ledger" / f"{made.__name__}.csv").write_text(text)
        for name in [*LEDGERS] * 5:
            best[name] = max(best.get(name, 0), rows / seconds(Path(place) / name, LEDGERS[name][1]))
    for name, speed in best.items():
        beside = MOVES if name.endswith("moves") else OWN
        print(f"{name:22} {rows} rows  {speed:8,.0f} rows/s  {speed / best[beside]:4.0%} of {beside}")


def seconds(folder: Path, zone: str) -> float:
    case = parse_case(CASE % (zone, ADDRESS))
    gc.collect()
    start = time.process_time()
    ledger = read_ledger(folder, case)
    taken = time.process_time() - start
    wrong = [finding.says for finding in ledger.findings if finding.severity == "error"]
    assert not wrong, wrong
    return taken


if __name__ == "__main__":
    main()
