"""CSV text to rows of named cells that remember their line, with what is wrong with the file as a table."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from niner.reading import Unreadable, as_text
from niner.values import Finding, Source


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file's header and rows; `rows` are (line in the file, cells by column)."""

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    findings: tuple[Finding, ...]


def read_table(data: bytes, file: str) -> Table:
    """The table in a CSV file's bytes. Torn, over-long and unreadable rows become findings and are left out."""
    try:
        text = as_text(data)
    except Unreadable as problem:
        says = "The file is not UTF-8 text."
        return _unreadable(file, problem.row, says, "Save or export it again as CSV with UTF-8 encoding.")
    if "\0" in text:
        return _unreadable(file, 0, "The file holds binary data, not CSV text.", "Export it again as CSV.")
    findings: list[Finding] = []
    rows: list[tuple[int, tuple[str, ...]]] = []
    header: tuple[str, ...] = ()
    last_line = text.count("\n") + (0 if text.endswith("\n") else 1)
    for row, cells in _records(text, file, findings):
        if not header:
            header = tuple(cell.strip() for cell in cells)
            continue
        if len(cells) == len(header):
            rows.append((row, tuple(cells)))
        elif not any(cell.strip() for cell in cells):
            continue
        elif len(cells) < len(header):
            torn = row >= last_line and not text.endswith("\n")
            says = f"The row has {len(cells)} of {len(header)} columns" + (
                ", and the file ends in the middle of it." if torn else "."
            )
            todo = "The file seems cut off: export or copy it again." if torn else "Complete the row."
            findings.append(Finding("ledger-torn-row", "error", says, todo, source=Source(file, row)))
        else:
            says = f"The row has {len(cells)} columns where the header has {len(header)}."
            todo = "Put text that holds a comma in double quotes."
            findings.append(Finding("ledger-long-row", "error", says, todo, source=Source(file, row)))
    return Table(file, header, tuple(rows), tuple(findings))


def _records(text: str, file: str, findings: list[Finding]) -> Iterator[tuple[int, list[str]]]:
    # Only \n, \r and \r\n end a line; a form feed or U+2028 inside a cell is a character like others.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            says = f"The file can't be read as CSV from here: {error}."
            todo = "Look for a missing or extra double quote; if the file is cut off, export it again."
            findings.append(Finding("ledger-csv", "error", says, todo, source=Source(file, before + 1)))
            return
        row, before = before + 1, reader.line_num
        if cells:
            yield row, cells


def _unreadable(file: str, row: int, says: str, todo: str) -> Table:
    return Table(file, (), (), (Finding("ledger-unreadable", "error", says, todo, source=Source(file, row)),))
