"""Turns a page that was recognized into what stands in each of its boxes: a value, nothing, or a doubt with its reason.

Nothing is guessed: text that is no amount, two values in one box, a value across two boxes or a field that says
something else than the page shows are doubts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from niner.dataclass import dataclass
from niner.forms.pack.labels import Word
from niner.forms.pack.values import Field, FieldValue, Rect
from niner.forms.reading.paper import Held, Paper
from niner.forms.reading.recognize import Lay, Match
from niner.money import MOST_CENTS

How = Literal["field", "text", "scan", "picture"]

_AMOUNT = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?:[0-9]{2})?)?")
_ZERO = "-0-"  # how the IRS's own instructions have a zero written
_LIKE_AMOUNT = re.compile(r"\(?[-$]{0,2}\(?[0-9][0-9,]*\.?[0-9]*\)?")
_CLEAR, _DARK = 0.05, 0.10  # a tick's box is empty below the one, and ticked above the other
_INSIDE = 1.6  # points of a tick's box that its frame may take
_ASKEW = 0.3  # more of it, on a page that does not lie exactly
_STANDS_OUT, _ALIKE = 0.08, 0.06  # how much darker the ticked one of several boxes is, and the others may differ
_EDGE = 0.8  # points from the upper or lower edge where a value no longer belongs to the one box alone
_TALL = 1.5  # of the box's height; what is larger is a watermark or a stamp
_BETWEEN = 4.0
_SAME_LINE = 3.0
_OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class Read:
    """What was read in one box: the value (money in cents), the text as it stands there, and how it was read.

    `why` is empty, or says why the value can't be told; then `value` is None. `rect` is in points of the paper.
    """

    key: str
    kind: str
    value: FieldValue | None
    text: str
    how: How
    rect: Rect
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Box:
    """A box as it lies on the paper, and what stands in it: the words wholly inside, and what is wrong with others."""

    field: Field
    rect: Rect
    words: list[Word]
    wrong: list[str]


def read_boxes(paper: Paper, match: Match) -> list[Read]:
    """What stands in each box of the page that is not empty, in the pack's order."""
    fields = match.pack.pages[match.page].fields
    boxes = {key: _Box(field, match.lay.rect(field.rect), [], []) for key, field in fields.items()}
    held = _held_by_box(paper.fields, boxes)
    lined = [box for box in boxes.values() if box.field.kind != "tick" and not box.field.read_only]
    for word in paper.words:
        _put(word, lined)
    found: dict[str, Read] = {}
    dark: dict[str, float] = {}
    for key, box in boxes.items():
        if box.field.read_only:
            continue
        if box.field.kind != "tick":
            read = _lined(paper, box, held.get(key, []))
        elif held.get(key):
            read = _held_tick(box, held[key])
        else:
            dark[key] = _darkness(paper, match.lay, box)
            read = _seen_tick(box, dark[key])
        if read is not None:
            found[key] = read
    _one_of_each(found, dark, fields)
    return list(found.values())


def _held_by_box(fields: Sequence[Held], boxes: Mapping[str, _Box]) -> dict[str, list[Held]]:
    """The file's fields by the box that they lie on, wherever their names come from."""
    found: dict[str, list[Held]] = {}
    for item in fields:
        for key, box in boxes.items():
            if (box.field.kind == "tick") == item.tick and _shared(item.rect, box.rect) >= _OVERLAP:
                found.setdefault(key, []).append(item)
                break
    return found


def _shared(one: Rect, other: Rect) -> float:
    """The area that two rectangles share, as a part of the area that they cover together."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    area = wide * high
    both = sum((r[2] - r[0]) * (r[3] - r[1]) for r in (one, other)) - area
    return area / both if both > 0 else 0.0


def _put(word: Word, boxes: Sequence[_Box]) -> None:
    """Give a word to the box that it stands in; one that stands in two, or half outside, is wrong in each of them."""
    high = word.rect[3] - word.rect[1]
    touched: list[tuple[_Box, list[tuple[str, Rect]]]] = []
    for box in boxes:
        x0, y0, x1, y1 = box.rect
        if word.rect[2] < x0 or word.rect[0] > x1 or not y0 <= word.middle[1] <= y1 or high > _TALL * (y1 - y0):
            continue
        inside = [(letter, at) for letter, at in word.letters if x0 <= (at[0] + at[2]) / 2 <= x1]
        if inside:
            touched.append((box, inside))
    if not touched:
        _beside(word, boxes)
    for box, inside in touched:
        outside = "".join(letter for letter, at in word.letters if (letter, at) not in inside)
        printed = box.field.printed_parentheses and not outside.strip("()")
        if outside and not printed:
            box.wrong.append(f"“{word.text}” runs over the edge of the box")
            continue
        if outside:
            word = Word("".join(letter for letter, _ in inside), word.rect, word.bold, word.seen, tuple(inside))
        edge = min(word.middle[1] - box.rect[1], box.rect[3] - word.middle[1])
        if box.field.lines == 1 and edge < _EDGE and _LIKE_AMOUNT.fullmatch(word.text):
            box.wrong.append(f"“{word.text}” stands between two boxes")
        else:
            box.words.append(word)


def _beside(word: Word, boxes: Sequence[_Box]) -> None:
    """An amount just above or below a box of amounts belongs to one of them, and it can't be told to which."""
    if not _LIKE_AMOUNT.fullmatch(word.text) or len(word.text) < 3:
        return
    for box in boxes:
        x0, y0, x1, y1 = box.rect
        if box.field.kind == "money" and x0 <= word.middle[0] <= x1 and word.rect[0] >= x0 and word.rect[2] <= x1 + 2:
            away = y0 - word.middle[1] if word.middle[1] < y0 else word.middle[1] - y1
            if away <= _BETWEEN and word.rect[3] - word.rect[1] <= _TALL * (y1 - y0):
                box.wrong.append(f"“{word.text}” stands beside the box, not in it")


def _lined(paper: Paper, box: _Box, held: Sequence[Held]) -> Read | None:
    """What stands in a box for text, an amount or a number of a person; None where it is empty."""
    field = box.field
    shown = _text(box.words, field)
    hidden = [item for item in held if item.hidden and item.value.strip()]
    values = list(dict.fromkeys(item.value.strip() for item in held if item.value.strip() and not item.hidden))
    how: How = "field" if values else "scan" if paper.scan else "text"
    text = values[0] if values else shown
    why = ""
    if box.wrong:
        why = box.wrong[0]
    elif hidden:
        why = "a hidden field holds a value that the page does not show"
    elif len(values) > 1:
        why = f"two fields lie there, with “{values[0]}” and “{values[1]}”"
    elif any(not word.seen for word in box.words) and not paper.scan:
        why = f"“{shown}” is in the file and can't be seen on the page"
    elif values and shown and not _same(field, values[0], shown):
        why = f"the field holds “{values[0]}”, and the page shows “{shown}”"
    if not text and not why:
        return None
    value, unread = _value(field, text, box.words if not values else ())
    why = why or unread
    return Read(field.key, field.kind, None if why else value, text, how, box.rect, why)


def _text(words: Sequence[Word], field: Field) -> str:
    """The words in reading order, with spaces between them; a number in a comb is one."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: -w.middle[1]):
        if lines and abs(lines[-1][0].middle[1] - word.middle[1]) <= _SAME_LINE:
            lines[-1].append(word)
        else:
            lines.append([word])
    ordered = [word.text for line in lines for word in sorted(line, key=lambda w: w.rect[0])]
    return ("" if field.comb or field.kind == "ssn" else " ").join(ordered)


def _same(field: Field, held: str, shown: str) -> bool:
    if field.kind == "money":
        one, other = amount_in(held, field), amount_in(shown, field)
        if one is not None and other is not None:
            return one == other
    elif field.kind == "text" and _bare(held) in _bare(shown):
        return True  # the IRS prints MM, DD and YYYY into some boxes
    return _bare(held) == _bare(shown)


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _bare(text: str) -> str:
    return re.sub(r"[\s-]", "", text).lower()


def _value(field: Field, text: str, words: Sequence[Word]) -> tuple[FieldValue | None, str]:
    """The value that `text` is in this field, or why it is none."""
    if field.kind == "ssn":
        digits = re.sub(r"\D", "", text)
        return (digits, "") if len(digits) == 9 else (None, "it is no number of nine digits")
    if field.kind != "money":
        return text, ""
    if _letters(text) in map(_letters, field.words):
        return 0, ""  # the words say that there is no amount
    if sum(any(c.isdigit() for c in word.text) for word in words) > 1:
        return None, f"two values stand in the box: “{text}”"
    amount = amount_in(text, field)
    return (None, f"“{text}” is no amount") if amount is None else (amount, "")


def amount_in(text: str, field: Field) -> int | None:
    """The cents that `text` says in an amount's box, a loss negative; None where it is no amount.

    Where the blank prints the parentheses around the box, what stands in it is a loss.
    """
    bare = "".join(text.split()).replace("−", "-").replace("–", "-")
    if bare == _ZERO:
        return 0
    bracketed = bare.startswith("(") and bare.endswith(")")
    bare = bare[1:-1] if bracketed else bare
    negative = bracketed or bare.startswith(("-", "$-"))
    bare = bare.removeprefix("-").removeprefix("$").removeprefix("-" if not bracketed and bare.startswith("$-") else "")
    if not _AMOUNT.fullmatch(bare):
        return None
    dollars, _, part = bare.replace(",", "").partition(".")
    cents = int(dollars) * 100 + int(part or 0) if len(dollars) < 18 else MOST_CENTS + 1
    if cents > MOST_CENTS:
        return None
    return -cents if negative or field.printed_parentheses else cents


def _held_tick(box: _Box, held: Sequence[Held]) -> Read | None:
    """A box whose field is ticked; None where it is not."""
    states = {bool(item.value) for item in held}
    if len(states) > 1:
        why = "two fields lie there, one ticked and one not"
        return Read(box.field.key, "tick", None, "", "field", box.rect, why)
    return Read(box.field.key, "tick", True, "", "field", box.rect) if True in states else None


def _darkness(paper: Paper, lay: Lay, box: _Box) -> float:
    """How dark the inside of a box is, its frame left out."""
    inside = _INSIDE + (_ASKEW if lay.moved or paper.scan else 0.0)
    x0, y0, x1, y1 = box.rect
    if x1 - x0 <= 2 * inside:
        return 0.0
    return paper.darkness((x0 + inside, y0 + inside, x1 - inside, y1 - inside))


def _seen_tick(box: _Box, dark: float) -> Read | None:
    """A box that is ticked, by how it looks; None where it is empty."""
    if dark <= _CLEAR:
        return None
    if dark >= _DARK:
        return Read(box.field.key, "tick", True, "", "picture", box.rect)
    return Read(box.field.key, "tick", None, "", "picture", box.rect, "it can't be told whether it is ticked")


def _one_of_each(found: dict[str, Read], dark: Mapping[str, float], fields: Mapping[str, Field]) -> None:
    """Of boxes that exclude one another, the one that is much darker than the others is the ticked one.

    A page that lies askew has a bit of the frame inside each box, which darkens them all alike.
    """
    for group in dict.fromkeys(fields[key].group for key in dark if fields[key].group):
        keys = [key for key in found if key in dark and fields[key].group == group]
        if len(keys) < 2:
            continue
        shades = sorted(((dark[key], key) for key in dark if fields[key].group == group), reverse=True)
        (darkest, first), (second, _), lightest = shades[0], shades[1], shades[-1][0]
        clear = darkest - second >= _STANDS_OUT and second - lightest <= _ALIKE
        for key in keys:
            if clear and key != first:
                del found[key]
            elif clear:
                found[key] = replace(found[key], value=True, why="")
            else:
                found[key] = replace(found[key], value=None, why="which of these boxes is ticked can't be told")
