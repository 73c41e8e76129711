"""Prices from files: each kind, the bar that counts, what goes through another coin, and what is still missing."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from imports.exports import CASE, imported
from niner.cli import app
from niner.prepare import Options, prepare

MakeCase = Callable[..., Path]

KRAKEN = "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance\n"
REWARD = "L1,R1,2024-03-02 15:30:00,staking,,currency,{asset},2.0,0,2.0\n"


def worth(folder: Path, files: dict[str, str | bytes], asset: str = "ETH", more: str = "") -> tuple[str, str, str]:
    """(worth, source, rule) of a reward of two units on 2 March 2024 at 15:30 UTC."""
    for name, text in files.items():
        path = folder / "prices" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = imported(folder, {"Kraken.csv": KRAKEN + REWARD.format(asset=asset)}, more)
    [event] = found.events
    if event.price is None:
        assert [(one.asset, one.day) for one in found.missing_prices] == [(asset, "2024-03-02")]
        return "", "", ""
    return f"{event.usd_value:f}", event.price.source, event.price.rule


def unix(day: int, hour: int = 0, minute: int = 0) -> int:
    return int(datetime(2024, 3, day, hour, minute, tzinfo=UTC).timestamp())


OWN = (
    "asset,time,price_usd\nETH,2024-03-02T15:00:00Z,3400.125\nETH,2024-03-02T16:00:00Z,9\nBTC,2024-03-02T15:00:00Z,1\n"
)
GECKO = (
    "snapped_at,price,market_cap,total_volume\n2024-03-01 00:00:00 UTC,1,1,1\n"
    "2024-03-02 00:00:00 UTC,3433.5,1,1\n2024-03-03 00:00:00 UTC,9,1,1\n"
)
YAHOO = "Date,Open,High,Low,Close,Adj Close,Volume\n2024-03-01,1,1,1,1,1,1\n2024-03-02,3430,3450,3400,3420.5,3420.5,1\n"
CDD = (
    "https://www.CryptoDataDownload.com\nunix,date,symbol,open,high,low,close,Volume ETH,Volume USD\n"
    f"{unix(2, 16)},x,ETH/USD,1,2,3,9,1,1\n{unix(2, 15)}000,x,ETH/USD,3430,3450,3400,3425,1,1\n"
)
OHLCVT = f"{unix(2, 14)},1,1,1,1,1,1\n{unix(2, 15)},3430,3450,3400,3422,1,1\n{unix(2, 16)},1,1,1,9,1,1\n"


def test_a_price_of_a_day_stands_for_all_of_that_day_and_for_no_other(tmp_path: Path) -> None:
    KRAKEN_AT = KRAKEN + REWARD.format(asset="ETH").replace("15:30", "00:10")
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "own.csv").write_text("asset,time,price_usd\nETH,2024-03-02,3400\nETH,2024-03-03,9\n")
    [event] = imported(tmp_path, {"Kraken.csv": KRAKEN_AT}).events
    assert event.usd_value == 6800
    assert event.price is not None
    assert event.price.rule == "the price of the day, 2024-03-02 UTC"


@pytest.mark.parametrize(
    ("name", "text", "dollars", "row", "rule"),
    [
        ("own.csv", OWN, "6800.25", 2, "the price at that time, 2024-03-02 15:00 UTC"),
        ("eth-usd-max.csv", GECKO, "6867", 3, "the price at that time, 2024-03-02 00:00 UTC"),
        ("ETH-USD.csv", YAHOO, "6841", 3, "the close of the day, 2024-03-02 UTC"),
        ("Bitstamp_ETHUSD_1h.csv", CDD, "6850", 4, "the close of the 60 minutes, 2024-03-02 15:00 UTC"),
        ("ETHUSD_60.csv", OHLCVT, "6844", 2, "the close of the 60 minutes, 2024-03-02 15:00 UTC"),
    ],
)
def test_each_kind_of_file_gives_the_nearest_bar_before(
    tmp_path: Path, name: str, text: str, dollars: str, row: int, rule: str
) -> None:
    assert worth(tmp_path, {name: text}) == (dollars, f"prices/{name}, row {row}", rule)


def test_the_midpoint_may_be_elected(tmp_path: Path) -> None:
    more = "elections: {timezone: America/New_York, price: midpoint}\n"
    case = CASE.replace("elections: {timezone: America/New_York}\n", "")
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "ETH-USD.csv").write_text(YAHOO)
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "Kraken.csv").write_text(KRAKEN + REWARD.format(asset="ETH"))
    (tmp_path / "case.yaml").write_text(case + more)
    result = CliRunner().invoke(app, ["prices", str(tmp_path)])
    assert "$6850, the middle of high and low of the day, 2024-03-02 UTC" in result.output


def test_a_member_of_a_zip_is_read_where_it_lies(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("ETHUSD_60.csv", OHLCVT)
        for number in range(600):  # more than are ever unpacked at once
            archive.writestr(f"C{number}USD_60.csv", OHLCVT)
    dollars, source, _ = worth(tmp_path, {"Kraken_OHLCVT.zip": packed.getvalue()})
    assert (dollars, source) == ("6844", "prices/Kraken_OHLCVT.zip/ETHUSD_60.csv, row 2")


def test_a_coin_without_dollars_goes_through_another_of_the_same_time(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "ADAXBT_60.csv": f"{unix(2, 15)},1,1,1,0.00001,1,1\n",
        "XBTUSD_60.csv": f"{unix(2, 15)},1,1,1,62000,1,1\n",
    }
    dollars, source, rule = worth(tmp_path, files, "ADA")
    assert dollars == "1.24"
    assert source == "prices/ADAXBT_60.csv, row 1; prices/XBTUSD_60.csv, row 1"
    assert rule.endswith("through BTC of the same time")


def test_bars_of_two_times_are_not_put_together(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "ADAXBT_60.csv": f"{unix(2, 15)},1,1,1,0.00001,1,1\n",
        "XBTUSD_60.csv": f"{unix(2, 14)},1,1,1,62000,1,1\n",
    }
    assert worth(tmp_path, files, "ADA") == ("", "", "")


@pytest.mark.parametrize(
    ("start", "fits"), [(unix(1, 15, 30), True), (unix(1, 15, 29), False), (unix(2, 15, 31), False)]
)
def test_a_gap_of_a_day_is_a_gap(tmp_path: Path, start: int, fits: bool) -> None:
    found = worth(tmp_path, {"ETHUSD_1.csv": f"{start},1,1,1,5,1,1\n"})
    assert bool(found[0]) == fits


def test_a_stablecoin_is_a_dollar_only_where_the_case_calls_it_one(tmp_path: Path) -> None:
    assert worth(tmp_path, {}, "USDC") == ("", "", "")
    said = worth(tmp_path, {}, "USDC", "assets: {USDC: {class: stablecoin}}\n")
    assert said == ("2", "case.yaml", "called a stablecoin there: one dollar a unit")


def test_a_file_in_no_known_form_is_told(tmp_path: Path) -> None:
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "notes.csv").write_text("a,b\n1,2\n")
    found = imported(tmp_path, {"Kraken.csv": KRAKEN + REWARD.format(asset="ETH")})
    assert "prices-format" in {one.id for one in found.findings}


@settings(max_examples=40, deadline=None)
@given(
    bars=st.lists(st.tuples(st.integers(-3000, 3000), st.integers(1, 10**6)), max_size=12, unique_by=lambda b: b[0]),
    order=st.randoms(use_true_random=False),
)
def test_any_order_of_rows_gives_the_bar_that_a_plain_reading_gives(
    tmp_path_factory: pytest.TempPathFactory, bars: list[tuple[int, int]], order: "st.Random"
) -> None:
    moment = datetime(2024, 3, 2, 15, 30, tzinfo=UTC)
    rows = [(moment + timedelta(minutes=minutes), Decimal(cents).scaleb(-2)) for minutes, cents in bars]
    wanted = [(when, value) for when, value in rows if timedelta(0) <= moment - when <= timedelta(hours=24)]
    order.shuffle(rows)
    text = "".join(f"{int(when.timestamp())},1,1,1,{value},1,1\n" for when, value in rows) or "0,1,1,1,1,1,1\n"
    found = worth(tmp_path_factory.mktemp("prices"), {"ETHUSD_1.csv": text})
    assert found[0] == (f"{(max(wanted)[1] * 2).normalize():f}" if wanted else "")


def test_a_coin_that_others_are_priced_through_may_need_a_price_itself(tmp_path: Path) -> None:
    """A reward in BTC on one day takes nothing from one in ADA on another, which goes through BTC."""
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "ADAXBT_60.csv").write_text(f"{unix(2, 15)},1,1,1,0.00001,1,1\n")
    (tmp_path / "prices" / "XBTUSD_60.csv").write_text(
        f"{unix(2, 15)},1,1,1,62000,1,1\n{unix(9, 15)},1,1,1,70000,1,1\n"
    )
    other = REWARD.format(asset="BTC").replace("L1,R1,2024-03-02", "L2,R2,2024-03-09")
    found = imported(tmp_path, {"Kraken.csv": KRAKEN + REWARD.format(asset="ADA") + other})
    assert {event.received[0].asset: str(event.usd_value) for event in found.events} == {"ADA": "1.24", "BTC": "1.4E+5"}


TRADE = (
    "L1,R1,2024-03-02 15:30:00,trade,,currency,{out},-2.0,0,0\n"
    "L2,R1,2024-03-02 15:30:00,trade,,currency,{into},50,0,50\n"
)


@pytest.mark.parametrize(("asset", "dollars"), [("ETH", "6844"), ("NEWCOIN", "171100")])
def test_a_trade_takes_the_worth_of_what_came_in_else_of_what_was_given(
    tmp_path: Path, asset: str, dollars: str
) -> None:
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / f"{asset}USD_60.csv").write_text(OHLCVT)
    found = imported(tmp_path, {"Kraken.csv": KRAKEN + TRADE.format(out="ETH", into="NEWCOIN")})
    assert [f"{event.usd_value:f}" for event in found.events if event.usd_value is not None] == [dollars]


def test_more_bars_than_are_kept_give_the_same_price(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("niner.imports.prices._PRUNED", 3)
    rows = "".join(
        f"{unix(2, hour, minute)},1,1,1,{hour * 100 + minute},1,1\n" for hour in range(24) for minute in (0, 30)
    )
    assert worth(tmp_path, {"ETHUSD_30.csv": rows})[0] == "3060"


HEADER = "id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset,usd_value\n"
MOVE = (
    HEADER
    + "b,2024-01-05T10:00Z,A,buy,,,1,BTC,40000\n"
    + "o,2024-03-02T15:30Z,A,transfer_out,0.5,BTC,,,\n"
    + "i,2024-03-02T15:50Z,B,transfer_in,,,0.499,BTC,\n"
)


def test_what_the_network_kept_of_a_move_is_disposed_of_at_its_price(make_case: MakeCase) -> None:
    """0.001 BTC of a lot of 40,000 a unit: basis $40.00, worth $62.00."""
    case = make_case(MOVE)
    assert not prepare(case, Options(forms=False)).ok
    (case / "prices").mkdir()
    (case / "prices" / "XBTUSD_60.csv").write_text(f"{unix(2, 15)},1,1,1,62000,1,1\n")
    found = prepare(case, Options(forms=False))
    assert found.ok, [f.says for f in found.findings if f.severity == "error"]
    assert found.result is not None
    assert [(row.proceeds_cents, row.basis_cents) for row in found.result.rows] == [(6200, 4000)]


def test_what_is_missing_is_listed_by_asset_and_day(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "case.yaml").write_text(CASE)
    (tmp_path / "ledger" / "Kraken.csv").write_text(KRAKEN + REWARD.format(asset="ETH"))
    result = CliRunner().invoke(app, ["prices", str(tmp_path), "--missing"])
    assert result.exit_code == 1
    assert "ETH 2024-03-02: 1 row without a price" in result.output
    assert "put a file with these prices into prices/" in result.output
