"""Moves to what must be asked about them: halves without the other half, and pairs made by time and amount alone."""

from collections import defaultdict
from collections.abc import Iterator

from niner.imports.events import Event, Transfer, amount, time_text
from niner.imports.folder import Imported
from niner.imports.gate.stakes import Stakes
from niner.imports.joining.matching import transfer_ruling
from niner.values import Finding
from niner.words.suggest import named_for_rulings

_EXAMPLES = 3


def open_halves(imported: Imported, stakes: Stakes) -> Iterator[Finding]:
    """Each half whose other half is not known, the likeliest candidates, and the lines that settle it.

    At most, what left was paid away, or what came in has a basis, at the dearest price of the ledger. Whether it can
    change a figure of the year, the rules decide (half_of_a_move).
    """
    events = {event.id: event for event in imported.events} if imported.unmatched else {}
    for one in imported.unmatched:
        half = events[one.event]
        leg = (half.sent or half.received)[0]
        verb, end = ("left", "where it went") if half.sent else ("came into", "where it came from")
        says = f"{amount(leg)} {verb} {half.wallet}, and {end} is not known."
        moves = [candidate for candidate in one.candidates if candidate.event]
        if moves:
            says += f" It may be: {moves[0].why}" + (f", or {len(moves) - 1} more." if len(moves) > 1 else ".")
        todo = "Add the download of the other wallet, or write one of these into decisions.yaml: "
        todo += " or ".join(f"{candidate.ruling} ({candidate.means})" for candidate in one.candidates[:3])
        todo = named_for_rulings(todo, half.file, half.rows[0], half.line)
        yield stakes.finding("transfer-unmatched", "review", says, todo, half.place, [stakes.most(half)], value=half.id)


def proposed_moves(imported: Imported, stakes: Stakes) -> Iterator[Finding]:
    """One finding for the proposed moves of an asset between two wallets."""
    events = {event.id: event for event in imported.events} if imported.transfers else {}
    groups: dict[tuple[str, str, str], list[Transfer]] = defaultdict(list)
    for pair in imported.transfers:
        if pair.tier == "proposed":
            out = events[pair.out]
            groups[out.wallet, events[pair.into].wallet, out.sent[0].asset].append(pair)
    for (source, target, asset), several in groups.items():
        outs = [events[pair.out] for pair in several]
        told = "; ".join(_told(out, pair) for out, pair in zip(outs[:_EXAMPLES], several, strict=False))
        more = f"; and {len(several) - _EXAMPLES} more" if len(several) > _EXAMPLES else ""
        count = f"{len(several)} moves" if len(several) > 1 else "One move"
        says = f"{count} of {asset} from {source} to {target} matched by time and amount alone: {told}{more}."
        lines = "; ".join(transfer_ruling(events[pair.out], events[pair.into]) for pair in several[:_EXAMPLES])
        todo = f"Check with both accounts (`niner ledger` lists each); to settle it, write into decisions.yaml: {lines}"
        todo = named_for_rulings(todo, outs[0].file, outs[0].rows[0], outs[0].line)
        worth = [stakes.most(out) for out in outs]
        yield stakes.finding("transfer-proposed", "review", says, todo, outs[0].place, worth)


def _told(out: Event, pair: Transfer) -> str:
    return f"{amount(out.sent[0])} on {time_text(out.time)[:10]} ({pair.why})"
