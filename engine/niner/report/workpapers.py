"""A year's return to workpapers in HTML: every line with its derivation, every row, finding and input."""

from collections.abc import Mapping, Sequence

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from niner.money import dollars_spoken
from niner.report.explain import Reason, explain_line, form_name
from niner.report.summary import summary
from niner.resources import room
from niner.returns.year import YearReturn
from niner.values import Finding

_MOST = 40  # entries of one list inside a derivation; the tables have them all


def workpapers(result: YearReturn, findings: Sequence[Finding], inputs: Mapping[str, str], pages: int) -> bytes:
    """The workpapers as one HTML file. Text from the client's files is escaped; the SSN is not in it."""
    environment = Environment(
        loader=FileSystemLoader(room("templates") / "workpapers"), autoescape=True, undefined=StrictUndefined
    )
    text = environment.get_template("workpapers.html.j2").render(
        name=result.case.name_on_forms,
        year=result.year,
        rules=result.rules,
        positions=sorted({f"{p.kind} {p.name} ({p.action} for {p.year})" for p in result.rules.positions}),
        summary=summary(result, pages),
        findings=sorted(findings, key=lambda f: ("error", "review", "note").index(f.severity)),
        lines=_lines(result),
        rows=result.rows,
        income=result.income,
        held=result.held,
        inputs=sorted(inputs.items()),
        money=dollars_spoken,
        most=_MOST,
    )
    return text.encode()


def _lines(result: YearReturn) -> list[tuple[str, list[Reason]]]:
    """Each form's printed lines with what they were worked out from; every inner line has an entry of its own."""
    return [
        (form_name(form), [explain_line(result, form, line, deep=False) for line in lines])
        for form, lines in result.lines.as_mapping().items()
    ]
