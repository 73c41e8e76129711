"""Dispositions to rows of Form 8949: term, box, code and basis as the rules decide, in cents that foot.

A row prints whole cents. Where many rows of a box are worth less than a cent, rounding each for itself would move the
total by dollars: the cents of its columns are then carried from row to row, so that the rows still add up to the total
and the total is the exact one.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial
from itertools import chain, groupby, repeat
from operator import and_, gt, sub
from types import MappingProxyType
from typing import Any, NamedTuple

from niner import exact
from niner.asked import ROW_BASIS, ROW_CODES, ROW_EXCLUSION, ROW_PLACE, ROWS_ABLE, WASH
from niner.case import Asset
from niner.dataclass import dataclass
from niner.each_once import each_once
from niner.lots import Disposition
from niner.money import PARTS, Amounts, carried, share, steadied, total
from niner.returns.calendar import day_number, form_date, is_month_end, month_end_next_year, same_day_next_year
from niner.returns.plan import able, said_once, told
from niner.rules import Concluded, Conclusion, Facts, FactValue, YearRules
from niner.values import Finding
from niner.words.letters import in_latin


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
    rebought: Callable[[], Collection[str]] = frozenset,
    nondeductible: Mapping[str, str] = MappingProxyType({}),
    undocumented: Collection[str] = (),
) -> tuple[list[Row], list[Finding]]:
    """Rows in the order of the form: by box, then day of disposal, then ledger order. Refusals are in the findings.

    `on_form` is the basis that a broker's form shows for a transaction, cents, where it is known; `asset` what an asset
    is; `rebought` gives the transactions whose property was bought within the wash-sale days, where a rule asks for
    them; `nondeductible` why a loss of a transaction is not deductible, or that it is, where the ledger says so;
    `undocumented` the gifts of which it states neither the donor's basis nor date.
    """
    each = _Each(dispositions)
    decided, facts = _decided(each, rules, direct_totals, on_form, asset, rebought, nondeductible, undocumented)
    findings = _said(dispositions, decided, facts, rules)
    del facts  # of a million rows they take much room
    boxes = {box: place for place, box in enumerate(rules.compiled.decisions["box"].concludes)}  # as the form's parts
    part_of = [boxes[kind.box] + kind.long * len(boxes) if not kind.refused else -1 for kind in decided.kinds]
    parts: dict[int, list[int]] = {}
    disposed = each["disposed"]
    for at in sorted(range(len(dispositions)), key=disposed.__getitem__):
        parts.setdefault(part_of[decided.of[at]], []).append(at)
    parts.pop(-1, None)
    box_of = {part: kind.box for part, kind in zip(part_of, decided.kinds, strict=True)}
    rows: list[Row] = []
    for _, same_box in groupby(sorted(parts), key=box_of.__getitem__):
        places = list(chain.from_iterable(parts[part] for part in same_box))
        rows += _rows_of_box(places, each, decided, whole_dollars)
    return rows, findings


def _said(dispositions: Sequence[Disposition], decided: "_Decided", facts: Facts, rules: YearRules) -> list[Finding]:
    """What the rules want said of dispositions, in their order."""
    remarks = rules.remarks("disposition", facts)
    if not any(remarks) and not any(kind.told for kind in decided.kinds):
        return []
    findings: dict[tuple[str, str], Finding] = {}
    telling = {place for place, kind in enumerate(decided.kinds) if kind.told}
    each = zip(decided.of, remarks, strict=True)
    for at in [at for at, (place, remarked) in enumerate(each) if remarked or place in telling]:
        d = dispositions[at]
        for finding in (said.finding(d.source) for said in remarks[at]):
            findings.setdefault((finding.id, f"{d.transaction} {d.lot}"), finding)
        for name, conclusion in decided.kinds[decided.of[at]].told:
            result = abs(d.proceeds_cents - d.basis_cents)
            if name in _AT_STAKE:
                result = int(facts.some(at, [_AT_STAKE[name]])[_AT_STAKE[name]])
            for finding in told(name.replace("_", "-"), conclusion, d.source, amount_cents=result):
                said_once(findings, (finding.id, d.transaction), finding)
    return list(findings.values())


def long_term(dispositions: Sequence[Disposition], rules: YearRules, asset: Callable[[str], Asset]) -> list[bool]:
    """Whether each is a row of the long term, where the rules make a row of it at all."""
    decided, _ = _decided(_Each(dispositions), rules, False, asset=asset)
    long = [kind.long and not kind.refused for kind in decided.kinds]
    return list(map(long.__getitem__, decided.of))


@dataclass(frozen=True, slots=True)
class _Decided:
    """What the rules say of dispositions. `kinds` are few, `of` says which each is of."""

    shown: Sequence["_Shown | None"]
    kinds: Sequence["_Kind"]
    of: Sequence[int]


def _decided(
    each: "_Each",
    rules: YearRules,
    direct_totals: bool,
    on_form: Mapping[str, int] = MappingProxyType({}),
    asset: Callable[[str], Asset] = lambda name: Asset(),
    rebought: Callable[[], Collection[str]] = frozenset,
    nondeductible: Mapping[str, str] = MappingProxyType({}),
    undocumented: Collection[str] = (),
) -> tuple[_Decided, Facts]:
    """What the rules say, and the facts that it follows from."""
    dispositions = each.dispositions
    facts = _facts(each, direct_totals, asset)
    names, kinds_sold = each["transaction"], each["kind"]
    proceeds, basis = each["proceeds_cents"], each["basis_cents"]
    shown: Sequence[_Shown | None] = [None] * len(dispositions)
    facts.put_same("form_basis", "not_known")
    if on_form or any(each["said"]):
        shown = _shown_basis(dispositions, on_form)
        facts.put("form_basis", ["not_known" if one is None else "right" if one.right else "wrong" for one in shown])
    facts.put_same("donor_basis_documented", False)
    if "gift" in each["acquired_by"]:
        came = zip(each["acquired_by"], each["lot"], strict=True)
        facts.put("donor_basis_documented", [how == "gift" and lot not in undocumented for how, lot in came])
    facts.put_when_asked(
        "loss_rebought", lambda: list(map(and_, map(rebought().__contains__, names), map(gt, basis, proceeds)))
    )
    facts.put("wash_disallowed", each["disallowed_cents"])
    facts.put("related_loss", each["related_loss_cents"])
    facts.put_same("nondeductible", "not_said")
    if nondeductible:
        of_fee = zip(kinds_sold, names, strict=True)
        said = ["not_said" if kind == "fee" else nondeductible.get(name, "not_said") for kind, name in of_fee]
        facts.put("nondeductible", said)
    sums = _Sums(names, kinds_sold)
    facts.put_when_asked("transaction_proceeds", lambda: sums.of_sale(proceeds))
    facts.put_when_asked("proceeds_to_date", lambda: sums.to_date(proceeds))
    basis_first = rules.conclude("disposition", facts, ROW_BASIS)
    able(basis_first, ROWS_ABLE)
    facts.put_decided(basis_first)
    _put_held(facts, each, basis_first)
    results = _results(dispositions, proceeds, basis, basis_first)
    facts.put("result", ["gain" if one > 0 else "loss" if one < 0 else "none" for one in results])
    facts.put_when_asked("transaction_result", lambda: sums.of_sale(results))
    facts.put_when_asked("result_to_date", lambda: sums.to_date(results))
    excluded = rules.conclude("disposition", facts, ROW_EXCLUSION)
    able(excluded, ROWS_ABLE)

    def exclusion_to_date() -> list[int]:
        counts = [value == "counts" for value in excluded.values_of("exclusion")]
        return sums.to_date([result if counted else 0 for result, counted in zip(results, counts, strict=True)])

    facts.put_when_asked("exclusion_to_date", exclusion_to_date)
    facts.put_when_asked("exclusion", lambda: excluded.values_of("exclusion"))
    codes = rules.conclude("disposition", facts, (*WASH, *ROW_CODES))
    able(codes, ROWS_ABLE)
    facts.put_decided(codes)
    coded = [any(conclusions[name].value != "none" for name in ROW_CODES) for conclusions in codes.shared]
    facts.put("has_adjustment", list(map(coded.__getitem__, codes.places)))
    placed = rules.conclude("disposition", facts, ROW_PLACE)
    able(placed, ROWS_ABLE)
    facts.put_decided(placed)
    steps = (basis_first, excluded, codes, placed)
    # What a step says of all alike tells none of them apart.
    keys = list(zip(*(step.places for step in steps if len(step.shared) > 1), strict=True)) or [()] * len(dispositions)
    different = dict.fromkeys(keys)
    kinds = []
    for key in different:
        places = iter(key)
        because: dict[str, Conclusion] = {}
        for step in steps:
            because |= step.shared[next(places) if len(step.shared) > 1 else 0]
        kinds.append(_Kind.of(because))
    place_of = dict(zip(different, range(len(kinds)), strict=True))
    return _Decided(shown, kinds, list(map(place_of.__getitem__, keys))), facts


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
    listed: bool

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
            said["listing"] == "form_8949",
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


def _rows_of_box(places: Sequence[int], each: "_Each", decided: _Decided, whole_dollars: bool) -> list[Row]:
    """The rows of the dispositions at some places, all of one box, with cents that add up to the box's exact sums."""
    of = list(map(decided.of.__getitem__, places))
    kinds = {at: decided.kinds[at] for at in set(of)}

    def column(name: str) -> list[Any]:
        return list(map(each[name].__getitem__, places))

    def said(ask: Callable[[_Kind], Any]) -> Iterable[Any]:
        answers = {at: ask(kind) for at, kind in kinds.items()}
        first = answers[of[0]]
        same = all(answer is first for answer in answers.values())
        return repeat(first, len(of)) if same else map(answers.__getitem__, of)

    acquired = column("acquired")
    if any(kind.from_receipt for kind in kinds.values()):
        received_on = zip(said(lambda kind: kind.from_receipt), column("received"), acquired, strict=True)
        acquired = [own if from_receipt else day for from_receipt, own, day in received_on]
    days = each_once(form_date, acquired)
    if any(kind.inherited for kind in kinds.values()):
        inherited = zip(said(lambda kind: kind.inherited), days, strict=True)
        days = ["INHERITED" if of_heir else day for of_heir, day in inherited]
    dispositions = list(map(each.dispositions.__getitem__, places))
    received: Sequence[int] = column("proceeds_cents")
    cost: Sequence[int] = column("basis_cents")
    sums: Sequence[Amounts]
    if all(kind.plain for kind in kinds.values()) and each.simple(places):
        received, cost = _footed(column("proceeds_parts"), received), _footed(column("basis_parts"), cost)
        sums = _amounts(received, cost)
    else:
        own_sums = _amounts(received, cost)
        for at, (d, place) in enumerate(zip(dispositions, places, strict=True)):
            kind = kinds[of[at]]
            if d.said is not None or not kind.plain:
                own_sums[at] = _amounts_of(d, kind, decided.shown[place])
                if d.said is not None and not (d.said.dated or kind.inherited):
                    days[at] = ""
        sums = _exact_in_all(dispositions, [kinds[one].because for one in of], own_sums)
    printed = sums
    if whole_dollars:
        listed = said(lambda kind: kind.listed)
        printed = [one.in_dollars() if on_form else one for one, on_form in zip(sums, listed, strict=True)]
    named = zip(exact.all_written(column("quantity")), each_once(in_latin, column("asset")), strict=True)
    return list(
        map(
            _ROW,
            zip(
                zip(dispositions, strict=True),
                [f"{quantity} {asset}" for quantity, asset in named],
                days,
                each_once(form_date, column("disposed")),
                said(lambda kind: kind.code),
                sums,
                said(lambda kind: kind.term),
                said(lambda kind: kind.box),
                said(lambda kind: kind.line),
                said(lambda kind: kind.because),
                printed,
                said(lambda kind: kind.also),
                strict=True,
            ),
        )
    )


_ROW: Callable[[Iterable[object]], Row] = partial(tuple.__new__, Row)
_AMOUNTS: Callable[[Iterable[object]], Amounts] = partial(tuple.__new__, Amounts)
"""Made of their columns, without a call for each."""


def _amounts(received: Sequence[int], cost: Sequence[int]) -> list[Amounts]:
    """Columns (d) to (h) of rows that say what was received and what it cost, and nothing else."""
    return list(map(_AMOUNTS, zip(received, cost, repeat(0), map(sub, received, cost))))


def _exact_in_all(
    dispositions: Sequence[Disposition], because: Sequence[Mapping[str, Conclusion]], sums: Sequence[Amounts]
) -> Sequence[Amounts]:
    """The amounts of the rows of one box, with cents carried from row to row in a column whose sum would be a cent or
    more off; `because` is why each row says what it does."""
    rows = list(zip(dispositions, because, sums, strict=True))
    printed = [_shown_proceeds(d, why) for d, why, _ in rows]
    true = [chosen_basis(d, why["gift_basis"].value) for d, why, _ in rows]
    waiting = [(d.disallowed_parts, d.disallowed_cents) for d in dispositions]
    of_sellers = [(d.related_loss_parts, d.related_loss_cents) for d in dispositions]
    each = (printed, true, waiting, of_sellers)
    if not any(map(_off, each)) and not any(d.all_disallowed for d in dispositions):
        return sums
    found = []
    proceeds, bases, washed, losses = map(_carried, each)
    for (d, why, before), (_, shown_before), received, basis, disallowed, related in zip(
        rows, printed, proceeds, bases, washed, losses, strict=True
    ):
        # What was received moves with what is shown of it, so that column (g) keeps what explains the two.
        own = d.proceeds_cents + received - shown_before
        if why["gift_basis"].value == "neither":
            basis = own
        shown = before.basis if why["column_e"].value == "of_the_form" else basis
        if d.all_disallowed:
            disallowed = max(basis - own, 0)
        found.append(_columns(d, received, own, shown, basis, disallowed, related, why))
    return found


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
    """Fields of dispositions as columns, all taken in one walk."""

    def __init__(self, dispositions: Sequence[Disposition]) -> None:
        super().__init__((name, []) for name in _TAKEN)
        self.dispositions = dispositions
        for start in range(0, len(dispositions), _BLOCK):
            block = zip(*dispositions[start : start + _BLOCK], strict=True)
            for name, values in zip(Disposition._fields, block, strict=True):
                if name in _TAKEN:
                    self[name] += values

    def simple(self, places: Sequence[int]) -> bool:
        """Whether nothing but what was received and what it cost is known of those at some places."""
        more = [self[name] for name in ("said", "all_disallowed", "disallowed_parts", "related_loss_parts")]
        return not any(any(map(column.__getitem__, places)) for column in more if any(column))


_BLOCK = 4_096
"""Dispositions that are walked together: few enough to be still at hand when their last field is taken."""
_NOT_TAKEN = ("source", "wallet", "fmv_cents", "fmv_parts", "lot_source", "timed", "took_over")
_TAKEN = frozenset(Disposition._fields) - {*_NOT_TAKEN}


def _facts(each: "_Each", direct_totals: bool, asset: Callable[[str], Asset]) -> Facts:
    """What is known of each before the rules have spoken."""
    dispositions = each.dispositions
    facts = Facts(len(dispositions), {"direct_totals_elected": direct_totals, **_NO_GIFT, **_NOT_REPORTED})
    disposed, assets_sold = each["disposed"], each["asset"]
    proceeds, basis = each["proceeds_cents"], each["basis_cents"]
    facts.put_when_asked("tax_year", lambda: each_once(lambda day: day.year, disposed))
    facts.put_when_asked("disposed_on", lambda: each_once(day_number, disposed))
    facts.put("kind", each["kind"])
    facts.put("acquired_by", each["acquired_by"])
    facts.put("form", each["form"])
    facts.put("basis_reported", each["basis_reported"])
    facts.put("proceeds", proceeds)
    facts.put_when_asked(
        "loss", lambda: [cost - got if cost > got else 0 for cost, got in zip(basis, proceeds, strict=True)]
    )
    facts.put_same("received_nothing", False)
    if not all(each["proceeds_parts"]):
        parts = zip(each["proceeds_parts"], each["basis_parts"], strict=True)
        facts.put("received_nothing", [not got and cost > 0 for got, cost in parts])
    if "gift" in each["acquired_by"]:
        _put(facts, list(map(_gift, dispositions)))
    if any(each["said"]):
        _put(facts, list(map(_reported, dispositions)))
    of_asset = {name: property_facts(asset(name)) for name in dict.fromkeys(assets_sold)}
    for field in _OF_PROPERTY:
        values = {name: known[field] for name, known in of_asset.items()}
        if len(set(values.values())) == 1:
            facts.put_same(field, values[assets_sold[0]])
        else:
            facts.put(field, list(map(values.__getitem__, assets_sold)))
    facts.put_when_asked("asset", lambda: assets_sold)
    return facts


def _put(facts: Facts, each: Sequence[Mapping[str, FactValue]]) -> None:
    """Several fields of every fact."""
    for field in each[0]:
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


_OF_PROPERTY = tuple(property_facts(Asset()))


class _Sums:
    """What all of a sale comes to, and all of its kind in the year up to and with it.

    Units paid as a fee are a sale of their own.
    """

    def __init__(self, transactions: Sequence[str], kinds: Sequence[str]) -> None:
        self._transactions, self._all_kinds = transactions, kinds

    @cached_property
    def _sales(self) -> tuple[list[int], list[str]]:
        """The sale that each disposition is of, and the kind of each sale."""
        sales = list(zip(self._transactions, self._all_kinds, strict=True))
        places = {sale: place for place, sale in enumerate(dict.fromkeys(sales))}
        return list(map(places.__getitem__, sales)), [kind for _, kind in places]

    def of_sale(self, amounts: Sequence[int]) -> list[int]:
        """For each disposition the sum of its sale."""
        return list(map(self._whole(amounts).__getitem__, self._sales[0]))

    def to_date(self, amounts: Sequence[int]) -> list[int]:
        """For each disposition what its kind has come to with all of its sale."""
        so_far: dict[str, int] = defaultdict(int)
        reached = []
        for kind, amount in zip(self._sales[1], self._whole(amounts), strict=True):
            so_far[kind] += amount
            reached.append(so_far[kind])
        return list(map(reached.__getitem__, self._sales[0]))

    def _whole(self, amounts: Sequence[int]) -> list[int]:
        """The sum of each sale."""
        whole = [0] * len(self._sales[1])
        for sale, amount in zip(self._sales[0], amounts, strict=True):
            whole[sale] += amount
        return whole


def _sign(amount: int) -> str:
    return "gain" if amount > 0 else "loss" if amount < 0 else "none"


def _results(
    dispositions: Sequence[Disposition], proceeds: Sequence[int], basis: Sequence[int], decided: Concluded
) -> list[int]:
    """Each result by the basis that counts, in cents."""
    if decided.different("gift_basis").isdisjoint(_OTHER_BASES):
        return list(map(sub, proceeds, basis))
    chosen = decided.values_of("gift_basis")
    return [d.proceeds_cents - chosen_basis(d, name)[1] for d, name in zip(dispositions, chosen, strict=True)]


def _put_held(facts: Facts, each: "_Each", decided: Concluded) -> None:
    """How long each was held, from the day that the rules start it."""
    acquired: Sequence[date] = each["acquired"]
    if "received" in decided.different("holding_from"):
        received = zip(each["received"], acquired, decided.values_of("holding_from"), strict=True)
        acquired = [own if when == "received" else start for own, start, when in received]

    def days_past(ends: Callable[[date], date]) -> list[int]:
        """The days from what `ends` the time of each to its disposal."""
        return list(
            map(
                sub, each_once(date.toordinal, each["disposed"]), each_once(lambda day: ends(day).toordinal(), acquired)
            )
        )

    facts.put_when_asked("days_past_anniversary", lambda: days_past(same_day_next_year))
    facts.put_when_asked("acquired_on_month_end", lambda: each_once(is_month_end, acquired))
    facts.put_when_asked("days_past_month_end", lambda: days_past(month_end_next_year))


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


def added(rows: Sequence[Row]) -> list[Row]:
    """The rows of the same conclusions as one, those with an amount in column (g) apart: few, for what adds up rows."""
    alike: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        alike[id(row.because)].append(row)
    found = []
    for several in alike.values():
        sums = [row.sums for row in several]
        for some in ([one for one in sums if one.adjustment], [one for one in sums if not one.adjustment]):
            if some:
                found.append(several[0]._replace(sums=total(some)))
    return found


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


def _amounts_of(d: Disposition, kind: _Kind, shown: _Shown | None) -> Amounts:
    """The columns of a row of which more is known than what was received and what it cost."""
    because = kind.because
    _, true_basis = chosen_basis(d, because["gift_basis"].value)
    basis = shown.cents if because["column_e"].value == "of_the_form" and shown is not None else true_basis
    printed = _shown_proceeds(d, because)[1]
    return _columns(d, printed, d.proceeds_cents, basis, true_basis, d.disallowed_cents, d.related_loss_cents, because)
