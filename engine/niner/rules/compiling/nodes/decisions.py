"""Turns merged decision nodes into decisions: conditions checked, conclusions declared, overrides without circles."""

import re
from collections.abc import Mapping
from dataclasses import replace

from niner.rules.compiling.merged import Merged, MergedDecision
from niner.rules.compiling.order import circle
from niner.rules.language.conditions import read_condition
from niner.rules.language.nodes import Node, authority_of, optional_text, problem, sentence
from niner.rules.language.suggest import suggestion
from niner.rules.language.values import Condition, Decision, FactKind, Field, Rule, Vocabulary
from niner.values import Finding

MAX_RULES = 200  # durable_rules crashes at 256 rules with one identical condition
_OUTCOME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")
_TELL = ("note", "review", "error")


def compile_decisions(
    merged: Merged, vocabulary: Vocabulary, findings: list[Finding]
) -> tuple[dict[str, FactKind], dict[str, Decision]]:
    """The kinds of fact with the decisions about them as further fields, and the decisions themselves."""
    concludes = {name: _concludes(name, decision, vocabulary, findings) for name, decision in merged.decisions.items()}
    kinds = _with_decided_fields(vocabulary, merged, concludes, findings)
    decisions = {
        name: found
        for name, decision in merged.decisions.items()
        if (found := _decision(name, decision, concludes[name], kinds, findings)) is not None
    }
    return kinds, decisions


def _concludes(name: str, merged: MergedDecision, vocabulary: Vocabulary, findings: list[Finding]) -> tuple[str, ...]:
    stated = merged.head.get("concludes")
    items = stated.value if stated is not None and isinstance(stated.value, list) else []
    values = tuple(str(item.value) for item in items)
    for item in items:
        if isinstance(item.value, dict | list | bool) or not _OUTCOME.fullmatch(str(item.value)):
            findings.append(
                problem(
                    item,
                    f"A conclusion of {name} must be a short word, not {item.plain()!r}.",
                    "Quote it if YAML reads it as something else.",
                )
            )
    if stated is not None and (not values or len(set(values)) < len(values)):
        findings.append(
            problem(
                stated,
                f"`concludes` of {name} must list its conclusions, each once.",
                "Write `concludes: [short, long]`.",
            )
        )
    about = merged.head.get("about")
    if about is not None and about.value not in vocabulary.kinds:
        findings.append(
            problem(
                about,
                f"There is no kind of fact {about.plain()!r}.",
                suggestion(str(about.value), vocabulary.kinds),
                "rules.unknown-name",
                str(about.value),
            )
        )
    return values


def _with_decided_fields(
    vocabulary: Vocabulary, merged: Merged, concludes: Mapping[str, tuple[str, ...]], findings: list[Finding]
) -> dict[str, FactKind]:
    """The kinds of fact, each with the decisions about it as further fields."""
    kinds: dict[str, FactKind] = {}
    for kind in vocabulary.kinds.values():
        fields = dict(kind.fields)
        for name, decision in merged.decisions.items():
            about = decision.head.get("about")
            if about is None or about.value != kind.name:
                continue
            if name in fields:
                findings.append(
                    problem(
                        decision.head["decides"],
                        f"{name} is already a declared field of a {kind.name}.",
                        "Give the decision another name.",
                    )
                )
            fields[name] = Field(name, "text", f"decided by the rules for {name}", concludes[name], decided=True)
        kinds[kind.name] = replace(kind, fields=fields)
    return kinds


def _decision(
    name: str,
    merged: MergedDecision,
    concludes: tuple[str, ...],
    kinds: Mapping[str, FactKind],
    findings: list[Finding],
) -> Decision | None:
    about = merged.head.get("about")
    if about is None or about.value not in kinds:
        return None
    kind = kinds[str(about.value)]
    rules = [
        _rule(name, rule_id, body, concludes, kind, merged.rules, findings) for rule_id, body in merged.rules.items()
    ]
    if len(rules) > MAX_RULES:
        findings.append(
            problem(
                about,
                f"The decision {name} has {len(rules)} rules; {MAX_RULES} are the most.",
                "Split it into two decisions, one reading the other.",
            )
        )
    cycle = circle({rule.id: [other for other in rule.overrides if other in merged.rules] for rule in rules})
    if cycle:
        findings.append(
            problem(
                merged.rules[cycle[0]],
                f"Rules override one another in a circle: {' → '.join(cycle)}.",
                "Decide which is the exception and remove the other `overrides`.",
                "rules.cycle",
            )
        )
    return Decision(name, kind.name, concludes, tuple(rules), merged.head["decides"].source)


def _rule(
    decision: str,
    rule_id: str,
    node: Node,
    concludes: tuple[str, ...],
    kind: FactKind,
    siblings: Mapping[str, Node],
    findings: list[Finding],
) -> Rule:
    body = node.value if isinstance(node.value, dict) else {}
    where = f"The rule {decision}/{rule_id}"
    says = sentence(body.get("says"), node, "says", where, findings)
    authority = authority_of(body, node, where, findings)
    then = body.get("then")
    outcome = "" if then is None else str(then.value)
    if isinstance(then, Node) and isinstance(then.value, bool | dict | list):
        findings.append(
            problem(then, f"`then` of {rule_id} must be a word, not {then.plain()!r}.", f'Quote it: "{outcome}".')
        )
    elif outcome not in concludes:
        findings.append(
            problem(
                then or node,
                f"{where} concludes {outcome or 'nothing'}.",
                suggestion(outcome, concludes),
                "rules.unknown-name",
                outcome,
            )
        )
    condition, problems = read_condition(body["when"], kind.fields) if "when" in body else (None, [])
    findings += problems
    overridden: list[str] = []
    stated = body.get("overrides")
    if stated is not None and not isinstance(stated.value, list):
        findings.append(problem(stated, "`overrides` must be a list of rule ids.", "Write `overrides: [short]`."))
    for item in stated.value if stated is not None and isinstance(stated.value, list) else []:
        other = str(item.value)
        if other not in siblings or other == rule_id:
            known = [name for name in siblings if name != rule_id]
            findings.append(
                problem(
                    item,
                    f"{rule_id} overrides {other}, which is no other rule of {decision}.",
                    suggestion(other, known),
                    "rules.unknown-name",
                    other,
                )
            )
        else:
            overridden.append(other)
    tell = body["tell"].value if "tell" in body else ""
    if "tell" in body and tell not in _TELL:
        findings.append(problem(body["tell"], "`tell` must be note, review or error.", suggestion(str(tell), _TELL)))
    return Rule(
        rule_id,
        says,
        authority,
        condition or Condition(),
        outcome,
        node.source,
        tuple(overridden),
        tell if tell in _TELL else "",  # type: ignore[arg-type]
        optional_text(body, "todo"),
        optional_text(body, "open"),
    )
