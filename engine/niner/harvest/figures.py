"""Gains and losses that no row has yet, by where they go, to the figures of the year by the real worksheets."""

from collections.abc import Iterable, Mapping

from niner.dataclass import dataclass
from niner.money import Amounts, total
from niner.returns.inputs import worksheet_inputs
from niner.returns.rows import Row
from niner.returns.year import YearReturn
from niner.rules import Lines


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """Where the result of a sale goes: its term, its line of Schedule D, and other lines beside."""

    term: str
    line: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """What a year comes to, in cents; `None` where the rest of the return is not known. Losses are negative, losses
    deducted and carried positive, by term where there are two."""

    total_tax: int | None
    short_term: int
    long_term: int
    net: int
    deducted: int
    taxable_income: int | None
    investment_income_tax: int | None
    alternative_minimum_tax: int | None
    carried_in: tuple[int, int]
    carried_out: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sum:
    """Amounts of many rows that go to one place, as the worksheets take them."""

    sums: Amounts
    line: str
    also: tuple[str, ...]


class Worksheets:
    """The worksheets of one return, with results added to it. What was worked out once is kept."""

    def __init__(self, result: YearReturn) -> None:
        self.result = result
        self._whole = result.case.elections.rounding == "dollars"
        self._base = summed(result.rows)
        self._known: dict[tuple[tuple[Kind, int], ...], Figures] = {}

    def with_results(self, results: Mapping[Kind, int]) -> Figures:
        """The figures with cents of gain (a loss negative) added where each kind goes."""
        key = tuple(sorted((kind, cents) for kind, cents in results.items() if cents))
        if key not in self._known:
            added = [Sum(Amounts(max(c, 0), max(-c, 0), 0, c), kind.line, kind.also) for kind, c in key]
            self._known[key] = self.figures(self.lines(added))
        return self._known[key]

    def lines(self, added: Iterable[Sum | Row]) -> Lines:
        """Every line with rows added."""
        case, rules = self.result.case, self.result.rules
        rows = [*self._base, *added]
        inputs = worksheet_inputs(case, rules, rows, self.result.income, self._whole)
        return rules.evaluate_moved(self.result.lines, inputs)

    def lines_of(self, rows: Iterable[Row]) -> Lines:
        """Every line where these are all the rows."""
        case, rules = self.result.case, self.result.rules
        return rules.evaluate(worksheet_inputs(case, rules, list(rows), self.result.income, self._whole))

    def figures(self, lines: Lines) -> Figures:
        """What lines say, by the places that the rules name."""
        at = self.result.rules.place
        tax = lines.at(at("total_tax"))
        carried = self.result.case.carried_in
        return Figures(
            tax,
            self._exact(lines, "net_short_term"),
            self._exact(lines, "net_long_term"),
            self._exact(lines, "net_gain"),
            -(lines.at(at("loss_allowed")) or 0),
            lines.at(at("taxable_income")),
            None if tax is None else lines.at(at("investment_income_tax")) or 0,
            None if tax is None else lines.at(at("minimum_tax")) or 0,
            (carried.short_term, carried.long_term),
            (lines.at(at("short_term_carried_on")) or 0, lines.at(at("long_term_carried_on")) or 0),
        )

    def _exact(self, lines: Lines, place: str) -> int:
        """A figure with its cents, also where it is printed in whole dollars."""
        found = self.result.rules.place(place)
        return sum(int(lines.trace(found.form, line).with_cents or 0) for line in found.lines)


def summed(rows: Iterable[Row]) -> list[Sum]:
    """Rows added by where they go, so that a hundred thousand of them are added once."""
    alike: dict[tuple[str, tuple[str, ...], bool], list[Amounts]] = {}
    for row in rows:
        alike.setdefault((row.line, row.also, row.sums.adjustment != 0), []).append(row.sums)
    return [Sum(total(amounts), line, also) for (line, also, _), amounts in alike.items()]
