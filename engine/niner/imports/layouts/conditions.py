"""The `when` of a format to a test of a row: every column named in it must be as it says.

A condition is a text the cell equals (case does not count), `/…/` a pattern it holds, one of the words of a cell
(empty, given, zero, positive, negative, money, units), `=TEXT` for a text that is one of those words, a list of which
one must hold, or a block {not: …}, {same: COLUMN}, {below: COLUMN}.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from niner.imports.events import MONEY
from niner.imports.layouts.references import Text
from niner.imports.tables import cells

Holds = Callable[[Sequence[str]], bool]
_OTHERS = {"same", "below"}  # blocks that compare a cell with another


def condition(when: Mapping[str, Any], text: Callable[[tuple[str, ...]], Text], comma: bool) -> Holds:
    """A test of a row. `text` makes a reader of a reference; `comma` is the decimal sign."""
    tests = [_test(text((ref,)), wanted, text, comma) for ref, wanted in when.items()]
    if len(tests) == 1:
        return tests[0]

    if len(tests) == 2:
        one, other = tests
        return lambda row: one(row) and other(row)
    return lambda row: all(test(row) for test in tests)


def of_cell(wanted: Any, comma: bool) -> Callable[[str], bool] | None:
    """A test of the one cell that a part of a condition names; None where it is compared with another."""
    if _compares(wanted):
        return None
    test = _test(_itself, wanted, lambda ref: _itself, comma)
    return lambda cell: test(cell)


def _compares(wanted: Any) -> bool:
    if isinstance(wanted, list | tuple):
        return any(map(_compares, wanted))
    return isinstance(wanted, dict) and (bool(wanted.keys() & _OTHERS) or any(map(_compares, wanted.values())))


def _itself(cell: Sequence[str]) -> str:
    return str(cell)


def _test(cell: Text, wanted: Any, text: Callable[[tuple[str, ...]], Text], comma: bool) -> Holds:
    if wanted is None:
        return lambda row: not cell(row)
    if isinstance(wanted, list | tuple):
        several = [_test(cell, one, text, comma) for one in wanted]
        return lambda row: any(test(row) for test in several)
    if isinstance(wanted, dict):
        return _block(cell, wanted, text, comma)
    word = str(wanted)
    if word in _WORDS:
        of = _WORDS[word]
        return lambda row: of(cell(row), comma)
    if len(word) > 2 and word.startswith("/") and word.endswith("/"):
        pattern = re.compile(word[1:-1], re.IGNORECASE)
        return lambda row: pattern.search(cell(row)) is not None
    plain = word.removeprefix("=").casefold()
    return lambda row: cell(row).casefold() == plain


def _block(cell: Text, wanted: Mapping[str, Any], text: Callable[[tuple[str, ...]], Text], comma: bool) -> Holds:
    if list(wanted) == ["not"]:
        inner = _test(cell, wanted["not"], text, comma)
        return lambda row: not inner(row)
    if list(wanted) == ["same"]:
        other = text((str(wanted["same"]),))
        return lambda row: cell(row).casefold() == other(row).casefold()
    if list(wanted) == ["below"]:
        other = text((str(wanted["below"]),))
        return lambda row: _below(cell(row), other(row), comma)
    raise ValueError(f"a condition can't be {dict(wanted)}: use not, same or below")


def _below(one: str, other: str, comma: bool) -> bool:
    """Whether an amount is smaller than another, whatever their signs; no where one of them is none."""
    try:
        smaller, larger = cells.number(one, comma), cells.number(other, comma)
    except cells.NotRead:
        return False
    return smaller is not None and larger is not None and smaller.copy_abs() < larger.copy_abs()


def _sign(text: str, comma: bool) -> int | None:
    try:
        amount = cells.number(text, comma)
    except cells.NotRead:
        return None
    return None if amount is None else (amount > 0) - (amount < 0)


_WORDS: Mapping[str, Callable[[str, bool], bool]] = {
    "empty": lambda text, comma: not text,
    "given": lambda text, comma: bool(text),
    "zero": lambda text, comma: _sign(text, comma) == 0,
    "positive": lambda text, comma: _sign(text, comma) == 1,
    "negative": lambda text, comma: _sign(text, comma) == -1,
    "money": lambda text, comma: text.upper() in MONEY,
    "units": lambda text, comma: bool(text) and text.upper() not in MONEY,
}
