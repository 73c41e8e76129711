"""A line of a form to what it hangs on that is unknown or was chosen, and how far each could move it.

Each alternative is worked out by preparing the case with it, one at a time, the others as they are. Where an amount is
not known at all, the line is worked out for a thousand dollars of it, or for the two ends between which it must lie.
Nothing of the case is changed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, get_args

from niner.case import CarryoverIn, Case, ReturnFigures
from niner.case.figures.further import FURTHER
from niner.case.model import Pool
from niner.case.rulings import FILE
from niner.dataclass import dataclass
from niner.imports import read_ledger
from niner.lots import METHODS
from niner.money import dollars_text
from niner.plan.methods import may_be_used, sales_of
from niner.plan.undone import undone
from niner.plan.unknown_units import HALVES, ends_of, half_words, mended, worth_of_half
from niner.prepare import Inputs, Options, read_inputs, rules_by_year, work_out_from
from niner.report.explain import line_of_form
from niner.returns.inputs import worksheet_inputs
from niner.returns.matching import Matching
from niner.returns.units.choosing import AsIf
from niner.returns.year import YearReturn
from niner.rules import Conclusion, LineName
from niner.values import Finding, Refused, Source
from niner.words.form_names import line_name

_CASE = Source("case.yaml")
_A_THOUSAND = 1_000_00
_ZONES = ("America/New_York", "Pacific/Honolulu")
Value = int | bool | None


@dataclass(frozen=True, slots=True)
class Mover:
    """One input on which a line hangs. `lines` are what the line would be, in cents or yes and no, by what the input
    would be; None where it could not be worked out, with the reason in `says`.

    `bound` says how the amounts are meant: `exact` (prepared with the alternative), `ends` (of what it can be), or
    `thousand` (for a thousand dollars more of it). `may` is what the rules say of a lot method.
    """

    what: str
    now: str
    lines: Mapping[str, Value]
    bound: str
    says: str = ""
    source: Source | None = None
    may: Conclusion | None = None

    def change(self, value: Value) -> int:
        """The most that the line moves, either way; what can't be put in money counts as nothing."""
        found = [v - value for v in self.lines.values() if _is_money(v) and _is_money(value)]  # type: ignore[operator]
        return max(found, key=abs, default=0)


@dataclass(frozen=True, slots=True)
class Hanging:
    """A line, its value, and what could move it, the most first. `problems` are why it has no value."""

    form: str
    line: str
    what: str
    value: Value
    movers: tuple[Mover, ...]
    problems: tuple[Finding, ...] = ()


def what_would_change(folder: Path, form: str, line: str, options: Options, today: date) -> Hanging:
    """What could move a line of a case's year. Raises Refused for a line that there is not, or a case that can't be
    read."""
    case, ledger, brokers, findings = read_inputs(
        folder, options, lambda what, done, of: None, lambda case: options.year or case.tax_year
    )
    inputs = Inputs(case, ledger, brokers, tuple(findings))
    asking = _Asking(folder, inputs, options)
    try:
        result, _, lots = work_out_from(folder, inputs, options)
    except Refused as refused:
        return _refused(asking, form, line, refused)
    asking.named(result, form, line)
    asking.base = result
    movers = [
        *_methods(asking, lots, today),
        *_records(asking, lots),
        *_elections(asking),
        *_assets(asking, result),
        *_zero_basis(asking, result),
        *_halves(asking, lots),
        *_undone(asking),
        *_carryover(asking),
        *_figures(asking),
    ]
    value = asking.value(result)
    moving = [mover for mover in movers if any(v != value for v in mover.lines.values())]
    moving.sort(key=lambda mover: (mover.bound != "exact", -abs(mover.change(value))))
    return Hanging(asking.form, asking.line, asking.what, value, tuple(moving))


class _Asking:
    """The case and the line that is asked of."""

    def __init__(self, folder: Path, inputs: Inputs, options: Options) -> None:
        self.folder, self.inputs, self.options = folder, inputs, options
        self.year = options.year or inputs.case.tax_year
        self.form = self.line = self.what = ""
        self.base: YearReturn | None = None

    def named(self, result: YearReturn, form: str, line: str) -> None:
        """The line as it is called. Raises Refused where there is none."""
        self.form, self.line = line_of_form(result, form, line)
        self.what = line_name(self.form, self.line, result.lines.trace(self.form, self.line).says)

    def value(self, result: YearReturn) -> Value:
        return result.lines.value(self.form, self.line)

    def prepared(self, **changed: Any) -> tuple[Value, str]:
        """The line with something of the inputs changed: (its value, why it has none)."""
        return self.prepared_from(replace(self.inputs, **changed))

    def prepared_from(self, inputs: Inputs) -> tuple[Value, str]:
        """The line of other inputs: (its value, why it has none)."""
        try:
            return self.value(work_out_from(self.folder, inputs, self.options)[0]), ""
        except Refused as refused:
            first = next((f for f in refused.findings if f.severity == "error"), None)
            return None, "" if first is None else first.says

    def mended(self, end: Callable[[str], int], unknown: dict[str, tuple[str, Source]]) -> Inputs | None:
        """The inputs with all that is unknown of units at one end of what it can be."""
        return mended(self.inputs, self.options, self.year, end, unknown)

    def mover(self, what: str, now: str, ways: Mapping[str, Mapping[str, Any]], bound: str = "exact", says: str = "",
              source: Source | None = _CASE) -> Mover:  # fmt: skip
        """A mover with the line prepared for each of several ways."""
        lines: dict[str, Value] = {}
        for name, changed in ways.items():
            lines[name], why = self.prepared(**changed)
            says = says or why
        return Mover(what, now, lines, bound, says, source)


def _methods(asking: _Asking, lots: Matching, today: date) -> Iterator[Mover]:
    """Every other order of lots for the sales of the year, with what the rules say of using it."""
    rules_of = rules_by_year(asking.options.overlays, asking.options.form_dirs)
    sales = sales_of(asking.inputs.case, asking.inputs.ledger, rules_of, asking.year, "")
    if not any(t.day.year == asking.year for t in sales.rows):
        return
    for method in METHODS:
        value, why = asking.prepared(as_if=AsIf(method, since=date(asking.year, 1, 1)))
        may = may_be_used(method, asking.year, sales, rules_of)
        yield Mover(
            f"The order of lots for the sales of {asking.year}", "as recorded and elected", {method.upper(): value},
            "exact", why, _CASE, may,
        )  # fmt: skip


def _records(asking: _Asking, lots: Matching) -> Iterator[Mover]:
    """What was written down of lots: all of it left aside; and what does not count, as if it did."""
    records = asking.inputs.ledger.records
    if records.identified or records.orders or records.allocations:
        way = {"without them": {"as_if": AsIf(records_aside=True)}}
        yield asking.mover("The records of lots in decisions.yaml", "used", way, source=Source(FILE))
    fallen = lots.choosing.fallen.values() if lots.choosing else ()
    for line in dict.fromkeys(one.line for one in fallen):
        one = next(one for one in fallen if one.line == line)
        way = {"if it counted": {"as_if": AsIf(honoured=frozenset([line]))}}
        yield asking.mover("A record of lots that does not count", "not used", way, says=one.because.says,
                           source=Source(FILE, line))  # fmt: skip
    for place, order in enumerate(records.orders):
        others = records.orders[:place] + records.orders[place + 1 :]
        ledger = replace(asking.inputs.ledger, records=replace(records, orders=others))
        name = f"The standing order of {', '.join(sorted(order.wallets))} from {order.since}: {order.method.upper()}"
        yield asking.mover(name, "used", {"without it": {"ledger": ledger}}, source=Source(FILE, order.line))
    for id, one_row in list(records.identified.items())[:_MOST]:
        rest = {name: kept for name, kept in records.identified.items() if name != id}
        ledger = replace(asking.inputs.ledger, records=replace(records, identified=rest))
        yield asking.mover("The units identified for one row", "used", {"without it": {"ledger": ledger}},
                           source=Source(FILE, one_row.line))  # fmt: skip


_MOST = 20


def _elections(asking: _Asking) -> Iterator[Mover]:
    """What case.yaml elects or leaves open: rounding, totals without rows, the price of a day, the time zone."""
    case = asking.inputs.case
    own = case.elections

    def elected(**changed: Any) -> Case:
        return case.model_copy(update={"elections": own.model_copy(update=changed)})

    other = "dollars" if own.rounding == "cents" else "cents"
    yield asking.mover("Rounding", own.rounding, {other: {"case": elected(rounding=other)}})
    word = "no" if own.direct_totals else "yes"
    yield asking.mover("Totals without rows on Schedule D (direct_totals)", "yes" if own.direct_totals else "no",
                       {word: {"case": elected(direct_totals=not own.direct_totals)}})  # fmt: skip
    for pool in get_args(Pool):
        one = asking.mover("The pool that lots are kept in (pool)", own.pool or "not elected",
                           {pool: {"case": elected(pool=pool)}})  # fmt: skip
        if pool != own.pool and one.lines[pool] is not None:  # else the rules of the year have no such choice
            yield one
    for wallet, chosen in own.by_wallet.items():
        others = {name: one for name, one in own.by_wallet.items() if name != wallet}
        yield asking.mover(f"The method of {wallet} (by_wallet)", chosen.lot_method.upper(),
                           {"without it": {"case": elected(by_wallet=others)}})  # fmt: skip
    for year, of_year in own.by_year.items():
        before = {name: one for name, one in own.by_year.items() if name != year}
        said = ", ".join(str(one) for one in (of_year.lot_method, of_year.pool) if one)
        yield asking.mover(f"What is elected for {year} (by_year)", said,
                           {"without it": {"case": elected(by_year=before)}})  # fmt: skip
    if any(name.startswith("prices/") for name in asking.inputs.ledger.files):
        price = "midpoint" if own.price == "close" else "close"
        yield _read_again(asking, "The price of a day (price)", own.price, {price: elected(price=price)})
    if own.timezone is None:
        zones = {zone: elected(timezone=zone) for zone in _ZONES}
        yield _read_again(asking, "The time zone of your days (timezone)", "not given", zones)


def _read_again(asking: _Asking, what: str, now: str, ways: Mapping[str, Case]) -> Mover:
    """What changes how the ledger is read: it is read again for each way."""
    read = {}
    for name, case in ways.items():
        ledger = read_ledger(asking.folder, case, last_year=asking.year)
        if any(f.severity == "error" for f in ledger.findings):
            continue
        read[name] = {"case": case, "ledger": ledger}
    return asking.mover(what, now, read)


def _assets(asking: _Asking, result: YearReturn) -> Iterator[Mover]:
    """NFTs of which the case does not say whether they are collectibles."""
    case = asking.inputs.case
    for name in sorted({row.disposition.asset for row in result.rows}):
        asset = case.asset(name)
        if asset.class_ == "nft" and asset.collectible is None:
            said = {yes: asset.model_copy(update={"collectible": yes == "yes"}) for yes in ("yes", "no")}
            ways = {
                yes: {"case": case.model_copy(update={"assets": {**case.assets, name: as_said}})}
                for yes, as_said in said.items()
            }
            yield asking.mover(f"Whether {name} is a collectible", "not said", ways)


def _zero_basis(asking: _Asking, result: YearReturn) -> Iterator[Mover]:
    """Lots sold with a basis of zero that somebody stated: what they cost may only not be known."""
    stated = {row.disposition.lot for row in result.rows if not row.disposition.basis_parts
              and row.disposition.acquired_by in _STATED}  # fmt: skip
    for lot in sorted(stated)[:_MOST]:
        sold = [row.disposition for row in result.rows if row.disposition.lot == lot]
        most = sum(d.proceeds_cents for d in sold)
        rows = tuple(t._replace(basis_cents=most) if t.id == lot else t for t in asking.inputs.ledger.transactions)
        ledger = replace(asking.inputs.ledger, transactions=rows)
        source = sold[0].lot_source
        yield asking.mover(f"The basis of {sold[0].asset} that came in on {sold[0].received}", "zero",
                           {f"{dollars_text(most)}, all that was received": {"ledger": ledger}}, "ends",
                           source=source)  # fmt: skip


_STATED = ("opening", "gift", "spouse", "inheritance")


def _halves(asking: _Asking, lots: Matching) -> Iterator[Mover]:
    """Halves of moves whose other half is not known, as the two ends of what they can have been."""
    halves = [t for t in asking.inputs.ledger.transactions if t.kind in HALVES and t.day.year <= asking.year]
    for half in halves[:_MOST]:
        worth = worth_of_half(asking.inputs, half)
        if worth is None:
            said = "What they were worth is not known."
            yield Mover(half_words(half), "not matched", {"": None}, "ends", said, half.source)
            continue
        ledger = asking.inputs.ledger
        rows = {
            name: tuple(row if t == half else t for t in ledger.transactions)
            for name, row in ends_of(half, worth).items()
        }
        ways = {name: {"ledger": replace(ledger, transactions=those)} for name, those in rows.items()}
        yield asking.mover(half_words(half), "not matched", ways, "ends", source=half.source)


def _undone(asking: _Asking) -> Iterator[Mover]:
    """Rulings that are not about lots, each left aside, and moves that were put together of two rows, as none."""
    for one in undone(asking.folder, asking.inputs, asking.options, asking.year):
        lines: dict[str, Value] = {}
        bound, says = one.bound, one.says
        for name, inputs in one.ways.items():
            lines[name], why = (None, "") if inputs is None else asking.prepared_from(inputs)
            if inputs is None or lines[name] is not None or not one.told_by_ends:
                says = says or why
                continue
            ends = [mended(inputs, asking.options, asking.year, lambda id, end=end: end, {}) for end in (0, 1)]  # type: ignore[misc]
            known = [asking.prepared_from(end)[0] if end is not None else None for end in ends]
            del lines[name]
            if None in known:
                lines[name], says = None, says or why
            else:
                lines |= {f"{name}, {_LEAST}": known[0], f"{name}, {_MOST_}": known[1]}
                bound = "ends"
        yield Mover(one.what, one.now, lines, bound, says, one.source)


def _carryover(asking: _Asking) -> Iterator[Mover]:
    """The loss carried in, where the case does not give one: for a thousand dollars of it."""
    case = asking.inputs.case.seen_from(asking.year)
    if case.carryover_in is not None or asking.year != asking.inputs.case.tax_year:
        return
    for term in ("short_term", "long_term"):
        loss = CarryoverIn().model_copy(update={term: _A_THOUSAND})
        changed = asking.inputs.case.model_copy(update={"carryover_in": loss})
        yield asking.mover(f"The {term.replace('_', '-')} loss carried in (carryover_in)", "not given",
                           {"1,000": {"case": changed}}, "thousand")  # fmt: skip


def _figures(asking: _Asking) -> Iterator[Mover]:
    """Figures of the return that the case does not give, so far as the line reads them: for a thousand dollars more of
    each, or the other answer. Those that few returns have are left out."""
    result = asking.base
    assert result is not None
    case = result.case
    given = asking.inputs.case.seen_from(asking.year).return_
    read = _read_by(result, LineName(asking.form, asking.line))
    if given is None:
        yield from _no_figures(asking, result, read)
        return
    for name in ReturnFigures.model_fields:
        rare = any(name in figures.model_fields for figures in FURTHER)
        if rare or name not in read or (name in given.model_fields_set and getattr(given, name) != "standard"):
            continue
        if not _of_status(name, case.taxpayer.filing_status):
            continue
        value = getattr(case.return_, name)
        meaning = result.rules.case_inputs[name].meaning
        if value == "standard":
            line = result.rules.place("deduction")
            now, more = "standard", (result.lines.at(line) or 0) + _A_THOUSAND
            ways: dict[str, Value] = {"1,000 more than it": more}
        elif result.rules.case_inputs[name].type == "yes_no":
            now, ways = ("not said" if value is None else "yes" if value else "no"), {"yes": True, "no": False}
        else:
            now, ways = (
                ("not given" if value is None else "not given, taken as 0"),
                {"1,000": (value or 0) + _A_THOUSAND},
            )
        lines = {word: _with_figure(asking, result, name, figure) for word, figure in ways.items()}
        yield Mover(f"{meaning} (return.{name})", now, lines, "thousand" if "yes" not in ways else "exact", "", _CASE)


def _of_status(name: str, status: str) -> bool:
    """Whether a figure is one of a return of this filing status, as case.yaml describes it."""
    if name == "spouse_itemizes":
        return status == "married_separate"
    return not name.startswith("spouse_") or status == "married_joint"


def _with_figure(asking: _Asking, result: YearReturn, name: str, figure: Value) -> Value:
    assert result.case.return_ is not None
    by_kind = isinstance(getattr(result.case.return_, name), dict)
    changed = result.case.return_.model_copy(update={name: {"": figure} if by_kind else figure})
    case = result.case.model_copy(update={"return_": changed})
    whole = case.elections.rounding == "dollars"
    inputs = worksheet_inputs(case, result.rules, result.rows, result.income, whole)
    return result.rules.evaluate(inputs).value(asking.form, asking.line)


def _no_figures(asking: _Asking, result: YearReturn, read: frozenset[str]) -> Iterator[Mover]:
    """Without any figure of the return: which are read, and what the line is with none beside wages of a thousand."""
    if not read & set(ReturnFigures.model_fields):
        return
    for dollars in (0, 100_000):
        given = ReturnFigures().model_copy(update={"wages": dollars * 100})
        changed = result.case.model_copy(update={"return_": given})
        whole = changed.elections.rounding == "dollars"
        lines = result.rules.evaluate(worksheet_inputs(changed, result.rules, result.rows, result.income, whole))
        words = f"wages of {dollars:,} and nothing else"
        yield Mover("The rest of the return (return)", "not given", {words: lines.value(asking.form, asking.line)},
                    "ends", "Any figures are possible; these are two.", _CASE)  # fmt: skip


def _read_by(result: YearReturn, line: LineName) -> frozenset[str]:
    """The figures of the case that a line reads, through whatever lines, by any path of the forms."""
    found: set[str] = set()
    waiting, seen = [line], set[LineName]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        rule = result.rules.compiled.lines[name]
        for formula in (rule.form_when, rule.when, rule.value):
            for reference in formula.names.values() if formula is not None else ():
                if reference.kind == "case":
                    found.add(reference.name)
                if reference.line is not None:
                    waiting.append(reference.line)
    return frozenset(found)


def _refused(asking: _Asking, form: str, line: str, refused: Refused) -> Hanging:
    """A case with errors has no line; where they are units of unknown origin, the two ends of it are worked out."""
    errors = tuple(f for f in refused.findings if f.severity == "error")
    unknown: dict[str, tuple[str, Source]] = {}
    least, most = asking.mended(lambda id: 0, unknown), asking.mended(lambda id: 1, unknown)
    if least is None or most is None:  # nothing can be said of the line but why
        return Hanging(form, line, "", None, (), errors)
    try:
        first = work_out_from(asking.folder, most, asking.options)[0]
        asking.named(first, form, line)
        ends = {
            _LEAST: asking.value(work_out_from(asking.folder, least, asking.options)[0]),
            _MOST_: asking.value(first),
        }
    except Refused as other:
        if any(f.id == "explain-unknown" for f in other.findings):
            raise
        return Hanging(form, line, "", None, (), errors)
    all_of_them = "Units of which the ledger does not say where they came from or went, all together"
    movers = [Mover(all_of_them, "not known", ends, "ends", "", errors[0].source)]
    for id, (what, source) in list(unknown.items())[:_MOST] if len(unknown) > 1 else ():
        own = asking.mended(lambda other, id=id: 0 if other == id else 1, {})  # type: ignore[misc]
        if own is not None:
            value = asking.value(work_out_from(asking.folder, own, asking.options)[0])
            lines = {_LEAST: value, _MOST_: ends[_MOST_]}
            movers.append(Mover(what, "not known, the others at their worth", lines, "ends", "", source))
    return Hanging(asking.form, asking.line, asking.what, None, tuple(movers), errors)


_LEAST = "with no basis, and sold where they went unmatched"
_MOST_ = "with a basis of their worth, and given away where they went unmatched"


def _is_money(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def hanging_document(found: Hanging) -> dict[str, Any]:
    """What `explain --what-would-change --json` prints: money as decimal text in dollars."""
    return {
        "form": found.form,
        "line": found.line,
        "what": found.what,
        "value": _text(found.value),
        "hangs_on": [
            {
                "what": mover.what,
                "now": mover.now,
                "otherwise": [
                    {
                        "is": name,
                        "line": _text(value),
                        "change": _text(value - found.value)  # type: ignore[operator]
                        if _is_money(value) and _is_money(found.value)
                        else None,
                    }
                    for name, value in mover.lines.items()
                ],
                "worked_out": mover.bound,
                "says": mover.says or None,
                "may_be_used": None if mover.may is None else {"is": mover.may.value, "says": mover.may.says,
                                                               "authority": mover.may.authority},
                "source": None if mover.source is None else {"file": mover.source.file, "row": mover.source.row},
            }
            for mover in found.movers
        ],
        "problems": [problem.as_json() for problem in found.problems],
    }  # fmt: skip


def _text(value: Value) -> str | bool | None:
    return dollars_text(value) if isinstance(value, int) and not isinstance(value, bool) else value
