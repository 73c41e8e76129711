"""One year's return: what the rules make of the ledger, line by line."""

from niner.returns.income import Income
from niner.returns.year import YearReturn, year_return

__all__ = ["Income", "YearReturn", "year_return"]
