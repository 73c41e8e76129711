"""A template and its values to an HTML page: escaped, self-contained, for screen, phone and paper."""

from niner.resources import room


def page(folder: str, template: str, **values: object) -> bytes:
    """`templates/<folder>/<template>` in the common frame of `templates/pages`. What clients wrote is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([room("templates") / folder, room("templates") / "pages"]),
        autoescape=True,
        undefined=StrictUndefined,
    )
    return environment.get_template(template).render(**values).encode()
