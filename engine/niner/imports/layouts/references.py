"""A reference of the format language to the text it stands for in a row (language.py says how they are written)."""

import re
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Protocol

from niner.imports.layouts.language import Format, Pair
from niner.imports.tables.header import find, is_pattern, named_by

Text = Callable[[Sequence[str]], str]

_IN = re.compile(r"/(?P<pattern>.+)/ in (?P<column>.+)", re.DOTALL)
_OF = re.compile(r"(?P<what>header|base|quote) of (?P<name>.+)")


def reference(format: Format, header: Sequence[str], ref: Sequence[str]) -> Text:
    """A function from a row's cells to the text of the first of several references that holds one."""
    if not ref:
        return lambda row: ""
    several = [_one(format, header, one) for one in ref]
    if len(several) == 1:
        return several[0]

    def first(row: Sequence[str]) -> str:
        for one in several:
            text = one(row)
            if text:
                return text
        return ""

    return first


class Table(Protocol):
    """Rows as columns, and how many there are."""

    columns: Sequence[Sequence[str]]
    count: int

    @property
    def rows(self) -> Sequence[Sequence[str]]: ...


def column(format: Format, header: Sequence[str], ref: Sequence[str]) -> Callable[[Table], Sequence[str]]:
    """The same as `reference` for many rows at a time: from their columns to one text for each row."""
    within = _IN.fullmatch(ref[0]) if len(ref) == 1 else None
    if within:
        of_cell, found = column(format, header, (within["column"],)), _first_group(within["pattern"])
        return lambda table: list(map(found, of_cell(table)))
    parts: list[int | str] = []
    for one in ref:
        part = _part(format, header, one)
        if part is None:
            text = reference(format, header, ref)
            return lambda table: list(map(text, table.rows))
        if part != "":
            parts.append(part)
        if part and isinstance(part, str):
            break
    if not parts:
        return lambda table: [""] * table.count
    if len(parts) == 1:
        return _whole(parts[0])
    several = [_whole(part) for part in parts]
    return lambda table: [next(filter(None, texts), "") for texts in zip(*(one(table) for one in several), strict=True)]


def _part(format: Format, header: Sequence[str], one: str) -> int | str | None:
    """The place of a column, or the text that a reference is in every row; None where each row must be looked at."""
    if one.startswith("="):
        return one[1:]
    if _IN.fullmatch(one):
        return None
    of = _OF.fullmatch(one)
    if of:
        return _header(format, header, of["name"])(()) if of["what"] == "header" else None
    at = find(format.columns.get(one, (one,)), header)
    return "" if at is None else at


def _whole(part: int | str) -> Callable[[Table], Sequence[str]]:
    if isinstance(part, str):
        return lambda table: [part] * table.count
    return lambda table: table.columns[part]


def columns_of(format: Format, ref: Sequence[str]) -> list[str]:
    """The columns that references read, by the names the format gives them."""
    found = []
    for one in ref:
        if one.startswith("="):
            continue
        within, of = _IN.fullmatch(one), _OF.fullmatch(one)
        if within:
            found.append(within["column"])
        elif of and of["what"] != "header":
            found += columns_of(format, format.pairs[of["name"]].column) if of["name"] in format.pairs else [one]
        else:
            found.append(of["name"] if of else one)
    return found


def _one(format: Format, header: Sequence[str], one: str) -> Text:
    if one.startswith("="):
        text = one[1:]
        return lambda row: text
    within = _IN.fullmatch(one)
    if within:
        return _extracted(_cell(format, header, within["column"]), within["pattern"])
    of = _OF.fullmatch(one)
    if of and of["what"] == "header":
        return _header(format, header, of["name"])
    if of:
        pair = format.pairs[of["name"]]
        return _side(reference(format, header, pair.column), pair, of["what"] == pair.first)
    return _cell(format, header, one)


def _cell(format: Format, header: Sequence[str], name: str) -> Text:
    """The cell of a column; of one that this version of the layout lacks, an empty text. Rows come without blanks."""
    at = find(format.columns.get(name, (name,)), header)
    if at is None:
        return lambda row: ""
    return itemgetter(at)


def _extracted(text: Text, pattern: str) -> Text:
    found = _first_group(pattern)
    return lambda row: found(text(row))


def _first_group(pattern: str) -> Callable[[str], str]:
    """What the first of a pattern's brackets that hold something holds in a text."""
    search = re.compile(pattern, re.IGNORECASE).search

    def read(text: str) -> str:
        found = search(text)
        return next((group for group in found.groups() if group is not None), "") if found else ""

    return read


def _header(format: Format, header: Sequence[str], name: str) -> Text:
    """What the brackets of a column's pattern hold in its name."""
    names = format.columns.get(name, (name,))
    at = find(names, header)
    text = ""
    if at is not None:
        for pattern in filter(is_pattern, names):
            found = named_by(pattern, header[at])
            if found:
                text = next((group for group in found.groups() if group is not None), "")
    return lambda row: text


def _side(text: Text, pair: Pair, written_first: bool) -> Text:
    cut: dict[str, tuple[str, str]] = {}
    quotes = sorted(pair.quotes, key=len, reverse=True)

    def read(row: Sequence[str]) -> str:
        market = text(row)
        sides = cut.get(market)
        if sides is None:
            if pair.separator and pair.separator in market:
                first, _, second = market.partition(pair.separator)
            elif pair.first == "base":
                second = next((quote for quote in quotes if market.endswith(quote) and market != quote), "")
                first = market.removesuffix(second) if second else ""
            else:
                first = next((quote for quote in quotes if market.startswith(quote) and market != quote), "")
                second = market.removeprefix(first) if first else ""
            sides = cut[market] = first, second
        return sides[0] if written_first else sides[1]

    return read
