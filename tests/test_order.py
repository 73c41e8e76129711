"""Rows of the same day or second: file order, unless a wallet would be overdrawn."""

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
