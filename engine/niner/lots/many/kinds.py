"""What rows of a ledger are alike in: of millions of rows there are few kinds, and of each much is asked once."""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import count
from operator import is_
from typing import Generic, NamedTuple, Protocol, TypeVar

from niner.ledger.columns import Columns, Common

_OUT = frozenset(("disposition", "exchange", "fee", "transfer", "leaves", "carries_over"))


class Way(Protocol):
    """What is asked of a treatment here."""

    @property
    def treatment(self) -> str: ...
    @property
    def fee_is_disposition(self) -> bool: ...


W = TypeVar("W", bound=Way)


class Kinds(NamedTuple, Generic[W]):
    """Which of `each` every row is. Rows of one kind do the same, and have all in common but what a row has of its own
    (`niner.ledger.columns`). Those of the kinds from `apart` on are to be followed by themselves all the same.

    `named` are the places of the rows whose lot is asked for by its name, `picked` of those that name the lots of
    which their units leave, both in order.
    """

    of: Sequence[int]
    each: Sequence[tuple[Common, W]]
    apart: int
    named: Sequence[int] = ()
    picked: Sequence[int] = ()

    def part(self, start: int, end: int) -> "Kinds[W]":
        """Those of the rows from `start` to `end`."""
        named, picked = (
            [place - start for place in places[bisect_left(places, start) : bisect_left(places, end)]]
            for places in (self.named, self.picked)
        )
        return Kinds(self.of[start:end], self.each, self.apart, named, picked)

    def setting_apart(self) -> "Kinds[W]":
        """The same, with the rows that name lots, or whose lot is named, to be followed by themselves."""
        of = array("I", self.of)
        for place in {*self.named, *self.picked}:
            of[place] += self.apart
        return Kinds(of, (*self.each, *self.each), self.apart)


def kinds_of(rows: Columns, ways: Sequence[W]) -> Kinds[W]:
    """The kinds of rows by what each has in common with others and what it does."""
    firsts, alike = rows.alike()
    each = [ways[at] for at in firsts]
    if all(map(is_, ways, map(each.__getitem__, alike))):  # most often what a row does follows from that
        return Kinds(alike, [(rows.commons[at], ways[at]) for at in firsts], len(firsts))
    number = defaultdict[tuple[Common, int], int](count().__next__)
    of = array("I", map(number.__getitem__, zip(rows.commons, map(id, ways), strict=True)))
    by_id = dict(zip(map(id, ways), ways, strict=True))
    return Kinds(of, [(common, by_id[way]) for common, way in number], len(number))


def assets_of(common: Common, way: Way, brings_in: Collection[str]) -> frozenset[str]:
    """The assets of which rows of a kind take units out, or bring units in; `brings_in` are the treatments that do."""
    found = set[str]()
    if way.treatment in _OUT:
        found.add(common.sent_asset)
    if way.treatment in brings_in or way.treatment == "carries_over":
        found.add(common.received_asset)
    if way.fee_is_disposition:
        found.add(common.fee_asset)
    return frozenset(found - {""})
