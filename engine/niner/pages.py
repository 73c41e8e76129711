"""A template and its values to an HTML page, escaped, self-contained, for screen, phone and paper; or to plain text."""

from niner.resources import room


def page(folder: str, template: str, **values: object) -> bytes:
    """`templates/<folder>/<template>` in the common frame of `templates/pages`. What clients wrote is escaped."""
    return _rendered(folder, template, values, escape=True)


def plain_page(folder: str, template: str, **values: object) -> bytes:
    """`templates/<folder>/<template>` as plain text, in which nothing has to be escaped."""
    return _rendered(folder, template, values, escape=False)


def _rendered(folder: str, template: str, values: dict[str, object], escape: bool) -> bytes:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([room("templates") / folder, room("templates") / "pages"]),
        autoescape=escape,
        undefined=StrictUndefined,
        keep_trailing_newline=not escape,
    )
    return environment.get_template(template).render(**values).encode()
