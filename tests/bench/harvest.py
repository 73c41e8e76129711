"""Random small cases of harvesting against every subset: python tests/bench/harvest.py CASES [FIRST SEED]"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from choices.test_harvest_brute_force import check


def main() -> None:
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    wrong = 0
    for seed in range(first, first + cases):
        with tempfile.TemporaryDirectory() as place:
            try:
                check(seed, Path(place) / "case")
            except AssertionError as error:
                wrong += 1
                print(f"seed {seed}: {str(error).splitlines()[0] if str(error) else 'differs'}")
    print(f"{cases} cases, {wrong} with a better subset")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
