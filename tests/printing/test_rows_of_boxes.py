"""Rows of Form 8949 made column by column, box by box, say what each says that is made alone."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from niner.case import Asset, Case
from niner.lots import Disposition
from niner.money import PARTS, Amounts, round_to_dollar, share, total
from niner.returns import rows as module
from niner.returns.inputs import worksheet_inputs
from niner.returns.rows import Row, added, form_rows
from niner.rules import load_rules
from niner.values import Source

_DAY = date(2024, 1, 1)
_PERSON = {"first_name": "Ada", "last_name": "Example", "ssn": "900-12-3456", "filing_status": "single"}
CASE = {"tax_year": 2024, "taxpayer": _PERSON}


def _made(seed: int, odd: bool, count: int = 300) -> list[Disposition]:
    """Pieces of sales whose amounts are shares of cents; `odd`: gifts, inheritances, losses not allowed."""
    dice = random.Random(seed)
    found = []
    for n in range(count):
        disposed = _DAY + timedelta(days=n * 366 // count)
        acquired = disposed - timedelta(days=dice.choice((0, 30, 365, 366, 367, 700)))
        received = min(acquired + timedelta(days=dice.choice((0, 0, 20))), disposed)
        proceeds, basis = (dice.randrange(10**26) for _ in range(2))
        how = dice.choice(("purchase", "trade", "income", *(("gift", "inheritance") if odd else ())))
        lost = max(basis - proceeds, 0) if odd and dice.random() < 0.2 else 0
        fmv = dice.randrange(10**26) if how == "gift" and dice.random() < 0.7 else None
        found.append(
            Disposition(
                transaction=f"t{n // dice.choice((1, 1, 3))}",
                source=Source("ledger/a.csv", n + 2),
                kind=dice.choice(("sell", "trade", "spend", "fee")),
                asset=dice.choice(("BTC", "ETH", "ART", "SHARE")),
                quantity=dice.choice((Decimal("1.50"), Decimal("1E+2"), Decimal("0.00000001"))),
                wallet="A",
                acquired=acquired,
                received=received,
                disposed=disposed,
                acquired_by=how,
                proceeds_cents=share(proceeds, 1, PARTS),
                basis_cents=share(basis, 1, PARTS),
                fmv_cents=None if fmv is None else share(fmv, 1, PARTS),
                lot=f"lot{n % 7}",
                lot_source=Source("ledger/a.csv", 1),
                form="none",
                basis_reported=False,
                proceeds_parts=proceeds,
                basis_parts=basis,
                fmv_parts=fmv,
                disallowed_parts=lost,
                disallowed_cents=share(lost, 1, PARTS),
                all_disallowed=bool(lost),
            )
        )
    return found


def _asset(name: str) -> Asset:
    return {
        "ART": Asset.model_validate({"class": "nft", "collectible": True}),
        "SHARE": Asset.model_validate({"class": "security"}),
    }.get(name, Asset())


def _rows(dispositions: list[Disposition], whole_dollars: bool = False, year: int = 2024) -> list[Row]:
    return form_rows(dispositions, load_rules(year), False, whole_dollars, asset=_asset)[0]


@pytest.mark.parametrize("odd", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_each_row_says_what_it_says_alone_and_only_its_cents_move(seed: int, odd: bool) -> None:
    dispositions = _made(seed, odd)
    found = _rows(dispositions)
    assert len(found) == len(dispositions)
    alone = {d: _rows([d]) for d in dispositions}
    box = {box: at for at, box in enumerate(load_rules(2024).compiled.decisions["box"].concludes)}
    order = sorted(dispositions, key=lambda d: (alone[d][0].term == "long", box[alone[d][0].box], d.disposed))
    assert [row.parts for row in found] == [(d,) for d in order]
    for row in found:
        (own,) = alone[row.disposition]
        assert row._replace(sums=own.sums, printed=own.printed) == own
        assert abs(row.sums.proceeds - own.sums.proceeds) <= 1
        assert row.sums.gain == row.sums.proceeds - row.sums.basis + row.sums.adjustment
        assert row.printed == row.sums


@pytest.mark.parametrize("seed", range(3))
def test_rows_of_which_nothing_else_is_known_foot_as_rows_of_which_more_may_be(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispositions = _made(seed, odd=False)
    quick = _rows(dispositions)
    monkeypatch.setattr(module._Each, "simple", lambda self, places: False)
    assert _rows(dispositions) == quick
    for box in {row.box for row in quick}:
        rows = [row for row in quick if row.box == box]
        exact = sum(row.disposition.proceeds_parts for row in rows)
        assert abs(sum(row.sums.proceeds for row in rows) * PARTS - exact) < PARTS


@pytest.mark.parametrize("odd", [False, True])
def test_in_whole_dollars_each_amount_of_a_listed_row_is_rounded(odd: bool) -> None:
    dispositions = _made(7, odd)
    cents, dollars = _rows(dispositions), _rows(dispositions, whole_dollars=True)
    assert [row.sums for row in dollars] == [row.sums for row in cents]
    assert [row.printed for row in dollars] == [Amounts(*map(round_to_dollar, row.sums)) for row in cents]


def test_what_was_bought_again_is_not_looked_for_where_no_rule_asks() -> None:
    def never() -> frozenset[str]:
        raise AssertionError

    assert len(form_rows(_made(1, odd=True), load_rules(2024), False, False, rebought=never)[0]) == 300


@pytest.mark.parametrize("odd", [False, True])
def test_added_rows_come_to_what_the_rows_come_to(odd: bool) -> None:
    rules, case = load_rules(2024), Case.model_validate(CASE)
    rows = _rows(_made(3, odd))
    few = added(rows)
    assert len(few) < len(rows)
    assert worksheet_inputs(case, rules, few, (), False) == worksheet_inputs(case, rules, rows, (), False)
    for box in {row.box for row in rows}:
        of_box = ([row.sums for row in some if row.box == box] for some in (few, rows))
        assert len(set(map(total, of_box))) == 1


def test_sums_of_a_sale_and_of_the_year_so_far() -> None:
    sums = module._Sums(["a", "a", "b", "a", "c"], ["sell", "sell", "sell", "fee", "fee"])
    assert sums.of_sale([1, 2, 3, 4, 5]) == [3, 3, 3, 4, 5]
    assert sums.to_date([1, 2, 3, 4, 5]) == [3, 3, 6, 4, 9]
    assert sums.of_sale([10, 0, 0, 0, 0]) == [10, 10, 0, 0, 0]
