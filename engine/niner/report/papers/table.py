"""A table of the workpapers as values: the page writes its cells as text, the workbook as numbers and dates."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from niner.dataclass import dataclass
from niner.money import dollars_printed

Cell = str | int | Decimal | date | None
"""Text, whole cents (in a column of money) or a count, an exact quantity, a day; None where there is nothing."""
Style = Literal["text", "small", "hash", "day", "money", "count", "units"]


_CSS = {"money": "n", "count": "n", "units": "n", "day": "d", "small": "s", "hash": "hash"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what its cells are, and whether a filter offers its values."""

    name: str
    style: Style = "text"
    offered: bool = False

    @property
    def css(self) -> str:
        """How its cells stand on the page: n to the right, d unbroken, s small."""
        return _CSS.get(self.style, "")


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name in files, heading and columns, the things it lists and the cells of each by its number.

    `note` stands under the heading, `file` is where all rows are, `weight` a CSS class for a row's first cell.
    """

    name: str
    title: str
    columns: Sequence[Column]
    items: Sequence[Any]
    cells: Callable[[int, Any], Sequence[Cell]]
    note: str = ""
    file: str = "return.json"
    weight: Callable[[Any], str] | None = None
    fixed: bool = False  # a few rows in an order of their own: neither sorted nor searched

    @property
    def sorts(self) -> bool:
        return len(self) > 1 and not self.fixed

    def __len__(self) -> int:
        return len(self.items)

    def texts(self, number: int, item: Any) -> list[str]:
        """The cells of one row as the page shows them."""
        cells = self.cells(number, item)
        return [
            cell if isinstance(cell, str) else shown(cell, column.style)
            for cell, column in zip(cells, self.columns, strict=True)
        ]

    def columns_of(self, start: int, end: int) -> list[Sequence[str]]:
        """The rows from `start` to `end`, counted from 0, column by column as the page shows them."""
        cells = [self.cells(number, item) for number, item in enumerate(self.items[start:end], start + 1)]
        return [_shown(of, column.style) for of, column in zip(zip(*cells, strict=True), self.columns, strict=True)]

    def rows(self, most: int | None = None) -> list[tuple[str, list[str]]]:
        """Each row's class and cells as text; `most` of them."""
        items = self.items[:most] if most is not None else self.items
        weight = self.weight or (lambda item: "")
        return [(weight(item), self.texts(number, item)) for number, item in enumerate(items, 1)]

    def choices(self, most: int) -> dict[int, list[str]]:
        """By column, the values that a filter offers: of columns with more than one and no more than `most`."""
        offered = [at for at, column in enumerate(self.columns) if column.offered]
        seen: dict[int, dict[str, None]] = {at: {} for at in offered}
        for number, item in enumerate(self.items if offered else (), 1):
            cells = self.cells(number, item)
            for at, values in seen.items():
                if len(values) <= most:
                    values[shown(cells[at], self.columns[at].style)] = None
        return {at: sorted(values) for at, values in seen.items() if 1 < len(values) <= most}


def _shown(cells: Sequence[Cell], style: Style) -> Sequence[str]:
    """The cells of a column as people read them."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        return cells  # type: ignore[return-value]
    if kinds == {int}:
        return list(map(dollars_printed if style == "money" else str, cells))  # type: ignore[arg-type]
    return [cell if isinstance(cell, str) else shown(cell, style) for cell in cells]


def shown(cell: Cell, style: Style) -> str:
    """A cell as people read it: `-$1,234.50`, `2025-06-01`, `0.05`."""
    if cell is None:
        return ""
    if style == "money" and isinstance(cell, int):
        return dollars_printed(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
