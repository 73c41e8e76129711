"""A table of text cells with its header, each row knowing the line it stands on."""

from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from niner.dataclass import dataclass
from niner.values import Finding

Block = tuple[Sequence[int], Sequence[Sequence[str]]]
"""Rows that follow one another: the lines that they begin on, and their cells."""


class ByColumn(Sequence[list[str]]):
    """Rows with as many cells each, held column by column: a row is put together when somebody looks at it."""

    __slots__ = ("_count", "columns")

    def __init__(self, columns: Sequence[Sequence[str]], count: int) -> None:
        self.columns, self._count = columns, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[list[str]]:
        return map(list, zip(*self.columns, strict=True))

    @overload
    def __getitem__(self, place: int) -> list[str]: ...
    @overload
    def __getitem__(self, place: slice) -> "ByColumn": ...
    def __getitem__(self, place: int | slice) -> "list[str] | ByColumn":
        if isinstance(place, slice):
            return ByColumn([column[place] for column in self.columns], len(range(self._count)[place]))
        return [column[place] for column in self.columns]


def columns_of(rows: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    """The columns of rows of which each has as many cells as the first."""
    return rows.columns if isinstance(rows, ByColumn) else list(zip(*rows, strict=True))


def widths(rows: Sequence[Sequence[str]]) -> set[int]:
    """How many cells rows have."""
    return {len(rows.columns)} if isinstance(rows, ByColumn) else set(map(len, rows))


@dataclass(frozen=True, slots=True)
class Table:
    """A file's header and its rows, many at a time, each as long as the header."""

    file: str
    header: tuple[str, ...]
    blocks: Iterable[Block]
    findings: tuple[Finding, ...]
