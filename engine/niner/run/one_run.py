"""A case folder to one run on it: alone, and after what an earlier run left half done is put right."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from niner.case.locked import half_locked_entries, half_locked_finding
from niner.process.one_at_a_time import is_held, one_at_a_time
from niner.run.leftovers import leftovers, lying_about, settle
from niner.run.not_current import marked_before
from niner.values import Finding


@contextmanager
def one_run(folder: Path) -> Iterator[list[Finding]]:
    """Hold the case folder while it is prepared, amended or filed; gives what was put right, to be told at the end."""
    with one_at_a_time(folder):
        yield settle(leftovers(folder))


def said_of_earlier_runs(folder: Path) -> list[Finding]:
    """What broken-off or refused runs left in a case folder, where nothing is to be written."""
    if not folder.is_dir():
        return []
    found = [] if is_held(folder) else lying_about(leftovers(folder))
    found += [replace(half_locked_finding(folder, stem), severity="review") for stem in half_locked_entries(folder)]
    outputs = sorted((folder / "out").iterdir()) if (folder / "out").is_dir() else []
    return found + [finding for path in outputs for finding in marked_before(path)]
