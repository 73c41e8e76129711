"""The comparison with other engines: what it says of an engine that is not there, and how it draws returns."""

import subprocess
import sys
from pathlib import Path

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
