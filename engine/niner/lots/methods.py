"""The order in which a pool gives up its lots: each method is one sort key, smallest first."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Protocol


class Held(Protocol):
    """What a method may look at."""

    @property
    def age(self) -> tuple[int, float, int]:
        """Acquisition day, instant, order in the ledger: smaller is older."""

    @property
    def price(self) -> Fraction:
        """Exact unit price of the lot as it came in: a piece of a lot costs what the lot cost."""

    @property
    def rough_price(self) -> int:
        """The same cut to a whole number, never larger for a smaller price: quick to compare."""


class _Then:
    """What decides between lots of one rough price: the exact one, made only where a comparison needs it, then age."""

    __slots__ = ("_exact", "_lot", "_sign")

    def __init__(self, lot: Held, sign: int) -> None:
        self._lot, self._sign = lot, sign
        self._exact: Fraction | None = None

    @property
    def exact(self) -> Fraction:
        if self._exact is None:
            self._exact = self._sign * self._lot.price
        return self._exact

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Then) and self.exact == other.exact and self._lot.age == other._lot.age

    def __lt__(self, other: "_Then") -> bool:
        return self.exact < other.exact or (self.exact == other.exact and self._lot.age < other._lot.age)

    __hash__ = None  # type: ignore[assignment]


Rank = tuple[int, _Then | tuple[int, float, int]]
Key = Callable[[Held], Rank]


def _oldest(lot: Held) -> Rank:
    return 0, lot.age


def _newest(lot: Held) -> Rank:
    return 0, (-lot.age[0], -lot.age[1], -lot.age[2])


def _dearest(lot: Held) -> Rank:
    return -lot.rough_price, _Then(lot, -1)


def _cheapest(lot: Held) -> Rank:
    return lot.rough_price, _Then(lot, 1)


METHODS: Mapping[str, Key] = {"fifo": _oldest, "lifo": _newest, "hifo": _dearest, "lofo": _cheapest}
