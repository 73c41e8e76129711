"""Dispositions to rows of Form 8949: term, box, code and basis as the rules decide, in cents that foot.

A row prints whole cents. Where many rows of a box are worth less than a cent, rounding each for itself would move the
total by dollars: the cents of its columns are then carried from row to row, so that the rows still add up to the total
and the total is the exact one.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial
from itertools import groupby, repeat
from operator import and_, attrgetter, gt, itemgetter, sub
from types import MappingProxyType
from typing import Any, NamedTuple

from niner import exact
from niner.asked import ROW_BASIS, ROW_CODES, ROW_EXCLUSION, ROW_PLACE, ROWS_ABLE, WASH
from niner.case import Asset
from niner.dataclass import dataclass
from niner.each_once import each_once
from niner.letters import in_latin
from niner.lots import Disposition
from niner.money import PARTS, Amounts, carried, share, steadied, total
from niner.returns.calendar import day_number, form_date, is_month_end, month_end_next_year, same_day_next_year
from niner.returns.plan import able, said_once, told
from niner.rules import Conclusion, Facts, FactValue, YearRules
from niner.values import Finding


class Row(NamedTuple):
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
        return _units(self.parts) if self.parts[1:] else self.parts[0].quantity

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
    undocumented: Collection[str] = (),
) -> tuple[list[Row], list[Finding]]:
    """Rows in the order of the form: by box, then day of disposal, then ledger order. Refusals are in the findings.

    `on_form` is the basis that a broker's form shows for a transaction, cents, where it is known; `asset` what an asset
    is; `rebought` the transactions whose property was bought within the wash-sale days; `nondeductible` why a loss of a
    transaction is not deductible, or that it is, where the ledger says so; `undocumented` the gifts of which it states
    neither the donor's basis nor date.
    """
    each = _Each(dispositions)
    decided = _decided(each, rules, direct_totals, on_form, asset, rebought, nondeductible, undocumented)
    facts = decided.facts
    remarks = rules.remarks("disposition", facts)
    boxes = {box: place for place, box in enumerate(rules.compiled.decisions["box"].concludes)}  # as the form's parts
    kinds = decided.kinds
    findings: dict[tuple[str, str], Finding] = {}
    for at, (kind, remarked) in enumerate(zip(kinds, remarks, strict=True)):
        if remarked or kind.told:
            d = dispositions[at]
            for finding in (said.finding(d.source) for said in remarked):
                findings.setdefault((finding.id, f"{d.transaction} {d.lot}"), finding)
            for name, conclusion in kind.told:
                result = int(facts[at][_AT_STAKE[name]]) if name in _AT_STAKE else abs(d.proceeds_cents - d.basis_cents)
                for finding in told(name.replace("_", "-"), conclusion, d.source, amount_cents=result):
                    said_once(findings, (finding.id, d.transaction), finding)
    shown, plain = decided.shown, decided.plain
    del facts, decided, remarks  # of a million rows they take more room than the rows
    rows = _rows(each, kinds, shown)
    different = _different(kinds)
    part_of = {id(kind): boxes[kind.box] + kind.long * len(boxes) for kind in different if not kind.refused}
    parts_of_form = [part_of.get(id(kind), 0) for kind in kinds]
    places = sorted(range(len(rows)), key=each["disposed"].__getitem__)
    places.sort(key=parts_of_form.__getitem__)
    if len(part_of) < len(different):
        places = [at for at in places if not kinds[at].refused]
    del kinds, shown, each, parts_of_form
    groups = [list(group) for _, group in groupby(map(rows.__getitem__, places), key=_box)]
    del rows, places
    footing = [row for group in groups for row in _exact_in_all(group, plain)]
    return [_shown_in_dollars(row) for row in footing] if whole_dollars else footing, list(findings.values())


_box = attrgetter("box")


def long_term(dispositions: Sequence[Disposition], rules: YearRules, asset: Callable[[str], Asset]) -> list[bool]:
    """Whether each is a row of the long term, where the rules make a row of it at all."""
    return [kind.long and not kind.refused for kind in _decided(_Each(dispositions), rules, False, asset=asset).kinds]


@dataclass(frozen=True, slots=True)
class _Decided:
    """What the rules say of each disposition, and what it followed from. `plain` are the ids of the conclusions whose
    rows say what was received and what it cost, and nothing else."""

    facts: Facts
    shown: Sequence["_Shown | None"]
    kinds: Sequence["_Kind"]
    plain: AbstractSet[int]


def _decided(
    each: "_Each",
    rules: YearRules,
    direct_totals: bool,
    on_form: Mapping[str, int] = MappingProxyType({}),
    asset: Callable[[str], Asset] = lambda name: Asset(),
    rebought: Collection[str] = (),
    nondeductible: Mapping[str, str] = MappingProxyType({}),
    undocumented: Collection[str] = (),
) -> _Decided:
    dispositions = each.dispositions
    reported = any(form is not None for form in each["said"])
    shown = _shown_basis(dispositions, on_form) if on_form or reported else [None] * len(dispositions)
    facts = _facts(each, direct_totals, asset)
    names, kinds_sold = each["transaction"], each["kind"]
    proceeds, basis = each["proceeds_cents"], each["basis_cents"]
    came = each["acquired_by"]
    documented = [how == "gift" and lot not in undocumented for how, lot in zip(came, each["lot"], strict=True)]
    facts.put("donor_basis_documented", documented)
    facts.put("form_basis", ["not_known" if one is None else "right" if one.right else "wrong" for one in shown])
    facts.put("loss_rebought", list(map(and_, map(rebought.__contains__, names), map(gt, basis, proceeds))))
    facts.put("wash_disallowed", each["disallowed_cents"])
    facts.put("related_loss", each["related_loss_cents"])
    said = ["not_said"] * len(names)
    if nondeductible:
        of_fee = zip(kinds_sold, names, strict=True)
        said = ["not_said" if kind == "fee" else nondeductible.get(name, "not_said") for kind, name in of_fee]
    facts.put("nondeductible", said)
    sums = _Sums(names, kinds_sold)
    facts.put("transaction_proceeds", sums.of_sale(proceeds))
    facts.put("proceeds_to_date", sums.to_date)
    basis_first = rules.conclude("disposition", facts, ROW_BASIS)
    able(basis_first, ROWS_ABLE)
    facts.put_decided(basis_first)
    _put_held(facts, each, basis_first.values_of("holding_from"))
    results = _results(dispositions, proceeds, basis, basis_first.values_of("gift_basis"))
    facts.put("result", list(map(_sign, results)))
    facts.put("transaction_result", sums.of_sale(results))
    facts.put("result_to_date", sums.to_date)
    excluded = rules.conclude("disposition", facts, ROW_EXCLUSION)
    able(excluded, ROWS_ABLE)
    counts = [value == "counts" for value in excluded.values_of("exclusion")]
    if not all(counts):
        sums.of_sale([result if counted else 0 for result, counted in zip(results, counts, strict=True)])
    facts.put("exclusion_to_date", sums.to_date)
    facts.put("exclusion", excluded.values_of("exclusion"))
    codes = rules.conclude("disposition", facts, (*WASH, *ROW_CODES))
    able(codes, ROWS_ABLE)
    facts.put_decided(codes)
    coded = [any(conclusions[name].value != "none" for name in ROW_CODES) for conclusions in codes.shared]
    facts.put("has_adjustment", list(map(coded.__getitem__, codes.places)))
    placed = rules.conclude("disposition", facts, ROW_PLACE)
    able(placed, ROWS_ABLE)
    facts.put_decided(placed)
    kinds: dict[tuple[int, int, int, int], _Kind] = {}
    keys = list(zip(basis_first.places, excluded.places, codes.places, placed.places, strict=True))
    for key in dict.fromkeys(keys):
        steps = zip((basis_first, excluded, codes, placed), key, strict=True)
        because: dict[str, Conclusion] = {}
        for step, place in steps:
            because |= step.shared[place]
        kinds[key] = _Kind.of(because)
    found = list(map(kinds.__getitem__, keys))
    return _Decided(facts, shown, found, frozenset(id(kind.because) for kind in kinds.values() if kind.plain))


@dataclass(frozen=True, slots=True)
class _Kind:
    """What rows of the same conclusions have in common. `told` are those that want something said."""

    because: Mapping[str, Conclusion]
    told: tuple[tuple[str, Conclusion], ...]
    refused: bool
    code: str
    also: tuple[str, ...]
    term: str
    box: str
    line: str
    long: bool
    plain: bool
    """Whether the columns have what was received and the lot's own basis, with nothing in column (g)."""
    from_receipt: bool
    inherited: bool

    @classmethod
    def of(cls, because: Mapping[str, Conclusion]) -> "_Kind":
        refused = because["box"].value == "refused"
        told = tuple(
            (name, conclusion)
            for name, conclusion in because.items()
            if conclusion.tell and not (name == "schedule_d_line" and refused)
        )
        # Form 8949 instructions, Column (f): all codes of a row in alphabetical order, with nothing between them.
        code = "".join(sorted({because[name].value for name in ROW_CODES if because[name].value != "none"}))
        also = tuple(found.value for found in because.values() if "." in found.value)
        said = {name: conclusion.value for name, conclusion in because.items()}
        plain = (
            said["gift_basis"] not in _OTHER_BASES
            and "of_the_form" not in (said["column_d"], said["column_e"])
            and all(said[name] == "none" for name in _MOVING)
        )
        return cls(
            because,
            told,
            refused,
            code,
            also,
            said["term"],
            said["box"],
            said["schedule_d_line"],
            said["term"] == "long",
            plain,
            said["holding_from"] == "received",
            said["acquired_text"] == "inherited",
        )


_OTHER_BASES = ("fair_market_value", "neither", "zero")
"""What `gift_basis` says where another basis counts than the lot's own."""
_MOVING = ("exclusion_code", "nondeductible_code", "wash_sale_code", "related_seller_code", "market_discount_code")
"""The codes that put something into column (g) of their own."""


_AT_STAKE = {
    "column_d": "form_difference",
    "other_code": "form_difference",
    "related_seller_code": "related_loss",
    "market_discount_code": "market_discount",
}
"""The decisions whose findings are about another amount than the result, and the fact that has it."""


def _exact_in_all(rows: list[Row], plain: AbstractSet[int]) -> Iterator[Row]:
    """The rows of one box, with cents carried from row to row in a column whose sum would be a cent or more off.

    `plain` are the conclusions by which a row says what was received and what it cost.
    """
    if plain and {id(row.because) for row in rows} <= plain and _simple(parts := [row.parts[0] for row in rows]):
        received = _footed([d.proceeds_parts for d in parts], [d.proceeds_cents for d in parts])
        cost = _footed([d.basis_parts for d in parts], [d.basis_cents for d in parts])
        for at, (row, proceeds_cents, basis_cents) in enumerate(zip(rows, received, cost, strict=True)):
            if row.sums.proceeds != proceeds_cents or row.sums.basis != basis_cents:
                sums = Amounts(proceeds_cents, basis_cents, 0, proceeds_cents - basis_cents)
                rows[at] = row._replace(sums=sums, printed=sums)
        yield from rows
        return
    printed = [_shown_proceeds(r.disposition, r.because) for r in rows]
    true = [_true_basis(r) for r in rows]
    waiting = [(r.disposition.disallowed_parts, r.disposition.disallowed_cents) for r in rows]
    of_sellers = [(r.disposition.related_loss_parts, r.disposition.related_loss_cents) for r in rows]
    each = (printed, true, waiting, of_sellers)
    if not any(map(_off, each)) and not any(r.disposition.all_disallowed for r in rows):
        yield from rows
        return
    proceeds, bases, washed, losses = map(_carried, each)
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
        yield row if sums == row.sums else row._replace(sums=sums, printed=sums)


def _simple(parts: Sequence[Disposition]) -> bool:
    """Whether nothing but what was received and what it cost is known of each."""
    return not any(d.said is not None or d.all_disallowed or d.disallowed_parts or d.related_loss_parts for d in parts)


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
    if because["market_discount_code"].value != "none" and d.said is not None:
        gain -= min(d.said.market_discount[1], max(gain, 0))
    return Amounts(printed, shown, gain - printed + shown, gain)


def _shown_proceeds(d: Disposition, because: Mapping[str, Conclusion]) -> tuple[int, int]:
    """What column (d) has before cents are carried: (parts of a cent, cents)."""
    if because["column_d"].value == "of_the_form" and d.said is not None:
        return d.said.proceeds
    return d.proceeds_parts, d.proceeds_cents


def _off(amounts: Sequence[tuple[int, int]]) -> bool:
    """Whether the cents of a column add up to a cent or more beside its exact sum."""
    exact, printed = (sum(column) for column in zip(*amounts, strict=True)) if amounts else (0, 0)
    return abs(steadied(exact - printed * PARTS)) >= PARTS


def _carried(amounts: Sequence[tuple[int, int]]) -> Sequence[int]:
    return _footed([exact for exact, _ in amounts], [cents for _, cents in amounts])


def _footed(exact: Sequence[int], cents: Sequence[int]) -> Sequence[int]:
    """The cents of a column, carried from row to row where they add up to a cent or more beside its exact sum."""
    return carried(exact) if abs(steadied(sum(exact) - sum(cents) * PARTS)) >= PARTS else cents


def _shown_in_dollars(row: Row) -> Row:
    return row._replace(printed=row.sums.in_dollars()) if row.because["listing"].value == "form_8949" else row


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


def early_facts(
    d: Disposition, asset: Asset, direct_totals: bool, nondeductible: str, documented: bool
) -> dict[str, FactValue]:
    """What is known of a disposition as soon as its lot is: enough for the basis that counts."""
    said: dict[str, FactValue] = {
        "nondeductible": nondeductible,
        "donor_basis_documented": documented and d.acquired_by == "gift",
    }
    return {**_facts(_Each([d]), direct_totals, lambda name: asset)[0], **said}


class _Each(dict[str, list[Any]]):
    """Fields of dispositions as columns, each taken where it is asked for first."""

    def __init__(self, dispositions: Sequence[Disposition]) -> None:
        super().__init__()
        self.dispositions = dispositions

    def __missing__(self, name: str) -> list[Any]:
        found = self[name] = list(map(itemgetter(Disposition._fields.index(name)), self.dispositions))
        return found


def _facts(each: "_Each", direct_totals: bool, asset: Callable[[str], Asset]) -> Facts:
    """What is known of each before the rules have spoken."""
    dispositions = each.dispositions
    facts = Facts(len(dispositions), {"direct_totals_elected": direct_totals})
    disposed, kind = each["disposed"], each["kind"]
    proceeds, basis = each["proceeds_cents"], each["basis_cents"]
    came, assets_sold = each["acquired_by"], each["asset"]
    facts.put("tax_year", each_once(lambda day: day.year, disposed))
    facts.put("disposed_on", each_once(day_number, disposed))
    facts.put("kind", kind)
    facts.put("acquired_by", came)
    facts.put("form", each["form"])
    facts.put("basis_reported", each["basis_reported"])
    facts.put("proceeds", proceeds)
    facts.put("loss", [cost - got if cost > got else 0 for cost, got in zip(basis, proceeds, strict=True)])
    parts = zip(each["proceeds_parts"], each["basis_parts"], strict=True)
    facts.put("received_nothing", [not got and cost > 0 for got, cost in parts])
    _put(facts, list(map(_gift, dispositions)) if "gift" in came else [_NO_GIFT] * len(came))
    said = each["said"]
    _put(
        facts,
        list(map(_reported, dispositions)) if any(form is not None for form in said) else [_NOT_REPORTED] * len(said),
    )
    _put(facts, each_once(lambda name: property_facts(asset(name)), assets_sold))
    facts.put("asset", assets_sold)
    return facts


def _put(facts: Facts, each: Sequence[Mapping[str, FactValue]]) -> None:
    """Several fields of every fact; most often they are the same mapping for all."""
    if len(set(map(id, each))) == 1:
        facts.same |= each[0]
        return
    for field in each[0] if each else ():
        facts.put(field, [one[field] for one in each])


def _gift(d: Disposition) -> Mapping[str, FactValue]:
    if d.acquired_by != "gift":
        return _NO_GIFT
    fmv = d.fmv_parts if d.fmv_parts is not None else d.basis_parts
    return {
        "gift_result_on_donor_basis": _sign(d.proceeds_parts - d.basis_parts),
        "gift_result_on_fmv": _sign(d.proceeds_parts - fmv),
        "gift_fmv_below_donor_basis": fmv < d.basis_parts,
    }


_NO_GIFT: Mapping[str, FactValue] = {
    "gift_result_on_donor_basis": "not_a_gift",
    "gift_result_on_fmv": "not_a_gift",
    "gift_fmv_below_donor_basis": False,
}


def _reported(d: Disposition) -> Mapping[str, FactValue]:
    """What a form in brokers/ says of the sale beside its basis."""
    form = d.said
    if form is None:
        return _NOT_REPORTED
    fees, more = form.fees[0] > 0, form.over[0] > 0
    proceeds = "less" if form.under else "fees_and_more" if fees and more else "more" if more else ""
    washed = "same" if form.wash_right else "shown"
    return {
        "form_proceeds": proceeds or ("fees_left_out" if fees else "same"),
        "form_difference": abs(form.proceeds[1] - form.fees[1] - d.proceeds_cents),
        "form_term": form.term or "not_said",
        "form_ordinary": form.ordinary,
        "form_wash_sale": washed if form.wash_sale[0] > 0 else "none",
        "form_market_discount": form.market_discount[0] > 0,
        "market_discount": form.market_discount[1],
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
    "market_discount": 0,
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


class _Sums:
    """What all of a sale comes to, and all of its kind in the year up to and with it, of several amounts in turn.

    Units paid as a fee are a sale of their own.
    """

    def __init__(self, transactions: Sequence[str], kinds: Sequence[str]) -> None:
        sales = list(zip(transactions, kinds, strict=True))
        places = {sale: place for place, sale in enumerate(dict.fromkeys(sales))}
        self._sale = list(map(places.__getitem__, sales))
        self._kinds = [kind for _, kind in places]
        self.to_date: Sequence[int] = ()

    def of_sale(self, amounts: Sequence[int]) -> list[int]:
        """For each disposition the sum of its sale; `to_date` has what its kind has come to with that."""
        whole = [0] * len(self._kinds)
        for sale, amount in zip(self._sale, amounts, strict=True):
            whole[sale] += amount
        so_far: dict[str, int] = defaultdict(int)
        reached = []
        for kind, amount in zip(self._kinds, whole, strict=True):
            so_far[kind] += amount
            reached.append(so_far[kind])
        self.to_date = list(map(reached.__getitem__, self._sale))
        return list(map(whole.__getitem__, self._sale))


def _sign(amount: int) -> str:
    return "gain" if amount > 0 else "loss" if amount < 0 else "none"


def _results(
    dispositions: Sequence[Disposition], proceeds: Sequence[int], basis: Sequence[int], chosen: Sequence[str]
) -> list[int]:
    """Each result by the basis that counts, in cents."""
    if set(chosen).isdisjoint(_OTHER_BASES):
        return list(map(sub, proceeds, basis))
    return [d.proceeds_cents - chosen_basis(d, name)[1] for d, name in zip(dispositions, chosen, strict=True)]


def _put_held(facts: Facts, each: "_Each", since: Sequence[str]) -> None:
    """How long each was held, from the day that the rules start it."""

    @cache
    def ends(start: date) -> tuple[date, bool, date]:
        return same_day_next_year(start), is_month_end(start), month_end_next_year(start)

    acquired = each["acquired"]
    if "received" in since:
        received = zip(each["received"], acquired, since, strict=True)
        acquired = [own if when == "received" else start for own, start, when in received]
    alike = list(zip(acquired, each["disposed"], strict=True))
    held = each_once(lambda days: ((days[1] - ends(days[0])[0]).days, (days[1] - ends(days[0])[2]).days), alike)
    facts.put("days_past_anniversary", list(map(itemgetter(0), held)))
    facts.put("acquired_on_month_end", each_once(is_month_end, acquired))
    facts.put("days_past_month_end", list(map(itemgetter(1), held)))


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
    return rows[0]._replace(
        parts=parts,
        description=_description(parts),
        acquired=rows[0].acquired if len({row.acquired for row in rows}) == 1 else word,
        sums=sums,
        printed=sums.in_dollars() if any(row.printed != row.sums for row in rows) else sums,
    )


def _rows(each: _Each, kinds: Sequence[_Kind], shown: Sequence[_Shown | None]) -> list[Row]:
    """A row of each, before cents are carried."""
    dispositions = each.dispositions
    received, cost = each["proceeds_cents"], each["basis_cents"]
    acquired, assets = each["acquired"], each["asset"]
    said = each["said"]
    different = _different(kinds)
    if any(kind.from_receipt for kind in different):
        own = each["received"]
        acquired = [own[at] if kind.from_receipt else acquired[at] for at, kind in enumerate(kinds)]
    days = each_once(form_date, acquired)
    if any(kind.inherited for kind in different):
        days = ["INHERITED" if kind.inherited else day for kind, day in zip(kinds, days, strict=True)]
    units = map(exact.written, each["quantity"])
    gains = list(map(sub, received, cost))
    sums = list(map(_AMOUNTS, zip(received, cost, repeat(0), gains)))
    for at, (kind, form) in enumerate(zip(kinds, said, strict=True)):
        if form is not None or not kind.plain:
            sums[at] = _amounts(dispositions[at], kind, shown[at])
            if form is not None and not (form.dated or kind.inherited):
                days[at] = ""
    return list(
        map(
            _ROW,
            zip(
                zip(dispositions, strict=True),
                [f"{quantity} {asset}" for quantity, asset in zip(units, each_once(in_latin, assets), strict=True)],
                days,
                each_once(form_date, each["disposed"]),
                [kind.code for kind in kinds],
                sums,
                [kind.term for kind in kinds],
                [kind.box for kind in kinds],
                [kind.line for kind in kinds],
                [kind.because for kind in kinds],
                sums,
                [kind.also for kind in kinds],
                strict=True,
            ),
        )
    )


_ROW: Callable[[Iterable[object]], Row] = partial(tuple.__new__, Row)
_AMOUNTS: Callable[[Iterable[object]], Amounts] = partial(tuple.__new__, Amounts)
"""Made of their columns, without a call for each."""


def _different(kinds: Sequence[_Kind]) -> Collection[_Kind]:
    """Each of them once."""
    return dict(zip(map(id, kinds), kinds, strict=True)).values()


def _amounts(d: Disposition, kind: _Kind, shown: _Shown | None) -> Amounts:
    """The columns of a row of which more is known than what was received and what it cost."""
    because = kind.because
    _, true_basis = chosen_basis(d, because["gift_basis"].value)
    basis = shown.cents if because["column_e"].value == "of_the_form" and shown is not None else true_basis
    printed = _shown_proceeds(d, because)[1]
    return _columns(d, printed, d.proceeds_cents, basis, true_basis, d.disallowed_cents, d.related_loss_cents, because)
