"""A chunk of cases to their receipts: what runs on a worker. Nothing here raises, prints or logs."""

import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from niner.batch.receipts import (
    Receipt,
    before_of,
    holds,
    key_of_blanks,
    key_of_case,
    key_of_rooms,
    may_not_fetch,
    outputs_of,
    read_receipt,
    write_receipt,
)
from niner.batch.store import at_hand
from niner.case.filed import filed_path
from niner.dataclass import dataclass
from niner.prepare import Options, Prepared, prepare
from niner.process.collecting import seldom
from niner.process.one_at_a_time import one_at_a_time
from niner.run.not_current import NOT_OF_THE_CASE, named_year


@dataclass(frozen=True, slots=True, repr=False)
class Chunk:
    """Some cases and how to prepare them. It shows nothing of itself: what a log prints of a task is no client's."""

    run: str
    shared: str
    rooms: str  # what Niner's code, rules and packs have to be where the work is done, if that is another machine
    options: Options
    cases: Sequence[tuple[Path | str, int | None]]
    resume: bool


def work(chunk: Chunk) -> list[Receipt]:
    """Each case of a chunk prepared, its receipt written after its files; those that this run has done already are not
    done again, as where a worker was killed in the middle of a chunk. With `resume` neither is what an earlier run did.
    """
    seldom()
    if chunk.rooms and chunk.rooms != _rooms_here(chunk.run, chunk.options):
        why = "this worker's Niner, rules or forms are not those of the batch"
        return [Receipt("", "failed", why=why) for _ in chunk.cases]
    return [
        _of_a_store(chunk, place, year) if isinstance(place, str) else _alone(chunk, place, year)
        for place, year in chunk.cases
    ]


@lru_cache(maxsize=1)
def _rooms_here(run: str, options: Options) -> str:
    """What this worker has, once a run."""
    return key_of_rooms(options)


@lru_cache(maxsize=1)
def _blanks_here(run: str, options: Options) -> str:
    return key_of_blanks(options)


def _alone(chunk: Chunk, folder: Path, year: int | None) -> Receipt:
    """The same of a case on a disk, alone from before its receipt is read until it is written. What waits for another
    run says nothing of it: it would name the folder."""
    with one_at_a_time(folder, told=False):
        return _one(chunk, folder, year)


def _of_a_store(chunk: Chunk, address: str, year: int | None) -> Receipt:
    """The same of a case in a store, fetched and put back."""
    receipt = Receipt("", "failed", why="it could not be fetched from its store")
    try:
        with at_hand(address) as folder:
            receipt = _one(chunk, folder, year)
    except Exception as problem:  # as in `_one`: its text may hold a client's path
        where = "put back into" if receipt.key else "fetched from"
        return replace(receipt, state="failed", why=f"it could not be {where} its store ({type(problem).__name__})")
    return receipt


def _one(chunk: Chunk, folder: Path, year: int | None) -> Receipt:
    started, used = time.monotonic(), time.process_time()
    key = ""
    try:
        key = key_of_case(folder, year, chunk.shared + _blanks_here(chunk.run, chunk.options))
        known = read_receipt(folder, year)
        if known is not None and (chunk.resume or known.run == chunk.run) and holds(known, key, folder):
            return known
        receipt = _told(prepare(folder, replace(chunk.options, year=year)), folder, year, chunk.options)
    except MemoryError:
        receipt = Receipt(key, "failed", why="out of memory")
    except OSError as problem:  # what it says without the path, which may be a client's
        receipt = Receipt(key, "failed", why=f"a file or folder of it can't be used: {problem.strerror or 'no reason'}")
    except BaseException as problem:  # its text may hold a client's path or figures: where it happened is enough
        if isinstance(problem, KeyboardInterrupt | SystemExit):
            raise
        place = traceback.extract_tb(problem.__traceback__)[-1]
        receipt = Receipt(key, "failed", why=f"{type(problem).__name__} in {Path(place.filename).name} {place.lineno}")
    seconds, cpu = round(time.monotonic() - started, 3), round(time.process_time() - used, 3)
    receipt = replace(receipt, key=key, run=chunk.run, seconds=seconds, cpu_seconds=cpu)
    try:
        write_receipt(folder, year, receipt)
    except OSError as problem:
        if receipt.state == "failed":
            return receipt
        return replace(receipt, state="failed", why=f"the receipt can't be written: {problem.strerror}")
    return receipt


def _told(prepared: Prepared, folder: Path, year: int | None, options: Options) -> Receipt:
    findings: dict[str, int] = dict(Counter(str(finding.severity) for finding in prepared.findings))
    result = prepared.result
    if result is None:
        errors = {finding.id for finding in prepared.findings if finding.severity == "error"}
        full = "output-unwritable" in errors
        return Receipt(
            "",
            "failed" if full else "refused",
            year := year or named_year(folder),
            findings,
            before=before_of(folder, year),
            again=not errors.isdisjoint(NOT_OF_THE_CASE),
            why="output can't be written" * full,
        )
    known = result.lines.at(result.rules.place("total_tax")) is not None
    forms: Any = (prepared.document or {}).get("forms", ())
    return Receipt(
        "",
        "ready",
        result.year,
        findings,
        result.amount("overpaid") if known else None,
        result.amount("owed") if known else None,
        "" if filed_path(folder, result.year).exists() else str(result.rules.parameter("due_date")),
        outputs=outputs_of(folder / "out" / str(result.year)),
        before=before_of(folder, result.year),
        again=not may_not_fetch(options) and any(form["blank"] == "draft" for form in forms),
    )
