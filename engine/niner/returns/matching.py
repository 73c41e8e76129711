"""A ledger to its lots as the rules match them, and each year's lines from them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from functools import cached_property
from itertools import compress

from niner.brokers import NONE, Brokers
from niner.brokers.reconcile import Reconciled
from niner.case import Case
from niner.dataclass import dataclass
from niner.ledger import NO_RECORDS, Records, Transaction
from niner.ledger.columns import Columns, column, of_year, those, where
from niner.lots import (
    BASIS_NEEDS,
    Departure,
    Disposition,
    Entry,
    Later,
    Law,
    Lot,
    MatchResult,
    Replaced,
    Treatment,
    match,
    missing,
    needs_figures,
)
from niner.money import PARTS, Amounts
from niner.returns.facts.wash_law import bought_after, wash_law
from niner.returns.income import income_of
from niner.returns.inputs import worksheet_inputs
from niner.returns.plan import AlikeRows, Plan, RulesOf, Treatments, plan_of, said_once, told
from niner.returns.reported.against import against_forms
from niner.returns.reviews import half_moves, wallet_remarks
from niner.returns.rows import Row, form_rows
from niner.returns.units.choosing import AsIf, Choosing
from niner.returns.units.unused_basis import NONE_ALLOCATED, UnusedBasis, unused_basis
from niner.rules import Conclusion, Lines, YearRules
from niner.values import Finding

_AS_IT_IS = AsIf()


@dataclass(frozen=True)
class Matching:
    """The lots of a ledger up to a year. `matched` is None where the elections leave no way to match them."""

    year: int
    transactions: Sequence[Transaction]
    plan: Plan
    ways: Treatments
    matched: MatchResult | None
    on_form: Mapping[str, int]
    """What a broker's form shows as the basis of a transaction, cents."""
    nondeductible: Mapping[str, str]
    """Why a loss of a transaction is not deductible, or that it is, where the ledger says so."""
    undocumented: frozenset[str]
    """The gifts of which the ledger states neither the donor's basis nor date."""
    findings: tuple[Finding, ...]
    law: Law | None = None
    """Which losses are not allowed where units were bought back; None where none can be."""
    after: Sequence[Later] = ()
    """The purchases after the year by which units can still be bought back."""
    choosing: Choosing | None = None
    basis: UnusedBasis = NONE_ALLOCATED
    brokers: Brokers = NONE
    _against: dict[int, Reconciled] = field(default_factory=dict)

    def does(self, t: Transaction) -> Treatment:
        """What the rules say a row does."""
        return self.ways.does(t)

    def why(self, t: Transaction) -> Mapping[str, Conclusion]:
        """The conclusions behind it."""
        return self.ways.why(t)

    def against(self, seen: Case, rules: YearRules) -> Reconciled:
        """The dispositions of the year that `seen` is of, as brokers reported them, with the residual."""
        year = seen.tax_year
        if year not in self._against:
            found = against_forms(seen, rules, self.transactions, self.dispositions(year), self.brokers)
            self._against[year] = found
        return self._against[year]

    @property
    def held(self) -> tuple[Lot, ...]:
        """The lots held at the end of the year."""
        return self.matched.held if self.matched else ()

    @property
    def departures(self) -> tuple[Departure, ...]:
        """The lots of units that left in the year without a sale."""
        return self.matched.departures if self.matched else ()

    @property
    def nets(self) -> Mapping[int, int]:
        """Proceeds less basis of each year, in parts of a cent, before any rule about gains and losses."""
        return self.matched.nets if self.matched else {}

    @property
    def replaced(self) -> tuple[Replaced, ...]:
        """Losses not allowed of sales of the year, or in the basis of what was sold in it or is held after it."""
        if self.matched is None or not self.matched.replaced:
            return ()
        here = {d.lot for d in self.dispositions(self.year)} | {lot.id for lot in self.held}
        return tuple(r for r in self.matched.replaced if r.disposed.year == self.year or r.bought in here)

    def dispositions(self, year: int) -> tuple[Disposition, ...]:
        """Those of one year, in ledger order."""
        if self.matched is None:
            return ()
        return self.matched.dispositions if year == self.year else self._earlier.get(year, ())

    @cached_property
    def _earlier(self) -> Mapping[int, tuple[Disposition, ...]]:
        """The dispositions of the years before. The lots are matched again: most runs never ask."""
        years = frozenset(year for year in self.nets if year < self.year)
        matched = _match(self, years)
        found: dict[int, list[Disposition]] = {}
        for d in matched.dispositions:
            found.setdefault(d.disposed.year, []).append(d)
        return {year: tuple(those) for year, those in found.items()}

    def rough_lines_of(self, seen: Case, rules_of: RulesOf, places: Iterable[str]) -> Lines:
        """The lines of some places of a year from its proceeds less basis alone: enough for how much loss it may
        leave."""
        net = self.nets.get(seen.tax_year, 0) // PARTS
        whole = seen.elections.rounding == "dollars"
        rules = rules_of(seen.tax_year)
        line = rules.place("rows_on_no_form").line
        inputs = worksheet_inputs(seen, rules, [_Total(Amounts(net, 0, 0, net), line)], (), whole)
        return rules.evaluate_some(inputs, places)

    def rows_of(self, seen: Case, rules_of: RulesOf) -> list[Row]:
        """The rows of Form 8949 of the year that `seen` is of, with nothing said about them."""
        rows, _ = form_rows(
            self.against(seen, rules_of(seen.tax_year)).dispositions,
            rules_of(seen.tax_year),
            seen.elections.direct_totals,
            seen.elections.rounding == "dollars",
            self.on_form,
            seen.asset,
            nondeductible=self.nondeductible,
            undocumented=self.undocumented,
        )
        return rows

    def lines_of(self, seen: Case, rules_of: RulesOf) -> Lines:
        """The lines of the year that `seen` is of, with nothing said about them. Raises Refused."""
        year = seen.tax_year
        rules = rules_of(year)
        whole = seen.elections.rounding == "dollars"
        rows = self.rows_of(seen, rules_of)
        own = of_year(self.transactions, year)
        income, _ = income_of(seen, own, rules, self.does)
        return rules.evaluate(worksheet_inputs(seen, rules, rows, income, whole))


@dataclass(frozen=True, slots=True)
class _Total:
    """All of a year as one short-term row: how long its lots were held does not change how much is left of a loss."""

    sums: Amounts
    line: str
    also: tuple[str, ...] = ()


def matching(
    case: Case,
    transactions: Sequence[Transaction],
    rules_of: RulesOf,
    progress: Callable[[int], None] | None = None,
    journal: list[Entry] | None = None,
    records: Records = NO_RECORDS,
    as_if: AsIf = _AS_IT_IS,
    brokers: Brokers = NONE,
) -> Matching:
    """The ledger up to the case's tax year matched into lots, with what is to be said of it.

    What happens to each lot is entered in `journal`, where one is given. `records` is what was written down of
    lots, `as_if` another way of choosing them, to compare with, `brokers` what brokers reported.
    """
    year = case.tax_year
    rules = rules_of(year)
    transactions = Columns.of(transactions)
    upto = transactions.between(date.min, date(year, 12, 31))
    ways = Treatments(rules_of)
    does = ways.does
    found = [*_told_of_rows(upto, ways), *half_moves(rules, upto, year)]
    first = min(upto.days, default=date(year, 1, 1)).year
    leaving = (sent or fee for sent, fee in zip(upto.sent, upto.fees, strict=True))
    disposing = frozenset(day.year for day in set(compress(upto.days, leaving)))
    identified = len(upto.places_of(records.identified.keys())) if records.identified else 0
    plan = plan_of(case, first, year, disposing, rules_of, identified)
    found += plan.findings
    if any(f.severity == "error" for f in plan.findings):
        return Matching(year, upto, plan, ways, None, {}, {}, frozenset(), tuple(found))
    used = NO_RECORDS if as_if.records_aside else records
    basis = unused_basis(plan, used, upto, does, rules_of, as_if.honoured)
    found += [f for f in basis.findings if f.severity == "error" or basis.parts_in == year]
    choosing = Choosing(case, used, rules_of, upto, basis.counts, basis.parts_in, as_if)
    gifts = frozenset(
        t.id for t in those(upto, lambda t: t.kind == "gift_in" and not t.basis_cents and t.acquired is None)
    )
    law = wash_law(case, _matched(upto, ways), rules_of, does, gifts)
    later = bought_after(transactions, year, law, does)
    shown = those(upto, lambda t: t.reported_basis_cents is not None)
    on_form = {t.id: t.reported_basis_cents or 0 for t in shown}
    marked = {t.id: t.nondeductible for t in those(upto, lambda t: t.nondeductible != "not_said")}
    found_here = Matching(
        year, upto, plan, ways, None, on_form, marked, gifts, (), law, later, choosing, basis, brokers
    )
    matched = _match(found_here, frozenset({year}), progress, journal)
    # A refused kind takes its units out too; until it is settled, what is short may only be its consequence.
    found += [*matched.findings, *wallet_remarks(rules_of, matched.settled)]
    ways.forget()
    return replace(found_here, matched=matched, findings=tuple(found))


def _match(
    lots: Matching,
    years: frozenset[int],
    progress: Callable[[int], None] | None = None,
    journal: list[Entry] | None = None,
) -> MatchResult:
    choosing = lots.choosing
    rows = _matched(lots.transactions, lots.ways)
    return match(
        rows,
        lots.plan.spans,
        lots.ways.does,
        years,
        progress,
        journal,
        lots.law,
        lots.after,
        choosing.choose if choosing else None,
        lots.basis.counts,
        choosing.records.picked if choosing else frozenset(),
        lots.ways.does_all(rows),
        choosing.asked(lots.plan.spans) if choosing else None,
    )


def _matched(transactions: Sequence[Transaction], ways: Treatments) -> Sequence[Transaction]:
    """The rows that lots are matched by: all but those of a kind that the rules refuse."""
    alike = ways.keys(transactions)
    refused = {at for at, key in enumerate(alike.each) if ways.conclusions(key)["treatment"].value == "refused"}
    return where(transactions, [one not in refused for one in alike.of]) if refused else transactions


def _told_of_rows(transactions: Sequence[Transaction], ways: Treatments) -> list[Finding]:
    """What the rules say of the rows' kinds, and an error of each row that lacks what they make of it needs."""
    alike = ways.keys(transactions)
    return [*_told_of_kinds(transactions, alike, ways), *_without_value(transactions, alike, ways)]


def _told_of_kinds(transactions: Sequence[Transaction], alike: AlikeRows, ways: Treatments) -> list[Finding]:
    """What the rules say of the rows' kinds: an error of every row, anything else once for a kind."""
    speaking = [
        [
            (name, conclusion)
            for name, conclusion in ways.conclusions(key).items()
            if conclusion.tell and name != "fee_treatment"  # fees are told for the year alone
        ]
        for key in alike.each
    ]
    found: dict[tuple[str, str, str], Finding] = {}
    if not any(speaking):
        return []
    for at in [at for at, one in enumerate(alike.of) if speaking[one]]:
        t = transactions[at]
        for name, conclusion in speaking[alike.of[at]]:
            id = "kind" if name in ("treatment", "unsettled") else name.replace("_", "-")
            for f in told(id, conclusion, t.source, t.kind, t.value_cents):
                said_once(found, (f.says, t.kind, t.id if f.severity == "error" else ""), f)
    return list(found.values())


_WORTH = {
    "usd_value": ("dollar value", "what the units were worth that moment"),
    "basis_usd": ("basis", "what the units cost whoever the basis comes from, 0 if nothing"),
    "fmv_usd": ("fair market value", "what the units were worth that day"),
}


def _without_value(transactions: Sequence[Transaction], alike: AlikeRows, ways: Treatments) -> list[Finding]:
    """Rows that rules treat as what their kind is not, and that lack a figure which that needs."""
    does = list(map(ways.does_alike, alike.each))
    more = {one for one, how in enumerate(does) if {*BASIS_NEEDS.get(how.basis_from, ())} - {"usd_value"}}
    found = []
    values = column(transactions, "value_cents")
    if more:
        pairs = enumerate(zip(values, alike.of, strict=True))
        open_ = [at for at, (value, one) in pairs if value is None or one in more]
    else:
        open_ = [at for at, value in enumerate(values) if value is None] if None in values else []
    for at in open_:
        how = does[alike.of[at]]
        if not needs_figures(how):
            continue
        t = transactions[at]
        for name in missing(t, how):
            what, worth = _WORTH[name]
            as_what = how.treatment.replace("_", " ")
            says = f"The {t.kind} is treated as {as_what}, and has no {what}."
            found.append(Finding("ledger-price", "error", says, f"Fill {name} with {worth}.", source=t.source))
    return found
