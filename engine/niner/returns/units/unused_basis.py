"""Allocations of the common pool's unused basis, as far as the rules let them count, and what is to be said of them."""

from collections.abc import Callable, Mapping, Sequence

from niner.asked import AS_RECORDED, UNUSED_BASIS
from niner.dataclass import dataclass
from niner.ledger import Records, Transaction
from niner.ledger.columns import column, distinct, where
from niner.ledger.records import Allocation
from niner.lots import Treatment
from niner.returns.plan import Plan, RulesOf, told
from niner.returns.units.timing import day_number, timing
from niner.rules import Conclusion, FactValue
from niner.values import Finding, Source

_DECISIONS = "decisions.yaml"
_GONE = ("disposition", "exchange", "fee", "leaves")


@dataclass(frozen=True, slots=True)
class UnusedBasis:
    """The year in which wallets became pools (None where they did not), the allocations that count by asset, those that
    don't by line, and what is to be said."""

    parts_in: int | None
    counts: Mapping[str, Allocation]
    fallen: Mapping[int, Conclusion]
    findings: tuple[Finding, ...]


NONE_ALLOCATED = UnusedBasis(None, {}, {}, ())


def parts_in(plan: Plan) -> int | None:
    """The year in which each wallet became a pool of its own, after a common one."""
    pairs = zip(plan.spans, plan.spans[1:], strict=False)
    return next((now.first_year for before, now in pairs if (before.pool, now.pool) == ("universal", "wallet")), None)


def unused_basis(
    plan: Plan,
    records: Records,
    transactions: Sequence[Transaction],
    does: Callable[[Transaction], Treatment],
    rules_of: RulesOf,
    honoured: frozenset[int] = frozenset(),
) -> UnusedBasis:
    """What holds for each asset of the pool. `honoured` are lines whose allocation counts whatever the rules say."""
    year = parts_in(plan)
    if year is None:
        return UnusedBasis(None, {}, {}, ())
    before = where(transactions, [day.year < year for day in column(transactions, "day")])
    assets = sorted(distinct(before, "received_asset") - {""})
    first = _first_disposals(transactions, does, year) if records.allocations else {}
    facts = [_facts(asset, records, first.get(asset), year) for asset in assets]
    counts: dict[str, Allocation] = {}
    fallen: dict[int, Conclusion] = {}
    found: dict[tuple[str, int], Finding] = {}
    for asset, decided in zip(assets, rules_of(year).conclude("unused_basis", facts, UNUSED_BASIS), strict=True):
        because, stands = decided["unused_basis"], decided["allocation_stands"]
        own = [one for one in records.allocations if one.covers(asset)]
        line = own[-1].line if own else 0
        source = Source(_DECISIONS, line) if own else Source("case.yaml")
        said = [stands]
        if own and (because.value in AS_RECORDED or line in honoured):
            counts[asset] = own[-1]
        elif own and because.tell != "error":
            fallen[line] = because  # told with what it comes to
        if line not in fallen:
            said.append(because)
        for one in said:
            for finding in told("unused-basis", one, source):
                found.setdefault((one.rule_id, line), finding)
    return UnusedBasis(year, counts, fallen, tuple(found.values()))


def _first_disposals(
    transactions: Sequence[Transaction], does: Callable[[Transaction], Treatment], year: int
) -> dict[str, Transaction]:
    """The first row from `year` on by which each asset was sold, given away or otherwise disposed of."""
    first: dict[str, Transaction] = {}
    for t in transactions:
        if t.day.year < year:
            continue
        what = does(t)
        if t.sent_asset and what.treatment in _GONE:
            first.setdefault(t.sent_asset, t)
        if t.fee_asset and what.fee_is_disposition:
            first.setdefault(t.fee_asset, t)
    return first


def _facts(asset: str, records: Records, first: Transaction | None, year: int) -> dict[str, FactValue]:
    own = [one for one in records.allocations if one.covers(asset)]
    one = own[-1] if own else None
    return {
        "tax_year": year,
        "how": one.how if one else "none",
        "allocations": len(own),
        "of_that_day": one is None or (one.on.year, one.on.month, one.on.day) == (year, 1, 1),
        "recorded_day": day_number(one.recorded) if one else 0,
        "recorded_before_first_sale": one is None or first is None or timing(one.recorded, first) == "in_time",
        "completed_day": day_number(one.completed) if one else 0,
        "completed_before_first_sale": one is not None
        and one.completed is not None
        and (first is None or timing(one.completed, first) == "in_time"),
        "filed_with": _filed_with(one, records, year),
    }


def _filed_with(one: Allocation | None, records: Records, year: int) -> str:
    filed = [contents for of_year, contents in records.filed.items() if of_year >= year]
    if not filed:
        return "not_filed"
    now = {other.content for other in records.allocations}
    if any(contents - now for contents in filed):
        return "other"
    return "same" if one is not None and all(one.content in contents for contents in filed) else "none"
