"""Work that a copy of this process does while this one goes on, where a core is free for it."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import BinaryIO, Generic, NoReturn, Self, TypeVar

S = TypeVar("S")
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
    where the copy was killed, `result` makes it here, by `make_here` where that is another way. What it gives or raises
    must be what pickle takes. Leaving the block ends the copy.
    """

    def __init__(self, make: Callable[[], T], worth: bool = True, make_here: Callable[[], T] | None = None) -> None:
        self._make, self._make_here = make, make_here or make
        self._worth = worth
        self._process = 0
        self._answers: BinaryIO | None = None

    def __enter__(self) -> Self:
        if self._worth and free_for_a_copy():
            import pickle  # noqa: F401 (once, for the copy as well; who has no copy needs none of it)

            answers, answer = os.pipe()
            try:
                self._process = os.fork()
            except OSError:  # no room for another process
                os.close(answers)
            else:
                if not self._process:
                    _answered(self._makes(), answer)
                _AT_WORK.add(self._process)
                self._answers = os.fdopen(answers, "rb")
            os.close(answer)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def result(self) -> T:
        """What was made; raises what making it raised."""
        made = self._next(self._make_here)
        self._end()
        return made

    def _makes(self) -> Sequence[Callable[[], object]]:
        return (self._make,)

    def _next(self, make: Callable[[], S]) -> S:
        """The copy's next answer; what `make` gives where there is none."""
        if self._answers is not None:
            import pickle

            try:
                made, error = pickle.load(self._answers)
            except (EOFError, pickle.UnpicklingError):  # it was killed
                self._end()
            else:
                if error is not None:
                    self._end()
                    raise error
                return made  # type: ignore[no-any-return]
        return make()

    def _end(self) -> None:
        if self._answers is not None:
            self._answers.close()
            self._answers = None
        if self._process:
            with suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)
            with suppress(ChildProcessError):  # where nobody waits for what he started
                os.waitpid(self._process, 0)
            _AT_WORK.discard(self._process)
            self._process = 0


class OneByOne:
    """The numbers below `count`, each given once: to this process or to a copy of it, whichever asks for it first."""

    def __init__(self, count: int) -> None:
        self._left, left = os.pipe()
        os.write(left, bytes(range(count)))
        os.close(left)

    def __enter__(self) -> Self:
        return self

    def __iter__(self) -> Iterator[int]:
        while one := os.read(self._left, 1):
            yield one[0]

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._left)


class InTurn(Beside[T], Generic[S, T]):
    """The same of two things made one after the other: the copy goes on with the second once `first` was asked for."""

    def __init__(self, first: Callable[[], S], make: Callable[[], T], worth: bool = True) -> None:
        super().__init__(make, worth)
        self._first = first

    def first(self) -> S:
        """What was made first, to be asked for once and before `result`; raises what making it raised."""
        return self._next(self._first)

    def _makes(self) -> Sequence[Callable[[], object]]:
        return self._first, self._make


def _answered(makes: Sequence[Callable[[], object]], answer: int) -> NoReturn:
    """The copy's whole life: nothing of what this process would do at its end is done twice."""
    import pickle

    _ALONE.append(True)
    try:
        with os.fdopen(answer, "wb") as stream:
            for make in makes:
                try:
                    told, failed = pickle.dumps((make(), None)), False
                except Exception as error:  # raised where it is asked for
                    told, failed = pickle.dumps((None, error)), True
                stream.write(told)
                stream.flush()
                if failed:
                    break
    finally:
        os._exit(0)
