"""Turns the bytes of a blank into the drawings of its pages and what a screen reader needs; nothing else is kept.

Scripts, actions, XFA, usage rights, metadata and the blank's own fields stay behind, so a filled form holds only what
Niner wrote, what the page shows, and in plain words and tags what it says.
"""

import logging
from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache
from io import BytesIO
from typing import Any

import pypdf
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NullObject, PdfObject, StreamObject

from niner.dataclass import dataclass
from niner.forms.drawing.graft import graft
from niner.forms.drawing.speech import field_speech
from niner.forms.drawing.tags import PlainTags, Tags, as_text, blank_tags, tags_from
from niner.forms.drawing.write import Writer
from niner.forms.pack.values import MAX_BLANK_BYTES, Pack
from niner.process.kept import kept, key_of

# pypdf warns that fontTools isn't there, which only its text extraction would want.
logging.getLogger("pypdf").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class PageArt:
    """One page's drawing: its size in points, the content streams and the resources they use, as parsed."""

    size: tuple[float, float]
    contents: tuple[PdfObject, ...]
    resources: DictionaryObject


@dataclass(frozen=True, slots=True)
class Artwork:
    """The drawings of a blank, and for those who don't see them: fields are named without the form's root.

    `orders` are each page's fields in the order of the page, `speech` is what the IRS has a screen reader say of a
    field, `tags` what is a heading, a table, a cell. A page drawn by Niner has none of them.
    """

    pages: tuple[PageArt, ...]
    sha256: str
    orders: tuple[tuple[str, ...], ...] = ()
    speech: Mapping[str, str] = field(default_factory=dict)
    tags: Tags | None = None


@dataclass(frozen=True, slots=True)
class GraftedPage:
    """A page's drawing inside one file being written: references that every copy of the page shares."""

    size: tuple[float, float]
    contents: tuple[int, ...]
    resources: int


@lru_cache(maxsize=32)
def artwork(data: bytes, sha256: str) -> Artwork:
    """The drawings in the PDF `data`. Raises ValueError where it is no PDF, locked, or too large."""
    if len(data) > MAX_BLANK_BYTES:
        raise ValueError("larger than any IRS form")
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted:
            raise ValueError("the PDF is encrypted")
        pages = tuple(_page_art(page) for page in reader.pages)
        if "/AcroForm" in reader.root_object:
            # Nine tenths of the time of a blank is what it says of its fields, which is text and can be kept.
            key = key_of(["forms"], (data, pypdf.__version__.encode()))
            orders, speech, tags = kept("blank", key, (), lambda: _said(reader))
        else:
            orders, speech, tags = _said(reader)
        return Artwork(pages, sha256, orders, speech, None if tags is None else tags_from(tags))
    except ValueError:
        raise
    except Exception as problem:
        raise ValueError(f"no readable PDF ({type(problem).__name__})") from problem


def _said(reader: PdfReader) -> tuple[tuple[tuple[str, ...], ...], dict[str, str], PlainTags | None]:
    """What a blank says of its fields: their order on each page, what is spoken of each, and its tags as text."""
    names: dict[int, str] = {}
    orders = tuple(tuple(_field_names(page, names)) for page in reader.pages)
    speech = {name.partition(".")[2]: words for name, words in field_speech(reader).items()}
    tags = blank_tags(reader, orders, names) if names else None
    return orders, speech, None if tags is None else as_text(tags)


def _field_names(page: DictionaryObject, names: dict[int, str]) -> list[str]:
    """The names of a page's fields in the blank's own order; `names` gets the field of each object number."""
    found = []
    annotations: Any = page["/Annots"].get_object() if "/Annots" in page else ()
    for item in annotations:
        part = item.get_object()
        parts: list[str] = []
        while part is not None and len(parts) < 12:
            parts = [str(part["/T"]), *parts] if "/T" in part else parts
            part = part["/Parent"].get_object() if "/Parent" in part else None
        found.append(".".join(parts[1:]))
        if isinstance(item, IndirectObject):
            names[item.idnum] = found[-1]
    return found


def _page_art(page: DictionaryObject) -> PageArt:
    x0, y0, x1, y1 = (float(v) for v in page["/MediaBox"])  # type: ignore[attr-defined]
    if (x0, y0) != (0, 0) or page.get("/Rotate", 0) != 0:
        raise ValueError("a page that is turned or doesn't start at zero")
    contents = page.raw_get("/Contents") if "/Contents" in page else NullObject()
    whole = contents.get_object()
    parts = tuple(whole) if isinstance(whole, ArrayObject) else (contents,) if isinstance(whole, StreamObject) else ()
    resources = page["/Resources"]
    if not isinstance(resources, DictionaryObject):
        raise ValueError("a page without resources")
    return PageArt((x1, y1), parts, resources)


def graft_page(
    writer: Writer, art: PageArt, seen: dict[tuple[int, int], int], fonts: bytes, *, tagged: bool
) -> GraftedPage:
    """Copy a page's drawing into `writer`, with `fonts` (entries of a font dictionary) beside its own.

    The drawing is wrapped in q and Q, so that what is painted after it starts from a clean state. One that isn't
    `tagged` becomes one marked piece, number 0.
    """
    contents = []
    for part in art.contents:
        ref = graft(writer, part, seen)
        contents.append(int(ref.split()[0]))
    own_fonts = art.resources.get("/Font", DictionaryObject())
    own = own_fonts.get_object() if own_fonts is not None else DictionaryObject()
    entries = b"".join(f"{key} ".encode() + graft(writer, own.raw_get(key), seen) for key in own)
    others = b"".join(
        f"{key} ".encode() + graft(writer, art.resources.raw_get(key), seen) for key in art.resources if key != "/Font"
    )
    resources = writer.add(b"<<" + others + b"/Font<<" + entries + fonts + b">>>>")
    before = writer.stream(b"q\n" if tagged else b"/P <</MCID 0>> BDC\nq\n")
    after = writer.stream(b"\nQ\n" if tagged else b"\nQ\nEMC\n")
    return GraftedPage(art.size, (before, *contents, after), resources)


def expected_pages(pack: Pack, art: Artwork) -> bool:
    """Whether the blank has the pages and the page size the pack says."""
    return len(art.pages) == len(pack.pages) and all(
        abs(page.size[0] - pack.page_size[0]) < 0.1 and abs(page.size[1] - pack.page_size[1]) < 0.1
        for page in art.pages
    )
