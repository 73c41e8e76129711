"""Drafts that leave nothing to be asked to transactions at once: they become events only where somebody looks.

Most rows of an export are such: a purchase, a sale, a trade or income whose worth is stated, with no fee or one in
dollars. Anything else goes the long way: matching, prices, and `joining.transactions`, which says what is wrong.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple, Protocol

from niner.imports.draft import Draft
from niner.imports.events import MONEY, Event
from niner.ledger.niner_format import LONGEST_QUANTITY, printable_asset
from niner.ledger.transaction import INCOME_KINDS, Transaction
from niner.money import MOST_CENTS, Cents, exact_cents
from niner.values import Source

KINDS = frozenset(("buy", "sell", "trade", "spend", *INCOME_KINDS))
_INCOME = frozenset(INCOME_KINDS)
_new = tuple.__new__  # what Event(…) comes to, without matching names to places for every row
_DEFAULTS = tuple(Event._field_defaults.values())
_NOT_SAID = _DEFAULTS[6:13]  # acquired to nondeductible: no export says it
_NO_GIFT_TAX = _DEFAULTS[-3:]

Ready = tuple[Draft, Sequence[Draft]]
"""A draft, and the rows that it was made of."""
Settle = Callable[[Sequence[Ready], Sequence[str]], list[Transaction | None]]
"""From drafts and their ids to their transactions; None where one goes the long way."""


class Made(Protocol):
    """Rows of an export: what they are is told where somebody asks.

    `guessed`: nothing shows whether their fees are inside the amounts or beside them.
    """

    guessed: bool

    def ready(self, at: int) -> Ready:
        """The draft that stands at a place among them, and the rows that it was made of."""


class Ones:
    """Rows that were put together already."""

    guessed = False

    def __init__(self, ready: Sequence[Ready]) -> None:
        self._ready = ready

    def ready(self, at: int) -> Ready:
        """The draft that stands at a place among them, and the rows that it was made of."""
        return self._ready[at]


class Settled(NamedTuple):
    """A transaction, and where what it was made of stands."""

    transaction: Transaction
    made: Made
    at: int

    @property
    def event(self) -> Event:
        """The same as an event."""
        return event_of(*self.made.ready(self.at), self.transaction.id)


class Usual(dict[str, str]):
    """Of each asset, looked at once: `dollars`, other `money`, `units` where the ledger calls it as the export does.

    Empty where the ledger has another name for it, or none.
    """

    def __init__(self, same_as: Mapping[str, str]) -> None:
        self._same_as = same_as

    def __missing__(self, asset: str) -> str:
        if asset in MONEY:
            found = "dollars" if asset == "USD" else "money"
        else:
            as_it_is = bool(asset) and printable_asset(asset) == asset and self._same_as.get(asset, asset) == asset
            found = "units" if as_it_is else ""
        self[asset] = found
        return found


class Days(dict[date, tuple[date, time, date] | None]):
    """The taxpayer's days in a day of UTC: one of them, the moment at which the other begins, and that.

    None where the clock is changed within it. There is one object for each day, where a million rows have a thousand.
    """

    def __init__(self, zone: tzinfo) -> None:
        self._zone, self._one = zone, {}  # type: tuple[tzinfo, dict[date, date]]
        self._in_utc = str(zone) == "UTC"

    def __missing__(self, day: date) -> tuple[date, time, date] | None:
        found = self[day] = (self.the(day), time.min, self.the(day)) if self._in_utc else self._of(day)
        return found

    def _of(self, day: date) -> tuple[date, time, date] | None:
        first = datetime.combine(day, time.min, UTC)
        here, later = first.astimezone(self._zone), (first + _TO_ITS_END).astimezone(self._zone)
        offset = here.utcoffset()
        if offset is None or offset != later.utcoffset():
            return None
        next_one = (first - offset) if offset < _NO_TIME else first + _DAY - offset
        return self.the(here.date()), next_one.time(), self.the(later.date())

    def of_many(self, moments: Sequence[datetime]) -> Sequence[date]:
        """The taxpayer's day of each of several moments in UTC."""
        if self._in_utc:
            days = [moment.date() for moment in moments]
            return list(map(self._one.setdefault, days, days))
        return [self.of(moment) for moment in moments]

    def the(self, day: date) -> date:
        """The one object of a day."""
        return self._one.setdefault(day, day)

    def of(self, moment: datetime) -> date:
        """The taxpayer's day of a moment in UTC."""
        found = self[moment.date()]
        if found is None:
            return self.the(moment.astimezone(self._zone).date())
        return found[0] if moment.time() < found[1] else found[2]


_DAY = timedelta(days=1)
_NO_TIME = timedelta(0)
_TO_ITS_END = _DAY - timedelta(microseconds=1)


class Settling:
    """What rows are settled with: the taxpayer's days in `zone`, and the assets that the ledger calls as they are.

    `same_as` gives an asset the name that counts.
    """

    def __init__(self, zone: tzinfo | None, same_as: Mapping[str, str]) -> None:
        self.days, self.usual = Days(zone or UTC), Usual(same_as)


def place_in(file: str, line: int) -> Source:
    """The place of a row: Source(file, line)."""
    return _new(Source, (file, line))


def named_by(said: str) -> str:
    """The name of what has no id in the export: by what it says."""
    return sha256(said.encode()).hexdigest()[:12]


def settler(settling: Settling) -> Settle:
    """What makes transactions of drafts, one by one."""
    days, usual = settling.days, settling.usual

    def settle(ready: Sequence[Ready], ids: Sequence[str]) -> list[Transaction | None]:
        return list(_each(ready, ids, days, usual))

    return settle


def _each(ready: Sequence[Ready], ids: Sequence[str], days: Days, usual: Usual) -> Iterator[Transaction | None]:
    for (draft, rows), id in zip(ready, ids, strict=True):
        (
            file, _, line, at, wallet, _, kind, _, out, into, fees, usd, _, _, _, _, to_wallet, _, note, _, timed,
            _,
        ) = draft  # fmt: skip
        if kind not in KINDS or len(out) > 1 or len(into) > 1 or len(fees) > 1:
            yield None
            continue
        paid: Cents = 0
        if fees:
            ((fee, asset, _, inside, guessed),) = fees
            if asset != "USD" or inside or guessed:
                yield None
                continue
            written = str(fee)
            paid = int(written.replace(".", "")) if written[-3:-2] == "." else exact_cents(fee)
        sent, sent_asset, received, received_asset = None, "", None, ""
        if out:
            ((units, asset),) = out
            if asset not in MONEY:
                written = str(units)
                if len(written) > LONGEST_QUANTITY or "E" in written or not usual[asset]:
                    yield None
                    continue
                sent, sent_asset = units, asset
            elif usd is None and asset == "USD":
                usd = units
        if into:
            ((units, asset),) = into
            if asset not in MONEY:
                written = str(units)
                if len(written) > LONGEST_QUANTITY or "E" in written or not usual[asset]:
                    yield None
                    continue
                received, received_asset = units, asset
            elif usd is None and asset == "USD":
                usd = units
        if usd is None or (received is None and kind in _INCOME):
            yield None
            continue
        written = str(usd)
        value = int(written.replace(".", "")) if written[-3:-2] == "." else exact_cents(usd)
        if not (0 <= value <= MOST_CENTS and 0 <= paid <= MOST_CENTS):
            yield None
            continue
        first = line if len(rows) == 1 else min([row.line for row in rows if row.file == file])
        day, source = days.of(at), place_in(file, first)
        yield _new(
            Transaction,
            (id, at, day, wallet, kind, source, sent, sent_asset, received, received_asset, None, "", paid, value,
             to_wallet, None, None, None, "none", False, None, note, "not_said", timed, None, None, None),
        )  # fmt: skip


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
