"""A ledger whose assets are followed by two processes has the lots, sales and findings of one, and one that is followed
pool by pool those of one that is followed row by row."""

import pickle
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import NoReturn

import pytest

from lots.test_lots import row, treatment
from niner.case.folder import parse_case
from niner.ledger import NO_RECORDS, Transaction, whole_ledger
from niner.lots import MatchResult, Span, Treatment, match
from niner.lots.many import apart
from niner.lots.many.plainly import Short
from niner.prepare import rules_by_year
from niner.process import beside
from niner.returns.matching import matching
from reference.against import CASE
from reference.made import YEAR, Maker
from reference.made_chosen import ChosenMaker
from reference.values import transactions_of

Ways = Callable[[Transaction], Treatment]


Assets = frozenset[str]
MATCH = sys.modules["niner.lots.match"]  # the room has a function of that name


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[Assets]:
    """Ledgers of any length are followed in two parts; the assets of those that were."""
    seen: list[Assets] = []

    def followed(both: tuple[Assets, Assets], follow: Callable[[Assets], apart.Followed]) -> apart.Followed:
        seen.extend(both)
        return apart.followed(both, follow)

    monkeypatch.setattr(apart, "_MANY", 1)
    monkeypatch.setattr(apart, "free_for_a_copy", lambda: True)
    monkeypatch.setattr(MATCH, "followed", followed)
    monkeypatch.setattr(
        beside, "free_for_a_copy", lambda: False
    )  # all is seen here, and goes through pickle all the same
    packed = apart._packed
    monkeypatch.setattr(apart, "_packed", lambda found: pickle.loads(pickle.dumps(packed(found))))
    return seen


def _row_by_row(commons: object, ways: object) -> NoReturn:
    raise Short


def all_ways(run: Callable[[], MatchResult | None]) -> MatchResult | None:
    """The same in two parts, in one, and row by row, which must all be alike."""
    in_two = run()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart, "free_for_a_copy", lambda: False)
        in_one = run()
        patch.setattr(MATCH, "kinds_of", _row_by_row)
        by_row = run()
    assert in_two == in_one == by_row
    if in_two is not None and by_row is not None and in_one is not None:
        assert list(in_two.nets) == list(in_one.nets) == list(by_row.nets)
        assert list(map(str, in_two.held)) == list(map(str, by_row.held))  # also how quantities are written
        assert list(map(str, in_two.dispositions)) == list(map(str, by_row.dispositions))
        assert in_one.findings == by_row.findings
    return in_two


@pytest.mark.parametrize("maker", [Maker, ChosenMaker])
def test_random_ledgers_come_to_the_same(maker: type[Maker], parts: list[Assets]) -> None:
    sold, rules_of = 0, rules_by_year(())
    for seed in range(80):
        made = maker(seed)
        case = parse_case(
            made.case
            if isinstance(made, ChosenMaker)
            else CASE.format(year=YEAR, zone=made.zone, pool=made.pool, method=made.method)
        )
        rows, findings = transactions_of(made.text, case)
        ledger = whole_ledger(rows, {}, findings)

        def run() -> MatchResult | None:
            return matching(case, ledger.transactions, rules_of, records=NO_RECORDS).matched  # noqa: B023

        found = all_ways(run)
        if found is not None:
            sold += len(found.dispositions)
    assert len(parts) > 25
    assert sold > 100


SPANS = [Span(2020, 2020, "fifo", "universal"), Span(2021, 2029, "hifo", "wallet", "own_lots_then_oldest")]


def test_of_a_trade_each_part_follows_its_side(parts: list[Assets]) -> None:
    rows = [
        row(1, "buy", into=3, value=300_00),
        row(2, "buy", into=2, value=200_00, got="ETH"),
        row(3, "buy", "B", into=5, value=50_00, got="SOL"),
        row(40, "trade", out=1, into=4, value=120_00, got="ETH", fee="0.1", fee_cents=12_00),
        row(41, "trade", asset="ETH", out=3, into=30, value=90_00, got="SOL"),
        row(500, "transfer", asset="ETH", out=2, to="B"),
        row(501, "sell", "B", asset="ETH", out=1, value=70_00),
        row(501, "sell", "B", asset="SOL", out=4, value=44_00),
        row(502, "sell", asset="SOL", out=7, value=77_00),
    ]
    found = all_ways(lambda: match(rows, SPANS, treatment))
    assert found is not None
    assert sorted(map(sorted, parts)) == [["BTC", "SOL"], ["ETH"]]
    assert [(d.asset, d.kind) for d in found.dispositions[:3]] == [("BTC", "trade"), ("BTC", "fee"), ("ETH", "trade")]
    assert found.opening is not None
    assert [total.asset for total in found.opening.pool] == ["BTC", "ETH", "SOL"]


def test_a_renamed_asset_stays_with_its_old_name(parts: list[Assets]) -> None:
    def ways(t: Transaction) -> Treatment:
        if t.kind == "rename":
            return Treatment("carries_over", "no_effect", False, "method", "as_the_row", "none_received")
        return treatment(t)

    rows = [
        row(1, "buy", into=3, value=300_00, got="OLD"),
        row(2, "buy", into=2, value=200_00),
        row(3, "rename", asset="OLD", out=3, into=3, got="NEW"),
        row(4, "sell", asset="NEW", out=1, value=150_00),
        row(5, "sell", out=1, value=90_00),
    ]
    found = all_ways(lambda: match(rows, [Span(2020, 2029, "fifo", "wallet")], ways))
    assert found is not None
    assert set(parts) == {frozenset({"OLD", "NEW"}), frozenset({"BTC"})}
    assert [d.basis_cents for d in found.dispositions] == [100_00, 100_00]


@pytest.mark.parametrize("pool", ["wallet", "universal"])
def test_a_shortage_is_told_of_the_whole_ledger(pool: str, parts: list[Assets]) -> None:
    rows = [
        row(1, "buy", into=1, value=300_00),
        row(2, "buy", into=2, value=200_00, got="ETH"),
        row(3, "sell", "B", out=1, value=90_00),
        row(4, "sell", "B", asset="ETH", out=1, value=90_00),
        row(5, "sell", asset="ETH", out=4, value=90_00),
    ]
    found = all_ways(lambda: match(rows, [Span(2020, 2029, "fifo", pool)], treatment))
    assert parts
    assert found is not None
    assert found.findings


def test_rows_out_of_the_order_of_their_days_are_followed_by_one_process(parts: list[Assets]) -> None:
    rows = [
        row(1, "buy", into=3, value=300_00, day=date(2020, 1, 3)),
        row(2, "buy", into=2, value=200_00, got="ETH", day=date(2020, 1, 2)),
        row(3, "sell", asset="ETH", out=Decimal("0.5"), value=90_00),
    ]
    assert all_ways(lambda: match(rows, [Span(2020, 2029, "fifo", "wallet")], treatment)) is not None
    assert not parts


@pytest.mark.parametrize("method", ["fifo", "lifo", "hifo", "lofo"])
def test_a_wallet_that_a_common_pool_covers_is_told_of(method: str, parts: list[Assets]) -> None:
    rows = [
        row(1, "buy", into=3, value=300_00),
        row(2, "buy", "B", into=1, value=200_00),
        row(3, "buy", "B", into=5, value=50_00, got="ETH"),
        row(4, "sell", "B", out=2, value=190_00),
        row(5, "transfer", out=1, to="B"),
        row(6, "sell", "B", out=Decimal("0.5"), value=90_00),
        row(7, "transfer", "B", asset="ETH", out=6, to="A"),
        row(8, "buy", into=9, value=90_00, got="ETH"),
    ]
    found = all_ways(lambda: match(rows, [Span(2020, 2029, method, "universal")], treatment))
    assert parts
    assert found is not None
    assert [f.value for f in found.findings] == ["BTC", "ETH"]
