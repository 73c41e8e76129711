"""Turns `rules/facts.yaml` into the vocabulary: the fields of each kind of fact and the figures a case supplies."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from niner.rules.language.conditions import read_condition
from niner.rules.language.nodes import Node, problem, read_nodes
from niner.rules.language.suggest import suggestion
from niner.rules.language.values import CaseInput, Condition, FactKind, Field, Vocabulary
from niner.values import Finding, Source

_KIND_KEYS = ("meaning", "remarks", "fields", "never")
_FIELD_KEYS = ("type", "values", "meaning", "unit", "from", "rows_of")
_TYPES = ("whole_number", "text", "yes_no", "words")
_CASE_KEYS = ("type", "meaning", "default")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")


def load_vocabulary(room: Path) -> tuple[Vocabulary, list[Finding]]:
    """The vocabulary of a rules room; every problem of the file in the list."""
    name = f"{room.name}/facts.yaml"
    node, findings = read_nodes(room / "facts.yaml", name)
    if node is None or not isinstance(node.value, dict):
        if not findings:
            findings.append(
                Finding(
                    "rules.file",
                    "error",
                    f"{name} is not a mapping.",
                    "Give it `facts:` and `case:`.",
                    source=Source(name),
                )
            )
        return Vocabulary(), findings
    for key, child in node.value.items():
        if key not in ("facts", "case"):
            findings.append(problem(child, f"`{key}` means nothing in facts.yaml.", suggestion(key, ("facts", "case"))))
    kinds = {kind: _kind(kind, body, findings) for kind, body in _entries(node.value.get("facts"), findings).items()}
    findings += _unknown_rows(kinds)
    case: dict[str, CaseInput] = {}
    for entry, body in _entries(node.value.get("case"), findings).items():
        found = _case_input(entry, body, findings)
        if found is not None:
            case[entry] = found
    return Vocabulary(kinds, case), findings


def _kind(name: str, node: Node, findings: list[Finding]) -> FactKind:
    entries = _entries(node, findings)
    for key, child in entries.items():
        if key not in _KIND_KEYS:
            findings.append(problem(child, f"`{key}` means nothing in a kind of fact.", suggestion(key, _KIND_KEYS)))
    fields: dict[str, Field] = {}
    for field_name, body in _entries(entries.get("fields"), findings).items():
        found = _field(field_name, body, findings)
        if found is not None:
            fields[field_name] = found
    meaning = str(entries["meaning"].plain()) if "meaning" in entries else ""
    remarked = "remarks" in entries and entries["remarks"].value is True
    if "remarks" in entries and not isinstance(entries["remarks"].value, bool):
        findings.append(problem(entries["remarks"], f"`remarks` of {name} must be true or false.", "Write true."))
    never: list[tuple[Condition, str]] = []
    stated = entries.get("never")
    for item in _listed(stated):
        combination = _entries(item, findings)
        if "when" not in combination or "says" not in combination:
            findings.append(problem(item, "An impossible combination needs `when` and `says`.", "Add what is missing."))
            continue
        condition, found_problems = read_condition(combination["when"], fields)
        findings += found_problems
        never.append((condition, str(combination["says"].plain())))
    return FactKind(name, meaning, fields, tuple(never), remarked)


def _field(name: str, node: Node, findings: list[Finding]) -> Field | None:
    body = _entries(node, findings)
    for key, child in body.items():
        if key not in _FIELD_KEYS:
            findings.append(problem(child, f"`{key}` means nothing in a field.", suggestion(key, _FIELD_KEYS)))
    if not _NAME.fullmatch(name):
        findings.append(problem(node, f"`{name}` can't be a field's name.", "Use small letters, digits and _."))
        return None
    type_ = body["type"].value if "type" in body else None
    if type_ not in _TYPES:
        findings.append(problem(node, f"The field {name} has no known type.", f"Write one of: {', '.join(_TYPES)}."))
        return None
    values: tuple[str, ...] = ()
    if type_ == "text":
        stated = body.get("values")
        values = tuple(str(item.value) for item in _listed(stated))
        if not values or any(not _VALUE.fullmatch(value) for value in values) or len(set(values)) < len(values):
            findings.append(
                problem(
                    stated or node,
                    f"The field {name} needs its allowed `values`, each a short word.",
                    "List them: `values: [buy, sell]`.",
                )
            )
            return None
    meaning = body["meaning"].plain() if "meaning" in body else ""
    if not meaning:
        findings.append(problem(node, f"The field {name} says no `meaning`.", "Say in a few words what it tells."))
    unit = str(body["unit"].plain()) if "unit" in body else ""
    place = body.get("from", node)
    taken_from = str(body["from"].value) if "from" in body else ""
    return Field(
        name=name,
        type=type_,  # type: ignore[arg-type]
        meaning=str(meaning),
        values=values,
        unit=unit,
        taken_from=taken_from,
        source=place.source,
        column=place.column,
        rows_of=tuple(str(item.value) for item in _listed(body.get("rows_of"))),
    )


def _listed(node: Node | None) -> list[Node]:
    return node.value if node is not None and isinstance(node.value, list) else []


def _unknown_rows(kinds: Mapping[str, FactKind]) -> Iterator[Finding]:
    """A problem for each field that is made true by rows of a kind that no ledger has."""
    row = kinds["transaction"].fields.get("kind") if "transaction" in kinds else None
    known = row.values if row else ()
    for field in (field for kind in kinds.values() for field in kind.fields.values()):
        for name in field.rows_of:
            if name not in known or field.type != "yes_no":
                says = f"The field {field.name} can't be so by rows of kind {name}."
                todo = suggestion(name, known) if name not in known else "Make it a yes_no."
                yield Finding("rules.file", "error", says, todo, source=field.source)


def _case_input(name: str, node: Node, findings: list[Finding]) -> CaseInput | None:
    body = _entries(node, findings)
    for key, child in body.items():
        if key not in _CASE_KEYS:
            findings.append(problem(child, f"`{key}` means nothing in a case figure.", suggestion(key, _CASE_KEYS)))
    type_ = body["type"].value if "type" in body else None
    default = body["default"].value if "default" in body else None
    if type_ == "money" and (default is None or (isinstance(default, int) and not isinstance(default, bool))):
        return CaseInput(
            name,
            "money",
            str(body["meaning"].plain() if "meaning" in body else ""),
            None if default is None else int(default) * 100,
        )
    if type_ == "yes_no" and (default is None or isinstance(default, bool)):
        return CaseInput(name, "yes_no", str(body["meaning"].plain() if "meaning" in body else ""), default)
    findings.append(
        problem(
            node,
            f"The case figure {name} needs `type` money or yes_no and a fitting `default`.",
            "Write `type: money` and, where absence means zero, `default: 0`.",
        )
    )
    return None


def _entries(node: Node | None, findings: list[Finding]) -> dict[str, Node]:
    if node is None:
        return {}
    if isinstance(node.value, dict):
        return node.value
    findings.append(problem(node, "A mapping (`name: value` lines) belongs here.", "Check the indentation."))
    return {}
