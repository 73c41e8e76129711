"""Coinbase's layouts since 2014, and Coinbase Pro: rows in the shapes that users' files and parsers show."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from imports.exports import imported, said, short, units

V1 = (
    '"You can use this transaction report to inform your likely tax obligations."\n\n\n\nTransactions\nUser,a@b.c,5a\n'
    "\nTimestamp,Transaction Type,Asset,Quantity Transacted,USD Spot Price at Transaction,USD Subtotal,"
    "USD Total (inclusive of fees),USD Fees,Notes\n"
)
V2 = (
    "Timestamp,Transaction Type,Asset,Quantity Transacted,Spot Price Currency,Spot Price at Transaction,Subtotal,"
    "Total (inclusive of fees),Fees,Notes\n"
)
V3 = V2.replace("(inclusive of fees),Fees", "(inclusive of fees and/or spread),Fees and/or Spread")
V4A = V3.replace("Spot Price", "Price")
V4 = "ID," + V4A
V5 = V4.replace("Notes", "Notes,Sender Address,Recipient Address")


@pytest.mark.parametrize(
    ("header", "before", "after"),
    [
        (V2, "", ""),
        (V3, "", ""),
        ("ID," + V3, "623d65,", ""),
        (V4A, "", ""),
        (V4, "623d65,", ""),
        (V5, "623d65,", ",,"),
    ],
)
def test_one_purchase_reads_alike_in_every_layout_with_a_currency_column(
    tmp_path: Path, header: str, before: str, after: str
) -> None:
    row = (
        f"{before}2022-03-25T06:45:27Z,Buy,BTC,0.00166779,USD,44000.11,73.71,77.00,3.29,Bought 0.00166779 BTC{after}\n"
    )
    found = imported(tmp_path, {"cb.csv": header + row})
    assert not said(found)
    assert [short(event) for event in found.events] == ["buy 73.71 USD > 0.00166779 BTC fee 3.29 USD =73.71"]
    assert found.events[0].time == datetime(2022, 3, 25, 6, 45, 27, tzinfo=UTC)


def test_the_layout_of_2019_names_the_currency_in_its_header(tmp_path: Path) -> None:
    rows = (
        "2019-09-20T14:48:34Z,Buy,BTC,0.00970874,10146.00,98.51,100.00,1.49,Bought 0.00970874 BTC for $100.00 USD\n"
        '2019-10-02T09:12:00Z,Coinbase Earn,XLM,30.1234567,0.06,"","","",Received 30.1234567 XLM from Coinbase Earn\n'
        '2019-11-11T19:03:51Z,Convert,ETH,0.5,185.00,92.04,93.42,1.38,"Converted 0.5000 ETH to 1,461.234567 XLM"\n'
        '2019-12-01T00:31:20Z,Send,BTC,0.00500000,7400.00,"","","",Sent 0.005 BTC to bc1qexample\n'
        "2019-12-24T18:00:00Z,Sell,BTC,0.00200000,7250.00,14.50,13.51,0.99,Sold 0.0020 BTC for $13.51 USD\n"
    )
    found = imported(tmp_path, {"cb.csv": V1 + rows})
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "buy 98.51 USD > 0.00970874 BTC fee 1.49 USD =98.51",
        "reward 30.1234567 XLM",
        "trade 0.5 ETH > 1461.234567 XLM =92.04",
        "transfer_out 0.00500000 BTC",
        "sell 0.00200000 BTC > 14.50 USD fee 0.99 USD =14.50",
    ]
    euros = imported(tmp_path / "euro", {"cb.csv": V1.replace("USD ", "EUR ") + rows})
    assert short(euros.events[0]) == "buy 98.51 EUR > 0.00970874 BTC fee 1.49 EUR"


@pytest.mark.parametrize(
    ("cells", "came", "worth"),
    [
        ("$84.62200,$83.77578,-$0.84622", "83.77578 USDC", "83.77578"),  # a user's row: total = subtotal + fee
        ("-$84.62200,-$83.77578,-$0.84622", "83.77578 USDC", "83.77578"),
        ('"$1,400.00","$1,386.00",$14.00', "1,386 USDC", "1386.00"),
        ("$74.32,$76.27,$1.96", "91.02 MATIC", "74.32"),  # a user's row: the fee on top of what came
        ("-$1040.05,-$1050.45,", "0.1 SOL", "1040.05"),
        ('"$1,003.00","$1,003.00",$0.00', "1000 USDC", "1003.00"),
        (",,", "0.1 SOL", None),
    ],
)
def test_what_a_conversion_brought_is_worth_what_the_fee_left(
    tmp_path: Path, cells: str, came: str, worth: str | None
) -> None:
    """Treas. Reg. §1.1001-7(b)(2)(ii)(A) and §1.1012-1(h)(1)(iv): the fee lowers what is realized, in no basis."""
    row = f'c1,2025-12-17 16:58:53 UTC,Convert,BNB,-0.1,USD,$846.37,{cells},"Converted 0.1 BNB to {came}"\n'
    (event,) = imported(tmp_path, {"cb.csv": V4 + row}).events
    assert (event.kind, event.fees) == ("trade", ())
    assert event.usd_value == (None if worth is None else Decimal(worth))


GAVE = "c2,2025-02-03 09:15:42 UTC,Convert,ETH,-0.4,USD,$2600.12,-$1040.05,-$1050.45,,\n"
CAME = "c3,2025-02-03 09:15:42 UTC,Convert,SOL,5.125,USD,$201.97,{worth},$0.00,\n"


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("worth", ["$1035.12,$1035.12", "$1036.00,$1035.12", "$1035.12,$1036.00"])
def test_two_halves_of_one_second_without_notes_are_one_conversion(tmp_path: Path, order: int, worth: str) -> None:
    rows = [GAVE, CAME.format(worth=worth)][::order]
    found = imported(tmp_path, {"cb.csv": V4 + "".join(rows)})
    assert [short(event) for event in found.events] == ["trade 0.4 ETH > 5.125 SOL =1035.12"]
    (told,) = [one for one in found.findings if one.id == "import-put-together"]
    assert (told.severity, told.source and told.source.row) == ("review", 2)
    assert told.says.startswith("Rows 2 and 3 were put together (Convert): two of the same second with empty Notes")


@pytest.mark.parametrize(
    "rows",
    [
        [GAVE],
        [CAME],
        [GAVE.replace("-0.4", "0.4"), CAME],  # as before 2024, when no quantity had a sign
        [GAVE, CAME.replace(":42", ":43")],
        [GAVE, CAME.replace("SOL", "ETH").replace("5.125", "0.4")],
        [GAVE, CAME, CAME.replace("c3", "c4").replace("SOL", "BTC")],
        [GAVE, GAVE.replace("c2", "c4").replace("ETH", "BTC"), CAME],
    ],
)
def test_halves_that_may_not_belong_together_stay_an_error_with_what_to_write(tmp_path: Path, rows: list[str]) -> None:
    found = imported(tmp_path, {"cb.csv": V4 + "".join(rows).format(worth="$1035.12,$1035.12")})
    assert not found.events
    errors = [one for one in found.findings if one.severity == "error"]
    assert errors
    for error in errors:
        assert error.source is not None
        units = rows[error.source.row - 2].split(",")
        own = f"{units[4].removeprefix('-')} {units[3]}"
        assert error.todo.startswith(f"If {own} was given, write in Notes of this row: Converted {own} to …")


def test_a_remedy_as_told_reads(tmp_path: Path) -> None:
    lone = GAVE.replace(",,\n", ",,Converted 0.4 ETH to 5.125 SOL\n")
    (event,) = imported(tmp_path, {"cb.csv": V4 + lone}).events
    assert short(event).startswith("trade 0.4 ETH > 5.125 SOL")


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        (
            "Timestamp,Transaction Type,Asset,Quantity Transacted,USD Spot Price at Transaction,"
            "USD Amount Transacted (Inclusive of Coinbase Fees),Address,Notes\n",
            "249.73,,",
        ),
        (
            "Timestamp,Transaction Type,Asset,Quantity Transacted,USD Spot Price at Transaction,Subtotal,"
            "Total (inclusive of fees),Notes\n",
            "0 USD,249.73 USD,",
        ),
    ],
)
def test_before_2019_the_total_has_the_fee_in_it_and_a_day_is_a_day(tmp_path: Path, header: str, cells: str) -> None:
    # The price and total are those of the public sample: 1 BTC at 247.26 cost 249.73.
    rows = f'01/01/2016,Buy,BTC,1,247.26,{cells}"two\nlines"\n12/31/2016,Send,BTC,0.001,247.76,{cells}\n'
    found = imported(tmp_path, {"cb.csv": header + rows})
    assert not said(found)
    assert [short(event) for event in found.events] == ["buy 249.73 USD > 1 BTC =249.73", "transfer_out 0.001 BTC"]
    assert [event.timed for event in found.events] == [False, False]
    assert [event.time.date().isoformat() for event in found.events] == ["2016-01-01", "2016-12-31"]
    assert found.events[0].time.hour == 12


def test_a_wallet_statement_shows_the_fee_twice_and_it_counts_once(tmp_path: Path) -> None:
    head = (
        "Timestamp,Balance,Amount,Currency,To,Notes,Instantly Exchanged,Transfer Total,Transfer Total Currency,"
        "Transfer Fee,Transfer Fee Currency,Transfer Payment Method,Transfer ID,Order Price,Order Currency,Order BTC,"
        "Order Tracking Code,Order Custom Parameter,Order Paid Out,Recurring Payment ID,"
        "Coinbase ID (visit https://www.coinbase.com/transactions/[ID] in your browser),"
        "Bitcoin Hash (visit https://www.coinbase.com/tx/[HASH] in your browser for more info)\n"
    )
    rows = (
        "2017-12-31 20:40:00 -0700,0.5,0.5,BTC,x,Bought 0.5 BTC,false,10.00,USD,0.99,USD,Visa,1111,,,,,,,,c1,\n"
        "2017-12-31 20:40:00 -0700,,,,x,Coinbase Fee,false,0.99,USD,,,Visa,1111,,,,,,,,c1,\n"
        "2018-01-02 16:20:00 -0700,0.4,-0.1,BTC,x,,false,,,,,,,,,,,,,,c2,00ff\n"
        "2018-01-03 16:20:00 -0700,0.6,0.2,BTC,x,,false,,,,,,,,,,,,,,c3,00aa\n"
        "2018-01-04 16:20:00 -0700,0.5,-0.1,BTC,x,,false,1993.93,USD,48.44,USD,,2,,,,,,,,c4,\n"
        "2018-01-05 16:20:00 -0700,0.6,0.1,BTC,x,,true,,,,,,2,,,,,,,,c5,\n"
    )
    found = imported(tmp_path, {"cb.csv": "Transactions\nUser,a@b.c,5a\nAccount,BTC Wallet,5b\n\n" + head + rows})
    assert not said(found)
    assert [short(event) for event in found.events][:3] == [
        "buy 10.00 USD > 0.5 BTC fee 0.99 USD =10.00",
        "transfer_out 0.1 BTC",
        "transfer_in 0.2 BTC",
    ]
    assert found.events[0].time == datetime(2018, 1, 1, 3, 40, tzinfo=UTC)
    assert found.events[1].txid == "00ff"
    assert [event.kind for event in found.events[3:]] == ["review", "review"]
    assert [balance.quantity for balance in found.balances][:2] == [Decimal("0.5"), Decimal("0.4")]


def test_purchases_before_2019_name_the_coin_in_the_header(tmp_path: Path) -> None:
    head = "Timestamp,Type,LTC,Subtotal,Fees,Total,Currency,Price Per Coin,Payment Method,ID,Share\n"
    rows = (
        "2017-01-14 10:21:08 -0800,Buy,0.10000000,82.10,1.49,83.59,USD,821.00,Bank ****1234,5880aaaa,\n"
        "2017-06-02 08:00:11 -0700,Sell,0.04000000,98.80,1.49,97.31,USD,2470.00,USD Wallet,5931bbbb,\n"
    )
    found = imported(tmp_path, {"cb.csv": "User,a@b.c,5a\n" + head + rows})
    assert [short(event) for event in found.events] == [
        "buy 82.10 USD > 0.10000000 LTC fee 1.49 USD =82.10",
        "sell 0.04000000 LTC > 98.80 USD fee 1.49 USD =98.80",
    ]


def test_the_end_of_eth2_shown_as_two_moves_is_a_rename_and_other_moves_stay_moves(tmp_path: Path) -> None:
    # As in a public sample of January 7, 2025.
    rows = (
        "677d80,2025-01-07 19:26:56 UTC,Send,ETH2,-0.180914809326,USD,$3302.65,-$597.49,-$597.49,$0.00,Sent\n"
        "677d81,2025-01-07 19:26:56 UTC,Receive,ETH,0.180914809326,USD,$3302.65,$597.49,$597.49,$0.00,Received\n"
        "677d82,2025-01-08 19:26:56 UTC,Receive,ETH,0.5,USD,$3302.65,$597.49,$597.49,$0.00,Received\n"
    )
    found = imported(tmp_path, {"cb.csv": V4 + rows})
    assert [short(event) for event in found.events] == [
        "rename 0.180914809326 ETH2 > 0.180914809326 ETH",
        "transfer_in 0.5 ETH",
    ]


def test_an_old_file_adds_nothing_where_the_newer_history_shows_the_time_and_the_coin(tmp_path: Path) -> None:
    old = "Timestamp,Type,{},Subtotal,Fees,Total,Currency,Price Per Coin,Payment Method,ID,Share\n"
    row = "2017-06-02 08:00:11 -0700,Buy,0.5,98.80,1.49,100.29,USD,2470.00,USD Wallet,5931{},\n"
    history = V4 + (
        "5931aa,2017-06-02 15:00:11 UTC,Buy,BTC,0.5,USD,$2,$98.80,$100.29,$1.49,\n"
        "5931bb,2017-08-02 15:00:11 UTC,Send,BTC,-0.5,USD,$2,,,,\n"
        "5931cc,2017-01-02 15:00:11 UTC,Receive,BTC,0.5,USD,$2,,,,\n"
    )
    files = {
        "a.csv": old.format("BTC") + row.format("b"),
        "b.csv": old.format("LTC") + row.format("c"),
        "c.csv": history,
    }
    found = imported(tmp_path, files)
    assert units(found) == {
        "BTC": Decimal("0.5"),
        "LTC": Decimal("0.5"),
        "USD": Decimal("-200.58"),
    }
    assert "second view" in next(file.says for file in found.files if file.file == "ledger/a.csv")


def test_of_three_old_files_of_one_purchase_the_one_that_says_most_counts(tmp_path: Path) -> None:
    statement = (
        "Timestamp,Balance,Amount,Currency,To,Notes,Instantly Exchanged,Transfer Total,Transfer Total Currency,"
        "Transfer Fee,Transfer Fee Currency,Transfer Payment Method,Transfer ID\n"
        "2017-06-02 08:00:11 -0700,0.5,0.5,BTC,x,Bought,false,98.80,USD,1.49,USD,Visa,1111\n"
    )
    days = (
        "Timestamp,Transaction Type,Asset,Quantity Transacted,USD Spot Price at Transaction,"
        "USD Amount Transacted (Inclusive of Coinbase Fees),Address,Notes\n06/02/2017,Buy,BTC,0.5,200,100.29,,\n"
    )
    purchases = (
        "Timestamp,Type,BTC,Subtotal,Fees,Total,Currency,Price Per Coin,Payment Method,ID,Share\n"
        "2017-06-02 08:00:11 -0700,Buy,0.5,98.80,1.49,100.29,USD,2470.00,USD Wallet,5931,\n"
    )
    found = imported(tmp_path, {"a.csv": days, "b.csv": purchases, "c.csv": statement})
    assert [short(event) for event in found.events] == ["buy 98.80 USD > 0.5 BTC fee 1.49 USD =98.80"]
    assert found.events[0].file == "ledger/c.csv"


PRO = "portfolio,type,time,amount,balance,amount/balance unit,transfer id,trade id,order id\n"


def test_coinbase_pro_joins_a_trade_by_its_number_and_order_and_a_conversion_by_its_moment(tmp_path: Path) -> None:
    rows = (
        "default,deposit,2021-03-11T07:10:00.000Z,1000.00,1000.00,USD,aaaa-1,,\n"
        "default,match,2021-03-11T07:18:22.670Z,0.01,0.01,BTC,,297592,ord-1\n"
        "default,match,2021-03-11T07:18:22.670Z,-550.00,450.00,USD,,297592,ord-1\n"
        "default,fee,2021-03-11T07:18:22.670Z,-2.75,447.25,USD,,297592,ord-1\n"
        "default,match,2021-03-11T08:18:22.670Z,1,1,ETH,,297592,ord-2\n"
        "default,match,2021-03-11T08:18:22.670Z,-100,347.25,USD,,297592,ord-2\n"
        "default,conversion,2021-12-06T14:10:25.056Z,-100,0,USDC,,,\n"
        "default,conversion,2021-12-06T14:10:25.056Z,100,447.25,USD,,,\n"
        "default,withdrawal,2021-12-07T00:00:00.000Z,-0.01,0,BTC,bbbb-2,,\n"
    )
    found = imported(tmp_path, {"account.csv": PRO + rows})
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "cash_in 1000.00 USD =1000.00",
        "buy 550.00 USD > 0.01 BTC fee 2.75 USD =550.00",
        "buy 100 USD > 1 ETH =100",
        "sell 100 USDC > 100 USD =100",
        "transfer_out 0.01 BTC",
    ]
    assert {event.wallet for event in found.events} == {"Coinbase Pro"}
    squeezed = PRO.replace("portfolio,", "").replace(" ", "") + rows.replace("default,", "")
    assert [short(e) for e in imported(tmp_path / "2", {"a.csv": squeezed}).events] == [short(e) for e in found.events]
    second = imported(tmp_path / "3", {"account.csv": PRO + rows.replace("default", "grid bot")})
    assert {event.wallet for event in second.events} == {"Coinbase Pro grid bot"}


FILLS = "portfolio,trade id,product,side,created at,size,size unit,price,fee,total,price/fee/total unit\n"


def test_fills_state_the_total_after_the_fee(tmp_path: Path) -> None:
    # The rows of public samples; the last one is moved past the end of Coinbase Pro.
    rows = (
        "default,123,SOL-ETH,BUY,2021-11-06T09:33:32.618Z,0.00100000,SOL,0.05507,2.7535e-7,-0.00005534535,ETH\n"
        "default,45678,UST-USD,SELL,2021-12-06T06:22:49.825Z,20413.54,UST,1.002,2.045436708,20452.321643292,USD\n"
        "default,45679,UST-USD,SELL,2024-12-06T06:22:49.825Z,20413.54,UST,1.002,2.045436708,20452.321643292,USD\n"
    )
    found = imported(tmp_path, {"fills.csv": FILLS + rows})
    assert [short(event) for event in found.events[:2]] == [
        "trade 0.00005507000 ETH > 0.00100000 SOL fee 0.00000027535 ETH",
        "sell 20413.54 UST > 20454.367080000 USD fee 2.045436708 USD =20454.367080000",
    ]
    assert found.events[2].kind == "review"
    wrong = imported(tmp_path / "2", {"fills.csv": FILLS + rows.replace("-0.000055", "0.000055")})
    assert "wrong sign" in said(wrong)[0]


def test_fills_are_a_second_view_of_the_account(tmp_path: Path) -> None:
    account = PRO + (
        "default,match,2020-01-21T21:13:49.280Z,-0.2,0,BTC,,5,ord-1\n"
        "default,match,2020-01-21T21:13:49.280Z,1749.022,1749.022,USD,,5,ord-1\n"
        "default,fee,2020-01-21T21:13:49.280Z,-8.74511,1740.27689,USD,,5,ord-1\n"
    )
    fills = FILLS + "default,5,BTC-USD,SELL,2020-01-21T21:13:49.280Z,0.2,BTC,8745.11,8.74511,1740.27689,USD\n"
    both = imported(tmp_path, {"account.csv": account, "fills.csv": fills})
    alone = imported(tmp_path / "2", {"fills.csv": fills})
    assert [short(event) for event in both.events] == ["sell 0.2 BTC > 1749.022 USD fee 8.74511 USD =1749.022"]
    assert units(both) == units(alone) == {"BTC": Decimal("-0.2"), "USD": Decimal("1740.27689")}
