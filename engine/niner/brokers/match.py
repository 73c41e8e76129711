"""Reported sales to the sales of the ledger, over a whole year at once.

A pair is *ruled* where the preparer says so, *certain* where units and dollars agree on the same day or the next, and
*proposed* where units agree and something else does not, or where several of one side only together are one of the
other. Days are the broker's, which may be those of another time zone. What is left on either side is open.

Equal sales are alike to every figure: they are paired in order of their amounts and times. Nothing here depends on the
order of files or rows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from niner import exact
from niner.brokers.sales import Sale
from niner.brokers.values import ReportedSale
from niner.dataclass import dataclass
from niner.imports.joining.pairing import components
from niner.money import PARTS, parts
from niner.words.yaml_text import parse

_DECIMALS = 8
Key = tuple[str, str]
"""A broker and an asset, as they are compared."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far the two sides may differ (matching.yaml); money in parts of a cent."""

    days: int
    units: Decimal
    cents: int
    share: Fraction
    least: int
    run: int


@cache
def tolerance() -> Tolerance:
    """What matching.yaml says."""
    found, _, _ = parse((files("niner.brokers") / "matching.yaml").read_text("utf-8"), "matching.yaml")
    return Tolerance(
        int(found["days"]),
        Decimal(found["units"]),
        int(found["cents"]) * PARTS,
        Fraction(found["proceeds_share"]),
        int(Decimal(found["proceeds_least"]) * 100) * PARTS,
        int(found["days_of_a_run"]),
    )


@dataclass(frozen=True, slots=True)
class Bundle:
    """Reported rows and the sales that they are, with the same units on both sides."""

    rows: tuple[ReportedSale, ...]
    sales: tuple[Sale, ...]
    tier: str
    why: str

    @property
    def reported(self) -> int:
        """What the form says was received, in parts of a cent."""
        return sum(parts(row.reported) for row in self.rows)

    @property
    def net(self) -> int:
        """What the ledger says was received, after fees, in parts of a cent."""
        return sum(sale.net for sale in self.sales)

    @property
    def fees(self) -> int:
        """The fees that reduced it, in parts of a cent."""
        return sum(sale.fees for sale in self.sales)


@dataclass(slots=True)
class Matched:
    """The bundles, and what is open on each side."""

    bundles: list[Bundle] = field(default_factory=list)
    rows: list[ReportedSale] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Told:
    """Rows of a form that are one sale: those with the same transaction, else a row alone."""

    id: str
    rows: tuple[ReportedSale, ...]
    units: Decimal
    day: date
    proceeds: int

    @property
    def order(self) -> tuple[Any, ...]:
        """By content alone, so that the order of files changes nothing."""
        return (self.day, self.proceeds, self.units, tuple(sorted(row.alike for row in self.rows)))


@dataclass(frozen=True, slots=True)
class Side:
    """Sales of the ledger that may be one on the form: a sale, or a sale with the units paid as its fee."""

    id: str
    sales: tuple[Sale, ...]
    units: Decimal
    day: date
    net: int
    fees: int

    @property
    def order(self) -> tuple[Any, ...]:
        """By day and amount, then time."""
        first = self.sales[0]
        return (self.day, self.net, self.units, first.acquired, first.basis, first.instant, self.id)


def match(
    rows: Mapping[Key, Sequence[ReportedSale]],
    sales: Mapping[Key, Sequence[Sale]],
    within: Tolerance | None = None,
) -> Matched:
    """Rows and sales by broker and asset, to bundles; what has no other side is open."""
    found = Matched()
    for key in sorted(rows.keys() | sales.keys()):
        _Group(rows.get(key, ()), sales.get(key, ()), within or tolerance(), found).run()
    return found


class _Group:
    """One broker's rows and sales of one asset; what is matched is taken out of both."""

    def __init__(self, rows: Iterable[ReportedSale], sales: Iterable[Sale], within: Tolerance, found: Matched) -> None:
        self.within = within
        self.found = found
        self.told = {told.id: told for told in sorted(_joined_rows(rows), key=lambda told: told.order)}
        self.sales = {sale.id: sale for sale in sorted(sales, key=lambda sale: (sale.day, sale.instant, sale.id))}

    def run(self) -> None:
        for tier, why, days, near in _LEVELS:
            for with_fee in (False, True):
                self.pair(tier, why, days, near, with_fee)
        self.several_sales()
        self.several_rows()
        self.days(1)
        self.days(self.within.run)
        self.found.rows += [row for told in self.told.values() for row in told.rows]
        self.found.sales += self.sales.values()

    def take(self, told: Sequence[Told], sales: Sequence[Sale], tier: str, why: str) -> None:
        for one in told:
            del self.told[one.id]
        for sale in sales:
            del self.sales[sale.id]
        rows = sorted((row for one in told for row in one.rows), key=lambda row: row.alike)
        self.found.bundles.append(Bundle(tuple(rows), tuple(sales), tier, why))

    def pair(self, tier: str, why: str, days: int, near: "_Near", with_fee: bool) -> None:
        """Takes each row and the sale that it can be; of several that hang together, in the order of their amounts."""
        sides = {side.id: side for side in self._sides(with_fee)}
        index: dict[tuple[date, int], list[Side]] = defaultdict(list)
        for side in sides.values():
            index[side.day, _rough(side.units)].append(side)
        choices: dict[str, list[Side]] = {}
        chosen: dict[str, list[Told]] = defaultdict(list)
        for told in self.told.values():
            fitting = [side for side in self._around(index, told, days) if near(self.within, told, side)]
            if fitting:
                choices[told.id] = fitting
                for side in fitting:
                    chosen[side.id].append(told)
        for several, others in components(self.told, choices, chosen):
            fits = {told.id: {side.id for side in choices[told.id]} for told in several}
            for told, side in _pairs(several, others, fits):
                if all(sale.id in self.sales for sale in side.sales):
                    alike = f"; one of {len(several)} that fit" if len(several) > 1 or len(others) > 1 else ""
                    gap = "" if side.day == told.day else f", on {side.day} here"
                    fee = " with the units of its fee" if with_fee else ""
                    self.take([told], side.sales, tier, f"{why}{gap}{fee}{alike}")

    def _sides(self, with_fee: bool) -> Iterator[Side]:
        if not with_fee:
            for sale in self.sales.values():
                yield Side(sale.id, (sale,), sale.units, sale.day, sale.net, sale.fees)
            return
        for sale in self.sales.values():
            fee = self.sales.get(f"{sale.id} fee")
            if fee is not None:
                units = exact.add(sale.units, fee.units)
                yield Side(sale.id, (sale, fee), units, sale.day, sale.net + fee.net, sale.fees)

    def _around(self, index: Mapping[tuple[date, int], list[Side]], told: Told, days: int) -> Iterator[Side]:
        rough = _rough(told.units)
        for gap in range(-days, days + 1):
            for step in (-1, 0, 1):
                for side in index.get((told.day + timedelta(days=gap), rough + step), ()):
                    if self._same(told.units, side.units):
                        yield side

    def _same(self, one: Decimal, other: Decimal, count: int = 1) -> bool:
        return exact.subtract(one, other).copy_abs() <= self.within.units * count

    def _gaps(self) -> Iterator[int]:
        """Days from the broker's day to ours, the nearest first."""
        yield 0
        for days in range(1, self.within.days + 1):
            yield from (-days, days)

    def several_sales(self) -> None:
        """A row that is several sales of the day together: fills that the form joins."""
        by_day: dict[date, list[Sale]] = defaultdict(list)
        for sale in self.sales.values():
            by_day[sale.day].append(sale)
        for told in list(self.told.values()):
            for gap in self._gaps():
                day = told.day + timedelta(days=gap)
                of_day = [sale for sale in by_day[day] if sale.id in self.sales]
                runs = [run for run in _runs(of_day, told.units, self.within) if len(run) > 1]
                best = min(runs, key=lambda run: abs(sum(s.net for s in run) - told.proceeds), default=None)
                if best is not None:
                    tier = "certain" if gap == 0 and self._agree([told], best) else "proposed"
                    self.take([told], best, tier, f"{len(best)} sales of {day} together have its units")
                    break

    def several_rows(self) -> None:
        """A sale that several rows of the form are together: one for each lot."""
        by_day: dict[date, list[Told]] = defaultdict(list)
        for told in sorted(self.told.values(), key=_by_price):
            by_day[told.day].append(told)
        for sale in list(self.sales.values()):
            for gap in self._gaps():
                day = sale.day + timedelta(days=gap)
                of_day = [told for told in by_day[day] if told.id in self.told]
                runs = [run for run in _runs(of_day, sale.units, self.within) if len(run) > 1]
                best = min(runs, key=lambda run: abs(sum(t.proceeds for t in run) - sale.net), default=None)
                if best is not None:
                    tier = "certain" if gap == 0 and self._agree(best, [sale]) else "proposed"
                    self.take(best, [sale], tier, f"{len(best)} rows of the form together have its units")
                    break

    def days(self, most: int) -> None:
        """All that is left of some days in a row, where both sides have the same units."""
        for start in sorted({told.day for told in self.told.values()} | {s.day for s in self.sales.values()}):
            for length in range(1, most + 1):
                last = start + timedelta(days=length - 1)
                told = [one for one in self.told.values() if start <= one.day <= last]
                sales = [sale for sale in self.sales.values() if start <= sale.day <= last]
                if not told or not sales:
                    continue
                units = exact.total(one.units for one in told), exact.total(sale.units for sale in sales)
                if self._same(*units, max(len(told), len(sales))):
                    tier = "certain" if length == 1 and self._agree(told, sales) else "proposed"
                    span = f"{start}" if length == 1 else f"{start} to {last}"
                    why = f"{len(told)} rows and {len(sales)} sales of {span} have the same units"
                    self.take(told, sales, tier, why)
                    break

    def _agree(self, told: Sequence[Told], sales: Sequence[Sale]) -> bool:
        """Whether the dollars are those before or after fees, to the cent a row."""
        said, net = sum(one.proceeds for one in told), sum(sale.net for sale in sales)
        within = self.within.cents * max(len(told), len(sales))
        return abs(said - net) <= within or abs(said - net - sum(sale.fees for sale in sales)) <= within


_Near = Callable[[Tolerance, Told, Side], bool]


def _to_the_cent(within: Tolerance, told: Told, side: Side) -> bool:
    difference = told.proceeds - side.net
    cents = within.cents * max(len(told.rows), len(side.sales))
    return abs(difference) <= cents or abs(difference - side.fees) <= cents


def _nearly(within: Tolerance, told: Told, side: Side) -> bool:
    most = max(within.least, int(within.share * abs(side.net)))
    return abs(told.proceeds - side.net) <= most + side.fees


def _anything(within: Tolerance, told: Told, side: Side) -> bool:
    return True


_LEVELS: Sequence[tuple[str, str, int, _Near]] = (
    ("certain", "the same units, day and dollars", 0, _to_the_cent),
    ("certain", "the same units and dollars", 1, _to_the_cent),
    ("proposed", "the same units and day, and nearly the dollars", 0, _nearly),
    ("proposed", "the same units, and nearly the dollars", 1, _nearly),
    ("proposed", "the same units and day, and other dollars", 0, _anything),
)


def _pairs(rows: Sequence[Told], sides: Sequence[Side], fits: Mapping[str, set[str]]) -> Iterator[tuple[Told, Side]]:
    """One to one in the order of amounts where that fits; else the nearest first."""
    rows, sides = sorted(rows, key=lambda one: one.order), sorted(sides, key=lambda one: one.order)
    if len(rows) == len(sides) and all(side.id in fits[told.id] for told, side in zip(rows, sides, strict=True)):
        yield from zip(rows, sides, strict=True)
        return
    near = sorted(
        (abs(told.proceeds - side.net), abs((told.day - side.day).days), place, other)
        for place, told in enumerate(rows)
        for other, side in enumerate(sides)
        if side.id in fits[told.id]
    )
    gone: set[tuple[str, int]] = set()
    for _, _, place, other in near:
        if ("row", place) not in gone and ("side", other) not in gone:
            gone |= {("row", place), ("side", other)}
            yield rows[place], sides[other]


def _joined_rows(rows: Iterable[ReportedSale]) -> Iterator[Told]:
    groups: dict[tuple[object, ...], list[ReportedSale]] = defaultdict(list)
    for row in rows:
        key = (row.source.file, row.transaction, row.sold) if row.transaction else (row.name,)
        groups[key].append(row)
    for several in groups.values():
        first = several[0]
        assert first.sold is not None
        units = exact.total(row.units or Decimal(0) for row in several)
        proceeds = sum(parts(row.reported) for row in several)
        yield Told(first.name, tuple(several), units, first.sold, proceeds)


def _runs(several: Sequence[Any], units: Decimal, within: Tolerance) -> list[list[Any]]:
    """Every stretch of neighbours whose units add up to `units`."""
    found = []
    start, total = 0, Decimal(0)
    for end, one in enumerate(several):
        total = exact.add(total, one.units)
        while start <= end and exact.subtract(total, units) > within.units * (end - start + 1):
            total = exact.subtract(total, several[start].units)
            start += 1
        if start <= end and exact.subtract(total, units).copy_abs() <= within.units * (end - start + 1):
            found.append(list(several[start : end + 1]))
    return found


def _by_price(told: Told) -> tuple[Any, ...]:
    return (Fraction(told.proceeds) / Fraction(told.units) if told.units else Fraction(0), told.order)


def _rough(units: Decimal) -> int:
    return exact.units(units, _DECIMALS)
