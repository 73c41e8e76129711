"""The line keys of filed/*.yaml against the forms of the year: a key that no form has is an error, with the nearest."""

import re
from collections.abc import Iterable, Mapping

from niner.case.filed import Filed
from niner.forms import load_pack
from niner.rules import YearRules
from niner.values import Finding, Refused, Source
from niner.words.form_names import form_name
from niner.words.suggest import near

_BOX = re.compile(r"[A-L]\.[degh]")
_MOST_NAMED = 8


def unknown_lines(filed: Filed, rules: YearRules) -> list[Finding]:
    """An error for each line that the year's form does not have, so that no typed figure is lost without a word."""
    entries = [(f"filed/{filed.year}.yaml", filed.original.lines)]
    entries += [
        (f"filed/{filed.year}-adjusted-{entry.adjusted_on.isoformat()}.yaml", entry.lines)
        for entry in filed.adjustments
    ]
    return [
        _unknown(form, line, known, filed.year, name)
        for name, by_form in entries
        for form, lines in by_form.items()
        if (known := _keys(str(form), rules))
        for line in lines
        if line not in known and not (form == "f8949" and _BOX.fullmatch(line))
    ]


def _keys(form: str, rules: YearRules) -> Mapping[str, None]:
    """The lines of a form in the year, in the form's order; none where neither its rules nor its pack are known."""
    try:
        pack = load_pack(form, rules.year)
        printed: Iterable[str] = [key for page in pack.pages for key in page.fields]
    except (Refused, KeyError):
        printed = ()
    worked_out = [name.line for name in rules.compiled.lines if name.form == form]
    return dict.fromkeys([*printed, *worked_out])


def _unknown(form: str, line: str, known: Mapping[str, None], year: int, file: str) -> Finding:
    says = f"{form_name(form)} of {year} has no line {line}."
    alike = [key for key in known if re.findall(r"\d+", key) == re.findall(r"\d+", line) and re.search(r"\d", key)]
    guess = near(line, known) if len(line) > 2 else ""
    if guess:
        todo = f"Did you mean {guess}?"
    elif alike and len(alike) <= _MOST_NAMED:
        todo = f"It has {', '.join(alike)}: did you mean one of them?"
    else:
        todo = "Write the line as that year's form prints it."
    return Finding("filed-line-unknown", "error", says, todo, source=Source(file), value=line)
