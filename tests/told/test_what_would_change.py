"""What a line hangs on: each way is what preparing the case with it gives; what can't be known is told by its ends."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, give, ledger, receive, sell
from niner.cli import app

RUN = CliRunner()
ROWS = (
    buy("2022-05-01T10:00", 1, "BTC", 30000),
    buy("2024-12-28T10:00", 1, "BTC", 94000),
    sell("2025-03-01T10:00", 1, "BTC", 85000),
)


def hanging(folder: Path, form: str, line: str, *words: str, code: int = 0) -> dict[str, Any]:
    done = RUN.invoke(app, ["explain", str(folder), form, line, "--what-would-change", "--json", *words])
    assert done.exit_code == code, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def ways(found: dict[str, Any], what: str) -> dict[str, str]:
    """The line by each way of the inputs whose name holds some words."""
    those = [one for one in found["hangs_on"] if what in one["what"]]
    assert those, [one["what"] for one in found["hangs_on"]]
    return {way["is"]: way["line"] for one in those for way in one["otherwise"]}


def prepared(folder: Path, form: str, line: str) -> str:
    done = RUN.invoke(app, ["prepare", str(folder), "--no-forms"])
    assert done.exit_code == 0, done.output
    text: str = json.loads((folder / "out" / "2025" / "return.json").read_text())["lines"][form][line]
    return text


def test_an_order_of_lots_moves_the_gain_to_what_its_election_gives(make_case: MakeCase) -> None:
    found = hanging(make_case(ledger(*ROWS), 2025), "Schedule D", "16")
    assert found["value"] == "55000.00"
    assert ways(found, "order of lots") == {"LIFO": "-9000.00", "HIFO": "-9000.00"}
    assert (
        prepared(make_case(ledger(*ROWS), 2025, elections=", lot_method: hifo", name="h"), "f1040sd", "16")
        == "-9000.00"
    )
    (first, *_) = found["hangs_on"]
    assert first["may_be_used"]["is"] == "not_recorded"
    assert first["otherwise"][0]["change"] == "-64000.00"


def test_a_standing_order_is_left_out_and_one_that_does_not_count_is_let_count(make_case: MakeCase) -> None:
    order = (
        "- {{rule: hifo, wallets: [Coinbase], since: 2025-01-01, recorded_on: {on}, by: Ada, on: {on}, why: order}}\n"
    )
    for on, here, there, way in (
        ("2024-12-30", "-9000.00", "55000.00", "without it"),
        ("2025-12-30", "55000.00", "-9000.00", "if it counted"),
    ):
        folder = make_case(ledger(*ROWS), 2025, name=on)
        (folder / "decisions.yaml").write_text(order.format(on=on))
        found = hanging(folder, "f1040sd", "16")
        assert found["value"] == here
        moved = [way_["line"] for one in found["hangs_on"] for way_ in one["otherwise"] if way_["is"] == way]
        assert moved == [there]


def test_a_figure_that_is_not_given_moves_the_tax_by_what_preparing_with_it_gives(make_case: MakeCase) -> None:
    found = hanging(make_case(ledger(*ROWS), 2025), "f1040", "24")
    interest = ways(found, "return.taxable_interest")["1,000"]
    folder = make_case(ledger(*ROWS), 2025, name="with")
    text = (folder / "case.yaml").read_text().replace("{wages: 85000}", "{wages: 85000, taxable_interest: 1000}")
    (folder / "case.yaml").write_text(text)
    assert prepared(folder, "f1040", "24") == interest
    assert not [one for one in found["hangs_on"] if "return.wages" in one["what"]]
    assert not [one for one in found["hangs_on"] if "spouse" in one["what"]]


def test_a_line_that_reads_no_figure_of_the_return_hangs_on_none(make_case: MakeCase) -> None:
    found = hanging(make_case(ledger(*ROWS), 2025), "f1040sd", "15")
    assert not [one for one in found["hangs_on"] if "return." in one["what"]]


def test_a_loss_carried_in_that_is_not_given_is_told_for_a_thousand(make_case: MakeCase) -> None:
    folder = make_case(ledger(*ROWS), 2025)
    text = (folder / "case.yaml").read_text()
    (folder / "case.yaml").write_text("\n".join(row for row in text.splitlines() if not row.startswith("carryover")))
    assert ways(hanging(folder, "f1040sd", "16"), "long-term loss carried in") == {"1,000": "54000.00"}


def test_a_basis_of_zero_that_was_stated_moves_the_gain_to_nothing_at_most(make_case: MakeCase) -> None:
    opening = receive("opening", "2024-01-01T10:00", 1, "ETH", acquired="2020-01-01", basis_usd=0)
    folder = make_case(ledger(opening, sell("2025-03-01T10:00", 1, "ETH", 3000)), 2025)
    found = hanging(folder, "f1040sd", "16")
    assert found["value"] == "3000.00"
    assert list(ways(found, "The basis of ETH").values()) == ["0.00"]


def test_an_nft_of_which_nothing_is_said_is_told_both_ways(make_case: MakeCase) -> None:
    rows = (buy("2022-01-01T10:00", 1, "APE#12", 1000), sell("2025-03-01T10:00", 1, "APE#12", 101000))
    folder = make_case(ledger(*rows), 2025, wages="400000")
    both = ways(hanging(folder, "f1040", "24"), "APE#12 is a collectible")
    assert Decimal(both["yes"]) > Decimal(both["no"])


def test_units_that_came_from_nowhere_have_a_line_between_two_ends(make_case: MakeCase) -> None:
    """1 BTC at 30,000 is there; 0.2 of the 1.2 sold for 120,000 lack; and 2 ETH sold for 6,000 lack."""
    rows = (
        buy("2022-05-01T10:00", 1, "BTC", 30000),
        sell("2025-01-20T10:00", "1.2", "BTC", 120000),
        sell("2025-03-20T10:00", 2, "ETH", 6000),
    )
    found = hanging(make_case(ledger(*rows), 2025), "f1040sd", "16", code=1)
    assert found["value"] is None
    assert sorted(ways(found, "all together").values()) == ["70000.00", "96000.00"]
    assert sorted(ways(found, "0.2 BTC").values()) == ["70000.00", "90000.00"]
    assert sorted(ways(found, "2 ETH").values()) == ["70000.00", "76000.00"]
    assert {problem["id"] for problem in found["problems"]} == {"lots-short"}


def test_half_of_a_move_is_told_as_given_away_and_as_sold(make_case: MakeCase) -> None:
    out = give("transfer_out", "2025-02-01T10:00", "0.5", "BTC", usd_value=50000)
    folder = make_case(ledger(ROWS[0], out, sell("2025-03-01T10:00", "0.5", "BTC", 42000)), 2025)
    found = hanging(folder, "f1040sd", "16", code=1)
    assert sorted(ways(found, "all together").values()) == ["27000.00", "62000.00"]


def test_other_errors_leave_no_line_and_are_listed(make_case: MakeCase) -> None:
    folder = make_case(ledger(ROWS[0], sell("2025-03-01", "0.5", "BTC", "x")), 2025)
    assert RUN.invoke(app, ["explain", str(folder), "f1040sd", "16", "--what-would-change"]).exit_code == 1


@pytest.mark.parametrize("words", [("--row", "3"), ("--years", "2024-2025"), ("--amended",)])
def test_it_is_of_a_line_of_one_years_return(make_case: MakeCase, words: tuple[str, ...]) -> None:
    done = RUN.invoke(app, ["explain", "x", "f1040", "24", "--what-would-change", *words])
    assert done.exit_code == 2


def test_a_line_that_is_not_there_names_those_that_are(make_case: MakeCase) -> None:
    (problem,) = hanging(make_case(ledger(*ROWS), 2025), "f1040sd", "99", code=1)["findings"]
    assert problem["id"] == "explain-unknown"


def test_what_is_printed_has_the_most_first_and_figures_alike_together(make_case: MakeCase) -> None:
    folder = make_case(ledger(*ROWS), 2025)
    before = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    said = RUN.invoke(app, ["explain", str(folder), "f1040", "24", "--what-would-change"]).output
    assert said.splitlines()[0].startswith("Form 1040 line 24 = $")
    assert said.count("Any of these") >= 2
    assert "IRA deduction" in said
    assert {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()} == before


def ruled(folder: Path, text: str) -> None:
    (folder / "decisions.yaml").write_text(text.replace("by", "by: Ada, on: 2026-01-05, why: said"))


def test_a_ruling_of_what_a_row_is_is_left_aside_and_taken_for_other_kinds(make_case: MakeCase) -> None:
    came = receive("transfer_in", "2025-01-05T10:00", 1, "ETH", usd_value=3000)
    folder = make_case(ledger(came, sell("2025-03-01T10:00", 1, "ETH", 3500)), 2025)
    ruled(folder, "- {row: 'ledger/made.csv:1', is: staking, usd_value: 3000, by}\n")
    income = hanging(folder, "f1040s1", "8v")
    assert income["value"] == "3000.00"
    found = ways(income, "is staking")
    assert found["as wages"] == "0.00"  # they stand on another line
    assert found["as mining"] == "3000.00"
    gain = ways(hanging(folder, "f1040sd", "16"), "is staking")
    assert {value for name, value in gain.items() if name.startswith("without it")} == {"500.00", "3500.00"}


def test_rows_ruled_to_be_one_are_counted_both(make_case: MakeCase) -> None:
    twice = (sell("2025-03-01T10:00", "0.5", "BTC", 42000), sell("2025-03-01T10:00", "0.5", "BTC", 42000, id="again"))
    folder = make_case(ledger(ROWS[0], *twice), 2025)
    ruled(folder, "- {duplicate: ['ledger/made.csv:2', 'ledger/made.csv:3'], keep: 'ledger/made.csv:2', by}\n")
    found = hanging(folder, "f1040sd", "16")
    assert found["value"] == "27000.00"
    assert ways(found, "one event") == {"without it": "54000.00"}


@pytest.mark.parametrize("tier", ["proposed", "ruled"])
def test_a_move_put_together_of_two_rows_is_told_as_none(make_case: MakeCase, tier: str) -> None:
    out = give("transfer_out", "2025-02-01T10:00", "0.5", "BTC", usd_value=40000)
    into = receive("transfer_in", "2025-02-01T10:20", "0.5", "BTC", wallet="Ledger")
    rows = (ROWS[0], out, into, sell("2025-03-01T10:00", "0.5", "BTC", 42000, wallet="Ledger"))
    folder = make_case(ledger(*rows), 2025)
    if tier == "ruled":
        ruled(folder, "- {transfer: ['ledger/made.csv:2', 'ledger/made.csv:3'], by}\n")
    found = hanging(folder, "f1040sd", "16")
    assert found["value"] == "27000.00"
    [one] = [one for one in found["hangs_on"] if "put together" in one["what"]]
    assert one["now"] == {"ruled": "ruled to be one", "proposed": "proposed by time and amount"}[tier]
    # The dearest price is 84,000: sold for 42,000 with a basis of 15,000, and 42,000 with none; or given away, and
    # 42,000 with a basis of 42,000.
    assert sorted(way["line"] for way in one["otherwise"]) == ["0.00", "69000.00"]


def test_the_pool_is_a_choice_of_the_years_that_have_it(make_case: MakeCase) -> None:
    rows = (
        buy("2022-05-01T10:00", 1, "BTC", 30000),
        buy("2023-12-28T10:00", 1, "BTC", 42000, wallet="Kraken"),
        sell("2024-03-01T10:00", 1, "BTC", 60000, wallet="Kraken"),
    )
    folder = make_case(ledger(*rows), 2024, elections=", pool: wallet")
    assert ways(hanging(folder, "f1040sd", "16"), "(pool)") == {"universal": "30000.00"}
    later = make_case(ledger(*rows[:2], {**rows[2], "time": "2025-03-01T10:00"}), 2025, name="later")
    assert not [one for one in hanging(later, "f1040sd", "16")["hangs_on"] if "(pool)" in one["what"]]
