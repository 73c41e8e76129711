"""Turns a mistyped word into the known one that it can only be, and a row into the name by which it is ruled on."""

import difflib
import re
from collections.abc import Iterable

# Below this, words share letters, not meanings: “sale” and “stolen” are 0.6 alike. “send” and “spend” are 0.89: what
# exchanges call things is looked up first (ledger/words.py).
_CLOSE = 0.8
_ASKS_FOR_A_RULING = re.compile(r"decisions\.yaml|\brule on\b|\{(reported|duplicate): ")


def near(word: str, known: Iterable[str]) -> str:
    """The known word spelt nearly so, or an empty text. Numbers must agree: line_1a is never line_19."""
    numbers = re.findall(r"\d+", word)
    same = [name for name in known if re.findall(r"\d+", name) == numbers]
    found = difflib.get_close_matches(word.lower(), same, n=1, cutoff=_CLOSE)
    return found[0] if found else ""


def named_for_rulings(todo: str, file: str, row: int, line: int) -> str:
    """What to do about a row, with the name that decisions.yaml has for it where it asks for a ruling.

    Messages count the lines of a file as an editor shows them, decisions.yaml its rows after the header: `row` is the
    latter, 0 where there is none, `line` the former.
    """
    if row in (0, line) or not _ASKS_FOR_A_RULING.search(todo):
        return todo
    end = "." if todo.endswith(".") else ""
    named = f"{file}:{row} is row {line} of the file: decisions.yaml counts after the header"
    return f"{todo.removesuffix('.')} ({named}){end}"
