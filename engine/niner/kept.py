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
from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from niner import __version__

T = TypeVar("T")

_PACKAGE = Path(__file__).resolve().parent
_MOST_BYTES = 32_000_000
_MOST_ENTRIES = 400
_MANY = 16  # a dict of more records than this makes each when it is asked for
_TUPLE, _LIST, _DICT, _PROXY, _DECIMAL, _FRACTION, _DATE, _PATH, _SAME, _RECORD = range(10)


def kept(name: str, key: str, records: Iterable[type], make: Callable[[], T]) -> T:
    """What `make` gives, from the cache where it was made before from the same things.

    `name` begins the entry's file name, `key` is `key_of` all that it is made from, `records` the frozen dataclasses
    that may be in it. A value of any other kind than those, text, numbers, dates, tuples, lists and dicts isn't kept.
    """
    if os.environ.get("NINER_NO_CACHE"):
        return make()
    known = {record.__name__: record for record in records}
    path = _folder() / f"{name}-{key[:40]}.json"
    with suppress(Exception):  # whatever is wrong with an entry, it is made again
        return _unpacked(_read(path, key), known)  # type: ignore[no-any-return]
    value = make()
    keep(name, key, value, known.values())
    return value


def keep(name: str, key: str, value: Any, records: Iterable[type] = ()) -> None:
    """Puts a value in the cache in place of what `kept` has of that name and key, if it can."""
    if not os.environ.get("NINER_NO_CACHE"):
        with suppress(OSError, TypeError):
            packed = _packed(value, {record.__name__: record for record in records})
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
    for place in (str(_PACKAGE), *(inner for room in rooms for inner in _folders(_PACKAGE / room))):
        digest.update(_code_in(place))
    return digest.digest()


@cache
def _code_in(folder: str) -> bytes:
    digest = sha256()
    for name in sorted(os.listdir(folder)):
        if name.endswith(".py"):
            with open(os.path.join(folder, name), "rb", buffering=0) as stream:
                digest.update(name.encode() + b"\0" + stream.read())
    return digest.digest()


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
    if data[:64].decode() != _checksum(key, data[65:]):
        raise ValueError("broken")
    return data[65:].decode("ascii").split("\n")


def _one_s_own(told: os.stat_result) -> None:
    if hasattr(os, "geteuid") and (told.st_uid != os.geteuid() or told.st_mode & 0o022):
        raise PermissionError("others may write it")


def _checksum(key: str, data: bytes) -> str:
    return sha256(key.encode() + data).hexdigest()


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


def _packed(value: Any, records: Mapping[str, type]) -> list[str]:
    """A value as lines of JSON: what its records are made of, each of them once, and the value that names them by their
    line."""
    names = list(records)
    heads = [[name, *(field.name for field in fields(records[name]))] for name in names]
    lines: dict[str, int] = {_line(heads): 0}

    def pack(value: Any) -> Any:
        if value is None or type(value) in (str, int, bool, float):
            return value
        if type(value) in (tuple, list):
            return [_TUPLE if type(value) is tuple else _LIST, *map(pack, value)]
        if type(value) in (dict, MappingProxyType):
            entries = [pack(one) for entry in value.items() for one in entry]
            return [_DICT if type(value) is dict else _PROXY, *entries]
        if isinstance(value, Decimal | Fraction):
            return [_DECIMAL if isinstance(value, Decimal) else _FRACTION, str(value)]
        if type(value) is date:
            return [_DATE, value.isoformat()]
        if isinstance(value, Path):
            return [_PATH, str(value)]
        name = type(value).__name__
        if not is_dataclass(value) or records.get(name) is not type(value):
            raise TypeError(f"{name} is not kept")
        record = [_RECORD + names.index(name), *(pack(getattr(value, field.name)) for field in fields(value))]
        return [_SAME, lines.setdefault(_line(record), len(lines))]

    top = _line(pack(value))
    return [*lines, top]


def _line(packed: Any) -> str:
    return json.dumps(packed, ensure_ascii=True, separators=(",", ":"))


def _unpacked(lines: Sequence[str], records: Mapping[str, type]) -> Any:
    """The value of an entry; a line is read when what it holds is asked for."""
    read = json.JSONDecoder().raw_decode
    if read(lines[0])[0] != [[name, *(field.name for field in fields(record))] for name, record in records.items()]:
        raise ValueError("other records")
    kinds = list(records.values())
    made: list[Any] = [None] * len(lines)

    def record(place: int) -> Any:
        found = made[place]
        if found is None:
            tag, *parts = read(lines[place])[0]
            found = kinds[tag - _RECORD](*[unpack(one) if type(one) is list else one for one in parts])
            made[place] = found
        return found

    def unpack(value: Any) -> Any:
        if type(value) is not list:
            return value
        tag = value[0]
        if tag == _SAME:
            return record(value[1])
        if tag == _TUPLE:
            return tuple([unpack(one) if type(one) is list else one for one in value[1:]])
        if tag in (_DICT, _PROXY):
            if len(value) > 2 * _MANY and all(type(one) is list and one[0] == _SAME for one in value[2::2]):
                return _Later(value, unpack)
            each = iter([unpack(one) if type(one) is list else one for one in value[1:]])
            entries = dict(zip(each, each, strict=True))
            return entries if tag == _DICT else MappingProxyType(entries)
        if tag == _LIST:
            return [unpack(one) for one in value[1:]]
        return _SCALARS[tag](value[1])

    return unpack(read(lines[-1])[0])


class _Later(Mapping[Any, Any]):
    """A dict of records, each made when it is asked for: of most years' rules a return needs few."""

    __slots__ = ("_made", "_packed", "_unpack")

    def __init__(self, packed: Sequence[Any], unpack: Callable[[Any], Any]) -> None:
        self._packed, self._unpack = packed, unpack
        self._made: dict[Any, Any] | None = None

    @property
    def _places(self) -> dict[Any, Any]:
        """What is made by its key, and what is not yet made as the list it is packed in."""
        if self._made is None:
            self._made = dict(zip(map(self._unpack, self._packed[1::2]), self._packed[2::2], strict=True))
        return self._made

    def __getitem__(self, key: Any) -> Any:
        places = self._places
        found = places[key]
        if type(found) is list:
            found = places[key] = self._unpack(found)
        return found

    def _whole(self) -> dict[Any, Any]:
        places = self._places
        for key, found in places.items():
            if type(found) is list:
                places[key] = self._unpack(found)
        return places

    def items(self) -> ItemsView[Any, Any]:
        """All of them, in their order."""
        return self._whole().items()

    def values(self) -> ValuesView[Any]:
        """The same without their keys."""
        return self._whole().values()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._packed) // 2

    def __contains__(self, key: object) -> bool:
        return key in self._places


_SCALARS: Mapping[int, Callable[[str], Any]] = {
    _DECIMAL: Decimal,
    _FRACTION: Fraction,
    _DATE: date.fromisoformat,
    _PATH: Path,
}
