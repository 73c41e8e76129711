"""A printed figure to the tree behind it: line, rule and authority, its inputs, dispositions, lots, file and row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from niner.money import dollars_text
from niner.returns.income import Income
from niner.returns.rows import Row
from niner.returns.sheets import listed
from niner.returns.year import YearReturn
from niner.rules import Conclusion, Input
from niner.values import Finding, Refused

_FORMS = {
    "f1040": "Form 1040",
    "f1040s1": "Schedule 1",
    "f1040s2": "Schedule 2",
    "f1040sd": "Schedule D",
    "f8949": "Form 8949",
    "f8959": "Form 8959",
    "f8960": "Form 8960",
    "schedule_se": "Schedule SE",
    "carryover": "Capital Loss Carryover Worksheet",
    "qdcg": "Qualified Dividends and Capital Gain Tax Worksheet",
    "sdtw": "Schedule D Tax Worksheet",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of a derivation and the steps it rests on. `value` is text; `source` a file and row."""

    what: str
    value: str = ""
    says: str = ""
    authority: str = ""
    source: str = ""
    because: tuple["Reason", ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The tree as plain data, empty parts left out."""
        parts = {name: getattr(self, name) for name in ("what", "value", "says", "authority", "source")}
        found: dict[str, Any] = {name: text for name, text in parts.items() if text}
        if self.because:
            found["because"] = [reason.as_json() for reason in self.because]
        return found


def explain(result: YearReturn, form: str, line: str = "", row: int = 0) -> Reason:
    """Why `form` `line` says what it says; `row` of Form 8949; `income` and its number. Raises Refused if unknown."""
    if form == "income":
        return _numbered("income", result.income, line or str(row), explain_income)
    if form == "f8949" and row:
        return _numbered("row of Form 8949", listed(result.rows), str(row), explain_row)
    if form == "f8949":
        return _box(result, line)
    return explain_line(result, form, line)


def _numbered(what: str, items: Sequence[Any], number: str, step: Any) -> Reason:
    if number.isdigit() and 1 <= int(number) <= len(items):
        reason = step(items[int(number) - 1])
        assert isinstance(reason, Reason)
        return reason
    says = f"There is no {what} {number or '(none given)'}: this return has {len(items)}."
    raise Refused([Finding("explain-unknown", "error", says, "Numbers count from 1, in the order printed.")])


def form_name(form: str) -> str:
    """A form's name as people know it."""
    return _FORMS.get(form, form)


def explain_line(result: YearReturn, form: str, line: str, seen: set[str] | None = None, deep: bool = True) -> Reason:
    """The tree of one line; a line met again is named, not repeated, and without `deep` so is every inner line.

    Raises Refused for a line that the year does not have.
    """
    seen = set() if seen is None else seen
    trace = result.lines.trace(form, line)
    what, source = f"{form_name(form)} line {line}", f"{trace.source} · {trace.formula}"
    if trace.blank:
        return Reason(what, "left blank", trace.says, trace.authority, source)
    if what in seen:
        return Reason(what, _shown(trace.value), "as above")
    seen.add(what)
    inputs = tuple(_input(result, form, line, item, seen, deep) for item in trace.inputs)
    return Reason(what, _shown(trace.value), trace.says, trace.authority, source, inputs)


def _input(result: YearReturn, form: str, line: str, item: Input, seen: set[str], deep: bool) -> Reason:
    if item.line is not None and deep:
        return explain_line(result, item.line.form, item.line.line, seen)
    if item.line is not None:
        return Reason(f"{form_name(item.line.form)} line {item.line.line}", _shown(item.value))
    if item.name == "routed":
        return _routed(result, form, line)
    parameter = result.rules.compiled.parameters.get(item.name)
    if parameter is not None:
        return Reason(parameter.title, _shown(item.value), "", parameter.authority, str(parameter.source))
    if item.name.startswith("case."):
        declared = result.rules.case_inputs.get(item.name[5:])
        return Reason(declared.meaning if declared else item.name, _shown(item.value), source="case.yaml")
    return Reason(item.name, _shown(item.value))


def _routed(result: YearReturn, form: str, line: str) -> Reason:
    """The rows or income items whose conclusions sent them to this line."""
    if form == "f1040sd":
        number, _, column = line.partition(".")
        rows = [(place, row) for place, row in enumerate(result.rows, 1) if row.line == number]
        parts = tuple(
            Reason(
                f"row {place}: {row.description} from {row.disposition.wallet}, {row.acquired} to {row.disposed}",
                _shown(_amount(row, column)),
                " ".join(row.because[name].says for name in ("term", "box")),
                source=f"{row.disposition.source}; lot: {row.disposition.lot_source}",
            )
            for place, row in rows
        )
        return Reason(f"{len(rows)} disposition{'s' * (len(rows) != 1)}", because=parts)
    items = [item for item in result.income if any(found.value == f"{form}.{line}" for found in item.because.values())]
    parts = tuple(
        Reason(
            f"{item.transaction.received_quantity:f} {item.transaction.received_asset} by {item.transaction.kind}, "
            f"{item.transaction.day}",
            dollars_text(item.amount_cents),
            item.because["income_line"].says,
            source=str(item.transaction.source),
        )
        for item in items
    )
    return Reason(f"{len(items)} receipt{'s' * (len(items) != 1)}", because=parts)


def _amount(row: Row, column: str) -> int:
    return {
        "d": row.proceeds_cents,
        "e": row.basis_cents,
        "g": row.adjustment_cents,
    }.get(column, row.gain_cents)


def explain_row(row: Row) -> Reason:
    """Why a row of Form 8949 has its amounts, dates, part, box and code."""
    d = row.disposition
    parts = [
        Reason("(d) proceeds", dollars_text(row.proceeds_cents), f"{d.kind} on {d.disposed}", source=str(d.source)),
        Reason("(e) basis", dollars_text(row.basis_cents), f"lot of {d.acquired}", source=str(d.lot_source))
        if len(row.parts) == 1
        else Reason("(e) basis", dollars_text(row.basis_cents), f"{len(row.parts)} lots", because=_lots(row)),
        *(_conclusion(name, conclusion) for name, conclusion in row.because.items()),
    ]
    return Reason(
        f"{row.description} from {d.wallet}, acquired {row.acquired}, disposed {row.disposed}",
        dollars_text(row.gain_cents),
        "(h) gain or loss: (d) less (e), with (g)",
        because=tuple(parts),
    )


def _lots(row: Row) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            f"{part.quantity:f} {part.asset} of {part.acquired}",
            dollars_text(part.basis_cents),
            source=str(part.lot_source),
        )
        for part in row.parts
    )


def explain_income(item: Income) -> Reason:
    """Why a receipt is income, of how much and on which line."""
    t = item.transaction
    return Reason(
        f"{t.received_quantity:f} {t.received_asset} by {t.kind} on {t.day}",
        dollars_text(item.amount_cents),
        source=str(t.source),
        because=tuple(_conclusion(name, conclusion) for name, conclusion in item.because.items()),
    )


def _conclusion(name: str, conclusion: Conclusion) -> Reason:
    candidates = tuple(
        Reason(
            f"rule {candidate.rule_id}",
            "held"
            if candidate.held and not candidate.overridden_by
            else f"gave way to {', '.join(candidate.overridden_by)}"
            if candidate.held
            else f"did not hold: {candidate.failed}",
        )
        for candidate in conclusion.candidates
    )
    return Reason(
        name.replace("_", " "),
        conclusion.value,
        conclusion.says,
        conclusion.authority,
        str(conclusion.source),
        candidates,
    )


def _box(result: YearReturn, line: str) -> Reason:
    """A Form 8949 total such as `H.h`: box and column."""
    box, _, column = line.partition(".")
    rows = [row for row in listed(result.rows) if row.box == box]
    if not rows or column not in ("d", "e", "g", "h"):
        boxes = ", ".join(sorted({row.box for row in listed(result.rows)})) or "none"
        says = f"Form 8949 has no total {line or '(none given)'} here."
        todo = f"Give a box and a column, as H.h (boxes: {boxes}; columns d, e, g, h), or --row and a number."
        raise Refused([Finding("explain-unknown", "error", says, todo)])
    total = sum(_amount(row, column) for row in rows)
    return Reason(
        f"Form 8949 box {box} column ({column})",
        dollars_text(total),
        f"The sum of {len(rows)} rows",
        because=tuple(explain_row(row) for row in rows),
    )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return dollars_text(value)
    return "not known" if value is None else str(value)
