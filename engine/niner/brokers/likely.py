"""A reported sale that the ledger does not have to what it most likely is, and the lines that would settle it."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from niner import exact
from niner.brokers.match import tolerance
from niner.brokers.reconcile import Names, Reconciled
from niner.brokers.sales import Sale
from niner.brokers.values import SALE, ReportedSale
from niner.dataclass import dataclass
from niner.ledger.transaction import Transaction
from niner.money import parts

_FAR = timedelta(days=7)
_MOVES = ("transfer", "transfer_out", "rename", "gift_out", "spouse_out", "donation")


@dataclass(frozen=True, slots=True)
class Guess:
    """What an open row most likely is: a word for it, a sentence, and what to do. All empty where nothing is known."""

    what: str = ""
    says: str = ""
    todo: str = ""


def likely(
    row: ReportedSale, found: Reconciled, names: Names, transactions: Iterable[Transaction], sales: Sequence[Sale]
) -> Guess:
    """The first of the usual reasons that fits."""
    if row.broker in found.unknown:
        return Guess("wallet", f"“{row.broker}” is no wallet of the ledger.")
    if row.kind != SALE:
        return Guess("total", "The ledger has no sale of that kind there.", _lines(row, "elsewhere"))
    asset = names.asset(row.asset)
    if asset not in names.assets:
        todo = f"If it is another name, say it in case.yaml: assets: {{{row.asset}: {{same_as: …}}}}."
        return Guess("name", f"The ledger has no {row.asset}.", todo)
    return (
        _twin(row, found)
        or _elsewhere(row, names, asset, sales, found)
        or _move(row, asset, transactions)
        or _units(row, names, asset, found)
        or Guess("missing", "", _lines(row, "nominee", "spouse", "transfer", "elsewhere"))
    )


def _lines(row: ReportedSale, *kinds: str) -> str:
    """Lines for decisions.yaml."""
    lines = (f"- {{reported: [{row.name}], is: {kind}, by: …, on: …, why: …}}" for kind in kinds)
    return "One of: " + " or ".join(lines) + "."


def _twin(row: ReportedSale, found: Reconciled) -> Guess | None:
    """Another row about the same units, day and dollars that was matched: a form that came twice."""
    for bundle in found.bundles:
        for other in bundle.rows:
            if _sale(other) == _sale(row):
                line = f"- {{duplicate: [{other.name}, {row.name}], keep: {other.name}, by: …, on: …, why: …}}"
                says = f"{other.name} has the same units, day and dollars: the form may have come twice."
                return Guess("duplicate form", says, line)
    return None


def _sale(row: ReportedSale) -> tuple[object, ...]:
    return row.asset, row.units, row.sold, row.reported


def _elsewhere(row: ReportedSale, names: Names, asset: str, sales: Sequence[Sale], found: Reconciled) -> Guess | None:
    """The same units and dollars in another wallet, or on another day."""
    taken = {sale.id for bundle in found.bundles for sale in bundle.sales}
    within = tolerance()
    for sale in sales:
        if sale.id in taken or sale.asset != asset or row.units is None:
            continue
        if exact.subtract(sale.units, row.units).copy_abs() > within.units:
            continue
        near = abs(parts(row.reported) - sale.net) <= max(within.least, int(within.share * abs(sale.net))) + sale.fees
        other = names.wallet_key(sale.wallet) != names.broker_key(row.broker)
        if near and row.sold is not None and abs(sale.day - row.sold) <= _FAR:
            what, where = ("wallet", f"in {sale.wallet}") if other else ("day", f"on {sale.day}")
            says = f"The ledger has a sale of the same units and nearly the same dollars {where} ({sale.source})."
            todo = f"If it is that one: - {{reported: [{row.name}], sales: [FILE:ROW of it], by: …, on: …, why: …}}."
            return Guess(what, says, todo)
    return None


def _move(row: ReportedSale, asset: str, transactions: Iterable[Transaction]) -> Guess | None:
    """A move or gift of the same units about that day: the broker took it for a sale."""
    for t in transactions:
        if t.kind in _MOVES and t.sent_asset == asset and t.sent_quantity is not None and row.units is not None:
            near = row.sold is not None and abs(t.day - row.sold) <= timedelta(days=2)
            if near and exact.subtract(t.sent_quantity, row.units).copy_abs() <= tolerance().units:
                says = f"The ledger has a {t.kind.replace('_', ' ')} of the same units on {t.day} ({t.source})."
                return Guess("no sale", says, _lines(row, "transfer"))
    return None


def _units(row: ReportedSale, names: Names, asset: str, found: Reconciled) -> Guess | None:
    """An open sale of the same day with other units."""
    for sale in found.sales:
        if sale.asset == asset and row.sold is not None and abs(sale.day - row.sold) <= timedelta(days=1):
            says = f"The ledger has a sale of {sale.units:f} {asset} on {sale.day} ({sale.source}) that no row has."
            return Guess("units", says, "Correct the units on whichever side is wrong.")
    return None
