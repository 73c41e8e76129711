"""Niner against the exact reference: `python tests/bench/differential.py 10000 [FIRST]` runs so many random ledgers.

With `chosen` before the number they run into 2025 and have picks, standing orders, methods by wallet and allocations.
Every tenth goes through a case folder and the whole of `prepare`; the others are handed to the lots as values.
"""

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ["NINER_OFFLINE"] = "1"

import niner.returns.year
from reference.against import chosen_differences, differences

# What records that do not count would have changed is told, and not compared; it is a third of the time.
niner.returns.year.said_of_records = lambda *known: []

_THROUGH_FILES = 10


def main() -> int:
    given = [word for word in sys.argv[1:] if word != "chosen"]
    compare = chosen_differences if "chosen" in sys.argv else differences
    count = int(given[0]) if given else 1000
    first = int(given[1]) if len(given) > 1 else 0
    differing = 0
    with tempfile.TemporaryDirectory() as place:
        for seed in range(first, first + count):
            said = compare(seed, Path(place) / str(seed) if seed % _THROUGH_FILES == 0 else None)
            if said:
                differing += 1
                print(f"seed {seed}:", *said, sep="\n  ", flush=True)
            if (seed - first + 1) % 1000 == 0:
                print(f"{seed - first + 1} of {count}, {differing} with differences", file=sys.stderr, flush=True)
    print(f"{count} ledgers, {differing} with differences")
    return 1 if differing else 0


if __name__ == "__main__":
    raise SystemExit(main())
