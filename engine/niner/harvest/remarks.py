"""A plan to the facts that the rules remark on, and to what they say of it. The words are the rules'."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from niner.amend.days.postponed import state_of
from niner.harvest.plan import Harvest, Told
from niner.harvest.positions import bought_within, washed
from niner.lots import Lot
from niner.money import whole_cents
from niner.prepare import Options, rules_by_year
from niner.rules import FactValue
from niner.values import Finding


def remarks_on(plan: Harvest, options: Options, today: date) -> list[Finding]:
    """What the rules of the year say of a plan, and of themselves: that they are a draft, or not Niner's own."""
    facts = _facts(plan, options, today)
    said = [said.finding() for said in plan.result.rules.remarks("harvest", [facts])[0]]
    return [*plan.result.rules.said(), *said]


def _facts(plan: Harvest, options: Options, today: date) -> dict[str, FactValue]:
    pieces = plan.pieces
    losing = [one for one in pieces if one.gain < 0]
    assets = {_asset(one) for one in pieces}
    reached = washed(plan.result.case, assets, plan.day, rules_by_year(options.overlays), plan.lots)
    free = [one for one in losing if _asset(one) not in reached]
    caught = [one for one in losing if _asset(one) in reached]
    blocked = [one for one in plan.positions if one.kept_out == "wash_sale"]
    before, after = plan.before, plan.after
    carried = sum(before.carried_in)
    state = state_of(plan.result.case, plan.result.rules)
    rise = 0 if before.total_tax is None or after.total_tax is None else after.total_tax - before.total_tax
    return {
        "tax_year": plan.result.year,
        "day": plan.day.day.isoformat(),
        "target": plan.target.name,
        "sales": len(plan.sales),
        "reached": plan.reached,
        "lacking": plan.lacking,
        "loss": -sum(one.gain for one in losing),
        "gain": sum(one.gain for one in pieces if one.gain > 0),
        "digital_loss": -sum(one.gain for one in free),
        "digital_assets": _names({_asset(one) for one in free}),
        "rebought": _rebought(plan, free),
        "wash_loss": -sum(one.gain for one in caught),
        "wash_assets": _names({_asset(one) for one in caught}),
        "blocked": -sum(one.gain for one in blocked),
        "blocked_assets": _names({one.lot.asset for one in blocked}),
        "blocked_until": max((one.free_on.isoformat() for one in blocked if one.free_on), default=""),
        "carried_in": carried,
        "burnt": burnt(plan),
        "carried_before": sum(before.carried_out),
        "carried_after": sum(after.carried_out),
        "next_year": plan.result.year + 1,
        "tax_known": after.total_tax is not None,
        "tax_more": max(rise, 0),
        "tax_less": max(-rise, 0),
        "specific": sum(sale.place.specific for sale in plan.sales),
        "queued": sum(not sale.place.specific for sale in plan.sales),
        "past": plan.day.day < today,
        "rows_after": plan.rows_after,
        "fees_given": plan.day.rates.given,
        "state_named": state is not None,
        "state_taxes": state is not None and bool(state.cells.get("income_tax", False)),
        "state_name": "" if state is None else str(state.cells["name"]),
        "without_loss": max(-before.net, 0),
    }


def _names(assets: set[str]) -> str:
    return ", ".join(sorted(assets))


def burnt(plan: Harvest) -> int:
    """What of the loss carried in goes on to the next year without the plan and not with it, in cents.

    A loss carried in and one of the year are one pool; what was carried in counts as used last.
    """
    carried = sum(plan.before.carried_in)
    left, still = (min(carried, sum(figures.carried_out)) for figures in (plan.before, plan.after))
    return max(left - still, 0)


def _rebought(plan: Harvest, losing: list[Told]) -> int:
    """The most of these losses that fall to units of which as many were bought within the wash-sale days before and are
    kept, in cents."""
    days = int(plan.result.rules.parameter("wash_sale_days"))
    sold: dict[Lot, Decimal] = {one.piece.position.lot: one.piece.units for one in plan.pieces}
    at_risk = Fraction(0)
    for asset in {_asset(one) for one in losing}:
        recent = bought_within({asset}, plan.lots, plan.day.day, days)
        those = [lot for lot in plan.lots.held if lot.id in recent and lot.asset == asset]
        kept = sum((Fraction(lot.quantity) - Fraction(sold.get(lot, 0)) for lot in those), Fraction(0))
        own = [(Fraction(-one.gain), Fraction(one.piece.units)) for one in losing if _asset(one) == asset]
        for loss, units in sorted(own, key=lambda pair: -pair[0] / pair[1]):
            part = min(kept, units)
            at_risk += loss * part / units
            kept -= part
    return whole_cents(at_risk)


def _asset(one: Told) -> str:
    return one.piece.position.lot.asset
