"""Turns a pack into a stand-in for its official blank: every box drawn and named, every page marked DRAFT."""

from niner.forms.drawing import drawn_pdf, put
from niner.forms.typeset import width
from niner.forms.values import Field, Pack, PackPage
from niner.forms.write import literal, number

MARK = "DRAFT – NOT FOR FILING"


def draft(pack: Pack) -> bytes:
    """A PDF with the pack's pages and boxes, to be filled where no official blank can be had. Same pack, same bytes."""
    drawings = [_drawing(pack, page, place) for place, page in enumerate(pack.pages)]
    return drawn_pdf(f"{pack.title} {pack.revision}: {MARK}", pack.page_size, drawings)


def _drawing(pack: Pack, page: PackPage, place: int) -> bytes:
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
    fields = list(page.fields.values())
    for field in fields:
        out += _box(field, *_rooms(field, fields, wide))
    return b"\n".join(out)


def _watermark(wide: float, high: float) -> list[bytes]:
    step = 0.7071
    return [
        b"BT /B 44 Tf %.4f %.4f %.4f %.4f %s %s Tm %s Tj ET"
        % (step, step, -step, step, number(x).encode(), number(y).encode(), literal(b"DRAFT"))
        for y in (high * 0.1, high * 0.4, high * 0.7)
        for x in (wide * 0.2, wide * 0.6)
    ]


def _rooms(field: Field, fields: list[Field], wide: float) -> tuple[float, float]:
    """How much place is free to the left and to the right of a field, up to its neighbours."""
    y = (field.rect[1] + field.rect[3]) / 2
    level = [f for f in fields if f.rect[1] - 1 <= y <= f.rect[3] + 1]
    before = max([0.0, *(f.rect[2] for f in level if f.rect[2] <= field.rect[0] + 1)])
    after = min([wide, *(f.rect[0] for f in level if f.rect[0] >= field.rect[2] - 1)])
    return field.rect[0] - before, after - field.rect[2]


def _box(field: Field, before: float, after: float) -> list[bytes]:
    """A field's box and its name: a tick's to the right, others' to the left, inside where there is no place."""
    x0, y0, x1, y1 = field.rect
    fill = b"0.9 g %s re f 0.35 g" if field.read_only else b"%s re S"
    out = [fill % " ".join(map(number, (x0, y0, x1 - x0, y1 - y0))).encode()]
    short = field.key.rsplit(".", 1)[-1]
    if field.kind == "tick":
        name = next((n for n in (field.key, short) if width(n, 5) <= after - 3), short[: int(after / 3)])
        return [*out, put(name, "R", 5, x1 + 2, y0 + 2)]
    for size in (7, 5):
        if width(field.key, size) <= before - 4:
            return [*out, put(field.key, "R", size, x0 - 2 - width(field.key, size), y0 + 2)]
    return [*out, put(field.key, "R", 4, x0 + 1, y1 - 3.6)]
