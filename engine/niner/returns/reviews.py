"""A year's return to what the person should settle or know, though the forms can be printed."""

from collections.abc import Callable, Mapping, Sequence

from niner.case import Case
from niner.ledger import Transaction
from niner.money import dollars_spoken
from niner.returns.plan import told
from niner.returns.rows import Row
from niner.rules import Conclusion, Lines, YearRules
from niner.values import Finding, Source


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
        "disposed_fee": "fee" in kinds or any(t.fee_asset for t in own),
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
    own: Sequence[Transaction],
    rows: Sequence[Row],
    lines: Lines,
    why: Callable[[Transaction], Mapping[str, Conclusion]],
    question: Conclusion,
) -> list[Finding]:
    """What the person should settle or know, though the forms can be printed."""
    found = []
    answer = "Yes" if question.value == "yes" else "No"
    says = f"The digital-asset question on Form 1040 is answered {answer}: {question.says}"
    found.append(Finding("digital-question", "note", says, f"Tick {answer} on page 1.", question.authority))
    loss = lines.value("f1040sd", "21")
    if loss and case.return_ is None:
        says = (
            "The loss carried to next year assumes that taxable income is not negative, because the case has no "
            "“return” figures. If it is negative, more carries forward than shown."
        )
        todo = "Add wages and the other figures under “return” in case.yaml."
        found.append(Finding("carryover-assumed", "review", says, todo, "IRC §1212(b)(2)"))
    if case.schedule_d.qof_disposition:
        says = "The opportunity-fund question is answered Yes, but its rows (codes Y and Z) are not in the ledger."
        todo = "Add them to Form 8949 by hand, or have the return prepared by someone who does."
        found.append(Finding("qof", "review", says, todo, "Form 8949 instructions, QOF"))
    reported = [row for row in rows if row.disposition.basis_reported]
    if reported:
        says = f"{len(reported)} rows are marked as having their basis reported to the IRS."
        todo = "Compare column (e) with each form's basis; a wrong one needs code B, which this version doesn't enter."
        found.append(Finding("basis-reported", "review", says, todo, "Form 8949 instructions, column (e)"))
    business = sum(t.value_cents or 0 for t in own if t.kind in ("mining", "payment"))
    if business:
        says = f"{dollars_spoken(business)} came in by mining or as payment and is shown as other income."
        todo = "If it is a business, it belongs on Schedule C with self-employment tax instead."
        found.append(Finding("business-income", "review", says, todo, "Notice 2014-21, A-9", business))
    wages = sum(t.value_cents or 0 for t in own if t.kind == "wages")
    if wages:
        says = (
            f"{dollars_spoken(wages)} of pay came in digital assets. It is wages, on Form W-2, and is not added again."
        )
        todo = "Check that return.wages holds it."
        found.append(Finding("wages-included", "review", says, todo, "Notice 2014-21, A-11", wages))
    negative = [row for row in rows if row.proceeds_cents < 0]
    for row in negative:
        says = f"The fee is more than the proceeds, so column (d) is {dollars_spoken(row.proceeds_cents)}."
        found.append(Finding("negative-proceeds", "review", says, "Check the fee.", source=row.disposition.source))
    fees = {f.says: f for t in own for f in told("fee-treatment", why(t)["fee_treatment"], None)}
    found += fees.values()
    if case.elections.timezone is None:
        says = "No time zone was given: days are counted in UTC."
        todo = "Set elections.timezone in case.yaml to where you live."
        found.append(Finding("timezone-default", "note", says, todo, source=Source("case.yaml")))
    return found
