"""What was done to a case and from what: a small file in its folder, written last, that says whether it holds still."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from niner.dataclass import dataclass
from niner.files.file_write import write_whole
from niner.files.folder_write import NOT_CURRENT, WRITTEN
from niner.forms.blanks.finding import cache_dir
from niner.prepare import Options
from niner.process.kept import key_of
from niner.resources import room

_FOLDER = ".niner"
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Receipt:
    """One case of one run. `state`: ready, refused (the case has errors) or failed (Niner or the machine has).

    `key` is the sha256 of all that the result depends on; `outputs` that of the list of files that were written.
    Money in cents, `seconds` of processor and clock.
    """

    key: str
    state: str
    year: int | None = None
    findings: Mapping[str, int] | None = None
    refund_cents: int | None = None
    owed_cents: int | None = None
    deadline: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    outputs: str = ""
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


def holds(receipt: Receipt | None, key: str, out: Path) -> bool:
    """Whether nothing is to be done: the same was made from the same, and what was written stands there still."""
    if receipt is None or receipt.key != key or receipt.state == "failed":
        return False
    return receipt.state == "refused" or (receipt.outputs == outputs_of(out) and not (out / NOT_CURRENT).exists())


def outputs_of(out: Path) -> str:
    """The sha256 of an output folder's list of files with their sha256; empty where one of them is not there."""
    try:
        written = (out / WRITTEN).read_bytes()
    except OSError:
        return ""
    names = [line.partition(" ")[2] for line in written.decode("utf-8", "replace").splitlines()]
    return sha256(written).hexdigest() if all((out / name).is_file() for name in names) else ""


def key_of_run(options: Options) -> str:
    """The sha256 of what all cases of a run share: rules, packs, blanks, templates, Niner, Python and the options."""
    told = [options.year, options.forms, options.print_ready, options.summary, options.png, options.offline]
    rooms = [_PACKAGE, room("rules"), room("forms"), room("templates"), *options.overlays, *options.form_dirs]
    parts = [repr(told).encode(), *_contents(rooms), *_contents([cache_dir()] if options.forms else [])]
    return key_of([""], parts)


def key_of_case(folder: Path, year: int | None, run: str) -> str:
    """The sha256 of all that a case's result depends on: its own files but what Niner wrote, and the run's key."""
    entries = sorted(path for path in folder.iterdir() if path.name != "out" and path.name[0] != ".")
    digest = sha256(f"{run} {year}".encode())
    for part in _contents(entries):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _contents(places: Iterable[Path]) -> Iterator[bytes]:
    """The names below some places and the sha256 of each file."""
    for place in places:
        files: Sequence[Path] = (
            [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
        )
        for path in files:
            if not any(
                part.startswith(".") or part == "__pycache__" for part in path.relative_to(place.parent).parts[1:]
            ):
                yield str(path.relative_to(place.parent)).encode(errors="surrogateescape")
                with path.open("rb") as stream:
                    yield _digest(stream)


def _digest(stream: Any) -> bytes:
    digest = sha256()
    while data := stream.read(1 << 20):
        digest.update(data)
    return digest.digest()
