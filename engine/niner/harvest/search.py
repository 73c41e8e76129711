"""Lots that may be sold and an amount that is needed to the lots to sell: the best at the edges of lots.

An option is a lot, or what an order of lots gives next, with what it serves of the need; what does the opposite serves
less than nothing. Lots that can be named are free, each for itself; a queue gives its options only from the front. The
result reaches the need as nearly as can be without passing it, then with the least tax and fees, then by selling the
least; one lot is cut where the need falls inside it (two where both terms are to be met).

Where there are few lots every subset of them is tried, with each of the others cut where that meets the need. Where
there are more, nothing is tried between edges: for every way of standing at an edge in every queue, the free lots that
serve the most for what they are worth come first, which is the best there is where the last of them may be cut; and
where it matters which kind serves, each kind serves as far as it can, as far as it uses up its own result of the year,
and beyond the need, with what lots of other kinds take back.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import compress, permutations, product
from types import MappingProxyType

from niner.dataclass import dataclass
from niner.harvest.figures import Kind

_MOST_EDGES = 100_000
_MOST_TAXED = 250
_MOST_SUBSETS = 2_000
_NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Option:
    """A lot: what it serves of the need if it is sold whole (negative where it does the opposite), what it is worth,
    where its result goes, whether a part of it can be sold, and the fee of selling it. Cents."""

    serves: int
    worth: int
    kind: Kind
    divisible: bool = True
    fee: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """So much of the need by a part of a free lot (`queue` -1), or of what a queue gives next; negative where the lot
    does the opposite."""

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
    """Free options of one kind, or of all, that serve, or (`against`) that do the opposite: the most for what they are
    worth first."""

    def __init__(self, options: Sequence[Option], places: Sequence[int], against: bool = False) -> None:
        """`places` are in that order."""
        self.options, self.places, self.sign = options, places, -1 if against else 1
        self.rates = [-_rate(options[n]) for n in places]
        self.serves, self.worths, self.fees = [0], [0], [0]
        for n in places:
            self.serves.append(self.serves[-1] + abs(options[n].serves))
            self.worths.append(self.worths[-1] + options[n].worth)
            self.fees.append(self.fees[-1] + options[n].fee)

    @property
    def all(self) -> int:
        return self.serves[-1]

    def filled(self, need: int) -> tuple[int, int, Fraction, Fraction]:
        """(how many whole, what of the next serves, worth of it all, its fees) for no more than there is."""
        count = bisect_right(self.serves, need) - 1
        rest = need - self.serves[count]
        worth, fees = Fraction(self.worths[count]), Fraction(self.fees[count])
        if rest:
            option = self.options[self.places[count]]
            worth += Fraction(rest * option.worth, abs(option.serves))
            fees += Fraction(rest * option.fee, abs(option.serves))
        return count, rest, worth, fees

    def better_than(self, option: Option) -> int:
        """How many serve more for what they are worth than an option."""
        return bisect_right(self.rates, -_rate(option))


def _rate(option: Option) -> int:
    """What an option serves for what it is worth, so finely that no two shares of real amounts are one."""
    return (abs(option.serves) << 160) // option.worth


@dataclass(frozen=True, slots=True)
class _Stop:
    """An edge of a queue: after so many options, with what they serve by kind, and what comes next where it may be
    cut."""

    count: int
    serves: int
    worth: int
    fee: int
    by_kind: tuple[tuple[Kind, int], ...]
    next: Option | None


@dataclass(frozen=True, slots=True)
class _Way:
    """One way of reaching the need, and its rank: the least is the best. `whole` and `part` are of free lots by their
    places, where they are not in order."""

    rank: tuple[int, Fraction, Fraction, int]
    stops: tuple[_Stop, ...]
    fills: tuple[tuple[_Sorted, int, int], ...] = ()
    cut: tuple[int, int] | None = None
    whole: tuple[int, ...] = ()
    part: Part | None = None


def choose(
    free: Sequence[Option],
    queues: Sequence[Sequence[Option]],
    need: int,
    tax: Tax | None = None,
    own: Mapping[str, int] = _NOTHING,
    subsets: int = _MOST_SUBSETS,
) -> Chosen:
    """The best lots to sell for a need in cents. Without `tax` it does not matter which kind serves; `own` is by term
    what of the year's own result can be used up, where the rank of a result may turn. Every subset is tried where
    there are no more than `subsets`, counted with the lots that may be cut."""
    ordered = list(queues)
    whole_only = [n for n, option in enumerate(free) if not option.divisible and option.serves and option.worth > 0]
    ordered += [[free[n]] for n in whole_only]
    places = [n for n, option in enumerate(free) if option.divisible and option.serves and option.worth > 0]
    search = _Search(free, places, ordered, need, tax, own)
    best, every_edge = search.best()
    few = _subsets(free, places, ordered, need, tax, subsets)
    if few is not None and few.rank < best.rank:
        best = few
    whole = list(best.whole)
    parts: list[Part] = [] if best.part is None else [best.part]
    for group, count, rest in sorted(best.fills, key=lambda fill: fill[0].sign):  # what serves is cut last
        whole += group.places[:count]
        if rest:
            parts.append(Part(-1, group.places[count], rest * group.sign))
    if best.cut is not None:
        parts.append(Part(best.cut[0], best.stops[best.cut[0]].count, best.cut[1]))
    counts = [stop.count for stop in best.stops]
    whole += [n for n, count in zip(whole_only, counts[len(queues) :], strict=True) if count]
    lacking, _, worth, _ = best.rank
    return Chosen(tuple(sorted(whole)), tuple(counts[: len(queues)]), tuple(parts), lacking, worth, every_edge)


def _subsets(
    free: Sequence[Option],
    places: Sequence[int],
    queues: Sequence[Sequence[Option]],
    need: int,
    tax: Tax | None,
    most: int,
) -> _Way | None:
    """The best of all subsets, each whole or with one more lot cut to meet the need; None where they are too many."""
    size = (len(places) + len(queues)) << min(len(places), 60)
    for queue in queues:
        size *= len(queue) + 1
    if size > most:
        return None
    best: dict[tuple[tuple[Kind, int], ...], _Way] = {}
    for way, by_kind in _each_subset(free, places, queues, need, tax is not None):
        key = tuple(sorted((kind, cents) for kind, cents in by_kind.items() if cents))
        if key not in best or way.rank < best[key].rank:
            best[key] = way
    nearest = min(way.rank[0] for way in best.values())
    ways = [(dict(key), way) for key, way in best.items() if way.rank[0] == nearest]
    if tax is None:
        return min((way for _, way in ways), key=lambda way: way.rank)
    ranked = [replace(way, rank=(nearest, tax(sums) + way.rank[1], *way.rank[2:])) for sums, way in ways]
    return min(ranked, key=lambda way: way.rank)


def _each_subset(
    free: Sequence[Option], places: Sequence[int], queues: Sequence[Sequence[Option]], need: int, taxed: bool
) -> Iterator[tuple[_Way, Mapping[Kind, int]]]:
    """Every subset that does not pass the need, and what it serves by kind; ranked by its fees alone, where `taxed`."""
    for stops in product(*(_edges(each) for each in queues)):
        for taken in product((False, True), repeat=len(places)):
            chosen = tuple(compress(places, taken))
            lots = [free[n] for n in chosen]
            sums: dict[Kind, int] = {}
            of_lots = [(option.kind, option.serves) for option in lots]
            for kind, serves in (*of_lots, *(one for stop in stops for one in stop.by_kind)):
                sums[kind] = sums.get(kind, 0) + serves
            left = need - sum(sums.values())
            both: tuple[Option | _Stop, ...] = (*lots, *stops)
            worth, fees = Fraction(sum(one.worth for one in both)), Fraction(sum(one.fee for one in both if taxed))
            used = len(chosen) + sum(1 for stop in stops if stop.count)
            if left >= 0:
                yield _Way((left, fees, worth, used), stops, whole=chosen), sums
            cuts = [(-1, n, free[n]) for n, took in zip(places, taken, strict=True) if not took]
            cuts += [(q, stop.count, stop.next) for q, stop in enumerate(stops) if stop.next is not None]
            for queue, place, option in cuts:
                if 0 < left < option.serves or option.serves < left < 0:
                    share = Fraction(left, option.serves)
                    more = used + (queue < 0 or not stops[queue].count)
                    costs = fees + share * option.fee if taxed else fees
                    rank = (0, costs, worth + share * option.worth, more)
                    now = {**sums, option.kind: sums.get(option.kind, 0) + left}
                    yield _Way(rank, stops, whole=chosen, part=Part(queue, place, left)), now


class _Search:
    def __init__(
        self,
        free: Sequence[Option],
        places: Sequence[int],
        queues: Sequence[Sequence[Option]],
        need: int,
        tax: Tax | None,
        own: Mapping[str, int],
    ) -> None:
        self.need, self.tax, self.own = need, tax, own
        ordered = sorted(places, key=lambda n: (-_rate(free[n]), n))
        serving = [n for n in ordered if free[n].serves > 0]
        back = [n for n in ordered if free[n].serves < 0]
        in_queues = {option.kind for queue in queues for option in queue}
        self.kinds = sorted({free[n].kind for n in serving} | in_queues)
        self.mixed, self.back = _Sorted(free, serving), _Sorted(free, back, against=True)
        apart = tax is not None
        self.by_kind = {
            kind: _Sorted(free, [n for n in serving if free[n].kind == kind]) for kind in (self.kinds if apart else ())
        }
        kinds_back = sorted({free[n].kind for n in back}) if apart else []
        self.back_by_kind = {
            kind: _Sorted(free, [n for n in back if free[n].kind == kind], against=True) for kind in kinds_back
        }
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
        """The ways worth trying with every queue at an edge; none where the edges pass the need by more than free lots
        can take back."""
        rest = self.need - sum(stop.serves for stop in stops)
        if rest < -self.back.all:
            return
        if self.tax is None:
            yield self._way(stops, {}, rest)
            for number, stop in enumerate(stops):
                if stop.next is not None and rest > 0:
                    yield from self._cut(stops, rest, number, stop.next)
            return
        for amounts in self._splits(stops, rest):
            yield self._way(stops, amounts, rest)
            for number, stop in enumerate(stops):
                if stop.next is not None:
                    yield from self._cut(stops, rest, number, stop.next, amounts)

    def _way(
        self,
        stops: tuple[_Stop, ...],
        amounts: Mapping[Kind, int],
        rest: int,
        cut: tuple[int, int, Option] | None = None,
    ) -> _Way:
        """Free lots for what is left, in all or for each kind its amount; what is negative is taken back."""
        groups: list[tuple[_Sorted, int]] = [(self.mixed if rest >= 0 else self.back, abs(rest))]
        if amounts:
            groups = [((self.by_kind if n >= 0 else self.back_by_kind)[kind], abs(n)) for kind, n in amounts.items()]
        fills, lacking = [], 0
        total, fees = Fraction(sum(stop.worth for stop in stops)), Fraction(sum(stop.fee for stop in stops))
        used = sum(1 for stop in stops if stop.count)
        by_kind: dict[Kind, int] = {}
        for group, amount in groups:
            most = min(amount, group.all)
            lacking += amount - most
            count, part, value, costs = group.filled(most)
            fills.append((group, count, part))
            total, fees = total + value, fees + costs
            used += count + bool(part)
        if cut is not None:
            number, serves, option = cut
            total += Fraction(serves * option.worth, option.serves)
            fees += Fraction(serves * option.fee, option.serves)
            used += not stops[number].count
        ranked = Fraction(0)
        if self.tax is not None:
            for stop in stops:
                for kind, serves in stop.by_kind:
                    by_kind[kind] = by_kind.get(kind, 0) + serves
            for kind, amount in amounts.items():
                there = self.by_kind[kind].all if amount >= 0 else amount
                by_kind[kind] = by_kind.get(kind, 0) + min(amount, there)
            if cut is not None:
                by_kind[cut[2].kind] = by_kind.get(cut[2].kind, 0) + cut[1]
            ranked = self.tax(by_kind) + fees
        place = None if cut is None else (cut[0], cut[1])
        return _Way((lacking, ranked, total, used), stops, tuple(fills), place)

    def _cut(
        self,
        stops: tuple[_Stop, ...],
        rest: int,
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
                yield self._way(stops, {**amounts, option.kind: wanted - part}, rest, cut)
            else:
                yield self._way(stops, {}, rest - part, cut)

    def _splits(self, stops: Sequence[_Stop], rest: int) -> Iterator[Mapping[Kind, int]]:
        """What each kind serves of what is left: one kind after the other in every order, as they come by what they are
        worth, and with each term's own result of the year just used up."""
        if rest < 0:
            yield from self._taken_back(-rest, {})
            return
        there = {kind: self.by_kind[kind].all for kind in self.kinds}
        for kind, amount in self._beyond(stops, rest):
            yield from self._taken_back(amount - rest, {kind: amount})
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
        count, part, _, _ = self.mixed.filled(min(rest, self.mixed.all))
        if rest <= self.mixed.all:
            amounts = dict.fromkeys(self.kinds, 0)
            for n in self.mixed.places[:count]:
                amounts[self.mixed.options[n].kind] += self.mixed.options[n].serves
            if part:
                amounts[self.mixed.options[self.mixed.places[count]].kind] += part
            yield amounts

    def _beyond(self, stops: Sequence[_Stop], rest: int) -> Iterator[tuple[Kind, int]]:
        """How far a kind may serve beyond what is left, to be taken back by others: all there is, or all that uses up
        its term's own result, so far as the others can take it back."""
        for kind in self.kinds:
            others = sum(group.all for other, group in self.back_by_kind.items() if other != kind)
            caps = [cap[kind] for cap in self._caps(stops) if kind in cap]
            amounts = {min(amount, self.by_kind[kind].all, rest + others) for amount in (self.by_kind[kind].all, *caps)}
            for amount in sorted(amounts):
                if amount > rest:
                    yield kind, amount

    def _taken_back(self, amount: int, serving: Mapping[Kind, int]) -> Iterator[Mapping[Kind, int]]:
        """An amount taken back by kinds that do not serve, one after the other in every order."""
        for order in permutations(kind for kind in self.back_by_kind if kind not in serving):
            left, amounts = amount, dict(serving)
            for kind in order:
                taken = min(left, self.back_by_kind[kind].all)
                left -= taken
                if taken:
                    amounts[kind] = -taken
            if not left:
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
    found, most = [], 0
    for edge in _edges(queue):
        then = edge.next
        cut = then if then is not None and edge.serves + then.serves > max(most, edge.serves) else None
        if not edge.count or edge.serves > most or cut is not None:
            found.append(replace(edge, next=cut))
        most = max(most, edge.serves)
    return found


def _edges(queue: Sequence[Option]) -> list[_Stop]:
    """Every edge of a queue."""
    found = []
    by_kind: dict[Kind, int] = {}
    serves = worth = fee = 0
    for count, then in enumerate([*queue, None]):
        following = then if then is not None and then.divisible else None
        found.append(_Stop(count, serves, worth, fee, tuple(by_kind.items()), following))
        if then is not None:
            serves, worth, fee = serves + then.serves, worth + then.worth, fee + then.fee
            by_kind[then.kind] = by_kind.get(then.kind, 0) + then.serves
    return found
