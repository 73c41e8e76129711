"""Niner against the exact reference: `python tests/bench/differential.py 1000 [FIRST]` runs so many random ledgers."""

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ["NINER_OFFLINE"] = "1"

from reference.against import differences


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    differing = 0
    with tempfile.TemporaryDirectory() as place:
        for seed in range(first, first + count):
            said = differences(seed, Path(place) / str(seed))
            if said:
                differing += 1
                print(f"seed {seed}:", *said, sep="\n  ")
    print(f"{count} ledgers, {differing} with differences")
    return 1 if differing else 0


if __name__ == "__main__":
    raise SystemExit(main())
