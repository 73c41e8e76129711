"""Turns rule tests in YAML (facts in, conclusions or lines out) into what passed and what failed, and why."""

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal
from pathlib import Path

from niner.dataclass import dataclass
from niner.money import cents, dollars_spoken
from niner.rules.compiling.compiled import Compiled
from niner.rules.deciding.days import holding_days
from niner.rules.deciding.grouping import Holding, conclude_all, upstream
from niner.rules.language.nodes import Node, problem, read_nodes
from niner.rules.language.suggest import suggestion
from niner.rules.language.values import FILING_STATUSES, CaseInput, Cell, FactValue, LineName
from niner.rules.worksheets import Lines, WorksheetInputs, evaluate_lines, evaluate_some
from niner.values import Finding, Refused, Source
from niner.words.plain import path_text

_FILE_KEYS = ("years", "with", "tests")
_TEST_KEYS = (
    *("name", "source", "about", "facts", "dates", "status", "case", "routed"),
    *("parameters", "tables", "expect", "by", "told", "rests_on", "year", "row", "columns", "why"),
)
_TEXT_COLUMNS = ("box", "line", "f")

ColumnsOf = Callable[[Mapping[str, object]], Mapping[str, object]]
"""What a sale that a test states comes to on Form 8949, amounts in cents. Raises Refused."""


@dataclass(frozen=True)
class RuleTest:
    """One test of one year: facts of one kind and what each decision comes to, a return's figures and its lines, or a
    sale and the columns of its row on Form 8949."""

    name: str
    year: int
    source: Source
    about: str
    facts: Mapping[str, FactValue]
    inputs: WorksheetInputs | None
    expect: Mapping[str, str]
    by: Mapping[str, str]
    expect_lines: Mapping[tuple[str, str], object]
    expect_parameters: Mapping[str, Mapping[str, object]]
    expect_rows: Mapping[tuple[str, str], Mapping[str, object]]
    expect_told: Mapping[str, str]
    expect_status: str
    expect_authority: Mapping[str, str]
    row: Mapping[str, object] = field(default_factory=dict)
    expect_columns: Mapping[str, object] = field(default_factory=dict)


def read_tests(folder: Path) -> tuple[list[RuleTest], list[Finding]]:
    """Every test under `folder`/<year>/*.yaml, or of one such year's folder; a file may name further `years`."""
    tests: list[RuleTest] = []
    findings: list[Finding] = []
    folder = folder.resolve()
    one_year = re.fullmatch("[0-9]{4}", folder.name)
    # With the folder above, as tests/rules/2025: rules/2025 is where the rules themselves lie.
    above = "/".join((folder.parent if one_year else folder).parts[-2:])
    for path in sorted(folder.glob("*.yaml" if one_year else "[0-9][0-9][0-9][0-9]/*.yaml")):
        year = path.parent.name
        node, problems = read_nodes(path, path_text(f"{above}/{year}/{path.name}"))
        findings += problems
        if node is not None:
            tests += _file_tests(node, int(year), findings)
    return tests, findings


def _file_tests(node: Node, year: int, findings: list[Finding]) -> list[RuleTest]:
    body = node.value if isinstance(node.value, dict) else {}
    _known(body, _FILE_KEYS, findings)
    years = _years(body.get("years"), year, findings)
    shared = body["with"].value if "with" in body and isinstance(body["with"].value, dict) else {}
    listed = body["tests"].value if "tests" in body and isinstance(body["tests"].value, list) else []
    if not listed:
        findings.append(problem(node, "The file has no `tests`.", "Write `tests:` and a list."))
    return [_test(item, one, shared, findings) for item in listed for one in years]


def _years(node: Node | None, year: int, findings: list[Finding]) -> list[int]:
    if node is None:
        return [year]
    match = re.fullmatch(r"(20[0-9]{2})-(20[0-9]{2})", str(node.value))
    if not match:
        findings.append(problem(node, "`years` must be a range such as 2020-2025.", "Write `years: 2020-2025`."))
        return [year]
    return list(range(int(match[1]), int(match[2]) + 1))


def _test(node: Node, year: int, shared: Mapping[str, Node], findings: list[Finding]) -> RuleTest:
    own = node.value if isinstance(node.value, dict) else {}
    _known(own, _TEST_KEYS, findings)
    body = {**shared, **own}
    facts: dict[str, FactValue] = {}
    for part in (shared.get("facts"), own.get("facts")):
        facts |= {key: _fact(value) for key, value in _entries(part).items()}
    if "dates" in body:
        facts |= _days(body["dates"], findings)
    expect = {key: str(value.value) for key, value in _entries(own.get("expect")).items() if not _is_map(value)}
    by = {key: str(value.value) for key, value in _entries(own.get("by")).items()}
    lines = {
        (form, line): value.plain()
        for form, mapping in _entries(own.get("expect")).items()
        if _is_map(mapping)
        for line, value in _entries(mapping).items()
    }
    parameters = {
        name: {status: value.plain() for status, value in _entries(mapping).items()}
        if _is_map(mapping)
        else {status: mapping.plain() for status in FILING_STATUSES}
        for name, mapping in _entries(own.get("parameters")).items()
    }
    rows = {
        (table, row): {column: cell.plain() for column, cell in _entries(cells).items()}
        for table, those in _entries(own.get("tables")).items()
        for row, cells in _entries(those).items()
    }
    name = str(own["name"].plain()) if "name" in own else ""
    told = {id: str(value.value) for id, value in _entries(own.get("told")).items()}
    rests = {id: str(value.value) for id, value in _entries(own.get("rests_on")).items()}
    status = str(own["year"].value) if "year" in own else ""
    columns = {column: value.plain() for column, value in _entries(own.get("columns")).items()}
    row = _row(shared.get("row"), own.get("row"))
    if (
        not name
        or not (expect or lines or parameters or rows or told or rests or status or columns)
        or (expect and "about" not in body)
        or (columns and not row)
    ):
        findings.append(problem(node, "A test needs `name`, `expect` and, for decisions, `about`.", "Complete it."))
    case = {**_entries(shared.get("case")), **_entries(own.get("case"))}
    inputs = _inputs(body, case, findings) if lines else None
    about = str(body["about"].plain()) if "about" in body else ""
    return RuleTest(
        *(name, year, node.source, about, facts, inputs, expect, by, lines, parameters, rows, told, status, rests),
        *(row, columns),
    )


def _row(shared: Node | None, own: Node | None) -> dict[str, object]:
    """The sale that a test states: its own words over the file's, in its form as well; `form: none` is on no form."""
    row: dict[str, object] = {}
    form: dict[str, object] = {}
    for part in (shared, own):
        entries = {name: value.plain() for name, value in _entries(part).items()}
        said = entries.get("form")
        form |= said if isinstance(said, dict) else {}
        row |= entries
    on_form = isinstance(row.pop("form", None), dict)
    return {**row, "form": form} if on_form else row


def _inputs(body: Mapping[str, Node], figures: Mapping[str, Node], findings: list[Finding]) -> WorksheetInputs:
    case: dict[str, int | bool | None] = {}
    for name, value in figures.items():
        case[name] = value.value if isinstance(value.value, bool) or value.value is None else _cents(value, findings)
    routed = {
        form: {line: _cents(value, findings) for line, value in _entries(lines).items()}
        for form, lines in _entries(body.get("routed")).items()
    }
    status = str(body["status"].plain()) if "status" in body else "single"
    return WorksheetInputs(status, case, routed)


def _cents(node: Node, findings: list[Finding]) -> int:
    if isinstance(node.value, int | Decimal) and not isinstance(node.value, bool):
        return cents(Decimal(node.value))
    findings.append(problem(node, f"{node.plain()!r} is no amount.", "Write dollars, as 1234.50."))
    return 0


def _days(node: Node, findings: list[Finding]) -> dict[str, FactValue]:
    found: dict[str, date] = {}
    for name, value in _entries(node).items():
        try:
            found[name] = date.fromisoformat(str(value.value))
        except ValueError:
            findings.append(problem(value, f"{value.plain()!r} is no date.", "Write it as 2024-03-01."))
    if set(found) != {"held_from", "disposed"}:
        findings.append(problem(node, "`dates` needs held_from and disposed.", "Write both."))
        return {}
    return holding_days(found["held_from"], found["disposed"])


def _fact(node: Node) -> FactValue:
    return node.value if isinstance(node.value, int | bool | str) else str(node.value)


def _entries(node: Node | None) -> Mapping[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _is_map(node: Node) -> bool:
    return isinstance(node.value, dict)


def _known(body: Mapping[str, Node], keys: tuple[str, ...], findings: list[Finding]) -> None:
    for key, child in body.items():
        if key not in keys:
            findings.append(problem(child, f"`{key}` means nothing here.", suggestion(key, keys), value=key))


def failures(
    test: RuleTest,
    compiled: Compiled,
    case: Mapping[str, CaseInput],
    holding: Holding,
    columns_of: ColumnsOf | None = None,
    lines: Lines | None = None,
) -> list[str]:
    """What of a test does not come out, each a sentence; empty where it passes.

    Without `columns_of` rows of Form 8949 are not worked out. `lines` are those of `lines_of`, where they are known.
    """
    found: list[str] = []
    try:
        if test.expect:
            found += _wrong_conclusions(test, compiled, holding)
        if test.inputs is not None:
            found += wrong_lines(test, lines or lines_of(test, test.inputs, compiled, case))
        if test.expect_columns and columns_of is not None:
            found += _wrong_columns(test.expect_columns, columns_of(test.row))
    except Refused as refused:
        found += [finding.says for finding in refused.findings]
    for name, by_status in test.expect_parameters.items():
        parameter = compiled.parameters.get(name)
        if parameter is None:
            found.append(f"There is no parameter {name}.")
            continue
        for status, wanted in by_status.items():
            value: object = parameter.by_status.get(status)
            if parameter.unit == "dollars" and isinstance(wanted, int | Decimal):
                wanted = cents(Decimal(wanted))
            if parameter.unit == "rate" and isinstance(wanted, int | Decimal):
                wanted = Decimal(wanted)
            if value != wanted:
                found.append(f"{name} for {status} is {value}, not {wanted}")
    if test.expect_status and test.expect_status != ("draft" if compiled.draft else "final"):
        found.append(f"the year is {'draft' if compiled.draft else 'final'}, not {test.expect_status}")
    return found + _wrong_rows(test, compiled) + _told_otherwise(test, compiled) + _resting_elsewhere(test, compiled)


def _wrong_columns(expected: Mapping[str, object], found: Mapping[str, object]) -> list[str]:
    """Which columns of a row come out otherwise; an empty column (f) is written as none."""
    wrong = []
    for column, wanted in expected.items():
        if column not in found:
            wrong.append(f"There is no column {column}. {suggestion(column, found)}")
            continue
        is_amount = isinstance(wanted, int | Decimal) and not isinstance(wanted, bool)
        if is_amount and column not in _TEXT_COLUMNS:
            stated: object = cents(Decimal(str(wanted)))
        else:
            stated = "" if wanted == "none" else str(wanted)
        if found[column] != stated:
            wrong.append(f"column {column} is {_spoken(found[column])}, not {_spoken(stated)}")
    return wrong


def _resting_elsewhere(test: RuleTest, compiled: Compiled) -> list[str]:
    """Which rules do not name the authority first that the test states, as `treatment/swap: IRC §1001`."""
    wrong = []
    for id, wanted in test.expect_authority.items():
        decision, _, rule_id = id.partition("/")
        rules = compiled.decisions[decision].rules if decision in compiled.decisions else ()
        found = next((rule.authority.partition(";")[0].strip() for rule in rules if rule.id == rule_id), "not there")
        if found != wanted:
            wrong.append(f"{id} rests on {found}, not {wanted}")
    return wrong


def _told_otherwise(test: RuleTest, compiled: Compiled) -> list[str]:
    """Which remarks and conclusions are told as something else than the test states: `review`, or `review of refund`
    with the field that holds the amount."""
    wrong = []
    for id, wanted in test.expect_told.items():
        decision, _, rule_id = id.partition("/")
        if id in compiled.remarks:
            remark = compiled.remarks[id]
            found = f"{remark.tell} of {remark.amount}" if remark.amount else remark.tell
        else:
            rules = compiled.decisions[decision].rules if decision in compiled.decisions else ()
            found = next((rule.tell for rule in rules if rule.id == rule_id), "not there")
        if found != wanted:
            wrong.append(f"{id} is told as {found or 'nothing'}, not {wanted}")
    return wrong


def _wrong_rows(test: RuleTest, compiled: Compiled) -> list[str]:
    """Which rows of tables differ from what the test states; a column that it does not state is empty."""
    wrong = []
    for (name, key), stated in test.expect_rows.items():
        table = compiled.tables.get(name)
        if table is None or key not in table.rows:
            wrong.append(f"There is no row {key} of a table {name}.")
            continue
        cells = {column: plain_cell(cell) for column, cell in table.rows[key].cells.items()}
        wrong += [f"There is no column {column} in {name}." for column in stated if column not in cells]
        wrong += [
            f"{name}/{key}, {column} is {cell}, not {stated.get(column, 'stated')}"
            for column, cell in cells.items()
            if stated.get(column, type(cell)()) != cell
        ]
    return wrong


def plain_cell(cell: Cell) -> str | bool | list[str]:
    """A cell as a rule file writes it."""
    return list(cell) if isinstance(cell, tuple) else cell.isoformat() if isinstance(cell, date) else cell


def _wrong_conclusions(test: RuleTest, compiled: Compiled, holding: Holding) -> list[str]:
    asked = dict.fromkeys([*test.expect, *test.by])
    unknown = [name for name in asked if name not in compiled.decisions]
    if unknown:
        return [
            f"There is no decision {name} in {test.year}. {suggestion(name, compiled.decisions)}" for name in unknown
        ]
    chosen = upstream(asked, compiled.decisions, test.facts)
    fields = compiled.kinds[test.about].fields if test.about in compiled.kinds else {}
    [conclusions] = conclude_all(chosen, fields, [test.facts], holding)
    wrong = [
        f"{name} is {conclusions[name].value} by {conclusions[name].rule_id}, not {value}"
        for name, value in test.expect.items()
        if conclusions[name].value != value
    ]
    return wrong + [
        f"{name} is decided by {conclusions[name].rule_id}, not by {rule_id}"
        for name, rule_id in test.by.items()
        if conclusions[name].rule_id != rule_id
    ]


def lines_of(test: RuleTest, inputs: WorksheetInputs, compiled: Compiled, case: Mapping[str, CaseInput]) -> Lines:
    """The lines that a test names and what they follow from; all where it names one that there is not, which `Lines`
    then tells with its neighbours. Raises Refused as `evaluate_lines` does."""
    wanted = [LineName(form, line) for form, line in test.expect_lines]
    if all(name in compiled.lines for name in wanted):
        return evaluate_some(compiled.lines, compiled.parameters, case, inputs, wanted)
    return evaluate_lines(compiled.lines, compiled.parameters, case, inputs)


def wrong_lines(test: RuleTest, lines: Lines) -> list[str]:
    """Which of a test's expected lines come out otherwise."""
    wrong: list[str] = []
    for (form, line), wanted in test.expect_lines.items():
        is_blank, value = lines.blank(form, line), lines.value(form, line)
        if wanted in ("blank", "unknown"):
            found: object = "blank" if is_blank else "unknown" if value is None else value
        elif isinstance(wanted, int | Decimal) and not isinstance(wanted, bool):
            wanted, found = cents(Decimal(wanted)), "blank" if is_blank else value
        else:
            found = "blank" if is_blank else value
        if found != wanted or isinstance(found, bool) != isinstance(wanted, bool):
            wrong.append(f"{form} line {line} is {_spoken(found)}, not {_spoken(wanted)}")
    return wrong


def _spoken(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return dollars_spoken(value) if isinstance(value, int) else str(value)
