"""A case's folder brokers/ to what brokers reported, each row once, and a report of each file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from niner.brokers.reading.fdx import NOT_A_FORM, attached_json, read_fdx
from niner.brokers.reading.once import once
from niner.brokers.reading.table import Table, read_table
from niner.brokers.reconcile import ruled_rows
from niner.brokers.ruled import rulings_of
from niner.brokers.values import BrokerFile, Brokers, ReportedSale, Withheld
from niner.case.model import SourceFile
from niner.case.rulings import AnyRuling, read_rulings
from niner.dataclass import dataclass
from niner.files.reading import JSON_BYTES, TABLE_BYTES, Unreadable, read_bytes
from niner.imports.folder import unknown_finding
from niner.imports.layouts.catalogue import Known, formats_of
from niner.imports.layouts.recognise import Unknown, recognise
from niner.imports.tables.files import wallet_in
from niner.imports.tables.sheet import read_sheets
from niner.values import Finding, Refused, Source
from niner.words.plain import path_text, shown

_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".zip")
_SUFFIXES = (*_TABLES, ".json", ".pdf")
_GENERAL = "Form 1099-B", "TaxBit", "Niner"
"""Sources whose name is nobody's who reports sales: the broker has to be named."""


@dataclass(slots=True)
class _Reading:
    """What is known while the files are read, one after the other."""

    formats: Sequence[Known]
    sources: Mapping[str, SourceFile]
    zone: ZoneInfo | None
    tax_year: int
    files: list[BrokerFile] = field(default_factory=list)
    sales: list[ReportedSale] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    reissued: set[str] = field(default_factory=set)


def read_brokers(
    folder: Path,
    tax_year: int,
    zone: ZoneInfo | None = None,
    sources: Mapping[str, SourceFile] = MappingProxyType({}),
    format_dirs: Iterable[Path] = (),
    named: Mapping[str, Source] = MappingProxyType({}),
    instead: Sequence[tuple[int, AnyRuling]] | None = None,
) -> Brokers:
    """What the files of `folder`/brokers say. Never raises for bad input: problems are in the findings.

    `tax_year` is that of totals that name no day; `zone` dates times that are finer than a day; `named` is where the
    rows of the ledger stand that rulings name. `instead` take the place of the rulings of decisions.yaml.
    """
    place = folder / "brokers"
    if not place.exists():
        return Brokers()
    try:
        places = [(directory, path_text(directory)) for directory in format_dirs]
        formats = formats_of([(folder / "formats", "formats"), *places])
    except Refused as refused:
        return Brokers(findings=tuple(refused.findings))
    reading = _Reading(formats, sources, zone, tax_year)
    for path, name in sorted(_files(place, reading), key=lambda one: one[1]):
        _read_file(path, name, reading)
    ruled, dropped, wrong = rulings_of(read_rulings(folder)[0] if instead is None else instead, reading.sales, named)
    rows = [row for row in reading.sales if row.name not in dropped]
    told = once(rows, frozenset(reading.reissued))
    told.left_out |= dropped
    files = tuple(_report(file, told.left_out, told.sales) for file in reading.files)
    wrong += ruled_rows(ruled, told.sales, told.left_out)
    findings = [*reading.findings, *told.findings, *_unnamed(told.sales), *_twins(told.left_out), *wrong]
    findings += _unused(sources, reading.files)
    return Brokers(tuple(told.sales), files, tuple(reading.withheld), reading.inputs, tuple(findings), tuple(ruled))


def _files(place: Path, reading: _Reading) -> list[tuple[Path, str]]:
    """The files of the folder and of its sub-folders; what is not read is told."""
    found: list[tuple[Path, str]] = []
    try:
        paths = sorted(path for path in place.rglob("*") if not any(p.startswith((".", "~$")) for p in path.parts[-2:]))
    except OSError as error:
        says = f"The folder can't be read: {error.strerror or error}."
        reading.findings.append(Finding("brokers-unreadable", "error", says, "Check it.", source=Source("brokers")))
        return found
    for path in paths:
        name = f"brokers/{path_text(path.relative_to(place).as_posix())}"
        if path.suffix.lower() in _SUFFIXES and not path.is_dir():
            found.append((path, name))
        elif not path.is_dir():
            says = f"This is not read: what brokers reported is in files that end in {', '.join(_SUFFIXES)}."
            todo = "Download the form as .csv or JSON, or fill the table: niner brokers --template."
            reading.findings.append(Finding("brokers-not-read", "review", says, todo, source=Source(name)))
    return found


def _read_file(path: Path, name: str, reading: _Reading) -> None:
    try:
        if path.suffix.lower() in _TABLES:
            data, sheets = read_sheets(path, name)
            if _is_twin(data, name, reading):
                return
            for sheet in sheets:
                said = reading.sources.get(sheet.name) or reading.sources.get(name) or SourceFile.model_construct()
                layout = recognise(sheet, reading.formats, said.format)
                if isinstance(layout, Unknown):
                    reading.findings.append(_unknown(sheet.name, layout))
                    reading.files.append(BrokerFile(sheet.name, "", 0, 0, says="not recognised"))
                    continue
                format = layout.known.format
                if not format.reported:
                    reading.findings.append(_no_report(sheet.name, format.name, format.side))
                    reading.files.append(BrokerFile(sheet.name, format.name, 0, 0, says="not what a broker reported"))
                    continue
                usual = "" if format.source in _GENERAL else format.source
                broker = said.wallet or wallet_in(name) or usual
                table = read_table(sheet, layout, broker, reading.zone, reading.tax_year)
                _add(sheet.name, format.name, table, reading)
        else:
            data = read_bytes(path, JSON_BYTES if path.suffix.lower() == ".json" else TABLE_BYTES)
            if _is_twin(data, name, reading):
                return
            parts = [(name, data)]
            if path.suffix.lower() == ".pdf":
                parts = [(f"{name}/{path_text(inner)}", text) for inner, text in attached_json(data)]
            for inner, text in parts:
                _read_json(inner, name, text, reading)
    except Unreadable as problem:
        says = f"The file can't be read: {problem.why}."
        found = Finding("brokers-unreadable", "error", says, problem.todo, source=Source(name, problem.row))
        reading.findings.append(found)
        reading.files.append(BrokerFile(name, "", 0, 0, says=problem.why))


def _read_json(inner: str, name: str, data: bytes, reading: _Reading) -> None:
    if NOT_A_FORM.encode() in data:
        says = "This is what `niner export` wrote of your own rows, and not what a broker reported."
        todo = "Take it out of brokers/; the broker's own form goes there."
        reading.findings.append(Finding("brokers-own-rows", "error", says, todo, source=Source(inner)))
        return
    said = reading.sources.get(inner) or reading.sources.get(name) or SourceFile.model_construct()
    fdx = read_fdx(data, inner, said.wallet or wallet_in(name), reading.zone, reading.tax_year)
    table = Table(fdx.sales, [], fdx.findings, fdx.rows)
    reading.withheld += fdx.withheld
    if fdx.sales and all(sale.corrected for sale in fdx.sales):
        reading.reissued.add(inner)
    _add(inner, "FDX, Form 1099-DA or 1099-B", table, reading)


def _add(name: str, format: str, table: Table, reading: _Reading) -> None:
    reading.sales += table.sales
    reading.findings += table.findings
    reading.files.append(BrokerFile(name, format, table.rows, len(table.sales), tuple(table.left_out)))


def _is_twin(data: bytes, name: str, reading: _Reading) -> bool:
    """Whether a file is the same as another to the last byte; it then adds nothing."""
    digest = sha256(data).hexdigest()
    twin = next((other for other, known in reading.inputs.items() if known == digest), None)
    reading.inputs[name] = digest
    if twin is not None:
        reading.files.append(BrokerFile(name, "", 0, 0, says=f"the same file as {twin}: nothing counts twice"))
        says = f"The file is the same as {twin}; it adds nothing."
        reading.findings.append(Finding("brokers-twin", "note", says, "Remove one of them.", source=Source(name)))
    return twin is not None


def _no_report(name: str, format: str, side: str) -> Finding:
    says = f"This is {format}, which is not what a broker reported to the IRS."
    todo = "Put it into ledger/; here go Forms 1099-DA and 1099-B, or the table of niner brokers --template."
    if side == "broker":
        todo = "It says nothing of a form: take the form itself, or the table of niner brokers --template."
    return Finding("brokers-format", "error", says, todo, source=Source(name))


def _unused(sources: Mapping[str, SourceFile], files: Iterable[BrokerFile]) -> list[Finding]:
    """What case.yaml says of files of brokers/ that are not there."""
    names = [file.file for file in files]
    found = []
    for name in sources:
        own = name.startswith("brokers/")
        if own and not any(one == name or one.startswith((f"{name}/", f"{name}[")) for one in names):
            says = f"case.yaml names “{shown(name)}” under sources, and there is no such file."
            todo = "Write it as it lies in the case folder, as brokers/coinbase.csv."
            found.append(Finding("sources-unknown", "review", says, todo, source=Source("case.yaml")))
    return found


def _unnamed(sales: Iterable[ReportedSale]) -> list[Finding]:
    """Files whose rows name no broker, once a file."""
    files = dict.fromkeys(sale.source.file for sale in sales if not sale.broker)
    todo = 'Name it in case.yaml: sources: {{"{}": {{wallet: Coinbase}}}}, or before “--” in the file’s name.'
    says = "The file does not say whose sales it reports."
    return [Finding("brokers-broker", "error", says, todo.format(file), source=Source(file)) for file in files]


def _unknown(name: str, layout: Unknown) -> Finding:
    """What to say of a table that is no form that is known."""
    found = unknown_finding(name, layout)
    if found.id != "ledger-format" or layout.near:
        return found
    todo = "Fill the table of `niner brokers --template` from the form; or download the form again, as .csv or JSON."
    return replace(found, todo=todo)


def _twins(left_out: Mapping[str, str]) -> list[Finding]:
    """That rows are told again, once a file."""
    by_file: dict[str, int] = {}
    for name, why in left_out.items():
        if why.startswith("the same as"):
            file = name.rpartition(":")[0]
            by_file[file] = by_file.get(file, 0) + 1
    found = []
    for file, count in by_file.items():
        rows = f"{count} rows of this file stand" if count > 1 else "One row of this file stands"
        says = f"{rows} in another one too, and count{'s' * (count == 1)} once."
        found.append(Finding("brokers-twin", "note", says, "Remove the form that came twice.", source=Source(file)))
    return found


def _report(file: BrokerFile, left_out: Mapping[str, str], sales: Sequence[ReportedSale]) -> BrokerFile:
    """The file with what became of its rows once all files were read."""
    mine = [
        (int(name.rpartition(":")[2]), why) for name, why in left_out.items() if name.rpartition(":")[0] == file.file
    ]
    count = sum(sale.source.file == file.file for sale in sales)
    rows = tuple(sorted((*file.left_out, *mine)))
    return BrokerFile(file.file, file.format, file.rows, count, rows, file.says)
