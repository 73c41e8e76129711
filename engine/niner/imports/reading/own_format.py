"""Niner's own ledger format among the downloads: its transactions, and the events that say the same."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import overload
from zoneinfo import ZoneInfo

from niner.dataclass import dataclass
from niner.exact import EXACT
from niner.imports.events import Event, Fee, LeftOut, Leg
from niner.imports.layouts.recognise import Layout
from niner.imports.reading.read import Read, each_block
from niner.imports.tables.sheet import Halves, Sheet
from niner.ledger import niner_format
from niner.ledger.columns import Columns, Packed, Packing, alike_in, distinct, joined, unpacked
from niner.ledger.table import Block, Table, columns_of
from niner.ledger.transaction import Transaction
from niner.money import Cents, exact_text
from niner.process.beside import Beside, free_for_a_copy
from niner.values import Finding


@dataclass(frozen=True, slots=True)
class Placed(Sequence[tuple[int, Transaction]]):
    """Transactions, each with its data row."""

    numbers: Sequence[int] = ()
    rows: Columns = field(default_factory=Columns)

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[tuple[int, Transaction]]:
        return zip(self.numbers, self.rows, strict=True)

    @overload
    def __getitem__(self, place: int) -> tuple[int, Transaction]: ...
    @overload
    def __getitem__(self, place: slice) -> "Placed": ...
    def __getitem__(self, place: int | slice) -> "tuple[int, Transaction] | Placed":
        if isinstance(place, slice):
            return Placed(self.numbers[place], self.rows[place])
        return self.numbers[place], self.rows[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Placed) and list(self.numbers) == list(other.numbers) and self.rows == other.rows

    def kinds(self) -> set[str]:
        """The kinds of the transactions."""
        return set(distinct(self.rows, "kind"))


def placed(rows: Sequence[tuple[int, Transaction]]) -> Placed:
    """Rows that were chosen one by one."""
    if isinstance(rows, Placed):
        return rows
    return Placed([number for number, _ in rows], Columns.of(transaction for _, transaction in rows))


def together(several: Iterable[Placed]) -> Placed:
    """The rows of all of them, one after the other."""
    those = [one for one in several if len(one)]
    if len(those) == 1:
        return those[0]
    return Placed([number for one in those for number in one.numbers], joined([one.rows for one in those]))


@dataclass(frozen=True, slots=True)
class OwnRows:
    """Transactions with their data row, how many rows there are, those left out, and what was found."""

    rows: Placed
    count: int
    left_out: tuple[LeftOut, ...]
    findings: tuple[Finding, ...]
    wallet: str

    @property
    def events(self) -> tuple[Event, ...]:
        """The same, as events."""
        return tuple(event_of(transaction, row) for row, transaction in self.rows)


def read_own(
    sheet: Sheet,
    layout: Layout,
    zone: ZoneInfo | None,
    same_as: Mapping[str, str],
    progress: Callable[[int], None] | None = None,
) -> OwnRows:
    """The rows of a table in Niner's own format. Rows have as many cells as the header; others become findings.

    A long table is read by two processes. Where the second finds anything to say, or a row that is none, all of it is
    read again by one, so that everything is said in its order.
    """
    halves = sheet.in_two() if free_for_a_copy() else None
    found = _read_in_two(halves, layout, zone, same_as, progress) if halves else None
    if found is None:
        found = _read(sheet, layout, layout.line, zone, same_as, progress)
    transactions, first, read = joined(found.blocks), layout.line, found.read
    wallets = set(distinct(transactions, "wallet"))
    wallet = wallets.pop() if len(wallets) == 1 else ""
    lines, elsewhere = transactions.lines, found.elsewhere
    numbers: Sequence[int]
    if isinstance(lines, range) and not elsewhere:
        numbers = range(lines.start - first, lines.stop - first)
    else:
        numbers = [elsewhere.get(line, line - first) for line in lines]
    said = (*read.findings, *found.findings)
    return OwnRows(Placed(numbers, transactions), read.rows, tuple(read.left_out), said, wallet)


@dataclass(frozen=True, slots=True)
class _Part:
    """Some rows of a table as they were read; `elsewhere` are the data rows by line where these are not in step."""

    blocks: Sequence[Columns]
    findings: Sequence[Finding]
    read: Read
    elsewhere: Mapping[int, int]

    @property
    def plain(self) -> bool:
        """Whether every line is a row, of which there is nothing to say but of its cells."""
        return not (self.read.findings or self.read.left_out or self.elsewhere)


def _read_in_two(
    halves: Halves,
    layout: Layout,
    zone: ZoneInfo | None,
    same_as: Mapping[str, str],
    progress: Callable[[int], None] | None,
) -> _Part | None:
    """Both halves, the other one read by a copy of this process; None where that is not plain."""

    def other() -> tuple[Packed, int, int] | None:
        tail, line = halves.second()
        packing = Packing()
        part = _read(tail, layout, line, zone, same_as, None, packing)
        return (packing.packed(), part.read.rows, line) if part.plain and not part.findings else None

    with Beside(other) as copy:
        one = _read(halves.first, layout, layout.line, zone, same_as, progress)
        rest = copy.result() if one.plain else None
    if rest is None:
        return None
    packed, count, line = rest
    if one.read.rows != line - layout.line:
        return None
    one.read.rows += count
    return replace(one, blocks=[*one.blocks, alike_in(unpacked(packed), one.blocks)])


def _are(written: Sequence[str], moments: Sequence[datetime]) -> bool:
    """Whether times are written with UTC and are those moments."""
    with suppress(ValueError):
        found = list(map(datetime.fromisoformat, written))
        return found == moments and list(map(attrgetter("tzinfo"), found)).count(UTC) == len(found)
    return False


def _read(
    sheet: Sheet,
    layout: Layout,
    first: int,
    zone: ZoneInfo | None,
    same_as: Mapping[str, str],
    progress: Callable[[int], None] | None,
    packing: Packing | None = None,
) -> _Part:
    """The rows of a sheet; `first` is the line before the first one, while rows stand on one line each.

    `packing` takes up the rows, which then are in no block.
    """
    read = Read()
    dated = layout.header.index("time") if "time" in layout.header else None
    times: Sequence[str] = ()  # of the block that is being read
    elsewhere: dict[int, int] = {}

    def blocks() -> Iterator[Block]:
        nonlocal times
        for numbers, lines, rows in each_block(sheet, layout, read):
            if lines[0] != first + numbers[0] or lines[-1] != first + numbers[-1]:
                elsewhere.update(zip(lines, numbers, strict=True))
            if packing is not None and dated is not None:
                times = columns_of(rows)[dated]
            yield lines, rows

    def pack(rows: Columns) -> None:
        assert packing is not None
        packing.add(rows, "\0".join(times) if times and _are(times, rows.instants) else "")

    found = blocks()
    table = Table(sheet.name, tuple(layout.header), found, ())
    blocks_of, findings = niner_format.read_blocks(
        table, zone, progress, same_as, pack if packing is not None else None
    )
    for _ in found:  # under a header that is wrong none is read: they are counted, and the torn ones told
        pass
    return _Part(blocks_of, findings, read, elsewhere)


def event_of(transaction: Transaction, row: int) -> Event:
    """The event that a transaction is."""
    (
        id, instant, _, wallet, kind, place, sent_quantity, sent_asset, received_quantity, received_asset,
        fee_quantity, fee_asset, fee_cents, value_cents, to_wallet, acquired, basis_cents, fmv_cents, form,
        basis_reported, reported_basis_cents, note, nondeductible, timed, gift_tax_cents, taxable_gift_cents,
        related_loss_cents,
    ) = transaction  # fmt: skip
    value = None if value_cents is None else _dollars(value_cents)
    sent = (Leg(sent_quantity, sent_asset),) if sent_quantity is not None else ()
    received = (Leg(received_quantity, received_asset),) if received_quantity is not None else ()
    if value is not None and not sent and kind in ("buy", "cash_out"):
        sent = (Leg(value, "USD"),)
    if value is not None and not received and kind in ("sell", "cash_in"):
        received = (Leg(value, "USD"),)
    fees: tuple[Fee, ...] = ()
    if fee_quantity is not None:
        fees = (Fee(fee_quantity, fee_asset, _dollars(fee_cents)),)
    elif fee_cents:
        paid = _dollars(fee_cents) or Decimal(0)
        fees = (Fee(paid, "USD", paid),)
    given = (basis_cents, fmv_cents, reported_basis_cents, gift_tax_cents, taxable_gift_cents, related_loss_cents)
    basis, fmv, reported_basis, gift_tax, taxable_gift, related_loss = (
        _NONE_GIVEN if given == _NONE_GIVEN else [None if one is None else _dollars(one) for one in given]
    )
    found: Event = _new(
        Event,
        (id, place.file, (row,), place.row, instant, wallet, kind, sent, received, fees, value, None, to_wallet,
         acquired.isoformat() if acquired else "", basis, fmv, form, basis_reported, reported_basis, nondeductible,
         "Niner", "", "", note, timed, gift_tax, taxable_gift, related_loss),
    )  # fmt: skip
    return found


_new = tuple.__new__  # what Event(…) comes to, without matching names to places for every row
_NONE_GIVEN = (None,) * 6


def _dollars(amount: Cents) -> Decimal:
    """Exact cents as dollars; a share of a cent that never ends ends at the cent."""
    return Decimal(amount).scaleb(-2, EXACT) if isinstance(amount, int) else Decimal(exact_text(amount))
