"""Templates to a case folder: the commented one that `niner new` writes, and the worked example."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from niner.case.schema import SCHEMAS, schema_texts
from niner.files.file_write import write_whole
from niner.files.folder_write import new_folder
from niner.resources import room
from niner.rules.year import newest_final
from niner.values import Finding, Refused


def write_case(folder: Path, year: int) -> list[Path]:
    """A new case folder with comments on every field. Raises Refused where something is there already."""
    return _write("case", folder, {"year": year}, keep=False, more=_schema_files())


def case_schemas() -> dict[str, str]:
    """The text of the JSON Schema of each file of a case folder, by `case`, `filed`, `adjusted` and `decisions`."""
    meanings = {name: figure.meaning for name, figure in newest_final(()).case_inputs.items()}
    return schema_texts(meanings)


def write_schemas(folder: Path) -> list[Path]:
    """The schemas where the files of a case folder name them; older ones are written over. Raises Refused."""
    files = _schema_files()
    try:
        for name, data in files.items():
            write_whole(folder / name, data)
    except OSError as error:
        says = f"{folder / SCHEMAS} can't be written: {error.strerror}."
        raise Refused([Finding("folder-unwritable", "error", says, "Check that the folder is yours.")]) from None
    return [folder / name for name in files]


def _schema_files() -> dict[Path, bytes]:
    return {Path(SCHEMAS) / f"{name}.json": text.encode() for name, text in case_schemas().items()}


def write_demo(folder: Path) -> list[Path]:
    """The worked example; writing it again over itself is fine. Raises Refused over anything else."""
    return _write("demo", folder, {}, keep=True)


def _write(
    template: str,
    folder: Path,
    values: dict[str, object],
    keep: bool,
    more: Mapping[Path, bytes] = MappingProxyType({}),
) -> list[Path]:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # most commands write no case folder

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
    files = {name: text.encode() for name, text in texts.items()} | dict(more)
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
