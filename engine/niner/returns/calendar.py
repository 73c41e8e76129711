"""The calendar facts about a holding period that the rules decide on."""

from calendar import monthrange
from datetime import date, timedelta


def same_day_next_year(day: date) -> date:
    """One calendar year later; 29 February becomes 1 March."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + 1, 3, 1)
    return day.replace(year=day.year + 1)


def is_month_end(day: date) -> bool:
    """Whether the day is the last of its month."""
    return (day + timedelta(days=1)).day == 1


def month_end_next_year(day: date) -> date:
    """The last day of the same month one year later."""
    return date(day.year + 1, day.month, monthrange(day.year + 1, day.month)[1])


def form_date(day: date) -> str:
    """A day as the forms show it, MM/DD/YYYY."""
    return f"{day.month:02d}/{day.day:02d}/{day.year}"


def day_number(day: date) -> int:
    """A day as rules compare it, 20250704."""
    return day.year * 10_000 + day.month * 100 + day.day
