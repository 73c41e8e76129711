"""Rows that a ruling names as `file:row` to the one event each belongs to, or what is wrong with the name."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from niner.imports.events import Event, LeftOut
from niner.suggest import near


class Wrong(Exception):
    """What is wrong with a ruling, and `todo`, what to do about it."""

    def __init__(self, says: str, todo: str) -> None:
        super().__init__(says)
        self.todo = todo


class NamedRows:
    """`events` by the rows they are made of; `left_out` gives, by file and row, why a row is no event."""

    def __init__(self, events: Sequence[Event], left_out: Mapping[str, Mapping[int, LeftOut]]) -> None:
        self.events = {event.id: event for event in events}
        self._all = events
        self._left_out = left_out

    @cached_property
    def _at(self) -> Mapping[tuple[str, int], list[str]]:
        found: dict[tuple[str, int], list[str]] = defaultdict(list)
        for event in self._all:
            for row in event.rows:
                found[event.file, row].append(event.id)
        return found

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
        ids = [id for id in self._at.get((file, int(row)), []) if id in self.events]
        if not ids:
            why = self._left_out.get(file, {}).get(int(row))
            files = sorted({file for file, _ in self._at} | set(self._left_out))
            if why:
                raise Wrong(f"{name} is no event: {why.why}.", "Take the ruling out, or name the row that counts.")
            if file not in files:
                close = near(file, files)
                todo = f"Did you mean {close}?" if close else "Write the file as it lies in the case folder."
                raise Wrong(f"{name} names no file that was read.", todo)
            if file not in {file for file, _ in self._at}:
                todo = "Repair the file first, as is told of it; then the row is there."
                raise Wrong(f"{name} is a row of a file of which nothing could be read.", todo)
            todo = "Rows are counted here from 1 after the header; `niner ledger` shows those of each event."
            raise Wrong(f"{name} names no row that is an event.", todo)
        if len(ids) > 1:
            todo = "Name another row that belongs to the one that is meant."
            raise Wrong(f"{name} belongs to {len(ids)} events.", todo)
        return self.events[ids[0]]
