"""Worksheets worked out again from other amounts are, line by line and reason by reason, those worked out anew."""

import random

from niner.rules import WorksheetInputs, load_rules


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
