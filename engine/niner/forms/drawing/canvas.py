"""Turns text and rules into the drawing of a page, and drawings into a plain PDF without fields."""

from collections.abc import Sequence

from niner.forms.drawing.write import Writer, literal, number, text_string


def put(text: str, font: str, size: float, x: float, y: float) -> bytes:
    """Text with its left end at x, y; `font` is R (Helvetica) or B (bold)."""
    head = f"BT /{font} {number(size)} Tf {number(x)} {number(y)} Td ".encode()
    return head + literal(text.encode("cp1252")) + b" Tj ET"


def line(x0: float, y0: float, x1: float, y1: float) -> bytes:
    """A straight line."""
    return " ".join([*map(number, (x0, y0)), "m", *map(number, (x1, y1)), "l S"]).encode()


def drawn_pdf(title: str, size: tuple[float, float], drawings: Sequence[bytes]) -> bytes:
    """A PDF of pages of one size in points, a drawing each. The same drawings give the same bytes."""
    writer = Writer()
    root, tree, info = writer.reserve(), writer.reserve(), writer.reserve()
    regular = writer.add(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
    bold = writer.add(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>")
    fonts = writer.add(b"<</Font<</R %d 0 R/B %d 0 R>>>>" % (regular, bold))
    box = " ".join(map(number, size))
    pages = [
        writer.add(
            f"<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 {box}]/Resources {fonts} 0 R"
            f"/Contents {writer.stream(drawing)} 0 R>>".encode()
        )
        for drawing in drawings
    ]
    kids = " ".join(f"{ref} 0 R" for ref in pages)
    writer.put(tree, f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode())
    writer.put(root, b"<</Type/Catalog/Pages %d 0 R>>" % tree)
    writer.put(info, b"<</Title " + text_string(title) + b">>")
    return writer.finish(root, info)
