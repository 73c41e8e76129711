"""Every rule test in YAML holds of the shipped rules, decided by durable_rules; and each shipped rule is tested."""

import random
from dataclasses import replace
from functools import partial

import pytest
from rooms import every_rule_test

from niner.money import round_to_dollar
from niner.resources import room
from niner.returns.reported.stated import stated_columns
from niner.rules import load_rules
from niner.rules.compiling.years import years_in
from niner.rules.editor.mutation import _notices, mutants, survivors
from niner.rules.editor.testing import RuleTest, failures, lines_of, wrong_lines
from niner.rules.worksheets import evaluate_lines, followers
from niner.values import Refused

YEARS = years_in(room("rules"))
# Read from the files alone: a test that is only collected needs no rules.
DRAFTS = [year for year in YEARS if "status: draft" in (room("rules") / str(year) / "year.yaml").read_text()]


def test_the_rule_tests_are_well_written() -> None:
    tests, problems = every_rule_test()
    assert [str(problem) for problem in problems] == []
    assert {test.year for test in tests} == set(YEARS)


def test_the_drafts_are_those_that_the_rules_call_so() -> None:
    assert [year for year in YEARS if load_rules(year).draft] == DRAFTS


@pytest.mark.parametrize("year", YEARS)
def test_every_rule_test_of_the_year_holds(year: int) -> None:
    rules = load_rules(year)
    columns_of = partial(stated_columns, rules=rules)
    wrong = [
        f"{test.source}: {test.name}: {what}"
        for test in every_rule_test()[0]
        if test.year == year
        for what in failures(test, rules.compiled, rules.case_inputs, rules.holding, columns_of)
    ]
    assert wrong == []


@pytest.mark.parametrize("year", [year for year in YEARS if year not in DRAFTS])
def test_no_rule_condition_line_or_amount_can_be_dropped_unnoticed(year: int) -> None:
    count, alive = survivors(load_rules(year), every_rule_test()[0])
    assert count > 0
    assert alive == []


def test_a_test_that_expects_the_wrong_thing_fails() -> None:
    rules = load_rules(2024)
    right = next(test for test in every_rule_test()[0] if test.year == 2024 and test.expect.get("term") == "short")
    wrong = RuleTest(
        **{**{name: getattr(right, name) for name in right.__dataclass_fields__}, "expect": {"term": "long"}}
    )
    assert failures(right, rules.compiled, rules.case_inputs, rules.holding) == []
    assert failures(wrong, rules.compiled, rules.case_inputs, rules.holding) == ["term is short by short, not long"]


@pytest.mark.parametrize("year", YEARS)
def test_lines_worked_out_alone_fail_a_test_as_all_of_them_do(year: int) -> None:
    rules, dice = load_rules(year), random.Random(year)
    of_lines = [test for test in every_rule_test()[0] if test.year == year and test.inputs and not test.expect]
    for test in dice.sample(of_lines, 12):
        assert test.inputs is not None
        every = rules.evaluate(test.inputs)
        for wanted in (dict.fromkeys(test.expect_lines, 7), {**test.expect_lines, ("f1040", "no"): 0}):
            wrong = replace(test, expect_lines=wanted, expect_parameters={})
            try:
                expected = wrong_lines(wrong, every)
            except Refused as refused:
                expected = [finding.says for finding in refused.findings]
            assert failures(wrong, rules.compiled, rules.case_inputs, rules.holding) == expected != []


def test_a_change_is_noticed_where_a_test_fails_with_all_lines_worked_out_by_it() -> None:
    rules, dice = load_rules(2022), random.Random(2022)
    case, follow = rules.case_inputs, followers(rules.compiled.lines)
    changed = [mutant for mutant in mutants(rules) if mutant.lines and not mutant.parameter]
    seen = []
    for test in dice.sample([test for test in every_rule_test()[0] if test.year == 2022 and test.inputs], 6):
        assert test.inputs is not None
        before = lines_of(test, test.inputs, rules.compiled, case)
        near = [one for one in changed if {name.form for name in one.lines} & {form for form, _ in test.expect_lines}]
        for mutant in dice.sample(near, min(len(near), 20)):
            affected = frozenset().union(*(follow[name] for name in mutant.lines))
            following = [name for name in rules.compiled.lines if name in affected]
            try:
                every = evaluate_lines(mutant.compiled.lines, mutant.compiled.parameters, case, test.inputs)
                expected = bool(wrong_lines(test, every))
            except Refused:
                expected = True
            seen.append(expected)
            assert _notices(test, mutant, before, following, rules) == expected, (test.name, mutant.what)
    assert {True, False} == set(seen)


@pytest.mark.parametrize(("cents", "dollars"), [(149, 100), (150, 200), (-150, -200), (49, 0)])
def test_fifty_cents_round_up(cents: int, dollars: int) -> None:
    """Instructions for Form 8949 (2025), Rounding Off to Whole Dollars."""
    assert round_to_dollar(cents) == dollars


ROW = {"acquired": "2025-02-01", "disposed": "2025-05-01", "received": 1000, "basis": 100}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"recieved": 5}, "`recieved` means nothing in a row."),
        ({"received": "much"}, "'much' is no amount."),
        ({"disposed": "in May"}, "A row needs the day disposed."),
        ({"class": "house"}, "There is no class “house”."),
        ({"form": {"name": "1099-S", "proceeds": 5}}, "“1099-S” is no form that is matched with sales."),
        ({"form": {"name": "1099-DA", "proceeds": 5, "is": "mistake"}}, "A reported sale can't be “mistake”."),
    ],
)
def test_a_row_that_a_test_states_wrongly_is_told(more: dict[str, object], says: str) -> None:
    with pytest.raises(Refused) as refused:
        stated_columns(ROW | more, load_rules(2025))
    assert [f.says for f in refused.value.findings] == [says]


def test_a_column_that_comes_out_otherwise_is_told() -> None:
    rules = load_rules(2025)
    right = next(test for test in every_rule_test()[0] if test.name == "BE")
    wrong = replace(right, expect_columns={**right.expect_columns, "f": "B", "g": 800})
    columns_of = partial(stated_columns, rules=rules)
    assert failures(wrong, rules.compiled, rules.case_inputs, rules.holding, columns_of) == [
        "column f is BE, not B",
        "column g is $785, not $800",
    ]
