"""The layout files: which programs take rows, in which columns, of which years, and what each can't carry."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from niner.files.reading import YAML_BYTES, read_text
from niner.handover.values import FIELDS
from niner.values import Finding, Refused, Source
from niner.words.yaml_text import parse

_FOLDER = Path(__file__).parent / "layouts"
_STRICT = ConfigDict(extra="forbid", frozen=True)


class Column(BaseModel):
    """A column of a table: the field that it holds, the program's own words for ours, and its most characters."""

    model_config = _STRICT
    holds: str
    words: dict[str, str] = Field(default_factory=dict)
    most: int | None = None


class Rows(BaseModel):
    """The most rows that the program takes of a return, and how that is known."""

    model_config = _STRICT
    most: int
    says: str


class Layout(BaseModel):
    """One layout of one program.

    `per_box`: a file for each box, because rows can't say theirs; `by_dates`: the program tells short from long by the
    two days alone; `acquired`: the words that it takes for a day, and how it writes them. Of TXF: the number of each
    box (`references`) and the lines of the file, `record_of_code` for a row with a code; `boxes_of_a_form`: those of a
    broker's form.
    """

    model_config = _STRICT
    name: str
    title: str
    called: tuple[str, ...] = ()
    years: tuple[int, int]
    other_years: str = ""
    refused: str = ""
    writer: Literal["table", "txf", "fdx"] = "table"
    file: str = ""
    per_box: bool = False
    columns: dict[str, Column] = Field(default_factory=dict)
    references: dict[str, str] = Field(default_factory=dict)
    head: tuple[str, ...] = ()
    record: tuple[str, ...] = ()
    record_of_code: tuple[str, ...] = ()
    end: tuple[str, ...] = ()
    boxes_of_a_form: tuple[str, ...] = ()
    rows: Rows | None = None
    codes: Literal["any", "one", "none"] | tuple[str, ...] = "any"
    amounts: Literal["cents", "dollars"] = "cents"
    dates: str = "%m/%d/%Y"
    acquired: dict[str, str] = Field(default_factory=dict)
    by_dates: bool = False
    letters: Literal["any", "ascii"] = "any"
    rests_on: str = ""
    todo: str = ""

    def takes(self, year: int) -> bool:
        """Whether the layout is one for a tax year."""
        return self.years[0] <= year <= self.years[1] and not self.refused


@cache
def layouts() -> tuple[Layout, ...]:
    """Every layout, in the order of their files. Raises Refused where one can't be read."""
    found = []
    for path in sorted(_FOLDER.glob("*.yaml")):
        document, _, problems = parse(read_text(path, YAML_BYTES), path.name)
        if problems:
            raise Refused(problems)
        found.append(_layout(document, path.name))
    return tuple(found)


def _layout(document: Any, file: str) -> Layout:
    try:
        layout = Layout.model_validate(_plain(document))
    except ValidationError as problem:
        says = f"The layout can't be read: {problem.errors(include_url=False)[0]['msg']}."
        raise Refused([Finding("layout", "error", says, "Correct it.", source=Source(file))]) from None
    unknown = [column.holds for column in layout.columns.values() if column.holds not in FIELDS]
    if unknown:
        says = f"The layout names {unknown[0]}, which no row has."
        todo = f"A column holds one of: {', '.join(FIELDS)}."
        raise Refused([Finding("layout", "error", says, todo, source=Source(file))])
    held = {column.holds for column in layout.columns.values()}
    if layout.writer == "table" and not layout.refused and not layout.per_box and "box" not in held:
        says = "Rows of this layout can't say their box, and it does not ask for a file a box."
        raise Refused([Finding("layout", "error", says, "Add a column of the box, or per_box.", source=Source(file))])
    return layout


def _plain(document: Any) -> Any:
    """A column may be named by its field alone."""
    if not isinstance(document, dict):
        return document
    columns = document.get("columns") or {}
    full = {name: {"holds": said} if isinstance(said, str) else said for name, said in columns.items()}
    return {
        **document,
        "columns": full,
        "per_box": document.get("per_box") == "yes",
        "by_dates": document.get("by_dates") == "yes",
    }


def named(names: tuple[str, ...], year: int) -> list[Layout]:
    """The layouts asked for, each once and fit for the year; all that are fit where none is named. Raises Refused."""
    known = layouts()
    if not names:
        return [layout for layout in known if layout.takes(year)]
    found: dict[str, Layout] = {}
    problems = []
    for name in names:
        called = [one for one in known if name.casefold() in (one.name, *one.called)]
        if not called:
            words = ", ".join(dict.fromkeys(word for one in known for word in (one.name, *one.called)))
            says = f"There is no layout “{name[:40]}”."
            problems.append(Finding("handover-layout", "error", says, f"Name one of: {words}."))
            continue
        fit = [one for one in called if one.takes(year)]
        found |= {one.title: one for one in fit}
        if not fit:
            problems.append(_unfit(called[0], year))
    if problems:
        raise Refused(problems)
    return list(found.values())


def unfit(year: int) -> list[Finding]:
    """Why layouts that other years have are not for this one, each name once, as notes."""
    fit = {one.name for one in layouts() if one.takes(year)}
    found = {one.name: _unfit(one, year, "note") for one in layouts() if one.name not in fit}
    return list(found.values())


def _unfit(layout: Layout, year: int, severity: Literal["error", "note"] = "error") -> Finding:
    says = (
        layout.refused or layout.other_years or f"{layout.title} is a layout of {layout.years[0]} to {layout.years[1]}."
    )
    todo = layout.todo if layout.refused else "Type the totals instead: type_these_totals.html has them."
    return Finding("handover-layout", severity, f"{layout.title}, {year}: {says}", todo)
