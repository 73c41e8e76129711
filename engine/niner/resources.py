"""Where the data rooms are: beside `engine/` in a checkout, inside the package in an installed wheel."""

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1]
_MARK = os.path.join(_CHECKOUT, "pyproject.toml")


def room(name: str) -> Path:
    """The folder `rules`, `forms` or `templates`."""
    if os.path.isfile(_MARK) and os.path.isdir(os.path.join(_CHECKOUT, name)):
        return _CHECKOUT / name
    return _PACKAGE / "data" / name
