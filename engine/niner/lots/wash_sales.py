"""Losses on units bought back: what of each is not allowed, and the lot that takes it over with its time held.

Which sales and which purchases count, and for how many days, is law and is asked of the caller. The order is that of
Treas. Reg. §1.1091-1(b) to (e): losses in the order of the sales, the units of a sale in the order in which they were
bought, what was bought back in the order of the purchases, and each unit of it once. So one pass forward is enough: a
purchase before the sale is an open lot when the loss is taken, and one after it finds the loss waiting.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Generic, Protocol, Self, TypeVar

from niner.dataclass import dataclass
from niner.exact import quantity, units
from niner.lots.values import Disposition, Replaced
from niner.money import share

Amount = tuple[int, int]
"""Money kept twice: (parts of a cent, whole cents)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the rules say of a loss on units that were bought back.

    `days` before and after the sale count; with `same_purchase`, so do units kept of the purchase that was itself sold.
    """

    days: int
    same_purchase: bool = False


@dataclass(frozen=True, slots=True)
class Law:
    """Which losses are not allowed so far as units were bought back.

    `terms` are those of a sale, by its transaction, the kind of disposition and the asset; None where a loss on it is
    allowed. `basis` gives the basis that counts for a loss, and `since` the day from which the units were held.
    `most_days` is the longest of any terms.
    """

    terms: Mapping[tuple[str, str, str], Terms]
    basis: Callable[[Disposition], Amount]
    since: Callable[[Disposition], date]
    most_days: int


@dataclass(frozen=True, slots=True)
class Later:
    """A purchase after the last year that is matched, so far as its units were not paid away at once."""

    id: str
    asset: str
    quantity: Decimal
    day: date


class OpenLot(Protocol):
    """What is needed of a lot that is being used up."""

    id: str
    asset: str
    wallet: str
    received: date
    age: tuple[int, float, int]
    replaced: bool

    @property
    def left(self) -> int: ...

    def replacing(self, units: int, loss: Amount, held_days: int) -> Self: ...


L = TypeVar("L", bound=OpenLot)


@dataclass(slots=True)
class _Loss:
    """The loss on the units of one lot in one sale, so far as it is not yet matched. `place` is that of the row."""

    sold: Disposition
    place: int | None
    loss: Amount
    units: int
    days: int
    same_purchase: bool
    held_days: int
    matched: int = 0

    @property
    def left(self) -> int:
        return self.units - self.matched

    def match(self, units: int) -> Amount:
        """What of the loss falls to the next `units`: by cumulated units, so that every cent of it is somewhere."""
        start, self.matched = self.matched, self.matched + units
        exact, cents = (
            share(amount, self.matched, self.units) - share(amount, start, self.units) for amount in self.loss
        )
        return exact, cents


class WashSales(Generic[L]):
    """The losses of one ledger and the purchases that they meet, followed in the ledger's order."""

    def __init__(self, law: Law, scale: int, nets: MutableMapping[int, int]) -> None:
        self.law = law
        self.scale = scale
        self.nets = nets
        self.replaced: list[Replaced] = []
        self._bought: set[str] = set()
        self._recent: dict[str, list[tuple[tuple[int, float, int], int, L]]] = {}
        self._waiting: defaultdict[str, deque[_Loss]] = defaultdict(deque)
        self._matched: dict[int, Amount] = {}
        self._whole: set[int] = set()
        self._count = 0

    def begin(self) -> None:
        """The open lots will be named anew: those of a year whose pools are others."""
        self._recent.clear()

    def opened(self, lot: L) -> None:
        """A lot, or what moved of one, lies in a pool."""
        if lot.id in self._bought and not lot.replaced:
            self._count += 1
            heapq.heappush(self._recent.setdefault(lot.asset, []), (lot.age, self._count, lot))

    def sold(
        self,
        pieces: Iterable[tuple[Disposition, L, int, int | None]],
        terms: Terms,
        add: Callable[[L, int], None],
    ) -> None:
        """One sale: (row, its lot, units, place of the row among those kept) for each lot that it took."""
        for d, _, count, place in sorted(pieces, key=lambda piece: piece[1].age):
            exact, cents = self.law.basis(d)
            loss = exact - d.proceeds_parts, cents - d.proceeds_cents
            if min(loss) <= 0:
                continue
            held_days = (d.disposed - self.law.since(d)).days
            lost = _Loss(d, place, loss, count, terms.days, terms.same_purchase, held_days)
            self._look_back(lost, add)
            if lost.left:
                self._waiting[d.asset].append(lost)

    def bought(self, lot: L, add: Callable[[L, int], None]) -> None:
        """A purchase that counts, after what was sold of it at once."""
        self._bought.add(lot.id)
        for loss in self._due(lot.asset, lot.id, lot.received):
            if not lot.left:
                return
            self._match(loss, lot, add)
        if lot.left:
            self.opened(lot)

    def bought_later(self, later: Later) -> None:
        """It can only make losses of the last year not allowed."""
        left = units(later.quantity, self.scale)
        for loss in self._due(later.asset, later.id, later.day):
            if not left:
                return
            part = min(left, loss.left)
            self._record(loss, later.id, part, loss.match(part))
            left -= part

    def applied(self, dispositions: list[Disposition]) -> None:
        """Puts what is not allowed on each of the rows kept."""
        for place, (exact, cents) in self._matched.items():
            dispositions[place] = dispositions[place]._replace(
                disallowed_parts=exact,
                disallowed_cents=cents,
                all_disallowed=place in self._whole,
            )

    def _look_back(self, loss: _Loss, add: Callable[[L, int], None]) -> None:
        """Matches a loss with what is still held of purchases before the sale."""
        recent = self._recent.get(loss.sold.asset, [])
        day = loss.sold.disposed
        aside = []
        while loss.left and recent:
            lot = recent[0][2]
            if not lot.left or lot.received < day - timedelta(self.law.most_days):
                heapq.heappop(recent)
            elif lot.received < day - timedelta(loss.days) or (lot.id == loss.sold.lot and not loss.same_purchase):
                aside.append(heapq.heappop(recent))
            else:
                self._match(loss, lot, add)
        for entry in aside:
            heapq.heappush(recent, entry)

    def _due(self, asset: str, id: str, day: date) -> Iterable[_Loss]:
        """The losses that a purchase meets, earliest first; those whose days are over wait no longer."""
        waiting = self._waiting[asset]
        for loss in tuple(waiting):
            if not loss.left or day > loss.sold.disposed + timedelta(loss.days):
                waiting.remove(loss)
            elif loss.sold.transaction != id:
                yield loss

    def _match(self, loss: _Loss, lot: L, add: Callable[[L, int], None]) -> None:
        count = min(loss.left, lot.left)
        amount = loss.match(count)
        add(lot.replacing(count, amount, loss.held_days), amount[1])
        self._record(loss, lot.id, count, amount)

    def _record(self, loss: _Loss, id: str, count: int, amount: Amount) -> None:
        d = loss.sold
        self.nets[d.disposed.year] = self.nets.get(d.disposed.year, 0) + amount[0]
        self.replaced.append(
            Replaced(
                d.transaction,
                d.disposed,
                d.source,
                d.asset,
                d.lot,
                id,
                quantity(count, self.scale),
                amount[1],
                loss.held_days,
            )
        )
        if loss.place is not None:
            exact, cents = self._matched.get(loss.place, (0, 0))
            self._matched[loss.place] = exact + amount[0], cents + amount[1]
            if not loss.left:
                self._whole.add(loss.place)
