"""Text of a cell to an exact number or an instant, in the ways that exports write them; what is neither is told."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Literal

_PLAIN = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")
_DOLLARS = re.compile(r"(-?)\$((?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)", re.ASCII)
_NOTHING = frozenset(("", "-", "--", "n/a", "na", "none", "null", "nan", "not available"))
_NUMBER = re.compile(
    r"[-+]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]*)?(?:e[-+]?[0-9]{1,2})?", re.IGNORECASE | re.ASCII
)
_CURRENCY = re.compile(r"US\$|[A-Z]{1,2}\$|[$€£¥₿]")
_TICKER = re.compile(r"\s*[A-Za-z][A-Za-z0-9.]{0,14}$")
_LONGEST = 90
_COMMA_DECIMAL = re.compile(r"[-+(]?[$€£]? ?(?:[0-9]{1,3}(?:\.[0-9]{3})*|[0-9]+),(?:[0-9]{1,2}|[0-9]{4,})\)?", re.ASCII)
_POINT_DECIMAL = re.compile(r"[-+(]?[$€£]? ?(?:[0-9]{1,3}(?:,[0-9]{3})*|[0-9]+)\.(?:[0-9]{1,2}|[0-9]{4,})\)?", re.ASCII)
_EITHER = re.compile(r"[-+(]?[$€£]? ?[0-9]{1,3},[0-9]{3}\)?", re.ASCII)
_AS_A_SPREADSHEET_ROUNDS = re.compile(r"-?[1-9]\.[0-9]{5}E[+-][0-9]{2}", re.ASCII)

# How exports abbreviate zones. US names are as the law has them (15 U.S.C. 261, 263); a name in the wrong season is
# taken at its word.
ZONES = {
    **dict.fromkeys(("UTC", "GMT", "Z"), 0),
    **{"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7},
    **{"AKST": -9, "AKDT": -8, "HST": -10},
}
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*(?:([+-])([0-9]{1,2})(?::?([0-9]{2}))?)?", re.IGNORECASE | re.ASCII)
_CELL_ZONE = re.compile(r"\s*(?:\b([A-Z]{1,4}T|UTC|Z)|(?:GMT|UTC)?([+-][0-9]{2}(?::?[0-9]{2})?))$", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 2009, 2099


class NotRead(ValueError):
    """A cell that can't be read: its text says why, as the end of “…: WHY”."""


class NoZone(NotRead):
    """A time that names no zone where none is known."""


def number(text: str, comma: bool = False) -> Decimal | None:
    """The exact number in a cell, None where it holds none. Raises NotRead.

    Currency signs, thousands commas, a ticker behind, brackets for a negative and a spreadsheet's `="…"` are
    understood; `comma`: the decimal sign is a comma.
    """
    if not comma and len(text) < _LONGEST:
        if not text:
            return None
        if _PLAIN.fullmatch(text):
            return Decimal(text)
        if dollars := _DOLLARS.fullmatch(text):
            return Decimal(dollars[1] + dollars[2].replace(",", ""))
    bare = text.strip().strip("\u00a0")
    if bare.startswith('="') and bare.endswith('"'):
        bare = bare[2:-1].strip()
    if bare.casefold() in _NOTHING:
        return None
    negative = bare.startswith("(") and bare.endswith(")")
    if negative:
        bare = bare[1:-1].strip()
    bare = bare.replace("\u2212", "-").replace("\u00a0", " ")
    bare = _CURRENCY.sub("", bare, count=1).strip()
    exponent = re.fullmatch(r"[-+0-9.,]+[eE][-+]?[0-9]+", bare)
    if not exponent:
        bare = _TICKER.sub("", bare).strip()
    if bare[:2] in ("- ", "+ "):
        bare = bare[0] + bare[2:].strip()
    if comma:
        bare = bare.replace(".", "").replace(",", ".")
    if not _NUMBER.fullmatch(bare) or not any(c in "0123456789" for c in bare) or len(bare) > _LONGEST:
        raise NotRead("it is not a number")
    found = Decimal(bare.replace(",", ""))
    return found.copy_negate() if negative else found


def decimal_sign(cells: Iterable[str]) -> Literal["comma", "point", "unclear"] | None:
    """Which decimal sign a table's numbers show; `unclear` where 1,234 may be either, None where nothing shows it."""
    comma = point = either = False
    for cell in cells:
        if "," in cell:
            comma = comma or _COMMA_DECIMAL.fullmatch(cell) is not None
            either = either or _EITHER.fullmatch(cell) is not None
        if "." in cell:
            point = point or _POINT_DECIMAL.fullmatch(cell) is not None
    if comma != point:
        return "comma" if comma else "point"
    return "unclear" if comma or either else None


def rounded_by_a_spreadsheet(text: str) -> bool:
    """Whether a number has the six digits that a spreadsheet leaves of a small one when it saves it: 1.23457E-05."""
    return _AS_A_SPREADSHEET_ROUNDS.fullmatch(text.strip()) is not None


def zone_of(text: str) -> tzinfo | None:
    """The zone of `+08:00`, `UTC+8`, `PST` or an empty text (UTC); None where it is none of these."""
    name = text.strip().upper()
    if name in ZONES:
        return timezone(timedelta(hours=ZONES[name]))
    found = _OFFSET.fullmatch(text.strip())
    if not found:
        return None
    if not found[1]:
        return UTC
    away = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(-away if found[1] == "-" else away) if away < timedelta(hours=15) else None


def only_a_day(text: str) -> bool:
    """Whether a cell that holds a time names a day and nothing finer: `10/06/2015`, not a count of seconds."""
    return ":" not in text and not text.strip().replace(".", "", 1).isdigit()


def reader_of_times(formats: Sequence[str], zone: tzinfo | None) -> Callable[[str], datetime]:
    """A function from a cell to an instant in UTC. `zone` None: the cell itself names its zone. Raises NotRead.

    A day without a time is its noon in UTC, which is the same day in every zone of the United States: at midnight it
    would be the day before, and on January 1 another tax year.
    """
    ways = [_WAYS[name] if name in _WAYS else _strptime(name) for name in formats]
    last: tuple[str, datetime] | None = None  # the rows of one event stand together, and have one time

    def read(text: str) -> datetime:
        nonlocal last
        if last is None or text != last[0]:
            last = text, moment(text)
        return last[1]

    def moment(text: str) -> datetime:
        bare = text.strip()
        if bare.startswith('="') and bare.endswith('"'):
            bare = bare[2:-1]
        for way in ways:
            found = way(bare)
            if found is not None:
                break
        else:
            raise NotRead("it is not a time as this export writes them")
        if only_a_day(bare):
            found = found.replace(hour=12, tzinfo=UTC)
        if found.tzinfo is None:
            if zone is None:
                raise NoZone("it names no time zone")
            found = found.replace(tzinfo=zone)
        if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
            raise NotRead(f"the year {found.year} can't be right for a digital asset")
        return found if found.tzinfo is UTC else found.astimezone(UTC)

    return read


def _iso(text: str) -> datetime | None:
    """`2025-01-17 16:57:02 UTC`, `2024-03-01T14:30:00.123Z`, `2025-03-02 09:00:00+00`, `2024-03-01`."""
    if len(text) < 10 or text[4] != "-":
        return None
    away: tzinfo | None = None
    if text[-1].isalpha():
        body, _, name = text.rpartition(" ") if " " in text[11:] else (text[:-1], "", text[-1])
        if name not in ZONES:
            return None
        away, text = UTC if not ZONES[name] else timezone(timedelta(hours=ZONES[name])), body
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found_again = _finer(text)
        if found_again is None:
            return None
        found = found_again
    return found.replace(tzinfo=away) if away is not None else found


def _finer(text: str) -> datetime | None:
    """A time with more digits of a second than are kept."""
    cut = re.fullmatch(r"(.{19}\.[0-9]{6})[0-9]+(.*)", text)
    try:
        return datetime.fromisoformat(cut[1] + cut[2]) if cut else None
    except ValueError:
        return None


def _unix(text: str, scale: int = 1) -> datetime | None:
    if not re.fullmatch(r"[0-9]{9,14}(\.[0-9]*)?", text, re.ASCII):
        return None
    micros = int(Decimal(text) * 1_000_000 / scale)
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    except OverflowError:
        return None


# What the parts of a time are written with, as strptime reads them too.
_PARTS = {"%Y": "([0-9]{4})", **dict.fromkeys(("%m", "%d", "%H", "%I", "%M", "%S"), "([0-9]{1,2})"), "%p": "(AM|PM)"}


def _plainly(pattern: str) -> Callable[[str, tzinfo | None], datetime | None] | None:
    """What reads a time of numbers alone several times as fast as strptime; None where a pattern has other parts.

    It gives None for a text that it does not read, which strptime may.
    """
    parts = re.findall("%.", pattern)
    twelve = "%I" in parts
    order = ("%Y", "%m", "%d", "%I" if twelve else "%H", "%M", "%S")
    if not set(parts) <= _PARTS.keys() or len(set(parts)) < len(parts) or not set(order[:3]) <= set(parts):
        return None
    if twelve != ("%p" in parts) or (twelve and "%H" in parts):
        return None
    pieces = re.split("(%.)", pattern)
    fits = re.compile("".join(_PARTS.get(piece) or re.escape(piece) for piece in pieces), re.ASCII).fullmatch
    places = [parts.index(part) + 1 for part in order if part in parts]
    half = parts.index("%p") + 1 if twelve else 0

    def read(text: str, zone: tzinfo | None) -> datetime | None:
        found = fits(text)
        if found is None:
            return None
        numbers = [int(found[place]) for place in places]
        if half:
            if not 1 <= numbers[3] <= 12:
                return None
            numbers[3] = numbers[3] % 12 + 12 * (found[half] == "PM")
        try:
            return datetime(*numbers, tzinfo=zone)  # type: ignore[misc,arg-type]  # year to minute or second
        except ValueError:
            return None

    return read


def _strptime(pattern: str) -> Callable[[str], datetime | None]:
    """As strptime reads it; `%Z` at the end is a zone's abbreviation or an offset."""
    zoned = pattern.endswith("%Z")
    bare = pattern.removesuffix("%Z").rstrip()
    plainly = _plainly(bare)

    def read(text: str) -> datetime | None:
        zone: tzinfo | None = None
        if zoned:
            found = _CELL_ZONE.search(text)
            zone = zone_of(found[1] or found[2]) if found else None
            if found is None or zone is None:
                return None
            text = text[: found.start()].rstrip()
        plain = plainly(text, zone) if plainly is not None else None
        if plain is not None:
            return plain
        try:
            return datetime.strptime(text, bare).replace(tzinfo=zone)
        except ValueError:
            return None

    return read


_WAYS: dict[str, Callable[[str], datetime | None]] = {
    "iso": _iso,
    "unix": _unix,
    "unix_ms": lambda text: _unix(text, 1000),
}
