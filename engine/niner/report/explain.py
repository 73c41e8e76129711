"""A printed figure to the tree behind it: line, rule and authority, its inputs, dispositions, lots, file and row."""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypedDict

from niner.dataclass import dataclass
from niner.lots import Disposition
from niner.money import dollars_printed, dollars_text, exact_text, round_to_dollar
from niner.printing.sheets import listed
from niner.returns.income import Income
from niner.returns.rows import Row
from niner.returns.year import YearReturn
from niner.rules import Conclusion, Input, Trace
from niner.values import Finding, Refused
from niner.words.form_names import FORMS, form_called, form_name, form_order, is_printed, line_name, routed_name
from niner.words.plain import shown as text_shown


class _Valued(TypedDict):
    value: str
    cents: int | None


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of a derivation and the steps it rests on. `value` is text; `source` a file and row.

    `cents` is the value where it is money, so that people read it as money.
    """

    what: str
    value: str = ""
    says: str = ""
    authority: str = ""
    source: str = ""
    because: Sequence["Reason"] = ()
    cents: int | None = None

    @property
    def shown(self) -> str:
        """The value as people read it: `-$1,383.81`, `Schedule 1 line 8v`, `digital asset`."""
        if self.cents is not None:
            return dollars_printed(self.cents)
        form, dot, line = self.value.partition(".")
        return routed_name(self.value) if form in FORMS and dot and line else self.value.replace("_", " ")

    def as_json(self) -> dict[str, Any]:
        """The tree as plain data, empty parts left out."""
        parts = {name: getattr(self, name) for name in ("what", "value", "says", "authority", "source")}
        found: dict[str, Any] = {name: text for name, text in parts.items() if text}
        if self.because:
            found["because"] = [reason.as_json() for reason in self.because]
        return found


@dataclass(frozen=True, slots=True)
class Each(Sequence[Reason]):
    """A step for each of many things, made when it is looked at: of a million rows a few are shown."""

    items: Sequence[Any]
    told: Callable[[Any], Reason]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, place: Any) -> Any:
        found = self.items[place]
        return [self.told(item) for item in found] if isinstance(place, slice) else self.told(found)


_CASE: Mapping[str, str] = {}


def explain(result: YearReturn, form: str, line: str = "", row: int = 0, sources: Mapping[str, str] = _CASE) -> Reason:
    """Why `form` `line` says what it says; `row` of Form 8949; `income` and its number. Raises Refused if unknown.

    A form may be called by its name too: “Schedule D”, 8960. `sources` says where a figure came from by its name in
    the case, where that is not case.yaml.
    """
    forms = dict.fromkeys(["f8949", *(name.form for name in result.lines.names)])
    form = form_called(form, forms)
    if form == "income":
        return _numbered("receipt of income", result.income, line or str(row), explain_income)
    if form == "f8949" and row:
        return _numbered("Form 8949 row", listed(result.rows), str(row), explain_row)
    if form == "f8949":
        return _box(result, line)
    return explain_line(result, form, _line_called(result, form, line, tuple(forms)), sources=sources)


def line_of_form(result: YearReturn, form: str, line: str) -> tuple[str, str]:
    """The form and the line as the return has them, from what they are called. Raises Refused for one it has not."""
    forms = dict.fromkeys(name.form for name in result.lines.names)
    form = form_called(form, forms)
    return form, _line_called(result, form, line, tuple(forms))


def _line_called(result: YearReturn, form: str, line: str, forms: Sequence[str]) -> str:
    """The line that `21`, `L21` or `line 21` is on a form. Raises Refused where the form has none, with those near."""
    own = [name.line for name in result.lines.names if name.form == form]
    if not own:
        says = f"This return of {result.year} has no form “{text_shown(form)}”."
        called = ", ".join(f"{name} ({form_name(name)})" for name in sorted(forms, key=form_name) if name in FORMS)
        raise Refused([Finding("explain-unknown", "error", says, f"Give one of: {called}; or income.", value=form)])
    plain = re.sub(r"^(line\s*|L(?=[0-9]))", "", line.strip(), flags=re.IGNORECASE)
    if plain in own:
        return plain
    printed = sorted((name for name in own if is_printed(name)), key=form_order)
    number = re.sub(r"[^0-9].*", "", plain)
    columns = [name for name in printed if name.startswith(f"{plain}.")]
    near = columns or [name for name in printed if number and re.sub(r"[^0-9].*", "", name) == number]
    says = f"{form_name(form)} has no line {text_shown(line)} in {result.year}."
    if columns:
        says = f"{form_name(form)} has several amounts on line {text_shown(plain)}."
    if not line:
        says = f"It is not said which line of {form_name(form)} is to be explained."
    todo = f"Give one of its lines: {', '.join(near or printed or own)}."
    raise Refused([Finding("explain-unknown", "error", says, todo, value=line)])


def _numbered(what: str, items: Sequence[Any], number: str, step: Any) -> Reason:
    if re.fullmatch("[0-9]{1,9}", number) and 1 <= int(number) <= len(items):
        reason = step(items[int(number) - 1])
        assert isinstance(reason, Reason)
        return reason
    says = f"There is no {what} {text_shown(number)}: this return has {len(items)}."
    todo = f"Give a number from 1 to {len(items)}, in the order printed." if items else "There is nothing to explain."
    raise Refused([Finding("explain-unknown", "error", says, todo)])


def explain_line(
    result: YearReturn,
    form: str,
    line: str,
    seen: set[str] | None = None,
    deep: bool = True,
    sources: Mapping[str, str] = _CASE,
) -> Reason:
    """The tree of one line; a line met again is named, not repeated, and without `deep` so is every inner line.

    Raises Refused for a line that the year does not have.
    """
    seen = set() if seen is None else seen
    trace = result.lines.trace(form, line)
    what, source = line_name(form, line, trace.says), f"{trace.source} · {trace.formula}"
    if trace.blank:
        return Reason(what, "left blank", trace.says, trace.authority, source)
    if what in seen:
        return Reason(what, says="as above", **_value(trace.value))
    seen.add(what)
    inputs = tuple(_input(result, form, line, item, seen, deep, sources) for item in trace.inputs)
    says = trace.says if trace.with_cents == trace.value else f"{trace.says} {_rounded(trace)}"
    return Reason(what, says=says, authority=trace.authority, source=source, because=inputs, **_value(trace.value))


def _rounded(trace: Trace) -> str:
    with_cents = _value(trace.with_cents)["value"]
    return f"Rounded to whole dollars when printed; other lines add {with_cents}."


def _input(
    result: YearReturn, form: str, line: str, item: Input, seen: set[str], deep: bool, sources: Mapping[str, str]
) -> Reason:
    if item.line is not None and deep:
        return explain_line(result, item.line.form, item.line.line, seen, sources=sources)
    if item.line is not None:
        says = result.lines.trace(item.line.form, item.line.line).says
        return Reason(line_name(item.line.form, item.line.line, says), **_value(item.value))
    if item.name == "routed":
        return _routed(result, form, line)
    parameter = result.rules.compiled.parameters.get(item.name)
    if parameter is not None:
        valued = _value(item.value, money=parameter.unit == "dollars")
        return Reason(parameter.title, authority=parameter.authority, source=str(parameter.source), **valued)
    if item.name.startswith("case."):
        declared = result.rules.case_inputs.get(item.name[5:])
        source = sources.get(item.name[5:], "case.yaml")
        return Reason(declared.meaning if declared else item.name, source=source, **_value(item.value))
    return Reason(item.name.replace("_", " "), **_value(item.value))


def _routed(result: YearReturn, form: str, line: str) -> Reason:
    """The rows or income items whose conclusions sent them to this line."""
    if form == "f1040sd":
        number, _, column = line.partition(".")
        places = [place for place, row in enumerate(result.rows) if row.line == number]

        def told(place: int) -> Reason:
            row = result.rows[place]
            return Reason(
                f"row {place + 1}: {row.description} from {row.disposition.wallet}, {row.acquired} to {row.disposed}",
                says=" ".join(found.says for found in (row.because["term"], row.because["box"], *row.coded)),
                **_value(_amount(row, column)),
                source=f"{row.disposition.source}; lot: {row.disposition.lot_source}",
            )

        return Reason(f"{len(places)} disposition{'s' * (len(places) != 1)}", because=Each(places, told))
    items = [item for item in result.income if any(found.value == f"{form}.{line}" for found in item.because.values())]
    parts = tuple(
        Reason(
            f"{item.transaction.received_quantity:f} {item.transaction.received_asset} by {item.transaction.kind}, "
            f"{item.transaction.day}",
            says=item.because["income_line"].says,
            source=str(item.transaction.source),
            **_value(item.amount_cents),
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
        Reason("(d) proceeds", says=f"{d.kind} on {d.disposed}", source=str(d.source), **_value(row.proceeds_cents)),
        Reason("(e) basis", says=_lot_of(d), source=str(d.lot_source), **_value(row.basis_cents))
        if len(row.parts) == 1
        else Reason("(e) basis", says=f"{len(row.parts)} lots", because=_lots(row), **_value(row.basis_cents)),
        *(_conclusion(name, conclusion) for name, conclusion in row.because.items()),
    ]
    return Reason(
        f"{row.description} from {d.wallet}, acquired {row.acquired}, disposed {row.disposed}",
        says="(h) gain or loss: (d) less (e), with (g)",
        because=tuple(parts),
        **_value(row.gain_cents),
    )


def _lot_of(d: Disposition) -> str:
    if d.took_over:
        return f"lot of {d.received}, with the loss of a wash sale and the time held, as if of {d.acquired}"
    return f"lot of {d.acquired}"


def _lots(row: Row) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            f"{part.quantity:f} {part.asset}",
            says=_lot_of(part),
            source=str(part.lot_source),
            **_value(part.basis_cents),
        )
        for part in row.parts
    )


def explain_income(item: Income) -> Reason:
    """Why a receipt is income, of how much and on which line."""
    t = item.transaction
    return Reason(
        f"{t.received_quantity:f} {t.received_asset} by {t.kind} on {t.day}",
        source=str(t.source),
        **_value(item.amount_cents),
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
        says = f"Form 8949 has no total {text_shown(line) or '(none given)'} here."
        todo = f"Give a box and a column, as H.h (boxes: {boxes}; columns d, e, g, h), or --row and a number."
        raise Refused([Finding("explain-unknown", "error", says, todo)])
    total = sum(row.sums["degh".index(column)] for row in rows)
    total = round_to_dollar(total) if result.case.elections.rounding == "dollars" else total
    return Reason(
        f"Form 8949 box {box} column ({column})",
        says=f"The sum of {len(rows):,} row{'s' * (len(rows) != 1)}",
        **_value(total),
        because=Each(rows, explain_row),
    )


def _value(value: object, money: bool = True) -> _Valued:
    """A value as text and, where it is an amount of money, in cents."""
    if isinstance(value, bool):
        return {"value": "yes" if value else "no", "cents": None}
    if isinstance(value, int) and money:
        return {"value": dollars_text(value), "cents": value}
    if isinstance(value, Fraction):
        return {"value": exact_text(value), "cents": None}
    return {"value": "not known" if value is None else str(value), "cents": None}
