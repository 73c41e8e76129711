"""Downloads for tests, in a few lines, and what they become."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from niner.case.folder import parse_case
from niner.imports import Event, Imported, complete, read_downloads

CASE = """\
tax_year: 2025
taxpayer: {first_name: Ada, last_name: Example, ssn: 900-12-3456, filing_status: single}
elections: {timezone: America/New_York}
"""


def imported(folder: Path, files: Mapping[str, str | bytes], more: str = "") -> Imported:
    """The downloads `files`, by name within the ledger folder, read with `more` lines of case.yaml."""
    for name, text in files.items():
        path = folder / name if name.startswith("formats/") else folder / "ledger" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return complete(read_downloads(folder, parse_case(CASE + more)))


def said(found: Imported) -> list[str]:
    """What is wrong with the files, in words; worths that only a price file can tell stand in `missing_prices`."""
    return [one.says for one in found.findings if one.severity == "error" and one.id != "prices-missing"]


def units(found: Imported) -> dict[str, Decimal]:
    """The change of all files, by asset."""
    total: dict[str, Decimal] = {}
    for file in found.files:
        for asset, quantity in file.change.items():
            total[asset] = total.get(asset, Decimal(0)) + quantity
    return {asset: quantity for asset, quantity in total.items() if quantity}


def short(event: Event) -> str:
    """An event in a line: `buy 100 USD > 2 BTC fee 1 USD =100`."""
    sides = [" + ".join(f"{leg.quantity:f} {leg.asset}" for leg in side) for side in (event.sent, event.received)]
    fees = "".join(f" {'inside' if f.inside else 'fee'} {f.quantity:f} {f.asset}" for f in event.fees)
    worth = f" ={event.usd_value:f}" if event.usd_value is not None else ""
    return f"{event.kind} {' > '.join(side for side in sides if side)}{fees}{worth}".replace("  ", " ")
