"""A year's return to the few figures a person asks first: what each form says, what is saved, what carries on."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from niner.form_names import form_name
from niner.money import Cents, dollars_spoken, whole_cents
from niner.returns.sheets import listed
from niner.returns.unfilled import Unfilled
from niner.returns.worth import worth
from niner.returns.year import YearReturn


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of the closing table."""

    what: str
    says: str


def summary(result: YearReturn, pages: int, unfilled: Sequence[Unfilled] = ()) -> list[SummaryLine]:
    """The closing table of one return; `pages` of Form 8949 were filled (0: none was asked for).

    `unfilled` are the forms that are not in the packet: why, and what to do.
    """
    lines = result.lines.as_mapping()
    rows = listed(result.rows)
    found: list[SummaryLine] = []
    if rows:
        boxes = Counter(row.box for row in rows)
        counted = ", ".join(f"{n} in box {box}" for box, n in boxes.items())
        on = f" on {pages} page{'s' * (pages != 1)}" if pages else ""
        found.append(SummaryLine("Form 8949", f"{len(rows)} row{'s' * (len(rows) != 1)}{on}: {counted}"))
    else:
        found.append(SummaryLine("Form 8949", "not needed: nothing was disposed of that has to be listed"))
    for line, name in (("7", "net short-term"), ("15", "net long-term"), ("16", "both together")):
        amount = lines["f1040sd"].get(line, 0)
        found.append(SummaryLine(f"Schedule D line {line}", f"{dollars_spoken(int(amount))} {name}"))
    line = result.capital_gain_line
    found.append(SummaryLine(f"Form 1040 line {line}", dollars_spoken(int(result.lines.value("f1040", line) or 0))))
    by_line: defaultdict[str, Cents] = defaultdict(int)
    for item in result.income:
        by_line[item.line] += item.amount_cents
    for where, received in sorted(by_line.items()):
        form, _, number = where.partition(".")
        name = {"f1040s1": f"Schedule 1 line {number}", "f1040": f"Form 1040 line {number}"}.get(
            form, "Schedule C" if form == "schedule_c" else "Wages"
        )
        printed = int(result.lines.value(form, number) or 0) if number else whole_cents(received)
        found.append(SummaryLine(name, f"{dollars_spoken(printed)} received in digital assets"))
    if result.lines.known("f1040", "24"):
        tax, refund, owed = (int(result.lines.value("f1040", line) or 0) for line in ("24", "34", "37"))
        settled = f"refund {dollars_spoken(refund)}" if refund else f"owed {dollars_spoken(owed)}"
        found.append(SummaryLine("Total tax", f"{dollars_spoken(tax)}; {settled}"))
    brought = result.case.carried_in
    if brought.short_term or brought.long_term:
        says = _by_term(brought.short_term, brought.long_term)
        found.append(SummaryLine("Carried in", f"{says}, from {result.carried_from}"))
    found.append(SummaryLine("Used this year", _used(result)))
    value = worth(result)
    if value is not None:
        found += [SummaryLine("What it is worth" if not n else "", says) for n, says in enumerate(value.sentences())]
    short, long = result.carryover_out
    if short or long:
        found.append(SummaryLine(f"Carries to {result.year + 1}", _by_term(short, long)))
    else:
        found.append(SummaryLine(f"Carries to {result.year + 1}", "nothing"))
    found += [SummaryLine(f"{form_name(one.form)}, not filled", one.sentence) for one in unfilled]
    return found


def _by_term(short: int, long: int) -> str:
    named = ((short, "short-term"), (long, "long-term"))
    return " and ".join(f"{dollars_spoken(amount)} {name}" for amount, name in named if amount)


def _used(result: YearReturn) -> str:
    """In words: the losses that took away gains, and the part that comes off other income."""
    other = result.case.schedule_d
    amounts = [row.gain_cents for row in result.rows]
    amounts += [other.line_4, other.line_5, other.line_11, other.line_12, other.line_13]
    amounts += [int(result.lines.value("f1040sd", line) or 0) for line in ("6", "14")]
    offset = min(sum(max(amount, 0) for amount in amounts), -sum(min(amount, 0) for amount in amounts))
    deducted = -min(int(result.lines.value("f1040sd", "21") or 0), 0)
    used = int(result.lines.value("carryover", "4") or 0)
    parts = []
    if offset:
        parts.append(f"losses take {dollars_spoken(offset)} of gains out of tax")
    if deducted:
        part = f"{dollars_spoken(deducted)} comes off other income"
        if used < deducted:
            part += f", of which {dollars_spoken(used)} is used up, as taxable income is below zero"
        parts.append(part)
    return "; ".join(parts) or "there was no loss to use"
