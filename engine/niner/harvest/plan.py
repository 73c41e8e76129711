"""A case, prices, a day and a target to a plan of sales with everything that is to be said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

from niner.dataclass import dataclass
from niner.harvest.figures import Figures, Kind, Worksheets
from niner.harvest.pieces import chosen_pieces, fitted
from niner.harvest.positions import (
    NO_FEES,
    Day,
    Position,
    Rates,
    kind_of,
    lacking_prices,
    of_sale,
    positions,
    rows_by_rules,
)
from niner.harvest.proof import Proof, proved
from niner.harvest.sales import Piece, Sale, dispositions_of
from niner.harvest.targets import Need, Target
from niner.imports.prices import prices_on
from niner.lots import lot_names
from niner.prepare import Inputs, Options, read_inputs, rules_by_year, work_out_from
from niner.returns.matching import Matching
from niner.returns.rows import Row, form_rows
from niner.returns.year import YearReturn
from niner.rules import load_rules
from niner.values import Finding, Refused
from niner.words.plain import path_text, shown

_SOON = 60  # days to long-term within which it is said what waiting would do
_MOST_TOLD = 100  # lots of which it is worked out what each does to the tax
_MOST_WAITING = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person asks for. `day` None is today, or the last day of a tax year that is over."""

    prices: Path
    target: Target
    day: date | None = None
    rates: Rates = NO_FEES
    queued: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """One piece of a planned sale: what it brings, costs and comes to, and the total tax if only it were left out."""

    piece: Piece
    proceeds: int
    basis: int
    gain: int
    term: str
    tax_without: int | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A lot that becomes long-term soon: the total tax beside the plan if it is sold now, and if it is sold then at the
    same price."""

    position: Position
    long_from: date
    now: int | None
    then: int | None


@dataclass(frozen=True, slots=True)
class Harvest:
    """A plan that was proved, with what is held and what is said of it. `before` and `after` are the year's figures."""

    result: YearReturn
    lots: Matching
    inputs: Inputs
    day: Day
    target: Target
    need: Need
    positions: tuple[Position, ...]
    sales: tuple[Sale, ...]
    told: Mapping[str, tuple[Told, ...]]
    before: Figures
    after: Figures
    lacking: int
    every_edge: bool
    waiting: tuple[Waiting, ...]
    proof: Proof
    rows_after: int
    other_law: "Harvest | None" = None

    @property
    def reached(self) -> bool:
        """Whether the target is reached, to the cent that a part of a lot can be cut to."""
        return self.lacking <= 1

    @property
    def pieces(self) -> list[Told]:
        """Those of all sales."""
        return [one for sale in self.sales for one in self.told[sale.id]]


def harvest(folder: Path, asked: Asked, options: Options, today: date) -> Harvest:
    """The best plan for the target, proved by preparing the case again with its sales. Writes nothing.

    Raises Refused where the case has errors, a price is missing, the year has no rules for plans, or the proof fails.
    With a firm's own rules the same plan by Niner's own is `other_law`.
    """
    read = read_inputs(folder, options, lambda what, done, of: None, lambda case: options.year or case.tax_year)
    case, ledger, brokers, findings = read
    year = options.year or case.tax_year
    _planned_year(year, options)
    at = _day(asked.day, year, today)
    upto = tuple(t for t in ledger.transactions if t.day <= at)
    after = len(ledger.transactions) - len(upto)
    inputs = Inputs(case, replace(ledger, transactions=upto), brokers, tuple(findings))
    found = _plan(folder, asked, inputs, options, at, after)
    if options.overlays:
        return replace(found, other_law=_plan(folder, asked, inputs, replace(options, overlays=()), at, after))
    return found


def _planned_year(year: int, options: Options) -> None:
    """Raises Refused for a year whose rules do not say what is to be said of a plan."""
    rules = load_rules(year, options.overlays)
    if not any(remark.about == "harvest" for remark in rules.compiled.remarks.values()):
        says = f"The rules of {year} do not say what holds for sales still to come, so no plan is made for {year}."
        raise Refused([Finding("harvest-year", "error", says, "Plan for 2025 or a later tax year, with --year.")])


def _day(day: date | None, year: int, today: date) -> date:
    """The day of the sales. Raises Refused for one of another year."""
    if day is None:
        return min(max(today, date(year, 1, 1)), date(year, 12, 31))
    if day.year != year:
        says = f"{day} is not in the tax year {year}, for which the plan is."
        raise Refused([Finding("harvest-day", "error", says, f"Give a day of {year} with --date, or another --year.")])
    return day


def _plan(folder: Path, asked: Asked, inputs: Inputs, options: Options, at: date, rows_after: int) -> Harvest:
    result, _, lots = work_out_from(folder, inputs, options)
    if lots.choosing is None:  # pragma: no cover - work_out_from refuses then
        raise Refused(list(lots.findings))
    _known_names(asked, lots)
    day = _priced(asked, inputs, lots, at)
    rules_of = rules_by_year(options.overlays, options.form_dirs)
    held = _with_prices(lots, day)
    found = positions(result, held, lot_names(inputs.ledger.transactions), day, rules_of)
    sheets = Worksheets(result)
    before = sheets.figures(result.lines)
    if asked.target.name == "zero_rate" and before.total_tax is None:
        says = "Gains at the rate of zero can't be planned: the total tax of the year is not known."
        todo = "Give wages and the other figures under “return” in case.yaml."
        raise Refused([Finding("harvest-tax", "error", says, todo)])
    need, chosen, pieces = chosen_pieces(asked.target, found, sheets, before)
    sales, rows = fitted(pieces, bool(chosen.parts), need, day, result, held)
    pieces = [piece for sale in sales for piece in sale.pieces]
    proof = _proof(folder, inputs, options, sales, day, rows, sheets, result, lots)
    after = sheets.figures(proof.result.lines)
    serves = need.sign * sum(row.sums.gain for row in rows)
    told = _told(sales, rows, sheets)
    waiting = _waiting(found, pieces, rows, sheets, result, day, held)
    return Harvest(
        result,
        held,
        inputs,
        day,
        asked.target,
        need,
        tuple(found),
        tuple(sales),
        told,
        before,
        after,
        max(need.cents - serves, 0),
        chosen.every_edge,
        waiting,
        proof,
        rows_after,
    )


def _known_names(asked: Asked, lots: Matching) -> None:
    """Raises Refused for a wallet or asset that is named and of which the ledger knows nothing."""
    if not (asked.queued or asked.rates.by_wallet or asked.left_out):
        return
    wallets = {name.casefold(): name for t in lots.transactions for name in (t.wallet, t.to_wallet) if name}
    assets = {name.casefold(): name for t in lots.transactions for name in (t.sent_asset, t.received_asset) if name}
    both = wallets | assets
    named = [(name, wallets) for name in (*asked.queued, *asked.rates.by_wallet)]
    unknown = [
        Finding(
            "harvest-name",
            "error",
            f"The ledger knows no {'wallet' if known is wallets else 'wallet or asset'} “{shown(name)}”.",
            f"It has: {', '.join(sorted(known.values())) or 'nothing'}.",
            value=name,
        )
        for name, known in [*named, *((name, both) for name in asked.left_out)]
        if name not in known
    ]
    if unknown:
        raise Refused(unknown)


def _priced(asked: Asked, inputs: Inputs, lots: Matching, at: date) -> Day:
    """The day with its prices. Raises Refused naming each asset that has none."""
    case = inputs.case
    zone = case.zone or UTC
    moment = datetime.combine(at, time(23, 59, 59), zone)
    in_utc = datetime.combine(at, time(23, 59, 59), UTC)
    stable = [name for name, asset in case.assets.items() if asset.class_ == "stablecoin"]
    wanted = {lot.asset: (moment, in_utc) for lot in lots.held}
    name = path_text(asked.prices.name)
    if not asked.prices.exists():
        says = f"There is no price file {path_text(asked.prices)}."
        todo = (
            "Give one with --prices: a row for each asset under asset,time,price_usd, or a file as it was downloaded."
        )
        raise Refused([Finding("harvest-prices", "error", says, todo)])
    prices, findings = prices_on(
        asked.prices, wanted, election=case.elections.price, stable=stable, same_as=case.same_as
    )
    if any(f.severity == "error" for f in findings):  # what lacks a price is known once the file can be read
        raise Refused(findings)
    lacking = lacking_prices(lots.held, prices, at, asked.left_out, name)
    if lacking:
        raise Refused([*findings, *lacking])
    return Day(at, moment, prices, asked.rates, asked.queued, asked.left_out)


def _with_prices(lots: Matching, day: Day) -> Matching:
    """The matching without the lots of assets that have no price, which are left out."""
    assert lots.matched is not None
    held = tuple(lot for lot in lots.matched.held if lot.asset in day.prices)
    return replace(lots, matched=replace(lots.matched, held=held))


def _proof(
    folder: Path,
    inputs: Inputs,
    options: Options,
    sales: Sequence[Sale],
    day: Day,
    rows: Sequence[Row],
    sheets: Worksheets,
    result: YearReturn,
    lots: Matching,
) -> Proof:
    """The proof; where cents were carried between rows of a box, with all rows of the year set beside the planned."""
    try:
        return proved(folder, inputs, options, sales, day, rows, sheets.lines(rows))
    except Refused as refused:
        if not any(f.id == "harvest-proof" for f in refused.findings):
            raise
        case, rules = result.case, result.rules
        sold = [*lots.against(case, rules).dispositions, *(d for sale in sales for d in dispositions_of(sale, day))]
        every, _ = form_rows(
            sold,
            rules,
            case.elections.direct_totals,
            case.elections.rounding == "dollars",
            lots.on_form,
            case.asset,
            nondeductible=lots.nondeductible,
            undocumented=lots.undocumented,
        )
        return proved(folder, inputs, options, sales, day, rows, sheets.lines_of(every))


def _told(sales: Sequence[Sale], rows: Sequence[Row], sheets: Worksheets) -> dict[str, tuple[Told, ...]]:
    """What each piece comes to, and the total tax if only it were left out."""
    by_lot: dict[tuple[str, str, Decimal], list[Row]] = {}
    for row in rows:
        d = row.disposition
        by_lot.setdefault((d.transaction, d.lot, d.quantity), []).append(row)
    sums: dict[Kind, int] = {}
    for row in rows:
        sums[kind_of(row)] = sums.get(kind_of(row), 0) + row.sums.gain
    few = len(rows) <= _MOST_TOLD
    told: dict[str, tuple[Told, ...]] = {}
    for sale in sales:
        of_sale_ = []
        for piece in sale.pieces:
            row = by_lot[sale.id, piece.position.lot.id, piece.units].pop(0)
            kind, gain = kind_of(row), row.sums.gain
            without = sheets.with_results({**sums, kind: sums[kind] - gain}).total_tax if few else None
            d = row.disposition
            of_sale_.append(Told(piece, d.proceeds_cents, row.sums.basis, gain, row.term, without))
        told[sale.id] = tuple(of_sale_)
    return told


def _waiting(
    found: Sequence[Position],
    pieces: Sequence[Piece],
    rows: Sequence[Row],
    sheets: Worksheets,
    result: YearReturn,
    day: Day,
    lots: Matching,
) -> tuple[Waiting, ...]:
    """Lots with a gain that are long-term soon and are not sold whole by the plan, the largest gains first."""
    sold = {id(piece.position): piece.units for piece in pieces}
    near = [
        one
        for one in found
        if one.gain > 0
        and one.kind.term == "short"
        and one.days_left is not None
        and 0 < one.days_left <= _SOON
        and sold.get(id(one)) != one.lot.quantity
    ]
    near.sort(key=lambda one: -one.gain)
    near = near[:_MOST_WAITING]
    later = [
        of_sale(one.place, one.term.with_gain, str(n), one.lot, one.lot.quantity, one.worth - one.fee)
        for n, one in enumerate(near)
        if one.term.with_gain is not None
    ]
    kinds = {row.disposition.transaction: kind_of(row) for row in rows_by_rules(later, result, lots)}
    sums: dict[Kind, int] = {}
    for row in rows:
        sums[kind_of(row)] = sums.get(kind_of(row), 0) + row.sums.gain

    def tax(kind: Kind, gain: int) -> int | None:
        return sheets.with_results({**sums, kind: sums.get(kind, 0) + gain}).total_tax

    return tuple(
        Waiting(one, one.term.with_gain, tax(one.kind, one.gain), tax(kinds[str(n)], one.gain))
        for n, one in enumerate(near)
        if one.term.with_gain is not None
    )
