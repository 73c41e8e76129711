"""Turns a merged chain of rule files into checked decisions, lines and parameters, ordered by what they read."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

from niner.rules.compiling.compiled import Compiled
from niner.rules.compiling.merged import Merged
from niner.rules.compiling.nodes.decisions import compile_decisions
from niner.rules.compiling.nodes.forms import compile_forms
from niner.rules.compiling.nodes.functions import compile_functions
from niner.rules.compiling.nodes.parameters import compile_parameters
from niner.rules.compiling.nodes.remarks import as_decision, compile_remarks
from niner.rules.compiling.nodes.tables import compile_tables
from niner.rules.compiling.order import circle, in_order
from niner.rules.language.suggest import suggestion
from niner.rules.language.values import (
    Decision,
    FactKind,
    Line,
    LineName,
    Vocabulary,
)
from niner.values import Finding, Source

T = TypeVar("T")


def compile_rules(merged: Merged, vocabulary: Vocabulary) -> tuple[Compiled, list[Finding]]:
    """Everything of a year, checked; the list holds every problem found."""
    findings: list[Finding] = []
    parameters = compile_parameters(merged, findings)
    kinds, decisions = compile_decisions(merged, vocabulary, findings)
    remarks = compile_remarks(merged, kinds, decisions, findings)
    decisions |= {name: as_decision(remark) for name, remark in remarks.items()}
    functions = compile_functions(merged, parameters, findings)
    lines = compile_forms(merged, parameters, functions, vocabulary, findings)
    if lines:  # a year that is not there has none, and is reported as such
        _check_taken(kinds, lines, vocabulary, findings)
    asks = {name: str(found.head["asks"].plain()) for name, found in merged.decisions.items() if "asks" in found.head}
    titles = {name: str(form.head["title"].plain()) for name, form in merged.forms.items() if "title" in form.head}
    compiled = Compiled(
        kinds,
        _decisions_in_order(decisions, findings),
        _lines_in_order(lines, findings),
        parameters,
        functions,
        titles,
        asks,
        remarks,
        compile_tables(merged, findings),
        merged.draft,
    )
    return compiled, findings


def _check_taken(
    kinds: Mapping[str, FactKind], lines: Mapping[LineName, Line], vocabulary: Vocabulary, findings: list[Finding]
) -> None:
    """A field may be taken from a line of this year, or from a figure of the case, of its own type."""
    amounts = [str(name) for name, line in lines.items() if not line.is_yes_no]
    amounts += [f"case.{name}" for name, figure in vocabulary.case.items() if figure.type == "money"]
    truths = [str(name) for name, line in lines.items() if line.is_yes_no]
    truths += [f"case.{name}" for name, figure in vocabulary.case.items() if figure.type == "yes_no"]
    for field in (field for kind in kinds.values() for field in kind.fields.values() if field.taken_from):
        known = {"whole_number": amounts if field.unit == "cents" else [], "yes_no": truths}.get(field.type, [])
        if field.taken_from not in known:
            says = (
                f"`from` of {field.name} must name {'a yes/no' if known is truths else 'an amount'} of a line or of the"
            )
            says += f" case, not {field.taken_from}. (column {field.column})"
            todo = suggestion(field.taken_from, known) if known else "Make it a whole_number in cents, or a yes_no."
            findings.append(Finding("rules.unknown-name", "error", says, todo, source=field.source))


def _circular(names: list[str], sources: Sequence[Source], what: str) -> Finding:
    """A circle, told where a firm's own file closes it, if one does."""
    says = f"{what} read one another in a circle: {' → '.join(names)}."
    return Finding(
        "rules.cycle",
        "error",
        says,
        "Break the circle: one of them must do without the next.",
        source=max(sources, key=lambda source: not source.file.startswith("rules/")),
        value=names[0],
    )


def _decisions_in_order(decisions: dict[str, Decision], findings: list[Finding]) -> dict[str, Decision]:
    reads = {
        name: [field for field in decision.reads if field in decisions and decisions[field].about == decision.about]
        for name, decision in decisions.items()
    }
    found = circle(reads)
    if found:
        sources = [
            rule.source
            for name, next_one in pairwise(found)
            for rule in decisions[name].rules
            if any(test.field == next_one for test in rule.condition.tests())
        ]
        findings.append(_circular(found, sources, "Decisions"))
        return decisions
    return {name: decisions[name] for name in in_order(reads)}


def _lines_in_order(lines: dict[LineName, Line], findings: list[Finding]) -> dict[LineName, Line]:
    reads = {
        name: [other for formula in (line.value, line.when, line.form_when) if formula for other in formula.lines]
        for name, line in lines.items()
    }
    found = circle(reads)
    if found:
        findings.append(_circular([str(name) for name in found], [lines[name].source for name in found], "Lines"))
        return lines
    return {name: lines[name] for name in in_order(reads)}
