"""The rooms of engine/niner lie one above another: each imports only what lies below it, and nobody imports cli."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[2] / "engine" / "niner"

# From the ground up: a line may import the lines before it, never its own neighbours or what comes after.
# The first line is the small vocabulary every room speaks; the modules of a run (prepare and what guards it) and of
# amending lie above the rooms that work out a return.
LAYERS = (
    "dataclass exact each_once money values resources process words files shown",
    "case ledger rules forms",
    "imports lots",
    "brokers",
    "asked",
    "returns",
    "printing",
    "report amend handover",
    "run",
    "prepare",
    "plan harvest batch upkeep scaffold amend.job amend.filing",
    "amend.intake.account_filing",
    "amend.intake.read_filing",
    "inspection",
    "correspondence",
    "bundle",
    "assistant",
    "cli",
    "__main__",
)
# The same inside the rooms that have rooms: what a module or an inner room may import of its own room lies before it.
INNER = {
    "rules": "language; compiling; worksheets deciding; year; editor",
    "forms": "pack; drawing; blanks; filling; ready produced; reading; packet; making",
    "imports": "events; draft; settled; tables; layouts; reading; folder; joining; prices; gate; downloads document; "
    "ledger trying",
}
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer.split()}
GROUND = frozenset(LAYERS[0].split())
"""They serve one another; that they form no ring is tested for all modules below."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ENGINE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(ENGINE.rglob("*.py"))}


@pytest.mark.parametrize("name", [name for name, path in MODULES.items() if path.name == "__init__.py"])
def test_each_room_says_in_five_lines_what_it_does_and_where_to_start(name: str) -> None:
    says = ast.get_docstring(ast.parse(MODULES[name].read_text("utf-8"))) or ""
    assert 1 < len(says.splitlines()) <= 5, name
    where = re.search(r"Start\s+with\s+`(\w+)`", says)
    assert where, f"{name or 'niner'} does not say where to start"
    inside = MODULES[name].parent / where[1]
    written = inside.is_dir() or inside.with_suffix(".py").is_file()
    assert written or f"def {where[1]}(" in MODULES[name].read_text("utf-8"), f"{name}: there is no {where[1]}"


def test_no_room_has_more_than_a_dozen_modules() -> None:
    held = Counter(path.parent for path in MODULES.values() if path.name != "__init__.py")
    assert not {str(place.relative_to(ENGINE)): count for place, count in held.items() if count > 12}


def imported(name: str) -> Iterator[str]:
    """The modules of Niner that a module imports anywhere in it, also inside a function."""
    for node in ast.walk(ast.parse(MODULES[name].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            assert not isinstance(node, ast.ImportFrom), f"{name} imports by dots: {ast.unparse(node)}"
            continue
        for full in found:
            if full.split(".")[0] == "niner":
                yield nearest(full.removeprefix("niner").removeprefix("."))


def nearest(full: str) -> str:
    """The module that `values.Finding` stands in: `values`."""
    while full not in MODULES:
        full = full.rpartition(".")[0]
    return full


def room(module: str) -> str:
    """The room, or the loose module, that a module belongs to."""
    return module if module in RANK else module.split(".")[0]


@pytest.mark.parametrize("name", [name for name in MODULES if name])
def test_a_module_imports_only_what_lies_below_its_room(name: str) -> None:
    here = room(name)
    assert here in RANK, f"{name} is in no layer: give its room a place in LAYERS"
    for other in imported(name):
        there = room(other)
        if not there or there == here or {here, there} <= GROUND:
            continue
        assert RANK[there] < RANK[here], f"{name} imports {other}, which lies beside it or above it"


@pytest.mark.parametrize("outer", INNER)
def test_an_inner_room_imports_only_what_lies_below_it(outer: str) -> None:
    rank = {name: at for at, layer in enumerate(INNER[outer].split(";")) for name in layer.split()}
    for name in MODULES:
        if not name.startswith(f"{outer}."):
            continue
        here = name.split(".")[1]
        assert here in rank, f"{name} is in no inner layer: give it a place in INNER"
        for other in imported(name):
            there = other.split(".")[1] if other.startswith(f"{outer}.") else here
            if there != here:
                assert rank[there] < rank[here], f"{name} imports {other}, which lies beside it or above it"


def test_a_return_is_worked_out_without_forms() -> None:
    knows = {
        name
        for name in MODULES
        if name.split(".")[0] == "returns"
        for other in imported(name)
        if room(other) == "forms"
    }
    assert not knows


def test_no_modules_import_one_another_in_a_ring() -> None:
    graph = {name: {other for other in imported(name) if other != name} for name in MODULES}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"a ring of imports: {' -> '.join(error.args[1])}")
