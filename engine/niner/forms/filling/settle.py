"""Turns a FormFill into sheets: each page of paper with the text, size and lines of every field it fills."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from niner.dataclass import dataclass
from niner.forms.drawing.typeset import Setting, Unfit, fit, printed
from niner.forms.pack.values import Field, FieldValue, FormFill, Origin, Pack
from niner.values import Finding, Refused, Source
from niner.words.form_names import line_label


@dataclass(frozen=True, slots=True)
class Written:
    """One filled field: the text it carries (ticks: the ticked value) and how the text is set."""

    field: Field
    text: str
    setting: Setting


@dataclass(frozen=True, slots=True)
class Sheet:
    """One printed page and, in words, which one. `copy` counts the copies from 1; `page` is the pack's, 0-based."""

    pack: Pack
    copy: int
    page: int
    place: str
    written: tuple[Written, ...]


def settle(pack: Pack, fill: FormFill, *, whole_dollars: bool = False) -> tuple[list[Sheet], list[Finding]]:
    """The sheets of `fill` and the notes on text that had to be written in plainer letters.

    The second time a page is used it belongs to the form's second copy, and so on. Raises Refused with every value that
    doesn't fit, each named by form, page and line.
    """
    sheets: list[Sheet] = []
    errors: list[Finding] = []
    notes: dict[str, Finding] = {}
    used = [0] * len(pack.pages)
    places: dict[int, dict[str, Field]] = {}
    for count, page_fill in enumerate(fill.pages, 1):
        if not 0 <= page_fill.page < len(pack.pages):
            errors.append(_error("unknown_page", f"{pack.title} {pack.year} has no page {page_fill.page + 1}."))
            continue
        used[page_fill.page] += 1
        copy = used[page_fill.page]
        where = f"page {count}" if pack.drawn else f"copy {copy}, page {page_fill.page + 1}"
        place = f"{pack.title} {pack.year}, {where}"
        page = pack.pages[page_fill.page]
        if page_fill.page not in places:
            places[page_fill.page] = {**page.fields, **page.margin}
        fields = places[page_fill.page]
        written: list[Written] = []
        for key, value in page_fill.values.items():
            if value is None:
                continue
            field = fields.get(key)
            if field is None and page.has(key):
                field = page.place(key)
            if field is None:
                errors.append(_error("unknown_line", f"{place} has no line {key}.", key))
                continue
            try:
                done = _written(field, value, whole_dollars=whole_dollars)
            except Unfit as problem:
                where = f"{place}, {_spoken(pack, key)}"
                shown = _shown(field, value)
                errors.append(_unfit(where, shown, str(problem), *_origin(page_fill.origins, key)))
                continue
            if done:
                written.append(done)
                if _in_other_letters(done, value) and done.text not in notes:
                    notes[done.text] = _plain_letters(done, value, f"{place}, {_spoken(pack, key)}")
        errors += _choices(page.must, written, place)
        sheets.append(Sheet(pack, copy, page_fill.page, place, tuple(written)))
    if errors:
        raise Refused(errors)
    return sheets, list(notes.values())


def _written(field: Field, value: FieldValue, *, whole_dollars: bool) -> Written | None:
    """One value set in its field; None where it prints nothing. Raises Unfit where it doesn't fit."""
    text = printed(field, value, whole_dollars=whole_dollars)
    return Written(field, text, fit(field, text)) if text else None


def _in_other_letters(done: Written, value: FieldValue) -> bool:
    """Whether a text is printed in other letters than it was given."""
    return done.field.kind == "text" and done.field.lines <= 2 and done.text != " ".join(str(value).split())


def _plain_letters(done: Written, value: FieldValue, where: str) -> Finding:
    """The note that says so."""
    says = f"{where}, is written in plain letters: {done.text}."
    todo = "The forms' font has no other letters; nothing to do if the reading is right."
    return Finding("forms.plain_letters", "note", says, todo, value=str(value))


def fits(pack: Pack, key: str, value: FieldValue) -> bool:
    """Whether `value` can be printed on the line `key` of the form, in money with cents."""
    page = next((page for page in pack.pages if page.has(key)), None)
    if page is None:
        return False
    try:
        _written(page.place(key), value, whole_dollars=False)
    except Unfit:
        return False
    return True


def _choices(must: Sequence[str], written: Sequence[Written], place: str) -> list[Finding]:
    """At most one box of a group is ticked; exactly one where the page can't do without."""
    ticked = [w.field.group for w in written if w.field.kind == "tick" and w.field.group]
    several = [group for group in dict.fromkeys(ticked) if ticked.count(group) > 1]
    missing = [group for group in must if group not in ticked]
    return [_error("ticks", f"{place}: more than one box of {group} is ticked.", group) for group in several] + [
        _error("ticks", f"{place}: no box of {group} is ticked.", group) for group in missing
    ]


def _shown(field: Field, value: FieldValue) -> str:
    if field.kind == "ssn" or "ssn" in field.key:
        return ""
    return f"{Decimal(value).scaleb(-2):,.2f}" if type(value) is int else str(value)[:120]


def _spoken(pack: Pack, key: str) -> str:
    """A field as a person finds it on the page: `row 3, column (a)`, `line 2, column (d)`, `line 16`."""
    part, _, column = key.rpartition(".")
    if part.startswith("row."):
        return f"row {part.removeprefix('row.')}, column ({column})"
    printed_line = pack.printed_as.get(part) or pack.printed_as.get(key)
    if printed_line:
        return f"line {printed_line}, column ({column})" if part else f"line {printed_line}"
    return line_label(pack.form, key)


def _origin(origins: Mapping[str, Origin], key: str) -> tuple[Source | None, str, str]:
    """(source, name there, what to do) of a field's value; nothing where it comes from no single place."""
    part, _, column = key.rpartition(".")
    found, at = (origins[key], "") if key in origins else (origins.get(part), column)
    return (found.source, found.names.get(at, ""), found.todos.get(at, "")) if found else (None, "", "")


def _unfit(where: str, shown: str, problem: str, source: Source | None, name: str, todo: str) -> Finding:
    what = f"“{shown}”" if shown else "the value"
    says = f"{where}: {f'{name} ' if name else ''}{what} can't be printed there: {problem}."
    todo = todo or "Shorten the text, or correct the amount, in what you gave."
    return Finding("forms.does_not_fit", "error", says, todo, source=source, value=shown)


def _error(what: str, says: str, value: str = "") -> Finding:
    todo = {
        "ticks": "Exactly one box of the group belongs on the page.",
    }.get(what, "The rules and the form pack disagree; this is a mistake in one of them.")
    return Finding(f"forms.{what}", "error", says, todo, value=value)
