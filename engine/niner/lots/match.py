"""Transactions in order to dispositions, lot by lot, and the lots still held.

Quantities are integers of one scale for the whole ledger, so nothing is rounded. Money is kept twice: in parts of a
cent, which are exact, and in whole cents as a row prints them; both are shared out by cumulated units, so every cent
and every part of a lot leaves with it or stays. What a kind of transaction does is told by `Treatment`,
which the rules decide; this module only knows how to do it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from copy import copy
from dataclasses import field, replace
from datetime import date
from fractions import Fraction
from itertools import compress, islice
from operator import itemgetter, le
from types import MappingProxyType

from niner.dataclass import dataclass
from niner.exact import quantity, units
from niner.ledger.columns import Columns, Common
from niner.ledger.records import Allocation, Pick
from niner.ledger.transaction import Transaction
from niner.lots.allocate import ALLOCATIONS, Opening, WalletLots, in_wallets, opened
from niner.lots.gift_tax import GIFT_TAX
from niner.lots.journal import Entry, Held, What, pool_entries, reversed_entry
from niner.lots.many.apart import Alone, Followed, NotApart, followed, halves
from niner.lots.many.kinds import Kinds, assets_of, kinds_of
from niner.lots.many.plainly import Doing, Plainly, Short
from niner.lots.many.scale import scale_of
from niner.lots.methods import METHODS
from niner.lots.pools import Amount, OpenLot, Piece, Place, Pools, Queue, Unmade, amount, as_lot, between, upto
from niner.lots.result import MatchResult
from niner.lots.shortage import Shortages
from niner.lots.values import Choice, Departure, Disposition, Lot, NotThere
from niner.lots.wash_sales import Later, Law, WashSales
from niner.money import PARTS, Cents
from niner.values import Source

_MANY = 4096  # rows between two tellings of how far it is
_units = itemgetter(0)
Named = tuple[str, int]
"""A lot that is asked for by name, and how many units of it."""


class NotNamed(Exception):
    """A pick names what is not in the row's pool: where it is then, only rows that are followed in their order tell."""


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
_SALES = ("disposition", "exchange")
_DISPOSITION = tuple.__new__  # what Disposition(…) comes to, without matching names to places for every piece
BASIS_NEEDS: Mapping[str, tuple[str, ...]] = {
    "none_received": (),
    "zero": (),
    "cost": ("usd_value",),
    "amount_included": ("usd_value",),
    "stated": ("basis_usd",),
    "donor_basis": ("basis_usd", "fmv_usd"),
    "stated_or_value_at_death": ("basis_usd", "fmv_usd"),
}
"""The columns out of which each of them comes: of the last, the one that is filled."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """What the rules say a transaction does, by the decisions of those names and `replacement`."""

    treatment: str
    fee_treatment: str
    fee_is_disposition: bool
    fee_units: str
    fee_reported: str
    basis_from: str
    replaces: bool = False
    gift_tax: str = "not_added"


def missing(t: Transaction, does: Treatment) -> tuple[str, ...]:
    """The columns that are empty in a row and that what the rules make of it needs: none of them counts as zero.

    A row of Niner's own format has what its kind needs; the rules of a firm may treat a kind in another way.
    """
    given = {"usd_value": t.value_cents, "basis_usd": t.basis_cents, "fmv_usd": t.fmv_cents}
    needed: tuple[str, ...] = ()
    if (t.sent_quantity is not None and does.treatment in _SALES) or does.treatment == "income":
        needed = ("usd_value",)
    if t.received_quantity is not None and does.treatment in ACQUIRED_BY:
        if does.basis_from == "stated_or_value_at_death":
            needed += ("fmv_usd",) if t.basis_cents is None else ()
        else:
            needed += BASIS_NEEDS.get(does.basis_from, ())
    return tuple(name for name in dict.fromkeys(needed) if given[name] is None)


def needs_figures(does: Treatment) -> bool:
    """Whether `missing` may name a column of a row that is treated so."""
    return does.treatment in _SALES or does.treatment == "income" or does.treatment in ACQUIRED_BY


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


Choose = Callable[[Transaction, str], Choice]
"""How the units of one asset that leave in a row are chosen."""


def match(
    transactions: Sequence[Transaction],
    spans: Sequence[Span],
    treatment: Callable[[Transaction], Treatment],
    years: frozenset[int] | None = None,
    progress: Callable[[int], None] | None = None,
    journal: list[Entry] | None = None,
    law: Law | None = None,
    after: Sequence[Later] = (),
    choose: Choose | None = None,
    recorded: Mapping[str, Allocation] = MappingProxyType({}),
    named: Set[str] = frozenset(),
    ways: Sequence[Treatment] = (),
    asked: Set[str] | None = None,
) -> MatchResult:
    """Run `transactions` (by time) through the spans. Dispositions are kept for `years`, or for all if None.

    `choose` gives the method and the picks of what leaves in a row, where they are not those of its span; `recorded` is
    by asset how the common pool was put into wallets; `named` are the lots that either names. Selling more than is held
    is an error in the findings; the rest of the ledger is still run. What happens to each lot is entered in `journal`,
    where one is given. `asked` are the rows that `choose` is for, by id, where all others leave as their span has it;
    with None it is asked of every row. `ways` are the treatments of the rows in their order, where they are known.
    `law` says which losses are not allowed where units were bought back, and `after` are purchases
    after the last year by which it can still be so.
    """
    transactions = Columns.of(transactions)
    also = [purchase.quantity for purchase in after]
    also += [placed.units for allocation in recorded.values() for placed in allocation.placed]
    chosen: dict[str, Sequence[Pick]] = {}
    if choose:
        those = transactions if asked is None else map(transactions.__getitem__, transactions.places_of(asked))
        chosen = {t.id: picks for t in those if (picks := choose(t, t.sent_asset).picks)}
        also += [pick.units for picks in chosen.values() for pick in picks]
    scale = scale_of(transactions, also)
    ways = ways or list(map(treatment, transactions))
    picks_of: Mapping[str, Sequence[Named]] = {}
    if asked is not None:  # all others leave by their span's method, and so do these where no pick says how
        picks_of = {id: _in_units(picks, scale) for id, picks in chosen.items()}
        choose = None

    def follow(
        shortages: Shortages, kinds: Kinds[Treatment] | None = None, assets: frozenset[str] | None = None
    ) -> Followed:
        book = _Book(scale, shortages, years, choose, frozenset(named), picks_of, journal, assets=assets)
        return _followed(transactions, ways, kinds, spans, book, law, after, recorded, progress)

    def by_pools(kinds: Kinds[Treatment]) -> MatchResult:
        parts = halves(transactions, kinds, ACQUIRED_BY)
        transactions.moments_follow()  # which both ask
        if parts is not None:
            with suppress(NotApart):
                return followed(parts, lambda assets: follow(Alone(scale), kinds, assets)).result
        return follow(Shortages(scale), kinds).result

    related = any(common.related_loss_cents is not None for common in transactions.kinds())
    if transactions.days_follow() and not (journal is not None or law or after or related or choose):
        with suppress(Short):
            kinds = kinds_of(transactions, ways)
            if not (named or picks_of):
                return by_pools(kinds)
            places_of = transactions.places_of
            kinds = kinds._replace(named=places_of(named), picked=places_of(picks_of.keys()))
            if transactions.ids_differ():
                with suppress(NotNamed):
                    return by_pools(kinds)
            return by_pools(kinds.setting_apart())
    return follow(Shortages(scale)).result


def _in_units(picks: Sequence[Pick], scale: int) -> tuple[Named, ...]:
    return tuple([(pick.lot, units(pick.units, scale)) for pick in picks])


def _followed(
    transactions: Columns,
    ways: Sequence[Treatment],
    kinds: Kinds[Treatment] | None,
    spans: Sequence[Span],
    book: "_Book",
    law: Law | None,
    after: Sequence[Later],
    recorded: Mapping[str, Allocation],
    progress: Callable[[int], None] | None,
) -> Followed:
    """Run the rows through the spans, by what each of them does: row by row, or where their `kinds` are given
    pool by pool. Raises Short."""
    scale, journal, shortages = book.scale, book.journal, book.shortages
    assert shortages is not None
    settled: list[WalletLots] = []
    opening: Opening | None = None
    washes = book.washes = WashSales[OpenLot](law, scale, book.nets) if law else None
    held: list[OpenLot] = []
    left: list[Lot] | None = None  # what is held at the end, where no object was made of it
    actual: list[OpenLot] = []  # where the units are by each wallet's own history
    done = 0
    for place, span in enumerate(spans):
        rows, does, alike = _of_years(transactions, ways, kinds, span)
        run = _Run(span, book, done)
        run.through(held, actual, rows, does, alike, _from(progress, done))
        if span.pool == "wallet" and place + 1 == len(spans) and not washes:
            left = run.pools.left(scale)
            break
        now = run.lots()
        if span.pool == "wallet":
            held = now
            actual = [copy(lot) for lot in now] if place + 1 < len(spans) else []
            done += len(rows)
            continue
        by_wallet = Span(span.first_year, span.last_year, span.method, "wallet")
        aside = _Book(scale, None, frozenset(), book.choose, book.named, book.picks, assets=book.assets)
        own = _Run(by_wallet, aside, done)
        own.through(actual, actual, rows, does, alike, None)
        actual = own.lots()
        done += len(rows)
        wallets_part = place + 1 < len(spans) and spans[place + 1].pool == "wallet"
        if wallets_part:
            default = spans[place + 1].allocation
            before = [] if journal is None else _entered(now, scale)
            held, settled, opening = opened(now, actual, default, recorded, scale, span.last_year + 1)
            _write(journal, before, held, scale, date(span.last_year + 1, 1, 1))
        elif place + 1 == len(spans):
            # Only to say in which wallet each lot lies: the pool stays a common one.
            before = [] if journal is None else _entered(now, scale)
            held, _ = in_wallets(now, actual, "own_lots_then_oldest", {}, scale, span.last_year + 1)
            _write(journal, before, held, scale, rows[-1].day if rows else date(span.last_year, 12, 31))
        else:
            held = now
    if washes:
        for purchase in after:
            washes.bought_later(purchase)
        washes.applied(book.dispositions)
    book.in_order()
    result = MatchResult(
        tuple(book.dispositions),
        tuple(as_lot(lot, scale) for lot in held) if left is None else tuple(left),
        tuple(shortages.findings(transactions)),
        tuple(settled),
        tuple(book.departures),
        book.nets,
        tuple(washes.replaced) if washes else (),
        tuple(book.not_there),
        opening,
        tuple(shortages.lacking()),
    )
    return Followed(result, book.sold_by, book.left_by)


def _of_years(
    transactions: Columns, ways: Sequence[Treatment], kinds: Kinds[Treatment] | None, span: Span
) -> tuple[Columns, Sequence[Treatment], Kinds[Treatment] | None]:
    """The rows of a span, what each of them does, and their kinds."""
    first, last = date(span.first_year, 1, 1), date(span.last_year, 12, 31)
    rows = transactions.between(first, last)
    if rows is transactions:
        return rows, ways, kinds
    days = transactions.days
    if kinds is None:
        return rows, list(compress(ways, [first <= day <= last for day in days])), None
    start, end = bisect_left(days, first), bisect_right(days, last)  # the days of rows that have kinds are in order
    return rows, ways[start:end], kinds.part(start, end)


def _entered(lots: Sequence[OpenLot], scale: int) -> list[Held]:
    return [Held(lot.id, lot.wallet, lot.asset, quantity(lot.left, scale), lot.peek()[1]) for lot in lots]


def _write(journal: list[Entry] | None, before: list[Held], lots: Sequence[OpenLot], scale: int, day: date) -> None:
    """Enter which lots the common pool put into which wallets."""
    if journal is not None:
        journal += pool_entries(before, _entered(lots, scale), day)


def _from(progress: Callable[[int], None] | None, done: int) -> Callable[[int], None] | None:
    return (lambda count: progress(done + count)) if progress else None


@dataclass(slots=True)
class _Book:
    """What all spans write into, and by what they are run. Without `shortages` nothing is told of what is missing."""

    scale: int
    shortages: Shortages | None
    years: frozenset[int] | None
    choose: Choose | None
    named: frozenset[str]
    picks: Mapping[str, Sequence[Named]]
    """The picks of rows by their ids, where only they are chosen in another way than by their span's method."""
    journal: list[Entry] | None = None
    washes: WashSales[OpenLot] | None = None
    dispositions: list[Disposition] = field(default_factory=list)
    departures: list[Departure] = field(default_factory=list)
    nets: dict[int, int] = field(default_factory=dict)
    not_there: list[NotThere] = field(default_factory=list)
    prices: dict[str, Fraction] = field(default_factory=dict)
    """The exact unit price of each lot that is named, once it has come in."""
    assets: frozenset[str] | None = None
    """The assets whose units are followed, None for all of them."""
    sold_by: list[int] = field(default_factory=list)
    left_by: list[int] = field(default_factory=list)
    """Of each disposition and departure the place of its row, counted from 1."""

    def in_order(self) -> None:
        """Put the dispositions in the order of their rows: pool by pool they come in another one."""
        if not all(map(le, self.sold_by, islice(self.sold_by, 1, None))):
            order = sorted(range(len(self.sold_by)), key=self.sold_by.__getitem__)
            self.dispositions = list(map(self.dispositions.__getitem__, order))
            self.sold_by = list(map(self.sold_by.__getitem__, order))

    def has(self, asset: str) -> bool:
        return self.assets is None or asset in self.assets


class _Run:
    """One span's pools and what its transactions do to them. `order` is how many rows came before."""

    def __init__(self, span: Span, book: _Book, order: int = 0) -> None:
        self.book = book
        self.scale = book.scale
        self.shortages = book.shortages
        self.washes = book.washes
        self.method = span.method
        self.pools = Pools(span.pool == "wallet", span.method, book.named, book.washes)
        self.balances: dict[tuple[str, str], int] = {}
        self.order = order
        self.plain = False  # whether rows are followed pool by pool, which also follows what wallets hold
        self.quick = (
            False  # whether rows that name lots are among them, so that not all pools are as the row finds them
        )
        self.related = False  # whether a lot has something of a related seller's loss
        self.picks: list[Named] = []
        self.by_name = 0
        self.lacking: list[tuple[str, int]] = []

    def through(
        self,
        held: list[OpenLot],
        actual: list[OpenLot],
        rows: Columns,
        ways: Sequence[Treatment],
        kinds: Kinds[Treatment] | None,
        progress: Callable[[int], None] | None,
    ) -> None:
        """Follow `rows`, starting from the open lots `held`; `actual` says which wallet holds the units, `ways` what
        each row does and `kinds`, where they are given, which rows are alike in it."""
        if self.washes:
            self.washes.begin()
        self.related = any(lot.related_loss is not None for lot in held)
        plainly = kinds and self.plainly(rows, ways, kinds, len(held))
        for lot in held:
            self.pools.add(lot)
        for lot in actual:
            self.balance(lot.asset, lot.wallet, lot.left)
        if plainly:
            self.plain = True
            plainly.follow(progress)
            for (asset, wallet), (place, by) in sorted(plainly.overdrawn.items(), key=lambda one: one[1]):
                assert self.shortages is not None
                self.shortages.overdrawn(rows[place], asset, wallet, by)
            return
        for start in range(0, len(rows), _MANY):
            if progress:
                progress(start)
            for t, does in zip(rows[start : start + _MANY], ways[start : start + _MANY], strict=True):
                self.order += 1
                self.picks = self.picked(t)
                self.apply(t, does)

    def picked(self, t: Transaction) -> list[Named]:
        """The picks of a row."""
        choose = self.book.choose
        if choose is None:
            return list(self.book.picks.get(t.id, ()))
        return list(_in_units(choose(t, t.sent_asset or t.fee_asset).picks, self.scale))

    def lots(self) -> list[OpenLot]:
        """The open lots."""
        lots = self.pools.lots()
        for lot in lots:
            lot.settle()
        return lots

    def plainly(self, rows: Columns, ways: Sequence[Treatment], kinds: Kinds[Treatment], held: int) -> Plainly:
        """What follows `rows` pool by pool, where so many lots are held before."""
        book, pools, before = self.book, self.pools, self.order
        wallets = {name for common, _ in kinds.each for name in (common.wallet, common.to_wallet)}
        doings = [
            self.doing(common, does) if number < kinds.apart else self.doing_by_itself(common, does, wallets)
            for number, (common, does) in enumerate(kinds.each)
        ]
        unmade = pools.unmade = Unmade(rows, lambda at: doings[kinds.of[at]].by, before, held, book.nets)
        named = [at for at in kinds.named if doings[kinds.of[at]].what == "in"]
        unmade.named = {rows.ids[at]: at for at in named}
        self.quick = bool(kinds.named or kinds.picked)
        told = self.shortages is not None

        def otherwise(place: int) -> None:
            self.order = before + place + 1
            unmade.now = place
            pools.count = unmade.number(self.order)
            t = rows[place]
            self.picks = self.picked(t)
            self.apply(t, ways[place])

        def pick(place: int, wanted: int, queue: Queue, looked_at: bool) -> bool:
            unmade.now = place
            pool, left, pieces = doings[kinds.of[place]].pool, wanted, list[Piece]()
            for lot, count in book.picks[rows.ids[place]]:
                count = min(count, left)
                found = pools.pieces_named(pool, lot, count)
                there = sum(map(_units, found))
                if told and there != count:
                    raise NotNamed
                left -= there
                pieces += found
            if looked_at:
                sold(place, wanted, [*pieces, *queue.pieces(left)])
                return False
            year = rows.days[place].year
            lacking, basis = queue.spend(left, book.nets, year)
            book.nets[year] -= basis + sum(piece[1][0] for piece in pieces)
            return bool(lacking)

        def sell(place: int, wanted: int, queue: Queue) -> None:
            sold(place, wanted, queue.pieces(wanted))

        def sold(place: int, wanted: int, pieces: Sequence[Piece]) -> None:
            self.order = before + place + 1
            common, value = rows.commons[place], unmade.costs[place]
            source = Source(common.file, rows.lines[place])
            proceeds = (value * PARTS, value) if type(value) is int else amount(value)
            id, day, asset = rows.ids[place], rows.days[place], common.sent_asset
            if self.sell(id, source, common, day, common.kind, asset, wanted, proceeds, pieces) != wanted:
                raise Short

        balances = self.balances if told and not pools.by_wallet else None
        return Plainly(
            rows, kinds.of, doings, pools, unmade, self.scale, book.nets, book.years, told, balances, otherwise, sell,
            named, kinds.picked, pick,
        )  # fmt: skip

    def doing(self, common: Common, does: Treatment) -> Doing:
        """What rows of one kind do to the pools that are followed."""
        what, own = does.treatment, assets_of(common, does, ACQUIRED_BY)
        own = frozenset(asset for asset in own if self.book.has(asset))
        balances = () if self.pools.by_wallet else tuple(self.changes(common, does))
        if not own or (what == "transfer" and not self.pools.by_wallet and not does.fee_is_disposition):
            return Doing("nothing", balances=balances)
        wallets = (common.wallet, common.to_wallet)
        pools = tuple(self.pools.place(asset, wallet) for asset in own for wallet in wallets)
        if not does.fee_is_disposition:
            if what == "disposition":
                fee = -1 if does.fee_treatment == "reduce_proceeds" else 0
                return Doing("out", pools[0], fee=fee, balances=balances)
            if what == "transfer" and common.to_wallet:
                return Doing("move", pools[0], pools[1], pools=pools)
            if (
                what in ACQUIRED_BY
                and what not in (*_DATED, "exchange")
                and does.basis_from in ("cost", "amount_included")
                and does.gift_tax == "not_added"
            ):
                adds = does.basis_from == "cost" and does.fee_treatment == "add_to_basis"
                return Doing("in", pools[0], by=ACQUIRED_BY[what], fee=int(adds), balances=balances)
        return Doing("else", pools=pools, balances=balances)

    def doing_by_itself(self, common: Common, does: Treatment, wallets: Collection[str]) -> Doing:
        """The same of rows that have picks, or bring in a lot that is picked: where such a lot is may be asked of all
        `wallets`."""
        own = [asset for asset in assets_of(common, does, ACQUIRED_BY) if self.book.has(asset)]
        pools = {self.pools.place(asset, wallet) for asset in own for wallet in wallets}
        return self.doing(common, does)._replace(what="else" if own else "nothing", pools=tuple(pools))

    def changes(self, common: Common, does: Treatment) -> Iterator[tuple[Place, str, int]]:
        """What rows of one kind change of what wallets hold, as `Doing` has it."""
        what, wallet, has = does.treatment, common.wallet, self.book.has
        if has(common.sent_asset) and what in ("disposition", "exchange", "fee", "transfer", "leaves", "carries_over"):
            yield (common.sent_asset, wallet), "sent", -1
            if what == "transfer":
                yield (common.sent_asset, common.to_wallet), "sent", 1
            if what == "carries_over":
                yield (common.received_asset, common.to_wallet or wallet), "sent", 1
        if has(common.received_asset) and what in ACQUIRED_BY:
            yield (common.received_asset, wallet), "received", 1
        if has(common.fee_asset) and does.fee_is_disposition:
            yield (common.fee_asset, wallet), "fees", -1

    def apply(self, t: Transaction, does: Treatment) -> None:
        """Units out, units in, then the fee's units."""
        value = t.value_cents or 0
        proceeds = value - t.fee_cents if does.fee_treatment == "reduce_proceeds" else value
        cost = value + t.fee_cents if does.fee_treatment == "add_to_basis" else value
        new: OpenLot | None = None
        what, has = does.treatment, self.book.has
        sent, received, asset = t.sent_quantity, t.received_quantity, t.sent_asset
        if sent is not None and has(asset):
            if what in ("disposition", "exchange", "fee"):
                self.dispose(t, t.kind, asset, units(sent, self.scale), proceeds)
            if what == "transfer":
                self.move(t, asset, units(sent, self.scale))
            if what == "leaves":
                self.leave(t, asset, units(sent, self.scale))
            if what == "carries_over":
                self.rename(t, asset, t.received_asset, units(sent, self.scale))
        if received is not None and what in ACQUIRED_BY and has(t.received_asset):
            acquired = t.acquired or t.day if what in _DATED else t.day
            basis, fmv = BASIS[does.basis_from](t, cost)
            basis += GIFT_TAX[does.gift_tax](t)
            new = self.receive(t, acquired, ACQUIRED_BY[what], basis, fmv)
        if does.fee_is_disposition and t.fee_quantity is not None and has(t.fee_asset):
            first = new if new and does.fee_units == "just_received" and new.asset == t.fee_asset else None
            on_form = does.fee_reported == "as_the_row"
            self.dispose(t, "fee", t.fee_asset, units(t.fee_quantity, self.scale), t.fee_cents, first, on_form)
        if new and self.washes and does.replaces:
            self.washes.bought(new, self.taking_over(t))

    def receive(self, t: Transaction, acquired: date, by: str, basis: Cents, fmv: Cents | None) -> OpenLot:
        assert t.received_quantity is not None
        moment = t.instant.timestamp() if acquired is t.day or acquired == t.day else 0.0
        self.related = self.related or bool(t.related_loss_cents)
        lot = OpenLot(
            t.id,
            t.received_asset,
            t.wallet,
            units(t.received_quantity, self.scale),
            amount(basis),
            None if fmv is None else amount(fmv),
            acquired,
            t.day,
            by,
            (acquired.toordinal(), moment, self.order),
            t.source,
            related_loss=amount(t.related_loss_cents) if t.related_loss_cents else None,
        )
        self.pools.add(lot)
        if self.book.journal is not None:
            self.note(t, "acquired", t.kind, lot, lot.whole, lot.basis_cents)
        if lot.id in self.book.named:
            self.book.prices[lot.id] = lot.price
        self.balance(lot.asset, lot.wallet, lot.whole)
        return lot

    def note(
        self, t: Transaction, what: What, kind: str, lot: OpenLot, units: int, basis: int, proceeds: int | None = None
    ) -> None:
        """Enter units of a lot that came in, or (negative) went out by a row of `t.wallet`, in the journal.

        Where the lot lay in another wallet, the common pool gave it to this one first.
        """
        if self.book.journal is None:
            return
        place = t.wallet if what in ("sold", "fee", "left") else lot.wallet
        entry = Entry(
            lot.id, what, kind, t.id, t.source, t.day, place, lot.asset, quantity(units, self.scale), basis, proceeds
        )
        if place != lot.wallet:
            given = replace(entry, what="pool", wallet=lot.wallet, proceeds_cents=None)
            self.book.journal += [given, reversed_entry(given, place)]
        self.book.journal.append(entry)

    def note_moved(self, t: Transaction, what: What, old: OpenLot, new: OpenLot) -> None:
        """Enter units that stay one's own: out of where and what they were, into where and what they are."""
        if self.book.journal is None:
            return
        self.note(t, what, t.kind, old, -new.whole, -new.basis_cents)
        self.book.journal.append(reversed_entry(self.book.journal[-1], new.wallet, new.asset))

    def taking_over(self, t: Transaction) -> Callable[[OpenLot, int], None]:
        """Puts units bought back into their pool again, with cents of a loss added by the row's sale or purchase."""

        def add(lot: OpenLot, added_cents: int) -> None:
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
        first: OpenLot | None = None,
        on_form: bool = True,
    ) -> None:
        """Take `wanted` units by the method, `first` before the others, and record one disposition a lot.

        `on_form`: what was sold is on the broker's form that the row names.
        """
        taken, net, whole = 0, 0, amount(proceeds)
        book = self.book
        keep = book.years is None or t.day.year in book.years
        terms = self.washes.law.terms.get((t.id, kind, asset)) if self.washes else None
        if not (terms or self.related or self.picks or first or book.journal is not None):
            method = self.chosen(t, asset)
            if keep:
                queue = self.pools.queue(asset, t.wallet, method)
                units_of = () if queue is None else queue.pieces(wanted)
                taken = self.sell(t.id, t.source, t, t.day, kind, asset, wanted, whole, units_of, on_form)
            else:
                taken = self.spend(t, asset, wanted, whole, method)
            self.followed_up(t, kind, asset, wanted, taken)
            return
        what: What = "fee" if kind == "fee" and t.kind != "fee" else "sold"
        pieces: list[tuple[Disposition, OpenLot, int, int | None]] = []
        bases: list[tuple[int, int]] = []
        before: Amount = (0, 0)
        for lot, part in self.taking(t, asset, wanted, first):
            basis, fmv = lot.take(part)
            bases.append((part, basis[0]))
            taken += part
            reached = upto(whole, taken, wanted)
            received = reached[0] - before[0], reached[1] - before[1]
            before = reached
            if book.journal is not None:
                self.note(t, what, kind, lot, -part, -basis[1], received[1])
            related = lot.related(part)
            gain = received[0] - basis[0]
            net += gain - min(related[0], max(gain, 0))
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
                    related_loss_parts=related[0],
                    related_loss_cents=related[1],
                )
                if terms:
                    pieces.append((sold, lot, part, len(book.dispositions) if keep else None))
                if keep:
                    book.dispositions.append(sold)
                    book.sold_by.append(self.order)
        if self.washes and terms:
            self.washes.sold(pieces, terms, self.taking_over(t))
        book.nets[t.day.year] = book.nets.get(t.day.year, 0) + net
        if self.lacking:
            self.in_place_of(t, bases)
        self.followed_up(t, kind, asset, wanted, taken)

    def sell(
        self,
        id: str,
        source: Source,
        of: Transaction | Common,
        day: date,
        kind: str,
        asset: str,
        wanted: int,
        proceeds: Amount,
        pieces: Sequence[Piece],
        on_form: bool = True,
    ) -> int:
        """`dispose` of a row's units where nothing but the pieces is to be followed; how many there were."""
        taken = net = 0
        before: Amount = (0, 0)
        book, scale, wallet, timed = self.book, self.scale, of.wallet, of.timed
        kept = book.dispositions
        form, basis_reported = (of.form, of.basis_reported) if on_form else ("none", False)
        for part, basis, fmv, lot, lot_source, acquired, came, by, took_over in pieces:
            taken += part
            reached = upto(proceeds, taken, wanted)
            exact, cents = reached[0] - before[0], reached[1] - before[1]
            before = reached
            net += exact - basis[0]
            fmv_parts, fmv_cents = fmv or (None, None)
            kept.append(
                _DISPOSITION(Disposition, (
                    id, source, kind, asset, quantity(part, scale), wallet, acquired, came, day, by, cents, basis[1],
                    fmv_cents, lot, lot_source, form, basis_reported, exact, basis[0], fmv_parts, timed,
                    0, 0, False, took_over, 0, 0, None,
                ))
            )  # fmt: skip
        book.sold_by += [self.order] * len(pieces)
        book.nets[day.year] = book.nets.get(day.year, 0) + net
        return taken

    def spend(self, t: Transaction, asset: str, wanted: int, proceeds: Amount, method: str) -> int:
        """The same where nothing is asked of the pieces but what the year comes to."""
        year, nets = t.day.year, self.book.nets
        taken = self.pools.spend(asset, t.wallet, wanted, method, nets, year)
        if taken:
            nets[year] += upto(proceeds, taken, wanted)[0]
        return taken

    def followed_up(self, t: Transaction, kind: str, asset: str, wanted: int, taken: int) -> None:
        """Tell what was missing of the units of a row that are gone, and keep its wallet's balance."""
        if taken != wanted:
            self.missing(t, kind, asset, wanted, wanted - taken)
        if not self.pools.by_wallet:
            self.balance(asset, t.wallet, -wanted, t)

    def taking(
        self, t: Transaction, asset: str, wanted: int, first: OpenLot | None = None
    ) -> Iterator[tuple[OpenLot, int]]:
        """(lot, units to take from it): `first`, then what the row's picks name, then by the method."""
        self.by_name, self.lacking = 0, []
        if first is None and not self.picks:
            return self.pools.take(asset, t.wallet, wanted, self.chosen(t, asset))
        return self.first_of(t, asset, wanted, first)

    def chosen(self, t: Transaction, asset: str) -> str:
        """The method by which a row's units leave where nothing names them."""
        return self.method if self.book.choose is None else self.book.choose(t, asset).method

    def first_of(self, t: Transaction, asset: str, wanted: int, first: OpenLot | None) -> Iterator[tuple[OpenLot, int]]:
        """The same where a lot goes first, or the row has picks."""
        if first is not None:
            part = min(wanted, first.left)
            self.pools.row_of(self.pools.place(first.asset, first.wallet)).there -= part
            yield first, part
            wanted -= part
        if self.picks and asset == (t.sent_asset or t.fee_asset):
            for lot, part in self.named(t, asset, wanted):
                wanted -= part
                self.by_name += part
                yield lot, part
        yield from self.pools.take(asset, t.wallet, wanted, self.chosen(t, asset))

    def named(self, t: Transaction, asset: str, wanted: int) -> Iterator[tuple[OpenLot, int]]:
        """What the picks name, as far as it is there; picks that the row has no units for stay for its fee."""
        while self.picks and wanted:
            name, count = self.picks.pop(0)
            if count > wanted:
                self.picks.insert(0, (name, count - wanted))
                count = wanted
            for lot, part in self.pools.take_named(asset, t.wallet, name, count):
                count -= part
                wanted -= part
                yield lot, part
            if count:
                self.lacking.append((name, count))

    def in_place_of(self, t: Transaction, pieces: Sequence[tuple[int, int]] | None = None) -> None:
        """Note what was identified and not there, with the basis of what left in its place; `pieces` are (units, parts
        of a cent of basis) as they were taken, None where nothing was sold."""
        if not self.lacking or self.shortages is None:
            return
        if self.quick:
            raise NotNamed
        if self.book.assets is not None:
            raise NotApart
        place, basis = self.by_name, self.book.prices
        for lot, count in self.lacking:
            elsewhere = self.pools.wallets_with(t.sent_asset or t.fee_asset, lot)
            why = "elsewhere" if elsewhere else "gone" if lot in basis else "not_yet"
            used = None if pieces is None else _basis_between(pieces, place, place + count)
            identified = None if pieces is None or lot not in basis else int(basis[lot] * count)
            self.book.not_there.append(
                NotThere(t.id, lot, quantity(count, self.scale), why, tuple(elsewhere), identified, used)
            )
            place += count
        self.lacking = []

    def move(self, t: Transaction, asset: str, wanted: int) -> None:
        """Carry units to the other wallet with their basis and dates; in one common pool nothing has to move."""
        if self.pools.by_wallet:
            arriving = []
            for lot, part in self.taking(t, asset, wanted):
                arriving.append(lot.rest(part, t.to_wallet))
                self.note_moved(t, "moved", lot, arriving[-1])
            self.in_place_of(t)
            self.missing(t, t.kind, asset, wanted, wanted - sum(lot.whole for lot in arriving))
            for lot in arriving:
                self.pools.add(lot)
        self.balance(asset, t.wallet, -wanted, t)
        self.balance(asset, t.to_wallet, wanted)

    def leave(self, t: Transaction, asset: str, wanted: int) -> None:
        """Take `wanted` units out by the method without a sale; each lot's part is kept."""
        taken = 0
        keep = self.book.years is None or t.day.year in self.book.years
        worth = t.value_cents if t.fmv_cents is None else t.fmv_cents
        for lot, part in self.taking(t, asset, wanted):
            basis, _ = lot.take(part)
            self.note(t, "left", t.kind, lot, -part, -basis[1])
            of_lot = None if worth is None else between(amount(worth), taken, taken + part, wanted)[1]
            taken += part
            if keep:
                self.book.left_by.append(self.order)
                self.book.departures.append(
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
        self.in_place_of(t)
        self.missing(t, t.kind, asset, wanted, wanted - taken)
        self.balance(asset, t.wallet, -wanted, t)

    def rename(self, t: Transaction, asset: str, new: str, wanted: int) -> None:
        """Units under another name, one for one, with their basis and dates; in another wallet where one is named."""
        place = t.to_wallet or t.wallet
        renamed = []
        for lot, part in self.taking(t, asset, wanted):
            renamed.append(lot.rest(part, place if self.pools.by_wallet else lot.wallet, new))
            self.note_moved(t, "renamed", lot, renamed[-1])
        self.in_place_of(t)
        self.missing(t, t.kind, asset, wanted, wanted - sum(lot.whole for lot in renamed))
        for lot in renamed:
            self.pools.add(lot)
        self.balance(asset, t.wallet, -wanted, t)
        self.balance(new, place, wanted)

    def missing(self, t: Transaction, kind: str, asset: str, wanted: int, lacking: int) -> None:
        if lacking and self.shortages is not None:
            if self.plain:
                raise Short
            wallet = t.wallet if self.pools.by_wallet else ""
            if self.shortages.more(asset, wallet, lacking):
                return
            elsewhere = {
                place[1]: self.pools.held(*place)
                for place in self.pools.heaps
                if place[0] == asset and place[1] and place[1] != t.wallet
            }
            self.shortages.add(t, kind, asset, wallet, wanted, lacking, elsewhere)

    def balance(self, asset: str, wallet: str, change: int, t: Transaction | None = None) -> int:
        """Follow what each wallet holds where one common pool would hide that a wallet is overdrawn: what it has then.

        A row that is given is told where it overdraws its wallet.
        """
        if self.pools.by_wallet or self.shortages is None or self.plain:
            return 0
        now = self.balances[asset, wallet] = self.balances.get((asset, wallet), 0) + change
        if t is not None and now < 0:
            self.shortages.overdrawn(t, asset, wallet, -now)
        return now


def _basis_between(pieces: Sequence[tuple[int, int]], start: int, end: int) -> int:
    """What of the basis of `pieces`, in parts of a cent, falls to their units from `start` to `end`."""
    total, at = Fraction(0), 0
    for count, basis in pieces:
        shared = min(end, at + count) - max(start, at)
        if shared > 0:
            total += Fraction(basis * shared, count)
        at += count
    return int(total)


ABLE: Mapping[str, Collection[str]] = {
    "lot_method": METHODS,
    "pool": ("universal", "wallet"),
    "allocation": ALLOCATIONS,
    "treatment": ("disposition", "fee", "transfer", "leaves", "carries_over", "nothing", "refused", *ACQUIRED_BY),
    "basis_from": ("none_received", *BASIS),
    "gift_tax": GIFT_TAX,
    "fee_treatment": ("add_to_basis", "reduce_proceeds", "no_effect"),
    "fee_is_disposition": ("yes", "no"),
    "fee_units": ("method", "just_received"),
    "fee_reported": ("as_the_row", "nowhere"),
}
"""What lots can be matched by, for each decision that says how: a conclusion that is not here can't be followed."""
