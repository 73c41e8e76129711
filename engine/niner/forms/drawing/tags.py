"""Turns the tags of a blank (what is a heading, a table, a cell, in which order) into plain trees, one a page.

Screen readers go by them, and so does the Tab key. A page of a form is filled many times, so a tree names its fields
instead of pointing at them, and every copy points at its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, NumberObject

from niner.dataclass import dataclass
from niner.forms.drawing.write import literal, text_string

_KEPT = ("/T", "/Lang", "/Alt", "/ActualText", "/E")
_DEEPEST, _MOST = 40, 20_000
_LANGUAGE = "en-US"  # of the whole file, so it needs no saying again

COPY = b"\x00"  # stands in a tag's entries where the name of the copy goes: a name of a cell may be there only once


@dataclass(frozen=True, slots=True)
class Tag:
    """An element of a page: its kind, its other entries, and what it holds.

    `name` is that of a table's cell, by which other cells refer to it. Held are elements, marked pieces of the page's
    drawing (by number), and fields (by name below the form's root).
    """

    kind: str
    kids: "tuple[Tag | int | str, ...]" = ()
    entries: bytes = b""
    name: bytes = b""


@dataclass(frozen=True, slots=True)
class Tags:
    """The trees of a blank's pages, and the standard kind behind each kind that isn't one."""

    pages: tuple[Tag, ...]
    roles: tuple[tuple[str, str], ...]


PlainTag = tuple[str, str, str, tuple[Any, ...]]
"""A tag as text: its kind, entries and name, and what it holds."""
PlainTags = tuple[tuple[PlainTag, ...], tuple[tuple[str, str], ...]]


def as_text(tags: Tags) -> PlainTags:
    """The tags as text and numbers alone, which can be kept."""

    def plain(tag: Tag) -> PlainTag:
        kids = tuple(plain(kid) if isinstance(kid, Tag) else kid for kid in tag.kids)
        return tag.kind, tag.entries.decode("latin-1"), tag.name.decode("latin-1"), kids

    return tuple(map(plain, tags.pages)), tags.roles


def tags_from(text: PlainTags) -> Tags:
    """The tags that `as_text` made text of."""

    def tag(item: PlainTag) -> Tag:
        kind, entries, name, held = item
        kids = tuple(tag(kid) if isinstance(kid, tuple) else kid for kid in held)
        return Tag(kind, kids, entries.encode("latin-1"), name.encode("latin-1"))

    pages, roles = text
    return Tags(tuple(map(tag, pages)), roles)


def blank_tags(reader: PdfReader, orders: Sequence[Sequence[str]], names: Mapping[int, str]) -> Tags | None:
    """The tags of a blank; None where it has none that its pages can be told apart by.

    `orders` has the names of each page's fields in the order of the page, `names` the field of each object number.
    Where the IRS left a field out of its tags (all blanks of 2022), it comes right after the field before it.
    """
    try:
        catalog: Any = reader.trailer["/Root"]
        tree = catalog["/StructTreeRoot"].get_object() if "/StructTreeRoot" in catalog else None
        if not isinstance(tree, DictionaryObject):
            return None
        document: Any = _kids(tree)[0].get_object()
        numbers = {page.indirect_reference.idnum: i for i, page in enumerate(reader.pages) if page.indirect_reference}
        pages: dict[int, Tag] = {}
        cells: dict[bytes, bytes] = {}
        for item in _kids(document):
            reading = _Reading(names, numbers, cells)
            tag = reading.tag(item, None)
            if not isinstance(tag, Tag) or len(reading.pages) != 1 or reading.pages & pages.keys():
                return None
            place = reading.pages.pop()
            pages[place] = with_all(tag, orders[place])
        if sorted(pages) != list(range(len(orders))):
            return None
        roles: Any = tree["/RoleMap"].get_object() if "/RoleMap" in tree else {}
        plain = tuple((k[1:], str(roles[k])[1:]) for k in roles if re.fullmatch(r"/\w+ /\w+", f"{k} {roles[k]}"))
        return Tags(tuple(pages[i] for i in range(len(orders))), plain)
    except (KeyError, IndexError, AttributeError, TypeError, ValueError):
        return None


@dataclass(slots=True)
class _Reading:
    """What is met while one page's tree is read: how many elements, and on which pages they stand.

    `cells` gives the cells of tables short names: the IRS's are a hundred letters long, and stand in every copy.
    """

    names: Mapping[int, str]
    numbers: Mapping[int, int]
    cells: dict[bytes, bytes]
    count: int = 0
    pages: set[int] = field(default_factory=set)

    def tag(self, item: Any, page: int | None, depth: int = 0) -> "Tag | int | str | None":
        self.count += 1
        if depth > _DEEPEST or self.count > _MOST:
            raise ValueError("more tags than any form's")
        found: Any = item.get_object()
        if isinstance(found, NumberObject):
            return int(found)
        if not isinstance(found, DictionaryObject):
            return None
        if found.get("/Type") == "/OBJR":
            target = found.raw_get("/Obj")
            return self.names.get(target.idnum) if isinstance(target, IndirectObject) else None
        if found.get("/Type") == "/MCR":
            if "/Stm" in found:
                raise ValueError("marked content of another stream")
            number_of: Any = found["/MCID"]
            return int(number_of)
        if "/Pg" in found:
            page = self.numbers[found.raw_get("/Pg").idnum]
            self.pages.add(page)
        kids = [self.tag(kid, page, depth + 1) for kid in _kids(found)]
        entries = b"".join(
            NameObject(k).renumber() + text_string(str(found[k]))
            for k in _KEPT
            if k in found and (k != "/Lang" or str(found[k]) != _LANGUAGE)
        )
        if "/A" in found:
            entries += self.attributes(found["/A"])
        name = self.cell(found["/ID"]) if "/ID" in found else b""
        kind = str(found["/S"])[1:]
        if not re.fullmatch(r"\w+", kind, re.ASCII):
            raise ValueError("a kind of element that is no plain word")
        return Tag(kind, tuple(kid for kid in kids if kid is not None), entries, name)

    def attributes(self, item: Any) -> bytes:
        """The attributes of an element. Only those of tables are known; a span of one row or column goes unsaid."""
        found = item.get_object()
        owners: Any = found if isinstance(found, ArrayObject) else [found]
        said = b""
        parts: list[Any] = [part.get_object() for part in owners]
        for owner in parts:
            if str(owner.get("/O")) != "/Table":
                continue
            for key in ("/ColSpan", "/RowSpan"):
                said += b"%s %d" % (key.encode(), int(owner[key])) if owner.get(key, 1) != 1 else b""
            if str(owner.get("/Scope")) in ("/Row", "/Column", "/Both"):
                said += f"/Scope{owner['/Scope']}".encode()
            if "/Headers" in owner:
                headers = (literal(COPY + self.cell(header)) for header in owner["/Headers"].get_object())
                said += b"/Headers[" + b"".join(headers) + b"]"
        return b"/A<</O/Table" + said + b">>" if said else b""

    def cell(self, item: Any) -> bytes:
        """The short name of a cell."""
        long = bytes(item.get_object().original_bytes)
        return self.cells.setdefault(long, b"h%d" % len(self.cells))


def _kids(item: DictionaryObject) -> list[Any]:
    if "/K" not in item:
        return []
    held: Any = item["/K"].get_object()
    return list(held) if isinstance(held, ArrayObject) else [item.raw_get("/K")]


def with_all(page: Tag, order: Sequence[str]) -> Tag:
    """The tree with every field of the page in it once; one that was missing comes after the field before it."""
    there = set(_fields(page))
    late: dict[str, list[str]] = {}
    before = ""
    for name in order:
        if name in there:
            before = name
        else:
            late.setdefault(before, []).append(name)
    if not late:
        return page
    grown = _grown(page, late)
    return replace(grown, kids=(*(Tag("Form", (name,)) for name in late.get("", ())), *grown.kids))


def _fields(tag: Tag) -> list[str]:
    found: list[str] = []
    for kid in tag.kids:
        found += _fields(kid) if isinstance(kid, Tag) else [kid] if isinstance(kid, str) else []
    return found


def _grown(tag: Tag, late: Mapping[str, Sequence[str]]) -> Tag:
    kids: list[Tag | int | str] = []
    for kid in tag.kids:
        kids.append(_grown(kid, late) if isinstance(kid, Tag) else kid)
        if isinstance(kid, Tag):
            kids += [
                Tag("Form", (name,)) for field in kid.kids if isinstance(field, str) for name in late.get(field, ())
            ]
    return replace(tag, kids=tuple(kids))


def drawn_tags(names: Sequence[str], place: int, *, kind: str = "Form") -> Tag:
    """The tree of a page that Niner draws: its drawing as one paragraph, then its fields."""
    title = b"/T" + text_string(f"Page {place + 1}")
    return Tag("Part", (Tag("P", (0,)), *(Tag(kind, (name,)) for name in names)), title)
