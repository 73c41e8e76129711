"""The receipts of a batch to the firm's own list: each case by its number, and what it came to. Names only if asked."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from niner.batch.cases import CaseToDo
from niner.batch.receipts import Receipt
from niner.money import dollars_text

_SEVERITIES = ("error", "review", "note")
_COLUMNS = ("case", "year", "state", *_SEVERITIES, "refund", "owed", "deadline", "seconds", "why")


def manifest_of(
    done: Sequence[tuple[CaseToDo, Receipt]], seconds: float, names: bool, today: date, left_out: int = 0
) -> dict[str, Any]:
    """The manifest as plain data; amounts are decimal text in dollars. `names`: with the folder of each case.
    `left_out`: so many folders beside them are no cases."""
    return {
        "cases": [_entry(case, receipt, names, today) for case, receipt in done],
        "left_out": left_out,
        "states": dict(Counter(receipt.state for _, receipt in done)),
        "seconds": round(seconds, 3),
    }


def _entry(case: CaseToDo, receipt: Receipt, names: bool, today: date) -> dict[str, Any]:
    findings = receipt.findings or {}
    return {
        "case": case.id,
        **({"folder": str(case.folder)} if names else {}),
        "year": receipt.year or case.year,
        "state": receipt.state,
        "findings": {severity: findings.get(severity, 0) for severity in _SEVERITIES},
        "refund": None if receipt.refund_cents is None else dollars_text(receipt.refund_cents),
        "owed": None if receipt.owed_cents is None else dollars_text(receipt.owed_cents),
        "deadline": receipt.due if receipt.due >= today.isoformat() else "",
        "seconds": receipt.seconds,
        "why": receipt.why,
    }


def manifest_csv(manifest: Mapping[str, Any]) -> bytes:
    """The same as a table."""
    text = io.StringIO()
    named = any("folder" in entry for entry in manifest["cases"])
    columns = [*_COLUMNS[:1], *(["folder"] if named else []), *_COLUMNS[1:]]
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for entry in manifest["cases"]:
        writer.writerow({**entry, **entry["findings"]})
    return text.getvalue().encode(errors="surrogateescape")
