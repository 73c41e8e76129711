"""A year's return to what the person should settle or know, though the forms can be printed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from niner.case import Case
from niner.ledger import Transaction
from niner.money import dollars_spoken
from niner.returns.plan import told
from niner.returns.rows import Row
from niner.rules import Conclusion, Lines, YearRules
from niner.values import Finding, Severity, Source


def digital_question(case: Case, own: Sequence[Transaction], rules: YearRules) -> Conclusion:
    """Form 1040's question on digital assets, from what happened in the year."""
    kinds = {t.kind for t in own}
    method, pool = case.elections.chosen(case.tax_year)
    fact: dict[str, int | str | bool] = {
        "tax_year": case.tax_year,
        "filing_status": case.taxpayer.filing_status,
        "pool_elected": pool or "none",
        "lot_method_elected": method or "none",
        "bought": "buy" in kinds,
        "sold": "sell" in kinds,
        "traded": "trade" in kinds,
        "spent": "spend" in kinds,
        "disposed_fee": any(t.fee_asset or (t.kind == "fee" and t.sent_asset) for t in own),
        "received_income": bool(kinds & {"staking", "mining", "airdrop", "fork", "interest", "reward"}),
        "received_payment": bool(kinds & {"payment", "wages"}),
        "transferred": "transfer" in kinds,
        "gift_received": "gift_in" in kinds,
        "gift_made": "gift_out" in kinds or "donation" in kinds,
        "inherited_received": "inherited" in kinds,
    }
    return rules.conclude("return", [fact], ("digital_question",))[0]["digital_question"]


def reviews(
    case: Case,
    rules: YearRules,
    everything: Sequence[Transaction],
    own: Sequence[Transaction],
    rows: Sequence[Row],
    lines: Lines,
    why: Callable[[Transaction], Mapping[str, Conclusion]],
    question: Conclusion,
) -> list[Finding]:
    """What the person should settle or know, though the forms can be printed."""
    found = []
    method_picks = case.elections.chosen(case.tax_year)[0] not in (None, "fifo")
    answer = "Yes" if question.value == "yes" else "No"
    says = f"The digital-asset question on Form 1040 is answered {answer}: {question.says}"
    found.append(Finding("digital-question", "note", says, f"Tick {answer} on page 1.", question.authority))
    with_amounts = set(lines.as_mapping()["f1040sd"]) - {"7", "15", "16", "17", "20", "22", "qof"}
    if not with_amounts:
        says = "Schedule D has no amounts: unless something else calls for it, it need not be attached."
        found.append(Finding("schedule-d-empty", "note", says, "", "Form 1040 instructions, line 7"))
    loss = lines.value("f1040sd", "21")
    if loss and case.return_ is None:
        says = (
            "The loss carried to next year assumes that taxable income is not negative, because the case has no "
            "“return” figures. If it is negative, more carries forward than shown."
        )
        todo = "Add wages and the other figures under “return” in case.yaml."
        found.append(Finding("carryover-assumed", "review", says, todo, "IRC §1212(b)(2)"))
    income = lines.value("f1040", "15.unfloored")
    if loss and income is not None and income < 0:
        used = int(lines.value("carryover", "4") or 0)
        says = (
            f"Taxable income is below zero ({dollars_spoken(int(income))}), so only {dollars_spoken(used)} of the "
            f"{dollars_spoken(-int(loss))} loss on Schedule D line 21 is used up; the rest carries forward."
        )
        todo = "Check that the “return” figures are complete: without wages that were paid, too much carries forward."
        found.append(Finding("negative-income", "review", says, todo, "IRC §1212(b)(2)", -int(income)))
    if case.return_ is None and not lines.value("f1040sd", "20"):
        says = "Schedule D line 22 is not ticked: the case does not say whether there are qualified dividends."
        todo = "Fill in “return”, or tick line 22 by hand."
        found.append(Finding("line-22", "review", says, todo, "Schedule D, line 22"))
    if case.taxpayer.filing_status == "married_separate" and case.spouse is None:
        says = "A separate return asks for the spouse's name and SSN, which the case does not have."
        found.append(Finding("spouse-missing", "note", says, "Add “spouse” to case.yaml.", "Form 1040, filing status"))
    if case.schedule_d.qof_disposition:
        says = "The opportunity-fund question is answered Yes, but its rows (codes Y and Z) are not in the ledger."
        todo = "Add them to Form 8949 by hand, or have the return prepared by someone who does."
        found.append(Finding("qof", "review", says, todo, "Form 8949 instructions, QOF"))
    reported = [row for row in rows if row.disposition.basis_reported]
    if reported:
        says = f"{_rows(reported)} marked as having the basis reported to the IRS."
        todo = "Compare column (e) with each form's basis; a wrong one needs code B, which this version doesn't enter."
        found.append(Finding("basis-reported", "review", says, todo, "Form 8949 instructions, column (e)"))
    business = sum(t.value_cents or 0 for t in own if t.kind in {"mining", "payment"} - set(case.business))
    if business:
        says = f"{dollars_spoken(business)} came in by mining or as payment and is shown as other income."
        todo = "If it is a business, name the kinds under “business” and give the net profit of Schedule C."
        found.append(Finding("business-income", "review", says, todo, "Notice 2014-21, A-9", business))
    wages = sum(t.value_cents or 0 for t in own if t.kind == "wages")
    if wages:
        says = (
            f"{dollars_spoken(wages)} of pay came in digital assets. It is wages, on Form W-2, and is not added again."
        )
        todo = "Check that return.wages holds it."
        found.append(Finding("wages-included", "review", says, todo, "Notice 2014-21, A-11", wages))
    same_day = [
        row for row in rows if row.disposition.lot_source != row.disposition.source and _same_day(row) and method_picks
    ]
    if same_day:
        says = f"{_rows(same_day)} sold from a lot of the same day, in rows that give no time."
        todo = "Add the times: with this lot method the order within the day decides the lot."
        source = same_day[0].disposition.source
        found.append(Finding("order-in-day", "review", says, todo, "Reg. 1.1012-1(j)", source=source))
    combined = [t for t in own if t.form != "none" and t.fee_asset]
    if combined:
        says = (
            f"{len(combined)} reported sale{'s' * (len(combined) != 1)} paid a fee in units, a row of its own. "
            "A broker may have combined the two, or left the fee out of the form."
        )
        todo = "Compare the units and proceeds with the form."
        found.append(
            Finding("fee-on-form", "review", says, todo, "Form 1099-DA instructions", source=combined[0].source)
        )
    negative = [row for row in rows if row.proceeds_cents < 0]
    for row in negative:
        says = f"The fee is more than the proceeds, so column (d) is {dollars_spoken(row.proceeds_cents)}."
        found.append(Finding("negative-proceeds", "review", says, "Check the fee.", source=row.disposition.source))
    fees = {f.says: f for t in own for f in told("fee-treatment", why(t)["fee_treatment"], None)}
    found += fees.values()
    found += _not_worked_out(case, lines, rules)
    if case.elections.timezone is None:
        edge = [t for t in everything if t.timed and _near_new_year(t, case.tax_year)]
        says = "No time zone was given: each row's day is by its own offset, and by UTC where it has none."
        if edge:
            says += f" {len(edge)} row{'s' * (len(edge) != 1)} within a day of the turn of the year could change years."
        todo = "Set elections.timezone in case.yaml to where you live."
        severity: Severity = "review" if edge else "note"
        found.append(Finding("timezone-default", severity, says, todo, source=Source("case.yaml")))
    return found


def _not_worked_out(case: Case, lines: Lines, rules: YearRules) -> list[Finding]:
    """What hangs on the figures of the return and Niner does not work out, where it may matter."""
    given = case.return_
    if given is None:
        return []
    found = []
    excess = lines.value("amt_screening", "excess")
    if excess:
        says = f"Alternative minimum tax may be due: a screening finds about {dollars_spoken(int(excess))}."
        todo = "Work out Form 6251; Niner does not, and the tax shown is without it."
        found.append(Finding("amt", "review", says, todo, "IRC §55; Form 6251", int(excess)))
    gain = max(int(lines.value("f1040", "gain") or 0), 0)
    investment = given.taxable_interest + given.ordinary_dividends + gain
    limit = rules.parameter("eic_investment_income_limit")
    if given.refundable_credits and isinstance(limit, int) and investment > limit:
        says = (
            f"Investment income of {dollars_spoken(investment)} is over {dollars_spoken(limit)}: there is no earned "
            "income credit, if the refundable credits include one."
        )
        found.append(Finding("eic", "review", says, "Check refundable_credits.", "IRC §32(i)", investment))
    extra = lines.value("f8959", "18")
    if extra:
        says = (
            f"Additional Medicare Tax of {dollars_spoken(int(extra))} is due; what the employer withheld for it counts."
        )
        todo = "Add Form 8959 line 24 (Form W-2 box 6, less 1.45 %) to return.withholding, and attach Form 8959."
        found.append(
            Finding("additional-medicare", "review", says, todo, "IRC §3102(f); Form 8959, Part V", int(extra))
        )
    attach = []
    schedule_b_from = rules.parameter("schedule_b_from")
    if isinstance(schedule_b_from, int) and max(given.taxable_interest, given.ordinary_dividends) > schedule_b_from:
        attach.append("Schedule B")
    if given.deduction != "standard":
        attach.append("Schedule A, if the deduction is itemized")
    if given.qbi_deduction:
        attach.append("Form 8995")
    if given.schedule_1a_deduction:
        attach.append("Schedule 1-A")
    if attach:
        says = f"The figures of the case call for forms that Niner does not fill: {', '.join(attach)}."
        found.append(Finding("attach", "review", says, "Attach them.", "Form 1040 instructions"))
    if given.self_employment_income:
        says = "The deduction for qualified business income is taken as given in the case; its limit moves with gains."
        found.append(Finding("qbi", "review", says, "Check qbi_deduction on Form 8995.", "IRC §199A(a) and (e)(1)"))
        if case.taxpayer.filing_status == "married_joint" and given.wages:
            says = "Self-employment tax counts all wages as those of the spouse who has the business."
            todo = "If the wages are the other spouse's, more of it is Social Security tax: check Schedule SE, line 8."
            found.append(Finding("se-wages", "review", says, todo, "IRC §1402(b)(1)"))
    moved = given.other_income or given.refundable_credits or given.nonrefundable_credits or given.adjustments
    if moved and (gain or lines.value("f1040sd", "21")):
        says = (
            "Income, credits and adjustments that depend on adjusted gross income (taxable Social Security, premium "
            "tax credit, education and child credits, IRA deduction) are taken as given."
        )
        todo = "Work them out again with the adjusted gross income shown here."
        found.append(Finding("agi-driven", "review", says, todo, "IRC §86, §36B, §25A, §24, §219"))
    return found


def _rows(rows: Sequence[Row]) -> str:
    return "1 row is" if len(rows) == 1 else f"{len(rows)} rows are"


def _same_day(row: Row) -> bool:
    return row.disposition.received == row.disposition.disposed and not row.disposition.timed


def _near_new_year(t: Transaction, year: int) -> bool:
    turns = (datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))
    return any(abs(t.instant - turn) < timedelta(days=1) for turn in turns)
