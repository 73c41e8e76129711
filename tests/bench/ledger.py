"""Time and memory of `prepare --no-forms` on a made ledger: python tests/bench/ledger.py ROWS METHOD [SEED] [PICKED]

PICKED is the share of sales for which decisions.yaml names the lots, as 0.2: those bought last.

Beside it a pass of `csv.reader` over the same file with two Decimals a row, in the same run, before and after.
What two processes share is told by the clock of an idle machine; processor time of both tells the same on a loaded one.
The bars stand beside what was measured.
55 % buys, 40 % sells, 5 % moves between two wallets, five assets, five years (2020-2024).
"""

import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from bisect import insort
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Event, Thread

ASSETS = {"BTC": 30000, "ETH": 2000, "SOL": 80, "ADA": 1, "LINK": 15}
WALLETS = ("Coinbase", "Ledger")
HEADER = "id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset,fee_usd,to_wallet\n"
CASE = """tax_year: 2024
taxpayer: {{first_name: Ada, last_name: Example, ssn: 900-12-3456, filing_status: single}}
elections: {{lot_method: {method}, pool: wallet, timezone: UTC}}
return: {{wages: 85000}}
"""


class Lots:
    """What one wallet holds of an asset: the rows that acquired it, oldest first, with the units left of each."""

    def __init__(self) -> None:
        self.lots: list[tuple[int, Decimal]] = []

    def come(self, row: int, units: Decimal) -> None:
        insort(self.lots, (row, units))

    def leave(self, units: Decimal, newest: bool) -> Iterator[tuple[int, Decimal]]:
        """The lots that so many units leave from."""
        at = -1 if newest else 0
        while units:
            row, left = self.lots.pop(at)
            taken = min(units, left)
            units -= taken
            if left > taken:
                insort(self.lots, (row, left - taken))
            yield row, taken


def write_ledger(path: Path, rows: int, seed: int, picked: float = 0) -> list[dict[str, object]]:
    """A ledger that never sells or moves more than a wallet holds, and the picks of a share of its sales."""
    dice, lots_dice = random.Random(seed), random.Random(seed)
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    step = timedelta(days=5 * 365) / rows
    held = {(wallet, asset): Decimal(0) for wallet in WALLETS for asset in ASSETS}
    lots = {place: Lots() for place in held}
    picks: list[dict[str, object]] = []
    with path.open("w") as stream:
        stream.write(HEADER)
        for number in range(rows):
            moment += step
            wallet, asset = dice.choice(WALLETS), dice.choice(list(ASSETS))
            place = wallet, asset
            draw = dice.random()
            units = Decimal(dice.randint(1, 10**8)).scaleb(-8)
            dollars = (units * ASSETS[asset] * dice.randint(50, 200) / 100).quantize(Decimal("0.01"))
            at = moment.isoformat(timespec="seconds")
            if draw < 0.55 or held[place] == 0:
                held[place] += units
                stream.write(f"{number},{at},{wallet},buy,{dollars},USD,{units:f},{asset},0.99,\n")
                if picked:
                    lots[place].come(number + 1, units)
                continue
            units = min(units, held[place])
            held[place] -= units
            other = WALLETS[wallet == WALLETS[0]]
            sold = draw < 0.95
            if sold:
                stream.write(f"{number},{at},{wallet},sell,{units:f},{asset},{dollars},USD,0.99,\n")
            else:
                held[other, asset] += units
                stream.write(f"{number},{at},{wallet},transfer,{units:f},{asset},,,,{other}\n")
            if picked:
                named = sold and lots_dice.random() < picked
                gone = list(lots[place].leave(units, newest=named))
                if named:
                    picks.append(pick(path.name, number + 1, gone, at))
                elif not sold:
                    for row, part in gone:
                        lots[other, asset].come(row, part)
    return picks


def pick(file: str, row: int, lots: list[tuple[int, Decimal]], at: str) -> dict[str, object]:
    """The lots of one sale as decisions.yaml names them."""
    return {
        "row": f"ledger/{file}:{row}",
        "lots": [{"from": f"ledger/{file}:{bought}", "quantity": f"{units:f}"} for bought, units in lots],
        "identified_on": at,
        "record": "spreadsheet of that day",
        "by": "Ada",
        "on": "2025-02-03",
        "why": "bought last",
    }


# Rows: (times the plain pass, seconds of an idle machine, MB); None where there is no bar.
BARS: dict[int, tuple[float | None, float | None, float | None]] = {
    10_000: (None, 0.9, None),
    100_000: (None, 2.5, None),
    1_000_000: (12, None, 1000),
}


def memory_of(process: int) -> int:
    """KB of memory of a process and of those that it started, what they share counted once; 0 where that isn't told."""
    kilobytes = 0
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                kilobytes += int(line.split()[1])
        for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
            kilobytes += memory_of(int(child))
    return kilobytes


def watched(process: int, ended: Event, seen: list[int]) -> None:
    """Puts into `seen` the memory of a process and of those that it started, as it is looked at until it ended."""
    while not ended.is_set():
        looked = time.thread_time()
        seen.append(memory_of(process))
        # To look at a large process takes 10 ms of a core that it would have: a fiftieth of the time at most.
        ended.wait(max(0.1, 50 * (time.thread_time() - looked)))


def plain_pass(path: Path) -> float:
    """Processor seconds of reading the table with `csv.reader` and making two Decimals of each row."""
    start = time.process_time()
    with path.open(newline="") as stream:
        rows = csv.reader(stream)
        header = next(rows)
        sent, received = header.index("sent_quantity"), header.index("received_quantity")
        for row in rows:
            Decimal(row[sent] or 0), Decimal(row[received] or 0)
    return time.process_time() - start


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    method = sys.argv[2] if len(sys.argv) > 2 else "fifo"
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    picked = float(sys.argv[4]) if len(sys.argv) > 4 else 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "ledger").mkdir()
        picks = write_ledger(folder / "ledger" / "made.csv", rows, seed, picked)
        if picks:
            (folder / "decisions.yaml").write_text("".join(f"- {json.dumps(one)}\n" for one in picks))
        (folder / "case.yaml").write_text(CASE.format(method=method))
        before = plain_pass(folder / "ledger" / "made.csv")
        start = time.perf_counter()
        command = [sys.executable, "-m", "niner", "prepare", str(folder), "--no-forms"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            ended, seen = Event(), [0]
            # Beside the wait, which is told at once when the process ends; with a limit it looks every 50 ms.
            watch = Thread(target=watched, args=(process.pid, ended, seen))
            watch.start()
            process.wait()
            wall = time.perf_counter() - start
            ended.set()
            watch.join()
            together = max(seen)
        if process.returncode:
            sys.exit("prepare failed")
        plain = min(before, plain_pass(folder / "ledger" / "made.csv"))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    print(f"rows {rows}  method {method}  seed {seed}  picks {len(picks)}")
    print(f"wall {wall:.2f} s  cpu {cpu:.2f} s  peak of one process {peak:.0f} MB, of all together {together >> 10} MB")
    times, seconds, most = BARS.get(rows, (None, None, None))
    says = (
        f"a plain pass {plain:.3f} s; {wall / plain:.0f} times that by the clock, {cpu / plain:.0f} in processor time"
    )
    print(says + (f" (bar {times:g})" if times else ""))
    if seconds:
        print(f"bar {seconds:g} s")
    if most:
        print(f"bar {most:g} MB")


if __name__ == "__main__":
    main()
