"""One ledger by every order of lots, side by side: what each comes to, and whether the law and the records allow it.

Nothing is chosen here, and nothing of the case is changed.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from niner.asked import METHOD_OPEN
from niner.case import Case
from niner.dataclass import dataclass
from niner.ledger import Ledger, Transaction
from niner.lots import METHODS
from niner.prepare import Options, read_inputs, rules_by_year, years_of
from niner.returns.matching import Matching, matching
from niner.returns.plan import RulesOf
from niner.returns.units.choosing import AsIf
from niner.returns.year import YearReturn
from niner.rules import Conclusion, FactValue
from niner.values import Finding, Refused

AS_RECORDED = "as_recorded"
"""The way of the return itself: by the case's records and elections."""

OPEN = ("open", "if_recorded", "nothing_sold")
_SOLD = ("disposition", "exchange", "fee")


@dataclass(frozen=True, slots=True)
class OfYear:
    """What one way comes to in one year, in cents. Gains are the year's own; `None` where the return is not known.

    `may` says whether the way may be used for the year's sales, None for the return's own way; `to_come`: sales of the
    year can still come.
    """

    year: int
    short_term: int
    long_term: int
    total_tax: int | None
    investment_income_tax: int | None
    carried_on: tuple[int, int]
    may: Conclusion | None
    to_come: bool


@dataclass(frozen=True, slots=True)
class Way:
    """One order of lots through the years; without any where `problems` stop it."""

    name: str
    years: tuple[OfYear, ...]
    problems: tuple[Finding, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it may be used in every year; the return's own way always."""
        return not self.problems and all(one.may is None or one.may.value in OPEN for one in self.years)

    @property
    def total_tax(self) -> int | None:
        """The total tax of all years; None where a year's is not known."""
        taxes = [one.total_tax for one in self.years]
        return None if self.problems or None in taxes else sum(tax or 0 for tax in taxes)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The return's own way first, then each order of lots for the same years; of `wallet` alone, where one is named."""

    years: tuple[int, ...]
    wallet: str
    ways: tuple[Way, ...]
    findings: tuple[Finding, ...]

    @property
    def least_open(self) -> str | None:
        """The way with the least tax of those that may be used, if it is less than the return's own; else None."""
        taken = self.ways[0].total_tax
        known = [(way.total_tax, way.name) for way in self.ways if way.open and way.total_tax is not None]
        if taken is None or not known:
            return None
        least, name = min(known, key=lambda one: one[0])
        return name if least < taken else None


def compare(folder: Path, years: Sequence[int], options: Options, today: date, wallet: str = "") -> Comparison:
    """Every order of lots for the sales of `years`; years before them stay as they are recorded.

    Raises Refused where the return's own way can't be worked out.
    """
    case, ledger, brokers, findings = read_inputs(
        folder, options, lambda what, done, whole: None, lambda case: max(years)
    )
    rules_of = rules_by_year(options.overlays, options.form_dirs)
    if wallet:
        _known(wallet, ledger)
    taken = years_of(folder, case, ledger, findings, years, options, AsIf(), brokers)
    sales = sales_of(case, ledger, rules_of, max(years), wallet)
    ways = [Way(AS_RECORDED, tuple(_of_year(result, None, today) for result in taken))]
    for method in METHODS:
        wallets = frozenset([wallet]) if wallet else frozenset[str]()
        as_if = AsIf(method, wallets, date(min(years), 1, 1))
        try:
            results = years_of(folder, case, ledger, (), years, options, as_if, brokers)
        except Refused as refused:
            ways.append(Way(method, (), tuple(f for f in refused.findings if f.severity == "error")))
            continue
        may = {year: may_be_used(method, year, sales, rules_of) for year in years}
        ways.append(Way(method, tuple(_of_year(result, may[result.year], today) for result in results)))
    return Comparison(tuple(years), wallet, tuple(ways), taken[-1].findings)


def _known(wallet: str, ledger: Ledger) -> None:
    """Raises Refused where the ledger has no such wallet."""
    names = {t.wallet for t in ledger.transactions}
    if wallet.casefold() not in {name.casefold() for name in names}:
        says = f"The ledger has no wallet “{wallet}”."
        raise Refused([Finding("wallet-unknown", "error", says, f"It has: {', '.join(sorted(names))}.", value=wallet)])


def _of_year(result: YearReturn, may: Conclusion | None, today: date) -> OfYear:
    at = result.rules.place
    tax = result.lines.at(at("investment_income_tax"))
    return OfYear(
        result.year,
        sum(row.sums.gain for row in result.rows if row.term == "short"),
        sum(row.sums.gain for row in result.rows if row.term == "long"),
        result.lines.at(at("total_tax")),
        None if result.lines.at(at("total_tax")) is None else tax or 0,
        result.carryover_out,
        may,
        date(result.year, 12, 31) > today,
    )


@dataclass(frozen=True, slots=True)
class Sales:
    """The rows by which units were sold, and the matching that says how their lots are chosen as recorded."""

    matched: Matching
    rows: tuple[Transaction, ...]


def sales_of(case: Case, ledger: Ledger, rules_of: RulesOf, last: int, wallet: str = "") -> Sales:
    """The rows up to a year by which units were sold, of `wallet` alone where one is named."""
    found = matching(case.seen_from(last), ledger.transactions, rules_of, records=ledger.records)
    rows = tuple(
        t
        for t in found.transactions
        if (not wallet or t.wallet.casefold() == wallet.casefold())
        and ((t.sent_asset and found.does(t).treatment in _SOLD) or (t.fee_asset and found.does(t).fee_is_disposition))
    )
    return Sales(found, rows)


def may_be_used(method: str, year: int, sales: Sales, rules_of: RulesOf) -> Conclusion:
    """What the rules say of an order of lots for a year's sales."""
    counts = Counter(_identified(method, t, sales.matched) for t in sales.rows if t.day.year == year)
    fact: dict[str, FactValue] = {"tax_year": year, "method": method, "sales": counts.total()}
    fact |= {name: counts[name] for name in ("identified_so", "elected_so", "identified_otherwise", "not_identified")}
    return rules_of(year).conclude("order_of_lots", [fact], METHOD_OPEN)[0]["method_open"]


def _identified(method: str, t: Transaction, matched: Matching) -> str:
    """What the records and the case say of one sale, set against an order of lots."""
    assert matched.choosing is not None
    decided = matched.choosing.decided(t)
    own, recorded = decided.choice.method, decided.by in ("pick", "standing_order", "broker")
    if decided.choice.picks:
        return "identified_otherwise"
    if decided.by == "default" or (own == method == "fifo") or (own == "fifo" and not recorded):
        return "not_identified"
    if own != method:
        return "identified_otherwise"
    return "identified_so" if recorded else "elected_so"
