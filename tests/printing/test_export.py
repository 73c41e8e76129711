"""Rows for other programs: each file is read here in yet another way, and foots; what can't be carried is told."""

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, receive, sell
from niner.cli import app
from niner.handover import export as room
from niner.handover.export import TOTALS, Export, export
from niner.handover.layouts import Column, Layout, Rows, layouts
from niner.handover.proof import proved
from niner.handover.values import handed_rows
from niner.handover.write import written
from niner.prepare import Options, work_out
from niner.returns.year import YearReturn
from niner.values import Refused

run = CliRunner()
VARIED = (
    buy("2022-01-10", 3, "BTC", "90000.00"),
    sell("2024-03-01", 1, "BTC", "61000.55", form="1099-B", basis_reported="yes"),
    sell("2024-03-02", 1, "BTC", "29000.10", form="1099-B", basis_reported="no"),
    buy("2024-02-01", 10, "ETH", "20000.01"),
    sell("2024-05-01", "2.5", "ETH", "8000.99"),
    sell("2024-05-02", "2.5", "ETH", "4000.37", form="1099-B", basis_reported="yes"),
    receive("inherited", "2024-06-01", 1, "SOL", acquired="2024-06-01", basis_usd="100.00"),
    sell("2024-07-01", 1, "SOL", "150.25"),
)


def worked(folder: Path) -> YearReturn:
    return work_out(folder, Options(forms=False))[0]


def exported(folder: Path, *names: str) -> Export:
    return export(worked(folder), names)


def refusals(folder: Path, *names: str) -> str:
    with pytest.raises(Refused) as refused:
        exported(folder, *names)
    return " ".join(f"{finding.says} {finding.todo}" for finding in refused.value.findings)


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(data.decode().splitlines()))


def sums(rows: list[dict[str, str]], *columns: str) -> list[Decimal]:
    return [sum((Decimal(row[column] or 0) for row in rows), Decimal(0)) for column in columns]


def schedule_d(result: YearReturn) -> list[Decimal]:
    """(d), (e), (g), (h) of all lines for rows, as they are printed."""
    lines = result.lines.as_mapping()["f1040sd"]
    return [
        Decimal(sum(int(v) for k, v in lines.items() if k.endswith(f".{column}"))) / 100
        for column in ("d", "e", "g", "h")
    ]


def txf(data: bytes) -> Iterator[tuple[str, list[str], list[Decimal]]]:
    text = data.decode("ascii")
    assert text.startswith("V042\r\n")
    for record in text.split("^\r\n")[1:-1]:
        lines = record.split("\r\n")
        [number] = [line[1:] for line in lines if line.startswith("N")]
        yield (
            number,
            [line[1:] for line in lines if line.startswith("D")],
            [Decimal(line[1:]) for line in lines if line.startswith("$")],
        )


def test_every_layout_of_2024_foots_to_schedule_d(make_case: MakeCase) -> None:
    folder = make_case(ledger(*VARIED))
    result = worked(folder)
    files = export(result).files
    wanted = schedule_d(result)
    canonical = table(files["form_8949.csv"])
    assert sums(canonical, "proceeds", "basis", "adjustment", "gain") == wanted
    assert {row["box"] for row in canonical} == {"A", "C", "D", "E", "F"}
    taxact = table(files["taxact.csv"]) + table(files["taxact_rows_to_type.csv"])  # INHERITED is typed
    assert (
        sum(sums(table(files["taxact.csv"]), "Sales Proceeds"))
        + sum(sums(table(files["taxact_rows_to_type.csv"]), "proceeds"))
        == wanted[0]
    )
    assert [row["acquired"] for row in table(files["taxact_rows_to_type.csv"])] == ["INHERITED"]
    assert len(taxact) == len(canonical)
    records = list(txf(files["form_8949.txf"]))
    assert [number for number, _, _ in records] == ["321", "712", "323", "713"]
    proceeds = sum(amounts[1] for _, _, amounts in records)
    assert proceeds + sum(sums(table(files["txf_rows_to_type.csv"]), "proceeds")) == wanted[0]
    turbotax = [row for name in files if name.startswith("turbotax_box_") for row in table(files[name])]
    assert (
        sum(sums(turbotax, "Proceeds")) + sum(sums(table(files["turbotax_rows_to_type.csv"]), "proceeds")) == wanted[0]
    )
    assert {name for name in files if name.startswith("turbotax_box")} == {f"turbotax_box_{b}.csv" for b in "ACDE"}


# Of FDX 6.5, DigitalAssetDetail: the fields that a row of Form 8949 could fill.
FDX_DETAIL = {
    *("adjustmentCodes", "checkboxOnForm8949", "costBasis", "dateAcquired", "dateOfSale", "digitalAssetCode"),
    *("digitalAssetName", "longOrShort", "proceeds", "units", "variousDatesAcquired"),
}


def test_fdx_has_the_very_digits_and_the_shape_of_the_form(make_case: MakeCase) -> None:
    rows = (
        buy("2025-01-10", "0.123456789012345678", "ETH", "500.10"),
        sell("2025-02-10", "0.123456789012345678", "ETH", "400.05", form="1099-DA", basis_reported="no"),
    )
    files = exported(make_case(ledger(*rows), 2025)).files
    document = json.loads(files["form_8949.fdx.json"], parse_float=Decimal)
    [form] = document["forms"]
    [detail] = form["tax1099Da"]["digitalAssetDetails"]
    assert (detail["digitalAssetName"], detail["units"]) == ("ETH", "0.123456789012345678")
    assert (detail["proceeds"], detail["costBasis"]) == (Decimal("400.05"), Decimal("500.10"))
    assert (detail["checkboxOnForm8949"], detail["longOrShort"]) == ("H", "SHORT")
    assert (form["tax1099Da"]["taxFormType"], form["tax1099Da"]["taxYear"]) == ("Tax1099Da", 2025)
    assert set(detail) <= FDX_DETAIL


def test_fdx_of_ones_own_rows_is_never_taken_for_a_form(make_case: MakeCase) -> None:
    folder = make_case(ledger(*VARIED))
    (folder / "brokers").mkdir()
    (folder / "brokers" / "x.json").write_bytes(exported(folder, "fdx").files["form_8949.fdx.json"])
    said = run.invoke(app, ["brokers", str(folder)])
    assert said.exit_code == 1
    assert "not what a broker reported" in said.stdout


@pytest.mark.parametrize("name", ["txf", "hrblock"])
def test_txf_ends_with_2024_and_says_why(make_case: MakeCase, name: str) -> None:
    rows = (buy("2025-01-10", 1, "BTC", 500), sell("2025-02-10", 1, "BTC", 400))
    assert "no code for boxes G to L" in refusals(make_case(ledger(*rows), 2025), name)


def test_programs_without_a_known_file_are_refused_with_what_to_do(make_case: MakeCase) -> None:
    assert "type_these_totals.html" in refusals(make_case(ledger(*VARIED)), "freetaxusa")


def test_a_program_nobody_knows_is_told_the_known_ones(make_case: MakeCase) -> None:
    assert "turbotax" in refusals(make_case(ledger(*VARIED)), "turbotacks")


def test_a_wash_sale_of_shares_goes_into_txf_and_not_into_turbotax(make_case: MakeCase) -> None:
    rows = (
        buy("2024-01-10", 10, "VTI", 2000),
        sell("2024-02-10", 10, "VTI", 1500, form="1099-B", basis_reported="yes"),
        buy("2024-02-20", 10, "VTI", 1600),
        buy("2024-03-01", 1, "BTC", 100),
        sell("2024-03-05", 1, "BTC", 90),
    )
    found = exported(make_case(ledger(*rows), more="assets: {VTI: {class: security}}"))
    [(_, _, washed)] = [record for record in txf(found.files["form_8949.txf"]) if record[0] == "321"]
    assert washed == [Decimal(2000), Decimal(1500), Decimal(500)]
    [typed] = table(found.files["turbotax_rows_to_type.csv"])
    assert (typed["code"], typed["adjustment"], typed["gain"]) == ("W", "500.00", "0.00")
    assert any("no place for code W" in finding.says for finding in found.findings)
    assert b"tax1099B" in found.files["form_8949.fdx.json"]


def test_a_term_that_days_alone_would_get_wrong_is_typed(make_case: MakeCase) -> None:
    """The donor's holding period is told by the ledger; a program that sees other days would call it short."""
    rows = (
        buy("2023-02-28", 1, "BTC", 100),
        sell("2024-02-29", 1, "BTC", 300),
        buy("2024-03-01", 1, "ETH", 100),
        sell("2024-03-05", 1, "ETH", 90),
    )
    found = exported(make_case(ledger(*rows)), "turbotax")
    [row] = [row for row in handed_rows(worked(make_case(ledger(*rows), name="again"))) if row.asset == "BTC"]
    typed = table(found.files.get("turbotax_rows_to_type.csv", b"row\n"))
    assert [one["description"] for one in typed] == (["1 BTC"] if row.term == "short" else [])


def test_whole_dollars_and_direct_totals_and_other_papers_foot(make_case: MakeCase) -> None:
    more = "schedule_d: {line_1b: {proceeds: 1000, basis: 400, adjustment: 0}, line_3: {proceeds: 50, basis: 60}}"
    folder = make_case(ledger(*VARIED), elections=", rounding: dollars, direct_totals: yes", more=more)
    found = exported(folder)
    assert len(table(found.files["form_8949.csv"])) == 5
    sheet = found.files[TOTALS].decode()
    assert "straight to Schedule D" in sheet
    assert "other papers for" in sheet


def test_too_many_rows_are_refused_with_the_sentence(make_case: MakeCase, monkeypatch: pytest.MonkeyPatch) -> None:
    most = {one.name: one.rows.most for one in layouts() if one.rows is not None}
    assert most == {"taxact": 2000, "turbotax": 4000}
    fewer = [
        one.model_copy(update={"rows": one.rows.model_copy(update={"most": 4})}) if one.name == "taxact" else one
        for one in layouts()
        if one.rows is not None or one.name == "csv"
    ]
    monkeypatch.setattr("niner.handover.layouts.layouts", lambda: fewer)
    result = worked(make_case(ledger(*VARIED)))
    with pytest.raises(Refused, match="has 5 rows, and TaxAct takes 2,000"):
        export(result, ("taxact",))
    found = export(result)
    assert "taxact.csv" not in found.files
    assert "turbotax_box_C.csv" in found.files
    assert any(finding.severity == "note" and "TaxAct takes 2,000" in finding.says for finding in found.findings)


def own(**more: Any) -> Layout:
    columns = {"What": Column(holds="description", **more.pop("column", {})), "Got": Column(holds="proceeds")}
    return Layout(
        name="own", title="Own", years=(2020, 2030), file="own_{box}.csv", per_box=True, columns=columns, **more
    )


def test_limits_are_data(make_case: MakeCase, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_case(
        ledger(buy("2024-01-02", 3, "BTC", 3), *(sell("2024-02-10", 1, "BTC", "1.50") for _ in range(3)))
    )

    def said(layout: Layout) -> str:
        monkeypatch.setattr("niner.handover.layouts.layouts", lambda: (layout,))
        return refusals(folder, "own")

    assert "takes 2" in said(own(rows=Rows(most=2, says="it takes 2.")))
    assert "longer than 4 characters" in said(own(column={"most": 4}))
    in_dollars = said(own(amounts="dollars"))
    assert "come to $6" in in_dollars
    assert "$4.50" in in_dollars
    assert "takes no cents" in in_dollars


@pytest.mark.parametrize("layout", [one for one in layouts() if one.takes(2024)], ids=lambda one: one.title)
@pytest.mark.parametrize("harm", ["drop a row", "another amount", "half"])
def test_a_file_that_is_not_what_it_should_be_is_found(make_case: MakeCase, layout: Layout, harm: str) -> None:
    result = worked(make_case(ledger(*VARIED[:5])))
    rows = handed_rows(result)
    files = written(layout, rows, 2024)
    assert proved(layout, files, rows, (), result) == []
    if harm == "drop a row":
        files = written(layout, rows[:-1], 2024)
    elif harm == "another amount":
        files = {name: data.replace(b"61000.55", b"61000.56") for name, data in files.items()}
    else:
        files = {name: data[: len(data) * 2 // 3] for name, data in files.items()}
    assert proved(layout, files, rows, (), result)


def test_nothing_is_written_where_a_file_fails(make_case: MakeCase, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_case(ledger(*VARIED))
    whole = room.written

    def spoiled(*arguments: Any) -> dict[str, bytes]:
        return {name: data.replace(b"61000.55", b"61000.54") for name, data in whole(*arguments).items()}

    monkeypatch.setattr(room, "written", spoiled)
    said = run.invoke(app, ["export", str(folder)])
    assert said.exit_code == 1
    assert not (folder / "out" / "2024-export").exists()


def test_the_command_writes_for_the_owner_only_without_a_taxpayer_number(make_case: MakeCase) -> None:
    folder = make_case(
        ledger(buy("2024-01-02", 2, "BTC", 3, wallet="=cmd()"), sell("2024-02-10", 2, "BTC", 9, wallet="=cmd()"))
    )
    assert run.invoke(app, ["export", str(folder)]).exit_code == 0
    first = {path.name: path.read_bytes() for path in (folder / "out" / "2024-export").iterdir()}
    assert "'=cmd()" in first["form_8949.csv"].decode()
    for path in (folder / "out" / "2024-export").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert b"900-12-3456" not in path.read_bytes()
        assert b"900123456" not in path.read_bytes()
    said = json.loads(run.invoke(app, ["export", str(folder), "--json"]).stdout)
    assert {one["layout"] for one in said["layouts"]} == {"csv", "fdx", "opentaxsolver", "taxact", "turbotax", "txf"}
    assert said["totals"][0]["gain"] == "6.00"
    assert {path.name: path.read_bytes() for path in (folder / "out" / "2024-export").iterdir()} == first


def test_a_year_without_sales_has_nothing_to_hand_over(make_case: MakeCase) -> None:
    assert "no row to hand over" in refusals(make_case(ledger(buy("2024-01-02", 2, "BTC", 3))))


def test_an_older_export_is_marked_where_the_case_is_refused_and_not_for_a_mistyped_name(make_case: MakeCase) -> None:
    folder = make_case(ledger(*VARIED))
    mark = folder / "out" / "2024-export" / "NOT-CURRENT.txt"
    assert run.invoke(app, ["export", str(folder), "--to", "csv"]).exit_code == 0
    assert run.invoke(app, ["export", str(folder), "--to", "turbotaks"]).exit_code == 1
    assert not mark.exists()
    (folder / "ledger" / "made.csv").write_text(ledger(*VARIED, sell("2024-08-01", 99, "BTC", 5)))
    assert run.invoke(app, ["export", str(folder)]).exit_code == 1
    assert mark.exists()
    (folder / "ledger" / "made.csv").write_text(ledger(*VARIED))
    assert run.invoke(app, ["export", str(folder)]).exit_code == 0
    assert not mark.exists()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("type_these_totals.html", b">A, short-term", b">B, short-term"),
        ("turbotax_rows_to_type.csv", b",long,", b",short,"),
    ],
)
def test_the_page_of_totals_and_the_rows_to_type_are_read_back_too(
    make_case: MakeCase, monkeypatch: pytest.MonkeyPatch, file: str, old: bytes, new: bytes
) -> None:
    folder = make_case(ledger(*VARIED))
    written = exported(folder).files
    assert old in written[file]
    by = "totals_sheet" if file.endswith("html") else "table"
    whole = getattr(room, by)
    monkeypatch.setattr(room, by, lambda *given: whole(*given).replace(old, new, 1))
    with pytest.raises(Refused) as refused:
        exported(folder)
    assert {f.id for f in refused.value.findings} == {"handover-proof"}
