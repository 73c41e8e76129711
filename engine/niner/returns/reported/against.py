"""A year's dispositions set against what brokers reported of them, as the rules decide, and what is to be said."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from niner.asked import FORM_DUE, OPEN_SALE, REPORTED, ROWS_ABLE
from niner.brokers import Brokers, ReportedSale
from niner.brokers.likely import likely
from niner.brokers.match import Bundle
from niner.brokers.reconcile import Names, Reconciled, reconcile
from niner.brokers.sales import Sale, sales_of
from niner.brokers.values import FORMS
from niner.case import Case
from niner.ledger import Transaction
from niner.ledger.columns import distinct
from niner.lots import Disposition
from niner.money import PARTS, dollars_spoken, share, whole_cents
from niner.returns.plan import able, told
from niner.rules import FactValue, YearRules
from niner.values import Finding, Source
from niner.words.form_names import line_name
from niner.words.suggest import named_for_rulings

_MOST = 25  # open rows of a broker that are told one by one
_EXAMPLES = 3


def against_forms(
    case: Case,
    rules: YearRules,
    transactions: Sequence[Transaction],
    dispositions: Sequence[Disposition],
    brokers: Brokers,
) -> Reconciled:
    """The dispositions of the case's year as forms report them, with the residual and its findings."""
    reported = brokers.of(case.tax_year)
    if not reported:
        return Reconciled(tuple(dispositions))
    names = names_of(case, transactions)
    rows, said = _as_decided(reported, rules, names)
    stable = {"stablecoin"}
    sales = sales_of(dispositions, transactions, lambda asset: case.asset(asset).class_ in stable)
    found = reconcile(rows, sales, names, lambda asset: case.asset(asset).class_, brokers.rulings)
    findings = [
        *said,
        *found.findings,
        *_unknown(found),
        *_open_rows(found, rules, names, transactions, sales),
        *_proposed(found.bundles),
        *_not_on_form(case, rules, found.sales, sales),
    ]
    return replace(found, findings=tuple(findings))


def names_of(case: Case, transactions: Collection[Transaction]) -> Names:
    """How the case's wallets and assets are called on forms."""
    wallets: set[str] = set()
    assets: set[str] = set()
    for wallet, to_wallet, *several in distinct(
        transactions, "wallet", "to_wallet", "sent_asset", "received_asset", "fee_asset"
    ):
        wallets |= {wallet, to_wallet}
        assets |= set(several)
    brokers = {name: wallet.broker for name, wallet in case.wallets.items() if wallet.broker}
    return Names(frozenset(wallets - {""}), brokers, frozenset(assets - {""}), case.same_as)


def _facts(row: ReportedSale, names: Names) -> dict[str, FactValue]:
    return {
        "tax_year": row.tax_year,
        "form_said": row.form if row.form in FORMS else "not_said",
        "basis_said": "not_said" if row.basis_reported is None else "yes" if row.basis_reported else "no",
        "basis_shown": row.basis is not None,
        "acquired_year": row.acquired.year if row.acquired else 0,
        "noncovered": row.noncovered,
        "moved_in": bool(row.transferred_in) or row.customer_provided,
        "kind": row.kind,
        "asset_in_ledger": names.asset(row.asset) in names.assets,
        "proceeds": whole_cents(row.reported),
    }


def _as_decided(
    rows: Sequence[ReportedSale], rules: YearRules, names: Names
) -> tuple[list[ReportedSale], list[Finding]]:
    """The rows with their form, and whether a basis was reported; what the rules say of it once a broker."""
    decided = rules.conclude("reported_sale", [_facts(row, names) for row in rows], REPORTED)
    able(decided, ROWS_ABLE)
    found: dict[tuple[str, str], Finding] = {}
    made = []
    for row, conclusions in zip(rows, decided, strict=True):
        form, basis = conclusions["reported_form"].value, conclusions["reported_basis"].value
        made.append(replace(row, form=form, basis_reported=basis == "yes" and row.basis is not None))
        for name, conclusion in conclusions.items():
            for finding in told(name.replace("_", "-"), conclusion, row.source, row.broker):
                found.setdefault((finding.says, row.source.file), finding)
    return made, list(found.values())


def _unknown(found: Reconciled) -> list[Finding]:
    """Brokers that are no wallet of the ledger."""
    rows: dict[str, list[ReportedSale]] = defaultdict(list)
    for row in found.rows:
        if row.broker in found.unknown:
            rows[row.broker].append(row)
    return [
        Finding(
            "brokers-unknown",
            "review",
            f"“{broker}” is no wallet of the ledger.",
            f"Say whose sales the file reports in case.yaml: sources: {{{several[0].source.file}: {{wallet: …}}}}; "
            f"or for a wallet of another name: wallets: {{WALLET: {{broker: {broker}}}}}.",
            source=several[0].source,
        )
        for broker, several in rows.items()
    ]


def _open_rows(
    found: Reconciled,
    rules: YearRules,
    names: Names,
    transactions: Sequence[Transaction],
    sales: Sequence[Sale],
) -> Iterator[Finding]:
    """What only a form has: each row with what it may be, as heavy as the rules make it."""
    rows = found.rows
    if not rows:
        return
    facts = [_facts(row, names) | {"matched": False} for row in rows]
    decided = rules.conclude("reported_sale", facts, OPEN_SALE)
    several: dict[tuple[str, str], list[ReportedSale]] = defaultdict(list)
    for row, conclusions in zip(rows, decided, strict=True):
        conclusion = conclusions["open_reported_sale"]
        key = row.broker, conclusion.value
        several[key].append(row)
        if len(several[key]) > _MOST:
            continue
        for finding in told("brokers-open", conclusion, row.source, row.name, whole_cents(row.reported)):
            guess = likely(row, found, names, transactions, sales)
            says = f"{_spoken(row)}: {finding.says} {guess.says}".rstrip()
            todo = f"{finding.todo} {guess.todo}".rstrip()
            yield replace(finding, says=says, todo=named_for_rulings(todo, row.source.file, row.row, row.source.row))
    for (broker, _), those in several.items():
        if len(those) > _MOST:
            amount = whole_cents(sum(row.reported for row in those[_MOST:]))
            says = f"{len(those) - _MOST} more rows of {broker} are in the same state, {dollars_spoken(amount)} in all."
            todo = "`niner brokers --json` lists them all."
            yield Finding("brokers-open", "review", says, todo, amount_cents=amount, source=those[_MOST].source)


def _spoken(row: ReportedSale) -> str:
    if row.kind != "sale":
        return f"The {row.kind.replace('_', ' ')} {row.asset} of {row.broker}, {dollars_spoken(row.reported)}"
    units = f"{row.units:f} {row.asset}" if row.units is not None else row.asset
    return f"{units} of {row.sold}, {row.broker}, {dollars_spoken(row.reported)}"


def _proposed(bundles: Iterable[Bundle]) -> Iterator[Finding]:
    """What was matched by likeness alone, once a broker and asset."""
    groups: dict[tuple[str, str], list[Bundle]] = defaultdict(list)
    for bundle in bundles:
        if bundle.tier == "proposed":
            groups[bundle.rows[0].broker, bundle.sales[0].asset].append(bundle)
    for (broker, asset), several in groups.items():
        shown = "; ".join(f"{_spoken(one.rows[0])} ({one.why})" for one in several[:_EXAMPLES])
        more = f"; and {len(several) - _EXAMPLES} more" if len(several) > _EXAMPLES else ""
        count = "One reported sale was" if len(several) == 1 else f"{len(several)} reported sales were"
        says = f"{count} matched by likeness, {asset} at {broker}: {shown}{more}."
        todo = "Check with `niner brokers`; a ruling in decisions.yaml settles each: reported: […], sales: […]."
        first = several[0].rows[0]
        todo = named_for_rulings(todo, first.source.file, first.row, first.source.row)
        at_stake = sum(abs(one.reported - one.net) for one in several)
        amount = share(at_stake, 1, PARTS)
        yield Finding("brokers-proposed", "review", says, todo, amount_cents=amount, source=first.source)


def _not_on_form(case: Case, rules: YearRules, left: Iterable[Sale], sales: Iterable[Sale]) -> Iterator[Finding]:
    """Sales in a wallet whose broker sent a form that does not have them, and whether one should; `sales` are all."""

    def kind(sale: Sale) -> str:
        class_ = case.asset(sale.asset).class_
        return class_ if class_ == "nft" or (class_ == "stablecoin" and sale.cash) else "other"

    totals: dict[tuple[str, str], int] = defaultdict(int)
    for sale in sales:
        totals[sale.wallet, kind(sale)] += sale.net
    groups: dict[tuple[str, str], list[Sale]] = defaultdict(list)
    for sale in left:
        groups[sale.wallet, kind(sale)].append(sale)
    facts: list[dict[str, FactValue]] = [
        {"tax_year": case.tax_year, "kind": key[1], "total": share(totals[key], 1, PARTS)} for key in groups
    ]
    decided = rules.conclude("unreported_sales", facts, FORM_DUE)
    for ((wallet, _), several), conclusions in zip(groups.items(), decided, strict=True):
        amount = share(sum(sale.net for sale in several), 1, PARTS)
        count = "One sale" if len(several) == 1 else f"{len(several)} sales"
        days = ", ".join(dict.fromkeys(f"{sale.asset} on {sale.day}" for sale in several[:_EXAMPLES]))
        more = ", …" if len(several) > _EXAMPLES else ""
        says = f"On no form of its broker: {count[0].lower()}{count[1:]} in {wallet} ({days}{more}), "
        says += f"{dollars_spoken(amount)} in all; reported as without a form."
        for finding in told("brokers-not-on-form", conclusions["form_due"], several[0].source, "", amount):
            yield replace(finding, says=f"{says} {finding.says}")


def with_withholding(case: Case, rules: YearRules, brokers: Brokers) -> tuple[Case, list[Finding]]:
    """The case with what brokers withheld among its payments, and what is to be said of it."""
    withheld = whole_cents(brokers.withheld_in(case.tax_year))
    if not withheld:
        return case, []
    amount = dollars_spoken(withheld)
    given = case.return_
    place = rules.place("withholding_1099")
    line = line_name(place.form, place.line)
    source = Source("case.yaml")
    if given is None:
        says = f"Brokers withheld {amount}, which is paid tax on {line}."
        todo = "Give the rest of the return, or enter it there by hand."
        return case, [Finding("brokers-withheld", "review", says, todo, amount_cents=withheld, source=source)]
    if "withholding_1099" not in given.model_fields_set:
        says = f"Brokers withheld {amount}; it counts as paid on {line}."
        found = Finding("brokers-withheld", "note", says, "", amount_cents=withheld, source=source)
        return case.model_copy(update={"return_": given.model_copy(update={"withholding_1099": withheld})}), [found]
    if given.withholding_1099 < withheld:
        says = f"Brokers withheld {amount}, and withholding_1099 is {dollars_spoken(given.withholding_1099)}."
        todo = "Give there all that was withheld on Forms 1099, or leave it out where brokers alone withheld."
        return case, [Finding("brokers-withheld", "error", says, todo, amount_cents=withheld, source=source)]
    return case, []


def by_row(found: Reconciled) -> Mapping[str, Bundle]:
    """The bundle of each reported row, by the row's name."""
    return {row.name: bundle for bundle in found.bundles for row in bundle.rows}
