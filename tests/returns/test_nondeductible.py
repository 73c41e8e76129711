"""Code L: a loss that the ledger says is not deductible stands on Form 8949 and is added back; a gain is taxed."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, give, ledger, sell, trade
from niner.cli import app
from niner.prepare import Options, prepare, work_out
from niner.values import Refused


def document(folder: Any, **options: Any) -> dict[str, Any]:
    prepared = prepare(folder, Options(forms=False, **options))
    assert prepared.ok, [f.says for f in prepared.findings]
    return json.loads(next(path for path in prepared.written if path.name == "return.json").read_text())


def columns(got: dict[str, Any]) -> list[tuple[str, ...]]:
    return [tuple(d[name] for name in ("proceeds", "basis", "code", "adjustment", "gain")) for d in got["dispositions"]]


@pytest.mark.parametrize("reason", ["related", "personal"])
def test_a_loss_so_marked_has_code_l_and_no_effect(make_case: MakeCase, reason: str) -> None:
    """Schedule D instructions, Certain Nondeductible Losses: 5,000 − 6,000 + 1,000 = 0; box I, or L if long-term."""
    rows = (
        buy("2025-01-10", 1, "ETH", 6000),
        sell("2025-06-10", 1, "ETH", 5000, note="to my brother", nondeductible=reason),
    )
    got = document(make_case(ledger(*rows), 2025))
    assert columns(got) == [("5000.00", "6000.00", "L", "1000.00", "0.00")]
    assert got["dispositions"][0]["box"] == "I"
    lines = got["lines"]["f1040sd"]
    assert [lines[f"3.{column}"] for column in "degh"] == ["5000.00", "6000.00", "1000.00", "0.00"]
    assert (lines["7"], lines["16"]) == ("0.00", "0.00")
    assert not [f for f in got["findings"] if f["id"] in ("related-party", "personal-use")]


def test_a_gain_so_marked_is_taxed_and_no_lot_s_gain_makes_up_for_another_s_loss(make_case: MakeCase) -> None:
    """IRC §267(a)(1) forbids losses; Treas. Reg. §1.267(a)-1(c): each block of property for itself."""
    rows = (
        buy("2024-01-10", 1, "ETH", 1000),
        buy("2025-01-10", 1, "ETH", 3500),
        sell("2025-06-10", 2, "ETH", 4000, nondeductible="related"),
    )
    got = document(make_case(ledger(*rows), 2025, elections=", various: yes"))
    assert sorted(columns(got)) == [
        ("2000.00", "1000.00", "", "0.00", "1000.00"),
        ("2000.00", "3500.00", "L", "1500.00", "0.00"),
    ]
    assert got["lines"]["f1040sd"]["16"] == "1000.00"


def test_a_wrong_basis_on_the_form_and_a_loss_not_allowed_share_column_g(make_case: MakeCase) -> None:
    """Form 8949 instructions, Column (g): one net amount; here −500 for code B and 1,000 for code L."""
    rows = (
        buy("2024-01-10", 1, "ETH", 6000),
        sell(
            *("2025-06-10", 1, "ETH", 5000),
            **{"form": "1099-DA", "basis_reported": "yes", "reported_basis_usd": 5500, "nondeductible": "related"},
        ),
    )
    got = document(make_case(ledger(*rows), 2025, elections=", direct_totals: yes"))
    assert columns(got) == [("5000.00", "5500.00", "BL", "500.00", "0.00")]
    assert got["dispositions"][0]["line"] == "8b"


def test_the_fee_of_the_row_is_a_sale_of_its_own(make_case: MakeCase) -> None:
    """The network, not the relative, has the units paid as a fee."""
    rows = (
        buy("2024-01-10", 2, "ETH", 6000),
        give("spend", "2025-06-10", 1, "ETH", usd_value=1000, fee_quantity="0.5", fee_asset="ETH", fee_usd=500)
        | {"nondeductible": "personal"},
    )
    got = document(make_case(ledger(*rows), 2025))
    assert {(d["code"], d["gain"]) for d in got["dispositions"]} == {("L", "0.00"), ("", "-1000.00")}


def test_losses_of_less_than_a_cent_are_added_back_in_all(make_case: MakeCase) -> None:
    rows = [buy("2025-01-10", 300, "DUST", "3.00")]
    rows += [sell(f"2025-06-{day:02}", 10, "DUST", "0.06", nondeductible="personal") for day in range(1, 31)]
    got = document(make_case(ledger(*rows), 2025))
    lines = got["lines"]["f1040sd"]
    assert [lines[f"3.{column}"] for column in "degh"] == ["1.80", "3.00", "1.20", "0.00"]


def test_the_line_explains_the_code(make_case: MakeCase) -> None:
    rows = (buy("2025-01-10", 1, "ETH", 6000), sell("2025-06-10", 1, "ETH", 5000, nondeductible="related"))
    folder = make_case(ledger(*rows), 2025)
    done = CliRunner().invoke(app, ["explain", str(folder), "f1040sd", "3.g", "--json"])
    assert "between related parties is not deductible" in done.output


def test_no_says_that_the_loss_counts_and_settles_the_question(make_case: MakeCase) -> None:
    rows = (
        buy("2024-01-10", 2, "ETH", 6000),
        give("spend", "2025-06-10", 1, "ETH", usd_value=1000, nondeductible="no"),
        sell("2025-06-11", 1, "ETH", 1000, note="paid by my brother for my LLC", nondeductible="no"),
    )
    got = document(make_case(ledger(*rows), 2025))
    assert got["lines"]["f1040sd"]["16"] == "-4000.00"
    assert not [f for f in got["findings"] if f["id"] in ("related-party", "personal-use")]


def test_another_word_is_refused_and_a_row_that_sells_nothing_is_told(make_case: MakeCase) -> None:
    rows = (buy("2024-01-10", 2, "ETH", 6000), sell("2025-06-10", 1, "ETH", 1000, nondeductible="family"))
    with pytest.raises(Refused) as refused:
        work_out(make_case(ledger(*rows), 2025), Options())
    assert [(f.id, f.source and f.source.row) for f in refused.value.findings] == [("ledger-nondeductible", 3)]
    rows = (buy("2024-01-10", 2, "ETH", 6000, nondeductible="related"), trade("2025-01-10", 1, "ETH", 1, "SOL", 2500))
    got = document(make_case(ledger(*rows), 2025, name="told"))
    assert [f["source"]["row"] for f in got["findings"] if f["id"] == "ledger-unused"] == [2]


def test_no_loss_is_asked_for_that_is_not_deductible(make_case: MakeCase) -> None:
    """Without the figures of 2024 the run asks for what its losses may leave: nothing, then 4,000 of another sale."""
    rows = [
        buy("2023-01-10", 3, "ETH", 30000),
        sell("2024-06-10", 1, "ETH", 2000, nondeductible="related"),
        sell("2025-06-10", 1, "ETH", 12000),
    ]
    for name, more, asked in (("none", [], []), ("one", [sell("2024-06-11", 1, "ETH", 3000)], ["4000.00"])):
        folder = make_case(ledger(*rows, *more), 2025, name=name)
        text = (folder / "case.yaml").read_text()
        (folder / "case.yaml").write_text(text.replace("carryover_in: {short_term: 0, long_term: 0}\n", ""))
        found = document(folder)["findings"]
        assert [f["amount"] for f in found if f["id"] == "carryover-asked"] == asked


def test_a_loss_of_an_earlier_year_that_is_not_deductible_is_not_carried(make_case: MakeCase) -> None:
    """A single year equals its place in the chain, here through the ledger's earlier years."""
    rows = (
        buy("2023-01-10", 2, "ETH", 20000),
        sell("2024-06-10", 1, "ETH", 2000, nondeductible="related"),
        sell("2025-06-10", 1, "ETH", 12000),
    )
    folder = make_case(ledger(*rows), 2025, more="years: {2024: {return: {wages: 50000}}}")
    text = (folder / "case.yaml").read_text()
    (folder / "case.yaml").write_text(text.replace("carryover_in: {short_term: 0, long_term: 0}\n", ""))
    got = document(folder)
    assert (got["lines"]["f1040sd"].get("14"), got["lines"]["f1040sd"]["16"]) == (None, "2000.00")
