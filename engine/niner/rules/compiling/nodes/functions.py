"""Turns merged function nodes into functions that formulas can call: an amount in, an amount out."""

from collections.abc import Mapping

from niner.rules.compiling.merged import Merged
from niner.rules.compiling.order import circle, in_order
from niner.rules.language.formula import BUILT_IN, Kind, parse_formula
from niner.rules.language.nodes import Node, authority_of, problem, sentence
from niner.rules.language.suggest import suggestion
from niner.rules.language.values import Function, Parameter, Reference
from niner.values import Finding


def compile_functions(
    merged: Merged, parameters: Mapping[str, Parameter], findings: list[Finding]
) -> dict[str, Function]:
    """Every function, those it calls before it; problems go to `findings`."""
    bodies = {name: node.value for name, node in merged.functions.items() if isinstance(node.value, dict)}
    calls = {name: _called(body, bodies) for name, body in bodies.items()}
    found = circle(calls)
    if found:
        node = merged.functions[found[0]]
        says = f"Functions call one another in a circle: {' → '.join(found)}."
        findings.append(problem(node, says, "Break the circle.", "rules.cycle", found[0]))
        return {}
    functions: dict[str, Function] = {}
    for name in in_order(calls):
        function = _function(name, merged.functions[name], bodies[name], parameters, functions, findings)
        if function is not None:
            functions[name] = function
    return functions


def _called(body: Mapping[str, Node], names: Mapping[str, object]) -> list[str]:
    text = str(body["value"].value) if "value" in body else ""
    return [name for name in names if f"{name}(" in text]


def _function(
    name: str,
    node: Node,
    body: Mapping[str, Node],
    parameters: Mapping[str, Parameter],
    known: Mapping[str, Function],
    findings: list[Finding],
) -> Function | None:
    where = f"The function {name}"
    before = len(findings)
    says = sentence(body.get("says"), node, "says", where, findings)
    authority = authority_of(body, node, where, findings)
    argument = str(body["of"].value) if "of" in body else ""
    if not argument.isidentifier() or argument in parameters:
        findings.append(problem(node, f"{where} needs a name for its amount.", "Write `of: amount`.", value=argument))
    if name in BUILT_IN or name in parameters or not name.isidentifier():
        findings.append(problem(node, f"{where} has a name that is taken or not plain.", "Rename it.", value=name))
    if "value" not in body:
        findings.append(problem(node, f"{where} needs `value`.", "Write its formula."))
    if len(findings) > before:
        return None

    def resolve(written: str) -> Reference | str:
        if written == argument:
            return Reference("argument", written)
        if written == "filing_status":
            return Reference("filing_status", written)
        if written in parameters:
            return Reference("parameter", written)
        return suggestion(written, [argument, *parameters])

    def kind_of(reference: Reference) -> Kind:
        if reference.kind == "parameter":
            return "text" if parameters[reference.name].unit in ("text", "date") else "number"
        return "text" if reference.kind == "filing_status" else "number"

    value, problems = parse_formula(body["value"], resolve, kind_of, known)
    findings.extend(problems)
    if value is None:
        return None
    if value.gives != "number":
        findings.append(
            problem(body["value"], f"{where} must give an amount.", "Correct the formula.", "rules.formula")
        )
        return None
    return Function(name, says, authority, argument, value, node.source)
