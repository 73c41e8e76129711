"""KuCoin, OKX, Bittrex, FTX, Bitstamp, Uphold and others abroad: each type, both ways, whose fee is where, which zone.

Rows are made in the shapes of users' files and of public parsers; numbers that decide where a fee is are theirs.
"""

from pathlib import Path

import pytest

from imports.exports import imported, said, short, units

ORDERS = (
    "UID,Account Type,Order ID,Order Time(UTC{0}),Symbol,Side,Order Type,Order Price,Order Amount,Avg. Filled Price,"
    "Filled Amount,Filled Volume,Filled Volume (USDT),Filled Time(UTC{0}),Fee,Fee Currency,Status\n"
)
UPHOLD = (
    "Date,Destination,Destination Amount,Destination Currency,Fee Amount,Fee Currency,Id,Origin,Origin Amount,"
    "Origin Currency,Status,Type\n"
)
HISTORY = "UID,Account Type,Currency,Side,Amount,Fee,Time(UTC+08:00),Remark,Type\n"


def _lines(folder: Path, files: dict[str, str], more: str = "") -> list[str]:
    found = imported(folder, files, more)
    assert not said(found)
    return [f"{event.time:%Y-%m-%d %H:%M:%S} {short(event)}" for event in found.events]


@pytest.mark.parametrize(("zone", "time"), [("+08:00", "2022-12-31 23:59:59"), ("", "2023-01-01 07:59:59")])
def test_kucoin_names_its_zone_in_the_header(tmp_path: Path, zone: str, time: str) -> None:
    rows = (
        "**1,mainAccount,o1,2023-01-01 07:30:00,BTC-USDT,BUY,LIMIT,16500,0.01,16500,0.01,165,165,2023-01-01 07:59:59,0."
        "165,USDT,deal\n"
        "**1,mainAccount,o2,2023-01-02 07:30:00,KCS-BTC,SELL,MARKET,,10,0.0004,10,0.004,66.4,"
        "2023-01-02 07:59:59,0.1,KCS,"
        "deal\n"
        "No matching records found.,,,,,,,,,,,,,,,,\n"
    )
    first, second = _lines(tmp_path, {"orders.csv": ORDERS.format(zone) + rows})
    assert first == f"{time} trade 165 USDT > 0.01 BTC fee 0.165 USDT"
    assert second.endswith("trade 10 KCS > 0.004 BTC fee 0.1 KCS")


def test_kucoins_account_history_counts_where_no_other_file_shows_the_event(tmp_path: Path) -> None:
    history = HISTORY + (
        "1,mainAccount,USDT,Withdrawal,23.34989650994,0.02332656994,2025-01-01 01:02:11,,Spot\n"
        "1,mainAccount,LDO,Deposit,13.3249,0,2025-01-01 01:02:11,,Spot\n"
        "1,mainAccount,USDT,Deposit,100,0,2025-01-01 00:00:00,,Transfer\n"
        "1,mainAccount,GAS,Deposit,0.5,0,2025-01-02 00:00:00,GAS Distribution,Other\n"
        "1,mainAccount,DOGE,Withdrawal,3,0,2025-01-03 00:00:00,,Convert Dust to KCS\n"
        "1,mainAccount,KCS,Deposit,0.01,0,2025-01-03 00:00:00,,Convert Dust to KCS\n"
    )
    trade = "2024-12-31 17:02:11 trade 23.32656994000 USDT > 13.3249 LDO fee 0.02332656994 USDT"
    rest = ["2025-01-01 16:00:00 airdrop 0.5 GAS", "2025-01-02 16:00:00 trade 3 DOGE > 0.01 KCS"]
    assert _lines(tmp_path / "a", {"account.csv": history}) == [trade, *rest]
    order = ORDERS.format("+08:00") + (
        "1,tradeAccount,o1,2025-01-01 01:02:11,LDO-USDT,BUY,MARKET,,13.3249,1.75,13.3249,23.32656994,23.3,"
        "2025-01-01 01:02:11,0.02332656994,USDT,deal\n"
    )
    both = _lines(tmp_path / "b", {"account.csv": history, "orders.csv": order})
    assert both == [trade.replace("4000 USDT >", "4 USDT >"), *rest]


def test_other_files_of_kucoin(tmp_path: Path) -> None:
    files = {
        "deposits.csv": "UID,Account Type,Time(UTC+02:00),Remarks,Status,Fee,Amount,Coin,Transfer Network\n"
        "**1,mainAccount,2023-12-04 06:21:52,Deposit,SUCCESS,0,1497,USDT,TRX\n"
        "**1,mainAccount,2023-12-05 06:21:52,Withdraw,SUCCESS,1,100,USDT,TRX\n",
        "withdrawals.csv": "UID,Account Type,Time(UTC),Coin,Amount,Fee,Hash,Withdrawal Address/Account,"
        "Transfer Network,"
        "Status,Remarks\n1,mainAccount,2024-02-01 06:21:52,BTC,0.5,0.0005,abc,bc1,BTC,SUCCESS,\n",
        "earn.csv": "UID,Account Type,Order ID,Time(UTC+08:00),Staked Coin,Product Type,Product Name,Earnings Coin,"
        "Earnings Type,Remarks,Amount,Amount（USDT）,Fee\n"
        "1,main,e1,2024-02-01 06:00:00,DOT,Staking,DOT,DOT,Interest,,0.2,1.4,0\n"
        "1,main,e2,2024-02-01 06:00:01,USDT,Savings,USDT,USDT,Interest,,0.3,0.3,0\n",
        "convert.csv": "UID,Account Type,Payment Account,Sell,Buy,Price,Tax,Time of Update(UTC+08:00),Status\n"
        "1,main,Funding,12 XRP,7.5 USDT,0.62,,2024-02-02 06:00:00,Success\n",
        "splitting.csv": "UID,Account Type,Order ID,Symbol,Side,Order Type,Avg. Filled Price,Filled Amount,"
        "Filled Volume,"
        "Filled Volume (USDT),Filled Time(UTC+08:00),Fee,Tax,Maker/Taker,Fee Currency\n"
        "1,trade,o9,BTC-USDT,SELL,LIMIT,60000,0.1,6000,6000,2024-03-02 06:00:00,6,,TAKER,USDT\n",
        "2022.csv": "tradeCreatedAt,orderId,symbol,side,price,size,funds,fee,liquidity,feeCurrency,orderType,\n"
        "2022-04-28 12:36:00,o1,XTZ-USDT,sell,0.1025,36.4479,3.73590975,0.00373590975,taker,USDT,limit,\n",
        "2019.csv": "Time,Pair,Side,FilledPrice,FilledPriceCoin,Amount,AmountCoin,Volume,VolumeCoin,Fee,FeeCoin\n"
        "2019/05/11 10:27:17,KCS/BTC,Buy,0.00015225,BTC,10.01,KCS,0.00152402,BTC,0.00000152,BTC\n",
    }
    assert _lines(tmp_path, files) == [
        "2019-05-11 02:27:17 trade 0.00152402 BTC > 10.01 KCS fee 0.00000152 BTC",
        "2022-04-28 04:36:00 trade 36.4479 XTZ > 3.73590975 USDT fee 0.00373590975 USDT",
        "2023-12-04 04:21:52 transfer_in 1497 USDT",
        "2023-12-05 04:21:52 transfer_out 100 USDT fee 1 USDT",
        "2024-01-31 22:00:00 staking 0.2 DOT",
        "2024-01-31 22:00:01 interest 0.3 USDT",
        "2024-02-01 06:21:52 transfer_out 0.5 BTC fee 0.0005 BTC",
        "2024-02-01 22:00:00 trade 12 XRP > 7.5 USDT",
        "2024-03-01 22:00:00 trade 0.1 BTC > 6000 USDT fee 6 USDT",
    ]


def test_okx_keeps_its_two_accounts_in_one_wallet(tmp_path: Path) -> None:
    head = (
        "\ufeffUID:1,\ufeffAccount Type:Main,\ufeffTime Zone:UTC+3\n"
        "\ufeffid,Time,Type,Amount,Before Balance,After Balance,Symbol\n"
    )
    rows = (
        "1,2026-06-22 19:50:42,Deposit,29994.78,0,29994.78,USDT\n"
        "2,2026-06-22 20:05:02,From unified trading account,0.45849457,0,0.45849457,BTC\n"
        "3,2026-06-22 20:05:03,Stake,-0.1,0.45849457,0.35849457,BTC\n"
        "4,2025-10-31 11:55:15,Withdrawal,-0.011478630000000000,0.011478630000000000,0E-18,BTC\n"
        "5,2026-07-30 02:58:30,Deposit yield,0.01862035,0.1,0.11862035,USDT\n"
        "6,2026-07-31 02:58:30,Received,5,0,5,BNB\n"
        "7,2026-08-01 02:58:30,Fee rebate,0.1,0,0.1,USDT\n"
    )
    found = imported(tmp_path, {"funding.csv": head + rows})
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "transfer_out 0.011478630000000000 BTC",
        "transfer_in 29994.78 USDT",
        "staking 0.01862035 USDT",
        "review 5 BNB",
        "rebate 0.1 USDT",
    ]
    assert (str(found.events[2].time), found.events[0].wallet) == ("2026-07-29 23:58:30+00:00", "OKX")


def test_okx_of_2020_is_bought_or_sold_by_the_fee(tmp_path: Path) -> None:
    text = (
        "Order ID,Trade ID,Trade Time,Pairs,Amount,Price,Total,taker/maker,Fee,unit\n"
        "1,11,2020-05-01 10:00:00,BTC/USDT,0.1,9000,900,taker,-0.0001,BTC\n"
        "2,12,2020-05-02 10:00:00,BTC/USDT,0.1,9100,910,maker,-0.9,USDT\n"
    )
    assert _lines(tmp_path, {"okx.csv": text}, "sources: {ledger/okx.csv: {timezone: UTC}}\n") == [
        "2020-05-01 10:00:00 trade 900 USDT > 0.1 BTC fee 0.0001 BTC",
        "2020-05-02 10:00:00 trade 0.1 BTC > 910 USDT fee 0.9 USDT",
    ]


def test_bittrex_in_its_generations(tmp_path: Path) -> None:
    files = {
        "2023.csv": "Name: JOHN DOE\nUserID: john@doe.com\nDate Generated: 2023-12-15T23:17:04\n\n"
        "TXID,Time (UTC),Transaction,Order Type,Market,Base,Quote,Price,Quantity (Base),Fees (Quote),Total (Quote),"
        "Approx Value (USD),Time In Force,Notes\n"
        "t1,2017-12-03T12:04:16,Bought,Limit,SWT/BTC,SWT,BTC,0.000341,731.28354007,0.00062343,0.24999841,,,\n"
        "t2,2017-08-13T21:32:03,Sold,Limit,EDG/USD,EDG,USD,0.18098,857.78,0.39,154.85,,,\n",
        "2019.csv": "Uuid,Exchange,TimeStamp,OrderType,Limit,Quantity,QuantityRemaining,Commission,Price,PricePerUnit,"
        "IsConditional,Condition,ConditionTarget,ImmediateOrCancel,Closed\n"
        "u1,USD-LTC,12/30/2018 11:22:46 PM,LIMIT_BUY,30,10,4,0.45,180,30,False,,,False,1/1/2019 3:22:46 PM\n",
        "2018.csv": "\nOrderUuid,Exchange,Type,Quantity,Limit,CommissionPaid,Price,Opened,Closed\n"
        "o1,USDT-BTC,LIMIT_SELL,0.01,1,2,10,11/31/2017 3:22:46 PM,12/31/2018 3:22:46 PM\n",
        "2017.csv": "UUID,QUOTE,MARKET,ORDERTYPE,LIMIT,CEILING,QUANTITY,FILLED,PROCEEDS,COMISSIONPAID,OPENED,CLOSED,"
        "TIMEINFORCETYPE,ISCONDITIONAL,CONDITION,CONDITIONTARGET\n"
        "0,USDT,ETH,LIMIT_BUY,1,,2,1,5,1,12/31/2018 3:24:06 PM,12/31/2018 3:26:07 PM,GTC,,,\n",
        "moves.csv": "Date,Currency,Type,Address,Memo/Tag,TxId,Amount\n"
        "2023-03-07 07:51:43.043,ETH,WITHDRAWAL,0x95,,0xec,-0.20084931\n"
        "2023-03-06 22:35:21.970,BCHA,DEPOSIT,,,1A31,+0.00000001\n",
        "deposits.csv": "Id,Amount,Currency,Confirmations,LastUpdated,TxId,CryptoAddress\n"
        "12313,1,BTC,2,5/21/2017 1:37:47 PM,aaaa,3bam\n",
        "withdrawals.csv": "PaymentUuid,Currency,Amount,Address,Opened,Authorized,PendingPayment,TxCost,TxId,Canceled,"
        "InvalidAddress\np1,ETH,1,0x123,12/31/2015 3:33:44 PM,TRUE,FALSE,0.006,0x,FALSE,FALSE\n"
        "p2,ETH,1,0x123,12/31/2015 3:33:45 PM,TRUE,FALSE,0.006,0x,TRUE,FALSE\n",
        "withdrawals_old.csv": "UUID,AMOUNT,CURRENCY,ADDRESS,TXID,OPENED,LASTUPDATED,CLOSED,TXCOST,STATE\n"
        "w0,1,BTC,,Aaaa,2013-11-01 23:36:47Z,2013-11-01 23:36:47Z,2013-11-01 23:36:47Z,0.001,PAID\n",
    }
    assert _lines(tmp_path, files) == [
        "2013-11-01 23:36:47 transfer_out 1 BTC fee 0.001 BTC",
        "2015-12-31 15:33:44 transfer_out 1 ETH fee 0.006 ETH",
        "2017-05-21 13:37:47 transfer_in 1 BTC",
        "2017-08-13 21:32:03 sell 857.78 EDG > 154.85 USD inside 0.39 USD =154.85",
        "2017-12-03 12:04:16 trade 0.24999841 BTC > 731.28354007 SWT inside 0.00062343 BTC",
        "2018-12-31 15:22:46 trade 0.01 BTC > 10 USDT fee 2 USDT",
        "2018-12-31 15:26:07 trade 5 USDT > 1 ETH fee 1 USDT",
        "2019-01-01 15:22:46 buy 180 USD > 6 LTC fee 0.45 USD =180",
        "2023-03-06 22:35:21 transfer_in 0.00000001 BCHA",
        "2023-03-07 07:51:43 transfer_out 0.20084931 ETH",
    ]


def test_ftx_has_two_kinds_of_times_and_refuses_what_is_no_coin(tmp_path: Path) -> None:
    trades = (
        '"ID","Time","Market","Side","Order Type","Size","Price","Total","Fee","Fee Currency","TWAP"\n'
        '"1","2/25/2021, 2:24:46 PM","BTC/USD","buy","limit","0.1","50000","5000","3.5","USD",""\n'
        '"2","2/25/2021, 2:25:46 PM","ETH/USD","sell","limit","2","1500","3000","2.1","USD",""\n'
        '"3","2/25/2021, 2:26:46 PM","BTC-PERP","sell","limit","1","50000","50000","2","USD",""\n'
    )
    deposits = (
        '" ","Time","Coin","Amount","Status","Additional info","Transaction ID"\n'
        '"","2021-02-20T10:00:00.123+00:00","USD","8000","complete","",""\n'
        '"","2021-02-21T10:00:00.123+00:00","USDC","500","confirmed","","0x1"\n'
        '"","2021-02-22T10:00:00.123+00:00","SOL","5","cancelled","","abc"\n'
    )
    withdrawals = (
        '"Time","Coin","Amount","Destination","Status","Transaction ID","fee"\n'
        '"2021-03-20T10:00:00.123+00:00","BTC","0.05","bc1","complete","0x2","0.0005"\n'
    )
    files = {"trades.csv": trades, "deposits.csv": deposits, "withdrawals.csv": withdrawals}
    assert any("names no time zone" in text for text in said(imported(tmp_path / "a", files)))
    found = imported(tmp_path / "b", files, "sources: {ledger/trades.csv: {timezone: America/New_York}}\n")
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "cash_in 8000 USD =8000",
        "review 500 USDC",
        "buy 5000 USD > 0.1 BTC fee 3.5 USD =5000",
        "sell 2 ETH > 3000 USD fee 2.1 USD =3000",
        "review fee 2 USD",
        "transfer_out 0.05 BTC fee 0.0005 BTC",
    ]
    assert str(found.events[2].time) == "2021-02-25 19:24:46+00:00"


def test_ftx_lending_and_staking(tmp_path: Path) -> None:
    files = {
        "lending.csv": "Time,Currency,Size,Hourly Funding Rate,Proceeds,Proceeds in USD\n"
        "2021-03-20T10:00:00+00:00,BTC,1,0.0001,0.0001,5.50\n",
        "staking.csv": "Time,Notes,Coin,Reward\n2021-03-21T10:00:00+00:00,stake,FTT,0.25\n",
    }
    assert _lines(tmp_path, files) == [
        "2021-03-20 10:00:00 interest 0.0001 BTC =5.50",
        "2021-03-21 10:00:00 staking 0.25 FTT",
    ]


def test_bitstamp_names_the_coin_in_the_cell_and_the_fee_is_beside(tmp_path: Path) -> None:
    files = {
        "old.csv": "Type,Datetime,Account,Amount,Value,Rate,Fee,Sub Type\n"
        'Deposit,"Jan. 28, 2022, 12:13 AM",Main Account,2.00000000 ETH,,,,\n'
        'Market,"May 28, 2022, 12:31 PM",Main Account,1.00000000 ETH,2214.01 USD,2214.01 USD,10.87 USD,Sell\n'
        'Market,"Jun. 28, 2022, 01:31 AM",Main Account,900.00 EUR,980.00 USD,1.09 USD,,Sell\n'
        'Withdrawal,"Jul. 01, 2022, 07:56 PM",Main Account,0.50000000 ETH,,,0.001 ETH,\n',
        "new.csv": "ID,Account,Type,Subtype,Datetime,Amount,Amount currency,Value,Value currency,Rate,"
        "Rate currency,Fee,"
        "Fee currency,Order ID\n"
        "1,Main,Market,Buy,2023-05-01T10:05:00Z,0.03500000,BTC,980.00,USD,28000.00,USD,2.94,USD,16\n"
        "2,Main,Staking reward,,2023-05-03T00:00:00Z,0.00012300,ETH2R,,,,,,,\n",
    }
    found = imported(tmp_path, files)
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "transfer_in 2.00000000 ETH",
        "sell 1.00000000 ETH > 2214.01 USD fee 10.87 USD =2214.01",
        "transfer_out 0.50000000 ETH fee 0.001 ETH",
        "buy 980.00 USD > 0.03500000 BTC fee 2.94 USD =980.00",
        "staking 0.00012300 ETH",
    ]
    assert [left.why for file in found.files for left in file.left_out] == ["money for money: no digital asset"]


def test_uphold_buys_and_sends_in_one_row(tmp_path: Path) -> None:
    rows = (
        "Tue May 26 2020 18:06:28 GMT+0000,xrp-ledger,314.642101,XRP,0.0000021,BTC,1a,uphold,0.00714216,BTC,"
        "completed,out\n"
        "Wed May 13 2020 13:30:04 GMT+0000,bitcoin,0.0099,BTC,0.0001,BTC,1b,uphold,0.01,BTC,completed,out\n"
        "Sun Mar 29 2020 12:21:44 GMT-0400,uphold,24.65,USD,,,1c,uphold,0.00421,BTC,completed,transfer\n"
        "Tue Feb 11 2020 13:13:57 GMT+0000,uphold,0.00331961,BTC,,,1d,credit-card,25,USD,completed,in\n"
        "Thu Dec 19 2019 18:40:09 GMT+0000,uphold,5.15,BAT,,,1e,uphold,5.15,BAT,completed,in\n"
        "Thu Dec 19 2019 19:40:09 GMT+0000,uphold,1.5,LTC,,,1f,litecoin,1.5,LTC,completed,in\n"
        "Thu Dec 19 2019 20:40:09 GMT+0000,uphold,1.5,LTC,,,1g,uphold,1.5,LTC,completed,transfer\n"
        "Thu Dec 19 2019 21:40:09 GMT+0000,uphold,1.5,LTC,,,1h,litecoin,1.5,LTC,failed,in\n"
    )
    lines = _lines(tmp_path, {"uphold.csv": "\ufeff" + UPHOLD + rows})
    assert lines == [
        "2019-12-19 18:40:09 reward 5.15 BAT",
        "2019-12-19 19:40:09 transfer_in 1.5 LTC",
        "2020-02-11 13:13:57 cash_in 25 USD =25",
        "2020-02-11 13:13:57 buy 25 USD > 0.00331961 BTC =25",
        "2020-03-29 16:21:44 sell 0.00421 BTC > 24.65 USD =24.65",
        "2020-05-13 13:30:04 transfer_out 0.0099 BTC fee 0.0001 BTC",
        "2020-05-26 18:06:28 trade 0.00714006 BTC > 314.642101 XRP fee 0.0000021 BTC",
        "2020-05-26 18:06:28 transfer_out 314.642101 XRP",
    ]


def test_a_fee_that_is_more_than_the_amount_that_holds_it_is_an_error(tmp_path: Path) -> None:
    text = (
        "date,id,type,value_in_USD,commission_in_USD,pair,rate,origin_currency,origin_amount,origin_commission,"
        "destination_currency,destination_amount,destination_commission\n"
        "2018-01-05T12:00:00.000Z,a1,transfer,100.00,1.00,USDBTC,0.00006,USD,100.00,1.00,BTC,0.00594,0\n"
        "2018-01-06T12:00:00.000Z,a2,transfer,100.00,1.00,USDBTC,0.00006,USD,1.00,100.00,BTC,0.00594,0\n"
    )
    found = imported(tmp_path, {"uphold.csv": text})
    assert [short(event) for event in found.events] == ["buy 99.00 USD > 0.00594 BTC fee 1.00 USD =99.00"]
    assert said(found) == ["The amount of 1.00 is said to hold a fee of 100.00, which is more than it."]


def test_exchanges_of_europe(tmp_path: Path) -> None:
    files = {
        "relai.csv": "Date,Transaction Type,BTC Amount,BTC Price,Currency Pair,Fiat Amount (excl. fees),"
        "Fiat Currency,Fee,"
        "Fee Currency,Destination,Operation ID,Counterparty\n"
        "2024-07-22T09:41:06Z,Buy,0.00284516,95287.63,BTC/CHF,271.05,CHF,2.45,CHF,bc1q,o1,Relai\n",
        "bitvavo.csv": "Timezone,Date,Time,Type,Currency,Amount,Quote Currency,Quote Price,Received / Paid Currency,"
        "Received / Paid Amount,Fee currency,Fee amount,Status,Transaction ID,Address\n"
        "Europe/Amsterdam,2023-11-30,11:36:46.620,buy,ETH,0.0053543,EUR,1862.8,EUR,-10.00,EUR,0.02600996,Completed,b1,\n"
        "Europe/Amsterdam,2023-02-20,15:15:46.637,sell,ETH,-0.00781401,EUR,1597.5,EUR,12.45,EUR,0.03288,Completed,b2,\n"
        "Europe/Amsterdam,2023-01-10,11:37:41,withdrawal,USDT,-32.156874,,,,,USDT,5.4,Completed,b3,0xae\n",
        "revolut.csv": "Symbol,Type,Quantity,Price,Value,Fees,Date\n"
        'BTC,Buy,0.00027963,"€35,761.54",€10.00,€0.24,"Mar 8, 2022, 2:08:54 PM"\n'
        'BTC,Sell,0.00001082,"86,557.95 SEK",0.93 SEK,0.00 SEK,"Jun 2, 2020, 9:10:31 PM"\n',
    }
    assert _lines(tmp_path, files, "sources: {ledger/revolut.csv: {timezone: UTC}}\n") == [
        "2020-06-02 21:10:31 sell 0.00001082 BTC > 0.93 SEK",
        "2022-03-08 14:08:54 buy 10.00 EUR > 0.00027963 BTC fee 0.24 EUR",
        "2023-01-10 10:37:41 transfer_out 26.756874 USDT fee 5.4 USDT",
        "2023-02-20 14:15:46 sell 0.00781401 ETH > 12.45 EUR inside 0.03288 EUR",
        "2023-11-30 10:36:46 buy 9.97399004 EUR > 0.0053543 ETH fee 0.02600996 EUR",
        "2024-07-22 09:41:06 buy 271.05 CHF > 0.00284516 BTC fee 2.45 CHF",
    ]


def test_gate_io_is_utf_16_and_one_order_is_several_rows(tmp_path: Path) -> None:
    rows = (
        "no\ttime\taction_desc\taction_data\ttype\tchange_amount\tamount\ttotal\n"
        "1\t2024-01-15 12:00:00\tOrder Placed\ttrade-1\tUSDT\t-1500\t8500\t8500\n"
        "2\t2024-01-15 12:00:00\tOrder Fullfilled\ttrade-1\tBTC\t0.05\t0.05\t1500\n"
        "3\t2024-01-15 12:00:00\tTrading Fees\ttrade-1\tBTC\t-0.0001\t8498.5\t8498.5\n"
        "4\t2024-01-16 12:00:00\tHODL Interest\th-1\tGT\t0.5\t1\t1\n"
        "5\t2024-01-17 12:00:00\tWithdrawals\tw-1\tBTC\t-0.02\t1\t1\n"
        "6\t2024-01-18 12:00:00\tDeposits\td-1\tETH\t2\t2\t2\n"
    )
    found = imported(
        tmp_path, {"gate.csv": rows.encode("utf-16")}, "sources: {ledger/gate.csv: {timezone: Asia/Singapore}}\n"
    )
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "trade 1500 USDT > 0.05 BTC fee 0.0001 BTC",
        "interest 0.5 GT",
        "transfer_out 0.02 BTC",
        "transfer_in 2 ETH",
    ]
    assert str(found.events[0].time) == "2024-01-15 04:00:00+00:00"


def test_etoro_writes_the_day_first_and_only_coins_are_events(tmp_path: Path) -> None:
    text = (
        "Date,Type,Details,Amount,Units,Realized Equity Change,Realized Equity,Balance,Position ID,Asset type,NWA\n"
        '02/01/2024 00:10:33,Dividend,NKE/USD,0.17,-,0.17,"4,581.91",99.60,22,Stocks,0.00\n'
        '03/04/2024 10:00:00,Deposit,,"5,000.00",-,-,-,5000.00,,,0.00\n'
        "05/04/2024 14:32:11,Open Position,BTC/USD,100,0.01,0.00,0.00,3147.00,31,Crypto,0.00\n"
        "06/04/2024 14:32:11,Open Position,ADA/USD,0,1.5,0.00,0.00,3147.00,32,Crypto,0.00\n"
        "07/04/2024 14:32:11,Position closed,BTC/USD,120,0.01,20.00,0.00,3147.00,31,Crypto,0.00\n"
        "08/04/2024 14:32:11,Open Position,AMD/USD,49.88,0.337209,0.00,0.00,0.00,33,Stocks,0.00\n"
    )
    assert _lines(tmp_path, {"etoro.csv": text}) == [
        "2024-04-03 10:00:00 cash_in 5000.00 USD =5000.00",
        "2024-04-05 14:32:11 buy 100 USD > 0.01 BTC =100",
        "2024-04-06 14:32:11 review 1.5 ADA",
        "2024-04-07 14:32:11 sell 0.01 BTC > 120 USD =120",
    ]


def test_layouts_that_hold_transactions_and_are_not_read_are_errors(tmp_path: Path) -> None:
    files = {
        "beth.csv": "Date(UTC),Coin,Token,Amount,Status\n2021-03-01 12:00:00,ETH,BETH,0.1,Success\n",
        "dali.csv": "Unique ID,Timestamp,Asset,From Exchange,From Holder,To Exchange,To Holder,Spot Price,Crypto Sent,"
        "Crypto Received,Notes\n28,2022-01-14 10:35:10 +0000,BTC,FTX,Bob,,,41952.11,0.2002,,\n",
        "pionex.csv": "Date,Received Quantity,Received Currency,Sent Quantity,Sent Currency,Fee Amount,"
        "Fee Currency,Tag\n"
        "2/27/2022 12:09,0.1,ETH,200,BUSD,0.00995,ETH,\n",
        "tokentax.csv": "Type,BuyAmount,BuyCurrency,SellAmount,SellCurrency,FeeAmount,FeeCurrency,Exchange,"
        "Group,Comment,"
        "Date\nTrade,0.4233789,BTC,4320,XRP,0.0010611,BTC,Bittrex,,,1/16/2017 12:53\n",
    }
    found = imported(tmp_path, files)
    assert not found.events
    assert [text.split(",")[0] for text in said(found)] == [
        "This is Binance",
        "This is dali-rp2",
        "This is Pionex",
        "This is TokenTax",
    ]
    sums = {
        "turbotax.csv": "Currency Name,Purchase Date,Cost Basis,Date Sold,Proceeds\nBTC,01/05/2024,1004.99,"
        "03/04/2025,1850\n",
        "taxbit.csv": "account_id,asset_symbol,asset_dtif_code,asset_name,asset_quantity,acquired_date,disposed_date,"
        "proceeds,cost_basis,proceeds_type\n1,BTC,AAAAAAAA3,Bitcoin,0.02,1/5/2024,3/4/2025,1850.25,,Gross\n",
        "robinhood.csv": "1099-DIV,ACCOUNT NUMBER,TAX YEAR,ORDINARY DIV\n1099-DIV,1,2025,1.23\n",
    }
    others = imported(tmp_path / "b", sums)
    assert not said(others)
    assert not others.events
    assert [file.side for file in others.files] == ["broker", "broker", "ledger"]


def test_units_of_a_two_step_row_balance(tmp_path: Path) -> None:
    row = (
        "Tue May 26 2020 18:06:28 GMT+0000,xrp-ledger,314.642101,XRP,0.0000021,BTC,1a,uphold,0.00714216,BTC,"
        "completed,out\n"
    )
    found = imported(tmp_path, {"uphold.csv": UPHOLD + row, "again.csv": UPHOLD + row})
    assert {asset: f"{quantity:f}" for asset, quantity in units(found).items()} == {"BTC": "-0.00714216"}


def test_columns_that_are_everybodys_are_told_by_the_name_or_by_the_case(tmp_path: Path) -> None:
    text = (
        "Date,Received Quantity,Received Currency,Sent Quantity,Sent Currency,Fee Amount,Fee Currency,Tag\n"
        "03/01/2025 12:00:00,0.1,BTC,8400.00,USD,40.00,USD,\n"
    )
    assert imported(tmp_path / "a", {"swan.csv": text}).files[0].format == "Swan, trades"
    assert imported(tmp_path / "b", {"pionex.csv": text}).files[0].format == "Pionex, trades"
    asked = imported(tmp_path / "c", {"trades.csv": text})
    assert not asked.events
    assert "alike" in said(asked)[0]
    told = imported(tmp_path / "told", {"trades.csv": text}, "sources: {ledger/trades.csv: {format: Swan}}\n")
    assert [short(event) for event in told.events] == ["buy 8400.00 USD > 0.1 BTC fee 40.00 USD =8400.00"]
