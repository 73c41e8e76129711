"""The examples prepared, filed and amended with the Python that runs this, as the sha256 of every file written.

The lines are the same on every Python, machine and day; `.ci/run` compares them. NINER_FORMS may name official blanks.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent / "examples"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        niner(place, "demo", "demo")
        niner(place, "prepare", "demo", "--print-ready", "--summary", "--out", "summary")
        shutil.copytree(EXAMPLES / "late_exchange", place / "late")
        niner(place, "prepare", "late", "--years", "2023-2024")
        niner(place, "file", "late", "--year", "2023", "--filed-on", "2024-04-10")
        niner(place, "file", "late", "--year", "2024", "--filed-on", "2025-04-02")
        shutil.copy(place / "late" / "found" / "northcoin.csv", place / "late" / "ledger")
        niner(place, "amend", "late", "--year", "2023", "--as-of", "2026-11-23")
        for path in sorted(place.rglob("*")):
            if path.is_file():
                print(hashlib.sha256(path.read_bytes()).hexdigest(), path.relative_to(place).as_posix())


def niner(place: Path, *arguments: str) -> None:
    environment = os.environ | {"NINER_OFFLINE": "1", "COLUMNS": "120"}
    done = subprocess.run(
        [sys.executable, "-m", "niner", *arguments], cwd=place, env=environment, capture_output=True, encoding="utf-8"
    )
    if done.returncode:
        sys.exit(f"niner {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
