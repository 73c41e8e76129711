"""Turns merged parameter nodes into parameters: a value for each filing status, dollars in cents, rates exact."""

import re
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import cast, get_args

from niner.exact import EXACT, decimals, units
from niner.rules.compiling.merged import Merged
from niner.rules.language.nodes import Node, authority_of, optional_text, problem, sentence
from niner.rules.language.suggest import suggestion
from niner.rules.language.values import FILING_STATUSES, Parameter, Unit
from niner.values import Finding

UNITS: tuple[str, ...] = get_args(Unit)


def compile_parameters(merged: Merged, findings: list[Finding]) -> dict[str, Parameter]:
    """Every parameter that could be read; problems go to `findings`."""
    return {
        name: found
        for name, body in merged.parameters.items()
        if (found := _parameter(name, body, merged.parameter_at[name], findings)) is not None
    }


def _parameter(name: str, body: dict[str, Node], at: Node, findings: list[Finding]) -> Parameter | None:
    """The parameter; with zeros for amounts that can't be read, so that what names it is not reported as well."""
    where = f"The parameter {name}"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        findings.append(problem(at, f"`{name}` can't be a parameter's name.", "Use small letters, digits and _."))
    title = sentence(body.get("title"), at, "title", where, findings)
    authority = authority_of(body, at, where, findings)
    unit = body["unit"].value if "unit" in body else None
    if unit not in UNITS:
        findings.append(problem(body.get("unit", at), f"{where} needs a `unit`.", f"Write one of: {', '.join(UNITS)}."))
    changes = body["changes"].value if "changes" in body else "by_law"
    if changes not in ("yearly", "by_law"):
        findings.append(problem(body["changes"], "`changes` must be yearly or by_law.", "Write `changes: yearly`."))
    allowed = set()
    for key in ("below_zero", "above_one"):
        if key in body and not isinstance(body[key].value, bool):
            findings.append(problem(body[key], f"`{key}` must be true or false.", f"Write `{key}: true`."))
        elif key in body and body[key].value:
            allowed.add(key)
    value = body.get("value")
    if value is None:
        findings.append(problem(at, f"{where} has no `value`.", "Add one value, or one for each filing status."))
        return None
    given = value.value if isinstance(value.value, dict) else None
    for status in given or ():
        if status not in FILING_STATUSES:
            findings.append(
                problem(
                    (given or {})[status],
                    f"`{status}` is no filing status.",
                    suggestion(status, FILING_STATUSES),
                    "rules.unknown-name",
                    status,
                )
            )
    missing = [status for status in FILING_STATUSES if given is not None and status not in given]
    if missing:
        findings.append(
            problem(value, f"{where} has no value for {', '.join(missing)}.", "Give one for every filing status.")
        )
    by_status: dict[str, int | Decimal | str] = dict.fromkeys(FILING_STATUSES, 0)
    if unit in UNITS and given is None:
        by_status = dict.fromkeys(FILING_STATUSES, _amount(value, str(unit), allowed, where, findings))
    elif unit in UNITS and given is not None:
        for status, node in given.items():
            by_status[status] = _amount(node, str(unit), allowed, where, findings)
    address = optional_text(body, "address")
    return Parameter(name, title, unit, authority, address, by_status, changes, at.source)  # type: ignore[arg-type]


def _amount(
    node: Node, unit: str, allowed: Collection[str], where: str, findings: list[Finding]
) -> int | Decimal | str:
    """A value in its unit: dollars as cents, a rate from 0 to 1, a count, a word, or a day as 2025-04-15."""
    value = node.value
    wrong = _wrong(value, unit, allowed)
    if wrong:
        says = f"{where}: {value} {wrong[0]}." if wrong[0] else f"{where}: {_shown(node)} is {_NOT[unit]}."
        findings.append(problem(node, says, wrong[1], value=str(value)))
        return 0
    if unit == "dollars":
        return units(Decimal(cast("int | Decimal", value)), 2)
    return Decimal(cast("int | Decimal", value)) if unit == "rate" else cast("int | str", value)


_NOT = {
    "dollars": "no amount of dollars",
    "rate": "no rate",
    "count": "no whole number",
    "text": "no text",
    "date": "no day",
}


def _shown(node: Node) -> str:
    value = node.plain()
    return "an empty value" if value is None else "a list" if isinstance(value, list) else f"“{value}”"


def _wrong(value: object, unit: str, allowed: Collection[str]) -> tuple[str, str] | None:
    """What is wrong with a value and what to write; nothing where it is right."""
    if unit == "text":
        return None if isinstance(value, str) else ("", f'Put it in quotes: "{value}".')
    if unit == "date":
        return None if isinstance(value, str) and _is_day(value) else ("is no day", "Write it as 2025-04-15.")
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole and (unit == "count" or not isinstance(value, Decimal)):
        return "", f"Write a plain number: no $, no commas{'; 3.8 % as 0.038' if unit == 'rate' else ''}."
    number = Decimal(cast("int | Decimal", value))
    if unit == "rate" and number > 1 and "above_one" not in allowed:
        todo = (
            f"Write {value}% as {number.scaleb(-2):f}, or add `above_one: true` if the law means more than the whole."
        )
        return "is more than 1, the whole", todo
    if unit == "dollars" and decimals(number.normalize(EXACT)) > 2:
        return "is not in whole cents", "Write dollars and cents."
    if number < 0 and "below_zero" not in allowed:
        return "is below zero", "Write it without the minus, or add `below_zero: true` if the law means it so."
    return None


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
