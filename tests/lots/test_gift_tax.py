"""Gift tax in the basis of a gift, and a gain that the loss of a related seller stands against."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import MakeCase
from ledgers import buy, ledger, move, receive, sell, trade
from niner.prepare import Options, prepare


def document(folder: Path) -> dict[str, Any]:
    prepared = prepare(folder, Options(forms=False))
    assert prepared.ok, [f.says for f in prepared.findings]
    found: dict[str, Any] = json.loads((prepared.written[0].parent / "return.json").read_text())
    return found


def row_of(found: dict[str, Any], *names: str) -> list[str]:
    (row,) = found["dispositions"]
    return [row[name] for name in names or ("proceeds", "basis", "code", "adjustment", "gain")]


@pytest.mark.parametrize(
    ("id", "worth", "cost", "gift", "paid", "exact", "decimals", "printed"),
    [
        ("P551-GIFTTAX: Pub. 551 (12-2025), page 15", 50000, 20000, 31000, 6220, "26019.35", 2, 26033),
        ("Pub. 550 (2025), page 61", 101000, 40000, 82000, 18760, "53955.61", 3, 53957),
    ],
)
def test_the_share_of_gift_tax_on_the_gain_in_the_gift_is_basis(
    make_case: MakeCase, id: str, worth: int, cost: int, gift: int, paid: int, exact: str, decimals: int, printed: int
) -> None:
    """IRC §1015(d)(6) has the exact share; the publications round the fraction to two or three places first."""
    given = receive(
        *("gift_in", "2025-01-10", 1, "X"),
        **{"acquired": "2019-05-01", "basis_usd": cost, "fmv_usd": worth},
        **{"gift_tax_usd": paid, "taxable_gift_usd": gift},
    )
    found = document(make_case(ledger(given, sell("2025-06-01", 1, "X", 60000)), 2025))
    assert row_of(found, "basis", "term") == [exact, "long"]
    fraction = round(Fraction(worth - cost, gift), decimals)
    assert round(cost + paid * fraction) == printed
    assert abs(Fraction(exact) - printed) <= Fraction(paid, 2 * 10**decimals) + 1


def test_no_gift_tax_is_added_beyond_the_tax_or_where_the_gift_had_lost_worth(make_case: MakeCase) -> None:
    """IRC §1015(d)(6)(A), "not in excess of the amount of tax so paid"; no net appreciation, no increase."""
    common = {"acquired": "2019-05-01", "basis_usd": 1000, "gift_tax_usd": 400}
    small = receive("gift_in", "2025-01-10", 1, "X", **common, fmv_usd=50000, taxable_gift_usd=10000)
    lower = receive("gift_in", "2025-01-11", 1, "Y", **common, fmv_usd=900, taxable_gift_usd=10000)
    lots = document(make_case(ledger(small, lower), 2025))["open_lots"]
    assert {lot["asset"]: lot["basis"] for lot in lots} == {"X": "1400.00", "Y": "1000.00"}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"gift_tax_usd": 400}, "not the amount that the tax was on"),
        ({"gift_tax_usd": 400, "taxable_gift_usd": 300}, "more than the gift"),
        ({"gift_tax_usd": 400, "taxable_gift_usd": 9000, "acquired": ""}, "needs acquired"),
    ],
)
def test_gift_tax_that_cannot_be_is_refused(make_case: MakeCase, more: dict[str, object], says: str) -> None:
    given = {"acquired": "2019-05-01", "basis_usd": 1000, "fmv_usd": 9000, **more}
    prepared = prepare(make_case(ledger(receive("gift_in", "2025-01-10", 1, "X", **given)), 2025), Options(forms=False))
    (error,) = [f for f in prepared.findings if f.severity == "error"]
    assert says in error.says
    assert error.source
    assert error.source.row == 2


FROM_A_SIBLING = buy("2024-03-01", 100, "X", 7600, related_loss_usd=2400)


@pytest.mark.parametrize(
    ("id", "price", "columns"),
    [
        ("P550-RELATED-1", 10500, ["10500.00", "7600.00", "O", "-2400.00", "500.00"]),
        ("Example 2", 6900, ["6900.00", "7600.00", "", "0.00", "-700.00"]),
        ("a gain that is less than the loss", 9000, ["9000.00", "7600.00", "O", "-1400.00", "0.00"]),
    ],
)
def test_a_gain_counts_only_over_the_related_sellers_loss(
    make_case: MakeCase, id: str, price: int, columns: list[str]
) -> None:
    """IRC §267(d); Pub. 550 (2025), page 74, and Pub. 544 (2025), page 34, Examples 1 and 2."""
    found = document(make_case(ledger(FROM_A_SIBLING, sell("2025-06-01", 100, "X", price)), 2025))
    assert row_of(found) == columns
    told = [f for f in found["findings"] if f["id"] == "related-seller-code"]
    assert [f["amount"] for f in told] == (["2400.00"] if columns[2] else [])


def test_the_sellers_loss_goes_with_the_units_and_is_used_once(make_case: MakeCase) -> None:
    """By units, through a move and the change of pools: 24 of loss a unit, and none on units of others."""
    rows = (
        FROM_A_SIBLING,
        move("2024-06-01", 40, "X", "Ledger"),
        buy("2024-07-01", 10, "X", 760),
        sell("2025-02-01", 25, "X", 2600, wallet="Ledger"),
        sell("2025-03-01", 65, "X", 6500),
    )
    found = document(make_case(ledger(*rows), 2025))
    got = {(row["wallet"], row["acquired"]): (row["adjustment"], row["gain"]) for row in found["dispositions"]}
    assert got == {
        ("Ledger", "2024-03-01"): ("-600.00", "100.00"),
        ("Coinbase", "2024-03-01"): ("-1440.00", "0.00"),
        ("Coinbase", "2024-07-01"): ("0.00", "120.00"),
    }


def test_what_a_trade_brought_and_a_ruling_names_counts_too(make_case: MakeCase) -> None:
    swap = trade("2024-05-01", 1, "A", 10, "X", 7600, related_loss_usd=2400)
    found = document(make_case(ledger(buy("2024-01-02", 1, "A", 7000), swap, sell("2025-06-01", 10, "X", 10500)), 2025))
    assert row_of(found, "adjustment", "gain") == ["-2400.00", "500.00"]
    folder = make_case(ledger(buy("2024-03-01", 1, "X", 7600), sell("2025-06-01", 1, "X", 10500)), 2025, name="ruled")
    said = {"by": "Pat", "on": "2026-02-03", "why": "bought from my brother"}
    (folder / "decisions.yaml").write_text(
        yaml.safe_dump([{"row": "ledger/made.csv:1", "related_loss_usd": 2400, **said}])
    )
    assert row_of(document(folder), "adjustment", "gain") == ["-2400.00", "500.00"]
    (folder / "decisions.yaml").write_text(
        yaml.safe_dump([{"row": "ledger/made.csv:2", "related_loss_usd": 2400, **said}])
    )
    prepared = prepare(folder, Options(forms=False))
    assert "A sell row has no related_loss_usd." in [f.says for f in prepared.findings]


def test_a_loss_beside_a_gain_that_does_not_count_is_carried(make_case: MakeCase) -> None:
    """2024 gains 2,900 of which none counts: with 5,000 of loss, 3,000 is allowed and 2,000 goes on."""
    rows = (
        buy("2024-01-02", 1, "X", 7600, related_loss_usd=2900),
        buy("2024-01-03", 1, "Y", 7000),
        sell("2024-06-01", 1, "X", 10500),
        sell("2024-06-02", 1, "Y", 2000),
        buy("2025-01-02", 1, "Z", 100),
        sell("2025-02-01", 1, "Z", 200),
    )
    folder = make_case(ledger(*rows), 2025)
    case = (folder / "case.yaml").read_text()
    (folder / "case.yaml").write_text("\n".join(line for line in case.splitlines() if "carryover_in" not in line))
    told = [f for f in prepare(folder, Options(forms=False)).findings if f.id == "carryover-asked"]
    assert [f.says.partition(" to carry")[0].rpartition(" ")[2] for f in told] == ["$2,000"]
