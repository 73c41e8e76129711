"""What a row of each kind must and may hold in Niner's own ledger format."""

from collections.abc import Mapping

from niner.dataclass import dataclass
from niner.ledger.transaction import INCOME_KINDS


@dataclass(frozen=True, slots=True)
class Shape:
    """What a kind's row must and may hold.

    A side is `yes`, `no`, `may`, `usd` where it may be dollars, or `money` where it is. `basis`, `fmv`, `acquired` and
    `value` must be there; `origin` names the columns about where units come from that the kind uses.
    """

    sent: str = "no"
    received: str = "no"
    value: bool = False
    to_wallet: bool = False
    basis: bool = False
    fmv: bool = False
    acquired: bool = False
    origin: tuple[str, ...] = ()


_GIFT = ("acquired", "basis_usd", "fmv_usd", "gift_tax_usd", "taxable_gift_usd")
_INCOME = Shape(received="yes", value=True)
_GONE = Shape(sent="yes", origin=("fmv_usd",))
SHAPES: Mapping[str, Shape] = {
    "buy": Shape(sent="usd", received="yes", value=True, origin=("related_loss_usd",)),
    "sell": Shape(sent="yes", received="usd", value=True),
    "trade": Shape(sent="yes", received="yes", value=True, origin=("related_loss_usd",)),
    "spend": Shape(sent="yes", value=True),
    "transfer": Shape(sent="yes", received="may", to_wallet=True, origin=("to_wallet",)),
    **dict.fromkeys(INCOME_KINDS, _INCOME),
    "rebate": _INCOME,
    "gift_in": Shape(received="yes", basis=True, fmv=True, origin=_GIFT),
    "spouse_in": Shape(received="yes", basis=True, acquired=True, origin=("acquired", "basis_usd")),
    "inherited": Shape(received="yes", fmv=True, origin=("acquired", "basis_usd", "fmv_usd")),
    "opening": Shape(received="yes", basis=True, acquired=True, origin=("acquired", "basis_usd", "related_loss_usd")),
    **dict.fromkeys(("gift_out", "spouse_out", "donation", "stolen", "lost", "worthless"), _GONE),
    "rename": Shape(sent="yes", received="yes", origin=("to_wallet",)),
    "fee": Shape(sent="may"),
    "transfer_out": Shape(sent="yes", origin=("to_wallet",)),
    "transfer_in": Shape(received="yes"),
    "cash_in": Shape(received="money"),
    "cash_out": Shape(sent="money"),
    "review": Shape(sent="may", received="may", origin=("to_wallet", "related_loss_usd", *_GIFT)),
}
