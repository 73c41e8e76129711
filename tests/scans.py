"""A PDF as a scanner and a text recognizer would make it: a picture of each page, and its words unseen above it."""

import ctypes
import zlib

import pypdfium2.raw as pdfium

from niner.forms.drawing.typeset import WIDTH
from niner.forms.drawing.write import Writer, literal
from niner.forms.pack.labels import words_of

_DOTS = 2.0


def scanned(data: bytes, *, scale: float = 1.0, right: float = 0.0, up: float = 0.0, text: bool = True) -> bytes:
    """The pages of `data` as pictures, drawn smaller and moved; with `text` their words too."""
    writer = Writer()
    font = writer.add(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
    tree, pages = writer.reserve(), []
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    for number in range(pdfium.FPDF_GetPageCount(document)):
        page = pdfium.FPDF_LoadPage(document, number)
        wide, high = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
        across, down = round(wide * _DOTS), round(high * _DOTS)
        bitmap = pdfium.FPDFBitmap_CreateEx(across, down, pdfium.FPDFBitmap_Gray, None, 0)
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, across, down, 0xFFFFFFFF)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, across, down, 0, 0)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        dots = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * down)
        pdfium.FPDFBitmap_Destroy(bitmap)
        picture = writer.reserve()
        rows = zlib.compress(b"".join(dots[y * stride : y * stride + across] for y in range(down)), 1)
        head = b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8" % (
            across,
            down,
        )
        writer.put(picture, head + b"/Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(rows), rows))
        place = (wide * scale, high * scale, right, up)
        parts = [b"q %.3f 0 0 %.3f %.3f %.3f cm /Im Do Q" % place, b"BT 3 Tr"]
        for word in words_of(page) if text else ():
            x, y = word.rect[0] * scale + right, word.rect[1] * scale + up
            size = max((word.rect[3] - word.rect[1]) * scale / 0.72, 1.0)
            plain = word.text.encode("cp1252", "replace").decode("cp1252")
            natural = sum(WIDTH.get(c, 556) for c in plain) * size / 1000
            stretch = 100 * (word.rect[2] - word.rect[0]) * scale / max(natural, 0.1)
            shown = literal(plain.encode("cp1252", "replace"))
            parts.append(b"/F %.2f Tf %.2f Tz 1 0 0 1 %.3f %.3f Tm %b Tj" % (size, stretch, x, y, shown))
        contents = writer.stream(b"\n".join([*parts, b"ET"]))
        resources = b"<</XObject<</Im %d 0 R>>/Font<</F %d 0 R>>>>" % (picture, font)
        entries = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.3f %.3f]/Resources %b/Contents %d 0 R>>"
        pages.append(writer.add(entries % (tree, wide, high, resources, contents)))
        pdfium.FPDF_ClosePage(page)
    pdfium.FPDF_CloseDocument(document)
    kids = b" ".join(b"%d 0 R" % page for page in pages)
    writer.put(tree, b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(pages), kids))
    return writer.finish(writer.add(b"<</Type/Catalog/Pages %d 0 R>>" % tree), writer.add(b"<</Producer(scanner)>>"))
