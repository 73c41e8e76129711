"""The version of Niner to the text that `niner --version` prints."""

import json

from niner import __version__


def version_text(as_json: bool) -> str:
    """The version as `niner --version` prints it."""
    return json.dumps({"niner": __version__}) if as_json else f"niner {__version__}"
