"""The command `niner export`: the rows of Form 8949 as files that other tax programs take."""

import json
from pathlib import Path
from typing import Annotated

import typer

from niner.cli.events import say
from niner.cli.options import Command, Folder, Json, Notes, OtherYear, Overlay, counted, examples
from niner.handover.export import TOTALS, Export, export
from niner.handover.totals import box_totals
from niner.money import dollars_printed
from niner.prepare import Options, check_places, work_out, write_out
from niner.report.terminal import or_exit, print_findings, print_next
from niner.returns.year import YearReturn
from niner.run.not_current import mark_not_current, outputs_of
from niner.run.one_run import one_run
from niner.shown.screen import Screen
from niner.values import Finding, Refused
from niner.words.plain import path_text

app = typer.Typer(rich_markup_mode=None)
out = Screen()


@app.command(
    "export",
    cls=Command,
    epilog=examples(
        ("Every layout that fits the year, into smith/out/2025-export:", "niner export smith"),
        ("One program, another year:", "niner export smith --to turbotax --year 2024"),
        ("For a program:", "niner export smith --json"),
    ),
)
def export_command(
    folder: Folder,
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            metavar="NAME",
            help="csv, fdx, opentaxsolver, taxact, turbotax, txf, hrblock; may be repeated. Without it, all that fit.",
        ),
    ] = None,
    year: OtherYear = None,
    out_dir: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where to write.")] = None,
    rules: Overlay = None,
    notes: Notes = False,
    as_json: Json = False,
) -> None:
    """Write the rows of Form 8949 for other tax programs; each file is read back and foots to Schedule D."""
    options = Options(year=year, forms=False, overlays=tuple(rules or ()))

    def worked_out() -> YearReturn:
        try:
            return work_out(folder, options)[0]
        except Refused as refused:  # what an earlier run wrote is not of the case any more
            older = [out_dir] if out_dir else outputs_of(folder, year, "-export")
            raise Refused([*refused.findings, *mark_not_current(folder, older, refused.findings)]) from None

    def made() -> tuple[YearReturn, Export, Path, list[Finding]]:
        with one_run(folder) as said:
            result = worked_out()
            target = out_dir or folder / "out" / f"{result.year}-export"
            check_places(folder, target, ())
            found = export(result, to or ())
            said += write_out([(target, found.files)])
            return result, found, target, said

    result, found, target, said = or_exit(made, as_json)
    reviews = [finding for finding in result.findings if finding.severity == "review"]
    if as_json:
        files = {"files": [str(target / name) for name in sorted(found.files)]}
        print(json.dumps(found.as_json(result) | files | {"to_settle": len(reviews)}, indent=1))
        return
    _print(result, found, target)
    print_findings(out, [*found.findings, *said], notes)
    if reviews:
        say(
            out,
            f"The return itself has {counted(len(reviews), 'thing')} to be settled: niner check {path_text(folder)}",
        )
    print_next(
        out, f"read {path_text(target / TOTALS)}: what it says the program must show is the proof of any import."
    )


def _print(result: YearReturn, found: Export, target: Path) -> None:
    say(out, f"{result.case.name_on_forms}, {result.year}: written to {path_text(target)}")
    say(out, f"  {TOTALS}: totals to type into any program")
    for one in found.handed:
        typed = f", {counted(one.typed, 'row')} to be typed" if one.typed else ""
        say(out, f"  {', '.join(one.files)}: {one.layout.title}; {counted(one.carried, 'row')}{typed}")
        for text in (one.layout.rests_on, one.layout.todo):
            if text:
                say(out, f"      {text}")
    for box in box_totals(result):
        sums = ", ".join(f"({column}) {dollars_printed(cents)}" for column, cents in zip("degh", box.sums, strict=True))
        say(out, f"  box {box.box}, {counted(box.rows, 'row')}: {sums}; {box.where}")
    say(out, "Each file was read back, and foots to Schedule D to the cent.")
