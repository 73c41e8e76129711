"""Turns a merged chain of rule files into checked decisions, lines and parameters, ordered by what they read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from niner.rules.compile_decisions import compile_decisions
from niner.rules.compile_forms import compile_forms
from niner.rules.compile_functions import compile_functions
from niner.rules.compile_parameters import compile_parameters
from niner.rules.language import Decision, FactKind, Function, Line, LineName, Parameter, Vocabulary
from niner.rules.merged import Merged
from niner.rules.order import circle, in_order
from niner.values import Finding, Source

T = TypeVar("T")


@dataclass(frozen=True)
class Compiled:
    """A year's rules ready to run: decisions and lines each in dependency order."""

    kinds: Mapping[str, FactKind]
    decisions: Mapping[str, Decision]
    lines: Mapping[LineName, Line]
    parameters: Mapping[str, Parameter]
    functions: Mapping[str, Function]
    titles: Mapping[str, str]
    asks: Mapping[str, str]


def compile_rules(merged: Merged, vocabulary: Vocabulary) -> tuple[Compiled, list[Finding]]:
    """Everything of a year, checked; the list holds every problem found."""
    findings: list[Finding] = []
    parameters = compile_parameters(merged, findings)
    kinds, decisions = compile_decisions(merged, vocabulary, findings)
    functions = compile_functions(merged, parameters, findings)
    lines = compile_forms(merged, parameters, functions, vocabulary, findings)
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
    )
    return compiled, findings


def _circular(names: list[str], source: Source, what: str) -> Finding:
    says = f"{what} read one another in a circle: {' → '.join(names)}."
    return Finding(
        "rules.cycle",
        "error",
        says,
        "Break the circle: one of them must do without the next.",
        source=source,
        value=names[0],
    )


def _decisions_in_order(decisions: dict[str, Decision], findings: list[Finding]) -> dict[str, Decision]:
    reads = {
        name: [field for field in decision.reads if field in decisions and decisions[field].about == decision.about]
        for name, decision in decisions.items()
    }
    found = circle(reads)
    if found:
        findings.append(_circular(found, decisions[found[0]].source, "Decisions"))
        return decisions
    return {name: decisions[name] for name in in_order(reads)}


def _lines_in_order(lines: dict[LineName, Line], findings: list[Finding]) -> dict[LineName, Line]:
    reads = {
        name: [other for formula in (line.value, line.when, line.form_when) if formula for other in formula.lines]
        for name, line in lines.items()
    }
    found = circle(reads)
    if found:
        findings.append(_circular([str(name) for name in found], lines[found[0]].source, "Lines"))
        return lines
    return {name: lines[name] for name in in_order(reads)}
