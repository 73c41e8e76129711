"""A case's ledger folder to events and a report of each file; nothing is matched or priced here."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from niner.case.model import SourceFile
from niner.imports.assemble import assemble
from niner.imports.catalogue import Known, formats_of
from niner.imports.draft import Draft
from niner.imports.events import (
    Balance,
    Event,
    Gap,
    ImportedFile,
    LeftOut,
    MissingPrice,
    Transfer,
    Unmatched,
    change,
)
from niner.imports.language import Format
from niner.imports.once import once
from niner.imports.own_format import read_own
from niner.imports.read import read_table
from niner.imports.recognise import Layout, Unknown, recognise
from niner.imports.sheet import Sheet, read_sheets
from niner.ledger.transaction import Transaction
from niner.plain import path_text
from niner.plain import shown as text_shown
from niner.reading import Unreadable
from niner.values import Finding, Refused, Source

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".zip")
OWN = "niner_format"
"""The reader of Niner's own format, by the name in its format file."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What the downloads hold: events by time, a report of each file, balances that files state, and findings.

    `own` are the transactions of files in Niner's own format, which are among the events too. `transfers`, `unmatched`,
    `missing_prices` and `gaps` are what the steps after reading find (downloads.py).
    """

    files: tuple[ImportedFile, ...] = ()
    events: tuple[Event, ...] = ()
    balances: tuple[Balance, ...] = ()
    findings: tuple[Finding, ...] = ()
    own: tuple[Transaction, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    missing_prices: tuple[MissingPrice, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(slots=True)
class _File:
    """A table being read."""

    name: str
    sha256: str
    wallet: str = ""
    known: Known | None = None
    rows: int = 0
    drafts: Sequence[Draft] = ()
    left_out: Sequence[LeftOut] = ()
    balances: Sequence[Balance] = ()
    own: Sequence[tuple[int, Transaction]] = ()
    events: Sequence[Event] = ()
    says: str = ""


def read_folder(
    folder: Path,
    zone: ZoneInfo | None = None,
    sources: Mapping[str, SourceFile] = MappingProxyType({}),
    same_as: Mapping[str, str] = MappingProxyType({}),
    format_dirs: Iterable[Path] = (),
    progress: Callable[[int], None] | None = None,
) -> Imported:
    """Every download in `folder/ledger`. Never raises for bad input: problems are in the findings.

    `zone` dates times of Niner's own format that name no offset; `sources` is what the case says of single files.
    """
    try:
        places = [(directory, path_text(directory)) for directory in format_dirs]
        formats = formats_of([(folder / "formats", "formats"), *places])
    except Refused as refused:
        return Imported(findings=tuple(refused.findings))
    findings: list[Finding] = []
    files: list[_File] = []
    seen: dict[str, str] = {}
    for path, name in _downloads(folder / "ledger", findings):
        files += _read_file(path, name, formats, sources, zone, same_as, seen, findings, progress)
    findings += _unused(sources, [file.name for file in files])
    return _put_together(files, findings)


def _put_together(files: list[_File], findings: list[Finding]) -> Imported:
    """The files' rows, each once, as events."""
    formats = {file.name: file.known.format for file in files if file.known}
    drafts = {file.name: file.drafts for file in files if file.drafts}
    second = _second_views(files, drafts)
    told = once({name: [d for d in rows if d.row not in second.get(name, {})] for name, rows in drafts.items()})
    made = assemble(told.drafts, formats)
    findings += told.findings + made.findings
    by_file: dict[str, list[Event]] = defaultdict(list)
    for event in (*made.events, *(event for file in files for event in file.events)):
        by_file[event.file].append(event)
    reports = []
    for file in files:
        left = [*file.left_out, *told.left_out[file.name], *made.left_out[file.name]]
        left += [LeftOut(row, why) for row, why in second.get(file.name, {}).items()]
        reports.append(_report(file, by_file[file.name], left))
    events = sorted((event for several in by_file.values() for event in several), key=_order)
    return Imported(
        files=tuple(reports),
        events=tuple(events),
        balances=tuple(balance for file in files for balance in file.balances),
        findings=tuple(findings),
        own=tuple(transaction for file in files for _, transaction in file.own),
    )


def _order(event: Event) -> tuple[datetime, str, int]:
    return event.time, event.file, event.line


def _report(file: _File, events: Sequence[Event], left: Sequence[LeftOut]) -> ImportedFile:
    format = file.known.format if file.known else None
    times = [event.time for event in events]
    return ImportedFile(
        file=file.name,
        sha256=file.sha256,
        format=format.name if format else "",
        source=format.source if format else "",
        wallet=file.wallet,
        rows=file.rows,
        events=len(events),
        first=min(times, default=None),
        last=max(times, default=None),
        left_out=tuple(sorted(left, key=lambda one: one.row)),
        change=change(events),
        side=format.side if format else "ledger",
        says=file.says or _says(file, format, events),
    )


def _says(file: _File, format: Format | None, events: Sequence[Event]) -> str:
    if format is None:
        return "not recognised"
    if format.side == "broker":
        return "what a broker reported: it is set against the sales, and is no event itself"
    if file.rows and not events and file.drafts:
        return "a second view of what other files say: kept for comparing, nothing is counted twice"
    return ""


def _second_views(files: Sequence[_File], drafts: Mapping[str, Sequence[Draft]]) -> dict[str, dict[int, str]]:
    """The rows of files that only show again what a better view of the same account shows for that time."""
    spans: dict[tuple[str, str, str], list[tuple[int, datetime, datetime, str]]] = defaultdict(list)
    for file in files:
        rows = drafts.get(file.name)
        if rows and file.known and file.known.format.view:
            format = file.known.format
            times = [draft.time for draft in rows]
            spans[format.source, file.wallet, format.view].append((format.rank, min(times), max(times), file.name))
    found: dict[str, dict[int, str]] = {}
    for file in files:
        rows = drafts.get(file.name)
        if not rows or not file.known or not file.known.format.view:
            continue
        format = file.known.format
        better = [span for span in spans[format.source, file.wallet, format.view] if span[0] < format.rank]
        for draft in rows:
            shown = next((name for _, first, last, name in better if first <= draft.time <= last), None)
            if shown:
                found.setdefault(file.name, {})[draft.row] = f"a second view: {shown} shows the same time"
    return found


def _downloads(ledger: Path, findings: list[Finding]) -> list[tuple[Path, str]]:
    """The files of the folder and of its sub-folders by name, and what lies there that is not read."""
    found: list[tuple[Path, str]] = []

    def look(place: Path, name: str, deep: bool) -> None:
        try:
            entries = sorted(place.iterdir(), key=lambda path: path.name)
        except OSError as error:
            says = f"The folder can't be read: {error.strerror or error}."
            if place != ledger:
                findings.append(Finding("import-unreadable", "error", says, source=Source(name)))
            return
        for path in entries:
            shown = f"{name}/{path_text(path.name)}"
            if path.name.startswith((".", "~$")):
                continue
            if path.is_dir():
                if deep:
                    look(path, shown, deep=False)
                else:
                    says = "This folder is not read: a wallet's folder holds files only."
                    todo = "Move its files up, or name the wallet before “--” in their names."
                    findings.append(Finding("ledger-not-read", "review", says, todo, source=Source(shown)))
            elif path.suffix.lower() in SUFFIXES or path.suffix.lower() in _TOLD:
                found.append((path, shown))
            else:
                says = f"This is not read: the ledger is files that end in {', '.join(SUFFIXES)}."
                todo = "Download it as .csv, or move it elsewhere."
                findings.append(Finding("ledger-not-read", "review", says, todo, source=Source(shown)))

    look(ledger, "ledger", deep=True)
    return found


# Kinds of files that people put there in the belief that they are read: each is refused with what to do instead.
_TOLD = (".xls", ".pdf", ".png", ".jpg", ".jpeg", ".heic", ".json", ".html", ".htm", ".gz", ".7z", ".rar")


def _read_file(
    path: Path,
    name: str,
    formats: Sequence[Known],
    sources: Mapping[str, SourceFile],
    zone: ZoneInfo | None,
    same_as: Mapping[str, str],
    seen: dict[str, str],
    findings: list[Finding],
    progress: Callable[[int], None] | None,
) -> list[_File]:
    try:
        data, sheets = read_sheets(path, name)
    except Unreadable as problem:
        says = f"The file can't be read: {problem.why}."
        findings.append(Finding("import-unreadable", "error", says, problem.todo, source=Source(name, problem.row)))
        return [_File(name, "", says=problem.why)]
    digest = sha256(data).hexdigest()
    files = []
    for sheet in sheets:
        said = sources.get(sheet.name) or sources.get(name) or SourceFile()
        file = _File(sheet.name, digest, says=sheet.note)
        files.append(file)
        try:
            layout = recognise(sheet, formats, said.format)
        except Unreadable as problem:
            says = f"The file can't be read: {problem.why}."
            where = Source(sheet.name, problem.row)
            findings.append(Finding("import-unreadable", "error", says, problem.todo, source=where))
            continue
        if isinstance(layout, Unknown):
            findings.append(unknown_finding(sheet.name, layout))
            continue
        _read_sheet(file, sheet, layout, said, zone, same_as, findings, progress)
    return files


def _read_sheet(
    file: _File,
    sheet: Sheet,
    layout: Layout,
    said: SourceFile,
    zone: ZoneInfo | None,
    same_as: Mapping[str, str],
    findings: list[Finding],
    progress: Callable[[int], None] | None,
) -> None:
    format = layout.known.format
    file.known = layout.known
    file.wallet = said.wallet or wallet_in(file.name) or (format.wallet if isinstance(format.wallet, str) else "")
    file.wallet = file.wallet or format.source
    if sheet.note:
        findings.append(Finding("import-note", "note", sheet.note, source=Source(sheet.name)))
    if format.side == "broker":
        file.rows = sum(1 for line, _ in sheet.rows(layout.delimiter) if line > layout.line)
        return
    if format.reader == OWN:
        read = read_own(sheet, layout, zone, same_as, progress)
        file.own, file.rows, file.events = read.rows, read.count, read.events
        file.wallet = read.wallet
        findings += read.findings
        return
    table = read_table(sheet, layout, file.wallet, said, progress)
    file.drafts, file.left_out, file.rows = table.drafts, table.left_out, table.rows
    file.balances = table.balances
    findings += table.findings


def wallet_in(name: str) -> str:
    """The wallet that a file's place names: its sub-folder, or what stands before `--` in its name."""
    parts = name.split("/")
    in_folder = len(parts) > 2 and not any(part.lower().endswith(".zip") for part in parts[1:-1])
    own = next((part for part in parts[1:] if "--" in part), "")
    if own:
        return own.partition("--")[0].strip()
    return parts[1].strip() if in_folder or (len(parts) > 3) else ""


def _unused(sources: Mapping[str, SourceFile], names: Sequence[str]) -> list[Finding]:
    """What case.yaml says of files that are not there."""
    found = []
    for name in sources:
        if not any(own == name or own.startswith((f"{name}/", f"{name}[")) for own in names):
            says = f"case.yaml names “{text_shown(name)}” under sources, and there is no such file."
            todo = "Write it as it lies in the case folder, as ledger/kraken.csv."
            found.append(Finding("sources-unknown", "review", says, todo, source=Source("case.yaml")))
    return found


def unknown_finding(name: str, unknown: Unknown) -> Finding:
    """What to say of a table in no known format, or in several."""
    where = Source(name, unknown.line)
    if unknown.same:
        says = f"The columns of this file are those of {' and of '.join(unknown.same)} alike."
        todo = f"Say which in case.yaml: sources: {{{name}: {{format: “{unknown.same[0]}”}}}}"
        return Finding("import-which", "error", says, todo, source=where)
    columns = ", ".join(text_shown(column) for column in unknown.header[:8])
    says = f"The columns of this file ({columns or 'none'}) are no format that Niner knows."
    todo = "If it holds transactions, download them as .csv again, or add a format file (see: niner formats)."
    if unknown.nearest:
        lacks = ", ".join(f"“{text_shown(column)}”" for column in unknown.missing)
        says += f" The nearest is {unknown.nearest}; it lacks {lacks}."
        if unknown.instead:
            has = ", ".join(f"“{text_shown(column)}”" for column in unknown.instead)
            says = f"{says[:-1]} and has {has} instead."
        todo = (
            f"If a column was renamed, give it its name back; otherwise see what it would be: niner formats try {name}"
        )
    return Finding("import-format", "error", says, todo, source=where)
