"""Rows that a ruling names as `file:row` to the one event each belongs to, or what is wrong with the name.

Most rows of a ledger are no events yet: those of Niner's own format that are complete, and those of exports that leave
nothing to be asked. One of them becomes an event when it is named, and the others stay as they are.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from itertools import groupby
from operator import attrgetter

from niner.imports.events import Event, LeftOut
from niner.imports.folder import Imported, in_order
from niner.imports.reading.own_format import Placed, event_of
from niner.imports.settled import Settled
from niner.ledger.columns import distinct
from niner.ledger.transaction import Transaction
from niner.values import Source
from niner.words.plain import shown
from niner.words.suggest import near


class Wrong(Exception):
    """What is wrong with a ruling, and `todo`, what to do about it."""

    def __init__(self, says: str, todo: str) -> None:
        super().__init__(says)
        self.todo = todo


class NamedRows:
    """The rows of what was read, by their names. `events` are those that there are, by id."""

    def __init__(self, read: Imported) -> None:
        self.read = read
        self.events = {event.id: event for event in read.events}
        self._became: dict[Source, tuple[Event, Transaction]] = {}  # rows that became events, as they were read

    @cached_property
    def _left_out(self) -> Mapping[str, Mapping[int, LeftOut]]:
        """Why a row is no event, by file and row."""
        return {file.file: {one.row: one for one in file.left_out} for file in self.read.files}

    @cached_property
    def _at(self) -> dict[tuple[str, int], list[str]]:
        found: dict[tuple[str, int], list[str]] = defaultdict(list)
        for event in self.read.events:
            for row in event.rows:
                found[event.file, row].append(event.id)
        return found

    @cached_property
    def _with_rows(self) -> set[str]:
        """The files of which there are rows, in whichever form."""
        settled = {one.transaction.source.file for one in self.read.settled}
        return {file for file, _ in self._at} | distinct(self.read.own.rows, "file") | settled

    @cached_property
    def _own_at(self) -> Mapping[str, Mapping[int, int]]:
        """The places of the rows in Niner's own format, by file and data row."""
        found: dict[str, dict[int, int]] = defaultdict(dict)
        own, start = self.read.own, 0
        for file, several in groupby(map(attrgetter("file"), own.rows.commons)):
            end = start + len(list(several))
            found[file].update(zip(own.numbers[start:end], range(start, end), strict=True))
            start = end
        return found

    @cached_property
    def _settled_at(self) -> Mapping[tuple[str, int], Settled]:
        return {(one.event.file, row): one for one in self.read.settled for row in one.event.rows}

    def _no_event_yet(self, file: str, row: int) -> tuple[Event, Transaction] | None:
        """A row that is no event, as one, and as the transaction that it is."""
        own = self.read.own
        at = self._own_at.get(file, {}).get(row) if own else None
        if at is not None:
            transaction = own.rows[at]
            return event_of(transaction, row), transaction
        settled = self._settled_at.get((file, row)) if self.read.settled else None
        return (settled.event, settled.transaction) if settled else None

    def own_place(self, name: str) -> int | None:
        """Where a row in Niner's own format stands that counts and is no event yet; None for any other."""
        file, _, number = name.rpartition(":")
        places = self._own_at.get(file)
        if places is None:
            return None
        row = int(number)
        if row in self._left_out.get(file, ()) or (file, row) in self._at:
            return None
        return places.get(row)

    def find(self, name: str) -> Event:
        """The one event that a row belongs to, or the row that tells the same where it is left out. Raises Wrong."""
        seen = {name}
        while True:
            file, _, row = name.rpartition(":")
            left = self._left_out.get(file, {}).get(int(row))
            if left is None or not left.told or left.told in seen:
                return self.exactly(name)
            name = left.told
            seen.add(name)

    def exactly(self, name: str) -> Event:
        """The one event that this very row belongs to. Raises Wrong."""
        file, _, row = name.rpartition(":")
        known = self._at.get((file, int(row)))
        if known is None and (found := self._no_event_yet(file, int(row))):
            return found[0]
        ids = [id for id in known or () if id in self.events]
        if not ids:
            why = self._left_out.get(file, {}).get(int(row))
            if why:
                raise Wrong(f"{name} is no event: {why.why}.", "Take the ruling out, or name the row that counts.")
            files = sorted(self._with_rows | set(self._left_out))
            if file not in files:
                close = near(file, files)
                todo = f"Did you mean {close}?" if close else "Write the file as it lies in the case folder."
                raise Wrong(f"{name} names no file that was read.", todo)
            if file not in self._with_rows:
                todo = "Repair the file first, as is told of it; then the row is there."
                raise Wrong(f"{name} is a row of a file of which nothing could be read.", todo)
            todo = "Rows are counted here from 1 after the header; `niner ledger` shows those of each event."
            raise Wrong(f"{name} names no row that is an event.", todo)
        if len(ids) > 1:
            todo = "Name another row that belongs to the one that is meant."
            raise Wrong(f"{name} belongs to {len(ids)} events.", todo)
        return self.events[ids[0]]

    def change(self, event: Event, changed: Event | None) -> None:
        """Put `changed` in the place of an event that was found, or take it out. Raises Wrong."""
        names = [(event.file, row) for row in event.rows]
        if names[0] not in self._at and (found := self._no_event_yet(*names[0])):
            if event.id in self.events:
                says = f"{event.file}:{event.rows[0]} has the id “{shown(event.id)}”, which another row has too."
                raise Wrong(says, "Give one of them another id first.")
            self._became[event.place] = found
            self._at.update({name: [event.id] for name in names})
        if changed is None:
            self.events.pop(event.id, None)
        else:
            self.events[event.id] = changed

    def result(self) -> Imported:
        """What was read, with the events as they are now."""
        if not self._became:
            return replace(self.read, events=tuple(self.events.values()))
        own, became = self.read.own, self._became
        lines = {place.row for place in became}
        stay = [
            line not in lines or (common.file, line) not in became
            for common, line in zip(own.rows.commons, own.rows.lines, strict=True)
        ]
        numbers = [number for number, stays in zip(own.numbers, stay, strict=True) if stays]
        return replace(
            self.read,
            events=tuple(sorted(self.events.values(), key=in_order)),
            own=own if all(stay) else Placed(numbers, own.rows.where(stay)),
            settled=tuple(one for one in self.read.settled if one.transaction.source not in became),
            same={**self.read.same, **became},
        )
