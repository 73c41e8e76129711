"""What happened to lots, written down: every time that units of a lot came into a wallet or left it.

The journal is kept beside the lots, not made from what is left of them, so that one proves the other: for any wallet,
asset and day what came in, less what went out, is what is held, in units and in cents.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date
from decimal import Decimal
from hashlib import sha256
from typing import Literal

from niner import exact
from niner.dataclass import dataclass
from niner.ledger.transaction import Transaction
from niner.lots.values import Lot
from niner.values import Source

What = Literal["acquired", "sold", "fee", "left", "moved", "renamed", "pool", "adjusted"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Units of one lot that came into a wallet, or left it: then `quantity` and the amounts are negative.

    `what` is how: `acquired`, `sold`, paid as a `fee`, `left` without a sale, `moved` between one's own wallets,
    `renamed`, or by the common `pool` of all wallets, which gives a lot to a sale of another wallet and puts lots into
    wallets when each becomes a pool of its own; `adjusted` changes the basis alone. `kind` is the row's own; without a
    row `transaction` is empty. `lot` is the transaction that brought the lot. `proceeds_cents` is the lot's share of a
    sale's proceeds.
    """

    lot: str
    what: What
    kind: str
    transaction: str
    source: Source | None
    day: date
    wallet: str
    asset: str
    quantity: Decimal
    basis_cents: int
    proceeds_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Units of one lot in one wallet before or after something: (lot, wallet, asset) and what they are."""

    lot: str
    wallet: str
    asset: str
    quantity: Decimal
    basis_cents: int


def pool_entries(before: Iterable[Held], after: Iterable[Held], day: date) -> list[Entry]:
    """The entries for lots that lie in other wallets after the common pool was shared out among them."""
    change: dict[tuple[str, str, str], tuple[Decimal, int]] = {}
    for sign, lots in ((-1, before), (1, after)):
        for one in lots:
            key = one.lot, one.asset, one.wallet
            units, basis = change.get(key, (Decimal(0), 0))
            added = exact.multiply(one.quantity, Decimal(sign))
            change[key] = exact.add(units, added), basis + sign * one.basis_cents
    return [
        Entry(lot, "pool", "", "", None, day, wallet, asset, units, basis)
        for (lot, asset, wallet), (units, basis) in change.items()
        if units or basis
    ]


@dataclass(frozen=True, slots=True)
class Sum:
    """One kind of entry of a balance: units and basis in cents, negative for what went out."""

    what: What
    kind: str
    quantity: Decimal
    basis_cents: int


@dataclass(frozen=True, slots=True)
class Balance:
    """One wallet's units of one asset: what came in and went out by kind, what that leaves, and what the lots hold."""

    wallet: str
    asset: str
    came_in: tuple[Sum, ...]
    went_out: tuple[Sum, ...]
    quantity: Decimal
    basis_cents: int
    held_quantity: Decimal
    held_basis_cents: int

    @property
    def holds(self) -> bool:
        """Whether in less out is what the lots hold, to the last unit and the cent."""
        return (self.quantity, self.basis_cents) == (self.held_quantity, self.held_basis_cents)


def balances(journal: Iterable[Entry], held: Iterable[Lot]) -> list[Balance]:
    """The balance of every wallet and asset that the journal names, or in which a lot is held."""
    sums: dict[tuple[str, str], dict[tuple[bool, What, str], tuple[Decimal, int]]] = {}
    for entry in journal:
        of = sums.setdefault((entry.wallet, entry.asset), {})
        key = entry.quantity < 0 or (not entry.quantity and entry.basis_cents < 0), entry.what, entry.kind
        units, basis = of.get(key, (Decimal(0), 0))
        of[key] = exact.add(units, entry.quantity), basis + entry.basis_cents
    lots: dict[tuple[str, str], tuple[Decimal, int]] = {}
    for lot in held:
        units, basis = lots.get((lot.wallet, lot.asset), (Decimal(0), 0))
        lots[lot.wallet, lot.asset] = exact.add(units, lot.quantity), basis + lot.basis_cents
    return [
        _balance(wallet, asset, sums.get((wallet, asset), {}), lots.get((wallet, asset), (Decimal(0), 0)))
        for wallet, asset in sorted({*sums, *lots})
    ]


def _balance(
    wallet: str,
    asset: str,
    sums: Mapping[tuple[bool, What, str], tuple[Decimal, int]],
    held: tuple[Decimal, int],
) -> Balance:
    parts = {out: tuple(Sum(w, k, *of) for (o, w, k), of in sorted(sums.items()) if o == out) for out in (False, True)}
    quantity = Decimal(0)
    for units, _ in sums.values():
        quantity = exact.add(quantity, units)
    return Balance(wallet, asset, parts[False], parts[True], quantity, sum(basis for _, basis in sums.values()), *held)


_DIGITS = 12  # of a name: two lots of a million share one by chance once in some hundred ledgers, and are told apart


def lot_names(transactions: Sequence[Transaction]) -> dict[str, str]:
    """A short name for the lot that each transaction brings: transaction id to name.

    It is made of when, where and what came in, so that it stays the same whatever the files are called, in which order
    they are read, and when a price or a kind is corrected. Receipts alike in all of that are numbered.
    """
    alike: dict[str, list[Transaction]] = {}
    for t in transactions:
        if t.received_quantity is None or not t.received_asset:
            continue
        units = f"{t.received_quantity.normalize(exact.EXACT):f}"
        when = t.instant.astimezone(UTC).isoformat() if t.timed else t.day.isoformat()
        told = "\n".join((when, t.wallet.casefold(), t.received_asset, units))
        alike.setdefault(sha256(told.encode()).hexdigest()[:_DIGITS], []).append(t)
    names: dict[str, str] = {}
    for name, those in alike.items():
        those.sort(key=lambda t: (t.kind, t.basis_cents or 0, t.value_cents or 0, t.id))
        for number, t in enumerate(those, 1):
            names[t.id] = name if number == 1 else f"{name}-{number}"
    return names


def reversed_entry(entry: Entry, wallet: str, asset: str = "") -> Entry:
    """The other side of a move: the same units coming into `wallet`, as `asset` where they have a new name."""
    return replace(
        entry,
        wallet=wallet,
        asset=asset or entry.asset,
        quantity=exact.multiply(entry.quantity, Decimal(-1)),
        basis_cents=-entry.basis_cents,
    )
