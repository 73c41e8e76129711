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


def entries(result: YearReturn, filled: Collection[str]) -> list[Entry]:
    """What the digital assets put on forms that are not in the packet."""
    found: list[Entry] = []
    if "f1040" not in filled:
        line = result.capital_gain_line
        found.append(_entry(result, "f1040", line))
        answer = "Yes" if result.digital_question.value == "yes" else "No"
        found.append(Entry("Form 1040", "Digital Assets", answer, result.digital_question.says))
    for where in sorted({item.line for item in result.income if "." in item.line}):
        form, _, line = where.partition(".")
        if form not in filled:
            found.append(_entry(result, form, line))
    if "f1040s2" not in filled:
        found += [_entry(result, "f1040s2", line) for line in _from_other_forms(result)]
    return found


def _from_other_forms(result: YearReturn) -> list[str]:
    """Schedule 2's printed lines that rest on another form, by the rules: net investment income tax and the like."""
    return [
        line
        for line in result.lines.as_mapping().get("f1040s2", {})
        if any(item.line and item.line.form != "f1040s2" for item in result.lines.trace("f1040s2", line).inputs)
    ]


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
