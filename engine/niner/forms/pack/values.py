"""The small vocabulary of the forms: fields, pages and packs, and what a return wants printed on them."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from niner.dataclass import dataclass
from niner.values import Source

FieldValue = str | int | bool
Kind = Literal["text", "money", "ssn", "tick"]
Align = Literal["left", "centre", "right"]
Rect = tuple[float, float, float, float]

MAX_PAGE_POINTS = 2_000  # no form's page is larger
MAX_BLANK_BYTES = 4_000_000
WORDS = ".words"  # how the key of the words ends that stand in place of an amount
NO_WORDS: Mapping[str, str] = MappingProxyType({})
ALIGNMENTS: tuple[Align, ...] = ("left", "centre", "right")  # in the order of a PDF field's /Q


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: the line it carries and how the official PDF holds it.

    `rect` is in PDF points from the page's lower left corner. `state` is the value a tick takes when it is on.
    `printed_parentheses`: the blank prints the parentheses, so a loss is written without them. `words` are those that
    instructions want in place of the amount in some cases; they are given under the key with `.words` behind it.
    """

    key: str
    name: str
    kind: Kind
    rect: Rect
    align: Align = "left"
    lines: int = 1
    max_length: int = 0
    comb: bool = False
    read_only: bool = False
    state: str = ""
    group: str = ""
    printed_parentheses: bool = False
    border: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackPage:
    """One page: its fields by line key, and the tick groups of which exactly one must be chosen.

    `margin` are places beside the print for what instructions want written across a page that has no field for it.
    """

    name: str
    fields: Mapping[str, Field]
    must: tuple[str, ...] = ()
    margin: Mapping[str, Field] = field(default_factory=lambda: MappingProxyType({}))

    def place(self, key: str) -> Field:
        """The field or the place on the margin that has the key. Raises KeyError where none has."""
        if key in self.margin:
            return self.margin[key]
        return self.fields[key if key in self.fields or not self.has(key) else key.removesuffix(WORDS)]

    def has(self, key: str) -> bool:
        """Whether the page has a place of that key."""
        if key in self.fields or key in self.margin:
            return True
        amount = self.fields.get(key.removesuffix(WORDS)) if key.endswith(WORDS) else None
        return amount is not None and bool(amount.words)

    @property
    def rows(self) -> int:
        return len({key.split(".")[1] for key in self.fields if key.startswith("row.")})


@dataclass(frozen=True, slots=True)
class Blank:
    """Where the official blank is published and which bytes the pack was made from."""

    urls: tuple[str, ...] = ()
    sha256: str = ""
    checked: bool = True


@dataclass(frozen=True, slots=True)
class StatementColumn:
    """A column of the statement that may be attached to the form: what stands over it and its share of the width."""

    head: str
    width: float


@dataclass(frozen=True, slots=True)
class Pack:
    """One revision of one form, for one tax year."""

    form: str
    title: str
    year: int
    years: tuple[int, ...]
    revision: str
    attachment_sequence: str
    page_size: tuple[float, float]
    root: str
    pages: tuple[PackPage, ...]
    blank: Blank
    path: Path = field(default=Path(), compare=False)
    printed_as: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    statement: Mapping[str, StatementColumn] = field(default_factory=lambda: MappingProxyType({}))

    def keys(self, page: int) -> tuple[str, ...]:
        """The line keys a FormFill may use on that page (0-based); read-only fields are left out."""
        found = self.pages[page]
        words = (f"{key}{WORDS}" for key, f in found.fields.items() if f.words)
        return (*(key for key, f in found.fields.items() if not f.read_only), *words, *found.margin)

    def rows(self, page: int) -> int:
        """How many rows the table of that page has; 0 where the page has no table."""
        return self.pages[page].rows

    @property
    def drawn(self) -> bool:
        """Whether Niner draws the page itself, as for a statement; no blank is ever published."""
        return not self.blank.urls and not self.blank.sha256

    @property
    def blank_name(self) -> str:
        """The file name of the blank, as irs.gov's archive of prior years has it."""
        return f"{self.form}--{self.revision.split('-')[0]}.pdf"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where what a field prints stands in the input, so that a person can go and change it there.

    `names` and `todos` say what it is called there and what to do where it does not fit: by column for the cells of a
    row, under "" for a field by itself.
    """

    source: Source
    names: Mapping[str, str]
    todos: Mapping[str, str]


NO_ORIGINS: Mapping[str, Origin] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PageFill:
    """The values of one printed page: `page` is the pack's page (0-based), the keys its line keys, None stays blank.

    `origins` are where values came from, by key, or by `row.3` for all cells of a row; what Niner works out has none.
    """

    page: int
    values: Mapping[str, FieldValue | None]
    origins: Mapping[str, Origin] = field(default_factory=lambda: NO_ORIGINS)


@dataclass(frozen=True, slots=True)
class FormFill:
    """One form of the packet. Money is int cents, True ticks, an absent key stays blank; pages in print order.

    `revision` picks one of several revisions that serve the year; empty takes the newest.
    """

    form: str
    year: int
    pages: tuple[PageFill, ...]
    revision: str = ""
