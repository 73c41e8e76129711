"""A year's return to a sheet of what goes on the forms that Niner did not fill: form, line, amount."""

from collections.abc import Collection, Sequence

from niner.dataclass import dataclass
from niner.money import dollars_printed
from niner.printing.unfilled import Unfilled
from niner.returns.year import YearReturn
from niner.shown.pages import plain_page
from niner.words.form_names import form_name, form_order, is_printed, line_label


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount to carry, and where it comes from."""

    form: str
    line: str
    amount: str
    why: str


# Forms whose lines a person has to enter somewhere; worksheets are kept, not filed.
_FILED = ("f1040", "f1040s1", "f1040s2", "f1040s3", "f1040sa", "f1040sc", "f1040sse", "f6251", "f8959", "f8960")


def entries(result: YearReturn, filled: Collection[str]) -> list[Entry]:
    """Every printed line worked out for a form that is not in the packet, in the form's order.

    The digital-asset question, on page 1 of Form 1040, comes first. Without figures of the return only lines that rest
    on the ledger or on losses carried in are given: the rest is not known.
    """
    found: list[Entry] = []
    if "f1040" not in filled:
        answer = "Yes" if result.digital_question.value == "yes" else "No"
        found.append(Entry("Form 1040", "Digital Assets question, page 1", answer, result.digital_question.says))
    lines = result.lines.as_mapping()
    for form in (form for form in _FILED if form not in filled and form not in result.not_attached):
        for line in sorted((line for line in lines.get(form, {}) if is_printed(line)), key=form_order):
            if result.case.return_ is not None or _rests_on_facts(result, form, line):
                found.append(_entry(result, form, line))
    return found


def _rests_on_facts(result: YearReturn, form: str, line: str) -> bool:
    """Whether a row of the ledger or a figure of the case stands behind a line."""
    waiting, seen = [(form, line)], set()
    while waiting:
        place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        for item in result.lines.trace(*place).inputs:
            if item.line is not None:
                waiting.append((item.line.form, item.line.line))
            elif item.value and (item.name == "routed" or item.name.startswith("case.")):
                return True
    return False


def _entry(result: YearReturn, form: str, line: str) -> Entry:
    trace = result.lines.trace(form, line)
    return Entry(form_name(form), line_label(form, line), dollars_printed(int(trace.value or 0)), trace.says)


def carry_sheet(result: YearReturn, filled: Collection[str], unfilled: Sequence[Unfilled] = ()) -> bytes:
    """The sheet as text; `filled` are the forms in the packet, `unfilled` those that are not, and why."""
    short, long = (dollars_printed(amount) for amount in result.carryover_out)
    return plain_page(
        "carry_sheet",
        "carry_sheet.txt.j2",
        name=result.case.name_on_forms,
        year=result.year,
        draft=result.rules.draft,
        entries=entries(result, filled),
        unfilled=[(form_name(one.form), one) for one in unfilled],
        short=short,
        long=long,
    )
