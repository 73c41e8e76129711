"""A bundle to dispositions that each know what the form says of them: lots cut where a row of the form ends.

A row's proceeds and basis fall to its units by their number, so that they add up to the form's to the cent.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from niner import exact
from niner.brokers.match import Bundle, Tolerance, tolerance
from niner.brokers.values import FORMS, SALE, ReportedSale
from niner.dataclass import dataclass
from niner.lots import Disposition, OnForm
from niner.money import PARTS, Cents, parts, share, whole_cents
from niner.values import Source

Amount = tuple[int, int]


@dataclass(slots=True)
class _Piece:
    """What is left of a disposition, and how much of it was given away already; `sale` is its place in the bundle."""

    whole: Disposition
    sale: int
    fees: int
    taken: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        return exact.subtract(self.whole.quantity, self.taken)

    def take(self, units: Decimal) -> "Taken":
        """The next `units` as a disposition of their own, and their part of the fees."""
        d, whole = self.whole, Fraction(self.whole.quantity)
        before, self.taken = self.taken, exact.add(self.taken, units)
        if not before and self.taken == d.quantity:
            return d, d, self.fees

        def part(amount: int) -> int:
            return _until(amount, Fraction(self.taken), whole) - _until(amount, Fraction(before), whole)

        piece = d._replace(
            quantity=units,
            proceeds_cents=part(d.proceeds_cents),
            basis_cents=part(d.basis_cents),
            fmv_cents=None if d.fmv_cents is None else part(d.fmv_cents),
            proceeds_parts=part(d.proceeds_parts),
            basis_parts=part(d.basis_parts),
            fmv_parts=None if d.fmv_parts is None else part(d.fmv_parts),
            disallowed_parts=part(d.disallowed_parts),
            disallowed_cents=part(d.disallowed_cents),
            related_loss_parts=part(d.related_loss_parts),
            related_loss_cents=part(d.related_loss_cents),
        )
        return d, piece, part(self.fees)


def _until(amount: int, units: Fraction, whole: Fraction) -> int:
    of = units / whole if whole else Fraction(0)
    return share(amount, of.numerator, of.denominator)


def spread(bundle: Bundle, within: Tolerance | None = None) -> list[tuple[Disposition, list[Disposition]]]:
    """Each of the bundle's dispositions with what becomes of it: cut where rows of the form end, and each part with
    what the form says of it."""
    within = within or tolerance()
    found: dict[int, tuple[Disposition, list[Disposition]]] = {}
    for row, taken in _given(bundle, _pieces(bundle)):
        parts_of = _with_form(row, [(piece, fee) for _, piece, fee in taken], within, len(bundle.sales))
        for (whole, _, _), part in zip(taken, parts_of, strict=True):
            found.setdefault(id(whole), (whole, []))[1].append(part)
    return list(found.values())


def _pieces(bundle: Bundle) -> list[_Piece]:
    """The lots in the order in which rows take them: by the price at which their sale was made, then by age."""
    found = []
    for place, sale in enumerate(sorted(bundle.sales, key=lambda s: (_price(s.net, s.units), s.instant, s.id))):
        done = Fraction(0)
        for d in sorted(sale.pieces, key=lambda d: (d.acquired, d.received, d.lot)):
            # By cumulated units, so that the fees of a sale's lots add up to the sale's.
            until = done + Fraction(d.quantity)
            fees = _until(sale.fees, until, Fraction(sale.units)) - _until(sale.fees, done, Fraction(sale.units))
            done = until
            found.append(_Piece(d, place, fees))
    return found


def _price(amount: int, units: Decimal) -> Fraction:
    return Fraction(amount) / Fraction(units) if units else Fraction(0)


Taken = tuple[Disposition, Disposition, int]
"""A lot's piece as it was, the part of it that a row takes, and that part's fees."""


def _given(bundle: Bundle, pieces: list[_Piece]) -> Iterator[tuple[ReportedSale, list[Taken]]]:
    """Each row of the form and what falls to it: first the lots that it names by day and units, then in order."""
    named: dict[str, _Piece] = {}
    free = list(pieces)
    for row in bundle.rows:
        if len(bundle.rows) > 1 and row.acquired is not None:
            same = [p for p in free if p.whole.acquired == row.acquired and p.whole.quantity == row.units]
            if same:
                named[row.name] = min(same, key=lambda p: abs(p.whole.proceeds_parts - parts(row.reported)))
                free.remove(named[row.name])
    open_rows = [row for row in bundle.rows if row.name not in named]
    several_sales = len(bundle.sales) > 1
    open_rows.sort(key=lambda row: _order(row, several_sales))
    for row in bundle.rows:
        if row.name in named:
            yield row, [named[row.name].take(named[row.name].whole.quantity)]
    end = pieces[-1]
    for place, row in enumerate(open_rows):
        last = place == len(open_rows) - 1
        taken = list(_next(free, None if last or row.units is None else row.units))
        # A row that rounding leaves without units still has its dollars.
        yield row, taken or [end.take(Decimal(0))]


def _order(row: ReportedSale, several_sales: bool) -> tuple[object, ...]:
    """Rows in the order of the lots: dear after cheap where several sales are one bundle, old before young."""
    term = {"long": 0, "": 1, "short": 2}[row.term]
    price = _price(parts(row.reported), row.units or Decimal(0)) if several_sales else Fraction(0)
    return (price, row.acquired or date.max, term, row.alike)


def _next(free: list[_Piece], units: Decimal | None) -> Iterator[Taken]:
    """The next `units` of what is left, or all of it."""
    while free and (units is None or units > 0):
        piece = free[0]
        part = piece.left if units is None else min(units, piece.left)
        if part > 0:
            yield piece.take(part)
        if piece.left <= 0:
            free.pop(0)
        if units is not None:
            units = exact.subtract(units, part)


def _with_form(
    row: ReportedSale, taken: list[tuple[Disposition, int]], within: Tolerance, sales: int
) -> Iterator[Disposition]:
    """The pieces of a row with their part of what it says."""
    if not taken:
        return
    if row.form not in FORMS:  # a report of sales of which no form went to the IRS: only for comparing
        yield from (d for d, _ in taken)
        return
    own = sum(d.proceeds_parts for d, _ in taken)
    fees = sum(fee for _, fee in taken)
    said, cent = parts(row.reported), within.cents * max(sales, 1)
    more = said - own
    over = more - fees
    left_out = 0 if abs(more) <= cent else fees if abs(over) <= cent else min(max(more, 0), fees)
    beyond = 0 if abs(more) <= cent or abs(over) <= cent else max(more - left_out, 0)
    under = more < -cent
    basis = None if row.basis is None else parts(row.basis)
    washed = abs(parts(row.wash_sale) - sum(d.disallowed_parts for d, _ in taken)) <= cent
    right = basis is not None and abs(basis - sum(d.basis_parts for d, _ in taken)) <= cent
    by = [_weight(d, row) for d, _ in taken]
    by = by if any(by) else [Fraction(1)] * len(by)
    whole, done = sum(by, Fraction(0)), Fraction(0)
    for (d, _), weight in zip(taken, by, strict=True):
        start, done = done, done + weight
        part = _Part(start, done, whole)
        form = OnForm(
            source=row.source,
            name=row.name,
            broker=row.broker,
            proceeds=part.of(row.reported),
            basis=None if row.basis is None else part.of(row.basis),
            basis_right=right,
            fees=part.of_parts(left_out),
            over=part.of_parts(beyond),
            under=under,
            term=row.term,
            ordinary=row.ordinary,
            wash_sale=part.of(row.wash_sale),
            wash_right=washed,
            market_discount=part.of(row.market_discount),
            loss_not_allowed=row.loss_not_allowed,
        )
        same = not left_out and not beyond and not under
        # Where only rounding or a fee lies between the two, the form's cents are those that count.
        received = (
            form.proceeds
            if same
            else (
                (form.proceeds[0] - form.fees[0], form.proceeds[1] - form.fees[1]) if not beyond and not under else None
            )
        )
        yield d._replace(
            proceeds_parts=received[0] if received else d.proceeds_parts,
            proceeds_cents=received[1] if received else d.proceeds_cents,
            form=row.form,
            basis_reported=bool(row.basis_reported),
            said=form,
        )


def _weight(d: Disposition, row: ReportedSale) -> Fraction:
    """What a piece's part of a row goes by: its units; its proceeds, where the row is a total of many sales."""
    return Fraction(d.quantity) if row.kind == SALE else Fraction(max(d.proceeds_parts, 1))


@dataclass(frozen=True, slots=True)
class _Part:
    """From where to where, by cumulated weight, so that parts add up to their whole."""

    start: Fraction
    end: Fraction
    whole: Fraction

    def of(self, amount: Cents) -> Amount:
        exact_parts, cents = parts(amount), whole_cents(amount)
        return self._share(exact_parts), self._share(cents)

    def of_parts(self, amount: int) -> Amount:
        return self._share(amount), self._share(share(amount, 1, PARTS))

    def _share(self, amount: int) -> int:
        return _until(amount, self.end, self.whole) - _until(amount, self.start, self.whole)


def not_mine(row: ReportedSale, role: str) -> Disposition:
    """A reported sale that is no disposition of the taxpayer's as what has to stand on Form 8949 to offset it.

    Its lot is what the form says; a basis that the form does not show is none at all, as the row comes to nothing.
    """
    sold = row.sold or date(row.tax_year, 12, 31)
    acquired = row.acquired or (sold if row.term != "long" else date(sold.year - 2, 1, 1))
    amount = (parts(row.reported), whole_cents(row.reported))
    basis = (parts(row.basis or 0), whole_cents(row.basis or 0))
    form = OnForm(
        source=row.source,
        name=row.name,
        broker=row.broker,
        proceeds=amount,
        basis=None if row.basis is None else basis,
        term=row.term,
        ordinary=row.ordinary,
        role=role,
        dated=row.acquired is not None,
    )
    return Disposition(
        transaction=row.name,
        source=row.source,
        kind="sell",
        asset=row.asset,
        quantity=row.units or Decimal(0),
        wallet=row.broker,
        acquired=acquired,
        received=acquired,
        disposed=sold,
        acquired_by="purchase",
        proceeds_cents=amount[1],
        basis_cents=basis[1],
        fmv_cents=None,
        lot=row.name,
        lot_source=Source(row.source.file, row.source.row),
        form=row.form,
        basis_reported=bool(row.basis_reported),
        proceeds_parts=amount[0],
        basis_parts=basis[0],
        timed=False,
        said=form,
    )
