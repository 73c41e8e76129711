"""Random overlays of a firm, each by check and by prepare: overlays.py [OVERLAYS] [FIRST SEED].

What `niner rules check` passes, a return can be made by; what it refuses, none is. Prints each overlay of which the two
say otherwise.
"""

import os
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "rules"))

from test_asked import BOXES, LINES, MORE, REACH, agree

from conftest import CASE


def main(count: int, first: int) -> int:
    """How many overlays were judged otherwise by the two."""
    os.environ["NINER_OFFLINE"] = "1"
    wrong = 0
    for seed in range(first, first + count):
        dice = random.Random(seed)
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / f"overlay{seed}"
            root.mkdir()

            def made(text: str, year: int, name: str, root: Path = root) -> Path:
                case = root / "case"
                (case / "ledger").mkdir(parents=True)
                (case / "ledger" / "ledger.csv").write_text(text)
                filled = CASE.format(year=year, status="single", more="", elections="", short=0, long=0, wages=50000)
                (case / "case.yaml").write_text(filled)
                return case

            try:
                agree(root, made, dice.choice(BOXES), dice.choice(MORE), dice.choice(LINES), dice.choice(REACH))
            except AssertionError as problem:
                wrong += 1
                print(f"seed {seed}: {str(problem)[:400]}", flush=True)
    print(f"{count - wrong} of {count} overlays are judged alike.")
    return wrong


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]] + [200, 1][len(sys.argv) - 1 :]
    sys.exit(main(*numbers) > 0)
