"""The command `niner batch`: every client's case, over the cores of this machine or a cluster."""

import errno
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from niner.batch import (
    PLACE,
    Pool,
    Stopped,
    cases_of,
    in_a_store,
    left_out,
    manifest_csv,
    manifest_of,
    run_batch,
)
from niner.cli.options import Command, FormsDir, Json, Offline, OtherYear, Overlay, Templates, counted, examples
from niner.files.file_write import make_private, write_whole
from niner.prepare import Options
from niner.report.terminal import or_exit, print_next
from niner.shown.screen import Screen
from niner.values import Finding, Refused
from niner.words.plain import path_text

if TYPE_CHECKING:
    from rich.progress import Progress

app = typer.Typer(rich_markup_mode=None)
out = Screen()
err = Screen(stderr=True)
_INTERRUPTED = 130
_MOST_SHOWN = 40


@app.command(
    cls=Command,
    epilog=examples(
        ("Every case folder in it, on four cores:", "niner batch clients -j 4"),
        ("After an interruption, or when a few have changed:", "niner batch clients -j 4 --resume"),
        ("A list of them, on a cluster:", "niner batch clients.csv --scheduler tls://10.0.0.5:8786"),
    ),
)
def batch(
    source: Annotated[
        str,
        typer.Argument(
            metavar="ROOT|LIST.csv",
            help="A folder of case folders, also s3://BUCKET/FOLDER, or a list with a column folder.",
        ),
    ],
    jobs: Annotated[int, typer.Option("-j", metavar="N", min=1, help="Processes on this machine.")] = 1,
    scheduler: Annotated[
        str, typer.Option("--scheduler", metavar="tls://HOST:PORT", help="A Dask scheduler, in place of -j.")
    ] = "",
    tls_ca: Annotated[
        str, typer.Option("--tls-ca", metavar="FILE", help="Who signed the scheduler's certificate.")
    ] = "",
    tls_cert: Annotated[str, typer.Option("--tls-cert", metavar="FILE", help="This client's certificate.")] = "",
    tls_key: Annotated[str, typer.Option("--tls-key", metavar="FILE", help="This client's key.")] = "",
    resume: Annotated[
        bool, typer.Option("--resume", help="Leave out what an earlier run made from the same files and options.")
    ] = False,
    names: Annotated[bool, typer.Option("--names", help="Folders' names in the manifest too.")] = False,
    place: Annotated[
        Path | None, typer.Option("--manifest", metavar="DIR", help="Where the manifest goes; else niner-batch beside.")
    ] = None,
    year: OtherYear = None,
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
    templates: Templates = None,
    as_json: Json = False,
) -> None:
    """Prepare many case folders, and list for the firm what each came to."""
    if scheduler and jobs > 1:
        raise typer.BadParameter("Give -j or --scheduler.")
    if dispositions not in ("", "csv.gz"):
        raise typer.BadParameter("--dispositions takes csv.gz; dispositions.csv is always written.")
    or_exit(
        lambda: _all_there({"--rules": rules or [], "--forms": forms or [], "--templates": templates or []}), as_json
    )
    cases = or_exit(lambda: cases_of(source), as_json)
    if year:
        cases = [type(case)(case.id, case.folder, case.year or year) for case in cases]
    options = Options(
        forms=not no_forms,
        overlays=tuple(path.resolve() for path in rules or ()),
        form_dirs=tuple(path.resolve() for path in forms or ()),
        offline=offline,
        print_ready=print_ready,
        summary=summary,
        packed_table=dispositions == "csv.gz",
        themes=tuple(path.resolve() for path in templates or ()),
    )
    pool = Pool(jobs, scheduler, tls_ca, tls_cert, tls_key)
    where = place or _beside(source) / PLACE
    or_exit(lambda: _made(where), as_json)
    started = time.monotonic()
    stopped = False
    with _interrupted_by_term(), nullcontext() if as_json or not err.is_terminal else _bar() as bar:
        show = _shown(bar, len(cases)) if bar is not None else lambda done, whole: None
        try:
            done = or_exit(lambda: run_batch(cases, options, pool, resume, show, err.print), as_json)
        except Stopped as broken_off:
            done, stopped = broken_off.done, True
    today = datetime.now().astimezone().date()
    manifest = manifest_of(done, time.monotonic() - started, names, today, left_out(source, cases))
    or_exit(lambda: _written(where, manifest), as_json)
    if as_json:
        print(json.dumps(manifest, indent=1))
    else:
        _print(manifest, where, stopped)
    raise typer.Exit(_INTERRUPTED if stopped else 0 if set(manifest["states"]) <= {"ready"} else 1)


def _all_there(given: dict[str, list[Path]]) -> None:
    """Raises Refused where a folder of the command is not there: it is wrong once, not in every case."""
    missing = [(option, path) for option, paths in given.items() for path in paths if not path.is_dir()]
    if missing:
        says = "There is no folder {}."
        found = [
            Finding("batch-folder", "error", says.format(path_text(path)), f"Check the path given with {option}.")
            for option, path in missing
        ]
        raise Refused(found)


def _made(where: Path) -> None:
    """The manifest's folder, before hours of work for it. Raises Refused."""
    try:
        make_private(where)
        if not os.access(where, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as problem:
        raise _unwritable(where, problem) from None


def _written(where: Path, manifest: dict[str, Any]) -> None:
    try:
        write_whole(where / "manifest.json", (json.dumps(manifest, indent=1) + "\n").encode())
        write_whole(where / "manifest.csv", manifest_csv(manifest))
    except OSError as problem:
        raise _unwritable(where, problem) from None


def _unwritable(where: Path, problem: OSError) -> Refused:
    says = f"The manifest can't be written into {path_text(where)}: {problem.strerror}."
    todo = "Name another place with --manifest. With --resume no case is made twice for it."
    return Refused([Finding("batch-manifest", "error", says, todo)])


@contextmanager
def _interrupted_by_term() -> Iterator[None]:
    """A batch that is told to end (SIGTERM) ends as by Ctrl-C, with its manifest."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _bar() -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn  # where somebody looks on

    columns = BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    return Progress(*columns, console=err.console, transient=True, auto_refresh=False)


def _shown(bar: "Progress", whole: int) -> Callable[[int, int], None]:
    task = bar.add_task("", total=whole)

    def show(done: int, whole: int) -> None:
        bar.update(task, completed=done, total=whole)
        bar.refresh()

    return show


def _beside(source: str) -> Path:
    """Where the manifest goes if nothing is said: beside the cases, or here where they are in a store."""
    if in_a_store(source):
        return Path()
    return Path(source) if Path(source).is_dir() else Path(source).parent


def _print(manifest: dict[str, Any], where: Path, stopped: bool) -> None:
    states = manifest["states"]
    known = ("ready", "refused", "failed", "not reached")
    told = ", ".join(f"{states[state]} {state}" for state in known if state in states)
    print(f"{counted(len(manifest['cases']), 'case')} in {manifest['seconds']:.1f} s: {told}")
    if manifest["left_out"]:
        folders = counted(manifest["left_out"], "folder")
        print(f"Left out: {folders} without a case.yaml, or that a link names a second time")
    other = [entry for entry in manifest["cases"] if entry["state"] in ("refused", "failed")]
    for entry in other[:_MOST_SHOWN]:
        why = entry["why"] or counted(entry["findings"]["error"], "error")
        print(f"  {entry['case']}: {entry['state']} ({why})")
    if len(other) > _MOST_SHOWN:
        print(f"  and {len(other) - _MOST_SHOWN} more")
    print(f"The list: {os.fspath(where / 'manifest.csv')}")
    again = "the same command with --resume"
    if stopped:
        print_next(out, f"{again} does those that were not reached")
    elif "refused" in states:
        print_next(out, f"niner check FOLDER for each that is refused (--names lists the folders), then {again}")
    elif other:
        print_next(out, f"put right what is said of those that failed, then {again}")
