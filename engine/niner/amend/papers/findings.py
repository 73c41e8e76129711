"""What the person should know of an amended return: each difference, the refund or bill, the times, the other years."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from niner.amend.days.postponed import state_of
from niner.amend.filed.figures import amount_at
from niner.amend.filed.original import Original, spouse_settled
from niner.amend.year import YearAmended
from niner.case.filed import filed_years, read_filed
from niner.rules import Conclusion, FactValue, YearRules
from niner.values import Finding, Refused, Severity, Source

_NEXT_TO_AGI = (
    "pensions_and_benefits",
    "deduction",
    "qbi_deduction",
    "schedule_1a_deduction",
    "nonrefundable_credits",
    "refundable_credits",
    "earned_income_credit",
)


def findings_of(this: YearAmended) -> list[Finding]:
    """Each cause with its lines and what it calls for, then what the rules have to say of the claim."""
    rules = this.result.rules
    said = rules.remarks("claim", [_claim(this)])[0]
    source = Source(f"filed/{this.year}.yaml")
    return [*_triggers(this), *(one.finding(source) for one in said)]


def cascade_findings(this: YearAmended, later: Sequence[YearAmended], earlier: Sequence[YearAmended]) -> list[Finding]:
    """What amending the year means for the other filed years, in the order in which to file."""
    others = sorted([*earlier, *later], key=lambda other: other.year)
    found = []
    for other in others:
        for one in this.result.rules.remarks("touched_year", [_touched(this, other)])[0]:
            found.append(one.finding(Source(f"filed/{other.year}.yaml")))
    return found


def old_returns(folder: Path, rules: YearRules) -> list[Finding]:
    """What is to be known of filed returns of years before the rules begin, by the first year's rules."""
    found: list[Finding] = []
    for year in filed_years(folder):
        if year >= rules.year:
            continue
        try:
            filed = read_filed(folder, year)
        except Refused:
            continue
        day = filed.original.filed_on
        fact: dict[str, FactValue] = {
            "tax_year": year,
            "special_rate_gain": bool(amount_at(filed.lines, rules, "special_rate_gain")),
            "filed_in": day.year * 100 + day.month if day else 0,
        }
        found += [one.finding(Source(f"filed/{year}.yaml")) for one in rules.remarks("old_return", [fact])[0]]
    return found


def _triggers(this: YearAmended) -> list[Finding]:
    """What each cause is to the rules: something to amend, or not."""
    key = _key_lines(this)
    too_late = bool(this.owed_cents) and assessment(this).value == "closed"
    facts: list[dict[str, FactValue]] = [
        {
            "what": cause.what,
            "tax_year": this.year,
            "changes_figures": any(form != "carryover" for form, _ in cause.effect),
            "moves_form_1040x": any(form not in ("carryover", "f1040sd") for form, _ in cause.effect),
            "before_due_date": this.deadline.still_original,
            "owed_too_late": too_late,
            "records_kept": this.result.case.amendment.identification_records,
            "first_in_first_out": _first_in_first_out(this),
            "joint_to_separate": _joint_to_separate(this),
            "separate_to_joint": cause.joined,
        }
        for cause in this.comparison.causes
    ]
    found = []
    decided = this.result.rules.conclude("difference", facts, ("amendment",))
    for cause, fact, because in zip(this.comparison.causes, facts, decided, strict=True):
        conclusion = because["amendment"]
        words, moves = this.comparison.words(cause), this.comparison.moves(cause, key)
        money = cause.amount_cents
        severity: Severity = (
            "error"
            if conclusion.value == "refused"
            else "review"
            if conclusion.value in ("amend", "supersede", "too_late")
            else "note"
        )
        todo = conclusion.todo
        if conclusion.value == "amend" and this.refund_cents:
            todo = f"{todo} By {spoken(this.deadline.claim_by)}." if this.deadline.open else ""
        says = f"{words[:1].upper()}{words[1:]}{moves}. {conclusion.says}"
        id = f"amend-{str(fact['what']).replace('_', '-')}"
        found.append(Finding(id, severity, says, todo, conclusion.authority, money))
    return found


def _first_in_first_out(this: YearAmended) -> bool:
    """Whether the corrected return takes the first units in, which needs no record of the time of sale."""
    return (this.result.case.elections.lot_method or "fifo") == "fifo"


def _joint_to_separate(this: YearAmended) -> bool:
    """Whether a joint return is to become a separate one, for a marriage that was not annulled."""
    filed, now = this.original.figures.filing_status, this.result.case.taxpayer.filing_status
    return filed == "married_joint" and now != filed and not this.result.case.amendment.marriage_annulled


def assessment(this: YearAmended) -> Conclusion:
    """Whether the IRS can still assess more tax for the year on the day of the claim."""
    fact: dict[str, FactValue] = {
        **this.deadline.facts,
        "tax_year": this.year,
        "quarter_omitted": _quarter_omitted(this),
    }
    return this.result.rules.conclude("claim", [fact], ("assessment",))[0]["assessment"]


def _quarter_omitted(this: YearAmended) -> bool:
    """Whether total income rises by more than the share of what was stated that gives the IRS the longer time."""
    stated = amount_at(this.original.lines, this.result.rules, "total_income")
    omitted = this.result.amount("total_income") - stated
    return omitted > max(stated, 0) * Decimal(str(this.result.rules.parameter("omission_share")))


def _key_lines(this: YearAmended) -> list[tuple[str, str]]:
    places = ("net_short_term", "net_long_term", "capital_gain", "agi", "total_tax")
    return [this.result.rules.place(name).at for name in places]


def _claim(this: YearAmended) -> dict[str, FactValue]:
    when, lines, original = this.deadline, this.result.lines, this.original
    given, rules, first = this.result.case.return_, this.result.rules, original.filed.first_lines
    driven = 0
    if given is not None:
        figures = [getattr(given, name) for name in _NEXT_TO_AGI] + [abs(given.other_income), given.adjustments]
        driven = sum(figure for figure in figures if isinstance(figure, int))
        standard = this.result.rules.parameter("standard_deduction", this.result.case.taxpayer.filing_status)
        driven -= given.deduction if given.deduction == standard and isinstance(given.deduction, int) else 0
    carried_as_filed = this.carried_as_filed
    refund = this.refund_cents
    already = amount_at(first, rules, "overpaid") + original.filed.refunded_since
    limit = max(when.limit_cents - already, 0)
    return {
        "tax_year": this.year,
        "next_year": this.year + 1,
        "protective": bool(this.result.case.amendment.protective_claim),
        "state_told": state_of(this.result.case, rules) is not None,
        **when.facts,
        "filed_on_known": when.filed_known,
        "before_due_date": when.still_original,
        "figures_differ": this.differs,
        "agi_differs": this.result.amount("amended_agi_change") != 0,
        "due_date": spoken(when.due_date),
        "superseding_until": spoken(when.superseding_until),
        "safe_day": spoken(when.claim_by),
        "last_day": spoken(when.claim_until),
        "same_day": when.claim_by == when.claim_until,
        "assessed_by": spoken(when.assessed_by),
        "long_assessed_by": spoken(when.long_assessed_by),
        "quarter_omitted": _quarter_omitted(this),
        "last_day_of_payments": spoken(when.last_day_of_payments or when.last_day),
        "refund": refund,
        "owed": this.owed_cents,
        "limit": limit,
        "over_limit": max(refund - limit, 0),
        "agi_driven": driven,
        "carried_as_filed": sum(carried_as_filed or (0, 0)),
        "carried": sum(this.result.carryover_out),
        "carry_differs": carried_as_filed is not None and carried_as_filed != this.result.carryover_out,
        "tax_known": lines.at(rules.place("total_tax")) is not None,
        "payments_off": abs(_payments_off(this)),
        "payments_known": original.filed.original.payments is not None,
        "owed_as_filed": amount_at(first, rules, "owed"),
        "filed_in_dollars": _in_dollars(original),
        "in_dollars": this.result.case.elections.rounding == "dollars",
        "revision": this.revision,
    }


def _payments_off(this: YearAmended) -> int:
    """What was paid by the filed papers, less what came back, less the tax as filed or as adjusted since. Cents."""
    filed = this.original.inputs
    paid = (
        "filed_withholding",
        "filed_excess_social_security",
        "filed_estimated_payments",
        "filed_earned_income_credit",
        "filed_refundable_credits",
        "paid_with_return",
    )
    theirs = spouse_settled(this.result.case, this.year, this.original.figures.filing_status)
    tax = int(filed["filed_tax"]) + int(filed["filed_schedule_2_part_1"]) - int(filed["filed_nonrefundable_credits"])
    return (
        sum(int(filed[name]) for name in paid)
        - theirs.paid
        - (int(filed["filed_overpayment"]) - theirs.overpaid)
        - (max(tax, 0) + int(filed["filed_other_taxes"]))
    )


def _in_dollars(original: Original) -> bool:
    """Whether the filed return was rounded: by its election, or, entered by hand, where no amount has cents."""
    if original.document is not None and "case" in original.document:
        return bool(original.document["case"]["elections"]["rounding"] == "dollars")
    amounts = [value for form in ("f1040", "f1040sd") for value in original.lines.get(form, {}).values()]
    figures = [value for value in amounts if not isinstance(value, bool) and value]
    return len(figures) > 1 and all(value % 100 == 0 for value in figures)


def _touched(this: YearAmended, other: YearAmended) -> dict[str, FactValue]:
    return {
        "tax_year": this.year,
        "other_year": other.year,
        "earlier": other.year < this.year,
        "filed_wrong": other.differs,
        "claim_open": other.deadline.open,
        "refund": other.refund_cents,
        "owed": other.owed_cents,
        "safe_day": spoken(other.deadline.claim_by),
        "last_day": spoken(other.deadline.claim_until),
        "carried_as_filed": sum(other.carried_as_filed or (0, 0)),
        "carried": sum(other.result.carryover_out),
        "carry_differs": (other.carried_as_filed or (0, 0)) != other.result.carryover_out,
    }


def spoken(day: date) -> str:
    """A day as people read it, 15 April 2027."""
    return f"{day.day} {day:%B %Y}"
