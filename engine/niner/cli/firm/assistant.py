"""The command `niner assistant`: a program's questions about cases, answered here and without their names."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from niner.cli.options import Command, examples
from niner.cli.root import COMMANDS
from niner.report.terminal import print_findings
from niner.shown.screen import Screen
from niner.values import Finding

app = typer.Typer(rich_markup_mode=None)
err = Screen(stderr=True)


@app.command(
    "assistant",
    cls=Command,
    epilog=examples(
        (
            "In the settings of a program that speaks the Model Context Protocol:",
            "niner assistant /cases/smith",
        ),
        ("Several cases, called case-1, case-2 in their order:", "niner assistant smith jones"),
    ),
)
def assistant_command(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER", help="Case folders that may be asked about.")],
) -> None:
    """Answer a program's questions about cases over standard input and output: read-only, and without names."""
    missing = [folder for folder in folders if not (folder / "case.yaml").is_file()]
    if missing:
        says = "There is no case.yaml in one of the folders."
        print_findings(err, [Finding("case-missing", "error", says, "Name case folders.", value=str(missing[0]))])
        raise typer.Exit(1)
    try:
        from niner.assistant.server import make_server

        server = make_server(folders, "harvest" in COMMANDS)
    except ImportError:
        says = "The assistant needs the SDK of the Model Context Protocol, which is not installed."
        print_findings(err, [Finding("extra-missing", "error", says, 'Install it: pip install "niner[assistant]"')])
        raise typer.Exit(1) from None
    sys.stdout = sys.__stdout__  # the protocol's own stream, with nothing of a terminal between
    server.run("stdio")
