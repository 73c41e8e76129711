"""The ledger: what happened, one transaction a row, each knowing the file and row it came from."""

from niner.ledger.folder import Ledger, read_ledger
from niner.ledger.transaction import INCOME_KINDS, KINDS, Transaction

__all__ = ["INCOME_KINDS", "KINDS", "Ledger", "Transaction", "read_ledger"]
