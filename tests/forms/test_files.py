"""The files themselves: the same bytes everywhere, and open without repair in other programs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from niner.forms import load_pack, produce

from form_samples import every_field  # isort: skip

SCRIPT = """
import hashlib
from form_samples import every_field
from niner.forms import load_pack, produce
for print_ready in (False, True):
    fills = [every_field(load_pack(form, 2025)) for form in ("f8949", "f1040sd", "f1040")]
    for name, data in produce(fills, print_ready=print_ready).files.items():
        print(name, hashlib.sha256(data).hexdigest())
"""


def digests(seed: str, zone: str) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "NINER_FORMS"}
    environment |= {"PYTHONHASHSEED": seed, "TZ": zone, "NINER_OFFLINE": "1", "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def test_other_processes_hash_seeds_and_time_zones_give_the_same_bytes() -> None:
    first = digests("0", "UTC")
    assert first == digests("12345", "Pacific/Auckland")
    assert len(first.splitlines()) == 8


CHECKS = {"qpdf": ["qpdf", "--check"], "mutool": ["mutool", "info"], "pdftotext": ["pdftotext", "-q"]}


@pytest.mark.official
@pytest.mark.parametrize("tool", CHECKS)
@pytest.mark.parametrize("print_ready", [False, True], ids=["editable", "print-ready"])
def test_other_programs_open_the_files_without_repair(
    tool: str, print_ready: bool, official_forms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    monkeypatch.setenv("NINER_FORMS", str(official_forms))
    forms = ("f8949", "f1040sd", "f1040", "f1040s1", "f1040s2", "f8960", "f1040x")
    fills = [every_field(load_pack(form, 2024)) for form in forms]
    for name, data in produce(fills, print_ready=print_ready).files.items():
        (tmp_path / name).write_bytes(data)
        command = [*CHECKS[tool], str(tmp_path / name), *(["-"] if tool == "pdftotext" else [])]
        done = subprocess.run(command, capture_output=True, text=True)
        complaints = done.stderr.lower()
        assert done.returncode == 0, done.stderr
        assert not any(word in complaints for word in ("warning", "error", "repair")), done.stderr
