"""A table of text cells with its header, each row knowing the line it stands on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from niner.values import Finding


@dataclass(frozen=True, slots=True)
class Table:
    """A file's header and rows; `rows` are (line in the file, cells by column), each as long as the header."""

    file: str
    header: tuple[str, ...]
    rows: Iterable[tuple[int, Sequence[str]]]
    findings: tuple[Finding, ...]
