"""Lines of a form that were read to those that do not follow from one another, by the formulas of the year's rules."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from niner.forms import load_pack
from niner.money import dollars_spoken
from niner.rules import LineName, YearRules
from niner.rules.language.formula import UNKNOWN, Unknown, Value, evaluate
from niner.rules.language.values import Line, Reference
from niner.values import Finding
from niner.words.form_names import line_name

_OWN = "f1040"  # where it contradicts itself, the return is refused when it is locked
_SLACK_CENTS = 100  # a line rounded to dollars, for each line it comes from


def footing(lines: Mapping[str, Mapping[str, int | bool]], rules: YearRules, filing_status: str) -> Iterator[Finding]:
    """Each line of the schedules that is not what the rules make of the other lines, with both figures.

    A formula that needs anything but printed lines of the forms that were read says nothing.
    """
    boxes = {form: _boxes(form, rules.year) for form in lines}
    for name, line in rules.compiled.lines.items():
        if name.form == _OWN or not line.print or name.line not in lines.get(name.form, {}):
            continue
        given = lines[name.form][name.line]
        if isinstance(given, bool) or any(ref.kind in ("case", "routed") for ref in line.value.names.values()):
            continue
        wanted = _worked_out(line, lines, boxes, rules, filing_status)
        if isinstance(wanted, bool) or not isinstance(wanted, Fraction):
            continue
        slack = _SLACK_CENTS * max(1, len(line.value.names))
        cents = wanted * 100
        # Where a loss stands in printed parentheses, formulas may have it either way.
        if (
            min(abs(cents - given), abs(cents + given) if name.line in _losses(name.form, rules.year) else slack)
            < slack
        ):
            continue
        says = (
            f"{line_name(name.form, name.line)} is {dollars_spoken(given)} on the return, and the lines that it comes "
            f"from make {dollars_spoken(round(cents))}."
        )
        yield Finding("return-footing", "review", says, "See whether one of them was read wrong.", line.authority)


def _worked_out(
    line: Line,
    lines: Mapping[str, Mapping[str, int | bool]],
    boxes: Mapping[str, frozenset[str]],
    rules: YearRules,
    filing_status: str,
) -> Value:
    def look_up(reference: Reference) -> Value:
        if reference.kind == "parameter":
            value = rules.parameter(reference.name, filing_status)
            if isinstance(value, str):
                return value
            if isinstance(value, Decimal) or rules.compiled.parameters[reference.name].unit == "count":
                return Fraction(value)
            return Fraction(value, 100)
        if reference.line is None:
            return filing_status if reference.kind == "filing_status" else UNKNOWN
        return _line_value(reference.line, lines, boxes)

    for condition in (line.form_when, line.when):
        if condition is not None:
            holds = evaluate(condition, look_up)
            if isinstance(holds, Unknown) or not holds:
                return UNKNOWN
    return evaluate(line.value, look_up)


def _line_value(
    name: LineName, lines: Mapping[str, Mapping[str, int | bool]], boxes: Mapping[str, frozenset[str]]
) -> Value:
    """What was read on a line; an empty box of a form that was read is zero."""
    value = lines.get(name.form, {}).get(name.line)
    if value is None:
        return Fraction(0) if name.line in boxes.get(name.form, ()) else UNKNOWN
    return value if isinstance(value, bool) else Fraction(value, 100)


def _boxes(form: str, year: int) -> frozenset[str]:
    pages = load_pack(form, year).pages
    return frozenset(key for page in pages for key, field in page.fields.items() if field.kind == "money")


def _losses(form: str, year: int) -> frozenset[str]:
    pages = load_pack(form, year).pages
    return frozenset(key for page in pages for key, field in page.fields.items() if field.printed_parentheses)
