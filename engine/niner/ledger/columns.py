"""Transactions held in columns: a row becomes a `Transaction` when somebody looks at it.

What many rows have in common is kept once, in a `Common` that all of them name; of a row itself only its id, moment,
day, line, amounts and note are kept, each in a column. What walks a whole ledger asks `column`, `distinct` or `those`,
which take any sequence of transactions and make no objects of one that is held in columns.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import compress, count, islice, pairwise
from operator import attrgetter, le
from typing import Any, overload

from niner.dataclass import dataclass
from niner.ledger.transaction import Transaction
from niner.money import Cents
from niner.values import Source


@dataclass(frozen=True, slots=True)
class Common:
    """What many rows have in common: the fields of a transaction that are in no column. `file` is that of its source.

    Two are the same only where they are one object, which is quick to tell.
    """

    file: str
    wallet: str
    kind: str
    sent_asset: str = ""
    received_asset: str = ""
    fee_asset: str = ""
    to_wallet: str = ""
    acquired: date | None = None
    basis_cents: Cents | None = None
    fmv_cents: Cents | None = None
    form: str = "none"
    basis_reported: bool = False
    reported_basis_cents: int | None = None
    nondeductible: str = "not_said"
    timed: bool = True
    gift_tax_cents: Cents | None = None
    taxable_gift_cents: Cents | None = None
    related_loss_cents: Cents | None = None

    __eq__ = object.__eq__
    __hash__ = object.__hash__


_SHARED = tuple(Common.__slots__)
_FIELDS = Transaction._fields
_AT = [_FIELDS.index(name) for name in _SHARED[1:]]
_UNITS = {"sent_quantity": "sent", "received_quantity": "received", "fee_quantity": "fees"}
_OWN = {
    "id": "ids",
    "instant": "instants",
    "day": "days",
    "note": "notes",
    "fee_cents": "paid",
    "value_cents": "worth",
}
FEW = 8  # decimals of most exports
_UPTO_FEW = rf"(?:[0-9]++(?:\.[0-9]{{1,{FEW}}}+)?+|)"
_ALL_UPTO_FEW = re.compile(rf"{_UPTO_FEW}(?:\0{_UPTO_FEW})*+", re.ASCII)
_COLUMNS = ("commons", "ids", "instants", "days", "lines", "sent", "received", "fees", "paid", "worth", "notes")
_TRANSACTION = tuple.__new__  # what Transaction(…) comes to, without matching names to places for every row


class Columns(Sequence[Transaction]):
    """Transactions in columns, in an order. Quantities are text as it was written, empty where there is none."""

    __slots__ = (
        *_COLUMNS,
        "_alike",
        "_by_id",
        "_days_follow",
        "_few_decimals",
        "_has_notes",
        "_ids_differ",
        "_kinds",
        "_moments_follow",
    )
    _kinds: frozenset[Common]
    _by_id: Mapping[str, int]
    _ids_differ: bool
    _days_follow: bool
    _few_decimals: bool
    _moments_follow: bool
    _has_notes: bool
    _alike: tuple[Sequence[int], Sequence[int]]

    def __init__(
        self,
        commons: Sequence[Common] = (),
        ids: Sequence[str] = (),
        instants: Sequence[datetime] = (),
        days: Sequence[date] = (),
        lines: Sequence[int] = (),
        sent: Sequence[str] = (),
        received: Sequence[str] = (),
        fees: Sequence[str] = (),
        paid: Sequence[Cents] = (),
        worth: Sequence[Cents | None] = (),
        notes: Sequence[str] = (),
    ) -> None:
        self.commons, self.ids, self.instants, self.days, self.lines = commons, ids, instants, days, lines
        self.sent, self.received, self.fees, self.paid, self.worth = sent, received, fees, paid, worth
        self.notes = notes

    @staticmethod
    def of(transactions: Iterable[Transaction]) -> "Columns":
        """The same transactions in columns."""
        if isinstance(transactions, Columns):
            return transactions
        rows = list(transactions)
        if not rows:
            return Columns()
        fields = list(zip(*rows, strict=True))
        sources: Sequence[Source] = fields[_FIELDS.index("source")]
        keys = zip([source.file for source in sources], *(fields[at] for at in _AT), strict=True)
        known: dict[tuple[Any, ...], Common] = {}
        commons = [known.get(key) or known.setdefault(key, Common(*key)) for key in keys]
        named = dict(zip(_FIELDS, fields, strict=True))
        sent, received, fees = (["" if one is None else str(one) for one in named[field]] for field in _UNITS)
        return Columns(
            commons,
            named["id"],
            named["instant"],
            named["day"],
            _following([source.row for source in sources]),
            sent,
            received,
            fees,
            named["fee_cents"],
            named["value_cents"],
            named["note"],
        )

    def _each(self) -> Iterator[Sequence[Any]]:
        return (getattr(self, name) for name in _COLUMNS)

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Transaction]:
        return map(_made, *self._each())

    @overload
    def __getitem__(self, place: int) -> Transaction: ...
    @overload
    def __getitem__(self, place: slice) -> "Columns": ...
    def __getitem__(self, place: int | slice) -> "Transaction | Columns":
        if isinstance(place, slice):
            few = getattr(self, "_few_decimals", None)
            return Columns(*(column[place] for column in self._each())).told_of_decimals(few or None)
        return _made(
            self.commons[place],
            self.ids[place],
            self.instants[place],
            self.days[place],
            self.lines[place],
            self.sent[place],
            self.received[place],
            self.fees[place],
            self.paid[place],
            self.worth[place],
            self.notes[place],
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(a == b for a, b in zip(self, other))  # noqa: B905

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Columns.of({list(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as few large values: what a million rows have in common once, each column as one."""
        packing = Packing()
        packing.add(self)
        return unpacked, (packing.packed(),)

    def at(self, places: Sequence[int]) -> "Columns":
        """The rows at some places, in their order."""
        return Columns(*([column[at] for at in places] for column in self._each()))

    def where(self, here: Sequence[Any]) -> "Columns":
        """The rows for which `here` holds, which is as long as they are; these themselves where it holds for all."""
        return self if all(here) else _Chosen(self, array("q", compress(range(len(here)), here)))

    def kinds(self) -> frozenset[Common]:
        """All that rows have in common."""
        with suppress(AttributeError):
            return self._kinds
        self._kinds = frozenset(self.commons)
        return self._kinds

    def wallets_by_year(self) -> set[tuple[str, int]]:
        """The wallets with a row in a year, and that year."""
        if not self.days or not self.days_follow():
            return {(common.wallet, day.year) for common, day in set(zip(self.commons, self.days, strict=True))}
        years = self._years()
        return {(one.wallet, self.days[start].year) for start, end in years for one in set(self.commons[start:end])}

    def ids_differ(self) -> bool:
        """Whether each row has an id of its own."""
        with suppress(AttributeError):
            return self._ids_differ
        self._ids_differ = len(set(self.ids)) == len(self.ids)
        return self._ids_differ

    def places_of(self, ids: Set[str]) -> list[int]:
        """The places of the rows of some ids, in order; one pass over the rows serves every question."""
        if not hasattr(self, "_by_id"):
            self._by_id = dict(zip(self.ids, range(len(self.ids)), strict=True))
            self._ids_differ = len(self._by_id) == len(self.ids)
        if self._ids_differ:
            return sorted(map(self._by_id.__getitem__, self._by_id.keys() & ids))
        return [at for at, id in enumerate(self.ids) if id in ids]

    def days_follow(self) -> bool:
        """Whether no row is of a day before that of the row above it."""
        with suppress(AttributeError):
            return self._days_follow
        self._days_follow = all(map(le, self.days, islice(self.days, 1, None)))
        return self._days_follow

    def moments_follow(self) -> bool:
        """Whether no row is of a moment before that of the row above it."""
        with suppress(AttributeError):
            return self._moments_follow
        self._moments_follow = all(map(le, self.instants, islice(self.instants, 1, None)))
        return self._moments_follow

    def few_decimals(self) -> bool:
        """Whether each quantity is written plainly, with `FEW` decimals at most."""
        with suppress(AttributeError):
            return self._few_decimals
        self._few_decimals = all(map(of_few_decimals, (self.sent, self.received, self.fees)))
        return self._few_decimals

    def has_notes(self) -> bool:
        """Whether a row has a note."""
        with suppress(AttributeError):
            return self._has_notes
        self._has_notes = any(self.notes)
        return self._has_notes

    def alike(self) -> tuple[Sequence[int], Sequence[int]]:
        """Rows of one year that have all in common, and all a fee in dollars or none, are alike: the place of the first
        of each such rows, and for each row which of them it is of."""
        with suppress(AttributeError):
            return self._alike
        number, of = count(), array("I")
        if self.days_follow():
            for start, end in self._years():
                marks = zip(self.commons[start:end], map(bool, self.paid[start:end]), strict=True)
                of.extend(map(defaultdict[tuple[Common, bool], int](number.__next__).__getitem__, marks))
        else:
            each = zip(self.commons, [day.year for day in self.days], map(bool, self.paid), strict=True)
            of.extend(map(defaultdict[tuple[Common, int, bool], int](number.__next__).__getitem__, each))
        first = dict(zip(reversed(of), range(len(of) - 1, -1, -1), strict=True))
        self._alike = [first[one] for one in range(len(first))], of
        return self._alike

    def _years(self) -> Iterator[tuple[int, int]]:
        """The first place and the one after the last of the rows of each year, where days follow."""
        if self.days:
            years = range(self.days[0].year, self.days[-1].year + 2)
            ends = (bisect_left(self.days, date(year, 1, 1)) for year in years)
            yield from ((start, end) for start, end in pairwise(ends) if start < end)

    def between(self, first: date, last: date) -> "Columns":
        """The rows of the days from `first` to `last`."""
        if not self.days_follow():
            return self.where([first <= day <= last for day in self.days])
        start, end = bisect_left(self.days, first), bisect_right(self.days, last)
        return self if (start, end) == (0, len(self)) else self._part(start, end)

    def _part(self, start: int, end: int) -> "Columns":
        return _Chosen(self, range(start, end))

    def column(self, name: str) -> Sequence[Any]:
        """A field of every row."""
        if name in _OWN:
            own: Sequence[Any] = getattr(self, _OWN[name])
            return own
        if name in _UNITS:
            return [Decimal(text) if text else None for text in getattr(self, _UNITS[name])]
        if name == "source":
            return [Source(common.file, line) for common, line in zip(self.commons, self.lines, strict=True)]
        return list(map(attrgetter(name), self.commons))

    def by_common(self, change: Callable[[Common], Common]) -> "Columns":
        """The same with what is in common changed."""
        changed = {common: change(common) for common in self.kinds()}
        if all(common is other for common, other in changed.items()):
            return self
        rows = Columns(list(map(changed.__getitem__, self.commons)), *islice(self._each(), 1, None))
        return rows.told_of_decimals(getattr(self, "_few_decimals", None))

    def told_of_decimals(self, few: bool | None) -> "Columns":
        """The same, where it is known what `few_decimals` says of it; None where it is not."""
        if few is not None:
            self._few_decimals = few
        return self


def of_few_decimals(texts: Sequence[str]) -> bool:
    """Whether quantities are written plainly, or are none, with `FEW` decimals at most."""
    return not any(texts) or _ALL_UPTO_FEW.fullmatch(_BETWEEN.join(texts)) is not None


def _following(lines: Sequence[int]) -> Sequence[int]:
    """The same; a range where each follows the one before."""
    found = range(lines[0], lines[0] + len(lines))
    return found if lines[-1] == found[-1] and lines == list(found) else lines


class Packing:
    """Rows as few large values, put in some at a time, so that not all of them need stand there at once."""

    def __init__(self) -> None:
        self._kinds = defaultdict[Common, int](count().__next__)
        self._commons = array("I")
        self._packed: list[list[Any]] = [[] for _ in _COLUMNS[1:]]
        self._few: list[bool | None] = []

    def add(self, rows: Columns, written: str = "") -> None:
        """Put in more rows. `written` are their moments as they are written, with "\\0" between, where all name UTC."""
        self._few.append(getattr(rows, "_few_decimals", None))
        self._commons.extend(map(self._kinds.__getitem__, rows.commons))
        for name, packed in zip(_COLUMNS[1:], self._packed, strict=True):
            packed.append(written if written and name == "instants" else _PACKED[name](getattr(rows, name)))

    def packed(self) -> "Packed":
        """All of them, as `unpacked` takes them and pickle does quickly."""
        shared = [tuple(getattr(common, name) for name in Common.__slots__) for common in self._kinds]
        few = self._few[0] if len(set(self._few)) == 1 else None
        return few, shared, self._commons, self._packed


Packed = tuple[bool | None, Sequence[tuple[Any, ...]], Sequence[int], Sequence[Sequence[Any]]]


def unpacked(packed: Packed) -> Columns:
    """The rows that were packed."""
    few, shared, commons, columns = packed
    kinds = [Common(*fields) for fields in shared]
    others = (
        _one_after_the_other(list(map(_UNPACKED[name], several)))
        for name, several in zip(_COLUMNS[1:], columns, strict=True)
    )
    return Columns(list(map(kinds.__getitem__, commons)), *others).told_of_decimals(few)


_BETWEEN = "\0"


def _one_text(texts: Sequence[str]) -> "str | int | list[str]":
    """Texts in one; how many they are where all are empty, and they themselves where one has what stands between."""
    if not any(texts):
        return len(texts)
    whole = _BETWEEN.join(texts)
    return whole if whole.count(_BETWEEN) == len(texts) - 1 else list(texts)


def _texts(packed: "str | int | list[str]") -> list[str]:
    if isinstance(packed, int):
        return [""] * packed
    return packed.split(_BETWEEN) if isinstance(packed, str) else packed


def _one_array(numbers: Sequence[Any]) -> "tuple[Sequence[Any], list[int]]":
    """Numbers in an array, and the places of those that are none; as they are where they fit in none."""
    if isinstance(numbers, range):
        return numbers, []
    without = [at for at, one in enumerate(numbers) if one is None] if None in numbers else []
    with suppress(TypeError, OverflowError):  # a part of a cent
        return array("q", [0 if one is None else one for one in numbers] if without else numbers), without
    return list(numbers), []


def _numbers(packed: "tuple[Sequence[Any], list[int]]") -> Sequence[Any]:
    numbers, without = packed
    if isinstance(numbers, range):
        return numbers
    found = list(numbers)
    for at in without:
        found[at] = None
    return found


def _one_of_each(days: Sequence[date]) -> "tuple[list[date], Sequence[int]]":
    """Each day once, and which of them each is."""
    place = {day: at for at, day in enumerate(dict.fromkeys(days))}
    return list(place), array("I", map(place.__getitem__, days))


def _days(packed: "tuple[list[date], Sequence[int]]") -> list[date]:
    return list(map(packed[0].__getitem__, packed[1]))


def _since(instants: Sequence[datetime]) -> "tuple[Sequence[int], Sequence[int], Sequence[int]]":
    """Moments as the days, seconds and microseconds since the first of the calendar."""
    since = [instant - _ZERO for instant in instants]
    return tuple(array("I", map(attrgetter(name), since)) for name in ("days", "seconds", "microseconds"))  # type: ignore[return-value]


def _moments(packed: "str | tuple[Sequence[int], Sequence[int], Sequence[int]]") -> list[datetime]:
    if isinstance(packed, str):
        return list(map(datetime.fromisoformat, packed.split(_BETWEEN)))
    return [_ZERO + since for since in map(timedelta, *packed)]


_ZERO = datetime.min.replace(tzinfo=UTC)
_PACKED: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("ids", "sent", "received", "fees", "notes"), _one_text),
    **dict.fromkeys(("lines", "paid", "worth"), _one_array),
    **{"days": _one_of_each, "instants": _since},
}
_UNPACKED: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("ids", "sent", "received", "fees", "notes"), _texts),
    **dict.fromkeys(("lines", "paid", "worth"), _numbers),
    **{"days": _days, "instants": _moments},
}


class _Chosen(Columns):
    """Some rows of others, each column cut to them when somebody asks for it, a row alone when it is looked at."""

    __slots__ = ("_of", "_places")
    _of: Columns
    _places: Sequence[int]

    def __init__(self, of: Columns, places: Sequence[int]) -> None:
        self._of, self._places = of, places

    def where(self, here: Sequence[Any]) -> Columns:
        return self if all(here) else _Chosen(self._of, array("q", compress(self._places, here)))

    def _part(self, start: int, end: int) -> Columns:
        return _Chosen(self._of, self._places[start:end])

    def days_follow(self) -> bool:
        """They do where they do in the rows that these were chosen from."""
        return self._of.days_follow() or super().days_follow()

    def moments_follow(self) -> bool:
        """They do where they do in the rows that these were chosen from."""
        return self._of.moments_follow() or super().moments_follow()

    def few_decimals(self) -> bool:
        """None has more where none has of the rows that these were chosen from."""
        return self._of.few_decimals() or super().few_decimals()

    def has_notes(self) -> bool:
        """None has where none has of the rows that these were chosen from."""
        return self._of.has_notes() and super().has_notes()

    def __getattr__(self, name: str) -> Any:
        """A column that was not asked for before."""
        if name not in _COLUMNS:
            raise AttributeError(name)
        whole, places = getattr(self._of, name), self._places
        found = whole[places.start : places.stop] if isinstance(places, range) else list(map(whole.__getitem__, places))
        setattr(self, name, found)
        return found

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> Transaction: ...
    @overload
    def __getitem__(self, place: slice) -> Columns: ...
    def __getitem__(self, place: int | slice) -> Transaction | Columns:
        return super().__getitem__(place) if isinstance(place, slice) else self._of[self._places[place]]


def _made(
    common: Common,
    id: str,
    instant: datetime,
    day: date,
    line: int,
    sent: str,
    received: str,
    fees: str,
    paid: Cents,
    worth: Cents | None,
    note: str,
) -> Transaction:
    """One row as an object."""
    return _TRANSACTION(
        Transaction,
        (
            id,
            instant,
            day,
            common.wallet,
            common.kind,
            Source(common.file, line),
            Decimal(sent) if sent else None,
            common.sent_asset,
            Decimal(received) if received else None,
            common.received_asset,
            Decimal(fees) if fees else None,
            common.fee_asset,
            paid,
            worth,
            common.to_wallet,
            common.acquired,
            common.basis_cents,
            common.fmv_cents,
            common.form,
            common.basis_reported,
            common.reported_basis_cents,
            note,
            common.nondeductible,
            common.timed,
            common.gift_tax_cents,
            common.taxable_gift_cents,
            common.related_loss_cents,
        ),
    )


def joined(several: Sequence[Columns]) -> Columns:
    """The rows of all of them, one after the other."""
    if len(several) == 1:
        return several[0]
    rows = Columns(*(_one_after_the_other([getattr(one, name) for one in several]) for name in _COLUMNS))
    return rows.told_of_decimals(all(getattr(one, "_few_decimals", False) for one in several) or None)


def _one_after_the_other(several: Sequence[Sequence[Any]]) -> Sequence[Any]:
    """All that columns have in one; lines that follow one another stay a range."""
    some = [one for one in several if len(one)]
    if len(some) == 1:
        return some[0]
    ranges = [one for one in some if isinstance(one, range)]
    if ranges and len(ranges) == len(some) and all(one.stop == other.start for one, other in pairwise(ranges)):
        return range(ranges[0].start, ranges[-1].stop)
    found: list[Any] = []
    for one in some:
        found.extend(one)
    return found


def alike_in(rows: Columns, others: Sequence[Columns]) -> Columns:
    """`rows` with what they have in common said by the very objects that say it for `others`, where those do."""

    def fields(common: Common) -> tuple[Any, ...]:
        return tuple(getattr(common, name) for name in Common.__slots__)

    known = {fields(common): common for several in others for common in several.kinds()}
    return rows.by_common(lambda common: known.get(fields(common), common))


def by_place(rows: Columns) -> Columns:
    """Rows in the order of their files' names and lines; those of one place stay as they are."""
    files = {common.file for common in rows.kinds()}
    if len(files) < 2 and (isinstance(rows.lines, range) or all(map(le, rows.lines, islice(rows.lines, 1, None)))):
        return rows
    keys = [(common.file, line) for common, line in zip(rows.commons, rows.lines, strict=True)]
    return rows.at(sorted(range(len(rows)), key=keys.__getitem__))


def column(rows: Sequence[Transaction], name: str) -> Sequence[Any]:
    """A field of every row."""
    return rows.column(name) if isinstance(rows, Columns) else list(map(attrgetter(name), rows))


def distinct(rows: Collection[Transaction], *names: str) -> set[Any]:
    """Every combination that rows have of fields that are in no column of their own."""
    return set(map(attrgetter(*names), rows.kinds() if isinstance(rows, Columns) else rows))


def those(rows: Sequence[Transaction], like: Callable[[Any], Any]) -> Sequence[Transaction]:
    """The rows for which `like` holds; it is asked of what rows have in common."""
    if not isinstance(rows, Columns):
        return [row for row in rows if like(row)]
    alike = {common: bool(like(common)) for common in rows.kinds()}
    if not any(alike.values()):
        return ()
    return rows.where(list(map(alike.__getitem__, rows.commons)))


def of_year(rows: Sequence[Transaction], year: int) -> Sequence[Transaction]:
    """The rows of a year."""
    if isinstance(rows, Columns):
        return rows.between(date(year, 1, 1), date(year, 12, 31))
    return [row for row in rows if row.day.year == year]


def noted(rows: Sequence[Transaction]) -> Sequence[Transaction]:
    """The rows with a note."""
    if isinstance(rows, Columns) and not rows.has_notes():
        return ()
    return where(rows, column(rows, "note"))


def where(rows: Sequence[Transaction], here: Sequence[Any]) -> Sequence[Transaction]:
    """The rows for which `here` holds, which is as long as they are; these themselves where it holds for all."""
    if isinstance(rows, Columns):
        return rows.where(here)
    return rows if all(here) else list(compress(rows, here))
