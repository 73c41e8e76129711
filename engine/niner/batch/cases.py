"""A folder of case folders, or a list of them as CSV, to the cases of a batch, each with a number instead of a name."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from niner.batch.store import cases_in, in_a_store
from niner.dataclass import dataclass
from niner.files.reading import TABLE_BYTES, Unreadable, read_text
from niner.values import Finding, Refused, Source
from niner.words.plain import shown

PLACE = "niner-batch"
"""The folder of the manifest, beside the cases."""
_HEADER = "Correct its header; commas stand between the columns."
_COLUMNS = ("folder", "id", "year")


@dataclass(frozen=True, slots=True)
class CaseToDo:
    """One case of a batch. `id` is what the manifest calls it: what the list says, else its place in the order.

    `folder` is its path, or its address in a store.
    """

    id: str
    folder: Path | str
    year: int | None = None


def cases_of(source: Path | str) -> list[CaseToDo]:
    """The cases of a folder or of a store's, by name, or of a list, in its order. Raises Refused where there is none or
    it is wrong."""
    if isinstance(source, str) and in_a_store(source):
        found = [CaseToDo(f"{number:05d}", address) for number, address in enumerate(cases_in(source), 1)]
        if not found:
            says = "There is no case folder in it: none of its folders holds a case.yaml."
            raise Refused([_wrong(says, "Name the folder that holds the case folders.")])
        return found
    source = Path(source)
    try:
        if source.is_dir():
            folders = dict.fromkeys(path.resolve() for path in _folders(source) if _is_case(path))
            found = [CaseToDo(f"{number:05d}", folder) for number, folder in enumerate(folders, 1)]
        else:
            found = _listed(source)
    except OSError as problem:
        says = f"The folder can't be read: {problem.strerror}."
        raise Refused([_wrong(says, "Check its permissions.")]) from None
    if not found:
        says = "There is no case folder in it: none of its folders holds a case.yaml."
        todo = "Name the folder that holds the case folders, or a list with a column folder."
        if (source / "case.yaml").is_file():
            todo = "It is a case folder itself: niner prepare does one. " + todo
        raise Refused([_wrong(says, todo)])
    return found


def left_out(source: Path | str, cases: Sequence[CaseToDo]) -> int:
    """How many folders of a root are none of its cases: without a case.yaml, or links to nowhere or to one of them."""
    if (isinstance(source, str) and in_a_store(source)) or not Path(source).is_dir():
        return 0
    return len(_folders(Path(source))) - len(cases)


def _folders(root: Path) -> list[Path]:
    return sorted(
        path
        for path in root.iterdir()
        if path.name[0] != "." and path.name != PLACE and (path.is_dir() or path.is_symlink())
    )


def _is_case(folder: Path) -> bool:
    """One that can't be looked into is a case that fails, not a client that is forgotten."""
    try:
        return (folder / "case.yaml").is_file()
    except PermissionError:
        return True


def _listed(source: Path) -> list[CaseToDo]:
    try:
        text = read_text(source, TABLE_BYTES)
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except Unreadable as problem:
        raise Refused([_wrong(f"The list can't be read: {problem.why}.", problem.todo)]) from None
    except csv.Error as problem:
        raise Refused([_wrong(f"The list is not CSV: {problem}.", "Save it as CSV, with a column folder.")]) from None
    header = [name.strip().casefold() for name in rows[0]] if rows else []
    if "folder" not in header or set(header) - set(_COLUMNS) or len(set(header)) < len(header):
        raise Refused([_wrong("The list's columns must be folder and, if wanted, id and year.", _HEADER, 1)])
    found: list[CaseToDo] = []
    problems: list[Finding] = []
    ids: dict[str, int] = {}
    places: dict[Path, int] = {}
    for line, row in enumerate(rows[1:], 2):
        if not any(map(str.strip, row)):
            continue
        if len(row) != len(header):
            problems.append(_wrong(f"The row has {len(row)} columns where the header has {len(header)}.", "", line))
            continue
        cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
        folder = (source.parent / cells["folder"]).resolve()
        id, year = cells.get("id") or f"{len(found) + 1:05d}", cells.get("year", "")
        if not cells["folder"] or not _is_case(folder):
            problems.append(
                _wrong("The row's folder holds no case.yaml.", "Correct the path; it counts from the list.", line)
            )
        elif folder in places:
            problems.append(_wrong(f"The folder stands in row {places[folder]} already.", "Remove one of them.", line))
        elif id in ids:
            says = f"The id “{shown(id)}” stands in row {ids[id]} already."
            problems.append(_wrong(says, "Give each case its own id.", line))
        elif year and not (year.isascii() and year.isdigit() and len(year) == 4):
            problems.append(_wrong(f"“{shown(year)}” is not a year.", "Write it as 2024, or leave it empty.", line))
        else:
            found.append(CaseToDo(id, folder, int(year) if year else None))
        ids.setdefault(id, line)
        places.setdefault(folder, line)
    if problems:
        raise Refused(problems)
    return found


def _wrong(says: str, todo: str, row: int = 0) -> Finding:
    return Finding("batch-list", "error", says, todo, source=Source("the list", row) if row else None)
