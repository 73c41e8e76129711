"""Turns a year's decisions into proof that each ends in exactly one conclusion, or into an example where one does not.

For every combination of values that the facts allow (numbers by the classes that the rules can tell apart), the
decision and those it reads are made by the reference evaluator. Combinations that `facts.yaml` calls impossible are
left out. Where there are more than `MOST` combinations, the conclusions a decision reads are taken as free to be
anything, which can only report too much.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from math import prod

from niner.dataclass import dataclass
from niner.rules.compiling.compiled import Compiled
from niner.rules.deciding.grouping import conclude_one, cuts, reference_holding, remaining, upstream
from niner.rules.deciding.probe import combinations
from niner.rules.language.conditions import holds
from niner.rules.language.values import Conclusion, Condition, Decision, FactKind, FactValue, Field, Rule
from niner.values import Finding, Refused

MOST = 60_000
Never = tuple[tuple[Condition, str], ...]
"""The combinations of values that can't occur, as a `FactKind` has them."""


@dataclass(frozen=True)
class Coverage:
    """What was tried for one decision and what was found; `findings` is empty where it is covered."""

    decision: str
    combinations: int
    findings: tuple[Finding, ...]


def coverage(compiled: Compiled) -> list[Coverage]:
    """Every decision, in order. Gaps and clashes are errors, a rule that can never decide is to be reviewed."""
    return [covered(decision, compiled) for decision in compiled.decisions.values()]


def covered(decision: Decision, compiled: Compiled) -> Coverage:
    """One decision, as `coverage` proves each."""
    kind = compiled.kinds[decision.about]
    chain = tuple(upstream([decision.name], compiled.decisions))
    reads = dict.fromkeys(name for one in chain for name in one.reads if name in kind.fields)
    fields = tuple((name, kind.fields[name]) for name in reads)
    return _covered(chain, fields, kind.never, decision.name in compiled.remarks)


@cache
def _covered(
    chain: tuple[Decision, ...], fields: tuple[tuple[str, Field], ...], never: Never, is_remark: bool
) -> Coverage:
    """The last of a chain of decisions. Nothing else than these bears on it, so that a decision that years or a firm's
    folders have alike is proved once."""
    decision = chain[-1]
    kind = FactKind(decision.about, "", dict(fields), never)
    values = _classes(chain, kind)
    if prod(len(options) for options in values.values()) > MOST:
        chain = (decision,)
        values = _classes(chain, kind)
    problems: dict[str, Finding] = {}
    winners: set[str] = set()
    tried = 0
    for fact in combinations(values):
        if _impossible(kind, fact):
            continue
        tried += 1
        try:
            winners.add(_decide(chain, fact))
        except Refused as refused:
            # One example of each kind of gap or clash is enough to act on.
            for finding in refused.findings:
                problems.setdefault(finding.says.partition(" (")[0], finding)
    if not problems:
        for rule in decision.rules:
            if rule.id not in winners:
                says = _never(decision, rule, is_remark)
                problems[rule.id] = Finding(
                    "rules.never-decides", "review", says, "Remove it, or correct its condition.", source=rule.source
                )
        unused = [value for value in decision.concludes if all(rule.then != value for rule in decision.rules)]
        if unused:
            says = f"No rule of {decision.name} concludes {', '.join(unused)}."
            todo = "Restate `concludes` without it, or add the rule."
            problems["unused"] = Finding("rules.never-concludes", "review", says, todo, source=decision.source)
    return Coverage(decision.name, tried, tuple(problems.values()))


def occurring(decision: Decision, compiled: Compiled) -> Iterator[dict[str, FactValue]]:
    """Every combination of facts that can occur, with the conclusions that the decision reads."""
    kind = compiled.kinds[decision.about]
    chain = upstream([decision.name], compiled.decisions)
    values = _classes(chain, kind)
    if prod(len(options) for options in values.values()) > MOST:
        chain = [decision]
        values = _classes(chain, kind)
    others = [(other, ByClass(other)) for other in chain if other.name != decision.name]
    for base in combinations(values):
        fact = dict(base)
        if _impossible(kind, fact):
            continue
        for other, concluded in others:
            value = concluded.of(fact)
            if value is None:
                break
            fact[other.name] = value
        else:
            yield fact


class ByClass:
    """What a decision concludes of facts, worked out once for each class that its rules tell apart."""

    def __init__(self, decision: Decision) -> None:
        self._decision = decision
        self._values: dict[tuple[FactValue, ...], str | None] = {}

    def of(self, fact: Mapping[str, FactValue]) -> str | None:
        """Its conclusion, or None where it has none or several."""
        alike = self._decision.class_of(fact)
        if alike not in self._values:
            [held] = reference_holding(self._decision, [fact])
            left = remaining(self._decision, held)
            self._values[alike] = left[0].then if len(left) == 1 else None
        return self._values[alike]


def together(
    names: Sequence[str], compiled: Compiled, given: Collection[str] = ()
) -> Iterator[tuple[dict[str, FactValue], dict[str, Conclusion]]]:
    """What decisions about one kind of fact conclude together: each combination of facts that can occur, and that.

    What the decisions `given` conclude is free to be anything that can be. Combinations in which one of the others has
    no conclusion are left to `covered`.
    """
    kind = compiled.kinds[compiled.decisions[names[0]].about]
    chain = upstream(names, compiled.decisions, given)
    values = _classes(chain, kind)
    if prod(len(options) for options in values.values()) > MOST:
        return
    for base in combinations(values):
        fact, found = dict(base), {}
        if _impossible(kind, fact):
            continue
        with suppress(Refused):
            for decision in chain:
                [held] = reference_holding(decision, [fact])
                found[decision.name] = conclude_one(decision, held, fact)
                fact[decision.name] = found[decision.name].value
            yield fact, found


def _never(decision: Decision, rule: Rule, is_remark: bool) -> str:
    if is_remark:
        return f"The remark {decision.name} is never {rule.id}: its condition always holds, or never can."
    return (
        f"The rule {decision.name}/{rule.id} never decides: in every case another rule overrides it or its condition "
        "can't hold."
    )


def _decide(chain: Sequence[Decision], base: Mapping[str, FactValue]) -> str:
    """The id of the rule that decides the last decision of a chain. Raises Refused for its own gap or clash only."""
    fact = dict(base)
    rule_id = ""
    for decision in chain:
        [held] = reference_holding(decision, [fact])
        try:
            conclusion = conclude_one(decision, held, fact)
        except Refused:
            if decision is chain[-1]:
                raise
            return ""  # reported where that decision itself is covered
        fact[decision.name] = conclusion.value
        rule_id = conclusion.rule_id
    return rule_id


def _classes(chain: Sequence[Decision], kind: FactKind) -> dict[str, list[FactValue]]:
    """One value of every class, for every field the chain reads and does not decide itself."""
    decided = {decision.name for decision in chain}
    edges = cuts(chain)
    found: dict[str, list[FactValue]] = {}
    for name in dict.fromkeys(name for decision in chain for name in decision.reads if name not in decided):
        field = kind.fields[name]
        if field.type == "yes_no":
            found[name] = [False, True]
        elif field.type == "text":
            found[name] = list(field.values)
        else:
            found[name] = [*edges[name], edges[name][-1] + 1]
    return found


def _impossible(kind: FactKind, fact: Mapping[str, FactValue]) -> bool:
    return any(
        all(test.field in fact for test in condition.tests()) and holds(condition, fact) for condition, _ in kind.never
    )
