"""A downloaded file to tables of text cells, whatever it was saved as: CSV of any kind, a workbook, a zip of them."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from niner.dataclass import dataclass
from niner.files.reading import MEGABYTE, TABLE_BYTES, Unreadable, read_bytes
from niner.ledger.table import ByColumn
from niner.values import Finding, Source
from niner.words.plain import path_text


class NoTable(Unreadable):
    """A file that holds no table, or not to its end: `id` tells the finding apart."""

    def __init__(self, id: str, why: str, todo: str = "", row: int = 0) -> None:
        super().__init__(why, todo, row)
        self.id = id


def unreadable(problem: Unreadable, file: str) -> Finding:
    """What to say of a file that can't be read."""
    id = problem.id if isinstance(problem, NoTable) else "ledger-unreadable"
    says = f"The file can't be read: {problem.why}."
    return Finding(id, "error", says, problem.todo, source=Source(file, problem.row))


Row = tuple[int, list[str]]
"""The line or sheet row that a person sees, from 1, and its cells."""

Block = tuple[Sequence[int], Sequence[list[str]]]
"""Rows that follow one another: the lines that they begin on, and their cells."""

DELIMITERS = (",", "\t", ";")
HEAD = 25
"""A header stands within so many rows of the top."""

_MOST_MEMBERS = 500
_MARKS: Sequence[tuple[bytes, str, str]] = (
    (b"%PDF", "it is a PDF", "Download the same report as .csv or .xlsx; figures are not read from a printed page."),
    (b"\x89PNG", "it is a picture", "Download the transactions as .csv or .xlsx; a screenshot can't be read."),
    (b"\xff\xd8\xff", "it is a picture", "Download the transactions as .csv or .xlsx; a screenshot can't be read."),
    (b"GIF8", "it is a picture", "Download the transactions as .csv or .xlsx; a screenshot can't be read."),
    (
        b"\xd0\xcf\x11\xe0",
        "it is an old Excel file (.xls)",
        "Open it in a spreadsheet and save it as .xlsx, or better: download the .csv.",
    ),
    (b"\x1f\x8b", "it is packed with gzip", "Unpack it, and put the file itself there."),
    (b"7z\xbc\xaf", "it is packed with 7-Zip", "Unpack it, and put the file itself there."),
    (b"Rar!", "it is packed with RAR", "Unpack it, and put the file itself there."),
    (b"SQLite format 3", "it is a database", "Export the transactions as .csv."),
)
_WEB_PAGE = ("it is a web page", "The download failed and left its page: log in and download the file again.")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file. `blocks(delimiter)` gives its rows, many at a time; those of a workbook are the same by any.

    `torn` is the last line, where the file ends without a line's end; 0 otherwise. `note` is what to know of it.
    """

    name: str
    blocks: Callable[[str], Iterator[Block]]
    delimiters: Sequence[str]
    torn: int = 0
    note: str = ""
    text: str = ""
    """What a table in text is read from."""

    def in_two(self) -> "Halves | None":
        """A long table in two; None where it is short, a row may stand on several lines, or lines can't be counted at
        a glance."""
        text = self.text
        if len(text) < _LONG or self.torn or '"' in text:
            return None
        if "\r" in text and text.count("\r") != text.count("\r\n"):
            return None
        cut = text.find("\n", int(len(text) * _FIRST_PART)) + 1
        return Halves(self, cut) if 0 < cut < len(text) else None

    def rows(self, delimiter: str) -> Iterator[Row]:
        """The rows one by one."""
        for lines, rows in self.blocks(delimiter):
            yield from zip(lines, rows, strict=True)


@dataclass(frozen=True, slots=True)
class Halves:
    """A table of one line a row, in two where one of its lines ends."""

    whole: Sheet
    cut: int

    @property
    def first(self) -> Sheet:
        """What stands before the cut."""
        text = self.whole.text[: self.cut]
        return replace(self.whole, blocks=lambda delimiter: _blocks(text, delimiter), text="")

    def second(self) -> tuple[Sheet, int]:
        """What stands after it, and the line before."""
        text = self.whole.text[self.cut :]
        line = self.whole.text.count("\n", 0, self.cut)

        def blocks(delimiter: str) -> Iterator[Block]:
            for lines, rows in _blocks(text, delimiter):
                if isinstance(lines, range):
                    yield range(lines.start + line, lines.stop + line), rows
                else:
                    yield [one + line for one in lines], rows

        return replace(self.whole, blocks=blocks, text=""), line


def read_sheets(
    path: Path, name: str, wanted: Callable[[str], bool] = lambda member: True
) -> tuple[bytes, list[Sheet]]:
    """The file's bytes and its tables; a zip's members are named `NAME/MEMBER`, those read that are `wanted`.

    Raises Unreadable.
    """
    data = read_bytes(path, TABLE_BYTES)
    return data, list(_sheets(data, name, wanted=wanted))


def _sheets(
    data: bytes, name: str, packed: bool = False, wanted: Callable[[str], bool] = lambda member: True
) -> Iterator[Sheet]:
    if not data or data.isspace():
        raise NoTable("ledger-empty", "it is empty", "Remove it, or download it again.")
    for mark, why, todo in _MARKS:
        if data.startswith(mark):
            raise Unreadable(why, todo)
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        raise Unreadable(_MARKS[1][1], _MARKS[1][2])
    if data.startswith(b"PK\x03\x04"):
        yield from _packed(data, name, packed, wanted)
        return
    text, note = decoded(data)
    if text.lstrip()[:200].lower().startswith(("<!doctype html", "<html")):
        raise Unreadable(*_WEB_PAGE)
    if text.lstrip()[:1] in ("{", "[") and text.rstrip()[-1:] in ("}", "]"):
        raise Unreadable("it is JSON, not a table", "Download the transactions as .csv or .xlsx.")
    if "\0" in text:
        raise Unreadable("it holds binary data, not a table", "Download the transactions as .csv or .xlsx.")
    torn = 0 if text.endswith(("\n", "\r")) else text.count("\n") + 1
    yield Sheet(name, lambda delimiter: _blocks(text, delimiter), DELIMITERS, torn, note, text)


def decoded(data: bytes) -> tuple[str, str]:
    """The text of a table's bytes, and a note where its letters had to be guessed.

    By byte order mark, then UTF-8, then UTF-16 by its zeros, then Windows' western letters. Marks inside, which some
    exports set before every cell, are taken out.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _without_marks(_utf16(data, "utf-16")), ""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = ""
        row = data.count(b"\n", 0, error.start) + 1
    else:
        if "\0" not in text[:400]:
            return _without_marks(text), ""
        row = 0
    zeros = data[:400]
    for place, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if zeros[place::2].count(0) > len(zeros) // 4:
            return _without_marks(_utf16(data, encoding)), ""
    if text:
        return text, ""
    try:
        guessed = data.decode("cp1252")
    except UnicodeDecodeError:
        raise Unreadable("its letters are in no encoding that is known", "Save it as UTF-8.", row) from None
    return guessed, f"The file is not UTF-8 (row {row}): its letters were read as Windows’ western ones."


def _utf16(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("it ends in the middle of a letter", "It is cut off: download it again.") from None


def _without_marks(text: str) -> str:
    return text.replace("\ufeff", "") if "\ufeff" in text else text


_LONG = 1 << 21  # letters, of some 30,000 rows: fewer are read before a second process could have begun
_FIRST_PART = 0.54  # of a table in two: what the second process made of its part has to be taken over as well
_MOST = 4096  # rows of a block
_FIRST_PIECE, _PIECE = 1 << 13, 1 << 17  # letters: a header is found without reading more than the first


def _blocks(text: str, delimiter: str) -> Iterator[Block]:
    """Rows with the line each begins on; lines without a cell are left out. Raises Unreadable with the row."""
    line = width = 0
    for piece in _pieces(text):
        found = _by_column(piece, delimiter, width) if width > 1 else None
        if found is not None:
            yield range(line + 1, line + 1 + len(found)), found
            line += len(found)
            continue
        reader = csv.reader(io.StringIO(piece, newline=""), delimiter=delimiter, strict=True)
        while True:
            before, wrong = reader.line_num, False
            rows: list[list[str]] = []
            try:
                rows.extend(islice(reader, _MOST))
            except csv.Error:
                wrong = True
            if wrong or reader.line_num - before != len(rows):
                # A cell of several lines, or one that can't be told apart: each row is looked at by itself from here.
                yield from _together(row for row in _records(text, delimiter) if row[0] > line + before)
                return
            if not rows:
                break
            width = len(rows[-1])
            first = line + before + 1
            lines: Sequence[int] = range(first, first + len(rows))
            if [] in rows:
                lines = [at for at, cells in zip(lines, rows, strict=True) if cells]
                rows = [cells for cells in rows if cells]
            yield lines, rows
        line += reader.line_num


def _pieces(text: str) -> Iterator[str]:
    """The lines with their ends, some at a time."""
    start, size = 0, _FIRST_PIECE
    while start < len(text):
        end = text.find("\n", start + size) + 1 or len(text)
        yield text[start:end]
        start, size = end, _PIECE


_MARK = "\n"  # a cell that no line has
_LONGEST_LINE = csv.field_size_limit()


def _by_column(piece: str, delimiter: str, width: int) -> ByColumn | None:
    """Lines as `csv.reader` reads them, where none has a quote and each has `width` cells; None of any others."""
    if '"' in piece or not piece.endswith("\n"):
        return None
    if "\r" in piece:
        piece = piece.replace("\r\n", "\n")
        if "\r" in piece:
            return None
    window = _LONGEST_LINE // 2  # in a line longer than two of them one lies whole, and has no end
    if any(piece.find("\n", at, at + window) < 0 for at in range(0, len(piece) - window, window)):
        return None
    count = piece.count("\n")
    cells = piece.replace("\n", f"{delimiter}{_MARK}{delimiter}").split(delimiter)
    step = width + 1
    if len(cells) != count * step + 1 or cells[width::step].count(_MARK) != count:
        return None
    return ByColumn([cells[at:-1:step] for at in range(width)], count)


def _together(records: Iterator[Row]) -> Iterator[Block]:
    """Rows many at a time, those before one that can't be read as well."""
    problem = None
    while problem is None:
        several: list[Row] = []
        try:
            several.extend(islice(records, _MOST))
        except Unreadable as found:
            problem = found
        if not several and problem is None:
            return
        yield [line for line, _ in several], [cells for _, cells in several]
    raise problem


def _records(text: str, delimiter: str) -> Iterator[Row]:
    """Rows with the line each begins on; lines without a cell are left out. Raises Unreadable with the row."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            todo = "Look for a missing or extra double quote; if the file is cut off, download it again."
            why = f"its cells can't be told apart from here ({error})"
            if "unexpected end" in str(error):
                why = "it ends in the middle of a cell that begins with a double quote here"
                todo = "It is cut off: download it again. If its last rows are there, a double quote is missing here."
            raise NoTable("ledger-csv", why, todo, before + 1) from None
        row, before = before + 1, reader.line_num
        if cells:
            yield row, cells


def _packed(data: bytes, name: str, packed: bool, wanted: Callable[[str], bool]) -> Iterator[Sheet]:
    """The sheets of a workbook, or the tables of a zip's members."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise Unreadable("it is a damaged zip or workbook", "Download it again.") from None
    names = {member.filename for member in members}
    if "xl/workbook.xml" in names:
        yield from _workbook(data, name)
        return
    if "[Content_Types].xml" in names or "mimetype" in names or any(n.endswith(".iwa") for n in names):
        raise Unreadable("it is a document of another program", "Save it as .xlsx or .csv.")
    if packed:
        raise Unreadable("it is a zip within a zip", "Unpack the outer one.")
    inner = [m for m in members if not m.is_dir() and not _hidden(m.filename) and wanted(m.filename)]
    if len(inner) > _MOST_MEMBERS or sum(member.file_size for member in inner) > TABLE_BYTES:
        raise Unreadable(
            f"unpacked it is more than {TABLE_BYTES // MEGABYTE} MB or {_MOST_MEMBERS} files",
            "Unpack it, and put the files that hold transactions there.",
        )
    for member in sorted(inner, key=lambda member: member.filename):
        yield from _sheets(_unpacked(archive, member), f"{name}/{path_text(member.filename)}", packed=True)


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.flag_bits & 1:
        raise Unreadable("it is locked with a password", "Unpack it, and put the file itself there.")
    try:
        with archive.open(member) as stream:
            data = stream.read(member.file_size + 1)
    except (zipfile.BadZipFile, OSError, NotImplementedError, EOFError, RuntimeError, ValueError):
        raise Unreadable("it is a damaged zip", "Download it again.") from None
    if len(data) > member.file_size:
        raise Unreadable("it is a damaged zip", "Download it again.")
    return data


def _workbook(data: bytes, name: str) -> Iterator[Sheet]:
    """Each sheet of an .xlsx. Amounts that it keeps as binary fractions come back as their shortest decimal."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        tables = {title: book.get_sheet_by_name(title).to_python(skip_empty_area=False) for title in book.sheet_names}
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable(f"it is a damaged workbook ({error})", "Open it in a spreadsheet and save it again.") from None
    filled = {title: table for title, table in tables.items() if any(any(cell != "" for cell in row) for row in table)}
    if not filled:
        raise Unreadable("it is an empty workbook", "Remove it, or download it again.")
    note = "Amounts in a workbook are kept with 15 digits: where there is a .csv of the same report, use that."
    for title, table in filled.items():
        shown = f"{name}[{title}]" if len(filled) > 1 else name

        texts = [[cell if cell.__class__ is str else _text(cell) for cell in cells] for cells in table]
        block = [number for number, row in enumerate(texts, 1) if any(row)], [row for row in texts if any(row)]

        def blocks(delimiter: str, block: Block = block) -> Iterator[Block]:
            yield block

        yield Sheet(shown, blocks, DELIMITERS[:1], 0, note)


def _text(cell: Any) -> str:
    """A workbook's cell as a CSV file would hold it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        shortest = repr(cell)
        if "e" not in shortest and "n" not in shortest:  # no exponent, and neither inf nor nan
            return shortest.removesuffix(".0")
        return f"{Decimal(repr(cell)):f}".removesuffix(".0")
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)
