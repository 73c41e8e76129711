"""Turns the pages of a return that was handed in as a PDF into its lines, with what could not be read and what is odd.

Nothing is made up: a box that could not be read keeps its place with its reason, and is never taken for empty.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from niner.amend.filed.figures import LinesByForm
from niner.amend.intake.footing import footing
from niner.case import Case
from niner.case.filed import FORMS
from niner.dataclass import dataclass
from niner.forms import load_pack
from niner.forms.reading.boxes import Read
from niner.forms.reading.handed_in import ReadPage
from niner.money import dollars_spoken
from niner.rules import LineName, YearRules
from niner.values import Finding, Refused, Source
from niner.words.form_names import form_name, is_printed, line_name
from niner.words.plain import path_text

_OF_ROWS = "f8949"
_COLUMNS = ("d", "e", "g", "h")
_BY_HAND = "Copy it by hand instead: niner file FOLDER --year YEAR --template"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A box that could not be read: on which page of the file, of which form and line, and why."""

    page: int
    form: str
    line: str
    why: str


@dataclass(frozen=True, slots=True)
class ReadReturn:
    """A return as it was read: lines by form (cents, yes or no), what could not be read, and what is to be known.

    `filing_status` is empty where it could not be read.
    """

    year: int
    filing_status: str
    lines: LinesByForm
    doubts: tuple[Doubt, ...]
    findings: tuple[Finding, ...]
    scan: bool

    def doubt_of(self, form: str, line: str) -> Doubt | None:
        """The doubt about a line, where there is one."""
        return next((d for d in self.doubts if (d.form, d.line) == (form, line)), None)


def read_year(pages: Sequence[ReadPage], year: int | None, name: str) -> int:
    """The tax year of the forms in the file. Raises Refused where there are none, or of other years than asked for."""
    known = [page for page in pages if page.form]
    if not known:
        raise Refused([_nothing_known(pages, name)])
    years = sorted({page.year for page in known})
    if year is None and len(years) > 1:
        says = f"{name} has forms of {' and '.join(map(str, years))}."
        raise Refused([Finding("return-years", "error", says, "Say which year is meant: --year YEAR")])
    if year is not None and year not in years:
        says = f"{name} is of {' and '.join(map(str, years))}, not of {year}."
        raise Refused([Finding("return-years", "error", says, "Give the PDF of that year, or the year of this one.")])
    return years[0] if year is None else year


def _nothing_known(pages: Sequence[ReadPage], name: str) -> Finding:
    if not any(page.words for page in pages):
        says = f"{name} is pictures only: there is no text in it to read."
        todo = "Have a program recognize its text (OCR) and save it as a searchable PDF, and give that. "
        return Finding("return-scan", "error", says, todo + _BY_HAND)
    says = f"{name} has no page of Form 1040, Schedules 1 to 3 or D, or Form 8949 of a year that Niner knows."
    whys = [f"Page {page.number}: {page.why}." for page in pages if page.why]
    return Finding("return-unknown", "error", says, " ".join([*whys[:3], "Form 1040-SR is not read.", _BY_HAND]))


def read_return(pages: Sequence[ReadPage], year: int, case: Case, rules: YearRules, name: str) -> ReadReturn:
    """The return of `year` in `pages`. Raises Refused where it is not whole, twice with other figures, or of others."""
    known = [page for page in pages if page.form and page.year == year]
    problems = [*_missing(known, name), *_twice(known), *_somebody_else(known, case)]
    if problems:
        raise Refused(problems)
    single = _first_of_each(known)
    lines: dict[str, dict[str, int | bool]] = {}
    doubts: list[Doubt] = []
    for page in single:
        _lines_of(page, rules, lines.setdefault(page.form, {}), doubts)
    said: list[Finding] = []
    rows = [page for page in known if page.form == _OF_ROWS]
    if rows:
        totals, odd = _totals(rows)
        said += odd
        lines |= {_OF_ROWS: totals} if totals else {}
    said += _nobody_named(single, case)
    status, unclear = _filing_status(single, case, year)
    said += unclear
    lines = {form: lines[form] for form in FORMS if lines.get(form)}
    said += footing(lines, rules, status or case.seen_from(year).taxpayer.filing_status)
    said += _about_the_pages(pages, known, year, name)
    return ReadReturn(year, status, lines, tuple(doubts), tuple(said), any(page.scan for page in known))


def _missing(known: Sequence[ReadPage], name: str) -> Iterator[Finding]:
    there = {page.page for page in known if page.form == "f1040"}
    for number in (0, 1):
        if number not in there:
            says = f"Page {number + 1} of Form 1040 is not in {name}."
            todo = (
                "Give a PDF of the whole return. A page that is there and was not known is not as the IRS prints it; "
            )
            yield Finding("return-not-whole", "error", says, todo + _BY_HAND[0].lower() + _BY_HAND[1:])


def _figures(page: ReadPage) -> tuple[object, ...]:
    return tuple((read.key, read.value) for read in page.reads)


def _twice(known: Sequence[ReadPage]) -> Iterator[Finding]:
    """A page that is there twice with other figures; and one of Form 8949 with the same, which would count twice."""
    seen: dict[tuple[str, int], ReadPage] = {}
    rows: dict[tuple[object, ...], ReadPage] = {}
    for page in known:
        if page.form == _OF_ROWS:
            if not any(read.key.startswith("row.") for read in page.reads):
                continue
            before = rows.setdefault((page.page, *_figures(page)), page)
            if before is not page:
                says = f"Pages {before.number} and {page.number} are the same page of Form 8949."
                yield Finding("return-twice", "error", says, "Give a PDF with each page once.")
            continue
        before = seen.setdefault((page.form, page.page), page)
        if before is not page and _figures(before) != _figures(page):
            says = f"{form_name(page.form)} is there twice with other figures: pages {before.number} and {page.number}."
            yield Finding("return-twice", "error", says, "Give a PDF of the one that was filed.")


def _first_of_each(known: Sequence[ReadPage]) -> list[ReadPage]:
    first: dict[tuple[str, int], ReadPage] = {}
    for page in known:
        if page.form != _OF_ROWS:
            first.setdefault((page.form, page.page), page)
    return list(first.values())


def _somebody_else(known: Sequence[ReadPage], case: Case) -> Iterator[Finding]:
    """The number on the return against those of the case, neither of which is told."""
    numbers = [r.value for page in known if page.form == "f1040" for r in page.reads if r.key == "ssn" and r.value]
    ours = {case.taxpayer.ssn.get_secret_value()} | ({case.spouse.ssn.get_secret_value()} if case.spouse else set())
    ours = {re.sub(r"\D", "", number) for number in ours}
    if numbers and numbers[0] not in ours:
        says = "The social security number on the return is not the one in case.yaml."
        todo = "Give this taxpayer's return, or correct the number in case.yaml."
        yield Finding("return-of-another", "error", says, todo, source=Source("case.yaml"))


def _nobody_named(single: Sequence[ReadPage], case: Case) -> Iterator[Finding]:
    """Whose return it is, where its social security number can't be read: it is often covered in copies."""
    reads = {read.key: read for page in single if page.form == "f1040" for read in page.reads}
    if "ssn" in reads and reads["ssn"].value:
        return
    names = [str(reads[key].value) for key in ("first_name", "last_name") if key in reads and reads[key].value]
    named = f"it is made out to {path_text(' '.join(names))}" if names else "nor can a name"
    says = f"The social security number on the return can't be read; {named}."
    todo = f"See that it is the return of {case.name_on_forms}."
    yield Finding("return-whose", "review", says, todo)


def _lines_of(page: ReadPage, rules: YearRules, lines: dict[str, int | bool], doubts: list[Doubt]) -> None:
    """Add what a page's boxes say to its form's `lines`, and what they don't to `doubts`."""
    for read in page.reads:
        if read.kind == "money" and is_printed(read.key):
            if read.value is None:
                doubts.append(Doubt(page.number, page.form, read.key, read.why))
            else:
                lines[read.key] = int(read.value)
    for line in _yes_no_lines(page, rules):
        ticked = [read for read in page.reads if read.key in (f"{line}.yes", f"{line}.no")]
        if len(ticked) == 1 and ticked[0].value:
            lines[line] = ticked[0].key.endswith(".yes")
        elif ticked:
            why = ticked[0].why or "both of its boxes are ticked"
            doubts.append(Doubt(page.number, page.form, line, why))


def _yes_no_lines(page: ReadPage, rules: YearRules) -> list[str]:
    """The lines of a page that are answered with yes or no, as the year's rules have them."""
    keys = load_pack(page.form, page.year).pages[page.page].fields
    asked = [key.removesuffix(".yes") for key in keys if key.endswith(".yes")]
    known = rules.compiled.lines
    return [line for line in asked if (name := LineName(page.form, line)) in known and known[name].is_yes_no]


def _filing_status(single: Sequence[ReadPage], case: Case, year: int) -> tuple[str, list[Finding]]:
    """The filing status that is ticked, or empty; and whether it is another than the case's."""
    ticked = [read for page in single for read in page.reads if read.key.startswith("filing_status.")]
    if len(ticked) != 1 or not ticked[0].value:
        says = "No filing status is ticked" if not ticked else "Which filing status is ticked can't be told"
        todo = "Write it in the entry: filing_status."
        return "", [Finding("return-status", "review", f"{says} on the return.", todo)]
    status = ticked[0].key.partition(".")[2]
    ours = case.seen_from(year).taxpayer.filing_status
    if status == ours:
        return status, []
    says = f"The return was filed as {status.replace('_', ' ')}; case.yaml has {ours.replace('_', ' ')} for {year}."
    todo = "See which is right; where case.yaml is wrong, correct it there."
    return status, [Finding("return-status", "review", says, todo, source=Source("case.yaml"))]


def _totals(rows: Sequence[ReadPage]) -> tuple[dict[str, int | bool], list[Finding]]:
    """Form 8949's totals by box, over all its pages; none at all where one of them can't be read."""
    totals: dict[str, int | bool] = {}
    odd: list[Finding] = []
    for page in rows:
        found = {read.key: read for read in page.reads}
        cells = [read for key, read in found.items() if key.startswith("row.")]
        sums = {c: found[f"total.{c}"] for c in _COLUMNS if f"total.{c}" in found}
        if not cells and not sums:
            continue
        boxes = [read for key, read in found.items() if key.startswith("box.")]
        if len(boxes) != 1 or not boxes[0].value:
            odd.append(_odd(page, "which one of its boxes is ticked can't be told"))
            continue
        wrong = next((read.why for read in [*cells, *sums.values()] if read.value is None), "")
        if wrong or not {"d", "e"} & sums.keys():
            odd.append(_odd(page, wrong or "it has rows and no totals"))
            continue
        odd += _rows_foot(page, cells, sums)
        for column in _COLUMNS:
            key = f"{boxes[0].key.partition('.')[2]}.{column}"
            totals[key] = int(totals.get(key, 0)) + (_cents(sums[column]) if column in sums else 0)
    if any(finding.id == "return-8949" for finding in odd):
        totals = {}
    return totals, odd


def _odd(page: ReadPage, why: str) -> Finding:
    says = f"Form 8949 on page {page.number} is left out, with all of Form 8949: {why}."
    todo = "Its totals stand on Schedule D, which is enough to amend. See that those lines are right."
    return Finding("return-8949", "review", says, todo)


def _rows_foot(page: ReadPage, cells: Sequence[Read], sums: Mapping[str, Read]) -> Iterator[Finding]:
    """Whether each column's rows add up to its total; in whole dollars they may be off by one a row."""
    for column in _COLUMNS:
        amounts = [_cents(read) for read in cells if read.key.endswith(f".{column}")]
        printed = _cents(sums[column]) if column in sums else 0
        whole = all(amount % 100 == 0 for amount in amounts)
        if abs(sum(amounts) - printed) > (100 * len(amounts) if whole and len(amounts) > 1 else 0):
            says = (
                f"Form 8949 on page {page.number}: the rows of column ({column}) add up to "
                f"{dollars_spoken(sum(amounts))}, and the total is {dollars_spoken(printed)}."
            )
            yield Finding("return-footing", "review", says, "See whether a row or the total was read wrong.")


def _cents(read: Read) -> int:
    return read.value if isinstance(read.value, int) else 0


def _about_the_pages(pages: Sequence[ReadPage], known: Sequence[ReadPage], year: int, name: str) -> Iterator[Finding]:
    """What is to be known of the file itself."""
    if any(page.scan for page in known):
        says = f"{name} is a scan: its figures are what some program made of the pictures, and 3 and 8 look alike."
        yield Finding("return-scan", "review", says, "Compare each figure with the page before you lock it.")
    if any(page.draft for page in known):
        says = f"{name} has pages that Niner marked as a draft, not for filing: they are not what was filed."
        yield Finding("return-draft", "review", says, "Give a copy of what was filed, or compare it line by line.")
    moved = [str(page.number) for page in known if page.moved]
    if moved:
        says = (
            f"Printed smaller or moved, and read by the printed line numbers: page {', '.join(moved[:10])} of {name}."
        )
        yield Finding("return-moved", "review", says, "Compare these pages with what was read.")
    others = [page for page in pages if page not in known]
    whys = [f"page {page.number}: {page.why}" for page in others if page.why]
    if others:
        numbers = ", ".join(str(page.number) for page in others[:20]) + (" …" if len(others) > 20 else "")
        of_year = f" of {year}" if any(page.form for page in others) else ""
        says = f"Not read, because they are none of the forms{of_year}: page {numbers} of {name}."
        todo = "; ".join(whys[:3]) + "." if whys else ""
        yield Finding("return-other-pages", "review" if whys else "note", says, todo[:1].upper() + todo[1:])


def differences(read: ReadReturn, other: LinesByForm, where: str, todo: str, rules: YearRules) -> list[Finding]:
    """Each line that was read otherwise than `other` has it; a line that is 0 in one and not in the other is none."""
    found, words = [], rules.words()
    for form in read.lines.keys() & other.keys():
        for line in sorted(read.lines[form].keys() | other[form].keys()):
            ours, theirs = read.lines[form].get(line, 0), other[form].get(line, 0)
            if ours == theirs or read.doubt_of(form, line) is not None:
                continue
            name = line_name(form, line, words.get(form, {}).get(line, ""))
            says = f"{name}: the PDF has {_spoken(ours)}, and {where} has {_spoken(theirs)}."
            found.append(Finding("return-differs", "review", says, todo))
    return sorted(found, key=lambda finding: finding.says)


def _spoken(value: int | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return dollars_spoken(value)
