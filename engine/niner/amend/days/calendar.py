"""Calendar facts for deadlines: years later, and the next day that is no weekend or legal holiday (IRC §7503).

A legal holiday is one of the District of Columbia (IRC §7503): those of 5 U.S.C. §6103(a), on the days of its (b), the
day of the inauguration (its (c)), and Emancipation Day.
"""

from datetime import date, timedelta

_FIXED = ((1, 1), (7, 4), (11, 11), (12, 25))
_JUNETEENTH = (6, 19)
_JUNETEENTH_SINCE = 2021  # P.L. 117-17
_EMANCIPATION = (4, 16)  # a holiday in the District of Columbia, which counts for the whole country


def years_later(day: date, years: int) -> date:
    """The same day of a later (or, with a negative number, earlier) year; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def next_business_day(day: date) -> date:
    """The day itself, or the first day after it that is no Saturday, Sunday or legal holiday."""
    while day.weekday() >= 5 or day in legal_holidays(day.year):
        day += timedelta(days=1)
    return day


def legal_holidays(year: int) -> frozenset[date]:
    """The legal holidays of the District of Columbia in a year, on the days they are observed."""
    fixed = {_observed(date(year, month, day)) for month, day in (*_FIXED, _EMANCIPATION)}
    if year >= _JUNETEENTH_SINCE:
        fixed.add(_observed(date(year, *_JUNETEENTH)))
    fixed.add(_observed(date(year + 1, 1, 1)))
    moving = {
        _weekday(year, 1, 0, 3),
        _weekday(year, 2, 0, 3),
        _last_monday_of_may(year),
        _weekday(year, 9, 0, 1),
        _weekday(year, 10, 0, 2),
        _weekday(year, 11, 3, 4),
    }
    if (year - 1) % 4 == 0:
        inauguration = date(year, 1, 20)
        moving.add(inauguration if inauguration.weekday() != 6 else date(year, 1, 21))
    return frozenset(day for day in fixed | moving if day.year == year)


def _observed(day: date) -> date:
    """Saturday's holiday is on Friday, Sunday's on Monday."""
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _weekday(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _last_monday_of_may(year: int) -> date:
    last = date(year, 5, 31)
    return last - timedelta(days=last.weekday())
