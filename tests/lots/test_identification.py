"""Which units leave: picks, standing orders, methods by wallet, and what falls back to first in, first out."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from conftest import MakeCase
from ledgers import buy, give, ledger, move, sell, trade
from niner.prepare import Options, Prepared, prepare

BY = "by: Ada, on: 2026-02-01, why: as recorded"


def ruled(folder: Path, *rulings: str) -> Prepared:
    """The case prepared with rulings in decisions.yaml, each in braces without the words that all of them have."""
    (folder / "decisions.yaml").write_text("".join(f"- {{{ruling}, {BY}}}\n" for ruling in rulings))
    return prepare(folder, Options(forms=False))


def document(prepared: Prepared) -> dict[str, Any]:
    assert prepared.ok, [f.says for f in prepared.findings if f.severity == "error"]
    out = prepared.folder / "out" / str(prepared.result.year)  # type: ignore[union-attr]
    return json.loads((out / "return.json").read_text())  # type: ignore[no-any-return]


def lots(prepared: Prepared) -> list[tuple[str, str]]:
    """(lot, units) of every disposition."""
    rows = document(prepared)["dispositions"]
    return [(lot["id"], lot["quantity"]) for row in rows for lot in row["lots"]]


def said(prepared: Prepared, id: str) -> list[str]:
    return [f.says for f in prepared.findings if f.id == id]


def pick(row: int, *picked: tuple[int, object], at: str = "2025-03-01T08:00-05:00", more: str = "") -> str:
    units = ", ".join(f"{{from: ledger/made.csv:{lot}, quantity: {quantity}}}" for lot, quantity in picked)
    record = "" if "record" in more else ", record: spreadsheet of that day"
    return f"row: ledger/made.csv:{row}, lots: [{units}], identified_on: {at}{record}{more}"


TWO_LOTS = (
    buy("2024-01-01", 10, "DE", 20),
    buy("2025-01-01", 20, "DE", 100),
    sell("2025-03-01T12:00:00-05:00", 10, "DE", 100),
)


def test_a_pick_made_in_time_decides_the_units(make_case: MakeCase) -> None:
    prepared = ruled(make_case(ledger(*TWO_LOTS), 2025), pick(3, (2, 10)))
    assert lots(prepared) == [("2", "10")]
    assert not said(prepared, "identification")


def test_the_picks_of_many_sales_are_read_and_told_by_their_lines(make_case: MakeCase) -> None:
    folder = make_case(ledger(*TWO_LOTS), 2025)
    note = "#" + "-" * 2_100_000 + "\n"  # more than any other file of a case may hold
    one = f"- {{{pick(3, (2, 10))}, {BY}}}\n"
    (folder / "decisions.yaml").write_text(note + one)
    prepared = prepare(folder, Options(forms=False))
    assert lots(prepared) == [("2", "10")]
    assert (
        document(prepared)["inputs"]["decisions.yaml"] == sha256((folder / "decisions.yaml").read_bytes()).hexdigest()
    )
    (folder / "decisions.yaml").write_text(one + one.replace("quantity: 10", "quantity: -1") + one.replace("Ada", "…"))
    wrong = [f for f in prepare(folder, Options(forms=False)).findings if f.severity == "error"]
    assert {f.source.row for f in wrong if f.source} == {2, 3}


@pytest.mark.parametrize(
    ("at", "more", "why"),
    [
        ("2025-03-01T12:00:01-05:00", "", "after they had left"),
        ("2025-03-02", "", "after they had left"),
        ("2025-03-01", "", "on the day on which they left"),
        ("2025-02-28", ", record: ''", "No record of the identification"),
    ],
)
def test_a_pick_that_came_too_late_or_has_no_record_falls_back(
    make_case: MakeCase, at: str, more: str, why: str
) -> None:
    prepared = ruled(make_case(ledger(*TWO_LOTS), 2025), pick(3, (2, 10), at=at, more=more))
    assert lots(prepared) == [("1", "10")]
    (finding,) = [f for f in prepared.findings if f.id == "identification"]
    assert why in finding.says
    assert finding.severity == "review"
    # 80 of long-term gain in place of 50 of short-term gain, at 0 or 15 % and 22 %.
    assert "Total tax is" in finding.says or "The gain or loss" in finding.says
    assert finding.source is not None
    assert (finding.source.file, finding.source.row) == ("decisions.yaml", 1)
    assert finding.amount_cents


def test_to_the_second_of_the_sale_is_in_time(make_case: MakeCase) -> None:
    prepared = ruled(make_case(ledger(*TWO_LOTS), 2025), pick(3, (2, 10), at="2025-03-01T17:00:00+00:00"))
    assert lots(prepared) == [("2", "10")]


def test_a_pick_without_a_time_falls_back(make_case: MakeCase) -> None:
    ruling = "row: ledger/made.csv:3, lots: [{from: ledger/made.csv:2, quantity: 10}], record: notebook"
    prepared = ruled(make_case(ledger(*TWO_LOTS), 2025), ruling)
    assert lots(prepared) == [("1", "10")]
    assert "Nothing says when" in said(prepared, "identification")[0]


def test_a_pick_for_some_units_leaves_the_rest_to_what_holds_without_it(make_case: MakeCase) -> None:
    prepared = ruled(make_case(ledger(*TWO_LOTS), 2025), pick(3, (2, 4)))
    assert lots(prepared) == [("2", "4"), ("1", "6")]


def test_units_of_another_wallet_fall_back_and_name_it(make_case: MakeCase) -> None:
    rows = (
        buy("2024-01-01", 10, "DE", 20),
        buy("2024-02-01", 10, "DE", 50, wallet="Kraken"),
        sell("2025-03-01T12:00:00-05:00", 10, "DE", 100),
        buy("2024-02-02", 10, "DE", 60, wallet="Gemini"),  # asked for by name too, and not what was identified here
        sell("2025-04-01T12:00:00-05:00", 1, "DE", 10, wallet="Gemini"),
    )
    folder = make_case(ledger(*rows), 2025, elections=", pool: wallet")
    prepared = ruled(folder, pick(3, (2, 10)), pick(5, (4, 1)))
    assert lots(prepared) == [("1", "10"), ("4", "1")]
    (says,) = said(prepared, "identification")
    assert "lay in “Kraken”" in says
    assert "Gemini" not in says
    assert "The gain is $30 higher than if it counted." in says


def test_units_sold_already_fall_back_for_what_is_missing(make_case: MakeCase) -> None:
    rows = (
        buy("2024-01-01", 10, "DE", 20),
        buy("2025-01-01", 10, "DE", 50),
        sell("2025-03-01T12:00:00-05:00", 7, "DE", 70),
        sell("2025-04-01T12:00:00-05:00", 5, "DE", 50),
    )
    prepared = ruled(make_case(ledger(*rows), 2025), pick(3, (2, 7)), pick(4, (2, 5)))
    assert lots(prepared) == [("2", "7"), ("2", "3"), ("1", "2")]
    (says,) = said(prepared, "identification")
    assert "More of a lot was identified than was left of it" in says
    assert "It is 2 DE of ledger/made.csv, row 3" in says
    assert "The gain is $6 higher than if it counted." in says


def test_units_bought_later_fall_back(make_case: MakeCase) -> None:
    rows = (*TWO_LOTS, buy("2025-05-01", 10, "DE", 30))
    prepared = ruled(make_case(ledger(*rows), 2025), pick(3, (4, 10)))
    assert lots(prepared) == [("1", "10")]
    assert "only acquired later" in said(prepared, "identification")[0]


def test_a_pick_goes_before_a_standing_order(make_case: MakeCase) -> None:
    order = "rule: lifo, wallets: [Coinbase], since: 2025-01-01, recorded_on: 2024-12-31"
    folder = make_case(ledger(*TWO_LOTS), 2025)
    assert lots(ruled(folder, order)) == [("2", "10")]
    assert lots(ruled(folder, order, pick(3, (1, 10)))) == [("1", "10")]


def test_a_late_pick_leaves_the_standing_order_in_force(make_case: MakeCase) -> None:
    order = "rule: lifo, wallets: [Coinbase], since: 2025-01-01, recorded_on: 2024-12-31"
    prepared = ruled(make_case(ledger(*TWO_LOTS), 2025), order, pick(3, (1, 10), at="2025-04-01"))
    assert lots(prepared) == [("2", "10")]


FOUR_SALES = (
    buy("2024-01-01", 10, "DE", 100),
    buy("2024-02-01", 10, "DE", 900),
    sell("2025-02-01T12:00:00-05:00", 1, "DE", 50),
    sell("2025-03-01T12:00:00-05:00", 1, "DE", 50),
    sell("2025-04-01T12:00:00-04:00", 1, "DE", 50),
)


def test_a_standing_order_holds_from_the_day_on_which_it_was_recorded(make_case: MakeCase) -> None:
    order = "rule: hifo, wallets: [coinbase], since: 2025-01-01, recorded_on: 2025-03-01T11:00-05:00"
    prepared = ruled(make_case(ledger(*FOUR_SALES), 2025), order)
    assert lots(prepared) == [("1", "1"), ("2", "1"), ("2", "1")]
    (says,) = said(prepared, "identification")
    assert "It is so for ledger/made.csv, row 4 (2025-02-01)." in says


def test_a_standing_order_says_nothing_of_other_wallets_or_earlier_days(make_case: MakeCase) -> None:
    rows = (*FOUR_SALES, buy("2024-03-01", 1, "DE", 1, wallet="Kraken"))
    order = "rule: hifo, wallets: [Kraken], since: 2025-01-01, recorded_on: 2024-12-31"
    assert lots(ruled(make_case(ledger(*rows), 2025), order)) == [("1", "1"), ("1", "1"), ("1", "1")]
    order = "rule: hifo, wallets: [Coinbase], since: 2025-03-15, recorded_on: 2024-12-31"
    assert lots(ruled(make_case(ledger(*FOUR_SALES), 2025, name="b"), order)) == [("1", "1"), ("1", "1"), ("2", "1")]


def test_the_newest_order_that_was_made_in_time_counts(make_case: MakeCase) -> None:
    orders = (
        "rule: hifo, wallets: [Coinbase], since: 2025-01-01, recorded_on: 2024-12-31",
        "rule: fifo, wallets: [Coinbase], since: 2025-03-15, recorded_on: 2025-06-01",
    )
    # First in, first out needs no record, however late it was written down.
    assert lots(ruled(make_case(ledger(*FOUR_SALES), 2025), *orders)) == [("2", "1"), ("2", "1"), ("1", "1")]
    orders = (orders[0], "rule: lofo, wallets: [Coinbase], since: 2025-03-15, recorded_on: 2025-06-01")
    assert lots(ruled(make_case(ledger(*FOUR_SALES), 2025, name="b"), *orders)) == [("2", "1"), ("2", "1"), ("2", "1")]


def test_a_method_by_wallet_from_a_day_on(make_case: MakeCase) -> None:
    rows = (
        *FOUR_SALES,
        buy("2024-03-01", 1, "DE", 1, wallet="Kraken"),
        buy("2024-04-01", 1, "DE", 2, wallet="Kraken"),
        sell("2025-05-01", 1, "DE", 50, wallet="Kraken"),
    )
    by_wallet = ", by_wallet: {Coinbase: {lot_method: hifo, since: 2025-03-01}, kraken: {lot_method: fifo}}"
    prepared = prepare(make_case(ledger(*rows), 2025, elections=by_wallet), Options(forms=False))
    assert lots(prepared) == [("1", "1"), ("2", "1"), ("2", "1"), ("6", "1")]
    assert any("identification" in f.says for f in prepared.findings if f.id == "identification")


def test_lots_can_be_picked_for_a_move_a_gift_and_a_fee(make_case: MakeCase) -> None:
    rows = (
        buy("2024-01-01", 10, "DE", 20),
        buy("2024-02-01", 20, "DE", 100),
        move("2025-03-01T12:00:00-05:00", 5, "DE", "Ledger", fee_quantity=1, fee_asset="DE", fee_usd=10),
        sell("2025-03-02T12:00:00-05:00", 5, "DE", 100, wallet="Ledger"),
        give("gift_out", "2025-04-01T12:00:00-05:00", 2, "DE"),
    )
    folder = make_case(ledger(*rows), 2025)
    prepared = ruled(folder, pick(3, (2, 6)), pick(5, (2, 2), at="2025-03-30"))
    # The fee's own unit is the sixth that was picked.
    assert lots(prepared) == [("2", "1"), ("2", "5")]
    assert [one["lot"] for one in document(prepared)["left_without_sale"]] == ["2"]


@pytest.mark.parametrize(
    ("ruling", "says"),
    [
        (pick(3, (2, 11)), "11 DE are identified, and ledger/made.csv:3 takes out 10"),
        (pick(9, (2, 1)), "names no row that is an event"),
        (pick(1, (2, 1)), "takes out no units"),
        (pick(3, (3, 1)), "is a sell and brings in no lot"),
        ("rule: hifo, wallets: [Coinbse], since: 2025-01-01, recorded_on: 2024-12-31", "no wallet “Coinbse”"),
        (pick(3, (2, 0)), "is no number of units"),
        (pick(3, (2, 1), at="2025-03-01T12:00:00"), "lacks the offset"),
    ],
)
def test_a_ruling_that_cannot_be_is_an_error_with_its_line(make_case: MakeCase, ruling: str, says: str) -> None:
    prepared = ruled(make_case(ledger(*TWO_LOTS), 2025), ruling)
    assert not prepared.ok
    errors = [f for f in prepared.findings if f.severity == "error"]
    assert any(says in f.says for f in errors), [f.says for f in errors]
    assert all(f.source is not None and f.source.file == "decisions.yaml" for f in errors)


def test_two_picks_for_one_row_are_an_error(make_case: MakeCase) -> None:
    prepared = ruled(make_case(ledger(*TWO_LOTS), 2025), pick(3, (2, 1)), pick(3, (1, 1)))
    assert any("a second time" in f.says for f in prepared.findings if f.severity == "error")


CUSTODY = "wallets: {Coinbase: {custody: broker, only_method: hifo}}"


def test_the_only_method_of_a_broker_counts_as_a_standing_order_from_2025(make_case: MakeCase) -> None:
    folder = make_case(ledger(*FOUR_SALES), 2025, more=CUSTODY)
    assert lots(prepare(folder, Options(forms=False))) == [("2", "1"), ("2", "1"), ("2", "1")]


def test_in_the_relief_period_ones_own_books_go_before_the_brokers_only_method(make_case: MakeCase) -> None:
    order = "rule: lofo, wallets: [Coinbase], since: 2025-01-01, recorded_on: 2024-12-31"
    prepared = ruled(make_case(ledger(*FOUR_SALES), 2025, more=CUSTODY), order)
    assert lots(prepared) == [("1", "1"), ("1", "1"), ("1", "1")]


def test_a_late_order_leaves_the_brokers_only_method(make_case: MakeCase) -> None:
    order = "rule: lofo, wallets: [Coinbase], since: 2025-01-01, recorded_on: 2025-12-31"
    prepared = ruled(make_case(ledger(*FOUR_SALES), 2025, more=CUSTODY), order)
    assert lots(prepared) == [("2", "1"), ("2", "1"), ("2", "1")]
    assert len(said(prepared, "identification")) == 1


def test_the_method_specific_takes_rows_without_a_pick_first_in_first_out(make_case: MakeCase) -> None:
    folder = make_case(ledger(*FOUR_SALES), 2025, elections=", lot_method: specific")
    prepared = ruled(folder, pick(4, (2, 1), at="2025-02-28"))
    assert lots(prepared) == [("1", "1"), ("2", "1"), ("1", "1")]


def test_example_1_of_the_regulation_units_moved_in_are_identified_before_they_are_spent(make_case: MakeCase) -> None:
    """REG-1012-1j-EX1 and EX2: 10 units at 2 and 20 at 5, moved to an unhosted wallet the day before."""
    rows = (
        buy("2024-01-01", 10, "DE", 20, wallet="CRX"),
        buy("2025-01-01", 20, "DE", 100, wallet="CRX"),
        move("2025-09-01T12:00-04:00", 30, "DE", "Unhosted", wallet="CRX"),
        give("spend", "2025-09-02T12:00-04:00", 10, "DE", wallet="Unhosted", usd_value=100),
    )
    folder = make_case(ledger(*rows), 2025, more="wallets: {Unhosted: {custody: own}}")
    (row,) = document(ruled(folder, pick(4, (2, 10), at="2025-09-02T11:59-04:00")))["dispositions"]
    assert [row[name] for name in ("basis", "gain", "term")] == ["50.00", "50.00", "short"]
    (folder / "decisions.yaml").unlink()
    (row,) = document(prepare(folder, Options(forms=False)))["dispositions"]
    assert [row[name] for name in ("basis", "term")] == ["20.00", "long"]


def test_example_3_of_the_regulation_the_broker_is_told_of_the_newer_units(make_case: MakeCase) -> None:
    """REG-1012-1j-EX3: bought at CRX and moved to BEX; the units bought at BEX are named before the sale."""
    rows = (
        buy("2023-08-01", 10, "DE", 90, wallet="CRX"),
        buy("2024-01-01", 20, "DE", 100, wallet="BEX"),
        move("2025-08-01", 10, "DE", "BEX", wallet="CRX"),
        sell("2025-09-01T12:00-04:00", 10, "DE", 100, wallet="BEX"),
    )
    folder = make_case(ledger(*rows), 2025, elections=", pool: wallet", more="wallets: {BEX: {custody: broker}}")
    (row,) = document(ruled(folder, pick(4, (2, 10), at="2025-09-01", more=", told: broker")))["dispositions"]
    # The day alone does not say that the broker was told first; with a time it does.
    assert row["basis"] == "90.00"
    (row,) = document(ruled(folder, pick(4, (2, 10), at="2025-09-01T11:00-04:00", more=", told: broker")))[
        "dispositions"
    ]
    assert row["basis"] == "50.00"


def test_example_6_of_the_regulation_withheld_units_go_before_a_standing_order(make_case: MakeCase) -> None:
    """REG-1012-1j-EX6: one of ten units received is withheld; a standing order would take the oldest."""
    rows = (
        buy("2024-01-01", 10, "AB", 10),
        buy("2024-01-01", 30, "CD", 60),
        trade("2025-06-30T12:00-04:00", 10, "CD", 10, "AB", 30, fee_quantity=1, fee_asset="AB", fee_usd=3),
    )
    order = "rule: fifo, wallets: [Coinbase], since: 2024-01-01, recorded_on: 2023-12-31, told: broker"
    assert sorted(lots(ruled(make_case(ledger(*rows), 2025), order))) == [("2", "10"), ("3", "1")]


def test_hifo_ranks_by_the_cost_with_its_fee(make_case: MakeCase) -> None:
    """A fault of other engines: the fee of a purchase left out of the rank, though it is basis."""
    rows = (
        buy("2024-01-01", 1, "DE", 100, fee_usd=20),
        buy("2024-02-01", 1, "DE", 110),
        sell("2025-03-01", 1, "DE", 200),
    )
    prepared = prepare(make_case(ledger(*rows), 2025, elections=", lot_method: hifo"), Options(forms=False))
    assert lots(prepared) == [("1", "1")]


def test_a_method_may_change_inside_a_year(make_case: MakeCase) -> None:
    """A fault of other engines: one method a year. No change of accounting method: Treas. Reg. 1.1012-1(j)(4)."""
    orders = (
        "rule: hifo, wallets: [Coinbase], since: 2025-01-01, recorded_on: 2024-12-31",
        "rule: lofo, wallets: [Coinbase], since: 2025-03-15, recorded_on: 2025-03-10",
    )
    assert lots(ruled(make_case(ledger(*FOUR_SALES), 2025), *orders)) == [("2", "1"), ("2", "1"), ("1", "1")]


def test_from_2025_a_wallet_never_sells_what_lies_in_another(make_case: MakeCase) -> None:
    """A fault of other engines: pools that stay common after 2024."""
    rows = (
        buy("2024-01-01", 1, "DE", 900, wallet="Kraken"),
        buy("2024-02-01", 1, "DE", 100),
        sell("2025-03-01", 1, "DE", 200),
    )
    prepared = prepare(make_case(ledger(*rows), 2025, elections=", lot_method: hifo"), Options(forms=False))
    assert lots(prepared) == [("2", "1")]


def test_a_move_keeps_the_day_on_which_units_were_acquired(make_case: MakeCase) -> None:
    """A fault of other engines: the day of the transfer as a new start, for the order and for the term."""
    rows = (
        buy("2023-01-01", 1, "DE", 100, wallet="Kraken"),
        buy("2024-12-01", 1, "DE", 300),
        move("2025-02-01", 1, "DE", "Coinbase", wallet="Kraken"),
        sell("2025-03-01", 1, "DE", 200),
    )
    (row,) = document(prepare(make_case(ledger(*rows), 2025), Options(forms=False)))["dispositions"]
    assert (row["acquired"], row["term"]) == ("2023-01-01", "long")
