"""The one thing to do next, where a return was filed already."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.cli import app

RUN = CliRunner()
BOUGHT, SOLD = buy("2021-01-02", 2, "BTC", 20000), sell("2022-03-01", 1, "BTC", 15000)


def _said(*words: object) -> str:
    done = RUN.invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split("Next:")[-1].split())


@pytest.fixture
def filed(make_case: MakeCase) -> Path:
    """A return of 2022 as filed; its ledger has another sale since, with a gain."""
    folder = make_case(ledger(BOUGHT, SOLD), 2022)
    _said("prepare", folder, "--no-forms")
    _said("file", folder, "--year", 2022, "--filed-on", "2023-04-10")
    (folder / "ledger" / "made.csv").write_text(ledger(BOUGHT, SOLD, sell("2022-05-01", 1, "BTC", 16000)))
    return folder


def test_checking_a_filed_return_points_to_what_is_other_now(filed: Path) -> None:
    assert (
        _said("check", filed) == f"the return of 2022 is filed; niner diff {filed} --year 2022 says what is other now."
    )


@pytest.mark.official
def test_a_filed_return_that_is_prepared_again_is_not_to_be_sent(filed: Path, official_forms: Path) -> None:
    said = _said("prepare", filed)
    assert "do not send this: the return of 2022 is filed" in said
    assert said.endswith(f"niner amend {filed} --year 2022")


@pytest.mark.official
@pytest.mark.parametrize(("day", "closed"), [("2026-11-01", True), ("2025-11-01", False)])
def test_what_is_owed_of_a_closed_year_is_not_asked_for(
    filed: Path, official_forms: Path, day: str, closed: bool
) -> None:
    said = _said("amend", filed, "--year", 2022, "--as-of", day)
    assert ("nothing is asked for any more" in said) is closed
    assert ("sign " in said) is not closed
    letter = (filed / "out" / "2022-amended" / "client_letter.html").read_text()
    assert ("Send nothing yet." in letter) is closed
    assert ("certified mail" in letter or "e-filed" in letter) is not closed
