"""Niner against the exact reference on random ledgers; more of them with `python tests/bench/differential.py`.

One in ten goes through a case folder; the others are handed to the lots as values.
"""

from pathlib import Path

import pytest

from reference.against import chosen_differences, differences


def test_a_box_that_is_off_by_a_whole_cent_in_thirds_is_carried(tmp_path: Path) -> None:
    assert differences(200416, tmp_path) == []


def test_a_sum_a_hair_under_half_a_cent_is_half_a_cent_to_both(tmp_path: Path) -> None:
    """A lot of 1e-18 units makes a box's running sum half a cent less 2e-22 of a cent: no amount of money."""
    assert differences(600242, tmp_path) == []


@pytest.mark.parametrize("start", range(0, 150, 10))
def test_niner_and_the_reference_agree(start: int, tmp_path: Path) -> None:
    for seed in range(start, start + 10):
        assert differences(seed, tmp_path / str(seed) if seed == start else None) == [], f"seed {seed}"


@pytest.mark.parametrize("start", range(0, 150, 10))
def test_niner_and_the_reference_choose_the_same_lots(start: int, tmp_path: Path) -> None:
    for seed in range(start, start + 10):
        assert chosen_differences(seed, tmp_path / str(seed) if seed == start else None) == [], f"seed {seed}"
