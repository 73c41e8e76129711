"""Orders of lots side by side: each comes to what the return would, and only what is recorded may be used."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, move, sell
from niner.cli import app

RUN = CliRunner()
ROWS = (
    buy("2022-02-01", 1, "BTC", 40000),
    buy("2023-01-10", 1, "BTC", 17000),
    buy("2024-03-05", 1, "BTC", 65000),
    sell("2024-08-05", "0.5", "BTC", 27000),
    buy("2025-01-20", 1, "BTC", 102000),
    sell("2025-04-08T09:00", 1, "BTC", 78000),
    sell("2025-11-21T12:00", "0.5", "BTC", 42000),
)
ORDER = "- {{rule: {rule}, wallets: [Coinbase], since: {since}, recorded_on: {on}, by: Ada, on: {on}, why: order}}\n"


def case_of(make_case: MakeCase, decisions: str = "", name: str = "case", year: int = 2025, **more: Any) -> Path:
    years = "years: {2024: {return: {wages: 80000}}}"
    folder = make_case(ledger(*ROWS), year, name=name, more=years, wages="185000", **more)
    if decisions:
        (folder / "decisions.yaml").write_text(decisions)
    return folder


def compared(folder: Path, *words: str, code: int = 0) -> dict[str, Any]:
    done = RUN.invoke(app, ["compare", str(folder), "--json", *words])
    assert done.exit_code == code, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def ways(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {way["way"]: way for way in found["ways"]}


def may(found: dict[str, Any], year: int) -> dict[str, str]:
    """By way, whether it may be used in a year."""
    return {
        name: one["may_be_used"]["is"]
        for name, way in ways(found).items()
        for one in way["years"]
        if one["year"] == year and one["may_be_used"]
    }


def gains(found: dict[str, Any], year: int) -> dict[str, tuple[str, str]]:
    return {
        name: (one["short_term"], one["long_term"])
        for name, way in ways(found).items()
        for one in way["years"]
        if one["year"] == year
    }


def test_each_order_has_the_gain_worked_out_by_hand(make_case: MakeCase) -> None:
    """2025: FIFO sells 0.5 at 20,000, then 0.5 and 0.5 of the one at 17,000; HIFO the one at 102,000, then 65,000."""
    got = gains(compared(case_of(make_case)), 2025)
    assert got["as_recorded"] == got["fifo"] == ("0.00", "83000.00")
    # 1 BTC of 2025 at 102,000: a loss of 24,000; then half of that of 2024 at 32,500: a gain of 9,500.
    assert got["hifo"] == ("-24000.00", "9500.00")
    assert got["lofo"] == ("0.00", "83000.00")  # the one at 17,000 first, then half of that at 40,000


@pytest.mark.parametrize("method", ["fifo", "lifo", "hifo", "lofo"])
def test_a_way_is_what_prepare_gives_with_its_order_recorded(make_case: MakeCase, method: str) -> None:
    order = ORDER.format(rule=method, since="2024-01-01", on="2023-12-31")
    way = ways(compared(case_of(make_case), "--years", "2024-2025"))[method]
    folder = case_of(make_case, order, "recorded")
    done = RUN.invoke(app, ["prepare", str(folder), "--years", "2024-2025", "--no-forms", "--json"])
    assert done.exit_code == 0, done.output
    for one in way["years"]:
        document = json.loads((folder / "out" / str(one["year"]) / "return.json").read_text())
        by_term = {term: Decimal(0) for term in ("short", "long")}
        for row in document["dispositions"]:
            by_term[row["term"]] += Decimal(row["gain"])
        assert (Decimal(one["short_term"]), Decimal(one["long_term"])) == (by_term["short"], by_term["long"])
        assert one["total_tax"] == document["lines"]["f1040"]["24"]
        assert one["carryover_out"] == document["carryover_out"]
        assert Decimal(one["niit"]) == Decimal(document["lines"].get("f8960", {}).get("17", "0"))
    recorded = ways(compared(folder, "--years", "2024-2025"))["as_recorded"]
    assert recorded["years"] == [{**one, "may_be_used": None} for one in way["years"]]


def test_without_a_record_only_first_in_first_out_may_be_used(make_case: MakeCase) -> None:
    """Treas. Reg. §1.1012-1(j)(1) to (3)."""
    found = compared(case_of(make_case), "--years", "2024-2025")
    for year in (2024, 2025):
        assert may(found, year) == {"fifo": "open", **dict.fromkeys(("lifo", "hifo", "lofo"), "not_recorded")}
    assert [name for name, way in ways(found).items() if way["may_be_used"]] == ["as_recorded", "fifo"]
    assert found["least_tax_that_may_be_used"] is None
    assert Decimal(ways(found)["hifo"]["against_as_recorded"]) < 0
    (reason,) = [one["may_be_used"] for one in ways(found)["hifo"]["years"] if one["year"] == 2025]
    assert "too late" in reason["says"]
    assert "1.1012-1(j)" in reason["authority"]


def test_a_standing_order_in_time_is_open_and_the_others_are_not(make_case: MakeCase) -> None:
    found = compared(case_of(make_case, ORDER.format(rule="hifo", since="2025-01-01", on="2024-12-30")))
    assert may(found, 2025) == {
        "fifo": "identified_otherwise", "lifo": "identified_otherwise", "hifo": "open", "lofo": "identified_otherwise",
    }  # fmt: skip
    assert gains(found, 2025)["as_recorded"] == gains(found, 2025)["hifo"]


def test_an_order_made_between_two_sales_does_not_reach_back(make_case: MakeCase) -> None:
    found = compared(case_of(make_case, ORDER.format(rule="hifo", since="2025-11-01", on="2025-10-30")))
    assert may(found, 2025)["hifo"] == "not_recorded"
    assert may(found, 2025)["fifo"] == "identified_otherwise"
    assert not ways(found)["hifo"]["may_be_used"]


def test_an_order_recorded_too_late_opens_nothing(make_case: MakeCase) -> None:
    found = compared(case_of(make_case, ORDER.format(rule="hifo", since="2025-01-01", on="2025-12-01")))
    assert may(found, 2025)["hifo"] == "not_recorded"
    assert may(found, 2025)["fifo"] == "open"


def test_what_the_case_elects_holds_if_it_was_recorded(make_case: MakeCase) -> None:
    found = compared(case_of(make_case, elections=", lot_method: lofo"))
    assert may(found, 2025) == {
        "fifo": "identified_otherwise", "lifo": "identified_otherwise", "hifo": "identified_otherwise",
        "lofo": "if_recorded",
    }  # fmt: skip


def test_the_loss_of_one_year_is_carried_into_the_next_of_the_same_way(make_case: MakeCase) -> None:
    """LIFO loses 5,500 in 2024, of which 3,000 is allowed and 2,500 carried."""
    lifo = ways(compared(case_of(make_case), "--years", "2024-2025"))["lifo"]["years"]
    assert lifo[0]["carryover_out"] == {"short_term": "2500.00", "long_term": "0.00"}
    alone = ways(compared(case_of(make_case, name="alone")))["lifo"]["years"]
    carried = [Decimal(one["carryover_out"]["short_term"]) for one in (lifo[1], alone[0])]
    assert carried == [14000, 11500]


def test_nothing_of_the_case_is_changed(make_case: MakeCase) -> None:
    folder = case_of(make_case, ORDER.format(rule="hifo", since="2025-01-01", on="2024-12-30"))
    before = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    compared(folder, "--years", "2024-2025")
    assert {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()} == before


def test_one_wallet_alone_and_one_that_is_not_there(make_case: MakeCase) -> None:
    rows = (
        *ROWS,
        buy("2023-05-01", 1, "ETH", 1000, wallet="Kraken"),
        buy("2024-05-01", 1, "ETH", 3000, wallet="Kraken"),
    )
    rows = (*rows, sell("2025-06-01", 1, "ETH", 2000, wallet="Kraken"))
    folder = make_case(ledger(*rows), 2025)
    only = gains(compared(folder, "--wallet", "kraken"), 2025)
    assert only["as_recorded"] == ("0.00", "84000.00")
    assert only["lifo"] == ("0.00", "82000.00")
    (problem,) = compared(folder, "--wallet", "Krakken", code=1)["findings"]
    assert "Kraken" in problem["todo"]


def test_a_return_that_is_not_known_has_gains_and_no_tax(make_case: MakeCase) -> None:
    folder = case_of(make_case)
    text = (folder / "case.yaml").read_text()
    (folder / "case.yaml").write_text("\n".join(line for line in text.splitlines() if not line.startswith("return")))
    fifo = ways(compared(folder))["fifo"]
    assert (fifo["total_tax"], fifo["years"][0]["total_tax"], fifo["years"][0]["niit"]) == (None, None, None)
    assert fifo["years"][0]["long_term"] == "83000.00"


def test_a_case_with_an_error_is_refused(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2025-01-02", 1, "X", 5), sell("2025-02-02", 2, "X", 9)), 2025)
    assert {f["id"] for f in compared(folder, code=1)["findings"]} >= {"lots-short"}


def test_what_is_printed_says_why_and_ends_with_one_step(make_case: MakeCase) -> None:
    folder = case_of(make_case)
    lines = RUN.invoke(app, ["compare", str(folder), "--years", "2024-2025"]).output.splitlines()
    assert any(line.startswith("HIFO") and line.rstrip().endswith("no longer") for line in lines)
    assert any(line.startswith("2024 to 2025 together") for line in lines)
    assert sum(line.startswith("Next:") for line in lines) == 1


def test_lots_after_a_move_are_compared_within_the_wallet_that_sells(make_case: MakeCase) -> None:
    """Pools that stay universal after 2025 would take Coinbase's dear unit here."""
    rows = (
        buy("2025-01-02", 1, "BTC", 90000),
        buy("2025-01-03", 1, "BTC", 20000, wallet="Kraken"),
        buy("2025-01-04", 1, "BTC", 30000, wallet="Kraken"),
        move("2025-01-05", "0.1", "BTC", "Kraken"),
        sell("2025-06-01", "0.1", "BTC", 5000, wallet="Kraken"),
    )
    got = gains(compared(make_case(ledger(*rows), 2025)), 2025)
    assert got["hifo"] == ("-4000.00", "0.00")
    assert got["lofo"] == ("3000.00", "0.00")
    assert got["fifo"] == ("-4000.00", "0.00")
