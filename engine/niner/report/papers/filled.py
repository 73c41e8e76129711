"""Columns of text to the rows of a table in HTML, as a template has them look.

The template is asked once how a row looks and how the cells of a column do, and some thousand rows are put together
from that: a macro that is called for each cell takes longer than all else of a page.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from niner.each_once import each_once
from niner.report.papers.table import Column, Table

if TYPE_CHECKING:
    from markupsafe import Markup

_HERE = "\0"
"""What a template is given in place of a text, to see what stands around it."""
_Asked = Callable[[str], Sequence[str]]


def filled(
    table: Table,
    texts: Sequence[Sequence[str]],
    kinds: Sequence[str],
    row: Callable[[str, str], str],
    cell: Callable[[Table, Column, str, str], str],
) -> "Markup":
    """The rows of a table: `texts` are their cells column by column, not yet escaped, `kinds` what each row is.

    `row` gives a row's HTML from its kind and its cells, `cell` that of a cell from its table, its column, the row's
    kind (of the first cell; else "") and its text. Both are macros, and escape what they are given. What stands around
    a text may hang on this of it alone: whether there is one, and where its lines begin.
    """
    from markupsafe import Markup

    rows = {kind: str(row(kind, _HERE)).split(_HERE) for kind in dict.fromkeys(kinds)}
    columns: list[Sequence[str]] = []
    for column, cells in zip(table.columns, map(_escaped, texts), strict=True):
        asked = {kind: _asked(partial(cell, table, column, kind)) for kind in (("",) if columns else rows)}
        if len(asked) == 1:
            (look,) = asked.values()
            columns.append(_cells(look, cells))
        else:
            columns.append([_cell(asked[kind], text) for kind, text in zip(kinds, cells, strict=True)])
    before, after = ([rows[kind][at] for kind in kinds] for at in (0, 1))
    return Markup("".join(map("".join, zip(before, *columns, after, strict=True))))


def _asked(cell: Callable[[str], str]) -> _Asked:
    """What stands before, between and behind texts, asked when the first cell like this is met."""
    return cache(lambda like: str(cell(like)).split(_HERE))


def _cells(asked: _Asked, texts: Sequence[str]) -> Sequence[str]:
    """The cells of a column; in most of them each is one line."""
    if not all(texts) or any("\n" in text for text in texts):
        return each_once(partial(_cell, asked), texts)
    before, after = asked(_HERE)
    return [f"{before}{text}{after}" for text in texts]


def _cell(asked: _Asked, text: str) -> str:
    if not text:
        return "".join(asked(""))
    if "\n" not in text:
        before, after = asked(_HERE)
        return f"{before}{text}{after}"
    before, between, after = asked(f"{_HERE}\n{_HERE}")
    return before + text.replace("\n", between) + after


def _escaped(texts: Sequence[str]) -> Sequence[str]:
    """The cells of a column as HTML has them, all escaped at once."""
    from markupsafe import escape

    cells = str(escape(_HERE.join(texts))).split(_HERE)
    return cells if len(cells) == len(texts) else [str(escape(text)) for text in texts]
