"""What the commands about downloads share: the option for own formats, and how rows that are left out are told."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from niner.imports.events import LeftOut
from niner.shown.screen import Screen
from niner.words.plain import visible

FormatDirs = Annotated[
    list[Path] | None, typer.Option("--formats", metavar="DIR", help="A folder of your own format files, put first.")
]
_MOST_REASONS = 6


def left_out_lines(screen: Screen, left_out: Sequence[LeftOut]) -> None:
    """Why rows are no event, and how many, the most frequent reasons first."""
    for why, count in Counter(left.why for left in left_out).most_common(_MOST_REASONS):
        say(screen, f"  {count} left out: {why}")


def say(screen: Screen, text: str) -> None:
    """A line of text from outside, that no terminal obeys."""
    screen.say(visible(text))
