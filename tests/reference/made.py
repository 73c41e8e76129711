"""Random ledgers by seed: long quantities, ties, rows of one day or instant, and every kind that has lots."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo

from reference.lots import INCOME

COLUMNS = (
    "id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset,fee_quantity,fee_asset,fee_usd,"
    "usd_value,to_wallet,acquired,basis_usd,fmv_usd"
).split(",")
ASSETS, WALLETS = ("AAA", "BBB", "CCC"), ("W", "V", "U")
ZONES = ("America/New_York", "Pacific/Auckland", "Asia/Kolkata", "UTC", "America/St_Johns")
METHODS, POOLS = ("fifo", "lifo", "hifo", "lofo"), ("wallet", "universal")
YEAR = 2024
YEARS = (2021, 2022, 2023, 2024, 2024, 2024)
MOST_PLACES = 26  # a ledger may have 40 digits, and 36 rows of up to 10^12 units come to 14 before the point


class Maker:
    """One ledger: `text` is its CSV; `method`, `pool` and `zone` how it is to be run."""

    def __init__(self, seed: int, years: tuple[int, ...] = YEARS) -> None:
        self.random, self.years = Random(seed), years
        self.method, self.pool, self.zone = (self.random.choice(x) for x in (METHODS, POOLS, ZONES))
        self.digits = self.random.choice((6, 18, 38))
        self.ties = self.random.random() < 0.4  # few prices and quantities, so that lots are alike
        self.by_day = self.random.random() < 0.5  # no row says its time
        self.few = self.random.random() < 0.5  # few wallets and assets, so that rows wait for one another
        self.wallets, self.assets = (WALLETS[:2], ASSETS[:2]) if self.few else (WALLETS, ASSETS)
        self.days = [self.day() for _ in range(self.random.randint(2, 8))]
        self.held: dict[tuple[str, str], Fraction] = {}
        self.rows: list[dict[str, str]] = []
        moments = sorted(self.moment() for _ in range(self.random.randint(8, 36)))
        for moment in moments:
            self.row(moment)
        self.disorder()
        lines = [",".join(COLUMNS)] + [",".join(row.get(name, "") for name in COLUMNS) for row in self.rows]
        self.text = "\n".join(lines) + "\n"

    def day(self) -> date:
        """A day about a month's end, most of them of the last year."""
        day = date(self.random.choice(self.years), self.random.choice((1, 2, 6, 12)), 28)
        return min(day + timedelta(days=self.random.choice((0, 1, 2, 3))), date(self.years[-1], 12, 31))

    def moment(self) -> datetime:
        """Few days, so that many rows meet; often about local midnight."""
        day = self.random.choice(self.days)
        hour, minute = self.random.choice(((0, 0), (0, 0), (23, 59), (12, 0)))
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(self.zone))

    def quantity(self) -> str:
        if self.ties:
            return self.random.choice(("1", "2", "0.5"))
        longest = self.digits == 38 and self.random.random() < 0.8  # 29 digits and more
        size = self.random.randint(11, 12) if longest else self.random.randint(0, min(12, self.digits))
        whole = str(self.random.randrange(10**size))
        places = 18 if longest else self.random.randint(0, min(18, self.digits - len(whole)))
        part = "".join(self.random.choice("0123456789") for _ in range(places))
        text = f"{whole}.{part}" if part else whole
        return text if Fraction(text) else "0.000000000000000001"

    def part_of(self, units: Fraction) -> str:
        """All, half or some of the units, as plain decimals of no more digits than a ledger may have."""
        if self.random.random() >= 0.4:
            units *= self.random.choice((Fraction(1, 2), Fraction(1, 4), Fraction(3, 4)))
        return plain(max(Fraction(units * 10**MOST_PLACES // 1), Fraction(1)) / 10**MOST_PLACES)

    def dollars(self) -> str:
        if self.ties:
            return self.random.choice(("100", "100", "200", "0.01"))
        return self.random.choice((
            f"{self.random.randint(0, 10**7) / 100:.2f}", str(self.random.randint(1, 10**6)),
            f"0.{self.random.randint(1, 9999):04d}", f"{self.random.randint(1, 10**12)}.99",
        ))  # fmt: skip

    def row(self, moment: datetime) -> None:
        """One row that can be, at the moment at which it stands."""
        wallet = self.random.choice(self.wallets)
        mine = [asset for asset in self.assets if self.held.get((wallet, asset), 0) > 0]
        row = {"id": f"r{len(self.rows)}", "time": self.time(moment), "wallet": wallet}
        kinds = ["buy", "buy", "buy", self.random.choice(INCOME), "opening", "gift_in", "inherited"]
        if mine:
            kinds += ["sell", "sell", "sell", "trade", "trade", "spend", "transfer", "transfer", "fee"]
        kind = row["kind"] = self.random.choice(kinds)
        asset = self.random.choice(mine or self.assets)
        if kind in ("sell", "trade", "spend", "transfer", "fee"):
            units = self.part_of(self.held[wallet, asset])
            row |= {"sent_quantity": units, "sent_asset": asset}
            self.change(wallet, asset, -Fraction(units))
        if kind == "transfer":
            to = row["to_wallet"] = self.random.choice([other for other in self.wallets if other != wallet])
            self.change(to, asset, Fraction(row["sent_quantity"]))
        elif kind in ("sell", "spend", "fee"):
            row["usd_value"] = self.dollars()
        elif kind != "trade":
            row |= self.incoming(kind, wallet, self.random.choice(self.assets), moment)
        else:
            other = self.random.choice([one for one in self.assets if one != asset])
            row |= self.incoming(kind, wallet, other, moment)
        if kind in ("buy", "sell", "trade", "spend", "transfer") and self.random.random() < 0.35:
            self.fee(row, wallet)
        self.rows.append(row)

    def incoming(self, kind: str, wallet: str, asset: str, moment: datetime) -> dict[str, str]:
        units = self.quantity()
        self.change(wallet, asset, Fraction(units))
        found = {"received_quantity": units, "received_asset": asset}
        if kind in ("opening", "gift_in", "inherited"):
            day = moment.date() - timedelta(days=self.random.choice((1, 300, 365, 366, 800)))
            found |= {"acquired": day.isoformat()}
            if kind != "inherited":
                found["basis_usd"] = self.random.choice((self.dollars(), self.dollars(), "0"))
            if kind != "opening":
                found["fmv_usd"] = self.dollars()
        elif kind == "buy" and self.random.random() < 0.5:
            found |= {"sent_quantity": self.dollars(), "sent_asset": "USD"}
        else:
            found["usd_value"] = self.dollars()
        return found

    def fee(self, row: dict[str, str], wallet: str) -> None:
        mine = [asset for asset in ASSETS if self.held.get((wallet, asset), 0) > 0]
        if not mine or self.random.random() < 0.4:
            if row["kind"] != "transfer":
                row["fee_usd"] = self.random.choice(("0.01", "1.5", "0.003", "12"))
            return
        asset = self.random.choice(mine)
        units = self.part_of(self.held[wallet, asset] / 4)
        # Units that the same row prices need no worth of their own; a fee of many times the row's units is none.
        sides = [row[f"{side}_quantity"] for side in ("sent", "received") if row.get(f"{side}_asset") == asset]
        priced = row["kind"] != "transfer" and bool(sides) and Fraction(units) <= 10 * Fraction(sides[0])
        row |= {"fee_quantity": units, "fee_asset": asset}
        if not priced or self.random.random() < 0.5:
            row["fee_usd"] = self.dollars()
        self.change(wallet, asset, -Fraction(units))

    def change(self, wallet: str, asset: str, units: Fraction) -> None:
        self.held[wallet, asset] = self.held.get((wallet, asset), Fraction(0)) + units

    def time(self, moment: datetime) -> str:
        style = 0 if self.by_day else self.random.random()
        if style < 0.35:
            return moment.date().isoformat()
        if style < 0.6:
            return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return moment.isoformat() if style < 0.8 else moment.replace(tzinfo=None).isoformat()

    def disorder(self) -> None:
        """Rows of the file in another order than they happened: as they stand, backwards, or shuffled."""
        how = self.random.random()
        if how < 0.3:
            self.rows.reverse()
        elif how < 0.6:
            self.random.shuffle(self.rows)


def plain(units: Fraction) -> str:
    """Units with a finite number of decimals, written out."""
    places = 0
    while (units * 10**places).denominator != 1:
        places += 1
    digits = str(int(units * 10**places)).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits
