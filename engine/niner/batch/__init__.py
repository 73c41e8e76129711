"""Many clients at once: each case prepared by itself, over the cores of this machine or a cluster's workers.

    ROOT or LIST ─▶ cases ─▶ receipts (what is done) ─▶ chunks ─▶ work (prepare) ─▶ receipts ─▶ manifest for the firm

Nothing but folder paths goes to the workers and nothing but receipts comes back. Start with `pool`.
"""

from niner.batch.cases import PLACE, CaseToDo, cases_of, left_out
from niner.batch.manifest import manifest_csv, manifest_of
from niner.batch.pool import Pool, Stopped, run_batch
from niner.batch.receipts import Receipt
from niner.batch.store import in_a_store

__all__ = [
    "PLACE",
    "CaseToDo",
    "Pool",
    "Receipt",
    "Stopped",
    "cases_of",
    "in_a_store",
    "left_out",
    "manifest_csv",
    "manifest_of",
    "run_batch",
]
