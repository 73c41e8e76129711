"""Worths that nothing says, to what must be found: by asset, with the dollars that hang on them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from niner.imports.events import Event, MissingPrice
from niner.imports.folder import Imported
from niner.imports.gate.stakes import Line, Stakes, line_for
from niner.values import Finding
from niner.words.suggest import named_for_rulings


def weighed(imported: Imported, stakes: Stakes) -> tuple[MissingPrice, ...]:
    """The missing prices, each with what it stands for at most in dollars."""
    found = []
    for one in imported.missing_prices:
        cents = stakes.worths.most(one.asset, one.quantity)
        found.append(replace(one, at_stake=None if cents is None else Decimal(cents).scaleb(-2)))
    return tuple(found)


def missing_prices(imported: Imported, stakes: Stakes) -> Iterator[Finding]:
    """One finding an asset. What is of a later year than the return's can't change it, and is only to be reviewed."""
    if not imported.missing_prices:
        return
    events = {event.id: event for event in imported.events}
    groups: dict[tuple[str, Line, bool], list[tuple[Event, MissingPrice]]] = defaultdict(list)
    for one in imported.missing_prices:
        event = events[one.event]
        late = stakes.last_year is not None and stakes.day(event.time).year > stakes.last_year
        line: Line = "gain" if one.of_a_fee else line_for(event)
        groups[one.asset, line, late].append((event, one))
    for (asset, line, late), several in sorted(groups.items()):
        first = min((event for event, _ in several), key=lambda event: (event.time, event.id))
        days = sorted({one.day for _, one in several})
        kinds = ", ".join(sorted({"a fee" if one.of_a_fee else event.kind for event, one in several}))
        when = f"on {days[0]}" if len(days) == 1 else f"on {len(days)} days from {days[0]} to {days[-1]}"
        rows = "this row needs it" if len(several) == 1 else f"{len(several)} rows need it, of which this is the first"
        says = f"What {asset} was worth in dollars {when} is not known, and {rows} ({kinds})."
        todo = f"Put a file with prices of {asset} into prices/ (`niner prices FOLDER --missing` lists each day)"
        todo += "." if all(one.of_a_fee for _, one in several) else ", or rule on the row with its usd_value."
        todo = named_for_rulings(todo, first.file, first.rows[0], first.line)
        if late:
            says += f" It is after {stakes.last_year}: no figure of that year depends on it."
        cents = [None if one.at_stake is None else int(one.at_stake.scaleb(2)) for _, one in several]
        yield stakes.finding(
            "prices-missing", "review" if late else "error", says, todo, first.place, cents, line, value=asset
        )
