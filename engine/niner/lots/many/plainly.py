"""Rows that only bring units in, sell them or move them, followed pool by pool.

Of a pool nothing is asked before a row touches it that is not so plain, or that touches another pool as well: until
then its rows wait, and are followed all at once, without an object for a row or for its lot. Where units are short,
nothing here says so: `Short` is raised, and the ledger is followed row by row.
"""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping, Sequence
from datetime import date
from itertools import accumulate, chain, repeat
from operator import attrgetter
from typing import NamedTuple

from niner.ledger.columns import Columns
from niner.lots.many.scale import all_units
from niner.lots.pools import Place, Pools, Queue, Unmade
from niner.money import Cents, parts

_MANY = 2048  # rows that are put apart by pool at a time: so few stay near the processor
_whole = attrgetter("whole")


class Short(Exception):
    """Units left that were in no lot: what is to be said of it only the rows one by one tell."""


class Doing(NamedTuple):
    """What rows of a kind do: bring units in (`in`) or sell them (`out`) in a `pool`, `move` them to the pool `to`,
    `nothing` that is followed, or something else (`else`) that touches the `pools`.

    `by` is how what comes in is acquired; `fee` whether dollars of a fee are added to what it costs (1), or taken from
    what is received (-1). `balances` are the changes of what a wallet holds of an asset, in the order in which a row
    makes them: the asset and wallet, the column with the units, and whether they come (1) or go (-1).
    """

    what: str
    pool: Place = ("", "")
    to: Place = ("", "")
    by: str = ""
    fee: int = 0
    pools: tuple[Place, ...] = ()
    balances: tuple[tuple[Place, str, int], ...] = ()


class _Waiting:
    """The places of a stretch's rows that touch one pool and no other, how many of them were followed, and those still
    to be followed that have picks."""

    __slots__ = ("done", "picked", "places", "queue")

    def __init__(self, queue: Queue, several: list[list[int]], picked: Collection[int]) -> None:
        self.queue, self.done = queue, 0
        self.places = sorted(chain(*several)) if len(several) > 1 else several[0]
        self.picked = deque([place for place in self.places if place in picked] if picked else ())


class Plainly:
    """Follows the rows of a span.

    `otherwise` follows the row at a place that is not plain, `sell` a sale that somebody looks at: the row's place, the
    units and the pool's queue come in. `named` are the places of lots that are asked for by name, `picked` those of
    rows that do so: `pick` follows a plain sale among them, looked at or not, and says whether units were lacking.

    `nets` are proceeds less basis by year, and `years` those whose sales are looked at. `told`: units that are short
    have to be told. With `balances`, what each wallet holds of an asset at first, `overdrawn` says of every wallet that
    gave more than it held the first row's place, and the most units.
    """

    def __init__(
        self,
        rows: Columns,
        kinds: Sequence[int],
        doings: Sequence[Doing],
        pools: Pools,
        unmade: Unmade,
        scale: int,
        nets: MutableMapping[int, int],
        years: frozenset[int] | None,
        told: bool,
        balances: dict[Place, int] | None,
        otherwise: Callable[[int], None],
        sell: Callable[[int, int, Queue], None],
        named: Sequence[int],
        picked: Sequence[int],
        pick: Callable[[int, int, Queue, bool], bool],
    ) -> None:
        self.rows, self.kinds, self.doings, self.pools, self.unmade = rows, kinds, doings, pools, unmade
        self.scale, self.nets, self.years, self.told = scale, nets, years, told
        self.balances = balances
        self.otherwise, self.sell = otherwise, sell
        self.named, self.picked, self.pick = named, picked, pick
        self.overdrawn: dict[Place, tuple[int, int]] = {}

    def follow(self, progress: Callable[[int], None] | None) -> None:
        """All rows."""
        for start, end in _stretches(self.rows.days):
            if progress:
                progress(start)
            self._stretch(start, end)

    def _stretch(self, start: int, end: int) -> None:
        """Rows of one year."""
        found: dict[int, list[int]] = defaultdict(list)
        for kind, place in zip(self.kinds[start:end], range(start, end), strict=True):
            found[kind].append(place)
        if self.balances is not None:
            self._balanced(found, self.balances)
        year = self.rows.days[start].year
        looked_at = self.years is None or year in self.years
        picked = frozenset(_between(self.picked, start, end))
        pooled: dict[Place, list[list[int]]] = {}
        others: list[list[int]] = []
        for kind, places in found.items():
            doing = self.doings[kind]
            if doing.what in ("in", "out", "move"):
                zeros = self._read(places, doing, looked_at)
                if zeros:  # a row without units is followed by itself
                    others.append(zeros)
                    places = [place for place in places if self.unmade.wholes[place]]
                    if not places:
                        continue
                if doing.what == "out" and not looked_at:
                    got = sum(map(parts, self.values(places, doing.fee)))
                    self.nets[year] = self.nets.get(year, 0) + got
            if doing.what in ("in", "out"):
                pooled.setdefault(doing.pool, []).append(places)
            elif doing.what != "nothing":
                others.append(places)
        self.unmade.come(_between(self.named, start, end))
        waiting = {pool: _Waiting(self.pools.row_of(pool), several, picked) for pool, several in pooled.items()}
        for place in sorted(chain(*others)):
            doing = self.doings[self.kinds[place]]
            for pool in doing.pools:
                if pool in waiting:
                    self._upto(place, waiting[pool], looked_at, year)
            if doing.what == "move" and self.unmade.wholes[place] and place not in picked:
                self._move(place, doing)
            else:
                self.otherwise(place)
        for one in waiting.values():
            self._upto(end, one, looked_at, year)

    def _read(self, places: list[int], doing: Doing, looked_at: bool) -> list[int]:
        """Note the units of rows of one kind, less than zero for those that are sold, and what they cost or are sold
        for, where that is asked; those without units."""
        rows, wholes, costs = self.rows, self.unmade.wholes, self.unmade.costs
        texts = rows.received if doing.what == "in" else rows.sent
        units = all_units(list(map(texts.__getitem__, places)), self.scale)
        sign = -1 if doing.what == "out" else 1
        if doing.what == "in" or (doing.what == "out" and looked_at):
            for place, count, value in zip(places, units, self.values(places, doing.fee), strict=True):
                wholes[place], costs[place] = sign * count, value
        else:
            for place, count in zip(places, units, strict=True):
                wholes[place] = sign * count
        return [] if all(units) else [place for place in places if not wholes[place]]

    def values(self, places: Sequence[int], fee: int) -> list[Cents]:
        """What rows of one kind say that their units are worth, with or less their fees."""
        worth, paid = self.rows.worth, self.rows.paid
        if fee > 0:
            return [(worth[place] or 0) + paid[place] for place in places]
        if fee < 0:
            return [(worth[place] or 0) - paid[place] for place in places]
        return [worth[place] or 0 for place in places]

    def _upto(self, place: int, one: _Waiting, looked_at: bool, year: int) -> None:
        """Follow the rows before a place that wait for a pool."""
        places, first, picked = one.places, one.done, one.picked
        last = one.done = bisect_left(places, place, first)
        while picked and picked[0] < place:
            at = picked.popleft()
            here = bisect_left(places, at, first)
            self._alike(places[first:here], one.queue, looked_at, year)
            if self.pick(at, -self.unmade.wholes[at], one.queue, looked_at) and self.told:
                raise Short
            first = here + 1
        self._alike(places[first:last], one.queue, looked_at, year)

    def _alike(self, some: Sequence[int], queue: Queue, looked_at: bool, year: int) -> None:
        """Follow rows of one pool, none of which has picks."""
        if not some:
            return
        wholes = self.unmade.wholes
        if not looked_at:
            if queue.follow(some, self.nets, year) and self.told:
                raise Short
            return
        for at in some:
            if wholes[at] < 0:
                self.sell(at, -wholes[at], queue)
            else:
                queue.add_row(at)

    def _move(self, place: int, doing: Doing) -> None:
        """Carry a row's units to another pool with their basis and dates."""
        pools, wanted = self.pools, self.unmade.wholes[place]
        arriving = pools.row_of(doing.pool).moved(wanted, doing.to[1])
        if self.told and sum(map(_whole, arriving)) != wanted:
            raise Short
        pools.count = self.unmade.number_of(place)
        for lot in arriving:
            pools.add(lot)

    def _balanced(self, found: Mapping[int, list[int]], balances: dict[Place, int]) -> None:
        """Follow what each wallet holds, and note where one gives more than that."""
        changes: dict[Place, list[tuple[int, int, int]]] = defaultdict(list)
        for kind, places in found.items():
            for step, (held, name, sign) in enumerate(self.doings[kind].balances):
                texts: Sequence[str] = getattr(self.rows, name)
                units = all_units(list(map(texts.__getitem__, places)), self.scale)
                changes[held] += zip(places, repeat(step), (sign * count for count in units))
        for held, those in changes.items():
            those.sort()
            after = list(accumulate((change for _, _, change in those), initial=balances.get(held, 0)))
            balances[held] = after[-1]
            least = min(after)
            if least < 0:
                first = next(at for at, now in enumerate(after) if now < 0)
                before = self.overdrawn.get(held)
                place = those[first - 1][0] if before is None else before[0]
                self.overdrawn[held] = place, max(-least, before[1] if before else 0)


def _between(places: Sequence[int], start: int, end: int) -> Sequence[int]:
    """Those of some places in order that are between two."""
    return places[bisect_left(places, start) : bisect_left(places, end)]


def _stretches(days: Sequence[date]) -> Iterator[tuple[int, int]]:
    """The first place and the one after the last of rows of one year, not too many at a time; days are in order."""
    start = 0
    while start < len(days):
        year_ends = bisect_left(days, date(days[start].year + 1, 1, 1), start)
        yield start, (start := min(start + _MANY, year_ends))
