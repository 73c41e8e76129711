"""Niner's ledger CSV to rows in order, read from the documentation alone: every amount an exact fraction.

The documented order: by time; rows of one instant (of one day, where one of them names only the day) stand in file
order, but a row that would take out more than its wallet holds waits, and goes as soon as it can.
"""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import groupby
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Row:
    """One row. Amounts are dollars; `sent` and `received` are (units, asset) of digital assets, None where dollars."""

    id: str
    number: int
    instant: datetime
    day: date
    timed: bool
    wallet: str
    kind: str
    sent: tuple[Fraction, str] | None
    received: tuple[Fraction, str] | None
    fee: tuple[Fraction, str] | None
    fee_worth: Fraction
    value: Fraction
    to_wallet: str
    acquired: date | None
    basis: Fraction | None
    fmv: Fraction | None


def read(text: str, zone: str) -> list[Row]:
    """The rows of a ledger in Niner's own format, in the order in which they count."""
    return in_order(
        [_row(cells, number, ZoneInfo(zone)) for number, cells in enumerate(csv.DictReader(io.StringIO(text)))]
    )


def _row(cells: dict[str, str], number: int, zone: ZoneInfo) -> Row:
    moment = datetime.fromisoformat(cells["time"])
    moment = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
    sent, sent_dollars = _side(cells, "sent")
    received, received_dollars = _side(cells, "received")
    stated = _number(cells["usd_value"])
    dollars = sent_dollars if sent_dollars is not None else received_dollars
    value = dollars if dollars is not None else stated or Fraction(0)
    fee, fee_dollars = _side(cells, "fee")
    worth = _number(cells["fee_usd"])
    if fee is not None and worth is None:  # the same row prices it
        units, _ = next(side for side in (sent, received) if side is not None and side[1] == fee[1])
        worth = value * fee[0] / units
    return Row(
        id=cells["id"],
        number=number,
        instant=moment.astimezone(UTC),
        day=moment.astimezone(zone).date(),
        timed=len(cells["time"]) > len("2024-01-01"),
        wallet=cells["wallet"],
        kind=cells["kind"],
        sent=sent,
        received=received,
        fee=fee,
        fee_worth=worth or fee_dollars or Fraction(0),
        value=value,
        to_wallet=cells["to_wallet"],
        acquired=date.fromisoformat(cells["acquired"]) if cells["acquired"] else None,
        basis=_number(cells["basis_usd"]),
        fmv=_number(cells["fmv_usd"]),
    )


def _number(text: str) -> Fraction | None:
    return Fraction(text) if text else None


def _side(cells: dict[str, str], name: str) -> tuple[tuple[Fraction, str] | None, Fraction | None]:
    """(units and asset, dollars) of a side: one of the two, or neither."""
    units, asset = _number(cells[f"{name}_quantity"]), cells[f"{name}_asset"]
    if units is None:
        return None, None
    return (None, units) if asset == "USD" else ((units, asset), None)


Places = dict[tuple[str, str], Fraction]


def in_order(rows: list[Row]) -> list[Row]:
    """The rows by time; within what is open, each as early as it can be."""
    held: Places = {}
    ordered: list[Row] = []
    by_time = sorted(rows, key=lambda row: (row.instant, row.number))
    for _, of_day in groupby(by_time, key=lambda row: row.day):
        day = list(of_day)
        open_order = [day]
        if all(row.timed for row in day):
            open_order = [list(same) for _, same in groupby(day, key=lambda row: row.instant)]
        for group in open_order:
            ordered += _as_early_as_they_can(group, held)
    return ordered


def _as_early_as_they_can(group: list[Row], held: Places) -> list[Row]:
    done: list[Row] = []
    waiting: list[Row] = []
    for row in group:
        if not _can_go(row, held):
            waiting.append(row)
            continue
        _go(row, held)
        done.append(row)
        while True:
            ready = [other for other in waiting if _can_go(other, held)]
            if not ready:
                break
            _go(ready[0], held)
            done.append(ready[0])
            waiting.remove(ready[0])
    for row in waiting:  # what is never there is a shortage, which the lots will say
        _go(row, held)
    return done + waiting


def _changes(row: Row) -> tuple[Places, Places]:
    """(what leaves, what comes) by wallet and asset."""
    out: Places = {}
    into: Places = {}
    if row.sent is not None:
        out[row.wallet, row.sent[1]] = row.sent[0]
        if row.kind == "transfer":
            into[row.to_wallet, row.sent[1]] = row.sent[0]
    if row.received is not None:
        into[row.wallet, row.received[1]] = row.received[0]
    return out, into


def _can_go(row: Row, held: Places) -> bool:
    out, into = _changes(row)
    if any(held.get(place, 0) < units for place, units in out.items()):
        return False
    if row.fee is None:
        return True
    place = row.wallet, row.fee[1]
    return held.get(place, 0) - out.get(place, 0) + into.get(place, 0) >= row.fee[0]


def _go(row: Row, held: Places) -> None:
    out, into = _changes(row)
    for place, units in out.items():
        held[place] = held.get(place, Fraction(0)) - units
    for place, units in into.items():
        held[place] = held.get(place, Fraction(0)) + units
    if row.fee is not None:
        place = row.wallet, row.fee[1]
        held[place] = held.get(place, Fraction(0)) - row.fee[0]
