"""Files of chain explorers: which way units went is seen from one's own address, and one transaction is one event.

Rows are made in the shapes of users' downloads; the first of the page's are public rows with addresses replaced.
"""

from pathlib import Path

import pytest

from imports.exports import imported, said, short

OWN = "0x" + "a1" * 20
OTHER = "0x" + "b2" * 20
ROUTER = "0x" + "c3" * 20
PAGE = (
    "Transaction Hash,Status,Method,Blockno,DateTime (UTC),From,From_Nametag,To,To_Nametag,Amount,Value (USD),Txn Fee\n"
)
CLASSIC = (
    '"Transaction Hash","Blockno","UnixTimestamp","DateTime (UTC)","From","To","ContractAddress","Value_IN(ETH)",'
    '"Value_OUT(ETH)","CurrentValue @ $3000/Eth","TxnFee(ETH)","TxnFee(USD)","Historical $Price/Eth","Status",'
    '"ErrCode","Method"\n'
)
TOKENS = (
    '"Transaction Hash","Blockno","UnixTimestamp","DateTime (UTC)","From","To","TokenValue","USDValueDayOfTx",'
    '"ContractAddress","TokenName","TokenSymbol"\n'
)


def _page(hash: str, source: str, target: str, amount: str, fee: str, status: str = "Success") -> str:
    return (
        f'"{hash}","{status}","Transfer","1","2026-09-17 23:20:11","{source}","","{target}","","{amount}","-","{fee}"\n'
    )


def _classic(hash: str, source: str, target: str, into: str, out: str, fee: str, status: str = "") -> str:
    cells = (
        hash,
        "1",
        "1681000000",
        "2023-04-09 00:26:40",
        source,
        target,
        "",
        into,
        out,
        "0",
        fee,
        "1",
        "1859.1",
        status,
    )
    return ",".join(f'"{cell}"' for cell in (*cells, "", "Swap")) + "\n"


def _token(hash: str, source: str, target: str, amount: str, contract: str, symbol: str) -> str:
    cells = (
        hash,
        "1",
        "1681000000",
        "2023-04-09 00:26:40",
        source,
        target,
        amount,
        "-",
        contract,
        f"{symbol} coin",
        symbol,
    )
    return ",".join(f'"{cell}"' for cell in cells) + "\n"


def _own(file: str, address: str = OWN) -> str:
    return f"sources: {{ledger/{file}: {{address: {address}}}}}\n"


def test_the_page_says_the_coin_in_the_amount_and_the_fee_is_the_senders(tmp_path: Path) -> None:
    rows = (
        _page("0x1", OWN, OTHER, "0.040466708 ETH", "0.00000644")
        + _page("0x2", OTHER, OWN.upper().replace("0X", "0x"), "0.04047315 ETH", "0.00000224")
        + _page("0x3", OWN, OWN, "0.0001 ETH", "0.00000012")
        + _page("0x4", OWN, ROUTER, "0 ETH", "0.002")
        + _page("0x5", OWN, ROUTER, "1 ETH", "0.003", "Fail")
        + _page("0x6", OTHER, OWN, "0 ETH", "0.003")
        + _page("0x7", OTHER, OWN, "100 wei", "0.003")
    )
    found = imported(tmp_path, {"page.csv": PAGE + rows}, _own("page.csv"))
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "transfer_out 0.040466708 ETH fee 0.00000644 ETH",
        "transfer_in 0.04047315 ETH",
        "fee fee 0.00000012 ETH",
        "fee fee 0.002 ETH",
        "fee fee 0.003 ETH",
        "transfer_in 0.000000000000000100 ETH",
    ]
    assert [(left.row, left.why) for left in found.files[0].left_out] == [(6, "nothing moved")]


@pytest.mark.parametrize(("file", "coin"), [("page.csv", "ETH"), ("bscscan.csv", "BNB"), ("polygonscan.csv", "POL")])
def test_amounts_that_name_no_coin_are_read_by_the_files_name_and_to_be_looked_at(
    tmp_path: Path, file: str, coin: str
) -> None:
    found = imported(tmp_path, {file: PAGE + _page("0x1", OWN, OTHER, "0.5", "0.01")}, _own(file))
    assert [short(event) for event in found.events] == [f"transfer_out 0.5 {coin} fee 0.01 {coin}"]
    (doubt,) = [finding for finding in found.findings if finding.id == "import-confidence"]
    assert (doubt.severity, "name no coin" in doubt.says) == ("review", True)


def test_the_own_address_is_asked_for_unless_it_is_told_or_the_only_one_in_every_row(tmp_path: Path) -> None:
    one = _page("0x1", OWN, OTHER, "0.5 ETH", "0.01")
    asked = imported(tmp_path / "a", {"page.csv": PAGE + one})
    assert "which of them is yours" in said(asked)[0]
    assert not asked.events
    named = imported(tmp_path / "b", {f"export-{OTHER}.csv": PAGE + one})
    assert [short(event) for event in named.events] == ["transfer_in 0.5 ETH"]
    two = one + _page("0x2", ROUTER, OWN, "1 ETH", "0.01")
    seen = imported(tmp_path / "c", {"page.csv": PAGE + two})
    assert [short(event) for event in seen.events] == ["transfer_out 0.5 ETH fee 0.01 ETH", "transfer_in 1 ETH"]
    wrong = imported(tmp_path / "d", {"page.csv": PAGE + one}, _own("page.csv", ROUTER))
    assert "stands in none of its rows" in said(wrong)[0]


def test_what_left_and_what_came_in_one_transaction_is_a_trade_across_files(tmp_path: Path) -> None:
    contract = "0x" + "d4" * 20
    files = {
        f"export-{OWN}.csv": CLASSIC
        + _classic("0xaa", OTHER, OWN, "0.5", "0", "0.00042")
        + _classic("0xbb", OWN, ROUTER, "0", "0.1", "0.0031")
        + _classic("0xcc", OWN, ROUTER, "0", "0", "0.002", "Error(0)"),
        f"tokens-{OWN}.csv": TOKENS + _token("0xbb", ROUTER, OWN, "1,250.5", contract, "LINK"),
    }
    found = imported(tmp_path, files)
    assert not said(found)
    assert sorted(short(event) for event in found.events) == [
        "fee fee 0.002 ETH",
        "trade 0.1 ETH > 1250.5 LINK fee 0.0031 ETH",
        "transfer_in 0.5 ETH",
    ]


def test_tokens_that_only_call_themselves_alike_are_told_apart(tmp_path: Path) -> None:
    rows = (
        _token("0x1", OTHER, OWN, "100", "0x" + "11" * 20, "USDC")
        + _token("0x2", OTHER, OWN, "5000000", "0x" + "22" * 20, "USDC")
        + _token("0x3", OTHER, OWN, "7", "0x" + "33" * 20, "ETH")
        + _token("0x4", OWN, OTHER, "7", "0x" + "44" * 20, "DAI")
    )
    found = imported(tmp_path, {f"tokens-{OWN}.csv": TOKENS + rows})
    assert [short(event) for event in found.events] == [
        "transfer_in 100 USDC (0x11111111)",
        "transfer_in 5000000 USDC (0x22222222)",
        "transfer_in 7 ETH (0x33333333)",
        "transfer_out 7 DAI",
    ]


def test_token_and_internal_pages_and_nfts(tmp_path: Path) -> None:
    head = PAGE.replace("Blockno", "BlockNo").replace("Txn Fee", "Token")
    tokens = (
        f'"0x1","Success","Transfer","1","2025-07-23 12:02:47","{OTHER}","","{OWN}","me.eth","82,542,769,229.90364658",'
        '"$113.00","XiaoBai (XIAOBAI)"\n'
    )
    inside = (
        "Parent Transaction Hash,Status,Blockno,DateTime (UTC),From,From_Nametag,To,To_Nametag,Amount,Value (USD)\n"
        f'"0x2","Success","1","2025-07-23 12:02:47","{ROUTER}","","{OWN}","","0.45600614 ETH","$1"\n'
        f'"0x3","Fail","1","2025-07-23 12:02:47","{ROUTER}","","{OWN}","","0.4 ETH","$1"\n'
    )
    nfts = (
        "Txhash,UnixTimestamp,DateTime,From,To,ContractAddress,TokenId,TokenName,TokenSymbol\n"
        f"0x4,1681000000,2023-04-09 00:26:40,{OTHER},{OWN},{ROUTER},77,Apes,APE\n"
    )
    names = [f"{kind}-{OWN}.csv" for kind in ("tokens", "inside", "nfts")]
    found = imported(tmp_path, dict(zip(names, (head + tokens, inside, nfts), strict=True)))
    assert not said(found)
    assert [short(event) for event in found.events] == [
        "review 1 Apes",
        "transfer_in 0.45600614 ETH",
        "transfer_in 82542769229.90364658 XIAOBAI",
    ]


def test_solscan_amounts_are_in_the_smallest_units(tmp_path: Path) -> None:
    usdc, sol = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", "So11111111111111111111111111111111111111111"
    text = (
        "Signature,Block Time,Human Time,Action,From,To,Amount,Flow,Value,Decimals,Token Address,Multiplier\n"
        "5md,1735455666,2024-12-29T07:01:06.000Z,TRANSFER,a,b,2048267794,in,145.63,8,rndrizKT3MK1iimdxRdWabcF7Zg7AR5T4nud4EkHBof,1.0\n"
        f"6md,1735455667,2024-12-29T07:01:07.000Z,TRANSFER,b,c,1500000000,out,290,9,{sol},\n"
        f"6md,1735455667,2024-12-29T07:01:07.000Z,TRANSFER,c,b,285000000,in,285,6,{usdc},\n"
        f"7md,1735455668,2024-12-29T07:01:08.000Z,TRANSFER,b,c,5,out,0,9,{sol},2.0\n"
    )
    found = imported(tmp_path, {"solscan.csv": text})
    assert [short(event) for event in found.events] == [
        "transfer_in 20.48267794 rndrizKT3MK1iimdxRdWabcF7Zg7AR5T4nud4EkHBof",
        "trade 1.500000000 SOL > 285.000000 USDC",
    ]
    (finding,) = [f for f in found.findings if f.severity == "error" and f.id != "prices-missing"]
    assert (finding.id, str(finding.source)) == ("import-number", "ledger/solscan.csv, row 5")
