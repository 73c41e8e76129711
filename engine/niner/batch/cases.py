"""A folder of case folders, or a list of them as CSV, to the cases of a batch, each with a number instead of a name."""

import csv
import io
from pathlib import Path

from niner.batch.store import cases_in, in_a_store
from niner.dataclass import dataclass
from niner.files.reading import TABLE_BYTES, Unreadable, read_text
from niner.values import Finding, Refused, Source
from niner.words.plain import shown

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
    if source.is_dir():
        folders = sorted(path for path in source.iterdir() if path.name[0] != "." and (path / "case.yaml").is_file())
        found = [CaseToDo(f"{number:05d}", folder.resolve()) for number, folder in enumerate(folders, 1)]
    else:
        found = _listed(source)
    if not found:
        says = "There is no case folder in it: none of its folders holds a case.yaml."
        raise Refused([_wrong(says, "Name the folder that holds the case folders, or a list with a column folder.")])
    return found


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
        raise Refused(
            [_wrong("The list's columns must be folder and, if wanted, id and year.", "Correct its header.", 1)]
        )
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
        if not cells["folder"] or not (folder / "case.yaml").is_file():
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
