"""When a refund can be claimed, how much of the tax can come back, and how the amended return is filed."""

from collections.abc import Mapping, Sequence
from datetime import date

from niner.amend.days.calendar import next_business_day, years_later
from niner.amend.days.postponed import Place, Postponement, moved, moving
from niner.amend.filed.figures import amount_at
from niner.amend.filed.original import Original
from niner.case.filed import Payment
from niner.dataclass import dataclass
from niner.rules import Conclusion, FactValue, YearRules


@dataclass(frozen=True, slots=True)
class Deadline:
    """A filed year on the day of a claim. `safe_day` counts nothing in the taxpayer's favour; `last_day` is the law's;
    both count from filing. `last_day_of_payments` counts two years from the last payment.

    `limit_cents` is the most that can come back if the claim is made on `as_of`; before anything was refunded already.
    `assessed_by` is the last day on which the IRS can assess more tax, `long_assessed_by` that where more than a
    quarter of gross income was left out.
    """

    as_of: date
    filed_on: date
    filed_known: bool
    due_date: date
    superseding_until: date
    safe_day: date
    last_day: date
    last_day_of_payments: date | None
    safe_day_of_payments: date | None
    assessed_by: date
    long_assessed_by: date
    limit_cents: int
    claim: Conclusion
    way: Conclusion
    facts: Mapping[str, FactValue]
    """What the rules decided on."""
    postponed: tuple[Postponement, ...] = ()
    """What a disaster postponed of these days."""
    postponed_elsewhere: tuple[Postponement, ...] = ()
    """What it would have postponed in other counties of the state."""
    postponed_unread: tuple[Postponement, ...] = ()
    """What would move one of these days, were it read in a source."""
    due_date_postponed: bool = False

    @property
    def open(self) -> bool:
        """Whether anything can still be claimed on `as_of`."""
        return self.claim.value != "closed"

    @property
    def by_payments(self) -> bool:
        """Whether only the two years from a payment keep the claim open."""
        return self.claim.value == "two_years"

    @property
    def claim_by(self) -> date:
        """The day by which to claim to be safe, on whichever of the two times keeps the claim open."""
        return self.safe_day_of_payments if self.by_payments and self.safe_day_of_payments else self.safe_day

    @property
    def claim_until(self) -> date:
        """The last day of a claim, on whichever of the two times keeps it open."""
        return self.last_day_of_payments if self.by_payments and self.last_day_of_payments else self.last_day

    @property
    def filed_late(self) -> bool:
        """Whether the return was filed after its due date with the extension."""
        return self.filed_known and self.filed_on > self.superseding_until

    @property
    def still_original(self) -> bool:
        """Whether a new original return can still take the place of the one filed."""
        return self.as_of <= self.superseding_until


def payments_of(original: Original, rules: YearRules) -> list[Payment]:
    """What was paid with the return and since, each with its day; what was owed counts as paid where nothing is said,
    less the penalty in it, which is no tax paid (Form 1040-X instructions, Line 16)."""
    filed = original.filed.original
    payments = list(filed.payments or ())
    if filed.payments is None:
        first = original.filed.first_lines
        owed = amount_at(first, rules, "owed") - amount_at(first, rules, "estimated_tax_penalty")
        due = date.fromisoformat(str(rules.parameter("due_date")))
        payments += [Payment.model_construct(paid_on=filed.filed_on or due, amount=owed)] if owed > 0 else []
    return payments + [
        Payment.model_construct(paid_on=entry.adjusted_on, amount=entry.additional_tax_paid)
        for entry in original.filed.adjustments
        if entry.additional_tax_paid
    ]


def deadline(
    rules: YearRules,
    *,
    as_of: date,
    filed_on: date | None,
    extended_to: date | None,
    on_paper: bool,
    prepaid_cents: int,
    payments: Sequence[Payment],
    place: Place | None = None,
) -> Deadline:
    """The times of one filed year. `prepaid_cents` is what counts as paid on 15 April: withheld, estimated, credits.

    A postponement where the taxpayer lived (`place`) moves what was due in it, and no extension does (Treas. Reg.
    §301.7508A-1(b)(4)): an early return counts as filed on 15 April all the same.
    """
    here = place.here if place else ()
    for_all = date.fromisoformat(str(rules.parameter("due_date")))
    due = moved(for_all, here)
    extended = moved(extended_to, here) if extended_to else None
    prepaid_on = date.fromisoformat(str(rules.parameter("payments_deemed_paid")))
    from_filing = int(rules.parameter("refund_years_from_filing"))
    from_payment = int(rules.parameter("refund_years_from_payment"))
    # A return filed early counts as filed on 15 April, whatever a weekend or a postponement did to the due date (IRC
    # §6513(a); Rev. Rul. 2003-41 and 81-269); one filed later on the day it was filed.
    counted = max(filed_on or prepaid_on, prepaid_on)
    in_law = years_later(counted, from_filing)
    last = moved(next_business_day(in_law), here)
    safe = years_later(prepaid_on if counted <= due else counted, from_filing)
    # For the IRS's own time the later day is taken: nobody is told too early that nothing can be assessed.
    for_assessment = max(filed_on or due, due)
    assessed_by, long_assessed_by = (
        next_business_day(years_later(for_assessment, int(rules.parameter(name))))
        for name in ("assessment_years", "assessment_years_of_omission")
    )
    money = [(prepaid_on, prepaid_cents), *((max(p.paid_on, prepaid_on), p.amount) for p in payments)]
    paid = [(day, cents) for day, cents in money if cents]
    safe_ends = [years_later(day, from_payment) for day, _ in paid]
    ends = [moved(next_business_day(day), here) for day in safe_ends]
    days = [for_all, *([extended_to] if extended_to else []), next_business_day(in_law)]
    days += [next_business_day(day) for day in safe_ends]
    facts: dict[str, FactValue] = {
        "tax_year": rules.year,
        "within_years_of_filing": as_of <= last,
        "within_years_of_payment": any(as_of <= end for end in ends),
        "within_years_of_assessment": as_of <= assessed_by,
        "within_years_of_omission": as_of <= long_assessed_by,
        "years_before_current": max(as_of.year - 1 - rules.year, 0),
        "original_on_paper": on_paper,
    }
    decided = rules.conclude("claim", [facts], ("refund_claim", "filing_way"))[0]
    match decided["refund_claim"].value:
        case "three_years":
            # A claim made in time because of a weekend looks back as if made on the last day itself; the time of an
            # extension, and a due date after 15 April, are added to the three years.
            # A disaster's postponement lengthens it only for claims since P.L. 119-64.
            lengthens = as_of >= date.fromisoformat(str(rules.parameter("postponement_looks_back_from")))
            until, to = (due, extended) if lengthens else (for_all, extended_to)
            extension = ((max(to, until) if to else until) - prepaid_on).days
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
        superseding_until=max(next_business_day(extended), due) if extended else due,
        safe_day=safe,
        last_day=last,
        last_day_of_payments=max(ends) if ends else None,
        safe_day_of_payments=max(safe_ends) if safe_ends else None,
        assessed_by=assessed_by,
        long_assessed_by=long_assessed_by,
        limit_cents=limit,
        claim=decided["refund_claim"],
        way=decided["filing_way"],
        facts={name: value for name, value in facts.items() if name != "tax_year"},
        postponed=moving(days, here),
        postponed_elsewhere=moving(days, place.elsewhere if place else ()),
        postponed_unread=moving(days, place.unread if place else ()),
        due_date_postponed=due != for_all,
    )
