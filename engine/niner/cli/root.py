"""Turns the first word after `niner` into its command: loaded when it is asked for, listed in the order of need."""

import difflib
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from niner.cli.options import examples
from niner.cli.version import version_text
from niner.words.plain import shown

# Command: the module whose `app` holds it (a group where the module is named after it), and what it is for.
COMMANDS = {
    "new": ("cases.prepare", "Write a case folder to fill in, with comments."),
    "prepare": ("cases.prepare", "Turn a case folder's ledger into its forms."),
    "check": ("cases.check", "Say what is wrong or missing; write nothing."),
    "explain": ("cases.explain", "Show why a figure is what it is, down to file and row."),
    "file": ("cases.amend", "Lock what was filed, so that it can be amended later."),
    "diff": ("cases.amend", "Compare what was filed with what is right now."),
    "amend": ("cases.amend", "Fill Form 1040-X for a year that was filed wrong."),
    "demo": ("cases.prepare", "Write an example case and prepare it."),
    "batch": ("firm.batch", "Prepare many clients' cases, over cores or a cluster."),
    "ledger": ("rows.ledger", "Show what the downloads of a case hold; prepare nothing."),
    "lots": ("rows.lots", "Show the lots held on a day, and that nothing is lost."),
    "brokers": ("rows.brokers", "Set what brokers reported to the IRS against the ledger, to the cent."),
    "export": ("rows.export", "Hand the rows to another tax program, in its layout."),
    "compare": ("choices.compare", "Set the orders of lots side by side; change nothing."),
    "harvest": ("choices.harvest", "Plan sales before the year ends: lots, order and tax; sell nothing."),
    "identify": ("choices.identify", "Record which units will be sold, before the sale."),
    "letters": ("cases.letters", "Draft letters and statements, which you edit and Niner keeps."),
    "prices": ("rows.prices", "Show which worths came from price files, and which days lack one."),
    "formats": ("rows.formats", "The downloads that are read: list them, try a file."),
    "forms": ("firm.forms", "Official blank forms: see, fetch and check them."),
    "rules": ("firm.rules", "The tax rules: list, show, check, test and compare."),
    "assistant": ("firm.assistant", "Answer a program's questions about cases, without names."),
    "bundle": ("cases.bundle", "Make a copy of a case that names nobody, to report a fault."),
    "schema": ("firm.schema", "Describe the files of a case folder for an editor."),
}
GROUPS = ("formats", "forms", "rules")
# Other words for what a command does, as people type them first.
MEANT = {
    "completion": "--install-completion",
    "version": "--version",
    "help": "--help",
    "init": "new",
    "create": "new",
    "run": "prepare",
    "fill": "prepare",
    "validate": "check",
    "verify": "check",
    "why": "explain",
    "lock": "file",
    "example": "demo",
    "import": "ledger",
    "fetch": "forms fetch",
    "holdings": "lots",
    "balance": "lots",
    "plan": "harvest",
}


class Commands(TyperGroup):
    """The group of all commands; each module is read when one of its commands is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"niner.cli.{COMMANDS[cmd_name][0]}")
        group = typer.main.get_group(module.app)
        group.name = cmd_name
        return group if cmd_name in GROUPS else group.commands[cmd_name]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Names from the table, so that pressing the tab key loads nothing."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        named: dict[str, Any] = {name: TyperGroup(name=name, help=words) for name, (_, words) in COMMANDS.items()}
        listed = TyperGroup(name="niner", commands=named)
        return listed.shell_complete(typer.Context(listed), incomplete)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            meant = MEANT.get(name.lower()) or next(iter(difflib.get_close_matches(name, COMMANDS, n=1)), "")
            ctx.fail(f"There is no command “{shown(name)}”." + (f" Did you mean “niner {meant}”?" if meant else ""))
        return super().resolve_command(ctx, args)


app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


def _version(asked: bool) -> None:
    if asked:
        print(version_text("--json" in sys.argv))
        raise typer.Exit


@app.callback(
    epilog=examples(
        ("An example to look at first:", "niner demo"),
        ("A case folder of your own to fill in:", "niner new smith --year 2024"),
        ("What one command does, with examples:", "niner prepare --help"),
        ("Complete commands with the Tab key:", "niner --install-completion"),
    )
)
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --version: print it as JSON.")] = False,
) -> None:
    """From a crypto ledger to Form 8949, Schedule D and Form 1040-X."""
