"""What is to be settled says how much money stands or falls with it, so that it can be sorted by that."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.prepare import Options, prepare
from niner.values import Finding

Rows = tuple[Mapping[str, object], ...]
EARLY = (buy("2021-01-10", 1, "BTC", 40000),)


def finding(folder: Path, id: str) -> Finding:
    done = prepare(folder, Options(forms=False))
    assert done.ok, [f.says for f in done.findings]
    (found,) = [f for f in done.findings if f.id == id]
    assert found.severity == "review"
    return found


def test_a_wallet_overdrawn_is_worth_what_its_row_priced_the_units_at(make_case: MakeCase) -> None:
    rows = (*EARLY, sell("2024-03-01", "0.5", "BTC", 30000, wallet="Ledger"))
    assert finding(make_case(ledger(*rows)), "wallet-overdrawn").amount_cents == 3000000


def test_rows_near_new_year_without_a_time_zone_are_worth_their_values(make_case: MakeCase) -> None:
    rows = (
        buy("2021-01-10", 1, "BTC", 40000),
        sell("2024-12-31T23:30:00Z", "0.25", "BTC", 20000),
        sell("2025-01-01T02:00:00Z", "0.25", "BTC", 24000),
        sell("2024-06-01T02:00:00Z", "0.25", "BTC", 17000),
    )
    folder = make_case(ledger(*rows))
    case = folder / "case.yaml"
    case.write_text(case.read_text().replace("timezone: America/New_York", "rounding: cents"))
    assert finding(folder, "timezone-default").amount_cents == 4400000


def test_a_sale_from_a_lot_of_the_same_day_is_worth_its_result(make_case: MakeCase) -> None:
    rows = (*EARLY, buy("2024-03-01", 1, "BTC", 61000), sell("2024-03-01", 1, "BTC", 60000))
    folder = make_case(ledger(*rows), elections=", lot_method: hifo")
    assert finding(folder, "order-in-day").amount_cents == 100000


def test_rows_told_twice_are_worth_their_values(make_case: MakeCase) -> None:
    sale = sell("2024-03-01", "0.25", "BTC", 15000)
    folder = make_case(ledger(*EARLY, sale))
    (folder / "ledger" / "other.csv").write_text(ledger({**sale, "id": 99}))
    assert finding(folder, "ledger-told-twice").amount_cents == 1500000


@pytest.mark.parametrize(("given", "difference"), [(500, 10000), (900, 50000)])
def test_a_loss_that_the_case_gives_otherwise_is_worth_the_difference(
    given: int, difference: int, make_case: MakeCase
) -> None:
    rows = (buy("2023-01-10", 1, "BTC", 23400), sell("2023-02-10", 1, "BTC", 20000))
    folder = make_case(ledger(*rows), short=str(given), more="years: {2023: {return: {wages: 90000}}}")
    assert finding(folder, "carryover-contradicts").amount_cents == difference
