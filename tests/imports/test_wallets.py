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


def test_bitcoin_core_states_what_left_with_the_fee(tmp_path: Path) -> None:
    text = (
        '"Confirmed","Date","Type","Label","Address","Amount (BTC)","ID"\n'
        '"true","2017-06-08T19:10:57.000","Sent to","Bitstamp","1Q9m","-0.50010000","01"\n'
        '"true","2017-01-29T20:00:03.000","Received with","Primary","12xB","1.16414435","02"\n'
        '"true","2013-09-25T20:20:03.000","Mined","","12xC","25.00000000","03"\n'
        '"true","2013-10-25T20:20:03.000","Payment to yourself","","","-0.00010000","04"\n'
        '"false","2017-06-09T19:10:57.000","Sent to","Bitstamp","1Q9m","-0.1","05"\n'
    )
    found = imported(tmp_path, {"core.csv": text}, "sources: {ledger/core.csv: {timezone: America/Chicago}}\n")
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "mining 25.00000000 BTC",
        "fee fee 0.00010000 BTC",
        "transfer_in 1.16414435 BTC",
        "transfer_out 0.50010000 BTC",
    ]
    assert str(found.events[2].time) == "2017-01-30 02:00:03+00:00"


def test_blockchain_com_in_its_layouts(tmp_path: Path) -> None:
    wallet = "date,time,token,type,amount,value_then,value_now,exchange_rate_then,tx,note"
    files = {
        "new.csv": f"{wallet},fee_value,fee_value_then,recipient_received,recipient_value_then\n"
        "2024-02-17,1708208107,BTC,received,0.01,$ 442.50,$ 500,44250,t1,,0,0,0,0\n"
        "2024-02-18,22:15:07 GMT +00:00,ETH,sent,-0.501,$ -442.50,$ -500,2800,t2,rent,0.001,2.8,0.5,1400\n",
        "old.csv": f"{wallet}\n2023-02-18,22:15:07 GMT +00:00,ETH,sent,-0.2,$ -442.50,$ -500,2800,t3,\n",
        "btc.csv": "date,time,type,amount_btc,value_then,value_now,exchange_rate_then,tx,note\n"
        "2021-02-18,22:15:07 GMT -05:00,received,0.3,$ 442.50,$ 500,2800,t4,\n",
        "account.csv": "date_time_utc,transaction_type,asset,quantity_transacted,counter_asset,counter_amount,"
        "fee_asset,"
        "fee_amount,Notes,transaction_id,transaction_hash\n"
        "2024-03-01 10:00:00,BUY,BTC,0.001,USD,62.5,USD,2.5,,a1,\n"
        "2024-03-02 10:00:00,REWARDS,BTC,0.0001,,,,,,a2,\n"
        "2024-03-03 10:00:00,SEND,,,BTC,0.0005,BTC,0.00001,,a3,ff\n",
    }
    found = imported(tmp_path, files)
    assert not said(found)
    assert [f"{event.time:%Y-%m-%d %H:%M} {short(event)}" for event in found.events] == [
        "2021-02-19 03:15 transfer_in 0.3 BTC",
        "2023-02-18 22:15 transfer_out 0.2 ETH",
        "2024-02-17 22:15 transfer_in 0.01 BTC",
        "2024-02-18 22:15 transfer_out 0.5 ETH fee 0.001 ETH",
        "2024-03-01 10:00 buy 60.0 USD > 0.001 BTC fee 2.5 USD =60.0",
        "2024-03-02 10:00 interest 0.0001 BTC",
        "2024-03-03 10:00 transfer_out 0.0005 BTC fee 0.00001 BTC",
    ]


def test_ledger_live_before_it_had_a_status(tmp_path: Path) -> None:
    head = "Operation Date,Currency Ticker,Operation Type,Operation Amount,Operation Fees,Operation Hash,Account Name,"
    rows = (
        "2021-03-02T09:12:33.000Z,BTC,OUT,0.01002,0.00002,a1,Bitcoin 1,{0}\n"
        "2021-02-02T09:12:33.000Z,BTC,IN,0.05,,b1,Bitcoin 1,{0}\n"
    )
    for number, last in enumerate(("Account xpub", "Account id")):
        found = imported(tmp_path / str(number), {"ledger.csv": f"{head}{last}\n{rows.format('x')}"})
        assert not said(found)
        assert [short(event) for event in found.events] == [
            "transfer_in 0.05 BTC",
            "transfer_out 0.01000 BTC fee 0.00002 BTC",
        ]
