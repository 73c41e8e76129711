"""Two sets of rows, or of income, side by side: what was added, removed and changed, grouped by what it is."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from niner.amend.entries import Entry, Receipt
from niner.money import Cents, whole_cents

Item = TypeVar("Item", Entry, Receipt)
_BROKER_BOXES = {"A", "B", "D", "E", "G", "H", "J", "K"}


@dataclass(frozen=True, slots=True)
class Change:
    """One transaction's rows (or income) before and after; one side is empty where it was added or removed."""

    what: str
    """In the words of the rules (facts.yaml, difference); `same` where the totals agree."""
    before: tuple[Entry, ...] | tuple[Receipt, ...]
    after: tuple[Entry, ...] | tuple[Receipt, ...]

    @property
    def wallet(self) -> str:
        first = (self.after or self.before)[0]
        return first.description if isinstance(first, Entry) and first.kind == "total" else first.wallet

    @property
    def file(self) -> str:
        return (self.after or self.before)[0].file

    @property
    def is_income(self) -> bool:
        return isinstance((self.after or self.before)[0], Receipt)

    @property
    def amount_cents(self) -> int:
        """By how much gain, or income, changes."""
        return _sum(self.after) - _sum(self.before)


def _sum(items: Iterable[Entry | Receipt]) -> int:
    amounts: Iterable[Cents] = (i.amount_cents if isinstance(i, Receipt) else i.gain_cents for i in items)
    return whole_cents(sum(amounts))


def row_changes(before: Sequence[Entry], after: Sequence[Entry]) -> list[Change]:
    """What differs between two returns' rows, in the order of the later return, what was removed last."""
    pairs = _paired(before, after, lambda e: (e.transaction, e.file, e.kind, e.asset), _same_event)
    kept = {(e.asset, e.disposed, e.kind, e.quantity, e.proceeds_cents) for _, new in pairs for e in new}
    return [
        Change(_what(old, new, kept), old, new)
        for old, new in pairs
        if sorted(e.printed for e in old) != sorted(e.printed for e in new)
    ]


def total_changes(before: Sequence[Entry], after: Sequence[Entry]) -> list[Change]:
    """What differs where the filed side is only the totals of Schedule D.

    Where a line's filed total is that of some of the wallets, the others are what was left out; otherwise the line's
    total is set against all its rows.
    """
    found: list[Change] = []
    filed = {entry.line: entry for entry in before}
    for line in dict.fromkeys([*(e.line for e in after), *filed]):
        rows = [entry for entry in after if entry.line == line]
        total = filed.get(line)
        if total is None:
            found += _left_out(rows)
            continue
        reported = _reported(total, rows, _columns)
        if reported is None:
            # The proceeds of some wallets may still be those filed, with another basis.
            reported = _reported(total, rows, _proceeds) or tuple({entry.wallet for entry in rows})
            those = tuple(entry for entry in rows if entry.wallet in reported)
            found.append(Change("changed_total", (total,), those))
            found += _left_out([entry for entry in rows if entry.wallet not in reported])
            continue
        those = tuple(entry for entry in rows if entry.wallet in reported)
        if _columns(those) != _columns((total,)):
            found.append(Change("rounding", (total,), those))
        else:
            found.append(Change("same", (total,), those))
        found += _left_out([entry for entry in rows if entry.wallet not in reported])
    return found


def _left_out(rows: Sequence[Entry]) -> list[Change]:
    return [Change("omitted_disposition", (), those) for those in _grouped(rows, lambda e: e.transaction).values()]


_MANY_WALLETS = 10


def _reported(
    total: Entry, rows: Sequence[Entry], columns: Callable[[Sequence[Entry]], tuple[int, ...]]
) -> tuple[str, ...] | None:
    """The wallets whose rows make up a filed total, to the cent or as rows rounded to dollars; None where none do."""
    wallets = tuple(dict.fromkeys(entry.wallet for entry in rows))
    wanted = columns((total,))
    in_dollars = all(amount % 100 == 0 for amount in wanted)
    if len(wallets) > _MANY_WALLETS:
        return None
    for size in range(len(wallets), 0, -1):
        for chosen in combinations(wallets, size):
            those = [entry for entry in rows if entry.wallet in chosen]
            slack = 50 * len(those) if in_dollars else 0
            if all(abs(a - b) <= slack for a, b in zip(columns(those), wanted, strict=True)):
                return chosen
    return None


def _proceeds(rows: Sequence[Entry]) -> tuple[int, ...]:
    return (sum(e.proceeds_cents for e in rows),)


def _columns(rows: Sequence[Entry]) -> tuple[int, ...]:
    return (
        sum(e.proceeds_cents for e in rows),
        sum(e.basis_cents for e in rows),
        sum(e.adjustment_cents for e in rows),
    )


def income_changes(before: Sequence[Receipt], after: Sequence[Receipt]) -> list[Change]:
    """What differs between two returns' income."""
    pairs = _paired(
        before, after, lambda r: (r.transaction, r.file, r.kind, r.asset), lambda r: (r.day, r.wallet, r.asset, r.kind)
    )
    found = []
    for old, new in pairs:
        if [(r.amount_cents, r.lines) for r in old] == [(r.amount_cents, r.lines) for r in new]:
            continue
        what = "omitted_income" if not old else "removed_income" if not new else "changed_income"
        if old and new and _sum(old) == _sum(new):
            what = "wrong_character"
        found.append(Change(what, old, new))
    return found


def _paired(
    before: Sequence[Item],
    after: Sequence[Item],
    own_key: Callable[[Item], Hashable],
    event: Callable[[Item], Hashable],
) -> list[tuple[tuple[Item, ...], tuple[Item, ...]]]:
    """The items of each transaction on both sides: by its id, and else by the event itself."""
    old, new = _grouped(before, own_key), _grouped(after, own_key)
    pairs = [(old.pop(key), items) for key, items in list(new.items()) if key in old and new.pop(key)]
    waiting: dict[Hashable, list[tuple[Item, ...]]] = defaultdict(list)
    for items in old.values():
        waiting[event(items[0])].append(items)
    for items in new.values():
        same = waiting[event(items[0])]
        pairs.append((same.pop(0) if same else (), items))
    pairs += [(items, ()) for left in waiting.values() for items in left]
    return pairs


def _grouped(items: Sequence[Item], key: Callable[[Item], Hashable]) -> dict[Hashable, tuple[Item, ...]]:
    groups: dict[Hashable, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return {key: tuple(found) for key, found in groups.items()}


def _same_event(entry: Entry) -> Hashable:
    return entry.disposed, entry.wallet, entry.asset, entry.kind


def _what(old: tuple[Entry, ...], new: tuple[Entry, ...], kept: Collection[tuple[object, ...]]) -> str:
    """The name of a difference, in the words of the rules (facts.yaml, difference)."""
    if not old:
        return "omitted_disposition"
    if not new:
        twice = all((e.asset, e.disposed, e.kind, e.quantity, e.proceeds_cents) in kept for e in old)
        return "doubled_disposition" if twice else "removed_disposition"
    if sum(e.proceeds_cents for e in old) != sum(e.proceeds_cents for e in new):
        return "changed_disposition"
    basis = sum(e.true_basis_cents for e in old), sum(e.true_basis_cents for e in new)
    if basis[0] != basis[1]:
        return "zero_basis" if basis[0] == 0 else "wrong_basis"
    if _gain_by_term(old) != _gain_by_term(new):
        return "wrong_term"
    if {e.box for e in old} != {e.box for e in new}:
        reported = {e.box for e in new} & _BROKER_BOXES
        return "late_1099_da" if reported and not {e.box for e in old} & _BROKER_BOXES else "wrong_box"
    return "changed_disposition"


def _gain_by_term(entries: Sequence[Entry]) -> tuple[int, int]:
    return (
        sum(e.gain_cents for e in entries if e.term == "short"),
        sum(e.gain_cents for e in entries if e.term == "long"),
    )


@dataclass(frozen=True, slots=True)
class Group:
    """Changes of one sort in one wallet and file."""

    what: str
    wallet: str
    file: str
    changes: tuple[Change, ...]

    @property
    def amount_cents(self) -> int:
        return sum(change.amount_cents for change in self.changes)


def groups(changes: Iterable[Change]) -> list[Group]:
    """The changes by what they are, wallet and file, in the order they are first met."""
    found: dict[tuple[str, str, str], list[Change]] = {}
    for change in changes:
        found.setdefault((change.what, change.wallet, change.file), []).append(change)
    return [Group(*key, tuple(those)) for key, those in found.items()]
