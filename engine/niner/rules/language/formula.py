"""Turns the text of a formula into a checked tree, and a tree with values for its names into an exact value.

The language is a small part of Python's expressions, read with `ast` and never executed: + - * /, comparisons,
and/or/not, `a if c else b`, min, max, abs, floor(x, step), known(x), and the functions that rule files define.
Amounts are dollars, held as exact fractions; nothing is rounded here. An unknown value makes the result unknown,
except where it can't matter (`0 if c else x` with c true).
"""

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final, Literal

from niner.rules.language.nodes import Node, problem
from niner.rules.language.values import Formula, Function, Reference
from niner.values import Finding

Kind = Literal["number", "yes_no", "text"]


class Unknown:
    """The one value of a figure that the case does not tell; its instance is UNKNOWN."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN: Final = Unknown()
Value = Fraction | bool | str | Unknown
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
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and not isinstance(node.value, bool | str):
            found[node.lineno, node.col_offset] = Fraction(ast.get_source_segment(text.strip(), node) or "")
    return found


def evaluate(formula: Formula, look_up: Callable[[Reference], Value]) -> Value:
    """The exact value of a formula. `look_up` is called for each name as it is needed, never for an untaken branch."""

    def number(tree: ast.expr) -> Fraction | Unknown:
        value = run(tree)
        assert isinstance(value, Fraction | Unknown), tree
        return value

    def run(tree: ast.expr) -> Value:
        match tree:
            case ast.Constant(value=bool() | str() as constant):
                return constant
            case ast.Constant():
                return formula.numbers[tree.lineno, tree.col_offset]
            case ast.Name() | ast.Attribute():
                return look_up(formula.names[dotted(tree)])
            case ast.BinOp(left=left, op=operator, right=right):
                a, b = number(left), number(right)
                if isinstance(a, Unknown) or isinstance(b, Unknown):
                    return UNKNOWN
                if isinstance(operator, ast.Div):
                    return a / b if b else UNKNOWN
                return a + b if isinstance(operator, ast.Add) else a - b if isinstance(operator, ast.Sub) else a * b
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                truth = run(operand)
                return truth if isinstance(truth, Unknown) else not truth
            case ast.UnaryOp(op=sign, operand=operand):
                a = number(operand)
                return -a if isinstance(sign, ast.USub) and not isinstance(a, Unknown) else a
            case ast.BoolOp(op=operator, values=values):
                return _both(isinstance(operator, ast.And), values, run)
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return _compare(operator, run(left), run(right))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                truth = run(test)
                return truth if isinstance(truth, Unknown) else run(body if truth else orelse)
            case ast.Call(func=ast.Name(id="known"), args=[argument]):
                return not isinstance(run(argument), Unknown)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                found = [number(argument) for argument in arguments]
                amounts = [a for a in found if not isinstance(a, Unknown)]
                if len(amounts) < len(found):
                    return UNKNOWN
                return _apply(name, amounts, formula.functions, look_up)
            case _:
                raise AssertionError(ast.dump(tree))

    return run(formula.tree)


def _apply(
    name: str,
    amounts: list[Fraction],
    functions: Mapping[str, Function],
    look_up: Callable[[Reference], Value],
) -> Value:
    """A built-in function of known amounts, or one that a rule file defines."""
    if name in functions:
        function = functions[name]

        def inside(reference: Reference) -> Value:
            return amounts[0] if reference.kind == "argument" else look_up(reference)

        return evaluate(function.value, inside)
    match name:
        case "abs":
            return abs(amounts[0])
        case "floor":
            return amounts[0] // amounts[1] * amounts[1] if amounts[1] else UNKNOWN
        case "min":
            return min(amounts)
        case _:
            return max(amounts)


def _both(is_and: bool, values: list[ast.expr], run: Callable[[ast.expr], Value]) -> Value:
    """`and`/`or` of three-valued truths: one decisive known value settles it whatever is unknown."""
    unknown = False
    for value in values:
        truth = run(value)
        if isinstance(truth, Unknown):
            unknown = True
        elif bool(truth) is not is_and:
            return not is_and
    return UNKNOWN if unknown else is_and


def _compare(operator: ast.cmpop, a: Value, b: Value) -> Value:
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return UNKNOWN
    if isinstance(operator, ast.Eq):
        return a == b
    if isinstance(operator, ast.NotEq):
        return a != b
    assert isinstance(a, Fraction)
    assert isinstance(b, Fraction)
    if isinstance(operator, ast.Lt):
        return a < b
    if isinstance(operator, ast.LtE):
        return a <= b
    return a > b if isinstance(operator, ast.Gt) else a >= b
