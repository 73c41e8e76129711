"""Next year's pack is drafted from its blank; what labels say is never drafted wrong."""

from pathlib import Path

import pytest

from niner.forms import load_pack, verify_pack
from niner.forms.making.drafting import draft_pack
from niner.forms.pack.packfile import read_pack

FORMS = [
    (form, year) for form in ("f8949", "f1040sd", "f1040", "f1040s1", "f1040s2", "f8960") for year in range(2021, 2026)
]


@pytest.mark.official
@pytest.mark.parametrize(("form", "year"), FORMS)
def test_a_pack_drafted_from_a_blank_and_last_years_pack_has_no_amount_on_a_wrong_line(
    form: str, year: int, official_forms: Path, tmp_path: Path
) -> None:
    blank = (official_forms / f"{form}--{year}.pdf").read_bytes()
    drafted = draft_pack(blank, f"{form}--{year}.pdf")
    path = tmp_path / f"{year}.yaml"
    path.write_text(drafted.text)
    pack = read_pack(path)
    assert verify_pack(pack, blank) == []
    ours = {f.name: f for page in load_pack(form, year).pages for f in page.fields.values()}
    for page in pack.pages:
        for field in page.fields.values():
            if field.kind == "money" and field.key not in drafted.to_name:
                assert field.key == ours[field.name].key
                assert field.printed_parentheses == ours[field.name].printed_parentheses


@pytest.mark.official
def test_a_drafted_pack_of_form_8949_needs_no_naming_but_new_boxes(official_forms: Path) -> None:
    same_layout = draft_pack((official_forms / "f8949--2024.pdf").read_bytes(), "f8949--2024.pdf")
    assert same_layout.to_name == ()
    new_layout = draft_pack((official_forms / "f8949--2025.pdf").read_bytes(), "f8949--2025.pdf")
    assert len(new_layout.to_name) <= 12


@pytest.mark.parametrize(
    ("data", "name", "complaint"),
    [
        (b"", "form.pdf", "say the form"),
        (b"hello", "f8949--2026.pdf", "readable"),
        (b"", "f8949--2026.pdf", "readable"),
    ],
)
def test_what_is_no_blank_is_refused(data: bytes, name: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        draft_pack(data, name)
