"""1 January 2025: the common pool's lots in wallets, by an allocation recorded in time or by each wallet's own history.

Facts of the first cases: Rev. Proc. 2024-28, section 6, Examples 2 to 5.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, give, ledger, move, sell
from lots.test_identification import document, lots, pick, ruled, said
from niner.cli import app
from niner.prepare import Options, Prepared, prepare

SOLD_BEFORE = sell("2024-12-01", 6, "DE", 60, wallet="XYZ")
BASE = (
    buy("2019-07-01", 10, "DE", 10, wallet="XYZ"),
    buy("2020-09-01", 20, "DE", 100, wallet="GHI"),
    SOLD_BEFORE,
)
# Example 2: the six units sold in 2024 were identified as units of 1 September 2020.
SOLD_FROM_GHI = pick(3, (2, 6), at="2024-11-30")
SPECIFIC = (
    "allocation: 2025-01-01, method: specific, recorded_on: 2025-02-01, units: ["
    "{wallet: XYZ, from: ledger/made.csv:1, quantity: 2}, {wallet: XYZ, from: ledger/made.csv:2, quantity: 2}, "
    "{wallet: GHI, from: ledger/made.csv:1, quantity: 8}, {wallet: GHI, from: ledger/made.csv:2, quantity: 12}]"
)
GLOBAL = "allocation: 2025-01-01, method: global, order: hifo, wallets: [XYZ, GHI], recorded_on: 2024-12-30"
COMPLETED = f"{GLOBAL}, completed_on: 2025-06-01"


def case(make_case: MakeCase, *rows: dict[str, object], **more: Any) -> Path:
    return make_case(ledger(*BASE, *rows), 2025, **more)


def opened(prepared: Prepared) -> dict[str, list[tuple[str, str, str]]]:
    """(lot, units, basis) of each wallet on 1 January 2025; the whole agrees with the pool."""
    report = document(prepared)["wallets_opened"]
    assert report["on"] == "2025-01-01"
    assert report["agrees"] is True
    for side in report["pool"]:
        own = [one for one in report["wallets"] if one["asset"] == side["asset"]]
        assert sum(Decimal(one["units"]) for one in own) == Decimal(side["units"])
        assert sum(Decimal(one["basis"]) for one in own) == Decimal(side["basis"])
    return {
        one["wallet"]: [(lot["id"], lot["units"], lot["basis"]) for lot in one["lots"]] for one in report["wallets"]
    }


def test_example_2_unused_basis_is_what_was_not_identified_before(make_case: MakeCase) -> None:
    prepared = ruled(case(make_case), SOLD_FROM_GHI, SPECIFIC)
    (side,) = document(prepared)["wallets_opened"]["pool"]
    assert (side["units"], side["basis"], side["how"]) == ("24", "80.00", "specific")


def test_example_3_a_specific_unit_allocation_made_before_the_first_sale(make_case: MakeCase) -> None:
    """RP2024-28-EX3."""
    sale = sell("2025-03-01T12:00-05:00", 2, "DE", 50, wallet="XYZ")
    prepared = ruled(
        case(make_case, sale), SOLD_FROM_GHI, SPECIFIC, pick(4, (1, 1), (2, 1), at="2025-03-01T09:00-05:00")
    )
    assert opened(prepared) == {
        "XYZ": [("1", "2", "2.00"), ("2", "2", "10.00")],
        "GHI": [("1", "8", "8.00"), ("2", "12", "60.00")],
    }
    assert lots(prepared) == [("1", "1"), ("2", "1")]
    rows = document(prepared)["dispositions"]
    assert sum(Decimal(row["basis"]) for row in rows) == 6
    assert not said(prepared, "identification")


@pytest.mark.parametrize("how", ["sold", "given away"])
def test_examples_4_and_5_before_a_global_allocation_is_complete_units_cannot_be_picked(
    make_case: MakeCase, how: str
) -> None:
    """RP2024-28-EX4 is the sale."""
    out = sell("2025-03-01T12:00-05:00", 2, "DE", 50, wallet="GHI")
    if how == "given away":
        out = give("gift_out", "2025-03-01T12:00-05:00", 2, "DE", wallet="GHI")
    prepared = ruled(
        case(make_case, out), SOLD_FROM_GHI, COMPLETED, pick(4, (1, 1), (2, 1), at="2025-03-01T09:00-05:00")
    )
    assert opened(prepared) == {
        "XYZ": [("2", "4", "20.00")],
        "GHI": [("1", "10", "10.00"), ("2", "10", "50.00")],
    }
    if how == "sold":
        assert lots(prepared) == [("1", "2")]
        assert document(prepared)["dispositions"][0]["acquired"] == "2019-07-01"
        assert document(prepared)["dispositions"][0]["basis"] == "2.00"
    else:
        assert [(one["lot"], one["quantity"]) for one in document(prepared)["left_without_sale"]] == [("1", "2")]
    assert "Until a global allocation is complete" in said(prepared, "identification")[0]


def test_after_a_global_allocation_is_complete_units_can_be_picked(make_case: MakeCase) -> None:
    sale = sell("2025-07-01T12:00-04:00", 2, "DE", 50, wallet="GHI")
    prepared = ruled(
        case(make_case, sale), SOLD_FROM_GHI, COMPLETED, pick(4, (1, 1), (2, 1), at="2025-07-01T09:00-04:00")
    )
    assert lots(prepared) == [("1", "1"), ("2", "1")]


@pytest.mark.parametrize(
    ("custody", "told", "taken"),
    [("own", "own_books", "2"), ("broker", "own_books", "1"), ("broker", "broker", "2")],
)
def test_before_a_global_allocation_is_complete_a_standing_order_holds_where_it_was_given(
    make_case: MakeCase, custody: str, told: str, taken: str
) -> None:
    sale = sell("2025-03-01T12:00-05:00", 2, "DE", 50, wallet="GHI")
    order = f"rule: hifo, wallets: [GHI], since: 2025-01-01, recorded_on: 2024-12-30, told: {told}"
    folder = case(make_case, sale, more=f"wallets: {{GHI: {{custody: {custody}}}}}")
    assert lots(ruled(folder, SOLD_FROM_GHI, COMPLETED, order)) == [(taken, "2")]


@pytest.mark.parametrize(
    ("allocation", "why"),
    [
        (SPECIFIC.replace("2025-02-01", "2025-03-02"), "after the first sale"),
        (SPECIFIC.replace("2025-02-01", "2025-03-01"), "after the first sale"),
        (GLOBAL.replace("2024-12-30", "2025-01-01"), "before 1 January 2025"),
        (f"{GLOBAL}, completed_on: 2026-10-15", "not complete before the 2025 return was due"),
    ],
)
def test_an_allocation_out_of_time_does_not_count(make_case: MakeCase, allocation: str, why: str) -> None:
    sale = sell("2025-03-01T12:00-05:00", 2, "DE", 50, wallet="XYZ")
    prepared = ruled(case(make_case, sale), SOLD_FROM_GHI, allocation)
    (side,) = document(prepared)["wallets_opened"]["pool"]
    assert side["how"] == "own_lots_then_oldest"
    assert opened(prepared)["XYZ"] == [("1", "4", "4.00")]
    assert any(why in says for says in said(prepared, "unused-basis")), said(prepared, "unused-basis")


def test_a_move_between_own_wallets_is_no_transfer_that_ends_the_time(make_case: MakeCase) -> None:
    # Rev. Proc. 2024-28, section 3.11: a transfer is to another taxpayer.
    moved = move("2025-01-15", 1, "DE", "GHI", wallet="XYZ")
    sale = sell("2025-03-01T12:00-05:00", 2, "DE", 50, wallet="XYZ")
    prepared = ruled(case(make_case, moved, sale), SOLD_FROM_GHI, SPECIFIC)
    assert document(prepared)["wallets_opened"]["pool"][0]["how"] == "specific"


def test_by_extension_the_time_is_longer_and_that_is_said(make_case: MakeCase) -> None:
    prepared = ruled(case(make_case), SOLD_FROM_GHI, SPECIFIC.replace("2025-02-01", "2026-04-15"))
    assert "only if the 2025 return had an extension" in said(prepared, "unused-basis")[0]
    assert document(prepared)["wallets_opened"]["pool"][0]["how"] == "specific"


def test_the_workpapers_show_the_pool_against_the_wallets(make_case: MakeCase) -> None:
    prepared = ruled(case(make_case), SOLD_FROM_GHI, SPECIFIC)
    page = (prepared.folder / "out" / "2025" / "workpapers.html").read_text()
    assert "Wallets on 1 January 2025" in page
    assert "allocation unit by unit" in page
    assert "$80.00" in page


def test_without_an_allocation_the_default_is_used_and_said(make_case: MakeCase) -> None:
    prepared = ruled(case(make_case), SOLD_FROM_GHI)
    assert opened(prepared) == {"XYZ": [("1", "4", "4.00")], "GHI": [("1", "6", "6.00"), ("2", "14", "70.00")]}
    (says,) = said(prepared, "unused-basis")
    assert says.startswith("No allocation of unused basis to wallets is recorded")


@pytest.mark.parametrize(
    ("allocation", "says"),
    [
        (SPECIFIC.replace("quantity: 12", "quantity: 11"), "gives wallet “GHI” 19 DE, and by its own rows it held 20"),
        (
            SPECIFIC.replace("made.csv:2, quantity: 12", "made.csv:1, quantity: 12"),
            "gives out 22 DE of the lot 1, of which 10 were left",
        ),
        (GLOBAL.replace("[XYZ, GHI]", "[XYZ]"), "gives wallet “GHI” 0 DE, and by its own rows it held 20"),
        (GLOBAL.replace("2025-01-01", "2025-01-02"), "the allocation is of another day"),
        (GLOBAL.replace("order: hifo, ", ""), "a global allocation has an order"),
        (GLOBAL.replace("[XYZ, GHI]", "[XYZ, GHJ]"), "no wallet “GHJ”"),
    ],
)
def test_an_allocation_that_does_not_come_out_is_an_error(make_case: MakeCase, allocation: str, says: str) -> None:
    prepared = ruled(case(make_case), SOLD_FROM_GHI, allocation)
    assert not prepared.ok
    assert any(says in f.says for f in prepared.findings if f.severity == "error"), [f.says for f in prepared.findings]


def test_a_second_allocation_is_an_error(make_case: MakeCase) -> None:
    prepared = ruled(case(make_case), SOLD_FROM_GHI, SPECIFIC, COMPLETED)
    assert not prepared.ok
    assert any("made once and can't be changed" in f.says for f in prepared.findings if f.severity == "error")


def test_each_asset_can_have_an_allocation_of_its_own(make_case: MakeCase) -> None:
    rows = (buy("2021-01-01", 1, "EF", 7, wallet="XYZ"), buy("2021-02-01", 1, "EF", 9, wallet="GHI"))
    other = GLOBAL.replace("method: global", "method: global, assets: [EF]")
    prepared = ruled(case(make_case, *rows), SOLD_FROM_GHI, SPECIFIC, f"{other}, completed_on: 2025-01-01")
    how = {side["asset"]: side["how"] for side in document(prepared)["wallets_opened"]["pool"]}
    assert how == {"DE": "specific", "EF": "global"}


def test_what_a_return_was_filed_by_cannot_be_changed(make_case: MakeCase) -> None:
    folder = case(make_case)
    assert ruled(folder, SOLD_FROM_GHI, SPECIFIC).ok
    assert CliRunner().invoke(app, ["file", str(folder), "--year", "2025", "--filed-on", "2026-04-10"]).exit_code == 0
    assert ruled(folder, SOLD_FROM_GHI, SPECIFIC).ok
    for changed in (
        SPECIFIC.replace("quantity: 2}", "quantity: 4}", 1).replace(
            "{wallet: XYZ, from: ledger/made.csv:2, quantity: 2}, ", ""
        ),
        COMPLETED,
    ):
        prepared = ruled(folder, SOLD_FROM_GHI, changed)
        assert not prepared.ok
        assert any("filed by another allocation" in f.says for f in prepared.findings if f.severity == "error")


def test_the_report_agrees_to_the_cent_where_lots_are_split(make_case: MakeCase) -> None:
    rows = (
        buy("2022-01-01", "0.7", "BTC", "1000.01", wallet="A"),
        move("2022-02-01", "0.3", "BTC", "B", wallet="A"),
        buy("2022-03-01", "0.1", "BTC", "333.33", wallet="B"),
        sell("2023-01-01", "0.123456789", "BTC", "200", wallet="B"),
        move("2023-02-01", "0.111111111", "BTC", "C", wallet="A"),
        sell("2024-01-01", "0.2", "BTC", "100", wallet="C") | {"sent_quantity": "0.05"},
    )
    prepared = prepare(make_case(ledger(*rows), 2025), Options(forms=False))
    assert set(opened(prepared)) == {"A", "B", "C"}
