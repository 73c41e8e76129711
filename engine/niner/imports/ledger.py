"""A case folder's downloads to the ledger that returns are worked out from."""

from collections.abc import Callable, Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from niner.case.model import Case, Elections
from niner.imports.downloads import read_downloads
from niner.imports.events import Event
from niner.imports.matching import moved
from niner.imports.suspicion import with_suspicions
from niner.imports.transactions import transactions_of
from niner.ledger import Ledger, whole_ledger


def read_ledger(
    folder: Path,
    case: Case | None,
    elections: Elections | None = None,
    format_dirs: Iterable[Path] = (),
    progress: Callable[[int], None] | None = None,
) -> Ledger:
    """Every download of the ledger folder as transactions by time. Problems are in `findings`, with file and row.

    `elections` take the place of the case's own, whose time zone says on which day something happened.
    """
    chosen = elections or (case.elections if case else Elections())
    zone = ZoneInfo(chosen.timezone) if chosen.timezone else None
    imported = read_downloads(folder, case, format_dirs, progress, zone)
    imported = with_suspicions(imported, case.tax_year if case else None, zone)
    told = [transaction for _, transaction in imported.own]
    events: list[Event] = []
    for event in moved(imported.events, imported.transfers):
        same, transaction = imported.same.get(event.place, (None, None))
        if transaction is not None and same == event:
            told.append(transaction)
        else:
            events.append(event)
    made, findings = transactions_of(events, zone, case.same_as if case else {})
    rows = sorted([*told, *made], key=lambda row: (row.source.file, row.source.row))
    return whole_ledger(rows, imported.inputs, [*imported.findings, *findings])
