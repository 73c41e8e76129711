"""A year's return to workpapers in HTML: every line with its derivation, every row, finding and input.

Where a table has more rows than a browser shows at once, the page holds the first of them, and all of them lie in files
beside it, which the page loads from disk as it is turned, searched or filtered.
"""

from collections.abc import Mapping, Sequence

from niner.form_names import form_name, form_order, routed_name
from niner.lots import Lot
from niner.money import dollars_printed
from niner.pages import page
from niner.printing.unfilled import Unfilled
from niner.report.explain import Reason, explain_line
from niner.report.many import SHOWN, many
from niner.report.summary import summary
from niner.returns.income import Income
from niner.returns.rows import Row
from niner.returns.units.opening import balances, holdings
from niner.returns.year import YearReturn
from niner.values import Finding, by_weight

_WEIGHTS = {"error": "Error", "review": "To settle", "note": "Note"}
_MOST = 40  # entries of one list inside a derivation; the tables have them all


def workpapers(
    result: YearReturn,
    findings: Sequence[Finding],
    inputs: Mapping[str, str],
    pages: int,
    unfilled: Sequence[Unfilled] = (),
) -> dict[str, bytes]:
    """workpapers.html, and the files that hold the rows of its long tables.

    Text from the client's files is escaped; the SSN is in none of them.
    """
    tables = (
        many("dispositions", result.rows, _disposition, _DISPOSITION),
        many("income", result.income, _receipt, _RECEIPT),
        many("lots", result.held, _lot, _LOT),
    )
    html = page(
        "workpapers",
        "workpapers.html.j2",
        name=result.case.name_on_forms,
        year=result.year,
        rules=result.rules,
        positions=sorted({f"{p.kind} {p.name} ({p.action} for {p.year})" for p in result.rules.positions}),
        summary=summary(result, pages, unfilled),
        findings=by_weight(findings),
        lines=_lines(result),
        rows=result.rows[:SHOWN] if tables[0] else result.rows,
        income=result.income[:SHOWN] if tables[1] else result.income,
        held=result.held[:SHOWN] if tables[2] else result.held,
        many={table.name: table for table in tables if table},
        opening=_opening(result),
        inputs=sorted(inputs.items()),
        money=dollars_printed,
        weights=_WEIGHTS,
        line_of=routed_name,
        most=_MOST,
    )
    return {"workpapers.html": html, **{name: data for table in tables if table for name, data in table.files.items()}}


# The columns of the tables that may be long: the name, how its cells stand, and whether the page offers its values.
_DISPOSITION = (
    ("Row", "n", False),
    ("Property", "", False),
    ("Wallet", "", True),
    ("Acquired", "d", False),
    ("Disposed", "d", False),
    ("Proceeds", "n", False),
    ("Basis", "n", False),
    ("Code", "", True),
    ("Gain or loss", "n", False),
    ("Term", "", True),
    ("Box", "", True),
    ("From", "s", False),
)
_RECEIPT = (
    ("Day", "d", False),
    ("Kind", "", True),
    ("Units", "", False),
    ("Amount", "n", False),
    ("Line", "", True),
    ("From", "s", False),
)
_LOT = (
    ("Asset", "", True),
    ("Wallet", "", True),
    ("Units", "n", False),
    ("Acquired", "d", False),
    ("Basis", "n", False),
    ("From", "s", False),
)


def _disposition(number: int, row: Row) -> list[str]:
    d = row.disposition
    return [
        str(number),
        row.description,
        d.wallet,
        row.acquired,
        row.disposed,
        dollars_printed(row.proceeds_cents),
        dollars_printed(row.basis_cents),
        row.code,
        dollars_printed(row.gain_cents),
        row.term,
        row.box,
        f"{d.source}; lot: {d.lot_source}",
    ]


def _receipt(number: int, item: Income) -> list[str]:
    t = item.transaction
    units = f"{t.received_quantity:f} {t.received_asset}"
    amount = dollars_printed(item.amount_cents)
    return [t.day.isoformat(), t.kind, units, amount, routed_name(item.line), str(t.source)]


def _lot(number: int, lot: Lot) -> list[str]:
    basis, acquired = dollars_printed(lot.basis_cents), lot.acquired.isoformat()
    return [lot.asset, lot.wallet, f"{lot.quantity:f}", acquired, basis, str(lot.source)]


def _opening(result: YearReturn) -> dict[str, object] | None:
    """The day of the year on which wallets became pools: each asset's balance, and each wallet."""
    if result.opening is None:
        return None
    return {"sides": balances(result.opening), "wallets": holdings(result.opening.lots)}


def _lines(result: YearReturn) -> list[tuple[str, list[Reason]]]:
    """Each form's printed lines with what they were worked out from; every inner line has an entry of its own."""
    return [
        (form_name(form), [explain_line(result, form, line, deep=False) for line in sorted(lines, key=form_order)])
        for form, lines in result.lines.as_mapping().items()
    ]
