"""Time of `niner file` and `niner amend --no-forms` on a made ledger: python tests/bench/amend.py ROWS

In processor seconds and by the clock, also of one prepare of all rows, which the bar counts by. What was filed is the
ledger without its last file, a fifth of the rows, which turns up later.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ledger import CASE, write_ledger


def timed(*words: object) -> tuple[float, float]:
    """Processor seconds and seconds of a command."""
    start = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "niner", *map(str, words)], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.perf_counter() - start


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "case"
        (folder / "ledger").mkdir(parents=True)
        (folder / "case.yaml").write_text(CASE.format(method="fifo"))
        write_ledger(folder / "ledger" / "ledger.csv", rows * 4 // 5, 1)
        prepare = timed("prepare", folder, "--no-forms")
        lock = timed("file", folder, "--year", 2024, "--filed-on", "2025-04-10")
        write_ledger(folder / "ledger" / "late.csv", rows // 5, 2)
        late = folder / "ledger" / "late.csv"
        late.write_text(
            "".join(_renamed(number, line) for number, line in enumerate(late.read_text().splitlines(True)))
        )
        amend = timed("amend", folder, "--year", 2024, "--as-of", "2026-11-23", "--no-forms")
        whole = timed("prepare", folder, "--no-forms", "--out", Path(place) / "whole")
        print(f"{rows:,} rows")
        for at, how in enumerate(("processor", "clock")):
            print(f"{how}: prepare of what was filed {prepare[at]:.1f} s, file {lock[at]:.1f} s")
            times = amend[at] / whole[at]
            print(f"{how}: prepare of all {whole[at]:.1f} s, amend {amend[at]:.1f} s: {times:.2f} times")


def _renamed(number: int, line: str) -> str:
    """The row with an id and wallets of its own."""
    return line if number == 0 else "late-" + line.replace("Coinbase", "Northcoin").replace("Ledger", "Old phone")


if __name__ == "__main__":
    main()
