"""A filed year against its corrected return: every line that moves, and the causes that add up to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from niner.amend.comparing.anew import Anew, Reworked, made_anew
from niner.amend.comparing.causes import (
    Cause,
    Line,
    State,
    Step,
    as_far_as_known,
    causes,
    difference,
    fact_steps,
    figure_steps,
    flat,
    lines_of_state,
    step_of,
    unknown_lines,
)
from niner.amend.comparing.words import line_sentence, short
from niner.amend.filed.entries import Entry, Receipt, entries_of, receipts_of
from niner.amend.filed.figures import Figures, amount, filed_minimum_tax, given_lines
from niner.amend.filed.original import RESULT, Original
from niner.amend.filed.side_by_side import reported_result
from niner.dataclass import dataclass
from niner.money import dollars_spoken, dollars_text
from niner.printing.output import Shared
from niner.returns.plan import RulesOf
from niner.returns.year import YearReturn
from niner.rules import YearRules
from niner.words.form_names import line_name


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of one year. `before` and `after` are amounts in cents by (form, line)."""

    rules: YearRules
    before: Mapping[Line, int]
    after: Mapping[Line, int]
    causes: tuple[Cause, ...]
    whole: bool = False
    """Whether the corrected one is in whole dollars."""

    @property
    def moved(self) -> dict[Line, int]:
        """Every line that differs and by how much."""
        return difference(self.before, self.after)

    def parts(self, line: Line) -> list[tuple[int, str]]:
        """What each cause moves on a line, in words; the amounts add up to the line's change."""
        return [(c.effect[line], self.words(c)) for c in self.causes if c.effect.get(line)]

    def words(self, cause: Cause) -> str:
        """A cause in a few words."""
        return short(cause, self.rules, self.whole)

    def moves(self, cause: Cause, lines: Sequence[Line]) -> str:
        """What a cause moves on some lines: “: Form 1040, line 7 by -$1,900”, or nothing."""
        said = [
            f"{line_name(form, line)} by {dollars_spoken(cause.effect[form, line])}"
            for form, line in lines
            if cause.effect.get((form, line))
        ]
        return ": " + ", ".join(said) if said else ""

    def sentence(self, line: Line) -> str:
        """The line's change and its causes in one sentence."""
        return line_sentence(line_name(*line), self.moved.get(line, 0), self.parts(line))


def compare_with_filed(
    original: Original, result: YearReturn, rules_of: RulesOf, anew: Anew | None = None
) -> Comparison:
    """The filed year against `result`. With the locked ledger, rules and elections are told apart from the facts.

    `anew` is the filed year worked out anew, where that is known already.
    """
    rows, income = entries_of(result.rows), receipts_of(result.income)
    whole = result.case.elections.rounding == "dollars"
    filed_rows = _filed_rows(original, rows, result)
    state = State(original.figures, filed_rows or (), original.income, _was_whole(original, whole))
    state = as_far_as_known(state, rows, income)
    steps: list[Step] = [Step(Cause("arithmetic", "arithmetic", {}), state)]
    if filed_rows is None:
        # Which sales the filed result was of can't be told, so neither can what of the difference is a slip.
        state = replace(state, rows=rows)
        filed, now = original.rows[0].gain_cents, int(result.lines.value("f1040", "gain") or 0)
        steps = [
            Step(
                Cause("untold_gain", "facts", {}, amount_cents=now - filed, before_cents=filed, after_cents=now), state
            )
        ]
    if anew is None or anew.now != result.case.elections:
        anew = made_anew(original, state.rows, state.income, result.case.elections, rules_of)
    if anew is not None and original.document is not None:
        filed_rules = str(original.document["rules"]["sha256"])
        if filed_rules != result.rules.sha256:
            steps = [Step(Cause("changed_rule", "rules", {}, detail=f"rules of {result.year}"), state)]
        if (again := anew.filed) is not None:
            what = "the rules" if filed_rules != result.rules.sha256 else "this version of Niner"
            steps += _named(_step(state, again, "changed_rule", "rules"), what)
            state = steps[-1].state
        state = _elected(steps, state, anew, result.year)
    state = _rounded(steps, state, whole)
    steps += fact_steps(state, rows, income, result.rules)
    # The rows in the corrected return's own order, whatever way they came.
    state = replace(steps[-1].state, rows=rows, income=income)
    steps += figure_steps(state, Figures.of(result.case))
    # Lines that Niner does not work out stay as they were filed.
    known = {(name.form, name.line) for name in result.rules.compiled.lines}
    before = {line: amount for line, amount in flat(original.lines, result.rules).items() if line in known}
    after = flat(result.lines.as_mapping(), result.rules)
    if original.document is None:
        # Lines that were not copied are taken as they follow from those that were; figures that the filed form has on
        # several lines stand on the one that the case has for all of them.
        given = given_lines(result.rules)
        worked = lines_of_state(steps[0].state, result.rules)
        before = worked | {line: amount for line, amount in before.items() if line not in given}
        before |= _filed_investment_tax(original, worked, result.rules)
    if original.filed.adjustments:
        # What was refunded or owed is settled by what was paid and came back since, on no line of the return.
        worked = lines_of_state(steps[0].state, result.rules)
        before |= {line: worked[line] for line in _settled(result.rules) if line in worked and line in before}
    # How a line moves that can't be worked out now is not known; nor is one of a form that neither return has.
    hidden, unknown = _on_no_return(original, result), unknown_lines(result.lines)
    before = {line: cents for line, cents in before.items() if line not in unknown and line[0] not in hidden}
    after = {line: cents for line, cents in after.items() if line[0] not in hidden}
    found = [_told_apart(cause, original, result.rules) for cause in causes(before, steps, after, result.rules)]
    found = [c for c in found if c.changes or not c.effect or any(line[0] not in hidden for line in c.effect)]
    found = [
        replace(
            c, effect={line: cents for line, cents in c.effect.items() if line not in unknown and line[0] not in hidden}
        )
        for c in found
    ]
    if any(entry.kind in (RESULT, "gain") for entry in original.rows):
        # What the filed Schedule D had is not all known: nothing is said of how the lines moved that are not copied.
        before, after = _without(before, original.lines), _without(after, original.lines)
        found = [replace(cause, effect=_without(cause.effect, original.lines)) for cause in found]
    return Comparison(result.rules, before, after, tuple(found), whole)


def _settled(rules: YearRules) -> set[Line]:
    """The lines of what is overpaid, what of it is refunded, and what is owed."""
    places = [rules.place(name) for name in ("overpaid", "refunded", "owed")]
    return {(place.form, line) for place in places for line in place.lines}


def _on_no_return(original: Original, result: YearReturn) -> frozenset[str]:
    """The forms that are not compared: that of alternative minimum tax where neither return owes it, and that of
    itemized deductions unless both returns have its lines."""
    minimum_tax, itemized = result.rules.place("minimum_tax").form, "f1040sa"
    owed = minimum_tax not in result.not_attached or filed_minimum_tax(original.lines, result.rules) != 0
    both = itemized not in result.not_attached and itemized in original.lines
    return frozenset(form for form, compared in ((minimum_tax, owed), (itemized, both)) if not compared)


def _without(lines: Mapping[Line, int], filed: Mapping[str, Mapping[str, int | bool]]) -> dict[Line, int]:
    """The lines without those of the schedules of capital gains that the filed papers do not have."""
    hidden = {"f1040sd", "carryover"}
    return {line: cents for line, cents in lines.items() if line[0] not in hidden or line[1] in filed.get(line[0], {})}


def _result_alone(original: Original) -> bool:
    """Whether of the filed gain or loss only the result is known, as where Form 1040 is all there is."""
    return [entry.kind for entry in original.rows] == [RESULT]


def _filed_rows(original: Original, rows: Sequence[Entry], result: YearReturn) -> tuple[Entry, ...] | None:
    """The rows of the filed return. Where only its gain or loss is known they are those of the wallets that have it,
    both terms together; None where it can't be told which these are.
    """
    if not _result_alone(original):
        return original.rows
    most = int(result.rules.parameter("capital_loss_limit", original.figures.filing_status))
    return reported_result(original.rows[0].gain_cents, most, rows)


# The Tax Table and a schedule differ by less; more is another tax, not another rounding.
_TABLE_CENTS = 2500


def _filed_investment_tax(original: Original, worked: Mapping[Line, int], rules: YearRules) -> dict[Line, int]:
    """Net investment income tax as it is within the other taxes that were filed: 0 where it was left out.

    `worked` are the lines that follow from the filed figures.
    """
    niit, other_taxes = rules.place("investment_income_tax").at, rules.place("other_taxes").at
    if niit[1] in original.lines.get(niit[0], {}) or niit not in worked:
        return {}
    others = worked.get(other_taxes, 0) - worked[niit]
    return {niit: max(min(amount(original.lines, *other_taxes) - others, worked[niit]), 0)}


def _told_apart(cause: Cause, original: Original, rules: YearRules) -> Cause:
    """What the filed figures themselves got wrong: a tax left out, or figured too high, is no arithmetic slip."""
    if cause.what != "arithmetic" or original.document is not None:
        return cause
    niit, tax = rules.place("investment_income_tax").at, rules.place("tax").at
    if cause.effect.get(niit, 0) > 0 and not amount(original.lines, *niit):
        return replace(cause, what="niit_missed", kind="facts", amount_cents=cause.effect[niit])
    # The IRS corrects a slip in the tax (IRC §6213(g)(2)), but nobody is told to wait for it to find what was overpaid.
    if cause.effect.get(tax, 0) < -_TABLE_CENTS:
        return replace(cause, what="wrong_tax", kind="facts", amount_cents=cause.effect[tax])
    return cause


def _was_whole(original: Original, whole: bool) -> bool:
    if original.document is None or "case" not in original.document:
        return whole
    return bool(original.document["case"]["elections"]["rounding"] == "dollars")


def _rounded(steps: list[Step], state: State, whole: bool) -> State:
    if state.whole == whole:
        return state
    state = replace(state, whole=whole)
    detail = "amounts in whole dollars" if whole else "amounts in cents"
    steps.append(Step(Cause("rounding", "rounding", {}, detail=detail), state))
    return state


def _elected(steps: list[Step], state: State, anew: Anew, year: int) -> State:
    """The step from the elections of the filed return to those of the corrected one, where they differ."""
    then, now = anew.then, anew.now
    if then is None or anew.elected is None:
        return state
    method, pool = then.chosen(year), now.chosen(year)
    what, detail = "changed_election", "of an earlier year"
    if method[0] != pool[0]:
        what = "wrong_method"
    elif method[1] != pool[1]:
        what = "wrong_pool"
    if method != pool:
        detail = f"{_chosen(*method)}, now {_chosen(*pool)}"
    elif then.model_copy(update={"timezone": now.timezone}).model_dump() == now.model_dump():
        what, detail = "time_zone", now.timezone or "as each row says"
    elif then.direct_totals != now.direct_totals:
        detail = "totals straight to Schedule D"
    steps += _named(_step(state, anew.elected, what, "elections"), detail)
    return steps[-1].state


def _step(state: State, again: Reworked, what: str, kind: str) -> list[Step]:
    return step_of(state, again.changes, again.rows, again.income, what, kind)


def _chosen(method: str | None, pool: str | None) -> str:
    return f"{(method or 'FIFO').upper()} by {pool or 'the default'} pool"


def _named(steps: Sequence[Step], detail: str) -> list[Step]:
    return [replace(step, cause=replace(step.cause, detail=detail)) for step in steps]


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Lines, dispositions and causes as plain data; amounts are decimal text in dollars."""
    shared = cache(Shared)  # rows of a class were decided by the same rules
    return {
        "lines": [
            {
                "form": form,
                "line": line,
                "before": dollars_text(comparison.before.get((form, line), 0)),
                "after": dollars_text(comparison.after.get((form, line), 0)),
                "change": dollars_text(amount),
                "causes": [
                    {"cause": number, "amount": dollars_text(cause.effect[form, line])}
                    for number, cause in enumerate(comparison.causes, 1)
                    if cause.effect.get((form, line))
                ],
            }
            for (form, line), amount in comparison.moved.items()
        ],
        "causes": [
            {
                "number": number,
                "what": cause.what,
                "kind": cause.kind,
                "says": comparison.words(cause),
                "amount": dollars_text(cause.amount_cents),
                "wallet": cause.wallet,
                "file": cause.file,
                "dispositions": [_change(change.before, change.after, shared) for change in cause.changes],
            }
            for number, cause in enumerate(comparison.causes, 1)
        ],
    }


def _change(
    before: Sequence[Entry | Receipt], after: Sequence[Entry | Receipt], shared: Callable[..., Shared]
) -> dict[str, Any]:
    what = "added" if not before else "removed" if not after else "changed"
    return {"change": what, "before": [_item(i, shared) for i in before], "after": [_item(i, shared) for i in after]}


def _item(item: Entry | Receipt, shared: Callable[..., Shared]) -> dict[str, Any]:
    source = {"file": item.file, "row": item.row}
    if isinstance(item, Receipt):
        return {
            "kind": item.kind,
            "day": item.day,
            "asset": item.asset,
            "amount": dollars_text(item.amount_cents),
            "lines": list(item.lines),
            "source": source,
        }
    known = item.kind != "gain"
    return {
        "description": item.description,
        "acquired": item.acquired,
        "disposed": item.disposed,
        "proceeds": dollars_text(item.proceeds_cents) if known else None,
        "basis": dollars_text(item.basis_cents) if known else None,
        "code": item.code,
        "adjustment": dollars_text(item.adjustment_cents) if known else None,
        "gain": dollars_text(item.gain_cents),
        "term": item.term,
        "box": item.box,
        "lots": list(item.lots),
        "rules": shared(item.rules),
        "source": source,
    }
