"""The commands under `niner formats`: which downloads are read, and what one file would become."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from niner.case.model import SourceFile
from niner.cli.events import FormatDirs, left_out_lines, say
from niner.cli.options import Command, Json, counted, examples
from niner.imports import Event
from niner.imports.events import plain, time_text
from niner.imports.layouts.catalogue import formats_of
from niner.imports.trying import Tried, tried
from niner.report.terminal import or_exit, print_findings
from niner.shown.screen import Screen
from niner.values import Finding, Refused
from niner.words.plain import path_text

app = typer.Typer(rich_markup_mode=None)
out = Screen()
_SHOWN = 12


@app.callback(
    invoke_without_command=True,
    help="List the sources and layouts that are read; try a file.",
    epilog=examples(
        ("What can be read, and how sure each is:", "niner formats"),
        ("What a download would become:", "niner formats try ~/Downloads/ledgers.csv"),
    ),
)
def list_formats(context: typer.Context, formats: FormatDirs = None, as_json: Json = False) -> None:
    """List the sources and layouts that are read, when each was last seen in a real export, and on what it rests."""
    if context.invoked_subcommand is not None:
        return
    known = or_exit(lambda: formats_of((path, path_text(path)) for path in formats or ()), as_json)
    if as_json:
        listed = [
            {
                "source": one.format.source,
                "layout": one.format.layout,
                "side": one.format.side,
                "refused": one.format.refuse.why if one.format.refuse else "",
                "seen": list(one.format.seen),
                "confidence": one.format.confidence,
                "rests_on": one.format.rests_on,
                "guess": one.format.guesses,
                "file": one.file,
            }
            for one in known
        ]
        print(json.dumps({"formats": listed}, indent=1))
        return
    for one in sorted(known, key=lambda one: one.format.name.casefold()):
        format = one.format
        seen = f"last seen {format.seen[-1]}" if format.seen else "no real export seen"
        broker = "; what a broker reported, no events" if format.side == "broker" else ""
        refused = f"; not read: {format.refuse.why}" if format.refuse else ""
        say(out, f"{format.name}: {seen}; confidence {format.confidence}{broker}{refused}")
        if format.rests_on:
            say(out, f"  {format.rests_on}")
        if format.guesses:
            say(out, "  A guess: whether a fee is in the amounts or beside them; a file with such a fee is told.")


@app.command(
    "try",
    cls=Command,
    short_help="Show what one file would become.",
    epilog=examples(
        ("What a download would become:", "niner formats try ~/Downloads/ledgers.csv"),
        ("With a format file of your own:", "niner formats try export.csv --formats smith/formats"),
    ),
)
def try_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A download.")],
    formats: FormatDirs = None,
    format_name: Annotated[str, typer.Option("--format", metavar="NAME", help="The format, where several fit.")] = "",
    timezone: Annotated[str, typer.Option(metavar="ZONE", help="The time zone, where the file does not say.")] = "",
    address: Annotated[str, typer.Option(metavar="ADDRESS", help="Your own address, for files of explorers.")] = "",
    as_json: Json = False,
) -> None:
    """Show what one file would become, or the nearest format and what differs."""
    said = or_exit(lambda: _said(format_name, timezone, address), as_json)
    known = or_exit(lambda: formats_of((path, path_text(path)) for path in formats or ()), as_json)
    tables = tried(file, known, said)
    findings = [finding for table in tables for finding in table.findings]
    if as_json:
        print(json.dumps({"tables": [_as_json(table) for table in tables]}, indent=1))
    else:
        for table in tables:
            _print_tried(table)
        print_findings(out, findings, notes=True)
    raise typer.Exit(1 if any(finding.severity == "error" for finding in findings) else 0)


def _said(format_name: str, timezone: str, address: str) -> SourceFile:
    try:
        said = {"format": format_name, "address": address, **({"timezone": timezone} if timezone else {})}
        return SourceFile.model_validate(said)
    except ValidationError:
        says = f"“{timezone}” is not a time zone name such as America/New_York."
        raise Refused([Finding("timezone", "error", says, "See the names in the tz database.")]) from None


def _as_json(table: Tried) -> dict[str, Any]:
    return {
        "file": table.file,
        "format": table.format.name if table.format else "",
        "side": table.format.side if table.format else "",
        "rows": table.rows,
        "events": [event.as_json() for event in table.events],
        "left_out": [{"row": left.row, "why": left.why} for left in table.left_out],
        "findings": [finding.as_json() for finding in table.findings],
    }


def _print_tried(table: Tried) -> None:
    if table.format is None:
        say(out, f"{table.file}: not recognised")
        return
    format = table.format
    say(out, f"{table.file}: {format.name} (confidence {format.confidence})")
    if format.side == "broker":
        say(out, f"  {counted(table.rows, 'row')} of what a broker reported: put it into brokers/, it is no event")
        return
    say(out, f"  {counted(table.rows, 'row')}, {counted(len(table.events), 'event')}, {len(table.left_out)} left out")
    if any(event.line != event.rows[0] for event in table.events[:1]):
        say(out, "  Rows are counted after the header, as decisions.yaml names them; errors name lines of the file.")
    for event in table.events[:_SHOWN]:
        say(out, f"  {_line(event)}")
    if len(table.events) > _SHOWN:
        say(out, f"  … and {len(table.events) - _SHOWN} more; --json lists them all")
    left_out_lines(out, table.left_out)


def _line(event: Event) -> str:
    sides = [" + ".join(f"{plain(leg.quantity)} {leg.asset}" for leg in side) for side in (event.sent, event.received)]
    moved = " → ".join(side for side in sides if side)
    fees = "".join(f", fee {plain(fee.quantity)} {fee.asset}{' (inside)' if fee.inside else ''}" for fee in event.fees)
    worth = f", ${plain(event.usd_value)}" if event.usd_value is not None else ""
    rows = ", ".join(map(str, event.rows))
    return f"row {rows}: {time_text(event.time)} {event.kind} {moved}{fees}{worth}"
