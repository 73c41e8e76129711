"""Text to the letters that the forms' font has (Windows code page 1252), or the character that has none there.

Accents that the font lacks are dropped, and letters of other scripts are written in Latin ones (anyascii). An emoji has
no letters and is left out. A person's name is never rewritten so: it has an official spelling.
"""

import unicodedata
from functools import cache

from anyascii import anyascii

FONT = frozenset(
    bytes([code]).decode("cp1252") for code in range(32, 256) if code not in (0x7F, 0x81, 0x8D, 0x8F, 0x90, 0x9D)
)

# Letters that carry no accent to strip, so decomposition leaves them as they are.
_LOOKALIKES = str.maketrans({
    "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h", "ı": "i", "Ŧ": "T", "ŧ": "t", "Ŀ": "L", "ŀ": "l",
    "−": "-", "‐": "-", "‑": "-", "‒": "-", "―": "-", "′": "'", "″": '"', "⁄": "/", "∕": "/", "₿": "BTC",
    "\u00a0": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ", "\u200b": "", "\ufeff": "", "\u00ad": "",
})  # fmt: skip

# What only joins or varies the emoji beside it: the joiner, two variation selectors, the keycap.
_JOINERS = ("\u200d", "\ufe0e", "\ufe0f", "\u20e3")


class NoLetters(ValueError):
    """A character that can't be written in the forms' font."""

    def __init__(self, character: str) -> None:
        super().__init__(f"U+{ord(character):04X}")
        self.character = character


def in_latin(text: str, otherwise: str = "") -> str:
    """`text` in the forms' letters, every script written in Latin letters.

    `otherwise` stands for what has no letters; without it NoLetters is raised.
    """
    if text.isascii() and text.isprintable():
        return text
    written = []
    for character in unicodedata.normalize("NFC", text):
        try:
            written.append(_latin(character))
        except NoLetters:
            if not otherwise:
                raise
            written.append(otherwise)
    return "".join(written)


def without_accents(text: str) -> str:
    """`text` in the forms' letters, accents dropped where the font lacks them and nothing else. Raises NoLetters."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_plain, unicodedata.normalize("NFC", text)))


def _plain(character: str) -> str:
    if character in FONT and character.isprintable():
        return character
    base = unicodedata.normalize("NFKD", character.translate(_LOOKALIKES)).translate(_LOOKALIKES)
    base = "".join(c for c in base if not unicodedata.combining(c))
    if any(c not in FONT or not c.isprintable() for c in base):
        raise NoLetters(character)
    return base


@cache
def _latin(character: str) -> str:
    try:
        return _plain(character)
    except NoLetters:
        pass
    if character in _JOINERS:
        return ""
    written = anyascii(character)
    if written.startswith(":") or unicodedata.category(character) == "Sk":
        return ""  # an emoji, or what tints one: anyascii gives its name, which is no part of the symbol
    if not written or not written.isprintable():
        raise NoLetters(character)
    return written
