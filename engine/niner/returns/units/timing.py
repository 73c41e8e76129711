"""When something was written down, set against when units left."""

from datetime import datetime

from niner.ledger import Transaction
from niner.ledger.records import Moment


def timing(moment: Moment | None, t: Transaction) -> str:
    """`in_time`, `late`, `same_day` where only the day of one of them is known and it is the same, or `not_said`."""
    if moment is None:
        return "not_said"
    if isinstance(moment, datetime) and t.timed:
        return "in_time" if moment <= t.instant else "late"
    day = moment.date() if isinstance(moment, datetime) else moment
    if day == t.day:
        return "same_day"
    return "in_time" if day < t.day else "late"


def day_number(moment: Moment | None) -> int:
    """The day as the rules compare it, 20241231; 0 without one."""
    if moment is None:
        return 0
    return moment.year * 10000 + moment.month * 100 + moment.day
