"""BlockFi, Celsius and Voyager, whose files are all that is left: each type, both ways, and what needs another file."""

from pathlib import Path

from imports.exports import imported, said, short

BLOCKFI = "Cryptocurrency,Amount,Transaction Type,Confirmed At\n"
TRADES = "Trade ID,Date,Buy Quantity,Buy Currency,Sold Quantity,Sold Currency,Rate Amount,Rate Currency,Type\n"


def test_blockfis_trades_need_their_own_file(tmp_path: Path) -> None:
    rows = (
        "LTC,-42.23878904,Trade,2021-02-05 11:45:58\n"
        "USDC,6404.6,Trade,2021-02-03 11:45:58\n"
        "ETH,0.56469042,Interest Payment,2021-01-30 23:59:59\n"
        "BTC,0.00052383,Referral Bonus,2020-12-02 23:59:59\n"
        "ETH,-3,Withdrawal,2020-11-21 16:59:31\n"
        "ETH,-0.0015,Withdrawal Fee,2020-11-21 16:59:31\n"
        "BTC,1.11415058,Deposit,2020-07-20 12:10:55\n"
        "USDC,3597.48627700,Crypto Transfer,2021-01-27 07:57:38\n"
        "BTC,-2.11415058,Crypto Transfer,2021-01-28 07:57:38\n"
        "BTC,0.001,Cc Rewards Redemption,2021-01-29 07:57:38\n"
        "BTC,1,BIA Deposit,2021-01-29 08:57:38\n"
        "ETH,0.5,Interest Payment,\n"
    )
    alone = imported(tmp_path / "a", {"transactions.csv": BLOCKFI + rows})
    assert said(alone) == ["2 rows of this file are told by another download, BlockFi, trades, which is not there."]
    trades = TRADES + "d1,2021-01-30 23:59:59,6404.6,usdc,42.23878904,LTC,151.6284,USDC,One Time\n"
    both = imported(tmp_path / "b", {"transactions.csv": BLOCKFI + rows, "trades.csv": trades})
    assert not said(both)
    assert [short(event) for event in both.events] == [
        "transfer_in 1.11415058 BTC",
        "transfer_out 3 ETH",
        "fee fee 0.0015 ETH",
        "reward 0.00052383 BTC",
        "transfer_in 3597.48627700 USDC",
        "transfer_out 2.11415058 BTC",
        "rebate 0.001 BTC",
        "trade 42.23878904 LTC > 6404.6 USDC",
        "interest 0.56469042 ETH",
    ]


def test_celsius_in_both_spellings(tmp_path: Path) -> None:
    head = (
        "Internal id, Date and time, Transaction type, Coin type, Coin amount, USD Value, Original Reward Coin,"
        " Reward Amount In Original Coin, Confirmed\n"
    )
    rows = (
        '1,"June 15, 2021 5:25 PM",Reward,BTC,0.0002,8.04,,,Yes\n'
        '2,"June 16, 2021 5:25 PM",inbound_transfer,BTC,0.5,20000,,,Yes\n'
        '3,"June 17, 2021 5:25 PM",Withdrawal,BTC,-0.1,-4000,,,Yes\n'
        '4,"June 18, 2021 5:25 PM",Swap out,BTC,-0.1,-4000,,,Yes\n'
        '5,"June 18, 2021 5:25 PM",Swap in,ETH,1.6,3990,,,Yes\n'
        '6,"June 19, 2021 5:25 PM",Referred Award,BTC,0.001,40,,,Yes\n'
        '7,"June 20, 2021 5:25 PM",Collateral,BTC,-0.05,-2000,,,Yes\n'
        '8,"June 21, 2021 5:25 PM",Reward,BTC,0.0002,8.04,,,No\n'
    )
    found = imported(tmp_path, {"celsius.csv": head + rows})
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "interest 0.0002 BTC =8.04",
        "transfer_in 0.5 BTC",
        "transfer_out 0.1 BTC",
        "trade 0.1 BTC > 1.6 ETH",
        "reward 0.001 BTC =40",
        "review 0.05 BTC",
    ]
    assert str(found.events[0].time) == "2021-06-15 17:25:00+00:00"


def test_voyager_before_and_after_the_bankruptcy(tmp_path: Path) -> None:
    before = (
        "transaction_date,transaction_id,transaction_direction,transaction_type,base_asset,quote_asset,quantity,net_amount,"
        "price\n"
        "2021-05-01 10:00:00,t1,Buy,TRADE,BTC,USD,0.1,5000,50000\n"
        "2021-05-02 10:00:00,t2,Sell,TRADE,BTC,USD,0.05,2600,52000\n"
        "2021-05-03 10:00:00,t3,deposit,REWARD,VGX,USD,10,25,2.5\n"
        "2021-05-04 10:00:00,t4,withdrawal,FEE,BTC,USD,0.0001,5,50000\n"
        "2021-05-05 10:00:00,t5,deposit,BLOCKCHAIN,BTC,USD,1,50000,50000\n"
    )
    after = (
        "Timestamp (UTC),Type,Internal Id,Platform,Platform Id,Blockchain Id,Record Type,Asset,Amount,Description\n"
        "2022-08-01 10:00:00,Bankruptcy Liquidation,i1,Voyager,p1,,Debit,BTC,-0.5,\n"
        "2022-08-01 10:00:00,Bankruptcy Liquidation,i1,Voyager,p1,,Credit,USD,10000,\n"
        "2022-08-02 10:00:00,Interest Income,i2,Voyager,p2,,Credit,USDC,5,\n"
        "2022-08-03 10:00:00,Bankruptcy Recovery,i3,Voyager,p3,,Debit,VGX,-100,\n"
        "2022-08-04 10:00:00,Withdrawal,i4,Voyager,p4,0xab,Debit,ETH,-2,\n"
    )
    found = imported(tmp_path, {"before.csv": before, "after.csv": after})
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "buy 5000 USD > 0.1 BTC =5000",
        "sell 0.05 BTC > 2600 USD =2600",
        "reward 10 VGX =25",
        "fee fee 0.0001 BTC",
        "review 1 BTC =50000",
        "sell 0.5 BTC > 10000 USD =10000",
        "interest 5 USDC",
        "review 100 VGX",
        "transfer_out 2 ETH",
    ]
