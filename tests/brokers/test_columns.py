"""What a form says decides columns (d) to (g) and the box, and never the gain: by hand from the instructions.

Every code alone, and each pair that one sale can have. Column (h) is always what the ledger comes to.
"""

from typing import Any

import pytest

from brokers.forms import columns, document, form, ids, rule, sold, with_forms
from conftest import CASE, MakeCase
from ledgers import buy, ledger, sell, trade

MORE = {"XYZ": "assets: {XYZ: {class: security}}", "ART": "assets: {ART: {class: nft, collectible: yes}}"}


def one(
    make_case: MakeCase,
    *,
    cost: object = 100,
    received: object = 1000,
    fee: object = "",
    bought: str = "2025-02-01",
    asset: str = "BTC",
    year: int = 2025,
    **said: object,
) -> dict[str, Any]:
    """A unit bought and sold, and what the form says of the sale."""
    rows = ledger(buy(bought, 1, asset, cost), sell(f"{year}-05-01", 1, asset, received, fee_usd=fee))
    folder = make_case(rows, year, more=MORE.get(asset, ""), elections=str(said.pop("elections", "")))
    reported = sold(f"{year}-05-01", 1, asset, said.pop("proceeds", received), **said)
    return document(with_forms(folder, coinbase=form(reported)))


YES, NO = {"basis_reported": "yes"}, {"basis_reported": "no"}

ALONE = [
    # code, what the ledger has, what the form says, then box, (d), (e), (f), (g), (h)
    ("example 1: a gain", {"cost": 2000, "received": 6000}, {"basis": 2000, **YES}, ("G", 6000, 2000, "", 0, 4000)),
    ("example 2: a loss", {"cost": 8000, "received": 6000}, {"basis": 8000, **YES}, ("G", 6000, 8000, "", 0, -2000)),
    ("example 3", {"cost": 2000, "received": 6000, "fee": 1000}, {"basis": 2000, **YES},
     ("G", 6000, 2000, "E", -1000, 3000)),
    ("example 4", {}, {"basis": 900, **YES}, ("G", 1000, 900, "B", 800, 900)),
    ("example 4, basis not reported", {}, {"basis": 900, **NO}, ("H", 1000, 100, "B", 0, 900)),
    ("a basis too low", {"cost": 400}, {"basis": 100, **YES}, ("G", 1000, 100, "B", -300, 600)),
    ("a basis of zero", {"cost": 400}, {"basis": 0, **NO}, ("H", 1000, 400, "B", 0, 600)),
    ("a basis of zero that was reported", {"cost": 400}, {"basis": 0, **YES}, ("G", 1000, 0, "B", -400, 600)),
    ("no basis", {"cost": 400}, {}, ("H", 1000, 400, "", 0, 600)),
    ("proceeds before fees", {"fee": 15}, {"basis": 100, **NO}, ("H", 1000, 100, "E", -15, 885)),
    ("proceeds after fees", {"fee": 15}, {"basis": 100, "proceeds": 985, **NO}, ("H", 985, 100, "", 0, 885)),
    ("part of the fees", {"fee": 15}, {"basis": 100, "proceeds": 990, **NO}, ("H", 990, 100, "E", -5, 885)),
    ("more than was received", {}, {"basis": 100, "proceeds": 1030, **NO}, ("H", 1030, 100, "O", -30, 900)),
    ("less than was received", {}, {"basis": 100, "proceeds": 970, **NO}, ("H", 1000, 100, "", 0, 900)),
    ("the wrong term", {}, {"basis": 100, "term": "long", **NO}, ("H", 1000, 100, "T", 0, 900)),
    ("the wrong term, held long", {"bought": "2021-02-01"}, {"basis": 100, "term": "short", **YES},
     ("J", 1000, 100, "T", 0, 900)),
    ("the wrong letter", {"bought": "2021-02-01"}, {"code": "H"}, ("K", 1000, 100, "", 0, 900)),
    ("ordinary", {}, {"basis": 100, "term": "ordinary", **NO}, ("H", 1000, 100, "T", 0, 900)),
    ("loss not allowed", {"cost": 5000}, {"basis": 5000, "loss_not_allowed": "yes", **YES},
     ("G", 1000, 5000, "L", 4000, 0)),
    ("loss not allowed, H", {"cost": 5000}, {"basis": 5000, "loss_not_allowed": "yes", **NO},
     ("H", 1000, 5000, "L", 4000, 0)),
    ("a gain, loss not allowed", {}, {"basis": 100, "loss_not_allowed": "yes", **YES}, ("G", 1000, 100, "", 0, 900)),
    ("a collectible", {"asset": "ART"}, {"basis": 100, **YES}, ("G", 1000, 100, "C", 0, 900)),
    ("market discount", {}, {"basis": 100, "market_discount": 60, **YES}, ("G", 1000, 100, "D", -60, 840)),
    ("discount over the gain", {}, {"basis": 100, "market_discount": 950, **YES}, ("G", 1000, 100, "D", -900, 0)),
    ("market discount and a loss", {"cost": 1400}, {"basis": 1400, "market_discount": 60, **YES},
     ("G", 1000, 1400, "D", 0, -400)),
    ("wash sale of a token", {"cost": 1400}, {"basis": 1400, "wash_sale": 300, **YES}, ("G", 1000, 1400, "W", 0, -400)),
]  # fmt: skip


LOSS = {"cost": 1400}
ART = {"asset": "ART"}
PAIRS = [
    ("BC", ART, {"basis": 900, **YES}, ("G", 1000, 900, "BC", 800, 900)),
    ("CE", {**ART, "fee": 15}, {"basis": 100, **YES}, ("G", 1000, 100, "CE", -15, 885)),
    ("CL", {**ART, "cost": 1400}, {"basis": 1400, "loss_not_allowed": "yes", **YES}, ("G", 1000, 1400, "CL", 400, 0)),
    ("CO", ART, {"basis": 100, "proceeds": 1030, **NO}, ("H", 1030, 100, "CO", -30, 900)),
    ("CT", ART, {"basis": 100, "term": "long", **NO}, ("H", 1000, 100, "CT", 0, 900)),
    ("CW", {**ART, "cost": 1400}, {"basis": 1400, "wash_sale": 50, **YES}, ("G", 1000, 1400, "CW", 0, -400)),
    ("BD", {}, {"basis": 900, "market_discount": 60, **YES}, ("G", 1000, 900, "BD", 740, 840)),
    ("DE", {"fee": 15}, {"basis": 100, "market_discount": 60, **YES}, ("G", 1000, 100, "DE", -75, 825)),
    ("DL", LOSS, {"basis": 1400, "market_discount": 60, "loss_not_allowed": "yes", **YES},
     ("G", 1000, 1400, "DL", 400, 0)),
    ("DO", {}, {"basis": 100, "proceeds": 1030, "market_discount": 60, **NO}, ("H", 1030, 100, "DO", -90, 840)),
    ("DT", {}, {"basis": 100, "term": "long", "market_discount": 60, **NO}, ("H", 1000, 100, "DT", -60, 840)),
    ("D with W", LOSS, {"basis": 1400, "wash_sale": 50, "market_discount": 60, **YES}, ("G", 1000, 1400, "W", 0, -400)),
    ("BE", {"fee": 15}, {"basis": 900, **YES}, ("G", 1000, 900, "BE", 785, 885)),
    ("BE not reported", {"fee": 15}, {"basis": 900, **NO}, ("H", 1000, 100, "BE", -15, 885)),
    ("BL", LOSS, {"basis": 1000, "loss_not_allowed": "yes", **YES}, ("G", 1000, 1000, "BL", 0, 0)),
    ("BO", {}, {"basis": 900, "proceeds": 1030, **YES}, ("G", 1030, 900, "BO", 770, 900)),
    ("BT", {}, {"basis": 900, "term": "long", **YES}, ("G", 1000, 900, "BT", 800, 900)),
    ("BW", LOSS, {"basis": 1300, "wash_sale": 50, **YES}, ("G", 1000, 1300, "BW", -100, -400)),
    ("EL", {**LOSS, "fee": 15}, {"basis": 1400, "loss_not_allowed": "yes", **YES}, ("G", 1000, 1400, "EL", 400, 0)),
    ("EO", {"fee": 15}, {"basis": 100, "proceeds": 1030, **NO}, ("H", 1030, 100, "EO", -45, 885)),
    ("ET", {"fee": 15}, {"basis": 100, "term": "long", **NO}, ("H", 1000, 100, "ET", -15, 885)),
    ("EW", {**LOSS, "fee": 15}, {"basis": 1400, "wash_sale": 50, **YES}, ("G", 1000, 1400, "EW", -15, -415)),
    ("LO", LOSS, {"basis": 1400, "proceeds": 1030, "loss_not_allowed": "yes", **YES}, ("G", 1030, 1400, "LO", 370, 0)),
    ("LT", LOSS, {"basis": 1400, "loss_not_allowed": "yes", "term": "long", **YES}, ("G", 1000, 1400, "LT", 400, 0)),
    ("LW", LOSS, {"basis": 1400, "loss_not_allowed": "yes", "wash_sale": 50, **YES}, ("G", 1000, 1400, "LW", 400, 0)),
    ("OT", {}, {"basis": 100, "proceeds": 1030, "term": "long", **NO}, ("H", 1030, 100, "OT", -30, 900)),
    ("OW", LOSS, {"basis": 1400, "proceeds": 1030, "wash_sale": 50, **YES}, ("G", 1030, 1400, "OW", -30, -400)),
    ("TW", LOSS, {"basis": 1400, "term": "long", "wash_sale": 50, **YES}, ("G", 1000, 1400, "TW", 0, -400)),
    ("BEOT", {"fee": 15}, {"basis": 900, "proceeds": 1030, "term": "long", **YES}, ("G", 1030, 900, "BEOT", 755, 885)),
]  # fmt: skip


EACH = [*ALONE, *PAIRS]


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, ...]]:
    """All of them in one case, an asset each: the columns of each by its name."""
    rows: list[dict[str, Any]] = []
    forms: list[dict[str, Any]] = []
    art = []
    for at, (_, holds, said, _) in enumerate(EACH):
        asset = f"A{at}A"
        art += [asset] if holds.get("asset") == "ART" else []
        received = holds.get("received", 1000)
        rows.append(buy(holds.get("bought", "2025-02-01"), 1, asset, holds.get("cost", 100)))
        rows.append(sell("2025-05-01", 1, asset, received, fee_usd=holds.get("fee", "")))
        forms.append({**sold("2025-05-01", 1, asset, received), **said})
    folder = tmp_path_factory.mktemp("together")
    (folder / "ledger").mkdir()
    (folder / "ledger" / "made.csv").write_text(ledger(*({**row, "id": at} for at, row in enumerate(rows))))
    more = "assets: {" + ", ".join(f"{asset}: {{class: nft, collectible: yes}}" for asset in art) + "}"
    text = CASE.format(year=2025, status="single", more=more, elections="", short="0", long="0", wages="85000")
    (folder / "case.yaml").write_text(text)
    found = document(with_forms(folder, coinbase=form(*forms)))
    shown = {d["asset"]: row for d, row in zip(found["dispositions"], columns(found), strict=True)}
    return {name: shown[f"A{at}A"] for at, (name, *_) in enumerate(EACH)}


@pytest.mark.parametrize(("name", "wanted"), [(row[0], row[3]) for row in EACH], ids=[row[0] for row in EACH])
def test_each_code_alone_and_each_pair_in_alphabetical_order(
    together: dict[str, tuple[str, ...]], name: str, wanted: tuple[Any, ...]
) -> None:
    """Through a whole case; by hand, with a line of why, in tests/rules/2025/rows_of_form_8949.yaml. Examples 1 to 4 of
    column (h) in the Form 8949 instructions (2025) are among them; I8949-H-EX3 is the third."""
    assert together[name] == tuple(map(str, wanted))


def test_a_wash_sale_of_a_security_is_the_ledger_s_and_the_form_s(make_case: MakeCase) -> None:
    """Form 1099-DA instructions (2026), Box 1i, example: 100 units for 1,000 sold for 600, 75 bought back."""
    rows = ledger(
        buy("2025-02-01", 100, "XYZ", 1000), sell("2025-05-01", 100, "XYZ", 600), buy("2025-05-10", 75, "XYZ", 500)
    )
    said = {"form": "1099-B", "basis": 1000, "wash_sale": 300, **YES}
    folder = with_forms(make_case(rows, 2025, more=MORE["XYZ"]), c=form(sold("2025-05-01", 100, "XYZ", 600, **said)))
    found = document(folder)
    # Rows of one lot that stand for units with and without a loss: together the example's.
    assert {row[0] for row in columns(found)} == {"A"}
    assert found["lines"]["f8949"]["A.d"] == "600.00"
    assert found["lines"]["f8949"]["A.e"] == "1000.00"
    assert found["lines"]["f8949"]["A.g"] == "300.00"
    assert found["lines"]["f8949"]["A.h"] == "-100.00"
    assert "wash-sale-code" not in ids(found, "review")


def test_a_wash_sale_that_the_ledger_does_not_see_is_asked_about(make_case: MakeCase) -> None:
    said = {"form": "1099-B", "basis": 1000, "wash_sale": 300, **YES}
    found = one(make_case, asset="XYZ", cost=1000, received=600, **said)
    assert columns(found) == [("A", "600", "1000", "W", "0", "-400")]
    assert "wash-sale-code" in ids(found, "review")


def test_a_basis_that_was_compared_with_the_form_is_not_asked_about(make_case: MakeCase) -> None:
    assert "basis-reported" not in ids(one(make_case, basis=100, **YES), "review")


def test_an_exchange_of_assets_is_a_sale_at_what_was_received(make_case: MakeCase) -> None:
    """Form 8949 instructions (2025), column (h), Example 5: one unit for 1,000, three years later worth 3,000: long."""
    rows = ledger(buy("2022-06-01", 1, "AAA", 1000), trade("2025-06-01", 1, "AAA", 1, "BBB", 3000))
    folder = with_forms(make_case(rows, 2025), c=form(sold("2025-06-01", 1, "AAA", 3000)))
    assert columns(document(folder)) == [("K", "3000", "1000", "", "0", "2000")]


@pytest.mark.parametrize(
    ("year", "said", "box"),
    [
        (2024, {"form": "1099-B", "basis": 100, **YES}, "A"),
        (2024, {"form": "1099-B"}, "B"),
        (2025, {"basis": 100, **YES}, "G"),
        (2025, {}, "H"),
    ],
)
def test_the_box_is_that_of_the_form_and_of_what_it_reported(
    make_case: MakeCase, year: int, said: dict[str, Any], box: str
) -> None:
    assert columns(one(make_case, year=year, bought=f"{year}-02-01", **said))[0][0] == box


def test_a_form_1099_da_of_2024_is_refused(make_case: MakeCase) -> None:
    from brokers.forms import prepared

    rows = ledger(buy("2024-02-01", 1, "BTC", 100), sell("2024-05-01", 1, "BTC", 1000))
    done = prepared(with_forms(make_case(rows, 2024), c=form(sold("2024-05-01", 1, "BTC", 1000))))
    assert any("earlier one can't be on it" in f.says for f in done.findings if f.severity == "error")


def test_sales_that_no_form_reports_go_to_i_and_l_and_are_told(make_case: MakeCase) -> None:
    rows = ledger(
        buy("2021-02-01", 2, "BTC", 200),
        sell("2025-05-01", 1, "BTC", 1000),
        sell("2025-06-01", 1, "BTC", 1100),
        buy("2025-02-01", 1, "ETH", 50, wallet="Own"),
        sell("2025-03-01", 1, "ETH", 70, wallet="Own"),
    )
    found = document(with_forms(make_case(rows, 2025), c=form(sold("2025-05-01", 1, "BTC", 1000))))
    assert [row[0] for row in columns(found)] == ["I", "K", "L"]
    (told,) = [f for f in found["findings"] if f["id"] == "brokers-not-on-form"]
    assert (told["severity"], told["amount"]) == ("review", "1100.00")


@pytest.mark.parametrize(("more", "severity"), [(3000, "note"), (7000, "review")])
def test_whether_a_form_of_stablecoins_is_still_to_come_hangs_on_their_total(
    make_case: MakeCase, more: int, severity: str
) -> None:
    """REG-6045-STABLE-EX1 and EX2: 9,000 of stablecoins, or 13,000, without the sale for another coin."""
    rows = ledger(
        buy("2025-02-01", 1, "BTC", 100),
        buy("2025-02-01", 40000, "WW", 40000),
        buy("2025-02-01", 10000, "YY", 10000),
        sell("2025-03-01", 1000, "WW", 1000),
        trade("2025-03-02", 5000, "WW", 5000, "YY", 5000),
        sell("2025-03-03", more, "YY", more),
        trade("2025-03-04", 10000, "WW", 1, "DL", 10000),
        sell("2025-05-01", 1, "BTC", 1000),
    )
    coins = "assets: {WW: {class: stablecoin}, YY: {class: stablecoin}}"
    found = document(with_forms(make_case(rows, 2025, more=coins), c=form(sold("2025-05-01", 1, "BTC", 1000))))
    told = [f for f in found["findings"] if f["id"] == "brokers-not-on-form"]
    assert [f["severity"] for f in told] == [severity, "review"]
    assert [f["amount"] for f in told] == [f"{6000 + more}.00", "10000.00"]


def test_direct_totals_are_for_rows_without_any_adjustment(make_case: MakeCase) -> None:
    """Schedule D instructions (2025), lines 1a and 8a, Example 1: 6,000 less 2,000, held three years: to 8a."""
    holds = {"cost": 2000, "received": 6000, "bought": "2022-01-05", "elections": ", direct_totals: yes"}
    straight = one(make_case, **holds, basis=2000, **YES)
    assert straight["lines"]["f1040sd"]["8a.d"] == "6000.00"
    assert straight["lines"]["f1040sd"]["8a.h"] == "4000.00"
    assert "f8949" not in straight["lines"]


def test_direct_totals_stay_off_where_the_form_is_wrong(make_case: MakeCase) -> None:
    holds = {"cost": 2000, "received": 6000, "bought": "2022-01-05", "elections": ", direct_totals: yes"}
    listed = one(make_case, **holds, basis=1500, **YES)
    assert "8a.d" not in listed["lines"]["f1040sd"]
    assert listed["lines"]["f8949"]["J.g"] == "-500.00"


def nominee(make_case: MakeCase, kind: str, **said: object) -> dict[str, Any]:
    rows = ledger(buy("2025-02-01", 2, "BTC", 200), sell("2025-05-01", 1, "BTC", 1000))
    theirs = sold("2025-06-01", 1, "ETH", 700, **said)
    folder = with_forms(make_case(rows, 2025), c=form(sold("2025-05-01", 1, "BTC", 1000), theirs))
    rule(folder, f"reported: [brokers/c.csv:2], is: {kind}")
    return document(folder)


@pytest.mark.parametrize(
    ("kind", "said", "wanted"),
    [
        ("nominee", {"basis": 500, **YES}, ("G", "700", "500", "N", "-200", "0")),
        ("nominee", {"basis": 900, **YES}, ("G", "700", "900", "N", "200", "0")),
        ("nominee", {}, ("H", "700", "0", "N", "-700", "0")),
        ("spouse", {"term": "long"}, ("K", "700", "0", "N", "-700", "0")),
        ("transfer", {}, ("H", "700", "0", "O", "-700", "0")),
        ("no_sale", {"basis": 500, **NO}, ("H", "700", "500", "O", "-200", "0")),
    ],
)
def test_what_is_no_sale_of_the_taxpayer_s_comes_to_nothing(
    make_case: MakeCase, kind: str, said: dict[str, Any], wanted: tuple[str, ...]
) -> None:
    found = nominee(make_case, kind, **said)
    assert wanted in columns(found)
    assert found["lines"]["f1040sd"]["16"] == "900.00"


def test_what_another_paper_has_is_on_no_row(make_case: MakeCase) -> None:
    found = nominee(make_case, "elsewhere")
    assert len(columns(found)) == 1


def test_withholding_is_paid_tax_on_line_25b(make_case: MakeCase) -> None:
    found = one(make_case, withheld=24)
    assert found["lines"]["f1040"]["25b"] == "24.00"
    assert "brokers-withheld" in ids(found, "note")


def test_a_review_says_by_how_much_a_form_is_wrong(make_case: MakeCase) -> None:
    found = one(make_case, basis=100, proceeds=1030, **NO)
    (told,) = [f for f in found["findings"] if f["id"] == "other-code"]
    assert (told["severity"], told["amount"]) == ("review", "30.00")
