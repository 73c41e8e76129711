"""A long table to script files that a page loads from its own folder: a page opened from disk may fetch nothing else.

Each file calls `niner(table, file, columns)` with some thousand rows of plain text, which the page writes as text and
never as HTML. A column is one text, since a browser reads and searches a long one sooner than thousands of short ones:
before each of its cells stands a mark that none of them has, which is the text's first character.
"""

import json
from collections.abc import Sequence
from itertools import chain
from typing import Any

from niner.report.papers.table import Table

SHOWN = 100
"""The rows of a long table that the page itself holds, and that it shows at a time."""
FEW = 2_000
"""A table of no more rows stands in the page whole."""
_ROWS_A_FILE = 10_000
MOST_CHOICES = 200
"""A column of more values is searched, not chosen from."""
_MARKS = "|~\t\x1f"
"""What stands before a cell, the first that none has; no letter and nothing that is part of one, which would make
another of its neighbours in small letters."""


class Many:
    """A table in files, each made when it is asked for: what the page has to know of it, and the files by name."""

    def __init__(self, table: Table) -> None:
        self.table = table
        count = (len(table) + _ROWS_A_FILE - 1) // _ROWS_A_FILE
        self.names = [f"workpapers-{table.name}-{number:03d}.js" for number in range(1, count + 1)]
        offered = [at for at, column in enumerate(table.columns) if column.offered]
        self._values: dict[int, dict[str, None]] = {at: {} for at in offered}
        self._seen = [False] * count

    @property
    def rows(self) -> int:
        return len(self.table)

    def told(self) -> dict[str, Any]:
        """What the page's script is told."""
        return {"rows": self.rows, "each": _ROWS_A_FILE, "shown": SHOWN, "files": self.names}

    def file(self, at: int) -> bytes:
        """One file, counted from 0."""
        text = ",\n".join(json.dumps(_one_text(column), ensure_ascii=True) for column in self._columns(at))
        return f'niner("{self.table.name}",{at},[{text}]);\n'.encode()

    @property
    def choices(self) -> dict[int, list[str]]:
        """By column, the values that a filter offers. They are seen while the files are made."""
        for at, seen in enumerate(self._seen):
            if not seen:
                self._columns(at)
        return {at: sorted(values) for at, values in self._values.items() if 1 < len(values) <= MOST_CHOICES}

    def _columns(self, at: int) -> list[Sequence[str]]:
        columns = self.table.columns_of(at * _ROWS_A_FILE, (at + 1) * _ROWS_A_FILE)
        for column, seen in self._values.items():
            if len(seen) <= MOST_CHOICES:
                seen.update(dict.fromkeys(columns[column]))
        self._seen[at] = True
        return columns


def many(table: Table) -> Many | None:
    """The table in files; None where the page can hold it."""
    return Many(table) if len(table) > FEW else None


def _one_text(column: Sequence[str]) -> str:
    """The cells one after another, before each the mark."""
    whole = "".join(column)
    private_use = map(chr, range(0xE000, 0xF900))
    mark = next(mark for mark in chain(_MARKS, private_use) if mark not in whole)
    return mark + mark.join(column)
