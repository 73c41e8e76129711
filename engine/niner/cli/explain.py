"""The command `niner explain`: a figure as the tree it was derived by."""

import json
from typing import Annotated

import typer

from niner.cli.options import Command, Folder, Json, OtherYear, Overlay, examples, run_of_years
from niner.prepare import Options, work_out, work_out_years
from niner.report.explain import explain
from niner.report.terminal import or_exit, print_reason
from niner.returns.year import YearReturn
from niner.screen import Screen

app = typer.Typer(rich_markup_mode=None)
out = Screen()


@app.command(
    "explain",
    cls=Command,
    epilog=examples(
        ("The loss that Schedule D allows this year:", "niner explain smith f1040sd 21"),
        ("The third row of Form 8949:", "niner explain smith f8949 --row 3"),
        ("The gain in column (h) of box H:", "niner explain smith f8949 H.h"),
        ("The first receipt of income:", "niner explain smith income 1"),
    ),
)
def explain_command(
    folder: Folder,
    form: Annotated[str, typer.Argument(metavar="FORM", help="f1040sd, f1040, f8949, carryover, …, or income.")],
    line: Annotated[
        str, typer.Argument(metavar="LINE", help="The printed line, as 16 or 1b.h; for income its number.")
    ] = "",
    row: Annotated[int, typer.Option(metavar="N", help="A row of Form 8949, counted from 1.")] = 0,
    year: OtherYear = None,
    years: Annotated[
        str | None, typer.Option(metavar="A-B", help="The run of years it was prepared with, as 2021-2025.")
    ] = None,
    rules: Overlay = None,
    as_json: Json = False,
) -> None:
    """Show why a figure is what it is, down to file and row."""
    options = Options(year=year, forms=False, overlays=tuple(rules or ()))
    chain = run_of_years(years) if years else ()
    if chain and year is not None and year not in chain:
        raise typer.BadParameter("--year must be one of --years.")

    def one() -> YearReturn:
        if not chain:
            return work_out(folder, options)[0]
        results = work_out_years(folder, chain, options)[0]
        return next(r for r in results if r.year == (year or chain[-1]))

    reason = or_exit(lambda: explain(one(), form, line, row), as_json)
    if as_json:
        print(json.dumps(reason.as_json(), indent=1))
    else:
        print_reason(out, reason)
