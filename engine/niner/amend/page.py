"""diff.html: the comparison for the file, on one page."""

from collections.abc import Sequence

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from niner.amend.findings import spoken
from niner.amend.year import YearAmended
from niner.money import dollars_spoken
from niner.resources import room


def diff_page(this: YearAmended, others: Sequence[YearAmended], text: str) -> bytes:
    """The comparison as one HTML file. Text from the client's files is escaped; the SSN is not in it."""
    environment = Environment(
        loader=FileSystemLoader(room("templates") / "amend"), autoescape=True, undefined=StrictUndefined
    )
    comparison = this.comparison
    page = environment.get_template("diff.html.j2").render(
        name=this.result.case.name_on_forms,
        year=this.year,
        this=this,
        lines=[(line, amount, comparison.parts(line)) for line, amount in comparison.moved.items()],
        before=comparison.before,
        after=comparison.after,
        causes=[(number, cause, comparison.words(cause)) for number, cause in enumerate(comparison.causes, 1)],
        years=sorted([this, *others], key=lambda other: other.year),
        text=text,
        money=dollars_spoken,
        day=spoken,
        elections=((this.original.document or {}).get("case", {}).get("elections"), _elections(this)),
        rules=((this.original.document or {}).get("rules", {}).get("sha256", ""), this.result.rules.sha256),
    )
    return page.encode()


def _elections(this: YearAmended) -> dict[str, object]:
    return this.result.case.elections.model_dump(mode="json")
