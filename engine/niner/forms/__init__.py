"""Forms: the lines of a return in, official PDFs out that were read back before they were released.

    pack ─▶ blanks ─▶ filling ─▶ packet ─▶ reading (back)      drawing: ink on pages      making: packs from blanks

What handles PDFs is loaded where it is asked for: working a return out needs none of it. Start with `packet`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from niner.forms.blanks.finding import BlankStatus, blank_status, fetch_blanks, without_blank
    from niner.forms.filling.attachment import fits_attachment
    from niner.forms.filling.continuation import Continuation
    from niner.forms.filling.password import password_findings
    from niner.forms.filling.settle import fits
    from niner.forms.filling.statement import Statement
    from niner.forms.pack.loading import load_pack, spread
    from niner.forms.pack.values import FieldValue, FormFill, Origin, Pack, PageFill
    from niner.forms.pack.verify import verify_pack
    from niner.forms.packet import produce
    from niner.forms.produced import Produced
    from niner.forms.ready import refusals

__all__ = [
    "BlankStatus",
    "Continuation",
    "FieldValue",
    "FormFill",
    "Origin",
    "Pack",
    "PageFill",
    "Produced",
    "Statement",
    "blank_status",
    "fetch_blanks",
    "fits",
    "fits_attachment",
    "load_pack",
    "password_findings",
    "produce",
    "refusals",
    "spread",
    "verify_pack",
    "without_blank",
]

_WHERE = {
    "blanks.finding": ("BlankStatus", "blank_status", "fetch_blanks", "without_blank"),
    "filling.attachment": ("fits_attachment",),
    "filling.continuation": ("Continuation",),
    "filling.password": ("password_findings",),
    "filling.settle": ("fits",),
    "filling.statement": ("Statement",),
    "pack.loading": ("load_pack", "spread"),
    "pack.values": ("FieldValue", "FormFill", "Origin", "Pack", "PageFill"),
    "pack.verify": ("verify_pack",),
    "packet": ("produce",),
    "produced": ("Produced",),
    "ready": ("refusals",),
}
_LATER = {name: module for module, names in _WHERE.items() for name in names}


def __getattr__(name: str) -> Any:
    """What is loaded when somebody asks for it."""
    if name not in _LATER:
        raise AttributeError(name)
    return getattr(import_module(f"niner.forms.{_LATER[name]}"), name)
