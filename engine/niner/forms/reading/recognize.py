"""Turns a page of a handed-in PDF into the page of a pack that it is, by what is printed on it or where its fields are.

A form is known by its title and year, which the IRS prints at the foot of every page; which page of it, and where its
boxes lie, by the line numbers printed beside the boxes. No official blank is needed for that. A page printed smaller
or scanned askew by some points is laid over the pack by the same numbers.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from niner.dataclass import dataclass
from niner.forms.drawing.draft import MARK
from niner.forms.pack.labels import Word
from niner.forms.pack.values import Field, Pack, PackPage, Rect
from niner.forms.reading.paper import Held, Paper

_LINE = re.compile(r"\d{1,2}[a-z]?")
_OPTION = re.compile(r"[A-L]|yes|no")
_AGREE = 0.6  # what share of the printed numbers must stand where the pack has their boxes
_BESIDE = 11.0  # points from a number's middle to the left edge of its box, on all of the IRS's forms
_SIDEWAYS, _UPRIGHT = 5.5, 2.5  # how far from there, and from its box's middle, the number may be
_SURE = 0.9  # no other lay is tried where so many agree
_BIN = 6.0
_MOST_SHRUNK, _MOST_GROWN = 0.7, 1.4


@dataclass(frozen=True, slots=True)
class Lay:
    """Where a point of the pack lies on the paper: times `scale`, then moved."""

    scale: float = 1.0
    right: float = 0.0
    up: float = 0.0

    def rect(self, rect: Rect) -> Rect:
        s, x, y = self.scale, self.right, self.up
        return (rect[0] * s + x, rect[1] * s + y, rect[2] * s + x, rect[3] * s + y)

    def point(self, x: float, y: float) -> tuple[float, float]:
        return x * self.scale + self.right, y * self.scale + self.up

    @property
    def moved(self) -> bool:
        return self != AS_PRINTED


AS_PRINTED = Lay()


@dataclass(frozen=True, slots=True)
class Match:
    """The page of a pack that a paper is, how it lies on it, and whether it is one of Niner's own drafts."""

    pack: Pack
    page: int
    lay: Lay
    draft: bool = False


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A line number or option that the IRS prints beside a box: where its middle should be."""

    text: str
    x: float
    y: float
    near: float
    high: float
    lays: str
    """By which of its places a page can be laid: `xy`, `x`, or none where it only stands about there."""


def recognized(paper: Paper, packs: Sequence[Pack]) -> tuple[Match | None, str]:
    """The page that `paper` is, or None and why it can't be told (empty where nothing on it names a form)."""
    named = _named(paper.words, packs)
    if not named:
        return None, ""
    draft = _is_draft(paper.words)
    by_text: dict[str, list[Word]] = defaultdict(list)
    for word in paper.words:
        by_text[re.sub(r"[().:,]", "", word.text).lower()].append(word)
    best: list[tuple[float, Match]] = []
    for pack in named:
        for place, page in enumerate(pack.pages):
            if draft:
                best.append((_page_said(paper.words, place, len(pack.pages)), Match(pack, place, AS_PRINTED, True)))
                continue
            for lay in _lays(paper, pack, page, by_text):
                share = max(_agreement(page, pack, by_text, lay), _fields_there(page, paper.fields, lay))
                best.append((share, Match(pack, place, lay)))
    best.sort(key=lambda found: (-found[0], found[1].lay.moved))
    share, match = best[0]
    title = f"{match.pack.title} ({match.pack.revision})"
    if share < _AGREE:
        return None, f"it names {title}, but its line numbers do not stand where that form has them"
    rivals = {(m.pack.revision, m.page) for s, m in best if s == share and m.pack.form == match.pack.form}
    if len(rivals) > 1 or any(s == share and m.pack.form != match.pack.form for s, m in best):
        return None, f"it names {title}, and could be more than one page of it or of another year"
    return match, ""


def _named(words: Sequence[Word], packs: Sequence[Pack]) -> list[Pack]:
    """The packs whose title stands on the page with their year after it."""
    text = " ".join(word.text for word in words)
    return [pack for pack in packs if _title(pack.title, pack.year).search(text)]


@lru_cache(maxsize=256)
def _title(title: str, year: int) -> re.Pattern[str]:
    return re.compile(r"\s*".join(map(re.escape, title.split())) + rf"\s*,?\s*\(?\s*{year}\b", re.IGNORECASE)


def _is_draft(words: Sequence[Word]) -> bool:
    return MARK in " ".join(word.text for word in words)


def _page_said(words: Sequence[Word], place: int, pages: int) -> float:
    """1 where a draft says that it is this page."""
    return float(f"page {place + 1} of {pages}" in " ".join(word.text for word in words))


def _agreement(page: PackPage, pack: Pack, by_text: Mapping[str, Sequence[Word]], lay: Lay) -> float:
    """What share of the numbers and options that belong beside the page's boxes stand there."""
    anchors = _anchors(pack, page)
    there = 0
    for anchor in anchors:
        x, y = lay.point(anchor.x, anchor.y)
        there += any(
            abs(w.middle[0] - x) <= anchor.near and abs(w.middle[1] - y) <= anchor.high
            for w in by_text.get(anchor.text, ())
        )
    return there / len(anchors) if len(anchors) >= 3 else 0.0


def _anchors(pack: Pack, page: PackPage) -> list[_Anchor]:
    """What the IRS prints beside the boxes of a page, and where."""
    found = []
    for item in page.fields.values():
        x0, y0, x1, y1 = item.rect
        line, middle = _line_of(item, pack), (y0 + y1) / 2
        if line and "." not in item.key:
            found.append(_Anchor(line, x0 - _BESIDE, middle, _SIDEWAYS, _UPRIGHT, "xy"))
        elif line and item.key.rsplit(".", 1)[1] == "d":
            # A table has its number once, at the left margin, where the words of the row begin.
            found.append(_Anchor(line, 50.0, middle + 16.0, 32.0, 20.0, ""))
        option = item.key.rsplit(".", 1)[-1]
        if item.kind == "tick" and item.group and _OPTION.fullmatch(option):
            found.append(_Anchor(option.lower(), x1 + 9.0, middle, 9.0, _UPRIGHT, "xy" if len(option) == 1 else ""))
        if item.key.startswith("row.1.") and item.kind == "money":
            # The head of a column of amounts has its letter in the middle, some lines above the first row.
            found.append(_Anchor(option, (x0 + x1) / 2, y1 + 45.0, 20.0, 30.0, "x"))
    return found


def _line_of(item: Field, pack: Pack) -> str:
    """The number printed for a field of money; empty where none is."""
    line = item.key.partition(".")[0]
    line = pack.printed_as.get(line, line)
    return line if item.kind == "money" and _LINE.fullmatch(line) else ""


def _fields_there(page: PackPage, fields: Sequence[Held], lay: Lay) -> float:
    """What share of the page's boxes are fields of the file too, whatever they are called."""
    rects = {tuple(round(v / 2) for v in held.rect) for held in fields}
    if not rects:
        return 0.0
    there = sum(any(_about(round_rect, lay.rect(f.rect)) for round_rect in rects) for f in page.fields.values())
    return there / len(page.fields)


def _about(rounded: tuple[int, ...], rect: Rect) -> bool:
    return all(abs(r * 2 - v) <= 2.5 for r, v in zip(rounded, rect, strict=True))


def _lays(paper: Paper, pack: Pack, page: PackPage, by_text: Mapping[str, Sequence[Word]]) -> Iterator[Lay]:
    """How the page may lie on the paper: as the IRS prints it, and as the printed numbers say."""
    yield AS_PRINTED
    if _agreement(page, pack, by_text, AS_PRINTED) >= _SURE:
        return
    scale = min(paper.size[0] / pack.page_size[0], paper.size[1] / pack.page_size[1])
    anchors = [anchor for anchor in _anchors(pack, page) if anchor.lays]
    for guess in (scale, scale * 0.97, scale * 0.94):
        laid = _laid(anchors, by_text, guess)
        if laid is not None:
            yield laid


def _laid(anchors: Sequence[_Anchor], by_text: Mapping[str, Sequence[Word]], scale: float) -> Lay | None:
    """The lay that brings most anchors to words of their text, first by votes and then by least squares."""
    votes: dict[tuple[int, int], set[int]] = defaultdict(set)
    for number, anchor in enumerate(anchors):
        if anchor.lays != "xy":
            continue
        for word in by_text.get(anchor.text, ()):
            x, y = word.middle[0] - anchor.x * scale, word.middle[1] - anchor.y * scale
            for column in (int(x // _BIN), int(x // _BIN) + 1):
                for row in (int(y // _BIN), int(y // _BIN) + 1):
                    votes[column, row].add(number)
    if not votes:
        return None
    column, row = max(votes, key=lambda where: (len(votes[where]), -abs(where[0]) - abs(where[1])))
    lay = Lay(scale, column * _BIN, row * _BIN)
    for _ in range(3):
        better = _fitted(anchors, by_text, lay)
        if better is None:
            break
        lay = better
    return lay if _MOST_SHRUNK <= lay.scale <= _MOST_GROWN else None


def _fitted(anchors: Sequence[_Anchor], by_text: Mapping[str, Sequence[Word]], lay: Lay) -> Lay | None:
    """The lay of least squares over the anchors that have a word of their text near."""
    pairs = []
    for anchor in anchors:
        x, y = lay.point(anchor.x, anchor.y)
        high = 9.0 if anchor.lays == "xy" else anchor.high
        near = [w for w in by_text.get(anchor.text, ()) if abs(w.middle[0] - x) < 14 and abs(w.middle[1] - y) < high]
        if near:
            word = min(near, key=lambda w: abs(w.middle[0] - x) + abs(w.middle[1] - y))
            pairs.append((anchor, word.middle))
    across = [(anchor.x, middle[0]) for anchor, middle in pairs]
    upward = [(anchor.y, middle[1]) for anchor, middle in pairs if anchor.lays == "xy"]
    if len(upward) < 3:
        return None
    means = [
        (sum(a for a, _ in those) / len(those), sum(b for _, b in those) / len(those)) for those in (across, upward)
    ]
    both = [(a - mean, b - to) for those, (mean, to) in zip((across, upward), means, strict=True) for a, b in those]
    spread = sum(a * a for a, _ in both)
    # A few boxes close together say where the page lies, not how large it is.
    scale = sum(a * b for a, b in both) / spread if spread > 100.0**2 else lay.scale
    (mean_x, to_x), (mean_y, to_y) = means
    return Lay(scale, to_x - mean_x * scale, to_y - mean_y * scale)
