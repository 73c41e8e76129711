"""Turns a name that is too long for a form's box into the usual shorter one, there alone, and says so once.

What of case.yaml can't be shortened by any custom (a last name, a street) keeps the place where it stands, so that
a refusal names it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from niner.case import Case
from niner.forms import Continuation, FormFill, Origin, Statement, fits, fits_attachment, load_pack
from niner.printing.sheets import Sheets
from niner.values import Finding, Refused, Source


def shorter_names(case: Case) -> Iterator[str]:
    """The name line in full, then ever shorter: a last name that both have once, second names as initials, without
    second names, first names as initials."""
    people = [(case.taxpayer.first_name, case.taxpayer.last_name)]
    if case.taxpayer.filing_status == "married_joint" and case.spouse is not None:
        people.append((case.spouse.first_name, case.spouse.last_name))
    yield case.name_on_forms
    for short in (str, _second_as_initials, _first_alone, _initials):
        yield _line([(short(first), last) for first, last in people])


def _line(people: Sequence[tuple[str, str]]) -> str:
    lasts = {last for _, last in people}
    if len(people) > 1 and len(lasts) == 1:
        return f"{' & '.join(first for first, _ in people)} {people[0][1]}"
    return " & ".join(f"{first} {last}" for first, last in people)


def _second_as_initials(names: str) -> str:
    first, *others = names.split()
    return " ".join([first, *(f"{name[0]}." for name in others)])


def _first_alone(names: str) -> str:
    return names.split()[0]


def _initials(names: str) -> str:
    return " ".join(f"{name[0]}." for name in names.split())


_OF_FIRST_NAMES = (_second_as_initials, _first_alone)
IN_CASE: Mapping[str, str] = {
    "first_name": "taxpayer.first_name",
    "last_name": "taxpayer.last_name",
    "spouse_first_name": "spouse.first_name",
    "spouse_last_name": "spouse.last_name",
    "filing_status_name": "spouse.first_name and last_name",
    "street": "taxpayer.address.street",
    "apt": "taxpayer.address.apartment",
    "city": "taxpayer.address.city",
    "state": "taxpayer.address.state",
    "zip": "taxpayer.address.zip",
}
_TODO = "Shorten it in case.yaml as the Postal Service abbreviates: St, Ave, Apt."
_TODO_OF_NAME = "Shorten it in case.yaml as the IRS has it on record."
_ORIGINS = {
    key: Origin(Source("case.yaml"), {"": place}, {"": _TODO_OF_NAME if "name" in key else _TODO})
    for key, place in IN_CASE.items()
}


def with_fitting_names(filled: Sheets, case: Case, form_dirs: Sequence[Path] = ()) -> tuple[Sheets, list[Finding]]:
    """The sheets with a shorter name line wherever the full one does not fit, and one finding that says where.

    Form 1040 has a box for each name: there second names become initials, which is what the box asks for, and nothing
    else is shortened. Raises Refused once, where no name fits.
    """
    names: dict[str, list[str]] = {}
    parts: dict[str, list[str]] = {}
    problems: list[str] = []

    def fitting(where: str, good: Callable[[str], bool]) -> str:
        found = next((name for name in shorter_names(case) if good(name)), None)
        if found is None:
            problems.append(where)
        elif found != case.name_on_forms:
            names.setdefault(found, []).append(where)
        return found or case.name_on_forms

    forms = []
    for form in filled.forms:
        form = _own_boxes(form, form_dirs, parts)
        if any(page.values.get("name") == case.name_on_forms for page in form.pages):
            pack = load_pack(form.form, form.year, form_dirs, form.revision)
            forms.append(_renamed(form, fitting(pack.title, partial(fits, pack, "name"))))
        else:
            forms.append(form)
    attached: list[Statement | Continuation] = list(filled.statements)
    if attached:
        name = fitting("the attached statements", fits_attachment)
        attached = [replace(one, name=name) for one in attached]
    if problems:
        says = f"The name “{case.name_on_forms}” is too long for {_listed(problems)}, even with initials."
        todo = "Shorten the last name in case.yaml as the IRS has it on record."
        raise Refused([Finding("name-too-long", "error", says, todo, source=Source("case.yaml"))])
    said = [*(_said_of_one(name, where) for name, where in parts.items()), *(_said(*one) for one in names.items())]
    return replace(filled, forms=tuple(forms), statements=tuple(attached)), said


def _own_boxes(form: FormFill, form_dirs: Sequence[Path], said: dict[str, list[str]]) -> FormFill:
    """The form with what case.yaml says in boxes of their own: fitting first names, and where each text stands."""
    if not any(key in page.values for page in form.pages for key in IN_CASE):
        return form
    pack = load_pack(form.form, form.year, form_dirs, form.revision)
    pages = []
    for page in form.pages:
        values = dict(page.values)
        for key in ("first_name", "spouse_first_name"):
            full = values.get(key)
            if isinstance(full, str) and not fits(pack, key, full):
                short = next((short(full) for short in _OF_FIRST_NAMES if fits(pack, key, short(full))), full)
                values[key] = short
                if short != full:
                    said.setdefault(short, []).append(pack.title)
        origins = {key: _ORIGINS[key] for key in IN_CASE if key in values}
        pages.append(replace(page, values=values, origins={**page.origins, **origins}))
    return replace(form, pages=tuple(pages))


def _said_of_one(name: str, where: Sequence[str]) -> Finding:
    says = f"The first names are too long for their box on {_listed(where)}: there they are written “{name}”."
    todo = "Nothing to do: the box asks for the first name and a middle initial."
    return Finding("name-shortened", "note", says, todo, source=Source("case.yaml"))


def _renamed(form: FormFill, name: str) -> FormFill:
    pages = tuple(
        replace(page, values={**page.values, "name": name}) if "name" in page.values else page for page in form.pages
    )
    return replace(form, pages=pages)


def _said(name: str, where: Sequence[str]) -> Finding:
    says = f"The names together are too long for {_listed(where)}: there they are written “{name}”."
    todo = "Nothing to do: the forms are matched by number, and Form 1040 has each name in its own box."
    return Finding("name-shortened", "note", says, todo, source=Source("case.yaml"))


def _listed(words: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(words))
    return " and ".join([", ".join(distinct[:-1]), distinct[-1]] if len(distinct) > 1 else distinct)
