"""Cases to receipts over Dask's workers: a scheduler's, or this machine's own; TLS between all of them.

The workers read the cases from storage that they share. No name, path or number of a client is in a log, a task's name
or an error.
"""

import logging
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from niner.batch.cases import CaseToDo
from niner.batch.receipts import Receipt, key_of_run
from niner.batch.store import weight_of
from niner.batch.work import Chunk, work
from niner.dataclass import dataclass
from niner.prepare import Options
from niner.values import Finding, Refused

_SMALL_BYTES = 2_000_000  # of ledgers in one chunk
_SMALL_CASES = 16
_RETRIES = 3


@dataclass(frozen=True, slots=True)
class Pool:
    """Where the work is done: `jobs` processes here, or a scheduler's workers with the certificates to reach them."""

    jobs: int = 1
    scheduler: str = ""
    tls_ca: str = ""
    tls_cert: str = ""
    tls_key: str = ""


def run_batch(
    cases: Sequence[CaseToDo],
    options: Options,
    pool: Pool,
    today: date,
    resume: bool = False,
    progress: Callable[[int, int], None] = lambda done, whole: None,
) -> list[tuple[CaseToDo, Receipt]]:
    """Every case with its receipt, in the order given. Raises Refused where the workers can't be reached.

    A worker that dies takes nothing with it but the case it was at: its chunk is given out again and goes on after the
    last receipt. A chunk that kills several workers is given out case by case, and the case that does it has failed.
    """
    run, shared = secrets.token_hex(8), key_of_run(options)
    order = sorted(range(len(cases)), key=lambda at: -_bytes(cases[at].folder))
    chunks = list(_chunks(cases, order))
    receipts: dict[int, Receipt] = {}

    def asked(places: Sequence[int]) -> Chunk:
        return Chunk(run, shared, options, [(cases[at].folder, cases[at].year) for at in places], today, resume)

    def take(places: Sequence[int], found: Sequence[Receipt]) -> None:
        receipts.update(zip(places, found, strict=True))
        progress(len(receipts), len(cases))

    if not pool.scheduler and (pool.jobs <= 1 or len(cases) == 1):
        for places in chunks:
            for at in places:
                take([at], work(asked([at])))
    else:
        with _client(pool) as client:
            _on_workers(client, run, chunks, asked, take)
    return [(case, receipts[at]) for at, case in enumerate(cases)]


def _on_workers(
    client: Any,
    run: str,
    chunks: list[list[int]],
    asked: Callable[[Sequence[int]], Chunk],
    take: Callable[[Sequence[int], Sequence[Receipt]], None],
) -> None:
    distributed: Any = import_module("distributed")

    def submit(number: str, places: Sequence[int]) -> Any:
        return client.submit(work, asked(places), key=f"niner-{run}-{number}", pure=False, retries=_RETRIES)

    given = {submit(str(number), places): places for number, places in enumerate(chunks)}
    waiting = distributed.as_completed(given)
    for future in waiting:
        places = given.pop(future)
        if future.status == "finished":
            take(places, future.result())
        elif len(places) > 1:
            for at in places:
                again = submit(f"one-{at}", [at])
                given[again] = [at]
                waiting.add(again)
        else:
            take(places, [Receipt("", "failed", why="its worker died again and again")])
        future.release()


def _chunks(cases: Sequence[CaseToDo], order: Sequence[int]) -> Iterator[list[int]]:
    """Large cases by themselves and first; small ones together, so that handing out costs little."""
    chunk: list[int] = []
    weight = 0
    for at in order:
        size = _bytes(cases[at].folder)
        if chunk and (weight + size > _SMALL_BYTES or len(chunk) >= _SMALL_CASES):
            yield chunk
            chunk, weight = [], 0
        chunk.append(at)
        weight += size
    if chunk:
        yield chunk


def _bytes(folder: Path | str) -> int:
    if isinstance(folder, str):
        return weight_of(folder)
    return sum(path.stat().st_size for path in (folder / "ledger").rglob("*") if path.is_file())


@contextmanager
def _client(pool: Pool) -> Iterator[Any]:
    """A client of the scheduler, or of a cluster on this machine that ends with it."""
    try:
        dask: Any = import_module("dask")
        distributed: Any = import_module("distributed")
    except ImportError:
        todo = 'Install it: pip install "niner[cluster]". Or leave -j and --scheduler away.'
        raise Refused([Finding("batch-dask", "error", "Several processes need Dask distributed.", todo)]) from None
    dask.config.set({"distributed.admin.log-length": 0, "distributed.worker.daemon": False})
    for name in ("distributed", "bokeh", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if pool.scheduler:
        if not pool.scheduler.startswith("tls://"):
            todo = "Start the scheduler with --protocol tls and its certificates; docs/many-clients.md shows how."
            raise Refused([Finding("batch-tls", "error", "The scheduler's address must begin with tls://.", todo)])
        given = {"tls_ca_file": pool.tls_ca, "tls_client_cert": pool.tls_cert, "tls_client_key": pool.tls_key}
        security = distributed.Security(require_encryption=True, **{name: path for name, path in given.items() if path})
        try:
            client = distributed.Client(pool.scheduler, security=security, timeout=20)
        except (OSError, TypeError, ValueError) as problem:
            says = f"The scheduler can't be reached ({type(problem).__name__})."
            todo = "Check its address, that it runs, and --tls-ca, --tls-cert and --tls-key."
            raise Refused([Finding("batch-scheduler", "error", says, todo)]) from None
        with client:
            yield client
        return
    with (
        distributed.LocalCluster(
            n_workers=pool.jobs,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            protocol="tls://",
            security=distributed.Security.temporary(),
            silence_logs=logging.CRITICAL,
            local_directory=os.environ.get("TMPDIR") or None,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client
