"""Checked cases that run through the whole engine; those of single rules stand in tests/rules."""

import ast
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import MakeCase
from ledgers import buy, ledger, receive, sell
from niner.money import cents, dollars_text
from niner.prepare import Options, prepare

CASES = Path(__file__).parents[1] / "cases"
FORMLESS = Options(forms=False)
NO_ROWS = "time,wallet,kind\n"
COMPLAINTS: list[dict[str, Any]] = yaml.load((CASES / "complaints.yaml").read_text(), yaml.BaseLoader)
FOUND_WRONG: list[dict[str, Any]] = yaml.load((CASES / "found_wrong.yaml").read_text(), yaml.BaseLoader)
LOTS: list[dict[str, Any]] = yaml.load((CASES / "lot_engine.yaml").read_text(), yaml.BaseLoader)


def document(folder: Path) -> dict[str, Any]:
    prepared = prepare(folder, Options(forms=False))
    assert prepared.ok, [f.says for f in prepared.findings]
    return json.loads((prepared.written[0].parent / "return.json").read_text())


@pytest.mark.parametrize("case", LOTS, ids=lambda case: case["id"])
def test_a_lot_case_gives_its_rows(make_case: MakeCase, case: dict[str, Any]) -> None:
    def worth(units: str, price: str) -> str:
        return dollars_text(cents(Decimal(units) * Decimal(price)))

    rows = [buy(day, units, "B2", worth(units, price)) for day, units, price in case["in"]]
    rows += [sell(day, units, "B2", worth(units, price)) for day, units, price in case["out"]]
    found = document(
        make_case(ledger(*rows), int(case["year"]), elections=f", lot_method: {case['method']}, pool: {case['pool']}")
    )
    got = [[d["quantity"], d["acquired"], d["disposed"], d["term"]] for d in found["dispositions"]]
    assert got == [[str(Decimal(r[0]).normalize()), r[1], r[2], r[6]] for r in case["rows"]]
    for d, row in zip(found["dispositions"], case["rows"], strict=True):
        # The source keeps fractions of a cent; a row here is whole cents.
        for printed, wanted in zip((d["proceeds"], d["basis"], d["gain"]), row[3:6], strict=True):
            assert abs(Decimal(printed) - Decimal(wanted)) < Decimal("0.015")


def test_instructions_example_5_of_column_h(make_case: MakeCase) -> None:
    """I8949-H-EX5: cost 1,000, worth 3,000 when given up three years later."""
    rows = (buy("2022-06-01", 1, "X", 1000), sell("2025-06-01", 1, "X", 3000))
    (found,) = document(make_case(ledger(*rows), 2025))["dispositions"]
    assert (found["gain"], found["term"]) == ("2000.00", "long")


def test_instructions_example_4_of_column_h(make_case: MakeCase) -> None:
    """I8949-H-EX4: sold for 1,000, bought for 100, and the form told the IRS 900."""
    rows = (
        buy("2025-01-02", 1, "X", 100),
        sell("2025-04-02", 1, "X", 1000, form="1099-DA", basis_reported="yes", reported_basis_usd=900),
    )
    (found,) = document(make_case(ledger(*rows), 2025))["dispositions"]
    assert [found[name] for name in ("box", "proceeds", "basis", "code", "adjustment", "gain")] == [
        *("G", "1000.00", "900.00", "B", "800.00", "900.00"),
    ]


def test_instructions_example_2_of_losses_that_are_not_deductible(make_case: MakeCase) -> None:
    """SD-L-EX2: bought for 5,000, sold to a relative for 1,000; all of the loss is added back with code L."""
    rows = (buy("2025-01-02", 1, "X", 5000), sell("2025-06-01", 1, "X", 1000, nondeductible="related"))
    (found,) = document(make_case(ledger(*rows), 2025))["dispositions"]
    assert [found[name] for name in ("proceeds", "basis", "code", "adjustment", "gain")] == [
        *("1000.00", "5000.00", "L", "4000.00", "0.00"),
    ]


def test_a_box_g_row_goes_to_line_1b(make_case: MakeCase) -> None:
    """SPEC-F8949-T5."""
    rows = (
        buy("2025-01-02", 1, "X", 10000),
        sell("2025-06-01", 1, "X", 12000, form="1099-DA", basis_reported="yes"),
    )
    lines = document(make_case(ledger(*rows), 2025))["lines"]["f1040sd"]
    assert (lines["1b.d"], lines["1b.e"], lines["1b.h"]) == ("12000.00", "10000.00", "2000.00")


def test_direct_totals_go_to_line_8a_when_elected(make_case: MakeCase) -> None:
    """SD-1A8A-EX1 and SD-1A8A-EX1B: two sales with basis reported and no adjustments."""
    rows = (
        buy("2022-01-02", 2, "X", 5000),
        sell("2025-06-01", 1, "X", 6000, form="1099-B", basis_reported="yes"),
        sell("2025-06-02", 1, "X", 5000, form="1099-B", basis_reported="yes"),
    )
    found = document(make_case(ledger(*rows), 2025, elections=", direct_totals: yes"))
    lines = found["lines"]["f1040sd"]
    assert (lines["8a.d"], lines["8a.e"], lines["8a.h"]) == ("11000.00", "5000.00", "6000.00")
    assert "f8949" not in found["lines"]


def test_publication_551_gift(make_case: MakeCase) -> None:
    """P551-GIFT-A: donor's basis 10,000, worth 8,000 at the gift, sold for 12,000."""
    gift = receive("gift_in", "2024-09-01", 1, "X", acquired="2020-01-05", basis_usd=10000, fmv_usd=8000)
    (found,) = document(make_case(ledger(gift, sell("2025-05-01", 1, "X", 12000)), 2025))["dispositions"]
    assert found["gain"] == "2000.00"


@pytest.mark.parametrize(("method", "basis", "term"), [("fifo", "90.00", "long"), ("lifo", "50.00", "long")])
def test_broker_lots_are_taken_by_original_acquisition_date(
    make_case: MakeCase, method: str, basis: str, term: str
) -> None:
    """REG-1012-1j-EX3 and REG-1012-1j-EX4: units bought elsewhere and moved in later are still the older ones."""
    rows = (
        buy("2023-08-01", 10, "X", 90, wallet="CRX"),
        buy("2024-01-01", 20, "X", 100, wallet="BEX"),
        {
            "time": "2025-08-01",
            "wallet": "CRX",
            "kind": "transfer",
            "sent_quantity": 10,
            "sent_asset": "X",
            "to_wallet": "BEX",
        },
        sell("2025-09-01", 10, "X", 100, wallet="BEX"),
    )
    found = document(make_case(ledger(*rows), 2025, elections=f", pool: wallet, lot_method: {method}"))
    assert [(d["basis"], d["term"]) for d in found["dispositions"]] == [(basis, term)]
    assert ("identification" in {f["id"] for f in found["findings"]}) == (method != "fifo")


def folder_of(case: dict[str, Any], folder: Path) -> Path:
    """A case folder of an entry in tests/cases."""
    (folder / "ledger").mkdir()
    (folder / "ledger" / "ledger.csv").write_text(case["ledger"])
    taxpayer = {"first_name": "Test", "last_name": "Case", "ssn": "900-12-3456", "filing_status": case["status"]}
    whole = {"tax_year": case["year"], "taxpayer": taxpayer, **case["case"]}
    (folder / "case.yaml").write_text(json.dumps(whole))
    return folder


@pytest.mark.parametrize("case", COMPLAINTS, ids=lambda case: case["id"])
def test_a_public_complaint_has_the_figures_worked_out_by_hand(tmp_path: Path, case: dict[str, Any]) -> None:
    found = document(folder_of(case, tmp_path))
    got = {form: {line: found["lines"][form][line] for line in lines} for form, lines in case["lines"].items()}
    assert got == case["lines"]
    if "gains" in case:
        assert [d["gain"] for d in found["dispositions"]] == case["gains"]


@pytest.mark.parametrize("case", FOUND_WRONG, ids=lambda case: case["id"])
def test_what_was_found_wrong_is_right_asked_about_or_refused(tmp_path: Path, case: dict[str, Any]) -> None:
    prepared = prepare(folder_of(case, tmp_path), Options(forms=False))
    if "refused" in case:
        errors = [f for f in prepared.findings if f.severity == "error"]
        said = {str(f.source.row if f.source else 0): f.says for f in errors}
        assert said.keys() == case["refused"].keys()
        assert [row for row, words in case["refused"].items() if words not in said[row]] == []
        assert prepared.written == ()
        return
    assert prepared.ok, [f.says for f in prepared.findings]
    found = json.loads((prepared.written[0].parent / "return.json").read_text())
    got = {form: {line: found["lines"][form][line] for line in lines} for form, lines in (case["lines"] or {}).items()}
    assert got == (case["lines"] or {})
    assert found["carryover_out"] == case.get("carryover_out", found["carryover_out"])
    assert set(case.get("findings", [])) <= {f["id"] for f in found["findings"] if f["severity"] == "review"}


def test_a_short_sale_is_refused_until_it_is_entered_elsewhere(make_case: MakeCase) -> None:
    """SD-SHORT: sold short for 100 and closed for 80. No lot is there to sell; its totals go under schedule_d."""
    refused = prepare(make_case(ledger(sell("2025-03-01", 1, "X", 100), buy("2025-04-01", 1, "X", 80)), 2025), FORMLESS)
    assert [f.id for f in refused.findings if f.severity == "error"] == ["lots-short"]
    elsewhere = make_case(NO_ROWS, 2025, more="schedule_d: {line_3: {proceeds: 100, basis: 80}}", name="elsewhere")
    assert document(elsewhere)["lines"]["f1040sd"]["3.h"] == "20.00"


def test_the_premium_of_an_option_is_an_adjustment_under_schedule_d(make_case: MakeCase) -> None:
    """SD-OPTION-E, of 2013: 80 on the form, 10 of premium in column (g); options are no kind of the ledger."""
    more = "schedule_d: {line_2: {proceeds: 80, basis: 0, adjustment: 10}}"
    lines = document(make_case(NO_ROWS, 2025, more=more))["lines"]["f1040sd"]
    assert (lines["2.d"], lines["2.g"], lines["2.h"]) == ("80.00", "10.00", "90.00")


def test_shares_of_a_broker_with_a_wash_sale_beside_dividends(tmp_path: Path) -> None:
    """TP-RH-2025: a worked case of a public repository, married filing jointly, in whole dollars."""
    taxpayer = {"first_name": "Test", "last_name": "Case", "ssn": "900-12-3456", "filing_status": "married_joint"}
    case = {
        "tax_year": 2025,
        "taxpayer": taxpayer,
        "spouse": {"first_name": "Bo", "last_name": "Case", "ssn": "900-12-3457"},
        "elections": {"rounding": "dollars", "timezone": "UTC"},
        "carryover_in": {"short_term": 0, "long_term": 0},
        "schedule_d": {
            "line_1b": {"proceeds": 5872.31, "basis": 5285.50, "adjustment": 5.99},
            "line_8b": {"proceeds": 17001.68, "basis": 12037.28},
        },
        "return": {"wages": 167874, "ordinary_dividends": 800, "qualified_dividends": 800},
    }
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "ledger.csv").write_text(NO_ROWS)
    (tmp_path / "case.yaml").write_text(json.dumps(case))
    lines = document(tmp_path)["lines"]
    assert [lines["f1040sd"][line] for line in ("7", "15", "16")] == ["593.00", "4964.00", "5557.00"]
    assert lines["f1040"]["15"] == "142731.00"
    assert abs(Decimal(lines["f1040"]["16"]) - 20825) <= 1


def test_every_checked_case_is_named_by_a_test() -> None:
    """Each id of tests/cases/ids.yaml stands in a test's docstring or parameters, in a rule's test or in a case."""
    room = Path(__file__).parents[1]
    ids = yaml.safe_load((CASES / "ids.yaml").read_text())
    texts = [
        line
        for file in (*room.glob("rules/**/*.yaml"), *CASES.glob("*.yaml"))
        if file.name not in ("ids.yaml", "later.yaml")
        for line in file.read_text().splitlines()
        if not line.lstrip().startswith("#")
    ]
    for file in room.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                texts += [ast.get_docstring(node) or "", *map(ast.unparse, node.decorator_list)]
    named = set(re.findall(r"[A-Z][A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)+", "\n".join(texts)))
    forgotten = [id for several in ids.values() for id in several if id not in named]
    assert forgotten == []
    assert sum(map(len, ids.values())) == 59


def test_every_case_left_for_later_says_why() -> None:
    later = yaml.safe_load((CASES / "later.yaml").read_text())
    assert all(isinstance(reason, str) and len(reason) > 20 for reason in later.values())


def test_business_income_needs_the_profit_of_schedule_c(make_case: MakeCase) -> None:
    """2024, single, wages 42,000 and a profit of 55,000: self-employment tax 7,771.25 (BTCTAX-2024)."""
    mined = receive("mining", "2024-02-01", 1, "BTC", usd_value=60000)
    bare = make_case(ledger(mined), more="business: [mining]", wages="42000", name="bare")
    prepared = prepare(bare, Options(forms=False))
    assert [f.id for f in prepared.findings if f.severity == "error"] == ["business-profit"]
    figures = "42000, self_employment_income: 55000"
    found = document(make_case(ledger(mined), more="business: [mining]", wages=figures, name="full"))
    assert "8v" not in found["lines"]["f1040s1"]
    assert found["lines"]["f1040s2"]["4"] == "7771.25"
    assert found["open_lots"][0]["basis"] == "60000.00"


def test_staking_counts_for_the_net_investment_income_tax(make_case: MakeCase) -> None:
    """Single, adjusted gross income 210,000: 3.8 % of the 10,000 over the threshold."""
    staked = receive("staking", "2024-02-01", 10, "ETH", usd_value=30000)
    lines = document(make_case(ledger(staked), wages="180000"))["lines"]
    assert (lines["f8960"]["7"], lines["f8960"]["17"]) == ("30000.00", "380.00")
    assert lines["f1040s2"]["12"] == "380.00"


def test_what_the_loss_is_worth_is_the_tax_it_takes_away(make_case: MakeCase) -> None:
    """Single, wages 85,000 in 2024: a 3,000 loss moves taxable income from 70,400 to 67,400, both taxed at 22 %."""
    rows = (buy("2024-01-02", 1, "BTC", 50000), sell("2024-06-01", 1, "BTC", 20000))
    worth = document(make_case(ledger(*rows)))["worth"]
    assert worth["saved"] == "660.00"
    assert worth["saved_by_next_year_s_deduction"] == "660.00"


@pytest.mark.parametrize(
    ("figures", "gain", "id"),
    [
        ("400000, deduction: 90000", 600000, "amt-unknown"),
        ("40000, refundable_credits: 500", 20000, "eic"),
        ("40000, self_employment_income: 5000", 100, "qbi"),
        ("40000, other_income: 900", 100, "agi-driven"),
        ("40000, taxable_interest: 1500.01", 100, "attach"),
        ("250000", 100, "additional-medicare"),
    ],
)
def test_what_is_not_worked_out_is_named_where_it_matters(
    make_case: MakeCase, figures: str, gain: int, id: str
) -> None:
    rows = (buy("2022-01-02", 1, "BTC", 1000), sell("2024-06-01", 1, "BTC", 1000 + gain))
    found = document(make_case(ledger(*rows), wages=figures))["findings"]
    assert id in {f["id"] for f in found if f["severity"] == "review"}
    plain = document(make_case(ledger(*rows[:1]), name="plain"))["findings"]
    assert id not in {f["id"] for f in plain}
