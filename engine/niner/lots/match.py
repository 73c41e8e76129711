"""Transactions in order to dispositions, lot by lot, and the lots still held.

Quantities are integers of one scale for the whole ledger, so nothing is rounded. Money is kept twice: in parts of a
cent, which are exact, and in whole cents as a row prints them; both are shared out by cumulated units, so every cent
and every part of a lot leaves with it or stays. What a kind of transaction does is told by `Treatment`,
which the rules decide; this module only knows how to do it.
"""

import heapq
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from niner.exact import decimals, quantity, units
from niner.ledger.transaction import Transaction
from niner.lots.journal import Entry, Held, What, pool_entries, reversed_entry
from niner.lots.methods import METHODS, Key, Rank
from niner.lots.shortage import Shortages
from niner.lots.values import Departure, Disposition, Lot, Replaced
from niner.lots.wash_sales import Later, Law, WashSales
from niner.money import Cents, parts, share, whole_cents
from niner.values import Finding, Source

_LEAST_DECIMALS = 18


# What the treatments that bring units in are called on a lot; those in the second list state their own date.
ACQUIRED_BY = {
    "acquisition": "purchase",
    "exchange": "trade",
    "income": "income",
    "opening": "opening",
    "gift_received": "gift",
    "inheritance": "inheritance",
    "spouse_received": "spouse",
    "rebate": "rebate",
    "created": "created",
}
_DATED = ("opening", "gift_received", "inheritance", "spouse_received")

BASIS: Mapping[str, Callable[[Transaction, Cents], tuple[Cents, Cents | None]]] = {
    "cost": lambda t, cost: (cost, None),
    "amount_included": lambda t, cost: (t.value_cents or 0, None),
    "stated": lambda t, cost: (t.basis_cents or 0, None),
    "donor_basis": lambda t, cost: (t.basis_cents or 0, t.fmv_cents),
    "zero": lambda t, cost: (0, None),
    "stated_or_value_at_death": lambda t, cost: (t.fmv_cents or 0 if t.basis_cents is None else t.basis_cents, None),
}
"""(basis, worth at gift) of units received, in exact cents, by the conclusions of the decision `basis_from`; `cost` is
the value with a fee that is added to basis."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """What the rules say a transaction does: decisions `treatment`, `basis_from`, `fee_…` and `replacement`."""

    treatment: str
    fee_treatment: str
    fee_is_disposition: bool
    fee_units: str
    fee_reported: str
    basis_from: str
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive years with one method and one kind of pool.

    `allocation` says how the lots of a common pool before it are put into wallets, where each wallet is a pool in it.
    """

    first_year: int
    last_year: int
    method: str
    pool: str
    allocation: str = ""


@dataclass(frozen=True, slots=True)
class WalletLots:
    """What one wallet took over from others of one asset when wallets became pools, or holds without a lot.

    `lots` is 0, `days` empty and `basis_cents` 0 where no lot was left for `units`.
    """

    year: int
    asset: str
    wallet: str
    units: Decimal
    lots: int
    days: tuple[date, ...]
    basis_cents: int


@dataclass(frozen=True, slots=True)
class MatchResult:
    """Dispositions of the years asked for in ledger order, the lots held at the end, and what was found.

    `settled` are the wallets whose own lots were not enough when wallets became pools, `departures` the lots of units
    that left without a sale in those years.
    """

    dispositions: tuple[Disposition, ...]
    held: tuple[Lot, ...]
    findings: tuple[Finding, ...]
    settled: tuple[WalletLots, ...] = ()
    departures: tuple[Departure, ...] = ()
    nets: Mapping[int, int] = field(default_factory=dict)
    """Proceeds less basis of every year with a disposition, in parts of a cent, without losses that are not allowed."""
    replaced: tuple[Replaced, ...] = ()
    """What was bought back of units sold at a loss that is not allowed, in all years."""


Amount = tuple[int, int]
"""Money kept twice: (parts of a cent, whole cents as printed)."""


def _amount(exact: Cents) -> Amount:
    return parts(exact), whole_cents(exact)


def _between(amount: Amount, start: int, end: int, whole: int) -> Amount:
    """What falls to the units from `start` to `end` of `whole`."""
    if not start and end == whole:
        return amount
    exact, cents = amount
    return (
        share(exact, end, whole) - share(exact, start, whole),
        share(cents, end, whole) - share(cents, start, whole),
    )


class _OpenLot:
    """A lot being used up. `whole` units came in with `basis`; `taken` of them have left.

    `price` is the exact unit price of the lot as it first came in: what it cost and how many units it then was.
    """

    __slots__ = (
        "acquired",
        "age",
        "asset",
        "basis",
        "basis_cents",
        "by",
        "fmv",
        "id",
        "price",
        "received",
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
        price: Fraction | None = None,
        replaced: bool = False,
    ) -> None:
        self.replaced = replaced
        self.price = Fraction(basis[0], whole) if price is None else price
        self.id, self.asset, self.wallet, self.whole = id, asset, wallet, whole
        self.basis, self.basis_cents = basis
        self.fmv = fmv
        self.acquired, self.received, self.by, self.age, self.source = acquired, received, by, age, source
        self.taken = 0

    @property
    def left(self) -> int:
        return self.whole - self.taken

    def take(self, units: int) -> tuple[Amount, Amount | None]:
        """(basis, worth at gift) of the next `units`; shared by cumulated units so that none is lost."""
        before, self.taken = self.taken, self.taken + units
        basis = _between((self.basis, self.basis_cents), before, self.taken, self.whole)
        return basis, None if self.fmv is None else _between(self.fmv, before, self.taken, self.whole)

    def peek(self) -> Amount:
        """The basis of what is left."""
        return _between((self.basis, self.basis_cents), self.taken, self.whole, self.whole)

    def rest(self, units: int, wallet: str, asset: str = "") -> "_OpenLot":
        """The next `units` of this lot as a lot of their own in `wallet`, with their basis and dates; `asset` is their
        new name, where they have one."""
        basis, fmv = self.take(units)
        return _OpenLot(
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
            self.price,
            self.replaced,
        )

    def replacing(self, units: int, loss: Amount, held_days: int) -> "_OpenLot":
        """The next `units` as a lot of their own that has a loss added to its basis and is held for days more."""
        piece = self.rest(units, self.wallet)
        piece.basis, piece.basis_cents = piece.basis + loss[0], piece.basis_cents + loss[1]
        piece.price = Fraction(piece.basis, units)
        piece.acquired -= timedelta(held_days)
        piece.replaced = True
        return piece


class _Pools:
    """Open lots by asset, and by wallet where each wallet is a pool of its own, in the method's order."""

    def __init__(self, by_wallet: bool, key: Key, washes: WashSales[_OpenLot] | None = None) -> None:
        self.by_wallet = by_wallet
        self.washes = washes
        self.key = key
        self.heaps: dict[tuple[str, str], list[tuple[Rank, int, _OpenLot]]] = {}
        self.count = 0

    def place(self, asset: str, wallet: str) -> tuple[str, str]:
        return asset, wallet if self.by_wallet else ""

    def add(self, lot: _OpenLot) -> None:
        self.count += 1
        heap = self.heaps.setdefault(self.place(lot.asset, lot.wallet), [])
        heapq.heappush(heap, (self.key(lot), self.count, lot))
        if self.washes:
            self.washes.opened(lot)

    def take(self, asset: str, wallet: str, units: int) -> Iterator[tuple[_OpenLot, int]]:
        """(lot, units to take from it) until `units` are found or the pool is empty; the caller takes them."""
        heap = self.heaps.get(self.place(asset, wallet), [])
        while units and heap:
            lot = heap[0][2]
            part = min(units, lot.left)
            if part:
                yield lot, part
                units -= part
            if not lot.left:
                heapq.heappop(heap)

    def held(self, asset: str, wallet: str) -> int:
        return sum(entry[2].left for entry in self.heaps.get(self.place(asset, wallet), []))

    def lots(self) -> list[_OpenLot]:
        """What is left, oldest first."""
        open_lots = [entry[2] for heap in self.heaps.values() for entry in heap if entry[2].left]
        return sorted(open_lots, key=lambda lot: (lot.asset, lot.age, lot.wallet, lot.id, lot.replaced, lot.acquired))


def match(
    transactions: Sequence[Transaction],
    spans: Sequence[Span],
    treatment: Callable[[Transaction], Treatment],
    years: frozenset[int] | None = None,
    progress: Callable[[int], None] | None = None,
    journal: list[Entry] | None = None,
    law: Law | None = None,
    after: Sequence[Later] = (),
) -> MatchResult:
    """Run `transactions` (by time) through the spans. Dispositions are kept for `years`, or for all if None.

    Selling more than is held is an error in the findings; the rest of the ledger is still run. What happens to each lot
    is entered in `journal`, where one is given. `law` says which losses are not allowed where units were bought back,
    and `after` are purchases after the last year by which it can still be so.
    """
    scale = max(_scale(transactions), *(decimals(purchase.quantity) for purchase in after), 0)
    shortages = Shortages(scale)
    dispositions: list[Disposition] = []
    departures: list[Departure] = []
    nets: dict[int, int] = {}
    settled: list[WalletLots] = []
    washes = WashSales[_OpenLot](law, scale, nets) if law else None
    held: list[_OpenLot] = []
    actual: list[_OpenLot] = []  # where the units are by each wallet's own history
    done = 0
    for place, span in enumerate(spans):
        rows = [t for t in transactions if span.first_year <= t.day.year <= span.last_year]
        run = _Run(span, treatment, scale, shortages, dispositions, years, departures, nets, journal, washes)
        now = run.through(held, actual, rows, _from(progress, done))
        done += len(rows)
        if span.pool == "wallet":
            held, actual = now, [copy(lot) for lot in now]
            continue
        by_wallet = Span(span.first_year, span.last_year, span.method, "wallet")
        actual = _Run(by_wallet, treatment, scale, None, [], frozenset()).through(actual, actual, rows, None)
        wallets_part = place + 1 < len(spans) and spans[place + 1].pool == "wallet"
        if wallets_part:
            allocate = ALLOCATIONS[spans[place + 1].allocation]
            before = [] if journal is None else _entered(now, scale)
            held, settled = allocate(now, [copy(lot) for lot in actual], scale, span.last_year + 1)
            _write(journal, before, held, scale, date(span.last_year + 1, 1, 1))
        elif place + 1 == len(spans):
            # Only to say in which wallet each lot lies: the pool stays a common one.
            before = [] if journal is None else _entered(now, scale)
            held, _ = own_lots_then_oldest(now, [copy(lot) for lot in actual], scale, span.last_year + 1)
            _write(journal, before, held, scale, rows[-1].day if rows else date(span.last_year, 12, 31))
        else:
            held = now
    if washes:
        for purchase in after:
            washes.bought_later(purchase)
        washes.applied(dispositions)
    open_lots = tuple(_value(lot, scale) for lot in held)
    return MatchResult(
        tuple(dispositions),
        open_lots,
        tuple(shortages.findings(transactions)),
        tuple(settled),
        tuple(departures),
        nets,
        tuple(washes.replaced) if washes else (),
    )


def _entered(lots: Sequence[_OpenLot], scale: int) -> list[Held]:
    return [Held(lot.id, lot.wallet, lot.asset, quantity(lot.left, scale), lot.peek()[1]) for lot in lots]


def _write(journal: list[Entry] | None, before: list[Held], lots: Sequence[_OpenLot], scale: int, day: date) -> None:
    """Enter which lots the common pool put into which wallets."""
    if journal is not None:
        journal += pool_entries(before, _entered(lots, scale), day)


def _from(progress: Callable[[int], None] | None, done: int) -> Callable[[int], None] | None:
    return (lambda count: progress(done + count)) if progress else None


def _scale(transactions: Sequence[Transaction]) -> int:
    """Decimals that hold every quantity of the ledger exactly."""
    most = _LEAST_DECIMALS
    for t in transactions:
        for given in (t.sent_quantity, t.received_quantity, t.fee_quantity):
            if given is not None:
                most = max(most, decimals(given))
    return most


class _Run:
    """One span's pools and what its transactions do to them."""

    def __init__(
        self,
        span: Span,
        treatment: Callable[[Transaction], Treatment],
        scale: int,
        shortages: Shortages | None,
        dispositions: list[Disposition],
        years: frozenset[int] | None,
        departures: list[Departure] | None = None,
        nets: dict[int, int] | None = None,
        journal: list[Entry] | None = None,
        washes: WashSales[_OpenLot] | None = None,
    ) -> None:
        self.journal = journal
        self.washes = washes
        self.nets: dict[int, int] = {} if nets is None else nets
        self.departures: list[Departure] = [] if departures is None else departures
        self.treatment = treatment
        self.scale = scale
        self.shortages = shortages
        self.dispositions = dispositions
        self.years = years
        self.pools = _Pools(span.pool == "wallet", METHODS[span.method], washes)
        self.balances: dict[tuple[str, str], int] = {}
        self.order = 0

    def through(
        self,
        held: list[_OpenLot],
        actual: list[_OpenLot],
        rows: Sequence[Transaction],
        progress: Callable[[int], None] | None,
    ) -> list[_OpenLot]:
        """The open lots after `rows`, starting from `held`; `actual` says which wallet holds the units."""
        if self.washes:
            self.washes.begin()
        for lot in held:
            self.pools.add(lot)
        for lot in actual:
            self.balance(lot.asset, lot.wallet, lot.left)
        for count, t in enumerate(rows):
            if progress and count % 4096 == 0:
                progress(count)
            self.order += 1
            self.apply(t, self.treatment(t))
        return self.pools.lots()

    def apply(self, t: Transaction, does: Treatment) -> None:
        """Units out, units in, then the fee's units."""
        value = t.value_cents or 0
        proceeds = value - t.fee_cents if does.fee_treatment == "reduce_proceeds" else value
        cost = value + t.fee_cents if does.fee_treatment == "add_to_basis" else value
        new: _OpenLot | None = None
        what = does.treatment
        if what in ("disposition", "exchange", "fee") and t.sent_quantity is not None:
            self.dispose(t, t.kind, t.sent_asset, units(t.sent_quantity, self.scale), proceeds)
        if what == "transfer" and t.sent_quantity is not None:
            self.move(t, t.sent_asset, units(t.sent_quantity, self.scale))
        if what == "leaves" and t.sent_quantity is not None:
            self.leave(t, t.sent_asset, units(t.sent_quantity, self.scale))
        if what == "carries_over" and t.sent_quantity is not None:
            self.rename(t, t.sent_asset, t.received_asset, units(t.sent_quantity, self.scale))
        if t.received_quantity is not None and what in ACQUIRED_BY:
            acquired = t.acquired or t.day if what in _DATED else t.day
            basis, fmv = BASIS[does.basis_from](t, cost)
            new = self.receive(t, acquired, ACQUIRED_BY[what], basis, fmv)
        if does.fee_is_disposition and t.fee_quantity is not None:
            first = new if new and does.fee_units == "just_received" and new.asset == t.fee_asset else None
            on_form = does.fee_reported == "as_the_row"
            self.dispose(t, "fee", t.fee_asset, units(t.fee_quantity, self.scale), t.fee_cents, first, on_form)
        if new and self.washes and does.replaces:
            self.washes.bought(new, self.taking_over(t))

    def receive(self, t: Transaction, acquired: date, by: str, basis: Cents, fmv: Cents | None) -> _OpenLot:
        assert t.received_quantity is not None
        moment = t.instant.timestamp() if acquired == t.day else 0.0
        lot = _OpenLot(
            t.id,
            t.received_asset,
            t.wallet,
            units(t.received_quantity, self.scale),
            _amount(basis),
            None if fmv is None else _amount(fmv),
            acquired,
            t.day,
            by,
            (acquired.toordinal(), moment, self.order),
            t.source,
        )
        self.pools.add(lot)
        self.note(t, "acquired", t.kind, lot, lot.whole, lot.basis_cents)
        self.balance(lot.asset, lot.wallet, lot.whole)
        return lot

    def note(
        self, t: Transaction, what: What, kind: str, lot: _OpenLot, units: int, basis: int, proceeds: int | None = None
    ) -> None:
        """Enter units of a lot that came in, or (negative) went out by a row of `t.wallet`, in the journal.

        Where the lot lay in another wallet, the common pool gave it to this one first.
        """
        if self.journal is None:
            return
        place = t.wallet if what in ("sold", "fee", "left") else lot.wallet
        entry = Entry(
            lot.id, what, kind, t.id, t.source, t.day, place, lot.asset, quantity(units, self.scale), basis, proceeds
        )
        if place != lot.wallet:
            given = replace(entry, what="pool", wallet=lot.wallet, proceeds_cents=None)
            self.journal += [given, reversed_entry(given, place)]
        self.journal.append(entry)

    def note_moved(self, t: Transaction, what: What, old: _OpenLot, new: _OpenLot) -> None:
        """Enter units that stay one's own: out of where and what they were, into where and what they are."""
        if self.journal is None:
            return
        self.note(t, what, t.kind, old, -new.whole, -new.basis_cents)
        self.journal.append(reversed_entry(self.journal[-1], new.wallet, new.asset))

    def taking_over(self, t: Transaction) -> Callable[[_OpenLot, int], None]:
        """Puts units bought back into their pool again, with cents of a loss added by the row's sale or purchase."""

        def add(lot: _OpenLot, added_cents: int) -> None:
            self.pools.add(lot)
            self.note(t, "adjusted", "wash_sale", lot, 0, added_cents)

        return add

    def dispose(
        self,
        t: Transaction,
        kind: str,
        asset: str,
        wanted: int,
        proceeds: Cents,
        first: _OpenLot | None = None,
        on_form: bool = True,
    ) -> None:
        """Take `wanted` units by the method, `first` before the others, and record one disposition a lot.

        `on_form`: what was sold is on the broker's form that the row names.
        """
        taken, net, whole = 0, 0, _amount(proceeds)
        keep = self.years is None or t.day.year in self.years
        terms = self.washes.law.terms.get((t.id, kind, asset)) if self.washes else None
        pieces: list[tuple[Disposition, _OpenLot, int, int | None]] = []
        for lot, part in self.chosen(asset, t.wallet, wanted, first):
            basis, fmv = lot.take(part)
            received = _between(whole, taken, taken + part, wanted)
            self.note(
                t, "fee" if kind == "fee" and t.kind != "fee" else "sold", kind, lot, -part, -basis[1], received[1]
            )
            taken += part
            net += received[0] - basis[0]
            if keep or terms:
                sold = Disposition(
                    transaction=t.id,
                    source=t.source,
                    kind=kind,
                    asset=asset,
                    quantity=quantity(part, self.scale),
                    wallet=t.wallet,
                    acquired=lot.acquired,
                    received=lot.received,
                    disposed=t.day,
                    acquired_by=lot.by,
                    proceeds_cents=received[1],
                    basis_cents=basis[1],
                    fmv_cents=fmv[1] if fmv else None,
                    lot=lot.id,
                    lot_source=lot.source,
                    form=t.form if on_form else "none",
                    basis_reported=t.basis_reported and on_form,
                    proceeds_parts=received[0],
                    basis_parts=basis[0],
                    fmv_parts=fmv[0] if fmv else None,
                    timed=t.timed,
                    took_over=lot.replaced,
                )
                if terms:
                    pieces.append((sold, lot, part, len(self.dispositions) if keep else None))
                if keep:
                    self.dispositions.append(sold)
        if self.washes and terms:
            self.washes.sold(pieces, terms, self.taking_over(t))
        self.nets[t.day.year] = self.nets.get(t.day.year, 0) + net
        self.missing(t, kind, asset, wanted, wanted - taken)
        self.balance(asset, t.wallet, -wanted, t)

    def chosen(self, asset: str, wallet: str, wanted: int, first: _OpenLot | None) -> Iterator[tuple[_OpenLot, int]]:
        if first is not None:
            part = min(wanted, first.left)
            yield first, part
            wanted -= part
        yield from self.pools.take(asset, wallet, wanted)

    def move(self, t: Transaction, asset: str, wanted: int) -> None:
        """Carry units to the other wallet with their basis and dates; in one common pool nothing has to move."""
        if self.pools.by_wallet:
            arriving = []
            for lot, part in self.pools.take(asset, t.wallet, wanted):
                arriving.append(lot.rest(part, t.to_wallet))
                self.note_moved(t, "moved", lot, arriving[-1])
            self.missing(t, t.kind, asset, wanted, wanted - sum(lot.whole for lot in arriving))
            for lot in arriving:
                self.pools.add(lot)
        self.balance(asset, t.wallet, -wanted, t)
        self.balance(asset, t.to_wallet, wanted)

    def leave(self, t: Transaction, asset: str, wanted: int) -> None:
        """Take `wanted` units out by the method without a sale; each lot's part is kept."""
        taken = 0
        keep = self.years is None or t.day.year in self.years
        worth = t.value_cents if t.fmv_cents is None else t.fmv_cents
        for lot, part in self.pools.take(asset, t.wallet, wanted):
            basis, _ = lot.take(part)
            self.note(t, "left", t.kind, lot, -part, -basis[1])
            of_lot = None if worth is None else _between(_amount(worth), taken, taken + part, wanted)[1]
            taken += part
            if keep:
                self.departures.append(
                    Departure(
                        transaction=t.id,
                        source=t.source,
                        kind=t.kind,
                        asset=asset,
                        quantity=quantity(part, self.scale),
                        wallet=t.wallet,
                        acquired=lot.acquired,
                        left=t.day,
                        acquired_by=lot.by,
                        basis_cents=basis[1],
                        worth_cents=of_lot,
                        lot=lot.id,
                        lot_source=lot.source,
                    )
                )
        self.missing(t, t.kind, asset, wanted, wanted - taken)
        self.balance(asset, t.wallet, -wanted, t)

    def rename(self, t: Transaction, asset: str, new: str, wanted: int) -> None:
        """Units under another name, one for one, with their basis and dates; in another wallet where one is named."""
        place = t.to_wallet or t.wallet
        renamed = []
        for lot, part in self.pools.take(asset, t.wallet, wanted):
            renamed.append(lot.rest(part, place if self.pools.by_wallet else lot.wallet, new))
            self.note_moved(t, "renamed", lot, renamed[-1])
        self.missing(t, t.kind, asset, wanted, wanted - sum(lot.whole for lot in renamed))
        for lot in renamed:
            self.pools.add(lot)
        self.balance(asset, t.wallet, -wanted, t)
        self.balance(new, place, wanted)

    def missing(self, t: Transaction, kind: str, asset: str, wanted: int, lacking: int) -> None:
        if lacking and self.shortages is not None:
            wallet = t.wallet if self.pools.by_wallet else ""
            if self.shortages.more(asset, wallet, lacking):
                return
            elsewhere = {
                place[1]: self.pools.held(*place)
                for place in self.pools.heaps
                if place[0] == asset and place[1] and place[1] != t.wallet
            }
            self.shortages.add(t, kind, asset, wallet, wanted, lacking, elsewhere)

    def balance(self, asset: str, wallet: str, change: int, t: Transaction | None = None) -> None:
        """Follow what each wallet holds where one common pool would hide that a wallet is overdrawn."""
        if self.pools.by_wallet or self.shortages is None:
            return
        now = self.balances[asset, wallet] = self.balances.get((asset, wallet), 0) + change
        if t is not None and now < 0:
            self.shortages.overdrawn(t, asset, wallet, -now)


def own_lots_then_oldest(
    held: list[_OpenLot], actual: list[_OpenLot], scale: int, year: int
) -> tuple[list[_OpenLot], list[WalletLots]]:
    """Lots left in the common pool, put where the units are when each wallet becomes a pool of its own.

    A lot stays with the wallet that holds it by the actual history; a wallet whose own lots are used up gets the oldest
    that are left over, the wallet used first before the others. Units of each wallet stay as they are.
    """
    seats: dict[tuple[str, str], list[_OpenLot]] = {}
    room: dict[str, dict[str, int]] = {}
    for lot in sorted(actual, key=lambda lot: (lot.received, lot.age, lot.wallet)):
        seats.setdefault((lot.asset, lot.id), []).append(lot)
        wallets = room.setdefault(lot.asset, {})
        wallets[lot.wallet] = wallets.get(lot.wallet, 0) + lot.left
    placed: list[_OpenLot] = []
    for lot in held:
        for seat in seats.get((lot.asset, lot.id), []):
            part = min(lot.left, seat.left)
            if part:
                seat.take(part)
                room[lot.asset][seat.wallet] -= part
                placed.append(lot.rest(part, seat.wallet))
    moved: dict[tuple[str, str], list[_OpenLot]] = {}
    for lot in (lot for lot in held if lot.left):
        for wallet, free in room.get(lot.asset, {}).items():
            part = min(lot.left, free)
            if part:
                room[lot.asset][wallet] -= part
                placed.append(lot.rest(part, wallet))
                moved.setdefault((lot.asset, wallet), []).append(placed[-1])
    settled = [_taken_over(asset, wallet, lots, scale, year) for (asset, wallet), lots in sorted(moved.items())]
    settled += [
        WalletLots(year, asset, wallet, quantity(n, scale), 0, (), 0)
        for asset, wallets in sorted(room.items())
        for wallet, n in sorted(wallets.items())
        if n
    ]
    return sorted(placed, key=lambda lot: (lot.asset, lot.age, lot.wallet, lot.id)), settled


def _taken_over(asset: str, wallet: str, lots: list[_OpenLot], scale: int, year: int) -> WalletLots:
    total = quantity(sum(lot.left for lot in lots), scale)
    days = tuple(sorted({lot.acquired for lot in lots}))
    return WalletLots(year, asset, wallet, total, len(lots), days, sum(lot.basis_cents for lot in lots))


Allocation = Callable[[list[_OpenLot], list[_OpenLot], int, int], tuple[list[_OpenLot], list[WalletLots]]]

ALLOCATIONS: Mapping[str, Allocation] = {"own_lots_then_oldest": own_lots_then_oldest}
"""How a common pool's lots can be put into wallets, by the conclusions of the decision `allocation`."""

ABLE: Mapping[str, Collection[str]] = {
    "lot_method": METHODS,
    "pool": ("universal", "wallet"),
    "allocation": ALLOCATIONS,
    "treatment": ("disposition", "fee", "transfer", "leaves", "carries_over", "nothing", "refused", *ACQUIRED_BY),
    "basis_from": ("none_received", *BASIS),
    "fee_treatment": ("add_to_basis", "reduce_proceeds", "no_effect"),
    "fee_is_disposition": ("yes", "no"),
    "fee_units": ("method", "just_received"),
    "fee_reported": ("as_the_row", "nowhere"),
}
"""What lots can be matched by, for each decision that says how: a conclusion that is not here can't be followed."""


def _value(lot: _OpenLot, scale: int) -> Lot:
    left = lot.left
    basis, fmv = lot.take(left)
    return Lot(
        lot.id,
        lot.asset,
        lot.wallet,
        quantity(left, scale),
        lot.acquired,
        lot.received,
        lot.by,
        basis[1],
        fmv[1] if fmv else None,
        lot.source,
        basis[0],
    )
