"""A ledger to what workpapers tell beside a year's figures: moves between wallets, and the prices that were used."""

from collections.abc import Sequence

from niner.dataclass import dataclass
from niner.ledger import Ledger, Paired, Priced, Transaction
from niner.ledger.columns import of_year, those


@dataclass(frozen=True, slots=True)
class Behind:
    """The year's moves, each with how its two rows were put together (None: one row says it all); and the rows up to
    the year's end whose dollars came from a price file, each with the price."""

    moves: Sequence[tuple[Transaction, Paired | None]] = ()
    priced: Sequence[tuple[Transaction, Priced]] = ()


NOTHING = Behind()


def behind_of(ledger: Ledger, year: int) -> Behind:
    """What stands behind the return of `year`."""
    moved = those(of_year(ledger.transactions, year), lambda t: t.to_wallet)
    moves = [(t, ledger.paired.get(t.source)) for t in moved]
    if not ledger.priced:
        return Behind(moves)
    rows = ((t, ledger.priced.get(t.source)) for t in ledger.transactions if t.day.year <= year)
    return Behind(moves, [(t, price) for t, price in rows if price is not None])
