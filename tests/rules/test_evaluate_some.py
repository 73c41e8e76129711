"""Some places of a year worked out alone come to what they come to where every line is."""

import random

import pytest

from niner.rules import WorksheetInputs, load_rules
from niner.values import Refused

ASKED = ("loss_allowed", "taxable_income", "short_term_carried_on", "long_term_carried_on")


@pytest.mark.parametrize("year", range(2020, 2026))
def test_some_lines_are_what_they_are_among_all(year: int) -> None:
    rules, dice = load_rules(year), random.Random(year)
    for status in ("single", "married_joint", "married_separate", "head_of_household"):
        case: dict[str, int | bool | None] = {
            "wages": dice.choice((None, 0, 3_000_055, 9_000_000)),
            "carryover_short_term": dice.choice((0, 70_000)),
            "carryover_long_term": dice.choice((0, 1_234_567)),
            "deduction": None,
        }
        sums = {"1b.d": dice.randint(0, 10**7), "1b.e": dice.randint(0, 10**7)}
        inputs = WorksheetInputs(status, case, {"f1040sd": sums}, whole_dollars=dice.random() < 0.5)
        every, some = rules.evaluate(inputs), rules.evaluate_some(inputs, ASKED)
        assert [some.at(rules.place(name)) for name in ASKED] == [every.at(rules.place(name)) for name in ASKED]
        assert len(some.names) < len(every.names) // 2
        assert [some.trace(name.form, name.line) for name in some.names] == [
            every.trace(name.form, name.line) for name in some.names
        ]


def test_what_the_year_does_not_take_is_refused_all_the_same() -> None:
    with pytest.raises(Refused):
        load_rules(2024).evaluate_some(WorksheetInputs("single", {"wage": 1}, {}), ASKED)
