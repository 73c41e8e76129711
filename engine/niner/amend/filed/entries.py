"""Rows of Form 8949 and income as return.json has them, so that any two returns can be laid side by side."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from niner.dataclass import dataclass
from niner.exact import written
from niner.lots import Disposition
from niner.money import Amounts, Cents, exact_cents, parse_cents, parse_decimal
from niner.printing.columns import iso_day
from niner.printing.output import income_json
from niner.returns.income import Income
from niner.returns.rows import Row


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of Form 8949 of a return: columns (a) to (h), where it came from, and by which rules. Cents,
    also where the return is printed in whole dollars.
    """

    transaction: str
    kind: str
    asset: str
    wallet: str
    quantity: Decimal
    description: str
    acquired: str
    disposed: str
    proceeds_cents: int
    basis_cents: int
    code: str
    adjustment_cents: int
    gain_cents: int
    term: str
    box: str
    line: str
    file: str
    row: int
    lots: tuple[str, ...]
    rules: tuple[tuple[str, str], ...]
    also: tuple[str, ...] = ()

    @property
    def sums(self) -> Amounts:
        """Columns (d), (e), (g) and (h) as totals add them."""
        return Amounts(self.proceeds_cents, self.basis_cents, self.adjustment_cents, self.gain_cents)

    @property
    def true_basis_cents(self) -> int:
        """The basis that counts: column (e) corrected by column (g)."""
        return self.basis_cents - self.adjustment_cents

    @property
    def printed(self) -> tuple[Any, ...]:
        """What the forms show of it; two entries with the same are the same row."""
        return (
            self.description,
            self.acquired,
            self.disposed,
            self.proceeds_cents,
            self.basis_cents,
            self.code,
            self.adjustment_cents,
            self.term,
            self.box,
            self.line,
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """Digital assets received as income: the amount and the lines it goes to. Cents."""

    transaction: str
    kind: str
    day: str
    asset: str
    wallet: str
    quantity: Decimal
    amount_cents: Cents
    lines: tuple[str, ...]
    file: str
    row: int


def entries(document: Mapping[str, Any]) -> tuple[Entry, ...]:
    """The dispositions of a return.json."""
    alike: dict[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] = {}

    def decided(rules: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The same object for rows of a class, which share what they were decided by."""
        given = tuple(rules.items())
        return alike.get(given) or alike.setdefault(given, tuple(sorted(given)))

    return tuple([_entry(d, d.get("with_cents", d), decided) for d in document.get("dispositions", ())])


def _entry(
    d: Mapping[str, Any],
    amounts: Mapping[str, Any],
    decided: Callable[[Mapping[str, str]], tuple[tuple[str, str], ...]],
) -> Entry:
    return Entry(
        transaction=str(d.get("transaction", "")),
        kind=str(d.get("kind", "")),
        asset=str(d.get("asset", "")),
        wallet=str(d.get("wallet", "")),
        quantity=Decimal(str(d.get("quantity", "0"))),
        description=str(d["description"]),
        acquired=str(d["acquired"]),
        disposed=str(d["disposed"]),
        proceeds_cents=parse_cents(str(amounts["proceeds"])),
        basis_cents=parse_cents(str(amounts["basis"])),
        code=str(d["code"]),
        adjustment_cents=parse_cents(str(amounts["adjustment"])),
        gain_cents=parse_cents(str(amounts["gain"])),
        term=str(d["term"]),
        box=str(d["box"]),
        line=str(d.get("line", "")),
        file=str(d["source"]["file"]),
        row=int(d["source"]["row"]),
        lots=tuple([f"{lot['id']}, {lot['quantity']} of {lot['acquired']}" for lot in d.get("lots", ())]),
        rules=decided(d.get("rules", {})),
        also=tuple(d.get("also", ())),
    )


def entries_of(rows: Sequence[Row]) -> tuple[Entry, ...]:
    """The rows of a return as `entries` has them of its return.json."""
    rules: dict[int, tuple[tuple[str, str], ...]] = {}  # rows of a class share what they were decided by
    found = []
    for row in rows:
        d, sums = row.disposition, row.sums
        decided = rules.get(id(row.because))
        if decided is None:
            decided = tuple(sorted((name, conclusion.rule_id) for name, conclusion in row.because.items()))
            rules[id(row.because)] = decided
        found.append(
            Entry(
                d.transaction,
                d.kind,
                d.asset,
                d.wallet,
                Decimal(written(row.quantity)),
                row.description,
                _iso(row.acquired),
                _day(d.disposed),
                sums.proceeds,
                sums.basis,
                row.code,
                sums.adjustment,
                sums.gain,
                row.term,
                row.box,
                row.line,
                d.source.file,
                d.source.row,
                tuple([_part(part) for part in row.parts]),
                decided,
                row.also,
            )
        )
    return tuple(found)


def _part(part: Disposition) -> str:
    return f"{part.lot}, {written(part.quantity)} of {_day(part.acquired)}"


_day = lru_cache(1 << 14)(date.isoformat)
_iso = lru_cache(1 << 14)(iso_day)


def receipts(document: Mapping[str, Any]) -> tuple[Receipt, ...]:
    """The income of a return.json."""
    return tuple(
        Receipt(
            transaction=str(item.get("transaction", "")),
            kind=str(item["kind"]),
            day=str(item["day"]),
            asset=str(item["asset"]),
            wallet=str(item.get("wallet", "")),
            quantity=Decimal(str(item["quantity"])),
            amount_cents=exact_cents(parse_decimal(str(item["amount"]))),
            lines=tuple(item.get("lines", [item["line"]] if "." in str(item["line"]) else [])),
            file=str(item["source"]["file"]),
            row=int(item["source"]["row"]),
        )
        for item in document.get("income", ())
    )


def receipts_of(income: Sequence[Income]) -> tuple[Receipt, ...]:
    """The income of a return as `receipts` has it of its return.json."""
    return receipts({"income": income_json(income)})
