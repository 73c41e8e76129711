"""Turns a decision into the facts that test it: every class of values its conditions tell apart, and the edges."""

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod

from niner.rules.deciding.grouping import cuts
from niner.rules.language.values import Decision, FactValue, Field

_MOST = 256
_MOST_CLASSES = 600  # classes up to which a decision is tried on every one of them


def classes(decision: Decision, fields: Mapping[str, Field], both_edges: bool = False) -> dict[str, list[FactValue]]:
    """For each field a decision reads, one value of every class; numbers at both edges of a class if asked."""
    edges = cuts([decision])
    found: dict[str, list[FactValue]] = {}
    for name in decision.reads:
        field = fields[name]
        if field.type == "yes_no":
            found[name] = [False, True]
        elif field.type == "text":
            found[name] = list(field.values)
        else:
            points = sorted(edges[name])
            steps = [*points, points[-1] + 1]
            extra = [point + 1 for point in points] + [points[0] - 1] if both_edges else []
            found[name] = list(dict.fromkeys(sorted([*steps, *extra])))
    return found


def combinations(values: Mapping[str, list[FactValue]]) -> Iterator[dict[str, FactValue]]:
    """Every combination of one value for each field."""
    for combination in product(*values.values()):
        yield dict(zip(values, combination, strict=True))


def probes(decision: Decision, fields: Mapping[str, Field]) -> list[dict[str, FactValue]]:
    """All combinations, or where they are many each field through its values around a fact that fits each rule."""
    values = classes(decision, fields, both_edges=True)
    count = 1
    for options in values.values():
        count *= len(options)
    if count <= _MOST:
        return list(combinations(values))
    found: dict[tuple[FactValue, ...], dict[str, FactValue]] = {}
    for base in _fitting(decision, values):
        for name, options in values.items():
            for option in options:
                fact = base | {name: option}
                found[tuple(fact.values())] = fact
    return list(found.values())


def tried(decision: Decision, fields: Mapping[str, Field]) -> list[dict[str, FactValue]]:
    """What a decision is tried on before it is asked: the probes and, where they are not too many, every class."""
    found = probes(decision, fields)
    values = classes(decision, fields)
    if prod(map(len, values.values())) <= _MOST_CLASSES:
        known = {decision.class_of(fact) for fact in found}
        found += [fact for fact in combinations(values) if decision.class_of(fact) not in known]
    return found


def _fitting(decision: Decision, values: Mapping[str, list[FactValue]]) -> Iterator[dict[str, FactValue]]:
    """For each rule, and each of its alternatives, a fact made to satisfy it as far as one value a field can."""
    from niner.rules.language.conditions import compares

    first = {name: options[0] for name, options in values.items()}
    for rule in decision.rules:
        for group in rule.condition.any_of or ((),):
            fact = dict(first)
            for name, options in values.items():
                tests = [test for test in (*rule.condition.all_of, *group) if test.field == name]
                fit = [option for option in options if all(compares(test, option) for test in tests)]
                if fit:
                    fact[name] = fit[0]
            yield fact
