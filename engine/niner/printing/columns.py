"""Rows of Form 8949 and lots held to the text of return.json and dispositions.csv, some thousand at a time by columns.

What is alike in many rows is written once; a row's own text is its pieces joined.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, islice, repeat
from operator import itemgetter
from typing import Any

from niner.each_once import each_once
from niner.exact import written
from niner.lots import Disposition, Lot
from niner.money import dollars_text, dollars_texts, parts_texts
from niner.returns.rows import Row
from niner.rules import Conclusion
from niner.values import Source

_TOGETHER = 2_000
"""The rows that are made at a time."""
_SUMS = ("proceeds", "basis", "adjustment", "gain")
_encoded = json.JSONEncoder(ensure_ascii=False).encode
quoted: Callable[[str], str] = json.encoder.encode_basestring  # C, where `encode` asks first what it is given
_first: Callable[[Sequence[Any]], Any] = itemgetter(0)


def together(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Items in the batches in which they are written."""
    return (items[start : start + _TOGETHER] for start in range(0, len(items), _TOGETHER))


def column(name: str, items: Sequence[Disposition | Lot]) -> Sequence[Any]:
    """A field of each of them."""
    return list(map(itemgetter(type(items[0])._fields.index(name)), items)) if items else []


def _files(sources: Sequence[Source]) -> list[str]:
    return [source.file for source in sources]


def _places(sources: Sequence[Source]) -> list[str]:
    return [str(source.row) for source in sources]


class Entries:
    """Rows of Form 8949 to their entries of return.json, each one line of JSON."""

    def __init__(self) -> None:
        self._rules: dict[int, tuple[Mapping[str, Conclusion], str]] = {}  # each is kept, so that its id stays its own

    def __call__(self, rows: Sequence[Row]) -> list[str]:
        of: dict[str, Sequence[Any]] = dict(zip(Row._fields, zip(*rows, strict=True), strict=True))
        sales: list[Disposition] = list(map(_first, of["parts"]))
        sources = column("source", sales)
        quantities = [text.partition(" ")[0] for text in of["description"]]  # column (a) begins with the exact units
        proceeds, basis, adjustment, gain = zip(*of["printed"], strict=True)
        routes = list(zip(map(self._known, of["because"]), of["term"], of["box"], of["line"], of["also"], strict=True))
        pieces: tuple[Any, ...] = (
            repeat('{"description": '),
            map(quoted, of["description"]),
            each_once(lambda asset: f', "asset": {quoted(asset)}, "quantity": "', column("asset", sales)),
            quantities,
            each_once(lambda kind: f'", "kind": {quoted(kind)}, "acquired": ', column("kind", sales)),
            each_once(_acquired, of["acquired"]),
            each_once(lambda day: f', "disposed": "{day.isoformat()}", "proceeds": "', column("disposed", sales)),
            dollars_texts(proceeds),
            repeat('", "basis": "'),
            dollars_texts(basis),
            each_once(lambda code: f'", "code": {quoted(code)}, "adjustment": "', of["code"]),
            each_once(lambda cents: f'{dollars_text(cents)}", "gain": "', adjustment),
            dollars_texts(gain),
            map(_with_cents, rows),
            each_once(_routed, routes),
            each_once(lambda wallet: f'{quoted(wallet)}, "transaction": ', column("wallet", sales)),
            map(quoted, column("transaction", sales)),
            repeat(', "lots": ['),
            _lots_of(of["parts"], sales, quantities),
            each_once(self._ruled, routes),
            each_once(lambda file: f'{quoted(file)}, "row": ', _files(sources)),
            _places(sources),
            repeat("}}"),
        )
        return list(map("".join, zip(*pieces)))  # noqa: B905 (what is repeated has no end)

    def _known(self, because: Mapping[str, Conclusion]) -> int:
        """A number for the conclusions of many rows, of which what they say is written once."""
        key = id(because)
        if key not in self._rules:
            self._rules[key] = because, _encoded({name: found.rule_id for name, found in because.items()})
        return key

    def _ruled(self, route: tuple[int, str, str, str, tuple[str, ...]]) -> str:
        known, *_, also = route
        more = f', "also": {_encoded(also)}' if also else ""
        return f']{more}, "rules": {self._rules[known][1]}, "source": {{"file": '


def _routed(route: tuple[int, str, str, str, tuple[str, ...]]) -> str:
    _, term, box, line, _ = route
    return f'"term": {quoted(term)}, "box": {quoted(box)}, "line": {quoted(line)}, "wallet": '


def _acquired(text: str) -> str:
    return quoted(iso_day(text))


def iso_day(acquired: str) -> str:
    """A day as the forms show it as other programs read it; a word stays one."""
    if not acquired[:1].isdigit():
        return acquired
    month, day, year = acquired.split("/")
    return f"{year}-{month}-{day}"


def _with_cents(row: Row) -> str:
    if row.printed is row.sums or row.printed == row.sums:
        return '", '
    return f'", "with_cents": {_encoded(dict(zip(_SUMS, map(dollars_text, row.sums), strict=True)))}, '


def _lots_of(
    each: Sequence[Sequence[Disposition]], sales: Sequence[Disposition], quantities: Sequence[str]
) -> list[str]:
    """The lots of each row; `sales` are the first of each and `quantities` the units of all of them."""
    parts: Sequence[Disposition] = list(chain.from_iterable(each))
    sources = column("lot_source", parts)
    entries = map(
        "".join,
        zip(
            repeat('{"id": '),
            map(quoted, column("lot", parts)),
            repeat(', "quantity": "'),
            quantities if len(parts) == len(sales) else map(written, column("quantity", parts)),
            each_once(lambda day: f'", "acquired": "{day.isoformat()}", "basis": "', column("acquired", parts)),
            parts_texts(column("basis_parts", parts), column("basis_cents", parts)),
            each_once(lambda file: f'", "source": {{"file": {quoted(file)}, "row": ', _files(sources)),
            _places(sources),
            repeat("}}"),
        ),
    )
    return list(entries) if len(parts) == len(sales) else [", ".join(islice(entries, len(some))) for some in each]


def lot_entries(lots: Sequence[Lot]) -> list[str]:
    """Lots held to their entries of return.json."""
    sources = column("source", lots)

    def begun(asset_and_wallet: tuple[str, str]) -> str:
        asset, wallet = map(quoted, asset_and_wallet)
        return f', "asset": {asset}, "wallet": {wallet}, "quantity": "'

    def came(how: tuple[date, str]) -> str:
        return f'", "acquired": "{how[0].isoformat()}", "acquired_by": {quoted(how[1])}, "basis": "'

    pieces: tuple[Any, ...] = (
        repeat('{"id": '),
        map(quoted, column("id", lots)),
        each_once(begun, list(zip(column("asset", lots), column("wallet", lots), strict=True))),
        map(written, column("quantity", lots)),
        each_once(came, list(zip(column("acquired", lots), column("acquired_by", lots), strict=True))),
        parts_texts(column("basis_parts", lots), column("basis_cents", lots)),
        each_once(lambda file: f'", "source": {{"file": {quoted(file)}, "row": ', _files(sources)),
        _places(sources),
        repeat("}}"),
    )
    return list(map("".join, zip(*pieces)))  # noqa: B905 (what is repeated has no end)


_COLUMNS = (
    "row",
    "description",
    "acquired",
    "disposed",
    "proceeds",
    "basis",
    "code",
    "adjustment",
    "gain",
    "term",
    "box",
    "line",
    "wallet",
    "transaction",
    "lot",
    "file",
    "file_row",
)


def dispositions_csv(rows: Sequence[Row], draft: bool) -> Iterator[bytes]:
    """Every disposition as a row, in the order of Form 8949, in pieces; by draft rules a last column says so."""
    yield f"{','.join([*_COLUMNS, *(['draft'] if draft else [])])}\n".encode()
    last = repeat("draft rules: not for filing" if draft else None)
    number = 1
    for some in together(rows):
        of: dict[str, Sequence[Any]] = dict(zip(Row._fields, zip(*some, strict=True), strict=True))
        sales: list[Disposition] = list(map(_first, of["parts"]))
        sources = column("source", sales)
        proceeds, basis, adjustment, gain = zip(*of["printed"], strict=True)
        columns: list[Any] = [
            map(str, range(number, number + len(some))),
            _plain(of["description"]),
            of["acquired"],
            of["disposed"],
            dollars_texts(proceeds),
            dollars_texts(basis),
            of["code"],
            each_once(dollars_text, adjustment),
            dollars_texts(gain),
            of["term"],
            of["box"],
            of["line"],
            _plain(column("wallet", sales)),
            _plain(column("transaction", sales)),
            _plain(_lots_named(of["parts"], sales)),
            _plain(_files(sources)),
            _places(sources),
        ]
        if draft:
            columns.append(last)
        yield _as_csv(list(zip(*columns))).encode()  # noqa: B905 (what is repeated has no end)
        number += len(some)


def _lots_named(each: Sequence[Sequence[Disposition]], sales: Sequence[Disposition]) -> Sequence[str]:
    if len(sales) == sum(map(len, each)):
        return column("lot", sales)
    return [" ".join([part.lot for part in parts]) for parts in each]


def _as_csv(lines: Sequence[Sequence[str]]) -> str:
    """Rows of several cells as csv.writer writes them, which is asked only where a cell has to stand in quotes."""
    text = "\n".join(map(",".join, lines))
    alone = text.count(",") == len(lines) * (len(lines[0]) - 1) and text.count("\n") == len(lines) - 1
    if alone and '"' not in text and "\r" not in text:
        return f"{text}\n"
    found: list[str] = []
    csv.writer(_Lines(found), lineterminator="\n").writerows(lines)
    return "".join(found)


class _Lines:
    """What a csv.writer writes to: each row's text into a list."""

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


# What makes a spreadsheet reckon, in both widths; | and % begin commands of old ones.
_FORMULA = tuple("=+-@|%＝＋－＠｜％﹦﹢﹣﹫−")


def _plain(texts: Sequence[str]) -> list[str]:
    return [text if text[:1].isalnum() else plain_cell(text) for text in texts]


def plain_cell(text: str) -> str:
    """Text a spreadsheet won't run as a formula."""
    if text[:1].isalnum():
        return text
    return f"'{text}" if text.lstrip()[:1] in _FORMULA or text[:1] in "\t\r\n" else text
