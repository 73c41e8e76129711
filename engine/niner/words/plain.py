"""Text from outside to text that may be shown: nothing in it moves a cursor, turns direction or can't be encoded."""

import os
import re
import unicodedata
from pathlib import Path

_LONGEST_SHOWN = 80
# Controls, lone surrogates, what has no meaning yet, and line and paragraph separators.
_UNSEEN = ("Cc", "Cs", "Cn", "Co", "Zl", "Zp")
_JOINERS = ("\u200c", "\u200d")  # they belong to some scripts and to emoji
PRINTED = "\n\t"
"""The control characters that stay in what is printed."""


def visible(text: str, *, keep: str = "") -> str:
    """`text` with every character that a terminal might obey, or nobody can see, written out as `\\x1b` or `\\u202e`.

    `keep` are characters that stay, as a line's end. A byte of a file name that is no UTF-8 becomes `\\xff`.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c in keep or not _hidden(c) else _escaped(c) for c in text)


def shown(value: object) -> str:
    """The beginning of a value as a message shows it; a block or a list is never written out."""
    if isinstance(value, str | int | bool):
        return visible(str(value)[:_LONGEST_SHOWN]) + ("…" if len(str(value)) > _LONGEST_SHOWN else "")
    return "a list" if isinstance(value, list | tuple) else "a block of keys" if isinstance(value, dict) else ""


def path_text(path: Path | str) -> str:
    """A path or file name as it is shown, printed and written into documents, whatever bytes it has."""
    return visible(os.fspath(path))


def without_ssn(text: str) -> str:
    """`text` with anything that looks like a taxpayer number blacked out."""
    return re.sub(r"\b\d{3}-?\d{2}-?\d{4}\b", "•••", text)


def strange(text: str) -> str:
    """The first character of a name that no name needs, as `U+202E`; empty where there is none."""
    if text.isascii() and text.isprintable():
        return ""
    for before, character in zip(f" {text}", text, strict=False):
        if _hidden(character) and not (character in _JOINERS and not before.isascii()):
            return f"U+{ord(character):04X}"
    return ""


def _hidden(character: str) -> bool:
    if character in _JOINERS:
        return False
    category = unicodedata.category(character)
    return category in _UNSEEN or category == "Cf"


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python keeps a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
