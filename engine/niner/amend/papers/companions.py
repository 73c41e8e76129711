"""A filed year against its corrected return to what goes with Form 1040-X, or in its place, by the rules."""

from datetime import date

from niner.amend.days.calendar import next_business_day, years_later
from niner.amend.days.postponed import place_of, state_of
from niner.amend.filed.original import becomes_joint
from niner.amend.papers.findings import spoken
from niner.amend.year import YearAmended
from niner.rules import FactValue
from niner.values import Finding, Source


def companion_findings(this: YearAmended) -> list[Finding]:
    """What the rules have to say of forms and answers beside the amended return."""
    rules, source = this.result.rules, Source(f"filed/{this.year}.yaml")
    said = [
        *rules.remarks("companion", [_companion(this)])[0],
        *rules.remarks("state_return", [_state(this)])[0],
        *rules.remarks("postponed_days", [_postponed(this)])[0],
    ]
    return [one.finding(source) for one in said]


def _state(this: YearAmended) -> dict[str, FactValue]:
    row = state_of(this.result.case, this.result.rules)
    cells = row.cells if row else {}
    words: dict[str, FactValue] = {
        name: str(cells.get(name, "")) for name in ("form", "window", "counted_from", "refund_window", "look_up")
    }
    return {
        **words,
        "tax_year": this.year,
        "figures_differ": this.differs,
        "state_listed": row is not None,
        "income_tax": bool(cells.get("income_tax")),
        "window_known": bool(words["window"]),
        "form_known": bool(words["form"]),
        "refund_window_known": bool(words["refund_window"]),
        "source_read": bool(cells.get("source_read")),
        "state_name": str(cells.get("name", "")),
        "because": row.authority if row else "",
    }


def _companion(this: YearAmended) -> dict[str, FactValue]:
    rules, case = this.result.rules, this.result.case
    told, status = case.amendment, case.taxpayer.filing_status
    due = date.fromisoformat(str(rules.parameter("payments_deemed_paid")))
    until = next_business_day(years_later(due, int(rules.parameter("joint_return_years"))))
    return {
        "tax_year": this.year,
        "figures_differ": this.differs,
        "claimable": this.claimable_cents,
        "irs_contact": told.irs_contact.get(this.year, "not_said"),
        "joint": status == "married_joint",
        "separate_to_joint": becomes_joint(case, this.year, this.original.figures.filing_status),
        "spouse_return_told": this.year in told.spouse_filed,
        "joint_in_time": this.deadline.as_of <= until,
        "joint_until": spoken(until),
        "injured_spouse": told.injured_spouse,
        "innocent_spouse": told.innocent_spouse,
        "deceased": told.deceased or "nobody",
        "claimed_by": told.claimed_by or "not_said",
        "representative": told.representative,
        "penalties_paid": told.penalties_paid,
        "disclose": told.disclose and not this.result.case.disclosures,
    }


def _postponed(this: YearAmended) -> dict[str, FactValue]:
    when, place = this.deadline, place_of(this.result.case, this.result.rules)
    told, unread = (
        "; ".join(f"{one.disaster}, to {spoken(one.ends)}" for one in those)
        for those in (when.postponed, when.postponed_unread)
    )
    return {
        "tax_year": this.year,
        "figures_differ": this.differs,
        "postponed": bool(when.postponed),
        "parts_of_state": bool(when.postponed_elsewhere),
        "county_known": bool(place.county),
        "state_listed": bool(place.state),
        "disasters": told,
        "unread_here": bool(when.postponed_unread),
        "unread_disasters": unread,
        "place": place.words,
        "counties": "; ".join(dict.fromkeys(one.where for one in when.postponed_elsewhere)),
    }
