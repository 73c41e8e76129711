"""The preparer's rulings put into the events: rows that are something else, rows that are one, and moves.

Rulings name rows as `file:row`, the file as it lies in the case folder and the row as `niner ledger` counts it: data
rows after the header, from 1.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from niner.case.rulings import FILE, AnyRuling, Duplicate, Reclassified, Transfer
from niner.imports.events import MONEY, Event
from niner.ledger.kinds import SHAPES
from niner.suggest import near
from niner.values import Finding, Source

MATCHABLE = ("transfer_out", "transfer_in")


@dataclass(frozen=True, slots=True)
class Ruled:
    """The events as ruled, the pairs of ids that are moves with the reason given, and what was found."""

    events: tuple[Event, ...]
    pairs: tuple[tuple[str, str, str], ...]
    findings: tuple[Finding, ...]


def ruled(
    events: Sequence[Event], rulings: Iterable[tuple[int, AnyRuling]], left_out: Mapping[str, Mapping[int, str]]
) -> Ruled:
    """`left_out` gives, by file and row, why a row is no event: what a ruling that names it must be told."""
    return _Rulings(events, left_out).apply(rulings)


class _Wrong(Exception):
    def __init__(self, says: str, todo: str) -> None:
        super().__init__(says)
        self.todo = todo


class _Rulings:
    def __init__(self, events: Sequence[Event], left_out: Mapping[str, Mapping[int, str]]) -> None:
        self._events = {event.id: event for event in events}
        self._left_out = left_out
        self._at: dict[tuple[str, int], list[str]] = defaultdict(list)
        for event in events:
            for row in event.rows:
                self._at[event.file, row].append(event.id)
        self._named: dict[str, int] = {}

    def apply(self, rulings: Iterable[tuple[int, AnyRuling]]) -> Ruled:
        pairs: list[tuple[str, str, str]] = []
        findings: list[Finding] = []
        for line, ruling in rulings:
            try:
                if isinstance(ruling, Transfer):
                    pairs.append(self._pair(line, ruling))
                elif isinstance(ruling, Duplicate):
                    self._drop(line, ruling)
                elif isinstance(ruling, Reclassified):
                    self._change(line, ruling)
                else:
                    findings.append(_unread(line))
            except _Wrong as wrong:
                findings.append(Finding("ruling", "error", str(wrong), wrong.todo, source=Source(FILE, line)))
        return Ruled(tuple(self._events.values()), tuple(pairs), tuple(findings))

    def _event(self, line: int, name: str) -> Event:
        """The one event that a row belongs to; each may be ruled on once."""
        file, _, row = name.rpartition(":")
        ids = [id for id in self._at.get((file, int(row)), []) if id in self._events]
        if not ids:
            why = self._left_out.get(file, {}).get(int(row))
            files = sorted({file for file, _ in self._at} | set(self._left_out))
            if why:
                raise _Wrong(f"{name} is no event: {why}.", "Take the ruling out, or name the row that counts.")
            if file not in files:
                close = near(file, files)
                todo = f"Did you mean {close}?" if close else "Write the file as it lies in the case folder."
                raise _Wrong(f"{name} names no file that was read.", todo)
            raise _Wrong(f"{name} names no row that is an event.", "`niner ledger` shows the rows of each event.")
        if len(ids) > 1:
            todo = "Name another row that belongs to the one that is meant."
            raise _Wrong(f"{name} belongs to {len(ids)} events.", todo)
        if ids[0] in self._named:
            says = f"{name} is ruled on a second time; the first stands on row {self._named[ids[0]]}."
            raise _Wrong(says, "Keep one of the two.")
        self._named[ids[0]] = line
        return self._events[ids[0]]

    def _pair(self, line: int, ruling: Transfer) -> tuple[str, str, str]:
        first, second = (self._event(line, row) for row in ruling.transfer)
        out, into = (first, second) if first.sent else (second, first)
        if not out.sent or out.received or into.sent or not into.received:
            raise _Wrong("A transfer has one row that sends and one that receives.", "Check which rows are meant.")
        if out.sent[0].asset != into.received[0].asset:
            says = f"One row sends {out.sent[0].asset}, the other receives {into.received[0].asset}."
            raise _Wrong(says, "A move keeps the asset; see same_as under assets if it has two names.")
        if into.received[0].quantity > out.sent[0].quantity:
            says = f"More arrives ({into.received[0].quantity:f}) than was sent ({out.sent[0].quantity:f})."
            raise _Wrong(says, "Look for another row that arrived with it.")
        for event, kind in ((out, "transfer_out"), (into, "transfer_in")):
            self._events[event.id] = replace(event, kind=kind)
        return out.id, into.id, ruling.why

    def _drop(self, line: int, ruling: Duplicate) -> None:
        events = {row: self._event(line, row) for row in ruling.duplicate}
        if ruling.keep not in events:
            raise _Wrong(f"{ruling.keep} is neither of the two rows.", "Keep one of those under `duplicate`.")
        for row, event in events.items():
            if row != ruling.keep:
                del self._events[event.id]

    def _change(self, line: int, ruling: Reclassified) -> None:
        event = self._event(line, ruling.row)
        kind = ruling.is_ or event.kind
        if kind not in SHAPES:
            close = near(kind, SHAPES)
            raise _Wrong(f"“{kind}” is no kind.", f"Did you mean {close}?" if close else f"Kinds: {', '.join(SHAPES)}.")
        shape = SHAPES[kind]
        for side, wanted, verb in ((event.sent, shape.sent, "sends"), (event.received, shape.received, "receives")):
            has = any(leg.asset not in MONEY for leg in side)
            if has and wanted == "no":
                raise _Wrong(f"A row that {verb} units can't be {kind}.", "Check the kind and the row.")
            if not has and wanted == "yes":
                raise _Wrong(f"A {kind} {verb} units, and this row does not.", "Check the kind and the row.")
        if ruling.acquired and ruling.acquired > event.time.date():
            raise _Wrong("The units were acquired after this row.", "Check `acquired` and the row.")
        if kind == "transfer":
            raise _Wrong("A move has two rows.", "Write `transfer: [row, row]`.")
        self._events[event.id] = replace(
            event,
            kind=kind,
            usd_value=_dollars(ruling.usd_value, event.usd_value),
            fmv_usd=_dollars(ruling.fmv_usd, event.fmv_usd),
            basis_usd=_dollars(ruling.basis_usd, event.basis_usd),
            acquired=ruling.acquired.isoformat() if ruling.acquired else event.acquired,
            price=None if ruling.usd_value is not None else event.price,
            note=event.note or ruling.why,
        )


def _dollars(cents: int | None, known: Decimal | None) -> Decimal | None:
    return known if cents is None else Decimal(cents).scaleb(-2)


def _unread(line: int) -> Finding:
    says = "A ruling on lots is not read by this version."
    todo = "What it says is not in the return: check the lots by hand."
    return Finding("not-read-yet", "review", says, todo, source=Source(FILE, line))
