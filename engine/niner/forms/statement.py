"""Turns rows too many for a form into pages of an attached statement with the form's own columns."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from niner.forms.artwork import Artwork, artwork
from niner.forms.blanks import Found
from niner.forms.typeset import Unfit, fit, printed, width
from niner.forms.values import Blank, Field, FieldValue, FormFill, Pack, PackPage, PageFill
from niner.forms.write import Writer, literal, number, text_string

_WIDE, _HIGH, _MARGIN = 612.0, 792.0, 36.0
_TOP, _BOTTOM = 690.0, 66.0  # the table's upper edge; the lower edge of the total
_ONE_LINE, _TWO_LINES = 12.0, 20.0
_FORM = "statement"


@dataclass(frozen=True, slots=True)
class Statement:
    """The detail behind a summary row of a form (Form 8949 instructions, Exception 2).

    `form` is the form it is attached to, `heading` what the rows are (broker, part and box). Rows and totals use the
    letters of the form's columns as keys; money is int cents.
    """

    form: str
    year: int
    heading: str
    name: str
    ssn: str
    rows: tuple[Mapping[str, FieldValue | None], ...]
    totals: Mapping[str, FieldValue | None]


def statement_pack(pack: Pack, *, two_lines: bool) -> Pack:
    """The pages of a statement to the form of `pack`, as a pack: an ordinary page and a last page with the totals."""
    if not pack.statement:
        raise ValueError(f"{pack.title} has no statement")
    pages = tuple(_page(pack, two_lines=two_lines, last=last) for last in (False, True))
    return Pack(
        form=f"{pack.form}-{_FORM}",
        title=f"Statement attached to {pack.title}",
        year=pack.year,
        years=(pack.year,),
        revision=f"{pack.revision}-{2 if two_lines else 1}",
        attachment_sequence=pack.attachment_sequence,
        page_size=(_WIDE, _HIGH),
        root=_FORM,
        pages=pages,
        blank=Blank(),
    )


def _page(pack: Pack, *, two_lines: bool, last: bool) -> PackPage:
    height = _TWO_LINES if two_lines else _ONE_LINE
    model = pack.pages[0].fields
    fields = {
        "name": _text("name", (_MARGIN, 720, 380, 734)),
        "ssn": Field("ssn", "ssn", "ssn", (382, 720, _WIDE - _MARGIN, 734), align="right", max_length=11),
        "heading": _text("heading", (_MARGIN, 704, 460, 718)),
        "page": Field("page", "page", "text", (462, 704, _WIDE - _MARGIN, 718), align="right"),
    }
    edges = _edges(pack)
    count = int((_TOP - 26 - (_BOTTOM + 16)) / height)
    for n in range(1, count + 1):
        y = _TOP - 26 - n * height
        for column, (x0, x1) in edges.items():
            like = model[f"row.1.{column}"]
            wraps = two_lines and like.lines > 1
            bottom = y if wraps else y + height - _ONE_LINE  # on the first line of the description
            key = f"row.{n}.{column}"
            fields[key] = Field(key, key, like.kind, (x0, bottom, x1, y + height), like.align, 2 if wraps else 1)
    for column, (x0, x1) in edges.items() if last else ():
        like = model[f"row.1.{column}"]
        if like.kind == "money":
            key = f"total.{column}"
            fields[key] = Field(key, key, "money", (x0, _BOTTOM, x1, _BOTTOM + 14), "right")
    return PackPage("last" if last else "page", MappingProxyType(fields))


def _text(key: str, rect: tuple[float, float, float, float]) -> Field:
    return Field(key, key, "text", rect)


def _edges(pack: Pack) -> dict[str, tuple[float, float]]:
    """Where each column begins and ends; the columns of a form share the width of the page."""
    whole = sum(column.width for column in pack.statement.values())
    scale, x = (_WIDE - 2 * _MARGIN) / whole, _MARGIN
    edges = {}
    for key, column in pack.statement.items():
        edges[key] = (round(x, 2), round(x + column.width * scale, 2))
        x += column.width * scale
    return edges


def statement_fill(statement: Statement, pack: Pack) -> tuple[Pack, FormFill]:
    """The statement's own pack and its fill, as many pages as the rows need; descriptions wrap only where one must."""
    one = statement_pack(pack, two_lines=False)
    two_lines = any(not _fits(one, row) for row in statement.rows)
    own = statement_pack(pack, two_lines=two_lines) if two_lines else one
    size = own.pages[0].rows
    chunks = [statement.rows[i : i + size] for i in range(0, len(statement.rows), size)] or [()]
    pages = []
    for number_, chunk in enumerate(chunks, 1):
        last = number_ == len(chunks)
        values: dict[str, FieldValue | None] = {
            "name": statement.name,
            "ssn": statement.ssn,
            "heading": statement.heading,
            "page": f"Page {number_} of {len(chunks)}",
        }
        for n, row in enumerate(chunk, 1):
            values |= {f"row.{n}.{column}": value for column, value in row.items()}
        if last:
            values |= {f"total.{column}": value for column, value in statement.totals.items()}
        pages.append(PageFill(1 if last else 0, values))
    return own, FormFill(own.form, own.year, tuple(pages))


def _fits(pack: Pack, row: Mapping[str, FieldValue | None]) -> bool:
    for column, value in row.items():
        field = pack.pages[0].fields.get(f"row.1.{column}")
        if field is None or value is None or field.kind != "text":
            continue
        try:
            fit(field, printed(field, value))
        except Unfit:
            return False
    return True


def statement_blank(own: Pack, pack: Pack) -> Found:
    """The drawn pages of a statement: its title, the column heads and the rules."""
    data = _drawn(own, pack)
    art: Artwork = artwork(data, hashlib.sha256(data).hexdigest())
    return Found(art, "none", "")


def _drawn(own: Pack, pack: Pack) -> bytes:
    writer = Writer()
    root, tree, info = writer.reserve(), writer.reserve(), writer.reserve()
    regular = writer.add(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
    bold = writer.add(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>")
    fonts = writer.add(b"<</Font<</R %d 0 R/B %d 0 R>>>>" % (regular, bold))
    pages = [
        writer.add(
            f"<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 {number(_WIDE)} {number(_HIGH)}]/Resources {fonts} 0 R"
            f"/Contents {writer.stream(_drawing(page, pack))} 0 R>>".encode()
        )
        for page in own.pages
    ]
    kids = " ".join(f"{ref} 0 R" for ref in pages)
    writer.put(tree, f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode())
    writer.put(root, b"<</Type/Catalog/Pages %d 0 R>>" % tree)
    writer.put(info, b"<</Title " + text_string(own.title) + b">>")
    return writer.finish(root, info)


def _drawing(page: PackPage, pack: Pack) -> bytes:
    title = f"Statement attached to {pack.title} ({pack.year})"
    out = [_put(title, "B", 11, _MARGIN, 744), b"0.5 w 0 G"]
    edges, first = _edges(pack), next(iter(pack.statement))
    for key, column in pack.statement.items():
        x0, x1 = edges[key]
        for i, line in enumerate((f"({key})", *column.head.split("\n"))):
            centre = (x0 + x1 - width(line, 6)) / 2
            out.append(_put(line, "B", 6, max(x0 + 1, centre), _TOP - 7 - 7 * i))
    ys = sorted({f.rect[1] for k, f in page.fields.items() if k.startswith("row.") and k.endswith(f".{first}")})
    right = _WIDE - _MARGIN
    out += [_line(_MARGIN, _TOP, right, _TOP), _line(_MARGIN, _TOP - 26, right, _TOP - 26), b"0.25 w 0.6 G"]
    out += [_line(_MARGIN, y, right, y) for y in ys]
    verticals = [x0 for x0, _ in edges.values()][1:]
    out += [_line(x, _TOP, x, ys[0]) for x in verticals]
    if any(k.startswith("total.") for k in page.fields):
        out += [b"0.5 w 0 G", _put("Totals", "B", 8, _MARGIN + 2, _BOTTOM + 4), _line(_MARGIN, _BOTTOM, right, _BOTTOM)]
    return b"\n".join(out)


def _line(x0: float, y0: float, x1: float, y1: float) -> bytes:
    return " ".join([*map(number, (x0, y0)), "m", *map(number, (x1, y1)), "l S"]).encode()


def _put(text: str, font: str, size: int, x: float, y: float) -> bytes:
    return f"BT /{font} {size} Tf {number(x)} {number(y)} Td ".encode() + literal(text.encode("cp1252")) + b" Tj ET"
