"""A chain of years: each takes the carryover the year before leaves, as the law would have left it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.cli import app
from niner.prepare import Options, prepare, prepare_years, work_out_years
from niner.returns.years.chain import link

RUN = CliRunner()
ROWS = (
    buy("2021-01-02", 10, "BTC", 100000),
    sell("2021-06-01", 1, "BTC", 1000),
    sell("2022-06-01", 1, "BTC", 4000),
    sell("2023-06-01", 1, "BTC", 12500),
    sell("2024-06-01", 1, "BTC", 9000),
)
YEARS = "years: {2021: {return: {wages: 50000}}, 2022: {return: {wages: 50000}}, 2023: {return: {wages: 50000}}}"


def documents(folder: Path) -> dict[int, dict[str, Any]]:
    return {int(p.parent.name): json.loads(p.read_text()) for p in sorted((folder / "out").glob("*/return.json"))}


def test_the_loss_moves_from_year_to_year(make_case: MakeCase) -> None:
    """2021 -9,000 leaves 6,000; 2022 adds -6,000 and uses 3,000; 2023 gains 2,500; 2024 loses 1,000 more."""
    folder = make_case(ledger(*ROWS), 2024, more=YEARS, wages="50000")
    done = RUN.invoke(app, ["prepare", str(folder), "--years", "2021-2024", "--no-forms"])
    assert done.exit_code == 0, done.output
    found = documents(folder)
    assert {year: d["carryover_out"] for year, d in found.items()} == {
        2021: {"short_term": "6000.00", "long_term": "0.00"},
        2022: {"short_term": "3000.00", "long_term": "6000.00"},
        2023: {"short_term": "0.00", "long_term": "3500.00"},
        2024: {"short_term": "0.00", "long_term": "1500.00"},
    }
    assert found[2022]["lines"]["f1040sd"]["6"] == "-6000.00"
    assert "Year by year" in done.stdout
    assert done.stdout.count("Carried on") == 1
    done = RUN.invoke(app, ["prepare", str(folder), "--years", "2021-2024", "--no-forms", "--json"])
    links = json.loads(done.stdout)["years"]
    assert [(one["carried_in"], one["used"], one["carried_on"]) for one in links] == [
        ("0.00", "3000.00", "6000.00"),
        ("6000.00", "3000.00", "9000.00"),
        ("9000.00", "5500.00", "3500.00"),
        ("3500.00", "3000.00", "1500.00"),
    ]


def test_the_chain_equals_single_years_fed_by_hand(make_case: MakeCase) -> None:
    chained = make_case(ledger(*ROWS), 2024, more=YEARS, wages="50000", name="chained")
    prepare_years(chained, range(2021, 2025), Options(forms=False))
    short = long = "0"
    for year, wanted in documents(chained).items():
        alone = make_case(ledger(*ROWS), year, short=short, long=long, wages="50000", name=f"alone{year}")
        prepare(alone, Options(forms=False))
        own = documents(alone)[year]
        assert own["lines"] == wanted["lines"]
        assert own["carryover_out"] == wanted["carryover_out"]
        short, long = own["carryover_out"]["short_term"], own["carryover_out"]["long_term"]


def test_a_carryover_that_differs_from_the_years_before_is_told(make_case: MakeCase) -> None:
    folder = make_case(ledger(*ROWS), 2024, more=YEARS, wages="50000", short="1200")
    last = prepare_years(folder, range(2021, 2025), Options(forms=False))[-1]
    assert "carryover-differs" in {f.id for f in last.findings}


def test_a_year_that_can_not_be_worked_out_writes_nothing(make_case: MakeCase) -> None:
    folder = make_case(ledger(*ROWS), 2024, more=YEARS)
    assert not prepare_years(folder, range(2019, 2025), Options(forms=False))[0].ok
    assert not (folder / "out").exists()


def test_a_joint_loss_is_not_carried_into_a_separate_return_unasked(make_case: MakeCase) -> None:
    """Treas. Reg. §1.1212-1(c): it belongs to the spouse who had it."""
    spouse = "spouse: {first_name: Bob, last_name: Example, ssn: 900-12-3457}\n"
    joint = YEARS.replace("2023: {", "2023: {filing_status: married_joint, ")
    folder = make_case(ledger(*ROWS), 2024, more=spouse + joint)
    refused = prepare_years(folder, range(2021, 2025), Options(forms=False))[0]
    assert [f.id for f in refused.findings if f.severity == "error"] == ["carryover-whose"]
    own = joint.replace("2023: {", "2023: {carryover_in: {long_term: 500}, ")
    folder = make_case(ledger(*ROWS), 2024, more=spouse + own, long="700", name="told")
    assert [p.ok for p in prepare_years(folder, range(2021, 2025), Options(forms=False))] == [True] * 4


def test_a_year_of_the_chain_is_explained_as_it_was_prepared(make_case: MakeCase) -> None:
    folder = make_case(ledger(*ROWS), 2024, more=YEARS, wages="50000")
    arguments = ["explain", str(folder), "f1040sd", "14", "--years", "2021-2024", "--year", "2023", "--json"]
    done = RUN.invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["value"] == "-6000.00"


@pytest.mark.parametrize("text", ["2021", "2024-2021", "soon", "2021-"])
def test_a_wrong_run_of_years_exits_2(make_case: MakeCase, text: str) -> None:
    folder = make_case(ledger(*ROWS), 2024)
    assert RUN.invoke(app, ["prepare", str(folder), "--years", text]).exit_code == 2


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(0, 60000), min_size=4, max_size=4),
    st.sampled_from(["single", "married_separate", "head_of_household"]),
)
def test_carryover_in_is_what_was_used_and_what_goes_on(
    tmp_path_factory: pytest.TempPathFactory, prices: list[int], status: str
) -> None:
    folder = tmp_path_factory.mktemp("chain")
    (folder / "ledger").mkdir()
    rows = [buy("2021-01-02", 4, "BTC", 100000)]
    rows += [sell(f"{2021 + n}-06-01", 1, "BTC", price) for n, price in enumerate(prices)]
    (folder / "ledger" / "made.csv").write_text(ledger(*rows))
    figures = ", ".join(f"{year}: {{return: {{wages: 40000}}}}" for year in (2021, 2022, 2023))
    (folder / "case.yaml").write_text(
        f"tax_year: 2024\ntaxpayer: {{first_name: A, last_name: B, ssn: 900-12-3456, filing_status: {status}}}\n"
        f"elections: {{timezone: UTC}}\nreturn: {{wages: 40000}}\nyears: {{{figures}}}\n"
    )
    limit = 1500_00 if status == "married_separate" else 3000_00
    before = (0, 0)
    for result in work_out_years(folder, range(2021, 2025), Options(forms=False))[0]:
        year = link(result)
        assert year.carried_in == before
        gains = max(sum(row.gain_cents for row in result.rows), 0)
        assert 0 <= year.used <= gains + limit
        before = year.carried_out
