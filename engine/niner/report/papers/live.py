"""The formulas of a year's rules to formulas of a spreadsheet, so that a checker can follow a figure by its cells.

A line whose value is not known, or that hangs on one that isn't, has no formula; neither has one that would be longer
than a cell takes. `if` chains become IF, a function of the rules is written out where it is used.
"""

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction

from niner.money import exact_text
from niner.rules import LineName
from niner.rules.language.formula import dotted
from niner.rules.language.values import Formula, Line, Reference
from niner.rules.worksheets import rounds_to_dollars

Address = Callable[[Reference], str | None]
"""The cell, sum or constant that a name of a formula stands for; None where its value is not known."""
_LONGEST = 2_000  # characters: a cell takes 8,192, a person less
_SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARED = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=", ast.NotEq: "<>"}
_NAMED = {"min": "MIN", "max": "MAX", "abs": "ABS"}


class _NoFormula(Exception):
    """A name in it has no value, or it grows too long."""


def cell_formula(line: Line, address: Address, whole_dollars: bool) -> str:
    """The line as a formula that begins with `=`, dollars in and dollars out, or "" where there can be none.

    `whole_dollars`: whether the return elects them.
    """
    try:
        text = _written(line.value, address, {})
        if not line.is_yes_no:
            text = f"ROUND({text},{0 if rounds_to_dollars(line, whole_dollars) else 2})"
        for condition in (line.when, line.form_when):
            if condition is not None:
                otherwise = "FALSE" if line.is_yes_no else "0"
                text = f"IF({_written(condition, address, {})},{text},{otherwise})"
    except _NoFormula:
        return ""
    return f"={text}" if len(text) <= _LONGEST else ""


def _written(formula: Formula, address: Address, inside: Mapping[str, str]) -> str:
    """`inside` gives what the argument of a function of the rules stands for."""
    writing = _Writing(formula, address, inside)
    if formula.text in formula.names:  # a third of all formulas are one name
        return writing.name(formula.text)
    return writing.run(formula.tree)


class _Writing:
    """Writes the parts of one formula."""

    def __init__(self, formula: Formula, address: Address, inside: Mapping[str, str]) -> None:
        self.formula, self.address, self.inside = formula, address, inside

    def run(self, tree: ast.expr) -> str:
        text = self._call(tree) if isinstance(tree, ast.Call) else self._one(tree)
        if len(text) > 4 * _LONGEST:
            raise _NoFormula("too long")
        return text

    def _one(self, tree: ast.expr) -> str:
        run = self.run
        match tree:
            case ast.Constant(value=bool() as truth):
                return "TRUE" if truth else "FALSE"
            case ast.Constant(value=str() as word):
                return quoted(word)
            case ast.Constant():
                return plain(self.formula.numbers[tree.lineno, tree.col_offset])
            case ast.Name() | ast.Attribute():
                return self.name(dotted(tree))
            case ast.BinOp(left=left, op=sign, right=right):
                return f"({run(left)}{_SIGNS[type(sign)]}{run(right)})"
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return f"NOT({run(operand)})"
            case ast.UnaryOp(op=sign, operand=operand):
                return f"(-{run(operand)})" if isinstance(sign, ast.USub) else run(operand)
            case ast.BoolOp(op=both, values=values):
                return f"{'AND' if isinstance(both, ast.And) else 'OR'}({','.join(map(run, values))})"
            case ast.Compare(left=left, ops=[sign], comparators=[right]):
                return f"({run(left)}{_COMPARED[type(sign)]}{run(right)})"
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return f"IF({run(test)},{run(body)},{run(orelse)})"
            case _:
                raise AssertionError(ast.dump(tree))

    def _call(self, tree: ast.Call) -> str:
        run, name = self.run, dotted(tree.func)
        match name, tree.args:
            case "known", [argument]:
                return "FALSE" if self.address(self.formula.names[dotted(argument)]) is None else "TRUE"
            case "floor", [number, step]:
                return f"(INT({run(number)}/{run(step)})*{run(step)})"
            case function, arguments if function in _NAMED:
                return f"{_NAMED[function]}({','.join(map(run, arguments))})"
            case function, [argument]:
                inner = self.formula.functions[function].value
                return f"({_written(inner, self.address, {'argument': run(argument)})})"
            case _:
                raise AssertionError(ast.dump(tree))

    def name(self, written: str) -> str:
        reference = self.formula.names[written]
        if reference.kind == "argument":
            return self.inside["argument"]
        found = self.address(reference)
        if found is None:
            raise _NoFormula(written)
        return found


def quoted(word: str) -> str:
    """A word as formulas have it."""
    return '"' + word.replace('"', '""') + '"'


def plain(number: Fraction) -> str:
    """An exact number as formulas have it; one that no decimal is, as a division."""
    if number.denominator == 1:
        return str(number.numerator)
    text = exact_text(number * 100)
    return text if Fraction(text) == number else f"({number.numerator}/{number.denominator})"


def by_line(name: LineName) -> str:
    """How a line is called in the column that says to which lines a row goes: ` f1040sd.3 `, alone between spaces."""
    return f" {name.form}.{name.line} "
