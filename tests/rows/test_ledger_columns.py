"""Transactions held in columns are the transactions that they were made of, however they are asked for."""

import pickle
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from niner.ledger import Transaction
from niner.ledger.columns import (
    Columns,
    Packing,
    by_place,
    column,
    distinct,
    joined,
    noted,
    of_few_decimals,
    of_year,
    those,
    unpacked,
    where,
)
from niner.values import Source


def made(seed: int, rows: int = 60) -> list[Transaction]:
    """Rows of which many are alike, and some have what few have."""
    dice = random.Random(seed)
    found = []
    for line in range(2, rows + 2):
        moment = datetime(2023, 12, 1, tzinfo=UTC) + timedelta(hours=dice.randint(0, 1500), microseconds=line % 3)
        t = Transaction(
            *(f"id{line}", moment, moment.date(), dice.choice(("A", "B")), dice.choice(("buy", "sell", "gift_in"))),
            source=Source(dice.choice(("ledger/a.csv", "ledger/b.csv")), line),
            sent_quantity=dice.choice((None, Decimal("1.50"), Decimal("1E-9"), Decimal("1E+3"), Decimal("0"))),
            sent_asset=dice.choice(("", "BTC")),
            received_quantity=dice.choice((None, Decimal("0.10000000"))),
            fee_cents=dice.choice((0, 99, Fraction(1, 3))),
            value_cents=dice.choice((None, 0, 12345)),
        )
        if dice.random() < 0.2:
            t = t._replace(
                acquired=date(2020, 1, 2), basis_cents=Fraction(1, 7), note="said", timed=False, basis_reported=True
            )
        found.append(t)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_columns_hold_every_row_as_it_was(seed: int) -> None:
    rows = made(seed)
    held = Columns.of(rows)
    assert list(held) == rows
    assert held == rows
    assert [held[at] for at in range(len(rows))] == rows
    assert [str(t) for t in held] == [str(t) for t in rows]  # quantities with the digits that they had
    assert held[10:20] == rows[10:20]
    assert held.at([5, 3]) == [rows[5], rows[3]]
    assert pickle.loads(pickle.dumps(held)) == rows
    assert joined([held[:7], Columns(), held[7:]]) == rows
    assert Columns.of([]) == []
    assert held != rows[1:]


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_rows_packed_some_at_a_time_are_the_rows(seed: int, written: bool) -> None:
    held, packing = Columns.of(made(seed)), Packing()
    for some in (held[:7], held[7:7], held[7:40], held[40:]):
        packing.add(some, "\0".join(moment.isoformat() for moment in some.instants) if written else "")
    again = unpacked(pickle.loads(pickle.dumps(packing.packed())))
    assert again == held
    assert len(again.kinds()) == len(held.kinds())
    assert unpacked(Packing().packed()) == []


@pytest.mark.parametrize("seed", range(4))
def test_whether_moments_follow_and_quantities_have_few_decimals(seed: int) -> None:
    rows = made(seed)
    ordered = sorted(rows, key=lambda t: t.instant)
    assert Columns.of(ordered).moments_follow()
    assert not Columns.of(ordered[::-1]).moments_follow()
    assert Columns.of([*ordered[::-1]]).where([t is ordered[3] for t in ordered[::-1]]).moments_follow()
    few = [t for t in rows if str(t.sent_quantity) in ("None", "1.50", "0")]
    held = Columns.of(rows)
    assert not held.few_decimals()
    assert held.where([t in few for t in rows]).few_decimals()
    assert not pickle.loads(pickle.dumps(held)).few_decimals()
    known = Columns.of(few)
    assert known.few_decimals()
    assert pickle.loads(pickle.dumps(known)).few_decimals()
    assert not joined([known, held]).few_decimals()
    assert of_few_decimals(["1.12345678", "", "12"])
    assert not of_few_decimals(["1.123456789"])
    assert not of_few_decimals(["1.5", "1E+3"])


@pytest.mark.parametrize("seed", range(4))
def test_columns_answer_what_a_list_answers(seed: int) -> None:
    rows = made(seed)
    held = Columns.of(rows)
    for name in Transaction._fields:
        assert list(column(held, name)) == list(column(rows, name))
    assert distinct(held, "wallet", "kind") == distinct(rows, "wallet", "kind")
    assert those(held, lambda t: t.kind == "gift_in") == those(rows, lambda t: t.kind == "gift_in")
    assert len(those(held, lambda t: t.kind == "no such kind")) == 0
    assert of_year(held, 2024) == [t for t in rows if t.day.year == 2024]
    assert where(held, [True] * len(rows)) is held
    in_file_order = sorted(rows, key=lambda t: (t.source.file, t.source.row))
    assert by_place(held) == in_file_order
    other = held.by_common(lambda common: replace(common, wallet="C") if common.wallet == "B" else common)
    assert other == [t._replace(wallet="C") if t.wallet == "B" else t for t in rows]
    assert held.by_common(lambda common: common) is held


@pytest.mark.parametrize("seed", range(4))
def test_columns_come_through_pickling_whatever_they_hold(seed: int) -> None:
    rows = made(seed)
    odd = [
        rows[0]._replace(note="a\0b"),
        rows[0]._replace(value_cents=2**80, fee_cents=0),
        rows[0]._replace(value_cents=None, fee_cents=-5),
        rows[0]._replace(instant=datetime(9999, 12, 31, 23, 59, 59, 999999, UTC), day=date.max),
        rows[0]._replace(instant=datetime(1, 1, 1, tzinfo=UTC), day=date.min),
    ]
    plain = [t._replace(fee_cents=99, value_cents=value) for t in rows[:9] for value in (None, 7)]
    for some in ([*rows, *odd], plain, odd[:1], odd[1:2], [t._replace(value_cents=1) for t in plain], []):
        again = pickle.loads(pickle.dumps(Columns.of(some)))
        assert list(again) == some
        assert [t.instant.tzinfo for t in again] == [UTC] * len(some)
        assert list(again.lines) == [t.source.row for t in some]


def test_rows_that_follow_one_another_have_their_lines_as_a_range() -> None:
    rows = made(1)
    held = Columns.of(rows)
    assert held.lines == range(2, 62)
    assert joined([held[:7], held[7:9], Columns(), held[9:]]).lines == range(2, 62)
    assert list(joined([held[:7], held[9:]]).lines) == [*range(2, 9), *range(11, 62)]
    assert list(joined([held[7:], held[:7]]).lines) == [*range(9, 62), *range(2, 9)]
    assert list(Columns.of([rows[1], rows[0]]).lines) == [3, 2]
    assert by_place(Columns.of(rows[::-1])) == sorted(rows, key=lambda t: (t.source.file, t.source.row))


@pytest.mark.parametrize("in_order", [True, False])
def test_the_years_of_each_wallet(in_order: bool) -> None:
    rows = [t for seed in range(3) for t in made(seed)]
    rows += [t._replace(day=t.day.replace(year=2026), wallet="C") for t in rows[:5]]
    if in_order:
        rows.sort(key=lambda t: t.day)
    held = joined([Columns.of(rows[:40]), Columns.of(rows[40:])])
    assert held.wallets_by_year() == {(t.wallet, t.day.year) for t in rows}
    assert Columns().wallets_by_year() == set()


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_columns_find_rows_by_their_days_and_notes_and_what_is_alike(seed: int, in_order: bool) -> None:
    rows = sorted(made(seed), key=lambda t: t.day) if in_order else made(seed)
    whole = Columns.of(rows)
    some = whole.where([t.wallet == "A" for t in rows])
    for held, own in ((whole, rows), (some, [t for t in rows if t.wallet == "A"])):
        assert held.days_follow() is (own == sorted(own, key=lambda t: t.day))
        part = held.between(date(2023, 12, 20), date(2024, 1, 5))
        days = [t for t in own if date(2023, 12, 20) <= t.day <= date(2024, 1, 5)]
        assert part == days
        assert list(noted(part)) == [t for t in days if t.note]
        assert part.where([t.kind == "buy" for t in days]) == [t for t in days if t.kind == "buy"]
        assert part.between(date(2024, 1, 1), date(2024, 1, 1)) == [t for t in days if t.day == date(2024, 1, 1)]
        firsts, of = held.alike()
        marks = [(common, t.day.year, bool(t.fee_cents)) for common, t in zip(held.commons, own, strict=True)]
        assert [marks[firsts[place]] for place in of] == marks
        assert list(firsts) == [marks.index(mark) for mark in dict.fromkeys(marks)]
    without = Columns.of([t._replace(note="") for t in rows])
    assert not without.has_notes()
    assert list(noted(without)) == []
    assert whole.has_notes()
    assert whole.where([not t.note for t in rows]).has_notes() is False


def test_ids_that_differ() -> None:
    rows = made(2)
    assert Columns.of(rows).ids_differ()
    assert Columns().ids_differ()
    held = Columns.of([*rows, rows[7]])
    assert not held.ids_differ()
    assert held.where([True] * 60 + [False]).ids_differ()
