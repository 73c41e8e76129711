"""Lots held on a day and prices to what each would bring if it were sold then, and which of them can be named."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

from niner.case import Case
from niner.dataclass import dataclass
from niner.harvest.figures import Kind
from niner.harvest.shares import basis_of, gift_worth_of, related_loss_of
from niner.imports.events import Price
from niner.ledger import Transaction
from niner.ledger.records import Identified, Pick, Told
from niner.lots import METHODS, Lot
from niner.lots.values import Disposition
from niner.money import PARTS, whole_cents
from niner.returns.facts.wash_law import wash_law
from niner.returns.matching import Matching
from niner.returns.plan import RulesOf
from niner.returns.rows import Row, form_rows, property_facts
from niner.returns.units.holdings import Term, terms_of
from niner.returns.year import YearReturn
from niner.rules import Conclusion
from niner.values import Finding, Source

PLANNED = "planned sales"


@dataclass(frozen=True, slots=True)
class Place:
    """One asset in one wallet. `specific` says that lots can be identified there, telling whom `told` says; else its
    units leave in the order of `method`. `because` is the rule."""

    wallet: str
    asset: str
    specific: bool
    told: Told
    method: str
    because: Conclusion | None


@dataclass(frozen=True, slots=True)
class Position:
    """A lot at the prices of the day: what a sale of all of it would bring in cents, after its fee.

    `kept_out` says in a word why it is not planned with: wash_sale, no_price_left, left_out; empty where it may be.
    """

    lot: Lot
    name: str
    place: Place
    price: Fraction
    worth: int
    fee: int
    gain: int
    kind: Kind
    term: Term
    days_left: int | None
    divisible: bool
    kept_out: str = ""
    free_on: date | None = None


def of_sale(
    place: Place,
    day: date,
    id: str,
    lot: Lot,
    units: Decimal,
    proceeds: int,
    parts: int | None = None,
    before: Decimal = Decimal(0),
) -> Disposition:
    """The next units of a lot sold on `day`, after `before` of them, as the matching of lots would have them.

    `proceeds` are cents after the fee, and `parts` the same in parts of a cent where they are no whole ones.
    """
    basis, fmv = basis_of(lot, units, before), gift_worth_of(lot, units, before)
    related = related_loss_of(lot, units, before)
    return Disposition(
        transaction=id,
        source=Source(PLANNED),
        kind="sell",
        asset=lot.asset,
        quantity=units,
        wallet=place.wallet,
        acquired=lot.acquired,
        received=lot.received,
        disposed=day,
        acquired_by=lot.acquired_by,
        proceeds_cents=proceeds,
        basis_cents=basis[1],
        fmv_cents=fmv[1] if fmv else None,
        lot=lot.id,
        lot_source=lot.source,
        form="none",
        basis_reported=False,
        proceeds_parts=proceeds * PARTS if parts is None else parts,
        basis_parts=basis[0],
        fmv_parts=fmv[0] if fmv else None,
        related_loss_parts=related[0],
        related_loss_cents=related[1],
    )


@dataclass(frozen=True, slots=True)
class Rates:
    """The fee of a sale as a share of what it brings, by wallet in small letters; `other` for the rest."""

    by_wallet: Mapping[str, Fraction]
    other: Fraction = Fraction(0)

    def fee(self, wallet: str, gross: int) -> int:
        """The fee in cents."""
        return whole_cents(gross * self.by_wallet.get(wallet.casefold(), self.other))

    @property
    def given(self) -> bool:
        """Whether any was said."""
        return bool(self.by_wallet or self.other)


NO_FEES = Rates({})


@dataclass(frozen=True, slots=True)
class Day:
    """The day that is planned for: when in it the sales are, the prices then, and what the person asks for."""

    day: date
    at: datetime
    prices: Mapping[str, tuple[Fraction, Price]]
    rates: Rates
    queued: frozenset[str]
    left_out: frozenset[str]


def sale_on(
    day: Day, id: str, wallet: str, asset: str, units: Decimal, gross: int = 0, fee: int = 0, row: int = 0
) -> Transaction:
    """The row of the ledger that a planned sale would be."""
    return Transaction(
        id=id,
        instant=day.at,
        day=day.day,
        wallet=wallet,
        kind="sell",
        source=Source(PLANNED, row),
        sent_quantity=units,
        sent_asset=asset,
        fee_cents=fee,
        value_cents=gross,
    )


def positions(
    result: YearReturn, lots: Matching, names: Mapping[str, str], day: Day, rules_of: RulesOf
) -> list[Position]:
    """Every lot held, as it stands that day, the lots of one place in the order in which that gives them up."""
    case = result.case
    places: dict[tuple[str, str], Place] = {}
    for lot in lots.held:
        if (lot.wallet, lot.asset) not in places:
            places[lot.wallet, lot.asset] = _place(case, lots, lot, day)
    terms = terms_of(lots.held, result.rules, case.asset)
    sold = []
    for number, lot in enumerate(lots.held):
        gross = worth_of(day, lot.asset, lot.quantity)
        fee = day.rates.fee(lot.wallet, gross)
        place = places[lot.wallet, lot.asset]
        d = of_sale(place, day.day, str(number), lot, lot.quantity, gross - fee)
        sold.append((d, gross, fee))
    rows = _rows_of([d for d, _, _ in sold], result, lots)
    found = []
    for lot, (d, gross, fee) in zip(lots.held, sold, strict=True):
        row = rows[d.transaction]
        place, asset = places[lot.wallet, lot.asset], case.asset(lot.asset)
        out = {lot.wallet.casefold(), lot.asset.casefold()} & day.left_out
        why = "left_out" if out else "no_price_left" if gross <= fee else ""
        found.append(
            Position(
                lot,
                names.get(lot.id, lot.id),
                place,
                day.prices[lot.asset][0],
                gross,
                fee,
                row.sums.gain if isinstance(row, Row) else row[1],
                kind_of(row) if isinstance(row, Row) else row[0],
                terms[lot],
                terms[lot].days_left(day.day),
                asset.class_ != "nft",
                why,
            )
        )
    kept = _without_washes(found, case, lots, day, rules_of, result)
    return _in_order(kept)


def kind_of(row: Row) -> Kind:
    """Where a row of Form 8949 goes."""
    return Kind(row.term, row.line, row.also)


def worth_of(day: Day, asset: str, units: Decimal) -> int:
    """What units bring at the day's price, in whole cents."""
    return whole_cents(day.prices[asset][0] * Fraction(units) * 100)


def _rows_of(sold: Sequence[Disposition], result: YearReturn, lots: Matching) -> Mapping[str, Row | tuple[Kind, int]]:
    """The row of each, or (where it goes, its gain). Lots alike in all but amounts go the same way, so that of a
    hundred thousand a few are asked of the rules; a gift, or what needs a code, is asked for itself."""
    alike: dict[tuple[object, ...], list[Disposition]] = {}
    case = result.case
    what = {name: tuple(property_facts(case.asset(name)).items()) for name in {d.asset for d in sold}}
    for d in sold:
        own = d.transaction if d.fmv_parts is not None or d.related_loss_parts else ""
        sign = (d.proceeds_cents > d.basis_cents) - (d.proceeds_cents < d.basis_cents)
        key = (what[d.asset], d.acquired, d.received, d.acquired_by, sign, d.basis_parts == 0, own)
        alike.setdefault(key, []).append(d)
    firsts = {group[0].transaction: group for group in alike.values()}
    rows = _asked([group[0] for group in firsts.values()], result, lots)
    found: dict[str, Row | tuple[Kind, int]] = {}
    for first, group in firsts.items():
        row = rows[first]
        if row.code:
            found |= _asked(group, result, lots)
            continue
        found[first] = row
        found |= {d.transaction: (kind_of(row), d.proceeds_cents - d.basis_cents) for d in group[1:]}
    return found


def _asked(sold: Sequence[Disposition], result: YearReturn, lots: Matching) -> dict[str, Row]:
    return {row.disposition.transaction: row for row in rows_by_rules(sold, result, lots)}


def rows_by_rules(sold: Sequence[Disposition], result: YearReturn, lots: Matching) -> list[Row]:
    """The rows of Form 8949 that sales on no broker's form would be."""
    rows, _ = form_rows(sold, result.rules, False, False, asset=result.case.asset, undocumented=lots.undocumented)
    return rows


def _place(case: Case, lots: Matching, lot: Lot, day: Day) -> Place:
    """How units leave a wallet, as the rules have it for a record that is made before the sale."""
    assert lots.choosing is not None
    probe = sale_on(day, f"{lot.wallet}\n{lot.asset}", lot.wallet, lot.asset, lot.quantity)
    method = lots.choosing.decided(probe).choice.method
    known = next((own for name, own in case.wallets.items() if name.casefold() == lot.wallet.casefold()), None)
    broker = known is not None and known.custody == "broker" and not known.only_method
    queued = Place(lot.wallet, lot.asset, False, "own_books", method or lots.plan.spans[-1].method, None)
    if lot.wallet.casefold() in day.queued:
        return queued
    ways: tuple[Told, ...] = ("broker", "own_books") if broker else ("own_books",)
    for told in ways:
        pick = Pick(lot.id, lot.quantity)
        one = Identified(0, probe.id, (pick,), day.at, told, "record")
        because = lots.choosing.adequate(one, probe, "yes")
        if because.value != "not_adequate":
            return Place(lot.wallet, lot.asset, True, told, "", because)
        queued = replace(queued, because=because)
    return queued


def _in_order(found: Sequence[Position]) -> list[Position]:
    """By place; the lots of a place that has an order in that order, which `found` has from the oldest on."""
    ordered: list[Position] = []
    by_place: dict[tuple[str, str], list[Position]] = {}
    for one in found:
        by_place.setdefault((one.place.wallet, one.place.asset), []).append(one)
    for key in sorted(by_place):
        those = by_place[key]
        method = those[0].place.method
        if method:
            aged = [(METHODS[method](_Aged(one.lot, n)), one) for n, one in enumerate(those)]
            those = [one for _, one in sorted(aged, key=lambda pair: pair[0])]
        ordered += those
    return ordered


class _Aged:
    """A lot as a method looks at it: how old it is, by its place among the others, and what a unit of it cost."""

    def __init__(self, lot: Lot, place: int) -> None:
        self.age: tuple[int, float, int] = (place, 0, place)
        parts, units = (
            (lot.basis_parts, lot.quantity) if lot.whole is None else (lot.whole.basis[0], lot.whole.quantity)
        )
        self.price = Fraction(parts) / Fraction(units)
        self.rough_price = floor(self.price)


def _without_washes(
    found: Sequence[Position], case: Case, lots: Matching, day: Day, rules_of: RulesOf, result: YearReturn
) -> list[Position]:
    """The same, with losses kept out that a rule on buying back would not allow: those of an asset of which more was
    bought within its days and is still held."""
    reached = washed(case, {one.lot.asset for one in found}, day, rules_of, lots)
    if not reached:
        return list(found)
    days = int(result.rules.parameter("wash_sale_days"))
    bought = bought_within({one.lot.asset for one in found}, lots, day.day, days)
    recent: dict[str, dict[str, date]] = {}
    for one in found:
        if one.lot.id in bought:
            recent.setdefault(one.lot.asset, {})[one.lot.id] = one.lot.received
    kept = []
    for one in found:
        others = [d for id, d in recent.get(one.lot.asset, {}).items() if id != one.lot.id]
        if one.lot.asset in reached and one.gain < 0 and others:
            one = replace(one, kept_out="wash_sale", free_on=max(others) + timedelta(days + 1))
        kept.append(one)
    return kept


def washed(case: Case, assets: Collection[str], day: Day, rules_of: RulesOf, lots: Matching) -> frozenset[str]:
    """The assets whose losses the rules of the day do not allow so far as they are bought back."""
    probes = [sale_on(day, asset, "", asset, Decimal(1)) for asset in sorted(assets)]
    law = wash_law(case, probes, rules_of, lots.does, lots.undocumented)
    return frozenset() if law is None else frozenset(asset for _, _, asset in law.terms)


def bought_within(assets: Collection[str], lots: Matching, day: date, days: int) -> frozenset[str]:
    """The lots of these assets that were bought within so many days before, by the transaction that brought them."""
    return frozenset(
        t.id
        for t in lots.transactions
        if t.received_asset in assets and t.day >= day - timedelta(days) and lots.does(t).replaces
    )


def lacking_prices(
    held: Sequence[Lot], prices: Mapping[str, tuple[Fraction, Price]], day: date, left_out: Collection[str], file: str
) -> list[Finding]:
    """An error for each asset that is held and has no price."""
    wallets: dict[str, set[str]] = {}
    for lot in held:
        if lot.asset not in prices and not {lot.asset.casefold(), lot.wallet.casefold()} & set(left_out):
            wallets.setdefault(lot.asset, set()).add(lot.wallet)
    return [
        Finding(
            "harvest-price",
            "error",
            f"{asset} is held in {', '.join(sorted(those))}, and {file} has no price of it for {day}, or of the "
            "24 hours before.",
            f"Add a row to it: {asset},{day},PRICE under asset,time,price_usd; or leave the asset out of the plan with "
            f"--leave-out {asset}.",
            value=asset,
        )
        for asset, those in sorted(wallets.items())
    ]
