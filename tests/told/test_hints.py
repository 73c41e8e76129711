"""Law that no figure depends on: said where the ledger or the case hints at it, and not where it doesn't."""

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import MakeCase
from ledgers import buy, give, ledger, move, sell, trade
from niner.prepare import Options, prepare

HINTS = {
    "personal-use",
    "related-party",
    "constructive-sale",
    "section-1256",
    "fbar",
    "form-8938",
    "kiddie-tax",
    "underpayment",
    "excess-business-loss",
    "hobby",
    "form-8275",
    "wallet-unknown",
    "gift-as-transfer",
}


def document(folder: Path, **options: Any) -> dict[str, Any]:
    prepared = prepare(folder, Options(forms=False, **options))
    assert prepared.ok, [f.says for f in prepared.findings]
    return json.loads(next(path for path in prepared.written if path.name == "return.json").read_text())


def hints(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f["id"]: f for f in document["findings"] if f["id"] in HINTS}


PAID = "return: {wages: 85000, withholding: 20000}"


def test_an_ordinary_return_hints_at_nothing(make_case: MakeCase) -> None:
    rows = (
        buy("2024-01-10", 3, "ETH", 6000, note="bought at the counter; long-term"),
        sell("2025-06-10", 1, "ETH", 1500, note="sold"),
        trade("2025-06-11", 1, "ETH", 1, "SOL", 2500),
        give("spend", "2025-06-12", "0.1", "ETH", usd_value=300),
    )
    folder = make_case(ledger(*rows), 2025)
    text = (folder / "case.yaml").read_text().replace("return: {wages: 85000}", PAID)
    (folder / "case.yaml").write_text(text)
    assert hints(document(folder)) == {}


def test_a_loss_on_units_spent_asks_for_personal_use(make_case: MakeCase) -> None:
    """IRC §262(a); Form 8949 instructions, code L."""
    rows = (buy("2024-01-10", 2, "ETH", 6000), give("spend", "2025-06-10", 1, "ETH", usd_value=1000))
    finding = hints(document(make_case(ledger(*rows), 2025)))["personal-use"]
    assert (finding["amount"], finding["source"]["row"]) == ("2000.00", 3)


@pytest.mark.parametrize(
    ("note", "got", "said"),
    [
        ("to my brother", 1000, True),
        ("sold to My LLC", 1000, True),
        ("to my brother", 5000, False),
        ("through Brotherhood Exchange", 1000, False),
    ],
)
def test_a_loss_whose_note_names_a_relative_is_asked(make_case: MakeCase, note: str, got: int, said: bool) -> None:
    """IRC §267(a)(1): losses only."""
    rows = (buy("2024-01-10", 1, "ETH", 3000), sell("2025-06-10", 1, "ETH", got, note=note))
    assert ("related-party" in hints(document(make_case(ledger(*rows), 2025)))) == said


@pytest.mark.parametrize(
    ("note", "id"),
    [
        ("closed short position", "constructive-sale"),
        ("hedge of my coins", "constructive-sale"),
        ("BTC perp settled", "section-1256"),
        ("CME futures", "section-1256"),
        ("short-term; put into savings", ""),
    ],
)
def test_notes_on_short_sales_and_derivatives_are_asked(make_case: MakeCase, note: str, id: str) -> None:
    rows = (buy("2024-01-10", 1, "ETH", 3000), sell("2025-06-10", 1, "ETH", 4000, note=note))
    found = hints(document(make_case(ledger(*rows), 2025)))
    assert found.keys() - {"underpayment"} == ({id} if id else set())
    assert not id or found[id]["source"]["row"] == 3


@pytest.mark.parametrize(
    ("to", "note", "said"),
    [
        ("Gifted to Bo", "", True),
        ("Ledger", "for my sister", True),
        ("Ledger", "cold storage", False),
        ("Sonata", "", False),
    ],
)
def test_a_transfer_that_reads_like_a_gift_is_asked(make_case: MakeCase, to: str, note: str, said: bool) -> None:
    """In the common pool before 2025 a gift written as a transfer takes the lots of later sales, and shows nowhere."""
    rows = (
        buy("2023-01-10", 2, "ETH", 3000),
        buy("2024-01-10", 1, "ETH", 3800),
        move("2024-02-10", 1, "ETH", to, note=note),
        sell("2024-06-10", 1, "ETH", 2600),
    )
    found = hints(document(make_case(ledger(*rows), 2024))).get("gift-as-transfer")
    assert (found is not None) == said
    assert found is None or found["source"]["row"] == 4


@pytest.mark.parametrize(("status", "at_end"), [("single", "$50,000"), ("married_joint", "$100,000")])
def test_a_wallet_abroad_names_both_reports(make_case: MakeCase, status: str, at_end: str) -> None:
    """31 CFR §1010.350 with FinCEN Notice 2020-2; IRC §6038D."""
    rows = (
        buy("2024-01-10", 2, "ETH", 3000, wallet="Bitstamp"),
        move("2025-02-10", 1, "ETH", "Ledger", wallet="Bitstamp"),
    )
    more = "wallets: {bitstamp: {foreign: yes}, Ledger: {foreign: no}}"
    if status == "married_joint":
        more += "\nspouse: {first_name: Bob, last_name: Example, ssn: 900-12-3457}"
    found = hints(document(make_case(ledger(*rows), 2025, status=status, more=more)))
    assert "$10,000" in found["fbar"]["todo"]
    assert "Bitstamp" in found["fbar"]["says"]
    assert "$1,500" in found["fbar"]["says"]
    assert at_end in found["form-8938"]["todo"]


def test_a_wallet_that_no_row_names_is_told(make_case: MakeCase) -> None:
    rows = (buy("2024-01-10", 2, "ETH", 3000, wallet="Bitstamp"),)
    found = hints(document(make_case(ledger(*rows), 2025, more="wallets: {Bitstmap: {foreign: yes}}")))
    assert "Bitstmap" in found["wallet-unknown"]["says"]
    assert "fbar" not in found


@pytest.mark.parametrize(
    ("born", "gain", "said"),
    [("2009-05-01", 5000, True), ("2009-05-01", 2700, False), ("2002-01-02", 5000, True), ("2002-01-01", 5000, False)],
)
def test_a_child_with_gains_names_form_8615(make_case: MakeCase, born: str, gain: int, said: bool) -> None:
    """IRC §1(g); Form 8615: who was born on 1 January 2002 is 24 at the end of 2025."""
    rows = (buy("2024-01-10", 1, "ETH", 1000), sell("2025-06-10", 1, "ETH", 1000 + gain))
    folder = make_case(ledger(*rows), 2025, wages="500")
    text = (folder / "case.yaml").read_text().replace("single}", f"single, born: {born}}}")
    (folder / "case.yaml").write_text(text)
    assert ("kiddie-tax" in hints(document(folder))) == said


@pytest.mark.parametrize(
    ("figures", "amount"),
    [
        ("withholding: 0", "9010.80"),
        ("withholding: 9013", None),
        ("withholding: 8900", "110.80"),
        ("withholding: 8000, estimated_payments: 1010.80", None),
        ("withholding: 5000, estimated_payments: 1000", "3010.80"),
        ("withholding: 5000, prior_year_tax: 5000, prior_year_agi: 70000", None),
        ("withholding: 5000, prior_year_tax: 5000, prior_year_agi: 170000", "500.00"),
        ("taxable_interest: 0", None),
    ],
)
def test_too_little_paid_in_the_year_names_form_2210(make_case: MakeCase, figures: str, amount: str | None) -> None:
    """IRC §6654: less than 1,000 not withheld, or 90 % of the year's tax paid, and there is no penalty.

    Nothing is said where the case does not say yet what was withheld from the wages.

    Wages of 84,350 in 2025 are 68,600 taxable and 10,012 in the Tax Table: 90 % of it is 9,010.80.
    """
    rows = (buy("2024-01-10", 1, "ETH", 1000),)
    folder = make_case(ledger(*rows), 2025)
    text = (folder / "case.yaml").read_text().replace("wages: 85000", f"wages: 84350, {figures}")
    (folder / "case.yaml").write_text(text)
    got = document(folder)
    assert got["lines"]["f1040"]["24"] == "10012.00"
    found = hints(got).get("underpayment")
    assert (found and found["amount"]) == amount


def test_a_firm_s_position_names_form_8275(make_case: MakeCase, tmp_path: Path) -> None:
    (tmp_path / "firm" / "2025").mkdir(parents=True)
    (tmp_path / "firm" / "2025" / "loss_limit.yaml").write_text(
        "parameters:\n  capital_loss_limit:\n    authority: Example Act §1\n"
        "    value: {single: 6000, married_joint: 6000, married_separate: 3000, "
        "head_of_household: 6000, surviving_spouse: 6000}\n"
    )
    folder = make_case(ledger(buy("2024-01-10", 1, "ETH", 1000)), 2025)
    assert "form-8275" in hints(document(folder, overlays=(tmp_path / "firm",)))
    (folder / "out").rename(tmp_path / "first")
    assert "form-8275" not in hints(document(folder))
