"""A year as filed, with all that is known of it: lines, and rows, income and figures where they are known too."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from niner.amend.compare import reported
from niner.amend.entries import Entry, Receipt, entries, receipts
from niner.amend.figures import Figures, amount, document_figures, figures_from_lines, filed_inputs, lines_of
from niner.amend.line_keys import unknown_lines
from niner.case import Case
from niner.case.filed import Filed, read_filed
from niner.case.model import AdjustedTotals, SaleTotals, ScheduleDFigures
from niner.money import dollars_spoken, whole_cents
from niner.plain import path_text
from niner.reading import JSON_BYTES, Unreadable, read_text
from niner.returns.inputs import worksheet_inputs
from niner.rules import YearRules
from niner.values import Finding, Refused, Source

_SCHEDULE_D_LINES = {"1a": "short", "1b": "short", "2": "short", "3": "short"} | dict.fromkeys(
    ("8a", "8b", "9", "10"), "long"
)


@dataclass(frozen=True, slots=True)
class Original:
    """The filed side. Without Niner's own return.json, `rows` are the totals of Schedule D, one a line."""

    filed: Filed
    lines: Mapping[str, Mapping[str, int | bool]]
    figures: Figures
    rows: tuple[Entry, ...]
    income: tuple[Receipt, ...]
    document: Mapping[str, Any] | None
    inputs: Mapping[str, int | bool]
    """What Form 1040-X starts from."""
    findings: tuple[Finding, ...]
    first_figures: Figures
    """The figures as first filed, before anything was adjusted."""

    @property
    def year(self) -> int:
        return self.filed.year

    @property
    def carryover_out(self) -> tuple[int, int] | None:
        """(short, long) loss carried on as filed; None where the filed papers do not say."""
        if self.filed.original.carryover_out is not None and not self.filed.adjustments:
            given = self.filed.original.carryover_out
            return given.short_term, given.long_term
        if "carryover" in self.lines:
            return amount(self.lines, "carryover", "8"), amount(self.lines, "carryover", "13")
        return None


def read_original(folder: Path, year: int, case: Case, rules: YearRules) -> Original:
    """The filed return of `year`. Raises Refused where it can't be read."""
    filed = read_filed(folder, year)
    document = None
    if filed.snapshot is not None:
        document = _locked_document(filed.snapshot)
    return original_of(filed, document, case, rules)


def _locked_document(snapshot: Path) -> dict[str, Any]:
    """The return.json locked with a filed return. Raises Refused where it can't be read."""
    where = f"filed/{path_text(snapshot.name)}/return.json"
    try:
        document = json.loads(read_text(snapshot / "return.json", JSON_BYTES))
        if not isinstance(document, dict):
            raise ValueError
    except (OSError, ValueError, RecursionError) as problem:
        why = problem.why if isinstance(problem, Unreadable) else "it is not whole"
        says = f"{where} can't be read: {why}."
        todo = "Bring it back from a copy."
        raise Refused([Finding("filed-unreadable", "error", says, todo, source=Source(where))]) from None
    return document


def original_of(filed: Filed, document: Mapping[str, Any] | None, case: Case, rules: YearRules) -> Original:
    """The filed side from its lines, and from the return.json locked with it where there is one."""
    source = Source(f"filed/{filed.year}.yaml")
    lines: dict[str, dict[str, int | bool]] = lines_of(document) if document else {}
    for form, those in filed.lines.items():
        lines.setdefault(form, {}).update(those)
    status = filed.original.filing_status or case.seen_from(filed.year).taxpayer.filing_status
    figures = document_figures(document) if document else None
    found: list[Finding] = []
    rows = entries(document) if document else ()
    income = receipts(document) if document else ()
    if document is None:
        rows, said = _totals(lines, rules, source)
        found += said
        income = _income_total(filed, rules)
    if figures is None or figures.given is None:
        if document is not None and str(rules.parameter("agi_line")) not in lines.get("f1040", {}):
            found.append(_without_figures(filed.year, source))
        digital = whole_cents(sum(r.amount_cents for r in income))
        figures = _from_lines(lines, rules, status, digital)
    if document is None:
        found += unknown_lines(filed, rules)
    found += contradictions(lines, rules, source, settled=bool(filed.adjustments))
    paid = _paid(filed, figures)
    overpaid = amount(filed.first_lines, "f1040", "34") + filed.refunded_since
    if not (lines if document else filed.first_lines).get("f1040"):
        says = f"{source} has no lines of Form 1040: there is nothing to compare with."
        todo = "Copy them from the filed return under lines: f1040, and lock it with niner file."
        found.append(Finding("filed-empty", "error", says, todo, source=source))
    found += _empty_entries(filed)
    first = figures
    if filed.adjustments and document is None:
        first_lines = filed.first_lines
        digital = filed.original.digital_asset_income or 0
        first = _from_lines(first_lines, rules, status, digital) if first_lines.get("f1040") else figures
    inputs = filed_inputs(lines, rules, figures.given, paid, overpaid)
    return Original(filed, lines, figures, rows, income, document, inputs, tuple(found), first)


# What no broker's form was sent for: digital assets among it, so that nothing is taken for granted there.
_WITHOUT_A_FORM = ("3", "10")


def with_sales_elsewhere(original: Original, rows: Sequence[Entry], given: ScheduleDFigures) -> Original:
    """The filed side with totals of brokers' forms that are of no row of the ledger as what they are: sales that are
    not in it, such as shares, which stay as filed. `rows` are the corrected ones, `given` the case's own totals.
    """
    lines = {entry.line for entry in rows}
    moved: dict[str, SaleTotals] = {}
    for entry in original.rows:
        name = f"line_{entry.line}"
        if entry.kind != "total" or entry.line in lines or entry.line in _WITHOUT_A_FORM:
            continue
        if getattr(given, name) is not None or reported(entry, rows) is not None:
            continue
        proceeds, basis = entry.proceeds_cents, entry.basis_cents
        moved[name] = (
            SaleTotals.model_construct(proceeds=proceeds, basis=basis)
            if entry.line.endswith("a")
            else AdjustedTotals.model_construct(proceeds=proceeds, basis=basis, adjustment=entry.adjustment_cents)
        )
    if not moved or original.document is not None:
        return original

    def with_them(figures: Figures) -> Figures:
        return replace(figures, schedule_d=figures.schedule_d.model_copy(update=moved))

    left = tuple(entry for entry in original.rows if f"line_{entry.line}" not in moved)
    first = with_them(original.first_figures)
    return replace(original, rows=left, figures=with_them(original.figures), first_figures=first)


def _without_figures(year: int, source: Source) -> Finding:
    """An own return locked without the rest of its figures: what is not known of it must not be taken for zero."""
    says = (
        f"The return locked for {year} has only what the ledger gives: its income, deductions and tax are not known, "
    )
    says += "so it can't be compared with a corrected one."
    todo = f"Remove filed/{year} and filed/{year}.yaml, give the rest under return in case.yaml and lock it again with "
    todo += "niner file; or enter the filed return with niner file --template."
    return Finding("filed-without-figures", "error", says, todo, source=source)


def _empty_entries(filed: Filed) -> list[Finding]:
    """An error for each later entry that says nothing: a form that was written to be filled in, and was not."""
    found = []
    for entry in filed.adjustments:
        if entry.lines.get("f1040") or entry.additional_tax_paid or entry.additional_refund:
            continue
        name = f"filed/{filed.year}-adjusted-{entry.adjusted_on.isoformat()}.yaml"
        says = f"{name} is not filled in: it has no line and no amount."
        todo = "Fill in the lines that changed and what was paid or refunded, or remove the file."
        found.append(Finding("filed-empty", "error", says, todo, source=Source(name)))
    return found


def _from_lines(
    lines: Mapping[str, Mapping[str, int | bool]], rules: YearRules, status: str, digital_income: int
) -> Figures:
    """The figures of a filed return; the taxes that the rules work out themselves are taken out of line 23."""
    bare = figures_from_lines(lines, rules, status, digital_income, 0)
    assert bare.given is not None
    other = amount(lines, "f1040", "23")
    without = replace(bare, given=bare.given.model_copy(update={"other_taxes": 0}))
    worked = rules.evaluate(worksheet_inputs(without.as_case(), rules, (), (), False))
    medicare = int(worked.value("f8959", "18") or 0)
    medicare = medicare if medicare <= other else 0
    investment = amount(lines, "f8960", "17")
    if not investment:
        filed_agi = amount(lines, "f1040", str(rules.parameter("agi_line")))
        over = filed_agi - int(rules.parameter("niit_threshold", status))
        gain = amount(lines, "f1040", str(rules.parameter("capital_gain_line")))
        net = bare.given.taxable_interest + bare.given.ordinary_dividends + gain
        rate = rules.parameter("niit_rate")
        if over > 0 and net > 0:
            investment = min(int(min(over, net) * rate), other - medicare)
    return figures_from_lines(lines, rules, status, digital_income, medicare + investment)


def _totals(
    lines: Mapping[str, Mapping[str, int | bool]], rules: YearRules, source: Source
) -> tuple[tuple[Entry, ...], list[Finding]]:
    """The filed Schedule D as one row a line; its result as one where the lines are not given."""
    rows = []
    for line, term in _SCHEDULE_D_LINES.items():
        proceeds, basis, adjustment = (amount(lines, "f1040sd", f"{line}.{column}") for column in "deg")
        gain = amount(lines, "f1040sd", f"{line}.h")
        if proceeds or basis or adjustment:
            rows.append(_row(line, term, proceeds, basis, adjustment, source))
        elif gain:
            rows.append(_gain(line, term, gain, source))
    if rows:
        return tuple(rows), []
    brought = [amount(lines, "f1040sd", line) for line in ("4", "5", "11", "12", "13")]
    short = amount(lines, "f1040sd", "7") + abs(amount(lines, "f1040sd", "6")) - sum(brought[:2])
    long = amount(lines, "f1040sd", "15") + abs(amount(lines, "f1040sd", "14")) - sum(brought[2:])
    gain = amount(lines, "f1040", str(rules.parameter("capital_gain_line")))
    result = amount(lines, "f1040sd", "16") or gain
    if short or long or not result:
        rows = [_gain("3", "short", short, source)] if short else []
        rows += [_gain("10", "long", long, source)] if long else []
        return tuple(rows), []
    says = (
        f"The filed return shows {dollars_spoken(result)} of capital gain or loss, and no Schedule D: "
        "of which sales it is, and whether short-term or long-term, is not known."
    )
    todo = "Add the lines of the filed Schedule D under lines: f1040sd."
    row = replace(_gain("3", "short", result, source), kind=RESULT)
    return (row,), [Finding("filed-schedule-d", "review", says, todo, source=source)]


RESULT = "result"
"""The kind of the one entry that stands for a filed gain or loss of which only the result is known."""


def _gain(line: str, term: str, gain: int, source: Source) -> Entry:
    """A filed line of Schedule D of which only the gain or loss is known, and not columns (d), (e) and (g)."""
    return replace(_row(line, term, gain, 0, 0, source), kind="gain")


def _row(line: str, term: str, proceeds: int, basis: int, adjustment: int, source: Source) -> Entry:
    from decimal import Decimal

    return Entry(
        transaction=f"Schedule D, line {line}",
        kind="total",
        asset="",
        wallet="",
        quantity=Decimal(0),
        description=f"Schedule D, line {line} as filed",
        acquired="",
        disposed="",
        proceeds_cents=proceeds,
        basis_cents=basis,
        code="",
        adjustment_cents=adjustment,
        gain_cents=proceeds - basis + adjustment,
        term=term,
        box="",
        line=line,
        file=source.file,
        row=0,
        lots=(),
        rules=(),
    )


def _income_total(filed: Filed, rules: YearRules) -> tuple[Receipt, ...]:
    from decimal import Decimal

    total = filed.digital_asset_income
    if not total:
        return ()
    fact: dict[str, int | str | bool] = {"kind": "staking", "tax_year": filed.year, "business": False}
    decided = rules.conclude("income", [fact], ("income_line",))[0]
    line = decided["income_line"].value
    name = "Digital-asset income as filed"
    return (Receipt(name, "total", "", "", "", Decimal(0), total, (line,), f"filed/{filed.year}.yaml", 0),)


def _paid(filed: Filed, figures: Figures) -> int:
    """Form 1040-X, line 16: with the extension, with the return, and since.

    What was owed counts as paid where the filed papers do not say, less the penalty in it: a penalty is no tax paid
    (Form 1040-X instructions, line 16).
    """
    with_extension = figures.given.paid_with_extension if figures.given else 0
    payments = filed.original.payments
    first = filed.first_lines
    owed = max(amount(first, "f1040", "37") - amount(first, "f1040", "38"), 0)
    with_return = owed if payments is None else sum(p.amount for p in payments)
    return with_extension + with_return + filed.paid_since


def contradictions(
    lines: Mapping[str, Mapping[str, int | bool]], rules: YearRules, source: Source, settled: bool = False
) -> list[Finding]:
    """Filed lines that do not follow from one another, each with both figures.

    Once a return was adjusted (`settled`), what is refunded or owed on it is another matter and not compared.
    """
    f = lines.get("f1040", {})

    def named(parameter: str) -> str:
        return str(rules.parameter(parameter))

    agi, deduction = named("agi_line"), named("deduction_line")
    qbi, more = named("qbi_line"), named("schedule_1a_line")
    other_deductions = [qbi, *([more] if more != "none" else [])]
    wages, gain, income = named("wages_line"), named("capital_gain_line"), named("total_income_line")
    sums: Sequence[tuple[str, Sequence[str], Sequence[str], bool]] = (
        # An adjustment may give a total without the lines that moved.
        *(() if settled else ((income, (wages, "2b", "3b", "4b", "5b", "6b", gain, "8"), (), False),)),
        (agi, (income,), (named("adjustments_line"),), False),
        ("14", (deduction, *other_deductions), (), False),
        ("15", (agi,), ("14",), True),
        ("18", ("16", "17"), (), False),
        ("22", ("18",), ("21",), True),
        ("24", ("22", "23"), (), False),
        ("33", ("25d", "26", "32"), (), False),
        ("34", ("33",), ("24",), True),
        ("37", ("24",), ("33",), True),
    )
    found = []
    for total, plus, minus, floor in sums:
        if settled and total in ("34", "37"):
            continue
        # What is taken off and was left empty was empty; what is added to must be there.
        if total not in f or plus[0] not in f:
            continue
        wanted = sum(amount(lines, "f1040", n) for n in plus) - sum(amount(lines, "f1040", n) for n in minus)
        wanted = max(wanted, 0) if floor else wanted
        given = amount(lines, "f1040", total)
        # A filed penalty (line 38) is part of what is owed, and each figure may have been rounded to dollars.
        slack = 100 * (len(plus) + len(minus)) + (amount(lines, "f1040", "38") if total in ("34", "37") else 0)
        if abs(wanted - given) >= slack:
            formula = " + ".join(plus) + "".join(f" − {n}" for n in minus)
            says = (
                f"The filed Form 1040 contradicts itself: line {total} is {dollars_spoken(given)}, "
                f"but {formula} is {dollars_spoken(wanted)}."
            )
            todo = "Copy the lines again from the filed return. If it was filed so, the IRS has corrected it: add that."
            found.append(Finding("filed-contradiction", "error", says, todo, "Form 1040", given - wanted, source))
    return found
