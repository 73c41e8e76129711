"""The shipped formats: each row of an export becomes the event that it is, exactly, or is left out for a reason.

Rows follow the shapes of real exports; the layouts are those of users' files as public parsers and issues show them.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from imports.exports import CASE, imported, said, short, units
from ledgers import buy, ledger, sell
from niner.case.folder import parse_case
from niner.cli import app
from niner.imports import read_ledger
from niner.imports.layouts.catalogue import formats_of, shipped

KRAKEN = '"txid","refid","time","type","subtype","aclass","asset","wallet","amount","fee","balance"\n'
COINBASE = (
    "\nTransactions\nUser,Ada Example,00000000-0000-4000-8000-000000000001\n"
    "ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,"
    "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes\n"
)


def test_every_shipped_format_says_on_what_it_rests() -> None:
    for known in shipped():
        format = known.format
        assert format.reader or format.unread or format.seen or format.rests_on, known.file
        assert format.confidence == "high" or format.rests_on, known.file


def test_names_of_formats_stand_once() -> None:
    names = [known.format.name for known in shipped()]
    assert len(names) == len(set(names))


def test_kraken_joins_legs_by_refid_and_takes_the_fee_in_the_coin_it_names(tmp_path: Path) -> None:
    rows = (
        '"L1","T1","2023-06-02 16:00:00","trade","tradespot","currency","SOL","spot / main",10,0.025,9.975\n'
        '"L2","T1","2023-06-02 16:00:00","trade","tradespot","currency","ZUSD","spot / main",-2000,0,0\n'
        '"L3","R4","2023-06-03 12:00:00","earn","reward","currency","ETH2.S","earn / bonded",0.01,0.002,1.008\n'
        '"","F0","2023-06-04 11:59:00","withdrawal","","currency","TAO","spot / main",-0.1,0.002,\n'
        '"L4","F1","2023-06-04 12:00:00","withdrawal","","currency","TAO","spot / main",-0.1,0.002,14\n'
        '"L5","R2","2023-06-05 12:00:00","transfer","spottostaking","currency","DOT","spot / main",-100,0,0\n'
    )
    found = imported(tmp_path, {"ledgers.csv": KRAKEN + rows})
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "buy 2000 USD > 10 SOL fee 0.025 SOL =2000",
        "staking 0.008 ETH inside 0.002 ETH",
        "transfer_out 0.1 TAO fee 0.002 TAO",
    ]
    (file,) = found.files
    assert (file.format, file.wallet, file.rows) == ("Kraken, ledgers", "Kraken", 6)
    assert [(left.row, left.why) for left in file.left_out] == [
        (4, "no txid: the pending twin of the next row"),
        (6, "own units move inside Kraken"),
    ]
    assert found.events[0].rows == (1, 2)
    assert file.change["SOL"] == Decimal("9.975")


def test_kraken_fees_on_both_legs_are_two_fees(tmp_path: Path) -> None:
    rows = (
        '"L1","T1","2023-06-02 16:00:00","trade","tradespot","currency","BTC","spot / main",0.001,0.0000027,1\n'
        '"L2","T1","2023-06-02 16:00:00","trade","tradespot","currency","USD","spot / main",-30,0.08,0\n'
    )
    (event,) = imported(tmp_path, {"ledgers.csv": KRAKEN + rows}).events
    assert {(fee.quantity, fee.asset) for fee in event.fees} == {
        (Decimal("0.0000027"), "BTC"),
        (Decimal("0.08"), "USD"),
    }


def test_half_a_trade_is_an_error_that_names_the_row(tmp_path: Path) -> None:
    row = '"L1","T1","2023-06-02 16:00:00","trade","tradespot","currency","SOL","spot / main",10,0,10\n'
    found = imported(tmp_path, {"ledgers.csv": KRAKEN + row})
    (finding,) = [finding for finding in found.findings if finding.severity == "error"]
    assert finding.id == "import-half"
    assert str(finding.source) == "ledger/ledgers.csv, row 2"
    assert not found.events


def test_coinbase_takes_the_quote_from_the_notes_where_it_is_crypto(tmp_path: Path) -> None:
    rows = (
        '6a02,2025-12-15 15:00:00 UTC,Advanced Trade Sell,ETH,-0.1,USD,"$3,500.00",-$350.00,-$349.50,$0.50,'
        "Sold 0.1 ETH for 349.5 USDC on ETH-USDC at 3500 USDC/ETH\n"
        '6a03,2025-11-20 10:00:00 UTC,Convert,ETH,-0.5,USD,"$2,006.00","$1,003.00","$1,003.00",$0.00,'
        '"Converted 0.5 ETH to 1,000 USDC"\n'
        '6a05,2025-11-19 10:00:00 UTC,Advanced Trade Buy,ETH,0.1,USD,"$3,500.00",$350.00,$350.50,$0.50,'
        "Bought 0.1 ETH for 350.5 USD on ETH-USD at 3500 USD/ETH\n"
    )
    found = imported(tmp_path, {"cb.csv": COINBASE + rows})
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "buy 350.00 USD > 0.1 ETH fee 0.50 USD =350.00",
        "trade 0.5 ETH > 1000 USDC =1003.00",
        "trade 0.1 ETH > 349.5 USDC inside 0.50 USD =350.00",
    ]


def test_a_renamed_token_is_no_sale_whichever_row_comes_first(tmp_path: Path) -> None:
    rows = [
        "6a04,2025-10-17 18:09:41 UTC,Asset Migration,POL,91.859,USD,$0.20,$18.37,$18.37,$0.00,\n",
        "6a05,2025-10-17 18:09:41 UTC,Asset Migration,MATIC,-91.859,USD,$0.20,-$18.37,-$18.37,$0.00,\n",
    ]
    for number, order in enumerate((rows, rows[::-1])):
        found = imported(tmp_path / str(number), {"cb.csv": COINBASE + "".join(order)})
        assert [short(event) for event in found.events] == ["rename 91.859 MATIC > 91.859 POL"]


@pytest.mark.parametrize("euros_first", [False, True])
def test_one_purchase_shown_in_two_display_currencies_is_one(tmp_path: Path, euros_first: bool) -> None:
    rows = [
        '6a14,2025-02-02 19:07:00 UTC,Buy,BTC,0.12277218,USD,"$16,047.61","$1,970.20","$2,000.00",$29.80,\n',
        '6a14,2025-02-02 19:07:00 UTC,Buy,BTC,0.12277218,EUR,"€14,800.00","€1,817.03","€1,844.51",€27.48,\n',
    ]
    found = imported(tmp_path, {"cb.csv": COINBASE + "".join(rows[::-1] if euros_first else rows)})
    assert [short(event) for event in found.events] == ["buy 1970.20 USD > 0.12277218 BTC fee 29.80 USD =1970.20"]
    assert len(found.files[0].left_out) == 1


def test_an_unknown_type_is_an_error_with_file_row_and_type(tmp_path: Path) -> None:
    row = "6a04,2025-10-17 18:09:41 UTC,Lunar Yield,BTC,1,USD,$0.20,$18.37,$18.37,$0.00,\n"
    found = imported(tmp_path, {"cb.csv": COINBASE + row})
    (finding,) = found.findings
    assert (finding.id, finding.severity, finding.value) == ("import-type", "error", "Lunar Yield")
    assert str(finding.source) == "ledger/cb.csv, row 5"
    assert "Lunar Yield" in finding.says


def test_okx_times_are_in_the_zone_above_the_header_and_a_fill_is_two_rows(tmp_path: Path) -> None:
    head = (
        "\ufeffUID:1,\ufeffAccount Type:Main,\ufeffTime Zone:UTC+8\n"
        "\ufeffid,\ufeffOrder id,Time,Trade Type,Symbol,Action,Amount,Trading Unit,Filled Price,PnL,Fee,Fee Unit,"
        "Position Change,Position Balance,Balance Change,Balance,Balance Unit\n"
    )
    rows = (
        "101,1001,2026-07-20 00:12:37,Spot,BTC-USDC,Buy,0.00310089,USDC,64494,0,-0.00000310,BTC,0,0,"
        "0.00309779,0.00309779,BTC\n"
        "501,1001,2026-07-20 00:12:37,Spot,BTC-USDC,Sell,199.98879966,USDC,64494,0,0,USDC,0,0,-199.98879966,1000,USDC\n"
    )
    found = imported(tmp_path, {"okx.csv": head + rows})
    (event,) = found.events
    assert event.time == datetime(2026, 7, 19, 16, 12, 37, tzinfo=UTC)
    assert short(event) == "trade 199.98879966 USDC > 0.00310089 BTC fee 0.00000310 BTC"


def test_gemini_takes_the_columns_that_are_filled(tmp_path: Path) -> None:
    head = (
        "Date,Time (UTC),Type,Symbol,Specification,Liquidity Indicator,Trading Fee Rate (bps),USD Amount USD,"
        "Fee (USD) USD,USD Balance USD,BTC Amount BTC,Fee (BTC) BTC,BTC Balance BTC,Trade ID\n"
    )
    rows = (
        "2018-02-19,14:10:10.846,Sell,BTCUSD,Limit,Taker,25.00 ,$766.12 ,($1.92),$764.20 ,(0.07 BTC),,0.4295 BTC ,3\n"
        "2018-02-19,14:10:46.965,Debit,USD,Withdrawal (ACH Transfer),,,($500.00),$0.00 ,$264.20 ,,,0.4295 BTC ,\n"
        ",,,,,,,,($7.46),$264.20 ,,0.0 BTC ,0.4295 BTC ,\n"
    )
    found = imported(tmp_path, {"gemini.csv": head + rows})
    assert not said(found)
    assert [short(e) for e in found.events] == [
        "sell 0.07 BTC > 766.12 USD fee 1.92 USD =766.12",
        "cash_out 500.00 USD =500.00",
    ]
    assert [left.why for left in found.files[0].left_out] == ["a totals row without a date"]


def test_what_leaves_a_ledger_is_stated_with_its_fee(tmp_path: Path) -> None:
    head = (
        "Operation Date,Status,Currency Ticker,Operation Type,Operation Amount,Operation Fees,Operation Hash,"
        "Account Name,Account xpub\n"
    )
    rows = (
        "2026-03-02T13:20:00.000Z,Confirmed,ETH,OUT,0.20063,0.00063,0x01,Ethereum 1,x\n"
        "2026-02-20T10:00:00.000Z,Failed,ETH,OUT,1.00042,0.00042,0x03,Ethereum 1,x\n"
        "2026-02-18T10:00:00.000Z,Confirmed,stETH,IN,1.5,0,0x05,Ethereum 1,x\n"
    )
    found = imported(tmp_path, {"Nano--ledger.csv": head + rows})
    assert [short(event) for event in found.events] == [
        "transfer_in 1.5 stETH",
        "fee fee 0.00042 ETH",
        "transfer_out 0.20000 ETH fee 0.00063 ETH",
    ]
    assert {event.wallet for event in found.events} == {"Nano Ethereum 1"}
    assert units(found)["ETH"] == Decimal("-0.20105")


def test_a_tax_center_file_is_a_second_view_where_the_history_shows_the_time(tmp_path: Path) -> None:
    raw = (
        'Transaction ID,Transaction Type,Date & time,Asset Acquired,"Quantity Acquired (Bought, Received, etc)",'
        'Cost Basis (incl. fees and/or spread) (USD),Data Source,"Asset Disposed (Sold, Sent, etc)",Quantity Disposed,'
        "Proceeds (excl. fees and/or spread) (USD)\n"
        "abc,Buy,2025-02-02T19:07:00Z,BTC,0.5,300,Coinbase,,,\n"
    )
    history = COINBASE + "6a14,2025-02-02 19:07:00 UTC,Buy,BTC,0.5,USD,$590.00,$295.00,$300.00,$5.00,\n"
    alone = imported(tmp_path / "alone", {"raw.csv": raw})
    both = imported(tmp_path / "both", {"raw.csv": raw, "history.csv": history})
    assert [short(event) for event in alone.events] == ["buy 300 USD > 0.5 BTC =300"]
    assert [short(event) for event in both.events] == ["buy 295.00 USD > 0.5 BTC fee 5.00 USD =295.00"]
    raw_report = next(file for file in both.files if file.file == "ledger/raw.csv")
    assert "second view" in raw_report.says
    assert len(raw_report.left_out) == 1


def test_what_a_broker_reported_is_no_event(tmp_path: Path) -> None:
    text = (
        "Transaction Type,Transaction ID,Tax lot ID,Asset name,Amount,Date Acquired,Cost basis (USD),"
        "Date of Disposition,Proceeds (USD),Gains (Losses) (USD),Holding period (Days),Data source\n"
        "Sell,1,2,BTC,0.5,01/02/2020,100,01/02/2025,200,100,1800,Coinbase\n"
    )
    found = imported(tmp_path, {"gain.csv": text})
    assert (found.files[0].side, found.files[0].rows, found.events) == ("broker", 1, ())


def test_a_format_of_the_case_comes_before_the_shipped_ones(tmp_path: Path) -> None:
    own = """\
source: Example Exchange
layout: history
confidence: medium
rests_on: One user's file.
recognise: {columns: [When, What, Coin, Amount, Dollars, Charge]}
time: {column: When, formats: [iso], zone: UTC}
legs:
  coins: {quantity: Amount, asset: Coin}
  dollars: {quantity: Dollars, asset: =USD}
fees:
  fee: {quantity: Charge, asset: =USD}
type: [What]
map:
  BOUGHT: {kind: buy, in: coins, out: dollars, fee: fee}
  REWARD: {kind: reward, in: coins, usd: Dollars}
  SENT OUT: {kind: transfer_out, out: coins}
"""
    text = (
        "Export of 3 March 2026\nWhen,What,Coin,Amount,Dollars,Charge\n"
        "2026-01-05 10:00:00,BOUGHT,BTC,0.5,20000.00,15.00\n2026-01-06 11:30:00,REWARD,SOL,0.25,35.00,\n"
        "2026-01-07 09:00:00,SENT OUT,BTC,-0.1,,\n"
    )
    found = imported(tmp_path, {"formats/example.yaml": own, "example.csv": text})
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "buy 20000.00 USD > 0.5 BTC fee 15.00 USD =20000.00",
        "reward 0.25 SOL =35.00",
        "transfer_out 0.1 BTC",
    ]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("legs: {coins: {quantity: Amuont, asset: Coin}}", "The column “Amuont” is not among those of the layout."),
        ("map: {A: {kind: bought, in: coins}}", "kind can't be bought"),
        ("map: {A: {kind: reward, in: coinz}}", "no leg is called coinz"),
        ("recognize: {columns: [A]}", "Unknown key “recognize”."),
        ("time: {column: When, zone: UTC}\nskip: [{when: {Coin: '/(/'}, why: x}]", "A pattern can't be understood"),
    ],
)
def test_a_format_file_with_a_mistake_says_which(tmp_path: Path, wrong: str, says: str) -> None:
    parts = {
        "source": "source: X",
        "layout": "layout: y",
        "confidence": "confidence: high",
        "recognise": "recognise: {columns: [When, Coin, Amount]}",
        "time": "time: {column: When}",
        "legs": "legs: {coins: {quantity: Amount, asset: Coin}}",
        "type": "type: [Coin]",
        "map": "map: {A: {kind: reward, in: coins}}",
    }
    parts[wrong.partition(":")[0]] = wrong
    found = imported(tmp_path, {"formats/x.yaml": "\n".join(parts.values()), "a.csv": "When,Coin,Amount\n"})
    assert any(says in finding.says for finding in found.findings), found.findings


def test_own_folders_of_formats_are_read_before_shipped_ones() -> None:
    assert not formats_of()[0].own


def test_the_same_events_in_niners_own_format_read_back_the_same(tmp_path: Path) -> None:
    rows = (
        '"L1","T1","2023-06-02 16:00:00","trade","tradespot","currency","SOL","spot / main",10,0.025,9.975\n'
        '"L2","T1","2023-06-02 16:00:00","trade","tradespot","currency","ZUSD","spot / main",-2000,0,0\n'
        '"L4","F1","2023-06-04 12:00:00","withdrawal","","currency","SOL","spot / main",-0.1,0,9.875\n'
    )
    (tmp_path / "a" / "ledger").mkdir(parents=True)
    (tmp_path / "a" / "ledger" / "k.csv").write_text(KRAKEN + rows)
    (tmp_path / "a" / "case.yaml").write_text(CASE)
    written = tmp_path / "all.csv"
    done = CliRunner().invoke(app, ["ledger", str(tmp_path / "a"), "--csv", str(written), "--json"])
    first = json.loads(done.stdout)
    again = imported(tmp_path / "b", {"all.csv": written.read_text()})
    assert not said(again)
    assert [event.id for event in again.events] == [event["id"] for event in first["events"]]
    assert units(again) == {asset: Decimal(text) for asset, text in first["files"][0]["change"].items()}


def test_a_return_is_prepared_from_an_export_like_from_niners_own_rows(tmp_path: Path) -> None:
    export = (
        '"L1","T1","2024-01-02 16:00:00","trade","tradespot","currency","XXBT","spot / main",1,0,1\n'
        '"L2","T1","2024-01-02 16:00:00","trade","tradespot","currency","ZUSD","spot / main",-40000,100,0\n'
        '"L3","T2","2024-06-01 16:00:00","trade","tradespot","currency","XXBT","spot / main",-1,0,0\n'
        '"L4","T2","2024-06-01 16:00:00","trade","tradespot","currency","ZUSD","spot / main",30000,50,0\n'
    )
    own = ledger(
        buy("2024-01-02T16:00:00Z", 1, "BTC", 40000, wallet="Kraken", fee_usd=100),
        sell("2024-06-01T16:00:00Z", 1, "BTC", 30000, wallet="Kraken", fee_usd=50),
    )
    lines = []
    for name, text in (("k.csv", KRAKEN + export), ("own.csv", own)):
        folder = tmp_path / name
        (folder / "ledger").mkdir(parents=True)
        (folder / "ledger" / name).write_text(text)
        (folder / "case.yaml").write_text(CASE.replace("2025", "2024"))
        done = CliRunner().invoke(app, ["prepare", str(folder), "--no-forms", "--json"])
        assert done.exit_code == 0, done.output
        found = json.loads(done.stdout)["cases"][0]["return"]
        lines.append((found["lines"], [(row["proceeds"], row["basis"]) for row in found["dispositions"]]))
    assert lines[0] == lines[1]
    assert lines[0][1] == [("29950.00", "40100.00")]


def test_interest_in_dollars_is_told_and_is_no_lot(tmp_path: Path) -> None:
    row = '"L5","R4","2023-03-04 12:00:00","dividend","","currency","USD.HOLD","spot / main",1.25,0,1.25\n'
    path = tmp_path / "ledger" / "k.csv"
    path.parent.mkdir()
    path.write_text(KRAKEN + row)
    found = read_ledger(tmp_path, parse_case(CASE))
    assert [(t.kind, t.received_quantity) for t in found.transactions] == [("cash_in", None)]
    (finding,) = [finding for finding in found.findings if finding.id == "income-in-dollars"]
    assert finding.amount_cents == 125
    assert "taxable_interest" in finding.todo


def test_gemini_of_old_and_a_coin_of_each_kind(tmp_path: Path) -> None:
    head = (
        "Date,Time (UTC),Type,Symbol,Specification,Liquidity Indicator,Trading Fee Rate (bps),USD Amount USD,"
        "Fee (USD) USD,USD Balance USD,ZEC Amount ZEC,Fee ZEC,ZEC Balance ZEC,DAI Amount DAI,Fee (DAI) DAI,"
        "DAI Balance DAI,Trade ID\n"
    )
    text = head + (
        "2019-02-19,14:10:10.846,Buy,ZECUSD,Limit,Taker,25.00,($50.00),($0.13),$100.00,1.0 ZEC ,,1 ZEC ,,,0 DAI ,1\n"
        '2019-02-20,14:10:10.846,Credit,DAI,Deposit (DAI),,,,,$100,,,1.0 ZEC ,"3,595.150506 DAI ",,"3,595.15 DAI ",\n'
        "2019-02-21,14:10:10.846,Debit,ZEC,Withdrawal (ZEC),,,,,$100.00,(0.5 ZEC),(0.001 ZEC),0.499 ZEC ,,,,\n"
        "2019-02-22,14:10:10.846,Credit,ZEC,Deposit,,,,,$100.00,0.25 ZEC ,,0.749 ZEC ,,,,\n"
        "2019-02-23,14:10:10.846,Credit,ZEC,Interest Credit,,,,,$100.00,0.25 ZEC ,,0.999 ZEC ,,,,\n"
    )
    found = imported(tmp_path, {"gemini.csv": text})
    assert [short(event) for event in found.events] == [
        "buy 50.00 USD > 1.0 ZEC fee 0.13 USD =50.00",
        "transfer_in 3595.150506 DAI",
        "transfer_out 0.5 ZEC fee 0.001 ZEC",
        "reward 0.25 ZEC",
    ]
    # How Gemini calls interest has not been seen: it is not guessed.
    assert said(found) == [
        "The type “Credit/Interest Credit” is not known to the format “Gemini, transaction history”."
    ]
