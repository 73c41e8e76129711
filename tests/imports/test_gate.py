"""What must be settled before forms: each question with what it could move at most, on which line, sorted by that."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from imports.exports import CASE, imported
from niner.cli import app
from niner.imports import Imported, read_ledger
from niner.imports.gate.stakes import line_of
from niner.prepare import Options, prepare
from niner.rules import load_rules
from niner.values import Finding, by_weight

MakeCase = Callable[..., Path]
RUN = CliRunner()

OWN = "id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset,usd_value,fee_quantity,fee_asset\n"
KRAKEN = "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance\n"


def kraken(*rows: str) -> str:
    return KRAKEN + "".join(f"L{n},R{n},{row}\n" for n, row in enumerate(rows, 1))


def of_kind(found: Imported, id: str) -> list[Finding]:
    return [finding for finding in found.findings if finding.id == id]


def stakes(findings: list[Finding]) -> list[tuple[int | None, str]]:
    return [(finding.amount_cents, finding.line) for finding in findings]


def test_an_open_half_may_move_as_much_as_its_units_were_worth(tmp_path: Path) -> None:
    text = OWN + "1,2025-02-01T00:00:00Z,A,buy,,,2,BTC,180000,,\n2,2025-03-01T00:00:00Z,A,transfer_out,0.5,BTC,,,,,\n"
    text += "3,2025-04-01T00:00:00Z,A,sell,1,BTC,,,100000,,\n"
    (half,) = of_kind(imported(tmp_path, {"own.csv": text}), "transfer-unmatched")
    # the dearest price of the ledger
    assert stakes([half]) == [(50_000_00, "Schedule D line 16")]
    assert "is: spend" in half.todo
    assert "paid away" in half.todo


COINBASE = (
    "\nTransactions\nUser,A,0\nID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,"
    "Price at Transaction,Subtotal,Total (inclusive of fees and/or spread),Fees and/or Spread,Notes\n"
)


def test_who_asks_for_a_ruling_names_the_row_as_rulings_do(tmp_path: Path) -> None:
    rows = (
        "b0,2025-01-01 12:00:00 UTC,Buy,ETH,3,USD,$1000,$3000,$3000,$0,Bought",
        "b1,2025-02-01 12:00:00 UTC,Send,ETH,-0.4,USD,$1000,$400,$400,$0,Sent",
        "b2,2025-02-02 12:00:00 UTC,Frobnicate,ETH,-0.4,USD,$1000,$400,$400,$0,",
        "b3,2025-02-03 12:00:00 UTC,Convert,ETH,-0.1,USD,,,,,Converted 0.1 ETH to 0.5 XYZ",
        "b4,2025-02-04 12:00:00 UTC,Send,ETH,-0.2,USD,$1000,$200,$200,$0,Sent",
    )
    files = {"cb.csv": COINBASE + "\n".join(rows) + "\n"}
    files["k.csv"] = kraken(
        "2025-02-04 12:10:00,deposit,,currency,XETH,0.2,0,0.2", "2025-02-05 12:00:00,deposit,,currency,XETH,1,0,1.2"
    )
    found = imported(tmp_path, files)
    named = {}
    for finding in found.findings:
        said = re.search(r"\((\S+):(\d+) is row (\d+) of the file", finding.todo)
        if said and finding.source:
            text = files[said[1].removeprefix("ledger/")].splitlines()
            header = next(at for at, line in enumerate(text) if line.casefold().startswith(("id,", "txid,")))
            assert (said[1], int(said[3])) == (finding.source.file, finding.source.row)
            assert text[header + int(said[2])] == text[finding.source.row - 1]
            named[finding.id] = (int(said[2]), int(said[3]))
    assert named == {
        "import-type": (3, 7),
        "prices-missing": (4, 8),
        "transfer-proposed": (5, 9),
        "transfer-unmatched": (2, 3),
    }


@pytest.mark.parametrize(
    ("cost", "price", "later"), [(60000, 16000, 20000), (5000, 16000, 90000), (20000, 20000, 20000)]
)
def test_no_answer_to_an_open_half_moves_line_16_by_more_than_it_says(
    tmp_path: Path, make_case: MakeCase, cost: int, price: int, later: int
) -> None:
    """A unit bought dear and paid away cheap loses the difference: its cost is the weight, not its worth that day."""

    def text(kind: str, worth: object) -> str:
        return OWN + (
            f"1,2025-01-02T00:00:00Z,A,buy,,,1,BTC,{cost},,\n2,2025-01-03T00:00:00Z,A,buy,,,1,BTC,{price},,\n"
            f"3,2025-03-01T00:00:00Z,A,{kind},1,BTC,,,{worth},,\n"
            f"4,2025-04-01T00:00:00Z,A,sell,0.5,BTC,,,{later / 2},,\n"
        )

    (half,) = of_kind(imported(tmp_path, {"own.csv": text("transfer_out", "")}), "transfer-unmatched")
    assert half.amount_cents is not None
    assert half.amount_cents == max(cost, price, later) * 100
    lines = []
    for kind, worth in (("gift_out", ""), ("spend", price), ("lost", ""), ("spend", 0)):
        case = make_case(text(kind, worth), 2025, name=f"{kind}{worth}")
        done = prepare(case, Options(forms=False))
        assert done.result is not None
        lines.append(done.result.lines.at(done.result.rules.place("net_gain")) or 0)
    assert max(lines) - min(lines) <= half.amount_cents


def test_a_price_file_weighs_an_open_half_that_needs_no_price(tmp_path: Path) -> None:
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "own.csv").write_text("asset,time,price_usd\nDOT,2025-03-01,4\n")
    found = imported(tmp_path, {"own.csv": OWN + "2,2025-03-01T00:00:00Z,A,transfer_in,,,50,DOT,,,\n"})
    assert stakes(of_kind(found, "transfer-unmatched")) == [(200_00, "Schedule D line 16")]
    assert [event.usd_value for event in found.events] == [None]


def test_what_nothing_prices_says_so(tmp_path: Path) -> None:
    found = imported(tmp_path, {"own.csv": OWN + "2,2025-03-01T00:00:00Z,A,transfer_in,,,50,DOT,,,\n"})
    (half,) = of_kind(found, "transfer-unmatched")
    assert half.amount_cents is None
    assert "How much it can move is not known" in half.says


def test_missing_prices_are_one_error_an_asset_with_what_they_stand_for(tmp_path: Path) -> None:
    text = kraken(
        "2025-01-01 10:00:00,staking,,currency,SOL,2,0,2",
        "2025-01-03 10:00:00,staking,,currency,SOL,3,0,5",
        "2025-01-05 10:00:00,staking,,currency,DOT,1,0,1",
    )
    own = OWN + "1,2024-02-01T00:00:00Z,A,buy,,,1,SOL,200,,\n"
    found = imported(tmp_path, {"k.csv": text, "own.csv": own})
    sol, dot = sorted(of_kind(found, "prices-missing"), key=lambda finding: finding.value, reverse=True)
    assert sol.severity == dot.severity == "error"
    assert stakes([sol, dot]) == [(1000_00, "Schedule 1 line 8v"), (None, "Schedule 1 line 8v")]
    assert "2 days from 2025-01-01 to 2025-01-03" in sol.says
    assert "2 rows need it" in sol.says
    assert str(sol.source) == "ledger/k.csv, row 2"
    assert [(one.asset, one.at_stake) for one in found.missing_prices] == [("SOL", 400), ("SOL", 600), ("DOT", None)]


def test_a_price_that_is_missing_after_the_year_of_the_return_stops_nothing(make_case: MakeCase) -> None:
    """In February people download what has happened since: it can't change the return of the year before."""
    text = kraken("2026-01-05 10:00:00,staking,,currency,DOT,1,0,1")
    case = make_case(OWN + "1,2025-02-01T00:00:00Z,A,buy,,,1,SOL,200,,\n", 2025)
    (case / "ledger" / "kraken.csv").write_text(text)
    done = prepare(case, Options(forms=False))
    assert done.ok, [finding.says for finding in done.findings]
    (missing,) = [finding for finding in done.findings if finding.id == "prices-missing"]
    assert missing.severity == "review"
    assert "after 2025" in missing.says
    later = prepare(case, Options(forms=False, year=2026))
    assert [f.severity for f in later.findings if f.id == "prices-missing"] == ["error"]
    assert [f.severity for f in read_ledger(case, None).findings if f.id == "prices-missing"] == ["error"]


def test_a_fee_that_the_network_kept_is_one_missing_price(tmp_path: Path) -> None:
    """The sender's export states the fee inside the amount: 1 leaves, 0.999 arrives, and 0.001 stands as the fee."""
    own = OWN + "2,2025-03-01T00:10:00Z,B,transfer_in,,,0.999,ETH,,,\n"
    text = kraken("2025-03-01 00:00:00,withdrawal,,currency,ETH,-1,0.001,0")
    found = imported(tmp_path, {"kraken.csv": text, "own.csv": own})
    assert len(found.transfers) == 1
    assert [(one.event, one.asset) for one in found.missing_prices] == [("Kraken:L1", "ETH")]


def test_a_tracker_that_tells_a_purchase_again_is_suspected_and_the_ruling_is_written_out(tmp_path: Path) -> None:
    text = (
        "Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Net Worth Amount,"
        "Net Worth Currency,Label,Description,TxHash\n"
        "2025-02-01 00:00:30 UTC,200.5,USD,1.25,SOL,,,,,,,\n2025-03-01 00:00:00 UTC,99,USD,7,SOL,,,,,,,\n"
    )
    own = (
        OWN + "1,2025-02-01T00:05:00Z,A,buy,,,1.25,SOL,200,,\n2,2025-05-01T00:00:00Z,A,buy,,,7,SOL,99,,\n"
        "3,2025-05-01T00:00:00Z,A,transfer_out,1,SOL,,,,,\n"
    )
    kraken_too = kraken("2025-02-01 00:00:10,trade,,currency,SOL,1.25,0,0").replace("R1", "T") + (
        "L2,T,2025-02-01 00:00:10,trade,,currency,ZUSD,-200,0.5,0\n"
    )
    found = imported(tmp_path, {"koinly.csv": text, "kraken.csv": kraken_too, "own.csv": own})
    (double,) = of_kind(found, "duplicate-suspected")
    assert stakes([double]) == [(200_50, "Schedule D line 16")]
    assert "- {duplicate: [ledger/koinly.csv:1, ledger/kraken.csv:1], keep: ledger/koinly.csv:1" in double.todo


def test_a_file_read_in_a_wrong_time_zone_is_suspected_of_telling_again(tmp_path: Path) -> None:
    text = (
        "Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Net Worth Amount,"
        "Net Worth Currency,Label,Description,TxHash\n2025-02-01 05:00:10 UTC,200,USD,1.23456,SOL,,,,,,,\n"
    )
    rows = kraken("2025-02-01 00:00:10,trade,,currency,SOL,1.23456,0,0").replace("R1", "T")
    rows += "L2,T,2025-02-01 00:00:10,trade,,currency,ZUSD,-200,0.5,0\n"
    (double,) = of_kind(imported(tmp_path, {"koinly.csv": text, "kraken.csv": rows}), "duplicate-suspected")
    assert "5 hours apart" in double.says


def test_a_wallet_that_gives_more_than_it_held_is_shown_with_the_day(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "case.yaml").write_text(CASE)
    rows = "2025-02-01 10:00:00,trade,,currency,SOL,-5,0,0"
    text = kraken(rows).replace("R1", "T") + "L2,T,2025-02-01 10:00:00,trade,,currency,ZUSD,1000,0.5,0\n"
    (tmp_path / "ledger" / "kraken.csv").write_text(text.replace(",0\n", ",\n"))
    done = RUN.invoke(app, ["ledger", str(tmp_path), "--json"])
    (short,) = [f for f in json.loads(done.stdout)["findings"] if f["id"] == "balance-negative"]
    assert (short["amount"], short["line"], short["value"]) == ("1000.00", "Schedule D line 16", "SOL")
    assert "2025-02-01" in short["says"]
    assert "5 SOL more" in short["says"]


def test_dust_is_a_note(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "case.yaml").write_text(CASE)
    own = OWN + "1,2025-02-01T00:00:00Z,A,buy,,,1,SOL,200,,\n2,2025-03-01T00:00:00Z,A,sell,0.999,SOL,,,150,,\n"
    (tmp_path / "ledger" / "own.csv").write_text(own)
    done = RUN.invoke(app, ["ledger", str(tmp_path), "--json"])
    (dust,) = [f for f in json.loads(done.stdout)["findings"] if f["id"] == "dust"]
    assert (dust["severity"], dust["amount"]) == ("note", "0.15")
    assert "0.001 SOL in A" in dust["says"]
    checked = json.loads(RUN.invoke(app, ["check", str(tmp_path), "--json"]).stdout)["cases"][0]
    (told,) = [f for f in checked["findings"] if f["id"] == "dust"]
    assert (told["severity"], told["amount"]) == ("note", "0.15")
    assert "0.001 SOL in A" in told["says"]


def test_a_year_without_rows_between_others_is_asked_about(tmp_path: Path) -> None:
    text = kraken(*(f"{year}-02-01 10:00:00,deposit,,currency,ZUSD,5,0,5" for year in (2022, 2025)))
    (gap,) = of_kind(imported(tmp_path, {"k.csv": text}), "year-gap")
    assert "none in them" in gap.says
    assert "2023, 2024" in gap.says


@pytest.mark.parametrize("year", range(2020, 2027))
def test_the_line_of_income_is_the_one_that_the_rules_send_it_to(year: int) -> None:
    concludes = load_rules(year, ()).conclude("income", [{"kind": "staking", "business": False}], ("income_line",))
    assert line_of("income", year) == concludes[0]["income_line"].value


def test_what_is_asked_first_moves_the_most(tmp_path: Path) -> None:
    rows = "".join(
        f"{n},2025-03-0{n}T00:00:00Z,A,transfer_out,{units},{asset},,,,,\n"
        for n, (units, asset) in enumerate((("1", "SOL"), ("1", "BTC"), ("3", "SOL")), 1)
    )
    own = OWN + rows + "7,2025-02-01T00:00:00Z,A,buy,,,1,SOL,200,,\n8,2025-02-01T00:00:00Z,A,buy,,,1,BTC,90000,,\n"
    weighed = by_weight(imported(tmp_path, {"own.csv": own}).findings)
    assert [one.amount_cents for one in weighed if one.id == "transfer-unmatched"] == [90_000_00, 600_00, 200_00]


def test_the_report_of_a_file_says_in_words_what_its_rows_became(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "case.yaml").write_text(CASE)
    text = kraken(
        "2025-01-01 10:00:00,deposit,,currency,ZUSD,100,0,100",
        "2025-01-02 10:00:00,withdrawal,,currency,SOL,-2.50,0.00,0",
        "2025-01-03 10:00:00,earn,allocation,currency,SOL,-1,0,0",
        "2025-01-03 10:00:00,earn,allocation,currency,SOL,1,0,0",
    )
    (tmp_path / "ledger" / "kraken.csv").write_text(text)
    own = OWN + "2,2025-01-02T10:10:00Z,B,transfer_in,,,2.5,SOL,,,\n"
    (tmp_path / "ledger" / "own.csv").write_text(own)
    said = RUN.invoke(app, ["ledger", str(tmp_path)]).stdout
    for line in (
        "  Kraken, ledgers; wallet Kraken; 2025-01-01 to 2025-01-02",
        "  4 rows became 2 events: 1 payment of dollars in, 1 move out",
        "  2 left out: own units move inside Kraken",
        "  change: -2.5 SOL, +100 USD",
        "  2025-01-02 2.5 SOL from Kraken to B, proposed: the same amount arrived 10 minutes later; no other half fits "
        "either",
    ):
        assert line in said
