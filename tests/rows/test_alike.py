"""Rows that are read by the first of their like become what each would become by itself, and no problem is missed."""

import random
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from niner.ledger import niner_format
from niner.ledger.alike import Alike, ByItself
from niner.ledger.columns import joined, of_few_decimals
from niner.ledger.table import Table
from niner.ledger.transaction import Transaction

CELLS = {
    "kind": (
        "buy",
        "sell",
        "Sell",
        "trade",
        "transfer",
        "staking",
        "fee",
        "rename",
        "spend",
        "gift_in",
        "nothing",
        " buy ",
    ),
    "wallet": ("Coinbase", "Coinbase", "coinbase", "Ledger", "", "Ünter"),
    "sent_asset": ("", "USD", "usd", "BTC", "ETH", "EUR", "W\u202eX"),
    "received_asset": ("", "USD", "BTC", "BTC", "ETH", "EUR"),
    "fee_asset": ("", "", "", "USD", "ETH", "BTC", "EUR"),
    "to_wallet": ("", "", "", "Ledger", "Coinbase"),
    "form": ("", "", "", "none", "1099-DA", "1099-X"),
    "basis_reported": ("", "", "", "yes", "no"),
    "acquired": ("", "", "", "", "", "2020-02-03", "2030-01-01"),
    "basis_usd": ("", "", "", "", "", "100"),
    "nondeductible": ("", "", "", "", "related"),
    "note": ("", "", "a note", "two\nlines", " padded ", "\x07"),
}
NUMBERS = ("", "", "0", "0.00", "1", "1.5", "1.005", "100", "99.999999999999999999", "-1", "1e3", "1,5", "1,000.00",
           "x", " 2", "$3", "9" * 15, "9" * 61, "0." + "1" * 45, "٣", "5.")  # fmt: skip
TIMES = ("2024-03-01T14:30:00-06:00", "2024-03-01T14:30:00Z", "2024-03-01 23:30:00", "2024-03-01T14:30:00.123456+00:00",
         "2024-03-01", "2024-03-01T14:30+05:30", "2008-03-01T14:30:00Z", "2024-13-01T14:30:00Z", "2024-02-30T00:00:00Z",
         "", "soon", "2024-03-01T14:30:00+0000", " 2024-03-01T14:30:00Z", "2024-11-03T01:30:00")  # fmt: skip
AMOUNTS = ("sent_quantity", "received_quantity", "fee_quantity", "fee_usd", "usd_value")


def table(seed: int, rows: int) -> Table:
    """Rows of which many are alike, and some are wrong in one cell."""
    dice = random.Random(seed)
    header = ["id", "time", *CELLS, *AMOUNTS]
    usual = [
        {"kind": "buy", "wallet": "Coinbase", "sent_asset": "USD", "received_asset": "BTC"},
        {"kind": "sell", "wallet": "Coinbase", "sent_asset": "BTC", "received_asset": "USD"},
        {"kind": "trade", "wallet": "Coinbase", "sent_asset": "BTC", "received_asset": "ETH", "fee_asset": "ETH"},
        {"kind": "buy", "wallet": "Coinbase", "sent_asset": "EUR", "received_asset": "BTC"},
        {"kind": "transfer", "wallet": "Coinbase", "sent_asset": "BTC", "to_wallet": "Ledger"},
        {"kind": "staking", "wallet": "Ledger", "received_asset": "ETH"},
    ]
    found = []
    for line in range(2, rows + 2):
        row = dict.fromkeys(header, "") | dice.choice(usual)
        if row["kind"] != "transfer" and dice.random() < 0.5:
            row["fee_asset"] = ""
        row |= {"id": str(line), "time": dice.choice(TIMES) if dice.random() < 0.3 else TIMES[0]}
        for name in AMOUNTS:
            side = name.partition("_")[0]
            if (
                row.get(f"{side}_asset")
                or (side == "usd" and "USD" not in row.values())
                or (name == "fee_usd" and row["fee_asset"] != "USD")
            ):
                row[name] = dice.choice(NUMBERS) if dice.random() < 0.1 else dice.choice(("1", "2.50", "0.00000001"))
        if dice.random() < 0.15:
            odd = dice.choice(list(CELLS))
            row[odd] = dice.choice(CELLS[odd])
        found.append((line, [row[name] for name in header]))
    order = header[:]
    if seed % 2:  # any column order, absent columns empty
        order = [name for name in header if name not in ("note", "acquired", "basis_usd")]
        dice.shuffle(order)
        places = [header.index(name) for name in order]
        found = [(line, [cells[place] for place in places]) for line, cells in found]
    lines, cells = [line for line, _ in found], [row for _, row in found]
    blocks = [(lines[at : at + 400], cells[at : at + 400]) for at in range(0, rows, 400)]
    return Table("ledger/a.csv", tuple(order), blocks, ())


@pytest.mark.parametrize("zone", [None, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")], ids=str)
@pytest.mark.parametrize("seed", range(8))
def test_rows_read_together_are_the_rows_read_one_by_one(
    seed: int, zone: ZoneInfo | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = table(seed, 1500)
    same_as = {"EUR": "USD", "ETH": "ETHER"} if seed % 3 == 0 else {}
    quick = 0
    read = Alike.transactions

    def counted(self: Alike, lines: Sequence[int], rows: Sequence[Sequence[str]], by_itself: ByItself) -> object:
        nonlocal quick
        quick += len(rows)

        def looked_at(line: int, cells: Sequence[str]) -> Transaction | None:
            nonlocal quick
            quick -= 1
            return by_itself(line, cells)

        return read(self, lines, rows, looked_at)

    monkeypatch.setattr(Alike, "transactions", counted)
    together = niner_format.read_rows(made, zone, None, same_as)
    monkeypatch.setattr(
        Alike,
        "transactions",
        lambda self, lines, rows, by_itself: [t for t in map(by_itself, lines, rows) if t is not None],
    )
    one_by_one = niner_format.read_rows(made, zone, None, same_as)
    assert together == one_by_one
    assert [type(t.fee_cents) for t in together[0]] == [type(t.fee_cents) for t in one_by_one[0]]
    assert [t.instant.tzinfo for t in together[0]] == [t.instant.tzinfo for t in one_by_one[0]]
    assert quick > 200  # the short way is taken at all
    assert len(together[1]) > 200  # and there is something to be missed


@pytest.mark.parametrize(
    ("odd", "few"), [("0.12345678", True), ("7", True), ("0.00", True), ("0.123456789", False), ("1e-9", False)]
)
@pytest.mark.parametrize("at", [0, 250, 299])
def test_what_is_known_of_decimals_from_the_reading_is_so(odd: str, few: bool, at: int) -> None:
    header = ("id", "time", "wallet", "kind", "received_quantity", "received_asset", "usd_value")
    rows = [[str(n), "2024-03-01T14:30:00Z", "A", "staking", f"{n + 1}.5", "ETH", "3.00"] for n in range(300)]
    rows[at][4] = odd
    blocks = [(range(2, 202), rows[:200]), (range(202, 302), rows[200:])]
    read = joined(niner_format.read_blocks(Table("a.csv", header, blocks, ()), None)[0])
    assert len(read) == 300 - (odd == "0.00")
    assert read.few_decimals() is few
    assert all(map(of_few_decimals, (read.sent, read.received, read.fees))) is few
