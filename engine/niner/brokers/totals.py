"""Reported sales to the totals that the forms themselves come to: by broker, account, form and letter."""

from collections.abc import Sequence

from niner.brokers.values import ReportedSale
from niner.dataclass import dataclass
from niner.money import Cents

Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Total:
    """What a broker reported for one account under one letter of Form 8949, in exact cents."""

    broker: str
    account: str
    form: str
    code: str
    kind: str
    rows: int
    reported: Cents
    basis: Cents
    withheld: Cents

    @property
    def name(self) -> str:
        """How people call it: `Coinbase, account 1, Form 1099-DA, box H`."""
        parts = [self.broker, f"account {self.account}" if self.account else ""]
        parts += [f"Form {self.form}" if self.form else "report", f"box {self.code}" if self.code else ""]
        parts.append("" if self.kind == "sale" else self.kind.replace("_", " "))
        return ", ".join(part for part in parts if part)


def key_of(sale: ReportedSale) -> Key:
    """What a row is totalled by."""
    return sale.broker, sale.account, sale.form, sale.code, sale.kind


def totals(sales: Sequence[ReportedSale]) -> list[Total]:
    """The totals of `sales`, in the order of their names."""
    groups: dict[Key, list[ReportedSale]] = {}
    for sale in sales:
        groups.setdefault(key_of(sale), []).append(sale)
    return [
        Total(
            *key,
            rows=len(rows),
            reported=sum(row.reported for row in rows),
            basis=sum(row.basis or 0 for row in rows),
            withheld=sum(row.withheld for row in rows),
        )
        for key, rows in sorted(groups.items())
    ]
