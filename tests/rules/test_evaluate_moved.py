"""Worksheets worked out again from other amounts are, line by line and reason by reason, those worked out anew."""

import random

import pytest

from niner.resources import room
from niner.rules import WorksheetInputs, load_rules
from niner.rules.compiling.years import years_in


def test_lines_whose_amounts_moved_are_what_they_are_from_the_start() -> None:
    rules, dice = load_rules(2025), random.Random(18)
    before = None
    for status in ("single", "single", "married_separate", "single"):
        case: dict[str, int | bool | None] = {
            "wages": dice.choice((3_000_000, 9_000_000, 30_000_000)),
            "carryover_short_term": dice.choice((0, 70_000)),
            "carryover_long_term": 0,
            "line_5": dice.randint(-900_000, 900_000),
            "deduction": None,
        }
        routed = {"f1040sd": {"10.d": dice.randint(0, 10**7), "10.e": dice.randint(0, 10**7)}}
        inputs = WorksheetInputs(status, case, routed)
        anew = rules.evaluate(inputs)
        moved = anew if before is None else rules.evaluate_moved(before, inputs)
        assert moved.as_mapping() == anew.as_mapping()
        assert [moved.trace(name.form, name.line) for name in moved.names] == [
            anew.trace(name.form, name.line) for name in anew.names
        ]
        before = moved


@pytest.mark.parametrize("year", years_in(room("rules")))
def test_a_figure_that_nobody_knows_any_more_is_as_unknown_as_from_the_start(year: int) -> None:
    rules, dice = load_rules(year), random.Random(year)
    known = {name: (0 if one.type == "money" else False) if one.default is None else one.default
             for name, one in rules.case_inputs.items()}  # fmt: skip
    unknown = [name for name, one in rules.case_inputs.items() if one.default is None]
    before = rules.evaluate(WorksheetInputs("single", known, {}))
    for names in (dice.sample(unknown, 1), dice.sample(unknown, 1), unknown):
        inputs = WorksheetInputs("single", known | dict.fromkeys(names), {})
        before, anew = rules.evaluate_moved(before, inputs), rules.evaluate(inputs)
        assert before.as_mapping() == anew.as_mapping()
        assert [before.trace(name.form, name.line) for name in before.names] == [
            anew.trace(name.form, name.line) for name in anew.names
        ]
