"""A lot held, and a piece of a lot disposed of."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from niner.dataclass import dataclass
from niner.ledger.records import Pick
from niner.ledger.transaction import Transaction
from niner.values import Source


class Whole(NamedTuple):
    """What the units of a lot are shared out from: how many came in together, how many of them are gone, and of all the
    basis, the worth at a gift and a related seller's loss, as (parts of a cent, cents)."""

    quantity: Decimal
    gone: Decimal
    basis: tuple[int, int]
    fmv: tuple[int, int] | None = None
    related_loss: tuple[int, int] | None = None


class Lot(NamedTuple):
    """Units of one asset that came in together. `acquired` starts the holding period unless a rule says `received`.

    `fmv_cents` is the worth on the day of a gift, None for every other lot. `id` is the transaction that brought it.
    `basis_parts` is the basis with what a cent rounds away, in parts of a cent. `related_loss_cents` is what was not
    allowed of the loss of the seller, to whom the taxpayer is related. `whole` is what a part of the lot takes its
    share from; None where that is the lot itself.
    """

    id: str
    asset: str
    wallet: str
    quantity: Decimal
    acquired: date
    received: date
    acquired_by: str
    basis_cents: int
    fmv_cents: int | None
    source: Source
    basis_parts: int
    related_loss_cents: int = 0
    whole: Whole | None = None

    def __hash__(self) -> int:
        return hash((self.id, self.wallet))  # quick, and enough to tell nearly all apart


@dataclass(frozen=True, slots=True)
class OnForm:
    """What a broker's form says of a disposition, as far as it falls to its units; amounts as (parts of a cent, cents).

    `proceeds` is the form's own figure, and the disposition has the taxpayer's. `fees` are what the form left out of
    the fees, `over` what is more on it for another reason; `under` says that the form has less than was received.
    `basis` is None where none is shown; `basis_right` compares the form's whole with the lots', `wash_right` the loss
    that it shows as a wash sale's with the one that counts. `role` is `mine`, or why the sale is not the taxpayer's:
    nominee, spouse, not_a_sale.
    """

    source: Source
    name: str
    broker: str
    proceeds: tuple[int, int]
    basis: tuple[int, int] | None = None
    basis_right: bool = True
    fees: tuple[int, int] = (0, 0)
    over: tuple[int, int] = (0, 0)
    under: bool = False
    term: str = ""
    ordinary: bool = False
    wash_sale: tuple[int, int] = (0, 0)
    wash_right: bool = True
    market_discount: tuple[int, int] = (0, 0)
    loss_not_allowed: bool = False
    role: str = "mine"
    dated: bool = True


class Disposition(NamedTuple):
    """One lot's units leaving in one transaction: a row of Form 8949 before the rules have spoken.

    `proceeds_cents` is net of the fees that the rules let reduce it; the pieces of one sale add up to the sale.
    The `…_parts` are the same amounts before they were rounded to the cent, in parts of a cent.

    `disallowed_…` is what of the loss is not allowed because units were bought back, and `all_disallowed` says that it
    is the whole loss. `took_over`: the units had been bought back themselves, and `basis_…` and `acquired` hold the
    loss and the time that they took over. `related_loss_…` is what of a loss of the seller from whom the units were
    bought was not allowed, because seller and taxpayer are related.
    """

    transaction: str
    source: Source
    kind: str
    asset: str
    quantity: Decimal
    wallet: str
    acquired: date
    received: date
    disposed: date
    acquired_by: str
    proceeds_cents: int
    basis_cents: int
    fmv_cents: int | None
    lot: str
    lot_source: Source
    form: str
    basis_reported: bool
    proceeds_parts: int
    basis_parts: int
    fmv_parts: int | None = None
    timed: bool = True
    disallowed_parts: int = 0
    disallowed_cents: int = 0
    all_disallowed: bool = False
    took_over: bool = False
    related_loss_parts: int = 0
    related_loss_cents: int = 0
    said: OnForm | None = None


@dataclass(frozen=True, slots=True)
class Replaced:
    """Units bought back for units sold at a loss: the sale and its lot, the purchase, the units, what of the loss went
    to the purchase's basis in cents, and the days held that went with it."""

    transaction: str
    disposed: date
    source: Source
    asset: str
    lot: str
    bought: str
    units: Decimal
    disallowed_cents: int
    held_days: int


@dataclass(frozen=True, slots=True)
class Departure:
    """Units of one lot that left without a sale: a gift, a donation, a theft, a loss. `worth_cents` is their share of
    what the row says they were worth; None where it does not."""

    transaction: str
    source: Source
    kind: str
    asset: str
    quantity: Decimal
    wallet: str
    acquired: date
    left: date
    acquired_by: str
    basis_cents: int
    worth_cents: int | None
    lot: str
    lot_source: Source


@dataclass(frozen=True, slots=True)
class Choice:
    """Which units of a row leave: those of `picks` as far as they go, then by the method."""

    method: str
    picks: tuple[Pick, ...] = ()


@dataclass(frozen=True, slots=True)
class Lacking:
    """Units that left and were in no lot: how many in all of one asset and `wallet` (empty: the common pool), and the
    first row that took some."""

    asset: str
    wallet: str
    units: Decimal
    first: Transaction


@dataclass(frozen=True, slots=True)
class NotThere:
    """Units of a lot that were identified for a row and were not in its pool to leave.

    `why`: `elsewhere` (in `wallets`), `gone`, or `not_yet` come in. `identified_parts` is what they had cost and
    `used_parts` the basis of what left in their place, in parts of a cent; None where nothing was sold, or nothing ever
    came in.
    """

    transaction: str
    lot: str
    units: Decimal
    why: str
    wallets: tuple[str, ...]
    identified_parts: int | None
    used_parts: int | None
