"""Turns the fields of a page into captions beside them, each line's number and words, none over another or a field."""

import re
from collections.abc import Iterator, Mapping, Sequence

from niner.dataclass import dataclass
from niner.forms.drawing.typeset import Unfit, plain_text, width, wrapped
from niner.forms.pack.values import Field, Pack, PackPage, Rect

_GAP, _MARGIN, _LEADING = 2.0, 18.0, 1.1
_SIZES = (7, 6, 5, 4)
_NARROWEST = 10.0  # a letter of the largest size fits, so that words can be broken
_SPELLED = {"ssn": "social security number", "apt": "apt. no.", "zip": "ZIP code", "qof": "qualified opportunity fund"}
_COLUMN = re.compile(r"(?P<line>.+)\.(?P<column>[a-h])")


@dataclass(frozen=True, slots=True)
class Caption:
    """Words of one size in points, line by line; `x` is their left edge, `y` the first line's foot."""

    x: float
    y: float
    size: int
    lines: tuple[str, ...]

    @property
    def rect(self) -> Rect:
        """The room the words take, descenders and all."""
        wide = max(width(line, self.size) for line in self.lines)
        foot = self.y - (len(self.lines) - 1) * _LEADING * self.size - 0.2 * self.size
        return (self.x, foot, self.x + wide, self.y + 0.75 * self.size)


def captions(pack: Pack, page: PackPage, words: Mapping[str, str]) -> list[Caption]:
    """The captions of a page; `words` are those of a line by its key. What has no room beside it is cut short."""
    fields = list(page.fields.values())
    taken: list[Rect] = []
    done = []
    # What is written by number comes first to its room, then the columns, then the boxes to tick.
    ranked = sorted(_wanted(pack, fields, words), key=lambda item: (item[0].kind == "tick", item[2]))
    for field, text, heads in ranked:
        others = [f.rect for f in fields if f is not field]
        found = _placed(field, text, [*others, *taken], pack.page_size, heads=heads)
        if found:
            done.append(found)
            taken.append(found.rect)
    return done


def _wanted(pack: Pack, fields: Sequence[Field], words: Mapping[str, str]) -> Iterator[tuple[Field, str, bool]]:
    """Which field gets which words: the first of a line, each box to tick, and the first of each column on top."""
    lines: set[str] = set()
    columns: dict[tuple[str, float], Field] = {}
    for field in sorted(fields, key=lambda f: (-f.rect[1], f.rect[0])):
        match = _COLUMN.fullmatch(field.key)
        if match:
            columns.setdefault((match["column"], round(field.rect[2])), field)
        line = match["line"] if match else field.key
        if line in lines:
            continue
        lines.add(line)
        yield _first(field, line, fields), _text(line, field, words), False
    for (column, _), field in columns.items():
        head = pack.statement[column].head.replace("\n", " ") if column in pack.statement else ""
        yield field, f"({column}) {head}".strip(), True


def _first(field: Field, line: str, fields: Sequence[Field]) -> Field:
    """The field of a line that stands furthest left."""
    same = [f for f in fields if _COLUMN.fullmatch(f.key) and f.key.rpartition(".")[0] == line]
    return min(same, key=lambda f: f.rect[0]) if same else field


def _text(line: str, field: Field, words: Mapping[str, str]) -> str:
    """A line's number and words, `7 Net short-term gain or loss`; what has no number by its name."""
    says = words.get(field.key) or words.get(line) or ""
    name = " ".join(_SPELLED.get(word, word) for word in line.replace("_", " ").replace(".", " ").split())
    if field.kind == "tick" and "." in line:
        group, option = line.rsplit(".", 1)
        asked = words.get(group, "") if option == "yes" else ""
        name = group.replace("_", " ").replace(".", " ")
        return _latin(f"{option.replace('_', ' ')}, {'line ' if name[0].isdigit() else ''}{name} {asked}".strip())
    row = re.fullmatch(r"row (\d+)", name)
    return _latin(row[1] if row else f"{name} {says}".strip())


def _latin(text: str) -> str:
    try:
        return plain_text(text)
    except Unfit:
        return text.encode("ascii", "replace").decode()


def _placed(
    field: Field, text: str, taken: Sequence[Rect], page: tuple[float, float], *, heads: bool
) -> Caption | None:
    """The caption in the largest letters that fit beside its field, shortened where even the smallest don't."""
    near = [r for r in taken if r[1] < field.rect[3] + 30 and r[3] > field.rect[1] - 30]
    for short in _shorter(text):
        for size in _SIZES:
            for caption in _places(field, short, size, near, page, heads=heads):
                if not any(_meet(caption.rect, rect) for rect in near) and _on(caption.rect, page):
                    return caption
    return None


def _places(
    field: Field, text: str, size: int, taken: Sequence[Rect], page: tuple[float, float], *, heads: bool
) -> Iterator[Caption]:
    """Where a caption may stand: a tick's after it, a column's above it, others before it, above it, or in its top."""
    x0, y0, x1, y1 = field.rect
    level = [r for r in taken if r[1] < y1 - 1 and r[3] > y0 + 1]
    if heads:
        wide = max(x1 - x0, _NARROWEST)
        lines = tuple(wrapped(text, size, wide))
        if all(width(line, size) <= wide for line in lines):
            yield Caption(x0, y1 + _GAP + (len(lines) - 1) * _LEADING * size + 0.2 * size, size, lines)
        return
    if field.kind == "tick":
        after = min([page[0] - _MARGIN, *(r[0] for r in level if r[0] >= x1 - 1)])
        yield from _beside(text, size, x1 + _GAP, after - _GAP, (y0, y1))
        return
    right = x0
    for rect in sorted((r for r in level if r[2] <= x0 + 1), key=lambda r: -r[2]):
        yield from _beside(text, size, rect[2] + _GAP, right - _GAP, (y0, y1))
        right = min(right, rect[0])
    yield from _beside(text, size, _MARGIN + _GAP, right - _GAP, (y0, y1))
    if width(text, size) <= x1 - x0:
        yield Caption(x0, y1 + 0.25 * size + 0.5, size, (text,))
        if y1 - y0 >= 14 and size == _SIZES[-1]:
            yield Caption(x0 + 1, y1 - 0.8 * size, size, (text,))


def _beside(text: str, size: int, left: float, right: float, level: tuple[float, float]) -> Iterator[Caption]:
    """Words between two edges on the level of their field, in as many lines as it is high."""
    room, high = right - left, level[1] - level[0]
    if room < _NARROWEST:
        return
    lines = tuple(wrapped(text, size, room))
    tall = ((len(lines) - 1) * _LEADING + 1) * size
    if tall <= max(high, size) and all(width(line, size) <= room for line in lines):
        middle = (level[0] + level[1]) / 2
        yield Caption(left, middle + tall / 2 - 0.8 * size, size, lines)


def _shorter(text: str) -> Iterator[str]:
    """The text, then with fewer and fewer of its words, at last its first alone: the number of the line."""
    yield text
    words = text.split()
    for count in range(len(words) - 1, 0, -1):
        yield " ".join(words[:count]).rstrip(",;:") + ("…" if count > 1 else "")


def _meet(a: Rect, b: Rect) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _on(rect: Rect, page: tuple[float, float]) -> bool:
    """Whether the words stand clear of the page's edges and of the marks at its head and foot."""
    return rect[0] >= 4 and rect[2] <= page[0] - 4 and rect[1] >= 24 and rect[3] <= page[1] - 38
