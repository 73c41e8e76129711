"""The preparer's rulings put into the events: rows that are something else, rows that are one, and moves.

What they say of lots is read by recorded.py.

Rulings name rows as `file:row`, the file as it lies in the case folder and the row as `niner ledger` counts it: data
rows after the header, from 1.
"""

from collections.abc import Iterable
from decimal import Decimal

from niner.case.rulings import FILE, AnyRuling, Duplicate, Reclassified, Transfer, of_brokers
from niner.dataclass import dataclass
from niner.imports.events import MONEY, Event
from niner.imports.folder import Imported
from niner.imports.joining.named_rows import NamedRows, Wrong
from niner.ledger.kinds import SHAPES
from niner.ledger.words import advice
from niner.values import Finding, Source
from niner.words.plain import shown

MATCHABLE = ("transfer_out", "transfer_in")


@dataclass(frozen=True, slots=True)
class Ruled:
    """What was read, as ruled, the pairs of ids that are moves with the reason given, and what was found."""

    read: Imported
    pairs: tuple[tuple[str, str, str], ...]
    findings: tuple[Finding, ...]


def ruled(read: Imported, rulings: Iterable[tuple[int, AnyRuling]]) -> Ruled:
    """The rulings put into what was read. Of rows that are no events yet only those become some that are changed."""
    return _Rulings(read).apply(rulings)


class _Rulings:
    def __init__(self, read: Imported) -> None:
        self._rows = NamedRows(read)
        self._named: dict[str, int] = {}

    def apply(self, rulings: Iterable[tuple[int, AnyRuling]]) -> Ruled:
        pairs: list[tuple[str, str, str]] = []
        findings: list[Finding] = []
        for line, ruling in rulings:
            try:
                if isinstance(ruling, Transfer):
                    pairs.append(self._pair(line, ruling))
                elif of_brokers(ruling):
                    continue  # what brokers reported is another room's
                elif isinstance(ruling, Duplicate):
                    self._drop(line, ruling)
                elif isinstance(ruling, Reclassified):
                    self._change(line, ruling)
            except Wrong as wrong:
                findings.append(Finding("ruling", "error", str(wrong), wrong.todo, source=Source(FILE, line)))
        return Ruled(self._rows.result(), tuple(pairs), tuple(findings))

    def _event(self, line: int, name: str, told_again: bool = True) -> Event:
        """The one event that a row belongs to; each may be ruled on once."""
        event = self._rows.find(name) if told_again else self._rows.exactly(name)
        if event.id in self._named:
            says = f"{name} is ruled on a second time; the first stands on row {self._named[event.id]}."
            raise Wrong(says, "Keep one of the two.")
        self._named[event.id] = line
        return event

    def _pair(self, line: int, ruling: Transfer) -> tuple[str, str, str]:
        first, second = (self._event(line, row) for row in ruling.transfer)
        out, into = (first, second) if first.sent else (second, first)
        if not out.sent or out.received or into.sent or not into.received:
            raise Wrong("A transfer has one row that sends and one that receives.", "Check which rows are meant.")
        if out.sent[0].asset != into.received[0].asset:
            says = f"One row sends {out.sent[0].asset}, the other receives {into.received[0].asset}."
            raise Wrong(says, "A move keeps the asset; see same_as under assets if it has two names.")
        if into.received[0].quantity > out.sent[0].quantity:
            says = f"More arrives ({into.received[0].quantity:f}) than was sent ({out.sent[0].quantity:f})."
            raise Wrong(says, "Look for another row that arrived with it.")
        for event, kind in ((out, "transfer_out"), (into, "transfer_in")):
            self._rows.change(event, event._replace(kind=kind))
        return out.id, into.id, ruling.why

    def _drop(self, line: int, ruling: Duplicate) -> None:
        events = {row: self._event(line, row, told_again=False) for row in ruling.duplicate}
        if ruling.keep not in events:
            raise Wrong(f"{ruling.keep} is neither of the two rows.", "Keep one of those under `duplicate`.")
        for row, event in events.items():
            if row != ruling.keep:
                self._rows.change(event, None)

    def _change(self, line: int, ruling: Reclassified) -> None:
        event = self._event(line, ruling.row)
        kind = ruling.is_ or event.kind
        if kind not in SHAPES:
            raise Wrong(f"“{shown(kind)}” is no kind.", advice("kind", kind[:40], tuple(SHAPES)))
        shape = SHAPES[kind]
        for side, wanted, verb in ((event.sent, shape.sent, "sends"), (event.received, shape.received, "receives")):
            has = any(leg.asset not in MONEY for leg in side)
            if has and wanted == "no":
                raise Wrong(f"A row that {verb} units can't be {kind}.", "Check the kind and the row.")
            if not has and wanted == "yes":
                raise Wrong(f"A {kind} {verb} units, and this row does not.", "Check the kind and the row.")
        if ruling.acquired and ruling.acquired > event.time.date():
            raise Wrong("The units were acquired after this row.", "Check `acquired` and the row.")
        if kind == "transfer":
            raise Wrong("A move has two rows.", "Write `transfer: [row, row]`.")
        for name in ("gift_tax_usd", "taxable_gift_usd", "related_loss_usd"):
            if getattr(ruling, name) is not None and name not in shape.origin:
                raise Wrong(f"A {kind} row has no {name}.", "Check the kind, or leave it out.")
        if kind == "gift_in" and bool(ruling.gift_tax_usd) != bool(ruling.taxable_gift_usd):
            raise Wrong("gift_tax_usd and taxable_gift_usd go together.", "Take both from the donor's Form 709.")
        if ruling.gift_tax_usd and not ruling.acquired and not event.acquired:
            raise Wrong("A gift with gift_tax_usd needs acquired.", "Write the day the donor acquired the units.")
        changed = event._replace(
            kind=kind,
            usd_value=_dollars(ruling.usd_value, event.usd_value),
            fmv_usd=_dollars(ruling.fmv_usd, event.fmv_usd),
            basis_usd=_dollars(ruling.basis_usd, event.basis_usd),
            acquired=ruling.acquired.isoformat() if ruling.acquired else event.acquired,
            gift_tax_usd=_dollars(ruling.gift_tax_usd, event.gift_tax_usd),
            taxable_gift_usd=_dollars(ruling.taxable_gift_usd, event.taxable_gift_usd),
            related_loss_usd=_dollars(ruling.related_loss_usd, event.related_loss_usd),
            price=None if ruling.usd_value is not None else event.price,
            note=event.note or ruling.why,
        )
        self._rows.change(event, changed)


def _dollars(cents: int | None, known: Decimal | None) -> Decimal | None:
    return known if cents is None else Decimal(cents).scaleb(-2)
