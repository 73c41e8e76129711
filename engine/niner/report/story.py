"""One lot to its story: how it came in, and every move, rename, gift and sale of its units after that."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from niner import exact
from niner.dataclass import dataclass
from niner.ledger import Transaction
from niner.lots import Entry, Lot
from niner.money import dollars_printed, dollars_text
from niner.report.explain import Reason
from niner.report.holdings import said
from niner.returns.rows import Row
from niner.returns.units.holdings import Holdings
from niner.values import Finding, Refused
from niner.words.plain import shown

_LEAST = 4  # characters by which a lot may be named
_PLACE = re.compile(r"(?P<file>.+?)(?P<how>, row |:line |:data row |:)(?P<number>[0-9]{1,9})")


LineOf = Callable[[str, int], int | None]
"""Of a file and a row of it after the header, from 1, the line that it stands on."""


def lot_story(held: Holdings, name: str, line_of: LineOf) -> Reason:
    """The story of the lot that is called `name`, or begins with it, or came by that transaction or row.

    Raises Refused where no lot, or more than one, is meant.
    """
    lot = lot_called(held, name, line_of)
    journal = [entry for entry in held.journal if entry.lot == lot]
    story = _Story(held, lot, journal, {t.id: t for t in held.matched.transactions})
    first = journal[0]
    came = exact.total(entry.quantity for entry in journal if entry.what == "acquired")
    return Reason(
        f"lot {held.name(lot)}: {exact.text(came)} {first.asset}, basis",
        dollars_text(first.basis_cents),
        f"to the end of {held.day}",
        because=(*story.steps(), story.held()),
        cents=first.basis_cents,
    )


def lot_called(held: Holdings, name: str, line_of: LineOf) -> str:
    """The transaction that brought the lot that is meant. Raises Refused.

    `FILE, row 4` (or `FILE:line 4`) is the line, as messages count; `FILE:data row 4` the row after the header, as
    decisions.yaml does; `FILE:4` either, where only one of them brought a lot.
    """
    brought = {entry.lot: entry for entry in held.journal if entry.what == "acquired"}
    asked = name.strip()
    fitting = [lot for lot in brought if asked in (lot, held.name(lot))]
    if place := _PLACE.fullmatch(asked):
        file, how, number = place["file"], place["how"], int(place["number"])
        by_line = [lot for lot, e in brought.items() if e.source and (e.source.file, e.source.row) == (file, number)]
        line = line_of(file, number) if how in (":", ":data row ") else None
        by_row = [lot for lot, e in brought.items() if e.source and (e.source.file, e.source.row) == (file, line)]
        by_line = fitting or by_line  # a row without an id is called by its line
        fitting = by_row if how == ":data row " else by_line if how != ":" else by_line or by_row
        if how == ":" and by_line and by_row and by_line != by_row:
            says = f"“{shown(asked)}” may be the file's line {number}, or data row {number}, as decisions.yaml counts."
            todo = f"Write “{file}:line {number}” or “{file}:data row {number}”: line {line} is data row {number}."
            raise Refused([Finding("lot-unknown", "error", says, todo, value=asked)])
    if not fitting and len(asked) >= _LEAST:
        fitting = [lot for lot in brought if held.name(lot).startswith(asked.lower())]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        says = f"More than one lot begins with “{shown(asked)}”: {', '.join(held.name(lot) for lot in fitting[:8])}."
        raise Refused([Finding("lot-unknown", "error", says, "Give more of its id.", value=asked)])
    says = f"There is no lot “{shown(asked)}” by {held.day}."
    todo = "Give an id as niner lots shows it, or what brought it in: FILE:line N, as messages count its lines, or "
    todo += "FILE:data row N, as decisions.yaml counts its rows."
    raise Refused([Finding("lot-unknown", "error", says, todo, value=asked)])


@dataclass(frozen=True, slots=True)
class _Story:
    held_on: Holdings
    lot: str
    journal: Sequence[Entry]
    rows: dict[str, Transaction]

    def steps(self) -> Iterator[Reason]:
        """What happened, in order of time."""
        sold = self._sold()
        parted: list[Entry] = []
        moved: Entry | None = None
        for entry in self.journal:
            if entry.what == "pool" and entry.transaction:
                moved = entry  # told with the sale that it is for
                continue
            if entry.what == "pool":
                parted.append(entry)
                continue
            if parted:
                yield _parted(parted)
                parted = []
            if entry.what in ("moved", "renamed") and entry.quantity < 0:
                moved = entry
            elif entry.what in ("moved", "renamed") and moved is not None:
                yield self._moved(entry.what, moved, entry)
                moved = None
            elif entry.what in ("sold", "fee"):
                those = sold.get((entry.transaction, entry.kind))
                yield self._sale(entry, those.pop(0) if those else None, moved is not None)
                moved = None
            elif entry.what == "adjusted":
                yield _adjusted(entry)
            else:
                yield self._plain(entry)
                moved = None
        if parted:
            yield _parted(parted)

    def _sold(self) -> dict[tuple[str, str], list[Row]]:
        """The rows of Form 8949 that this lot's sales became, by (transaction, kind)."""
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        years = sorted({entry.day.year for entry in self.journal if entry.what in ("sold", "fee")})
        for year in years:
            for row in self.held_on.matched.rows_of(self.held_on.case.seen_from(year), self.held_on.rules_of):
                if row.disposition.lot == self.lot:
                    found[row.disposition.transaction, row.disposition.kind].append(row)
        return found

    def _why(self, entry: Entry) -> tuple[str, str]:
        """The rule on the row's kind: (what it says, its authority)."""
        row = self.rows.get(entry.transaction)
        if row is None:
            return "", ""
        found = self.held_on.matched.why(row)["treatment"]
        return " ".join(text for text in (found.says, found.open) if text), found.authority

    def _plain(self, entry: Entry) -> Reason:
        """Units that came in, or left without a sale."""
        says, authority = self._why(entry)
        if entry.what == "acquired":
            what = f"{entry.day}: {_units(entry)} came in by {said(entry.what, entry.kind)}, {entry.wallet}"
            says = " ".join(text for text in (says, self._paid_with(entry), self._gift(entry)) if text)
        else:
            what = f"{entry.day}: {_units(entry)} left by {said(entry.what, entry.kind)}, {entry.wallet}"
        return _reason(what, entry, says, authority)

    def _paid_with(self, entry: Entry) -> str:
        """The lots that were given up for this one in an exchange."""
        given = [e for e in self.held_on.journal if e.transaction == entry.transaction and e.what == "sold"]
        if not given:
            return ""
        lots = ", ".join(dict.fromkeys(f"{self.held_on.name(e.lot)} ({_units(e)})" for e in given))
        return f"Given for it: lot {lots}."

    def _gift(self, entry: Entry) -> str:
        """The two bases of a gift, its tax and the date that the donor's brings along; a related seller's loss."""
        row = self.rows.get(entry.transaction)
        if row is None:
            return ""
        said = [f"Acquired {row.acquired}."] if row.acquired else []
        amounts = {
            "Worth then": row.fmv_cents,
            "Gift tax paid": row.gift_tax_cents,
            "The related seller's loss that was not allowed:": row.related_loss_cents,
        }
        said += [f"{what} {dollars_printed(cents)}." for what, cents in amounts.items() if cents is not None]
        return " ".join(said)

    def _moved(self, what: str, out: Entry, into: Entry) -> Reason:
        says, authority = self._why(into)
        if what == "renamed":
            text = f"{into.day}: {_units(out)} became {_units(into)}, {into.wallet}"
        else:
            text = f"{into.day}: {_units(into)} moved from {out.wallet} to {into.wallet}"
        return _reason(text, into, says, authority)

    def _sale(self, entry: Entry, row: Row | None, from_pool: bool) -> Reason:
        """What a sale made of its part of the lot; without a row of the form (refused), the amounts alone."""
        how = "paid as a fee" if entry.what == "fee" else {"sell": "sold", "spend": "spent"}.get(entry.kind, "given up")
        what = f"{entry.day}: {_units(entry)} {how}, {entry.wallet}"
        pool = " The common pool gave it from another wallet." if from_pool else ""
        if row is None:
            says = f"Proceeds {dollars_printed(entry.proceeds_cents or 0)}.{pool}"
            return _reason(what, entry, says, "")
        term = row.because["term"]
        amounts = f"Proceeds {dollars_printed(row.proceeds_cents)} less basis {dollars_printed(row.basis_cents)}"
        place = f"{row.term}-term, box {row.box}" + (f", code {row.code}" if row.code else "")
        says = f"{amounts}, {place}.{pool} {self._got(entry)}{term.says}"
        where = f"{entry.source}" if entry.source else ""
        what += ", loss" if row.gain_cents < 0 else ", gain"
        return Reason(what, dollars_text(row.gain_cents), says, term.authority, where, cents=row.gain_cents)

    def _got(self, entry: Entry) -> str:
        """The lot that an exchange brought."""
        got = [e for e in self.held_on.journal if e.transaction == entry.transaction and e.what == "acquired"]
        return f"Got for it: {_units(got[0])}, lot {self.held_on.name(got[0].lot)}. " if got else ""

    def held(self) -> Reason:
        """What is still held, and whether nothing was lost on the way."""
        lots = [lot for lot in self.held_on.lots if lot.id == self.lot]
        basis = sum(lot.basis_cents for lot in lots)
        left = sum(entry.basis_cents for entry in self.journal)
        agrees = left == basis and exact.total(e.quantity for e in self.journal) == exact.total(
            o.quantity for o in lots
        )
        says = "in less out is what is held, to the cent" if agrees else "in less out is NOT what is held"
        parts = tuple(self._open(lot) for lot in lots)
        what = "still held, basis" if lots else "nothing is held any more"
        return Reason(what, dollars_text(basis), says, because=parts, cents=basis)

    def _open(self, lot: Lot) -> Reason:
        term = self.held_on.terms[lot]
        says = f"long-term from {term.with_gain}" if term.with_gain else ""
        if term.with_loss and term.with_loss != term.with_gain:
            says += f", a loss from {term.with_loss}"
        what = f"{exact.text(lot.quantity)} {lot.asset} in {lot.wallet}, basis"
        return Reason(what, dollars_text(lot.basis_cents), says, cents=lot.basis_cents)


def _units(entry: Entry) -> str:
    return f"{exact.text(abs(entry.quantity))} {entry.asset}"


def _reason(what: str, entry: Entry, says: str, authority: str) -> Reason:
    basis = abs(entry.basis_cents)
    return Reason(f"{what}, basis", dollars_text(basis), says, authority, f"{entry.source or ''}", cents=basis)


def _adjusted(entry: Entry) -> Reason:
    """A basis that changed while no unit came or went."""
    why = entry.kind.replace("_", " ")
    what = f"{entry.day}: basis {'raised' if entry.basis_cents > 0 else 'lowered'} ({why}), {entry.wallet}"
    return Reason(what, dollars_text(entry.basis_cents), source=f"{entry.source or ''}", cents=entry.basis_cents)


def _parted(entries: Sequence[Entry]) -> Reason:
    """Units of the lot put into wallets where each of them becomes a pool, or only lies, of its own."""
    parts = tuple(
        _reason(f"{_units(entry)} {'into' if entry.quantity > 0 else 'out of'} {entry.wallet}", entry, "", "")
        for entry in sorted(entries, key=lambda e: (e.quantity > Decimal(0), e.wallet))
    )
    says = (
        "The common pool of all wallets does not follow a lot; here its units are put where the rows say that they lie."
    )
    return Reason(f"{entries[0].day}: put into wallets", says=says, because=parts)
