"""Tables of the workpapers are filled column by column: the same page as cell by cell, in a firm's own template too."""

from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.prepare import Options, prepare
from niner.report.papers.filled import filled
from niner.report.papers.table import Column, Table
from niner.resources import room
from niner.shown.pages import templates

# The rows of a table as a template writes them cell by cell, as Niner's own did: a firm may have a copy of it.
CELL_BY_CELL = """<tbody>
{%- for kind, texts in table.rows(shown if table.name in many else 1000000) %}
{{- "" }}<tr{% if kind == "firm" %} class="firm"{% endif %}>
{%- for text, column in zip(texts, table.columns) %}<td
{%- if loop.first and kind and kind != "firm" and table.name not in many %}
{{- "" }} class="d {{ kind }}" data-label="{{ column.name }}">
{%- else %}{{ label(column) }}{% endif %}
{{- cell(text, column) }}</td>{% endfor %}</tr>
{% endfor %}</tbody>"""
FILLED = "<tbody>{{ filled(table, row, stands) }}</tbody>"
MACROS = '{% from "table.html.j2" import cell, label, row, stands with context %}'
STYLES: Any = st.sampled_from(["text", "small", "hash", "day", "money"])
TEXTS = st.text("a<&\"'>\n\0→", max_size=5) | st.just("")
NAMES = st.text("a<&\"'>", max_size=3)
KINDS = st.sampled_from(["", "firm", "review", "note"])


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Columns of any style, rows of any kinds, cells with all that is written another way in HTML."""
    columns = draw(st.lists(st.builds(Column, NAMES, STYLES), min_size=1, max_size=3))
    rows = draw(st.lists(st.tuples(KINDS, *[TEXTS] * len(columns)), max_size=6))
    same = draw(st.booleans())  # all rows of one kind, as of most tables
    return Table(
        *("made", "Made", columns, rows, lambda first, some: list(zip(*[row[1:] for row in some], strict=True))),
        weight=lambda row: "" if same else row[0],
    )


@settings(deadline=None)
@given(tables(), st.booleans())
def test_columns_give_the_rows_that_cells_gave(table: Table, long: bool) -> None:
    shown = 2 if long else len(table)

    def of(table: Table, row: Any, cell: Any) -> str:
        return filled(table, table.columns_of(0, shown), table.kinds(shown), row, cell)

    made = templates("workpapers", escape=True)
    given = {"table": table, "many": {"made": 1} if long else {}, "shown": shown, "zip": zip, "filled": of}
    one, other = (made.from_string(MACROS + text).render(given) for text in (FILLED, CELL_BY_CELL))
    assert one == other


def test_what_a_cell_holds_is_escaped_whatever_its_column() -> None:
    columns = (Column("A", "text"), Column("B", "money"), Column("C", "day"), Column("D", "small"))
    hostile = "<script>\n&"
    table = Table("made", "Made", columns, [1], lambda first, some: [[hostile], [5], [date(2025, 1, 2)], [hostile]])
    made = templates("workpapers", escape=True)
    text = made.from_string(MACROS + FILLED).render(
        table=table, many={}, filled=lambda table, *how: filled(table, table.columns_of(0, 1), [""], *how)
    )
    of_two = "<span>&lt;script&gt;</span><span>&amp;</span>"
    assert text == (
        f'<tbody><tr><td data-label="A">{of_two}</td><td class="n" data-label="B">$0.05</td>'
        f'<td class="d" data-label="C">2025-01-02</td><td data-label="D"><small>{of_two}</small></td></tr>\n</tbody>'
    )


def test_a_firm_s_own_table_gives_the_same_page(make_case: MakeCase, tmp_path: Path) -> None:
    """What templates are given stays: a firm's copy of the table goes on working, in the sandbox too; and so does a
    page of a firm that takes Niner's table."""
    folder = make_case(ledger(buy("2024-01-05", 2, "<B>ETH", "20"), sell("2024-05-01", 1, "<B>ETH", "30")))
    made = folder / "out" / "2024" / "workpapers.html"
    assert prepare(folder, Options(forms=False)).ok
    niners = made.read_text()
    own = tmp_path / "firm" / "workpapers"
    own.mkdir(parents=True)
    text = (room("templates") / "workpapers" / "table.html.j2").read_text()
    assert FILLED in text
    (own / "table.html.j2").write_text(text.replace(FILLED, CELL_BY_CELL))
    assert prepare(folder, Options(forms=False, themes=(tmp_path / "firm",))).ok
    assert made.read_text() == niners
    (own / "table.html.j2").unlink()
    (own / "workpapers.html.j2").write_text(
        '{% extends "base.html.j2" %}{% from "table.html.j2" import listed with context %}'
        "{% block title %}Firm{% endblock %}{% block body %}{{ listed(tables.dispositions) }}{% endblock %}"
    )
    assert prepare(folder, Options(forms=False, themes=(tmp_path / "firm",))).ok
    begins, ends = '<table class="wide" id="many-dispositions">', "</table>"
    rows = niners[niners.index(begins) :].partition(ends)[0]
    assert "1 &lt;B&gt;ETH" in rows
    assert rows in made.read_text()
