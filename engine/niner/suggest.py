"""Turns a mistyped word into the known one that it can only be, if there is one."""

import difflib
import re
from collections.abc import Iterable

# Below this, words share letters, not meanings: “sale” and “stolen” are 0.6 alike. “send” and “spend” are 0.89: what
# exchanges call things is looked up first (ledger/words.py).
_CLOSE = 0.8


def near(word: str, known: Iterable[str]) -> str:
    """The known word spelt nearly so, or an empty text. Numbers must agree: line_1a is never line_19."""
    numbers = re.findall(r"\d+", word)
    same = [name for name in known if re.findall(r"\d+", name) == numbers]
    found = difflib.get_close_matches(word.lower(), same, n=1, cutoff=_CLOSE)
    return found[0] if found else ""
