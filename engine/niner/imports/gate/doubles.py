"""Events of two files that seem to be one: the same units at the same time, though the files name them differently.

What the same source tells twice is left out while reading; this is what another source, a tracker or another wallet's
name tells again. Equal rows of one file are never in question.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations, pairwise

from niner import exact
from niner.imports.draft import Draft
from niner.imports.events import MONEY, Event
from niner.imports.folder import Imported, in_order
from niner.imports.gate.stakes import Stakes, limit, line_for
from niner.ledger.niner_format import digits
from niner.ledger.transaction import INCOME_KINDS
from niner.values import Finding

_SHOWN = 3
_QUARTER = timedelta(minutes=15)
_TWO_SIDED = ("buy", "sell", "trade")
_MOVES = ("transfer_out", "transfer_in")
_KINDS = frozenset((*_TWO_SIDED, *INCOME_KINDS, *_MOVES))
_MOST_ALIKE = 50
"""So many events with the same units are a habit (a weekly purchase, a daily reward), and only their times tell."""


def doubles(imported: Imported, stakes: Stakes) -> Iterator[Finding]:
    """One finding for each two files that seem to tell the same, with the rulings for the first rows."""
    if len({event.file for event in imported.events} | {one.draft.file for one in imported.settled}) < 2:
        return
    alike: dict[tuple[object, ...], list[Event]] = defaultdict(list)
    for event in _in_several_files(imported):
        alike[_units(event)].append(event)
    pairs: dict[tuple[str, str], list[tuple[Event, Event]]] = defaultdict(list)
    for events in alike.values():
        taken: set[str] = set()
        for one, again in _near(events):
            if one.id not in taken and again.id not in taken and _same(one, again):
                taken |= {one.id, again.id}
                pairs[one.file, again.file].append((one, again))
    for (first, _), several in sorted(pairs.items()):
        count = "One row" if len(several) == 1 else f"{len(several)} rows"
        says = f"{count} of this file and of {first} have the same units at the same time, and both are counted."
        apart = max(abs(again.time - one.time) for one, again in several)
        if apart > timedelta(seconds=_seconds()):
            hours = apart / timedelta(hours=1)
            says += f" Their times are {hours:g} hours apart: one file may have been read in a wrong time zone."
        lines = "; ".join(_ruling(*couple) for couple in several[:_SHOWN])
        todo = f"If they are the same, take one of the files out, or write into decisions.yaml: {lines}"
        cents, other = [stakes.most(again) for _, again in several], several[0][1]
        yield stakes.finding("duplicate-suspected", "review", says, todo, other.place, cents, line_for(other))


def _in_several_files(imported: Imported) -> list[Event]:
    """Events that may be doubles, by time: with the same units as one of another file."""
    matched = {id for pair in imported.transfers for id in (pair.out, pair.into)}
    told = [(_units(event), event) for event in imported.events if event.kind in _KINDS and event.id not in matched]
    settled = [(_units(one.draft), one) for one in imported.settled if one.draft.kind in _KINDS]
    first: dict[tuple[object, ...], str] = {}
    both = {units for units, event in told if first.setdefault(units, event.file) != event.file}
    both |= {units for units, one in settled if first.setdefault(units, one.draft.file) != one.draft.file}
    events = [event for units, event in told if units in both]
    events += [one.event for units, one in settled if units in both]
    return sorted(events, key=in_order)


def _seconds() -> int:
    return int(limit("same_seconds"))


def _units(event: Event | Draft) -> tuple[object, ...]:
    """The units that an event moves, whatever money stands against them, and which way; equal where amounts are."""
    sent, received = event.sent, event.received
    if len(sent) < 2 and len(received) < 2:
        return (
            sent if sent and sent[0].asset not in MONEY else (),
            received if received and received[0].asset not in MONEY else (),
        )
    return tuple(tuple([leg for leg in side if leg.asset not in MONEY]) for side in (sent, received))


def _near(several: list[Event]) -> Iterator[tuple[Event, Event]]:
    """Two by two those of different files; of very many only neighbours in time."""
    ordered = sorted(several, key=lambda event: (event.time, event.file, event.line))
    couples = combinations(ordered, 2) if len(ordered) <= _MOST_ALIKE else pairwise(ordered)
    for one, other in sorted(couples, key=lambda couple: couple[1].time - couple[0].time):
        if one.file != other.file:
            yield (one, other) if one.file < other.file else (other, one)


def _same(one: Event, other: Event) -> bool:
    if (one.kind in _TWO_SIDED) != (other.kind in _TWO_SIDED) or (one.kind in _MOVES) != (other.kind in _MOVES):
        return False
    apart = abs(one.time - other.time)
    if apart <= timedelta(seconds=_seconds()):
        return True
    if not (one.timed and other.timed):
        return one.time.date() == other.time.date() and one.kind in _TWO_SIDED
    exactly = max(digits(leg.quantity.normalize(exact.EXACT)) for leg in (*one.sent, *one.received))
    in_zones = apart <= timedelta(hours=int(limit("zone_hours"))) and not apart % _QUARTER
    return in_zones and one.kind in _TWO_SIDED and exactly >= limit("zone_digits")


def _ruling(one: Event, other: Event) -> str:
    rows = [f"{event.file}:{event.rows[0]}" for event in (one, other)]
    return f"- {{duplicate: [{', '.join(rows)}], keep: {rows[0]}, by: …, on: …, why: …}}"
