"""`niner file --from RETURN.pdf`: the PDF of a filed return to its entry in filed/, and the page to confirm it by."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from niner.amend.comparing.documents import read_document
from niner.amend.filed.figures import lines_of
from niner.amend.filed.original import original_of
from niner.amend.filing import FiledAway, When, account_words, file_return, lock_by_hand, rendered
from niner.amend.intake.account import Account, account_of
from niner.amend.intake.account_filing import write_changes
from niner.amend.intake.read_page import review_page
from niner.amend.intake.read_return import ReadReturn, differences, read_return, read_year
from niner.amend.intake.transcript import Transcript
from niner.case import Case, read_case
from niner.case.filed import FORMS, NOT_READ, Filed, FiledReturn, filed_path
from niner.case.folder import parse_document
from niner.case.locked import changed_since_locked, locked, refuse_half_locked
from niner.case.locking import put_new, stands
from niner.dataclass import dataclass
from niner.files.reading import YAML_BYTES, Unreadable, read_bytes, read_text
from niner.forms.reading.handed_in import MAX_PDF_BYTES, ReadPage, read_pdf
from niner.money import dollars_text
from niner.prepare import Options, check_places, write_out
from niner.rules import YearRules, load_rules
from niner.values import Finding, Refused, Source
from niner.words.form_names import form_order, line_name
from niner.words.plain import path_text, without_ssn


@dataclass(frozen=True, slots=True)
class ReadPdf:
    """A return's PDF as it was read: its name and hash, its pages, the year and the lines in them."""

    name: str
    sha256: str
    pages: tuple[ReadPage, ...]
    case: Case
    rules: YearRules
    read: ReadReturn

    @property
    def year(self) -> int:
        return self.read.year


def read_filed_pdf(folder: Path, source: Path, year: int | None, password: str, options: Options) -> ReadPdf:
    """The return in the PDF `source`. Nothing is written. Raises Refused."""
    name = without_ssn(path_text(source.name))
    try:
        data = read_bytes(source, MAX_PDF_BYTES)
    except Unreadable as problem:
        raise Refused(
            [Finding("return-unreadable", "error", f"{name} can't be read: {problem.why}.", problem.todo)]
        ) from None
    case = read_case(folder)
    pages = read_pdf(data, name, password)
    found = read_year(pages, year, name)
    rules = load_rules(found, options.overlays)
    return ReadPdf(name, sha256(data).hexdigest(), pages, case, rules, read_return(pages, found, case, rules, name))


def file_from_pdf(
    folder: Path,
    pdf: ReadPdf,
    when: When,
    confirmed: bool,
    options: Options,
    transcript: Transcript | None = None,
) -> FiledAway:
    """Write filed/<year>.yaml as it was read and out/<year>-filed/review.html to compare it by. Raises Refused.

    With `confirmed` the entry is locked too, unless something could not be read, or was read from a scan. Where there
    is an entry already it stays as it is, and what differs from it is told. A return that is line by line what Niner
    prepared is locked from there, with its ledger, and needs no entry of its own. A `transcript` of the account gives
    days, payments and later changes.
    """
    year = pdf.year
    refuse_half_locked(folder, year)
    path, review = filed_path(folder, year), folder / "out" / f"{year}-filed"
    check_places(folder, review, ())
    account = account_of(transcript, pdf.case, pdf.rules, pdf.read.lines) if transcript else None
    text = entry_text(pdf, when, account)
    findings = [*(account.findings if account else ()), *pdf.read.findings, *_compared(folder, pdf), *_doubts(pdf)]
    if not pdf.read.doubts and pdf.read.filing_status:
        findings += _contradictions(text, pdf)
    page = review_page(pdf.read, pdf.pages, pdf.case, pdf.rules, findings, (pdf.name, pdf.sha256))
    wrote = [review / "review.html"]
    ours = not stands(path) and account is None and _as_prepared(folder, pdf)
    theirs = locked(folder, str(year)) or (stands(path) and path.read_bytes() != text.encode())
    if ours:
        says = f"Every line is as in out/{year}: it is the return that Niner prepared, and is locked from there."
        findings.append(Finding("return-as-prepared", "note", says))
    elif theirs:
        findings += _stays(folder, pdf)
    else:
        if not stands(path):
            put_new(path, text.encode())
        wrote.insert(0, path)
    findings += write_out([(review, {"review.html": page})])
    if account is not None:
        made, said = write_changes(folder, account, pdf.rules)
        wrote += made
        findings += said
    if not confirmed or theirs:
        return FiledAway(tuple(wrote), False, tuple(findings))
    blocked = _not_to_be_locked(pdf, findings)
    if blocked:
        raise Refused([*findings, blocked])
    return confirm(folder, pdf, when, options, FiledAway(tuple(wrote), False, tuple(findings)))


def confirm(folder: Path, pdf: ReadPdf, when: When, options: Options, done: FiledAway) -> FiledAway:
    """Lock what `file_from_pdf` wrote, which a person has said is right. Raises Refused."""
    if stands(filed_path(folder, pdf.year)):
        closed = lock_by_hand(folder, pdf.year, When(), pdf.rules)
        entry = filed_path(folder, pdf.year)
        closed = replace(closed, written=(entry, *closed.written))
    else:
        closed = file_return(folder, pdf.year, when, None, options)
    return replace(closed, findings=(*done.findings, *closed.findings))


def may_be_locked(pdf: ReadPdf, done: FiledAway) -> bool:
    """Whether nothing stands against locking what was read once a person has said that it is right."""
    stays = any(finding.id in ("filed-exists", "filed-locked") for finding in done.findings)
    return not done.is_locked and not stays and _not_to_be_locked(pdf, done.findings) is None


def entry_text(pdf: ReadPdf, when: When, account: Account | None = None) -> str:
    """The text of filed/<year>.yaml as it was read; days and payments are as given, or else as the account has them."""
    read, words = pdf.read, pdf.rules.words()
    known = account_words(account) if account else {"filed_on": "", "extended_to": "", "payments": None}
    payments = known["payments"]
    if when.paid_cents is not None:
        paid_on = when.filed_on or date(read.year + 1, 4, 15)
        payments = [(paid_on.isoformat(), dollars_text(when.paid_cents))] if when.paid_cents else []
    forms = list(dict.fromkeys([*read.lines, *(doubt.form for doubt in read.doubts)]))
    return rendered(
        "read.yaml.j2",
        year=read.year,
        name=pdf.name,
        sha256=pdf.sha256,
        page=f"out/{read.year}-filed/review.html",
        filed_on=when.filed_on.isoformat() if when.filed_on else known["filed_on"],
        filed_by=when.filed_by,
        extended_to=when.extended_to.isoformat() if when.extended_to else known["extended_to"],
        filing_status=read.filing_status,
        payments=payments,
        forms=[(form, _entry_lines(read, form, words.get(form, {}))) for form in forms],
    )


def _entry_lines(read: ReadReturn, form: str, words: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Each line of a form, its figure as the entry has it, and what is said of it."""
    found = []
    unread = {doubt.line: doubt for doubt in read.doubts if doubt.form == form and doubt.line}
    for line in sorted(read.lines.get(form, {}).keys() | unread.keys(), key=form_order):
        doubt = unread.get(line)
        if doubt is not None:
            found.append((line, NOT_READ, f"page {doubt.page}: {path_text(doubt.why)}"))
            continue
        value = read.lines[form][line]
        text = ("yes" if value else "no") if isinstance(value, bool) else dollars_text(value)
        found.append((line, text, words.get(line, "")))
    return found


def _doubts(pdf: ReadPdf) -> list[Finding]:
    found, words = [], pdf.rules.words()
    for doubt in pdf.read.doubts:
        name = line_name(doubt.form, doubt.line, words.get(doubt.form, {}).get(doubt.line, ""))
        says = f"{name} on page {doubt.page} could not be read: {path_text(doubt.why)}."
        todo = f"Look at the page, and write the figure in filed/{pdf.year}.yaml in place of the “?”."
        found.append(Finding("return-not-read", "review", says, todo))
    return found


def _compared(folder: Path, pdf: ReadPdf) -> list[Finding]:
    """What was read against the entry that is there, or else against what Niner prepared for the year."""
    year = pdf.year
    if stands(filed_path(folder, year)):
        try:
            entry = parse_document(FiledReturn, read_text(filed_path(folder, year), YAML_BYTES), f"filed/{year}.yaml")
        except (Refused, Unreadable):
            return []
        lines = {str(form): those for form, those in entry.lines.items()}
        todo = "The entry stays as it is. See which is right."
        if locked(folder, str(year)):
            todo += f" A change since is an entry of its own: niner file {folder} --year {year} --adjusted DATE"
        return differences(pdf.read, lines, f"filed/{year}.yaml", todo, pdf.rules)
    prepared = _prepared(folder, year)
    if prepared is None:
        return []
    todo = "See what was changed before it was filed."
    return differences(pdf.read, lines_of(prepared), f"out/{year}", todo, pdf.rules)


def _prepared(folder: Path, year: int) -> Mapping[str, Any] | None:
    """The return.json that Niner prepared for the year."""
    place = folder / "out" / str(year) / "return.json"
    return read_document(place) if place.is_file() else None


def _as_prepared(folder: Path, pdf: ReadPdf) -> bool:
    """Whether the PDF is what Niner prepared: all of its forms, and no line otherwise."""
    prepared = _prepared(folder, pdf.year)
    if prepared is None or pdf.read.doubts or not pdf.read.filing_status:
        return False
    forms = {str(entry.get("form")) for entry in prepared.get("forms", ())} & set(FORMS)
    if not forms or not forms <= pdf.read.lines.keys():
        return False
    return not differences(pdf.read, lines_of(prepared), "", "", pdf.rules)


def _contradictions(text: str, pdf: ReadPdf) -> list[Finding]:
    """Lines of Form 1040 that contradict one another: they would keep the entry from being locked."""
    name = f"filed/{pdf.year}.yaml"
    entry = parse_document(FiledReturn, text, name)
    found = original_of(Filed(pdf.year, entry), None, pdf.case, pdf.rules).findings
    return [replace(f, severity="review") for f in found if f.severity == "error"]


def _stays(folder: Path, pdf: ReadPdf) -> list[Finding]:
    """That there is an entry already, and what that means."""
    name = f"filed/{pdf.year}.yaml"
    if locked(folder, str(pdf.year)):
        changed = changed_since_locked(folder, str(pdf.year))
        says = f"{name} is locked already and stays as it is; the PDF was only compared with it."
        return [*changed, Finding("filed-locked", "note", says, source=Source(name))]
    says = f"{name} is there already, and was not written over."
    todo = "What differs is named above. To have it written from the PDF, move it away and run this again."
    return [Finding("filed-exists", "review", says, todo, source=Source(name))]


def _not_to_be_locked(pdf: ReadPdf, findings: tuple[Finding, ...] | list[Finding]) -> Finding | None:
    """Why what was read is not locked right away; None where nothing stands against it."""
    name = f"filed/{pdf.year}.yaml"
    todo = (
        f"Compare {name} with out/{pdf.year}-filed/review.html, correct it, then lock it: "
        f"niner file FOLDER --year {pdf.year}"
    )
    why = ""
    if pdf.read.doubts or not pdf.read.filing_status:
        why = "something in it could not be read"
    elif pdf.read.scan:
        why = "it was read from a scan, where a program may have taken one figure for another"
    elif any(f.id in ("filed-contradiction", "return-footing") for f in findings):
        why = "lines in it contradict one another"
    elif any(f.id == "return-draft" for f in findings):
        why = "the file is a draft that was not for filing"
    if not why:
        return None
    return Finding("return-not-locked", "error", f"{name} is not locked: {why}.", todo, source=Source(name))
