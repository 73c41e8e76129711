"""Small random cases of harvesting, and every subset of their lots tried: written apart from what it tests.

A lot's result is figured here from what it cost and what the price is; the tax of a pair of results is what the year's
worksheets say when they are given on Schedule D as results from elsewhere, so that no row of Form 8949 is made.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import combinations, product
from pathlib import Path

from niner.case import ReturnFigures
from niner.rules import Lines, WorksheetInputs, load_rules

DAY = {2025: "2025-12-20", 2026: "2026-12-20"}
HEADER = "id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset\n"


@dataclass(frozen=True)
class Held:
    """A lot: dollars in cents, quantity in thousandths."""

    wallet: str
    asset: str
    bought: str
    thousandths: int
    cost: int
    worth: int
    term: str

    @property
    def result(self) -> int:
        return self.worth - self.cost


@dataclass
class Small:
    """A small case: what is held, what the year already has by term, and the rest of the return."""

    year: int
    status: str
    wages: int
    carried: tuple[int, int]
    short: int
    long: int
    lots: list[Held]
    queued: str
    prices: dict[str, int] = field(default_factory=dict)
    lines: Lines | None = None

    @property
    def net(self) -> int:
        """Cents, with the losses carried in."""
        return self.short + self.long - sum(self.carried)

    def write(self, folder: Path) -> None:
        """The case as a folder with `prices.csv` in it."""
        (folder / "ledger").mkdir(parents=True)
        spouse = "spouse: {first_name: Bob, last_name: Example, ssn: 900-12-3457}\n"
        (folder / "case.yaml").write_text(
            f"tax_year: {self.year}\n"
            f"taxpayer: {{first_name: Ada, last_name: Example, ssn: 900-12-3456, filing_status: {self.status}}}\n"
            f"{spouse if self.status == 'married_joint' else ''}"
            "elections: {timezone: UTC}\n"
            f"carryover_in: {{short_term: {dollars(self.carried[0])}, long_term: {dollars(self.carried[1])}}}\n"
            f"return: {{wages: {self.wages}}}\n"
        )
        rows = [
            f"{lot.bought},{lot.wallet},buy,{dollars(lot.cost)},USD,{lot.thousandths / 1000},{lot.asset}"
            for lot in self.lots
        ]
        for term, amount in (("short", self.short), ("long", self.long)):
            bought = f"{self.year}-01-03" if term == "short" else f"{self.year - 3}-01-03"
            cost, got = (100, 100 + amount) if amount >= 0 else (100 - amount, 100)
            rows.append(f"{bought},Old,buy,{dollars(cost)},USD,1,OLD{term}")
            rows.append(f"{self.year}-02-03,Old,sell,1,OLD{term},{dollars(got)},USD")
        (folder / "ledger" / "l.csv").write_text(
            HEADER + "".join(f"{number},{row}\n" for number, row in enumerate(rows, 1))
        )
        prices = "".join(f"{asset},{DAY[self.year]},{dollars(cents)}\n" for asset, cents in self.prices.items())
        (folder / "prices.csv").write_text(f"asset,time,price_usd\n{prices}")

    @cache  # noqa: B019 - a case lives as long as its test
    def tax(self, short: int, long: int) -> int:
        """Form 1040's total tax with these results beside those of the year."""
        rules = load_rules(self.year)
        given = ReturnFigures(wages=str(self.wages)).model_dump()
        case = {name: value for name, value in given.items() if name in rules.case_inputs and isinstance(value, int)}
        case |= {"line_5": self.short + short, "line_12": self.long + long, "deduction": None}
        case |= {"carryover_short_term": self.carried[0], "carryover_long_term": self.carried[1]}
        inputs = WorksheetInputs(self.status, case, {})
        self.lines = rules.evaluate(inputs) if self.lines is None else rules.evaluate_moved(self.lines, inputs)
        tax = self.lines.at(rules.place("total_tax"))
        assert tax is not None
        return tax

    __hash__ = object.__hash__


def dollars(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def small_case(seed: int) -> Small:
    """A case of three to six lots in two wallets."""
    dice = random.Random(seed)
    year = dice.choice((2025, 2026))
    prices = {asset: dice.randint(50, 4000) * 100 for asset in ("AAA", "BBB", "CCC")}
    lots = []
    for _ in range(dice.randint(3, 6)):
        asset, wallet = dice.choice(sorted(prices)), dice.choice(("One", "Two"))
        thousandths = dice.choice((500, 1000, 2000, 3000))
        worth = prices[asset] * thousandths // 1000
        term = dice.choice(("short", "long"))
        month, day = dice.randint(1, 10), dice.randint(1, 28)
        bought = f"{year if term == 'short' else year - 2}-{month:02d}-{day:02d}T{dice.randint(0, 23):02d}:00:00"
        lots.append(Held(wallet, asset, bought, thousandths, int(worth * dice.uniform(0.3, 2.2)), worth, term))
    lots.sort(key=lambda lot: lot.bought)
    return Small(
        year,
        dice.choice(("single", "married_joint", "married_separate")),
        dice.choice((0, 30_000, 250_000, 400_000)),
        (dice.choice((0, 0, 70_000)), dice.choice((0, 0, 120_000))),
        dice.randint(-2000, 6000) * 100,
        dice.randint(-2000, 6000) * 100,
        lots,
        dice.choice(("", "", "Two")),
        prices,
    )


@dataclass(frozen=True)
class Tried:
    """One way of selling: what lacks to the need, the tax, and what is sold for how much. Cents."""

    lacking: Fraction
    tax: int
    worth: Fraction


def every_way(case: Small, need: int, sign: int, term: str = "") -> Iterator[tuple[Fraction, Fraction, Fraction]]:
    """(short, long, worth) of every subset of lots, whole or with one of them cut, that serves no more than needed.

    A gain may be taken beside a larger loss, unless one term alone is wanted. A wallet that sells in its own order
    gives the lots of an asset from the oldest on, whatever they are.
    """
    free = [lot for lot in case.lots if lot.wallet != case.queued and (sign * lot.result > 0 or not term)]
    queues: dict[str, list[Held]] = {}
    for lot in case.lots:
        if lot.wallet == case.queued:
            queues.setdefault(lot.asset, []).append(lot)
    fronts = product(*(range(len(queue) + 1) for queue in queues.values()))
    for counts in fronts:
        first = [lot for queue, n in zip(queues.values(), counts, strict=True) for lot in queue[:n]]
        coming = [queue[n] for queue, n in zip(queues.values(), counts, strict=True) if n < len(queue)]
        for size in range(len(free) + 1):
            for chosen in combinations(free, size):
                whole = [*first, *chosen]
                if term and any(lot.term != term for lot in whole):
                    continue
                others = [lot for lot in free if lot not in chosen]
                yield from _with_a_cut(whole, [*others, *coming], need, sign, term)


def _with_a_cut(
    whole: list[Held], others: list[Held], need: int, sign: int, term: str
) -> Iterator[tuple[Fraction, Fraction, Fraction]]:
    sums = {name: Fraction(sum(lot.result for lot in whole if lot.term == name)) for name in ("short", "long")}
    worth = Fraction(sum(lot.worth for lot in whole))
    left = need - sign * sum(sums.values())
    if left >= 0:
        yield sums["short"], sums["long"], worth
    for lot in others:
        falls_inside = 0 < left < sign * lot.result or sign * lot.result < left < 0
        if falls_inside and (not term or lot.term == term):
            share = left / Fraction(sign * lot.result)
            cut = {**sums, lot.term: sums[lot.term] + share * lot.result}
            yield cut["short"], cut["long"], worth + share * lot.worth


def tried(case: Small, need: int, sign: int, term: str = "") -> list[Tried]:
    """Every way that comes as near to the need as any."""
    ways = list(every_way(case, need, sign, term))
    lacking = [need - sign * (short + long) for short, long, _ in ways]
    least = min(lacking)
    return [
        Tried(lack, case.tax(round(short), round(long)), worth)
        for (short, long, worth), lack in zip(ways, lacking, strict=True)
        if lack == least
    ]
