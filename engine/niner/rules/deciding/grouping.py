"""Turns facts into conclusions: groups facts that no rule can tell apart and decides one fact of each group.

Two facts are alike where, for every field the rules read, they have the same text or truth and their numbers lie
between the same constants of the rules. So one conclusion for a group is exact, and cheap.
"""

from bisect import bisect_left
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import cast

from niner.rules.deciding.facts import Concluded, Facts, column
from niner.rules.language.conditions import compares, first_failure, holds
from niner.rules.language.suggest import suggestion
from niner.rules.language.values import INT_LIMIT, Candidate, Conclusion, Decision, FactValue, Field, Rule
from niner.values import Finding, Refused

Holding = Callable[[Decision, Sequence[Mapping[str, FactValue]]], list[tuple[str, ...]]]
"""Gives, for a decision and facts, the ids of the rules that hold of each fact."""


def reference_holding(decision: Decision, facts: Sequence[Mapping[str, FactValue]]) -> list[tuple[str, ...]]:
    """What durable_rules must agree with: each rule's condition read plainly."""
    return [tuple(rule.id for rule in decision.rules if holds(rule.condition, fact)) for fact in facts]


def cuts(decisions: Iterable[Decision]) -> dict[str, tuple[int, ...]]:
    """The cuts of several decisions together, as `Decision.cuts` has them of one."""
    found: dict[str, set[int]] = {}
    for decision in decisions:
        for name, edges in decision.cuts.items():
            found.setdefault(name, set()).update(edges)
    return {name: tuple(sorted(edges)) for name, edges in found.items()}


def upstream(names: Iterable[str], decisions: Mapping[str, Decision], given: Container[str] = ()) -> list[Decision]:
    """The named decisions and those they read, directly or not, in order; what is `given` as a fact is not decided."""
    wanted: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in wanted:
            wanted.add(name)
            about = decisions[name].about
            todo += [
                read
                for read in decisions[name].reads
                if read not in given and read in decisions and decisions[read].about == about
            ]
    return [decisions[name] for name in decisions if name in wanted]


def _written(value: FactValue) -> str:
    """A value as a rule writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def candidates(decision: Decision, held: Sequence[str], fact: Mapping[str, FactValue]) -> tuple[Candidate, ...]:
    """What became of each rule of a decision for one fact."""
    holding = set(held)
    by_id = {rule.id: rule for rule in decision.rules}
    found = []
    for rule in decision.rules:
        if rule.id in holding:
            over = tuple(other for other in held if rule.id in by_id[other].overrides)
            found.append(Candidate(rule.id, True, over))
        else:
            found.append(Candidate(rule.id, False, (), first_failure(rule.condition, fact)))
    return tuple(found)


def remaining(decision: Decision, held: Sequence[str]) -> list[Rule]:
    """The rules that hold and that no other holding rule overrides."""
    holding = [rule for rule in decision.rules if rule.id in held]
    overridden = {other for rule in holding for other in rule.overrides}
    return [rule for rule in holding if rule.id not in overridden]


def may_conclude(decision: Decision, value: str, known: Mapping[str, FactValue]) -> bool:
    """Whether some rule could conclude `value` of a fact of which only some fields are known."""
    return any(
        rule.then == value
        and all(compares(test, known[test.field]) for test in rule.condition.all_of if test.field in known)
        for rule in decision.rules
    )


def conclude_one(decision: Decision, held: Sequence[str], fact: Mapping[str, FactValue]) -> Conclusion:
    """The one conclusion for a fact. Raises Refused, showing every candidate, where none or several remain."""
    left = remaining(decision, held)
    seen = candidates(decision, held, fact)
    if len(left) == 1:
        rule = left[0]
        return Conclusion(
            rule.then, rule.id, rule.says, rule.authority, rule.source, seen, rule.tell, rule.todo, rule.open
        )
    values = ", ".join(f"{name}: {_written(fact[name])}" for name in decision.reads)
    if left:
        what = f"The rules {' and '.join(rule.id for rule in left)} of {decision.name} both hold ({values}): "
        what += "; ".join(f"{rule.id} in {rule.source}" for rule in left)
        todo = "Let the exception override the general rule, or narrow one of them."
    else:
        why = "; ".join(f"{c.rule_id} fails: {c.failed}" if not c.held else f"{c.rule_id} is overridden" for c in seen)
        what = f"No rule of {decision.name} holds ({values}). {why}"
        todo = "Add a rule for this case."
    source = _added_last(left).source if left else decision.source
    raise Refused([Finding("rules.not-one-conclusion", "error", what, todo, source=source)])


def _added_last(rules: Sequence[Rule]) -> Rule:
    """Of rules that contradict one another, the one to look at: of a firm's own folder, else the last of the file."""
    return next((rule for rule in reversed(rules) if not rule.source.file.startswith("rules/")), rules[-1])


class Grouping:
    """The way from facts to representatives for some decisions: which base fields they read and where numbers cut."""

    def __init__(self, decisions: Sequence[Decision], fields: Mapping[str, Field]) -> None:
        decided_here = {decision.name for decision in decisions}
        self._decisions = decisions
        read = dict.fromkeys(name for decision in decisions for name in decision.reads)
        self.fields = tuple(fields[name] for name in read if name not in decided_here)

    @cached_property
    def _cuts(self) -> Mapping[str, tuple[int, ...]]:
        return cuts(self._decisions)

    def group(self, facts: Sequence[Mapping[str, FactValue]]) -> tuple[list[dict[str, FactValue]], list[int]]:
        """Typed representatives, and for each fact the index of its own. Refuses wrong or missing values."""
        if not facts or not self.fields:
            return ([{}] if facts else []), [0] * len(facts)
        if len(facts) == 1:
            return [self._typed(self._fact(facts, 0))], [0]
        columns = []
        if isinstance(facts, Facts):
            facts.made([field.name for field in self.fields])
            same = facts.same
            for field in self.fields:
                if field.name in same:
                    self._column(field, [{field.name: same[field.name]}])
        else:
            same = {}
        for field in self.fields:
            if field.name not in same:
                column = self._column(field, facts)
                if column is not None:
                    columns.append(column)
        if not columns:
            return [self._typed(self._fact(facts, 0))], [0] * len(facts)
        # Of one column a value is a key by itself, as quick as can be; of several all together.
        keys = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
        first = dict(zip(reversed(keys), range(len(keys) - 1, -1, -1), strict=True))
        rows = sorted(first.values())
        index = {keys[row]: position for position, row in enumerate(rows)}
        return [self._typed(self._fact(facts, row)) for row in rows], list(map(index.__getitem__, keys))

    def _fact(self, facts: Sequence[Mapping[str, FactValue]], row: int) -> Mapping[str, FactValue]:
        """What is read of a fact, as far as it has it."""
        if not isinstance(facts, Facts):
            return facts[row]
        names = facts.names()
        return facts.some(row, [field.name for field in self.fields if field.name in names])

    def _column(self, field: Field, facts: Sequence[Mapping[str, FactValue]]) -> Sequence[FactValue] | None:
        """What tells facts apart by a field; None where that is the same in all of them."""
        try:
            values = column(field.name, facts)
        except KeyError:
            raise _missing(field, next(i for i, fact in enumerate(facts) if field.name not in fact)) from None
        if field.type != "whole_number":
            return values
        if not set(map(type, values)) <= {int}:
            raise _wrong(field, next(v for v in values if type(v) is not int))
        numbers = cast(Sequence[int], values)
        most, least = max(numbers, default=0), min(numbers, default=0)
        for value in (most, least):
            if abs(value) >= INT_LIMIT:
                raise _wrong(field, value)
        edges = self._cuts.get(field.name, ())
        if bisect_left(edges, most) == bisect_left(edges, least):
            return None
        if len(edges) == 1:
            return list(map(edges[0].__lt__, numbers))
        return [bisect_left(edges, value) for value in numbers]

    def _typed(self, fact: Mapping[str, FactValue]) -> dict[str, FactValue]:
        typed: dict[str, FactValue] = {}
        for field in self.fields:
            if field.name not in fact:
                raise _missing(field, 0)
            value = fact[field.name]
            fits = (
                isinstance(value, bool)
                if field.type == "yes_no"
                else (
                    type(value) is int and abs(value) < INT_LIMIT
                    if field.type == "whole_number"
                    else isinstance(value, str) and value in field.values
                )
            )
            if not fits:
                raise _wrong(field, value)
            typed[field.name] = value
        return typed


def _missing(field: Field, row: int) -> Refused:
    says = f"Fact {row + 1} has no {field.name}, which the rules need."
    return _refused("rules.missing-fact", says, f"Meaning: {field.meaning}.", field.name)


def _wrong(field: Field, value: object) -> Refused:
    kinds = {"yes_no": "True or False", "whole_number": "a whole number", "text": "one of its allowed words"}
    if field.type == "whole_number" and isinstance(value, int) and abs(value) >= INT_LIMIT:
        says = f"An amount is more than there can be ({field.meaning}): {value} cents."
        todo = "Look in the ledger and in case.yaml for an amount that is far too large."
        return _refused("rules.wrong-fact", says, todo, str(value))
    todo = suggestion(str(value), field.values) if field.values else f"Meaning: {field.meaning}."
    return _refused("rules.wrong-fact", f"{field.name} must be {kinds[field.type]}, not {value!r}.", todo, str(value))


def _refused(id: str, says: str, todo: str, value: str) -> Refused:
    return Refused([Finding(id, "error", says, todo, value=value[:80])])


def conclude_all(
    decisions: Sequence[Decision],
    fields: Mapping[str, Field],
    facts: Sequence[Mapping[str, FactValue]],
    holding: Holding,
) -> Concluded:
    """All decisions (given in dependency order) for every fact; earlier conclusions are fields for later ones."""
    representatives, positions = Grouping(decisions, fields).group(facts)
    known: list[dict[str, FactValue]] = [dict(fact) for fact in representatives]
    found: list[dict[str, Conclusion]] = [{} for _ in representatives]
    problems: list[Finding] = []
    for decision in decisions:
        # Each decision reads few fields: most representatives are alike to it.
        alike, places = Grouping([decision], fields).group(known) if len(known) > 1 else (known, [0] * len(known))
        concluded: list[Conclusion | None] = []
        for fact, held in zip(alike, holding(decision, alike), strict=True):
            try:
                concluded.append(conclude_one(decision, held, fact))
            except Refused as refused:
                problems += refused.findings
                concluded.append(None)
        if problems:
            raise Refused(problems)
        for fact, place, conclusions in zip(known, places, found, strict=True):
            conclusion = concluded[place]
            assert conclusion is not None
            conclusions[decision.name] = conclusion
            fact[decision.name] = conclusion.value
    return Concluded([MappingProxyType(conclusions) for conclusions in found], positions)
