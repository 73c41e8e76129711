"""One ledger through several years: the loss left at the end of each goes into the next (IRC §1212(b)).

What a year could have absorbed is gone whether or not it was claimed: the carryover is what the law would have left
(Pub. 550, Capital loss carryover), so each year is worked out as it should have been.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from niner.case import CarryoverIn, Case
from niner.ledger import Transaction
from niner.money import dollars_spoken
from niner.returns.plan import RulesOf
from niner.returns.year import YearReturn, year_return
from niner.values import Finding, Refused, Source


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
            short, long = results[-1].carryover_out
            given = (seen.carryover_in.short_term, seen.carryover_in.long_term)
            before = results[-1].case.taxpayer.filing_status
            parted = (before == "married_joint") != (seen.taxpayer.filing_status == "married_joint")
            if parted and (short or long) and given == (0, 0):
                raise Refused([*said, _whose(year, short, long)])
            if parted and given != (0, 0):
                short, long = given
            if given != (0, 0) and given != (short, long):
                said.append(_differs(year, given, (short, long)))
            # Already cents: the validators read dollars.
            carried = CarryoverIn.model_construct(short_term=short, long_term=long)
            seen = seen.model_copy(update={"carryover_in": carried})
        if year != case.tax_year and year not in case.years:
            says = f"The case has no figures for {year} beside the ledger."
            todo = f"Add them under “years: {year}:” in case.yaml: they decide how much loss carries on."
            said.append(Finding("other-year", "review", says, todo, source=Source("case.yaml")))
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


def _whose(year: int, short: int, long: int) -> Finding:
    says = (
        f"Between {year - 1} and {year} the filing status changes to or from a joint return, "
        f"with {_both((short, long))} carried on. A loss belongs to the spouse who had it; the ledger does not tell."
    )
    todo = f"Work out this taxpayer's share and give it as carryover_in for {year} (under years: {year}:)."
    authority = "Treas. Reg. §1.1212-1(c); Pub. 550"
    return Finding("carryover-whose", "error", says, todo, authority, source=Source("case.yaml"))


def _differs(year: int, given: tuple[int, int], worked_out: tuple[int, int]) -> Finding:
    says = (
        f"case.yaml carries {_both(given)} into {year}; by the years before it should be {_both(worked_out)}, "
        "which was used."
    )
    todo = "If the difference was filed, earlier returns may need to be amended."
    return Finding("carryover-differs", "review", says, todo, "IRC §1212(b); Pub. 550", source=Source("case.yaml"))


def _both(amounts: tuple[int, int]) -> str:
    return f"{dollars_spoken(amounts[0])} short-term and {dollars_spoken(amounts[1])} long-term"
