"""Faults put into finished files on purpose: the second engine finds each one and none where there is none."""

import io
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, TextStringObject

from niner.forms import FormFill, Pack, PageFill, load_pack
from niner.forms.blanks.finding import find_blank
from niner.forms.filling.settle import Sheet, settle
from niner.forms.pack.verify import differences_apart
from niner.forms.packet import Manner, Settled, expected_reading, written_file
from niner.forms.reading.page import Difference, ExpectedPage
from niner.forms.reading.readback import read_back

from form_samples import every_field, rows  # isort: skip

PACK = load_pack("f8949", 2024)


@pytest.fixture(autouse=True)
def _drafts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NINER_FORMS", raising=False)
    monkeypatch.setenv("NINER_OFFLINE", "1")


def finished(fill: FormFill, *, editable: bool = True) -> tuple[bytes, list[ExpectedPage], list[Sheet]]:
    pack = load_pack(fill.form, fill.year)
    sheets, _ = settle(pack, fill)
    settled = Settled(pack, find_blank(pack), tuple(sheets))
    return written_file("t", [(settled, sheets)], Manner(editable)), expected_reading(sheets), sheets


def two_pages(pack: Pack = PACK) -> FormFill:
    return FormFill("f8949", 2024, (rows(pack, 0, 14, "C"), rows(pack, 0, 3, "B")))


def changed(data: bytes, change: Callable[[PdfWriter], None]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def widgets(writer: PdfWriter, page: int = 0) -> Iterable[Any]:
    return [a.get_object() for a in writer.pages[page]["/Annots"]]  # type: ignore[union-attr]


def filled(writer: PdfWriter) -> Any:
    return next(w for w in widgets(writer) if w.get("/FT") == "/Tx" and w.get("/V") == "1,000.00")


def ticked(writer: PdfWriter) -> Any:
    return next(w for w in widgets(writer) if w.get("/AS") == "/3")


def found(data: bytes, expected: list[ExpectedPage], *, editable: bool = True) -> list[Difference]:
    return read_back(data, expected, editable=editable)


@pytest.mark.parametrize("editable", [True, False], ids=["editable", "print-ready"])
@pytest.mark.parametrize(("form", "year"), [("f8949", 2024), ("f8949", 2025), ("f1040sd", 2020), ("f1040", 2025)])
def test_a_good_file_has_no_difference(form: str, year: int, editable: bool) -> None:
    data, expected, _ = finished(every_field(load_pack(form, year)), editable=editable)
    assert found(data, expected, editable=editable) == []


def drop(key: str) -> Callable[[PdfWriter], None]:
    return lambda writer: filled(writer).pop(NameObject(key))


def put(key: str, value: Any, which: Callable[[PdfWriter], Any] = filled) -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        which(writer)[NameObject(key)] = value

    return change


def move(writer: PdfWriter) -> None:
    widget = filled(writer)
    widget[NameObject("/Rect")] = ArrayObject(
        FloatObject(float(v) + shift) for v, shift in zip(widget["/Rect"], (0, 3, 0, 3), strict=True)
    )


def xfa(writer: PdfWriter) -> None:
    writer.root_object["/AcroForm"][NameObject("/XFA")] = TextStringObject("<xfa/>")  # type: ignore[index]


def script(writer: PdfWriter) -> None:
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")})
    names = DictionaryObject({NameObject("/Names"): ArrayObject([TextStringObject("a"), action])})
    writer.root_object[NameObject("/Names")] = DictionaryObject({NameObject("/JavaScript"): names})


def same_root(writer: PdfWriter) -> None:
    fields = writer.root_object["/AcroForm"]["/Fields"]  # type: ignore[index]
    fields[1].get_object()[NameObject("/T")] = fields[0].get_object()["/T"]


def two_boxes(writer: PdfWriter) -> None:
    other = next(w for w in widgets(writer) if w.get("/FT") == "/Btn" and w.get("/AS") == "/Off")
    state = next(iter(other["/AP"]["/N"]))
    other[NameObject("/AS")] = other[NameObject("/V")] = NameObject(state)


def stray_text(writer: PdfWriter) -> None:
    page = writer.pages[0]
    page.merge_page(stamp())


def stamp() -> Any:
    """A page with a word in the ink of values, where no field is."""
    writer = PdfWriter()
    page = writer.add_blank_page(611.977, 791.969)
    stream = DictionaryObject()
    font = DictionaryObject({NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
                             NameObject("/BaseFont"): NameObject("/Helvetica-Bold")})  # fmt: skip
    stream[NameObject("/Font")] = DictionaryObject({NameObject("/F9"): font})
    page[NameObject("/Resources")] = stream
    from pypdf.generic import DecodedStreamObject

    content = DecodedStreamObject()
    content.set_data(b"BT /F9 8 Tf 0 0 0.502 rg 300 620 Td (77.00) Tj ET")
    page[NameObject("/Contents")] = writer._add_object(content)
    return page


def invisible(writer: PdfWriter) -> None:
    drawing = filled(writer)["/AP"]["/N"]
    drawing.set_data(drawing.get_data().replace(b"BT ", b"BT 3 Tr "))


def white(writer: PdfWriter) -> None:
    drawing = filled(writer)["/AP"]["/N"]
    drawing.set_data(drawing.get_data().replace(b"0 0 0.502 rg", b"1 1 1 rg"))


def less_pages(writer: PdfWriter) -> None:
    writer.remove_page(1)


FAULTS = {
    "the appearance is missing": drop("/AP"),
    "the appearance is of another value": put("/V", TextStringObject("2,000.00")),
    "the value is missing": drop("/V"),
    "the field was moved by three points": move,
    "XFA was left in": xfa,
    "a script was added": script,
    "the tick has another state": put("/AS", NameObject("/1"), ticked),
    "the tick's value is off": put("/V", NameObject("/Off"), ticked),
    "two copies share a root": same_root,
    "two boxes are ticked": two_boxes,
    "a word stands outside every field": stray_text,
    "a page is gone": less_pages,
    "the text is drawn invisibly": invisible,
    "the text is drawn in white": white,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_seeded_fault_is_found(fault: str) -> None:
    data, expected, _ = finished(two_pages())
    assert found(changed(data, lambda writer: None), expected) == [], "the file must be good before the fault"
    assert found(changed(data, FAULTS[fault]), expected) != []


@pytest.mark.parametrize("editable", [True, False], ids=["editable", "print-ready"])
def test_two_swapped_columns_are_found_with_line_expected_and_found(editable: bool) -> None:
    page = dict(rows(PACK, 0, 2, "C").values)
    swapped = page | {"row.1.d": page["row.1.e"], "row.1.e": page["row.1.d"]}
    data, _, _ = finished(FormFill("f8949", 2024, (PageFill(0, swapped),)), editable=editable)
    _, expected, _ = finished(FormFill("f8949", 2024, (PageFill(0, page),)))
    differences = found(data, expected, editable=editable)
    assert {(d.key, d.expected) for d in differences} >= {("row.1.d", "1,000.00"), ("row.1.e", "1,200.00")}
    assert "Form 8949 2024, copy 1, page 1" in differences[0].place


@pytest.mark.parametrize("editable", [True, False], ids=["editable", "print-ready"])
def test_an_amount_wider_than_its_box_is_found(editable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("niner.forms.drawing.typeset.PADDING", -60.0)
    page = dict(rows(PACK, 0, 1, "C").values) | {"row.1.d": 12345678901234}
    data, expected, _ = finished(FormFill("f8949", 2024, (PageFill(0, page),)), editable=editable)
    assert any(d.key in ("row.1.d", "row.1.c") for d in found(data, expected, editable=editable))


def test_a_truncated_or_locked_file_is_found() -> None:
    data, expected, _ = finished(two_pages())
    for broken in (data[: len(data) // 2], b"", b"%PDF-1.7\nnothing"):
        assert found(broken, expected) != []

    def lock(writer: PdfWriter) -> None:
        writer.encrypt("secret", algorithm="AES-256")

    assert found(changed(data, lock), expected) != []


def test_a_thousand_pages_give_no_false_alarm() -> None:
    pages = tuple(rows(PACK, 0, 1 + n % 14, "ABC"[n % 3]) for n in range(1000))
    data, expected, _ = finished(FormFill("f8949", 2024, pages), editable=False)
    assert found(data, expected, editable=False) == []


@pytest.mark.parametrize("editable", [True, False], ids=["editable", "print-ready"])
def test_two_swapped_pages_among_many_are_found_by_their_place(editable: bool) -> None:
    pages = tuple(rows(PACK, 0, 1 + n % 14, "ABC"[n % 3]) for n in range(60))
    data, expected, _ = finished(FormFill("f8949", 2024, pages), editable=editable)
    wrong = [*expected[:40], expected[41], expected[40], *expected[42:]]
    assert {d.place for d in found(data, wrong, editable=editable)} == {wrong[40].place, wrong[41].place}


WIN_ANSI = bytes(range(33, 256)).decode("cp1252", "ignore")


def test_a_reader_process_takes_no_code_from_the_folder_it_is_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('taken')")
    monkeypatch.chdir(tmp_path)
    data, expected, _ = finished(FormFill("f8949", 2024, (rows(PACK, 0, 1, "C"),) * 30), editable=False)
    assert found(data, expected, editable=False) == []
    assert differences_apart(PACK, data) != ["the file can't be read."]


ALPHABETS = {
    "hyphens at line ends": "ab- ",
    "ligatures": "fi fl ff-",
    "marks": ".,;:!?-()[]{}<>\\/ ",
    "every letter of WinAnsi": "".join(c for c in bytes(range(33, 256)).decode("cp1252", "ignore") if c.isprintable())
    + "  --",
}


@pytest.mark.parametrize("letters", ALPHABETS.values(), ids=list(ALPHABETS))
@pytest.mark.parametrize("editable", [True, False], ids=["editable", "print-ready"])
def test_no_letter_and_no_line_end_gives_a_false_alarm(letters: str, editable: bool) -> None:
    chance = random.Random(5)
    pages = []
    for _ in range(4):
        values = dict(rows(PACK, 0, 14, "C").values)
        for n in range(1, 15):
            values[f"row.{n}.a"] = "x" + "".join(chance.choice(letters) for _ in range(chance.randrange(3, 50)))
        pages.append(PageFill(0, values))
    data, expected, _ = finished(FormFill("f8949", 2024, tuple(pages)), editable=editable)
    assert found(data, expected, editable=editable) == []


@settings(max_examples=25, deadline=None)
@given(
    amounts=st.lists(st.integers(-(10**10), 10**10), min_size=3, max_size=3),
    text=st.text(st.characters(codec="cp1252", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=40),
)
def test_whatever_fits_reads_back(amounts: list[int], text: str) -> None:
    page = dict(rows(PACK, 0, 1, "C").values) | {"row.1.a": text}
    page |= dict(zip(("row.1.d", "row.1.e", "row.1.h"), amounts, strict=True))
    fill = FormFill("f8949", 2024, (PageFill(0, page),))
    try:
        data, expected, _ = finished(fill)
    except Exception as refusal:
        assert "line row.1.a" in str(refusal)  # noqa: PT017
        return
    assert found(data, expected) == []
