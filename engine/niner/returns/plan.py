"""What the rules decide before any lot is matched: treatment of each kind, and the pool and method of each year."""

from collections.abc import Callable, Mapping
from functools import cache

from niner.case import Case
from niner.ledger import Transaction
from niner.lots import Span, Treatment
from niner.rules import Conclusion, FactValue, YearRules
from niner.values import Finding, Source

RulesOf = Callable[[int], YearRules]

_TREATMENT = ("treatment", "fee_treatment", "fee_is_disposition", "fee_units")


def treatments(
    rules_of: RulesOf,
) -> tuple[Callable[[Transaction], Treatment], Callable[[Transaction], Mapping[str, Conclusion]]]:
    """(what a transaction does, the conclusions behind it); each distinct set of facts is decided once."""

    @cache
    def conclusions(kind: str, year: int, fee_paid_in: str, fee_in_received: bool) -> Mapping[str, Conclusion]:
        fact: dict[str, FactValue] = {
            "kind": kind,
            "tax_year": year,
            "fee_paid_in": fee_paid_in,
            "fee_in_received_asset": fee_in_received,
        }
        return rules_of(year).conclude("transaction", [fact], _TREATMENT)[0]

    @cache
    def treatment(kind: str, year: int, fee_paid_in: str, fee_in_received: bool) -> Treatment:
        found = conclusions(kind, year, fee_paid_in, fee_in_received)
        return Treatment(
            treatment=found["treatment"].value,
            fee_treatment=found["fee_treatment"].value,
            fee_is_disposition=found["fee_is_disposition"].value == "yes",
            fee_units=found["fee_units"].value,
        )

    def key(t: Transaction) -> tuple[str, int, str, bool]:
        return t.kind, t.day.year, t.fee_paid_in, bool(t.fee_asset) and t.fee_asset == t.received_asset

    return (lambda t: treatment(*key(t))), (lambda t: conclusions(*key(t)))


def spans(
    case: Case, first_year: int, last_year: int, disposing: frozenset[int], rules_of: RulesOf
) -> tuple[list[Span], list[Finding]]:
    """The pool and method of every year from the ledger's first to the tax year, and what is to be said of them.

    `disposing` are the years in which units left: only there a method makes a difference.
    """
    found: list[Span] = []
    reaching_back: list[int] = []
    findings: list[Finding] = []
    for year in range(first_year, last_year + 1):
        method, pool = case.elections.chosen(year)
        fact = {
            "tax_year": year,
            "filing_status": case.taxpayer.filing_status,
            "pool_elected": pool or "none",
            "lot_method_elected": method or "none",
        }
        decided = rules_of(year).conclude("return", [fact], ("pool", "lot_method", "identification"))[0]
        own_year = year == last_year
        if own_year or decided["pool"].value == "refused":
            for name in ("pool", "lot_method", "identification"):
                findings += told(f"{name.replace('_', '-')}", decided[name])
        if decided["lot_method"].value == "specific":
            says = "The lot method “specific” needs picks in decisions.yaml, which this version doesn't read yet."
            todo = "Use fifo, lifo, hifo or lofo for now."
            findings.append(
                Finding("method-unsupported", "error", says, todo, decided["lot_method"].authority, source=_CASE)
            )
        if own_year and (method is None or pool is None):
            missing = " or ".join(name for name, given in (("lot method", method), ("pool", pool)) if given is None)
            says = (
                f"No {missing} was elected: {decided['lot_method'].value.upper()} by "
                f"{decided['pool'].value} pool was used for {year}"
                + (", and one pool of all wallets for the years before 2025." if _changed(found, decided) else ".")
            )
            todo = "If your earlier returns used another method, say so under elections in case.yaml."
            findings.append(Finding("method-default", "note", says, todo, decided["pool"].authority, source=_CASE))
        if any(f.severity == "error" for f in findings):
            continue
        if year < last_year and year in disposing and year not in case.elections.by_year and (method or pool):
            silent = rules_of(year).conclude(
                "return", [{**fact, "pool_elected": "none", "lot_method_elected": "none"}], ("pool", "lot_method")
            )[0]
            if any(silent[name].value != decided[name].value for name in silent):
                reaching_back.append(year)
        if found and (found[-1].method, found[-1].pool) == (decided["lot_method"].value, decided["pool"].value):
            found[-1] = Span(found[-1].first_year, year, found[-1].method, found[-1].pool)
        else:
            found.append(Span(year, year, decided["lot_method"].value, decided["pool"].value))
    if reaching_back:
        method, pool = case.elections.chosen(last_year)
        chosen = " and ".join(part for part in (method and method.upper(), pool and f"{pool} pool") if part)
        says = (
            f"The election of case.yaml, {chosen}, was also used for the sales of "
            f"{', '.join(map(str, reaching_back))}, which decide the lots that are left."
        )
        todo = "If those returns were filed another way, say so year by year under elections.by_year."
        findings.append(Finding("election-reaches-back", "review", says, todo, source=_CASE))
    unique = {(f.id, f.says): f for f in findings}
    return found, list(unique.values())


def _changed(found: list[Span], decided: Mapping[str, Conclusion]) -> bool:
    return bool(found) and found[-1].pool != decided["pool"].value


_CASE = Source("case.yaml")


def told(id: str, conclusion: Conclusion, source: Source | None = _CASE, value: str = "") -> list[Finding]:
    """What a conclusion wants said to the person, in the rule's own words; nothing for most."""
    if not conclusion.tell:
        return []
    says = " ".join(part for part in (conclusion.says, conclusion.open) if part)
    return [Finding(id, conclusion.tell, says, conclusion.todo, conclusion.authority, source=source, value=value)]
