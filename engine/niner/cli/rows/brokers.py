"""The command `niner brokers`: what brokers reported, set against the ledger; nothing is written."""

import json
from pathlib import Path
from typing import Annotated

import typer

from niner.brokers import Brokers
from niner.brokers.document import brokers_document
from niner.brokers.reading.template import template
from niner.brokers.totals import totals
from niner.brokers.values import FORMS, BrokerFile
from niner.cli.events import say
from niner.cli.options import Command, Json, Notes, OtherYear, Overlay, Templates, counted, examples, those, typed
from niner.correspondence import answer as answer_to_notice
from niner.files.file_write import write_whole
from niner.money import dollars_printed
from niner.prepare import Options, reconciliation
from niner.report.terminal import or_exit, print_findings, print_next
from niner.returns.reported.residual import Group, Residual
from niner.shown.pages import check_themes
from niner.shown.screen import Screen
from niner.values import Finding, Refused
from niner.words.plain import path_text

app = typer.Typer(rich_markup_mode=None)
out = Screen()


@app.command(
    "brokers",
    cls=Command,
    epilog=examples(
        ("What the forms say, against the ledger:", "niner brokers smith"),
        ("A table to copy a paper form into:", "niner brokers --template"),
        ("The sheet that answers a notice:", "niner brokers smith --answer answer.html"),
        ("For a program:", "niner brokers smith --json"),
    ),
)
def brokers_command(
    folder: Annotated[Path | None, typer.Argument(metavar="FOLDER", help="A case folder.")] = None,
    as_template: Annotated[bool, typer.Option("--template", help="Print the columns of the table to fill in.")] = False,
    answer: Annotated[
        Path | None,
        typer.Option("--answer", metavar="FILE", help="Write the answer to a CP2000 or Letter 6173, as HTML."),
    ] = None,
    year: OtherYear = None,
    rules: Overlay = None,
    templates: Templates = None,
    notes: Notes = False,
    as_json: Json = False,
) -> None:
    """Set what brokers reported on Forms 1099-DA and 1099-B against the case's sales, to the cent."""
    if as_template:
        print(template(), end="")
        return
    if folder is None:
        raise typer.BadParameter("name a case folder, or ask for --template.")
    options = Options(year=year, overlays=tuple(rules or ()), themes=tuple(templates or ()))
    found = reconciliation(folder, options)
    findings = _with_nothing(found.brokers, list(found.findings))
    errors = sum(finding.severity == "error" for finding in findings)
    if answer is not None:
        or_exit(lambda: _write_answer(answer, folder, options), as_json)
    if as_json:
        open_rows = found.reconciled.rows if found.reconciled else ()
        document = brokers_document(found.brokers, found.year, open_rows, findings)
        print(json.dumps(document | (found.residual.as_json() if found.residual else {}), indent=1))
    else:
        for file in found.brokers.files:
            _print(file)
        if found.residual is None:
            for one in totals(found.brokers.of(found.year)):
                say(out, f"{one.name}: {dollars_printed(one.reported)} of {counted(one.rows, 'sale')}")
        else:
            _residual(found.residual, found.brokers, found.year)
        print_findings(out, [f for f in findings if _is_mine(f)], notes)
        again = typed("brokers", folder)
        ahead = f"settle the {those(errors, 'error')} above, then: {again}" if errors else typed("check", folder)
        print_next(out, ahead)
    raise typer.Exit(1 if errors else 0)


def _write_answer(path: Path, folder: Path, options: Options) -> None:
    """The sheet for a notice, as it is drafted or was edited in letters/. Raises Refused."""
    check_themes(options.themes)
    page = answer_to_notice(folder, options).page
    try:
        write_whole(path, page)
    except OSError as error:
        says = f"{path_text(path)} can't be written: {error.strerror or error}."
        raise Refused([Finding("output-unwritable", "error", says, "Name another place.")]) from None


def _is_mine(finding: Finding) -> bool:
    """What is wrong anywhere stops the comparison; what else is to be settled of the ledger is told by check."""
    own = finding.id.startswith("brokers") or finding.id == "ruling"
    return finding.severity == "error" or own or bool(finding.source and finding.source.file.startswith("brokers/"))


def _with_nothing(brokers: Brokers, findings: list[Finding]) -> list[Finding]:
    if not brokers.files and not any(finding.severity == "error" for finding in findings):
        says = "There is nothing of a broker: the folder “brokers” holds no form."
        todo = "Put the forms there as downloaded, or fill a table: niner brokers --template."
        findings.append(Finding("brokers-missing", "note", says, todo))
    return findings


def _residual(found: Residual, brokers: Brokers, year: int) -> None:
    """Each broker, account and letter: what was reported, what the records have, why they differ, where it went."""
    for group in found.groups:
        say(out, "")
        letter = f"code {group.code}" if group.code else ""
        kind = "" if group.kind == "sale" else group.kind.replace("_", " ")
        account = f"account {group.account}" if group.account else ""
        form = f"Form {group.form}" if group.form in FORMS else "report, on no form"
        say(out, ", ".join(part for part in (group.broker, account, form, letter, kind) if part))
        basis = f"; basis shown {dollars_printed(group.basis)}" if group.basis else "; no basis shown"
        say(out, f"  reported        {dollars_printed(group.reported)} in {counted(group.rows, 'row')}{basis}")
        say(out, f"  in the records  {_in_records(group)}")
        for reason in group.reasons:
            amount = f", {dollars_printed(reason.cents)}" if reason.cents else ""
            say(out, f"    {reason.counted}{amount}")
        for box, sums in group.boxes.items():
            columns = ", ".join(
                f"({name}) {dollars_printed(amount)}" for name, amount in zip("degh", sums, strict=True)
            )
            say(out, f"  Form 8949 box {box}: {columns}")
        if group.open_rows:
            say(out, f"  open            {dollars_printed(group.open)} in {counted(group.open_rows, 'row')}")
        if group.elsewhere:
            say(out, f"  on other papers {dollars_printed(group.elsewhere)}")
        if group.boxes:
            moved = dollars_printed(group.gain)
            say(out, f"  moves           gain {moved}; by the form alone {dollars_printed(group.gain_by_form)}")
        if not group.foots:
            say(out, "  DOES NOT FOOT to the form's total")
    for box, sums in found.without_form.items():
        say(out, "")
        say(out, f"On no form, box {box}: (d) {dollars_printed(sums.proceeds)}, (h) {dollars_printed(sums.gain)}")
    if found.groups:
        say(out, "")
        feet = "foots to the forms' totals, to the cent" if found.foots else "does not foot to the forms' totals"
        say(out, f"Everything {feet}.")
    withheld = brokers.withheld_in(year)
    if withheld:
        say(out, f"Withheld: {dollars_printed(withheld)}")


def _in_records(group: Group) -> str:
    """What the records have of the group's rows that were found in them."""
    if group.rows == group.open_rows:
        return "no sale that is one of them"
    found = group.rows - group.open_rows
    rest = f" for {counted(found, 'row')}" if group.open_rows else ""
    return f"{dollars_printed(group.records)}{rest}, {_differs(group)}"


def _differs(group: Group) -> str:
    if not group.difference:
        return "the same"
    return f"which is {dollars_printed(abs(group.difference))} {'less' if group.difference > 0 else 'more'}"


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
