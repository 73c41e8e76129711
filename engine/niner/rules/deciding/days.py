"""Turns two dates into the day counts that the holding-period rules test."""

import calendar
from datetime import date

from niner.rules.language.values import FactValue


def holding_days(held_from: date, disposed: date) -> dict[str, FactValue]:
    """The fields days_past_anniversary, acquired_on_month_end and days_past_month_end of a disposition.

    `held_from` is the first date of the holding period (of acquisition, or of the gift), `disposed` the local day of
    the disposition. The anniversary of 29 February is 1 March.
    """
    following = held_from.year + 1
    is_leap_day = (held_from.month, held_from.day) == (2, 29)
    anniversary = date(following, 3, 1) if is_leap_day else held_from.replace(year=following)
    month_end = date(following, held_from.month, calendar.monthrange(following, held_from.month)[1])
    return {
        "days_past_anniversary": (disposed - anniversary).days,
        "acquired_on_month_end": held_from.day == calendar.monthrange(held_from.year, held_from.month)[1],
        "days_past_month_end": (disposed - month_end).days,
    }
