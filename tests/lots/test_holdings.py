"""Lots on any day: in less out is held to the cent, ids stay, terms by the rules, and each lot's story to its end."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, give, ledger, move, receive, sell, trade
from niner.case import Asset
from niner.cli import app
from niner.ledger import Transaction
from niner.lots import Entry, Lot, Span, Treatment, balances, lot_names, match
from niner.money import PARTS
from niner.returns.units.holdings import long_with_gain, terms_of
from niner.rules import load_rules
from niner.values import Source

RUN = CliRunner()
DOES = {
    "buy": "acquisition", "sell": "disposition", "trade": "exchange", "transfer": "transfer", "gift_out": "leaves",
    "rename": "carries_over",
}  # fmt: skip


def treatment(t: Transaction) -> Treatment:
    fee = {"buy": "add_to_basis", "sell": "reduce_proceeds", "trade": "reduce_proceeds"}.get(t.kind, "no_effect")
    basis = "cost" if t.kind in ("buy", "trade") else "none_received"
    return Treatment(DOES[t.kind], fee, bool(t.fee_asset), "method", "as_the_row", basis)


@st.composite
def ledgers(draw: st.DrawFn) -> list[Transaction]:
    rows: list[Transaction] = []
    for number in range(draw(st.integers(4, 30))):
        when = datetime(2023, 1, 1, 12, tzinfo=UTC) + timedelta(days=40 * number)
        kind = draw(st.sampled_from(["buy", "buy", *DOES]))
        wallet, other = draw(st.permutations(["A", "B"]))
        units = Decimal(draw(st.integers(1, 10**7))).scaleb(-6)
        sides: dict[str, Any] = {}
        if kind != "buy":
            sides |= {"sent_quantity": units, "sent_asset": draw(st.sampled_from(["X", "Y"]))}
        if kind in ("buy", "trade"):
            sides |= {"received_quantity": units, "received_asset": draw(st.sampled_from(["X", "Y"]))}
        if kind == "rename":
            sides |= {"received_quantity": units, "received_asset": "Z"}
        if draw(st.booleans()):
            sides |= {"fee_quantity": units / 1000, "fee_asset": "X", "fee_cents": 7}
        worth = draw(st.integers(0, 10**7))
        to = other if kind == "transfer" else ""
        source = Source("ledger/made.csv", number + 2)
        rows.append(
            Transaction(f"{number}", when, when.date(), wallet, kind, source, value_cents=worth, to_wallet=to, **sides)
        )
    return rows


@given(ledgers(), st.sampled_from(["fifo", "lifo", "hifo", "lofo"]), st.booleans(), st.integers(0, 1200))
@settings(max_examples=300, deadline=None)
def test_in_less_out_is_held_for_every_wallet_asset_and_day(
    rows: list[Transaction], method: str, universal: bool, days: int
) -> None:
    """Also where units are short: what was taken is what went out."""
    day = date(2023, 1, 1) + timedelta(days=days)
    spans = [Span(2020, 2029, method, "wallet")]
    if universal:
        before = Span(2020, 2024, method, "universal")
        spans = [before, Span(2025, 2029, method, "wallet", "own_lots_then_oldest")]
    journal: list[Entry] = []
    found = match([t for t in rows if t.day <= day], spans, treatment, journal=journal)
    for balance in balances(journal, found.held):
        assert balance.holds, balance
    sold = sum(d.basis_cents for d in found.dispositions)
    assert sold == -sum(e.basis_cents for e in journal if e.what in ("sold", "fee"))
    assert sum(d.proceeds_cents for d in found.dispositions) == sum(e.proceeds_cents or 0 for e in journal)


def case_of_lots(make_case: MakeCase, name: str = "case") -> Path:
    rows = (
        buy("2023-02-01", "1.5", "BTC", 33000),
        buy("2024-02-29T09:30:00Z", "0.7", "BTC", 43000, wallet="Kraken", fee_usd="13.37"),
        move("2024-03-01", "0.5", "BTC", "Ledger", fee_quantity="0.0001", fee_asset="BTC", fee_usd="6.1"),
        sell("2024-05-01", "0.6", "BTC", 50000, wallet="Kraken"),
        trade("2024-06-02", "0.3", "BTC", 5, "ETH", 20000),
        move("2025-04-01", 2, "ETH", "Ledger"),
        {**give("rename", "2025-05-01", 2, "ETH", wallet="Ledger"), "received_quantity": 2, "received_asset": "WETH"},
        receive("gift_in", "2025-05-05", 1, "SOL", acquired="2024-11-30", basis_usd=200, fmv_usd=150),
        give("gift_out", "2025-06-01", "0.1", "BTC"),
        sell("2025-07-01", "0.2", "BTC", 18000, wallet="Ledger"),
    )
    return make_case(ledger(*rows), 2025, name=name)


def lots(folder: Path, *words: str, code: int = 0) -> dict[str, Any]:
    done = RUN.invoke(app, ["lots", str(folder), "--json", *words])
    assert done.exit_code == code, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("day", ["2023-02-01", "2024-03-01", "2024-12-31", "2025-04-30", "2025-12-31"])
def test_lots_of_a_day_agree_with_their_balance(make_case: MakeCase, day: str) -> None:
    found = lots(case_of_lots(make_case), "--on", day)
    assert found["on"] == day
    assert found["balances"]
    for balance in found["balances"]:
        assert balance["holds"]
        held = [lot for lot in found["lots"] if (lot["wallet"], lot["asset"]) == (balance["wallet"], balance["asset"])]
        for name in ("quantity", "basis"):
            left = Decimal(balance["in"][name]) - Decimal(balance["out"][name])
            assert left == Decimal(balance["held"][name]) == sum(Decimal(lot[name]) for lot in held)


def test_the_lots_of_the_year_end_are_those_of_the_return(make_case: MakeCase) -> None:
    folder = case_of_lots(make_case)
    assert RUN.invoke(app, ["prepare", str(folder), "--no-forms"]).exit_code == 0
    document = json.loads((folder / "out" / "2025" / "return.json").read_text())
    wanted = [(lot["wallet"], lot["asset"], lot["quantity"], lot["basis"]) for lot in document["open_lots"]]
    got = [(lot["wallet"], lot["asset"], lot["quantity"], lot["basis"]) for lot in lots(folder)["lots"]]
    assert got == wanted


def test_one_wallet_or_asset_alone_and_one_that_never_was(make_case: MakeCase) -> None:
    folder = case_of_lots(make_case)
    assert {lot["asset"] for lot in lots(folder, "--asset", "weth")["lots"]} == {"WETH"}
    assert {lot["wallet"] for lot in lots(folder, "--wallet", "ledger")["lots"]} == {"Ledger"}
    (problem,) = lots(folder, "--asset", "DOGE", code=1)["findings"]
    assert "BTC in Kraken" in problem["todo"]


def test_ids_stay_whatever_the_files_are_called_and_in_which_order_rows_stand(make_case: MakeCase) -> None:
    def ids(folder: Path) -> set[tuple[str, str, str]]:
        return {(lot["id"], lot["asset"], lot["quantity"]) for lot in lots(folder)["lots"]}

    one = case_of_lots(make_case)
    wanted = ids(one)
    assert len({name for name, _, _ in wanted}) == len({lot["transaction"] for lot in lots(one)["lots"]})
    other = case_of_lots(make_case, "other")
    made = other / "ledger" / "made.csv"
    header, *rows = made.read_text().splitlines()
    made.unlink()
    # Without ids of their own, backwards, in two files of other names.
    rows = [row[row.index(",") :] for row in reversed(rows)]
    (other / "ledger" / "z.csv").write_text("\n".join([header, *rows[:4]]) + "\n")
    (other / "ledger" / "b.csv").write_text("\n".join([header, *rows[4:]]) + "\n")
    assert ids(other) == wanted
    # A corrected price leaves the id as it is.
    text = (one / "ledger" / "made.csv").read_text()
    (one / "ledger" / "made.csv").write_text(text.replace("33000", "33333"))
    assert {name for name, _, _ in ids(one)} == {name for name, _, _ in wanted}


def test_receipts_alike_in_everything_have_ids_of_their_own() -> None:
    when = datetime(2024, 1, 1, tzinfo=UTC)
    rows = [
        Transaction(f"{n}", when, when.date(), "A", "staking", Source("a.csv", n), received_quantity=Decimal(1),
                    received_asset="X", value_cents=n)
        for n in (1, 2, 3)
    ]  # fmt: skip
    names = lot_names(rows)
    assert len(set(names.values())) == 3
    assert lot_names(rows[::-1]) == names


@pytest.mark.parametrize(
    ("row", "first", "for_a_loss"),
    [
        (buy("2024-06-17", 1, "X", 10), "2025-06-18", None),  # HP-P544-A
        (buy("2024-01-31", 1, "X", 10), "2025-02-01", None),  # HP-P550-B: a month's last day
        (buy("2023-02-28", 1, "X", 10), "2024-03-01", None),  # HP-FEB28-29
        (buy("2020-12-31", 1, "X", 10), "2022-01-01", None),  # HP-D7, HP-D8
        (buy("2019-03-01", 1, "X", 10), "2020-03-02", None),  # HP-D10
        (receive("inherited", "2025-01-05", 1, "X", fmv_usd=9), "2025-01-05", None),  # HP-INHERIT
        (receive("gift_in", "2025-01-05", 1, "X", acquired="2023-01-10", basis_usd=9, fmv_usd=12), "2025-01-05", None),
        (
            receive("gift_in", "2025-01-05", 1, "X", acquired="2023-01-10", basis_usd=9, fmv_usd=5),
            "2025-01-05",
            {"basis": "5.00", "long_term_from": "2026-01-06"},
        ),
    ],
)
def test_a_lot_is_long_term_from_the_day_that_the_rules_name(
    make_case: MakeCase, row: dict[str, object], first: str, for_a_loss: object
) -> None:
    (lot,) = lots(make_case(ledger(row), 2025))["lots"]
    assert (lot["long_term_from"], lot["for_a_loss"]) == (first, for_a_loss)
    assert lot["days_to_long_term"] == 0


@st.composite
def some_lots(draw: st.DrawFn) -> list[Lot]:
    """Bought, given and inherited ones, of two assets that the rules tell apart."""
    found = []
    for number in range(draw(st.integers(1, 12))):
        received = draw(st.dates(date(2019, 1, 1), date(2025, 12, 31)))
        how = draw(st.sampled_from(["purchase", "gift", "inheritance"]))
        acquired = received - timedelta(days=draw(st.integers(0, 800)) if how == "gift" else 0)
        basis, fmv = draw(st.integers(0, 500)), draw(st.integers(0, 500)) if how == "gift" else None
        asset = draw(st.sampled_from(["BTC", "APE#1"]))
        found.append(
            Lot(
                f"l{number}",
                asset,
                "w",
                Decimal(1),
                acquired,
                received,
                how,
                basis,
                fmv,
                Source("a.csv"),
                basis * PARTS,
            )
        )
    return found


@settings(max_examples=40, deadline=None)
@given(some_lots())
def test_the_day_that_makes_a_gain_long_term_is_the_same_where_no_loss_is_asked_for(some: list[Lot]) -> None:
    rules = load_rules(2025)

    def asset(name: str) -> Asset:
        return Asset.model_validate({"class": "nft" if "#" in name else "digital_asset"})

    both = terms_of(some, rules, asset)
    assert long_with_gain(some, rules, asset) == [both[lot].with_gain for lot in some]


def test_days_to_long_term_count_from_the_day_asked(make_case: MakeCase) -> None:
    (lot,) = lots(make_case(ledger(buy("2025-06-17", 1, "X", 10)), 2025), "--on", "2025-06-20")["lots"]
    assert (lot["long_term_from"], lot["days_to_long_term"]) == ("2026-06-18", 363)


def story(folder: Path, lot: str, code: int = 0) -> dict[str, Any]:
    done = RUN.invoke(app, ["explain", str(folder), "lot", lot, "--json"])
    assert done.exit_code == code, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_lot_is_named_by_the_line_or_the_data_row_that_brought_it(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2025-01-01", 1, "X", 10), buy("2025-01-02", 2, "X", 20)), 2025)
    file = "ledger/made.csv"
    named = {
        name: story(folder, f"{file}{name}")["value"] for name in (", row 3", ":line 3", ":data row 2", ":1", ":3")
    }
    assert named == {", row 3": "20.00", ":line 3": "20.00", ":data row 2": "20.00", ":1": "10.00", ":3": "20.00"}
    done = RUN.invoke(app, ["explain", str(folder), "lot", f"{file}:2", "--json"])
    assert "may be the file's line 2, or data row 2" in done.output


def test_a_lots_story_goes_from_its_purchase_to_every_sale(make_case: MakeCase) -> None:
    folder = case_of_lots(make_case)
    (bought, *_) = (lot["id"] for lot in lots(folder, "--on", "2023-02-01")["lots"])
    steps = [step["what"] for step in story(folder, bought)["because"]]
    assert steps == [
        "2023-02-01: 1.5 BTC came in by buy, Coinbase, basis",
        "2024-03-01: 0.0001 BTC paid as a fee, Coinbase, gain",
        "2024-05-01: 0.6 BTC sold, Kraken, gain",
        "2024-06-02: 0.3 BTC given up, Coinbase, gain",
        "2025-06-01: 0.1 BTC left by gift out, Coinbase, basis",
        "still held, basis",
    ]
    assert "NOT" not in json.dumps(story(folder, bought))
    kraken = next(lot["id"] for lot in lots(folder, "--on", "2024-02-29", "--wallet", "Kraken")["lots"])
    parted = next(step for step in story(folder, kraken)["because"] if step["what"] == "2025-01-01: put into wallets")
    assert parted["because"][0]["what"] == "0.6 BTC out of Kraken, basis"
    (exchanged,) = (lot["id"] for lot in lots(folder, "--on", "2024-06-02", "--asset", "ETH")["lots"])
    told = json.dumps(story(folder, exchanged))
    assert f"Given for it: lot {bought} (0.3 BTC)." in told
    assert "2 ETH moved from Coinbase to Ledger" in told
    assert "2 ETH became 2 WETH, Ledger" in told


def test_a_sale_in_a_story_has_the_gain_and_term_of_its_row(make_case: MakeCase) -> None:
    folder = case_of_lots(make_case)
    assert RUN.invoke(app, ["prepare", str(folder), "--no-forms"]).exit_code == 0
    rows = json.loads((folder / "out" / "2025" / "return.json").read_text())["dispositions"]
    told = {}
    for lot in {part["id"] for row in rows for part in row["lots"]}:
        told |= {step["source"]: step for step in story(folder, lot)["because"] if "gain" in step["what"]}
    for row in rows:
        step = told[f"{row['source']['file']}, row {row['source']['row']}"]
        assert step["value"] == row["gain"]
        assert f"{row['term']}-term, box {row['box']}" in step["says"]


def test_a_lot_is_found_by_a_part_of_its_id_or_its_row(make_case: MakeCase) -> None:
    folder = case_of_lots(make_case)
    whole = lots(folder, "--asset", "SOL")["lots"][0]
    for name in (whole["id"][:6], whole["transaction"], f"ledger/made.csv:{whole['source']['row']}"):
        assert story(folder, name)["what"].startswith(f"lot {whole['id']}: 1 SOL")
    assert "Worth then $150.00" in json.dumps(story(folder, whole["id"]))
    assert story(folder, "nothing", code=1)["findings"][0]["id"] == "lot-unknown"


def test_a_wallet_that_gave_what_it_never_had_is_told_and_the_command_fails(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2025-01-02", 1, "X", 10), sell("2025-02-02", 2, "X", 30)), 2025)
    found = lots(folder, code=1)
    assert "lots-short" in {finding["id"] for finding in found["findings"]}
    assert all(balance["holds"] for balance in found["balances"])


def test_what_is_printed_has_lots_balance_and_one_next_step(make_case: MakeCase) -> None:
    folder = case_of_lots(make_case)
    done = RUN.invoke(app, ["lots", str(folder), "--asset", "ETH"])
    assert done.exit_code == 0
    assert "moved between own wallets" in done.output
    assert done.output.splitlines()[-1].startswith("Next: see what became of a lot: niner explain ")


def test_a_loss_that_is_not_allowed_is_in_the_balance_and_the_story_of_the_shares_bought_back(
    make_case: MakeCase,
) -> None:
    """IRC §1091(d): sold at a loss of 400 of which 300 goes into the 75 shares bought back (I1099DA-WASH)."""
    rows = (
        buy("2025-01-02", 100, "TSLA", 1000),
        sell("2025-03-03", 100, "TSLA", 600),
        buy("2025-03-20", 75, "TSLA", 500),
    )
    folder = make_case(ledger(*rows), 2025, more="assets: {TSLA: {class: security}}")
    found = lots(folder)
    assert [(lot["quantity"], lot["basis"]) for lot in found["lots"]] == [("75", "800.00")]
    (balance,) = found["balances"]
    assert balance["holds"]
    steps = story(folder, found["lots"][0]["id"])["because"]
    assert [(step["what"], step["value"]) for step in steps[1:2]] == [
        ("2025-03-20: basis raised (wash sale), Coinbase", "300.00")
    ]


def test_names_from_outside_are_shown_and_not_obeyed(make_case: MakeCase) -> None:
    """A wallet may be called anything; what looks like a colour of the terminal's library stays text."""
    folder = make_case(ledger(buy("2025-01-02", 1, "X", 10, wallet="[red]Mine[/red]")), 2025)
    for words in (["lots", str(folder)], ["compare", str(folder), "--wallet", "[red]Mine[/red]"]):
        done = RUN.invoke(app, words)
        assert done.exit_code == 0, done.output
        assert "[red]Mine[/red]" in done.output


SPECIFIC = (
    "- {allocation: 2025-01-01, method: specific, recorded_on: 2025-02-01, by: A, on: 2025-02-01, why: basis, units: ["
    "{wallet: XYZ, from: ledger/made.csv:1, quantity: 2}, {wallet: XYZ, from: ledger/made.csv:2, quantity: 2}, "
    "{wallet: GHI, from: ledger/made.csv:1, quantity: 8}, {wallet: GHI, from: ledger/made.csv:2, quantity: 12}]}\n"
)
GLOBAL = (
    "- {allocation: 2025-01-01, method: global, order: hifo, wallets: [XYZ, GHI], recorded_on: 2024-12-30, "
    "completed_on: 2025-06-01, by: Ada, on: 2024-12-30, why: unused basis}\n"
)
PICKED = (
    "- {row: ledger/made.csv:3, lots: [{from: ledger/made.csv:2, quantity: 6}], identified_on: 2024-11-30, record: a, "
    "by: Ada, on: 2024-11-30, why: told}\n"
)
ORDERED = (
    "- {rule: lifo, wallets: [GHI], since: 2025-03-01, recorded_on: 2025-02-01, by: Ada, on: 2025-02-01, why: order}\n"
)


@pytest.mark.parametrize(
    "recorded", ["", PICKED, PICKED + SPECIFIC, PICKED + GLOBAL, PICKED + SPECIFIC + ORDERED, ORDERED]
)
def test_the_balance_holds_by_every_way_of_choosing_lots(make_case: MakeCase, recorded: str) -> None:
    """RP2024-28: picks, both allocations and standing orders; each day's lots are what came in less what left."""
    rows = (
        buy("2019-07-01", 10, "DE", 10, wallet="XYZ"),
        buy("2020-09-01", 20, "DE", 100, wallet="GHI"),
        sell("2024-12-01", 6, "DE", 60, wallet="XYZ"),
        sell("2025-06-15", "2.5", "DE", 40, wallet="GHI"),
        move("2025-07-01", 1, "DE", "GHI", wallet="XYZ"),
    )
    folder = make_case(ledger(*rows), 2025)
    if recorded:
        (folder / "decisions.yaml").write_text(recorded)
    for day, units in (("2024-12-31", "24"), ("2025-01-01", "24"), ("2025-06-15", "21.5"), ("2025-12-31", "21.5")):
        found = lots(folder, "--on", day)
        assert all(balance["holds"] for balance in found["balances"])
        assert sum(Decimal(lot["quantity"]) for lot in found["lots"]) == Decimal(units)
        assert not [f for f in found["findings"] if f["id"] in ("lots-balance", "lots-rows")]
    for lot in {lot["id"] for lot in lots(folder, "--on", "2024-12-31")["lots"]}:
        assert "NOT" not in json.dumps(story(folder, lot))
