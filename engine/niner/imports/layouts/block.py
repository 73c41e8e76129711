"""Rows of an export that follow one another, as columns of text, and amounts that a whole column states plainly."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from functools import cached_property
from operator import itemgetter
from typing import Any

from niner.imports.layouts.language import Ref
from niner.money import Cents, exact_cents

BETWEEN = "\0"
"""Stands in no cell, so that a column is looked at as one text."""
# What `cells.number` reads at once: digits, and dollars with their commas.
_AMOUNT = r"(?:[-+]?[0-9]{1,40}|-?\$(?:[1-9][0-9]{0,2}(?:,[0-9]{3}){1,9}|[0-9]{1,40}))(?:\.[0-9]{1,40})?"
_AMOUNTS = re.compile(f"(?:{_AMOUNT})?+(?:{BETWEEN}(?:{_AMOUNT})?+)*+", re.ASCII)
_DIGITS = b"0123456789.\0"
_POINT = itemgetter(slice(-3, -2))  # where it stands in dollars and two digits of cents
_NO_DOLLARS = str.maketrans("", "", "$,")

Texts = Sequence[str]
Numbers = Sequence[Decimal | None]
Take = Callable[[Sequence[Any]], Sequence[Any]]


class Rows:
    """Rows that follow one another, as columns; `alone` are the places of those that are to be read by themselves.

    `natives` are the source's ids of the rows, once they have been looked at.
    """

    def __init__(self, columns: Sequence[Texts], count: int) -> None:
        self.columns = columns
        self.count = count
        self.alone: set[int] = set()
        self.numbers: dict[Ref, Numbers] = {}
        self.amounts: dict[Ref, Amounts | None] = {}
        self.natives: Texts = ()
        self._rows: list[tuple[str, ...]] | None = None

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The same, row by row."""
        if self._rows is None:
            self._rows = list(zip(*self.columns, strict=True))
        return self._rows

    def row(self, at: int) -> Sequence[str]:
        """The cells of one."""
        return [column[at] for column in self.columns]

    def part(self, places: Sequence[int]) -> "Rows":
        """Those at `places` alone."""
        if len(places) == self.count:
            return self
        return Rows(Looked(self.columns, taken(places)), len(places))


class Looked(Sequence[Texts]):
    """Columns of which each is made of another where somebody looks: many are never asked for."""

    def __init__(self, columns: Sequence[Texts], made: Take) -> None:
        self._columns, self._of = columns, made
        self._made: dict[int, Texts] = {}

    def __len__(self) -> int:
        return len(self._columns)

    def __getitem__(self, place: Any) -> Any:
        found = self._made.get(place)
        if found is None:
            found = self._made[place] = self._of(self._columns[place])
        return found


def stripped(column: Sequence[str]) -> Texts:
    """The cells of a column without blanks around them."""
    return list(map(str.strip, column))


def taken(places: Sequence[int]) -> Take:
    """What takes those at `places` out of a column."""
    if len(places) == 1:
        return lambda column: (column[places[0]],)
    return itemgetter(*places) if places else lambda column: ()


class NotPlain(ValueError):
    """Raised for amounts that are not plain when they are looked at closely."""


class Amounts:
    """The amounts of a column, which look plain: digits with a point, and at most a sign before them.

    `texts` are as Decimal reads them, empty where there is none; `unsigned`: none has a minus sign.
    """

    def __init__(self, texts: Texts, whole: str, unsigned: bool) -> None:
        self.texts, self._whole, self.unsigned = texts, whole, unsigned

    @cached_property
    def numbers(self) -> Numbers:
        """What they are, with their signs. Raises NotPlain."""
        try:
            return [Decimal(text) if text else None for text in self.texts]
        except InvalidOperation:
            raise NotPlain from None

    @cached_property
    def cents(self) -> Sequence[Cents | None]:
        """Dollars as exact cents, without their signs. Raises NotPlain."""
        digits = self._whole.replace(".", "") if self.unsigned else self._whole.replace(".", "").replace("-", "")
        try:
            if self._whole.count(".") == len(self.texts) and set(map(_POINT, self.texts)) == {"."}:
                return list(map(int, digits.split(BETWEEN)))
            return [exact_cents(Decimal(text).copy_abs()) if text else None for text in self.texts]
        except (InvalidOperation, ValueError):
            raise NotPlain from None

    def longest(self) -> int:
        """How many characters the longest has."""
        return max(map(len, self.texts), default=0)


def plain_amounts(texts: Texts) -> Amounts | None:
    """The amounts in the cells of a column; None where one of them asks for a closer look."""
    whole = BETWEEN.join(texts)
    if whole.count(BETWEEN) != len(texts) - 1:
        return None
    others = set(whole.encode().translate(None, _DIGITS))
    if not others:
        return Amounts(texts, whole, True)
    if others == {ord("-")} and whole.count("-") == whole.count(f"{BETWEEN}-") + whole.startswith("-"):
        return Amounts(texts, whole, False)
    if others == {ord("$")} and f"${BETWEEN}" not in f"{whole}{BETWEEN}":
        bare = f"{BETWEEN}{whole}".replace(f"{BETWEEN}$", BETWEEN)[1:]
        return None if "$" in bare else Amounts(bare.split(BETWEEN), bare, True)
    if not others <= set(b"-+$,") or not _AMOUNTS.fullmatch(whole):
        return None
    if "$" in whole:
        whole = whole.translate(_NO_DOLLARS) if "," in whole else whole.replace("$", "")
        texts = whole.split(BETWEEN)
    return Amounts(texts, whole, "-" not in whole)
