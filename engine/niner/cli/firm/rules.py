"""The commands under `niner rules`: list, show, check, test, mutants, diff, new-year, impact, schema."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.markup import escape
from rich.table import Table

from niner.asked import asked_of
from niner.cli.options import Command, FormsDir, Json, Overlay, examples, plain_year, run_of_years
from niner.money import dollars_spoken, dollars_text
from niner.report.terminal import print_findings
from niner.resources import room as data_room
from niner.returns.footing import rules_not_footing
from niner.returns.reported.stated import stated_columns
from niner.rules.compiling.change import Change
from niner.rules.compiling.years import years_in
from niner.rules.editor.authorities import Cited, authorities
from niner.rules.editor.checking import check_years
from niner.rules.editor.describing import Described, describe, status_words
from niner.rules.editor.difference import Difference, differences
from niner.rules.editor.mutation import survivors
from niner.rules.editor.schema import schemas, write_schemas
from niner.rules.editor.testing import RuleTest, failures, read_tests
from niner.rules.language.sentences import template
from niner.rules.year import YearRules, load_rules, newest_final
from niner.shown.screen import Screen
from niner.upkeep.impact import Law, impact, totals, work_out_case
from niner.upkeep.new_year import start_year
from niner.values import Finding, Refused, Source

app = typer.Typer(no_args_is_help=True, help="Read, check, test and compare the rules.", rich_markup_mode=None)
out = Screen()
err = Screen(stderr=True)
T = TypeVar("T")

Year = Annotated[
    int | None,
    typer.Option(
        "--year", metavar="YEAR", parser=plain_year, help="The tax year; if left out, the newest that is no draft."
    ),
]


@app.command(
    "list",
    cls=Command,
    short_help="List decisions, remarks, forms, parameters.",
    epilog=examples(
        ("What is decided and computed for 2025:", "niner rules list --year 2025"),
        ("What rests on which authority:", "niner rules list --authority"),
    ),
)
def list_command(
    year: Year = None,
    rules: Overlay = None,
    authority: Annotated[
        bool, typer.Option("--authority", help="By authority: what rests on each, its address, when it was last read.")
    ] = False,
    as_json: Json = False,
) -> None:
    """What there is: decisions with their rules, remarks, forms with their lines, parameters."""
    found = _rules(year, rules, as_json)
    if authority:
        _list_authorities(_or_exit(lambda: authorities(found), as_json), as_json)
        return
    compiled = found.compiled
    if as_json:
        _print_json(
            {
                "year": found.year,
                "draft": found.draft,
                "sha256": found.sha256,
                "decisions": {
                    name: [rule.id for rule in one.rules]
                    for name, one in compiled.decisions.items()
                    if name not in compiled.remarks
                },
                "remarks": list(compiled.remarks),
                "forms": {
                    form: [name.line for name in compiled.lines if name.form == form] for form in compiled.titles
                },
                "functions": list(compiled.functions),
                "parameters": list(compiled.parameters),
                "tables": {name: list(found.rows) for name, found in compiled.tables.items()},
                "positions": [_change(change) for change in found.positions],
            }
        )
        return
    _say(f"Tax year {found.year}{', a draft' if found.draft else ''}", bold=True)
    table = _table("Decision", "About", "Rules", "Concludes")
    for name, decision in compiled.decisions.items():
        if name not in compiled.remarks:
            rules_of = ", ".join(rule.id for rule in decision.rules)
            _row(table, name, decision.about, rules_of, ", ".join(decision.concludes))
    out.print(table)
    table = _table("Remark", "About", "Told as", "Says")
    for name, remark in compiled.remarks.items():
        _row(table, name, remark.about, remark.tell, template(remark.says))
    out.print(table)
    table = _table("Form", "Title", "Lines")
    for form, title in compiled.titles.items():
        _row(table, form, title, ", ".join(name.line for name in compiled.lines if name.form == form))
    out.print(table)
    table = _table("Function", "Of", "Says")
    for name, function in compiled.functions.items():
        _row(table, name, function.argument, function.says)
    out.print(table)
    table = _table("Parameter", "Title", "Value")
    for name, parameter in compiled.parameters.items():
        _row(table, name, parameter.title, status_words(parameter.by_status, parameter.unit))
    out.print(table)
    table = _table("Table", "Title", "Rows")
    for name, one in compiled.tables.items():
        _row(table, name, one.title, ", ".join(one.rows))
    out.print(table)
    for change in found.positions:
        _say(f"Not Niner's own: {change.kind} {change.name} {change.action} by {change.source}")


@app.command(
    cls=Command,
    short_help="Show one rule: words, authority, history, tests.",
    epilog=examples(
        ("Why a year counts as long-term:", "niner rules show term/long"),
        ("The line for the loss allowed, in 2023:", "niner rules show f1040sd/21 --year 2023"),
    ),
)
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="term, term/long, f1040sd/21, or the name of a remark, function or parameter."
        ),
    ],
    year: Year = None,
    rules: Overlay = None,
    tests: Annotated[Path | None, typer.Option("--tests", metavar="DIR", help="The folder of rule tests.")] = None,
    as_json: Json = False,
) -> None:
    """One rule as it stands in a year: words, authority, where it comes from, its history, its tests."""
    found = _rules(year, rules, as_json)
    newest = _rules(None, rules, as_json)
    known, _ = _read_tests(tests, found)
    described = _or_exit(lambda: describe(found, newest, name, known), as_json)
    if as_json:
        _print_json({"year": found.year, "found": [_described(one) for one in described]})
        return
    for one in described:
        _say(f"{one.kind} {one.id}, tax year {found.year}", bold=True)
        for label, text in one.facts:
            _say(f"  {label + ':':<15}{text}")
        for change in one.history:
            reason = f": {change.reason}" if change.reason else ""
            _say(f"  {'History:':<15}{change.action} for {change.year} in {change.source}{reason}")
        for test in dict.fromkeys(one.tests):
            _say(f"  {'Test:':<15}{test}")
        _say("")


@app.command(
    cls=Command,
    short_help="Check every year's rules, and yours with them.",
    epilog=examples(
        ("Your own rules together with Niner's:", "niner rules check firm"),
    ),
)
def check(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A folder of your own rules to check with Niner's.")
    ] = None,
    year: Year = None,
    forms: FormsDir = None,
    as_json: Json = False,
) -> None:
    """Read every year, compare the engine with the plain reading, and prove that each decision has one conclusion."""
    dirs = tuple(forms or ())
    checked = check_years(
        [folder] if folder else [],
        None,
        [year] if year else [],
        partial(asked_of, form_dirs=dirs),
        partial(rules_not_footing, form_dirs=dirs),
    )
    ok = all(one.ok for one in checked)
    if as_json:
        _print_json({"ok": ok, "years": [{**asdict(one), "findings": _findings(one.findings)} for one in checked]})
        raise typer.Exit(0 if ok else 1)
    seen: set[tuple[str, str, str]] = set()
    for one in checked:
        # A fault of one year is met again in each year that extends it; it is told once.
        new = [f for f in one.findings if f.id == "rules.due" or (f.id, f.says, str(f.source)) not in seen]
        seen |= {(f.id, f.says, str(f.source)) for f in one.findings}
        print_findings(err if not one.ok else out, new)
        counts = f"{one.decisions} decisions, {one.remarks} remarks, {one.lines} lines, {one.parameters} parameters"
        tried = f"each decision ends in one conclusion ({one.combinations:,} combinations tried)"
        _say(
            f"{one.year}: {counts}; {tried}"
            if one.ok
            else f"{one.year}: not usable" + ("" if new else ", for what is told above"),
            bold=not one.ok,
        )
    raise typer.Exit(0 if ok else 1)


@app.command(
    "test",
    cls=Command,
    short_help="Run the rule tests.",
    epilog=examples(
        ("Niner's own rule tests:", "niner rules test"),
        ("Your tests with your rules:", "niner rules test firm/tests --rules firm"),
    ),
)
def run_tests(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="The folder of rule tests, one subfolder a year.")
    ] = None,
    rules: Overlay = None,
    year: Year = None,
    as_json: Json = False,
) -> None:
    """Run rule tests in YAML."""
    years = [year] if year else years_in(data_room("rules"))
    known, problems = _read_tests(folder, None)
    if problems or not known:
        nothing = Finding(
            "rules.tests", "error", "There are no rule tests.", "Name their folder: niner rules test DIR."
        )
        _refuse(problems or [nothing], as_json)
    failed: list[tuple[RuleTest, list[str]]] = []
    count = 0
    for one_year in years:
        found = _rules(one_year, rules, as_json)
        for test in (test for test in known if test.year == one_year):
            count += 1
            columns_of = partial(stated_columns, rules=found)
            wrong = failures(test, found.compiled, found.case_inputs, found.holding, columns_of)
            if wrong:
                failed.append((test, wrong))
    if as_json:
        told = [{"name": t.name, "year": t.year, "source": str(t.source), "failures": wrong} for t, wrong in failed]
        _print_json({"ok": not failed, "tests": count, "failed": told})
    else:
        for test, wrong in failed:
            _say(f"{test.source} ({test.year}): {test.name}", bold=True)
            for sentence in wrong:
                _say(f"  {sentence}")
        _say(f"{count - len(failed)} of {count} rule tests hold.")
    raise typer.Exit(1 if failed else 0)


@app.command(
    "mutants",
    cls=Command,
    short_help="List the changes of rules that no test notices.",
    epilog=examples(
        ("Which rules no test of yours would miss:", "niner rules mutants firm/tests --year 2025"),
    ),
)
def mutants_command(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="The folder of rule tests, one subfolder a year.")
    ] = None,
    year: Year = None,
    as_json: Json = False,
) -> None:
    """Drop or change each rule, condition, line and amount in turn, and list what no rule test notices.

    Draft years are left out unless one is named.
    """
    known, _ = _read_tests(folder, None)
    total, alive = 0, []
    for one_year in [year] if year else years_in(data_room("rules")):
        found = _rules(one_year, None, as_json)
        if found.draft and not year:  # whoever begins a year has no tests of it yet
            continue
        count, left = survivors(found, known)
        total += count
        alive += left
    if as_json:
        _print_json({"ok": not alive, "mutants": total, "survivors": alive})
    else:
        for one in alive:
            _say(one)
        _say(f"{total - len(alive)} of {total} mutants are noticed by a rule test.")
    raise typer.Exit(1 if alive else 0)


@app.command(
    cls=Command,
    short_help="What changed between two years, with authority.",
    epilog=examples(
        ("What the law changed:", "niner rules diff 2024 2025"),
    ),
)
def diff(
    before: Annotated[int, typer.Argument(metavar="YEAR", parser=plain_year, help="The earlier year.")],
    after: Annotated[int, typer.Argument(metavar="YEAR", parser=plain_year, help="The later year.")],
    rules: Overlay = None,
    as_json: Json = False,
) -> None:
    """What changed between two years, in words, with authority."""
    found = differences(_rules(before, rules, as_json), _rules(after, rules, as_json))
    if as_json:
        _print_json({"before": before, "after": after, "differences": [_difference(one) for one in found]})
        return
    for one in found:
        _say(f"{one.action.capitalize()} {one.kind} {one.id}: {one.says}", bold=True)
        for label, old, new in one.changes:
            _say(f"  {label}: {old or 'nothing'} → {new or 'nothing'}")
        _say(f"  {one.reason or one.authority} ({one.source})")
    _say(f"{len(found)} differences from {before} to {after}.")


@app.command(
    "new-year",
    cls=Command,
    short_help="Start a year as a draft of the last one.",
    epilog=examples(
        ("Start next year's rules:", "niner rules new-year 2027 --room rules"),
    ),
)
def new_year_command(
    year: Annotated[int, typer.Argument(metavar="YEAR", parser=plain_year, help="The year to start.")],
    room: Annotated[
        Path | None, typer.Option("--room", metavar="DIR", help="The rules folder, if not Niner's own.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Start a year as a draft of the last one, with the packs of its forms, its first test and what to look up."""
    started = _or_exit(lambda: start_year(year, room), as_json)
    if as_json:
        _print_json(
            {
                "year": year,
                "files": [str(path) for path in started.files],
                "look_up": list(map(asdict, started.look_up)),
            }
        )
        return
    _say(f"Wrote {', '.join(str(path) for path in started.files)}. To look up:")
    for one in started.look_up:
        _say(f"  {one.what}: {one.last} ({one.authority})" + (f" {one.address}" if one.address else ""))


@app.command(
    "impact",
    cls=Command,
    short_help="Which lines of which cases your rules change.",
    epilog=examples(
        ("What a position of yours would change:", "niner rules impact smith jones --rules firm"),
        ("Last year's positions against this year's:", "niner rules impact smith --rules firm --against firm-old"),
        ("What the law of 2026 would make of it:", "niner rules impact smith --law 2026"),
    ),
)
def impact_command(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER", help="Case folders.")],
    rules: Annotated[
        list[Path] | None, typer.Option("--rules", metavar="DIR", help="The overlay whose effect to see.")
    ] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", metavar="DIR", help="The overlay to compare it with, instead of Niner's own rules."),
    ] = None,
    law: Annotated[
        int | None,
        typer.Option("--law", metavar="YEAR", parser=plain_year, help="See the law of this year on the case's own."),
    ] = None,
    years: Annotated[str, typer.Option("--years", metavar="A-B", help="A run of years, each loss into the next.")] = "",
    forms: FormsDir = None,
    as_json: Json = False,
) -> None:
    """Which lines of these cases other rules change, and by how much, with a total over all. Nothing is written."""
    if not (rules or against or law):
        raise typer.BadParameter("name what to compare: --rules DIR, --against DIR or --law YEAR.")
    if law and years:
        raise typer.BadParameter("--law is of the case's own year; leave --years out.")
    before, after = Law(tuple(against or ())), Law(tuple(rules or ()), law)
    worked_out = partial(work_out_case, form_dirs=tuple(forms or ()))
    found = impact(folders, before, after, worked_out, run_of_years(years) if years else ())
    ok = all(one.worked_out for one in found)
    sums = totals(found)
    if as_json:
        _print_json(
            {
                "ok": ok,
                "cases": [
                    {
                        "folder": str(one.folder),
                        "year": one.year,
                        "worked_out": one.worked_out,
                        "changes": [
                            {"form": c.form, "line": c.line, "before": _money(c.before), "after": _money(c.after)}
                            for c in one.changes
                        ],
                        "new_findings": _findings(one.new_findings),
                    }
                    for one in found
                ],
                "totals": [
                    {"form": form, "line": line, "change": dollars_text(moved), "returns": returns}
                    for (form, line), (moved, returns) in sums.items()
                ],
            }
        )
        raise typer.Exit(0 if ok else 1)
    for one in found:
        _say(f"{one.folder}" + (f", {one.year}" if one.year else ""), bold=True)
        for change in one.changes:
            _say(f"  {change.form} line {change.line}: {_spoken(change.before)} → {_spoken(change.after)}{change.by}")
        if not one.changes and one.worked_out:
            _say("  no line changes")
        print_findings(out if one.worked_out else err, one.new_findings)
    if len(found) > 1:
        _say("All together", bold=True)
        for (form, line), (moved, returns) in sums.items():
            sign = "+" if moved > 0 else ""
            _say(f"  {form} line {line}: {sign}{dollars_spoken(moved)} in {returns} of {len(found)} returns")
    raise typer.Exit(0 if ok else 1)


@app.command(
    cls=Command,
    short_help="Write the JSON Schemas of rule files, for an editor.",
    epilog=examples(
        ("For an editor, next to your rules:", "niner rules schema firm/schema"),
    ),
)
def schema(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Where to write them; printed if left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """The JSON Schemas of rule files, for completion and checks in an editor."""
    if folder is None:
        _print_json(schemas())
        return
    written = _or_exit(lambda: write_schemas(folder), as_json)
    if as_json:
        _print_json({"files": [str(path) for path in written]})
    else:
        _say("Wrote " + ", ".join(str(path) for path in written))


def _list_authorities(cited: Sequence[Cited], as_json: bool) -> None:
    if as_json:
        _print_json({"authorities": [asdict(one) for one in cited]})
        return
    for one in cited:
        read = f"last read {one.read}" if one.read else "nobody has said when it was last read"
        _say(f"{one.cite}", bold=True)
        _say(f"  {one.address or one.where or 'no address'}; {read}")
        _say(f"  {', '.join(one.rests)}")


def _rules(year: int | None, overlays: Sequence[Path] | None, as_json: bool) -> YearRules:
    if year:
        return _or_exit(lambda: load_rules(year, tuple(overlays or ())), as_json)
    return _or_exit(lambda: newest_final(tuple(overlays or ())), as_json)


def _read_tests(folder: Path | None, rules: YearRules | None) -> tuple[list[RuleTest], list[Finding]]:
    """The rule tests of a folder, or those of the checkout, of one year if rules are given."""
    where = folder or data_room("rules").parent / "tests" / "rules"
    tests, problems = read_tests(where)
    return [test for test in tests if rules is None or test.year == rules.year], problems


def _or_exit(step: Callable[[], T], as_json: bool) -> T:
    try:
        return step()
    except Refused as refused:
        _refuse(refused.findings, as_json)
        raise


def _refuse(findings: list[Finding], as_json: bool) -> None:
    if as_json:
        _print_json({"ok": False, "findings": _findings(findings)})
    else:
        print_findings(err, findings)
    raise typer.Exit(1)


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=1))


def _say(text: str, bold: bool = False) -> None:
    out.print(text, style="bold" if bold else None, markup=False, highlight=False, soft_wrap=True)


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _row(table: Table, *cells: str) -> None:
    table.add_row(*(escape(cell) for cell in cells))


def _money(value: int | bool | None) -> str | bool | None:
    return value if value is None or isinstance(value, bool) else dollars_text(value)


def _spoken(value: int | bool | None) -> str:
    if value is None:
        return "blank"
    return ("yes" if value else "no") if isinstance(value, bool) else dollars_spoken(value)


def _findings(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    return [finding.as_json() for finding in findings]


def _source(source: Source) -> dict[str, Any]:
    return {"file": source.file, "row": source.row}


def _change(change: Change) -> dict[str, Any]:
    return {**asdict(change), "source": _source(change.source)}


def _described(one: Described) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "id": one.id,
        "facts": dict(one.facts),
        "history": [_change(change) for change in one.history],
        "tests": list(dict.fromkeys(one.tests)),
    }


def _difference(one: Difference) -> dict[str, Any]:
    changes = [{"what": label, "before": old, "after": new} for label, old, new in one.changes]
    return {**asdict(one), "changes": changes, "source": _source(one.source)}
