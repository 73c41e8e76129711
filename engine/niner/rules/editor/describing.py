"""Turns a rule, decision, line or parameter into the words of `niner rules show`, with its history and tests."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from niner.dataclass import dataclass
from niner.money import dollars_spoken
from niner.rules.compiling.change import Change
from niner.rules.deciding.grouping import conclude_all, reference_holding, upstream
from niner.rules.editor.testing import RuleTest
from niner.rules.language.sentences import template
from niner.rules.language.suggest import suggestion
from niner.rules.language.values import Cell, Condition, Decision, Function, Line, Parameter, Remark, Row, Rule, Table
from niner.rules.year import YearRules
from niner.values import Finding, Refused


@dataclass(frozen=True)
class Described:
    """What `show` tells of one name: `facts` are label and text, in the order to print."""

    kind: str
    id: str
    facts: tuple[tuple[str, str], ...]
    history: tuple[Change, ...]
    tests: tuple[str, ...]


def describe(rules: YearRules, newest: YearRules, id: str, tests: Sequence[RuleTest]) -> list[Described]:
    """Everything of that name in a year.

    `id` is term, term/long, f1040sd, f1040sd/21, or a remark's, function's, parameter's or table's name.
    """
    compiled = rules.compiled
    head, _, rest = id.replace(" ", "/").partition("/")
    found: list[Described] = []
    if head in compiled.remarks:
        tested = [test.name for test in tests if head in test.expect]
        found.append(_remark(newest, compiled.remarks[head], tested))
    elif head in compiled.decisions:
        decision = compiled.decisions[head]
        chosen = [rule for rule in decision.rules if not rest or rule.id == rest]
        if not rest:
            found.append(_decision(rules, newest, decision))
        deciding = _deciding_rules(rules, decision, tests) if chosen else {}
        found += [_rule(newest, decision, rule, deciding.get(rule.id, ())) for rule in chosen]
    elif head in compiled.titles:
        lines = [line for name, line in compiled.lines.items() if name.form == head and _is_line(name.line, rest)]
        found += [_line(newest, line, tests) for line in lines]
    elif head in compiled.functions:
        found.append(_function(newest, compiled.functions[head]))
    elif head in compiled.parameters:
        found.append(_parameter(newest, compiled.parameters[head], tests))
    elif head in compiled.tables:
        table = compiled.tables[head]
        found += [_row(newest, table, row, tests) for key, row in table.rows.items() if not rest or key == rest]
    if not found:
        names = [*compiled.decisions, *compiled.titles, *compiled.functions, *compiled.parameters]
        decisions = [one for name, one in compiled.decisions.items() if name not in compiled.remarks]
        names += [f"{decision.name}/{rule.id}" for decision in decisions for rule in decision.rules]
        names += [f"{name.form}/{name.line}" for name in compiled.lines]
        names += [*compiled.tables, *(f"{one.name}/{key}" for one in compiled.tables.values() for key in one.rows)]
        says = f"There is no rule, line or parameter {id} in {rules.year}."
        raise Refused([Finding("rules.unknown-name", "error", says, suggestion(id, names), value=id)])
    return found


def _row(newest: YearRules, table: Table, row: Row, tests: Sequence[RuleTest]) -> Described:
    name = f"{table.name}/{row.id}"
    facts = [
        ("Title", table.title),
        *((column.replace("_", " ").capitalize(), cell_words(cell)) for column, cell in row.cells.items()),
        ("Authority", row.authority),
        ("Address", row.address),
        ("Where", str(row.source)),
    ]
    tested = tuple(test.name for test in tests if (table.name, row.id) in test.expect_rows)
    return Described("row", name, _filled(facts), _history(newest, "row", name), tested)


def cell_words(cell: Cell) -> str:
    """A cell of a table as people write it."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return ", ".join(cell) if isinstance(cell, tuple) else str(cell)


def _is_line(line: str, asked: str) -> bool:
    return not asked or line == asked or line.startswith(f"{asked}.")


def _history(newest: YearRules, kind: str, name: str) -> tuple[Change, ...]:
    return tuple(change for change in newest.history if (change.kind, change.name) == (kind, name))


def condition_words(condition: Condition) -> str:
    """A condition as a sentence part; `always` where there is none."""
    parts = [test.words() for test in condition.all_of]
    if condition.any_of:
        parts.append("one of: " + "; ".join(" and ".join(test.words() for test in group) for group in condition.any_of))
    return " and ".join(parts) or "always"


def _decision(rules: YearRules, newest: YearRules, decision: Decision) -> Described:
    facts = [
        ("Asks", rules.compiled.asks.get(decision.name, "")),
        ("About", f"each {decision.about}"),
        ("Concludes", ", ".join(decision.concludes)),
        ("Reads", ", ".join(decision.reads) or "nothing"),
        ("Where", str(decision.source)),
    ]
    history = _history(newest, "decision", decision.name)
    return Described("decision", decision.name, _filled(facts), history, ())


def _rule(newest: YearRules, decision: Decision, rule: Rule, tests: Sequence[str]) -> Described:
    over = [other.id for other in decision.rules if rule.id in other.overrides]
    facts = [
        ("Says", rule.says),
        ("Authority", rule.authority),
        ("When", condition_words(rule.condition)),
        ("Then", rule.then),
        ("Overrides", ", ".join(rule.overrides)),
        ("Overridden by", ", ".join(over)),
        ("Told as", rule.tell),
        ("To do", rule.todo),
        ("Open", rule.open),
        ("Where", str(rule.source)),
    ]
    name = f"{decision.name}/{rule.id}"
    return Described("rule", name, _filled(facts), _history(newest, "rule", name), tuple(tests))


def _remark(newest: YearRules, remark: Remark, tests: Sequence[str]) -> Described:
    facts = [
        ("Says", template(remark.says)),
        ("To do", template(remark.todo)),
        ("Authority", remark.authority),
        ("About", f"each {remark.about}"),
        ("When", condition_words(remark.condition)),
        ("Told as", remark.tell),
        ("Paper", remark.paper),
        ("Printed as", remark.finding),
        ("Where", str(remark.source)),
    ]
    return Described("remark", remark.id, _filled(facts), _history(newest, "remark", remark.id), tuple(tests))


def _line(newest: YearRules, line: Line, tests: Sequence[RuleTest]) -> Described:
    facts = [
        ("Says", line.says),
        ("Authority", line.authority),
        ("Only where", " and ".join(found.text for found in (line.form_when, line.when) if found)),
        ("Is", line.value.text),
        ("Blank", "where it is zero and nothing was routed to it" if line.blank_if_zero else ""),
        ("Printed", "" if line.print else "no"),
        ("Where", str(line.source)),
    ]
    name = line.name
    printed = name.line.rpartition(".")[0] if line.row else name.line
    named = [test.name for test in tests if (name.form, name.line) in test.expect_lines]
    return Described(
        "line",
        f"{name.form}/{name.line}",
        _filled(facts),
        _history(newest, "line", f"{name.form}/{printed}"),
        tuple(named),
    )


def _function(newest: YearRules, function: Function) -> Described:
    facts = [
        ("Says", function.says),
        ("Authority", function.authority),
        ("Of", function.argument),
        ("Is", function.value.text),
        ("Where", str(function.source)),
    ]
    history = _history(newest, "function", function.name)
    return Described("function", function.name, _filled(facts), history, ())


def value_words(value: int | Decimal | str, unit: str) -> str:
    """A parameter's value as people write it: $3,000, 3.8%, 12, 7a."""
    if unit == "dollars" and isinstance(value, int):
        return dollars_spoken(value)
    return f"{(value * 100).normalize():f}%" if isinstance(value, Decimal) else str(value)


def status_words(by_status: Mapping[str, int | Decimal | str], unit: str) -> str:
    """Values by filing status, or the one value where all are the same."""
    if len(set(by_status.values())) == 1:
        return value_words(next(iter(by_status.values())), unit)
    return ", ".join(f"{status} {value_words(value, unit)}" for status, value in by_status.items())


def _parameter(newest: YearRules, parameter: Parameter, tests: Sequence[RuleTest]) -> Described:
    facts = [
        ("Title", parameter.title),
        ("Value", status_words(parameter.by_status, parameter.unit)),
        ("Authority", parameter.authority),
        ("Address", parameter.address),
        ("Changes", "every year" if parameter.changes == "yearly" else "when the law does"),
        ("Where", str(parameter.source)),
    ]
    named = [test.name for test in tests if parameter.name in test.expect_parameters]
    return Described(
        "parameter", parameter.name, _filled(facts), _history(newest, "parameter", parameter.name), tuple(named)
    )


def _filled(facts: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((label, text) for label, text in facts if text)


def _deciding_rules(rules: YearRules, decision: Decision, tests: Sequence[RuleTest]) -> dict[str, list[str]]:
    """For each rule of a decision, the tests of the year whose conclusion it is."""
    found: dict[str, list[str]] = {}
    fields = rules.compiled.kinds[decision.about].fields
    for test in tests:
        if decision.name not in test.expect:
            continue
        usable = upstream([decision.name], rules.compiled.decisions, test.facts)
        try:
            [conclusions] = conclude_all(usable, fields, [test.facts], reference_holding)
        except Refused:
            continue
        found.setdefault(conclusions[decision.name].rule_id, []).append(test.name)
    return found
