"""The comparison with other engines: what it says of an engine that is not there, and how it draws returns."""

import importlib
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from niner.resources import room

COMPARE = room("rules").parent / "tests" / "bench" / "compare.py"
ENGINES = ("taxcalc", "tenforty", "policyengine")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(COMPARE), "--returns", "1", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_an_engine_that_is_not_installed_is_left_out_in_a_plain_sentence() -> None:
    done = run("--engine-python", sys.executable)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{engine}: not installed in {sys.executable}, left out." for engine in ENGINES]
    assert done.stderr == ""


def test_a_python_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run("--engine", "taxcalc", "--engine-python", str(tmp_path / "python"))
    assert done.returncode == 1
    assert done.stderr.startswith(f"{tmp_path}/python can't be run (No such file or directory): ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["taxcalc", "tenforty", "policyengine_us"])
def test_no_engine_is_among_what_niner_needs(name: str) -> None:
    assert name not in (room("rules").parent / "pyproject.toml").read_text("utf-8").replace("-", "_")


@pytest.fixture
def households(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(COMPARE.parent))
    return importlib.import_module("households")


def test_a_difference_is_explained_only_where_the_departures_lead_to_the_engines_figure(
    households: Any, tmp_path: Path
) -> None:
    """40,001 of 2024 is in the row from 40,000, its middle 24 more: 4,571 by the Tax Table, 4,568.12 by the rates."""
    figures = {"wages": 54_601, "qualifying_children": 0, "aged": False}
    one = households.Return(2024, "single", figures)
    known = (households.NO_TABLE,)
    near = {"tax": 0.5, "taxable": 0.5}
    by_the_rates = {"taxable": 40_001.0, "tax": 4_568.12, "amt": 0.0}
    explained = households.explained(one, ["tax"], by_the_rates, near, known, tmp_path)
    assert explained == {"tax": [households.NO_TABLE.why]}
    elsewhere = {**by_the_rates, "tax": 4_569.12}
    assert households.explained(one, ["tax"], elsewhere, near, known, tmp_path) == {"tax": []}


def test_a_household_is_the_same_for_the_same_seed_and_gives_every_part_that_is_compared(households: Any) -> None:
    drawn = [households.drawn(random.Random(seed)) for seed in range(300)]
    assert drawn == [households.drawn(random.Random(seed)) for seed in range(300)]
    given = set().union(*(figures for _, _, figures in drawn))
    parts = {"medical_expenses", "ira_contributions", "marketplace_premiums", "car_loan_interest", "social_security"}
    assert given >= parts
    assert {year for year, _, _ in drawn} == set(range(2020, 2026))


def test_every_departure_names_figures_that_are_compared(households: Any) -> None:
    lines = households.worked(households.Return(2025, "single", {"wages": 9}), (), Path(), households.NOTHING_AT_HOME)
    compared = set(households.places(lines))
    for departures in households.DEPARTURES.values():
        assert {what for each in departures for what in each.of} <= compared
        assert all(set(each.years) & set(households.YEARS) for each in departures)
