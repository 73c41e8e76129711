"""A year's return to a sheet of what goes on the forms that Niner did not fill: form, line, amount."""

from collections.abc import Collection
from dataclasses import dataclass

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from niner.money import dollars_text
from niner.report.explain import form_name
from niner.resources import room
from niner.returns.year import YearReturn


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount to carry, and where it comes from."""

    form: str
    line: str
    amount: str
    why: str


# Forms whose lines a person has to enter somewhere; worksheets are kept, not filed.
_FILED = ("f1040", "f1040s1", "f1040s2", "schedule_se", "f8959", "f8960")


def entries(result: YearReturn, filled: Collection[str]) -> list[Entry]:
    """Every line worked out for a form that is not in the packet, and the digital-asset question."""
    found: list[Entry] = []
    lines = result.lines.as_mapping()
    for form in (form for form in _FILED if form not in filled):
        found += [_entry(result, form, line) for line in lines.get(form, {})]
    if "f1040" not in filled:
        answer = "Yes" if result.digital_question.value == "yes" else "No"
        found.append(Entry("Form 1040", "Digital Assets", answer, result.digital_question.says))
    return found


def _entry(result: YearReturn, form: str, line: str) -> Entry:
    trace = result.lines.trace(form, line)
    return Entry(form_name(form), f"line {line}", dollars_text(int(trace.value or 0)), trace.says)


def carry_sheet(result: YearReturn, filled: Collection[str]) -> bytes:
    """The sheet as text; `filled` are the forms in the packet."""
    environment = Environment(  # plain text: nothing to escape
        loader=FileSystemLoader(room("templates") / "carry_sheet"),
        autoescape=False,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    short, long = (dollars_text(amount) for amount in result.carryover_out)
    text = environment.get_template("carry_sheet.txt.j2").render(
        name=result.case.name_on_forms,
        year=result.year,
        draft=result.rules.draft,
        entries=entries(result, filled),
        short=short,
        long=long,
    )
    return text.encode()
