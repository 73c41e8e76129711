"""Turns merged table nodes into tables of the law: rows by key, each with its cells, its authority and its address."""

from collections.abc import Mapping
from datetime import date

from niner.rules.compiling.merged import Merged, MergedForm
from niner.rules.language.nodes import Node, optional_text, problem, sentence
from niner.rules.language.suggest import suggestion
from niner.rules.language.values import Cell, Row, Table
from niner.values import Finding

_TYPES = ("text", "list", "day", "yes_no")
_EMPTY: Mapping[str, Cell] = {"text": "", "list": (), "yes_no": False}
_OF_A_ROW = ("authority", "address")


def compile_tables(merged: Merged, findings: list[Finding]) -> dict[str, Table]:
    """Every table that could be read; problems go to `findings`."""
    return {name: found for name, body in merged.tables.items() if (found := _table(name, body, findings)) is not None}


def _table(name: str, body: MergedForm, findings: list[Finding]) -> Table | None:
    head, columns = body.head, _columns(body.head.get("columns"), findings)
    if "table" not in head or not columns:
        return None
    title = sentence(head.get("title"), head["table"], "title", f"The table {name}", findings)
    rows = {key: _row(name, key, node, columns, findings) for key, node in body.lines.items()}
    return Table(name, title, columns, rows, head["table"].source)


def _columns(node: Node | None, findings: list[Finding]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, type_ in (node.value if node is not None and isinstance(node.value, dict) else {}).items():
        if type_.value in _TYPES and name not in _OF_A_ROW:
            found[name] = str(type_.value)
        else:
            findings.append(problem(type_, f"The column {name} has no known type.", f"Write {', '.join(_TYPES)}."))
    return found


def _row(table: str, key: str, node: Node, columns: Mapping[str, str], findings: list[Finding]) -> Row:
    body = node.value if isinstance(node.value, dict) else {}
    where = f"The row {key} of {table}"
    authority = sentence(body.get("authority"), node, "authority", where, findings, "rules.no-authority")
    known = (*columns, *_OF_A_ROW)
    for name in body:
        if name not in known:
            says = f"`{name}` is no column of {table}."
            findings.append(problem(body[name], says, suggestion(name, known), "rules.unknown-key", name))
    cells = {name: _cell(f"{where}, {name}", body.get(name), node, type_, findings) for name, type_ in columns.items()}
    return Row(key, authority, optional_text(body, "address"), cells, node.source)


def _cell(where: str, node: Node | None, row: Node, type_: str, findings: list[Finding]) -> Cell:
    """A cell by its column's type. One that is left out is empty, but a day must be there."""
    if node is None and type_ in _EMPTY:
        return _EMPTY[type_]
    value = None if node is None else node.value
    if type_ == "yes_no" and isinstance(value, bool):
        return value
    if type_ == "text" and isinstance(value, str):
        return value
    if type_ == "list" and isinstance(value, list) and all(isinstance(item.value, str) for item in value):
        return tuple(str(item.value) for item in value)
    if type_ == "day" and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    todo = {"yes_no": "Write true or false.", "day": "Write it as 2024-10-05.", "list": "Write [one, two]."}
    findings.append(problem(node or row, f"{where} is no {type_}.", todo.get(type_, "Write words.")))
    return ""
