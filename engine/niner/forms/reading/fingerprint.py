"""Turns each page of a flat PDF into a fingerprint of all that is painted on it: pages of one fingerprint look alike.

A third engine (qpdf, by pikepdf) reads it, so that a page that was proved in one file need not be proved again in the
next. What does not paint (the page's parent, its tags) is left out; a page with annotations has no fingerprint.
"""

import hashlib
from io import BytesIO
from typing import Any

_NOT_PAINTED = frozenset({"/Parent", "/StructParents", "/Tabs"})
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")  # ISO 32000-2, table 31
_DEEPEST = 40


def fingerprints(data: bytes) -> list[str]:
    """One for each page of the PDF `data`; empty for a page that can't be told by it. None at all for no PDF."""
    import pikepdf

    seen: dict[tuple[int, int], bytes] = {}

    def told(item: object, depth: int = 0) -> bytes:
        if depth > _DEEPEST:
            raise ValueError("nested too deep")
        if not isinstance(item, pikepdf.Object):
            return repr(item).encode()
        where = item.objgen
        if where[0] and where in seen:
            return seen[where]
        if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            names = sorted(name for name in dict(item) if name not in _NOT_PAINTED)
            parts = [name.encode() + b" " + told(item.get(name), depth + 1) for name in names]
            if isinstance(item, pikepdf.Stream):
                parts.append(item.read_raw_bytes())
            kind = b"stream" if isinstance(item, pikepdf.Stream) else b"dictionary"
        elif isinstance(item, pikepdf.Array):
            kind, parts = b"array", [told(one, depth + 1) for one in item]
        else:
            kind, parts = b"plain", [item.unparse()]
        digest = hashlib.sha256(kind)
        for part in parts:
            digest.update(len(part).to_bytes(8, "big") + part)
        if where[0]:
            seen[where] = digest.digest()
        return digest.digest()

    found = []
    try:
        with pikepdf.open(BytesIO(data)) as document:
            if "/OCProperties" in document.Root:  # what is painted would depend on more than the page
                return []
            for page in document.pages:
                try:
                    above = b"".join(told(_inherited(page.obj, name)) for name in _INHERITED)
                    found.append("" if "/Annots" in page.obj else f"{told(page.obj).hex()} {above.hex()}")
                except ValueError:
                    found.append("")
    except pikepdf.PdfError:
        return []
    return found


def _inherited(page: Any, name: str) -> object:
    """An entry of a page, or of what is above it."""
    for _ in range(_DEEPEST):
        if name in page or "/Parent" not in page:
            return page.get(name)
        page = page.Parent
    raise ValueError("too many pages above one another")
