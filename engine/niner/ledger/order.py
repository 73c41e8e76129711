"""Transactions of several files to one order in time, where a day or a second holds more than one.

File order is kept among rows of the same instant. A row that would take out more than its wallet holds waits for the
rows of the same instant (the same day, where one of them names only a day) that bring the units in.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from heapq import merge
from itertools import groupby, islice
from operator import attrgetter, le, lt

from niner import exact
from niner.ledger.columns import Columns, distinct
from niner.ledger.transaction import Transaction

Place = tuple[str, str]
"""A wallet and an asset in it."""
Balances = dict[Place, Decimal]


def in_order(transactions: Sequence[Transaction]) -> Columns:
    """`transactions`, given in file order, by time."""
    rows = Columns.of(transactions)
    one_by_one = all(map(lt, rows.instants, islice(rows.instants, 1, None)))
    if not one_by_one and not all(map(le, rows.instants, islice(rows.instants, 1, None))):
        rows = rows.at(sorted(range(len(rows)), key=rows.instants.__getitem__))
        one_by_one = all(map(lt, rows.instants, islice(rows.instants, 1, None)))
    if one_by_one and distinct(rows, "timed") <= {True}:
        return rows
    by_time = list(rows)
    place = {id(row): at for at, row in enumerate(by_time)}
    ordered: list[int] = []
    balances: Balances = defaultdict(Decimal)
    for _, day in groupby(by_time, key=lambda t: t.day):
        for group in _groups(list(day)):
            for row in _waiting(group, balances) if len(group) > 1 else group:
                _move(row, balances)
                ordered.append(place[id(row)])
    return rows if ordered == list(range(len(rows))) else rows.at(ordered)


def _groups(rows: list[Transaction]) -> Iterator[list[Transaction]]:
    """The rows of a day whose order is open: all of them where one names only the day, else those of one instant."""
    if all(row.timed for row in rows):
        for _, same in groupby(rows, key=_instant):
            yield list(same)
    else:
        yield rows


_instant = attrgetter("instant")


def _waiting(rows: list[Transaction], balances: Balances) -> Iterator[Transaction]:
    """The rows, each as early as it can be without overdrawing its wallet; what never can comes last, in file order.

    After every row that brings units in, those that wait for such units are tried again, the first in the file first,
    until none of them can go.
    """
    waiting: dict[int, Transaction] = {}
    wanted: dict[Place, dict[int, None]] = defaultdict(dict)  # the waiting rows by what they take, in file order
    for number, row in enumerate(rows):
        if _overdraws(row, balances):
            waiting[number] = row
            for place in _takes(row):
                wanted[place][number] = None
            continue
        yield row
        fed = {place for place in _brings(row) if wanted.get(place)}
        while fed:
            tried = merge(*(wanted[place] for place in fed))
            ready = next((n for n in tried if not _overdraws(waiting[n], balances)), None)
            if ready is None:
                break
            released = waiting.pop(ready)
            for place in _takes(released):
                wanted[place].pop(ready, None)
            yield released
            fed |= {place for place in _brings(released) if wanted.get(place)}
    yield from waiting.values()


def _takes(row: Transaction) -> list[Place]:
    """Where the row takes units out."""
    places = [(row.wallet, row.sent_asset)] if row.sent_quantity is not None else []
    return places + ([(row.wallet, row.fee_asset)] if row.fee_quantity is not None else [])


def _brings(row: Transaction) -> list[Place]:
    """Where the row brings units in."""
    if row.kind == "transfer":
        return [(row.to_wallet, row.sent_asset)]
    if row.kind == "rename":
        return [(row.to_wallet or row.wallet, row.received_asset)]
    return [(row.wallet, row.received_asset)] if row.received_quantity is not None else []


def _overdraws(row: Transaction, balances: Balances) -> bool:
    if row.sent_quantity is not None and balances[row.wallet, row.sent_asset] < row.sent_quantity:
        return True
    if row.fee_quantity is None:
        return False
    held = balances[row.wallet, row.fee_asset]
    if row.received_asset == row.fee_asset and row.received_quantity is not None:
        held = exact.add(held, row.received_quantity)
    if row.sent_asset == row.fee_asset and row.sent_quantity is not None:
        held = exact.subtract(held, row.sent_quantity)
    return held < row.fee_quantity


def _move(row: Transaction, balances: Balances) -> None:
    for asset, quantity, change in (
        (row.sent_asset, row.sent_quantity, exact.subtract),
        (row.received_asset, row.received_quantity, exact.add),
        (row.fee_asset, row.fee_quantity, exact.subtract),
    ):
        if quantity is not None:
            place = row.wallet, asset
            balances[place] = change(balances[place], quantity)
    if row.kind == "rename" and row.to_wallet and row.received_quantity is not None:
        here, there = (row.wallet, row.received_asset), (row.to_wallet, row.received_asset)
        balances[here] = exact.subtract(balances[here], row.received_quantity)
        balances[there] = exact.add(balances[there], row.received_quantity)
    if row.kind == "transfer" and row.sent_quantity is not None:
        arrived = row.to_wallet, row.sent_asset
        balances[arrived] = exact.add(balances[arrived], row.sent_quantity)
        if row.received_quantity is not None:  # the received side of a transfer is the same units, told again
            told = row.wallet, row.received_asset
            balances[told] = exact.subtract(balances[told], row.received_quantity)
