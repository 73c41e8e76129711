"""A table of text cells with its header, each row knowing the line it stands on."""

from collections.abc import Iterable, Sequence

from niner.dataclass import dataclass
from niner.values import Finding

Block = tuple[Sequence[int], Sequence[Sequence[str]]]
"""Rows that follow one another: the lines that they begin on, and their cells."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file's header and its rows, many at a time, each as long as the header."""

    file: str
    header: tuple[str, ...]
    blocks: Iterable[Block]
    findings: tuple[Finding, ...]
