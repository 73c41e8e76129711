"""Who doesn't see the page hears the form's own words, in the page's order, and gets from box to box with Tab."""

import io
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pikepdf
import pytest
from form_samples import every_field, rows

from niner.forms import FormFill, Statement, load_pack, produce
from niner.forms.drawing.artwork import artwork
from niner.forms.drawing.tags import Tag, Tags, as_text, tags_from
from niner.forms.pack.loading import packs_in
from niner.resources import room

ALL = [
    pytest.param(p.form, p.years[-1], p.revision, id=f"{p.form}-{p.revision}")
    for p in packs_in(room("forms"))
    if p.blank.checked
]
# Single sheets of these forms go up the page only where the blank itself does: into a second column.
NO_JUMPS = {"f8949", "f1040sd", "f8960", "f1040s1", "f1040s2"}


@pytest.fixture
def official(monkeypatch: pytest.MonkeyPatch, official_forms: Path) -> Path:
    monkeypatch.setenv("NINER_FORMS", str(official_forms))
    monkeypatch.setenv("NINER_OFFLINE", "1")
    return official_forms


@pytest.fixture
def drafts_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NINER_FORMS", raising=False)
    monkeypatch.setenv("NINER_OFFLINE", "1")


def opened(data: bytes) -> pikepdf.Pdf:
    pdf = pikepdf.open(io.BytesIO(data))
    assert pdf.check_pdf_syntax() == []
    return pdf


def full_name(widget: pikepdf.Object) -> str:
    parts: list[str] = []
    item: pikepdf.Object | None = widget
    while item is not None:
        parts = [str(item["/T"]), *parts] if "/T" in item else parts
        item = item.get("/Parent")
    return ".".join(parts)


def spoken_by_the_irs(blank: pikepdf.Pdf) -> dict[str, str]:
    """The words of each field, by rectangle and page: read from the XFA in another way than Niner does."""
    xfa = blank.Root.AcroForm.XFA
    parts = {str(xfa[i]): xfa[i + 1] for i in range(0, len(xfa), 2)}
    root = ElementTree.fromstring(parts["template"].read_bytes())
    parents = {child: parent for parent in root.iter() for child in parent}

    def label(element: ElementTree.Element) -> str:
        """A name and its number among its namesakes below the next named ancestor."""
        above = named_above(element)
        same = [
            e
            for e in above.iter()
            if e is not above and named_above(e) is above and e.get("name") == element.get("name") and kind(e) in KINDS
        ]
        return f"{element.get('name')}[{same.index(element)}]"

    def named_above(element: ElementTree.Element) -> ElementTree.Element:
        above = parents.get(element)
        while above is not None and above is not root and not (above.get("name") and kind(above) in KINDS):
            above = parents.get(above)
        return root if above is None else above

    found = {}
    for field in root.iter():
        if kind(field) != "field":
            continue
        speak = [e for e in field.iter() if kind(e) == "speak"]
        path, item = [label(field)], named_above(field)
        while item is not root:
            path, item = [label(item), *path], named_above(item)
        found[".".join(path)] = " ".join("".join(speak[0].itertext()).split()) if speak else ""
    return found


KINDS = {"field", "subform", "exclGroup"}


def kind(element: ElementTree.Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def numbers(tree: pikepdf.Object) -> dict[int, pikepdf.Object]:
    found: dict[int, pikepdf.Object] = {}
    for leaf in tree.get("/Kids", [tree]):
        nums = leaf.Nums
        pairs = {int(nums[i]): nums[i + 1] for i in range(0, len(nums), 2)}
        assert [int(v) for v in leaf.Limits] == [min(pairs), max(pairs)]
        assert not pairs.keys() & found.keys()
        found |= pairs
    return found


def elements(item: pikepdf.Object, above: pikepdf.Object | None = None) -> Iterator[pikepdf.Object]:
    """Every element of a structure tree, each of which points back at what holds it."""
    if above is not None:
        assert item.P.objgen == above.objgen
    yield item
    for kid in item.get("/K", []):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield from elements(kid, item)


def prove_tags(data: bytes) -> pikepdf.Pdf:
    """Everything that ISO 32000-1, 14.7 asks of a tagged file, for each page, field and marked piece."""
    pdf = opened(data)
    root = pdf.Root
    assert str(root.Lang) == "en-US"
    assert root.MarkInfo.Marked is True
    tree = root.StructTreeRoot
    parents = numbers(tree.ParentTree)
    assert int(tree.ParentTreeNextKey) == len(parents) == max(parents) + 1
    assert len(tree.K) == 1
    assert str(tree.K[0].S) == "/Document"
    assert tree.K[0].P.objgen == tree.objgen
    all_elements = list(elements(tree.K[0]))
    known = {e.objgen for e in all_elements}
    standard = {
        "Document",
        "Part",
        "Sect",
        "Div",
        "P",
        "H1",
        "H2",
        "H3",
        "Table",
        "TR",
        "TH",
        "TD",
        "L",
        "LI",
        "LBody",
        "Form",
        "Span",
    }
    roles = {str(k)[1:]: str(v)[1:] for k, v in tree.get("/RoleMap", {}).items()}
    for element in all_elements:
        name = str(element.S)[1:]
        assert roles.get(name, name) in standard
    names: dict[bytes, Any] = {}
    for leaf in tree.IDTree.Kids if "/IDTree" in tree else []:
        keys = [bytes(leaf.Names[i]) for i in range(0, len(leaf.Names), 2)]
        assert keys == sorted(keys)
        names |= {bytes(leaf.Names[i]): leaf.Names[i + 1].objgen for i in range(0, len(leaf.Names), 2)}
    with_name = [e for e in all_elements if "/ID" in e]
    assert {bytes(e.ID): e.objgen for e in with_name} == names
    assert len(with_name) == len(names)
    for element in all_elements:
        if "/A" in element and "/Headers" in element.A:
            assert all(bytes(header) in names for header in element.A.Headers)
    used = set()
    for page in pdf.pages:
        assert str(page.obj.Tabs) == "/S"
        own = int(page.obj.StructParents)
        used.add(own)
        marked = {}
        for element in all_elements:
            for kid in element.get("/K", []):
                if isinstance(kid, int) and element.Pg.objgen == page.obj.objgen:
                    assert kid not in marked
                    marked[kid] = element.objgen
        shown = {i: e.objgen for i, e in enumerate(parents[own]) if e is not None}
        assert shown == marked
        for widget in page.obj.get("/Annots", []):
            key = int(widget.StructParent)
            used.add(key)
            form = parents[key]
            assert str(form.S) == "/Form"
            assert form.objgen in known
            assert [k.Obj.objgen for k in form.K if isinstance(k, pikepdf.Dictionary)] == [widget.objgen]
            assert form.Pg.objgen == page.obj.objgen
    assert used == set(parents)
    return pdf


@pytest.mark.official
@pytest.mark.parametrize(("form", "year", "revision"), ALL)
def test_every_field_says_the_irss_words_in_the_irss_order(form: str, year: int, revision: str, official: Path) -> None:
    pack = load_pack(form, year, revision=revision)
    pdf = prove_tags(produce([every_field(pack)]).files[f"{form}.pdf"])
    with pikepdf.open(official / pack.blank_name) as blank:
        said = spoken_by_the_irs(blank)
        for page, theirs in zip(pdf.pages, blank.pages, strict=True):
            ours = [full_name(widget).partition(".")[2] for widget in page.obj.Annots]
            assert ours == [full_name(widget).partition(".")[2] for widget in theirs.obj.Annots]
            for widget in page.obj.Annots:
                name = full_name(widget).partition(".")[2]
                words = said[".".join(p for p in (pack.root, *name.split(".")) if not p.startswith("#"))]
                assert words
                assert str(widget.TU) == words
            jumps = [(str(a.T), str(b.T)) for a, b in pairwise(page.obj.Annots) if float(b.Rect[1]) > float(a.Rect[3])]
            assert not jumps or form not in NO_JUMPS
        kinds = [str(e.S) for e in elements(pdf.Root.StructTreeRoot.K[0])]
        theirs_kinds = [str(e.S) for e in elements_of_blank(blank.Root.StructTreeRoot.K)]
        for what in ("/H1", "/H2", "/Table", "/TR", "/TH", "/TD", "/LI"):
            assert kinds.count(what) == theirs_kinds.count(what)


def elements_of_blank(item: pikepdf.Object) -> Iterator[pikepdf.Object]:
    kids = item if isinstance(item, pikepdf.Array) else [item]
    for kid in kids:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements_of_blank(kid.get("/K", pikepdf.Array()))


@pytest.mark.official
@pytest.mark.usefixtures("official")
@pytest.mark.parametrize("print_ready", [False, True], ids=["editable", "print-ready"])
@pytest.mark.parametrize("year", [2022, 2024, 2025])
def test_many_copies_and_the_packet_are_tagged_page_by_page(year: int, print_ready: bool) -> None:
    pack = load_pack("f8949", year)
    pages = tuple(rows(pack, place, 3, box) for place, box in ((0, "C"), (1, "F"), (0, "B"), (0, "C")))
    detail = Statement("f8949", year, "Wallet", "Ada Example", "900123456", ({"a": "1 BTC", "d": 5, "h": 5},), {"d": 5})
    fills = [
        FormFill("f8949", year, pages),
        every_field(load_pack("f1040sd", year)),
        every_field(load_pack("f1040", year)),
    ]
    made = produce(fills, statements=[detail], print_ready=print_ready)
    for data in made.files.values():
        pdf = prove_tags(data)
        assert len(pdf.pages) == len(
            [e for e in elements(pdf.Root.StructTreeRoot.K[0]) if "/T" in e and str(e.T).startswith("Page ")]
        )
        if print_ready:
            assert "/AcroForm" not in pdf.Root
    single = opened(made.files["f8949.pdf"])
    forms = [e for e in elements(single.Root.StructTreeRoot.K[0]) if str(e.S) == "/Form"]
    if print_ready:  # what can't be edited any more still says what it was (ISO 32000-1, 14.8.5.6)
        described = {(str(e.A.Role), str(e.A.Desc)) for e in forms}
        assert all(str(e.A.O) == "/PrintField" for e in forms)
        assert {role for role, _ in described} == {"/tv", "/cb"}
        assert {str(e.A.get("/checked")) for e in forms if str(e.A.Role) == "/cb"} == {"/on", "/off"}
        assert any("Row: 3." in words and "(d)" in words for _, words in described)
    else:
        assert len(forms) == sum(len(pack.pages[place].fields) for place in (0, 1, 0, 0))


@pytest.mark.usefixtures("drafts_only")
@pytest.mark.parametrize("form", ["f8949", "f1040sd", "f1040", "f1040x", "f1040s1", "f1040s2", "f8960"])
def test_a_draft_is_tagged_too_and_goes_down_the_page(form: str) -> None:
    pack = load_pack(form, 2025)
    pdf = prove_tags(produce([every_field(pack)]).files[f"{form}.pdf"])
    for page in pdf.pages:
        rects = [[float(v) for v in widget.Rect] for widget in page.obj.Annots]
        assert all(b[1] - a[1] <= 5 for a, b in pairwise(rects)), "never up by more than a line's play"
        assert all(str(widget.TU) for widget in page.obj.Annots)


@pytest.mark.usefixtures("drafts_only")
def test_every_box_has_a_drawing_for_the_state_it_is_in() -> None:
    pdf = opened(produce([every_field(load_pack("f1040", 2025))]).files["f1040.pdf"])
    offs = set()
    for page in pdf.pages:
        for widget in page.obj.Annots:
            if widget.FT == "/Btn":
                assert str(widget.AS) in widget.AP.N
                offs.add(widget.AP.N.Off.objgen)
    assert 1 <= len(offs) <= 3, "one empty drawing a size of box, shared by all"


FIELD = b"<subform name='a'><field name='b'><assist><speak>%s</speak></assist></field></subform>"


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        (b"<template>" + FIELD % b" One \n word. " + b"</template>", {"b[0]": "One word."}),
        (b"<!DOCTYPE x [<!ENTITY e 'boo'>]><template>" + FIELD % b"&e;" + b"</template>", {}),
        (b"<template><subform", {}),
    ],
)
def test_speech_is_read_without_entities_and_not_from_a_broken_description(
    template: bytes, wanted: dict[str, str]
) -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(612, 792))
    pdf.pages[0].obj.Resources = pikepdf.Dictionary()
    xfa = pikepdf.Array([pikepdf.String("template"), pdf.make_stream(template)])
    pdf.Root.AcroForm = pikepdf.Dictionary(XFA=xfa, Fields=pikepdf.Array())
    out = io.BytesIO()
    pdf.save(out)
    assert dict(artwork(out.getvalue(), f"test {len(template)}").speech) == wanted


def test_tags_that_are_kept_as_text_are_the_same_again() -> None:
    cell = Tag("TD", ("f1_1[0]", 3, -1), b"/A<</Headers[(\x00h1)]>>/T<FEFF0141>(\xe9\\()", b"h2")
    tags = Tags((Tag("Part", (0, cell), b"", b""), Tag("P")), (("Head", "H1"),))
    assert tags_from(as_text(tags)) == tags


@pytest.mark.official
@pytest.mark.parametrize(("form", "year"), [("f8949", 2025), ("f1040sd", 2022), ("f1040", 2024)])
def test_a_blank_that_was_read_before_says_the_same(
    form: str, year: int, official: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = (official / load_pack(form, year).blank_name).read_bytes()

    def said() -> tuple[object, ...]:
        artwork.cache_clear()
        art = artwork(data, form)
        return art.orders, dict(art.speech), art.tags, [page.size for page in art.pages]

    monkeypatch.setenv("NINER_NO_CACHE", "1")
    first = said()
    monkeypatch.delenv("NINER_NO_CACHE")
    assert said() == first
    monkeypatch.setattr("niner.forms.drawing.artwork.blank_tags", None)  # it is not asked again
    assert said() == first
