"""Turns the facts of a blank, with a line key for each field, into the YAML text of a pack."""

import re
from collections.abc import Mapping, Sequence

import yaml

from niner.dataclass import dataclass
from niner.forms.pack.values import Kind
from niner.forms.pack.widgets import BlankFacts, Widget


@dataclass(frozen=True, slots=True)
class Naming:
    """What a field carries: its line key, what is written there, and what only reading the form can tell."""

    key: str
    kind: Kind
    lines: int = 1
    printed_parentheses: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the top of a pack."""

    form: str
    title: str
    years: Sequence[int]
    revision: str
    attachment_sequence: str
    urls: Sequence[str]
    sha256: str
    must: Sequence[str] = ()
    checked: bool = True
    printed_as: str = ""


def pack_text(head: Head, facts: BlankFacts, naming: Mapping[tuple[int, str], Naming]) -> str:
    """The pack as YAML: tables by row and column where names follow a pattern, ticks by group, the rest one by one."""
    width, height = facts.page_sizes[0]
    out = [
        f"form: {head.form}",
        f"title: {_quoted(head.title)}",
        f"years: [{', '.join(map(str, head.years))}]",
        f"revision: {_quoted(head.revision)}",
        f"attachment_sequence: {_quoted(head.attachment_sequence)}",
        "blank:",
        *(f"  urls: [{', '.join(head.urls)}]" for _ in [0] if head.urls),
        f"  sha256: {head.sha256}",
        *([] if head.checked else ["  checked: false"]),
        *([f"printed_as: {head.printed_as}"] if head.printed_as else []),
        f"page_size: [{_n(width)}, {_n(height)}]",
        f"root: {_quoted(facts.root)}",
        "pages:",
    ]
    for place in range(len(facts.page_sizes)):
        out += _page(place, [w for w in facts.widgets if w.page == place], naming, head.must)
    return "\n".join(out) + "\n"


def _page(
    place: int, widgets: list[Widget], naming: Mapping[tuple[int, str], Naming], must: Sequence[str]
) -> list[str]:
    name = widgets[0].name.split(".")[0]
    rest = {w.name.removeprefix(f"{name}."): (w, naming[place, w.name]) for w in widgets}
    tables = _tables(rest)
    for table in tables.values():
        for short in table.members:
            del rest[short]
    groups = _groups(rest)
    for members in groups.values():
        for short, _ in members:
            del rest[short]
    out = [f"- name: {_quoted(name)}"]
    if rest:
        out.append("  fields:")
        bases = {group: _leaf(members[0][0]) for group, members in groups.items()}
        for short, (w, n) in rest.items():
            group = n.key.rsplit(".", 1)[0]
            same = n.kind == "tick" and bases.get(group) == _leaf(short)
            out.append(f"    {_key(n.key)}: {{{_entries(short, w, n)}{f', group: {_key(group)}' if same else ''}}}")
    if groups:
        out.append("  ticks:")
    for group, members in groups.items():
        out += _tick_group(group, members, rest_of=naming, place=place, page=name, must=group in must, widgets=widgets)
    if tables:
        out.append("  tables:")
    for table in tables.values():
        out += table.lines
    return out


def _leaf(short: str) -> str:
    """The last part of a field's name without its number: ticks that exclude one another share it."""
    return short.rsplit(".", 1)[-1].rsplit("[", 1)[0]


def _entries(short: str, w: Widget, n: Naming, *, rect: bool = True) -> str:
    parts = [f"field: {_quoted(short)}"] if short else []
    if n.kind != "money":
        parts.append(f"kind: {n.kind}")
    if rect:
        parts.append(f"rect: [{', '.join(map(_n, w.rect))}]")
    return ", ".join(parts + _extras(w, n))


def _extras(w: Widget, n: Naming) -> list[str]:
    default = {"text": "left", "money": "right", "ssn": "centre", "tick": "left"}[n.kind]
    lines = n.lines if n.lines > 1 else 2 if w.multiline else 1
    facts: list[tuple[bool, str]] = [
        (n.kind != "tick" and w.align != default, f"align: {w.align}"),
        (lines > 1, f"lines: {lines}"),
        (bool(w.max_length), f"max_length: {w.max_length}"),
        (w.comb, "comb: true"),
        (w.read_only, "read_only: true"),
        (w.kind == "tick", f"state: {_quoted(next(iter(w.states), ''))}"),
        (n.printed_parentheses, "printed_parentheses: true"),
        (w.border, "border: true"),
    ]
    return [text for wanted, text in facts if wanted]


def _groups(rest: Mapping[str, tuple[Widget, Naming]]) -> dict[str, list[tuple[str, Widget]]]:
    """Ticks that exclude one another: one field name with a running number, keys `group.option`, same size."""
    groups: dict[tuple[str, str], list[tuple[str, Widget]]] = {}
    for short, (w, n) in rest.items():
        match = re.fullmatch(r"(.*)\[(\d+)\]", short)
        if n.kind == "tick" and "." in n.key and match and w.states:
            groups.setdefault((n.key.rsplit(".", 1)[0], match[1]), []).append((short, w))
    found: dict[str, list[tuple[str, Widget]]] = {}
    for (group, _), members in groups.items():
        sizes = {round(w.rect[2] - w.rect[0], 2) for _, w in members} | {
            round(w.rect[3] - w.rect[1], 2) for _, w in members
        }
        if len(members) > 1 and len(sizes) == 1 and group not in found:
            found[group] = members
    return found


def _tick_group(
    group: str,
    members: list[tuple[str, Widget]],
    *,
    rest_of: Mapping[tuple[int, str], Naming],
    place: int,
    page: str,
    must: bool,
    widgets: list[Widget],
) -> list[str]:
    numbers = [int(short.rsplit("[", 1)[1][:-1]) for short, _ in members]
    counted = numbers == list(range(len(numbers)))
    options = []
    for (short, w), i in zip(members, numbers, strict=True):
        option = rest_of[place, f"{page}.{short}"].key.rsplit(".", 1)[1]
        number = "" if counted else f", {i}"
        options.append(f"{_key(option)}: [{_n(w.rect[0])}, {_n(w.rect[1])}, {_quoted(w.states[0])}{number}]")
    first = members[0][1]
    size = first.rect[2] - first.rect[0]
    head = [f"      field: {_quoted(members[0][0].rsplit('[', 1)[0] + '[{i}]')}"]
    head += ["      must: true"] if must else []
    head += [f"      size: {_n(size)}"] if abs(size - 8) > 0.002 else []
    return [f"    {_key(group)}:", *head, f"      options: {{{', '.join(options)}}}"]


@dataclass(frozen=True, slots=True)
class _Table:
    members: list[str]
    lines: list[str]


_CELL = re.compile(r"(?P<head>.*?)Row(?P<row>\w+)(?P<mid>\[0\]\.\w+?_)(?P<digits>\d+)(?P<tail>\w*\[0\])")


def _tables(rest: Mapping[str, tuple[Widget, Naming]]) -> dict[str, _Table]:
    """Tables whose rows and numbers follow a pattern, so that few lines say where a hundred fields are."""
    by_head: dict[str, list[tuple[str, re.Match[str]]]] = {}
    for short in rest:
        match = _CELL.fullmatch(short)
        if match:
            by_head.setdefault(match["head"], []).append((short, match))
    tables = {}
    for head, cells in by_head.items():
        text = _table(head, cells, rest)
        if text:
            tables[head] = _Table([short for short, _ in cells], text)
    return tables


def _table(head: str, cells: list[tuple[str, re.Match[str]]], rest: Mapping[str, tuple[Widget, Naming]]) -> list[str]:
    """The YAML of one table; empty where its fields follow no pattern."""
    keys = [(rest[short][1].key, m) for short, m in cells]
    if any("." not in key for key, _ in keys):
        return []
    shape = {key.rsplit(".", 1)[0].replace(m["row"], "{row}", 1) for key, m in keys}
    rows = list(dict.fromkeys(m["row"] for _, m in cells))
    columns = list(dict.fromkeys(key.rsplit(".", 1)[1] for key, _ in keys))
    numbers = [int(m["digits"]) for _, m in cells]
    if len(shape) != 1 or "{row}" not in next(iter(shape)) or len(cells) != len(rows) * len(columns) or len(rows) < 2:
        return []
    if numbers != list(range(numbers[0], numbers[0] + len(cells))):
        return []
    padded = any(m["digits"].startswith("0") for _, m in cells)
    mark = "{nn}" if padded else "{n}"
    pattern = f"{head}Row{{row}}{cells[-1][1]['mid']}{mark}[0]"
    model = {c: rest[cells[i + (len(rows) - 1) * len(columns)][0]] for i, c in enumerate(columns)}
    heights = [round(w.rect[3] - w.rect[1], 3) for w, _ in model.values()]
    height = max(set(heights), key=heights.count)
    lines = [
        f"  - field: {_quoted(pattern)}",
        f"    key: {_quoted(next(iter(shape)) + '.{column}')}",
        f"    first: {numbers[0]}",
        f"    height: {_n(height)}",
        "    columns:",
    ]
    for (column, (w, n)), own in zip(model.items(), heights, strict=True):
        parts = [
            f"x: [{_n(w.rect[0])}, {_n(w.rect[2])}]",
            *([f"height: {_n(own)}"] if abs(own - height) > 0.004 else []),
        ]
        parts += [entry for entry in _entries("", w, n, rect=False).split(", ") if entry]
        plain = len(parts) == 1
        lines.append(f"      {_key(column)}: " + (parts[0].removeprefix("x: ") if plain else f"{{{', '.join(parts)}}}"))
    edges, exceptions = [], []
    for r, row in enumerate(rows):
        members = [rest[cells[r * len(columns) + i][0]] for i in range(len(columns))]
        bottoms = [w.rect[1] for w, _ in members]
        y = max(set(bottoms), key=bottoms.count)
        edges.append(f"{_key(row)}: {_n(y)}")
        for i, (column, (w, n)) in enumerate(zip(columns, members, strict=True)):
            short, m = cells[r * len(columns) + i]
            change = _cell_changes(short, m, w, n, model[column], y, heights[i], pattern)
            if change:
                exceptions.append(f"{_key(f'{row}.{column}')}: {{{', '.join(change)}}}")
    lines.append(f"    rows: {{{', '.join(edges)}}}")
    return lines + ([f"    except: {{{', '.join(exceptions)}}}"] if exceptions else [])


def _cell_changes(
    short: str,
    m: "re.Match[str]",
    w: Widget,
    n: Naming,
    model: tuple[Widget, Naming],
    y: float,
    height: float,
    pattern: str,
) -> list[str]:
    named = (
        pattern.replace("{row}", m["row"])
        .replace("{nn}", f"{int(m['digits']):02d}")
        .replace("{n}", str(int(m["digits"])))
    )
    out = [f"field: {_quoted(short)}"] if named != short else []
    if abs(w.rect[0] - model[0].rect[0]) > 0.01 or abs(w.rect[2] - model[0].rect[2]) > 0.01:
        out.append(f"x: [{_n(w.rect[0])}, {_n(w.rect[2])}]")
    if abs(w.rect[1] - y) > 0.004:
        out.append(f"y: {_n(w.rect[1])}")
    if abs(w.rect[3] - w.rect[1] - height) > 0.004:
        out.append(f"height: {_n(w.rect[3] - w.rect[1])}")
    ours, theirs = _extras(w, n), _extras(*model)
    out += [part for part in ours if part not in theirs]
    gone = {part.split(":")[0] for part in theirs} - {part.split(":")[0] for part in ours}
    return out + [f"{what}: false" for what in sorted(gone)]


def _n(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _key(text: str) -> str:
    """A mapping key as YAML, quoted where YAML would take it for a number or a yes."""
    return text if re.fullmatch(r"[\w.]+", text) and str(yaml.safe_load(text)) == text else f'"{text}"'


def _quoted(text: str) -> str:
    plain = re.fullmatch(r"[A-Za-z][\w ]*", text) and isinstance(yaml.safe_load(text), str)
    return text if plain else '"' + text.replace('"', "'") + '"'
