"""Turns a pack and its blank into a PDF that shows in every field the line key it carries, to be checked by eye."""

import hashlib

from niner.forms.drawing.artwork import artwork
from niner.forms.drawing.typeset import Setting, width
from niner.forms.filling.fill import Document
from niner.forms.filling.settle import Sheet, Written
from niner.forms.pack.values import Field, Pack

_SMALLEST = 3


def key_sheet(pack: Pack, blank: bytes) -> bytes:
    """The blank with each field's key in its place, a tick's beside its box. Raises ValueError for no PDF."""
    art = artwork(blank, hashlib.sha256(blank).hexdigest())
    sheets = [
        Sheet(pack, 1, place, f"page {place + 1}", tuple(_named(item) for item in page.fields.values()))
        for place, page in enumerate(pack.pages)
    ]
    document = Document(f"{pack.title} {pack.revision}: line keys", editable=False)
    document.add_form(sheets, art)
    return document.finish()


def _named(item: Field) -> Written:
    x0, y0, x1, y1 = item.rect
    box = Field(item.key, item.name, "text", (x0, y0, x1, y1))
    if item.kind == "tick":
        box = Field(item.key, item.name, "text", (x1 - 1, y0, x1 + 60, y1))
    sizes = range(min(6, int(y1 - y0)), _SMALLEST, -1)
    size = next((s for s in sizes if width(item.key, s) <= box.rect[2] - x0), _SMALLEST)
    return Written(box, item.key, Setting(size, (item.key,)))
