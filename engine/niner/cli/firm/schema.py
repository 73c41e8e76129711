"""The command `niner schema`: what may stand in the files of a case folder, for an editor."""

import json
from pathlib import Path
from typing import Annotated

import typer

from niner.cli.options import Command, Json, examples
from niner.report.terminal import or_exit
from niner.scaffold import case_schemas, write_schemas
from niner.values import Finding, Refused

app = typer.Typer(rich_markup_mode=None)


@app.command(
    cls=Command,
    epilog=examples(
        ("Into a case folder, where its files name them:", "niner schema --out smith"),
        ("One of them, to look at:", "niner schema case"),
    ),
)
def schema(
    name: Annotated[str, typer.Argument(metavar="NAME", help="case, filed, adjusted or decisions.")] = "",
    folder: Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help="A case folder to write to.")] = None,
    as_json: Json = False,
) -> None:
    """The JSON Schemas of case.yaml, filed/*.yaml and decisions.yaml: with them an editor completes and checks.

    `niner new` and `niner file --template` write them into the case folder, and name them in each first line.
    """
    known = case_schemas()
    if name and name not in known:
        raise typer.BadParameter(f"There is no schema “{name}”; there are {', '.join(known)}.")
    if bool(name) == bool(folder):
        raise typer.BadParameter(f"Give a name to print one ({', '.join(known)}), or --out FOLDER to write them all.")
    if folder is None:
        print(known[name], end="")
        return
    written = or_exit(lambda: _into(folder), as_json)
    if as_json:
        print(json.dumps({"ok": True, "files": [str(path) for path in written]}))
    else:
        print(f"Wrote {', '.join(str(path) for path in written)}")


def _into(folder: Path) -> list[Path]:
    if not folder.is_dir():
        says = f"There is no folder {folder}."
        raise Refused([Finding("folder-missing", "error", says, "Write one with: niner new FOLDER")])
    return write_schemas(folder)
