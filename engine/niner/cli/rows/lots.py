"""The command `niner lots`: what is held at the end of a day, lot by lot, and the balance that proves it."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from niner import exact
from niner.cli.options import Command, Folder, Json, Notes, Overlay, examples, those, typed
from niner.lots import Balance, Lot
from niner.money import dollars_printed
from niner.prepare import Options, holdings
from niner.report.holdings import holdings_document, said
from niner.report.terminal import or_exit, print_findings, print_next
from niner.returns.units.holdings import Holdings
from niner.shown.screen import Screen

app = typer.Typer(rich_markup_mode=None)
out = Screen()


@app.command(
    "lots",
    cls=Command,
    epilog=examples(
        ("The lots held at the end of the tax year:", "niner lots smith"),
        ("Those of one asset on a day:", "niner lots smith --on 2024-12-31 --asset BTC"),
        ("What came into a wallet and left it:", "niner lots smith --wallet Kraken"),
        ("What became of one of them:", "niner explain smith lot 7f3a91c0"),
    ),
)
def lots_command(
    folder: Folder,
    on: Annotated[
        datetime | None,
        typer.Option("--on", metavar="DATE", formats=["%Y-%m-%d"], help="The end of this day; else of the tax year."),
    ] = None,
    wallet: Annotated[str, typer.Option(metavar="NAME", help="Only this wallet.")] = "",
    asset: Annotated[str, typer.Option(metavar="SYMBOL", help="Only this asset.")] = "",
    rules: Overlay = None,
    notes: Notes = False,
    as_json: Json = False,
) -> None:
    """Show the lots held at the end of a day, and the balance of units and basis that proves them."""
    options = Options(forms=False, overlays=tuple(rules or ()))
    held = or_exit(lambda: holdings(folder, options, on.date() if on else None).only(wallet, asset), as_json)
    errors = sum(finding.severity == "error" for finding in held.findings)
    if as_json:
        print(json.dumps(holdings_document(held), indent=1))
    else:
        _print_lots(held)
        _print_balances(held, each=bool(wallet or asset))
        print_findings(out, held.findings, notes)
        step = f"settle the {those(errors, 'error')} above, then: {typed('lots', folder)}"
        lot = held.name(held.lots[0].id) if held.lots else ""
        story = f"see what became of a lot: {typed('explain', folder, 'lot', lot)}" if lot else typed("check", folder)
        print_next(out, step if errors else story)
    raise typer.Exit(1 if errors else 0)


def _print_lots(held: Holdings) -> None:
    out.print(f"Lots at the end of {held.day}", style="bold", highlight=False)
    if not held.lots:
        out.print("None are held.", highlight=False)
        return
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for column in ("Lot", "Units", "Wallet", "Basis", "Acquired", "Long-term", "From"):
        table.add_column(column, justify="right" if column in ("Units", "Basis") else "left", overflow="fold")
    for lot in held.lots:
        table.add_row(*map(escape, _lot(held, lot)))
    out.print(table, highlight=False)


def _lot(held: Holdings, lot: Lot) -> tuple[str, ...]:
    term = held.terms[lot]
    left = term.days_left(held.day)
    when = "not in a year" if left is None else "yes" if not left else f"in {left} day{'s' * (left != 1)}"
    basis = dollars_printed(lot.basis_cents)
    if lot.fmv_cents is not None and lot.fmv_cents < lot.basis_cents:
        basis += f", a loss from {dollars_printed(lot.fmv_cents)}"
    if lot.related_loss_cents:
        basis += f", a gain only over {dollars_printed(lot.related_loss_cents)} more"
    units = f"{exact.text(lot.quantity)} {lot.asset}"
    return held.name(lot.id), units, lot.wallet, basis, f"{lot.acquired}", when, str(lot.source)


def _print_balances(held: Holdings, each: bool) -> None:
    """In less out is held, for every wallet and asset; `each` names what came and went."""
    out.print("\nIn less out is held", style="bold", highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for column in ("Wallet", "Asset", "", "Units", "Basis"):
        table.add_column(column, justify="right" if column in ("Units", "Basis") else "left", overflow="fold")
    for balance in held.balances:
        for line in _lines(balance, each):
            table.add_row(*map(escape, line))
    out.print(table, highlight=False)


def _lines(balance: Balance, each: bool) -> list[tuple[str, str, str, str, str]]:
    lines = []
    for name, sums in (("in", balance.came_in), ("out", balance.went_out)):
        units = exact.total(part.quantity for part in sums)
        lines.append(_line(name, units, sum(part.basis_cents for part in sums)))
        if each:
            lines += [_line(f"  {said(part.what, part.kind)}", part.quantity, part.basis_cents) for part in sums]
    held = "held" if balance.holds else "held, which differs"
    lines.append(_line(held, balance.held_quantity, balance.held_basis_cents))
    return [(balance.wallet, balance.asset, *lines[0][2:]), *lines[1:]]


def _line(name: str, quantity: Decimal, cents: int) -> tuple[str, str, str, str, str]:
    return "", "", name, exact.text(quantity), dollars_printed(cents)
