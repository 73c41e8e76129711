"""A format to what a person must know of a file in it: that it is refused and why, or on how little it rests."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from niner.imports.events import LeftOut
from niner.imports.layouts.language import Format
from niner.values import Finding, Severity, Source


def doubts_of(format: Format, where: Source) -> list[Finding]:
    """What to tell of a file in a layout that is refused, or of which too little is known to be sure of its figures."""
    if format.refuse:
        severity: Severity = "error" if format.refuse.holds == "transactions" else "review"
        says = f"This is {format.name}, which is not read: {format.refuse.why}"
        return [Finding("import-refused", severity, says, format.refuse.todo, source=where)]
    if format.confidence == "low" and not format.unread:
        says = f"Of {format.name} too little is known to be sure. {format.rests_on}"
        todo = "Compare a row of each kind with what the source itself shows, and the balances at the end."
        return [Finding("import-confidence", "review", says, todo, source=where)]
    return []


# As spreadsheets show a small number: 1.23457E-05 by themselves, 1.23E-05 in the format for it. That is what they save.
_SHORTENED = re.compile(rb"(?<![0-9A-Za-z.])[0-9]\.(?:[0-9]{5}|[0-9]{2})E[-+][0-9]{2}(?![0-9A-Za-z])")

_EXPONENT = re.compile(rb"E[-+]")


def lost_digits(data: bytes, name: str) -> list[Finding]:
    """What to tell of a file in which a spreadsheet has written numbers with the digits that it showed, and no more."""
    first = _SHORTENED.search(data) if _EXPONENT.search(data) else None
    if first is None:
        return []
    many = len(_SHORTENED.findall(data))
    numbers = "One number" if many == 1 else f"{many} numbers"
    says = f"{numbers} of this file {'is' if many == 1 else 'are'} written as a spreadsheet shows them "
    says += f"({first[0].decode()}): all other digits are lost."
    todo = "Download the file again, and do not open and save it in a spreadsheet."
    place = Source(name, data.count(b"\n", 0, first.start()) + 1)
    return [Finding("import-digits", "review", says, todo, source=place, value=first[0].decode())]


def missing_files(files: Iterable[tuple[str, str, Format, Sequence[LeftOut]]]) -> list[Finding]:
    """Rows that were left to another file of the same source and wallet which is not there.

    `files` are name, wallet, format and the rows left out of each.
    """
    files = list(files)
    there = {(wallet, format.source, format.layout) for _, wallet, format, _ in files}
    findings = []
    for name, wallet, format, left in files:
        for layout, count in sorted(Counter(row.needs for row in left if row.needs).items()):
            if (wallet, format.source, layout) not in there:
                rows = f"{count} row{'s' * (count != 1)}"
                says = (
                    f"{rows} of this file are told by another download, {format.source}, {layout}, which is not there."
                )
                todo = "Download it too and put it beside this one; without it these rows would be missing."
                findings.append(Finding("import-needs-file", "error", says, todo, source=Source(name)))
    return findings
