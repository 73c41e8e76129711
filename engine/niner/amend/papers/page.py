"""diff.html: the comparison for the file, on one page."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from niner.amend.papers.cost import cost_findings, cost_of
from niner.amend.papers.findings import spoken
from niner.amend.year import YearAmended
from niner.money import dollars_printed
from niner.shown.pages import page
from niner.words.form_names import line_name, page_order, routed_name


def diff_page(
    this: YearAmended, others: Sequence[YearAmended], text: str, draft: str, themes: Sequence[Path] = ()
) -> bytes:
    """The comparison as one HTML file. Text from the client's files is escaped; the SSN is not in it."""
    comparison, cost = this.comparison, cost_of(this)
    numbers = {id(cause): number for number, cause in enumerate(comparison.causes, 1)}
    moved = sorted(comparison.moved.items(), key=lambda entry: page_order(*entry[0]))
    return page(
        "amend",
        "diff.html.j2",
        themes=themes,
        name=this.result.case.name_on_forms,
        year=this.year,
        this=this,
        lines=[
            (line, amount, [(numbers[id(c)], c.effect[line]) for c in comparison.causes if c.effect.get(line)])
            for line, amount in moved
        ],
        before=comparison.before,
        after=comparison.after,
        causes=[(number, cause, comparison.words(cause)) for number, cause in enumerate(comparison.causes, 1)],
        years=sorted([this, *others], key=lambda other: other.year),
        text=text,
        draft=draft if draft != text else "",
        interest=cost.interest,
        costs=cost_findings(this, cost),
        percent=percent,
        money=dollars_printed,
        day=spoken,
        line_name=line_name,
        line_of=routed_name,
        elections=_elections(this),
        rules=((this.original.document or {}).get("rules", {}).get("sha256", ""), this.result.rules.sha256),
    )


def percent(rate: Decimal) -> str:
    """A rate as people read it, 7 % or 7.5 %."""
    return f"{(rate * 100).normalize():f} %"


def _elections(this: YearAmended) -> list[tuple[str, str, str]]:
    """Each election in words, as filed and as it is now."""
    filed = (this.original.document or {}).get("case", {}).get("elections")
    now: dict[str, object] = this.result.case.elections.model_dump(mode="json")
    return [
        (
            name.replace("_", " ").capitalize(),
            _in_words(filed.get(name)) if filed else "not known",
            _in_words(value),
        )
        for name, value in now.items()
    ]


def _in_words(value: object) -> str:
    if value is None or value == "":
        return "not said"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        said = [f"{key}: {_in_words(inner)}" for key, inner in value.items() if inner is not None]
        return ", ".join(said) or "none"
    return str(value).replace("_", " ")
