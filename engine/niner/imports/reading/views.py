"""Several views of one account to the rows that count: what a better view shows for the same time is left out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from niner.imports.draft import Draft
from niner.imports.events import MONEY
from niner.imports.layouts.language import Format


class Viewed(NamedTuple):
    """A file's rows, by which format, of which wallet."""

    wallet: str
    format: Format
    drafts: Sequence[Draft]


def second_views(files: Mapping[str, Viewed]) -> dict[str, dict[int, str]]:
    """For each file the rows that only show again what a better view of the account shows, and why.

    Rows with the same `view` show the same events; the lowest `rank` of the formats counts for the time that it covers.
    A file that has nothing of a row's assets does not show it: some sources write a file for each coin.
    """
    ranks: dict[tuple[str, str], set[int]] = defaultdict(set)
    for wallet, format, _ in files.values():
        ranks[format.source, wallet].add(format.rank)
    files = {name: one for name, one in files.items() if len(ranks[one.format.source, one.wallet]) > 1}
    spans: dict[tuple[str, str, str], list[_Span]] = defaultdict(list)
    for name, (wallet, format, drafts) in files.items():
        by_view: dict[str, list[Draft]] = defaultdict(list)
        for draft in drafts:
            if draft.view:
                by_view[draft.view].append(draft)
        for view, rows_of_it in by_view.items():
            times = [draft.time for draft in rows_of_it]
            assets = frozenset(asset for draft in rows_of_it for asset in _units(draft))
            span = _Span(name, format.rank, min(times), max(times), assets)
            spans[format.source, wallet, view].append(span)
    found: dict[str, dict[int, str]] = {}
    for name, (wallet, format, drafts) in files.items():
        rows: dict[int, str] = {}
        for draft in drafts:
            better = spans.get((format.source, wallet, draft.view), ()) if draft.view else ()
            shown = next((span.file for span in better if span.rank < format.rank and span.shows(draft)), None)
            if shown:
                rows[draft.row] = f"a second view: {shown} shows the same time"
        if rows:
            found[name] = rows
    return found


class _Span(NamedTuple):
    """What a file shows of an account: from when to when, and of which assets."""

    file: str
    rank: int
    first: datetime
    last: datetime
    assets: frozenset[str]

    def shows(self, draft: Draft) -> bool:
        """Whether the row's event must be in the file. Two views of one event may differ by seconds.

        What came later on the last day is not shown: the file may have been made before it.
        """
        units = _units(draft)
        if units and self.assets.isdisjoint(units):
            return False
        if not draft.timed:
            return self.first.date() <= draft.time.date() <= self.last.date()
        return self.first - _APART <= draft.time <= self.last + _APART


_APART = timedelta(minutes=2)


def _units(draft: Draft) -> list[str]:
    return [leg.asset for leg in (*draft.sent, *draft.received) if leg.asset not in MONEY]
