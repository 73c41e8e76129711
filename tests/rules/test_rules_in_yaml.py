"""Every rule test in YAML holds of the shipped rules, decided by durable_rules; and each shipped rule is tested."""

from pathlib import Path

import pytest

from niner.money import round_to_dollar
from niner.resources import room
from niner.rules import load_rules
from niner.rules.compiling.chain import years_in
from niner.rules.editor.mutation import survivors
from niner.rules.editor.testing import RuleTest, failures, read_tests

HERE = Path(__file__).parent
TESTS, PROBLEMS = read_tests(HERE)
YEARS = years_in(room("rules"))


def test_the_rule_tests_are_well_written() -> None:
    assert [str(problem) for problem in PROBLEMS] == []
    assert {test.year for test in TESTS} == set(YEARS)


@pytest.mark.parametrize("year", YEARS)
def test_every_rule_test_of_the_year_holds(year: int) -> None:
    rules = load_rules(year)
    wrong = [
        f"{test.source}: {test.name}: {what}"
        for test in TESTS
        if test.year == year
        for what in failures(test, rules.compiled, rules.case_inputs, rules.holding)
    ]
    assert wrong == []


@pytest.mark.parametrize("year", [year for year in YEARS if not load_rules(year).draft])
def test_no_rule_condition_line_or_amount_can_be_dropped_unnoticed(year: int) -> None:
    count, alive = survivors(load_rules(year), TESTS)
    assert count > 0
    assert alive == []


def test_a_test_that_expects_the_wrong_thing_fails() -> None:
    rules = load_rules(2024)
    right = next(test for test in TESTS if test.year == 2024 and test.expect.get("term") == "short")
    wrong = RuleTest(
        **{**{name: getattr(right, name) for name in right.__dataclass_fields__}, "expect": {"term": "long"}}
    )
    assert failures(right, rules.compiled, rules.case_inputs, rules.holding) == []
    assert failures(wrong, rules.compiled, rules.case_inputs, rules.holding) == ["term is short by short, not long"]


@pytest.mark.parametrize(("cents", "dollars"), [(149, 100), (150, 200), (-150, -200), (49, 0)])
def test_fifty_cents_round_up(cents: int, dollars: int) -> None:
    """Instructions for Form 8949 (2025), Rounding Off to Whole Dollars."""
    assert round_to_dollar(cents) == dollars
