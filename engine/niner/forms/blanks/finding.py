"""Turns a pack into its blank: from a folder, the user's cache, irs.gov, or else a draft drawn from the pack."""

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import platformdirs

from niner.dataclass import dataclass
from niner.files.reading import Unreadable, read_bytes
from niner.forms.pack.loading import packs_in
from niner.forms.pack.values import MAX_BLANK_BYTES, NO_WORDS, Pack
from niner.resources import room
from niner.values import Finding, Refused, Source
from niner.words.form_names import form_name
from niner.words.plain import path_text, shown

if TYPE_CHECKING:  # what reads and fetches PDFs is loaded where a blank is looked for: a check needs none of it
    from niner.forms.drawing.artwork import Artwork

Status = Literal["official", "draft", "none"]  # none: a page without a blank, as a statement
_unreachable: set[str] = set()


@dataclass(frozen=True, slots=True)
class Found:
    """A blank ready to be filled, where it came from, and what has to be said about it."""

    art: "Artwork"
    status: Status
    place: str
    findings: tuple[Finding, ...] = ()
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class BlankStatus:
    """What is known about one pack's blank; `place` is where it was found, empty where it wasn't."""

    form: str
    revision: str
    years: tuple[int, ...]
    status: str
    place: str = ""
    findings: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "form": self.form,
            "revision": self.revision,
            "years": list(self.years),
            "status": self.status,
            "place": self.place,
            "findings": [f.as_json() for f in self.findings],
        }


def cache_dir() -> Path:
    """The folder of fetched blanks: the user's cache."""
    return Path(platformdirs.user_cache_path("niner")) / "forms"


def find_blank(
    pack: Pack, form_dirs: Sequence[Path] = (), *, offline: bool = False, words: Mapping[str, str] = NO_WORDS
) -> Found:
    """The blank of `pack`, from the first place that has it, else a draft with a finding to settle.

    The places: `form_dirs`, NINER_FORMS, the cache, and irs.gov unless `offline` or NINER_OFFLINE is set. `words` are
    those of each line by its key, for a draft.

    Raises Refused where a folder holds a file of the blank's name that is not the blank.
    """
    said: list[Finding] = []
    for folder in _folders(form_dirs):
        found = _in_folder(pack, folder)
        if found:
            return found
    data = _from_cache(pack, said)
    if data is None and not offline and not os.environ.get("NINER_OFFLINE"):
        data = _fetched(pack, said)
    if data is not None:
        return _official(pack, data, "the cache of fetched forms", said)
    return _drafted(pack, said, words)


def _folders(form_dirs: Sequence[Path]) -> Iterable[Path]:
    yield from map(Path, form_dirs)
    if os.environ.get("NINER_FORMS"):
        yield Path(os.environ["NINER_FORMS"])


def _in_folder(pack: Pack, folder: Path) -> Found | None:
    """The blank in `folder`, by its archive name, or by its plain name where the bytes are the pack's."""
    named = folder / pack.blank_name
    if named.exists():
        return _official(pack, _read(pack, named), str(named), [])
    current = folder / f"{pack.form}.pdf"
    with suppress(Unreadable):
        data = read_bytes(current, MAX_BLANK_BYTES)
        if hashlib.sha256(data).hexdigest() == pack.blank.sha256:
            return _official(pack, data, str(current), [])
    return None


def _read(pack: Pack, path: Path) -> bytes:
    try:
        return read_bytes(path, MAX_BLANK_BYTES)
    except Unreadable as problem:
        raise Refused([_not_the_blank(pack, path_text(path.name), problem.why)]) from None


def _official(pack: Pack, data: bytes, place: str, said: list[Finding]) -> Found:
    """The blank, once its bytes are the pack's.

    A pack made before its blank was seen has a sha256 from hearsay, so it is compared field by field instead.
    """
    name = Path(place).name if "/" in place or "\\" in place else pack.blank_name
    differences = _differences(pack, data)
    if differences:
        raise Refused([_not_the_blank(pack, name, "; ".join(_some(differences)))])
    if not pack.blank.checked:
        said = [
            *said,
            Finding(
                "forms.unverified_pack",
                "review",
                f"The pack of {pack.title} ({pack.revision}) was made before its official blank was seen; "
                "every field of this blank agrees with it.",
                "Compare the printed form with its values before filing.",
            ),
        ]
    from niner.forms.drawing.artwork import artwork, expected_pages

    try:
        art = artwork(data, hashlib.sha256(data).hexdigest())
    except ValueError as problem:
        raise Refused([_not_the_blank(pack, name, str(problem))]) from problem
    if not expected_pages(pack, art):
        raise Refused([_not_the_blank(pack, name, "its pages are of another number or size")])
    return Found(art, "official", place, tuple(said), data)


def _differences(pack: Pack, data: bytes) -> list[str]:
    """Why `data` is not the blank of `pack`: empty where it has the pack's sha256, or the pack has none to trust."""
    sha256 = hashlib.sha256(data).hexdigest()
    if pack.blank.checked and sha256 == pack.blank.sha256:
        return []
    from niner.forms.pack.verify import differences_apart

    apart = differences_apart(pack, data)
    if not pack.blank.checked:
        return apart
    return [f"its sha256 is {sha256[:12]}…, the pack was made from {pack.blank.sha256[:12]}…", *apart]


def _some(differences: list[str]) -> list[str]:
    """The first few differences, to be joined in one sentence."""
    more = [f"{len(differences) - 3} more differences"] if len(differences) > 3 else []
    return [difference.rstrip(".") for difference in differences[:3]] + more


def _not_the_blank(pack: Pack, name: str, why: str) -> Finding:
    return Finding(
        "forms.not_the_blank",
        "error",
        f"{name} is not the official blank of {pack.title} ({pack.revision}): {why}.",
        f"Take the file away, or put the form from {next(iter(pack.blank.urls), 'irs.gov')} in its place; "
        "a revised form needs a new pack (`niner forms new`).",
        source=Source(name),
    )


def _drafted(pack: Pack, said: list[Finding], words: Mapping[str, str]) -> Found:
    from niner.forms.drawing.artwork import artwork
    from niner.forms.drawing.draft import draft

    data = draft(pack, words)
    return Found(artwork(data, hashlib.sha256(data).hexdigest()), "draft", "", tuple(said))


def without_blank(packs: Iterable[Pack], form_dirs: Sequence[Path] = ()) -> list[Pack]:
    """Those of `packs` whose official blank is in no folder and not in the cache; nothing is fetched or kept."""
    folders = list(_folders(form_dirs))
    return [
        pack
        for pack in packs
        if not (cache_dir() / pack.blank_name).exists() and not any(_lies_in(folder, pack) for folder in folders)
    ]


def _lies_in(folder: Path, pack: Pack) -> bool:
    if (folder / pack.blank_name).exists():
        return True
    with suppress(Unreadable):
        data = read_bytes(folder / f"{pack.form}.pdf", MAX_BLANK_BYTES)
        return hashlib.sha256(data).hexdigest() == pack.blank.sha256
    return False


def drafts_told(packs: Sequence[Pack]) -> list[Finding]:
    """One sentence on all forms of a packet that had to be drawn, because no official blank was found."""
    packs = list({(pack.form, pack.revision): pack for pack in packs}.values())
    several = len(packs) > 1
    names = _listed([f"{form_name(pack.form)} ({pack.revision})" for pack in packs])
    blanks = [pack.blank_name for pack in packs]
    says = (
        f"{names} {'are drafts' if several else 'is a draft'} marked NOT FOR FILING: "
        f"no official {'blanks were' if several else 'blank was'} found."
    )
    todo = (
        f"Put {_listed(blanks)} into the folder that NINER_FORMS or --forms names, or run `niner forms fetch`, "
        "then prepare again."
    )
    return [Finding("forms.draft", "review", says, todo, value=", ".join(blanks))]


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _from_cache(pack: Pack, said: list[Finding]) -> bytes | None:
    """The cached blank. One that is no longer the pack's is kept aside under another name and explained."""
    path = cache_dir() / pack.blank_name
    try:
        data = read_bytes(path, MAX_BLANK_BYTES)
    except Unreadable:
        return None
    differences = _differences(pack, data)
    if not differences:
        return data
    said.append(_keep_aside(pack, data, "The cache", differences))
    with suppress(OSError):
        path.unlink()
    return None


def _keep_aside(pack: Pack, data: bytes, where: str, differences: list[str]) -> Finding:
    """Keep a file that is not the pack's blank under another name, and say what is different."""
    from niner.forms.blanks.download import kept

    sha256 = hashlib.sha256(data).hexdigest()
    aside = cache_dir() / f"{pack.blank_name.removesuffix('.pdf')}.{sha256[:12]}.changed.pdf"
    where_kept = f"kept aside as {aside.name} and not used" if kept(aside, data) else "not used"
    return Finding(
        "forms.changed_blank",
        "review",
        f"{where} has another {pack.title} than the pack of {pack.revision} was made from: "
        f"{'; '.join(_some(differences))}.",
        f"It was {where_kept}. A revised form needs a new pack (`niner forms new`).",
        value=sha256,
    )


def _fetched(pack: Pack, said: list[Finding]) -> bytes | None:
    """The blank from its official addresses, now also in the cache; None where none of them has the pack's bytes."""
    from urllib.error import HTTPError

    from niner.forms.blanks.download import download, kept

    for url in pack.blank.urls:
        host = _host(url)
        if not host:
            said.append(_no_address(pack, url))
            continue
        if host in _unreachable:
            continue
        try:
            data = download(url, cache_dir() / f".{pack.blank_name}.part")
        except HTTPError:
            continue
        except (OSError, ValueError):
            _unreachable.add(host)
            said.append(
                Finding(
                    "forms.no_network",
                    "note",
                    f"{host} could not be reached.",
                    "Fetch the forms later with `niner forms fetch`, or use --forms.",
                )
            )
            continue
        differences = _differences(pack, data)
        if not differences:
            kept(cache_dir() / pack.blank_name, data)
            return data
        said.append(_keep_aside(pack, data, host, differences))
    return None


def _host(url: str) -> str:
    """The host of an address of the web; empty where it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in ("http", "https") else ""


def _no_address(pack: Pack, url: str) -> Finding:
    return Finding(
        "forms.no_address",
        "review",
        f"The pack of {pack.title} ({pack.revision}) gives “{shown(url)}”, which is no address of the web.",
        f"Correct it under blank: urls in {path_text(pack.path.name)}.",
        source=Source(path_text(pack.path.name)),
    )


def pack_list(years: Sequence[int], form_dirs: Sequence[Path]) -> list[Pack]:
    """The packs that serve `years` (all packs for none), a firm's own before Niner's."""
    packs: dict[tuple[str, str], Pack] = {}
    for root in [*map(Path, form_dirs), room("forms")]:
        for pack in packs_in(root):
            if not years or set(years) & set(pack.years):
                packs.setdefault((pack.form, pack.revision), pack)
    return [packs[where] for where in sorted(packs)]


def blank_status(years: Sequence[int] = (), form_dirs: Sequence[Path] = ()) -> list[BlankStatus]:
    """For each pack, whether its official blank is at hand: `official`, `missing` or `refused`. Fetches nothing."""
    return [_status(pack, form_dirs, offline=True) for pack in pack_list(years, form_dirs)]


def fetch_blanks(years: Sequence[int] = (), form_dirs: Sequence[Path] = ()) -> list[BlankStatus]:
    """Fetch the blanks that are not at hand into the cache; what came of each."""
    return [_status(pack, form_dirs, offline=False) for pack in pack_list(years, form_dirs)]


def _status(pack: Pack, form_dirs: Sequence[Path], *, offline: bool) -> BlankStatus:
    try:
        found = find_blank(pack, form_dirs, offline=offline)
    except Refused as refusal:
        return BlankStatus(pack.form, pack.revision, pack.years, "refused", findings=tuple(refusal.findings))
    status = "official" if found.status == "official" else "missing"
    return BlankStatus(pack.form, pack.revision, pack.years, status, found.place, found.findings)
