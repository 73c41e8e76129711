"""A case and its ledger to one tax year's return: rows, income, every line, what carries forward, what to review."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from niner.case import Case, ReturnFigures
from niner.ledger import Transaction
from niner.lots import Lot, match
from niner.money import dollars_spoken, round_to_dollar
from niner.returns.plan import RulesOf, spans, told, treatments
from niner.returns.rows import Row, form_rows
from niner.rules import Conclusion, FactValue, Lines, WorksheetInputs, YearRules
from niner.values import Finding, Refused, Source


@dataclass(frozen=True, slots=True)
class Income:
    """Units received as ordinary income: what they were worth and the line they go to."""

    transaction: Transaction
    amount_cents: int
    line: str
    because: Conclusion


@dataclass(frozen=True, slots=True)
class YearReturn:
    """Everything one year's forms are printed from."""

    case: Case
    year: int
    rules: YearRules
    rows: tuple[Row, ...]
    income: tuple[Income, ...]
    lines: Lines
    held: tuple[Lot, ...]
    digital_question: Conclusion
    findings: tuple[Finding, ...]

    @property
    def capital_gain_line(self) -> str:
        """Form 1040's line for the result of Schedule D in this year's numbering."""
        return str(self.rules.parameter("capital_gain_line"))

    @property
    def carryover_out(self) -> tuple[int, int]:
        """(short-term, long-term) loss carried to next year, cents, positive."""
        return int(self.lines.value("carryover", "8") or 0), int(self.lines.value("carryover", "13") or 0)


def year_return(
    case: Case,
    transactions: Sequence[Transaction],
    rules_of: RulesOf,
    findings: Sequence[Finding] = (),
    progress: Callable[[int], None] | None = None,
) -> YearReturn:
    """The return for `case.tax_year`. `findings` are what is known so far; raises Refused if any error is among them.

    `rules_of` gives a year's rules; years before the first with rules use the first's, to bring their lots forward.
    """
    year = case.tax_year
    rules = rules_of(year)
    found = list(findings)
    upto = [t for t in transactions if t.day.year <= year]
    does, why = treatments(rules_of)
    found += _refused_kinds(upto, why)
    plan, said = spans(case, min((t.day.year for t in upto), default=year), year, rules_of)
    found += said
    rows: list[Row] = []
    held: tuple[Lot, ...] = ()
    whole = case.elections.rounding == "dollars"
    if not any(f.id in ("pool", "method-unsupported") and f.severity == "error" for f in found):
        refused = {t.id for t in upto if why(t)["treatment"].value == "refused"}
        matched = match([t for t in upto if t.id not in refused], plan, does, frozenset({year}), progress)
        held = matched.held
        # A refused kind takes its units out too; until it is settled, what is short may only be its consequence.
        found += matched.findings
        rows, said = form_rows(matched.dispositions, rules, case.elections.direct_totals, whole)
        found += said
    own = [t for t in upto if t.day.year == year]
    income, said = _income(own, rules, does)
    found += said
    if any(f.severity == "error" for f in found):
        raise Refused(found)
    lines = rules.evaluate(_inputs(case, rules, rows, income, whole))
    question = _question(case, own, rules, does)
    found += _reviews(case, own, rows, lines, why, question)
    return YearReturn(case, year, rules, tuple(rows), tuple(income), lines, held, question, tuple(found))


def _refused_kinds(
    transactions: Sequence[Transaction], why: Callable[[Transaction], Mapping[str, Conclusion]]
) -> list[Finding]:
    return [f for t in transactions for f in told("kind", why(t)["treatment"], t.source, t.kind)]


def _income(
    own: Sequence[Transaction], rules: YearRules, does: Callable[[Transaction], object]
) -> tuple[list[Income], list[Finding]]:
    received = [t for t in own if getattr(does(t), "treatment", "") == "income"]
    facts: list[dict[str, FactValue]] = [{"kind": t.kind, "tax_year": t.day.year, "business": False} for t in received]
    decided = rules.conclude("income", facts, ("income_line",))
    income, findings = [], []
    for t, conclusions in zip(received, decided, strict=True):
        reason = conclusions["income_line"]
        findings += told("income-line", reason, t.source, t.kind)
        if reason.value != "refused":
            income.append(Income(t, t.value_cents or 0, reason.value, reason))
    return income, findings


def _inputs(
    case: Case, rules: YearRules, rows: Sequence[Row], income: Sequence[Income], whole: bool
) -> WorksheetInputs:
    """What the worksheets start from; with `whole`, every amount already rounded to dollars."""

    def rounded(amount: int) -> int:
        return round_to_dollar(amount) if whole else amount

    routed: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        columns = {"d": row.proceeds_cents, "e": row.basis_cents}
        if not row.line.endswith("a"):
            columns["g"] = row.adjustment_cents
        for column, amount in columns.items():
            routed["f1040sd"][f"{row.line}.{column}"] += amount
    for item in income:
        form, _, line = item.line.partition(".")
        if line:
            routed[form][line] += item.amount_cents
    for line in routed["f1040s1"]:
        routed["f1040s1"][line] = rounded(routed["f1040s1"][line])
    figures: dict[str, int | bool | None] = {
        name: rounded(amount) if isinstance(amount, int) and not isinstance(amount, bool) else amount
        for name, amount in case.schedule_d.model_dump().items()
    }
    figures["carryover_short_term"] = rounded(case.carryover_in.short_term)
    figures["carryover_long_term"] = rounded(case.carryover_in.long_term)
    given = case.return_.model_dump() if case.return_ else {}
    for name in ReturnFigures.model_fields:
        if name in rules.case_inputs:
            figure = given.get(name)
            figures[name] = rounded(figure) if isinstance(figure, int) else None
    return WorksheetInputs(case.taxpayer.filing_status, figures, {form: dict(v) for form, v in routed.items()})


def _question(
    case: Case, own: Sequence[Transaction], rules: YearRules, does: Callable[[Transaction], object]
) -> Conclusion:
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


def _reviews(
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
        says = "The opportunity-fund question on Schedule D is answered Yes; its rows (codes Y and Z) are not in the ledger."
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
