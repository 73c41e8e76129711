"""What `niner brokers --json` prints of the files and rows of the folder brokers/."""

from collections.abc import Sequence
from typing import Any

from niner.brokers.totals import totals
from niner.brokers.values import Brokers, ReportedSale
from niner.money import exact_text
from niner.values import Finding


def brokers_document(
    brokers: Brokers, year: int, open_rows: Sequence[ReportedSale], findings: Sequence[Finding]
) -> dict[str, Any]:
    """Files, rows and totals of a tax year, as plain data; amounts are decimal text in dollars. `open_rows` are those
    that are no sale of the ledger."""
    rows = brokers.of(year)
    return {
        "tax_year": year,
        "files": [file.as_json() for file in brokers.files],
        "rows": [row.as_json() for row in rows],
        "totals": [
            {
                "broker": one.broker,
                "account": one.account,
                "form": one.form,
                "code": one.code,
                "kind": one.kind,
                "rows": one.rows,
                "reported": exact_text(one.reported),
                "basis": exact_text(one.basis),
                "withheld": exact_text(one.withheld),
            }
            for one in totals(rows)
        ],
        "withheld": exact_text(brokers.withheld_in(year)),
        "open": [row.name for row in open_rows],
        "findings": [finding.as_json() for finding in findings],
    }
