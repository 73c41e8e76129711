"""A letter or statement: its words kept in the case folder's letters/, and a page of them to print."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from niner.dataclass import dataclass
from niner.files.file_write import write_whole
from niner.shown.pages import html_of, page
from niner.values import Finding, Source
from niner.words.own_words import OwnWords, keep_words, own_words

FOLDER = "letters"
_SEAL = re.compile(rb"<!-- written by niner ([0-9a-f]{12}) -->\n\Z")
_NOTHING: Mapping[str, object] = MappingProxyType({})
_NO_WORDS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Letter:
    """The words, the page of them, and what is to be said."""

    words: OwnWords
    page: bytes
    findings: tuple[Finding, ...] = ()

    @property
    def page_path(self) -> Path:
        return self.words.path.with_suffix(".html")


def words_path(folder: Path, year: int, name: str) -> Path:
    """Where the words of a letter of a year stand."""
    return folder / FOLDER / f"{year}-{name}.md"


def letter(
    folder: Path,
    year: int,
    name: str,
    title: str,
    draft: str,
    themes: Sequence[Path] = (),
    under: Mapping[str, object] = _NOTHING,
    today: Mapping[str, str] = _NO_WORDS,
) -> Letter:
    """The letter `name` of a year from today's `draft` in Markdown and the words that stand in the case folder.

    `under` are the values of the tables that stand under the words: {"table": template, …}. `today` is what a name in
    braces, {interest}, stands for on the day the page is made: the words, and what they rest on, don't change with the
    day. Raises Refused.
    """
    words = own_words(words_path(folder, year, name), title, draft, "letter")
    values = {"table": "", **under}
    text = words.text
    for word, value in today.items():
        text = text.replace(f"{{{word}}}", value)
    shown = page("letters", "letter.html.j2", themes=themes, title=title, words=html_of(text), **values)
    source = Source(f"{FOLDER}/{words.path.name}")
    found: tuple[Finding, ...] = ()
    if words.state == "edited":
        found = (Finding("letter", "note", f"{source} is as edited.", source=source),)
    elif words.state != "drafted":
        says = f"{source} is as edited; what it tells has changed since."
        if words.state == "unmarked":
            says = f"{source} is as written by hand; it does not say what it rests on."
        todo = f"Read it against the workpapers. {words.mends}"
        found = (Finding("letter-changed", "review", says, todo, source=source),)
    return Letter(words, shown, found)


def keep_letter(made: Letter) -> list[Finding]:
    """Write the words, where they are Niner's draft, and the page of what stands; a page changed by hand is kept."""
    keep_words(made.words)
    path = made.page_path
    seal = sha256(made.page).hexdigest()[:12]
    if path.is_file():
        stands = path.read_bytes()
        found = _SEAL.search(stands)
        if found is None or sha256(stands[: found.start()]).hexdigest()[:12].encode() != found[1]:
            source = Source(f"{FOLDER}/{path.name}")
            says = (
                f"{source} was changed by hand: it is kept as it is, and may not say what {made.words.path.name} says."
            )
            todo = f"Change {made.words.path.name} instead, and remove this page: the next run writes it anew."
            return [*made.findings, Finding("letter-page", "review", says, todo, source=source)]
        if found[1] == seal.encode():
            return list(made.findings)
    write_whole(path, made.page + f"<!-- written by niner {seal} -->\n".encode())
    return list(made.findings)
