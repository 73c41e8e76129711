"""`niner forms …` says what is at hand, proves packs, drafts new ones and shows pages."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from niner.cli.firm.forms import app
from niner.forms import FormFill, PageFill, load_pack, produce
from niner.forms.reading.preview import page_images

from form_samples import every_field  # isort: skip

run = CliRunner().invoke


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NINER_OFFLINE", "1")
    monkeypatch.setattr("niner.forms.blanks.finding.cache_dir", lambda: tmp_path / "cache")


def test_status_without_any_blank_says_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NINER_FORMS", raising=False)
    result = run(app, ["status", "--year", "2024", "--json"])
    rows = json.loads(result.stdout)
    assert {row["form"] for row in rows} >= {"f8949", "f1040sd", "f1040", "f1040s1", "f1040s2", "f8960", "f1040x"}
    assert {row["status"] for row in rows} == {"missing"}


def test_fetch_offline_exits_one_and_harms_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NINER_FORMS", raising=False)
    result = run(app, ["fetch", "--year", "2024"])
    assert result.exit_code == 1
    assert "NINER_OFFLINE is set" in result.stdout


@pytest.mark.official
def test_verify_agrees_with_every_official_blank(official_forms: Path) -> None:
    result = run(app, ["verify", "--forms", str(official_forms), "--json"])
    rows = json.loads(result.stdout)
    assert result.exit_code == 0
    assert {row["status"] for row in rows} == {"agrees", "unverified, no blank"}
    fields = {(row["form"], row["revision"]): row["fields"] for row in rows}
    years = [str(year) for year in range(2020, 2027)]  # a later year's packs may not be there
    assert [fields["f8949", year] for year in years] == 5 * [244] + 2 * [202]
    assert [fields["f1040sd", year] for year in years] == 7 * [55]


@pytest.mark.official
def test_verify_names_what_differs_and_exits_one(official_forms: Path, tmp_path: Path) -> None:
    (tmp_path / "f1040sd--2024.pdf").write_bytes((official_forms / "f1040sd--2020.pdf").read_bytes())
    result = run(app, ["verify", "f1040sd", "--year", "2024", "--forms", str(tmp_path)])
    assert result.exit_code == 1
    assert "not the official blank" in result.stdout


@pytest.mark.official
def test_new_writes_a_pack_and_a_sheet_of_its_keys(official_forms: Path, tmp_path: Path) -> None:
    blank = tmp_path / "f8960--2026.pdf"
    blank.write_bytes((official_forms / "f8960--2025.pdf").read_bytes())
    result = run(app, ["new", str(blank), "--out", str(tmp_path), "--json"])
    assert result.exit_code == 0
    assert load_pack("f8960", 2026, [tmp_path]).keys(0) == load_pack("f8960", 2025).keys(0)
    assert (tmp_path / "f8960" / "2026.keys.pdf").read_bytes().startswith(b"%PDF")
    assert run(app, ["new", str(blank), "--out", str(tmp_path)]).exit_code == 1


def test_preview_writes_a_picture_of_each_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NINER_FORMS", raising=False)
    data = produce([every_field(load_pack("f1040sd", 2024))]).files["f1040sd.pdf"]
    (tmp_path / "form.pdf").write_bytes(data)
    result = run(app, ["preview", str(tmp_path / "form.pdf"), "--dpi", "40", "--json"])
    assert [Path(p).name for p in json.loads(result.stdout)] == ["form-001.png", "form-002.png"]
    pictures = list(page_images(data, 40))
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert len(set(pictures)) == 2
    empty = produce([FormFill("f1040sd", 2024, (PageFill(0, {}), PageFill(1, {})))]).files["f1040sd.pdf"]
    assert all(a != b for a, b in zip(pictures, page_images(empty, 40), strict=True)), "the values show"
