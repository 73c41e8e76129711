"""One year's return: what the rules make of the ledger, line by line."""

from niner.returns.year import Income, YearReturn, year_return

__all__ = ["Income", "YearReturn", "year_return"]
