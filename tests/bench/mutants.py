"""Changes the engine's own code, one thing at a time, and lists what the nearest tests do not notice.

    mutants.py ROOM… [--sample N] [--seed S] [--seconds T]

A room is lots, returns or amend, or a module of one, as lots.match. First the tests named in mutants.yaml are run once,
to see which statements each of them runs. Then every change is tried on the tests that run it, quickest first, in a
process of its own, for at most T seconds of its processor (60); a change that takes longer is noticed too. Where more
tests run the line than were tried, it is said. Changes that change nothing stand in mutants.yaml with the reason.
`--sample` takes N changes of each room, the same for the same seed. Nothing is written to the source: the changed
module is compiled in memory.
"""

import argparse
import ast
import importlib.abc
import importlib.util
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "engine"
NOTICED, ALIVE = 1, 0
_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a module: where, what, and how to make it in the module's tree and take it back."""

    module: str
    function: str
    line: int
    what: str
    make: Callable[[], None]
    undo: Callable[[], None]

    @property
    def key(self) -> tuple[str, str, str]:
        """What the change is called by in mutants.yaml: it stays when lines move."""
        return self.module, self.function, self.what


def changes(module: str, tree: ast.Module) -> Iterator[Change]:
    """Every change of a module. They share its tree: each is made, compiled and undone before the next."""
    for node, function in _code(tree, ""):
        for what, make, undo in _of(node):
            yield Change(module, function, getattr(node, "lineno", 0), what, make, undo)


def _code(node: ast.AST, function: str) -> Iterator[tuple[ast.AST, str]]:
    """The nodes that are run, each with the function that it stands in: no types, no decorators, no words."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, (ast.JoinedStr, ast.Assert, ast.Raise)):
                continue
            inner = function
            if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
                inner = f"{function}.{child.name}".lstrip(".")
            yield child, inner
            yield from _code(child, inner)


Edit = tuple[str, Callable[[], None], Callable[[], None]]


def _of(node: ast.AST) -> Iterator[Edit]:
    """The changes of one node."""
    match node:
        case ast.Compare():
            for place, op in enumerate(node.ops):
                if type(op) in _SWAPS:
                    yield _edit(node, node.ops, place, _SWAPS[type(op)]())
            for listed in node.comparators:
                if isinstance(listed, (ast.Tuple, ast.List, ast.Set)) and len(listed.elts) > 1:
                    yield from (_drop(listed, listed.elts, place) for place in range(len(listed.elts)))
        case ast.BoolOp():
            yield _edit(node, node, "op", _SWAPS[type(node.op)]())
            if len(node.values) > 1:
                yield from (_drop(node, node.values, place) for place in range(len(node.values)))
        case ast.BinOp() | ast.AugAssign() if type(node.op) in _SWAPS:
            yield _edit(node, node, "op", _SWAPS[type(node.op)]())
        case ast.UnaryOp(op=ast.USub()):
            yield _edit(node, node, "op", ast.UAdd())
        case ast.If() | ast.IfExp() | ast.While():
            always = [True, False] if not isinstance(node, ast.While) else [False]
            yield from (_edit(node.test, node, "test", ast.Constant(value)) for value in always)
        case ast.comprehension(ifs=[*tests]):
            yield from (_drop(node.iter, node.ifs, place) for place in range(len(tests)))
        case ast.Constant(value=bool() as value):
            yield _edit(node, node, "value", not value)
        case ast.Constant(value=int() as value):
            yield _edit(node, node, "value", value + 1)
        case ast.Call(func=ast.Name(id=name)) if name in _NAMES:
            yield _edit(node, node.func, "id", _NAMES[name])
        case ast.Call(func=ast.Name(id="abs")):
            yield _edit(node, node.func, "id", "int")
        case ast.Lambda(body=ast.Tuple(elts=elts)) if len(elts) > 1:
            yield from (_drop(node, elts, place) for place in range(len(elts)))
    if isinstance(node, ast.Call):
        for place, given in enumerate(node.args):
            if isinstance(given, (ast.Name, ast.Attribute)) and not isinstance(node.func, ast.Subscript):
                yield _edit(node, node.args, place, ast.Constant(None))
        for place, keyword in enumerate(node.keywords):
            if keyword.arg not in (None, "strict"):
                yield _drop(node, node.keywords, place)
    for body in (getattr(node, "body", None), getattr(node, "orelse", None)):
        for place, statement in enumerate(body if isinstance(body, list) else []):
            calls = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
            if calls or isinstance(statement, (ast.AugAssign, ast.Continue, ast.Break)):
                yield _edit(statement, body, place, ast.Pass(), statement)


def _edit(shown: ast.AST, holder: object, place: str | int, new: object, at: ast.AST | None = None) -> Edit:
    """Puts `new` at a place of a node or a list; told by how `shown` reads before and after."""

    def put(value: object) -> None:
        if isinstance(holder, list):
            holder[place] = value  # type: ignore[index]
        else:
            setattr(holder, str(place), value)

    old = holder[place] if isinstance(holder, list) else getattr(holder, str(place))  # type: ignore[index]
    before = ast.unparse(shown)
    put(new)
    after = "nothing"
    if not isinstance(new, ast.Pass):
        after = ast.unparse(new if shown is old and isinstance(new, ast.AST) else shown)
    put(old)
    return f"{before} → {after}", lambda: put(new), lambda: put(old)


def _drop(shown: ast.AST, those: list, place: int) -> Edit:  # type: ignore[type-arg]
    gone = those[place]
    word = ast.unparse(gone)

    def out() -> None:
        del those[place]

    return f"{ast.unparse(shown)}, without {word}", out, lambda: those.insert(place, gone)


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module from a changed tree."""

    def __init__(self, module: str, path: Path, code: CodeType) -> None:
        self.module, self.path, self.code = module, path, code
        self.extra: dict[str, object] = {}

    def find_spec(self, name: str, path: object = None, target: object = None) -> importlib.machinery.ModuleSpec | None:
        package = self.path.name == "__init__.py"
        places = [str(self.path.parent)] if package else None
        if name != self.module:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self, submodule_search_locations=places)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__.update(self.extra)
        exec(self.code, module.__dict__)


def modules_of(rooms: Sequence[str]) -> dict[str, Path]:
    """The modules of the rooms named, with their files."""
    found = {}
    for room in rooms:
        place = ENGINE / "niner" / Path(*room.split("."))
        paths = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
        for path in paths:
            parts = path.relative_to(ENGINE).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


# --- which lines each test runs ---

Runs = dict[str, tuple[float, list[tuple[str, int]]]]
"""By test, its seconds and the statements that it runs, each a file and a line."""


class _Marks(ast.NodeTransformer):
    """Puts before each statement of a function a call that says that it was run."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        for holder in ast.walk(node):
            for name in ("body", "orelse", "finalbody"):
                body = getattr(holder, name, None)
                own = holder is node or not isinstance(holder, (ast.ClassDef, ast.FunctionDef))
                if own and isinstance(body, list):
                    setattr(holder, name, [part for one in body for part in _marked(one)])
        return node


def _marked(statement: ast.stmt) -> list[ast.stmt]:
    words = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    done = isinstance(statement, ast.Expr) and "__ran__" in ast.dump(statement)
    if words or done or isinstance(statement, (ast.Global, ast.Nonlocal)):
        return [statement]
    mark = ast.parse(f"__ran__({statement.lineno})").body[0]
    return [ast.copy_location(mark, statement), statement]


class _Seen:
    """A pytest plugin: which statements each test runs, and how long it takes."""

    def __init__(self) -> None:
        self.here: set[tuple[str, int]] = set()
        self.runs: Runs = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.here.clear()
        start = time.process_time()
        try:
            return (yield)
        finally:
            self.runs[item.nodeid] = (time.process_time() - start, sorted(self.here))


def _traced(modules: dict[str, str], tests: Sequence[str], into: str) -> int:
    seen = _Seen()
    for module, path in modules.items():
        tree = ast.fix_missing_locations(_Marks().visit(ast.parse(Path(path).read_text("utf-8"))))
        finder = _Changed(module, Path(path), compile(tree, path, "exec"))
        finder.extra["__ran__"] = lambda line, path=path: seen.here.add((path, line))
        sys.meta_path.insert(0, finder)
    code = pytest.main(["-q", "-n", "0", "-p", "no:cacheprovider", *tests], plugins=[seen])
    Path(into).write_text(json.dumps(seen.runs))
    return int(code)


def runs_of(modules: dict[str, Path], tests: Sequence[str]) -> Runs:
    """What each test runs of the modules."""
    with tempfile.TemporaryDirectory() as folder:
        into = f"{folder}/runs.json"
        given = [json.dumps({module: str(path) for module, path in modules.items()}), json.dumps([*tests]), into]
        done = subprocess.run([sys.executable, __file__, "--trace", *given], cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"The tests do not pass as it is:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        found: Runs = json.loads(Path(into).read_text())
        return found


class Nearest:
    """The tests that run a line, quickest first; then those of the same files, which share what was set up."""

    def __init__(self, runs: Runs) -> None:
        self.seconds = {test: seconds for test, (seconds, _) in runs.items()}
        self.by_line: dict[tuple[str, int], list[str]] = defaultdict(list)
        self.by_file: dict[str, set[str]] = defaultdict(set)
        for test, (_, lines) in sorted(runs.items(), key=lambda run: run[1][0]):
            for path, line in lines:
                self.by_line[path, line].append(test)
                self.by_file[path].add(test)

    def to(self, path: Path, lines: range, most: float) -> tuple[list[str], int]:
        """The tests of a change that stands on some lines, for about `most` seconds, and how many that run them are
        left out."""
        direct = dict.fromkeys(test for line in lines for test in self.by_line.get((str(path), line), ()))
        files = {test.partition("::")[0] for test in direct}
        others = [test for test in self.by_file[str(path)] if not direct or test.partition("::")[0] in files]
        found, spent = [], 0.0
        for test in dict.fromkeys([*direct, *sorted(others, key=self.seconds.__getitem__)]):
            spent += self.seconds[test]
            if found and spent > most:
                break
            found.append(test)
        return found, len(direct.keys() - set(found))


# --- one change at a time ---


def tried(module: str, path: Path, code: CodeType, tests: Sequence[str], most: float) -> int:
    """NOTICED or ALIVE: the tests with the changed module, in a process of its own, for `most` seconds of it."""
    child = os.fork()
    if not child:
        os.setsid()
        used = int(time.process_time() + most) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (used, used))
        with tempfile.TemporaryFile() as quiet:
            os.dup2(quiet.fileno(), 1)
            os.dup2(quiet.fileno(), 2)
            try:
                sys.meta_path.insert(0, _Changed(module, path, code))
                result = pytest.main(["-q", "-x", "-n", "0", "-p", "no:cacheprovider", *tests])
            except BaseException:
                result = NOTICED
            os._exit(ALIVE if result == 0 else NOTICED)
    until = time.monotonic() + 20 * most  # one that waits for ever
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) and NOTICED
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return NOTICED


def _lines(change: Change, tree: ast.Module) -> range:
    """The lines whose tests can notice a change: those of its statement, or of the head of a statement that has others
    in it."""
    blocks = (ast.FunctionDef, ast.ClassDef, ast.If, ast.For, ast.While, ast.With, ast.Try)
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not isinstance(node, blocks):
            whole = range(node.lineno, (node.end_lineno or 0) + 1)
            if change.line in whole:
                return whole
    return range(change.line, change.line + 1)


def main() -> int:
    """How many changes nobody noticed, as an exit status."""
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("rooms", nargs="+", metavar="ROOM")
    parse.add_argument("--sample", type=int, default=0, metavar="N")
    parse.add_argument("--seed", type=int, default=1, metavar="S")
    parse.add_argument("--seconds", type=float, default=60, metavar="T")
    asked = parse.parse_args()
    os.chdir(ROOT)
    known = yaml.safe_load((Path(__file__).with_suffix(".yaml")).read_text("utf-8"))
    same = {(one["module"], one["function"], one["what"]) for one in known["same"]}
    alive = total = 0
    for room in asked.rooms:
        modules = modules_of([room])
        nearest = Nearest(runs_of(modules, known["nearest"][room.partition(".")[0]]))
        trees = {module: ast.parse(path.read_text("utf-8")) for module, path in modules.items()}
        all_ = [change for module, tree in trees.items() for change in changes(module, tree) if change.key not in same]
        random.Random(asked.seed).shuffle(all_)
        left = 0
        chosen = all_[: asked.sample or None]
        for change in chosen:
            path, tree = modules[change.module], trees[change.module]
            tests, untried = nearest.to(path, _lines(change, tree), asked.seconds / 2)
            change.make()
            try:
                code = compile(ast.fix_missing_locations(tree), str(path), "exec")
            except (SyntaxError, ValueError, TypeError):
                code = None  # no Python
            change.undo()
            if code is not None and (not tests or tried(change.module, path, code, tests, asked.seconds) == ALIVE):
                left += 1
                rest = f" ({untried} more tests run the line: give it more --seconds)" if untried else ""
                rest = rest if tests else " (no near test runs the line)"
                print(f"{path.relative_to(ROOT)}:{change.line} {change.function}: {change.what}{rest}", flush=True)
        print(
            f"{room}: {len(chosen) - left} of {len(chosen)} changes are noticed, of {len(all_)} there are.", flush=True
        )
        alive, total = alive + left, total + len(chosen)
    return int(alive > 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--trace"]:
        sys.exit(_traced(json.loads(sys.argv[2]), json.loads(sys.argv[3]), sys.argv[4]))
    sys.exit(main())
