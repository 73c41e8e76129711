"""Turns the `when` of a rule into a condition checked against the declared fields, and says whether one holds."""

from collections.abc import Mapping

from niner.rules.language.nodes import Node, problem
from niner.rules.language.suggest import suggestion
from niner.rules.language.values import INT_LIMIT, Comparison, Condition, FactValue, Field, Operator
from niner.values import Finding

_ORDER = ("gt", "gte", "lt", "lte")
_OPERATORS = ("in", "not", "not_in", *_ORDER)
MAX_TESTS = 24  # durable_rules refuses more than 32 expression slots in one condition


def read_condition(node: Node, fields: Mapping[str, Field]) -> tuple[Condition, list[Finding]]:
    """The condition at a node: `{field: value, field: {gt: 0}, any_of: [{…}, {…}]}`."""
    findings: list[Finding] = []
    if not isinstance(node.value, dict):
        return Condition(), [
            problem(
                node,
                "`when` must be a mapping of fields to what they must be.",
                "Write `when: {acquired_by: inheritance}`.",
                "rules.condition",
            )
        ]
    any_of: list[tuple[Comparison, ...]] = []
    for name, body in node.value.items():
        if name != "any_of":
            continue
        if not isinstance(body.value, list) or len(body.value) < 2:
            findings.append(
                problem(
                    body,
                    "`any_of` must list two or more alternatives.",
                    "Write `any_of: [{…}, {…}]`.",
                    "rules.condition",
                )
            )
            continue
        for item in body.value:
            tests = _tests(item, fields, findings)
            if not tests:
                findings.append(
                    problem(item, "An alternative of `any_of` tests nothing.", "Give it a field.", "rules.condition")
                )
            any_of.append(tests)
    condition = Condition(_tests(node, fields, findings), tuple(any_of))
    slots = sum(len(test.operand) for test in condition.tests())
    if slots > MAX_TESTS:
        findings.append(
            problem(
                node,
                f"The condition makes {slots} comparisons; {MAX_TESTS} are the most one rule can.",
                "Use `not_in` for the few values left out, or split the rule.",
                "rules.condition",
            )
        )
    return condition, findings


def _tests(node: Node, fields: Mapping[str, Field], findings: list[Finding]) -> tuple[Comparison, ...]:
    tests: list[Comparison] = []
    if not isinstance(node.value, dict):
        findings.append(
            problem(node, "A mapping of fields to values belongs here.", "Write `{kind: sell}`.", "rules.condition")
        )
        return ()
    for name, body in node.value.items():
        if name == "any_of":
            continue
        field = fields.get(name)
        if field is None:
            findings.append(
                problem(
                    body,
                    f"`{name}` is no field of this kind of fact.",
                    suggestion(name, fields),
                    "rules.unknown-name",
                    name,
                )
            )
            continue
        operators = body.value if isinstance(body.value, dict) else {"in": body}
        if not operators:
            findings.append(
                problem(body, f"The test of {name} is empty.", "Write a value or `{gt: 0}`.", "rules.condition")
            )
        for operator, operand in operators.items():
            test = _test(field, operator, operand, findings)
            if test is not None:
                tests.append(test)
    return tuple(tests)


def _test(field: Field, operator: str, node: Node, findings: list[Finding]) -> Comparison | None:
    before = len(findings)
    if field.type == "words":
        says = f"{field.name} is free text, which no rule can test."
        findings.append(problem(node, says, "Test another field; this one can only be printed.", "rules.condition"))
        return None
    if operator not in _OPERATORS:
        findings.append(
            problem(
                node, f"`{operator}` is no comparison.", suggestion(operator, _OPERATORS), "rules.condition", operator
            )
        )
        return None
    items = node.value if isinstance(node.value, list) else [node]
    if not items:
        findings.append(
            problem(node, f"The list of values of {field.name} is empty.", "Give at least one.", "rules.condition")
        )
    values = tuple(_value(field, item, findings) for item in items)
    if operator in _ORDER and (field.type != "whole_number" or len(values) != 1):
        findings.append(
            problem(
                node,
                f"`{operator}` compares whole numbers; {field.name} is {field.type}.",
                "Name the values instead.",
                "rules.condition",
                operator,
            )
        )
    if len(set(values)) < len(values):
        findings.append(
            problem(node, f"A value of {field.name} stands twice in the list.", "Remove one.", "rules.condition")
        )
    if len(findings) > before:
        return None
    resolved: dict[str, Operator] = {
        "in": "in",
        "not": "not_in",
        "not_in": "not_in",
        "gt": "gt",
        "gte": "gte",
        "lt": "lt",
        "lte": "lte",
    }
    return Comparison(field.name, resolved[operator], values)


def _value(field: Field, node: Node, findings: list[Finding]) -> FactValue:
    value = node.value
    if field.type == "yes_no":
        if isinstance(value, bool):
            return value
        findings.append(
            problem(
                node,
                f"{field.name} is a yes/no field, not {node.plain()!r}.",
                "Write true or false.",
                "rules.condition",
                str(value),
            )
        )
    elif field.type == "whole_number":
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < INT_LIMIT:
            return value
        findings.append(
            problem(
                node,
                f"{field.name} is a whole number{' of ' + field.unit if field.unit else ''}, not {node.plain()!r}.",
                "Write it without quotes, decimals or commas.",
                "rules.condition",
                str(value),
            )
        )
    else:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)  # a line such as 2 or 10 reads as a number; allowed values are text
        if isinstance(value, str) and value in field.values:
            return value
        findings.append(
            problem(
                node,
                f"{field.name} is never {node.plain()!r}.",
                suggestion(str(value), field.values),
                "rules.condition",
                str(value),
            )
        )
    return False


def compares(test: Comparison, value: FactValue) -> bool:
    """Whether one test holds of a value of its field's type: the plain meaning that durable_rules must agree with."""
    if test.operator == "in":
        return value in test.operand
    if test.operator == "not_in":
        return value not in test.operand
    bound = test.operand[0]
    assert isinstance(value, int)
    assert isinstance(bound, int)
    if test.operator == "gt":
        return value > bound
    if test.operator == "gte":
        return value >= bound
    return value < bound if test.operator == "lt" else value <= bound


def holds(condition: Condition, fact: Mapping[str, FactValue]) -> bool:
    """Whether a condition holds of a fact that has every field the condition reads."""
    if not all(compares(test, fact[test.field]) for test in condition.all_of):
        return False
    return not condition.any_of or any(
        all(compares(test, fact[test.field]) for test in group) for group in condition.any_of
    )


def first_failure(condition: Condition, fact: Mapping[str, FactValue]) -> str:
    """What kept a condition from holding, in words; "" where it holds.

    The fact's own value is left out: facts that differ only within a class of numbers share their conclusion.
    """
    for test in condition.all_of:
        if not compares(test, fact[test.field]):
            return f"it needs that {test.words()}"
    if holds(condition, fact):
        return ""
    return "it needs one of: " + "; ".join(" and ".join(test.words() for test in group) for group in condition.any_of)
