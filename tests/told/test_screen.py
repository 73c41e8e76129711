"""What is printed: in any encoding, to anybody who stops reading, and never a character that a terminal obeys."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from conftest import MakeCase
from ledgers import buy, ledger, sell
from niner.cli import app
from niner.printing.columns import plain_cell
from niner.shown.screen import Screen, guard
from niner.words.plain import path_text, strange, visible

RUN = CliRunner()
GOOD = ledger(buy("2024-01-02", 1, "BTC", 40000), sell("2024-06-01", 1, "BTC", 30000))
ENGINE = Path(__file__).parents[2] / "engine" / "niner"


def printed(monkeypatch: pytest.MonkeyPatch, *arguments: object, encoding: str = "utf-8") -> tuple[int, bytes]:
    """(exit status, what is written to the terminal) of a command, through the streams that `niner` itself makes."""
    written = io.BytesIO()
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(written, encoding=encoding, write_through=True))
    guard()
    with pytest.raises(SystemExit) as ended:
        app([str(argument) for argument in arguments])
    sys.stdout.flush()
    code = ended.value.code
    assert isinstance(code, int)
    return code, written.getvalue()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "latin-1", "shift_jis", "utf-8", "utf-16-le"])
def test_a_pipe_of_any_encoding_takes_everything(
    make_case: MakeCase, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    folder = make_case(GOOD)
    code, said = printed(monkeypatch, "prepare", folder, "--no-forms", encoding=encoding)
    assert (code, "To review" in said.decode(encoding)) == (0, True)
    code, said = printed(monkeypatch, "check", folder, "--json", encoding=encoding)
    assert (code, json.loads(said.decode(encoding))["cases"][0]["ok"]) == (0, True)
    code, said = printed(monkeypatch, "explain", folder, "f1040sd", "16", encoding=encoding)
    assert (code, "16" in said.decode(encoding)) == (0, True)
    code, said = printed(monkeypatch, "check", folder / "none", encoding=encoding)
    arrow = "→" if encoding.startswith("utf") or encoding == "shift_jis" else "->"
    assert (code, arrow in said.decode(encoding)) == (1, True)


@pytest.mark.filterwarnings("error")
def test_a_stream_that_goes_after_the_one_below_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.13 and later report what a stream raises as it is thrown away."""
    unheard: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", unheard.append)
    below = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", below)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    guard()
    stream = sys.stdout
    monkeypatch.undo()
    assert stream is not below
    below.close()
    stream.flush()
    stream.close()
    assert unheard == []
    with pytest.raises(ValueError, match="closed file"):
        stream.write("late")


@pytest.mark.parametrize("shell", ["| true", "| head -c 1", ">&-", "> /dev/full"])
@pytest.mark.parametrize("arguments", [["check", "none"], ["check", "none", "--json"]])
def test_a_reader_who_leaves_early_or_a_full_disk(tmp_path: Path, arguments: list[str], shell: str) -> None:
    script = f'"$@" {shell}; exit ${{PIPESTATUS[0]}}'
    command = ["bash", "-c", script, "bash", sys.executable, "-m", "niner", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert (b"can't be written: No space left" in done.stderr) == (shell == "> /dev/full")


def in_bytes(folder: Path, name: bytes) -> Path:
    return Path(os.fsdecode(os.fsencode(folder) + b"/" + name))


def test_file_names_of_any_bytes_are_read_filed_and_shown(make_case: MakeCase, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_case(GOOD)
    (folder / "ledger" / "made.csv").rename(in_bytes(folder / "ledger", b"\xff\xfe.csv"))
    in_bytes(folder / "ledger", b"\xe9\x1b[2J.doc").write_text("x")
    code, said = printed(monkeypatch, "prepare", folder, "--no-forms")
    assert (code, b"ledger/\\xe9\\x1b[2J.doc" in said) == (0, True)
    document = json.loads((folder / "out" / "2024" / "return.json").read_text("utf-8"))
    assert set(document["inputs"]) == {"case.yaml", "ledger/\\xff\\xfe.csv"}
    assert document["dispositions"][0]["source"]["file"] == "ledger/\\xff\\xfe.csv"
    assert printed(monkeypatch, "file", folder, "--year", "2024")[0] == 0
    assert printed(monkeypatch, "diff", folder, "--year", "2024")[0] == 0


def test_a_case_folder_of_any_name_is_prepared(make_case: MakeCase, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = make_case(GOOD).rename(in_bytes(make_case(GOOD, name="other").parent, b"caf\xe9 :bomb: [red] \x1b[2J"))
    for arguments in (["check", odd], ["prepare", odd, "--no-forms"], ["check", odd / "none"]):
        code, said = printed(monkeypatch, *arguments)
        assert code == (1 if arguments[1] != odd else 0)
        assert b"\x1b" not in said
        assert b":bomb:" in said
        assert b"[red]" in said
    assert json.loads(printed(monkeypatch, "check", odd, "--json")[1])["cases"][0]["folder"] == str(odd)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("BTC\x1b[2J", "BTC\\x1b[2J"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
        ("\x9b31m", "\\x9b31m"),
        ("\udcff", "\\xff"),
        ("\ufeff\u200b\u00ad", "\\ufeff\\u200b\\xad"),
        ("\u2028", "\\u2028"),
        ("Zoë → 柴犬 🐶", "Zoë → 柴犬 🐶"),
    ],
)
def test_what_nobody_can_see_is_written_out(text: str, seen: str) -> None:
    assert visible(text) == seen
    assert path_text(text) == seen
    assert bool(strange(text)) == (text != seen)


HOSTILE = "\x1b]0;pwned\x07\x1b[2J\u202e\x9b1m:bomb:[red]"


@pytest.mark.parametrize(
    "column", ["time", "kind", "wallet", "sent_asset", "sent_quantity", "id", "form", "note", "fee_asset"]
)
def test_no_cell_of_a_ledger_reaches_a_terminal_raw(make_case: MakeCase, column: str) -> None:
    row = sell("2024-06-01", 1, "BTC", 30000) | {column: HOSTILE}
    done = RUN.invoke(app, ["check", str(make_case(ledger(buy("2024-01-02", 1, "BTC", 40000), row)))])
    assert done.exit_code == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", done.output)
    assert "💣" not in done.output


@pytest.mark.parametrize("start", [*"=+-@|%＝＋－＠", "\t", "\r", " =", "\n"])
def test_a_spreadsheet_runs_no_cell(start: str) -> None:
    assert plain_cell(f"{start}cmd") == f"'{start}cmd"
    assert plain_cell("Kraken = 1") == "Kraken = 1"


TEXTS = st.text(st.sampled_from("a b[/red]\\:x:→é柴\n\t\x1b\u202e"), max_size=200)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(parts=st.lists(TEXTS | st.tuples(TEXTS, st.sampled_from(["red", "dim", "bold"])), max_size=4))
def test_a_line_to_a_pipe_is_what_rich_would_write(parts: list[str | tuple[str, str]]) -> None:
    line = "".join(part if isinstance(part, str) else part[0] for part in parts)
    written = []
    for say in (
        lambda screen: screen.say(*parts),
        lambda screen: screen.print(line, soft_wrap=True, highlight=False, markup=False),
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdout", stream := io.StringIO())
            say(Screen())
        written.append(stream.getvalue())
    assert written[0] == written[1]


def test_a_line_to_a_pipe_needs_no_rich() -> None:
    program = """
import sys
from niner.shown.screen import Screen
Screen().say(("Error", "red"), " here")
assert "rich" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "Error here\n"


def test_a_terminal_gets_colours_and_whole_words(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm", "COLUMNS": "12"}.items():
        monkeypatch.setenv(name, value)
    for plain, error in (("", "\x1b[31mError\x1b[0m"), ("1", "Error")):
        monkeypatch.setenv("NO_COLOR", plain)
        monkeypatch.setattr(sys, "stdout", terminal := Terminal())
        Screen().say(("Error", "red"), " [b]some words[/b]")
        assert terminal.getvalue() == f"{error} \n[b]some \nwords[/b]\n"


def test_everything_is_printed_through_the_screen() -> None:
    """A console of rich's own would print emoji codes and control characters; JSON in raw letters breaks in a pipe."""
    for path in [*(ENGINE / "cli").glob("*.py"), *(ENGINE / "report").glob("*.py")]:
        text = path.read_text()
        assert not re.search(r"\bConsole\(", text), f"{path.name}: use niner.shown.screen.Screen"
        assert "ensure_ascii=False" not in text, f"{path.name}: JSON for the terminal is ASCII"
