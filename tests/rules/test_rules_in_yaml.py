"""Every rule test in YAML holds of the shipped rules, decided by durable_rules; and each shipped rule is tested."""

from dataclasses import replace
from functools import partial

import pytest
from rooms import every_rule_test

from niner.money import round_to_dollar
from niner.resources import room
from niner.returns.reported.stated import stated_columns
from niner.rules import load_rules
from niner.rules.compiling.years import years_in
from niner.rules.editor.mutation import survivors
from niner.rules.editor.testing import RuleTest, failures
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
