"""Chosen units of lots to the sales that would be made: one for each asset and wallet, as rows, records and pieces."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from niner import exact
from niner.dataclass import dataclass
from niner.harvest.positions import Day, Place, Position, of_sale, sale_on, worth_of
from niner.ledger import Transaction
from niner.ledger.records import Identified, Pick
from niner.lots.pools import between
from niner.lots.values import Disposition
from niner.money import PARTS


@dataclass(frozen=True, slots=True)
class Piece:
    """Units of one lot that would be sold."""

    position: Position
    units: Decimal


@dataclass(frozen=True, slots=True)
class Sale:
    """One sale of the plan: its pieces in the order in which the lots give them. Money in cents."""

    id: str
    place: Place
    pieces: tuple[Piece, ...]
    gross: int
    fee: int

    @property
    def units(self) -> Decimal:
        """All units of the sale."""
        return exact.total(piece.units for piece in self.pieces)


def sales_of(pieces: Sequence[Piece], day: Day) -> list[Sale]:
    """The pieces by place, each place's together; places stand in the order of `pieces`."""
    by_place: dict[tuple[str, str], list[Piece]] = {}
    for piece in pieces:
        by_place.setdefault((piece.position.place.wallet, piece.position.place.asset), []).append(piece)
    sales = []
    for number, those in enumerate(by_place.values(), 1):
        place = those[0].position.place
        gross = worth_of(day, place.asset, exact.total(piece.units for piece in those))
        sales.append(Sale(f"plan-{number}", place, tuple(those), gross, day.rates.fee(place.wallet, gross)))
    return sales


def rows_of(sales: Sequence[Sale], day: Day) -> list[Transaction]:
    """The rows of the ledger that the sales would be."""
    return [
        sale_on(day, sale.id, sale.place.wallet, sale.place.asset, sale.units, sale.gross, sale.fee, number)
        for number, sale in enumerate(sales, 1)
    ]


def records_of(sales: Sequence[Sale], day: Day) -> Mapping[str, Identified]:
    """What would be written down before the sales, by row; nothing for a place that has its own order."""
    found = {}
    for sale in sales:
        if sale.place.specific:
            units: dict[str, Decimal] = {}
            for piece in sale.pieces:
                lot = piece.position.lot.id
                units[lot] = exact.add(units.get(lot, Decimal(0)), piece.units)
            picks = tuple(Pick(lot, count) for lot, count in units.items())
            found[sale.id] = Identified(0, sale.id, picks, day.at, sale.place.told, "planned")
    return found


def dispositions_of(sale: Sale, day: Day) -> list[Disposition]:
    """What the sale disposes of, worked out here lot by lot: what it brings is shared by units, as is each basis."""
    scale = max(exact.decimals(piece.units) for piece in sale.pieces)
    whole = exact.units(sale.units, scale)
    net = sale.gross - sale.fee
    found, taken = [], 0
    gone: dict[int, Decimal] = {}
    for piece in sale.pieces:
        lot, part = piece.position.lot, exact.units(piece.units, scale)
        received = between((net * PARTS, net), taken, taken + part, whole)
        taken += part
        before = gone.get(id(lot), Decimal(0))
        gone[id(lot)] = exact.add(before, piece.units)
        found.append(of_sale(sale.place, day.day, sale.id, lot, piece.units, received[1], received[0], before))
    return found
