"""One file to what it would become: its format and events, or the nearest format and what differs."""

from collections.abc import Sequence
from dataclasses import field
from pathlib import Path

from niner.case.model import SourceFile
from niner.dataclass import dataclass
from niner.files.reading import Unreadable
from niner.imports.events import Event, LeftOut
from niner.imports.folder import OWN, unknown_finding
from niner.imports.layouts.catalogue import Known
from niner.imports.layouts.language import Format
from niner.imports.layouts.recognise import Unknown, recognise
from niner.imports.reading.assemble import assemble
from niner.imports.reading.at_once import drafts_of
from niner.imports.reading.doubts import doubts_of
from niner.imports.reading.once import once
from niner.imports.reading.own_format import read_own
from niner.imports.reading.read import read_table
from niner.imports.tables.sheet import Sheet, read_sheets, unreadable
from niner.values import Finding, Source
from niner.words.plain import path_text


@dataclass(frozen=True, slots=True)
class Tried:
    """A table tried on its own. `format` is None where none fits."""

    file: str
    format: Format | None = None
    rows: int = 0
    events: Sequence[Event] = ()
    left_out: Sequence[LeftOut] = ()
    findings: Sequence[Finding] = field(default_factory=tuple)


def tried(path: Path, formats: Sequence[Known], said: SourceFile) -> list[Tried]:
    """What each table of a file would become; `said` is what the case would say of it."""
    name = path_text(path)
    try:
        _, sheets = read_sheets(path, name)
        return [_one(sheet, formats, said) for sheet in sheets]
    except Unreadable as problem:
        return [Tried(name, findings=(unreadable(problem, name),))]


def _one(sheet: Sheet, formats: Sequence[Known], said: SourceFile) -> Tried:
    layout = recognise(sheet, formats, said.format)
    if isinstance(layout, Unknown):
        return Tried(sheet.name, findings=(unknown_finding(sheet.name, layout),))
    format = layout.known.format
    doubts = doubts_of(format, Source(sheet.name))
    if format.unread:
        rows = sum(1 for line, _ in sheet.rows(layout.delimiter) if line > layout.line)
        return Tried(sheet.name, format, rows, findings=doubts)
    if format.reader == OWN:
        own = read_own(sheet, layout, None, {})
        return Tried(sheet.name, format, own.count, own.events, (), own.findings)
    read = read_table(sheet, layout, said.wallet or format.source, said)
    told = once({sheet.name: drafts_of(read.drafts)})
    made = assemble(told.drafts, {sheet.name: format})
    left = [*read.left_out, *told.left_out[sheet.name], *made.left_out[sheet.name]]
    left.sort(key=lambda one: one.row)
    return Tried(
        sheet.name, format, read.rows, made.events, left, (*doubts, *read.findings, *told.findings, *made.findings)
    )
