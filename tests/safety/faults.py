"""Every file call of a step, one after another, as the moment at which the run is killed or the disk fails.

The step runs in a fork of the test, which sees Python's audit events: each is raised before the call is made, so
"killed at call n" is after call n - 1. Writing raises none; there os.fdopen and os.fsync are watched, and a file is
also cut in half before the kill, as a machine that stops would leave it.
"""

import gc
import os
import signal
import stat
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_CALLS = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
KILLED = -signal.SIGKILL
BROKEN = 70
Step = Callable[[], int]
Act = Callable[[str], None]


def kill(call: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def failing(code: int) -> Act:
    """An act that fails with errno `code`."""

    def fail(call: str) -> None:
        raise OSError(code, os.strerror(code))

    return fail


def forked(step: Step, prepare: Callable[[], None] = lambda: None) -> int:
    """What `step` returns in a process of its own: its exit status, or minus the signal that ended it."""
    # Collecting would touch, and so copy, every object of the test process in each fork.
    gc.freeze()
    pid = os.fork()
    if pid == 0:
        gc.disable()
        code = BROKEN
        try:
            prepare()
            code = step()
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
        finally:
            os._exit(code)
    gc.unfreeze()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def at_call(number: int, root: Path, act: Act) -> Callable[[], None]:
    """For the `prepare` of forked: do `act` at that call, counted from 1, of those that change what is in `root`."""

    def install() -> None:
        count, busy = 0, False

        def reached(call: str) -> bool:
            nonlocal count
            count += 1
            return count == number

        def hook(event: str, args: tuple[Any, ...]) -> None:
            if not busy and _changes(event, args, str(root)) and reached(event):
                act(event)

        fsync, fdopen = os.fsync, os.fdopen

        def watched_fsync(descriptor: int) -> None:
            nonlocal busy
            if _is_file(descriptor) and reached("half written") and act is kill:
                busy = True
                os.ftruncate(descriptor, os.fstat(descriptor).st_size // 2)
                act("half written")
            if reached("fsync"):
                act("fsync")
            fsync(descriptor)

        def watched_fdopen(descriptor: int, *args: Any, **more: Any) -> Any:
            stream = fdopen(descriptor, *args, **more)
            if stream.writable() and reached("written"):
                act("written")
            return stream

        os.fsync, os.fdopen = watched_fsync, watched_fdopen  # type: ignore[assignment]
        sys.addaudithook(hook)

    return install


def _is_file(descriptor: int) -> bool:
    return stat.S_ISREG(os.fstat(descriptor).st_mode)


def _changes(event: str, args: tuple[Any, ...], root: str) -> bool:
    if event == "open":
        path, _, flags = args
        return isinstance(path, str | bytes) and os.fsdecode(path).startswith(root) and bool(flags & _WRITES)
    if event not in _CALLS:
        return False
    # shutil.rmtree names what it removes from an open folder.
    return any(str(arg).startswith(root) for arg in args) or (event != "os.rename" and args[-1] != -1)


def each_call(root: Path, step: Step, act: Act, anew: Callable[[], None], most: int = 400) -> Iterator[tuple[int, int]]:
    """(call, exit status) for each call of `step` at which `act` was done, each from a state that `anew` makes.

    Ends with the first run that had fewer calls than asked, which must have gone as if nobody had watched.
    """
    for number in range(1, most):
        anew()
        done = forked(step, at_call(number, root, act))
        assert done != BROKEN, number
        yield number, done
        if act is kill and done != KILLED:
            return
    raise AssertionError("the step never ends")


def calls_of(root: Path, step: Step, anew: Callable[[], None]) -> int:
    """How many calls `step` makes."""
    anew()
    reader, writer = os.pipe()
    seen = 0

    def counted() -> int:
        code = step()
        os.write(writer, f"{seen}\n".encode())
        return code

    def install() -> None:
        def act_always(call: str) -> None:
            nonlocal seen
            seen += 1

        fsync, fdopen = os.fsync, os.fdopen

        def watched_fsync(descriptor: int) -> None:
            if _is_file(descriptor):
                act_always("half written")
            act_always("fsync")
            fsync(descriptor)

        def watched_fdopen(descriptor: int, *args: Any, **more: Any) -> Any:
            stream = fdopen(descriptor, *args, **more)
            if stream.writable():
                act_always("written")
            return stream

        os.fsync, os.fdopen = watched_fsync, watched_fdopen  # type: ignore[assignment]
        sys.addaudithook(lambda event, args: act_always(event) if _changes(event, args, str(root)) else None)

    assert forked(counted, install) == 0
    os.close(writer)
    with os.fdopen(reader) as stream:
        return int(stream.read())
