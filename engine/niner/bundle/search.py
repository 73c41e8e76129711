"""What a case holds against the files of its bundle: every name, id and amount of it that can still be found there."""

import re
from collections.abc import Iterator, Mapping

from niner.bundle.scrambler import Scrambler, bare
from niner.bundle.words import CaseWords

_NUMBER = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?")
_WORD = re.compile(r"[^\W_]+")
_LEAST_WORD = 4
_LEAST_DIGITS = 5
_LEAST_ID = 8  # digits: shorter numbers meet others by chance
_LEAST_NUMBER = 7
_GRAM = 8


def leaks(files: Mapping[str, bytes], words: CaseWords, scrambler: Scrambler) -> Iterator[tuple[str, str]]:
    """What of the case is still in the bundle: the file, and what kind of thing it is (never the thing itself)."""
    names = {text for text in words.strings if len(text) > 2}
    squeezed = {re.sub(r"[\W_]+", "", text) for text in names}
    squeezed = {text for text in squeezed if len(text) >= 7}
    short = {text for text in words.private if text.isalpha()}
    ids = {text for text in scrambler.told if len(text) >= (_LEAST_ID if text.isdigit() else _LEAST_WORD)}
    ids -= scrambler.kept
    of_notes = {text for text in ids if text.isalpha()}
    ids -= of_notes
    inside = _by_gram(text for text in ids if len(text) >= _GRAM and not text.isalpha())
    amounts = {text for text in scrambler.numbers if len(text) >= _LEAST_DIGITS}
    amounts -= {bare(text) for text in scrambler.kept if text.isdigit()}
    for name, data in files.items():
        text = f"{name.removesuffix('.yaml')}\n{data.decode('utf-8', 'replace')}".casefold()
        if any(found in text for found in names if not _by_word(found)) or _whole(text, names):
            yield name, "a name, number or address of a person, or a wallet"
        if any(found in re.sub(r"[\W_]+", "", text) for found in squeezed):
            yield name, "a name, number or address of a person, or a wallet"
        found = set(_WORD.findall(text))
        if found & short:
            yield name, "a word of a name, address or wallet"
        # What is said in a return.json is Niner's own, of a case that is scrambled already.
        if found & of_notes and not name.endswith(".json"):
            yield name, "a word of a note"
        if found & ids or any(_holds(word, inside) for word in found if len(word) >= _GRAM):
            yield name, "an id"
        if any(bare(number) in amounts for number in _NUMBER.findall(text)):
            yield name, "an amount"


def _by_word(name: str) -> bool:
    """Whether a string is so short that it is looked for as a word of its own: others have it in them by chance."""
    return len(name) <= 4 or (name.isdigit() and len(name) < _LEAST_NUMBER)


def _whole(text: str, names: set[str]) -> bool:
    """Whether a short name stands there as a word of its own."""
    return any(re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", text) for name in names if _by_word(name))


def _by_gram(texts: Iterator[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in texts:
        found.setdefault(text[:_GRAM], []).append(text)
    return found


def _holds(word: str, inside: Mapping[str, list[str]]) -> bool:
    """Whether a longer word has an id of the case in it."""
    return any(
        word.startswith(known, place)
        for place in range(len(word) - _GRAM + 1)
        for known in inside.get(word[place : place + _GRAM], ())
    )
