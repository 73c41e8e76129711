"""The worked examples of docs/brokers.md: a basis of zero after a transfer, a form that is right, and 4,000 sales."""

import shutil
from decimal import Decimal
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from brokers.forms import columns, document, form, sold, with_forms
from conftest import MakeCase
from examples.form_4000_sales import write
from ledgers import buy, ledger, sell
from niner.prepare import Options, prepare, reconciliation
from printing.test_packet import run, values

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


def test_four_thousand_sales_are_a_row_a_broker_and_box_with_statements(tmp_path: Path) -> None:
    """SPEC-F8949-T3; Form 8949 instructions (2025), Exception 2: the broker, code M with all others, totals."""
    folder = write(tmp_path / "trader")
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


@pytest.mark.official
@pytest.mark.parametrize("example", ["form_zero_basis", "form_right"], indirect=True)
def test_the_packet_of_an_example_has_what_the_form_has(example: Path) -> None:
    """Every row and its box, on the official Form 8949, as another program reads it; Schedule D has the totals."""
    out, found = run(example)
    assert {form["blank"] for form in found["forms"]} == {"official"}
    printed = sorted(value for page in values(out / "f8949.pdf") for value in page.values())
    for row in found["dispositions"]:
        texts = [row["description"].removesuffix(" "), *(typeset(row[name]) for name in ("proceeds", "basis", "gain"))]
        assert [text for text in texts if text not in printed] == []
    schedule = [value for page in values(out / "f1040sd.pdf") for value in page.values()]
    lines = found["lines"]["f1040sd"]
    assert typeset(lines["16"]) in schedule
    assert [typeset(lines[f"{line}.h"]) in schedule for line in ("2", "9")] == [True, True]


@pytest.mark.official
def test_the_packet_of_four_thousand_sales_has_a_row_a_broker_and_every_sale_attached(tmp_path: Path) -> None:
    """Form 8949 instructions (2025), Exception 2: no dates, code M, totals, and each sale on a statement."""
    out, found = run(write(tmp_path / "trader"), summary=True)
    pages = [
        [v for v in page.values() if v not in ("Tess Example", "900-12-3456")] for page in values(out / "f8949.pdf")
    ]
    assert [[text for text in page if "statement" in text] for page in pages] == [
        ["Southcoin, see attached statement"],
        ["Own, see attached statement"],
        ["Northcoin, see attached statement"],
    ]
    assert [[text for text in page if text in ("BM", "M", "EM")] for page in pages] == [["BM"], ["M"], ["EM"]]
    assert not [text for page in pages for text in page if "/" in text and "/20" in text]
    for page, row in zip(pages, found["summary"], strict=True):
        assert [page.count(typeset(row[name])) for name in ("proceeds", "basis", "gain")] == [2, 2, 2]
    packet = pdfium.PdfDocument(out / "packet.pdf")
    statements = [page.get_textpage().get_text_range() for page in packet]
    statements = [text for text in statements if "Statement attached to Form 8949" in text]
    listed = sum(line.split()[1:2] in (["ETH"], ["SOL"]) for text in statements for line in text.splitlines())
    assert listed == len(found["dispositions"]) == 4020


def typeset(amount: str) -> str:
    """An amount of return.json as the form shows it."""
    number = Decimal(amount)
    return f"({-number:,})" if number < 0 else f"{number:,}"


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
