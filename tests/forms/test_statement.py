"""Rows too many for the form go on an attached statement with the same columns, page numbers and totals."""

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from niner.forms import Continuation, FieldValue, FormFill, PageFill, Statement, fits, load_pack, produce
from niner.forms.packet import MAX_EDITABLE_PAGES
from niner.forms.reading.preview import page_images
from niner.values import Refused

SSN = "900123456"


@pytest.fixture(autouse=True)
def _drafts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NINER_FORMS", raising=False)
    monkeypatch.setenv("NINER_OFFLINE", "1")
    monkeypatch.setattr("niner.forms.blanks.finding.cache_dir", lambda: tmp_path / "cache")


def summary(year: int = 2024) -> FormFill:
    values: dict[str, FieldValue | None] = {
        "name": "Ada Example", "ssn": SSN, "box.C": True, "row.1.a": "Kraken, see attached statement",
        "row.1.d": 10_000, "row.1.e": 12_000, "row.1.f": "M", "row.1.g": 0, "row.1.h": -2_000,
        "total.d": 10_000, "total.e": 12_000, "total.g": 0, "total.h": -2_000,
    }  # fmt: skip
    return FormFill("f8949", year, (PageFill(0, values),))


def statement(count: int, description: str = "0.5 BTC", year: int = 2024) -> Statement:
    row: dict[str, FieldValue | None] = {
        "a": description, "b": "03/01/2023", "c": "02/29/2024", "d": 10_000, "e": 12_000, "h": -2_000
    }  # fmt: skip
    totals: dict[str, FieldValue | None] = {"d": 10_000 * count, "e": 12_000 * count, "h": -2_000 * count}
    return Statement("f8949", year, "Kraken: box C, short-term", "Ada Example", SSN, (row,) * count, totals)


def page_texts(data: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


@pytest.mark.parametrize("print_ready", [False, True], ids=["editable", "print-ready"])
def test_the_statement_comes_after_its_form_with_page_numbers_and_its_total_last(print_ready: bool) -> None:
    fills = [summary(), FormFill("f8960", 2024, (PageFill(0, {"8": 1}),))]
    made = produce(fills, statements=[statement(120)], print_ready=print_ready)
    texts = page_texts(made.files["f8949-statement.pdf"])
    assert [f"Page {n} of {len(texts)}" in text for n, text in enumerate(texts, 1)] == [True] * len(texts)
    assert sum(text.count("0.5 BTC") for text in texts) == 120
    assert ["12,000.00" in text for text in texts] == [False] * (len(texts) - 1) + [True]
    titles = [item.title for item in PdfReader(io.BytesIO(made.files["packet.pdf"])).outline]
    assert titles == ["Form 8949 (2024)", "Statement attached to Form 8949 (2024)", "Form 8960 (2024)"]


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 98, 99])
def test_no_row_is_lost_and_no_page_is_empty(count: int) -> None:
    texts = page_texts(produce([summary()], statements=[statement(count)]).files["f8949-statement.pdf"])
    assert sum(text.count("0.5 BTC") for text in texts) == count
    assert all("0.5 BTC" in text for text in texts) or count == 0


def test_a_long_transaction_id_wraps_and_reads_back_whole() -> None:
    made = produce([summary()], statements=[statement(40, "0.5 BTC " + "4f3c9e11" * 8)])
    assert len(page_texts(made.files["f8949-statement.pdf"])) == 2


def test_what_does_not_fit_in_a_statement_is_refused_by_page_and_line() -> None:
    with pytest.raises(Refused, match=r"Statement attached to Form 8949 2024, page 1, row 1, column \(a\)"):
        produce([summary()], statements=[statement(1, "x" * 300)])


def test_a_statement_to_a_form_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused, match="not in the packet"):
        produce([summary(2023)], statements=[statement(1)])


def test_every_years_form_8949_has_the_columns_of_its_statement() -> None:
    for year in range(2020, 2026):
        assert "".join(load_pack("f8949", year).statement) == "abcdefgh"


@pytest.mark.parametrize("print_ready", [False, True], ids=["editable", "print-ready"])
@pytest.mark.parametrize("password", ["correct horse", "größer als 8 €", "x" * 127])
def test_with_a_password_no_file_opens_without_it(password: str, print_ready: bool) -> None:
    made = produce([summary()], statements=[statement(3)], password=password, print_ready=print_ready)
    for data in made.files.values():
        reader = PdfReader(io.BytesIO(data))
        assert reader.is_encrypted
        assert reader.trailer["/Encrypt"]["/V"] == 5, "AES-256"
        assert not reader.decrypt("wrong")
        assert reader.decrypt(password)
        assert "Ada Example" in str(reader.get_fields()) + "".join(p.extract_text() for p in reader.pages)
        assert b"Ada Example" not in data
        assert len(list(page_images(data, 30, password))) >= 1
    assert password.encode() not in b"".join(made.files.values())


def test_an_editable_packet_of_many_pages_comes_in_volumes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_EDITABLE_PAGES == 500
    monkeypatch.setattr("niner.forms.packet.MAX_EDITABLE_PAGES", 20)
    pages = summary().pages * 21
    made = produce([FormFill("f8949", 2024, pages)])
    counts = {name: len(PdfReader(io.BytesIO(data)).pages) for name, data in made.files.items()}
    assert counts == {"packet.pdf": 20, "packet-2.pdf": 1, "f8949.pdf": 20, "f8949-2.pdf": 1}
    assert [f["file"] for f in made.forms] == ["f8949.pdf", "f8949-2.pdf"]


EXPLANATION = "Sold in 2023; the broker reported no basis. " * 4 + "\n\nThe true basis is on the attached Form 8949."


def test_an_explanation_fits_its_box_or_not_and_this_can_be_asked_before() -> None:
    pack = load_pack("f1040x", 2024, revision="2024-02")
    assert fits(pack, "explanation", EXPLANATION)
    assert not fits(pack, "explanation", EXPLANATION * 40)
    assert not fits(pack, "ssn", "12")
    assert not fits(pack, "no such line", "12")


@pytest.mark.parametrize("times", [1, 30, 200])
def test_a_long_explanation_goes_on_as_many_attached_pages_as_it_needs(times: int) -> None:
    form = FormFill("f1040x", 2024, (PageFill(0, {"tax_year": "2024"}), PageFill(1, {"explanation": "See attached."})))
    text = EXPLANATION * times
    made = produce([form], statements=[Continuation("f1040x", 2024, "Part II", "Ada Example", SSN, text)])
    texts = page_texts(made.files["f1040x-statement.pdf"])
    assert f"Page {len(texts)} of {len(texts)}" in texts[-1]
    assert sum(page.count("attached Form 8949.") for page in texts) == times
    assert (len(texts) > 1) == (times > 20)


def test_a_continuation_with_words_broken_by_hyphens_reads_back() -> None:
    form = FormFill("f1040x", 2024, (PageFill(0, {"tax_year": "2024"}),))
    text = "\n".join(f"{'short- and long-term '[: 3 + n % 19]}- " * (1 + n % 23) for n in range(150))
    made = produce([form], statements=[Continuation("f1040x", 2024, "Part II", "Ada", SSN, text)])
    assert len(page_texts(made.files["f1040x-statement.pdf"])) > 2


def test_letters_without_latin_in_a_continuation_are_refused() -> None:
    form = FormFill("f1040x", 2024, (PageFill(0, {"tax_year": "2024"}),))
    with pytest.raises(Refused, match="Latin"):
        produce([form], statements=[Continuation("f1040x", 2024, "Part II", "Ada", SSN, "東京")])
