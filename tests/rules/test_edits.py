"""The changes of the law that rules/README.md shows, on whole returns: what moves, by how much, and what is said."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from test_overlays import written, written_forms

from conftest import MakeCase
from ledgers import buy, give, ledger, move, receive, sell
from niner.prepare import Options, prepare
from niner.rules import load_rules
from niner.rules.editor.difference import differences
from niner.upkeep.impact import Law, impact, work_out_case

pytestmark = pytest.mark.usefixtures("no_firm_is_kept")

Spend = dict[str, object]


def returned(case: Path, *overlays: Path, forms: tuple[Path, ...] = (), draw: bool = False) -> dict[str, Any]:
    prepared = prepare(case, Options(forms=draw, overlays=overlays, form_dirs=forms, offline=True))
    assert prepared.ok, [f.says for f in prepared.findings if f.severity == "error"]
    return json.loads(next(path for path in prepared.written if path.name == "return.json").read_text())


def pay(day: str, units: object, worth: object, **more: object) -> Spend:
    return give("spend", day, units, "ETH", usd_value=worth, **more)


WASHED = (
    buy("2024-03-01", 1, "BTC", 30000, wallet="A"),
    buy("2024-04-01", 1, "BTC", 20000, wallet="A"),
    sell("2025-06-30", "0.5", "BTC", 10000, wallet="A"),  # the day before the act: a loss of 5,000
    sell("2025-07-01", "0.5", "BTC", 12000, wallet="A"),  # a loss of 3,000, bought back in full
    buy("2025-07-20", "0.75", "BTC", 15000, wallet="B"),
    move("2025-07-25", "0.75", "BTC", "C", wallet="B"),
    sell("2025-12-20", 1, "BTC", 18000, wallet="A"),  # a loss of 2,000, half bought back in January
    buy("2026-01-19", "0.5", "BTC", 9000, wallet="A"),
    buy("2026-01-20", "0.5", "BTC", 9000, wallet="A"),
)


def test_wash_sales_of_digital_assets_from_a_day(make_case: MakeCase, tmp_path: Path) -> None:
    firm = written(tmp_path, "wash_sale")
    case = make_case(ledger(*WASHED), 2025)
    got = returned(case, firm)
    assert [(d["disposed"], d["code"], d["adjustment"], d["gain"]) for d in got["dispositions"]] == [
        ("2025-06-30", "", "0.00", "-5000.00"),
        ("2025-07-01", "W", "3000.00", "0.00"),
        ("2025-12-20", "W", "1000.00", "-1000.00"),
    ]
    # Two thirds of the purchase replaced what was sold in July: its basis and the time held went along to wallet C.
    lots = {(lot["wallet"], lot["quantity"], lot["basis"], lot["acquired"]) for lot in got["open_lots"]}
    assert lots == {("C", "0.5", "13000.00", "2024-03-20"), ("C", "0.25", "5000.00", "2025-07-20")}
    assert [f["amount"] for f in got["findings"] if f["id"] == "wash-sale"] == ["3000.00", "1000.00"]
    plain = returned(case)
    assert {d["code"] for d in plain["dispositions"]} == {""}
    assert got["lines"]["f1040sd"]["16"] == "-6000.00"
    assert plain["lines"]["f1040sd"]["16"] == "-10000.00"


def test_small_payments_are_left_out_by_payment_and_up_to_the_yearly_amount(
    make_case: MakeCase, tmp_path: Path
) -> None:
    """A payment of 500 out of two lots of 250 is one payment; the gains of 250 and 240 are within 600, the third passes
    it, and what is smaller after it is past it too."""
    rows = (
        buy("2024-01-05", 5, "ETH", 250),
        buy("2024-01-06", 100, "ETH", 5000),
        pay("2025-02-01", 10, 500),
        pay("2025-03-01", 6, 300),
        pay("2025-03-02", "5.8", 300),
        pay("2025-04-01", 1, 290),
        pay("2025-05-01", 1, 290),
        pay("2025-06-01", 1, 200),
        pay("2025-07-01", 1, 60),
    )
    got = returned(make_case(ledger(*rows), 2025), written(tmp_path, "exclusion"))
    by_row: dict[str, list[tuple[str, str, str]]] = {}
    for d in got["dispositions"]:
        by_row.setdefault(d["transaction"], []).append((d["code"], d["adjustment"], d["gain"]))
    assert list(by_row.values()) == [
        [("", "0.00", "0.00"), ("", "0.00", "0.00")],  # 500 in all: each lot's 250 is not a payment
        [("", "0.00", "0.00")],  # no gain
        [("O", "-10.00", "0.00")],
        [("O", "-240.00", "0.00")],
        [("O", "-240.00", "0.00")],  # 490 so far
        [("", "0.00", "150.00")],  # would be 640
        [("", "0.00", "10.00")],
    ]
    assert got["lines"]["f1040sd"]["10.g"] == "-490.00"
    assert got["lines"]["f1040sd"]["15"] == "160.00"


def test_a_payment_out_of_two_lots_is_left_out_as_one(make_case: MakeCase, tmp_path: Path) -> None:
    """150 less 50 and 150 less 200: the payment's gain of 50 is left out, with the loss on one of its lots."""
    rows = (buy("2024-01-05", 1, "ETH", 50), buy("2024-01-06", 1, "ETH", 200), pay("2025-02-01", 2, 300))
    got = returned(make_case(ledger(*rows), 2025), written(tmp_path, "exclusion"))
    assert [(d["code"], d["adjustment"], d["gain"]) for d in got["dispositions"]] == [
        ("O", "-100.00", "0.00"),
        ("O", "50.00", "0.00"),
    ]


def test_staking_taxed_when_it_is_sold(make_case: MakeCase, tmp_path: Path) -> None:
    rows = (
        receive("staking", "2025-02-05", 1, "ETH", usd_value=3000),
        sell("2025-03-05", 1, "ETH", 3500),
    )
    case = make_case(ledger(*rows), 2025)
    got, plain = returned(case, written(tmp_path, "staking")), returned(case)
    assert got["income"] == []
    assert plain["income"] != []
    assert [(d["basis"], d["gain"]) for d in got["dispositions"]] == [("0.00", "3500.00")]
    assert [(d["basis"], d["gain"]) for d in plain["dispositions"]] == [("3000.00", "500.00")]
    assert got["digital_question"]["answer"] == "yes"
    said = {f["id"]: f for f in got["findings"]}
    assert "Form 8275" in said["disclose-staking"]["todo"]
    assert said["disclose-staking"]["amount"] == "3500.00"
    assert "their basis is zero" in said["basis-from"]["says"]
    assert "Rev. Rul. 2023-14" in said["kind"]["says"]
    assert sum(f["id"] == "rules.position" for f in got["findings"]) == 4


def test_a_new_box_with_its_line(make_case: MakeCase, tmp_path: Path) -> None:
    firm, forms = written(tmp_path, "new_box"), written_forms(tmp_path)
    rows = (
        receive("staking", "2026-01-05", 1, "ETH", usd_value=3000),
        buy("2026-02-05", 10, "ETH", 40000),
        sell("2026-03-05", 1, "ETH", 2500),
        sell("2026-04-05", 8, "ETH", 20000),
    )
    case = make_case(ledger(*rows), 2026)
    got = returned(case, firm, forms=(forms,), draw=True)
    assert [(d["box"], d["line"]) for d in got["dispositions"]] == [("I", "3"), ("M", "3")]
    assert got["lines"]["f8949"]["M.h"] == "-500.00"
    assert got["lines"]["f1040sd"]["3.h"] == "-12500.00"
    assert [form["copies"] for form in got["forms"] if form["form"] == "f8949"] != []
    [moved] = impact([case], Law(), Law((firm,)), partial(work_out_case, form_dirs=(forms,)))
    assert moved.worked_out
    assert moved.changes == ()
    # Without the form, what sends rows to its box is refused before anything is made.
    refused = prepare(case, Options(forms=False, overlays=(firm,)))
    assert "rules.unable" in {f.id for f in refused.findings}
    # With the form but not what adds up on it, the return is refused with the line.
    without = written_forms(tmp_path / "without")
    (without / "footing.yaml").unlink()
    refused = prepare(case, Options(forms=False, overlays=(firm,), form_dirs=(without,)))
    assert {f.value for f in refused.findings if f.severity == "error"} == {
        "Schedule D line 3, column (d)",
        "Schedule D line 3, column (e)",
        "Schedule D line 3, column (g)",
    }


@pytest.mark.parametrize(
    ("text", "row"),
    [("- {form: f1040sd, years: 2026, foots: [3.d equals C]}", 1), ("- form: f1040sd\n  foots: []\n", 1), ("7", 0)],
)
def test_a_footing_file_that_can_t_be_read_is_refused(make_case: MakeCase, tmp_path: Path, text: str, row: int) -> None:
    forms = tmp_path / "firm-forms"
    forms.mkdir()
    (forms / "footing.yaml").write_text(text)
    case = make_case(ledger(buy("2025-01-05", 1, "ETH", 1), sell("2025-01-06", 1, "ETH", 2)), 2025)
    refused = prepare(case, Options(forms=False, form_dirs=(forms,)))
    assert not refused.ok
    [finding] = [f for f in refused.findings if f.severity == "error"]
    assert finding.source is not None
    assert (finding.source.file, finding.source.row) == ("firm-forms/footing.yaml", row)


def test_what_a_limit_that_is_indexed_from_now_on_differs_in(tmp_path: Path) -> None:
    found = {one.id: one for one in differences(load_rules(2024), load_rules(2025, (written(tmp_path, "loss_limit"),)))}
    assert ("changes", "by law", "yearly") in found["capital_loss_limit"].changes
