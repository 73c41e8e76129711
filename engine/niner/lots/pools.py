"""Open lots by asset and wallet: what is left of each, and which goes first by a method or by its name."""

import heapq
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping
from datetime import date, timedelta
from fractions import Fraction
from operator import attrgetter
from typing import Any, TypeVar

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


T = TypeVar("T")
Place = tuple[str, str]
"""An asset and the wallet whose pool it is in; no wallet where one pool is common to all."""
_Entry = tuple[Any, int, OpenLot | int]


Piece = tuple[int, Amount, Amount | None, str, Source, date, date, str, bool]
"""Units of a lot that leave in a sale, their basis and worth at a gift; the lot's id and source, when it was acquired
and received, and how; and whether it was bought back."""


class Unmade:
    """The lots that the rows of a span bring in, of which no object was made yet: a lot is the place of its row.

    `wholes` are the units and `costs` the exact cents of each; `acquired_by` says how the lot of a row was acquired,
    `before` how many rows came before these, and `first` is the number of the first lot that any of them may have.
    """

    __slots__ = ("_acquired_by", "_before", "_first", "_rows", "costs", "wholes")

    def __init__(self, rows: Columns, acquired_by: Callable[[int], str], before: int, first: int) -> None:
        self._rows, self._acquired_by, self._before, self._first = rows, acquired_by, before, first
        self.wholes: list[int] = [0] * len(rows)
        self.costs: list[Cents] = [0] * len(rows)

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

    def piece(self, at: int) -> Piece:
        """All of the lot, as it leaves in a sale."""
        rows, day = self._rows, self._rows.days[at]
        source = Source(rows.commons[at].file, rows.lines[at])
        cost = self.costs[at]
        basis = (cost * PARTS, cost) if type(cost) is int else amount(cost)
        return self.wholes[at], basis, None, rows.ids[at], source, day, day, self._acquired_by(at), False

    def lot(self, at: int, wallet: str = "") -> OpenLot:
        """The lot as an object; in `wallet`, where it is moved there."""
        rows, day, cost = self._rows, self._rows.days[at], self.costs[at]
        common = rows.commons[at]
        lot = OpenLot(
            rows.ids[at],
            common.received_asset,
            wallet or common.wallet,
            self.wholes[at],
            (cost * PARTS, cost) if type(cost) is int else amount(cost),
            None,
            day,
            day,
            self._acquired_by(at),
            self.age(at),
            Source(common.file, rows.lines[at]),
        )
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


class Queue:
    """The lots of a pool in the order of one method. Most come in that order and stay in a row, which is taken from at
    one end; the others are in a heap beside it.

    A lot that nobody has looked at is the place of its row. Of the one of the row that leaves next `_taken` units have
    left, for sales of `_year` that nobody looks at.
    """

    __slots__ = ("_asked", "_end", "_heap", "_key", "_nets", "_row", "_taken", "_unmade", "_year")

    def __init__(self, method: str, lots: Iterable[OpenLot] = (), unmade: Unmade | None = None) -> None:
        self._end: int | None
        self._key: Callable[[OpenLot], Any]
        self._end, self._key = _IN_A_ROW.get(method, (None, METHODS[method]))
        self._row: deque[OpenLot | int] = deque()
        self._heap: list[_Entry] = []
        self._unmade = unmade
        self._taken = self._year = 0
        self._nets: MutableMapping[int, int] = {}
        self._asked: tuple[int, tuple[int, float, int], int] | None = None
        for lot in lots:
            self.add(lot)

    def add(self, lot: OpenLot) -> None:
        row, end = self._row, self._end
        if end is not None and (not row or (lot.age >= self._last() if end == 0 else lot.age > self._last())):
            if self._taken and end:
                self._next()  # it is not the next one from now on
            row.append(lot)
        else:
            heapq.heappush(self._heap, (self._key(lot), lot.number, lot))

    def add_row(self, at: int) -> None:
        """The same of the lot of a row, which is later than all those before it."""
        row, end, unmade = self._row, self._end, self._unmade
        assert unmade is not None
        if end is None:
            rank, number = unmade.rank(at, self._key), unmade.number_of(at)
            heapq.heappush(self._heap, (rank, number, at))
            return
        last = row[-1] if row else None
        if last is not None and not (unmade.later(at, last) if type(last) is int else unmade.age(at) > self._last()):
            self.add(unmade.lot(at))
            return
        if self._taken and end:
            self._next()
        row.append(at)

    def _last(self) -> tuple[int, float, int]:
        """The age of the last one of the row."""
        last = self._row[-1]
        if isinstance(last, OpenLot):
            return last.age
        assert self._unmade is not None
        return self._unmade.age(last)

    def _next(self) -> OpenLot:
        """The one of the row that leaves next, as an object."""
        end = self._end or 0
        entry = self._row[end]
        if isinstance(entry, OpenLot):
            return entry
        assert self._unmade is not None
        lot = self._row[end] = self._unmade.lot(entry)
        if self._taken:
            lot.taken, lot.owed = self._taken, (self._nets, self._year)
            self._taken = 0
        return lot

    def first(self) -> OpenLot | None:
        """The lot that leaves next, which may be used up; None where there is none."""
        if self._heap and self._heap_first():
            return self._of_heap()
        return self._next() if self._row else None

    def _of_heap(self) -> OpenLot:
        """The first of the heap, as an object."""
        rank, number, entry = self._heap[0]
        if isinstance(entry, OpenLot):
            return entry
        assert self._unmade is not None
        lot = self._unmade.lot(entry)
        self._heap[0] = rank, number, lot
        return lot

    def _heap_first(self) -> bool:
        """Whether the first of the heap, in which there is one, leaves before what is in the row."""
        row, heap = self._row, self._heap
        if not row:
            return True
        entry = row[self._end or 0]
        if isinstance(entry, OpenLot):
            return not (self._key(entry), entry.number) < heap[0][:2]
        if self._asked is None or self._asked[0] != entry:  # its key, which is its age, either way
            assert self._unmade is not None
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

    def spend(self, units: int, nets: MutableMapping[int, int], year: int) -> tuple[int, int]:
        """Take `units` of a sale that nobody looks at; how many are lacking, and the basis of the lots used up by it.

        What falls to the last one, of which something stays, is owed to the net of the year.
        """
        row, heap, end, unmade = self._row, self._heap, self._end or 0, self._unmade
        basis = cents = 0
        while units:
            if heap and self._heap_first():
                entry = heap[0][2]
                if type(entry) is int and unmade is not None and unmade.wholes[entry] <= units:
                    cost = unmade.costs[entry]
                    if type(cost) is int:
                        cents += cost
                    else:
                        basis += parts(cost)
                    units -= unmade.wholes[entry]
                    heapq.heappop(heap)
                    continue
                lot = self._of_heap()
            elif row:
                entry = row[end]
                if type(entry) is not int or (self._taken and self._year != year):
                    lot = self._next()
                else:
                    assert unmade is not None
                    left = unmade.wholes[entry] - self._taken
                    if units < left:
                        self._taken += units
                        self._nets, self._year = nets, year
                        return 0, basis + cents * PARTS
                    cost = unmade.costs[entry]
                    if type(cost) is int:
                        cents += cost
                    else:
                        basis += parts(cost)
                    units -= left
                    self._taken = 0
                    row.popleft() if end == 0 else row.pop()
                    continue
            else:
                break
            owed = lot.owed
            if owed is not None and owed[1] != year:
                lot.settle()
                owed = None
            left = lot.whole - lot.taken
            if units < left:
                lot.taken += units
                if owed is None:
                    lot.owed = nets, year
                return 0, basis + cents * PARTS
            if left:
                basis += lot.basis - lot.given[0]
                lot.given = lot.basis, lot.basis_cents
                lot.taken, lot.owed = lot.whole, None
                units -= left
            self.drop(lot)
        return units, basis + cents * PARTS

    def _unmade_within(self, units: int) -> int | None:
        """The lot that leaves next, left out of the queue, if all of it is there, is no more than so many units, and no
        object was made of it."""
        row, heap, end, unmade = self._row, self._heap, self._end or 0, self._unmade
        if unmade is None:
            return None
        if heap and self._heap_first():
            entry = heap[0][2]
            if type(entry) is int and unmade.wholes[entry] <= units:
                heapq.heappop(heap)
                return entry
        elif row:
            entry = row[end]
            if type(entry) is int and not self._taken and unmade.wholes[entry] <= units:
                row.popleft() if end == 0 else row.pop()
                return entry
        return None

    def _leaving(self, units: int, whole: Callable[[Unmade, int], T], part: Callable[[OpenLot, int], T]) -> list[T]:
        """Take `units`, or as many as there are, lot by lot: what `whole` makes of the place of one of which no object
        was made, and `part` of one that is looked at and how many of its units leave."""
        unmade = self._unmade
        found: list[T] = []
        while units:
            if (at := self._unmade_within(units)) is not None and unmade is not None:
                found.append(whole(unmade, at))
                units -= unmade.wholes[at]
                continue
            lot = self.first()
            if lot is None:
                break
            left = lot.whole - lot.taken
            some = units if units < left else left
            if some:
                found.append(part(lot, some))
                units -= some
            if lot.taken == lot.whole:
                self.drop(lot)
        return found

    def pieces(self, units: int) -> list[Piece]:
        """Take `units` of a sale, or as many as there are, lot by lot."""
        return self._leaving(units, Unmade.piece, _piece)

    def moved(self, units: int, wallet: str) -> list[OpenLot]:
        """The next `units`, or as many as there are, as lots of their own in `wallet`."""
        return self._leaving(units, lambda unmade, at: unmade.lot(at, wallet), lambda lot, some: lot.rest(some, wallet))

    def lots(self) -> list[OpenLot]:
        """All of them, in the order in which they came in."""
        if self._taken:
            self._next()
        unmade = self._unmade
        if unmade is not None:
            self._row = deque(lot if isinstance(lot, OpenLot) else unmade.lot(lot) for lot in self._row)
            self._heap = [
                (rank, number, lot if isinstance(lot, OpenLot) else unmade.lot(lot)) for rank, number, lot in self._heap
            ]
        return sorted((*self._row, *(entry[2] for entry in self._heap)), key=_number)  # type: ignore[arg-type]


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
        self.pieces: dict[tuple[Place, str], list[OpenLot]] = {}
        self.count = 0
        self.unmade: Unmade | None = None

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
            self.pieces.setdefault((place, lot.id), []).append(lot)
        if self.washes:
            self.washes.opened(lot)

    def row_of(self, asset: str, wallet: str) -> Queue:
        """The pool's lots by the one method that is asked for; an empty queue where there were none."""
        place = self.place(asset, wallet)
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
        for lot in self.pieces.get((self.place(asset, wallet), id), []):
            part = min(units, lot.left)
            if part:
                yield lot, part
                units -= part

    def wallets_with(self, asset: str, id: str) -> list[str]:
        """The wallets whose pools hold something of a lot that is asked for by name."""
        return [
            place[1]
            for (place, named), pieces in self.pieces.items()
            if named == id and place[0] == asset and any(piece.left for piece in pieces)
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

    def lots(self) -> list[OpenLot]:
        """What is left, oldest first."""
        return oldest_first([lot for place in self.heaps for lot in self._in(place) if lot.left])

    def _in(self, place: Place) -> list[OpenLot]:
        """The pool's lots in the order in which they came into it."""
        heaps = self.heaps.get(place)
        return next(iter(heaps.values())).lots() if heaps else []


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
