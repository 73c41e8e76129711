"""Transactions of several files to one order in time, where a day or a second holds more than one.

File order is kept among rows of the same instant. A row that would take out more than its wallet holds waits for the
rows of the same instant (the same day, where one of them names only a day) that bring the units in.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Context, Decimal
from itertools import groupby

from niner.ledger.transaction import Transaction

_EXACT = Context(prec=500)
Balances = dict[tuple[str, str], Decimal]


def in_order(transactions: Sequence[Transaction]) -> list[Transaction]:
    """`transactions`, given in file order, by time."""
    ordered: list[Transaction] = []
    balances: Balances = defaultdict(Decimal)
    for _, day in groupby(sorted(transactions, key=lambda t: t.instant), key=lambda t: t.day):
        rows = list(day)
        for group in _groups(rows):
            for row in _waiting(group, balances) if len(group) > 1 else group:
                _move(row, balances)
                ordered.append(row)
    return ordered


def _groups(rows: list[Transaction]) -> Iterator[list[Transaction]]:
    """The rows of a day whose order is open: all of them where one names only the day, else those of one instant."""
    if all(row.timed for row in rows):
        for _, same in groupby(rows, key=_instant):
            yield list(same)
    else:
        yield rows


def _instant(row: Transaction) -> datetime | date:
    return row.instant


def _waiting(rows: list[Transaction], balances: Balances) -> Iterator[Transaction]:
    """The rows, each as early as it can be without overdrawing its wallet; what never can comes last, in file order."""
    waiting: list[Transaction] = []
    for row in rows:
        if _overdraws(row, balances):
            waiting.append(row)
            continue
        yield row
        while waiting and _brings(row):
            ready = next((other for other in waiting if not _overdraws(other, balances)), None)
            if ready is None:
                break
            waiting.remove(ready)
            yield ready
            row = ready
    yield from waiting


def _brings(row: Transaction) -> bool:
    return row.received_quantity is not None or row.kind == "transfer"


def _overdraws(row: Transaction, balances: Balances) -> bool:
    if row.sent_quantity is not None and balances[row.wallet, row.sent_asset] < row.sent_quantity:
        return True
    if row.fee_quantity is None:
        return False
    held = balances[row.wallet, row.fee_asset]
    if row.received_asset == row.fee_asset and row.received_quantity is not None:
        held = _EXACT.add(held, row.received_quantity)
    if row.sent_asset == row.fee_asset and row.sent_quantity is not None:
        held = _EXACT.subtract(held, row.sent_quantity)
    return held < row.fee_quantity


def _move(row: Transaction, balances: Balances) -> None:
    for asset, quantity, sign in (
        (row.sent_asset, row.sent_quantity, -1),
        (row.received_asset, row.received_quantity, 1),
        (row.fee_asset, row.fee_quantity, -1),
    ):
        if quantity is not None:
            place = row.wallet, asset
            balances[place] = _EXACT.add(balances[place], quantity if sign > 0 else -quantity)
    if row.kind == "transfer" and row.sent_quantity is not None:
        arrived = row.to_wallet, row.sent_asset
        balances[arrived] = _EXACT.add(balances[arrived], row.sent_quantity)
        if row.received_quantity is not None:  # the received side of a transfer is the same units, told again
            told = row.wallet, row.received_asset
            balances[told] = _EXACT.subtract(balances[told], row.received_quantity)
