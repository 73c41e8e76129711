"""A year's return to workpapers in HTML: every line with its derivation, every row, finding and input."""

from collections.abc import Mapping, Sequence

from niner.form_names import form_name, form_order, routed_name
from niner.money import dollars_printed
from niner.pages import page
from niner.report.explain import Reason, explain_line
from niner.report.summary import summary
from niner.returns.unfilled import Unfilled
from niner.returns.year import YearReturn
from niner.values import Finding, by_weight

_WEIGHTS = {"error": "Error", "review": "To settle", "note": "Note"}
_MOST = 40  # entries of one list inside a derivation; the tables have them all


def workpapers(
    result: YearReturn,
    findings: Sequence[Finding],
    inputs: Mapping[str, str],
    pages: int,
    unfilled: Sequence[Unfilled] = (),
) -> bytes:
    """The workpapers as one HTML file. Text from the client's files is escaped; the SSN is not in it."""
    return page(
        "workpapers",
        "workpapers.html.j2",
        name=result.case.name_on_forms,
        year=result.year,
        rules=result.rules,
        positions=sorted({f"{p.kind} {p.name} ({p.action} for {p.year})" for p in result.rules.positions}),
        summary=summary(result, pages, unfilled),
        findings=by_weight(findings),
        lines=_lines(result),
        rows=result.rows,
        income=result.income,
        held=result.held,
        inputs=sorted(inputs.items()),
        money=dollars_printed,
        weights=_WEIGHTS,
        line_of=routed_name,
        most=_MOST,
    )


def _lines(result: YearReturn) -> list[tuple[str, list[Reason]]]:
    """Each form's printed lines with what they were worked out from; every inner line has an entry of its own."""
    return [
        (form_name(form), [explain_line(result, form, line, deep=False) for line in sorted(lines, key=form_order)])
        for form, lines in result.lines.as_mapping().items()
    ]
