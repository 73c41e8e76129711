"""Imported downloads to the document that `niner ledger --json` prints, and to rows of Niner's own format."""

from collections.abc import Iterator
from typing import Any

from niner.imports.events import Event, Fee, plain, time_text
from niner.imports.folder import Imported
from niner.values import by_weight


def ledger_document(imported: Imported) -> dict[str, Any]:
    """The whole of what was read and found, as plain values; numbers are decimal text. `imported` is complete."""
    return {
        "files": [file.as_json() for file in imported.files],
        "events": [event.as_json() for event in imported.events],
        "transfers": [
            {
                "out": move.out,
                "in": move.into,
                "tier": move.tier,
                "why": move.why,
                "fee": None if move.fee is None else {"quantity": plain(move.fee.quantity), "asset": move.fee.asset},
            }
            for move in imported.transfers
        ],
        "unmatched": [
            {
                "event": half.event,
                "candidates": [
                    {"event": one.event, "why": one.why, "means": one.means, "ruling": one.ruling}
                    for one in half.candidates
                ],
            }
            for half in imported.unmatched
        ],
        "missing_prices": [
            {
                "event": price.event,
                "asset": price.asset,
                "day": price.day,
                "at_stake": None if price.at_stake is None else plain(price.at_stake),
            }
            for price in imported.missing_prices
        ],
        "balances": [
            {
                "wallet": gap.wallet,
                "asset": gap.asset,
                "file": gap.file,
                "expected": plain(gap.expected),
                "found": plain(gap.found),
                "first_row": gap.first_row,
            }
            for gap in imported.gaps
        ],
        "findings": [finding.as_json() for finding in by_weight(imported.findings)],
    }


def ledger_rows(imported: Imported) -> Iterator[dict[str, str]]:
    """The events as rows of Niner's own format, by column.

    A row has one side each and one fee: what an event has beyond that becomes rows of its own, with ids `ID/2`.
    """
    for event in imported.events:
        yield from _rows(event)


def _rows(event: Event) -> Iterator[dict[str, str]]:
    fees = [fee for fee in event.fees if not fee.inside]
    sent, received = event.sent[0] if event.sent else None, event.received[0] if event.received else None
    row = {
        "id": event.id,
        "time": time_text(event.time) if event.timed else event.time.date().isoformat(),
        "wallet": event.wallet,
        "kind": event.kind,
        "usd_value": "" if event.usd_value is None else plain(event.usd_value),
        "to_wallet": event.to_wallet,
        "acquired": event.acquired,
        "basis_usd": "" if event.basis_usd is None else plain(event.basis_usd),
        "fmv_usd": "" if event.fmv_usd is None else plain(event.fmv_usd),
        "form": "" if event.form == "none" else event.form,
        "basis_reported": "" if event.form == "none" else "yes" if event.basis_reported else "no",
        "reported_basis_usd": "" if event.reported_basis_usd is None else plain(event.reported_basis_usd),
        "nondeductible": "" if event.nondeductible == "not_said" else event.nondeductible,
        "note": event.note,
        "gift_tax_usd": "" if event.gift_tax_usd is None else plain(event.gift_tax_usd),
        "taxable_gift_usd": "" if event.taxable_gift_usd is None else plain(event.taxable_gift_usd),
        "related_loss_usd": "" if event.related_loss_usd is None else plain(event.related_loss_usd),
    }
    if sent:
        row |= {"sent_quantity": plain(sent.quantity), "sent_asset": sent.asset}
    if received and event.kind != "transfer":
        row |= {"received_quantity": plain(received.quantity), "received_asset": received.asset}
    yield row | (_fee(fees[0]) if fees else {})
    for count, fee in enumerate(fees[1:], 2):
        yield {key: row[key] for key in ("time", "wallet")} | {
            "id": f"{event.id}/{count}",
            "kind": "fee",
            **_fee(fee),
        }


def _fee(fee: Fee) -> dict[str, str]:
    found = {"fee_quantity": plain(fee.quantity), "fee_asset": fee.asset}
    return found | ({"fee_usd": plain(fee.usd)} if fee.usd is not None and fee.asset != "USD" else {})
