"""What a function that turns a table into another is: rows in, rows with more columns out."""

from collections.abc import Callable, Sequence

from niner.case.model import SourceFile

Rows = list[tuple[int, int, Sequence[str]]]
Reshape = Callable[[Sequence[str], Rows, SourceFile, str], tuple[Sequence[str], Rows]]
"""From a header and rows (number, line, cells), what the case says of the file and the file's name to others.

Raises Wrong where the whole file can't be read without something that only the person knows.
"""
