"""A ledger in two parts whose lots know nothing of one another, so that two processes can follow them.

Units of one asset become units of another only where a row carries them over; of a trade each part follows the side
that is its own. `halves` says which assets each part has, `followed` has a copy of this process follow one of them.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from heapq import merge
from itertools import compress, islice, pairwise
from operator import le
from typing import Any, NamedTuple, Protocol, TypeVar

from niner.beside import Beside, free_for_a_copy
from niner.ledger.columns import Columns, Common
from niner.ledger.transaction import Transaction
from niner.lots.allocate import Opening, in_order
from niner.lots.result import MatchResult
from niner.lots.shortage import Shortages
from niner.lots.values import Departure, Disposition, Lot
from niner.values import Source

_MANY = 20_000  # rows from which two processes are sooner done than one

_OUT = frozenset(("disposition", "exchange", "fee", "transfer", "leaves", "carries_over"))


class Way(Protocol):
    """What is asked of a treatment here."""

    @property
    def treatment(self) -> str: ...
    @property
    def fee_is_disposition(self) -> bool: ...


W = TypeVar("W", bound=Way)


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


class Part(NamedTuple):
    """The assets of one part (None for all), its rows and what they do, and which of the ledger's rows they are: a byte
    each, 1 or 0."""

    assets: frozenset[str] | None
    rows: Columns
    ways: Sequence[Any]
    here: bytes


def halves(
    rows: Columns, ways: Sequence[W], brings_in: Collection[str], years: Iterable[tuple[int, int]]
) -> tuple[Callable[[], Part], Callable[[], Part]] | None:
    """The two parts of a ledger, the larger one first, each made when it is called; None where one process is as good.

    `brings_in` are the treatments that bring units in. `years` are the spans that rows are followed by; each row has to
    be in one of them, and the rows in the order of their days.
    """
    if len(rows) < _MANY or not free_for_a_copy() or not _in_order_of_spans(rows.days, list(years)):
        return None
    by_id = {id(way): way for way in ways}
    counts = Counter(_kinds(rows, ways))
    touched = {kind: _assets(kind[0], by_id[kind[1]], brings_in) for kind in counts}
    groups = _groups(touched, by_id)
    weights = Counter[str]()
    for key, count in counts.items():
        weights.update(dict.fromkeys({groups[asset] for asset in touched[key]}, count))
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

    # A byte a row: what two processes look at should be small, since a copy is made of what either touches.
    sides = [frozenset(asset for asset, group in groups.items() if group in mine) for mine in (first, second)]
    marks = {kind: sum(1 << at for at, side in enumerate(sides) if side & of) for kind, of in touched.items()}
    marked = bytes(map(marks.__getitem__, _kinds(rows, ways)))

    def part(at: int) -> Part:
        here = marked.translate(bytes(mark >> at & 1 for mark in range(256)))
        return Part(sides[at], rows.where(here), list(compress(ways, here)), here)

    return (lambda: part(0)), (lambda: part(1))


def _kinds(rows: Columns, ways: Sequence[object]) -> Iterable[tuple[Common, int]]:
    """What each row has in common with others, and the identity of what it does."""
    return zip(rows.commons, map(id, ways), strict=True)


def _in_order_of_spans(days: Sequence[date], years: Sequence[tuple[int, int]]) -> bool:
    """Whether each span's rows are one stretch, and all of the stretches together all of the rows."""
    if not all(map(le, days, islice(days, 1, None))):
        return False
    follow = all(before[1] + 1 == after[0] for before, after in pairwise(years))
    return follow and years[0][0] <= days[0].year and days[-1].year <= years[-1][1]


def _assets(common: Common, way: Way, brings_in: Collection[str]) -> frozenset[str]:
    """The assets of which a row takes units out, or brings units in."""
    found = set[str]()
    if way.treatment in _OUT:
        found.add(common.sent_asset)
    if way.treatment in brings_in or way.treatment == "carries_over":
        found.add(common.received_asset)
    if way.fee_is_disposition:
        found.add(common.fee_asset)
    return frozenset(found - {""})


def _groups(touched: Mapping[tuple[Common, int], frozenset[str]], by_id: Mapping[int, Way]) -> dict[str, str]:
    """By asset the name of those that it has to stay with."""
    groups = {asset: asset for assets in touched.values() for asset in assets}
    for (common, way), assets in touched.items():
        if by_id[way].treatment == "carries_over":
            kept = {groups[asset] for asset in (common.sent_asset, common.received_asset) if asset in assets}
            groups = {asset: min(kept) if group in kept else group for asset, group in groups.items()}
    return groups


def followed(parts: tuple[Callable[[], Part], Callable[[], Part]], follow: Callable[[Part], Followed]) -> Followed:
    """What comes of both parts, the second followed by a copy of this process. Raises NotApart."""
    larger, smaller = parts
    with Beside(lambda: _packed(_placed(follow, smaller()))) as copy:
        mine = _placed(follow, larger())
        return _together(mine, _unpacked(copy.result()))


def _placed(follow: Callable[[Part], Followed], part: Part) -> Followed:
    """What comes of a part, with the places of its rows in the whole ledger."""
    found = follow(part)
    at = list(compress(range(len(part.here)), part.here))
    return found._replace(sold=[at[place - 1] for place in found.sold], left=[at[place - 1] for place in found.left])


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
    tagged = (zip(places, mine, strict=True), zip(others, theirs, strict=True))
    return tuple(one for _, one in merge(*tagged, key=lambda pair: (pair[0], pair[1].kind == "fee")))


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
