"""Rulings on rows that are no events yet: the same as if all were, and nothing else of the ledger changes by them."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.exports import CASE
from niner.case.folder import parse_case
from niner.case.rulings import rulings_in
from niner.imports import Imported, complete, read_downloads, read_ledger
from niner.imports.folder import read_folder
from niner.imports.joining.matching import match
from niner.imports.joining.recorded import recorded
from niner.imports.joining.ruled import ruled
from niner.values import Finding

HEADER = "id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset,usd_value,fee_usd,to_wallet\n"
KRAKEN = "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance\n"
OWN = (
    HEADER
    + """\
1,2023-01-01T00:00:00Z,A,buy,,,2,SOL,200,,
2,2023-02-01T00:00:00Z,A,buy,,,5,SOL,400,150,
3,2025-02-01T00:00:00Z,A,sell,1,SOL,,,150,1,
4,2025-03-01T00:00:00Z,A,transfer,1,SOL,,,,,B
5,2025-04-01T00:00:00Z,B,transfer_out,0.25,SOL,,,,,
6,2025-05-01T00:00:00Z,A,spend,0.5,SOL,,,80,,
7,2025-06-01T00:00:00Z,A,sell,2,SOL,,,300,,
8,2025-06-02T00:00:00Z,A,staking,,,0.5,SOL,70,,
9,2025-06-03T00:00:00Z,A,buy,,,1.25,SOL,200,,
"""
)
SECOND = (
    HEADER
    + """\
11,2023-01-01T00:00:00Z,a,buy,,,2,SOL,200,,
12,2023-02-01T00:00:10Z,C,buy,,,5,SOL,400,,
13,2025-04-01T00:10:00Z,C,transfer_in,,,0.25,SOL,,,
"""
)
LEDGERS = (
    KRAKEN
    + """\
L1,T1,2025-06-03 00:00:20,trade,,currency,SOL,1.25,0,1.25
L2,T1,2025-06-03 00:00:20,trade,,currency,ZUSD,-200,0.5,0
L3,T3,2025-07-03 00:00:20,trade,,currency,SOL,-1,0,0.25
L4,T3,2025-07-03 00:00:20,trade,,currency,ZUSD,180,0.5,0
"""
)
FILES = {"own.csv": OWN, "second.csv": SECOND, "kraken.csv": LEDGERS, "broken.csv": HEADER + "1,2025\n"}
BY = "by: Ada, on: 2025-02-03, why: so it was"

numbers = {"own": range(1, 11), "second": range(1, 4), "kraken": (1, 2, 3, 9), "broken": (1,), "ownn": (1,)}
rows = st.sampled_from([f"ledger/{name}.csv:{n}" for name, several in numbers.items() for n in several])
units = st.sampled_from(["0.5", "1", "7"])
entries = st.one_of(
    st.builds("- {{row: {}, is: {}, {}}}".format, rows, st.sampled_from(["gift_out", "staking", "buy"]), st.just(BY)),
    st.builds("- {{row: {}, usd_value: 90, {}}}".format, rows, st.just(BY)),
    st.builds("- {{transfer: [{}, {}], {}}}".format, rows, rows, st.just(BY)),
    st.builds(lambda one, other: f"- {{duplicate: [{one}, {other}], keep: {one}, {BY}}}", rows, rows),
    st.builds("- {{row: {}, lots: [{{from: {}, quantity: {}}}], {}}}".format, rows, rows, units, st.just(BY)),
    st.builds(
        "- {{sale: {{wallet: {}, asset: SOL, quantity: {}}}, lots: [{{from: {}, quantity: {}}}], "
        "identified_on: 2025-01-05, {}}}".format,
        *(st.sampled_from(["A", "a", "kraken", "Akme"]), units, rows, units, st.just(BY)),
    ),
    st.builds(
        "- {{rule: hifo, wallets: [{}], since: 2025-01-01, recorded_on: 2025-01-01, {}}}".format,
        *(st.sampled_from(["A", "C", "Krakem"]), st.just(BY)),
    ),
    st.builds(
        "- {{allocation: 2025-01-01, method: specific, units: [{{wallet: A, from: {}, quantity: {}}}], "
        "recorded_on: 2024-12-31, {}}}".format,
        *(rows, units, st.just(BY)),
    ),
)


def folder_of(place: Path, decisions: str = "", files: dict[str, str] = FILES) -> Path:
    (place / "ledger").mkdir(exist_ok=True)
    for name, text in files.items():
        (place / "ledger" / name).write_text(text)
    if decisions:
        (place / "decisions.yaml").write_text(decisions)
    return place


@cache
def read() -> Imported:
    with TemporaryDirectory() as place:
        return read_folder(folder_of(Path(place)))


@settings(deadline=None)
@given(st.lists(entries, min_size=1, max_size=6))
def test_rows_that_become_events_when_they_are_named_are_ruled_on_as_if_all_were(several: list[str]) -> None:
    rulings, problems = rulings_in("\n".join(several))
    assert not problems
    assert read().own
    assert read().settled
    slow, quick = ruled(complete(read()), rulings), ruled(read(), rulings)
    assert quick.findings == slow.findings
    assert quick.pairs == slow.pairs
    assert complete(quick.read).events == slow.read.events
    assert complete(quick.read).same == complete(slow.read).same
    moves = match(slow.read.events, slow.pairs)
    assert match(quick.read.events, quick.pairs) == moves
    records = [recorded(rulings, one.read, moves.transfers, {}, {}) for one in (slow, quick)]
    assert records[0] == records[1]


UNRELATED = (
    f"- {{row: ledger/own.csv:3, lots: [{{from: ledger/own.csv:1, quantity: 1}}], {BY}}}\n",
    f"- {{rule: fifo, wallets: [A], since: 2025-05-05, recorded_on: 2025-05-05, {BY}}}\n",
    f"- {{reported: ['brokers/a.csv:1'], sales: ['ledger/own.csv:3', 'ledger/kraken.csv:3'], {BY}}}\n",
)


@pytest.mark.parametrize("decision", UNRELATED)
def test_a_decision_on_one_row_changes_nothing_that_is_told_of_the_others(tmp_path: Path, decision: str) -> None:
    case = parse_case(CASE.replace("2025", "2024"))
    (tmp_path / "without").mkdir()
    (tmp_path / "with").mkdir()
    without = read_ledger(folder_of(tmp_path / "without"), case)
    ruled_on = read_ledger(folder_of(tmp_path / "with", decision), case)
    assert ruled_on.findings == without.findings
    assert list(ruled_on.transactions) == list(without.transactions)


def told(place: Path, id: str, *names: str) -> list[Finding]:
    case = parse_case(CASE.replace("2025", "2024"))
    files = {name: FILES[name] for name in names}
    return [f for f in read_downloads(folder_of(place, files=files), case).findings if f.id == id]


def test_a_fee_that_is_no_fee_is_asked_about_in_niners_own_format_too(tmp_path: Path) -> None:
    (odd,) = told(tmp_path, "fee-odd", "own.csv")
    assert "The fee of $150 is more than a quarter of the buy of $400." in odd.says.replace(".00", "")
    assert odd.source is not None
    assert odd.source.row == 3


def test_a_row_of_ones_own_that_an_export_tells_too_is_suspected(tmp_path: Path) -> None:
    (double,) = told(tmp_path, "duplicate-suspected", "own.csv", "kraken.csv")
    assert "duplicate: [ledger/kraken.csv:1, ledger/own.csv:9]" in double.todo


def test_rows_of_two_files_of_ones_own_are_suspected_unless_they_are_alike_in_all(tmp_path: Path) -> None:
    """Those that are alike in all are told where the ledger is put together, once."""
    found = told(tmp_path, "duplicate-suspected", "own.csv", "second.csv")
    assert ["ledger/own.csv:2, ledger/second.csv:2" in one.todo for one in found] == [True]
    twice = [f for f in read_ledger(tmp_path, parse_case(CASE)).findings if f.id == "ledger-told-twice"]
    assert [f.says[:5] for f in twice] == ["1 row"]


def test_a_year_without_rows_is_asked_about_where_it_may_be_a_download_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    assert not told(tmp_path / "own", "year-empty", "own.csv")
    assert not told(tmp_path / "own", "year-gap", "own.csv")
    assert told(tmp_path, "year-empty", "own.csv", "kraken.csv")


def test_an_id_of_an_export_in_a_file_of_ones_own_is_told_beside_a_decision_too(tmp_path: Path) -> None:
    """With any decision one of the two rows was lost in silence."""
    id = read().settled[0].transaction.id
    own = OWN + f"{id},2025-08-01T00:00:00Z,A,buy,,,3,SOL,100,,\n"
    ledger = read_ledger(folder_of(tmp_path, UNRELATED[0], {**FILES, "own.csv": own}), parse_case(CASE))
    assert [t.id for t in ledger.transactions].count(id) == 2
    assert id in [f.value for f in ledger.findings if f.id == "ledger-duplicate-id"]


def test_a_row_with_the_id_of_a_half_of_a_move_does_not_take_its_place(tmp_path: Path) -> None:
    files = {**FILES, "second.csv": SECOND + "5,2025-08-01T00:00:00Z,C,buy,,,3,SOL,100,,\n"}
    ruling = f"- {{row: ledger/second.csv:4, is: staking, {BY}}}\n"
    ledger = read_ledger(folder_of(tmp_path, ruling, files), parse_case(CASE))
    assert any("which another row has too" in f.says for f in ledger.findings if f.id == "ruling")
    assert [t.id for t in ledger.transactions].count("5") == 2
