"""Turns merged remarks into remarks and, for each, the decision (silent or said) that it is evaluated as."""

from collections.abc import Mapping
from dataclasses import replace

from niner.rules.compiling.merged import Merged, MergedDecision
from niner.rules.language.conditions import read_condition
from niner.rules.language.nodes import Node, authority_of, optional_text, problem, sentence
from niner.rules.language.sentences import read_parts, template
from niner.rules.language.suggest import suggestion
from niner.rules.language.values import SAID, Condition, Decision, FactKind, Part, Remark, Rule
from niner.values import Finding

SILENT = "silent"
_TELL = ("note", "review", "error")


def compile_remarks(
    merged: Merged, kinds: Mapping[str, FactKind], taken: Mapping[str, Decision], findings: list[Finding]
) -> dict[str, Remark]:
    """Every remark by its id, which no decision in `taken` and no other remark may have."""
    remarks: dict[str, Remark] = {}
    for topic, found in merged.remarks.items():
        kind = _kind(found, kinds, findings)
        for remark_id, node in found.rules.items() if kind is not None else ():
            if remark_id in taken or remark_id in remarks:
                other = f"the remarks {remarks[remark_id].topic}" if remark_id in remarks else "a decision"
                says = f"The id {remark_id} is already taken by {other}."
                findings.append(problem(node, says, "Give the remark another id.", "rules.duplicate-id", remark_id))
                continue
            assert kind is not None
            remarks[remark_id] = _remark(topic, remark_id, node, kind, findings)
    return remarks


def _kind(merged: MergedDecision, kinds: Mapping[str, FactKind], findings: list[Finding]) -> FactKind | None:
    about = merged.head.get("about")
    kind = kinds.get(str(about.value)) if about is not None else None
    remarked = [name for name, one in kinds.items() if one.remarked]
    if about is not None and (kind is None or not kind.remarked):
        name = str(about.value)
        says = f"Remarks about a {name} are never printed." if kind else f"There is no kind of fact {name!r}."
        findings.append(problem(about, says, suggestion(name, remarked), "rules.unknown-name", name))
        return None
    return kind


def _remark(topic: str, id: str, node: Node, kind: FactKind, findings: list[Finding]) -> Remark:
    body = node.value if isinstance(node.value, dict) else {}
    where = f"The remark {id}"
    authority = authority_of(body, node, where, findings)
    condition, problems = read_condition(body["when"], kind.fields) if "when" in body else (None, [])
    findings += problems
    tell = body["tell"].value if "tell" in body else ""
    if tell not in _TELL:
        says = f"`tell` of {id} must be note, review or error."
        findings.append(problem(body.get("tell", node), says, suggestion(str(tell), _TELL)))
    says_parts = _parts(body.get("says"), node, "says", where, kind, findings)
    if "open" in body:
        says_parts = (*says_parts, Part(" "), *_parts(body["open"], node, "open", where, kind, findings))
    return Remark(
        id=id,
        topic=topic,
        about=kind.name,
        finding=_finding(body.get("finding"), id, findings),
        tell=tell if tell in _TELL else "note",  # type: ignore[arg-type]
        says=says_parts,
        todo=_parts(body["todo"], node, "todo", where, kind, findings) if "todo" in body else (),
        authority=authority,
        condition=condition or Condition(),
        source=node.source,
        amount=_amount(body.get("amount"), kind, findings),
        paper=optional_text(body, "paper"),
    )


def _parts(
    node: Node | None, owner: Node, name: str, where: str, kind: FactKind, findings: list[Finding]
) -> tuple[Part, ...]:
    if node is not None and isinstance(node.value, dict):
        says = f"`{name}` of {where.removeprefix('The ')} is a mapping: YAML reads a brace at its start so."
        findings.append(problem(node, says, "Put the sentence in quotes."))
        return ()
    text = sentence(node, owner, name, where, findings)
    parts, problems = read_parts(text, node or owner, kind)
    findings += problems
    return parts


def _finding(node: Node | None, id: str, findings: list[Finding]) -> str:
    if node is None:
        return id
    text = str(node.value)
    if not text.replace("-", "").replace("_", "").isalnum():
        findings.append(problem(node, f"`finding` of {id} must be a short name.", "Write letters, digits, - and _."))
    return text


def _amount(node: Node | None, kind: FactKind, findings: list[Finding]) -> str:
    if node is None:
        return ""
    name = str(node.value)
    in_cents = [field.name for field in kind.fields.values() if field.unit == "cents"]
    if name not in in_cents:
        says = f"`amount` must name a field of a {kind.name} in cents, not {name}."
        findings.append(problem(node, says, suggestion(name, in_cents), "rules.unknown-name", name))
    return name


def as_decision(remark: Remark) -> Decision:
    """The decision that a remark is evaluated as: silent, unless its condition holds."""
    rule = Rule(SAID, template(remark.says), remark.authority, remark.condition, SAID, remark.source, (SILENT,))
    if remark.condition == Condition():
        return Decision(remark.id, remark.about, (SAID,), (replace(rule, overrides=()),), remark.source)
    silent = Rule(SILENT, "Nothing is said.", remark.authority, Condition(), SILENT, remark.source)
    return Decision(remark.id, remark.about, (SILENT, SAID), (silent, rule), remark.source)
