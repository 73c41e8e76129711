"""A table to the format it is in, by the names in its header, or to the nearest format and what differs."""

import re
from collections.abc import Sequence
from itertools import islice

from niner.dataclass import dataclass
from niner.files.reading import Unreadable
from niner.imports.layouts.catalogue import Heading, Known
from niner.imports.tables.header import find, fold
from niner.imports.tables.sheet import HEAD, Row, Sheet
from niner.ledger import niner_format
from niner.words.suggest import near

_MOST = 0.6
_SAMPLE = 8  # rows below the header by whose cells layouts with the same header are told apart


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a table's header stands and what it says. `above` are the lines before it.

    Trailing empty names are cut from `header`; `width` counts them.
    """

    known: Known
    delimiter: str
    at: int
    line: int
    header: tuple[str, ...]
    width: int
    above: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A table in no known format: the nearest one, its names that are not there, and the names that are in their place.

    `shared` is the share of the nearest one's columns that are there: where it is less than most of them, no column was
    renamed, and the file is of another source. `same` are the formats that all fit, where it is not clear which.
    """

    header: tuple[str, ...]
    line: int
    nearest: str = ""
    missing: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    shared: float = 0

    @property
    def near(self) -> bool:
        """Whether the nearest format may be the file's own in another version."""
        return self.shared >= _MOST


def recognise(sheet: Sheet, formats: Sequence[Known], asked: str = "") -> Layout | Unknown:
    """The layout of a table; `asked` is the format that the case names for it. Raises Unreadable."""
    heads, problems = {}, []
    for delimiter in sheet.delimiters:
        heads[delimiter], problem = _head(sheet, delimiter)
        problems += [problem] if problem else []
    headers = {delimiter: [_trimmed(cells) for _, cells in head[:HEAD]] for delimiter, head in heads.items()}
    wanted = [k for k in formats if asked.casefold() in (k.heading.name.casefold(), k.heading.source.casefold(), "")]
    fits = [
        layout
        for delimiter, head in heads.items()
        if any(len(header) > 1 for header in headers[delimiter])
        for known in wanted
        if (layout := _fit(known, head, headers[delimiter], delimiter, sheet.name, bool(asked))) is not None
    ]
    if fits:
        best = max(_weight(layout) for layout in fits)
        first = [layout for layout in fits if _weight(layout) == best]
        first = [layout for layout in first if _is_named(layout, sheet.name)] or first
        if len({layout.known.heading.name for layout in first}) == 1:
            return first[0]
        return Unknown(first[0].header, first[0].line, same=tuple(layout.known.heading.name for layout in first))
    if problems and not any(heads.values()):
        raise problems[0]
    return _nearest(heads, wanted or formats)


def _head(sheet: Sheet, delimiter: str) -> tuple[list[Row], Unreadable | None]:
    """The first rows by a delimiter, as far as they can be told apart by it."""
    rows: list[Row] = []
    try:
        for row in islice(sheet.rows(delimiter), HEAD + _SAMPLE):
            rows.append(row)
    except Unreadable as problem:
        return rows, problem
    return rows, None


def _weight(layout: Layout) -> tuple[bool, int]:
    """Own formats before shipped ones, then what asks for more names before what asks for fewer."""
    asks = layout.known.heading
    return layout.known.own, len(asks.columns) + len(asks.not_) + len(asks.cells) + bool(asks.file)


def _is_named(layout: Layout, name: str) -> bool:
    asks = layout.known.heading
    return bool(asks.named) and re.search(asks.named, name, re.IGNORECASE) is not None


def _fit(
    known: Known, head: Sequence[Row], headers: Sequence[tuple[str, ...]], delimiter: str, name: str, asked: bool
) -> Layout | None:
    asks = known.heading
    if asks.file and not asked and not re.search(asks.file, name, re.IGNORECASE):
        return None
    for at, header in enumerate(headers):
        line, cells = head[at]
        if len(header) >= 2 and (_named(asks, header) or (at == 0 and _nearly_own(known, header))):
            above = tuple(",".join(cells) for _, cells in head[:at])
            sample = head[at + 1 : at + 1 + _SAMPLE]
            if _told(asks, header, above, sample):
                return Layout(known, delimiter, at, line, header, len(cells), above)
    return None


def _nearly_own(known: Known, header: Sequence[str]) -> bool:
    """Niner's own format with a column misspelt is still read, so that each wrong name is told."""
    return known.heading.reader == "niner_format" and niner_format.matches(tuple(header))


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _named(asks: Heading, header: Sequence[str]) -> bool:
    if asks.order:
        return [fold(name) for name in header] == [fold(names[0]) for names in asks.columns]
    return all(find(names, header) is not None for names in asks.columns) and not any(
        find([name], header) is not None for name in asks.not_
    )


def _told(asks: Heading, header: Sequence[str], above: Sequence[str], sample: Sequence[Row]) -> bool:
    if asks.preamble and not any(re.search(asks.preamble, line) for line in above):
        return False
    for name, pattern in asks.cells.items():
        at = find([name], header)
        if at is None:
            return False
        cells = [cells[at].strip() for _, cells in sample if len(cells) > at and cells[at].strip()]
        if not all(re.search(pattern, cell) for cell in cells):
            return False
    return True


def _is_a_name(cell: str) -> bool:
    """Whether a cell may name a column: it has letters, and no number that tells of a row."""
    return any(map(str.isalpha, cell)) and not any(map(str.isdigit, cell))


def _nearest(heads: dict[str, list[Row]], formats: Sequence[Known]) -> Unknown:
    """The format most of whose names stand in one of the first rows."""
    best: tuple[float, int, Known | None, tuple[str, ...], int] = (0, 0, None, (), 0)
    for head in heads.values():
        for line, cells in head[:HEAD]:
            header = _trimmed(cells)
            if len(header) < 2:
                continue
            for known in formats:
                columns = known.heading.columns
                if not columns:
                    continue
                there = sum(find(names, header) is not None for names in columns)
                if (there / len(columns), there) > best[:2]:
                    best = (there / len(columns), there, known, header, line)
    shared, _, nearest, header, line = best
    if shared < _MOST:
        line, shown = max(
            ((line, _trimmed(cells)) for head in heads.values() for line, cells in head[:HEAD]),
            key=lambda one: sum(_is_a_name(cell) for cell in one[1]),
            default=(0, ()),
        )
        return Unknown(shown, line, nearest.heading.name if nearest else "", shared=shared)
    assert nearest is not None
    columns = nearest.heading.columns
    missing = tuple(names[0] for names in columns if find(names, header) is None)
    known_names = [name for names in columns for name in names] + [
        n for ns in nearest.format.columns.values() for n in ns
    ]
    strange = [name for name in header if name and not any(find([known], [name]) == 0 for known in known_names)]
    likely = tuple(name for name in strange if any(near(name, [gone.lower()]) for gone in missing))
    instead = likely or tuple(strange[:8])
    return Unknown(header, line, nearest.heading.name, missing, instead, shared=shared)
