"""Turns pages of a finished PDF into what PDFium reads differently from what they should say.

Every text in the values' ink must lie in the rectangle of exactly one field, each field's texts must be its value,
and in an editable file each field must also hold its value.
"""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from niner.dataclass import dataclass

INK_RGB = (0, 0, 128)
CHECK_MARK = "✔"
_STRAY = 0.6  # points a glyph may reach over the edge of its field
_PAGES_AT_ONCE = 10
_LINE_END_HYPHEN = "\x02"
_DEEPEST = 8  # forms inside forms; the IRS and Niner use two

Rect = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]


class Expected(NamedTuple):
    """One filled field: its line, its full name in the file, its rectangle and its text (ticks: the state)."""

    key: str
    name: str
    rect: Rect
    text: str
    tick: bool


@dataclass(frozen=True, slots=True)
class ExpectedPage:
    """One page of a file: where it belongs, in words, what is filled on it, and whether that stays editable."""

    place: str
    fields: tuple[Expected, ...]
    editable: bool = True


@dataclass(frozen=True, slots=True)
class Difference:
    """What PDFium reads differently: the place, the line, what was expected and what was found."""

    place: str
    key: str
    expected: str
    found: str


class Unreadable(Exception):
    """PDFium can't open the file at all."""


@dataclass(frozen=True, slots=True)
class Whole:
    """What is expected of a file as a whole: its pages, whether any has fields, and the password that opens it."""

    pages: int
    has_fields: bool
    password: str = ""


def read_pages(data: bytes, whole: Whole, first: int, pages: Sequence[ExpectedPage]) -> Iterator[list[Difference]]:
    """The differences of each of `pages`, the first of which is page `first` (0-based) of the PDF `data`.

    Faults of the whole file come alone and end the reading.
    """
    try:
        with opened(data, whole.password) as document:
            faults = _whole_file(document.handle, whole)
            if faults:
                yield faults
                return
            with form_environment(document.handle, wanted=whole.has_fields) as form:
                if not whole.has_fields:
                    for number, expected in enumerate(pages, first):
                        yield _painted(document.handle, number, expected, flatten=False)
                    return
                for start in range(0, len(pages), _PAGES_AT_ONCE):
                    chunk = pages[start : start + _PAGES_AT_ONCE]
                    numbers = range(first + start, first + start + len(chunk))
                    with taken_out(document.handle, numbers) as paper:
                        for place, (number, expected) in enumerate(zip(numbers, chunk, strict=True)):
                            held = _held_values(document.handle, form, number, expected) if expected.editable else []
                            yield held + _painted(paper, place, expected, flatten=True)
    except Unreadable as problem:
        yield [Difference("the file", "", "a PDF that opens", str(problem))]


@dataclass(slots=True)
class opened:
    """A PDFium document that is closed on the way out."""

    data: bytes
    password: str
    handle: "ctypes._Pointer[ctypes.Structure] | None" = None

    def __enter__(self) -> "opened":
        self.handle = pdfium.FPDF_LoadMemDocument64(self.data, len(self.data), self.password.encode() or None)
        if not self.handle:
            raise Unreadable(f"PDFium can't open it (error {pdfium.FPDF_GetLastError()})")
        return self

    def __exit__(self, *_: object) -> None:
        pdfium.FPDF_CloseDocument(self.handle)


@dataclass(slots=True)
class taken_out:
    """A few pages in a document of their own: PDFium's flattening takes time in proportion to the whole document.

    It has no form environment, with which PDFium would invent missing appearances and hide that they are missing.
    """

    document: object
    numbers: range
    handle: object = None

    def __enter__(self) -> object:
        self.handle = pdfium.FPDF_CreateNewDocument()
        which = (ctypes.c_int * len(self.numbers))(*self.numbers)
        if not pdfium.FPDF_ImportPagesByIndex(self.handle, self.document, which, len(self.numbers), 0):
            raise Unreadable("PDFium can't take its pages out")
        return self.handle

    def __exit__(self, *_: object) -> None:
        pdfium.FPDF_CloseDocument(self.handle)


@dataclass(slots=True)
class form_environment:
    """PDFium's form environment of a document, without scripts; None where it isn't wanted."""

    document: object
    wanted: bool
    handle: object = None
    info: object = None

    def __enter__(self) -> object:
        if self.wanted:
            self.info = pdfium.FPDF_FORMFILLINFO(version=2)
            self.handle = pdfium.FPDFDOC_InitFormFillEnvironment(self.document, self.info)
        return self.handle

    def __exit__(self, *_: object) -> None:
        if self.handle:
            pdfium.FPDFDOC_ExitFormFillEnvironment(self.handle)


def opens_only_with(data: bytes, password: str) -> bool:
    """Whether the PDF opens with `password`, and not without."""
    try:
        with opened(data, password):
            pass
    except Unreadable:
        return False
    try:
        with opened(data, ""):
            return False
    except Unreadable:
        return True


def _whole_file(document: object, whole: Whole) -> list[Difference]:
    """Faults of the file as a whole: page count, form type (XFA is 2 or 3), scripts."""
    count, kind = pdfium.FPDF_GetPageCount(document), pdfium.FPDF_GetFormType(document)
    scripts = pdfium.FPDFDoc_GetJavaScriptActionCount(document)
    form = "AcroForm" if whole.has_fields else "no form"
    checks = [
        ("pages", str(whole.pages), str(count), count == whole.pages),
        ("form type", form, f"type {kind}", kind == (1 if whole.has_fields else 0)),
        ("scripts", "none", str(scripts), scripts <= 0),
    ]
    return [Difference("the file", what, expected, found) for what, expected, found, good in checks if not good]


def _held_values(document: object, form: object, number: int, expected: ExpectedPage) -> list[Difference]:
    """Compare the values the fields of a page hold with what they should hold."""
    page = pdfium.FPDF_LoadPage(document, number)
    wanted = {item.name: item for item in expected.fields}
    seen: set[str] = set()
    found = []
    for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annot = pdfium.FPDFPage_GetAnnot(page, index)
        name = wide_string(pdfium.FPDFAnnot_GetFormFieldName, form, annot)
        tick = pdfium.FPDFAnnot_GetFormFieldType(form, annot) in (
            pdfium.FPDF_FORMFIELD_CHECKBOX,
            pdfium.FPDF_FORMFIELD_RADIOBUTTON,
        )
        # PDFium takes a tick's value from what is shown, so both are read as they stand in the file.
        read = pdfium.FPDFAnnot_GetStringValue if tick else pdfium.FPDFAnnot_GetFormFieldValue
        value = wide_string(read, annot, b"V") if tick else wide_string(read, form, annot)
        shown = wide_string(read, annot, b"AS") if tick else value
        item = wanted.get(name)
        should = item.text if item else "Off" if tick else ""
        if value != should or shown != should:
            found.append(
                Difference(expected.place, item.key if item else name, should, value if value != should else shown)
            )
        if name in seen:
            found.append(Difference(expected.place, name, "one field of this name", "two"))
        if item and not _same_rect(annot, item.rect):
            found.append(Difference(expected.place, item.key, "the field's rectangle", "another rectangle"))
        seen.add(name)
        pdfium.FPDFPage_CloseAnnot(annot)
    pdfium.FPDF_ClosePage(page)
    found += [
        Difference(expected.place, item.key, item.text, "no such field")
        for item in expected.fields
        if item.name not in seen
    ]
    return found


def _same_rect(annot: object, rect: Rect) -> bool:
    box = pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(annot, box)
    return all(abs(a - b) < 0.05 for a, b in zip((box.left, box.bottom, box.right, box.top), rect, strict=True))


def wide_string(call: Callable[..., int], *args: object) -> str:
    """A string PDFium hands out as UTF-16 into a buffer of the caller's."""
    buffer = (ctypes.c_ushort * 512)()
    size = call(*args, buffer, 1024)
    if size > 1024:
        buffer = (ctypes.c_ushort * (size // 2))()
        size = call(*args, buffer, size)
    return ctypes.string_at(buffer, max(size - 2, 0)).decode("utf-16-le", "replace")


def _painted(document: object, number: int, expected: ExpectedPage, *, flatten: bool) -> list[Difference]:
    """Compare the text painted in the values' ink with the text of each field."""
    page = pdfium.FPDF_LoadPage(document, number)
    if flatten:
        pdfium.FPDFPage_Flatten(page, pdfium.FLAT_PRINT)
        pdfium.FPDF_ClosePage(page)
        page = pdfium.FPDF_LoadPage(document, number)
    rects = [item.rect for item in expected.fields]
    texts: list[list[str]] = [[] for _ in rects]
    found = []
    home = -1
    for text, box in _ink(page):
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        # Fields are mostly painted in order, so the next one is tried before all are.
        likely = home + 1 < len(rects) and _holds(rects[home + 1], x, y)
        home = home + 1 if likely else next((i for i, rect in enumerate(rects) if _holds(rect, x, y)), -1)
        if home < 0:
            found.append(Difference(expected.place, "", "nothing outside the fields", f"{text!r} at {x:.0f}, {y:.0f}"))
            continue
        x0, y0, x1, y1 = rects[home]
        if box[0] < x0 - _STRAY or box[1] < y0 - _STRAY or box[2] > x1 + _STRAY or box[3] > y1 + _STRAY:
            over = f"{text!r} reaches over the edge"
            found.append(Difference(expected.place, expected.fields[home].key, "text inside its box", over))
        texts[home].append("".join(text.split()))
    pdfium.FPDF_ClosePage(page)
    for item, parts in zip(expected.fields, texts, strict=True):
        should, painted = CHECK_MARK if item.tick else "".join(item.text.split()), "".join(parts)
        if painted != should:
            found.append(Difference(expected.place, item.key, should, f"painted: {painted}"))
    return found


def _holds(rect: Rect, x: float, y: float) -> bool:
    return rect[0] <= x <= rect[2] and rect[1] <= y <= rect[3]


def _ink(page: object) -> Iterator[tuple[str, Rect]]:
    """Each text painted in the values' ink, in the order of painting, and the box its glyphs fill.

    The blank's own text is taken off the page, which is not kept, before the text is read: what is left is read in a
    third of the time.
    """
    where = _address(page)
    objects = [_object_of_page(where, i) for i in range(pdfium.FPDFPage_CountObjects(page))]
    inked, others = _inked(objects, _AS_IT_IS)
    for item in others:
        if _taken_off(where, item):
            _forgotten(item)
    reader = pdfium.FPDFText_LoadPage(page)
    corners = (ctypes.c_float * 4)()
    left, bottom, right, top = (ctypes.addressof(corners) + 4 * i for i in range(4))
    text_page = _address(reader)
    for item, place in inked:
        # PDFium gives a hyphen at the end of a line as a mark that the word goes on.
        text = wide_string(_text_of, item, text_page).replace(_LINE_END_HYPHEN, "-")
        if text.strip():
            _bounds(item, left, bottom, right, top)
            x0, y0, x1, y1 = corners
            yield text, (x0, y0, x1, y1) if place is _AS_IT_IS else _moved((x0, y0, x1, y1), place)
    pdfium.FPDFText_ClosePage(reader)


_AS_IT_IS: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _inked(objects: Sequence[int], place: Matrix, depth: int = 0) -> tuple[list[tuple[int, Matrix]], list[int]]:
    """(the texts in the values' ink among `objects` and the forms inside them, each with what takes it to the page;
    the other texts among `objects`). `place` takes `objects` to the page."""
    inked: list[tuple[int, Matrix]] = []
    others: list[int] = []
    colour = (ctypes.c_uint * 4)()
    red, green, blue, alpha = (ctypes.addressof(colour) + 4 * i for i in range(4))
    for item, kind in zip(objects, map(_kind, objects), strict=True):
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            own = pdfium.FS_MATRIX()
            _matrix(item, ctypes.byref(own))
            inner = [_object_of_form(item, i) for i in range(_count_of_form(item))]
            to_page = _after((own.a, own.b, own.c, own.d, own.e, own.f), place)
            inked += _inked(inner, to_page, depth + 1)[0]
        if kind != pdfium.FPDF_PAGEOBJ_TEXT:
            continue
        _fill(item, red, green, blue, alpha)
        if colour[2] != INK_RGB[2] or tuple(colour) != (*INK_RGB, 255):
            others.append(item)
        elif _render_mode(item) == pdfium.FPDF_TEXTRENDERMODE_FILL:
            inked.append((item, place))
    return inked, others


def _address(item: object) -> int:
    """Where something of PDFium's lies."""
    return ctypes.cast(item, ctypes.c_void_p).value or 0  # type: ignore[arg-type]


def _quick(function: Any, result: Any, *kinds: Any) -> Callable[..., Any]:
    """A function of PDFium that takes and gives addresses as numbers: it is called for each thing on each page, and
    what ctypes makes of a pointer costs more than the call."""
    address = ctypes.cast(function, ctypes.c_void_p).value
    found: Callable[..., Any] = ctypes.PYFUNCTYPE(result, *kinds)(address or 0)
    return found


_A, _INT = ctypes.c_void_p, ctypes.c_int
_object_of_page = _quick(pdfium.FPDFPage_GetObject, _A, _A, _INT)
_object_of_form = _quick(pdfium.FPDFFormObj_GetObject, _A, _A, ctypes.c_ulong)
_count_of_form = _quick(pdfium.FPDFFormObj_CountObjects, _INT, _A)
_kind = _quick(pdfium.FPDFPageObj_GetType, _INT, _A)
_matrix = _quick(pdfium.FPDFPageObj_GetMatrix, _INT, _A, _A)
_fill = _quick(pdfium.FPDFPageObj_GetFillColor, _INT, _A, _A, _A, _A, _A)
_render_mode = _quick(pdfium.FPDFTextObj_GetTextRenderMode, _INT, _A)
_taken_off = _quick(pdfium.FPDFPage_RemoveObject, _INT, _A, _A)
_forgotten = _quick(pdfium.FPDFPageObj_Destroy, None, _A)
_bounds = _quick(pdfium.FPDFPageObj_GetBounds, _INT, _A, _A, _A, _A, _A)
_text_of = _quick(pdfium.FPDFTextObj_GetText, ctypes.c_ulong, _A, _A, _A, ctypes.c_ulong)


def _after(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that does `first` and then `then`."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _moved(box: Rect, place: Matrix) -> Rect:
    """The box around `box` once `place` has moved it."""
    a, b, c, d, e, f = place
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return (min(xs), min(ys), max(xs), max(ys))
