"""Niner against the exact reference on random ledgers; more of them with `python tests/bench/differential.py`."""

from pathlib import Path

import pytest

from reference.against import differences


@pytest.mark.parametrize("start", range(0, 150, 10))
def test_niner_and_the_reference_agree(start: int, tmp_path: Path) -> None:
    for seed in range(start, start + 10):
        assert differences(seed, tmp_path / str(seed)) == [], f"seed {seed}"
