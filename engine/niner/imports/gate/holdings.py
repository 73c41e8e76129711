"""Every event to what each wallet holds: where that falls below nothing, and what is left that is only dust."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from niner import exact
from niner.imports.events import MONEY, Event, Leg, amount
from niner.imports.folder import Imported
from niner.imports.gate.balances import moves_of
from niner.imports.gate.stakes import Stakes, limit
from niner.imports.joining.matching import moved
from niner.money import dollars_spoken
from niner.values import Finding, Source

_EXAMPLES = 5


def holdings(imported: Imported, stakes: Stakes) -> Iterator[Finding]:
    """For each wallet and asset that falls below nothing, when it first does and by how much; then the dust."""
    events = moved(imported.events, imported.transfers)
    by_time = sorted(events, key=lambda event: (event.time, event.file, event.line))
    # Of rows of one moment what comes in counts first: a trade's two rows stand in any order.
    gaps = {(gap.wallet, gap.asset): exact.subtract(gap.found, gap.expected) for gap in reversed(imported.gaps)}
    left: list[tuple[str, Leg, int]] = []
    for (wallet, asset), moves in sorted(moves_of(by_time).items()):
        if asset in MONEY:
            continue
        held, lowest, first = Decimal(0), Decimal(0), None
        for time, quantity in sorted(moves, key=lambda move: (move[0], -move[1])):
            held = exact.add(held, quantity)
            if held < lowest:
                lowest, first = held, first or time
        if first is not None and gaps.get((wallet, asset), Decimal(0)) < -lowest:
            yield _short(wallet, Leg(lowest.copy_negate(), asset), first, by_time, stakes)
        worth = stakes.worths.cents(asset, held, by_time[-1].time) if held > 0 else None
        if worth is not None:
            left.append((wallet, Leg(held, asset), worth))
    yield from dust(left)


def dust(held: Iterable[tuple[str, Leg, int]]) -> Iterator[Finding]:
    """What is held and worth so little that it is only told; `held` are wallets, units and cents."""
    left = [one for one in held if one[2] < limit("dust") * 100]
    if left:
        told = ", ".join(f"{amount(leg)} in {wallet}" for wallet, leg, _ in left[:_EXAMPLES])
        more = f" and {len(left) - _EXAMPLES} more" if len(left) > _EXAMPLES else ""
        total = sum(worth for _, _, worth in left)
        says = f"Dust is left: {told}{more}, worth {dollars_spoken(total)} in all."
        todo = "Nothing need be done: it stays among the lots that are held."
        yield Finding("dust", "note", says, todo, amount_cents=total, source=Source("ledger"))


def _short(wallet: str, leg: Leg, first: datetime, events: list[Event], stakes: Stakes) -> Finding:
    event = next(one for one in events if one.time == first and _takes(one, wallet, leg.asset))
    day = stakes.day(first)
    says = f"From {day} on, {wallet} gives up to {amount(leg)} more than its rows brought in."
    todo = (
        "A purchase, a deposit or an earlier export is missing, or a move into it is not matched. Add it; units from "
        "before the first row need a row of the kind opening."
    )
    cents = stakes.worths.most(leg.asset, leg.quantity)
    return stakes.finding("balance-negative", "review", says, todo, event.place, [cents], value=leg.asset)


def _takes(event: Event, wallet: str, asset: str) -> bool:
    taken = [leg.asset for leg in event.sent] + [fee.asset for fee in event.fees if not fee.inside]
    return event.wallet == wallet and asset in taken
