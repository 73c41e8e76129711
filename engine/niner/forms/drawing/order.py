"""Turns the fields of a page into the order in which they are read: the blank's own, else from top to bottom."""

from collections.abc import Sequence

from niner.forms.drawing.artwork import Artwork
from niner.forms.pack.values import Field, PackPage

_A_LINE = 5.0  # points that the lower edges of fields of one printed line may differ by


def field_order(page: PackPage, art: Artwork, place: int) -> tuple[str, ...]:
    """The names of the page's fields in the order in which the Tab key and a screen reader go through them."""
    names = {item.name for item in page.fields.values()}
    if art.orders and set(art.orders[place]) == names:
        return art.orders[place]
    return tuple(item.name for item in top_down(list(page.fields.values())))


def top_down(items: Sequence[Field]) -> list[Field]:
    """Fields line by line from the top, each line from the left."""
    lines: list[list[Field]] = []
    for item in sorted(items, key=lambda f: (-f.rect[1], f.rect[0])):
        if lines and lines[-1][0].rect[1] - item.rect[1] <= _A_LINE:
            lines[-1].append(item)
        else:
            lines.append([item])
    return [item for line in lines for item in sorted(line, key=lambda f: f.rect[0])]
