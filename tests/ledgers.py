"""Ledger text for tests, a row in a few words."""

from collections.abc import Mapping

from niner.ledger.niner_format import COLUMNS


def ledger(*rows: Mapping[str, object]) -> str:
    """CSV text of rows that name only the columns they need."""
    lines = [",".join(COLUMNS)]
    for number, row in enumerate(rows, 1):
        unknown = set(row) - set(COLUMNS)
        assert not unknown, unknown
        lines.append(",".join(str({"id": number, "wallet": "Coinbase", **row}.get(column, "")) for column in COLUMNS))
    return "\n".join(lines) + "\n"


def buy(day: str, units: object, asset: str, dollars: object, **more: object) -> dict[str, object]:
    sides = {"sent_quantity": dollars, "sent_asset": "USD", "received_quantity": units, "received_asset": asset}
    return {"time": day, "kind": "buy", **sides, **more}


def sell(day: str, units: object, asset: str, dollars: object, **more: object) -> dict[str, object]:
    sides = {"sent_quantity": units, "sent_asset": asset, "received_quantity": dollars, "received_asset": "USD"}
    return {"time": day, "kind": "sell", **sides, **more}


def trade(
    day: str, units: object, asset: str, got: object, other: str, worth: object, **more: object
) -> dict[str, object]:
    sides = {"sent_quantity": units, "sent_asset": asset, "received_quantity": got, "received_asset": other}
    return {"time": day, "kind": "trade", **sides, "usd_value": worth, **more}


def move(day: str, units: object, asset: str, to: str, **more: object) -> dict[str, object]:
    return {"time": day, "kind": "transfer", "sent_quantity": units, "sent_asset": asset, "to_wallet": to, **more}


def receive(kind: str, day: str, units: object, asset: str, **more: object) -> dict[str, object]:
    return {"time": day, "kind": kind, "received_quantity": units, "received_asset": asset, **more}


def give(kind: str, day: str, units: object, asset: str, **more: object) -> dict[str, object]:
    return {"time": day, "kind": kind, "sent_quantity": units, "sent_asset": asset, **more}
