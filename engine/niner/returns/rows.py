"""Dispositions to rows of Form 8949: term, box, code and basis as the rules decide, in cents that foot.

A row prints whole cents. Where many rows of a box are worth less than a cent, rounding each for itself would move the
total by dollars: the cents of its columns are then carried from row to row, so that the rows still add up to the total
and the total is the exact one.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from types import MappingProxyType

from niner import exact
from niner.asked import ROW_BASIS, ROW_CODES, ROW_EXCLUSION, ROW_PLACE, ROWS_ABLE, WASH
from niner.case import Asset
from niner.letters import in_latin
from niner.lots import Disposition
from niner.money import PARTS, Amounts, carried, share, steadied, total
from niner.returns.calendar import day_number, form_date, is_month_end, month_end_next_year, same_day_next_year
from niner.returns.plan import able, said_once, told
from niner.rules import Conclusion, FactValue, YearRules
from niner.values import Finding


@dataclass(frozen=True, slots=True)
class Row:
    """A row of Form 8949 (or of the totals on Schedule D 1a and 8a): what columns (a) to (h) say, and why.

    `sums` is what totals add: columns (d), (e), (g) and (h) in cents. `printed` is what the row shows: the same, or
    whole dollars where the return elects them.

    `parts` are the lots' pieces that the row stands for, in the order in which they were taken: one, or all of a sale.
    """

    parts: tuple[Disposition, ...]
    description: str
    acquired: str
    disposed: str
    code: str
    sums: Amounts
    term: str
    box: str
    line: str
    because: Mapping[str, Conclusion]
    printed: Amounts
    also: tuple[str, ...]
    """Lines that the gain goes to beside its own of Schedule D, as f1040sd.collectibles."""

    @property
    def proceeds_cents(self) -> int:
        return self.printed.proceeds

    @property
    def basis_cents(self) -> int:
        return self.printed.basis

    @property
    def adjustment_cents(self) -> int:
        return self.printed.adjustment

    @property
    def gain_cents(self) -> int:
        return self.printed.gain

    @property
    def disposition(self) -> Disposition:
        """The first of the parts, which has the sale's own facts."""
        return self.parts[0]

    @property
    def quantity(self) -> Decimal:
        """The units of all parts."""
        return _units(self.parts)

    @property
    def coded(self) -> tuple[Conclusion, ...]:
        """Why the row has each of its codes in column (f)."""
        return tuple(self.because[name] for name in ROW_CODES if self.because[name].value != "none")


def form_rows(
    dispositions: Sequence[Disposition],
    rules: YearRules,
    direct_totals: bool,
    whole_dollars: bool,
    on_form: Mapping[str, int] = MappingProxyType({}),
    asset: Callable[[str], Asset] = lambda name: Asset(),
    rebought: Collection[str] = (),
    nondeductible: Mapping[str, str] = MappingProxyType({}),
) -> tuple[list[Row], list[Finding]]:
    """Rows in the order of the form: by box, then day of disposal, then ledger order. Refusals are in the findings.

    `on_form` is the basis that a broker's form shows for a transaction, cents, where it is known; `asset` what an asset
    is; `rebought` the transactions whose property was bought within the wash-sale days; `nondeductible` why a loss of a
    transaction is not deductible, or that it is, where the ledger says so.
    """
    shown = _shown_basis(dispositions, on_form)
    facts = [
        _facts(d, direct_totals)
        | property_facts(asset(d.asset))
        | {
            "asset": d.asset,
            "form_basis": "not_known" if basis is None else "right" if basis.right else "wrong",
            "loss_rebought": d.transaction in rebought and d.basis_cents > d.proceeds_cents,
            "wash_disallowed": d.disallowed_cents,
            "related_loss": d.related_loss_cents,
            "nondeductible": "not_said" if d.kind == "fee" else nondeductible.get(d.transaction, "not_said"),
        }
        for d, basis in zip(dispositions, shown, strict=True)
    ]
    proceeds = [d.proceeds_cents for d in dispositions]
    _sum_up(facts, dispositions, proceeds, "transaction_proceeds", "proceeds_to_date")
    basis_first = rules.conclude("disposition", facts, ROW_BASIS)
    able(basis_first, ROWS_ABLE)
    results = []
    for fact, decided, d in zip(facts, basis_first, dispositions, strict=True):
        fact |= {name: conclusion.value for name, conclusion in decided.items()}
        fact |= _held(d, decided["holding_from"].value)
        results.append(d.proceeds_cents - chosen_basis(d, decided["gift_basis"].value)[1])
        fact["result"] = _sign(results[-1])
    _sum_up(facts, dispositions, results, "transaction_result", "result_to_date")
    excluded = rules.conclude("disposition", facts, ROW_EXCLUSION)
    able(excluded, ROWS_ABLE)
    counted = [
        result if decided["exclusion"].value == "counts" else 0
        for result, decided in zip(results, excluded, strict=True)
    ]
    _sum_up(facts, dispositions, counted, "", "exclusion_to_date")
    for fact, decided in zip(facts, excluded, strict=True):
        fact["exclusion"] = decided["exclusion"].value
    codes = rules.conclude("disposition", facts, (*WASH, *ROW_CODES))
    able(codes, ROWS_ABLE)
    for fact, decided in zip(facts, codes, strict=True):
        fact |= {name: conclusion.value for name, conclusion in decided.items()}
        fact["has_adjustment"] = any(decided[name].value != "none" for name in ROW_CODES)
    decided_then = rules.conclude("disposition", facts, ROW_PLACE)
    able(decided_then, ROWS_ABLE)
    for fact, decided in zip(facts, decided_then, strict=True):
        fact |= {name: conclusion.value for name, conclusion in decided.items()}
    remarks = rules.remarks("disposition", facts)
    rows: list[Row] = []
    findings: dict[tuple[str, str], Finding] = {}
    for d, fact, before, counts, coded, after, remarked, basis in zip(
        dispositions, facts, basis_first, excluded, codes, decided_then, remarks, shown, strict=True
    ):
        because = {**before, **counts, **coded, **after}
        for finding in (said.finding(d.source) for said in remarked):
            findings.setdefault((finding.id, f"{d.transaction} {d.lot}"), finding)
        for name, conclusion in because.items():
            if name == "schedule_d_line" and because["box"].value == "refused":
                continue
            result = abs(d.proceeds_cents - d.basis_cents)
            if name in _AT_STAKE:
                result = int(fact[_AT_STAKE[name]])
            for finding in told(name.replace("_", "-"), conclusion, d.source, amount_cents=result):
                said_once(findings, (finding.id, d.transaction), finding)
        if because["box"].value == "refused":
            continue
        rows.append(_row(d, because, basis))
    boxes = rules.compiled.decisions["box"].concludes  # in the order of the form's parts
    rows.sort(key=lambda row: (row.term == "long", boxes.index(row.box), row.disposition.disposed))
    footing = [row for _, group in groupby(rows, key=lambda row: row.box) for row in _exact_in_all(list(group))]
    return [_shown_in_dollars(row) for row in footing] if whole_dollars else footing, list(findings.values())


_AT_STAKE = {"column_d": "form_difference", "other_code": "form_difference", "related_seller_code": "related_loss"}
"""The decisions whose findings are about another amount than the result, and the fact that has it."""


def _exact_in_all(rows: list[Row]) -> Iterator[Row]:
    """The rows of one box, with cents carried from row to row in a column whose sum would be a cent or more off."""
    printed = [_shown_proceeds(r.disposition, r.because) for r in rows]
    proceeds = _carried([exact for exact, _ in printed], [cents for _, cents in printed])
    bases = _carried([_true_basis(r)[0] for r in rows], [_true_basis(r)[1] for r in rows])
    washed = _carried([r.disposition.disallowed_parts for r in rows], [r.disposition.disallowed_cents for r in rows])
    losses = _carried(
        [r.disposition.related_loss_parts for r in rows], [r.disposition.related_loss_cents for r in rows]
    )
    for row, (_, before), received, basis, disallowed, related in zip(
        rows, printed, proceeds, bases, washed, losses, strict=True
    ):
        # What was received moves with what is shown of it, so that column (g) keeps what explains the two.
        own = row.disposition.proceeds_cents + received - before
        if row.because["gift_basis"].value == "neither":
            basis = own
        shown = row.sums.basis if row.because["column_e"].value == "of_the_form" else basis
        if row.disposition.all_disallowed:
            disallowed = max(basis - own, 0)
        sums = _columns(row.disposition, received, own, shown, basis, disallowed, related, row.because)
        yield row if sums == row.sums else replace(row, sums=sums, printed=sums)


def _columns(
    d: Disposition,
    printed: int,
    received: int,
    shown: int,
    basis: int,
    disallowed: int,
    related: int,
    because: Mapping[str, Conclusion],
) -> Amounts:
    """Columns (d), (e), (g) and (h) of a row: `printed` and `shown` are what columns (d) and (e) have, `received` and
    `basis` what counts, `disallowed` what of the loss waits in what was bought back, `related` the loss that was not
    allowed to the seller. Where the sale is somebody else's, or none, column (g) takes the row to nothing."""
    if d.said is not None and d.said.role != "mine":
        return Amounts(printed, shown, shown - printed, 0)
    added_back = 0
    if because["exclusion_code"].value != "none":
        added_back = basis - received
    elif because["nondeductible_code"].value != "none":
        added_back = max(basis - received, 0)
    elif because["wash_sale_code"].value != "none":
        added_back = disallowed
    elif because["related_seller_code"].value != "none":
        added_back = -min(related, max(received - basis, 0))
    gain = received - basis + added_back
    return Amounts(printed, shown, gain - printed + shown, gain)


def _shown_proceeds(d: Disposition, because: Mapping[str, Conclusion]) -> tuple[int, int]:
    """What column (d) has before cents are carried: (parts of a cent, cents)."""
    if because["column_d"].value == "of_the_form" and d.said is not None:
        return d.said.proceeds
    return d.proceeds_parts, d.proceeds_cents


def _carried(exact: Sequence[int], printed: Sequence[int]) -> Sequence[int]:
    return printed if abs(steadied(sum(exact) - sum(printed) * PARTS)) < PARTS else carried(exact)


def _shown_in_dollars(row: Row) -> Row:
    return replace(row, printed=row.sums.in_dollars()) if row.because["listing"].value == "form_8949" else row


def _true_basis(row: Row) -> tuple[int, int]:
    """The basis that counts for a gain or loss, as the rules decide: (parts of a cent, cents)."""
    d = row.disposition
    return chosen_basis(d, row.because["gift_basis"].value)


def chosen_basis(d: Disposition, chosen: str) -> tuple[int, int]:
    """The basis that a conclusion of `gift_basis` names: (parts of a cent, cents)."""
    if chosen == "fair_market_value" and d.fmv_parts is not None and d.fmv_cents is not None:
        return d.fmv_parts, d.fmv_cents
    if chosen == "neither":
        return d.proceeds_parts, d.proceeds_cents
    return (0, 0) if chosen == "zero" else (d.basis_parts, d.basis_cents)


@dataclass(frozen=True, slots=True)
class _Shown:
    """The basis that a broker's form shows for a row: its share by units, and whether the form's whole is right."""

    cents: int
    right: bool


def _shown_basis(dispositions: Sequence[Disposition], on_form: Mapping[str, int]) -> list[_Shown | None]:
    """Each row's share of what its form shows; None where no form's basis is known.

    What a form in brokers/ says comes before the ledger's own word for the transaction.
    """
    if not on_form:
        return [_of_form(d) for d in dispositions]
    units: dict[str, Fraction] = defaultdict(Fraction)
    basis: dict[str, int] = defaultdict(int)
    for d in dispositions:
        if d.kind != "fee":
            units[d.transaction] += Fraction(d.quantity)
            basis[d.transaction] += d.basis_parts
    before: dict[str, Fraction] = defaultdict(Fraction)
    found: list[_Shown | None] = []
    for d in dispositions:
        whole = on_form.get(d.transaction)
        if whole is None or d.kind == "fee" or d.said is not None:
            found.append(_of_form(d))
            continue
        start, end = before[d.transaction], before[d.transaction] + Fraction(d.quantity)
        before[d.transaction] = end
        # By cumulated units, so that the shares add up to the form's whole.
        share = _part(whole, end, units[d.transaction]) - _part(whole, start, units[d.transaction])
        found.append(_Shown(share, abs(whole * PARTS - basis[d.transaction]) < PARTS))
    return found


def _of_form(d: Disposition) -> _Shown | None:
    return None if d.said is None or d.said.basis is None else _Shown(d.said.basis[1], d.said.basis_right)


def _part(total: int, units: Fraction, whole: Fraction) -> int:
    of = units / whole if whole else Fraction(0)
    return share(total, of.numerator, of.denominator)


def early_facts(d: Disposition, asset: Asset, direct_totals: bool, nondeductible: str) -> dict[str, FactValue]:
    """What is known of a disposition as soon as its lot is: enough for the basis that counts."""
    return _facts(d, direct_totals) | property_facts(asset) | {"asset": d.asset, "nondeductible": nondeductible}


def _facts(d: Disposition, direct_totals: bool) -> dict[str, FactValue]:
    gift = d.acquired_by == "gift"
    fmv = d.fmv_parts if d.fmv_parts is not None else d.basis_parts
    return {
        "tax_year": d.disposed.year,
        "disposed_on": day_number(d.disposed),
        "kind": d.kind,
        "acquired_by": d.acquired_by,
        "form": d.form,
        "basis_reported": d.basis_reported,
        "direct_totals_elected": direct_totals,
        "proceeds": d.proceeds_cents,
        "loss": max(d.basis_cents - d.proceeds_cents, 0),
        "received_nothing": d.proceeds_parts == 0 and d.basis_parts > 0,
        "gift_result_on_donor_basis": _sign(d.proceeds_parts - d.basis_parts) if gift else "not_a_gift",
        "gift_result_on_fmv": _sign(d.proceeds_parts - fmv) if gift else "not_a_gift",
        "gift_fmv_below_donor_basis": gift and fmv < d.basis_parts,
        "donor_basis_documented": gift and not (d.basis_parts == 0 and d.acquired == d.received),
        **_reported(d),
    }


def _reported(d: Disposition) -> dict[str, FactValue]:
    """What a form in brokers/ says of the sale beside its basis."""
    form = d.said
    if form is None:
        return dict(_NOT_REPORTED)
    fees, more = form.fees[0] > 0, form.over[0] > 0
    proceeds = "less" if form.under else "fees_and_more" if fees and more else "more" if more else ""
    washed = "same" if form.wash_right else "shown"
    return {
        "form_proceeds": proceeds or ("fees_left_out" if fees else "same"),
        "form_difference": abs(form.proceeds[1] - form.fees[1] - d.proceeds_cents),
        "form_term": form.term or "not_said",
        "form_ordinary": form.ordinary,
        "form_wash_sale": washed if form.wash_sale[0] > 0 else "none",
        "form_market_discount": form.market_discount,
        "form_loss_not_allowed": form.loss_not_allowed,
        "reported_as": form.role,
        "broker": form.broker,
    }


_NOT_REPORTED: Mapping[str, FactValue] = {
    "form_proceeds": "not_known",
    "form_difference": 0,
    "form_term": "not_said",
    "form_ordinary": False,
    "form_wash_sale": "none",
    "form_market_discount": False,
    "form_loss_not_allowed": False,
    "reported_as": "mine",
    "broker": "",
}


def property_facts(asset: Asset) -> dict[str, FactValue]:
    """What was disposed of."""
    return {
        "asset_class": asset.class_,
        "digital_asset": asset.class_ != "security",
        "collectible": "not_said" if asset.collectible is None else "yes" if asset.collectible else "no",
    }


def _sum_up(
    facts: Sequence[dict[str, FactValue]],
    dispositions: Sequence[Disposition],
    amounts: Sequence[int],
    of_transaction: str,
    to_date: str,
) -> None:
    """Puts on each fact what all of its transaction comes to, and all of that kind in the year up to and with it.

    Units paid as a fee are a transaction of their own.
    """
    whole: dict[tuple[str, str], int] = defaultdict(int)
    for d, amount in zip(dispositions, amounts, strict=True):
        whole[d.transaction, d.kind] += amount
    so_far: dict[str, int] = defaultdict(int)
    reached: dict[tuple[str, str], int] = {}
    for (transaction, kind), amount in whole.items():
        so_far[kind] += amount
        reached[transaction, kind] = so_far[kind]
    for fact, d in zip(facts, dispositions, strict=True):
        if of_transaction:
            fact[of_transaction] = whole[d.transaction, d.kind]
        fact[to_date] = reached[d.transaction, d.kind]


def _sign(amount: int) -> str:
    return "gain" if amount > 0 else "loss" if amount < 0 else "none"


def _held(d: Disposition, since: str) -> dict[str, FactValue]:
    start = d.received if since == "received" else d.acquired
    return {
        "days_past_anniversary": (d.disposed - same_day_next_year(start)).days,
        "acquired_on_month_end": is_month_end(start),
        "days_past_month_end": (d.disposed - month_end_next_year(start)).days,
    }


def _units(parts: Sequence[Disposition]) -> Decimal:
    units = Decimal(0)
    for part in parts:
        units = exact.add(units, part.quantity)
    return units


def _description(parts: Sequence[Disposition]) -> str:
    """Column (a): the exact units and the asset."""
    return f"{_units(parts):f} {in_latin(parts[0].asset)}"


def on_one_row(rows: Sequence[Row], word: str) -> list[Row]:
    """The pieces of each sale on one row for each part, box and code; `word` stands for several dates acquired."""
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        d = row.disposition
        alike = (d.transaction, d.kind, d.asset, row.term, row.box, row.line, row.code, row.acquired.isalpha())
        groups.setdefault(alike, []).append(row)
    return [_joined(group, word) if len(group) > 1 else group[0] for group in groups.values()]


def _joined(rows: Sequence[Row], word: str) -> Row:
    parts = tuple(part for row in rows for part in row.parts)
    sums = total(row.sums for row in rows)
    return replace(
        rows[0],
        parts=parts,
        description=_description(parts),
        acquired=rows[0].acquired if len({row.acquired for row in rows}) == 1 else word,
        sums=sums,
        printed=sums.in_dollars() if any(row.printed != row.sums for row in rows) else sums,
    )


def _row(d: Disposition, because: Mapping[str, Conclusion], shown: _Shown | None) -> Row:
    _, true_basis = chosen_basis(d, because["gift_basis"].value)
    basis = shown.cents if because["column_e"].value == "of_the_form" and shown is not None else true_basis
    received, related = d.proceeds_cents, d.related_loss_cents
    printed = _shown_proceeds(d, because)[1]
    sums = _columns(d, printed, received, basis, true_basis, d.disallowed_cents, related, because)
    start = d.received if because["holding_from"].value == "received" else d.acquired
    inherited = because["acquired_text"].value == "inherited"
    # Form 8949 instructions, Column (f): all codes of a row in alphabetical order, with nothing between them.
    code = "".join(sorted({because[name].value for name in ROW_CODES if because[name].value != "none"}))
    return Row(
        parts=(d,),
        description=_description((d,)),
        acquired="INHERITED" if inherited else form_date(start) if d.said is None or d.said.dated else "",
        disposed=form_date(d.disposed),
        code=code,
        sums=sums,
        term=because["term"].value,
        box=because["box"].value,
        line=because["schedule_d_line"].value,
        because=because,
        printed=sums,
        also=tuple(found.value for found in because.values() if "." in found.value),
    )
