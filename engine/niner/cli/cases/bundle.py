"""The command `niner bundle`: a case that names nobody, for a report of something that goes wrong."""

import json
from pathlib import Path
from typing import Annotated

import typer

from niner.bundle.bundle import Bundle, bundle
from niner.cli.events import say
from niner.cli.options import Command, Folder, Json, OtherYear, Overlay, counted, examples, typed
from niner.files.file_write import write_whole
from niner.prepare import Options
from niner.report.terminal import or_exit, print_next
from niner.shown.screen import Screen
from niner.values import Finding, Refused
from niner.words.plain import path_text

app = typer.Typer(rich_markup_mode=None)
out = Screen()


@app.command(
    "bundle",
    cls=Command,
    epilog=examples(
        ("A copy that names nobody, into smith/out/niner-bundle.zip:", "niner bundle smith --anonymous"),
        ("Somewhere else:", "niner bundle smith --anonymous --out report.zip"),
    ),
)
def bundle_command(
    folder: Folder,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Scramble names, numbers, ids, wallets and amounts.")
    ] = False,
    file: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="The zip to write.")] = None,
    year: OtherYear = None,
    rules: Overlay = None,
    as_json: Json = False,
) -> None:
    """Make a copy of a case that names nobody and gives the same findings, to show what goes wrong."""
    if not anonymous:
        raise typer.BadParameter(
            "a bundle is there to be shown to others, so it is made with --anonymous. To give the case itself to your "
            "own preparer, hand over the folder, encrypted."
        )
    target = file or folder / "out" / "niner-bundle.zip"

    def made() -> Bundle:
        if target.exists() or target.is_symlink():
            says = f"{path_text(target)} is there already; nothing is written over."
            raise Refused([Finding("output-occupied", "error", says, "Move it away, or name another with --out.")])
        found = bundle(folder, Options(year=year, forms=False, overlays=tuple(rules or ())))
        try:
            write_whole(target, found.data)
        except OSError as error:
            says = f"{path_text(target)} can't be written: {error.strerror or error}."
            raise Refused([Finding("output-unwritable", "error", says, "Name another place with --out.")]) from None
        return found

    found = or_exit(made, as_json)
    if as_json:
        print(json.dumps({"file": str(target), "manifest": found.manifest}, indent=1))
        return
    files, left, said = (found.manifest[name] for name in ("files", "left_out", "says"))
    assert isinstance(files, dict)
    assert isinstance(left, dict)
    assert isinstance(said, dict)
    say(out, f"Wrote {path_text(target)}: {counted(len(files), 'file')}, scrambled, giving the same findings:")
    for kind, count in said.items():
        say(out, f"  {count} × {kind}")
    for name, why in left.items():
        say(out, f"  left out {name}: {why}")
    say(
        out,
        "Its names, ids and amounts were looked for in it, and none was found. Kept: " + ", ".join(_kept(found)) + ".",
    )
    say(out, "Who knows one amount of the case can work out the others.")
    print_next(out, f"look through it before you send it: {typed('check', '…')} on the unpacked copy shows the same.")


def _kept(found: Bundle) -> list[str]:
    kept = found.manifest["kept"]
    assert isinstance(kept, list)
    return kept
