"""Twice is once: the same file, an overlapping export and another order of files and rows change nothing."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from imports.exports import imported, said, short, units
from niner.imports import Imported

KRAKEN = '"txid","refid","time","type","subtype","aclass","asset","amount","fee","balance"'
APP = "Date,Transaction ID,Transaction Type,Currency,Amount,Fee,Net Amount,Asset Type,Asset Price,Asset Amount"
# Rows without an id of their own, in a format of the case: two equal ones are both real.
PLAIN = """\
source: Lender
layout: interest
confidence: medium
rests_on: A test.
recognise: {columns: [When, What, Coin, Units]}
time: {column: When}
legs: {coins: {quantity: Units, asset: Coin}}
type: [What]
map:
  Interest: {kind: interest, in: coins}
  Out: {kind: transfer_out, out: coins}
"""


def told(found: Imported) -> Counter[str]:
    return Counter(f"{event.id} {event.wallet} {event.time} {short(event)}" for event in found.events)


def lender(*rows: str) -> str:
    return "\n".join(["When,What,Coin,Units", *rows]) + "\n"


def test_two_equal_rows_of_one_file_are_both_real(tmp_path: Path) -> None:
    row = "2022-01-01 00:00:00,Interest,BTC,0.001"
    found = imported(tmp_path, {"formats/lender.yaml": PLAIN, "a.csv": lender(row, row)})
    assert units(found) == {"BTC": Decimal("0.002")}
    assert len({event.id for event in found.events}) == 2


def test_a_later_export_that_overlaps_adds_only_what_is_new(tmp_path: Path) -> None:
    one, two = "2022-01-01 00:00:00,Interest,BTC,0.001", "2022-01-02 00:00:00,Interest,BTC,0.001"
    files = {"formats/lender.yaml": PLAIN, "a.csv": lender(one, one), "b.csv": lender(one, one, two, two, two)}
    found = imported(tmp_path, files)
    assert units(found) == {"BTC": Decimal("0.005")}
    later = next(file for file in found.files if file.file == "ledger/b.csv")
    assert [left.row for left in later.left_out] == [1, 2]
    assert "ledger/a.csv" in later.left_out[0].why


def test_an_old_layout_without_ids_overlaps_with_a_new_one_that_has_them(tmp_path: Path) -> None:
    old = (
        "Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,"
        "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes\n"
        "2023-05-01T10:00:00Z,Buy,BTC,0.1,USD,100,10.00,11.00,1.00,\n"
        "2023-05-01T10:00:00Z,Buy,BTC,0.1,USD,100,10.00,11.00,1.00,\n"
    )
    new = (
        "ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,"
        "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes\n"
        "a1,2023-05-01 10:00:00 UTC,Buy,BTC,0.1,USD,$100.00,$10.00,$11.00,$1.00,\n"
        "a2,2023-05-01 10:00:00 UTC,Buy,BTC,0.1,USD,$100.00,$10.00,$11.00,$1.00,\n"
        "a3,2023-06-01 10:00:00 UTC,Buy,BTC,0.1,USD,$100.00,$10.00,$11.00,$1.00,\n"
    )
    for names in (("a.csv", "b.csv"), ("b.csv", "a.csv")):
        found = imported(tmp_path / names[0], dict(zip(names, (old, new), strict=True)))
        assert not said(found)
        assert units(found)["BTC"] == Decimal("0.3")


def test_one_id_for_two_different_things_is_an_error(tmp_path: Path) -> None:
    rows = (
        '\n"L1","R1","2022-01-01 00:00:00","deposit","","c","BTC",1,0,1\n'
        '"L1","R2","2022-01-02 00:00:00","deposit","","c","BTC",2,0,3\n'
    )
    found = imported(tmp_path, {"k.csv": KRAKEN + rows})
    (finding,) = [finding for finding in found.findings if finding.severity == "error"]
    assert finding.id == "import-same-id"
    assert str(finding.source) == "ledger/k.csv, row 3"


def test_niners_own_rows_in_two_files_with_one_id_are_one(tmp_path: Path) -> None:
    head = "id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset\n"
    one = "1,2023-01-01T10:00:00Z,Home,buy,100,USD,2,BTC\n"
    two = "2,2023-01-02T10:00:00Z,Home,buy,100,USD,2,BTC\n"
    found = imported(tmp_path, {"a.csv": head + one, "b.csv": head + one + two})
    assert not said(found)
    assert units(found) == {"BTC": Decimal(4), "USD": Decimal(-200)}


def rows_of(seed: int) -> list[str]:
    """Kraken rows with trades, rewards and moves; every leg has its id."""
    random = Random(seed)
    rows = []
    for number in range(random.randint(1, 8)):
        time = f"2022-0{random.randint(1, 3)}-0{random.randint(1, 9)} 10:00:0{random.randint(0, 9)}"
        amount = random.choice(("0.5", "1", "2.25"))
        what = random.choice(("trade", "staking", "withdrawal"))
        if what == "trade":
            rows.append(f'"a{number}","T{number}","{time}","trade","","c","XXBT",{amount},0,1')
            rows.append(f'"b{number}","T{number}","{time}","trade","","c","ZUSD",-100,0.26,1')
        else:
            sign = "-" if what == "withdrawal" else ""
            rows.append(f'"a{number}","T{number}","{time}","{what}","","c","XXBT",{sign}{amount},0,1')
    return rows


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), cut=st.integers(0, 8), shuffled=st.randoms(use_true_random=False))
def test_order_of_rows_and_files_and_reading_again_change_nothing(seed: int, cut: int, shuffled: Random) -> None:
    rows = rows_of(seed)
    mixed = rows[:]
    shuffled.shuffle(mixed)
    text = "\n".join([KRAKEN, *rows]) + "\n"
    first, second = mixed[: cut + 1], mixed[cut:] or mixed[-1:]
    with TemporaryDirectory() as place:
        once = told(imported(Path(place, "a"), {"k.csv": text}))
        turned = told(imported(Path(place, "b"), {"k.csv": "\n".join([KRAKEN, *mixed]) + "\n"}))
        again = told(imported(Path(place, "c"), {"k.csv": text, "copy.csv": text, "z.csv": text + "\n"}))
        parts = {"z.csv": "\n".join([KRAKEN, *first]) + "\n", "b.csv": "\n".join([KRAKEN, *second]) + "\n"}
        halves = told(imported(Path(place, "d"), parts))
    assert once == turned == again
    assert halves == once


def test_a_trade_whose_legs_lie_in_two_files_is_one_trade(tmp_path: Path) -> None:
    first = KRAKEN + '\n"a","T1","2022-01-01 10:00:00","trade","","c","XXBT",1,0,1\n'
    second = KRAKEN + '\n"b","T1","2022-01-01 10:00:00","trade","","c","ZUSD",-100,0.26,1\n'
    found = imported(tmp_path, {"a.csv": first, "b.csv": second})
    assert [short(event) for event in found.events] == ["buy 100 USD > 1 BTC fee 0.26 USD =100"]


def test_two_halves_of_moves_of_one_id_never_pass_as_one(tmp_path: Path) -> None:
    row = "x,2025-0{0}-01T10:00:00Z,A,transfer_out,0.{0},BTC\n"
    text = "id,time,wallet,kind,sent_quantity,sent_asset\n" + row.format(2) + row.format(3)
    found = imported(tmp_path, {"own.csv": text})
    errors = [one.says for one in found.findings if one.severity == "error"]
    assert errors == ["The id “x” was already used in ledger/own.csv, row 2."]


def test_a_ruling_on_a_row_that_another_file_tells_again_is_on_the_row_that_counts(tmp_path: Path) -> None:
    rows = ["2022-01-01 00:00:00,Interest,BTC,0.5", "2022-01-02 00:00:00,Out,BTC,0.25"]
    ruling = "- {row: ledger/lender.csv:2, is: gift_out, by: Ada, on: 2022-02-01, why: To Bo}\n"
    (tmp_path / "decisions.yaml").write_text(ruling)
    later = "2022-01-03 00:00:00,Interest,BTC,0.125"
    for more in ({}, {"lender (1).csv": lender(*rows)}, {"lender (1).csv": lender(*rows, later)}):
        found = imported(tmp_path, {"formats/lender.yaml": PLAIN, "lender.csv": lender(*rows), **more})
        assert [one.says for one in found.findings if one.id == "ruling"] == []
        assert [event.kind for event in found.events if event.sent] == ["gift_out"]
