"""Turns an unknown name and the names there are into the sentence that tells the person what to write."""

import difflib
from collections.abc import Iterable


def suggestion(name: str, known: Iterable[str]) -> str:
    """`Did you mean X?` where one is close, otherwise the list (cut at twelve)."""
    names = sorted(set(known))
    close = difflib.get_close_matches(name, names, n=2, cutoff=0.6)
    if close:
        return "Did you mean " + " or ".join(close) + "?"
    if not names:
        return "Nothing may be named here."
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"Write one of: {shown}."
