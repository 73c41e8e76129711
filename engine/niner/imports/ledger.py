"""A case folder's downloads to the ledger that returns are worked out from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from niner.case.model import Case, Elections
from niner.case.rulings import AnyRuling, Reclassified, Reported, read_rulings
from niner.imports.downloads import read_downloads
from niner.imports.events import Event
from niner.imports.folder import Imported
from niner.imports.joining.matching import moved
from niner.imports.joining.transactions import transactions_of
from niner.ledger import Ledger, Paired, Priced, Transaction, whole_ledger
from niner.ledger.columns import Columns, by_place, distinct, joined
from niner.process.collecting import without_collecting
from niner.values import Source


def read_ledger(
    folder: Path,
    case: Case | None,
    elections: Elections | None = None,
    format_dirs: Iterable[Path] = (),
    progress: Callable[[int], None] | None = None,
    last_year: int | None = None,
    instead: Sequence[tuple[int, AnyRuling]] | None = None,
) -> Ledger:
    """Every download of the ledger folder as transactions by time. Problems are in `findings`, with file and row.

    `elections` take the place of the case's own, whose time zone says on which day something happened. `last_year` is
    the last that is worked out: rows after it that lack a price are left out, and told. `instead` take the place of
    the rulings of decisions.yaml.
    """
    with without_collecting():
        return _read(folder, case, elections, format_dirs, progress, last_year, instead)


def _read(
    folder: Path,
    case: Case | None,
    elections: Elections | None,
    format_dirs: Iterable[Path],
    progress: Callable[[int], None] | None,
    last_year: int | None,
    instead: Sequence[tuple[int, AnyRuling]] | None,
) -> Ledger:
    chosen = elections or (case.elections if case else Elections.model_construct())
    zone = ZoneInfo(chosen.timezone) if chosen.timezone else None
    imported = read_downloads(folder, case, format_dirs, progress, zone, last_year, instead)
    own = imported.own.rows
    told: list[Transaction] = []
    written = set(distinct(own, "file"))
    events: list[Event] = []
    unpriced = {one.event for one in imported.missing_prices}  # told already, by asset
    own_files = {place.file for place in imported.same}
    for event in moved(imported.events, imported.transfers):
        if event.id in unpriced:
            continue
        same, transaction = imported.same.get(event.place, (None, None)) if event.file in own_files else (None, None)
        if transaction is not None and same == event:
            told.append(transaction)
            if event.file in imported.written:
                written.add(event.file)
        else:
            events.append(event)
    made, findings = transactions_of(events, zone, case.same_as if case else {})
    others = Columns.of([*told, *(one.transaction for one in imported.settled), *made])
    whole = whole_ledger(
        by_place(joined([own, others]) if others else own), imported.inputs, [*imported.findings, *findings]
    )
    # Of exports the gate has said already what seems to stand twice.
    said = [f for f in whole.findings if f.id != "ledger-told-twice" or (f.source and f.source.file in written)]
    named = _named(read_rulings(folder)[0] if instead is None else instead, imported)
    paired, priced = _behind(imported)
    return replace(whole, findings=tuple(said), records=imported.records, named=named, paired=paired, priced=priced)


def _behind(imported: Imported) -> tuple[dict[Source, Paired], dict[Source, Priced]]:
    """How moves were put together, and which prices were used, by the row's place."""
    place = {event.id: event.place for event in imported.events} if imported.transfers else {}
    paired = {place[pair.out]: Paired(place[pair.into], pair.tier, pair.why) for pair in imported.transfers}
    prices = ((event, event.price) for event in imported.events)
    return paired, {event.place: Priced(one.source, one.rule) for event, one in prices if one is not None}


def _named(rulings: Iterable[tuple[int, AnyRuling]], imported: Imported) -> dict[str, Source]:
    """The places of the ledger's rows that rulings about reported sales, or about what a row is, name."""
    wanted: set[str] = set()
    for _, ruling in rulings:
        if isinstance(ruling, Reported | Reclassified):
            wanted |= set(ruling.sales if isinstance(ruling, Reported) else (ruling.row,))
    if not wanted:
        return {}
    told = {f"{file.file}:{one.row}": one.told for file in imported.files for one in file.left_out if one.told}
    counts = {name: told.get(name, name) for name in wanted}
    asked, own = set(counts.values()), imported.own
    events = (*imported.events, *(one.event for one in imported.settled))
    names = ((f"{event.file}:{row}", event.place) for event in events for row in event.rows)
    places = {name: place for name, place in names if name in asked}
    rows = zip(own.rows.commons, own.numbers, own.rows.lines, strict=True)
    places |= {
        name: Source(common.file, line) for common, number, line in rows if (name := f"{common.file}:{number}") in asked
    }
    return {name: places[own] for name, own in counts.items() if own in places}
