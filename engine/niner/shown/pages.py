"""A template and its values to an HTML page, escaped, self-contained, for screen, phone and paper; or to plain text.

A firm's own folders are looked through first: a template of the same name takes the place of Niner's, and `theme.css`
goes into every page's style. Such a template runs in a sandbox, and what clients wrote is escaped in it too.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from niner.resources import room
from niner.values import Finding, Refused, Source
from niner.words.plain import path_text

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

THEME = "theme.css"
# What would end the style, or ask for something from outside; addresses of data stay.
_NOT_IN_STYLE = re.compile(r"</|@import|url\(\s*['\"]?(?!data:)", re.IGNORECASE)


def page(folder: str, template: str, themes: Sequence[Path] = (), **values: object) -> bytes:
    """`templates/<folder>/<template>` in the common frame of `templates/pages`. What clients wrote is escaped.

    `themes` are a firm's folders of templates, the first first. Raises Refused where one of theirs can't be used.
    """
    return _rendered(folder, template, values, themes, escape=True)


def plain_page(folder: str, template: str, themes: Sequence[Path] = (), **values: object) -> bytes:
    """`templates/<folder>/<template>` as plain text, in which nothing has to be escaped."""
    return _rendered(folder, template, values, themes, escape=False)


def markdown(folder: str, template: str, themes: Sequence[Path] = (), **values: object) -> str:
    """`templates/<folder>/<template>` as Markdown, in which what is put in stays the text that it is."""
    text = _rendered(folder, template, values, themes, escape=False, finalize=_in_markdown).decode()
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def html_of(text: str) -> "Markup":
    """Markdown as HTML, made safe: tags stay text, and nothing links or is loaded from anywhere.

    Tables stand as those of every page do, on a phone too.
    """
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")
    tokens = reader.disable(["link", "image", "autolink", "reference"]).parse(text)
    heads: list[str] = []
    for token, inner in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "table_open":
            token.attrSet("class", "wide")
            heads = []
        elif token.type in ("th_open", "td_open"):
            if str(token.attrs.pop("style", "")).endswith("right"):
                token.attrSet("class", "n")
            if token.type == "th_open":
                token.attrSet("scope", "col")
                heads.append(inner.content if inner else "")
            else:
                row = heads.pop(0)  # the heads in turn, again for each row
                heads.append(row)
                token.attrSet("data-label", row)
    return Markup(reader.renderer.render(tokens, reader.options, {}))


_IN_MARKDOWN = re.compile(r"([\\`*\[\]<>|&~]|(?<!\w)_|_(?!\w))|^([#+=]|-(?=\s)|\d+(?=[.)]\s))")


def _in_markdown(value: object) -> object:
    """A value of a template as Markdown that reads as its text; its lines are joined."""
    return _IN_MARKDOWN.sub(_escaped, " ".join(str(value).split()))


def _escaped(found: re.Match[str]) -> str:
    digits = found[0].isdigit()
    return f"{found[0]}\u200b" if digits else f"\\{found[0]}"


def check_themes(themes: Sequence[Path]) -> None:
    """Raises Refused where a folder is not there, or its style could show less than it must or ask for more."""
    for folder in themes:
        if not folder.is_dir():
            says = f"There is no folder of templates {path_text(folder)}."
            raise Refused([Finding("templates-folder", "error", says, "Check the path given with --templates.")])
        _style(folder)


def _rendered(
    folder: str,
    template: str,
    values: dict[str, object],
    themes: Sequence[Path],
    escape: bool,
    finalize: Callable[[object], object] | None = None,
) -> bytes:
    blocks = finalize is not None  # a line of Markdown that is a block alone leaves no empty line
    found = templates(
        folder,
        escape=escape,
        themes=tuple(themes),
        keep_trailing_newline=not escape,
        finalize=finalize,
        trim_blocks=blocks,
        lstrip_blocks=blocks,
    )
    theme = "\n".join(text for own in reversed(themes) if (text := _style(own)))
    try:
        return found.get_template(template).render(theme=theme, **values).encode("utf-8", "replace")
    except Exception as error:
        if not themes:
            raise
        row = getattr(error, "lineno", 0) or 0
        where = getattr(error, "name", None) or template
        says = f"A template of your own can't be used, {where}: {error}."
        todo = "Correct it, or take it out of the folder given with --templates: Niner's own then takes its place."
        raise Refused([Finding("template", "error", says, todo, source=Source(str(where), row))]) from error


def _style(folder: Path) -> str:
    """A firm's theme.css, or "" where it has none. Raises Refused."""
    path = folder / THEME
    if not path.is_file():
        return ""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        says = f"{path_text(path)} can't be read."
        raise Refused([Finding("template", "error", says, "Save it as UTF-8.", source=Source(THEME))]) from None
    wrong = _NOT_IN_STYLE.search(text)
    if wrong:
        row = text.count("\n", 0, wrong.start()) + 1
        says = f"{THEME} holds “{wrong[0]}”: a page asks nothing of anybody, and its style ends nothing else."
        todo = "Put pictures and fonts into it as url(data:…), and other rules in place of @import."
        raise Refused([Finding("template", "error", says, todo, source=Source(THEME, row))])
    return text


@cache
def templates(folder: str, escape: bool = False, themes: tuple[Path, ...] = (), **options: object) -> "Environment":
    """The templates of `templates/<folder>`, compiled once a process, those of `themes` first.

    Where there are none, what jinja2 made of Niner's own is kept.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    from niner.shown.page_code import KeptCode

    bases = [*themes, room("templates")]
    kind = ImmutableSandboxedEnvironment if themes else Environment
    return kind(
        loader=FileSystemLoader([place for base in bases for place in (base / folder, base / "pages")]),
        autoescape=escape,
        undefined=StrictUndefined,
        auto_reload=False,
        bytecode_cache=None if themes else KeptCode({"autoescape": escape, **options}),
        **options,  # type: ignore[arg-type]
    )
