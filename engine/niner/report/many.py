"""A long table to script files that a page loads from its own folder: a page opened from disk may fetch nothing else.

Each file calls `niner(table, file, rows)` with some thousand rows of plain text, which the page writes as text and
never as HTML.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")
Column = tuple[str, str, bool]
"""A column: name, how its cells stand (n: to the right, d: unbroken, s: small), whether its values can be chosen."""

SHOWN = 100
"""The rows of a long table that the page itself holds, and that it shows at a time."""
_FEW = 2_000  # a table of no more rows stands in the page whole
_ROWS_A_FILE = 10_000
_MOST_CHOICES = 200  # a column of more values is searched, not chosen from


@dataclass(frozen=True, slots=True)
class Many:
    """A table in files: what the page has to know of it, and the files by name."""

    name: str
    rows: int
    columns: Sequence[Column]
    files: Mapping[str, bytes]
    choices: Mapping[int, Sequence[str]]

    def told(self) -> dict[str, Any]:
        """What the page's script is told."""
        return {
            "rows": self.rows,
            "each": _ROWS_A_FILE,
            "shown": SHOWN,
            "columns": [[name, style] for name, style, _ in self.columns],
            "files": list(self.files),
            "choices": {str(at): values for at, values in self.choices.items()},
        }


def many(name: str, items: Sequence[T], cells: Callable[[int, T], list[str]], columns: Sequence[Column]) -> Many | None:
    """The table's files, `cells` giving the text of each row by its number; None where the page can hold it."""
    if len(items) <= _FEW:
        return None
    files: dict[str, bytes] = {}
    values: dict[int, dict[str, None]] = {at: {} for at, column in enumerate(columns) if column[2]}
    for start in range(0, len(items), _ROWS_A_FILE):
        rows = [cells(number, item) for number, item in enumerate(items[start : start + _ROWS_A_FILE], start + 1)]
        for at, seen in values.items():
            if len(seen) <= _MOST_CHOICES:
                seen.update(dict.fromkeys(row[at] for row in rows))
        text = json.dumps(rows, ensure_ascii=True, separators=(",", ":")).replace("],[", "],\n[")
        file = f"workpapers-{name}-{len(files) + 1:03d}.js"
        files[file] = f'niner("{name}",{len(files)},{text});\n'.encode()
    choices = {at: sorted(seen) for at, seen in values.items() if 1 < len(seen) <= _MOST_CHOICES}
    return Many(name, len(items), columns, files, choices)
