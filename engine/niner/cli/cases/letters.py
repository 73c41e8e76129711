"""The command `niner letters`: letters and statements drafted from a case, each edited by whoever signs, and kept."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from niner.cli.cases.amend import today
from niner.cli.events import say
from niner.cli.options import Command, Folder, Json, Notes, OtherYear, Overlay, Templates, examples, typed
from niner.correspondence import KINDS, Written, listed, write
from niner.prepare import Options
from niner.report.terminal import or_exit, print_findings, print_next
from niner.shown.screen import Screen
from niner.words.plain import path_text

app = typer.Typer(rich_markup_mode=None)
out = Screen()
_AS_OF: dict[str, Any] = {"metavar": "DATE", "formats": ["%Y-%m-%d"]}
_STATE = {
    "drafted": "as drafted",
    "edited": "as you edited it",
    "facts_changed": "as you edited it; its facts have changed since",
    "unmarked": "as you wrote it",
}


@app.command(
    "letters",
    cls=Command,
    epilog=examples(
        ("Which letters there are, and how each stands:", "niner letters smith"),
        ("What is missing, for the client:", "niner letters smith missing"),
        ("The letter that goes with the return:", "niner letters smith client"),
        ("The answer to a notice about 2024:", "niner letters smith cp2000 --year 2024"),
        ("Part II of Form 1040-X:", "niner letters smith explanation --year 2023"),
    ),
)
def letters_command(
    folder: Folder,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help=f"One of: {', '.join(KINDS)}.")] = "",
    year: OtherYear = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", **_AS_OF, help="The day of an amended return; today if not given.")
    ] = None,
    rules: Overlay = None,
    templates: Templates = None,
    notes: Notes = False,
    as_json: Json = False,
) -> None:
    """Draft a letter or statement into letters/, or make a page of it as you edited it. Without a name: list them."""
    if not name:
        _list(folder, year, as_json)
        return
    options = Options(year=year, forms=False, overlays=tuple(rules or ()), themes=tuple(templates or ()))
    day = as_of.date() if as_of else today()
    made: Written = or_exit(lambda: write(folder, name, options, day), as_json)
    if as_json:
        print(json.dumps(_document(made), indent=1))
        return
    print_findings(out, list(made.findings), notes)
    say(out, f"{path_text(made.words.path)}: {_STATE[made.words.state]}")
    if made.page is None:
        print_next(out, f"edit it as it should read; what you change is kept, and {typed('amend', folder)} prints it.")
        return
    say(out, f"{path_text(made.page)}: the same to print")
    again = typed("letters", folder, name, *(("--year", year) if year else ()))
    print_next(out, f"edit {made.words.path.name} as it should read, then: {again}")


def _list(folder: Path, year: int | None, as_json: bool) -> None:
    found = or_exit(lambda: listed(folder, year), as_json)
    if as_json:
        told = [
            {"name": kind.name, "says": kind.says, "file": path.relative_to(folder).as_posix(), "stands": stands}
            for kind, path, stands in found
        ]
        print(json.dumps({"letters": told}, indent=1))
        return
    wide = max(len(kind.name) for kind, _, _ in found)
    for kind, path, stands in found:
        where = f"{path.relative_to(folder).as_posix()}, {stands}" if stands != "not written" else stands
        say(out, f"{kind.name:<{wide}}  {kind.says}; {where}")
    print_next(out, f"{typed('letters', folder)} NAME drafts one; what you change in it is kept.")


def _document(made: Written) -> dict[str, Any]:
    return {
        "name": made.kind.name,
        "words": str(made.words.path),
        "page": None if made.page is None else str(made.page),
        "stands": made.words.state,
        "facts": made.words.facts,
        "findings": [finding.as_json() for finding in made.findings],
    }
