"""Folders of format files to formats: the case's own and those of the command line first, then the shipped ones."""

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path

from niner.case.folder import parse_document
from niner.dataclass import dataclass
from niner.files.reading import YAML_BYTES, Unreadable, as_text, read_text
from niner.imports.layouts.language import Format
from niner.process.kept import kept, key_of, own_bytes
from niner.values import Finding, Refused, Source
from niner.words.plain import path_text

SHIPPED = Path(__file__).parents[1] / "formats"


@dataclass(frozen=True, slots=True)
class Heading:
    """What tells tables of a format from all others, as its file says under `recognise`, and what it is called."""

    name: str
    source: str
    reader: str
    columns: tuple[tuple[str, ...], ...]
    not_: tuple[str, ...]
    order: bool
    cells: Mapping[str, str]
    file: str
    named: str
    preamble: str


@dataclass(frozen=True)
class Known:
    """A format and the file that it stands in; `own`: from the case or the command line, so that it comes first.

    `words` are those of the file, checked, as JSON: of most formats a case needs no more than the heading.
    """

    heading: Heading
    words: str
    file: str
    own: bool = False
    sha256: str = ""

    @cached_property
    def format(self) -> Format:
        return Format.model_validate_json(self.words)


def _known(format: Format, file: str, own: bool = False, sha256: str = "") -> Known:
    asks = format.recognise
    heading = Heading(
        *(format.name, format.source, format.reader, asks.columns, asks.not_, asks.order, asks.cells),
        *(asks.file, asks.named, asks.preamble),
    )
    return Known(heading, format.model_dump_json(by_alias=True, exclude_unset=True), file, own, sha256)


def formats_of(folders: Iterable[tuple[Path, str]] = ()) -> list[Known]:
    """The formats of `folders` (each with its name in messages), then the shipped ones. Raises Refused."""
    found: list[Known] = []
    problems: list[Finding] = []
    for folder, name in folders:
        for path in sorted(folder.glob("*.yaml")):
            file = f"{name}/{path_text(path.name)}"
            try:
                text = _text(path, file)
                found.append(_known(_parsed(text, file), file, True, sha256(text.encode()).hexdigest()))
            except Refused as refused:
                problems += refused.findings
    if problems:
        raise Refused(problems)
    return [*found, *shipped()]


@cache
def shipped() -> Sequence[Known]:
    """The formats that come with Niner, by file name."""
    files = sorted(file for file in os.listdir(SHIPPED) if file.endswith(".yaml"))
    read = {file: own_bytes(os.path.join(SHIPPED, file)) for file in files}
    key = key_of(["imports", "case", "ledger"], (part for file in files for part in (file.encode(), read[file])))
    return kept(
        "formats",
        key,
        (Heading, Known),
        lambda: tuple(_known(_parsed(as_text(data), file), file) for file, data in read.items()),
    )


def _text(path: Path, file: str) -> str:
    """The text of a format file. Raises Refused."""
    try:
        return read_text(path, YAML_BYTES)
    except Unreadable as problem:
        says = f"The format file can't be read: {problem.why}."
        raise Refused([Finding("format", "error", says, problem.todo, source=Source(file, problem.row))]) from None


def _parsed(text: str, file: str) -> Format:
    """The format in a text. Raises Refused."""
    from niner.imports.layouts.misnamed import misnamed  # the shipped ones come from the cache, checked

    format = parse_document(Format, text, file)
    problems = [Finding("format", "error", says, todo, source=Source(file)) for says, todo in misnamed(format)]
    if problems:
        raise Refused(problems)
    return format
