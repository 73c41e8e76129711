"""For every filing status and every known or unknown figure: each line ends in a value, or in a figure with a name."""

import random

import pytest

from niner.resources import room
from niner.rules import Lines, WorksheetInputs, load_rules
from niner.rules.compiling.years import years_in
from niner.rules.language.values import FILING_STATUSES, LineName

YEARS = years_in(room("rules"))
AMOUNTS = (0, 1, 99, 50_000, 1_234_567, 20_000_000, 99_999_999, -50_000)
SHARES = (0.1, 0.3, 0.6)


def unknown_figures(lines: Lines, name: LineName, known: dict[LineName, set[str]]) -> set[str]:
    """The figures of the case that a line without a value waits for, through all the lines it reads. `known` keeps what
    was found of the same lines."""
    if name not in known:
        found = known[name] = set()
        for item in lines.trace(name.form, name.line).inputs:
            if item.value is None and item.line is not None:
                found |= unknown_figures(lines, item.line, known)
            elif item.value is None and item.name.startswith("case."):
                found.add(item.name[5:])
    return known[name]


def anything(type: str, dice: random.Random) -> int | bool:
    if type == "yes_no":
        return dice.random() < 0.5
    return dice.choice(AMOUNTS) if type == "money" else dice.randrange(4)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("status", FILING_STATUSES)
def test_each_line_ends_in_a_value_or_in_a_named_unknown(year: int, status: str) -> None:
    rules = load_rules(year)
    figures = {name: one.default for name, one in rules.case_inputs.items()}
    known = {name: (0 if rules.case_inputs[name].type == "money" else False) if v is None else v
             for name, v in figures.items()}  # fmt: skip
    unknown = [name for name, value in figures.items() if value is None]
    assert unknown
    cases: list[dict[str, int | bool | None]] = [known, {**known, **dict.fromkeys(unknown)}]
    cases += [{**known, name: None} for name in unknown]
    dice = random.Random(f"{year} {status}")
    asked: list[tuple[dict[str, int | bool | None], dict[str, dict[str, int]]]] = [(case, {}) for case in cases]
    for share in SHARES:  # of what may be unknown is, and the rest, and what decisions send to lines, is anything
        drawn = {name: anything(one.type, dice) for name, one in rules.case_inputs.items()}
        routed: dict[str, dict[str, int]] = {}
        for name, line in rules.compiled.lines.items():
            if any(reference.kind == "routed" for reference in line.value.names.values()) and dice.random() < 0.5:
                routed.setdefault(name.form, {})[name.line] = dice.choice(AMOUNTS)
        asked.append(({**drawn, **{name: None for name in unknown if dice.random() < share}}, routed))
    assert all(routed for _, routed in asked[-len(SHARES) :])
    before = None
    for case, routed in asked:
        inputs = WorksheetInputs(status, case, routed)
        # The same lines, in less time: test_evaluate_moved.py.
        before = lines = rules.evaluate(inputs) if before is None else rules.evaluate_moved(before, inputs)
        missing = {name for name, value in case.items() if value is None}
        found: dict[LineName, set[str]] = {}
        for name in lines.names:
            if lines.value(name.form, name.line) is None and not lines.blank(name.form, name.line):
                waits_for = unknown_figures(lines, name, found)
                assert waits_for, f"{name} has no value, and nothing says which figure it waits for"
                assert waits_for <= missing, f"{name} waits for {waits_for - missing}, which is known"
            elif not missing:
                assert lines.known(name.form, name.line), name
