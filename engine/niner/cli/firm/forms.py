"""The commands `niner forms …`: which blanks are at hand, fetch them, draft a pack, prove packs, look at pages."""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from niner.cli.options import Command, FormsDir, Json, examples, plain_year
from niner.files.file_write import make_private, temporary_beside, write_new, write_whole
from niner.files.reading import TABLE_BYTES, read_bytes
from niner.forms.blanks.finding import blank_status, fetch_blanks, find_blank, pack_list
from niner.forms.making.drafting import draft_pack
from niner.forms.making.keysheet import key_sheet
from niner.forms.pack.packfile import read_pack
from niner.forms.pack.values import MAX_BLANK_BYTES, Pack
from niner.forms.pack.verify import verify_pack
from niner.forms.reading.preview import page_images
from niner.shown.screen import Screen
from niner.values import Finding, Refused

app = typer.Typer(
    no_args_is_help=True, help="Official blank forms and the packs that fill them.", rich_markup_mode=None
)
out = Screen()

Years = Annotated[
    list[int] | None,
    typer.Option("--year", metavar="YEAR", parser=plain_year, help="Only forms of this tax year; may be repeated."),
]


@app.command(
    cls=Command,
    short_help="Say which official blanks are at hand.",
    epilog=examples(
        ("Which official blanks are at hand for 2025:", "niner forms status --year 2025"),
    ),
)
def status(year: Years = None, forms: FormsDir = None, as_json: Json = False) -> None:
    """Say for each form whether its official blank is at hand."""
    rows = [s.as_json() for s in blank_status(year or (), forms or ())]
    _table(rows, as_json)
    if not as_json:
        _say_missing(rows, "Run `niner forms fetch`, or put them in a folder and name it with --forms or NINER_FORMS.")


@app.command(
    cls=Command,
    short_help="Fetch the missing blanks from irs.gov, and check them.",
    epilog=examples(
        ("Get what is missing from irs.gov:", "niner forms fetch --year 2025"),
    ),
)
def fetch(year: Years = None, forms: FormsDir = None, as_json: Json = False) -> None:
    """Fetch the official blanks that are missing from irs.gov and check them against the packs."""
    rows = [s.as_json() for s in fetch_blanks(year or (), forms or ())]
    _table(rows, as_json)
    if not as_json:
        offline = "NINER_OFFLINE is set, so nobody was asked. " if os.environ.get("NINER_OFFLINE") else ""
        _say_missing(rows, offline + "Put them in a folder and name it with --forms or NINER_FORMS.")
    raise typer.Exit(0 if all(row["status"] == "official" for row in rows) else 1)


@app.command(
    cls=Command,
    short_help="Draft a pack from a blank.",
    epilog=examples(
        ("A new revision is out:", "niner forms new f8949--2026.pdf --out forms"),
    ),
)
def new(
    blank: Annotated[Path, typer.Argument(metavar="FILE", help="The official blank, named like f8949--2026.pdf.")],
    into: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder of packs to write it in.")] = Path(),
    forms: FormsDir = None,
    as_json: Json = False,
) -> None:
    """Draft a pack from a blank: the lines read from its labels, the rest from last year's pack."""
    try:
        drafted = draft_pack(read_bytes(blank, MAX_BLANK_BYTES), blank.name, forms or ())
    except (OSError, ValueError) as problem:
        _stop([Finding("forms.no_pack_drafted", "error", f"{blank.name}: {problem}.")], as_json)
        return
    path = into / drafted.file_name
    if path.exists():
        _stop([Finding("forms.pack_exists", "error", f"{path} is there already.", "Move it away first.")], as_json)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The sheet first: what is broken off half-way can be run again, since there is no pack yet.
    sheet, begun = path.with_suffix(".keys.pdf"), temporary_beside(path)
    try:
        write_new(begun, drafted.text.encode(), 0o666)
        write_whole(sheet, key_sheet(read_pack(begun), read_bytes(blank, MAX_BLANK_BYTES)), 0o666)
        begun.replace(path)
    except OSError as problem:
        _stop([Finding("forms.no_pack_drafted", "error", f"{path} can't be written: {problem.strerror}.")], as_json)
    finally:
        begun.unlink(missing_ok=True)
    if as_json:
        print(json.dumps({"pack": str(path), "keys": str(sheet), "to_name": list(drafted.to_name)}))
        return
    out.print(f"Wrote {path}.", highlight=False, soft_wrap=True)
    out.print(f"  Look at {sheet}: every field shows the line key it carries.", highlight=False, soft_wrap=True)
    if drafted.to_name:
        out.print(
            f"  {len(drafted.to_name)} fields are still unnamed; name those that are to be filled.", highlight=False
        )


@app.command(
    cls=Command,
    short_help="Compare packs with their blanks, field by field.",
    epilog=examples(
        ("After a pack was edited:", "niner forms verify f8949 --year 2025"),
    ),
)
def verify(
    form: Annotated[str, typer.Argument(metavar="FORM", help="Only this form, such as f8949.")] = "",
    year: Years = None,
    forms: FormsDir = None,
    as_json: Json = False,
) -> None:
    """Compare packs with their official blanks: every field, and the line each label says."""
    rows, good = [], True
    for pack in pack_list(year or (), forms or ()):
        if form and pack.form != form:
            continue
        differences, said = _verified(pack, forms or [])
        good = good and not differences
        rows.append(
            {
                "form": pack.form,
                "revision": pack.revision,
                "status": said,
                "fields": sum(len(page.fields) for page in pack.pages),
                "findings": [f.as_json() for f in differences],
            }
        )
    _table(rows, as_json)
    raise typer.Exit(0 if good else 1)


@app.command(
    cls=Command,
    short_help="Write a picture of each page of a PDF.",
    epilog=examples(
        ("Pictures of a packet's pages:", "niner forms preview smith/out/2024/packet.pdf --out pictures"),
    ),
)
def preview(
    pdf: Annotated[Path, typer.Argument(metavar="FILE", help="A filled form or packet.")],
    into: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The folder to write pictures in.")] = None,
    dpi: Annotated[int, typer.Option(metavar="N", min=20, max=300, help="Dots an inch.")] = 100,
    as_json: Json = False,
) -> None:
    """Write a PNG of each page."""
    folder = into or pdf.parent
    written = []
    try:
        make_private(folder)
        for number, image in enumerate(page_images(read_bytes(pdf, TABLE_BYTES), dpi), 1):
            path = folder / f"{pdf.stem}-{number:03d}.png"
            write_whole(path, image)
            written.append(str(path))
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
        _stop([Finding("forms.no_preview", "error", f"{pdf.name}: {why}.")], as_json)
    print(json.dumps(written)) if as_json else out.print(
        f"Wrote {len(written)} pictures in {folder}.", highlight=False, soft_wrap=True
    )


def _verified(pack: Pack, forms: list[Path]) -> tuple[list[Finding], str]:
    """The differences of a pack from its blank, and `agrees`, `differs`, `no blank` or `unverified`."""
    try:
        found = find_blank(pack, forms, offline=True)
    except Refused as refusal:
        return list(refusal.findings), "differs"
    if found.status != "official" or not found.data:
        return [], "no blank" if pack.blank.checked else "unverified, no blank"
    differences = [f for f in verify_pack(pack, found.data) if pack.blank.checked or f.id != "forms.other_blank"]
    return differences, "differs" if differences else "agrees" if pack.blank.checked else "agrees, mark it checked"


def _say_missing(rows: list[dict[str, Any]], todo: str) -> None:
    missing = sum(row["status"] != "official" for row in rows)
    if missing:
        out.print(f"{missing} of {len(rows)} blanks are not at hand; drafts stand in for them.", soft_wrap=True)
        out.print(f"  {todo}", highlight=False, soft_wrap=True)


def _table(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    for row in rows:
        place = f"  {row['place']}" if row.get("place") else ""
        out.print(f"{row['form']:9} {row['revision']:8} {row['status']}{place}", highlight=False, soft_wrap=True)
        for finding in row["findings"]:
            out.print(f"    {finding['says']}", highlight=False, soft_wrap=True)
            if finding["todo"]:
                out.print(f"    {finding['todo']}", highlight=False, soft_wrap=True)


def _stop(findings: list[Finding], as_json: bool) -> None:
    if as_json:
        print(json.dumps({"findings": [f.as_json() for f in findings]}))
    else:
        for finding in findings:
            out.print(f"{finding.says} {finding.todo}".rstrip(), highlight=False, soft_wrap=True)
    raise typer.Exit(1)
