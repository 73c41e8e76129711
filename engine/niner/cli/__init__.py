"""The command line: every command parses, calls a room below and prints; no room imports this one.

Nothing is loaded before it is asked for: `niner --version` and shell completion answer at once.
"""

import sys
from typing import Any

from niner.cli.version import version_text


def main() -> None:
    """The `niner` command."""
    asked = sys.argv[1:]
    if asked == ["--version"]:
        print(version_text(as_json=False))
        return
    from niner.cli.root import app
    from niner.screen import guard

    guard()
    app()


def __getattr__(name: str) -> Any:
    """`app`, loaded when somebody asks for it."""
    if name == "app":
        from niner.cli.root import app

        return app
    raise AttributeError(name)
