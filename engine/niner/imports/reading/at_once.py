"""Rows that are settled while they are read: halves of exchanges put together, and all of them back to drafts.

Whatever asks for rows of several files to be compared, or for more than two rows to be put together, wants drafts.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from niner.dataclass import dataclass
from niner.imports.draft import Draft
from niner.imports.layouts.language import Format
from niner.imports.layouts.settling import Half
from niner.imports.reading.assemble import name_of, of_two
from niner.imports.settled import Ready, Settled, Settling, place_in
from niner.ledger.transaction import Transaction
from niner.money import MOST_CENTS, exact_cents

_new = tuple.__new__  # what Transaction(…) comes to, without matching names to places for every row

Row = Draft | Settled | Half
"""A row as it was read: what it says, the transaction that it is, or half of one."""


def drafts_of(rows: Iterable[Row]) -> list[Draft]:
    """What each row says."""
    return [row if isinstance(row, Draft) else row.made.ready(row.at)[0] for row in rows]


@dataclass(slots=True)
class Joined:
    """The rows of a file as transactions, those that are not settled, and the keys of what was put together."""

    settled: list[Settled]
    drafts: list[Draft]
    keys: set[tuple[str, ...]]


def joined(rows: Sequence[Row], format: Format, settling: Settling, file: str) -> Joined:
    """The rows of a file, with halves put together where exactly two have the same key, as most."""
    found = Joined([row for row in rows if row.__class__ is Settled], [], set())
    if len(found.settled) == len(rows):
        return found
    halves: dict[tuple[str, ...], list[Half]] = defaultdict(list)
    taken: dict[tuple[str, ...], int] = defaultdict(int)
    for row in rows:
        if row.__class__ is Half:
            halves[row.key].append(row)
        elif row.__class__ is Draft:
            found.drafts.append(row)
            if row.group:
                taken[row.group, *row.key] += 1
    pairs = _Pairs(format, settling, file)
    for key, several in halves.items():
        one = pairs.settled(*several) if len(several) == 2 and key not in taken and any(key[1:]) else None
        if one is not None:
            found.settled.append(one)
        else:
            found.drafts += drafts_of(several)
    found.keys = {key for key in (*halves, *taken) if any(key[1:])}
    found.drafts.sort(key=lambda draft: draft.row)
    return found


class _Pairs:
    """Exchanges of two rows of a file."""

    guessed = False

    def __init__(self, format: Format, settling: Settling, file: str) -> None:
        self._format, self._settling, self._file = format, settling, file
        self._pairs: list[tuple[Half, Half]] = []

    def ready(self, at: int) -> Ready:
        """The draft of a pair, and its rows."""
        return self._whole(*self._pairs[at])

    def _whole(self, *halves: Half) -> Ready:
        one, other = drafts_of(halves)
        whole = of_two(self._format.groups[one.group], one, other)
        assert whole is not None
        return whole

    def settled(self, one: Half, other: Half) -> Settled | None:
        """The transaction of two halves; None where it is not plain."""
        if other.time < one.time:
            one, other = other, one
        _, _, _, at, first, gave, paid, native, line, note, wallet, timed = one
        _, _, _, _, second, got, paid_too, again, line_too, note_too, _, _ = other
        if first < 0 < second:
            out, into = first.copy_negate(), second
        elif second < 0 < first:
            out, into, gave, got = second.copy_negate(), first, got, gave
        else:
            return None
        gives, gets = self._settling.usual[gave], self._settling.usual[got]
        if (gives, gets) == ("dollars", "units"):
            kind, value = "buy", exact_cents(out)
            sent, gave, received = None, "", into
        elif (gives, gets) == ("units", "dollars"):
            kind, value = "sell", exact_cents(into)
            sent, received, got = out, None, ""
        else:
            return None
        if (paid and paid_too) or value > MOST_CENTS or paid + paid_too > MOST_CENTS:
            return None
        if again and again != native:
            native = f"{min(native, again)}+{max(native, again)}" if native else again
        if note != note_too:
            note = "; ".join(filter(None, (note, note_too)))
        place = place_in(self._file, min(line, line_too))
        transaction: Transaction = _new(
            Transaction,
            (f"{wallet}:{native}" if native else "", at, self._settling.days.of(at), wallet, kind, place, sent, gave,
             received, got, None, "", paid + paid_too, value, "", None, None, None, "none", False, None, note,
             "not_said", timed, None, None, None),
        )  # fmt: skip
        if not native:
            transaction = transaction._replace(id=name_of(self._whole(one, other)[0]))
        self._pairs.append((one, other))
        return Settled(transaction, self, len(self._pairs) - 1)
