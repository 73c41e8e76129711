"""What the years before leave to the loss that is carried into a year, as the rules decide between them and the case.

The years before are told by the return as filed, by the one prepared, or by the ledger run through its earlier years.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from niner.asked import CARRYOVER
from niner.case import CarryoverIn, Case
from niner.dataclass import dataclass
from niner.returns.matching import Matching
from niner.returns.plan import RulesOf, told
from niner.rules import FactValue
from niner.values import Finding, Refused, Source

_CASE = Source("case.yaml")


@dataclass(frozen=True, slots=True)
class Left:
    """The loss that a year leaves, in cents and positive, and who says so: `known_from` in the words of facts.yaml,
    `kept_by` the file or the years."""

    year: int
    short_term: int
    long_term: int
    filing_status: str
    known_from: str
    kept_by: str


@dataclass(frozen=True, slots=True)
class Carried:
    """The loss carried into a year, where it came from, and what is to be said of it.

    `origin` is case.yaml, a file, the years of the ledger (`ledger, 2022-2023`), or nothing.
    """

    loss: CarryoverIn
    origin: str
    findings: tuple[Finding, ...] = ()

    def put_into(self, seen: Case) -> Case:
        """The case with this loss carried in."""
        return seen.model_copy(update={"carryover_in": self.loss})


def carried_into(left: Left, seen: Case, rules_of: RulesOf) -> Carried:
    """The loss carried into the year that `seen` is of. A refusal is among the findings."""
    given = seen.carryover_in
    own = seen.carried_in
    fact: dict[str, FactValue] = {
        "tax_year": seen.tax_year,
        "year_before": left.year,
        "filing_status_before": left.filing_status,
        "filing_status": seen.taxpayer.filing_status,
        "known_from": left.known_from,
        "kept_by": left.kept_by,
        "run": f"{left.year}-{seen.tax_year}",
        "loss_left": bool(left.short_term or left.long_term),
        "loss_given": given is not None,
        "loss_differs": (own.short_term, own.long_term) != (left.short_term, left.long_term),
        "loss_difference": abs(own.short_term - left.short_term) + abs(own.long_term - left.long_term),
        "short_term": left.short_term,
        "long_term": left.long_term,
        "loss": left.short_term + left.long_term,
        "short_term_given": own.short_term,
        "long_term_given": own.long_term,
    }
    rules = rules_of(seen.tax_year)
    decided = rules.conclude("carried_loss", [fact], CARRYOVER)[0]["carryover_from"]
    remarks = rules.remarks("carried_loss", [fact | {"carryover_from": decided.value}])[0]
    found = (*told("carryover-from", decided), *(said.finding(_CASE) for said in remarks))
    if decided.value == "case":
        return Carried(own, "case.yaml", found)
    if left.known_from == "not_known" or not fact["loss_left"]:
        return Carried(CarryoverIn.model_construct(), "nothing", found)
    # Already cents: the validators read dollars.
    loss = CarryoverIn.model_construct(short_term=left.short_term, long_term=left.long_term)
    return Carried(loss, left.kept_by or f"ledger, {left.year}", found)


def carried_alone(case: Case, year: int, matching: Matching, rules_of: RulesOf, known: Mapping[int, Left]) -> Carried:
    """The loss carried into a year that no year was worked out before in this run.

    `known` are the losses that files tell, by the year that leaves them. `case` is seen from its own year.
    """
    seen = case.seen_from(year)
    left = known.get(year - 1)
    if left is None:
        try:
            left = _through_the_ledger(case, year, matching, rules_of, known)
        except Refused:
            left = None
    if left is not None:
        return carried_into(left, seen, rules_of)
    return Carried(seen.carried_in, "nothing" if seen.carryover_in is None else "case.yaml")


def _through_the_ledger(
    case: Case, year: int, matching: Matching, rules_of: RulesOf, known: Mapping[int, Left]
) -> Left | None:
    """What the years before `year` leave, run through one by one; None where they have no loss.

    The run begins after the last year that a file tells of, or at the last for which the case gives a loss carried in.
    """
    told_of = [y for y in known if y < year]
    given = [y for y, block in case.years.items() if y < year and block.carryover_in is not None]
    if case.tax_year < year and case.carryover_in is not None:
        given.append(case.tax_year)
    with_loss = [y for y in sorted({*matching.nets, *case.years}) if y < year and _may_lose(case, matching, y)]
    anchors = [y + 1 for y in told_of] + given
    if not anchors and not with_loss:
        return None
    years = range(max(anchors) if anchors else with_loss[0], year)
    # Without the figures of a year with a loss only what is at stake is told, and totals are enough for that, unless
    # the ledger says of losses that they are not deductible.
    unknown = any(y in years and case.seen_from(y).return_ is None for y in with_loss)
    roughly = unknown and not matching.nondeductible
    left = known.get(years.start - 1)
    missing: list[int] = []
    stake: Left | None = None
    for one in years:
        seen = case.seen_from(one)
        if left is not None and seen.carryover_in is None:
            carried = carried_into(left, seen, rules_of)
            if any(finding.severity == "error" for finding in carried.findings):
                return Left(one - 1, left.short_term, left.long_term, left.filing_status, "not_known", _span(years))
            seen = carried.put_into(seen)
        lines = matching.rough_lines_of(seen, rules_of, _ASKED) if roughly else matching.lines_of(seen, rules_of)
        at = rules_of(one).place
        if (lines.at(at("loss_allowed")) or 0) < 0 and lines.at(at("taxable_income")) is None:
            missing.append(one)
        short, long = (lines.at(at(f"{term}_carried_on")) or 0 for term in ("short_term", "long_term"))
        left = Left(one, short, long, seen.taxpayer.filing_status, "ledger", f"the ledger's {_span(years)}")
        if missing and (short or long) and one in with_loss:
            stake = replace(left, known_from="not_known", kept_by=_span(missing))
    if left is not None and (missing or roughly) and (left.short_term or left.long_term):
        return stake or replace(left, known_from="not_known", kept_by=_span(missing or years))
    return None if roughly else left


_ASKED = ("loss_allowed", "taxable_income", "short_term_carried_on", "long_term_carried_on")
"""The places of a year before by which the loss that it leaves is known."""


def _may_lose(case: Case, matching: Matching, year: int) -> bool:
    """Whether a year has a net loss before any rule, or Schedule D amounts beside the ledger."""
    return matching.nets.get(year, 0) < 0 or any(case.seen_from(year).schedule_d.figures.values())


def _span(years: Sequence[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"
