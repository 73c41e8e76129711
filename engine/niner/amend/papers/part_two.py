"""Part II of Form 1040-X: Niner's draft, kept in the case folder, and what the preparer made of it.

The draft is filed/<year>.explanation.md. Its first line names what it was drafted from; a text that still is that draft
follows the facts, one that was edited stays, and the run says when the facts behind it are no longer those.
"""

import os
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from niner.file_write import write_whole
from niner.letters import in_latin
from niner.reading import YAML_BYTES, Unreadable, read_text
from niner.values import Finding, Refused, Source

_HEAD = re.compile(r"\s*<!--.*?\bfacts ([0-9a-f]{12})\b.*?-->", re.DOTALL)
_WORDS = (
    "<!-- Part II of Form 1040-X for {year}, drafted from facts {facts}. Edit the text below: what you change is kept, "
    "and goes on the form. -->"
)


@dataclass(frozen=True, slots=True)
class PartTwo:
    """What goes on the form, Niner's own text of today, the file as it is to stand, and what is to be said."""

    text: str
    draft: str
    path: Path
    file: str
    findings: tuple[Finding, ...] = ()

    @property
    def sha256(self) -> str:
        return sha256(self.file.encode()).hexdigest()


def part_two_path(folder: Path, year: int) -> Path:
    """Where Part II of a year stands in the case folder."""
    return folder / "filed" / f"{year}.explanation.md"


def part_two(folder: Path, year: int, draft: str) -> PartTwo:
    """Part II from today's `draft` and what stands in the case folder. Raises Refused where that can't be read."""
    path = part_two_path(folder, year)
    fresh = f"{_WORDS.format(year=year, facts=facts_of(draft))}\n\n{draft}\n"
    if not os.path.lexists(path):
        return PartTwo(draft, draft, path, fresh)
    source = Source(f"filed/{path.name}")
    try:
        stands = read_text(path, YAML_BYTES)
    except (Unreadable, OSError) as problem:
        why = problem.why if isinstance(problem, Unreadable) else "it is no file that can be opened"
        says = f"filed/{path.name} can't be read: {why}."
        todo = "Repair it, or remove it: Niner then drafts Part II anew."
        raise Refused([Finding("amend-explanation", "error", says, todo, source=source)]) from None
    head = _HEAD.match(stands)
    body = _plain(stands[head.end() :] if head else stands)
    if head and facts_of(body) == head[1]:
        return PartTwo(draft, draft, path, fresh)
    if not body:
        says = f"filed/{path.name} is empty: Part II would say nothing."
        todo = "Write the explanation into it, or remove it: Niner then drafts Part II anew."
        raise Refused([Finding("amend-explanation", "error", says, todo, source=source)])
    found = Finding("amend-explanation", "note", f"Part II is as edited in filed/{path.name}.", source=source)
    if head is None or head[1] != facts_of(draft):
        says = f"Part II is as edited in filed/{path.name}; the facts behind it have changed since."
        todo = (
            "Read it against diff.html, which has today's draft beside it. When it is right, write facts "
            f"{facts_of(draft)} into its first line; to begin anew, remove the file."
        )
        if head is None:
            says = f"Part II is as written in filed/{path.name}, which does not say what facts it rests on."
            todo = todo.replace(" into its first line", " into a first line of its own, as <!-- facts … -->")
        found = Finding("amend-explanation-changed", "review", says, todo, source=source)
    text = "\n".join(in_latin(line, otherwise="?") for line in body.split("\n"))
    return PartTwo(text, draft, path, stands, (found,))


def keep(found: PartTwo) -> None:
    """Write the draft into the case folder; an edited text is already there and is left alone."""
    if not found.findings and not (found.path.is_file() and found.path.read_text("utf-8") == found.file):
        write_whole(found.path, found.file.encode())


def facts_of(draft: str) -> str:
    """What a draft rests on, as a short text: the same where the draft is the same."""
    return sha256(_plain(draft).encode()).hexdigest()[:12]


def _plain(text: str) -> str:
    """The text without spaces that nobody sees; its lines are kept."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()
