"""Downloads in, events out: what exchanges, wallets and trackers export, as the ledger's own facts.

    path ─ sheet ──▶ recognise ──▶ compile, read ──▶ once ──▶ assemble ──▶ matching ──▶ prices ──▶ ledger
           tables    which format  rows to drafts    no row   legs to      halves to    dollars    columns
           of text   (catalogue)   (language)        twice    events       moves

`downloads.read_downloads` runs these steps for a case folder; each later step takes an `Imported` and gives one.
Formats are data (`formats/*.yaml`; their README says how to add one). What the words of the language can't say is a
named function in `reshape`, which turns a table into one that they can.
"""

from niner.imports.downloads import read_downloads
from niner.imports.events import Event, Fee, ImportedFile, Leg
from niner.imports.folder import Imported, complete
from niner.imports.ledger import read_ledger

__all__ = ["Event", "Fee", "Imported", "ImportedFile", "Leg", "complete", "read_downloads", "read_ledger"]
