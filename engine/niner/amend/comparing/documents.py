"""Any two return.json against one another: two methods, two rule years, before and after an upgrade."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from niner.amend.comparing.causes import Cause, State, Step, causes, fact_steps, figure_steps, flat, one_step
from niner.amend.comparing.comparison import Comparison
from niner.amend.filed.entries import entries, receipts
from niner.amend.filed.figures import document_figures, lines_of
from niner.files.reading import JSON_BYTES, Unreadable, read_text
from niner.rules import YearRules
from niner.values import Finding, Refused, Source
from niner.words.plain import path_text


def read_document(path: Path) -> dict[str, Any]:
    """A return.json. Raises Refused where it can't be read or is none."""
    try:
        document = json.loads(read_text(path, JSON_BYTES))
        lines_of(document)
        entries(document)
        receipts(document)
    except Unreadable as problem:
        says = f"{path_text(path)} can't be read: {problem.why}."
        where = Source(path_text(path.name))
        raise Refused([Finding("return-unreadable", "error", says, problem.todo, source=where)]) from None
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError):
        says = f"{path_text(path)} is no return.json."
        todo = "Give the return.json of two output folders, or a case folder with --year."
        raise Refused(
            [Finding("return-unreadable", "error", says, todo, source=Source(path_text(path.name)))]
        ) from None
    found: dict[str, Any] = document
    return found


def compare_documents(one: Mapping[str, Any], other: Mapping[str, Any], rules: YearRules) -> Comparison:
    """`one` against `other`, by the rules of the later one's year."""
    if one["tax_year"] != other["tax_year"]:
        says = (
            f"One of the two is of {one['tax_year']}, the other of {other['tax_year']}: their lines are not the same."
        )
        raise Refused([Finding("diff-years", "error", says, "Give two outputs of one year.")])
    before, after = flat(lines_of(one), rules), flat(lines_of(other), rules)
    have, want = document_figures(one), document_figures(other)
    if have is None or want is None:
        cause = _whole_difference(one, other)
        return Comparison(rules, before, after, tuple(causes(before, [Step(cause, _NO_STATE)], after, rules)))
    elections = (one["case"]["elections"], other["case"]["elections"])
    whole = [chosen["rounding"] == "dollars" for chosen in elections]
    state = State(have, entries(one), receipts(one), whole[0])
    same_rules = one["rules"]["sha256"] == other["rules"]["sha256"]
    first = "arithmetic" if same_rules else "changed_rule"
    kind = "arithmetic" if same_rules else "rules"
    detail = _rules_differ(one, other)
    steps = [Step(Cause(first, kind, {}, detail=detail), state)]
    if one.get("inputs") and _ledgers(one) == _ledgers(other):
        what, kind, detail = _one_reason(elections, same_rules, detail)
        found = one_step(state, entries(other), receipts(other), what, kind, rules)
        steps += [replace(step, cause=replace(step.cause, detail=detail)) for step in found]
    else:
        steps += fact_steps(state, entries(other), receipts(other), rules)
    state = replace(steps[-1].state, rows=entries(other), income=receipts(other))
    if whole[0] != whole[1]:
        state = replace(state, whole=whole[1])
        steps.append(Step(Cause("changed_election", "elections", {}, detail="rounding"), state))
    steps += figure_steps(state, want)
    return Comparison(rules, before, after, tuple(causes(before, steps, after, rules)), whole[1])


def _rules_differ(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """How the rules of two outputs differ: by year, by positions that are not Niner's own, or by their text alone."""
    years = [document["rules"]["year"] for document in (one, other)]
    if years[0] != years[1]:
        return f"rules of {years[0]}, now of {years[1]}"
    before, after = (
        {str(f["source"]["file"]) for f in document["findings"] if f["id"] == "rules.position" and f["source"]}
        for document in (one, other)
    )
    moved = [f"without {name}" for name in sorted(before - after)] + [f"with {name}" for name in sorted(after - before)]
    same = f"rules of {years[0]}"
    return f"{same}, now {' and '.join(moved)}" if moved else f"{same}, in another version"


_NO_STATE: Any = None


def _whole_difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> Cause:
    return Cause("changed_rule", "rules", {}, detail="one of the two does not have the figures to tell more")


def _ledgers(document: Mapping[str, Any]) -> dict[str, str]:
    return {name: digest for name, digest in document.get("inputs", {}).items() if name != "case.yaml"}


def _one_reason(elections: tuple[Any, Any], same_rules: bool, detail: str) -> tuple[str, str, str]:
    """What moved rows of one and the same ledger: an election, or the rules."""
    one, other = elections
    chosen = [f"{(e['lot_method'] or 'FIFO').upper()} by {e['pool'] or 'the default'} pool" for e in elections]
    if one["lot_method"] != other["lot_method"]:
        return "wrong_method", "elections", f"{chosen[0]}, now {chosen[1]}"
    if one["pool"] != other["pool"]:
        return "wrong_pool", "elections", f"{chosen[0]}, now {chosen[1]}"
    if one != other:
        return "changed_election", "elections", "by_year, time zone, or totals straight to Schedule D"
    return "changed_rule", "rules", detail if not same_rules else "another version of Niner"
