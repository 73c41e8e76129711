"""Few searches for rings of dead objects, and none while many objects are made that hold none."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
_STANDING: list[list[object]] = []  # one list where this process ends with its command, none in any other
_MANY = 500_000  # objects: to search so many takes longer than what a run leaves in rings is worth


def seldom() -> None:
    """From now on this process searches seldom: to look for dead objects among the live ones takes a third of the time
    of a large ledger, a tenth of a small one's."""
    gc.set_threshold(_MANY, 50, 100)


@contextmanager
def without_collecting() -> Iterator[None]:
    """Within it Python frees what nothing names any more, and looks for nothing else."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            if gc.get_count()[0] > _MANY:
                gc.freeze()  # what was made is there to stay: it is put among what is old, unsearched
                gc.unfreeze()
            gc.enable()


def one_command() -> None:
    """This process runs one command and ends with it: what `let_stand` is given need not be freed before."""
    _STANDING[:] = [[]]


def let_stand(made: T) -> T:
    """The same; in a process of one command it stands until the end, as to free millions of objects takes long."""
    for standing in _STANDING:
        standing.append(made)
    return made
