"""The command `niner ledger`: what the downloads of a case hold, nothing prepared."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from niner.case import read_case
from niner.cli.events import FormatDirs, left_out_lines, say
from niner.cli.options import Command, Json, Notes, counted, examples, those, typed
from niner.file_write import write_whole
from niner.imports import Imported, ImportedFile, complete, read_downloads
from niner.imports.document import ledger_document, ledger_rows
from niner.imports.events import plain
from niner.imports.suspicion import with_suspicions
from niner.ledger.niner_format import COLUMNS
from niner.plain import path_text
from niner.report.terminal import or_exit, print_findings, print_next
from niner.screen import Screen
from niner.values import Finding, Refused

app = typer.Typer(rich_markup_mode=None)
out = Screen()


@app.command(
    "ledger",
    cls=Command,
    epilog=examples(
        ("What the downloads of a case hold:", "niner ledger smith"),
        ("The same events in Niner's own format:", "niner ledger smith --csv all.csv"),
        ("For a program:", "niner ledger smith --json"),
    ),
)
def ledger_command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A case folder.")],
    csv_file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the events in Niner's own format.")
    ] = None,
    formats: FormatDirs = None,
    notes: Notes = False,
    as_json: Json = False,
) -> None:
    """Read, match, price and check a case's downloads; prepare nothing."""
    imported = read_case_downloads(folder, formats or [])
    errors = sum(finding.severity == "error" for finding in imported.findings)
    if csv_file is not None:
        or_exit(lambda: _write(csv_file, imported), as_json)
    if as_json:
        print(json.dumps(ledger_document(imported), indent=1))
    else:
        for file in imported.files:
            _print(file)
        print_findings(out, imported.findings, notes)
        again = typed("ledger", folder)
        print_next(
            out, f"settle the {those(errors, 'error')} above, then: {again}" if errors else typed("check", folder)
        )
    raise typer.Exit(1 if errors else 0)


def _print(file: ImportedFile) -> None:
    if not file.format:
        say(out, f"{file.file}: {file.says or 'not recognised'}")
        return
    span = f", {file.first:%Y-%m-%d} to {file.last:%Y-%m-%d}" if file.first and file.last else ""
    events = f"{counted(file.rows, 'row')}, {counted(file.events, 'event')}"
    say(out, f"{file.file}: {file.format}, wallet {file.wallet or 'in the rows'}")
    say(out, f"  {events}, {len(file.left_out)} left out{span}")
    if file.says:
        say(out, f"  {file.says}")
    left_out_lines(out, file.left_out)
    if file.change:
        say(out, "  " + ", ".join(f"{asset} {plain(units)}" for asset, units in sorted(file.change.items())))


def read_case_downloads(folder: Path, format_dirs: Sequence[Path]) -> Imported:
    """What the downloads hold, and what is wrong with case.yaml."""
    case, problems = None, []
    try:
        case = read_case(folder)
    except Refused as refused:
        problems = refused.findings
    zone = ZoneInfo(case.elections.timezone) if case and case.elections.timezone else None
    imported = with_suspicions(read_downloads(folder, case, format_dirs), case.tax_year if case else None, zone)
    imported = complete(imported)
    findings = [*problems, *imported.findings]
    if not imported.files and not findings:
        says = "There is no ledger: the folder “ledger” holds no download."
        findings.append(Finding("ledger-missing", "error", says, "Put what you downloaded there, as it is."))
    return replace(imported, findings=tuple(findings))


def _write(path: Path, imported: Imported) -> None:
    """The events in Niner's own format. Raises Refused."""
    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    rows.writeheader()
    rows.writerows(ledger_rows(imported))
    try:
        write_whole(path, text.getvalue().encode())
    except OSError as error:
        says = f"{path_text(path)} can't be written: {error.strerror or error}."
        raise Refused([Finding("output-unwritable", "error", says, "Name another place.")]) from None
