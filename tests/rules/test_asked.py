"""What `niner rules check` passes, a return can be made by; what it refuses, no return is made by."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_overlays import write

import niner
from ledgers import buy, ledger, receive, sell
from niner.asked import asked_of
from niner.prepare import Options, prepare
from niner.resources import room
from niner.returns.footing import rules_not_footing
from niner.rules import load_rules
from niner.rules.compiling.years import years_in
from niner.rules.editor.checking import check_years
from niner.values import Finding

pytestmark = pytest.mark.usefixtures("no_firm_is_kept")

MakeCase = Callable[..., Path]
ROWS = (
    buy("2024-02-01", 1, "BTC", 9000),
    receive("staking", "2024-03-01", 1, "ETH", usd_value=3000),
    sell("2025-03-05", 1, "BTC", 10000, form="1099-DA", basis_reported="yes", reported_basis_usd="0"),
    sell("2025-05-01", 1, "ETH", 3500),
)

UNASKED = """\
decides: de_minimis
about: disposition
asks: Is the payment small?
concludes: [small, large]
rules:
  - {id: small, says: Small., authority: Act, when: {proceeds: {lte: 30000}}, then: small, tell: review}
  - {id: large, says: Large., authority: Act, when: {proceeds: {gt: 30000}}, then: large}
"""
CODE_W = """\
decides: code
concludes: [none, B, W]
rules:
  - id: partner_looks
    says: What a partner is to look at is marked.
    authority: Firm position
    when: {firm_view: partner}
    overrides: [no_code, wrong_basis_on_form]
    then: W
"""
FIRM_VIEW = """\
decides: firm_view
about: disposition
concludes: [partner, staff]
rules:
  - {id: staff, says: Staff., authority: Firm manual, when: {asset_class: {not: nft}}, then: staff}
  - {id: partner, says: A partner., authority: Firm manual, when: {asset_class: nft}, then: partner}
"""
BOX_M = """\
decides: box
concludes: [A, B, C, D, E, F, G, H, I, J, K, L, M]
rules:
  - id: short_digital_no_form
    says: Short-term digital assets not on any form go to box M.
    authority: Example instructions, box M
    when: {term: short, form: none, digital_asset: true}
    then: M
"""
TOO_EARLY = """\
decides: gift_basis
rules:
  - id: cost
    says: Adjusted rows are otherwise.
    authority: Firm position
    when: {acquired_by: {not: gift}, has_adjustment: false}
    then: cost
  - id: cost_adjusted
    says: Adjusted rows are otherwise.
    authority: Firm position
    when: {acquired_by: {not: gift}, has_adjustment: true}
    then: cost
"""
NO_LINE = """\
decides: schedule_d_line
concludes: [1a, 1b, 2, 2a, 3, 8a, 8b, 9, 10]
rules:
  - id: short_da_basis_reported
    says: Short-term totals of box G go to line 2a.
    authority: Example, line 2a
    when: {box: G}
    overrides: [short_basis_reported, short_direct]
    then: 2a
"""
WITH_LINE = """\
form: f1040sd
lines:
  2a:
    says: Short-term totals of box G.
    authority: Example, line 2a
    columns: {d: routed, e: routed, g: routed, h: L2a.d - L2a.e + L2a.g}
  7:
    says: Net short-term.
    authority: Example
    value: L1a.h + L1b.h + L2.h + L2a.h + L3.h + L4 + L5 + L6
"""
NO_BASIS = """\
decides: basis_from
rules:
  - id: income
    says: The firm's own basis of income.
    authority: Firm position
    when: {treatment: income}
    then: none_received
"""
INCOME_OF_A_SALE = """\
decides: treatment
rules:
  - id: sale
    says: A sale is income.
    authority: Firm position
    when: {kind: sell}
    then: income
"""
HALF_OF_A_TRADE = (
    INCOME_OF_A_SALE.replace("id: sale", "id: swap").replace("sell", "trade").replace("income", "acquisition")
)
WRONG = {
    "asked by nobody": (UNASKED, "rules.not-asked", "de_minimis"),
    "a box that the form does not have": (BOX_M, "rules.unable", "M, which Niner has no way"),
    "asked before what it reads is known": (TOO_EARLY, "rules.too-early", "has_adjustment, which comes after it"),
    "a line that the form does not have": (NO_LINE, "rules.no-line", "Schedule D line 2a, column (d)"),
    "a treatment of a side that the row has not": (INCOME_OF_A_SALE, "rules.unable", "where kind is sell"),
    "a treatment of one side of two": (HALF_OF_A_TRADE, "rules.unable", "where kind is trade"),
    "a basis that nothing gives": (NO_BASIS, "rules.unable", "none_received where treatment is income"),
}


def errors(firm: Path, year: int) -> list[Finding]:
    [checked] = check_years([firm], None, [year], asked_of, rules_not_footing)
    return [f for f in checked.findings if f.severity == "error"]


@pytest.mark.parametrize("what", WRONG)
def test_what_no_return_can_follow_is_refused_by_check_and_by_prepare(
    what: str, make_case: MakeCase, tmp_path: Path
) -> None:
    text, id, says = WRONG[what]
    firm = write(tmp_path, y2025__own=text)
    found = errors(firm, 2025)
    assert id in {f.id for f in found}
    assert any(says in f.says for f in found), [f.says for f in found]
    assert any(f.id == id and str(f.source).startswith("firm/2025/own.yaml") for f in found)
    prepared = prepare(make_case(ledger(*ROWS), 2025), Options(forms=False, overlays=(firm,)))
    refused = [f for f in prepared.findings if f.severity == "error"]
    assert id in {f.id for f in refused}
    assert {f.says for f in refused} <= {f.says for f in found}


def test_a_code_may_hang_on_a_decision_that_is_asked_for_nothing_else(make_case: MakeCase, tmp_path: Path) -> None:
    firm = write(tmp_path, y2025__own=CODE_W, y2025__view=FIRM_VIEW)
    assert errors(firm, 2025) == []
    assert prepare(make_case(ledger(*ROWS), 2025), Options(forms=False, overlays=(firm,))).ok


WITHOUT_G = WITH_LINE.replace(
    "{d: routed, e: routed, g: routed, h: L2a.d - L2a.e + L2a.g}", "{d: routed, e: routed, h: L2a.d - L2a.e}"
)


@pytest.mark.parametrize("form", [WITH_LINE, WITHOUT_G])
def test_a_line_that_the_printed_form_does_not_add_is_refused(form: str, make_case: MakeCase, tmp_path: Path) -> None:
    """An adjustment on a line of the firm's own would reach no total that is printed."""
    firm = write(tmp_path, y2025__line=NO_LINE, y2025__form=form)
    told = {f.value: f for f in errors(firm, 2025)}
    assert told.keys() >= {"Schedule D line 1b, column (d)", "Schedule D line 1b, column (e)", "Schedule D line 7"}
    assert str(told["Schedule D line 7"].source) == "firm/2025/form.yaml, row 8"
    rows = (buy("2025-02-05", 1, "BTC", 9000), ROWS[2])
    found = prepare(make_case(ledger(*rows), 2025), Options(forms=False, overlays=(firm,)))
    assert {f.says for f in found.findings if f.severity == "error"} == {f.says for f in told.values()}


@pytest.mark.parametrize("year", ["1999", "2031"])
def test_a_folder_of_a_year_without_rules_is_named(year: str, tmp_path: Path) -> None:
    firm = write(tmp_path, **{f"y{year}__own": "decides: [\n"})
    [found] = errors(firm, 2025)
    assert f"there are no rules of {year}" in found.says
    assert "2025" in found.todo


def test_every_question_that_the_engine_writes_out_is_among_those_that_check_knows() -> None:
    asked = {(one.about, name) for one in asked_of(2025) for name in one.decisions}
    root = Path(niner.__file__).parent
    written = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "conclude":
                about, names = node.args[0], node.args[2] if len(node.args) > 2 else None
                if isinstance(about, ast.Constant) and isinstance(names, ast.Tuple):
                    written |= {(about.value, e.value) for e in names.elts if isinstance(e, ast.Constant)}
    assert written <= asked


@pytest.mark.parametrize("year", years_in(room("rules")))
def test_what_is_asked_is_there_to_be_asked(year: int) -> None:
    rules = load_rules(year)
    asked = {name for one in asked_of(year) for name in one.decisions}
    assert asked <= rules.compiled.decisions.keys()


BOXES = ["A", "B", "C", "G", "H", "I", "M", "refused"]
MORE = ["", ", has_adjustment: false", ", direct_totals_elected: true"]
REACH = ["", "short_no_form", "short_basis_reported", "short_no_form, short_direct, short_basis_reported"]
LINES = ["1a", "1b", "2", "3", "2a", "10"]
OVERLAY = """\
decides: box
concludes: [A, B, C, D, E, F, G, H, I, J, K, L, M, refused]
rules:
  - id: short_digital_no_form
    says: A box of the firm's own.
    authority: Firm position
    when: {{term: short, form: none, digital_asset: true{more}}}
    then: {box}
"""
LINE = """\
decides: schedule_d_line
concludes: [1a, 1b, 2, 2a, 3, 8a, 8b, 9, 10, refused]
rules:
  - id: firm
    says: A line of the firm's own.
    authority: Firm position
    when: {{box: {box}}}
    overrides: [{overrides}]
    then: {line}
"""


def agree(root: Path, make_case: MakeCase, box: str, more: str, line: str, reach: str) -> None:
    """What check says of an overlay in the folder `root`, prepare does."""
    texts = {"y2025__box": OVERLAY.format(box=box, more=more)}
    texts["y2025__line"] = LINE.format(box=box, line=line, overrides=reach)
    firm = write(root, **texts)
    refused = [f.says for f in errors(firm, 2025)]
    case = make_case(ledger(*ROWS), 2025, name=root.name)
    found = prepare(case, Options(forms=False, overlays=(firm,)))
    of_the_rules = [f.says for f in found.findings if f.severity == "error" and f.id.startswith("rules.")]
    assert bool(refused) == bool(of_the_rules), (refused, of_the_rules)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    box=st.sampled_from(BOXES),
    more=st.sampled_from(MORE),
    line=st.sampled_from(LINES),
    reach=st.sampled_from(REACH),
)
def test_check_and_prepare_agree_on_any_overlay(
    tmp_path_factory: pytest.TempPathFactory, make_case: MakeCase, box: str, more: str, line: str, reach: str
) -> None:
    agree(tmp_path_factory.mktemp("overlay"), make_case, box, more, line, reach)
