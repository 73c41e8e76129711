"""What the README and docs/ show is what the program prints, and their links lead somewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from niner.cli.reference import MARK, on_page_markdown
from niner.cli.root import COMMANDS
from niner.resources import room

ROOT = room("rules").parent
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted((ROOT / "docs").glob("*.md"))
CASE = """\
tax_year: 2024
taxpayer: {first_name: Ada, last_name: Example, ssn: 900-12-3456, filing_status: single}
elections: {timezone: America/Chicago}
"""
LEDGER = """\
id,time,wallet,kind,sent_quantity,sent_asset,received_quantity,received_asset,usd_value
1,2023-02-01,Kraken,buy,,,1.5,BTC,33000
2,2024-03-05,Kraken,sell,0.5,BTC,,,31500
3,2024-06-11,Kraken,trade,0.5,BTC,9,ETH,
"""


def block(first: str) -> list[str]:
    """The indented lines of the README that start with `first`."""
    lines = README.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(f"    {first}"))
    end = next(place for place in range(start, len(lines)) if not lines[place].strip())
    return [line.removeprefix("    ") for line in lines[start:end]]


def printed(*arguments: str, folder: Path) -> list[str]:
    """What the command prints on a terminal of 120 columns."""
    environment = {**os.environ, "COLUMNS": "120", "PYTHONIOENCODING": "utf-8"}
    environment.pop("NINER_FORMS", None)
    arguments = (sys.executable, "-m", "niner", *arguments)
    done = subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, encoding="utf-8")
    return [line.rstrip() for line in (done.stdout + done.stderr).splitlines()]


def stands_in(wanted: list[str], lines: list[str]) -> bool:
    return any(lines[place : place + len(wanted)] == wanted for place in range(len(lines)))


def test_the_readme_shows_the_demo_as_it_is_printed(tmp_path: Path) -> None:
    lines = printed("demo", "niner-demo", folder=tmp_path)
    assert stands_in(block("Ada Example"), lines), "\n".join(lines)


def test_the_readme_shows_a_refusal_as_it_is_printed(tmp_path: Path) -> None:
    (tmp_path / "smith" / "ledger").mkdir(parents=True)
    (tmp_path / "smith" / "case.yaml").write_text(CASE)
    (tmp_path / "smith" / "ledger" / "kraken.csv").write_text(LEDGER)
    lines = printed("prepare", "smith", folder=tmp_path)
    assert stands_in(block("Error"), lines), "\n".join(lines)
    assert not (tmp_path / "smith" / "out").exists()


def test_the_demo_and_what_is_refused_stand_on_the_first_screen() -> None:
    first = "\n".join(README.splitlines()[:36])
    assert "Ada Example" in first
    assert "Error " in first
    assert "docs/refuses.md" in first


def test_the_page_of_commands_is_made_from_the_commands() -> None:
    source = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert MARK in source
    page = on_page_markdown(source)
    headings = re.findall(r"(?m)^##+ niner (.+)$", page)
    assert [name for name in headings if " " not in name] == list(COMMANDS)
    assert {"rules check", "forms fetch"} <= set(headings)
    for name in headings:  # under each heading its own help, an indented block that names the command
        assert re.search(rf"(?m)^##+ niner {name}\n\n    .*\bniner {name}\b", page), name


def test_every_page_is_in_the_contents() -> None:
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]
    assert sorted(page for entry in nav for page in entry.values()) == [path.name for path in PAGES]


@pytest.mark.parametrize("path", [*ROOT.glob("*.md"), *PAGES], ids=lambda path: path.name)
def test_every_link_leads_to_a_file_that_is_there(path: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8")):
        assert "://" in link or (path.parent / link).is_file(), link


def test_what_the_page_on_many_clients_gives_to_clusters_is_python_and_yaml() -> None:
    blocks = re.findall(
        r"(?:^    .*\n|^\n(?=    ))+", (ROOT / "docs" / "many-clients.md").read_text("utf-8"), re.MULTILINE
    )
    (script,) = [block for block in blocks if "SLURMCluster(" in block]
    (cluster,) = [block for block in blocks if "DaskCluster" in block]
    compile(dedent(script), "SLURM", "exec")
    said = yaml.safe_load(dedent(cluster))["spec"]
    pods = [said[part]["spec"] for part in ("scheduler", "worker")]
    for pod in pods:
        mounted = {mount["name"] for container in pod["containers"] for mount in container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["volumes"]}
        assert {"--tls-ca-file", "--tls-cert", "--tls-key"} <= set(pod["containers"][0]["args"])
