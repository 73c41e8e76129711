"""Turns two years' rules into what was added, changed and retired between them, in words and with authority."""

from collections.abc import Iterator

from niner.dataclass import dataclass
from niner.rules.editor.describing import cell_words, condition_words, status_words
from niner.rules.language.sentences import template
from niner.rules.language.values import Function, Line, Parameter, Remark, Row, Rule
from niner.rules.year import YearRules
from niner.values import Source


@dataclass(frozen=True)
class Difference:
    """One name that differs. `changes` are label, before and after; `reason` is why a name was retired."""

    kind: str  # rule, remark, line, function, parameter, row
    id: str
    action: str  # added, changed, retired
    says: str
    authority: str
    changes: tuple[tuple[str, str, str], ...]
    reason: str
    source: Source


def differences(before: YearRules, after: YearRules) -> list[Difference]:
    """Rules, remarks, lines, functions and parameters, each in the order of the later year."""
    parts = (_rules, _remarks, _lines, _functions, _parameters, _rows)
    return [found for part in parts for found in part(before, after)]


def _compare(
    kind: str, id: str, old: dict[str, str] | None, new: dict[str, str] | None, source: Source, reason: str
) -> Difference | None:
    told = new or old or {}
    says, authority = told.get("says", ""), told.get("authority", "")
    if old is None:
        return Difference(kind, id, "added", says, authority, (), "", source)
    if new is None:
        return Difference(kind, id, "retired", says, authority, (), reason, source)
    changed = tuple((label, old.get(label, ""), text) for label, text in new.items() if old.get(label, "") != text)
    return Difference(kind, id, "changed", says, authority, changed, "", source) if changed else None


def _reason(after: YearRules, kind: str, id: str) -> str:
    told = [c.reason for c in after.history if (c.kind, c.name, c.action) == (kind, id, "retired")]
    return told[-1] if told else ""


def _rules(before: YearRules, after: YearRules) -> Iterator[Difference]:
    def of(rules: YearRules) -> dict[str, Rule]:
        decisions = {
            name: found for name, found in rules.compiled.decisions.items() if name not in rules.compiled.remarks
        }
        return {f"{name}/{rule.id}": rule for name, found in decisions.items() for rule in found.rules}

    def words(rule: Rule | None) -> dict[str, str] | None:
        if rule is None:
            return None
        return {
            "says": rule.says,
            "authority": rule.authority,
            "when": condition_words(rule.condition),
            "then": rule.then,
            "overrides": ", ".join(rule.overrides),
            "tell": rule.tell,
            "todo": rule.todo,
            "open": rule.open,
        }

    old, new = of(before), of(after)
    for id in dict.fromkeys([*new, *old]):
        source = (new.get(id) or old[id]).source
        found = _compare("rule", id, words(old.get(id)), words(new.get(id)), source, _reason(after, "rule", id))
        if found is not None:
            yield found


def _remarks(before: YearRules, after: YearRules) -> Iterator[Difference]:
    def words(remark: Remark | None) -> dict[str, str] | None:
        if remark is None:
            return None
        return {
            "says": template(remark.says),
            "authority": remark.authority,
            "when": condition_words(remark.condition),
            "tell": remark.tell,
            "todo": template(remark.todo),
            "paper": remark.paper,
        }

    old, new = before.compiled.remarks, after.compiled.remarks
    for id in dict.fromkeys([*new, *old]):
        source = (new.get(id) or old[id]).source
        found = _compare("remark", id, words(old.get(id)), words(new.get(id)), source, _reason(after, "remark", id))
        if found is not None:
            yield found


def _lines(before: YearRules, after: YearRules) -> Iterator[Difference]:
    def words(line: Line | None) -> dict[str, str] | None:
        if line is None:
            return None
        return {
            "says": line.says,
            "authority": line.authority,
            "is": line.value.text,
            "only where": line.when.text if line.when else "",
            "form only where": line.form_when.text if line.form_when else "",
            "rounded to": line.round_to,
        }

    old = {f"{name.form}/{name.line}": line for name, line in before.compiled.lines.items()}
    new = {f"{name.form}/{name.line}": line for name, line in after.compiled.lines.items()}
    for id in dict.fromkeys([*new, *old]):
        source = (new.get(id) or old[id]).source
        reason = _reason(after, "line", id) or _reason(after, "line", id.rpartition(".")[0])
        found = _compare("line", id, words(old.get(id)), words(new.get(id)), source, reason)
        if found is not None:
            yield found


def _functions(before: YearRules, after: YearRules) -> Iterator[Difference]:
    def words(function: Function | None) -> dict[str, str] | None:
        if function is None:
            return None
        return {"says": function.says, "authority": function.authority, "is": function.value.text}

    old, new = before.compiled.functions, after.compiled.functions
    for id in dict.fromkeys([*new, *old]):
        source = (new.get(id) or old[id]).source
        found = _compare("function", id, words(old.get(id)), words(new.get(id)), source, _reason(after, "function", id))
        if found is not None:
            yield found


def _parameters(before: YearRules, after: YearRules) -> Iterator[Difference]:
    def words(parameter: Parameter | None) -> dict[str, str] | None:
        if parameter is None:
            return None
        return {
            "says": parameter.title,
            "authority": parameter.authority,
            "value": status_words(parameter.by_status, parameter.unit),
            "changes": parameter.changes.replace("_", " "),
        }

    old, new = before.compiled.parameters, after.compiled.parameters
    for id in dict.fromkeys([*new, *old]):
        source = (new.get(id) or old[id]).source
        found = _compare(
            "parameter", id, words(old.get(id)), words(new.get(id)), source, _reason(after, "parameter", id)
        )
        if found is not None:
            yield found


def _rows(before: YearRules, after: YearRules) -> Iterator[Difference]:
    def of(rules: YearRules) -> dict[str, Row]:
        tables = rules.compiled.tables.items()
        return {f"{name}/{key}": row for name, table in tables for key, row in table.rows.items()}

    def words(row: Row | None) -> dict[str, str] | None:
        if row is None:
            return None
        cells = {column.replace("_", " "): cell_words(cell) for column, cell in row.cells.items()}
        return {"says": row.id, "authority": row.authority, **cells}

    old, new = of(before), of(after)
    for id in dict.fromkeys([*new, *old]):
        source = (new.get(id) or old[id]).source
        found = _compare("row", id, words(old.get(id)), words(new.get(id)), source, _reason(after, "row", id))
        if found is not None:
            yield found
