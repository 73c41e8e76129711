"""A year's rules to what they rest on: each authority by its citation, where it is published, when it was last read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from niner.reading import YAML_BYTES, read_text
from niner.resources import room as data_room
from niner.rules.year import YearRules
from niner.values import Refused
from niner.yaml_text import parse

_CITE = re.compile(
    r"(IRC §\d+[A-Z]?|Treas\. Reg\. §[\w.-]*\w|(?:Rev\. (?:Rul|Proc)|Notice|Pub)\.? [\w-]+|Form [\w-]+ instructions|"
    r"Schedule \w+ instructions|Form [\w-]+|Schedule \w+|P\.L\. [\d-]+)"
)


@dataclass(frozen=True, slots=True)
class Cited:
    """One authority: its citation, what rests on it, its address and the day it was last read, so far as known."""

    cite: str
    rests: tuple[str, ...]
    address: str
    read: str


def authorities(rules: YearRules, room: Path | None = None) -> list[Cited]:
    """Every authority of a year in alphabetical order. Raises Refused where rules/authorities.yaml can't be read."""
    known, _, problems = parse(read_text((room or data_room("rules")) / _FILE, YAML_BYTES), _FILE)
    if problems:
        raise Refused(problems)
    by_length = sorted(known, key=lambda entry: len(entry["cite"]), reverse=True)
    addresses: dict[str, str] = {}
    rests: dict[str, dict[str, None]] = {}
    for name, text, address in _all(rules):
        for part in filter(None, map(str.strip, text.split(";"))):
            found = _CITE.match(part)
            cite = found[0] if found else part.partition(" (")[0]
            rests.setdefault(cite, {})[name] = None
            if address and ";" not in text:
                addresses.setdefault(cite, address)
    listed = []
    for cite, names in sorted(rests.items()):
        entry: dict[str, str] = next((one for one in by_length if cite.startswith(one["cite"])), {})
        number = cite[len(entry.get("cite", "")) :].split(" ")[0].lower().replace("-", "") if entry else ""
        if "§" in cite:
            number = cite.partition("§")[2]
        address = entry.get("address", "").replace("{number}", number) or addresses.get(cite, "")
        listed.append(Cited(cite, tuple(names), address, entry.get("read", "")))
    return listed


_FILE = "authorities.yaml"


def _all(rules: YearRules) -> Iterator[tuple[str, str, str]]:
    """(name, authority, address) of everything that has an authority."""
    compiled = rules.compiled
    for name, decision in compiled.decisions.items():
        if name in compiled.remarks:
            yield name, compiled.remarks[name].authority, ""
        else:
            yield from ((f"{name}/{rule.id}", rule.authority, "") for rule in decision.rules)
    yield from ((f"{at.form}/{at.line}", line.authority, "") for at, line in compiled.lines.items())
    yield from ((name, p.authority, p.address) for name, p in compiled.parameters.items())
    yield from ((name, function.authority, "") for name, function in compiled.functions.items())
    for name, table in compiled.tables.items():
        yield from ((f"{name}/{row.id}", row.authority, row.address) for row in table.rows.values())
