"""Turns a year's rules into mutants, each with one thing dropped or changed, and lists those that no test notices.

A mutant differs in one rule, condition, alternative, override, line, `when`, `blank_if_zero` or parameter. A rule is
tested where it is written: only what a year's own files state is mutated for that year. Mutants are evaluated by the
reference evaluator, which the adapter's self-check holds equal to durable_rules.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from niner.rules.compile import Compiled
from niner.rules.deciding import reference_holding
from niner.rules.language import CaseInput, Condition, Decision, Line, LineName, Rule
from niner.rules.mutation_formulas import changed_formulas
from niner.rules.testing import RuleTest, failures
from niner.rules.year import YearRules


@dataclass(frozen=True)
class Mutant:
    """One changed set of rules, and what was changed in words. `touches` names what the tests must be about."""

    what: str
    touches: str
    compiled: Compiled


def mutants(rules: YearRules) -> Iterator[Mutant]:
    """Every mutant of what the year's own files state."""
    own = {
        (change.kind, change.name)
        for change in rules.history
        if change.year == rules.year and change.action != "retired"
    }
    for name, decision in rules.compiled.decisions.items():
        for rule in decision.rules:
            if ("rule", f"{name}/{rule.id}") in own:
                for what, changed in _rule_mutants(decision, rule):
                    decisions = {**rules.compiled.decisions, name: changed}
                    yield Mutant(f"{name}/{rule.id}: {what}", name, replace(rules.compiled, decisions=decisions))
    for key, line in rules.compiled.lines.items():
        printed = key.line if ("line", f"{key.form}/{key.line}") in own else key.line.rpartition(".")[0]
        if ("line", f"{key.form}/{printed}") in own:
            for what, altered in _line_mutants(line):
                lines = {**rules.compiled.lines, key: altered}
                yield Mutant(f"{key}: {what}", str(key), replace(rules.compiled, lines=lines))
    conditional = (key.form for key, line in rules.compiled.lines.items() if line.form_when is not None)
    for form in (form for form in dict.fromkeys(conditional) if ("form", form) in own):
        lines = {
            key: replace(line, form_when=None) if key.form == form else line
            for key, line in rules.compiled.lines.items()
        }
        yield Mutant(f"{form}: without the form's `when`", form, replace(rules.compiled, lines=lines))
    for name, parameter in rules.compiled.parameters.items():
        if ("parameter", name) not in own:
            continue
        for status, value in parameter.by_status.items():
            other = (
                f"{value}x"
                if isinstance(value, str)
                else value + (Decimal("0.01") if isinstance(value, Decimal) else 1)
            )
            values = {**parameter.by_status, status: other}
            parameters = {**rules.compiled.parameters, name: replace(parameter, by_status=values)}
            yield Mutant(f"{name}: {status} changed", name, replace(rules.compiled, parameters=parameters))


def _rule_mutants(decision: Decision, rule: Rule) -> Iterator[tuple[str, Decision]]:
    def with_rule(changed: Rule | None) -> Decision:
        rules = [changed if found.id == rule.id else found for found in decision.rules]
        left = [found for found in rules if found is not None]
        return replace(decision, rules=tuple(left))

    yield "dropped", with_rule(None)
    condition = rule.condition
    for test in condition.all_of:
        kept = tuple(other for other in condition.all_of if other is not test)
        yield f"without `{test.words()}`", with_rule(replace(rule, condition=replace(condition, all_of=kept)))
        if len(test.operand) > 1:
            for value in test.operand:
                narrower = replace(test, operand=tuple(other for other in test.operand if other != value))
                changed = tuple(narrower if other is test else other for other in condition.all_of)
                yield (
                    f"`{test.words()}` without {value}",
                    with_rule(replace(rule, condition=replace(condition, all_of=changed))),
                )
        if test.operator in ("gt", "gte", "lt", "lte"):
            for step in (-1, 1):
                moved = replace(test, operand=(int(test.operand[0]) + step,))
                changed = tuple(moved if other is test else other for other in condition.all_of)
                yield (
                    f"`{test.words()}` moved to {moved.operand[0]}",
                    with_rule(replace(rule, condition=replace(condition, all_of=changed))),
                )
    if condition.any_of:
        for group in condition.any_of:
            left = tuple(other for other in condition.any_of if other is not group)
            words = " and ".join(test.words() for test in group)
            yield (
                f"without the alternative `{words}`",
                with_rule(replace(rule, condition=Condition(condition.all_of, left))),
            )
        yield "without its alternatives", with_rule(replace(rule, condition=Condition(condition.all_of)))
    for other in rule.overrides:
        kept_overrides = tuple(name for name in rule.overrides if name != other)
        yield f"not overriding {other}", with_rule(replace(rule, overrides=kept_overrides))


def _line_mutants(line: Line) -> Iterator[tuple[str, Line]]:
    for what, value in changed_formulas(line.value):
        yield what, replace(line, value=value)
    if line.when is not None:
        yield f"without `when: {line.when.text}`", replace(line, when=None)
    if line.blank_if_zero:
        yield "never blank", replace(line, blank_if_zero=False)


def survivors(rules: YearRules, tests: Sequence[RuleTest]) -> tuple[int, list[str]]:
    """How many mutants there are, and those that pass every test of the year."""
    own = [test for test in tests if test.year == rules.year]
    count, alive = 0, []
    for mutant in mutants(rules):
        count += 1
        if not any(_notices(test, mutant, rules.case_inputs) for test in _nearest(own, mutant)):
            alive.append(f"{rules.year} {mutant.what}")
    return count, alive


def _nearest(tests: Sequence[RuleTest], mutant: Mutant) -> list[RuleTest]:
    """The tests that could notice, those that name what was touched first."""
    named = [
        test
        for test in tests
        if mutant.touches in test.expect
        or mutant.touches in test.expect_parameters
        or any(str(LineName(*key)) == mutant.touches for key in test.expect_lines)
    ]
    seen = {id(test) for test in named}
    return named + [test for test in tests if id(test) not in seen]


def _notices(test: RuleTest, mutant: Mutant, case: Mapping[str, CaseInput]) -> bool:
    return bool(failures(test, mutant.compiled, case, reference_holding))
