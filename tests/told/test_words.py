"""What is said where a word is not known, and where a row can't be as it stands: what to write, and which row it is."""

from pathlib import Path

import pytest
import yaml

from conftest import MakeCase
from ledgers import buy, ledger, move, receive, sell
from niner.ledger.niner_format import COLUMNS
from niner.ledger.transaction import KINDS
from niner.ledger.words import advice
from niner.prepare import Options, prepare
from niner.resources import room
from niner.words.suggest import near
from safety.test_bad_input import problems

TABLE = yaml.safe_load((room("templates") / "words" / "ledger.yaml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        *((word, "sell") for word in ("sale", "Sold", "market_sell", "Advanced Trade Sell")),
        *((word, "buy") for word in ("purchase", "bought", "recurring-buy")),
        *((word, "trade") for word in ("swap", "Convert", "exchange", "conversion")),
        *((word, "transfer") for word in ("send", "withdrawal", "deposit", "receive", "bridge", "stake", "unstake")),
        *((word, "staking") for word in ("mint", "claim", "Staking Income")),
        *((word, "gift_out") for word in ("gift", "send")),
        *((word, "stolen") for word in ("theft", "hack")),
        ("salary", "wages"),
        ("gas", "fee"),
        ("opening balance", "opening"),
        ("reward ", "reward"),
        ("stakng", "staking"),
    ],
)
def test_a_word_of_the_exchanges_names_the_kind_to_write(word: str, kind: str) -> None:
    assert f"“{kind}”" in advice("kind", word, KINDS)


@pytest.mark.parametrize(
    ("word", "never"),
    [
        ("sale", "stolen"),
        ("funding", "mining"),
        ("liquidation", "donation"),
        ("stake", "Did you mean “staking”"),
        ("mint", "“mining”"),
        ("send", "Did you mean “spend”"),
        ("gift", "Did you mean “gift_in”"),
    ],
)
def test_a_word_is_never_led_to_another_treatment(word: str, never: str) -> None:
    assert never not in advice("kind", word, KINDS)


def test_no_key_is_offered_whose_number_is_another() -> None:
    known = ("line_4", "line_18", "line_19", "wages")
    assert [near(word, known) for word in ("line_1a", "line_8a", "line_17", "lin_19", "wagez", "sale")] == [
        "", "", "", "line_19", "wages", "",
    ]  # fmt: skip


def test_the_table_of_words_names_each_word_once_and_only_what_the_ledger_may_know() -> None:
    later = {"rename", "rebate", "spouse_in", "spouse_out", "transfer_in", "transfer_out", "cash_in", "cash_out"}
    for what, known in (("kind", set(KINDS) | later), ("column", set(COLUMNS))):
        words = [word for entry in TABLE[f"{what}s"] for word in entry["words"]]
        assert len(words) == len(set(words))
        assert {entry[what] for entry in TABLE[f"{what}s"] if what in entry} <= known
        assert {name for entry in TABLE[f"{what}s"] for name in entry.get("one_of", {})} <= known
        own = KINDS if what == "kind" else COLUMNS
        assert all(advice(what, word, own)[:6] != "Known:" for word in words)


def test_a_column_of_an_export_is_named_by_ours(make_case: MakeCase) -> None:
    text = (
        ledger(buy("2024-01-02", 1, "BTC", 40000)).replace("sent_quantity,", "amount,", 1).replace("time,", "date,", 1)
    )
    found = {f["value"]: f["todo"] for f in problems(make_case(text))}
    assert "“time”" in found["date"]
    assert "“sent_quantity” for what left" in found["amount"]


@pytest.mark.parametrize(("short", "column"), [("sent_qty", "sent_quantity"), ("Recv Amt", "received_quantity")])
def test_a_column_written_short_is_named_in_full(short: str, column: str) -> None:
    assert advice("column", short, COLUMNS) == f"Did you mean “{column}”?"


def only(folder: Path) -> str:
    """Both sentences of the one error."""
    (finding,) = problems(folder)
    return f"{finding['says']} {finding['todo']}"


def test_an_airdrop_without_a_worth_may_be_worth_nothing(make_case: MakeCase) -> None:
    said = only(make_case(ledger(receive("airdrop", "2024-01-10", 1000, "SPAM"))))
    assert "0 where nobody traded them yet" in said
    assert "two sides" not in said


@pytest.mark.parametrize(
    ("bought", "sold", "left"),
    [("0.12345678", "0.12345679", "0.12345678"), ("1", "1.00000001", "1"), ("25000000", "25000001", "25000000")],
)
def test_the_last_digit_of_an_exchange_is_called_rounding(
    make_case: MakeCase, bought: str, sold: str, left: str
) -> None:
    said = only(make_case(ledger(buy("2024-01-02", bought, "BTC", 40000), sell("2024-06-01", sold, "BTC", 30000))))
    assert f"looks like the exchange's rounding: lower the quantity by that (to {left})" in said


@pytest.mark.parametrize(("bought", "sold"), [("1", "1.0001"), ("1", "2"), ("0.00000001", "0.00000003")])
def test_more_than_that_is_missing(make_case: MakeCase, bought: str, sold: str) -> None:
    said = only(make_case(ledger(buy("2024-01-02", bought, "BTC", 40000), sell("2024-06-01", sold, "BTC", 30000))))
    assert "rounding" not in said
    assert "a purchase, deposit or earlier export may be missing" in said


def test_a_deposit_that_is_stamped_after_the_sale_is_named_with_its_row(make_case: MakeCase) -> None:
    rows = (
        buy("2025-01-05T10:00:00Z", 1, "BTC", 65000, wallet="Ledger"),
        move("2025-03-05T10:02:00Z", 1, "BTC", "Kraken", wallet="Ledger"),
        sell("2025-03-05T10:00:30Z", 1, "BTC", 90000, wallet="Kraken"),
    )
    said = only(make_case(ledger(*rows), 2025))
    assert "ledger/made.csv, row 3 moves 1 BTC from “Ledger” to “Kraken”" in said
    assert "90 seconds later" in said


def test_an_opening_that_is_dated_late_is_named_with_its_row(make_case: MakeCase) -> None:
    rows = (
        receive("opening", "2024-12-31", 1, "BTC", acquired="2020-05-05", basis_usd=9000),
        sell("2024-02-06", 1, "BTC", 100000),
    )
    said = only(make_case(ledger(*rows)))
    assert "ledger/made.csv, row 2 brings in 1 BTC as “opening”, but is dated 2024-12-31" in said


def test_units_of_unknown_cost_and_day_have_a_way_in(make_case: MakeCase) -> None:
    said = only(make_case(ledger(receive("opening", "2024-01-01", 1, "BTC", basis_usd=0))))
    assert said.startswith("An opening row needs acquired.")
    assert "the first day on which a record shows that you had them" in said
    assert "basis_usd 0 is the safe side" in said


def test_a_business_loss_is_taken_and_the_net_operating_loss_is_named(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2024-01-02", 1, "BTC", 40000)), wages="0, self_employment_income: -30000")
    [said] = [f for f in prepare(folder, Options(forms=False)).findings if f.id == "business-loss"]
    assert (said.severity, said.amount_cents) == ("review", 4_460_000)
    assert "net operating loss" in said.says
