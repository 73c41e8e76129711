"""Forms and lines by the names people know: `f1040sd` and `10.h` to “Schedule D line 10, column (h)”."""

import re
from collections.abc import Iterable

FORMS = {
    "f1040": "Form 1040",
    "f1040s1": "Schedule 1",
    "f1040s1a": "Schedule 1-A",
    "f1040s2": "Schedule 2",
    "f1040s3": "Schedule 3",
    "f1040sa": "Schedule A",
    "f1040sb": "Schedule B",
    "f1040sc": "Schedule C",
    "f1040sd": "Schedule D",
    "f1040sse": "Schedule SE",
    "f1040x": "Form 1040-X",
    "f6251": "Form 6251",
    "f8275": "Form 8275",
    "f8949": "Form 8949",
    "f8959": "Form 8959",
    "f8960": "Form 8960",
    "f8995": "Form 8995",
    "f1040s8812": "Schedule 8812",
    "f8880": "Form 8880",
    "f8962": "Form 8962",
    "schedule_c": "Schedule C",
    "carryover": "Capital Loss Carryover Worksheet",
    "qdcg": "Qualified Dividends and Capital Gain Tax Worksheet",
    "sdtw": "Schedule D Tax Worksheet",
    "feitw": "Foreign Earned Income Tax Worksheet",
    "feitw_amt": "Foreign Earned Income Tax Worksheet of Form 6251",
    "foreign_income": "Income left out as earned abroad",
    "tax_line": "Which tax worksheet applies",
    "amt_gains": "Gains as Form 6251 takes them",
    "amt_most": "The most that alternative minimum tax can be",
    "review_figures": "Figures that call for a look",
}
_CAPITALS = re.compile(r"\b(?:eic|ira|qbi)\b", re.IGNORECASE)
_PRINTED = re.compile(r"(\d+[a-z]{0,2})(?:\.([a-h]))?", re.ASCII)


def form_name(form: str) -> str:
    """A form's name as people know it; a name of the rules' own is given in words."""
    return FORMS.get(form) or _CAPITALS.sub(lambda short: short[0].upper(), form.replace("_", " ").capitalize())


def form_called(said: str, known: Iterable[str]) -> str:
    """The form of `known` that a person means by `Schedule D`, `form 8960` or `8960`; else what was said."""
    plain = _bare(said)
    return next((form for form in known if plain in (_bare(form), _bare(form_name(form)))), said)


def _bare(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name.casefold()).removeprefix("form")


def is_printed(line: str) -> bool:
    """Whether `line` is a line that the form prints, and not a figure on the way to one."""
    return _PRINTED.fullmatch(line) is not None


def line_label(form: str, line: str, says: str = "") -> str:
    """A line as the form prints it, `line 10, column (h)`; a figure on the way to one by the rule's words."""
    found = _PRINTED.fullmatch(line)
    if found is None:
        if form == "f8949":
            box, _, column = line.partition(".")
            return f"box {box}, column ({column})" if column else f"box {box}"
        return says.rstrip(".") or line.replace("_", " ").replace(".", ", ")
    number, column = found.groups()
    if column is None:
        return f"line {number}"
    return f"line {number}, column {column.upper() if form == 'f1040x' else f'({column})'}"


def line_name(form: str, line: str, says: str = "") -> str:
    """Form and line in one: “Schedule D line 10, column (h)”, or “Form 1040: …” in the rule's words."""
    label = line_label(form, line, says)
    return f"{form_name(form)}{' ' if label.startswith(('line ', 'box ')) else ': '}{label}"


def form_order(line: str) -> tuple[int, str, str]:
    """A sort key that puts lines in the order the form prints them; figures that are not printed come last."""
    found = _PRINTED.fullmatch(line)
    if found is None:
        return 10**6, line, ""
    number, column = found.groups()
    digits = re.match(r"\d+", number, re.ASCII)
    assert digits is not None
    return int(digits[0]), number[digits.end() :], column or ""


def routed_name(where: str) -> str:
    """The line that a rule sends an amount to, `f1040s1.8v`, by name; a place that is no line in words."""
    form, dot, line = where.partition(".")
    return line_name(form, line) if dot and line else form_name(form)


_FIRST = ("f1040", "f1040s1", "f1040s2", "f1040s3", "f1040sd")


def page_order(form: str, line: str) -> tuple[int, str, tuple[int, str, str]]:
    """A sort key for lines of several forms: Form 1040 and its schedules first, each in the form's own order."""
    return (_FIRST.index(form) if form in _FIRST else len(_FIRST)), form, form_order(line)
