"""Where single rows have picks, all are followed pool by pool as far as the picks name what is there: the lots, sales
and findings of row by row."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from lots.test_lots import row, treatment
from lots.test_lots_apart import MATCH, Assets, all_ways, parts
from niner.case.folder import parse_case
from niner.ledger import Transaction, whole_ledger
from niner.ledger.columns import Columns
from niner.ledger.records import Pick
from niner.lots import Choice, MatchResult, Span, Treatment, match
from niner.lots.many.kinds import Kinds
from niner.prepare import rules_by_year
from niner.returns.matching import matching
from niner.returns.units.choosing import Choosing
from reference.made_chosen import ChosenMaker
from reference.values import records_of, transactions_of

__all__ = ["parts"]  # a fixture


class PickingMaker(ChosenMaker):
    """The same with picks and allocations alone, many of which name what is not there."""

    def say(self) -> None:
        super().say()
        self.said.orders.clear()
        self.said.by_wallet.clear()
        self.said.only.clear()


def test_random_ledgers_with_picks_come_to_the_same(parts: list[Assets]) -> None:
    picked, lacking, rules_of = 0, 0, rules_by_year(())
    for seed in range(120):
        made = PickingMaker(seed)
        case = parse_case(made.case)
        rows, findings = transactions_of(made.text, case)
        ledger = whole_ledger(rows, {}, findings)
        records = records_of(made.said, made.rows_read)
        fallen: list[list[object]] = []

        def run() -> MatchResult | None:
            lots = matching(case, ledger.transactions, rules_of, records=records)  # noqa: B023
            assert lots.choosing is not None
            if lots.matched is not None:
                assert lots.choosing.asked(lots.plan.spans) is not None
            fallen.append([*lots.choosing.fallen.items()])  # noqa: B023
            return lots.matched

        found = all_ways(run)
        assert all([key for key, _ in one] == [key for key, _ in fallen[0]] for one in fallen)
        if found is not None and records.identified:
            picked += len({d.transaction for d in found.dispositions} & set(records.identified))
            lacking += len(found.not_there)
    assert len(parts) > 25
    assert picked > 20
    assert lacking > 10


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each ledger with picks that was followed pool by pool, whether its picks were among the plain rows."""
    seen: list[bool] = []
    follow = MATCH._Run.plainly

    def plainly(run: Any, rows: Columns, ways: Sequence[Treatment], kinds: Kinds[Treatment], held: int) -> object:
        if run.book.picks:
            seen.append(kinds.apart == len(kinds.each))
        return follow(run, rows, ways, kinds, held)

    monkeypatch.setattr(MATCH._Run, "plainly", plainly)
    return seen


def test_random_ledgers_whose_picks_are_all_there_come_to_the_same(parts: list[Assets], quickly: list[bool]) -> None:
    picked, rules_of = 0, rules_by_year(())
    for seed in range(120):
        made = PickingMaker(seed)
        case = parse_case(made.case)
        rows, findings = transactions_of(made.text, case)
        ledger = whole_ledger(rows, {}, findings)
        records = records_of(made.said, made.rows_read)

        def run() -> MatchResult | None:
            return matching(case, ledger.transactions, rules_of, records=records).matched  # noqa: B023

        while (found := run()) is not None and found.not_there:
            lacking = {one.transaction for one in found.not_there}
            kept = {id: one for id, one in records.identified.items() if id not in lacking}
            records = replace(records, identified=kept)
        quickly.clear()
        found = all_ways(run)
        if found is not None and records.identified:
            assert all(quickly)
            picked += len({d.transaction for d in found.dispositions} & set(records.identified))
    assert picked > 20


ROWS = [
    row(1, "buy", into=3, value=300_00),
    row(2, "buy", into=2, value=210_00),
    row(3, "buy", into=1, value=70_01),
    row(4, "sell", out=Decimal("0.5"), value=90_00),
    row(5, "sell", out=1, value=95_00),
    row(6, "transfer", out=2, to="B"),
    row(7, "buy", into=4, value=410_00, got="ETH"),
    row(8, "sell", "B", out=1, value=99_00),
    row(9, "trade", out=Decimal("0.25"), into=1, value=30_00, got="ETH"),
    row(400, "buy", into=1, value=80_00),
    row(401, "sell", out=2, value=300_00),
    row(402, "sell", asset="ETH", out=3, value=300_00),
]


def _place(at: int) -> str:
    return ROWS[at].id


@pytest.mark.parametrize("method", ["fifo", "lifo", "hifo", "lofo"])
@pytest.mark.parametrize("pool", ["wallet", "universal"])
@pytest.mark.parametrize(
    "picks",
    [
        {4: [(2, "0.75")]},  # a part by name, the rest by the method
        {
            4: [(1, "0.5"), (0, "0.5")],
            8: [(1, "0.25")],
            10: [(1, "0.5"), (9, "1")],
        },  # used up by name and by the method
        {3: [(2, "0.5")], 5: [(1, "2")], 7: [(1, "0.5")], 10: [(2, "0.5")]},  # moved by name, and sold by name there
        {4: [(2, "1")], 8: [(2, "0.1")]},  # nothing is left of it
        {4: [(9, "1")]},  # it comes later
        {10: [(2, "0.1"), (1, "0.1"), (2, "0.1"), (0, "0.1")], 11: [(6, "1"), (8, "1"), (6, "1")]},  # one lot twice
    ],
)
def test_lots_of_plain_rows_leave_by_name(
    picks: dict[int, Sequence[tuple[int, str]]],
    pool: str,
    method: str,
    parts: list[Assets],
    quickly: list[bool],
) -> None:
    chosen = {_place(at): tuple(Pick(_place(lot), Decimal(units)) for lot, units in some) for at, some in picks.items()}

    def choose(t: Transaction, asset: str) -> Choice:
        return Choice(method, chosen.get(t.id, ()))

    def run(years: frozenset[int] | None) -> MatchResult:
        named = {pick.lot for some in chosen.values() for pick in some}
        spans = [Span(2020, 2029, method, pool)]
        return match(ROWS, spans, treatment, years, choose=choose, named=named, asked=chosen.keys())

    assert {t.day.year for t in ROWS} == {2020, 2021}
    for years in (frozenset({2021}), None, frozenset[int]()):
        assert all_ways(lambda: run(years)) is not None  # noqa: B023
    assert any(quickly)


def test_every_row_is_asked_where_orders_wallets_or_brokers_choose() -> None:
    seen = set()
    for seed in range(40):
        made = ChosenMaker(seed)
        case = parse_case(made.case)
        rows, findings = transactions_of(made.text, case)
        ledger = whole_ledger(rows, {}, findings)
        lots = matching(case, ledger.transactions, rules_by_year(()), records=records_of(made.said, made.rows_read))
        if isinstance(lots.choosing, Choosing) and lots.matched is not None:
            more = bool(made.said.orders or made.said.by_wallet or made.said.only)
            assert (lots.choosing.asked(lots.plan.spans) is None) == more
            seen.add(more)
    assert seen == {True, False}
