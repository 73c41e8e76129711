"""Turns settled sheets into one PDF: editable with the IRS's own field names, or flat and ready to print."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import lru_cache

from niner.dataclass import dataclass
from niner.forms.drawing.artwork import Artwork, GraftedPage, graft_page
from niner.forms.drawing.order import field_order
from niner.forms.drawing.speech import without_unnamed
from niner.forms.drawing.structure import Plan, Structure, plan
from niner.forms.drawing.tags import drawn_tags, with_all
from niner.forms.drawing.typeset import LEADING, PADDING, TOP, WIDTH, width
from niner.forms.drawing.write import Body, Writer, literal, number, text_string
from niner.forms.filling.settle import Sheet, Written
from niner.forms.pack.values import ALIGNMENTS, Field

INK = b"0 0 0.502 rg"
_CAP_HEIGHT, _CHECK_WIDTH, _CHECK_HEIGHT = 0.718, 0.755, 0.7  # of Helvetica-Bold; of ZapfDingbats' check mark

Branch = dict[str, "Branch | Field"]


@dataclass(frozen=True, slots=True)
class Told:
    """What every copy of a page shares: its fields' order and place in it, its tags, and what is said of each field."""

    order: tuple[str, ...]
    place: Mapping[str, int]
    plan: Plan
    words: Mapping[str, int]
    tree: Branch
    frames: tuple[bytes, ...]
    """The borders that are drawn on a flat page."""
    kinds: dict[tuple[str, ...], Mapping[str, int]] = field(default_factory=dict)
    """What each field of a flat page was, by the boxes that are ticked on it."""


@dataclass(frozen=True, slots=True)
class _FieldPage:
    """A page whose fields are being written: each field's object and its number in the structure."""

    page: int
    told: Told
    written: Mapping[str, Written]
    fields: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Document:
    """A PDF being made of sheets. The drawing of a page is stored once however many copies use it."""

    title: str
    editable: bool = True
    drawn: dict[int, Body] | None = None
    """What is drawn of each flat sheet, by its identity: another file of the same sheets need not draw them again."""
    writer: Writer = field(default_factory=Writer)
    pages: list[int] = field(default_factory=list)
    roots: list[int] = field(default_factory=list)
    bookmarks: list[tuple[str, int]] = field(default_factory=list)
    _arts: dict[tuple[str, str, int], GraftedPage] = field(default_factory=dict)
    _seen: dict[tuple[str, str], dict[tuple[int, int], int]] = field(default_factory=dict)
    _shared: dict[str, int] = field(default_factory=dict)
    _told: dict[tuple[str, str, int, tuple[str, ...]], "Told"] = field(default_factory=dict)
    _structure: Structure = field(init=False)

    def __post_init__(self) -> None:
        bold = self.writer.add(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>")
        marks = self.writer.add(b"<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats>>")
        self._shared["fonts"] = self.writer.add(b"<</HeBo %d 0 R/ZaDb %d 0 R>>" % (bold, marks))
        self._shared["resources"] = self.writer.add(b"<</Font %d 0 R>>" % self._shared["fonts"])
        self._shared["tree"] = self.writer.reserve()
        self._shared["bold"], self._shared["marks"] = bold, marks
        self._structure = Structure(self.writer)

    def add_form(
        self, sheets: Sequence[Sheet], art: Artwork, bookmark: str = "", *, editable: bool | None = None
    ) -> None:
        """Add the sheets of one form in their order, the fields of each of its copies under a root of their own.

        `editable` says otherwise than the document for this form alone.
        """
        if sheets and bookmark:
            self.bookmarks.append((bookmark, len(self.pages)))
        if not sheets:
            return
        part = self._structure.part(bookmark or self.title, dict(art.tags.roles) if art.tags else {})
        if not (self.editable if editable is None else editable):
            for sheet in sheets:
                self._add_flat(part, sheet, art)
            return
        roots = {root_name(sheet): self.writer.reserve() for sheet in sheets}
        kids: dict[str, list[int]] = {name: [] for name in roots}
        for sheet in sheets:
            kids[root_name(sheet)] += self._add_editable(part, roots[root_name(sheet)], sheet, art)
        for name, ref in roots.items():
            members = b" ".join(b"%d 0 R" % kid for kid in kids[name])
            self.writer.put(ref, b"<</T%s/Kids[%s]>>" % (literal(name.encode()), members))
        self.roots += roots.values()

    @property
    def font_entries(self) -> bytes:
        """The fonts of values, as entries of a font dictionary."""
        return b"/HeBo %d 0 R/ZaDb %d 0 R" % (self._shared["bold"], self._shared["marks"])

    def finish(self) -> bytes:
        """The bytes of the file."""
        writer, tree = self.writer, self._shared["tree"]
        kids = b" ".join(b"%d 0 R" % page for page in self.pages)
        writer.put(tree, b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(self.pages), kids))
        entries = b"/Type/Catalog/Lang(en-US)/ViewerPreferences<</DisplayDocTitle true>>/Pages %d 0 R" % tree
        entries += self._structure.finish()
        if self.roots:
            fields = b" ".join(b"%d 0 R" % ref for ref in self.roots)
            entries += b"/AcroForm<</Fields[%s]/DR<</Font %d 0 R>>/DA(/HeBo 8 Tf %s)>>" % (
                fields,
                self._shared["fonts"],
                INK,
            )
        if self.bookmarks:
            entries += b"/PageMode/UseOutlines/Outlines %d 0 R" % self._outlines()
        root = writer.add(b"<<" + entries + b">>")
        info = writer.add(b"<</Title " + text_string(self.title) + b"/Producer(Niner)>>")
        return writer.finish(root, info)

    def _outlines(self) -> int:
        top, items = self.writer.reserve(), [self.writer.reserve() for _ in self.bookmarks]
        for i, ((title, page), ref) in enumerate(zip(self.bookmarks, items, strict=True)):
            beside = (b"/Prev %d 0 R" % items[i - 1] if i else b"") + (
                b"/Next %d 0 R" % items[i + 1] if i + 1 < len(items) else b""
            )
            self.writer.put(
                ref,
                b"<</Title %s/Parent %d 0 R%s/Dest[%d 0 R/Fit]>>" % (text_string(title), top, beside, self.pages[page]),
            )
        self.writer.put(
            top, b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % (items[0], items[-1], len(items))
        )
        return top

    def _art(self, sheet: Sheet, art: Artwork) -> GraftedPage:
        blank = (sheet.pack.form, art.sha256)
        where = (*blank, sheet.page)
        if where not in self._arts:
            page, seen, tagged = art.pages[sheet.page], self._seen.setdefault(blank, {}), art.tags is not None
            self._arts[where] = graft_page(self.writer, page, seen, self.font_entries, tagged=tagged)
        return self._arts[where]

    def _tells(self, sheet: Sheet, art: Artwork) -> "Told":
        """What every copy of a page says of itself and its fields."""
        page, beside = sheet.pack.pages[sheet.page], _on_margin(sheet)
        where = (sheet.pack.form, art.sha256, sheet.page, tuple(item.name for item in beside))
        if where not in self._told:
            order = (*(item.name for item in beside), *field_order(page, art, sheet.page))
            items = {item.name: item for item in (*beside, *page.fields.values())}
            kind = "P" if sheet.pack.drawn else "Form"
            tag = with_all(art.tags.pages[sheet.page], order) if art.tags else drawn_tags(order, sheet.page, kind=kind)
            words = {
                name: self.writer.add(text_string(art.speech.get(without_unnamed(name)) or spoken(items[name].key)))
                for name in order
            }
            tree = _tree([items[name] for name in order])
            frames = tuple(_border(f, f.rect[0], f.rect[1]) for f in page.fields.values() if f.border)
            self._told[where] = Told(order, {name: i for i, name in enumerate(order)}, plan(tag), words, tree, frames)
        return self._told[where]

    def _page(self, drawing: GraftedPage, extra: bytes, number_: int, more_contents: int = 0) -> bytes:
        contents = b" ".join(
            b"%d 0 R" % ref for ref in (*drawing.contents, *((more_contents,) if more_contents else ()))
        )
        wide, high = map(number, drawing.size)
        return f"<</Type/Page/Parent {self._shared['tree']} 0 R/MediaBox[0 0 {wide} {high}]".encode() + (
            b"/Resources %d 0 R/Contents[%s]/StructParents %d/Tabs/S%s>>"
            % (drawing.resources, contents, number_, extra)
        )

    def _add_flat(self, part: int, sheet: Sheet, art: Artwork) -> None:
        """Add a page as it prints; what was filled in is tagged where its field would be."""
        told = self._tells(sheet, art)
        written = sorted(sheet.written, key=lambda w: told.place[w.field.name])
        values = {w.field.name: told.plan.marked + i for i, w in enumerate(written)}
        stream = self._drawn(sheet, written, values, told.frames)
        ref, page_number = self.writer.reserve(), self._structure.number()
        self.writer.put(ref, self._page(self._art(sheet, art), b"", page_number, stream))
        kinds = {} if sheet.pack.drawn else self._print_fields(sheet, told, values)
        self._structure.page(part, told.plan, root_name(sheet), ref, page_number, {}, values, kinds)
        self.pages.append(ref)

    def _drawn(
        self, sheet: Sheet, written: Sequence[Written], values: Mapping[str, int], frames: Sequence[bytes]
    ) -> int:
        """The drawing of a flat sheet: it refers to nothing, so that one that another file has is taken as it is."""
        if self.drawn is not None and id(sheet) in self.drawn:
            return self.writer.add(self.drawn[id(sheet)])
        parts = [b"q", *([b"/Artifact BMC", *frames, b"EMC"] if frames else []), INK]
        for w in written:
            draw = _check if w.field.kind == "tick" else _text
            drawn = draw(w, w.field.rect[0], w.field.rect[1])
            parts.append(b"/P <</MCID %d>> BDC\n%s\nEMC" % (values[w.field.name], drawn))
        stream = self.writer.stream(b"\n".join([*parts, b"Q"]))
        if self.drawn is not None:
            self.drawn[id(sheet)] = self.writer.bodies[stream - 1]
        return stream

    def _print_fields(self, sheet: Sheet, told: "Told", values: Mapping[str, int]) -> Mapping[str, int]:
        """What each field of a flat page was (ISO 32000-1, 14.8.5.6), said once for all copies of the page."""
        ticked = tuple(w.field.name for w in sheet.written if w.field.kind == "tick")
        if ticked in told.kinds:
            return told.kinds[ticked]
        found: dict[str, int] = {}
        for item in (*_on_margin(sheet), *sheet.pack.pages[sheet.page].fields.values()):
            role = b"/Role/tv"
            if item.kind == "tick":
                role = b"/Role/cb/checked/" + (b"on" if item.name in values else b"off")
            key = f"print {told.words[item.name]} {role!r}"
            if key not in self._shared:
                desc = b"<</O/PrintField%s/Desc %d 0 R>>" % (role, told.words[item.name])
                self._shared[key] = self.writer.add(desc)
            found[item.name] = self._shared[key]
        told.kinds[ticked] = found
        return found

    def _add_editable(self, part: int, root: int, sheet: Sheet, art: Artwork) -> list[int]:
        """Add a page with its fields below `root`; the references of the topmost of them."""
        told, page_ref, page_number = self._tells(sheet, art), self.writer.reserve(), self._structure.number()
        written = {w.field.name: w for w in sheet.written}
        page = _FieldPage(page_ref, told, written)
        kids = [self._branch(name, node, root, page) for name, node in told.tree.items()]
        annots = b"/Annots[" + b" ".join(b"%d 0 R" % page.fields[name][0] for name in told.order) + b"]"
        self.writer.put(page_ref, self._page(self._art(sheet, art), annots, page_number))
        self._structure.page(part, told.plan, root_name(sheet), page_ref, page_number, page.fields, {}, {})
        self.pages.append(page_ref)
        return kids

    def _branch(self, name: str, node: "Branch | Field", parent: int, page: "_FieldPage") -> int:
        ref = self.writer.reserve()
        if isinstance(node, Field):
            own = self._structure.number()
            page.fields[node.name] = (ref, own)
            where = b"/TU %d 0 R/P %d 0 R/Parent %d 0 R/StructParent %d" % (
                page.told.words[node.name],
                page.page,
                parent,
                own,
            )
            self.writer.put(ref, _widget(node) + where + self._value(node, page.written.get(node.name)) + b">>")
            return ref
        kids = [self._branch(part, child, ref, page) for part, child in node.items()]
        self.writer.put(
            ref,
            b"<</T%s/Parent %d 0 R/Kids[%s]>>"
            % (literal(name.encode()), parent, b" ".join(b"%d 0 R" % kid for kid in kids)),
        )
        return ref

    def _value(self, item: Field, written: Written | None) -> bytes:
        """The entries of a widget that hold its value and its appearance."""
        if item.kind == "tick":
            state = item.state.encode() if written else b"Off"
            wide_as = f"{item.rect[2] - item.rect[0]:.1f}"
            mark = self._appearance(item, f"tick {wide_as}", _tick(item, 0, 0))
            # Ghostscript warns of every box without a drawing for the state it is in.
            off = self._appearance(item, f"no tick {wide_as}", b"")
            return b"/AP<</N<</%s %d 0 R/Off %d 0 R>>>>/V/%s/AS/%s" % (item.state.encode(), mark, off, state, state)
        border = _border(item, 0, 0) if item.border else b""
        if written is None:
            if not border:
                return b""
            wide, high = item.rect[2] - item.rect[0], item.rect[3] - item.rect[1]
            return b"/AP<</N %d 0 R>>" % self._appearance(
                item, f"border {wide:.2f} {high:.2f} {item.max_length}", border
            )
        drawing = self._appearance(
            item, "", border + b"/Tx BMC\nq\n" + INK + b"\n" + _text(written, 0, 0) + b"\nQ\nEMC"
        )
        size = written.setting.size
        own_size = b"/DA(/HeBo %d Tf %s)" % (size, INK) if size != 8 else b""
        return b"/AP<</N %d 0 R>>/V%s%s" % (drawing, text_string(written.text), own_size)

    def _appearance(self, item: Field, shared: str, drawing: bytes) -> int:
        if shared and shared in self._shared:
            return self._shared[shared]
        x0, y0, x1, y1 = item.rect
        entries = f"/Type/XObject/Subtype/Form/BBox[0 0 {number(x1 - x0)} {number(y1 - y0)}]".encode()
        ref = self.writer.stream(drawing, entries + b"/Resources %d 0 R" % self._shared["resources"], compress=False)
        if shared:
            self._shared[shared] = ref
        return ref


def _on_margin(sheet: Sheet) -> list[Field]:
    """The places on the margin that the sheet writes in: a page that says nothing there has no field more."""
    margin = sheet.pack.pages[sheet.page].margin
    return [w.field for w in sheet.written if w.field.key in margin]


def _tree(items: Sequence[Field]) -> Branch:
    """The fields of a page as the tree of their names. Raises ValueError where a field holds another."""
    tree: Branch = {}
    for item in items:
        *parts, leaf = item.name.split(".")
        branch = tree
        for part in parts:
            inner = branch.setdefault(part, {})
            if isinstance(inner, Field):
                raise ValueError(f"{item.name}: a field inside a field")
            branch = inner
        branch[leaf] = item
    return tree


def root_name(sheet: Sheet) -> str:
    """The name above all fields of one copy of a form; the IRS's own root is the same in every form."""
    return f"{sheet.pack.form}-{sheet.copy}"


@lru_cache(maxsize=8192)
def _widget(item: Field) -> bytes:
    """The entries of a field's widget that don't depend on its value or copy."""
    rect = " ".join(map(number, item.rect))
    leaf = item.name.rsplit(".", 1)[-1]
    head = f"<</Type/Annot/Subtype/Widget/F {68 if item.read_only else 4}/Rect[{rect}]/T({leaf})".encode()
    if item.kind == "tick":
        return head + f"/FT/Btn/MK<</CA(4)>>/DA(/ZaDb {number(_tick_size(item))} Tf {INK.decode()})".encode()
    # Field flags (ISO 32000-1, tables 221 and 228): 1 read-only, 4096 multi-line, 2**23 no scrolling, 2**24 comb.
    flags = 2**23 | (1 if item.read_only else 0) | (4096 if item.lines > 1 else 0) | (2**24 if item.comb else 0)
    length = f"/MaxLen {item.max_length}" if item.max_length else ""
    border = "/MK<</BC[0.2 0.2 0.2]>>" if item.border else ""
    return head + f"/FT/Tx/Ff {flags}/Q {ALIGNMENTS.index(item.align)}{length}{border}".encode()


def spoken(key: str) -> str:
    """A line key as a screen reader says it: `line 1b, column d`, `row 3, column a`. The IRS names fields f1_3[0]."""
    words = key.replace("_", " ").split(".")
    if words[0][0].isdigit():
        words[0] = f"line {words[0]}"
    if words[0] in ("row", "dependent"):
        words[:2] = [f"{words[0]} {words[1]}"]
    if len(words) > 1 and len(words[1]) == 1 and not words[0].startswith("box"):
        words[1] = f"column {words[1]}"
    return ", ".join(words)


def _tick_size(item: Field) -> float:
    return 0.7 * (item.rect[3] - item.rect[1])


def _check(written: Written, x: float, y: float) -> bytes:
    return _tick(written.field, x, y)


def _tick(item: Field, x: float, y: float) -> bytes:
    """The check mark of a ticked box whose lower left corner is at x, y."""
    size = _tick_size(item)
    x += (item.rect[2] - item.rect[0] - _CHECK_WIDTH * size) / 2
    y += (item.rect[3] - item.rect[1] - _CHECK_HEIGHT * size) / 2
    return f"BT /ZaDb {number(size)} Tf {INK.decode()} {number(x)} {number(y)} Td (4) Tj ET".encode()


def _border(item: Field, x: float, y: float) -> bytes:
    """The frame a bordered field draws, with the lines between the cells of a comb."""
    wide, high = item.rect[2] - item.rect[0], item.rect[3] - item.rect[1]
    cells = item.max_length if item.comb else 1
    lines = [
        f"{number(x + wide * i / cells)} {number(y)} m {number(x + wide * i / cells)} {number(y + high)} l S"
        for i in range(1, cells)
    ]
    frame = f"{number(x + 0.5)} {number(y + 0.5)} {number(wide - 1)} {number(high - 1)} re S"
    return "\n".join(["q 1 w 0.2 G", frame, *lines, "Q\n"]).encode()


def _text(written: Written, x: float, y: float) -> bytes:
    """The text of a field with its lower left corner at x, y; one line in the middle, several from the top."""
    item, size = written.field, written.setting.size
    wide, high = item.rect[2] - item.rect[0], item.rect[3] - item.rect[1]
    drawn = "\n".join(
        [
            f"BT /HeBo {size} Tf {x + place_x:.2f} {y + place_y:.2f} Td ({_escaped(text)}) Tj ET"
            for place_x, place_y, text in _placed(written, wide, high)
        ]
    )
    return drawn.encode() if drawn.isascii() else drawn.encode("cp1252")


def _escaped(text: str) -> str:
    if text.isalnum():
        return text
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _placed(written: Written, wide: float, high: float) -> list[tuple[float, float, str]]:
    item, size, lines = written.field, written.setting.size, written.setting.lines
    middle = (high - _CAP_HEIGHT * size) / 2
    if item.comb:
        cell = wide / item.max_length
        return [(cell * (i + 0.5) - WIDTH[c] * size / 2000, middle, c) for i, c in enumerate(lines[0])]
    first = high - TOP - 0.75 * size if item.lines > 1 else middle
    placed = []
    for i, line in enumerate(lines):
        room = 0.0 if item.align == "left" else wide - 2 * PADDING - width(line, size)
        offset = room / 2 if item.align == "centre" else room
        placed.append((PADDING + offset, first - i * LEADING * size, line))
    return placed
