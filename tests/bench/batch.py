"""What `niner batch` keeps when machines die: `python tests/bench/batch.py [CASES]` (300), a sentence a proof.

A scheduler and two workers of their own, with TLS between them, prepare made cases while one worker and then the
scheduler are killed; with --resume a new scheduler and new workers finish them. Every file must be the one of a plain
run in one process, and what had its receipt must not be made again. Where a small file system can be mounted (as root
on Linux), the disk of one case is full: it fails, the others don't, and with room it is made. At the end the clock of
one process and of two, and how many times as fast two are.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger import CASE, write_ledger

ROWS = 120
HERE = Path(sys.executable).parent


def make_cases(root: Path, count: int) -> None:
    """`count` case folders; every tenth sells what it never had, and is refused."""
    for number in range(count):
        folder = root / f"client{number:04d}"
        (folder / "ledger").mkdir(parents=True)
        write_ledger(folder / "ledger" / "made.csv", ROWS, number)
        (folder / "case.yaml").write_text(CASE.format(method=("fifo", "lifo", "hifo")[number % 3]))
        if number % 10 == 9:
            with (folder / "ledger" / "made.csv").open("a") as stream:
                stream.write("x,2024-12-30T00:00:00+00:00,Ledger,sell,99999999,BTC,1,USD,0,\n")


def digests(root: Path) -> dict[str, str]:
    """The sha256 of every file that was written for a case."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.glob("client*/out/**/*"))
        if path.is_file() and path.name != "NOT-CURRENT.txt"
    }


def receipts(root: Path) -> dict[str, dict[str, Any]]:
    return {path.parts[-3]: json.loads(path.read_text()) for path in root.glob("client*/.niner/batch.json")}


def batch(root: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "niner", "batch", str(root), "--no-forms", "--json", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finished(run: "subprocess.Popen[bytes]", seconds: float = 1200) -> tuple[int, dict[str, int], str]:
    """How a batch ended: its exit status, its cases by state, and what it told beside."""
    said, told = run.communicate(timeout=seconds)
    try:
        states = json.loads(said)["states"]
    except (ValueError, KeyError):
        states = {}
    return run.returncode, states, told.decode(errors="replace")


def certificate(place: Path) -> tuple[str, str]:
    made, key = place / "tls.pem", place / "tls.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-keyout", str(key), "-out", str(made)], check=True, capture_output=True,
    )  # fmt: skip
    return str(made), str(key)


class Cluster:
    """A scheduler and workers as a firm starts them."""

    def __init__(self, place: Path, made: str, key: str) -> None:
        self.tls = ["--tls-ca-file", made, "--tls-cert", made, "--tls-key", key]
        self.log = (place / f"cluster-{time.monotonic_ns()}.log").open("wb")
        told = place / f"scheduler-{time.monotonic_ns()}.json"
        protocol = ("--protocol", "tls", "--port", "0", "--no-dashboard", "--scheduler-file", str(told))
        self.scheduler = self._start("scheduler", *protocol)
        while not told.exists() or not told.read_text().strip():
            time.sleep(0.1)
        self.address = json.loads(told.read_text())["address"]
        self.given = ["--scheduler", self.address, "--tls-ca", made, "--tls-cert", made, "--tls-key", key]
        self.workers = [self.worker(name) for name in ("a", "b")]

    def worker(self, name: str) -> "subprocess.Popen[bytes]":
        one_thread = ("--nthreads", "1", "--no-dashboard", "--no-nanny", "--name", name)
        return self._start("worker", self.address, *one_thread)

    def _start(self, *words: str) -> "subprocess.Popen[bytes]":
        environment = os.environ | {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}
        command = [str(HERE / "dask"), *words, *self.tls]
        return subprocess.Popen(command, stdout=self.log, stderr=self.log, env=environment)

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


def until(root: Path, count: int, run: "subprocess.Popen[bytes]") -> None:
    """Wait until so many cases have their receipts."""
    while len(receipts(root)) < count and run.poll() is None:
        time.sleep(0.05)


@contextmanager
def small_disk(place: Path) -> Iterator[bool]:
    """A file system of half a megabyte at `place`; False where none can be mounted."""
    place.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)]
    mounted = shutil.which("mount") is not None and subprocess.run(command, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(place)], check=True)


def proved(what: str, holds: bool) -> bool:
    print(f"{'yes' if holds else 'NO '}  {what}", flush=True)
    return holds


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        good = [killed(place, count), full_disk(place), *quicker(place, count)]
    raise SystemExit(0 if all(good) else 1)


def killed(place: Path, count: int) -> bool:
    """A worker and the scheduler are killed half way, and a new cluster finishes."""
    plain, shared = place / "plain", place / "shared"
    make_cases(plain, count)
    shutil.copytree(plain, shared)
    status, states, _ = finished(batch(plain))
    wanted = digests(plain)
    good = proved(f"one process: {states}, exit {status}", states.get("ready", 0) == count - count // 10)
    made, key = certificate(place)
    first = Cluster(place, made, key)
    try:
        run = batch(shared, *first.given)
        until(shared, count // 4, run)
        os.kill(first.workers[0].pid, signal.SIGKILL)
        until(shared, count // 2, run)
        os.kill(first.scheduler.pid, signal.SIGKILL)
        status, states, told = finished(run, 300)
    finally:
        first.end()
    before = receipts(shared)
    good &= proved(
        f"a worker and the scheduler killed: the batch ends by itself with exit {status}, {len(before)} cases done; "
        f"it says: {(told.strip() or str(states))[:200]}",
        status == 1 and count // 2 <= len(before) < count,
    )
    second = Cluster(place, made, key)
    try:
        status, states, _ = finished(batch(shared, *second.given, "--resume"))
    finally:
        second.end()
    after = receipts(shared)
    again = sum(after[case]["run"] != receipt["run"] for case, receipt in before.items())
    good &= proved(f"--resume on a new cluster: {states}, exit {status}", sum(states.values()) == count)
    good &= proved(f"of {len(before)} cases that had their receipt {again} were made again", again == 0)
    now = digests(shared)
    good &= proved(f"{len(now)} files, all as those of one process", now == wanted)
    logs = b"".join(path.read_bytes() for path in place.glob("cluster-*.log"))
    return good & proved("no folder of a client is in a log", b"client0" not in logs)


def full_disk(place: Path) -> bool:
    """Cases whose disk is full fail and lose nothing; the others are made."""
    root = place / "disk"
    make_cases(root, 12)
    kept = shutil.copytree(root / "client0003", place / "kept")
    shutil.rmtree(root / "client0003")
    with small_disk(root / "client0003") as mounted:
        if not mounted:
            print("--   no small disk is mounted: that a full one loses nothing is left to tests/safety/test_crash.py")
            return True
        shutil.copytree(kept, root / "client0003", dirs_exist_ok=True)
        filler = root / "client0003" / ".filler"
        filler.write_bytes(b"\0" * 440_000)
        status, states, _ = finished(batch(root, "-j", "2"))
        good = proved(f"one disk full: {states}, exit {status}", states == {"ready": 10, "refused": 1, "failed": 1})
        left = [path.name for path in (root / "client0003").rglob("*") if path.is_file()]
        good &= proved(f"on the full disk stand only the case's own files: {sorted(left)}", "return.json" not in left)
        filler.unlink()
        status, states, _ = finished(batch(root, "-j", "2", "--resume"))
        return good & proved(f"with room again, --resume: {states}", states == {"ready": 11, "refused": 1})


def quicker(place: Path, count: int) -> Iterator[bool]:
    """Two processes against one, three times by turns; the best of each."""
    root = place / "plain"
    best: Counter[str] = Counter()
    for _ in range(3):
        for jobs in ("1", "2"):
            start = time.perf_counter()
            finished(batch(root, "-j", jobs))
            took = time.perf_counter() - start
            best[jobs] = min(best[jobs] or took, took)  # type: ignore[assignment]
    times = best["1"] / best["2"]
    load = os.getloadavg()[0]
    print(f"--   {count} cases: {best['1']:.1f} s in one process, {best['2']:.1f} s in two; {times:.2f} times as fast")
    yield proved(f"two processes are 1.7 times as fast as one (load of the machine {load:.1f})", times >= 1.7)


if __name__ == "__main__":
    main()
