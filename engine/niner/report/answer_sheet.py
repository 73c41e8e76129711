"""What brokers reported against the return, to the sheet that answers a notice: reported, yours, why, proof by row."""

from collections import defaultdict
from collections.abc import Sequence

from niner.brokers.reconcile import Reconciled
from niner.brokers.values import ReportedSale
from niner.dataclass import dataclass
from niner.money import Amounts, total, whole_cents
from niner.returns.rows import Row


@dataclass(frozen=True, slots=True)
class Line:
    """One reported sale: what it is, where it stands on the form and in the records, its columns, and why. Cents."""

    what: str
    reported_at: str
    proof: str
    reported: int
    basis_shown: int | None
    boxes: str
    sums: Amounts
    code: str
    why: str


def answer_lines(found: Reconciled, rows: Sequence[Row]) -> list[Line]:
    """Each reported sale, with the rows of the form and of the ledger that it is."""
    of_row: dict[str, list[Row]] = defaultdict(list)
    for printed in rows:
        names = dict.fromkeys(part.said.name for part in printed.parts if part.said is not None)
        for name in names:
            of_row[name].append(printed)
    reasons = {row.name: bundle.why for bundle in found.bundles for row in bundle.rows}
    reasons |= {row.name: why for row, _, why in found.offset}
    reasons |= dict.fromkeys((row.name for row in found.elsewhere), "on another paper of the return")
    several = [row for bundle in found.bundles for row in bundle.rows]
    several += [*(row for row, _, _ in found.offset), *found.elsewhere, *found.rows]
    unsettled = "no sale of the records: to be settled"
    return [_line(row, of_row[row.name], reasons.get(row.name, unsettled)) for row in several]


def _line(row: ReportedSale, rows: Sequence[Row], why: str) -> Line:
    proof = dict.fromkeys(
        f"sale {part.source}; bought {part.lot_source}" for printed in rows for part in printed.parts if part.said
    )
    codes = dict.fromkeys(printed.code for printed in rows if printed.code)
    says = dict.fromkeys(conclusion.says for printed in rows for conclusion in printed.coded)
    units = f"{row.units:f} {row.asset}" if row.units is not None else f"{row.asset} ({row.kind.replace('_', ' ')})"
    return Line(
        what=f"{units}, {row.sold or row.tax_year}, {row.broker}",
        reported_at=row.name,
        proof="; ".join(proof),
        reported=whole_cents(row.reported),
        basis_shown=None if row.basis is None else whole_cents(row.basis),
        boxes=", ".join(dict.fromkeys(printed.box for printed in rows)),
        sums=total(printed.sums for printed in rows),
        code=", ".join(codes),
        why=" ".join((f"{why}.", *says)),
    )
