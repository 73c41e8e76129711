"""The command line: every command parses, calls a room below and prints; no room imports this one."""

from niner.cli.root import app, main

__all__ = ["app", "main"]
