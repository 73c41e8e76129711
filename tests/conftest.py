"""Shared ground for all tests: where the official blanks are, and case folders made in a line or two."""

import os
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Inexact, Rounded, localcontext
from functools import cache
from pathlib import Path

import pytest

from niner.values import Finding

# Read when a console is made: what tests see must not depend on the terminal they run in.
os.environ["COLUMNS"] = "160"

CASE = """\
tax_year: {year}
taxpayer: {{first_name: Ada, last_name: Example, ssn: 900-12-3456, filing_status: {status}}}
{more}
elections: {{timezone: America/New_York{elections}}}
carryover_in: {{short_term: {short}, long_term: {long}}}
return: {{wages: {wages}}}
"""

MakeCase = Callable[..., Path]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of official blanks are skipped, with the reason, where there are none; CI may not skip them."""
    if os.environ.get("NINER_FORMS"):
        return
    if os.environ.get("NINER_REQUIRE_OFFICIAL"):
        raise pytest.UsageError("NINER_REQUIRE_OFFICIAL is set, but NINER_FORMS names no folder of official blanks.")
    skip = pytest.mark.skip(reason="needs the official IRS blanks: set NINER_FORMS to their folder")
    for item in items:
        if "official" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def official_forms() -> Path:
    """The folder of official blanks."""
    return Path(os.environ["NINER_FORMS"])


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No network and no cache of the person who runs the tests: one for all processes of xdist, whose folders lie side
    by side."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own) / "cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NINER_OFFLINE", "1")
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def _one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """One day to see deadlines from."""
    monkeypatch.setattr("niner.cli.cases.amend.today", lambda: date(2026, 11, 23))


@pytest.fixture(scope="session", autouse=True)
def _a_rule_file_is_parsed_once() -> Iterator[None]:
    """What the text of a rule file comes to is kept for the whole process: many tests lay a folder of a firm over the
    same files, each of them rules of its own that nothing else keeps."""
    from niner.rules.language import nodes

    parse = nodes.parse_nodes
    known = cache(parse)

    def parsed(text: str, name: str) -> tuple[nodes.Node | None, list[Finding]]:
        # Not rule tests, which are read once, and whose nodes are many.
        node, findings = known(text, name) if name.startswith("rules/") else parse(text, name)
        return node, [*findings]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nodes, "parse_nodes", parsed)
        yield


@pytest.fixture
def no_firm_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a firm's folder comes to is not written into the cache, where nothing would ask for it again."""
    monkeypatch.setattr("niner.process.kept.keep", lambda *_: None)


@pytest.fixture(autouse=True)
def _no_digit_is_lost() -> Iterator[None]:
    """Decimal arithmetic that would drop a digit in Python's own context of 28 fails the test; see niner.exact."""
    with localcontext() as context:
        context.traps[Inexact] = context.traps[Rounded] = True
        yield


@pytest.fixture
def make_case(tmp_path: Path) -> MakeCase:
    """A function that writes a case folder from ledger text (header and rows) and returns it."""

    def make(
        ledger: str,
        year: int = 2024,
        *,
        status: str = "single",
        elections: str = "",
        short: str = "0",
        long: str = "0",
        wages: str = "85000",
        more: str = "",
        name: str = "case",
    ) -> Path:
        folder = tmp_path / name
        (folder / "ledger").mkdir(parents=True)
        if status == "married_joint" and not more:
            more = "spouse: {first_name: Bob, last_name: Example, ssn: 900-12-3457}"
        text = CASE.format(
            year=year, status=status, more=more, elections=elections, short=short, long=long, wages=wages
        )
        (folder / "case.yaml").write_text(text)
        (folder / "ledger" / "made.csv").write_text(ledger)
        return folder

    return make
