"""Several views of one account to the rows that count: what a better view shows for the same time is left out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from niner.imports.draft import Draft
from niner.imports.language import Format


class Viewed(NamedTuple):
    """A file's rows, by which format, of which wallet."""

    wallet: str
    format: Format
    drafts: Sequence[Draft]


def second_views(files: Mapping[str, Viewed]) -> dict[str, dict[int, str]]:
    """For each file the rows that only show again what a better view of the account shows, and why.

    Files whose formats name the same `view` show the same events; the lowest `rank` counts for the days that it covers.
    """
    spans: dict[tuple[str, str, str], list[tuple[int, datetime, datetime, str]]] = defaultdict(list)
    for name, (wallet, format, drafts) in files.items():
        if format.view and drafts:
            times = [draft.time for draft in drafts]
            spans[format.source, wallet, format.view].append((format.rank, min(times), max(times), name))
    found: dict[str, dict[int, str]] = {}
    for name, (wallet, format, drafts) in files.items():
        better = [span for span in spans.get((format.source, wallet, format.view), ()) if span[0] < format.rank]
        if not better:
            continue
        rows = found.setdefault(name, {})
        for draft in drafts:
            shown = next((other for _, first, last, other in better if _covers(first, last, draft.time)), None)
            if shown:
                rows[draft.row] = f"a second view: {shown} shows the same time"
    return found


def _covers(first: datetime, last: datetime, time: datetime) -> bool:
    """By days, since two views of one event may differ by seconds."""
    return first.date() <= time.date() <= last.date()
