"""Which units leave, by the texts of the law: identifications, standing orders, methods by wallet, and 1 January 2025.

Read from Treas. Reg. 1.1012-1(j), Notices 2025-7 and 2026-20 and Rev. Proc. 2024-28; before 2025 from the IRS FAQ 39 to
41.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from reference.lots import Book, Choice, Lot, Outcome, Short, piece_of
from reference.rows import Row

Moment = date | datetime
FIRST = date(2025, 1, 1)
DUE = date(2026, 4, 15)


@dataclass(frozen=True)
class Identified:
    """Units of lots for a row; rows by their number in the file, from 0."""

    row: int
    lots: tuple[tuple[int, Fraction], ...]
    at: Moment | None
    record: bool
    told: str


@dataclass(frozen=True)
class Order:
    """A standing order."""

    method: str
    wallets: frozenset[str]
    since: date
    recorded: Moment
    told: str


@dataclass(frozen=True)
class Allocation:
    """Of one asset (specific) or of all (global, `asset` empty)."""

    how: str
    asset: str
    recorded: Moment
    completed: Moment | None
    order: str
    wallets: tuple[str, ...]
    units: tuple[tuple[str, int, Fraction], ...]


@dataclass
class Said:
    """What a case says of lots. `elected` is the case's lot method; `custody` and `only` are by wallet."""

    pool: str = "universal"
    elected: str = "none"
    by_wallet: dict[str, tuple[str, date | None]] = field(default_factory=dict)
    custody: dict[str, str] = field(default_factory=dict)
    only: dict[str, str] = field(default_factory=dict)
    identified: list[Identified] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    allocation: Allocation | None = None


def in_time(moment: Moment | None, row: Row) -> bool:
    """No later than the row; where one of the two is only a day, on a day before."""
    if moment is None:
        return False
    if isinstance(moment, datetime) and row.timed:
        return moment <= row.instant
    return (moment.date() if isinstance(moment, datetime) else moment) < row.day


class Chooser:
    """Says how the units of each row are chosen."""

    def __init__(self, said: Said, rows: list[Row]) -> None:
        self.said = said
        self.by_number = {row.number: row for row in rows}
        self.first_disposal: dict[str, Row] = {}
        self.came_before = {row.received[1] for row in rows if row.received and row.day < FIRST}
        for row in (row for row in rows if row.day >= FIRST):
            if row.sent is not None and row.kind != "transfer":
                self.first_disposal.setdefault(row.sent[1], row)
            if row.fee is not None:
                self.first_disposal.setdefault(row.fee[1], row)

    def allocation_of(self, asset: str) -> Allocation | None:
        """The allocation that counts for an asset: Rev. Proc. 2024-28, section 5.02(4) and (5)."""
        one = self.said.allocation
        if one is None or one.asset not in ("", asset) or asset not in self.came_before:
            return None
        first = self.first_disposal.get(asset)
        if one.how == "specific":
            return one if (first is None or in_time(one.recorded, first)) and _day(one.recorded) < DUE else None
        if _day(one.recorded) >= FIRST:
            return None
        done = one.completed
        return one if done is None or _day(done) < DUE or first is None or in_time(done, first) else None

    def open_allocation(self, row: Row, asset: str) -> bool:
        """Section 5.02(5)(c): a global allocation that was not complete when the units left."""
        one = self.allocation_of(asset) if row.day >= FIRST else None
        return one is not None and one.how == "global" and not in_time(one.completed, row)

    def __call__(self, row: Row, asset: str) -> Choice:
        method = self.method(row, asset)
        for one in self.said.identified:
            if one.row == row.number and self.counts(one, row):
                return method, [(self.by_number[number].id, units) for number, units in one.lots]
        return method, []

    def counts(self, one: Identified, row: Row) -> bool:
        if not one.record or not in_time(one.at, row):
            return False
        early = any(self.by_number[number].day < FIRST for number, _ in one.lots)
        return not (early and self.open_allocation(row, _asset(row)))

    def method(self, row: Row, asset: str) -> str:
        said, told = self.said, False
        for order in sorted(said.orders, key=lambda order: order.since, reverse=True):
            if row.wallet in order.wallets and order.since <= row.day:
                open_ = self.open_allocation(row, asset)
                reached = order.told == "broker" or said.custody.get(row.wallet) == "own"
                if order.method == "fifo" or (in_time(order.recorded, row) and (reached or not open_)):
                    return order.method
                told = True
        if not told:
            method, since = said.by_wallet.get(row.wallet, ("", None))
            if method and (since is None or since <= row.day):
                return method
            if said.elected not in ("none", "specific"):
                return said.elected
        if row.day >= FIRST and said.custody.get(row.wallet) == "broker" and row.wallet in said.only:
            return said.only[row.wallet]
        return "fifo"


def _asset(row: Row) -> str:
    return row.sent[1] if row.sent else row.fee[1] if row.fee else ""


def _day(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


class NoPlace(Exception):
    """By their own histories wallets hold other units than the pool has lots for."""


@dataclass
class Opened:
    """1 January 2025: the lots of each wallet. None where no common pool came before."""

    outcome: Outcome
    wallets: list[Lot] | None


def run(rows: list[Row], said: Said) -> Opened:
    """All rows. Raises Short and NoPlace."""
    choose = Chooser(said, rows)
    if said.pool == "wallet" or all(row.day >= FIRST for row in rows):
        book = Book(choose, "wallet")
        for order, row in enumerate(rows, 1):
            book.apply(row, order)
        return Opened(book.closed(), None)
    pool, own, before = at_the_end_of_2024(rows, choose)
    book = Book(choose, "wallet")
    book.outcome = pool.outcome
    opened = placed(pool, own, choose)
    for lot in opened:
        book.add(lot)
    wallets = [_still(lot) for lot in opened]
    for order, row in enumerate(rows[before:], before + 1):
        book.apply(row, order)
    return Opened(book.closed(), wallets)


def at_the_end_of_2024(rows: list[Row], choose: Chooser) -> tuple[Book, Book, int]:
    """The common pool, each wallet by its own history, and how many rows were before 2025."""
    pool, own = Book(choose, "universal"), Book(choose, "wallet")
    before = sum(row.day < FIRST for row in rows)
    for order, row in enumerate(rows[:before], 1):
        pool.apply(row, order)
    try:
        for order, row in enumerate(rows[:before], 1):
            own.apply(row, order)
    except Short:
        raise NoPlace from None
    return pool, own, before


def placed(pool: Book, own: Book, choose: Chooser) -> list[Lot]:
    """The pool's lots in wallets, asset by asset: as allocated, else where the wallets' own histories have them."""
    found: list[Lot] = []
    held = sorted((lot for lot in pool.lots if lot.left), key=lambda lot: lot.age)
    seats = sorted((lot for lot in own.lots if lot.left), key=lambda lot: lot.age)
    for asset in sorted({lot.asset for lot in (*held, *seats)}):
        lots = [lot for lot in held if lot.asset == asset]
        mine = [lot for lot in seats if lot.asset == asset]
        found += _of_asset(lots, sorted(mine, key=lambda s: (s.received, s.age, s.wallet)), choose.allocation_of(asset),
                           choose)  # fmt: skip
    return sorted(found, key=lambda lot: (lot.asset, lot.age, lot.wallet))


def _of_asset(lots: list[Lot], seats: list[Lot], allocation: Allocation | None, choose: Chooser) -> list[Lot]:
    room: dict[str, Fraction] = {}
    for seat in seats:
        room[seat.wallet] = room.get(seat.wallet, Fraction(0)) + seat.left
    found: list[Lot] = []

    def put(lot: Lot, units: Fraction, wallet: str) -> None:
        if units:
            room[wallet] -= units
            found.append(piece_of(lot, units, wallet))

    if allocation is None:
        there = [[seat.id, seat.wallet, seat.left] for seat in seats]
        for lot in lots:
            for place in (place for place in there if place[0] == lot.id):
                part = min(lot.left, Fraction(place[2]))
                place[2] = Fraction(place[2]) - part
                put(lot, part, str(place[1]))
        for lot in lots:
            for wallet in room:
                put(lot, min(lot.left, room[wallet]), wallet)
    elif allocation.how == "specific":
        for wallet, number, units in allocation.units:
            name, left = choose.by_number[number].id, units
            for lot in (lot for lot in lots if lot.id == name):
                part = min(lot.left, left)
                left -= part
                put(lot, part, wallet)
    else:
        keys = {
            "fifo": lots,
            "lifo": sorted(lots, key=lambda lot: lot.age, reverse=True),
            "hifo": sorted(lots, key=lambda lot: -lot.price),
            "lofo": sorted(lots, key=lambda lot: lot.price),
        }
        for wallet in allocation.wallets:
            for lot in keys[allocation.order]:
                put(lot, min(lot.left, room.get(wallet, Fraction(0))), wallet)
    if any(room.values()):
        raise NoPlace
    return found


def _still(lot: Lot) -> Lot:
    """A lot as it stands now, apart from what becomes of it."""
    return Lot(
        lot.id, lot.asset, lot.wallet, lot.units, lot.basis, lot.fmv, lot.acquired, lot.received, lot.by, lot.instant,
        lot.order, lot.price,
    )  # fmt: skip
