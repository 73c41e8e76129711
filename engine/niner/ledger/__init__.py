"""The ledger: what happened, one transaction a row, each knowing the file and row it came from.

Tables in Niner's own format come in, and transactions of the importers; one ledger in order goes out, or every
problem with file and row. `transaction` is the value that all rooms above speak of, `columns` holds many of them,
`niner_format` reads them, `order` and `whole` join files, `records` holds picks and orders. Start with `transaction`.
"""

from niner.ledger.records import NO_RECORDS, Records
from niner.ledger.transaction import INCOME_KINDS, KINDS, Transaction
from niner.ledger.whole import Ledger, Paired, Priced, whole_ledger

__all__ = [
    "INCOME_KINDS",
    "KINDS",
    "NO_RECORDS",
    "Ledger",
    "Paired",
    "Priced",
    "Records",
    "Transaction",
    "whole_ledger",
]
