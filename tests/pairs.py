"""Random pairs of original and found facts of one year, and what an explanation of the difference must name.

Each fact is a sale with its own lot, or a receipt of income; the pool is the wallet, and no asset is twice in one
wallet, so that no fact touches another. What was changed is known because it was changed here.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

COLUMNS = "id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset,usd_value"
COLUMNS += ",acquired,basis_usd,form,basis_reported"
CASE = """\
tax_year: 2023
taxpayer: {{first_name: Test, last_name: Payer, ssn: 900-12-3456, filing_status: {status}}}
elections: {{timezone: UTC, lot_method: fifo, pool: wallet, rounding: {rounding}}}
carryover_in: {{short_term: {short_term}, long_term: {long_term}}}
return: {{{given}}}
"""
NAMES = ("Kraken", "Coinbase", "Gemini", "Ledger Nano", "Deadex", "Cold card", "Binance.US", "Old laptop")
ASSETS = ("BTC", "ETH", "SOL", "ADA", "DOT", "LTC", "XRP", "ATOM")
FIGURES = {
    "taxable_interest": "taxable interest",
    "ordinary_dividends": "ordinary dividends",
    "adjustments": "adjustments to income",
    "withholding": "federal income tax withheld, Forms W-2",
}


@dataclass(frozen=True)
class Fact:
    """A sale with the lot that it takes, or, without a basis, a receipt of income. Cents; days as 2023-05-04."""

    id: str
    wallet: str
    asset: str
    units: str
    basis: int | None
    proceeds: int
    bought: str
    sold: str
    form: str = ""
    file: str = "one"

    def rows(self) -> list[str]:
        if self.basis is None:
            return [self._row(f"{self.id}r", self.sold, "staking", "", "", self.units, self.asset, self.proceeds)]
        lot = self._row(f"{self.id}b", "2023-01-01", "opening", "", "", self.units, self.asset, None, lot=True)
        sale = self._row(f"{self.id}s", self.sold, "sell", self.units, self.asset, "", "", self.proceeds, sale=True)
        return [lot, sale]

    def _row(self, id: str, day: str, kind: str, *cells: object, lot: bool = False, sale: bool = False) -> str:
        *sides, worth = cells
        end = [self.bought, dollars(self.basis or 0)] if lot else ["", ""]
        form = [self.form, "yes" if self.form else ""] if sale else ["", ""]
        value = "" if worth is None else dollars(int(str(worth)))
        time = f"{day}T{'00' if lot else '10'}:00:00Z"
        return ",".join([id, time, self.wallet, kind, *map(str, sides), value, *end, *form])


def dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


@dataclass
class Pair:
    """Two versions of one year, and the changes between them: (what, wallet) with how many facts, and the figures."""

    rounding: str
    cents: bool
    original: list[Fact] = field(default_factory=list)
    found: list[Fact] = field(default_factory=list)
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    changed: dict[tuple[str, str], list[Fact]] = field(default_factory=dict)
    figures: tuple[dict[str, int], dict[str, int]] = field(default_factory=lambda: ({}, {}))
    carried: tuple[dict[str, int], dict[str, int]] = field(default_factory=lambda: ({}, {}))
    status: tuple[str, str] = ("single", "single")

    def case(self, version: int) -> str:
        carried = {"short_term": 0, "long_term": 0} | self.carried[version]
        given = {"wages": 60000, "withholding": 9000} | self.figures[version]
        return CASE.format(
            status=self.status[version],
            rounding=self.rounding,
            given=", ".join(f"{name}: {amount}" for name, amount in given.items()),
            **carried,
        )

    def ledgers(self, version: int, chance: random.Random) -> dict[str, str]:
        """The text of each ledger file, its rows in any order."""
        facts = (self.original, self.found)[version]
        found = {}
        for name in sorted({fact.file for fact in facts}) or ["one"]:
            rows = [row for fact in facts if fact.file == name for row in fact.rows()]
            chance.shuffle(rows)
            found[f"{name}.csv"] = "\n".join([COLUMNS, *rows]) + "\n"
        return found

    def wanted(self) -> Counter[tuple[str, str]]:
        """The causes by what they are and wallet, each with how many facts it is of."""
        found = Counter(self.changes)
        before, after = self.figures
        found.update({("changed_figure", name): 1 for name in after if before.get(name, 0) != after[name]})
        for term, amount in self.carried[1].items():
            was = self.carried[0].get(term, 0)
            if was != amount:
                found["wrong_carryover" if was else "omitted_carryover", term] = 1
        if self.status[0] != self.status[1]:
            found["filing_status", ""] = 1
        return found

    def note(self, what: str, fact: Fact) -> None:
        self.changes[what, fact.wallet] += 1
        self.changed.setdefault((what, fact.wallet), []).append(fact)


def day(chance: random.Random, year: int = 2023, first_month: int = 2) -> str:
    return f"{year}-{chance.randint(first_month, 12):02d}-{chance.randint(1, 28):02d}"


def amount(chance: random.Random, cents: bool) -> int:
    # Amounts repeat now and then, so that nothing is told apart by them alone.
    whole = chance.choice((1000, chance.randint(100, 5000))) * 100
    return whole + (chance.randint(0, 99) if cents else 0)


def made_up(chance: random.Random, id: str, wallet: str, asset: str, cents: bool) -> Fact:
    units = chance.choice(("1", "0.5", f"{chance.randint(1, 400)}.{chance.randint(1, 99):02d}"))
    sold = day(chance)
    if chance.random() < 0.25:
        return Fact(id, wallet, asset, units, None, amount(chance, cents), "", sold)
    bought = day(chance, chance.choice((2020, 2021))) if chance.random() < 0.6 else "2022-12-31"
    return Fact(id, wallet, asset, units, amount(chance, cents), amount(chance, cents), bought, sold)


SALE = ("omitted_disposition", "next_year", "removed_disposition", "doubled_disposition", "wrong_basis", "zero_basis")
SALE += ("proceeds", "day", "wrong_term", "late_1099_da")
INCOME = ("omitted_income", "removed_income", "changed_income")


def change(chance: random.Random, pair: Pair, fact: Fact, how: str) -> None:
    """Puts a fact into both versions, the found one changed as `how` says."""
    more = chance.randint(1, 999) * 100
    renamed = fact
    match chance.choice(("", "", "", "wallet", "both", "file")):
        # A row that is another one in all that it says can't be told by its name: only what stays the same is renamed.
        case "wallet":
            renamed = replace(fact, wallet=f"{fact.wallet} account")
        case "both" if not how:
            renamed = replace(fact, id=f"x{fact.id}", wallet=f"{fact.wallet} account")
        case "file" if not how:
            renamed = replace(fact, file="two")
    before: list[Fact] = [fact]
    after: Fact | None = renamed
    what = how
    match how:
        case "omitted_disposition" | "omitted_income":
            before, after = [], fact
        case "next_year":
            before, after, what = (
                [replace(fact, sold=f"2024-01-{chance.randint(2, 28):02d}")],
                fact,
                "omitted_disposition",
            )
        case "removed_disposition" | "removed_income":
            after = None
        case "doubled_disposition":
            before, after = [fact, replace(fact, id=f"{fact.id}again")], fact
        case "wrong_basis":
            after = replace(renamed, basis=(fact.basis or 0) + more)
        case "zero_basis":
            before = [replace(fact, basis=0)]
        case "proceeds" | "changed_income":
            after = replace(renamed, proceeds=fact.proceeds + more)
            what = "changed_disposition" if how == "proceeds" else how
        case "day":
            moved = fact.sold[:-2] + f"{int(fact.sold[-2:]) % 28 + 1:02d}"
            after, what = replace(renamed, sold=moved), "changed_disposition"
        case "wrong_term":
            before = [replace(fact, bought="2020-03-04")]
            after = replace(renamed, bought="2022-12-31")
        case "late_1099_da":
            after = replace(renamed, form="1099-B")
    pair.original += before
    pair.found += [after] if after else []
    if what:
        pair.note(what, after or before[0])


def made_pair(seed: int) -> Pair:
    """A pair of versions; the same seed makes the same pair."""
    chance = random.Random(seed)
    rounding, cents = chance.choice((("dollars", False), ("dollars", True), ("cents", True)))
    pair = Pair(rounding, cents)
    number = 0
    for wallet in chance.sample(NAMES, chance.randint(2, 6)):
        for asset in chance.sample(ASSETS, chance.randint(1, 4)):
            number += 1
            fact = made_up(chance, f"e{number}", wallet, asset, cents)
            hows = INCOME if fact.basis is None else SALE
            change(chance, pair, fact, chance.choice(hows) if chance.random() < 0.35 else "")
    _figures(chance, pair)
    return pair


def _figures(chance: random.Random, pair: Pair) -> None:
    for name in FIGURES:
        was = 9000 if name == "withholding" else chance.choice((0, 0, 400))
        pair.figures[0][name] = was
        pair.figures[1][name] = was + (chance.randint(1, 900) if chance.random() < 0.1 else 0)
    for term in ("short_term", "long_term"):
        was = chance.choice((0, 0, 1500))
        pair.carried[0][term] = was
        pair.carried[1][term] = was + (chance.randint(1, 900) if chance.random() < 0.1 else 0)
    if chance.random() < 0.1:
        pair.status = ("single", "head_of_household")


def made_pair_of_totals(seed: int) -> Pair:
    """A pair where the original is only totals: whole wallets were left out, and figures changed."""
    chance = random.Random(seed)
    pair = Pair("dollars", False)
    number = 0
    for wallet in chance.sample(NAMES, chance.randint(2, 5)):
        left_out = chance.random() < 0.4
        for asset in chance.sample(ASSETS, chance.randint(1, 3)):
            number += 1
            fact = made_up(chance, f"e{number}", wallet, asset, False)
            # A total in round numbers could be of several wallets.
            fact = replace(fact, proceeds=chance.randint(10000, 500000) * 100)
            pair.found.append(fact)
            if left_out:
                pair.note("omitted_income" if fact.basis is None else "omitted_disposition", fact)
            else:
                pair.original.append(fact)
    _figures(chance, pair)
    pair.carried = ({}, {})
    return pair


def totals_of(facts: Sequence[Fact]) -> tuple[int, int, int]:
    """Proceeds, cost basis and gain or loss of sales, cents."""
    proceeds, basis = sum(f.proceeds for f in facts), sum(f.basis or 0 for f in facts)
    return proceeds, basis, proceeds - basis
