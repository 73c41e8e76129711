"""The command `niner compare`: the orders of lots side by side, with what each comes to and whether it may be used."""

import json
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from niner.case import read_case
from niner.cli.cases import amend
from niner.cli.options import Command, Folder, Json, Notes, Overlay, examples, run_of_years, typed
from niner.money import dollars_spoken, dollars_text
from niner.plan.methods import AS_RECORDED, Comparison, OfYear, Way, compare
from niner.prepare import Options
from niner.report.terminal import or_exit, print_findings, print_next
from niner.shown.screen import Screen
from niner.words.plain import visible

app = typer.Typer(rich_markup_mode=None)
out = Screen()

_MAY = {
    "open": "yes",
    "if_recorded": "if recorded in time",
    "nothing_sold": "nothing sold",
    "not_recorded": "no longer",
    "identified_otherwise": "no",
}


@app.command(
    "compare",
    cls=Command,
    epilog=examples(
        ("The tax year by each order of lots:", "niner compare smith"),
        ("Several years, each year's loss into the next:", "niner compare smith --years 2023-2025"),
        ("Another order for one wallet alone:", "niner compare smith --wallet Kraken"),
    ),
)
def compare_command(
    folder: Folder,
    years: Annotated[str | None, typer.Option(metavar="A-B", help="A run of years, as 2023-2025.")] = None,
    wallet: Annotated[str, typer.Option(metavar="NAME", help="Change the order for this wallet alone.")] = "",
    rules: Overlay = None,
    notes: Notes = False,
    as_json: Json = False,
) -> None:
    """Show each order of lots beside what is recorded, and whether it may be used; change nothing."""
    chain = run_of_years(years) if years else ()
    options = Options(forms=False, overlays=tuple(rules or ()))

    def found() -> Comparison:
        run = chain or (read_case(folder).tax_year,)
        return compare(folder, run, options, amend.today(), wallet)

    compared = or_exit(found, as_json)
    if as_json:
        print(json.dumps(compared_document(compared), indent=1))
        return
    for year in compared.years:
        _print_year(compared, year)
    if len(compared.years) > 1:
        _print_all(compared)
    _print_reasons(compared)
    print_findings(out, [f for f in compared.findings if f.id.startswith(("identification", "unused"))], notes)
    _print_next(folder, compared)


def _print_next(folder: Any, compared: Comparison) -> None:
    least = compared.least_open
    if least is not None:
        step = f"if the records are there, elect {least.upper()} in case.yaml or enter them in decisions.yaml"
    elif any(one.to_come for one in compared.ways[0].years):
        step = f"for sales still to come, record an order first: {typed('identify', folder, '--help')}"
    else:
        step = typed("prepare", folder)
    print_next(out, step)


def _name(way: Way) -> str:
    return "As recorded" if way.name == AS_RECORDED else way.name.upper()


def _print_year(compared: Comparison, year: int) -> None:
    of = f", wallet {compared.wallet}" if compared.wallet else ""
    table = Table(title=escape(f"{year}{of}"), title_justify="left", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for column in ("", "Short-term", "Long-term", "Total tax", "NIIT", "Carried on", "May be used"):
        table.add_column(column, justify="left" if column in ("", "May be used") else "right")
    for way in compared.ways:
        if way.problems:
            table.add_row(_name(way), *("",) * 5, "can't be worked out")
            continue
        one = next(one for one in way.years if one.year == year)
        table.add_row(_name(way), *map(_money, _amounts(one)), "taken" if one.may is None else _MAY[one.may.value])
    out.print(table, highlight=False)
    out.print()


def _amounts(one: OfYear) -> tuple[int | None, ...]:
    return one.short_term, one.long_term, one.total_tax, one.investment_income_tax, sum(one.carried_on)


def _money(amount: int | None) -> str:
    return "not known" if amount is None else dollars_spoken(amount)


def _print_all(compared: Comparison) -> None:
    first, last = compared.years[0], compared.years[-1]
    title = f"{first} to {last} together"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for column in ("", "Total tax", "Against as recorded", "Carried on"):
        table.add_column(column, justify="right" if column else "left")
    taken = compared.ways[0].total_tax
    for way in (way for way in compared.ways if not way.problems):
        tax = way.total_tax
        more = None if tax is None or taken is None else tax - taken
        table.add_row(_name(way), _money(tax), _money(more), _money(sum(way.years[-1].carried_on)))
    out.print(table, highlight=False)
    out.print()


def _print_reasons(compared: Comparison) -> None:
    """Why a way may be used or not, each sentence once with the ways and years it is about."""
    about: dict[tuple[str, str, str, str], list[str]] = {}
    for way in compared.ways:
        for one in way.years:
            if one.may is not None:
                key = (one.may.says, one.may.open, one.may.todo, one.may.authority)
                about.setdefault(key, []).append(f"{_name(way)} {one.year}")
        for problem in way.problems:
            about.setdefault((problem.says, "", problem.todo, ""), []).append(_name(way))
    for (says, open_, todo, authority), where in about.items():
        text = " ".join(part for part in (says, open_) if part)
        out.say(visible(f"{', '.join(where)}: {text}"))
        if todo:
            out.say(visible(f"  → {todo}"))
        if authority:
            out.say((visible(f"  {authority}"), "dim"))


def compared_document(compared: Comparison) -> dict[str, Any]:
    """What `--json` prints: money as decimal text in dollars, null where it is not known."""
    taken = compared.ways[0].total_tax
    return {
        "years": list(compared.years),
        "wallet": compared.wallet or None,
        "ways": [_way(way, taken) for way in compared.ways],
        "least_tax_that_may_be_used": compared.least_open,
    }


def _way(way: Way, taken: int | None) -> dict[str, Any]:
    tax = way.total_tax
    return {
        "way": way.name,
        "taken": way.name == AS_RECORDED,
        "may_be_used": way.open,
        "total_tax": _text(tax),
        "against_as_recorded": _text(None if tax is None or taken is None else tax - taken),
        "years": [_year(one) for one in way.years],
        "problems": [problem.as_json() for problem in way.problems],
    }


def _year(one: OfYear) -> dict[str, Any]:
    may = one.may
    return {
        "year": one.year,
        "short_term": _text(one.short_term),
        "long_term": _text(one.long_term),
        "total_tax": _text(one.total_tax),
        "niit": _text(one.investment_income_tax),
        "carryover_out": dict(zip(("short_term", "long_term"), map(_text, one.carried_on), strict=True)),
        "may_be_used": None
        if may is None
        else {"is": may.value, "says": may.says, "open": may.open, "todo": may.todo, "authority": may.authority},
        "sales_to_come": one.to_come,
    }


def _text(amount: int | None) -> str | None:
    return None if amount is None else dollars_text(amount)
