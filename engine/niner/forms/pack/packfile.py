"""Turns the YAML of one revision of one form into its pack: the fields of its pages, keyed by printed line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from niner.files.reading import YAML_BYTES, Unreadable, read_text
from niner.forms.pack.values import ALIGNMENTS, Align, Blank, Field, Pack, PackPage, Rect, StatementColumn
from niner.resources import room
from niner.values import Finding, Refused, Source
from niner.words.plain import path_text, visible
from niner.words.yaml_text import compose


def read_pack(path: Path) -> Pack:
    """The pack in the file `path`. Raises Refused with what is wrong and where."""
    try:
        return _pack(_with_parent(path), path)
    except Refused:
        raise
    except (KeyError, ValueError, TypeError, AttributeError, yaml.YAMLError) as problem:
        raise _bad(path, f"{type(problem).__name__}: {visible(str(problem)[:300])}") from problem


def _bad(path: Path, why: str, row: int = 0) -> Refused:
    name = f"{path_text(path.parent.name)}/{path_text(path.name)}"
    says, todo = f"The form pack {name} can't be read: {why}", "Correct the file; forms/README.md has the format."
    return Refused([Finding("forms.bad_pack", "error", says, todo, source=Source(name, row))])


def _with_parent(path: Path, depth: int = 0) -> dict[str, Any]:
    """The YAML of a pack, over the one it `extends` (a sibling by name) where it says so."""
    try:
        text = read_text(path, YAML_BYTES)
    except Unreadable as problem:
        raise _bad(path, problem.why, problem.row) from None
    node, refused = compose(text, path_text(path.name))
    if refused is not None:
        raise _bad(path, refused.says, refused.source.row if refused.source else 0)
    data: dict[str, Any] = yaml.constructor.SafeConstructor().construct_document(node)
    parent, added = data.pop("extends", None), data.pop("adds", {})
    if parent is None:
        return data
    if depth > 4 or not re.fullmatch(r"[\w-]+", str(parent)):
        raise ValueError("`extends` must name a pack beside this one or of Niner's own, and not itself")
    beside = path.with_name(f"{parent}.yaml")
    whole = _with_parent(beside if beside.exists() else own_pack(path.parent.name, str(parent)), depth + 1) | data
    return whole | {"pages": [_merged(page, added.pop(page["name"], {})) for page in whole["pages"]]} | _left(added)


def own_pack(form: str, name: str) -> Path:
    """Niner's own pack of a form, which a firm's may extend."""
    return room("forms") / form / f"{name}.yaml"


def _merged(into: Any, added: Any) -> Any:
    """What a pack adds to the pages of the one it extends, key by key."""
    if not isinstance(into, dict) or not isinstance(added, dict):
        return added
    return into | {key: _merged(into[key], value) if key in into else value for key, value in added.items()}


def _left(added: Mapping[str, Any]) -> dict[str, Any]:
    if added:
        raise ValueError(f"`adds` names {sorted(map(str, added))}, which is no page of the pack that it extends")
    return {}


_PACK_KEYS = {
    "form",
    "title",
    "years",
    "revision",
    "attachment_sequence",
    "page_size",
    "root",
    "pages",
    "printed_as",
    "statement",
    "blank",
}
_PAGE_KEYS = {"name", "fields", "ticks", "tables", "margin"}
_FIELD_KEYS = {
    "field",
    "kind",
    "rect",
    "align",
    "lines",
    "max_length",
    "comb",
    "read_only",
    "state",
    "printed_parentheses",
    "border",
    "group",
    "words",
}


def _known(data: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = set(data) - known
    if unknown:
        raise ValueError(f"unknown key {sorted(map(str, unknown))} in {where}")


def _pack(data: dict[str, Any], path: Path) -> Pack:
    _known(data, _PACK_KEYS, "the pack")
    pages = tuple(_page(p) for p in data["pages"])
    names = [f.name for page in pages for f in (*page.fields.values(), *page.margin.values())]
    if len(set(names)) != len(names):
        raise ValueError(f"the same field twice: {sorted({n for n in names if names.count(n) > 1})[:3]}")
    years = tuple(int(y) for y in data["years"])
    blank = data.get("blank", {})
    width, height = data["page_size"]
    return Pack(
        form=str(data["form"]),
        title=str(data["title"]),
        year=years[-1],
        years=years,
        revision=str(data["revision"]),
        attachment_sequence=str(data.get("attachment_sequence", "")),
        page_size=(float(width), float(height)),
        root=str(data["root"]),
        pages=pages,
        path=path,
        statement=MappingProxyType(
            {
                str(key): StatementColumn(str(column["head"]), float(column["width"]))
                for key, column in (data.get("statement") or {}).items()
            }
        ),
        printed_as=MappingProxyType({str(k): str(v) for k, v in (data.get("printed_as") or {}).items()}),
        blank=Blank(
            tuple(blank.get("urls", ())),
            str(blank.get("sha256", "")),
            bool(blank.get("checked", True)),
        ),
    )


def _page(data: dict[str, Any]) -> PackPage:
    _known(data, _PAGE_KEYS, "a page")
    fields: dict[str, Field] = {}
    found = [*_plain_fields(data), *_tick_fields(data), *_table_fields(data)]
    margin = {item.key: item for item in _plain_fields({"name": data["name"], "fields": data.get("margin")})}
    for item in found:
        if item.key in fields or item.key in margin:
            raise ValueError(f"the line key {item.key} twice on page {data['name']}")
        fields[item.key] = item
    for item in margin.values():
        if any(_meet(item.rect, other.rect) for other in found):
            raise ValueError(f"{item.key}, on the margin, lies over a field")
    must = tuple(group for group, t in (data.get("ticks") or {}).items() if t.get("must"))
    return PackPage(data["name"], MappingProxyType(fields), must, MappingProxyType(margin))


def _meet(one: Rect, other: Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _rect(values: Sequence[float]) -> Rect:
    x0, y0, x1, y1 = (float(v) for v in values)
    if not (0 <= x0 < x1 <= 2000 and 0 <= y0 < y1 <= 2000):
        raise ValueError(f"no rectangle: {list(values)}")
    return (x0, y0, x1, y1)


_DEFAULT_ALIGN: dict[str, Align] = {"text": "left", "money": "right", "ssn": "centre", "tick": "left"}


def _field(key: str, name: str, rect: Sequence[float], data: Mapping[str, Any], group: str = "") -> Field:
    kind = data.get("kind", "money")
    if kind not in _DEFAULT_ALIGN:
        raise ValueError(f"{key}: unknown kind {kind}")
    align = data.get("align", _DEFAULT_ALIGN[kind])
    if align not in ALIGNMENTS:
        raise ValueError(f"{key}: unknown alignment {align}")
    if kind == "tick" and not re.fullmatch(r"\w+", str(data.get("state", ""))):
        raise ValueError(f"{key}: a tick needs its state, a plain word")
    if not re.fullmatch(r"[\w\[\].#-]+", name, re.ASCII):
        raise ValueError(f"{key}: a field's name has only letters, digits and _ [ ] . # -")
    return Field(
        key,
        name,
        kind,
        _rect(rect),
        align=align,
        lines=int(data.get("lines", 1)),
        max_length=int(data.get("max_length", 0)),
        comb=bool(data.get("comb", False)),
        read_only=bool(data.get("read_only", False)),
        state=str(data.get("state", "")),
        group=group or str(data.get("group", "")),
        printed_parentheses=bool(data.get("printed_parentheses", False)),
        border=bool(data.get("border", False)),
        words=tuple(map(str, data.get("words", ()))),
    )


def _plain_fields(page: Mapping[str, Any]) -> Iterator[Field]:
    for key, data in (page.get("fields") or {}).items():
        _known(data, _FIELD_KEYS, f"field {key}")
        yield _field(str(key), f"{page['name']}.{data['field']}", data["rect"], data)


def _tick_fields(page: Mapping[str, Any]) -> Iterator[Field]:
    """Tick groups: of the options of a group at most one is on. An option is [x, y, ticked value, field number]."""
    for group, data in (page.get("ticks") or {}).items():
        _known(data, {"field", "options", "must", "size"}, f"ticks {group}")
        size = float(data.get("size", 8))
        for i, (option, values) in enumerate(data["options"].items()):
            x, y, state, *number = values
            name = f"{page['name']}.{data['field']}".replace("{i}", str(number[0] if number else i))
            yield _field(
                f"{group}.{option}", name, (x, y, x + size, y + size), {"kind": "tick", "state": str(state)}, str(group)
            )


def _table_fields(page: Mapping[str, Any]) -> Iterator[Field]:
    """Tables: `rows` gives each row's lower edge, `columns` each column's x; fields count up from `first`.

    In `field` and `key`: {row}, {column}, {n} the running number, {nn} the same with two digits. `except` changes
    single cells (`2.g: {read_only: true}`).
    """
    for table in page.get("tables") or ():
        _known(table, {"field", "key", "first", "height", "columns", "rows", "except"}, "a table")
        number = int(table["first"])
        for row, y in table["rows"].items():
            for column, data in table["columns"].items():
                cell = data if isinstance(data, dict) else {"x": data}
                cell = cell | (table.get("except") or {}).get(f"{row}.{column}", {})
                _known(cell, (_FIELD_KEYS - {"rect"}) | {"x", "y", "height"}, f"column {column}")
                bottom = float(cell.get("y", y))
                height = float(cell.get("height", table.get("height", 12)))
                marks = {"{row}": str(row), "{column}": str(column), "{n}": str(number), "{nn}": f"{number:02d}"}
                name, key = str(cell.get("field", table["field"])), str(table["key"])
                for mark, text in marks.items():
                    name, key = name.replace(mark, text), key.replace(mark, text)
                x0, x1 = cell["x"]
                yield _field(key, f"{page['name']}.{name}", (x0, bottom, x1, bottom + height), cell)
                number += 1
