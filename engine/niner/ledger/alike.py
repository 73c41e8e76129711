"""Rows of Niner's own format that say the same as an earlier row but for id, time, amounts and note, quickly.

What a row becomes follows from its words (kind, wallet, assets, form) and from which of its amounts are given; that is
read and checked once, by the first row of its like that has nothing wrong. Of the others only what differs is read, and
only where it is written plainly. A row that is new, unusual or wrong in any way is left to niner_format, which says so.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import repeat
from operator import itemgetter, mul, not_
from typing import NamedTuple
from zoneinfo import ZoneInfo

from niner.ledger.columns import Columns, Common, joined
from niner.ledger.transaction import Transaction
from niner.money import Cents, exact_cents

_WORDS = ("kind", "wallet", "sent_asset", "received_asset", "fee_asset", "to_wallet", "form", "basis_reported")
_RARE = (
    *("acquired", "basis_usd", "fmv_usd", "reported_basis_usd", "nondeductible"),
    *("gift_tax_usd", "taxable_gift_usd", "related_loss_usd"),
)
"""Where one of these is filled, the row is read by itself."""
_AMOUNTS = ("sent_quantity", "received_quantity", "fee_quantity", "fee_usd", "usd_value")
_SIDES = {"sent": "sent_quantity", "received": "received_quantity", "fee": "fee_quantity"}
_READ = (*_AMOUNTS, *_RARE, *_WORDS)
_TEXTS = ("id", "note")
_COLUMNS = ("time", *_TEXTS, *_AMOUNTS)
_OWN_RULES = ("fee", "rename")  # kinds whose amounts are held against one another

# What Decimal and fromisoformat read as a person does. Fewer digits than any limit, so that none is to be tested.
_PLAIN = r"[0-9]{1,14}+(?:\.[0-9]{1,18}+)?+"
_TIME = r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?+(?:Z|[+-][0-9]{2}:[0-9]{2})?+"
_FIRST = "2009"
_LONGEST_ID, _LONGEST_NOTE = 200, 5000
_BETWEEN = "\0"  # stands in no cell, so that a column is looked at as one text


def _all(cell: str) -> re.Pattern[str]:
    return re.compile(f"(?:{cell})(?:{_BETWEEN}(?:{cell}))*+", re.ASCII)


_AMOUNT_OR_NONE, _AMOUNTS_OR_NONE = re.compile(f"(?:{_PLAIN})?", re.ASCII), _all(f"(?:{_PLAIN})?+")
_WITH_CENTS = _all(r"(?:[0-9]++\.[0-9]{2})?+")
_MOMENT, _MOMENTS = re.compile(_TIME, re.ASCII), _all(_TIME)


class _Like(NamedTuple):
    """What rows of one like become: `common` is what they have in common, as the first of them has it.

    `sent`, `received` and `fee` say whether units move on that side; `value` and `paid` are the places of the amounts
    in dollars that give the row's worth and its fee; -1 where there is none.
    """

    common: Common
    sent: bool
    received: bool
    fee: bool
    value: int
    paid: int


_NO_MOMENT = datetime.min.replace(tzinfo=UTC)
_ALONE = _Like(Common("", "", ""), False, False, False, -1, -1)
"""Of a row that is read by itself."""

ByItself = Callable[[int, Sequence[str]], Transaction | None]
"""Reads the row of a line by itself, and teaches its like."""


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
        self._place = place
        self._amounts = [place[name] for name in _AMOUNTS if name in place]
        self._words = [place[name] for name in (*_RARE, *_WORDS) if name in place]
        self._file, self._zone, self._fiat, self._same_as = file, zone, fiat, same_as
        self._known: dict[tuple[object, ...], _Like] = {}
        self._days: dict[date, date] = {}  # one of each, where a million rows have a thousand days

    def transactions(self, lines: Sequence[int], rows: Sequence[Sequence[str]], by_itself: ByItself) -> Columns:
        """The transactions of rows in their order, column by column.

        `by_itself` reads a row of which no like is known, or in which something asks for a closer look.
        """
        if not rows:
            return Columns()
        columns = list(zip(*rows, strict=True))
        keys = list(
            zip(*(map(not_, columns[at]) for at in self._amounts), *(columns[at] for at in self._words), strict=True)
        )
        likes: list[_Like | None] = list(map(self._known.get, keys))
        alone: dict[int, Transaction | None] = {}

        def look_at(places: Iterable[int]) -> None:
            for at in places:
                if at not in alone:
                    alone[at] = by_itself(lines[at], rows[at])
                    likes[at] = _ALONE

        for at in [at for at, like in enumerate(likes) if like is None]:
            likes[at] = self._known.get(keys[at])  # learned by now, most often
            if likes[at] is None:
                look_at([at])

        empty = ("",) * len(rows)
        texts = {name: columns[self._place[name]] if name in self._place else empty for name in _COLUMNS}
        for name in _AMOUNTS:
            if not _AMOUNTS_OR_NONE.fullmatch(_BETWEEN.join(texts[name])):
                look_at(at for at, cell in enumerate(texts[name]) if not _AMOUNT_OR_NONE.fullmatch(cell))
        ids, notes = (list(map(str.strip, texts[name])) if texts[name] is not empty else empty for name in _TEXTS)
        for cells, most in ((ids, _LONGEST_ID), (notes, _LONGEST_NOTE)):
            whole = "".join(cells)
            if not (whole.isascii() and whole.isprintable() and max(map(len, cells), default=0) <= most):
                look_at(
                    at
                    for at, cell in enumerate(cells)
                    if not (cell.isascii() and cell.isprintable() and len(cell) <= most)
                )
        instants, days = self._moments(texts["time"])
        look_at(at for at, moment in enumerate(instants) if moment is _NO_MOMENT)

        known = [like or _ALONE for like in likes]
        sent, received, fees = (
            list(map(mul, texts[name], map(side, known))) if texts[name] is not empty else empty
            for side, name in zip((_sent, _received, _fee), _AMOUNTS[:3], strict=True)
        )
        for units in (sent, received, fees):
            if not all(map(str.strip, filter(None, units), repeat("0."))):
                look_at(at for at, cell in enumerate(units) if cell and not cell.strip("0."))
        known = [_ALONE if at in alone else like for at, like in enumerate(known)] if alone else known
        paid, worth = _dollars([texts[name] for name in _AMOUNTS], known)
        if not all(ids):
            ids = [id or f"{self._file}:{line}" for id, line in zip(ids, lines, strict=True)]
        commons = list(map(_common, known))
        made = Columns(commons, ids, instants, days, lines, sent, received, fees, paid, worth, notes)
        return _with_alone(made, alone) if alone else made

    def learn(self, cells: Sequence[str], found: Transaction | None) -> None:
        """What a row became that was read by itself; None where there was something to say of it."""
        if found is None or found.kind in _OWN_RULES:
            return
        named = {name: cells[self._place[name]] if name in self._place else "" for name in _READ}
        _, received, fee, paid, value = (named[name] for name in _AMOUNTS)
        if any(named[name].strip() for name in _RARE):
            return
        if found.kind == "transfer" and received:
            return
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
            Columns.of([found._replace(timed=True)]).commons[0],  # of the others each names its moment
            found.sent_quantity is not None,
            found.received_quantity is not None,
            found.fee_quantity is not None,
            worth,
            of_fee,
        )
        key = (*(not cells[at] for at in self._amounts), *(cells[at] for at in self._words))
        self._known[key] = like

    def _moments(self, texts: Sequence[str]) -> tuple[Sequence[datetime], Sequence[date]]:
        """The instant in UTC and the taxpayer's local day of each whole time that is written plainly; _NO_MOMENT of any
        other."""
        found: list[tuple[datetime, date]] = []
        if texts and _MOMENTS.fullmatch(_BETWEEN.join(texts)) and min(texts) >= _FIRST:
            with suppress(ValueError):
                moments = list(map(datetime.fromisoformat, texts))
                if (self._zone is None or self._zone.key == "UTC") and {moment.tzinfo for moment in moments} == {UTC}:
                    days = [moment.date() for moment in moments]
                    return moments, list(map(self._days.setdefault, days, days))
                found = list(map(self._placed, moments))
        found = found or [self._moment(text) or (_NO_MOMENT, date.min) for text in texts]
        return [moment for moment, _ in found], [day for _, day in found]

    def _moment(self, text: str) -> tuple[datetime, date] | None:
        if not _MOMENT.fullmatch(text) or text < _FIRST:
            return None
        try:
            return self._placed(datetime.fromisoformat(text))
        except ValueError:
            return None

    def _placed(self, moment: datetime) -> tuple[datetime, date]:
        if moment.tzinfo is None:
            local = moment.replace(tzinfo=self._zone or UTC)
        else:
            local = moment if self._zone is None else moment.astimezone(self._zone)
        day = local.date()
        return moment if moment.tzinfo is UTC else local.astimezone(UTC), self._days.setdefault(day, day)


_common, _sent, _received, _fee, _value, _paid = map(itemgetter, range(6))


def _with_alone(made: Columns, alone: Mapping[int, Transaction | None]) -> Columns:
    """Rows with those that were read by themselves in their places; one that became nothing is left out."""
    pieces, start = [], 0
    for at, transaction in sorted(alone.items()):
        pieces.append(made[start:at])
        if transaction is not None:
            pieces.append(Columns.of([transaction]))
        start = at + 1
    return joined([*pieces, made[start:]])


def _dollars(
    amounts: Sequence[Sequence[str]], known: Sequence[_Like]
) -> tuple[Sequence[Cents], Sequence[Cents | None]]:
    """The fee and the worth of each row, in exact cents."""
    of_fee, of_value = list(map(_paid, known)), list(map(_value, known))
    paid, worth = (
        _all_cents([amounts[of][at] if of >= 0 else "" for at, of in enumerate(places)])
        for places in (of_fee, of_value)
    )
    if -1 not in of_value:
        return paid, worth
    return paid, [None if of < 0 else cents for of, cents in zip(of_value, worth, strict=True)]


def _all_cents(texts: Sequence[str]) -> list[Cents]:
    """Exact cents of amounts in dollars that are written plainly; 0 where there is none."""
    joined = _BETWEEN.join(texts)
    if texts and _WITH_CENTS.fullmatch(joined):
        return [int(digits) if digits else 0 for digits in joined.replace(".", "").split(_BETWEEN)]
    return [_cents(text) if text else 0 for text in texts]


def _cents(text: str) -> Cents:
    """Exact cents of dollars that are written plainly."""
    if text[-3:-2] == ".":
        return int(text[:-3] + text[-2:])
    whole, _, part = text.partition(".")
    return int(whole + part.ljust(2, "0")) if len(part) <= 2 else exact_cents(Decimal(text))
