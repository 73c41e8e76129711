"""Lots that may be sold and an amount that is needed to the lots to sell: the best at the edges of lots.

An option is a lot, or what an order of lots gives next, with what it serves of the need. Lots that can be named are
free, each for itself; a queue gives its options only from the front. The result reaches the need as nearly as can be
without passing it, then with the least tax, then by selling the least; one lot is cut where the need falls inside it
(two where both terms are to be met).

Between edges nothing is tried: for every way of standing at an edge in every queue, the free lots that serve the most
for what they are worth come first, which is the best there is where the last of them may be cut.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations, product
from types import MappingProxyType

from niner.harvest.figures import Kind

_MOST_EDGES = 100_000
_MOST_TAXED = 250
_NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Option:
    """A lot: what it serves of the need if it is sold whole (negative where it does the opposite), what it is worth,
    where its result goes, and whether a part of it can be sold. Cents."""

    serves: int
    worth: int
    kind: Kind
    divisible: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """So much of the need by a part of a free lot (`queue` -1), or of what a queue gives next."""

    queue: int
    place: int
    serves: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """Free lots sold whole by their places, how many options of each queue are, the parts, what lacks, what is sold for
    how much, and whether every edge was tried."""

    free: tuple[int, ...]
    queues: tuple[int, ...]
    parts: tuple[Part, ...]
    lacking: int
    worth: Fraction
    every_edge: bool = True


Tax = Callable[[Mapping[Kind, int]], int]
"""What ranks results by kind, as the need counts them: the total tax."""


class _Sorted:
    """Free options of one kind, or of all, that serve: the most for what they are worth first."""

    def __init__(self, options: Sequence[Option], places: Sequence[int]) -> None:
        """`places` are in that order."""
        self.options, self.places = options, places
        self.rates = [-_rate(options[n]) for n in places]
        self.serves, self.worths = [0], [0]
        for n in places:
            self.serves.append(self.serves[-1] + options[n].serves)
            self.worths.append(self.worths[-1] + options[n].worth)

    @property
    def all(self) -> int:
        return self.serves[-1]

    def filled(self, need: int) -> tuple[int, int, Fraction]:
        """(how many whole, what of the next serves, worth of it all) for a need that is not more than there is."""
        count = bisect_right(self.serves, need) - 1
        rest = need - self.serves[count]
        worth = Fraction(self.worths[count])
        if rest:
            option = self.options[self.places[count]]
            worth += Fraction(rest * option.worth, option.serves)
        return count, rest, worth

    def better_than(self, option: Option) -> int:
        """How many serve more for what they are worth than an option."""
        return bisect_right(self.rates, -_rate(option))


def _rate(option: Option) -> int:
    """What an option serves for what it is worth, so finely that no two shares of real amounts are one."""
    return (option.serves << 160) // option.worth


@dataclass(frozen=True, slots=True)
class _Stop:
    """An edge of a queue: after so many options, with what they serve by kind, and what comes next where it may be
    cut."""

    count: int
    serves: int
    worth: int
    by_kind: tuple[tuple[Kind, int], ...]
    next: Option | None


@dataclass(frozen=True, slots=True)
class _Way:
    """One way of reaching the need, and its rank: the least is the best."""

    rank: tuple[int, int, Fraction, int]
    stops: tuple[_Stop, ...]
    fills: tuple[tuple[_Sorted, int, int], ...]
    cut: tuple[int, int] | None


def choose(
    free: Sequence[Option],
    queues: Sequence[Sequence[Option]],
    need: int,
    tax: Tax | None = None,
    own: Mapping[str, int] = _NOTHING,
) -> Chosen:
    """The best lots to sell for a need in cents. Without `tax` it does not matter which kind serves; `own` is by term
    what of the year's own result can be used up, where the rank of a result may turn."""
    ordered = list(queues)
    whole_only = [n for n, option in enumerate(free) if not option.divisible and option.serves > 0 and option.worth > 0]
    ordered += [[free[n]] for n in whole_only]
    places = [n for n, option in enumerate(free) if option.divisible and option.serves > 0 and option.worth > 0]
    kinds = sorted({free[n].kind for n in places} | {o.kind for queue in ordered for o in queue})
    search = _Search(free, places, kinds, ordered, need, tax, own)
    best, every_edge = search.best()
    whole: list[int] = []
    parts: list[Part] = []
    for group, count, rest in best.fills:
        whole += group.places[:count]
        if rest:
            parts.append(Part(-1, group.places[count], rest))
    if best.cut is not None:
        parts.append(Part(best.cut[0], best.stops[best.cut[0]].count, best.cut[1]))
    counts = [stop.count for stop in best.stops]
    whole += [n for n, count in zip(whole_only, counts[len(queues) :], strict=True) if count]
    lacking, _, worth, _ = best.rank
    return Chosen(tuple(sorted(whole)), tuple(counts[: len(queues)]), tuple(parts), lacking, worth, every_edge)


class _Search:
    def __init__(
        self,
        free: Sequence[Option],
        places: Sequence[int],
        kinds: Sequence[Kind],
        queues: Sequence[Sequence[Option]],
        need: int,
        tax: Tax | None,
        own: Mapping[str, int],
    ) -> None:
        self.need, self.tax, self.kinds, self.own = need, tax, kinds, own
        ordered = sorted(places, key=lambda n: (-_rate(free[n]), n))
        self.mixed = _Sorted(free, ordered)
        apart = kinds if tax is not None else ()
        self.by_kind = {kind: _Sorted(free, [n for n in ordered if free[n].kind == kind]) for kind in apart}
        self.stops = [stops_of(queue) for queue in queues]

    def best(self) -> tuple[_Way, bool]:
        """The best way, and whether all edges of all queues were tried together."""
        size = 1
        for stops in self.stops:
            size *= len(stops)
        if size <= (_MOST_EDGES if self.tax is None else _MOST_TAXED):
            ways = (way for stops in product(*self.stops) for way in self.ways(stops))
            return min(ways, key=lambda way: way.rank), True
        return self._by_turns(), False

    def _by_turns(self) -> _Way:
        """One queue after the other at its best edge, the others standing, until none gets better; where it matters
        which kind serves, the edges are those that serve by selling the least."""
        tax, self.tax = self.tax, None
        found = []
        for start in (0, -1):
            best = self._best_of([stops[start] for stops in self.stops])
            best = best or self._best_of([stops[0] for stops in self.stops])
            assert best is not None
            better = True
            while better:
                better = False
                for place, stops in enumerate(self.stops):
                    for stop in stops:
                        way = self._best_of([*best.stops[:place], stop, *best.stops[place + 1 :]])
                        if way is not None and way.rank < best.rank:
                            best, better = way, True
            found.append(best)
        self.tax = tax
        if tax is not None:
            tried = [self._best_of(best.stops) for best in found] + [self._best_of([s[0] for s in self.stops])]
            found = [way for way in tried if way is not None]
        return min(found, key=lambda way: way.rank)

    def _best_of(self, stops: Sequence[_Stop]) -> _Way | None:
        return min(self.ways(tuple(stops)), key=lambda way: way.rank, default=None)

    def ways(self, stops: tuple[_Stop, ...]) -> Iterator[_Way]:
        """The ways worth trying with every queue at an edge; none where the edges pass the need."""
        rest = self.need - sum(stop.serves for stop in stops)
        if rest < 0:
            return
        worth = sum(stop.worth for stop in stops)
        used = sum(1 for stop in stops if stop.count)
        if self.tax is None:
            yield self._way(stops, rest, worth, used, {}, None)
            for number, stop in enumerate(stops):
                if stop.next is not None:
                    yield from self._cut(stops, rest, worth, used, number, stop.next)
            return
        for amounts in self._splits(stops, rest):
            yield self._way(stops, rest, worth, used, amounts, None)
            for number, stop in enumerate(stops):
                if stop.next is not None:
                    yield from self._cut(stops, rest, worth, used, number, stop.next, amounts)

    def _way(
        self,
        stops: tuple[_Stop, ...],
        rest: int,
        worth: int,
        used: int,
        amounts: Mapping[Kind, int],
        cut: tuple[int, int, Option] | None,
    ) -> _Way:
        """Free lots for what is left, in all or for each kind its amount."""
        groups = [(self.by_kind[kind], n) for kind, n in amounts.items()] if amounts else [(self.mixed, rest)]
        fills, total, lacking = [], Fraction(worth), 0
        by_kind: dict[Kind, int] = {}
        for group, amount in groups:
            most = min(amount, group.all)
            lacking += amount - most
            count, part, value = group.filled(most)
            fills.append((group, count, part))
            total += value
            used += count + bool(part)
        if cut is not None:
            number, serves, option = cut
            total += Fraction(serves * option.worth, option.serves)
            used += not stops[number].count
        ranked = 0
        if self.tax is not None:
            for stop in stops:
                for kind, serves in stop.by_kind:
                    by_kind[kind] = by_kind.get(kind, 0) + serves
            for kind, amount in amounts.items():
                by_kind[kind] = by_kind.get(kind, 0) + min(amount, self.by_kind[kind].all)
            if cut is not None:
                by_kind[cut[2].kind] = by_kind.get(cut[2].kind, 0) + cut[1]
            ranked = self.tax(by_kind)
        place = None if cut is None else (cut[0], cut[1])
        return _Way((lacking, ranked, total, used), stops, tuple(fills), place)

    def _cut(
        self,
        stops: tuple[_Stop, ...],
        rest: int,
        worth: int,
        used: int,
        number: int,
        option: Option,
        amounts: Mapping[Kind, int] | None = None,
    ) -> Iterator[_Way]:
        """The last of the need by a part of what a queue gives next, after the free lots that are better than it."""
        group = self.mixed if not amounts else self.by_kind[option.kind]
        wanted = rest if not amounts else amounts.get(option.kind, 0)
        part = wanted - group.serves[group.better_than(option)]
        if 0 < part < option.serves:
            cut = (number, part, option)
            if amounts:
                yield self._way(stops, rest, worth, used, {**amounts, option.kind: wanted - part}, cut)
            else:
                yield self._way(stops, rest - part, worth, used, {}, cut)

    def _splits(self, stops: Sequence[_Stop], rest: int) -> Iterator[Mapping[Kind, int]]:
        """What each kind serves of what is left: one kind after the other in every order, as they come by what they are
        worth, and with each term's own result of the year just used up."""
        there = {kind: self.by_kind[kind].all for kind in self.kinds}
        for stop in stops:
            if stop.next is not None:
                there[stop.next.kind] += stop.next.serves
        if rest >= sum(there.values()):
            yield there | ({} if not self.kinds else {self.kinds[0]: there[self.kinds[0]] + rest - sum(there.values())})
            return
        seen = set()
        for order in permutations(self.kinds):
            for caps in ({}, *self._caps(stops)):
                left, amounts = rest, dict.fromkeys(self.kinds, 0)
                for kind in order:  # up to its cap first, then what is there
                    amounts[kind] = min(left, there[kind], max(caps.get(kind, there[kind]), 0))
                    left -= amounts[kind]
                for kind in order:
                    more = min(left, there[kind] - amounts[kind])
                    amounts[kind] += more
                    left -= more
                key = tuple(amounts.values())
                if key not in seen:
                    seen.add(key)
                    yield amounts
        count, part, _ = self.mixed.filled(min(rest, self.mixed.all))
        if rest <= self.mixed.all:
            amounts = dict.fromkeys(self.kinds, 0)
            for n in self.mixed.places[:count]:
                amounts[self.mixed.options[n].kind] += self.mixed.options[n].serves
            if part:
                amounts[self.mixed.options[self.mixed.places[count]].kind] += part
            yield amounts

    def _caps(self, stops: Sequence[_Stop]) -> Iterator[Mapping[Kind, int]]:
        """For each term the amount of it that uses up the term's own result, by what the worksheets said before."""
        for term, amount in self.own.items():
            used = sum(n for stop in stops for kind, n in stop.by_kind if kind.term == term)
            kinds = [kind for kind in self.kinds if kind.term == term]
            if kinds and amount - used > 0:
                yield {kinds[0]: amount - used, **dict.fromkeys(kinds[1:], 0)}


def stops_of(queue: Sequence[Option]) -> list[_Stop]:
    """The edges of a queue at which it can be best to stand: those that serve more than every one before, and those
    from which a part of the next comes to more."""
    edges = [_Stop(0, 0, 0, (), None)]
    by_kind: dict[Kind, int] = {}
    serves = worth = 0
    for count, option in enumerate(queue, 1):
        serves, worth = serves + option.serves, worth + option.worth
        by_kind[option.kind] = by_kind.get(option.kind, 0) + option.serves
        edges.append(_Stop(count, serves, worth, tuple(by_kind.items()), None))
    found, most = [], 0
    following: list[Option | None] = [*queue, None]
    for edge, then in zip(edges, following, strict=True):
        after = edge.serves + then.serves if then is not None else 0
        cut = then if then is not None and then.divisible and after > max(most, edge.serves) else None
        if not edge.count or edge.serves > most or cut is not None:
            found.append(replace(edge, next=cut))
        most = max(most, edge.serves)
    return found
