"""Remarks: several may be said of one fact, with its figures in the words; a firm changes, adds and retires them."""

from pathlib import Path

import pytest
from rooms import REMARKS, write_room
from test_overlays import write

from conftest import MakeCase
from ledgers import buy, ledger, receive, sell
from niner.money import dollars_spoken
from niner.prepare import Options, prepare
from niner.rules import FactValue, load_rules
from niner.rules.editor.describing import describe
from niner.rules.editor.difference import differences
from niner.rules.editor.schema import schemas
from niner.values import Source

pytestmark = pytest.mark.usefixtures("no_firm_is_kept")

FACT: dict[str, FactValue] = {"days": 1000, "amount": 123450, "seller": "Ada"}


def test_several_remarks_are_said_of_one_fact_in_its_own_figures(tmp_path: Path) -> None:
    more = (
        '  - {id: always, finding: other, tell: note, says: "It is so.", open: "For {days} days.", authority: IRC §2}\n'
    )
    rules = load_rules(2020, (), write_room(tmp_path, remarks=REMARKS + more))
    first, second = rules.remarks("sale", [FACT, FACT | {"days": 1, "amount": -1}])
    assert [(s.says, s.todo, s.amount_cents) for s in first] == [
        ("1,000 days is over $1,234.50.", "Ask Ada.", 123450),
        ("It is so. For 1,000 days.", "", None),
    ]
    assert [s.finding(Source("a.csv", 2)).id for s in first] == ["late", "other"]
    assert [s.says for s in second] == ["It is so. For 1 days."]
    assert first[0].fields == ("days", "amount", "seller")


def test_one_and_many(tmp_path: Path) -> None:
    text = REMARKS.replace("{gt: 9}", "{gt: 0}")
    rules = load_rules(2020, (), write_room(tmp_path, remarks=text))
    said = [rules.remarks("sale", [FACT | {"days": n}])[0][0].says for n in (1, 2)]
    assert [words.partition(" is")[0] for words in said] == ["1 day", "2 days"]


def test_a_remark_may_read_a_decision(tmp_path: Path) -> None:
    text = REMARKS.replace("{days: {gt: 9}}", "{term: long}").replace("Ask {seller}", "It is {term}")
    rules = load_rules(2020, (), write_room(tmp_path, remarks=text))
    said, silent = rules.remarks("sale", [FACT, FACT | {"days": 0}])
    assert [s.todo for s in said] == ["It is long."]
    assert silent == ()


FIRM = """\
remarks: the_return
rules:
  - id: firm-wages
    tell: {tell}
    says: "Wages of {{wages}} came with {{rows|row|rows}}."
    authority: Firm policy
    amount: wages
    when: {{wages: {{gt: 0}}, rows: {{gt: 0}}}}
retire: {{carryover-assumed: The firm says so in its letter., amt: The firm works out Form 6251.}}
"""
LOSS = (buy("2024-01-02", 1, "BTC", 50000), sell("2024-06-01", 1, "BTC", 20000))


def test_a_firm_adds_a_remark_and_retires_another(make_case: MakeCase, tmp_path: Path) -> None:
    firm = write(tmp_path, y2024__remarks=FIRM.format(tell="review"))
    found = prepare(make_case(ledger(*LOSS), wages="85000"), Options(forms=False, overlays=(firm,)))
    [told] = [f for f in found.findings if f.id == "firm-wages"]
    assert (told.says, told.amount_cents) == ("Wages of $85,000 came with 1 row.", 8_500_000)
    assert {"carryover-assumed", "amt"} & load_rules(2024, (firm,)).compiled.remarks.keys() == set()
    assert [f.id for f in found.findings].count("rules.position") == 3


def test_an_error_remark_stops_the_forms(make_case: MakeCase, tmp_path: Path) -> None:
    firm = write(tmp_path, y2024__remarks=FIRM.format(tell="error"))
    case = make_case(ledger(*LOSS), wages="85000")
    found = prepare(case, Options(forms=False, overlays=(firm,)))
    assert not found.ok
    assert [f.id for f in found.findings if f.severity == "error"] == ["firm-wages"]
    assert not (case / "out").exists()


def test_a_remark_is_shown_compared_and_in_the_schema(tmp_path: Path) -> None:
    firm = write(tmp_path, y2024__remarks=FIRM.format(tell="review"))
    rules = load_rules(2024, (firm,))
    [shown] = describe(rules, rules, "firm-wages", [])
    assert shown.kind == "remark"
    assert dict(shown.facts)["Says"] == "Wages of {wages} came with {rows|row|rows}."
    found = {(d.kind, d.id): d for d in differences(load_rules(2024), rules)}
    assert found["remark", "firm-wages"].action == "added"
    assert found["remark", "amt"].reason == "The firm works out Form 6251."
    assert "wages" in schemas()["remarks.json"]["$defs"]["return"]["properties"]
    assert "elected" not in schemas()["remarks.json"]["$defs"]["return"]["properties"]


PARTING = (
    buy("2023-01-02", 1, "BTC", 20000, wallet="A"),
    buy("2023-02-02", 1, "BTC", 30000, wallet="B"),
    sell("2024-06-01", 1, "BTC", 40000, wallet="B"),
    sell("2025-06-01", 1, "BTC", 90000, wallet="A"),
)
NO_ALLOCATION = """\
decides: allocation
concludes: [not_needed, refused]
rules:
  - id: own_history
    says: Without an allocation made in time the basis of a common pool can't be told.
    authority: Firm reading of Rev. Proc. 2024-28
    {tell}when: {{pool: wallet, pool_before: universal}}
    overrides: [not_needed]
    then: refused
"""


def test_a_wallet_that_takes_over_lots_is_told(make_case: MakeCase) -> None:
    found = prepare(make_case(ledger(*PARTING), 2025), Options(forms=False))
    [told] = [f for f in found.findings if f.id == "lots-reallocated"]
    assert "wallet “A”" in told.says
    assert "1 BTC" in told.says
    assert dollars_spoken(told.amount_cents or 0) == "$30,000"
    assert sum("each wallet becomes its own" in f.says for f in found.findings if f.id == "method-default") == 1


@pytest.mark.parametrize(("tell", "id"), [("tell: error\n    ", "allocation"), ("", "rules.unable")])
def test_a_firm_may_refuse_the_allocation(make_case: MakeCase, tmp_path: Path, tell: str, id: str) -> None:
    firm = write(tmp_path, y2025__allocation=NO_ALLOCATION.format(tell=tell))
    found = prepare(make_case(ledger(*PARTING), 2025), Options(forms=False, overlays=(firm,)))
    assert [f.id for f in found.findings if f.severity == "error"] == [id]


BASIS = """\
decides: basis_from
concludes: [none_received, cost, amount_included, stated, donor_basis, stated_or_value_at_death{more}]
rules:
  - id: income
    says: The firm's own basis of income.
    authority: Firm position
    when: {{treatment: income}}
    then: {then}
"""


@pytest.mark.parametrize(("then", "ok"), [("stated", True), ("zero", True), ("none_received", False)])
def test_a_firm_may_choose_the_basis_among_what_can_be_done(
    make_case: MakeCase, tmp_path: Path, then: str, ok: bool
) -> None:
    firm = write(tmp_path, y2024__basis=BASIS.format(then=then, more="" if then != "zero" else ", zero"))
    # A basis that is to be stated is stated, if only as 0: an empty cell is refused (test_kinds.py).
    more = {"basis_usd": 0} if then == "stated" else {}
    rows = (receive("staking", "2024-02-01", 1, "ETH", usd_value=3000, **more), sell("2024-05-01", 1, "ETH", 3500))
    found = prepare(make_case(ledger(*rows)), Options(forms=False, overlays=(firm,)))
    assert found.ok == ok
    if found.result is not None:
        assert [row.basis_cents for row in found.result.rows] == [0]
    else:
        assert {f.id for f in found.findings if f.severity == "error"} == {"rules.unable"}
