"""What several commands share: their options, and help in plain words with examples."""

import re
import shlex
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from niner.values import Refused


def plain_year(text: str) -> int:
    """A year of four plain digits. Raises BadParameter."""
    if not re.fullmatch("[0-9]{4}", str(text)):
        raise typer.BadParameter("a year has four digits, as 2024.")
    return int(text)


Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A case folder.")]
Folders = Annotated[list[Path], typer.Argument(metavar="FOLDER", help="Case folders.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Notes = Annotated[bool, typer.Option("--notes", help="Print the notes too, not only their number.")]
Overlay = Annotated[
    list[Path] | None, typer.Option("--rules", metavar="DIR", help="A folder of your own rules, put first.")
]
FormsDir = Annotated[
    list[Path] | None, typer.Option("--forms", metavar="DIR", help="A folder of blank forms, put first.")
]
Templates = Annotated[
    list[Path] | None, typer.Option("--templates", metavar="DIR", help="A folder of your own templates, put first.")
]
Offline = Annotated[bool, typer.Option("--offline", help="Never ask irs.gov for a blank form.")]
OtherYear = Annotated[
    int | None, typer.Option(metavar="YEAR", parser=plain_year, help="A tax year other than the case's own.")
]


_TYPE = re.compile(r" ?<[^>]+>")


class Command(TyperCommand):
    """A command whose help names no types of the program's, such as `<list[Path]>`; what is refused anywhere in it is
    told as findings, with exit status 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Refused as refused:
            from niner.report.terminal import exit_refused

            exit_refused(refused, bool(ctx.params.get("as_json")))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        for title, kind in (("Arguments", "argument"), ("Options", "option")):
            records = [p.get_help_record(ctx) for p in self.get_params(ctx) if p.param_type_name == kind]
            rows = [(_TYPE.sub("", record[0]), record[1]) for record in records if record is not None]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


def examples(*lines: tuple[str, str]) -> str:
    """An epilog of examples: what it is for, and under it what is typed."""
    return "\b\nExamples:\n" + "\n".join(f"  {what}\n    {typed}" if what else f"    {typed}" for what, typed in lines)


def run_of_years(text: str) -> tuple[int, ...]:
    """The years of `2021-2025`. Raises BadParameter."""
    first, _, last = text.partition("-")
    plain = re.fullmatch("[0-9]{4}", first) and re.fullmatch("[0-9]{4}", last)
    if not plain or not 0 <= int(last) - int(first) < 50:
        raise typer.BadParameter("--years takes a run of years, as 2021-2025.")
    return tuple(range(int(first), int(last) + 1))


def typed(*words: object) -> str:
    """A command as the person would type it: `niner check 'my case'`."""
    return "niner " + shlex.join(str(word) for word in words)


def those(number: int, what: str) -> str:
    """`error`, `3 errors`: what stands above, as in “correct the error above”."""
    return what if number == 1 else counted(number, what)


def counted(number: int, what: str) -> str:
    """`1 error`, `3 errors`."""
    return f"{number} {what}{'s' * (number != 1)}"
