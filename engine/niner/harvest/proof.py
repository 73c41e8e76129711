"""A plan to its proof: the case prepared again with the planned sales in its ledger, and every line compared."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from niner.dataclass import dataclass
from niner.harvest.positions import Day
from niner.harvest.sales import Sale, records_of, rows_of
from niner.prepare import Inputs, Options, work_out_from
from niner.returns.rows import Row
from niner.returns.year import YearReturn
from niner.rules import Lines
from niner.values import Finding, Refused


@dataclass(frozen=True, slots=True)
class Proof:
    """What was compared: printed lines, and pieces of lots on their rows."""

    lines: int
    rows: int
    result: YearReturn


def proved(
    folder: Path,
    inputs: Inputs,
    options: Options,
    sales: Sequence[Sale],
    day: Day,
    planned: Sequence[Row],
    lines: Lines,
) -> Proof:
    """The case prepared with the sales appended, each with the record that would be made before it.

    Raises Refused where any line, or any piece of a lot, comes out otherwise than planned: such a plan is not shown.
    """
    records = inputs.ledger.records
    records = replace(records, identified={**records.identified, **records_of(sales, day)})
    rows = (*inputs.ledger.transactions, *rows_of(sales, day))
    ledger = replace(inputs.ledger, transactions=rows, records=records)
    result, _, _ = work_out_from(folder, replace(inputs, ledger=ledger), options)
    ids = {sale.id for sale in sales}
    mine, own = _pieces(planned), _pieces([row for row in result.rows if row.disposition.transaction in ids])
    wanted, found = lines.as_mapping(), result.lines.as_mapping()
    differing = [
        f"{form} {line}"
        for form in sorted({*wanted, *found})
        for line in sorted({*wanted.get(form, {}), *found.get(form, {})})
        if wanted.get(form, {}).get(line) != found.get(form, {}).get(line)
    ]
    if mine != own or differing:
        where = ", ".join(differing[:5]) or "the lots that are sold"
        says = f"The plan is not shown: prepared with its sales, the case comes out otherwise ({where})."
        todo = "Leave out the asset or wallet that is the cause with --leave-out, and report it with a made-up ledger."
        raise Refused([Finding("harvest-proof", "error", says, todo)])
    return Proof(sum(map(len, found.values())), len(own), result)


def _pieces(rows: Sequence[Row]) -> list[tuple[object, ...]]:
    """Which units of which lots are sold in which sale, and with what result."""
    return sorted((d.transaction, d.lot, d.quantity, row.term) for row in rows for d in row.parts)
