"""What other tools get wrong, told as cases that Niner must get right."""

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import MakeCase
from ledgers import buy, give, ledger, move, receive, sell, trade
from niner.prepare import Options, prepare


def document(folder: Path, **options: Any) -> dict[str, Any]:
    prepared = prepare(folder, Options(forms=False, **options))
    assert prepared.ok, [f.says for f in prepared.findings]
    return json.loads((folder / "out" / str(prepared.result.year) / "return.json").read_text())  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("bought", "sold", "term"),
    [
        ("2023-03-01", "2024-02-29", "short"),
        ("2023-03-01", "2024-03-01", "short"),
        ("2023-03-01", "2024-03-02", "long"),
        ("2024-03-01", "2025-03-01", "short"),
        ("2024-03-01", "2025-03-02", "long"),
        ("2023-02-28", "2024-02-28", "short"),
        ("2023-02-28", "2024-02-29", "short"),
        ("2023-02-28", "2024-03-01", "long"),
        ("2024-02-29", "2025-02-28", "short"),
        ("2024-02-29", "2025-03-01", "long"),
        ("2020-12-31", "2021-12-31", "short"),
        ("2020-12-31", "2022-01-01", "long"),
        ("2023-04-30", "2024-04-30", "short"),
        ("2023-04-30", "2024-05-01", "long"),
    ],
)
def test_more_than_one_calendar_year_is_long_term(make_case: MakeCase, bought: str, sold: str, term: str) -> None:
    folder = make_case(ledger(buy(bought, 1, "BTC", 100), sell(sold, 1, "BTC", 90)), int(sold[:4]))
    assert [d["term"] for d in document(folder)["dispositions"]] == [term]


@pytest.mark.parametrize(("status", "line"), [("single", "-3000.00"), ("married_separate", "-1500.00")])
@pytest.mark.parametrize(("year", "where"), [(2024, "7"), (2025, "7a")])
def test_in_a_loss_year_the_capital_gain_line_is_the_limit_and_never_blank(
    make_case: MakeCase, status: str, line: str, year: int, where: str
) -> None:
    folder = make_case(
        ledger(buy(f"{year}-01-02", 1, "BTC", 50000), sell(f"{year}-06-01", 1, "BTC", 20000)), year, status=status
    )
    lines = document(folder)["lines"]
    assert lines["f1040"][where] == lines["f1040sd"]["21"] == line


def test_a_loss_carried_in_is_on_line_6_or_14_and_never_on_4_or_11(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2023-01-02", 1, "BTC", 50)), short="1200", long="800")
    lines = document(folder)["lines"]["f1040sd"]
    assert (lines["6"], lines["14"]) == ("-1200.00", "-800.00")
    assert "4" not in lines
    assert "11" not in lines


def test_a_carryover_keeps_its_character(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2023-01-02", 1, "BTC", 50)), short="8000", long="5000")
    assert document(folder)["carryover_out"] == {"short_term": "5000.00", "long_term": "5000.00"}


def test_a_carryover_does_not_shrink_when_taxable_income_is_negative(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2023-01-02", 1, "BTC", 50)), short="5000", wages="0")
    found = document(folder)
    assert found["lines"]["f1040sd"]["21"] == "-3000.00"
    assert found["carryover_out"] == {"short_term": "5000.00", "long_term": "0.00"}


def test_a_carryover_shrinks_only_by_what_taxable_income_used(make_case: MakeCase) -> None:
    """SPEC-CLC-T2: taxable income of -2,000 leaves 4,000 of a 5,000 loss."""
    folder = make_case(ledger(buy("2023-01-02", 1, "BTC", 50)), short="5000", wages="15600")
    assert document(folder)["carryover_out"]["short_term"] == "4000.00"


def test_a_sale_on_1_january_2025_is_already_per_wallet(make_case: MakeCase) -> None:
    rows = (
        buy("2021-05-01", 1, "BTC", 10000, wallet="Old"),
        buy("2024-05-01", 1, "BTC", 60000, wallet="New"),
        sell("2025-01-01", 1, "BTC", 95000, wallet="New"),
    )
    assert document(make_case(ledger(*rows), 2025))["dispositions"][0]["basis"] == "60000.00"


def test_a_sale_on_31_december_2024_still_takes_from_the_common_pool(make_case: MakeCase) -> None:
    rows = (
        buy("2021-05-01", 1, "BTC", 10000, wallet="Old"),
        buy("2024-05-01", 1, "BTC", 60000, wallet="New"),
        sell("2024-12-31", 1, "BTC", 95000, wallet="New"),
    )
    assert document(make_case(ledger(*rows), 2024))["dispositions"][0]["basis"] == "10000.00"


def test_midnight_is_by_the_taxpayers_clock(make_case: MakeCase) -> None:
    rows = (buy("2024-05-01", 1, "BTC", 60000), sell("2025-01-01T03:00:00Z", 1, "BTC", 95000))
    found = document(make_case(ledger(*rows), 2024))
    assert [d["disposed"] for d in found["dispositions"]] == ["2024-12-31"]


def test_basis_used_before_2025_is_not_used_again(make_case: MakeCase) -> None:
    """The common pool sold the old wallet's units; from 2025 that wallet's coin has the lot that is left."""
    rows = (
        buy("2021-05-01", 1, "BTC", 10000, wallet="Old"),
        buy("2024-05-01", 1, "BTC", 60000, wallet="New"),
        sell("2024-07-01", 1, "BTC", 65000, wallet="New"),
        sell("2025-02-01", 1, "BTC", 95000, wallet="Old"),
    )
    found = document(make_case(ledger(*rows), 2025))
    assert found["dispositions"][0]["basis"] == "60000.00"
    assert "lots-reallocated" in {f["id"] for f in found["findings"]}


def test_a_transfer_is_no_sale_and_keeps_date_and_basis(make_case: MakeCase) -> None:
    rows = (
        buy("2023-01-05", 2, "ETH", 3000),
        move("2024-03-01", 2, "ETH", "Ledger"),
        sell("2024-06-01", 2, "ETH", 7000, wallet="Ledger"),
    )
    found = document(make_case(ledger(*rows), elections=", pool: wallet"))["dispositions"]
    assert [(d["acquired"], d["basis"], d["term"]) for d in found] == [("2023-01-05", "3000.00", "long")]


def test_a_fee_paid_in_units_of_a_transfer_is_its_own_disposition(make_case: MakeCase) -> None:
    rows = (
        buy("2023-01-05", 2, "ETH", 3000),
        move("2024-03-01", "1.99", "ETH", "Ledger", fee_quantity="0.01", fee_asset="ETH", fee_usd="35"),
    )
    (fee,) = document(make_case(ledger(*rows)))["dispositions"]
    assert (fee["kind"], fee["proceeds"], fee["basis"], fee["gain"]) == ("fee", "35.00", "15.00", "20.00")


def test_a_swap_fee_comes_off_the_asset_given_up_only(make_case: MakeCase) -> None:
    """Reg. 1.6045-1(d)(6)(x) Examples 1 and 2: buying with a fee in CM, then swapping with a fee in CM."""
    rows = (
        buy("2024-03-09", 20, "CM", 20),
        buy("2024-03-16", 10, "DE", 80, fee_quantity=1, fee_asset="CM", fee_usd=1),
        trade("2025-06-12", 10, "DE", 50, "ST", 100, fee_quantity=1, fee_asset="CM", fee_usd=2),
    )
    found = document(make_case(ledger(*rows), 2025, elections=", pool: wallet"))
    by_asset = {d["asset"]: (d["proceeds"], d["basis"], d["gain"], d["term"]) for d in found["dispositions"]}
    assert by_asset == {"DE": ("98.00", "81.00", "17.00", "long"), "CM": ("2.00", "1.00", "1.00", "long")}
    (st,) = (lot for lot in found["open_lots"] if lot["asset"] == "ST")
    assert st["basis"] == "100.00"


def test_units_withheld_from_what_a_swap_brought_come_from_those_units_from_2025(make_case: MakeCase) -> None:
    """Reg. 1.1012-1(j)(5)(vi) Example 6: the withheld unit is one just acquired, not the oldest."""
    rows = (
        buy("2025-01-02", 10, "AB", 10),
        buy("2025-01-02", 30, "CD", 60),
        trade("2025-06-30", 10, "CD", 10, "AB", 100, fee_quantity=1, fee_asset="AB"),
    )
    fees = [d for d in document(make_case(ledger(*rows), 2025))["dispositions"] if d["kind"] == "fee"]
    assert [(d["acquired"], d["basis"], d["gain"]) for d in fees] == [("2025-06-30", "10.00", "0.00")]


def test_a_gift_takes_the_donors_basis_for_a_gain_and_the_lower_value_for_a_loss(make_case: MakeCase) -> None:
    def gift(price: int, name: str) -> dict[str, Any]:
        rows = (
            receive("gift_in", "2023-09-01", 1, "BTC", acquired="2020-01-05", basis_usd=10000, fmv_usd=8000),
            sell("2024-05-01", 1, "BTC", price),
        )
        return document(make_case(ledger(*rows), name=name))["dispositions"][0]

    gain, loss, neither = gift(12000, "gain"), gift(7000, "loss"), gift(9000, "neither")
    assert (gain["gain"], gain["term"], gain["acquired"]) == ("2000.00", "long", "2020-01-05")
    assert (loss["gain"], loss["term"], loss["acquired"]) == ("-1000.00", "short", "2023-09-01")
    assert neither["gain"] == "0.00"


def test_inherited_coins_are_long_term_at_the_value_on_the_day_of_death(make_case: MakeCase) -> None:
    rows = (receive("inherited", "2024-04-20", 1, "BTC", fmv_usd=60000), sell("2024-05-01", 1, "BTC", 59000))
    (found,) = document(make_case(ledger(*rows)))["dispositions"]
    assert (found["acquired"], found["term"], found["gain"]) == ("INHERITED", "long", "-1000.00")


def test_staking_income_starts_basis_and_holding_period(make_case: MakeCase) -> None:
    rows = (
        receive("staking", "2024-02-01", "0.5", "ETH", usd_value=1150),
        sell("2024-05-01", "0.5", "ETH", 1500),
    )
    found = document(make_case(ledger(*rows)))
    assert found["lines"]["f1040s1"]["8v"] == "1150.00"
    assert found["dispositions"][0]["gain"] == "350.00"


def test_spending_is_a_sale_at_what_was_bought(make_case: MakeCase) -> None:
    rows = (buy("2024-01-02", 1, "BTC", 40000), give("spend", "2024-03-01", "0.1", "BTC", usd_value=6000))
    assert document(make_case(ledger(*rows)))["dispositions"][0]["gain"] == "2000.00"


@pytest.mark.parametrize(
    ("year", "form", "reported", "held_long", "box"),
    [
        (2024, "none", "", False, "C"),
        (2024, "none", "", True, "F"),
        (2024, "1099-B", "yes", False, "A"),
        (2024, "1099-B", "no", True, "E"),
        (2025, "none", "", False, "I"),
        (2025, "none", "", True, "L"),
        (2025, "1099-DA", "yes", False, "G"),
        (2025, "1099-DA", "no", False, "H"),
        (2025, "1099-DA", "yes", True, "J"),
        (2025, "1099-DA", "no", True, "K"),
        (2025, "1099-B", "yes", True, "D"),
    ],
)
def test_the_box_follows_form_basis_and_term(
    make_case: MakeCase, year: int, form: str, reported: str, held_long: bool, box: str
) -> None:
    bought = f"{year - (2 if held_long else 0)}-01-02"
    rows = (buy(bought, 1, "BTC", 100), sell(f"{year}-06-01", 1, "BTC", 90, form=form, basis_reported=reported))
    assert document(make_case(ledger(*rows), year))["dispositions"][0]["box"] == box


def test_in_whole_dollars_totals_add_the_cents_and_are_rounded_once(make_case: MakeCase) -> None:
    rows = [buy("2024-01-02", 30, "BTC", "300.00")]
    rows += [sell(f"2024-03-{day:02d}", 1, "BTC", "9.49") for day in range(1, 29)]
    found = document(make_case(ledger(*rows), elections=", rounding: dollars"))
    for d in found["dispositions"]:
        assert (d["proceeds"], d["basis"], d["gain"]) == ("9.00", "10.00", "-1.00")
        assert d["with_cents"] == {"proceeds": "9.49", "basis": "10.00", "adjustment": "0.00", "gain": "-0.51"}
    lines = found["lines"]["f1040sd"]
    # 28 times 9.49 is 265.72; the rows as printed would add to 252.
    assert (lines["3.d"], lines["3.e"], lines["3.h"], lines["16"]) == ("266.00", "280.00", "-14.00", "-14.00")
    assert found["lines"]["f8949"]["C.d"] == "266.00"


def test_another_year_of_the_same_ledger_leaves_this_years_figures_out(make_case: MakeCase) -> None:
    rows = (
        buy("2021-01-05", 2, "BTC", 60000),
        sell("2022-06-01", 1, "BTC", 20000),
        sell("2024-06-01", 1, "BTC", 66000),
    )
    found = document(make_case(ledger(*rows), 2024, short="700"), year=2022)
    assert found["tax_year"] == 2022
    assert "6" not in found["lines"]["f1040sd"]
    assert found["lines"]["f1040"]["7"] == "-3000.00"
    assert {"other-year", "carryover-assumed"} <= {f["id"] for f in found["findings"]}
