"""Templates to a case folder: the commented one that `niner new` writes, and the worked example."""

import os
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from niner.resources import room
from niner.values import Finding, Refused


def write_case(folder: Path, year: int) -> list[Path]:
    """A new case folder with comments on every field. Raises Refused where something is there already."""
    return _write("case", folder, {"year": year}, keep=False)


def write_demo(folder: Path) -> list[Path]:
    """The worked example; writing it again over itself is fine. Raises Refused over anything else."""
    return _write("demo", folder, {}, keep=True)


def _write(template: str, folder: Path, values: dict[str, object], keep: bool) -> list[Path]:
    source = room("templates") / template
    # Plain text and YAML, not HTML; the only values are Niner's own.
    environment = Environment(
        loader=FileSystemLoader(source), undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False
    )
    texts = {
        path.relative_to(source).with_suffix(""): environment.get_template(path.relative_to(source).as_posix()).render(
            values
        )
        for path in sorted(source.rglob("*.j2"))
    }
    if folder.exists():
        there = [name for name in texts if (folder / name).exists()]
        occupied = [name for name in there if not (keep and _same(folder / name, texts[name]))]
        if occupied or not folder.is_dir():
            says = f"{folder} already has {', '.join(str(n) for n in occupied) or 'a file of that name'}."
            raise Refused([Finding("folder-exists", "error", says, "Name another folder, or remove it.")])
    written = []
    try:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
                stream.write(text)
            written.append(path)
    except OSError as error:
        says = f"{folder} can't be written: {error.strerror}."
        raise Refused([Finding("folder-unwritable", "error", says, "Name another folder.")]) from None
    return written


def _same(path: Path, text: str) -> bool:
    try:
        return path.read_text() == text
    except (OSError, UnicodeDecodeError):
        return False
