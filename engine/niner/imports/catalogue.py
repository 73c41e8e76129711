"""Folders of format files to formats: the case's own and those of the command line first, then the shipped ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from niner.case.folder import parse_document
from niner.imports.language import Format
from niner.imports.misnamed import misnamed
from niner.plain import path_text
from niner.reading import YAML_BYTES, Unreadable, read_text
from niner.values import Finding, Refused, Source

SHIPPED = Path(__file__).parent / "formats"


@dataclass(frozen=True, slots=True)
class Known:
    """A format and the file that it stands in; `own`: from the case or the command line, so that it comes first."""

    format: Format
    file: str
    own: bool = False


def formats_of(folders: Iterable[tuple[Path, str]] = ()) -> list[Known]:
    """The formats of `folders` (each with its name in messages), then the shipped ones. Raises Refused."""
    found: list[Known] = []
    problems: list[Finding] = []
    for folder, name in folders:
        for path in sorted(folder.glob("*.yaml")):
            file = f"{name}/{path_text(path.name)}"
            try:
                found.append(Known(_read(path, file), file, own=True))
            except Refused as refused:
                problems += refused.findings
    if problems:
        raise Refused(problems)
    return [*found, *shipped()]


@cache
def shipped() -> Sequence[Known]:
    """The formats that come with Niner, by file name."""
    return tuple(Known(_read(path, path.name), path.name) for path in sorted(SHIPPED.glob("*.yaml")))


def _read(path: Path, file: str) -> Format:
    """The format in a file. Raises Refused."""
    try:
        text = read_text(path, YAML_BYTES)
    except Unreadable as problem:
        says = f"The format file can't be read: {problem.why}."
        raise Refused([Finding("format", "error", says, problem.todo, source=Source(file, problem.row))]) from None
    format = parse_document(Format, text, file)
    problems = [Finding("format", "error", says, todo, source=Source(file)) for says, todo in misnamed(format)]
    if problems:
        raise Refused(problems)
    return format
