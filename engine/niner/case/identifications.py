"""Records of which units are to be sold, made before the sale: each a file that proves by its hash what it said.

They lie in the case's folder `identifications/`. One that was changed after it was made is refused.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from niner import exact
from niner.case.rulings import FILE, AnyRuling, PickedAhead, StandingOrder
from niner.dataclass import dataclass
from niner.files.reading import YAML_BYTES, Unreadable, read_text
from niner.values import Finding, Source
from niner.words import yaml_text
from niner.words.plain import shown

FOLDER = "identifications"
_HASH = "sha256"


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its place in the case folder and what it says, every value as text, without the hash."""

    file: str
    says: Mapping[str, Any]
    sha256: str


def content_hash(says: Mapping[str, Any]) -> str:
    """The sha256 of what a record says, whatever the order and layout in which it stands in the file."""
    text = json.dumps(says, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_identifications(folder: Path) -> tuple[dict[str, Record], list[Finding]]:
    """The records of a case by their place, and an error for each that is not what it was when it was made."""
    records: dict[str, Record] = {}
    findings: list[Finding] = []
    place = folder / FOLDER
    names = sorted(path.name for path in place.glob("*.yaml")) if place.is_dir() else []
    for name in names:
        file = f"{FOLDER}/{name}"
        try:
            text = read_text(place / name, YAML_BYTES)
        except Unreadable as problem:
            says = f"{shown(file)} can't be read: {problem.why}."
            findings.append(Finding("identification-record", "error", says, problem.todo, source=Source(file)))
            continue
        document, _, wrong = yaml_text.parse(text, file)
        if wrong:
            findings += wrong
            continue
        given = document.get(_HASH) if isinstance(document, dict) else None
        says_ = {key: value for key, value in document.items() if key != _HASH} if isinstance(document, dict) else {}
        if given != content_hash(says_):
            says = "This record is not what it was when it was made: its sha256 is not that of what it says."
            todo = (
                "Put it back from a copy made then; a record that was changed proves nothing. A new one can be made "
                "with niner identify, for sales that are still to come."
            )
            findings.append(Finding("identification-record", "error", says, todo, source=Source(file)))
            continue
        records[file] = Record(file, says_, given)
    return records, findings


def unproved(folder: Path, rulings: Iterable[tuple[int, AnyRuling]]) -> list[Finding]:
    """What is wrong with the records of a case: changed, missing, or saying something else than decisions.yaml."""
    records, findings = read_identifications(folder)
    broken = {finding.source.file for finding in findings if finding.source}
    named = set()
    for line, ruling in rulings:
        if not isinstance(ruling, PickedAhead | StandingOrder) or not ruling.record.startswith(f"{FOLDER}/"):
            continue
        named.add(ruling.record)
        if ruling.record in broken:
            continue
        record = records.get(ruling.record)
        if record is None:
            says = f"The record {shown(ruling.record)} is not in the case folder."
            todo = "Put it back from a copy; without it nothing proves when the units were identified."
        elif dict(record.says) | _told_by(ruling) != dict(record.says):
            says = f"This entry says something else than its record {shown(ruling.record)}."
            todo = "Write what the record says; a record can't be changed, and a new one counts for sales to come."
        else:
            continue
        findings.append(Finding("identification-record", "error", says, todo, source=Source(FILE, line)))
    findings += [
        Finding(
            "identification-unused",
            "review",
            "No entry of decisions.yaml names this record, so it is not used.",
            "If it is to count, enter it again as it says; if not, move it out of the folder.",
            source=Source(file),
        )
        for file in sorted(records.keys() - named)
    ]
    return findings


def _told_by(ruling: PickedAhead | StandingOrder) -> dict[str, Any]:
    """What a ruling says, in the words of its record."""
    if isinstance(ruling, StandingOrder):
        return {
            "rule": ruling.rule,
            "wallets": list(ruling.wallets),
            "since": ruling.since.isoformat(),
            "made_at": ruling.recorded_on.isoformat(),
            "told": ruling.told,
        }
    until = ruling.sale.until
    return {
        "wallet": ruling.sale.wallet,
        "asset": ruling.sale.asset,
        "quantity": exact.text(ruling.sale.quantity),
        "units": [{"from": pick.from_, "quantity": exact.text(pick.quantity)} for pick in ruling.lots],
        "made_at": ruling.identified_on.isoformat(),
        "until": "" if until is None else until.isoformat(),
        "told": ruling.told,
    }
