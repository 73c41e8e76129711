"""A recognised table of the broker's side to reported sales, by the `reported` words of its format file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import tzinfo

from niner.brokers.reading.columns import Row, misspelt, sale_of
from niner.brokers.values import ReportedSale
from niner.dataclass import dataclass
from niner.files.reading import Unreadable
from niner.imports.layouts.compile import Wrong
from niner.imports.layouts.conditions import condition
from niner.imports.layouts.language import Format, Reported
from niner.imports.layouts.recognise import Layout
from niner.imports.layouts.references import reference
from niner.imports.reading.read import Read, rows_of
from niner.imports.tables.header import fold
from niner.imports.tables.sheet import Sheet
from niner.values import Finding, Source
from niner.words.plain import shown

_MOST_TOLD = 100


@dataclass(slots=True)
class Table:
    """What one table says: its sales, the rows left out and why, and what is wrong. `rows` counts its data rows."""

    sales: list[ReportedSale] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0


Texts = Callable[[Sequence[str]], Mapping[str, str] | None]


def read_table(sheet: Sheet, layout: Layout, broker: str, zone: tzinfo | None, tax_year: int) -> Table:
    """The sales of a table. `broker` is whose sales they are where no row says; `tax_year` that of undated totals."""
    format = layout.known.format
    table = Table()
    if any(one.only for one in format.reported):
        where = Source(sheet.name, layout.line)
        wrong = misspelt(layout.header, fold)
        table.findings += [Finding("brokers-column", "error", says, todo, source=where) for says, todo in wrong]
    if any(one.section for one in format.reported):
        rows = _sections(sheet, layout, table)
    else:
        read = Read()
        _, found = rows_of(sheet, layout, read)
        table.findings += read.findings
        table.left_out += [(one.row, one.why) for one in read.left_out]
        table.rows = read.rows
        texts = [(one, _texts(format, one, layout.header)) for one in format.reported]
        rows = [(number, line, cells, texts) for number, line, cells in found]
    for number, line, cells, several in rows:
        reported, said = next(((one, got) for one, of in several if (got := of(cells)) is not None), (None, None))
        if reported is None or said is None:
            table.left_out.append((number, several[0][0].otherwise if several else "another form"))
            continue
        row = Row(Source(sheet.name, line), number, broker, tuple(reported.dates), zone, tax_year, reported.rank)
        try:
            table.sales.append(sale_of(said, row))
        except Wrong as problem:
            if len(table.findings) < _MOST_TOLD:
                told = Finding(problem.id, "error", str(problem), problem.todo, source=row.source)
                table.findings.append(told)
    return table


def _texts(format: Format, reported: Reported, header: Sequence[str]) -> Texts:
    """A function from a row's cells to its text under each canonical column; None for a row that is no sale."""
    says = {column: reference(format, header, ref) for column, ref in reported.says.items()}
    holds = condition(reported.when, lambda ref: reference(format, header, ref), False) if reported.when else None
    words = {column: {word.casefold(): ours for word, ours in of.items()} for column, of in reported.values.items()}

    def read(cells: Sequence[str]) -> Mapping[str, str] | None:
        cells = [cell.strip() for cell in cells]
        if holds is not None and not holds(cells):
            return None
        texts = {column: text(cells) for column, text in says.items()}
        for column, of in words.items():
            text = texts.get(column, "").casefold()
            texts[column] = of.get(text, of.get("*", texts.get(column, "")))
        if texts.get("asset") in format.assets:
            texts["asset"] = format.assets[texts["asset"]]
        return texts

    return read


_Rows = list[tuple[int, int, Sequence[str], Sequence[tuple[Reported, Texts]]]]


def _sections(sheet: Sheet, layout: Layout, table: Table) -> _Rows:
    """The rows of a table of several forms, each under the header of its own section.

    The first cell of a header and of its rows is the form; a header repeats the names of the layout behind it.
    """
    format = layout.known.format
    marks = [fold(names[0]) for names in format.recognise.columns[1:]]
    compiled: dict[str, list[tuple[Reported, Texts]]] = {}
    widths: dict[str, int] = {}
    found: _Rows = []
    try:
        for line, cells in sheet.rows(layout.delimiter):
            if line < layout.line or not any(map(str.strip, cells)):
                continue
            section = cells[0].strip()
            names = [fold(cell) for cell in cells]
            if all(mark in names for mark in marks):
                header = [cell.strip() for cell in cells]
                widths[section] = len(header)
                of = [one for one in format.reported if one.section == section]
                compiled[section] = [(one, _texts(format, one, header)) for one in of]
                continue
            table.rows += 1
            if section not in compiled:
                says = f"The row begins with “{shown(section)}”, and no header before it does."
                todo = "Download the file again; its sections belong together."
                table.findings.append(Finding("brokers-section", "error", says, todo, source=Source(sheet.name, line)))
            elif not compiled[section]:
                table.left_out.append((table.rows, f"Form {section} is about no sales"))
            elif len(cells) < widths[section] and sheet.torn and line >= sheet.torn:
                says = f"The row has {len(cells)} of {widths[section]} columns, and the file ends in the middle of it."
                todo = "The file is cut off: download it again."
                table.findings.append(Finding("brokers-row", "error", says, todo, source=Source(sheet.name, line)))
            else:
                filled = [*cells, *([""] * (widths[section] - len(cells)))]
                found.append((table.rows, line, filled, compiled[section]))
    except Unreadable as problem:
        says = f"The file can't be read: {problem.why}."
        table.findings.append(Finding("brokers-unreadable", "error", says, problem.todo, source=Source(sheet.name)))
    return found
