"""From lines to finished PDFs: whole, read back, the same every time, and never wrong in silence."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from form_samples import SSN, every_field, rows
from pypdf import PdfReader

from niner.forms import FormFill, PageFill, load_pack, produce
from niner.forms.blanks.finding import find_blank
from niner.forms.pack.loading import packs_in
from niner.resources import room
from niner.values import Refused

YEARS = range(2020, 2026)
ALL = [pytest.param(p.form, p.years[-1], p.revision, id=f"{p.form}-{p.revision}") for p in packs_in(room("forms"))]


@pytest.fixture
def drafts_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No official blank anywhere, no network, no cache."""
    monkeypatch.delenv("NINER_FORMS", raising=False)
    monkeypatch.setenv("NINER_OFFLINE", "1")
    monkeypatch.setattr("niner.forms.blanks.finding.cache_dir", lambda: tmp_path / "cache")


@pytest.fixture
def official(monkeypatch: pytest.MonkeyPatch, official_forms: Path, tmp_path: Path) -> Path:
    monkeypatch.setenv("NINER_FORMS", str(official_forms))
    monkeypatch.setenv("NINER_OFFLINE", "1")
    monkeypatch.setattr("niner.forms.blanks.finding.cache_dir", lambda: tmp_path / "cache")
    return official_forms


def values_of(data: bytes) -> dict[str, str]:
    fields = PdfReader(io.BytesIO(data)).get_fields() or {}
    return {name: str(f["/V"]) for name, f in fields.items() if f.get("/V") not in (None, "/Off", "")}


@pytest.mark.official
@pytest.mark.parametrize(("form", "year", "revision"), ALL)
@pytest.mark.parametrize("print_ready", [False, True], ids=["editable", "print-ready"])
def test_every_field_of_every_form_fills_and_reads_back_on_the_official_blank(
    form: str, year: int, revision: str, print_ready: bool, official: Path
) -> None:
    pack = load_pack(form, year, revision=revision)
    made = produce([every_field(pack)], print_ready=print_ready)
    assert made.forms[0]["blank"] == ("official" if pack.blank.checked else "draft")
    assert set(made.files) == {"packet.pdf", f"{form}.pdf"}


@pytest.mark.parametrize(("form", "year", "revision"), ALL)
@pytest.mark.usefixtures("drafts_only")
def test_without_a_blank_the_draft_takes_every_field_and_says_what_it_is(form: str, year: int, revision: str) -> None:
    pack = load_pack(form, year, revision=revision)
    made = produce([every_field(pack)])
    assert made.forms[0]["blank"] == "draft"
    assert [f.id for f in made.findings if f.severity == "review"] == ["forms.draft"]
    for page in PdfReader(io.BytesIO(made.files["packet.pdf"])).pages:
        assert "DRAFT – NOT FOR FILING" in page.extract_text()


@pytest.mark.usefixtures("drafts_only")
def test_the_packet_is_in_the_order_of_attachment_sequence_numbers() -> None:
    fills = [every_field(load_pack("f8949", 2024)), every_field(load_pack("f1040sd", 2024))]
    made = produce(fills)
    assert [f["form"] for f in made.forms] == ["f1040sd", "f8949"]
    titles = [item.title for item in PdfReader(io.BytesIO(made.files["packet.pdf"])).outline]
    assert titles == ["Schedule D (Form 1040) (2024)", "Form 8949 (2024)"]


@pytest.mark.usefixtures("drafts_only")
def test_an_amended_return_lies_on_top_then_the_return_then_its_schedules() -> None:
    forms = ["f8960", "f8949", "f1040s2", "f1040", "f1040sd", "f1040x", "f1040s1"]
    made = produce([FormFill(form, 2024, every_field(load_pack(form, 2024)).pages) for form in forms])
    order = ["f1040x", "f1040", "f1040s1", "f1040s2", "f1040sd", "f8949", "f8960"]
    assert [f["form"] for f in made.forms] == order
    titles = [str(item.title) for item in PdfReader(io.BytesIO(made.files["packet.pdf"])).outline]
    assert [title.split(" (")[0] for title in titles] == [
        "Form 1040-X",
        "Form 1040",
        "Schedule 1",
        "Schedule 2",
        "Schedule D",
        "Form 8949",
        "Form 8960",
    ]


@pytest.mark.usefixtures("drafts_only")
def test_a_form_without_pages_makes_no_file() -> None:
    made = produce([FormFill("f8949", 2024, ()), every_field(load_pack("f1040sd", 2024))])
    assert set(made.files) == {"packet.pdf", "f1040sd.pdf"}
    assert produce([]).files == {}


@pytest.mark.usefixtures("drafts_only")
def test_the_same_lines_give_the_same_bytes() -> None:
    fills = [every_field(load_pack("f8949", 2025)), every_field(load_pack("f1040sd", 2025))]
    assert produce(fills).files == produce(fills).files


@pytest.mark.usefixtures("drafts_only")
def test_as_many_pages_as_are_asked_for_and_no_blank_surplus_page() -> None:
    pack = load_pack("f8949", 2024)
    pages = (rows(pack, 0, 14, "C"), rows(pack, 0, 1, "C"), rows(pack, 0, 3, "B"), rows(pack, 1, 2, "F"))
    made = produce([FormFill("f8949", 2024, pages)])
    assert len(PdfReader(io.BytesIO(made.files["f8949.pdf"])).pages) == 4
    assert (made.forms[0]["copies"], made.forms[0]["pages"]) == (3, 4)
    values = values_of(made.files["f8949.pdf"])
    assert len([v for v in values.values() if v == "Ada Example"]) == 4
    assert len([v for v in values.values() if v.startswith("0.") and "BTC" in v]) == 14 + 1 + 3 + 2


@pytest.mark.usefixtures("drafts_only")
def test_every_copy_has_field_names_of_its_own() -> None:
    pack = load_pack("f8949", 2024)
    made = produce([FormFill("f8949", 2024, (rows(pack, 0, 1, "C"),) * 3), every_field(load_pack("f1040sd", 2024))])
    reader = PdfReader(io.BytesIO(made.files["packet.pdf"]))
    assert sorted(reader.trailer["/Root"]["/AcroForm"]["/Fields"][i]["/T"] for i in range(4)) == [
        "f1040sd-1", "f8949-1", "f8949-2", "f8949-3"]  # fmt: skip


@pytest.mark.usefixtures("drafts_only")
def test_every_field_tells_a_screen_reader_its_line() -> None:
    made = produce([every_field(load_pack("f1040sd", 2024)), every_field(load_pack("f8949", 2024))])
    fields = PdfReader(io.BytesIO(made.files["packet.pdf"])).get_fields() or {}
    names = {str(f.get("/TU")) for f in fields.values() if f.get("/FT")}
    assert names >= {
        "line 1b, column d",
        "line 17, yes",
        "row 3, column a",
        "total, column h",
        "line 7",
        "name",
        "box, A",
    }
    assert "None" not in names


@pytest.mark.official
def test_nothing_of_the_blank_is_kept_but_its_drawing_and_what_a_screen_reader_needs(official: Path) -> None:
    made = produce([every_field(load_pack("f8949", 2024)), every_field(load_pack("f1040sd", 2024))])
    for data in made.files.values():
        reader = PdfReader(io.BytesIO(data))
        root = reader.trailer["/Root"]
        shown = {"/Type", "/Lang", "/ViewerPreferences", "/Pages", "/AcroForm", "/PageMode", "/Outlines"}
        assert set(root) == shown | {"/MarkInfo", "/StructTreeRoot"}
        assert set(root["/AcroForm"]) == {"/Fields", "/DR", "/DA"}
        assert dict(reader.metadata or {}).keys() == {"/Title", "/Producer"}
        assert not any(word in data for word in (b"/XFA", b"/JavaScript", b"/Perms", b"/OpenAction"))


@pytest.mark.usefixtures("drafts_only")
@pytest.mark.parametrize(
    ("key", "value", "where", "complaint"),
    [
        ("row.1.d", 99_999_999_999_999_999, "row 1, column (d)", "too long"),
        ("row.1.a", "x" * 300, "row 1, column (a)", "too long"),
        ("row.1.a", "東京", "row 1, column (a)", "Latin"),
        ("row.99.a", "x", "row.99", "no line row.99.a"),
        ("total.f", "x", "line 2, column (f)", "read-only"),
        ("box.B", True, "box", "more than one box"),
    ],
)
def test_what_does_not_fit_is_refused_naming_form_page_and_line(
    key: str, value: str | int | bool, where: str, complaint: str
) -> None:
    page = rows(load_pack("f8949", 2024), 0, 1, "C")
    with pytest.raises(Refused) as refused:
        produce([FormFill("f8949", 2024, (PageFill(0, dict(page.values) | {key: value}),))])
    assert "Form 8949 2024, copy 1, page 1" in str(refused.value)
    assert complaint in str(refused.value)
    assert where in str(refused.value)


@pytest.mark.usefixtures("drafts_only")
def test_a_page_of_form_8949_without_a_box_is_refused() -> None:
    page = dict(rows(load_pack("f8949", 2024), 0, 1, "C").values) | {"box.C": False}
    with pytest.raises(Refused, match="no box"):
        produce([FormFill("f8949", 2024, (PageFill(0, page),))])


@pytest.mark.usefixtures("drafts_only")
def test_the_drafts_of_a_packet_are_told_in_one_sentence() -> None:
    made = produce([every_field(load_pack(form, 2024)) for form in ("f1040sd", "f8949", "f1040")])
    (draft,) = [f for f in made.findings if f.id == "forms.draft"]
    assert "Form 1040 (2024), Schedule D (2024) and Form 8949 (2024) are drafts" in draft.says
    assert "f1040--2024.pdf, f1040sd--2024.pdf and f8949--2024.pdf" in draft.todo


@pytest.mark.usefixtures("drafts_only")
def test_all_problems_of_all_forms_are_told_together_and_no_taxpayer_number_with_them() -> None:
    bad8949 = PageFill(0, {"ssn": SSN + "7", "box.C": True, "row.1.a": "x" * 300})
    bad_d = PageFill(0, {"4": 10**20})
    with pytest.raises(Refused) as refused:
        produce([FormFill("f8949", 2024, (bad8949,)), FormFill("f1040sd", 2024, (bad_d,))])
    assert len(refused.value.findings) == 3
    assert all(SSN not in f.says + f.value + f.todo for f in refused.value.findings)


@pytest.mark.usefixtures("drafts_only")
def test_a_name_in_other_letters_is_written_plainly_and_said_aloud() -> None:
    page = dict(rows(load_pack("f8949", 2024), 0, 1, "C").values) | {"name": "Łukasz Żółw"}
    made = produce([FormFill("f8949", 2024, (PageFill(0, page),))])
    notes = [f for f in made.findings if f.id == "forms.plain_letters"]
    assert [n.value for n in notes] == ["Łukasz Żółw"]
    assert "Lukasz Zólw" in values_of(made.files["f8949.pdf"]).values()


@pytest.mark.usefixtures("drafts_only")
def test_whole_dollars_print_without_cents() -> None:
    made = produce([FormFill("f1040sd", 2024, (PageFill(0, {"7": -300000, "4": 123500}),))], whole_dollars=True)
    assert sorted(values_of(made.files["f1040sd.pdf"]).values()) == ["(3,000)", "1,235"]


@pytest.mark.official
def test_last_years_blank_under_this_years_name_is_refused(official_forms: Path, tmp_path: Path) -> None:
    (tmp_path / "f8949--2024.pdf").write_bytes((official_forms / "f8949--2023.pdf").read_bytes())
    with pytest.raises(Refused, match="not the official blank of Form 8949"):
        produce([every_field(load_pack("f8949", 2024))], form_dirs=[tmp_path], offline=True)


@pytest.mark.official
def test_a_blank_in_the_folder_named_on_the_command_line_comes_first(
    official_forms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NINER_FORMS", raising=False)
    blank = (official_forms / "f8949--2024.pdf").read_bytes()
    (tmp_path / "f8949.pdf").write_bytes(blank)
    found = find_blank(load_pack("f8949", 2024), [tmp_path], offline=True)
    assert (found.status, found.art.sha256) == ("official", hashlib.sha256(blank).hexdigest())


@pytest.mark.usefixtures("drafts_only")
def test_progress_counts_every_page_of_every_file() -> None:
    seen: list[tuple[str, int, int]] = []
    tell: Callable[[str, int, int], None] = lambda what, done, of: seen.append((what, done, of))  # noqa: E731
    produce([every_field(load_pack("f8949", 2024))], progress=tell)
    assert seen[-1] == ("reading back", 4, 4)
