"""Turns the last year with rules into the draft of the next, with a list of the parameters that are due."""

from dataclasses import dataclass
from pathlib import Path

from niner.folder_write import new_folder
from niner.resources import room as data_room
from niner.rules.chain import years_in
from niner.rules.describing import status_words
from niner.rules.language import Parameter
from niner.rules.year import load_rules
from niner.values import Finding, Refused


@dataclass(frozen=True)
class NewYear:
    """The draft that was written and the parameters that are due, each with its last value and source."""

    year: int
    file: Path
    due: tuple[Parameter, ...]


def due_parameters(year: int, room: Path | None = None) -> tuple[Parameter, ...]:
    """The parameters that change every year and that a year has not restated."""
    rules = load_rules(year, (), room)
    own = {change.name for change in rules.history if change.kind == "parameter" and change.year == year}
    return tuple(p for name, p in rules.compiled.parameters.items() if p.changes == "yearly" and name not in own)


def start_year(year: int, room: Path | None = None) -> NewYear:
    """Writes `<room>/<year>/year.yaml` as a draft. Raises Refused where the year exists or the last one is missing."""
    where = room or data_room("rules")
    years = years_in(where)
    folder = where / str(year)
    if year in years or folder.exists():
        raise Refused([Finding("rules.new-year", "error", f"{folder} is there already.", "Edit the files in it.")])
    if not years or year != years[-1] + 1:
        todo = f"Start {years[-1] + 1} next." if years else "Restore the rules folder."
        raise Refused([Finding("rules.new-year", "error", f"{year} does not follow the last year with rules.", todo)])
    last = load_rules(years[-1], (), where)
    due = tuple(p for p in last.compiled.parameters.values() if p.changes == "yearly")
    file = folder / "year.yaml"
    try:
        new_folder(folder, {Path(file.name): _text(year, due).encode()}, private=False)
    except OSError as error:
        says = f"{folder} can't be written: {error.strerror}."
        todo = "Work in a checkout, or copy the rules folder and name it with --room."
        raise Refused([Finding("rules.new-year", "error", says, todo)]) from error
    return NewYear(year, file, due)


def _text(year: int, due: tuple[Parameter, ...]) -> str:
    lines = [
        "# yaml-language-server: $schema=../schema/year.json",
        f"year: {year}",
        f"extends: {year - 1}",
        "status: draft",
        f"says: Begun from {year - 1}; the forms of {year} are not published.",
        "",
        "# Due for new values. Until a file of this folder restates one, last year's value stands and `niner rules",
        "# check` lists it. Take it out of this list when it is done.",
    ]
    for parameter in due:
        value = status_words(parameter.by_status, parameter.unit)
        lines.append(f"#   {parameter.name}: last {value} ({parameter.authority})")
    return "\n".join(lines) + "\n"
