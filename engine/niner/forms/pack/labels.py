"""Turns the printed labels of a blank into the line and column of each amount field, independent of any pack.

The IRS prints a line's number in a cell beside the amount, or once at the left margin of a table whose columns have
letters in their heads. Reading those with PDFium and comparing them with the pack shows a map that is wrong although
every name and rectangle is right.
"""

import ctypes
import re
from collections.abc import Iterator

import pypdfium2.raw as pdfium

from niner.dataclass import dataclass
from niner.forms.pack.values import Field, Pack, Rect

_LINE = re.compile(r"\d{1,2}[a-z]?|[1-9][a-z][0-9]|(?<![A-Za-z])[a-z]")
_HEAD = re.compile(r"\(([a-h])\)|([A-C])\.")
_CELL = (2.0, 20.0)  # how far left of its amount the middle of a number cell's text may be
_UNPAINTED = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)
_MARGIN = 78.0  # line numbers of tables stand left of this


@dataclass(frozen=True, slots=True)
class Word:
    """A word printed on a page: its box, whether it is bold and can be seen, and its letters with their boxes."""

    text: str
    rect: Rect
    bold: bool
    seen: bool = True
    letters: tuple[tuple[str, Rect], ...] = ()

    @property
    def middle(self) -> tuple[float, float]:
        return (self.rect[0] + self.rect[2]) / 2, (self.rect[1] + self.rect[3]) / 2


def printed_words(data: bytes) -> list[list[Word]]:
    """The words of each page of the PDF `data`, as PDFium reads them. Raises ValueError where it can't."""
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    if not document:
        raise ValueError("PDFium can't open the file")
    try:
        found = []
        for number in range(min(pdfium.FPDF_GetPageCount(document), 20)):
            page = pdfium.FPDF_LoadPage(document, number)
            found.append(words_of(page))
            pdfium.FPDF_ClosePage(page)
        return found
    finally:
        pdfium.FPDF_CloseDocument(document)


def words_of(page: object, most: int = 10**6) -> list[Word]:
    """The words among the first `most` letters of a page that PDFium has loaded."""
    text = pdfium.FPDFText_LoadPage(page)
    try:
        return list(_words(text, most))
    finally:
        pdfium.FPDFText_ClosePage(text)


def _words(text: object, most: int) -> Iterator[Word]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    loose = pdfium.FS_RECTF()  # with the letter's own spacing, so that "11" isn't taken for two words
    end = 0.0
    letters: list[tuple[str, Rect]] = []
    bold, seen = False, True
    for index in range(min(pdfium.FPDFText_CountChars(text), most)):
        code = pdfium.FPDFText_GetUnicode(text, index)
        pdfium.FPDFText_GetCharBox(text, index, left, right, bottom, top)
        box = (left.value, bottom.value, right.value, top.value)
        pdfium.FPDFText_GetLooseCharBox(text, index, loose)
        gap = bool(letters) and (
            loose.left - end > 1.2 or box[0] < letters[-1][1][0] - 1 or abs(box[1] - letters[-1][1][1]) > 4
        )
        end = loose.right
        if gap or code <= 32 or code == 160:
            if letters:
                yield _word(letters, bold, seen)
            letters = []
        if not letters:
            bold, seen = _is_bold(text, index), _is_seen(text, index)
        if code > 32 and code != 160:
            letters.append((chr(code), box))
    if letters:
        yield _word(letters, bold, seen)


def _is_bold(text: object, index: int) -> bool:
    name = ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(text, index, name, 128, None)
    return re.search(rb"bd|bold|heavy|blk|black", name.value, re.IGNORECASE) is not None


def _is_seen(text: object, index: int) -> bool:
    """Whether a letter is painted at all, and not in white."""
    item = pdfium.FPDFText_GetTextObject(text, index)
    if item and pdfium.FPDFTextObj_GetTextRenderMode(item) in _UNPAINTED:
        return False
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFText_GetFillColor(text, index, red, green, blue, alpha):
        return True
    return alpha.value > 0 and min(red.value, green.value, blue.value) < 250


def _word(letters: list[tuple[str, Rect]], bold: bool, seen: bool) -> Word:
    boxes = [box for _, box in letters]
    rect = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
    return Word("".join(letter for letter, _ in letters), rect, bold, seen, tuple(letters))


def cell_label(words: list[Word], rect: Rect) -> str:
    """The line number in the cell beside the amount at `rect`; empty where there is none."""
    beside = [
        (abs(rect[0] - w.middle[0]), w.text)
        for w in words
        if _LINE.fullmatch(w.text)
        and rect[1] - 1 <= w.middle[1] <= rect[3] + 1
        and _CELL[0] <= rect[0] - w.middle[0] <= _CELL[1]
    ]
    return min(beside)[1] if beside else ""


def margin_label(words: list[Word], rect: Rect) -> str:
    """The line number at the left margin of the table row that `rect` stands in; empty where there is none."""
    above = [
        (w.middle[1], w.text)
        for w in words
        if _LINE.fullmatch(w.text) and w.rect[0] < _MARGIN and w.rect[2] < rect[0] and w.middle[1] >= rect[1] - 1
    ]
    return min(above)[1] if above else ""


def column_label(words: list[Word], rect: Rect) -> str:
    """The letter in the head of the column that `rect` stands in; empty where there is none."""
    above = []
    for w in words:
        match = _HEAD.fullmatch(w.text)
        if match and w.bold and w.rect[1] >= rect[3] - 1 and rect[0] - 2 <= w.middle[0] <= rect[2] + 2:
            above.append((w.rect[1], (match[1] or match[2]).lower()))
    return min(above)[1] if above else ""


def beside_label(words: list[Word], rect: Rect, others: list[Rect]) -> str:
    """The number in the cell of the line, for an amount that stands after others of its line (columns B and C)."""
    label = cell_label(words, rect)
    while not label:
        before = [r for r in others if abs(r[1] - rect[1]) < 1 and 0 <= rect[0] - r[2] < 3]
        if not before:
            return ""
        rect = before[0]
        label = cell_label(words, rect)
    return label


def label_differences(pack: Pack, data: bytes) -> list[tuple[int, str, str]]:
    """Where the printed labels of the blank `data` say another line than `pack`: page, the pack's line, what is wrong.

    Every amount field with a line number is read, and every column of a table; ticks must stand before their option,
    and a field with printed parentheses after one.
    """
    pages = printed_words(data)
    found = []
    for place, (page, words) in enumerate(zip(pack.pages, pages, strict=False)):
        others = [f.rect for f in page.fields.values()]
        for item in page.fields.values():
            wrong = _tick_wrong(item, words) if item.kind == "tick" else _label_wrong(item, words, others, pack)
            if wrong:
                found.append((place, item.key, wrong))
    return found


def year_wrong(revision: str, pages: list[list[Word]]) -> str:
    """What is wrong with the year at the foot of the pages; two years' forms may have the very same fields."""
    for words in pages:
        foot = min((w.rect[1] for w in words), default=0.0) + 16
        years = {year for w in words if w.rect[1] < foot for year in re.findall(r"20\d\d", w.text)}
        if revision[:4] not in years:
            return f"the foot of the page says {', '.join(sorted(years)) or 'no year'}, not {revision[:4]}"
    return ""


def _label_wrong(item: Field, words: list[Word], others: list[Rect], pack: Pack) -> str:
    line, _, column = item.key.partition(".")
    if line in pack.printed_as:
        column, line = item.key.rsplit(".", 1)[1], pack.printed_as[line]
    elif item.kind != "money" or not re.fullmatch(r"\d{1,2}[a-z]?(\.[a-h])?", item.key):
        return ""
    read = beside_label(words, item.rect, others) if line else ""
    head = column_label(words, item.rect) if column else ""
    if line and not read:
        read = margin_label(words, item.rect)
    if (read, head) != (line, column):
        return f"the printed labels say line {read or '?'}{f', column {head}' if head else ''}"
    bracket = opening_bracket(words, item.rect)
    if bracket != item.printed_parentheses:
        return "parentheses are printed" if bracket else "no parentheses are printed"
    return ""


def opening_bracket(words: list[Word], rect: Rect) -> bool:
    """Whether the blank prints an opening parenthesis at the left edge of the amount at `rect`."""
    return any(
        w.text.startswith("(") and 0 <= rect[0] - w.rect[0] < 8 and rect[1] - 1 <= w.middle[1] <= rect[3] + 1
        for w in words
    )


def _tick_wrong(item: Field, words: list[Word]) -> str:
    """A tick of a group whose option is a word or letter of the form must stand right before it, or below it as the
    head of its column."""
    option = item.key.rsplit(".", 1)[-1]
    if not item.group or not re.fullmatch(r"[A-L]|yes|no|checking|savings|single", option):
        return ""
    after = [
        (w.rect[0], w.text)
        for w in words
        if w.rect[0] >= item.rect[2] - 1 and item.rect[1] - 2 <= w.middle[1] <= item.rect[3] + 2
    ]
    heads = [
        (w.rect[1], w.text)
        for w in words
        if w.bold and w.rect[1] >= item.rect[3] - 1 and item.rect[0] - 4 <= w.middle[0] <= item.rect[2] + 4
    ]
    read = re.sub(r"\W", "", min(after or heads)[1]) if after or heads else ""
    return "" if read.lower() == option.lower() else f"the box stands before {read or 'nothing'}"
