"""A year as filed, with all that is known of it: lines, and rows, income and figures where they are known too."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from niner.amend.filed.contradictions import contradictions
from niner.amend.filed.entries import Entry, Receipt, entries, receipts
from niner.amend.filed.figures import (
    INCOME_LEFT_OUT,
    Figures,
    amount,
    amount_at,
    document_figures,
    figures_from_lines,
    filed_inputs,
    lines_of,
    with_income_left_out,
)
from niner.amend.filed.line_keys import unknown_lines
from niner.amend.filed.side_by_side import reported
from niner.asked import INCOME
from niner.case import Case, ReturnFigures
from niner.case.filed import Filed, read_filed
from niner.case.model import AdjustedTotals, SaleTotals, ScheduleDFigures, SpouseFiled
from niner.dataclass import dataclass
from niner.files.reading import JSON_BYTES, Unreadable, read_text
from niner.money import dollars_spoken, parse_cents, whole_cents
from niner.returns.inputs import worksheet_inputs
from niner.rules import YearRules
from niner.values import Finding, Refused, Source
from niner.words.plain import path_text

_STATED = ("tax_year", "rules", "case", "carryover_out")


@dataclass(frozen=True, slots=True)
class Original:
    """The filed side. Without Niner's own return.json, `rows` are the totals of Schedule D, one a line."""

    filed: Filed
    lines: Mapping[str, Mapping[str, int | bool]]
    figures: Figures
    rows: tuple[Entry, ...]
    income: tuple[Receipt, ...]
    document: Mapping[str, Any] | None
    """What Niner's own return.json says of rules, case and losses carried on."""
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
        if self.document is not None and "carryover" in self.lines:
            carried = self.document["carryover_out"]
            return parse_cents(carried["short_term"]), parse_cents(carried["long_term"])
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
    seen = case.seen_from(filed.year)
    status, own = filed.original.filing_status or seen.taxpayer.filing_status, seen.return_
    figures = document_figures(document) if document else None
    found: list[Finding] = []
    rows = entries(document) if document else ()
    income = receipts(document) if document else ()
    if document is None:
        rows, said = _totals(lines, rules, source)
        found += said
        income = _income_total(filed, rules)
    if figures is None or figures.given is None:
        agi = rules.place("agi")
        if document is not None and agi.line not in lines.get(agi.form, {}):
            found.append(_without_figures(filed.year, source))
        figures = _with_extension(_from_lines(lines, rules, status, rows, income, own), lines, rules, own)
    if document is None:
        found += unknown_lines(filed, rules)
        found += _left_out_unsaid(lines, rules, own, source)
    found += _contradictions(filed, lines if document else filed.first_lines, lines, rules)
    paid = _paid(filed, figures, rules, own)
    overpaid = amount_at(filed.first_lines, rules, "overpaid") + filed.refunded_since
    if not (lines if document else filed.first_lines).get("f1040"):
        says = f"{source} has no lines of Form 1040: there is nothing to compare with."
        todo = "Copy them from the filed return under lines: f1040, and lock it with niner file."
        found.append(Finding("filed-empty", "error", says, todo, source=source))
    found += _empty_entries(filed)
    first = figures
    if filed.adjustments and document is None:
        as_first_filed = replace(filed, adjustments=())
        first_lines = filed.first_lines
        if first_lines.get("f1040"):
            first_rows, first_income = _totals(first_lines, rules, source)[0], _income_total(as_first_filed, rules)
            first = _from_lines(first_lines, rules, status, first_rows, first_income, own)
            first = _with_extension(first, first_lines, rules, own)
    theirs = spouse_settled(case, filed.year, figures.filing_status)
    inputs = filed_inputs(lines, rules, figures.given, paid + theirs.paid, overpaid + theirs.overpaid)
    kept = None if document is None else {name: value for name, value in document.items() if name in _STATED}
    return Original(filed, lines, figures, rows, income, kept, inputs, tuple(found), first)


def becomes_joint(case: Case, year: int, filed_status: str) -> bool:
    """Whether separate returns of a year become a joint one."""
    return (filed_status, case.seen_from(year).taxpayer.filing_status) == ("married_separate", "married_joint")


def spouse_settled(case: Case, year: int, filed_status: str) -> SpouseFiled:
    """What the spouse's own return settled: it belongs to the payments of the joint one that takes its place (IRC
    §6013(b)(1); Form 1040-X instructions, You are changing from a separate to a joint return)."""
    said = case.amendment.spouse_filed.get(year)
    return said if isinstance(said, SpouseFiled) and becomes_joint(case, year, filed_status) else SpouseFiled()


def with_sales_elsewhere(
    original: Original, rows: Sequence[Entry], given: ScheduleDFigures, rules: YearRules
) -> Original:
    """The filed side with totals of brokers' forms that are of no row of the ledger as what they are: sales that are
    not in it, such as shares, which stay as filed. `rows` are the corrected ones, `given` the case's own totals.
    """
    lines = {entry.line for entry in rows}
    # What no broker's form was sent for: digital assets among it, so that nothing is taken for granted there.
    on_no_form, directly = (rules.place(name).lines for name in ("rows_on_no_form", "rows_without_form_8949"))
    moved: dict[str, SaleTotals] = {}
    for entry in original.rows:
        name = f"line_{entry.line}"
        if entry.kind != "total" or entry.line in lines or entry.line in on_no_form:
            continue
        if getattr(given, name) is not None or reported(entry, rows) is not None:
            continue
        proceeds, basis = entry.proceeds_cents, entry.basis_cents
        moved[name] = (
            SaleTotals.model_construct(proceeds=proceeds, basis=basis)
            if entry.line in directly
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


def _left_out_unsaid(
    lines: Mapping[str, Mapping[str, int | bool]], rules: YearRules, own: ReturnFigures | None, source: Source
) -> list[Finding]:
    """An error where the case gives Form 2555, and the filed lines do not say what it left out of the filed income."""
    found = []
    for name in INCOME_LEFT_OUT:
        place = rules.place(name)
        if own and getattr(own, name) and place.lines and place.line not in lines.get(place.form, {}):
            says = f"The case gives {name}, and {source} does not say what of it was on the filed return."
            todo = f"Add line {place.line} of {place.form} under lines, 0 if the filed return had nothing there."
            found.append(Finding("filed-left-out", "error", says, todo, source=source, value=name))
    return found


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


_ROUNDED_CENTS = 100


def _from_lines(
    lines: Mapping[str, Mapping[str, int | bool]],
    rules: YearRules,
    status: str,
    rows: Sequence[Entry],
    income: Sequence[Receipt],
    own: ReturnFigures | None,
) -> Figures:
    """The figures of a filed return; the taxes that the rules work out themselves are taken out of the other taxes."""
    digital = whole_cents(sum(receipt.amount_cents for receipt in income))
    bare = with_income_left_out(figures_from_lines(lines, rules, status, digital, 0), lines, rules, own)
    assert bare.given is not None
    other = amount_at(lines, rules, "other_taxes")
    without = replace(bare, given=bare.given.model_copy(update={"other_taxes": 0}))
    worked = rules.evaluate(worksheet_inputs(without.as_case(), rules, rows, income, False))
    medicare = worked.at(rules.place("additional_medicare_tax")) or 0
    medicare = medicare if medicare <= other + _ROUNDED_CENTS else 0
    niit = rules.place("investment_income_tax")
    investment = amount_at(lines, rules, "investment_income_tax") or worked.at(niit) or 0
    computed = medicare + max(min(investment, other - medicare), 0)
    # What is left of the line by rounding alone is no tax of another kind.
    computed = other if abs(other - computed) < _ROUNDED_CENTS else computed
    found = with_income_left_out(figures_from_lines(lines, rules, status, digital, computed), lines, rules, own)
    return _with_minimum_tax(found, lines, rules, rows, income)


def _with_minimum_tax(
    found: Figures,
    lines: Mapping[str, Mapping[str, int | bool]],
    rules: YearRules,
    rows: Sequence[Entry],
    income: Sequence[Receipt],
) -> Figures:
    """The figures with alternative minimum tax worked out, where the filed sum is that and nothing else."""
    assert found.given is not None
    if not found.given.schedule_2_part_1:
        return found
    figures = found.given.model_copy(update={"schedule_2_part_1": None, "premium_credit_repaid": None})
    alone = replace(found, given=figures)
    worked = rules.evaluate(worksheet_inputs(alone.as_case(), rules, rows, income, False))
    whole = worked.at(rules.place("schedule_2_part_1"))
    filed = amount_at(lines, rules, "schedule_2_part_1")
    return alone if whole is not None and abs(whole - filed) < _ROUNDED_CENTS else found


def _totals(
    lines: Mapping[str, Mapping[str, int | bool]], rules: YearRules, source: Source
) -> tuple[tuple[Entry, ...], list[Finding]]:
    """The filed Schedule D as one row a line; its result as one where the lines are not given."""
    rows = []
    terms = {term: rules.place(f"{term}_term_rows") for term in ("short", "long")}
    for term, form, line in ((term, place.form, line) for term, place in terms.items() for line in place.lines):
        proceeds, basis, adjustment, gain = (amount(lines, form, f"{line}.{column}") for column in "degh")
        if proceeds or basis or adjustment:
            rows.append(_row(line, term, proceeds, basis, adjustment, source))
        elif gain:
            rows.append(_gain(line, term, gain, source))
    if rows:
        return tuple(rows), []
    on_no_form = dict(zip(terms, rules.place("rows_on_no_form").lines, strict=True))
    of_term = {
        term: amount_at(lines, rules, f"net_{term}_term")
        + abs(amount_at(lines, rules, f"{term}_term_carried_in"))
        - amount_at(lines, rules, f"{term}_term_elsewhere")
        for term in terms
    }
    result = amount_at(lines, rules, "net_gain") or amount_at(lines, rules, "capital_gain")
    if any(of_term.values()) or not result:
        return tuple(_gain(on_no_form[term], term, gain, source) for term, gain in of_term.items() if gain), []
    says = (
        f"The filed return shows {dollars_spoken(result)} of capital gain or loss, and no Schedule D: "
        "of which sales it is, and whether short-term or long-term, is not known."
    )
    todo = "Add the lines of the filed Schedule D under lines: f1040sd."
    term = str(rules.parameter("untold_gain_term"))
    if term not in on_no_form:
        says = f"untold_gain_term of the rules of {rules.year} is “{term}”, which is no term."
        raise Refused([Finding("rules.parameter", "error", says, "It is short or long.", source=source)])
    row = replace(_gain(on_no_form[term], term, result, source), kind=RESULT)
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


def income_lines(rules: YearRules) -> list[str]:
    """The lines of income in digital assets of which a filed return has only the sum, as f1040s1.8v; its own first."""
    fact: dict[str, int | str | bool] = {"kind": "not_said", "tax_year": rules.year, "business": False}
    fact["digital_asset"] = True  # the key of filed/ is for no other income
    decided = rules.conclude("income", [fact], INCOME)[0]
    return [decided[name].value for name in INCOME if "." in decided[name].value]


def _income_total(filed: Filed, rules: YearRules) -> tuple[Receipt, ...]:
    from decimal import Decimal

    total = filed.digital_asset_income
    if not total:
        return ()
    lines = tuple(income_lines(rules))
    name = "Digital-asset income as filed"
    return (Receipt(name, "total", "", "", "", Decimal(0), total, lines, f"filed/{filed.year}.yaml", 0),)


def _contradictions(
    filed: Filed,
    first: Mapping[str, Mapping[str, int | bool]],
    now: Mapping[str, Mapping[str, int | bool]],
    rules: YearRules,
) -> list[Finding]:
    """Contradictions of the lines as first filed, and those that later entries brought, each at its own file."""
    if not filed.adjustments:
        return contradictions(now, rules, Source(f"filed/{filed.year}.yaml"))
    day = filed.adjustments[-1].adjusted_on.isoformat()
    later = contradictions(now, rules, Source(f"filed/{filed.year}-adjusted-{day}.yaml"), day)
    if first is now:
        return later
    own = contradictions(first, rules, Source(f"filed/{filed.year}.yaml"))
    return own or later


def _with_extension(
    figures: Figures, lines: Mapping[str, Mapping[str, int | bool]], rules: YearRules, own: ReturnFigures | None
) -> Figures:
    """The filed figures with what the case says was paid with an extension, where Schedule 3 is not among the lines:
    then it is within the filed sum of other payments and credits."""
    given, said = figures.given, own.paid_with_extension if own else 0
    if given is None or not said or rules.place("extension_payment").form in lines:
        return figures
    within = min(said, given.refundable_credits)
    moved = {"paid_with_extension": within, "refundable_credits": given.refundable_credits - within}
    return replace(figures, given=given.model_copy(update=moved))


def _paid(filed: Filed, figures: Figures, rules: YearRules, own: ReturnFigures | None) -> int:
    """What was paid with the extension, by the case where it says so, with the return, and since.

    What was owed counts as paid where the filed papers do not say, less the penalty in it: a penalty is no tax paid
    (Form 1040-X instructions, line 16).
    """
    said = own if own is not None and "paid_with_extension" in own.model_fields_set else figures.given
    with_extension = said.paid_with_extension if said else 0
    payments = filed.original.payments
    first = filed.first_lines
    owed = max(amount_at(first, rules, "owed") - amount_at(first, rules, "estimated_tax_penalty"), 0)
    with_return = owed if payments is None else sum(p.amount for p in payments)
    return with_extension + with_return + filed.paid_since
