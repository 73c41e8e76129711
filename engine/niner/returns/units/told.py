"""Records that do not count to findings: why, for which rows, and what it comes to."""

from collections.abc import Callable, Mapping, Sequence

from niner.exact import add
from niner.ledger import Records, Transaction
from niner.lots import NotThere
from niner.money import PARTS, dollars_spoken
from niner.returns.units.choosing import Choosing, Fallen
from niner.rules import Conclusion
from niner.values import Finding, Source

_MOST = 8
"""Records whose effect is worked out one by one: each takes the whole ledger once more."""

Effect = Callable[[frozenset[int]], tuple[str, int] | None]
"""What it comes to that the records of some lines do not count: the sentence, and cents. None where nobody knows."""


def findings_of(
    choosing: Choosing,
    fallen_allocations: Mapping[int, Conclusion],
    not_there: Sequence[NotThere],
    transactions: Sequence[Transaction],
    effect: Effect,
) -> list[Finding]:
    """One finding for each record and reason, with the rows that it is about."""
    lines = [*dict.fromkeys([*(fallen.line for fallen in choosing.fallen.values()), *fallen_allocations])]
    alone = len(lines) <= _MOST
    effects = {line: effect(frozenset([line])) for line in lines} if alone else {}
    found = []
    for fallen in choosing.fallen.values():
        says = f"{fallen.because.says} It is so for {_rows(fallen)}."
        found.append(_finding("identification", fallen.because, fallen.line, says, effects.get(fallen.line)))
    for line, because in fallen_allocations.items():
        found.append(_finding("unused-basis", because, line, because.says, effects.get(line)))
    if not alone:
        found.append(_together(lines, effect(frozenset(lines))))
    return found + _missing(choosing, choosing.records, not_there, transactions)


def _finding(id: str, because: Conclusion, line: int, says: str, effect: tuple[str, int] | None) -> Finding:
    words, cents = effect or ("", None)
    said = " ".join(part for part in (says, because.open, words) if part)
    source = Source("decisions.yaml", line)
    return Finding(id, because.tell or "review", said, because.todo, because.authority, cents, source)


def _together(lines: Sequence[int], effect: tuple[str, int] | None) -> Finding:
    words, cents = effect or ("", None)
    says = f"{len(lines)} records of decisions.yaml on lots do not count. {words}".strip()
    return Finding(
        "identification", "review", says, "Each is listed by itself.", "", cents, Source("decisions.yaml", lines[0])
    )


def _rows(fallen: Fallen) -> str:
    first = fallen.rows[0]
    if len(fallen.rows) == 1:
        return f"{first.source} ({first.day})"
    return f"{len(fallen.rows)} rows from {first.source} ({first.day}) to {fallen.rows[-1].day}"


def _missing(
    choosing: Choosing, records: Records, not_there: Sequence[NotThere], transactions: Sequence[Transaction]
) -> list[Finding]:
    """Picks of which some units were not there to leave: the gain that follows, where something was sold."""
    if not not_there:
        return []
    wanted = {one.transaction for one in not_there} | {one.lot for one in not_there}
    rows = {t.id: t for t in transactions if t.id in wanted}
    groups: dict[tuple[str, str], list[NotThere]] = {}
    for one in not_there:
        groups.setdefault((one.transaction, one.why), []).append(one)
    found = []
    for (id, why), lacking in groups.items():
        t, identified = rows[id], records.identified[id]
        because = choosing.adequate(identified, t, why)
        units = lacking[0].units
        for one in lacking[1:]:
            units = add(units, one.units)
        where = ", ".join(f"“{name}”" for name in sorted({name for one in lacking for name in one.wallets if name}))
        lots = ", ".join(str(rows[one.lot].source) for one in lacking if one.lot in rows)
        says = f"{because.says} It is {units:f} {t.sent_asset or t.fee_asset} of {lots} for {t.source} ({t.day})"
        says += f", which lay in {where}." if where else "."
        found.append(_finding("identification", because, identified.line, says, _gain(lacking)))
    return found


def _gain(lacking: Sequence[NotThere]) -> tuple[str, int] | None:
    """What the gain is more or less by, with other units in the place of those identified."""
    more = 0
    for one in lacking:
        if one.identified_parts is None or one.used_parts is None:
            return None
        more += one.identified_parts - one.used_parts
    cents = more // PARTS
    return said_of("The gain", cents), abs(cents)


def said_of(what: str, more: int) -> str:
    """How much higher or lower an amount of cents is than if the record counted."""
    if not more:
        return f"{what} is the same as if it counted."
    way = "higher" if more > 0 else "lower"
    return f"{what} is {dollars_spoken(abs(more))} {way} than if it counted."
