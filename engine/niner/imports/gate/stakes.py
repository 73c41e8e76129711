"""What a question about the ledger can move at most: dollars, and the line of the return that they stand on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from math import ceil
from typing import Any, Literal

from niner.dataclass import dataclass
from niner.imports.events import MONEY, Event
from niner.imports.gate.worth import Worths
from niner.ledger.transaction import INCOME_KINDS
from niner.values import Finding, Severity, Source
from niner.words.form_names import routed_name
from niner.words.yaml_text import parse

Line = Literal["gain", "income"]
_NEWEST = 9999  # without a tax year, the lines of the newest forms are named


@cache
def known() -> Mapping[str, Any]:
    """What gate.yaml says."""
    text = (files("niner.imports.gate") / "gate.yaml").read_text("utf-8")
    found: Mapping[str, Any] = parse(text, "gate.yaml")[0]
    return found


def limit(name: str) -> Decimal:
    """A number of gate.yaml."""
    return Decimal(known()[name])


def line_of(what: Line, year: int) -> str:
    """The line that gains or income of a year go to, as `f1040sd.16`; that of the first year for any before it."""
    by_year = sorted((int(since), str(line)) for since, line in known()["lines"][what].items())
    return next((line for since, line in reversed(by_year) if since <= year), by_year[0][1])


@dataclass(frozen=True, slots=True)
class Stakes:
    """What weighs a finding.

    `tax_year` is None where case.yaml does not say it; after `last_year`, where it is known, nothing can change what is
    worked out; `zone` is that of the taxpayer's days.
    """

    worths: Worths
    tax_year: int | None
    last_year: int | None
    zone: tzinfo

    def day(self, time: datetime) -> date:
        """The taxpayer's day."""
        return time.astimezone(self.zone).date()

    def worth(self, event: Event) -> int | None:
        """What an event moved, in cents: as it says, else about."""
        if event.usd_value is not None:
            return int(Fraction(event.usd_value) * 100)
        legs = event.received or event.sent
        several = [self.worths.cents(leg.asset, leg.quantity, event.time) for leg in legs]
        return None if None in several else sum(cents or 0 for cents in several)

    def most(self, event: Event) -> int | None:
        """What an event can move at most, in cents: the worth that it states, or its units at the dearest price."""
        known = [] if event.usd_value is None else [ceil(Fraction(event.usd_value) * 100)]
        for side in (event.sent, event.received):
            several = [self.worths.most(leg.asset, leg.quantity) for leg in side if leg.asset not in MONEY]
            if several and None not in several:
                known.append(sum(cents or 0 for cents in several))
        return max(known, default=None)

    def finding(
        self,
        id: str,
        severity: Severity,
        says: str,
        todo: str,
        place: Source,
        cents: Sequence[int | None],
        line: Line = "gain",
        value: str = "",
    ) -> Finding:
        """A finding with what it could move: the sum of `cents`, as far as they are known."""
        stake = sum(abs(one) for one in cents if one is not None) if any(one is not None for one in cents) else None
        if stake is None:
            says += " How much it can move is not known: nothing in the folder prices it."
        where = routed_name(line_of(line, self.tax_year or _NEWEST))
        return Finding(id, severity, says, todo, amount_cents=stake, source=place, value=value, line=where)


def line_for(event: Event) -> Line:
    """Which line an event's own worth goes to."""
    return "income" if event.kind in INCOME_KINDS else "gain"
