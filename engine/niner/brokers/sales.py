"""A year's dispositions to sales as a broker would report them: one a transaction and asset, fees in units apart."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from niner import exact
from niner.dataclass import dataclass
from niner.ledger.transaction import Transaction
from niner.lots import Disposition
from niner.money import parts
from niner.values import Source


@dataclass(frozen=True, slots=True)
class Sale:
    """Units of one asset that left in one transaction. Money in parts of a cent.

    `net` is what counts as received, after the fees that reduce it; `fees` are those. `pieces` are the lots taken, in
    their order. `fee` says that the units were themselves paid as a fee. `cash` says that dollars or a stablecoin came
    in, as the total of a stablecoin's sales counts them.
    """

    id: str
    transaction: str
    source: Source
    wallet: str
    asset: str
    units: Decimal
    day: date
    instant: datetime
    net: int
    fees: int
    fee: bool
    cash: bool
    pieces: tuple[Disposition, ...]

    @property
    def basis(self) -> int:
        """The basis of its lots, in parts of a cent."""
        return sum(piece.basis_parts for piece in self.pieces)

    @property
    def acquired(self) -> date:
        """The day on which the first of its lots was acquired."""
        return min(piece.acquired for piece in self.pieces)


def sales_of(
    dispositions: Sequence[Disposition],
    transactions: Iterable[Transaction],
    is_cash: Callable[[str], bool],
) -> list[Sale]:
    """The sales of a year. `is_cash` says of the asset received that it counts as cash; no asset is dollars."""
    groups: dict[tuple[str, str, bool], list[Disposition]] = {}
    for d in dispositions:
        groups.setdefault((d.transaction, d.asset, d.kind == "fee"), []).append(d)
    wanted = {d.transaction for d in dispositions}
    known: Mapping[str, Transaction] = {t.id: t for t in transactions if t.id in wanted}
    return [_sale(key, pieces, known[key[0]], is_cash) for key, pieces in groups.items()]


def _sale(
    key: tuple[str, str, bool], pieces: Sequence[Disposition], t: Transaction, is_cash: Callable[[str], bool]
) -> Sale:
    units = Decimal(0)
    for piece in pieces:
        units = exact.add(units, piece.quantity)
    net = sum(piece.proceeds_parts for piece in pieces)
    fee = key[2]
    gross = net if fee or t.value_cents is None else parts(t.value_cents)
    return Sale(
        id=f"{t.id} {key[1]}{' fee' if fee else ''}",
        transaction=t.id,
        source=t.source,
        wallet=t.wallet,
        asset=key[1],
        units=units,
        day=t.day,
        instant=t.instant,
        net=net,
        fees=max(gross - net, 0),
        fee=fee,
        cash=fee or not t.received_asset or is_cash(t.received_asset),
        pieces=tuple(pieces),
    )
