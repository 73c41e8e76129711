"""One year's return: lots, case and rules in, every line with its reasons out.

`matching` puts the ledger into lots as the rules decide, `rows` makes Form 8949's, `year` puts all of it together and
`years` follow one another; `facts`, `units` and `reported` serve them. Start with `year`.
"""

from niner.returns.income import Income
from niner.returns.year import YearReturn, year_return

__all__ = ["Income", "YearReturn", "year_return"]
