"""Changes the engine's own code, one thing at a time, and lists what the nearest tests do not notice.

    mutants.py ROOM… [--share K/N] [--sample N] [--seed S] [--seconds T] [--jobs J] [--tests FILE…]

A room is lots, returns or amend, or a module of one, as lots.match. First the tests named in mutants.yaml are run
once to see which statements each of them runs, and once more so that what they read stands ready. Then every change
is tried on the tests that run it, those that noticed changes of the same module first and then the quickest, in a
process of its own forked from there, for at most T seconds of its processor (60); a change that takes longer is
noticed too. One that nobody noticed is tried again by a Python of its own, where nothing was read before. Where more
tests run the line than were tried, it is said. Changes that change nothing stand in mutants.yaml with the reason.
Nothing is written to the source: the changed code is compiled in memory.

`--share 2/7` takes the second of seven parts of the changes, which together are all of them; `--sample` N changes of
each room, the same for the same seed. `--jobs` tries so many at once. `--tests` takes other
tests than those of mutants.yaml.

A change takes one to five seconds of a processor (those of amend most), one that nobody notices up to a minute; each
room some minutes before the first. All 12,500 are some ten hours of one core, a seventh of them an hour and a half.
Leave the checkout alone meanwhile: what a test reads must stay as it is.
"""

import argparse
import ast
import gc
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
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

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
    yield from _of_signs(node)
    yield from _of_values(node)
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


def _of_signs(node: ast.AST) -> Iterator[Edit]:
    """Another comparison, `and` for `or`, another sum; and each part of them left out."""
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


def _of_values(node: ast.AST) -> Iterator[Edit]:
    """A condition that always or never holds, another number, the other end of what is compared."""
    match node:
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
    """Puts before each statement of a function a note that it was run."""

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
    done = isinstance(statement, ast.Expr) and "__ran__" in ast.dump(statement.value)
    if words or done or isinstance(statement, (ast.Global, ast.Nonlocal)):
        return [statement]
    mark = ast.parse(f"{statement.lineno} in __ran__ or __ran__.add({statement.lineno})").body[0]
    return [ast.copy_location(mark, statement), statement]


class _Seen:
    """A pytest plugin: which statements each test runs, and how long it takes."""

    def __init__(self) -> None:
        self.here: dict[str, set[int]] = {}
        self.runs: Runs = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        for lines in self.here.values():
            lines.clear()
        start = time.process_time()
        try:
            return (yield)
        finally:
            ran = sorted((path, line) for path, lines in self.here.items() for line in lines)
            self.runs[item.nodeid] = (time.process_time() - start, ran)


def _traced(modules: dict[str, str], tests: Sequence[str], into: str) -> int:
    seen = _Seen()
    for module, path in modules.items():
        tree = ast.fix_missing_locations(_Marks().visit(ast.parse(Path(path).read_text("utf-8"))))
        finder = _Changed(module, Path(path), compile(tree, path, "exec"))
        finder.extra["__ran__"] = seen.here.setdefault(path, set())
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
    """The tests that run a line, those that noticed changes of its file first and then the quickest; then those of the
    same files, which share what was set up."""

    def __init__(self, runs: Runs) -> None:
        self.seconds = {test: seconds for test, (seconds, _) in runs.items()}
        self.noticed: dict[Path, Counter[str]] = defaultdict(Counter)
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
        first = [test for test, _ in self.noticed[path].most_common(5) if test in direct]
        found, spent = [], 0.0
        for test in dict.fromkeys([*first, *direct, *sorted(others, key=self.seconds.__getitem__)]):
            spent += self.seconds[test]
            if found and spent > most:
                break
            found.append(test)
        return found, len(direct.keys() - set(found))


# --- one change at a time ---


@dataclass
class Try:
    """A change that is being tried in a process."""

    number: int
    change: Change
    tests: list[str]
    untried: int
    until: float
    said: int
    """Where the process writes the test that noticed it."""
    found: bytes = field(default=b"")


class Trying:
    """A pytest plugin that runs the tests once and then tries every change on them: the rules and all else that they
    read stand ready then, and a process forked from here need only run the tests."""

    def __init__(  # type: ignore[type-arg]
        self, room: str, tests: Sequence[str], asked: argparse.Namespace, known: dict, out: int
    ) -> None:
        self.room, self.asked, self.out = room, asked, out
        self.modules = modules_of([room])
        self.nearest = Nearest(runs_of(self.modules, tests))
        self.trees = {module: ast.parse(path.read_text("utf-8")) for module, path in self.modules.items()}
        same = {(one["module"], one["function"], one["what"]) for one in known["same"]}
        every = [
            (number, change)
            for module, tree in self.trees.items()
            for number, change in enumerate(changes(module, tree))
            if change.key not in same
        ]
        random.Random(asked.seed).shuffle(every)
        part, parts = asked.share
        self.chosen, self.all = every[part - 1 :: parts][: asked.sample or None], len(every)
        self.left, self.done = 0, False

    def say(self, text: str) -> None:
        os.write(self.out, f"{text}\n".encode())

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = {item.nodeid: item for item in session.items}
        while failed := _first_failed(session, [*self.items.values()]):
            self.say(f"{failed} does not pass when it is run again, and is left out.")
            session.testsfailed = 0
            del self.items[failed]
        gc.collect()
        gc.freeze()
        running: dict[int, Try] = {}
        for number, change in self.chosen:
            while len(running) >= self.asked.jobs:
                self._wait(running)
            self._start(number, change, session, running)
        while running:
            self._wait(running)
        total = len(self.chosen)
        self.say(f"{self.room}: {total - self.left} of {total} changes are noticed, of {self.all} there are.")
        self.done = True
        return True

    def _start(self, number: int, change: Change, session: pytest.Session, running: dict[int, Try]) -> None:
        path, tree = self.modules[change.module], self.trees[change.module]
        lines = _lines(change, tree)
        tests, untried = self.nearest.to(path, lines, self.asked.seconds / 2)
        plain = compile(tree, str(path), "exec")
        code = _code_of(change, tree, path)
        if code is None:
            return  # no Python
        said, says = os.pipe()
        child = os.fork()
        if not child:
            os.close(said)
            _limited(self.asked.seconds)
            os._exit(self._try(change.module, plain, code, tests, session, says))
        os.close(says)
        running[child] = Try(number, change, tests, untried, time.monotonic() + 20 * self.asked.seconds, said)

    def _try(
        self, module: str, plain: CodeType, code: CodeType, tests: list[str], session: pytest.Session, says: int
    ) -> int:
        """In the child: NOTICED or ALIVE."""
        try:
            if not tests or not _put(sys.modules[module], plain, code):
                return ALIVE  # a Python of its own will see
            _forget(module)
            failed = _first_failed(session, [self.items[test] for test in tests if test in self.items])
            os.write(says, failed.encode())
            return NOTICED if failed else ALIVE
        except BaseException:
            return NOTICED

    def _wait(self, running: dict[int, Try]) -> None:
        """Until one of those that run is done."""
        while True:
            for child, one in list(running.items()):
                done, status = os.waitpid(child, os.WNOHANG)
                if not done and time.monotonic() > one.until:  # one that waits for ever
                    os.killpg(child, signal.SIGKILL)
                    done, status = os.waitpid(child, 0)
                if done:
                    del running[child]
                    noticed_by = os.read(one.said, 10_000).decode()
                    os.close(one.said)
                    if noticed_by:
                        self.nearest.noticed[self.modules[one.change.module]][noticed_by] += 1
                    if os.waitstatus_to_exitcode(status) == ALIVE:
                        self._again(one)
                    return
            time.sleep(0.01)

    def _again(self, one: Try) -> None:
        """A change that nobody noticed: once more from nothing, and said if it stays so."""
        path = self.modules[one.change.module]
        words = [
            sys.executable,
            __file__,
            "--one",
            one.change.module,
            str(path),
            str(one.number),
            json.dumps(one.tests),
        ]
        try:
            limit = str(self.asked.seconds)
            done = subprocess.run([*words, limit], cwd=ROOT, capture_output=True, timeout=20 * self.asked.seconds)
        except subprocess.TimeoutExpired:
            return
        if one.tests and done.returncode != ALIVE:
            return
        self.left += 1
        rest = f" ({one.untried} more tests run the line: give it more --seconds)" if one.untried else ""
        rest = rest if one.tests else " (no near test runs the line)"
        self.say(f"{path.relative_to(ROOT)}:{one.change.line} {one.change.function}: {one.change.what}{rest}")


def _first_failed(session: pytest.Session, items: Sequence[pytest.Item]) -> str:
    """The first of some tests that fails, or nothing."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return item.nodeid
    return ""


def _code_of(change: Change, tree: ast.Module, path: Path) -> CodeType | None:
    """The module with the change; None where that is no Python."""
    change.make()
    try:
        return compile(ast.fix_missing_locations(tree), str(path), "exec")
    except (SyntaxError, ValueError, TypeError):
        return None
    finally:
        change.undo()


def _put(module: ModuleType, plain: CodeType, changed: CodeType) -> bool:
    """Puts changed code into the functions of a module that is loaded; False where the change is outside of them."""
    old, new = dict(_functions(plain)), dict(_functions(changed))
    differ = {name for name, code in new.items() if old[name] != code}
    put = set()
    for holder in (module, *(one for one in vars(module).values() if isinstance(one, type))):
        for one in list(vars(holder).values()):
            function = _function(one)
            if function is not None and function.__module__ == module.__name__ and function.__qualname__ in differ:
                if len(function.__code__.co_freevars) != len(new[function.__qualname__].co_freevars):
                    return False
                function.__code__ = new[function.__qualname__]
                put.add(function.__qualname__)
    return bool(differ) and put == differ


def _function(one: object) -> FunctionType | None:
    """The function in what may be a property, a method or a cache of one."""
    for _ in range(4):
        if isinstance(one, FunctionType) and not hasattr(one, "__wrapped__"):
            return one
        one = next((v for n in ("__wrapped__", "__func__", "fget", "func") if (v := getattr(one, n, None))), None)
    return None


def _functions(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    """The functions and methods of a module's code by name, without those inside of others."""
    for one in code.co_consts:
        if isinstance(one, CodeType):
            if one.co_flags & 2:  # a function has places of its own for its names, a class has not
                yield one.co_qualname, one
            else:
                yield from _functions(one)


def _forget(changed: str) -> None:
    """Empties the caches of the modules that a change can reach: all of Niner's but those below the changed room."""
    below = ("niner.rules", "niner.forms", "niner.case", "niner.ledger", "niner.words.yaml_text", "niner.resources")
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None) or ""
        if path.startswith(str(ROOT)) and "/.venv/" not in path and not name.startswith(below):
            for holder in (module, *(one for one in vars(module).values() if isinstance(one, type))):
                for one in list(vars(holder).values()):
                    if callable(clear := getattr(one, "cache_clear", None)):
                        clear()


def _limited(seconds: float) -> None:
    """This process: quiet, in a group of its own, with so many seconds of a processor."""
    os.setsid()
    used = int(time.process_time() + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (used, used))
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)


def _alone(module: str, path: Path, number: int, tests: Sequence[str], seconds: float) -> int:
    """NOTICED or ALIVE: the tests with the changed module, by this Python."""
    tree = ast.parse(path.read_text("utf-8"))
    code = _code_of(list(changes(module, tree))[number], tree, path)
    if code is None:
        return NOTICED
    _limited(seconds)
    try:
        sys.meta_path.insert(0, _Changed(module, path, code))
        result = pytest.main(["-q", "-x", "-n", "0", "-p", "no:cacheprovider", *tests])
    except BaseException:
        result = NOTICED
    return ALIVE if result == 0 else NOTICED


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


def _share(text: str) -> tuple[int, int]:
    part, parts = map(int, text.split("/"))
    if not 1 <= part <= parts:
        raise argparse.ArgumentTypeError("a share is 1/7 to 7/7")
    return part, parts


def main() -> int:
    """How many changes nobody noticed, as an exit status."""
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("rooms", nargs="+", metavar="ROOM")
    parse.add_argument("--share", type=_share, default=(1, 1), metavar="K/N")
    parse.add_argument("--sample", type=int, default=0, metavar="N")
    parse.add_argument("--seed", type=int, default=1, metavar="S")
    parse.add_argument("--seconds", type=float, default=60, metavar="T")
    parse.add_argument("--jobs", type=int, default=1, metavar="J")
    parse.add_argument("--tests", nargs="+", metavar="FILE")
    asked = parse.parse_args()
    os.chdir(ROOT)
    known = yaml.safe_load((Path(__file__).with_suffix(".yaml")).read_text("utf-8"))
    alive, out = 0, os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # pytest's own lines
    for room in asked.rooms:
        tests = asked.tests or known["nearest"][room.partition(".")[0]]
        trying = Trying(room, tests, asked, known, out)
        pytest.main(
            ["-n", "0", "-p", "no:cacheprovider", "-o", "tmp_path_retention_policy=none", *tests], plugins=[trying]
        )
        if not trying.done:
            return 2
        alive += trying.left
    return int(alive > 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--trace"]:
        sys.exit(_traced(json.loads(sys.argv[2]), json.loads(sys.argv[3]), sys.argv[4]))
    if sys.argv[1:2] == ["--one"]:
        name, place, which, given, longest = sys.argv[2:]
        sys.exit(_alone(name, Path(place), int(which), json.loads(given), float(longest)))
    sys.exit(main())
