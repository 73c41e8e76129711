"""Events of two files that seem to be one: the same units at the same time, though the files name them differently.

What the same source tells twice is left out while reading; this is what another source, a tracker or another wallet's
name tells again. Equal rows of one file are never in question.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import combinations, pairwise
from operator import itemgetter
from typing import NamedTuple

from niner import exact
from niner.imports.events import MONEY, Event
from niner.imports.folder import Imported
from niner.imports.gate.stakes import Stakes, limit, line_for
from niner.imports.reading.own_format import Placed, event_of
from niner.imports.settled import Settled
from niner.ledger.columns import Columns, distinct
from niner.ledger.niner_format import digits
from niner.ledger.transaction import INCOME_KINDS
from niner.ledger.whole import alike_in_all
from niner.values import Finding
from niner.words.suggest import named_for_rulings

_SHOWN = 3
_QUARTER = timedelta(minutes=15)
_DAY = timedelta(days=1)  # longer than two files may be apart that tell the same
_NEVER = datetime.max.replace(tzinfo=UTC)
_IN_ORDER = itemgetter(0, 1, 2)
_new = tuple.__new__
_TWO_SIDED = ("buy", "sell", "trade")
_MOVES = ("transfer_out", "transfer_in")
_KINDS = frozenset((*_TWO_SIDED, *INCOME_KINDS, *_MOVES))
_SORTS = {**dict.fromkeys(_TWO_SIDED, "exchange"), **dict.fromkeys(_MOVES, "move")}  # income is the third
Units = tuple[object, ...]
"""What moves: units and asset that leave, units and asset that come."""
_MOST_ALIKE = 50
"""So many events with the same units are a habit (a weekly purchase, a daily reward), and only their times tell."""


class _Own(NamedTuple):
    """A row in Niner's own format that is no event yet, by its place among them."""

    rows: Placed
    at: int

    @property
    def event(self) -> Event:
        """The same as an event."""
        row, transaction = self.rows[self.at]
        return event_of(transaction, row)


class _One(NamedTuple):
    """An event as far as it is compared; `of` is it, or the row that becomes it where somebody asks."""

    time: datetime
    file: str
    line: int
    kind: str
    timed: bool
    of: Event | Settled | _Own

    @property
    def event(self) -> Event:
        """The event."""
        return self.of if isinstance(self.of, Event) else self.of.event


def doubles(imported: Imported, stakes: Stakes) -> Iterator[Finding]:
    """One finding for each two files that seem to tell the same, with the rulings for the first rows."""
    pairs: dict[tuple[str, str], list[tuple[Event, Event]]] = defaultdict(list)
    for alike in _in_several_files(imported):
        taken: set[tuple[str, int]] = set()
        for one, again in _near(alike):
            if one[1:3] in taken or again[1:3] in taken or not _same(one, again):
                continue
            taken |= {one[1:3], again[1:3]}
            if not _told_of_own(one, again):
                pairs[one.file, again.file].append((one.event, again.event))
    for (first, _), several in sorted(pairs.items()):
        count = "One row" if len(several) == 1 else f"{len(several)} rows"
        says = f"{count} of this file and of {first} have the same units at the same time, and both are counted."
        apart = max(abs(again.time - one.time) for one, again in several)
        if apart > _seconds():
            hours = apart / timedelta(hours=1)
            says += f" Their times are {hours:g} hours apart: one file may have been read in a wrong time zone."
        lines = "; ".join(_ruling(*couple) for couple in several[:_SHOWN])
        todo = f"If they are the same, take one of the files out, or write into decisions.yaml: {lines}"
        cents, other = [stakes.most(again) for _, again in several], several[0][1]
        todo = named_for_rulings(todo, other.file, other.rows[0], other.line)
        yield stakes.finding("duplicate-suspected", "review", says, todo, other.place, cents, line_for(other))


def _in_several_files(imported: Imported) -> Iterator[list[_One]]:
    """Events with the same units, some of one file and some of another that was in use at the time."""
    near = _near_to_others(imported)
    matched = {id for pair in imported.transfers for id in (pair.out, pair.into)}
    alike: dict[Units, list[_One]] = defaultdict(list)
    for event in imported.events:
        if event.kind in _KINDS and event.file in near and event.id not in matched:
            first, last = near[event.file]
            if first <= event.time <= last:
                found = _One(event.time, event.file, event.line, event.kind, event.timed, event)
                alike[_units(event)].append(found)
    file, (first, last) = "", (_NEVER, _NEVER)
    for one in imported.settled:
        _, time, _, _, kind, place, sent, gave, received, got, *_ = one.transaction
        if place.file != file:
            file = place.file
            first, last = near.get(file, (_NEVER, _NEVER))
        if first <= time <= last and kind in _KINDS:
            found = _new(_One, (time, file, place.row, kind, one.transaction.timed, one))
            alike[sent, gave, received, got].append(found)
    for at, key in _own_told_elsewhere(imported.own.rows, near, alike):
        rows = imported.own.rows
        common = rows.commons[at]
        one_row = _Own(imported.own, at)
        alike[key].append(_One(rows.instants[at], common.file, rows.lines[at], common.kind, common.timed, one_row))
    for several in alike.values():
        if len(several) > 1 and any(one[1] != several[0][1] for one in several):
            yield several


def _own_told_elsewhere(
    rows: Columns, near: Mapping[str, tuple[datetime, datetime]], others: Container[Units]
) -> Iterator[tuple[int, Units]]:
    """The places of rows in Niner's own format whose units stand in another file too, and those units.

    `others` are the units of events. Of a row that stands alone, as most, no more is kept than a number.
    """
    near = {file: near[file] for file in distinct(rows, "file") if file in near}
    if not near:
        return
    first_in: dict[int, str] = {}
    twice: set[int] = set()
    looked_at: list[tuple[int, int]] = []
    for at, (common, instant) in enumerate(zip(rows.commons, rows.instants, strict=True)):
        file = common.file
        first, last = near.get(file, (_NEVER, _NEVER))
        if common.kind in _KINDS and first <= instant <= last:
            key = _units_of(rows, at)
            number = hash(key)
            if first_in.setdefault(number, file) != file or key in others:
                twice.add(number)
            looked_at.append((at, number))
    yield from ((at, _units_of(rows, at)) for at, number in looked_at if number in twice)


def _units_of(rows: Columns, at: int) -> Units:
    """`_units` of a row in columns."""
    common, sent, received = rows.commons[at], rows.sent[at], rows.received[at]
    gave, got = common.sent_asset, common.received_asset
    out = (Decimal(sent), gave) if sent and gave not in MONEY else (None, "")
    into = (Decimal(received), got) if received and got not in MONEY else (None, "")
    return *out, *into


def _told_of_own(one: _One, other: _One) -> bool:
    """Whether two rows in Niner's own format are alike in all that is told where ledgers are put together."""
    if not (isinstance(one.of, _Own) and isinstance(other.of, _Own)):
        return False
    return alike_in_all(one.of.rows.rows[one.of.at]) == alike_in_all(other.of.rows.rows[other.of.at])


def _near_to_others(imported: Imported) -> dict[str, tuple[datetime, datetime]]:
    """For each file the time in which another may tell the same: from a day before the first row of the others on."""
    spans = {file.file: (file.first, file.last) for file in imported.files if file.first and file.last}
    found = {}
    for name in spans:
        others = [span for other, span in spans.items() if other != name]
        if others:
            found[name] = min(first for first, _ in others) - _DAY, max(last for _, last in others) + _DAY
    return found


@cache
def _seconds() -> timedelta:
    return timedelta(seconds=int(limit("same_seconds")))


@cache
def _hours() -> timedelta:
    return timedelta(hours=int(limit("zone_hours")))


def _units(event: Event) -> Units:
    """The units that an event moves, whatever money stands against them, and which way; equal where amounts are."""
    sides = [tuple([leg for leg in side if leg.asset not in MONEY]) for side in (event.sent, event.received)]
    if any(len(side) > 1 for side in sides):
        return tuple(sides)
    (sent, gave), (received, got) = (side[0] if side else (None, "") for side in sides)
    return sent, gave, received, got


def _near(several: list[_One]) -> Iterator[tuple[_One, _One]]:
    """Two by two those of different files; of very many only neighbours in time."""
    if len(several) == 2:
        one, other = several
        yield (one, other) if one[1] < other[1] else (other, one)
        return
    ordered = sorted(several, key=_IN_ORDER)
    couples = combinations(ordered, 2) if len(ordered) <= _MOST_ALIKE else pairwise(ordered)
    for one, other in sorted(couples, key=lambda couple: couple[1].time - couple[0].time):
        if one.file != other.file:
            yield (one, other) if one.file < other.file else (other, one)


def _same(one: _One, other: _One) -> bool:
    apart = abs(one.time - other.time)
    if apart > _DAY or _SORTS.get(one.kind) != _SORTS.get(other.kind):
        return False
    if apart <= _seconds():
        return True
    if not (one.timed and other.timed):
        return one.time.date() == other.time.date() and one.kind in _TWO_SIDED
    if apart > _hours() or apart % _QUARTER or one.kind not in _TWO_SIDED:
        return False
    legs = (*one.event.sent, *one.event.received)
    return max(digits(leg.quantity.normalize(exact.EXACT)) for leg in legs) >= limit("zone_digits")


def _ruling(one: Event, other: Event) -> str:
    rows = [f"{event.file}:{event.rows[0]}" for event in (one, other)]
    return f"- {{duplicate: [{', '.join(rows)}], keep: {rows[0]}, by: …, on: …, why: …}}"
