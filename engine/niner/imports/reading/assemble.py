"""Drafts of rows to events: rows that are legs of one event are put together, then each gets its id."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, reduce
from operator import attrgetter, lt

from niner import exact
from niner.dataclass import dataclass
from niner.imports.draft import Draft
from niner.imports.events import Event, Fee, LeftOut, Leg, time_text
from niner.imports.layouts.compile import NotAnEvent, Wrong, settled_kind
from niner.imports.layouts.language import Format, Group
from niner.imports.settled import Ones, Ready, Settle, Settled, event_of, named_by
from niner.values import Finding, Source
from niner.words.suggest import named_for_rulings

_SHARED_DECIMALS = 8
_NONE = Decimal(0)
_new = tuple.__new__  # what Draft(…) comes to, without matching names to places for every event


@dataclass(slots=True)
class Assembled:
    """Events and what is settled, rows that came to nothing (by file), and what was found putting them together."""

    events: list[Event]
    settled: list[Settled]
    left_out: dict[str, list[LeftOut]]
    findings: list[Finding]


def assemble(
    drafts: Sequence[Draft],
    formats: Mapping[str, Format],
    settle: Settle | None = None,
    settled: Sequence[Settled] = (),
) -> Assembled:
    """The events of drafts; `formats` gives the format of each file, `settle` what need not be an event.

    `settled` are other rows of the same files, which were settled while they were read.
    """
    made = Assembled([], [], defaultdict(list), [])
    ready: list[Ready] = [(draft, (draft,)) for draft in drafts if not draft.group]
    bundles: dict[tuple[object, ...], list[Draft]] = defaultdict(list)
    for draft in drafts if len(ready) < len(drafts) else ():
        place: tuple[object, ...] = _BUNDLE(draft)
        name, key = draft.group, draft.key
        if name:
            if key and not any(key):
                place += (draft.file, str(draft.row))
            bundles[place].append(draft)
    for legs in bundles.values():
        group = formats[legs[0].file].groups[legs[0].group]
        if group.within_seconds is None and len(legs) == 2:
            exchange = of_two(group, *legs)
            if exchange is not None:
                ready.append(exchange)
                continue
        for rows in _events_of(group, legs, made.findings):
            ready += _one_event(group, rows, made)
    times = [draft.time for draft, _ in ready]
    if not all(map(lt, times, times[1:])):
        ready.sort(key=lambda one: (one[0].time, one[0].file, one[0].row))
    made.events, made.settled = _named(ready, settle, settled)
    return made


_BUNDLE = attrgetter("source", "wallet", "group", "key")


def _events_of(group: Group, legs: list[Draft], findings: list[Finding]) -> Iterable[list[Draft]]:
    """The rows of each event among legs whose keys agree."""
    if group.within_seconds is None:
        yield legs
        return
    legs = sorted(legs, key=lambda leg: (leg.time, leg.file, leg.row))
    if group.share:
        yield from _clusters(legs, timedelta(seconds=group.within_seconds))
    else:
        yield from _pairs(group, legs, timedelta(seconds=group.within_seconds), findings)


def _clusters(legs: list[Draft], window: timedelta) -> Iterable[list[Draft]]:
    cluster: list[Draft] = []
    for leg in legs:
        if cluster and leg.time - cluster[0].time > window:
            yield cluster
            cluster = []
        cluster.append(leg)
    if cluster:
        yield cluster


def _pairs(group: Group, legs: list[Draft], window: timedelta, findings: list[Finding]) -> Iterable[list[Draft]]:
    """What left and what came in within the window, two by two; whatever order the rows are in, the same pairs."""
    outs = [leg for leg in legs if leg.sent]
    ins = [leg for leg in legs if not leg.sent]
    open_outs, open_ins = dict(enumerate(outs)), dict(enumerate(ins))
    fits: dict[int, list[int]] = {
        o: [i for i, into in open_ins.items() if _fit(group, out, into, window)] for o, out in open_outs.items()
    }
    while open_outs:
        choices = {o: [i for i in fits[o] if i in open_ins] for o in open_outs}
        wanted = Counter(i for several in choices.values() for i in several)
        enough = 2 if group.told else 1
        sure = next(
            (
                (o, i)
                for o, several in choices.items()
                for i in several
                if (len(several) == 1) + (wanted[i] == 1) >= enough
            ),
            None,
        )
        if sure is None and not group.told:
            alike = next(((o, several[0]) for o, several in choices.items() if several and _alike(several, ins)), None)
            sure = alike
        if sure is None:
            break
        yield [open_outs.pop(sure[0]), open_ins.pop(sure[1])]
    for o, out in open_outs.items():
        if any(i in open_ins for i in fits[o]):
            says = "Several rows at this moment could be the other half of this one."
            todo = "Tell them apart in Niner's own format, or rule on them in decisions.yaml."
            todo = _todo(group, out) or named_for_rulings(todo, out.file, out.row, out.line)
            findings.append(Finding("import-halves", "error", says, todo, source=Source(out.file, out.line)))
        else:
            yield [out]
    for leg in open_ins.values():
        if not any(leg in [ins[i] for i in fits[o]] for o in open_outs):
            yield [leg]


def _fit(group: Group, out: Draft, into: Draft, window: timedelta) -> bool:
    if abs(out.time - into.time) > window or not into.received:
        return False
    if group.kind == "rename" and out.sent[0].quantity != into.received[0].quantity:
        return False
    if out.usd and into.usd and out.usd != into.usd:
        return False
    return out.sent[0].asset != into.received[0].asset


def _alike(several: Sequence[int], ins: Sequence[Draft]) -> bool:
    return len({(ins[i].time, ins[i].received, ins[i].usd) for i in several}) == 1


def _one_event(group: Group, rows: list[Draft], made: Assembled) -> list[tuple[Draft, Sequence[Draft]]]:
    """One event of rows that belong together; several where one side is shared out among the rows of the other."""
    rows = sorted(rows, key=lambda row: (row.time, row.file, row.row))
    first = rows[0]
    sent, received = _net(rows)
    try:
        if not sent and not received and not any(row.fees for row in rows):
            moved = any(row.sent or row.received for row in rows)
            raise NotAnEvent("own units, in and out: nothing changes" if moved else "nothing moved")
        if not sent and not received:
            whole = _together(rows, sent, received, "fee")
        elif (not sent or not received) and group.alone is not None:
            if group.alone.skip:
                raise NotAnEvent(group.alone.skip)
            whole = _together(rows, sent, received, group.alone.kind, group.alone.why)
        elif not sent or not received:
            half = "what came for it" if sent else "what was given for it"
            says = f"The other half of this row ({first.type}) is not in the file: {half} is missing."
            todo = "If the export begins or ends in the middle of it, download a longer period; else rule on the row."
            if group.todo:
                says, todo = f"This row ({first.type}) does not say what was on its other side.", _todo(group, first)
            raise Wrong("import-half", says, todo, first.type)
        elif group.share and len(sent) > 1 and len(received) == 1 and all(row.share for row in rows if row.sent):
            return _shared(group, rows, received[0])
        else:
            whole = _together(rows, sent, received, group.kind)
    except NotAnEvent as why:
        for row in rows:
            made.left_out[row.file].append(LeftOut(row.row, str(why)))
        return []
    except Wrong as problem:
        where = Source(first.file, first.line)
        todo = named_for_rulings(problem.todo, first.file, first.row, first.line)
        made.findings.append(Finding(problem.id, "error", str(problem), todo, source=where))
        return []
    if group.told:
        says = f"{_rows(rows)} were put together ({first.type}): {group.told}"
        todo = f"Compare them with what {first.source} shows: two events each have to say what was on the other side."
        made.findings.append(
            Finding("import-put-together", "review", says, todo, source=Source(first.file, first.line))
        )
    return [(whole, rows)]


def _todo(group: Group, row: Draft) -> str:
    """What the format says to do about a row without its other half; empty where it says nothing."""
    units = ", ".join(f"{leg.quantity:f} {leg.asset}" for leg in (*row.sent, *row.received))
    return group.todo.replace("{units}", units)


def _rows(rows: Sequence[Draft]) -> str:
    lines = [str(row.line) for row in rows]
    return f"Rows {', '.join(lines[:-1])} and {lines[-1]}" if len(lines) > 1 else f"Row {lines[0]}"


def of_two(group: Group, one: Draft, other: Draft) -> tuple[Draft, Sequence[Draft]] | None:
    """The event of two rows as most are, one that gives an asset and one that gets another: what `_one_event` makes.

    None where there is more to it.
    """
    if other.time <= one.time and (other.time, other.file, other.row) < (one.time, one.file, one.row):
        one, other = other, one
    (
        file, row, line, time, wallet, source, _, type, sent, received, fees, usd, _, key, id, txid, to_wallet, route,
        note, share, timed, view,
    ) = one  # fmt: skip
    _, _, _, _, _, _, _, _, sent_too, received_too, fees_too, usd_too, _, _, again, txid_too, _, _, note_too, *_ = other
    out, into, neither, nor = (
        (sent, received_too, received, sent_too) if sent else (sent_too, received, received_too, sent)
    )
    if len(out) != 1 or neither or nor or len(into) != 1:
        return None
    ((given, gave),), ((gotten, got),) = out, into
    fees += fees_too
    if gave == got or len(fees) > 1 or usd is not None or usd_too is not None:
        return None
    kind = _kindof_two(group.kind, gave, got)
    if not kind:
        return None
    if again and again != id:
        id = f"{min(id, again)}+{max(id, again)}" if id else again
    if note != note_too:
        note = "; ".join(filter(None, (note, note_too)))
    whole: Draft = _new(
        Draft,
        (file, row, line, time, wallet, source, kind, type, (_new(Leg, (exact.add(_NONE, given), gave)),),
         (_new(Leg, (exact.add(_NONE, gotten), got)),), fees, None, "", key, id, txid or txid_too, to_wallet, route,
         note, share, timed, view),
    )  # fmt: skip
    return whole, [one, other]


@lru_cache(maxsize=4096)
def _kindof_two(kind: str, gave: str, got: str) -> str:
    """The kind of an event of two assets; empty where it is none, or there is something to say."""
    try:
        return settled_kind(kind, "", (Leg(_NONE, gave),), (Leg(_NONE, got),))
    except (NotAnEvent, Wrong):
        return ""


def _net(rows: Sequence[Draft]) -> tuple[tuple[Leg, ...], tuple[Leg, ...]]:
    """What left and what came in, by asset; several rows on one side are one amount."""
    total: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        for leg in row.received:
            total[leg.asset] = exact.add(total[leg.asset], leg.quantity)
        for leg in row.sent:
            total[leg.asset] = exact.subtract(total[leg.asset], leg.quantity)
    left = tuple(Leg(quantity.copy_negate(), asset) for asset, quantity in sorted(total.items()) if quantity < 0)
    came = tuple(Leg(quantity, asset) for asset, quantity in sorted(total.items()) if quantity > 0)
    return left, came


def _together(
    rows: Sequence[Draft], sent: tuple[Leg, ...], received: tuple[Leg, ...], kind: str, why: str = ""
) -> Draft:
    """One draft of several rows; the value is that of what left, where rows state one. Raises NotAnEvent or Wrong.

    `why` is its note where no row has one.
    """
    paid = [fee for row in rows for fee in row.fees]
    if len(paid) > 1:
        fees: dict[tuple[str, bool], Fee] = {}
        for fee in paid:
            key = fee.asset, fee.inside
            before = fees.get(key)
            fees[key] = fee if before is None else _added(before, fee)
        paid = list(fees.values())
    out = [row.usd for row in rows if row.usd is not None and row.sent]
    into = [row.usd for row in rows if row.usd is not None and not row.sent]
    values = out or into
    first = rows[0]
    return first._replace(
        kind=settled_kind(kind, first.type, sent, received),
        sent=sent,
        received=received,
        fees=tuple(paid),
        usd=_sum(values) if values else None,
        native="+".join(sorted({row.native for row in rows if row.native})),
        txid=next((row.txid for row in rows if row.txid), ""),
        note="; ".join(dict.fromkeys([row.note for row in rows if row.note])) or why,
        group="",
    )


def _sum(values: Iterable[Decimal]) -> Decimal:
    return reduce(exact.add, values, Decimal(0))


def _added(one: Fee, other: Fee) -> Fee:
    usd = None if one.usd is None or other.usd is None else exact.add(one.usd, other.usd)
    total, guessed = exact.add(one.quantity, other.quantity), one.guessed or other.guessed
    return one._replace(quantity=total, usd=usd, guessed=guessed)


def _shared(group: Group, rows: Sequence[Draft], receipt: Leg) -> list[tuple[Draft, Sequence[Draft]]]:
    """Many small amounts that were turned into one: each gets its part of the receipt, by the value that it had."""
    givers = [row for row in rows if row.sent]
    receiver = next(row for row in rows if not row.sent)
    weights = [abs(Fraction(row.share or 0)) for row in givers]
    scale = max(exact.decimals(receipt.quantity), _SHARED_DECIMALS)
    units = exact.units(receipt.quantity, scale)
    shares = [int(units * weight / sum(weights)) for weight in weights]
    shares[-1] += units - sum(shares)  # what rounding down leaves over
    parts = [exact.quantity(share, scale) for share in shares]
    made: list[tuple[Draft, Sequence[Draft]]] = []
    for row, part in zip(givers, parts, strict=True):
        came = (Leg(part, receipt.asset),)
        kind = settled_kind(group.kind, row.type, row.sent, came)
        made.append((row._replace(received=came, kind=kind, group=""), [row, receiver]))
    return made


def _named(
    ready: Sequence[Ready], settle: Settle | None, at_once: Sequence[Settled]
) -> tuple[list[Event], list[Settled]]:
    """Events with ids that do not depend on the file they were read from: the export's own, else by what they say.

    With `settle`, what it makes a transaction of is no event yet; `at_once` are those that are none already.
    """
    names = [f"{draft[4]}:{draft[14]}" if draft[14] else name_of(draft) for draft, _ in ready]  # wallet and native
    ids = [one.transaction.id for one in at_once]
    if len({*names, *ids}) < len(names) + len(ids):
        names, at_once = _told_apart(ready, names, at_once)
    made = settle(ready, names) if settle is not None else [None] * len(ready)
    events: list[Event] = []
    settled: list[Settled] = []
    as_read = Ones(ready)
    for at, transaction in enumerate(made):
        if transaction is None:
            events.append(event_of(*ready[at], names[at]))
        else:
            settled.append(_new(Settled, (transaction, as_read, at)))
    if events and settled:  # of what stands on one line the order is that of the events
        places = {(event.file, event.line) for event in events}
        if any((one.transaction.source.file, one.transaction.source.row) in places for one in settled):
            return _named(ready, None, at_once)
    return events, [*at_once, *settled]


def _told_apart(
    ready: Sequence[Ready], names: Sequence[str], at_once: Sequence[Settled]
) -> tuple[list[str], list[Settled]]:
    """The same with a number behind every name that stands twice, from the second on, in the order of time."""
    names, at_once = list(names), list(at_once)
    counts = Counter([*names, *(one.transaction.id for one in at_once)])
    places = [(draft, at, -1) for at, (draft, _) in enumerate(ready) if counts[names[at]] > 1]
    places += [(one.made.ready(one.at)[0], -1, at) for at, one in enumerate(at_once) if counts[one.transaction.id] > 1]
    places.sort(key=lambda place: (place[0].time, place[0].file, place[0].row))
    seen: Counter[str] = Counter()
    for _, at, other in places:
        name = names[at] if at >= 0 else at_once[other].transaction.id
        seen[name] += 1
        if seen[name] == 1:
            continue
        if at >= 0:
            names[at] = f"{name}-{seen[name]}"
        else:
            one = at_once[other]
            at_once[other] = one._replace(transaction=one.transaction._replace(id=f"{name}-{seen[name]}"))
    return names, at_once


def _short(quantity: Decimal) -> str:
    """A quantity without an exponent and without zeros at its end."""
    text = str(quantity)
    if "E" in text:
        return f"{quantity.normalize(exact.EXACT):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def name_of(draft: Draft) -> str:
    """The id of what has none in the export: by what it says."""
    _, _, _, time, wallet, source, kind, _, sent, received, _, _, _, _, _, _, _, _, _, _, _, _ = draft
    said = f"{source}|{wallet}|{time_text(time)}|{kind}"
    for quantity, asset in sent + received:
        said += f"|{_short(quantity)} {asset}"
    return f"{wallet}:{named_by(said)}"
