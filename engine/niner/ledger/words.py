"""Turns a word that the ledger does not know into the sentence that says what to write instead."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

import yaml

from niner.resources import room
from niner.words.suggest import near


def advice(what: str, word: str, known: Sequence[str]) -> str:
    """What to write for `word` among `known`; `what` is `kind` or `column`.

    The words of exchanges come first (templates/words/ledger.yaml), then near spellings, then the list of the known.
    """
    entry = _entries()[what].get(_plain(word))
    if entry is None and what == "column":
        word = "_".join(_shortened().get(part, part) for part in _plain(word).split())
        entry = _entries()[what].get(_plain(word))
    said = _said(entry, what, known) if entry else ""
    if said:
        return said
    close = near(word, known)
    return f"Did you mean “{close}”?" if close else f"Known: {', '.join(known)}."


def _said(entry: Mapping[str, Any], what: str, known: Collection[str]) -> str:
    """The sentence of an entry; a kind that is not known to this version is left out of it."""
    parts = []
    if entry.get(what) in known:
        parts.append(f"Did you mean “{entry[what]}”?")
    choices = [
        f"“{name}” for {when}" if what == "column" else f"“{name}” if {when}"
        for name, when in entry.get("one_of", {}).items()
        if name in known
    ]
    if choices:
        parts.append(f"Use {'; '.join(choices)}.")
    if entry.get("says"):
        parts.append(str(entry["says"]).strip())
    return " ".join(parts)


def _plain(word: str) -> str:
    """A word as the table spells it: small letters, one space where a mark or space stood."""
    return re.sub(r"[\W_]+", " ", word).strip().lower()


@cache
def _document() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load((room("templates") / "words" / "ledger.yaml").read_text("utf-8"))
    return found


def _shortened() -> Mapping[str, str]:
    """Parts of columns' names that people write short, and in full."""
    short: Mapping[str, str] = _document()["short"]
    return short


@cache
def _entries() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """Each word's entry, by `kind` and `column`."""
    document = _document()
    named = (("kind", document["kinds"]), ("column", document["columns"]))
    return {what: {word: entry for entry in entries for word in entry["words"]} for what, entries in named}
