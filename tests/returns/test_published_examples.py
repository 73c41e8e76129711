"""Examples of Publications 544, 550 and 551, each with its page: sales, their cost and how long was held."""

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import MakeCase
from ledgers import buy, give, ledger, receive, sell
from niner.prepare import Options, prepare, work_out

SHARE = "assets: {XYZ: {class: security}}\n"


def document(folder: Path) -> dict[str, Any]:
    prepared = prepare(folder, Options(forms=False))
    assert prepared.ok, [f.says for f in prepared.findings]
    found: dict[str, Any] = json.loads((prepared.written[0].parent / "return.json").read_text())
    return found


def of_rows(found: dict[str, Any], *names: str) -> list[list[str]]:
    return [[row[name] for name in names] for row in found["dispositions"]]


def test_shares_that_are_not_identified_are_those_bought_first(make_case: MakeCase) -> None:
    """Pub. 550 (2025), page 62: of 130 shares sold 50 cost 500 and 80 cost 880; 50 of the first were given away."""
    rows = (
        buy("2010-05-03", 100, "XYZ", 1000),
        buy("2011-01-10", 200, "XYZ", 2200),
        give("gift_out", "2011-07-11", 50, "XYZ"),
        buy("2013-12-09", 100, "XYZ", 900),
        sell("2025-04-14", 130, "XYZ", 3000),
    )
    found = document(make_case(ledger(*rows), 2025, more=SHARE))
    assert of_rows(found, "basis", "term") == [["500.00", "long"], ["880.00", "long"]]


def test_a_commission_is_cost(make_case: MakeCase) -> None:
    """Pub. 550 (2025), page 63: 100 shares at 10 with a commission of 50 cost 10.50 each."""
    rows = (
        buy("2024-03-04", 100, "XYZ", 1000, fee_usd=50),
        sell("2025-02-03", 40, "XYZ", 500),
    )
    found = document(make_case(ledger(*rows), 2025, more=SHARE))
    assert of_rows(found, "basis") == [["420.00"]]
    assert [lot["basis"] for lot in found["open_lots"]] == ["630.00"]


def test_a_commission_lowers_what_is_realized(make_case: MakeCase) -> None:
    """Pub. 550 (2025), page 100, Example 1: 2,500 less a commission of 75 is reported as 2,425."""
    rows = (buy("2024-03-04", 100, "XYZ", 1000), sell("2025-02-03", 100, "XYZ", 2500, fee_usd=75))
    found = document(make_case(ledger(*rows), 2025, more=SHARE))
    assert of_rows(found, "proceeds", "code", "gain") == [["2425.00", "", "1425.00"]]


@pytest.mark.parametrize(
    ("page", "cost", "worth", "price", "gain"),
    [
        ("Pub. 550 (2025), page 60", 10000, 9000, 9500, "0.00"),
        ("Pub. 551 (12-2025), page 14", 10000, 8000, 12000, "2000.00"),
        ("Pub. 551 (12-2025), page 14", 10000, 8000, 7000, "-1000.00"),
        ("Pub. 551 (12-2025), page 14", 10000, 8000, 9000, "0.00"),
    ],
)
def test_a_gift_worth_less_than_it_cost(
    make_case: MakeCase, page: str, cost: int, worth: int, price: int, gain: str
) -> None:
    """A gain is over the donor's basis, a loss below what it was worth at the gift; in between there is neither."""
    given = receive("gift_in", "2024-03-04", 1, "XYZ", acquired="2019-05-01", basis_usd=cost, fmv_usd=worth)
    found = document(make_case(ledger(given, sell("2025-06-02", 1, "XYZ", price)), 2025, more=SHARE))
    assert of_rows(found, "gain") == [[gain]], page


@pytest.mark.parametrize(
    ("page", "bought", "sold", "term"),
    [
        ("Pub. 550 (2025), page 81", "2024-01-31", "2025-01-29", "short"),
        ("Pub. 550 (2025), page 81", "2024-01-31", "2025-02-06", "long"),
        ("Pub. 544 (2025), page 54", "2024-06-17", "2025-06-17", "short"),
        ("Pub. 544 (2025), page 54", "2024-06-17", "2025-06-19", "long"),
    ],
)
def test_more_than_a_year_is_long(make_case: MakeCase, page: str, bought: str, sold: str, term: str) -> None:
    rows = (buy(bought, 1, "BTC", 1000), sell(sold, 1, "BTC", 1100))
    assert of_rows(document(make_case(ledger(*rows), 2025)), "term") == [[term]], page


def test_of_shares_of_two_days_those_bought_first_are_sold(make_case: MakeCase) -> None:
    """Pub. 550 (2025), page 68: of 300 sold, 200 were held for more than a year and 100 were not."""
    rows = (
        buy("2024-05-13", 200, "XYZ", 2000),
        buy("2025-05-17", 200, "XYZ", 2000),
        sell("2025-11-18", 300, "XYZ", 4500),
    )
    found = document(make_case(ledger(*rows), 2025, more=SHARE))
    assert sorted(of_rows(found, "basis", "term")) == [["1000.00", "short"], ["2000.00", "long"]]


def test_a_wash_sale_is_added_to_the_cost_of_the_new_shares(make_case: MakeCase) -> None:
    """Pub. 550 (2025), page 86, Example 1: 1,000, sold for 750, bought back for 800, whose basis is 1,050."""
    rows = (
        buy("2025-02-03", 100, "XYZ", 1000),
        sell("2025-03-03", 100, "XYZ", 750),
        buy("2025-03-17", 100, "XYZ", 800),
    )
    found = document(make_case(ledger(*rows), 2025, more=SHARE))
    assert of_rows(found, "code", "adjustment", "gain") == [["W", "250.00", "0.00"]]
    assert [lot["basis"] for lot in found["open_lots"]] == ["1050.00"]


def test_a_couple_with_a_loss_of_7000(make_case: MakeCase) -> None:
    """Pub. 544 (2025), page 56: 3,000 are deducted and 4,000 carried; of a loss of 2,000 nothing is."""
    for loss, allowed, carried in ((7000, -300000, "4000.00"), (2000, -200000, "0.00")):
        rows = (buy("2025-02-03", 1, "BTC", 10000), sell("2025-03-03", 1, "BTC", 10000 - loss))
        wages = str(31500 + 2000 + min(loss, 3000))
        folder = make_case(ledger(*rows), 2025, status="married_joint", wages=wages, name=f"loss{loss}")
        result, _ = work_out(folder, Options(forms=False))
        lines = result.lines.as_mapping()
        assert (lines["f1040sd"]["21"], lines["f1040"]["15"]) == (allowed, 200000)
        assert document(folder)["carryover_out"]["short_term"] == carried


@pytest.mark.parametrize(("died", "boxes"), [("2025-02-13", 1), ("2025-02-12", 0)])
def test_who_died_the_day_before_a_birthday_was_65(make_case: MakeCase, died: str, boxes: int) -> None:
    """Form 1040 instructions (2025), page 33, and the same of the deduction for seniors: born on 14 February 1960, and
    65 on the day before the birthday."""
    spouse = f"spouse: {{first_name: Bo, last_name: Test, ssn: 900-12-3457, born: 1960-02-14, died: {died}}}\n"
    rows = (buy("2025-02-03", 1, "BTC", 1000), sell("2025-03-03", 1, "BTC", 1100))
    result, _ = work_out(make_case(ledger(*rows), 2025, status="married_joint", more=spouse), Options(forms=False))
    lines = result.lines.as_mapping()
    assert int(lines["f1040"]["12e"]) == 100 * (31500 + 1600 * boxes)
    assert int(lines.get("f1040s1a", {}).get("37", 0)) == 600000 * boxes
