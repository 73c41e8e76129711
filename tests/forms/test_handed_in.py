"""A return's PDF comes in: its pages are known by what is printed on them, and each box is read or doubted."""

import io
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pypdf
import pytest
from form_samples import SSN, every_field, rows

from niner.forms import FieldValue, FormFill, PageFill, load_pack, produce
from niner.forms.pack.labels import Word
from niner.forms.pack.values import Field, Rect
from niner.forms.reading.boxes import Read, amount_in, read_boxes
from niner.forms.reading.handed_in import MAX_PDF_PAGES, PASSWORD_NEEDED, ReadPage, read_pdf
from niner.forms.reading.paper import Held, Ink, Paper
from niner.forms.reading.recognize import AS_PRINTED, Match
from niner.values import Refused
from scans import scanned

FORMS = ("f1040", "f1040s1", "f1040s2", "f1040s3", "f1040sd", "f8949", "f6251", "f8960")
YEARS = range(2020, 2026)
MARKED = {"deceased_mm", "deceased_dd", "deceased_yyyy"}  # the form prints what belongs there into the box


def filled(year: int) -> list[FormFill]:
    return [every_field(load_pack(form, year)) for form in FORMS]


def differences(fills: Sequence[FormFill], pages: Sequence[ReadPage]) -> list[object]:
    """Every value that was filled in and not read, or read and not filled in."""
    wanted = {(fill.form, page.page): dict(page.values) for fill in fills for page in fill.pages}
    found: list[object] = []
    for page in pages:
        values = wanted.pop((page.form, page.page), None)
        if values is None:
            found.append((page.number, page.form, page.why))
            continue
        reads = {read.key: read for read in page.reads}
        for key in values.keys() | reads.keys():
            read = reads.get(key)
            if key.removeprefix("spouse_") not in MARKED and (read is None or read.value != values.get(key)):
                found.append((page.form, key, values.get(key), read))
    return [*found, *wanted]


@pytest.mark.parametrize("print_ready", [False, True], ids=["editable", "flat"])
@pytest.mark.parametrize("year", [2020, 2023, 2025])
def test_every_box_of_a_stand_in_reads_as_it_was_filled(year: int, print_ready: bool) -> None:
    fills = filled(year)
    assert differences(fills, read_pdf(produce(fills, print_ready=print_ready).files["packet.pdf"], "r.pdf")) == []


@pytest.mark.official
@pytest.mark.parametrize("kind", ["editable", "flat", "scan", "scan, smaller and moved"])
@pytest.mark.parametrize("year", YEARS)
def test_every_box_of_every_form_reads_as_it_was_filled(year: int, kind: str) -> None:
    fills = filled(year)
    data = produce(fills, print_ready=kind != "editable").files["packet.pdf"]
    if kind.startswith("scan"):
        data = scanned(data, **({"scale": 0.96, "right": 9.0, "up": 14.0} if "moved" in kind else {}))
    found = differences(fills, read_pdf(data, "r.pdf"))
    if "moved" in kind:  # which of several small boxes is ticked may be doubted there, and is never taken for another
        found = [one for one in found if not (isinstance(one, tuple) and _doubted_box(one[-1]))]
    assert found == []


def _doubted_box(read: object) -> bool:
    return isinstance(read, Read) and read.key.startswith("box.") and read.why != ""


@pytest.mark.official
def test_pages_of_other_forms_are_taken_for_none(official_forms: Path) -> None:
    for name in ("f4684--2025.pdf", "f8283--2023.pdf", "f8949--2018.pdf", "f1040x--2024.pdf"):
        pages = read_pdf((official_forms / name).read_bytes(), name)
        assert [page.form for page in pages] == [""] * len(pages)


def test_field_names_of_another_program_do_not_matter() -> None:
    fills = [every_field(load_pack("f1040sd", 2024))]
    reader = pypdf.PdfReader(io.BytesIO(produce(fills).files["packet.pdf"]))
    for number, field in enumerate(reader.trailer["/Root"]["/AcroForm"]["/Fields"]):  # type: ignore[index]
        field.get_object()[pypdf.generic.NameObject("/T")] = pypdf.generic.TextStringObject(f"other{number}")
    written = pypdf.PdfWriter(clone_from=reader)
    stream = io.BytesIO()
    written.write(stream)
    assert differences(fills, read_pdf(stream.getvalue(), "r.pdf")) == []


# What stands in a box, by hand.

DARK = Ink(1, 1, 1, b"\xff")
PACK = load_pack("f1040", 2023)
LINE = PACK.pages[0].fields["1z"]


def word(text: str, field: Field, *, right: float = 3.0, up: float = 2.0, seen: bool = True) -> Word:
    """A word of 8 points that ends `right` points before the field's right edge, `up` above its lower one."""
    start = field.rect[2] - right - 4.5 * len(text)
    y = field.rect[1] + up
    letters = tuple((c, (start + 4.5 * n, y, start + 4.5 * n + 4.4, y + 6)) for n, c in enumerate(text))
    return Word(text, (start, y, start + 4.5 * len(text), y + 6), False, seen, letters)


def boxes(words: Sequence[Word] = (), fields: Sequence[Held] = (), scan: bool = False) -> Mapping[str, Read]:
    paper = Paper(1, (612.0, 792.0), list(words), list(fields), scan, None, DARK)
    return {read.key: read for read in read_boxes(paper, Match(PACK, 0, AS_PRINTED))}


def held(field: Field, value: str, hidden: bool = False) -> Held:
    return Held("any.name", field.rect, False, value, hidden)


@pytest.mark.parametrize(
    ("text", "cents"),
    [("1,234.56", 123456), ("(1,234)", -123400), ("-1,234", -123400), ("$1234.", 123400), ("−5.00", -500), ("0", 0),
     ("-0-", 0), ("12,34", None), ("1.234,00", None), ("l,234", None), ("1,234.5", None), ("NONE", None), ("-", None),
     ("12345678901234567890", None), ("(5", None), ("1 234", 123400)],
)  # fmt: skip
def test_an_amount_is_read_as_the_forms_print_it_or_not_at_all(text: str, cents: int | None) -> None:
    assert amount_in(text, LINE) == cents


def test_what_stands_in_printed_parentheses_is_a_loss() -> None:
    field = load_pack("f1040sd", 2023).pages[1].fields["21"]
    assert amount_in("3,000", field) == amount_in("(3,000)", field) == -300000


def test_a_value_is_read_where_it_stands() -> None:
    assert boxes([word("60,500.00", LINE)])["1z"].value == 6050000
    assert boxes(fields=[held(LINE, "60,500")])["1z"].how == "field"
    assert boxes([word("60,500.00", LINE, seen=False)], scan=True)["1z"].how == "scan"
    assert "1z" not in boxes()


@pytest.mark.parametrize(
    ("words", "fields", "why"),
    [
        ([word("6O,500", LINE)], (), "is no amount"),
        ([word("1,000", LINE, right=3), word("2,000", LINE, right=35)], (), "two values"),
        ([word("1,000", LINE, right=-12)], (), "runs over the edge"),
        ([word("123,456,789,012.00", LINE, right=3)], (), "runs over the edge"),
        ([word("1,000", LINE, up=8.4)], (), "stands between"),
        ([word("1,000", LINE, up=11.0)], (), "stands beside"),
        ([word("1,000", LINE, up=2.0, seen=False)], (), "can't be seen"),
        ([word("2,000", LINE)], [held(LINE, "1,000")], "the page shows"),
        ((), [held(LINE, "1,000"), held(LINE, "2,000")], "two fields"),
        ((), [held(LINE, "1,000", hidden=True)], "hidden"),
        ((), [held(LINE, "see statement")], "is no amount"),
    ],
)
def test_what_cannot_be_told_is_a_doubt_and_no_value(words: Sequence[Word], fields: Sequence[Held], why: str) -> None:
    read = boxes(words, fields)["1z"]
    assert read.value is None
    assert why in read.why


def test_a_watermark_over_the_boxes_is_no_value() -> None:
    x0, y0, _, _ = LINE.rect
    copy = Word("C", (x0, y0 - 20, x0 + 30, y0 + 30), False, True, (("C", (x0, y0 - 20, x0 + 30, y0 + 30)),))
    assert "1z" not in boxes([copy])


# Files made to do harm, or of no use.


def test_a_file_that_is_no_pdf_or_cut_off_is_refused_in_plain_words() -> None:
    good = produce([FormFill("f8949", 2024, (rows(load_pack("f8949", 2024), 0, 1, "C"),))]).files["packet.pdf"]
    for data in (b"", b"MZ\x90\0", b"%PDF-1.7\n" + bytes(2000), good[: len(good) // 2]):
        with pytest.raises(Refused) as refused:
            read_pdf(data, "r.pdf")
        assert "r.pdf" in refused.value.findings[0].says


def test_a_locked_file_asks_for_its_password_and_opens_with_it() -> None:
    fill = FormFill("f8949", 2024, (rows(load_pack("f8949", 2024), 0, 2, "C"),))
    data = produce([fill], password="Correct-Horse-7").files["packet.pdf"]
    for wrong in ("", "else"):
        with pytest.raises(Refused) as refused:
            read_pdf(data, "r.pdf", wrong)
        assert [finding.id for finding in refused.value.findings] == [PASSWORD_NEEDED]
    assert differences([fill], read_pdf(data, "r.pdf", "Correct-Horse-7")) == []


def test_a_file_of_more_pages_than_a_return_has_is_refused() -> None:
    writer = pypdf.PdfWriter()
    for _ in range(MAX_PDF_PAGES + 1):
        writer.add_blank_page(612, 792)
    stream = io.BytesIO()
    writer.write(stream)
    with pytest.raises(Refused, match="more than"):
        read_pdf(stream.getvalue(), "r.pdf")


def test_pages_that_are_no_form_and_pages_of_enormous_size_are_passed_over() -> None:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(612, 792)
    writer.add_blank_page(14_000, 14_000)
    stream = io.BytesIO()
    writer.write(stream)
    assert [(page.form, page.words) for page in read_pdf(stream.getvalue(), "r.pdf")] == [("", 0), ("", 0)]


def test_no_social_security_number_is_in_a_text_or_a_reason() -> None:
    values: dict[str, FieldValue] = {"name": f"Ada {SSN}", "ssn": SSN, "7": 100}
    pack = load_pack("f1040sd", 2024)
    fill = FormFill("f1040sd", 2024, (PageFill(0, values), PageFill(1, {"16": 100})))
    assert pack.pages[0].fields["ssn"].kind == "ssn"
    for page in read_pdf(produce([fill]).files["packet.pdf"], "r.pdf"):
        for read in page.reads:
            assert SSN not in read.text.replace("-", "") + read.why.replace("-", "")
            if read.kind == "ssn":
                assert colours(page, read.rect) == {(128, 128, 128)}


def colours(page: ReadPage, rect: Rect) -> set[tuple[int, ...]]:
    """The colours inside a rectangle of a page's picture, a point from its edge."""
    wide, high = struct.unpack(">II", page.picture[16:24])
    start = page.picture.index(b"IDAT")
    (size,) = struct.unpack(">I", page.picture[start - 4 : start])
    rows = zlib.decompress(page.picture[start + 4 : start + 4 + size])
    scale = wide / page.size[0]
    across = range(round((rect[0] + 1) * scale), round((rect[2] - 1) * scale))
    down = range(high - round((rect[3] - 1) * scale), high - round((rect[1] + 1) * scale))
    stride = 1 + 3 * wide
    return {tuple(rows[y * stride + 1 + 3 * x : y * stride + 4 + 3 * x]) for y in down for x in across}
