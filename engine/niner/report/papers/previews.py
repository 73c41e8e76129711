"""Filled forms to small pictures of their first pages for the workpapers, every number that identifies painted over."""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, SecretStr

from niner.case import Case
from niner.dataclass import dataclass
from niner.words.form_names import form_name

_DPI = 60
_MOST = 16  # pictures on one page
_LEAST = 4  # characters: a shorter number identifies nothing, and stands everywhere


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture of a form's first page: what form it is, of how many pages, and the PNG as a data address."""

    name: str
    file: str
    pages: int
    address: str


def previews(case: Case, forms: Sequence[Mapping[str, Any]], files: Mapping[str, bytes]) -> list[Preview]:
    """A picture of each form's first page, in the order of the packet: `forms` is what was produced, `files` the PDFs.

    Social security numbers, PINs and the bank account of the case are painted over.
    """
    if not forms:
        return []
    from niner.forms.reading.preview import first_page  # what draws PDFs is loaded where there is one

    secrets = secrets_of(case)
    found = []
    for form in forms[:_MOST]:
        picture = base64.b64encode(first_page(files[form["file"]], _DPI, secrets)).decode()
        found.append(Preview(form_name(form["form"]), form["file"], form["pages"], f"data:image/png;base64,{picture}"))
    return found


def secrets_of(case: Case) -> frozenset[str]:
    """Every number of a case that identifies a person or an account, letters and digits alone."""
    found: set[str] = set()

    def gather(value: object) -> None:
        if isinstance(value, SecretStr):
            found.add(_bare(value.get_secret_value()))
        elif isinstance(value, BaseModel):
            for name in type(value).model_fields:
                gather(getattr(value, name))
        elif isinstance(value, dict):
            for inner in value.values():
                gather(inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                gather(inner)

    gather(case)
    if case.bank is not None:
        found.add(_bare(case.bank.routing))
    return frozenset(one for one in found if len(one) >= _LEAST)


def _bare(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", text)
