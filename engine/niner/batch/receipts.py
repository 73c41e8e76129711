"""What was done to a case and from what: a small file in its folder, written last, that says whether it holds still."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from niner.dataclass import dataclass
from niner.files.file_write import write_whole
from niner.files.folder_write import NOT_CURRENT, WRITTEN, is_whole, not_ours
from niner.forms.blanks.finding import cache_dir
from niner.prepare import Options
from niner.process.kept import key_of
from niner.resources import room

_FOLDER = ".niner"
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Receipt:
    """One case of one run. `state`: ready, refused (the case has errors) or failed (Niner or the machine has).

    `key` is the sha256 of all that the result depends on; `before` that of the year before in `out/`, whose losses it
    may carry in; `outputs` that of the list of files that were written. `due`: the day the return is due, if it was not
    filed. `again`: it rests on what no key tells, as a blank that could not be fetched, and is made anew each time.
    Money in cents, `seconds` of processor and clock.
    """

    key: str
    state: str
    year: int | None = None
    findings: Mapping[str, int] | None = None
    refund_cents: int | None = None
    owed_cents: int | None = None
    due: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    outputs: str = ""
    before: str = ""
    again: bool = False
    run: str = ""
    why: str = ""


def receipt_path(folder: Path, year: int | None) -> Path:
    """Where the receipt of a case lies; `year` where another year than the case's own was asked for."""
    return folder / _FOLDER / (f"batch-{year}.json" if year else "batch.json")


def read_receipt(folder: Path, year: int | None) -> Receipt | None:
    """The receipt of a case, if there is a whole one."""
    with suppress(OSError, ValueError, TypeError):
        return Receipt(**json.loads(receipt_path(folder, year).read_text("utf-8")))
    return None


def write_receipt(folder: Path, year: int | None, receipt: Receipt) -> None:
    """Put the receipt beside the case, whole or not at all, for its owner only."""
    write_whole(receipt_path(folder, year), (json.dumps(asdict(receipt), indent=1) + "\n").encode())


def holds(receipt: Receipt | None, key: str, folder: Path) -> bool:
    """Whether nothing is to be done: the same was made from the same, and what was written stands there still."""
    if receipt is None or receipt.key != key or receipt.state == "failed" or receipt.again:
        return False
    if receipt.before != before_of(folder, receipt.year):
        return False
    out = folder / "out" / str(receipt.year)
    if receipt.state == "refused":
        return (out / NOT_CURRENT).exists() or not is_whole(out)
    return receipt.outputs == outputs_of(out) and not (out / NOT_CURRENT).exists()


def outputs_of(out: Path) -> str:
    """The sha256 of an output folder's list of files with their sha256; empty where one is not as it was written."""
    try:
        written = (out / WRITTEN).read_bytes()
        names = [line.partition(" ")[2] for line in written.decode("utf-8", "replace").splitlines()]
        whole = all((out / name).is_file() for name in names) and not not_ours(out, names)
    except OSError:
        return ""
    return sha256(written).hexdigest() if whole else ""


def before_of(folder: Path, year: int | None) -> str:
    """The sha256 of the return prepared for the year before, which may carry a loss in; empty where there is none."""
    try:
        with (folder / "out" / str((year or 0) - 1) / "return.json").open("rb") as stream:
            return _digest(stream).hex()
    except OSError:
        return ""


def key_of_run(options: Options) -> str:
    """The sha256 of what all cases of a run share: rules, packs, templates, Niner, Python and the options."""
    told = [options.year, options.forms, options.print_ready, options.summary, options.png, options.offline]
    told += [options.packed_table, options.workbook, bool(options.password), options.law_of]
    return key_of([""], [repr(told).encode(), key_of_rooms(options).encode()])


def key_of_rooms(options: Options) -> str:
    """The sha256 of Niner's code, rules, packs and templates, with a firm's own: the same on all machines of a run."""
    rooms = [_PACKAGE, *map(room, ("rules", "forms", "templates")), *options.overlays, *options.themes]
    digest = sha256()
    for part in (part for place in rooms for part in (b"room", *_contents(place, hidden=False))):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def key_of_blanks(options: Options) -> str:
    """The sha256 of the blank forms of this machine. Where those that are missing are fetched, the fetched ones are
    none of them: each is the blank that its pack names, or the case is made `again`."""
    if not options.forms:
        return ""
    places = [*options.form_dirs, *map(Path, filter(None, [os.environ.get("NINER_FORMS")]))]
    if may_not_fetch(options):
        places.append(cache_dir())
    digest = sha256()
    for place in places:
        digest.update(b"place")
        for path in sorted(place.glob("*.pdf")):
            with suppress(OSError), path.open("rb") as stream:
                digest.update(path.name.encode(errors="surrogateescape") + _digest(stream))
    return digest.hexdigest()


def may_not_fetch(options: Options) -> bool:
    """Whether a blank that is not at hand stays missing."""
    return options.offline or bool(os.environ.get("NINER_OFFLINE"))


def key_of_case(folder: Path, year: int | None, run: str) -> str:
    """The sha256 of all that a case's result depends on: its own files but what Niner wrote, and the run's key."""
    digest = sha256(f"{run} {year}".encode())
    for path in sorted(folder.iterdir()):
        if path.name != "out" and path.name[0] != ".":
            for part in _contents(path):
                digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _contents(place: Path, hidden: bool = True) -> Iterator[bytes]:
    """The names of a place and of all below it, through links too, and the sha256 of each file.

    `hidden`: with hidden files and what Python compiled. What can't be read counts as such: the case says so itself.
    """
    yield place.name.encode(errors="surrogateescape")
    if place.is_file():
        yield _digest_of(place)
        return
    seen = {place.resolve()}
    for above, folders, files in os.walk(place, followlinks=True):
        folders[:] = sorted(name for name in folders if hidden or not _aside(name))
        for name in list(folders):
            yield str(Path(above, name).relative_to(place)).encode(errors="surrogateescape")
            inner = Path(above, name).resolve()
            if inner in seen:  # a second way to it, which tells nothing new; one that leads back would have no end
                yield str(inner).encode(errors="surrogateescape")
                folders.remove(name)
            seen.add(inner)
        for name in sorted(files):
            if (path := Path(above, name)).is_file() and (hidden or not _aside(name)):
                yield str(path.relative_to(place)).encode(errors="surrogateescape")
                yield _digest_of(path)


def _digest_of(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return _digest(stream)
    except OSError:
        return b"unreadable"


def _aside(name: str) -> bool:
    return name.startswith(".") or name == "__pycache__"


def _digest(stream: Any) -> bytes:
    digest = sha256()
    while data := stream.read(1 << 20):
        digest.update(data)
    return digest.digest()
