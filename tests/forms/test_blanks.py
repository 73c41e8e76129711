"""Blanks come from a folder, the cache or irs.gov, are the pack's to the byte, and can do no harm."""

import hashlib
import http.server
import io
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from niner.forms import load_pack, produce
from niner.forms.blanks.finding import Found, find_blank
from niner.forms.drawing.draft import draft
from niner.forms.pack.values import Blank, Pack
from niner.forms.pack.verify import differences_apart, verify_pack
from niner.values import Refused

from form_samples import every_field  # isort: skip

PACK = load_pack("f1040sd", 2024)
BYTES = draft(PACK)


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.delenv("NINER_FORMS", raising=False)
    monkeypatch.delenv("NINER_OFFLINE", raising=False)
    monkeypatch.setattr("niner.forms.blanks.finding._unreachable", set())
    monkeypatch.setattr("niner.forms.blanks.download.TIMEOUT_SECONDS", 1.0)
    folder = tmp_path / "cache"
    monkeypatch.setattr("niner.forms.blanks.finding.cache_dir", lambda: folder)
    return folder


@dataclass
class Site:
    """A web server on this machine that serves one file, and what it was asked."""

    data: bytes = BYTES
    breaks_after: int = 0
    status: int = 200
    asked: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def site() -> Iterator[Site]:
    answer = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            begin = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-")
            answer.asked.append(begin)
            start = int(begin)
            self.send_response(answer.status if answer.status != 200 else 206 if start else 200)
            self.send_header("Content-Length", str(len(answer.data) - start))
            self.end_headers()
            end = answer.breaks_after or len(answer.data)
            answer.breaks_after = 0
            self.wfile.write(answer.data[start:end])

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    answer.url = f"http://127.0.0.1:{server.server_port}/f1040sd--2024.pdf"
    yield answer
    server.shutdown()
    server.server_close()


def published(site: Site) -> Pack:
    return replace(PACK, blank=Blank((site.url,), hashlib.sha256(BYTES).hexdigest()))


def find(pack: Pack, *folders: Path, offline: bool = False) -> Found:
    return find_blank(pack, folders, offline=offline)


def test_a_missing_blank_is_fetched_checked_and_kept(site: Site, cache: Path) -> None:
    assert find(published(site)).status == "official"
    assert (cache / "f1040sd--2024.pdf").read_bytes() == BYTES
    assert (cache / "f1040sd--2024.pdf").stat().st_mode & 0o077 == 0
    assert find(published(site)).status == "official"
    assert site.asked == ["0"]


def test_a_broken_download_is_taken_up_where_it_stopped(
    site: Site, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.breaks_after = 1000
    assert find(published(site)).status == "draft"
    assert not (cache / "f1040sd--2024.pdf").exists()
    monkeypatch.setattr("niner.forms.blanks.finding._unreachable", set())
    assert find(published(site)).status == "official"
    assert site.asked == ["0", "1000"]


def test_a_download_that_drips_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("niner.forms.blanks.download.LONGEST_SECONDS", -1.0)
    assert [f.id for f in find(published(site)).findings] == ["forms.no_network"]


def test_a_cache_that_cannot_be_written_is_no_reason_to_stop(site: Site, cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    assert find(published(site)).status == "official"


def test_a_changed_form_is_kept_aside_and_explained_never_filled(site: Site, cache: Path) -> None:
    site.data = draft(load_pack("f1040sd", 2020))
    found = find(published(site))
    assert found.status == "draft"
    changed = next(f for f in found.findings if f.id == "forms.changed_blank")
    assert changed.severity == "review"
    assert "kept aside" in changed.todo
    assert [p.name.endswith(".changed.pdf") for p in cache.iterdir()] == [True]


def test_a_host_that_fails_is_not_asked_again_in_the_same_run(site: Site) -> None:
    dead = replace(PACK, blank=Blank(("http://127.0.0.1:9/a.pdf", "http://127.0.0.1:9/b.pdf"), "0" * 64))
    found = find(dead)
    assert found.status == "draft"
    assert [f.id for f in found.findings] == ["forms.no_network"]
    assert find(dead).findings == ()


def test_a_form_not_published_yet_gives_a_draft(site: Site) -> None:
    site.status = 404
    assert find(published(site)).status == "draft"


def test_offline_asks_nobody(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find(published(site), offline=True).status == "draft"
    monkeypatch.setenv("NINER_OFFLINE", "1")
    assert find(published(site)).status == "draft"
    assert site.asked == []


def test_a_proxy_of_the_environment_is_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", site.url.rsplit("/", 1)[0])
    pack = published(site)
    pack = replace(pack, blank=replace(pack.blank, urls=("http://forms.invalid/f1040sd--2024.pdf",)))
    assert find(pack).status == "official"


def test_a_damaged_cache_is_set_aside_and_fetched_anew(site: Site, cache: Path) -> None:
    cache.mkdir()
    (cache / "f1040sd--2024.pdf").write_bytes(b"%PDF-1.7 damaged")
    assert find(published(site)).status == "official"


def bomb() -> bytes:
    """A small PDF whose page unpacks to half a gigabyte."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b"q " * 500_000) for _ in range(500)) + packer.flush()
    head = (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<<>>>>endobj\n"
    )
    stream = b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\n" % (len(data), data)
    return head + stream + b"trailer<</Root 1 0 R>>"


def loop() -> bytes:
    """Pages that are their own parents and fields that are their own kids."""
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[3 0 R]>>>>endobj\n"
        b"2 0 obj<</Type/Pages/Count 9/Kids[2 0 R 4 0 R]/Parent 2 0 R>>endobj\n"
        b"3 0 obj<</T(a)/Kids[3 0 R]/Parent 3 0 R/Subtype/Widget/Rect[0 0 1 1]>>endobj\n"
        b"4 0 obj<</Type/Page/Parent 2 0 R/Annots[3 0 R]/Resources<<>>>>endobj\ntrailer<</Root 1 0 R>>"
    )


def locked() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(BYTES)))
    writer.encrypt("secret", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def scripted() -> bytes:
    """The right form with a script that runs when it is opened."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(BYTES)))
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")})
    writer.root_object[NameObject("/OpenAction")] = action
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a script": scripted,
    "a truncated PDF": lambda: BYTES[: len(BYTES) // 2],
    "an encrypted PDF": locked,
    "a bomb": bomb,
    "a loop": loop,
    "no PDF": lambda: b"<html>Not found</html>",
    "nothing": lambda: b"",
    "too large": lambda: b"%PDF-1.7" + b" " * 5_000_000,
    "another form": lambda: draft(load_pack("f8960", 2024)),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_file_that_is_not_the_blank_is_refused_by_name_and_never_filled(kind: str, tmp_path: Path) -> None:
    (tmp_path / "f1040sd--2024.pdf").write_bytes(HOSTILE[kind]())
    with pytest.raises(Refused, match=r"f1040sd--2024\.pdf is not the official blank of Schedule D"):
        produce([every_field(PACK)], form_dirs=[tmp_path], offline=True)


@pytest.mark.parametrize("kind", [k for k in HOSTILE if k != "too large"])
def test_a_hostile_file_is_looked_at_apart_and_comes_back_with_a_difference(kind: str) -> None:
    assert differences_apart(PACK, HOSTILE[kind]()) != []


@pytest.mark.official
def test_a_rectangle_moved_by_three_points_is_found(official_forms: Path) -> None:
    page = PACK.pages[0]
    line = page.fields["7"]
    moved = replace(line, rect=(line.rect[0], line.rect[1] + 3, line.rect[2], line.rect[3] + 3))
    pack = replace(PACK, pages=(replace(page, fields={**page.fields, "7": moved}), PACK.pages[1]))
    blank = (official_forms / "f1040sd--2024.pdf").read_bytes()
    assert [f.id for f in verify_pack(pack, blank)] == ["forms.field_differs"]


@pytest.mark.official
def test_two_lines_swapped_in_a_pack_are_found_by_the_printed_labels(official_forms: Path) -> None:
    page = PACK.pages[0]
    a, b = page.fields["7"], page.fields["15"]
    fields = {**page.fields, "7": replace(b, key="7"), "15": replace(a, key="15")}
    pack = replace(PACK, pages=(replace(page, fields=fields), PACK.pages[1]))
    found = verify_pack(pack, (official_forms / "f1040sd--2024.pdf").read_bytes())
    assert [f.id for f in found] == ["forms.label_differs"] * 2
    assert "labels say line 15" in found[0].says


@pytest.mark.official
@pytest.mark.parametrize("year", [2021, 2022, 2023])
def test_another_years_blank_is_found_even_where_every_field_is_the_same(year: int, official_forms: Path) -> None:
    found = verify_pack(load_pack("f8949", 2020), (official_forms / f"f8949--{year}.pdf").read_bytes())
    assert [f.id for f in found] == ["forms.other_blank", "forms.year"]


@pytest.mark.official
def test_before_a_year_is_published_its_draft_is_used_and_last_years_form_is_not_taken_for_it(
    official_forms: Path, tmp_path: Path
) -> None:
    pack = load_pack("f8949", 2026)
    assert find(pack, offline=True).status == "draft"
    (tmp_path / "f8949--2026.pdf").write_bytes((official_forms / "f8949--2025.pdf").read_bytes())
    with pytest.raises(Refused, match="foot of the page says 2025, not 2026"):
        find(pack, tmp_path, offline=True)


@pytest.mark.official
def test_the_current_address_may_still_serve_last_years_form(site: Site, cache: Path, official_forms: Path) -> None:
    site.data = (official_forms / "f8949--2025.pdf").read_bytes()
    pack = replace(load_pack("f8949", 2026), blank=Blank((site.url,), checked=False))
    found = find(pack)
    assert found.status == "draft"
    assert "2025, not 2026" in next(f for f in found.findings if f.id == "forms.changed_blank").says
    assert not (cache / pack.blank_name).exists()
