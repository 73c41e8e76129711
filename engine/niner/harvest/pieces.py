"""Positions and a target to the pieces of lots to sell: what is searched among, and the last piece cut to the cent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from niner import exact
from niner.dataclass import dataclass
from niner.harvest.figures import Figures, Kind, Worksheets
from niner.harvest.positions import Day, Position, rows_by_rules
from niner.harvest.sales import Piece, Sale, dispositions_of, sales_of
from niner.harvest.search import Chosen, Option, choose
from niner.harvest.targets import Need, Target, need_of
from niner.returns.matching import Matching
from niner.returns.rows import Row
from niner.returns.year import YearReturn

_LEAST_PLACES = 8  # decimals of a part of a lot: what exchanges take


@dataclass(frozen=True, slots=True)
class _Field:
    """What is searched: free lots, queues, and the positions behind both."""

    free: list[Position]
    queues: list[list[Position]]


def _field(found: Sequence[Position], sign: int, term: str) -> _Field:
    """Lots that may be sold for a need. A queue ends where a lot can't be planned with, or is of another term."""
    free: list[Position] = []
    groups: dict[tuple[str, ...], list[Position]] = {}
    for one in found:
        key = (one.place.wallet, one.place.asset) + ((one.lot.id,) if one.place.specific else ())
        groups.setdefault(key, []).append(one)
    queues = []
    for those in groups.values():
        usable = []
        for one in those:
            if one.kept_out or (term and (one.kind.term != term or one.kind.also)):
                break
            usable.append(one)
        if len(those) == 1 and those[0].place.specific:
            # What loses no more than its fee is no loss to take. Where one term alone is wanted, nothing is taken back.
            free += [one for one in usable if (one.gain + (one.fee if sign < 0 else 0)) * sign > 0]
            free += [one for one in usable if not term and one.gain * sign < 0]
        elif any(one.gain * sign > 0 for one in usable):
            queues.append(usable)
    return _Field(free, queues)


def chosen_pieces(
    target: Target, found: Sequence[Position], sheets: Worksheets, before: Figures
) -> tuple[Need, Chosen, list[Piece]]:
    """What is needed, what is best for it, and the pieces that are."""
    long = next((one for one in found if one.kind.term == "long" and not one.kind.also and one.gain > 0), None)
    term = "long" if target.name == "zero_rate" else ""
    most = sum(max(one.gain, 0) for one in _in(_field(found, 1, "long"))) if term else 0
    need = need_of(target, sheets, before, most, long.kind if long else None)
    field = _field(found, need.sign, term)

    def option(one: Position) -> Option:
        return Option(one.gain * need.sign, one.worth, one.kind, one.divisible, one.fee)

    def tax(serves: Mapping[Kind, int]) -> int:
        figures = sheets.with_results({kind: need.sign * cents for kind, cents in serves.items()})
        # Without the rest of the return: short-term gain is never taxed at less than long-term gain.
        return max(figures.short_term, 0) if figures.total_tax is None else figures.total_tax

    free, queues = [option(one) for one in field.free], [[option(one) for one in queue] for queue in field.queues]
    own = {"short": max(before.short_term, 0), "long": max(before.long_term, 0)} if need.sign < 0 else {}
    ranked = tax if _matters(need, free, queues, tax) else None
    chosen = choose(free, queues, need.cents, ranked, own) if need.cents else _NOTHING
    pieces = [Piece(field.free[n], field.free[n].lot.quantity) for n in chosen.free]
    for queue, count in zip(field.queues, chosen.queues, strict=chosen is not _NOTHING):
        pieces += [Piece(one, one.lot.quantity) for one in queue[:count]]
    for part in chosen.parts:
        one = field.free[part.place] if part.queue < 0 else field.queues[part.queue][part.place]
        pieces.append(Piece(one, _cut(one, part.serves, need.sign)))
    return need, chosen, [piece for piece in pieces if piece.units]


_NOTHING = Chosen((), (), (), 0, Fraction(0))


def _in(field: _Field) -> list[Position]:
    return [*field.free, *(one for queue in field.queues for one in queue)]


def _matters(
    need: Need, free: Sequence[Option], queues: Sequence[Sequence[Option]], tax: Callable[[Mapping[Kind, int]], int]
) -> bool:
    """Whether the tax differs by which kinds serve the need, or by what other kinds take back of more than it."""
    there: dict[Kind, int] = {}
    back: dict[Kind, int] = {}
    for option in (*free, *(option for queue in queues for option in queue)):
        sums = there if option.serves > 0 else back
        sums[option.kind] = sums.get(option.kind, 0) + abs(option.serves)
    found = set()
    for first in there:
        left, serves = need.cents, {}
        for kind in (first, *(kind for kind in there if kind != first)):
            serves[kind] = min(left, there[kind])
            left -= serves[kind]
        found.add(tax(serves))
        for other in back:
            more = min(there[first] - need.cents, back[other])
            if other != first and more > 0:
                found.add(tax({first: need.cents + more, other: -more}))
    return len(found) > 1


def _places(one: Position) -> int:
    """The decimals to which a lot is cut: fine enough that one step is worth less than a tenth of a cent."""
    places = _LEAST_PLACES
    while one.price * 1000 >= 10**places:
        places += 1
    return places


def _cut(one: Position, serves: int, sign: int) -> Decimal:
    """The units of a lot that serve so much, cut off so that they serve no more."""
    units = Fraction(one.lot.quantity) * serves / (one.gain * sign)
    places = _places(one)
    return exact.quantity(int(units * 10**places), places)


def fitted(
    pieces: list[Piece], cut: bool, need: Need, day: Day, result: YearReturn, lots: Matching
) -> tuple[list[Sale], list[Row]]:
    """The sales of the pieces and their rows, with the last piece, where it is `cut`, fitted so that all together serve
    to the cent what the whole cents of the rows allow, and never more."""
    sales = sales_of(best_first(pieces), day)
    rows = planned_rows(sales, day, result, lots)
    if not cut or not pieces:
        return sales, rows
    last = pieces[-1]
    number = next(n for n, sale in enumerate(sales) if last in sale.pieces)
    others = [row for row in rows if row.disposition.transaction != sales[number].id]
    served = need.sign * sum(row.sums.gain for row in others)
    own = [row for row in rows if row.disposition.transaction == sales[number].id]
    for _ in range(6):
        off = need.cents - served - need.sign * sum(row.sums.gain for row in own)
        step = Fraction(last.position.lot.quantity) * off / (last.position.gain * need.sign)
        places = _places(last.position)
        change = exact.quantity(int(step * 10**places), places)
        if off == 0 or (not change and off > 0):
            break
        if not change:  # a hair too much: one step less, or one more of a lot that takes back
            change = exact.multiply(exact.quantity(1, places), Decimal(-1 if last.position.gain * need.sign > 0 else 1))
        units = exact.add(last.units, change)
        if not 0 < units < last.position.lot.quantity:
            break
        now = Piece(last.position, units)
        those = [now if piece is last else piece for piece in sales[number].pieces]
        sales[number] = replace(sales_of(those, day)[0], id=sales[number].id)
        own, last = planned_rows([sales[number]], day, result, lots), now
    return sales, [*others, *own]


def best_first(pieces: Sequence[Piece]) -> list[Piece]:
    """In the order of selling: what changes the result the most comes first, by wallet and asset; the lots of a place
    with an order of its own stay in it."""
    weight: dict[tuple[str, str], Fraction] = {}
    for piece in pieces:
        place = (piece.position.place.wallet, piece.position.place.asset)
        share = Fraction(piece.units) / Fraction(piece.position.lot.quantity)
        weight[place] = weight.get(place, Fraction(0)) + abs(piece.position.gain) * share
    return sorted(pieces, key=lambda p: (-weight[p.position.place.wallet, p.position.place.asset], *_name(p)))


def _name(piece: Piece) -> tuple[str, str]:
    return piece.position.place.wallet, piece.position.place.asset


def planned_rows(sales: Sequence[Sale], day: Day, result: YearReturn, lots: Matching) -> list[Row]:
    """The rows of Form 8949 that the sales would be."""
    sold = [d for sale in sales for d in dispositions_of(sale, day)]
    return rows_by_rules(sold, result, lots)
