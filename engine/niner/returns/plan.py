"""What the rules decide before any lot is matched: treatment of each kind, and the pool and method of each year."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import NamedTuple, TypeVar

from niner.asked import LOTS, TREATMENT
from niner.case import Case
from niner.dataclass import dataclass
from niner.ledger import Transaction
from niner.ledger.columns import Columns
from niner.lots import ABLE, ACQUIRED_BY, BASIS, Span, Treatment
from niner.money import Cents, whole_cents
from niner.returns.facts.noted import speaks_of
from niner.rules import Concluded, Conclusion, FactValue, YearRules
from niner.values import Finding, Refused, Source

RulesOf = Callable[[int], YearRules]
Key = TypeVar("Key")
Found = TypeVar("Found")

_CASE = Source("case.yaml")


@dataclass(frozen=True, slots=True)
class Plan:
    """How lots are matched, year by year; `facts` is what remarks about the return may say of it."""

    spans: tuple[Span, ...]
    facts: Mapping[str, FactValue]
    findings: tuple[Finding, ...]


Alike = tuple[str, int, str, bool, bool, str, bool]
"""What the treatment of a row follows from: rows with the same are treated alike."""


class AlikeRows(NamedTuple):
    """Of each row the place among `each` of what its treatment follows from; those stand in the order in which they
    first come."""

    of: Sequence[int]
    each: list[Alike]


class Treatments:
    """What transactions do, and the conclusions behind it; each distinct set of facts is decided once.

    Raises Refused where the rules conclude what lots can't be matched by.
    """

    def __init__(self, rules_of: RulesOf) -> None:
        self._rules_of = rules_of
        self._does: dict[Alike, Treatment] = {}
        self._why: dict[Alike, Mapping[str, Conclusion]] = {}
        self._keys: tuple[Sequence[Transaction], AlikeRows] = ((), AlikeRows((), []))

    def keys(self, transactions: Sequence[Transaction]) -> AlikeRows:
        """What the treatment of each row follows from; that of the rows asked for last is kept."""
        if self._keys[0] is not transactions:
            each = defaultdict[Alike, int](count().__next__)
            of = of_each(transactions, lambda t: each[self.alike(t)])
            self._keys = transactions, AlikeRows(array("I", of), list(each))
        return self._keys[1]

    def forget(self) -> None:
        """Let go of the rows asked for last."""
        self._keys = (), AlikeRows((), [])

    def does_all(self, transactions: Sequence[Transaction]) -> list[Treatment]:
        """What each row does."""
        keys = self.keys(transactions)
        return list(map(list(map(self.does_alike, keys.each)).__getitem__, keys.of))

    def does(self, t: Transaction) -> Treatment:
        """What a transaction does."""
        return self.does_alike(self.alike(t))

    def does_alike(self, key: Alike) -> Treatment:
        """What the transactions of a key do."""
        return self._does.get(key) or self._treatment(key)

    def why(self, t: Transaction) -> Mapping[str, Conclusion]:
        """The conclusions behind it."""
        return self.conclusions(self.alike(t))

    @staticmethod
    def alike(t: Transaction) -> Alike:
        """What its treatment follows from."""
        kind, asset = t.kind, t.fee_asset
        about = speaks_of(t.note) if kind == "review" else "none"
        taxed = bool(t.gift_tax_cents)
        if not asset:
            return kind, t.day.year, "usd" if t.fee_cents else "none", False, False, about, taxed
        return kind, t.day.year, "crypto", asset == t.received_asset, asset == t.sent_asset, about, taxed

    def conclusions(self, key: Alike) -> Mapping[str, Conclusion]:
        """What the rules say of rows of one kind."""
        if key not in self._why:
            kind, year, fee_paid_in, fee_in_received, fee_in_sent, about, gift_tax = key
            fact: dict[str, FactValue] = {
                "kind": kind,
                "tax_year": year,
                "fee_paid_in": fee_paid_in,
                "fee_in_received_asset": fee_in_received,
                "fee_in_sent_asset": fee_in_sent,
                "speaks_of": about,
                "gift_tax_paid": gift_tax,
            }
            self._why[key] = self._rules_of(year).conclude("transaction", [fact], TREATMENT)[0]
        return self._why[key]

    def _treatment(self, key: Alike) -> Treatment:
        found = self.conclusions(key)
        brings = found["treatment"].value in ACQUIRED_BY
        able([found], {**ABLE, "basis_from": BASIS} if brings else ABLE)
        does = self._does[key] = Treatment(
            treatment=found["treatment"].value,
            fee_treatment=found["fee_treatment"].value,
            fee_is_disposition=found["fee_is_disposition"].value == "yes",
            fee_units=found["fee_units"].value,
            fee_reported=found["fee_reported"].value,
            basis_from=found["basis_from"].value,
            replaces=found["replacement"].value == "replaces",
            gift_tax=found["gift_tax"].value,
        )
        return does


def of_each(transactions: Sequence[Transaction], ask: Callable[[Transaction], Found]) -> list[Found]:
    """What is asked of each row and follows from its treatment: it is asked once of those that are surely alike, in the
    order in which they first come."""
    rows = Columns.of(transactions)
    firsts, of = rows.alike()
    if any(common.kind == "review" for common in rows.kinds()):  # of those it is the note that tells them apart
        notes = [note if one.kind == "review" else "" for one, note in zip(rows.commons, rows.notes, strict=True)]
        number = defaultdict[tuple[int, str], int](count().__next__)
        of = list(map(number.__getitem__, zip(of, notes, strict=True)))
        first = dict(zip(reversed(of), range(len(of) - 1, -1, -1), strict=True))
        firsts = [first[one] for one in range(len(number))]
    known = [ask(rows[at]) for at in firsts]
    return list(map(known.__getitem__, of))


def able(concluded: Sequence[Mapping[str, Conclusion]], known: Mapping[str, Collection[str]]) -> None:
    """Raises Refused where the rules (a firm's own, say) conclude what Niner can't do; `known` is what it can."""
    alike = concluded.shared if isinstance(concluded, Concluded) else concluded
    distinct = {
        (name, conclusions[name].value): conclusions[name]
        for conclusions in alike
        for name in known
        if name in conclusions
    }
    found = []
    for (name, value), conclusion in distinct.items():
        if value not in known[name]:
            says = f"The rule {name}/{conclusion.rule_id} concludes {value}, which Niner has no way to do."
            todo = f"Let it conclude one of: {', '.join(known[name])}; or tell it as an error."
            found.append(Finding("rules.unable", "error", says, todo, source=conclusion.source))
    if found:
        raise Refused(found)


def plan_of(
    case: Case,
    first_year: int,
    last_year: int,
    disposing: frozenset[int],
    rules_of: RulesOf,
    rows_identified: int = 0,
) -> Plan:
    """The pool and method of every year from the ledger's first to the tax year, and what is to be said of them.

    `disposing` are the years in which units left: only there a method makes a difference. With an error among the
    findings no lot can be matched.
    """
    spans: list[Span] = []
    reached: list[int] = []
    findings: list[Finding] = []
    for year in range(first_year, last_year + 1):
        before = spans[-1].pool if spans else "none"
        fact = election_facts(case, year) | {"pool_before": before, "rows_identified": rows_identified}
        decided = rules_of(year).conclude("return", [fact], LOTS)[0]
        problems = _problems(decided, year == last_year)
        findings += problems
        if any(f.severity == "error" for f in problems):
            continue
        parting = before == "universal" and decided["pool"].value == "wallet"
        known = {**ABLE, "lot_method": (*ABLE["lot_method"], "specific")}
        able([decided], {name: values for name, values in known.items() if name != "allocation" or parting})
        if year < last_year and year in disposing and _reaches_back(case, year, fact, decided, rules_of):
            reached.append(year)
        method = decided["lot_method"].value
        if method == "specific":
            silent = {**fact, "lot_method_elected": "none"}
            method = rules_of(year).conclude("return", [silent], ("lot_method",))[0]["lot_method"].value
        span = Span(year, year, method, decided["pool"].value, decided["allocation"].value)
        _add(spans, span)
    facts = election_facts(case, last_year) | _words(case, last_year, reached) | {"rows_identified": rows_identified}
    facts["pool_before"] = _pool_before(spans, last_year)
    unique = {(f.id, f.says): f for f in findings}
    return Plan(tuple(spans), facts, tuple(unique.values()))


def election_facts(case: Case, year: int) -> dict[str, FactValue]:
    """The facts of a year's return that the case elects."""
    method, pool = case.elections.chosen(year)
    return {
        "tax_year": year,
        "filing_status": case.taxpayer.filing_status,
        "pool_elected": pool or "none",
        "lot_method_elected": method or "none",
        "wallet_methods_elected": any(
            own.lot_method not in ("fifo", "specific") and (own.since is None or own.since.year <= year)
            for own in case.elections.by_wallet.values()
        ),
    }


def _problems(decided: Mapping[str, Conclusion], own_year: bool) -> list[Finding]:
    """What the conclusions of a year want said: all of it in the tax year, refusals in every year."""
    found = []
    for name, conclusion in decided.items():
        if own_year or conclusion.tell == "error":
            found += told(name.replace("_", "-"), conclusion)
    return found


def _reaches_back(
    case: Case, year: int, fact: Mapping[str, FactValue], decided: Mapping[str, Conclusion], rules_of: RulesOf
) -> bool:
    """Whether an election of case.yaml that is not of this year changes the lots of its sales."""
    if year in case.elections.by_year or not any(case.elections.chosen(year)):
        return False
    names = ("pool", "lot_method")
    silent = {**fact, "pool_elected": "none", "lot_method_elected": "none"}
    without = rules_of(year).conclude("return", [silent], names)[0]
    return any(without[name].value != decided[name].value for name in names)


def _add(spans: list[Span], span: Span) -> None:
    """A year's span, joined to the one before where method and pool are the same."""
    last = spans[-1] if spans else None
    if last is not None and (last.method, last.pool) == (span.method, span.pool):
        spans[-1] = Span(last.first_year, span.last_year, last.method, last.pool, last.allocation)
    else:
        spans.append(span)


def _pool_before(spans: Sequence[Span], year: int) -> str:
    earlier = [span.pool for span in spans if span.first_year < year]
    return earlier[-1] if earlier else "none"


def _words(case: Case, year: int, reached: Sequence[int]) -> dict[str, FactValue]:
    """What remarks may print of the elections."""
    method, pool = case.elections.chosen(year)
    missing = [name for name, given in (("lot method", method), ("pool", pool)) if given is None]
    chosen = [part for part in (method and method.upper(), pool and f"{pool} pool") if part]
    return {
        "not_elected": " or ".join(missing),
        "elected": " and ".join(chosen),
        "years_reached": len(reached),
        "earlier_years": ", ".join(map(str, reached)),
    }


def told(
    id: str,
    conclusion: Conclusion,
    source: Source | None = _CASE,
    value: str = "",
    amount_cents: Cents | None = None,
) -> list[Finding]:
    """What a conclusion wants said to the person, in the rule's own words; nothing for most.

    `amount_cents` is the money that stands or falls with it, where that is known.
    """
    if not conclusion.tell:
        return []
    says = " ".join(part for part in (conclusion.says, conclusion.open) if part)
    at_stake = None if amount_cents is None else whole_cents(amount_cents)
    return [Finding(id, conclusion.tell, says, conclusion.todo, conclusion.authority, at_stake, source, value)]


def said_once(found: dict[Key, Finding], key: Key, finding: Finding) -> None:
    """Put a finding among `found`; where it is there already, the money at stake is added to it."""
    first = found.setdefault(key, finding)
    if first is not finding and finding.amount_cents is not None:
        found[key] = replace(first, amount_cents=(first.amount_cents or 0) + finding.amount_cents)
