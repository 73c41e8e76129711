"""The order in which a pool gives up its lots: each method is one sort key, smallest first."""

from collections.abc import Callable, Mapping
from typing import Protocol

# Unit basis is compared as an integer; this many digits tell any two real prices apart.
_PRICE_SCALE = 10**40


class Held(Protocol):
    """What a method may look at."""

    age: tuple[int, float, int]  # acquisition day, instant, order in the ledger: smaller is older
    basis: int
    whole: int


Key = Callable[[Held], tuple[int, tuple[int, float, int]]]


def _oldest(lot: Held) -> tuple[int, tuple[int, float, int]]:
    return 0, lot.age


def _newest(lot: Held) -> tuple[int, tuple[int, float, int]]:
    return 0, (-lot.age[0], -lot.age[1], -lot.age[2])


def _dearest(lot: Held) -> tuple[int, tuple[int, float, int]]:
    return -(lot.basis * _PRICE_SCALE // lot.whole), lot.age


def _cheapest(lot: Held) -> tuple[int, tuple[int, float, int]]:
    return lot.basis * _PRICE_SCALE // lot.whole, lot.age


METHODS: Mapping[str, Key] = {"fifo": _oldest, "lifo": _newest, "hifo": _dearest, "lofo": _cheapest}
