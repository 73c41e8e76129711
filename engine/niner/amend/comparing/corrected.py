"""The corrected returns of every filed year: one ledger through all of them, each year's losses into the next."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from niner.amend.filed.figures import amount
from niner.amend.filed.original import Original
from niner.brokers import NONE, Brokers
from niner.case import Case, ReturnFigures
from niner.case.model import ScheduleDFigures, YearFigures
from niner.ledger import NO_RECORDS, Records, Transaction
from niner.money import dollars_spoken
from niner.printing.descriptions import fitted
from niner.returns.footing import not_footing
from niner.returns.inputs import worksheet_inputs
from niner.returns.plan import RulesOf
from niner.returns.year import YearReturn
from niner.returns.years.chain import chain
from niner.values import Finding, Refused, Source


def run_of_years(year: int, filed: Sequence[int]) -> list[int]:
    """The unbroken run of filed years around `year`: losses are carried from its first to its last."""
    first = last = year
    while first - 1 in filed:
        first -= 1
    while last + 1 in filed:
        last += 1
    return list(range(first, last + 1))


def refuse_gap(years: Sequence[int], filed: Sequence[int], case: Case) -> None:
    """Raises Refused where earlier filed years lie beyond one that is not filed, and nothing says what it left.

    Losses run through every year; a missing one can't be skipped.
    """
    first = years[0]
    earlier = [year for year in filed if year < first]
    own = case.years.get(first)
    said = (case.carryover_in if first == case.tax_year else own and own.carryover_in) is not None
    if not earlier or said:
        return
    missing = ", ".join(str(year) for year in range(max(earlier) + 1, first))
    says = (
        f"filed/ has {max(earlier)} and {first}, but not {missing}: "
        f"what losses {max(earlier)} left to {first} can't be told."
    )
    todo = (
        f"Add what was filed for {missing} (niner file FOLDER --year {first - 1} --template), or give the losses "
        f"carried into {first} as carryover_in, zeros if there were none."
    )
    raise Refused([Finding("filed-gap", "error", says, todo, source=Source(f"filed/{first}.yaml"))])


def completed(case: Case, originals: Mapping[int, Original]) -> tuple[Case, list[Finding]]:
    """The case with, for each filed year, the figures as filed where it has none of its own, and what is to be known.

    Where the IRS changed a figure and the case still has it as first filed, the IRS's stands.
    """
    found: list[Finding] = []
    years = dict(case.years)
    updates: dict[str, object] = {}
    first = min(originals)
    for year, original in originals.items():
        filed = original.figures
        own = years.get(year, YearFigures())
        if year == case.tax_year:
            updates["return_"], said = _with_adjustments(case.return_, original)
            found += said
            updates["schedule_d"] = _with_sales(case.schedule_d, filed.schedule_d)
            if year == first and case.carryover_in is None:
                updates["carryover_in"] = filed.carryover_in
            continue
        given, said = _with_adjustments(own.return_, original)
        found += said
        carried = own.carryover_in
        if carried is None and year == first:
            carried = filed.carryover_in
        years[year] = own.model_copy(
            update={
                "filing_status": own.filing_status or filed.filing_status,
                "return_": given,
                "schedule_d": _with_sales(own.schedule_d, filed.schedule_d),
                "carryover_in": carried,
            }
        )
    return case.model_copy(update={**updates, "years": years}), found


def _with_adjustments(own: ReturnFigures | None, original: Original) -> tuple[ReturnFigures | None, list[Finding]]:
    """The case's figures with what was adjusted after filing, where the case still has what was first filed."""
    adjusted, first = original.figures.given, original.first_figures.given
    if own is None:
        return adjusted, []
    own = _with_payments(own, original)
    if not original.filed.adjustments or adjusted is None or first is None:
        return own, []
    updates: dict[str, object] = {}
    found = []
    source = Source(f"filed/{original.year}.yaml")
    for name in ReturnFigures.model_fields:
        mine, was, now = getattr(own, name), getattr(first, name), getattr(adjusted, name)
        if was == now or mine == now or not (isinstance(was, int) and isinstance(now, int) and isinstance(mine, int)):
            continue
        words = name.replace("_", " ")
        if mine == was:
            updates[name] = now
            says = (
                f"{words.capitalize()}: {dollars_spoken(now)} as changed after filing stays; case.yaml still has "
                f"{dollars_spoken(mine)}, as first filed."
            )
            todo = f"If the change was wrong, give the right figure as {name} under return."
        else:
            says = (
                f"{words.capitalize()}: case.yaml has {dollars_spoken(mine)}; the return had "
                f"{dollars_spoken(was)}, and {dollars_spoken(now)} since it was changed. The case's figure is used."
            )
            todo = "Check it against the notice of the change."
        found.append(Finding("amend-adjusted-figure", "review", says, todo, amount_cents=now - mine, source=source))
    return own.model_copy(update=updates), found


# Neither is changed by an amended return: Form 1040-X instructions, lines 18 and 23; Form 1040 instructions, line 36.
_AS_FILED = ("applied_to_next_year", "estimated_tax_penalty")


def _with_payments(own: ReturnFigures, original: Original) -> ReturnFigures:
    """The case's figures with what it does not say as it was filed: the penalty, what was applied to the next year, and
    the credits that Form 1040-X has on lines of their own, which until then are among the refundable credits.
    """
    filed = original.figures.given
    if filed is None:
        return own
    updates: dict[str, object] = {name: getattr(filed, name) for name in _AS_FILED if name not in own.model_fields_set}
    parts = _unsaid_credits(own, original)
    updates |= parts
    if held := sum(parts.values()):
        updates["refundable_credits"] = own.refundable_credits - (held if own.refundable_credits >= held else 0)
    return own.model_copy(update=updates)


def _unsaid_credits(own: ReturnFigures, original: Original) -> dict[str, int]:
    """The filed credits on lines of their own that the case says nothing of, cents."""
    filed = {
        "earned_income_credit": int(original.inputs["filed_earned_income_credit"]),
        "excess_social_security": int(original.inputs["filed_excess_social_security"]),
    }
    if own.claim_earned_income_credit:
        del filed["earned_income_credit"]  # it is worked out again
    return {name: amount for name, amount in filed.items() if amount and getattr(own, name) is None}


def _credits_untold(own: ReturnFigures | None, original: Original, result: YearReturn) -> list[Finding]:
    """An error where it can't be told whether the refundable credits hold one that has a line of its own."""
    parts = {} if own is None else _unsaid_credits(own, original)
    if own is None or not parts or "refundable_credits" not in own.model_fields_set:
        return []
    held = sum(parts.values())
    over = int(result.lines.value("review_figures", "over_eic_limit") or 0)
    lost = over > 0 and "earned_income_credit" in parts
    if own.refundable_credits == held + int(original.inputs["filed_refundable_credits"]):
        return []
    if (own.refundable_credits >= held) != lost:
        return []
    names = " and ".join(name.replace("_", " ") for name in parts)
    says = (
        f"case.yaml has refundable_credits of {dollars_spoken(own.refundable_credits)}; the filed return has "
        f"{dollars_spoken(held)} of {names}: whether that is in it can't be told."
    )
    todo = (
        f"Give {' and '.join(parts)} under return as well, with 0 where there is none; refundable_credits are then the "
        "other ones."
    )
    return [Finding("amend-credits-untold", "error", says, todo, amount_cents=held, source=Source("case.yaml"))]


def corrected_returns(
    case: Case,
    originals: Mapping[int, Original],
    transactions: Sequence[Transaction],
    rules_of: RulesOf,
    findings: Sequence[Finding] = (),
    form_dirs: Sequence[Path] = (),
    records: Records = NO_RECORDS,
    brokers: Brokers = NONE,
) -> dict[int, YearReturn]:
    """Each filed year as it should have been. Raises Refused with the first year that can't be worked out."""
    whole, said = completed(case, originals)
    worked_out = chain(
        whole,
        sorted(originals),
        transactions,
        rules_of,
        [*findings, *said],
        form_dirs=form_dirs,
        records=records,
        filed=True,
        brokers=brokers,
    )
    results = [fitted(result) for result in worked_out]
    untold = [
        finding
        for result in results
        for finding in _credits_untold(own_figures(case, result.year), originals[result.year], result)
    ]
    if untold:
        raise Refused(untold)
    return {result.year: result for result in results}


def tax_shown(original: Original, total_tax_line: str) -> int:
    """Total tax as the taxpayer showed it: on the first return, or on an amended one since. What the IRS added does not
    count as shown (IRC §6662(d)(2)(A); Treas. Reg. §1.6664-2(c)(2)). Cents."""
    shown = amount(original.filed.first_lines, "f1040", total_tax_line)
    for entry in original.filed.adjustments:
        if entry.by == "taxpayer" and total_tax_line in entry.lines.get("f1040", {}):
            shown = amount({"f1040": entry.lines["f1040"]}, "f1040", total_tax_line)
    return shown


def own_schedule_d(case: Case, year: int) -> ScheduleDFigures:
    """The amounts of Schedule D of a year that the case itself gives."""
    if year == case.tax_year:
        return case.schedule_d
    own = case.years.get(year)
    return own.schedule_d if own else ScheduleDFigures()


def _with_sales(own: ScheduleDFigures, filed: ScheduleDFigures) -> ScheduleDFigures:
    """The case's amounts of Schedule D, as filed where it has none; totals of sales elsewhere stay line by line."""
    if own == ScheduleDFigures():
        return filed
    kept = {f"line_{line}": totals for line, totals in filed.elsewhere.items() if line not in own.elsewhere}
    return own.model_copy(update=kept)


def own_figures(case: Case, year: int) -> ReturnFigures | None:
    """The figures of a year that the case itself gives."""
    if year == case.tax_year:
        return case.return_
    own = case.years.get(year)
    return own.return_ if own else None


def with_form_1040x(
    result: YearReturn, original: Original, of_december_2025: bool, applied_cents: int = 0
) -> YearReturn:
    """The corrected return with the lines of Form 1040-X among its lines."""
    whole = result.case.elections.rounding == "dollars"
    inputs = worksheet_inputs(result.case, result.rules, result.rows, result.income, whole)
    more: dict[str, int | bool | None] = {
        **inputs.case,
        **original.inputs,
        "tax_shown": tax_shown(original, result.rules.place("total_tax").line),
        "form_1040x_of_december_2025": of_december_2025,
        "applied_to_estimated_tax": applied_cents,
    }
    lines = result.rules.evaluate(replace(inputs, case=more))
    broken = not_footing(result.rules, lines, result.rows, result.form_dirs)
    if broken:
        raise Refused(broken)
    return replace(result, lines=lines)
