"""Turns text too long for its box on a form into pages of an attached statement."""

from types import MappingProxyType

from niner.dataclass import dataclass
from niner.forms.blanks.finding import Found
from niner.forms.drawing.typeset import PADDING, SIZES, plain_text, wrapped
from niner.forms.filling.attachment import MARGIN, TOP, WIDE, attached_pack, drawn_blank, head_fields, head_values
from niner.forms.pack.values import Field, FormFill, Pack, PackPage, PageFill

_LINES, _BOTTOM = 66, 60.0


@dataclass(frozen=True, slots=True)
class Continuation:
    """Text attached to a form, as when the explanation on Form 1040-X is long. Line ends in `text` are kept."""

    form: str
    year: int
    heading: str
    name: str
    ssn: str
    text: str


def continuation_fill(continuation: Continuation, pack: Pack) -> tuple[Pack, FormFill]:
    """The continuation's own pack and its fill, as many pages as the text needs. May raise Unfit."""
    rect = (MARGIN, _BOTTOM, WIDE - MARGIN, TOP)
    body = Field("text", "text", "text", rect, lines=_LINES)
    page = PackPage("page", MappingProxyType(head_fields() | {"text": body}))
    own = attached_pack(pack, (page,), f"{pack.revision}-text")
    text = plain_text(continuation.text, keep_lines=True)
    room = rect[2] - rect[0] - 2 * PADDING
    lines = [line for part in text.split("\n") for line in wrapped(part, SIZES[0], room)]
    chunks = ["\n".join(lines[i : i + _LINES]) for i in range(0, len(lines), _LINES)]
    head = (continuation.name, continuation.ssn, continuation.heading)
    pages = tuple(
        PageFill(0, head_values(*head, n, len(chunks)) | {"text": chunk}) for n, chunk in enumerate(chunks, 1)
    )
    return own, FormFill(own.form, own.year, pages)


def continuation_blank(own: Pack) -> Found:
    """The pages a continuation is printed on: nothing but the title."""
    return drawn_blank(own, [b""])
