"""Random ledgers that run into 2025, with random records of lots, for Niner and for the reference."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from reference.chosen import FIRST, Allocation, Chooser, Identified, Moment, NoPlace, Order, Said, at_the_end_of_2024
from reference.lots import Lot, Short
from reference.made import METHODS, Maker, plain
from reference.rows import Row, read

YEAR = 2025
YEARS = (2022, 2023, 2024, 2024, 2025, 2025, 2025)
_OUT = ("sell", "trade", "spend", "transfer", "fee")
_BY = "by: Pat, on: 2026-02-01, why: made"


class ChosenMaker(Maker):
    """One ledger with its records: `said` for the reference, `case` and `decisions` as Niner reads them."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, YEARS)
        self.said = Said(pool=self.pool)
        self.rows_read = read(self.text, self.zone)
        self.lines: list[str] = []
        self.say()

    def say(self) -> None:
        r = self.random
        self.said.elected = r.choice(("none", "none", *METHODS, "specific"))
        for wallet in self.wallets:
            if r.random() < 0.3:
                self.said.by_wallet[wallet] = r.choice(METHODS), r.choice((None, self.some_day()))
            if r.random() < 0.5:
                self.said.custody[wallet] = r.choice(("broker", "own"))
            if r.random() < 0.25:
                self.said.only[wallet] = r.choice(METHODS)
        days: set[tuple[str, date]] = set()
        here = sorted({name for row in self.rows_read for name in (row.wallet, row.to_wallet) if name})
        for _ in range(r.choice((0, 0, 1, 2, 3))):
            wallets = frozenset(r.sample(here, r.randint(1, len(here))))
            since = self.some_day()
            if not days & {(wallet, since) for wallet in wallets}:
                days |= {(wallet, since) for wallet in wallets}
                order = Order(r.choice(METHODS), wallets, since, self.about(since), r.choice(("broker", "own_books")))
                self.said.orders.append(order)
        for row in self.rows_read:
            if row.kind in _OUT and row.sent is not None and r.random() < 0.3:
                self.identify(row)
        if self.pool == "universal" and r.random() < 0.7:
            self.allocate()

    def identify(self, row: Row) -> None:
        assert row.sent is not None
        r, (units, asset) = self.random, row.sent
        brought = [
            one for one in self.rows_read if one.received and one.received[1] == asset and one.kind != "transfer"
        ]
        left = units + (row.fee[0] if row.fee and row.fee[1] == asset else 0) * r.choice((0, 1))
        lots = []
        for one in r.sample(brought, min(len(brought), r.randint(1, 3))):
            part = Fraction(self.part_of(left)) if r.random() < 0.7 else left
            part = min(part, left)
            if part:
                lots.append((one.number, part))
                left -= part
        if lots:
            at = None if r.random() < 0.05 else self.about(row.day, row)
            told = r.choice(("broker", "own_books"))
            self.said.identified.append(Identified(row.number, tuple(lots), at, r.random() < 0.95, told))

    def allocate(self) -> None:
        """An allocation that comes out: the lots and the units are those of the last day of 2024."""
        r = self.random
        try:
            pool, own, _ = at_the_end_of_2024(self.rows_read, Chooser(self.said, self.rows_read))
        except (Short, NoPlace):
            return
        lots = [lot for lot in pool.lots if lot.left]
        if not lots or all(row.day >= FIRST for row in self.rows_read):
            return
        if r.random() < 0.5:
            wallets = list(self.wallets)
            r.shuffle(wallets)
            recorded = r.choice((date(2024, 12, 31), date(2024, 11, 5), date(2025, 1, 1)))
            completed = r.choice((None, date(2025, 1, 1), self.some_day(), date(2026, 2, 1)))
            here = {name for row in self.rows_read for name in (row.wallet, row.to_wallet)}
            named = tuple(wallet for wallet in wallets if wallet in here)
            self.said.allocation = Allocation("global", "", recorded, completed, r.choice(METHODS), named, ())
            return
        asset = r.choice(sorted({lot.asset for lot in lots}))
        room: dict[str, Fraction] = {}
        for lot in own.lots:
            if lot.asset == asset and lot.left:
                room[lot.wallet] = room.get(lot.wallet, Fraction(0)) + lot.left
        self.said.allocation = self.specific(asset, [lot for lot in lots if lot.asset == asset], room)

    def specific(self, asset: str, lots: list[Lot], room: dict[str, Fraction]) -> Allocation:
        r, units = self.random, []
        numbers = {row.id: row.number for row in self.rows_read}
        left = {lot.id: lot.left for lot in lots}
        while any(left.values()):
            name = r.choice([one for one, n in left.items() if n])
            wallet = r.choice([one for one, n in room.items() if n])
            part = min(left[name], room[wallet])
            if r.random() < 0.5:
                part = min(part, Fraction(self.part_of(part)))
            left[name] -= part
            room[wallet] -= part
            units.append((wallet, numbers[name], part))
        recorded = r.choice((date(2024, 12, 1), date(2025, 1, 2), self.some_day(), date(2026, 2, 1)))
        return Allocation("specific", asset, recorded, None, "", (), tuple(units))

    def some_day(self) -> date:
        return date(self.random.choice((2024, 2025)), self.random.choice((1, 2, 6, 12)), self.random.choice((1, 28)))

    def about(self, day: date, row: Row | None = None) -> Moment:
        """A moment near a day: a day alone, or a time about that of the row."""
        r = self.random
        if row is not None and r.random() < 0.5:
            return row.instant + timedelta(seconds=r.choice((-86400, -1, 0, 1)))
        moment = day + timedelta(days=r.choice((-40, -1, -1, 0, 1)))
        if r.random() < 0.6:
            return moment
        return datetime(moment.year, moment.month, moment.day, r.choice((0, 12, 23)), tzinfo=UTC)

    @property
    def case(self) -> str:
        """case.yaml."""
        said = self.said
        wallets = []
        for name in sorted({*said.custody, *said.only}):
            own = [f"custody: {said.custody[name]}"] if name in said.custody else []
            own += [f"only_method: {said.only[name]}"] if name in said.only else []
            wallets.append(f"{name}: {{{', '.join(own)}}}")
        methods = [
            f"{name}: {{lot_method: {method}{'' if since is None else f', since: {since}'}}}"
            for name, (method, since) in said.by_wallet.items()
        ]
        elections = [f"timezone: {self.zone}", f"by_wallet: {{{', '.join(methods)}}}"]
        elections += [] if said.elected == "none" else [f"lot_method: {said.elected}"]
        pools = ", ".join(f"{year}: {{pool: {said.pool}}}" for year in range(2020, 2025))
        return (
            f"tax_year: {YEAR}\n"
            "taxpayer: {first_name: Pat, last_name: Testcase, ssn: 900-12-3456, filing_status: single}\n"
            f"elections: {{{', '.join(elections)}, by_year: {{{pools}}}}}\n"
            f"wallets: {{{', '.join(wallets)}}}\n"
            "carryover_in: {short_term: 0, long_term: 0}\n"
        )

    @property
    def decisions(self) -> str:
        """decisions.yaml."""
        lines = [self._identified(one) for one in self.said.identified]
        for order in self.said.orders:
            wallets = ", ".join(sorted(order.wallets))
            lines.append(
                f"rule: {order.method}, wallets: [{wallets}], since: {order.since}, "
                f"recorded_on: {order.recorded.isoformat()}, told: {order.told}"
            )
        one = self.said.allocation
        if one is not None:
            text = f"allocation: 2025-01-01, method: {one.how}, recorded_on: {one.recorded.isoformat()}"
            if one.how == "global":
                text += f", order: {one.order}, wallets: [{', '.join(one.wallets)}]"
                text += "" if one.completed is None else f", completed_on: {one.completed.isoformat()}"
            else:
                units = (
                    f"{{wallet: {wallet}, from: {_place(number)}, quantity: '{plain(units)}'}}"
                    for wallet, number, units in one.units
                )
                text += f", units: [{', '.join(units)}]"
            lines.append(text)
        self.random.shuffle(lines)
        return "".join(f"- {{{line}, {_BY}}}\n" for line in lines)

    def _identified(self, one: Identified) -> str:
        lots = ", ".join(f"{{from: {_place(number)}, quantity: '{plain(units)}'}}" for number, units in one.lots)
        text = f"row: {_place(one.row)}, lots: [{lots}], told: {one.told}"
        text += "" if one.at is None else f", identified_on: {one.at.isoformat()}"
        return text + (", record: notes" if one.record else "")


def _place(number: int) -> str:
    return f"ledger/made.csv:{number + 1}"
