"""Time and memory of `prepare --no-forms` on a made ledger: python tests/bench/ledger.py ROWS METHOD [SEED]

Beside it a pass of `csv.reader` over the same file with two Decimals a row, in the same run, before and after:
processor seconds of both, so that a machine with other work tells the same. The bars stand beside what was measured.
55 % buys, 40 % sells, 5 % moves between two wallets, five assets, five years (2020-2024).
"""

import csv
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

ASSETS = {"BTC": 30000, "ETH": 2000, "SOL": 80, "ADA": 1, "LINK": 15}
WALLETS = ("Coinbase", "Ledger")
HEADER = "id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset,fee_usd,to_wallet\n"
CASE = """tax_year: 2024
taxpayer: {{first_name: Ada, last_name: Example, ssn: 900-12-3456, filing_status: single}}
elections: {{lot_method: {method}, pool: wallet, timezone: UTC}}
return: {{wages: 85000}}
"""


def write_ledger(path: Path, rows: int, seed: int) -> None:
    """A ledger that never sells or moves more than a wallet holds."""
    dice = random.Random(seed)
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    step = timedelta(days=5 * 365) / rows
    held = {(wallet, asset): Decimal(0) for wallet in WALLETS for asset in ASSETS}
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
                continue
            units = min(units, held[place])
            held[place] -= units
            if draw < 0.95:
                stream.write(f"{number},{at},{wallet},sell,{units:f},{asset},{dollars},USD,0.99,\n")
            else:
                other = WALLETS[wallet == WALLETS[0]]
                held[other, asset] += units
                stream.write(f"{number},{at},{wallet},transfer,{units:f},{asset},,,,{other}\n")


# Rows: (times the plain pass, seconds of an idle machine, MB); None where there is no bar.
BARS: dict[int, tuple[float | None, float | None, float | None]] = {
    10_000: (None, 0.9, None),
    100_000: (None, 2.5, None),
    1_000_000: (12, None, 1000),
}


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
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "ledger").mkdir()
        write_ledger(folder / "ledger" / "made.csv", rows, seed)
        (folder / "case.yaml").write_text(CASE.format(method=method))
        before = plain_pass(folder / "ledger" / "made.csv")
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "niner", "prepare", str(folder), "--no-forms"], check=True, stdout=subprocess.DEVNULL
        )
        wall = time.perf_counter() - start
        plain = min(before, plain_pass(folder / "ledger" / "made.csv"))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    print(f"rows {rows}  method {method}  seed {seed}  wall {wall:.2f} s  cpu {cpu:.2f} s  peak {peak:.0f} MB")
    times, seconds, most = BARS.get(rows, (None, None, None))
    print(f"a plain pass {plain:.3f} s; {cpu / plain:.0f} times that" + (f" (bar {times:g})" if times else ""))
    if seconds:
        print(f"bar {seconds:g} s")
    if most:
        print(f"bar {most:g} MB")


if __name__ == "__main__":
    main()
