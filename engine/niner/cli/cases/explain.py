"""The command `niner explain`: a figure as the tree it was derived by."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

import typer

from niner.amend.job import AmendOptions, work_out_amended
from niner.amend.sources import sources_of
from niner.case import read_case
from niner.cli.cases.amend import today
from niner.cli.options import Command, Folder, Json, OtherYear, Overlay, examples, run_of_years
from niner.imports import line_of_row
from niner.money import dollars_printed
from niner.plan.what_if import Hanging, Mover, Value, hanging_document, what_would_change
from niner.prepare import Options, holdings, work_out, work_out_years
from niner.report.explain import Reason, explain
from niner.report.story import lot_story
from niner.report.terminal import or_exit, print_findings, print_reason
from niner.returns.year import YearReturn
from niner.shown.screen import Screen
from niner.words.form_names import form_called
from niner.words.plain import visible

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
        ("What could still move the tax:", "niner explain smith f1040 24 --what-would-change"),
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
    would: Annotated[
        bool, typer.Option("--what-would-change", help="What is unknown or was chosen, and how far it moves the line.")
    ] = False,
    rules: Overlay = None,
    as_json: Json = False,
) -> None:
    """Show why a figure is what it is, down to file and row."""
    options = Options(year=year, forms=False, overlays=tuple(rules or ()))
    if would:
        if years or amended or row or form in ("lot", "income"):
            raise typer.BadParameter("--what-would-change is of a line of one year's return: give FORM and LINE.")
        found = or_exit(lambda: what_would_change(folder, form, line, options, today()), as_json)
        if as_json:
            print(json.dumps(hanging_document(found), indent=1))
        else:
            _print_hanging(found)
        raise typer.Exit(1 if found.problems else 0)
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
            held = holdings(folder, options, None if year is None else date(year, 12, 31), whole=True)
            return lot_story(held, line, lambda file, number: line_of_row(folder, held.case, file, number))
        result, sources = one()
        return explain(result, form, line, row, sources)

    reason = or_exit(why, as_json)
    if as_json:
        print(json.dumps(reason.as_json(), indent=1))
    else:
        print_reason(out, reason)


def _print_hanging(found: Hanging) -> None:
    """The line, and under it each input that could move it."""
    title = f"{found.what} = {_spoken(found.value)}" if found.what else "The line can't be worked out"
    out.print(visible(title), style="bold", highlight=False, markup=False)
    if not found.movers and not found.problems:
        out.print("Nothing that is unknown or was chosen would move it.", highlight=False)
    for movers in _alike(found.movers):
        mover = movers[0]
        now = f" (now: {mover.now})" if mover.now else ""
        source = f" · {mover.source}" if mover.source else ""
        named = mover.what if len(movers) == 1 else "Any of these"
        out.say(visible(f"{named}{now}{source}"))
        for name, value in mover.lines.items():
            moved = f"  {_way(mover, name)}: {_moved(found, value)}"
            out.say(visible(moved))
        for text in (mover.says, mover.may.says if mover.may else "", *(f"- {m.what}" for m in movers[1:] and movers)):
            if text:
                out.say((visible(f"  {text}"), "dim"))
    if found.problems:
        out.print()
        print_findings(out, found.problems)


def _alike(movers: Sequence[Mover]) -> list[list[Mover]]:
    """Figures that are not given and move the line alike stand together, so that the list stays short."""
    groups: dict[object, list[Mover]] = {}
    for place, mover in enumerate(movers):
        key = (mover.now, tuple(mover.lines.items())) if mover.bound == "thousand" else place
        groups.setdefault(key, []).append(mover)
    return list(groups.values())


def _way(mover: Mover, name: str) -> str:
    return f"for each ${name} of it" if mover.bound == "thousand" and name == "1,000" else name


def _moved(found: Hanging, value: Value) -> str:
    """What the line would be, and by how much it moves."""
    known = isinstance(value, int) and isinstance(found.value, int)
    if not known or isinstance(value, bool) or isinstance(found.value, bool):
        return _spoken(value)
    assert value is not None
    assert found.value is not None
    change = value - found.value
    if not change:
        return f"{_spoken(value)}, the same"
    return f"{_spoken(value)}, {dollars_printed(abs(change))} {'more' if change > 0 else 'less'}"


def _spoken(value: Value) -> str:
    if value is None:
        return "not known"
    return ("yes" if value else "no") if isinstance(value, bool) else dollars_printed(value)
