"""What is read, decided and written many at a time says the same as one by one."""

import csv
import json
import random
from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niner.asked import TREATMENT
from niner.files.reading import Unreadable
from niner.imports.tables import sheet
from niner.imports.tables.sheet import _records, read_sheets
from niner.ledger import Transaction
from niner.lots import Span, Treatment, match
from niner.lots.methods import METHODS
from niner.lots.pools import OpenLot, Pools, amount
from niner.money import PARTS, dollars_printed, dollars_text, exact_text, parts_text
from niner.prepare import Options, prepare
from niner.rules import Facts, FactValue, load_rules
from niner.rules.deciding.grouping import Grouping
from niner.rules.language.values import Decision, Field
from niner.values import Source
from reference.made import YEAR, Maker

_HERE = Source("ledger/a.csv", 2)
_DAYS = date(2024, 1, 1), date(2024, 1, 1)


def test_facts_in_columns_are_decided_as_facts_one_by_one() -> None:
    dice = random.Random(5)
    count = 400
    columns: dict[str, list[FactValue]] = {
        "kind": [dice.choice(("buy", "sell", "trade", "staking", "gift_in", "fee", "review")) for _ in range(count)],
        "fee_paid_in": [dice.choice(("none", "usd", "crypto")) for _ in range(count)],
        "fee_in_received_asset": [dice.random() < 0.3 for _ in range(count)],
        "fee_in_sent_asset": [False] * count,
    }
    facts = Facts(count, {"tax_year": 2024, "speaks_of": "none", "gift_tax_paid": False})
    for name, values in columns.items():
        facts.put(name, values)
    rules = load_rules(2024)
    together = rules.conclude("transaction", facts, TREATMENT)
    assert list(together) == list(rules.conclude("transaction", list(facts), TREATMENT))
    assert [one["treatment"].value for one in together] == together.values_of("treatment")
    assert len(together.shared) < 50
    facts.put_decided(together)
    assert facts[7]["treatment"] == together[7]["treatment"].value
    assert list(Facts(0)) == []
    assert list(rules.conclude("transaction", Facts(0, {"tax_year": 2024}), TREATMENT)) == []


def test_a_field_that_is_made_when_a_rule_reads_it_is_made_once_or_never() -> None:
    rules = load_rules(2024)
    asked: list[str] = []

    def late(name: str, values: list[FactValue]) -> Callable[[], list[FactValue]]:
        return lambda: asked.append(name) or values  # type: ignore[func-returns-value]

    same: dict[str, FactValue] = {"tax_year": 2024, "speaks_of": "none", "gift_tax_paid": False}
    same |= {"fee_paid_in": "none", "fee_in_sent_asset": False, "fee_in_received_asset": False}
    kinds: list[FactValue] = ["buy", "sell", "buy", "gift_in"]
    at_once, later = Facts(4, same), Facts(4, same)
    at_once.put("kind", kinds)
    later.put_when_asked("kind", late("kind", kinds))
    later.put_when_asked("read_by_none", late("read_by_none", [1, 2, 3, 4]))
    assert "kind" in later.names()
    assert list(rules.conclude("transaction", later, TREATMENT)) == list(
        rules.conclude("transaction", at_once, TREATMENT)
    )
    assert asked == ["kind"]
    assert later.some(1, ["kind"]) == {"kind": "sell"}
    assert asked == ["kind"]
    assert later[2] == at_once[2] | {"read_by_none": 3}
    assert asked == ["kind", "read_by_none"]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-3, 3), st.sampled_from(("gain", "loss")), st.booleans()), min_size=1), st.data())
def test_facts_are_grouped_as_each_is_told_from_the_others(
    facts: list[tuple[int, str, bool]], data: st.DataObject
) -> None:
    edges = data.draw(st.lists(st.integers(-3, 3), max_size=2, unique=True).map(sorted))
    fields = {
        "number": Field("number", "whole_number", "", ()),
        "text": Field("text", "text", "", ("gain", "loss")),
        "yes": Field("yes", "yes_no", "", ()),
    }
    reading = SimpleNamespace(name="decision", reads=tuple(fields), cuts={"number": tuple(edges)})
    columns = Facts(len(facts))
    for at, name in enumerate(fields):
        columns.put(name, [fact[at] for fact in facts])
    grouping = Grouping([cast(Decision, reading)], fields)
    marks = [(bisect_left(edges, number), text, yes) for number, text, yes in facts]
    for some in (columns, list(columns)):
        found, places = grouping.group(some)
        assert found == [dict(zip(fields, facts[marks.index(mark)], strict=True)) for mark in dict.fromkeys(marks)]
        assert places == [list(dict.fromkeys(marks)).index(mark) for mark in marks]


CELLS = ("a", "", " ", "1.5", '"x, y"', '"two\nlines"', '"three\r\nlong\rlines"', '"a ""quote"""', "'", "ü")


@pytest.mark.parametrize("seed", range(6))
def test_a_table_in_blocks_has_the_rows_of_one_read_row_by_row(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    plain = seed % 2 == 0
    lines = [",".join(dice.choice(CELLS[:4] if plain else CELLS) for _ in range(3)) for _ in range(5000)]
    for _ in range(5):
        lines.insert(dice.randrange(5000), "")
    if seed >= 4:
        lines.insert(4700 if plain else 40, 'a,"b"c,d')  # can't be told apart: what stands before it is read
    path = tmp_path / "table.csv"
    path.write_text("\n".join(lines) + "\n", newline="")
    found: list[list[tuple[int, list[str]]]] = []
    told = []
    for rows in (read_sheets(path, "table.csv")[1][0].rows(","), _records(path.read_bytes().decode(), ",")):
        read: list[tuple[int, list[str]]] = []
        found.append(read)
        try:
            read.extend(rows)
        except Unreadable as problem:
            told.append((problem.why, problem.row))
    assert found[0] == found[1]
    assert len(found[0]) > 30
    assert len(told) == (2 if seed >= 4 else 0)
    assert len(set(told)) <= 1


def test_entries_are_written_as_json_writes_them(make_case: Callable[..., Path]) -> None:
    made = Maker(3)
    text = made.text.replace("Coinbase", "Cöin\tbase “x”")
    folder = make_case(text, YEAR)
    assert prepare(folder, Options(forms=False)).ok
    lines = (folder / "out" / str(YEAR) / "return.json").read_text("utf-8").splitlines()
    entries = [line.strip().rstrip(",") for line in lines if line.startswith(' {"')]
    assert len(entries) > 20
    for entry in entries:
        assert json.dumps(json.loads(entry), ensure_ascii=False) == entry


def test_amounts_are_written_digit_by_digit() -> None:
    for cents in (*range(-1200, 1200), 99_999, 100_000, -100_000, 123_456_789, -123_456_789):
        assert dollars_text(cents) == f"{Decimal(cents) / 100:.2f}".replace("-0.00", "0.00")
        assert dollars_printed(cents) == f"{'-' * (cents < 0)}${abs(Decimal(cents)) / 100:,.2f}"
    dice = random.Random(1)
    for _ in range(500):
        denominator = dice.choice((1, 2, 3, 7, 8, 10**6, 10**12, 10**13, 2**41))
        parts = dice.randrange(-(10**7), 10**7) * PARTS // denominator
        cents = parts // PARTS
        exact = Fraction(parts, PARTS)
        assert parts_text(parts, cents) == (
            exact_text(exact) if 1 < exact.denominator <= 10**12 else dollars_text(cents)
        )


def test_lots_are_ordered_by_their_exact_price() -> None:
    dice = random.Random(2)
    lots = []
    for number in range(400):
        cost, units = dice.randrange(1, 40), dice.choice((1, 2, 3, 10**18, 10**18 + 1, 3 * 10**30))
        day = dice.randrange(9)
        lots.append(
            OpenLot(str(number), "BTC", "A", units, amount(cost), None, *_DAYS, "purchase", (day, 0.0, number), _HERE)
        )
    exact = {lot.id: Fraction(lot.basis, lot.whole) for lot in lots}
    assert [lot.id for lot in sorted(lots, key=METHODS["hifo"])] == [
        lot.id for lot in sorted(lots, key=lambda lot: (-exact[lot.id], lot.age))
    ]
    assert [lot.id for lot in sorted(lots, key=METHODS["lofo"])] == [
        lot.id for lot in sorted(lots, key=lambda lot: (exact[lot.id], lot.age))
    ]


_DOES = {
    "buy": Treatment("acquisition", "add_to_basis", False, "method", "as_the_row", "cost"),
    "reward": Treatment("income", "no_effect", False, "method", "as_the_row", "amount_included"),
    "sell": Treatment("disposition", "reduce_proceeds", False, "method", "as_the_row", "none_received"),
    "transfer": Treatment("transfer", "no_effect", False, "method", "as_the_row", "none_received"),
    "gift_out": Treatment("leaves", "no_effect", False, "method", "as_the_row", "none_received"),
}


def _rows(dice: random.Random, count: int) -> list[Transaction]:
    """Purchases, sales and moves of two wallets; some are short, some of less than a cent, several of one moment."""
    rows = []
    for number in range(count):
        when = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=9 * (number - number % 3))
        kind = dice.choice(("buy", "buy", "reward", "sell", "sell", "transfer", "gift_out"))
        wallet, asset = dice.choice("AB"), dice.choice(("BTC", "ETH"))
        units = Decimal(dice.choice((1, 3, 10, 250, dice.randrange(1, 10**9)))).scaleb(-dice.choice((0, 3, 8)))
        cents = dice.choice((0, 7, dice.randrange(10**6), Fraction(dice.randrange(10**4), 7)))
        brings = kind in ("buy", "reward")
        rows.append(
            Transaction(
                id=str(number),
                instant=when,
                day=when.date(),
                wallet=wallet,
                kind=kind,
                source=Source("ledger/a.csv", number + 2),
                sent_quantity=None if brings else units,
                sent_asset="" if brings else asset,
                received_quantity=units if brings else None,
                received_asset=asset if brings else "",
                fee_cents=dice.choice((0, 0, 99)),
                value_cents=None if kind == "transfer" else cents,
                to_wallet="B" if kind == "transfer" and wallet == "A" else "A" if kind == "transfer" else "",
            )
        )
    return rows


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("pools", [("wallet",), ("universal",), ("universal", "wallet")])
def test_lots_that_nobody_looks_at_come_to_the_same(method: str, pools: tuple[str, ...]) -> None:
    spans = [Span(2020 + at, 2020 + at, method, pool, "own_lots_then_oldest") for at, pool in enumerate(pools)]
    spans[-1] = Span(spans[-1].first_year, 2029, method, pools[-1], "own_lots_then_oldest")
    for seed in range(6):
        rows = _rows(random.Random(seed), 900)
        # What is entered in a journal is followed piece by piece.
        whole = match(rows, spans, lambda t: _DOES[t.kind], journal=[])
        kept = [d for d in whole.dispositions if d.disposed.year == 2021]
        assert len(kept) < len(whole.dispositions)
        for years in (frozenset({2021}), frozenset[int](), None):
            found = match(rows, spans, lambda t: _DOES[t.kind], years)
            assert found.nets == whole.nets
            assert found.held == whole.held
            assert found.findings == whole.findings
            expected = list(whole.dispositions) if years is None else [d for d in kept if years]
            assert list(found.dispositions) == expected


@pytest.mark.parametrize("method", METHODS)
def test_a_pool_gives_up_its_lots_in_the_order_of_its_method_however_they_came_in(method: str) -> None:
    dice = random.Random(4)
    pools, inside, order = Pools(by_wallet=True, method=method), [], []
    for number in range(600):
        day = dice.choice((number // 7, dice.randrange(80)))
        cost = amount(dice.randrange(1, 40))
        age = (day, 0.0, dice.choice((number, number - 1)))
        lot = OpenLot(str(number), "BTC", "A", dice.choice((1, 2, 3)), cost, None, *_DAYS, "purchase", age, _HERE)
        pools.add(lot)
        inside.append(lot)
        if dice.random() < 0.4:
            [(taken, part)] = pools.take("BTC", "A", 1)
            taken.take(part)
            order.append(taken)
            first = min(
                (lot for lot in inside if lot.left or lot is taken), key=lambda lot: (METHODS[method](lot), lot.number)
            )
            assert taken is first
            inside = [lot for lot in inside if lot.left]
    assert len(order) > 200


_CELL = st.text("ab1. \u00fc'", max_size=3)
_ROW = st.lists(_CELL, min_size=1, max_size=4) | st.lists(_CELL, min_size=3, max_size=3)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(_ROW, max_size=40),
    delimiter=st.sampled_from(",;\t"),
    end=st.sampled_from(("\n", "\r\n", "\r")),
    last=st.booleans(),
    odd=st.sampled_from(("", "", "", '"a"', '"a\nb"', 'a"', '"a" b', "a\rb", "x" * 70, "\n", "\n\n")),
    at=st.integers(0, 200),
    first=st.integers(1, 40),
    piece=st.integers(1, 90),
)
def test_lines_split_many_at_a_time_are_those_that_csv_reads(
    rows: list[list[str]], delimiter: str, end: str, last: bool, odd: str, at: int, first: int, piece: int
) -> None:
    text = end.join([delimiter.join(row) for row in rows]) + (end if last else "")
    text = text[:at] + odd + text[at:]
    found: list[list[tuple[int, list[str]]]] = []
    told: list[tuple[str, int]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet, "_FIRST_PIECE", first)
        patch.setattr(sheet, "_PIECE", piece)
        patch.setattr(sheet, "_LONGEST_LINE", 60)
        before = csv.field_size_limit(60)
        try:
            by_block = chain.from_iterable(zip(*block, strict=True) for block in sheet._blocks(text, delimiter))
            for several in (by_block, _records(text, delimiter)):
                read: list[tuple[int, list[str]]] = []
                found.append(read)
                try:
                    read.extend(several)
                except Unreadable as problem:
                    told.append((problem.why, problem.row))
        finally:
            csv.field_size_limit(before)
    assert found[0] == found[1]
    assert len(set(told)) <= 1
    assert len(told) in (0, 2)
