"""Other exchanges' layouts: each type, direction, fee and zone becomes the event that it is, or is told."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from imports.exports import imported, said, short, units

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


US_V1 = (
    "User_Id,Time,Category,Operation,Order_Id,Transaction_Id,Primary_Asset,Realized_Amount_For_Primary_Asset,"
    "Realized_Amount_For_Primary_Asset_In_USD_Value,Base_Asset,Realized_Amount_For_Base_Asset,"
    "Realized_Amount_For_Base_Asset_In_USD_Value,Quote_Asset,Realized_Amount_For_Quote_Asset,"
    "Realized_Amount_For_Quote_Asset_In_USD_Value,Fee_Asset,Realized_Amount_For_Fee_Asset,"
    "Realized_Amount_For_Fee_Asset_In_USD_Value,Payment_Method,Withdrawal_Method,Additional_Note\n"
)
US_V2 = (
    "User ID,Time,Category,Operation,Order ID,Transaction ID,Primary Asset,Realized Amount For Primary Asset,"
    "Realized Amount for Primary Asset in USD,Base Asset,Realized Amount For Base Asset,"
    "Realized Amount For Base Asset In USD,Quote Asset,Realized Amount for Quote Asset,"
    "Realized Amount for Quote Asset in USD,Fee Asset,Realized Amount for Fee Asset,"
    "Realized Amount for Fee Asset in USD,Payment Method,Withdraw Method,Additional Note\n"
)


@pytest.mark.parametrize("header", [US_V1, US_V2])
def test_binance_us_turns_base_and_quote_around_and_keeps_the_fee_of_a_conversion(tmp_path: Path, header: str) -> None:
    # 200 USD came to 194.229 USDT with a fee of 5.75592, as in a user's file: 199.985 together.
    rows = (
        "1,2021-11-02 10:00:00.000,Deposit,USD Deposit,1,1,USD,500,500,,,,,,,,,,Debit,,\n"
        "1,2021-11-03 11:00:00.120,Quick Buy,Buy,2,2,,,,USD,100,100,BTC,0.00158,99.5,USD,0.5,0.5,Wallet,,\n"
        "1,2021-11-03 12:00:00.120,Convert,Convert,3,3,,,,USD,200,200,USDT,194.229,194.229,USDT,5.75592,5.75,Wallet,,\n"
        "1,2021-11-03 13:00:00.120,Convert,Convert,4,4,,,,ETH,0.1,298.10,SOL,2.05,297.5,,,,Wallet,,\n"
        "1,2021-11-04 12:00:00.500,Spot Trading,Buy,5,5,,,,SOL,0.5,120.25,USD,120.25,120.25,BNB,0.00018,0.09,Wallet,,\n"
        "1,2021-12-27 06:19:43.000,Spot Trading,Sell,6,6,,,,SOL,0.3,52.10,USDT,,52.09,BNB,0.00007,0.04,Wallet,,\n"
        "1,2021-12-31 00:07:03.819,Distribution,Referral Commission,7,7,SUSHI,0.00224,,,,,,,,,,,Wallet,,\n"
        "1,2022-01-02 00:07:03.819,Distribution,Staking Rewards,8,8,SOL,0.0042,0.71,,,,,,,,,,Wallet,,\n"
        "1,2022-01-02 00:07:03.919,Distribution,Staking Rewards,9,9,SOL,-0.0004,-0.07,,,,,,,,,,Wallet,,\n"
        "1,2022-01-03 00:07:03.919,Distribution,Others,10,10,FLR,5,,,,,,,,,,,Wallet,,\n"
        "1,2022-01-05 03:00:00.000,Withdrawal,Crypto Withdrawal,11,11,BTC,0.00150,69.3,,,,,,,BTC,0.00008,3.69,W,W,\n"
    )
    found = imported(tmp_path, {"us.csv": header + rows})
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "cash_in 500 USD =500",
        "buy 100 USD > 0.00158 BTC inside 0.5 USD =100",
        "buy 200 USD > 194.229 USDT inside 5.75592 USDT =200",
        "trade 0.1 ETH > 2.05 SOL =297.5",
        "buy 120.25 USD > 0.5 SOL fee 0.00018 BNB =120.25",
        "trade 0.3 SOL > 52.09 USDT fee 0.00007 BNB =52.09",
        "reward 0.00224 SUSHI",
        "staking 0.0042 SOL =0.71",
        "fee fee 0.0004 SOL",
        "review 5 FLR",
        "transfer_out 0.00150 BTC fee 0.00008 BTC",
    ]
    assert found.events[4].fees[0].usd == Decimal("0.09")
    assert units(found)["USDT"] == Decimal("246.319")
    without = "1,2022-01-02 00:07:03.819,Distribution,Staking Rewards,,,SOL,{},0.71,,,,,,,,,,Wallet,,\n"
    several = imported(tmp_path / "3", {"us.csv": header + without.format("0.1") + without.format("0.2")})
    assert units(several) == {"SOL": Decimal("0.3")}
    unseen = imported(tmp_path / "2", {"us.csv": header + "1,2021-11-02 10:00:00,Quick Sell,Sell" + "," * 17 + "\n"})
    assert "Quick Sell/Sell" in said(unseen)[0]


APP = (
    "\ufeffTimestamp (UTC),Transaction Description,Currency,Amount,To Currency,To Amount,Native Currency,Native Amount,"
    "Native Amount (in USD),Transaction Kind\n"
)


def test_crypto_com_trades_sales_to_the_card_rewards_and_rebates(tmp_path: Path) -> None:
    rows = (
        "2025-02-01 07:09:10,USD -> SOL,USD,-5.0,SOL,10.0,USD,5.0,5,"
        "trading.limit_order.cash_account.purchase_commit\n"
        "2025-01-22 17:32:03,USD -> SOL,USD,-5.0,SOL,11.0,USD,5.0,5.0,"
        "trading.limit_order.cash_account.purchase_lock\n"
        "2025-01-07 11:43:48,EGLD -> USDC,EGLD,-4.15,USDC,150.8,EUR,143.33,169.36,crypto_exchange\n"
        "2024-11-17 08:54:14,Unstake,CRO,12189.86,,,EUR,1809.01,2137.66,finance.lockup.dpos_unlock.crypto_wallet\n"
        "2024-11-11 00:33:50,Reward,CRO,9.91,,,EUR,1.06,1.26,finance.lockup.dpos_compound_interest.crypto_wallet\n"
        "2024-08-08 06:28:12,Card Cashback,CRO,58.9,,,EUR,4.38,5.17,referral_card_cashback\n"
        "2024-08-08 06:27:13,USDT -> EUR,USDT,-235.08,,,EUR,-210.0,-248.15,card_top_up\n"
        "2024-08-07 06:27:13,USDC -> USD,USDC,-12.94,,,USD,-12.9,-12.9,card_top_up\n"
        "2024-08-02 09:04:41,Exchange -> App,USDT,44.29,,,EUR,40.04,47.31,exchange_to_crypto_transfer\n"
        "2024-08-02 08:18:46,Deposit,USDT,78.2,,,EUR,70.7,83.6,crypto_deposit\n"
        "2024-08-01 08:18:46,Reversal,CRO,-0.56,,,USD,0.25,0.25,card_cashback_reverted\n"
        "2020-07-29 09:16:54,Buy MCO,MCO,50.0,,,EUR,176.05,208.46,crypto_purchase\n"
        "2020-07-28 09:16:54,Shop,CRO,-15.38,CRO,-15.38,EUR,-2.63,-3.04,crypto_payment\n"
        "2020-07-27 09:16:54,From a friend,CRO,100.0,,,EUR,18.21,21.12,crypto_transfer\n"
    )
    found = imported(tmp_path, {"app.csv": APP + rows})
    assert not said(found)
    assert [short(event) for event in reversed(found.events)] == [
        "buy 5.0 USD > 10.0 SOL =5.0",
        "trade 4.15 EGLD > 150.8 USDC =169.36",
        "staking 9.91 CRO =1.26",
        "rebate 58.9 CRO =5.17",
        "sell 235.08 USDT > 210.0 EUR =248.15",
        "sell 12.94 USDC > 12.9 USD =12.9",
        "transfer_in 44.29 USDT",
        "transfer_in 78.2 USDT",
        "review 0.56 CRO =0.25",
        "buy 176.05 EUR > 50.0 MCO =208.46",
        "spend 15.38 CRO =3.04",
        "review 100.0 CRO =21.12",
    ]
    assert [event.route for event in found.events if event.route] == ["Crypto.com Exchange"]
    assert [(left.row, left.why.partition(":")[0]) for left in found.files[0].left_out] == [
        (2, "an order that is placed or taken back"),
        (4, "own units move inside Crypto.com"),
    ]


def test_crypto_com_swaps_and_dust_are_several_rows(tmp_path: Path) -> None:
    # The rows of public samples: the overall swap is the sum of the lock-up's and the wallet's.
    rows = (
        "2025-03-31 12:53:56,Balance Conversion,USDC,81.161849,,,EUR,74.28,87.78,crypto_wallet_swap_credited\n"
        "2025-03-31 12:53:56,Balance Conversion,USDT,-81.161849,,,EUR,73.53,86.89,crypto_wallet_swap_debited\n"
        "2020-12-15 09:25:14,Convert Dust,CRO,193.027799,,,EUR,10.59,12.87,dust_conversion_credited\n"
        "2020-12-15 09:25:14,Convert Dust,UNI,-1.3387887,,,EUR,-5.84,-7.10,dust_conversion_debited\n"
        "2020-12-15 09:25:14,Convert Dust,DOT,-0.6295092,,,EUR,-4.8,-5.83,dust_conversion_debited\n"
        "2020-08-03 14:39:25,MCO/CRO Overall Swap,CRO,1382.306147552291,,,EUR,197,234.08,dynamic_coin_swap_credited\n"
        "2020-08-03 14:39:25,MCO/CRO Overall Swap,MCO,-50.00402069,,,EUR,-168.37,-199.37,dynamic_coin_swap_debited\n"
        "2020-08-03 14:39:25,CRO Stake,CRO,1382.195,,,EUR,197.66,234.05,lockup_swap_credited\n"
        "2020-08-03 14:39:25,MCO Unstake,MCO,-50.0,,,EUR,-168.36,-199.36,lockup_swap_debited\n"
        "2020-08-03 14:39:25,MCO/CRO Wallet Swap,CRO,0.111147552291,,,EUR,0.02,0.02,crypto_wallet_swap_credited\n"
        "2020-08-03 14:39:25,MCO/CRO Wallet Swap,MCO,-0.00402069,,,EUR,-0.01,-0.01,crypto_wallet_swap_debited\n"
    )
    found = imported(tmp_path, {"app.csv": APP + rows})
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "trade 50.00402069 MCO > 1382.306147552291 CRO =234.08",
        "trade 1.3387887 UNI > 105.99360965 CRO =7.10",
        "trade 0.6295092 DOT > 87.03418935 CRO =5.83",
        "trade 81.161849 USDT > 81.161849 USDC =87.78",
    ]
    assert units(found)["CRO"] == Decimal("1382.306147552291") + Decimal("193.027799")


def test_two_equal_rows_of_crypto_com_are_both_real_and_a_kind_not_seen_is_told(tmp_path: Path) -> None:
    row = "2024-11-11 00:33:50,Reward,CRO,9.91,,,EUR,1.06,1.26,{}\n"
    twice = imported(tmp_path, {"app.csv": APP + row.format("mco_stake_reward") * 2})
    assert [short(event) for event in twice.events] == ["staking 9.91 CRO =1.26"] * 2
    unknown = imported(tmp_path / "2", {"app.csv": APP + row.format("moon_reward")})
    assert "moon_reward" in said(unknown)[0]


ACTIVITY = (
    "UUID,Time Entered,Symbol,Side,Quantity,State,Order Type,Leaves Quantity,Entered Price,Average Price,Notional\n"
)


def test_robinhood_names_no_zone_and_ends_in_a_notice(tmp_path: Path) -> None:
    rows = (
        'a,"12/31/2023, 21:34:56",BTC,Sell,0.00010449,Filled,Limit,0.00E+00,"$12,345.00 ","$12,345.67 ",$1.29 \n'
        'b,"06/01/2022, 15:00:00",BTC,Buy,0.00030037,Filled,Limit,0.00E+00,"$10,000.00 ","$9,987.65 ",($3.00)\n'
        'c,"06/02/2022, 15:00:00",BTC,Buy,0.00030037,Canceled,Limit,0.00030037,"$10,000.00 ",,\n'
        '"Robinhood does not provide tax or legal advice. Report generated: 01/03/2024, 3:00:00 PM EST",,,,,,,,,,\n'
    )
    files = {"x.csv": ACTIVITY + rows}
    assert "time zone" in said(imported(tmp_path / "1", files))[0]
    found = imported(tmp_path / "2", files, "sources: {ledger/x.csv: {timezone: America/New_York}}\n")
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "buy 3.00 USD > 0.00030037 BTC =3.00",
        "sell 0.00010449 BTC > 1.29 USD =1.29",
    ]
    assert found.events[1].time == datetime(2024, 1, 1, 2, 34, 56, tzinfo=UTC)
    assert [left.row for left in found.files[0].left_out] == [3, 4]
    half = {"x.csv": ACTIVITY + rows.replace("Canceled", "Partially Filled")}
    wrong = imported(tmp_path / "3", half, "sources: {ledger/x.csv: {timezone: America/New_York}}\n")
    assert "Partially Filled" in said(wrong)[0]


def test_robinhood_moves_have_the_network_fee_beside(tmp_path: Path) -> None:
    head = (
        "id,created_at,withdrawal_submitted_timestamp,currency_code,transfer_type,amount,network,network_fee,"
        "native_network_fee,usd_amount_at_request,fiat_amount_at_request,state,to_address,address_tag,"
        "blockchain_txn_id,blockchain_txn_state\n"
    )
    rows = (
        "1,2023-08-01T10:00:00.000000Z,,BTC,withdrawal,0.01,BITCOIN,0.00004,0.00004,293,293,succeeded,b,,aa,confirmed\n"
        "2,2023-08-02T10:00:00.000000Z,,BTC,deposit,0.02,BITCOIN,,,293,293,succeeded,b,,bb,confirmed\n"
    )
    found = imported(tmp_path, {"x.csv": head + rows})
    assert [(short(event), event.txid) for event in found.events] == [
        ("transfer_out 0.01 BTC fee 0.00004 BTC", "aa"),
        ("transfer_in 0.02 BTC", "bb"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Provider: Robinhood Crypto LLC,,,\nDisclaimer: ,,,,\n,,,,\nASSET NAME,RECEIVED DATE,COST BASIS(USD),DATE SOLD,"
        "PROCEEDS\nBTC,01/05/2020,72.10,06/01/2020,95.55\n",
        "1099-DA,ACCOUNT NUMBER,TAX YEAR,DATE ACQUIRED,SALE DATE,DESCRIPTION,DTIF CODE,DTIF NAME,DTIF UNITS,COST BASIS,"
        "SALES PRICE,TERM\n1099-DA,1,2025,20230102,20250304,SOL,A,Solana,1.25,25.00,180.00,LONG\n",
    ],
)
def test_what_robinhood_reported_is_no_event(tmp_path: Path, text: str) -> None:
    found = imported(tmp_path, {"x.csv": text})
    assert (found.files[0].side, found.events) == ("broker", ())
    assert not said(found)


def test_robinhoods_code_btc_is_an_option_and_no_bitcoin(tmp_path: Path) -> None:
    text = (
        "Activity Date,Process Date,Settle Date,Instrument,Description,Trans Code,Quantity,Price,Amount\n"
        "1/3/2025,1/3/2025,1/6/2025,SPY,SPY Call,BTC,1,$1.00,($100.00)\n"
    )
    found = imported(tmp_path, {"x.csv": text})
    assert not found.events
    assert any("not bitcoin" in finding.says for finding in found.findings)


def test_cash_app_tells_the_direction_by_the_type_and_not_by_the_sign_of_the_money(tmp_path: Path) -> None:
    head = "Transaction ID,Date,Transaction Type,Currency,Amount,Fee,Net Amount,Asset Type,Asset Price,Asset Amount\n"
    rows = (
        '"1","2025-12-31 23:22:22 PST","Bitcoin Buy","USD","-$98.15","-$2.00","-$100.15","BTC","$61,071","0.0016 BTC"\n'
        '"2","2025-10-06 08:52:24 PDT","Bitcoin Withdrawal","USD","$1,252.41","$0.00","$1,252","BTC","$1","0.01 BTC"\n'
        '"3","2024-12-13 14:40:23 PST","Bitcoin Lightning Withdrawal","USD","$10","$0","$10","BTC","$1","0.0001 BTC"\n'
        '"4","2024-08-30 09:38:05 PST","Bitcoin Sale","USD","$50.00","-$1.49","$48.51","BTC","$1","0.0004645 BTC"\n'
        '"5","2024-05-31 18:41:15 PDT","Bitcoin Deposit","USD","-$67.39","$0.00","-$67.39","BTC","$1","0.001 BTC"\n'
    )
    found = imported(tmp_path, {"x.csv": head + rows})
    assert not said(found)
    assert [short(event) for event in reversed(found.events)] == [
        "buy 98.15 USD > 0.0016 BTC fee 2.00 USD =98.15",
        "transfer_out 0.01 BTC",
        "review 0.0001 BTC =10",
        "sell 0.0004645 BTC > 50.00 USD fee 1.49 USD =50.00",
        "transfer_in 0.001 BTC",
    ]
    assert found.events[-1].time == datetime(2026, 1, 1, 7, 22, 22, tzinfo=UTC)
    assert found.events[1].time == datetime(2024, 8, 30, 17, 38, 5, tzinfo=UTC)
    v2 = (
        "Date,Transaction ID,Transaction Type,Currency,Amount,Fee,Net Amount,Asset Type,Asset Price,Asset Amount,"
        "Status,Notes,Name of sender/receiver,Account\n"
        "2025-10-09 16:29:46 EDT,a,Bitcoin Recurring Buy,USD,-$48.88,-$1.12,-$50.00,BTC,$1,0.0004,COMPLETE,,,Visa\n"
        "2025-10-08 12:00:00 EDT,b,Deposits,USD,$100.00,$0.00,$100.00,,,,COMPLETED,,,\n"
        "2025-10-07 12:00:00 EDT,c,Bitcoin Withdrawal,BTC,$125.00,$0.00,-0.001,BTC,$1,-0.001,COMPLETE,,,\n"
        "2025-10-06 12:00:00 EDT,d,Bitcoin Buy,USD,-$10.00,-$0.25,-$10.25,BTC,$1,0.0000813,FAILED,,,\n"
    )
    second = imported(tmp_path / "2", {"x.csv": v2})
    assert [short(event) for event in second.events] == [
        "transfer_out 0.001 BTC",
        "buy 48.88 USD > 0.0004 BTC fee 1.12 USD =48.88",
    ]
