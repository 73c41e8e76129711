"""Turns merged worksheet nodes into lines: formulas parsed, every name in them resolved, amounts apart from yes/no."""

import ast
import re
from collections.abc import Mapping
from typing import get_args

from niner.dataclass import dataclass
from niner.rules.compiling.merged import Merged, MergedForm
from niner.rules.language.formula import Kind, dotted, parse_formula
from niner.rules.language.nodes import Node, authority_of, problem, sentence
from niner.rules.language.suggest import suggestion
from niner.rules.language.values import Formula, Function, Line, LineName, Parameter, Reference, Rounding, Vocabulary
from niner.values import Finding

ROUNDINGS: tuple[Rounding, ...] = get_args(Rounding)
_LINE = re.compile(r"[0-9]{1,3}[a-z]{0,2}(\.[a-z][a-z0-9_]*)?|[a-z][a-z_]*(\.[a-z_]+)?")


@dataclass(frozen=True)
class _Names:
    """All that formulas of any form may name, and which lines are yes/no."""

    lines: frozenset[LineName]
    yes_no: frozenset[LineName]
    parameters: Mapping[str, Parameter]
    vocabulary: Vocabulary
    functions: Mapping[str, Function]

    def resolve(self, written: str, form: str) -> Reference | str:
        """The reference for a written name, or the sentence on what to write."""
        head, _, rest = written.partition(".")
        if written in ("routed", "filing_status"):
            return Reference("routed" if written == "routed" else "filing_status", written)
        if head == "case":
            if rest in self.vocabulary.case:
                return Reference("case", rest)
            return suggestion(written, (f"case.{name}" for name in self.vocabulary.case))
        if written in self.parameters:
            return Reference("parameter", written)
        for line in self._as_lines(written, form):
            if line in self.lines:
                return Reference("line", written, line)
        near = [f"L{name.line}" for name in self.lines if name.form == form]
        other = [str(name) for name in self.lines if name.form != form]
        return suggestion(written, [*near, *other, *self.parameters])

    @staticmethod
    def _as_lines(written: str, form: str) -> list[LineName]:
        if written.startswith("L"):
            return [LineName(form, written[1:])]
        head, _, rest = written.partition(".")
        return [LineName(head, rest[1:])] if rest.startswith("L") else []

    def kind_of(self, reference: Reference) -> Kind:
        """Whether a name is an amount, a yes/no or a word."""
        if reference.line is not None:
            return "yes_no" if reference.line in self.yes_no else "number"
        if reference.kind == "case":
            return "yes_no" if self.vocabulary.case[reference.name].type == "yes_no" else "number"
        if reference.kind == "parameter":
            return "text" if self.parameters[reference.name].unit in ("text", "date") else "number"
        return "text" if reference.kind == "filing_status" else "number"


def compile_forms(
    merged: Merged,
    parameters: Mapping[str, Parameter],
    functions: Mapping[str, Function],
    vocabulary: Vocabulary,
    findings: list[Finding],
) -> dict[LineName, Line]:
    """Every line of every form; problems go to `findings`."""
    cells: dict[LineName, Node] = {}
    for form, body in merged.forms.items():
        for line, node in body.lines.items():
            cells |= _cells(form, line, node)
    names = _Names(frozenset(cells), _yes_no(cells, vocabulary), parameters, vocabulary, functions)
    lines: dict[LineName, Line] = {}
    for form, body in merged.forms.items():
        lines |= _form_lines(form, body, names, findings)
    return lines


def _cells(form: str, line: str, node: Node) -> dict[LineName, Node]:
    """The formula nodes of one line: its value, or one for each column."""
    body = node.value if isinstance(node.value, dict) else {}
    columns = body.get("columns")
    if columns is not None and isinstance(columns.value, dict):
        return {LineName(form, f"{line}.{column}"): cell for column, cell in columns.value.items()}
    return {LineName(form, line): body["value"]} if "value" in body else {}


def _yes_no(cells: Mapping[LineName, Node], vocabulary: Vocabulary) -> frozenset[LineName]:
    """The lines that are answered yes or no, told from the outermost construct of their formulas."""
    trees: dict[LineName, ast.expr] = {}
    for name, node in cells.items():
        try:
            trees[name] = ast.parse(str(node.value).strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue

    def answers(tree: ast.expr, form: str, depth: int) -> bool:
        match tree:
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()) | ast.Constant(value=bool()):
                return True
            case ast.Call(func=ast.Name(id="known")):
                return True
            case ast.IfExp(body=body):
                return answers(body, form, depth)
            case ast.Name() | ast.Attribute():
                written = dotted(tree)
                if written.startswith("case."):
                    found = vocabulary.case.get(written[5:])
                    return found is not None and found.type == "yes_no"
                head, _, rest = written.partition(".")
                line = LineName(form, written[1:]) if written.startswith("L") else LineName(head, rest[1:])
                return depth < 20 and line in trees and answers(trees[line], line.form, depth + 1)
        return False

    return frozenset(name for name, tree in trees.items() if answers(tree, name.form, 0))


def _form_lines(form: str, merged: MergedForm, names: _Names, findings: list[Finding]) -> dict[LineName, Line]:
    def formula(node: Node | None, condition: bool) -> Formula | None:
        if node is None:
            return None
        found, problems = parse_formula(
            node, lambda written: names.resolve(written, form), names.kind_of, names.functions
        )
        findings.extend(problems)
        if found is not None and condition != (found.gives == "yes_no") and (condition or found.gives == "text"):
            wanted = "a condition, as `L16 < 0`" if condition else "an amount or yes/no"
            findings.append(problem(node, f"`{found.text}` is not {wanted}.", "Correct the formula.", "rules.formula"))
            return None
        return found

    form_when = formula(merged.head.get("when"), True)
    lines: dict[LineName, Line] = {}
    for number, node in merged.lines.items():
        body = node.value if isinstance(node.value, dict) else {}
        where = f"Line {number} of {form}"
        if not _LINE.fullmatch(number):
            findings.append(
                problem(
                    node,
                    f"`{number}` can't be a line's name.",
                    "Use the printed number, as 7, 1b or 12a.",
                    value=number,
                )
            )
            continue
        says = sentence(body.get("says"), node, "says", where, findings)
        authority = authority_of(body, node, where, findings)
        if ("value" in body) == ("columns" in body):
            findings.append(problem(node, f"{where} needs either `value` or `columns`.", "Write one of the two."))
            continue
        for key in ("blank_if_zero", "print"):
            if key in body and not isinstance(body[key].value, bool):
                findings.append(problem(body[key], f"`{key}` must be true or false.", f"Write `{key}: true`."))
        if "round" in body and body["round"].value not in ROUNDINGS:
            says = "`round` must be cents, dollars or as_printed."
            findings.append(problem(body["round"], says, "Leave it out where the return's election decides."))
        when = formula(body.get("when"), True)
        cells = _cells(form, number, node)
        if not cells:
            findings.append(problem(node, f"{where} has no readable formula.", "Write `value:` or `columns: {d: …}`."))
        for name, cell in cells.items():
            value = formula(cell, False)
            if value is None:
                continue
            lines[name] = Line(
                name=name,
                says=says,
                authority=authority,
                value=value,
                source=node.source,
                when=when,
                form_when=form_when,
                blank_if_zero="blank_if_zero" in body and body["blank_if_zero"].value is True,
                row=tuple(cells) if "columns" in body else (),
                round_to=_rounding(body),
                print="print" not in body or body["print"].value is not False,
                is_yes_no=value.gives == "yes_no",
            )
    return lines


def _rounding(body: Mapping[str, Node]) -> Rounding:
    written = body["round"].value if "round" in body else "cents"
    return next((one for one in ROUNDINGS if one == written), "cents")
