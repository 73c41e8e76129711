"""The rules on losses to what lots are matched by: which sales a wash-sale rule reaches, and on which terms.

It is asked of the facts that are known before any lot is: what was sold, when, and how it left. Where no rule of any
year can reach what the ledger sells, nothing is asked.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from niner import exact
from niner.asked import ROW_BASIS, WASH, WASH_ABLE
from niner.case import Case
from niner.ledger import Transaction
from niner.ledger.columns import column, distinct, those, where
from niner.lots import Disposition, Later, Law, Terms, Treatment
from niner.returns.calendar import day_number
from niner.returns.plan import RulesOf, able
from niner.returns.rows import chosen_basis, early_facts, property_facts
from niner.rules import FactValue

Key = tuple[str, str, str]
Fact = tuple[tuple[str, FactValue], ...]


def wash_law(
    case: Case,
    transactions: Sequence[Transaction],
    rules_of: RulesOf,
    does: Callable[[Transaction], Treatment],
    undocumented: Collection[str],
) -> Law | None:
    """What the rules say of the losses of a ledger; None where none of them can be disallowed for buying back.

    `undocumented` are the gifts of which the ledger states neither the donor's basis nor date.
    """
    assets = {name for both in distinct(transactions, "sent_asset", "fee_asset") for name in both if name}
    kinds = {tuple(_asset_facts(case, name).items()) for name in assets}
    years = sorted({day.year for day in set(column(transactions, "day"))})
    reached = {y for y in years if any(rules_of(y).may_conclude("wash_sale", "disallowed", dict(k)) for k in kinds)}
    by_year: dict[int, dict[Key, Fact]] = {}
    for t in transactions if reached else ():
        if t.day.year in reached:
            facts = by_year.setdefault(t.day.year, {})
            facts.update((key, tuple(fact.items())) for key, fact in _facts(case, t, does(t)))
    terms: dict[Key, Terms] = {}
    for year, asked in by_year.items():
        terms |= _terms(year, asked, rules_of)
    if not terms:
        return None
    marked = {t.id: t.nondeductible for t in those(transactions, lambda t: t.nondeductible != "not_said")}

    def basis(d: Disposition) -> tuple[int, int]:
        if d.fmv_parts is None:  # only a gift has another basis for a loss
            return d.basis_parts, d.basis_cents
        return chosen_basis(d, _of_gift(d)["gift_basis"])

    def since(d: Disposition) -> date:
        return d.received if d.fmv_parts is not None and _of_gift(d)["holding_from"] == "received" else d.acquired

    def _of_gift(d: Disposition) -> Mapping[str, str]:
        said = "not_said" if d.kind == "fee" else marked.get(d.transaction, "not_said")
        facts = early_facts(d, case.asset(d.asset), case.elections.direct_totals, said, d.lot not in undocumented)
        [found] = rules_of(d.disposed.year).conclude("disposition", [facts], ROW_BASIS)
        return {name: conclusion.value for name, conclusion in found.items()}

    return Law(terms, basis, since, max(term.days for term in terms.values()))


def bought_after(
    transactions: Sequence[Transaction], year: int, law: Law | None, does: Callable[[Transaction], Treatment]
) -> list[Later]:
    """The purchases after a year that can still make one of its losses not allowed, by the rules of that year."""
    last = date(year, 12, 31)
    found: list[Later] = []
    if law is None:
        return found
    for t in where(transactions, [day > last for day in column(transactions, "day")]):
        if t.day <= last + timedelta(law.most_days) and t.received_quantity is not None:
            how = does(t._replace(day=last))
            if how.replaces:
                paid_away = t.fee_asset == t.received_asset and how.fee_units == "just_received"
                quantity = (
                    exact.subtract(t.received_quantity, t.fee_quantity or Decimal(0))
                    if paid_away
                    else t.received_quantity
                )
                found.append(Later(t.id, t.received_asset, quantity, t.day))
    return found


def _facts(case: Case, t: Transaction, does: Treatment) -> Iterator[tuple[Key, dict[str, FactValue]]]:
    """What is known of each disposition of a row before its lots are: (row, kind, asset) and the facts by name."""
    common: dict[str, FactValue] = {"tax_year": t.day.year, "disposed_on": day_number(t.day)}
    if does.treatment in ("disposition", "exchange", "fee") and t.sent_quantity is not None:
        own: dict[str, FactValue] = {
            "kind": t.kind,
            "form": t.form,
            "basis_reported": t.basis_reported,
            "nondeductible": t.nondeductible,
        }
        yield (t.id, t.kind, t.sent_asset), common | own | _asset_facts(case, t.sent_asset)
    if does.fee_is_disposition and t.fee_quantity is not None:
        on_form = does.fee_reported == "as_the_row"
        own = {"kind": "fee", "form": t.form if on_form else "none", "basis_reported": t.basis_reported and on_form}
        own["nondeductible"] = "not_said"
        yield (t.id, "fee", t.fee_asset), common | own | _asset_facts(case, t.fee_asset)


def _asset_facts(case: Case, name: str) -> dict[str, FactValue]:
    known = property_facts(case.asset(name))
    return {field: known[field] for field in ("asset_class", "digital_asset", "collectible")}


def _terms(year: int, asked: Mapping[Key, Fact], rules_of: RulesOf) -> dict[Key, Terms]:
    """Each distinct set of facts is decided once."""
    rules = rules_of(year)
    distinct = list(dict.fromkeys(asked.values()))
    concluded = rules.conclude("disposition", [dict(fact) for fact in distinct], WASH)
    able(concluded, WASH_ABLE)
    days = rules.parameter("wash_sale_days")
    assert isinstance(days, int)
    found = {
        fact: Terms(days, decided["same_purchase"].value == "replaces")
        for fact, decided in zip(distinct, concluded, strict=True)
        if decided["wash_sale"].value == "disallowed"
    }
    return {key: found[fact] for key, fact in asked.items() if fact in found}
