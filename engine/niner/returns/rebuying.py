"""Dispositions and the ledger to the sales whose property was bought again within so many days: wash sales ask it."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction

from niner.ledger import Transaction
from niner.lots import Disposition, Treatment

_BOUGHT = ("acquisition", "exchange", "income")


def rebought(
    dispositions: Sequence[Disposition],
    transactions: Sequence[Transaction],
    does: Callable[[Transaction], Treatment],
    days: int,
) -> frozenset[str]:
    """The transactions that disposed of property of which more was bought within `days` before or after.

    Of the units that were themselves disposed of, only what the same purchase brought beyond them counts.
    """
    taken: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    sold: dict[str, Disposition] = {}
    for d in dispositions:
        sold[d.transaction] = d
        taken[d.transaction][d.lot] += Fraction(d.quantity)
    assets = {d.asset for d in sold.values()}
    bought: dict[str, list[tuple[date, str, Fraction]]] = defaultdict(list)
    for t in transactions:
        if t.received_asset in assets and t.received_quantity is not None and does(t).treatment in _BOUGHT:
            bought[t.received_asset].append((t.day, t.id, Fraction(t.received_quantity)))
    for purchases in bought.values():
        purchases.sort(key=lambda purchase: purchase[0])
    found = set()
    for name, d in sold.items():
        purchases = bought[d.asset]
        first = bisect_left(purchases, d.disposed - timedelta(days), key=lambda purchase: purchase[0])
        last = bisect_right(purchases, d.disposed + timedelta(days), key=lambda purchase: purchase[0])
        if any(units > taken[name].get(id, 0) for _, id, units in purchases[first:last] if id != name):
            found.add(name)
    return frozenset(found)
