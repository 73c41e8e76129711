"""Files that were read back, against the rows and against Schedule D, to the cent; nothing goes out without it."""

from collections.abc import Mapping, Sequence

from anyascii import anyascii

from niner.brokers.reading.fdx import read_fdx
from niner.handover.fit import form_day
from niner.handover.layouts import Layout, layouts
from niner.handover.read import NotRead, read_back, read_totals
from niner.handover.totals import box_totals
from niner.handover.values import FIELDS, HandedRow, ReadRow, by_account
from niner.money import Amounts, dollars_spoken, round_to_dollar, total
from niner.printing.columns import plain_cell
from niner.returns.year import YearReturn
from niner.values import Finding
from niner.words.form_names import line_name

ROUNDING = "handover-rounding"
_COLUMNS = dict(zip(("proceeds", "basis", "adjustment", "gain"), "degh", strict=True))
_TODO = "This is a mistake in Niner, and nothing was written: please report it (niner bundle makes a case to send)."


def proved(
    layout: Layout,
    files: Mapping[str, bytes],
    carried: Sequence[HandedRow],
    typed: Sequence[HandedRow],
    result: YearReturn,
) -> list[Finding]:
    """What of a layout's files is not as it must be, as errors: none where each row came back as it is, and all of
    them with those to be typed come to the lines of Schedule D."""
    back: list[ReadRow] = []
    for name, data in files.items():
        try:
            back += read_back(layout, name, data)
        except NotRead as problem:
            return [_error(f"{name} can't be read back ({problem})")]
        if layout.writer == "fdx":
            wrong = _read_by_brokers(name, data, carried, result.year)
            if wrong:
                return [wrong]
    order = list(dict.fromkeys(row.box for row in carried))
    ours = sorted(carried, key=lambda row: order.index(row.box)) if layout.per_box else list(carried)
    if layout.writer == "fdx":
        ours = [row for group in by_account(carried) for row in group]
    if len(back) != len(ours):
        return [_error(f"{layout.title}: {len(ours)} rows were written and {len(back)} read back")]
    for row, read in zip(ours, back, strict=True):
        differs = _differs(layout, row, read)
        if differs:
            return [_error(f"{layout.title}: row {row.number} came back with another {differs}")]
    return _footing(layout, back, typed, result)


def proved_totals(name: str, data: bytes, result: YearReturn) -> list[Finding]:
    """What of the page of totals is not as it must be: each total as it was worked out, and all of them come to the
    lines of Schedule D."""
    try:
        back = read_totals(name, data)
    except NotRead as problem:
        return [_error(f"{name} can't be read back ({problem})")]
    told = [(row.box, row.texts, row.cents) for row in back]
    ours = [
        (
            one.box,
            {"account": one.account, "code": one.code, "term": one.term, "rows": str(one.rows)},
            dict(zip(_COLUMNS, one.sums, strict=True)),
        )
        for one in box_totals(result, by_account=True)
    ]
    if told != ours:
        return [_error(f"{name} came back with other totals")]
    [whole] = [layout for layout in layouts() if layout.name == "csv"]
    return _footing(whole.model_copy(update={"title": "The page of totals"}), back, (), result)


def proved_typed(layout: Layout, name: str, data: bytes, typed: Sequence[HandedRow]) -> list[Finding]:
    """The rows that are typed by hand, in the table of all columns: each came back as it is."""
    try:
        back = read_back(layout, name, data)
    except NotRead as problem:
        return [_error(f"{name} can't be read back ({problem})")]
    if len(back) != len(typed):
        return [_error(f"{name}: {len(typed)} rows were written and {len(back)} read back")]
    differing = ((row, _differs(layout, row, read)) for row, read in zip(typed, back, strict=True))
    return [_error(f"{name}: row {row.number} came back with another {what}") for row, what in differing if what][:1]


def _differs(layout: Layout, row: HandedRow, read: ReadRow) -> str:
    """The first field that is not what was to be written, or nothing."""
    if read.box != row.box:
        return "box"
    for field, text in read.texts.items():
        wanted = FIELDS[field](row)
        if field in ("acquired", "sold") and wanted[:1].isdigit():
            wanted = form_day(wanted).isoformat()
        if field in ("description", "account") and layout.letters == "ascii":
            wanted = anyascii(wanted)
        if field in ("description", "account") and layout.writer == "table":
            wanted = plain_cell(wanted)
        if text != wanted and not (field == "acquired" and layout.acquired.get(wanted) == layout.acquired.get(text)):
            return field
    sums = row.sums.in_dollars() if layout.amounts == "dollars" else row.sums
    return next((field for field, cents in read.cents.items() if getattr(sums, field) != cents), "")


def _read_by_brokers(name: str, data: bytes, carried: Sequence[HandedRow], year: int) -> Finding | None:
    """The file as the reader of brokers' own forms takes it: every row, and the same dollars."""
    found = read_fdx(data, name, "", None, year)
    proceeds = sum(sale.proceeds for sale in found.sales)
    basis = sum(sale.basis or 0 for sale in found.sales)
    sums = total(row.sums for row in carried)
    whole = (len(found.sales), proceeds, basis) == (len(carried), sums.proceeds, sums.basis)
    return None if whole and not found.findings else _error(f"{name} is not read as forms of brokers are")


def _footing(layout: Layout, back: Sequence[ReadRow], typed: Sequence[HandedRow], result: YearReturn) -> list[Finding]:
    """The sums of all rows against those lines of Schedule D that their boxes go to.

    Lines that share a box (the row of a form, and the total that needs none) are taken together.
    """
    rows = [(row.box, row.cents) for row in back]
    rows += [(row.box, dict(zip(_COLUMNS, row.sums, strict=True))) for row in typed]
    dollars = layout.amounts == "dollars"
    for boxes, lines in together(result):
        for field, column in _COLUMNS.items():
            if not all(field in cents for box, cents in rows if box in boxes):
                continue  # the layout has no place for it, and the row can't have needed one
            ours = sum(cents[field] for box, cents in rows if box in boxes)
            theirs = sum(_line(result, line, column) for line in lines)
            if (round_to_dollar(theirs) if dollars else theirs) != ours:
                where = " and ".join(line_name("f1040sd", f"{line}.{column}") for line in lines)
                says = f"{layout.title}: the rows of box {', '.join(sorted(boxes))} come to {dollars_spoken(ours)}, "
                says += f"and {where} to {dollars_spoken(theirs)}"
                if dollars:
                    todo = "The program takes no cents, and rounded rows don't add up: type the totals instead."
                    return [Finding(ROUNDING, "error", f"{says}.", todo)]
                return [_error(says)]
    return []


def together(result: YearReturn) -> list[tuple[set[str], set[str]]]:
    """Boxes of Form 8949 and the lines of Schedule D that they go to, as the rules sent the rows of this return."""
    found: list[tuple[set[str], set[str]]] = []
    for row in result.rows:
        boxes, lines = {row.box}, {row.line}
        rest = []
        for others, theirs in found:
            if boxes & others or lines & theirs:
                boxes, lines = boxes | others, lines | theirs
            else:
                rest.append((others, theirs))
        found = [*rest, (boxes, lines)]
    return found


def _line(result: YearReturn, line: str, column: str) -> int:
    """A column of a line of Schedule D in cents, without what the case gives for it from other papers."""
    form = "f1040sd"
    if not any(name.form == form and name.line == f"{line}.{column}" for name in result.lines.names):
        return 0
    value = int(result.lines.trace(form, f"{line}.{column}").with_cents or 0)
    other = result.case.schedule_d.elsewhere.get(line)
    if other is None:
        return value
    adjustment = getattr(other, "adjustment", 0)
    sums = Amounts(other.proceeds, other.basis, adjustment, other.proceeds - other.basis + adjustment)
    return value - dict(zip(_COLUMNS.values(), sums, strict=True))[column]


def _error(says: str) -> Finding:
    return Finding("handover-proof", "error", f"{says}.", _TODO)
