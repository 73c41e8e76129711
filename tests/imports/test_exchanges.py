"""Other exchanges' layouts: each type, direction, fee and zone becomes the event that it is, or is told."""

from decimal import Decimal
from pathlib import Path

import pytest

from imports.exports import imported, short, units

TRADES = '"txid","ordertxid","pair","time","type","ordertype","price","cost","fee","vol","margin","misc","ledgers"\n'


@pytest.mark.parametrize(
    ("pair", "base", "quote"),
    [
        ("XXBTZUSD", "BTC", "USD"),
        ("XETHXXBT", "ETH", "BTC"),
        ("XTZUSD", "XTZ", "USD"),
        ("XTZXBT", "XTZ", "BTC"),
        ("USDTZUSD", "USDT", "USD"),
        ("ETHUSDT", "ETH", "USDT"),
        ("ZRXUSD", "ZRX", "USD"),
        ("ALGO/USD", "ALGO", "USD"),
    ],
)
def test_kraken_pairs_are_cut_where_the_coin_ends(tmp_path: Path, pair: str, base: str, quote: str) -> None:
    row = f'"T1","O1","{pair}","2020-01-03 11:22:33.4168","buy","limit",2,20,0.5,10,0.00000,"","L1,L2"\n'
    (event,) = imported(tmp_path, {"trades.csv": TRADES + row}).events
    dollars = " =20" if quote == "USD" else ""
    kind = "buy" if quote == "USD" else "trade"
    assert short(event) == f"{kind} 20 {quote} > 10 {base} fee 0.5 {quote}{dollars}"


def test_kraken_trades_are_a_second_view_of_the_ledgers_and_margin_is_looked_at(tmp_path: Path) -> None:
    more = ',"postxid","posstatus","cprice","ccost","cfee","cvol","cmargin","net","trades"\n'
    rows = (
        '"T1","O1","XXBTZUSD","2023-06-02 16:00:00.1","sell","limit",2,20,0.5,10,0,"","L1",,,,,,,,,\n'
        '"T2","O2","XXBTZUSD","2023-06-02 17:00:00.1","sell","limit",2,20,0.5,10,4,"","L3",,,,,,,,,\n'
    )
    trades = TRADES.rstrip() + more + rows
    found = imported(tmp_path, {"trades.csv": trades})
    assert [short(event) for event in found.events] == [
        "sell 10 BTC > 20 USD fee 0.5 USD =20",
        "review 10 BTC > 20 USD fee 0.5 USD =20",
    ]
    assert [event.note for event in found.events] == ["", "a trade on margin"]
    ledgers = (
        '"txid","refid","time","type","subtype","aclass","asset","amount","fee","balance"\n'
        '"L1","T1","2023-06-02 16:00:00","trade","","currency","XXBT",-10,0.1,0\n'
        '"L2","T1","2023-06-02 16:00:00","trade","","currency","ZUSD",20,0,20\n'
        '"L5","T5","2023-06-03 16:00:00","deposit","","currency","XXBT",10,0,10\n'
    )
    both = imported(tmp_path / "2", {"trades.csv": trades, "ledgers.csv": ledgers})
    assert units(both) == {"BTC": Decimal("-0.1"), "USD": Decimal(20)}
