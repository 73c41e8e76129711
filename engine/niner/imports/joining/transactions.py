"""Events to the ledger's transactions: one side and one fee a row, worth in exact cents, the taxpayer's local day."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import UTC, date, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from niner import exact
from niner.dataclass import dataclass
from niner.imports.events import MONEY, Event, Fee, Leg, plain
from niner.ledger.kinds import SHAPES
from niner.ledger.niner_format import LONGEST_QUANTITY, digits, printable_asset
from niner.ledger.transaction import INCOME_KINDS, Transaction
from niner.money import MOST_CENTS, Cents, cents, exact_cents
from niner.values import Finding
from niner.words.plain import shown
from niner.words.suggest import named_for_rulings


def transactions_of(
    events: Iterable[Event], zone: tzinfo | None, same_as: Mapping[str, str]
) -> tuple[list[Transaction], list[Finding]]:
    """The transactions of events, and what no transaction can say. `same_as` gives an asset the name that counts."""
    made: list[Transaction] = []
    findings: list[Finding] = []
    names = _Names(same_as, findings)
    dollars: dict[tuple[str, str, int], list[Event]] = defaultdict(list)
    in_utc, here = zone is None or str(zone) == "UTC", zone or UTC
    days: dict[date, date] = {}  # one of each, where a million rows have a thousand days
    for event in events:
        time = event.time
        day = time.date() if in_utc and time.tzinfo is UTC else time.astimezone(here).date()
        day = days.setdefault(day, day)
        if event.kind in INCOME_KINDS and all(leg.asset in MONEY for leg in event.received):
            dollars[event.kind, event.wallet, day.year].append(event)
            made.append(_cash(event, day))
            continue
        try:
            made += _transactions(event, day, names)
        except _CantSay as problem:
            findings.append(problem.finding)
    findings += [_income_in_dollars(*key, several) for key, several in dollars.items()]
    return made, findings


class _CantSay(Exception):
    def __init__(self, id: str, event: Event, says: str, todo: str) -> None:
        super().__init__(says)
        todo = named_for_rulings(todo, event.file, event.rows[0] if event.rows else 0, event.line)
        self.finding = Finding(id, "error", says, todo, source=event.place)


@dataclass(slots=True)
class _Names:
    """Assets by the names that count; each is looked at once."""

    same_as: Mapping[str, str]
    findings: list[Finding]
    known: dict[str, str] = field(default_factory=dict)

    def of(self, asset: str, event: Event) -> str:
        found = self.known.get(asset)
        if found is None:
            name = printable_asset(asset)
            if not name:
                says = f"The asset “{shown(asset)}” can't be written on the forms."
                todo = "Give it a name under assets in case.yaml, or in a format file of your own."
                raise _CantSay("ledger-letters", event, says, todo)
            found = self.known[asset] = self.same_as.get(name, name)
        return found


def _transactions(event: Event, day: date, names: _Names) -> Iterator[Transaction]:
    sent, received = _side(event, event.sent), _side(event, event.received)
    fees = [fee for fee in event.fees if not fee.inside]
    to_wallet = event.to_wallet
    if event.kind == "transfer":
        sent, fees = _moved(event, sent, received, fees)
        received = None
    value = _value(event)
    if len(fees) > 1:
        fees.sort(key=lambda fee: fee.asset not in MONEY)  # dollars belong to the purchase or sale itself
    first, others = (fees[0], fees[1:]) if fees else (None, [])
    if SHAPES[event.kind].value and value is None:
        leg = next((leg for leg in (*event.sent, *event.received) if leg.asset not in MONEY), None)
        says = f"The {event.kind} of {plain(leg.quantity)} {leg.asset} has no dollar value." if leg else ""
        todo = f"Put a file with prices of {leg.asset} on {day} into prices/, or rule on the row." if leg else ""
        raise _CantSay("ledger-price", event, says or f"The {event.kind} has no dollar value.", todo)
    _origin(event)
    sent_quantity, sent_asset = _units(event, sent, names)
    received_quantity, received_asset = _units(event, received, names)
    paid = _fee(event, first, value, names, day)
    yield Transaction(
        id=event.id,
        instant=event.time,
        day=day,
        timed=event.timed,
        wallet=event.wallet,
        kind=event.kind,
        source=event.place,
        sent_quantity=sent_quantity,
        sent_asset=sent_asset,
        received_quantity=received_quantity,
        received_asset=received_asset,
        fee_quantity=paid.quantity,
        fee_asset=paid.asset,
        fee_cents=paid.cents,
        value_cents=value,
        to_wallet=to_wallet,
        acquired=date.fromisoformat(event.acquired) if event.acquired else None,
        basis_cents=_exact(event.basis_usd),
        fmv_cents=_exact(event.fmv_usd),
        form=event.form,
        basis_reported=event.basis_reported,
        reported_basis_cents=None if event.reported_basis_usd is None else cents(event.reported_basis_usd),
        nondeductible=event.nondeductible,
        note=event.note,
        gift_tax_cents=_exact(event.gift_tax_usd),
        taxable_gift_cents=_exact(event.taxable_gift_usd),
        related_loss_cents=_exact(event.related_loss_usd),
    )
    for number, fee in enumerate(others, 2):
        paid = _fee(event, fee, value, names, day)
        yield Transaction(
            id=f"{event.id}/{number}",
            instant=event.time,
            day=day,
            timed=event.timed,
            wallet=event.wallet,
            kind="fee",
            source=event.place,
            fee_quantity=paid.quantity,
            fee_asset=paid.asset,
            fee_cents=paid.cents,
            note=event.note,
        )


def _exact(dollars: Decimal | None) -> Cents | None:
    return None if dollars is None else exact_cents(dollars)


def _origin(event: Event) -> None:
    """Raises where units come in whose basis, worth or date the kind needs and nobody says: none is ever zero."""
    shape = SHAPES[event.kind]
    if not (shape.basis or shape.fmv or shape.acquired):
        return
    wanted = (
        ("basis_usd", shape.basis, event.basis_usd is not None),
        ("fmv_usd", shape.fmv, event.fmv_usd is not None),
        ("acquired", shape.acquired, bool(event.acquired)),
    )
    missing = [name for name, needed, given in wanted if needed and not given]
    if missing:
        says = f"This {event.kind} has no {' and no '.join(missing)}."
        todo = f"Write {', '.join(f'{name}: …' for name in missing)} into the ruling on this row in decisions.yaml."
        raise _CantSay("ledger-origin", event, says, todo)


def _side(event: Event, legs: Sequence[Leg]) -> Leg | None:
    if len(legs) > 1:
        several = " and ".join(f"{plain(leg.quantity)} {leg.asset}" for leg in legs)
        says = f"One side of this {event.kind} is {several}: how its worth is shared among them isn't in the file."
        todo = "Write it in Niner's own format, a row for each, with usd_value."
        raise _CantSay("import-legs", event, says, todo)
    return legs[0] if legs else None


def _moved(event: Event, sent: Leg | None, received: Leg | None, fees: list[Fee]) -> tuple[Leg | None, list[Fee]]:
    """What arrived, and the fee: what was stated, with what the network kept of the amount sent."""
    if sent is None or received is None or sent == received:
        return sent or received, fees
    kept = exact.subtract(sent.quantity, received.quantity)
    if sent.asset != received.asset or kept < 0:
        out, into = f"{plain(sent.quantity)} {sent.asset}", f"{plain(received.quantity)} {received.asset}"
        says = f"The move sends {out}, and {into} arrive."
        raise _CantSay("import-move", event, says, "Look both halves up, and write it in Niner's own format.")
    return received, [*fees, Fee(kept, sent.asset)]


def _value(event: Event) -> Cents | None:
    """What the sides were worth, in exact cents.

    An export states the worth of what was given. Where a fee in dollars is inside an exchange of assets, what came in
    is worth that much less: its own worth is its basis, and with the whole fee on the asset given up it is what was
    realized (Treas. Reg. §1.1012-1(h)(1)(iv), (h)(2)(ii)(B) and (C), (h)(3); §1.1001-7(b)(2)(ii)(A) and (B)).
    """
    value = event.usd_value
    if value is None:
        return None
    if event.kind == "trade":
        for fee in event.fees:
            if fee.inside and fee.asset == "USD":
                value = exact.subtract(value, fee.quantity)
    return _counted(event, exact_cents(value))


def _counted(event: Event, amount: Cents) -> Cents:
    if not 0 <= amount <= MOST_CENTS:
        says = "The worth of this row can't be right: it is more dollars than there are, or less than none."
        raise _CantSay("ledger-amount", event, says, "Look at the row in the export.")
    return amount


def _units(event: Event, leg: Leg | None, names: _Names) -> tuple[Decimal | None, str]:
    """A side's units; a side in money has none, its amount is the worth."""
    if leg is None or leg.asset in MONEY:
        return None, ""
    if digits(leg.quantity) > LONGEST_QUANTITY:
        says = f"{plain(leg.quantity)} {leg.asset} has more than {LONGEST_QUANTITY} digits."
        raise _CantSay("ledger-number", event, says, "Look at the row in the export.")
    return leg.quantity, names.of(leg.asset, event)


class _Paid(NamedTuple):
    """A fee as a transaction has it."""

    quantity: Decimal | None = None
    asset: str = ""
    cents: Cents = 0


def _fee(event: Event, fee: Fee | None, value: Cents | None, names: _Names, day: date) -> _Paid:
    if fee is None:
        return _Paid()
    worth = _fee_worth(event, fee, value)
    if worth is None:
        says = f"The fee of {plain(fee.quantity)} {fee.asset} has no dollar value"
        says += "." if fee.asset in MONEY else ": units paid as a fee are disposed of."
        todo = f"Put a file with prices of {fee.asset} on {day} into prices/, or rule on the row."
        raise _CantSay("ledger-fee-price", event, says, todo)
    worth = _counted(event, worth)
    if fee.asset in MONEY:
        return _Paid(cents=worth)
    return _Paid(fee.quantity, names.of(fee.asset, event), worth)


def _fee_worth(event: Event, fee: Fee, value: Cents | None) -> Cents | None:
    """What a fee was worth: as stated, or by the price that the same row has for its asset."""
    if fee.asset == "USD":
        return exact_cents(fee.quantity)
    if fee.usd is not None:
        return exact_cents(fee.usd)
    for leg in (*event.sent, *event.received):
        if leg.asset == fee.asset and value is not None:
            worth = Fraction(fee.quantity) / Fraction(leg.quantity) * value
            return worth.numerator if worth.denominator == 1 else worth
    return None


def _cash(event: Event, day: date) -> Transaction:
    """Income in dollars as what it is for the wallet: dollars that came in."""
    value = None if event.usd_value is None else exact_cents(event.usd_value)
    return Transaction(
        id=event.id,
        instant=event.time,
        day=day,
        wallet=event.wallet,
        kind="cash_in",
        source=event.place,
        value_cents=value,
        note=event.note,
    )


def _income_in_dollars(kind: str, wallet: str, year: int, events: Sequence[Event]) -> Finding:
    total = sum((Fraction(event.usd_value or 0) for event in events), Fraction(0))
    key = "taxable_interest" if kind == "interest" else "other_income"
    says = (
        f"{wallet} paid {kind} in dollars in {year}, which is no digital asset and is not in the figures of the ledger."
    )
    todo = f"See that return.{key} of {year} in case.yaml holds it, with what the payer's Form 1099 shows."
    return Finding("income-in-dollars", "review", says, todo, amount_cents=int(total * 100), source=events[0].place)
