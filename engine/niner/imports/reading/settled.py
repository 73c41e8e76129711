"""Drafts that leave nothing to be asked to transactions at once: they become events only where somebody looks.

Most rows of an export are such: a purchase, a sale, a trade or income whose worth is stated, with no fee or one in
dollars. Anything else goes the long way: matching, prices, and `joining.transactions`, which says what is wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, tzinfo
from decimal import Decimal
from typing import NamedTuple

from niner.imports.draft import Draft
from niner.imports.events import MONEY, Event
from niner.ledger.niner_format import LONGEST_QUANTITY, printable_asset
from niner.ledger.transaction import INCOME_KINDS, Transaction
from niner.money import MOST_CENTS, Cents, exact_cents
from niner.values import Source

_KINDS = frozenset(("buy", "sell", "trade", "spend", *INCOME_KINDS))
_INCOME = frozenset(INCOME_KINDS)
_new = tuple.__new__  # what Event(…) comes to, without matching names to places for every row
_DEFAULTS = tuple(Event._field_defaults.values())
_NOT_SAID = _DEFAULTS[6:13]  # acquired to nondeductible: no export says it
_NO_GIFT_TAX = _DEFAULTS[-3:]

Settle = Callable[[Draft, Sequence[Draft], str], Transaction | None]
"""From a draft, the rows that it was made of and its id to its transaction; None where it goes the long way."""


class Settled(NamedTuple):
    """A transaction, the draft that it is, and the rows that the draft was made of."""

    transaction: Transaction
    draft: Draft
    rows: Sequence[Draft]

    @property
    def event(self) -> Event:
        """The same as an event."""
        return event_of(self.draft, self.rows, self.transaction.id)


def settler(zone: tzinfo | None, same_as: Mapping[str, str]) -> Settle:
    """What makes transactions of drafts. `zone` is that of the taxpayer's days; `same_as` gives an asset its name."""
    in_utc, here = zone is None or str(zone) == "UTC", zone or UTC
    days: dict[date, date] = {}  # one of each, where a million rows have a thousand days
    known: dict[str, bool] = {}

    def is_usual(asset: str) -> bool:
        """Whether the ledger calls an asset as the export does."""
        found = known.get(asset)
        if found is None:
            found = known[asset] = printable_asset(asset) == asset and same_as.get(asset, asset) == asset
        return found

    def settle(draft: Draft, rows: Sequence[Draft], id: str) -> Transaction | None:
        (
            file, _, line, time, wallet, _, kind, _, out, into, fees, usd, _, _, _, _, to_wallet, _, note, _, timed, _,
        ) = draft  # fmt: skip
        if kind not in _KINDS or len(out) > 1 or len(into) > 1 or len(fees) > 1:
            return None
        paid: Cents = 0
        if fees:
            ((fee, asset, _, inside, guessed),) = fees
            if asset != "USD" or inside or guessed:
                return None
            paid = exact_cents(fee)
        sent, sent_asset, received, received_asset = None, "", None, ""
        if out:
            ((units, asset),) = out
            if asset not in MONEY:
                written = str(units)
                if len(written) > LONGEST_QUANTITY or "E" in written or not is_usual(asset):
                    return None
                sent, sent_asset = units, asset
            elif usd is None and asset == "USD":
                usd = units
        if into:
            ((units, asset),) = into
            if asset not in MONEY:
                written = str(units)
                if len(written) > LONGEST_QUANTITY or "E" in written or not is_usual(asset):
                    return None
                received, received_asset = units, asset
            elif usd is None and asset == "USD":
                usd = units
        if usd is None or (received is None and kind in _INCOME):
            return None
        value = exact_cents(usd)
        if not (0 <= value <= MOST_CENTS and 0 <= paid <= MOST_CENTS):
            return None
        if len(rows) > 1:
            line = min([row.line for row in rows if row.file == file])
        day = time.date() if in_utc else time.astimezone(here).date()
        made: Transaction = _new(
            Transaction,
            (id, time, days.setdefault(day, day), wallet, kind, Source(file, line), sent, sent_asset, received,
             received_asset, None, "", paid, value, to_wallet, None, None, None, "none", False, None, note, "not_said",
             timed, None, None, None),
        )  # fmt: skip
        return made

    return settle


def event_of(draft: Draft, rows: Sequence[Draft], id: str) -> Event:
    """The event of a draft that is made of `rows`."""
    numbers: tuple[int, ...]
    if len(rows) == 1:
        numbers, line = (draft.row,), draft.line
    else:
        here = [row for row in rows if row.file == draft.file]
        numbers, line = tuple(sorted([row.row for row in here])), min([row.line for row in here])
    usd = draft.usd if draft.usd is not None else _dollars(draft)
    found: Event = _new(
        Event,
        (id, draft.file, numbers, line, draft.time, draft.wallet, draft.kind, draft.sent, draft.received, draft.fees,
         usd, None, draft.to_wallet, *_NOT_SAID, draft.source, draft.txid, draft.route, draft.note, draft.timed,
         *_NO_GIFT_TAX),
    )  # fmt: skip
    return found


def _dollars(draft: Draft) -> Decimal | None:
    """What the event was worth where one of its sides is dollars."""
    for side in (draft.sent, draft.received):
        if len(side) == 1 and side[0].asset == "USD":
            return side[0].quantity
    return None
