"""Of any sales and any forms: totals foot, a right form changes boxes alone, and no form moves the gain."""

import json
import random
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from brokers.forms import form, sold, with_forms
from conftest import CASE
from ledgers import buy, ledger, sell
from niner.prepare import Options, prepare, reconciliation

FEW = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@st.composite
def years(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Sales of 2025 out of enough lots, short and long, with fees."""
    lots = draw(st.lists(st.tuples(st.integers(1, 9), st.integers(100, 90000)), min_size=1, max_size=4))
    held = sum(units for units, _ in lots)
    rows = [
        buy(f"{2022 if place % 2 else 2025}-01-0{place + 1}", units, "BTC", Decimal(cost) / 100)
        for place, (units, cost) in enumerate(lots)
    ]
    sales = draw(st.lists(st.tuples(st.integers(1, 3), st.integers(100, 99999), st.integers(0, 90)), max_size=5))
    for units, proceeds, fee in sales:
        if units > held:
            break
        held -= units
        day = draw(st.integers(1, 28))
        rows.append(
            sell(f"2025-06-{day:02d}T15:00:00Z", units, "BTC", Decimal(proceeds) / 100, fee_usd=Decimal(fee) / 100)
        )
    return rows


def case(rows: list[dict[str, Any]], *forms: str) -> Path:
    folder = Path(tempfile.mkdtemp()) / "case"
    (folder / "ledger").mkdir(parents=True)
    text = CASE.format(year=2025, status="single", more="", elections="", short="0", long="0", wages="85000")
    (folder / "case.yaml").write_text(text)
    (folder / "ledger" / "made.csv").write_text(ledger(*rows))
    return with_forms(folder, **{f"f{place}": text for place, text in enumerate(forms)}) if forms else folder


def worked_out(folder: Path) -> dict[str, Any]:
    done = prepare(folder, Options(forms=False))
    assert done.ok, [f.says for f in done.findings if f.severity == "error"]
    return json.loads(next(path for path in done.written if path.name == "return.json").read_text())


def reported(rows: list[dict[str, Any]], **said: Any) -> list[dict[str, Any]]:
    """The sales as a broker that nets fees has them."""
    sales = [row for row in rows if row["kind"] == "sell"]
    return [
        sold(str(row["time"])[:10], row["sent_quantity"], "BTC", row["received_quantity"] - row["fee_usd"], **said)
        for row in sales
        if row["received_quantity"] > row["fee_usd"]
    ]


def net_of_tax(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["kind"] == "buy" or row["received_quantity"] > row["fee_usd"]]


COLUMNS = ("description", "acquired", "disposed", "proceeds", "basis", "code", "adjustment", "gain", "term")


def _columns(d: dict[str, Any]) -> tuple[str, ...]:
    return tuple(d[name] for name in COLUMNS)


@FEW
@given(years())
def test_a_right_form_changes_nothing_but_boxes(rows: list[dict[str, Any]]) -> None:
    rows = net_of_tax(rows)
    said = reported(rows)
    without = worked_out(case(rows))
    with_form = worked_out(case(rows, form(*said)) if said else case(rows))
    boxes = {"H": "I", "K": "L"}
    bare = [_columns(d) for d in without["dispositions"]]
    for d in with_form["dispositions"]:
        assert boxes.get(d["box"], d["box"]) in ("I", "L")
    assert sorted(map(_columns, with_form["dispositions"])) == sorted(bare)
    assert with_form["lines"]["f1040sd"]["16"] == without["lines"]["f1040sd"]["16"]


@FEW
@given(years(), st.randoms(use_true_random=False))
def test_no_form_moves_the_gain_and_every_form_foots(rows: list[dict[str, Any]], chance: random.Random) -> None:
    rows = net_of_tax(rows)
    said = reported(rows)
    for one in said:
        one["basis"] = chance.choice(["", 0, 1, 500])
        one["basis_reported"] = "" if one["basis"] == "" else chance.choice(["yes", "no"])
        one["term"] = chance.choice(["", "short", "long"])
        one["proceeds"] += chance.choice([0, 0, Decimal("0.40"), 7])
    without = worked_out(case(rows))
    folder = case(rows, *(form(one) for one in said)) if said else case(rows)
    found = worked_out(folder)
    printed = found["lines"].get("f8949", {})
    # Each box foots by itself, so a sale in another box can round by a cent: never more, and never by what a form says.
    most = Decimal("0.01") * max(len({key[0] for key in printed}), 1)
    for line in ("7", "15", "16"):
        now, then = (Decimal(one["lines"]["f1040sd"].get(line, 0)) for one in (found, without))
        assert abs(now - then) <= most
    on_forms = sum((Decimal(v) for k, v in printed.items() if k[0] in "GHJK" and k.endswith(".d")), Decimal(0))
    assert on_forms == sum((Decimal(one["proceeds"]) for one in said), Decimal(0))
    for box in {key[0] for key in printed}:
        d, e, g, h = (Decimal(printed[f"{box}.{column}"]) for column in "degh")
        assert h == d - e + g
    left = reconciliation(folder, Options()).residual
    assert left is not None
    assert left.foots


@FEW
@given(years(), st.randoms(use_true_random=False))
def test_permuted_forms_are_the_same_return(rows: list[dict[str, Any]], chance: random.Random) -> None:
    rows = net_of_tax(rows)
    said = reported(rows, basis=3, basis_reported="yes")
    if not said:
        return
    shuffled = chance.sample(said, len(said))
    first, second = worked_out(case(rows, form(*said))), worked_out(case(rows, form(*shuffled)))
    assert first["dispositions"] == second["dispositions"]
    assert first["lines"] == second["lines"]
