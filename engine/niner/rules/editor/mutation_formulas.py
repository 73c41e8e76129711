"""Turns a formula into slightly wrong ones: a term left out, an operator turned round, a limit not applied."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import replace

from niner.rules.language.formula import numbers_of
from niner.rules.language.values import Formula

_TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


def changed_formulas(formula: Formula) -> Iterator[tuple[str, Formula]]:
    """Each formula that differs from the given one in one place, with the difference in words."""
    nodes = list(ast.walk(formula.tree))
    for index, node in enumerate(nodes):
        for what, changed in _changes(node):
            tree = _with(formula.tree, index, changed)
            text = ast.unparse(tree)
            fresh = ast.parse(text, mode="eval").body
            if text != ast.unparse(formula.tree):
                yield f"{what}: {text}", replace(formula, text=text, numbers=numbers_of(text, fresh))


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.BinOp(left=left, right=right):
            yield "left out", left
            yield "left out", right
            yield "turned", ast.BinOp(left, _TURNED[type(node.op)](), right)  # type: ignore[arg-type]
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            yield "sign left out", operand
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            yield "turned", ast.Compare(left, [_TURNED[type(operator)]()], [right])  # type: ignore[list-item]
        case ast.BoolOp(op=operator, values=values):
            yield "turned", ast.BoolOp(_TURNED[type(operator)](), values)  # type: ignore[arg-type]
            for value in values:
                kept = [other for other in values if other is not value]
                yield "condition left out", ast.BoolOp(operator, kept) if len(kept) > 1 else kept[0]
        case ast.IfExp(body=body, orelse=orelse):
            yield "always the first", body
            yield "always the second", orelse
        case ast.Call(func=ast.Name(id="min"), args=arguments):
            yield "max for min", ast.Call(ast.Name("max"), arguments, [])
            yield from (("limit left out", argument) for argument in arguments)
        case ast.Call(func=ast.Name(id="max"), args=arguments):
            yield "min for max", ast.Call(ast.Name("min"), arguments, [])
            yield from (("limit left out", argument) for argument in arguments)
        case ast.Name(id="routed"):
            yield "nothing routed", ast.Constant(0)
        case _:
            return


def _with(tree: ast.expr, index: int, changed: ast.AST) -> ast.expr:
    """A copy of the tree with its `index`th node (in walking order) changed."""
    duplicate = copy.deepcopy(tree)
    target = list(ast.walk(duplicate))[index]
    fresh = copy.deepcopy(changed)
    if target is duplicate:
        assert isinstance(fresh, ast.expr)
        return fresh
    for parent in ast.walk(duplicate):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, fresh)
            elif isinstance(value, list) and any(item is target for item in value):
                value[next(i for i, item in enumerate(value) if item is target)] = fresh
    return duplicate
