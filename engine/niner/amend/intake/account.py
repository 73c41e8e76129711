"""Turns an account transcript into what the entries of filed/ say: days, payments, changes, and contradictions."""

import re
from collections.abc import Iterator
from datetime import date

from niner.amend.filed.figures import LinesByForm, amount, amount_at
from niner.amend.intake.transcript import Transaction, Transcript, code_table, day_of
from niner.case import Case
from niner.dataclass import dataclass
from niner.money import dollars_spoken
from niner.rules import YearRules
from niner.values import Finding, Refused, Source
from niner.words.form_names import line_name

_FORM = "f1040"
_EXTENDED = re.compile(r"\b\d{2}-\d{2}-\d{4}\b")


@dataclass(frozen=True, slots=True)
class Change:
    """A later change of the year on the account: its day, total tax from then on, and what was paid and refunded."""

    day: date
    says: str
    by: str
    total_tax: int
    paid: int
    refunded: int


@dataclass(frozen=True, slots=True)
class Account:
    """What the account says of a year. Cents; `payments` are of tax alone, oldest first."""

    file: str
    year: int
    filed_on: date | None
    extended_to: date | None
    payments: tuple[tuple[date, int], ...]
    paid_with_extension: int
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]


def account_of(transcript: Transcript, case: Case, rules: YearRules, lines: LinesByForm | None) -> Account:
    """The account in a transcript; `lines` are those of the return as filed, where they are known.

    Raises Refused where it is somebody else's.
    """
    where = Source(transcript.file)
    ours = [case.taxpayer, *([case.spouse] if case.spouse else [])]
    digits = {re.sub(r"\D", "", person.ssn.get_secret_value())[-4:] for person in ours}
    if transcript.last_digits and transcript.last_digits not in digits:
        says = "The last digits of the number on the transcript are not those in case.yaml."
        todo = "Give this taxpayer's transcript, or correct the number in case.yaml."
        raise Refused([Finding("transcript-of-another", "error", says, todo, source=where)])
    due = date.fromisoformat(str(rules.parameter("due_date")))
    found: list[Finding] = [*transcript.findings]
    paid, codes = list(_kept_payments(transcript, found)), code_table().codes
    extended = _extended_to(transcript)
    with_extension = [one for one in paid if extended and one.day <= due and not codes[one.code].with_return]
    if lines and lines.get(_FORM) and not amount_at(lines, rules, "extension_payment"):
        with_extension = []  # the return did not claim them on Schedule 3, so they count among its payments
    paid = [one for one in paid if one not in with_extension]
    changes = _changes(transcript, rules)
    extension = -sum(one.cents for one in with_extension)
    payments = tuple(_of_tax(paid, extension, transcript, found))
    found += _against_the_return(transcript, rules, lines, extension)
    found += _open_points(transcript)
    received = transcript.received if transcript.received and transcript.received > due else None
    if received is None:
        says = f"The account does not say on which day by {due.isoformat()} the return came in."
        found.append(Finding("transcript-filed-on", "note", says, "Write the day of filing in the entry: filed_on."))
    return Account(transcript.file, transcript.year, received, extended, payments, extension, changes, tuple(found))


def _kept_payments(transcript: Transcript, found: list[Finding]) -> list[Transaction]:
    """The payments that stood: one that was taken back goes with the code that took it back."""
    table = code_table().codes
    kept = transcript.of("paid")
    for undo in transcript.of("paid_undone"):
        of = table[undo.code].undoes
        same = [one for one in kept if one.code in of and -one.cents == undo.cents and one.day <= undo.day]
        if same:
            kept.remove(same[-1])
            continue
        says = (
            f"Code {undo.code} takes back {dollars_spoken(undo.cents)} on {undo.day.isoformat()}, "
            "and there is no payment of that amount before it."
        )
        todo = "See which payment it corrects, and correct payments in the entry."
        found.append(Finding("transcript-undone", "review", says, todo, source=Source(transcript.file, undo.row)))
    return kept


def _extended_to(transcript: Transcript) -> date | None:
    """The day that an extension ran to, which stands in the transcript's words beside its code."""
    days = [day_of(text) for one in transcript.of("extension") for text in _EXTENDED.findall(one.says)]
    return max((day for day in days if day is not None), default=None)


def _of_tax(
    paid: list[Transaction], ahead: int, transcript: Transcript, found: list[Finding]
) -> list[tuple[date, int]]:
    """What of each payment was for tax, as the account stood on its day; `ahead` is what had been paid before.

    A payment is for tax first, then for penalties, then for interest (Rev. Proc. 2002-26, section 3.02). What is more
    than all of that is paid ahead, as tax.
    """
    tax = sum(one.cents for one in transcript.of("tax_filed", "withheld", "estimated", "credit")) - ahead
    charges = gone = 0
    kept: list[tuple[date, int]] = []
    moves = [*transcript.of("tax_changed", "charge", "paid_charge"), *paid]
    for one in sorted(moves, key=lambda move: (move.day, move in paid)):
        if one.means == "tax_changed":
            tax += one.cents
        elif one not in paid:
            charges += one.cents
        else:
            cents = -one.cents
            for_charges = min(cents - min(cents, max(tax, 0)), max(charges, 0))
            charges, tax, gone = charges - for_charges, tax - (cents - for_charges), gone + for_charges
            kept += [(one.day, cents - for_charges)] if cents > for_charges else []
    if gone:
        says = f"{dollars_spoken(gone)} of the payments went to penalties and interest, which are no tax paid."
        todo = "It is left out of payments; see that this is right, and correct them in the entry if not."
        authority = code_table().payments_are_for
        found.append(Finding("transcript-charges", "review", says, todo, authority, gone, Source(transcript.file)))
    return kept


def _changes(transcript: Transcript, rules: YearRules) -> tuple[Change, ...]:
    """Each day on which tax was changed, with the refunds that followed it."""
    changed = [one for one in transcript.of("tax_changed") if one.cents]
    days = sorted({one.day for one in changed})
    amended = [one.day for one in transcript.of("amended")]
    before = sum(one.cents for one in transcript.of("tax_filed"))
    found = []
    for place, day in enumerate(days):
        until = days[place + 1] if place + 1 < len(days) else date.max
        total = before + sum(one.cents for one in changed if one.day <= day)
        refunds = [one for one in transcript.of("refund", "refund_undone") if day <= one.day < until]
        interest = [one for one in transcript.of("interest_allowed") if day <= one.day < until]
        back = sum(one.cents for one in refunds) + sum(one.cents for one in interest) if refunds else 0
        words = ", ".join(dict.fromkeys(f"{one.code} {one.says}" for one in changed if one.day == day))
        by = "taxpayer" if any(one <= day for one in amended) else "irs"
        found.append(Change(day, f"Account transcript: {words}", by, total, 0, max(back, 0)))
    return tuple(found)


def _against_the_return(
    transcript: Transcript, rules: YearRules, lines: LinesByForm | None, extension: int
) -> Iterator[Finding]:
    """Figures that the account has otherwise than the return as filed."""
    if not lines or not lines.get(_FORM):
        return
    table = code_table().lines
    extension_form, extension_line = rules.place("extension_payment").at
    changed = any(one.cents for one in transcript.of("tax_changed"))

    def total(*means: str) -> int:
        return -sum(one.cents for one in transcript.of(*means))

    named = transcript.named if not changed else {}
    pairs = [
        (*rules.place("total_tax").at, -total("tax_filed"), bool(transcript.of("tax_filed"))),
        (_FORM, table["withheld"], total("withheld"), True),
        (_FORM, table["estimated"], total("estimated"), True),
        (*rules.place("agi").at, named.get("agi", 0), "agi" in named),
        (_FORM, table["taxable_income"], named.get("taxable_income", 0), "taxable_income" in named),
        (extension_form, extension_line, extension, extension_form in lines or extension > 0),
    ]
    for form, line, theirs, known in pairs:
        ours = amount(lines, form, line)
        # The IRS keeps cents that a return in whole dollars does not have.
        if known and abs(ours - theirs) >= 100:
            says = (
                f"{line_name(form, line)} is {dollars_spoken(ours)} on the return, and the account has "
                f"{dollars_spoken(theirs)}."
            )
            todo = "See whether the IRS corrected it when it took the return in, or a figure of the entry is wrong."
            yield Finding(
                "transcript-differs", "review", says, todo, amount_cents=theirs - ours, source=Source(transcript.file)
            )


def _open_points(transcript: Transcript) -> Iterator[Finding]:
    """What is going on at the IRS, and what is no change of tax."""
    table = code_table().codes
    for one in transcript.of("open", "amended", "refund_taken", "taken_out"):
        says = f"{table[one.code].says}: code {one.code} of {one.day.isoformat()}, “{one.says}”."
        todo = {
            "amended": "If it is settled, its change is among the entries; if not, wait for it before amending again.",
            "open": "See whether it is still so before amending.",
        }.get(one.means, "It is no tax; see that the refund in the entry is right.")
        yield Finding("transcript-open", "review", says, todo, source=Source(transcript.file, one.row))
    for one in transcript.of("told"):
        says = f"{table[one.code].says}: code {one.code} of {one.day.isoformat()}, “{one.says}”."
        yield Finding("transcript-told", "note", says, source=Source(transcript.file, one.row))
    for one in transcript.of("tax_changed"):
        if not one.cents:
            says = f"Code {one.code} of {one.day.isoformat()} changed no tax."
            yield Finding("transcript-told", "note", says, source=Source(transcript.file, one.row))
