"""Turns a year's rules into mutants, each with one thing dropped or changed, and lists those that no test notices.

A mutant differs in one rule, remark, condition (left out, moved or added), alternative, override, `tell`, `amount`,
line, `when` of a line or a form, `blank_if_zero`, `round`, function, parameter, row of a table, or in the year's
`status`. A rule is tested where it is written: only what a year's own files state is mutated for that year. Mutants are
evaluated by the reference evaluator, which the adapter's self-check holds equal to durable_rules.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain

from niner.dataclass import dataclass
from niner.rules.compiling.compiled import Compiled
from niner.rules.deciding.grouping import cuts, reference_holding
from niner.rules.editor.coverage import ByClass, occurring
from niner.rules.editor.mutation_formulas import changed_formulas
from niner.rules.editor.testing import RuleTest, failures, lines_of, wrong_lines
from niner.rules.language.values import (
    SAID,
    Cell,
    Comparison,
    Condition,
    Decision,
    Formula,
    Function,
    Line,
    LineName,
    Parameter,
    Row,
    Rule,
    Table,
)
from niner.rules.worksheets import Lines, evaluate_again, followers
from niner.rules.year import YearRules
from niner.values import Refused, Severity


@dataclass(frozen=True)
class Mutant:
    """One changed set of rules, what was changed in words, and the decision, lines or parameter that it touches."""

    what: str
    compiled: Compiled
    decision: str = ""
    lines: frozenset[LineName] = frozenset()
    parameter: str = ""
    row: tuple[str, str] = ("", "")
    told: str = ""
    """The remark, or the rule as term/long, whose `tell` or `amount` is another."""
    status: bool = False
    """Whether the year's status is another."""


def mutants(rules: YearRules) -> Iterator[Mutant]:
    """Every mutant of what the year's own files state."""
    own = {(c.kind, c.name) for c in rules.history if c.year == rules.year and c.action != "retired"}
    compiled = rules.compiled
    yield from _decision_mutants(compiled, own)
    yield from _worksheet_mutants(compiled, own)
    for name, function in compiled.functions.items():
        if ("function", name) in own:
            for what, value in changed_formulas(function.value):
                yield _with_function(compiled, f"{name}: {what}", replace(function, value=value))
    for name, parameter in compiled.parameters.items():
        if ("parameter", name) in own:
            yield from _parameter_mutants(compiled, parameter)
    for table in compiled.tables.values():
        for row in table.rows.values():
            if ("row", f"{table.name}/{row.id}") in own:
                yield from _row_mutants(compiled, table, row)
    yield Mutant("the year's status changed", replace(compiled, draft=not compiled.draft), status=True)


_Own = Collection[tuple[str, str]]
"""What the year's own files state, each by its kind and name."""


def _decision_mutants(compiled: Compiled, own: _Own) -> Iterator[Mutant]:
    """The year's own rules and remarks dropped, changed, with a condition more, and told as something else."""
    for name, decision in compiled.decisions.items():
        remark = name in compiled.remarks
        for rule in decision.rules:
            if (("remark", name) if remark else ("rule", f"{name}/{rule.id}")) not in own:
                continue
            added = () if remark else _added(decision, rule, compiled)
            for what, changed in chain(_rule_mutants(decision, rule), added):
                altered = replace(compiled, decisions={**compiled.decisions, name: changed})
                yield Mutant(f"{name}/{rule.id}: {what}", altered, decision=name)
            yield from _told_mutants(compiled, decision, rule)


def _worksheet_mutants(compiled: Compiled, own: _Own) -> Iterator[Mutant]:
    """The year's own lines changed, and the conditions under which its own forms are filled."""
    for key, line in compiled.lines.items():
        printed = key.line.rpartition(".")[0] if line.row else key.line
        if ("line", f"{key.form}/{printed}") in own:
            for what, other in _line_mutants(line):
                yield _with_lines(compiled, f"{key}: {what}", {key: other})
    for form in sorted(name for kind, name in own if kind == "form"):
        lines = {key: line for key, line in compiled.lines.items() if key.form == form and line.form_when is not None}
        when = next((line.form_when for line in lines.values()), None)
        if when is None:
            continue
        always = {key: replace(line, form_when=None) for key, line in lines.items()}
        yield _with_lines(compiled, f"{form}: without the form's `when`", always)
        for what, other_when in changed_formulas(when):
            changed_lines = {key: replace(line, form_when=other_when) for key, line in lines.items()}
            yield _with_lines(compiled, f"{form}: the form's `when`, {what}", changed_lines)


_TOLD_ELSE: Mapping[str, Severity] = {"note": "review", "review": "note", "error": "review"}


def _told_mutants(compiled: Compiled, decision: Decision, rule: Rule) -> Iterator[Mutant]:
    """A remark or a conclusion told as something else, and a remark without its amount."""
    remark = compiled.remarks.get(decision.name)
    if remark is not None and rule.then == SAID:
        others = [("told otherwise", replace(remark, tell=_TOLD_ELSE[remark.tell]))]
        others += [("without its amount", replace(remark, amount=""))] if remark.amount else []
        for what, changed in others:
            altered = replace(compiled, remarks={**compiled.remarks, remark.id: changed})
            yield Mutant(f"{remark.id}: {what}", altered, told=remark.id)
    elif rule.tell:
        other = replace(rule, tell=_TOLD_ELSE[rule.tell])
        rules = tuple(other if one is rule else one for one in decision.rules)
        altered = replace(compiled, decisions={**compiled.decisions, decision.name: replace(decision, rules=rules)})
        yield Mutant(f"{decision.name}/{rule.id}: told otherwise", altered, told=f"{decision.name}/{rule.id}")


def _added(decision: Decision, rule: Rule, compiled: Compiled) -> Iterator[tuple[str, Decision]]:
    """The rule with one more condition, on a field that other rules of the decision read: only where it has one half of
    its values, and only where it has the other."""
    fields = compiled.kinds[decision.about].fields
    edges = cuts([decision])
    own = {test.field for test in rule.condition.tests()}
    for name in (name for name in decision.reads if name not in own):
        field = fields[name]
        tests: list[Comparison] = []
        if field.type == "whole_number":
            middle = edges[name][len(edges[name]) // 2]
            tests = [Comparison(name, "lte", (middle,)), Comparison(name, "gt", (middle,))]
        else:
            values = (False, True) if field.type == "yes_no" else field.values
            half = (len(values) + 1) // 2
            tests = [Comparison(name, "in", tuple(part)) for part in (values[:half], values[half:]) if part]
        for test in tests:
            narrower = replace(rule, condition=replace(rule.condition, all_of=(*rule.condition.all_of, test)))
            rules = tuple(narrower if one is rule else one for one in decision.rules)
            yield f"only where {test.words()}", replace(decision, rules=rules)


def _alike(decision: Decision, mutant: Mutant) -> bool:
    """Whether a decision and its mutant conclude the same of every fact that can occur."""
    changed = mutant.compiled.decisions[decision.name]
    before, after = ByClass(decision), ByClass(changed)
    read = {*decision.reads, *changed.reads}
    return all(
        before.of(fact) == after.of(fact)
        for whole in (mutant.compiled, _with_decision(mutant.compiled, decision))
        for fact in occurring(whole.decisions[decision.name], whole)
        if read <= fact.keys()
    )


def _with_decision(compiled: Compiled, decision: Decision) -> Compiled:
    return replace(compiled, decisions={**compiled.decisions, decision.name: decision})


def _with_lines(compiled: Compiled, what: str, changed: Mapping[LineName, Line]) -> Mutant:
    return Mutant(what, replace(compiled, lines={**compiled.lines, **changed}), lines=frozenset(changed))


def _with_function(compiled: Compiled, what: str, changed: Function) -> Mutant:
    """The rules with one function replaced wherever a formula, or a function that a formula calls, calls it."""

    def formula(old: Formula) -> Formula:
        called = {
            name: changed if name == changed.name else replace(found, value=formula(found.value))
            for name, found in old.functions.items()
        }
        return replace(old, functions=called)

    calling = {
        name: replace(line, value=formula(line.value), when=formula(line.when) if line.when is not None else None)
        for name, line in compiled.lines.items()
        if any(changed.name in _calls(found) for found in line.formulas)
    }
    return _with_lines(compiled, what, calling)


def _calls(formula: Formula) -> set[str]:
    """The functions that a formula calls, directly or through another."""
    inside = [_calls(function.value) for function in formula.functions.values()]
    return set(formula.functions).union(*inside)


def _parameters_of(formula: Formula) -> set[str]:
    """The parameters that a formula uses, directly or through a function."""
    inside = [_parameters_of(function.value) for function in formula.functions.values()]
    return {ref.name for ref in formula.names.values() if ref.kind == "parameter"}.union(*inside)


def _parameter_mutants(compiled: Compiled, parameter: Parameter) -> Iterator[Mutant]:
    using = frozenset(
        name
        for name, line in compiled.lines.items()
        if any(parameter.name in _parameters_of(formula) for formula in line.formulas)
    )
    for status, value in parameter.by_status.items():
        step = Decimal("0.01") if isinstance(value, Decimal) else 1
        other = f"{value}x" if isinstance(value, str) else value + step
        changed = replace(parameter, by_status={**parameter.by_status, status: other})
        altered = replace(compiled, parameters={**compiled.parameters, parameter.name: changed})
        yield Mutant(f"{parameter.name}: {status} changed", altered, lines=using, parameter=parameter.name)


def _row_mutants(compiled: Compiled, table: Table, row: Row) -> Iterator[Mutant]:
    """The table without the row, and with each of its cells changed."""

    def with_rows(what: str, rows: Mapping[str, Row]) -> Mutant:
        altered = replace(compiled, tables={**compiled.tables, table.name: replace(table, rows=rows)})
        return Mutant(f"{table.name}/{row.id}: {what}", altered, row=(table.name, row.id))

    yield with_rows("dropped", {key: other for key, other in table.rows.items() if key != row.id})
    for column, cell in row.cells.items():
        changed = replace(row, cells={**row.cells, column: _other_cell(cell)})
        yield with_rows(f"{column} changed", {**table.rows, row.id: changed})


def _other_cell(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return not cell
    if isinstance(cell, date):
        return cell + timedelta(days=1)
    return (*cell, "x") if isinstance(cell, tuple) else f"{cell}x"


def _rule_mutants(decision: Decision, rule: Rule) -> Iterator[tuple[str, Decision]]:
    def with_rule(changed: Rule | None) -> Decision:
        rules = [changed if found.id == rule.id else found for found in decision.rules]
        return replace(decision, rules=tuple(found for found in rules if found is not None))

    yield "dropped", with_rule(None)
    for what, condition in _condition_mutants(rule.condition):
        yield what, with_rule(replace(rule, condition=condition))
    for other in rule.overrides:
        kept = tuple(name for name in rule.overrides if name != other)
        yield f"not overriding {other}", with_rule(replace(rule, overrides=kept))


def _condition_mutants(condition: Condition) -> Iterator[tuple[str, Condition]]:
    for test in condition.all_of:
        left = tuple(other for other in condition.all_of if other is not test)
        yield f"without `{test.words()}`", replace(condition, all_of=left)
        for value in test.operand if len(test.operand) > 1 else ():
            narrower = replace(test, operand=tuple(other for other in test.operand if other != value))
            yield f"`{test.words()}` without {value}", replace(condition, all_of=(*left, narrower))
        for step in (-1, 1) if test.operator in ("gt", "gte", "lt", "lte") else ():
            moved = replace(test, operand=(int(test.operand[0]) + step,))
            yield f"`{test.words()}` moved to {moved.operand[0]}", replace(condition, all_of=(*left, moved))
    for group in condition.any_of:
        words = " and ".join(test.words() for test in group)
        alternatives = tuple(other for other in condition.any_of if other is not group)
        yield f"without the alternative `{words}`", replace(condition, any_of=alternatives)
    if condition.any_of:
        yield "without its alternatives", replace(condition, any_of=())


def _line_mutants(line: Line) -> Iterator[tuple[str, Line]]:
    for what, value in changed_formulas(line.value):
        yield what, replace(line, value=value)
    if line.when is not None:
        yield f"without `when: {line.when.text}`", replace(line, when=None)
    if line.round_to == "dollars":
        yield "rounded to cents", replace(line, round_to="cents")
    if line.blank_if_zero:
        yield "never blank", replace(line, blank_if_zero=False)


def survivors(rules: YearRules, tests: Sequence[RuleTest]) -> tuple[int, list[str]]:
    """How many mutants there are, and those that pass every test of the year that holds of the rules as they are."""
    compiled, case = rules.compiled, rules.case_inputs
    own: list[RuleTest] = []
    lines_before: dict[int, Lines] = {}
    for test in (test for test in tests if test.year == rules.year):
        with suppress(Refused):  # of a test that fails by the rules as they are
            lines = lines_of(test, test.inputs, compiled, case) if test.inputs else None
            if not failures(test, compiled, case, reference_holding, lines=lines):
                own.append(test)
                lines_before |= {id(test): lines} if lines is not None else {}
    follow, by_line = followers(compiled.lines), _by_line(own)
    count, alive = 0, []
    for mutant in mutants(rules):
        count += 1
        affected = frozenset().union(*(follow[name] for name in mutant.lines))
        following = [name for name in compiled.lines if name in affected]
        if not any(
            _notices(test, mutant, lines_before.get(id(test)), following, rules)
            for test in _nearest(own, by_line, mutant, following)
        ):
            if mutant.decision and _alike(compiled.decisions[mutant.decision], mutant):
                continue  # it concludes the same of every fact that can occur, so there is nothing to notice
            alive.append(f"{rules.year} {mutant.what}")
    return count, alive


def _by_line(tests: Sequence[RuleTest]) -> dict[LineName, list[RuleTest]]:
    """The tests that state each line."""
    found: dict[LineName, list[RuleTest]] = {}
    for test in tests:
        for key in test.expect_lines:
            found.setdefault(LineName(*key), []).append(test)
    return found


def _nearest(
    tests: Sequence[RuleTest],
    by_line: Mapping[LineName, Sequence[RuleTest]],
    mutant: Mutant,
    following: Sequence[LineName],
) -> Iterator[RuleTest]:
    """The tests that could notice, each once, those that name what was touched first."""
    if mutant.told or mutant.status:
        yield from (t for t in tests if mutant.told in t.expect_told or (mutant.status and t.expect_status))
    elif mutant.row[0]:
        yield from (test for test in tests if mutant.row in test.expect_rows)
    elif mutant.decision:
        yield from sorted((test for test in tests if test.expect), key=lambda test: mutant.decision not in test.expect)
    elif mutant.parameter:
        yield from (test for test in tests if mutant.parameter in test.expect_parameters)
    seen: set[int] = set()
    for name in (*mutant.lines, *following):
        for test in by_line.get(name, ()):
            if id(test) not in seen:
                seen.add(id(test))
                yield test


def _notices(
    test: RuleTest, mutant: Mutant, before: Lines | None, following: Sequence[LineName], rules: YearRules
) -> bool:
    if not mutant.lines or mutant.parameter in test.expect_parameters:
        return bool(failures(test, mutant.compiled, rules.case_inputs, reference_holding))
    if before is None:
        return False
    try:
        compiled = mutant.compiled
        after = evaluate_again(before, compiled.lines, mutant.lines, following, compiled.parameters, rules.case_inputs)
    except Refused:
        return True
    return after is not None and bool(wrong_lines(test, after))
