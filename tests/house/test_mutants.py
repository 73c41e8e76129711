"""The tool that changes the engine's code: what no test notices is listed, and what its own list says is so."""

import ast
import importlib.util
import subprocess
import sys
from collections import Counter
from pathlib import Path

import yaml

TOOL = Path(__file__).parents[1] / "bench" / "mutants.py"
SPEC = importlib.util.spec_from_file_location("mutants", TOOL)
assert SPEC
assert SPEC.loader
mutants = importlib.util.module_from_spec(SPEC)
sys.modules["mutants"] = mutants
SPEC.loader.exec_module(mutants)
KNOWN = yaml.safe_load(TOOL.with_suffix(".yaml").read_text("utf-8"))


def test_each_change_that_is_said_to_change_nothing_is_one_that_is_made() -> None:
    for module in {one["module"] for one in KNOWN["same"]}:
        [path] = mutants.modules_of([module.removeprefix("niner.")]).values()
        made = {change.key for change in mutants.changes(module, ast.parse(path.read_text("utf-8")))}
        named = {(one["module"], one["function"], one["what"]) for one in KNOWN["same"] if one["module"] == module}
        assert named <= made, named - made
    assert all(one["why"] for one in KNOWN["same"])


def test_the_nearest_tests_are_there() -> None:
    for room, paths in KNOWN["nearest"].items():
        assert not [path for path in paths if not (TOOL.parents[2] / path).is_file()], room
        assert max(Counter(paths).values()) == 1


SOURCE = """
LIMIT = 3

def least(a, b):
    if a > LIMIT and b:
        return min(a, b)
    return a - b
"""
TEST = """
from niner.small import least

def test_least():
    assert least(5, 4) == 4
    assert least(2, 4) == -2
    assert least(9, 0) == 9
"""


def test_what_a_test_does_not_notice_is_listed_and_the_rest_is_not(tmp_path: Path) -> None:
    """A project of one module, with a test that looks neither at the limit itself nor next to it."""
    for name, text in (
        ("tests/bench/mutants.py", TOOL.read_text("utf-8")),
        ("tests/bench/mutants.yaml", "nearest: {small: [tests/test_small.py]}\nsame: []\n"),
        ("engine/niner/__init__.py", ""),
        ("engine/niner/small.py", SOURCE),
        ("tests/test_small.py", TEST),
        ("conftest.py", "import sys; sys.path.insert(0, 'engine')\n"),
        ("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '-q'\n"),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    words = [sys.executable, "tests/bench/mutants.py", "small", "--share", "1/1", "--jobs", "2"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    *found, last = done.stdout.splitlines()
    assert sorted(found) == [
        "engine/niner/small.py:2 : 3 → 4",
        "engine/niner/small.py:5 least: a > LIMIT → a >= LIMIT",
    ], done.stderr
    made = len(list(mutants.changes("niner.small", ast.parse(SOURCE))))
    assert last == f"small: {made - 2} of {made} changes are noticed, of {made} there are."
    assert done.returncode == 1
