"""Dispositions and the ledger to the sales whose property was bought again within so many days."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from niner.ledger import Transaction
from niner.ledger.columns import Columns
from niner.lots import Disposition, Treatment
from niner.returns.plan import of_each


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
    names, lots = [d.transaction for d in dispositions], [d.lot for d in dispositions]
    sold, lot_of = dict(zip(names, dispositions, strict=True)), dict(zip(names, lots, strict=True))
    # Of more than one lot: no purchase is all of them.
    several = {name for name, lot in zip(names, lots, strict=True) if lot_of[name] != lot}
    if not sold:
        return frozenset()
    assets = {d.asset for d in sold.values()}
    around = timedelta(days)
    last = date(max(d.disposed.year for d in sold.values()), 12, 31)
    first_day, last_day = min(d.disposed for d in sold.values()) - around, last + around
    bought: dict[str, list[tuple[date, str]]] = defaultdict(list)
    rows = Columns.of(transactions)
    near = rows.where([first_day <= day <= last_day for day in rows.days])
    near = near.where(of_each(near, lambda t: t.received_asset in assets and does(_within(t, last)).replaces))
    for id, day, common in zip(near.ids, near.days, near.commons, strict=True):
        bought[common.received_asset].append((day, id))
    dated: dict[str, list[date]] = {}
    for asset, purchases in bought.items():
        purchases.sort()
        dated[asset] = [day for day, _ in purchases]
    spans: dict[tuple[str, date], range] = {}
    found = set()
    for name, d in sold.items():
        asset, day = place = d.asset, d.disposed
        span = spans.get(place)
        if span is None:
            those = dated.get(asset, [])
            span = spans[place] = range(bisect_left(those, day - around), bisect_right(those, day + around))
        purchases, only = bought[asset], None if name in several else lot_of[name]
        for at in span:
            if purchases[at][1] not in (name, only):
                found.add(name)
                break
    return frozenset(found)


def _within(t: Transaction, last: date) -> Transaction:
    return t._replace(day=last) if t.day > last else t
