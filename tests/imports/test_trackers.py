"""Files of tax programs: what happened is taken over, their basis and gains are not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from imports.exports import imported, said, short

ZONE = "sources: {ledger/x.csv: {timezone: America/New_York}}\n"
KOINLY = (
    "Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Net Worth Amount,"
    "Net Worth Currency,Label,Description,TxHash\n"
)


def test_koinly_takes_money_as_the_price_and_a_net_worth_only_where_there_is_none(tmp_path: Path) -> None:
    rows = (
        "2024-01-05 10:00:00,1000.00,USD,0.0225,BTC,4.99,USD,990,USD,,,\n"
        "2024-01-06 10:00:00,0.5,ETH,1600,USDC,0.001,ETH,1598,USD,,,\n"
        "2024-02-05 10:00,,,0.01,ETH,,,24.10,USD,reward,Staking,0xaaaa\n"
        "2024-02-06 10:00 UTC,,,0.01,ETH,,,20.10,EUR,Airdrop,,\n"
        "2024-03-05 10:00:00,0.02,BTC,,,0.0001,BTC,,,,to cold wallet,bbbb\n"
        "2024-03-06 10:00:00,,,0.02,BTC,,,,,,,bbbb\n"
        "2024-03-07 10:00:00,0.02,BTC,,,,,,,gift,,\n"
        "2024-03-08 10:00:00,,,0.02,BTC,,,,,gift,,\n"
        "2024-03-09 10:00:00,0.02,BTC,,,,,50,USD,cost,,\n"
        "2024-03-10 10:00:00,0.02,BTC,,,,,50,USD,margin fee,,\n"
    )
    found = imported(tmp_path, {"x.csv": KOINLY + rows})
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "buy 1000.00 USD > 0.0225 BTC fee 4.99 USD =1000.00",
        "trade 0.5 ETH > 1600 USDC fee 0.001 ETH =1598",
        "reward 0.01 ETH =24.10",
        "airdrop 0.01 ETH",
        "transfer_out 0.02 BTC fee 0.0001 BTC",
        "transfer_in 0.02 BTC",
        "review 0.02 BTC",
        "review 0.02 BTC",
        "spend 0.02 BTC =50",
        "review 0.02 BTC =50",
    ]
    assert found.events[0].time == datetime(2024, 1, 5, 10, tzinfo=UTC)
    assert found.events[4].txid == "bbbb"


def test_koinly_simple_has_the_direction_in_the_sign(tmp_path: Path) -> None:
    rows = (
        "2024-01-05 10:00 UTC,20,BTC,mining,\n2024-01-06 10:00 UTC,-20,BTC,,00\n"
        "2024-01-07 10:00 UTC,1,BTC,,\n2024-01-08 10:00 UTC,-1,BTC,lost,\n"
    )
    found = imported(tmp_path, {"x.csv": "Koinly Date,Amount,Currency,Label,TxHash\n" + rows})
    assert [short(e) for e in found.events] == [
        "mining 20 BTC",
        "transfer_out 20 BTC",
        "transfer_in 1 BTC",
        "lost 1 BTC",
    ]
    wrong = imported(tmp_path / "2", {"x.csv": "Koinly Date,Amount,Currency,Label,TxHash\n2024-01-05,-2,BTC,mining,\n"})
    assert "wrong sign" in said(wrong)[0]


def test_koinlys_report_keeps_what_came_in_the_wallet_where_it_came(tmp_path: Path) -> None:
    head = (
        "Date,Type,Tag,Sending Wallet,Sent Amount,Sent Currency,Sent Cost Basis,Receiving Wallet,Received Amount,"
        "Received Currency,Received Cost Basis,Fee Amount,Fee Currency,Gain (USD),Net Value (USD),Fee Value (USD),"
        "TxSrc,TxDest,TxHash,Description\n"
    )
    rows = (
        "2024-02-05 10:00:00 UTC,crypto_deposit,reward,,,,,Coinbase,0.01,ETH,24.1,,,0.0,24.1,,,,0xaaaa,Staking\n"
        "2024-02-06 10:00:00 UTC,crypto_withdrawal,gift,Ledger,0.01,ETH,20,,,,,,,0.0,24.1,,,,,\n"
        "2024-02-07 10:00:00 UTC,crypto_withdrawal,donation,Ledger,0.01,ETH,20,,,,,,,0.0,24.1,,,,,\n"
    )
    found = imported(tmp_path, {"x.csv": head + rows})
    assert [(event.wallet, short(event)) for event in found.events] == [
        ("Coinbase", "reward 0.01 ETH =24.1"),
        ("Ledger", "review 0.01 ETH =24.1"),
        ("Ledger", "review 0.01 ETH =24.1"),
    ]
    assert all(event.basis_usd is None for event in found.events)


def test_koinlys_bulk_edit_file_is_refused_with_the_download_to_take(tmp_path: Path) -> None:
    text = (
        "ID (read-only),Parent ID (read-only),Date (UTC),Type,Tag,From Wallet (read-only),Deleted\n1,,2024-01-01,,,,\n"
    )
    found = imported(tmp_path, {"x.csv": text})
    assert "Koinly, bulk edit file" in said(found)[0]
    assert not found.events


def test_cointrackers_template_asks_for_the_zone_and_for_what_a_payment_was(tmp_path: Path) -> None:
    head = "Date,Received Quantity,Received Currency,Sent Quantity,Sent Currency,Fee Amount,Fee Currency,Tag\n"
    rows = (
        "01/05/2024 23:00:00,0.0225,BTC,1000.00,USD,4.99,USD,\n"
        "02/05/2024 10:00:00,0.01,ETH,,,,,staking\n"
        "03/05/2024 10:00:00,,,0.02,BTC,0.0001,BTC,\n"
        "03/06/2024,0.02,BTC,,,,,\n"
        "03/07/2024 10:00:00,,,0.02,BTC,,,donation\n"
        "03/08/2024 10:00:00,0.02,BTC,,,,,payment\n"
    )
    name = {"x.csv": head + rows}
    asked = imported(tmp_path / "1", name, "sources: {ledger/x.csv: {format: CoinTracker}}\n")
    assert "time zone" in said(asked)[0]
    said_zone = "sources: {ledger/x.csv: {format: CoinTracker, timezone: America/New_York}}\n"
    found = imported(tmp_path / "2", name, said_zone)
    assert [short(event) for event in found.events] == [
        "buy 1000.00 USD > 0.0225 BTC fee 4.99 USD =1000.00",
        "staking 0.01 ETH",
        "transfer_out 0.02 BTC fee 0.0001 BTC",
        "transfer_in 0.02 BTC",
        "review 0.02 BTC",
        "review 0.02 BTC",
    ]
    assert found.events[0].time == datetime(2024, 1, 6, 4, tzinfo=UTC)
    assert found.events[3].time.date().isoformat() == "2024-03-06"
    assert not found.events[3].timed


def test_a_header_that_two_sources_share_is_asked_about(tmp_path: Path) -> None:
    head = "Date,Received Quantity,Received Currency,Sent Quantity,Sent Currency,Fee Amount,Fee Currency,Tag\n"
    row = "01/05/2024 23:00:00,0.0225,BTC,1000.00,USD,4.99,USD,\n"
    found = imported(tmp_path, {"x.csv": head + row})
    assert "CoinTracker" in said(found)[0]
    assert "Swan" in said(found)[0]
    assert not found.events


def test_cointrackers_export_has_its_basis_left_behind(tmp_path: Path) -> None:
    head = (
        "Date,Type,Transaction ID,Received Quantity,Received Currency,Received Cost Basis (USD),Received Wallet,"
        "Received Address,Received Comment,Sent Quantity,Sent Currency,Sent Cost Basis (USD),Sent Wallet,Sent Address,"
        "Sent Comment,Fee Amount,Fee Currency,Fee Cost Basis (USD),Realized Return (USD),Fee Realized Return (USD),"
        "Transaction Hash,Block Explorer URL\n"
    )
    rows = (
        "2024-01-05 10:00:00,BUY,t1,0.0225,BTC,1004.99,Coinbase,,,1000,USD,1000,Coinbase,,,4.99,USD,4.99,,,,\n"
        "2024-02-05 10:00:00,RECEIVE,t2,0.5,BTC,0,Ledger,,a gift,,,,,,,,,,,,cccc,\n"
        "2024-03-05 10:00:00,TRANSFER,t3,0.02,BTC,893.30,Ledger,,,0.02,BTC,893.30,Coinbase,,,0.0001,BTC,4.46,,1.9,b,\n"
        "2024-04-05 10:00:00,TRADE,t4,1600,USDC,1600,Ledger,,,0.5,ETH,900,Ledger,,,,,,700,,,\n"
        "2024-05-05 10:00:00,SEND,t5,,,,,,,0.1,ETH,180,Ledger,,,,,,140,,dd,\n"
        "...,,,,,,,,,,,,,,,,,,,,,\n"
    )
    found = imported(tmp_path, {"x.csv": head + rows}, ZONE)
    assert not said(found)
    assert [(event.wallet, short(event)) for event in found.events] == [
        ("Coinbase", "buy 1000 USD > 0.0225 BTC fee 4.99 USD =1000"),
        ("Ledger", "transfer_in 0.5 BTC"),
        ("Coinbase", "transfer 0.02 BTC > 0.02 BTC fee 0.0001 BTC"),
        ("Ledger", "trade 0.5 ETH > 1600 USDC"),
        ("Ledger", "transfer_out 0.1 ETH"),
    ]
    assert found.events[2].to_wallet == "Ledger"
    assert [left.row for left in found.files[0].left_out] == [6]
    assert all(event.basis_usd is None for event in found.events)


def test_coinledgers_template(tmp_path: Path) -> None:
    head = (
        "Date (UTC),Platform (Optional),Asset Sent,Amount Sent,Asset Received,Amount Received,Fee Currency (Optional),"
        "Fee Amount (Optional),Type,Description (Optional),TxHash (Optional)\n"
    )
    rows = (
        "01/05/2024 10:00:00,Coinbase,USD,1000.00,BTC,0.0225,USD,4.99,Buy,,\n"
        "01/06/2024 10:00:00,Coinbase,BTC,0.01,USD,500,USD,4.99,Sell,,\n"
        "02/05/2024 10:00:00,Kraken,,,ETH,0.01,,,Staking,,\n"
        "03/05/2024 10:00:00,Coinbase,BTC,0.02,,,BTC,0.0001,Withdrawal,,bbbb\n"
        "03/06/2024 10:00:00,,,,BTC,0.02,,,Deposit,,bbbb\n"
        "03/07/2024 10:00:00,Coinbase,BTC,0.02,,,,,Merchant Payment,,\n"
        "03/08/2024 10:00:00,Coinbase,BTC,0.02,,,,,Theft Loss,,\n"
        "03/09/2024 10:00:00,Coinbase,BTC,0.02,,,,,Investment Loss,,\n"
        "03/10/2024 10:00:00,Coinbase,,,BTC,0.02,,,Hard Fork,,\n"
        "03/11/2024 10:00:00,Coinbase,BTC,0.02,,,,,Gift Sent,,\n"
    )
    found = imported(tmp_path, {"x.csv": head + rows})
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "buy 1000.00 USD > 0.0225 BTC fee 4.99 USD =1000.00",
        "sell 0.01 BTC > 500 USD fee 4.99 USD =500",
        "staking 0.01 ETH",
        "transfer_out 0.02 BTC fee 0.0001 BTC",
        "transfer_in 0.02 BTC",
        "spend 0.02 BTC",
        "stolen 0.02 BTC",
        "review 0.02 BTC",
        "fork 0.02 BTC",
        "gift_out 0.02 BTC",
    ]
    assert [event.wallet for event in found.events[:5]] == ["Coinbase", "Coinbase", "Kraken", "Coinbase", "CoinLedger"]


def test_coinledgers_export_has_a_row_for_each_leg_and_fee(tmp_path: Path) -> None:
    head = (
        "Timestamp (UTC),Type,Internal Id,Platform,Account Name,Platform Id,Blockchain Id,Record Type,Asset,Amount,"
        "Description\n"
    )
    at = "2025-03-06T00:00:0{}.000,{},{},Pionex,My Pionex,,{},{},{},{},\n"
    rows = "".join(
        at.format(*row)
        for row in (
            (1, "Trade", 1, "", "Debit", "USDT", "-10.17704774"),
            (1, "Trade", 1, "", "Credit", "TRX", "283.9"),
            (1, "Trade", 1, "", "Platform Fee", "TRX", "-0.14195"),
            (2, "Withdrawal", 2, "00ff", "Debit", "DOGE", "-55"),
            (2, "Withdrawal", 2, "00ff", "Network Fee", "DOGE", "-1"),
            (3, "Deposit", 3, "", "Credit", "DOGE", "111.5"),
            (4, "Network Fee", 4, "", "Debit", "ETH", "-0.002"),
            (5, "Margin Gain", 5, "", "Margin Gain", "USDT", "111"),
            (6, "Interest", 6, "", "Credit", "EUR", "2.5"),
            (7, "Staking", 7, "", "Credit", "ETH", "0.2"),
            (8, "Theft Loss", 8, "", "Debit", "ETH", "-0.03"),
        )
    )
    found = imported(tmp_path, {"x.csv": head + rows})
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "trade 10.17704774 USDT > 283.9 TRX fee 0.14195 TRX",
        "transfer_out 55 DOGE fee 1 DOGE",
        "transfer_in 111.5 DOGE",
        "fee fee 0.002 ETH",
        "review 111 USDT",
        "review 2.5 EUR",
        "staking 0.2 ETH",
        "stolen 0.03 ETH",
    ]
    assert {event.wallet for event in found.events} == {"My Pionex"}
    assert found.events[1].txid == "00ff"
    half = imported(tmp_path / "2", {"x.csv": head + at.format(1, "Trade", 1, "", "Debit", "USDT", "-10")})
    assert "what came for it is missing" in said(half)[0]


EXPORT = '"Type","Buy","Cur.","Sell","Cur.","Fee","Cur.","Exchange","Group","Comment","Date","Tx-ID"\n'
TEMPLATE = (
    '"Type","Buy Amount","Buy Currency","Sell Amount","Sell Currency","Fee","Fee Currency","Exchange","Trade-Group",'
    '"Comment","Date","Tx-ID"\n'
)
ROWS = (
    '"Trade","0.0225","BTC","1004.99","USD","4.99","USD","Coinbase","","","05.01.2024 10:00:00",""\n'
    '"Trade","0.0225","BTC","1004.99","USD","0.1","BNB","Coinbase","","","06.01.2024 10:00:00",""\n'
    '"Staking","0.01","ETH","-","","","","Coinbase","","","2024-02-05 10:00:00","0xaaaa"\n'
    '"Withdrawal","-","","0.0201","BTC","0.0001","BTC","Coinbase","","","2024-03-05 10:00:00","bbbb"\n'
    '"Deposit","0.02","BTC","-","","","","Ledger","","","05.03.2024 11:00","bbbb"\n'
    '"Gift/Tip","0.001","BTC","-","","","","Ledger","","","06.03.2024 11:00:00",""\n'
    '"Reward / Bonus","0.001","BTC","-","","","","Ledger","","","07.03.2024 11:00:00",""\n'
    '"Spend","-","","0.001","BTC","","","Ledger","","","08.03.2024 11:00:00",""\n'
)


@pytest.mark.parametrize("head", [EXPORT, "\ufeff" + EXPORT, TEMPLATE])
def test_cointracking_has_the_fee_in_the_amounts(tmp_path: Path, head: str) -> None:
    found = imported(tmp_path, {"x.csv": head + ROWS}, ZONE)
    assert not said(found)
    assert [(event.wallet, short(event)) for event in found.events] == [
        ("Coinbase", "buy 1004.99 USD > 0.0225 BTC inside 4.99 USD =1004.99"),
        ("Coinbase", "review 1004.99 USD > 0.0225 BTC fee 0.1 BNB =1004.99"),
        ("Coinbase", "staking 0.01 ETH"),
        ("Coinbase", "transfer_out 0.0200 BTC fee 0.0001 BTC"),
        ("Ledger", "transfer_in 0.02 BTC"),
        ("Ledger", "review 0.001 BTC"),
        ("Ledger", "reward 0.001 BTC"),
        ("Ledger", "spend 0.001 BTC"),
    ]
    assert found.events[0].time == datetime(2024, 1, 5, 15, tzinfo=UTC)
    assert found.events[3].time == datetime(2024, 3, 5, 15, tzinfo=UTC)


def test_cointracking_with_values_and_without_a_fee(tmp_path: Path) -> None:
    head = (
        '"Type","Buy","Cur.","Value in BTC","Value in USD","Sell","Cur.","Value in BTC","Value in USD","Spread",'
        '"Exchange","Group","Date"\n'
    )
    row = '"Trade","2","ETH","0.1","200","0.1","BTC","0.1","201","-0.1%","Kraken","","05.01.2024 10:00:00"\n'
    found = imported(tmp_path, {"x.csv": head + row}, ZONE)
    assert [short(event) for event in found.events] == ["trade 0.1 BTC > 2 ETH"]


def test_a_date_that_can_be_may_or_september_is_refused(tmp_path: Path) -> None:
    row = '"Deposit","5.0","XMR","-","","","","Poloniex","","","5/9/2017 21:14",""\n'
    found = imported(tmp_path, {"x.csv": EXPORT + row}, ZONE)
    assert "5/9/2017 21:14" in said(found)[0]
    assert not found.events


def test_zenledger_has_amounts_without_the_fee_and_proceeds_after_it(tmp_path: Path) -> None:
    head = (
        "Timestamp,Type,IN Amount,IN Currency,Out Amount,Out Currency,Fee Amount,Fee Currency,Exchange(optional),"
        "US Based\n"
    )
    rows = (
        "2024-01-05 10:00:00,buy,0.0225,BTC,1000.00,USD,4.99,USD,Coinbase,Yes\n"
        "2024-01-06 10:00:00,sell,500,USD,0.01,BTC,4.99,USD,Coinbase,Yes\n"
        "2024-01-07 10:00:00,trade,1,ETH,0.05,BTC,0.001,BTC,Coinbase,Yes\n"
        "2024-02-05 10:00:00,staking_reward,0.01,ETH,,,,,Coinbase,Yes\n"
        "2024-02-06 10:00:00,airdrop,0.01,ETH,20,USD,,,Coinbase,Yes\n"
        "2024-02-07 10:00:00,send,,,0.01,ETH,0.001,ETH,Coinbase,Yes\n"
        "2024-02-08 10:00:00,receive,0.01,ETH,,,,,,Yes\n"
    )
    found = imported(tmp_path, {"x.csv": head + rows}, ZONE)
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "buy 1000.00 USD > 0.0225 BTC fee 4.99 USD =1000.00",
        "sell 0.01 BTC > 500 USD inside 4.99 USD =500",
        "trade 0.05 BTC > 1 ETH fee 0.001 BTC",
        "staking 0.01 ETH",
        "airdrop 0.01 ETH =20",
        "transfer_out 0.01 ETH fee 0.001 ETH",
        "transfer_in 0.01 ETH",
    ]
    unknown = imported(tmp_path / "2", {"x.csv": head + "2024-01-05 10:00:00,margin trade,1,BTC,1,ETH,,,,\n"}, ZONE)
    assert "margin trade" in said(unknown)[0]


def test_taxbit_names_both_ends_of_a_move(tmp_path: Path) -> None:
    head = (
        "Date and Time,Transaction Type,Sent Quantity,Sent Currency,Sending Source,Received Quantity,Received Currency,"
        "Receiving Destination,Fee,Fee Currency,Exchange Transaction ID,Blockchain Transaction Hash\n"
    )
    rows = (
        "2024-01-05T10:00:00Z,Buy,1000.00,USD,Coinbase,0.0225,BTC,Coinbase,4.99,USD,t1,\n"
        "2024-02-05T10:00:00Z,Income,,,,0.01,ETH,Coinbase,,,t2,\n"
        "2024-02-06T10:00:00-05:00,Transfer,0.02,BTC,Coinbase,0.0199,BTC,Ledger,,,t3,00ff\n"
        "2024-02-07T10:00:00Z,Expense,0.01,BTC,Ledger,,,,0.0001,BTC,t4,\n"
        "2024-02-08T10:00:00Z,Sale,0.01,BTC,Coinbase,500,USD,Coinbase,,,t5,\n"
    )
    found = imported(tmp_path, {"x.csv": head + rows})
    assert not said(found)
    assert [(event.wallet, short(event)) for event in found.events] == [
        ("Coinbase", "buy 1000.00 USD > 0.0225 BTC fee 4.99 USD =1000.00"),
        ("Coinbase", "review 0.01 ETH"),
        ("Coinbase", "transfer 0.02 BTC > 0.0199 BTC"),
        ("Ledger", "spend 0.01 BTC fee 0.0001 BTC"),
        ("Coinbase", "sell 0.01 BTC > 500 USD =500"),
    ]
    assert found.events[2].to_wallet == "Ledger"
    assert found.events[2].time == datetime(2024, 2, 6, 15, tzinfo=UTC)
