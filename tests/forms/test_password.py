"""A password opens the files in every viewer, or is refused before anything is made."""

import io
import json
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from form_samples import every_field
from pypdf import PdfReader
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.cli import app
from niner.forms import load_pack, password_findings, produce
from niner.values import Refused

RUN = CliRunner()
TRADES = ledger(buy("2024-01-02", 1, "BTC", 4), sell("2024-02-02", 1, "BTC", 3))

REFUSED = {
    "a fraction": ("50½", "rewrite"),
    "a raised digit": ("x²y", "rewrite"),
    "a ligature": ("oﬃce", "rewrite"),
    "full-width letters": ("ｐａｓｓ", "rewrite"),
    "a no-break space": ("pass\u00a0word", "rewrite"),
    "a soft hyphen": ("pass\u00adword", "rewrite"),
    "a zero-width joiner": ("pass\u200dword", "rewrite"),
    "an accent apart": ("cafe\u0301", "rewrite"),
    "the ångström sign": ("10\u212b", "rewrite"),
    "nothing": ("", "empty"),
    "a tab": ("pass\tword", "control"),
    "a line end": ("pass\nword", "control"),
    "a null": ("pass\0word", "control"),
    "a line separator": ("pass\u2028word", "control"),
    "127 bytes and one": ("x" * 128, "127"),
    "64 letters of two bytes": ("ä" * 64, "127"),
    "a private character": ("pass\ue000word", "no fixed meaning"),
    "an unassigned character": ("pass\u0378word", "no fixed meaning"),
    "a reading direction mark": ("pass\u200eword", "no fixed meaning"),
    "half a surrogate": ("pass\udce9word", "terminal"),
    "two directions": ("abcאבג", "right to left"),
}
GOOD = ["correct horse", "größer als 8 €", "x" * 127, "café grün", "密码", "ä" * 63, "אבג", " two  spaces ", "(\\)'\"%"]


@pytest.fixture(autouse=True)
def no_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NINER_FORMS", raising=False)
    monkeypatch.setenv("NINER_OFFLINE", "1")


@pytest.mark.parametrize("kind", REFUSED)
def test_a_password_that_viewers_read_differently_is_refused_for_its_characters(kind: str) -> None:
    password, word = REFUSED[kind]
    (finding,) = password_findings(password)
    assert word in finding.says
    assert not password or password not in finding.says + finding.todo + finding.value
    if password:
        with pytest.raises(Refused, match="password"):
            produce([every_field(load_pack("f1040sd", 2024))], password=password)


@pytest.mark.parametrize("password", GOOD)
def test_a_plain_password_opens_the_files_in_three_engines_and_nothing_else_does(password: str) -> None:
    made = produce([every_field(load_pack("f1040sd", 2024))], password=password)
    data = made.files["packet.pdf"]
    with pikepdf.open(io.BytesIO(data), password=password) as pdf:
        assert (pdf.encryption.R, pdf.encryption.bits) == (6, 256)
        assert len(pdf.pages) == 2
    assert len(pypdfium2.PdfDocument(data, password=password)) == 2
    assert PdfReader(io.BytesIO(data)).decrypt(password)
    for wrong in ("", "wrong"):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(io.BytesIO(data), password=wrong)
    assert password.encode() not in data
    assert b"/V/" not in data, "no value stands outside the locked streams"


def test_the_command_refuses_before_anything_is_worked_out(make_case: MakeCase) -> None:
    folder = make_case(TRADES)
    (folder / "case.yaml").unlink()  # the case isn't even looked at
    done = RUN.invoke(app, ["prepare", str(folder), "--encrypt", "--offline"], input="50½\n50½\n")
    assert done.exit_code == 1
    assert "has characters that viewers rewrite" in done.output
    assert "case.yaml" not in done.output
    assert "½\n50½" not in done.output


def test_two_different_passwords_are_refused_also_for_machines(make_case: MakeCase) -> None:
    done = RUN.invoke(app, ["prepare", str(make_case(TRADES)), "--encrypt", "--json"], input="one\ntwo\n")
    assert done.exit_code == 1
    said = json.loads(done.stdout[done.stdout.index("{") :])
    assert said["findings"][0]["says"] == "The two passwords are not the same."


def test_the_run_and_the_help_name_what_stays_readable(make_case: MakeCase, tmp_path: Path) -> None:
    folder = make_case(TRADES)
    arguments = ["prepare", str(folder), "--encrypt", "--offline", "--out", str(tmp_path / "out")]
    done = RUN.invoke(app, arguments, input="correct horse\ncorrect horse\n")
    assert done.exit_code == 0, done.output
    said = next(line for line in done.output.splitlines() if line.startswith("Only the PDFs are locked."))
    plain = [path.name for path in (tmp_path / "out").iterdir() if not path.read_bytes().startswith(b"%PDF")]
    named = {"carry_sheet.txt", "dispositions.csv", "return.json", "workpapers.html", "workpapers.xlsx"}
    assert named <= set(plain)
    assert all(name in said for name in named)
    for path in (tmp_path / "out").glob("*.pdf"):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(path)
    assert not any(b"correct horse" in path.read_bytes() for path in (tmp_path / "out").iterdir())
    shown = " ".join(RUN.invoke(app, ["prepare", "--help"], terminal_width=200).output.split())
    assert all(name in shown for name in named)
