"""A template and its values to an HTML page, escaped, self-contained, for screen, phone and paper; or to plain text."""

from functools import cache
from typing import TYPE_CHECKING

from niner.resources import room

if TYPE_CHECKING:
    from jinja2 import Environment


def page(folder: str, template: str, **values: object) -> bytes:
    """`templates/<folder>/<template>` in the common frame of `templates/pages`. What clients wrote is escaped."""
    return _rendered(folder, template, values, escape=True)


def plain_page(folder: str, template: str, **values: object) -> bytes:
    """`templates/<folder>/<template>` as plain text, in which nothing has to be escaped."""
    return _rendered(folder, template, values, escape=False)


def _rendered(folder: str, template: str, values: dict[str, object], escape: bool) -> bytes:
    found = templates(folder, escape=escape, keep_trailing_newline=not escape)
    return found.get_template(template).render(**values).encode()


@cache
def templates(folder: str, escape: bool = False, **options: bool) -> "Environment":
    """The templates of `templates/<folder>`, each compiled once for the life of the process."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    places = [room("templates") / folder, room("templates") / "pages"]
    return Environment(
        loader=FileSystemLoader(places),
        autoescape=escape,
        undefined=StrictUndefined,
        auto_reload=False,
        **options,  # type: ignore[arg-type]
    )
