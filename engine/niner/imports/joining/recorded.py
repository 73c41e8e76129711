"""What decisions.yaml says of lots to records that name transactions: picks, standing orders and allocations.

Whether a record counts is for the rules. Here it must only name what is there: rows, wallets, units.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from niner import exact
from niner.case import rulings as case
from niner.case.filed import filed_years
from niner.case.rulings import FILE, AnyRuling, read_rulings
from niner.imports.events import MONEY, Event, Transfer, plain
from niner.imports.folder import Imported, in_order
from niner.imports.joining.named_rows import NamedRows, Wrong
from niner.imports.reading.own_format import event_of
from niner.ledger.columns import Common
from niner.ledger.records import Allocation, Identified, Pick, Placed, Records, StandingOrder
from niner.ledger.transaction import Transaction
from niner.values import Finding, Source
from niner.words.suggest import near

_SALES = ("sell", "trade", "spend")
_NO_LOT = ("transfer", "transfer_out", "transfer_in", "rename")


def recorded(
    rulings: Iterable[tuple[int, AnyRuling]],
    read: Imported,
    transfers: Iterable[Transfer],
    same_as: Mapping[str, str],
    filed: Mapping[int, frozenset[tuple[object, ...]]],
) -> tuple[Records, list[Finding]]:
    """The records, and what is wrong with rulings that name what is not there; `read` is as it is after all rulings."""
    reading = _Reading(read, transfers, same_as)
    for line, ruling in sorted(rulings, key=_after_rows):
        try:
            if isinstance(ruling, case.PickedAhead):
                reading.ahead(line, ruling)
            elif isinstance(ruling, case.Picked):
                reading.identified(line, ruling)
            elif isinstance(ruling, case.StandingOrder):
                reading.order(line, ruling)
            elif isinstance(ruling, case.Allocation):
                reading.allocation(line, ruling)
        except Wrong as wrong:
            reading.findings.append(Finding("ruling", "error", str(wrong), wrong.todo, source=Source(FILE, line)))
    records = Records(reading.by_row, tuple(reading.orders), tuple(reading.allocations), filed)
    return records, reading.findings


def _after_rows(entry: tuple[int, AnyRuling]) -> tuple[bool, str]:
    """Rulings on sales that had no row come after those that name rows, in the order in which they were recorded."""
    ruling = entry[1]
    ahead = isinstance(ruling, case.PickedAhead)
    return ahead, ruling.identified_on.isoformat() if isinstance(ruling, case.PickedAhead) else ""


def filed_allocations(folder: Path) -> dict[int, frozenset[tuple[object, ...]]]:
    """What the allocations said by which each year was filed, where Niner locked it with its rulings."""
    found = {}
    for year in filed_years(folder):
        place = folder / "filed" / str(year)
        if (place / "return.json").is_file():
            rulings, _ = read_rulings(place)
            found[year] = frozenset(_content(ruling) for _, ruling in rulings if isinstance(ruling, case.Allocation))
    return found


def _after(event: Event, ruling: case.PickedAhead) -> bool:
    """Whether a row can be of the sale: not before the record, nor after its last day. A row of a day alone may be."""
    at, until = ruling.identified_on, ruling.sale.until
    zone = at.tzinfo if isinstance(at, datetime) else None
    if until is not None and event.time.astimezone(zone or UTC).date() > until:  # the day where the record was made
        return False
    if not isinstance(at, datetime):
        return event.time.date() >= at
    return event.time >= at or (not event.timed and event.time + timedelta(days=1) > at)


def _taken(left: list[list[Any]], units: Decimal) -> tuple[Pick, ...]:
    """The next `units` of the picks that are left, which grow fewer by them."""
    picks = []
    while units:
        part = min(units, left[0][1])
        picks.append(Pick(left[0][0], part))
        left[0][1] = exact.subtract(left[0][1], part)
        units = exact.subtract(units, part)
        if not left[0][1]:
            left.pop(0)
    return tuple(picks)


class _Reading:
    def __init__(
        self,
        read: Imported,
        transfers: Iterable[Transfer],
        same_as: Mapping[str, str],
    ) -> None:
        self.rows = NamedRows(read)
        self.out_of = {pair.into: pair.out for pair in transfers}
        self.same_as = same_as
        self.by_row: dict[str, Identified] = {}
        self.orders: list[StandingOrder] = []
        self.allocations: list[Allocation] = []
        self.findings: list[Finding] = []
        self._sales: dict[tuple[str, str], Sequence[Event]] = {}
        self._brought: dict[tuple[Common, str], bool] = {}

    @cached_property
    def _renamed(self) -> set[str]:
        """The names that assets were given."""
        read = self.rows.read
        own = {common.received_asset for common in read.own.rows.kinds() if common.kind == "rename"}
        return own | {leg.asset for event in read.events if event.kind == "rename" for leg in event.received}

    @cached_property
    def _wallets(self) -> Mapping[str, str]:
        """The wallets of the ledger, by their names in small letters."""
        read = self.rows.read
        named: Iterable[Event | Transaction | Common]
        named = (*dict.fromkeys(read.own.rows.commons), *(one.transaction for one in read.settled), *read.events)
        return {name.casefold(): name for one in named for name in (one.wallet, one.to_wallet) if name}

    def identified(self, line: int, ruling: case.Picked) -> None:
        id, asset, most = self._row(ruling.row)
        if id in self.by_row:
            says = (
                f"The lots of {ruling.row} are identified a second time; the first time on row {self.by_row[id].line}."
            )
            raise Wrong(says, "Keep the one that was made in time.")
        if not asset:
            raise Wrong(f"{ruling.row} takes out no units.", "Name the row of the sale, or of the move.")
        picks = [Pick(self._lot_id(pick.from_, asset), pick.quantity) for pick in ruling.lots]
        total = Decimal(0)
        for pick in picks:
            total = exact.add(total, pick.units)
        if total > most:
            says = f"{plain(total)} {asset} are identified, and {ruling.row} takes out {plain(most)}."
            raise Wrong(says, "Identify no more units than leave, its fee in the same units among them.")
        self.by_row[id] = Identified(line, id, tuple(picks), ruling.identified_on, ruling.told, ruling.record)

    def ahead(self, line: int, ruling: case.PickedAhead) -> None:
        """Find the rows of a sale that was still to come: the first of its asset from its wallet after the record."""
        sale = ruling.sale
        wallet, asset = self._wallet(sale.wallet), self._asset(sale.asset)
        left = [[self._lot(pick.from_, asset).id, pick.quantity] for pick in ruling.lots]
        if exact.total(pick.quantity for pick in ruling.lots) != sale.quantity:
            raise Wrong("The units of its lots are not as many as the sale's.", "Write what the record says.")
        to_fill = sale.quantity
        for event in self._sales_of(wallet, asset):
            if not to_fill:
                break
            if event.id in self.by_row or not _after(event, ruling):
                continue
            _, most = self._leaving(event)
            picks = _taken(left, min(most, to_fill))
            to_fill = exact.subtract(to_fill, min(most, to_fill))
            self.by_row[event.id] = Identified(line, event.id, picks, ruling.identified_on, ruling.told, ruling.record)
        if to_fill:
            says = f"No sale of {plain(to_fill)} {asset} from {sale.wallet} stands in the ledger after this record yet."
            todo = "Nothing is to be done: once the sale is among the downloads, its units are those of the record."
            self.findings.append(Finding("identification-waits", "note", says, todo, source=Source(FILE, line)))

    def order(self, line: int, ruling: case.StandingOrder) -> None:
        wallets = frozenset(self._wallet(name) for name in ruling.wallets)
        for other in self.orders:
            if other.since == ruling.since and other.wallets & wallets:
                says = (
                    f"Two standing orders begin on {ruling.since} for one wallet; the first stands on row {other.line}."
                )
                raise Wrong(says, "Keep the one that was given.")
        self.orders.append(StandingOrder(line, ruling.rule, wallets, ruling.since, ruling.recorded_on, ruling.told))

    def allocation(self, line: int, ruling: case.Allocation) -> None:
        for name in ruling.wallets:
            self._wallet(name)
        placed = []
        assets = {self._asset(name) for name in ruling.assets}
        for one in ruling.units:
            self._wallet(one.wallet)
            lot = self._lot(one.from_)
            placed.append(Placed(one.wallet, lot.id, one.quantity))
            assets |= {self._asset(leg.asset) for leg in lot.received}
        self.allocations.append(
            Allocation(
                line,
                ruling.method,
                ruling.allocation,
                ruling.recorded_on,
                ruling.completed_on,
                _content(ruling),
                frozenset(assets),
                ruling.order or "",
                ruling.wallets,
                tuple(placed),
            )
        )

    def _row(self, name: str) -> tuple[str, str, Decimal]:
        """The id of the row that a pick is for, and what leaves in it. Raises Wrong."""
        at, rows = self.rows.own_place(name), self.rows.read.own.rows
        if at is not None and (id := rows.ids[at]) not in self.out_of:  # no event has to be made of the row
            common = rows.commons[at]
            sent = rows.sent[at] if common.sent_asset not in MONEY else ""
            fee = rows.fees[at] if common.fee_asset not in MONEY else ""
            asset = common.sent_asset if sent else common.fee_asset if fee else ""
            paid = Decimal(fee if fee and common.fee_asset == asset else 0)
            return id, asset, exact.add(Decimal(sent or 0), paid)
        event = self.rows.find(name)
        id = self.out_of.get(event.id, event.id)
        if id != event.id:
            event = self.rows.events[id]
        return id, *self._leaving(event)

    def _leaving(self, event: Event) -> tuple[str, Decimal]:
        """The asset that leaves and how much of it, fees on top in the same units counted; no asset where none does."""
        out = [leg for leg in event.sent if leg.asset not in MONEY]
        fees = [fee for fee in event.fees if fee.asset not in MONEY]
        asset = out[0].asset if out else fees[0].asset if fees else ""
        total = Decimal(0)
        for quantity in (*(leg.quantity for leg in out), *(fee.quantity for fee in fees if fee.asset == asset)):
            total = exact.add(total, quantity)
        return asset, total

    def _sales_of(self, wallet: str, asset: str) -> Sequence[Event]:
        """The sales of an asset from a wallet, by time."""
        if (wallet, asset) not in self._sales:
            read = self.rows.read
            rows = read.own.rows
            here = {common for common in rows.kinds() if common.kind in _SALES and common.wallet.casefold() == wallet}
            own = (event_of(rows[at], read.own.numbers[at]) for at, one in enumerate(rows.commons) if one in here)
            settled = (one.event for one in read.settled if one.transaction.kind in _SALES)
            every = (event for event in (*read.events, *own, *settled) if event.wallet.casefold() == wallet)
            sales = [e for e in every if e.kind in _SALES and self._asset(self._leaving(e)[0]) == asset]
            self._sales[wallet, asset] = sorted(sales, key=in_order)
        return self._sales[wallet, asset]

    def _lot_id(self, row: str, asset: str) -> str:
        """The id of what brought in a lot of an asset. Raises Wrong."""
        at, rows = self.rows.own_place(row), self.rows.read.own.rows
        if at is not None and rows.received[at]:
            of = rows.commons[at], asset
            if of not in self._brought:  # what rows have in common says it of all of them
                common = of[0]
                same = self._asset(asset) == self._asset(common.received_asset) or asset in self._renamed
                self._brought[of] = same and common.kind not in _NO_LOT and common.received_asset not in MONEY
            if self._brought[of]:
                return rows.ids[at]
        return self._lot(row, asset).id

    def _lot(self, row: str, asset: str = "") -> Event:
        """What brought in a lot; of `asset`, where one is named. Raises Wrong."""
        event = self.rows.find(row)
        came = [leg.asset for leg in event.received if leg.asset not in MONEY]
        if event.kind in _NO_LOT or not came:
            says = f"{row} is a {event.kind} and brings in no lot."
            raise Wrong(says, "Name the row by which the units were acquired; a move or a new name keeps their lot.")
        if asset and self._asset(asset) not in {self._asset(one) for one in came} and asset not in self._renamed:
            raise Wrong(f"{row} brings in {came[0]}, and what leaves is {asset}.", "Name a row that acquired it.")
        return event

    def _asset(self, name: str) -> str:
        return self.same_as.get(name.upper(), name.upper())

    def _wallet(self, name: str) -> str:
        if name.casefold() not in self._wallets:
            close = near(name, sorted(self._wallets.values()))
            todo = f"Did you mean {close}?" if close else "Write it as `niner ledger` shows it."
            raise Wrong(f"The ledger has no wallet “{name}”.", todo)
        return name.casefold()


def _content(ruling: case.Allocation) -> tuple[object, ...]:
    units = tuple(sorted((one.wallet.casefold(), one.from_, one.quantity) for one in ruling.units))
    wallets = tuple(name.casefold() for name in ruling.wallets)
    return ruling.method, ruling.allocation, tuple(sorted(ruling.assets)), ruling.order, wallets, units
