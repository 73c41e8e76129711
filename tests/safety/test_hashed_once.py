"""A file of an old output folder is read once to see whether Niner wrote it, and again whenever it may have changed."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from niner.files import folder_write
from niner.files.folder_write import foreign_names, not_ours, write_folder


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The files that were read for their sha256, by name."""
    found: list[str] = []

    def counted(stream: Any, kind: str, digest: Any = hashlib.file_digest) -> Any:
        found.append(Path(stream.name).name)
        return digest(stream, kind)

    monkeypatch.setattr(hashlib, "file_digest", counted)
    folder_write._READ.clear()
    yield found
    folder_write._READ.clear()


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that were just written count as written long ago."""
    monkeypatch.setattr(folder_write, "_SETTLED", -(10**12))


@pytest.mark.usefixtures("settled")
@pytest.mark.skipif(not folder_write._TELLS, reason="the system does not say when a file was changed")
def test_a_file_that_nobody_touched_is_read_once(tmp_path: Path, read: list[str]) -> None:
    target = tmp_path / "out"
    write_folder(target, {"a.txt": b"one"})
    assert (not_ours(target, ["a.txt"]), foreign_names(target)) == ([], [])
    write_folder(target, {"a.txt": b"two"})  # looks at what stands there, and again before that is removed
    assert read == ["a.txt"]
    assert foreign_names(target) == []
    assert read == ["a.txt"] * 2  # another file of that name


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("how", ["in place", "another file"])
def test_a_file_that_somebody_changed_in_between_is_theirs(tmp_path: Path, read: list[str], how: str) -> None:
    """Its size and its time of writing are as before."""
    target = tmp_path / "out"
    write_folder(target, {"a.txt": b"one"})
    place = target / "a.txt"
    before = place.stat()
    assert not_ours(target, ["a.txt"]) == []
    while place.stat().st_ctime_ns == before.st_ctime_ns:
        if how == "in place":
            place.write_bytes(b"own")
        else:
            (tmp_path / "own").write_bytes(b"own")
            (tmp_path / "own").replace(place)
        os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not_ours(target, ["a.txt"]) == ["a.txt"]
    assert foreign_names(target) == ["a.txt"]
    write_folder(target, {"b.txt": b"two"})
    assert place.read_bytes() == b"own"
    assert "a.txt" in read


def test_a_file_that_was_just_written_is_read_each_time(tmp_path: Path, read: list[str]) -> None:
    target = tmp_path / "out"
    write_folder(target, {"a.txt": b"one"})
    assert (not_ours(target, ["a.txt"]), foreign_names(target)) == ([], [])
    assert read == ["a.txt"] * 2
