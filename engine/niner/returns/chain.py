"""One ledger through several years: the loss left at the end of each goes into the next, as the rules decide.

Each year is worked out as it should have been, whether or not it was filed so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from niner.case import CarryoverIn, Case
from niner.ledger import Transaction
from niner.returns.plan import RulesOf, told
from niner.returns.year import YearReturn, year_return
from niner.rules import FactValue
from niner.values import Finding, Refused, Source

_CASE = Source("case.yaml")


@dataclass(frozen=True, slots=True)
class Link:
    """One year of the chain: losses carried in, used and carried out, by term. Cents, positive."""

    year: int
    carried_in: tuple[int, int]
    carried_out: tuple[int, int]
    new_loss: int
    """What the year itself added to the losses: its net loss before anything carried in, 0 for a net gain."""
    capital_gain: int
    """Form 1040's capital-gain line."""
    total_tax: int | None
    """Form 1040's total tax; None where the rest of the return is not known."""

    @property
    def used(self) -> int:
        """What gains and other income of the year took of the losses."""
        return sum(self.carried_in) + self.new_loss - sum(self.carried_out)


def chain(
    case: Case,
    years: Sequence[int],
    transactions: Sequence[Transaction],
    rules_of: RulesOf,
    findings: Sequence[Finding] = (),
    progress: Callable[[int], None] | None = None,
) -> list[YearReturn]:
    """The returns of `years`, which follow one another. Raises Refused with the first year that can't be worked out."""
    results: list[YearReturn] = []
    for year in years:
        seen = case.seen_from(year)
        said = list(findings) if year == years[0] else []
        if results:
            carried, remarked = _carried(results[-1], seen, rules_of)
            said += remarked
            if any(finding.severity == "error" for finding in remarked):
                raise Refused(said)
            seen = seen.model_copy(update={"carryover_in": carried})
        if year != case.tax_year and year not in case.years:
            says = f"The case has no figures for {year} beside the ledger."
            todo = f"Add them under “years: {year}:” in case.yaml: they decide how much loss carries on."
            said.append(Finding("other-year", "review", says, todo, source=_CASE))
        results.append(year_return(seen, transactions, rules_of, said, progress))
    return results


def link(result: YearReturn) -> Link:
    """A year's part in the chain."""
    brought = (-int(result.lines.value("f1040sd", "6") or 0), -int(result.lines.value("f1040sd", "14") or 0))
    net = int(result.lines.value("f1040sd", "16") or 0) + sum(brought)
    tax = result.lines.value("f1040", "24")
    gain = int(result.lines.value("f1040", result.capital_gain_line) or 0)
    total_tax = None if tax is None else int(tax)
    return Link(result.year, brought, result.carryover_out, max(-net, 0), gain, total_tax)


def _carried(before: YearReturn, seen: Case, rules_of: RulesOf) -> tuple[CarryoverIn, list[Finding]]:
    """The loss carried into the year that `seen` is of, as its rules decide, and what they remark on it."""
    year = seen.tax_year
    left = before.carryover_out
    given = (seen.carryover_in.short_term, seen.carryover_in.long_term)
    fact: dict[str, FactValue] = {
        "tax_year": year,
        "year_before": before.year,
        "filing_status_before": before.case.taxpayer.filing_status,
        "filing_status": seen.taxpayer.filing_status,
        "loss_left": any(left),
        "loss_given": any(given),
        "loss_differs": given != left,
        "short_term": left[0],
        "long_term": left[1],
        "short_term_given": given[0],
        "long_term_given": given[1],
    }
    rules = rules_of(year)
    decided = rules.conclude("carried_loss", [fact], ("carryover_from",))[0]["carryover_from"]
    remarks = rules.remarks("carried_loss", [fact | {"carryover_from": decided.value}])[0]
    found = [*told("carryover-from", decided), *(said.finding(_CASE) for said in remarks)]
    short, long = given if decided.value == "case" else left
    # Already cents: the validators read dollars.
    return CarryoverIn.model_construct(short_term=short, long_term=long), found
