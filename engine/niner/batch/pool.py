"""Cases to receipts over Dask's workers: a scheduler's, or this machine's own; TLS between all of them.

The workers read the cases from storage that they share. No name, path or number of a client is in a log, a task's name
or an error.
"""

import logging
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from importlib import import_module
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import Any

from niner.batch.cases import CaseToDo
from niner.batch.receipts import Receipt, key_of_rooms, key_of_run, read_receipt
from niner.batch.store import weight_of
from niner.batch.work import Chunk, work
from niner.dataclass import dataclass
from niner.prepare import Options
from niner.process.beside import alone
from niner.values import Finding, Refused
from niner.words.plain import path_text

_SMALL_BYTES = 2_000_000  # of ledgers in one chunk
_SMALL_CASES = 16
_RETRIES = 3
_LOADED = ["niner.batch.loaded"]
# What Dask does beside a task and nobody here looks at: above all it samples each worker's stack a hundred times a
# second, a tenth of what a case costs.
_QUIET = {
    "distributed.admin.log-length": 0,
    "distributed.admin.tick.interval": "500ms",
    "distributed.worker.daemon": False,
    "distributed.worker.profile.enabled": False,
}


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
    resume: bool = False,
    progress: Callable[[int, int], None] = lambda done, whole: None,
    say: Callable[[str], None] = lambda words: None,
) -> list[tuple[CaseToDo, Receipt]]:
    """Every case with its receipt, in the order given. Raises Refused where the workers can't be reached, and Stopped
    where it is interrupted. What is waited for is told to `say`.

    A worker that dies takes nothing with it but the case it was at: its chunk is given out again and goes on after the
    last receipt. A chunk that kills several workers is given out case by case, and the case that does it has failed.
    """
    here = not pool.scheduler and (pool.jobs <= 1 or len(cases) == 1)
    if not here and not pool.scheduler:
        _start_loading()
    run, shared = secrets.token_hex(8), key_of_run(options)
    rooms = key_of_rooms(options) if pool.scheduler else ""
    sizes = [_bytes(case.folder) for case in cases]
    receipts: dict[int, Receipt] = {}

    def asked(places: Sequence[int]) -> Chunk:
        return Chunk(run, shared, rooms, options, [(cases[at].folder, cases[at].year) for at in places], resume)

    def take(places: Sequence[int], found: Sequence[Receipt]) -> None:
        receipts.update(zip(places, found, strict=True))
        progress(len(receipts), len(cases))

    try:
        if here:
            with alone() if len(cases) > 1 else nullcontext():
                for at in _largest_first(sizes):
                    take([at], work(asked([at])))
        else:
            with _client(pool) as client:
                workers = pool.jobs if not pool.scheduler else len(client.nthreads())
                if not workers:
                    say("No worker has come to the scheduler yet: the cases wait for the first.")
                lost = Receipt("", "failed", why="the scheduler was lost")
                chunks = list(_chunks(sizes, max(workers, 1)))
                _on_workers(client, run, chunks, asked, take, lambda at: _on_disk(cases[at], run) or lost)
    except KeyboardInterrupt:
        left = Receipt("", "not reached", why="the batch was stopped")
        raise Stopped(_with_those_on_disk(cases, receipts, run, left)) from None
    except Refused:
        raise
    except Exception as problem:  # Dask's own errors are of no common kind, as where the machine slept
        if here:
            raise
        left = Receipt("", "failed", why=f"the workers were lost ({type(problem).__name__})")
        return _with_those_on_disk(cases, receipts, run, left)
    return [(case, receipts[at]) for at, case in enumerate(cases)]


def _with_those_on_disk(
    cases: Sequence[CaseToDo], receipts: Mapping[int, Receipt], run: str, left: Receipt
) -> list[tuple[CaseToDo, Receipt]]:
    return [(case, receipts.get(at) or _on_disk(case, run) or left) for at, case in enumerate(cases)]


def _on_disk(case: CaseToDo, run: str) -> Receipt | None:
    """What this run made of a case of which no worker told."""
    known = None if isinstance(case.folder, str) else read_receipt(case.folder, case.year)
    return known if known is not None and known.run == run else None


class Stopped(Exception):
    """A batch that was interrupted: every case, with its receipt or that it was not reached."""

    def __init__(self, done: list[tuple[CaseToDo, Receipt]]) -> None:
        super().__init__("the batch was stopped")
        self.done = done


def _on_workers(
    client: Any,
    run: str,
    chunks: list[list[int]],
    asked: Callable[[Sequence[int]], Chunk],
    take: Callable[[Sequence[int], Sequence[Receipt]], None],
    lost: Callable[[int], Receipt],
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
        elif future.status != "error":
            take(places, [lost(at) for at in places])
        elif len(places) > 1:
            for at in places:
                again = submit(f"one-{at}", [at])
                given[again] = [at]
                waiting.add(again)
        else:
            take(places, [Receipt("", "failed", why=_why(future))])
        future.release()


def _why(future: Any) -> str:
    """Why a case came to nothing; of an error no more than its kind, for its text may hold a client's path."""
    kind = type(future.exception()).__name__
    return "its worker died again and again" if kind == "KilledWorker" else f"{kind} on the worker"


def _largest_first(sizes: Sequence[int]) -> list[int]:
    return sorted(range(len(sizes)), key=lambda at: -sizes[at])


def _chunks(sizes: Sequence[int], workers: int) -> Iterator[list[int]]:
    """The places of the cases: large ones by themselves and first; small ones together, so that handing out costs
    little, and fewer of them towards the end, so that no worker waits long for the last."""
    chunk: list[int] = []
    weight = 0
    left = len(sizes)
    for at in _largest_first(sizes):
        if chunk and (weight + sizes[at] > _SMALL_BYTES or len(chunk) >= min(_SMALL_CASES, left // (2 * workers))):
            yield chunk
            left -= len(chunk)
            chunk, weight = [], 0
        chunk.append(at)
        weight += sizes[at]
    if chunk:
        yield chunk


def _bytes(folder: Path | str) -> int:
    if isinstance(folder, str):
        return weight_of(folder)
    weight = 0
    for above, _, files in os.walk(folder / "ledger"):
        for name in files:
            with suppress(OSError):
                weight += os.stat(os.path.join(above, name)).st_size
    return weight


def _start_loading() -> None:
    """Starts the process that loads Niner, its rules and Dask once for all, while this one loads Dask and reads the
    list: this machine's workers are then forked from it."""
    if "forkserver" in get_all_start_methods():
        get_context("forkserver").set_forkserver_preload([*_LOADED, "distributed"])
        import_module("multiprocessing.forkserver").ensure_running()


def _from_one_that_is_loaded(dask: Any) -> None:
    """Has this machine's workers forked from the process that `_start_loading` has started."""
    if "forkserver" in get_all_start_methods():
        dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})


@contextmanager
def _client(pool: Pool) -> Iterator[Any]:
    """A client of the scheduler, or of a cluster on this machine that ends with it."""
    try:
        dask: Any = import_module("dask")
        distributed: Any = import_module("distributed")
    except ImportError:
        todo = 'Install it: pip install "niner[cluster]". Or leave -j and --scheduler away.'
        raise Refused([Finding("batch-dask", "error", "Several processes need Dask distributed.", todo)]) from None
    dask.config.set(_QUIET)
    for name in ("distributed", "distributed.client", "bokeh", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if pool.scheduler:
        missing = [name for name in (pool.tls_ca, pool.tls_cert, pool.tls_key) if name and not Path(name).is_file()]
        if missing:
            says = f"There is no file {', '.join(map(path_text, missing))}."
            todo = "Correct --tls-ca, --tls-cert or --tls-key."
            raise Refused([Finding("batch-tls", "error", says, todo)])
        if not pool.scheduler.startswith("tls://"):
            todo = "Start the scheduler with --protocol tls and its certificates; docs/many-clients.md shows how."
            raise Refused([Finding("batch-tls", "error", "The scheduler's address must begin with tls://.", todo)])
        given = {"tls_ca_file": pool.tls_ca, "tls_client_cert": pool.tls_cert, "tls_client_key": pool.tls_key}
        security = distributed.Security(require_encryption=True, **{name: path for name, path in given.items() if path})
        try:
            if security.get_connection_args("client").get("ssl_context") is None:
                todo = "Give --tls-ca, --tls-cert and --tls-key, or name them in Dask's own settings."
                raise Refused(
                    [Finding("batch-tls", "error", "A scheduler needs certificates, and none were given.", todo)]
                )
            client = distributed.Client(pool.scheduler, security=security, timeout=20)
        except (OSError, TypeError, ValueError) as problem:
            says = f"The scheduler can't be reached ({type(problem).__name__})."
            todo = "Check its address, that it runs, and --tls-ca, --tls-cert and --tls-key."
            raise Refused([Finding("batch-scheduler", "error", says, todo)]) from None
        with client:
            yield client
        return
    _from_one_that_is_loaded(dask)
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
