"""Wash sales: against an independent reading of the regulation, its published examples, and what may never be lost."""

from collections import Counter
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from conftest import MakeCase
from ledgers import buy, ledger, move, receive, sell, trade
from niner.case.folder import read_case
from niner.ledger import Transaction
from niner.lots import Entry, Later, Law, MatchResult, Span, Terms, Treatment, balances, match
from niner.returns.facts.wash_law import wash_law
from niner.values import Source
from reference.wash import Row, run
from rows.test_assets import document, found

SHARE = "assets: {VTI: {class: security}, VOO: {class: security}}"
DOES = {
    "buy": Treatment("acquisition", "no_effect", False, "method", "nowhere", "cost", replaces=True),
    "gift": Treatment("acquisition", "no_effect", False, "method", "nowhere", "cost"),
    "sell": Treatment("disposition", "no_effect", False, "method", "nowhere", "none_received"),
    "move": Treatment("transfer", "no_effect", False, "method", "nowhere", "none_received"),
}
UNTIL = date(2025, 12, 31)


def made(seed: int) -> list[Row]:
    """A random ledger of one asset in few wallets and days, so that much is bought back."""
    random = Random(seed)
    held: Counter[str] = Counter()
    rows = []
    days = sorted(date(2025, 1, 1).toordinal() + random.randrange(random.choice((80, 395))) for _ in range(14))
    for number, day in enumerate(days):
        wallet = random.choice("AB")
        what = random.choice(("buy", "buy", "buy", "sell", "sell", "move", "gift"))
        if what in ("sell", "move") and not held[wallet]:
            what = "buy"
        units = random.randint(1, held[wallet] if what in ("sell", "move") else 5)
        to = "B" if wallet == "A" else "A"
        rows.append(Row(f"r{number}", date.fromordinal(day), what, wallet, units, random.randint(1, 9), to))
        held[wallet] += units if what in ("buy", "gift") else -units
        held[to] += units if what == "move" else 0
    return rows


def matched(rows: list[Row], one_pool: bool, method: str = "fifo", journal: list[Entry] | None = None) -> MatchResult:
    transactions = []
    for row in rows:
        units = Decimal(row.units)
        sides: dict[str, Any] = (
            {"received_quantity": units, "received_asset": "VTI"}
            if row.what in ("buy", "gift")
            else {"sent_quantity": units, "sent_asset": "VTI"}
        )
        moment = datetime.combine(row.day, time(12), UTC)
        money = row.dollars * row.units * 100
        source = Source("l.csv", len(transactions) + 2)
        transactions.append(
            Transaction(
                row.id, moment, row.day, row.wallet, row.what, source, value_cents=money, to_wallet=row.to, **sides
            )
        )
    terms = {(t.id, "sell", "VTI"): Terms(30) for t in transactions if t.kind == "sell"}
    law = Law(terms, lambda d: (d.basis_parts, d.basis_cents), lambda d: d.acquired, 30)
    upto = [t for t in transactions if t.day <= UNTIL]
    after = [Later(t.id, "VTI", t.received_quantity, t.day) for t in transactions
             if t.day > UNTIL and t.kind == "buy" and t.received_quantity]  # fmt: skip
    span = Span(2025, 2025, method, "universal" if one_pool else "wallet")
    return match(upto, [span], lambda t: DOES[t.kind], journal=journal, law=law, after=after)


@pytest.mark.parametrize("seed", range(400))
def test_what_is_not_allowed_is_what_the_regulation_reads_to(seed: int) -> None:
    one_pool = seed % 2 == 0
    rows = made(seed)
    expected = run(rows, one_pool, UNTIL)
    got = matched(rows, one_pool)
    sold: Counter[tuple[str, str, date, int]] = Counter()
    money: dict[tuple[str, str, date, int], list[int]] = {}
    for (sale, lot, held_from, dollars, basis, disallowed), units in expected.sold.items():
        key = (sale, lot, held_from, basis)
        sold[key] += units
        sums = money.setdefault(key, [0, 0])
        sums[0] += dollars * units * 100
        sums[1] += disallowed * units * 100
    theirs: Counter[tuple[str, str, date, int]] = Counter()
    their_money: dict[tuple[str, str, date, int], list[int]] = {}
    for d in got.dispositions:
        key = (d.transaction, d.lot, d.acquired, d.basis_cents // int(d.quantity) // 100)
        assert d.basis_cents == key[3] * int(d.quantity) * 100
        theirs[key] += int(d.quantity)
        sums = their_money.setdefault(key, [0, 0])
        sums[0] += d.proceeds_cents
        sums[1] += d.disallowed_cents
    assert theirs == sold
    assert their_money == money
    held: Counter[tuple[str, date, int]] = Counter()
    for (lot, _, held_from, basis), units in expected.held.items():
        held[lot, held_from, basis] += units
    theirs_held: Counter[tuple[str, date, int]] = Counter()
    for lot in got.held:
        theirs_held[lot.id, lot.acquired, lot.basis_cents // int(lot.quantity) // 100] += int(lot.quantity)
    assert theirs_held == held


def test_the_random_ledgers_are_of_the_kind_that_tests_something() -> None:
    washed = [sum(d.disallowed_cents > 0 for d in matched(made(seed), False).dispositions) for seed in range(300)]
    in_part = [
        sum(d.disallowed_cents > 0 and not d.all_disallowed for d in matched(made(seed), True).dispositions)
        for seed in range(300)
    ]
    assert sum(1 for n in washed if n > 1) > 40
    assert sum(in_part) > 20


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("method", ["fifo", "lifo", "hifo", "lofo"])
def test_no_cent_of_a_loss_is_lost_or_made(seed: int, method: str) -> None:
    rows = [row for row in made(seed) if row.day <= UNTIL]
    got = matched(rows, seed % 2 == 0, method=method)
    assert sum(d.disallowed_cents for d in got.dispositions) == sum(r.disallowed_cents for r in got.replaced)
    for d in got.dispositions:
        assert 0 <= d.disallowed_cents <= max(d.basis_cents - d.proceeds_cents, 0)
        assert 0 <= d.disallowed_parts <= max(d.basis_parts - d.proceeds_parts, 0)
    paid = sum(row.dollars * row.units * 100 for row in rows if row.what in ("buy", "gift"))
    disallowed = sum(d.disallowed_cents for d in got.dispositions)
    assert paid + disallowed == sum(d.basis_cents for d in got.dispositions) + sum(lot.basis_cents for lot in got.held)
    bought: Counter[str] = Counter()
    for r in got.replaced:
        bought[r.bought] += int(r.units)
    assert all(bought[row.id] <= row.units for row in rows if row.what == "buy")
    assert not bought.keys() & {row.id for row in rows if row.what != "buy"}
    net = sum(d.proceeds_parts - d.basis_parts + d.disallowed_parts for d in got.dispositions)
    assert got.nets.get(2025, 0) == net


@pytest.mark.parametrize("seed", range(60))
def test_rows_that_are_alike_may_change_places(seed: int) -> None:
    rows = made(seed)
    twice = [Row(f"{row.id}.{n}", row.day, row.what, row.wallet, row.units, row.dollars, row.to)
             for row in rows for n in (1, 2)]  # fmt: skip
    swapped = [twice[at + 1 if at % 2 == 0 else at - 1] for at in range(len(twice))]
    first, second = (matched(order, False) for order in (twice, swapped))
    assert sorted(_alike(first)) == sorted(_alike(second))
    assert first.nets == second.nets


def _alike(result: MatchResult) -> list[tuple[str, str, date, int, int, int]]:
    return [
        (d.transaction[:-2], d.lot[:-2], d.acquired, d.proceeds_cents, d.basis_cents, d.disallowed_cents)
        for d in result.dispositions
    ]


def rows_of(got: dict[str, Any]) -> list[list[str]]:
    return [[d["proceeds"], d["basis"], d["code"], d["adjustment"], d["gain"]] for d in got["dispositions"]]


def test_fewer_bought_than_sold(make_case: MakeCase) -> None:
    """P550-WASH-1: Pub. 550 (2025), page 87, Wash Sales, More or less stock bought than sold, Example 1."""
    rows = (
        buy("2024-09-20", 100, "VTI", 5000),
        buy("2024-12-13", 50, "VTI", 2750),
        buy("2024-12-20", 25, "VTI", 1125),
        sell("2025-01-03", 100, "VTI", 4000),
    )
    got = document(make_case(ledger(*rows), 2025, more=SHARE))
    assert rows_of(got) == [["4000.00", "5000.00", "W", "750.00", "-250.00"]]
    assert sorted(lot["basis"] for lot in got["open_lots"]) == ["1375.00", "3250.00"]
    assert [(w["bought_back"], w["quantity"], w["disallowed"]) for w in got["wash_sales"]] == [
        ("2", "50", "500.00"),
        ("3", "25", "250.00"),
    ]


def test_more_bought_than_sold(make_case: MakeCase) -> None:
    """Pub. 550 (2025), page 87, the same, Example 2: the first 100 of the 200 bought after the sale."""
    after = (buy(f"2025-02-0{day}", 50, "VTI", 1000) for day in (3, 4, 5, 6))
    rows = (buy("2024-09-16", 100, "VTI", 5000), sell("2025-01-29", 100, "VTI", 4000), *after)
    got = document(make_case(ledger(*rows), 2025, more=SHARE))
    assert rows_of(got) == [["4000.00", "5000.00", "W", "1000.00", "0.00"]]
    assert [lot["basis"] for lot in got["open_lots"]] == ["1500.00", "1500.00", "1000.00", "1000.00"]


def test_the_loss_of_one_block_is_not_set_against_the_gain_of_another(make_case: MakeCase) -> None:
    """Pub. 550 (2025), page 87, Loss and gain on same day: 100 each at 158, 100 and 95; 300 sold at 125; 250 bought
    back in the next January."""
    rows = (
        buy("2019-02-01", 100, "VTI", 15800),
        buy("2019-04-01", 100, "VTI", 10000),
        buy("2019-06-03", 100, "VTI", 9500),
        sell("2024-12-27", 300, "VTI", 37500),
        buy("2025-01-10", 250, "VTI", 30000),
    )
    got = document(make_case(ledger(*rows), 2024, more=SHARE))
    assert [d["gain"] for d in got["dispositions"]] == ["0.00", "2500.00", "3000.00"]
    assert [d["code"] for d in got["dispositions"]] == ["W", "", ""]
    [told] = found(got, "wash-sale")
    assert told["amount"] == "3300.00"


def test_a_basis_that_took_over_a_loss_and_its_time(make_case: MakeCase) -> None:
    """Treas. Reg. §1.1091-2(a), Example 1: 100, sold for 80, bought back for 90; IRC §1223(3) for the time."""
    rows = (
        buy("2023-01-15", 1, "VTI", 100),
        sell("2024-01-15", 1, "VTI", 80),
        buy("2024-02-01", 1, "VTI", 90),
        sell("2024-02-03", 1, "VTI", 115),
    )
    got = document(make_case(ledger(*rows), 2024, more=SHARE))
    assert [(d["basis"], d["gain"], d["term"]) for d in got["dispositions"]] == [
        ("100.00", "0.00", "short"),
        ("110.00", "5.00", "long"),
    ]


def test_a_form_1099_da_of_a_tokenized_security(make_case: MakeCase) -> None:
    """Instructions for Form 1099-DA (2026), box 1i: 100 units for 1,000 sold for 600, 75 bought back."""
    rows = (
        buy("2026-09-01", 100, "VTI", 1000),
        sell("2026-10-10", 100, "VTI", 600, form="1099-DA", basis_reported="yes"),
        buy("2026-10-20", 75, "VTI", 500),
    )
    got = document(make_case(ledger(*rows), 2026, more=SHARE))
    assert rows_of(got) == [["600.00", "1000.00", "W", "300.00", "-100.00"]]
    assert [lot["basis"] for lot in got["open_lots"]] == ["800.00"]


def test_each_unit_bought_back_counts_once_and_for_the_first_loss(make_case: MakeCase) -> None:
    """Treas. Reg. §1.1091-1(b) and (e): the later sale finds nothing left; the purchase is in another wallet."""
    rows = (
        buy("2024-01-10", 10, "VTI", 1000),
        sell("2025-06-02", 5, "VTI", 300),
        sell("2025-06-03", 5, "VTI", 200),
        buy("2025-06-20", 5, "VTI", 250, wallet="Other"),
    )
    got = document(make_case(ledger(*rows), 2025, more=SHARE))
    assert [d["gain"] for d in got["dispositions"]] == ["0.00", "-300.00"]


def test_a_loss_that_waits_through_the_new_year_is_the_same_from_both_years(make_case: MakeCase) -> None:
    rows = (
        buy("2024-01-10", 10, "VTI", 3000),
        sell("2025-12-20", 10, "VTI", 2000),
        buy("2026-01-05", 4, "VTI", 900),
        buy("2026-01-19", 4, "VTI", 900),
        buy("2026-01-20", 9, "VTI", 900),
        sell("2026-03-20", 17, "VTI", 5000),
    )
    text = ledger(*rows)
    before = document(make_case(text, 2025, more=SHARE))
    assert rows_of(before) == [["2000.00", "3000.00", "W", "800.00", "-200.00"]]
    later = document(make_case(text, 2026, more=SHARE, name="later"))
    assert sum(Decimal(d["basis"]) for d in later["dispositions"]) == 3500
    assert {d["term"] for d in later["dispositions"]} == {"long", "short"}


def test_a_trade_buys_back_and_a_gift_does_not(make_case: MakeCase) -> None:
    common = (
        buy("2024-01-10", 10, "VTI", 1000),
        buy("2024-01-10", 10, "VOO", 1000),
        sell("2025-06-02", 10, "VTI", 400),
    )
    traded = trade("2025-06-20", 10, "VOO", 10, "VTI", 1100)
    given = receive("gift_in", "2025-06-20", 10, "VTI", acquired="2020-01-01", basis_usd=50, fmv_usd=500)
    assert "W" in {d["code"] for d in document(make_case(ledger(*common, traded), 2025, more=SHARE))["dispositions"]}
    got = document(make_case(ledger(*common, given), 2025, more=SHARE, name="gift"))
    assert {d["code"] for d in got["dispositions"]} == {""}


def test_units_moved_after_they_were_bought_still_take_the_loss_over(make_case: MakeCase) -> None:
    rows = (
        buy("2024-01-10", 10, "VTI", 1000),
        buy("2025-05-20", 10, "VTI", 500, wallet="Other"),
        move("2025-05-25", 10, "VTI", "Third", wallet="Other"),
        sell("2025-06-02", 10, "VTI", 400),
    )
    got = document(make_case(ledger(*rows), 2025, more=SHARE))
    assert rows_of(got) == [["400.00", "1000.00", "W", "600.00", "0.00"]]
    assert [(lot["wallet"], lot["basis"]) for lot in got["open_lots"]] == [("Third", "1100.00")]


def test_a_loss_to_a_relative_goes_into_no_basis(make_case: MakeCase) -> None:
    rows = (
        buy("2024-01-10", 10, "VTI", 1000),
        sell("2025-06-02", 10, "VTI", 400, nondeductible="related"),
        buy("2025-06-20", 10, "VTI", 500),
    )
    got = document(make_case(ledger(*rows), 2025, more=SHARE))
    assert rows_of(got) == [["400.00", "1000.00", "L", "600.00", "0.00"]]
    assert [lot["basis"] for lot in got["open_lots"]] == ["500.00"]


def test_the_loss_of_a_gift_is_measured_by_what_it_was_worth(make_case: MakeCase) -> None:
    """IRC §1015(a): the donor's 1,000, worth 600 at the gift, sold for 400: a loss of 200, held from the gift."""
    rows = (
        receive("gift_in", "2025-05-02", 10, "VTI", acquired="2020-01-01", basis_usd=1000, fmv_usd=600),
        sell("2025-06-02", 10, "VTI", 400),
        buy("2025-06-20", 10, "VTI", 500),
    )
    got = document(make_case(ledger(*rows), 2025, more=SHARE))
    assert rows_of(got) == [["400.00", "600.00", "W", "200.00", "0.00"]]
    [lot] = got["open_lots"]
    assert lot["basis"] == "700.00"
    assert lot["acquired"] == "2025-05-20"


def test_whole_dollars_leave_nothing_of_a_loss_that_is_not_allowed(make_case: MakeCase, tmp_path: Path) -> None:
    rows = (
        buy("2024-01-10", 3, "VTI", "100.01"),
        sell("2025-06-02", 3, "VTI", "50.48"),
        buy("2025-06-20", 3, "VTI", 500),
    )
    got = document(make_case(ledger(*rows), 2025, more=SHARE, elections=", rounding: dollars"))
    assert got["lines"]["f1040sd"]["16"] == "0.00"


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_the_journal_of_the_lots_still_balances(seed: int) -> None:
    journal: list[Entry] = []
    rows = [row for row in made(seed) if row.day <= UNTIL]
    got = matched(rows, False, journal=journal)
    assert all(balance.holds for balance in balances(journal, got.held))
    assert sum(e.basis_cents for e in journal if e.what == "adjusted") == sum(
        d.disallowed_cents for d in got.dispositions
    )


class _Asked:
    """Rules that disallow every loss, and note what they were asked."""

    def __init__(self) -> None:
        self.facts: list[dict[str, Any]] = []

    def may_conclude(self, *_: object) -> bool:
        return True

    def parameter(self, _: str) -> int:
        return 30

    def conclude(self, about: str, facts: list[dict[str, Any]], names: object) -> list[dict[str, Any]]:
        self.facts += facts
        one = {"wash_sale": SimpleNamespace(value="disallowed"), "same_purchase": SimpleNamespace(value="replaces")}
        return [one for _ in facts]


@pytest.mark.parametrize(("reported_as", "told"), [("as_the_row", ("1099-DA", True)), ("nowhere", ("none", False))])
def test_a_fee_is_told_to_the_rules_with_the_basis_that_its_form_reports(
    make_case: MakeCase, reported_as: Any, told: tuple[str, bool]
) -> None:
    case = read_case(make_case(ledger(), 2025))
    row = Transaction(
        "r1", datetime(2025, 3, 5, 12, tzinfo=UTC), date(2025, 3, 5), "A", "sell", Source("l.csv", 2),
        sent_quantity=Decimal(1), sent_asset="VTI", fee_quantity=Decimal("0.1"), fee_asset="VOO",
        value_cents=90000, form="1099-DA", basis_reported=True,
    )  # fmt: skip
    does = Treatment("disposition", "no_effect", True, "method", reported_as, "none_received")
    rules = _Asked()
    law = wash_law(case, [row], lambda _: rules, lambda _: does, ())  # type: ignore[arg-type,return-value]
    of = {fact["kind"]: (fact["form"], fact["basis_reported"]) for fact in rules.facts}
    assert of == {"sell": ("1099-DA", True), "fee": told}
    assert law is not None
    assert law.terms == {("r1", "sell", "VTI"): Terms(30, True), ("r1", "fee", "VOO"): Terms(30, True)}
