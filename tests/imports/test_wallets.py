"""Files of wallets: Trezor, Exodus, Ledger Live, Bitcoin Core and Blockchain.com, each type and both ways.

Rows are made in the shapes that public parsers and users' files show.
"""

from pathlib import Path

from imports.exports import imported, said, short, units

SUITE = "Timestamp,Date,Time,Type,Transaction ID,Fee,Fee unit,Address,Label,Amount,Amount unit,Fiat (USD),Other\n"
EXODUS = (
    "DATE,TYPE,FROMPORTFOLIO,TOPORTFOLIO,OUTAMOUNT,OUTCURRENCY,FEEAMOUNT,FEECURRENCY,TOADDRESS,OUTTXID,OUTTXURL,"
    "INAMOUNT,INCURRENCY,INTXID,INTXURL,ORDERID,PERSONALNOTE\n"
)


def test_trezor_pays_the_fee_of_a_transaction_once_and_keeps_equal_outputs_apart(tmp_path: Path) -> None:
    rows = (
        '1772016399,2/25/2026,3:46:39 AM GMT-7,SENT,aa,0.00002,BTC,bc1qa,rent,0.01,BTC,"1,002.31",\n'
        "1772016399,2/25/2026,3:46:39 AM GMT-7,SENT,aa,,,bc1qb,,0.01,BTC,1002.31,\n"
        '1768000000,1/9/2026,4:06:40 PM GMT-7,RECV,bb,,,bc1qc,,0.5,BTC,"45,000.00",\n'
        '1767000000,12/29/2025,2:20:00 AM GMT-7,SELF,cc,0.0000021,BTC,bc1qd,,0.1,BTC,"8,900.00",\n'
        '1767000000,12/29/2025,2:20:00 AM GMT-7,SELF,cc,,,bc1qe,,0.2,BTC,"8,900.00",\n'
        "1766000000,12/17/2025,12:33:20 PM GMT-7,FAILED,dd,0.0004,ETH,0xd,,3,ETH,0.00,\n"
    )
    found = imported(tmp_path, {"suite.csv": SUITE + rows, "semicolon.csv": (SUITE + rows).replace(",", ";")})
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "fee fee 0.0004 ETH",
        "fee fee 0.0000021 BTC",
        "transfer_in 0.5 BTC",
        "transfer_out 0.01 BTC fee 0.00002 BTC",
        "transfer_out 0.01 BTC",
    ]
    assert str(found.events[2].time) == "2026-01-09 23:06:40+00:00"
    assert {file.format for file in found.files} == {"Trezor, Suite transactions"}


def test_trezor_of_2022_needs_its_zone_and_takes_the_coin_from_the_name(tmp_path: Path) -> None:
    text = (
        "Date & Time;Type;Transaction ID;Addresses;Fee;Total\n"
        "1/25/2022, 2:58:40 AM;RECV;6048;3Yk2;0.0003;0.05\n"
        "2/9/2022, 11:45:34 AM;SENT;7308;3Yk2;0.001;0.019\n"
    )
    assert "without saying in which time zone" in said(imported(tmp_path / "a", {"trezor_btc.csv": text}))[0]
    zone = "sources: {ledger/%s: {timezone: America/Los_Angeles}}\n"
    found = imported(tmp_path / "b", {"trezor_btc.csv": text}, zone % "trezor_btc.csv")
    assert [short(event) for event in found.events] == [
        "transfer_in 0.05 BTC",
        "transfer_out 0.019 BTC fee 0.001 BTC",
    ]
    assert str(found.events[0].time) == "2022-01-25 10:58:40+00:00"
    nameless = imported(tmp_path / "c", {"trezor.csv": text}, zone % "trezor.csv")
    assert "of which coin" in said(nameless)[0]
    assert not nameless.events


def test_trezor_web_takes_the_fee_from_the_total_and_checks_with_the_balance(tmp_path: Path) -> None:
    text = (
        "Date,Time,TX id,Address,TX type,Value,TX total,Balance\n"
        "2017-06-29,21:00:03,aa,1a,IN,1.15384435,1.15384435,1.15384435\n"
        "2017-07-09,19:10:57,bb,1b,OUT,0.48980000,-0.49010000,0.66374435\n"
    )
    found = imported(tmp_path, {"web_btc.csv": text}, "sources: {ledger/web_btc.csv: {timezone: UTC}}\n")
    assert [short(event) for event in found.events] == [
        "transfer_in 1.15384435 BTC",
        "transfer_out 0.48980000 BTC fee 0.00030000 BTC",
    ]
    assert f"{units(found)['BTC']:f}" == f"{found.balances[-1].quantity:f}" == "0.66374435"


def test_exodus_joins_a_swap_by_its_transaction_and_does_not_guess_rewards(tmp_path: Path) -> None:
    rows = (
        "2025-11-21T10:00:00.000Z,deposit,,exodus_0,,,,,,,,0.7,SOL,s1,,,\n"
        "2025-11-21T11:00:00.000Z,staked,exodus_0,,0,SOL,-0.0001,SOL,,s2,,,,,,,\n"
        "2025-11-25T19:30:00.000Z,withdrawal,exodus_0,,0,BNB,-0.00001,BNBBSC,,b2,,,,,,,\n"
        "2025-11-25T19:31:18.077Z,withdrawal,exodus_0,,-3,LINK,-0.00002,BNBBSC,0xa,b3,,,,,,,\n"
        "2025-11-25T19:31:18.077Z,deposit,,exodus_0,,,,,,,,0.2,CMC20,b3,,,\n"
        "2025-11-25T20:05:00.000Z,withdrawal,exodus_0,,-19,XRP,-0.005,XRP,rX,x2,,,,,,,rent\n"
        "2026-05-24T09:00:00.000Z,unstaked,exodus_0,,,,-0.0001,SOL,,,,0,SOL,s4,,,\n"
        "2026-05-25T12:00:00.000Z,deposit,exodus_0,,,,,,,,,0.72,SOL,s5,,,\n"
        "2026-06-12T12:15:28.738Z,exchange,exodus_0,exodus_0,-0.001,BTC,-0.0000503,BTC,,c1,,12,USDTTRX,c2,,o1,\n"
        "2026-06-13T12:15:28.738Z,withdrawal (failed),exodus_0,,-5,ETH,-0.0004,ETH,0xa,f1,,,,,,,\n"
    )
    found = imported(tmp_path, {"exodus.csv": EXODUS + rows})
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "transfer_in 0.7 SOL",
        "fee fee 0.0001 SOL",
        "fee fee 0.00001 BNB",
        "trade 3 LINK > 0.2 CMC20 fee 0.00002 BNB",
        "transfer_out 19 XRP fee 0.005 XRP",
        "fee fee 0.0001 SOL",
        "review 0.72 SOL",
        "trade 0.001 BTC > 12 USDT fee 0.0000503 BTC",
        "fee fee 0.0004 ETH",
    ]
    assert "rewards" in found.events[6].note


def test_rows_without_a_transaction_are_not_thrown_together(tmp_path: Path) -> None:
    rows = (
        "2025-11-21T10:00:00.000Z,deposit,,exodus_0,,,,,,,,0.7,SOL,,,,\n"
        "2025-11-21T10:00:00.000Z,withdrawal,exodus_0,,-3,LINK,,,,,,,,,,,\n"
    )
    found = imported(tmp_path, {"exodus.csv": EXODUS + rows})
    assert [short(event) for event in found.events] == ["transfer_in 0.7 SOL", "transfer_out 3 LINK"]
