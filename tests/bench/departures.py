"""Where an open engine leaves the law, as rules laid over Niner's own: for compare.py and households.py."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from niner.rules import Lines, WorksheetInputs, load_rules

Value = int | float | bool | None
Figures = dict[str, Value]
STATUSES = ("single", "married_joint", "married_separate", "head_of_household", "surviving_spouse")
STANDARD_AT_MOST = 33_000  # above it, itemizing is right in every year and status
TABLE = 7.0
NOTHING: Figures = dict.fromkeys(
    (
        *("wages", "taxable_interest", "ordinary_dividends", "qualified_dividends", "other_income", "adjustments"),
        *("qbi_deduction", "schedule_1a_deduction", "nonrefundable_credits", "other_taxes", "withholding"),
        *("estimated_payments", "refundable_credits", "paid_with_extension"),
    ),
    0,
)


NOTHING_AT_HOME = {name: 0 for name in NOTHING if name not in ("qbi_deduction", "schedule_1a_deduction")}


@dataclass(frozen=True)
class Return:
    """A year, a filing status and the figures of a return in whole dollars, by Niner's names."""

    year: int
    status: str
    figures: Figures


@dataclass(frozen=True)
class Departure:
    """Where an engine leaves the law: the rules that do the same, or the inputs it has no line for."""

    why: str
    years: range = range(2020, 2027)
    status: str = ""
    rules: dict[str, str] = field(default_factory=dict)
    of: tuple[str, ...] = ()  # the figures that it can move, all where none is named
    when: Callable[["Return"], bool] = lambda one: True  # whose figures
    also: Callable[["Return"], Figures] | None = None  # figures that it takes otherwise
    without: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    where_tax_is_the_same: bool = False
    tax_more: int = 0


def line(form: str, number: str, value: str) -> str:
    return lines(form, {number: value})


def lines(form: str, values: dict[str, str]) -> str:
    """Several lines of a form as an engine has them."""
    stated = (
        f"  {number}:\n    says: As the engine has it.\n    authority: none\n    value: {value}\n"
        for number, value in values.items()
    )
    return f"form: {form}\nlines:\n{''.join(stated)}"


def function(name: str, of: str, value: str) -> str:
    stated = f"    of: {of}\n    says: As the engine has it.\n    authority: none\n    value: {value}\n"
    return f"functions:\n  {name}:\n{stated}"


def parameter(name: str, values: tuple[int, int, int, int, int]) -> str:
    by_status = ", ".join(f"{status}: {value}" for status, value in zip(STATUSES, values, strict=True))
    return f"parameters:\n  {name}:\n    authority: none\n    value: {{{by_status}}}\n"


def worked(one: Return, departures: tuple[Departure, ...], room: Path, nothing: Figures | None = None) -> Lines:
    """The lines of a return by Niner's rules, with an engine's departures in their place."""
    nothing = NOTHING if nothing is None else nothing
    figures = {name: value for name, value in one.figures.items() if value is not None}
    changed: dict[str, str] = {}
    for departure in departures:
        figures |= {name: 0 for name in departure.without if name in figures}
        figures = {name: value for name, value in figures.items() if name not in departure.unsaid}
        figures |= departure.also(one) if departure.also else {}
        for name, text in departure.rules.items():
            changed[f"{name}-{len(changed)}.yaml"] = text
    figures = {name: value for name, value in figures.items() if not name.endswith("_worked_out")}
    cents = {name: value if isinstance(value, bool) else round(value * 100) for name, value in figures.items()}
    overlays = [overlay(room, one.year, tuple(sorted(changed.items())))] if changed else []
    return load_rules(one.year, overlays).evaluate(WorksheetInputs(one.status, {**nothing, **cents}, {}))


@cache
def overlay(room: Path, year: int, files: tuple[tuple[str, str], ...]) -> Path:
    """A folder of rules for `load_rules` to lay over the year's own."""
    folder = Path(tempfile.mkdtemp(dir=room))
    (folder / str(year)).mkdir()
    for name, text in files:
        (folder / str(year) / name).write_text(text)
    return folder
