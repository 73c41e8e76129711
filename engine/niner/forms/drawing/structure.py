"""Turns the tag trees of pages into the structure of one PDF file: one document, a part a form, a tree a page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from operator import itemgetter
from typing import Any

from niner.dataclass import dataclass
from niner.forms.drawing.tags import COPY, Tag
from niner.forms.drawing.write import Writer, literal, text_string

_A_NODE = 200  # entries of one node of a tree of numbers or names
_MOST_SHAPES = 200  # kept at once

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


@dataclass(frozen=True, slots=True)
class _Shape:
    """What copies of a page have in common that have the same fields filled: their elements, to be numbered.

    `body` has all elements and then the list by which marked pieces find theirs, with a NUL between two and places for
    what `numbers` names: the copy's elements, then its page, its part, its name, and the objects of its fields.
    """

    body: bytes
    numbers: Callable[[Sequence[Any]], tuple[Any, ...]]
    named: tuple[tuple[bytes, int], ...]
    """The elements that have a name, each by its place."""
    held: tuple[tuple[str, int], ...]
    """The fields that can be edited, each with the place of its element."""


def _shape(laid: Plan, fields: Sequence[str], values: Mapping[str, int], attributes: Mapping[str, int]) -> _Shape:
    """The shape of pages on which those fields can be edited, or those values are shown."""
    count = len(laid.nodes)
    page, part, copy = count, count + 1, count + 2
    field_at = {name: count + 3 + i for i, name in enumerate(fields)}
    shown: list[int | None] = [None] * (laid.marked + len(values))
    bodies: list[bytes] = []
    numbers: list[int] = []
    held: list[tuple[str, int]] = []

    def reference(at: int) -> bytes:
        numbers.append(at)
        return b"%d 0 R"

    def named(text: bytes) -> bytes:
        """Text with places for the copy's name."""
        numbers.extend([copy] * text.count(COPY))
        return text.replace(b"%", b"%%").replace(COPY, b"%b")

    for place, node in enumerate(laid.nodes):
        body, kids, on_page = named(node.head), [], False
        body += b"/ID" + named(literal(COPY + node.name)) if node.name else b""
        attribute = b""
        pieces: list[tuple[bytes, int | None]] = []
        for kid in node.kids:
            if isinstance(kid, int) and kid < 0:
                pieces.append((b"%d 0 R", node.nodes[-kid - 1]))
                continue
            on_page = True
            if isinstance(kid, str) and kid in field_at:
                pieces.append((b"<</Type/OBJR/Obj %d 0 R>>", field_at[kid]))
                held.append((kid, place))
                continue
            if isinstance(kid, str):
                attribute += b"/A %d 0 R" % attributes[kid] if kid in attributes else b""
                if kid not in values:
                    continue
            number = values[kid] if isinstance(kid, str) else kid
            pieces.append((b"%d" % number, None))
            shown[number] = place
        body += attribute + b"/P " + reference(part if node.parent < 0 else node.parent)
        body += b"/Pg " + reference(page) if on_page else b""
        for piece, at in pieces:
            kids.append(piece)
            numbers += [] if at is None else [at]
        bodies.append(body + (b"/K[" + b" ".join(kids) + b"]" if kids else b"") + b">>")
    bodies.append(b"[" + b" ".join([b"null" if at is None else reference(at) for at in shown]) + b"]")
    names = tuple((node.name, place) for place, node in enumerate(laid.nodes) if node.name)
    return _Shape(COPY.join(bodies), itemgetter(*numbers), names, tuple(held))


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
    _shapes: dict[tuple[Any, ...], tuple[Plan, _Shape]] = field(default_factory=dict)

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
        # The plan is kept with its shape, so that its id stays its own.
        key = id(laid), tuple(fields), tuple(values.items()), tuple(attributes.items())
        found = self._shapes.get(key)
        if found is None:
            if len(self._shapes) >= _MOST_SHAPES:
                self._shapes.clear()
            found = self._shapes[key] = laid, _shape(laid, tuple(fields), values, attributes)
        shape = found[1]
        mark = literal(copy.encode())[1:-1] + b"/"
        objects = [ref for ref, _ in fields.values()]
        count = len(laid.nodes)
        numbers = shape.numbers((*range(first, first + count), page, part, mark, *objects))
        *bodies, shown = (shape.body % numbers).split(COPY)
        for name, place in shape.named:
            self._names[mark + name] = first + place
        for field_name, place in shape.held:
            self._parents[fields[field_name][1]] = b"%d 0 R" % (first + place)
        self.writer.add_last(bodies)
        self._parents[page_number] = shown
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
            leaves.append(b"<<%s[%s]/Limits[%s %s]>>" % (kind, held, some[0][0], some[-1][0]))
        first = self.writer.add_last(leaves)
        kids = b" ".join(b"%d 0 R" % leaf for leaf in range(first, first + len(leaves)))
        return self.writer.add(b"<</Kids[" + kids + b"]>>")
