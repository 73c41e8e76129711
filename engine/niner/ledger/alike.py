"""Rows of Niner's own format that say the same as an earlier row but for id, time, amounts and note, quickly.

What a row becomes follows from its words (kind, wallet, assets, form) and from which of its amounts are given; that is
read and checked once, by the first row of its like that has nothing wrong. Of the others only what differs is read, and
only where it is written plainly. A row that is new, unusual or wrong in any way is left to niner_format, which says so.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import repeat
from operator import attrgetter, getitem, mul, not_
from typing import NamedTuple
from zoneinfo import ZoneInfo

from niner.ledger.columns import FEW, Columns, Common, joined, of_few_decimals
from niner.ledger.table import columns_of
from niner.ledger.transaction import Transaction
from niner.money import Cents, exact_cents

_WORDS = ("kind", "wallet", "sent_asset", "received_asset", "fee_asset", "to_wallet", "form", "basis_reported")
_RARE = (
    *("acquired", "basis_usd", "fmv_usd", "reported_basis_usd", "nondeductible"),
    *("gift_tax_usd", "taxable_gift_usd", "related_loss_usd"),
)
"""Where one of these is filled, the row is read by itself."""
_AMOUNTS = ("sent_quantity", "received_quantity", "fee_quantity", "fee_usd", "usd_value")
_SIDES, _FEE, _VALUE = 3, 3, 4  # the first of them are units or money; the others are dollars
_READ = (*_AMOUNTS, *_RARE, *_WORDS)
_TEXTS = ("id", "note")
_COLUMNS = ("time", *_TEXTS, *_AMOUNTS)
_OWN_RULES = ("fee", "rename")  # kinds whose amounts are held against one another

# What Decimal and fromisoformat read as a person does. Fewer digits than any limit, so that none is to be tested.
_PLAIN = r"[0-9]{1,14}+(?:\.[0-9]{1,18}+)?+"
_PLAIN_OF_FEW = rf"[0-9]{{1,14}}+(?:\.[0-9]{{1,{FEW}}}+)?+"
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?+(?:Z|[+-][0-9]{2}:[0-9]{2})?+"
_FIRST, _AFTER = "2009", "2100"
_LONGEST = (200, 5000)  # an id, a note
_BETWEEN = "\0"  # stands in no cell, so that a column is looked at as one text
_AS_ZERO = bytes(ord("0") if byte in b"123456789" else byte for byte in range(256))
_SAMPLE, _FEW = 256, 32  # of so many cells fewer are different: what each comes to is reckoned once


def _all(cell: str) -> re.Pattern[str]:
    return re.compile(f"(?:{cell})(?:{_BETWEEN}(?:{cell}))*+", re.ASCII)


_AMOUNT_OR_NONE, _AMOUNTS_OR_NONE = re.compile(f"(?:{_PLAIN})?", re.ASCII), _all(f"(?:{_PLAIN})?+")
_NOT_ZERO = f"(?![0.]++(?:{_BETWEEN}|\\Z))"
_SOME_OR_NONE, _SOME_OF_FEW_OR_NONE = _all(f"(?:{_NOT_ZERO}{_PLAIN})?+"), _all(f"(?:{_NOT_ZERO}{_PLAIN_OF_FEW})?+")
"""Amounts of which none is zero; those of the second have few decimals."""
_OF_FEW_OR_NONE = _all(f"(?:{_PLAIN_OF_FEW})?+")
_WITH_CENTS = _all(r"(?:[0-9]++\.[0-9]{2})?+")
_WITHOUT_BLANKS = _all(f"[!-~]{{0,{min(_LONGEST)}}}+")
_MOMENT = re.compile(_TIME, re.ASCII)


class _Like(NamedTuple):
    """What rows of one like become: `common` is what they have in common, as the first of them has it.

    `units` says of each side whether its cell is what moves there, or empty; `paid` and `value` are the places of the
    amounts in dollars that give the row's fee and its worth; -1 where there is none.
    """

    common: Common
    units: tuple[bool, ...]
    paid: int
    value: int


_NO_MOMENT = datetime.min.replace(tzinfo=UTC)
_ALONE = _Like(Common("", "", ""), (True, True, True), -1, -1)
"""Of a row that is read by itself."""

ByItself = Callable[[int, Sequence[str]], Transaction | None]
"""Reads the row of a line by itself, and teaches its like."""
LookAt = Callable[[Iterable[int]], None]
"""Has the rows at some places read by themselves."""


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
        self._likes = [_ALONE]
        self._known: dict[tuple[object, ...], int] = {}
        self._short: dict[tuple[object, ...], dict[tuple[object, ...], int]] = {}
        self._days: dict[date, date] = {}  # one of each, where a million rows have a thousand days

    def transactions(self, lines: Sequence[int], rows: Sequence[Sequence[str]], by_itself: ByItself) -> Columns:
        """The transactions of rows in their order, column by column.

        `by_itself` reads a row of which no like is known, or in which something asks for a closer look.
        """
        if not rows:
            return Columns()
        columns = columns_of(rows)
        empty = ("",) * len(rows)
        texts = {name: columns[self._place[name]] if name in self._place else empty for name in _COLUMNS}
        alone: dict[int, Transaction | None] = {}

        def look_at(places: Iterable[int]) -> None:
            for at in places:
                if at not in alone:
                    alone[at] = by_itself(lines[at], rows[at])

        likes = self._likes_of(columns, len(rows), look_at)
        amounts = [_Amounts(texts[name] if any(texts[name]) else empty) for name in _AMOUNTS]
        for at, one in enumerate(amounts):
            look_at(one.odd(at < _SIDES))
        ids, notes = (_named(texts[name], most, look_at) for name, most in zip(_TEXTS, _LONGEST, strict=True))
        instants, days = self._moments(texts["time"], look_at)
        used = set(likes)
        sent, received, fees = (self._units(side, amounts[side], likes, used, look_at) for side in range(_SIDES))
        if alone:
            likes = [0 if at in alone else like for at, like in enumerate(likes)]
            used = set(likes)
        paid, _ = self._dollars(amounts, [like.paid for like in self._likes], likes, used)
        worth, without = self._dollars(amounts, [like.value for like in self._likes], likes, used)
        made = Columns(
            list(map([like.common for like in self._likes].__getitem__, likes)),
            ids if all(ids) else [id or f"{self._file}:{line}" for id, line in zip(ids, lines, strict=True)],
            instants,
            days,
            lines,
            sent,
            received,
            fees,
            paid,
            _with_none(worth, likes, without),
            notes,
        ).told_of_decimals(all(one.few_decimals for one in amounts[:_SIDES]) or None)
        return _with_alone(made, alone) if alone else made

    def _likes_of(self, columns: Sequence[Sequence[str]], count: int, look_at: LookAt) -> list[int]:
        """The like of each row, by its number; rows of none that is known are looked at."""
        said: list[object] = []  # what all of them have, None where they differ
        differing: list[Sequence[object]] = []
        for at in self._amounts:
            column = columns[at]
            if all(column) or not any(column):
                said.append(not column[0])
            else:
                said.append(None)
                differing.append(list(map(not_, column)))
        for at in self._words:
            column = columns[at]
            if column[-1] == column[0] and column.count(column[0]) == count:
                said.append(column[0])
            else:
                said.append(None)
                differing.append(column)
        short = self._short.setdefault(tuple(said), {})
        found = list(map(short.get, zip(*differing, strict=True) if differing else repeat((), count)))
        if None not in found:
            return found  # type: ignore[return-value]  # none is left out
        likes = []
        for at, like in enumerate(found):
            if like is None:
                key = tuple(column[at] for column in differing)
                like = short.get(key)
                if like is None:
                    like = self._known.get(self._key([column[at] for column in columns]), 0)
                    if like:
                        short[key] = like
                    else:
                        look_at([at])
            likes.append(like)
        return likes

    def _key(self, cells: Sequence[str]) -> tuple[object, ...]:
        """What tells the like of a row: which amounts are given, and its words."""
        return (*(not cells[at] for at in self._amounts), *(cells[at] for at in self._words))

    def _units(
        self, side: int, amounts: "_Amounts", likes: Sequence[int], used: Collection[int], look_at: LookAt
    ) -> Sequence[str]:
        """What moves on one side of each row; a row of which that is zero is looked at."""
        column, moves = amounts.texts, [like.units[side] for like in self._likes]
        units = column if all(map(moves.__getitem__, used)) else list(map(mul, column, map(moves.__getitem__, likes)))
        if not amounts.none_zero and not all(map(str.strip, filter(None, units), repeat("0."))):
            look_at(at for at, cell in enumerate(units) if cell and not cell.strip("0."))
        return units

    def _dollars(
        self, amounts: Sequence["_Amounts"], places: Sequence[int], likes: Sequence[int], used: Collection[int]
    ) -> tuple[Sequence[Cents], set[int]]:
        """The amount at the place of each row's like in exact cents, 0 where it has none; and the likes without."""
        here = {places[like] for like in used}
        without = {like for like in used if places[like] < 0}
        several = sorted(here - {-1})
        if len(several) == 1 and (not without or (several[0] in (_FEE, _VALUE) and 0 not in used)):
            return amounts[several[0]].cents(), without  # of the likes without, the cells of that column are empty
        pick = [several.index(place) if place in several else len(several) for place in places]
        columns = [*(amounts[place].texts for place in several), ("",) * len(likes)]
        chosen = map(getitem, zip(*columns, strict=True), map(pick.__getitem__, likes))
        return _Amounts(list(chosen)).cents(), without

    def learn(self, cells: Sequence[str], found: Transaction | None) -> None:
        """What a row became that was read by itself; None where there was something to say of it."""
        if found is None or found.kind in _OWN_RULES:
            return
        named = {name: cells[self._place[name]] if name in self._place else "" for name in _READ}
        sent, received, fee, paid, value = (named[name] for name in _AMOUNTS)
        if any(named[name].strip() for name in _RARE):
            return
        if found.kind == "transfer" and received:
            return
        sides = [named[name].strip().upper() for name in ("sent_asset", "received_asset", "fee_asset")]
        sides = [self._same_as.get(name, name) for name in sides]
        worth, of_fee = _VALUE if value else -1, _FEE if paid else -1
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
        units = (found.sent_quantity, found.received_quantity, found.fee_quantity)
        like = _Like(
            Columns.of([found._replace(timed=True)]).commons[0],  # of the others each names its moment
            tuple(moved is not None or not cell for moved, cell in zip(units, (sent, received, fee), strict=True)),
            of_fee,
            worth,
        )
        if self._known.setdefault(self._key(cells), len(self._likes)) == len(self._likes):
            self._likes.append(like)

    def _moments(self, texts: Sequence[str], look_at: LookAt) -> tuple[Sequence[datetime], Sequence[date]]:
        """The instant in UTC and the taxpayer's local day of each whole time that is written plainly; a row with any
        other is looked at."""
        found: list[tuple[datetime, date]] = []
        if _all_moments(texts):
            with suppress(ValueError):
                moments = list(map(datetime.fromisoformat, texts))
                in_utc = self._zone is None or self._zone.key == "UTC"
                if in_utc and list(map(_tzinfo, moments)).count(UTC) == len(moments):
                    return moments, self._days_of(moments)
                found = list(map(self._placed, moments))
        found = found or [self._moment(text) or (_NO_MOMENT, date.min) for text in texts]
        look_at(at for at, (moment, _) in enumerate(found) if moment is _NO_MOMENT)
        return [moment for moment, _ in found], [day for _, day in found]

    def _days_of(self, moments: Sequence[datetime]) -> Sequence[date]:
        """The day in UTC of each moment in UTC: one object for each day."""
        count = len(moments)
        if (moments[-1] - moments[0]).days * _DENSE > count or sorted(moments) != moments:
            days = list(map(datetime.date, moments))
            return list(map(self._days.setdefault, days, days))
        days = []
        while len(days) < count:
            day = moments[len(days)].date()
            end = bisect_left(moments, datetime.combine(day + _DAY, time.min, UTC), len(days))
            days += [self._days.setdefault(day, day)] * (end - len(days))
        return days

    def _moment(self, text: str) -> tuple[datetime, date] | None:
        if not _MOMENT.fullmatch(text) or not _FIRST <= text < _AFTER:
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


_tzinfo = attrgetter("tzinfo")
_DAY = timedelta(days=1)
_DENSE = 8  # rows a day from which it is quicker to look for where each day ends


class _Amounts:
    """A column of amounts. `few` are the different ones where most repeat; `none_zero` that none is zero, for sure, and
    `few_decimals` that none has many decimals."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.none_zero = self.few_decimals = False
        self._few: set[str] = set()
        if len(set(texts[:_SAMPLE])) < _FEW:
            found = set(texts)
            self._few = found if len(found) < _FEW else set()

    def odd(self, units: bool) -> Iterable[int]:
        """The places of those that are not written plainly; where they may be `units`, zero is looked for as well."""
        if self._few:
            wrong = {cell for cell in self._few if not _AMOUNT_OR_NONE.fullmatch(cell)}
            self.none_zero = all(cell.strip("0.") for cell in self._few if cell)
            self.few_decimals = of_few_decimals([*self._few])
            return (at for at, cell in enumerate(self.texts) if cell in wrong) if wrong else ()
        whole = _BETWEEN.join(self.texts)
        if units and _SOME_OF_FEW_OR_NONE.fullmatch(whole):
            self.none_zero = self.few_decimals = True
        elif units and _OF_FEW_OR_NONE.fullmatch(whole):
            self.few_decimals = True
        elif units and _SOME_OR_NONE.fullmatch(whole):
            self.none_zero = True
        elif not _AMOUNTS_OR_NONE.fullmatch(whole):
            return (at for at, cell in enumerate(self.texts) if not _AMOUNT_OR_NONE.fullmatch(cell))
        return ()

    def cents(self) -> Sequence[Cents]:
        """Exact cents of amounts in dollars that are written plainly; 0 where there is none."""
        if self._few:
            worth = {text: _cents(text) if text else 0 for text in self._few}
            return list(map(worth.__getitem__, self.texts))
        whole = _BETWEEN.join(self.texts)
        if not _WITH_CENTS.fullmatch(whole):
            return [_cents(text) if text else 0 for text in self.texts]
        digits = whole.replace(".", "").split(_BETWEEN)
        return list(map(int, digits)) if all(digits) else [int(one) if one else 0 for one in digits]


def _named(texts: Sequence[str], most: int, look_at: LookAt) -> Sequence[str]:
    """Ids or notes without blanks around them; rows in which one is not plain, or longer than `most`, are looked at."""
    if not texts[0] and not any(texts):
        return texts
    whole = _BETWEEN.join(texts)
    if _WITHOUT_BLANKS.fullmatch(whole) and whole.count(_BETWEEN) == len(texts) - 1:
        return texts
    cells = list(map(str.strip, texts))
    whole = "".join(cells)
    if not (whole.isascii() and whole.isprintable() and max(map(len, cells)) <= most):
        look_at(
            at for at, cell in enumerate(cells) if not (cell.isascii() and cell.isprintable() and len(cell) <= most)
        )
    return cells


def _all_moments(texts: Sequence[str]) -> bool:
    """Whether each is a whole time that is written plainly, as far as its signs and its year show."""
    whole = _BETWEEN.join(texts)
    if not whole.isascii():
        return False
    shapes = whole.encode().translate(_AS_ZERO)
    first, step = shapes[: len(texts[0])], len(texts[0]) + 1
    if shapes == _BETWEEN.encode().join([first] * len(texts)):
        if not _MOMENT.fullmatch(first.decode()):
            return False
        two, zero = _FIRST[0], _FIRST[1]
        if not whole[::step].strip(two) and not whole[1::step].strip(zero) and zero not in whole[2::step]:
            return True  # from 2010 to 2099
    elif not all(_MOMENT.fullmatch(shape.decode()) for shape in set(shapes.split(_BETWEEN.encode()))):
        return False
    return min(texts) >= _FIRST and max(texts) < _AFTER


def _with_none(worth: Sequence[Cents], likes: Sequence[int], without: Collection[int]) -> Sequence[Cents | None]:
    """The worth of each row, None of those likes that have none."""
    return [None if like in without else cents for like, cents in zip(likes, worth, strict=True)] if without else worth


def _with_alone(made: Columns, alone: Mapping[int, Transaction | None]) -> Columns:
    """Rows with those that were read by themselves in their places; one that became nothing is left out."""
    pieces, start = [], 0
    for at, transaction in sorted(alone.items()):
        pieces.append(made[start:at])
        if transaction is not None:
            pieces.append(Columns.of([transaction]))
            pieces[-1].few_decimals()
        start = at + 1
    return joined([*pieces, made[start:]])


def _cents(text: str) -> Cents:
    """Exact cents of dollars that are written plainly."""
    if text[-3:-2] == ".":
        return int(text[:-3] + text[-2:])
    whole, _, part = text.partition(".")
    return int(whole + part.ljust(2, "0")) if len(part) <= 2 else exact_cents(Decimal(text))
