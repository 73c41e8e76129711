"""The quality gate: what was read, matched and priced in, what must be settled out, and what each question could move.

Open halves and guessed `moves`, `prices` that nothing says, `balances` that rows don't come to, `doubles`, odd `rows`,
`holdings` that were never had. Only what can make a figure wrong is an error, which stops the forms; the rest is to be
reviewed, sorted by money (niner.values.by_weight). Start with `with_gate`, below.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, tzinfo
from itertools import chain

from niner.case.model import Case
from niner.imports.folder import Imported
from niner.imports.gate.balances import gaps_in
from niner.imports.gate.doubles import doubles
from niner.imports.gate.holdings import dust, holdings
from niner.imports.gate.moves import open_halves, proposed_moves
from niner.imports.gate.prices import missing_prices, weighed
from niner.imports.gate.rows import empty_years, guessed_fees, odd_fees
from niner.imports.gate.stakes import Stakes
from niner.imports.gate.worth import Worths
from niner.imports.reading.own_format import event_of
from niner.values import Finding

__all__ = ["dust", "with_gate", "with_holdings"]


def with_gate(imported: Imported, case: Case | None, zone: tzinfo | None, last_year: int | None = None) -> Imported:
    """The same with what is to be settled in its rows, weighed.

    `zone` is that of the taxpayer's days; `last_year` the last that is worked out, where that is known.
    """
    stakes = _stakes(imported, case, zone, last_year)
    imported = replace(imported, missing_prices=weighed(imported, stakes))
    found: list[Finding] = [
        *missing_prices(imported, stakes),
        *open_halves(imported, stakes),
        *proposed_moves(imported, stakes),
        *doubles(imported, stakes),
        *odd_fees(imported, stakes),
        *guessed_fees(imported, stakes),
        *empty_years(imported, stakes),
    ]
    if imported.balances:
        every = [*imported.events, *(event_of(transaction, row) for row, transaction in imported.own)]
        gaps, said = gaps_in(imported, every, stakes)
        imported, found = replace(imported, gaps=gaps), [*found, *said]
    return replace(imported, findings=(*imported.findings, *found))


def with_holdings(imported: Imported, case: Case | None, zone: tzinfo | None) -> Imported:
    """The same with wallets that hold less than nothing, and dust; `imported` is complete.

    Where lots are matched the lots themselves say what is short.
    """
    said: Iterable[Finding] = holdings(imported, _stakes(imported, case, zone, None))
    return replace(imported, findings=(*imported.findings, *said))


def _stakes(imported: Imported, case: Case | None, zone: tzinfo | None, last_year: int | None) -> Stakes:
    own = chain(imported.own.rows, (one.transaction for one in imported.settled))
    worths = Worths(imported.events, own, imported.worths, case.same_as if case else {})
    return Stakes(worths, case.tax_year if case else None, last_year, zone or UTC)
