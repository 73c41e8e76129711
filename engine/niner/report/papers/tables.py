"""A return and what stands behind it to the tables of its workpapers, in the order in which they are read."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

from niner.case.rulings import AnyRuling
from niner.dataclass import dataclass
from niner.ledger import Paired, Priced, Transaction
from niner.lots import Disposition, Lot
from niner.money import total, whole_cents
from niner.printing.sheets import listed
from niner.report.papers.table import Cell, Column, Table, by_row
from niner.returns.income import Income
from niner.returns.reported.residual import Group, residual
from niner.returns.rows import Row
from niner.returns.units.opening import balances, holdings
from niner.returns.year import YearReturn
from niner.rules import Conclusion
from niner.values import Finding, as_text, by_weight
from niner.words.form_names import FORMS, form_name, routed_name

_WEIGHTS = {"error": "Error", "review": "To settle", "note": "Note"}
_FIRST: Callable[[Sequence[Disposition]], Disposition] = itemgetter(0)
_MONEY = ("Proceeds", "Basis", "Adjustment", "Gain or loss")


def findings_table(findings: Sequence[Finding]) -> Table:
    """What is to be settled and to be known, the heaviest first."""

    def cells(number: int, one: Finding) -> Sequence[Cell]:
        at_stake = None if one.amount_cents is None or one.severity == "note" else abs(one.amount_cents)
        says = f"{one.says}\n→ {one.todo}" if one.todo else one.says
        return _WEIGHTS[one.severity], says, at_stake, one.line, one.authority, str(one.source or "")

    columns = (
        Column("Weight", "day", True),
        Column("What, and what to do"),
        Column("At stake", "money"),
        Column("Line", offered=True),
        Column("Authority", "small"),
        Column("From", "small"),
    )
    return Table(
        "findings",
        "To settle and to know",
        columns,
        by_weight(findings),
        by_row(cells),
        weight=lambda one: str(one.severity),
    )


def dispositions_table(result: YearReturn) -> Table:
    """Every row of Form 8949 and of the totals straight on Schedule D, as it is printed."""

    def cells(first: int, rows: Sequence[Row]) -> Sequence[Sequence[Cell]]:
        parts, description, acquired, disposed, code, _, term, box, _, _, printed, _ = zip(*rows, strict=True)
        sales = list(map(_FIRST, parts))
        proceeds, basis, adjustment, gain = zip(*printed, strict=True)
        places = zip(as_text([d.source for d in sales]), as_text([d.lot_source for d in sales]), strict=True)
        came_from = [f"{row}\nlot: {lot}" for row, lot in places]
        before = (range(first, first + len(rows)), description, [d.wallet for d in sales], acquired, disposed)
        return *before, proceeds, basis, code, adjustment, gain, term, box, came_from

    columns = (
        Column("Row", "count"),
        Column("Property"),
        Column("Wallet", offered=True),
        Column("Acquired", "day"),
        Column("Disposed", "day"),
        Column("Proceeds", "money"),
        Column("Basis", "money"),
        Column("Code", offered=True),
        Column("Adjustment", "money"),
        Column("Gain or loss", "money"),
        Column("Term", offered=True),
        Column("Box", offered=True),
        Column("From", "small"),
    )
    return Table("dispositions", "Dispositions", columns, result.rows, cells, file="dispositions.csv")


def boxes_table(result: YearReturn) -> Table:
    """Form 8949 by box as it is printed: how many rows, and its totals."""
    boxes: dict[str, list[Row]] = {}
    for row in listed(result.rows):
        boxes.setdefault(row.box, []).append(row)
    whole = result.case.elections.rounding == "dollars"

    def cells(number: int, item: tuple[str, list[Row]]) -> Sequence[Cell]:
        box, rows = item
        sums = total(row.sums for row in rows)
        return box, rows[0].term, len(rows), *(sums.in_dollars() if whole else sums)

    columns = (Column("Box"), Column("Term"), Column("Rows", "count"), *(Column(name, "money") for name in _MONEY))
    return Table("boxes", "Form 8949 by box", columns, list(boxes.items()), by_row(cells), fixed=True)


def income_table(result: YearReturn) -> Table:
    """Every receipt of income."""

    def cells(number: int, item: Income) -> Sequence[Cell]:
        t = item.transaction
        units = f"{t.received_quantity:f} {t.received_asset}"
        return t.day, t.kind, units, t.wallet, whole_cents(item.amount_cents), routed_name(item.line), str(t.source)

    columns = (
        Column("Day", "day"),
        Column("Kind", offered=True),
        Column("Units"),
        Column("Wallet", offered=True),
        Column("Amount", "money"),
        Column("Line", offered=True),
        Column("From", "small"),
    )
    return Table("income", "Income in digital assets", columns, result.income, by_row(cells))


def lots_table(result: YearReturn, long_term: Callable[[], Sequence[date | None]]) -> Table:
    """The lots held at the end of the year; `long_term` gives for each the first day on which a gain on it is
    long-term."""

    def cells(first: int, lots: Sequence[Lot]) -> Sequence[Sequence[Cell]]:
        _, assets, wallets, units, acquired, _, _, basis, _, sources, *_ = zip(*lots, strict=True)
        since = long_term()[first - 1 : first - 1 + len(lots)]
        return assets, wallets, units, acquired, since, basis, as_text(sources)

    columns = (
        Column("Asset", offered=True),
        Column("Wallet", offered=True),
        Column("Units", "units"),
        Column("Acquired", "day"),
        Column("Long term from", "day"),
        Column("Basis", "money"),
        Column("From", "small"),
    )
    return Table("lots", f"Lots held at the end of {result.year}", columns, result.held, cells)


def moves_table(result: YearReturn) -> Table:
    """The year's transfers between wallets, and by what their two rows were taken for one move."""

    def cells(number: int, item: tuple[Transaction, Paired | None]) -> Sequence[Cell]:
        t, pair = item
        how, why = (pair.tier, pair.why) if pair else ("one row", "the row names both wallets")
        where = f"{t.source}\n{pair.other}" if pair else str(t.source)
        fee = f"{t.fee_quantity:f} {t.fee_asset}" if t.fee_quantity is not None else ""
        return t.day, t.sent_asset, t.sent_quantity, t.wallet, t.to_wallet, fee, how, why, where

    columns = (
        Column("Day", "day"),
        Column("Asset", offered=True),
        Column("Units", "units"),
        Column("Out of", offered=True),
        Column("Into", offered=True),
        Column("Fee in units"),
        Column("Matched", offered=True),
        Column("By what"),
        Column("From", "small"),
    )
    return Table("transfers", "Transfers between wallets", columns, result.behind.moves, by_row(cells))


def prices_table(result: YearReturn) -> Table:
    """The rows whose dollars came from a price file, up to the end of the year: they carry basis into it."""

    def cells(number: int, item: tuple[Transaction, Priced]) -> Sequence[Cell]:
        t, price = item
        units = " for ".join(
            f"{quantity:f} {asset}"
            for quantity, asset in ((t.received_quantity, t.received_asset), (t.sent_quantity, t.sent_asset))
            if quantity is not None and asset
        )
        value = None if t.value_cents is None else whole_cents(t.value_cents)
        return t.day, t.kind, units, value, price.rule, price.file, str(t.source)

    columns = (
        Column("Day", "day"),
        Column("Kind", offered=True),
        Column("Units"),
        Column("Worth", "money"),
        Column("Rule", offered=True),
        Column("Price from", "small"),
        Column("Row", "small"),
    )
    return Table("prices", "Prices used", columns, result.behind.priced, by_row(cells))


def brokers_table(result: YearReturn) -> Table:
    """What brokers reported of the year against the rows: by broker, account and letter, to the cent."""
    found = residual(result.reported, result.rows) if result.reported is not None else None
    groups = found.groups if found else ()

    def cells(number: int, one: Group) -> Sequence[Cell]:
        account = f"{one.broker}, {one.account}" if one.account else one.broker
        form = f"{one.form}, {one.code}" if one.code else one.form
        why = "\n".join(reason.counted for reason in one.reasons)
        foots = "yes" if one.foots else "NO"
        money = (one.reported, one.records, one.difference, one.open, one.gain_by_form, one.gain)
        return account, form, one.rows, *money, why, foots

    columns = (
        Column("Broker"),
        Column("Form"),
        Column("Rows", "count"),
        Column("Reported", "money"),
        Column("In the records", "money"),
        Column("Difference", "money"),
        Column("Open", "money"),
        Column("Gain by the form alone", "money"),
        Column("Gain as it is", "money"),
        Column("Why they differ"),
        Column("Foots"),
    )
    return Table("brokers", "What brokers reported", columns, groups, by_row(cells), file="niner brokers --json")


_AS_RULES = "not said; as the rules have it"


@dataclass(frozen=True, slots=True)
class _Chosen:
    what: str
    how: str


def elections_table(result: YearReturn) -> Table:
    """What the case elects for the year, in words; what it leaves open is as the rules have it."""
    chosen = result.case.elections
    method, pool = chosen.chosen(result.year)
    items = [
        _Chosen("Filing status", result.case.taxpayer.filing_status.replace("_", " ")),
        _Chosen("Order of lots", method.upper() if method else _AS_RULES),
        _Chosen("Pool", pool or _AS_RULES),
        _Chosen("Rounding", f"whole {chosen.rounding}" if chosen.rounding == "dollars" else "cents"),
        _Chosen("Time zone", chosen.timezone or "not said"),
        _Chosen("Totals straight to Schedule D", "yes" if chosen.direct_totals else "no"),
        _Chosen("One row for a sale of several lots", "yes" if chosen.various else "no"),
        _Chosen("Price of a bar", chosen.price),
    ]
    items += [
        _Chosen(f"Order of lots, {name}", f"{own.lot_method.upper()}{f' since {own.since}' if own.since else ''}")
        for name, own in sorted(chosen.by_wallet.items())
    ]
    columns = (Column("What"), Column("Chosen"))
    return Table("elections", "Elections", columns, items, by_row(lambda number, one: (one.what, one.how)), fixed=True)


def rulings_table(rulings: Sequence[tuple[int, AnyRuling]]) -> Table:
    """The preparer's rulings in decisions.yaml: what, by whom, when and why."""

    def cells(number: int, item: tuple[int, AnyRuling]) -> Sequence[Cell]:
        line, ruling = item
        said = ruling.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"by", "on", "why"})
        what = "; ".join(f"{key}: {_in_words(value)}" for key, value in said.items())
        return what, ruling.by, ruling.on, ruling.why, f"decisions.yaml, row {line}"

    columns = (Column("Ruling"), Column("By"), Column("On", "day"), Column("Why"), Column("From", "small"))
    return Table("rulings", "Rulings", columns, rulings, by_row(cells), file="decisions.yaml")


def _in_words(value: Any) -> str:
    if isinstance(value, str):  # most are
        return value
    if isinstance(value, dict):
        each = [f"{key} {inner if isinstance(inner, str) else _in_words(inner)}" for key, inner in value.items()]
        return ", ".join(each)
    return ", ".join(map(_in_words, value)) if isinstance(value, list) else str(value)


@dataclass(frozen=True, slots=True)
class RuleUsed:
    """A rule that decided something of the return: how often, and whether it is a firm's own."""

    decision: str
    conclusion: Conclusion
    times: int
    own: bool


def rules_used(result: YearReturn) -> list[RuleUsed]:
    """The rules that decided its rows, its receipts and which forms are filled, each once."""
    firms = {(one.kind, one.name) for one in result.rules.positions}
    counted: Counter[tuple[str, int]] = Counter()
    kept: dict[int, Conclusion] = {}
    each = [*(row.because for row in result.rows), *(item.because for item in result.income)]
    reasons = {id(because): because for because in each}  # many rows share theirs
    rows = Counter(map(id, each))
    for place, because in reasons.items():
        for name, conclusion in because.items():
            counted[name, id(conclusion)] += rows[place]
            kept[id(conclusion)] = conclusion
    whole = [("digital asset question", result.digital_question), *result.fills.items()]
    for name, conclusion in whole:
        counted[name, id(conclusion)] += 1
        kept[id(conclusion)] = conclusion
    found: dict[tuple[str, str], RuleUsed] = {}
    for (name, key), times in counted.items():
        conclusion = kept[key]
        before = found.get((name, conclusion.rule_id))
        own = ("rule", f"{name}/{conclusion.rule_id}") in firms
        found[name, conclusion.rule_id] = RuleUsed(name, conclusion, times + (before.times if before else 0), own)
    return sorted(found.values(), key=lambda one: (not one.own, one.decision, one.conclusion.rule_id))


def rules_table(result: YearReturn) -> Table:
    """The rules in force that decided something, a firm's own first and marked."""

    def cells(number: int, one: RuleUsed) -> Sequence[Cell]:
        c = one.conclusion
        value = routed_name(c.value) if "." in c.value else c.value.replace("_", " ")
        says = " ".join(text for text in (c.says, c.open) if text)
        whose = "the firm's" if one.own else "Niner's"
        return (
            whose,
            form_name(one.decision) if one.decision in FORMS else one.decision.replace("_", " "),
            c.rule_id.replace("_", " "),
            says,
            value,
            one.times,
            c.authority,
            str(c.source),
        )

    columns = (
        Column("Whose", offered=True),
        Column("Decision", offered=True),
        Column("Rule"),
        Column("Says"),
        Column("Comes to"),
        Column("Times", "count"),
        Column("Authority", "small"),
        Column("From", "small"),
    )
    items = rules_used(result)
    return Table("rules", "Rules in force", columns, items, by_row(cells), weight=lambda one: "firm" if one.own else "")


def positions_table(result: YearReturn) -> Table:
    """What a firm's own folder of rules adds, changes or retires."""
    columns = (
        Column("What"),
        Column("Done to it"),
        Column("From year", "count"),
        Column("Why"),
        Column("From", "small"),
    )
    items = sorted(result.rules.positions, key=lambda p: (p.kind, p.name, p.year))
    return Table(
        "positions",
        "Positions that are not Niner's own",
        columns,
        items,
        by_row(lambda number, p: (f"{p.kind} {p.name}", p.action, p.year, p.reason, str(p.source))),
        weight=lambda one: "firm",
    )


def inputs_table(inputs: Mapping[str, str]) -> Table:
    """Every file that was read, by its hash."""
    columns = (Column("File"), Column("SHA-256", "hash"))
    return Table("inputs", "What it was made from", columns, sorted(inputs.items()), by_row(lambda number, item: item))


def opening_tables(result: YearReturn) -> list[Table]:
    """The day of the year on which wallets became pools: each asset's balance, and each wallet."""
    if result.opening is None:
        return []
    how = {"specific": "allocation unit by unit", "global": "global allocation"}
    pools = (
        Column("Asset"),
        Column("By"),
        Column("Units in the pool", "units"),
        Column("Basis in the pool", "money"),
        Column("Units in wallets", "units"),
        Column("Basis in wallets", "money"),
    )
    note = "On that day each wallet became a pool of its own: what the common pool held, and what wallets took over."
    wallets = (
        Column("Wallet"),
        Column("Asset"),
        Column("Units", "units"),
        Column("Lots", "count"),
        Column("Basis", "money"),
    )
    return [
        Table(
            "pools",
            f"Pools on 1 January {result.year}",
            pools,
            balances(result.opening),
            by_row(
                lambda number, b: (
                    b.asset,
                    how.get(b.how, "each wallet's history"),
                    b.pool_units,
                    b.pool_cents,
                    b.wallet_units,
                    b.wallet_cents,
                )
            ),
            note,
        ),
        Table(
            "wallets",
            f"Wallets on 1 January {result.year}",
            wallets,
            holdings(result.opening.lots),
            by_row(lambda number, h: (h.wallet, h.asset, h.units, len(h.lots), h.basis_cents)),
        ),
    ]
