"""Rows of an export many at a time, column by column, to the drafts that row by row would come to.

What stands plainly in a whole column is read with one look: amounts, times, names. A row that is no event, or in which
anything is unusual or wrong, is left to be read by itself (compile.py), which says so.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from itertools import repeat
from typing import Any

from niner import exact
from niner.imports.draft import Draft
from niner.imports.events import MONEY, Balance, Fee, Leg
from niner.imports.layouts.block import BETWEEN, Amounts, NotPlain, Numbers, Rows, Texts, plain_amounts
from niner.imports.layouts.compile import NotAnEvent, Table, Wrong, settled_kind
from niner.imports.layouts.conditions import of_cell
from niner.imports.layouts.language import Entry, FeeOf, LegOf, Ref
from niner.imports.layouts.references import column
from niner.imports.layouts.settling import Half, Said, Settler
from niner.imports.settled import Ready, Settled, Settling
from niner.imports.tables import cells
from niner.imports.tables.header import find

_MOMENT = r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?+"
_MOMENTS = {
    end: re.compile(f"{_MOMENT}{end}(?:{BETWEEN}{_MOMENT}{end})*+", re.ASCII) for end in ("Z", " UTC", " GMT", "")
}
_FIRST = "2009"
_UTC = "+00:00"
_MOST_KNOWN = 4096

_new = tuple.__new__  # what Draft(…) comes to, without matching names to places for every row


class Block:
    """Rows that one entry reads: their drafts are made where somebody asks for one."""

    def __init__(self, read: Callable[[], Sequence[Draft]], guessed: bool) -> None:
        self._read, self.guessed = read, guessed
        self._drafts: Sequence[Draft] | None = None

    def ready(self, at: int) -> Ready:
        """The draft of a row, which is all that it was made of."""
        if self._drafts is None:
            self._drafts = self._read()
        draft = self._drafts[at]
        return draft, (draft,)


Column = Callable[[Rows], Texts]
Holding = Callable[[Rows], Sequence[int]]
Legs = Sequence[tuple[Leg, ...]]


class Columns:
    """A table's format, for many rows at a time."""

    def __init__(self, table: Table, file: str, settling: Settling | None = None) -> None:
        """`settling` is what rows are settled with, where those that leave nothing to be asked are to be at once."""
        self._table, self._format, self._file, self._settling = table, table.format, file, settling
        self._skips = [self._holding(skip.when) for skip in self._format.skip]
        self._conditions = {
            key: [(self._holding(entry.when) if entry.when else None, entry) for entry in entries]
            for key, entries in self._format.map.items()
        }
        self._entries: dict[int, _Entry] = {}
        self._types = [self._text((name,)) for name in self._format.type]
        self._moments = _Moments(table)
        self._txid, self._note = self._text(self._format.txid), self._text(self._format.note)
        self._wallet, self._native = self._wallet_of(), self._native_of()
        self._balance = self._balance_of()

    def read(
        self, rows: Rows, numbers: Sequence[int], lines: Sequence[int]
    ) -> tuple[list[Draft | Settled | Half | None], Sequence[Balance | None]]:
        """The drafts of rows, or what they are settled as, and the balances that they state, each in its place.

        Both are None where a row is to be read by itself: `rows.alone` has those places.
        """
        self._skip(rows)
        types = [column(rows) for column in self._types]
        times, timed = self._moments.read(rows)
        parts = self._parts(rows, list(zip(*types, strict=True)))
        said = Said(
            *(numbers, lines, times, self._wallet(rows)),
            types[0] if len(types) == 1 else ["/".join(several) for several in zip(*types, strict=True)],
            *(self._native(rows), self._txid(rows), self._note(rows), timed),
        )
        rows.natives = said.natives
        made: list[Draft | Settled | Half | None] = [None] * rows.count
        for entry, places in parts:
            part = rows.part(places)
            found = self._made(entry, part, said.part(places))
            if part is rows:
                made = found
                continue
            for at, one in zip(places, found, strict=True):
                made[at] = one
            rows.alone.update(places[at] for at in part.alone)
        balances = self._balance(rows, said, numbers, lines)
        for at in rows.alone:
            made[at] = None
        return made, balances

    def _made(self, entry: "_Entry", rows: Rows, said: Said) -> list[Draft | Settled | Half | None]:
        """What rows of an entry are; those that can't be settled at once are drafts."""
        block = Block(lambda: list(self._drafts(entry, rows, said)), entry.guessed)
        settled = entry.settler.read(rows, said, block) if entry.settler is not None else None
        if settled is None:
            return list(self._drafts(entry, rows, said))
        made: list[Draft | Settled | Half | None] = list(settled)
        if None in made:
            left = [at for at, one in enumerate(made) if one is None]
            part = rows.part(left)
            for at, draft in zip(left, self._drafts(entry, part, said.part(left)), strict=True):
                made[at] = draft
            rows.alone.update(left[at] for at in part.alone)
        return made

    def _skip(self, rows: Rows) -> None:
        """Rows that are no event, and those whose status is not that of a row that counts."""
        for places in self._skips:
            rows.alone.update(places(rows))
        rule = self._format.status
        if rule is not None:
            texts, keep = self._text(rule.column)(rows), {word.casefold() for word in rule.keep}
            wrong = {text for text in set(texts) if text.casefold() not in keep}
            if wrong:
                rows.alone.update(at for at, text in enumerate(texts) if text in wrong)

    def _parts(self, rows: Rows, types: Sequence[tuple[str, ...]]) -> list[tuple["_Entry", Sequence[int]]]:
        """Which rows are read by which entry."""
        keys = {type: self._table.types.of(type) for type in set(types)}
        by_key: dict[str | None, Sequence[int]] = {}
        if len(set(keys.values())) == 1 and not rows.alone:
            by_key = {next(iter(keys.values())): range(rows.count)}
        else:
            several: dict[str | None, list[int]] = {key: [] for key in keys.values()}
            for at, type in enumerate(types):
                if at not in rows.alone:
                    several[keys[type]].append(at)
            by_key.update(several)
        found: list[tuple[_Entry, Sequence[int]]] = []
        for key, places in by_key.items():
            left = places  # those of which no entry has been found yet
            for holding, entry in self._conditions[key] if key is not None else ():
                if not left:
                    break
                mine = left
                if holding is not None:
                    those = holding(rows.part(left))
                    if len(those) < len(left):
                        mine = [left[at] for at in those]
                left = _without(left, mine)
                if entry.skip:
                    rows.alone.update(mine)
                elif mine:
                    found.append((self._entry(entry), mine))
            rows.alone.update(left)
        return found

    def _holding(self, when: Mapping[str, Any]) -> "Holding":
        """The places of rows of which a condition holds."""
        tests = [
            (self._text((ref,)), wanted, of_cell(wanted, self._format.decimal == "comma"))
            for ref, wanted in when.items()
        ]
        if any(test is None for _, _, test in tests):
            holds = self._table.condition(when)
            return lambda rows: [at for at, row in enumerate(rows.rows) if holds(row)]

        def read(rows: Rows) -> Sequence[int]:
            places: Sequence[int] = range(rows.count)
            for text, wanted, test in tests:
                cells_of = text(rows)
                if wanted == "empty" and "" not in cells_of:
                    return ()
                if wanted == "given" and "" not in cells_of:
                    continue
                holding = {cell for cell in set(cells_of) if test is not None and test(cell)}
                if not holding:
                    return ()
                places = [at for at in places if cells_of[at] in holding]
            return places

        return read

    def _entry(self, entry: Entry) -> "_Entry":
        found = self._entries.get(id(entry))
        if found is None:
            found = self._entries[id(entry)] = _Entry(self, entry)
        return found

    def _drafts(self, entry: "_Entry", rows: Rows, said: Said) -> Iterable[Draft]:
        numbers, lines, times, wallets, types, ids, txids, notes, timed = said
        m = entry.read(rows)
        if entry.why:
            notes = [f"{entry.why} ({note})" if note else entry.why for note in notes]
        columns = zip(
            *(repeat(self._file), numbers, lines, times, wallets, repeat(self._format.source), m.kinds, types),
            *(m.sent, m.received, m.fees, m.usd, repeat(entry.group), m.keys, ids, txids, m.to, m.routes, notes),
            *(m.shares, timed, repeat(entry.view)),
            strict=False,
        )
        return list(map(_new, repeat(Draft), columns))

    # References and cells, as columns

    def _text(self, ref: Ref) -> Column:
        return column(self._format, self._table.header, ref)

    def amounts(self, ref: Ref) -> Callable[[Rows], Amounts | None]:
        """The amounts of a column; None where they do not all stand there plainly."""
        text, comma = self._text(ref), self._format.decimal == "comma"

        def read(rows: Rows) -> Amounts | None:
            if comma:
                return None
            if ref not in rows.amounts:
                rows.amounts[ref] = plain_amounts(text(rows))
            return rows.amounts[ref]

        return read

    def numbers(self, ref: Ref) -> Callable[[Rows], Numbers]:
        """The amounts of a column; a row in which it can't be read is to be read by itself."""
        text, known, comma = self._text(ref), self._table.known_numbers, self._format.decimal == "comma"
        amounts = self.amounts(ref)

        def one(cell: str) -> Decimal | None:
            if cell in known:
                return known[cell]
            if "E" in cell and cells.rounded_by_a_spreadsheet(cell):
                raise cells.NotRead("it is to be told")
            found = cells.number(cell, comma)
            if len(known) < _MOST_KNOWN:
                known[cell] = found
            return found

        def read(rows: Rows) -> Numbers:
            found = rows.numbers.get(ref)
            if found is not None:
                return found
            plain = amounts(rows)
            with suppress(NotPlain):
                if plain is not None:
                    found = _Unsigned(plain.numbers) if plain.unsigned else plain.numbers
                    rows.numbers[ref] = found
                    return found
            numbers: list[Decimal | None] = []
            for at, cell in enumerate(text(rows)):
                try:
                    numbers.append(one(cell))
                except cells.NotRead:
                    rows.alone.add(at)
                    numbers.append(None)
            rows.numbers[ref] = numbers
            return numbers

        return read

    def assets(self, ref: Ref) -> Column:
        """The assets of a column, by their usual names."""
        text, known, of = self._text(ref), self._table.known_assets, self._table.asset_of

        def read(rows: Rows) -> Texts:
            names = text(rows)
            for name in set(names) - known.keys():
                known[name] = of(name)
            return list(map(known.__getitem__, names))

        return read

    def leg(self, leg: LegOf) -> Callable[[Rows], tuple[Numbers, Texts]]:
        """The signed quantities of a leg, None where it moves nothing, and the assets."""
        quantity, asset, sign = self.numbers(leg.quantity), self.assets(leg.asset), leg.sign
        fee = self._format.fees[leg.less or leg.plus].quantity if leg.less or leg.plus else ()
        kept, back_in = self.numbers(fee) if fee else None, bool(leg.plus)

        def read(rows: Rows) -> tuple[Numbers, Texts]:
            amounts, units = quantity(rows), asset(rows)
            if sign != "any":
                rows.alone.update(_places_of_sign(amounts, sign == "positive"))
            if kept is not None:
                taken = [(one or Decimal(0)).copy_abs() for one in kept(rows)]
                rows.alone.update(
                    at for at, (n, t) in enumerate(zip(amounts, taken, strict=True)) if n and t > n.copy_abs()
                )
                amounts = [
                    None if n is None else exact.subtract(n, t) if (n >= 0) != back_in else exact.add(n, t)
                    for n, t in zip(amounts, taken, strict=True)
                ]
            if "" in units:
                rows.alone.update(at for at, unit in enumerate(units) if not unit and amounts[at])
            return amounts, units

        return read

    def fee(self, fee: FeeOf) -> Callable[[Rows], Sequence[Fee | None]]:
        """The fees of rows; None where there is none."""
        quantity, asset, paid = self.numbers(fee.quantity), self.assets(fee.asset), fee.paid
        usd = self.numbers(fee.usd) if fee.usd else None
        inside, guess = fee.on == "inside", fee.guess

        def read(rows: Rows) -> Sequence[Fee | None]:
            amounts, units = quantity(rows), asset(rows)
            if paid != "any":
                rows.alone.update(_places_of_sign(amounts, paid == "positive"))
            if "" in units:
                rows.alone.update(at for at, unit in enumerate(units) if not unit and amounts[at])
            worths: Iterable[Decimal | None] = _absolute(usd(rows)) if usd is not None else repeat(None)
            paid_of = zip(_absolute(amounts), units, worths, repeat(inside), repeat(guess), strict=False)
            return [_new(Fee, said) if said[0] else None for said in paid_of]

        return read

    def _wallet_of(self) -> Column:
        rule, own = self._format.wallet, self._table.own_wallet
        if isinstance(rule, str):
            return lambda rows: [own] * rows.count
        read = self._table.wallet_of()
        return lambda rows: list(map(read, rows.rows))

    def _native_of(self) -> Column:
        if len(self._format.id) < 2:
            return self._text(self._format.id)
        read = self._table.native()
        return lambda rows: list(map(read, rows.rows))

    def _balance_of(self) -> Callable[[Rows, Said, Sequence[int], Sequence[int]], Sequence[Balance | None]]:
        rule, format = self._format.balance, self._format
        names = format.columns.get(rule.column[0], (rule.column[0],)) if rule else ()
        if rule is None or find(names, self._table.header) is None:
            return lambda rows, said, numbers, lines: [None] * rows.count
        amount, asset = self.numbers(rule.column), self.assets(rule.asset)
        written, account, file = self._text(rule.asset), self._text(rule.account), self._file

        def read(rows: Rows, said: Said, numbers: Sequence[int], lines: Sequence[int]) -> Sequence[Balance | None]:
            return [
                _new(Balance, (file, number, line, time, wallet, unit, held, f"{name} {part}"))
                if held is not None and unit and unit not in MONEY
                else None
                for held, unit, name, part, time, wallet, number, line in zip(
                    *(amount(rows), asset(rows), written(rows), account(rows), said.times, said.wallets),
                    *(numbers, lines),
                    strict=True,
                )
            ]

        return read


class _Made:
    """What an entry says of rows, as columns."""

    __slots__ = ("fees", "keys", "kinds", "received", "routes", "sent", "shares", "to", "usd")

    kinds: Iterable[str]
    sent: Legs
    received: Legs
    fees: Iterable[tuple[Fee, ...]]
    usd: Iterable[Decimal | None]
    keys: Iterable[tuple[str, ...]]
    to: Iterable[str]
    routes: Iterable[str]
    shares: Iterable[Decimal | None]


class _Entry:
    """An entry of the map, for many rows at a time."""

    def __init__(self, columns: Columns, entry: Entry) -> None:
        format = columns._format
        legs = format.legs

        def leg(name: str) -> Callable[[Rows], tuple[Numbers, Texts]] | None:
            return columns.leg(legs[name]) if name in legs else None

        self._into, self._out, self._signed = leg(entry.in_), leg(entry.out), leg(entry.signed)
        self._fees = [columns.fee(format.fees[name]) for name in entry.fee]
        self._usd = columns.numbers(entry.usd) if entry.usd else None
        self._currency = columns.assets(format.currency) if format.currency else None
        self._to = columns._text(entry.to) if entry.to else None
        self._route = columns._text(entry.route) if entry.route else None
        group = format.groups.get(entry.of)
        self._by = [columns._text(ref) for ref in group.by] if group else []
        self._share = columns.numbers(group.share) if group and group.share else None
        self.group, self.why, self.view = entry.of, entry.why, entry.view or format.view
        self.guessed = any(format.fees[name].guess for name in entry.fee)
        self._kind = entry.kind
        self._kinds: dict[tuple[str, str], str] = {}
        self.settler: Settler | None = None
        if columns._settling is not None:
            settler = Settler(
                *(format, entry, columns._file, columns._settling, columns.amounts, columns.assets, self._by)
            )
            self.settler = settler if settler.can else None

    def read(self, rows: Rows) -> _Made:
        """What the entry says of each row, as far as it stands there plainly."""
        made = _Made()
        made.sent = made.received = [()] * rows.count
        gave = got = [""] * rows.count  # type: Texts
        if self._into is not None:
            made.received, got = _one_side(*self._into(rows))
        if self._out is not None:
            made.sent, gave = _one_side(*self._out(rows))
        if self._signed is not None:
            amounts, units = self._signed(rows)
            pairs = list(zip(amounts, units, strict=True))
            made.received = [(_new(Leg, (n, unit)),) if n and n > 0 else () for n, unit in pairs]
            made.sent = [(_new(Leg, (n.copy_negate(), unit)),) if n and n < 0 else () for n, unit in pairs]
            gave, got = ([legs[0][1] if legs else "" for legs in side] for side in (made.sent, made.received))
        fees = [fee(rows) for fee in self._fees]
        if not fees:
            made.fees = repeat(())
        elif len(fees) == 1 and all(fees[0]):
            made.fees = zip(fees[0])  # type: ignore[assignment]  # none of them is None
        elif len(fees) == 1:
            made.fees = [(fee,) if fee is not None else () for fee in fees[0]]
        else:
            made.fees = [tuple([fee for fee in several if fee is not None]) for several in zip(*fees, strict=True)]
        made.usd = self._worths(rows)
        made.to = self._to(rows) if self._to else repeat("")
        made.routes = self._route(rows) if self._route else repeat("")
        made.shares = self._share(rows) if self._share else repeat(None)
        if self.group:
            made.kinds = repeat("")
            made.keys = list(zip(*(by(rows) for by in self._by), strict=True)) if self._by else repeat(())
        else:
            made.kinds, made.keys = self._settled(rows, gave, got), repeat(())
        return made

    def _worths(self, rows: Rows) -> Iterable[Decimal | None]:
        if self._usd is None:
            return repeat(None)
        worths = _absolute(self._usd(rows))
        if self._currency is None:
            return worths
        currencies = self._currency(rows)
        if set(currencies) <= {"USD", ""}:
            return worths
        return [worth if currency in ("USD", "") else None for worth, currency in zip(worths, currencies, strict=True)]

    def _settled(self, rows: Rows, gave: Texts, got: Texts) -> Iterable[str]:
        """The kind of each row, which follows from its assets; an empty text is a side on which nothing moves."""
        known = self._kinds
        gives, gets = set(gave), set(got)
        single = len(gives) == len(gets) == 1
        keys = list(zip(*((gives, gets) if single else (gave, got)), strict=True))
        different = set(keys)
        for key in different - known.keys():
            sides = [(Leg(Decimal(1), asset),) if asset else () for asset in key]
            known[key] = ""
            with suppress(NotAnEvent, Wrong):
                known[key] = settled_kind(self._kind, "", *sides)
        if single:
            keys = keys * rows.count
        if len(different) == 1 and known[keys[0]]:
            return repeat(known[keys[0]])
        kinds = [known[key] for key in keys]
        if "" in kinds:
            rows.alone.update(at for at, kind in enumerate(kinds) if not kind)
        return kinds


class _Unsigned(list[Decimal | None]):
    """Numbers none of which is written with a minus sign."""


def _absolute(numbers: Numbers) -> Numbers:
    """The numbers without their signs."""
    if isinstance(numbers, _Unsigned):
        return numbers
    return [None if n is None else n.copy_abs() for n in numbers]


def _one_side(amounts: Numbers, units: Texts) -> tuple[Legs, Texts]:
    """The legs of rows, and their assets; an empty text where nothing moves."""
    legs = zip(map(_new, repeat(Leg), zip(_absolute(amounts), units, strict=True)))
    if all(amounts):
        return list(legs), units
    return [leg if n else () for n, leg in zip(amounts, legs, strict=True)], [
        unit if n else "" for n, unit in zip(amounts, units, strict=True)
    ]


def _without(places: Sequence[int], others: Sequence[int]) -> Sequence[int]:
    """Those of `places` that are not among `others`, which are some of them."""
    if len(others) == len(places):
        return ()
    gone = set(others)
    return [at for at in places if at not in gone]


def _places_of_sign(amounts: Numbers, negative: bool) -> list[int]:
    """Where amounts are of a sign."""
    if negative and isinstance(amounts, _Unsigned):
        return []
    return [at for at, n in enumerate(amounts) if n is not None and (n < 0 if negative else n > 0)]


class _Moments:
    """The times of rows in UTC, and whether each names more than a day."""

    def __init__(self, table: Table) -> None:
        rule, zone = table.format.time, table.zone
        assert rule is not None
        self._read, self._only_day = cells.reader_of_times(rule.formats, zone), not rule.with_
        self._plainly = rule.formats[0] == "iso" and not rule.with_
        self._by_places = None if rule.with_ else _by_places(rule.formats[0])
        self._zone = zone
        text = column(table.format, table.header, rule.column)
        more = column(table.format, table.header, rule.with_) if rule.with_ else None
        self._text = text
        if more is not None:
            self._text = lambda rows: [f"{one} {other}" for one, other in zip(text(rows), more(rows), strict=True)]

    def read(self, rows: Rows) -> tuple[Sequence[datetime], Sequence[bool]]:
        """The time of each row; one that can't be read is to be read by itself."""
        texts = self._text(rows)
        plain = self._plain(texts) if self._plainly else None
        if self._by_places is not None:
            plain = self._by_places(texts, self._zone)
        if plain is not None:
            return plain, [True] * rows.count
        times: list[datetime] = []
        for at, text in enumerate(texts):
            try:
                times.append(self._read(text))
            except cells.NotRead:
                rows.alone.add(at)
                times.append(_NEVER)
        timed = [not (self._only_day and cells.only_a_day(text)) for text in texts]
        return times, timed

    def _plain(self, texts: Texts) -> Sequence[datetime] | None:
        """The times of cells that all have the same plain form; None where they don't."""
        if not texts or min(texts) < _FIRST:
            return None
        whole = BETWEEN.join(texts)
        for end, form in _MOMENTS.items():
            if texts[0].endswith(end) and form.fullmatch(whole):
                if end:
                    texts = whole.replace(end, _UTC).split(BETWEEN)
                elif self._zone is None:
                    return None
                elif self._zone is UTC:
                    end, texts = _UTC, f"{whole}{BETWEEN}".replace(BETWEEN, _UTC + BETWEEN).split(BETWEEN)[:-1]
                with suppress(ValueError):
                    times = list(map(datetime.fromisoformat, texts))
                    if end:
                        return times
                    return [time.replace(tzinfo=self._zone).astimezone(UTC) for time in times]
                return None
        return None


_NEVER = datetime.min.replace(tzinfo=UTC)


def _by_places(pattern: str) -> Callable[[Texts, tzinfo | None], Sequence[datetime] | None] | None:
    """What reads a column of times whose parts stand in the same places in every cell, `%m/%d/%Y, %H:%M:%S` or so.

    None where the pattern has other parts; what it makes gives None where a column is not so.
    """
    bare = pattern.removesuffix(" %Z")
    places = {part: len(bare[: bare.find(part)].replace("%Y", "%Y00")) for part in ("%Y", "%m", "%d", "%H:%M:%S")}
    if bare.count("%") != 6 or not all(part in bare for part in places):
        return None
    year, month, day, time = places.values()
    end = len(bare) + 2
    cell = re.escape(bare).replace("%Y", "20[0-9]{2}")
    cell = re.sub("%[mdHMS]", "[0-9]{2}", cell) + (" [A-Z]{1,4}" if bare != pattern else "")
    form = re.compile(f"{cell}(?:{BETWEEN}{cell})*+", re.ASCII)

    def read(texts: Texts, zone: tzinfo | None) -> Sequence[datetime] | None:
        if not form.fullmatch(BETWEEN.join(texts)):
            return None
        away = {"": _UTC if zone is UTC else ""}
        if bare != pattern:
            names = {text[end:] for text in texts}
            if not names <= {f" {name}" for name in cells.ZONES}:
                return None
            away = {name: f"{cells.ZONES[name[1:]]:+03}:00" for name in names}
        elif zone is None:
            return None
        written = [
            f"{t[year : year + 4]}-{t[month : month + 2]}-{t[day : day + 2]}T{t[time : time + 8]}{away[t[end:]]}"
            for t in texts
        ]
        if min(written) < _FIRST:
            return None
        with suppress(ValueError):
            times = list(map(datetime.fromisoformat, written))
            if set(away.values()) == {_UTC}:
                return times
            return [(time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC) for time in times]
        return None

    return read
