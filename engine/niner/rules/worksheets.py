"""Turns a case's figures and the totals that decisions routed to lines into every line of every form."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import cast

from niner.dataclass import dataclass
from niner.money import round_to_dollar
from niner.rules.language.formula import UNKNOWN, Unknown, Value, evaluate
from niner.rules.language.suggest import suggestion
from niner.rules.language.values import FILING_STATUSES, CaseInput, Formula, Line, LineName, Parameter, Place, Reference
from niner.values import Finding, Refused, Source


@dataclass(frozen=True)
class WorksheetInputs:
    """What the worksheets start from: money in cents, None where the case does not say.

    `case` holds the figures declared in facts.yaml (an absent one takes its declared default, or is unknown);
    `routed` the totals that decisions sent to lines: form → line → cents.
    """

    filing_status: str
    case: Mapping[str, int | bool | None]
    routed: Mapping[str, Mapping[str, int]]
    whole_dollars: bool = False  # the return elects whole dollars: lines add cents, and what is printed is rounded


@dataclass(frozen=True)
class Input:
    """One name a line was computed from: as written, its value (money in cents, None unknown), the line it is."""

    name: str
    value: int | bool | str | Decimal | None
    line: LineName | None


@dataclass(frozen=True)
class Trace:
    """Why a line has its value: the rule's words and authority, the formula, and what the formula looked up."""

    form: str
    line: str
    value: int | bool | None
    blank: bool
    says: str
    authority: str
    source: Source
    formula: str
    inputs: tuple[Input, ...]
    with_cents: int | bool | None = None
    """The value that other lines add; it differs where the return is printed in whole dollars."""


@dataclass(frozen=True)
class _Result:
    """A line's value to the cent; what is printed may be rounded further."""

    value: int | bool | None
    blank: bool
    inputs: Mapping[str, "_Seen"]


_Shown = int | bool | str | Decimal | None
"""A value as traces show it: cents, yes/no, a word, a rate, or None where unknown."""
_Seen = tuple[_Shown, LineName | None]
"""What a formula saw under a name, and the line it is."""


class Lines:
    """Every line of one return. A blank line counts as 0 (or no); an unknown one is None."""

    def __init__(
        self, lines: Mapping[LineName, Line], worked: Mapping[LineName, _Result], inputs: WorksheetInputs
    ) -> None:
        self._lines = dict(lines.items())
        self._worked = worked
        self._inputs = inputs
        self._results = {
            name: _Result(0, True, worked[name].inputs)
            if line.row and _row_is_blank(line, worked, inputs)
            else worked[name]
            for name, line in self._lines.items()
        }

    @property
    def names(self) -> tuple[LineName, ...]:
        """Every line there is, printed or not."""
        return tuple(self._results)

    @property
    def inputs(self) -> WorksheetInputs:
        """What the lines started from."""
        return self._inputs

    def value(self, form: str, line: str) -> int | bool | None:
        """What is printed: cents, or True/False for a yes/no line; None where unknown. A blank amount is 0, a blank
        yes/no None."""
        name = self._name(form, line)
        return None if self._results[name].blank and self._lines[name].is_yes_no else self._printed(name)

    def _printed(self, name: LineName) -> int | bool | None:
        value = self._results[name].value
        if value is None or isinstance(value, bool) or not (self._inputs.whole_dollars and self._lines[name].print):
            return value
        return round_to_dollar(value)

    def at(self, place: Place) -> int | None:
        """What is printed on the lines of a place together, cents; None where one is unknown."""
        values = [self.value(place.form, line) for line in place.lines]
        return None if None in values else sum(int(value or 0) for value in values)

    def taken(self, name: str) -> int | bool | None:
        """What a field is taken from, named as formulas name it: f1040sd.L21, case.wages. None where unknown."""
        form, _, line = name.partition(".")
        return self._inputs.case.get(line) if form == "case" else self.value(form, line.removeprefix("L"))

    def known(self, form: str, line: str) -> bool:
        return self._results[self._name(form, line)].value is not None

    def blank(self, form: str, line: str) -> bool:
        """Whether the form's own instructions leave the line empty."""
        return self._results[self._name(form, line)].blank

    def as_mapping(self) -> Mapping[str, Mapping[str, int | bool]]:
        """What is printed: form → line → value, without blank, unknown and unprinted lines."""
        return self._as_mapping

    @cached_property
    def _as_mapping(self) -> Mapping[str, Mapping[str, int | bool]]:
        printed: dict[str, dict[str, int | bool]] = {}
        for name, result in self._results.items():
            value = self._printed(name)
            if value is not None and not result.blank and self._lines[name].print:
                printed.setdefault(name.form, {})[name.line] = value
        return printed

    def trace(self, form: str, line: str) -> Trace:
        """The derivation of one line; follow `inputs` with a `line` for the next step."""
        name = self._name(form, line)
        rule, result = self._lines[name], self._results[name]
        return Trace(
            form,
            line,
            self.value(form, line),
            result.blank,
            rule.says,
            rule.authority,
            rule.source,
            rule.value.text,
            tuple(Input(name, *seen) for name, seen in result.inputs.items()),
            result.value,
        )

    def _name(self, form: str, line: str) -> LineName:
        name = LineName(form, line)
        if name not in self._results:
            raise _refused(
                "rules.unknown-line",
                f"There is no line {line} on {form} in this year.",
                suggestion(str(name), map(str, self._results)),
                str(name),
            )
        return name


def _refused(id: str, says: str, todo: str, value: str) -> Refused:
    return Refused([Finding(id, "error", says, todo, value=value)])


def evaluate_lines(
    lines: Mapping[LineName, Line],
    parameters: Mapping[str, Parameter],
    declared: Mapping[str, CaseInput],
    inputs: WorksheetInputs,
) -> Lines:
    """All lines, in their order. Raises Refused for a filing status, figure or routed line that doesn't exist."""
    _check_inputs(lines, declared, inputs)
    results: dict[LineName, _Result] = {}
    for name, line in lines.items():
        results[name] = _line(line, results, parameters, declared, inputs)
    return Lines(lines, results, inputs)


def evaluate_some(
    lines: Mapping[LineName, Line],
    parameters: Mapping[str, Parameter],
    declared: Mapping[str, CaseInput],
    inputs: WorksheetInputs,
    wanted: Collection[LineName],
) -> Lines:
    """The lines that are `wanted`, and those that they follow from, alone. Raises Refused as `evaluate_lines` does."""
    _check_inputs(lines, declared, inputs)
    needed, open_ = set(wanted), list(wanted)
    while open_:
        line = lines[open_.pop()]
        further = {*line.reads, *line.row} - needed
        needed |= further
        open_ += further
    results: dict[LineName, _Result] = {}
    some = {name: lines[name] for name in lines if name in needed}
    for name, line in some.items():
        results[name] = _line(line, results, parameters, declared, inputs)
    return Lines(some, results, inputs)


Reads = Mapping[LineName, frozenset[LineName | str]]
"""What each line reads: other lines, and figures of the case by their names."""


def evaluate_moved(
    before: Lines,
    lines: Mapping[LineName, Line],
    parameters: Mapping[str, Parameter],
    declared: Mapping[str, CaseInput],
    reads: Reads,
    inputs: WorksheetInputs,
) -> Lines:
    """All lines by the same rules, where `inputs` differ from those of `before` in amounts alone: a line that reads
    nothing that came out otherwise is as it was. Raises Refused as `evaluate_lines` does."""
    _check_inputs(lines, declared, inputs)
    old = before.inputs
    if (old.filing_status, old.whole_dollars) != (inputs.filing_status, inputs.whole_dollars):
        return evaluate_lines(lines, parameters, declared, inputs)
    moved: set[LineName | str] = {
        name for name in old.case.keys() | inputs.case.keys() if old.case.get(name) != inputs.case.get(name)
    }
    routed = {
        LineName(form, line)
        for form in old.routed.keys() | inputs.routed.keys()
        for line in old.routed.get(form, {}).keys() | inputs.routed.get(form, {}).keys()
        if old.routed.get(form, {}).get(line) != inputs.routed.get(form, {}).get(line)
    }
    results = dict(before._worked)
    for name, line in lines.items():
        if name in routed or not moved.isdisjoint(reads[name]):
            was, now = results[name], _line(line, results, parameters, declared, inputs)
            results[name] = now
            if (was.value, type(was.value), was.blank) != (now.value, type(now.value), now.blank):
                moved.add(name)
    return Lines(lines, results, inputs)


def reads_by_line(lines: Mapping[LineName, Line]) -> Reads:
    """What each line reads, by its name."""
    return {
        name: frozenset(
            reference.line or reference.name
            for formula in line.formulas
            for reference in _references(formula)
            if reference.line is not None or reference.kind == "case"
        )
        for name, line in lines.items()
    }


def _references(formula: Formula) -> Iterator[Reference]:
    yield from formula.names.values()
    for function in formula.functions.values():
        yield from _references(function.value)


def evaluate_again(
    before: Lines,
    lines: Mapping[LineName, Line],
    changed: Collection[LineName],
    following: Sequence[LineName],
    parameters: Mapping[str, Parameter],
    declared: Mapping[str, CaseInput],
) -> Lines | None:
    """The same inputs with some lines changed, of which `following` is all that may read them, in order.

    Where `before` has some lines alone, as of `evaluate_some`, only those are worked out; a changed line reads no other
    than it did. None where nothing comes out otherwise.
    """
    own = {name: lines[name] for name in before._lines}
    results = dict(before._worked)
    moved: set[LineName] = set()
    for name in following:
        line = own.get(name)
        if line is None or (name not in changed and moved.isdisjoint(line.reads)):
            continue
        old, new = results[name], _line(line, results, parameters, declared, before._inputs)
        results[name] = new
        if (old.value, type(old.value), old.blank) != (new.value, type(new.value), new.blank):
            moved.add(name)
    rows_differ = any(own[name].blank_if_zero != before._lines[name].blank_if_zero for name in changed if name in own)
    return Lines(own, results, before._inputs) if moved or rows_differ else None


def followers(lines: Mapping[LineName, Line]) -> dict[LineName, frozenset[LineName]]:
    """For each line, itself and every line that reads it, directly or through others. Lines are given in order."""
    found: dict[LineName, set[LineName]] = {name: {name} for name in lines}
    for name in reversed(list(lines)):
        for read in lines[name].reads:
            found[read] |= found[name]
    return {name: frozenset(those) for name, those in found.items()}


def _row_is_blank(line: Line, results: Mapping[LineName, _Result], inputs: WorksheetInputs) -> bool:
    if not line.blank_if_zero:
        return False
    routed = inputs.routed.get(line.name.form, {})
    return all(results[cell].value == 0 and cell.line not in routed for cell in line.row)


def _check_inputs(lines: Mapping[LineName, Line], declared: Mapping[str, CaseInput], inputs: WorksheetInputs) -> None:
    findings: list[Finding] = []
    if inputs.filing_status not in FILING_STATUSES:
        findings.append(
            Finding(
                "rules.input",
                "error",
                f"There is no filing status {inputs.filing_status}.",
                suggestion(inputs.filing_status, FILING_STATUSES),
                value=inputs.filing_status,
            )
        )
    for name, value in inputs.case.items():
        if name not in declared:
            findings.append(
                Finding(
                    "rules.input",
                    "error",
                    f"Worksheets know no case figure {name}.",
                    suggestion(name, declared),
                    value=name,
                )
            )
        elif value is not None and isinstance(value, bool) != (declared[name].type == "yes_no"):
            findings.append(
                Finding(
                    "rules.input",
                    "error",
                    f"The case figure {name} must be {declared[name].type}.",
                    "Give money in cents as int, or True/False.",
                    value=name,
                )
            )
    for form, totals in inputs.routed.items():
        for number in totals:
            line = lines.get(LineName(form, number))
            if line is None or all(ref.kind != "routed" for ref in line.value.names.values()):
                takers = [
                    f"{n.form}.{n.line}"
                    for n, found in lines.items()
                    if any(ref.kind == "routed" for ref in found.value.names.values())
                ]
                findings.append(
                    Finding(
                        "rules.input",
                        "error",
                        f"Line {number} of {form} takes no routed total.",
                        suggestion(f"{form}.{number}", takers),
                        value=f"{form}.{number}",
                    )
                )
    if findings:
        raise Refused(findings)


def _line(
    line: Line,
    results: Mapping[LineName, _Result],
    parameters: Mapping[str, Parameter],
    declared: Mapping[str, CaseInput],
    inputs: WorksheetInputs,
) -> _Result:
    consulted: dict[str, _Seen] = {}

    def look_up(reference: Reference) -> Value:
        shown: _Shown
        if reference.line is not None:
            shown = results[reference.line].value
            consulted[reference.name] = shown, reference.line
        else:
            shown = _shown(reference, line, parameters, declared, inputs)
            consulted[f"case.{reference.name}" if reference.kind == "case" else reference.name] = shown, None
        if shown is None:
            return UNKNOWN
        if isinstance(shown, bool | str):
            return shown
        if isinstance(shown, Decimal) or (reference.kind == "parameter" and parameters[reference.name].unit == "count"):
            return Fraction(shown)
        return Fraction(shown, 100) if shown % 100 else shown // 100

    for condition in (line.form_when, line.when):
        if condition is None:
            continue
        holds = evaluate(condition, look_up)
        if isinstance(holds, Unknown):
            return _Result(None, False, consulted)
        if not holds:
            return _Result(False if line.is_yes_no else 0, True, consulted)
    value = _in_cents(evaluate(line.value, look_up), rounds_to_dollars(line, inputs.whole_dollars))
    routed = line.name.line in inputs.routed.get(line.name.form, {})
    blank = line.blank_if_zero and not line.row and value == 0 and not isinstance(value, bool) and not routed
    return _Result(value, blank, consulted)


def _shown(
    reference: Reference,
    line: Line,
    parameters: Mapping[str, Parameter],
    declared: Mapping[str, CaseInput],
    inputs: WorksheetInputs,
) -> _Shown:
    """What a name stands for that is no line."""
    if reference.kind == "case":
        return inputs.case.get(reference.name, declared[reference.name].default)
    if reference.kind == "parameter":
        return parameters[reference.name].by_status[inputs.filing_status]
    if reference.kind == "routed":
        return inputs.routed.get(line.name.form, {}).get(line.name.line, 0)
    return inputs.filing_status


def rounds_to_dollars(line: Line, whole_dollars: bool) -> bool:
    """Whether a line's own result is a whole dollar, on a return that elects `whole_dollars` or not."""
    return line.round_to == "dollars" or (line.round_to == "as_printed" and whole_dollars)


def _in_cents(value: Value, to_dollars: bool) -> int | bool | None:
    """A formula's exact dollars to the cent (or the dollar, for a line that says so), half a cent away from zero."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, bool):
        return value
    unit = 100 if to_dollars else 1
    if isinstance(value, int):
        return value * 100
    scaled = cast(Fraction, value) * 100 / unit
    whole = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    return unit * (-whole if scaled < 0 else whole)
