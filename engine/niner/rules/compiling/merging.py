"""Turns the node of one rule file into changes of what the chain has come to: names added, replaced and retired."""

from collections.abc import Iterator

from niner.rules.compiling.change import Change
from niner.rules.compiling.merged import (
    FUNCTION_KEYS,
    LINE_KEYS,
    PARAMETER_KEYS,
    REMARK_KEYS,
    RULE_KEYS,
    Merged,
    MergedDecision,
    MergedForm,
)
from niner.rules.language.nodes import Node, problem
from niner.rules.language.suggest import suggestion
from niner.words.plain import shown

_MOST_UNKNOWN = 40  # keys of one block that are told one by one

_DECISION_KEYS = ("decides", "about", "asks", "concludes", "rules", "retire")
_REMARKS_KEYS = ("remarks", "about", "rules", "retire")
_FORM_KEYS = ("form", "title", "when", "lines", "retire")
_PARAMETER_FILE_KEYS = ("parameters", "retire")
_FUNCTION_FILE_KEYS = ("functions", "retire")
_TABLE_KEYS = ("table", "title", "columns", "rows", "retire")


_STARTS = "Start it with `decides: …`, `remarks: …`, `form: …`, `table: …`, `parameters:` or `functions:`."


def merge_file(merged: Merged, node: Node, year: int, own: bool) -> None:
    """One file of a year, by its kind; problems go to `merged.findings`."""
    if not isinstance(node.value, dict):
        merged.findings.append(
            problem(
                node,
                "A rule file is a mapping that starts with decides, remarks, form, table, parameters or functions.",
                _STARTS,
            )
        )
    elif "decides" in node.value:
        _merge_decision(merged, node, year, own)
    elif "remarks" in node.value:
        _merge_remarks(merged, node, year, own)
    elif "form" in node.value:
        _merge_form(merged, node, year, own)
    elif "table" in node.value:
        _merge_table(merged, node, year, own)
    elif "parameters" in node.value:
        _merge_parameters(merged, node, year, own)
    elif "functions" in node.value:
        _merge_functions(merged, node, year, own)
    else:
        first = next(iter(node.value), "")
        merged.findings.append(
            problem(
                node,
                f"The file starts with `{first}`; its kind can't be told.",
                _STARTS,
                value=first,
            )
        )


def _merge_decision(merged: Merged, node: Node, year: int, own: bool) -> None:
    entries = _mapping(node, merged)
    unknown_keys(node, _DECISION_KEYS, "a decision", merged)
    name = _word(entries["decides"], merged)
    if not name:
        return
    is_new = name not in merged.decisions
    target = merged.decisions.setdefault(name, MergedDecision())
    if is_new:
        merged.changes.append(Change(year, "decision", name, "added", node.source, own=own))
        for key in ("about", "concludes", "rules"):
            if key not in entries:
                merged.findings.append(problem(node, f"The decision {name} has no `{key}`.", f"Add `{key}:`."))
    for key in ("decides", "about", "asks", "concludes"):
        if key in entries:
            target.head[key] = entries[key]
    for rule_id, rule in _rules(merged, entries, RULE_KEYS, "rule"):
        action = "changed" if rule_id in target.rules else "added"
        merged.changes.append(Change(year, "rule", f"{name}/{rule_id}", action, rule.source, own=own))
        target.rules[rule_id] = rule
    _retire(merged, entries, target.rules, "rule", name, year, own)


def _merge_remarks(merged: Merged, node: Node, year: int, own: bool) -> None:
    entries = _mapping(node, merged)
    unknown_keys(node, _REMARKS_KEYS, "a file of remarks", merged)
    topic = _word(entries["remarks"], merged)
    if not topic:
        return
    if topic not in merged.remarks:
        for key in ("about", "rules"):
            if key not in entries:
                merged.findings.append(problem(node, f"The remarks {topic} have no `{key}`.", f"Add `{key}:`."))
    target = merged.remarks.setdefault(topic, MergedDecision())
    for key in ("remarks", "about"):
        if key in entries:
            target.head[key] = entries[key]
    for remark_id, remark in _rules(merged, entries, REMARK_KEYS, "remark"):
        action = "changed" if remark_id in target.rules else "added"
        merged.changes.append(Change(year, "remark", remark_id, action, remark.source, own=own))
        target.rules[remark_id] = remark
    _retire(merged, entries, target.rules, "remark", "", year, own)


def _rules(merged: Merged, entries: dict[str, Node], keys: tuple[str, ...], what: str) -> Iterator[tuple[str, Node]]:
    """The rules (or remarks) that a file lists, by id; those without one, or with one used before, are reported."""
    seen: dict[str, Node] = {}
    for rule in _items(entries.get("rules"), merged, "rules"):
        fields = _mapping(rule, merged)
        unknown_keys(rule, keys, f"a {what}", merged)
        rule_id = _word(fields["id"], merged) if "id" in fields else ""
        if not rule_id:
            merged.findings.append(problem(rule, f"A {what} has no `id`.", "Give it a short name of its own."))
            continue
        if rule_id in seen:
            merged.findings.append(
                problem(
                    fields["id"],
                    f"The {what} id {rule_id} is used twice in this file.",
                    f"Rename one; the first is on row {seen[rule_id].row}.",
                    "rules.duplicate-id",
                    rule_id,
                )
            )
            continue
        seen[rule_id] = rule
        yield rule_id, rule


def _merge_form(merged: Merged, node: Node, year: int, own: bool) -> None:
    entries = _mapping(node, merged)
    unknown_keys(node, _FORM_KEYS, "a form's worksheet", merged)
    name = _word(entries["form"], merged)
    if not name:
        return
    if name not in merged.forms and "lines" not in entries:
        merged.findings.append(problem(node, f"The form {name} has no `lines`.", "Add `lines:`."))
    action = "changed" if name in merged.forms else "added"
    if action == "added" or "when" in entries:
        merged.changes.append(Change(year, "form", name, action, node.source, own=own))
    target = merged.forms.setdefault(name, MergedForm())
    for key in ("form", "title", "when"):
        if key in entries:
            target.head[key] = entries[key]
    lines = entries.get("lines")
    for line, body in (_mapping(lines, merged) if lines is not None else {}).items():
        _mapping(body, merged)
        unknown_keys(body, LINE_KEYS, "a line", merged)
        action = "changed" if line in target.lines else "added"
        merged.changes.append(Change(year, "line", f"{name}/{line}", action, body.source, own=own))
        target.lines[line] = body
    _retire(merged, entries, target.lines, "line", name, year, own)


def _merge_table(merged: Merged, node: Node, year: int, own: bool) -> None:
    entries = _mapping(node, merged)
    unknown_keys(node, _TABLE_KEYS, "a table", merged)
    name = _word(entries["table"], merged)
    if not name:
        return
    if name not in merged.tables:
        merged.changes.append(Change(year, "table", name, "added", node.source, own=own))
        for key in ("title", "columns", "rows"):
            if key not in entries:
                merged.findings.append(problem(node, f"The table {name} has no `{key}`.", f"Add `{key}:`."))
    target = merged.tables.setdefault(name, MergedForm())
    for key in ("table", "title", "columns"):
        if key in entries:
            target.head[key] = entries[key]
    for row, body in _mapping(entries.get("rows"), merged).items():
        action = "changed" if row in target.lines else "added"
        merged.changes.append(Change(year, "row", f"{name}/{row}", action, body.source, own=own))
        target.lines[row] = body
    _retire(merged, entries, target.lines, "row", name, year, own)


def _merge_parameters(merged: Merged, node: Node, year: int, own: bool) -> None:
    entries = _mapping(node, merged)
    unknown_keys(node, _PARAMETER_FILE_KEYS, "a parameter file", merged)
    for name, body in _mapping(entries["parameters"], merged).items():
        fields = _mapping(body, merged)
        unknown_keys(body, PARAMETER_KEYS, "a parameter", merged)
        known = merged.parameters.setdefault(name, {})
        action = "changed" if known else "added"
        if "value" in fields and "authority" not in fields:
            merged.findings.append(
                problem(
                    body,
                    f"The parameter {name} gets a value without its authority.",
                    "Add `authority:`, where this year's figure is published.",
                    "rules.no-authority",
                    name,
                )
            )
        unit, before = fields.get("unit"), known.get("unit")
        if unit is not None and before is not None and unit.value != before.value:
            says = (
                f"{name} has the unit {before.value} ({before.file}, row {before.row}); it can't turn to {unit.value}."
            )
            todo = "Leave `unit` out, or give what is new a name of its own."
            merged.findings.append(problem(unit, says, todo, value=str(unit.value)))
            fields = {key: node for key, node in fields.items() if key != "unit"}
        merged.changes.append(Change(year, "parameter", name, action, body.source, own=own))
        known.update(fields)
        merged.parameter_at[name] = body
    _retire(merged, entries, merged.parameters, "parameter", "", year, own)


def _merge_functions(merged: Merged, node: Node, year: int, own: bool) -> None:
    entries = _mapping(node, merged)
    unknown_keys(node, _FUNCTION_FILE_KEYS, "a file of functions", merged)
    for name, body in _mapping(entries["functions"], merged).items():
        _mapping(body, merged)
        unknown_keys(body, FUNCTION_KEYS, "a function", merged)
        action = "changed" if name in merged.functions else "added"
        merged.changes.append(Change(year, "function", name, action, body.source, own=own))
        merged.functions[name] = body
    _retire(merged, entries, merged.functions, "function", "", year, own)


def _retire(
    merged: Merged,
    entries: dict[str, Node],
    target: dict[str, Node] | dict[str, dict[str, Node]],
    kind: str,
    owner: str,
    year: int,
    own: bool,
) -> None:
    retire = entries.get("retire")
    if retire is None:
        return
    for name, reason in _mapping(retire, merged).items():
        if name not in target:
            merged.findings.append(
                problem(
                    reason,
                    f"There is no {kind} {name} to retire.",
                    suggestion(name, target),
                    "rules.unknown-name",
                    name,
                )
            )
            continue
        if not isinstance(reason.value, str) or not reason.value.strip():
            merged.findings.append(
                problem(reason, f"Retiring {name} needs its reason.", f"Write `{name}: why it no longer applies`.")
            )
            continue
        del target[name]
        full = f"{owner}/{name}" if owner else name
        merged.changes.append(Change(year, kind, full, "retired", reason.source, reason.value, own))


def _mapping(node: Node | None, merged: Merged) -> dict[str, Node]:
    if node is not None and isinstance(node.value, dict):
        return node.value
    if node is not None:
        merged.findings.append(problem(node, "A mapping (`name: value` lines) belongs here.", "Check the indentation."))
    return {}


def _items(node: Node | None, merged: Merged, name: str) -> list[Node]:
    if node is None:
        return []
    if isinstance(node.value, list):
        return node.value
    merged.findings.append(problem(node, f"`{name}` must be a list, each item starting with `- `.", "Add the dashes."))
    return []


def _word(node: Node, merged: Merged) -> str:
    if isinstance(node.value, str) and node.value.replace("_", "").replace("-", "").isalnum() and node.value.isascii():
        return node.value
    merged.findings.append(
        problem(node, "A name of letters, digits, - and _ belongs here.", "Rename it.", value=str(node.value))
    )
    return ""


def unknown_keys(node: Node, known: tuple[str, ...], where: str, merged: Merged) -> None:
    if not isinstance(node.value, dict):
        return
    unknown = [key for key in node.value if key not in known]
    for key in unknown[:_MOST_UNKNOWN]:
        says, todo = f"`{shown(key)}` means nothing in {where}.", suggestion(key[:40], known)
        merged.findings.append(problem(node.value[key], says, todo, "rules.unknown-key", key))
    if len(unknown) > _MOST_UNKNOWN:
        says = f"{len(unknown) - _MOST_UNKNOWN:,} more keys mean nothing in {where}."
        merged.findings.append(problem(node, says, "Settle these first.", "rules.unknown-key"))
