"""A ledger in two parts whose lots know nothing of one another, so that two processes can follow them.

Units of one asset become units of another only where a row carries them over; of a trade each part follows the side
that is its own. `halves` says which assets each part has, `followed` has a copy of this process follow one of them.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from niner.ledger.columns import Columns, Common
from niner.ledger.transaction import Transaction
from niner.lots.allocate import Opening, in_order
from niner.lots.many.kinds import Kinds, W, Way, assets_of
from niner.lots.result import MatchResult
from niner.lots.shortage import Shortages
from niner.lots.values import Departure, Disposition, Lot
from niner.process.beside import Beside, free_for_a_copy
from niner.values import Source

_MANY = 20_000  # rows from which two processes are sooner done than one


class NotApart(Exception):
    """Something is to be told of the ledger that a part of it does not know."""


class Alone(Shortages):
    """Shortages of a part: what is short is told of the whole ledger."""

    def add(
        self, t: Transaction, kind: str, asset: str, wallet: str, wanted: int, lacking: int, elsewhere: dict[str, int]
    ) -> None:
        raise NotApart

    def overdrawn(self, t: Transaction, asset: str, wallet: str, by: int) -> None:
        raise NotApart


class Followed(NamedTuple):
    """What came of some rows, and by how many of them each disposition and departure came about: the place of its row
    counted from 1."""

    result: MatchResult
    sold: list[int]
    left: list[int]


def halves(rows: Columns, kinds: Kinds[W], brings_in: Collection[str]) -> tuple[frozenset[str], frozenset[str]] | None:
    """The assets of the two parts of a ledger, the larger one first; None where one process is as good.

    `brings_in` are the treatments that bring units in.
    """
    if len(rows) < _MANY or not free_for_a_copy():
        return None
    touched = [(common, way, assets_of(common, way, brings_in)) for common, way in kinds.each]
    groups = _groups(touched)
    weights = Counter[str]()
    for kind, count in Counter(kinds.of).items():
        weights.update(dict.fromkeys({groups[asset] for asset in touched[kind][2]}, count))
    first, second = set[str](), set[str]()
    heavy = light = 0
    for group, weight in weights.most_common():
        if heavy <= light:
            first.add(group)
            heavy += weight
        else:
            second.add(group)
            light += weight
    if not second:
        return None
    if heavy < light:
        first, second = second, first
    one, other = (frozenset(asset for asset, group in groups.items() if group in mine) for mine in (first, second))
    return one, other


def _groups(touched: Sequence[tuple[Common, Way, frozenset[str]]]) -> dict[str, str]:
    """By asset the name of those that it has to stay with."""
    groups = {asset: asset for _, _, assets in touched for asset in assets}
    for common, way, assets in touched:
        if way.treatment == "carries_over":
            kept = {groups[asset] for asset in (common.sent_asset, common.received_asset) if asset in assets}
            groups = {asset: min(kept) if group in kept else group for asset, group in groups.items()}
    return groups


def followed(parts: tuple[frozenset[str], frozenset[str]], follow: Callable[[frozenset[str]], Followed]) -> Followed:
    """What comes of the assets of both parts, the second followed by a copy of this process. Raises NotApart."""
    larger, smaller = parts
    with Beside(lambda: _packed(follow(smaller))) as copy:
        mine = follow(larger)
        return _together(mine, _unpacked(copy.result()))


def _together(one: Followed, other: Followed) -> Followed:
    """What both come to, as if all rows had been followed together."""
    a, b = one.result, other.result
    result = MatchResult(
        _merged(one.sold, a.dispositions, other.sold, b.dispositions),
        tuple(sorted((*a.held, *b.held), key=_asset)),
        (),
        tuple(in_order((*a.settled, *b.settled))),
        _merged(one.left, a.departures, other.left, b.departures),
        {year: a.nets.get(year, 0) + b.nets.get(year, 0) for year in sorted({*a.nets, *b.nets})},
        opening=_opening(a.opening, b.opening),
    )
    return Followed(result, [], [])


def _asset(lot: Lot) -> str:
    return lot.asset


T = TypeVar("T", Disposition, Departure)


def _merged(places: list[int], mine: Sequence[T], others: list[int], theirs: Sequence[T]) -> tuple[T, ...]:
    """Both in ledger order; of one row what was sent leaves before what pays its fee."""
    rows = list(zip(chain(places, others), chain(mine, theirs), strict=True))
    rows.sort(key=lambda row: (row[0], row[1].kind == "fee"))
    return tuple([one for _, one in rows])


def _opening(one: Opening | None, other: Opening | None) -> Opening | None:
    if one is None or other is None:
        return one or other
    return replace(
        one,
        pool=tuple(sorted((*one.pool, *other.pool), key=lambda total: total.asset)),
        lots=tuple(sorted((*one.lots, *other.lots), key=_asset)),
        how=dict(sorted({**one.how, **other.how}.items())),
    )


_Packed = tuple[Any, ...]


def _packed(found: Followed) -> _Packed:
    """The same in few large values, column by column, which pickle takes quickly."""
    result = found.result
    rest = replace(result, dispositions=(), held=())
    return rest, _columns(result.dispositions), _columns(result.held), found.sold, found.left


def _unpacked(packed: _Packed) -> Followed:
    rest, dispositions, held, sold, left = packed
    result = replace(rest, dispositions=_rows(Disposition, dispositions), held=_rows(Lot, held))
    return Followed(result, sold, left)


def _columns(rows: Sequence[Any]) -> list[Any]:
    columns: list[Any] = list(zip(*rows, strict=True))
    for at, column in enumerate(columns):
        if isinstance(column[0], Decimal):
            columns[at] = (Decimal, list(map(str, column)))
        elif isinstance(column[0], Source):
            columns[at] = (Source, ([one.file for one in column], [one.row for one in column]))
        else:
            columns[at] = (None, column)
    return columns


def _rows(kind: Any, columns: list[Any]) -> tuple[Any, ...]:
    read: list[Iterable[Any]] = []
    for what, column in columns:
        read.append(map(Decimal, column) if what is Decimal else map(Source, *column) if what is Source else column)
    return tuple(map(kind._make, zip(*read, strict=True)))
