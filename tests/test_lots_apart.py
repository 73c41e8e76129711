"""A ledger whose assets are followed by two processes has the lots, sales and findings of one."""

import pickle
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from niner import beside
from niner.case.folder import parse_case
from niner.ledger import NO_RECORDS, Transaction, whole_ledger
from niner.lots import MatchResult, Span, Treatment, apart, match
from niner.lots.apart import Part
from niner.prepare import rules_by_year
from niner.returns.matching import matching
from reference.against import CASE
from reference.made import YEAR, Maker
from reference.made_chosen import ChosenMaker
from reference.values import transactions_of
from test_lots import row, treatment

Ways = Callable[[Transaction], Treatment]


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[Part]:
    """Ledgers of any length are followed in two parts; those that were."""
    seen: list[Part] = []
    whole = apart._placed

    def placed(follow: Callable[[Part], apart.Followed], part: Part) -> apart.Followed:
        seen.append(part)
        return whole(follow, part)

    monkeypatch.setattr(apart, "_MANY", 1)
    monkeypatch.setattr(apart, "free_for_a_copy", lambda: True)
    monkeypatch.setattr(apart, "_placed", placed)
    monkeypatch.setattr(
        beside, "free_for_a_copy", lambda: False
    )  # all is seen here, and goes through pickle all the same
    packed = apart._packed
    monkeypatch.setattr(apart, "_packed", lambda found: pickle.loads(pickle.dumps(packed(found))))
    return seen


def both(run: Callable[[], MatchResult | None]) -> MatchResult | None:
    """The same in two parts and in one, which must be alike."""
    in_two = run()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart, "free_for_a_copy", lambda: False)
        in_one = run()
    assert in_two == in_one
    if in_two is not None and in_one is not None:
        assert list(in_two.nets) == list(in_one.nets)
        assert list(map(str, in_two.held)) == list(map(str, in_one.held))  # also how quantities are written
        assert list(map(str, in_two.dispositions)) == list(map(str, in_one.dispositions))
    return in_two


@pytest.mark.parametrize("maker", [Maker, ChosenMaker])
def test_random_ledgers_come_to_the_same(maker: type[Maker], parts: list[Part]) -> None:
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

        found = both(run)
        if found is not None:
            sold += len(found.dispositions)
    assert len(parts) > 25
    assert sold > 100


SPANS = [Span(2020, 2020, "fifo", "universal"), Span(2021, 2029, "hifo", "wallet", "own_lots_then_oldest")]


def test_of_a_trade_each_part_follows_its_side(parts: list[Part]) -> None:
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
    found = both(lambda: match(rows, SPANS, treatment))
    assert found is not None
    assert sorted(sorted(part.assets or ()) for part in parts) == [["BTC", "SOL"], ["ETH"]]
    assert [(d.asset, d.kind) for d in found.dispositions[:3]] == [("BTC", "trade"), ("BTC", "fee"), ("ETH", "trade")]
    assert found.opening is not None
    assert [total.asset for total in found.opening.pool] == ["BTC", "ETH", "SOL"]


def test_a_renamed_asset_stays_with_its_old_name(parts: list[Part]) -> None:
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
    found = both(lambda: match(rows, [Span(2020, 2029, "fifo", "wallet")], ways))
    assert found is not None
    assert {part.assets for part in parts} == {frozenset({"OLD", "NEW"}), frozenset({"BTC"})}
    assert [d.basis_cents for d in found.dispositions] == [100_00, 100_00]


@pytest.mark.parametrize("pool", ["wallet", "universal"])
def test_a_shortage_is_told_of_the_whole_ledger(pool: str, parts: list[Part]) -> None:
    rows = [
        row(1, "buy", into=1, value=300_00),
        row(2, "buy", into=2, value=200_00, got="ETH"),
        row(3, "sell", "B", out=1, value=90_00),
        row(4, "sell", "B", asset="ETH", out=1, value=90_00),
        row(5, "sell", asset="ETH", out=4, value=90_00),
    ]
    found = both(lambda: match(rows, [Span(2020, 2029, "fifo", pool)], treatment))
    assert parts
    assert found is not None
    assert found.findings


def test_rows_out_of_the_order_of_their_days_are_followed_by_one_process(parts: list[Part]) -> None:
    rows = [
        row(1, "buy", into=3, value=300_00, day=date(2020, 1, 3)),
        row(2, "buy", into=2, value=200_00, got="ETH", day=date(2020, 1, 2)),
        row(3, "sell", asset="ETH", out=Decimal("0.5"), value=90_00),
    ]
    assert both(lambda: match(rows, [Span(2020, 2029, "fifo", "wallet")], treatment)) is not None
    assert not parts
