"""Many clients at once: each case prepared by itself, over the cores of this machine or a cluster's workers.

    ROOT or LIST ──▶ cases ──▶ receipts ──▶ chunks ──▶ workers (work.py) ──▶ receipts ──▶ manifest
                              what is done           prepare, receipt last             for the firm

Nothing but folder paths goes to the workers, which read the cases from storage that they share, and nothing but a
receipt comes back: no name, path or number of a client is in a log, a task's name or an error.
"""

from niner.batch.cases import CaseToDo, cases_of
from niner.batch.manifest import manifest_csv, manifest_of
from niner.batch.pool import Pool, run_batch
from niner.batch.receipts import Receipt

__all__ = ["CaseToDo", "Pool", "Receipt", "cases_of", "manifest_csv", "manifest_of", "run_batch"]
