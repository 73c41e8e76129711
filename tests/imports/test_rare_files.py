"""Files of which little is public: read as far as it goes, with a warning; guesses of fees told where they count."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from imports.exports import imported, said, short, workbook
from niner.cli import app

ACTIVITY = (
    "Date,Type,Details,Amount,Units / Contracts,Realized Equity Change,Realized Equity,Balance,Position ID,Asset type,"
    "NWA"
)
CLOSED = (
    "Position ID,Action,Long / Short,Amount,Units / Contracts,Open Date,Close Date,Leverage,Spread Fees (USD),"
    "Market Spread (USD),Profit(USD),Profit(EUR),FX rate at open (USD),FX rate at close (USD),Open Rate,Close Rate,"
    "Take profit rate,Stop loss rate,Overnight Fees and Dividends,Copied From,Type,ISIN,Notes"
)
LONG = "Long,200.00,0.005,03/02/2025 15:31:07,14/07/2025 16:02:44,1,0,0,192.16,150,-,-,40000,78432,0,0,0,"


def test_etoros_workbook_is_read_by_its_account_activity(tmp_path: Path) -> None:
    sheets = {
        "Account Summary": ["Name,Ada Example", "Currency,USD"],
        "Closed Positions": [CLOSED, f"11,Buy Bitcoin,{LONG},Crypto,,", f"12,Buy Apple,{LONG},Stocks,US,"],
        "Account Activity": [
            ACTIVITY,
            "01/02/2025 10:00:00,Deposit,,500.00,-,0,0,500,-,,0",
            "03/02/2025 15:31:07,Open Position,BTC/USD,200.00,0.005,0,0,300,11,Crypto,0",
            "03/02/2025 15:31:08,Open Position,AAPL/USD,50.00,1,0,0,250,12,Stocks,0",
            "14/07/2025 16:02:44,Position closed,BTC/USD,392.16,0.005,192.16,0,642.16,11,Crypto,0",
        ],
        "Dividends": [
            "Date of Payment,Instrument Name,Net Dividend Received (USD),Position ID,Type",
            "01/03/2025,Apple,1,12,Stocks",
        ],
        "Financial Summary": ["What,Amount", "Total,1"],
    }
    data = workbook({name: [line.split(",") for line in lines] for name, lines in sheets.items()})
    found = imported(tmp_path, {"etoro.xlsx": data})
    assert said(found) == []
    assert [short(event) for event in found.events] == [
        "cash_in 500.00 USD =500.00",
        "buy 200.00 USD > 0.005 BTC =200.00",
        "sell 0.005 BTC > 392.16 USD =392.16",
    ]


def test_etoros_closed_positions_alone_ask_for_the_account_activity(tmp_path: Path) -> None:
    (error,) = said(imported(tmp_path, {"closed.csv": f"{CLOSED}\n11,Buy Bitcoin,{LONG},Crypto,,\n"}))
    assert "account activity, which is not there" in error


def test_coinbase_prime_trades_moves_and_earns(tmp_path: Path) -> None:
    orders = (
        "order id,status,market,side,type,limit price,total order quantity,order currency,filled base quantity,"
        "filled quote quantity,average fill price,total fees and commissions,"
        "initiated by,initiated time,"
        "last updated time,activity level,portfolio name,portfolio id,entity name,entity id\n"
        "o1,Completed,BTC/USD,BUY,MARKET,,1,BTC,0.5,45000,90000,45,me,2025-03-01T10:00:00Z,,,P,p,E,e\n"
        "o2,Completed,ETH/USD,SELL,MARKET,,1,ETH,2,6000,3000,6,me,2025-03-02T10:00:00Z,,,P,p,E,e\n"
        "o3,Cancelled,ETH/USD,SELL,LIMIT,9999,1,ETH,0,0,,0,me,2025-03-03T10:00:00Z,,,P,p,E,e\n"
    )
    moves = (
        "activity id,final status,activity title,activity type,asset,wallet name,transaction value,"
        "transaction currency,initiated by,approved by,rejected by,initiated time,last updated time,activity level,"
        "portfolio name,portfolio id,entity name,entity id\n"
        'a1,Completed,Deposit ETH,Deposit,ETH,W,"2,000",ETH,me,,,2025-02-01T10:00:00Z,,,P,p,E,e\n'
        "a2,Completed,Convert USD/USDC,Conversion,USD,W,100,USD,me,,,2025-02-02T10:00:00Z,,,P,p,E,e\n"
        "a3,Completed,ETH Reward,Deposit,ETH,W,0.5,ETH,me,,,2025-02-03T10:00:00Z,,,P,p,E,e\n"
        "a4,Completed,Stake ETH,Stake,ETH,W,1,ETH,me,,,2025-02-04T10:00:00Z,,,P,p,E,e\n"
    )
    found = imported(tmp_path, {"orders.csv": orders, "moves.csv": moves})
    assert said(found) == []
    assert {event.wallet for event in found.events} == {"Coinbase Prime"}
    assert [short(event) for event in found.events] == [
        "transfer_in 2000 ETH",
        "buy 100 USD > 100 USDC =100",
        "staking 0.5 ETH",
        "buy 45000 USD > 0.5 BTC fee 45 USD =45000",
        "sell 2 ETH > 6000 USD fee 6 USD =6000",
    ]
    assert sum(finding.id == "import-confidence" for finding in found.findings) == 2


def test_kucoins_purchases_with_money_in_both_layouts(tmp_path: Path) -> None:
    one = (
        'Order ID,Order Type,Currency (Crypto),"Crypto Quantity,",Price,Currency (Fiat),Fiat Amount,Fee Currency,Fee,'
        "Status,Time(UTC+08:00)\nk1,BUY,USDT,99,1.01,USD,100,USD,1,DONE,2024-01-01 07:00:00\n"
        "k2,SELL,USDT,99,1.01,USD,100,USD,1,DONE,2024-01-02 07:00:00\n"
    )
    two = (
        "Order ID,Currency (Crypto),Crypto Quantity,Currency (Fiat),Fiat Amount,Fee Currency (Fiat),Fee (Fiat),"
        "Fee Currency (Crypto),Fee (Crypto),Payment Method,Status,Time(UTC)\n"
        "k3,BTC,0.01,USD,900,USD,9,,,card,SUCCEEDED,2024-01-03 07:00:00\n"
    )
    three = (
        "Order ID,Currency (Fiat),Fiat Amount,Fee,Deposit Method,Status,Time(UTC)\n"
        "k4,USD,500,2,wire,SUCCEEDED,2024-01-04 07:00:00\n"
    )
    found = imported(tmp_path, {"one.csv": one, "two.csv": two, "three.csv": three})
    assert said(found) == ["The type “SELL” is not known to the format “KuCoin, purchases with money”."]
    assert [(short(event), event.time.hour) for event in found.events] == [
        ("buy 100 USD > 99 USDT fee 1 USD =100", 23),
        ("buy 900 USD > 0.01 BTC fee 9 USD =900", 7),
        ("cash_in 500 USD fee 2 USD =500", 7),
    ]


def test_ftx_turned_dust_into_another_coin(tmp_path: Path) -> None:
    text = "time,from,to,size,fee,price,proceeds,status\n2021-05-05T10:00:00+00:00,DOGE,USD,3,0.01,0.4,1.2,complete\n"
    (event,) = imported(tmp_path, {"dust.csv": text}).events
    assert short(event) == "sell 3 DOGE > 1.2 USD fee 0.01 USD =1.2"


UPHOLD = (
    "Date,Destination,Destination Amount,Destination Currency,Fee Amount,Fee Currency,Id,Origin,Origin Amount,"
    "Origin Currency,Status,Type\n"
)


def test_a_fee_that_rests_on_a_guess_is_told_where_it_counts(tmp_path: Path) -> None:
    row = "Tue May 26 2025 18:06:28 GMT+0000,bitcoin,0.98,BTC,0.02,BTC,u1,uphold,1,BTC,completed,out\n"
    own = "id,time,wallet,kind,received_quantity,received_asset,usd_value\n1,2025-05-01T00:00:00Z,B,buy,1,BTC,100000\n"
    found = imported(tmp_path, {"uphold.csv": UPHOLD + row, "own.csv": own})
    (guess,) = [finding for finding in found.findings if finding.id == "fee-guessed"]
    assert (guess.severity, guess.amount_cents, guess.line) == ("review", 2000_00, "Schedule D line 16")
    assert "0.02 BTC" in guess.says


def test_what_arrived_settles_the_guess(tmp_path: Path) -> None:
    row = "Tue May 26 2025 18:06:28 GMT+0000,bitcoin,0.98,BTC,0.02,BTC,u1,uphold,1,BTC,completed,out\n"
    own = "id,time,wallet,kind,received_quantity,received_asset\n1,2025-05-26T18:20:00Z,B,transfer_in,0.98,BTC\n"
    found = imported(tmp_path, {"uphold.csv": UPHOLD + row, "own.csv": own})
    assert len(found.transfers) == 1
    assert [finding for finding in found.findings if finding.id == "fee-guessed"] == []


@pytest.mark.parametrize("source", ["Uphold, transactions", "KuCoin, withdrawals", "Bittrex, withdrawals", "Revolut"])
def test_the_list_of_formats_shows_what_is_a_guess(source: str) -> None:
    lines = CliRunner().invoke(app, ["formats"]).stdout.splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith(source))
    assert "A guess: whether a fee is in the amounts" in " ".join(lines[at : at + 3])
