"""Transactions received as income to amounts and the lines they go to, as the rules decide."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from niner.case import Case
from niner.ledger import Transaction
from niner.lots import Treatment
from niner.money import dollars_spoken
from niner.returns.plan import told
from niner.rules import Conclusion, FactValue, YearRules
from niner.values import Finding


@dataclass(frozen=True, slots=True)
class Income:
    """Units received as ordinary income: what they were worth and the line they go to."""

    transaction: Transaction
    amount_cents: int
    line: str
    because: Mapping[str, Conclusion]


def income_of(
    case: Case, own: Sequence[Transaction], rules: YearRules, does: Callable[[Transaction], Treatment]
) -> tuple[list[Income], list[Finding]]:
    """The year's income in ledger order, and what the rules want said of it."""
    received = [t for t in own if does(t).treatment == "income"]
    facts: list[dict[str, FactValue]] = [
        {"kind": t.kind, "tax_year": t.day.year, "business": t.kind in case.business} for t in received
    ]
    decided = rules.conclude("income", facts, ("income_line", "investment_income"))
    income: list[Income] = []
    findings: dict[tuple[str, str], Finding] = {}
    for t, because in zip(received, decided, strict=True):
        for name, conclusion in because.items():
            for finding in told(name.replace("_", "-"), conclusion, t.source, t.kind):
                findings.setdefault((finding.id, t.kind if finding.severity != "error" else t.id), finding)
        income.append(Income(t, t.value_cents or 0, because["income_line"].value, because))
    business = [item for item in income if item.line == "schedule_c"]
    given = case.return_ is not None and "self_employment_income" in case.return_.model_fields_set
    if business and not given:
        total = sum(item.amount_cents for item in business)
        says = f"{dollars_spoken(total)} is business income, but the net profit of the business is not given."
        todo = "Work out Schedule C with these receipts and fill return.self_employment_income (0 if there is none)."
        finding = Finding("business-profit", "error", says, todo, business[0].because["income_line"].authority, total)
        findings["business", ""] = finding
    return income, list(findings.values())
