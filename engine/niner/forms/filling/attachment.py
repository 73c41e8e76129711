"""Turns what is attached to a form into pages of a common shape: title, name, number, heading, page of pages."""

import hashlib
from collections.abc import Sequence

from niner.forms.blanks.finding import Found
from niner.forms.drawing.canvas import drawn_pdf, put
from niner.forms.drawing.typeset import Unfit, fit, printed
from niner.forms.pack.values import Blank, Field, FieldValue, Pack, PackPage

WIDE, HIGH, MARGIN = 612.0, 792.0, 36.0
TOP = 690.0  # where the body of a page begins


def attached_pack(pack: Pack, pages: tuple[PackPage, ...], revision: str) -> Pack:
    """The pack of an attachment to the form of `pack`; it comes right after that form in the packet."""
    return Pack(
        form=f"{pack.form}-statement",
        title=f"Statement attached to {pack.title}",
        year=pack.year,
        years=(pack.year,),
        revision=revision,
        attachment_sequence=pack.attachment_sequence,
        page_size=(WIDE, HIGH),
        root="statement",
        pages=pages,
        blank=Blank(),
    )


def head_fields() -> dict[str, Field]:
    """The fields at the top of each page."""
    right = WIDE - MARGIN
    return {
        "name": Field("name", "name", "text", (MARGIN, 720, 380, 734)),
        "ssn": Field("ssn", "ssn", "ssn", (382, 720, right, 734), align="right", max_length=11),
        "heading": Field("heading", "heading", "text", (MARGIN, 704, 460, 718)),
        "page": Field("page", "page", "text", (462, 704, right, 718), align="right"),
    }


def head_values(name: str, ssn: str, heading: str, page: int, pages: int) -> dict[str, FieldValue | None]:
    """What stands at the top of page `page` of `pages`."""
    return {"name": name, "ssn": ssn, "heading": heading, "page": f"Page {page} of {pages}"}


def fits_attachment(text: str, key: str = "name") -> bool:
    """Whether the name, or the heading, fits at the top of an attached page."""
    field = head_fields()[key]
    try:
        fit(field, printed(field, text))
    except Unfit:
        return False
    return True


def drawn_blank(own: Pack, bodies: Sequence[bytes]) -> Found:
    """The pages an attachment is printed on: its title over the drawing of each page's body."""
    from niner.forms.drawing.artwork import artwork

    title = put(f"{own.title} ({own.year})", "B", 11, MARGIN, 744)
    data = drawn_pdf(own.title, own.page_size, [title + b"\n" + body for body in bodies])
    return Found(artwork(data, hashlib.sha256(data).hexdigest()), "none", "")
