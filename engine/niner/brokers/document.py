"""What `niner brokers --json` prints."""

from collections.abc import Sequence
from typing import Any

from niner.brokers.totals import totals
from niner.brokers.values import Brokers
from niner.money import exact_text
from niner.values import Finding


def brokers_document(brokers: Brokers, year: int, findings: Sequence[Finding]) -> dict[str, Any]:
    """Files, rows and totals of a tax year, as plain data; amounts are decimal text in dollars."""
    rows = brokers.of(year)
    return {
        "tax_year": year,
        "files": [file.as_json() for file in brokers.files],
        "rows": [row.as_json() for row in rows],
        "totals": [
            {
                "broker": total.broker,
                "account": total.account,
                "form": total.form,
                "code": total.code,
                "kind": total.kind,
                "rows": total.rows,
                "reported": exact_text(total.reported),
                "basis": exact_text(total.basis),
                "withheld": exact_text(total.withheld),
            }
            for total in totals(rows)
        ],
        "withheld": exact_text(brokers.withheld_in(year)),
        "findings": [finding.as_json() for finding in findings],
    }
