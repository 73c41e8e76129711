"""Findings and summaries to the terminal, in plain words."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer

from niner.money import dollars_spoken
from niner.shown.screen import Screen
from niner.values import Finding, Refused, by_weight

if TYPE_CHECKING:
    from rich.tree import Tree

    from niner.report.explain import Reason
    from niner.report.summary import SummaryLine
    from niner.returns.years.chain import Link

Result = TypeVar("Result")

_MARK = {"error": ("Error", "red"), "review": ("Review", "yellow"), "note": ("Note", "dim")}
_ORDER = ("error", "review", "note")
_BAR = 20  # characters of the longest bar
_MOST = 40  # of one severity; the same mistake often stands in every row


def print_findings(screen: Screen, findings: Sequence[Finding], notes: bool = False, kept_in: str = "") -> None:
    """Errors, then what is to be settled by the money at stake; notes are counted, or printed with `notes`.

    Each says where, what is so and what to do. A long list is cut, and says so. `kept_in` is the file with the notes.
    """
    weighed = by_weight(findings)
    for severity in _ORDER:
        those = [f for f in weighed if f.severity == severity]
        if severity == "note" and not notes:
            _count(screen, len(those), kept_in)
            continue
        for finding in those[:_MOST]:
            _print_finding(screen, finding)
        if len(those) > _MOST:
            screen.say(f"… and {len(those) - _MOST} more of these; --json lists them all.")


def _print_finding(screen: Screen, finding: Finding) -> None:
    stake = finding.severity != "note" and finding.amount_cents
    line = f" on {finding.line}" if finding.line else ""
    money = f" ({dollars_spoken(abs(finding.amount_cents or 0))} at stake{line})" if stake else ""
    where = f"{finding.source}: " if finding.source else ""
    screen.say(_MARK[finding.severity], f"{money} {where}{finding.says}")
    if finding.todo:
        screen.say(f"  → {finding.todo}")
    if finding.authority and finding.severity != "error":
        screen.say("  ", (finding.authority, "dim"))


def _count(screen: Screen, notes: int, kept_in: str) -> None:
    if notes:
        place = f", or {kept_in}" if kept_in else ""
        screen.say((f"{notes} note{'s' * (notes != 1)}: --notes{place}", "dim"))


def print_next(screen: Screen, step: str) -> None:
    """The one next step, last of all."""
    screen.say("\n", ("Next:", "bold"), f" {step}")


def print_summary(
    screen: Screen,
    title: str,
    lines: "Sequence[SummaryLine]",
    findings: Sequence[Finding],
    written: Sequence[Path],
    notes: bool = False,
) -> None:
    """The closing table, where the files are, and what is to be settled."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=escape(title), title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for line in lines:
        table.add_row(escape(line.what), escape(line.says))
    reviews = sum(f.severity == "review" for f in findings)
    table.add_row("To review", f"{reviews} item{'s' * (reviews != 1)}, below" if reviews else "nothing")
    if written:
        table.add_row("Files", escape(str(written[0].parent)))
        table.add_row("", escape(", ".join(path.name for path in written)))
    screen.print(table)
    print_findings(screen, findings, notes, "workpapers.html" if written else "")


def print_reason(screen: Screen, reason: "Reason") -> None:
    """A derivation as a tree; long lists are cut, and say so."""
    from rich.tree import Tree

    screen.print(_branch(Tree(_label(reason)), reason))


def _branch(tree: "Tree", reason: "Reason") -> "Tree":
    for inner in reason.because[:_MOST]:
        _branch(tree.add(_label(inner)), inner)
    if len(reason.because) > _MOST:
        tree.add(f"… and {len(reason.because) - _MOST} more; --json lists them all")
    return tree


def _label(reason: "Reason") -> str:
    from rich.markup import escape

    parts = [f"[bold]{escape(reason.what)}[/]"]
    if reason.value:
        parts.append(f"= [cyan]{escape(reason.shown)}[/]")
    detail = " · ".join(escape(part) for part in (reason.says, reason.authority, reason.source) if part)
    return " ".join(parts) + (f"\n[dim]{detail}[/]" if detail else "")


def print_chain(screen: Screen, name: str, links: "Sequence[Link]") -> None:
    """One line a year: what it comes to, losses used and carried on, with a bar."""
    most = max((max(link.used, sum(link.carried_out)) for link in links), default=0)
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=f"Year by year: {escape(name)}", title_justify="left", box=None, padding=(0, 2, 0, 0))
    for column in ("Year", "Capital gain", "Total tax", "Carried in", "New loss", "Used", "Carried on"):
        table.add_column(column, justify="left" if column == "Year" else "right")
    table.add_column("used █, carried on ░")
    for link in links:
        bar = "█" * _bar(link.used, most) + "░" * _bar(sum(link.carried_out), most) if most else ""
        amounts = (sum(link.carried_in), link.new_loss, link.used, sum(link.carried_out))
        tax = "not known" if link.total_tax is None else dollars_spoken(link.total_tax)
        shown = (dollars_spoken(link.capital_gain), tax, *(dollars_spoken(amount) for amount in amounts))
        table.add_row(str(link.year), *shown, bar)
    screen.print(table)


def _bar(amount: int, most: int) -> int:
    return (2 * amount * _BAR + most) // (2 * most)


def or_exit(step: Callable[[], Result], as_json: bool) -> Result:
    """What `step` gives; where it is refused, the findings are printed and the command ends with exit status 1."""
    try:
        return step()
    except Refused as refused:
        exit_refused(refused, as_json)


def exit_refused(refused: Refused, as_json: bool) -> NoReturn:
    """Print the findings of what was refused and end the command with exit status 1."""
    if as_json:
        found = [finding.as_json() for finding in refused.findings]
        print(json.dumps({"ok": False, "findings": found}))
    else:
        print_findings(Screen(stderr=True), refused.findings, notes=True)
    raise typer.Exit(1) from None
