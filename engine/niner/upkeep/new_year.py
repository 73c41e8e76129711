"""Turns the last year with rules into the draft of the next: its rules, packs and first tests, and what to look up.

After it everything runs and every test holds, by last year's law on last year's forms; each output says that it is a
draft. The list of what to look up is the work that is left.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from niner.dataclass import dataclass
from niner.files.file_write import write_new, write_whole
from niner.files.folder_write import new_folder
from niner.files.reading import YAML_BYTES, read_text
from niner.forms import Pack
from niner.forms.pack.loading import packs_in
from niner.resources import room as data_room
from niner.rules import YearRules, load_rules
from niner.rules.compiling.years import years_in
from niner.rules.editor.authorities import Published, cited
from niner.rules.editor.describing import status_words
from niner.rules.language.values import FILING_STATUSES, Parameter
from niner.values import Finding, Refused


@dataclass(frozen=True, slots=True)
class ToLookUp:
    """Something of the new year that somebody has to look up: what it was last, by what authority, and where it is."""

    what: str
    last: str
    authority: str
    address: str


@dataclass(frozen=True, slots=True)
class NewYear:
    """The files that were written, and what is to be looked up."""

    year: int
    files: tuple[Path, ...]
    look_up: tuple[ToLookUp, ...]


def start_year(year: int, room: Path | None = None) -> NewYear:
    """Writes the draft of a year into the rules folder, and beside it the packs and the test that it needs.

    Raises Refused where the year exists, does not follow the last one, or can't be written.
    """
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
    forms, tests = where.parent / "forms", where.parent / "tests" / "rules"
    packs = [pack for pack in packs_in(forms) if pack.revision == str(year - 1)] if forms.is_dir() else []
    published = Published(where)
    look_up = (*_amounts(due), *_forms(packs, year), *_moved(last, published))
    beside = {pack.path.with_name(f"{year}.yaml"): _pack(pack, year) for pack in packs}
    if tests.is_dir():
        beside[tests / str(year) / "parameters.yaml"] = _test(due, year)
    own = {folder / name: text for name, text in (("year.yaml", _year(year)), ("LOOK_UP.md", _list(year, look_up)))}
    try:
        _write(beside)
        shipped = _shipped(where.parent / "pyproject.toml", year)
        new_folder(folder, {Path(path.name): text.encode() for path, text in own.items()}, private=False)
    except OSError as error:
        says = f"{error.filename or folder} can't be written: {error.strerror}."
        todo = "Work in a checkout, or copy the rules folder and name it with --room."
        raise Refused([Finding("rules.new-year", "error", says, todo)]) from error
    return NewYear(year, (*own, *beside, *shipped), look_up)


def _shipped(project: Path, year: int) -> list[Path]:
    """The tests of the year among what the wheel ships, beside those of the year before."""
    text = read_text(project, YAML_BYTES) if project.is_file() else ""
    line = f'"tests/rules/{year - 1}" = "niner/data/tests/rules/{year - 1}"\n'
    if line not in text:
        return []
    changed = text.replace(line, line + line.replace(str(year - 1), str(year)))
    write_whole(project, changed.encode(), 0o666)
    return [project]


def _write(files: Mapping[Path, str]) -> None:
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_new(path, text.encode(), 0o666)


def _amounts(due: Iterable[Parameter]) -> Iterator[ToLookUp]:
    for p in due:
        yield ToLookUp(p.name, status_words(p.by_status, p.unit), p.authority, p.address)


def _forms(packs: Iterable[Pack], year: int) -> Iterator[ToLookUp]:
    for pack in packs:
        where = _addresses(pack, year)
        says = f"{pack.title} ({year}) and its instructions: every line number, box and sentence"
        yield ToLookUp(says, f"as {year - 1}, provisional", "the form itself", where[-1] if where else "")


def _moved(last: YearRules, published: Published) -> Iterator[ToLookUp]:
    """What last year changed beside the yearly amounts: it may have moved again."""
    yearly = {p.name for p in last.compiled.parameters.values() if p.changes == "yearly"}
    for change in last.history:
        if change.year == last.year and change.action != "retired" and change.name not in yearly:
            authority, address = _authority(last, change.kind, change.name)
            if authority:
                addresses = (address, *(published.address(cite) for cite in cited(authority)))
                where = next(filter(None, addresses), "")
                yield ToLookUp(f"{change.kind} {change.name}", f"{change.action} in {last.year}", authority, where)


def _authority(rules: YearRules, kind: str, name: str) -> tuple[str, str]:
    first, _, second = name.partition("/")
    compiled = rules.compiled
    if kind == "parameter" and name in compiled.parameters:
        return compiled.parameters[name].authority, compiled.parameters[name].address
    if kind == "row" and first in compiled.tables and second in compiled.tables[first].rows:
        row = compiled.tables[first].rows[second]
        return row.authority, row.address
    if kind == "rule" and first in compiled.decisions:
        return next((rule.authority for rule in compiled.decisions[first].rules if rule.id == second), ""), ""
    if kind == "remark" and name in compiled.remarks:
        return compiled.remarks[name].authority, ""
    if kind == "line":
        found = [
            line for at, line in compiled.lines.items() if at.form == first and at.line.partition(".")[0] == second
        ]
        return (found[0].authority if found else ""), ""
    return "", ""


def _addresses(pack: Pack, year: int) -> list[str]:
    return [url.replace(str(year - 1), str(year)) for url in pack.blank.urls]


def _pack(pack: Pack, year: int) -> str:
    return f"""\
# Provisional: the boxes of {year - 1}, so that drafts of {year} can be reviewed before the IRS publishes the form. A
# blank of {year} is filled only if every field and label agrees; else draft the pack anew with `niner forms new`.
extends: "{pack.path.stem}"
years: [{year}]
revision: "{year}"
blank:
  urls: [{", ".join(_addresses(pack, year))}]
  checked: false
"""


def _year(year: int) -> str:
    return f"""\
# yaml-language-server: $schema=../schema/year.json
year: {year}
extends: {year - 1}
status: draft
says: Begun from {year - 1}; the forms of {year} are not published.

# LOOK_UP.md lists what is due. Until a file of this folder restates an amount, that of {year - 1} stands, and
# `niner rules check` lists it.
"""


def _test(due: Iterable[Parameter], year: int) -> str:
    lines = [
        "# yaml-language-server: $schema=../../../rules/schema/tests.json",
        f"# The yearly amounts, as they were in {year - 1}. Write each new one here too, from its source, when",
        f"# you write it into rules/{year}: what two have written alike is right.",
        "tests:",
        f"  - name: the amounts of {year}",
        f"    source: those of {year - 1}, until they are looked up",
        "    parameters:",
    ]
    for p in due:
        same = len(set(p.by_status.values())) == 1
        value = _plain(p, FILING_STATUSES[0]) if same else ", ".join(f"{s}: {_plain(p, s)}" for s in p.by_status)
        lines.append(f"      {p.name}: {value if same else '{' + value + '}'}")
    return "\n".join(lines) + "\n"


def _plain(p: Parameter, status: str) -> str:
    """A value as a test file states it: dollars without commas."""
    value = p.by_status[status]
    if p.unit == "dollars":
        assert isinstance(value, int)
        return f"{value // 100}" if value % 100 == 0 else f"{value // 100}.{value % 100:02d}"
    return str(value)


def _list(year: int, look_up: Iterable[ToLookUp]) -> str:
    todo = "Tick what is done, and put the amount and its authority into a file of this folder."
    lines = [f"# To look up for {year}", "", todo, ""]
    for one in look_up:
        where = f" – <{one.address}>" if one.address else ""
        lines.append(f"- [ ] {one.what}: {one.last} ({one.authority}){where}")
    return "\n".join(lines) + "\n"
