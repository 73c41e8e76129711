"""The name of a column or key to how what stands under it is treated: the lists of keys.yaml."""

import re
from collections.abc import Mapping
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

from niner.bundle.scrambler import Scrambler
from niner.files.reading import YAML_BYTES, read_text
from niner.words.yaml_text import parse

_FILE = Path(__file__).parent / "keys.yaml"
_MOMENT = re.compile(r"1[0-9]{9}(?:[0-9]{3})?(?:\.[0-9]+)?")


@cache
def keys() -> Mapping[str, Any]:
    """The lists, as the file has them."""
    document, _, problems = parse(read_text(_FILE, YAML_BYTES), _FILE.name)
    assert not problems
    found: Mapping[str, Any] = document
    return found


@cache
def class_of(name: str) -> str:
    """How a column or key of this name is treated; `text` where no list has a word of it.

    A phrase of a list comes first, then the last word that a list has: a Transaction Type is a type, and a Transaction
    ID an id. What follows “at”, “of” or a bracket tells more of a thing, and not what it is.
    """
    words = _words(name)
    phrase = f" {' '.join(words)} "
    listed = keys()["columns"]
    for treated, several in listed.items():
        if any(" " in one and f" {one} " in phrase for one in several):
            return str(treated)
    head = list(takewhile(lambda word: word not in _FURTHER, words)) or words
    by_word = {one: treated for treated, several in reversed(listed.items()) for one in several}
    found = [by_word[word] for word in head if word in by_word]
    if found:
        return str(found[-1])
    return "time" if any(one in "".join(head) for one in ("time", "date", "stamp")) else "text"


_FURTHER = ("at", "of", "in", "for", "by", "per", "inclusive", "including")


def _words(name: str) -> list[str]:
    """The words of a column's name, also of one written together: `dateAcquired`, `Date_Acquired`."""
    return re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold())


@cache
def is_asset(name: str) -> bool:
    """Whether a column of this name holds symbols of assets, whatever else it is called."""
    return any(word in keys()["columns"]["asset"] for word in _words(name))


_NUMBER = re.compile(r"[(+$-]*\s*[0-9][0-9,]*\.[0-9]+\s*\)?|[0-9]*\.[0-9]+[eE]-?[0-9]+")


def cell(scrambler: Scrambler, treated: str, text: str) -> str:
    """A cell of a column that is treated so."""
    if not text.strip():
        return text
    if (
        treated in ("word", "id", "asset", "time")
        and not _MOMENT.fullmatch(text.strip())
        and _NUMBER.fullmatch(text.strip())
    ):
        return scrambler.text(text)
    if treated in ("keep", "word", "asset"):
        return scrambler.words(text, long_numbers=treated != "keep")
    if treated == "time":
        bare = text.strip()
        if bare.isalpha() or _MOMENT.fullmatch(bare) or re.search(r"\d{4}|\d[/:.]\d", bare):
            return scrambler.words(text)
        return scrambler.text(text)
    if treated == "id":
        return scrambler.name(text)
    if treated == "free":
        return "anonymous"
    return scrambler.text(text, price=treated == "price")
