"""Time of `niner file` and `niner amend --no-forms` on a made ledger: python tests/bench/amend.py ROWS

What was filed is the ledger without its last file, a fifth of the rows, which turns up later.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ledger import CASE, write_ledger


def timed(*words: object) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "niner", *map(str, words)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


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
        print(f"{rows:,} rows: prepare {prepare:.1f} s, file {lock:.1f} s, amend {amend:.1f} s")


def _renamed(number: int, line: str) -> str:
    """The row with an id and wallets of its own."""
    return line if number == 0 else "late-" + line.replace("Coinbase", "Northcoin").replace("Ledger", "Old phone")


main()
