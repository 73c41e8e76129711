"""An answer about a case to the same answer without the people in it: names, taxpayer numbers, addresses, accounts.

What case.yaml says of people is looked for wherever it stands: in wallets, files, notes, messages and keys, in capitals
or not, with or without what stands between its words. Each becomes a mark that is the same in every answer.
"""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from niner.bundle.treat import keys
from niner.bundle.words import public_words
from niner.files.reading import YAML_BYTES, Unreadable, read_bytes
from niner.words.yaml_text import parse

_WORD = re.compile(r"[^\W_]+")
_DASH = "[-\u2010-\u2015 ]"
_SSN = re.compile(
    rf"(?<![0-9])[0-9]{{3}}{_DASH}[0-9]{{2}}{_DASH}[0-9]{{4}}(?![0-9])|(?<![0-9.])[0-9]{{9}}(?![0-9.])", re.ASCII
)
_NUMBER = re.compile(r"-?[0-9]*\.?[0-9]*")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PLACES = ("street", "apartment", "city", "occupation", "firm_address")
_MARK = "[private {}]"
_LONG = 5  # letters: shorter names stand inside other words by chance
_JOINED = 7


class Mask:
    """What of a case is private, and the mark that takes its place."""

    def __init__(self, folder: Path) -> None:
        self._marks: dict[str, str] = {}
        self._patterns: list[re.Pattern[str]] = []
        texts = list(_private(folder))
        # Whole names and addresses first, so that a street's number goes with its street; then their words.
        for text, _ in sorted(texts, key=lambda one: -len(one[0])):
            for form in _forms(text):
                self._whole(form)
        for text, is_place in texts:
            for form in _forms(text):
                for word in _WORD.findall(form):
                    self._word(word, is_place)

    def _whole(self, text: str) -> None:
        """A name, address or number, whatever stands between its words and digits."""
        parts = _WORD.findall(text)
        joined = "".join(parts)
        if len(joined) < 2 or joined.casefold() in public_words():
            return
        if joined.isdigit() and len(joined) > 4:
            pattern = r"[\W_]?".join(joined)
            self._patterns.append(re.compile(rf"(?<![0-9.]){pattern}(?![0-9])" if len(joined) < 9 else pattern))
        elif len(parts) > 1:
            between = r"[\W_]*".join(map(re.escape, parts))
            whole = between if len(joined) >= _JOINED else rf"(?<![^\W_]){between}(?![^\W_])"
            self._patterns.append(re.compile(whole, re.IGNORECASE))

    def _word(self, word: str, is_place: bool) -> None:
        """A word of a name anywhere; of an address, where it is longer than St. A word that everybody uses counts only
        as it is written there."""
        if word.isdigit() or len(word) < 2 or (is_place and len(word) < 4):
            return
        public = word.casefold() in public_words() or (is_place and len(word) < _LONG)
        if public:
            forms = "|".join(dict.fromkeys((re.escape(word.capitalize()), re.escape(word.upper()))))
            self._patterns.append(re.compile(rf"(?<![^\W_])(?:{forms})(?![^\W_])"))
        elif len(word) >= _LONG:
            self._patterns.append(re.compile(re.escape(word), re.I))
        else:
            self._patterns.append(re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", re.I))

    def text(self, text: str) -> str:
        """A text without what is private of the case, and without any taxpayer number or address of mail."""
        made = unicodedata.normalize("NFC", text)
        for pattern in self._patterns:
            made = pattern.sub(self._mark, made)
        made = _MAIL.sub(self._mark, made)
        # Nine digits alone may be a quantity; between words they are somebody's number.
        return made if _NUMBER.fullmatch(made) else _SSN.sub(self._mark, made)

    def _mark(self, found: re.Match[str]) -> str:
        folded = "".join(_WORD.findall(found[0].casefold()))
        return self._marks.setdefault(folded, _MARK.format(len(self._marks) + 1))

    def value(self, value: Any) -> Any:
        """A document without what is private of the case, in its values and in its keys."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.value(inner) for inner in value]
        if isinstance(value, int) and not isinstance(value, bool) and self.text(str(value)) != str(value):
            return self.text(str(value))
        return value


def _private(folder: Path) -> Iterator[tuple[str, bool]]:
    """What a case says of people, and whether it is of a place. A case.yaml that is broken is private word by word."""
    for name in ("case.yaml", "decisions.yaml"):
        try:
            text = read_bytes(folder / name, YAML_BYTES).decode("utf-8", "replace")
        except Unreadable:
            continue
        document, _, problems = parse(text, name)
        if problems or (name == "case.yaml" and not isinstance(document, dict)):
            known = set(_known_words())
            yield from ((word, False) for word in dict.fromkeys(_WORD.findall(text)) if word.casefold() not in known)
            yield from ((number, False) for number in re.findall(r"[0-9][0-9 -]{6,}[0-9]", text))
        else:
            yield from _of(document, name)


def _known_words() -> Iterator[str]:
    """Words of case.yaml that are Niner's own."""
    yield from public_words()
    for several in (*keys()["documents"].values(), keys()["of_people"]):
        for key in several:
            yield from _WORD.findall(key.casefold())
    yield from "single married joint separate head household surviving spouse first last name ssn tax year".split()


def _of(document: Any, name: str) -> Iterator[tuple[str, bool]]:
    if name == "decisions.yaml":
        for ruling in document if isinstance(document, list) else ():
            if isinstance(ruling, dict) and ruling.get("by"):
                yield str(ruling["by"]), False
        return
    people = keys()["documents"]["people"]
    blocks = [document, *(inner for inner in (document.get("years") or {}).values() if isinstance(inner, dict))]
    for block in blocks:
        for person in people:
            inner = block.get(person)
            for one in inner if isinstance(inner, list) else [inner]:
                yield from _of_person(one)


def _of_person(block: Any) -> Iterator[tuple[str, bool]]:
    if not isinstance(block, dict):
        if block is not None:  # not a block at all, which is an error of its own
            yield str(block), False
        return
    both = [str(block[key]) for key in ("first_name", "last_name") if block.get(key)]
    yield " ".join(both), False
    yield " ".join(reversed(both)), False
    for key, value in block.items():
        if isinstance(value, dict | list):
            yield from (one for inner in (value if isinstance(value, list) else [value]) for one in _of_person(inner))
        elif value is not None and key not in keys()["of_people"]:
            yield str(value), key in _PLACES


def _forms(text: str) -> list[str]:
    """A text as it is written, and as a program writes it that has no accents."""
    composed = unicodedata.normalize("NFC", text)
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return list(dict.fromkeys((composed, bare)))
