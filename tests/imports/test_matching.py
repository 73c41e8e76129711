"""Halves of moves to moves: sure ones by what exports show, others only where there is no choice, and rulings."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.exports import imported, said
from niner.imports.events import Event, Fee, Leg
from niner.imports.joining.matching import Matched, match, moved, tolerance
from niner.prepare import Options, prepare

START = datetime(2024, 3, 1, 12, tzinfo=UTC)
MakeCase = Callable[..., Path]


def half(
    kind: str, wallet: str, minutes: int, units: str, asset: str = "BTC", row: int = 1, fee: str = "", **more: object
) -> Event:
    leg = (Leg(Decimal(units), asset),)
    sides = {"sent": leg} if kind == "out" else {"received": leg}
    fees = (Fee(Decimal(fee), asset),) if fee else ()
    name = f"{wallet}:{kind}:{minutes}:{units}:{asset}:{row}"
    time = START + timedelta(minutes=minutes)
    event = Event(name, f"ledger/{wallet}.csv", (row,), row + 1, time, wallet, f"transfer_{kind}", fees=fees, **sides)
    return event._replace(**more)


def out(wallet: str, minutes: int, units: str, **more: object) -> Event:
    return half("out", wallet, minutes, units, **more)  # type: ignore[arg-type]


def into(wallet: str, minutes: int, units: str, **more: object) -> Event:
    return half("in", wallet, minutes, units, **more)  # type: ignore[arg-type]


def pairs(found: Matched) -> set[tuple[str, str, str]]:
    return {(pair.out, pair.into, pair.tier) for pair in found.transfers}


def test_the_same_transaction_is_certain_whatever_the_time(  # 0x and capitals differ between exports
) -> None:
    a = out("A", 0, "1", asset="ETH", txid="0xABC1")
    b = into("B", 6000, "0.999", asset="ETH", txid="abc1")
    other = into("C", 5, "1", asset="ETH")
    found = match([a, b, other])
    assert pairs(found) == {(a.id, b.id, "certain")}
    assert found.transfers[0].fee == Fee(Decimal("0.001"), "ETH")
    assert [one.event for one in found.unmatched] == [other.id]


def test_an_own_account_that_the_export_names_is_certain() -> None:
    a = out("Coinbase", 0, "0.5", route="Coinbase Pro")
    b = into("Coinbase Pro", 3 * 24 * 60, "0.5")
    assert pairs(match([a, b])) == {(a.id, b.id, "certain")}


@pytest.mark.parametrize(
    ("minutes", "units", "fits"),
    [
        (-60, "0.1", True),
        (-61, "0.1", False),
        (24 * 60, "0.1", True),
        (24 * 60 + 1, "0.1", False),
        (10, "0.098", True),  # what the network kept is within 0.002 BTC
        (10, "0.0979", False),
        (10, "0.1000001", False),
    ],
)
def test_time_and_amount_have_their_limits(minutes: int, units: str, fits: bool) -> None:
    a, b = out("A", 0, "0.1"), into("B", minutes, units)
    found = match([a, b])
    assert bool(found.transfers) == fits
    assert len(found.unmatched) == (0 if fits else 2)
    if fits:
        assert found.transfers[0].tier == "proposed"
        assert "no other half fits either" in found.transfers[0].why


def test_where_there_is_a_choice_nothing_is_paired_and_each_way_is_named() -> None:
    a, b, c = out("A", 0, "0.1", row=4), into("B", 10, "0.1", row=7), into("C", 20, "0.1", row=9)
    found = match([a, b, c])
    assert found.transfers == ()
    [asked] = [one for one in found.unmatched if one.event == a.id]
    assert [one.event for one in asked.candidates if one.event] == [b.id, c.id]
    assert asked.candidates[0].ruling == "- {transfer: [ledger/A.csv:4, ledger/B.csv:7], by: …, on: …, why: …}"
    assert {one.ruling.split("is: ")[1].split(",")[0] for one in asked.candidates if not one.event} == {
        "spend",
        "gift_out",
    }


@pytest.mark.parametrize("shared", [{"txid": "0xABC1"}, {"route": "B"}])
def test_what_went_to_somebody_else_is_no_fee(shared: dict[str, str]) -> None:
    """One transaction can pay two people: 9 of 10 units are no cost of moving the tenth."""
    a, b = out("A", 0, "10", asset="ETH", **shared), into("B", 5, "1", asset="ETH", **shared)
    found = match([a, b])
    assert found.transfers == ()
    [asked] = [one for one in found.unmatched if one.event == a.id]
    assert asked.candidates[0].event == b.id


def test_an_exact_amount_comes_before_one_that_a_fee_could_explain() -> None:
    a, b, c = out("A", 0, "0.1"), into("B", 10, "0.1"), into("C", 20, "0.0995")
    assert pairs(match([a, b, c])) == {(a.id, b.id, "proposed")}


def test_ten_equal_withdrawals_of_a_day_do_not_cross() -> None:
    outs = [out("A", n * 60, "0.1", row=n + 1) for n in range(10)]
    ins = [into("B", n * 60 + 35, "0.0999", row=n + 1) for n in range(10)]
    found = match([*reversed(ins), *outs])
    assert pairs(found) == {(a.id, b.id, "proposed") for a, b in zip(outs, ins, strict=True)}
    assert {pair.why for pair in found.transfers} == {
        "0.0001 BTC less arrived 35 minutes later; 10 equal moves, paired in order of time"
    }


def test_one_more_withdrawal_than_deposits_leaves_all_open() -> None:
    outs = [out("A", n * 60, "0.1", row=n + 1) for n in range(3)]
    ins = [into("B", n * 60 + 5, "0.1", row=n + 1) for n in range(2)]
    assert match([*outs, *ins]).transfers == ()


@pytest.mark.parametrize(("fee", "arrives", "kept"), [("0.0005", "1", "0"), ("0.0005", "0.9995", "0.0005")])
def test_a_fee_stated_beside_the_amount_may_be_in_it(fee: str, arrives: str, kept: str) -> None:
    """A fee on top of what arrives whole is paid beside it; one that is missing at the other end was in the amount."""
    a, b = out("A", 0, "1", fee=fee), into("B", 10, arrives)
    found = match([a, b])
    [move] = moved([a, b], found.transfers)
    assert (move.kind, move.to_wallet, move.received[0].quantity) == ("transfer", "B", Decimal(arrives))
    left = move.sent[0].quantity + sum((one.quantity for one in move.fees), Decimal(0))
    assert left == Decimal("1") + (Decimal(fee) if kept == "0" else 0)


def test_assets_of_two_names_are_one() -> None:
    a, b = out("A", 0, "5", asset="XBT"), into("B", 10, "5", asset="BTC")
    assert match([a, b]).transfers == ()
    assert pairs(match([a, b], same_as={"XBT": "BTC"})) == {(a.id, b.id, "proposed")}


HALVES = st.lists(
    st.tuples(
        st.sampled_from(["out", "in"]),
        st.sampled_from("ABC"),
        st.integers(0, 2000),
        st.sampled_from(["0.1", "0.0995", "0.2"]),
        st.sampled_from(["BTC", "ETH"]),
    ),
    max_size=9,
)


def _halves(drawn: Sequence[tuple[str, str, int, str, str]]) -> list[Event]:
    return [
        half(kind, wallet, minutes, units, asset, row)
        for row, (kind, wallet, minutes, units, asset) in enumerate(drawn, 1)
    ]


@settings(max_examples=150, deadline=None)
@given(drawn=HALVES, order=st.randoms(use_true_random=False))
def test_order_does_not_matter_and_units_are_conserved(
    drawn: Sequence[tuple[str, str, int, str, str]], order: "st.Random"
) -> None:
    events = _halves(drawn)
    found = match(events)
    shuffled = list(events)
    order.shuffle(shuffled)
    assert pairs(match(shuffled)) == pairs(found)
    used = [id for pair in found.transfers for id in (pair.out, pair.into)]
    assert len(used) == len(set(used))
    assert set(used) | {one.event for one in found.unmatched} == {event.id for event in events}
    by_id = {event.id: event for event in events}
    for move in moved(events, found.transfers):
        if move.kind == "transfer":
            before = by_id[move.id].sent[0].quantity
            assert before >= move.received[0].quantity > 0
            assert move.to_wallet != move.wallet


@settings(max_examples=100, deadline=None)
@given(drawn=HALVES, more=HALVES)
def test_an_unrelated_wallet_changes_no_pair(
    drawn: Sequence[tuple[str, str, int, str, str]], more: Sequence[tuple[str, str, int, str, str]]
) -> None:
    events = _halves(drawn)
    unrelated = [half(kind, f"{wallet}x", minutes, units, "DOGE", 50) for kind, wallet, minutes, units, _ in more]
    unrelated = list({event.id: event for event in unrelated}.values())
    kept = {pair for pair in pairs(match([*events, *unrelated])) if not pair[0].split(":")[0].endswith("x")}
    assert kept == pairs(match(events))


@settings(max_examples=150, deadline=None)
@given(drawn=HALVES)
def test_every_proposed_pair_has_no_other_choice_and_the_least_distance(
    drawn: Sequence[tuple[str, str, int, str, str]],
) -> None:
    """Against a plain reading: of all that fits an end of a pair only its equals are left, paired as near as can be."""
    events = _halves(drawn)
    by_id = {event.id: event for event in events}
    found = match(events)

    def fits(a: Event, b: Event) -> bool:
        gap, kept = b.time - a.time, a.sent[0].quantity - b.received[0].quantity
        units = tolerance().kept(a.sent[0].asset, a.sent[0].quantity)
        same = a.sent[0].asset == b.received[0].asset and a.wallet != b.wallet
        return same and timedelta(hours=-1) <= gap <= timedelta(hours=24) and 0 <= kept <= units

    def exact_first(a: Event, several: list[Event]) -> list[Event]:
        return [
            b for b in several if (a.sent or a.received)[0].quantity == (b.sent or b.received)[0].quantity
        ] or several

    outs = [e for e in events if e.sent]
    ins = [e for e in events if e.received]
    groups: dict[tuple[str, ...], list[tuple[Event, Event]]] = {}
    for pair in found.transfers:
        a, b = by_id[pair.out], by_id[pair.into]
        assert fits(a, b)
        for one in exact_first(a, [b for b in ins if fits(a, b)]):
            taken = next((p for p in found.transfers if p.into == one.id), None)
            assert one.wallet == b.wallet or (taken is not None and _exact(by_id, taken.out, taken.into))
        key = a.wallet, b.wallet, a.sent[0].asset, str(a.sent[0].quantity), str(b.received[0].quantity)
        groups.setdefault(key, []).append((a, b))
    assert all(event in outs or event in ins for event in events)
    for several in groups.values():
        mine = sum(abs((b.time - a.time).total_seconds()) for a, b in several)
        for other in permutations([b for _, b in several]):
            chosen = list(zip([a for a, _ in several], other, strict=True))
            if all(fits(a, b) for a, b in chosen):
                assert mine <= sum(abs((b.time - a.time).total_seconds()) for a, b in chosen)


def _exact(by_id: dict[str, Event], out_id: str, into_id: str) -> bool:
    return by_id[out_id].sent[0].quantity == by_id[into_id].received[0].quantity


HEADER = "id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset,usd_value\n"
ROWS = (
    HEADER
    + "b,2024-01-05T10:00Z,A,buy,,,1,BTC,40000\n"
    + "o,2024-03-01T12:00Z,A,transfer_out,0.5,BTC,,,\n"
    + "i,2024-03-01T12:30Z,B,transfer_in,,,0.5,BTC,\n"
    + "s,2024-06-01T10:00Z,B,sell,0.4,BTC,,,30000\n"
)


def test_matched_halves_are_a_move_for_the_return(make_case: MakeCase) -> None:
    """The units sold in B came from A: 0.4 of 1 BTC that cost 40,000."""
    found = prepare(make_case(ROWS), Options(forms=False))
    assert found.ok, [f.says for f in found.findings if f.severity == "error"]
    assert found.result is not None
    assert [row.basis_cents for row in found.result.rows if row.disposition.kind == "sell"] == [1600000]
    assert any(f.id == "transfer-proposed" for f in found.findings)


RULING = "by: Ada, on: 2026-02-03, why: both accounts were looked at"


def test_a_ruling_makes_a_move_that_nothing_else_would(make_case: MakeCase) -> None:
    late = ROWS.replace("2024-03-01T12:30Z", "2024-03-09T12:30Z")
    case = make_case(late)
    assert not prepare(case, Options(forms=False)).ok
    (case / "decisions.yaml").write_text(f"- {{transfer: [ledger/made.csv:2, ledger/made.csv:3], {RULING}}}\n")
    found = prepare(case, Options(forms=False))
    assert found.ok, [f.says for f in found.findings if f.severity == "error"]


@pytest.mark.parametrize(
    ("ruling", "says"),
    [
        ("transfer: [ledger/ledger.csv:2, ledger/ledger.csv:9]", "names no row that is an event"),
        ("transfer: [ledger/ledger.csv:2, ledger/other.csv:3]", "names no file that was read"),
        ("transfer: [ledger/ledger.csv:1, ledger/ledger.csv:4]", "one row that sends and one that receives"),
        ("row: ledger/ledger.csv:2, is: gift_in", "that sends units can't be gift_in"),
        ("row: ledger/ledger.csv:2, is: gift", "is no kind"),
        ("duplicate: [ledger/ledger.csv:2, ledger/ledger.csv:3], keep: ledger/ledger.csv:4", "neither of the two"),
        ("transfer: [ledger/ledger.csv:2]", "transfer"),
        ("swap: ledger/ledger.csv:2", "can't be told"),
    ],
)
def test_a_ruling_that_can_t_be_meant_is_refused_with_its_line(tmp_path: Path, ruling: str, says: str) -> None:
    (tmp_path / "decisions.yaml").write_text(f"- {{{ruling}, {RULING}}}\n")
    found = imported(tmp_path, {"ledger.csv": ROWS})
    problems = [f for f in found.findings if f.severity == "error"]
    assert [says in f.says for f in problems] == [True], [f.says for f in problems]
    assert str(problems[0].source) == "decisions.yaml, row 1"
    assert problems[0].todo


def test_a_row_is_what_the_preparer_says_it_is(tmp_path: Path) -> None:
    ruling = f"- {{row: ledger/ledger.csv:2, is: gift_out, fmv_usd: 31000.50, {RULING}}}\n"
    ruling += f"- {{row: ledger/ledger.csv:3, is: buy, usd_value: 30000, {RULING}}}\n"
    (tmp_path / "decisions.yaml").write_text(ruling)
    found = imported(tmp_path, {"ledger.csv": ROWS})
    assert said(found) == []
    kinds = {event.id: (event.kind, event.fmv_usd, event.usd_value) for event in found.events}
    assert kinds["o"] == ("gift_out", Decimal("31000.50"), None)
    assert kinds["i"] == ("buy", None, Decimal("30000.00"))
    assert found.unmatched == ()


@pytest.mark.parametrize(
    ("kind", "given", "missing"),
    [
        ("gift_in", "", "no basis_usd and no fmv_usd"),
        ("gift_in", "basis_usd: 5, ", "no fmv_usd"),
        ("opening", "basis_usd: 5, ", "no acquired"),
        ("inherited", "", "no fmv_usd"),
        ("spouse_in", "acquired: 2020-01-01, ", "no basis_usd"),
        ("buy", "", "was worth in dollars on 2024-03-01 is not known"),
    ],
)
def test_a_basis_that_nobody_gave_is_never_zero(make_case: MakeCase, kind: str, given: str, missing: str) -> None:
    case = make_case(HEADER + "i,2024-03-01T12:30Z,B,transfer_in,,,0.5,BTC,\n")
    (case / "decisions.yaml").write_text(f"- {{row: ledger/made.csv:1, is: {kind}, {given}{RULING}}}\n")
    found = prepare(case, Options(forms=False))
    assert [missing in f.says for f in found.findings if f.severity == "error"] == [True]


def test_other_rulings_make_what_was_prepared_out_of_date(make_case: MakeCase) -> None:
    case = make_case(ROWS)
    (case / "decisions.yaml").write_text(f"- {{row: ledger/made.csv:1, is: buy, usd_value: 41000, {RULING}}}\n")
    found = prepare(case, Options(forms=False))
    assert found.document is not None
    assert "decisions.yaml" in found.document["inputs"]


def test_one_of_two_that_are_the_same_is_dropped(tmp_path: Path) -> None:
    twice = ROWS + "b2,2024-01-05T10:00Z,A,buy,,,1,BTC,40000\n"
    ruling = f"- {{duplicate: [ledger/ledger.csv:1, ledger/ledger.csv:5], keep: ledger/ledger.csv:1, {RULING}}}\n"
    (tmp_path / "decisions.yaml").write_text(ruling)
    found = imported(tmp_path, {"ledger.csv": twice})
    assert said(found) == []
    assert [event.id for event in found.events if event.kind == "buy"] == ["b"]
