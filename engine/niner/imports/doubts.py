"""A format to what a person must know of a file in it: that it is refused and why, or on how little it rests."""

from niner.imports.language import Format
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
