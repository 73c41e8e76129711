"""Part II of Form 1040-X: Niner's draft, kept in the case folder, and what the preparer made of it."""

from hashlib import sha256
from pathlib import Path

from niner.dataclass import dataclass
from niner.values import Finding, Source
from niner.words.letters import in_latin
from niner.words.own_words import OwnWords, keep_words, own_words, without_spaces


@dataclass(frozen=True, slots=True)
class PartTwo:
    """What goes on the form, Niner's own text of today, the file as it is to stand, and what is to be said."""

    text: str
    words: OwnWords
    findings: tuple[Finding, ...] = ()

    @property
    def draft(self) -> str:
        return self.words.draft

    @property
    def path(self) -> Path:
        return self.words.path

    @property
    def sha256(self) -> str:
        return sha256(self.words.file.encode()).hexdigest()


def part_two_path(folder: Path, year: int) -> Path:
    """Where Part II of a year stands in the case folder."""
    return folder / "filed" / f"{year}.explanation.md"


def part_two(folder: Path, year: int, draft: str) -> PartTwo:
    """Part II from today's `draft` and what stands in the case folder. Raises Refused where that can't be read."""
    words = own_words(part_two_path(folder, year), f"Part II of Form 1040-X for {year}", draft, "amend-explanation")
    if words.state == "drafted":
        return PartTwo(draft, words)
    source = Source(f"filed/{words.path.name}")
    found = Finding("amend-explanation", "note", f"Part II is as edited in {source}.", source=source)
    if words.state != "edited":
        says = f"Part II is as edited in {source}; the facts behind it have changed since."
        if words.state == "unmarked":
            says = f"Part II is as written in {source}, which does not say what facts it rests on."
        todo = f"Read it against diff.html, which has today's draft beside it. {words.mends}"
        found = Finding("amend-explanation-changed", "review", says, todo, source=source)
    text = "\n".join(in_latin(line, otherwise="?") for line in without_spaces(words.text).split("\n"))
    return PartTwo(text, words, (found,))


def keep(found: PartTwo) -> None:
    """Write the draft into the case folder; an edited text is already there and is left alone."""
    keep_words(found.words)
