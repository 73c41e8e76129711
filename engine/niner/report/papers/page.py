"""A year's return to workpapers in HTML: every line with its derivation, every row, finding and input.

Where a table has more rows than a browser shows at once, the page holds the first of them, and all of them lie in files
beside it, which the page loads from disk as it is turned, searched or filtered.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, partial
from pathlib import Path

from niner.case.rulings import AnyRuling
from niner.files.file_write import Contents, Pieces
from niner.printing.unfilled import Unfilled
from niner.report.explain import Reason, explain_line
from niner.report.papers import tables
from niner.report.papers.charts import HEIGHT, WIDTH, charts
from niner.report.papers.filled import filled
from niner.report.papers.many import MOST_CHOICES, SHOWN, many
from niner.report.papers.previews import Preview
from niner.report.papers.table import Table
from niner.report.papers.workbook import WORKBOOK, fits_workbook, workbook
from niner.report.summary import summary
from niner.returns.units.holdings import long_with_gain
from niner.returns.year import YearReturn
from niner.shown.pages import page
from niner.values import Finding
from niner.words.form_names import form_name, form_order

_ALWAYS = ("dispositions", "income", "lots", "rulings")  # tables that say so where they are empty
_ALONE_FROM = 1_000  # rows of all tables, of which a workbook takes so long that a second process is worth its start
_MOST = 40  # entries of one list inside a derivation; the tables have them all


def workpapers(
    result: YearReturn,
    findings: Sequence[Finding],
    inputs: Mapping[str, str],
    pages: int,
    unfilled: Sequence[Unfilled] = (),
    rulings: Sequence[tuple[int, AnyRuling]] = (),
    previews: Sequence[Preview] = (),
    run: Sequence[YearReturn] = (),
    themes: Sequence[Path] = (),
    with_workbook: bool = False,
) -> dict[str, Contents]:
    """workpapers.html, the files that hold the rows of its long tables, and workpapers.xlsx, each made while it is
    written: where its template fails it raises Refused then.

    `run` are the returns of the years that were worked out together, `themes` a firm's own folders of templates;
    `with_workbook` asks for the workbook also where tables are long.
    Text from the client's files is escaped; the SSN is in none of them.
    """

    @cache
    def long_term() -> Sequence[date | None]:
        return long_with_gain(result.held, result.rules, result.case.asset)

    all_tables = tables_of(result, findings, inputs, rulings, long_term)
    long = {name: found for name, table in all_tables.items() if (found := many(table))}
    has_workbook = fits_workbook(all_tables, with_workbook)
    said = cache(lambda: summary(result, pages, unfilled))

    def html() -> bytes:
        shown = {name: SHOWN if name in long else len(table) for name, table in all_tables.items()}
        texts = {name: table.columns_of(0, shown[name]) for name, table in all_tables.items()}

        def rows(table: Table, row: Callable[..., str], cell: Callable[..., str]) -> str:
            """The rows of a table that the page shows, with the template's macros for a row and a cell."""
            return filled(table, texts[table.name], table.kinds(shown[table.name]), row, cell)

        return page(
            "workpapers",
            "workpapers.html.j2",
            themes=themes,
            name=result.case.name_on_forms,
            year=result.year,
            rules=result.rules,
            summary=said(),
            workbook=has_workbook,
            lines=_lines(result),
            tables=all_tables,
            many=long,
            choices={name: found.choices for name, found in long.items()}
            | {name: all_tables[name].choices(MOST_CHOICES, texts[name]) for name in all_tables if name not in long},
            smalls={
                name: [at for at, column in enumerate(found.table.columns) if column.css == "s"]
                for name, found in long.items()
            },
            shown=SHOWN,
            charts=charts(result, run or (result,), long_term()),
            chart_size=(WIDTH, HEIGHT),
            previews=previews,
            most=_MOST,
            always=_ALWAYS,
            filled=rows,
            zip=zip,
        )

    # The page comes last: what its filters offer is seen while the files are made.
    files: dict[str, Callable[[], bytes]]
    files = {name: partial(table.file, at) for table in long.values() for at, name in enumerate(table.names)}
    if has_workbook:
        files[WORKBOOK] = lambda: workbook(result, said(), all_tables)
    files["workpapers.html"] = html
    of_many = sum(map(len, all_tables.values())) > _ALONE_FROM
    if of_many and has_workbook:
        long_term()  # before a copy of this process makes the workbook, so that it is not worked out in both
    return {name: Pieces(partial(_whole, make), of_many and name == WORKBOOK) for name, make in files.items()}


def _whole(make: Callable[[], bytes]) -> Iterator[bytes]:
    yield make()


def tables_of(
    result: YearReturn,
    findings: Sequence[Finding],
    inputs: Mapping[str, str],
    rulings: Sequence[tuple[int, AnyRuling]],
    long_term: Callable[[], Sequence[date | None]],
) -> dict[str, Table]:
    """Every table of the workpapers by its name, in their order; `long_term` gives for each lot that is held the first
    day on which a gain on it is long-term."""
    found = [
        tables.findings_table(findings),
        tables.boxes_table(result),
        tables.dispositions_table(result),
        tables.income_table(result),
        tables.lots_table(result, long_term),
        *tables.opening_tables(result),
        tables.moves_table(result),
        tables.prices_table(result),
        tables.brokers_table(result),
        tables.elections_table(result),
        tables.rulings_table(rulings),
        tables.positions_table(result),
        tables.rules_table(result),
        tables.inputs_table(inputs),
    ]
    return {table.name: table for table in found}


def _lines(result: YearReturn) -> list[tuple[str, list[tuple[Reason, bool]]]]:
    """Each form's printed lines with what they were worked out from, and whether a firm's own rule has the line; every
    inner line has an entry of its own."""
    firms = {one.name for one in result.rules.positions if one.kind == "line"}
    return [
        (
            form_name(form),
            [
                (explain_line(result, form, line, deep=False), f"{form}/{line.split('.')[0]}" in firms)
                for line in sorted(lines, key=form_order)
            ],
        )
        for form, lines in result.lines.as_mapping().items()
    ]
