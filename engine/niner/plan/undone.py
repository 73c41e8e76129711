"""Rulings that are not about lots, and moves put together of two rows, to the inputs without each of them.

What a ruling says somebody decided, and a move that was proposed is a guess: a line hangs on both.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from niner.case.rulings import FILE, AnyRuling, Duplicate, Reclassified, Reported, read_rulings
from niner.dataclass import dataclass
from niner.ledger import Ledger, Paired, Transaction
from niner.ledger.kinds import SHAPES
from niner.money import whole_cents
from niner.plan.unknown_units import at_end
from niner.prepare import Inputs, Options, read_inputs
from niner.values import Refused, Source

_MOST = 20


@dataclass(frozen=True, slots=True)
class Undone:
    """One thing that was decided: what, how it is now, and the inputs by how else it could be; None where it can't be
    worked out. `told_by_ends`: where the case has errors then for units of unknown origin, the two ends of it tell the
    line.
    """

    what: str
    now: str
    ways: Mapping[str, Inputs | None]
    bound: str = "exact"
    says: str = ""
    source: Source | None = None
    told_by_ends: bool = False


def undone(folder: Path, inputs: Inputs, options: Options, year: int) -> Iterator[Undone]:
    """Each ruling left aside, and each move of two rows as none, the first of many."""
    yield from _rulings(folder, inputs, options, year)
    yield from _moves(inputs)


def _rulings(folder: Path, inputs: Inputs, options: Options, year: int) -> Iterator[Undone]:
    """Without each ruling, and what a row is by every other kind that needs to say no more than it does."""
    every = read_rulings(folder)[0]
    chosen = [one for one in every if isinstance(one[1], Reclassified | Duplicate | Reported)]
    for line, ruling in chosen[:_MOST]:
        ways: dict[str, Inputs | None] = {"without it": None}
        says = ""
        others = [one for one in every if one[0] != line]
        try:
            case, ledger, brokers, findings = read_inputs(folder, options, lambda *_: None, lambda case: year, others)
            ways["without it"] = Inputs(case, ledger, brokers, tuple(findings), inputs.as_if)
        except Refused as refused:
            says = next((f"Without it: {f.says}" for f in refused.findings if f.severity == "error"), "")
        if isinstance(ruling, Reclassified):
            ways |= _other_kinds(inputs, ruling)
        yield Undone(_words(ruling), "ruled so", ways, says=says, source=Source(FILE, line), told_by_ends=True)


def _words(ruling: AnyRuling) -> str:
    if isinstance(ruling, Duplicate):
        return f"That {' and '.join(ruling.duplicate)} are one event"
    if isinstance(ruling, Reported):
        rows = ", ".join(ruling.reported)
        return f"What {rows} {'is' if len(ruling.reported) == 1 else 'are'}, as brokers reported"
    assert isinstance(ruling, Reclassified)
    return f"That {ruling.row} is {ruling.is_}" if ruling.is_ else f"The amounts ruled for {ruling.row}"


def _other_kinds(inputs: Inputs, ruling: Reclassified) -> dict[str, Inputs]:
    """The row by other kinds of the same shape, one for each."""
    place = inputs.ledger.named.get(ruling.row)
    row = next((t for t in inputs.ledger.transactions if t.source == place), None)
    if row is None or not ruling.is_ or row.kind not in SHAPES:
        return {}
    shape = SHAPES[row.kind]
    kinds = [kind for kind, other in SHAPES.items() if other == shape and kind != row.kind]
    return {
        f"as {kind}": replace(inputs, ledger=_with(inputs.ledger, {row: (row._replace(kind=kind),)})) for kind in kinds
    }


def _moves(inputs: Inputs) -> Iterator[Undone]:
    """Moves that a ruling or time and amount alone put together, those of one asset between two wallets at once, as
    units that left for somebody else and units that came from elsewhere."""
    groups: dict[tuple[str, str, str, str], list[tuple[Transaction, Paired]]] = defaultdict(list)
    for t in inputs.ledger.transactions if inputs.ledger.paired else ():
        pair = inputs.ledger.paired.get(t.source)
        if t.kind == "transfer" and pair is not None and pair.tier != "certain":
            groups[pair.tier, t.wallet, t.to_wallet, t.sent_asset].append((t, pair))
    for (tier, wallet, to_wallet, asset), several in list(groups.items())[:_MOST]:
        price = _dearest(inputs.ledger, asset)
        count = "One move" if len(several) == 1 else f"{len(several)} moves"
        what = f"{count} of {asset} from {wallet} to {to_wallet}, put together of two rows"
        now = "ruled to be one" if tier == "ruled" else "proposed by time and amount"
        source = several[0][0].source
        if price is None:
            yield Undone(what, now, {"no move": None}, "ends", "Nothing in the folder prices it.", source)
            continue
        ways: dict[str, Inputs | None] = {}
        for end, name in enumerate(
            (
                "no move: sold for their worth, and the others with no basis",
                "no move: given away, and the others bought",
            )
        ):
            apart = {t: _apart(t, pair, price, end) for t, pair in several}
            ways[name] = replace(inputs, ledger=_with(inputs.ledger, apart))
        yield Undone(what, now, ways, "ends", "", source)


def _apart(t: Transaction, pair: Paired, price: Fraction, end: int) -> tuple[Transaction, Transaction]:
    """The two halves of a move, each at an end of what it can have been."""
    units, asset = t.received_quantity or t.sent_quantity, t.received_asset or t.sent_asset
    assert units is not None
    out = t._replace(kind="transfer_out", received_quantity=None, received_asset="", to_wallet="")
    into = Transaction(f"{t.id} arrived", t.instant, t.day, t.to_wallet, "transfer_in", pair.other)
    into = into._replace(received_quantity=units, received_asset=asset)
    return tuple(at_end(half, whole_cents(price * Fraction(units)), end) for half in (out, into))  # type: ignore[return-value]


def _dearest(ledger: Ledger, asset: str) -> Fraction | None:
    """The most cents a unit of an asset that a row of the ledger says."""
    found = None
    for t in ledger.transactions:
        units = t.sent_quantity if t.sent_asset == asset else t.received_quantity if t.received_asset == asset else None
        if units and t.value_cents:
            rate = Fraction(t.value_cents) / Fraction(units)
            found = rate if found is None else max(found, rate)
    return found


def _with(ledger: Ledger, instead: Mapping[Transaction, tuple[Transaction, ...]]) -> Ledger:
    rows = tuple(row for t in ledger.transactions for row in instead.get(t, (t,)))
    return replace(ledger, transactions=rows)
