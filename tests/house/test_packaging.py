"""The locks hold what pyproject.toml asks for, with hashes and no registry's name, for every Python named there."""

import re
import tomllib
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from niner.resources import room

ROOT = room("rules").parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
LOCKS = {
    "run": PROJECT["project"]["dependencies"],
    "dev": PROJECT["project"]["dependencies"] + EXTRAS["dev"],
    **{extra: PROJECT["project"]["dependencies"] + EXTRAS[extra] for extra in EXTRAS if extra != "dev"},
    "build": PROJECT["dependency-groups"]["build"] + PROJECT["build-system"]["requires"],
    "lock": PROJECT["dependency-groups"]["lock"],
}
ENTRY = re.compile(r"(?P<requirement>[^\s#]+==[^\n]*?)(?P<hashes>( \\\n    --hash=sha256:[0-9a-f]{64})+)\n")


def locked(name: str) -> dict[str, Requirement]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    rest = re.sub(r"(?m)^#.*\n", "", ENTRY.sub("", text))
    assert not rest.strip(), f"not pinned with hashes: {rest[:200]}"
    found = [Requirement(entry["requirement"]) for entry in ENTRY.finditer(text)]
    return {canonicalize_name(each.name): each for each in found}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_all_that_is_asked_for_within_its_range(name: str) -> None:
    pins = locked(name)
    for wanted in map(Requirement, LOCKS[name]):
        assert canonicalize_name(wanted.name) in pins, f"run `make lock`: {wanted} is not in requirements/{name}.txt"
        (pin,) = pins[canonicalize_name(wanted.name)].specifier
        assert pin.version in wanted.specifier, f"run `make lock`: {pin} does not fit {wanted}"


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_is_closed_on_every_python_it_is_for(name: str) -> None:
    """What an installed distribution needs is in the lock that brought it; those not installed here as locked are left
    out."""
    pins = locked(name)
    for package, pin in pins.items():
        try:
            needs = [Requirement(text) for text in requires(package) or [] if version(package) in pin.specifier]
        except ModuleNotFoundError:
            continue
        for minor in range(11, 15):
            here = {"python_version": f"3.{minor}", "python_full_version": f"3.{minor}.0", "extra": ""}
            for need in needs:
                if need.marker is None or need.marker.evaluate(here):
                    assert canonicalize_name(need.name) in pins, f"{package} needs {need} on Python 3.{minor}"


def test_the_locks_agree_with_one_another() -> None:
    versions: dict[str, set[str]] = {}
    for name in LOCKS:
        for package, pin in locked(name).items():
            versions.setdefault(package, set()).add(str(pin.specifier))
    assert {package: found for package, found in versions.items() if len(found) > 1} == {}


def test_no_lock_names_a_place_to_fetch_from() -> None:
    for path in (ROOT / "requirements").iterdir():
        assert not re.search(r"://|--(extra-)?index-url|--find-links", path.read_text("utf-8")), path.name


def test_the_pythons_that_are_named_are_those_that_are_admitted() -> None:
    named = [c.rpartition(" ")[2] for c in PROJECT["project"]["classifiers"] if re.search(r":: 3\.\d+$", c)]
    admitted = SpecifierSet(PROJECT["project"]["requires-python"])
    assert named == [f"3.{minor}" for minor in range(30) if f"3.{minor}" in admitted]


def test_the_wheel_keeps_ranges() -> None:
    pinned = {Requirement(text).name for text in LOCKS["run"] if "==" in text}
    assert pinned == {"durable-rules"}


def test_the_makefile_runs_where_pip_reads_no_lock_but_with_hashes() -> None:
    makefile = Path(ROOT / "Makefile").read_text("utf-8")
    for line in re.findall(r"pip (?:install|wheel) .*", makefile):
        assert "$(LOCKED)" in line or "--no-deps" in line or line.startswith("pip install --no-index"), line
