"""Tables of the law: read with their types, refused where a row is not whole, replaced and retired by a firm."""

from datetime import date
from pathlib import Path

import pytest

from niner.rules import load_rules
from niner.values import Refused

pytestmark = pytest.mark.usefixtures("no_firm_is_kept")

HEAD = "table: towns\ntitle: Towns\ncolumns: {name: text, counties: list, until: day, all: yes_no}\nrows:\n"


def firm(tmp_path: Path, text: str) -> Path:
    (tmp_path / "2024").mkdir()
    (tmp_path / "2024" / "places.yaml").write_text(text)
    return tmp_path


def test_cells_have_the_type_of_their_column(tmp_path: Path) -> None:
    row = "  a: {name: One, counties: [Lee, Polk], until: 2025-05-01, all: true, authority: A ruling}\n"
    found = load_rules(2024, (firm(tmp_path, HEAD + row),)).table("towns")["a"]
    assert dict(found.cells) == {
        "name": "One",
        "counties": ("Lee", "Polk"),
        "until": date(2025, 5, 1),
        "all": True,
    }
    assert found.authority == "A ruling"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("  a: {until: 2025-05-01}", "authority"),
        ("  a: {authority: A ruling}", "until is no day"),
        ("  a: {until: 2025-13-01, authority: A ruling}", "until is no day"),
        ("  a: {until: 2025-05-01, counties: Lee, authority: A ruling}", "counties is no list"),
        ("  a: {until: 2025-05-01, all: perhaps, authority: A ruling}", "all is no yes_no"),
        ("  a: {until: 2025-05-01, county: [Lee], authority: A ruling}", "`county` is no column"),
    ],
)
def test_a_row_that_is_not_whole_is_refused_with_its_place(tmp_path: Path, row: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        load_rules(2024, (firm(tmp_path, HEAD + row + "\n"),))
    [finding] = refused.value.findings
    assert says in finding.says
    assert finding.source is not None
    assert finding.source.row == 5


def test_a_firm_replaces_one_row_and_retires_another(tmp_path: Path) -> None:
    text = (
        "table: states\nrows:\n  MD: {name: Maryland, income_tax: true, form: Form 502X, window: 90 days, "
        "counted_from: the change, look_up: example.org, authority: Our own reading}\n"
        "retire: {WY: Our clients have moved away}\n"
    )
    rules = load_rules(2024, (firm(tmp_path, text),))
    assert rules.table("states")["MD"].cells["window"] == "90 days"
    assert "WY" not in rules.table("states")
    assert rules.table("states")["NY"].cells["window"] == "90 days"
    assert {change.name for change in rules.positions} == {"states/MD", "states/WY"}
    assert "WY" in load_rules(2024).table("states")


def test_a_table_that_is_not_there_is_named() -> None:
    with pytest.raises(Refused, match="There is no table stats"):
        load_rules(2024).table("stats")


def test_every_state_is_there_and_a_time_has_a_form_and_a_start() -> None:
    rows = load_rules(2024).table("states")
    assert len(rows) == 51
    for row in rows.values():
        if row.cells["window"]:
            assert row.cells["form"]
            assert row.cells["counted_from"]
        if row.cells["refund_window"]:
            assert row.cells["form"]
            assert row.cells["source_read"]
            assert not row.cells["window"]
        assert bool(row.cells["look_up"]) == bool(row.cells["income_tax"])
