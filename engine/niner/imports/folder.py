"""A case's ledger folder to events and a report of each file; nothing is matched or priced here."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from decimal import Decimal
from hashlib import sha256
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from niner.case.model import SourceFile
from niner.dataclass import dataclass
from niner.files.reading import Unreadable
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
from niner.imports.layouts.catalogue import Known, formats_of
from niner.imports.layouts.language import Format
from niner.imports.layouts.recognise import Layout, Unknown, recognise
from niner.imports.reading.assemble import assemble
from niner.imports.reading.at_once import Joined, Row, drafts_of, joined
from niner.imports.reading.doubts import doubts_of, lost_digits, missing_files
from niner.imports.reading.kept import all_read, read_once
from niner.imports.reading.once import once, own_once
from niner.imports.reading.own_format import Placed, event_of, placed, together
from niner.imports.reading.read import read_table
from niner.imports.reading.views import Viewed, second_views
from niner.imports.settled import Settled, Settling, settler
from niner.imports.tables.files import downloads, wallet_in
from niner.imports.tables.header import spoken
from niner.imports.tables.sheet import Sheet, read_sheets, unreadable
from niner.ledger.records import NO_RECORDS, Records
from niner.ledger.transaction import Transaction
from niner.ledger.whole import same_ids
from niner.values import Finding, Refused, Source
from niner.words.plain import path_text
from niner.words.plain import shown as text_shown

# What a later step may change: halves of moves are matched, what is under review is ruled on.
_OPEN = ("transfer_out", "transfer_in", "review")

OWN = "niner_format"
"""The reader of Niner's own format, by the name in its format file."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What the downloads hold: events by time, a report of each file, balances that files state, and findings.

    Rows of Niner's own format that are complete stay the transactions that they are, in `own`, and are no events until
    somebody looks at them (`complete`): a million rows are read without a million events. Halves of moves, and what is
    under review, are events; `same` holds, by place, the transaction that such an event is while no step changes it.
    So are rows of exports that leave nothing to be asked, in `settled`. `written` are the files in Niner's own format.
    `inputs` is the sha256 of every file that was read. `transfers`, `unmatched`, `missing_prices`, `gaps` and
    `records` are what the steps after reading find (downloads.py); `worths` are dollars of halves of moves that a file
    prices, by id.
    """

    files: tuple[ImportedFile, ...] = ()
    events: tuple[Event, ...] = ()
    balances: tuple[Balance, ...] = ()
    findings: tuple[Finding, ...] = ()
    own: Placed = field(default_factory=Placed)
    settled: tuple[Settled, ...] = ()
    written: frozenset[str] = frozenset()
    same: Mapping[Source, tuple[Event, Transaction]] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    transfers: tuple[Transfer, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    missing_prices: tuple[MissingPrice, ...] = ()
    gaps: tuple[Gap, ...] = ()
    worths: Mapping[str, Decimal] = field(default_factory=dict)
    records: Records = NO_RECORDS


@dataclass(slots=True)
class _File:
    """A table being read."""

    name: str
    sha256: str
    wallet: str = ""
    known: Known | None = None
    rows: int = 0
    drafts: Sequence[Row] = ()
    natives: Sequence[str] = ()
    left_out: Sequence[LeftOut] = ()
    balances: Sequence[Balance] = ()
    own: Placed = field(default_factory=Placed)
    says: str = ""


@dataclass(slots=True)
class _Reading:
    """What is known while files are read, one after the other."""

    formats: Sequence[Known]
    sources: Mapping[str, SourceFile]
    zone: ZoneInfo | None
    same_as: Mapping[str, str]
    progress: Callable[[int], None] | None
    inputs: dict[str, str]
    findings: list[Finding]


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
    reading = _Reading(formats, sources, zone, same_as, progress, {}, [])
    found = downloads(folder / "ledger", reading.findings)
    if not found:
        says = "There is no ledger: the folder “ledger” holds no download."
        todo = "Put what you downloaded there as it is, or a .csv file in Niner's own format."
        reading.findings.append(Finding("ledger-missing", "error", says, todo))
    files = [file for path, name in found for file in _read_file(path, name, reading)]
    all_read()
    reading.inputs |= {known.file: known.sha256 for known in formats if known.file.startswith("formats/")}
    reading.findings += _unused(sources, [file.name for file in files])
    return _put_together(files, reading)


def _halves(made: Iterable[Finding], of_rows: Iterable[Finding]) -> Iterable[Finding]:
    """Findings of events; where a row of a file could not be read, a half that is missed there may be that row."""
    broken = {one.source.file for one in of_rows if one.severity == "error" and one.source}
    for finding in made:
        if finding.id == "import-half" and finding.source and finding.source.file in broken:
            todo = f"It may be a row of this file with an error of its own: settle that first. {finding.todo}"
            finding = replace(finding, says=finding.says.replace(*_MISSED), todo=todo)
        yield finding


_MISSED = " is not in the file", " is not among the rows that could be read"


def _put_together(files: list[_File], reading: _Reading) -> Imported:
    """The files' rows, each once, as events."""
    formats = {file.name: file.known.format for file in files if file.known}
    settling = Settling(reading.zone, reading.same_as)
    apart = _apart([file for file in files if file.known], formats, settling)
    settled = {name: apart[name].settled if name in apart else [] for name in formats}
    read = {
        file.name: Viewed(
            *(file.wallet, formats[file.name]),
            apart[file.name].drafts if file.name in apart else drafts_of(file.drafts),
        )
        for file in files
        if file.known
    }
    second = second_views(read)
    drafts = {name: viewed.drafts for name, viewed in read.items()}
    drafts |= {name: [draft for draft in drafts[name] if draft.row not in rows] for name, rows in second.items()}
    told = once(drafts)
    own = own_once({file.name: file.own for file in files})
    at_once = [one for several in settled.values() for one in several]
    made = assemble(told.drafts, formats, settler(settling), at_once)
    by_file: dict[str, list[Event]] = defaultdict(list)
    for event in made.events:
        by_file[event.file].append(event)
    for one in made.settled[len(at_once) :]:
        settled[one.transaction.source.file].append(one)
    same: dict[Source, tuple[Event, Transaction]] = {}
    rest: dict[str, Placed] = defaultdict(Placed)
    for name, rows in own.kept.items():
        if rows.kinds().isdisjoint(_OPEN):
            rest[name] = rows
            continue
        others: list[tuple[int, Transaction]] = []
        for row, transaction in rows:
            if transaction.kind in _OPEN:
                event = event_of(transaction, row)
                by_file[name].append(event)
                same[transaction.source] = event, transaction
            else:
                others.append((row, transaction))
        if others:
            rest[name] = placed(others)
    # Later steps know halves of moves, and rows that are ruled on, by their ids: one would take the other's place.
    kept = together(own.kept.values()).rows
    missing = missing_files((f.name, f.wallet, f.known.format, f.left_out) for f in files if f.known)
    reports = []
    for file in files:
        left = [*file.left_out, *told.left_out[file.name], *made.left_out[file.name], *own.left_out[file.name]]
        left += [LeftOut(row, why) for row, why in second.get(file.name, {}).items()]
        reports.append(_report(file, by_file[file.name], rest[file.name], settled.get(file.name, ()), left))
    return Imported(
        files=tuple(reports),
        events=tuple(sorted((event for several in by_file.values() for event in several), key=in_order)),
        balances=tuple(balance for file in files for balance in file.balances),
        findings=(
            *reading.findings,
            *missing,
            *told.findings,
            *_halves(made.findings, reading.findings),
            *same_ids(kept),
        ),
        own=together(rest.values()),
        settled=tuple(made.settled),
        written=frozenset(file.name for file in files if file.own),
        same=same,
        inputs=reading.inputs,
    )


def _apart(files: Sequence[_File], formats: Mapping[str, Format], settling: Settling) -> dict[str, Joined]:
    """The rows of those files that need not be compared with other rows, by file.

    Only rows of one source may tell the same: they are taken as they are where that source's own ids show that they
    don't, where there is one file of it, and where no file is another view of what a better one shows.
    """
    by_source: dict[str, list[_File]] = defaultdict(list)
    for file in files:
        by_source[formats[file.name].source].append(file)
    found: dict[str, Joined] = {}
    for several in by_source.values():
        ranks = {(file.wallet, formats[file.name].rank) for file in several}
        natives = [native for file in several for native in file.natives]
        with_rows = [file for file in several if file.drafts]
        if len({wallet for wallet, _ in ranks}) < len(ranks) or (len(with_rows) > 1 and not all(natives)):
            continue
        given = list(filter(None, natives))
        if len(set(given)) < len(given):
            continue
        here = {file.name: joined(file.drafts, formats[file.name], settling, file.name) for file in with_rows}
        keys = [key for one in here.values() for key in one.keys]
        if len(set(keys)) == len(keys):
            found |= here
    return found


in_order = attrgetter("time", "file", "line")
"""The order of events."""


def complete(imported: Imported) -> Imported:
    """The same, with every row of Niner's own format, and what is settled, as an event, and what each file changes."""
    own = [(event_of(transaction, row), transaction) for row, transaction in imported.own]
    own += [(one.event, one.transaction) for one in imported.settled]
    same = {**imported.same, **{transaction.source: (event, transaction) for event, transaction in own}}
    events = sorted([*imported.events, *(event for event, _ in own)], key=in_order)
    by_file: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_file[event.file].append(event)
    files = tuple(replace(file, change=change(by_file[file.file])) for file in imported.files)
    return replace(imported, events=tuple(events), files=files, own=Placed(), settled=(), same=same)


def _report(
    file: _File,
    events: Sequence[Event],
    own: Placed,
    settled: Sequence[Settled],
    left: Sequence[LeftOut],
) -> ImportedFile:
    format = file.known.format if file.known else None
    times = [*(event.time for event in events), *own.rows.instants]
    times += [one.transaction.instant for one in settled]
    return ImportedFile(
        file=file.name,
        sha256=file.sha256,
        format=format.name if format else "",
        source=format.source if format else "",
        wallet=file.wallet,
        rows=file.rows,
        events=len(times),
        first=min(times, default=None),
        last=max(times, default=None),
        left_out=tuple(sorted(left, key=lambda one: one.row)),
        side=format.side if format else "ledger",
        says=file.says or _says(file, format, times),
    )


def _says(file: _File, format: Format | None, events: Sequence[object]) -> str:
    if format is None:
        return "not recognised"
    if format.side == "broker":
        return "what a broker reported: it is set against the sales, and is no event itself"
    if format.refuse:
        return f"not read: {format.refuse.why}"
    if file.drafts and not events:
        return "a second view of what other files say: kept for comparing, nothing is counted twice"
    return ""


def _read_file(path: Path, name: str, reading: _Reading) -> list[_File]:
    """The tables of one file, read as far as they can be."""
    try:
        data, sheets = read_sheets(path, name)
    except Unreadable as problem:
        reading.findings.append(unreadable(problem, name))
        return [_File(name, "", says=problem.why)]
    reading.findings += lost_digits(data, name)
    digest = sha256(data).hexdigest()
    twin = next((other for other, known in reading.inputs.items() if known == digest), None)
    reading.inputs[name] = digest
    files = []
    for sheet in sheets:
        file = _File(sheet.name, digest)
        files.append(file)
        said = reading.sources.get(sheet.name) or reading.sources.get(name) or SourceFile.model_construct()
        try:
            layout = recognise(sheet, reading.formats, said.format)
            if isinstance(layout, Unknown):
                reading.findings.append(unknown_finding(sheet.name, layout))
            elif twin and _wallet(twin, layout, reading.sources.get(twin)) == _wallet(name, layout, said):
                file.known, file.wallet = layout.known, _wallet(name, layout, said)
                _as_twin(file, sheet, layout, name, twin, reading)
            else:
                if twin:
                    reading.findings.append(_two_wallets(sheet.name, twin))
                file.known, file.wallet = layout.known, _wallet(name, layout, said)
                _read_sheet(file, sheet, layout, said, reading)
        except Unreadable as problem:
            reading.findings.append(unreadable(problem, sheet.name))
    return files


def _as_twin(file: _File, sheet: Sheet, layout: Layout, name: str, twin: str, reading: _Reading) -> None:
    """A file that is the same as another to the last byte adds nothing."""
    file.rows = sum(1 for line, _ in sheet.rows(layout.delimiter) if line > layout.line)
    why, first = f"the file is the same as {twin}", sheet.name.replace(name, twin, 1)
    file.left_out = [LeftOut(row, why, told=f"{first}:{row}") for row in range(1, file.rows + 1)]
    file.says = f"the same file as {twin}: nothing is counted twice"
    says = f"The file is the same as {twin}; it adds nothing."
    reading.findings.append(Finding("ledger-twin", "note", says, "Remove one of them.", source=Source(sheet.name)))


def _two_wallets(name: str, twin: str) -> Finding:
    says = f"The file is the same as {twin}, which lies in another wallet: every row would count twice."
    return Finding("ledger-twin", "error", says, "Remove one of them.", source=Source(name))


def _wallet(name: str, layout: Layout, said: SourceFile | None) -> str:
    """The wallet of a file: as the case says, as its place says, as its format is used, else its source."""
    format = layout.known.format
    usual = format.wallet if isinstance(format.wallet, str) else ""
    return (said.wallet if said else "") or wallet_in(name) or usual or format.source


def _read_sheet(file: _File, sheet: Sheet, layout: Layout, said: SourceFile, reading: _Reading) -> None:
    format = layout.known.format
    if sheet.note:
        reading.findings.append(Finding("import-note", "note", sheet.note, source=Source(sheet.name)))
    reading.findings += doubts_of(format, Source(sheet.name, layout.line))
    if format.unread:
        file.rows = sum(1 for line, _ in sheet.rows(layout.delimiter) if line > layout.line)
    elif format.reader == OWN:
        own = read_once(sheet, file.sha256, layout, reading.zone, reading.same_as, reading.progress)
        file.own, file.rows, file.left_out, file.wallet = own.rows, own.count, own.left_out, own.wallet
        reading.findings += own.findings
    else:
        settling = Settling(reading.zone, reading.same_as)
        table = read_table(sheet, layout, file.wallet, said, reading.progress, settling)
        if any(one.id == "import-digits" and one.source and one.source.file == sheet.name for one in reading.findings):
            table.findings = [one for one in table.findings if one.id != "import-rounded"]  # the same, told already
        file.drafts, file.left_out, file.rows = table.drafts, table.left_out, table.rows
        file.natives = table.natives
        file.balances = table.balances
        reading.findings += table.findings


def _unused(sources: Mapping[str, SourceFile], names: Sequence[str]) -> list[Finding]:
    """What case.yaml says of files that are not there."""
    found = []
    for name in sources:
        if name.startswith("brokers/"):  # that room says so itself
            continue
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
        todo = f'Say which in case.yaml: sources: {{"{name}": {{format: "{unknown.same[0]}"}}}}'
        return Finding("import-which", "error", says, todo, source=where)
    if len(unknown.header) < 2:
        says = "This file holds no table of transactions: no line of it names columns."
        todo = "If it is a note of your own, move it out of the ledger folder; otherwise download it again, as .csv."
        return Finding("ledger-format", "error", says, todo, source=where)
    columns = ", ".join(text_shown(column) for column in unknown.header[:8])
    says = f"The columns of this file ({columns or 'none'}) are not a format that Niner knows."
    todo = (
        "`niner formats` lists what is read: see whether its source offers one of those downloads. Otherwise write a "
        "format file for it into formats/ of the case, which takes no code, or its rows in Niner's own format."
    )
    if unknown.nearest and not unknown.near:
        says += f" None is near; {unknown.nearest} has the most of them, and is most likely another source."
    elif unknown.nearest:
        lacks = ", ".join(f"“{text_shown(spoken(column))}”" for column in unknown.missing)
        says += f" The nearest is {unknown.nearest}; "
        says += f"it lacks {lacks}." if lacks else "its columns stand in another order there."
        if unknown.instead:
            has = ", ".join(f"“{text_shown(column)}”" for column in unknown.instead)
            says = f"{says[:-1]} and has {has} instead."
        todo = (
            f"If a column was renamed, give it its name back; otherwise see what it would be: niner formats try {name}"
        )
    return Finding("ledger-format", "error", says, todo, source=where)
