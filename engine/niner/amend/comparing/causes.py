"""Why each line moved: the way from the filed return to the corrected one in steps, each with what it moves.

The steps are taken in one order: what the filed figures themselves got wrong, the rules, the elections, the ledger (one
step for each wallet and sort of change), the losses carried in, and the other figures. A step's part of a line is what
the line moves when the step is taken, so that the parts add up to the whole on every line. Where a line is not a plain
sum (the loss limit, the tax) another order would share it out otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from niner.amend.filed.entries import Entry, Receipt
from niner.amend.filed.figures import Figures
from niner.amend.filed.side_by_side import TOTALS, Change, Group, groups, income_changes, row_changes, total_changes
from niner.case import ReturnFigures
from niner.case.model import SaleTotals, ScheduleDFigures
from niner.dataclass import dataclass
from niner.returns.inputs import worksheet_inputs
from niner.rules import Lines, YearRules

Line = tuple[str, str]
_FORMS = ("f1040", "f1040s1", "f1040s2", "f1040s3", "f1040sa", "f1040sd", "f6251", "f8959", "f8960", "carryover")


@dataclass(frozen=True, slots=True)
class State:
    """One complete set of what a return is worked out from."""

    figures: Figures
    rows: tuple[Entry, ...]
    income: tuple[Receipt, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason: `what` in the words of the rules, of the kind arithmetic, rules, elections, facts, carryover or
    figures. `effect` is what it moves on each line, cents; `changes` the rows behind it; `detail` a figure's name."""

    what: str
    kind: str
    effect: Mapping[Line, int]
    wallet: str = ""
    file: str = ""
    changes: tuple[Change, ...] = ()
    detail: str = ""
    amount_cents: int = 0
    before_cents: int = 0
    after_cents: int = 0
    joined: bool = False
    """Part of the change from separate returns to a joint one: the status, or a figure that has the spouse's in it."""


@dataclass(frozen=True, slots=True)
class Step:
    """A state and the cause that leads to it, its effect still empty."""

    cause: Cause
    state: State


def lines_of_state(state: State, rules: YearRules, before: Mapping[Line, int] | None = None) -> dict[Line, int]:
    """Every amount of the compared forms, cents; what can't be known in this state is as it was `before`."""
    worked = rules.evaluate(worksheet_inputs(state.figures.as_case(), rules, state.rows, state.income, state.whole))
    kept = {line: before[line] for line in unknown_lines(worked) if line in before} if before else {}
    return kept | flat(worked.as_mapping(), rules)


def unknown_lines(worked: Lines) -> set[Line]:
    """The lines of the compared forms that can't be worked out, because the case does not say enough."""
    names = {(name.form, name.line) for name in worked.names if name.form in _FORMS}
    return {line for line in names if not worked.known(*line)}


def flat(lines: Mapping[str, Mapping[str, int | bool]], rules: YearRules) -> dict[Line, int]:
    """The amounts of the compared forms by (form, line); of the carryover worksheet only its results."""
    results = [rules.place(name).at for name in ("short_term_carried_on", "long_term_carried_on")]
    worksheet = results[0][0]
    return {
        (form, line): value
        for form in _FORMS
        for line, value in lines.get(form, {}).items()
        if not isinstance(value, bool) and (form != worksheet or (form, line) in results)
    }


def causes(first: Mapping[Line, int], steps: Sequence[Step], last: Mapping[Line, int], rules: YearRules) -> list[Cause]:
    """The steps with their effects, those without any left out. `first` are the filed lines, `last` the corrected ones.

    A line that was not filed (because it was not copied, or was empty) counts from 0.
    """
    found = []
    before = dict(first)
    for number, step in enumerate(steps, 1):
        after = dict(last) if number == len(steps) else lines_of_state(step.state, rules, before)
        effect = difference(before, after)
        if (effect or step.cause.changes) and step.cause.what != "same":
            found.append(replace(step.cause, effect=effect))
        before = after
    return found


def difference(before: Mapping[Line, int], after: Mapping[Line, int]) -> dict[Line, int]:
    """Every line that moves and by how much, in the order of `after`."""
    names = [*after, *(line for line in before if line not in after)]
    moved = {line: after.get(line, 0) - before.get(line, 0) for line in names}
    return {line: amount for line, amount in moved.items() if amount}


def fact_steps(state: State, rows: Sequence[Entry], income: Sequence[Receipt], rules: YearRules) -> list[Step]:
    """The ledger's changes, one step a group, to the given rows and income."""
    found: list[Step] = []
    by_totals = any(entry.kind in TOTALS for entry in state.rows)
    changes = total_changes(state.rows, rows) if by_totals else row_changes(state.rows, rows, _on_no_form(rules))
    for group in groups(changes):
        state = replace(state, rows=_exchanged(state.rows, group))
        found.append(Step(_of_group(group, "facts"), state))
    for group in groups(income_changes(state.income, income)):
        gone = {id(r) for change in group.changes for r in change.before}
        left = tuple(r for r in state.income if id(r) not in gone)
        new = tuple(r for change in group.changes for r in change.after if isinstance(r, Receipt))
        state = replace(state, income=left + new)
        found.append(Step(_of_group(group, "facts"), state))
    return found


def as_far_as_known(state: State, rows: Sequence[Entry], income: Sequence[Receipt]) -> State:
    """The filed state with the rows and receipts that its totals are of in their place, where these can be told."""
    changes: list[Change] = []
    if any(entry.kind in TOTALS for entry in state.rows):
        changes += [change for change in total_changes(state.rows, rows) if change.what == "same"]
    if any(receipt.kind == "total" for receipt in state.income):
        changes += [change for change in income_changes(state.income, income) if change.what == "same"]
    gone = {id(item) for change in changes for item in change.before}
    new = [item for change in changes for item in change.after]
    return replace(
        state,
        rows=(*(e for e in state.rows if id(e) not in gone), *(i for i in new if isinstance(i, Entry))),
        income=(*(r for r in state.income if id(r) not in gone), *(i for i in new if isinstance(i, Receipt))),
    )


def _on_no_form(rules: YearRules) -> tuple[str, ...]:
    """The lines of Schedule D for what no broker reported."""
    return rules.place("rows_on_no_form").lines


def changes_of(
    before: tuple[Sequence[Entry], Sequence[Receipt]],
    after: tuple[Sequence[Entry], Sequence[Receipt]],
    rules: YearRules,
) -> tuple[Change, ...]:
    """What differs between two returns' rows and income."""
    return (*row_changes(before[0], after[0], _on_no_form(rules)), *income_changes(before[1], after[1]))


def one_step(
    state: State, rows: Sequence[Entry], income: Sequence[Receipt], what: str, kind: str, rules: YearRules
) -> list[Step]:
    """All changes of rows and income as one cause (a rule, an election)."""
    return step_of(state, changes_of((state.rows, state.income), (rows, income), rules), rows, income, what, kind)


def step_of(
    state: State,
    changes: tuple[Change, ...],
    rows: Sequence[Entry],
    income: Sequence[Receipt],
    what: str,
    kind: str,
) -> list[Step]:
    """The same of changes that are known already."""
    if not changes:
        return []
    amount = sum(change.amount_cents for change in changes)
    cause = Cause(what, kind, {}, changes=changes, amount_cents=amount)
    return [Step(cause, replace(state, rows=tuple(rows), income=tuple(income)))]


def figure_steps(state: State, to: Figures) -> list[Step]:
    """The losses carried in and every other figure that differs, one step each."""
    found: list[Step] = []
    now = state.figures
    joined = (now.filing_status, to.filing_status) == ("married_separate", "married_joint")
    for name in ("short_term", "long_term"):
        old, new = getattr(now.carryover_in, name), getattr(to.carryover_in, name)
        if old != new:
            carried = now.carryover_in.model_copy(update={name: new})
            now = replace(now, carryover_in=carried)
            what = "omitted_carryover" if not old else "wrong_carryover"
            cause = Cause(what, "carryover", {}, detail=name, amount_cents=new - old, before_cents=old, after_cents=new)
            found.append(Step(cause, replace(state, figures=now)))
    for name in ScheduleDFigures.model_fields:
        old, new = getattr(now.schedule_d, name), getattr(to.schedule_d, name)
        if old != new:
            now = replace(now, schedule_d=now.schedule_d.model_copy(update={name: new}))
            found.append(Step(_of_figure(name, _number(old), _number(new)), replace(state, figures=now)))
    if to.given is not None:
        have = now.given or ReturnFigures.model_construct()
        for name in ReturnFigures.model_fields:
            old, new = getattr(have, name), getattr(to.given, name)
            if old != new or now.given is None:
                have = have.model_copy(update={name: new})
                now = replace(now, given=have)
            if old != new:
                cause = replace(_of_figure(name, _number(old), _number(new)), joined=joined)
                found.append(Step(cause, replace(state, figures=now)))
    if now.filing_status != to.filing_status:
        detail = f"{now.filing_status}, now {to.filing_status}"
        now = replace(now, filing_status=to.filing_status)
        cause = Cause("filing_status", "figures", {}, detail=detail, joined=joined)
        found.append(Step(cause, replace(state, figures=now)))
    return found


def _number(value: object) -> int:
    """A figure as one amount: the gain of a line's columns, the premiums of months; 0 where nothing was given."""
    if isinstance(value, tuple):
        return sum(row.total for row in value)
    if isinstance(value, SaleTotals):
        return value.proceeds - value.basis + getattr(value, "adjustment", 0)
    return int(value) if isinstance(value, int) else 0


def _of_figure(name: str, old: int, new: int) -> Cause:
    return Cause(
        "changed_figure", "figures", {}, detail=name, amount_cents=new - old, before_cents=old, after_cents=new
    )


def _of_group(group: Group, kind: str) -> Cause:
    return Cause(group.what, kind, {}, group.wallet, group.file, group.changes, amount_cents=group.amount_cents)


def _exchanged(rows: Sequence[Entry], group: Group) -> tuple[Entry, ...]:
    """The rows with a group's changes made."""
    gone = {id(entry) for change in group.changes for entry in change.before}
    new = [e for change in group.changes for e in change.after if isinstance(e, Entry)]
    return (*(entry for entry in rows if id(entry) not in gone), *new)
