"""The command `niner brokers`: what brokers reported, set against the ledger; nothing is written."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from niner.brokers import Brokers, read_brokers
from niner.brokers.document import brokers_document
from niner.brokers.template import template
from niner.brokers.totals import totals
from niner.brokers.values import BrokerFile
from niner.case import Case, read_case
from niner.cli.events import FormatDirs, say
from niner.cli.options import Command, Json, Notes, counted, examples, those, typed
from niner.money import dollars_printed
from niner.report.terminal import print_findings, print_next
from niner.screen import Screen
from niner.values import Finding, Refused

app = typer.Typer(rich_markup_mode=None)
out = Screen()


@app.command(
    "brokers",
    cls=Command,
    epilog=examples(
        ("What the forms say, against the ledger:", "niner brokers smith"),
        ("A table to copy a paper form into:", "niner brokers --template"),
        ("For a program:", "niner brokers smith --json"),
    ),
)
def brokers_command(
    folder: Annotated[Path | None, typer.Argument(metavar="FOLDER", help="A case folder.")] = None,
    as_template: Annotated[bool, typer.Option("--template", help="Print the columns of the table to fill in.")] = False,
    formats: FormatDirs = None,
    notes: Notes = False,
    as_json: Json = False,
) -> None:
    """Set what brokers reported on Forms 1099-DA and 1099-B against the case's sales, to the cent."""
    if as_template:
        print(template(), end="")
        return
    if folder is None:
        raise typer.BadParameter("name a case folder, or ask for --template.")
    case, brokers, findings = _read(folder, formats or [])
    errors = sum(finding.severity == "error" for finding in findings)
    year = case.tax_year if case else 0
    if as_json:
        print(json.dumps(brokers_document(brokers, year, findings), indent=1))
    else:
        for file in brokers.files:
            _print(file)
        for total in totals(brokers.of(year)):
            reported = f"{dollars_printed(total.reported)} of {counted(total.rows, 'sale')}"
            say(out, f"{total.name}: {reported}")
        print_findings(out, findings, notes)
        again = typed("brokers", folder)
        ahead = f"settle the {those(errors, 'error')} above, then: {again}" if errors else typed("check", folder)
        print_next(out, ahead)
    raise typer.Exit(1 if errors else 0)


def _read(folder: Path, format_dirs: Sequence[Path]) -> tuple[Case | None, Brokers, list[Finding]]:
    problems: list[Finding] = []
    case = None
    try:
        case = read_case(folder)
    except Refused as refused:
        problems = refused.findings
    zone = ZoneInfo(case.elections.timezone) if case and case.elections.timezone else None
    year = case.tax_year if case else 0
    brokers = read_brokers(folder, year, zone, case.sources if case else {}, format_dirs)
    found = [*problems, *brokers.findings]
    if not brokers.files and not found:
        says = "There is nothing of a broker: the folder “brokers” holds no form."
        todo = "Put the forms there as downloaded, or fill a table: niner brokers --template."
        found.append(Finding("brokers-missing", "note", says, todo))
    return case, brokers, found


def _print(file: BrokerFile) -> None:
    if not file.format:
        say(out, f"{file.file}: {file.says or 'not recognised'}")
        return
    left = f", {len(file.left_out)} left out" if file.left_out else ""
    say(out, f"{file.file}: {file.format}; {counted(file.rows, 'row')}, {counted(file.sales, 'sale')}{left}")
    if file.says:
        say(out, f"  {file.says}")
    reasons: dict[str, int] = {}
    for _, why in file.left_out:
        reasons[why] = reasons.get(why, 0) + 1
    for why, count in reasons.items():
        say(out, f"    left out {count}: {why}")
