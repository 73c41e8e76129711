"""Rows in order to dispositions, income and open lots, by the texts of the law alone: one list, searched every time.

Rounding is in two functions, so that another way to round is one change: `cents_between`, for the pieces of an amount,
and `footed`, for the rows of a box.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import chain, pairwise

from reference.rows import Row

INCOME = ("staking", "mining", "airdrop", "fork", "interest", "reward", "wages", "payment")


class Short(Exception):
    """More units left than there were."""


def rounded(cents: Fraction) -> int:
    """Cents to whole ones, half a cent away from zero."""
    return int(abs(cents) + Fraction(1, 2)) * (-1 if cents < 0 else 1)


def cents_between(cents: int, start: Fraction, end: Fraction, whole: Fraction) -> int:
    """The whole cents that fall to the units from `start` to `end` of `whole`: by cumulated units, so none is lost."""
    return rounded(cents * end / whole) - rounded(cents * start / whole)


@dataclass
class Money:
    """Dollars exactly, and the whole cents that are printed for them."""

    exact: Fraction
    cents: int

    @classmethod
    def of(cls, dollars: Fraction) -> "Money":
        return cls(dollars, rounded(dollars * 100))

    def between(self, start: Fraction, end: Fraction, whole: Fraction) -> "Money":
        return Money(self.exact * (end - start) / whole, cents_between(self.cents, start, end, whole))


@dataclass
class Lot:
    """Units that came in together, or a piece of such a lot in another wallet."""

    id: str
    asset: str
    wallet: str
    units: Fraction
    basis: Money
    fmv: Money | None
    acquired: date
    received: date
    by: str
    instant: float
    order: int
    price: Fraction
    arrived: int = 0
    taken: Fraction = Fraction(0)

    @property
    def left(self) -> Fraction:
        return self.units - self.taken

    def take(self, units: Fraction) -> tuple[Money, Money | None]:
        start, self.taken = self.taken, self.taken + units
        fmv = None if self.fmv is None else self.fmv.between(start, self.taken, self.units)
        return self.basis.between(start, self.taken, self.units), fmv

    @property
    def age(self) -> tuple[date, float, int]:
        return self.acquired, self.instant, self.order


@dataclass(frozen=True)
class Sold:
    """One lot's units of one disposal, as Form 8949 has them; money in cents."""

    row: str
    kind: str
    lot: str
    asset: str
    wallet: str
    units: Fraction
    acquired: str
    disposed: date
    proceeds: int
    basis: int
    gain: int
    term: str
    exact_proceeds: Fraction
    exact_basis: Fraction
    between_the_bases: bool = False


def footed(year: list[Sold]) -> list[Sold]:
    """The disposals of a year as they are printed: where the cents of a box are off by one, they are carried on.

    Without brokers' forms there is one box for each term. Rows stand by day of disposal, then in ledger order.
    """
    printed = []
    for term in ("short", "long"):
        rows = sorted((one for one in year if one.term == term), key=lambda one: one.disposed)
        proceeds = _carried([one.exact_proceeds for one in rows], [one.proceeds for one in rows])
        bases = _carried([one.exact_basis for one in rows], [one.basis for one in rows])
        for one, got, basis in zip(rows, proceeds, bases, strict=True):
            counts = got if one.between_the_bases else basis
            printed.append(replace(one, proceeds=got, basis=counts, gain=got - counts))
    return printed


_FINEST = 10**15
"""What is less of a cent than a part in so many moves no sum over half a cent, or under it."""


def _carried(exact: list[Fraction], cents: list[int]) -> list[int]:
    if abs(_steady(sum(exact) * 100 - sum(cents))) < 1:
        return cents
    sums = [Fraction(0)]
    for amount in exact:
        sums.append(sums[-1] + amount * 100)
    return [rounded(_steady(after)) - rounded(_steady(before)) for before, after in pairwise(sums)]


def _steady(amount: Fraction) -> Fraction:
    return Fraction(round(amount * _FINEST), _FINEST)


@dataclass
class Outcome:
    """What a ledger comes to. `income` is (row, kind, dollars)."""

    sold: list[Sold] = field(default_factory=list)
    income: list[tuple[str, str, Fraction]] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)


Choice = tuple[str, list[tuple[str, Fraction]]]
"""How the units of an asset that leave in a row are chosen: a method, and before it units of lots by name."""


def run(rows: list[Row], method: str, pool: str) -> Outcome:
    """All rows by one method. `pool` is `wallet` or `universal`. Raises Short."""
    book = Book(lambda row, asset: (method, []), pool)
    for order, row in enumerate(rows, 1):
        book.apply(row, order)
    return book.closed()


class Book:
    """The open lots and what became of the others. `choose` says how the units of a row are chosen."""

    def __init__(self, choose: Callable[[Row, str], Choice], pool: str) -> None:
        self.choose, self.pool = choose, pool
        self.method, self.named = "fifo", list[tuple[str, Fraction]]()
        self.lots: list[Lot] = []
        self.arrivals = 0
        self.outcome = Outcome()

    def apply(self, row: Row, order: int) -> None:
        """Units out, units in, then the fee's units."""
        self.named = list(self.choose(row, row.sent[1])[1]) if row.sent else []
        lessens = row.kind in ("sell", "spend", "trade")
        if row.sent is not None and row.kind == "transfer":
            self.move(row)
        elif row.sent is not None:
            self.dispose(row, row.kind, *row.sent, row.value - row.fee_worth if lessens else row.value)
        if row.received is not None and row.kind != "transfer":
            self.receive(row, order)
        if row.fee is not None:
            withheld = row.day.year >= 2025 and row.kind == "trade" and row.received and row.received[1] == row.fee[1]
            self.dispose(row, "fee", *row.fee, row.fee_worth, self.lots[-1] if withheld else None)

    def closed(self) -> Outcome:
        """What it all came to."""
        self.outcome.lots = [lot for lot in self.lots if lot.left]
        return self.outcome

    def leaving(self, row: Row, asset: str, wanted: Fraction) -> Iterator[tuple[Lot, Fraction]]:
        """(lot, units that leave from it): those that are named, as far as they are there, then by the method."""
        while self.named and wanted and asset == (row.sent[1] if row.sent else ""):
            name, units = self.named.pop(0)
            if units > wanted:
                self.named.insert(0, (name, units - wanted))
                units = wanted
            for lot in sorted(self.lots, key=lambda lot: lot.arrived):
                if lot.id == name and self.at_hand(lot, asset, row.wallet) and units:
                    part = min(units, lot.left)
                    units -= part
                    wanted -= part
                    yield lot, part
        self.method = self.choose(row, asset)[0]
        while wanted:
            lot = self.next_lot(asset, row.wallet)
            part = min(wanted, lot.left)
            wanted -= part
            yield lot, part

    def at_hand(self, lot: Lot, asset: str, wallet: str) -> bool:
        """Whether units of a lot can leave from a wallet."""
        return lot.left > 0 and lot.asset == asset and (self.pool == "universal" or lot.wallet == wallet)

    def receive(self, row: Row, order: int) -> None:
        assert row.received is not None
        units, asset = row.received
        basis, fmv, by, acquired = row.value, None, "purchase", row.day
        if row.kind == "buy":
            basis = row.value + row.fee_worth
        elif row.kind in INCOME:
            by = "income"
            self.outcome.income.append((row.id, row.kind, row.value))
        elif row.kind == "gift_in":
            basis, fmv, by, acquired = row.basis or Fraction(0), row.fmv, "gift", row.acquired or row.day
        elif row.kind == "inherited":
            by, acquired = "inheritance", row.acquired or row.day
            basis = row.basis if row.basis is not None else row.fmv or Fraction(0)
        elif row.kind == "opening":
            basis, by, acquired = row.basis or Fraction(0), "opening", row.acquired or row.day
        lot = Lot(
            id=row.id,
            asset=asset,
            wallet=row.wallet,
            units=units,
            basis=Money.of(basis),
            fmv=None if fmv is None else Money.of(fmv),
            acquired=acquired,
            received=row.day,
            by=by,
            instant=row.instant.timestamp() if acquired == row.day else 0.0,
            order=order,
            price=basis / units,
        )
        self.add(lot)

    def add(self, lot: Lot) -> None:
        self.arrivals += 1
        lot.arrived = self.arrivals
        self.lots.append(lot)

    def next_lot(self, asset: str, wallet: str) -> Lot:
        """The lot that goes first. Pieces of one lot go in the order in which they arrived."""
        open_lots = [lot for lot in self.lots if self.at_hand(lot, asset, wallet)]
        if not open_lots:
            raise Short(f"{asset} in {wallet}")
        first_arrived = sorted(open_lots, key=lambda lot: lot.arrived)
        oldest = sorted(first_arrived, key=lambda lot: lot.age)
        if self.method == "fifo":
            return oldest[0]
        if self.method == "lifo":
            return max(first_arrived, key=lambda lot: lot.age)
        if self.method == "hifo":
            return max(oldest, key=lambda lot: lot.price)
        return min(oldest, key=lambda lot: lot.price)

    def move(self, row: Row) -> None:
        """Units to another wallet, with their basis and dates; in one common pool nothing has to move."""
        if self.pool == "universal" or row.sent is None:
            return
        wanted, asset = row.sent
        pieces = []
        for lot, part in self.leaving(row, asset, wanted):
            pieces.append(piece_of(lot, part, row.to_wallet))
        for piece in pieces:
            self.add(piece)

    def dispose(
        self, row: Row, kind: str, wanted: Fraction, asset: str, dollars: Fraction, first: Lot | None = None
    ) -> None:
        proceeds, done, whole = Money.of(dollars), Fraction(0), wanted
        taken = [] if first is None else [(first, min(wanted, first.left))]
        rest = wanted - sum(part for _, part in taken)
        for lot, part in chain(taken, self.leaving(row, asset, rest)):
            basis, fmv = lot.take(part)
            got = proceeds.between(done, done + part, whole)
            done += part
            self.outcome.sold.append(_sold(row, kind, lot, part, got, basis, fmv))


def piece_of(lot: Lot, units: Fraction, wallet: str) -> Lot:
    """The next `units` of a lot as a lot of their own in a wallet, with their basis and dates."""
    basis, fmv = lot.take(units)
    return Lot(
        lot.id, lot.asset, wallet, units, basis, fmv, lot.acquired, lot.received, lot.by, lot.instant, lot.order,
        lot.price,
    )  # fmt: skip


def _sold(row: Row, kind: str, lot: Lot, units: Fraction, got: Money, basis: Money, fmv: Money | None) -> Sold:
    since, counts = lot.acquired, basis
    if lot.by == "gift":
        since, counts = _of_a_gift(lot, got, basis, fmv or basis)
    long = lot.by == "inheritance" or _more_than_a_year(since, row.day)
    return Sold(
        row=row.id,
        kind=kind,
        lot=lot.id,
        asset=lot.asset,
        wallet=row.wallet,
        units=units,
        acquired="INHERITED" if lot.by == "inheritance" else since.strftime("%m/%d/%Y"),
        disposed=row.day,
        proceeds=got.cents,
        basis=counts.cents,
        gain=got.cents - counts.cents,
        term="long" if long else "short",
        exact_proceeds=got.exact,
        exact_basis=counts.exact,
        between_the_bases=lot.by == "gift" and counts is got,
    )


def _of_a_gift(lot: Lot, got: Money, donor: Money, fmv: Money) -> tuple[date, Money]:
    """(held since, basis): IRC 1015(a), the donor's basis, but for a loss no more than the worth at the gift."""
    if donor.exact == 0 and lot.acquired == lot.received:
        return lot.received, Money.of(Fraction(0))  # the donor's basis can't be shown
    if fmv.exact >= donor.exact or got.exact > donor.exact:
        return lot.acquired, donor
    if got.exact < fmv.exact:
        return lot.received, fmv
    return lot.acquired, got  # between the two: neither gain nor loss


def _more_than_a_year(since: date, disposed: date) -> bool:
    """IRC 1222 and Rev. Rul. 66-7: the day of acquisition is left out; what began on a month's last day ends on one."""
    last = monthrange(since.year, since.month)[1]
    next_last = monthrange(since.year + 1, since.month)[1]
    day = next_last if since.day == last else since.day
    return disposed > date(since.year + 1, since.month, day)
