"""A pack says where every field of a form is, and is proved against the official blank."""

from pathlib import Path

import pytest

from niner.forms import load_pack, spread, verify_pack
from niner.forms.pack.loading import packs_in
from niner.forms.pack.packfile import read_pack
from niner.forms.pack.values import Pack
from niner.resources import room
from niner.values import Refused

YEARS = range(2020, 2026)
ALL_PACKS = [pytest.param(p, id=f"{p.form}-{p.revision}") for p in packs_in(room("forms"))]


@pytest.mark.official
@pytest.mark.parametrize("pack", ALL_PACKS)
def test_every_pack_agrees_with_its_official_blank_field_by_field(pack: Pack, official_forms: Path) -> None:
    if not pack.blank.checked:
        assert not (official_forms / pack.blank_name).exists(), "verify the pack now and mark it checked"
        return
    assert verify_pack(pack, (official_forms / pack.blank_name).read_bytes()) == []


@pytest.mark.parametrize("pack", ALL_PACKS)
def test_no_two_fields_of_a_page_overlap(pack: Pack) -> None:
    for page in pack.pages:
        fields = list(page.fields.values())
        for i, a in enumerate(fields):
            for b in fields[i + 1 :]:
                apart = 0.3
                overlap = (min(a.rect[2], b.rect[2]) - max(a.rect[0], b.rect[0]) > apart
                           and min(a.rect[3], b.rect[3]) - max(a.rect[1], b.rect[1]) > apart)  # fmt: skip
                assert not overlap, (a.key, b.key)


def test_what_stands_on_a_margin_lies_over_no_field(tmp_path: Path) -> None:
    text = (room("forms") / "f1040x" / "2024-02.yaml").read_text()
    path = tmp_path / "f1040x" / "2024-02.yaml"
    path.parent.mkdir()
    path.write_text(text.replace("[36, 759, 576, 773]", "[36, 700, 576, 714]"))
    with pytest.raises(Refused, match="lies over a field"):
        read_pack(path)


@pytest.mark.official
def test_what_stands_on_a_margin_lies_over_nothing_printed(tmp_path: Path, official_forms: Path) -> None:
    text = (room("forms") / "f1040x" / "2024-02.yaml").read_text()
    path = tmp_path / "f1040x" / "2024-02.yaml"
    path.parent.mkdir()
    path.write_text(text.replace("[36, 759, 576, 773]", "[36, 740, 576, 754]"))
    found = verify_pack(read_pack(path), (official_forms / "f1040x--2024.pdf").read_bytes())
    assert {f.id for f in found} == {"forms.margin"}


@pytest.mark.parametrize("year", YEARS)
def test_form_8949_has_fourteen_rows_a_page_to_2024_and_eleven_in_2025(year: int) -> None:
    pack = load_pack("f8949", year)
    assert [pack.rows(0), pack.rows(1)] == ([11, 11] if year == 2025 else [14, 14])


@pytest.mark.parametrize("year", YEARS)
def test_form_8949_has_the_boxes_of_its_year_on_each_page(year: int) -> None:
    pack = load_pack("f8949", year)
    boxes = ["".join(k[-1] for k in pack.keys(page) if k.startswith("box.")) for page in (0, 1)]
    assert boxes == (["ABCGHI", "DEFJKL"] if year == 2025 else ["ABC", "DEF"])


@pytest.mark.parametrize("year", YEARS)
def test_schedule_d_has_every_line_of_the_contract(year: int) -> None:
    pack = load_pack("f1040sd", year)
    lines = {f"{line}.{column}" for line in ("1b", "2", "3", "8b", "9", "10") for column in "degh"}
    lines |= {f"{line}.{column}" for line in ("1a", "8a") for column in "deh"}
    lines |= {f"{line}.{answer}" for line in ("qof", "17", "20", "22") for answer in ("yes", "no")}
    lines |= {"name", "ssn", *"4567", *(str(n) for n in (11, 12, 13, 14, 15, 16, 18, 19, 21))}
    assert {*pack.keys(0), *pack.keys(1)} == lines
    assert (load_pack("f8949", year).attachment_sequence, pack.attachment_sequence) == ("12A", "12")


def test_header_keys_go_to_every_page_that_has_them_and_lines_to_their_own() -> None:
    pages = spread(load_pack("f8949", 2024), {"name": "Ada", "ssn": "900123456", "box.A": True, "box.E": True})
    assert [sorted(p.values) for p in pages] == [["box.A", "name", "ssn"], ["box.E", "name", "ssn"]]


def test_a_line_the_form_does_not_have_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="no line 99"):
        spread(load_pack("f1040sd", 2024), {"99": 1})


def test_a_year_without_a_pack_is_refused_with_what_to_do() -> None:
    with pytest.raises(Refused) as refused:
        load_pack("f8949", 1999)
    assert "niner forms new" in refused.value.findings[0].todo


def test_a_firms_own_pack_comes_before_niners(tmp_path: Path) -> None:
    own = tmp_path / "f8949" / "2024.yaml"
    own.parent.mkdir()
    text = (room("forms") / "f8949" / "2024.yaml").read_text()
    own.write_text(text.replace("title: Form 8949", "title: House Form 8949"))
    assert load_pack("f8949", 2024, [tmp_path]).title == "House Form 8949"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("kind: text", "kind: texts"), "unknown kind"),
        (("rect: [36, ", "rect: [900, "), "no rectangle"),
        (("f1_2[0]", "f1_1[0]"), "same field twice"),
        (("f1_2[0]", "f1_2[0])/AA("), "only letters"),
        (('C: [50.4, 518.271, "3"]', 'C: [50.4, 518.271, "3/AA"]'), "plain word"),
        (("page_size", "pagesize"), "unknown key"),
        (("form: f8949", "form: [f8949"), "not valid YAML"),
        (("form: f8949", "form: " + "[" * 5_000), "nesting is deeper"),
    ],
)
def test_a_pack_with_a_mistake_is_refused_and_the_mistake_named(
    tmp_path: Path, change: tuple[str, str], complaint: str
) -> None:
    path = tmp_path / "2024.yaml"
    path.write_text((room("forms") / "f8949" / "2024.yaml").read_text().replace(*change, 1))
    with pytest.raises(Refused, match=complaint):
        read_pack(path)
