"""Turns the text of a YAML rule file into nodes that know their line and column, and catches YAML's traps.

Only what a rule file needs is YAML here: mappings, lists, text, whole numbers, decimals, `true`, `false`. So `no`,
`on` and `2024-01-01` are text (as in YAML 1.2), and what YAML would read otherwise than a person does is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import yaml

from niner.dataclass import dataclass
from niner.files.reading import YAML_BYTES, Unreadable, read_text
from niner.values import Finding, Source
from niner.words.yaml_text import compose

Scalar = str | int | Decimal | bool | None

_TAGS = ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge", "value")
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_THREE = re.compile(r"[0-9]{3}")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+|0[xob][0-9a-fA-F_]+")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}([_,][0-9]{3})+(\.[0-9]+)?")
_EXPONENT = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+|[-+]?\.(inf|nan)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a rule file and the place where it stands; `row` and `column` count from 1."""

    value: "Scalar | dict[str, Node] | list[Node]"
    file: str
    row: int
    column: int

    @property
    def source(self) -> Source:
        return Source(self.file, self.row)

    def plain(self) -> object:
        """The value without its places, as ordinary dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def problem(node: Node, says: str, todo: str = "", id: str = "rules.file", value: str = "") -> Finding:
    """An error at a node: the sentence ends with the column, since a Source holds the row only."""
    return Finding(
        id=id,
        severity="error",
        says=f"{says} (column {node.column})",
        todo=todo,
        source=node.source,
        value=value[:80],
    )


def read_nodes(path: Path, name: str) -> tuple[Node | None, list[Finding]]:
    """The file's top node, or None, and every trap found in it. `name` is what messages call the file."""
    try:
        text = read_text(path, YAML_BYTES)
    except Unreadable as problem:
        says = f"{name} can't be read: {problem.why}."
        return None, [Finding("rules.yaml", "error", says, problem.todo, source=Source(name, problem.row))]
    return parse_nodes(text, name)


def parse_nodes(text: str, name: str) -> tuple[Node | None, list[Finding]]:
    """As `read_nodes`, from text."""
    node, findings = _parsed(text, name)
    return node, list(findings)


@lru_cache(maxsize=512)  # each year is made from the files of all years before it
def _parsed(text: str, name: str) -> tuple[Node | None, tuple[Finding, ...]]:
    top, refused = compose(text, name)
    if refused is not None:
        return None, (replace(refused, id="rules.yaml"),)
    if top is None:
        return None, (_whole_file(name, f"{name} is empty.", "Write its rules or delete the file."),)
    findings: list[Finding] = []
    return _node(top, name, findings), tuple(findings)


def _whole_file(name: str, says: str, todo: str) -> Finding:
    return Finding("rules.yaml", "error", says, todo, source=Source(name))


def _node(raw: yaml.Node, name: str, findings: list[Finding]) -> Node:
    row, column = raw.start_mark.line + 1, raw.start_mark.column + 1
    if str(raw.tag).removeprefix("tag:yaml.org,2002:") not in _TAGS:
        here = Node(None, name, row, column)
        findings.append(problem(here, f"The YAML tag {raw.tag} has no meaning here.", "Remove it."))
        return here
    if isinstance(raw, yaml.MappingNode):
        entries: dict[str, Node] = {}
        before: object = None
        for key, value in raw.value:
            here = Node(None, name, key.start_mark.line + 1, key.start_mark.column + 1)
            if not isinstance(key, yaml.ScalarNode):
                findings.append(problem(here, "A key must be a word, not a list or mapping.", "Quote it."))
                continue
            text = str(key.value)
            if raw.flow_style and _THREE.fullmatch(text) and not value.value and isinstance(before, int):
                says = f"{before},{text} is not a number in YAML: the comma ends it."
                findings.append(problem(here, says, f"Write {before}{text}.", "rules.yaml-trap", text))
                continue
            if text in entries:
                findings.append(
                    problem(
                        here,
                        f"`{text}` stands here a second time; YAML would silently keep the last one.",
                        f"Remove one; the first is on row {entries[text].row}.",
                        "rules.duplicate-key",
                        text,
                    )
                )
                continue
            entries[text] = _node(value, name, findings)
            before = entries[text].value
        return Node(entries, name, row, column)
    if isinstance(raw, yaml.SequenceNode):
        return Node([_node(item, name, findings) for item in raw.value], name, row, column)
    return _scalar(raw, name, row, column, findings)


def _scalar(raw: yaml.Node, name: str, row: int, column: int, findings: list[Finding]) -> Node:
    text = str(raw.value)
    quoted = bool(getattr(raw, "style", None))  # None or "" where plain, by loader
    here = Node(text, name, row, column)
    if quoted:
        return here
    if text in ("", "~", "null", "Null", "NULL"):
        return Node(None, name, row, column)
    if text in ("true", "false"):
        return Node(text == "true", name, row, column)
    if _WHOLE.fullmatch(text):
        return Node(int(text), name, row, column) if len(text) <= 18 else _too_long(here, findings)
    if _DECIMAL.fullmatch(text):
        return Node(Decimal(text), name, row, column) if len(text) <= 30 else _too_long(here, findings)
    if _LEADING_ZERO.fullmatch(text):
        findings.append(
            problem(
                here,
                f"YAML would read {text} as an octal or hexadecimal number.",
                f'Write it without the leading zero, or as text: "{text}".',
                "rules.yaml-trap",
                text,
            )
        )
    elif _GROUPED.fullmatch(text):
        plain = re.sub("[_,]", "", text)
        findings.append(problem(here, f"{text} is not a number in YAML.", f"Write {plain}.", "rules.yaml-trap", text))
    elif _EXPONENT.fullmatch(text):
        findings.append(
            problem(
                here,
                f"{text} would be a floating-point number; Niner counts exactly.",
                "Write the number out.",
                "rules.yaml-trap",
                text,
            )
        )
    return here


def _too_long(node: Node, findings: list[Finding]) -> Node:
    findings.append(problem(node, "The number has more digits than any amount.", "Check it.", value=str(node.value)))
    return node


def sentence(
    node: Node | None, owner: Node, name: str, where: str, findings: list[Finding], id: str = "rules.file"
) -> str:
    """The text at a node that must be there and not empty; otherwise a problem at its owner."""
    text = node.value if node is not None else None
    if isinstance(text, str) and text.strip():
        return text
    findings.append(problem(node or owner, f"{where} has no `{name}`.", f"Add `{name}:` with a short text.", id, where))
    return ""


def authority_of(body: Mapping[str, Node], owner: Node, where: str, findings: list[Finding]) -> str:
    """The `authority` of a body, which must cite something: a dash or a question mark is no source."""
    node = body.get("authority")
    text = sentence(node, owner, "authority", where, findings, "rules.no-authority")
    if text and node is not None and not re.search("[A-Za-z]{2}|§ ?[0-9]", text):
        todo = "Name the section, ruling, form or instruction, as IRC §1222(1)."
        findings.append(problem(node, f"{where}: `{text}` cites nothing.", todo, "rules.no-authority", text))
    return text


def optional_text(body: dict[str, Node], name: str) -> str:
    """The text under a key that may be left out."""
    return str(body[name].plain()) if name in body else ""
