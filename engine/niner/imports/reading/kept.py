"""Tables in Niner's own format that were read, kept for whoever reads the same bytes again in the same way.

A return that is amended is worked out from the ledger as it is and from the one that was locked with it: a file that
stands in both is read once.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from niner.dataclass import dataclass
from niner.imports.layouts.recognise import Layout
from niner.imports.reading.own_format import OwnRows, read_own
from niner.imports.tables.sheet import Sheet

_Key = tuple[str, str, ZoneInfo | None, frozenset[tuple[str, str]]]


@dataclass(slots=True)
class _Kept:
    """Tables by the bytes and name of their file and how they were read, and what is to be done once all are read."""

    tables: dict[_Key, tuple[Layout, OwnRows]]
    then: Callable[[], object] | None


_KEPT: list[_Kept] = []


@contextmanager
def tables_kept(then: Callable[[], object] | None = None) -> Iterator[None]:
    """Within it each table that is read stays in memory; `then` is called once, when those of a folder are read."""
    _KEPT.append(_Kept({}, then))
    try:
        yield
    finally:
        _KEPT.pop()


def all_read() -> None:
    """The tables of a folder are read: who waits for them goes on."""
    for kept in _KEPT:
        then, kept.then = kept.then, None
        if then is not None:
            then()


def read_once(
    sheet: Sheet,
    sha256: str,
    layout: Layout,
    zone: ZoneInfo | None,
    same_as: Mapping[str, str],
    progress: Callable[[int], None] | None = None,
) -> OwnRows:
    """What `read_own` gives of a table of a file with these bytes, which takes no time where it is kept."""
    if not _KEPT:
        return read_own(sheet, layout, zone, same_as, progress)
    kept, key = _KEPT[-1].tables, (sha256, sheet.name, zone, frozenset(same_as.items()))
    if key not in kept or kept[key][0] != layout:
        kept[key] = layout, read_own(sheet, layout, zone, same_as, progress)
    return kept[key][1]
