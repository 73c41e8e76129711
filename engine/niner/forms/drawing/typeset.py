"""Turns a value into the text a field prints, and that text into lines of a size that fit its rectangle."""

import unicodedata

from niner.dataclass import dataclass
from niner.forms.pack.values import Field, FieldValue
from niner.words.letters import NoLetters, without_accents

# Widths of Helvetica-Bold in thousandths of the size (Adobe's metrics of the standard 14 fonts), codes 32-255 of
# WinAnsi; the IRS's own HelveticaLTStd-Bold has the same.
_WIDTHS: tuple[int, ...] = (
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278,
    556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584,
    556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556,
    333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584, 350, 556, 350, 278, 556, 500, 1000, 556, 556, 333,
    1000, 667, 333, 1000, 350, 611, 350, 350, 278, 278, 500, 500, 350, 556, 1000, 333, 1000, 556, 333, 944, 350,
    500, 667, 278, 333, 556, 556, 556, 556, 280, 556, 333, 737, 370, 556, 584, 333, 737, 333, 400, 584, 333,
    333, 333, 611, 556, 278, 333, 333, 365, 556, 834, 834, 834, 611, 722, 722, 722, 722, 722, 722, 1000, 722,
    667, 667, 667, 667, 278, 278, 278, 278, 722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722,
    667, 667, 611, 556, 556, 556, 556, 556, 556, 889, 556, 556, 556, 556, 556, 278, 278, 278, 278, 611, 611,
    611, 611, 611, 611, 611, 584, 611, 611, 611, 611, 611, 556, 611, 556,
)  # fmt: skip
WIDTH: dict[str, int] = {
    bytes([code]).decode("cp1252"): width
    for code, width in enumerate(_WIDTHS, 32)
    if code not in (0x7F, 0x81, 0x8D, 0x8F, 0x90, 0x9D)
}

SIZES = (8, 7, 6)
PADDING = 2.0
LEADING = 1.15
TOP = 3.0  # what stays free above the first of several lines


class Unfit(Exception):
    """A value that its field can't hold; the message is one sentence without the value."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a text is set: the size in points and the lines, first on top."""

    size: int
    lines: tuple[str, ...]


def money_text(cents: int, *, whole_dollars: bool = False) -> str:
    """Cents as the forms print them: `1,234.56`, a loss `(1,234.56)`; `1,235` in whole dollars.

    Raises Unfit where whole dollars are asked for and there are cents.
    """
    dollars, part = divmod(abs(cents), 100)
    if whole_dollars and part:
        raise Unfit("an amount with cents on a return in whole dollars")
    text = f"{dollars:,}" if whole_dollars else f"{dollars:,}.{part:02d}"
    return f"({text})" if cents < 0 else text


def printed(field: Field, value: FieldValue, *, whole_dollars: bool = False) -> str:
    """What `field` prints for `value` (a tick: its ticked value or nothing). Raises Unfit for another kind of value."""
    if field.read_only:
        raise Unfit("the field is reserved or read-only on the form")
    match field.kind, value:
        case "tick", bool():
            return field.state if value else ""
        case _, bool():
            raise Unfit("a tick where the form has no tick box")
        case "money", int():
            if field.printed_parentheses and value > 0:
                raise Unfit("a positive amount where the form prints parentheses for a loss")
            return money_text(abs(value) if field.printed_parentheses else value, whole_dollars=whole_dollars)
        case "ssn", str():
            digits = value.replace("-", "")
            if len(digits) != 9 or not (digits.isascii() and digits.isdigit()):
                raise Unfit("a taxpayer number that isn't nine digits")
            return digits if field.comb else f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"
        case "money", str() if value in field.words:
            return plain_text(value)
        case "text", str():
            return plain_text(value, keep_lines=field.lines > 2)
    raise Unfit(f"a {type(value).__name__} in a field for {field.kind}")


def plain_text(text: str, *, keep_lines: bool = False) -> str:
    """`text` in the letters the forms' font has (WinAnsi): composed, spaces tidied, accents dropped where they must.

    Raises Unfit for letters without a Latin form and for control characters.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    text = unicodedata.normalize("NFC", text)
    lines = [" ".join(line.split()) for line in text.splitlines()] if keep_lines else [" ".join(text.split())]
    try:
        return "\n".join(without_accents(line) for line in lines)
    except NoLetters:
        raise Unfit("a character the forms' font doesn't have; write the text in Latin letters") from None


def width(text: str, size: int) -> float:
    """How wide `text` is in points."""
    return sum(map(WIDTH.__getitem__, text)) * size / 1000


def fit(field: Field, text: str) -> Setting:
    """The largest of 8, 7 and 6 points at which `text` fits its field; a tick is drawn, not set. Raises Unfit."""
    if field.kind == "tick":
        return Setting(SIZES[0], (text,))
    if field.comb:
        if len(text) > field.max_length:
            raise Unfit(f"more than {field.max_length} characters")
        return Setting(SIZES[0], (text,))
    if field.max_length and len(text) > field.max_length:
        raise Unfit(f"more than {field.max_length} characters")
    x0, y0, x1, y1 = field.rect
    room = x1 - x0 - 2 * PADDING
    for size in SIZES:
        if field.lines == 1:
            if width(text, size) <= room and size <= y1 - y0:
                return Setting(size, (text,))
            continue
        try:
            lines = [line for part in text.split("\n") for line in wrapped(part, size, room)]
        except Unfit:
            continue
        if len(lines) <= min(field.lines, 1 + int((y1 - y0 - TOP - 0.96 * size) / (size * LEADING))):
            return Setting(size, tuple(lines))
    raise Unfit("too long for its box even at 6 points")


def wrapped(text: str, size: int, room: float) -> list[str]:
    """Lines of at most `room` points; a word longer than a line (a transaction id) is cut where the line ends.

    Raises Unfit where a single letter is wider than the room.
    """
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer, size) <= room:
            line = longer
            continue
        if line and width(word, size) <= room:
            lines.append(line)
            line = word
            continue
        line = longer
        while width(line, size) > room:
            cut = len(line) - 1
            while width(line[:cut], size) > room:
                cut -= 1
            if not line[:cut]:
                raise Unfit("a letter is wider than its box")
            lines.append(line[:cut].rstrip(" "))
            line = line[cut:].lstrip(" ")
    return [*lines, line]
