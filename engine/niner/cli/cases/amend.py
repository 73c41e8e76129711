"""The commands on filed returns: `niner file`, `niner amend` and `niner diff`."""

import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from niner.amend.comparing.comparison import Comparison, as_json
from niner.amend.comparing.documents import compare_documents, read_document
from niner.amend.filed.one_taxpayer import refuse_two_taxpayers
from niner.amend.filing import FiledAway, When, adjust, file_amended, file_return, filing_run, write_template
from niner.amend.intake.account_filing import file_from_transcript, read_account_transcript
from niner.amend.intake.read_filing import ReadPdf, confirm, file_from_pdf, may_be_locked, read_filed_pdf
from niner.amend.job import (
    AmendOptions,
    amend,
    deadline_json,
    diff_document,
    said_of_amending,
    work_out_amended,
    year_json,
)
from niner.amend.papers.cost import cost_of
from niner.amend.papers.findings import assessment, cascade_findings, spoken
from niner.amend.year import YearAmended
from niner.cli.cases.read_return import print_read, read_json
from niner.cli.options import (
    Command,
    Folder,
    FormsDir,
    Json,
    Notes,
    Offline,
    Overlay,
    Templates,
    examples,
    plain_year,
    typed,
)
from niner.forms.pack.loading import packs_in
from niner.forms.reading.handed_in import PASSWORD_NEEDED
from niner.money import dollars_spoken, parse_cents
from niner.prepare import Options, Prepared
from niner.report.terminal import or_exit, print_findings, print_next
from niner.resources import room as data_room
from niner.rules import load_rules
from niner.scaffold import write_schemas
from niner.shown.screen import Screen
from niner.values import Finding, Refused
from niner.words.form_names import line_name, page_order

app = typer.Typer(rich_markup_mode=None)
out = Screen()
err = Screen(stderr=True)

_DATE: dict[str, Any] = {"formats": ["%Y-%m-%d"], "metavar": "DATE"}


@app.command(
    "file",
    cls=Command,
    epilog=examples(
        ("Niner prepared it, and it was e-filed:", "niner file smith --year 2024 --filed-on 2025-04-10 --e-file"),
        ("Something else prepared it: a file to copy it into", "niner file smith --year 2023 --template"),
        ("… and, once that is filled in, lock it:", "niner file smith --year 2023"),
        ("The same from its PDF, with a page to compare it by:", "niner file smith --from return.pdf"),
        (
            "With the IRS's account transcript, for payments and later changes:",
            "niner file smith --from return.pdf --transcript account.txt",
        ),
        ("The amended return was mailed:", "niner file smith --year 2023 --amended 2026-11-20"),
        ("The IRS changed the return by letter:", "niner file smith --year 2023 --adjusted 2025-09-01"),
    ),
)
def file_command(
    folder: Folder,
    year: Annotated[
        int | None,
        typer.Option(metavar="YEAR", parser=plain_year, help="The tax year that was filed; a PDF says it itself."),
    ] = None,
    template: Annotated[bool, typer.Option("--template", help="Write filed/<year>.yaml to fill in by hand.")] = False,
    filed_on: Annotated[datetime | None, typer.Option(**_DATE, help="The day it was filed.")] = None,
    extended_to: Annotated[datetime | None, typer.Option(**_DATE, help="The day an extension ran to.")] = None,
    paper: Annotated[bool, typer.Option("--paper", help="It was filed on paper.")] = False,
    e_file: Annotated[bool, typer.Option("--e-file", help="It was e-filed.")] = False,
    paid: Annotated[
        str | None,
        typer.Option(metavar="USD", help="What was paid with it, without interest and penalties; 0 if nothing."),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="PATH", help="The PDF of the return; or the output folder, if not out/<year>."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="With a PDF: it was compared before, lock what is read.")] = False,
    transcript: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The IRS's account transcript as text: days, payments, later changes."),
    ] = None,
    refunded: Annotated[
        str | None,
        typer.Option(metavar="USD", help="With --amended: what came back, if not what it asks; 0 if nothing."),
    ] = None,
    adjusted: Annotated[
        datetime | None,
        typer.Option(**_DATE, help="Record a change by the IRS of that day."),
    ] = None,
    amended: Annotated[
        datetime | None,
        typer.Option(**_DATE, help="The amended return was filed that day: lock it."),
    ] = None,
    rules: Overlay = None,
    notes: Notes = False,
    as_json: Json = False,
) -> None:
    """Lock what was filed, so that it can be compared and amended later. Nothing locked is ever rewritten."""
    by_hand = template or adjusted is not None or amended is not None
    _fit_together(template, adjusted, amended, refunded)
    _days_and_payment_fit(by_hand, amended is not None, paid=paid, filed_on=filed_on, extended_to=extended_to)
    _not_in_the_future(filed_on=filed_on, adjusted=adjusted, amended=amended)
    when = When(
        filed_on.date() if filed_on else None,
        extended_to.date() if extended_to else None,
        _way(paper, e_file),
        _paid(paid),
        _paid(refunded),
    )
    options = Options(overlays=tuple(rules or ()), forms=False)
    is_pdf = source is not None and not source.is_dir() and (source.exists() or source.suffix.lower() == ".pdf")
    if source is not None and is_pdf and not by_hand:
        _file_pdf(folder, source, year, when, yes, transcript, options, notes, as_json)
        return
    if yes:
        raise typer.BadParameter("--yes goes with --from RETURN.pdf.")
    if transcript is not None:
        if by_hand or source is not None or when != When():
            raise typer.BadParameter("--transcript goes alone, or with --from RETURN.pdf.")
        _file_transcript(folder, transcript, year, options, notes, as_json)
        return
    if year is None:
        raise typer.BadParameter("Give the tax year: --year YEAR.")

    def step() -> FiledAway:
        day = adjusted or amended
        stem = f"{year}-adjusted-{day.date().isoformat()}" if day else str(year)
        return filing_run(folder, stem, filed_away)

    def filed_away() -> FiledAway:
        if template:
            return _with_schemas(folder, write_template(folder, year))
        if adjusted is not None:
            return _with_schemas(folder, adjust(folder, year, adjusted.date()))
        if amended is not None:
            return file_amended(folder, year, amended.date(), source, when)
        return file_return(folder, year, when, source, options)

    done: FiledAway = or_exit(step, as_json)
    if as_json:
        _print_filed_json(folder, done, {})
        return
    print_findings(out, list(done.findings), notes)
    if done.is_locked:
        entry = done.written[0] if done.written[0].suffix == ".yaml" else done.written[0].parent
        print(f"Locked {entry}: it will not be written again.")
        print_next(out, f"nothing. If something turns out wrong: {typed('diff', folder, '--year', year)}")
        return
    again = typed("file", folder, "--year", year, *(("--adjusted", adjusted.date()) if adjusted is not None else ()))
    print(f"Wrote {done.written[0]}.")
    print_next(out, f"fill it in, then lock it: {again}")


def _fit_together(template: bool, adjusted: datetime | None, amended: datetime | None, refunded: str | None) -> None:
    """Raises BadParameter where more is asked for than one thing."""
    if sum((template, adjusted is not None, amended is not None)) > 1:
        raise typer.BadParameter("Give one of --template, --adjusted and --amended.")
    if refunded is not None and amended is None:
        raise typer.BadParameter("--refunded goes with --amended.")


def _way(paper: bool, e_file: bool) -> str:
    """How it was filed; empty where that is not said. Raises BadParameter where it is said twice."""
    if paper and e_file:
        raise typer.BadParameter("Give --paper or --e-file.")
    return "paper" if paper else "e-file" if e_file else ""


def _days_and_payment_fit(by_hand: bool, amended: bool, **given: object) -> None:
    """Raises BadParameter for what belongs into the file that is written; what an amended return paid does not."""
    for name, value in given.items():
        if value is not None and by_hand and not (amended and name == "paid"):
            option = f"--{name.replace('_', '-')}"
            raise typer.BadParameter(f"{option} has no place here: write it in the file, or leave it out.")


def _not_in_the_future(**days: datetime | None) -> None:
    for name, day in days.items():
        if day is not None and day.date() > _day(None):
            raise typer.BadParameter(f"--{name.replace('_', '-')} lies in the future.")


def _file_pdf(
    folder: Path,
    source: Path,
    year: int | None,
    when: When,
    yes: bool,
    transcript: Path | None,
    options: Options,
    notes: bool,
    as_json_: bool,
) -> None:
    """The entry of a return from its PDF, and its lock once somebody has said that it is right."""
    pdf = _read_pdf(folder, source, year, options, as_json_)
    account = or_exit(lambda: read_account_transcript(transcript, pdf.year), as_json_) if transcript else None

    def step() -> FiledAway:
        done = filing_run(folder, str(pdf.year), lambda: file_from_pdf(folder, pdf, when, yes, options, account))
        return _with_schemas(folder, done)

    done: FiledAway = or_exit(step, as_json_)
    if as_json_:
        _print_filed_json(folder, done, read_json(pdf))
        return
    print_read(out, pdf)
    print_findings(out, list(done.findings), notes)
    review = next(path for path in done.written if path.name == "review.html") if not done.is_locked else None
    if not done.is_locked and may_be_locked(pdf, done) and _at_terminal():
        print(f"\nCompare it with {review}.")
        if typer.confirm("Is every figure right? Then it is locked", default=False):
            done = or_exit(
                lambda: filing_run(folder, str(pdf.year), lambda: confirm(folder, pdf, when, options, done)), False
            )
    _print_filed(folder, pdf.year, done, review)


def _file_transcript(
    folder: Path, source: Path, year: int | None, options: Options, notes: bool, as_json_: bool
) -> None:
    """What an account transcript says, as entries to be completed."""
    account = or_exit(lambda: read_account_transcript(source, year), as_json_)

    def step() -> FiledAway:
        done = filing_run(folder, str(account.year), lambda: file_from_transcript(folder, account, options))
        return _with_schemas(folder, done)

    done: FiledAway = or_exit(step, as_json_)
    if as_json_:
        _print_filed_json(folder, done, {"tax_year": account.year})
        return
    print_findings(out, list(done.findings), notes)
    if not done.written:
        print("Wrote nothing: what the account says is there already.")
        print_next(out, "settle what stands above, if anything does.")
        return
    print(f"Wrote {', '.join(str(path) for path in done.written)}.")
    print_next(out, f"complete what was written, then lock it: {typed('file', folder, '--year', account.year)}")


def _at_terminal() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty()


def _read_pdf(folder: Path, source: Path, year: int | None, options: Options, as_json_: bool) -> ReadPdf:
    """The return in a PDF; where it is locked, its password is asked for."""
    try:
        return read_filed_pdf(folder, source, year, "", options)
    except Refused as refused:
        findings = refused.findings
        if [finding.id for finding in findings] != [PASSWORD_NEEDED] or not _at_terminal():
            or_exit(lambda: _refuse(findings), as_json_)
    password = str(typer.prompt("Password of the PDF", default="", show_default=False, hide_input=True, err=True))
    found: ReadPdf = or_exit(lambda: read_filed_pdf(folder, source, year, password, options), as_json_)
    return found


def _refuse(findings: list[Finding]) -> None:
    raise Refused(findings)


def _print_filed(folder: Path, year: int, done: FiledAway, review: Path | None) -> None:
    """What is there now, and the one next step after a PDF was read."""
    if done.is_locked:
        print(f"Locked {folder / 'filed' / f'{year}.yaml'}: it will not be written again.")
        print_next(out, f"nothing. If something turns out wrong: {typed('diff', folder, '--year', year)}")
        return
    print(f"Wrote {' and '.join(str(path) for path in done.written)}.")
    again = typed("file", folder, "--year", year)
    if any(finding.id == "return-as-prepared" for finding in done.findings):
        print(f"Every line is as Niner prepared it in {folder / 'out' / str(year)}.")
        print_next(out, f"lock it from there, with its ledger: {again}")
        return
    if any(finding.id == "filed-locked" for finding in done.findings):
        print_next(out, f"nothing, if the differences are none of yours; what was read is in {review}")
        return
    print_next(out, f"compare {review} with the entry, correct it, then lock it: {again}")


def _print_filed_json(folder: Path, done: FiledAway, more: dict[str, Any]) -> None:
    document = {
        "folder": str(folder),
        "locked": done.is_locked,
        "files": [str(path) for path in done.written],
        "findings": [finding.as_json() for finding in done.findings],
    }
    print(json.dumps({"ok": True, **document, **more}, indent=1))


def _with_schemas(folder: Path, done: FiledAway) -> FiledAway:
    """What was written to be filled in, with the schemas that its first line names."""
    if not done.is_locked:
        write_schemas(folder)
    return done


@app.command(
    "amend",
    cls=Command,
    epilog=examples(
        ("Lock what was filed, see what differs, then fill the forms:", "niner file smith --year 2023"),
        ("", "niner diff smith --year 2023"),
        ("", "niner amend smith --year 2023"),
        ("Leave $500 of the refund for this year's estimated tax:", "niner amend smith --year 2023 --apply 500"),
        ("Lines, tables and deadlines only:", "niner amend smith --year 2023 --no-forms"),
    ),
)
def amend_command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A case folder with filed/YEAR.yaml.")],
    year: Annotated[int, typer.Option(metavar="YEAR", parser=plain_year, help="The tax year to amend.")],
    out_dir: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where to write.")] = None,
    revision: Annotated[
        str,
        typer.Option(
            metavar="DATE", help="The revision of Form 1040-X, as 2025-12; if left out, the one for the year."
        ),
    ] = "",
    apply_amount: Annotated[
        str | None,
        typer.Option("--apply", metavar="USD", help="What of the overpayment goes to this year's estimated tax."),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(**_DATE, help="The day of the claim; today if not given."),
    ] = None,
    rules: Overlay = None,
    forms: FormsDir = None,
    templates: Templates = None,
    offline: Offline = False,
    no_forms: Annotated[bool, typer.Option("--no-forms", help="Lines and tables only, no PDFs.")] = False,
    print_ready: Annotated[bool, typer.Option("--print-ready", help="Flat PDFs, nothing to edit.")] = False,
    summary: Annotated[bool, typer.Option("--summary", help="One row of Form 8949 a broker and box.")] = False,
    png: Annotated[bool, typer.Option("--png", help="Also write a picture of each page.")] = False,
    notes: Notes = False,
    as_json: Json = False,
) -> None:
    """Form 1040-X and the corrected forms for one filed year, with every line's causes and the deadlines."""
    options = Options(
        out=out_dir,
        forms=not no_forms,
        overlays=tuple(rules or ()),
        form_dirs=tuple(forms or ()),
        themes=tuple(templates or ()),
        offline=offline,
        print_ready=print_ready,
        summary=summary,
        png=png,
    )
    how = AmendOptions(_day(as_of), options, _revision(revision), _paid(apply_amount) or 0)
    done = amend(folder, year, how)
    prepared = done.prepared
    if as_json:
        case = {
            "folder": str(folder),
            "ok": prepared.ok,
            "files": [str(path) for path in prepared.written],
            "findings": [finding.as_json() for finding in prepared.findings],
            "return": prepared.document,
        }
        if done.year is not None:
            case |= {
                "refund": dollars_spoken(done.year.refund_cents),
                "owed": dollars_spoken(done.year.owed_cents),
                "deadline": deadline_json(done.year.deadline),
                "later_years": [year_json(later) for later in done.later],
            }
        print(json.dumps({"cases": [case]}, indent=1, default=list))
    elif done.year is None:
        print_findings(err, list(prepared.findings), notes)
        err.say((f"{folder}: nothing was written.", "bold"))
        print_next(err, f"correct what stands above, then: {typed('amend', folder, '--year', year)}")
    else:
        _print_year(done.year)
        print(f"\nWrote {', '.join(path.name for path in prepared.written)}")
        print(f"   in {prepared.written[0].parent}")
        print_findings(out, list(prepared.findings), notes, "workpapers.html")
        print_next(out, _after_amending(folder, done.year, prepared, options))
    raise typer.Exit(0 if prepared.ok else 1)


@app.command(
    "diff",
    cls=Command,
    epilog=examples(
        ("A year as it was filed, against what is right now:", "niner diff smith --year 2023"),
        ("… as a page to print or send:", "niner diff smith --year 2023 --html diff.html"),
        ("Two returns that Niner wrote:", "niner diff smith/out/2024 other/out/2024/return.json"),
    ),
)
def diff_command(
    places: Annotated[
        list[Path], typer.Argument(metavar="FOLDER", help="A case folder with --year, or two return.json.")
    ],
    year: Annotated[
        int | None, typer.Option(metavar="YEAR", parser=plain_year, help="The filed year to compare.")
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write the comparison as HTML.")] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(**_DATE, help="The day of the claim; today if not given."),
    ] = None,
    rules: Overlay = None,
    notes: Notes = False,
    as_json: Json = False,
) -> None:
    """As filed against corrected, line by line, with the causes of each change. Writes nothing."""
    overlays = tuple(rules or ())
    if len(places) == 2 and year is None:
        _diff_documents(places[0], places[1], overlays, as_json)
        return
    if len(places) != 1 or year is None:
        raise typer.BadParameter("Give one case folder and --year, or two return.json.")
    how = AmendOptions(_day(as_of), Options(overlays=overlays, forms=False))
    found = or_exit(lambda: work_out_amended(places[0], year, how)[0], as_json)
    this: YearAmended = found[year]
    others = [other for one, other in found.items() if one != year]
    if html is not None:
        from niner.amend.papers.page import diff_page

        or_exit(lambda: _write_page(html, diff_page(this, others, "", "")), as_json)
    findings = [*this.original.findings, *said_of_amending(this)]
    findings += cascade_findings(this, [o for o in others if o.year > year], [o for o in others if o.year < year])
    if as_json:
        document = diff_document(this, others, "") | {"findings": [finding.as_json() for finding in findings]}
        print(json.dumps(document, indent=1))
        return
    _print_year(this)
    _print_years([this, *others])
    print_findings(out, findings, notes)
    amend_it = typed("amend", places[0], "--year", year)
    nothing = f"nothing: the return of {year} stands as it was filed."
    print_next(out, f"if this is right, fill Form 1040-X: {amend_it}" if this.differs else nothing)


def _after_amending(folder: Path, this: YearAmended, prepared: Prepared, options: Options) -> str:
    """The one thing to do next with an amended return that was written."""
    if this.is_as_filed:
        return f"nothing: the return of {this.year} stands as it was filed."
    if this.deadline.still_original:
        make = typed("prepare", folder, "--year", this.year)
        until = spoken(this.deadline.superseding_until)
        return f"make the corrected return, {make}, and file it as a new original by {until}."
    if not options.forms:
        return f"fill the forms: {typed('amend', folder, '--year', this.year)}"
    packet = prepared.written[0].parent / "packet.pdf"
    if not any(path.name == packet.name for path in prepared.written):
        return "settle what is to be reviewed above: there is no form to send."
    by = f" by {spoken(this.deadline.claim_by)}" if this.refund_cents and this.deadline.open else ""
    filed = typed("file", folder, "--year", this.year, "--amended")
    if this.owed_cents and assessment(this).value == "closed":
        nothing = "settle what is to be reviewed above: nothing is asked for any more."
        return f"{nothing} If {packet} is sent all the same: {filed} and the day."
    return f"settle what is to be reviewed above, sign {packet} and send it{by}. When it is sent: {filed} and the day."


def _write_page(path: Path, data: bytes) -> None:
    from niner.case.locking import put_new

    put_new(path, data)


def _diff_documents(one: Path, other: Path, overlays: tuple[Path, ...], as_json_: bool) -> None:
    def step() -> Comparison:
        first, second = (place / "return.json" if place.is_dir() else place for place in (one, other))
        before, after = read_document(first), read_document(second)
        refuse_two_taxpayers((first, second), (before, after))
        return compare_documents(before, after, load_rules(int(after["tax_year"]), overlays))

    comparison: Comparison = or_exit(step, as_json_)
    if as_json_:
        print(json.dumps(as_json(comparison), indent=1))
        return
    _print_comparison(comparison, f"{one} → {other}")


def _print_year(this: YearAmended) -> None:
    name = this.result.case.name_on_forms
    _print_comparison(this.comparison, f"{name}, {this.year}: as filed and corrected")
    when = this.deadline
    if this.refund_cents and not when.open:
        print(f"\n{dollars_spoken(this.refund_cents)} would have come back, but can no longer be claimed.")
    elif this.refund_cents or this.owed_cents:
        if when.still_original:
            until = spoken(when.superseding_until)
            print(f"\nUntil {until} file the corrected return as a new original, not Form 1040-X.")
        does = f"asks {dollars_spoken(this.refund_cents)} back" if this.refund_cents else ""
        print(f"\nForm 1040-X {does or f'owes {dollars_spoken(this.owed_cents)}'}.")
    _print_interest(this)
    if not this.refund_cents:
        return
    if when.open:
        last = f"; the last day is {spoken(when.claim_until)}" if when.claim_until != when.claim_by else ""
        paid = ", two years from the last payment" if when.by_payments else ""
        print(f"A refund is claimed in time by {spoken(when.claim_by)}{paid}{last}.")
    else:
        print(f"The time to claim a refund ended on {spoken(when.last_day)}.")


def _print_interest(this: YearAmended) -> None:
    """Interest on what is owed or comes back, in one line, where there is any."""
    found = cost_of(this).interest
    if not found.cents and not found.missing:
        return
    way = "is owed with it" if this.owed_cents else "comes with it"
    more = f"; the rate of {found.missing} is not known here" if found.missing else ""
    print(f"Interest of {dollars_spoken(found.cents)} {way} to {spoken(found.until)}{more}.")


def _print_comparison(comparison: Comparison, title: str) -> None:
    moved = comparison.moved
    if not moved and not comparison.causes:
        print(f"{title}: nothing differs.")
        return
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name, right in (("Line", False), ("Filed", True), ("Change", True), ("Corrected", True), ("Why", False)):
        table.add_column(name, justify="right" if right else "left", no_wrap=right)
    for line, amount in sorted(moved.items(), key=lambda entry: page_order(*entry[0])):
        cells = (comparison.before.get(line, 0), amount, comparison.after.get(line, 0))
        table.add_row(line_name(*line), *(dollars_spoken(cell) for cell in cells), _why(comparison, line))
    out.print(table, highlight=False, markup=False)
    for number, cause in enumerate(comparison.causes, 1):
        words = comparison.words(cause)
        kinds = {"before": sum(not c.before for c in cause.changes), "after": sum(not c.after for c in cause.changes)}
        both = len(cause.changes) - kinds["before"] - kinds["after"]
        rows = f" ({kinds['before']} added, {kinds['after']} removed, {both} changed)" if cause.changes else ""
        out.say(f"{number}. {words}{rows}")


def _why(comparison: Comparison, line: tuple[str, str]) -> str:
    """The causes of a line's change by their numbers, each with its part where there are several."""
    parts = [(n, cause.effect[line]) for n, cause in enumerate(comparison.causes, 1) if cause.effect.get(line)]
    if len(parts) == 1:
        return f"{parts[0][0]}."
    return ", ".join(f"{number}. {dollars_spoken(part)}" for number, part in parts)


def _print_years(years: Sequence[YearAmended]) -> None:
    if len(years) < 2:
        return
    table = Table(title="\nFiled years", title_justify="left", box=None, pad_edge=False)
    for name in ("Year", "As filed", "Refund", "Owed", "Loss carried on", "Claim by"):
        table.add_column(name, justify="left" if name in ("Year", "As filed", "Claim by") else "right")
    for one in sorted(years, key=lambda y: y.year):
        by = spoken(one.deadline.claim_by) if one.deadline.open else "closed"
        table.add_row(
            str(one.year),
            "wrong" if one.differs else "right",
            dollars_spoken(one.refund_cents) if one.deadline.open else f"({dollars_spoken(one.refund_cents)} lost)",
            dollars_spoken(one.owed_cents),
            dollars_spoken(sum(one.result.carryover_out)),
            by,
        )
    out.print(table, highlight=False, markup=False)


def today() -> date:
    """The day on which it is asked."""
    return datetime.now().astimezone().date()


def _day(given: datetime | None) -> date:
    return given.date() if given else today()


def _revision(text: str) -> str:
    known = [pack.revision for pack in packs_in(data_room("forms"), "f1040x")]
    if text and text not in known:
        raise typer.BadParameter(f"--revision is one of {', '.join(known)}.")
    return text


def _paid(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        amount = parse_cents(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}” is not an amount in dollars, such as 1200 or 1,200.50.") from None
    if amount < 0:
        raise typer.BadParameter("The amount may not be negative.")
    return amount
