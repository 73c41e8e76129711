"""Rows that a ruling names as `file:row` to the one event each belongs to, or what is wrong with the name."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from niner.imports.events import Event
from niner.suggest import near


class Wrong(Exception):
    """What is wrong with a ruling, and `todo`, what to do about it."""

    def __init__(self, says: str, todo: str) -> None:
        super().__init__(says)
        self.todo = todo


class NamedRows:
    """`events` by the rows they are made of; `left_out` gives, by file and row, why a row is no event."""

    def __init__(self, events: Sequence[Event], left_out: Mapping[str, Mapping[int, str]]) -> None:
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
        """The one event that a row belongs to. Raises Wrong."""
        file, _, row = name.rpartition(":")
        ids = [id for id in self._at.get((file, int(row)), []) if id in self.events]
        if not ids:
            why = self._left_out.get(file, {}).get(int(row))
            files = sorted({file for file, _ in self._at} | set(self._left_out))
            if why:
                raise Wrong(f"{name} is no event: {why}.", "Take the ruling out, or name the row that counts.")
            if file not in files:
                close = near(file, files)
                todo = f"Did you mean {close}?" if close else "Write the file as it lies in the case folder."
                raise Wrong(f"{name} names no file that was read.", todo)
            raise Wrong(f"{name} names no row that is an event.", "`niner ledger` shows the rows of each event.")
        if len(ids) > 1:
            todo = "Name another row that belongs to the one that is meant."
            raise Wrong(f"{name} belongs to {len(ids)} events.", todo)
        return self.events[ids[0]]
