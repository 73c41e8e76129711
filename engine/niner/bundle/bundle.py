"""A case to a zip of a scrambled copy that gives the same findings and names nobody; or why there is none."""

import io
import json
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from niner import __version__
from niner.bundle.files import ENTRY, CaseFiles, case_files, scrambled_files
from niner.bundle.refiled import refiled
from niner.bundle.scrambler import Scrambler
from niner.bundle.search import leaks
from niner.bundle.words import public_words, sources
from niner.dataclass import dataclass
from niner.files.file_write import make_private, write_new
from niner.inspection import case_downloads, inspect
from niner.prepare import Options
from niner.printing.sheets import listed
from niner.printing.unfilled import to_be_filled
from niner.values import Finding, Refused

MANIFEST = "manifest.json"
README = "README.txt"
_TELLS_NOTHING = {"import-note"}
"""Findings that are about how a file was saved: the bundle has plain CSV."""
_KEPT = (
    "days and times",
    "symbols of assets",
    "kinds of events and the words of exchanges",
    "names of exchanges that Niner knows",
    "prices of a unit, where no other way gives the same findings",
    "the state of residence, the year of birth, elections, and answers of yes or no",
)
_TURNS = 3
Kinds = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Bundle:
    """The zip, what it says of itself, and how many ways to scramble were tried."""

    data: bytes
    manifest: Mapping[str, object]


def bundle(folder: Path, options: Options) -> Bundle:
    """The anonymous bundle of a case. Raises Refused where none can be made that gives the same findings and holds
    nothing of the case; nothing is written either way, but in a folder for the owner alone that is gone at the end."""
    found = case_files(folder)
    wanted = kinds(folder, options)
    whole = b"".join(sha256((folder / name).read_bytes()).digest() for name in found.names)
    seed = sha256(whole).digest()
    known: set[str] = set()
    why = ""
    for turn, (amounts, prices) in enumerate(_factors(seed)):
        scrambler = _scrambler(found, seed + bytes([turn]), amounts, prices, known)
        files = scrambled_files(found, scrambler)
        if not turn:  # what the case holds is known only now: nothing may become a word of it
            known = set(scrambler.told)
            scrambler = _scrambler(found, seed + bytes([turn]), amounts, prices, known)
            files = scrambled_files(found, scrambler)
        left = _left(found, files, scrambler)
        if not left:
            got = _copied(found, files, scrambler, options)
            left = _left(found, files, scrambler)  # filed returns were put in
        if left:
            why = why or left
        elif got == wanted:
            manifest = _manifest(found, files, wanted)
            return Bundle(_zip(files, manifest), manifest)
        else:
            why = why or f"the scrambled case would not give the same findings ({_difference(wanted, got)})"
    says = f"No bundle could be made of this case: {why}. Nothing was written."
    todo = "Make a small case by hand that shows the same, or take out the file that is named and try again."
    raise Refused([Finding("bundle-refused", "error", says, todo)])


def _scrambler(found: CaseFiles, seed: bytes, amounts: Decimal, prices: Decimal, avoid: set[str]) -> Scrambler:
    words = found.words
    return Scrambler(
        seed,
        amounts,
        prices,
        private=frozenset(words.private),
        public=public_words() | words.assets,
        named=sources() | words.assets,
        phrases=frozenset(words.wallets),
        avoid=avoid,
    )


def _factors(seed: bytes) -> Iterator[tuple[Decimal, Decimal]]:
    """Factors of amounts and of prices, the likeliest first: near one, so that no threshold is crossed, with digits
    enough that no amount becomes another of the case; then whole ones, by which whole dollars stay whole."""
    for turn in range(2 * _TURNS):
        word = int.from_bytes(sha256(seed + bytes([turn])).digest()[:8], "big")
        amounts = Decimal(1_010_001 + 2 * (word % 25_000)).scaleb(-6)
        prices = Decimal(10_011 + 2 * (word // 25_000 % 90)).scaleb(-4)
        less = Decimal(2) - amounts
        yield less if turn % 2 else amounts, prices if turn < _TURNS else Decimal(1)
    yield from ((Decimal(whole), Decimal(1)) for whole in (2, 3, 7))


def kinds(folder: Path, options: Options) -> Kinds:
    """What Niner says of a case in kind: findings by weight and id, the forms it would fill and rows by box and code.

    Something that breaks is a kind too: a bundle is made to show it.
    """
    found: Counter[str] = Counter()
    try:
        seen = inspect(folder, options)
        findings = dict.fromkeys((*seen.findings, *case_downloads(folder).findings))
        found.update(f"{one.severity} {one.id}" for one in findings if one.id not in _TELLS_NOTHING)
        if seen.result is not None:
            found.update(f"form {form}" for form in to_be_filled(seen.result))
            found.update(f"row in box {row.box} {row.code}".strip() for row in listed(seen.result.rows))
    except Exception as error:
        found[f"breaks off with {type(error).__name__}"] += 1
    return found


def _copied(found: CaseFiles, files: dict[str, bytes], scrambler: Scrambler, options: Options) -> Kinds:
    """What Niner says of the scrambled case, in a folder that is gone then; its filed returns are put into `files`."""
    with tempfile.TemporaryDirectory(prefix="niner-") as place:
        folder = Path(place) / "case"

        def write(name: str, data: bytes) -> None:
            make_private((folder / name).parent)
            (folder / name).unlink(missing_ok=True)
            write_new(folder / name, data)

        for name, data in files.items():
            if not ENTRY.fullmatch(name.removesuffix(".yaml")):
                write(name, data)
        refiled(found, files, folder, write, scrambler, options)
        return kinds(folder, options)


def _left(found: CaseFiles, files: Mapping[str, bytes], scrambler: Scrambler) -> str:
    """Which file would still hold something of the case, and of what kind; empty where none does."""
    name, kind = min(leaks(files, found.words, scrambler), default=("", ""))
    return f"{name} would still hold {kind}" if name else ""


def _difference(wanted: Kinds, got: Kinds) -> str:
    more = [f"more: {kind}" for kind in sorted(got) if got[kind] > wanted.get(kind, 0)]
    less = [f"missing: {kind}" for kind in sorted(wanted) if wanted[kind] > got.get(kind, 0)]
    return "; ".join([*less, *more][:4])


def _manifest(found: CaseFiles, files: Mapping[str, bytes], said: Kinds) -> dict[str, object]:
    return {
        "niner": __version__,
        "anonymous": True,
        "files": {name: sha256(data).hexdigest() for name, data in sorted(files.items())},
        "left_out": dict(sorted(found.left_out.items())),
        "says": dict(sorted(said.items())),
        "kept": list(_KEPT),
        "amounts": "Every amount is multiplied by one factor that is not in here; who knows one amount can find it.",
    }


_READ_ME = """\
An anonymous copy of a case of Niner, for a report of something that goes wrong. Names, numbers, addresses, ids, wallets
and amounts are scrambled, the same everywhere. Kept are: {kept}. It gives the same findings
as the case it was made from (manifest.json has them), and none of that case's names, ids and amounts were found in it.

It is no cipher: who knows one amount of the case can work out the others. Look through it before you send it.

    unzip niner-bundle.zip -d case && niner check case
"""


def _zip(files: Mapping[str, bytes], manifest: Mapping[str, object]) -> bytes:
    """The same bytes from the same files: no time of making, and for the owner only."""
    packed = io.BytesIO()
    texts = {
        **files,
        MANIFEST: (json.dumps(manifest, indent=1) + "\n").encode(),
        README: _READ_ME.format(kept=", ".join(_KEPT)).encode(),
    }
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(texts.items()):
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, data)
    return packed.getvalue()
