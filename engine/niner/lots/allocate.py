"""Lots left in a common pool to lots in wallets, on the day on which each wallet becomes a pool of its own."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import date
from decimal import Decimal
from functools import partial

from niner.dataclass import dataclass
from niner.exact import quantity, units
from niner.ledger.records import Allocation
from niner.lots.methods import METHODS
from niner.lots.pools import OpenLot, as_lot, oldest_first
from niner.lots.values import Lot


@dataclass(frozen=True, slots=True)
class WalletLots:
    """What is to be said of one wallet's units of one asset when wallets became pools.

    By the default: what it took over from others, or holds without a lot (`lots` is 0, `days` empty, `basis_cents` 0).
    By an allocation that was recorded: `recorded` units where they are not the wallet's `units`; with a `lot`, the
    units recorded of it, of which the pool had `units` left.
    """

    year: int
    asset: str
    wallet: str
    units: Decimal
    lots: int
    days: tuple[date, ...]
    basis_cents: int
    recorded: Decimal | None = None
    lot: str = ""


@dataclass(frozen=True, slots=True)
class PoolTotal:
    """What was left of one asset in the common pool: units, and basis in cents and in parts of a cent."""

    asset: str
    units: Decimal
    basis_cents: int
    basis_parts: int


@dataclass(frozen=True, slots=True)
class Opening:
    """The first day on which each wallet is a pool: what the common pool held, and the lots of each wallet then.

    `how` says for each asset how it was put there: `specific`, `global`, or the default's name.
    """

    year: int
    pool: tuple[PoolTotal, ...]
    lots: tuple[Lot, ...]
    how: Mapping[str, str]


Rooms = dict[str, int]
"""Units of one asset that wallets hold and that have no lot yet, by wallet; the wallet used first comes first."""
Placing = tuple[list[OpenLot], list[WalletLots]]


def opened(
    held: Sequence[OpenLot],
    actual: Sequence[OpenLot],
    default: str,
    recorded: Mapping[str, Allocation],
    scale: int,
    year: int,
) -> tuple[list[OpenLot], list[WalletLots], Opening]:
    """The pool's lots in wallets: by what is `recorded` for an asset, else by the `default` of ALLOCATIONS.

    `actual` are the lots as each wallet's own history has them: they say how many units each wallet holds.
    """
    pool = _totals(held, scale)
    placed, settled = in_wallets(held, actual, default, recorded, scale, year)
    how = {total.asset: recorded[total.asset].how if total.asset in recorded else default for total in pool}
    return placed, settled, Opening(year, pool, tuple(as_lot(copy(lot), scale) for lot in placed), how)


def in_wallets(
    held: Sequence[OpenLot],
    actual: Sequence[OpenLot],
    default: str,
    recorded: Mapping[str, Allocation],
    scale: int,
    year: int,
) -> Placing:
    """The pool's lots in wallets, and what is to be said of it."""
    placed: list[OpenLot] = []
    settled: list[WalletLots] = []
    own_held, own_actual = _by_asset(held), _by_asset(actual)
    for asset in sorted(own_held.keys() | own_actual.keys()):
        put = ALLOCATIONS[default]
        if asset in recorded:
            put = partial(_as_recorded, recorded[asset])
        lots, said = put(own_held.get(asset, []), own_actual.get(asset, []), scale, year)
        placed += lots
        settled += said
    return oldest_first(placed), in_order(settled)


def _by_asset(lots: Sequence[OpenLot]) -> dict[str, list[OpenLot]]:
    found: dict[str, list[OpenLot]] = {}
    for lot in lots:
        found.setdefault(lot.asset, []).append(lot)
    return found


def in_order(settled: Sequence[WalletLots]) -> list[WalletLots]:
    """Wallets that took over lots before those with something wrong, each by asset and wallet."""
    return sorted(settled, key=lambda one: (not one.lots, one.asset, one.wallet))


def _totals(held: Sequence[OpenLot], scale: int) -> tuple[PoolTotal, ...]:
    sums: dict[str, list[int]] = {}
    for lot in held:
        left = copy(lot)
        count = left.left
        basis, _ = left.take(count)
        total = sums.setdefault(lot.asset, [0, 0, 0])
        for place, amount in enumerate((count, basis[1], basis[0])):
            total[place] += amount
    return tuple(
        PoolTotal(asset, quantity(n, scale), cents, exact) for asset, (n, cents, exact) in sorted(sums.items())
    )


def _rooms(actual: Sequence[OpenLot]) -> Rooms:
    rooms: Rooms = {}
    for lot in sorted(actual, key=lambda lot: (lot.received, lot.age, lot.wallet)):
        rooms[lot.wallet] = rooms.get(lot.wallet, 0) + lot.left
    return rooms


def own_lots_then_oldest(held: Sequence[OpenLot], actual: Sequence[OpenLot], scale: int, year: int) -> Placing:
    """Lots of one asset left in the common pool, put where the units are.

    A lot stays with the wallet that holds it by the actual history; a wallet whose own lots are used up gets the oldest
    that are left over, the wallet used first before the others. Units of each wallet stay as they are.
    """
    rooms = _rooms(actual)
    seats: dict[str, list[OpenLot]] = {}
    for lot in sorted(actual, key=lambda lot: (lot.received, lot.age, lot.wallet)):
        seats.setdefault(lot.id, []).append(copy(lot))
    placed: list[OpenLot] = []
    for lot in held:
        for seat in seats.get(lot.id, []):
            part = min(lot.left, seat.left)
            if part:
                seat.take(part)
                rooms[seat.wallet] -= part
                placed.append(lot.rest(part, seat.wallet))
    moved: dict[str, list[OpenLot]] = {}
    for lot in (lot for lot in held if lot.left):
        for wallet, free in rooms.items():
            part = min(lot.left, free)
            if part:
                rooms[wallet] -= part
                placed.append(lot.rest(part, wallet))
                moved.setdefault(wallet, []).append(placed[-1])
    settled = [_taken_over(wallet, lots, scale, year) for wallet, lots in moved.items()]
    asset = next((lot.asset for lot in (*held, *actual)), "")
    settled += [WalletLots(year, asset, wallet, quantity(n, scale), 0, (), 0) for wallet, n in rooms.items() if n]
    return placed, settled


def _taken_over(wallet: str, lots: Sequence[OpenLot], scale: int, year: int) -> WalletLots:
    total = quantity(sum(lot.left for lot in lots), scale)
    days = tuple(sorted({lot.acquired for lot in lots}))
    return WalletLots(year, lots[0].asset, wallet, total, len(lots), days, sum(lot.basis_cents for lot in lots))


def _as_recorded(
    allocation: Allocation, held: Sequence[OpenLot], actual: Sequence[OpenLot], scale: int, year: int
) -> Placing:
    """Lots of one asset as an allocation puts them. What does not come to every unit of every wallet is told, and what
    is left over then goes by each wallet's history, so that the rest can be worked out."""
    rooms = _rooms(actual)
    before = dict(rooms)
    spelled = {wallet.casefold(): wallet for wallet in rooms}
    put = _unit_by_unit if allocation.how == "specific" else _by_order
    asset = next((lot.asset for lot in (*held, *actual)), "")
    placed, wrong = put(allocation, held, rooms, spelled, scale)
    settled = [
        WalletLots(year, asset, wallet, quantity(have, scale), 0, (), 0, recorded=quantity(asked, scale), lot=lot)
        for wallet, lot, asked, have in wrong
    ]
    for wallet, free in rooms.items():
        if free and not any(one[0] == wallet and not one[1] for one in wrong):
            given, units_there = quantity(before[wallet] - free, scale), quantity(before[wallet], scale)
            settled.append(WalletLots(year, asset, wallet, units_there, 0, (), 0, recorded=given))
    for lot in (lot for lot in held if lot.left):
        for wallet in rooms:
            part = min(lot.left, rooms[wallet])
            if part:
                rooms[wallet] -= part
                placed.append(lot.rest(part, wallet))
    return placed, settled


_Wrong = tuple[str, str, int, int]
"""(wallet, lot or nothing, units asked for, units there)."""


def _unit_by_unit(
    allocation: Allocation, held: Sequence[OpenLot], rooms: Rooms, spelled: Mapping[str, str], scale: int
) -> tuple[list[OpenLot], list[_Wrong]]:
    placed: list[OpenLot] = []
    asked: dict[str, int] = {}
    wrong: list[_Wrong] = []
    before = dict(rooms)
    left = {lot: sum(one.left for one in held if one.id == lot) for lot in {one.id for one in held}}
    wanted: dict[str, int] = {}
    for one in allocation.placed:
        if one.lot not in left and allocation.assets == frozenset():
            continue  # a lot of another asset
        wallet = spelled.get(one.wallet.casefold(), one.wallet)
        count = units(one.units, scale)
        asked[wallet] = asked.get(wallet, 0) + count
        wanted[one.lot] = wanted.get(one.lot, 0) + count
        for lot in (lot for lot in held if lot.id == one.lot):
            part = min(lot.left, count, rooms.get(wallet, 0))
            if part:
                rooms[wallet] -= part
                count -= part
                placed.append(lot.rest(part, wallet))
    wrong += [("", lot, n, left.get(lot, 0)) for lot, n in wanted.items() if n > left.get(lot, 0)]
    wrong += [(wallet, "", n, before.get(wallet, 0)) for wallet, n in asked.items() if n != before.get(wallet, 0)]
    return placed, wrong


def _by_order(
    allocation: Allocation, held: Sequence[OpenLot], rooms: Rooms, spelled: Mapping[str, str], scale: int
) -> tuple[list[OpenLot], list[_Wrong]]:
    placed: list[OpenLot] = []
    for wallet in (spelled.get(name.casefold(), name) for name in allocation.wallets):
        for lot in sorted(held, key=METHODS[allocation.order]):
            part = min(lot.left, rooms.get(wallet, 0))
            if part:
                rooms[wallet] -= part
                placed.append(lot.rest(part, wallet))
    return placed, []


ALLOCATIONS: Mapping[str, Callable[[Sequence[OpenLot], Sequence[OpenLot], int, int], Placing]] = {
    "own_lots_then_oldest": own_lots_then_oldest
}
"""How a common pool's lots can be put into wallets where nothing was recorded, by the conclusions of the decision
`allocation`."""
