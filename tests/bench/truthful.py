"""Part II against what was changed, on random pairs of original and found facts: truthful.py [PAIRS] [FIRST SEED].

Half are locked by Niner with their ledger, half entered by hand as totals. Prints each pair that is told wrong.
"""

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from amending.test_truthful import check, explained, explained_by_totals
from pairs import made_pair, made_pair_of_totals


def main(pairs: int, first: int) -> int:
    """How many pairs were told wrong."""
    os.environ["NINER_OFFLINE"] = "1"
    wrong = 0
    for seed in range(first, first + pairs):
        by_totals = seed % 2 == 1
        with tempfile.TemporaryDirectory() as folder:
            pair = made_pair_of_totals(seed) if by_totals else made_pair(seed)
            try:
                check(pair, (explained_by_totals if by_totals else explained)(Path(folder), pair, seed))
            except AssertionError as problem:
                wrong += 1
                print(f"seed {seed}, {'totals' if by_totals else 'rows'}: {str(problem)[:400]}", flush=True)
    print(f"{pairs - wrong} of {pairs} pairs are told as they are.")
    return wrong


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]] + [400, 1000][len(sys.argv) - 1 :]
    sys.exit(main(*numbers) > 0)
