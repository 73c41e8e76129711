"""Work that a copy of this process does while this one goes on, where a core is free for it."""

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Generic, NoReturn, TypeVar

T = TypeVar("T")


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_ALONE: list[bool] = []
_AT_WORK: set[int] = set()  # copies of this process, each on a core


@contextmanager
def alone() -> Iterator[None]:
    """Within it this process makes no copies of itself: whoever runs many says how many."""
    _ALONE.append(True)
    try:
        yield
    finally:
        _ALONE.pop()


def free_for_a_copy() -> bool:
    """Whether a copy of this process can work beside it: on Linux, with a core to spare and no other thread.

    A copy makes no copies of its own, and each one that is at work has a core.
    """
    spare = cores() - 1 - len(_AT_WORK)
    return sys.platform == "linux" and not _ALONE and spare > 0 and threading.active_count() == 1


class Beside(Generic[T]):
    """What `make` gives, made by a copy of this process from the moment the block is entered.

    Where there is one core, another thread, or no safe way to copy a process (that is, anywhere but on Linux), and
    where the copy was killed, `result` makes it here. What it gives or raises must be what pickle takes. Leaving the
    block ends the copy.
    """

    def __init__(self, make: Callable[[], T], worth: bool = True) -> None:
        self._make = make
        self._copied = worth and free_for_a_copy()
        self._process, self._answer = 0, -1

    def __enter__(self) -> "Beside[T]":
        if self._copied:
            self._answer, answer = os.pipe()
            try:
                self._process = os.fork()
            except OSError:  # no room for another process
                os.close(self._answer)
            else:
                if not self._process:
                    _answered(self._make, answer)
                _AT_WORK.add(self._process)
            os.close(answer)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def result(self) -> T:
        """What was made; raises what making it raised."""
        if self._process:
            with os.fdopen(os.dup(self._answer), "rb") as stream:
                answer = stream.read()
            self._end()
            if answer:
                made, error = pickle.loads(answer)
                if error is not None:
                    raise error
                return made  # type: ignore[no-any-return]
        return self._make()

    def _end(self) -> None:
        if self._process:
            os.close(self._answer)
            with suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)
            with suppress(ChildProcessError):  # where nobody waits for what he started
                os.waitpid(self._process, 0)
            _AT_WORK.discard(self._process)
            self._process = 0


def _answered(make: Callable[[], object], answer: int) -> NoReturn:
    """The copy's whole life: nothing of what this process would do at its end is done twice."""
    _ALONE.append(True)
    try:
        try:
            told = pickle.dumps((make(), None))
        except Exception as error:  # raised where `result` is asked for
            told = pickle.dumps((None, error))
        with os.fdopen(answer, "wb") as stream:
            stream.write(told)
    finally:
        os._exit(0)
