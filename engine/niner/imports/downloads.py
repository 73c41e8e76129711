"""A case folder's downloads through every step of this room: read, each row once, put together, matched, priced."""

from collections.abc import Callable, Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from niner.case.model import Case
from niner.imports.folder import Imported, read_folder


def read_downloads(
    folder: Path,
    case: Case | None,
    format_dirs: Iterable[Path] = (),
    progress: Callable[[int], None] | None = None,
    zone: ZoneInfo | None = None,
) -> Imported:
    """What the ledger folder holds. Never raises for bad input: problems are in the findings.

    `case` is None where case.yaml can't be read: what can be said without it is said. `zone` takes the place of
    its own.
    """
    if zone is None and case and case.elections.timezone:
        zone = ZoneInfo(case.elections.timezone)
    return read_folder(
        folder,
        zone,
        case.sources if case else {},
        case.same_as if case else {},
        format_dirs,
        progress,
    )
