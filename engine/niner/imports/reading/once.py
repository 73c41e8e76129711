"""Drafts of several files to drafts that stand once: what a later or another export tells again is left out.

By the export's own id where there is one, else by what the row says and how many rows of the same file say the same:
two equal rows of one file are both real.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from niner.dataclass import dataclass
from niner.imports.draft import Draft
from niner.imports.events import MONEY, LeftOut
from niner.imports.reading.own_format import Placed, placed
from niner.ledger.transaction import Transaction
from niner.values import Finding, Source
from niner.words.plain import shown

Content = tuple[object, ...]


@dataclass(slots=True)
class Once:
    """The drafts that count, the rows of each file that don't, and ids that stand for two different things."""

    drafts: list[Draft]
    left_out: dict[str, list[LeftOut]]
    findings: list[Finding]


def once(by_file: Mapping[str, Sequence[Draft]]) -> Once:
    """The drafts of all files without what is told again. Files are taken in the order of their names."""
    ids = [draft.native for drafts in by_file.values() for draft in drafts]
    if all(ids) and len(set(ids)) == len(ids):
        return Once([draft for file in sorted(by_file) for draft in by_file[file]], defaultdict(list), [])
    if all(ids) or sum(map(bool, by_file.values())) == 1:  # equal rows of one file are both real
        return _by_ids(by_file)
    found = Once([], defaultdict(list), [])
    by_id: dict[tuple[str, str, str], Draft] = {}
    with_id: Counter[Content] = Counter()
    without: dict[Content, list[Draft]] = defaultdict(list)
    for file in sorted(by_file):
        here: Counter[Content] = Counter()
        kept: list[tuple[Draft, Content]] = []
        for draft in _dollars_first(by_file[file]):
            content = _content(draft)
            place = here[content]
            here[content] += 1
            id = (draft.source, draft.wallet, draft.native)
            twin = by_id.get(id) if draft.native else None
            if twin is None and draft.native and place < len(without[content]):
                twin = without[content][place]
            if twin is None and not draft.native and place < with_id[content] + len(without[content]):
                twin = (
                    without[content][min(place, len(without[content]) - 1)] if without[content] else _of(by_id, content)
                )
            if twin is None:
                kept.append((draft, content))
                if draft.native:
                    by_id[id] = draft
            else:
                _told_again(draft, twin, found)
        for draft, content in kept:
            if draft.native:
                with_id[content] += 1
            else:
                without[content].append(draft)
        found.drafts += [draft for draft, _ in kept]
    return found


def _by_ids(by_file: Mapping[str, Sequence[Draft]]) -> Once:
    """The same where what rows say need not be compared: each has an id of the source's own, or all are of one file."""
    found = Once([], defaultdict(list), [])
    by_id: dict[tuple[str, str, str], Draft] = {}
    for file in sorted(by_file):
        for draft in _dollars_first(by_file[file]):
            twin = by_id.setdefault((draft.source, draft.wallet, draft.native), draft) if draft.native else draft
            if twin is draft:
                found.drafts.append(draft)
            else:
                _told_again(draft, twin, found)
    return found


def _told_again(draft: Draft, twin: Draft, found: Once) -> None:
    """A row that another tells is left out; one whose id stands for something else is an error."""
    if draft.native and draft.native == twin.native and not _same(draft, twin):
        says = f"The id “{shown(draft.native)}” stands for something else in {Source(twin.file, twin.line)}."
        todo = "Look both rows up at the exchange, and correct or remove the wrong one."
        where = Source(draft.file, draft.line)
        found.findings.append(Finding("import-same-id", "error", says, todo, source=where))
        return
    again = f"row {twin.row}" if twin.file == draft.file else f"{twin.file}, row {twin.row}"
    told = f"{twin.file}:{twin.row}"
    found.left_out[draft.file].append(LeftOut(draft.row, f"told already by {again}", told=told))


def _of(by_id: Mapping[tuple[str, str, str], Draft], content: Content) -> Draft:
    return next(draft for draft in by_id.values() if _content(draft) == content)


def _dollars_first(drafts: Sequence[Draft]) -> list[Draft]:
    """A row that an export repeats in another display currency has the same id: the one in dollars counts."""
    ids = Counter(draft.native for draft in drafts if draft.native)
    if not any(count > 1 for count in ids.values()):
        return list(drafts)
    return sorted(drafts, key=lambda d: (ids[d.native] > 1 and not _in_dollars(d), d.row))


def _in_dollars(draft: Draft) -> bool:
    return draft.usd is not None or any(leg.asset == "USD" for leg in (*draft.sent, *draft.received))


def _content(draft: Draft) -> Content:
    """What a row says, in whichever version of a layout: the second, what it is and the units."""
    time = draft.time
    return (
        *(draft.source, draft.wallet, time.replace(microsecond=0) if time.microsecond else time),
        draft.kind or draft.group,
        *(draft.sent, draft.received, draft.fees if not draft.sent and not draft.received else ()),
    )


def _same(one: Draft, other: Draft) -> bool:
    """Whether two rows with one id move the same units; the currency that they are priced in may differ."""

    def units(draft: Draft) -> list[object]:
        sides = (draft.sent, draft.received)
        return [[leg for leg in side if leg.asset not in MONEY] for side in sides]

    mine, theirs = units(one), units(other)
    if not any(mine) and not any(theirs):
        return (one.sent, one.received) == (other.sent, other.received)
    return mine == theirs


@dataclass(slots=True)
class OwnOnce:
    """Rows of files in Niner's own format that count, by file, and those that another file tells already."""

    kept: dict[str, Placed]
    left_out: dict[str, list[LeftOut]]


def own_once(by_file: Mapping[str, Placed]) -> OwnOnce:
    """Rows that stand in another file with the same id and say the same are one; any other is for the ledger to see."""
    found = OwnOnce({}, defaultdict(list))
    with_rows = [rows for rows in by_file.values() if len(rows)]
    ids = {id for rows in with_rows for id in rows.rows.ids} if len(with_rows) > 1 else set()
    if len(with_rows) < 2 or len(ids) == sum(map(len, with_rows)):
        found.kept.update(by_file if len(with_rows) < 2 else {file: by_file[file] for file in sorted(by_file)})
        return found
    first: dict[str, tuple[str, int, Transaction]] = {}
    for file in sorted(by_file):
        kept: list[tuple[int, Transaction]] = []
        for row, transaction in by_file[file]:
            other = first.get(transaction.id)
            if other and other[0] != file and other[2]._replace(source=transaction.source) == transaction:
                why, told = f"told already by {other[0]}, row {other[1]}", f"{other[0]}:{other[1]}"
                found.left_out[file].append(LeftOut(row, why, told=told))
                continue
            first.setdefault(transaction.id, (file, row, transaction))
            kept.append((row, transaction))
        found.kept[file] = placed(kept)
    return found
