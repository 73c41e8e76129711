"""Lots: which units were disposed of, what they cost and since when they were held.

Transactions and the ways of the rules come in; dispositions lot by lot, and lots still held, go out. No law is here.
`pools` keeps open lots, `methods` their order, `allocate` fills wallets, `wash_sales` moves losses; the room `many`
follows long ledgers. Start with `match`.
"""

from niner.lots.allocate import Opening, PoolTotal, WalletLots
from niner.lots.journal import Balance, Entry, balances, lot_names
from niner.lots.match import (
    ABLE,
    ACQUIRED_BY,
    BASIS,
    BASIS_NEEDS,
    Span,
    Treatment,
    match,
    missing,
    needs_figures,
)
from niner.lots.methods import METHODS
from niner.lots.result import MatchResult
from niner.lots.values import Choice, Departure, Disposition, Lot, NotThere, OnForm, Replaced, Whole
from niner.lots.wash_sales import Later, Law, Terms

__all__ = [
    "ABLE",
    "ACQUIRED_BY",
    "BASIS",
    "BASIS_NEEDS",
    "METHODS",
    "Balance",
    "Choice",
    "Departure",
    "Disposition",
    "Entry",
    "Later",
    "Law",
    "Lot",
    "MatchResult",
    "NotThere",
    "OnForm",
    "Opening",
    "PoolTotal",
    "Replaced",
    "Span",
    "Terms",
    "Treatment",
    "WalletLots",
    "Whole",
    "balances",
    "lot_names",
    "match",
    "missing",
    "needs_figures",
]
