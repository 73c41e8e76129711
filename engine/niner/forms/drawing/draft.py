"""Turns a pack into a stand-in for its official blank: every box drawn and named, every page marked DRAFT."""

from collections.abc import Mapping

from niner.forms.drawing.canvas import drawn_pdf, put
from niner.forms.drawing.captions import Caption, captions
from niner.forms.drawing.typeset import width
from niner.forms.drawing.write import literal, number
from niner.forms.pack.values import NO_WORDS, Field, Pack, PackPage

MARK = "DRAFT – NOT FOR FILING"


def draft(pack: Pack, words: Mapping[str, str] = NO_WORDS) -> bytes:
    """A PDF with the pack's pages and boxes, to be filled where no official blank can be had. Same pack, same bytes.

    `words` are those of each line by its key, to be printed beside it, so that it can be typed over line by line.
    """
    drawings = [_drawing(pack, page, place, words) for place, page in enumerate(pack.pages)]
    return drawn_pdf(f"{pack.title} {pack.revision}: {MARK}", pack.page_size, drawings)


def _drawing(pack: Pack, page: PackPage, place: int, words: Mapping[str, str]) -> bytes:
    wide, high = pack.page_size
    out = [b"q 0.93 g", *_watermark(wide, high), b"Q"]
    title = f"{pack.title} ({pack.revision}), page {place + 1} of {len(pack.pages)}"
    head = f"{MARK}. Niner's stand-in for the official form, for review only."
    out += [
        b"0.8 0 0 rg",
        put(MARK, "B", 13, (wide - width(MARK, 13)) / 2, high - 24),
        b"0 g",
        put(title, "R", 7, 36, high - 36),
        b"0.8 0 0 rg",
        put(head, "R", 6.5, 36, 16),
        put(MARK, "B", 9, wide - 36 - width(MARK, 9), 16),
        b"0.5 w 0.6 G 0.35 g",
    ]
    out += [_box(field) for field in page.fields.values()]
    out.append(b"0.15 g")
    for caption in captions(pack, page, words):
        out += _words(caption)
    return b"\n".join(out)


def _watermark(wide: float, high: float) -> list[bytes]:
    step = 0.7071
    return [
        b"BT /B 44 Tf %.4f %.4f %.4f %.4f %s %s Tm %s Tj ET"
        % (step, step, -step, step, number(x).encode(), number(y).encode(), literal(b"DRAFT"))
        for y in (high * 0.1, high * 0.4, high * 0.7)
        for x in (wide * 0.2, wide * 0.6)
    ]


def _box(field: Field) -> bytes:
    """A field's box: grey where nothing is to be written."""
    x0, y0, x1, y1 = field.rect
    fill = b"0.9 g %s re f 0.35 g" if field.read_only else b"%s re S"
    return fill % " ".join(map(number, (x0, y0, x1 - x0, y1 - y0))).encode()


def _words(caption: Caption) -> list[bytes]:
    step = 1.1 * caption.size
    return [put(line, "R", caption.size, caption.x, caption.y - i * step) for i, line in enumerate(caption.lines)]
