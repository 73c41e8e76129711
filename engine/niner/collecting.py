"""Few searches for rings of dead objects, and none while many objects are made that hold none."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
_STANDING: list[object] = []
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


def let_stand(made: T) -> T:
    """The same, not freed before the process ends: to free millions of objects takes long, to leave them no time."""
    _STANDING.append(made)
    return made
