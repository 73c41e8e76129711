"""Open lots by asset and wallet: what is left of each, and which goes first by a method or by its name."""

import heapq
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import repeat
from operator import attrgetter, itemgetter
from typing import Any

from niner.exact import quantity
from niner.ledger.columns import Columns
from niner.lots.methods import METHODS
from niner.lots.values import Lot, Whole
from niner.lots.wash_sales import WashSales
from niner.money import PARTS, Cents, parts, share, whole_cents
from niner.values import Source

Amount = tuple[int, int]
"""Money kept twice: (parts of a cent, whole cents as printed)."""


def amount(exact: Cents) -> Amount:
    return parts(exact), whole_cents(exact)


_NOTHING: Amount = (0, 0)
_MORE = 64  # bits of a price: parts of a cent for the smallest unit may be few


def upto(amount: Amount, end: int, whole: int) -> Amount:
    """What falls to the first `end` units of `whole`."""
    return amount if end == whole else (share(amount[0], end, whole), share(amount[1], end, whole))


def between(amount: Amount, start: int, end: int, whole: int) -> Amount:
    """What falls to the units from `start` to `end` of `whole`."""
    if not start and end == whole:
        return amount
    exact, cents = amount
    return (
        share(exact, end, whole) - share(exact, start, whole),
        share(cents, end, whole) - share(cents, start, whole),
    )


class OpenLot:
    """A lot being used up. `whole` units came in with `basis`; `taken` of them have left.

    `priced` is what the lot cost as it first came in, in parts of a cent, and how many units it then was, where that is
    not what it is itself: its unit price is one over the other, exactly. `number` is its place in its pools. `given` is
    the basis of what has left, so far as it was worked out: of a sale that nobody looks at it is `owed` to the nets by
    year, and to which year.
    `related_loss` is what of a related seller's loss was not allowed, None where there is none.
    """

    __slots__ = (
        "acquired",
        "age",
        "asset",
        "basis",
        "basis_cents",
        "by",
        "fmv",
        "given",
        "id",
        "number",
        "owed",
        "priced",
        "received",
        "related_loss",
        "replaced",
        "source",
        "taken",
        "wallet",
        "whole",
    )

    def __init__(
        self,
        id: str,
        asset: str,
        wallet: str,
        whole: int,
        basis: Amount,
        fmv: Amount | None,
        acquired: date,
        received: date,
        by: str,
        age: tuple[int, float, int],
        source: Source,
        priced: Amount | None = None,
        replaced: bool = False,
        related_loss: Amount | None = None,
    ) -> None:
        self.replaced = replaced
        self.related_loss = related_loss
        self.priced = priced
        self.given = _NOTHING
        self.id, self.asset, self.wallet, self.whole = id, asset, wallet, whole
        self.basis, self.basis_cents = basis
        self.fmv = fmv
        self.acquired, self.received, self.by, self.age, self.source = acquired, received, by, age, source
        self.taken = self.number = 0
        self.owed: tuple[MutableMapping[int, int], int] | None = None

    @property
    def left(self) -> int:
        return self.whole - self.taken

    @property
    def price(self) -> Fraction:
        return Fraction(*(self.priced or (self.basis, self.whole)))

    @property
    def rough_price(self) -> int:
        """The unit price cut to a whole number that is large enough to tell most prices apart."""
        cost, units = self.priced or (self.basis, self.whole)
        return (cost << _MORE) // units

    def take(self, units: int) -> tuple[Amount, Amount | None]:
        """(basis, worth at gift) of the next `units`; shared by cumulated units so that none is lost."""
        if self.owed is not None:
            self.settle()
        before, self.taken = self.taken, self.taken + units
        exact, cents = self.given
        self.given = upto((self.basis, self.basis_cents), self.taken, self.whole)
        basis = self.given[0] - exact, self.given[1] - cents
        return basis, None if self.fmv is None else between(self.fmv, before, self.taken, self.whole)

    def settle(self) -> None:
        """Take the basis of what was sold without a look from the net of its year."""
        if self.owed is not None:
            nets, year = self.owed
            before, self.given = self.given[0], upto((self.basis, self.basis_cents), self.taken, self.whole)
            nets[year] += before - self.given[0]
            self.owed = None

    def related(self, units: int) -> Amount:
        """What of the related seller's loss falls to the last `units` taken; (0, 0) where there is none."""
        if self.related_loss is None:
            return 0, 0
        return between(self.related_loss, self.taken - units, self.taken, self.whole)

    def peek(self) -> Amount:
        """The basis of what is left."""
        return between((self.basis, self.basis_cents), self.taken, self.whole, self.whole)

    def rest(self, units: int, wallet: str, asset: str = "") -> "OpenLot":
        """The next `units` of this lot as a lot of their own in `wallet`, with their basis and dates; `asset` is their
        new name, where they have one."""
        basis, fmv = self.take(units)
        return OpenLot(
            self.id,
            asset or self.asset,
            wallet,
            units,
            basis,
            fmv,
            self.acquired,
            self.received,
            self.by,
            self.age,
            self.source,
            self.priced or (self.basis, self.whole),
            self.replaced,
            None if self.related_loss is None else self.related(units),
        )

    def replacing(self, units: int, loss: Amount, held_days: int) -> "OpenLot":
        """The next `units` as a lot of their own that has a loss added to its basis and is held for days more."""
        piece = self.rest(units, self.wallet)
        piece.basis, piece.basis_cents = piece.basis + loss[0], piece.basis_cents + loss[1]
        piece.priced = piece.basis, units
        piece.acquired -= timedelta(held_days)
        piece.replaced = True
        return piece


Place = tuple[str, str]
"""An asset and the wallet whose pool it is in; no wallet where one pool is common to all."""
_Entry = tuple[Any, int, OpenLot | int]
_Oldest = tuple[str, tuple[int, float, int], str, str, int]
Gone = tuple[int, Amount, int]
"""What of a lot has left: the units, the basis that left with them, and the year that owes that of others of them."""


Piece = tuple[int, Amount, Amount | None, str, Source, date, date, str, bool]
"""Units of a lot that leave in a sale, their basis and worth at a gift; the lot's id and source, when it was acquired
and received, and how; and whether it was bought back."""


class Unmade:
    """The lots that the rows of a span bring in, of which no object was made yet: a lot is the place of its row.

    `wholes` are the units and `costs` the exact cents of each. Of a lot of which a part has left `gone` says how many
    units, what of the basis left with them (parts of a cent, cents), and the year to whose net the basis of the others
    of them is owed, 0 for none. `nets` are those nets; `acquired_by` says how the lot of a row was acquired, `before`
    how many rows came before these, and `first` is the number of the first lot that any of them may have.

    `named` are the places of lots that are asked for by name, by their ids. While one of them is in a pool `gone` has
    it, and also where none of it is left but its place in the pool; where an object was made of it, `made` has that.
    `now` is the place of the row that is followed.
    """

    __slots__ = (
        "_acquired_by",
        "_before",
        "_first",
        "_nets",
        "_rows",
        "costs",
        "gone",
        "in_order",
        "made",
        "named",
        "now",
        "wholes",
    )

    def __init__(
        self,
        rows: Columns,
        acquired_by: Callable[[int], str],
        before: int,
        first: int,
        nets: MutableMapping[int, int],
    ) -> None:
        self._rows, self._acquired_by, self._before, self._first = rows, acquired_by, before, first
        self._nets = nets
        self.wholes: list[int] = [0] * len(rows)
        self.costs: list[Cents] = [0] * len(rows)
        self.gone: dict[int, Gone] = {}
        self.named: dict[str, int] = {}
        self.made: dict[int, OpenLot] = {}
        self.now = 0
        self.in_order = rows.days_follow() and rows.moments_follow()
        """Whether of two rows the one that comes later is never dated before the other."""

    def number(self, order: int) -> int:
        """The number of the first lot that comes in by a row, `order` being how many rows came before its end."""
        return self._first + (order << _LOTS_OF_A_ROW)

    def number_of(self, at: int) -> int:
        """The number that the lot will have."""
        return self.number(self._before + at + 1)

    def later(self, at: int, than: int) -> bool:
        """Whether of two rows the first, which comes after the other, is not dated before it."""
        days, instants = self._rows.days, self._rows.instants
        day, other = days[at], days[than]
        return day > other or (day == other and instants[at] >= instants[than])

    def age(self, at: int) -> tuple[int, float, int]:
        """The age that the lot will have."""
        return self._rows.days[at].toordinal(), self._rows.instants[at].timestamp(), self._before + at + 1

    def rank(self, at: int, key: Callable[[Any], Any]) -> Any:
        """The lot's place in the order of a method, by its key."""
        return key(_Seen(self, at))

    def basis(self, at: int) -> Amount:
        """The basis of all of the lot."""
        cost = self.costs[at]
        return (cost * PARTS, cost) if type(cost) is int else amount(cost)

    def come(self, named: Iterable[int]) -> None:
        """Note of lots that are asked for by name that they will be in a pool."""
        for at in named:
            if self.wholes[at]:
                self.gone[at] = 0, _NOTHING, 0

    def called(self, id: str, place: "Place") -> int | None:
        """Where the lot of a name came in that is in a pool; None where none is."""
        at = self.named.get(id)
        if at is None or at >= self.now or not (at in self.gone or at in self.made):
            return None
        common = self._rows.commons[at]
        return at if place in ((common.received_asset, common.wallet), (common.received_asset, "")) else None

    def take_by_name(self, at: int, units: int) -> Amount:
        """The same as `take`, of a lot that stays in its place."""
        basis = self.take(at, units)
        if at not in self.gone:
            self.gone[at] = self.wholes[at], self.basis(at), 0
        return basis

    def left(self, at: int) -> int:
        """The units that are left of the lot."""
        before = self.gone.get(at)
        return self.wholes[at] - (before[0] if before else 0)

    def take(self, at: int, units: int) -> Amount:
        """The basis of the next `units` of the lot."""
        whole, basis = self.wholes[at], self.basis(at)
        before = self.gone.pop(at, None)
        if before is None:
            if units == whole:
                return basis
            given = upto(basis, units, whole)
            self.gone[at] = units, given, 0
            return given
        taken, had, _ = self._settled(at, before)
        given = upto(basis, taken + units, whole)
        if taken + units != whole:
            self.gone[at] = taken + units, given, 0
        return given[0] - had[0], given[1] - had[1]

    def owe(self, at: int, units: int, year: int) -> None:
        """Leave the basis of the next `units` of the lot, which don't use it up, to be taken from the net of a year."""
        before = self.gone.get(at)
        if before is not None and before[2] not in (0, year):
            before = self._settled(at, before)
        taken, given, _ = before or (0, _NOTHING, 0)
        self.gone[at] = taken + units, given, year

    def rest(self, at: int, year: int) -> int:
        """The basis of all that is left of the lot, in parts of a cent, with what is owed to the net of the year."""
        before = self.gone.pop(at)
        given = (before if before[2] == year else self._settled(at, before))[1]
        return self.basis(at)[0] - given[0]

    def _settled(self, at: int, before: "Gone") -> "Gone":
        """What has left of the lot, with its basis taken from the net of the year that it is owed to."""
        taken, had, year = before
        if not year:
            return before
        given = upto(self.basis(at), taken, self.wholes[at])
        self._nets[year] += had[0] - given[0]
        return taken, given, 0

    def piece(self, at: int, units: int, by_name: bool = False) -> "Piece":
        """The next `units` of the lot, as they leave in a sale, by the method or `by_name`."""
        rows, day = self._rows, self._rows.days[at]
        source = Source(rows.commons[at].file, rows.lines[at])
        basis = self.take_by_name(at, units) if by_name else self.take(at, units)
        return units, basis, None, rows.ids[at], source, day, day, self._acquired_by(at), False

    def lot(self, at: int) -> OpenLot:
        """The lot as an object."""
        if at in self.made:
            return self.made[at]
        lot = self._made(at, self._rows.commons[at].wallet, self.wholes[at], self.basis(at), None)
        before = self.gone.pop(at, None)
        if before is not None:
            lot.taken, lot.given, year = before
            lot.owed = (self._nets, year) if year else None
            if self.named and lot.id in self.named:
                self.made[at] = lot
        return lot

    def held(self, places: Sequence[int], scale: int) -> "Iterator[tuple[_Oldest, Lot]]":
        """Lots of which nothing has left as values, each with its place in the order of `oldest_first`; column by
        column, since there may be many."""

        def of(column: Sequence[Any]) -> list[Any]:
            return list(map(column.__getitem__, places))

        rows = self._rows
        commons, ids, days = of(rows.commons), of(rows.ids), of(rows.days)
        assets, wallets = [one.received_asset for one in commons], [one.wallet for one in commons]
        bases = list(map(self.basis, places))
        exact, cents = map(itemgetter(0), bases), map(itemgetter(1), bases)
        units = [quantity(whole, scale) for whole in of(self.wholes)]
        sources = map(Source, [one.file for one in commons], of(rows.lines))
        by, nothing = map(self._acquired_by, places), repeat(None)
        fields = zip(
            ids,
            assets,
            wallets,
            units,
            days,
            days,
            by,
            cents,
            nothing,
            sources,
            exact,
            repeat(0),
            nothing,
            strict=False,
        )
        orders = [self._before + at + 1 for at in places]
        ages = zip(map(date.toordinal, days), map(datetime.timestamp, of(rows.instants)), orders, strict=True)
        oldest = zip(assets, ages, wallets, ids, map(self.number, orders), strict=True)
        return zip(oldest, map(_LOT, repeat(Lot), fields), strict=True)

    def moved(self, at: int, units: int, wallet: str) -> OpenLot:
        """The next `units` of the lot as a lot of their own in `wallet`."""
        whole = self.wholes[at]
        priced = None if units == whole else (self.basis(at)[0], whole)
        return self._made(at, wallet, units, self.take(at, units), priced)

    def _made(self, at: int, wallet: str, units: int, basis: Amount, priced: Amount | None) -> OpenLot:
        rows, day = self._rows, self._rows.days[at]
        common = rows.commons[at]
        source = Source(common.file, rows.lines[at])
        by, age = self._acquired_by(at), self.age(at)
        asset, id = common.received_asset, rows.ids[at]
        lot = OpenLot(id, asset, wallet, units, basis, None, day, day, by, age, source, priced)
        lot.number = self.number_of(at)
        return lot


def _piece(lot: OpenLot, units: int) -> Piece:
    """The next `units` of a lot, as they leave in a sale."""
    basis, fmv = lot.take(units)
    return units, basis, fmv, lot.id, lot.source, lot.acquired, lot.received, lot.by, lot.replaced


class _Seen:
    """A lot of which no object was made yet, as far as a method looks at it."""

    __slots__ = ("_at", "_of")

    def __init__(self, of: Unmade, at: int) -> None:
        self._of, self._at = of, at

    @property
    def age(self) -> tuple[int, float, int]:
        return self._of.age(self._at)

    @property
    def price(self) -> Fraction:
        return Fraction(parts(self._of.costs[self._at]), self._of.wholes[self._at])

    @property
    def rough_price(self) -> int:
        return (parts(self._of.costs[self._at]) << _MORE) // self._of.wholes[self._at]


_LOTS_OF_A_ROW = 32  # bits
_NO_ROWS = Unmade(Columns(), lambda at: "", 0, 0, {})


class Queue:
    """The lots of a pool in the order of one method. Most come in that order and stay in a row, which is taken from at
    one end; the others are in a heap beside it. A lot that nobody has looked at is the place of its row.

    `there` are the units of all of them; of a lot that `first` gave, whoever takes units says so here.
    """

    __slots__ = ("_asked", "_end", "_heap", "_key", "_row", "_unmade", "there")

    def __init__(self, method: str, lots: Iterable[OpenLot] = (), unmade: Unmade | None = None) -> None:
        self._end: int | None
        self._key: Callable[[OpenLot], Any]
        self._end, self._key = _IN_A_ROW.get(method, (None, METHODS[method]))
        self._row: deque[OpenLot | int] = deque()
        self._heap: list[_Entry] = []
        self._unmade = unmade or _NO_ROWS
        self._asked: tuple[int, tuple[int, float, int], int] | None = None
        self.there = 0
        for lot in lots:
            self.add(lot)

    def add(self, lot: OpenLot) -> None:
        row, end = self._row, self._end
        self.there += lot.whole - lot.taken
        if end is not None and (not row or (lot.age >= self._last() if end == 0 else lot.age > self._last())):
            row.append(lot)
        else:
            heapq.heappush(self._heap, (self._key(lot), lot.number, lot))

    def add_row(self, at: int) -> None:
        """The same of the lot of a row, which is later than all those before it."""
        row, end, unmade = self._row, self._end, self._unmade
        if end is None:
            self.there += unmade.wholes[at]
            heapq.heappush(self._heap, (unmade.rank(at, self._key), unmade.number_of(at), at))
            return
        last = row[-1] if row else None
        if last is not None and not (
            (unmade.in_order or unmade.later(at, last)) if type(last) is int else unmade.age(at) > self._last()
        ):
            self.add(unmade.lot(at))
            return
        self.there += unmade.wholes[at]
        row.append(at)

    def _last(self) -> tuple[int, float, int]:
        """The age of the last one of the row."""
        last = self._row[-1]
        return last.age if isinstance(last, OpenLot) else self._unmade.age(last)

    def first(self) -> OpenLot | None:
        """The lot that leaves next, which may be used up, as an object; None where there is none."""
        if self._heap and self._heap_first():
            rank, number, entry = self._heap[0]
            if not isinstance(entry, OpenLot):
                entry = self._unmade.lot(entry)
                self._heap[0] = rank, number, entry
            return entry
        if not self._row:
            return None
        end = self._end or 0
        entry = self._row[end]
        if not isinstance(entry, OpenLot):
            entry = self._row[end] = self._unmade.lot(entry)
        return entry

    def _heap_first(self) -> bool:
        """Whether the first of the heap, in which there is one, leaves before what is in the row."""
        row, heap = self._row, self._heap
        if not row:
            return True
        entry = row[self._end or 0]
        if isinstance(entry, OpenLot):
            return not (self._key(entry), entry.number) < heap[0][:2]
        if self._asked is None or self._asked[0] != entry:  # its key, which is its age, either way
            age = self._unmade.age(entry)
            self._asked = entry, age if self._end == 0 else (-age[0], -age[1], -age[2]), self._unmade.number(age[2])
        return not self._asked[1:] < heap[0][:2]

    def drop(self, lot: OpenLot) -> None:
        """Leave out the first one, which is `lot`."""
        if self._heap and self._heap[0][2] is lot:
            heapq.heappop(self._heap)
        elif self._end == 0:
            self._row.popleft()
        else:
            self._row.pop()

    def follow(self, places: Iterable[int], nets: MutableMapping[int, int], year: int) -> bool:
        """Bring in the lots of rows, and take out the units of those that sell some, of which `Unmade.wholes` has as
        many less than zero, where nobody looks at the sales; whether units were lacking. `nets` has the year, if any
        row sells."""
        wholes, lacking, leaving = self._unmade.wholes, False, 0
        # By the order of coming what comes in later leaves later: what all of them sell can be taken at once.
        at_once = self._end == 0 and self._unmade.in_order
        for at in places:
            if wholes[at] > 0:
                self.add_row(at)
                continue
            leaving -= wholes[at]
            if leaving > self.there:
                leaving, lacking = self.there, True
            if not at_once:
                nets[year] -= self.spend(leaving, nets, year)[1]
                leaving = 0
        if leaving:
            nets[year] -= self.spend(leaving, nets, year)[1]
        return lacking

    def spend(self, units: int, nets: MutableMapping[int, int], year: int) -> tuple[int, int]:
        """Take `units` of a sale that nobody looks at; how many are lacking, and the basis of the lots used up by it.

        What falls to the last one, of which something stays, is owed to the net of the year.
        """
        row, heap, end, unmade = self._row, self._heap, self._end or 0, self._unmade
        wholes, costs, gone, made = unmade.wholes, unmade.costs, unmade.gone, unmade.made
        wanted, basis, cents = units, 0, 0
        while units:
            of_heap = bool(heap) and self._heap_first()
            if of_heap:
                entry = heap[0][2]
            elif row:
                entry = row[end]
            else:
                break
            if made and isinstance(entry, int):
                entry = made.get(entry, entry)
            if isinstance(entry, int):
                left = wholes[entry]
                if entry in gone:
                    left -= gone[entry][0]
                if units < left:
                    unmade.owe(entry, units, year)
                    units = 0
                    break
                if entry in gone:
                    basis += unmade.rest(entry, year)
                elif type(cost := costs[entry]) is int:
                    cents += cost
                else:
                    basis += parts(cost)
            else:
                left = entry.whole - entry.taken
                if entry.owed is not None and entry.owed[1] != year:
                    entry.settle()
                if units < left:
                    entry.taken += units
                    entry.owed = nets, year
                    units = 0
                    break
                if left:
                    basis += entry.basis - entry.given[0]
                    entry.given = entry.basis, entry.basis_cents
                    entry.taken, entry.owed = entry.whole, None
            units -= left
            if of_heap:
                heapq.heappop(heap)
            elif end == 0:
                row.popleft()
            else:
                row.pop()
        self.there -= wanted - units
        return units, basis + cents * PARTS

    def _leaving(self, units: int) -> Iterator[tuple[OpenLot | int, int]]:
        """Take `units`, or as many as there are: each lot, and how many of it leave."""
        row, heap, end, unmade = self._row, self._heap, self._end or 0, self._unmade
        wholes, gone, made = unmade.wholes, unmade.gone, unmade.made
        while units:
            of_heap = bool(heap) and self._heap_first()
            if of_heap:
                entry = heap[0][2]
            elif row:
                entry = row[end]
            else:
                return
            if made and isinstance(entry, int):
                entry = made.get(entry, entry)
            if isinstance(entry, OpenLot):
                left = entry.whole - entry.taken
            else:
                left = wholes[entry] - (gone[entry][0] if entry in gone else 0)
            if units < left:
                self.there -= units
                yield entry, units
                return
            if of_heap:
                heapq.heappop(heap)
            elif end == 0:
                row.popleft()
            else:
                row.pop()
            units -= left
            if left:
                self.there -= left
                yield entry, left

    def pieces(self, units: int) -> list[Piece]:
        """Take `units` of a sale, or as many as there are, lot by lot."""
        piece = self._unmade.piece
        return [
            _piece(entry, some) if isinstance(entry, OpenLot) else piece(entry, some)
            for entry, some in self._leaving(units)
        ]

    def moved(self, units: int, wallet: str) -> list[OpenLot]:
        """The next `units`, or as many as there are, as lots of their own in `wallet`."""
        moved = self._unmade.moved
        return [
            entry.rest(some, wallet) if isinstance(entry, OpenLot) else moved(entry, some, wallet)
            for entry, some in self._leaving(units)
        ]

    def lots(self) -> list[OpenLot]:
        """All of them as objects, in the order in which they came in."""
        made = self._unmade.lot
        self._row = deque(lot if isinstance(lot, OpenLot) else made(lot) for lot in self._row)
        self._heap = [
            (rank, number, lot if isinstance(lot, OpenLot) else made(lot)) for rank, number, lot in self._heap
        ]
        return sorted((*self._row, *(entry[2] for entry in self._heap)), key=_number)  # type: ignore[arg-type]

    def held(self, scale: int) -> Iterator[tuple[_Oldest, Lot]]:
        """What is left of each lot, of which no unit is used again, and its place in the order of `oldest_first`."""
        unmade, gone = self._unmade, self._unmade.gone
        entries = [*self._row, *(entry[2] for entry in self._heap)]
        whole = [one for one in entries if isinstance(one, int) and one not in gone and one not in unmade.made]
        yield from unmade.held(whole, scale)
        for entry in entries:
            if isinstance(entry, int) and entry not in unmade.made and (entry not in gone or not unmade.left(entry)):
                continue
            lot = entry if isinstance(entry, OpenLot) else unmade.lot(entry)
            lot.settle()
            if lot.left:
                yield (lot.asset, lot.age, lot.wallet, lot.id, lot.number), as_lot(lot, scale)


_number = attrgetter("number")


def _backwards(lot: OpenLot) -> tuple[int, float, int]:
    day, moment, order = lot.age
    return -day, -moment, -order


_IN_A_ROW: Mapping[str, tuple[int, Callable[[OpenLot], Any]]] = {
    "fifo": (0, attrgetter("age")),
    "lifo": (-1, _backwards),
}
"""Of methods that take lots as they came: at which end of a row of them, and a key that is less for what is first."""


class Pools:
    """Open lots by asset, and by wallet where each wallet is a pool of its own, in the order of every method asked for.

    `named` are the ids of lots that are asked for by name.
    """

    def __init__(
        self, by_wallet: bool, method: str, named: Collection[str] = (), washes: WashSales[OpenLot] | None = None
    ) -> None:
        self.by_wallet = by_wallet
        self.washes = washes
        self.method = method
        self.named = named
        self.heaps: dict[Place, dict[str, Queue]] = {}
        self.pieces: dict[str, dict[Place, list[OpenLot]]] = {}
        """Of each lot that is asked for by name what came into which pool."""
        self.count = 0
        self.unmade = _NO_ROWS

    def place(self, asset: str, wallet: str) -> Place:
        return asset, wallet if self.by_wallet else ""

    def add(self, lot: OpenLot) -> None:
        self.count += 1
        place = lot.asset, lot.wallet if self.by_wallet else ""
        heaps = self.heaps.get(place)
        if heaps is None:
            heaps = self.heaps[place] = {self.method: Queue(self.method, unmade=self.unmade)}
        lot.number = self.count
        for heap in heaps.values():
            heap.add(lot)
        if lot.id in self.named:
            self.pieces.setdefault(lot.id, {}).setdefault(place, []).append(lot)
        if self.washes:
            self.washes.opened(lot)

    def row_of(self, place: Place) -> Queue:
        """A pool's lots by the one method that is asked for; an empty queue where there were none."""
        if place not in self.heaps:
            self.heaps[place] = {self.method: Queue(self.method, unmade=self.unmade)}
        return self.heaps[place][self.method]

    def take(self, asset: str, wallet: str, units: int, method: str = "") -> Iterator[tuple[OpenLot, int]]:
        """(lot, units to take from it) until `units` are found or the pool is empty; the caller takes them."""
        heap = self.queue(asset, wallet, method or self.method)
        while units and heap is not None and (lot := heap.first()) is not None:
            left = lot.whole - lot.taken
            part = units if units < left else left
            if part:
                heap.there -= part
                yield lot, part
                units -= part
            if lot.taken == lot.whole:
                heap.drop(lot)

    def spend(self, asset: str, wallet: str, units: int, method: str, nets: MutableMapping[int, int], year: int) -> int:
        """Take `units` out of their lots where nobody looks at the pieces, and their basis from the net of a year.

        Gives how many there were. The basis of what is left of a lot is worked out when somebody looks at the lot.
        """
        queue = self.queue(asset, wallet, method)
        left, basis = queue.spend(units, nets, year) if queue is not None else (units, 0)
        nets[year] = nets.get(year, 0) - basis
        return units - left

    def take_named(self, asset: str, wallet: str, id: str, units: int) -> Iterator[tuple[OpenLot, int]]:
        """The same of one lot's pieces in the pool, in the order in which they came in."""
        place = self.place(asset, wallet)
        for entry in self._named(place, id):
            lot = entry if isinstance(entry, OpenLot) else self.unmade.lot(entry)
            part = min(units, lot.left)
            if part:
                for queue in self.heaps[place].values():
                    queue.there -= part
                yield lot, part
                units -= part

    def pieces_named(self, place: Place, id: str, units: int) -> list[Piece]:
        """Take `units` of one lot's pieces in a pool that has one order, or as many as there are."""
        found, unmade, queue = list[Piece](), self.unmade, self.row_of(place)
        for entry in self._named(place, id):
            if part := min(units, entry.left if isinstance(entry, OpenLot) else unmade.left(entry)):
                queue.there -= part
                units -= part
                found.append(_piece(entry, part) if isinstance(entry, OpenLot) else unmade.piece(entry, part, True))
        return found

    def _named(self, place: Place, id: str) -> Iterator[OpenLot | int]:
        """What of a lot that is asked for by name came into a pool, in the order in which it came."""
        if (at := self.unmade.called(id, place)) is not None:
            yield self.unmade.made.get(at, at)
        yield from self.pieces.get(id, {}).get(place, ())

    def wallets_with(self, asset: str, id: str) -> list[str]:
        """The wallets whose pools hold something of a lot that is asked for by name."""
        return [
            place[1]
            for place, pieces in self.pieces.get(id, {}).items()
            if place[0] == asset and any(piece.left for piece in pieces)
        ]

    def queue(self, asset: str, wallet: str, method: str) -> Queue | None:
        """The pool's lots in the order of a method; made from another order when it is first asked for."""
        heaps = self.heaps.get((asset, wallet if self.by_wallet else ""))
        if heaps is None:
            return None
        heap = heaps.get(method)
        if heap is None:
            heap = heaps[method] = Queue(method, [lot for lot in next(iter(heaps.values())).lots() if lot.left])
        return heap

    def held(self, asset: str, wallet: str) -> int:
        return sum(lot.left for lot in self._in(self.place(asset, wallet)))

    def left(self, scale: int) -> list[Lot]:
        """What is left as values, oldest first; nothing can be taken from the pools any more."""
        found = [one for heaps in self.heaps.values() for queue in heaps.values() for one in queue.held(scale)]
        found.sort(key=_first)
        return [lot for _, lot in found]

    def lots(self) -> list[OpenLot]:
        """What is left, oldest first."""
        return oldest_first([lot for place in self.heaps for lot in self._in(place) if lot.left])

    def _in(self, place: Place) -> list[OpenLot]:
        """The pool's lots in the order in which they came into it."""
        heaps = self.heaps.get(place)
        return next(iter(heaps.values())).lots() if heaps else []


_first = itemgetter(0)


def oldest_first(lots: Collection[OpenLot]) -> list[OpenLot]:
    """Lots by asset, then by age."""
    return sorted(lots, key=lambda lot: (lot.asset, lot.age, lot.wallet, lot.id))


_LOT = tuple.__new__  # what Lot(…) comes to, without matching names to places for every lot


def as_lot(lot: OpenLot, scale: int) -> Lot:
    """What is left of an open lot, as a value; the open lot is used up by it."""
    left, whole = lot.left, None
    if lot.taken or lot.fmv is not None or lot.related_loss is not None:
        of_all = lot.basis, lot.basis_cents
        whole = Whole(quantity(lot.whole, scale), quantity(lot.taken, scale), of_all, lot.fmv, lot.related_loss)
    basis, fmv = lot.take(left)
    return _LOT(Lot, (
        lot.id, lot.asset, lot.wallet, quantity(left, scale), lot.acquired, lot.received, lot.by, basis[1],
        fmv[1] if fmv else None, lot.source, basis[0], lot.related(left)[1], whole,
    ))  # fmt: skip
