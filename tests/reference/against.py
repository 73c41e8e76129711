"""One random ledger through Niner and through the reference: every difference between the two, in words."""

from collections import Counter
from fractions import Fraction
from pathlib import Path

from niner.money import PARTS
from niner.prepare import Options, work_out
from niner.returns.units.opening import balances
from niner.returns.year import YearReturn
from niner.values import Refused
from reference import made_chosen
from reference.chosen import NoPlace, Opened
from reference.chosen import run as run_chosen
from reference.lots import Outcome, Short, footed, run
from reference.made import YEAR, Maker
from reference.made_chosen import ChosenMaker
from reference.rows import read

CASE = """\
tax_year: {year}
taxpayer: {{first_name: Pat, last_name: Testcase, ssn: 900-12-3456, filing_status: single}}
elections: {{timezone: {zone}, pool: {pool}, lot_method: {method}}}
"""
_NEAR = Fraction(1, 10**18)  # of a dollar: Niner keeps parts of a cent, the reference fractions


def differences(seed: int, folder: Path) -> list[str]:
    """What Niner and the reference do not agree on; both refusing a shortage is agreement."""
    made = Maker(seed)
    (folder / "ledger").mkdir(parents=True)
    (folder / "ledger" / "made.csv").write_text(made.text)
    (folder / "case.yaml").write_text(CASE.format(year=YEAR, zone=made.zone, pool=made.pool, method=made.method))
    try:
        expected: Outcome | None = run(read(made.text, made.zone), made.method, made.pool)
    except Short:
        expected = None
    try:
        result = work_out(folder, Options(forms=False))[0]
    except Refused as refused:
        errors = {f.id for f in refused.findings if f.severity == "error"}
        if errors == {"lots-short"} and expected is None:
            return []
        return [f"refused: {f.says} {f.source}" for f in refused.findings if f.severity == "error"]
    if expected is None:
        return ["the reference finds a shortage, Niner none"]
    in_year = {row.id for row in read(made.text, made.zone) if row.day.year == YEAR}
    return _of_year(result, expected, YEAR, in_year) + _lots(result.held, expected, made.pool)


def chosen_differences(seed: int, folder: Path) -> list[str]:
    """The same of a ledger that runs into 2025, with records of which units left."""
    made, overdrawn = ChosenMaker(seed), False
    (folder / "ledger").mkdir(parents=True)
    (folder / "ledger" / "made.csv").write_text(made.text)
    (folder / "case.yaml").write_text(made.case)
    decisions = made.decisions
    if decisions:
        (folder / "decisions.yaml").write_text(decisions)
    try:
        expected: Opened | None = run_chosen(made.rows_read, made.said)
    except Short:
        expected = None
    except (
        NoPlace
    ):  # a wallet gave more than its own rows brought in: Niner says so, and may find the lots all the same
        expected, overdrawn = None, True
    try:
        result = work_out(folder, Options(forms=False))[0]
    except Refused as refused:
        errors = {f.id for f in refused.findings if f.severity == "error"}
        if expected is None and errors <= {"lots-short", "lots-unplaced", "allocation-units"}:
            return []
        return [f"refused: {f.says} {f.source}" for f in refused.findings if f.severity == "error"]
    if overdrawn and any(f.id == "wallet-overdrawn" for f in result.findings):
        return []
    if expected is None:
        return ["the reference finds a shortage, Niner none"]
    in_year = {row.id for row in made.rows_read if row.day.year == made_chosen.YEAR}
    said = _of_year(result, expected.outcome, made_chosen.YEAR, in_year)
    said += _lots(result.held, expected.outcome, "wallet")
    if (result.opening is None) != (expected.wallets is None):
        said.append("only one of the two opens wallets")
    elif result.opening is not None and expected.wallets is not None:
        said += _lots(result.opening.lots, Outcome(lots=expected.wallets), "wallet")
        said += [f"pool and wallets differ: {side}" for side in balances(result.opening) if not side.agrees]
    return said


def _of_year(result: YearReturn, expected: Outcome, year: int, in_year: set[str]) -> list[str]:
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


def _lots(held: tuple[object, ...], expected: Outcome, pool: str) -> list[str]:
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
