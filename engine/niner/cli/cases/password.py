"""Asks for the password of --encrypt before anything is worked out, and says afterwards what it doesn't lock."""

from collections.abc import Sequence
from pathlib import Path

import typer

from niner.forms import password_findings
from niner.report.terminal import or_exit
from niner.values import Finding, Refused


def asked_password(as_json: bool) -> str:
    """The password, asked twice and never shown. One that viewers read differently ends the command at once."""
    password = _asked("Password")
    or_exit(lambda: _refuse(password_findings(password)), as_json)
    if _asked("The same again") != password:
        says, todo = "The two passwords are not the same.", "Run the command again; nothing was made."
        or_exit(lambda: _refuse([Finding("forms.password", "error", says, todo)]), as_json)
    return password


def _asked(words: str) -> str:
    return str(typer.prompt(words, default="", show_default=False, hide_input=True, err=True))


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise Refused(findings)


def say_open(written: Sequence[Path]) -> None:
    """Name the files beside the locked PDFs that stay readable for whoever can open the folder."""
    still = ", ".join(dict.fromkeys(path.name for path in written if path.suffix != ".pdf"))
    print(f"Only the PDFs are locked. These show names and figures to anyone who can open the folder: {still}.")
