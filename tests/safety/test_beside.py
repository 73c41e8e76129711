"""Work that a copy of the process does: what it gives, raises and leaves, in a process with no other thread."""

import io
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from niner.files.folder_write import WRITTEN, write_folder
from niner.process.beside import Beside

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="a process is copied on Linux alone")


def told(program: str) -> str:
    """What a program prints that runs in a process of its own, which has one thread and is taken to have two cores."""
    loads = "import os\nfrom niner.process import beside\nfrom niner.process.beside import Beside\n"
    whole = f"{loads}beside.cores = lambda: 2\n{program}"
    done = subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


@LINUX
def test_a_copy_makes_it_and_the_process_has_it() -> None:
    assert told("with Beside(lambda: (os.getpid(), [1, 2])) as copy: pid, made = copy.result()\n"
                "print(pid != os.getpid(), made)") == "True [1, 2]"  # fmt: skip


@LINUX
def test_what_a_copy_raises_is_raised_where_it_is_asked_for() -> None:
    program = """
def fails():
    raise OSError(28, "No space left on device")
try:
    with Beside(fails) as copy:
        print("went on")
        copy.result()
except OSError as error:
    print(error.errno)
"""
    assert told(program).split() == ["went", "on", "28"]


@LINUX
def test_what_a_killed_copy_did_not_make_is_made_here() -> None:
    program = """
here = os.getpid()
def make():
    if os.getpid() != here:
        os.kill(os.getpid(), 9)
    return "made here"
with Beside(make) as copy:
    print(copy.result())
"""
    assert told(program) == "made here"


@LINUX
@pytest.mark.parametrize("how", ["no_fork", "none_waits"])
def test_where_no_copy_can_be_had_or_waited_for_it_is_made_all_the_same(how: str) -> None:
    program = {
        "no_fork": "def no_fork(): raise OSError(11, 'try again')\nos.fork = no_fork\n",
        "none_waits": "import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n",
    }[how]
    assert told(f"{program}with Beside(lambda: [1]) as copy: print(copy.result())") == "[1]"


@LINUX
def test_leaving_the_block_ends_the_copy() -> None:
    program = """
import time
try:
    with Beside(lambda: time.sleep(600)) as copy:
        process = copy._process
        raise KeyboardInterrupt
except KeyboardInterrupt:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        print("gone")
"""
    assert told(program) == "gone"


@LINUX
def test_who_runs_many_cases_has_no_copies_made() -> None:
    program = """
from niner.process.beside import alone, free_for_a_copy
print(free_for_a_copy())
with alone():
    with alone():
        print(free_for_a_copy())
    print(free_for_a_copy())
print(free_for_a_copy())
"""
    assert told(program).split() == ["True", "False", "False", "True"]


@LINUX
def test_a_copy_makes_no_copies_and_each_has_a_core() -> None:
    program = """
from niner.process.beside import free_for_a_copy
with Beside(free_for_a_copy) as copy:
    print(free_for_a_copy(), copy.result(), free_for_a_copy())
beside.cores = lambda: 3
with Beside(lambda: 1) as copy:
    with Beside(lambda: 2) as other:
        print(free_for_a_copy(), copy.result() + other.result())
    print(free_for_a_copy())
"""
    assert told(program).split() == ["False", "False", "True", "False", "3", "True"]


@LINUX
@pytest.mark.parametrize(
    ("killed_in", "where"), [("neither", "copy copy"), ("first", "here here"), ("second", "copy here")]
)
def test_two_things_in_turn_are_made_by_the_copy_as_far_as_it_lives(killed_in: str, where: str) -> None:
    program = f"""
from niner.process.beside import InTurn
here = os.getpid()
def make(name):
    if os.getpid() == here:
        return "here"
    if name == {killed_in!r}:
        os.kill(os.getpid(), 9)
    return "copy"
with InTurn(lambda: make("first"), lambda: make("second")) as copy:
    print(copy.first(), copy.result())
with InTurn(lambda: "here", lambda: os.getpid() == here, worth=False) as copy:
    print(copy.first(), copy.result())
unused = InTurn(lambda: "here", lambda: os.getpid() == here)
print(unused.first(), unused.result())
"""
    assert told(program).splitlines() == [where, "here True", "here True"]


@LINUX
@pytest.mark.parametrize("fails", ["first", "second"])
def test_what_either_of_two_things_raises_is_raised_where_it_is_asked_for(fails: str) -> None:
    program = f"""
from niner.process.beside import InTurn
def make(name):
    if name == {fails!r}:
        raise OSError(28, name)
    return name
copy = InTurn(lambda: make("first"), lambda: make("second"))
try:
    with copy:
        print(copy.first())
        print(copy.result())
except OSError as error:
    print(error.strerror, "failed")
"""
    assert told(program).split() == (["first"] if fails == "second" else []) + [fails, "failed"]


@LINUX
def test_a_copy_refuses_with_its_findings() -> None:
    program = """
from niner.values import Finding, Refused, Source
def refuses():
    raise Refused([Finding("ledger-empty", "error", "It is empty.", "Fill it.", source=Source("ledger/a.csv", 3))])
try:
    with Beside(refuses) as copy:
        copy.result()
except Refused as refused:
    print(refused, [(f.id, f.source.row) for f in refused.findings])
"""
    assert told(program) == "It is empty. [('ledger-empty', 3)]"


@pytest.mark.parametrize("why", ["not worth it", "one core"])
def test_without_a_copy_it_is_made_here(why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("niner.process.beside.cores", lambda: 1 if why == "one core" else 2)
    made: list[str] = []
    with Beside(lambda: made.append(why), worth=why == "one core") as copy:
        assert not made
        copy.result()
    assert made == [why]


@LINUX
@pytest.mark.parametrize("cores", [1, 2])
def test_a_folder_is_the_same_whoever_writes_it(cores: int, tmp_path: Path) -> None:
    program = f"""
beside.cores = lambda: {cores}
from pathlib import Path
from niner.files.file_write import Pieces
from niner.files.folder_write import write_folder
begun, begin = os.pipe()
def apart():
    os.write(begin, b"1")
    return iter([b"x", str(os.getpid()).encode()])
def own():
    if {cores} > 1:  # who is done with what only it can make takes what the copy has not begun
        os.read(begun, 1)
    return iter([b"3"])
write_folder(Path({str(tmp_path / "out")!r}), {{"a": b"1", "pid": Pieces(apart, apart=True), "c": Pieces(own)}})
print(os.getpid())
"""
    here = told(program)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"a", "pid", "c", WRITTEN}
    assert ((tmp_path / "out" / "pid").read_text() == f"x{here}") == (cores == 1)
    write_folder(tmp_path / "out", {"pid": b"2"})  # known as written by Niner: it is replaced, not kept beside
    assert (tmp_path / "out" / "pid").read_bytes() == b"2"


@LINUX
def test_a_disk_that_fills_while_a_copy_writes_changes_nothing(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", {"a": b"old"})
    program = f"""
from pathlib import Path
from niner.files.file_write import Pieces
from niner.files.folder_write import write_folder
def full():
    yield b"begun"
    raise OSError(28, "No space left on device")
try:
    write_folder(Path({str(tmp_path / "out")!r}), {{"a": b"new", "b": Pieces(full, apart=True)}})
except OSError as error:
    print(error.errno)
"""
    assert told(program) == "28"
    assert (tmp_path / "out" / "a").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_part_of_a_killed_copy_s_file_is_written_again(tmp_path: Path) -> None:
    program = f"""
import signal
from pathlib import Path
from niner.files.file_write import Pieces
from niner.files.folder_write import write_folder
here = os.getpid()
def pieces():
    yield b"one "
    if os.getpid() != here:
        os.kill(os.getpid(), signal.SIGKILL)
    yield b"two"
write_folder(Path({str(tmp_path / "out")!r}), {{"a": b"new", "b": Pieces(pieces, apart=True)}})
"""
    told(program)
    assert (tmp_path / "out" / "b").read_bytes() == b"one two"


@LINUX
@pytest.mark.parametrize("killed", [False, True])
def test_of_the_files_of_a_copy_the_process_writes_what_is_left_when_it_is_done(killed: bool, tmp_path: Path) -> None:
    program = f"""
import signal, time
from pathlib import Path
from niner.files.file_write import Pieces
from niner.files.folder_write import write_folder
here, place = os.getpid(), Path({str(tmp_path)!r})
def long():
    yield b"begun "
    if os.getpid() != here:
        while not [found for found in place.glob(".out-*/last") if found.stat().st_size]:
            time.sleep(0.01)
        if {killed}:
            os.kill(os.getpid(), signal.SIGKILL)
    yield str(os.getpid()).encode()
def last():
    yield str(os.getpid()).encode()
def own():
    while not list(place.glob(".out-*/long")):
        time.sleep(0.01)
    yield b"mine"
write_folder(place / "out", {{"long": Pieces(long, apart=True), "last": Pieces(last, apart=True), "own": Pieces(own)}})
print(here)
"""
    here = told(program)
    assert (tmp_path / "out" / "last").read_text() == here
    assert ((tmp_path / "out" / "long").read_text() == f"begun {here}") == killed
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"long", "last", "own", WRITTEN}


def test_the_progress_of_a_terminal_runs_no_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from niner.cli.cases import prepare as command
    from niner.prepare import Options, Prepared
    from niner.shown.screen import Screen

    screen = io.StringIO()
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(command, "err", Screen(stderr=True))
    before, within = threading.active_count(), []

    def prepared(folder: Path, options: Options, show: Callable[[str, int, int], None]) -> Prepared:
        for done in range(3):
            show("reading", done, 3)
        within.append(threading.active_count())
        return Prepared(folder, ())

    monkeypatch.setattr(command, "prepare", prepared)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    command._run([tmp_path], Options(), as_json=False)
    assert within == [before]
    assert "reading" in screen.getvalue()


def test_what_a_command_made_stands_only_in_a_process_of_its_own() -> None:
    program = """
import weakref
from niner.process.collecting import let_stand, one_command
class Made: pass
def freed():
    made = let_stand(Made())
    return weakref.ref(made)
print(freed()() is None)
one_command()
print(freed()() is None)
"""
    assert told(program).split() == ["True", "False"]
