"""Turns merged parameter nodes into parameters: a value for each filing status, dollars in cents, rates exact."""

import re
from decimal import Decimal

from niner.exact import EXACT, decimals, units
from niner.rules.language import FILING_STATUSES, Parameter
from niner.rules.merged import Merged
from niner.rules.nodes import Node, optional_text, problem, sentence
from niner.rules.suggest import suggestion
from niner.values import Finding


def compile_parameters(merged: Merged, findings: list[Finding]) -> dict[str, Parameter]:
    """Every parameter that could be read; problems go to `findings`."""
    return {
        name: found
        for name, body in merged.parameters.items()
        if (found := _parameter(name, body, merged.parameter_at[name], findings)) is not None
    }


def _parameter(name: str, body: dict[str, Node], at: Node, findings: list[Finding]) -> Parameter | None:
    where = f"The parameter {name}"
    before = len(findings)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        findings.append(problem(at, f"`{name}` can't be a parameter's name.", "Use small letters, digits and _."))
    title = sentence(body.get("title"), at, "title", where, findings)
    authority = sentence(body.get("authority"), at, "authority", where, findings, "rules.no-authority")
    unit = body["unit"].value if "unit" in body else None
    if unit not in ("dollars", "rate", "count", "text"):
        findings.append(
            problem(body.get("unit", at), f"{where} needs a `unit`.", "Write dollars, rate, count or text.")
        )
    changes = body["changes"].value if "changes" in body else "by_law"
    if changes not in ("yearly", "by_law"):
        findings.append(problem(body["changes"], "`changes` must be yearly or by_law.", "Write `changes: yearly`."))
    value = body.get("value")
    if value is None:
        findings.append(problem(at, f"{where} has no `value`.", "Add one value, or one for each filing status."))
        return None
    given = value.value if isinstance(value.value, dict) else dict.fromkeys(FILING_STATUSES, value)
    for status in given:
        if status not in FILING_STATUSES:
            findings.append(
                problem(
                    given[status],
                    f"`{status}` is no filing status.",
                    suggestion(status, FILING_STATUSES),
                    "rules.unknown-name",
                    status,
                )
            )
    missing = [status for status in FILING_STATUSES if status not in given]
    if missing:
        findings.append(
            problem(value, f"{where} has no value for {', '.join(missing)}.", "Give one for every filing status.")
        )
    by_status = {status: _amount(node, str(unit), where, findings) for status, node in given.items()}
    if len(findings) > before:
        return None
    return Parameter(name, title, unit, authority, optional_text(body, "address"), by_status, changes, at.source)  # type: ignore[arg-type]


def _amount(node: Node, unit: str, where: str, findings: list[Finding]) -> int | Decimal | str:
    value = node.value
    if unit == "text" and isinstance(value, str):
        return value
    if unit == "count" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if unit in ("dollars", "rate") and isinstance(value, int | Decimal) and not isinstance(value, bool):
        exact = Decimal(value)
        if unit == "rate":
            return exact
        if decimals(exact.normalize(EXACT)) <= 2:
            return units(exact, 2)
    findings.append(
        problem(
            node,
            f"{where}: {node.plain()!r} is not in {unit}.",
            "Write a plain number: no $, no commas; a rate as 0.038.",
            value=str(value),
        )
    )
    return 0
