"""Transactions received as income to amounts and the lines they go to, as the rules decide."""

from collections.abc import Callable, Mapping, Sequence

from niner.asked import INCOME
from niner.case import Case
from niner.dataclass import dataclass
from niner.ledger import Transaction
from niner.ledger.columns import those, where
from niner.lots import Treatment
from niner.money import Cents, whole_cents
from niner.returns.plan import of_each, said_once, told
from niner.rules import Conclusion, FactValue, YearRules
from niner.values import Finding


@dataclass(frozen=True, slots=True)
class Income:
    """Units received as ordinary income: what they were worth, in exact cents, and the line they go to."""

    transaction: Transaction
    amount_cents: Cents
    line: str
    because: Mapping[str, Conclusion]

    @property
    def lines(self) -> tuple[str, ...]:
        """Every line it goes to, as f1040s1.8v; none for income that is reported elsewhere."""
        return tuple(found.value for found in self.because.values() if "." in found.value)


def income_of(
    case: Case, own: Sequence[Transaction], rules: YearRules, does: Callable[[Transaction], Treatment]
) -> tuple[list[Income], list[Finding]]:
    """The year's income in ledger order, and what the rules want said of it."""
    received = where(own, of_each(own, lambda t: does(t).treatment == "income"))
    facts: list[dict[str, FactValue]] = [
        {
            "kind": t.kind,
            "tax_year": t.day.year,
            "business": t.kind in case.business,
            "digital_asset": case.asset(t.received_asset).class_ != "security",
        }
        for t in received
    ]
    decided = rules.conclude("income", facts, INCOME)
    income: list[Income] = []
    findings: dict[tuple[str, str], Finding] = {}
    for t, because in zip(received, decided, strict=True):
        for name, conclusion in because.items():
            for finding in told(name.replace("_", "-"), conclusion, t.source, t.kind, t.value_cents):
                said_once(findings, (finding.id, t.kind if finding.severity != "error" else t.id), finding)
        income.append(Income(t, t.value_cents or 0, because["income_line"].value, because))
    remarks = rules.remarks("receipts", [_receipts(case, own, income)])[0]
    return income, [*findings.values(), *(said.finding() for said in remarks)]


def _receipts(case: Case, own: Sequence[Transaction], income: Sequence[Income]) -> dict[str, FactValue]:
    """The year's income as one fact."""

    def total(decision: str, conclusion: str) -> int:
        return whole_cents(sum(item.amount_cents for item in income if item.because[decision].value == conclusion))

    return {
        "tax_year": case.tax_year,
        "business_receipts": total("income_line", "schedule_c"),
        "business_profit_given": case.return_ is not None and "self_employment_income" in case.return_.model_fields_set,
        "possible_business": total("may_be_business", "yes"),
        "wages": total("income_line", "wages"),
        "rebates": whole_cents(sum(t.value_cents or 0 for t in those(own, lambda t: t.kind == "rebate"))),
        "rewards": whole_cents(
            sum(
                item.amount_cents
                for item in income
                if item.transaction.kind == "reward" and item.because["income_line"].value != "schedule_c"
            )
        ),
    }
