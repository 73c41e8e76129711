"""A filed year against its corrected return to what that costs or brings beside the tax: interest, and penalties."""

from datetime import date, timedelta
from typing import Any

from niner.amend.days.deadlines import payments_of
from niner.amend.days.interest import Interest, Running, interest
from niner.amend.papers.findings import assessment, spoken
from niner.amend.year import YearAmended
from niner.dataclass import dataclass
from niner.money import dollars_text
from niner.rules import FactValue
from niner.values import Finding, Source


@dataclass(frozen=True, slots=True)
class Cost:
    """Interest on what is owed or comes back, and the facts that the rules remark on. Cents."""

    interest: Interest
    facts: dict[str, FactValue]

    @property
    def substantial(self) -> bool:
        """Whether the understatement of tax is a substantial one."""
        return bool(self.facts["substantial"])


def cost_of(this: YearAmended) -> Cost:
    """What amending the year costs or brings on the day it is seen from."""
    when = this.deadline
    assessable = assessment(this).value != "closed"
    on = _owed(this) if this.owed_cents and assessable else _refunded(this) if this.claimable_cents else []
    found = interest(this.result.rules, on, when.as_of)
    first = min((one.since for one in on), default=when.as_of)
    lines = this.result.lines
    facts: dict[str, FactValue] = {}
    for field in this.result.rules.compiled.kinds["cost"].fields.values():
        if field.taken_from:
            value = lines.taken(field.taken_from)
            facts[field.name] = bool(value) if field.type == "yes_no" else int(value or 0)
    facts |= {
        "tax_year": this.year,
        "as_of": spoken(when.as_of),
        "claimable": this.claimable_cents,
        "assessable": assessable,
        "interest": found.cents,
        "interest_from": spoken(first),
        "rates_known": not found.missing,
        "known_until": spoken(found.until),
        "quarter_missing": found.missing,
        "refund_free_days": int(this.result.rules.parameter("refund_without_interest_days")),
        "refund_day_matters": _first_refund(this) > 0 and this.year not in this.result.case.amendment.refunded_on,
        "before_due_date": when.still_original,
        "irs_contact": this.result.case.amendment.irs_contact.get(this.year, "not_said"),
    }
    return Cost(found, facts)


def cost_findings(this: YearAmended, cost: Cost) -> list[Finding]:
    """What the rules have to say of interest and penalties."""
    said = this.result.rules.remarks("cost", [cost.facts])[0]
    return [one.finding(Source(f"filed/{this.year}.yaml")) for one in said]


def _first_refund(this: YearAmended) -> int:
    """What the filed return itself was refunded or credited, cents."""
    return int(this.original.inputs["filed_overpayment"]) - this.original.filed.refunded_since


def _owed(this: YearAmended) -> list[Running]:
    """What is owed, with the day from which it bears interest.

    Tax that was refunded without interest was not unpaid until the refund (Rev. Rul. 99-40); what was refunded later
    than the free days bore interest itself, and so does the tax.
    """
    rules, when = this.result.rules, this.deadline
    if when.as_of <= when.due_date:
        return []
    start = date.fromisoformat(str(rules.parameter("interest_from")))
    if when.due_date_postponed:  # that time is disregarded for interest too (IRC §7508A(a)(2))
        start = when.due_date
    refunded_on = this.result.case.amendment.refunded_on.get(this.year)
    back = min(this.owed_cents, _first_refund(this))
    free = timedelta(days=int(rules.parameter("refund_without_interest_days")))
    if refunded_on is None or back <= 0 or refunded_on > max(when.due_date, when.filed_on) + free:
        return [Running(this.owed_cents, start)]
    parts = [Running(this.owed_cents - back, start), Running(back, max(refunded_on, start))]
    return [part for part in parts if part.cents]


def _refunded(this: YearAmended) -> list[Running]:
    """What can come back, each part since the day it was paid too much: the payments that came last (Treas. Reg.
    §301.6611-1(b)), none before the due date (IRC §6611(d)) or, for a return filed late, its filing (§6611(b)(3))."""
    when = this.deadline
    deemed = date.fromisoformat(str(this.result.rules.parameter("payments_deemed_paid")))
    earliest = when.filed_on if when.filed_late else deemed
    left, found = this.claimable_cents, []
    for payment in sorted(payments_of(this.original, this.result.rules), key=lambda paid: paid.paid_on, reverse=True):
        part = min(left, payment.amount)
        if part:
            found.append(Running(part, max(payment.paid_on, deemed, earliest)))
        left -= part
    if left:
        found.append(Running(left, max(deemed, earliest)))
    return found


def cost_json(this: YearAmended, cost: Cost) -> dict[str, Any]:
    """Interest and the penalty tests as plain data."""
    facts, found = cost.facts, cost.interest
    return {
        "as_of": found.asked.isoformat(),
        "interest": {
            "on": dollars_text(found.principal_cents),
            "amount": None if found.missing else dollars_text(found.cents),
            "until": found.until.isoformat(),
            "to_then": dollars_text(found.cents),
            "rate_missing": found.missing or None,
            "parts": [{"amount": dollars_text(one.cents), "since": one.since.isoformat()} for one in found.on],
            "rates": [{"quarter": span.quarter, "days": span.days, "rate": str(span.rate)} for span in found.spans],
        },
        "penalties": {
            "understatement": dollars_text(int(facts["understatement"])),
            "substantial_above": dollars_text(int(facts["substantial_above"])),
            "substantial": cost.substantial,
            "accuracy_penalty": dollars_text(int(facts["accuracy_penalty"])) if cost.substantial else None,
            "erroneous_claim_penalty": dollars_text(int(facts["erroneous_claim_penalty"])),
            "irs_contact": facts["irs_contact"],
        },
    }
