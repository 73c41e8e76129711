"""Turns a finished PDF into PNG pictures of its pages, as PDFium draws them."""

import ctypes
import struct
import zlib
from collections.abc import Collection, Iterator, Sequence

import pypdfium2.raw as pdfium

from niner.forms.pack.values import Rect


def page_images(data: bytes, dpi: int = 100, password: str = "") -> Iterator[bytes]:
    """A PNG of each page of the PDF `data`, fields drawn as they print. Raises ValueError for no PDF."""
    for page, _ in _pages(data, password):
        yield picture(page, dpi)


def first_page(data: bytes, dpi: int, secrets: Collection[str]) -> bytes:
    """A PNG in grey of the first page of the PDF `data`, every place painted over where one of `secrets` is printed.

    `secrets` are letters and digits alone; on the page they may have hyphens or spaces, or a box for each digit.
    """
    for page, fields in _pages(data):
        return picture(page, dpi, _covering(_printed_at(page, secrets), fields), grey=True)
    raise ValueError("the file has no page")


def _pages(data: bytes, password: str = "") -> Iterator[tuple[object, list[Rect]]]:
    """Each page as PDFium loads it, fields as they print, and where its fields are. Raises ValueError for no PDF."""
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), password.encode() or None)
    if not document:
        raise ValueError("PDFium can't open the file")
    try:
        for number in range(pdfium.FPDF_GetPageCount(document)):
            page = pdfium.FPDF_LoadPage(document, number)
            fields = _fields(page)
            # Without a form environment PDFium draws no fields, and with one it invents what is missing.
            pdfium.FPDFPage_Flatten(page, pdfium.FLAT_PRINT)
            pdfium.FPDF_ClosePage(page)
            page = pdfium.FPDF_LoadPage(document, number)
            try:
                yield page, fields
            finally:
                pdfium.FPDF_ClosePage(page)
    finally:
        pdfium.FPDF_CloseDocument(document)


def _fields(page: object) -> list[Rect]:
    found = []
    for number in range(pdfium.FPDFPage_GetAnnotCount(page)):
        note, rect = pdfium.FPDFPage_GetAnnot(page, number), pdfium.FS_RECTF()
        if pdfium.FPDFAnnot_GetRect(note, rect):
            found.append((rect.left, rect.bottom, rect.right, rect.top))
        pdfium.FPDFPage_CloseAnnot(note)
    return found


def _covering(boxes: Sequence[Rect], fields: Sequence[Rect]) -> list[Rect]:
    """The boxes, and each field whole in which one lies: its width tells nothing of the digits."""
    found = list(boxes)
    for x0, y0, x1, y1 in boxes:
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        found += [rect for rect in fields if rect[0] <= x <= rect[2] and rect[1] <= y <= rect[3]]
    return list(dict.fromkeys(found))


def _printed_at(page: object, secrets: Collection[str]) -> list[Rect]:
    """The boxes, in points, of the characters of a page that spell one of `secrets`."""
    text = pdfium.FPDFText_LoadPage(page)
    try:
        places = range(pdfium.FPDFText_CountChars(text))
        spelled = [(chr(pdfium.FPDFText_GetUnicode(text, at)), at) for at in places]
        spelled = [(letter, at) for letter, at in spelled if letter.isalnum()]
        whole = "".join(letter for letter, _ in spelled)
        found = []
        for secret in secrets:
            start = whole.find(secret)
            while start >= 0:
                found += [_box(text, at) for _, at in spelled[start : start + len(secret)]]
                start = whole.find(secret, start + 1)
        return found
    finally:
        pdfium.FPDFText_ClosePage(text)


def _box(text: object, at: int) -> Rect:
    """The room a character takes in its line, the same for every digit, and a little more: ink may reach over it."""
    room = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(text, at, room)
    return room.left - 0.5, room.bottom - 0.5, room.right + 0.5, room.top + 0.5


def picture(page: object, dpi: int, covered: Sequence[Rect] = (), grey: bool = False) -> bytes:
    """A PNG of a page that PDFium has loaded, as it prints, with the rectangles `covered` (in points) painted over.

    `grey` takes one colour for all three, which is enough for black on white.
    """
    wide = max(1, round(pdfium.FPDF_GetPageWidthF(page) * dpi / 72))
    high = max(1, round(pdfium.FPDF_GetPageHeightF(page) * dpi / 72))
    bitmap = pdfium.FPDFBitmap_CreateEx(wide, high, pdfium.FPDFBitmap_BGR, None, 0)
    pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, wide, high, 0xFFFFFFFF)
    flags = pdfium.FPDF_ANNOT | pdfium.FPDF_PRINTING | pdfium.FPDF_REVERSE_BYTE_ORDER
    pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, wide, high, 0, flags)
    for x0, y0, x1, y1 in covered:
        left, top = round(x0 * dpi / 72), high - round(y1 * dpi / 72)
        across, down = round((x1 - x0) * dpi / 72), round((y1 - y0) * dpi / 72)
        pdfium.FPDFBitmap_FillRect(bitmap, left, top, across, down, 0xFF808080)
    stride = pdfium.FPDFBitmap_GetStride(bitmap)
    pixels = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * high)
    pdfium.FPDFBitmap_Destroy(bitmap)
    rows = [pixels[y * stride : y * stride + wide * 3] for y in range(high)]
    # PDFium's own grey pages stop the process where a page has transparency; of grey all three colours are the same.
    return png(wide, high, [row[1::3] for row in rows] if grey else rows, grey)


def png(wide: int, high: int, rows: list[bytes], grey: bool = False) -> bytes:
    """The PNG file of rows of pixels, RGB or `grey` (ISO/IEC 15948: header, one compressed block, end)."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", wide, high, 8, 0 if grey else 2, 0, 0, 0)
    picture = zlib.compress(b"".join(b"\0" + row for row in rows), 9 if grey else 6)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", picture) + chunk(b"IEND", b"")
