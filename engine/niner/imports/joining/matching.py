"""Halves of moves to moves: what left one own wallet and what came into another, over the whole ledger at once.

A pair is *ruled* where the preparer says so, *certain* where both exports show the same transaction or one names the
other's account, and *proposed* where time and amount leave no other choice on either side. Equal moves between the same
two wallets (ten withdrawals of 0.1 BTC in a day) are alike to every figure: they are paired in order of time, which is
the least total distance. Where there is a choice nothing is paired: a wrong pair moves basis and dates in silence, an
open half is asked about.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files

from niner import exact
from niner.dataclass import dataclass
from niner.imports.events import MONEY, Candidate, Event, Fee, Leg, Transfer, Unmatched, plain, time_text
from niner.imports.joining.pairing import components
from niner.words.yaml_text import parse

_SHOWN = 5
_HALVES = ("transfer_out", "transfer_in")
MEANS = {
    "transfer": "a move between own wallets: no gain, basis and dates go along",
    "spend": "paid away: a disposition at what was received for it",
    "gift_out": "given away: no gain; a gift tax return may be due",
    "gift_in": "a gift: the giver's basis and dates",
    "buy": "bought elsewhere: what was paid is the basis, from that day",
    "opening": "own units of before: their basis and dates",
}
_NEEDS = {
    "spend": "usd_value: …, ",
    "gift_out": "",
    "buy": "usd_value: …, ",
    "opening": "acquired: …, basis_usd: …, ",
    "gift_in": "acquired: …, basis_usd: …, fmv_usd: …, ",
}
"""What half of a move would mean for tax if it is ruled to be one of these."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far the two halves of a move may differ (matching.yaml)."""

    before: timedelta
    after: timedelta
    route: timedelta
    share: Decimal
    units: Mapping[str, Decimal]

    def kept(self, asset: str, sent: Decimal) -> Decimal:
        """The most that a network may have kept of a move."""
        return max(exact.multiply(sent, self.share), self.units.get(asset, Decimal(0)))


@dataclass(frozen=True, slots=True)
class Matched:
    """The moves, and the halves that are left."""

    transfers: tuple[Transfer, ...]
    unmatched: tuple[Unmatched, ...]


@cache
def tolerance() -> Tolerance:
    """What matching.yaml says."""
    text = (files("niner.imports.joining") / "matching.yaml").read_text("utf-8")
    found, _, _ = parse(text, "matching.yaml")
    return Tolerance(
        timedelta(hours=int(found["hours_before"])),
        timedelta(hours=int(found["hours_after"])),
        timedelta(days=int(found["route_days"])),
        Decimal(found["fee_share"]),
        {asset: Decimal(units) for asset, units in found["fee_units"].items()},
    )


def match(
    events: Sequence[Event],
    ruled: Sequence[tuple[str, str, str]] = (),
    same_as: Mapping[str, str] | None = None,
    within: Tolerance | None = None,
) -> Matched:
    """The moves among `events`; `ruled` are pairs of ids that the preparer made, with the reason."""
    matching = _Matching(events, same_as or {}, within or tolerance())
    for out, into, why in ruled:
        matching.take(out, into, "ruled", why)
    matching.by_transaction()
    matching.by_route()
    matching.by_amount()
    return matching.result()


class _Matching:
    """Halves that are still open, by id; pairs are taken out of them."""

    def __init__(self, events: Sequence[Event], same_as: Mapping[str, str], within: Tolerance) -> None:
        self._events = {event.id: event for event in events}
        self._same_as = same_as
        self._within = within
        halves = sorted((e for e in events if e.kind in _HALVES), key=lambda event: (event.time, event.id))
        self._outs = {e.id: e for e in halves if e.kind == "transfer_out" and e.sent and e.sent[0].asset not in MONEY}
        self._ins = {e.id: e for e in halves if e.kind == "transfer_in" and e.received}
        self._ins = {id: e for id, e in self._ins.items() if e.received[0].asset not in MONEY}
        self._pairs: list[Transfer] = []

    def take(self, out: str, into: str, tier: str, why: str) -> None:
        self._outs.pop(out, None)
        self._ins.pop(into, None)
        sent, received = self._events[out], self._events[into]
        kept = exact.subtract(sent.sent[0].quantity, received.received[0].quantity)
        stated = _stated_fee(sent, received)
        fee = Fee(kept, sent.sent[0].asset) if kept else stated
        self._pairs.append(Transfer(out, into, tier, why, fee))  # type: ignore[arg-type]

    def _asset(self, leg: Leg) -> str:
        return self._same_as.get(leg.asset, leg.asset)

    def by_transaction(self) -> None:
        """Pairs that show the same transaction on the chain."""
        outs: dict[tuple[str, str], list[Event]] = defaultdict(list)
        ins: dict[tuple[str, str], list[Event]] = defaultdict(list)
        for side, found in ((self._outs, outs), (self._ins, ins)):
            for event in side.values():
                if event.txid:
                    found[_chain_id(event.txid), self._asset((event.sent or event.received)[0])].append(event)
        for key in sorted(outs.keys() & ins.keys()):
            for out, into in _in_order(outs[key], ins[key], lambda out, into: self._arrives(out, into)):
                self.take(out.id, into.id, "certain", "both exports show the same transaction on the chain")

    def by_route(self) -> None:
        """Pairs of which one export names the other's account."""

        def fits(out: Event, into: Event) -> bool:
            named = _names(out.route, into) or _names(into.route, out)
            return named and self._near(out, into, self._within.route) and self._arrives(out, into)

        self._settle(fits, self._within.route, "certain", "the export itself names the own account")

    def by_amount(self) -> None:
        """Pairs that time and amount leave no other choice for: first amounts that agree, then what a fee explains."""

        def same(out: Event, into: Event) -> bool:
            return self._near(out, into) and self._difference(out, into) in (Decimal(0), _own_fee(out))

        def less(out: Event, into: Event) -> bool:
            return self._near(out, into) and self._arrives(out, into)

        self._settle(same, self._within.after, "proposed", "")
        self._settle(less, self._within.after, "proposed", "")

    def _settle(self, fits: Callable[[Event, Event], bool], reach: timedelta, tier: str, why: str) -> None:
        """Takes every pair without a choice: equal halves that can only go to one another, as many as of the others."""
        choices = self._choices(fits, reach)
        chosen: dict[str, list[Event]] = defaultdict(list)
        for id, several in choices.items():
            for arrived in several:
                chosen[arrived.id].append(self._outs[id])
        for outs, ins in components(self._outs, choices, chosen):
            if len({self._alike(e) for e in outs}) == 1 and len({self._alike(e) for e in ins}) == 1:
                pairs = _in_order(outs, ins, fits) if len(outs) == len(ins) else []
                for out, into in pairs:
                    self.take(out.id, into.id, tier, why or self._why(out, into, len(outs)))

    def _choices(self, fits: Callable[[Event, Event], bool], reach: timedelta) -> dict[str, list[Event]]:
        """For each open half that left, those that may be its other half."""
        arrived: dict[str, list[Event]] = defaultdict(list)
        for into in self._ins.values():
            arrived[self._asset(into.received[0])].append(into)
        times = {asset: [into.time for into in several] for asset, several in arrived.items()}
        found: dict[str, list[Event]] = {}
        for out in self._outs.values():
            asset = self._asset(out.sent[0])
            if asset in arrived:
                first = bisect_left(times[asset], out.time - max(self._within.before, reach))
                last = bisect_right(times[asset], out.time + reach)
                several = [into for into in arrived[asset][first:last] if _other_wallet(out, into) and fits(out, into)]
                if several:
                    found[out.id] = several
        return found

    def _near(self, out: Event, into: Event, reach: timedelta | None = None) -> bool:
        if reach is not None:
            return abs(into.time - out.time) <= reach
        return -self._within.before <= into.time - out.time <= self._within.after

    def _difference(self, out: Event, into: Event) -> Decimal:
        return exact.subtract(out.sent[0].quantity, into.received[0].quantity)

    def _arrives(self, out: Event, into: Event) -> bool:
        """Whether what came in is what was sent, less the fee that was stated or what a network may keep.

        What is missing beyond that went to somebody else, whatever else the two halves share.
        """
        kept, sent = self._difference(out, into), out.sent[0].quantity
        return 0 <= kept <= max(self._within.kept(self._asset(out.sent[0]), sent), _own_fee(out))

    def _alike(self, half: Event) -> tuple[str, str, Decimal, Decimal]:
        leg = (half.sent or half.received)[0]
        return half.wallet, self._asset(leg), leg.quantity.normalize(exact.EXACT), _own_fee(half)

    def _why(self, out: Event, into: Event, count: int) -> str:
        kept = self._difference(out, into)
        amount = f"{plain(kept)} {out.sent[0].asset} less" if kept else "the same amount"
        gap = _spoken(into.time - out.time)
        others = "no other half fits either" if count == 1 else f"{count} equal moves, paired in order of time"
        return f"{amount} arrived {gap}; {others}"

    def result(self) -> Matched:
        pairs = sorted(self._pairs, key=lambda pair: (self._events[pair.out].time, pair.out))
        open_halves = sorted((*self._outs.values(), *self._ins.values()), key=lambda half: (half.time, half.id))
        unmatched = tuple(Unmatched(half.id, self._candidates(half)) for half in open_halves)
        return Matched(tuple(pairs), unmatched)

    def _candidates(self, half: Event) -> tuple[Candidate, ...]:
        """What the other half may be, the likeliest first; then what it is if there is none."""
        others = self._ins if half.sent else self._outs
        ranked = []
        for other in others.values():
            out, into = (half, other) if half.sent else (other, half)
            fitting = self._asset(out.sent[0]) == self._asset(into.received[0]) and _other_wallet(out, into)
            if fitting and self._difference(out, into) >= 0 and self._near(out, into, timedelta(days=7)):
                kept = self._difference(out, into)
                too_much = kept > self._within.kept(self._asset(out.sent[0]), out.sent[0].quantity)
                ranked.append(((too_much, abs(into.time - out.time), kept, other.id), out, into, kept))
        ranked.sort(key=lambda one: one[0])
        found = []
        for _, out, into, kept in ranked[:_SHOWN]:
            other = into if half.sent else out
            less = f"{plain(kept)} {out.sent[0].asset} less arrives" if kept else "the same amount"
            why = f"{other.wallet}, {time_text(other.time)}: {less}, {_spoken(into.time - out.time)}"
            found.append(Candidate(other.id, why, MEANS["transfer"], transfer_ruling(out, into)))
        kinds = ("spend", "gift_out") if half.sent else ("buy", "opening", "gift_in")
        for kind in kinds:
            ruling = f"- {{row: {_row(half)}, is: {kind}, {_NEEDS[kind]}by: …, on: …, why: …}}"
            found.append(Candidate("", "no other half", MEANS[kind], ruling))
        return tuple(found)


def moved(events: Sequence[Event], transfers: Iterable[Transfer]) -> tuple[Event, ...]:
    """The events with each pair as one move, at the earlier of its times and the place of what was sent."""
    transfers = list(transfers)
    if not transfers:
        return tuple(events)
    by_id = {event.id: event for event in events}
    moves: dict[str, Event] = {}
    gone: set[str] = set()
    for pair in transfers:
        out, into = by_id[pair.out], by_id[pair.into]
        kept = exact.subtract(out.sent[0].quantity, into.received[0].quantity)
        own = out.sent[0].asset
        fees = [fee for fee in out.fees if not (fee.asset == own and is_stated(kept, out))]
        sent = out.sent
        if kept and pair.fee is not None and pair.fee.usd is not None:
            sent, fees = (out.sent[0]._replace(quantity=into.received[0].quantity),), [*fees, pair.fee]
        received = into.received[0]._replace(asset=own)  # the same asset, by whichever of its names
        moves[pair.out] = out._replace(
            kind="transfer",
            time=min(out.time, into.time),
            sent=sent,
            received=(received,),
            fees=(*fees, *into.fees),
            to_wallet=into.wallet,
            timed=out.timed and into.timed,
            note=out.note or into.note,
        )
        gone.add(pair.into)
    return tuple(moves.get(event.id, event) for event in events if event.id not in gone)


def _in_order(
    outs: Sequence[Event], ins: Sequence[Event], fits: Callable[[Event, Event], bool]
) -> list[tuple[Event, Event]]:
    """As many of each, one to one in order of amount and time; none where that does not fit."""
    if len(outs) != len(ins):
        return []
    outs = sorted(outs, key=lambda half: (half.sent[0].quantity, half.time, half.id))
    ins = sorted(ins, key=lambda half: (half.received[0].quantity, half.time, half.id))
    pairs = list(zip(outs, ins, strict=True))
    return pairs if all(_other_wallet(out, into) and fits(out, into) for out, into in pairs) else []


def _other_wallet(out: Event, into: Event) -> bool:
    return out.wallet != into.wallet


def _chain_id(txid: str) -> str:
    return txid.strip().casefold().removeprefix("0x")


def _names(route: str, other: Event) -> bool:
    """Whether an export's words for an own account name the other half's."""
    words = "".join(filter(str.isalnum, route.casefold()))
    known = ("".join(filter(str.isalnum, name.casefold())) for name in (other.wallet, other.source))
    return bool(words) and words in known


def _own_fee(half: Event) -> Decimal:
    """What a half states as a fee in the units that move, on top of them."""
    asset = (half.sent or half.received)[0].asset
    total = Decimal(0)
    for fee in half.fees:
        if not fee.inside and fee.asset == asset:
            total = exact.add(total, fee.quantity)
    return total


def is_stated(kept: Decimal, out: Event) -> bool:
    """Whether what a network kept of a move is the very fee that the half which left states."""
    return bool(kept) and kept == _own_fee(out)


def _stated_fee(out: Event, into: Event) -> Fee | None:
    return next((fee for fee in (*out.fees, *into.fees) if not fee.inside), None)


def transfer_ruling(out: Event, into: Event) -> str:
    """The line of decisions.yaml that makes two halves one move."""
    return f"- {{transfer: [{_row(out)}, {_row(into)}], by: …, on: …, why: …}}"


def _row(event: Event) -> str:
    return f"{event.file}:{event.rows[0]}"


def _spoken(gap: timedelta) -> str:
    """A time between two halves: `12 minutes later`."""
    seconds = int(abs(gap).total_seconds())
    if seconds < 60:
        return "within a minute"
    units = ((86400, "day"), (3600, "hour"), (60, "minute"))
    size, unit = next((size, unit) for size, unit in units if seconds >= size)
    count = seconds // size
    return f"{count} {unit}{'s' * (count != 1)} {'later' if gap > timedelta(0) else 'earlier'}"
