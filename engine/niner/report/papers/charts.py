"""Figures of a return to charts: bars and an axis in whole units of a small drawing, which a template makes SVG."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from niner.dataclass import dataclass
from niner.money import dollars_printed, dollars_spoken
from niner.returns.rows import Row
from niner.returns.year import YearReturn

WIDTH, HEIGHT = 360, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 356, 10, 164
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TICKS = 4
_YEAR = 12  # months


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it stands, which series it is of (0 is the first), and what it says."""

    x: int
    y: int
    width: int
    height: int
    series: int
    says: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A tick of the money axis or a label under the bars: where, and its text."""

    at: int
    says: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: a name for its id, what it is, what it says in a sentence, its drawing, and the same as a table.

    `zero` is where the axis of no money lies; `line` the place of an upright line between two bars, with its text.
    """

    name: str
    title: str
    says: str
    series: Sequence[str]
    bars: Sequence[Bar]
    ticks: Sequence[Mark]
    labels: Sequence[Mark]
    zero: int
    line: Mark | None
    rows: Sequence[Sequence[str]]


def charts(result: YearReturn, run: Sequence[YearReturn], long_term: Sequence[date | None]) -> list[Chart]:
    """The charts that have something to show: gain and loss by month, losses carried by year, lots by their age.

    `run` are the returns worked out together, in order of their years; `long_term` for each lot that is held the
    first day on which a gain on it is long-term.
    """
    found = [_by_month(result.year, result.rows), _carried(run), _by_age(result, long_term)]
    return [chart for chart in found if chart is not None]


def _by_month(year: int, rows: Sequence[Row]) -> Chart | None:
    sums: dict[tuple[int, str], int] = defaultdict(int)
    alike: dict[tuple[date, str], int] = defaultdict(int)
    for row in rows:
        alike[row.parts[0].disposed, row.term] += row.printed.gain
    for (day, term), cents in alike.items():
        sums[day.month, term] += cents
    if not any(sums.values()):
        return None
    groups = [(month, [sums[at, "short"], sums[at, "long"]]) for at, month in enumerate(_MONTHS, 1)]
    gains, losses = (sum(max(sign * cents, 0) for cents in sums.values()) for sign in (1, -1))
    says = f"Months with a gain come to {dollars_spoken(gains)}, months with a loss to {dollars_spoken(-losses)}, "
    says += "each term by itself."
    return _chart("months", f"Gain and loss by month of {year}", says, ("Short term", "Long term"), groups)


def _carried(run: Sequence[YearReturn]) -> Chart | None:
    groups, told = [], []
    for one in run:
        brought, left = one.case.carried_in.short_term + one.case.carried_in.long_term, sum(one.carryover_out)
        groups.append((str(one.year), [brought, max(brought - left, 0), left]))
        moved = (
            f"{dollars_spoken(brought - left)} used" if brought >= left else f"{dollars_spoken(left - brought)} added"
        )
        told.append(f"{one.year}: {moved}")
    if not any(amount for _, amounts in groups for amount in amounts):
        return None
    series = ("Carried in", "Of it used in the year", "Carried on")
    return _chart("carried", "Losses carried, by year", "; ".join(told) + ".", series, groups)


def _by_age(result: YearReturn, long_term: Sequence[date | None]) -> Chart | None:
    """What lots held at the end of the year cost, by their age in months; those of two years and more together."""
    end = date(result.year, 12, 31)
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    alike: dict[tuple[date, date | None], int] = defaultdict(int)
    for lot, since in zip(result.held, long_term, strict=True):
        alike[lot.acquired, since] += lot.basis_cents
    for (acquired, since), cost in alike.items():
        age = _YEAR * (end.year - acquired.year) + end.month - acquired.month
        sums[min(max(age, 0), 2 * _YEAR)][since is not None and since <= end] += cost
    if not any(cost for costs in sums.values() for cost in costs):
        return None

    def of(first: int, last: int) -> list[int]:
        return [sum(costs[at] for age, costs in sums.items() if first <= age <= last) for at in (0, 1)]

    groups = [(str(age) if age % 3 == 0 else "", of(age, age)) for age in range(2 * _YEAR)]
    groups.append(("24+", of(2 * _YEAR, 2 * _YEAR)))
    short, long = (sum(costs[at] for costs in sums.values()) for at in (0, 1))
    says = f"Sold on 31 December, lots that cost {dollars_spoken(short)} would be short-term, "
    says += f"lots that cost {dollars_spoken(long)} long-term."
    series = ("Short term if sold on 31 December", "Long term")
    names = [f"{age} months" for age in range(2 * _YEAR)] + ["24 months and more"]
    title = "Cost of open lots by age in months"
    return _chart("ages", title, says, series, groups, line=(_YEAR, "one year"), names=names)


def _chart(
    name: str,
    title: str,
    says: str,
    series: Sequence[str],
    groups: Sequence[tuple[str, Sequence[int]]],
    line: tuple[int, str] | None = None,
    names: Sequence[str] = (),
) -> Chart:
    """Bars side by side in groups, amounts in cents, on an axis of round dollars."""
    amounts = [amount for _, those in groups for amount in those]
    step = _round_step(max(amounts), min(amounts))
    top, bottom = -(-max(*amounts, 0) // step) * step, (min(*amounts, 0) // step) * step
    spread = max(top - bottom, step)

    def height(cents: int) -> int:
        return _BOTTOM - (cents - bottom) * (_BOTTOM - _TOP) // spread

    zero, bars, labels = height(0), [], []
    names = names or [label for label, _ in groups]
    for place, (label, those) in enumerate(groups):
        start, end = (_LEFT + (_RIGHT - _LEFT) * at // len(groups) for at in (place, place + 1))
        wide = max(min((end - start - 2) // len(those), 28), 1)
        first = (start + end - wide * len(those)) // 2
        labels.append(Mark((start + end) // 2, label))
        for at, cents in enumerate(those):
            if cents:
                y = height(cents)
                what = f"{names[place]}, {series[at].lower()}: {dollars_printed(cents)}"
                bars.append(Bar(first + wide * at, min(y, zero), wide, max(abs(y - zero), 1), at, what))
    ticks = [Mark(height(cents), _short(cents)) for cents in range(bottom, top + 1, step)]
    upright = Mark(_LEFT + (_RIGHT - _LEFT) * line[0] // len(groups), line[1]) if line else None
    told = [[names[place], *map(dollars_printed, those)] for place, (_, those) in enumerate(groups) if any(those)]
    return Chart(name, title, says, series, bars, ticks, [one for one in labels if one.says], zero, upright, told)


def _round_step(most: int, least: int) -> int:
    """The distance of ticks: 1, 2 or 5 with noughts, in cents, so that there are about four of them."""
    spread = max(most, 0) - min(least, 0)
    step = 100
    while True:
        for factor in (1, 2, 5):
            if step * factor * _TICKS >= spread:
                return step * factor
        step *= 10


def _short(cents: int) -> str:
    """An amount of round dollars for an axis: `$5k`, `-$2M`."""
    dollars, sign = abs(cents) // 100, "-" if cents < 0 else ""
    for size, letter in ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k")):
        if dollars >= size and not dollars % (size // 10):
            whole, tenth = divmod(dollars * 10 // size, 10)
            return f"{sign}${whole}{f'.{tenth}' if tenth else ''}{letter}"
    return f"{sign}${dollars:,}"
