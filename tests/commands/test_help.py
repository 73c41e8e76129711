"""Help and completion: the order people need, nothing cut, and examples that can be typed as they stand."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from niner.cli import app
from niner.cli.root import COMMANDS, GROUPS, MEANT

run = CliRunner()
WIDTH = 80


def every_command() -> list[list[str]]:
    """Each command's words: `["prepare"]`, `["rules", "test"]`."""
    found = [[name] for name in COMMANDS]
    for group in GROUPS:
        said = run.invoke(app, [group, "--help"]).stdout
        found += [[group, name] for name in re.findall(r"^  ([a-z-]+)  ", said.split("Commands:")[1], re.M)]
    return found


def test_commands_stand_in_the_order_people_need_and_none_is_cut() -> None:
    for words in ([], *([group] for group in GROUPS)):
        said = run.invoke(app, [*words, "--help"], terminal_width=WIDTH).stdout
        assert "..." not in said.split("Commands:")[1]
        assert all(len(line) <= WIDTH for line in said.splitlines())
    listed = re.findall(r"^  ([a-z]+)  ", run.invoke(app, ["--help"]).stdout.split("Commands:")[1], re.M)
    first = [listed.index(name) for name in ("new", "prepare", "check", "explain", "file", "diff", "amend", "demo")]
    assert first == list(range(8))


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_help_fits_the_screen_and_names_no_type_of_the_program(words: list[str]) -> None:
    said = run.invoke(app, [*words, "--help"], terminal_width=WIDTH)
    assert said.exit_code == 0
    assert all(len(line) <= WIDTH for line in said.stdout.splitlines())
    assert not re.search(r"<(list|path|str|int|date)|\[%Y", said.stdout)


def examples(words: list[str]) -> Iterator[list[str]]:
    said = run.invoke(app, [*words, "--help"], terminal_width=200).stdout
    for line in said.partition("Examples:")[2].splitlines():
        if line.strip().startswith("niner "):
            yield shlex.split(line)[1:]


@pytest.mark.parametrize("words", [w for w in [[], *every_command()] if w not in ([g] for g in GROUPS)], ids=" ".join)
def test_every_example_of_the_help_is_a_command_that_parses(words: list[str]) -> None:
    found = list(examples(words))
    assert found
    assert not words or any(example[: len(words)] == words for example in found)
    for example in found:
        if {"--help", "--install-completion"} & set(example):
            continue
        parse(example)


def parse(example: list[str]) -> None:
    """The example's words through the command's own parser, without running it."""
    command: Any = typer.main.get_command(app)
    context = typer.Context(command)
    while isinstance(command, typer.core.TyperGroup):
        command = command.get_command(context, example[0])
        context, example = typer.Context(command, info_name=example[0]), example[1:]
    command.make_context(command.name, example)


@pytest.mark.parametrize(("words", "offered"), [("niner pre", "prepare"), ("niner rules mu", "mutants")])
def test_the_tab_key_completes_commands(words: str, offered: str) -> None:
    asked = {"_NINER_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    said = run.invoke(app, [], prog_name="niner", env=asked)
    assert said.stdout.split() == [offered]


def test_a_mistyped_command_is_told_its_neighbour() -> None:
    said = run.invoke(app, ["preprae"])
    assert said.exit_code == 2
    assert "There is no command “preprae”. Did you mean “niner prepare”?" in said.stderr


@pytest.mark.parametrize(
    ("word", "meant"),
    [("completion", "niner --install-completion"), ("init", "niner new"), ("validate", "niner check")],
)
def test_another_word_for_a_command_leads_to_it(word: str, meant: str) -> None:
    assert f"Did you mean “{meant}”?" in run.invoke(app, [word]).stderr


def test_every_word_for_a_command_leads_to_a_command_or_an_option() -> None:
    for word, meant in MEANT.items():
        assert word not in COMMANDS
        assert meant.split()[0] in COMMANDS or meant.startswith("--")
