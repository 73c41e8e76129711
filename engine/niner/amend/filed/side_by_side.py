"""Two sets of rows, or of income, side by side: what was added, removed and changed, grouped by what it is."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from itertools import combinations
from math import comb
from typing import TypeVar

from niner.amend.filed.entries import Entry, Receipt
from niner.dataclass import dataclass
from niner.money import Cents, whole_cents

Item = TypeVar("Item", Entry, Receipt)


@dataclass(frozen=True, slots=True)
class Change:
    """One transaction's rows (or income) before and after; one side is empty where it was added or removed."""

    what: str
    """In the words of the rules (facts.yaml, difference); `same` where the totals agree."""
    before: tuple[Entry, ...] | tuple[Receipt, ...]
    after: tuple[Entry, ...] | tuple[Receipt, ...]

    @property
    def wallet(self) -> str:
        """The wallet that all of it is in; empty where it is in several, or filed totals do not say."""
        wallets = {item.wallet for item in self.after or self.before}
        return wallets.pop() if len(wallets) == 1 else ""

    @property
    def count(self) -> int:
        """How many dispositions, or receipts, it is of: a filed total stands for all that were in it."""
        return len({(item.transaction, item.file) for item in self.after or self.before})

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


def row_changes(before: Sequence[Entry], after: Sequence[Entry], on_no_form: Collection[str]) -> list[Change]:
    """What differs between two returns' rows, in the order of the later return, what was removed last.

    A sale is the same where asset, day, units and proceeds are, whatever it is called and wherever it is held: only
    what then has no partner was left out, or counted twice. `on_no_form` are the lines for what no broker reported.
    """
    if tuple(before) == tuple(after):
        return []
    pairs = _paired(before, after, lambda e: (e.transaction, e.file, e.kind, e.asset), _SAME_SALE)
    kept = {_sale(new) for old, new in pairs if old and new}
    return [
        Change(_what(old, new, kept, on_no_form), old, new)
        for old, new in pairs
        if sorted(e.printed for e in old) != sorted(e.printed for e in new)
    ]


def _sale(rows: Sequence[Entry]) -> tuple[object, ...]:
    """What a disposition is under any name: asset, day, units and proceeds."""
    first = rows[0]
    return first.asset, first.disposed, sum(e.quantity for e in rows), sum(e.proceeds_cents for e in rows)


def _receipt(items: Sequence[Receipt]) -> tuple[object, ...]:
    """What a receipt of income is under any name: asset, day, units and worth."""
    first = items[0]
    return first.asset, first.day, sum(r.quantity for r in items), sum(r.amount_cents for r in items)


# From the surest to the weakest likeness; each is tried on what those before it left over.
_SAME_SALE: Sequence[Callable[[Sequence[Entry]], Hashable]] = (
    lambda rows: (_sale(rows), rows[0].transaction, rows[0].file),
    lambda rows: (_sale(rows), rows[0].wallet, rows[0].kind),
    _sale,
    lambda rows: (rows[0].transaction, rows[0].file, rows[0].kind, rows[0].asset),
    lambda rows: (rows[0].disposed, rows[0].wallet, rows[0].asset, rows[0].kind, sum(e.quantity for e in rows)),
    lambda rows: (rows[0].disposed, rows[0].wallet, rows[0].asset, rows[0].kind),
)
_SAME_RECEIPT: Sequence[Callable[[Sequence[Receipt]], Hashable]] = (
    lambda items: (_receipt(items), items[0].transaction, items[0].file),
    lambda items: (_receipt(items), items[0].wallet, items[0].kind),
    _receipt,
    lambda items: (items[0].transaction, items[0].file, items[0].kind, items[0].asset),
    lambda items: (items[0].day, items[0].wallet, items[0].asset, items[0].kind),
)


def total_changes(before: Sequence[Entry], after: Sequence[Entry]) -> list[Change]:
    """What differs where the filed side is only the totals of Schedule D.

    Where a line's filed total is that of some wallets, it is of those, on whatever line they belong; wallets that are
    left over then were left out. Where a filed total can't be told so, nothing is said of single wallets: it is set
    against all that is left. Rows of `before` that are no totals are among those of `after`.
    """
    known = {id(entry) for entry in before if entry.kind not in TOTALS}
    totals = [entry for entry in before if entry.kind in TOTALS]
    said: dict[str, Change] = {}
    left = [entry for entry in after if id(entry) not in known]

    def take(total: Entry, those: Sequence[Entry], what: str) -> None:
        said[total.line] = Change(what, (total,), tuple(those))
        gone = {id(entry) for entry in those}
        left[:] = [entry for entry in left if id(entry) not in gone]

    def open_totals() -> list[Entry]:
        return [total for total in totals if total.line not in said]

    for total in open_totals():
        if (those := reported(total, [e for e in left if e.line == total.line])) is not None:
            take(total, those, "same" if _columns(those, total) == _columns((total,), total) else "rounding")
    for total in open_totals():
        if (those := reported(total, left)) is not None:
            take(total, those, "wrong_term" if any(e.term != total.term for e in those) else "wrong_box")
    for total in open_totals():
        # The proceeds of some wallets may still be those filed, with another basis.
        rows = [e for e in left if e.line == total.line]
        if total.kind != "gain" and (those := _of_wallets(total, rows, _proceeds)) is not None:
            take(total, those, "changed_total")
    found = [said[line] for line in dict.fromkeys([*(e.line for e in after), *said]) if line in said]
    unknown = open_totals()
    if unknown:
        return [*found, Change("changed_total", tuple(unknown), tuple(left))]
    return [*found, *_left_out(left)]


TOTALS = ("total", "gain")
"""The kinds of entries that stand for a filed line of Schedule D: with its columns, or only with its gain or loss."""


def _left_out(rows: Sequence[Entry]) -> list[Change]:
    return [Change("omitted_disposition", (), those) for those in _grouped(rows, lambda e: e.transaction).values()]


def reported(total: Entry, rows: Sequence[Entry]) -> tuple[Entry, ...] | None:
    """The rows of the wallets that make up a filed total; None where none do, or where it can't be told which."""
    return _of_wallets(total, rows, lambda entries: _columns(entries, total))


def reported_result(gain: int, most_allowed: int, rows: Sequence[Entry]) -> tuple[Entry, ...] | None:
    """The rows of the wallets whose gain or loss is the filed one, both terms together; None where it can't be told.

    A filed loss of `most_allowed` (cents) may be of any larger one.
    """
    at_the_limit = gain <= -most_allowed
    wanted = -most_allowed if at_the_limit else gain

    def fits(those: Sequence[Entry]) -> bool:
        have = sum(entry.gain_cents for entry in those)
        slack = _slack(those, (wanted,))
        return have <= wanted + slack if at_the_limit else abs(have - wanted) <= slack

    return _wallets_that(fits, rows)


_MOST_TRIED, _MOST_ADDED = 5000, 5_000_000


def _of_wallets(
    total: Entry, rows: Sequence[Entry], columns: Callable[[Sequence[Entry]], tuple[int, ...]]
) -> tuple[Entry, ...] | None:
    """The rows of the wallets that make up a filed total, to the cent or as rows rounded to dollars."""
    wanted = columns((total,))

    def fits(those: Sequence[Entry]) -> bool:
        slack = _slack(those, wanted)
        return all(abs(a - b) <= slack for a, b in zip(columns(those), wanted, strict=True))

    return _wallets_that(fits, rows)


def _slack(rows: Sequence[Entry], wanted: Sequence[int]) -> int:
    """By how much rows that were rounded one by one may differ from a total in whole dollars."""
    return 50 * len(rows) if all(amount % 100 == 0 for amount in wanted) else 0


def _wallets_that(fits: Callable[[Sequence[Item]], bool], rows: Sequence[Item]) -> tuple[Item, ...] | None:
    """The rows of the one choice of wallets that fits; of several that lie in one another the largest, else None.

    All wallets together come first: then nothing was left out, whatever else would fit.
    """
    wallets = tuple(dict.fromkeys(entry.wallet for entry in rows))
    most = 2 * len(wallets) + min(_MOST_TRIED, _MOST_ADDED // max(len(rows), 1))
    sizes = range(len(wallets), 0, -1)
    ends = sorted(sizes, key=lambda size: (min(size, len(wallets) - size), -size))
    tried = 0
    fitting: list[frozenset[str]] = []
    for size in ends:
        tried += comb(len(wallets), size)
        if tried > most:
            break
        for chosen in combinations(wallets, size):
            if fits([entry for entry in rows if entry.wallet in chosen]):
                fitting.append(frozenset(chosen))
        if fitting and size == len(wallets):
            break
    largest = max(fitting, key=len, default=None)
    if largest is None or not all(other <= largest for other in fitting):
        return None
    return tuple(entry for entry in rows if entry.wallet in largest)


def _proceeds(rows: Sequence[Entry]) -> tuple[int, ...]:
    return (sum(e.proceeds_cents for e in rows),)


def _columns(rows: Sequence[Entry], total: Entry) -> tuple[int, ...]:
    """The columns that are known of a filed total, added over rows."""
    if total.kind == "gain":
        return (sum(e.gain_cents for e in rows),)
    return (
        sum(e.proceeds_cents for e in rows),
        sum(e.basis_cents for e in rows),
        sum(e.adjustment_cents for e in rows),
    )


def income_changes(before: Sequence[Receipt], after: Sequence[Receipt]) -> list[Change]:
    """What differs between two returns' income."""
    known = {id(receipt) for receipt in after} & {id(receipt) for receipt in before}
    before, after = (tuple(r for r in receipts if id(r) not in known) for receipts in (before, after))
    pairs = _paired(before, after, lambda r: (r.transaction, r.file, r.kind, r.asset), _SAME_RECEIPT)
    if any(receipt.kind == "total" for receipt in before):
        pairs = _income_of_totals(before, after)
    found = []
    for old, new in pairs:
        by_total = any(receipt.kind == "total" for receipt in old)
        if not by_total and _amounts(old) == _amounts(new):
            continue
        what = "omitted_income" if not old else "removed_income" if not new else "changed_income"
        if old and new and _sum(old) == _sum(new):
            what = "same" if by_total else "wrong_character"
        elif by_total and new and abs(_sum(old) - _sum(new)) <= 50 * len(new):
            what = "rounding"
        found.append(Change(what, old, new))
    return found


def _income_of_totals(
    before: Sequence[Receipt], after: Sequence[Receipt]
) -> list[tuple[tuple[Receipt, ...], tuple[Receipt, ...]]]:
    """Income filed as one total beside the receipts it can be of: those of some wallets, or else all of them."""
    wanted = _sum(before)

    def fits(those: Sequence[Receipt]) -> bool:
        return abs(_sum(those) - wanted) <= (50 * len(those) if wanted % 100 == 0 else 0)

    those = _wallets_that(fits, after)
    if those is None:
        return [(tuple(before), tuple(after))]
    taken = {id(receipt) for receipt in those}
    return [(tuple(before), those), *(((), (receipt,)) for receipt in after if id(receipt) not in taken)]


def _amounts(receipts: Sequence[Receipt]) -> list[tuple[Cents, tuple[str, ...]]]:
    return [(receipt.amount_cents, receipt.lines) for receipt in receipts]


def _paired(
    before: Sequence[Item],
    after: Sequence[Item],
    own_key: Callable[[Item], Hashable],
    likenesses: Sequence[Callable[[Sequence[Item]], Hashable]],
) -> list[tuple[tuple[Item, ...], tuple[Item, ...]]]:
    """The items of each transaction on both sides, by each likeness in turn."""
    old, new = list(_grouped(before, own_key).values()), list(_grouped(after, own_key).values())
    partner: dict[int, tuple[Item, ...]] = {}
    for likeness in likenesses:
        waiting: dict[Hashable, list[tuple[Item, ...]]] = defaultdict(list)
        for items in old:
            waiting[likeness(items)].append(items)
        for number, items in enumerate(new):
            if number not in partner and (same := waiting[likeness(items)]):
                partner[number] = same.pop(0)
        old = [items for left in waiting.values() for items in left]
    pairs: list[tuple[tuple[Item, ...], tuple[Item, ...]]] = []
    pairs += [(partner.get(number, ()), items) for number, items in enumerate(new)]
    return pairs + [(items, ()) for items in old]


def _grouped(items: Sequence[Item], key: Callable[[Item], Hashable]) -> dict[Hashable, tuple[Item, ...]]:
    groups: dict[Hashable, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return {key: tuple(found) for key, found in groups.items()}


def _what(
    old: tuple[Entry, ...],
    new: tuple[Entry, ...],
    kept: Collection[tuple[object, ...]],
    on_no_form: Collection[str],
) -> str:
    """The name of a difference, in the words of the rules (facts.yaml, difference)."""
    if not old:
        return "omitted_disposition"
    if not new:
        return "doubled_disposition" if _sale(old) in kept else "removed_disposition"
    if sum(e.proceeds_cents for e in old) != sum(e.proceeds_cents for e in new):
        return "changed_disposition"
    basis = sum(e.true_basis_cents for e in old), sum(e.true_basis_cents for e in new)
    if basis[0] != basis[1]:
        return "zero_basis" if basis[0] == 0 else "wrong_basis"
    if _by_term(old) != _by_term(new):
        return "wrong_term"
    if {e.box for e in old} != {e.box for e in new}:
        was, is_now = (any(e.line not in on_no_form for e in side) for side in (old, new))
        return "late_1099_da" if is_now and not was else "wrong_box"
    return "changed_disposition"


def _by_term(entries: Sequence[Entry]) -> list[tuple[int, int]]:
    """Proceeds and gain of each term: where the gain is nothing, a sale still has its part of the form."""
    of_terms = ([e for e in entries if e.term == term] for term in ("short", "long"))
    return [(sum(e.proceeds_cents for e in those), sum(e.gain_cents for e in those)) for those in of_terms]


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
