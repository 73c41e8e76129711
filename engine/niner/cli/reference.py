"""The commands themselves to the page that lists them: the help of each, in order, so that the two can't differ.

MkDocs calls `on_page_markdown` for every page of docs/ (`hooks` in mkdocs.yml).
"""

from collections.abc import Iterator
from typing import Any

import typer

MARK = "<!-- the help of every command -->"
_WIDTH = 100


def on_page_markdown(markdown: str, **_: Any) -> str:
    """The page's Markdown, with the help of every command where it asks for it."""
    return markdown.replace(MARK, "\n".join(reference())) if MARK in markdown else markdown


def reference() -> Iterator[str]:
    """The lines of Markdown: a heading and the help of each command, groups with those under them."""
    from niner.cli.root import app

    root = typer.main.get_command(app)
    yield from _of(root, None, "niner", 2)


def _of(command: Any, above: Any, name: str, level: int) -> Iterator[str]:
    context = command.make_context(name, [], parent=above, resilient_parsing=True, terminal_width=_WIDTH)
    context.max_content_width = _WIDTH
    path = context.command_path
    yield from ("", f"{'#' * level} {path}", "")
    yield from (f"    {line}".rstrip() for line in command.get_help(context).splitlines())
    if not hasattr(command, "list_commands"):
        return
    for child in command.list_commands(context):
        found = command.get_command(context, child)
        if found is not None and not found.hidden:
            yield from _of(found, context, child, level + (above is not None))
