"""What brokers reported and the rows of the return, to what is left between the two: by broker, account and box.

Every dollar that a form reports is on a row of Form 8949, on another paper, or open; that is proved to the cent.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import timedelta
from typing import Any

from niner.brokers.match import Bundle
from niner.brokers.reconcile import Reconciled
from niner.brokers.totals import Key, key_of
from niner.brokers.values import FORMS, SALE, ReportedSale
from niner.dataclass import dataclass
from niner.lots import Disposition
from niner.money import PARTS, Amounts, dollars_text, parts, share, total, whole_cents
from niner.returns.rows import Row

_ONE_DAY = timedelta(days=1)  # a broker's clock may be another
REASONS = {
    "time_zone": "the broker's day is another than the local day",
    "fee": "the form left out fees",
    "more": "the form has more than was received",
    "less": "the form has less than was received",
    "no_basis": "the form shows no basis",
    "no_basis_moved_in": "the form shows no basis, or zero, for units that were transferred in",
    "zero_basis": "the form shows a basis of zero",
    "other_lots": "the form names other lots, by the day on which they were acquired",
    "other_basis": "the form shows another basis",
    "term": "the form shows another term",
    "wash_sale": "the form shows another wash sale",
    "total": "one row of the form is the total of many sales",
    "joined": "the form joins or divides sales otherwise than the ledger",
}
"""The likely reasons of a difference, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some rows differ: how many, and by how many cents of proceeds or basis in all."""

    name: str
    rows: int
    cents: int

    @property
    def says(self) -> str:
        return REASONS[self.name]

    @property
    def counted(self) -> str:
        """The reason with how many rows it is of."""
        return f"{self.says}: {self.rows} {'row' if self.rows == 1 else 'rows'}"


@dataclass(frozen=True, slots=True)
class Group:
    """One broker's account under one letter: what was reported, what the records have, and where it went. Cents.

    `records` is what was received for the matched rows, after fees; `boxes` the columns (d), (e), (g) and (h) by box;
    `more_received` what column (d) has beyond the form. `gain_by_form` is what the form alone would come to.
    """

    broker: str
    account: str
    form: str
    code: str
    kind: str
    rows: int
    reported: int
    basis: int
    withheld: int
    matched: int
    records: int
    open_rows: int
    open: int
    elsewhere: int
    offset: int
    more_received: int
    boxes: Mapping[str, Amounts]
    reasons: tuple[Reason, ...]
    foots: bool

    @property
    def gain(self) -> int:
        return sum(sums.gain for sums in self.boxes.values())

    @property
    def gain_by_form(self) -> int:
        return self.reported - self.basis

    @property
    def difference(self) -> int:
        """What was reported for the matched rows, less what the records have."""
        return self.matched - self.records

    def as_json(self) -> dict[str, Any]:
        """The group as `niner brokers --json` prints it."""
        money = (
            "reported", "basis", "withheld", "matched", "records", "difference", "open", "elsewhere", "offset",
            "more_received", "gain", "gain_by_form",
        )  # fmt: skip
        return {
            **{
                name: getattr(self, name) for name in ("broker", "account", "form", "code", "kind", "rows", "open_rows")
            },
            **{name: dollars_text(getattr(self, name)) for name in money},
            "boxes": {box: _columns(sums) for box, sums in self.boxes.items()},
            "reasons": [
                {"reason": one.name, "says": one.says, "rows": one.rows, "amount": dollars_text(one.cents)}
                for one in self.reasons
            ],
            "foots": self.foots,
        }


def _columns(sums: Amounts) -> dict[str, str]:
    return {column: dollars_text(amount) for column, amount in zip("degh", sums, strict=True)}


@dataclass(frozen=True, slots=True)
class Residual:
    """The groups of a year, and the sales of the ledger that no form has, by box."""

    groups: tuple[Group, ...]
    without_form: Mapping[str, Amounts]
    bundles: tuple[Bundle, ...]

    @property
    def foots(self) -> bool:
        """Whether every group does."""
        return all(group.foots for group in self.groups)

    def as_json(self) -> dict[str, Any]:
        """The residual as plain data; amounts are decimal text in dollars."""
        return {
            "residual": [group.as_json() for group in self.groups],
            "without_form": {box: _columns(sums) for box, sums in self.without_form.items()},
            "matches": [_match(bundle) for bundle in self.bundles],
            "foots": self.foots,
        }


def _match(bundle: Bundle) -> dict[str, Any]:
    return {
        "reported": [row.name for row in bundle.rows],
        "sales": [{"file": sale.source.file, "row": sale.source.row} for sale in bundle.sales],
        "tier": bundle.tier,
        "why": bundle.why,
        "reported_proceeds": dollars_text(_cents(bundle.reported)),
        "received": dollars_text(_cents(bundle.net)),
        "fees": dollars_text(_cents(bundle.fees)),
    }


def _cents(amount: int) -> int:
    return share(amount, 1, PARTS)


@dataclass(slots=True)
class _Parts:
    """What falls to a group while the rows are gone through."""

    rows: list[ReportedSale] = field(default_factory=list)
    open: list[ReportedSale] = field(default_factory=list)
    elsewhere: list[ReportedSale] = field(default_factory=list)
    offset: list[ReportedSale] = field(default_factory=list)
    printed: dict[str, list[Amounts]] = field(default_factory=lambda: defaultdict(list))
    pieces: list[Disposition] = field(default_factory=list)
    more_received: int = 0
    wrong_term: set[str] = field(default_factory=set)


def residual(found: Reconciled, rows: Sequence[Row]) -> Residual:
    """The residual of a year: `found` are its forms and sales, `rows` those of its return."""
    groups: dict[Key, _Parts] = defaultdict(_Parts)
    of_row: dict[str, Key] = {}
    for those, sort in _sorted(found):
        for row in those:
            key = of_row[row.name] = key_of(row)
            groups[key].rows.append(row)
            if sort:
                getattr(groups[key], sort).append(row)
    bundle_of = {row.name: bundle for bundle in found.bundles for row in bundle.rows}
    without: dict[str, list[Amounts]] = defaultdict(list)
    for printed in rows:
        said = [part for part in printed.parts if part.said is not None]
        if not said or said[0].said is None:
            without[printed.box].append(printed.sums)
            continue
        parts_of = groups[of_row[said[0].said.name]]
        parts_of.printed[printed.box].append(printed.sums)
        parts_of.pieces += said
        if printed.because["term_code"].value != "none":
            parts_of.wrong_term |= {part.said.name for part in said if part.said is not None}
        if any(part.said is not None and part.said.under for part in said):
            form = sum(part.said.proceeds[1] for part in said if part.said is not None)
            parts_of.more_received += printed.sums.proceeds - form
    made = tuple(_group(key, groups[key], bundle_of) for key in sorted(groups))
    return Residual(made, {box: total(sums) for box, sums in sorted(without.items())}, found.bundles)


def _sorted(found: Reconciled) -> Iterator[tuple[Iterable[ReportedSale], str]]:
    yield (row for bundle in found.bundles for row in bundle.rows), ""
    yield found.rows, "open"
    yield found.elsewhere, "elsewhere"
    yield (row for row, _, _ in found.offset), "offset"


def _sum(rows: Iterable[ReportedSale]) -> int:
    return whole_cents(sum(row.reported for row in rows))


def _group(key: Key, found: _Parts, bundle_of: Mapping[str, Bundle]) -> Group:
    matched = [row for row in found.rows if row.name in bundle_of]
    boxes = {box: total(sums) for box, sums in sorted(found.printed.items())}
    reported, lies_open, elsewhere = _sum(found.rows), _sum(found.open), _sum(found.elsewhere)
    offset = _sum(found.offset)
    on_form = sum(sums.proceeds for sums in boxes.values()) - found.more_received
    if key[2] in FORMS:
        records = sum(p.proceeds_cents for p in found.pieces if p.said is not None and p.said.role == "mine")
    else:  # a report of which no form went to the IRS has no row of its own
        records = on_form = _sum(matched)
    return Group(
        *key,
        rows=len(found.rows),
        reported=reported,
        basis=whole_cents(sum(row.basis or 0 for row in found.rows)),
        withheld=whole_cents(sum(row.withheld for row in found.rows)),
        matched=_sum(matched),
        records=records,
        open_rows=len(found.open),
        open=lies_open,
        elsewhere=elsewhere,
        offset=offset,
        more_received=found.more_received,
        boxes=boxes,
        reasons=tuple(_reasons(matched, found, bundle_of)),
        foots=on_form + lies_open + elsewhere == reported,
    )


def _reasons(rows: Sequence[ReportedSale], found: _Parts, bundle_of: Mapping[str, Bundle]) -> Iterator[Reason]:
    """Why the rows differ from the records, each reason with how many rows and how much."""
    own: dict[str, list[Disposition]] = defaultdict(list)
    for piece in found.pieces:
        if piece.said is not None and piece.said.role == "mine":
            own[piece.said.name].append(piece)
    counts: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        bundle, mine = bundle_of[row.name], own.get(row.name, [])
        for name, cents in _of_row(row, bundle, mine):
            counts[name].append(cents)
        if row.name in found.wrong_term:
            counts["term"].append(0)
    for name in REASONS:
        if name in counts:
            yield Reason(name, len(counts[name]), sum(counts[name]))


def _of_row(row: ReportedSale, bundle: Bundle, mine: Sequence[Disposition]) -> Iterator[tuple[str, int]]:
    if row.sold is not None and row.kind == SALE and all(sale.day != row.sold for sale in bundle.sales):
        yield "time_zone", 0
    said = [piece.said for piece in mine if piece.said is not None]
    fees, over = sum(form.fees[1] for form in said), sum(form.over[1] for form in said)
    if fees:
        yield "fee", fees
    if over:
        yield "more", over
    if any(form.under for form in said):
        yield "less", sum(piece.proceeds_cents for piece in mine) - sum(form.proceeds[1] for form in said)
    if mine and row.acquired is not None and all(abs(piece.acquired - row.acquired) > _ONE_DAY for piece in mine):
        yield "other_lots", 0
    basis = sum(piece.basis_parts for piece in mine)
    if mine and not row.basis:
        moved = bool(row.transferred_in) or row.transferred_on is not None
        name = "no_basis_moved_in" if moved else "no_basis" if row.basis is None else "zero_basis"
        if basis or row.basis is None:
            yield name, _cents(basis)
    elif mine and any(not form.basis_right for form in said):
        yield "other_basis", _cents(abs(basis - parts(row.basis or 0)))
    if any(not form.wash_right for form in said):
        yield "wash_sale", whole_cents(row.wash_sale)
    if row.kind != SALE:
        yield "total", 0
    elif len(bundle.rows) > 1 or len(bundle.sales) > 1:
        yield "joined", 0
