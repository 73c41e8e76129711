"""A sale in a few words, as a rule test states it, to the columns of its row on Form 8949: the same steps as of a sale
in the ledger, from the broker's form to column (h)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import get_args

from niner.brokers.match import Bundle
from niner.brokers.reconcile import OFFSETS
from niner.brokers.sales import Sale
from niner.brokers.spread import not_mine, spread
from niner.brokers.values import FORMS, ReportedSale
from niner.case import Asset
from niner.lots import Disposition
from niner.money import Cents, cents, parts, whole_cents
from niner.returns.rows import form_rows
from niner.rules import YearRules
from niner.values import Finding, Refused, Source
from niner.words.suggest import near

_SOURCE = Source("rule test", 1)
_CLASSES: tuple[str, ...] = get_args(Asset.model_fields["class_"].annotation)
_WORDS = ("acquired", "disposed", "acquired_by", "class", "collectible", "nondeductible", "form", "direct_totals")
_AMOUNTS = ("received", "fees", "basis", "wash_disallowed")
_FORM_WORDS = ("name", "basis_reported", "term", "ordinary", "loss_not_allowed", "is")
_FORM_AMOUNTS = ("proceeds", "basis", "wash_sale", "market_discount")


def stated_columns(stated: Mapping[str, object], rules: YearRules) -> dict[str, object]:
    """The box, the line of Schedule D and columns (d) to (h) of a sale's row, amounts in cents.

    `stated` has what the records say (`acquired`, `disposed`, `received` before `fees`, `basis`) and, under `form`,
    what the broker's form says; amounts are dollars. Raises Refused where a word of it means nothing.
    """
    row = _Words(stated, (*_WORDS, *_AMOUNTS))
    form = _Words(stated.get("form"), (*_FORM_WORDS, *_FORM_AMOUNTS)) if "form" in stated else None
    sale = _disposition(row)
    class_ = row.word("class", "digital_asset")
    if class_ not in _CLASSES:
        raise _refused(f"There is no class “{class_}”.", f"Write one of: {', '.join(_CLASSES)}.")
    asset = Asset.model_construct(class_=class_, collectible=row.yes_no("collectible"))
    on_form = _reported(form, sale) if form else None
    pieces = [sale]
    if form and on_form is not None:
        what = form.word("is", "mine")
        if what not in ("mine", *OFFSETS):
            raise _refused(f"A reported sale can't be “{what}”.", f"Write one of: {', '.join(OFFSETS)}.")
        role = OFFSETS.get(what, "")
        pieces = [not_mine(on_form, role)] if role else _with_form(sale, on_form, whole_cents(row.amount("fees")))
    rows, findings = form_rows(
        pieces,
        rules,
        row.yes_no("direct_totals") or False,
        False,
        asset=lambda name: asset,
        nondeductible={sale.transaction: row.word("nondeductible", "not_said")},
    )
    if len(rows) != 1:
        raise Refused([f for f in findings if f.severity == "error"])
    one = rows[0]
    return {
        "box": one.box,
        "line": one.line,
        "d": one.sums.proceeds,
        "e": one.sums.basis,
        "f": one.code,
        "g": one.sums.adjustment,
        "h": one.sums.gain,
    }


class _Words:
    """A mapping of a rule test. Raises Refused for a word that means nothing in it."""

    def __init__(self, stated: object, known: tuple[str, ...]) -> None:
        if not isinstance(stated, Mapping):
            raise _refused(f"{stated!r} is no mapping.", "Write what the row states, as {received: 1000}.")
        for name in stated:
            if name not in known:
                close = near(str(name), known)
                todo = f"Did you mean {close}?" if close else f"Write one of: {', '.join(known)}."
                raise _refused(f"`{name}` means nothing in a row.", todo)
        self._stated = stated

    def word(self, name: str, otherwise: str) -> str:
        return str(self._stated.get(name, otherwise))

    def amount(self, name: str) -> Cents:
        return self.amount_or_none(name) or 0

    def amount_or_none(self, name: str) -> Cents | None:
        value = self._stated.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise _refused(f"{value!r} is no amount.", "Write dollars, as 1234.50.")
        return cents(Decimal(value))

    def day(self, name: str) -> date:
        try:
            return date.fromisoformat(self.word(name, ""))
        except ValueError:
            raise _refused(f"A row needs the day {name}.", "Write it as 2025-03-01.") from None

    def yes_no(self, name: str) -> bool | None:
        value = self._stated.get(name)
        if value not in (None, True, False):
            raise _refused(f"{name} is {value!r}.", "Write true or false.")
        return None if value is None else bool(value)


def _refused(says: str, todo: str) -> Refused:
    return Refused([Finding("rules.row", "error", says, todo)])


def _disposition(row: _Words) -> Disposition:
    """The sale as the lots leave it: what counts as received is net of the fees."""
    net = whole_cents(row.amount("received")) - whole_cents(row.amount("fees"))
    basis, disallowed = whole_cents(row.amount("basis")), whole_cents(row.amount("wash_disallowed"))
    return Disposition(
        transaction="sale",
        source=_SOURCE,
        kind="sell",
        asset="X",
        quantity=Decimal(1),
        wallet="broker",
        acquired=row.day("acquired"),
        received=row.day("acquired"),
        disposed=row.day("disposed"),
        acquired_by=row.word("acquired_by", "purchase"),
        proceeds_cents=net,
        basis_cents=basis,
        fmv_cents=None,
        lot="lot",
        lot_source=_SOURCE,
        form="none",
        basis_reported=False,
        proceeds_parts=parts(net),
        basis_parts=parts(basis),
        disallowed_parts=parts(disallowed),
        disallowed_cents=disallowed,
    )


def _reported(form: _Words, sale: Disposition) -> ReportedSale:
    """The same sale as the broker's form has it."""
    name = form.word("name", "")
    if name not in FORMS:
        raise _refused(f"“{name}” is no form that is matched with sales.", f"Write one of: {', '.join(FORMS)}.")
    basis = form.amount_or_none("basis")
    return ReportedSale(
        source=_SOURCE,
        row=1,
        form=name,
        broker="broker",
        account="",
        asset=sale.asset,
        tax_year=sale.disposed.year,
        proceeds=form.amount("proceeds"),
        units=sale.quantity,
        acquired=sale.acquired,
        sold=sale.disposed,
        basis=basis,
        basis_reported=bool(form.yes_no("basis_reported")) and basis is not None,
        term=form.word("term", ""),
        ordinary=form.yes_no("ordinary") or False,
        wash_sale=form.amount("wash_sale"),
        market_discount=form.amount("market_discount"),
        loss_not_allowed=form.yes_no("loss_not_allowed") or False,
    )


def _with_form(sale: Disposition, row: ReportedSale, fees: int) -> list[Disposition]:
    """The sale with what the form says of it, as a match of the two leaves it."""
    whole = Sale(
        id=sale.transaction,
        transaction=sale.transaction,
        source=sale.source,
        wallet=sale.wallet,
        asset=sale.asset,
        units=sale.quantity,
        day=sale.disposed,
        instant=datetime.combine(sale.disposed, time(), UTC),
        net=sale.proceeds_parts,
        fees=parts(fees),
        fee=False,
        cash=True,
        pieces=(sale,),
    )
    [(_, pieces)] = spread(Bundle((row,), (whole,), "certain", "as stated"))
    return pieces
