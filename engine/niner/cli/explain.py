"""The command `niner explain`: a figure as the tree it was derived by."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated

import typer

from niner.amend.job import AmendOptions, work_out_amended
from niner.amend.sources import sources_of
from niner.case import read_case
from niner.cli.amend import today
from niner.cli.options import Command, Folder, Json, OtherYear, Overlay, examples, run_of_years
from niner.form_names import form_called
from niner.prepare import Options, holdings, work_out, work_out_years
from niner.report.explain import Reason, explain
from niner.report.story import lot_story
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
        ("The story of a lot, by its id in niner lots:", "niner explain smith lot 7f3a91c0"),
        ("What Form 1040-X for 2023 asks back:", "niner explain smith f1040x 21 --year 2023"),
        ("The corrected tax of an amended year:", "niner explain smith f1040 16 --year 2023 --amended"),
    ),
)
def explain_command(
    folder: Folder,
    form: Annotated[str, typer.Argument(metavar="FORM", help="f1040sd, f1040, f8949, carryover, …, income, or lot.")],
    line: Annotated[
        str,
        typer.Argument(
            metavar="LINE", help="The printed line, as 16 or 1b.h; for income its number; for a lot its id."
        ),
    ] = "",
    row: Annotated[int, typer.Option(metavar="N", help="A row of Form 8949, counted from 1.")] = 0,
    year: OtherYear = None,
    years: Annotated[
        str | None, typer.Option(metavar="A-B", help="The run of years it was prepared with, as 2021-2025.")
    ] = None,
    amended: Annotated[
        bool, typer.Option("--amended", help="The corrected return of a year in filed/; Form 1040-X always is.")
    ] = False,
    rules: Overlay = None,
    as_json: Json = False,
) -> None:
    """Show why a figure is what it is, down to file and row."""
    options = Options(year=year, forms=False, overlays=tuple(rules or ()))
    chain = run_of_years(years) if years else ()
    if chain and year is not None and year not in chain:
        raise typer.BadParameter("--year must be one of --years.")

    def one() -> tuple[YearReturn, Mapping[str, str]]:
        if amended or form_called(form, ["f1040x"]) == "f1040x":
            case = read_case(folder)
            which = year or (chain[-1] if chain else case.tax_year)
            this = work_out_amended(folder, which, AmendOptions(today(), options))[0][which]
            return this.result, sources_of(this, case)
        if not chain:
            return work_out(folder, options)[0], {}
        results = work_out_years(folder, chain, options)[0]
        return next(r for r in results if r.year == (year or chain[-1])), {}

    def why() -> Reason:
        if form == "lot":
            return lot_story(holdings(folder, options, None if year is None else date(year, 12, 31), whole=True), line)
        result, sources = one()
        return explain(result, form, line, row, sources)

    reason = or_exit(why, as_json)
    if as_json:
        print(json.dumps(reason.as_json(), indent=1))
    else:
        print_reason(out, reason)
