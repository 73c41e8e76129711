"""The command line: every command parses, calls a room below and prints; no room imports this one.

Words typed after `niner` come in; text or JSON and an exit status go out. Nothing is loaded before it is asked for:
`niner --version` and shell completion answer at once. `root` lists the commands, one module a command in four
rooms, `options` is what they share. Start with `root`.
"""

import atexit
import gc
import os
import sys
import threading
from contextlib import suppress
from typing import Any

from niner.cli.version import version_text
from niner.process.collecting import one_command, seldom


def main() -> None:
    """The `niner` command."""
    asked = sys.argv[1:]
    if asked == ["--version"]:
        print(version_text(as_json=False))
        return
    # A command ends before rings of dead objects could fill a memory.
    seldom()
    one_command()
    atexit.register(gc.freeze)
    # No plugin of another package looks at what a case holds, nor is it looked for.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from niner.cli.root import app
    from niner.shown.screen import guard

    guard()
    try:
        app()
    except SystemExit as ended:
        _leave(ended)
        raise


def _leave(ended: SystemExit) -> None:
    """End the process as it is: to free a large ledger object by object takes a tenth of what it took to work it out.

    What was to be done at the end is done, and what was said is written; where something of that can't be, or other
    threads run, the process ends as any does.
    """
    watched = sys.getprofile() or sys.gettrace()  # who measures wants his turn
    if watched or threading.active_count() > 1 or not isinstance(ended.code, int | None):
        return
    with suppress(OSError, ValueError, AttributeError):
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended.code or 0)


def __getattr__(name: str) -> Any:
    """`app`, loaded when somebody asks for it."""
    if name == "app":
        from niner.cli.root import app

        return app
    raise AttributeError(name)
