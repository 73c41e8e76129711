"""The ledger: what happened, one transaction a row, each knowing the file and row it came from."""

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
