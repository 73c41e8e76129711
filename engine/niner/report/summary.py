"""A year's return to the few figures a person asks first: what each form says, what is saved, what carries on."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from niner.dataclass import dataclass
from niner.money import Cents, dollars_spoken, round_to_dollar, whole_cents
from niner.printing.sheets import listed
from niner.printing.unfilled import Unfilled
from niner.returns.worth import worth
from niner.returns.year import YearReturn
from niner.words.form_names import form_name, line_name


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of the closing table."""

    what: str
    says: str


def summary(result: YearReturn, pages: int, unfilled: Sequence[Unfilled] = ()) -> list[SummaryLine]:
    """The closing table of one return; `pages` of Form 8949 were filled (0: none was asked for).

    `unfilled` are the forms that are not in the packet: why, and what to do.
    """
    rows = listed(result.rows)
    found: list[SummaryLine] = []
    if rows:
        boxes = Counter(row.box for row in rows)
        counted = ", ".join(f"{n:,} in box {box}" for box, n in boxes.items())
        on = f" on {pages:,} page{'s' * (pages != 1)}" if pages else ""
        found.append(SummaryLine("Form 8949", f"{len(rows):,} row{'s' * (len(rows) != 1)}{on}: {counted}"))
    else:
        found.append(SummaryLine("Form 8949", "not needed: nothing was disposed of that has to be listed"))
    for place, name in (("net_short_term", "net short-term"), ("net_long_term", "net long-term")):
        found.append(SummaryLine(_name(result, place), f"{dollars_spoken(result.amount(place))} {name}"))
    found.append(SummaryLine(_name(result, "net_gain"), f"{dollars_spoken(result.amount('net_gain'))} both together"))
    found.append(SummaryLine(_name(result, "capital_gain"), dollars_spoken(result.amount("capital_gain"))))
    by_line: defaultdict[str, Cents] = defaultdict(int)
    for item in result.income:
        by_line[item.line] += item.amount_cents
    for where, received in sorted(by_line.items()):
        form, _, number = where.partition(".")
        name = {"f1040s1": f"Schedule 1 line {number}", "f1040": f"Form 1040 line {number}"}.get(
            form, "Schedule C" if form == "schedule_c" else "Wages"
        )
        shown = whole_cents(received)  # the line may hold other income too
        if number and result.case.elections.rounding == "dollars":
            shown = round_to_dollar(shown)
        found.append(SummaryLine(name, f"{dollars_spoken(shown)} received in digital assets"))
    if result.lines.at(result.rules.place("total_tax")) is not None:
        tax, refund, owed = (result.amount(place) for place in ("total_tax", "overpaid", "owed"))
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


def _name(result: YearReturn, place: str) -> str:
    return line_name(*result.rules.place(place).at)


def _by_term(short: int, long: int) -> str:
    named = ((short, "short-term"), (long, "long-term"))
    return " and ".join(f"{dollars_spoken(amount)} {name}" for amount, name in named if amount)


def _used(result: YearReturn) -> str:
    """In words: the losses that took away gains, and the part that comes off other income."""
    other = result.case.schedule_d
    amounts = [row.printed.gain for row in result.rows]
    brought = ("short_term_elsewhere", "long_term_elsewhere")
    amounts += [getattr(other, f"line_{line}") for place in brought for line in result.rules.place(place).lines]
    amounts += [result.amount("short_term_carried_in"), result.amount("long_term_carried_in")]
    gains = sum([amount for amount in amounts if amount > 0])
    offset = min(gains, gains - sum(amounts))
    deducted, used = -min(result.amount("loss_allowed"), 0), result.amount("loss_used")
    parts = []
    if offset:
        parts.append(f"losses take {dollars_spoken(offset)} of gains out of tax")
    if deducted:
        part = f"{dollars_spoken(deducted)} comes off other income"
        if used < deducted:
            part += f", of which {dollars_spoken(used)} is used up, as taxable income is below zero"
        parts.append(part)
    return "; ".join(parts) or "there was no loss to use"
