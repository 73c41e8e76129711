"""Rows of Niner's own format that say the same as an earlier row but for id, time, amounts and note, quickly.

What a row becomes follows from its words (kind, wallet, assets, form) and from which of its amounts are given; that is
read and checked once, by the first row of its like that has nothing wrong. Of the others only what differs is read, and
only where it is written plainly. A row that is new, unusual or wrong in any way is left to niner_format, which says so.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from niner.ledger.transaction import Transaction
from niner.money import Cents, exact_cents
from niner.values import Source

_WORDS = ("kind", "wallet", "sent_asset", "received_asset", "fee_asset", "to_wallet", "form", "basis_reported")
_RARE = (
    *("acquired", "basis_usd", "fmv_usd", "reported_basis_usd", "nondeductible"),
    *("gift_tax_usd", "taxable_gift_usd", "related_loss_usd"),
)
"""Where one of these is filled, the row is read by itself."""
_AMOUNTS = ("sent_quantity", "received_quantity", "fee_quantity", "fee_usd", "usd_value")
_READ = (*_AMOUNTS, *_RARE, *_WORDS)
_OWN_RULES = ("fee", "rename")  # kinds whose amounts are held against one another

# What Decimal and fromisoformat read as a person does. Fewer digits than any limit, so that none is to be tested.
_PLAIN = re.compile(r"[0-9]{1,14}(?:\.[0-9]{1,18})?", re.ASCII)
_TIME = re.compile(
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)
_FIRST = "2009"
_LONGEST_ID, _LONGEST_NOTE = 200, 5000


class _Like(NamedTuple):
    """What rows of one like become: `first` is the transaction of the first of them.

    `sent`, `received` and `fee` say whether units move on that side; `value` and `paid` are the places of the amounts
    in dollars that give the row's worth and its fee; -1 where there is none.
    """

    first: Transaction
    sent: bool
    received: bool
    fee: bool
    value: int
    paid: int


class Alike:
    """The likes of rows met so far in one table whose columns stand at `place`."""

    def __init__(
        self,
        file: str,
        place: Mapping[str, int],
        zone: ZoneInfo | None,
        fiat: frozenset[str],
        same_as: Mapping[str, str],
    ) -> None:
        missing = len(place)  # every row gets one empty cell more, for the columns that the table lacks
        self._cells = itemgetter(*(place.get(name, missing) for name in _READ))
        self._time = place["time"]
        self._id, self._note = place.get("id", missing), place.get("note", missing)
        self._file, self._zone, self._fiat, self._same_as = file, zone, fiat, same_as
        self._known: dict[tuple[object, ...], _Like] = {}
        self._days: dict[date, date] = {}  # one of each, where a million rows have a thousand days

    def transaction(self, row: int, cells: Sequence[str]) -> Transaction | None:
        """The row's transaction where a row of its like was read before and nothing in it asks for a closer look."""
        cells = [*cells, ""]
        sent, received, fee, paid, value, *words = self._cells(cells)
        like = self._known.get((not sent, not received, not fee, not paid, not value, *words))
        if like is None:
            return None
        plain = _PLAIN.fullmatch
        if (
            (sent and not plain(sent))
            or (received and not plain(received))
            or (fee and not plain(fee))
            or (paid and not plain(paid))
            or (value and not plain(value))
        ):
            return None
        id, note = cells[self._id].strip(), cells[self._note].strip()
        if not (id.isascii() and id.isprintable() and note.isascii() and note.isprintable()):
            return None
        if len(id) > _LONGEST_ID or len(note) > _LONGEST_NOTE:
            return None
        moment = self._moment(cells[self._time])
        if moment is None:
            return None
        instant, day = moment
        amounts = (sent, received, fee, paid, value)
        first = like.first
        sent_units = Decimal(sent) if like.sent else None
        received_units = Decimal(received) if like.received else None
        fee_units = Decimal(fee) if like.fee else None
        if (like.sent and not sent_units) or (like.received and not received_units) or (like.fee and not fee_units):
            return None
        return Transaction(
            id or f"{self._file}:{row}",
            instant,
            self._days.setdefault(day, day),
            first.wallet,
            first.kind,
            Source(self._file, row),
            sent_units,
            first.sent_asset,
            received_units,
            first.received_asset,
            fee_units,
            first.fee_asset,
            _cents(amounts[like.paid]) if like.paid >= 0 else 0,
            _cents(amounts[like.value]) if like.value >= 0 else None,
            first.to_wallet,
            None,
            None,
            None,
            first.form,
            first.basis_reported,
            None,
            note,
        )

    def learn(self, cells: Sequence[str], found: Transaction | None) -> None:
        """What a row became that was read by itself; None where there was something to say of it."""
        if found is None or found.kind in _OWN_RULES:
            return
        cells = [*cells, ""]
        sent, received, fee, paid, value, *words = self._cells(cells)
        if any(word.strip() for word in words[: len(_RARE)]):
            return
        if found.kind == "transfer" and received:
            return
        named = dict(zip(_WORDS, words[len(_RARE) :], strict=True))
        sides = [named[name].strip().upper() for name in ("sent_asset", "received_asset", "fee_asset")]
        sides = [self._same_as.get(name, name) for name in sides]
        worth, of_fee = 4 if value else -1, 3 if paid else -1
        if "USD" in sides[:2]:
            if value:  # two amounts that must agree
                return
            worth = sides.index("USD")
        if sides[2] == "USD" and fee:
            if paid:
                return
            of_fee = 2
        # A fee of no units is none; one without its worth is worth what its asset is worth in this very row.
        if sides[2] not in ("", "USD", *self._fiat) and (found.fee_quantity is None or not paid):
            return
        if (worth >= 0) != (found.value_cents is not None):
            return
        like = _Like(
            found,
            found.sent_quantity is not None,
            found.received_quantity is not None,
            found.fee_quantity is not None,
            worth,
            of_fee,
        )
        self._known[(not sent, not received, not fee, not paid, not value, *words)] = like

    def _moment(self, text: str) -> tuple[datetime, date] | None:
        """(instant in UTC, taxpayer's local day) of a whole time that is written plainly."""
        if not _TIME.fullmatch(text) or text < _FIRST:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self._zone or UTC)
            return moment.astimezone(UTC), moment.date()
        local = moment if self._zone is None else moment.astimezone(self._zone)
        return moment.astimezone(UTC), local.date()


def _cents(text: str) -> Cents:
    """Exact cents of dollars that are written plainly."""
    whole, _, part = text.partition(".")
    return int(whole + part.ljust(2, "0")) if len(part) <= 2 else exact_cents(Decimal(text))
