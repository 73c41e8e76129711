"""Files of prices, and what was worth what when, to dollars for events whose export does not say them.

Nothing is fetched. The nearest bar at or before the moment counts, if it is not too old; nothing is interpolated across
a gap. What a file says and by which rule it was taken stays with the event.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from niner import exact
from niner.dataclass import dataclass
from niner.files.reading import Unreadable
from niner.imports.events import MONEY, Event, Fee, Leg, MissingPrice, Price, Transfer
from niner.imports.joining.matching import is_stated
from niner.imports.tables.cells import NotRead, number, only_a_day, reader_of_times
from niner.imports.tables.header import find
from niner.imports.tables.sheet import HEAD, Sheet, read_sheets, unreadable
from niner.ledger.kinds import SHAPES
from niner.values import Finding, Source
from niner.words.plain import path_text
from niner.words.yaml_text import parse

Election = Literal["close", "midpoint"]
_DAY = 1440
_PLACES = 12
_PRUNED = 50_000


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of price file (prices.yaml)."""

    name: str
    columns: tuple[str, ...]
    file: str
    time: str
    formats: tuple[str, ...]
    asset: str = ""
    pair: str = ""
    price: str = ""
    point: bool = False
    high: str = ""
    low: str = ""
    close: str = ""
    minutes: int = 0
    lengths: Mapping[str, int] = field(default_factory=dict)
    header: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """prices.yaml, read."""

    reach: timedelta
    through: tuple[str, ...]
    kinds: tuple[Kind, ...]
    assets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bar:
    """A price in its quote currency from a moment on: `minutes` 0 where it held at that moment only."""

    start: datetime
    minutes: int
    price: Fraction
    how: str
    file: str
    row: int


@dataclass(frozen=True, slots=True)
class Priced:
    """Events and transfers with their worth, what is missing, what was found; `inputs` is the sha256 of each file.

    `worths` are dollars of halves of moves, which need none: they weigh the question of where the units went.
    """

    events: tuple[Event, ...]
    transfers: tuple[Transfer, ...]
    missing: tuple[MissingPrice, ...]
    findings: tuple[Finding, ...]
    inputs: Mapping[str, str]
    worths: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Need:
    """What was worth how much: an event itself (`part` is empty), its fee or a move's, by the first of its legs that
    has a price. Half of a move is `half`, and never missed."""

    event: Event
    part: str
    legs: tuple[Leg, ...]


@cache
def known() -> Known:
    """What prices.yaml says."""
    text = (files("niner.imports") / "prices.yaml").read_text("utf-8")
    found, _, _ = parse(text, "prices.yaml")
    return Known(
        timedelta(hours=int(found["reach_hours"])),
        tuple(found["through"]),
        tuple(_kind(entry) for entry in found["kinds"]),
        found["assets"],
    )


def _kind(entry: Mapping[str, Any]) -> Kind:
    bar = entry.get("bar", {})
    return Kind(
        name=entry["name"],
        columns=tuple(entry.get("columns", ())),
        file=entry.get("file", ""),
        time=entry["time"]["column"],
        formats=tuple(entry["time"]["formats"]),
        asset=entry.get("asset", ""),
        pair=entry.get("pair", ""),
        price=entry.get("price", ""),
        point=entry.get("point") == "yes",
        high=bar.get("high", ""),
        low=bar.get("low", ""),
        close=bar.get("close", ""),
        minutes=int(entry.get("minutes", 0)),
        lengths={name: int(minutes) for name, minutes in entry.get("lengths", {}).items()},
        header=tuple(entry.get("header", ())),
    )


def price(
    folder: Path,
    events: Sequence[Event],
    transfers: Sequence[Transfer] = (),
    *,
    election: Election = "close",
    stable: Iterable[str] = (),
    same_as: Mapping[str, str] | None = None,
) -> Priced:
    """Worth in dollars for every event and fee that needs one, from the files in `folder`/prices.

    `stable` are the assets that the case itself calls stablecoins: they are taken at one dollar.
    """
    names = same_as or {}
    by_id = {event.id: event for event in events} if transfers else {}
    moves = {id: pair for pair in transfers for id in (pair.out, pair.into)}
    needs = [need for event in events if not _needs_none(event) for need in _needs(event, moves.get(event.id), by_id)]
    needs += _of_moves(transfers, by_id)
    if not needs:
        return Priced(tuple(events), tuple(transfers), (), (), {})
    wanted: dict[str, list[datetime]] = defaultdict(list)
    for need in needs:
        for leg in need.legs:
            wanted[names.get(leg.asset, leg.asset)].append(need.event.time)
    book = _Book({asset: sorted(times) for asset, times in wanted.items()}, election, frozenset(stable))
    book.read(folder / "prices")
    worth: dict[tuple[str, str], tuple[Decimal, Price]] = {}
    missing = []
    for need in needs:
        priced = ((leg, book.price(names.get(leg.asset, leg.asset), need.event.time)) for leg in need.legs)
        found = next(((leg, one) for leg, one in priced if one is not None), None)
        if found is None:
            if need.part == "half":
                continue
            day = need.event.time.astimezone(UTC).date().isoformat()
            leg = need.legs[0]
            missing.append(MissingPrice(need.event.id, leg.asset, day, None, leg.quantity, bool(need.part)))
        else:
            leg, (rate, price) = found
            worth[need.event.id, need.part] = _dollars(rate * Fraction(leg.quantity)), price
    return Priced(
        tuple(_with_worth(event, worth) for event in events),
        tuple(_with_fee(pair, worth) for pair in transfers),
        tuple(missing),
        tuple(book.findings),
        book.inputs,
        {id: dollars for (id, part), (dollars, _) in worth.items() if part == "half"},
    )


def prices_on(
    path: Path,
    wanted: Mapping[str, Sequence[datetime]],
    *,
    election: Election = "close",
    stable: Iterable[str] = (),
    same_as: Mapping[str, str] | None = None,
) -> tuple[dict[str, tuple[Fraction, Price]], list[Finding]]:
    """Dollars for one unit of each asset from one price file, or a folder of them, with the place and the rule.

    `wanted` are the moments by asset, the first that has a price counting; an asset without one is left out. What is
    wrong with the files is in the findings. Raises nothing.
    """
    names = same_as or {}
    moments = {names.get(asset, asset): sorted(times) for asset, times in wanted.items()}
    book = _Book(moments, election, frozenset(stable))
    if path.is_dir():
        book.read(path, f"{path_text(path.name)}/")
    else:
        book.read_file(path, path_text(path.name))
        book.settle()
    found: dict[str, tuple[Fraction, Price]] = {}
    for asset, times in wanted.items():
        priced = (book.price(names.get(asset, asset), time) for time in times)
        one = next((one for one in priced if one is not None), None)
        if one is not None:
            found[asset] = one
    return found, book.findings


_HALVES = ("transfer_out", "transfer_in")


def _needs_none(event: Event) -> bool:
    """Whether an event surely needs no price, as most: it says what it was worth, and its fee is in dollars."""
    if event.usd_value is None or event.kind in _HALVES:
        return False
    fees = event.fees
    return not fees or (len(fees) == 1 and fees[0].asset == "USD")


def _needs(event: Event, move: Transfer | None, by_id: Mapping[str, Event]) -> Iterator[_Need]:
    if event.kind in _HALVES and move is None:
        yield _Need(event, "half", event.received or event.sent)
    if event.kind in SHAPES and SHAPES[event.kind].value and event.usd_value is None:
        # What was realized is what came in, at its worth (Treas. Reg. §1.1001-1(a)); else what was given.
        legs = [leg for leg in (*event.received, *event.sent) if leg.asset not in MONEY]
        if legs and all(len(side) <= 1 for side in (event.sent, event.received)):
            yield _Need(event, "", tuple(legs))
    priced = {leg.asset for leg in (*event.sent, *event.received)} if event.usd_value is not None else set()
    if move is not None and move.out == event.id and is_stated(_kept_of(move, by_id), event):
        priced |= {event.sent[0].asset}  # the fee that it states is what the network kept: one worth, of the move
    for number_, fee in enumerate(event.fees):
        if not fee.inside and fee.usd is None and fee.asset not in MONEY and fee.asset not in priced:
            yield _Need(event, f"fee {number_}", (Leg(fee.quantity, fee.asset),))


def _kept_of(pair: Transfer, by_id: Mapping[str, Event]) -> Decimal:
    return exact.subtract(by_id[pair.out].sent[0].quantity, by_id[pair.into].received[0].quantity)


def _of_moves(transfers: Iterable[Transfer], by_id: Mapping[str, Event]) -> Iterator[_Need]:
    """What the network kept of a move is units paid away."""
    for pair in transfers:
        out, kept = by_id[pair.out], _kept_of(pair, by_id)
        if kept and pair.fee is not None and pair.fee.usd is None:
            yield _Need(out, "move", (Leg(kept, out.sent[0].asset),))


def _with_worth(event: Event, worth: Mapping[tuple[str, str], tuple[Decimal, Price]]) -> Event:
    own = worth.get((event.id, ""))
    fees = tuple(
        fee._replace(usd=worth[event.id, f"fee {n}"][0]) if (event.id, f"fee {n}") in worth else fee
        for n, fee in enumerate(event.fees)
    )
    if own is not None:
        return event._replace(usd_value=own[0], price=own[1], fees=fees)
    by = next((worth[event.id, f"fee {n}"][1] for n in range(len(fees)) if (event.id, f"fee {n}") in worth), None)
    return event._replace(fees=fees, price=event.price or by) if by is not None else event


def _with_fee(pair: Transfer, worth: Mapping[tuple[str, str], tuple[Decimal, Price]]) -> Transfer:
    found = worth.get((pair.out, "move"))
    if found is None or pair.fee is None:
        return pair
    why = f"{pair.why}; the fee at {found[1].source} ({found[1].rule})"
    return replace(pair, fee=Fee(pair.fee.quantity, pair.fee.asset, found[0]), why=why)


def _dollars(worth: Fraction) -> Decimal:
    """Dollars, exact where they end within twelve places, else to the twelfth: less than any line can show."""
    scaled = worth * 10**_PLACES
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole).scaleb(-_PLACES, context=exact.EXACT).normalize(exact.EXACT)


class _Book:
    """Of all the price files, the bars that a need can use."""

    def __init__(self, wanted: Mapping[str, Sequence[datetime]], election: Election, stable: frozenset[str]) -> None:
        self._wanted = dict(wanted)
        self._election = election
        self._stable = stable
        self._bars: dict[tuple[str, str], list[Bar]] = defaultdict(list)
        self.findings: list[Finding] = []
        self.inputs: dict[str, str] = {}
        self._all = sorted({time for times in wanted.values() for time in times})

    def read(self, folder: Path, within: str = "prices/") -> None:
        """Every file of the folder, by name; one that is no price file is told."""
        paths = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
        for path in paths:
            if not any(part.startswith(".") for part in path.relative_to(folder).parts):
                self.read_file(path, f"{within}{path_text(path.relative_to(folder).as_posix())}")
        self.settle()

    def read_file(self, path: Path, name: str) -> None:
        """One file, which is called `name`; `settle` comes after the last."""
        try:
            data, sheets = read_sheets(path, name, self._can_use)
        except Unreadable as problem:
            self.findings.append(unreadable(problem, name))
            return
        self.inputs[name] = sha256(data).hexdigest()
        for sheet in sheets:
            try:
                self._sheet(sheet)
            except Unreadable as problem:
                self.findings.append(unreadable(problem, sheet.name))

    def _can_use(self, member: str) -> bool:
        """Whether a file in a zip may hold a price that is needed, by its name."""
        base = member.rsplit("/", 1)[-1]
        for kind in known().kinds:
            found = re.search(kind.file, base) if kind.header else None
            if found:
                return self._usual(found[1]) in self._wanted or self._usual(found[1]) in known().through
        return True

    def _usual(self, asset: str) -> str:
        upper = asset.strip().upper()
        return known().assets.get(upper, upper)

    def _sheet(self, sheet: Sheet) -> None:
        base = sheet.name.rsplit("/", 1)[-1]
        for kind in known().kinds:
            named = re.search(kind.file, base) if kind.file else None
            for delimiter in sheet.delimiters:
                rows = sheet.rows(delimiter)
                if kind.header:
                    if named and self._take(sheet, kind, list(kind.header), rows, named):
                        return
                    continue
                for at, (_, cells) in enumerate(rows):
                    if at >= HEAD:
                        break
                    if all(find([column], cells) is not None for column in kind.columns):
                        if not (kind.asset or kind.pair) and named is None:
                            self._unnamed(sheet, kind)
                        else:
                            self._take(sheet, kind, cells, rows, named)
                        return
        says = "This file is in no form of prices that Niner knows."
        todo = f"Known are: {', '.join(kind.name for kind in known().kinds)}. Transactions belong into ledger/."
        self.findings.append(Finding("prices-format", "error", says, todo, source=Source(sheet.name, 1)))

    def _unnamed(self, sheet: Sheet, kind: Kind) -> None:
        says = f"This is a price file of {kind.name}, and its name does not say of which asset."
        todo = "Give it the name it was downloaded with, or use the columns asset, time, price_usd."
        self.findings.append(Finding("prices-asset", "error", says, todo, source=Source(sheet.name)))

    def _take(
        self,
        sheet: Sheet,
        kind: Kind,
        header: Sequence[str],
        rows: Iterable[tuple[int, list[str]]],
        named: re.Match[str] | None,
    ) -> bool:
        """Keeps what a need can use; whether anything could be read. Problems of a row are told, the first few."""
        place = {name: find([name], header) for name in (kind.time, kind.asset, kind.pair, kind.price) if name}
        place |= {name: find([name], header) for name in (kind.high, kind.low, kind.close) if name}
        read_time = reader_of_times(kind.formats, UTC)
        groups = named.groups() if named else ()
        asset = self._usual(groups[0]) if groups and groups[0] else ""
        quote = self._usual(groups[1]) if len(groups) > 1 and groups[1] else "USD"
        minutes = int(groups[2]) if len(groups) > 2 and groups[2] else kind.minutes
        if named and kind.lengths:
            minutes = next((n for word, n in kind.lengths.items() if re.search(rf"_{word}\.csv$", named.string)), 0)
        wrong = taken = 0
        for line, cells in rows:
            try:
                cell = cells[place[kind.time] or 0]
                when, day = read_time(cell), only_a_day(cell)
                if kind.pair:
                    asset, quote = self._pair(cells[place[kind.pair] or 0])
                elif kind.asset:
                    asset = self._usual(cells[place[kind.asset] or 0])
                if day:  # it stands for the whole of that day in UTC
                    when = when.replace(hour=0)
                if kind.point:
                    how = "the price of the day" if day else "the price at that time"
                    found = number(cells[place[kind.price] or 0])
                else:
                    found, how = self._of_bar(kind, cells, place, minutes)
                if found is None or found < 0:
                    raise NotRead("no price")
            except (NotRead, IndexError) as problem:
                wrong += 1
                if wrong <= 3 and (taken or not kind.header):
                    says = f"A price can't be read here: {problem if str(problem) else 'cells are missing'}."
                    where = Source(sheet.name, line)
                    self.findings.append(Finding("prices-row", "review", says, "The row is left out.", source=where))
                continue
            taken += 1
            self._keep(asset, quote, Bar(when, _DAY if day else minutes, Fraction(found), how, sheet.name, line))
        return taken > 0

    def _of_bar(
        self, kind: Kind, cells: Sequence[str], place: Mapping[str, int | None], minutes: int
    ) -> tuple[Decimal | None, str]:
        length = "day" if minutes == _DAY else f"{minutes} minutes" if minutes else "bar"
        if self._election == "midpoint":
            high, low = number(cells[place[kind.high] or 0]), number(cells[place[kind.low] or 0])
            middle = None if high is None or low is None else exact.multiply(exact.add(high, low), Decimal("0.5"))
            return middle, f"the middle of high and low of the {length}"
        return number(cells[place[kind.close] or 0]), f"the close of the {length}"

    def _pair(self, text: str) -> tuple[str, str]:
        """`BTC/USD` or `BTCUSD` as asset and quote."""
        base, slash, quote = text.upper().replace("-", "/").partition("/")
        if slash:
            return self._usual(base), self._usual(quote)
        quotes = sorted(("USD", *known().through), key=len, reverse=True)
        for known_quote in quotes:
            if base.endswith(known_quote) and len(base) > len(known_quote):
                return self._usual(base.removesuffix(known_quote)), known_quote
        raise NotRead(f"{text} is no pair")

    def _keep(self, asset: str, quote: str, bar: Bar) -> None:
        # What others may be priced through is needed at their moments too.
        times = self._all if asset in known().through else self._wanted.get(asset, ())
        at = bisect_left(times, bar.start)
        if at < len(times) and times[at] - bar.start <= known().reach:
            kept = self._bars[asset, quote]
            kept.append(bar)
            if len(kept) % _PRUNED == 0:
                self._prune(kept, times)

    def _prune(self, bars: list[Bar], times: Sequence[datetime]) -> None:
        """Of many bars those that some moment takes: a file of minutes has a hundred times as many."""
        bars.sort(key=_rank)
        starts = [bar.start for bar in bars]
        taken = sorted({bisect_right(starts, time) - 1 for time in times} - {-1})
        bars[:] = [bars[place] for place in taken]

    def settle(self) -> None:
        for bars in self._bars.values():
            bars.sort(key=_rank)

    def _nearest(self, asset: str, quote: str, time: datetime) -> Bar | None:
        """The last bar that begins at or before a moment, if it is not too old; of equal ones the highest in rank."""
        bars = self._bars.get((asset, quote), [])
        place = bisect_right(bars, time, key=lambda bar: bar.start) - 1
        return bars[place] if place >= 0 and time - bars[place].start <= known().reach else None

    def price(self, asset: str, time: datetime) -> tuple[Fraction, Price] | None:
        """Dollars for one unit, and where they come from."""
        direct = self._nearest(asset, "USD", time)
        if direct is not None:
            return direct.price, Price(f"{direct.file}, row {direct.row}", _rule(direct))
        if asset in self._stable:
            return Fraction(1), Price("case.yaml", "called a stablecoin there: one dollar a unit")
        for quote in known().through:
            first, second = self._nearest(asset, quote, time), self._nearest(quote, "USD", time)
            if first is not None and second is not None and first.start == second.start:
                source = f"{first.file}, row {first.row}; {second.file}, row {second.row}"
                return first.price * second.price, Price(source, f"{_rule(first)}, through {quote} of the same time")
        return None


def _rank(bar: Bar) -> tuple[datetime, int, str, int]:
    """The later bar counts, of equal ones the shorter."""
    return bar.start, -bar.minutes, bar.file, -bar.row


def _rule(bar: Bar) -> str:
    when = f"{bar.start:%Y-%m-%d}" if bar.minutes == _DAY else f"{bar.start:%Y-%m-%d %H:%M}"
    return f"{bar.how}, {when} UTC"
