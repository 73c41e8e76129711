"""The command `niner identify`: record which units will be sold, before the sale; or prove the records there are."""

import json
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from niner.case import read_case
from niner.case.identifications import FOLDER, Record, read_identifications
from niner.case.rulings import read_rulings
from niner.cli.events import say
from niner.cli.options import Command, Folder, Json, Overlay, Templates, examples, typed
from niner.lots import METHODS
from niner.money import dollars_printed, parse_cents
from niner.plan.identify import Made, Order, Statement, Units, identify
from niner.prepare import Options
from niner.report.terminal import or_exit, print_findings, print_next
from niner.shown.screen import Screen
from niner.values import Finding

app = typer.Typer(rich_markup_mode=None)
out = Screen()
_METHODS = ", ".join(METHODS)


def now(zone: str | None) -> datetime:
    """The time as it is, to the second, in the case's time zone or this machine's."""
    moment = datetime.now(ZoneInfo(zone)) if zone else datetime.now().astimezone()
    return moment.replace(microsecond=0)


@app.command(
    "identify",
    cls=Command,
    epilog=examples(
        (
            "One bitcoin of a lot, by its id in niner lots:",
            "niner identify smith --wallet Kraken --asset BTC --units 1 --lot 7f3a=1",
        ),
        (
            "The dearest bitcoin:",
            "niner identify smith --wallet Kraken --asset BTC --units 1 --method hifo",
        ),
        (
            "A standing order for all sales from now on, told to the broker:",
            "niner identify smith --wallet Kraken --order hifo --told broker",
        ),
        ("The records there are, each proved by its hash:", "niner identify smith"),
    ),
)
def identify_command(
    folder: Folder,
    wallet: Annotated[
        list[str] | None, typer.Option("--wallet", metavar="NAME", help="The wallet or account that will sell.")
    ] = None,
    asset: Annotated[str, typer.Option(metavar="SYMBOL", help="The asset that will be sold.")] = "",
    units: Annotated[str, typer.Option(metavar="N", help="How many units of it.")] = "",
    lot: Annotated[
        list[str] | None, typer.Option("--lot", metavar="ID=N", help="Units of a lot, by its id in niner lots.")
    ] = None,
    method: Annotated[str, typer.Option(metavar="WAY", help=f"The lots that come first now by {_METHODS}.")] = "",
    order: Annotated[str, typer.Option(metavar="WAY", help=f"A standing order: {_METHODS}.")] = "",
    since: Annotated[
        datetime | None, typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="Where it begins; else today.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="The last day of the sale.")
    ] = None,
    told: Annotated[str, typer.Option(metavar="WHOM", help="broker, or own-books where it is kept there alone.")] = "",
    by: Annotated[str, typer.Option(metavar="NAME", help="Who records it; else the taxpayer.")] = "",
    why: Annotated[str, typer.Option(metavar="TEXT", help="Why these units.")] = "recorded before the sale",
    rules: Overlay = None,
    templates: Templates = None,
    as_json: Json = False,
) -> None:
    """Record which units will be sold before they are, for the books, the broker and the next run."""
    if not (wallet or asset or units or lot or method or order):
        _list(folder, as_json)
    what = _what(wallet or [], asset, units, lot or [], method, order, until)
    if told not in ("", "broker", "own-books"):
        raise typer.BadParameter("--told takes broker or own-books.")

    def make() -> Made:
        case = read_case(folder)
        at, taxpayer = now(case.elections.timezone), case.taxpayer
        made_of = what if isinstance(what, Units) else Order(what[0], what[1], since.date() if since else at.date())
        statement = Statement(
            by or f"{taxpayer.first_name} {taxpayer.last_name}", why, at, "broker" if told == "broker" else "own_books"
        )
        return identify(
            folder, made_of, statement, Options(forms=False, overlays=tuple(rules or ()), themes=tuple(templates or ()))
        )

    made = or_exit(make, as_json)
    if as_json:
        print(json.dumps(_document(folder, made), indent=1))
        return
    _print(folder, made)


def _what(
    wallet: list[str], asset: str, units: str, lot: list[str], method: str, order: str, until: datetime | None
) -> Units | tuple[str, tuple[str, ...]]:
    """What the options ask for: units, or (method, wallets) of a standing order. Raises BadParameter."""
    for option, value in (("--method", method), ("--order", order)):
        if value and value not in METHODS:
            raise typer.BadParameter(f"{option} takes one of {_METHODS}.")
    if not wallet:
        raise typer.BadParameter("say which wallet will sell: --wallet NAME.")
    if order:
        if asset or units or lot or method or until:
            raise typer.BadParameter("a standing order is for all sales of the wallet: leave out the units.")
        return order, tuple(wallet)
    if len(wallet) > 1 or not asset or not units or bool(lot) == bool(method):
        raise typer.BadParameter("name one --wallet, --asset, --units, and either each --lot ID=N or a --method.")
    lots: dict[str, Decimal] = {}
    for text in lot:
        name, _, quantity = text.partition("=")
        if not name or name in lots:
            raise typer.BadParameter("--lot takes an id and its units, each lot once, as 7f3a91c0=0.3.")
        lots[name] = _units("--lot", quantity)
    return Units(wallet[0], asset, _units("--units", units), lots, method, until.date() if until else None)


def _units(option: str, text: str) -> Decimal:
    if not re.fullmatch(r"(?=.*[1-9])[0-9]{0,40}(\.[0-9]{1,40})?", text, re.ASCII):
        raise typer.BadParameter(f"{option} takes a number of units, as 0.5.")
    return Decimal(text)


def _print(folder: Path, made: Made) -> None:
    say(out, f"Recorded at {made.says['made_at']}, sha256 {made.sha256}")
    for lot in made.says.get("lots", []):
        asset = made.says["asset"]
        say(out, f"  {lot['quantity']} {asset} of lot {lot['lot']}, acquired {lot['acquired']}, basis {_money(lot)}")
    if "rule" in made.says:
        wallets = ", ".join(made.says["wallets"])
        say(out, f"  {made.says['rule'].upper()} for every sale from {wallets} from {made.says['since']} on")
    because = made.because
    say(out, " ".join(part for part in (because.says, because.open) if part))
    say(out, f"  {because.authority}")
    for what, path in (("record", made.record), ("page to print", made.page), ("text for the broker", made.text)):
        say(out, f"{what}: {path}")
    if because.value != "adequate" and because.todo:
        print_next(out, because.todo)
    elif made.says["told"] == "broker":
        print_next(out, f"send {made.text.name} to the broker before the sale, keep its answer, and then sell.")
    else:
        print_next(out, f"print the page, then sell; the next run counts it: {typed('prepare', folder)}")


def _money(lot: dict[str, str]) -> str:
    """The basis of a lot of a record as people read it."""
    return dollars_printed(parse_cents(lot["basis"]))


def _document(folder: Path, made: Made) -> dict[str, Any]:
    because = made.because
    return {
        "record": f"{FOLDER}/{made.record.name}",
        "page": f"{FOLDER}/{made.page.name}",
        "text": f"{FOLDER}/{made.text.name}",
        "sha256": made.sha256,
        "says": made.says,
        "counts": {
            "is": because.value,
            "says": because.says,
            "open": because.open,
            "todo": because.todo,
            "authority": because.authority,
        },
    }


def _list(folder: Path, as_json: bool) -> None:
    """The records of the case, and which are not what they were; ends the command."""
    or_exit(lambda: read_case(folder), as_json)
    records, broken = read_identifications(folder)
    rulings, problems = read_rulings(folder)
    used = {getattr(ruling, "record", "") for _, ruling in rulings}
    findings: list[Finding] = [*broken, *problems]
    if as_json:
        listed = [
            {"record": one.file, "sha256": one.sha256, "says": dict(one.says), "in_decisions": one.file in used}
            for one in records.values()
        ]
        print(json.dumps({"records": listed, "findings": [finding.as_json() for finding in findings]}, indent=1))
        raise typer.Exit(1 if findings else 0)
    for one in records.values():
        say(out, f"{one.file}: {_told(one)}{'' if one.file in used else '; not in decisions.yaml, so not used'}")
    if not records and not findings:
        say(out, "There are no records yet.")
    print_findings(out, findings)
    print_next(out, typed("identify", "--help") if not findings else typed("check", folder))
    raise typer.Exit(1 if findings else 0)


def _told(record: Record) -> str:
    says = record.says
    if "rule" in says:
        return f"{says['rule'].upper()} for {', '.join(says['wallets'])} from {says['since']}, made {says['made_at']}"
    return f"{says.get('quantity')} {says.get('asset')} from {says.get('wallet')}, made {says.get('made_at')}"
