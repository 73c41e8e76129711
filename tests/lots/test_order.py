"""Rows of the same day or second: file order, unless a wallet would be overdrawn."""

import pytest

from conftest import MakeCase
from ledgers import buy, ledger, move, receive, sell, trade
from niner.prepare import Options, prepare


def lots_of(case_folder: object) -> list[str]:
    prepared = prepare(case_folder, Options(forms=False))  # type: ignore[arg-type]
    assert prepared.ok, [f.says for f in prepared.findings]
    assert prepared.result is not None
    return [row.disposition.lot for row in prepared.result.rows]


def test_units_bought_back_the_same_day_are_not_the_ones_sold(make_case: MakeCase) -> None:
    """The loss harvester's pattern: sell at a loss and buy again, told by day only, with LIFO."""
    rows = (
        buy("2023-01-02", 1, "BTC", 50000),
        sell("2024-03-01", 1, "BTC", 30000),
        buy("2024-03-01", 1, "BTC", 30100),
    )
    assert lots_of(make_case(ledger(*rows), elections=", lot_method: lifo")) == ["1"]


def test_a_transfer_of_what_a_trade_of_the_same_day_brought_is_no_shortage(make_case: MakeCase) -> None:
    rows = (
        buy("2023-01-02", 1, "BTC", 20000),
        trade("2024-03-01", 1, "BTC", 10, "ETH", 30000),
        move("2024-03-01", 10, "ETH", "Ledger"),
    )
    assert lots_of(make_case(ledger(*rows), elections=", pool: wallet")) == ["1"]


def test_a_sale_listed_before_the_purchase_of_the_same_day_waits_for_it(make_case: MakeCase) -> None:
    rows = (
        sell("2024-03-01", 1, "BTC", 30000),
        move("2024-03-01", 1, "BTC", "Ledger"),
        buy("2024-03-01T15:00:00-05:00", 2, "BTC", 60000),
    )
    assert lots_of(make_case(ledger(*rows), elections=", pool: wallet")) == ["3"]


def test_two_rows_that_wait_for_one_another_are_both_run(make_case: MakeCase) -> None:
    rows = (
        receive("opening", "2024-01-01", 1, "BTC", acquired="2020-01-01", basis_usd=5000),
        move("2024-03-01", 1, "BTC", "Coinbase", wallet="Ledger"),
        move("2024-03-01", 1, "BTC", "Ledger"),
        sell("2024-03-02", 1, "BTC", 60000),
    )
    assert lots_of(make_case(ledger(*rows), elections=", pool: wallet")) == ["1"]


def test_a_running_balance_keeps_every_digit(make_case: MakeCase) -> None:
    """30 digits: a balance rounded to 28 would put the sale of everything behind the day's purchase."""
    rows = (
        buy("2022-01-05", "112345678901.123456789012345678", "PEPE", 10000, id="b1"),
        sell("2022-02-01", "12345678901.123456789012345677", "PEPE", 2000, id="s1"),
        sell("2024-06-03", "100000000000.000000000000000001", "PEPE", 50000, id="s2"),
        buy("2024-06-03", "100000000000", "PEPE", 49000, id="b2"),
    )
    prepared = prepare(make_case(ledger(*rows), elections=", lot_method: lifo, pool: wallet"), Options(forms=False))
    assert prepared.result is not None
    (row,) = prepared.result.rows
    assert (row.disposition.lot, row.basis_cents, row.gain_cents, row.term) == ("b1", 8_901_10, 41_098_90, "long")


def test_each_row_goes_as_early_as_it_can(make_case: MakeCase) -> None:
    """Two sales wait; the purchase of two lets both go before the next sale of the file does."""
    rows = (
        sell("2024-06-03", 1, "BTC", 100, id="s1"),
        sell("2024-06-03", 1, "BTC", 900, id="s2", form="1099-B", basis_reported="no"),
        buy("2024-06-03", 2, "BTC", 100, id="b1"),
        sell("2024-06-03", 1, "BTC", 900, id="s3"),
        buy("2024-06-03", 1, "BTC", 1000, id="b2"),
    )
    prepared = prepare(make_case(ledger(*rows), elections=", pool: wallet"), Options(forms=False))
    assert prepared.result is not None
    found = {r.disposition.transaction: (r.disposition.lot, r.gain_cents) for r in prepared.result.rows}
    assert found == {"s1": ("b1", 50_00), "s2": ("b1", 850_00), "s3": ("b2", -100_00)}


def test_a_row_that_waits_for_two_assets_goes_when_both_are_there(make_case: MakeCase) -> None:
    rows = (
        sell("2024-06-03", 1, "BTC", 900, id="s1", fee_quantity=1, fee_asset="BNB", fee_usd=5),
        buy("2024-06-03", 1, "BTC", 100, id="b1"),
        buy("2024-06-03", 1, "BNB", 4, id="b2"),
        sell("2024-06-03", 1, "BTC", 800, id="s2"),
        buy("2024-06-03", 1, "BTC", 700, id="b3"),
    )
    prepared = prepare(make_case(ledger(*rows), elections=", pool: wallet"), Options(forms=False))
    assert prepared.result is not None
    found = {(r.disposition.transaction, r.disposition.kind): r.disposition.lot for r in prepared.result.rows}
    assert found == {("s1", "sell"): "b1", ("s1", "fee"): "b2", ("s2", "sell"): "b3"}


@pytest.mark.parametrize(("method", "lot"), [("hifo", "b1"), ("lofo", "b2")])
def test_a_piece_of_a_lot_keeps_the_exact_price_of_the_lot(make_case: MakeCase, method: str, lot: str) -> None:
    """49 of a million units that cost $100 came over: $0.0049, which is no cent, and still dearer than the others."""
    rows = (
        buy("2022-01-05", 1_000_000, "DOGEX", 100, wallet="W", id="b1"),
        buy("2024-01-05", 1_000_000, "DOGEX", 99, wallet="V", id="b2"),
        move("2024-02-01", 49, "DOGEX", "V", wallet="W"),
        sell("2024-06-03", 49, "DOGEX", 5000, wallet="V"),
    )
    assert lots_of(make_case(ledger(*rows), elections=f", pool: wallet, lot_method: {method}")) == [lot]


@pytest.mark.parametrize("method", ["hifo", "lofo"])
def test_two_prices_that_differ_in_the_fortieth_digit_are_told_apart(make_case: MakeCase, method: str) -> None:
    rows = (
        buy("2024-01-05", "1000000000000.000000000000000000000000001", "X", 100, id="cheap"),
        buy("2024-01-06", "1000000000000", "X", 100, id="dear"),
        buy("2024-01-07", "1000000000000.000000000000000000000000002", "X", 100, id="cheapest"),
        sell("2024-06-03", 1, "X", 5000),
    )
    expected = {"hifo": "dear", "lofo": "cheapest"}[method]
    assert lots_of(make_case(ledger(*rows), elections=f", pool: wallet, lot_method: {method}")) == [expected]
