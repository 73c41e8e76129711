"""Templates to a case folder: the commented one that `niner new` writes, and the worked example."""

import os
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from niner.file_write import write_whole
from niner.folder_write import new_folder
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
    files = {name: text.encode() for name, text in texts.items()}
    there = [name for name in files if os.path.lexists(folder / name)]
    mine = [name for name in there if not _same(folder / name, files[name])]
    # All of it there is a case of before; some of it, and as it is written, is of a run that was broken off.
    occupied = mine or (there if len(there) == len(files) and not keep else [])
    if occupied or (folder.exists() and not folder.is_dir()):
        says = f"{folder} already has {', '.join(str(n) for n in occupied) or 'a file of that name'}."
        raise Refused([Finding("folder-exists", "error", says, "Name another folder, or remove it.")])
    try:
        if folder.exists():
            for name in files.keys() - there:
                write_whole(folder / name, files[name])
        else:
            new_folder(folder, files)
    except OSError as error:
        says = f"{folder} can't be written: {error.strerror}."
        raise Refused([Finding("folder-unwritable", "error", says, "Name another folder.")]) from None
    return [folder / name for name in files]


def _same(path: Path, data: bytes) -> bool:
    try:
        return path.is_file() and path.read_bytes() == data
    except OSError:
        return False
