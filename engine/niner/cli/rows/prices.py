"""The command `niner prices`: what was priced from files, and what still needs a price."""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from niner.cli.events import FormatDirs, say
from niner.cli.options import Command, Json, Notes, counted, examples, typed
from niner.imports.events import plain
from niner.inspection import case_downloads
from niner.report.terminal import print_findings, print_next
from niner.shown.screen import Screen

app = typer.Typer(rich_markup_mode=None)
out = Screen()


@app.command(
    "prices",
    cls=Command,
    epilog=examples(
        ("Which worths came from price files:", "niner prices smith"),
        ("Which days still need a price:", "niner prices smith --missing"),
    ),
)
def prices_command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A case folder.")],
    missing: Annotated[bool, typer.Option("--missing", help="List only what still needs a price.")] = False,
    formats: FormatDirs = None,
    notes: Notes = False,
    as_json: Json = False,
) -> None:
    """Show what the files in prices/ gave, and the assets and days that still need a price."""
    found = case_downloads(folder, formats or [])
    lacking = sorted(Counter((one.asset, one.day) for one in found.missing_prices).items())
    priced = [event for event in found.events if event.price is not None]
    if as_json:
        document = {
            "missing": [{"asset": asset, "day": day, "rows": rows} for (asset, day), rows in lacking],
            "priced": [
                {
                    "event": event.id,
                    "usd_value": None if event.usd_value is None else plain(event.usd_value),
                    "source": event.price.source,
                    "rule": event.price.rule,
                }
                for event in priced
                if event.price is not None
            ],
        }
        print(json.dumps(document, indent=1))
        raise typer.Exit(1 if lacking else 0)
    for event in priced if not missing else []:
        worth = "" if event.usd_value is None else f" ${plain(event.usd_value)}"
        assert event.price is not None
        say(out, f"{event.place}: {event.kind}{worth}, {event.price.rule} ({event.price.source})")
    for (asset, day), rows in lacking:
        say(out, f"{asset} {day}: {counted(rows, 'row')} without a price")
    if not missing:
        print_findings(out, [one for one in found.findings if one.id.startswith("prices-")], notes)
    if lacking:
        print_next(out, f"put a file with these prices into prices/, then: {typed('prices', folder, '--missing')}")
    else:
        print_next(out, typed("check", folder))
    raise typer.Exit(1 if lacking else 0)
