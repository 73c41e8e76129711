"""One ledger through several years: the loss left at the end of each goes into the next, as the rules decide.

Each year is worked out as it should have been, whether or not it was filed so.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from niner.brokers import NONE, Brokers
from niner.case import Case
from niner.dataclass import dataclass
from niner.ledger import NO_RECORDS, Records, Transaction
from niner.returns.matching import Matching
from niner.returns.plan import RulesOf
from niner.returns.units.choosing import AsIf
from niner.returns.year import YearReturn, year_return
from niner.returns.years.carried import Carried, Left, carried_into
from niner.values import Finding, Refused, Source

_CASE = Source("case.yaml")
_AS_IT_IS = AsIf()


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
    first: Carried | None = None,
    form_dirs: Sequence[Path] = (),
    records: Records = NO_RECORDS,
    as_if: AsIf = _AS_IT_IS,
    filed: bool = False,
    brokers: Brokers = NONE,
    matched: Matching | None = None,
) -> list[YearReturn]:
    """The returns of `years`, which follow one another; `first` is what is carried into the first of them, `matched`
    the ledger in lots up to that year where it is known already,
    `records` what was written down of lots, `as_if` another way of choosing them, to compare with, `filed` whether all
    of the years were filed and are corrected here, `brokers` what brokers reported.

    Raises Refused with the first year that can't be worked out.
    """
    results: list[YearReturn] = []
    for year in years:
        seen = case.seen_from(year)
        said = list(findings) if year == years[0] else []
        if results:
            before = results[-1]
            left = Left(before.year, *before.carryover_out, before.case.taxpayer.filing_status, "years_before", "")
            carried = carried_into(left, seen, rules_of)
            said += carried.findings
            if any(finding.severity == "error" for finding in said):
                raise Refused(said)
            seen = carried.put_into(seen)
        elif first is not None:
            said += first.findings
            seen = first.put_into(seen)
        if year != case.tax_year and year not in case.years:
            says = f"The case has no figures for {year} beside the ledger."
            todo = f"Add them under “years: {year}:” in case.yaml: they decide how much loss carries on."
            said.append(Finding("other-year", "review", says, todo, source=_CASE))
        result = year_return(
            seen,
            transactions,
            rules_of,
            said,
            progress,
            matched if year == years[0] else None,
            records=records,
            form_dirs=form_dirs,
            as_if=as_if,
            filed=filed,
            brokers=brokers,
        )
        came = carried if results else first
        results.append(result if came is None else replace(result, carried_from=came.origin))
    return results


def link(result: YearReturn) -> Link:
    """A year's part in the chain."""
    brought = (-result.amount("short_term_carried_in"), -result.amount("long_term_carried_in"))
    net = result.amount("net_gain") + sum(brought)
    total_tax = result.lines.at(result.rules.place("total_tax"))
    return Link(result.year, brought, result.carryover_out, max(-net, 0), result.amount("capital_gain"), total_tax)
