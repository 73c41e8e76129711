"""Rows are read many at a time, column by column; what they become is what each would become by itself."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest

from imports.exports import CASE, imported, said, short
from niner.case.folder import parse_case
from niner.imports import Imported, read_ledger
from niner.imports.draft import Draft
from niner.imports.events import Leg
from niner.imports.layouts.block import Rows
from niner.imports.layouts.columns import Columns
from niner.imports.layouts.settling import Settler
from niner.imports.settled import Settling, settler

COINBASE = (
    "ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,"
    "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes\n"
)
KRAKEN = "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance\n"
KOINLY = (
    "Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Net Worth Amount,"
    "Net Worth Currency,Label,Description,TxHash\n"
)
ROWS = {
    COINBASE: (
        "c{n},2025-01-0{d} 00:0{d}:00 UTC,Buy,BTC,0.5,USD,$20000.00,$100.25,$101.24,$0.99,Bought BTC",
        "c{n},2025-01-0{d} 00:0{d}:01 UTC,Sell,BTC,0.{d},USD,$20000.00,\"$1,100.25\",\"$1,099.26\",$0.99,Sold",
        "c{n},2025-01-0{d} 00:0{d}:02 UTC,Staking Income,ETH,0.01,USD,$2000,$20,$20,$0,",
        "c{n},2025-01-0{d} 00:0{d}:03 UTC,Convert,ETH,0.5,USD,$2000,$1000,$1000,$0,Converted 0.5 ETH to 0.01 BTC",
        "c{n},2025-01-0{d} 00:0{d}:04 UTC,Send,BTC,-0.1,USD,$20000,$2000,$2000,$0,Sent",
        "c{n},2025-01-0{d} 00:0{d}:04 UTC,Advanced Trade Buy,SOL,5,USD,$200,$1000,$1002,$2,Bought 5 SOL for 0.4 ETH",
        "c{n},2025-01-0{d} 00:0{d}:04 UTC,Advanced Trade Buy,SOL,5,USD,$200,$1000,$1002,$2,Bought 5 SOL for 1002 USD",
        "c{n},2025-01-0{d} 00:0{d}:05 UTC,Vault Withdrawal,BTC,0.1,USD,$20000,$2000,$2000,$0,",
    ),
    KRAKEN: (
        "La{n},T{n},2025-02-0{d} 10:00:00,trade,,currency,ZUSD,-50.25,0.99,900.{n}",
        "Lb{n},T{n},2025-02-0{d} 10:00:00,trade,,currency,XXBT,0.001,0,0.1{n}",
        "Lc{n},R{n},2025-02-0{d} 11:00:00,staking,,currency,DOT.S,0.5,0.01,5.{n}",
        ",R{n},2025-02-0{d} 12:00:00,deposit,,currency,XXBT,0.5,0,",
        "Ld{n},R{n},2025-02-0{d} 12:00:00,withdrawal,,currency,XXBT,-0.5,0.0001,",
    ),
    KOINLY: (
        "2025-03-0{d} 10:00:0{d} UTC,100.{n},USD,0.005,BTC,0.99,USD,,,,,",
        "2025-03-0{d} 10:00:0{d} UTC,0.001,BTC,0.02,ETH,0.0001,BTC,50,USD,,,0x{n}",
        "2025-03-0{d} 10:00:0{d} UTC,,,0.02,ETH,,,50,USD,reward,,",
    ),
}  # fmt: skip
ODD = (
    *("", "x", "-", "0", "-1", "1e-7", "1.23457E-05", "$1,000.5", "(3)", "1 BTC", " 2 ", "+2", "5.", "é", "USD", "btc"),
    *("2025-13-01", "2025-02-03", "1999-01-01 00:00:00", "2025-02-03T04:05:06.123456789Z", "2" * 50, "Sell", "trade"),
)


def read(folder: Path, text: str) -> Imported:
    return imported(folder, {"wallet.csv": text}, 'sources: {"ledger/wallet.csv": {timezone: UTC}}\n')


def one_by_one(
    self: Columns, rows: Rows, numbers: Sequence[int], lines: Sequence[int]
) -> tuple[list[None], list[None]]:
    rows.alone.update(range(rows.count))
    return [None] * rows.count, [None] * rows.count


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("header", ROWS, ids=("coinbase", "kraken", "koinly"))
def test_columns_say_what_the_rows_say_one_by_one(tmp_path: Path, header: str, seed: int) -> None:
    pick = random.Random(seed)
    rows = [row.format(n=n, d=1 + n % 9) for n in range(20) for row in ROWS[header]]
    pick.shuffle(rows)
    for at in pick.sample(range(len(rows)), pick.choice((0, 1, 12))):
        cells = rows[at].split(",")
        cells[pick.randrange(len(cells))] = pick.choice(ODD)
        rows[at] = ",".join(cells)
    text = header + "\n".join([*rows, ""])
    many = read(tmp_path / "many", text)
    with patch.object(Columns, "read", one_by_one):
        each = read(tmp_path / "each", text)
    assert many == each
    assert many.events
    case = parse_case(CASE + 'sources: {"ledger/wallet.csv": {timezone: UTC}}\n')
    at_once = read_ledger(tmp_path / "many", case)
    with patch.object(Columns, "read", one_by_one):
        assert at_once == read_ledger(tmp_path / "many", case)
    with patch.object(Settler, "read", lambda *of: None):
        assert at_once == read_ledger(tmp_path / "many", case)
    events = patch("niner.imports.folder.settler", lambda settling: lambda ready, ids: [None] * len(ready))
    with events, patch.object(Settler, "read", lambda *of: None):
        assert at_once == read_ledger(tmp_path / "many", case)


# In Newfoundland the clock was set back a minute after midnight: that day ends, begins and ends again.
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Europe/London", "Asia/Kolkata", "America/St_Johns"])
def test_a_row_is_of_the_day_that_the_clock_of_the_zone_shows(zone: str) -> None:
    days = [datetime(2010, month, day, tzinfo=UTC) for month, day in ((3, 14), (7, 1), (11, 7), (12, 31))]
    times = [
        day + timedelta(minutes=minutes, microseconds=early)
        for day in days
        for minutes in range(0, 1440, 5)
        for early in (0, 90_000_000, -1)
    ]
    units = (Leg(Decimal(1), "BTC"),)
    drafts = [Draft("a.csv", n, n, at, "A", "A", "buy", "Buy", (), units, usd=Decimal(5)) for n, at in enumerate(times)]
    settle = settler(Settling(ZoneInfo(zone), {}))
    found = settle([(draft, (draft,)) for draft in drafts], [str(draft.row) for draft in drafts])
    assert Settling(ZoneInfo(zone), {}).days.of_many(times) == [one.day for one in found if one]
    assert [one.day for one in found if one] == [at.astimezone(ZoneInfo(zone)).date() for at in times]


def test_a_first_row_without_a_time_is_told(tmp_path: Path) -> None:
    row = "c1,{},Buy,BTC,0.5,USD,$20000.00,$100.25,$101.24,$0.99,Bought BTC\n"
    found = read(tmp_path, COINBASE + row.format("") + row.replace("c1", "c2").format("2025-01-05 10:00:00 UTC"))
    assert said(found) == ["“” can't be read as the time: it is not a time as this export writes them."]
    assert [(short(event), event.time.year) for event in found.events] == [
        ("buy 100.25 USD > 0.5 BTC fee 0.99 USD =100.25", 2025)
    ]
