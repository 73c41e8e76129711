"""What an export becomes: events, with the file and rows each came from, and the report of each file."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from niner import exact
from niner.dataclass import dataclass
from niner.ledger.niner_format import FIAT
from niner.values import Source

MONEY = FIAT | {"USD"}
"""Currencies: they are never lots."""

Side = Literal["ledger", "broker"]


class Leg(NamedTuple):
    """Units that leave or arrive: a positive quantity of an asset; dollars are the asset USD."""

    quantity: Decimal
    asset: str


class Fee(NamedTuple):
    """A fee. `inside`: the legs of the event are stated after it, so that it takes no units of its own.

    `usd` is its worth in dollars, where the export says so. `guessed`: nothing shows whether it is inside or on top.
    """

    quantity: Decimal
    asset: str
    usd: Decimal | None = None
    inside: bool = False
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """Where a dollar value that the export does not state came from, and by which rule."""

    source: str
    rule: str


class Event(NamedTuple):
    """One thing that happened. Quantities are exact units, dollars exact decimals, `time` is UTC.

    `rows` are data rows of `file` after its header, from 1; `line` is where the first of them stands in an editor or
    spreadsheet. `txid` is the transaction on the chain, as the export writes it; `route` names the own account that the
    export itself says a move went to or came from. `id` is the same however often and in whichever file it is read.
    """

    id: str
    file: str
    rows: tuple[int, ...]
    line: int
    time: datetime
    wallet: str
    kind: str
    sent: tuple[Leg, ...] = ()
    received: tuple[Leg, ...] = ()
    fees: tuple[Fee, ...] = ()
    usd_value: Decimal | None = None
    price: Price | None = None
    to_wallet: str = ""
    acquired: str = ""
    basis_usd: Decimal | None = None
    fmv_usd: Decimal | None = None
    form: str = "none"
    basis_reported: bool = False
    reported_basis_usd: Decimal | None = None
    nondeductible: str = "not_said"
    source: str = ""
    txid: str = ""
    route: str = ""
    note: str = ""
    timed: bool = True
    gift_tax_usd: Decimal | None = None
    taxable_gift_usd: Decimal | None = None
    related_loss_usd: Decimal | None = None

    @property
    def place(self) -> Source:
        """The first of its rows, as messages name it."""
        return Source(self.file, self.line)

    def as_json(self) -> dict[str, Any]:
        """The event as `niner ledger --json` prints it."""
        return {
            "id": self.id,
            "file": self.file,
            "rows": list(self.rows),
            "time": time_text(self.time),
            "wallet": self.wallet,
            "kind": self.kind,
            "sent": [{"quantity": plain(leg.quantity), "asset": leg.asset} for leg in self.sent],
            "received": [{"quantity": plain(leg.quantity), "asset": leg.asset} for leg in self.received],
            "fees": [
                {
                    "quantity": plain(fee.quantity),
                    "asset": fee.asset,
                    "usd": None if fee.usd is None else plain(fee.usd),
                    "inside": fee.inside,
                }
                for fee in self.fees
            ],
            "usd_value": None if self.usd_value is None else plain(self.usd_value),
            "price": None if self.price is None else {"source": self.price.source, "rule": self.price.rule},
            "to_wallet": self.to_wallet,
            "form": self.form,
            "source": self.source,
            "txid": self.txid,
            "route": self.route,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is no event, and why; `needs` is the layout whose file has to be there to tell it.

    `told` is the row that tells the same, as rulings name it: `file:row`.
    """

    row: int
    why: str
    needs: str = ""
    told: str = ""


class Balance(NamedTuple):
    """What a file says that a wallet held of an asset after a row; `part` tells its accounts and its names apart.

    Of money there is none: it is rounded to cents in balances, and is no lot.
    """

    file: str
    row: int
    line: int
    time: datetime
    wallet: str
    asset: str
    quantity: Decimal
    part: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Two halves that are one move: ids of the events, how sure it is, why, and what the move cost."""

    out: str
    into: str
    tier: Literal["certain", "proposed", "ruled"]
    why: str
    fee: Fee | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that may be the other half: why, what it would mean for tax, and the line for decisions.yaml."""

    event: str
    why: str
    means: str
    ruling: str


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A half of a move without its other half, and what it may be, the likeliest first."""

    event: str
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class MissingPrice:
    """A worth that no file gives: the event, the asset, the day (UTC), and the dollars it may come to, if known."""

    event: str
    asset: str
    day: str
    at_stake: Decimal | None = None
    quantity: Decimal = Decimal(0)
    of_a_fee: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """A balance in a file that its rows don't come to: `expected` by the rows, `found` in the file; from which row."""

    wallet: str
    asset: str
    file: str
    expected: Decimal
    found: Decimal
    first_row: int


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """The report of one file. `format` is empty where it was not recognised; `says` is what to know of it."""

    file: str
    sha256: str
    format: str = ""
    source: str = ""
    wallet: str = ""
    rows: int = 0
    events: int = 0
    first: datetime | None = None
    last: datetime | None = None
    left_out: tuple[LeftOut, ...] = ()
    change: Mapping[str, Decimal] = field(default_factory=dict)
    side: Side = "ledger"
    says: str = ""

    def as_json(self) -> dict[str, Any]:
        """The report as `niner ledger --json` prints it."""
        return {
            "file": self.file,
            "format": self.format,
            "wallet": self.wallet,
            "rows": self.rows,
            "events": self.events,
            "from": time_text(self.first) if self.first else None,
            "to": time_text(self.last) if self.last else None,
            "left_out": [{"row": left.row, "why": left.why} for left in self.left_out],
            "change": {asset: plain(quantity) for asset, quantity in sorted(self.change.items())},
            "side": self.side,
            "says": self.says,
        }


def change(events: Iterable[Event]) -> dict[str, Decimal]:
    """Units in less units out less fees on top, by asset. What is under review counts once it is ruled on."""
    total: dict[str, Decimal] = defaultdict(Decimal)
    for event in events:
        if event.kind == "review":
            continue
        for leg in event.received:
            total[leg.asset] = exact.add(total[leg.asset], leg.quantity)
        for leg in event.sent:
            total[leg.asset] = exact.subtract(total[leg.asset], leg.quantity)
        for fee in event.fees:
            if not fee.inside:
                total[fee.asset] = exact.subtract(total[fee.asset], fee.quantity)
    return {asset: quantity for asset, quantity in total.items() if quantity}


def amount(of: Leg | Fee) -> str:
    """Units of an asset as people write them: `0.42 SOL`."""
    return f"{plain(trimmed(of.quantity))} {of.asset}"


def trimmed(number: Decimal) -> Decimal:
    """The same number without zeros at its end."""
    return number.normalize(exact.EXACT)


def plain(number: Decimal) -> str:
    """A number as it stands, without an exponent."""
    return f"{number:f}"


def time_text(time: datetime) -> str:
    """A time in UTC, `2024-03-01T14:30:00Z`; parts of a second only where there are any."""
    if time.tzinfo is not UTC:
        time = time.astimezone(UTC)
    if time.microsecond:
        return time.isoformat().removesuffix("+00:00").rstrip("0") + "Z"
    return f"{_day_text(time.date())}T{_TWO[time.hour]}:{_TWO[time.minute]}:{_TWO[time.second]}Z"


_day_text = lru_cache(maxsize=4096)(date.isoformat)
_TWO = tuple(f"{number:02}" for number in range(60))
