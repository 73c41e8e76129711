"""A case to the words of it that are private, those that are symbols of assets, and all that may stay as it is."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import Any

from niner.bundle.treat import keys
from niner.dataclass import dataclass

_WORD = re.compile(r"[^\W_]+")
_FORMATS = Path(__file__).parents[1] / "imports" / "formats"


@cache
def public_words() -> frozenset[str]:
    """Words of the layouts that Niner reads, with the names of their sources, folded: nobody's secret."""
    found: set[str] = set()
    for path in _FORMATS.glob("*.yaml"):
        found.update(word.casefold() for word in _WORD.findall(path.read_text("utf-8")) if not word.isdigit())
    return frozenset(found)


@cache
def sources() -> frozenset[str]:
    """The words of the names of exchanges and wallets that Niner knows, folded."""
    found: set[str] = set()
    for path in _FORMATS.glob("*.yaml"):
        named = re.search(r"^source: *(.+)$", path.read_text("utf-8"), re.MULTILINE)
        found.update(word.casefold() for word in _WORD.findall(named[1] if named else "") if not word.isdigit())
    return frozenset(found)


@dataclass(slots=True)
class CaseWords:
    """What a case says of its people and wallets, in words and as whole strings."""

    private: set[str] = field(default_factory=set)
    strings: set[str] = field(default_factory=set)
    """What must not be found in the bundle, whole: names, addresses, numbers, wallets."""
    wallets: set[str] = field(default_factory=set)
    """Names of wallets, which become others as a whole: their words may be everybody's."""
    assets: set[str] = field(default_factory=set)

    def person(self, text: str) -> None:
        """A name, part of an address or number of a person."""
        if text.strip():
            self.strings.add(text.strip().casefold())
        words = [word.casefold() for word in _WORD.findall(text)]
        self.private.update(word for word in words if len(word) > 3 or (word.isalpha() and len(word) > 1))

    def place(self, text: str) -> None:
        """A part of an address: its short words (St, NW) are everybody's."""
        if len(text.strip()) > 3:
            self.strings.add(text.strip().casefold())
        words = {word.casefold() for word in _WORD.findall(text) if len(word) > 3}
        self.private.update(words - public_words())

    def wallet(self, text: str) -> None:
        """The name of a wallet, where it is more than the name of an exchange."""
        words = [word.casefold() for word in _WORD.findall(text) if not word.isdigit()]
        if any(word not in sources() for word in words):
            self.strings.add(text.strip().casefold())
            self.wallets.add(text.strip().casefold())
            self.private.update(word for word in words if word not in public_words() and len(word) > 2)

    def asset(self, text: str) -> None:
        """A symbol, or a pair of them."""
        self.assets.update(word.casefold() for word in _WORD.findall(text) if len(word) <= 10 and not word.isdigit())


def of_case(document: Any, words: CaseWords) -> None:
    """What case.yaml says: people under their blocks, wallets under theirs."""
    if not isinstance(document, dict):
        return
    for block in keys()["documents"]["people"]:
        for key, text in _leaves(document.get(block)):
            if key in keys()["of_people"] or key == "born":
                continue
            (words.place if key in ("street", "city", "apartment", "occupation", "firm_address") else words.person)(
                text
            )
    for text in _wallets(document):
        words.wallet(text)


def _wallets(document: dict[str, Any]) -> Iterator[str]:
    elections = document.get("elections")
    for block in (document.get("wallets"), elections.get("by_wallet") if isinstance(elections, dict) else None):
        yield from (str(name) for name in block) if isinstance(block, dict) else ()
    for block in (document.get("wallets"), document.get("sources")):
        for key, text in _leaves(block):
            if key in ("wallet", "broker"):
                yield text


def _leaves(value: Any, key: str = "") -> Iterable[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)
    elif value is not None:
        yield key, str(value)
