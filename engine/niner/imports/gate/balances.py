"""Balances that files state against what the rows come to: the gaps, and the opening that would close each.

Compared at the end of each day, since the rows of one move may stand seconds apart.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import attrgetter

from niner import exact
from niner.dataclass import dataclass
from niner.imports.events import Balance, Event, Gap, Leg, plain, trimmed
from niner.imports.folder import Imported
from niner.imports.gate.stakes import Stakes
from niner.values import Finding, Source

Place = tuple[str, str]
"""A wallet and an asset in it."""
Moves = dict[Place, list[tuple[datetime, Decimal]]]


def gaps_in(imported: Imported, events: Iterable[Event], stakes: Stakes) -> tuple[tuple[Gap, ...], list[Finding]]:
    """What the balances in the files show to be missing; `events` are all there are beside those that are settled."""
    stated: dict[Place, list[Balance]] = defaultdict(list)
    for balance in imported.balances:
        stated[balance.wallet, balance.asset].append(balance)
    moves = moves_of(events, stated.keys())
    for transaction, _, _ in imported.settled:  # their fees are in dollars
        _, time, _, wallet, _, _, sent, gave, received, got, *_ = transaction
        if received is not None and (wallet, got) in stated:
            moves[wallet, got].append((time, received))
        if sent is not None and (wallet, gave) in stated:
            moves[wallet, gave].append((time, sent.copy_negate()))
    found = [gap for place in sorted(stated) for gap in _gaps(stated[place], moves.get(place, ()))]
    return tuple(one.gap for one in found), [one.finding(stakes) for one in found]


def moves_of(events: Iterable[Event], wanted: Container[Place] | None = None) -> Moves:
    """What each event changes, by wallet and asset, of all places or those that are `wanted`.

    What is under review moves what its file says that it moves.
    """
    found: dict[Place, list[tuple[datetime, Decimal]]] = defaultdict(list)

    for event in events:
        kind, wallet, time, sent, fees = event.kind, event.wallet, event.time, event.sent, event.fees
        came: Iterable[Leg] = event.received
        arrives = event.to_wallet if kind == "transfer" and event.to_wallet else wallet
        if kind == "transfer" and not came:
            came = sent
        for quantity, asset in came:
            if wanted is None or (arrives, asset) in wanted:
                found[arrives, asset].append((time, quantity))
        for quantity, asset in sent:
            if wanted is None or (wallet, asset) in wanted:
                found[wallet, asset].append((time, quantity.copy_negate()))
        for fee in fees:
            if not fee.inside and (wanted is None or (wallet, fee.asset) in wanted):
                found[wallet, fee.asset].append((time, fee.quantity.copy_negate()))
    return found


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a balance and the rows say at the end of a day: how much more is held than the rows come to."""

    balance: Balance
    expected: Decimal
    found: Decimal

    @property
    def more(self) -> Decimal:
        return exact.subtract(self.found, self.expected)


@dataclass(frozen=True, slots=True)
class _Found:
    """A gap, the day before which an opening must stand, and whether it is there from the first balance on."""

    gap: Gap
    line: int
    time: datetime
    from_the_first: bool

    def finding(self, stakes: Stakes) -> Finding:
        """What is missing, and the row that would close it."""
        gap, missing = self.gap, exact.subtract(self.gap.found, self.gap.expected)
        holds = f"{gap.wallet} holds {plain(trimmed(gap.found))} {gap.asset} by its own balance here"
        says = f"{holds}, and the rows come to {plain(trimmed(gap.expected))}."
        missing = trimmed(missing)
        where = Source(gap.file, self.line)
        if missing > 0 and self.from_the_first:
            todo = (
                f"{plain(missing)} {gap.asset} came in before the first row here. Download the time before, or add "
                f"a row of the kind opening in Niner's own format: {plain(missing)} {gap.asset}, {gap.wallet}, before "
                f"{self.time.date()}, with the day and the cost of the units."
            )
        elif missing > 0:
            todo = (
                f"Rows that brought {plain(missing)} {gap.asset} in are missing up to this day: look for another file."
            )
        else:
            less = plain(missing.copy_abs())
            todo = f"Rows that took {less} {gap.asset} out are missing, or rows stand twice: look for them."
        worth = stakes.worths.most(gap.asset, missing.copy_abs())
        return stakes.finding("balance-gap", "review", says, todo, where, [worth], value=gap.asset)


def _gaps(balances: Sequence[Balance], moves: Sequence[tuple[datetime, Decimal]]) -> Iterator[_Found]:
    """Each amount that is missing, once: on the first day of those on which it is missing to the end."""
    days = list(_days(balances, moves))
    steps: list[_Shown] = []
    for shown in reversed(days):  # a difference that is gone again was only two rows that stand apart
        if steps and steps[-1].more == shown.more:
            steps[-1] = shown
        else:
            steps.append(shown)
    steps.reverse()
    if len({step.more for step in steps}) > _MOST_STEPS:  # the balance is of something else than the rows
        steps = steps[-1:]
    before = Decimal(0)
    for place, step in enumerate(steps):
        if step.more != before:
            known = exact.add(step.expected, before)
            b = step.balance
            gap = Gap(b.wallet, b.asset, b.file, known, step.found, b.row)
            yield _Found(gap, b.line, b.time, place == 0)
        before = step.more


_MOST_STEPS = 4


def _days(balances: Sequence[Balance], moves: Sequence[tuple[datetime, Decimal]]) -> Iterator[_Shown]:
    """For every day with a balance: its last one, what all parts of the wallet hold then, and what the rows come to."""
    held: dict[str, Decimal] = {}
    ordered = sorted(balances, key=_IN_ORDER)
    days = [balance.time.date() for balance in ordered]
    waiting = sorted(moves)
    total, next_move = Decimal(0), 0
    for balance, day, next_day in zip(ordered, days, [*days[1:], None], strict=True):
        held[balance.part] = balance.quantity
        if day == next_day:
            continue
        while next_move < len(waiting) and waiting[next_move][0].date() <= day:
            total = exact.add(total, waiting[next_move][1])
            next_move += 1
        yield _Shown(balance, total, reduce(exact.add, held.values(), Decimal(0)))


_IN_ORDER = attrgetter("time", "file", "row")
