"""Each word of the format language, on the smallest export that needs it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from imports.exports import imported, said, short
from niner.imports import Imported

DENVER = "sources: {ledger/a.csv: {timezone: America/Denver}}\n"
LEGS = "legs: {units: {quantity: Units, asset: Coin}}"


def read(folder: Path, header: str, rows: str, more: str = "", **parts: str) -> Imported:
    """An export in a format that is all defaults but for `parts`."""
    words: Mapping[str, str] = {
        "recognise": f"recognise: {{columns: [{', '.join(header.split(','))}]}}",
        "time": "time: {column: When}",
        "legs": LEGS,
        "type": "type: [What]",
        "map": "map: {In: {kind: transfer_in, in: units}, Out: {kind: transfer_out, out: units}}",
        **parts,
    }
    text = "\n".join(["source: Tested", "layout: export", "confidence: high", *words.values()])
    return imported(folder, {"formats/tested.yaml": text, "a.csv": f"{header}\n{rows}\n"}, more)


def test_a_zone_that_the_file_does_not_say_is_asked_for(tmp_path: Path) -> None:
    time = 'time: {column: When, formats: ["%m/%d/%Y, %I:%M:%S %p"], zone: ask}'
    rows = '"7/1/2025, 2:24:46 PM",In,BTC,1'
    asked = read(tmp_path / "a", "When,What,Coin,Units", rows, time=time)
    (finding,) = asked.findings
    assert 'sources: {"ledger/a.csv": {timezone: America/New_York}}' in finding.todo
    told = read(
        tmp_path / "b", "When,What,Coin,Units", rows, "sources: {ledger/a.csv: {timezone: America/Denver}}\n", time=time
    )
    assert [event.time for event in told.events] == [datetime(2025, 7, 1, 20, 24, 46, tzinfo=UTC)]


@pytest.mark.parametrize(("name", "hour"), [("Time(UTC+08:00)", 4), ("Time(UTC)", 12), ("Time(UTC-05:30)", 17)])
def test_a_zone_in_the_name_of_the_column(tmp_path: Path, name: str, hour: int) -> None:
    found = read(
        tmp_path,
        f"{name},What,Coin,Units",
        "2025-07-01 12:00:00,In,BTC,1",
        recognise='recognise: {columns: ["/^Time/", What, Coin, Units]}',
        time='time: {column: "/^Time/", zone: {header: "UTC([^)]*)"}}',
    )
    assert not said(found)
    assert [event.time.hour for event in found.events] == [hour]


@pytest.mark.parametrize(
    ("pair", "market"),
    [
        ("separator: '-'", "BTC-USDC"),
        ("separator: '-', first: quote", "USDC-BTC"),
        ("quotes: [USD, USDC]", "BTCUSDC"),
        ("separator: '/', quotes: [USD, USDC]", "BTCUSDC"),
    ],
)
def test_a_market_is_cut_into_its_sides(tmp_path: Path, pair: str, market: str) -> None:
    found = read(
        tmp_path,
        "When,What,Market,Units,Total",
        f"2025-07-01,Buy,{market},0.5,100",
        pairs=f"pairs: {{market: {{column: Market, {pair}}}}}",
        legs="legs: {a: {quantity: Units, asset: base of market}, b: {quantity: Total, asset: quote of market}}",
        map="map: {Buy: {kind: exchange, in: a, out: b}}",
    )
    assert [short(event) for event in found.events] == ["trade 100 USDC > 0.5 BTC"]


def test_numbers_with_a_decimal_comma(tmp_path: Path) -> None:
    rows = '2025-07-01;In;BTC;"1.234,5"'
    found = read(tmp_path, "When,What,Coin,Units".replace(",", ";"), rows, decimal="decimal: comma", recognise=(
        "recognise: {columns: [When, What, Coin, Units]}"
    ))  # fmt: skip
    assert [event.received[0].quantity for event in found.events] == [Decimal("1234.5")]


def test_a_status_in_neither_list_is_an_error(tmp_path: Path) -> None:
    rows = "2025-07-01,In,BTC,1,Done\n2025-07-02,In,BTC,1,Failed\n2025-07-03,In,BTC,1,Held"
    status = "status: {column: Status, keep: [done], skip: [failed]}"
    found = read(tmp_path, "When,What,Coin,Units,Status", rows, status=status)
    assert len(found.events) == 1
    assert [left.why for left in found.files[0].left_out] == ["the status is Failed"]
    assert said(found) == ["The status “Held” is not known: whether the row counts can't be told."]


def test_a_sign_that_contradicts_the_type_is_an_error(tmp_path: Path) -> None:
    legs = "legs: {units: {quantity: Units, asset: Coin, sign: positive}}"
    found = read(tmp_path, "When,What,Coin,Units", "2025-07-01,In,BTC,-1", legs=legs)
    assert not found.events
    assert "wrong sign" in said(found)[0]


def test_a_fee_that_was_paid_back_is_an_error(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "When,What,Coin,Units,Fee",
        "2025-07-01,Out,BTC,1,-0.1",
        fees="fees: {fee: {quantity: Fee, asset: Coin}}",
        map="map: {Out: {kind: transfer_out, out: units, fee: fee}}",
    )
    assert "paid back" in said(found)[0]


def test_one_receipt_is_shared_out_by_what_each_part_was_worth(tmp_path: Path) -> None:
    rows = "2025-07-01,Dust,ADA,-0.1,3\n2025-07-01,Dust,DOT,-0.01,1\n2025-07-01,Dust,BTC,0.00000003,4"
    found = read(
        tmp_path,
        "When,What,Coin,Units,Dollars",
        rows,
        groups="groups: {dust: {within_seconds: 5, share: Dollars}}",
        map="map: {Dust: {of: dust, signed: units}}",
    )
    assert not said(found)
    assert sorted(short(event) for event in found.events) == [
        "trade 0.01 DOT > 0.00000001 BTC",
        "trade 0.1 ADA > 0.00000002 BTC",
    ]
    assert found.files[0].change["BTC"] == Decimal("0.00000003")


@pytest.mark.parametrize("turned", [False, True])
def test_pairs_within_seconds_are_found_by_worth_whatever_their_order(tmp_path: Path, turned: bool) -> None:
    rows = [
        "2025-07-01 10:00:00,From,ETH,1,300",
        "2025-07-01 10:00:00,From,LTC,2,200",
        "2025-07-01 10:00:01,To,UNI,3,200",
        "2025-07-01 10:00:01,To,XLM,4,300",
    ]
    found = read(
        tmp_path,
        "When,What,Coin,Units,Dollars",
        "\n".join(rows[::-1] if turned else rows),
        groups="groups: {swap: {within_seconds: 2}}",
        map="map: {From: {of: swap, out: units, usd: Dollars}, To: {of: swap, in: units, usd: Dollars}}",
    )
    assert sorted(short(event) for event in found.events) == ["trade 1 ETH > 4 XLM =300", "trade 2 LTC > 3 UNI =200"]


def test_pairs_that_could_be_two_ways_are_an_error(tmp_path: Path) -> None:
    rows = "\n".join(f"2025-07-01 10:00:00,{what}" for what in ("From,ETH,1", "From,LTC,2", "To,UNI,3", "To,XLM,4"))
    found = read(
        tmp_path,
        "When,What,Coin,Units",
        rows,
        groups="groups: {swap: {within_seconds: 2}}",
        map="map: {From: {of: swap, out: units}, To: {of: swap, in: units}}",
    )
    assert not found.events
    assert "could be the other half" in said(found)[0]


def test_conditions_choose_between_entries_and_none_that_holds_is_an_error(tmp_path: Path) -> None:
    entries = (
        "map: {Move: [{when: {Coin: money}, kind: move, signed: units}, "
        "{when: {Coin: units, Units: negative, Note: /gift/}, kind: gift_out, out: units}, "
        "{when: {Note: {same: Coin}}, kind: transfer_in, in: units}, "
        "{when: {Note: {not: [empty, =odd]}, Units: positive}, kind: reward, in: units}]}"
    )
    rows = (
        "2025-07-01,Move,USD,-5,\n2025-07-02,Move,BTC,-1,a Gift to B\n2025-07-03,Move,BTC,1,btc\n"
        "2025-07-04,Move,BTC,1,prize\n2025-07-05,Move,BTC,1,odd"
    )
    found = read(tmp_path, "When,What,Coin,Units,Note", rows, map=entries)
    kinds = [event.kind for event in found.events]
    assert kinds == ["cash_out", "gift_out", "transfer_in", "reward"]
    assert said(found) == ["The type “Move” is not known to the format “Tested, export”."]


def test_a_condition_compares_two_amounts_whatever_their_signs(tmp_path: Path) -> None:
    entries = "map: {Move: [{when: {Units: {below: Other}}, kind: reward, in: units}, {kind: transfer_in, in: units}]}"
    amounts = ("1,2", "2,1", "1,-2", "2,-1", "1,1", "1,", "1,x", '"1,000.5","1,000.6"', '"1,000.5",99')
    rows = "\n".join(f"2025-07-{day:02},Move,BTC,{both}" for day, both in enumerate(amounts, 1))
    found = read(tmp_path, "When,What,Coin,Units,Other", rows, map=entries)
    assert [event.time.day for event in found.events if event.kind == "reward"] == [1, 3, 8]
    assert len(found.events) == len(amounts)


def test_two_formats_that_fit_alike_are_asked_about(tmp_path: Path) -> None:
    header = "When,What,Coin,Units"
    other = "source: Other\nlayout: export\nconfidence: high\nrecognise: {columns: [When, What, Coin, Units]}\n"
    other += f"time: {{column: When}}\n{LEGS}\ntype: [What]\nmap: {{In: {{kind: reward, in: units}}}}\n"
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "other.yaml").write_text(other)
    unsure = read(tmp_path, header, "2025-07-01,In,BTC,1")
    (finding,) = unsure.findings
    assert finding.id == "import-which"
    assert finding.todo.endswith('sources: {"ledger/a.csv": {format: "Other, export"}}')
    sure = read(tmp_path, header, "2025-07-01,In,BTC,1", "sources: {ledger/a.csv: {format: Other}}\n")
    assert [event.kind for event in sure.events] == ["reward"]
