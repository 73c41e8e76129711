"""Lots held at the end of a day to the document that a program reads."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from niner import exact
from niner.lots import Balance, Lot
from niner.lots.journal import Sum
from niner.money import dollars_text
from niner.returns.units.holdings import Holdings


def holdings_document(held: Holdings) -> dict[str, Any]:
    """What `niner lots --json` prints: money is decimal text in dollars, units are exact."""
    return {
        "on": held.day.isoformat(),
        "lots": [_lot(held, lot) for lot in held.lots],
        "balances": [_balance(balance) for balance in held.balances],
        "findings": [finding.as_json() for finding in held.findings],
    }


def _lot(held: Holdings, lot: Lot) -> dict[str, Any]:
    term = held.terms[lot]
    lower = lot.fmv_cents is not None and lot.fmv_cents < lot.basis_cents
    return {
        "id": held.name(lot.id),
        "asset": lot.asset,
        "wallet": lot.wallet,
        "quantity": exact.text(lot.quantity),
        "basis": dollars_text(lot.basis_cents),
        "acquired": lot.acquired.isoformat(),
        "received": lot.received.isoformat(),
        "acquired_by": lot.acquired_by,
        "long_term_from": term.with_gain and term.with_gain.isoformat(),
        "days_to_long_term": term.days_left(held.day),
        "for_a_loss": {
            "basis": dollars_text(lot.fmv_cents or 0),
            "long_term_from": term.with_loss and term.with_loss.isoformat(),
        }
        if lower
        else None,
        "related_loss": dollars_text(lot.related_loss_cents),
        "transaction": lot.id,
        "source": {"file": lot.source.file, "row": lot.source.row},
    }


def _balance(balance: Balance) -> dict[str, Any]:
    came, went = in_and_out(balance)
    return {
        "wallet": balance.wallet,
        "asset": balance.asset,
        "in": came,
        "out": went,
        "held": {"quantity": exact.text(balance.held_quantity), "basis": dollars_text(balance.held_basis_cents)},
        "holds": balance.holds,
    }


def in_and_out(balance: Balance) -> tuple[dict[str, Any], dict[str, Any]]:
    """What came in and what went out, by kind and in all, both as positive amounts."""
    return _side(balance.came_in, 1), _side(balance.went_out, -1)


def _side(sums: Sequence[Sum], sign: int) -> dict[str, Any]:
    units = [exact.multiply(part.quantity, Decimal(sign)) for part in sums]
    whole = exact.total(units)
    return {
        "quantity": exact.text(whole),
        "basis": dollars_text(sign * sum(part.basis_cents for part in sums)),
        "of": [
            {
                "what": part.what,
                "kind": part.kind,
                "quantity": exact.text(n),
                "basis": dollars_text(sign * part.basis_cents),
            }
            for part, n in zip(sums, units, strict=True)
        ],
    }


SAID: Mapping[str, str] = {
    "moved": "moved between own wallets",
    "renamed": "renamed",
    "pool": "by the common pool of all wallets",
    "adjusted": "basis adjusted",
}


def said(what: str, kind: str) -> str:
    """How units came or went, in words: `buy`, `moved between own wallets`."""
    return SAID.get(what) or ("paid as a fee" if what == "fee" else kind.replace("_", " "))
