"""Turns a batch of facts into the rules that hold of each, by durable_rules, inside the subset where it is exact.

Measured on durable-rules 2.0.28: one session; facts asserted, run and retracted together, at most 1,000 at a time;
every condition on one fact's fields against constants; a sentinel rule that every fact must hit. Anything the engine
swallows (an exception in an action, a dropped fact, a fact left behind) is raised here.
"""

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from niner.rules.language.values import Comparison, Condition, Decision, FactValue
from niner.values import Finding, Refused

if TYPE_CHECKING:
    from durable.engine import Ruleset  # durable_rules is loaded where a decision is built

BATCH = 1_000
_SENTINEL = "sentinel"
_ID_FIELDS = ("id", "sid", _SENTINEL)


class DurableDecision:
    """One decision as a durable_rules rule set, built once and kept for the life of the process."""

    def __init__(self, decision: Decision) -> None:
        collision = hash_collision([*_ID_FIELDS, *decision.reads])
        if collision:
            says = f"The fields {collision[0]} and {collision[1]} of {decision.name} look the same to durable_rules."
            raise Refused([Finding("rules.engine", "error", says, "Rename one.", source=decision.source)])
        self._decision = decision
        self._lock = threading.Lock()
        self._hits: dict[str, list[str]] = {}
        self._ruleset = self._built()

    def _built(self) -> "Ruleset":
        import durable_rules_engine
        from durable.engine import Ruleset

        decision = self._decision
        definition: dict[str, dict[str, Any]] = {
            rule.id: {"all": [{"m": _expression(rule.condition)}], "cap": BATCH + 1, "run": self._record(rule.id)}
            for rule in decision.rules
        }
        definition["$all"] = {"all": [{"m": {_SENTINEL: 1}}], "cap": BATCH + 1, "run": self._record("$all")}
        try:
            return Ruleset(f"{decision.about}.{decision.name}", None, definition)
        except durable_rules_engine.error as problem:
            # 113: more than 32 comparisons in one condition; others are not known to be reached.
            says = f"The engine does not take the rules of {decision.name}: {problem}."
            todo = "A rule may compare about thirty things at most: say it as two rules with the same conclusion."
            raise Refused([Finding("rules.engine", "error", says, todo, source=decision.source)]) from None

    def _record(self, rule_id: str) -> Callable[[Any], None]:
        def run(closure: Any) -> None:
            matched = closure.m if isinstance(closure.m, list) else [closure.m]
            self._hits.setdefault(rule_id, []).extend(str(fact.id) for fact in matched)

        return run

    def holding(self, facts: Sequence[Mapping[str, FactValue]]) -> list[tuple[str, ...]]:
        """For each fact, the ids of the rules that hold of it, in the order of the file."""
        found: list[tuple[str, ...]] = []
        with self._lock:
            for start in range(0, len(facts), BATCH):
                found += self._batch_or_again(facts[start : start + BATCH])
        return found

    def _batch_or_again(self, facts: Sequence[Mapping[str, FactValue]]) -> list[tuple[str, ...]]:
        """A batch that failed is decided once more, all of it, by a rule set made anew.

        On a machine with twenty times the work it could do, single facts were seen to be lost; never twice.
        """
        try:
            return self._batch(facts)
        except Refused:
            self._ruleset = self._built()
            return self._batch(facts)

    def _batch(self, facts: Sequence[Mapping[str, FactValue]]) -> list[tuple[str, ...]]:
        from durable.engine import MessageNotHandledException, MessageObservedException

        reads = self._decision.reads
        ids = [f"f{number:05d}" for number in range(len(facts))]
        messages = [
            {"id": id, _SENTINEL: 1} | {name: fact[name] for name in reads} for id, fact in zip(ids, facts, strict=True)
        ]
        self._hits.clear()
        outcome: list[tuple[object, Any]] = []
        try:
            handle = self._ruleset.assert_facts(messages)
            self._ruleset.do_actions(handle, lambda error, state: outcome.append((error, state)))
            self._ruleset.retract_facts(messages)
        except (MessageNotHandledException, MessageObservedException) as error:
            raise self._broken(f"durable_rules would not take a fact: {type(error).__name__}") from error
        errors = [str(error) for error, _ in outcome if error]
        errors += [
            str(state["exception"]) for _, state in outcome if isinstance(state, dict) and state.get("exception")
        ]
        if errors or self._ruleset.get_facts("0"):
            raise self._broken(errors[0][:200] if errors else "durable_rules kept facts after they were withdrawn")
        seen = self._hits.pop("$all", [])
        if sorted(seen) != ids:
            raise self._broken(f"durable_rules lost {len(ids) - len(set(seen))} of {len(ids)} facts")
        held: dict[str, list[str]] = {id: [] for id in ids}
        for rule in self._decision.rules:
            # A rule fires once for each alternative of its $or that holds; one hit is enough.
            for id in dict.fromkeys(self._hits.get(rule.id, ())):
                held[id].append(rule.id)
        return [tuple(held[id]) for id in ids]

    def _broken(self, what: str) -> Refused:
        says = f"The rule engine failed on the decision {self._decision.name}: {what}."
        return Refused(
            [
                Finding(
                    "rules.engine",
                    "error",
                    says,
                    "Please report this with the rule files.",
                    source=self._decision.source,
                )
            ]
        )


@cache
def engine_files() -> bytes:
    """The sha256 of durable_rules itself, compiled part and all: what it was found to do holds for these files only."""
    compiled, package = (
        Path(str(getattr(find_spec(name), "origin", ""))) for name in ("durable_rules_engine", "durable")
    )
    files = [compiled, *sorted(package.parent.glob("*.py"))]
    return sha256(b"\0".join([sys.platform.encode(), *(path.read_bytes() for path in files)])).digest()


def _expression(condition: Condition) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{_SENTINEL: 1}, *(_comparison(test) for test in condition.all_of)]
    if condition.any_of:
        groups = [_joined("$and", [_comparison(test) for test in group]) for group in condition.any_of]
        parts.append(_joined("$or", groups))
    return {"$and": parts}


def _joined(operator: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return parts[0] if len(parts) == 1 else {operator: parts}


def _comparison(test: Comparison) -> dict[str, Any]:
    if test.operator == "in":
        return _joined("$or", [{test.field: value} for value in test.operand])
    if test.operator == "not_in":
        return _joined("$and", [{"$neq": {test.field: value}} for value in test.operand])
    return {f"${test.operator}": {test.field: test.operand[0]}}


def hash_collision(names: Sequence[str]) -> tuple[str, str] | None:
    """Two names that share the 32-bit FNV-1a hash by which durable_rules knows a field, if there are any."""
    seen: dict[int, str] = {}
    for name in dict.fromkeys(names):
        value = 2166136261
        for byte in name.encode():
            value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
        if value in seen:
            return seen[value], name
        seen[value] = name
    return None
