"""Dispositions and the ledger to the sales whose property was bought again within so many days."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from niner.ledger import Transaction
from niner.lots import Disposition, Treatment


def rebought(
    dispositions: Sequence[Disposition],
    transactions: Sequence[Transaction],
    does: Callable[[Transaction], Treatment],
    days: int,
) -> frozenset[str]:
    """The transactions that disposed of property of which more was bought within `days` before or after.

    The purchase of the very units that were disposed of does not count (Rev. Rul. 56-602). A purchase after the year is
    one by the rules of the year.
    """
    lots: dict[str, set[str]] = defaultdict(set)
    sold: dict[str, Disposition] = {}
    for d in dispositions:
        sold[d.transaction] = d
        lots[d.transaction].add(d.lot)
    if not sold:
        return frozenset()
    assets = {d.asset for d in sold.values()}
    last = date(max(d.disposed.year for d in sold.values()), 12, 31)
    bought: dict[str, list[tuple[date, str]]] = defaultdict(list)
    for t in transactions:
        if t.received_asset in assets and t.day <= last + timedelta(days) and does(_within(t, last)).replaces:
            bought[t.received_asset].append((t.day, t.id))
    for purchases in bought.values():
        purchases.sort()
    found = set()
    for name, d in sold.items():
        purchases = bought[d.asset]
        first = bisect_left(purchases, d.disposed - timedelta(days), key=lambda purchase: purchase[0])
        last_one = bisect_right(purchases, d.disposed + timedelta(days), key=lambda purchase: purchase[0])
        if any(id != name and lots[name] != {id} for _, id in purchases[first:last_one]):
            found.add(name)
    return frozenset(found)


def _within(t: Transaction, last: date) -> Transaction:
    return t._replace(day=last) if t.day > last else t
