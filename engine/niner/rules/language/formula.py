"""Turns the text of a formula into a checked tree, and a tree with values for its names into an exact value.

The language is a small part of Python's expressions, read with `ast` and never executed: + - * /, comparisons,
and/or/not, `a if c else b`, min, max, abs, floor(x, step), known(x), and the functions that rule files define.
Amounts are dollars, held as exact fractions; nothing is rounded here. An unknown value makes the result unknown,
except where it can't matter (`0 if c else x` with c true).
"""

import ast
import operator as operators
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final, Literal

from niner.rules.language.nodes import Node, problem
from niner.rules.language.values import Formula, Function, Reference, tree_of
from niner.values import Finding

Kind = Literal["number", "yes_no", "text"]


class Unknown:
    """The one value of a figure that the case does not tell; its instance is UNKNOWN."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN: Final = Unknown()
Value = Fraction | int | bool | str | Unknown
"""What a formula gives: a number (a whole one may be an int), yes or no, a word, or UNKNOWN."""
Resolve = Callable[[str], Reference | str]
"""Gives the reference for a name, or the sentence that says why there is none."""

_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
_DEEPEST = 100
BUILT_IN: Mapping[str, int] = {"min": 0, "max": 0, "abs": 1, "floor": 2, "known": 1}  # 0: two or more


def dotted(node: ast.expr) -> str:
    """`f1040sd.L1b.h` from its tree, or "" where the tree is no plain name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def parse_formula(
    node: Node,
    resolve: Resolve,
    kind_of: Callable[[Reference], Kind],
    functions: Mapping[str, Function] | None = None,
) -> tuple[Formula | None, list[Finding]]:
    """The formula at a node, or None and what is wrong with it. A bare number is a formula too."""
    if isinstance(node.value, bool) or node.value is None or isinstance(node.value, dict | list):
        return None, [problem(node, "A formula belongs here.", "Write, for instance, `L7 + L15`.", "rules.formula")]
    text = str(node.value)
    if len(text) > 2000:
        return None, [
            problem(
                node, "The formula is longer than 2,000 characters.", "Split it over unprinted lines.", "rules.formula"
            )
        ]
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        detail = getattr(error, "msg", None) or "it can't be read"
        offset = getattr(error, "offset", None)
        where = f" at its character {offset}" if offset else ""
        return None, [
            problem(
                node,
                f"The formula is not well formed{where}: {detail}.",
                "Use + - * /, comparisons, and/or/not, `a if c else b`, min, max, abs, floor, known.",
                "rules.formula",
                text,
            )
        ]
    if _depth(tree) > _DEEPEST:
        says = "The formula is nested too deeply to read."
        return None, [problem(node, says, "Split it over unprinted lines.", "rules.formula", text)]
    check = _Check(node, text, resolve, kind_of, functions or {})
    gives = check.kind(tree)
    if check.findings:
        return None, check.findings
    return Formula(text, check.names, gives, node.source, numbers_of(text, tree), check.used), []


def _depth(tree: ast.expr) -> int:
    """How deep a tree is; found without recursion, which a hostile formula could exhaust."""
    deepest, todo = 0, [(tree, 1)]
    while todo:
        node, depth = todo.pop()
        deepest = max(deepest, depth)
        todo += [(child, depth + 1) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return deepest


class _Check:
    """Walks a tree once: every construct allowed, every name resolved, numbers and yes/no never mixed."""

    def __init__(
        self,
        node: Node,
        text: str,
        resolve: Resolve,
        kind_of: Callable[[Reference], Kind],
        functions: Mapping[str, Function],
    ) -> None:
        self.node, self.text, self.resolve, self.kind_of = node, text, resolve, kind_of
        self.functions = functions
        self.used: dict[str, Function] = {}
        self.names: dict[str, Reference] = {}
        self.findings: list[Finding] = []

    def wrong(self, says: str, todo: str, id: str = "rules.formula") -> Kind:
        self.findings.append(problem(self.node, says, todo, id, self.text))
        return "number"

    def need(self, tree: ast.expr, wanted: Kind) -> None:
        before = len(self.findings)
        found = self.kind(tree)
        if found != wanted and len(self.findings) == before:
            words = {"number": "an amount", "yes_no": "a condition", "text": "a word"}
            self.wrong(
                f"`{ast.unparse(tree)}` is {words[found]} where {words[wanted]} is needed.",
                "Compare it (`x > 0`) to make a condition, or use `1 if c else 0` to make an amount.",
            )

    def kind(self, tree: ast.expr) -> Kind:
        match tree:
            case ast.Constant(value=bool()):
                return "yes_no"
            case ast.Constant(value=int() | float()):
                segment = ast.get_source_segment(self.text.strip(), tree) or ""
                if not segment.replace(".", "", 1).isdigit() or len(segment) > 20:
                    return self.wrong(f"The number {segment} is not plain.", "Write it out, as 1500 or 0.15.")
                return "number"
            case ast.Constant(value=str()):
                return "text"
            case ast.Name() | ast.Attribute():
                return self.name(tree)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
                self.need(left, "number")
                self.need(right, "number")
                return "number"
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                self.need(operand, "number")
                return "number"
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self.need(operand, "yes_no")
                return "yes_no"
            case ast.BoolOp(values=values):
                for value in values:
                    self.need(value, "yes_no")
                return "yes_no"
            case ast.Compare(left=left, ops=[operator], comparators=[right]) if isinstance(operator, _COMPARISONS):
                left_kind = self.kind(left)
                self.need(right, left_kind)
                if left_kind != "number" and not isinstance(operator, ast.Eq | ast.NotEq):
                    self.wrong(
                        f"`{ast.unparse(tree)}` orders things that have no order.", "Compare amounts, or use ==."
                    )
                return "yes_no"
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.need(test, "yes_no")
                found = self.kind(body)
                self.need(orelse, found)
                return found
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if (
                name in BUILT_IN or name in self.functions
            ):
                return self.call(name, arguments)
            case _:
                return self.wrong(
                    f"`{ast.unparse(tree)[:60]}` is not part of the formula language.",
                    "Use + - * /, one comparison at a time, and/or/not, `a if c else b`, min, max, abs, floor, known.",
                )

    def call(self, name: str, arguments: list[ast.expr]) -> Kind:
        if name in self.functions:
            self.used[name] = self.functions[name]
        wanted = BUILT_IN.get(name, 1)
        if (wanted and len(arguments) != wanted) or (not wanted and len(arguments) < 2):
            return self.wrong(f"{name} takes {wanted or 'two or more'} value(s), not {len(arguments)}.", "Correct it.")
        if name == "known":
            if not dotted(arguments[0]):
                return self.wrong("known(…) asks about one line or case figure.", "Write known(f1040.L11).")
            self.kind(arguments[0])
            return "yes_no"
        for argument in arguments:
            self.need(argument, "number")
        return "number"

    def name(self, tree: ast.expr) -> Kind:
        written = dotted(tree)
        if not written:
            return self.wrong(f"`{ast.unparse(tree)[:60]}` is no name.", "Write a line (L7), a parameter or case.…")
        found = self.resolve(written)
        if isinstance(found, str):
            return self.wrong(f"`{written}` names nothing.", found, "rules.unknown-name")
        self.names[written] = found
        return self.kind_of(found)


def numbers_of(text: str, tree: ast.expr) -> dict[tuple[int, int], Fraction]:
    """The exact value of each number in a formula, as it is written there."""
    found: dict[tuple[int, int], Fraction] = {}
    if not any(map(str.isdigit, text)):
        return found
    lines = text.strip().encode().splitlines()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and not isinstance(node.value, bool | str):
            written = lines[node.lineno - 1][node.col_offset : node.end_col_offset]
            found[node.lineno, node.col_offset] = Fraction(written.decode())
    return found


def evaluate(formula: Formula, look_up: Callable[[Reference], Value]) -> Value:
    """The exact value of a formula. `look_up` is called for each name as it is needed, never for an untaken branch."""
    run = _runs.get(formula.text)
    if run is None:
        run = _runs[formula.text] = _read(formula)
    value: Value = run(formula, look_up)
    return value


_LookUp = Callable[[Reference], Value]
_Run = Callable[[Formula, _LookUp], Any]
"""A formula or a part of it, ready to run: Any is a Value, of the kind that `_Check` found."""


_runs: dict[str, _Run] = {}
"""Each checked formula's text as functions within functions: it is read once and run for every return."""


def _read(formula: Formula) -> _Run:
    if formula.text in formula.names:  # a third of all formulas are one name
        return _name(formula.text)
    return _function(tree_of(formula.text), {place: _whole(number) for place, number in formula.numbers.items()})


def _name(name: str) -> _Run:
    return lambda formula, look_up: look_up(formula.names[name])


def _whole(number: Fraction) -> Fraction | int:
    return number.numerator if number.denominator == 1 else number


def _function(tree: ast.expr, numbers: Mapping[tuple[int, int], Fraction | int]) -> _Run:
    match tree:
        case ast.Constant(value=bool() | str() as constant):
            return lambda formula, look_up: constant
        case ast.Constant():
            number = numbers[tree.lineno, tree.col_offset]
            return lambda formula, look_up: number
        case ast.Name() | ast.Attribute():
            return _name(dotted(tree))
        case ast.BinOp(left=left, op=sign, right=right):
            return _calculation(_ARITHMETIC[type(sign)], _function(left, numbers), _function(right, numbers))
        case ast.UnaryOp(op=sign, operand=operand):
            return _calculation(_SIGNS[type(sign)], _function(operand, numbers))
        case ast.BoolOp(op=word, values=values):
            return _both(isinstance(word, ast.And), [_function(value, numbers) for value in values])
        case ast.Compare(left=left, ops=[sign], comparators=[right]):
            return _calculation(_COMPARE[type(sign)], _function(left, numbers), _function(right, numbers))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _choice(*(_function(part, numbers) for part in (test, body, orelse)))
        case ast.Call(func=ast.Name(id="known"), args=[argument]):
            asked = _function(argument, numbers)
            return lambda formula, look_up: asked(formula, look_up) is not UNKNOWN
        case ast.Call(func=ast.Name(id=name), args=arguments):
            parts = [_function(argument, numbers) for argument in arguments]
            return _calculation(_BUILT_IN[name], *parts) if name in _BUILT_IN else _defined(name, parts[0])
        case _:
            raise AssertionError(ast.dump(tree))


def _divided(a: Fraction | int, b: Fraction | int) -> Value:
    return Fraction(a) / b if b else UNKNOWN


def _floor(a: Fraction | int, step: Fraction | int) -> Value:
    return a // step * step if step else UNKNOWN


_ARITHMETIC: Mapping[type[ast.operator], Callable[..., Value]] = {
    **{ast.Add: operators.add, ast.Sub: operators.sub, ast.Mult: operators.mul, ast.Div: _divided}
}
_SIGNS: Mapping[type[ast.unaryop], Callable[..., Value]] = {
    **{ast.USub: operators.neg, ast.UAdd: operators.pos, ast.Not: operators.not_}
}
_COMPARE: Mapping[type[ast.cmpop], Callable[..., Value]] = {
    **{ast.Eq: operators.eq, ast.NotEq: operators.ne, ast.Lt: operators.lt, ast.LtE: operators.le},
    **{ast.Gt: operators.gt, ast.GtE: operators.ge},
}
_BUILT_IN: Mapping[str, Callable[..., Value]] = {"abs": abs, "floor": _floor, "min": min, "max": max}


def _calculation(calculate: Callable[..., Value], *parts: _Run) -> _Run:
    """What is unknown as soon as one of its parts is; every part is looked at all the same."""
    if len(parts) == 2:
        first, second = parts

        def of_two(formula: Formula, look_up: _LookUp) -> Value:
            a, b = first(formula, look_up), second(formula, look_up)
            return UNKNOWN if a is UNKNOWN or b is UNKNOWN else calculate(a, b)

        return of_two

    def of_all(formula: Formula, look_up: _LookUp) -> Value:
        values = [part(formula, look_up) for part in parts]
        return UNKNOWN if UNKNOWN in values else calculate(*values)

    return of_all


def _choice(test: _Run, body: _Run, orelse: _Run) -> _Run:
    def run(formula: Formula, look_up: _LookUp) -> Any:
        truth: Value = test(formula, look_up)
        return truth if truth is UNKNOWN else (body if truth else orelse)(formula, look_up)

    return run


def _defined(name: str, argument: _Run) -> _Run:
    """A function that a rule file defines, of one amount."""

    def run(formula: Formula, look_up: _LookUp) -> Value:
        amount: Value = argument(formula, look_up)
        if amount is UNKNOWN:
            return UNKNOWN
        return evaluate(formula.functions[name].value, lambda ref: amount if ref.kind == "argument" else look_up(ref))

    return run


def _both(is_and: bool, parts: list[_Run]) -> _Run:
    """`and`/`or` of three-valued truths: one decisive known value settles it whatever is unknown."""

    def run(formula: Formula, look_up: _LookUp) -> Value:
        unknown = False
        for part in parts:
            truth = part(formula, look_up)
            if truth is UNKNOWN:
                unknown = True
            elif bool(truth) is not is_and:
                return not is_and
        return UNKNOWN if unknown else is_and

    return run
