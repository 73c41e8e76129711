"""Records and elections to the method and the picks of every row, with what the rules do not let count.

Of what could decide a row the first that counts does: its own picks, the newest standing order of its wallet, what the
case elects for the wallet or the year, the only method that a broker has, and what the rules say without any of them.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import field
from datetime import date
from functools import cache

from niner.asked import IDENTIFIED
from niner.case import Case
from niner.dataclass import dataclass
from niner.ledger import Records, Transaction
from niner.ledger.columns import Columns
from niner.ledger.records import Allocation, Identified, StandingOrder
from niner.lots import ABLE, Choice, Span
from niner.returns.plan import RulesOf, able, election_facts
from niner.returns.units.timing import timing
from niner.rules import Conclusion, FactValue


@dataclass(frozen=True, slots=True)
class AsIf:
    """A way of choosing lots that the case does not say, to compare with.

    `method` for all rows of `wallets` (of all, where empty) from `since` until `until`; `honoured` are the lines of
    decisions.yaml whose records count though the rules don't let them; `records_aside` leaves all records away.
    """

    method: str = ""
    wallets: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None
    honoured: frozenset[int] = frozenset()
    records_aside: bool = False

    def covers(self, t: Transaction) -> bool:
        """Whether `method` is for a row."""
        named = not self.wallets or t.wallet.casefold() in {name.casefold() for name in self.wallets}
        return named and (self.since is None or self.since <= t.day) and (self.until is None or t.day <= self.until)


@dataclass(slots=True)
class Fallen:
    """A record that does not count for some rows, and why. `line` is where decisions.yaml has it."""

    line: int
    because: Conclusion
    rows: list[Transaction] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Decided:
    """How a row's units are chosen, and by what: `pick`, `standing_order`, `wallet`, `case`, `broker` or `default`."""

    choice: Choice
    by: str
    line: int = 0
    because: Conclusion | None = None


class Choosing:
    """Says for every row how its units are chosen. `allocations` are those that count, by asset, from `parts_in` on,
    the year in which wallets became pools; None where they did not."""

    def __init__(
        self,
        case: Case,
        records: Records,
        rules_of: RulesOf,
        transactions: Sequence[Transaction],
        allocations: Mapping[str, Allocation],
        parts_in: int | None,
        as_if: AsIf,
    ) -> None:
        self.case, self.rules_of, self.as_if = case, rules_of, as_if
        self.records = Records() if as_if.records_aside else records
        self.allocations, self.parts_in = allocations, parts_in
        self.wallets = {name.casefold(): wallet for name, wallet in case.wallets.items()}
        self.orders = sorted(self.records.orders, key=lambda order: order.since, reverse=True)
        picked, rows = self.records.picked, Columns.of(transactions)
        self.came = {rows.ids[at]: rows.days[at].year for at in rows.places_of(picked)} if picked and parts_in else {}
        self.fallen: dict[tuple[int, str], Fallen] = {}
        self._decided: dict[tuple[str, str], Decided] = {}
        self._elected: dict[tuple[int, str], Decided] = {}
        self._identified = cache(self._concluded)
        self._method = cache(self._method_of)

    @property
    def choose(self) -> Callable[[Transaction, str], Choice] | None:
        """The choice of each row, by what leaves; None where every year's own method holds for all of them."""
        says_more = self.records.identified or self.records.orders or self.case.elections.by_wallet or self.as_if.method
        brokers = any(wallet.only_method for wallet in self.wallets.values())
        return (lambda t, asset: self.decided(t, asset).choice) if says_more or brokers else None

    def asked(self, spans: Sequence[Span]) -> Set[str] | None:
        """The rows, by id, of which `choose` has more to say than the method of their span; None where it may of any
        row."""
        elections, wallets = self.case.elections, self.wallets.values()
        if self.records.orders or elections.by_wallet or self.as_if.method or any(one.only_method for one in wallets):
            return None
        for span in spans:
            for year in range(span.first_year, span.last_year + 1):
                elected = elections.chosen(year)[0]
                if self._method(year, "none" if elected in (None, "specific") else elected) != span.method:
                    return None
        return self.records.identified.keys()

    def decided(self, t: Transaction, asset: str = "") -> Decided:
        """How the units of a row are chosen: those sent, or of `asset` where that is what pays its fee."""
        asset = asset or t.sent_asset or t.fee_asset
        known = self._decided.get((t.id, asset))
        if known is None:
            known = self._decided[t.id, asset] = self._decide(t, asset)
        return known

    def adequate(self, one: Identified, t: Transaction, units_there: str) -> Conclusion:
        """What the rules say of a pick for a row."""
        parts_in = self.parts_in
        early = parts_in is not None and any(self.came.get(pick.lot, 0) < parts_in for pick in one.picks)
        open_ = early and self._allocation_open(t, t.sent_asset or t.fee_asset) and units_there == "yes"
        recorded = timing(one.at, t) if one.record else "nowhere"
        return self._identified(
            t.day.year, "pick", "specific", recorded, self._custody(t), one.told, open_, units_there
        )

    def _decide(self, t: Transaction, asset: str) -> Decided:
        if self.as_if.method and self.as_if.covers(t):
            return Decided(Choice(self.as_if.method), "case")
        base = self._base(t, asset)
        one = self.records.identified.get(t.id)
        if one is None or asset != (t.sent_asset or t.fee_asset):
            return base
        because = self.adequate(one, t, "yes")
        if because.value == "not_adequate" and one.line not in self.as_if.honoured:
            self._fall(one.line, because, t)
            return base
        return Decided(Choice(base.choice.method, one.picks), "pick", one.line, because)

    def _base(self, t: Transaction, asset: str) -> Decided:
        """How they are chosen where no pick counts."""
        if self.orders or self.case.elections.by_wallet:
            return self._ordered(t, asset)
        of = t.day.year, t.wallet
        if of not in self._elected:  # nothing else of a row is asked then
            self._elected[of] = self._ordered(t, asset)
        return self._elected[of]

    def _ordered(self, t: Transaction, asset: str) -> Decided:
        """The same, from what the row itself says."""
        year, wallet = t.day.year, t.wallet.casefold()
        ordered = False
        for order in self.orders:
            if wallet not in order.wallets or order.since > t.day:
                continue
            because = self._of_order(order, t, asset)
            if because.value != "not_adequate" or order.line in self.as_if.honoured:
                return Decided(Choice(self._method(year, order.method)), "standing_order", order.line, because)
            self._fall(order.line, because, t)
            ordered = True
        elections = self.case.elections
        of_wallet, of_year = elections.of_wallet(t.wallet, t.day), elections.chosen(year)[0]
        for by, method in (("wallet", of_wallet), ("case", of_year)):
            if method is not None and not ordered:
                if method != "specific":
                    return Decided(Choice(self._method(year, method)), by)
                break
        known = self.wallets.get(wallet)
        if known is not None and known.only_method and known.custody == "broker":
            because = self._identified(year, "broker_method", known.only_method, "in_time", "broker", "broker",
                                       False, "yes")  # fmt: skip
            if because.value != "not_adequate":
                return Decided(Choice(self._method(year, known.only_method)), "broker", because=because)
        return Decided(Choice(self._method(year, "none")), "default")

    def _of_order(self, order: StandingOrder, t: Transaction, asset: str) -> Conclusion:
        recorded = timing(order.recorded, t)
        return self._identified(t.day.year, "standing_order", order.method, recorded, self._custody(t),
                                order.told, self._allocation_open(t, asset), "yes")  # fmt: skip

    def _fall(self, line: int, because: Conclusion, t: Transaction) -> None:
        rows = self.fallen.setdefault((line, because.rule_id), Fallen(line, because)).rows
        if not rows or rows[-1] is not t:
            rows.append(t)

    def _custody(self, t: Transaction) -> str:
        known = self.wallets.get(t.wallet.casefold())
        return known.custody or "not_said" if known is not None else "not_said"

    def _allocation_open(self, t: Transaction, asset: str) -> bool:
        """Whether what leaves is under a global allocation that was not complete yet."""
        allocation = self.allocations.get(asset)
        if allocation is None or allocation.how != "global" or t.day.year < (self.parts_in or 0):
            return False
        return timing(allocation.completed, t) != "in_time"

    def _concluded(
        self,
        year: int,
        by: str,
        method: str,
        recorded: str,
        custody: str,
        told: str,
        allocation_open: bool,
        units_there: str,
    ) -> Conclusion:
        fact: dict[str, FactValue] = {
            "tax_year": year,
            "by": by,
            "method": method,
            "recorded": recorded,
            "custody": custody,
            "told": told,
            "allocation_open": allocation_open,
            "units_there": units_there,
        }
        return self.rules_of(year).conclude("identification", [fact], IDENTIFIED)[0]["identified"]

    def _method_of(self, year: int, elected: str) -> str:
        """The method that the rules of a year make of one that is chosen. Raises Refused."""
        fact = {**election_facts(self.case, year), "lot_method_elected": elected}
        decided = self.rules_of(year).conclude("return", [fact], ("lot_method",))
        able(decided, {"lot_method": ABLE["lot_method"]})
        return decided[0]["lot_method"].value
