"""No number of a form's line and no name of a PDF's field stands in Python: places.yaml and the packs have them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from niner.forms import load_pack
from niner.rules import load_rules
from niner.values import Refused

ENGINE = Path(__file__).parents[2] / "engine" / "niner"
LINE = re.compile(
    r"L?[1-9][0-9]?[a-z]{0,2}(\.[a-z_]+)?|(row\.\d+|dependent\.\d+)\.[a-z_]+|[A-L]\.[degh]|line_\d+[a-z]?"
)
WORDS = re.compile(r"\blines? \d|\b[fc]\d_\d|topmostSubform", re.IGNORECASE)
# What is called line_4 in case.yaml is named where case.yaml is described, and nowhere else.
CASE_KEYS = ENGINE / "case" / "model.py"


def constants(tree: ast.Module) -> Iterator[ast.Constant]:
    """The strings of a module without its docstrings, widths of numbers such as {n:03d} and other words for yes."""
    scopes = (ast.Module, ast.ClassDef, ast.FunctionDef)
    skipped = {
        id(part)
        for node in ast.walk(tree)
        for part in (
            [child.value for child in node.body if isinstance(child, ast.Expr)]
            if isinstance(node, scopes)
            else list(ast.walk(node.format_spec))
            if isinstance(node, ast.FormattedValue) and node.format_spec
            else list(ast.walk(node))
            if isinstance(node, ast.Set | ast.Tuple | ast.Dict)
            and "yes" in {child.value for child in ast.iter_child_nodes(node) if isinstance(child, ast.Constant)}
            else []
        )
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node


def found_in(path: Path) -> list[str]:
    tree = ast.parse(path.read_text("utf-8"))
    strings = [n for n in constants(tree) if LINE.fullmatch(n.value) or WORDS.search(n.value)]
    named = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and re.fullmatch(r"line_\d+[a-z]?", n.attr)]
    named += [n for n in ast.walk(tree) if isinstance(n, ast.keyword) and re.fullmatch(r"line_\d+[a-z]?", n.arg or "")]
    return [f"{path.name}:{node.lineno}: {ast.unparse(node)}" for node in [*strings, *named]]


def test_no_line_of_a_form_stands_in_the_code() -> None:
    modules = sorted(ENGINE.rglob("*.py"))
    assert len(modules) > 200
    assert [one for path in modules if path != CASE_KEYS for one in found_in(path)] == []


@pytest.mark.parametrize(
    "code",
    ['x["16"]', 'amount(lines, "f1040", "1z")', 'a("1.b")', 'f"line 24 is {x}"', "case.line_4", "new(line_13=0)"],
)
def test_one_that_did_would_be_found(tmp_path: Path, code: str) -> None:
    (tmp_path / "a.py").write_text(f'"""Line 16 may be told of here."""\n{code}\n')
    assert found_in(tmp_path / "a.py")


@pytest.mark.parametrize("year", range(2020, 2026))
def test_every_place_of_the_rules_is_on_the_years_form(year: int) -> None:
    rules = load_rules(year)
    worked_out = {(name.form, name.line) for name in rules.compiled.lines}
    for name, row in rules.table("places").items():
        form, lines = str(row.cells["form"]), row.cells["lines"]
        try:
            on_form = {key for page in load_pack(form, year).pages for key in page.fields}
        except (Refused, KeyError):  # a worksheet has no pack
            on_form = set()
        assert isinstance(lines, tuple)
        for line in lines:
            columns = {key for key in on_form if key.startswith(f"{line}.")}
            assert line in on_form or columns or (form, line) in worked_out, (name, form, line)
