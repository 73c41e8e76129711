"""What units may have been worth, by the nearest prices that anything in the ledger says: the weight of a question."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from niner.imports.events import MONEY, Event
from niner.ledger.transaction import Transaction

Point = tuple[datetime, Fraction]


class Worths:
    """Dollars a unit of each asset, as rows say them. Never a price of a return: only the weight of a question."""

    def __init__(
        self,
        events: Iterable[Event],
        own: Iterable[Transaction],
        known: Mapping[str, Decimal],
        same_as: Mapping[str, str],
    ) -> None:
        """`known` are worths in dollars of single events, by id; `same_as` gives an asset the name that counts."""
        self._events, self._own, self._known, self._same_as = events, own, known, same_as
        self._points: dict[str, list[Point]] | None = None
        self._dearest: dict[str, Fraction] = {}

    def most(self, asset: str, quantity: Decimal) -> int | None:
        """What `quantity` of `asset` can have cost or brought at most, in cents: by the dearest price of the ledger.

        Units that leave, come or change their price move the gains of a year by no more: by what they brought less
        what units of their number cost, whichever lots those are. None where nothing prices the asset.
        """
        if asset == "USD":
            return -int(-Fraction(quantity) * 100 // 1)
        name = self._same_as.get(asset, asset)
        if name not in self._dearest:
            points = self._read_once().get(name, [])
            if not points:
                return None
            self._dearest[name] = max(rate for _, rate in points)
        return -int(-self._dearest[name] * Fraction(quantity) * 100 // 1)

    def cents(self, asset: str, quantity: Decimal, time: datetime) -> int | None:
        """What `quantity` of `asset` may have been worth, in cents, by the dearer of the prices before and after.

        None where nothing prices the asset.
        """
        if asset == "USD":
            return int(Fraction(quantity) * 100)
        points = self._read_once().get(self._same_as.get(asset, asset), [])
        if not points:
            return None
        at = bisect_left(points, time, key=lambda point: point[0])
        near = points[at : at + 1] if at < len(points) and points[at][0] == time else points[max(at - 1, 0) : at + 1]
        return int(max(rate for _, rate in near) * Fraction(quantity) * 100)

    def _read_once(self) -> dict[str, list[Point]]:
        if self._points is None:
            self._points = self._read()
        return self._points

    def _read(self) -> dict[str, list[Point]]:
        found: dict[str, list[Point]] = defaultdict(list)

        def add(asset: str, quantity: Decimal | None, time: datetime, dollars: Fraction) -> None:
            if asset and asset not in MONEY and quantity:
                found[self._same_as.get(asset, asset)].append((time, dollars / Fraction(quantity)))

        for event in self._events:
            value = self._known.get(event.id) if event.usd_value is None else event.usd_value
            if value is not None and len(event.sent) < 2 and len(event.received) < 2:
                for leg in (*event.sent, *event.received):
                    add(leg.asset, leg.quantity, event.time, Fraction(value))
        for row in self._own:
            if row.value_cents is not None:
                dollars = Fraction(row.value_cents) / 100
                add(row.sent_asset, row.sent_quantity, row.instant, dollars)
                add(row.received_asset, row.received_quantity, row.instant, dollars)
        for points in found.values():
            points.sort()
        return dict(found)
