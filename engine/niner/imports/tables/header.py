"""Names of columns: how they are compared, and where one stands in a header."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

_SPACES = re.compile(r"[\s_]+")


@cache
def fold(name: str) -> str:
    """A column's name as it is compared: without blanks, underscores, case, wide letters and stray commas."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", name)).casefold().strip("\"',")


def is_pattern(name: str) -> bool:
    """Whether a column is named by a pattern."""
    return len(name) > 2 and name.startswith("/") and name.endswith("/")


def spoken(name: str) -> str:
    """A column's name for a message: of a pattern, what people would recognise: `… Subtotal`."""
    if not is_pattern(name):
        return name
    text = re.sub(r"\(\?[!=<][^()]*\)", "", name[1:-1])
    text = re.sub(r"\(?\[[^]]*\](\{[^}]*\}|[+*])?\)?|\(?\\[wd][+*]?\)?|\.\*", "…", text)
    return re.sub(r"[\\^$?()]", "", text.replace(r"\(", "⟨").replace(r"\)", "⟩")).replace("⟨", "(").replace("⟩", ")")


@cache
def _patterns(name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A pattern as it is written, and with capitals that don't count; blanks count in neither."""
    body = re.sub(r"(?<!\\)[ _]", r"[\\s_]*", name[1:-1])
    return re.compile(body), re.compile(body, re.IGNORECASE)


def named_by(pattern: str, own: str) -> re.Match[str] | None:
    """How a pattern fits a column's name."""
    as_written, any_case = _patterns(pattern)
    text = unicodedata.normalize("NFKC", own).strip()
    return as_written.search(text) or any_case.search(text)


@lru_cache(maxsize=64)
def _folded(header: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(fold, header))


@lru_cache(maxsize=64)
def _texts(header: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(unicodedata.normalize("NFKC", own).strip() for own in header)


def find(names: Sequence[str], header: Sequence[str]) -> int | None:
    """The place of the first of several names in a header."""
    folded = _folded(tuple(header))
    for name in names:
        if is_pattern(name):
            texts = _texts(tuple(header))
            hits = (at for fits in _patterns(name) for at, own in enumerate(texts) if fits.search(own))
            place = next(hits, None)
        else:
            wanted = fold(name)
            place = folded.index(wanted) if wanted in folded else None
        if place is not None:
            return place
    return None


def place_of(names: Sequence[str], header: Sequence[str]) -> int:
    """The place of a column that the layout asks for. Raises LookupError where a format names a function without it."""
    place = find(names, header)
    if place is None:
        raise LookupError(f"the column {names[0]}")
    return place
