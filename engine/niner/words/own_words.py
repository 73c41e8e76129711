"""A text that Niner drafts and a person makes their own: kept in the case folder, and never written over.

Its first line names what it was drafted from. A text that still is that draft follows the facts; one that was edited
stays, and it is known when the facts behind it are no longer those.
"""

import os
import re
from hashlib import sha256
from pathlib import Path
from typing import Literal

from niner.dataclass import dataclass
from niner.files.file_write import write_whole
from niner.files.reading import YAML_BYTES, Unreadable, read_text
from niner.values import Finding, Refused, Source

_HEAD = re.compile(r"\s*<!--.*?\bfacts ([0-9a-f]{12})\b.*?-->", re.DOTALL)
State = Literal["drafted", "edited", "facts_changed", "unmarked"]
"""As drafted; edited; edited and then its facts changed; edited and without the line that names its facts."""


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What stands (the draft or a person's text), Niner's draft of today, and the file as it is to be with its head."""

    text: str
    draft: str
    path: Path
    file: str
    state: State

    @property
    def facts(self) -> str:
        """What today's draft rests on, as the first line names it."""
        return facts_of(self.draft)

    @property
    def mends(self) -> str:
        """What to do where the facts of an edited text are no longer those, or are not named."""
        where = "a first line of its own, as <!-- facts … -->" if self.state == "unmarked" else "its first line"
        return f"When it is right, write facts {self.facts} into {where}; to begin anew, remove the file."


def own_words(path: Path, what: str, draft: str, problem: str) -> OwnWords:
    """The text at `path`, which is `what`, or today's `draft` where a person has not made it their own.

    `problem` is the id of a finding. Raises Refused where the file can't be read or is empty.
    """
    head = f"<!-- {what}, drafted from facts {facts_of(draft)}. Edit the text below: what you change is kept. -->"
    fresh = f"{head}\n\n{draft}\n"
    if not os.path.lexists(path):
        return OwnWords(draft, draft, path, fresh, "drafted")
    name = f"{path.parent.name}/{path.name}"
    try:
        stands = read_text(path, YAML_BYTES)
    except (Unreadable, OSError) as error:
        why = error.why if isinstance(error, Unreadable) else "it is no file that can be opened"
        todo = "Repair it, or remove it: Niner then drafts it anew."
        says = f"{name} can't be read: {why}."
        raise Refused([Finding(problem, "error", says, todo, source=Source(name))]) from None
    found = _HEAD.match(stands)
    body = stands[found.end() :] if found else stands
    if found and facts_of(body) == found[1]:
        return OwnWords(draft, draft, path, fresh, "drafted")
    if not body.strip():
        says = f"{name} is empty: it would say nothing."
        todo = "Write the text into it, or remove it: Niner then drafts it anew."
        raise Refused([Finding(problem, "error", says, todo, source=Source(name))])
    state: State = "unmarked" if found is None else "edited" if found[1] == facts_of(draft) else "facts_changed"
    return OwnWords(body.strip(), draft, path, stands, state)


def standing(path: Path) -> str:
    """How a text stands, in a few words, without working anything out: not written, as drafted, edited."""
    try:
        stands = read_text(path, YAML_BYTES) if os.path.lexists(path) else None
    except (Unreadable, OSError):
        return "can't be read"
    if stands is None:
        return "not written"
    found = _HEAD.match(stands)
    return "as drafted" if found and facts_of(stands[found.end() :]) == found[1] else "edited"


def keep_words(words: OwnWords) -> bool:
    """Write a draft into the case folder, and whether it was; an edited text is already there and is left alone."""
    if words.state != "drafted" or (words.path.is_file() and words.path.read_text("utf-8") == words.file):
        return False
    write_whole(words.path, words.file.encode())
    return True


def facts_of(draft: str) -> str:
    """What a draft rests on, as a short text: the same where the draft is the same."""
    return sha256(without_spaces(draft).encode("utf-8", "replace")).hexdigest()[:12]


def without_spaces(text: str) -> str:
    """The text without spaces that nobody sees; its lines are kept."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()
