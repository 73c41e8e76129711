"""Where single rows have picks, the others are followed pool by pool: the lots, sales and findings of row by row."""

from lots.test_lots_apart import Assets, all_ways, parts
from niner.case.folder import parse_case
from niner.ledger import whole_ledger
from niner.lots import MatchResult
from niner.prepare import rules_by_year
from niner.returns.matching import matching
from niner.returns.units.choosing import Choosing
from reference.made_chosen import ChosenMaker
from reference.values import records_of, transactions_of

__all__ = ["parts"]  # a fixture


class PickingMaker(ChosenMaker):
    """The same with picks and allocations alone, many of which name what is not there."""

    def say(self) -> None:
        super().say()
        self.said.orders.clear()
        self.said.by_wallet.clear()
        self.said.only.clear()


def test_random_ledgers_with_picks_come_to_the_same(parts: list[Assets]) -> None:
    picked, lacking, rules_of = 0, 0, rules_by_year(())
    for seed in range(120):
        made = PickingMaker(seed)
        case = parse_case(made.case)
        rows, findings = transactions_of(made.text, case)
        ledger = whole_ledger(rows, {}, findings)
        records = records_of(made.said, made.rows_read)
        fallen: list[list[object]] = []

        def run() -> MatchResult | None:
            lots = matching(case, ledger.transactions, rules_of, records=records)  # noqa: B023
            assert lots.choosing is not None
            if lots.matched is not None:
                assert lots.choosing.asked(lots.plan.spans) is not None
            fallen.append([*lots.choosing.fallen.items()])  # noqa: B023
            return lots.matched

        found = all_ways(run)
        assert all([key for key, _ in one] == [key for key, _ in fallen[0]] for one in fallen)
        if found is not None and records.identified:
            picked += len({d.transaction for d in found.dispositions} & set(records.identified))
            lacking += len(found.not_there)
    assert len(parts) > 25
    assert picked > 20
    assert lacking > 10


def test_every_row_is_asked_where_orders_wallets_or_brokers_choose() -> None:
    seen = set()
    for seed in range(40):
        made = ChosenMaker(seed)
        case = parse_case(made.case)
        rows, findings = transactions_of(made.text, case)
        ledger = whole_ledger(rows, {}, findings)
        lots = matching(case, ledger.transactions, rules_by_year(()), records=records_of(made.said, made.rows_read))
        if isinstance(lots.choosing, Choosing) and lots.matched is not None:
            more = bool(made.said.orders or made.said.by_wallet or made.said.only)
            assert (lots.choosing.asked(lots.plan.spans) is None) == more
            seen.add(more)
    assert seen == {True, False}
