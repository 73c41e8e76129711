"""The corrected returns of every filed year: one ledger through all of them, each year's losses into the next."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from niner.amend.original import Original
from niner.case import Case
from niner.case.model import YearFigures
from niner.ledger import Transaction
from niner.returns.chain import chain
from niner.returns.inputs import worksheet_inputs
from niner.returns.plan import RulesOf
from niner.returns.year import YearReturn
from niner.values import Finding


def run_of_years(year: int, filed: Sequence[int]) -> list[int]:
    """The unbroken run of filed years around `year`: losses are carried from its first to its last."""
    first = last = year
    while first - 1 in filed:
        first -= 1
    while last + 1 in filed:
        last += 1
    return list(range(first, last + 1))


def completed(case: Case, originals: Mapping[int, Original]) -> Case:
    """The case with, for each filed year, the figures as filed where it has none of its own."""
    years = dict(case.years)
    updates: dict[str, object] = {}
    first = min(originals)
    for year, original in originals.items():
        filed = original.figures
        own = years.get(year, YearFigures())
        if year == case.tax_year:
            if case.return_ is None:
                updates["return_"] = filed.given
            if case.schedule_d == type(case.schedule_d)():
                updates["schedule_d"] = filed.schedule_d
            if year == first and case.carryover_in == type(case.carryover_in)():
                updates["carryover_in"] = filed.carryover_in
            continue
        carried = own.carryover_in
        if carried is None and year == first:
            carried = filed.carryover_in
        years[year] = own.model_copy(
            update={
                "filing_status": own.filing_status or filed.filing_status,
                "return_": own.return_ if own.return_ is not None else filed.given,
                "schedule_d": own.schedule_d if own.schedule_d != type(own.schedule_d)() else filed.schedule_d,
                "carryover_in": carried,
            }
        )
    return case.model_copy(update={**updates, "years": years})


def corrected_returns(
    case: Case,
    originals: Mapping[int, Original],
    transactions: Sequence[Transaction],
    rules_of: RulesOf,
    findings: Sequence[Finding] = (),
) -> dict[int, YearReturn]:
    """Each filed year as it should have been. Raises Refused with the first year that can't be worked out."""
    results = chain(completed(case, originals), sorted(originals), transactions, rules_of, findings)
    return {result.year: result for result in results}


def with_form_1040x(
    result: YearReturn, original: Original, of_december_2025: bool, applied_cents: int = 0
) -> YearReturn:
    """The corrected return with the lines of Form 1040-X among its lines."""
    whole = result.case.elections.rounding == "dollars"
    inputs = worksheet_inputs(result.case, result.rules, result.rows, result.income, whole)
    more: dict[str, int | bool | None] = {
        **inputs.case,
        **original.inputs,
        "form_1040x_of_december_2025": of_december_2025,
        "applied_to_estimated_tax": applied_cents,
    }
    return replace(result, lines=result.rules.evaluate(replace(inputs, case=more)))
