"""Turns a PDF that somebody hands in into what its pages show: words, fields with their values, and how dark a box is.

Nothing in the file is run: PDFium is built without scripts, and no action of the file is asked for.
"""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import field

import pypdfium2.raw as pdfium

from niner.dataclass import dataclass
from niner.forms.pack.labels import Word, words_of
from niner.forms.pack.values import MAX_PAGE_POINTS
from niner.forms.reading.page import Rect, Unreadable, form_environment, opened, taken_out, wide_string
from niner.forms.reading.preview import picture

_PAGES_AT_ONCE = 10
_MOST_FIELDS = 3_000  # of one page; the IRS's largest page has 244
_MOST_LETTERS = 60_000
_HIDDEN = 2 | 32  # ISO 32000-1, table 165: Hidden, NoView
_DOTS = 3.0  # picture points a PDF point, enough to see a cross in a box of 8 points


class NeedsPassword(Exception):
    """The file opens with a password only, and not with the one that was given."""


@dataclass(frozen=True, slots=True)
class Held:
    """A field of the file: its full name, its rectangle and its value (a tick: its state, empty where it is off)."""

    name: str
    rect: Rect
    tick: bool
    value: str
    hidden: bool


@dataclass(slots=True)
class Paper:
    """One page: its number from 1, its size in points, what is printed on it and what its fields hold.

    `scan`: the page is a picture, and its words are what some program made of it.
    """

    number: int
    size: tuple[float, float]
    words: list[Word]
    fields: list[Held]
    scan: bool
    _page: object
    _ink: "Ink | None" = field(default=None)

    def picture(self, dpi: int, covered: Sequence[Rect]) -> bytes:
        """A PNG of the page as it prints, with the rectangles `covered` painted over."""
        return picture(self._page, dpi, covered)

    def darkness(self, rect: Rect) -> float:
        """What share of the area inside `rect` is dark, 0 to 1, as the page is drawn."""
        if self._ink is None:
            self._ink = _drawn(self._page, self.size)
        return self._ink.darkness(rect)


@dataclass(frozen=True, slots=True)
class Ink:
    """A page drawn in grey, row by row from the top."""

    wide: int
    high: int
    stride: int
    pixels: bytes

    def darkness(self, rect: Rect) -> float:
        left, right = (min(max(round(x * _DOTS), 0), self.wide) for x in (rect[0], rect[2]))
        top, bottom = (min(max(self.high - round(y * _DOTS), 0), self.high) for y in (rect[3], rect[1]))
        rows = [self.pixels[y * self.stride + left : y * self.stride + right] for y in range(top, bottom)]
        dots = sum(map(len, rows))
        return sum(sum(dot < 128 for dot in row) for row in rows) / dots if dots else 0.0


def page_count(data: bytes, password: str = "") -> int:
    """The pages of the PDF `data`. Raises NeedsPassword, and Unreadable where it is none."""
    with _open(data, password) as document:
        return int(pdfium.FPDF_GetPageCount(document.handle))


def papers(data: bytes, password: str = "") -> Iterator[Paper]:
    """Each page of the PDF `data` in turn, usable until the next. Raises NeedsPassword, Unreadable."""
    with _open(data, password) as document:
        count = pdfium.FPDF_GetPageCount(document.handle)
        wanted = pdfium.FPDF_GetFormType(document.handle) != pdfium.FORMTYPE_NONE
        with form_environment(document.handle, wanted=wanted) as form:
            for start in range(0, count, _PAGES_AT_ONCE):
                numbers = range(start, min(start + _PAGES_AT_ONCE, count))
                with taken_out(document.handle, numbers) as shown:
                    for place, number in enumerate(numbers):
                        held = _held(document.handle, form, number) if wanted else []
                        yield from _paper(shown, place, number + 1, held)


def _open(data: bytes, password: str) -> opened:
    document = opened(data, password)
    try:
        with document:
            pass
    except Unreadable:
        if pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD:
            raise NeedsPassword from None
        raise
    return opened(data, password)


def _held(document: object, form: object, number: int) -> list[Held]:
    """The fields of a page as they stand in the file."""
    page = pdfium.FPDF_LoadPage(document, number)
    if not page:
        return []
    found = []
    box = pdfium.FS_RECTF()
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MOST_FIELDS)):
        annot = pdfium.FPDFPage_GetAnnot(page, index)
        if annot and pdfium.FPDFAnnot_GetSubtype(annot) == pdfium.FPDF_ANNOT_WIDGET:
            kind = pdfium.FPDFAnnot_GetFormFieldType(form, annot)
            tick = kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON)
            if tick:
                state = wide_string(pdfium.FPDFAnnot_GetStringValue, annot, b"AS")
                value = "" if state == "Off" else state
            else:
                value = wide_string(pdfium.FPDFAnnot_GetFormFieldValue, form, annot)
            pdfium.FPDFAnnot_GetRect(annot, box)
            rect = (box.left, box.bottom, box.right, box.top)
            name = wide_string(pdfium.FPDFAnnot_GetFormFieldName, form, annot)
            hidden = bool(pdfium.FPDFAnnot_GetFlags(annot) & _HIDDEN)
            found.append(Held(name, rect, tick, value, hidden))
        pdfium.FPDFPage_CloseAnnot(annot)
    pdfium.FPDF_ClosePage(page)
    return found


def _paper(shown: object, place: int, number: int, held: list[Held]) -> Iterator[Paper]:
    """The page as it prints: what fields show becomes part of it."""
    page = pdfium.FPDF_LoadPage(shown, place)
    if not page:
        return
    pdfium.FPDFPage_Flatten(page, pdfium.FLAT_PRINT)
    pdfium.FPDF_ClosePage(page)
    page = pdfium.FPDF_LoadPage(shown, place)
    size = (pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page))
    words: list[Word] = []
    if max(size) <= MAX_PAGE_POINTS:
        words = words_of(page, _MOST_LETTERS)
    try:
        yield Paper(number, size, words, held, _is_scan(page, size), page)
    finally:
        pdfium.FPDF_ClosePage(page)


def _is_scan(page: object, size: tuple[float, float]) -> bool:
    """Whether pictures cover more than half of the page."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    covered = 0.0
    for index in range(min(pdfium.FPDFPage_CountObjects(page), 200)):
        item = pdfium.FPDFPage_GetObject(page, index)
        if pdfium.FPDFPageObj_GetType(item) == pdfium.FPDF_PAGEOBJ_IMAGE:
            pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top)
            covered += (right.value - left.value) * (top.value - bottom.value)
    return covered > size[0] * size[1] / 2


def _drawn(page: object, size: tuple[float, float]) -> Ink:
    wide, high = (max(1, round(points * _DOTS)) for points in size)
    bitmap = pdfium.FPDFBitmap_CreateEx(wide, high, pdfium.FPDFBitmap_Gray, None, 0)
    pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, wide, high, 0xFFFFFFFF)
    pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, wide, high, 0, pdfium.FPDF_ANNOT | pdfium.FPDF_PRINTING)
    stride = pdfium.FPDFBitmap_GetStride(bitmap)
    pixels = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * high)
    pdfium.FPDFBitmap_Destroy(bitmap)
    return Ink(wide, high, stride, pixels)
