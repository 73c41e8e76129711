"""Turns the rule folders of a year and of the years it extends into one merged set of decisions, forms and parameters.

A year holds only what changed: a rule, line or parameter of the same name replaces the earlier one, a new name adds,
`retire` drops with a reason. A firm's overlay folder is laid over each year of the chain in turn, so that a position
taken for 2024 gives way where Niner's own 2025 rules change the same thing, unless the firm restates it for 2025.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from niner.rules.nodes import Node, problem, read_nodes
from niner.rules.suggest import suggestion
from niner.values import Finding, Source

_YEAR_KEYS = ("year", "extends", "status", "says")
_DECISION_KEYS = ("decides", "about", "asks", "concludes", "rules", "retire")
_FORM_KEYS = ("form", "title", "when", "lines", "retire")
_PARAMETER_FILE_KEYS = ("parameters", "retire")
_FUNCTION_FILE_KEYS = ("functions", "retire")
_BESIDE = ("README", "schema", "tests")
RULE_KEYS = ("id", "says", "authority", "when", "then", "overrides", "tell", "todo", "open")
LINE_KEYS = ("says", "authority", "value", "columns", "when", "blank_if_zero", "round", "print")
FUNCTION_KEYS = ("of", "says", "authority", "value")
PARAMETER_KEYS = ("title", "unit", "authority", "address", "value", "changes")


@dataclass(frozen=True)
class Change:
    """One name touched by one year's file: what `rules diff` and `rules show` tell the history from."""

    year: int
    kind: str  # decision, rule, form, line, parameter, function
    name: str  # term/short, f1040sd/7, capital_loss_limit
    action: str  # added, changed, retired
    source: Source
    reason: str = ""
    own: bool = True  # False where a firm's overlay made it


@dataclass
class MergedDecision:
    head: dict[str, Node] = field(default_factory=dict)
    rules: dict[str, Node] = field(default_factory=dict)


@dataclass
class MergedForm:
    head: dict[str, Node] = field(default_factory=dict)
    lines: dict[str, Node] = field(default_factory=dict)


@dataclass
class Merged:
    """What the chain comes to, still as nodes."""

    year: int
    draft: bool = False
    says: str = ""
    extends: int | None = None
    decisions: dict[str, MergedDecision] = field(default_factory=dict)
    forms: dict[str, MergedForm] = field(default_factory=dict)
    parameters: dict[str, dict[str, Node]] = field(default_factory=dict)
    parameter_at: dict[str, Node] = field(default_factory=dict)
    functions: dict[str, Node] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    sha256: str = ""

    @property
    def positions(self) -> tuple[Change, ...]:
        """What an overlay said last: a position that a later year of Niner's own restates is no longer in force."""
        last = {(change.kind, change.name): change for change in self.changes}
        return tuple(change for change in last.values() if not change.own)


def years_in(room: Path) -> list[int]:
    """The tax years that have a folder of rules."""
    found = [p.name for p in room.iterdir() if (p / "year.yaml").is_file()] if room.is_dir() else []
    return sorted(int(name) for name in found if name.isdigit() and len(name) == 4)


def merge_chain(year: int, room: Path, overlays: Sequence[Path] = ()) -> Merged:
    """All files of the year's chain, oldest first, merged; problems are in `findings`."""
    merged = Merged(year)
    chain = _chain(year, room, merged)
    digest = hashlib.sha256()
    for own, folder_room in [(True, room)] + [(False, Path(overlay)) for overlay in overlays]:
        if not own and not folder_room.is_dir():
            merged.findings.append(
                Finding(
                    "rules.overlay",
                    "error",
                    f"There is no rules folder {folder_room}.",
                    "Check the path given with --rules.",
                    source=Source(str(folder_room)),
                )
            )
    for overlay in overlays:
        merged.findings += _stray_entries(Path(overlay))
    for one_year in chain:
        for own, folder_room in [(True, room)] + [(False, Path(overlay)) for overlay in overlays]:
            _merge_folder(merged, one_year, folder_room, own, digest)
    facts = room / "facts.yaml"
    if facts.is_file():
        digest.update(b"facts.yaml\0" + facts.read_bytes())
    merged.sha256 = digest.hexdigest()
    return merged


def _stray_entries(overlay: Path) -> list[Finding]:
    """What lies in an overlay where it would be ignored in silence: anything but folders of years."""
    found = []
    for entry in sorted(overlay.iterdir()) if overlay.is_dir() else []:
        is_year = entry.is_dir() and entry.name.isdigit() and len(entry.name) == 4
        if not is_year and entry.suffix in ("", ".yaml", ".yml") and entry.name not in _BESIDE and entry.name[0] != ".":
            says = f"{entry.name} is not read: rule files belong in a folder named after their tax year."
            found.append(
                Finding(
                    "rules.overlay",
                    "error",
                    says,
                    f"Move it to {overlay.name}/2025/, for instance.",
                    source=Source(f"{overlay.name}/{entry.name}"),
                )
            )
    return found


def _chain(year: int, room: Path, merged: Merged) -> list[int]:
    """The years from the oldest to `year`, by `extends`."""
    available = years_in(room)
    if year not in available:
        shown = ", ".join(map(str, available)) or "none"
        merged.findings.append(
            Finding(
                "rules.no-year",
                "error",
                f"There are no rules for tax year {year}.",
                f"Years with rules: {shown}. `niner rules new-year` starts the next one.",
                source=Source(f"{room.name}/{year}"),
                value=str(year),
            )
        )
        return []
    chain: list[int] = []
    current: int | None = year
    while current is not None:
        name = f"{room.name}/{current}/year.yaml"
        node, findings = read_nodes(room / str(current) / "year.yaml", name)
        merged.findings += findings
        chain.insert(0, current)
        if node is None or not isinstance(node.value, dict):
            break
        _unknown_keys(node, _YEAR_KEYS, "a year file", merged)
        stated = node.value.get("year")
        if stated is None or stated.value != current:
            merged.findings.append(
                problem(
                    stated or node,
                    f"`year` must be {current}, the folder's name.",
                    f"Write `year: {current}`.",
                    value=str(stated.value if stated else ""),
                )
            )
        status = node.value.get("status")
        if status is None or status.value not in ("final", "draft"):
            merged.findings.append(
                problem(
                    status or node,
                    "`status` must be final or draft.",
                    "Write `status: draft` until the year's forms are published.",
                )
            )
        if current == year:
            merged.draft = status is not None and status.value == "draft"
            merged.says = str(node.value["says"].plain()) if "says" in node.value else ""
        before = node.value.get("extends")
        following = before.value if before is not None else None
        if before is not None and (
            not isinstance(following, int)
            or isinstance(following, bool)
            or following not in available
            or following >= current
        ):
            merged.findings.append(
                problem(
                    before,
                    f"`extends` must be an earlier year with rules, not {following}.",
                    f"Years with rules: {', '.join(map(str, available))}.",
                    value=str(following),
                )
            )
            break
        if current == year:
            merged.extends = following if isinstance(following, int) else None
        current = following if isinstance(following, int) else None
    return chain


def _merge_folder(merged: Merged, year: int, room: Path, own: bool, digest: "hashlib._Hash") -> None:
    folder = room / str(year)
    if not folder.is_dir():
        return
    for path in sorted(folder.glob("*.y*ml")):
        name = f"{room.name}/{year}/{path.name}"
        if path.is_file():
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
        if path.name == "year.yaml":
            continue
        node, findings = read_nodes(path, name)
        merged.findings += findings
        if node is None:
            continue
        if not isinstance(node.value, dict):
            merged.findings.append(
                problem(
                    node,
                    "A rule file is a mapping that starts with decides, form, parameters or functions.",
                    "Start it with `decides: …`, `form: …`, `parameters:` or `functions:`.",
                )
            )
        elif "decides" in node.value:
            _merge_decision(merged, node, year, own)
        elif "form" in node.value:
            _merge_form(merged, node, year, own)
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
                    "Start it with `decides: …`, `form: …`, `parameters:` or `functions:`.",
                    value=first,
                )
            )


def _merge_decision(merged: Merged, node: Node, year: int, own: bool) -> None:
    entries = _mapping(node, merged)
    _unknown_keys(node, _DECISION_KEYS, "a decision", merged)
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
    seen: dict[str, Node] = {}
    for rule in _items(entries.get("rules"), merged, "rules"):
        fields = _mapping(rule, merged)
        _unknown_keys(rule, RULE_KEYS, "a rule", merged)
        rule_id = _word(fields["id"], merged) if "id" in fields else ""
        if not rule_id:
            merged.findings.append(problem(rule, "A rule has no `id`.", "Give it a short name of its own."))
            continue
        if rule_id in seen:
            merged.findings.append(
                problem(
                    fields["id"],
                    f"The rule id {rule_id} is used twice in this file.",
                    f"Rename one; the first is on row {seen[rule_id].row}.",
                    "rules.duplicate-id",
                    rule_id,
                )
            )
            continue
        seen[rule_id] = rule
        action = "changed" if rule_id in target.rules else "added"
        merged.changes.append(Change(year, "rule", f"{name}/{rule_id}", action, rule.source, own=own))
        target.rules[rule_id] = rule
    _retire(merged, entries, target.rules, "rule", name, year, own)


def _merge_form(merged: Merged, node: Node, year: int, own: bool) -> None:
    entries = _mapping(node, merged)
    _unknown_keys(node, _FORM_KEYS, "a form's worksheet", merged)
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
        _unknown_keys(body, LINE_KEYS, "a line", merged)
        action = "changed" if line in target.lines else "added"
        merged.changes.append(Change(year, "line", f"{name}/{line}", action, body.source, own=own))
        target.lines[line] = body
    _retire(merged, entries, target.lines, "line", name, year, own)


def _merge_parameters(merged: Merged, node: Node, year: int, own: bool) -> None:
    entries = _mapping(node, merged)
    _unknown_keys(node, _PARAMETER_FILE_KEYS, "a parameter file", merged)
    for name, body in _mapping(entries["parameters"], merged).items():
        fields = _mapping(body, merged)
        _unknown_keys(body, PARAMETER_KEYS, "a parameter", merged)
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
        merged.changes.append(Change(year, "parameter", name, action, body.source, own=own))
        known.update(fields)
        merged.parameter_at[name] = body
    _retire(merged, entries, merged.parameters, "parameter", "", year, own)


def _merge_functions(merged: Merged, node: Node, year: int, own: bool) -> None:
    entries = _mapping(node, merged)
    _unknown_keys(node, _FUNCTION_FILE_KEYS, "a file of functions", merged)
    for name, body in _mapping(entries["functions"], merged).items():
        _mapping(body, merged)
        _unknown_keys(body, FUNCTION_KEYS, "a function", merged)
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


def _unknown_keys(node: Node, known: tuple[str, ...], where: str, merged: Merged) -> None:
    if not isinstance(node.value, dict):
        return
    for key, child in node.value.items():
        if key not in known:
            merged.findings.append(
                problem(child, f"`{key}` means nothing in {where}.", suggestion(key, known), "rules.unknown-key", key)
            )
