"""A long table to script files that a page loads from its own folder: a page opened from disk may fetch nothing else.

Each file calls `niner(table, file, rows)` with some thousand rows of plain text, which the page writes as text and
never as HTML.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from niner.dataclass import dataclass
from niner.report.papers.table import Table

SHOWN = 100
"""The rows of a long table that the page itself holds, and that it shows at a time."""
FEW = 2_000
"""A table of no more rows stands in the page whole."""
_ROWS_A_FILE = 10_000
MOST_CHOICES = 200
"""A column of more values is searched, not chosen from."""


@dataclass(frozen=True, slots=True)
class Many:
    """A table in files: what the page has to know of it, and the files by name."""

    table: Table
    files: Mapping[str, bytes]
    choices: Mapping[int, Sequence[str]]

    @property
    def rows(self) -> int:
        return len(self.table)

    def told(self) -> dict[str, Any]:
        """What the page's script is told."""
        return {"rows": self.rows, "each": _ROWS_A_FILE, "shown": SHOWN, "files": list(self.files)}


def many(table: Table) -> Many | None:
    """The table's files; None where the page can hold it."""
    if len(table) <= FEW:
        return None
    files: dict[str, bytes] = {}
    offered = [at for at, column in enumerate(table.columns) if column.offered]
    values: dict[int, dict[str, None]] = {at: {} for at in offered}
    for start in range(0, len(table), _ROWS_A_FILE):
        columns = table.columns_of(start, start + _ROWS_A_FILE)
        for at, seen in values.items():
            if len(seen) <= MOST_CHOICES:
                seen.update(dict.fromkeys(columns[at]))
        text = json.dumps(list(zip(*columns, strict=True)), ensure_ascii=True, separators=(",", ":")).replace(
            "],[", "],\n["
        )
        file = f"workpapers-{table.name}-{len(files) + 1:03d}.js"
        files[file] = f'niner("{table.name}",{len(files)},{text});\n'.encode()
    choices = {at: sorted(seen) for at, seen in values.items() if 1 < len(seen) <= MOST_CHOICES}
    return Many(table, files, choices)
