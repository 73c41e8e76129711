"""No loss is forgotten: what a year carries in comes from the case, what was filed or prepared, or the ledger."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from typer.testing import CliRunner

from ledgers import buy, ledger, sell
from niner.case.model import Case, YearFigures
from niner.cli import app
from niner.prepare import Options, Prepared, prepare, work_out, work_out_years
from niner.printing.output import return_json

RUN = CliRunner()
PEOPLE = "taxpayer: {first_name: Ada, last_name: Example, ssn: 900-12-3456, filing_status: single}\n"
SPOUSE = "spouse: {first_name: Bob, last_name: Example, ssn: 900-12-3457}\n"
ROWS = (
    buy("2022-01-05", 1, "BTC", 45000),
    sell("2022-09-05", 1, "BTC", 20000),
    buy("2023-01-05", 1, "ETH", 2000),
    sell("2023-09-05", 1, "ETH", 7000),
)


def folder_of(place: Path, year: int, more: str, rows: tuple[dict[str, object], ...] = ROWS) -> Path:
    folder = place / "case"
    (folder / "ledger").mkdir(parents=True, exist_ok=True)
    (folder / "ledger" / "a.csv").write_text(ledger(*rows))
    head = f"tax_year: {year}\n" + PEOPLE + "elections: {timezone: UTC}\n"
    (folder / "case.yaml").write_text(head + more)
    return folder


FIGURES = "return: {wages: 60000, withholding: 6000}\n"
YEARS = "years: {2022: {return: {wages: 60000, withholding: 6000}}}\n"


def alone(folder: Path, year: int) -> tuple[dict[str, Any], Prepared]:
    found = prepare(folder, Options(year=year, forms=False))
    assert found.result is not None, [f.says for f in found.findings]
    return return_json(found.result, (), {}, found.findings), found


def told(found: Prepared) -> set[str]:
    return {f.id for f in found.findings if f.id.startswith("carryover")}


# Found on 25 November 2026: line 6 was empty, $1,605 too much tax and $14,000 lost, with 22,000 locked beside it.
def test_the_earlier_years_of_the_ledger_give_the_loss(tmp_path: Path) -> None:
    document, found = alone(folder_of(tmp_path, 2023, FIGURES + YEARS), 2023)
    lines = document["lines"]
    assert (lines["f1040sd"]["6"], lines["f1040sd"]["16"], lines["f1040"]["7"]) == (
        "-22000.00",
        "-17000.00",
        "-3000.00",
    )
    assert (lines["f1040"]["24"], lines["f1040"]["34"]) == ("4961.00", "1039.00")
    assert document["carryover_out"]["short_term"] == "14000.00"
    assert document["carryover_in"] == {"short_term": "22000.00", "long_term": "0.00", "from": "the ledger's 2022"}
    assert told(found) == {"carryover-found"}


def test_a_filed_return_gives_the_loss_and_a_contradiction_is_told_with_both_figures(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 2023, FIGURES + YEARS)
    prepare(folder, Options(year=2022, forms=False))
    document, _ = alone(folder, 2023)
    assert document["carryover_in"]["from"] == "out/2022/return.json"
    done = RUN.invoke(app, ["file", str(folder), "--year", "2022", "--filed-on", "2023-04-10", "--e-file"])
    assert done.exit_code == 0, done.output
    document, found = alone(folder, 2023)
    assert document["carryover_in"] == {"short_term": "22000.00", "long_term": "0.00", "from": "filed/2022.yaml"}
    assert "filed/2022.yaml" in json.loads((folder / "out/2023/return.json").read_text())["inputs"]
    for stated, line in (("{short_term: 10000}", "-10000.00"), ("{short_term: 0, long_term: 0}", None)):
        folder_of(tmp_path, 2023, FIGURES + YEARS + f"carryover_in: {stated}\n")
        document, found = alone(folder, 2023)
        assert document["lines"]["f1040sd"].get("6") == line
        assert document["carryover_in"]["from"] == "case.yaml"
        review = next(f for f in found.findings if f.id == "carryover-contradicts")
        assert review.severity == "review"
        assert "$22,000" in review.says
    folder_of(tmp_path, 2023, FIGURES + YEARS + "carryover_in: {short_term: 22000, long_term: 0}\n")
    assert told(alone(folder, 2023)[1]) == set()


def test_a_filed_return_that_was_adjusted_gives_the_loss_of_the_adjustment(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 2023, FIGURES + YEARS)
    (folder / "filed").mkdir()
    lines = '"9": 60000, "11": 60000, "12": 12950, "15": 44050'
    (folder / "filed/2022.yaml").write_text(
        "tax_year: 2022\nfiled_on: 2023-04-10\ncarryover_out: {short_term: 22000, long_term: 0}\n"
        f'lines: {{f1040: {{"1z": 60000, "7": -3000, {lines}}}, f1040sd: {{"3.d": 20000, "3.e": 45000, "3.h": -25000, '
        '"7": -25000, "16": -25000, "21": -3000}}\n'
    )
    assert alone(folder, 2023)[0]["carryover_in"]["from"] == "filed/2022.yaml"
    (folder / "filed/2022-adjusted-2024-02-01.yaml").write_text(
        "tax_year: 2022\nadjusted_on: 2024-02-01\nby: irs\n"
        'lines: {f1040sd: {"3.e": 35000, "3.h": -15000, "7": -15000, "16": -15000}}\n'
    )
    carried = alone(folder, 2023)[0]["carryover_in"]
    assert carried == {"short_term": "12000.00", "long_term": "0.00", "from": "filed/2022-adjusted-2024-02-01.yaml"}


def test_years_without_figures_are_asked_about_with_what_is_at_stake(tmp_path: Path) -> None:
    rows = (*ROWS[:2], buy("2024-01-05", 1, "ETH", 2000), sell("2024-09-05", 1, "ETH", 7000))
    folder = folder_of(tmp_path, 2024, FIGURES, rows)
    document, found = alone(folder, 2024)
    assert document["lines"]["f1040sd"]["16"] == "5000.00"
    review = next(f for f in found.findings if f.id == "carryover-asked")
    assert (review.severity, review.amount_cents) == ("review", 22_000_00)
    assert "2022" in review.says
    assert "$22,000" in review.says
    assert "niner prepare FOLDER --years 2022-2024" in review.todo
    # Once it is said that nothing is carried in, nothing is asked.
    folder_of(tmp_path, 2024, FIGURES + "carryover_in: {short_term: 0, long_term: 0}\n", rows)
    assert told(alone(folder, 2024)[1]) == set()
    # With the figures of both years the loss is carried through them.
    years = "years: {2022: {return: {wages: 60000}}, 2023: {return: {wages: 60000}}}\n"
    folder_of(tmp_path, 2024, FIGURES + years, rows)
    document, _ = alone(folder, 2024)
    assert document["carryover_in"] == {"short_term": "19000.00", "long_term": "0.00", "from": "the ledger's 2022-2023"}


def test_an_empty_block_is_not_a_zero(tmp_path: Path) -> None:
    document, _ = alone(
        folder_of(tmp_path, 2023, FIGURES + YEARS + "carryover_in: {short_term: , long_term: }\n"), 2023
    )
    assert document["lines"]["f1040sd"]["6"] == "-22000.00"


def test_a_new_folder_does_not_say_that_nothing_is_carried_in(tmp_path: Path) -> None:
    assert RUN.invoke(app, ["new", str(tmp_path / "new"), "--year", "2024"]).exit_code == 0
    text = (tmp_path / "new/case.yaml").read_text()
    assert "\ncarryover_in:" not in text
    assert "# carryover_in:" in text


def test_a_missing_filed_year_is_named(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 2024, FIGURES + YEARS)
    (folder / "filed").mkdir()
    (folder / "filed/2021.yaml").write_text("tax_year: 2021\ncarryover_out: {short_term: 500, long_term: 0}\n")
    (folder / "filed/2023.yaml").write_text("tax_year: 2023\ncarryover_out: {short_term: 700, long_term: 0}\n")
    document, found = alone(folder, 2024)
    assert document["carryover_in"]["from"] == "filed/2023.yaml"
    gap = next(f for f in found.findings if f.id == "carryover-gap")
    assert "no filed return of 2022:" in gap.says


JOINT = "years: {2024: {filing_status: married_joint, return: {wages: 150000}}OWN}\n"
JOINT_ROWS = (
    buy("2022-01-10", 1, "BTC", 50000),
    sell("2024-02-10", 1, "BTC", 42000),
    buy("2024-01-10", 1, "ETH", 2000),
    sell("2024-06-10", 1, "ETH", 3600),
)


@pytest.mark.parametrize(
    ("own", "top", "carried_in", "left"),
    [
        (", 2025: {carryover_in: {short_term: 0, long_term: 3400}}", "", "-3400.00", "400.00"),
        ("", "carryover_in: {short_term: 0, long_term: 3400}\n", "-3400.00", "400.00"),
        ("", "carryover_in: {short_term: 0, long_term: 0}\n", None, "0.00"),
    ],
)
def test_the_share_of_a_joint_loss_is_taken_where_the_refusal_says(
    tmp_path: Path, own: str, top: str, carried_in: str | None, left: str
) -> None:
    more = SPOUSE + FIGURES + JOINT.replace("OWN", own) + top
    folder = folder_of(tmp_path, 2025, more, JOINT_ROWS)
    for document in (
        alone(folder, 2025)[0],
        return_json(work_out_years(folder, (2024, 2025), Options(forms=False))[0][-1], (), {}, ()),
    ):
        assert document["lines"]["f1040sd"].get("14") == carried_in
        assert document["carryover_out"]["long_term"] == left


def test_a_joint_loss_is_not_carried_into_a_single_return_unasked(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 2025, SPOUSE + FIGURES + JOINT.replace("OWN", ""), JOINT_ROWS)
    found = prepare(folder, Options(forms=False))
    assert [f.id for f in found.findings if f.severity == "error"] == ["carryover-whose"]
    assert not found.ok


def test_a_block_of_the_tax_year_itself_is_merged_or_refused(tmp_path: Path) -> None:
    own = "years: {2025: {carryover_in: {short_term: 4000, long_term: 0}, return: {wages: 88000}}}\n"
    document, _ = alone(folder_of(tmp_path, 2025, own), 2025)
    assert document["lines"]["f1040sd"]["6"] == "-4000.00"
    assert document["lines"]["f1040"]["1a"] == "88000.00"
    found = prepare(folder_of(tmp_path, 2025, own + "return: {wages: 70000}\n"), Options(forms=False))
    assert not found.ok
    assert "“return” stands twice and differs" in found.findings[0].says
    found = prepare(
        folder_of(tmp_path, 2025, own.replace("return", "filing_status: head_of_household, return")), Options()
    )
    assert "“filing_status” is single" in found.findings[0].says


amounts = st.integers(1, 60_000).map(str)
events = st.lists(st.tuples(amounts, amounts, st.integers(2020, 2024), st.booleans()), min_size=1, max_size=8)
wages = st.lists(st.integers(0, 90_000), min_size=5, max_size=5)


def _random(place: Path, sales: list[tuple[str, str, int, bool]], pay: list[int], rounding: str) -> Path:
    rows: list[dict[str, object]] = []
    for n, (cost, price, year, held) in enumerate(sales):
        bought = year - 2 if held else year
        rows += [buy(f"{bought}-01-02", 1, f"A{n}", cost), sell(f"{year}-06-{1 + n:02d}", 1, f"A{n}", price)]
    own = ", ".join(f"{2020 + n}: {{return: {{wages: {amount}}}}}" for n, amount in enumerate(pay[:4]))
    folder = folder_of(place, 2024, f"return: {{wages: {pay[4]}}}\nyears: {{{own}}}\n", tuple(rows))
    text = (folder / "case.yaml").read_text()
    (folder / "case.yaml").write_text(text.replace("timezone: UTC", f"timezone: UTC, rounding: {rounding}"))
    return folder


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events, wages, st.sampled_from(["cents", "dollars"]))
def test_a_year_alone_equals_its_place_in_the_run(
    tmp_path_factory: pytest.TempPathFactory, sales: list[tuple[str, str, int, bool]], pay: list[int], rounding: str
) -> None:
    folder = _random(tmp_path_factory.mktemp("run"), sales, pay, rounding)
    in_run, _ = work_out_years(folder, range(2020, 2025), Options(forms=False))
    for result in in_run:
        by_itself, _ = work_out(folder, Options(year=result.year, forms=False))
        assert by_itself.lines.as_mapping() == result.lines.as_mapping()
        assert by_itself.carryover_out == result.carryover_out
    part, _ = work_out_years(folder, (2023, 2024), Options(forms=False))
    assert [r.lines.as_mapping() for r in part] == [r.lines.as_mapping() for r in in_run[3:]]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events, wages, amounts, st.integers(2020, 2024))
def test_one_more_loss_never_raises_tax(
    tmp_path_factory: pytest.TempPathFactory,
    sales: list[tuple[str, str, int, bool]],
    pay: list[int],
    loss: str,
    year: int,
) -> None:
    more = [*sales, (loss, "0.01", year, False)]
    before, after = (
        work_out(_random(tmp_path_factory.mktemp("loss"), rows, pay, "cents"), Options(forms=False))[0]
        for rows in (sales, more)
    )
    assert int(after.lines.value("f1040", "24") or 0) <= int(before.lines.value("f1040", "24") or 0)


def test_explain_and_check_see_the_same_loss(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 2023, FIGURES + YEARS)
    done = RUN.invoke(app, ["explain", str(folder), "f1040sd", "6", "--json"])
    assert json.loads(done.stdout)["value"] == "-22000.00"
    assert "Carried into 2023" in RUN.invoke(app, ["check", str(folder), "--notes"]).output
    done = RUN.invoke(app, ["prepare", str(folder), "--no-forms"])
    assert "$22,000 short-term, from the ledger's 2022" in done.output


def test_a_refused_year_before_stops_nothing(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 2023, FIGURES)
    (folder / "filed").mkdir()
    (folder / "filed/2022.yaml").write_text("tax_year: 2019\n")
    _, found = alone(folder, 2023)
    assert {"carryover-unread", "carryover-asked"} <= told(found)


def test_no_key_of_a_block_of_the_tax_year_itself_is_ignored() -> None:
    """Residence, dependents and disclosures stand there too; whatever joins them must be merged as they are."""
    person = {"first_name": "Cy", "last_name": "Test", "ssn": "900-12-3458"}
    given: dict[str, Any] = {"residence": {"state": "OH"}, "dependents": [person], "disclosures": [{"item": "1 SOL"}]}
    base = {"tax_year": "2025", "taxpayer": {**person, "filing_status": "single"}}
    case = Case.model_validate({**base, "years": {"2025": given}})
    assert (case.residence.state, [one.first_name for one in case.dependents]) == ("OH", ["Cy"])
    assert [one.item for one in case.disclosures] == ["1 SOL"]
    assert set(YearFigures.model_fields) == {"filing_status", "carryover_in", "return_", "schedule_d", *given}
    with pytest.raises(ValidationError, match="stands twice and differs"):
        Case.model_validate({**base, "residence": {"state": "NY"}, "years": {"2025": given}})
