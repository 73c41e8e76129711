"""Turns the tag trees of pages into the structure of one PDF file: one document, a part a form, a tree a page."""

from collections.abc import Mapping
from dataclasses import field

from niner.dataclass import dataclass
from niner.forms.drawing.tags import COPY, Tag
from niner.forms.drawing.write import Writer, literal, text_string

_A_NODE = 200  # entries of one node of a tree of numbers or names

# Kinds that ISO 32000-1, 14.8.4 knows need no role.
_STANDARD = {"Document", "Part", "Sect", "Div", "P", "Form", "Table", "TR", "TH", "TD", "L", "LI", "LBody", "Span"}


@dataclass(frozen=True, slots=True)
class _Node:
    """An element of a plan: what is the same in every copy, the place of its parent, and what it holds."""

    head: bytes
    parent: int
    name: bytes
    nodes: tuple[int, ...] = ()
    kids: tuple[int | str, ...] = ()  # numbers of marked pieces, names of fields


@dataclass(frozen=True, slots=True)
class Plan:
    """A page's tree laid out in a row, a parent before what it holds, to be written for each copy."""

    nodes: tuple[_Node, ...]
    marked: int
    """How many marked pieces the drawing has: the first free number."""


def plan(tag: Tag) -> Plan:
    """The plan of a page's tree."""
    nodes: list[_Node] = []
    marked = -1

    def lay(item: Tag, parent: int) -> int:
        nonlocal marked
        place = len(nodes)
        nodes.append(_Node(b"", parent, b""))
        order: list[int | str] = []
        inner: list[int] = []
        for kid in item.kids:
            if isinstance(kid, Tag):
                inner.append(lay(kid, place))
                order.append(-len(inner))
            else:
                order.append(kid)
                marked = max(marked, kid) if isinstance(kid, int) else marked
        head = b"<</S/" + item.kind.encode() + item.entries
        nodes[place] = _Node(head, parent, item.name, tuple(inner), tuple(order))
        return place

    lay(tag, -1)
    return Plan(tuple(nodes), marked + 1)


@dataclass(slots=True)
class Structure:
    """The structure of a file being written. Each page and each field has a number by which it finds its element."""

    writer: Writer
    root: int = 0
    document: int = 0
    parts: list[int] = field(default_factory=list)
    _parents: list[bytes] = field(default_factory=list)
    _names: dict[bytes, int] = field(default_factory=dict)
    _roles: dict[str, str] = field(default_factory=dict)
    _pages: dict[int, tuple[bytes, list[int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root, self.document = self.writer.reserve(), self.writer.reserve()

    def part(self, title: str, roles: Mapping[str, str]) -> int:
        """A new part of the document, as a form is; pages are added to it."""
        self._roles |= {kind: role for kind, role in roles.items() if kind not in _STANDARD}
        ref = self.writer.reserve()
        self.parts.append(ref)
        self._pages[ref] = (title.encode(), [])
        return ref

    def number(self) -> int:
        """The next number of a page or field."""
        self._parents.append(b"null")
        return len(self._parents) - 1

    def page(
        self,
        part: int,
        laid: Plan,
        copy: str,
        page: int,
        page_number: int,
        fields: Mapping[str, tuple[int, int]],
        values: Mapping[str, int],
        attributes: Mapping[str, int],
    ) -> None:
        """Add the tree of one page (object `page`, number `page_number`) of the copy of that name.

        `fields` has each field's object and number where it can be edited; else `values` has the marked piece that
        shows what was filled in, and `attributes` the object that says what kind of field it was.
        """
        first = len(self.writer.bodies) + 1
        mark = literal(copy.encode())[1:-1] + b"/"
        shown = [b"null"] * (laid.marked + len(values))
        bodies: list[bytes] = []
        for place, node in enumerate(laid.nodes):
            ref, held, on_page, head = first + place, [], False, node.head
            if COPY in head:
                head = head.replace(COPY, mark)
            if node.name:
                self._names[mark + node.name] = ref
                head += b"/ID" + literal(mark + node.name)
            for kid in node.kids:
                if isinstance(kid, int) and kid < 0:
                    held.append(b"%d 0 R" % (first + node.nodes[-kid - 1]))
                    continue
                on_page = True
                if isinstance(kid, str) and kid in fields:
                    held.append(b"<</Type/OBJR/Obj %d 0 R>>" % fields[kid][0])
                    self._parents[fields[kid][1]] = b"%d 0 R" % ref
                    continue
                if isinstance(kid, str):
                    head += b"/A %d 0 R" % attributes[kid] if kid in attributes else b""
                    if kid not in values:
                        continue
                number = values[kid] if isinstance(kid, str) else kid
                held.append(b"%d" % number)
                shown[number] = b"%d 0 R" % ref
            parent = first + node.parent if node.parent >= 0 else part
            pg = b"/Pg %d 0 R" % page if on_page else b""
            kids = b"/K[" + b" ".join(held) + b"]" if held else b""
            bodies.append(head + b"/P %d 0 R" % parent + pg + kids + b">>")
        self.writer.bodies += bodies
        self._parents[page_number] = b"[" + b" ".join(shown) + b"]"
        self._pages[part][1].append(first)

    def finish(self) -> bytes:
        """Write what holds the pages together; the entries of the catalog."""
        for ref, (title, pages) in self._pages.items():
            kids = b" ".join(b"%d 0 R" % page for page in pages)
            words = text_string(title.decode())
            body = b"<</S/Part/T%s/P %d 0 R/K[%s]>>" % (words, self.document, kids)
            self.writer.put(ref, body)
        kids = b" ".join(b"%d 0 R" % ref for ref in self.parts)
        document = b"<</S/Document/P %d 0 R/K[%s]>>" % (self.root, kids)
        self.writer.put(self.document, document)
        numbers = [(b"%d" % i, body) for i, body in enumerate(self._parents)]
        entries = b"/K[%d 0 R]/ParentTree %d 0 R/ParentTreeNextKey %d" % (
            self.document,
            self._tree(b"/Nums", numbers),
            len(numbers),
        )
        if self._names:
            names = [(literal(name), b"%d 0 R" % self._names[name]) for name in sorted(self._names)]
            entries += b"/IDTree %d 0 R" % self._tree(b"/Names", names)
        if self._roles:
            roles = b"".join(f"/{kind}/{self._roles[kind]}".encode() for kind in sorted(self._roles))
            entries += b"/RoleMap<<" + roles + b">>"
        self.writer.put(self.root, b"<</Type/StructTreeRoot" + entries + b">>")
        return b"/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R" % self.root

    def _tree(self, kind: bytes, pairs: list[tuple[bytes, bytes]]) -> int:
        """A tree of numbers or names in order: leaves of a few hundred under one top."""
        leaves = []
        for start in range(0, len(pairs), _A_NODE):
            some = pairs[start : start + _A_NODE]
            held = b" ".join(key + b" " + value for key, value in some)
            leaves.append(self.writer.add(b"<<%s[%s]/Limits[%s %s]>>" % (kind, held, some[0][0], some[-1][0])))
        return self.writer.add(b"<</Kids[" + b" ".join(b"%d 0 R" % leaf for leaf in leaves) + b"]>>")
