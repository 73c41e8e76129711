"""Tables of a case, in whatever they were saved, to scrambled CSV files of the same rows."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from niner.bundle.scrambler import Scrambler
from niner.bundle.treat import cell, class_of
from niner.files.reading import Unreadable
from niner.imports.layouts.catalogue import Known
from niner.imports.layouts.recognise import Unknown, recognise
from niner.imports.tables.sheet import Sheet, decoded, read_sheets

TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".zip")


def head_of(sheet: Sheet, formats: Sequence[Known], asked: str) -> tuple[str, int]:
    """The delimiter of a table and the line that its header stands on. Raises Unreadable."""
    layout = recognise(sheet, formats, asked)
    if not isinstance(layout, Unknown):
        return layout.delimiter, layout.line
    widths = {delimiter: _width(sheet, delimiter) for delimiter in sheet.delimiters}
    best = max(widths, key=lambda delimiter: widths[delimiter])
    return best, layout.line or next((line for line, _ in sheet.rows(best)), 1)


def _is_header(cells: Sequence[str]) -> bool:
    """Whether a row further down is the header of another table: words alone, most of them names of columns."""
    words = [text for text in cells[1:] if text.strip()]
    if len(words) < 3 or any(character.isdigit() for text in words for character in text):
        return False
    return 2 * sum(class_of(text) != "text" for text in words) > len(words)


def _width(sheet: Sheet, delimiter: str) -> int:
    try:
        return max((len(cells) for _, cells in islice(sheet.rows(delimiter), 8)), default=0)
    except Unreadable:
        return 0


def rows_of(sheet: Sheet, delimiter: str, line: int) -> Iterator[tuple[bool, list[tuple[str, str]]]]:
    """Each row of a table: whether it is the header, and its cells with how they are treated."""
    header: list[str] = []
    for number, cells in sheet.rows(delimiter):
        if number == line or (number > line and _is_header(cells)):
            header = [class_of(name) for name in cells]
            yield True, [("header", text) for text in cells]
        else:
            treated = [header[place] if place < len(header) else "text" for place in range(len(cells))]
            yield False, list(zip(treated if header else ["above"] * len(cells), cells, strict=True))


def scrambled(sheet: Sheet, formats: Sequence[Known], asked: str, scrambler: Scrambler) -> bytes:
    """A table's rows, scrambled, as CSV with its own delimiter. Raises Unreadable."""
    delimiter, line = head_of(sheet, formats, asked)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    before = 0
    for number, (header, cells) in _numbered(sheet, delimiter, line):
        # Empty lines count where a header or a ruling names a line.
        text.write("\n" * max(0, number - before - 1) if number <= line else "")
        before = number
        if header:
            writer.writerow([scrambler.words(told, header=True) for _, told in cells])
        else:
            writer.writerow(
                [_above(scrambler, told) if how == "above" else cell(scrambler, how, told) for how, told in cells]
            )
    found = text.getvalue()
    return (found.rstrip("\n") if sheet.torn else found).encode()


def _numbered(sheet: Sheet, delimiter: str, line: int) -> Iterator[tuple[int, tuple[bool, list[tuple[str, str]]]]]:
    numbers = (number for number, _ in sheet.rows(delimiter))
    return zip(numbers, rows_of(sheet, delimiter, line), strict=True)


def scrambled_lines(data: bytes, scrambler: Scrambler) -> bytes:
    """A table whose cells can't be told apart, line by line, so that it stays as broken as it is. Raises Unreadable."""
    head, *lines = decoded(data)[0].split("\n")
    return "\n".join([scrambler.words(head), *map(scrambler.text, lines)]).encode()


def _above(scrambler: Scrambler, text: str) -> str:
    """A line above the header: whole numbers there are no amounts."""
    return scrambler.text(text, ids=True)


def scrambled_prices(sheet: Sheet, scrambler: Scrambler) -> bytes:
    """A price file: days and symbols as they are, every other number a price."""
    delimiter = max(sheet.delimiters, key=lambda one: _width(sheet, one))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    for _, cells in sheet.rows(delimiter):
        writer.writerow([_price(scrambler, told) for told in cells])
    return text.getvalue().encode()


def _price(scrambler: Scrambler, text: str) -> str:
    number = text.strip().replace(",", "").lstrip("$")
    if number.replace(".", "", 1).isdigit() and not (number.isdigit() and len(number) in (10, 13)):
        return scrambler.text(text, price=True)
    return scrambler.words(text)


def sheets_of(path: Path, name: str) -> list[Sheet]:
    """The tables of a file. Raises Unreadable."""
    return read_sheets(path, name)[1]


def file_name(name: str, only: bool, own: str) -> str:
    """The name of the file that a table becomes: its own, or that of a workbook or zip with the sheet's behind it."""
    stem, _, ending = name.rpartition(".")
    if ending.lower() not in ("xlsx", "zip"):
        return name
    if only and own == name:
        return f"{stem}.csv"
    inner = own.removeprefix(name).strip("/[]").replace("/", "-").rpartition(".csv")[0] or own.removeprefix(name).strip(
        "/[]"
    )
    return f"{stem}-{inner}.csv"
