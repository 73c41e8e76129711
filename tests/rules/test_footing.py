"""Returns foot as the printed forms say, by relations that read no rule; an overlay that breaks one is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_overlays import write

from ledgers import buy, ledger, sell
from niner.prepare import Options, prepare
from niner.resources import room
from niner.returns.footing import not_footing, relations
from niner.rules import WorksheetInputs, load_rules
from niner.rules.compiling.years import years_in

pytestmark = pytest.mark.usefixtures("no_firm_is_kept")

MakeCase = Callable[..., Path]
YEARS = years_in(room("rules"))
ROWS = (
    buy("2023-02-05", 2, "BTC", 18000),
    sell("2025-03-05", 1, "BTC", 10000, form="1099-DA", basis_reported="yes", reported_basis_usd="0"),
    sell("2025-03-06", 1, "BTC", 4000),
)


@pytest.mark.parametrize("year", YEARS)
def test_the_relations_name_lines_that_the_year_has(year: int) -> None:
    rules = load_rules(year)
    known = {(name.form, name.line) for name in rules.compiled.lines} | {("case", name) for name in rules.case_inputs}
    named = {(form, line) for r in relations(year) for terms in r.sums for _, form, line in terms if form != "f8949"}
    named |= {(r.form, r.line) for r in relations(year)}
    assert named <= known
    assert {"f1040sd", "f1040", "f1040x"} <= {r.form for r in relations(year)}


@settings(max_examples=60, deadline=None)
@given(
    year=st.sampled_from(YEARS),
    wages=st.integers(-(10**7), 10**9),
    short=st.integers(-(10**8), 10**8),
    long=st.integers(-(10**8), 10**8),
    carried=st.integers(0, 10**7),
    whole=st.booleans(),
)
def test_any_figures_foot(year: int, wages: int, short: int, long: int, carried: int, whole: bool) -> None:
    rules = load_rules(year)
    figures = {
        "wages": wages,
        "line_4": short,
        "line_11": long,
        "carryover_short_term": carried,
        "line_1b_proceeds": abs(short),
        "line_9_basis": abs(long),
    }
    lines = rules.evaluate(WorksheetInputs("single", figures, {}, whole))
    assert not_footing(rules, lines, ()) == []


LINE_7 = """\
form: f1040sd
lines:
  7:
    says: Net short-term, one line forgotten.
    authority: Example
    value: L1a.h + L1b.h + L3.h + L4 + L5 + L6
  15:
    says: Net long-term, one line forgotten.
    authority: Example
    value: L8a.h + L9.h + L10.h + L11 + L12 + L13 + L14
"""
GAIN = """\
form: f1040
lines:
  7a:
    says: The gain, counted twice.
    authority: Example
    value: 2 * f1040sd.L16
"""
ROUTE = """\
decides: schedule_d_line
rules:
  - id: long_basis_reported
    says: Long-term totals with basis reported go with those on no form.
    authority: Example
    when: {box: [D, J]}
    then: 10
"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (LINE_7, "Schedule D line 15 does not add up: with made-up rows it is "),
        (GAIN, "Form 1040 line 7a does not add up"),
        (ROUTE, "Schedule D line 8b, column (d) does not add up: with made-up rows it is "),
    ],
)
def test_an_overlay_that_breaks_a_sum_is_refused_with_the_line(
    make_case: MakeCase, tmp_path: Path, text: str, says: str
) -> None:
    firm = write(tmp_path, y2025__own=text)
    found = prepare(make_case(ledger(*ROWS), 2025), Options(forms=False, overlays=(firm,)))
    errors = [f for f in found.findings if f.severity == "error"]
    assert {f.id for f in errors} == {"rules.footing"}
    assert any(f.says.startswith(says) for f in errors), [f.says for f in errors]
    assert prepare(make_case(ledger(*ROWS), 2025, name="without"), Options(forms=False)).ok
