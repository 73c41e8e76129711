"""Turns the bytes of a blank into the plain facts of its form fields, in page order."""

from io import BytesIO
from typing import Any

from niner.dataclass import dataclass
from niner.forms.pack.values import ALIGNMENTS, MAX_BLANK_BYTES, Align, Rect

_MAX_FIELDS = 2_000


@dataclass(frozen=True, slots=True)
class Widget:
    """One field as the PDF holds it; `name` is below the form's root, `states` the values a tick can take."""

    page: int
    name: str
    kind: str
    rect: Rect
    align: Align
    max_length: int
    comb: bool
    multiline: bool
    read_only: bool
    states: tuple[str, ...]
    border: bool


@dataclass(frozen=True, slots=True)
class BlankFacts:
    """What a blank says of itself: the root of its field names, its page sizes and its fields."""

    root: str
    page_sizes: tuple[tuple[float, float], ...]
    widgets: tuple[Widget, ...]


def blank_facts(data: bytes) -> BlankFacts:
    """The facts of the PDF `data`. Raises ValueError where it is no fillable PDF or beyond any form's size."""
    if len(data) > MAX_BLANK_BYTES:
        raise ValueError("larger than any IRS form")
    try:
        from pypdf import PdfReader  # large, and wanted only where a blank is looked at

        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted:
            raise ValueError("the PDF is encrypted")
        if len(reader.pages) > 20:
            raise ValueError("more pages than any IRS form")
        found, sizes = [], []
        for place, page in enumerate(reader.pages):
            box = [float(v) for v in page.mediabox]
            sizes.append((box[2], box[3]))
            annotations = page.get("/Annots")
            for item in annotations.get_object() if annotations is not None else ():
                entry = item.get_object()
                if entry.get("/Subtype") == "/Widget":
                    found.append(_widget(place, entry))
                if len(found) > _MAX_FIELDS:
                    raise ValueError("more fields than any IRS form")
    except ValueError:
        raise
    except Exception as problem:
        raise ValueError(f"no readable PDF ({type(problem).__name__})") from problem
    roots = {name.split(".", 1)[0] for name, _ in found}
    root = roots.pop() if len(roots) == 1 else ""
    return BlankFacts(root, tuple(sizes), tuple(make(name.removeprefix(f"{root}.")) for name, make in found))


def _widget(place: int, entry: Any) -> tuple[str, Any]:
    chain = [entry]
    while (parent := chain[-1].get("/Parent")) is not None:
        chain.append(parent.get_object())
        if len(chain) > 12:
            raise ValueError("fields nested deeper than any form's")
    name = ".".join(str(part["/T"]) for part in reversed(chain) if "/T" in part)

    def inherited(key: str, default: Any) -> Any:
        return next((part[key] for part in chain if key in part), default)

    kind = {"/Tx": "text", "/Btn": "tick"}.get(str(inherited("/FT", "")), "other")
    flags = int(inherited("/Ff", 0))
    states: tuple[str, ...] = ()
    if kind == "tick":
        states = tuple(str(s)[1:] for s in entry.get("/AP", {}).get("/N", {}) if str(s) != "/Off")
    x0, y0, x1, y1 = (float(v) for v in entry["/Rect"])
    rect = (round(x0, 3), round(y0, 3), round(x1, 3), round(y1, 3))
    align = ALIGNMENTS[int(inherited("/Q", 0)) % 3]
    border = bool(entry.get("/MK", {}).get("/BC"))
    return name, lambda short: Widget(
        place,
        short,
        kind,
        rect,
        align,
        int(inherited("/MaxLen", 0)),
        bool(flags & 2**24),
        bool(flags & 4096),
        bool(flags & 1),
        states,
        border,
    )
