"""Turns a finished PDF into PNG pictures of its pages, as PDFium draws them."""

import ctypes
import struct
import zlib
from collections.abc import Iterator, Sequence

import pypdfium2.raw as pdfium

from niner.forms.pack.values import Rect


def page_images(data: bytes, dpi: int = 100, password: str = "") -> Iterator[bytes]:
    """A PNG of each page of the PDF `data`, fields drawn as they print. Raises ValueError for no PDF."""
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), password.encode() or None)
    if not document:
        raise ValueError("PDFium can't open the file")
    try:
        for number in range(pdfium.FPDF_GetPageCount(document)):
            page = pdfium.FPDF_LoadPage(document, number)
            # Without a form environment PDFium draws no fields, and with one it invents what is missing.
            pdfium.FPDFPage_Flatten(page, pdfium.FLAT_PRINT)
            pdfium.FPDF_ClosePage(page)
            page = pdfium.FPDF_LoadPage(document, number)
            try:
                yield picture(page, dpi)
            finally:
                pdfium.FPDF_ClosePage(page)
    finally:
        pdfium.FPDF_CloseDocument(document)


def picture(page: object, dpi: int, covered: Sequence[Rect] = ()) -> bytes:
    """A PNG of a page that PDFium has loaded, as it prints, with the rectangles `covered` (in points) painted over."""
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
    return png(wide, high, [pixels[y * stride : y * stride + wide * 3] for y in range(high)])


def png(wide: int, high: int, rows: list[bytes]) -> bytes:
    """The PNG file of rows of RGB pixels (ISO/IEC 15948: header, one compressed block, end)."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    picture = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", picture) + chunk(b"IEND", b"")
