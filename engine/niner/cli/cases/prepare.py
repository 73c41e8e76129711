"""The commands that make forms: `niner new`, `niner prepare` and `niner demo`."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from niner.cli.cases.password import asked_password, say_open
from niner.cli.options import (
    Command,
    Folders,
    FormsDir,
    Json,
    Notes,
    Offline,
    OtherYear,
    Overlay,
    Templates,
    counted,
    examples,
    plain_year,
    run_of_years,
    those,
    typed,
)
from niner.money import dollars_text
from niner.prepare import Options, Prepared, prepare, prepare_years
from niner.printing.unfilled import not_filled
from niner.process.collecting import let_stand
from niner.report.summary import summary
from niner.report.terminal import or_exit, print_chain, print_findings, print_next, print_summary
from niner.returns.years.chain import link
from niner.rules import load_rules
from niner.scaffold import write_case, write_demo
from niner.shown.screen import Screen
from niner.words.form_names import form_name
from niner.words.plain import path_text

if TYPE_CHECKING:
    from rich.progress import Progress

app = typer.Typer(rich_markup_mode=None)
out = Screen()
err = Screen(stderr=True)
_MANY_PAGES = 200


@app.command(
    cls=Command,
    epilog=examples(
        ("A folder for 2024, then the editor, then the forms:", "niner new smith --year 2024"),
        ("", "niner check smith"),
        ("", "niner prepare smith"),
    ),
)
def new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The case folder to write.")],
    year: Annotated[int, typer.Option(metavar="YEAR", parser=plain_year, help="The tax year.")] = 2025,
    as_json: Json = False,
) -> None:
    """Write a commented case folder to fill in."""
    or_exit(lambda: load_rules(year), as_json)
    written = or_exit(lambda: write_case(folder, year), as_json)
    if as_json:
        print(json.dumps({"folder": str(folder), "files": [str(path) for path in written]}))
        return
    print(f"Wrote {folder}, with comments on every line.")
    print_next(out, f"fill in case.yaml and ledger/ledger.csv there, then: {typed('check', folder)}")


@app.command(
    "prepare",
    cls=Command,
    epilog=examples(
        ("One folder, into smith/out/2024:", "niner prepare smith"),
        ("Four years from one ledger, each loss carried into the next:", "niner prepare smith --years 2021-2024"),
        ("Several clients, figures only, no PDFs:", "niner prepare smith jones --no-forms"),
        ("Thousands of rows: one line a broker, the rows attached:", "niner prepare smith --summary"),
        (
            "Flat pages for the printer, blanks from your own folder:",
            "niner prepare smith --print-ready --forms blanks",
        ),
        ("For a program:", "niner prepare smith --json"),
    ),
)
def prepare_command(
    folders: Folders,
    year: OtherYear = None,
    years: Annotated[
        str | None, typer.Option(metavar="A-B", help="A run of years, as 2021-2025, each into the next.")
    ] = None,
    out_dir: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to write, for one case folder.")
    ] = None,
    no_forms: Annotated[bool, typer.Option("--no-forms", help="Lines and tables only, no PDFs.")] = False,
    rules: Overlay = None,
    forms: FormsDir = None,
    offline: Offline = False,
    print_ready: Annotated[bool, typer.Option("--print-ready", help="Flat PDFs, nothing to edit.")] = False,
    summary: Annotated[
        bool, typer.Option("--summary", help="One row of Form 8949 a broker and box, the rows on attached statements.")
    ] = False,
    dispositions: Annotated[
        str, typer.Option("--dispositions", metavar="csv.gz", help="The table of dispositions packed too.")
    ] = "",
    xlsx: Annotated[
        bool, typer.Option("--xlsx", help="Make workpapers.xlsx also of a ledger with more than 5,000 rows.")
    ] = False,
    templates: Templates = None,
    png: Annotated[bool, typer.Option("--png", help="Also write a picture of each page.")] = False,
    notes: Notes = False,
    encrypt: Annotated[
        bool,
        typer.Option(
            "--encrypt",
            help="Lock the PDFs (AES-256) with a password, which is asked. Only the PDFs: return.json, "
            "workpapers.html, workpapers.xlsx, dispositions.csv and carry_sheet.txt stay readable. "
            "Locked files differ each time.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Turn each case folder's ledger into its forms."""
    if out_dir and (len(folders) > 1 or years):
        raise typer.BadParameter("--out takes one case folder and one year.")
    if year and years:
        raise typer.BadParameter("Give --year or --years.")
    if dispositions not in ("", "csv.gz"):
        raise typer.BadParameter("--dispositions takes csv.gz; dispositions.csv is always written.")
    chain = run_of_years(years) if years else ()
    if encrypt and png:
        raise typer.BadParameter("--png writes pictures that are not locked: leave out --png or --encrypt.")
    password = asked_password(as_json) if encrypt else ""
    options = Options(
        year=year,
        out=out_dir,
        forms=not no_forms,
        overlays=tuple(rules or ()),
        form_dirs=tuple(forms or ()),
        offline=offline,
        print_ready=print_ready,
        summary=summary,
        png=png,
        packed_table=dispositions == "csv.gz",
        workbook=xlsx,
        themes=tuple(templates or ()),
        password=password,
    )
    raise typer.Exit(_run(folders, options, as_json, chain, notes))


@app.command(
    cls=Command,
    epilog=examples(
        ("Into niner-demo, with forms from irs.gov:", "niner demo"),
        ("Elsewhere, and without asking irs.gov:", "niner demo try --offline"),
    ),
)
def demo(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write the example.")] = Path("niner-demo"),
    forms: FormsDir = None,
    offline: Offline = False,
    notes: Notes = False,
    as_json: Json = False,
) -> None:
    """Write an example case and prepare it: gains, losses, staking income and a transfer."""
    or_exit(lambda: write_demo(folder), as_json)
    raise typer.Exit(_run([folder], Options(form_dirs=tuple(forms or ()), offline=offline), as_json, notes=notes))


_SHOWN_EVERY = 0.1  # seconds


def _run(folders: list[Path], options: Options, as_json: bool, years: tuple[int, ...] = (), notes: bool = False) -> int:
    results: list[Prepared] = let_stand([])
    hidden = as_json or not err.is_terminal
    progress: AbstractContextManager[Progress | None] = nullcontext() if hidden else _progress()
    with progress as bar:
        for folder in folders:
            with _shown(bar, folder) as show:
                if years:
                    results += prepare_years(folder, years, options, show)
                else:
                    results.append(prepare(folder, options, show))
    if not as_json and not years and err.is_terminal and sys.stdin.isatty():
        results = [_fewer_pages(result, options) for result in results]
    if as_json:
        said: dict[str, Any] = {"cases": [_as_json(result) for result in results]}
        if years:
            said["years"] = [_link_as_json(result) for result in results if result.result is not None]
        print(json.dumps(said, indent=1, default=list))
    else:
        for folder in folders if years else ():
            _print_years(folder, [result for result in results if result.folder == folder], notes)
        for result in results if not years else ():
            _print(result, notes)
        if options.password and any(result.ok for result in results):
            say_open([path for result in results for path in result.written])
        print_next(out if all(result.ok for result in results) else err, _next(results, options, years))
    return 0 if all(result.ok for result in results) else 1


def _progress() -> "Progress":
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn  # where somebody looks on

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        console=err.console,
        transient=True,
        auto_refresh=False,  # by a thread, beside which no copy of this process can be made
    )


@contextmanager
def _shown(bar: "Progress | None", folder: Path) -> Iterator[Callable[[str, int, int], None]]:
    """What shows how far a folder is on the bar, if there is one."""
    if bar is None:
        yield lambda what, done, whole: None
        return
    task = bar.add_task(path_text(folder), total=None)
    shown = 0.0

    def show(what: str, done: int, whole: int) -> None:
        nonlocal shown
        bar.update(task, description=f"{path_text(folder)}: {what}", completed=done, total=whole or None)
        if time.monotonic() - shown > _SHOWN_EVERY:
            bar.refresh()
            shown = time.monotonic()

    yield show
    bar.remove_task(task)


def _link_as_json(prepared: Prepared) -> dict[str, Any]:
    assert prepared.result is not None
    found = link(prepared.result)
    return {
        "folder": str(prepared.folder),
        "year": found.year,
        "capital_gain": dollars_text(found.capital_gain),
        "total_tax": None if found.total_tax is None else dollars_text(found.total_tax),
        "carried_in": dollars_text(sum(found.carried_in)),
        "new_loss": dollars_text(found.new_loss),
        "used": dollars_text(found.used),
        "carried_on": dollars_text(sum(found.carried_out)),
    }


def _print_years(folder: Path, results: list[Prepared], notes: bool) -> None:
    """A run of years: one table, then each year's findings and files."""
    done = [prepared.result for prepared in results if prepared.result is not None]
    if not done:
        for prepared in results:
            _print(prepared, notes)
        return
    print_chain(out, str(folder), [link(result) for result in done])
    for prepared in results:
        if prepared.result is not None:
            print(f"\n{prepared.result.year}: {', '.join(path.name for path in prepared.written)}")
            print(f"      in {prepared.written[0].parent}")
            for form in not_filled(prepared.result):
                says = f"{form_name(form.form)} is not filled: {form.sentence}"
                out.say(says)
            print_findings(out, prepared.findings, notes, "workpapers.html")


def _fewer_pages(prepared: Prepared, options: Options) -> Prepared:
    """Offer attached statements where Form 8949 has grown past what anybody prints."""
    pages = _pages(prepared)
    if options.summary or pages < _MANY_PAGES or prepared.result is None or not prepared.written:
        return prepared
    question = f"{prepared.folder}: Form 8949 has {pages} pages. Use one row a wallet, with statements attached?"
    if not typer.confirm(question, err=True):
        return prepared
    out_dir = prepared.written[0].parent
    return prepare(prepared.folder, replace(options, summary=True, year=prepared.result.year, out=out_dir))


def _pages(prepared: Prepared) -> int:
    forms = (prepared.document or {}).get("forms", [])
    assert isinstance(forms, list)
    return sum(int(form["pages"]) for form in forms if form["form"] == "f8949")


def _as_json(prepared: Prepared) -> dict[str, Any]:
    return {
        "folder": str(prepared.folder),
        "ok": prepared.ok,
        "files": [str(path) for path in prepared.written],
        "findings": [finding.as_json() for finding in prepared.findings],
        "return": prepared.document,
    }


def _print(prepared: Prepared, notes: bool) -> None:
    result = prepared.result
    if result is None:
        print_findings(err, prepared.findings, notes)
        says = f"{prepared.folder}: {counted(_errors(prepared), 'error')}; nothing was written."
        err.say((says, "bold"))
        return
    title = f"{result.case.name_on_forms}, {result.year}"
    lines = summary(result, _pages(prepared), not_filled(result))
    print_summary(out, title, lines, prepared.findings, prepared.written, notes)


def _errors(prepared: Prepared) -> int:
    return sum(finding.severity == "error" for finding in prepared.findings)


def _next(results: Sequence[Prepared], options: Options, years: tuple[int, ...]) -> str:
    """The one thing to do next: correct what is wrong, get what is missing, or look through and sign."""
    first = next((prepared for prepared in results if not prepared.ok), results[0])
    asked: tuple[object, ...] = ("--years", f"{years[0]}-{years[-1]}") if years else ()
    asked = ("--year", options.year) if options.year else asked
    again = typed("prepare", first.folder, *asked)
    if first.result is None:
        return f"correct the {those(_errors(first), 'error')} above, then: {again}"
    if first.result.rules.draft:
        year = first.result.year
        return f"nothing to file yet: the rules of {year} are a draft. Prepare it again when they are final."
    if not options.forms:
        return f"fill the forms: {again}"
    settle = "settle what is to be reviewed above, " if any(map(_to_review, results)) else ""
    packets = [path for prepared in results for path in prepared.written if path.name == "packet.pdf"]
    if not packets:
        sheets = _listed([prepared.written[0].parent / "carry_sheet.txt" for prepared in results])
        return f"{settle}no form is called for; what your return takes from here is in {sheets}."
    drafted = [prepared for prepared in results if _drafted(prepared)]
    if drafted:
        missing = [str(prepared.result.year) for prepared in drafted if prepared.result]
        fetch = typed("forms", "fetch", *(word for year in missing for word in ("--year", year)))
        return f"get the official blank forms ({fetch}), then: {again}"
    made = next(prepared for prepared in results if packets[0] in prepared.written)
    assert made.result is not None
    filed = typed("file", made.folder, "--year", made.result.year)
    if len(results) == 1 and (made.folder / "filed" / f"{made.result.year}.yaml").is_file():
        amend = typed("amend", made.folder, "--year", made.result.year)
        return (
            f"{settle}do not send this: the return of {made.result.year} is filed. What is other now goes with {amend}"
        )
    sign = "sign and send it. When it is filed" if len(packets) == 1 else "sign and send each. When the first is filed"
    return f"{settle}look through {_listed(packets)}, {sign}: {filed}"


def _to_review(prepared: Prepared) -> bool:
    return any(finding.severity == "review" for finding in prepared.findings)


def _drafted(prepared: Prepared) -> bool:
    forms = (prepared.document or {}).get("forms", [])
    assert isinstance(forms, list)
    return any(form["blank"] == "draft" for form in forms)


def _listed(paths: Sequence[Path]) -> str:
    *most, last = (path_text(path) for path in paths)
    return f"{', '.join(most)} and {last}" if most else last
