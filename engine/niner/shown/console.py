"""A console of rich's for findings and tables, which `screen` loads where something is coloured, wrapped or a table.

No emoji codes, and no control characters from what is printed.
"""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from niner.words.plain import PRINTED, visible


class Coloured(Console):
    """A console that makes what it prints visible, and lets rich's own colours pass."""

    def __init__(self, *, stderr: bool) -> None:
        super().__init__(stderr=stderr, emoji=False)

    def render_str(self, text: str, **how: Any) -> Text:
        return super().render_str(visible(text, keep=PRINTED), **how)

    def say(self, styled: Sequence[tuple[str, str]]) -> None:
        """A line of texts with their styles; a terminal gets whole words."""
        self.print(Text.assemble(*styled), soft_wrap=not self.is_terminal, highlight=False)

    @property
    def file(self) -> Any:
        """The stream below the one that `print` writes to, where there is one."""
        found = super().file
        return getattr(found, "coloured", found)

    @file.setter
    def file(self, new: Any) -> None:
        self._file = new
