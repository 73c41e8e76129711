"""A trader with 4,000 sales at two brokers, and some from a wallet of one's own: `python …/form_4000_sales.py FOLDER`.

Northcoin's form has proceeds before fees, Southcoin's has a wrong basis, and no form reports the own wallet.
"""

import csv
import sys
from decimal import Decimal
from pathlib import Path

CASE = """\
# 4,000 sales at Northcoin and Southcoin and 20 from an own wallet: niner prepare FOLDER --summary
tax_year: 2025
taxpayer: {first_name: Tess, last_name: Example, ssn: 900-12-3456, filing_status: single,
           address: {street: 1 Main St, city: Springfield, state: IL, zip: "62701"}}
elections: {lot_method: fifo, pool: wallet, timezone: America/New_York}
carryover_in: {short_term: 0, long_term: 0}
return: {wages: 85000, withholding: 40000}
"""
_BROKERS = ("Northcoin", "Southcoin")
_FEE = Decimal("0.05")


def rows() -> tuple[list[dict[str, object]], dict[str, list[dict[str, object]]]]:
    """The rows of the ledger, and those of each broker's form."""
    own = [
        _buy("2022-01-05", 3000, "ETH", 300000, "Northcoin"),
        _buy("2025-01-02", 3000, "ETH", 900000, "Southcoin"),
        _buy("2025-01-03", 100, "SOL", 5000, "Own"),
    ]
    said: dict[str, list[dict[str, object]]] = {broker: [] for broker in _BROKERS}
    for number in range(4000):
        broker = _BROKERS[number % 2]
        day = f"2025-{number % 12 + 1:02d}-{number % 27 + 2:02d}"
        units, dollars = Decimal(number % 7 + 1) / 10, Decimal(10000 + number) / 100
        clock = f"T{14 + number % 8}:{number % 60:02d}:00Z"
        own.append(_sell(f"{day}{clock}", units, "ETH", dollars, broker) | {"fee_usd": _FEE})
        shown = {"proceeds_type": "gross"} if broker == "Northcoin" else {"basis": 1, "basis_reported": "no"}
        proceeds = dollars if broker == "Northcoin" else dollars - _FEE
        sale = {"broker": broker, "asset": "ETH", "units": units, "sold": day, "proceeds": proceeds, "kind": "sale"}
        said[broker].append({"form": "1099-DA", **sale, **shown})
    return [*own, *(_sell(f"2025-08-{day:02d}", 1, "SOL", 60, "Own") for day in range(1, 21))], said


def _buy(day: str, units: object, asset: str, dollars: object, wallet: str) -> dict[str, object]:
    sides = {"sent_quantity": dollars, "sent_asset": "USD", "received_quantity": units, "received_asset": asset}
    return {"time": day, "wallet": wallet, "kind": "buy", **sides}


def _sell(time: str, units: object, asset: str, dollars: object, wallet: str) -> dict[str, object]:
    sides = {"sent_quantity": units, "sent_asset": asset, "received_quantity": dollars, "received_asset": "USD"}
    return {"time": time, "wallet": wallet, "kind": "sell", **sides}


def write(folder: Path) -> Path:
    """The case folder."""
    own, said = rows()
    for room in ("ledger", "brokers"):
        (folder / room).mkdir(parents=True, exist_ok=True)
    (folder / "case.yaml").write_text(CASE)
    _table(folder / "ledger" / "all.csv", own)
    for broker, several in said.items():
        _table(folder / "brokers" / f"{broker}.csv", several)
    return folder


def _table(path: Path, several: list[dict[str, object]]) -> None:
    columns = dict.fromkeys(column for row in several for column in row)
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, list(columns), restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(several)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
