"""A plan to the document that a program reads, and to the sentences and rows that people do."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from niner import exact
from niner.harvest.figures import Figures
from niner.harvest.plan import Harvest, Told, Waiting
from niner.harvest.positions import Position
from niner.harvest.remarks import burnt
from niner.harvest.sales import Sale, rows_of
from niner.money import dollars_spoken, dollars_text, exact_text
from niner.values import Finding
from niner.words.plain import path_text

WORDS = {
    "total_tax": "Total tax",
    "investment_income_tax": "of it net investment income tax",
    "alternative_minimum_tax": "of it alternative minimum tax",
    "short_term": "Net short-term",
    "long_term": "Net long-term",
    "net": "Both together",
    "deducted": "Loss off other income",
    "taxable_income": "Taxable income",
}
KEPT_OUT = {
    "wash_sale": "bought back within the wash-sale days",
    "no_price_left": "worth no more than its fee",
    "left_out": "left out as you asked",
}


def plan_document(folder: Path, plan: Harvest, remarks: Sequence[Finding]) -> dict[str, Any]:
    """What `niner harvest --json` prints: money as decimal text in dollars, null where it is not known."""
    return {
        "tax_year": plan.result.year,
        "date": plan.day.day.isoformat(),
        "target": {
            "name": plan.target.name,
            "says": target_words(plan),
            "needed": dollars_text(plan.need.cents),
            "of": "gain" if plan.need.sign > 0 else "loss",
            "reached": plan.reached,
            "lacking": dollars_text(plan.lacking),
            "every_edge_tried": plan.every_edge,
        },
        "prices": [
            {"asset": asset, "price_usd": exact_text(price * 100), "source": where.source, "rule": where.rule}
            for asset, (price, where) in sorted(plan.day.prices.items())
        ],
        "lots": [_lot(one) for one in plan.positions],
        "sales": [_sale(folder, plan, number, sale) for number, sale in enumerate(plan.sales, 1)],
        "ledger_rows": ledger_rows(plan).splitlines(),
        "before": figures_document(plan.before),
        "after": figures_document(plan.after),
        "carryover_burnt": dollars_text(burnt(plan)),
        "wait_for": [_waiting(one) for one in plan.waiting],
        "proof": {
            "prepared_again": True,
            "lines_compared": plan.proof.lines,
            "rows_compared": plan.proof.rows,
            "says": proof_words(plan),
        },
        "by_niner_s_own_rules": None if plan.other_law is None else _other(folder, plan.other_law),
        "remarks": [finding.as_json() for finding in remarks],
        "findings": [finding.as_json() for finding in plan.result.findings],
    }


def target_words(plan: Harvest) -> str:
    """What the plan is for, in a few words."""
    return {
        "gains": "use up the year's gains",
        "limit": "use up the year's gains, and the loss that may come off other income",
        "zero": "neither a gain nor a loss left",
        "loss": f"take a loss of {dollars_spoken(plan.target.cents)}",
        "zero_rate": "take long-term gains at the rate of zero, without more tax",
    }[plan.target.name]


def proof_words(plan: Harvest) -> str:
    """That the plan was proved, and how."""
    same = f"{plan.proof.lines} printed amounts are the same to the cent"
    return f"The case was prepared again with these sales in its ledger: {same}."


def figures_document(figures: Figures) -> dict[str, Any]:
    """The figures of a year by name."""
    found: dict[str, Any] = {name: _text(getattr(figures, name)) for name in WORDS}
    for name in ("carried_in", "carried_out"):
        short, long = getattr(figures, name)
        found[name] = {"short_term": dollars_text(short), "long_term": dollars_text(long)}
    return found


def identify_words(folder: Path, sale: Sale, until: date) -> list[str]:
    """The words of the command that records a sale's units; none where a place has an order of its own."""
    if not sale.place.specific:
        return []
    names = dict.fromkeys(piece.position.name for piece in sale.pieces)
    lots = {name: exact.total(p.units for p in sale.pieces if p.position.name == name) for name in names}
    named = [word for name, count in lots.items() for word in ("--lot", f"{name}={exact.text(count)}")]
    told = ["--told", "broker"] if sale.place.told == "broker" else []
    place = ["--wallet", sale.place.wallet, "--asset", sale.place.asset, "--units", exact.text(sale.units)]
    return ["identify", path_text(folder), *place, *named, "--until", until.isoformat(), *told]


def ledger_rows(plan: Harvest) -> str:
    """The planned sales as rows of Niner's own format, for who wants to prepare the case with them."""
    lines = ["time,wallet,kind,sent_quantity,sent_asset,usd_value,fee_usd,note"]
    for t in rows_of(plan.sales, plan.day):
        assert t.sent_quantity is not None
        cells = [t.instant.isoformat(), t.wallet, t.kind, exact.text(t.sent_quantity), t.sent_asset]
        cells += [dollars_text(t.value_cents or 0), dollars_text(t.fee_cents), "planned"]
        lines.append(",".join(_cell(cell) for cell in cells))
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if any(c in text for c in ',"\n') else text


def _lot(one: Position) -> dict[str, Any]:
    return {
        "id": one.name,
        "wallet": one.lot.wallet,
        "asset": one.lot.asset,
        "quantity": exact.text(one.lot.quantity),
        "acquired": one.lot.acquired.isoformat(),
        "basis": dollars_text(one.lot.basis_cents),
        "worth": dollars_text(one.worth),
        "fee": dollars_text(one.fee),
        "gain": dollars_text(one.gain),
        "term": one.kind.term,
        "days_to_long_term": one.days_left,
        "long_term_from": one.term.with_gain and one.term.with_gain.isoformat(),
        "identification": "specific" if one.place.specific else "queue",
        "queue": one.place.method or None,
        "because": None if one.place.because is None else one.place.because.says,
        "authority": None if one.place.because is None else one.place.because.authority,
        "kept_out": KEPT_OUT.get(one.kept_out),
        "can_be_planned_from": one.free_on and one.free_on.isoformat(),
        "source": {"file": one.lot.source.file, "row": one.lot.source.row},
    }


def _sale(folder: Path, plan: Harvest, number: int, sale: Sale) -> dict[str, Any]:
    return {
        "order": number,
        "wallet": sale.place.wallet,
        "asset": sale.place.asset,
        "quantity": exact.text(sale.units),
        "proceeds": dollars_text(sale.gross),
        "fee": dollars_text(sale.fee),
        "identification": "specific" if sale.place.specific else "queue",
        "queue": sale.place.method or None,
        "identify": identify_words(folder, sale, plan.day.day) or None,
        "lots": [_piece(plan, one) for one in plan.told[sale.id]],
    }


def _piece(plan: Harvest, one: Told) -> dict[str, Any]:
    lot, after = one.piece.position.lot, plan.after.total_tax
    saves = None if one.tax_without is None or after is None else one.tax_without - after
    return {
        "id": one.piece.position.name,
        "quantity": exact.text(one.piece.units),
        "whole": one.piece.units == lot.quantity,
        "acquired": lot.acquired.isoformat(),
        "proceeds": dollars_text(one.proceeds),
        "basis": dollars_text(one.basis),
        "gain": dollars_text(one.gain),
        "term": one.term,
        "saves": _text(saves),
        "source": {"file": lot.source.file, "row": lot.source.row},
    }


def _waiting(one: Waiting) -> dict[str, Any]:
    return {
        "id": one.position.name,
        "wallet": one.position.lot.wallet,
        "asset": one.position.lot.asset,
        "quantity": exact.text(one.position.lot.quantity),
        "gain": dollars_text(one.position.gain),
        "days_to_long_term": one.position.days_left,
        "long_term_from": one.long_from.isoformat(),
        "total_tax_if_sold_now": _text(one.now),
        "total_tax_if_sold_then": _text(one.then),
    }


def _other(folder: Path, other: Harvest) -> dict[str, Any]:
    return {
        "sales": [_sale(folder, other, number, sale) for number, sale in enumerate(other.sales, 1)],
        "lacking": dollars_text(other.lacking),
        "after": figures_document(other.after),
    }


def _text(amount: int | None) -> str | None:
    return None if amount is None else dollars_text(amount)


def rows_of_figures(plan: Harvest) -> list[tuple[str, str, str, str]]:
    """(what, without the plan, with it, the difference) as people read it."""
    rows = []
    for name, words in WORDS.items():
        rows.append(_row(words, getattr(plan.before, name), getattr(plan.after, name)))
    for name, words in (("carried_in", "Carried in"), ("carried_out", f"Carried to {plan.result.year + 1}")):
        for place, term in enumerate(("short-term", "long-term")):
            rows.append(_row(f"{words}, {term}", getattr(plan.before, name)[place], getattr(plan.after, name)[place]))
    return rows


def _row(words: str, before: int | None, after: int | None) -> tuple[str, str, str, str]:
    change = "" if before is None or after is None or before == after else dollars_spoken(after - before)
    return words, _spoken(before), _spoken(after), change


def _spoken(amount: int | None) -> str:
    return "not known" if amount is None else dollars_spoken(amount)


def term_words(one: Position) -> str:
    """`long`, `short`, or `short, long in 20 days`."""
    if one.kind.term == "long" or not one.days_left:
        return one.kind.term
    return f"{one.kind.term}, long in {one.days_left} day{'s' * (one.days_left != 1)}"


def named_words(one: Position) -> str:
    """Whether a lot can be named for a sale, or why it is not planned with."""
    if one.kept_out:
        until = f" until {one.free_on}" if one.free_on else ""
        return f"not planned{until}: {KEPT_OUT[one.kept_out]}"
    return "yes" if one.place.specific else f"no: {one.place.method.upper()}"


def waiting_words(one: Waiting) -> str:
    """A lot that is long-term soon, and what waiting does to the tax."""
    lot, days = one.position.lot, one.position.days_left
    tax = ""
    if one.now is not None and one.then is not None and one.now != one.then:
        now, then = dollars_spoken(one.now), dollars_spoken(one.then)
        tax = f"; sold now the total tax is {now}, then at the same price {then}"
    return (
        f"{exact.text(lot.quantity)} {lot.asset} in {lot.wallet} (lot {one.position.name}) is long-term from "
        f"{one.long_from}, in {days} day{'s' * (days != 1)}, with a gain of {dollars_spoken(one.position.gain)}{tax}."
    )


def about_words(plan: Harvest) -> list[str]:
    """What is to be said of how the plan was found, and what would be planned without a firm's rules."""
    said = []
    if not plan.every_edge:
        said.append(
            "Not every edge of every queue was tried with every other: there may be a plan that sells a little less."
        )
    own = plan.other_law
    if own is not None:
        tax = [dollars_spoken(p.after.total_tax) if p.after.total_tax is not None else "not known" for p in (plan, own)]
        lost = [dollars_spoken(-sum(one.gain for one in p.pieces)) for p in (plan, own)]
        said.append(
            f"By the rules given with --rules the plan loses {lost[0]}, and the total tax is {tax[0]}; by Niner's own "
            f"it would lose {lost[1]}, and the tax would be {tax[1]}."
        )
    return said


def by_weight(plan: Harvest) -> Sequence[Position]:
    """The lots, those with the largest gains and losses first."""
    return sorted(plan.positions, key=lambda one: -abs(one.gain))
