"""Balances in the files against the rows: what is missing, from when on, and the opening that would close it."""

from decimal import Decimal
from pathlib import Path

from imports.exports import imported
from niner.imports import Imported
from niner.values import Finding

KRAKEN = '"txid","refid","time","type","subtype","aclass","asset","wallet","amount","fee","balance"\n'


def of_kind(found: Imported, id: str) -> list[Finding]:
    return [finding for finding in found.findings if finding.id == id]


def row(number: int, day: str, what: str, asset: str, amount: str, balance: str, wallet: str = "spot / main") -> str:
    return f'"L{number}","R{number}","{day} 10:00:00",{what},"currency","{asset}","{wallet}",{amount},0,{balance}\n'


DEPOSIT, WITHDRAWAL = '"deposit",""', '"withdrawal",""'


def test_a_file_whose_rows_come_to_its_balances_has_no_gap(tmp_path: Path) -> None:
    text = row(1, "2025-01-01", DEPOSIT, "XXBT", "2", "2") + row(2, "2025-01-03", WITHDRAWAL, "XXBT", "-0.5", "1.5")
    found = imported(tmp_path, {"k.csv": KRAKEN + text})
    assert found.gaps == ()
    assert of_kind(found, "balance-gap") == []


def test_units_from_before_the_first_row_are_asked_for_as_an_opening(tmp_path: Path) -> None:
    text = row(1, "2025-01-01", DEPOSIT, "XXBT", "2", "2.75") + row(2, "2025-01-03", WITHDRAWAL, "XXBT", "-0.5", "2.25")
    found = imported(tmp_path, {"k.csv": KRAKEN + text})
    (gap,) = found.gaps
    assert (gap.wallet, gap.asset, gap.file, gap.first_row) == ("Kraken", "BTC", "ledger/k.csv", 1)
    assert (gap.expected, gap.found) == (Decimal(2), Decimal("2.75"))
    (finding,) = of_kind(found, "balance-gap")
    assert "0.75 BTC came in before" in finding.todo
    assert "opening" in finding.todo
    assert "before 2025-01-01" in finding.todo


def test_that_opening_closes_the_gap(tmp_path: Path) -> None:
    text = row(1, "2025-01-01", DEPOSIT, "XXBT", "2", "2.75")
    opening = (
        "id,time,wallet,kind,received_quantity,received_asset,acquired,basis_usd\n"
        "1,2024-12-31T00:00:00Z,Kraken,opening,0.75,BTC,2020-01-01,100\n"
    )
    assert imported(tmp_path, {"k.csv": KRAKEN + text, "own.csv": opening}).gaps == ()


def test_a_row_that_was_taken_out_shows_where_it_is_missing(tmp_path: Path) -> None:
    text = "".join(
        [
            row(1, "2025-01-01", DEPOSIT, "XXBT", "2", "2"),
            row(3, "2025-01-05", DEPOSIT, "XXBT", "1", "2.5"),
            row(4, "2025-01-06", DEPOSIT, "XXBT", "1", "3.5"),
        ]
    )
    (gap,) = imported(tmp_path, {"k.csv": KRAKEN + text}).gaps
    assert (gap.first_row, gap.expected, gap.found) == (2, Decimal(3), Decimal("2.5"))


def test_the_export_of_another_year_is_told(tmp_path: Path) -> None:
    files = {"k.csv": KRAKEN + row(1, "2023-01-01", DEPOSIT, "XXBT", "2", "2")}
    (finding,) = of_kind(imported(tmp_path, files), "year-empty")
    assert "No row is in 2025" in finding.says
    assert "2023-01-01" in finding.says


def test_a_fee_that_is_no_fee_is_asked_about(tmp_path: Path) -> None:
    legs = (("XXBT", "1", "0"), ("ZUSD", "-100", "60"))
    text = "".join(
        f'"L{asset}","T","2025-01-01 10:00:00","trade","","currency","{asset}","x",{amount},{fee},\n'
        for asset, amount, fee in legs
    )
    found = imported(tmp_path, {"k.csv": KRAKEN + text})
    (finding,) = of_kind(found, "fee-odd")
    assert finding.amount_cents == 6000


def test_units_staked_at_the_same_exchange_are_still_held(tmp_path: Path) -> None:
    text = "".join(
        [
            row(1, "2025-01-01", DEPOSIT, "DOT", "100", "100"),
            row(2, "2025-01-02", '"transfer","spottostaking"', "DOT", "-100", "0"),
            row(3, "2025-01-02", '"transfer","stakingfromspot"', "DOT.S", "100", "100"),
            row(4, "2025-01-03", '"staking",""', "DOT.S", "0.5", "100.5"),
        ]
    )
    assert imported(tmp_path, {"k.csv": KRAKEN + text}).gaps == ()
