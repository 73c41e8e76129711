"""A case folder's downloads through every step of this room: read once each, put together, matched, priced, weighed.

Each later step takes an `Imported` and gives one. What the words of the formats' language can't say is a named function
in `reshape`, which turns a table into one that they can.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from niner.case.identifications import unproved
from niner.case.model import Case
from niner.case.rulings import FILE, AnyRuling, read_rulings
from niner.files.reading import DECISIONS_BYTES, Unreadable, read_bytes
from niner.imports.folder import Imported, complete, read_folder
from niner.imports.gate import with_gate
from niner.imports.joining.matching import match
from niner.imports.joining.recorded import filed_allocations, recorded
from niner.imports.joining.ruled import ruled
from niner.imports.prices import price


def read_downloads(
    folder: Path,
    case: Case | None,
    format_dirs: Iterable[Path] = (),
    progress: Callable[[int], None] | None = None,
    zone: ZoneInfo | None = None,
    last_year: int | None = None,
    instead: Sequence[tuple[int, AnyRuling]] | None = None,
) -> Imported:
    """What the ledger folder holds. Never raises for bad input: problems are in the findings.

    `case` is None where case.yaml can't be read: what can be said without it is said. `zone` takes the place of
    its own. `last_year` is the last that is worked out, where that is known: what is later can't make it wrong.
    `instead` take the place of the rulings of decisions.yaml.
    """
    if zone is None and case and case.elections.timezone:
        zone = ZoneInfo(case.elections.timezone)
    read = read_folder(
        folder,
        zone,
        case.sources if case else {},
        case.same_as if case else {},
        format_dirs,
        progress,
    )
    rulings, problems = read_rulings(folder)
    rulings = rulings if instead is None else list(instead)
    decided = ruled(read, rulings)
    read = decided.read
    found = match(read.events, decided.pairs, case.same_as if case else {})
    stable = [name for name, asset in case.assets.items() if asset.class_ == "stablecoin"] if case else []
    same_as = case.same_as if case else {}
    filed = filed_allocations(folder) if rulings else {}
    records, wrong = recorded(rulings, read, found.transfers, same_as, filed)
    worth = price(
        folder,
        read.events,
        found.transfers,
        election=case.elections.price if case else "close",
        stable=stable,
        same_as=case.same_as if case else {},
    )
    imported = replace(
        read,
        events=worth.events,
        transfers=worth.transfers,
        unmatched=found.unmatched,
        missing_prices=worth.missing,
        records=records,
        inputs={**read.inputs, **_decisions(folder), **worth.inputs},
        worths=worth.worths,
        findings=(*read.findings, *problems, *decided.findings, *wrong, *unproved(folder, rulings), *worth.findings),
    )
    return with_gate(imported, case, zone, last_year)


def line_of_row(folder: Path, case: Case, file: str, row: int) -> int | None:
    """The line that a row of a download stands on, which decisions.yaml calls `file:row`; None where it is no event."""
    events = complete(read_downloads(folder, case)).events
    return next((event.line for event in events if event.file == file and row in event.rows), None)


def _decisions(folder: Path) -> dict[str, str]:
    """The sha256 of the rulings, where there are any: what was prepared under others is out of date."""
    try:
        return {FILE: sha256(read_bytes(folder / FILE, DECISIONS_BYTES)).hexdigest()}
    except Unreadable:
        return {}
