"""A page's fingerprint changes with anything that is painted: only a page that was proved is taken as proved."""

from io import BytesIO

import pikepdf
import pytest

from niner.forms import FormFill, PageFill, load_pack, packet, produce
from niner.forms.reading.fingerprint import fingerprints
from niner.forms.reading.page import Difference
from niner.values import Refused

YEAR = 2025


def fills(pages: int) -> list[FormFill]:
    made = [
        PageFill(0, {"name": "Ada Example", "ssn": "900123456", "box.I": True, "row.1.d": 100 * n, "total.d": 100 * n})
        for n in range(1, pages + 1)
    ]
    return [FormFill("f8949", YEAR, tuple(made))]


def changed(data: bytes, how: str) -> bytes:
    """The same file with one thing on its second page painted otherwise."""
    with pikepdf.open(BytesIO(data)) as document:
        page = document.pages[1]
        if how == "contents":
            page.contents_add(b"0 0 1 rg 10 10 20 20 re f")
        elif how == "box":
            page.obj.MediaBox = pikepdf.Array([0, 0, 500, 792])
        elif how == "turned":
            page.obj.Rotate = 90
        elif how == "turned above":
            page.obj.Parent.Rotate = 90
        elif how == "font":
            fonts = page.obj.Resources.Font
            name = next(iter(fonts.keys()))
            fonts[name] = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Font, BaseFont=pikepdf.Name.X))
        elif how == "annotation":
            page.obj.Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Stamp)])
        elif how == "layers":
            document.Root.OCProperties = pikepdf.Dictionary()
        out = BytesIO()
        document.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
        return out.getvalue()


@pytest.fixture(scope="module")
def flat() -> bytes:
    return produce(fills(3), print_ready=True, offline=True).files["f8949.pdf"]


def test_the_pages_of_a_form_are_told_in_the_packet_too() -> None:
    files = produce(fills(5), print_ready=True, offline=True).files
    told = fingerprints(files["packet.pdf"])
    assert told == fingerprints(files["f8949.pdf"])
    assert len(set(told)) == 5
    assert fingerprints(changed(files["packet.pdf"], "nothing")) == told
    assert fingerprints(b"no PDF") == []


@pytest.mark.parametrize("how", ["contents", "box", "turned", "turned above", "font", "annotation", "layers"])
def test_what_is_painted_otherwise_has_another_fingerprint(flat: bytes, how: str) -> None:
    before, after = fingerprints(flat), fingerprints(changed(flat, how))
    assert not after or not after[1] or after[1] != before[1]


def test_a_large_flat_packet_is_read_once_and_a_fault_in_either_file_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    whole = packet.read_back

    def counted(data: bytes, pages: list[object], **how: object) -> list[Difference]:
        read.append(len(pages))
        return whole(data, pages, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(packet, "read_back", counted)
    produce(fills(30), print_ready=True, offline=True)
    assert read == [30]

    written = packet.written_file

    def faulty(title: str, *more: object) -> bytes:
        data = written(title, *more)  # type: ignore[arg-type]
        return data if title.startswith("Tax forms") else changed(data, "contents")

    monkeypatch.setattr(packet, "written_file", faulty)
    read.clear()
    monkeypatch.setattr(packet, "read_back", lambda data, pages, **how: read.append(len(pages)) or [])
    produce(fills(30), print_ready=True, offline=True)
    assert read == [30, 30]  # the form's own file is another, and is read by itself
    monkeypatch.setattr(packet, "read_back", lambda data, pages, **how: [Difference("page 1", "", "this", "that")])
    with pytest.raises(Refused, match="does not read back"):
        produce(fills(30), print_ready=True, offline=True)
    assert load_pack("f8949", YEAR).rows(0) > 0
