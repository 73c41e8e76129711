"""A plan to one page and a table of its sales in the case's out folder, for its owner alone."""

from collections.abc import Sequence
from pathlib import Path

from niner import exact
from niner.harvest.document import (
    about_words,
    by_weight,
    identify_words,
    ledger_rows,
    named_words,
    proof_words,
    rows_of_figures,
    target_words,
    term_words,
    waiting_words,
)
from niner.harvest.plan import Harvest
from niner.money import dollars_printed
from niner.prepare import check_places, write_out
from niner.run.one_run import one_run
from niner.shown.pages import page
from niner.values import Finding
from niner.values import by_weight as most_first

_MOST = 200  # lots on the page


def write_page(folder: Path, plan: Harvest, remarks: Sequence[Finding], themes: Sequence[Path] = ()) -> Path:
    """Writes `out/YEAR-plan/` and gives the page's path. Raises Refused where something else stands there.

    `themes` are a firm's folders of templates.
    """
    target = folder / "out" / f"{plan.result.year}-plan"
    values: dict[str, object] = {
        "plan": plan,
        "target": target_words(plan),
        "sales": [(sale, plan.told[sale.id], identify_words(folder, sale, plan.day.day)) for sale in plan.sales],
        "lots": by_weight(plan)[:_MOST],
        "more": max(len(plan.positions) - _MOST, 0),
        "figures": rows_of_figures(plan),
        "proof": proof_words(plan),
        "remarks": most_first(remarks),
        "term": term_words,
        "named": named_words,
        "waiting": waiting_words,
        "about": about_words(plan),
        "money": dollars_printed,
        "units": exact.text,
    }
    files = {
        "plan.html": page("harvest", "plan.html.j2", themes=themes, **values),
        "planned_sales.csv": ledger_rows(plan).encode(),
    }
    with one_run(folder):
        check_places(folder, target, ())
        write_out([(target, files)])
    return target / "plan.html"
