"""Turns a pack into a stand-in for its official blank: every box drawn and named, every page marked DRAFT."""

from niner.forms.packs import Field, Pack, PackPage
from niner.forms.typeset import width
from niner.forms.write import Writer, literal, number, text_string

MARK = "DRAFT – NOT FOR FILING"


def draft(pack: Pack) -> bytes:
    """A PDF with the pack's pages and boxes, to be filled where no official blank can be had. Same pack, same bytes."""
    writer = Writer()
    root, tree, info = writer.reserve(), writer.reserve(), writer.reserve()
    fonts = writer.add(
        b"<</Font<</B %d 0 R/R %d 0 R>>>>"
        % (
            writer.add(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>"),
            writer.add(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"),
        )
    )
    box = " ".join(map(number, pack.page_size))
    pages = [
        writer.add(
            f"<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 {box}]/Resources {fonts} 0 R"
            f"/Contents {writer.stream(_drawing(pack, page, place))} 0 R>>".encode()
        )
        for place, page in enumerate(pack.pages)
    ]
    kids = " ".join(f"{ref} 0 R" for ref in pages)
    writer.put(tree, f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode())
    writer.put(root, b"<</Type/Catalog/Pages %d 0 R>>" % tree)
    writer.put(info, b"<</Title " + text_string(f"{pack.title} {pack.revision}: {MARK}") + b">>")
    return writer.finish(root, info)


def _drawing(pack: Pack, page: PackPage, place: int) -> bytes:
    wide, high = pack.page_size
    out = [b"q 0.93 g", *_watermark(wide, high), b"Q"]
    title = f"{pack.title} ({pack.revision}), page {place + 1} of {len(pack.pages)}"
    head = f"{MARK}. Niner's stand-in for the official form, for review only."
    out += [
        b"0.8 0 0 rg",
        _text(MARK, "B", 13, (wide - width(MARK, 13)) / 2, high - 24),
        b"0 g",
        _text(title, "R", 7, 36, high - 36),
        b"0.8 0 0 rg",
        _text(head, "R", 6.5, 36, 16),
        _text(MARK, "B", 9, wide - 36 - width(MARK, 9), 16),
        b"0.5 w 0.6 G 0.35 g",
    ]
    for field in page.fields.values():
        out += _box(field)
    return b"\n".join(out)


def _watermark(wide: float, high: float) -> list[bytes]:
    step = 0.7071
    return [
        b"BT /B 44 Tf %.4f %.4f %.4f %.4f %s %s Tm %s Tj ET"
        % (step, step, -step, step, number(x).encode(), number(y).encode(), literal(b"DRAFT"))
        for y in (high * 0.1, high * 0.4, high * 0.7)
        for x in (wide * 0.2, wide * 0.6)
    ]


def _box(field: Field) -> list[bytes]:
    x0, y0, x1, y1 = field.rect
    fill = b"0.9 g %s re f 0.35 g" if field.read_only else b"%s re S"
    out = [fill % " ".join(map(number, (x0, y0, x1 - x0, y1 - y0))).encode()]
    if field.kind == "tick":
        out.append(_text(field.key, "R", 5, x1 + 2, y0 + 2))
    else:
        out.append(_text(field.key, "R", 4, x0 + 1, y1 - 3.6))
    return out


def _text(text: str, font: str, size: float, x: float, y: float) -> bytes:
    return b"BT /%s %s Tf %s %s Td %s Tj ET" % (
        font.encode(),
        number(size).encode(),
        number(x).encode(),
        number(y).encode(),
        literal(text.encode("cp1252")),
    )
