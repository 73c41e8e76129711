"""Plans of sales: what they reach, that a return prepared with them is the same to the cent, and what they refuse."""

import json
import stat
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, move, receive, sell
from niner.cli import app
from niner.harvest import Asked, Target, harvest
from niner.harvest.targets import target_of
from niner.money import PARTS
from niner.prepare import Options
from niner.values import Refused

RUN = CliRunner()
DAY = "2025-12-15"
PRICES = {"BTC": 88000, "ETH": 3100, "SOL": 130, "XRP": "1.95", "ADA": "0.40"}
MIXED = (
    buy("2022-05-01T10:00", 1, "BTC", 30000, fee_usd=10),
    buy("2024-12-28T10:00", "0.5", "BTC", 47000, fee_usd=10),
    buy("2025-01-20T10:00", "0.5", "BTC", 52000, wallet="Kraken"),
    buy("2024-03-10T10:00", 10, "ETH", 39000, wallet="Kraken"),
    buy("2025-08-10T10:00", 5, "ETH", 23000, wallet="Kraken"),
    buy("2023-11-05T10:00", 100, "SOL", 4000, wallet="Ledger"),
    buy("2025-01-18T10:00", 100, "SOL", 26000, wallet="Ledger"),
    buy("2025-01-17T10:00", 1000, "XRP", 3000, wallet="Ledger"),
    buy("2024-06-01T10:00", 20000, "ADA", 9000),
    buy("2025-09-01T10:00", 20000, "ADA", 17000),
    sell("2025-03-01T10:00", "0.4", "BTC", 36000, fee_usd=20),
    move("2025-06-06T10:00", 30, "SOL", "Kraken", wallet="Ledger"),
    sell("2025-10-01T10:00", 3, "ETH", 13000, wallet="Kraken", fee_usd=20),
    buy("2025-12-01T10:00", 2, "ETH", 1000, wallet="Ledger"),
    buy("2025-01-04T10:00", 1000, "XRP", 1500, wallet="Kraken"),
)
WALLETS = "wallets: {Coinbase: {custody: broker}, Kraken: {custody: broker}, Ledger: {custody: own}}"


def prices(folder: Path, day: str = DAY, **more: object) -> Path:
    """A price file in the case folder."""
    known = {asset: price for asset, price in {**PRICES, **more}.items() if price is not None}
    path = folder / "prices.csv"
    path.write_text("asset,time,price_usd\n" + "".join(f"{asset},{day},{price}\n" for asset, price in known.items()))
    return path


def mixed(make_case: MakeCase, *rows: dict[str, object], **more: Any) -> Path:
    """Three wallets, five assets, both terms, a loss carried in, and lots near a year."""
    settings = {"short": "1500", "long": "2500", "wages": "185000", "more": WALLETS} | more
    folder = make_case(ledger(*MIXED, *rows), 2025, **settings)
    prices(folder)
    return folder


def planned(folder: Path, *words: str, code: int = 0) -> dict[str, Any]:
    words = (*words, "--date", DAY) if "--date" not in words else words
    done = RUN.invoke(app, ["harvest", str(folder), "--prices", str(folder / "prices.csv"), "--json", *words])
    assert done.exit_code == code, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def spoken(folder: Path, *words: str) -> str:
    done = RUN.invoke(app, ["harvest", str(folder), "--prices", str(folder / "prices.csv"), "--date", DAY, *words])
    assert done.exit_code == 0, done.output
    return done.output


def money(text: str) -> int:
    return int(Decimal(text) * 100)


def gains(plan: dict[str, Any]) -> int:
    return sum(money(lot["gain"]) for sale in plan["sales"] for lot in sale["lots"])


def remark(plan: dict[str, Any], id: str) -> dict[str, Any]:
    return next(one for one in plan["remarks"] if one["id"] == id)


def carried_out(folder: Path, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The return after the records were made by `niner identify` and the sales stand in the ledger."""
    made = datetime.fromisoformat(f"{DAY}T20:00:00-05:00")
    monkeypatch.setattr("niner.cli.choices.identify.now", lambda zone: made)
    for sale in plan["sales"]:
        if sale["identify"]:
            done = RUN.invoke(app, [*sale["identify"], "--by", "Ada"])
            assert done.exit_code == 0, done.output
    (folder / "ledger" / "planned.csv").write_text("\n".join(plan["ledger_rows"]) + "\n")
    done = RUN.invoke(app, ["prepare", str(folder), "--no-forms"])
    assert done.exit_code == 0, done.output
    document: dict[str, Any] = json.loads((folder / "out" / "2025" / "return.json").read_text())
    return document


@pytest.mark.parametrize("target", ["gains", "limit", "zero", "loss=7654.32"])
def test_a_mixed_case_prepared_with_the_plan_is_the_same_to_the_cent(
    make_case: MakeCase, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    folder = mixed(make_case)
    plan = planned(folder, "--target", target, "--fee", "Kraken=0.26%")
    document = carried_out(folder, plan, monkeypatch)
    lines, after = document["lines"], plan["after"]
    assert after["total_tax"] == lines["f1040"]["24"]
    assert [after[name] for name in ("short_term", "long_term", "net")] == [
        lines["f1040sd"][n] for n in ("7", "15", "16")
    ]
    assert after["carried_out"] == document["carryover_out"]
    assert Decimal(after["investment_income_tax"]) == Decimal(lines.get("f8960", {}).get("17", "0"))
    sold = [row for row in document["dispositions"] if row["disposed"] == DAY]
    told = [(lot["gain"], lot["term"], lot["proceeds"], lot["basis"]) for sale in plan["sales"] for lot in sale["lots"]]
    assert sorted((row["gain"], row["term"], row["proceeds"], row["basis"]) for row in sold) == sorted(told)


def test_the_gains_of_the_year_are_used_up_by_selling_the_least(make_case: MakeCase) -> None:
    """By hand: ADA is worth 8,000 and loses 9,000, SOL 13,000 and loses as much; BTC and ETH lose less of what they are
    worth, and XRP of what is then left."""
    plan = planned(mixed(make_case))
    assert plan["before"]["net"] == plan["target"]["needed"] == "21256.00"
    assert plan["after"]["net"] == "0.00"
    assert [(sale["asset"], sale["quantity"]) for sale in plan["sales"]] == [("SOL", "94.27692307"), ("ADA", "20000")]
    assert plan["target"]["reached"]
    assert not plan["sales"][0]["lots"][0]["whole"]
    assert plan["proof"]["prepared_again"]


def test_the_limit_comes_on_top_and_is_of_the_filing_status(make_case: MakeCase) -> None:
    single = planned(mixed(make_case), "--target", "limit")
    separate = planned(mixed(make_case, status="married_separate", name="mfs"), "--target", "limit")
    assert (single["after"]["net"], single["after"]["deducted"]) == ("-3000.00", "3000.00")
    assert (separate["after"]["net"], separate["after"]["deducted"]) == ("-1500.00", "1500.00")


def test_a_loss_of_an_amount_takes_short_term_losses_where_they_save_more(make_case: MakeCase) -> None:
    """20,000 of each term: a short-term loss saves 35 %, a long-term one 15 %, though it takes more to sell."""
    rows = (
        buy("2025-01-02", 1, "OLD", 1000),
        sell("2025-02-02", 1, "OLD", 21000),
        buy("2022-01-02", 1, "OLDER", 1000),
        sell("2025-02-03", 1, "OLDER", 21000),
        buy("2025-05-01", 1, "SHORT", 30000, wallet="Ledger"),
        buy("2022-05-01", 1, "LONG", 30000, wallet="Ledger"),
    )
    folder = make_case(ledger(*rows), 2025, wages="300000")
    prices(folder, SHORT=24000, LONG=3000)
    plan = planned(folder, "--target", "loss=6000")
    assert [(sale["asset"], sale["quantity"]) for sale in plan["sales"]] == [("SHORT", "1")]
    bigger = planned(folder, "--target", "loss=10000")
    assert {sale["asset"] for sale in bigger["sales"]} == {"SHORT", "LONG"}
    assert gains(bigger) == -10000_00


def test_short_term_losses_are_used_only_as_far_as_they_save_more(make_case: MakeCase) -> None:
    """2,000 of short-term gain: beyond it the term of a loss changes nothing, so the rest is what sells the least."""
    rows = (
        buy("2025-01-02", 1, "OLD", 1000),
        sell("2025-02-02", 1, "OLD", 3000),
        buy("2022-01-02", 1, "OLDER", 1000),
        sell("2025-02-03", 1, "OLDER", 31000),
        buy("2025-05-01", 1, "SHORT", 30000, wallet="Ledger"),
        buy("2022-05-01", 1, "LONG", 30000, wallet="Ledger"),
    )
    folder = make_case(ledger(*rows), 2025, wages="300000")
    prices(folder, SHORT=24000, LONG=3000)
    plan = planned(folder, "--target", "loss=5000")
    by_term = {lot["term"]: money(lot["gain"]) for sale in plan["sales"] for lot in sale["lots"]}
    assert by_term == {"short": -2000_00, "long": -3000_00}


def test_gains_at_the_rate_of_zero_fill_the_room_and_no_more(make_case: MakeCase) -> None:
    """2025, single: 48,350 less taxable income of 30,000 - 15,750 leaves 34,100."""
    rows = (buy("2022-01-02", 2, "BTC", 20000), buy("2025-11-02", 1, "ETH", 1000, wallet="Ledger"))
    folder = make_case(ledger(*rows), 2025, wages="30000")
    prices(folder)
    plan = planned(folder, "--target", "zero-rate")
    assert gains(plan) == 34100_00
    assert plan["before"]["total_tax"] == plan["after"]["total_tax"]
    assert [sale["asset"] for sale in plan["sales"]] == ["BTC"]


def test_gains_at_the_rate_of_zero_do_not_burn_a_loss_carried_in(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2022-01-02", 2, "BTC", 20000)), 2025, wages="30000", long="8000")
    prices(folder)
    plan = planned(folder, "--target", "zero-rate")
    assert plan["sales"] == []
    assert "net capital loss of $8,000" in remark(plan, "harvest-zero-rate-loss")["says"]


def test_zero_net_takes_gains_and_says_what_of_the_carryover_they_burn(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2022-01-02", 2, "BTC", 20000)), 2025, wages="90000", long="8000")
    prices(folder)
    plan = planned(folder, "--target", "zero")
    assert gains(plan) == 8000_00
    assert plan["before"]["carried_out"]["long_term"] == "5000.00"
    assert plan["carryover_burnt"] == "5000.00"
    assert "$5,000 of the loss of $8,000" in remark(plan, "harvest-burns-carryover")["says"]
    assert remark(plan, "harvest-tax-rises")["amount"] == "660.00"  # 3,000 at 22 %


def test_a_wallet_with_its_own_order_gives_its_units_from_the_front(make_case: MakeCase) -> None:
    """Coinbase gives the gain of 2022 first: the losses behind it cost 34,794 of gain, and Ledger has better ones."""
    rows = (
        buy("2022-05-01T10:00", 1, "BTC", 85000),
        buy("2023-05-01T10:00", 1, "BTC", 98000),
        buy("2024-05-01T10:00", 1, "BTC", 99000),
        buy("2025-02-01T10:00", 1, "OLD", 1000, wallet="Ledger"),
        sell("2025-02-02T10:00", 1, "OLD", 11000, wallet="Ledger"),
    )
    folder = make_case(ledger(*rows), 2025)
    prices(folder)
    named = planned(folder)
    queued = planned(folder, "--queue", "coinbase")
    assert [(lot["acquired"], lot["gain"]) for lot in named["sales"][0]["lots"]] == [("2024-05-01", "-10000.00")]
    assert [(lot["acquired"], lot["gain"]) for lot in queued["sales"][0]["lots"]] == [
        ("2022-05-01", "3000.00"),
        ("2023-05-01", "-10000.00"),
        ("2024-05-01", "-3000.00"),
    ]
    assert queued["sales"][0]["identify"] is None
    assert gains(queued) == gains(named) == -10000_00


def test_shares_bought_within_thirty_days_are_kept_out_until_the_days_are_over(make_case: MakeCase) -> None:
    rows = (
        buy("2025-02-01", 10, "SHARE", 5000),
        buy("2025-11-20", 1, "SHARE", 80),
        buy("2025-02-01", 1, "COIN", 5000),
        buy("2025-11-20", 1, "COIN", 80, wallet="Ledger"),
        buy("2025-02-01", 1, "OLD", 1000),
        sell("2025-02-02", 1, "OLD", 9000),
    )
    folder = make_case(ledger(*rows), 2025, more="assets: {SHARE: {class: security}}")
    prices(folder, SHARE=100, COIN=100)
    plan = planned(folder)
    sold = [(sale["asset"], lot["acquired"]) for sale in plan["sales"] for lot in sale["lots"]]
    assert ("COIN", "2025-02-01") in sold
    assert ("SHARE", "2025-02-01") not in sold
    out = [lot for lot in plan["lots"] if lot["kept_out"]]
    assert [(lot["asset"], lot["can_be_planned_from"]) for lot in out if lot["acquired"] == "2025-02-01"] == [
        ("SHARE", "2025-12-21")
    ]
    assert "2025-12-21" in remark(plan, "harvest-wash-blocked")["todo"]
    assert remark(plan, "harvest-substance")["authority"].startswith("IRC §1091(a); IRC §7701(o)")
    assert "up to $4,900" in remark(plan, "harvest-if-washed")["says"]


def test_shares_without_a_purchase_near_are_planned_with_a_warning(make_case: MakeCase) -> None:
    rows = (buy("2025-02-01", 10, "SHARE", 5000), buy("2025-02-01", 1, "OLD", 1000), sell("2025-02-02", 1, "OLD", 9000))
    folder = make_case(ledger(*rows), 2025, more="assets: {SHARE: {class: security}}")
    prices(folder, SHARE=100)
    plan = planned(folder)
    assert [sale["asset"] for sale in plan["sales"]] == ["SHARE"]
    assert "31st day" in remark(plan, "harvest-wash-sale")["todo"]


def test_a_firms_rule_on_wash_sales_changes_the_plan_and_says_how(make_case: MakeCase, tmp_path: Path) -> None:
    firm = tmp_path / "firm" / "2025"
    firm.mkdir(parents=True)
    (firm / "wash_sale.yaml").write_text(
        "decides: wash_sale\nrules:\n  - id: all_assets\n    says: A loss on any asset is disallowed.\n"
        "    authority: Example Act\n    when: {digital_asset: true, nondeductible: {not_in: [related, personal]}}\n"
        "    overrides: [digital_assets]\n    then: disallowed\n"
    )
    folder = mixed(make_case)
    plan = planned(folder, "--rules", str(firm.parent), "--target", "loss=30000")
    own = plan["by_niner_s_own_rules"]
    assert {sale["asset"] for sale in plan["sales"]} & {"ETH"} == set()  # ETH was bought on 1 December
    assert "ETH" in {sale["asset"] for sale in own["sales"]}
    assert "harvest-substance" not in {one["id"] for one in plan["remarks"]}
    assert "By the rules given with --rules" in spoken(folder, "--rules", str(firm.parent), "--page")
    page = (folder / "out" / "2025-plan" / "plan.html").read_text()
    assert "By the rules given with --rules" in page
    assert "bought back within the wash-sale days" in page


def test_where_there_is_no_room_at_the_rate_of_zero_nothing_is_sold(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2022-01-02", 2, "BTC", 20000)), 2025, wages="310000")
    prices(folder)
    plan = planned(folder, "--target", "zero-rate")
    assert plan["sales"] == []
    assert remark(plan, "harvest-zero-rate-none")


def test_what_would_lose_only_its_fee_is_not_sold(make_case: MakeCase) -> None:
    rows = (
        buy("2025-02-01", 1, "OLD", 1000),
        sell("2025-02-02", 1, "OLD", 9000),
        buy("2025-02-01", 5000, "USDC", 5000),
    )
    folder = make_case(ledger(*rows), 2025, more="assets: {USDC: {class: stablecoin}}")
    prices(folder)
    assert planned(folder, "--fee", "1%")["sales"] == []


def test_a_sale_of_many_lots_prints_no_endless_command(make_case: MakeCase) -> None:
    lots = [buy(f"2025-02-01T10:00:{n:02d}", 1, "BTC", 90000 + n) for n in range(50)]
    folder = make_case(ledger(*lots), 2025)
    prices(folder)
    assert "record its 50 lots" in spoken(folder, "--target", "loss=500000")
    plan = planned(folder, "--target", "loss=500000")
    assert plan["sales"][0]["identify"].count("--lot") == 50


def test_a_draft_of_the_rules_is_said(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2026-02-01", 1, "BTC", 99000)), 2026)
    prices(folder, day="2026-11-20")
    plan = planned(folder, "--target", "limit", "--date", "2026-11-20")
    assert remark(plan, "rules.draft")
    assert remark(plan, "harvest-bills")


def test_a_lot_near_a_year_is_to_be_waited_for(make_case: MakeCase) -> None:
    plan = planned(mixed(make_case))
    (wait,) = plan["wait_for"]
    assert (wait["asset"], wait["days_to_long_term"], wait["long_term_from"]) == ("XRP", 21, "2026-01-05")
    assert "Wait: 1000 XRP in Kraken" in spoken(mixed(make_case, name="again"))


def test_every_price_that_is_missing_is_named_in_one_run(make_case: MakeCase) -> None:
    folder = mixed(make_case)
    prices(folder, SOL=None, ADA=None)
    found = planned(folder, code=1)["findings"]
    assert [one["value"] for one in found] == ["ADA", "SOL"]
    assert all("2025-12-15" in one["says"] for one in found)
    plan = planned(folder, "--leave-out", "sol", "--leave-out", "ADA")
    assert {sale["asset"] for sale in plan["sales"]} <= {"BTC", "ETH", "XRP"}


def test_a_price_of_another_day_is_no_price(make_case: MakeCase) -> None:
    folder = mixed(make_case)
    prices(folder, day="2025-12-01")
    assert len(planned(folder, code=1)["findings"]) == 5


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--date", "2024-12-15"), "not in the tax year 2025"),
        (("--year", "2024", "--date", "2024-12-15"), "no plan is made for 2024"),
        (("--prices", "nowhere.csv"), "There is no price file"),
        (("--queue", "Krakn"), "The ledger knows no wallet “krakn”"),
        (("--fee", "Krakn=1%"), "The ledger knows no wallet “krakn”"),
        (("--leave-out", "DOGE"), "The ledger knows no wallet or asset “doge”"),
    ],
)
def test_what_can_not_be_planned_says_why(make_case: MakeCase, words: tuple[str, ...], says: str) -> None:
    found = planned(mixed(make_case), *words, code=1)["findings"]
    assert says in " ".join(one["says"] for one in found)


@pytest.mark.parametrize("text", ["", "loss", "loss=0", "loss=-5", "loss=x", "gains=5", "everything"])
def test_a_target_that_is_none_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="loss=5000"):
        target_of(text)


@pytest.mark.parametrize("fee", ["1", "x%", "Kraken=", "101.5.1%"])
def test_a_fee_that_is_no_share_is_refused(make_case: MakeCase, fee: str) -> None:
    done = RUN.invoke(app, ["harvest", "x", "--prices", "p.csv", "--fee", fee])
    assert done.exit_code == 2
    assert "--fee takes" in done.stderr


def test_without_the_rest_of_the_return_gains_are_planned_and_the_tax_is_not_known(make_case: MakeCase) -> None:
    folder = mixed(make_case)
    text = (folder / "case.yaml").read_text()
    (folder / "case.yaml").write_text("\n".join(line for line in text.splitlines() if not line.startswith("return")))
    plan = planned(folder)
    assert (plan["before"]["total_tax"], plan["after"]["net"]) == (None, "0.00")
    assert remark(plan, "harvest-tax-unknown")
    assert (
        "total tax of the year is not known" in planned(folder, "--target", "zero-rate", code=1)["findings"][0]["says"]
    )


def test_rows_after_the_day_are_left_out_and_told(make_case: MakeCase) -> None:
    folder = mixed(make_case, sell("2025-12-20T10:00", 100, "SOL", 13000, wallet="Ledger"))
    plan = planned(folder)
    assert plan["before"]["net"] == "21256.00"
    assert "1 row of the ledger is after 2025-12-15" in remark(plan, "harvest-rows-after")["says"]


def test_a_gift_is_planned_with_the_basis_that_counts_for_a_loss(
    make_case: MakeCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Treas. Reg. §1.1015-1(a): the loss is from the worth at the gift, 3,000, not from the donor's 9,000."""
    gift = receive("gift_in", "2025-03-01T10:00", 1, "GIFT", acquired="2024-01-05", basis_usd=9000, fmv_usd=3000)
    rows = (gift, buy("2025-02-01T10:00", 1, "OLD", 1000), sell("2025-02-02T10:00", 1, "OLD", 3000))
    folder = make_case(ledger(*rows), 2025)
    prices(folder, GIFT=1000)
    plan = planned(folder, "--target", "limit")
    assert [lot["gain"] for lot in plan["lots"]] == ["-2000.00"]
    assert gains(plan) == -2000_00
    assert plan["target"]["lacking"] == "3000.00"
    assert carried_out(folder, plan, monkeypatch)["lines"]["f1040sd"]["16"] == "0.00"


def test_units_of_one_lot_that_moved_in_two_parts_are_planned_in_their_order(
    make_case: MakeCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (
        buy("2025-01-05T10:00", 3, "BTC", "299999.99"),
        move("2025-02-01T10:00", 1, "BTC", "Ledger"),
        move("2025-02-02T10:00", 1, "BTC", "Ledger"),
        sell("2025-02-03T10:00", "0.3333333", "BTC", "50000.01"),
    )
    folder = make_case(ledger(*rows), 2025)
    prices(folder)
    plan = planned(folder, "--target", "loss=15000.01")
    assert gains(plan) == -15000_01
    document = carried_out(folder, plan, monkeypatch)
    assert document["lines"]["f1040sd"]["16"] == plan["after"]["net"]


def test_whole_dollars_are_planned_to_what_is_printed(make_case: MakeCase, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = mixed(make_case, elections=", rounding: dollars")
    plan = planned(folder)
    assert carried_out(folder, plan, monkeypatch)["lines"]["f1040sd"]["16"] in ("0.00", "0")


def test_the_page_is_its_owners_alone_and_escapes_what_the_ledger_says(make_case: MakeCase) -> None:
    rows = (
        buy("2025-02-01", 1, "OLD", 1000),
        sell("2025-02-02", 1, "OLD", 9000),
        buy("2025-02-03", 1, "BTC", 99000, wallet="<b>x"),
    )
    folder = make_case(ledger(*rows), 2025)
    prices(folder)
    said = spoken(folder, "--page")
    page = folder / "out" / "2025-plan" / "plan.html"
    assert "plan.html" in said
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    text = page.read_text()
    assert "&lt;b&gt;x" in text
    assert "<b>x" not in text
    assert "900-12-3456" not in text
    assert (folder / "out" / "2025-plan" / "planned_sales.csv").read_text().startswith("time,wallet,kind")
    spoken(folder, "--page")  # a second time in its place


def test_nothing_of_the_case_is_changed_and_no_loss_is_called_free(make_case: MakeCase) -> None:
    folder = mixed(make_case)
    before = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    said = spoken(folder, "--target", "limit", "--notes")
    assert {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()} == before
    assert "free" not in said.lower()
    assert "Prices move" in said
    assert sum(line.startswith("Next:") for line in said.splitlines()) == 1


def test_a_plan_that_the_case_does_not_bear_out_is_not_shown(
    make_case: MakeCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in what is planned: each basis a cent too high."""
    from niner.harvest import positions

    true = positions.basis_of
    monkeypatch.setattr(positions, "basis_of", lambda *of: (true(*of)[0] + PARTS, true(*of)[1] + 1))
    folder = mixed(make_case)
    with pytest.raises(Refused) as refused:
        harvest(
            folder,
            Asked(folder / "prices.csv", Target("limit"), date(2025, 12, 15)),
            Options(forms=False),
            date(2025, 12, 15),
        )
    assert [f.id for f in refused.value.findings] == ["harvest-proof"]


def test_nothing_held_is_a_plan_without_sales(make_case: MakeCase) -> None:
    folder = make_case(ledger(buy("2025-02-01", 1, "OLD", 1000), sell("2025-02-02", 1, "OLD", 9000)), 2025)
    prices(folder)
    plan = planned(folder)
    assert (plan["sales"], plan["lots"], plan["target"]["lacking"]) == ([], [], "8000.00")
    assert "Nothing is to be sold" in spoken(folder)
