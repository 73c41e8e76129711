"""A ledger to the lots held at the end of a day: their cost, when they become long-term, and that nothing is lost."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple, TypeVar

from niner import exact
from niner.case import Asset, Case
from niner.dataclass import dataclass
from niner.ledger import Ledger
from niner.lots import Balance, Disposition, Entry, Lot, balances, lot_names
from niner.money import PARTS
from niner.returns.calendar import same_day_next_year
from niner.returns.matching import Matching, matching
from niner.returns.plan import RulesOf
from niner.returns.rows import long_term, property_facts
from niner.rules import FactValue, YearRules
from niner.values import Finding, Refused, Source
from niner.words.plain import shown


@dataclass(frozen=True, slots=True)
class Term:
    """The first day on which a sale of a lot is long-term, with a gain and with a loss; None where no day of the year
    after its dates is."""

    with_gain: date | None
    with_loss: date | None

    def days_left(self, day: date) -> int | None:
        """Days from `day` until a gain is long-term; 0 where it is."""
        return None if self.with_gain is None else max((self.with_gain - day).days, 0)


@dataclass(frozen=True, slots=True)
class Holdings:
    """The lots held at the end of `day`, what they are called, their terms, and the balance of each wallet and asset.

    `journal` is everything that happened to lots until then.
    """

    case: Case
    day: date
    matched: Matching
    lots: tuple[Lot, ...]
    names: Mapping[str, str]
    journal: tuple[Entry, ...]
    rules_of: RulesOf
    balances: tuple[Balance, ...]
    terms: Mapping[Lot, Term]
    findings: tuple[Finding, ...]

    def only(self, wallet: str = "", asset: str = "") -> "Holdings":
        """The same of one wallet, one asset, or both; empty for all. Raises Refused where there never was one."""
        places = {(b.wallet, b.asset) for b in self.balances}
        chosen = {
            place
            for place in places
            if (not wallet or place[0].casefold() == wallet.casefold()) and (not asset or place[1] == asset.upper())
        }
        if (wallet or asset) and not chosen:
            said = " ".join(text for text in (asset and f"asset {asset}", wallet and f"in wallet {wallet}") if text)
            known = ", ".join(f"{a} in {w}" for w, a in sorted(places)[:20]) or "none at all"
            says = f"There never was {shown(said)} by {self.day}."
            raise Refused([Finding("lots-unknown", "error", says, f"The ledger has lots of: {known}.")])
        return replace(
            self,
            lots=tuple(lot for lot in self.lots if (lot.wallet, lot.asset) in chosen),
            balances=tuple(b for b in self.balances if (b.wallet, b.asset) in chosen),
        )

    def name(self, lot: str) -> str:
        """What the lot is called that the transaction `lot` brought."""
        return self.names.get(lot, lot)


def held_on(case: Case, ledger: Ledger, rules_of: RulesOf, day: date) -> Holdings:
    """The lots at the end of `day`, matched as the return of its year matches them.

    Raises Refused where they can't be.
    """
    journal: list[Entry] = []
    seen = case.seen_from(day.year)
    found = matching(
        seen, [t for t in ledger.transactions if t.day <= day], rules_of, journal=journal, records=ledger.records
    )
    if found.matched is None:
        raise Refused([f for f in found.findings if f.severity == "error"])
    balanced = balances(journal, found.held)
    findings = [*found.findings, *_out_of_balance(balanced), *_not_by_rows(found, balanced)]
    terms = terms_of(found.held, rules_of(day.year), case.asset)
    names = lot_names(ledger.transactions)
    return Holdings(
        case, day, found, found.held, names, tuple(journal), rules_of, tuple(balanced), terms, tuple(findings)
    )


def _out_of_balance(balanced: Sequence[Balance]) -> list[Finding]:
    return [
        Finding(
            "lots-balance",
            "error",
            f"What came into “{b.wallet}” less what left is {b.quantity:f} {b.asset}, and its lots are "
            f"{b.held_quantity:f}: Niner has a fault.",
            "Do not file by this; report it with a made-up ledger that shows the same.",
        )
        for b in balanced
        if not b.holds
    ]


def _not_by_rows(found: Matching, balanced: Sequence[Balance]) -> list[Finding]:
    """Wallets whose rows alone come to other units than their lots. Where rows lack units that is told already."""
    if any(f.id in ("lots-short", "wallet-overdrawn") or f.severity == "error" for f in found.findings):
        return []
    lots = {(b.wallet, b.asset): b.held_quantity for b in balanced}
    rows = units_by_rows(found)
    return [
        Finding(
            "lots-rows",
            "review",
            f"The rows of “{wallet}” come to {rows.get((wallet, asset), Decimal(0)):f} {asset}, and its lots are "
            f"{lots.get((wallet, asset), Decimal(0)):f}.",
            "Where the rows are right, a row of its transfers is missing or names another wallet.",
            value=asset,
        )
        for wallet, asset in sorted({*lots, *rows})
        if rows.get((wallet, asset), Decimal(0)) != lots.get((wallet, asset), Decimal(0))
    ]


_MOVES = ("transfer", "carries_over")


def units_by_rows(found: Matching) -> dict[tuple[str, str], Decimal]:
    """Units by (wallet, asset) as the rows alone have them, without any lot: what came in less what went out."""
    units: dict[tuple[str, str], Decimal] = {}

    def add(wallet: str, asset: str, quantity: Decimal, sign: int = 1) -> None:
        change = exact.multiply(quantity, Decimal(sign))
        units[wallet, asset] = exact.add(units.get((wallet, asset), Decimal(0)), change)

    for t in found.transactions:
        does = found.does(t)
        if does.treatment in ("nothing", "refused"):
            continue
        if t.sent_quantity is not None and t.sent_asset:
            add(t.wallet, t.sent_asset, t.sent_quantity, -1)
            if does.treatment in _MOVES:
                add(t.to_wallet or t.wallet, t.received_asset or t.sent_asset, t.sent_quantity)
        if t.received_quantity is not None and t.received_asset and does.treatment not in _MOVES:
            add(t.wallet, t.received_asset, t.received_quantity)
        if t.fee_quantity is not None and does.fee_is_disposition:
            add(t.wallet, t.fee_asset, t.fee_quantity, -1)
    return units


def terms_of(lots: Sequence[Lot], rules: YearRules, asset: Callable[[str], Asset]) -> dict[Lot, Term]:
    """When each lot becomes long-term, as the rules decide of a sale on the days around a year after its dates."""
    terms = _of_lots(lots, rules, asset, lambda long, place: Term(long.get((place, True)), long.get((place, False))))
    return dict(zip(lots, terms, strict=True))


def long_with_gain(lots: Sequence[Lot], rules: YearRules, asset: Callable[[str], Asset]) -> list[date | None]:
    """The same of a sale with a gain alone, of each lot in their order."""
    return _of_lots(lots, rules, asset, lambda long, place: long.get((place, True)), (True,))


_FirstDays = Mapping[tuple[int, bool], date]
"""The first day of the long term, of lots that are alike by their place, with a gain or with a loss."""
T = TypeVar("T")


def _of_lots(
    lots: Sequence[Lot],
    rules: YearRules,
    asset: Callable[[str], Asset],
    told: Callable[[_FirstDays, int], T],
    gains: Sequence[bool] = (True, False),
) -> list[T]:
    """What is `told` of each lot: of lots that are alike once."""
    names: dict[tuple[tuple[str, FactValue], ...], str] = {}  # of assets that the rules can't tell apart the first
    assets = [lot.asset for lot in lots]
    alike = {name: names.setdefault(tuple(property_facts(asset(name)).items()), name) for name in dict.fromkeys(assets)}
    fields = [list(map(attrgetter(name), lots)) for name in ("acquired", "received", "acquired_by")]
    keys = list(zip(*fields, map(alike.__getitem__, assets), [_basis(lot) for lot in lots], strict=True))
    different = dict.fromkeys(keys)
    places = {_Alike(*key[:4], *key[4]): place for place, key in enumerate(different)}
    asked = [(key, place, day, gain) for key, place in places.items() for day in _days(key) for gain in gains]
    sales = [_sale(place, key, day, gain) for key, place, day, gain in asked]
    long: dict[tuple[int, bool], date] = {}
    for (_, place, day, gain), is_long in zip(asked, long_term(sales, rules, asset), strict=True):
        if is_long and day < long.get((place, gain), date.max):
            long[place, gain] = day
    terms = [told(long, place) for place in range(len(places))]
    return list(map(dict(zip(different, terms, strict=True)).__getitem__, keys))


class _Alike(NamedTuple):
    """What of a lot its term can depend on. `basis` and `fmv` say only which is more, and whether there is any."""

    acquired: date
    received: date
    acquired_by: str
    asset: str
    basis: int
    fmv: int | None


_BASIS = 1_000_00
_COST = _BASIS, None
"""What stands for the basis of a lot that was no gift and cost something, as nearly all do."""


def _basis(lot: Lot) -> tuple[int, int | None]:
    """What stands for a lot's basis and worth at a gift."""
    if lot.fmv_cents is None:
        return _COST if lot.basis_parts else (0, None)
    basis = _BASIS if lot.basis_parts else 0
    return basis, _BASIS // 2 if lot.fmv_cents < lot.basis_cents else basis


def _days(key: _Alike) -> list[date]:
    """The days on which a term can change: those around a year after the lot's dates, never before it came."""
    starts = {key.acquired, key.received}
    around = {same_day_next_year(start) + timedelta(days=n) for start in starts for n in range(-2, 4)}
    return sorted({key.received, *(day for day in around if day >= key.received)})


def _sale(place: int, key: _Alike, day: date, gain: bool) -> Disposition:
    """A sale of a unit on `day` that nobody made, with a gain (+) or a loss (-) whatever basis counts."""
    source = Source("")
    proceeds = 2 * _BASIS if gain else _BASIS // 4
    return Disposition(
        transaction=f"{place}{'+' if gain else '-'}",
        source=source,
        kind="sell",
        asset=key.asset,
        quantity=Decimal(1),
        wallet="",
        acquired=key.acquired,
        received=key.received,
        disposed=day,
        acquired_by=key.acquired_by,
        proceeds_cents=proceeds,
        basis_cents=key.basis,
        fmv_cents=key.fmv,
        lot="",
        lot_source=source,
        form="none",
        basis_reported=False,
        proceeds_parts=proceeds * PARTS,
        basis_parts=key.basis * PARTS,
        fmv_parts=None if key.fmv is None else key.fmv * PARTS,
    )
