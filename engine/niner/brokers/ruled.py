"""The rulings of decisions.yaml about reported rows, with the places of the ledger's rows that they name."""

from collections.abc import Iterable, Mapping

from niner.brokers.values import ReportedSale, Ruled
from niner.case.rulings import FILE, AnyRuling, Duplicate, Reported
from niner.values import Finding, Source


def rulings_of(
    rulings: Iterable[tuple[int, AnyRuling]], rows: Iterable[ReportedSale], named: Mapping[str, Source]
) -> tuple[list[Ruled], dict[str, str], list[Finding]]:
    """(rulings, why each row that a ruling drops does not count, what is wrong with them).

    What is wrong with the file itself the ledger tells.
    """
    ruled: list[Ruled] = []
    dropped: dict[str, str] = {}
    wrong: list[Finding] = []
    known = {row.name for row in rows}
    for line, ruling in rulings:
        source = Source(FILE, line)
        if isinstance(ruling, Duplicate) and all(row.startswith("brokers/") for row in ruling.duplicate):
            for row in ruling.duplicate:
                if row not in known:
                    says, todo = (
                        f"{row} is no row that a broker reported.",
                        "`niner brokers` shows the rows of each file.",
                    )
                    wrong.append(Finding("ruling", "error", says, todo, source=source))
                elif row != ruling.keep:
                    dropped[row] = f"ruled to be the same as {ruling.keep}"
        elif isinstance(ruling, Reported):
            for row in ruling.sales:
                if row not in named:
                    says = f"{row} names no row of the ledger that is an event."
                    wrong.append(Finding("ruling", "error", says, "`niner ledger` shows the rows.", source=source))
            places = frozenset(named[row] for row in ruling.sales if row in named)
            ruled.append(Ruled(ruling.reported, places, ruling.is_ or "", ruling.why, source))
    return ruled, dropped, wrong
