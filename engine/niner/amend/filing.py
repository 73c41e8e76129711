"""`niner file`: what was filed, written down and locked, and each later change of it as a further dated entry."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from niner.amend.comparing.documents import read_document
from niner.amend.filed.one_taxpayer import refuse_another
from niner.amend.filed.original import income_lines, original_of, read_original
from niner.amend.intake.account import Account
from niner.case import Case, read_case
from niner.case.filed import FORMS, FiledReturn, entry_paths, filed_path, filed_years, read_filed
from niner.case.folder import parse_document
from niner.case.locked import LOCKED_BY_NINER, changed_since_locked, half_locked, locked, refuse_half_locked
from niner.case.locking import lock, put_new, snapshot_files, stands
from niner.dataclass import dataclass
from niner.files.reading import YAML_BYTES, read_bytes
from niner.forms import load_pack
from niner.money import dollars_text
from niner.prepare import Options, work_out
from niner.printing.output import as_bytes, return_json
from niner.rules import YearRules, load_rules
from niner.run.one_run import one_run
from niner.shown.pages import templates
from niner.values import Finding, Refused, Source
from niner.words.form_names import form_order, is_printed
from niner.words.plain import path_text


@dataclass(frozen=True, slots=True)
class When:
    """When and how a return was filed, what was paid with it and what came back (None where that is not said)."""

    filed_on: date | None = None
    extended_to: date | None = None
    filed_by: str = ""
    paid_cents: int | None = None
    refunded_cents: int | None = None


@dataclass(frozen=True, slots=True)
class FiledAway:
    """What `niner file` wrote, whether it is locked, and what is to be known of it."""

    written: tuple[Path, ...]
    is_locked: bool
    findings: tuple[Finding, ...] = ()


def write_template(folder: Path, year: int) -> FiledAway:
    """The form to fill in by hand, with the year's own lines. Raises Refused where one is there already."""
    path = filed_path(folder, year)
    _put_form(path, template_text(read_case(folder), load_rules(year)).encode())
    return FiledAway((path,), False)


def template_text(case: Case, rules: YearRules, account: Account | None = None) -> str:
    """The text of the form to fill in, with the days and payments that an account transcript says."""
    year = rules.year
    known = {name.line: line.says for name, line in rules.compiled.lines.items() if name.form == "f1040"}
    return rendered(
        "filed.yaml.j2",
        year=year,
        account=account_words(account) if account else None,
        extension_line=rules.place("extension_payment").line,
        excess_line=rules.place("excess_social_security").line,
        income_line=income_lines(rules)[0].partition(".")[2],
        investment_tax_line=rules.place("investment_income_tax").line,
        filing_status=case.seen_from(year).taxpayer.filing_status,
        form_1040=[(line, known.get(line, "")) for line in _amounts("f1040", year)],
        schedule_d=_amounts("f1040sd", year),
    )


def _amounts(form: str, year: int) -> list[str]:
    """The lines of a form that take an amount, in the form's order."""
    fields = [field for page in load_pack(form, year).pages for field in page.fields.items()]
    return sorted({key for key, field in fields if field.kind == "money" and is_printed(key)}, key=form_order)


def account_words(account: Account) -> dict[str, Any]:
    """What an account says of a year, as an entry has it."""
    return {
        "filed_on": account.filed_on.isoformat() if account.filed_on else "",
        "extended_to": account.extended_to.isoformat() if account.extended_to else "",
        "payments": [(day.isoformat(), dollars_text(cents)) for day, cents in account.payments],
        "with_extension": dollars_text(account.paid_with_extension) if account.paid_with_extension else "",
    }


def file_return(folder: Path, year: int, when: When, source: Path | None, options: Options) -> FiledAway:
    """Lock a year: the file entered by hand, or Niner's own output for it. Raises Refused."""
    rules = load_rules(year, options.overlays)
    if half_locked(folder, str(year)):
        return _finished(folder, str(year), lambda document: _as_filed(document, when))
    if locked(folder, str(year)):
        lock(folder, str(year), {}, None, "")  # says that it is locked, and what to do instead
    if stands(filed_path(folder, year)):
        _refuse_errors(changed_since_locked(folder, str(year)))
        return lock_by_hand(folder, year, when, rules)
    place = (source or folder / "out" / str(year)) / "return.json"
    findings: list[Finding] = []
    if place.is_file():
        document = read_document(place)
        refuse_another(place, folder)
        findings += _other_ledger(folder, document, place)
    elif source is not None:
        says = f"There is no return.json in {source}."
        raise Refused([Finding("filed-source", "error", says, "Give the folder that niner prepare wrote.")])
    else:
        document = _worked_out(folder, year, options)
        says = f"Nothing had been prepared for {year}: the return as the ledger gives it today is locked as filed."
        todo = f"If it was filed otherwise, remove filed/{year} and filed/{year}.yaml and enter it with --template."
        findings.append(Finding("filed-today", "review", says, todo, source=Source(f"filed/{year}.yaml")))
    if document.get("tax_year") != year:
        says = f"{place} is for {document.get('tax_year')}, not for {year}."
        raise Refused([Finding("filed-year", "error", says, "Give the output of that year with --from.")])
    if "case" in document and document["case"].get("return") is None:
        says = f"The case has no figures of the rest of the return for {year}: only what Niner knows is locked."
        todo = (
            f"Before it is amended, remove filed/{year} and filed/{year}.yaml, give the rest under return in "
            "case.yaml, prepare it again and lock that; or enter the filed return with --template."
        )
        findings.append(Finding("filed-incomplete", "review", says, todo, source=Source(f"filed/{year}.yaml")))
    files = {"return.json": as_bytes(document), **_same_inputs(folder, document)}
    text = _as_filed(document, when).encode()
    parse_document(FiledReturn, text.decode(), f"filed/{year}.yaml")  # what is locked must be readable later
    sha = str(document.get("rules", {}).get("sha256", ""))
    return FiledAway(tuple(lock(folder, str(year), files, text, sha)), True, tuple(findings))


def _put_form(path: Path, form: bytes) -> None:
    """A form to fill in; one that nobody has filled in yet may be of a run that was broken off, and stays."""
    if not (path.is_file() and path.read_bytes() == form):
        put_new(path, form)


def filing_run(folder: Path, stem: str, act: Callable[[], FiledAway]) -> FiledAway:
    """`act` on the entry `stem`, alone on the case folder and told what a broken-off run had left. Raises Refused.

    Where such a run had locked the entry wholly before it was broken off, that is what it was run for.
    """
    with one_run(folder) as said:
        try:
            done = act()
        except Refused as refused:
            broken_off = any(f.id == "run-interrupted" and f.source == Source(f"filed/{stem}") for f in said)
            locked_now = [f.id for f in refused.findings] == ["filed-locked"] and not changed_since_locked(folder, stem)
            if not (broken_off and locked_now):
                raise Refused([*refused.findings, *said]) from None
            says = f"The run that was broken off had locked filed/{stem}.yaml already: nothing was left to do."
            found = Finding(
                "filed-finished", "review", says, "See that it is right.", source=Source(f"filed/{stem}.yaml")
            )
            done = FiledAway((folder / "filed" / f"{stem}.yaml",), True, (found,))
        return replace(done, findings=(*said, *done.findings))


def _finished(folder: Path, stem: str, entry: Callable[[Mapping[str, Any]], str]) -> FiledAway:
    """An entry whose locking was broken off, now beside its lock; `entry` makes it of the return kept with it."""
    kept = folder / "filed" / stem / "return.json"
    text = entry(read_document(kept)).encode() if kept.is_file() else None
    written = lock(folder, stem, {}, text, "")
    says = f"An earlier run had locked filed/{stem} and was broken off: filed/{stem}.yaml is now there as well."
    todo = "It stands as that run began it. See that the days and payments in it are right."
    found = Finding("filed-finished", "review", says, todo, source=Source(f"filed/{stem}.yaml"))
    return FiledAway(tuple(written), True, (found,))


def adjust(folder: Path, year: int, day: date) -> FiledAway:
    """A later change by the IRS: the form for it, or, once filled in, its lock. Raises Refused."""
    stem = f"{year}-adjusted-{day.isoformat()}"
    case, rules = read_case(folder), load_rules(year)
    _must_be_filed(folder, year)
    path = folder / "filed" / f"{stem}.yaml"
    filed_on = read_filed(folder, year).original.filed_on
    if filed_on is not None and day < filed_on:
        says = (
            f"A change of {day.isoformat()} lies before the return itself, which was filed on {filed_on.isoformat()}."
        )
        raise Refused([Finding("filed-day", "error", says, "Give the day of the change, as the notice has it.")])
    form = rendered("adjusted.yaml.j2", year=year, day=day.isoformat()).encode()
    if not stands(path) or path.read_bytes() == form:
        _put_form(path, form)
        return FiledAway((path,), False)
    original = read_original(folder, year, case, rules)
    _refuse_errors(original.findings)
    return FiledAway(tuple(lock(folder, stem, {}, None, rules.sha256)), True, original.findings)


def file_amended(folder: Path, year: int, day: date, source: Path | None, when: When | None = None) -> FiledAway:
    """Lock Niner's amended return as what stands from `day` on. Raises Refused.

    What was paid with it and what came back are what Form 1040-X says, unless `when` says otherwise: a bill may not
    have been paid, and a refund may have been denied or limited.
    """
    stem = f"{year}-adjusted-{day.isoformat()}"
    if half_locked(folder, stem):
        return _finished(folder, stem, lambda document: _as_amended(document, year, day, when))
    if locked(folder, stem):
        lock(folder, stem, {}, None, "")  # says that it is locked, and what to do instead
    _must_be_filed(folder, year)
    place = (source or folder / "out" / f"{year}-amended") / "return.json"
    if not place.is_file():
        says = f"There is no {place}: the amended return has not been made."
        todo = f"Make it first: niner amend {folder} --year {year}"
        raise Refused([Finding("filed-source", "error", says, todo)])
    document = read_document(place)
    refuse_another(place, folder)
    _made_from_what_stands(folder, year, day, document)
    text = _as_amended(document, year, day, when).encode()
    files = {"return.json": as_bytes(document), **_same_inputs(folder, document)}
    sha = str(document.get("rules", {}).get("sha256", ""))
    return FiledAway(tuple(lock(folder, stem, files, text, sha)), True)


def _as_amended(document: Mapping[str, Any], year: int, day: date, when: When | None = None) -> str:
    amended = document["lines"].get("f1040x", {})
    rules = load_rules(year)
    paid, back = (amended.get(rules.place(name).line, dollars_text(0)) for name in ("amended_owed", "amended_overpaid"))
    if when is not None and when.paid_cents is not None:
        paid = dollars_text(when.paid_cents)
    if when is not None and when.refunded_cents is not None:
        back = dollars_text(when.refunded_cents)
    head = [
        f"{LOCKED_BY_NINER}: the amended return as it was filed.",
        f"tax_year: {year}",
        f"adjusted_on: {day.isoformat()}",
        "by: taxpayer",
        "says: Form 1040-X",
        f'additional_tax_paid: "{paid}"',
        f'additional_refund: "{back}"',
    ]
    return "\n".join([*head, *_lines(document)]) + "\n"


def _made_from_what_stands(folder: Path, year: int, day: date, document: Mapping[str, Any]) -> None:
    """Raises Refused where the amended return was made before something that is filed now, or is older than it."""
    filed = read_filed(folder, year)
    days = [filed.original.filed_on, *(entry.adjusted_on for entry in filed.adjustments)]
    if any(known is not None and day <= known for known in days):
        says = f"The amended return can't have been filed on {day.isoformat()}: an entry of filed/ is as late or later."
        raise Refused([Finding("filed-day", "error", says, "Give the day on which the amended return was filed.")])
    inputs = document.get("inputs", {})
    paths = [filed_path(folder, year), *entry_paths(folder, year)]
    newer = [
        path.name
        for path in paths
        if inputs.get(f"filed/{path.name}") != sha256(read_bytes(path, YAML_BYTES)).hexdigest()
    ]
    if newer:
        says = f"The amended return was made without {', '.join(newer)}: it is not what corrects what is filed now."
        todo = f"Make it again: niner amend {folder} --year {year}"
        raise Refused([Finding("filed-source", "error", says, todo)])


def _must_be_filed(folder: Path, year: int) -> None:
    refuse_half_locked(folder, year)
    if year not in filed_years(folder):
        says = f"There is no filed/{year}.yaml yet, so there is nothing that could have changed since."
        todo = f"Lock the original return first: niner file {folder} --year {year}"
        raise Refused([Finding("filed-missing", "error", says, todo)])
    _refuse_errors(changed_since_locked(folder, str(year)))


def _refuse_errors(findings: tuple[Finding, ...] | list[Finding]) -> None:
    if any(finding.severity == "error" for finding in findings):
        raise Refused(list(findings))


def lock_by_hand(folder: Path, year: int, when: When, rules: YearRules) -> FiledAway:
    """Lock the entry that a person wrote or confirmed. Raises Refused where its lines contradict one another."""
    if when != When():
        says = f"filed/{year}.yaml is entered by hand: when and how it was filed stands in it."
        raise Refused([Finding("filed-by-hand", "error", says, "Write it there, and lock without those options.")])
    # A later change is looked at when it is locked itself.
    filed = replace(read_filed(folder, year), adjustments=(), snapshot=None)
    original = original_of(filed, None, read_case(folder), rules)
    _refuse_errors(original.findings)
    return FiledAway(tuple(lock(folder, str(year), {}, None, rules.sha256)), True, original.findings)


def _worked_out(folder: Path, year: int, options: Options) -> dict[str, Any]:
    result, ledgers = work_out(folder, replace(options, year=year))
    inputs = {"case.yaml": sha256(read_bytes(folder / "case.yaml", YAML_BYTES)).hexdigest(), **ledgers}
    return return_json(result, [], inputs, result.findings)


def _other_ledger(folder: Path, document: Mapping[str, Any], place: Path) -> list[Finding]:
    """Whether the case has moved on since the output was made."""
    now = {path_text(name): sha256(data).hexdigest() for name, data in snapshot_files(folder).items()}
    inputs = {name: digest for name, digest in document.get("inputs", {}).items() if not name.startswith("filed/")}
    changed = [name for name, digest in inputs.items() if now.get(name) != digest]
    changed += [name for name in now if name.startswith("ledger/") and name not in inputs]
    if not changed:
        return []
    says = f"{place.name} of {place.parent.name} was made before {', '.join(changed)} changed: it is locked as filed."
    todo = (
        "The ledger of that day is not kept with it, so a comparison can't tell new facts from new elections. "
        "With a copy of the case as it was: put it back, niner file, and then bring in what is new."
    )
    return [Finding("filed-other-ledger", "review", says, todo, source=Source(place.name))]


def _same_inputs(folder: Path, document: Mapping[str, Any]) -> dict[str, bytes]:
    """The case's files, if they are those that the return was made from."""
    inputs = {name: digest for name, digest in document.get("inputs", {}).items() if not name.startswith("filed/")}
    files = snapshot_files(folder)
    ledgers = {name for name in files if name.startswith("ledger/")}
    same = all(name in files and sha256(files[name]).hexdigest() == digest for name, digest in inputs.items())
    return files if same and ledgers <= inputs.keys() else {}


def _as_filed(document: Mapping[str, Any], when: When) -> str:
    carried = document["carryover_out"]
    head = [f"{LOCKED_BY_NINER}: the return as it was filed.", f"tax_year: {document['tax_year']}"]
    head += [f"filed_on: {when.filed_on.isoformat()}"] if when.filed_on else []
    head += [f"extended_to: {when.extended_to.isoformat()}"] if when.extended_to else []
    head += [f"filed_by: {when.filed_by}"] if when.filed_by else []
    case = document.get("case")
    head += [f"filing_status: {case['filing_status']}"] if case else []
    if when.paid_cents is not None:
        paid_on = when.filed_on or date(int(document["tax_year"]) + 1, 4, 15)
        row = f'{{paid_on: {paid_on.isoformat()}, amount: "{dollars_text(when.paid_cents)}"}}'
        head.append(f"payments: [{row if when.paid_cents else ''}]")
    head.append(f'carryover_out: {{short_term: "{carried["short_term"]}", long_term: "{carried["long_term"]}"}}')
    return "\n".join([*head, *_lines(document)]) + "\n"


def _lines(document: Mapping[str, Any]) -> list[str]:
    """The printed lines of the forms, as the filed file has them."""
    found = ["lines:"]
    for form in FORMS:
        lines = document["lines"].get(form, {})
        if lines:
            found += [f"  {form}:", *(f'    "{line}": "{value}"' for line, value in lines.items())]
    return found if len(found) > 1 else ["lines: {}"]


def rendered(template: str, **values: object) -> str:
    """A template of templates/filed as text; `values` are Niner's own, or can't end a line of YAML."""
    # YAML; the only values are Niner's own
    environment = templates("filed", keep_trailing_newline=True, trim_blocks=True)
    return environment.get_template(template).render(**values)
