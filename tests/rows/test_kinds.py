"""Rows that are neither buying nor selling: spouses, gifts, donations, thefts, losses, renames, rebates, half moves.

Right answers were worked out by hand from public complaints; each test names its authority.
"""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from conftest import MakeCase
from ledgers import buy, give, ledger, move, receive, sell, trade
from niner.ledger import Transaction
from niner.lots import Treatment, missing
from niner.prepare import Options, prepare
from niner.values import Finding, Source


def document(folder: Path) -> dict[str, Any]:
    prepared = prepare(folder, Options(forms=False))
    assert prepared.ok, [f.says for f in prepared.findings]
    return json.loads(next(path for path in prepared.written if path.name == "return.json").read_text())


def errors(folder: Path) -> list[Finding]:
    prepared = prepare(folder, Options(forms=False))
    assert not prepared.ok
    return [f for f in prepared.findings if f.severity == "error"]


def said(document: dict[str, Any]) -> set[str]:
    return {finding["id"] for finding in document["findings"]}


def gains(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(d["gain"], d["term"]) for d in document["dispositions"]]


def test_what_comes_from_a_spouse_keeps_basis_and_date_in_a_loss(make_case: MakeCase) -> None:
    """IRC §1041(b)(2) and §1223(2): bought 2021 for 4,500, worth 3,000 when given, sold for 2,600."""
    from_spouse = receive("spouse_in", "2025-01-05", 1, "ETH", acquired="2021-11-05", basis_usd=4500)
    got = document(make_case(ledger(from_spouse, sell("2025-06-05", 1, "ETH", 2600)), 2025))
    assert gains(got) == [("-1900.00", "long")]
    assert got["dispositions"][0]["box"] == "L"
    assert got["dispositions"][0]["acquired"] == "2021-11-05"


@pytest.mark.parametrize("lacks", ["acquired", "basis_usd"])
def test_what_comes_from_a_spouse_needs_date_and_basis(make_case: MakeCase, lacks: str) -> None:
    given = {"acquired": "2021-11-05", "basis_usd": 4500} | {lacks: ""}
    (error,) = errors(make_case(ledger(receive("spouse_in", "2025-01-05", 1, "ETH", **given)), 2025))
    assert lacks in error.says
    assert "spouse" in error.todo


def test_a_gift_whose_note_names_a_spouse_is_asked(make_case: MakeCase) -> None:
    gift = receive(
        "gift_in", "2025-01-05", 1, "ETH", acquired="2021-11-05", basis_usd=4500, fmv_usd=3000, note="from spouse"
    )
    got = document(make_case(ledger(gift, sell("2025-06-05", 1, "ETH", 2600)), 2025))
    (finding,) = [f for f in got["findings"] if f["id"] == "gift-from-spouse"]
    assert "spouse_in" in finding["todo"]
    assert finding["source"]["row"] == 2


@pytest.mark.parametrize(
    ("acquired", "told", "term"),
    [("", True, "short"), ("2024-11-05", False, "long"), ("2025-01-05", False, "short")],
)
def test_a_gift_of_basis_zero_is_undocumented_where_the_ledger_has_no_date_of_the_donor(
    make_case: MakeCase, acquired: str, told: bool, term: str
) -> None:
    """Without one the basis is zero and the time held begins with the gift; with one, 0 is the donor's own basis."""
    gift = receive("gift_in", "2025-01-05", 1, "ETH", acquired=acquired, basis_usd=0, fmv_usd=3000)
    got = document(make_case(ledger(gift, sell("2025-12-05", 1, "ETH", 2600)), 2025))
    assert gains(got) == [("2600.00", term)]
    assert ("gift-basis" in {f["id"] for f in got["findings"]}) is told


def test_a_row_of_kind_fee_disposes_of_its_units(make_case: MakeCase) -> None:
    """Network gas with a row of its own: 0.1 of what cost 2,000, worth 300 (Treas. Reg. §1.1001-7(b)(1))."""
    gas = give("fee", "2025-06-05", "0.1", "ETH", usd_value=300)
    got = document(make_case(ledger(buy("2024-01-05", 1, "ETH", 2000), gas), 2025))
    assert gains(got) == [("100.00", "long")]
    assert [(lot["quantity"], lot["basis"]) for lot in got["open_lots"]] == [("0.9", "1800.00")]


def test_a_gift_keeps_its_worth_when_it_is_moved_between_own_wallets(make_case: MakeCase) -> None:
    """IRC §1015(a): a loss is measured by the worth at the gift, 40,000, in whatever wallet the units then are."""
    gift = receive("gift_in", "2025-01-05", 1, "BTC", acquired="2020-11-05", basis_usd=60000, fmv_usd=40000)
    rows = (gift, move("2025-02-05", 1, "BTC", "Ledger"), sell("2025-06-05", 1, "BTC", 30000, wallet="Ledger"))
    assert gains(document(make_case(ledger(*rows), 2025))) == [("-10000.00", "short")]


def test_lots_left_over_on_1_january_2025_go_to_the_wallet_used_first(make_case: MakeCase) -> None:
    """Third sold the common pool's oldest, those of Zeta and Alpha: its own two are theirs, the older Zeta's."""
    rows = (
        buy("2021-01-05", 1, "ETH", 1000, wallet="Zeta"),
        buy("2021-02-05", 1, "ETH", 2000, wallet="Alpha"),
        buy("2021-03-05", 1, "ETH", 3000, wallet="Third"),
        buy("2021-04-05", 1, "ETH", 4000, wallet="Third"),
        sell("2024-05-05", 2, "ETH", 9000, wallet="Third"),
    )
    got = document(make_case(ledger(*rows), 2025))
    assert {(lot["wallet"], lot["basis"]) for lot in got["open_lots"]} == {("Zeta", "3000.00"), ("Alpha", "4000.00")}


LEAVING = ["gift_out", "spouse_out", "donation", "stolen", "lost", "worthless"]


@pytest.mark.parametrize("kind", LEAVING)
@pytest.mark.parametrize(("year", "days"), [(2025, ("2023-01-10", "2024-12-10")), (2024, ("2022-01-10", "2023-12-10"))])
def test_units_that_leave_take_their_lots_by_the_method(
    make_case: MakeCase, kind: str, year: int, days: tuple[str, str]
) -> None:
    """2 ETH for 3,000 and 1 for 3,800; one leaves, two are sold for 5,200: the older unit left, +1,100 and -1,200.

    The same in wallet pools (2025) and in the common pool (2024).
    """
    rows = (
        buy(days[0], 2, "ETH", 3000),
        buy(days[1], 1, "ETH", 3800),
        give(kind, f"{year}-03-10", 1, "ETH"),
        sell(f"{year}-06-10", 2, "ETH", 5200),
    )
    got = document(make_case(ledger(*rows), year))
    assert sorted(gains(got)) == [("-1200.00", "short"), ("1100.00", "long")]
    assert got["lines"]["f1040sd"]["16"] == "-100.00"
    (left,) = got["left_without_sale"]
    assert (left["kind"], left["basis"], left["acquired"], left["quantity"]) == (kind, "1500.00", days[0], "1")


@pytest.mark.parametrize("kind", LEAVING)
def test_units_that_left_long_ago_block_no_other_year_or_asset(make_case: MakeCase, kind: str) -> None:
    rows = (
        buy("2020-01-10", 3, "ETH", 450),
        give(kind, "2021-05-10", 1, "ETH"),
        buy("2025-01-10", 1, "BTC", 90000),
        sell("2025-06-10", 1, "BTC", 100000),
    )
    got = document(make_case(ledger(*rows), 2025))
    assert gains(got) == [("10000.00", "short")]
    assert got["left_without_sale"] == []
    held = [(lot["asset"], lot["quantity"], lot["basis"]) for lot in got["open_lots"]]
    assert held == [("ETH", "2", "300.00")]


def test_a_theft_in_the_middle_takes_the_older_coin(make_case: MakeCase) -> None:
    """CCA 202511015: the lot leaves; the loss is a question of Form 4684, with the basis as its most."""
    rows = (
        buy("2021-03-10", 1, "BTC", 50000),
        buy("2024-12-10", 1, "BTC", 90000),
        give("stolen", "2025-02-13", 1, "BTC"),
        sell("2025-06-16", 1, "BTC", 100000),
    )
    got = document(make_case(ledger(*rows), 2025))
    assert gains(got) == [("10000.00", "short")]
    (finding,) = [f for f in got["findings"] if f["id"] == "theft-loss"]
    assert (finding["amount"], finding["source"]["row"]) == ("50000.00", 4)
    assert "Form 4684" in finding["todo"]


def test_leaving_more_than_was_held_is_an_error(make_case: MakeCase) -> None:
    (error,) = errors(make_case(ledger(buy("2025-01-10", 1, "ETH", 1), give("gift_out", "2025-02-10", 2, "ETH")), 2025))
    assert (error.id, error.source.row if error.source else 0) == ("lots-short", 3)
    assert "gives away 2 ETH" in error.says


@pytest.mark.parametrize(
    ("year", "worth", "over"),
    [
        (2021, 15000, None),
        (2021, 15001, "1.00"),
        (2024, 18500, "500.00"),
        (2025, 19000, None),
        (2025, 20000, "1000.00"),
    ],
)
def test_gifts_above_the_year_s_exclusion_name_form_709(
    make_case: MakeCase, year: int, worth: int, over: str | None
) -> None:
    """IRC §2503(b)."""
    rows = (buy("2020-01-10", 1, "BTC", 5000), give("gift_out", f"{year}-05-10", 1, "BTC", fmv_usd=worth))
    got = document(make_case(ledger(*rows), year))
    found = [f for f in got["findings"] if f["id"] == "gift-tax-return"]
    assert [f["amount"] for f in found] == ([over] if over else [])
    assert "gift-worth" not in said(got)


def test_a_gift_without_its_worth_names_form_709_and_blocks_nothing(make_case: MakeCase) -> None:
    rows = (buy("2020-01-10", 1, "BTC", 5000), give("gift_out", "2025-05-10", 1, "BTC"))
    got = document(make_case(ledger(*rows), 2025))
    (finding,) = [f for f in got["findings"] if f["id"] == "gift-worth"]
    assert "$19,000" in finding["todo"]
    assert "Form 709" in finding["todo"]


@pytest.mark.parametrize(
    ("worth", "ids"),
    [
        ("", {"donation-deduction"}),
        (500, {"donation-deduction"}),
        (501, {"donation-deduction", "form-8283-a"}),
        (5000, {"donation-deduction", "form-8283-a"}),
        (5001, {"donation-deduction", "form-8283-b"}),
    ],
)
def test_a_donation_names_its_form_by_its_worth(make_case: MakeCase, worth: object, ids: set[str]) -> None:
    """IRC §170(f)(11); CCA 202302012."""
    rows = (buy("2020-01-10", 1, "BTC", 400), give("donation", "2025-05-10", 1, "BTC", fmv_usd=worth))
    got = document(make_case(ledger(*rows), 2025))
    assert said(got) & {"donation-deduction", "form-8283-a", "form-8283-b"} == ids


def test_donated_units_held_for_a_year_or_less_are_told_with_their_basis(make_case: MakeCase) -> None:
    """IRC §170(e)(1)(A): of short-term property no more than the basis."""
    rows = (
        buy("2023-01-10", 1, "ETH", 1000),
        buy("2025-01-10", 1, "ETH", 3000),
        give("donation", "2025-05-10", 2, "ETH", fmv_usd=7000),
    )
    got = document(make_case(ledger(*rows), 2025))
    (finding,) = [f for f in got["findings"] if f["id"] == "donation-deduction"]
    assert "($3,000)" in finding["says"]


def test_a_worthless_share_is_a_sale_that_is_still_to_be_written(make_case: MakeCase) -> None:
    """IRC §165(g)(1) is for securities; CCA 202302011 for digital assets."""
    rows = (buy("2023-01-10", 10, "BUST", 5000), give("worthless", "2025-05-10", 10, "BUST"))
    share = document(make_case(ledger(*rows), 2025, more="assets: {BUST: {class: security}}"))
    coin = document(make_case(ledger(*rows), 2025, name="coin"))
    assert said(share) & {"worthless-security", "worthless-units"} == {"worthless-security"}
    assert said(coin) & {"worthless-security", "worthless-units"} == {"worthless-units"}


@pytest.mark.parametrize("kind", ["rename", "transfer"])
def test_a_migration_carries_basis_and_date_over_and_says_both_positions(make_case: MakeCase, kind: str) -> None:
    """MATIC to POL, one for one: no authority decides it; it must not be sent to a taxable trade in silence."""
    sides = {"sent_quantity": 1000, "sent_asset": "MATIC", "received_quantity": 1000, "received_asset": "POL"}
    rows = (
        buy("2022-01-10", 1000, "MATIC", 2000, wallet="W"),
        {"time": "2024-10-10", "wallet": "W", "kind": kind, "to_wallet": "W", **sides},
        sell("2025-06-10", 1000, "POL", 200, wallet="W"),
    )
    got = document(make_case(ledger(*rows), 2025))
    assert gains(got) == [("-1800.00", "long")]
    assert got["dispositions"][0]["acquired"] == "2022-01-10"
    (finding,) = [f for f in got["findings"] if f["id"] == "kind"]
    assert finding["severity"] == "review"
    assert "other position" in finding["says"]
    assert "trade" in finding["todo"]


@pytest.mark.parametrize("year", [2024, 2025])
def test_a_wrap_moves_with_its_basis_and_its_fee_is_a_disposition(make_case: MakeCase, year: int) -> None:
    sides = {"sent_quantity": 1, "sent_asset": "ETH", "received_quantity": 1, "received_asset": "WETH"}
    rows = (
        buy("2022-01-10", "1.001", "ETH", "2002", wallet="W"),
        {
            **{"time": f"{year}-03-10", "wallet": "W", "kind": "rename", "to_wallet": "DeFi", **sides},
            **{"fee_quantity": "0.001", "fee_asset": "ETH", "fee_usd": 3},
        },
        sell(f"{year}-06-10", 1, "WETH", 2500, wallet="DeFi"),
    )
    got = document(make_case(ledger(*rows), year))
    assert sorted(gains(got)) == [("1.00", "long"), ("500.00", "long")]
    assert got["open_lots"] == []


def test_a_rename_follows_the_method_and_survives_the_change_of_pools(make_case: MakeCase) -> None:
    """Two wallets in the common pool of 2024, one of them renames its own units; in 2025 each is a pool."""
    sides = {"sent_quantity": 1, "sent_asset": "OLD", "received_quantity": 1, "received_asset": "NEW"}
    rows = (
        buy("2022-01-10", 1, "OLD", 100, wallet="A"),
        buy("2023-01-10", 1, "OLD", 300, wallet="B"),
        {"time": "2024-03-10", "wallet": "B", "kind": "rename", **sides},
        sell("2025-06-10", 1, "NEW", 500, wallet="B"),
        sell("2025-06-11", 1, "OLD", 500, wallet="A"),
    )
    got = document(make_case(ledger(*rows), 2025))
    assert sum(float(gain) for gain, _ in gains(got)) == 600.0
    assert got["open_lots"] == []


def test_a_rename_is_one_for_one_and_of_two_names(make_case: MakeCase) -> None:
    def row(units: int, asset: str) -> dict[str, object]:
        sides = {"sent_quantity": 1, "sent_asset": "OLD", "received_quantity": units, "received_asset": asset}
        return {"time": "2024-03-10", "kind": "rename", **sides}

    rows = (buy("2022-01-10", 2, "OLD", 100), row(100, "NEW"), row(1, "OLD"))
    found = errors(make_case(ledger(*rows), 2025))
    assert [(error.id, error.source.row if error.source else 0) for error in found] == [
        *(("ledger-rename", 3), ("ledger-rename", 4)),
    ]


def test_the_other_position_on_a_migration_is_a_trade(make_case: MakeCase) -> None:
    rows = (
        buy("2022-01-10", 1000, "MATIC", 2000),
        trade("2024-10-10", 1000, "MATIC", 1000, "POL", 400),
        sell("2025-06-10", 1000, "POL", 200),
    )
    assert gains(document(make_case(ledger(*rows), 2025))) == [("-200.00", "short")]


def test_rules_that_make_a_rename_a_sale_need_its_value(make_case: MakeCase, tmp_path: Path) -> None:
    """A firm's position in one file: then no value is never taken for zero."""
    (tmp_path / "firm" / "2020").mkdir(parents=True)
    (tmp_path / "firm" / "2020" / "treatment.yaml").write_text(
        "decides: treatment\nrules:\n  - id: renamed\n    says: A migration is a trade.\n"
        "    authority: Example Act §1\n    when: {kind: rename}\n    then: exchange\n"
    )
    sides = {"sent_quantity": 1, "sent_asset": "OLD", "received_quantity": 1, "received_asset": "NEW"}
    rename = {"time": "2025-03-10", "kind": "rename", **sides}
    options = Options(forms=False, overlays=(tmp_path / "firm",))
    rows = (buy("2022-01-10", 1, "OLD", 100), rename)
    without = prepare(make_case(ledger(*rows), 2025), options)
    assert [f.id for f in without.findings if f.severity == "error"] == ["ledger-price"]


@pytest.mark.parametrize(
    ("kind", "treatment", "basis_from", "given", "lacks"),
    [
        ("gift_out", "disposition", "none_received", {}, ("usd_value",)),
        ("gift_out", "leaves", "none_received", {}, ()),
        ("staking", "acquisition", "stated", {"usd_value": 30}, ("basis_usd",)),
        ("staking", "acquisition", "cost", {"basis_usd": 30}, ("usd_value",)),
        ("staking", "acquisition", "stated", {"basis_usd": 0}, ()),
        ("staking", "income", "zero", {}, ("usd_value",)),
        ("staking", "created", "zero", {}, ()),
        ("opening", "income", "amount_included", {"basis_usd": 30}, ("usd_value",)),
        ("inherited", "inheritance", "stated_or_value_at_death", {"basis_usd": 30}, ()),
        ("inherited", "inheritance", "stated_or_value_at_death", {"usd_value": 30}, ("fmv_usd",)),
        ("spouse_in", "gift_received", "donor_basis", {"basis_usd": 30}, ("fmv_usd",)),
    ],
)
def test_a_row_that_is_treated_as_another_kind_needs_what_that_needs(
    kind: str, treatment: str, basis_from: str, given: dict[str, int], lacks: tuple[str, ...]
) -> None:
    sent = kind == "gift_out"
    units = Decimal(1)
    row = Transaction(
        *("1", datetime(2025, 3, 10, tzinfo=UTC), date(2025, 3, 10), kind, "A", Source("l.csv", 2)),
        sent_quantity=units if sent else None,
        sent_asset="ETH" if sent else "",
        received_quantity=None if sent else units,
        received_asset="" if sent else "ETH",
        value_cents=given.get("usd_value"),
        basis_cents=given.get("basis_usd"),
        fmv_cents=given.get("fmv_usd"),
    )
    does = Treatment(treatment, "none", False, "by_method", "none", basis_from)
    assert missing(row, does) == lacks


def test_a_rebate_is_no_income_and_has_a_basis(make_case: MakeCase) -> None:
    """Pub. 525, Cash rebates."""
    rows = (
        receive("rebate", "2025-01-05", 100, "CRO", usd_value=12),
        sell("2025-06-05", 100, "CRO", 20),
    )
    got = document(make_case(ledger(*rows), 2025))
    assert gains(got) == [("8.00", "short")]
    assert got["income"] == []
    assert "card-rebates" in said(got)


def test_a_reward_that_its_note_calls_cash_back_is_asked(make_case: MakeCase) -> None:
    rows = (receive("reward", "2025-01-05", 100, "CRO", usd_value=12, note="card cashback 2%"),)
    got = document(make_case(ledger(*rows), 2025))
    assert got["lines"]["f1040s1"]["8v"] == "12.00"
    (finding,) = [f for f in got["findings"] if f["id"] == "rebates-among-rewards"]
    assert finding["amount"] == "12.00"
    assert "rebate" in finding["todo"]


def test_half_of_a_move_stops_only_a_year_that_it_can_change(make_case: MakeCase) -> None:
    rows = [
        buy("2024-01-10", 2, "ETH", 3000, wallet="A"),
        give("transfer_out", "2025-02-10", 1, "ETH", wallet="A"),
    ]
    kept = document(make_case(ledger(*rows), 2025, name="kept"))
    assert [f["severity"] for f in kept["findings"] if f["id"] == "half-of-a-move"] == ["review"]
    rows.append(sell("2025-06-10", 1, "ETH", 2000, wallet="A"))
    (error,) = [e for e in errors(make_case(ledger(*rows), 2025)) if e.id == "half-of-a-move"]
    assert "to_wallet" in error.todo
    assert error.source is not None
    assert error.source.row == 3


def test_both_halves_as_one_transfer_are_right(make_case: MakeCase) -> None:
    rows = (
        buy("2024-01-10", 2, "ETH", 3000, wallet="A"),
        move("2025-02-10", 1, "ETH", "B", wallet="A"),
        sell("2025-06-10", 1, "ETH", 2000, wallet="B"),
    )
    assert gains(document(make_case(ledger(*rows), 2025))) == [("500.00", "long")]


def test_dollars_put_in_and_taken_out_change_nothing(make_case: MakeCase) -> None:
    cash = (
        {"time": "2025-01-01", "kind": "cash_in", "received_quantity": 5000, "received_asset": "USD"},
        {"time": "2025-12-01", "kind": "cash_out", "sent_quantity": 5000, "sent_asset": "USD"},
    )
    rows = (buy("2025-01-10", 1, "ETH", 3000), sell("2025-06-10", 1, "ETH", 2000))
    got = document(make_case(ledger(*cash, *rows), 2025))
    alone = document(make_case(ledger(*rows), 2025, name="alone"))
    assert got["lines"] == alone["lines"]
    assert got["open_lots"] == []


def test_cash_rows_move_no_units(make_case: MakeCase) -> None:
    row = {"time": "2025-01-01", "kind": "cash_in", "received_quantity": 5000, "received_asset": "USDC"}
    (error,) = errors(make_case(ledger(row), 2025))
    assert "dollars only" in error.says


def test_a_row_to_be_looked_at_is_an_error_until_it_is_settled(make_case: MakeCase) -> None:
    row = give("review", "2025-01-05", 1, "ETH")
    (error,) = errors(make_case(ledger(buy("2024-01-05", 1, "ETH", 1), row), 2025))
    assert error.source is not None
    assert error.source.row == 3
    assert "Form" in error.todo


@pytest.mark.parametrize("kind", ["margin_loss", "funding", "realized_pnl", "perpetual", "futures", "liquidation"])
def test_words_of_derivatives_say_where_their_result_goes(make_case: MakeCase, kind: str) -> None:
    rows = (buy("2025-01-10", 5000, "USDT", 5000), give(kind, "2025-02-10", 1200, "USDT"))
    (error,) = errors(make_case(ledger(*rows), 2025))
    assert "Form 6781" in error.todo
    assert "line_4" in error.todo
    assert "Form 8949" in error.todo


def test_a_gift_answers_the_question_as_the_year_asks_it(make_case: MakeCase) -> None:
    for year in (2022, 2025):
        rows = (buy("2020-01-10", 1, "BTC", 5000), give("stolen", f"{year}-05-10", 1, "BTC"))
        assert document(make_case(ledger(*rows), year, name=f"t{year}"))["digital_question"]["answer"] == "no"
        rows = (buy("2020-01-10", 1, "BTC", 5000), give("gift_out", f"{year}-05-10", 1, "BTC"))
        got = document(make_case(ledger(*rows), year, name=f"g{year}"))
        assert got["digital_question"]["answer"] == "yes"
        # From 2023 on the question does not name gifts: the cautious answer, with a review.
        asked = [(f["severity"], "Form 709" in f["todo"]) for f in got["findings"] if f["id"] == "digital-question"]
        assert asked == [("note", False)] if year == 2022 else [("review", True)]


def test_a_day_makes_the_difference_within_one_return(make_case: MakeCase) -> None:
    """Pub. 544, Holding Period: sold on the anniversary it is short-term, the day after long-term, side by side."""
    rows = (
        buy("2024-03-01", 2, "BTC", 2000),
        sell("2025-03-01", 1, "BTC", 3000),
        sell("2025-03-02", 1, "BTC", 4000),
    )
    assert gains(document(make_case(ledger(*rows), 2025))) == [("2000.00", "short"), ("3000.00", "long")]
