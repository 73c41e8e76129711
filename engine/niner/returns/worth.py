"""A year's return to what its digital assets changed: tax with and without them, and what the carryover is worth."""

from dataclasses import replace

from niner.dataclass import dataclass
from niner.money import dollars_spoken
from niner.returns.inputs import worksheet_inputs
from niner.returns.year import YearReturn
from niner.rules import WorksheetInputs


@dataclass(frozen=True, slots=True)
class Worth:
    """Total tax (Form 1040 line 24) with the ledger and the losses carried in, and without them. Cents.

    `credits_lost_cents` is by how much the refundable credits are less with them, which costs as much as tax.
    `next_year_cents` is what a further full year's loss deduction would save at this year's figures.
    """

    tax_with_cents: int
    tax_without_cents: int
    next_year_cents: int
    limit_cents: int
    carried_cents: int
    credits_lost_cents: int = 0
    investment_tax: bool = False
    business: bool = False

    @property
    def saved_cents(self) -> int:
        """What the activity saves this year; negative where it costs."""
        return self.tax_without_cents - self.tax_with_cents - self.credits_lost_cents

    def sentences(self) -> list[str]:
        """The two plain sentences, with the arithmetic in them."""
        saved = self.saved_cents
        verb = "save" if saved > 0 else "cost"
        effect = f"they {verb} {dollars_spoken(abs(saved))}" if saved else "they change nothing"
        lost = self.credits_lost_cents
        credits = (
            f", with {dollars_spoken(abs(lost))} {'more' if lost > 0 else 'less'} refundable credits" if lost else ""
        )
        said = [
            f"Total tax is {dollars_spoken(self.tax_with_cents)}; without the ledger and the losses carried in it "
            f"would be {dollars_spoken(self.tax_without_cents)}{credits}: {effect} this year."
        ]
        if self.carried_cents:
            most = min(self.carried_cents, self.limit_cents)
            said.append(
                f"The {dollars_spoken(self.carried_cents)} carried forward takes away later gains without limit, or up "
                f"to {dollars_spoken(self.limit_cents)} a year of other income; {dollars_spoken(most)} more off this "
                f"year's income would have saved {dollars_spoken(self.next_year_cents)}"
                + (", net investment income tax aside." if self.investment_tax else ".")
            )
        if self.business:
            said.append("The profit of the business is in both figures.")
        return said


_last: list[tuple[YearReturn, Worth | None]] = []


def worth(result: YearReturn) -> Worth | None:
    """What the activity changed; None where the rest of the return is not known. Worked out once for a return."""
    if not _last or _last[0][0] is not result:
        _last[:] = [(result, _worth(result))]
    return _last[0][1]


def _worth(result: YearReturn) -> Worth | None:
    more = _inputs(result, True)
    now = _tax_and_credits(result, more)
    before = _tax_and_credits(result, _inputs(result, False))
    limit = result.rules.parameter("capital_loss_limit", result.case.taxpayer.filing_status)
    assert isinstance(limit, int)
    carried = sum(result.carryover_out)
    adjusted = dict(more.case)
    adjusted["adjustments"] = int(adjusted["adjustments"] or 0) + min(carried, limit)
    later = _tax_and_credits(result, replace(more, case=adjusted))
    if now is None or before is None or later is None:
        return None
    investment_tax = bool(result.amount("investment_income_tax"))
    business = any(item.line == "schedule_c" for item in result.income)
    saved_later = now[0] - now[1] - (later[0] - later[1])
    return Worth(now[0], before[0], saved_later, limit, carried, before[1] - now[1], investment_tax, business)


def _inputs(result: YearReturn, activity: bool) -> WorksheetInputs:
    whole = result.case.elections.rounding == "dollars"
    if activity:
        return worksheet_inputs(result.case, result.rules, result.rows, result.income, whole)
    case = result.case.model_copy(update={"carryover_in": None})
    return worksheet_inputs(case, result.rules, (), (), whole)


def _tax_and_credits(result: YearReturn, inputs: WorksheetInputs) -> tuple[int, int] | None:
    """Total tax, and refundable credits with the payments beside them (0 if one is not known); None if no tax."""
    lines = result.rules.evaluate_moved(result.lines, inputs)
    tax = lines.at(result.rules.place("total_tax"))
    return None if tax is None else (tax, lines.at(result.rules.place("other_payments")) or 0)
