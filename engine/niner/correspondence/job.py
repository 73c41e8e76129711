"""The letters of a case folder: which there are, how each stands, and one of them drafted, kept and made a page."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from niner.amend.job import AmendOptions, explained, letter_to_client
from niner.amend.papers.part_two import keep, part_two_path
from niner.case import read_case
from niner.case.identifications import read_identifications
from niner.case.rulings import read_rulings
from niner.correspondence import drafts
from niner.dataclass import dataclass
from niner.files.folder_write import WRITTEN
from niner.files.reading import YAML_BYTES, Unreadable, read_text
from niner.money import dollars_printed
from niner.prepare import Options, reconciliation, work_out
from niner.printing.unfilled import not_filled
from niner.report.answer_sheet import answer_lines
from niner.run.one_run import one_run
from niner.shown.letter_page import Letter, keep_letter, letter, words_path
from niner.shown.pages import check_themes
from niner.values import Finding, Refused
from niner.words.own_words import OwnWords, standing
from niner.words.plain import path_text, shown


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of letter: what it is called on the command line, what it is, and where its words stand by year."""

    name: str
    says: str
    path: Callable[[Path, int], Path]


def _kind(name: str, says: str) -> Kind:
    return Kind(name, says, lambda folder, year: words_path(folder, year, name))


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind("missing", "what is missing, as a checklist for the client"),
        _kind("client", "the letter that goes with the return"),
        _kind("exception-2", "the statement for Form 8949 with one row a broker and box"),
        _kind("form-8453", "what goes on Form 8453, and what is mailed with it"),
        _kind("lots", "the records of which units were sold, and their proof"),
        _kind("cp2000", "the answer to a CP2000 or Letter 6173"),
        _kind("amended", "the letter that goes with an amended return"),
        Kind("explanation", "Part II of Form 1040-X: why the return is amended", part_two_path),
    )
}


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as it stands now: where its words are, where its page (None: it goes on a form), and what is said."""

    kind: Kind
    words: OwnWords
    page: Path | None
    findings: tuple[Finding, ...]


def listed(folder: Path, year: int | None) -> list[tuple[Kind, Path, str]]:
    """Each kind with the place of its words and how they stand: not written, as drafted, edited. Raises Refused."""
    at = year or _year_said(folder) or read_case(folder).tax_year
    return [(kind, path, standing(path)) for kind in KINDS.values() for path in (kind.path(folder, at),)]


def write(folder: Path, name: str, options: Options, as_of: date) -> Written:
    """Draft a letter, or take it as it was edited; write both its words and its page into letters/. Raises Refused."""
    name = name.lower()
    if name not in KINDS:
        says = f"There is no letter “{shown(name)}”."
        raise Refused([Finding("letter-unknown", "error", says, f"Give one of: {', '.join(KINDS)}.", value=name)])
    if not folder.is_dir():
        says = f"There is no folder {path_text(folder)}."
        raise Refused([Finding("letter-folder", "error", says, "Check its name; niner new makes a case folder.")])
    check_themes(options.themes)
    with one_run(folder) as said:
        if name == "explanation":
            second = explained(folder, _year(folder, options), AmendOptions(as_of, options))
            keep(second)
            return Written(KINDS[name], second.words, None, (*second.findings, *said))
        made = _DRAFTS[name](folder, options, as_of)
        return Written(KINDS[name], made.words, made.page_path, (*keep_letter(made), *said))


def answer(folder: Path, options: Options) -> Letter:
    """The answer to a notice about what brokers reported, with its tables. Raises Refused."""
    found = reconciliation(folder, options)
    if found.case is None or found.residual is None or found.reconciled is None:
        raise Refused([finding for finding in found.findings if finding.severity == "error"])
    if not found.brokers.of(found.year):
        says = f"The folder “brokers” holds no form of {found.year}: there is nothing to set against a notice."
        todo = "Put the forms there as downloaded, or fill a table: niner brokers --template."
        raise Refused([Finding("letter-none", "error", says, todo)])
    draft = drafts.cp2000_draft(found.case, found.year, found.residual, options.themes)
    tables = {
        "table": "reported.html.j2",
        "residual": found.residual,
        "lines": answer_lines(found.reconciled, found.rows),
        "money": dollars_printed,
    }
    title = f"Answer about brokers' forms, {found.year}: {found.case.name_on_forms}"
    return letter(folder, found.year, "cp2000", title, draft, options.themes, tables)


def _year(folder: Path, options: Options) -> int:
    return options.year or read_case(folder).tax_year


def _year_said(folder: Path) -> int:
    """The tax year that case.yaml says, also where the rest of it can't be read yet; 0 where it says none."""
    try:
        said = re.search(r"^tax_year:\s*([0-9]{4})\b", read_text(folder / "case.yaml", YAML_BYTES), re.MULTILINE)
    except Unreadable:
        return 0
    return int(said[1]) if said else 0


def _missing(folder: Path, options: Options, as_of: date) -> Letter:
    findings: Sequence[Finding]
    wallets: list[str] = []
    try:
        result, _ = work_out(folder, options)
        findings = result.findings
        wallets = sorted({lot.wallet for lot in result.held} | {row.disposition.wallet for row in result.rows})
    except Refused as refused:
        findings = refused.findings
    try:
        case = read_case(folder)
    except Refused:
        case = None
    known = {(one.id, one.says) for one in findings}
    found = reconciliation(folder, options)
    findings = [*findings, *(one for one in found.findings if (one.id, one.says) not in known)]
    year = options.year or (case.tax_year if case else _year_said(folder) or as_of.year - 1)
    draft = drafts.missing_draft(case, year, findings, wallets, found.brokers, options.themes)
    return letter(folder, year, "missing", f"What is missing for {year}", draft, options.themes)


def _client(folder: Path, options: Options, as_of: date) -> Letter:
    result, _ = work_out(folder, options)
    draft = drafts.client_draft(result, not_filled(result), options.themes)
    title = f"Your {result.year} tax return: {result.case.name_on_forms}"
    return letter(folder, result.year, "client", title, draft, options.themes)


def _exception_2(folder: Path, options: Options, as_of: date) -> Letter:
    result, _ = work_out(folder, options)
    draft = drafts.exception_2_draft(result, _statements(folder, result.year), options.themes)
    title = f"Statement attached to Form 8949, {result.year}: {result.case.name_on_forms}"
    return letter(folder, result.year, "exception-2", title, draft, options.themes)


def _form_8453(folder: Path, options: Options, as_of: date) -> Letter:
    result, _ = work_out(folder, options)
    draft = drafts.form_8453_draft(result, _statements(folder, result.year), options.themes)
    title = f"Cover sheet for Form 8453, {result.year}: {result.case.name_on_forms}"
    return letter(folder, result.year, "form-8453", title, draft, options.themes)


def _statements(folder: Path, year: int) -> str:
    """The statements that list the rows, where the last run made them; what to do where it did not."""
    out = folder / "out" / str(year)
    made = sorted(path.name for path in out.glob("f8949-statement*.pdf")) if (out / WRITTEN).is_file() else []
    return ", ".join(made) or "made by niner prepare --summary"


def _lots(folder: Path, options: Options, as_of: date) -> Letter:
    case, year = read_case(folder), _year(folder, options)
    records, broken = read_identifications(folder)
    rulings, problems = read_rulings(folder)
    draft = drafts.lots_draft(case, year, records, [*broken, *problems], rulings, options.themes)
    return letter(folder, year, "lots", f"Records of units sold, {year}: {case.name_on_forms}", draft, options.themes)


def _cp2000(folder: Path, options: Options, as_of: date) -> Letter:
    return answer(folder, options)


def _amended(folder: Path, options: Options, as_of: date) -> Letter:
    return letter_to_client(folder, _year(folder, options), AmendOptions(as_of, options))


_DRAFTS: Mapping[str, Callable[[Path, Options, date], Letter]] = {
    "missing": _missing,
    "client": _client,
    "exception-2": _exception_2,
    "form-8453": _form_8453,
    "lots": _lots,
    "cp2000": _cp2000,
    "amended": _amended,
}
