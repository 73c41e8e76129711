"""What was worked out from files that seldom change, kept in the user's cache as plain JSON, so that a start is quick.

Nothing in it is trusted further than the files it came from: an entry's name is the sha256 of all of them, of this code
and of the versions; its text has its own checksum; only records that the caller names are ever built from it. An entry
that another user could have written, that is broken or out of date is passed over, and a cache that can't be written
costs time, nothing else. NINER_NO_CACHE=1 does without.
"""

import json
import os
import stat
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from contextlib import suppress
from dataclasses import fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property, partial
from hashlib import sha256
from itertools import chain, islice, starmap
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from niner import __version__

T = TypeVar("T")

_PACKAGE = Path(__file__).resolve().parent.parent
_EVERYWHERE = ("process", "files", "words", "shown")  # rooms that every other one uses
_MOST_BYTES = 32_000_000
_MOST_ENTRIES = 400
_PIECE = 1 << 16
_MANY = 16  # a dict of more records than this makes each when it is asked for
_TUPLE, _LIST, _DICT, _PROXY, _LATER, _DECIMAL, _FRACTION, _DATE, _PATH, _SAME, _TOGETHER, _TABLE = "tldmLDFyP=TC"
"""What an object of an entry is, by its one key; a number is a record."""
_SCALAR = frozenset((str, int, bool, float, type(None)))


def kept(
    name: str, key: str, records: Iterable[type], make: Callable[[], T], together: Collection[type] = frozenset()
) -> T:
    """What `make` gives, from the cache where it was made before from the same things.

    `name` begins the entry's file name, `key` is `key_of` all that it is made from, `records` the frozen dataclasses
    that may be in it; a long dict of one that is in `together` is kept for who asks for all of them. A value of any
    other kind than those, text, numbers, dates, tuples, lists and dicts isn't kept.
    """
    if os.environ.get("NINER_NO_CACHE"):
        return make()
    known = {record.__name__: record for record in records}
    path = _folder() / f"{name}-{key[:40]}.json"
    with suppress(Exception):  # whatever is wrong with an entry, it is made again
        return _unpacked(_read(path, key), known)  # type: ignore[no-any-return]
    value = make()
    keep(name, key, value, known.values(), together)
    return value


def keep(
    name: str, key: str, value: Any, records: Iterable[type] = (), together: Collection[type] = frozenset()
) -> None:
    """Puts a value in the cache in place of what `kept` has of that name and key, if it can."""
    if not os.environ.get("NINER_NO_CACHE"):
        with suppress(OSError, TypeError):
            packed = _packed(value, {record.__name__: record for record in records}, together)
            _write(_folder() / f"{name}-{key[:40]}.json", key, packed)


def key_of(rooms: Iterable[str], parts: Iterable[bytes]) -> str:
    """The sha256 of what something is made from: `parts`, the code of Niner's `rooms`, the versions and the Python."""
    digest = sha256()
    for part in (__version__.encode(), sys.version.encode(), _code_of(tuple(rooms)), *parts):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


@cache
def _code_of(rooms: tuple[str, ...]) -> bytes:
    """The sha256 of the code of rooms and of what every room uses: a checkout changes without its version."""
    digest = sha256()
    for place in (str(_PACKAGE), *(inner for room in (*_EVERYWHERE, *rooms) for inner in _folders(_PACKAGE / room))):
        digest.update(_code_in(place))
    return digest.digest()


@cache
def _code_in(folder: str) -> bytes:
    digest = sha256()
    for name in sorted(os.listdir(folder)):
        if name.endswith(".py"):
            digest.update(name.encode() + b"\0" + own_bytes(os.path.join(folder, name)))
    return digest.digest()


def own_bytes(path: str) -> bytes:
    """The bytes of a file that comes with Niner, which needs none of the care for what is handed in. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))  # a start reads hundreds: no object for each
    try:
        pieces = [os.read(descriptor, _PIECE)]
        while pieces[-1]:
            pieces.append(os.read(descriptor, _PIECE))
    finally:
        os.close(descriptor)
    return b"".join(pieces)


def _folders(room: Path) -> list[str]:
    """A room and the rooms in it."""
    return sorted(folder for folder, _, _ in os.walk(room) if not folder.endswith("__pycache__"))


def _folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_cache_path("niner")) / "kept"


def _read(path: Path, key: str) -> list[str]:
    """The lines of an entry. Raises where it isn't one's own alone, or not what was written."""
    _one_s_own(path.parent.stat())
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as stream:
        told = os.fstat(stream.fileno())
        _one_s_own(told)
        if not stat.S_ISREG(told.st_mode) or told.st_size > _MOST_BYTES:
            raise ValueError("no entry")
        data = stream.read()
    text = memoryview(data)[65:]  # megabytes, which are not copied
    if data[:64].decode() != _checksum(key, text):
        raise ValueError("broken")
    return str(text, "ascii").split("\n")


def _one_s_own(told: os.stat_result) -> None:
    if hasattr(os, "geteuid") and (told.st_uid != os.geteuid() or told.st_mode & 0o022):
        raise PermissionError("others may write it")


def _checksum(key: str, data: bytes | memoryview) -> str:
    digest = sha256(key.encode())
    digest.update(data)
    return digest.hexdigest()


def _write(path: Path, key: str, packed: Sequence[str]) -> None:
    """An entry, whole or not at all; the oldest go where there are too many."""
    folder = path.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _one_s_own(folder.stat())
    data = "\n".join(packed).encode("ascii")
    descriptor, part = tempfile.mkstemp(prefix=".", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(_checksum(key, data).encode() + b"\n" + data)
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(part)
        raise
    for old in sorted(folder.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)[_MOST_ENTRIES:]:
        with suppress(OSError):
            old.unlink()


def _packed(value: Any, records: Mapping[str, type], together: Collection[type] = frozenset()) -> list[str]:
    """A value as lines of JSON: the records that are named more than once, each of them once, those that are made when
    they are asked for, and the value that names them by their line. Any other record stands where it is named.

    What is neither text, number nor None is an object of one key, which says what it is, and of its parts.
    """
    packing = _Packing(records, together)
    top = packing.pack(value)
    heads = [[name, *parts] for name, parts in packing.heads.items()]
    lines = {place: at for at, place in enumerate(sorted(_with_a_line([*packing.found, top])), 1)}

    def placed(packed: Any) -> Any:
        if type(packed) is list:
            return [*map(placed, packed)]
        if type(packed) is not dict:
            return packed
        ((kind, parts),) = packed.items()
        if kind == _SAME:
            return {_SAME: lines[parts]} if parts in lines else placed(packing.found[parts])
        if kind in (_LATER, _TOGETHER):
            return {kind: [lines[one] for one in parts]}
        return {kind: placed(parts)}

    return [_line(heads), *(_line(placed(packing.found[place])) for place in lines), _line(placed(top))]


class _Packing:
    """Values to what JSON takes; in `found` the records, and the keys of what is made later, after those they name."""

    def __init__(self, records: Mapping[str, type], together: Collection[type] = frozenset()) -> None:
        self._records, self._together = records, together
        self.heads = {name: _fields(record) for name, record in records.items()}
        self.found: list[Any] = []
        self._numbers = {name: str(at) for at, name in enumerate(records)}
        self._places: dict[str, int] = {}

    def pack(self, value: Any) -> Any:
        """Raises TypeError for what is not kept."""
        if type(value) in _SCALAR:
            return value
        if type(value) in (tuple, list):
            return {_TUPLE if type(value) is tuple else _LIST: self._each(value)}
        if type(value) in (dict, MappingProxyType):
            if len(value) > _MANY and len(kinds := {*map(type, value.values())}) == 1 and kinds <= {*self._together}:
                return {_TOGETHER: [self._place({_TABLE: [*map(self.column, (value, value.values()))]})]}
            keys, each = self._each(value), self._each(value.values())
            if len(value) > _MANY and all(type(one) is dict and _SAME in one for one in each):
                return {_LATER: [self._place({_TUPLE: keys}), *(one[_SAME] for one in each)]}
            return {_DICT if type(value) is dict else _PROXY: [*chain.from_iterable(zip(keys, each, strict=True))]}
        scalar = Path if isinstance(value, Path) else type(value)
        if scalar in _SCALARS:
            kind, text = _SCALARS[scalar]
            return {kind: text(value)}
        name = type(value).__name__
        if self._records.get(name) is not type(value):
            raise TypeError(f"{name} is not kept")
        return {
            _SAME: self._place({self._numbers[name]: self._each(getattr(value, part) for part in self.heads[name])})
        }

    def _each(self, values: Iterable[Any]) -> list[Any]:
        return [value if type(value) in _SCALAR else self.pack(value) for value in values]

    def column(self, values: Iterable[Any]) -> list[Any]:
        """Values as a column: what they are, and then, each as a column again, the fields of records, the keys and the
        values of dicts, or the parts of tuples. What stands in it more than once is written once and has its places.

        Decoded, a column is plain lists, from which what is alike is made without a step for each.
        """
        cells = [*values]
        kinds = {*map(type, cells)}
        if kinds <= {str, type(None)}:
            once = dict.fromkeys(cell for cell in cells if cell is not None)
            if 2 * len(once) < len(cells):
                return ["places", ["cells", [*once]], _places(once, cells)]
        if kinds <= _SCALAR:
            return ["cells", cells]
        if kinds == {dict}:
            return [
                "dicts",
                [*map(len, cells)],
                self.column(chain(*cells)),
                self.column(chain(*map(dict.values, cells))),
            ]
        if kinds == {tuple}:
            return ["tuples", [*map(len, cells)], self.column(chain(*cells))]
        kinds -= {type(None)}
        names = [kind.__name__ for kind in kinds]
        if len(names) == 1 and self._records.get(names[0]) in kinds and self.heads[names[0]]:
            alike = _Packing(self._records)
            told = [*map(repr, alike._each(cells))]
            first = {text: cell for text, cell in zip(told, cells, strict=True) if cell is not None}
            columns = [self.column(getattr(cell, part) for cell in first.values()) for part in self.heads[names[0]]]
            return ["places", ["records", int(self._numbers[names[0]]), columns], _places(first, told)]
        return ["cells", self._each(cells)]

    def _place(self, packed: Any) -> int:
        # What is packed is text, numbers, lists and dicts: alike is what is written alike.
        place = self._places.setdefault(repr(packed), len(self.found))
        if place == len(self.found):
            self.found.append(packed)
        return place


def _places(once: Iterable[Any], told: Iterable[Any]) -> list[int]:
    """Where each stands among those that are written once; -1 for None, which is none of them."""
    place = {what: at for at, what in enumerate(once)}
    return [place.get(what, -1) for what in told]


def _with_a_line(packed: Sequence[Any]) -> set[int]:
    """The records, by their places, that have a line of their own: named more than once, or made when asked for."""
    named: Counter[int] = Counter()

    def count(packed: Any) -> None:
        if type(packed) is list:
            for one in packed:
                count(one)
        elif type(packed) is dict:
            ((kind, parts),) = packed.items()
            if kind == _SAME:
                named[parts] += 1
            elif kind in (_LATER, _TOGETHER):
                named.update(parts * 2)
            else:
                count(parts)

    for one in packed:
        count(one)
    return {place for place, times in named.items() if times > 1}


_line: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def _fields(record: type) -> list[str]:
    """The names of what a record is made of."""
    named: Sequence[str] | None = getattr(record, "_fields", None)
    return list(named) if named is not None else [field.name for field in fields(record)]


def _unpacked(lines: Sequence[str], records: Mapping[str, type]) -> Any:
    """The value of an entry; a line is read when what it holds is asked for."""
    if json.loads(lines[0]) != [[name, *_fields(record)] for name, record in records.items()]:
        raise ValueError("other records")
    made: list[Any] = [None] * len(lines)

    def same(place: int) -> Any:
        found = made[place]
        if found is None:
            found = made[place] = read(lines[place])[0]
        return found

    each = [_each(record) for record in records.values()]
    kinds: dict[str, Callable[[Any], Any]] = {str(at): _maker(record) for at, record in enumerate(records.values())}
    kinds |= {
        _SAME: same,
        _LATER: lambda parts: _Later(parts, same),
        _TOGETHER: lambda parts: _Together(parts[0], same),
    }
    kinds |= {_TABLE: lambda parts: dict(zip(*(_column(part, each) for part in parts), strict=True)), **_KINDS}

    def built(pairs: list[tuple[str, Any]]) -> Any:
        [(kind, parts)] = pairs
        return kinds[kind](parts)

    read: Callable[[str], tuple[Any, int]] = json.JSONDecoder(object_pairs_hook=built).raw_decode
    return read(lines[-1])[0]


def _column(packed: list[Any], each: Sequence["_Each"]) -> list[Any]:
    """The values of a column; `each` makes records of their parts, by the number of the record."""
    kind, *parts = packed
    if kind == "cells":
        return parts[0]  # type: ignore[no-any-return]
    if kind == "records":
        return [*each[parts[0]](zip(*(_column(part, each) for part in parts[1]), strict=True))]
    if kind == "places":
        once = [*_column(parts[0], each), None]
        return [once[place] for place in parts[1]]
    if kind == "dicts":
        pairs = zip(_column(parts[1], each), _column(parts[2], each), strict=True)
        return [dict(islice(pairs, count)) for count in parts[0]]
    cells = iter(_column(parts[1], each))
    return [tuple(islice(cells, count)) for count in parts[0]]


def _maker(record: type) -> Callable[[Sequence[Any]], Any]:
    """A record of its parts, as they are: of what was kept nothing has to be checked again."""
    return partial(tuple.__new__, record) if issubclass(record, tuple) else lambda parts: record(*parts)


_Each = Callable[[Iterable[Any]], Iterable[Any]]


def _each(record: type) -> _Each:
    """Records of the parts of each, made as by `_maker`."""
    return partial(map, _maker(record)) if issubclass(record, tuple) else partial(starmap, record)


def _dict(parts: Sequence[Any]) -> dict[Any, Any]:
    each = iter(parts)
    return dict(zip(each, each, strict=True))


class _Later(Mapping[Any, Any]):
    """A dict of records, each made when it is asked for: of most years' rules a return needs few."""

    def __init__(self, lines: Sequence[int], same: Callable[[int], Any]) -> None:
        self._lines, self._same = lines, same

    @cached_property
    def _line(self) -> dict[Any, int]:
        """The line of each, by its key; the keys stand on the first."""
        return dict(zip(self._same(self._lines[0]), self._lines[1:], strict=True))

    @cached_property
    def _whole(self) -> dict[Any, Any]:
        return {key: self._same(line) for key, line in self._line.items()}

    def __getitem__(self, key: Any) -> Any:
        return self._same(self._line[key])

    def items(self) -> ItemsView[Any, Any]:
        """All of them, in their order."""
        return self._whole.items()

    def values(self) -> ValuesView[Any]:
        """The same without their keys."""
        return self._whole.values()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._line)

    def __len__(self) -> int:
        return len(self._lines) - 1

    def __contains__(self, key: object) -> bool:
        return key in self._line


class _Together(Mapping[Any, Any]):
    """A dict of records of which all are made when the first is asked for."""

    def __init__(self, line: int, same: Callable[[int], Any]) -> None:
        self._line, self._same = line, same

    @cached_property
    def _whole(self) -> dict[Any, Any]:
        return self._same(self._line)  # type: ignore[no-any-return]

    def __getitem__(self, key: Any) -> Any:
        return self._whole[key]

    def items(self) -> ItemsView[Any, Any]:
        return self._whole.items()

    def values(self) -> ValuesView[Any]:
        return self._whole.values()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._whole)

    def __len__(self) -> int:
        return len(self._whole)

    def __contains__(self, key: object) -> bool:
        return key in self._whole


_SCALARS: Mapping[type, tuple[str, Callable[[Any], Any]]] = {
    Decimal: (_DECIMAL, str),
    Fraction: (_FRACTION, Fraction.as_integer_ratio),
    date: (_DATE, date.isoformat),
    Path: (_PATH, str),
}
_KINDS: Mapping[str, Callable[[Any], Any]] = {
    _TUPLE: tuple,
    _LIST: list,
    _DICT: _dict,
    _PROXY: lambda parts: MappingProxyType(_dict(parts)),
    _DECIMAL: Decimal,
    _FRACTION: lambda parts: Fraction(*parts),
    _DATE: date.fromisoformat,
    _PATH: Path,
}
