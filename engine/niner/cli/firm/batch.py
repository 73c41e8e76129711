"""The command `niner batch`: every client's case, over the cores of this machine or a cluster."""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from niner.batch import Pool, cases_of, in_a_store, manifest_csv, manifest_of, run_batch
from niner.cli.options import Command, FormsDir, Json, Offline, OtherYear, Overlay, counted, examples
from niner.files.file_write import make_private, write_whole
from niner.prepare import Options
from niner.report.terminal import or_exit, print_next
from niner.shown.screen import Screen

app = typer.Typer(rich_markup_mode=None)
out = Screen()
_PLACE = "niner-batch"
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
        bool, typer.Option("--summary", help="One row of Form 8949 a wallet and box, the rows on attached statements.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Prepare many case folders, and list for the firm what each came to."""
    if scheduler and jobs > 1:
        raise typer.BadParameter("Give -j or --scheduler.")
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
    )
    pool = Pool(jobs, scheduler, tls_ca, tls_cert, tls_key)
    started = time.monotonic()
    today = datetime.now(UTC).date()
    done = or_exit(lambda: run_batch(cases, options, pool, today, resume), as_json)
    manifest = manifest_of(done, time.monotonic() - started, names)
    where = place or _beside(source) / _PLACE
    make_private(where)
    write_whole(where / "manifest.json", (json.dumps(manifest, indent=1) + "\n").encode())
    write_whole(where / "manifest.csv", manifest_csv(manifest))
    if as_json:
        print(json.dumps(manifest, indent=1))
    else:
        _print(manifest, where)
    raise typer.Exit(0 if set(manifest["states"]) <= {"ready"} else 1)


def _beside(source: str) -> Path:
    """Where the manifest goes if nothing is said: beside the cases, or here where they are in a store."""
    if in_a_store(source):
        return Path()
    return Path(source) if Path(source).is_dir() else Path(source).parent


def _print(manifest: dict[str, Any], where: Path) -> None:
    states = manifest["states"]
    told = ", ".join(f"{states[state]} {state}" for state in ("ready", "refused", "failed") if state in states)
    print(f"{counted(len(manifest['cases']), 'case')} in {manifest['seconds']:.1f} s: {told}")
    other = [entry for entry in manifest["cases"] if entry["state"] != "ready"]
    for entry in other[:_MOST_SHOWN]:
        why = entry["why"] or counted(entry["findings"]["error"], "error")
        print(f"  {entry['case']}: {entry['state']} ({why})")
    if len(other) > _MOST_SHOWN:
        print(f"  and {len(other) - _MOST_SHOWN} more")
    print(f"The list: {os.fspath(where / 'manifest.csv')}")
    if other:
        print_next(out, "niner check FOLDER for each of these, then the same command with --resume")
