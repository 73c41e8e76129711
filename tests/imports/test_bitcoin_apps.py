"""Strike, River, Swan, PayPal and Venmo: each type, both ways, whose fee is where, and what is asked.

Rows are made in the shapes that public parsers and users' files show; Swan's deposit with the fee of the purchase after
it has the amounts of one user's.
"""

from pathlib import Path

import pytest

from imports.exports import imported, said, short, units

STRIKE = (
    "Reference,Date & Time (UTC),Transaction Type,Amount USD,Fee USD,Amount BTC,Fee BTC,BTC Price,Cost Basis (USD),"
    "Destination,Description,Transaction Hash,Note\n"
)
SWAN = (
    "Swan Bitcoin Inc\n123 Main St - 555-0100\n"
    "Event,Date,Timezone,Status,Transaction ID,Total USD,Transaction USD,Fee USD,Unit Count,Asset Type,BTC Price,"
    "Address Label,USD Cost Basis,Acquisition Date\n"
)
SWAN_TRADES = "Date,Received Quantity,Received Currency,Sent Quantity,Sent Currency,Fee Amount,Fee Currency,Tag\n"
PAYPAL = (
    "Disclaimer: this is no tax advice\n"
    "DateTime,Transaction Type,Asset In (Quantity) ,Asset In (Currency) ,Asset Out (Quantity) ,Asset Out (Currency) ,"
    "Transaction Fee (Quantity) ,Transaction Fee (Currency) ,Market Value (USD)\n"
)


def test_strike_counts_a_target_order_once_and_keeps_the_fee_inside(tmp_path: Path) -> None:
    rows = (
        "r1,Jan 15 2026 10:30:00,Purchase,-100.00,0.99,0.00105000,,94295.24,100.00,,,,\n"
        "r2,Jan 16 2026 10:30:00,Purchase,-50.00,,,,,,,Target order initiated,,\n"
        "r3,Jan 18 2026 02:00:00,Purchase,,,0.00055000,,90909.09,50.00,,Target order executed,,\n"
        "r4,Jan 19 2026 10:00:00,Receive,,,0.00020000,,92000.00,,,Lightning,,\n"
        "r5,Jan 20 2026 10:00:00,Send,,,-0.00010000,0.00000002,91000.00,,lnbc1example,,,\n"
        "r6,Jan 20 2026 11:00:00,Send,,,-0.00010000,0.00000200,91000.00,,bc1qexample,,abc,\n"
        "r7,Jan 21 2026 10:00:00,Withdrawal,-25.00,,,,,,,ACH,,\n"
        "r8,Jan 22 2026 10:00:00,Deposit,500.00,,,,,,,ACH,,\n"
        "r9,Jan 23 2026 10:00:00,Sell,90.00,,-0.00100000,,90000,,,,,\n"
    )
    found = imported(tmp_path, {"strike.csv": STRIKE + rows})
    assert [short(event) for event in found.events] == [
        "buy 100.00 USD > 0.00105000 BTC inside 0.99 USD =100.00",
        "buy 50.00 USD > 0.00055000 BTC =50.00",
        "transfer_in 0.00020000 BTC",
        "review 0.00010000 BTC fee 0.00000002 BTC",
        "transfer_out 0.00010000 BTC fee 0.00000200 BTC",
        "cash_out 25.00 USD =25.00",
        "cash_in 500.00 USD =500.00",
    ]
    # No sale has been seen: it is not guessed.
    assert said(found) == ["The type “Sell” is not known to the format “Strike, transactions”."]
    assert "import-confidence" in {finding.id for finding in found.findings if finding.severity == "review"}


def test_strike_of_2024_and_of_europe(tmp_path: Path) -> None:
    old = (
        "Transaction ID,Time (UTC),Status,Transaction Type,Amount USD,Fee USD,Amount BTC,Fee BTC,Description,"
        "Exchange Rate,Transaction Hash\n"
        "a1,Jan 15 2024 10:31:00,Completed,Purchase,-100.00,,0.00235000,,,42553.19,\n"
        "a2,Jan 21 2024 09:00:00,Reversed,Purchase,-100.00,,0.00240000,,,41666.67,\n"
        "a3,Jan 22 2024 09:00:00,Mislaid,Purchase,-100.00,,0.00240000,,,41666.67,\n"
    )
    euro = (
        "Date & Time (UTC),Transaction Type,Amount BTC,Amount EUR,Fee EUR,BTC Price,Reference\n"
        "Jan 15 2025 10:31:00,Purchase,0.00235000,-100.00,0.50,42553.19,e1\n"
    )
    found = imported(tmp_path, {"old.csv": old, "euro.csv": euro})
    assert [short(event) for event in found.events] == [
        "buy 100.00 USD > 0.00235000 BTC =100.00",
        "buy 100.00 EUR > 0.00235000 BTC inside 0.50 EUR",
    ]
    assert said(found) == ["The status “Mislaid” is not known: whether the row counts can't be told."]


def test_river_is_told_from_its_twins_by_its_tags_and_adds_the_fee(tmp_path: Path) -> None:
    text = (
        "Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Tag\r\n"
        "2025-02-01 16:25:35,,,0.00001236,BTC,,,Interest\r\n"
        "2025-03-01 12:00:00,4200.00,USD,0.05000000,BTC,3.00,USD,Buy\r\n"
        "2025-06-15 00:00:00,,,0.00010000,BTC,,,Income\r\n"
        "2025-12-16 03:24:28,,,0.00046902,BTC,,,\r\n"
        "2025-12-16 03:24:28,,,0.00046902,BTC,,,\r\n"
        "2025-12-20 08:00:00,0.01000000,BTC,,,0.00000500,BTC,Withdrawal\r\n"
        "2025-12-21 08:00:00,0.01,BTC,900,USD,,,Sell\r\n"
    )
    found = imported(tmp_path, {"activity.csv": text, "again.csv": text})
    assert [short(event) for event in found.events] == [
        "interest 0.00001236 BTC",
        "buy 4200.00 USD > 0.05000000 BTC fee 3.00 USD =4200.00",
        "reward 0.00010000 BTC",
        "transfer_in 0.00046902 BTC",
        "transfer_in 0.00046902 BTC",
        "transfer_out 0.01000000 BTC fee 0.00000500 BTC",
    ]
    assert said(found) == ["The type “Sell” is not known to the format “River, account activity”."]


def test_swan_gives_a_purchase_the_fee_that_was_paid_with_the_dollars(tmp_path: Path) -> None:
    rows = (
        "deposit,2025-03-02 09:00:00+00,UTC,settled,x1,3000.00,3000.00,0,0.05000000,BTC,60000,cold,3000,2024-01-15\n"
        "purchase,2025-03-04 09:00:00+00,UTC,settled,p1,2100.00,2080.00,20.00,0.025,BTC,84000,,2080,2025-03-04\n"
        "deposit,2025-03-05 09:00:00+00,UTC,settled,d2,504.95,504.95,4.95,504.95,USD,,,,\n"
        "purchase,2025-03-05 09:00:30+00,UTC,settled,p2,500.00,500.00,0,0.00600000,BTC,83333.33,,500.00,2025-03-05\n"
        "monthly_fee,2025-03-31 23:59:00+00,UTC,settled,f1,9.99,0,9.99,0.00012000,BTC,83250.00,,,\n"
        "prepaid_fee,2025-04-01 23:59:00+00,UTC,settled,f2,10.00,0,10.00,10.00,USD,,,,\n"
        "purchase,2025-04-04 09:00:00+00,UTC,canceled,p3,2100.00,2080.00,20.00,0.02500000,BTC,84000.00,,,\n"
    )
    found = imported(tmp_path, {"transfers.csv": SWAN + rows})
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "transfer_in 0.05000000 BTC",
        "buy 2080.00 USD > 0.025 BTC fee 20.00 USD =2080.00",
        "cash_in 504.95 USD =504.95",
        "buy 500.00 USD > 0.00600000 BTC fee 4.95 USD =500.00",
        "fee fee 0.00012000 BTC",
        "cash_out 10.00 USD =10.00",
    ]
    assert f"{found.events[4].fees[0].usd:f}" == "9.99"


def test_swans_trades_are_a_second_view_of_its_purchases(tmp_path: Path) -> None:
    trades = SWAN_TRADES + "03/04/2025 09:00:00,0.02500000,BTC,2080.00,USD,20.00,USD,\n"
    alone = imported(tmp_path / "a", {"swan_trades.csv": trades})
    assert [short(event) for event in alone.events] == ["buy 2080.00 USD > 0.02500000 BTC fee 20.00 USD =2080.00"]
    rows = (
        "purchase,2025-03-04 09:00:00+00,UTC,settled,p1,2100.00,2080.00,20.00,0.025,BTC,84000.00,,2080.00,2025-03-04\n"
    )
    both = imported(tmp_path / "b", {"swan_trades.csv": trades, "swan_transfers.csv": SWAN + rows})
    assert f"{units(both)['BTC']:f}" == "0.025"
    out = (
        "Swan Bitcoin Inc\n123 Main St - 555-0100\n"
        "Created At,Timezone,Transaction ID,Executed At,Canceled At,Status,Bitcoin Amount,Automatic,IP Address\n"
        "2025-03-03 10:00:00+00,UTC,w1,2025-03-03 10:05:00+00,,settled,0.02,true,192.0.2.1\n"
        "2025-03-05 10:00:00+00,UTC,w2,,2025-03-05 11:00:00+00,canceled,0.0,false,192.0.2.1\n"
    )
    (event,) = imported(tmp_path / "c", {"withdrawals.csv": out}).events
    assert (short(event), str(event.time)) == ("transfer_out 0.02 BTC", "2025-03-03 10:05:00+00:00")


@pytest.mark.parametrize("name", ["PayPal", "Venmo"])
def test_paypal_and_venmo_are_told_apart_by_name_and_asked_for_where_none_tells(tmp_path: Path, name: str) -> None:
    rows = (
        '"Thu, 13 Oct 2022 14:05:09 GMT",BUY,0.00110000,BTC,48.51,USD,1.49,USD,48.51\n'
        '"Fri, 14 Oct 2022 14:05:09 GMT",SELL,38.00,USD,0.00100000,BTC,0.99,USD,38.00\n'
    )
    unnamed = imported(tmp_path / "a", {"crypto.csv": PAYPAL + rows})
    assert said(unnamed) == [
        "The columns of this file are those of PayPal, crypto transactions and of Venmo, crypto transactions alike."
    ]
    asked = imported(
        tmp_path / "b", {"crypto.csv": PAYPAL + rows}, f"sources: {{ledger/crypto.csv: {{format: {name}}}}}\n"
    )
    named = imported(tmp_path / "c", {f"{name}/crypto.csv": PAYPAL + rows})
    for found in (asked, named):
        assert not said(found)
        assert [(short(event), str(event.time)) for event in found.events] == [
            ("buy 48.51 USD > 0.00110000 BTC fee 1.49 USD =48.51", "2022-10-13 14:05:09+00:00"),
            ("sell 0.00100000 BTC > 38.00 USD fee 0.99 USD =38.00", "2022-10-14 14:05:09+00:00"),
        ]
        assert found.files[0].wallet == name


def test_venmo_moves_coins_and_a_time_without_zone_is_asked_for(tmp_path: Path) -> None:
    rows = "2022-10-13 14:05:09,TRANSFER-IN,0.2,ETH,,,,,300\n2022-10-14 14:05:09,TRANSFER-OUT,,,0.1,ETH,0.001,ETH,150\n"
    unsaid = imported(tmp_path / "a", {"venmo.csv": PAYPAL + rows})
    assert "names no time zone" in said(unsaid)[0]
    told = imported(tmp_path / "b", {"venmo.csv": PAYPAL + rows}, "sources: {ledger/venmo.csv: {timezone: UTC}}\n")
    assert [short(event) for event in told.events] == ["transfer_in 0.2 ETH", "transfer_out 0.1 ETH fee 0.001 ETH"]


def test_statements_in_dollars_are_named_and_left_out_with_the_reason(tmp_path: Path) -> None:
    activity = (
        "Date, Time, Time Zone, Name, Type, Status, Amount, Receipt ID, Balance,\n"
        '"12/31/2016","23:59:59","PST","Some User","Payment Sent","Completed","-12.34","","0.00",\n'
    )
    gains = (
        "Property Quantity,Property Symbol,Date Acquired,Date Sold or Disposed,Proceeds (USD),Cost Basis (USD),"
        "Gain (or Loss) in USD,Gain/Loss Type,Tax Year\n0.1,BTC,01/01/2022,10/13/2022,2000,1500,500,Short,2022\n"
    )
    found = imported(tmp_path, {"activity.csv": activity, "venmo_gains.csv": gains})
    assert not found.events
    assert not said(found)
    (refused,) = [finding for finding in found.findings if finding.id == "import-refused"]
    assert (refused.severity, "payments in dollars" in refused.says) == ("review", True)
    assert {file.format: file.side for file in found.files} == {
        "PayPal, account activity": "ledger",
        "Venmo, crypto gains and losses": "broker",
    }
