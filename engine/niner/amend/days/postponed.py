"""Where a taxpayer lived to the deadlines that a disaster postponed there, by the table of the rules."""

from collections.abc import Iterable, Sequence
from datetime import date

from niner.case import Case
from niner.dataclass import dataclass
from niner.rules import YearRules
from niner.rules.language.values import Row

_PLAIN = (" county", " parish", " borough", " municipality")


@dataclass(frozen=True, slots=True)
class Postponement:
    """Acts due from `begins` to `ends` are in time on `ends` (IRC §7508A(a))."""

    disaster: str
    begins: date
    ends: date
    authority: str
    where: str = ""
    """The counties, where it is not the whole state."""

    def holds(self, day: date) -> bool:
        return self.begins <= day <= self.ends


@dataclass(frozen=True, slots=True)
class Place:
    """Where the case says that the taxpayer lived. `here` are the postponements there, `elsewhere` those of other
    counties of the state; `unread` those there that nobody read in a source, and that move no day."""

    state: str
    county: str
    here: tuple[Postponement, ...]
    elsewhere: tuple[Postponement, ...]
    unread: tuple[Postponement, ...] = ()

    @property
    def words(self) -> str:
        """The place as people write it: Lee, Florida."""
        return f"{self.county}, {self.state}" if self.county else self.state


def state_of(case: Case, rules: YearRules) -> Row | None:
    """The row of the state that the case is of, by its letters or its name; None where none is named or known."""
    said = (case.residence.state or case.taxpayer.address.state).strip().casefold()
    rows = rules.table("states").values()
    return next((row for row in rows if said in (row.id.casefold(), str(row.cells["name"]).casefold())), None)


def place_of(case: Case, rules: YearRules) -> Place:
    """The place, with the postponements of the table there and elsewhere in its state."""
    state, county = state_of(case, rules), case.residence.county.strip()
    if state is None:
        return Place("", county, (), ())
    rows = [row for row in rules.table("postponements").values() if row.cells["state"] == state.id]
    here = [row for row in rows if _covers(row, county)]
    read, unread = ([row for row in here if bool(row.cells["source_read"]) is was] for was in (True, False))
    others = [row for row in rows if row not in here]
    name = str(state.cells["name"])
    return Place(name, county, *(tuple(map(_postponement, those)) for those in (read, others, unread)))


def _covers(row: Row, county: str) -> bool:
    """Whether a row holds in a county; one that is not named is only covered where the whole state is."""
    counties, but_not = (_plain(row.cells[name]) for name in ("counties", "but_not"))
    own = _short(county)
    if counties:
        return own in counties
    return own not in but_not if own else not but_not


def _plain(cell: object) -> set[str]:
    return {_short(name) for name in cell} if isinstance(cell, tuple) else set()


def _short(county: str) -> str:
    """A county's name for comparing: small letters, without spaces and the word for county."""
    name = county.strip().casefold()
    for word in _PLAIN:
        name = name.removesuffix(word)
    return name.replace(" ", "").replace(".", "")


def _postponement(row: Row) -> Postponement:
    cells = row.cells
    begins, ends = cells["begins"], cells["ends"]
    assert isinstance(begins, date)
    assert isinstance(ends, date)
    counties, but_not = (_named(cells[name]) for name in ("counties", "but_not"))
    where = f"all but {but_not}" if but_not else counties
    return Postponement(str(cells["disaster"]), begins, ends, row.authority, where)


def _named(cell: object) -> str:
    return ", ".join(cell) if isinstance(cell, tuple) else ""


def moved(day: date, postponements: Iterable[Postponement]) -> date:
    """The day itself, or the last day to which one of the postponements, or one after another, moves it."""
    later = max((one.ends for one in postponements if one.holds(day)), default=day)
    return day if later == day else moved(later, postponements)


def moving(days: Iterable[date], postponements: Sequence[Postponement]) -> tuple[Postponement, ...]:
    """Those postponements that move one of the days."""
    those = tuple(days)
    return tuple(one for one in postponements if any(one.holds(day) and day < one.ends for day in those))
