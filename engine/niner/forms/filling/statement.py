"""Turns rows too many for a form into pages of an attached statement with the form's own columns."""

from collections.abc import Mapping
from types import MappingProxyType

from niner.dataclass import dataclass
from niner.forms.blanks.finding import Found
from niner.forms.drawing.canvas import line, put
from niner.forms.drawing.typeset import Unfit, fit, printed, width
from niner.forms.filling.attachment import MARGIN, TOP, WIDE, attached_pack, drawn_blank, head_fields, head_values
from niner.forms.pack.values import Field, FieldValue, FormFill, Origin, Pack, PackPage, PageFill

_HEADS, _BOTTOM = 26.0, 66.0  # the height of the column heads; the lower edge of the total
_ONE_LINE, _TWO_LINES = 12.0, 20.0


@dataclass(frozen=True, slots=True)
class Statement:
    """The detail behind a summary row of a form (Form 8949 instructions, Exception 2).

    `form` is the form it is attached to, `heading` what the rows are (broker, part and box). Rows and totals use the
    letters of the form's columns as keys; money is int cents. `origins` are where the rows came from, one for each.
    """

    form: str
    year: int
    heading: str
    name: str
    ssn: str
    rows: tuple[Mapping[str, FieldValue | None], ...]
    totals: Mapping[str, FieldValue | None]
    origins: tuple[Origin, ...] = ()


def statement_pack(pack: Pack, *, two_lines: bool) -> Pack:
    """The pages of a statement to the form of `pack`, as a pack: an ordinary page and a last page with the totals."""
    if not pack.statement:
        raise ValueError(f"{pack.title} has no statement")
    pages = tuple(_page(pack, two_lines=two_lines, last=last) for last in (False, True))
    return attached_pack(pack, pages, f"{pack.revision}-{2 if two_lines else 1}")


def _page(pack: Pack, *, two_lines: bool, last: bool) -> PackPage:
    height = _TWO_LINES if two_lines else _ONE_LINE
    model = pack.pages[0].fields
    fields = head_fields()
    edges = _edges(pack)
    count = int((TOP - _HEADS - (_BOTTOM + 16)) / height)
    for n in range(1, count + 1):
        y = TOP - _HEADS - n * height
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


def _edges(pack: Pack) -> dict[str, tuple[float, float]]:
    """Where each column begins and ends; the columns of a form share the width of the page."""
    whole = sum(column.width for column in pack.statement.values())
    scale, x = (WIDE - 2 * MARGIN) / whole, MARGIN
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
    for number, chunk in enumerate(chunks, 1):
        last = number == len(chunks)
        values = head_values(statement.name, statement.ssn, statement.heading, number, len(chunks))
        for n, row in enumerate(chunk, 1):
            values |= {f"row.{n}.{column}": value for column, value in row.items()}
        if last:
            values |= {f"total.{column}": value for column, value in statement.totals.items()}
        origins = statement.origins[(number - 1) * size : number * size]
        pages.append(PageFill(1 if last else 0, values, {f"row.{n}": one for n, one in enumerate(origins, 1)}))
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
    """The pages a statement is printed on: the column heads and the rules."""
    return drawn_blank(own, [_drawing(page, pack) for page in own.pages])


def _drawing(page: PackPage, pack: Pack) -> bytes:
    out = [b"0.5 w 0 G"]
    edges, first = _edges(pack), next(iter(pack.statement))
    for key, column in pack.statement.items():
        x0, x1 = edges[key]
        for i, words in enumerate((f"({key})", *column.head.split("\n"))):
            centre = (x0 + x1 - width(words, 6)) / 2
            out.append(put(words, "B", 6, max(x0 + 1, centre), TOP - 7 - 7 * i))
    ys = sorted({f.rect[1] for k, f in page.fields.items() if k.startswith("row.") and k.endswith(f".{first}")})
    right = WIDE - MARGIN
    out += [line(MARGIN, TOP, right, TOP), line(MARGIN, TOP - _HEADS, right, TOP - _HEADS), b"0.25 w 0.6 G"]
    out += [line(MARGIN, y, right, y) for y in ys]
    verticals = [x0 for x0, _ in edges.values()][1:]
    out += [line(x, TOP, x, ys[0]) for x in verticals]
    if any(k.startswith("total.") for k in page.fields):
        out += [b"0.5 w 0 G", put("Totals", "B", 8, MARGIN + 2, _BOTTOM + 4), line(MARGIN, _BOTTOM, right, _BOTTOM)]
    return b"\n".join(out)
