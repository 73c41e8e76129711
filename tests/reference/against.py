"""One random ledger through Niner and through the reference: every difference between the two, in words.

Niner reads a case folder, as `prepare` does, or, where no folder is given, is handed the rows and the records and
matches lots at once: the same lots, rows and income, in a fraction of the time.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from niner.case.folder import parse_case
from niner.ledger import NO_RECORDS, Records, whole_ledger
from niner.lots import Lot, Opening
from niner.money import PARTS
from niner.prepare import Options, rules_by_year, work_out
from niner.returns.income import Income, income_of
from niner.returns.matching import matching
from niner.returns.rows import Row
from niner.returns.units.opening import balances
from niner.values import Finding, Refused
from reference import made_chosen
from reference.chosen import NoPlace, Opened
from reference.chosen import run as run_chosen
from reference.lots import Outcome, Short, footed, run
from reference.made import YEAR, Maker
from reference.made_chosen import ChosenMaker
from reference.rows import read
from reference.values import records_of, transactions_of

CASE = """\
tax_year: {year}
taxpayer: {{first_name: Pat, last_name: Testcase, ssn: 900-12-3456, filing_status: single}}
elections: {{timezone: {zone}, pool: {pool}, lot_method: {method}}}
"""
_NEAR = Fraction(1, 10**18)  # of a dollar: Niner keeps parts of a cent, the reference fractions


@dataclass(frozen=True)
class Found:
    """What Niner came to; where it refuses, only the findings count."""

    findings: Sequence[Finding]
    rows: Sequence[Row] = ()
    income: Sequence[Income] = ()
    held: Sequence[Lot] = ()
    opening: Opening | None = None

    @property
    def errors(self) -> list[Finding]:
        return [f for f in self.findings if f.severity == "error"]


def differences(seed: int, folder: Path | None) -> list[str]:
    """What Niner and the reference do not agree on; both refusing a shortage is agreement."""
    made = Maker(seed)
    case = CASE.format(year=YEAR, zone=made.zone, pool=made.pool, method=made.method)
    rows = read(made.text, made.zone)
    try:
        expected: Outcome | None = run(rows, made.method, made.pool)
    except Short:
        expected = None
    found = _through_files(folder, made.text, case, "") if folder else _on_values(made.text, case, NO_RECORDS)
    errors = {f.id for f in found.errors}
    if errors:
        return [] if errors == {"lots-short"} and expected is None else _refused(found)
    if expected is None:
        return ["the reference finds a shortage, Niner none"]
    return _of_year(found, expected, YEAR, {row.id for row in rows if row.day.year == YEAR}) + _lots(
        found.held, expected, made.pool
    )


def chosen_differences(seed: int, folder: Path | None) -> list[str]:
    """The same of a ledger that runs into 2025, with records of which units left."""
    made, overdrawn = ChosenMaker(seed), False
    try:
        expected: Opened | None = run_chosen(made.rows_read, made.said)
    except Short:
        expected = None
    except (
        NoPlace
    ):  # a wallet gave more than its own rows brought in: Niner says so, and may find the lots all the same
        expected, overdrawn = None, True
    if folder:
        found = _through_files(folder, made.text, made.case, made.decisions)
    else:
        found = _on_values(made.text, made.case, records_of(made.said, made.rows_read))
    errors = {f.id for f in found.errors}
    if errors:
        short = expected is None and errors <= {"lots-short", "lots-unplaced", "allocation-units"}
        return [] if short else _refused(found)
    if overdrawn and any(f.id == "wallet-overdrawn" for f in found.findings):
        return []
    if expected is None:
        return ["the reference finds a shortage, Niner none"]
    in_year = {row.id for row in made.rows_read if row.day.year == made_chosen.YEAR}
    said = _of_year(found, expected.outcome, made_chosen.YEAR, in_year)
    said += _lots(found.held, expected.outcome, "wallet")
    if (found.opening is None) != (expected.wallets is None):
        said.append("only one of the two opens wallets")
    elif found.opening is not None and expected.wallets is not None:
        said += _lots(found.opening.lots, Outcome(lots=expected.wallets), "wallet")
        said += [f"pool and wallets differ: {side}" for side in balances(found.opening) if not side.agrees]
    return said


def _through_files(folder: Path, ledger: str, case: str, decisions: str) -> Found:
    """A case folder read and worked out whole."""
    (folder / "ledger").mkdir(parents=True)
    (folder / "ledger" / "made.csv").write_text(ledger)
    (folder / "case.yaml").write_text(case)
    if decisions:
        (folder / "decisions.yaml").write_text(decisions)
    try:
        result = work_out(folder, Options(forms=False))[0]
    except Refused as refused:
        return Found(refused.findings)
    return Found(result.findings, result.rows, result.income, result.held, result.opening)


def _on_values(text: str, of_case: str, records: Records) -> Found:
    """The lots, rows and income alone, of rows and records that no file was written for."""
    case = parse_case(of_case)
    rows, findings = transactions_of(text, case)
    ledger = whole_ledger(rows, {}, findings)
    rules_of = rules_by_year(())
    year = case.tax_year
    lots = matching(case, ledger.transactions, rules_of, records=records)
    said = [*ledger.findings, *lots.findings]
    if lots.matched is None or any(f.severity == "error" for f in said):
        return Found(said)
    own = [t for t in lots.transactions if t.day.year == year]
    income, of_income = income_of(case, own, rules_of(year), lots.does)
    opening = lots.matched.opening
    return Found(
        [*said, *of_income],
        lots.rows_of(case, rules_of),
        income,
        lots.held,
        opening if opening is not None and opening.year == year else None,
    )


def _refused(found: Found) -> list[str]:
    return [f"refused: {f.says} {f.source}" for f in found.errors]


def _of_year(result: Found, expected: Outcome, year: int, in_year: set[str]) -> list[str]:
    """Dispositions and income of the year."""
    parts = [(row, part) for row in result.rows for part in row.parts]
    found = Counter(
        (part.transaction, part.kind, part.lot, part.asset, part.wallet, Fraction(part.quantity), row.acquired,
         part.disposed, row.sums.proceeds, row.sums.basis, row.sums.gain, row.term)
        for row, part in parts
    )  # fmt: skip
    sold = footed([one for one in expected.sold if one.disposed.year == year])
    wanted = Counter(
        (one.row, one.kind, one.lot, one.asset, one.wallet, one.units, one.acquired,
         one.disposed, one.proceeds, one.basis, one.gain, one.term)
        for one in sold
    )  # fmt: skip
    said = [f"Niner has {row}" for row in found - wanted] + [f"the reference has {row}" for row in wanted - found]
    exact = sorted(
        (p.transaction, p.kind, p.lot, Fraction(p.quantity), Fraction(p.proceeds_parts, PARTS * 100)) for _, p in parts
    )
    ours = sorted((s.row, s.kind, s.lot, s.units, s.exact_proceeds) for s in sold)
    for one, other in zip(exact, ours, strict=False):
        if one[:4] == other[:4] and abs(one[4] - other[4]) > _NEAR:
            said.append(f"to the last part Niner has {one}, the reference {other}")
    income = Counter((i.transaction.id, i.transaction.kind, Fraction(i.amount_cents) / 100) for i in result.income)
    received = Counter(one for one in expected.income if one[0] in in_year)
    said += [f"income differs: {income - received} against {received - income}"] if income != received else []
    return said


def _lots(held: Sequence[object], expected: Outcome, pool: str) -> list[str]:
    """Open lots by lot and wallet (by lot alone in a common pool): units and the cents of basis."""
    found: dict[tuple[str, ...], list[Fraction]] = {}
    wanted: dict[tuple[str, ...], list[Fraction]] = {}
    for lot in held:
        key = (lot.id, lot.asset, lot.wallet if pool == "wallet" else "")  # type: ignore[attr-defined]
        sums = found.setdefault(key, [Fraction(0), Fraction(0)])
        sums[0] += Fraction(lot.quantity)  # type: ignore[attr-defined]
        sums[1] += lot.basis_cents  # type: ignore[attr-defined]
    for one in expected.lots:
        sums = wanted.setdefault(
            (one.id, one.asset, one.wallet if pool == "wallet" else ""), [Fraction(0), Fraction(0)]
        )
        sums[0] += one.left
        sums[1] += one.take(one.left)[0].cents
    return [] if found == wanted else [f"open lots differ: {found} against {wanted}"]
