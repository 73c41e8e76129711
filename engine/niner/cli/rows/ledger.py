"""The command `niner ledger`: what the downloads of a case hold, nothing prepared."""

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from niner.cli.events import FormatDirs, left_out_lines, say
from niner.cli.options import Command, Json, Notes, counted, examples, those, typed
from niner.files.file_write import write_whole
from niner.imports import Event, Imported, ImportedFile
from niner.imports.document import ledger_document, ledger_rows
from niner.imports.events import amount, plain, trimmed
from niner.inspection import case_downloads
from niner.ledger.niner_format import COLUMNS
from niner.report.terminal import or_exit, print_findings, print_next
from niner.shown.screen import Screen
from niner.values import Finding, Refused
from niner.words.plain import path_text

app = typer.Typer(rich_markup_mode=None)
out = Screen()
_MOST_MOVES = 40


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
    imported = case_downloads(folder, formats or [])
    errors = sum(finding.severity == "error" for finding in imported.findings)
    if csv_file is not None:
        or_exit(lambda: _write(csv_file, imported), as_json)
    if as_json:
        print(json.dumps(ledger_document(imported), indent=1))
    else:
        by_file: dict[str, list[Event]] = defaultdict(list)
        for event in imported.events:
            by_file[event.file].append(event)
        for file in imported.files:
            _print(file, by_file[file.file])
        _print_moves(imported)
        print_findings(out, imported.findings, notes)
        again = typed("ledger", folder)
        print_next(
            out, f"settle the {those(errors, 'error')} above, then: {again}" if errors else typed("check", folder)
        )
    raise typer.Exit(1 if errors else 0)


# Kinds of events as people call them, one and several.
_CALLED = {
    "buy": ("purchase", "purchases"),
    "sell": ("sale", "sales"),
    "trade": ("trade", "trades"),
    "spend": ("payment in kind", "payments in kind"),
    "transfer": ("move", "moves"),
    "transfer_out": ("move out", "moves out"),
    "transfer_in": ("move in", "moves in"),
    "cash_in": ("payment of dollars in", "payments of dollars in"),
    "cash_out": ("payment of dollars out", "payments of dollars out"),
    "rename": ("renaming", "renamings"),
    "fee": ("fee", "fees"),
    "reward": ("reward", "rewards"),
    "airdrop": ("airdrop", "airdrops"),
    "rebate": ("rebate", "rebates"),
    "gift_out": ("gift given", "gifts given"),
    "gift_in": ("gift received", "gifts received"),
    "donation": ("donation", "donations"),
    "opening": ("opening", "openings"),
    "staking": ("staking reward", "staking rewards"),
    "interest": ("payment of interest", "payments of interest"),
    "review": ("row to be ruled on", "rows to be ruled on"),
}


def _print(file: ImportedFile, events: Sequence[Event]) -> None:
    """The report of one file: what it is, from when to when, what its rows became and why not, what it changes."""
    say(out, file.file)
    if not file.format:
        say(out, f"  {file.says or 'not recognised'}")
        return
    span = f"; {file.first:%Y-%m-%d} to {file.last:%Y-%m-%d}" if file.first and file.last else ""
    say(out, f"  {file.format}; wallet {file.wallet or 'in the rows'}{span}")
    if file.says:
        say(out, f"  {file.says}")
    kinds = Counter(event.kind for event in events)
    called = [f"{n} {_CALLED.get(kind, (kind, kind))[n != 1]}" for kind, n in kinds.most_common()]
    became = f"became {counted(file.events, 'event')}" + (f": {', '.join(called)}" if called else "")
    say(out, f"  {counted(file.rows, 'row')} {became}")
    left_out_lines(out, file.left_out)
    if file.change:
        changes = (f"{'+' if units > 0 else ''}{plain(trimmed(units))} {a}" for a, units in sorted(file.change.items()))
        say(out, f"  change: {', '.join(changes)}")


def _print_moves(imported: Imported) -> None:
    """The moves between the wallets, with how sure each is and why."""
    events = {event.id: event for event in imported.events}
    if imported.transfers:
        say(out, "Moves between wallets:")
    for pair in imported.transfers[:_MOST_MOVES]:
        left, came = events[pair.out], events[pair.into]
        moved = f"{amount(left.sent[0])} from {left.wallet} to {came.wallet}"
        say(out, f"  {left.time:%Y-%m-%d} {moved}, {pair.tier}: {pair.why}")
    if len(imported.transfers) > _MOST_MOVES:
        say(out, f"  … and {len(imported.transfers) - _MOST_MOVES} more; --json lists them all")


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
