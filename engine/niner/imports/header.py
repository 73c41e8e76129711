"""Names of columns: how they are compared, and where one stands in a header."""

import re
import unicodedata
from collections.abc import Sequence

_SPACES = re.compile(r"[\s_]+")


def fold(name: str) -> str:
    """A column's name as it is compared: without blanks, underscores, case, wide letters and stray commas."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", name)).casefold().strip("\"',")


def is_pattern(name: str) -> bool:
    """Whether a column is named by a pattern."""
    return len(name) > 2 and name.startswith("/") and name.endswith("/")


def find(names: Sequence[str], header: Sequence[str]) -> int | None:
    """The place of the first of several names in a header."""
    folded = [fold(name) for name in header]
    for name in names:
        if is_pattern(name):
            place = next((at for at, own in enumerate(header) if re.search(name[1:-1], own.strip())), None)
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
