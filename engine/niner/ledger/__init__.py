"""The ledger: what happened, one transaction a row, each knowing the file and row it came from."""

from niner.ledger.transaction import INCOME_KINDS, KINDS, Transaction
from niner.ledger.whole import Ledger, whole_ledger

__all__ = ["INCOME_KINDS", "KINDS", "Ledger", "Transaction", "whole_ledger"]
