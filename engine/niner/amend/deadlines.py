"""When a refund can be claimed, how much of the tax can come back, and how the amended return is filed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from niner.amend.days import next_business_day, years_later
from niner.case.filed import Payment
from niner.rules import Conclusion, FactValue, YearRules


@dataclass(frozen=True, slots=True)
class Deadline:
    """A filed year on the day of a claim. `safe_day` counts nothing in the taxpayer's favour; `last_day` is the law's.

    `limit_cents` is the most that can come back if the claim is made on `as_of`; before anything was refunded already.
    """

    as_of: date
    filed_on: date
    filed_known: bool
    due_date: date
    superseding_until: date
    safe_day: date
    last_day: date
    last_day_of_payments: date | None
    limit_cents: int
    claim: Conclusion
    way: Conclusion
    facts: Mapping[str, FactValue]
    """What the rules decided on."""

    @property
    def open(self) -> bool:
        """Whether anything can still be claimed on `as_of`."""
        return self.claim.value != "closed"

    @property
    def still_original(self) -> bool:
        """Whether a new original return can still take the place of the one filed."""
        return self.as_of <= self.superseding_until


def deadline(
    rules: YearRules,
    *,
    as_of: date,
    filed_on: date | None,
    extended_to: date | None,
    on_paper: bool,
    prepaid_cents: int,
    payments: Sequence[Payment],
) -> Deadline:
    """The times of one filed year. `prepaid_cents` is what counts as paid on 15 April: withheld, estimated, credits."""
    due = date.fromisoformat(str(rules.parameter("due_date")))
    prepaid_on = date.fromisoformat(str(rules.parameter("payments_deemed_paid")))
    from_filing = int(rules.parameter("refund_years_from_filing"))
    from_payment = int(rules.parameter("refund_years_from_payment"))
    # A return filed early counts as filed on the due date; one filed under an extension on the day it was filed.
    counted = max(filed_on or due, due)
    in_law = years_later(counted, from_filing)
    last = next_business_day(in_law)
    safe = years_later(prepaid_on if counted == due else counted, from_filing)
    money = [(prepaid_on, prepaid_cents), *((max(p.paid_on, prepaid_on), p.amount) for p in payments)]
    paid = [(day, cents) for day, cents in money if cents]
    ends = [next_business_day(years_later(day, from_payment)) for day, _ in paid]
    facts: dict[str, FactValue] = {
        "tax_year": rules.year,
        "within_years_of_filing": as_of <= last,
        "within_years_of_payment": any(as_of <= end for end in ends),
        "years_before_current": max(as_of.year - 1 - rules.year, 0),
        "original_on_paper": on_paper,
    }
    decided = rules.conclude("claim", [facts], ("refund_claim", "filing_way"))[0]
    match decided["refund_claim"].value:
        case "three_years":
            # A claim made in time because of a weekend looks back as if made on the last day itself; the time of an
            # extension, and a due date after 15 April, are added to the three years.
            extension = ((max(extended_to, due) if extended_to else due) - prepaid_on).days
            start = years_later(min(as_of, in_law), -from_filing).toordinal() - extension
            limit = sum(cents for day, cents in paid if day.toordinal() >= start)
        case "two_years":
            limit = sum(cents for (_, cents), end in zip(paid, ends, strict=True) if as_of <= end)
        case _:
            limit = 0
    return Deadline(
        as_of=as_of,
        filed_on=filed_on or due,
        filed_known=filed_on is not None,
        due_date=due,
        superseding_until=next_business_day(extended_to) if extended_to else due,
        safe_day=safe,
        last_day=last,
        last_day_of_payments=max(ends) if ends else None,
        limit_cents=limit,
        claim=decided["refund_claim"],
        way=decided["filing_way"],
        facts={name: value for name, value in facts.items() if name != "tax_year"},
    )
