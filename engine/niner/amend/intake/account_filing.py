"""`niner file --transcript FILE`: an account transcript to the entries of filed/ that follow from it, unlocked."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from niner.amend.filed.figures import LinesByForm
from niner.amend.filing import FiledAway, rendered, template_text
from niner.amend.intake.account import Account, Change, account_of
from niner.amend.intake.transcript import Transcript, read_transcript
from niner.case import read_case
from niner.case.filed import FiledReturn, filed_path
from niner.case.folder import parse_document
from niner.case.locked import changed_since_locked, locked, refuse_half_locked
from niner.case.locking import put_new, stands
from niner.files.reading import YAML_BYTES, Unreadable, read_text
from niner.money import dollars_spoken, dollars_text
from niner.prepare import Options
from niner.rules import YearRules, load_rules
from niner.values import Finding, Refused, Source
from niner.words.plain import path_text, without_ssn


def read_account_transcript(source: Path, year: int | None) -> Transcript:
    """The transcript in the text file `source`. Raises Refused, also where it is of another year than asked for."""
    name = without_ssn(path_text(source.name))
    try:
        text = read_text(source, YAML_BYTES)
    except Unreadable as problem:
        says = f"{name} can't be read: {problem.why}."
        todo = problem.todo or "Give the account transcript as a text file."
        raise Refused([Finding("transcript-unreadable", "error", says, todo)]) from None
    if text.startswith("%PDF"):
        says = f"{name} is a PDF."
        todo = "Open it, save it or copy it as text with one transaction a line, and give that file."
        raise Refused([Finding("transcript-unreadable", "error", says, todo)])
    transcript = read_transcript(text, name)
    if year is not None and transcript.year != year:
        says = f"{name} is of {transcript.year}, not of {year}."
        raise Refused([Finding("transcript-year", "error", says, "Give the transcript of that year.")])
    return transcript


def file_from_transcript(folder: Path, transcript: Transcript, options: Options) -> FiledAway:
    """Write what the account says: the entry of the year where there is none, and each later change. Raises Refused.

    Nothing that is there is written over, and nothing is locked: which lines changed stands in the notices.
    """
    year = transcript.year
    refuse_half_locked(folder, year)
    case, rules = read_case(folder), load_rules(year, options.overlays)
    entry = _entry(folder, year)
    lines: LinesByForm | None = {str(form): those for form, those in entry.lines.items()} if entry else None
    account = account_of(transcript, case, rules, lines)
    findings = list(account.findings)
    written: list[Path] = []
    path = filed_path(folder, year)
    unlisted: Sequence[tuple[date, int]] = ()
    if entry is None:
        put_new(path, template_text(case, rules, account).encode())
        written.append(path)
    else:
        findings += changed_since_locked(folder, str(year)) if locked(folder, str(year)) else []
        unlisted, said = _payments_compared(entry, account)
        findings += said
        findings += _days_compared(entry, account)
    made, said = write_changes(folder, with_payments(account, unlisted), rules)
    return FiledAway((*written, *made), False, (*findings, *said))


def _entry(folder: Path, year: int) -> FiledReturn | None:
    """The year's entry as it stands, locked or not. Raises Refused where it can't be read."""
    path, name = filed_path(folder, year), f"filed/{year}.yaml"
    if not stands(path):
        return None
    try:
        return parse_document(FiledReturn, read_text(path, YAML_BYTES), name)
    except Unreadable as problem:
        says = f"{name} can't be read: {problem.why}."
        raise Refused([Finding("filed-unreadable", "error", says, problem.todo, source=Source(name))]) from None


def _payments_compared(entry: FiledReturn, account: Account) -> tuple[list[tuple[date, int]], list[Finding]]:
    """The payments that the account has and the entry has not, and what is to be said of either's own."""
    theirs, ours = list(account.payments), [(p.paid_on, p.amount) for p in entry.payments or ()]
    for payment in ours[:]:
        if payment in theirs:
            ours.remove(payment)
            theirs.remove(payment)
    source = Source(f"filed/{account.year}.yaml")
    said = []
    for day, cents in theirs:
        says = (
            f"The account has a payment of {dollars_spoken(cents)} on {day.isoformat()} that the entry does not have."
        )
        todo = "Add it to payments, or, where the entry is locked, to additional_tax_paid of a later change."
        said.append(Finding("transcript-payment", "review", says, todo, amount_cents=cents, source=source))
    for day, cents in ours:
        says = (
            f"The entry has a payment of {dollars_spoken(cents)} on {day.isoformat()} that the account does not have."
        )
        todo = "See whether it was for another year, bounced, or includes interest or a penalty."
        said.append(Finding("transcript-payment", "review", says, todo, amount_cents=cents, source=source))
    return theirs, said


def _days_compared(entry: FiledReturn, account: Account) -> list[Finding]:
    source = Source(f"filed/{account.year}.yaml")
    pairs = [("filed_on", entry.filed_on, account.filed_on), ("extended_to", entry.extended_to, account.extended_to)]
    return [
        Finding(
            "transcript-day",
            "review",
            f"{name} is {ours.isoformat() if ours else 'empty'} in the entry, and {theirs.isoformat()} on the account.",
            "See which is right: the time to claim a refund depends on it.",
            source=source,
        )
        for name, ours, theirs in pairs
        if theirs is not None and ours != theirs
    ]


def with_payments(account: Account, unlisted: Sequence[tuple[date, int]]) -> Account:
    """The account with payments that the entry lacks among its changes: each with the last change before it."""
    changes = list(account.changes)
    for day, cents in unlisted:
        places = [place for place, change in enumerate(changes) if change.day <= day] or [0]
        if changes:
            changes[places[-1]] = replace(changes[places[-1]], paid=changes[places[-1]].paid + cents)
    return replace(account, changes=tuple(changes))


def write_changes(folder: Path, account: Account, rules: YearRules) -> tuple[list[Path], list[Finding]]:
    """An entry for each later change that has none yet, not locked: the lines that moved are still to be added."""
    written, said = [], []
    for change in account.changes:
        stem = f"{account.year}-adjusted-{change.day.isoformat()}"
        path = folder / "filed" / f"{stem}.yaml"
        where = Source(f"filed/{stem}.yaml")
        if stands(path):
            says = f"filed/{stem}.yaml is there already, and was not written over."
            said.append(Finding("filed-exists", "note", says, source=where))
            continue
        put_new(path, _change_text(change, account, rules).encode())
        written.append(path)
        day = change.day.isoformat()
        says = f"The account was changed on {day}: total tax is {dollars_spoken(change.total_tax)} since."
        todo = "Add the lines that changed from that day's notice, then lock it: "
        todo += f"niner file {folder} --year {account.year} --adjusted {day}"
        said.append(Finding("transcript-change", "review", says, todo, source=where))
    return written, said


def _change_text(change: Change, account: Account, rules: YearRules) -> str:
    line = rules.place("total_tax").line
    return rendered(
        "changed.yaml.j2",
        file=account.file,
        year=account.year,
        day=change.day.isoformat(),
        by=change.by,
        says=json.dumps(change.says, ensure_ascii=False),
        paid=f'"{dollars_text(change.paid)}"' if change.paid else "",
        refunded=f'"{dollars_text(change.refunded)}"' if change.refunded else "",
        line=line,
        total_tax=dollars_text(change.total_tax),
        words=rules.words().get("f1040", {}).get(line, ""),
    )
