"""The order in which a pool gives up its lots: each method is one sort key, smallest first."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Protocol


class Held(Protocol):
    """What a method may look at."""

    age: tuple[int, float, int]  # acquisition day, instant, order in the ledger: smaller is older

    @property
    def price(self) -> Fraction:
        """Exact unit price of the lot as it came in: a piece of a lot costs what the lot cost."""

    @property
    def rough_price(self) -> int:
        """The same cut to a whole number, never larger for a smaller price: quick to compare."""


Rank = tuple[int, Fraction | int, tuple[int, float, int]]
Key = Callable[[Held], Rank]


def _oldest(lot: Held) -> Rank:
    return 0, 0, lot.age


def _newest(lot: Held) -> Rank:
    return 0, 0, (-lot.age[0], -lot.age[1], -lot.age[2])


def _dearest(lot: Held) -> Rank:
    return -lot.rough_price, -lot.price, lot.age


def _cheapest(lot: Held) -> Rank:
    return lot.rough_price, lot.price, lot.age


METHODS: Mapping[str, Key] = {"fifo": _oldest, "lifo": _newest, "hifo": _dearest, "lofo": _cheapest}
