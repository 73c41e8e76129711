"""Downloads in, events out: what exchanges, wallets and trackers export, as the ledger's own facts.

    path ─ tables ─▶ recognise ─▶ reading (rows to drafts, none twice) ─▶ joining (events, moves) ─▶ prices ─▶ gate

Formats are data (`formats/*.yaml`; their README says how to add one). Start with `downloads`, which runs these steps.
"""

from niner.imports.downloads import line_of_row, read_downloads
from niner.imports.events import Event, Fee, ImportedFile, Leg
from niner.imports.folder import Imported, complete
from niner.imports.ledger import read_ledger

__all__ = [
    "Event",
    "Fee",
    "Imported",
    "ImportedFile",
    "Leg",
    "complete",
    "line_of_row",
    "read_downloads",
    "read_ledger",
]
