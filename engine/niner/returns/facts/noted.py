"""A note that came with a row to the kind of arrangement it speaks of."""

import re

_ARRANGEMENTS = {
    "pool": r"\b(liquidity|lp([- ]?tokens?)?|pool tokens?|automated market maker|amm|uniswap|balancer)\b",
    "loan": r"\b(loans?|loaned|lend(s|ing)?|lent|borrow(s|ed|ing)?|collateral|repaid|repay(ment|s)?|aave|compound)\b",
    "wrap": r"\b(un)?wrap(s|ped|ping)?\b|\bbridg(e|ed|ing)\b|\bliquid staking\b",
}
_WORDS = {what: re.compile(pattern, re.IGNORECASE) for what, pattern in _ARRANGEMENTS.items()}


def speaks_of(note: str) -> str:
    """`pool`, `loan`, `wrap` or, where the note has no such word, `none`."""
    return next((what for what, words in _WORDS.items() if words.search(note)), "none")
