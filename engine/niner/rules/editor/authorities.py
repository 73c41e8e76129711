"""A year's rules to what they rest on: each authority by its citation, where it is published, when it was last read."""

import re
from collections.abc import Iterator
from pathlib import Path

from niner.dataclass import dataclass
from niner.files.reading import YAML_BYTES, read_text
from niner.resources import room as data_room
from niner.rules.year import YearRules
from niner.values import Refused
from niner.words.yaml_text import parse

_CITE = re.compile(
    r"(IRC §\d+[A-Z]?|Treas\. Reg\. §[\w.-]*\w|(?:Rev\. (?:Rul|Proc)|Notice|Pub)\.? [\w-]+|"
    r"Form (?:[A-Z]{2} )?[\w-]+ instructions|Schedule [\w-]+ instructions|Form [\w-]+|Schedule [\w-]+|"
    r"P\.L\. [\d-]+|T\.D\. \d+|H\.R\. \d+|I\.R\.B\. [\d-]+|IR-\d{4}-\d+|[A-Z]{2}-\d{4}-\d+|IRM [\d.]*\d|"
    r"FinCEN Notice [\d-]+|.+? v\. [^;]+?, \d+ \S.*? \d+)"
)
_REPORTED = re.compile(r", (\d+) (\S.*?) (\d+)$")


@dataclass(frozen=True, slots=True)
class Cited:
    """One authority: its citation, what rests on it, its address (or where it stands, if only on paper) and the day it
    was last read, so far as known."""

    cite: str
    rests: tuple[str, ...]
    address: str
    where: str
    read: str


def authorities(rules: YearRules, room: Path | None = None) -> list[Cited]:
    """Every authority of a year in alphabetical order. Raises Refused where rules/authorities.yaml can't be read."""
    published = Published(room)
    own: dict[str, str] = {}
    first: dict[str, str] = {}
    rests: dict[str, dict[str, None]] = {}
    for name, text, address in _all(rules):
        for cite in cited(text):
            rests.setdefault(cite, {})[name] = None
            if address:
                own.setdefault(cite, address)
                if "/" in name and published.yields(cite):  # a row of a table, such as the form of a state
                    first.setdefault(cite, address)
    found = []
    for cite, names in sorted(rests.items()):
        where = published.where(cite)
        address = first.get(cite) or published.address(cite) or ("" if where else own.get(cite, ""))
        found.append(Cited(cite, tuple(names), address, where, published.read(cite)))
    return found


def cited(authority: str) -> list[str]:
    """The citations of an authority, without what follows in each, and without what is only said of one: such a part
    begins small, as "by analogy Treas. Reg. …", which cites, or "the first day was not read", which doesn't."""
    found = []
    for part in filter(None, map(str.strip, authority.split(";"))):
        if at := _CITE.match(part) or (_CITE.search(part) if part[0].islower() else None):
            found.append(at[0])
        elif not part[0].islower():
            found.append(part.partition(" (")[0])
    return found


class Published:
    """Where authorities are published, and when each was last read: rules/authorities.yaml, where a room has one.

    Raises Refused where it can't be read.
    """

    def __init__(self, room: Path | None = None) -> None:
        path = (room or data_room("rules")) / _FILE
        known, _, problems = parse(read_text(path, YAML_BYTES), _FILE) if path.is_file() else ([], None, [])
        if problems:
            raise Refused(problems)
        self._reporters: dict[str, str] = {one["reporter"]: one["address"] for one in known if "reporter" in one}
        beginnings = (one for one in known if "cite" in one)
        self._by_length: list[dict[str, str]] = sorted(beginnings, key=lambda one: len(one["cite"]), reverse=True)

    def _entry(self, cite: str) -> dict[str, str]:
        return next((one for one in self._by_length if _begins(cite, one["cite"])), {})

    def read(self, cite: str) -> str:
        """The day on which a citation was last read, or nothing."""
        return self._entry(cite).get("read", "")

    def yields(self, cite: str) -> bool:
        """Whether the row of a table that has an address knows better where a citation is published."""
        return bool(self._entry(cite).get("yields"))

    def where(self, cite: str) -> str:
        """Where an authority stands that has no address, in words, or nothing."""
        return self._entry(cite).get("where", "")

    def address(self, cite: str) -> str:
        """The address of a citation, or nothing."""
        reported = _REPORTED.search(cite)
        if reported and reported[2] in self._reporters:
            return self._reporters[reported[2]].replace("{volume}", reported[1]).replace("{page}", reported[3])
        entry = self._entry(cite)
        of_instructions = entry.get("instructions") if cite.endswith(" instructions") else None
        address = of_instructions or entry.get("address", "")
        number = cite.partition("§")[2] if "§" in cite else cite[entry.get("cite", "").rfind(" ") + 1 :]
        number = number.split(" ")[0].partition("(")[0].strip(",")
        first, _, second = number.partition("-")
        for name, value in (
            ("{number}", number if "§" in cite else number.lower().replace("-", "")),
            ("{first}", first),
            ("{second}", second),
            ("{yy}", first[-2:]),
            ("{nn}", second.rjust(2, "0")),
        ):
            if name in address and not value.strip("0"):
                return ""
            address = address.replace(name, value)
        return address


def _begins(cite: str, with_: str) -> bool:
    """Whether a citation begins so; not within a word: Schedule AR is no Schedule A, and 1-A no 1."""
    rest = cite.removeprefix(with_)
    letters = with_[-1:].isalpha() and rest[:1].isalpha()
    return len(rest) < len(cite) and not letters and not re.match(r"-[A-Z]", rest)


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
