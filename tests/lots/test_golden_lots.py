"""Lot reports of other open projects: the same lots and basis for each sale, and what it brought in all."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from ledgers import buy, give, ledger, move, receive, sell, trade
from niner.prepare import Options, work_out

GOLDEN: dict[str, Any] = yaml.load(
    (Path(__file__).parents[1] / "cases" / "golden_lots.yaml").read_text(), yaml.BaseLoader
)


def moved(day: str, years: str) -> str:
    whole = date.fromisoformat(day)
    return whole.replace(year=whole.year + int(years)).isoformat()


def as_row(id: int, event: list[str], years: str) -> dict[str, object]:
    """A row of Niner's own format. A fee in units is worth what the row sells them for."""
    kind, day, wallet, units, dollars, fee, *to = event
    day, common = moved(day, years), {"id": id, "wallet": wallet}
    if kind == "buy":
        return buy(day, units, "X", dollars, fee_usd=fee, **common)
    if kind == "interest":
        return receive(kind, day, units, "X", usd_value=dollars, **common)
    worth = Decimal(dollars) if to else Decimal(dollars) / Decimal(units) * Decimal(fee)
    in_units = {"fee_quantity": fee, "fee_asset": "X", "fee_usd": f"{worth:.2f}"} if Decimal(fee) else {}
    if to:
        return move(day, units, "X", to[0], **in_units, **common)
    if kind == "sell":
        return sell(day, units, "X", dollars, **in_units, **common)
    return give(kind, day, units, "X", fmv_usd=dollars, **common)


@pytest.mark.parametrize("report", GOLDEN["reports"], ids=lambda report: report["id"])
def test_a_golden_report_has_the_same_lots(tmp_path: Path, report: dict[str, Any]) -> None:
    years = report["years"]
    rows = [as_row(id, event, years) for id, event in enumerate(GOLDEN["ledgers"][report["ledger"]], 1)]
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "rows.csv").write_text(ledger(*rows))
    sold = {row["id"]: str(row["time"]) for row in rows if row["kind"] == "sell"}
    lots: dict[tuple[str, str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    proceeds: dict[str, Decimal] = defaultdict(Decimal)
    for year in sorted({day[:4] for day in sold.values()}):
        elections = f"elections: {{timezone: UTC, lot_method: {report['method']}, pool: universal}}"
        (tmp_path / "case.yaml").write_text(
            f"tax_year: {year}\n{elections}\ncarryover_in: {{short_term: 0, long_term: 0}}\n"
            "taxpayer: {first_name: Pat, last_name: Testcase, ssn: 900-12-3456, filing_status: single}\n"
        )
        for row in work_out(tmp_path, Options(forms=False))[0].rows:
            for part in row.parts:
                if int(part.transaction) not in sold:
                    continue  # what a move's fee took
                both = lots[part.acquired.isoformat(), part.disposed.isoformat(), row.term]
                both[0] += part.quantity
                both[1] += row.sums.basis
                proceeds[part.disposed.isoformat()] += row.sums.proceeds
    wanted = {
        (moved(acquired, years), moved(day, years), term): [Decimal(units), Decimal(basis) * 100]
        for units, acquired, day, _, basis, term in report.get("ours", report["rows"])
    }
    assert lots == wanted
    theirs = sum(Decimal(basis) * 100 for *_, basis, _ in report["rows"])
    assert sum(basis for _, basis in lots.values()) > theirs if "differs" in report else True
    # The project spreads a sale over the units of its fee too; here they are sold for what they were worth.
    whole: dict[str, Decimal] = defaultdict(Decimal)
    for _, _, day, amount, _, _ in report["rows"]:
        whole[moved(day, years)] += Decimal(amount) * 100
    assert {day: round(amount) for day, amount in whole.items()} == proceeds


def test_a_coin_bought_with_a_coin_gains_what_rotki_says(tmp_path: Path) -> None:
    """rotki, test_selling_crypto_bought_with_crypto, 74.4107983 of trades and 0.4186122 of fees.

    Its euros are dollars here, and 2015 and 2016 are 2023 and 2024. It takes a fee at the cost of its units; here they
    are sold for their worth, by which the sale is less: in all the same.
    """
    first = {"fee_quantity": "0.9375", "fee_asset": "XMR", "fee_usd": "0.3719951278125"}
    second = {"fee_quantity": "0.117484061344", "fee_asset": "XMR", "fee_usd": "0.12268893"}
    rows = (
        buy("2023-11-08", 82, "BTC", "22031.622064438"),
        trade("2023-12-11", "0.3853125", "BTC", 375, "XMR", "148.7980546875", **first),
        sell("2024-03-15", 45, "XMR", "46.9936245375", **second),
    )
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "rows.csv").write_text(ledger(*rows))
    gain = 0
    for year in (2023, 2024):
        (tmp_path / "case.yaml").write_text(
            f"tax_year: {year}\nelections: {{timezone: UTC}}\ncarryover_in: {{short_term: 0, long_term: 0}}\n"
            "taxpayer: {first_name: Pat, last_name: Testcase, ssn: 900-12-3456, filing_status: single}\n"
        )
        gain += sum(row.sums.gain for row in work_out(tmp_path, Options(forms=False))[0].rows)
    assert gain == round((Decimal("74.4107983124540625") - Decimal("0.418612202811480978")) * 100)


@pytest.mark.parametrize(
    ("rows", "held"),
    [
        (
            [(1, "Coinbase", 110, 10), (2, "Kraken", 4), (3, "Coinbase", 130, 4), (4, "Kraken", 10)],
            [(1, "Kraken", 110, 10), (3, "Kraken", 130, 4)],
        ),
        (
            [
                (1, "Coinbase", 110, 10),
                (2, "Coinbase", 120, 20),
                (3, "Kraken", 8),
                (4, "Kraken", 10),
                (5, "Kraken", 12),
            ],
            [(1, "Kraken", 110, 10), (2, "Kraken", 120, 20)],
        ),
    ],
    ids=["interlaced", "two lots, three moves"],
)
def test_moves_between_wallets_carry_the_lots_that_rp2_says(
    tmp_path: Path, rows: list[tuple[Any, ...]], held: list[tuple[int, str, int, int]]
) -> None:
    """rp2, test_per_wallet_tax_engine_semantics_dependent (commit 0dfd9332): by day of January 2025."""
    lines = [
        buy(f"2025-01-{day:02}", one[1], "X", one[0] * one[1], wallet=wallet)
        if len(one) > 1
        else move(f"2025-01-{day:02}", one[0], "X", wallet)
        for day, wallet, *one in rows
    ]
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "rows.csv").write_text(ledger(*lines))
    (tmp_path / "case.yaml").write_text(
        "tax_year: 2025\nelections: {timezone: UTC}\n"
        "taxpayer: {first_name: Pat, last_name: Testcase, ssn: 900-12-3456, filing_status: single}\n"
    )
    found: dict[tuple[int, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for lot in work_out(tmp_path, Options(forms=False))[0].held:
        both = found[lot.acquired.day, lot.wallet]
        both[0] += lot.quantity
        both[1] += lot.basis_cents
    assert found == {(day, wallet): [units, units * price * 100] for day, wallet, price, units in held}
