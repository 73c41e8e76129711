"""The worked examples of docs/brokers.md: a basis of zero after a transfer, a form that is right, and 4,000 sales."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from brokers.forms import columns, document, form, sold, with_forms
from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.prepare import Options, prepare, reconciliation

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture
def example(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / request.param, tmp_path / request.param))


@pytest.mark.parametrize("example", ["form_zero_basis"], indirect=True)
def test_a_basis_of_zero_after_a_transfer_is_the_owner_s_own(example: Path) -> None:
    found = document(example)
    assert columns(found) == [
        ("H", "10374", "8020", "", "0", "2354"),
        ("K", "67830", "19600", "B", "0", "48230"),
    ]
    left = reconciliation(example, Options()).residual
    assert left is not None
    assert left.foots
    reasons = {group.code: [reason.name for reason in group.reasons] for group in left.groups}
    assert reasons == {"Y": ["no_basis_moved_in"], "H": ["time_zone"]}


@pytest.mark.parametrize("example", ["form_right"], indirect=True)
def test_a_form_that_is_right_needs_no_code(example: Path) -> None:
    found = document(example)
    assert columns(found) == [
        ("H", "7.20", "4", "", "0", "3.20"),
        ("H", "10.80", "6", "", "0", "4.80"),
        ("K", "180", "25", "", "0", "155"),
    ]
    assert not [f for f in found["findings"] if f["id"].startswith("brokers") and f["severity"] != "note"]


def trader(make_case: MakeCase) -> Path:
    """4,000 sales of the year at Northcoin and Southcoin, and some from a wallet of one's own that no form reports."""
    rows = [
        buy("2022-01-05", 3000, "ETH", 300000, wallet="Northcoin"),
        buy("2025-01-02", 3000, "ETH", 900000, wallet="Southcoin"),
        buy("2025-01-03", 100, "SOL", 5000, wallet="Own"),
    ]
    said: dict[str, list[dict[str, object]]] = {"Northcoin": [], "Southcoin": []}
    for number in range(4000):
        broker = ("Northcoin", "Southcoin")[number % 2]
        day = f"2025-{number % 12 + 1:02d}-{number % 27 + 2:02d}"
        units, dollars = Decimal(number % 7 + 1) / 10, Decimal(10000 + number) / 100
        clock = f"T{14 + number % 8}:{number % 60:02d}:00Z"
        rows.append(sell(f"{day}{clock}", units, "ETH", dollars, wallet=broker, fee_usd="0.05"))
        shown = {"proceeds_type": "gross"} if broker == "Northcoin" else {"basis": 1, "basis_reported": "no"}
        proceeds = dollars if broker == "Northcoin" else dollars - Decimal("0.05")
        said[broker].append(sold(day, units, "ETH", proceeds, broker=broker, **shown))
    rows += [sell(f"2025-08-{day:02d}", 1, "SOL", 60, wallet="Own") for day in range(1, 21)]
    folder = make_case(ledger(*rows), 2025)
    return with_forms(folder, **{broker: form(*several) for broker, several in said.items()})


def test_four_thousand_sales_are_a_row_a_broker_and_box_with_statements(make_case: MakeCase) -> None:
    """Form 8949 instructions (2025), Exception 2: the broker, code M with all others, totals; dates stay empty."""
    folder = trader(make_case)
    done = prepare(folder, Options(forms=False, summary=True))
    assert done.ok, [f.says for f in done.findings if f.severity == "error"][:3]
    assert done.document is not None
    summary = {(row["box"], row["wallet"]): row for row in done.document["summary"]}  # type: ignore[attr-defined]
    assert {key: row["code"] for key, row in summary.items()} == {
        ("H", "Southcoin"): "BM",
        ("I", "Own"): "M",
        ("K", "Northcoin"): "EM",
    }
    north = summary["K", "Northcoin"]
    assert Decimal(north["adjustment"]) == -2000 * Decimal("0.05")
    assert Decimal(north["proceeds"]) == sum(Decimal(10000 + number) / 100 for number in range(0, 4000, 2))
    left = reconciliation(folder, Options()).residual
    assert left is not None
    assert left.foots
    assert [group.open_rows for group in left.groups] == [0, 0]


def test_two_accounts_of_one_broker_are_one_row(make_case: MakeCase) -> None:
    """Form 8949 instructions (2025), Exception 2: "report the totals from each broker on a separate row"."""
    rows = ledger(
        buy("2025-01-05", 2, "ETH", 4000, wallet="Kraken Pro"),
        buy("2025-01-05", 2, "ETH", 4000, wallet="Kraken"),
        sell("2025-03-01", 1, "ETH", 2100, wallet="Kraken Pro"),
        sell("2025-03-02", 1, "ETH", 2200, wallet="Kraken"),
        sell("2025-03-03", 1, "ETH", 2300, wallet="Kraken"),
    )
    folder = make_case(rows, 2025, more="wallets: {Kraken: {broker: Payward}, Kraken Pro: {broker: Payward}}")
    reported = [sold(f"2025-03-0{day}", 1, "ETH", 2000 + 100 * day, broker="Payward") for day in (1, 2)]
    done = prepare(with_forms(folder, payward=form(*reported)), Options(forms=False, summary=True))
    assert done.ok, [f.says for f in done.findings if f.severity == "error"]
    assert done.document is not None
    got = [(row["box"], row["broker"], row["wallet"], row["proceeds"]) for row in done.document["summary"]]  # type: ignore[attr-defined]
    assert got == [
        ("H", "Payward", "Kraken Pro, Kraken", "4300.00"),
        ("I", "Payward", "Kraken", "2300.00"),
    ]
