"""One table of a download to drafts, rows left out and balances, with every problem of every row."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import field
from datetime import tzinfo
from zoneinfo import ZoneInfo

from niner.case.model import SourceFile
from niner.dataclass import dataclass
from niner.files.reading import Unreadable
from niner.imports.draft import Draft
from niner.imports.events import Balance, LeftOut
from niner.imports.layouts.block import Looked, Rows, stripped
from niner.imports.layouts.columns import Columns
from niner.imports.layouts.compile import Compiled, NotAnEvent, Place, Wrong, compile_format
from niner.imports.layouts.language import Format
from niner.imports.layouts.recognise import Layout
from niner.imports.layouts.shapes.reshape import RESHAPES
from niner.imports.reading.at_once import Row
from niner.imports.settled import Settling
from niner.imports.tables import cells
from niner.imports.tables.header import find
from niner.imports.tables.sheet import Sheet, unreadable
from niner.ledger.table import columns_of, widths
from niner.values import Finding, Source
from niner.words.plain import shown
from niner.words.suggest import named_for_rulings

_BLOCK = 4096

Numbered = tuple[Sequence[int], Sequence[int], Sequence[Sequence[str]]]
"""Rows that follow one another: their numbers from 1, their lines, and their cells."""
_OF_CELLS = ("import-time", "import-number")
_MOST_TOLD = 100  # problems of one file that are told one by one


@dataclass(slots=True)
class Read:
    """What one table says, row by row. `rows` counts its data rows; each is a draft, left out, or has a finding.

    A row that leaves nothing to be asked may be settled instead of a draft. `natives` are the ids that the source has
    of the rows in `drafts`.
    """

    drafts: list[Row] = field(default_factory=list)
    natives: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    balances: list[Balance] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0


def read_table(
    sheet: Sheet,
    layout: Layout,
    wallet: str,
    said: SourceFile,
    progress: Callable[[int], None] | None = None,
    settling: Settling | None = None,
) -> Read:
    """The drafts of a recognised table. `said` is what the case adds about the file.

    With `settling`, rows that leave nothing to be asked are settled at once.
    """
    format = layout.known.format
    read = Read()
    zone = _zone(format, layout, said, sheet.name, read.findings)
    if isinstance(zone, str):
        return read
    header: Sequence[str] = layout.header
    blocks = list(each_block(sheet, layout, read))
    reshape = RESHAPES[format.reshape] if format.reshape else None
    if reshape is not None:
        try:
            header, rows = reshape(
                header, [row for block in blocks for row in zip(*block, strict=True)], said, sheet.name
            )
        except Wrong as problem:
            _tell(problem, Place(sheet.name, 0, layout.line), read, {})
            return read
        blocks = list(_in_blocks(rows))
        if len({line for _, line, _ in rows}) < len(rows):  # rows that say two things are put in order as events
            settling = None
    try:
        format = _with_its_decimal_sign(format, layout, sheet.name, blocks, read)
    except Wrong as problem:
        _tell(problem, Place(sheet.name, 0, layout.line), read, {})
        return read
    compiled = compile_format(format, header, wallet, zone)
    columns = Columns(compiled.table, sheet.name, settling)
    wrong: dict[tuple[str, str], int] = {}
    count = 0
    for numbers, lines, cells_of in blocks:
        if progress:
            progress(count)
        count += len(cells_of)
        _read_block(compiled, columns, (numbers, lines, cells_of), sheet.name, read, wrong)
    if compiled.rounded:
        read.findings.append(_rounded(compiled.rounded, sheet.name))
    for (id, says), more in wrong.items():
        if more > 1:
            what = says or ("the time" if id == "import-time" else "a number") + " can't be read either."
            again = f"{more - 1:,} more row{'s' * (more != 2)} of {sheet.name}: {what}"
            read.findings.append(Finding(id, "error", again, "See the first of them.", source=Source(sheet.name)))
    return read


def _read_block(
    compiled: Compiled, columns: Columns, block: Numbered, file: str, read: Read, wrong: dict[tuple[str, str], int]
) -> None:
    """Adds what the rows of a block say: column by column what stands there plainly, the others row by row."""
    numbers, lines, cells_of = block
    rows = Rows(Looked(columns_of(cells_of), stripped), len(cells_of))
    made, balances = columns.read(rows, numbers, lines)
    if not rows.alone:
        read.drafts += made  # type: ignore[arg-type]  # none is left to be read by itself
        read.natives += rows.natives
        read.balances += [balance for balance in balances if balance is not None]
        return
    for at, draft in enumerate(made):
        balance, native = balances[at], rows.natives[at] if draft is not None else ""
        if draft is None:
            alone, balance = _by_itself(compiled, Place(file, numbers[at], lines[at]), rows.row(at), read, wrong)
            draft, native = alone, alone.native if alone is not None else ""
        if draft is not None:
            read.drafts.append(draft)
            read.natives.append(native)
        if balance is not None:
            read.balances.append(balance)


def _by_itself(
    compiled: Compiled, place: Place, row: Sequence[str], read: Read, wrong: dict[tuple[str, str], int]
) -> tuple[Draft | None, Balance | None]:
    """What one row says; why it is left out, or what is wrong with it, is told."""
    draft = None
    try:
        draft = compiled.draft(place, row)
    except NotAnEvent as why:
        read.left_out.append(LeftOut(place.row, str(why), why.needs))
    except Wrong as problem:
        _tell(problem, place, read, wrong)
        return None, None
    try:
        return draft, compiled.balance(place, row, draft)
    except Wrong as problem:
        if draft is not None:  # of a row that is no event nothing need be readable
            _tell(problem, place, read, wrong)
        return draft, None


def _in_blocks(rows: Sequence[tuple[int, int, Sequence[str]]]) -> Iterator[Numbered]:
    for first in range(0, len(rows), _BLOCK):
        numbers, lines, texts = zip(*rows[first : first + _BLOCK], strict=True)
        yield numbers, lines, texts


def _with_its_decimal_sign(format: Format, layout: Layout, file: str, blocks: Sequence[Numbered], read: Read) -> Format:
    """The format with the decimal sign that the file has: a spreadsheet set to another country writes 1,5 between `;`.

    Raises Wrong where its numbers can be read either way.
    """
    if layout.delimiter == "," or format.decimal == "comma":
        return format
    sign = cells.decimal_sign(cell.strip() for _, _, rows in blocks for row in rows for cell in row)
    if sign == "unclear":
        says = "Numbers of this file such as 1,234 may be a thousand, or one and a bit: it does not show which."
        todo = (
            "Download it again and don't open it in a spreadsheet; or say decimal: comma in a format file of your own."
        )
        raise Wrong("import-decimal", says, todo)
    if sign == "comma":
        says = "Its decimal sign is a comma, and so its numbers were read."
        read.findings.append(Finding("import-note", "note", says, source=Source(file)))
        return format.model_copy(update={"decimal": "comma"})
    return format


def _rounded(numbers: Sequence[str], file: str) -> Finding:
    have = "One number of this file has" if len(numbers) == 1 else f"{len(numbers)} numbers of this file have"
    says = f"{have} six digits and an exponent, as {numbers[0]}: a spreadsheet rounds small numbers so when it saves "
    says += "a file."
    todo = "If you opened and saved it, download it again: what was cut off is missing in quantities and balances."
    return Finding("import-rounded", "review", says, todo, source=Source(file))


def _tell(problem: Wrong, place: Place, read: Read, wrong: dict[tuple[str, str], int]) -> None:
    """The problem of a row; of many that are alike the first is told, and how many there are."""
    says = str(problem)
    # A cell that can't be read is told once a file, whatever stands in it: a spreadsheet changes them all.
    key = problem.id, "" if problem.id in _OF_CELLS else says
    wrong[key] = wrong.get(key, 0) + 1
    if wrong[key] == 1 and len(read.findings) < _MOST_TOLD:
        where = Source(place.file, place.line)
        todo = named_for_rulings(problem.todo, *place)
        read.findings.append(Finding(problem.id, "error", says, todo, source=where, value=shown(problem.value)))


def rows_of(sheet: Sheet, layout: Layout, read: Read) -> tuple[Sequence[str], list[tuple[int, int, Sequence[str]]]]:
    """The header, and the rows below it as `each_row` gives them."""
    return layout.header, list(each_row(sheet, layout, read))


def each_row(sheet: Sheet, layout: Layout, read: Read) -> Iterator[tuple[int, int, Sequence[str]]]:
    """The rows below the header one by one, each with as many cells as it; torn and over-long ones become findings."""
    for numbers, lines, rows in each_block(sheet, layout, read):
        yield from zip(numbers, lines, rows, strict=True)


def each_block(sheet: Sheet, layout: Layout, read: Read) -> Iterator[Numbered]:
    """The same, many at a time: their numbers, lines and cells."""
    width, told = len(layout.header), len(read.findings)
    lengths: _Lengths | None = None
    try:
        for lines, rows in sheet.blocks(layout.delimiter):
            if lines and lines[0] <= layout.line:
                rows = [row for line, row in zip(lines, rows, strict=True) if line > layout.line]
                lines = [line for line in lines if line > layout.line]
            if widths(rows) == {width} and _none_empty(rows):
                numbers = range(read.rows + 1, read.rows + 1 + len(rows))
                read.rows += len(rows)
                yield numbers, lines, rows
                continue
            lengths = lengths or _Lengths(sheet, layout)
            kept: list[tuple[int, int, Sequence[str]]] = []
            for line, row in zip(lines, rows, strict=True):
                fitting = _fitting(row, line, sheet, layout, lengths.most, read)
                if fitting is not None:
                    kept.append((read.rows, line, fitting))
            if kept:
                yield [number for number, _, _ in kept], [line for _, line, _ in kept], [row for _, _, row in kept]
    except Unreadable as problem:
        read.findings.insert(told, unreadable(problem, sheet.name))


def _none_empty(rows: Sequence[Sequence[str]]) -> bool:
    """Whether every row has a cell with something in it, for sure: some column has it in all of them."""
    columns = columns_of(rows)
    return any(map(_without_blanks, columns)) or any(all(map(str.strip, column)) for column in columns)


def _without_blanks(column: Sequence[str]) -> bool:
    """Whether no cell is empty, and none has a blank."""
    if not all(column):
        return False
    whole = "".join(column)
    return whole.split(None, 1) == [whole]


class _Lengths:
    """How many cells the rows of a table have at most where all have as many.

    A comma too many at the end of every row is a habit of some exports; at the end of one it is a comma in a number.
    """

    def __init__(self, sheet: Sheet, layout: Layout) -> None:
        lengths: set[int] = set()
        with suppress(Unreadable):  # told where the rows are read
            for line, row in sheet.rows(layout.delimiter):
                if len(row) not in lengths and line > layout.line and any(map(str.strip, row)):
                    lengths.add(len(row))
        self.most = max(layout.width, *lengths) if len(lengths) == 1 else layout.width


def _fitting(
    row: Sequence[str], line: int, sheet: Sheet, layout: Layout, most: int, read: Read
) -> Sequence[str] | None:
    """A row with as many cells as the header; None where it is empty, or told."""
    width = len(layout.header)
    read.rows += 1
    if not any(map(str.strip, row)):
        read.left_out.append(LeftOut(read.rows, "the row is empty"))
    elif len(row) == width:
        return row
    elif width < len(row) <= most and not any(map(str.strip, row[width:])):
        return row[:width]
    elif len(row) > width:
        says = f"The row has {len(row)} columns where the header has {width}."
        todo = "Put text that holds a comma in double quotes, or download the file again."
        read.findings.append(Finding("ledger-long-row", "error", says, todo, source=Source(sheet.name, line)))
    elif layout.known.format.short_rows and not (sheet.torn and line >= sheet.torn):
        return [*row, *([""] * (width - len(row)))]
    else:
        read.findings.append(_short(row, width, line, sheet, bool(layout.known.format.reader)))
    return None


def _short(row: Sequence[str], width: int, line: int, sheet: Sheet, own: bool) -> Finding:
    torn = bool(sheet.torn) and line >= sheet.torn
    says = f"The row has {len(row)} of {width} columns" + (", and the file ends in the middle of it." if torn else ".")
    todo = (
        "The file is cut off, and what came after it is missing: download it again."
        if torn
        else "Write a comma for every column of the header, also where a cell is empty."
        if own
        else "Download the file again; if it is so at the source, take the row out and enter it in Niner's own format."
    )
    return Finding("ledger-torn-row", "error", says, todo, source=Source(sheet.name, line))


def _zone(format: Format, layout: Layout, said: SourceFile, file: str, findings: list[Finding]) -> tzinfo | str | None:
    """The zone of a file's times; None where each cell names its own, a text (why) where it isn't known."""
    assert format.time is not None
    rule = format.time.zone
    if rule == "cell":
        return ZoneInfo(said.timezone) if said.timezone else None
    if rule == "ask":
        if said.timezone:
            return ZoneInfo(said.timezone)
        says = f"{format.source} writes times without saying in which time zone."
        todo = f'Add to case.yaml: sources: {{"{file}": {{timezone: America/New_York}}}}, with the zone that it was.'
        findings.append(Finding("import-timezone", "error", says, todo, source=Source(file, layout.line)))
        return "asked"
    if isinstance(rule, str):
        return cells.zone_of(rule) or ZoneInfo(rule)
    at = find(format.columns.get(format.time.column[0], format.time.column), layout.header)
    name = layout.header[at] if at is not None else ""
    texts, pattern = ([name], rule.header) if rule.header else (layout.above, rule.preamble)
    for text in texts:
        found = re.search(pattern, text)
        zone = cells.zone_of(found[1] or "") if found else None
        if zone is not None:
            return zone
    says = f"The file does not say in which time zone its times are, as exports of {format.source} do."
    if said.timezone:
        return ZoneInfo(said.timezone)
    todo = (
        f'Download it again, or add to case.yaml: sources: {{"{file}": {{timezone: UTC}}}}, with the zone that it was.'
    )
    findings.append(Finding("import-timezone", "error", says, todo, source=Source(file, layout.line)))
    return "not said"
