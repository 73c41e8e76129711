"""review.html: each page of a return that was read, and beside it what was read, to be compared before it is locked."""

from base64 import b64encode
from collections.abc import Mapping, Sequence

from niner.amend.intake.read_return import ReadReturn
from niner.case import Case
from niner.forms.reading.boxes import Read
from niner.forms.reading.handed_in import ReadPage
from niner.money import dollars_printed
from niner.rules import YearRules
from niner.shown.pages import page
from niner.values import Finding, by_weight
from niner.words.form_names import form_name, is_printed, line_label, line_name

_HOW = {
    "field": "Read from the fields of the file.",
    "text": "Read from the text of the page.",
    "scan": "A scan: read from the text that a program recognized in the picture.",
}


def review_page(
    read: ReadReturn,
    pages: Sequence[ReadPage],
    case: Case,
    rules: YearRules,
    findings: Sequence[Finding],
    file: tuple[str, str],
) -> bytes:
    """The page as one HTML file; `file` is the name and the SHA-256 of what was read. Text of the file is escaped, and
    no social security number is written as text."""
    words = rules.words()

    def box_name(form: str, key: str) -> str:
        return _box_name(form, key, words.get(form, {}))

    def name_of(form: str, line: str) -> str:
        return line_name(form, line, words.get(form, {}).get(line, ""))

    known = [found for found in pages if found.form and found.year == read.year]
    return page(
        "filed",
        "review.html.j2",
        name=case.name_on_forms,
        year=read.year,
        file=file[0],
        sha256=file[1],
        findings=[finding for finding in by_weight(findings) if finding.severity != "note"],
        doubts=read.doubts,
        pages=known,
        how={found.number: _how(found) for found in known},
        marks={found.number: [(r, _mark(r, found)) for r in found.reads if _to_compare(r)] for found in known},
        picture=lambda found: b64encode(found.picture).decode(),
        shown=_shown,
        box_name=box_name,
        form_name=form_name,
        line_name=name_of,
    )


def _to_compare(read: Read) -> bool:
    """What becomes part of the entry, or says of whom and of what the page is."""
    return read.kind in ("money", "tick") or read.key.startswith("row.") or bool(read.why)


def _how(found: ReadPage) -> str:
    ways = [read.how for read in found.reads if read.kind != "tick"]
    words = [says for how, says in _HOW.items() if how in ways]
    return " ".join(words or ["Nothing is written on this page."])


def _mark(read: Read, found: ReadPage) -> tuple[float, float, float, float]:
    """Where the box lies on the picture: left, top, width and height in percent."""
    wide, high = found.size
    x0, y0, x1, y1 = read.rect
    return tuple(  # type: ignore[return-value]
        round(100 * part, 2) for part in (x0 / wide, 1 - y1 / high, (x1 - x0) / wide, (y1 - y0) / high)
    )


def _shown(read: Read) -> str:
    if read.kind == "money" and isinstance(read.value, int):
        return dollars_printed(read.value)
    return "ticked" if read.value is True else str(read.value)


def _box_name(form: str, key: str, words: Mapping[str, str]) -> str:
    """A box as people know it: “Line 7”, “Line 17, yes”, or what is asked there in the words of the rules."""
    line, _, box = key.rpartition(".")
    if is_printed(key):
        label = line_label(form, key)
    elif line and (is_printed(line) or line in words):
        label = f"{line_label(form, line, words.get(line, ''))}, {box.replace('_', ' ')}"
    else:
        label = ""
    if label:
        return label[:1].upper() + label[1:]
    name = key.replace("_", " ").split(".")
    return " ".join([name[0].capitalize(), *name[1:]])
