"""The command `niner check`: each case read and worked out, nothing written."""

import json

import typer

from niner.cli.options import Command, Folders, Json, OtherYear, Overlay, examples
from niner.prepare import Options, work_out
from niner.report.terminal import print_findings
from niner.screen import Screen
from niner.values import Refused

app = typer.Typer(rich_markup_mode=None)
out = Screen()


@app.command(
    cls=Command,
    epilog=examples(
        ("Before the forms are made:", "niner check smith"),
        ("Every client's folder, another year:", "niner check smith jones --year 2023"),
    ),
)
def check(
    folders: Folders,
    year: OtherYear = None,
    rules: Overlay = None,
    as_json: Json = False,
) -> None:
    """Read and work out each case without writing anything, and say what is found."""
    options = Options(year=year, forms=False, overlays=tuple(rules or ()))
    checked = []
    for folder in folders:
        try:
            findings, ok = list(work_out(folder, options)[0].findings), True
        except Refused as refused:
            findings, ok = refused.findings, False
        checked.append((folder, ok, findings))
    if as_json:
        cases = [{"folder": str(f), "ok": ok, "findings": [x.as_json() for x in found]} for f, ok, found in checked]
        print(json.dumps({"cases": cases}, indent=1))
    else:
        for folder, ok, findings in checked:
            print_findings(out, findings)
            print(f"{folder}: {'ready to prepare' if ok else 'not ready'}")
    raise typer.Exit(0 if all(ok for _, ok, _ in checked) else 1)
