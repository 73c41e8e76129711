"""A table of the workpapers as values: the page writes its cells as text, the workbook as numbers and dates."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import count
from types import NoneType
from typing import Any, Literal

from niner.dataclass import dataclass
from niner.each_once import each_once
from niner.exact import written
from niner.money import all_dollars_printed, dollars_printed

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
    """A table: its name in files, heading and columns, the things it lists and their cells, column by column.

    `cells` takes the number of the first of some of them, and these. `note` stands under the heading, `file` is where
    all rows are, `weight` a CSS class for a row's first cell.
    """

    name: str
    title: str
    columns: Sequence[Column]
    items: Sequence[Any]
    cells: Callable[[int, Sequence[Any]], Sequence[Sequence[Cell]]]
    note: str = ""
    file: str = "return.json"
    weight: Callable[[Any], str] | None = None
    fixed: bool = False  # a few rows in an order of their own: neither sorted nor searched

    @property
    def sorts(self) -> bool:
        return len(self) > 1 and not self.fixed

    def __len__(self) -> int:
        return len(self.items)

    def columns_of(self, start: int, end: int) -> list[Sequence[str]]:
        """The rows from `start` to `end`, counted from 0, column by column as the page shows them."""
        items = self.items[start:end]
        cells = self.cells(start + 1, items) if items else [()] * len(self.columns)
        return [_shown(of, column.style) for of, column in zip(cells, self.columns, strict=True)]

    def rows(self, most: int | None = None) -> list[tuple[str, Sequence[str]]]:
        """Each row's class and cells as text; `most` of them."""
        kinds = self.kinds(most)
        return list(zip(kinds, zip(*self.columns_of(0, len(kinds)), strict=True), strict=True))

    def kinds(self, most: int | None = None) -> list[str]:
        """Each row's class, "" where it has none; of `most` of them."""
        items = self.items if most is None else self.items[:most]
        return list(map(self.weight, items)) if self.weight else [""] * len(items)

    def values(self) -> Iterator[Sequence[Cell]]:
        """Each row's cells as they are."""
        return zip(*self.cells(1, self.items), strict=True) if self.items else iter(())

    def choices(self, most: int, columns: Sequence[Sequence[str]]) -> dict[int, list[str]]:
        """By column, the values that a filter offers: of columns with more than one and no more than `most`. `columns`
        are all rows as `columns_of` gives them."""
        seen = {at: set(columns[at]) for at, column in enumerate(self.columns) if column.offered}
        return {at: sorted(values) for at, values in seen.items() if 1 < len(values) <= most}


def by_row(cells: Callable[[int, Any], Sequence[Cell]]) -> Callable[[int, Sequence[Any]], Sequence[Sequence[Cell]]]:
    """The columns of a table of which each row's cells are made by itself, from its number and what it is of."""

    def columns(first: int, items: Sequence[Any]) -> Sequence[Sequence[Cell]]:
        return list(zip(*map(cells, count(first), items), strict=True))

    return columns


def _shown(cells: Sequence[Cell], style: Style) -> Sequence[str]:
    """The cells of a column as people read them."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        return cells  # type: ignore[return-value]
    if kinds == {int}:
        return all_dollars_printed(cells) if style == "money" else list(map(str, cells))  # type: ignore[arg-type]
    if kinds == {Decimal}:
        return list(map(written, cells))  # type: ignore[arg-type]
    if kinds <= {date, NoneType}:
        return each_once(partial(shown, style=style), cells)
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
