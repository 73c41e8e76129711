"""Turns a form and a tax year into the pack that serves them, and values of a form into values of its pages."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from niner.files.reading import YAML_BYTES, Unreadable, read_bytes
from niner.forms.pack.packfile import read_pack
from niner.forms.pack.values import Blank, Field, FieldValue, Pack, PackPage, PageFill, StatementColumn
from niner.process.kept import kept, key_of
from niner.resources import room
from niner.values import Finding, Refused


def load_pack(form: str, year: int, roots: Sequence[Path] = (), revision: str = "") -> Pack:
    """The pack of `form` for tax year `year`; a firm's own folders (`roots`) come before Niner's.

    Raises Refused where there is none, or where the file breaks a rule of packs.
    """
    for root in [*roots, room("forms")]:
        found = [p for p in packs_in(Path(root), form) if year in p.years and revision in ("", p.revision)]
        if found:
            return replace(max(found, key=lambda p: p.revision), year=year)
    wanted = f"{form} {revision or year}"
    raise Refused(
        [
            Finding(
                "forms.no_pack",
                "error",
                f"There is no form pack for {wanted}.",
                "Make one with `niner forms new BLANK.pdf` (forms/README.md says how).",
                value=wanted,
            )
        ]
    )


def packs_in(root: Path, form: str = "") -> list[Pack]:
    """Every pack of a folder (of one form, or of all), by file name."""
    if not re.fullmatch(r"\w*", form):
        return []
    folders = [root / form] if form else sorted({path.parent for path in root.glob("*/*.yaml")})
    return [pack for folder in folders for pack in _cached(folder, _stamps(folder))]


def _stamps(form: Path) -> tuple[tuple[str, int], ...]:
    """The packs in a form's folder, by which a changed one is told; none where there is no such folder."""
    try:
        found = list(os.scandir(form))
    except OSError:
        return ()
    return tuple(sorted((one.name, one.stat().st_mtime_ns) for one in found if one.name.endswith(".yaml")))


@lru_cache(maxsize=256)
def _cached(form: Path, _stamps: tuple[tuple[str, int], ...]) -> tuple[Pack, ...]:
    """The packs of one form, by file name."""
    paths = sorted(form.glob("*.yaml"))
    made_from = [str(form).encode(errors="surrogateescape")]
    try:
        own = [] if form.parent == room("forms") else sorted((room("forms") / form.name).glob("*.yaml"))
        for path in (*paths, *own):  # a firm's pack may extend one of Niner's
            made_from += [path.name.encode(errors="surrogateescape"), read_bytes(path, YAML_BYTES)]
    except (OSError, Unreadable):  # told with its reason where it is read
        return tuple(map(read_pack, paths))
    return kept(
        f"packs-{form.name}", key_of(["forms"], made_from), _RECORDS, lambda: tuple(map(read_pack, paths)), {Field}
    )


_RECORDS = (Pack, PackPage, Field, Blank, StatementColumn)


def spread(pack: Pack, values: Mapping[str, FieldValue | None]) -> tuple[PageFill, ...]:
    """Values of a whole form, each to the page that has its key; header keys (name, ssn) to every page with them.

    All pages of the pack are named, in order. Raises Refused for a key the pack doesn't have.
    """
    strange = [key for key in values if not any(page.has(key) for page in pack.pages)]
    if strange:
        raise Refused(
            [
                Finding(
                    "forms.unknown_line",
                    "error",
                    f"{pack.title} {pack.revision} has no line {key}.",
                    "This is a mistake in the rules or the pack.",
                    value=key,
                )
                for key in strange
            ]
        )
    return tuple(
        PageFill(number, {key: value for key, value in values.items() if page.has(key)})
        for number, page in enumerate(pack.pages)
    )
