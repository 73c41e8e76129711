"""The amend job: a case folder with filed returns to one year's amended packet and comparison, or why not."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from niner.amend.comparing.anew import Anew, anew_by_year
from niner.amend.comparing.comparison import as_json, compare_with_filed
from niner.amend.comparing.corrected import corrected_returns, own_schedule_d, refuse_gap, run_of_years, with_form_1040x
from niner.amend.days.deadlines import Deadline, deadline, payments_of
from niner.amend.days.postponed import place_of
from niner.amend.filed.entries import entries_of
from niner.amend.filed.figures import amount_at
from niner.amend.filed.original import Original, read_original, spouse_settled, with_sales_elsewhere
from niner.amend.papers.companions import companion_findings
from niner.amend.papers.cost import cost_findings, cost_json, cost_of
from niner.amend.papers.findings import cascade_findings, findings_of, old_returns, spoken
from niner.amend.papers.form_1040x import amended_sheets, explanation
from niner.amend.papers.page import diff_page
from niner.amend.papers.papers import client_letter, review_sheet
from niner.amend.papers.part_two import PartTwo, keep, part_two
from niner.amend.year import YearAmended
from niner.case import Case, read_case
from niner.case.filed import entry_paths, filed_path, filed_years, read_filed
from niner.case.locked import changed_since_locked, locked, refuse_half_locked
from niner.dataclass import dataclass
from niner.files.file_write import Contents, Pieces
from niner.files.reading import YAML_BYTES, read_bytes
from niner.imports.reading.kept import tables_kept
from niner.ledger import Ledger
from niner.money import dollars_spoken, dollars_text
from niner.prepare import Options, Prepared, Progress, check_places, finish, read_inputs, rules_by_year, write_out
from niner.printing.output import indented
from niner.process.beside import InTurn
from niner.process.collecting import without_collecting
from niner.returns.behind import behind_of
from niner.returns.plan import RulesOf
from niner.returns.year import YearReturn
from niner.rules import load_rules
from niner.run.not_current import mark_not_current, outputs_of
from niner.run.one_run import one_run
from niner.shown.letter_page import Letter
from niner.values import Finding, Refused, Source
from niner.words.own_words import keep_words

_MANY = 500_000
"""Bytes of what was locked, of which it takes so long to work it out anew that a copy of the process does it."""


@dataclass(frozen=True, slots=True)
class AmendOptions:
    """How to amend: the command line's choices. `revision` is empty for the one that the rules name."""

    as_of: date
    options: Options
    revision: str = ""
    applied_cents: int = 0


@dataclass(frozen=True, slots=True)
class Amended:
    """What became of `niner amend`: as Prepared, with the year compared and every other year it touches."""

    prepared: Prepared
    year: YearAmended | None = None
    later: tuple[YearAmended, ...] = ()


def work_out_amended(folder: Path, year: int, how: AmendOptions) -> tuple[dict[int, YearAmended], dict[str, str]]:
    """Each year of the run of filed years around `year` against its corrected return, and the ledger's hashes.

    Nothing is written. Raises Refused.
    """
    overlays = how.options.overlays
    refuse_half_locked(folder)
    read_filed(folder, year)
    load_rules(year, overlays)
    known = [one for one in filed_years(folder) if _has_rules(one, overlays)]
    years = run_of_years(year, known)
    rules_of = rules_by_year(overlays, how.options.form_dirs)
    filed: dict[int, Original] = {}

    def as_filed() -> tuple[dict[int, Original], list[Finding]]:
        found, problems = _as_filed(folder, years, read_case(folder), overlays)
        filed.update(found)
        return found, problems

    def anew() -> dict[int, Anew]:
        return anew_by_year(filed, read_case(folder).elections, rules_of)

    # What was filed is read and worked out anew by a copy of the process, from when the tables that both have are read.
    many = sum(_size(folder / "filed" / str(one) / "return.json") for one in years) > _MANY
    copy = InTurn(as_filed, anew, worth=many)
    with without_collecting(), ExitStack() as held, tables_kept(lambda: held.enter_context(copy)):
        options = replace(how.options, year=None)
        case, ledger, brokers, said = read_inputs(folder, options, lambda what, done, whole: None)
        refuse_gap(years, known, case)
        originals, problems = copy.first()
        if problems:
            raise Refused(problems)
        filed.update(originals)
        results = corrected_returns(
            case, originals, ledger.transactions, rules_of, said, how.options.form_dirs, ledger.records, brokers
        )
        elsewhere = {
            one: with_sales_elsewhere(
                original,
                entries_of(results[one].rows),
                own_schedule_d(case, one),
                results[one].rules,
            )
            for one, original in originals.items()
            if original.document is None  # what is locked with its ledger says of which sale each row is
        }
        if any(original is not originals[one] for one, original in elsewhere.items()):
            originals |= elsewhere
            results = corrected_returns(
                case, originals, ledger.transactions, rules_of, said, how.options.form_dirs, ledger.records, brokers
            )
        reworked = copy.result() if many else {}
        return _compared(case, ledger, originals, results, reworked, year, how, rules_of), ledger.files


def _as_filed(
    folder: Path, years: Sequence[int], case: Case, overlays: tuple[Path, ...]
) -> tuple[dict[int, Original], list[Finding]]:
    """Each filed year as it can be read, and every error of them."""
    originals: dict[int, Original] = {}
    problems: list[Finding] = []
    for one in years:
        problems += _locks(folder, one)
        try:
            originals[one] = read_original(folder, one, case, load_rules(one, overlays))
        except Refused as refused:
            problems += refused.findings
            continue
        problems += [f for f in originals[one].findings if f.severity == "error"]
    return originals, problems


def _size(path: Path) -> int:
    """Of a file, in bytes; 0 where there is none."""
    return path.stat().st_size if path.is_file() else 0


def _compared(
    case: Case,
    ledger: Ledger,
    originals: Mapping[int, Original],
    results: Mapping[int, YearReturn],
    reworked: Mapping[int, Anew],
    year: int,
    how: AmendOptions,
    rules_of: RulesOf,
) -> dict[int, YearAmended]:
    """Each year with Form 1040-X, its causes and its days."""
    found = {}
    for one in originals:
        original = originals[one]
        revision = how.revision or str(results[one].rules.parameter("form_1040x_revision"))
        applied = how.applied_cents if one == year else 0
        later = revision >= str(results[one].rules.parameter("form_1040x_two_deductions_from"))
        result = with_form_1040x(results[one], original, later, applied)
        comparison = compare_with_filed(original, result, rules_of, reworked.get(one))
        result = replace(result, behind=behind_of(ledger, one))
        found[one] = YearAmended(original, result, comparison, _deadline(original, result, how.as_of), revision)
    return found


def amend(folder: Path, year: int, how: AmendOptions, progress: Progress = lambda what, done, whole: None) -> Amended:
    """Write the amended packet of `year` to out/<year>-amended. Never raises for bad input."""
    with one_run(folder) as said, without_collecting():
        try:
            done = _amended(folder, year, how, progress, said)
            return replace(done, prepared=done.prepared.with_findings(said))
        except Refused as refused:
            targets = [how.options.out] if how.options.out else outputs_of(folder, year, "-amended")
            said += mark_not_current(folder, targets, refused.findings)
            return Amended(Prepared(folder, (*refused.findings, *said)))


def _amended(folder: Path, year: int, how: AmendOptions, progress: Progress, said_of_run: list[Finding]) -> Amended:
    progress("comparing", 0, 0)
    years, files_read = work_out_amended(folder, year, how)
    this = years[year]
    later = tuple(found for one, found in years.items() if one > year)
    earlier = tuple(found for one, found in years.items() if one < year)
    _refuse_wrong_choices(this, how)
    target = how.options.out or folder / "out" / f"{year}-amended"
    check_places(folder, target, how.options.form_dirs)
    findings = _said_of(folder, years, year, how)
    second = _part_two(folder, this)
    text = second.text
    # A packet that changes nothing would be a Form 1040-X with an empty Part II.
    options = replace(how.options, forms=how.options.forms and not this.is_as_filed)
    pages, said = amended_sheets(
        this.result,
        this.original,
        text,
        this.revision,
        how.as_of.year,
        how.options.form_dirs,
        how.options.summary,
        options.forms,
    )
    to_client = client_letter(folder, this, [*earlier, *later], findings, how.options.themes)
    texts = (*second.findings, *(to_client.findings if second.text else ()))
    result = replace(this.result, findings=(*findings, *texts, *said))
    read = files_read | _filed_files(folder, years) | {second.path.relative_to(folder).as_posix(): second.sha256}
    done = finish(folder, result, read, target, options, progress, pages)
    themes = how.options.themes
    files: dict[str, Contents] = {
        **done.files,
        **_diff_files(this, [*earlier, *later], second, themes, done.files["return.json"]),
        "client_letter.html": to_client.page,
        "review_sheet.html": review_sheet(this, result.findings, themes),
    }
    if second.text:
        keep(second)
        keep_words(to_client.words)
    said_of_run += write_out([(target, files)])
    written = tuple(target / name for name in sorted(files))
    return Amended(replace(done.prepared, written=written), this, later)


def _diff_files(
    this: YearAmended,
    others: Sequence[YearAmended],
    second: PartTwo,
    themes: Sequence[Path],
    return_json: Contents,
) -> dict[str, Contents]:
    """diff.json and diff.html, made while they are written; the first beside the other files where `return_json` is.

    A page by a firm's own template is made at once: where that is broken, nothing is kept or written.
    """

    def document() -> Iterator[bytes]:
        return indented(diff_document(this, others, second.text) | {"explanation_drafted": second.draft})

    def html() -> bytes:
        return diff_page(this, others, second.text, second.draft, themes)

    apart = isinstance(return_json, Pieces) and return_json.apart
    page: Contents = html() if themes else Pieces(lambda: iter((html(),)))
    return {"diff.json": Pieces(document, apart), "diff.html": page}


def _said_of(folder: Path, years: Mapping[int, YearAmended], year: int, how: AmendOptions) -> list[Finding]:
    """All that is to be said of an amended year and of those around it. Raises Refused with the errors, for forms."""
    this = years[year]
    findings = [*this.result.findings, *this.original.findings, *said_of_amending(this)]
    if any(finding.severity == "error" for finding in findings):
        if how.options.forms:
            raise Refused(findings)
        # What may not be filed can be looked at: lines and tables without forms.
        findings = [replace(f, severity="review") if f.severity == "error" else f for f in findings]
    later, earlier = (tuple(one for one in years.values() if sign * (one.year - year) > 0) for sign in (1, -1))
    findings += cascade_findings(this, later, earlier)
    findings += _not_locked(folder, year)
    return findings + old_returns(folder, rules_by_year(how.options.overlays, how.options.form_dirs)(0))


def _part_two(folder: Path, this: YearAmended) -> PartTwo:
    return part_two(folder, this.year, drafted_explanation(this))


def drafted_explanation(this: YearAmended) -> str:
    """Niner's own text for Part II of an amended year: the causes, and the lines that they move."""
    return explanation(this, _moved(this))


def explained(folder: Path, year: int, how: AmendOptions) -> PartTwo:
    """Part II of a year's Form 1040-X, as it is drafted today or was edited. Nothing is written. Raises Refused."""
    this = work_out_amended(folder, year, how)[0][year]
    if this.is_as_filed:
        says = f"The return for {year} stands as it was filed: there is nothing to explain."
        raise Refused([Finding("letter-none", "error", says, "It is for years that have to be amended.")])
    return _part_two(folder, this)


def letter_to_client(folder: Path, year: int, how: AmendOptions) -> Letter:
    """The letter that goes with an amended year, as drafted today or edited. Nothing is written. Raises Refused."""
    years, _ = work_out_amended(folder, year, how)
    others = [one for number, one in years.items() if number != year]
    return client_letter(folder, years[year], others, _said_of(folder, years, year, how), how.options.themes)


def said_of_amending(this: YearAmended) -> list[Finding]:
    """What is to be known of the amended year itself: its causes and times, what it costs, what goes with it."""
    return [*findings_of(this), *cost_findings(this, cost_of(this)), *companion_findings(this)]


def _refuse_wrong_choices(this: YearAmended, how: AmendOptions) -> None:
    """Raises Refused for a revision that is too old for the year, or more applied than is overpaid."""
    filed_on = this.original.filed.original.filed_on
    if filed_on is not None and how.as_of < filed_on:
        says = (
            f"The return for {this.year} was filed on {spoken(filed_on)}: it can't be amended on {spoken(how.as_of)}."
        )
        raise Refused([Finding("amend-day", "error", says, "Give --as-of a later day, or leave it out for today.")])
    oldest = str(this.result.rules.parameter("form_1040x_revision"))
    if this.revision < oldest:
        says = f"Form 1040-X Rev. {this.revision} can't amend {this.year}: it lacks lines that the year has."
        raise Refused([Finding("amend-revision-old", "error", says, f"Leave --revision out, or give {oldest}.")])
    if how.applied_cents > this.refund_cents:
        says = (
            f"{dollars_spoken(how.applied_cents)} can't be applied to estimated tax: "
            f"the amended return overpays {dollars_spoken(this.refund_cents)}."
        )
        raise Refused([Finding("amend-apply", "error", says, "Give --apply at most that.")])


def _has_rules(year: int, overlays: tuple[Path, ...]) -> bool:
    try:
        load_rules(year, overlays)
    except Refused:
        return False
    return True


def filed_findings(folder: Path, overlays: tuple[Path, ...]) -> list[Finding]:
    """What is wrong with the filed returns of a case, without working anything out anew.

    None of it stands in the way of a return of this year, so none is more than to be reviewed.
    """
    found: list[Finding] = []
    for year in filed_years(folder):
        if not _has_rules(year, overlays):
            continue
        try:
            found += [*_locks(folder, year), *read_original(folder, year, read_case(folder), load_rules(year)).findings]
        except Refused as refused:
            found += refused.findings
    return [replace(finding, severity="review") if finding.severity == "error" else finding for finding in found]


def _locks(folder: Path, year: int) -> list[Finding]:
    stems = [str(year), *(path.stem for path in entry_paths(folder, year))]
    return [finding for stem in stems for finding in changed_since_locked(folder, stem)]


def _not_locked(folder: Path, year: int) -> list[Finding]:
    """A review for each entry of an amended year that is not locked: what it says may not be what was filed."""
    stems = [str(year), *(path.stem for path in entry_paths(folder, year))]
    found = []
    for stem in stems:
        if not locked(folder, stem):
            says = f"filed/{stem}.yaml is not locked: if it is changed later, nothing tells."
            todo = f"Once it says what was filed, lock it: niner file FOLDER --year {year}"
            todo += f" --adjusted {stem.partition('-adjusted-')[2]}" if "-adjusted-" in stem else ""
            found.append(Finding("filed-not-locked", "review", says, todo, source=Source(f"filed/{stem}.yaml")))
    return found


def _deadline(original: Original, result: YearReturn, as_of: date) -> Deadline:
    filed = original.filed.original
    theirs = spouse_settled(result.case, original.year, original.figures.filing_status)
    prepaid = _prepaid(original, result) + theirs.paid
    return deadline(
        result.rules,
        as_of=as_of,
        filed_on=filed.filed_on,
        extended_to=filed.extended_to,
        on_paper=filed.filed_by == "paper",
        prepaid_cents=prepaid,
        payments=payments_of(original, result.rules),
        place=place_of(result.case, result.rules),
    )


def _prepaid(original: Original, result: YearReturn) -> int:
    """What counts as paid on 15 April, cents: what was truly withheld and paid ahead, whether or not the filed return
    had it, and the refundable credits that there are (IRC §6513(b) and §6401(b)(1)); as filed where it is not known.
    """
    now = result.lines.as_mapping()
    found = 0
    for name in ("withholding", "estimated_payments", "other_payments"):
        place = result.rules.place(name)
        known = all(line in now.get(place.form, {}) for line in place.lines)
        found += amount_at(now if known else original.lines, result.rules, name)
    return found


def _moved(this: YearAmended) -> dict[str, tuple[int, int]]:
    """The lines that the explanation names, by what they are, as filed and corrected.

    What is worked out from income is named where it is known how it moved.
    """
    rules = this.result.rules
    gain, other = rules.place("capital_gain").line, rules.place("other_payments").line
    names = {
        f"capital gain or (loss) (Form 1040, line {gain})": "capital_gain",
        "the taxable part of Social Security": "social_security_taxable",
        "the total of adjustments": "adjustments",
        "adjusted gross income": "agi",
        "the deduction": "deduction",
        "the qualified business income deduction": "qbi_deduction",
        "the deduction of Schedule 1-A": "schedule_1a_deduction",
        "the total of nonrefundable credits": "nonrefundable_credits",
        "the total of other taxes": "other_taxes",
        "total tax": "total_tax",
        "the earned income credit": "earned_income_credit",
        f"line {other} of Form 1040 (refundable credits and other payments)": "other_payments",
    }
    always = {"capital_gain", "agi", "total_tax", "earned_income_credit", "other_payments"}
    found = {}
    for name, place in names.items():
        where = rules.place(place)
        if place in always or any((where.form, line) in this.comparison.moved for line in where.lines):
            before = amount_at(this.original.lines, rules, place)
            found[name] = (before, this.comparison.after.get(where.at, before))
    return found


def _filed_files(folder: Path, years: Mapping[int, YearAmended]) -> dict[str, str]:
    paths = [path for year in years for path in (filed_path(folder, year), *entry_paths(folder, year))]
    return {path.relative_to(folder).as_posix(): sha256(read_bytes(path, YAML_BYTES)).hexdigest() for path in paths}


def diff_document(this: YearAmended, others: Sequence[YearAmended], text: str) -> dict[str, Any]:
    """diff.json: lines, dispositions, rules and elections, causes, the refund or bill, deadlines, other years."""
    filed = (this.original.document or {}).get("case", {})
    return {
        "tax_year": this.year,
        "as_of": this.deadline.as_of.isoformat(),
        **as_json(this.comparison),
        "rules": {
            "before": (this.original.document or {}).get("rules", {}).get("sha256"),
            "after": this.result.rules.sha256,
        },
        "elections": {
            "before": filed.get("elections"),
            "after": this.result.case.elections.model_dump(mode="json"),
        },
        "refund": dollars_text(this.refund_cents),
        "owed": dollars_text(this.owed_cents),
        "deadline": deadline_json(this.deadline),
        "cost": cost_json(this, cost_of(this)),
        "explanation": text,
        "years": [year_json(other) for other in sorted([this, *others], key=lambda y: y.year)],
    }


def deadline_json(found: Deadline) -> dict[str, Any]:
    """A deadline as plain data."""
    return {
        "open": found.open,
        "safe_day": found.safe_day.isoformat(),
        "last_day": found.last_day.isoformat(),
        "last_day_of_payments": found.last_day_of_payments and found.last_day_of_payments.isoformat(),
        "claim_by": found.claim_by.isoformat(),
        "claim_until": found.claim_until.isoformat(),
        "assessed_by": found.assessed_by.isoformat(),
        "long_assessed_by": found.long_assessed_by.isoformat(),
        "refund_limited_to": dollars_text(found.limit_cents),
        "by": found.claim.rule_id,
        "says": found.claim.says,
        "authority": found.claim.authority,
        "file_by": found.way.value,
        "filed_on": found.filed_on.isoformat(),
        "filed_on_known": found.filed_known,
        "postponed": [
            {"disaster": one.disaster, "until": one.ends.isoformat(), "authority": one.authority}
            for one in found.postponed
        ],
    }


def year_json(found: YearAmended) -> dict[str, Any]:
    """One year of the cascade as plain data."""
    filed = found.carried_as_filed
    short, long = found.result.carryover_out
    return {
        "year": found.year,
        "filed_return_is_wrong": found.differs,
        "refund": dollars_text(found.refund_cents),
        "owed": dollars_text(found.owed_cents),
        "carryover_out_filed": None
        if filed is None
        else {"short_term": dollars_text(filed[0]), "long_term": dollars_text(filed[1])},
        "carryover_out": {"short_term": dollars_text(short), "long_term": dollars_text(long)},
        "deadline": deadline_json(found.deadline),
        "cost": cost_json(found, cost_of(found)),
    }
