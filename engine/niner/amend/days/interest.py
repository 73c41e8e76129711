"""Amounts with the days they run from to the interest on them at a given day, or up to the quarter nobody set yet."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from niner.dataclass import dataclass
from niner.money import whole_cents
from niner.rules import YearRules

_QUARTERS = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class Running:
    """An amount in cents that bears interest after `since`."""

    cents: int
    since: date


@dataclass(frozen=True, slots=True)
class Span:
    """Days of one quarter at one rate: those after `since` up to `until`."""

    quarter: str
    since: date
    until: date
    rate: Decimal

    @property
    def days(self) -> int:
        return (self.until - self.since).days


@dataclass(frozen=True, slots=True)
class Interest:
    """Interest on `on` to `until`. `missing` names the first quarter without a rate; `until` is then the day before.

    `cents` is rounded once, from the exact sum; `spans` are those of the amount that runs longest.
    """

    on: tuple[Running, ...]
    asked: date
    until: date
    cents: int
    spans: tuple[Span, ...]
    missing: str

    @property
    def principal_cents(self) -> int:
        """What bears the interest."""
        return sum(one.cents for one in self.on)


def interest(rules: YearRules, on: Sequence[Running], asked: date) -> Interest:
    """Interest compounded each day (IRC §6622(a)) at the quarters' rates; the first day does not count, the last does.

    A day bears the year's rate over the days of its year, 365 or 366 (Rev. Proc. 95-17). No rate is guessed: where one
    is not in the rules, interest is worked out up to the day before its quarter.
    """
    first = min((one.since for one in on), default=asked)
    spans, missing = _spans(rules, first, asked)
    until = spans[-1].until if spans else first
    total = sum((one.cents * (_growth(spans, one.since) - 1) for one in on), Fraction(0))
    return Interest(tuple(on), asked, until, whole_cents(total), tuple(spans), missing)


def _spans(rules: YearRules, since: date, asked: date) -> tuple[list[Span], str]:
    found: list[Span] = []
    day = since
    while day < asked:
        year, quarter = _quarter(day + timedelta(days=1))
        name = f"interest_rate_{year}_q{quarter}"
        if name not in rules.compiled.parameters:
            return found, f"the {_QUARTERS[quarter - 1]} quarter of {year}"
        until = min(_end(year, quarter), asked)
        found.append(Span(f"{year} Q{quarter}", day, until, Decimal(rules.parameter(name))))
        day = until
    return found, ""


def _growth(spans: Sequence[Span], since: date) -> Fraction:
    """What a cent grows to, from `since` through all the spans."""
    growth = Fraction(1)
    for span in spans:
        days = (span.until - max(span.since, since)).days
        if days > 0:
            growth *= (1 + Fraction(span.rate) / _days_of_year(span.until.year)) ** days
    return growth


def _quarter(day: date) -> tuple[int, int]:
    return day.year, (day.month + 2) // 3


def _end(year: int, quarter: int) -> date:
    after = date(year + 1, 1, 1) if quarter == len(_QUARTERS) else date(year, quarter * 3 + 1, 1)
    return after - timedelta(days=1)


def _days_of_year(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days
