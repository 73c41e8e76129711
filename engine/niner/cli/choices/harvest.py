"""The command `niner harvest`: what to sell before the year ends, proved by preparing the case with the sales."""

import json
import re
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from niner import exact
from niner.cli.cases import amend
from niner.cli.events import say
from niner.cli.options import Command, Folder, Json, Notes, OtherYear, Overlay, Templates, examples, typed
from niner.harvest import Asked, Harvest, harvest
from niner.harvest.document import (
    about_words,
    by_weight,
    identify_words,
    named_words,
    plan_document,
    proof_words,
    rows_of_figures,
    target_words,
    term_words,
    waiting_words,
)
from niner.harvest.page import write_page
from niner.harvest.plan import Told
from niner.harvest.positions import Position, Rates
from niner.harvest.remarks import remarks_on
from niner.harvest.sales import Sale
from niner.harvest.targets import target_of
from niner.money import dollars_printed, dollars_spoken
from niner.prepare import Options
from niner.report.terminal import or_exit, print_findings, print_next
from niner.shown.screen import Screen
from niner.values import Finding
from niner.words.plain import path_text

app = typer.Typer(rich_markup_mode=None)
out = Screen()
_MOST = 40  # lots in a table; --json lists them all


@app.command(
    "harvest",
    cls=Command,
    epilog=examples(
        ("Losses that use up the year's gains:", "niner harvest smith --prices prices.csv"),
        (
            "The yearly limit on losses as well:",
            "niner harvest smith --prices prices.csv --target limit",
        ),
        (
            "A loss of 5,000, with a fee:",
            "niner harvest smith --prices p.csv --target loss=5000 --fee 0.4%",
        ),
        (
            "Long-term gains at the rate of zero:",
            "niner harvest smith --prices prices.csv --target zero-rate",
        ),
    ),
)
def harvest_command(
    folder: Folder,
    prices: Annotated[
        Path,
        typer.Option("--prices", metavar="FILE", help="Prices on the day: asset,time,price_usd, or a download."),
    ],
    date: Annotated[
        datetime | None,
        typer.Option("--date", metavar="DATE", formats=["%Y-%m-%d"], help="The day of the sales; else today."),
    ] = None,
    target: Annotated[
        str,
        typer.Option(
            metavar="WHAT", help="gains (used up), limit (on losses as well), zero (net), loss=5000, zero-rate."
        ),
    ] = "gains",
    fee: Annotated[
        list[str] | None, typer.Option("--fee", metavar="SHARE", help="Fee of a sale, as 0.4%, or Kraken=0.26%.")
    ] = None,
    queue: Annotated[
        list[str] | None,
        typer.Option("--queue", metavar="WALLET", help="A wallet that sells in its own order only."),
    ] = None,
    leave_out: Annotated[
        list[str] | None, typer.Option("--leave-out", metavar="NAME", help="An asset or a wallet that is not sold.")
    ] = None,
    year: OtherYear = None,
    rules: Overlay = None,
    templates: Templates = None,
    page: Annotated[bool, typer.Option("--page", help="Write the plan as a page into out/YEAR-plan/.")] = False,
    notes: Notes = False,
    as_json: Json = False,
) -> None:
    """Plan sales for a target: which lots, in which order, and what they do to the tax; sell nothing."""
    try:
        wanted = target_of(target)
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from None
    asked = Asked(
        prices,
        wanted,
        date.date() if date else None,
        _rates(fee or []),
        frozenset(name.casefold() for name in queue or ()),
        frozenset(name.casefold() for name in leave_out or ()),
    )
    options = Options(year=year, forms=False, overlays=tuple(rules or ()))
    today = amend.today()
    plan = or_exit(lambda: harvest(folder, asked, options, today), as_json)
    remarks = remarks_on(plan, options, today)
    written = or_exit(lambda: write_page(folder, plan, remarks, templates or ()), as_json) if page else None
    if as_json:
        print(json.dumps(plan_document(folder, plan, remarks), indent=1))
        return
    _print(folder, plan, remarks, notes, written)


def _rates(given: list[str]) -> Rates:
    """`0.4%` for all wallets, `Kraken=0.26%` for one. Raises BadParameter."""
    by_wallet: dict[str, Fraction] = {}
    other = Fraction(0)
    for text in given:
        wallet, _, share = text.rpartition("=")
        if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,6})?%", share.strip(), re.ASCII):
            raise typer.BadParameter("--fee takes a share of what a sale brings, as 0.4%, or Kraken=0.26%.")
        rate = Fraction(Decimal(share.strip()[:-1])) / 100
        if wallet:
            by_wallet[wallet.strip().casefold()] = rate
        else:
            other = rate
    return Rates(by_wallet, other)


def _print(folder: Path, plan: Harvest, remarks: list[Finding], notes: bool, written: Path | None) -> None:
    out.print(f"Plan for {plan.day.day}: {target_words(plan)}", style="bold", highlight=False)
    _print_lots(plan)
    _print_sales(folder, plan)
    _print_figures(plan)
    for one in plan.waiting:
        say(out, f"Wait: {waiting_words(one)}")
    for text in (proof_words(plan), *about_words(plan)):
        say(out, text)
    out.print()
    print_findings(out, remarks, notes=True)
    reviews = [f for f in plan.result.findings if f.severity == "review"]
    if reviews and notes:
        out.print("\nOf the return itself", style="bold", highlight=False)
        print_findings(out, reviews)
    if written is not None:
        say(out, f"Written: {path_text(written)}")
    first = next((sale for sale in plan.sales if sale.place.specific), None)
    if first is not None and len(first.pieces) > _MOST:
        step = "record the units before you sell, sale by sale, with the commands in --json"
    elif first is not None:
        step = f"record the units before you sell, sale by sale: {typed(*identify_words(folder, first, plan.day.day))}"
    elif plan.sales:
        step = "sell in the order above, and plan again if prices have moved"
    else:
        step = f"see what each lot is: {typed('lots', folder)}"
    print_next(out, step)


def _print_lots(plan: Harvest) -> None:
    out.print("\nLots held, at the prices named", style="bold", highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for column in ("Lot", "Units", "Wallet", "Basis", "Gain", "Term", "Named"):
        money = column in ("Basis", "Gain")
        right = money or column == "Units"
        table.add_column(
            column, justify="right" if right else "left", overflow="fold", no_wrap=money or column == "Lot"
        )
    for one in by_weight(plan)[:_MOST]:
        table.add_row(*map(escape, _lot(one)))
    out.print(table, highlight=False)
    if len(plan.positions) > _MOST:
        say(out, f"… and {len(plan.positions) - _MOST} more; --json lists them all.")


def _lot(one: Position) -> tuple[str, ...]:
    units, money = (
        f"{exact.text(one.lot.quantity)} {one.lot.asset}",
        map(dollars_printed, (one.lot.basis_cents, one.gain)),
    )
    return one.name, units, one.lot.wallet, *money, term_words(one), named_words(one)


def _print_sales(folder: Path, plan: Harvest) -> None:
    out.print(
        "\nSell, in this order" if plan.sales else "\nNothing is to be sold for it", style="bold", highlight=False
    )
    for number, sale in enumerate(plan.sales, 1):
        fee = f", less a fee of {dollars_printed(sale.fee)}" if sale.fee else ""
        units = f"{exact.text(sale.units)} {sale.place.asset}"
        say(out, f"{number}. {units} from {sale.place.wallet} for {dollars_printed(sale.gross)}{fee}")
        for one in plan.told[sale.id][:_MOST]:
            say(out, f"   {_piece(plan, one)}")
        if len(sale.pieces) > _MOST:
            say(out, f"   … and {len(sale.pieces) - _MOST} more lots; --json lists them all.")
        say(out, f"   {_how(folder, plan, sale)}")


def _piece(plan: Harvest, one: Told) -> str:
    lot = one.piece.position.lot
    part = "all of" if one.piece.units == lot.quantity else "of"
    after = plan.after.total_tax
    saves = ""
    if one.tax_without is not None and after is not None:
        change = one.tax_without - after
        moved = f"{dollars_spoken(abs(change))} {'more' if change > 0 else 'less'}" if change else "the same"
        saves = f"; without it the tax is {moved}"
    result = f"{'loss' if one.gain < 0 else 'gain'} {dollars_printed(abs(one.gain))} {one.term}-term"
    return f"{exact.text(one.piece.units)} {part} lot {one.piece.position.name} of {lot.acquired}: {result}{saves}"


def _how(folder: Path, plan: Harvest, sale: Sale) -> str:
    words = identify_words(folder, sale, plan.day.day)
    if len(sale.pieces) > _MOST and words:
        return f"First: record its {len(sale.pieces)} lots with niner identify; --json has the whole command."
    if words:
        return f"First: {typed(*words)}"
    return f"No record can choose here: the wallet gives up its units by {sale.place.method.upper()}."


def _print_figures(plan: Harvest) -> None:
    out.print()
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for column in (f"{plan.result.year}", "Without the plan", "With it", "Difference"):
        table.add_column(column, justify="left" if column == f"{plan.result.year}" else "right")
    for row in rows_of_figures(plan):
        table.add_row(*map(escape, row))
    out.print(table, highlight=False)
    out.print()
