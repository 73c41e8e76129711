"""A long table to script files that a page loads from its own folder: a page opened from disk may fetch nothing else.

Each file calls `niner(table, file, rows)` with some thousand rows of plain text, which the page writes as text and
never as HTML.
"""

import json
from collections.abc import Sequence
from typing import Any

from niner.report.papers.table import Table

SHOWN = 100
"""The rows of a long table that the page itself holds, and that it shows at a time."""
FEW = 2_000
"""A table of no more rows stands in the page whole."""
_ROWS_A_FILE = 10_000
MOST_CHOICES = 200
"""A column of more values is searched, not chosen from."""


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
        columns = self._columns(at)
        text = json.dumps(list(zip(*columns, strict=True)), ensure_ascii=True, separators=(",", ":")).replace(
            "],[", "],\n["
        )
        return f'niner("{self.table.name}",{at},{text});\n'.encode()

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
