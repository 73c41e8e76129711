"""The command `niner check`: each case read and worked out, nothing written."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from niner.cli.options import Command, Folders, Json, Notes, OtherYear, Overlay, examples, those, typed
from niner.inspection import Inspected, inspect
from niner.prepare import Options
from niner.printing.unfilled import not_filled, to_be_drafted, to_be_filled
from niner.report.terminal import print_findings, print_next
from niner.run.one_run import said_of_earlier_runs
from niner.shown.screen import Screen
from niner.values import Finding
from niner.words.form_names import form_name

_WITHOUT_BLANK = "niner prepare asks irs.gov, and without a blank the form is a draft marked NOT FOR FILING."

app = typer.Typer(rich_markup_mode=None)
out = Screen()


@app.command(
    cls=Command,
    epilog=examples(
        ("Before the forms are made:", "niner check smith"),
        ("Every client's folder, another year:", "niner check smith jones --year 2023"),
    ),
)
def check(
    folders: Folders,
    year: OtherYear = None,
    rules: Overlay = None,
    notes: Notes = False,
    as_json: Json = False,
) -> None:
    """Read and work out each case without writing anything; say what is found and which forms would be filled."""
    options = Options(year=year, forms=False, overlays=tuple(rules or ()))
    checked = [_checked(folder, options) for folder in folders]
    if as_json:
        print(json.dumps({"cases": [_as_json(one) for one in checked]}, indent=1))
    else:
        for one in checked:
            _print(one, notes)
        print_next(out, _next(checked, year))
    raise typer.Exit(0 if all(one.result for one in checked) else 1)


def _checked(folder: Path, options: Options) -> Inspected:
    found = inspect(folder, options)
    return replace(found, findings=[*found.findings, *said_of_earlier_runs(folder)])


def _as_json(one: Inspected) -> dict[str, Any]:
    said: dict[str, Any] = {
        "folder": str(one.folder),
        "ok": one.result is not None,
        "findings": [finding.as_json() for finding in one.findings],
    }
    if one.result is not None:
        said["forms"] = list(to_be_filled(one.result))
        said["without_blank"] = list(to_be_drafted(one.result))
        said["not_filled"] = [form.as_json() for form in not_filled(one.result)]
        said["missing"] = [{"paper": paper, "asked_by": ids} for paper, ids in missing(one.findings).items()]
    return said


def _print(one: Inspected, notes: bool) -> None:
    print_findings(out, one.findings, notes)
    if one.result is None:
        print(f"{one.folder}: not ready")
        return
    print(f"{one.folder}: ready to prepare")
    filled = ", ".join(form_name(form) for form in to_be_filled(one.result))
    print(f"  It fills {filled or 'no form'}.")
    drafted = to_be_drafted(one.result)
    if drafted:
        every = drafted == to_be_filled(one.result)
        which = "any of them" if every else " or ".join(form_name(form) for form in drafted)
        says = f"  No official blank of {which} is at hand: {_WITHOUT_BLANK}"
        out.say(says)
    for form in not_filled(one.result):
        says = f"  {form_name(form.form)} is not filled: {form.sentence}"
        out.say(says)
    for paper in missing(one.findings):
        out.say(f"  Missing: {paper}")


def missing(findings: Sequence[Finding]) -> dict[str, list[str]]:
    """The papers, with their lines, that would settle what is open, each with the findings that ask for it."""
    found: dict[str, list[str]] = {}
    for finding in findings:
        if finding.paper and finding.id not in found.setdefault(finding.paper, []):
            found[finding.paper].append(finding.id)
    return found


def _next(checked: Sequence[Inspected], year: int | None) -> str:
    wrong = [one for one in checked if one.result is None]
    asked = ("--year", year) if year else ()
    if not wrong and len(checked) == 1:
        folder, result = checked[0].folder, checked[0].result
        if result is not None and (folder / "filed" / f"{result.year}.yaml").is_file():
            differs = typed("diff", folder, "--year", result.year)
            return f"the return of {result.year} is filed; {differs} says what is other now."
    if not wrong:
        return typed("prepare", *(one.folder for one in checked), *asked)
    errors = sum(finding.severity == "error" for one in wrong for finding in one.findings)
    return f"correct the {those(errors, 'error')} above, then: {typed('check', wrong[0].folder, *asked)}"
