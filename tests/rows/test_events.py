"""Every kind of event under its authority: fees, income, gifts, inheritances, claims, thefts, and lots across wallets.

Figures of published examples are those of the source named in each test.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from conftest import MakeCase
from ledgers import buy, give, ledger, move, receive, sell, trade
from niner.prepare import Options, prepare


def document(folder: Path) -> dict[str, Any]:
    prepared = prepare(folder, Options(forms=False))
    assert prepared.ok, [f.says for f in prepared.findings]
    found: dict[str, Any] = json.loads((prepared.written[0].parent / "return.json").read_text())
    return found


def sales(found: dict[str, Any], asset: str) -> dict[str, Decimal]:
    """Columns (d), (e) and (h) of an asset's rows, added."""
    rows = [row for row in found["dispositions"] if row["asset"] == asset]
    return {name: sum((Decimal(row[name]) for row in rows), Decimal(0)) for name in ("proceeds", "basis", "gain")}


def amounts(proceeds: object, basis: object, gain: object) -> dict[str, Decimal]:
    return {"proceeds": Decimal(str(proceeds)), "basis": Decimal(str(basis)), "gain": Decimal(str(gain))}


def basis_of(found: dict[str, Any], asset: str) -> Decimal:
    return sum((Decimal(lot["basis"]) for lot in found["open_lots"] if lot["asset"] == asset), Decimal(0))


def reviews(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {finding["id"]: finding for finding in found["findings"]}


# Fees: Treas. Reg. §1.1001-7(b), §1.1012-1(h), §1.6045-1(d)(5) and (6), T.D. 10000.


def test_units_spent_on_services_with_a_fee_in_money(make_case: MakeCase) -> None:
    """REG-1001-7-EX1: ten units at 0.50 each for services worth 10, with 1 of transaction costs."""
    rows = (buy("2025-01-02", 10, "A", 5), give("spend", "2025-06-01", 10, "A", usd_value=10, fee_usd=1))
    assert sales(document(make_case(ledger(*rows), 2025)), "A") == amounts(9, 5, 4)


def test_a_swap_with_units_of_the_asset_given_up_withheld(make_case: MakeCase) -> None:
    """REG-1001-7-EX4 and REG-6045-1d5v-EX2: nine units swapped for 18 and one kept for the service."""
    swap = trade("2025-06-01", 9, "A", 18, "B", 18, fee_quantity=1, fee_asset="A", fee_usd=2)
    found = document(make_case(ledger(buy("2025-01-02", 10, "A", 5), swap), 2025))
    assert sales(found, "A") == amounts(18, 5, 13)
    assert basis_of(found, "B") == 18


def test_the_fee_of_a_swap_never_goes_into_the_basis_of_what_was_received(make_case: MakeCase) -> None:
    """REG-1012-1h-EX1."""
    swap = trade("2025-06-01", 10, "A", 20, "B", 20, fee_usd=2)
    found = document(make_case(ledger(buy("2025-01-02", 10, "A", 5), swap), 2025))
    assert basis_of(found, "B") == 20
    assert sales(found, "A") == amounts(18, 5, 13)


def test_a_swap_with_its_fee_in_a_third_asset(make_case: MakeCase) -> None:
    """REG-6045-1d5v-EX1: the asset given up has 78, the fee's own units 2."""
    swap = trade("2025-06-01", 10, "DE", 100, "ST", 80, fee_quantity=1, fee_asset="CM", fee_usd=2)
    rows = (buy("2025-01-02", 10, "DE", 70), buy("2025-01-02", 1, "CM", 1), swap)
    found = document(make_case(ledger(*rows), 2025))
    assert (sales(found, "DE")["proceeds"], sales(found, "CM")["proceeds"]) == (78, 2)


BOUGHT_WITH_A_FEE = (
    buy("2025-03-09", 20, "CM", 20),
    buy("2025-03-16", 10, "DE", 80, fee_quantity=1, fee_asset="CM", fee_usd=1),
)


def test_a_purchase_with_its_fee_in_units(make_case: MakeCase) -> None:
    """REG-6045-1d6x-EX1: the fee is added to the cost, and its unit is itself sold."""
    found = document(make_case(ledger(*BOUGHT_WITH_A_FEE), 2025))
    assert basis_of(found, "DE") == 81
    assert sales(found, "CM") == amounts(1, 1, 0)


def test_what_was_bought_with_a_fee_in_units_is_swapped_with_one(make_case: MakeCase) -> None:
    """REG-6045-1d6x-EX2, which goes on from the example before it."""
    swap = trade("2026-06-12", 10, "DE", 50, "ST", 100, fee_quantity=1, fee_asset="CM", fee_usd=2)
    found = document(make_case(ledger(*BOUGHT_WITH_A_FEE, swap), 2026))
    assert sales(found, "DE") == amounts(98, 81, 17)
    assert sales(found, "CM") == amounts(2, 1, 1)
    assert {row["term"] for row in found["dispositions"]} == {"long"}
    assert basis_of(found, "ST") == 100


def test_units_withheld_from_what_was_received_are_those_just_received(make_case: MakeCase) -> None:
    """Treas. Reg. §1.1012-1(j)(3)(iii): even where older units of it are held, and first in is first out."""
    swap = trade("2025-06-30", 10, "CD", 10, "AB", 100, fee_quantity=1, fee_asset="AB", fee_usd=10)
    rows = (buy("2024-01-01", 10, "AB", 10), buy("2024-01-01", 30, "CD", 90), swap)
    found = document(make_case(ledger(*rows), 2025, elections=", pool: wallet"))
    (withheld,) = [row for row in found["dispositions"] if row["asset"] == "AB"]
    assert (withheld["acquired"], withheld["basis"], withheld["proceeds"]) == ("2025-06-30", "10.00", "10.00")
    assert sales(found, "CD")["proceeds"] == 90


def test_the_fee_of_a_sale_in_an_asset_of_its_own_lowers_the_sale_and_is_sold_itself(make_case: MakeCase) -> None:
    """Treas. Reg. §1.1001-7(b)(2)(i)(A): all of it is of the asset sold."""
    out = sell("2025-06-01", 1, "A", 100, fee_quantity=2, fee_asset="BNB", fee_usd=6)
    rows = (buy("2025-01-02", 1, "A", 40), buy("2025-01-02", 5, "BNB", 10), out)
    found = document(make_case(ledger(*rows), 2025))
    assert sales(found, "A") == amounts(94, 40, 54)
    assert sales(found, "BNB") == amounts(6, 4, 2)


def test_a_network_fee_of_an_own_transfer_is_sold_and_changes_nothing_that_stays(make_case: MakeCase) -> None:
    rows = (
        buy("2025-01-02", 1, "ETH", 1000),
        move("2025-02-02", "0.5", "ETH", "Ledger", fee_quantity="0.01", fee_asset="ETH", fee_usd=25),
    )
    found = document(make_case(ledger(*rows), 2025))
    assert sales(found, "ETH") == amounts(25, 10, 15)
    assert basis_of(found, "ETH") == 990


# Basis and holding period.


def test_what_is_received_in_a_trade_has_its_worth_as_basis(make_case: MakeCase) -> None:
    """P550-TRADE."""
    rows = (buy("2025-01-02", 1, "OLD", 900), trade("2025-05-01", 1, "OLD", 1, "NEW", 1200))
    assert basis_of(document(make_case(ledger(*rows), 2025)), "NEW") == 1200


@pytest.mark.parametrize(
    ("id", "acquired", "disposed", "term"),
    [
        ("HP-P544-A", "2024-06-17", "2025-06-17", "short"),
        ("HP-P550-B", "2024-01-31", "2025-02-06", "long"),
        ("HP-FEB28-29", "2023-02-28", "2024-02-29", "short"),
        ("HP-D1", "2023-02-28", "2024-02-28", "short"),
        ("HP-D7", "2020-12-31", "2021-12-31", "short"),
        ("HP-D8", "2020-12-31", "2022-01-01", "long"),
        ("HP-D10", "2019-03-01", "2020-03-01", "short"),
    ],
)
def test_a_holding_period_of_the_cases(make_case: MakeCase, id: str, acquired: str, disposed: str, term: str) -> None:
    rows = (buy(acquired, 1, "X", 10), sell(disposed, 1, "X", 20))
    (row,) = document(make_case(ledger(*rows), int(disposed[:4])))["dispositions"]
    assert row["term"] == term


def test_inherited_units_are_long_term_after_ten_days(make_case: MakeCase) -> None:
    """HP-INHERIT: IRC §1223(9)."""
    rows = (receive("inherited", "2025-03-01", 1, "BTC", fmv_usd=90000), sell("2025-03-11", 1, "BTC", 91000))
    (row,) = document(make_case(ledger(*rows), 2025))["dispositions"]
    assert (row["term"], row["acquired"], row["gain"]) == ("long", "INHERITED", "1000.00")


# Income.


def test_a_fork_without_receipt_is_no_income_and_an_airdrop_after_it_is(make_case: MakeCase) -> None:
    """RR2019-24-S1 and RR2019-24-S2, in a year that has rules: 25 units worth 50."""
    held = buy("2020-01-02", 50, "M", 500)
    nothing = document(make_case(ledger(held), 2020))
    assert nothing["income"] == []
    (got,) = (
        document(make_case(ledger(held, receive("airdrop", "2020-05-05", 25, "N", usd_value=50)), 2020, name="b"))
    )["income"]
    assert (got["amount"], got["line"]) == ("50.00", "f1040s1.8")
    found = document(make_case(ledger(held, receive("fork", "2020-05-05", 25, "N", usd_value=50)), 2020, name="c"))
    assert basis_of(found, "N") == 50
    assert basis_of(found, "M") == 500


def test_mining_as_a_hobby_is_other_income_and_as_a_business_needs_its_profit(make_case: MakeCase) -> None:
    """Notice 2014-21, Q&A-8 and Q&A-9; I8949-H-EX6 for what is sold later."""
    rows = (receive("mining", "2024-03-01", 1, "BTC", usd_value=60000), sell("2025-04-01", 1, "BTC", 80000))
    hobby = document(make_case(ledger(*rows), 2024))
    assert (hobby["income"][0]["line"], hobby["lines"]["f1040s1"]["8v"]) == ("f1040s1.8v", "60000.00")
    assert "business-income" in reviews(hobby)
    later = document(make_case(ledger(*rows), 2025, name="later"))
    assert (sales(later, "BTC"), later["dispositions"][0]["term"]) == (amounts(80000, 60000, 20000), "long")
    business = make_case(ledger(*rows), 2024, more="business: [mining]", name="business")
    assert "business-profit" in {f.id for f in prepare(business, Options(forms=False)).findings}


def test_rewards_count_on_the_day_of_control_with_their_worth_then(make_case: MakeCase) -> None:
    """RR2023-14: a reward locked in December that can be sold in January is income of the new year."""
    rows = (receive("staking", "2025-01-03", 2, "ETH", usd_value=5000), sell("2025-06-01", 2, "ETH", 4000))
    found = document(make_case(ledger(*rows), 2025))
    assert found["income"][0]["amount"] == "5000.00"
    assert sales(found, "ETH") == amounts(4000, 5000, -1000)


# Gifts and inheritances.


@pytest.mark.parametrize(
    ("price", "gain", "term"),
    [(12000, "2000.00", "long"), (9000, "0.00", "long"), (7000, "-1000.00", "short")],
)
@pytest.mark.parametrize("way", ["moved", "renamed", "parted"])
def test_a_gift_keeps_both_its_bases_through_moves_renames_and_the_change_of_pools(
    make_case: MakeCase, price: int, gain: str, term: str, way: str
) -> None:
    """IRC §1015(a), Pub. 551: given up at 10,000 of basis and 8,000 of worth; P551-GIFT-A is the first."""
    day = "2024-11-05" if way == "parted" else "2025-01-05"
    gift = receive("gift_in", day, 2, "ETH", acquired="2021-01-10", basis_usd=20000, fmv_usd=16000)
    name, wallet = ("WETH", "Coinbase") if way == "renamed" else ("ETH", "Ledger")
    on = move("2025-02-01", 1, "ETH", "Ledger")
    if way == "renamed":
        on = {**give("rename", "2025-02-01", 1, "ETH"), "received_quantity": 1, "received_asset": "WETH"}
    out = sell("2025-08-01", 1, name, price, wallet=wallet)
    (row,) = document(make_case(ledger(gift, on, out), 2025))["dispositions"]
    assert (row["gain"], row["term"]) == (gain, term)


def test_heirs_have_their_own_share_and_what_the_estate_reports(make_case: MakeCase) -> None:
    """IRC §1014(a) and (f): one heir's shares of an estate, at the value that the estate reported for each."""
    rows = (
        receive("inherited", "2025-02-01", "0.3333", "BTC", fmv_usd=30000),
        receive("inherited", "2025-02-01", 5, "ETH", fmv_usd=14000),
        receive("inherited", "2025-04-01", "0.1", "BTC", fmv_usd=8000),
        sell("2025-05-01", "0.4333", "BTC", 43330),
        sell("2025-05-02", 5, "ETH", 15500),
    )
    found = document(make_case(ledger(*rows), 2025))
    assert sales(found, "BTC") == amounts(43330, 38000, 5330)
    assert sales(found, "ETH") == amounts(15500, 14000, 1500)
    assert {(row["term"], row["acquired"]) for row in found["dispositions"]} == {("long", "INHERITED")}


# Losses without a sale.


@pytest.mark.parametrize("kind", ["stolen", "lost", "worthless", "gift_out", "donation"])
def test_what_leaves_without_a_sale_has_no_loss_and_takes_its_lot(make_case: MakeCase, kind: str) -> None:
    rows = (buy("2023-01-02", 1, "X", 100), buy("2024-01-02", 1, "X", 300), give(kind, "2025-06-01", 1, "X"))
    found = document(make_case(ledger(*rows), 2025))
    assert found["dispositions"] == []
    assert basis_of(found, "X") == 300


def test_a_theft_names_the_law_and_its_form(make_case: MakeCase) -> None:
    """IRC §165(c)(2), CCA 202511015: Form 4684, not Form 8949."""
    rows = (buy("2023-01-02", 1, "BTC", 20000), give("stolen", "2025-06-01", 1, "BTC", note="phishing"))
    told = reviews(document(make_case(ledger(*rows), 2025)))["theft-loss"]
    assert "Form 4684" in told["todo"]
    assert "165(c)(2)" in told["authority"]
    assert told["amount"] == "20000.00"


def test_a_coin_that_is_nearly_worthless_gives_its_loss_only_when_sold(make_case: MakeCase) -> None:
    """CCA 202302011: giving it up gives none; a sale for a cent realizes it."""
    bought = buy("2023-01-02", 1000, "LUNA", 5000)
    given_up = document(make_case(ledger(bought, give("worthless", "2025-06-01", 1000, "LUNA")), 2025))
    assert given_up["lines"]["f1040sd"]["16"] == "0.00"
    assert "202302011" in reviews(given_up)["worthless-units"]["authority"]
    sold = document(make_case(ledger(bought, sell("2025-06-01", 1000, "LUNA", "0.01")), 2025, name="sold"))
    assert sales(sold, "LUNA") == amounts("0.01", 5000, "-4999.99")


# Lots across wallets.


def test_a_lot_split_over_wallets_keeps_every_cent(make_case: MakeCase) -> None:
    rows = [buy("2024-01-02", 3, "X", 100, wallet="A")]
    rows += [move("2025-01-03", 1, "X", to, wallet="A") for to in ("B", "C")]
    rows += [sell("2025-06-01", "0.5", "X", 20, wallet=wallet) for wallet in ("A", "B", "C")]
    found = document(make_case(ledger(*rows), 2025))
    assert sales(found, "X")["basis"] + basis_of(found, "X") == 100
    assert {row["acquired"] for row in found["dispositions"]} == {"2024-01-02"}
    assert {lot["acquired"] for lot in found["open_lots"]} == {"2024-01-02"}


def test_a_stablecoin_has_its_gain_or_loss_like_any_property(make_case: MakeCase) -> None:
    """R-605: reporting thresholds of brokers are no exemption of the holder's."""
    rows = (buy("2025-01-02", 10000, "USDC", 10000), give("spend", "2025-03-11", 1000, "USDC", usd_value=880))
    found = document(make_case(ledger(*rows), 2025, more="assets: {USDC: {class: stablecoin}}"))
    assert sales(found, "USDC") == amounts(880, 1000, -120)


# Custodians in bankruptcy: Celsius, FTX, Mt. Gox.

CELSIUS = "wallets: {Celsius: {insolvent_since: 2022-07-13}}"
IN_CELSIUS = (
    buy("2021-03-01", 10, "ETH", 15000, wallet="Celsius"),
    buy("2021-03-01", 1, "BTC", 40000, wallet="Celsius"),
)


def test_units_with_a_custodian_in_bankruptcy_give_no_loss_and_are_told(make_case: MakeCase) -> None:
    found = document(make_case(ledger(*IN_CELSIUS), 2022, more=CELSIUS))
    told = reviews(found)["claim-held"]
    assert told["amount"] == "55000.00"
    assert "short-term capital" in told["says"]
    assert found["lines"]["f1040sd"]["16"] == "0.00"
    before = document(make_case(ledger(*IN_CELSIUS), 2021, more=CELSIUS, name="before"))
    assert "claim-held" not in reviews(before)


def test_a_claim_paid_in_kind_in_stages_keeps_basis_and_date(make_case: MakeCase) -> None:
    """Mt. Gox, Celsius: the same coins come back in parts; the rest stays where it is until the last payment."""
    rows = (
        *IN_CELSIUS,
        move("2024-02-01", "0.3", "BTC", "Ledger", wallet="Celsius"),
        move("2024-11-27", "0.1", "BTC", "Ledger", wallet="Celsius"),
        receive("airdrop", "2024-12-01", 100, "NEW", usd_value=0, wallet="Celsius"),  # takes nothing out
        sell("2025-01-15", "0.4", "BTC", 40000, wallet="Ledger"),
    )
    more = f"{CELSIUS}\n"
    paid = document(make_case(ledger(*rows), 2024, more=more, elections=", pool: wallet"))
    assert paid["dispositions"] == []
    assert "2 rows take" in reviews(paid)["claim-paid"]["says"]
    sold = document(make_case(ledger(*rows), 2025, more=more, elections=", pool: wallet", name="sold"))
    assert sales(sold, "BTC") == amounts(40000, 16000, 24000)
    assert {(row["acquired"], row["term"]) for row in sold["dispositions"]} == {("2021-03-01", "long")}
    assert reviews(sold)["claim-held"]["amount"] == "39000.00"
    closed = document(
        make_case(
            ledger(*rows, give("lost", "2025-12-01", "0.6", "BTC", wallet="Celsius")),
            2025, more=more, elections=", pool: wallet", name="closed",
        )
    )  # fmt: skip
    assert reviews(closed)["lost-access"]["amount"] == "24000.00"
    assert closed["lines"]["f1040sd"]["16"] == "24000.00"


def test_a_claim_paid_in_other_coins_or_in_dollars_gives_up_what_is_paid_for(make_case: MakeCase) -> None:
    """FTX paid dollars by the prices of its petition; Celsius paid one coin for another."""
    rows = (
        *IN_CELSIUS,
        trade("2024-02-01", 4, "ETH", "0.1", "BTC", 4300, wallet="Celsius"),
        sell("2024-03-01", 6, "ETH", 6500, wallet="Celsius"),
    )
    found = document(make_case(ledger(*rows), 2024, more=CELSIUS))
    assert sales(found, "ETH") == amounts(10800, 15000, -4200)
    assert {row["term"] for row in found["dispositions"]} == {"long"}
    assert reviews(found)["claim-paid"]["authority"].startswith("IRC §1001")


@pytest.mark.parametrize(
    ("wallet", "year", "asked"), [("FTX US", 2022, True), ("ftx", 2021, False), ("Kraken", 2022, False)]
)
def test_a_wallet_with_the_name_of_a_custodian_in_bankruptcy_is_asked_about(
    make_case: MakeCase, wallet: str, year: int, asked: bool
) -> None:
    found = document(make_case(ledger(buy("2021-01-02", 1, "BTC", 9000, wallet=wallet)), year))
    assert ("claim-asked" in reviews(found)) == asked
    if asked:
        assert "FTX US (2022-11-11)" in reviews(found)["claim-asked"]["says"]


def test_an_airdrop_without_a_market_and_one_that_is_locked_are_asked_about(make_case: MakeCase) -> None:
    """Rev. Rul. 2019-24 and 2023-14: dominion and control, and a worth then."""
    rows = (
        receive("airdrop", "2025-02-01", 100, "NEW", usd_value=0, note="no market yet"),
        receive("staking", "2025-03-01", 1, "ETH", usd_value=2000, note="vesting until 2026"),
        sell("2025-09-01", 100, "NEW", 50),
    )
    found = document(make_case(ledger(*rows), 2025))
    told = reviews(found)
    assert told["income-without-market"]["source"]["row"] == 2
    assert told["locked-income"]["source"]["row"] == 3
    assert sales(found, "NEW") == amounts(50, 0, 50)
    without = make_case(ledger(receive("airdrop", "2025-02-01", 100, "NEW")), 2025, name="without")
    assert "ledger-price" in {f.id for f in prepare(without, Options(forms=False)).findings}


@pytest.mark.parametrize(
    ("note", "section", "way"),
    [
        ("added liquidity for UNI-V2 LP tokens", "§3.03", "transfer to a wallet with the name of the pool"),
        ("a loan: collateral is looked at", "§3.05", "transfer to a wallet with the name of the borrower"),
        ("units were wrapped: the other half is another row", "§3.02", "write a rename"),
    ],
)  # fmt: skip
def test_an_arrangement_that_no_authority_decides_is_refused_with_both_positions(
    make_case: MakeCase, note: str, section: str, way: str
) -> None:
    """Notice 2024-57 spares brokers the report and infers nothing for the tax."""
    rows = (buy("2024-01-02", 1, "ETH", 2000), give("review", "2024-03-01", 1, "ETH", note=note))
    prepared = prepare(make_case(ledger(*rows), 2024), Options(forms=False))
    (error,) = [f for f in prepared.findings if f.severity == "error"]
    assert section in error.authority
    assert "position" in error.says
    assert "other" in error.says
    assert way in error.todo
    assert error.source
    assert error.source.row == 3


def test_each_position_on_a_loan_can_be_written(make_case: MakeCase) -> None:
    """The lender keeps basis and date by the one, and sells and buys back by the other."""
    bought = buy("2023-01-02", 1, "ETH", 2000)
    kept = (
        move("2024-03-01", 1, "ETH", "Loan to Nexo"),
        receive("interest", "2024-06-01", "0.01", "ETH", usd_value=35),
        move("2024-09-01", 1, "ETH", "Coinbase", wallet="Loan to Nexo"),
    )
    sold = (sell("2024-03-01", 1, "ETH", 3400), buy("2024-09-01", 1, "ETH", 2500))
    one = document(make_case(ledger(bought, *kept), 2024))
    assert (one["dispositions"], one["income"][0]["amount"], basis_of(one, "ETH")) == ([], "35.00", 2035)
    other = document(make_case(ledger(bought, *sold), 2024, name="other"))
    assert sales(other, "ETH") == amounts(3400, 2000, 1400)
    assert basis_of(other, "ETH") == 2500
